// @ts-check
/* dropped.js: files that were dropped on the form of signals, and the items that their digests become. The files themselves are not
 * here: a name for the person, and what the worker (hasher/worker.js) found. */

/** @typedef {{md5: string, sha256: string, pdq?: {hash: string, quality: number}, plain?: string}} Found
 *  @typedef {{id: number, name: string, size: number, type: string, done: number, found?: Found, added?: HashType[],
 *   failed?: boolean|"empty"}} Dropped
 *  @typedef {"SHA256"|"MD5"|"PDQ"} HashType */

/** Below, a picture has too little in it to be told from others (server/hash/hash.h). */
export const QUALITY_LEAST = 50;
/** The advice of the catalogue's source: up to here it is taken for the same picture. */
const DISTANCE = "31";
export const HASH_TYPES = /** @type {HashType[]} */ (["SHA256", "MD5", "PDQ"]);

const CONTENT = /** @type {Record<string, string>} */ ({ video: "video", image: "image", audio: "audio" });

/** Of the vocabulary of M6. @param {string} type as the browser names it */
export const contentType = (type) => CONTENT[type.split("/")[0]] ?? (type === "application/pdf" ? "pdf" : type.startsWith("text/") ? "text" : "");

/** Why a picture has no perceptual hash that is of use: a key of words, or nothing. @param {Found} found */
export const withoutPdq = (found) => found.plain ?? (found.pdq && found.pdq.quality < QUALITY_LEAST ? "poor" : undefined);

/** One item of an M6 for each kind of hash that is wanted, as the form holds them: text. The others are said to be the same content
 * by standing beside it. @param {Found} found @param {HashType[]} wanted */
export function itemsOf(found, wanted) {
	/** @type {Record<HashType, {hash_value: string, hash_quality?: string, match_distance_max?: string}|undefined>} */
	const made = { SHA256: { hash_value: found.sha256 }, MD5: { hash_value: found.md5 },
		PDQ: found.pdq && !withoutPdq(found) ? { hash_value: found.pdq.hash, hash_quality: String(found.pdq.quality),
			match_distance_max: DISTANCE } : undefined };
	return wanted.flatMap((type) => (made[type] ? [{ signal_kind: "hash", hash_type: type, ...made[type] }] : []));
}

/** The form's list of items with these added: a row that nobody has begun makes room, and what stands there already is not repeated.
 * What kind of content it is stands once beside the list, and at an item only where it is another.
 * @param {any} body as the form holds it @param {any[]} items @param {string} content kind of content, "" when nobody knows
 * @param {any} blank a row that nobody has begun @param {number} most
 * @returns {{body: any, left: number}} `left`: so many found no room */
export function withItems(body, items, content, blank, most) {
	const empty = JSON.stringify(blank);
	const begun = body.items.filter((/** @type {any} */ row) => JSON.stringify(row) !== empty);
	const there = new Set(begun.map((/** @type {any} */ row) => `${row.hash_type} ${row.hash_value.trim().toLowerCase()}`));
	const fresh = items.filter((x) => !there.has(`${x.hash_type} ${x.hash_value}`));
	const shared = body.content_type || content;
	const rows = fresh.map((x) => ({ ...blank, ...x, content_type: content === shared ? "" : content }));
	return { body: { ...body, content_type: shared, items: [...begun, ...rows].slice(0, most) }, left: Math.max(0, begun.length + rows.length - most) };
}
