/* A log by the definition (RFC 6962 section 2.1), with the key to sign whatever one likes. Nothing of it is the product's. */

import { createHash, generateKeyPairSync, sign } from "node:crypto";

const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash("sha256")).digest();
const hashOf = (leaf) => sha256(Buffer.of(0), leaf);
const split = (n) => 2 ** Math.ceil(Math.log2(n) - 1);
const tree = (list) => (list.length === 0 ? sha256() : list.length === 1 ? list[0] : sha256(Buffer.of(1), tree(list.slice(0, split(list.length))), tree(list.slice(split(list.length)))));

export class FakeLog {
	/** @param {number} size @param {{name?: string, type?: number, bent?: number, keys?: any, frames?: any[]}} options bent: from this entry on it is another
	 *   past; frames: entries that it is about */
	constructor(size, { name = "audit.localhost/ledger/1", type = 1, bent = Infinity, keys, frames } = {}) {
		this.keys = keys ?? generateKeyPairSync("ed25519");
		this.name = name;
		const raw = Buffer.concat([Buffer.of(type), Buffer.from(this.keys.publicKey.export({ format: "jwk" }).x, "base64url")]);
		this.id = sha256(name, "\n", raw).subarray(0, 4);
		this.vkey = `${name}+${this.id.toString("hex")}+${raw.toString("base64")}`;
		const made = (/** @type {number} */ i) => ({ ts: 1_900_000_000_000_000 + i * 1_000_123, k: "M4.send", mode: "exercise", org: "StreamHarbor", eid: `01980000-0000-7000-8000-${String(i).padStart(12, "0")}` });
		const said = ({ k, mode, org, id, recorded }) => ({ ts: Date.parse(recorded) * 1000, k, mode, org, eid: id });
		this.leaves = Array.from({ length: size }, (_, i) => Buffer.from(JSON.stringify({ v: 1, node: "n1", ...frames ? said(frames[i]) : made(i), ...i >= bent ? { org: "Bent" } : {} })));
	}

	/** What the server answers under /log/  @param {string} path @returns {string|undefined} */
	answer(path) {
		const [what, n] = path.split("/"), size = this.leaves.length, at = Number(n);
		return what === "vkey" ? this.vkey : what === "timestamps" ? JSON.stringify({ timestamps: [] })
			: what === "proof" && at < size ? this.proof(at, size) : what === "consistency" && at <= size ? JSON.stringify(this.frame(at)) : undefined;
	}

	/** From what is held to all that there is. @param {number} old */
	frame(old) {
		const size = this.leaves.length;
		return { op: "checkpoint", note: this.note(size), old, proof: this.consistency(old, size).map((h) => h.toString("base64")) };
	}

	/** Signed with the same key. */
	bentAt(i) {
		return new FakeLog(this.leaves.length, { keys: this.keys, bent: i });
	}
	entry(i) {
		const l = JSON.parse(new FakeLog(this.leaves.length, { keys: this.keys }).leaves[i]);
		return { seq: i, id: l.eid, k: l.k, org: l.org, mode: l.mode, recorded: new Date(Math.floor(l.ts / 1000)).toISOString() };
	}
	hashes(n) {
		return this.leaves.slice(0, n).map(hashOf);
	}
	root(size) {
		return tree(this.hashes(size));
	}
	inclusion(i, size) {
		const path = (m, d) => {
			if (d.length === 1) return [];
			const k = split(d.length);
			return m < k ? [...path(m, d.slice(0, k)), tree(d.slice(k))] : [...path(m - k, d.slice(k)), tree(d.slice(0, k))];
		};
		return path(i, this.hashes(size));
	}
	consistency(old, size) {
		const sub = (m, d, whole) => {
			if (m === d.length) return whole ? [] : [tree(d)];
			const k = split(d.length);
			return m <= k ? [...sub(m, d.slice(0, k), whole), tree(d.slice(k))] : [...sub(m - k, d.slice(k), false), tree(d.slice(0, k))];
		};
		return old === 0 || old === size ? [] : sub(old, this.hashes(size), true);
	}
	note(size) {
		const text = `${this.name}\n${size}\n${this.root(size).toString("base64")}\n`;
		return `${text}\n— ${this.name} ${Buffer.concat([this.id, sign(null, Buffer.from(text), this.keys.privateKey)]).toString("base64")}\n`;
	}
	cosign(note, seconds) {
		const text = note.slice(0, note.indexOf("\n\n") + 1), time = Buffer.alloc(8);
		time.writeBigUInt64BE(BigInt(seconds));
		const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), this.keys.privateKey);
		return `— ${this.name} ${Buffer.concat([this.id, time, signature]).toString("base64")}\n`;
	}
	proof(i, size) {
		return `c2sp.org/tlog-proof@v1\nextra ${this.leaves[i].toString("base64")}\nindex ${i}\n${this.inclusion(i, size).map((h) => `${h.toString("base64")}\n`).join("")}\n${this.note(size)}`;
	}
}
