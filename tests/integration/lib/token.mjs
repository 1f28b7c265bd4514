// token.mjs: a PKCS#11 token (SoftHSM) for the wrapping keys of a server, or of several; taken out and put back.
//
//   const token = new Token(dir);                                       // dir is a scratch()
//   const server = await Server.start({ ...token.options, state: path.join(dir, 'state') });
//   token.out(); token.back();
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { tocsind } from './server.mjs';

const module = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so'].find((f) => fs.existsSync(f));
export const noToken = !module && 'softhsm2 is not installed';
const PIN = '73112', NOBODY = 65534;

export class Token {
	constructor(dir) {
		this.folder = path.join(dir, 'tokens');
		this.pin = path.join(dir, 'pin');
		fs.mkdirSync(this.folder);
		fs.writeFileSync(path.join(dir, 'softhsm2.conf'), `directories.tokendir = ${this.folder}\nobjectstore.backend = file\n`);
		this.env = { SOFTHSM2_CONF: path.join(dir, 'softhsm2.conf') };
		this.softhsm('--init-token', '--free', '--label', 'tocsin', '--so-pin', '99999');
		fs.writeFileSync(this.pin, `${PIN}\n`, { mode: 0o600 });
		this.options = { env: this.env, program: tocsind, args: ['--wrapping', `pkcs11:token=tocsin?module-path=${module}`, '--wrapping-pin-file', this.pin] };
		// SoftHSM's files are one user's: all of the server runs as that one, as where it is not started as root
		if (process.getuid() === 0) {
			this.options.program = path.join(dir, 'tocsind');
			fs.writeFileSync(this.options.program, `#!/bin/sh\nexec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups ${tocsind} "$@"\n`, { mode: 0o755 });
		}
		this.give(dir);
	}
	/** To the user that the server is. */
	give(what) {
		if (process.getuid() === 0) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, what]);
	}
	softhsm(...args) {
		return execFileSync('softhsm2-util', [...args, '--pin', PIN], { env: { ...process.env, ...this.env }, encoding: 'utf8' });
	}
	/** A key of this id, as the eraser of another node makes one. */
	make(id, dir) {
		const file = path.join(dir, 'bytes');
		fs.writeFileSync(file, Buffer.alloc(32, 7));
		this.softhsm('--import', file, '--aes', '--token', 'tocsin', '--label', 'tocsin-wrapping', '--id', id.replaceAll('-', ''));
		this.give(this.folder);
	}
	/** Number of keys in it. */
	get keys() {
		return fs.readdirSync(this.folder, { recursive: true }).filter((n) => /[0-9a-f]\.object$/.test(n) && !n.endsWith('token.object')).length;
	}
	out() {
		fs.renameSync(this.folder, `${this.folder}-out`);
		fs.mkdirSync(this.folder);
		this.give(this.folder);
	}
	back() {
		fs.rmdirSync(this.folder);
		fs.renameSync(`${this.folder}-out`, this.folder);
	}
}
