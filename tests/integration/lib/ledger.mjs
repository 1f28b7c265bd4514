// ledger.mjs: the ledger as its tables have it, read by SQL and checked with Node's own SHA-256 and AES-GCM: not one
// line of the server's code. Layouts: server/ledger/ledger.h; tree: RFC 6962 section 2.1.
//
//   const ledger = new Ledger(server);
//   const { size, root, entries } = await ledger.read();
//   checkTree(…); ledger.checkSeals(entries);
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createDecipheriv, createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { until } from './server.mjs';

const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash('sha256')).digest();
const LEAF = Buffer.of(0), NODE = Buffer.of(1);
const PAGE = 5000; // entries read at once

/** Root of a tree over these leaf hashes, by the recursive definition (the server adds one leaf at a time). */
export function treeRoot(hashes) {
	if (hashes.length === 0) return sha256('');
	if (hashes.length === 1) return hashes[0];
	let k = 1;
	while (k * 2 < hashes.length) k *= 2;
	return sha256(NODE, treeRoot(hashes.slice(0, k)), treeRoot(hashes.slice(k)));
}

const hex = (text) => (text === null ? null : Buffer.from(text, 'hex'));

/** 0x01 | nonce(12) | ciphertext | tag(16) */
function unseal(key, aad, sealed) {
	assert.equal(sealed[0], 1, 'the form of a sealed part');
	const d = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 13));
	d.setAAD(Buffer.from(aad));
	d.setAuthTag(sealed.subarray(-16));
	return Buffer.concat([d.update(sealed.subarray(13, -16)), d.final()]);
}

/** The wrapping keys that a state directory holds: id → key. */
export function wrappingKeys(state) {
	const keys = new Map(), folder = path.join(state, 'wrapping');
	for (const name of fs.readdirSync(folder)) {
		const id = name.match(/^([0-9a-f-]{36})\.key$/)?.[1];
		if (id) keys.set(id, Buffer.from(fs.readFileSync(path.join(folder, name), 'utf8').trim(), 'base64url'));
	}
	return keys;
}

/** What opens of these data parts [{eid, data}] with a wrapped seal key {id, subject, retention, wrapping, wrapped}, trying
 * every wrapping key that is held, whatever the row says: texts. */
export function opensWith(held, key, parts) {
	const clear = [];
	for (const [, wrappingKey] of held)
		for (const id of new Set([key.wrapping, ...held.keys()]))
			try {
				const seal = unseal(wrappingKey, `tocsin-wrap/v1 ${key.id}\n${key.subject}\n${key.retention}\n${id}`, hex(key.wrapped));
				for (const p of parts)
					clear.push(unseal(seal, `tocsin-seal/v1 ${key.subject}\n${key.retention}\n${p.eid}\ndata`, hex(p.data)).subarray(32).toString());
			} catch { /* it does not */ }
	return clear;
}

/** The keeper's copy of the state on disk, opened with the key that seals it. */
export function sealedState(state) {
	const key = Buffer.from(fs.readFileSync(path.join(state, 'keys/journal.key'), 'utf8').trim(), 'base64url');
	return JSON.parse(unseal(key, 'tocsin-state/v1', fs.readFileSync(path.join(state, 'journal/state'))));
}

export class Ledger {
	constructor(server) {
		this.server = server;
	}

	/** Rows of one query, each an object, as the role `reader`, `app` or `admin` of the private cluster; asked again
	 * while the server is on its way up. */
	async rows(query, role = 'reader') {
		let text;
		await until(async () => (text = await this.ask(query, role)) !== null, 'PostgreSQL answers');
		return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
	}

	async ask(query, role) {
		const { state } = this.server;
		return new Promise((resolve, reject) => execFile('psql',
			['-h', path.join(state, 'run'), '-U', `tocsin_${role}`, '-d', 'tocsin', '-XAtq', '-v', 'ON_ERROR_STOP=1',
				'-c', /^\s*(select|with)\b/i.test(query) ? `select row_to_json(q) from (${query}) q` : query],
			{
				env: { ...process.env, PGPASSWORD: fs.readFileSync(path.join(state, 'keys', `pg-${role}`), 'utf8').trim() },
				maxBuffer: 1 << 30,
			}, (why, out, words) => {
				if (!why) resolve(out);
				else if (/starting up|not yet accepting|shutting down|recovery mode|server closed the connection|terminating connection|No such file|Connection refused/.test(words)) resolve(null);
				else reject(why);
			}));
	}

	async tip() {
		return (await this.rows(`select size, encode(root, 'hex') as root from ledger.tip`))[0];
	}

	/** The whole ledger: {size, root, entries}, in order; bytes as Buffers, leaf and body also parsed. */
	async read() {
		const { size, root } = await this.tip();
		const rows = [];
		for (let from = 0; from < size; from += PAGE) // one answer is one string, and those have a limit
			rows.push(...await this.rows(`select e.seq, encode(e.leaf, 'hex') as leaf, encode(e.leaf_hash, 'hex') as hash,
				encode(e.body, 'hex') as body, encode(e.body_salt, 'hex') as salt, s.actor_key, encode(s.actor, 'hex') as actor,
				s.data_key, encode(s.data, 'hex') as data
				from ledger.entry e left join ledger.sealed s using (seq)
				where e.seq >= ${from} and e.seq < ${Math.min(size, from + PAGE)} order by e.seq`));
		const entries = rows.map((r) => {
			const e = {
				seq: r.seq, leafBytes: hex(r.leaf), hash: hex(r.hash), bodyBytes: hex(r.body), salt: hex(r.salt),
				actorKey: r.actor_key, actor: hex(r.actor), dataKey: r.data_key, data: hex(r.data),
			};
			e.leaf = JSON.parse(e.leafBytes);
			e.body = JSON.parse(e.bodyBytes);
			e.decided = e.body.decided ?? {};
			return e;
		});
		return { size, root, entries };
	}

	/** Numbers without a hole, leaf hashes of the stored bytes, and the root over them. */
	static checkTree({ size, root, entries }) {
		assert.equal(entries.length, size, 'as many entries as the tip says');
		entries.forEach((e, i) => {
			assert.equal(e.seq, i, 'no hole');
			assert.deepEqual(sha256(LEAF, e.leafBytes), e.hash, `leaf hash of ${i}`);
		});
		assert.equal(treeRoot(entries.map((e) => e.hash)).toString('hex'), root, 'root of the tree');
	}

	/** Every part of every entry opens, under its own key and name only, to what its leaf commits to. */
	async checkSeals(entries) {
		const wrapping = wrappingKeys(this.server.state);
		const keys = new Map();
		for (const k of await this.rows(`select id, subject, retention, wrapping, encode(wrapped, 'hex') as wrapped from ledger.seal_key`)) {
			const aad = `tocsin-wrap/v1 ${k.id}\n${k.subject}\n${k.retention}\n${k.wrapping}`;
			keys.set(k.id, { ...k, key: unseal(wrapping.get(k.wrapping), aad, hex(k.wrapped)) });
		}
		const commits = (e, part, salt, bytes) => assert.equal(
			sha256(`tocsin-entry/v1 ${part}\n`, salt, bytes).toString('base64url'), e.leaf[`c${part[0]}`], `${part} of entry ${e.seq}`);
		for (const e of entries) {
			commits(e, 'body', e.salt, e.bodyBytes);
			for (const part of ['actor', 'data']) {
				if (!e[part]) continue;
				const k = keys.get(e[`${part}Key`]);
				const clear = unseal(k.key, `tocsin-seal/v1 ${k.subject}\n${k.retention}\n${e.leaf.eid}\n${part}`, e[part]);
				commits(e, part, clear.subarray(0, 32), clear.subarray(32));
			}
		}
	}

	/** Who of an organisation may read an entry, as it was decided when it was made: the role, or nobody. */
	static mayRead(entry, credential) {
		return (entry.decided.readers ?? []).some((r) => r.org === credential.organisation && r.roles.some((role) => credential.roles.includes(role)));
	}
}

/** What a superuser of the database does, by force, while all others work: of those who wait for one another PostgreSQL ends one, who has done
 * nothing then, and tries again. @returns rows, of a query */
export async function asAdministrator(server, text) {
	for (;;)
		try {
			return await new Ledger(server).rows(text, 'admin');
		} catch (why) {
			if (!/deadlock detected/.test(why.message)) throw why;
		}
}
