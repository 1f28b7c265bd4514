// @ts-check
/* carry.js: the words of a threat, on their way to another node's console, in the address that a person opens there.
 *
 * The addresses that a browser has visited stay in it, and may be copied to other machines; so what stands there is sealed (AES-256-GCM) under a
 * code that the first page shows and the second asks for: eight letters, 40 bits, made slow (PBKDF2). What is opened is what somebody has
 * typed, no more: values of the form, and under which id, time and language it was sent if it was; the message is made of them by the console that sends it. */

import { emptyForm, emptyRow } from "./notice.js";

const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; // none that is taken for another
const ROUNDS = 300_000;
const MOST = 48 * 1024; // of letters in the address

/** @typedef {{id: string, at: number, lang: string, of: string}} Used  `of`: the form as it was sent, so that the same words get the same message
 * @typedef {{case: string, form: import("./notice.js").Form, used?: Used}} Carried */

export function newCode() {
	return [...crypto.getRandomValues(new Uint8Array(8))].map((b) => LETTERS[b % 32]).join("");
}

/** @param {string} code as somebody types it @param {BufferSource} salt */
async function keyOf(code, salt) {
	const typed = new TextEncoder().encode(code.toUpperCase().replace(/[^A-Z0-9]/g, ""));
	const secret = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
	return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** @param {Carried} what @param {string} code @returns {Promise<string|null>} for the address; null when it is too much */
export async function seal(what, code) {
	const salt = crypto.getRandomValues(new Uint8Array(16)), nonce = crypto.getRandomValues(new Uint8Array(12));
	const text = new TextEncoder().encode(JSON.stringify(what));
	if (text.length > MOST * 3 / 4 - 44)
		return null;
	const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await keyOf(code, salt), text));
	return btoa([salt, nonce, sealed].flatMap((part) => [...part].map((b) => String.fromCharCode(b))).join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} sealed @param {string} code @returns {Promise<Carried|null>} null: another code, or not what a console has sealed */
export async function opened(sealed, code) {
	try {
		if (sealed.length > MOST)
			return null;
		const bytes = Uint8Array.from(atob(sealed.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
		const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.subarray(16, 28) }, await keyOf(code, bytes.subarray(0, 16)), bytes.subarray(28));
		return read(JSON.parse(new TextDecoder().decode(text)));
	} catch {
		return null;
	}
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Only what the form has, and of its kind: anybody can make an address. @param {any} x @returns {Carried|null} */
function read(x) {
	if (!UUID.test(x?.case) || typeof x.form !== "object" || !x.form)
		return null;
	/** @type {import("./notice.js").Form} */
	const form = {};
	for (const [name, blank] of Object.entries(emptyForm())) {
		const value = x.form[name], like = /** @type {any} */ (emptyRow)[name];
		if (value === undefined)
			continue;
		if (blank === null ? value !== null && !(Array.isArray(value) && value.every((v) => typeof v === "string")) : Array.isArray(blank) ? !Array.isArray(value) || !value.every((v) => (like ? isRow(v, like) : typeof v === "string")) : typeof value !== typeof blank)
			return null;
		form[name] = value;
	}
	const u = x.used;
	const used = u && UUID.test(u.id) && Number.isFinite(u.at) && /^[a-z]{2}$/.test(u.lang) && u.of === JSON.stringify(x.form) ? { id: u.id, at: u.at, lang: u.lang, of: u.of } : undefined;
	return { case: x.case, form, used };
}

/** @param {any} v @param {Record<string, any>} like */
const isRow = (v, like) => typeof v === "object" && v !== null && Object.entries(v).every(([name, value]) => name in like && typeof value === typeof like[name]);
