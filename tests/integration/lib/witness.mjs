// witness.mjs: a witness of the log, with Node's own Ed25519: C2SP cosignature/v1, keys as Go's note package writes them.
import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';

import { readVkey } from './log.mjs';

const pkcs8 = (seed) => createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
const idOf = (name, bytes) => createHash('sha256').update(name).update('\n').update(bytes).digest().subarray(0, 4);

export class Witness {
	/** @param {Buffer} seed */
	constructor(name, seed, type = 4) {
		const { x } = createPublicKey(pkcs8(seed)).export({ format: 'jwk' });
		const key = Buffer.concat([Buffer.of(type), Buffer.from(x, 'base64url')]);
		Object.assign(this, { name, seed, id: idOf(name, key) });
		this.vkey = `${name}+${this.id.toString('hex')}+${key.toString('base64')}`;
	}

	static fresh(name, type) {
		return new Witness(name, Buffer.from(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }).d, 'base64url'), type);
	}

	/** PRIVATE+KEY+name+id+base64(type, seed) */
	static read(skey) {
		const [, name, id, rest] = skey.trim().match(/^PRIVATE\+KEY\+([^+ ]+)\+([0-9a-f]{8})\+(.+)$/);
		const bytes = Buffer.from(rest, 'base64'), w = new Witness(name, bytes.subarray(1), bytes[0]);
		assert.equal(w.id.toString('hex'), id);
		return w;
	}

	/** The line under a checkpoint's note. */
	line(note, seconds = Math.floor(Date.now() / 1000)) {
		const text = note.slice(0, note.indexOf('\n\n') + 1), time = Buffer.alloc(8);
		time.writeBigUInt64BE(BigInt(seconds));
		const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), pkcs8(this.seed));
		return `— ${this.name} ${Buffer.concat([this.id, time, signature]).toString('base64')}`;
	}

	/** That we have the key: what `possession` of a witness.register is. */
	possession(org) {
		return sign(null, Buffer.from(`tocsin-witness/v1\n${org}\n${this.vkey}\n`), pkcs8(this.seed)).toString('base64url');
	}
}

/** Who has cosigned this note: the names of those vkeys whose line is in it and good; a bad line fails. */
export function cosigners(note, vkeys) {
	const at = note.indexOf('\n\n'), text = note.slice(0, at + 1);
	return vkeys.map(readVkey).filter((v) => {
		const line = note.slice(at + 2).split('\n').find((l) => l.startsWith(`— ${v.name} `));
		if (!line) return false;
		const bytes = Buffer.from(line.split(' ')[2], 'base64');
		assert.equal(v.type, 4);
		assert.equal(bytes.subarray(0, 4).toString('hex'), v.id);
		const time = bytes.readBigUInt64BE(4);
		assert.ok(verify(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), v.key, bytes.subarray(12)), `the cosignature of ${v.name} is good`);
		return true;
	}).map((v) => v.name);
}
