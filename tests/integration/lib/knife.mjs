// knife.mjs: kill -9 of one part of a server at its n-th step: the page of lib/cut_off.c, and what loads it.
//
//   const knife = new Knife(path.join(dir, 'knife')), server = await Server.start({ env: knife.env });
//   knife.set('keeper', 3);                         // before its third step from now
//   knife.left === 0, knife.killedAt                // it has happened, and where
import fs from 'node:fs';
import path from 'node:path';

import { build } from './server.mjs';

export class Knife {
	constructor(file) {
		fs.writeFileSync(file, Buffer.alloc(128));
		fs.chmodSync(file, 0o666);
		this.fd = fs.openSync(file, 'r+');
		this.env = { LD_PRELOAD: path.join(build, 'tests/libcut_off.so'), CUT_OFF: file };
	}
	/** @param only of the steps that have this in their name alone @param stops it stands still there, and is not killed */
	set(part, left, only = '', stops = false) {
		const page = Buffer.alloc(128);
		page.write(part, 4);
		page.writeInt8(Number(stops), 31);
		page.write(only, 96);
		fs.writeSync(this.fd, page.subarray(4), 0, 124, 4);
		page.writeInt32LE(left);
		fs.writeSync(this.fd, page, 0, 4, 0);
	}
	get left() {
		const page = Buffer.alloc(4);
		fs.readSync(this.fd, page, 0, 4, 0);
		return page.readInt32LE();
	}
	get killedAt() {
		const page = Buffer.alloc(64);
		fs.readSync(this.fd, page, 0, 64, 32);
		return page.toString('utf8').replace(/\0.*/s, '').trim();
	}
}
