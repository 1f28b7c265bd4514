// log.mjs: the log as a stranger reads it over HTTPS, and checks it with Node's own SHA-256 and Ed25519: not one line of
// the server's code. Formats: C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-proof; tree: RFC 6962 section 2.1.
import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';

import { Ledger } from './ledger.mjs';
import { LANTERN, message } from './messages.mjs';

const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash('sha256')).digest();
export const leafHash = (leaf) => sha256(Buffer.of(0), leaf);
const node = (left, right) => sha256(Buffer.of(1), left, right);

/** name+id+base64(type, key) → {name, id, type, key} */
export function readVkey(text) {
	const [, name, id, rest] = text.trim().match(/^([^+ ]+)\+([0-9a-f]{8})\+(.+)$/);
	const bytes = Buffer.from(rest, 'base64');
	assert.equal(sha256(name, '\n', bytes).subarray(0, 4).toString('hex'), id, 'the id is of name and key');
	return { name, id, type: bytes[0], key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(1).toString('base64url') }, format: 'jwk' }) };
}

/** A signed note, checked → {origin, size, root} */
export function openCheckpoint(note, vkey) {
	const at = note.indexOf('\n\n');
	const text = note.slice(0, at + 1);
	const [origin, size, root] = text.split('\n');
	assert.equal(text.split('\n').length, 4, 'three lines');
	assert.equal(origin, vkey.name);
	const line = note.slice(at + 2).split('\n').find((l) => l.startsWith(`— ${vkey.name} `));
	const signature = Buffer.from(line.split(' ')[2], 'base64');
	assert.equal(signature.subarray(0, 4).toString('hex'), vkey.id);
	assert.ok(verify(null, Buffer.from(text), vkey.key, signature.subarray(4)), 'the signature is good');
	return { origin, size: Number(size), root: Buffer.from(root, 'base64'), note };
}

/** A checkpoint with that root, signed with the log's own key: what who has stolen it could show. */
export function signed(server, vkey, size, root) {
	const seed = Buffer.from(fs.readFileSync(path.join(server.state, 'keys/log-1.key'), 'utf8').trim(), 'base64url');
	const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
	const text = `${vkey.name}\n${size}\n${root.toString('base64')}\n`;
	const line = Buffer.concat([Buffer.from(vkey.id, 'hex'), sign(null, Buffer.from(text), key)]);
	return `${text}\n— ${vkey.name} ${line.toString('base64')}\n`;
}
/** Another past of that size. */
export const forge = (server, vkey, size) => signed(server, vkey, size, sha256('another past'));

/** RFC 9162 2.1.3.2 */
export function includes(index, size, hash, proof, root) {
	let [fn, sn, r] = [index, size - 1, hash];
	if (index >= size) return false;
	for (const p of proof) {
		if (sn === 0) return false;
		if (fn % 2 || fn === sn) {
			r = node(p, r);
			while (fn % 2 === 0 && fn) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
		} else r = node(r, p);
		[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
	}
	return sn === 0 && r.equals(root);
}

/** RFC 9162 2.1.4.2 */
export function goesOn(old, size, proof) {
	if (old.size > size.size) return false;
	if (old.size === size.size) return proof.length === 0 && old.root.equals(size.root);
	if (old.size === 0) return proof.length === 0;
	const path = Number.isInteger(Math.log2(old.size)) ? [old.root, ...proof] : [...proof];
	let [fn, sn] = [old.size - 1, size.size - 1];
	while (fn % 2) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
	let [fr, sr] = [path[0], path[0]];
	for (const c of path.slice(1)) {
		if (sn === 0) return false;
		if (fn % 2 || fn === sn) {
			[fr, sr] = [node(c, fr), node(c, sr)];
			while (fn % 2 === 0 && fn) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
		} else sr = node(sr, c);
		[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
	}
	return sn === 0 && fr.equals(old.root) && sr.equals(size.root);
}

/** A tlog-proof → {index, extra, proof, note} */
export function readProof(text) {
	const [head, note] = [text.slice(0, text.indexOf('\n\n') + 1), text.slice(text.indexOf('\n\n') + 2)];
	const lines = head.trimEnd().split('\n');
	assert.equal(lines.shift(), 'c2sp.org/tlog-proof@v1');
	const extra = lines[0].startsWith('extra ') ? Buffer.from(lines.shift().slice(6), 'base64') : null;
	const index = Number(lines.shift().match(/^index (\d+)$/)[1]);
	return { index, extra, proof: lines.map((l) => Buffer.from(l, 'base64')), note };
}

const three = (n) => String(n).padStart(3, '0');
/** 1234067 → x001/x234/067 */
export function tileName(n) {
	let name = three(n % 1000);
	for (let rest = Math.floor(n / 1000); rest; rest = Math.floor(rest / 1000)) name = `x${three(rest % 1000)}/${name}`;
	return name;
}

export class Log {
	/** @param credential of whoever reads */
	constructor(server, credential) {
		Object.assign(this, { server, credential });
	}

	/** {status, bytes} of GET /log/… */
	get(path) {
		return new Promise((resolve, reject) => {
			https.get({ host: 'localhost', port: this.server.port, path: `/log/${path}`, ca: this.server.ca,
				headers: this.credential ? { authorization: `Bearer ${this.credential.api_key}` } : {} }, (answer) => {
				const parts = [];
				answer.on('data', (p) => parts.push(p)).on('end', () => resolve({ status: answer.statusCode, type: answer.headers['content-type'], bytes: Buffer.concat(parts) }));
			}).on('error', reject);
		});
	}

	async vkey() {
		return (this.known ??= readVkey(String((await this.get('vkey')).bytes)));
	}

	/** The newest checkpoint, checked; null while there is none. */
	async checkpoint() {
		const r = await this.get('checkpoint');
		return r.status === 200 ? openCheckpoint(String(r.bytes), await this.vkey()) : null;
	}

	/** Hashes of a tile. */
	async tile(level, n, width = 256) {
		const r = await this.get(`tile/${level}/${tileName(n)}${width < 256 ? `.p/${width}` : ''}`);
		assert.equal(r.status, 200, `${level}/${n}.p/${width}: ${r.bytes}`);
		assert.equal(r.bytes.length, width * 32);
		return Array.from({ length: width }, (_, i) => r.bytes.subarray(32 * i, 32 * i + 32));
	}

	/** All hashes of a level, tile by tile. */
	async level(level, count) {
		const hashes = [];
		for (let n = 0; n * 256 < count; n++) hashes.push(...await this.tile(level, n, Math.min(256, count - n * 256)));
		return hashes;
	}

	/** Leaves of a bundle. */
	async bundle(n, width = 256) {
		const r = await this.get(`tile/entries/${tileName(n)}${width < 256 ? `.p/${width}` : ''}`);
		if (r.status !== 200) return r;
		const leaves = [];
		for (let at = 0; at < r.bytes.length;) {
			const length = r.bytes.readUInt16BE(at);
			leaves.push(r.bytes.subarray(at + 2, at + 2 + length));
			at += 2 + length;
		}
		return { status: 200, leaves };
	}
}

const inject = (n) => message('exercise', { step: 'inject', headline: `n${n}` }, {
	exercise_ref: LANTERN, tlp: 'GREEN', precedence: 'routine', ack_required: false, personal_data: { level: 'none', categories: [] }, legal_basis: [] });

/** Send so many entries, as exercise control; returns the last answer. */
export async function grow(control, n) {
	let last;
	for (let i = 0; i < n; i += 50) {
		const answers = await Promise.all(Array.from({ length: Math.min(50, n - i) }, (_, k) => control.deliver(inject(i + k))));
		for (const a of answers) assert.equal(a.op, 'accepted', JSON.stringify(a));
		last = answers.at(-1);
	}
	return last;
}

/** Entries up to that size exactly, as a second node could write them, and then its checkpoint: the signer stands still
 * meanwhile, so that it signs nothing on the way. `like`: seq of the entry that they are like. */
export async function growTo(server, size, like) {
	server.signal('signer', 'SIGSTOP');
	try {
		await new Ledger(server).rows(`do $$ declare at bigint; n integer; e record; begin
			select convert_from(leaf, 'UTF8') as leaf, body, body_salt into strict e from ledger.entry where seq = ${like};
			loop
				select size into at from ledger.tip;
				exit when at >= ${size};
				n := least(256, ${size} - at);
				perform ledger.append(at, array(select convert_to(regexp_replace(e.leaf, '"eid":"[^"]*"', format('"eid":"%s"', gen_random_uuid())), 'UTF8')
					from generate_series(1, n)), array_fill(e.body, array[n]), array_fill(e.body_salt, array[n]),
					array_fill(null::uuid, array[n]), array_fill(null::bytea, array[n]), array_fill(null::uuid, array[n]), array_fill(null::bytea, array[n]));
			end loop;
		end $$`, 'admin');
	} finally {
		server.signal('signer', 'SIGCONT');
	}
}
