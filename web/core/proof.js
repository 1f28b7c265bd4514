// @ts-check
/* proof.js: that an entry is in the log, checked by this browser and nobody else: a tlog-proof (C2SP), its leaf, the path to the root
 * (RFC 6962 2.1.1), the signature of the checkpoint (Ed25519). SHA-256 and Ed25519 are the browser's. */

/** @typedef {{ok: true, seq: number, size: number, leaf: Uint8Array} | {ok: false, why: "format"|"other"|"path"|"signature"|"key"}} Verdict */

const MARK = "c2sp.org/tlog-proof@v1";

/** @param {string} text */
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
/** @param {...Uint8Array} parts */
async function sha256(...parts) {
	const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
	let at = 0;
	for (const p of parts) {
		all.set(p, at);
		at += p.length;
	}
	return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}
const hex = (/** @type {Uint8Array} */ b) => [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
const same = (/** @type {Uint8Array} */ a, /** @type {Uint8Array} */ b) => a.length === b.length && a.every((x, i) => x === b[i]);

/** Name, id and key of whoever signs. @param {string} text name+id+base64(type, key) */
async function keyOf(text) {
	const [, name, id, rest] = /^([^+ ]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
	if (!name)
		return undefined;
	const bytes = bytesOf(rest);
	const sum = await sha256(new TextEncoder().encode(`${name}\n`), bytes);
	return hex(sum.subarray(0, 4)) === id && bytes[0] === 1 ? { name, id, raw: bytes.subarray(1) } : undefined;
}

/** The root that the path leads to; undefined when it leads nowhere. @param {number} index @param {number} size @param {Uint8Array} leaf
 * @param {Uint8Array[]} path */
async function rootOf(index, size, leaf, path) {
	let [fn, sn, r] = [index, size - 1, await sha256(Uint8Array.of(0), leaf)];
	if (index >= size)
		return undefined;
	for (const p of path) {
		if (sn === 0)
			return undefined;
		if (fn % 2 || fn === sn) {
			r = await sha256(Uint8Array.of(1), p, r);
			while (fn % 2 === 0 && fn)
				[fn, sn] = [fn / 2, Math.floor(sn / 2)];
		} else
			r = await sha256(Uint8Array.of(1), r, p);
		[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
	}
	return sn === 0 ? r : undefined;
}

/** @param {string} proof the text of GET /log/proof/SEQ @param {string} vkey that of GET /log/vkey @param {number} seq which entry it has to be of
 * @returns {Promise<Verdict>} */
export async function verifyProof(proof, vkey, seq) {
	try {
		const cut = proof.indexOf("\n\n");
		const lines = proof.slice(0, cut).split("\n");
		const note = proof.slice(cut + 2);
		if (cut < 0 || lines.shift() !== MARK || !lines[0].startsWith("extra "))
			return { ok: false, why: "format" };
		const leaf = bytesOf(/** @type {string} */ (lines.shift()).slice(6));
		const index = Number(/^index (\d+)$/.exec(lines.shift() ?? "")?.[1]);
		if (index !== seq)
			return { ok: false, why: "other" };
		const end = note.indexOf("\n\n");
		const signed = note.slice(0, end + 1);
		const [origin, size, root] = signed.split("\n");
		const key = await keyOf(vkey);
		if (!key || origin !== key.name)
			return { ok: false, why: "key" };
		const found = await rootOf(index, Number(size), leaf, lines.map(bytesOf));
		if (!found || !same(found, bytesOf(root)))
			return { ok: false, why: "path" };
		const line = note.slice(end + 2).split("\n").find((l) => l.startsWith(`— ${key.name} `));
		const signature = bytesOf(line?.split(" ")[2] ?? "");
		const known = await crypto.subtle.importKey("raw", key.raw, { name: "Ed25519" }, false, ["verify"]);
		const good = hex(signature.subarray(0, 4)) === key.id && await crypto.subtle.verify({ name: "Ed25519" }, known, signature.subarray(4), new TextEncoder().encode(signed));
		return good ? { ok: true, seq, size: Number(size), leaf } : { ok: false, why: "signature" };
	} catch {
		return { ok: false, why: "format" };
	}
}

/** What an entry's leaf says of itself, in the clear: kind, organisation, time. @param {Uint8Array} leaf @returns {any} */
export function leafOf(leaf) {
	try {
		return JSON.parse(new TextDecoder().decode(leaf));
	} catch {
		return undefined;
	}
}

/** SHA-256 of text or bytes, in hexadecimal. @param {string|Uint8Array} text */
export const digestOf = async (text) => hex(await sha256(typeof text === "string" ? new TextEncoder().encode(text) : text));
