// @ts-check
/* proof.js: that an entry is in the log, in one word for the explorer of the ledger; checked by core/log.js, with the browser's own SHA-256 and
 * Ed25519. The checkpoint is the one of the proof: whether it is of the log that this browser believes is log-watch.js's to say. */

import { includes, leafHash, LogWrong, openCheckpoint, readProof, readVkey } from "./log.js";

/** @typedef {{ok: true, seq: number, size: number, leaf: Uint8Array, note: string} | {ok: false, why: "format"|"other"|"path"|"signature"|"key"}} Verdict */

/** @type {Record<string, "format"|"signature"|"key">} */
const WHY = { malformed: "format", signature: "signature", origin: "key", vkey: "key" };

/** @param {string} proof the text of GET /log/proof/SEQ @param {string} vkey that of GET /log/vkey @param {number} seq which entry it has to be of
 * @returns {Promise<Verdict>} */
export async function verifyProof(proof, vkey, seq) {
	try {
		const p = readProof(proof);
		if (p.index !== seq)
			return { ok: false, why: "other" };
		const key = await readVkey(vkey);
		const c = await openCheckpoint(p.note, key);
		return await includes(p.index, c.size, await leafHash(p.leaf), p.proof, c.root) ? { ok: true, seq, size: c.size, leaf: p.leaf, note: p.note } : { ok: false, why: "path" };
	} catch (e) {
		return { ok: false, why: e instanceof LogWrong ? WHY[e.code] ?? "format" : "format" };
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

/** SHA-256 of text or bytes, in hexadecimal. @param {string|Uint8Array<ArrayBuffer>} text */
export async function digestOf(text) {
	const sum = await crypto.subtle.digest("SHA-256", typeof text === "string" ? new TextEncoder().encode(text) : text);
	return [...new Uint8Array(sum)].map((x) => x.toString(16).padStart(2, "0")).join("");
}
