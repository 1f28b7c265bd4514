// @ts-check
/* log.js: the log of signed checkpoints, checked here and not believed: signed notes, proofs, cosignatures, and what this
 * computer has seen of it. No DOM; digests and signatures are WebCrypto's.
 *
 * Formats: C2SP signed-note, tlog-checkpoint, tlog-proof, tlog-cosignature; the tree is RFC 6962's, proofs are checked as in
 * RFC 9162, 2.1.3.2 and 2.1.4.2. What is wrong is a LogWrong with a code; the screen has the words. */

/** Why something was not believed. */
export class LogWrong extends Error {
	constructor(/** @type {string} */ code, /** @type {any} */ detail = {}) {
		super(code);
		this.code = code;
		this.detail = detail;
	}
}

/** @typedef {{name: string, id: string, type: number, key: Uint8Array}} NoteKey
 * @typedef {{origin: string, size: number, root: Uint8Array, note: string}} Checkpoint
 * @typedef {{op?: string, note: string, old: number, proof: string[]}} Frame  a `checkpoint` frame of the server */

const utf8 = new TextEncoder();
const LOG = 1, WITNESS = 4;

/** @param {string} code @returns {never} */
function wrong(code, detail = {}) {
	throw new LogWrong(code, detail);
}

/** One spelling for the same bytes. @param {string} text */
export function bytesOf(text) {
	try {
		const plain = atob(text);
		if (btoa(plain) === text)
			return Uint8Array.from(plain, (c) => c.charCodeAt(0));
	} catch {
		/* no base64 at all */
	}
	return wrong("malformed");
}

/** @param {...Uint8Array} parts */
function joined(...parts) {
	const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
	let at = 0;
	for (const p of parts) {
		all.set(p, at);
		at += p.length;
	}
	return all;
}

/** @param {...Uint8Array} parts */
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
/** @param {Uint8Array} leaf */
export const leafHash = (leaf) => sha256(Uint8Array.of(0), leaf);
/** @param {Uint8Array} left @param {Uint8Array} right */
const node = (left, right) => sha256(Uint8Array.of(1), left, right);
/** @param {Uint8Array} a @param {Uint8Array} b */
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
/** @param {Uint8Array} bytes */
const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

/** name+id+base64(type, key) @param {string} text @returns {Promise<NoteKey>} */
export async function readVkey(text) {
	const m = /^([!-*,-~]{1,160})\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim());
	if (!m)
		return wrong("vkey");
	const bytes = bytesOf(m[3]);
	const id = hex((await sha256(utf8.encode(`${m[1]}\n`), bytes)).subarray(0, 4));
	if (bytes.length !== 33 || id !== m[2] || (bytes[0] !== LOG && bytes[0] !== WITNESS))
		return wrong("vkey");
	return { name: m[1], id, type: bytes[0], key: bytes.subarray(1) };
}

/** @param {NoteKey} k @param {Uint8Array} text @param {Uint8Array} signature */
async function isSigned(k, text, signature) {
	const key = await crypto.subtle.importKey("raw", /** @type {BufferSource} */ (k.key), "Ed25519", false, ["verify"]);
	return crypto.subtle.verify("Ed25519", key, /** @type {BufferSource} */ (signature), /** @type {BufferSource} */ (text));
}

/** Can this browser check signatures at all? */
export async function canCheck() {
	try {
		await crypto.subtle.importKey("raw", new Uint8Array(32), "Ed25519", false, ["verify"]);
		return true;
	} catch {
		return false;
	}
}

/** The three lines, and the signature lines under them. @param {string} note */
function partsOf(note) {
	const at = note.indexOf("\n\n");
	const m = /^([!-*,-~]{1,160})\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(note.slice(0, at + 1));
	const lines = note.slice(at + 2).split("\n");
	if (at < 0 || !m || note.length > 8192 || lines.pop() !== "" || !lines.length || lines.length > 256)
		return wrong("malformed");
	return { text: note.slice(0, at + 1), origin: m[1], size: Number(m[2]), root: bytesOf(m[3]), lines };
}

/** What this key has signed under the note: nothing, or its bytes without the key id. @param {string[]} lines @param {NoteKey} k */
function lineOf(lines, k) {
	for (const line of lines) {
		const m = /^— ([!-*,-~]+) ([A-Za-z0-9+/]+=*)$/.exec(line);
		if (!m)
			return wrong("malformed");
		if (m[1] === k.name) {
			const bytes = bytesOf(m[2]);
			if (hex(bytes.subarray(0, 4)) === k.id)
				return bytes.subarray(4);
		}
	}
	return null;
}

/** A note that the log's key has signed. @param {string} note @param {NoteKey} k @returns {Promise<Checkpoint>} */
export async function openCheckpoint(note, k) {
	const { text, origin, size, root, lines } = partsOf(note);
	const signature = lineOf(lines, k);
	if (!signature || k.type !== LOG || signature.length !== 64 || !(await isSigned(k, utf8.encode(text), signature)))
		return wrong("signature", { name: k.name });
	if (origin !== k.name)
		return wrong("origin", { name: origin });
	return { origin, size, root, note };
}

/** Who has cosigned it, and when; a line of a known key that is bad is wrong. @param {string} note
 * @param {{org: string, key: NoteKey}[]} witnesses @returns {Promise<{org: string, at: number}[]>} */
export async function cosigners(note, witnesses) {
	const { text, lines } = partsOf(note);
	const found = [];
	for (const { org, key } of witnesses) {
		const bytes = lineOf(lines, key);
		if (!bytes)
			continue;
		const seconds = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
		if (key.type !== WITNESS || bytes.length !== 72 || !(await isSigned(key, utf8.encode(`cosignature/v1\ntime ${seconds}\n${text}`), bytes.subarray(8))))
			return wrong("cosignature", { name: key.name });
		found.push({ org, at: seconds * 1000 });
	}
	return found;
}

/* Sizes are up to 2^53: no bit operators, which stop at 2^31. */
const half = (/** @type {number} */ n) => Math.floor(n / 2);
const odd = (/** @type {number} */ n) => n % 2 === 1;

/** Leaf `index` is in the log of `size`. @param {number} index @param {number} size @param {Uint8Array} hash
 * @param {Uint8Array[]} proof @param {Uint8Array} root */
export async function includes(index, size, hash, proof, root) {
	if (index >= size)
		return false;
	let [fn, sn, r] = [index, size - 1, hash];
	for (const p of proof) {
		if (sn === 0)
			return false;
		if (odd(fn) || fn === sn) {
			r = await node(p, r);
			while (!odd(fn) && fn !== 0)
				[fn, sn] = [half(fn), half(sn)];
		} else
			r = await node(r, p);
		[fn, sn] = [half(fn), half(sn)];
	}
	return sn === 0 && same(r, root);
}

/** The log of `size` begins with that of `old`. @param {{size: number, root: Uint8Array}} old @param {{size: number, root: Uint8Array}} next
 * @param {Uint8Array[]} proof */
export async function goesOn(old, next, proof) {
	if (old.size > next.size)
		return false;
	if (old.size === next.size)
		return proof.length === 0 && same(old.root, next.root);
	if (old.size === 0)
		return proof.length === 0;
	let [fn, sn] = [old.size - 1, next.size - 1];
	while (odd(fn))
		[fn, sn] = [half(fn), half(sn)];
	const path = fn === 0 ? [old.root, ...proof] : proof;
	if (!path.length)
		return false;
	let [fr, sr] = [path[0], path[0]];
	for (const c of path.slice(1)) {
		if (sn === 0)
			return false;
		if (odd(fn) || fn === sn) {
			[fr, sr] = [await node(c, fr), await node(c, sr)];
			while (!odd(fn) && fn !== 0)
				[fn, sn] = [half(fn), half(sn)];
		} else
			sr = await node(sr, c);
		[fn, sn] = [half(fn), half(sn)];
	}
	return sn === 0 && same(fr, old.root) && same(sr, next.root);
}

/** A tlog-proof with its leaf as the extra line. @param {string} text */
export function readProof(text) {
	const m = /^c2sp\.org\/tlog-proof@v1\nextra ([A-Za-z0-9+/]+=*)\nindex (0|[1-9]\d{0,15})\n((?:[A-Za-z0-9+/]{43}=\n){0,64})\n/.exec(text);
	if (!m)
		return wrong("malformed");
	return { leaf: bytesOf(m[1]), index: Number(m[2]), proof: m[3].split("\n").slice(0, -1).map(bytesOf), note: text.slice(m[0].length) };
}

/** What the leaf says and this entry says otherwise: names of members. A nameless entry shows no organisation.
 * @param {Uint8Array} leaf @param {any} entry */
export function differs(leaf, entry) {
	/** @type {any} */
	let l;
	try {
		l = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(leaf));
	} catch {
		return wrong("malformed");
	}
	const pairs = /** @type {[string, any, any][]} */ ([["eid", l.eid, entry.id], ["k", l.k, entry.k], ["org", l.org, entry.org || l.org], ["mode", l.mode, entry.mode ?? l.mode],
		["ts", Math.floor(l.ts / 1000), entry.recorded ? Date.parse(entry.recorded) : Math.floor(l.ts / 1000)]]);
	return pairs.filter(([, a, b]) => a !== b).map(([name]) => name);
}

/* ---- what this computer believes ---- */

export const BEHIND_MS = 60_000; // so long may a server show less than it has signed: another node is ahead of it

/** @typedef {{vkey: string, note: string}} Held  what is stored
 * @typedef {{code: string, detail: any, held: Held|null, shown: Frame|null, at: number}} Alarm */

export class LogTrust {
	#store;
	/** @type {NoteKey|null} */
	#key = null;
	/** @type {Checkpoint|null} */
	#held = null;
	#vkey = "";
	#behindSince = 0;
	/** @type {Frame|null} */
	#behind = null;
	/** What does not add up, and was not taken back by a person. @type {Alarm|null} */
	alarm = null;

	/** @param {{get: () => Held|null, set: (held: Held) => boolean}} store  set: true when it will be there after a crash */
	constructor(store) {
		this.#store = store;
	}

	/** @returns {Checkpoint|null} */
	get held() {
		return this.#held;
	}
	get vkey() {
		return this.#vkey;
	}

	/** @param {string} code @param {number} now @param {Frame|null} shown @returns {"alarm"} */
	#raise(code, now, shown, detail = {}) {
		this.alarm ??= { code, detail, at: now, shown, held: this.#held && { vkey: this.#vkey, note: this.#held.note } };
		return "alarm";
	}

	/** What the server's welcome names. The first one is believed, and kept. @param {string} vkey @param {number} now */
	async welcome(vkey, now) {
		const kept = this.#store.get();
		if (!this.#key && kept) {
			try {
				const key = await readVkey(kept.vkey);
				this.#held = kept.note ? await openCheckpoint(kept.note, key) : null;
				this.#key = key;
				this.#vkey = kept.vkey;
			} catch { /* without it any past would be news */
				return this.#raise("kept", now, null);
			}
		}
		if (!vkey)
			return "nothing";
		if (this.#key && vkey !== this.#vkey)
			return this.#raise("key", now, null, { vkey });
		if (!this.#key) {
			this.#key = await readVkey(vkey);
			this.#vkey = vkey;
		}
		return "nothing";
	}

	/** A `checkpoint` frame. again: its proof begins elsewhere than what is held; ask from there.
	 * @param {Frame} frame @param {number} now @returns {Promise<"nothing"|"grown"|"again"|"alarm">} */
	async checkpoint(frame, now) {
		if (!this.#key)
			return "nothing";
		/** @type {Checkpoint} */
		let c;
		try {
			c = await openCheckpoint(frame.note, this.#key);
		} catch (e) {
			return this.#raise(e instanceof LogWrong ? e.code : "malformed", now, frame, { name: this.#key.name });
		}
		const held = this.#held;
		if (held && c.size === held.size) {
			this.#behindSince = 0;
			return same(c.root, held.root) ? "nothing" : this.#raise("fork", now, frame, { size: c.size });
		}
		if (held && c.size < held.size) {
			this.#behindSince ||= now;
			this.#behind = frame;
			return this.tick(now);
		}
		if (held) {
			if (frame.old !== held.size)
				return "again";
			let fits = false;
			try {
				fits = await goesOn(held, c, frame.proof.map(bytesOf));
			} catch {
				/* a proof that cannot be read proves nothing */
			}
			if (!fits)
				return this.#raise("rewritten", now, frame, { size: c.size, held: held.size });
		}
		/* kept before it is believed: after a crash the other past would be news otherwise */
		if (!this.#store.set({ vkey: this.#vkey, note: frame.note }))
			return this.#raise("unwritten", now, null);
		this.#held = c;
		this.#behindSince = 0;
		return "grown";
	}

	/** @param {number} now @returns {"nothing"|"alarm"} */
	tick(now) {
		if (!this.#behindSince || now - this.#behindSince < BEHIND_MS)
			return "nothing";
		return this.#raise("rolled_back", now, this.#behind, { held: this.#held?.size });
	}

	/** The server has not even the entry that was the last one here. @param {number} last @param {any} refused its words @param {number} now */
	ahead(last, refused, now) {
		return this.#raise("ahead", now, refused, { last });
	}

	/** The server says itself that what it has is not what it has published. @param {any} beat @param {number} now */
	halted(beat, now) {
		return this.#raise("halted", now, beat);
	}

	/** A person has been told why, and begins anew with what the server shows. */
	forget() {
		this.alarm = this.#key = this.#held = null;
		this.#vkey = "";
		this.#behindSince = 0;
	}
}

/** Is this entry in the log that is believed? Each step that holds is named, in order; what does not is thrown.
 * @param {{trust: LogTrust, entry: any, now: number, get: (path: string) => Promise<string>}} a  get: a body of GET /log/… */
export async function checkEntry({ trust, entry, now, get }) {
	const key = await readVkey(trust.vkey);
	const text = await get(`proof/${entry.seq}`);
	const p = readProof(text);
	const c = await openCheckpoint(p.note, key);
	if (p.index !== entry.seq || !(await includes(p.index, c.size, await leafHash(p.leaf), p.proof, c.root)))
		return wrong("inclusion", { seq: entry.seq });
	const other = differs(p.leaf, entry);
	if (other.length)
		return wrong("leaf", { members: other.join(", ") });
	await isBelieved({ trust, checkpoint: c, now, get });
	return { size: c.size, note: p.note, proof: text };
}

/** Is this checkpoint of the log that is believed? Then both lead to one root; what does not is thrown.
 * @param {{trust: LogTrust, checkpoint: Checkpoint, now: number, get: (path: string) => Promise<string>}} a */
export async function isBelieved({ trust, checkpoint: c, now, get }) {
	const key = await readVkey(trust.vkey);
	for (let round = 0; round < 4; round++) {
		const held = trust.held;
		const from = /** @type {Frame} */ (JSON.parse(await get(`consistency/${c.size}`)));
		const next = await openCheckpoint(from.note, key);
		if (next.size < c.size || !(await goesOn(c, next, from.proof.map(bytesOf))))
			return wrong("rewritten", { size: next.size, held: c.size });
		if (!held || held.size !== next.size) {
			const frame = /** @type {Frame} */ (JSON.parse(await get(`consistency/${held?.size ?? 0}`)));
			if (await trust.checkpoint(frame, now) === "alarm")
				return wrong(trust.alarm?.code ?? "fork", trust.alarm?.detail);
			if (trust.held?.size !== next.size)
				continue; // it has grown meanwhile
		}
		if (!trust.held || !same(trust.held.root, next.root))
			return wrong("fork", { size: next.size });
		return;
	}
	wrong("busy");
}
