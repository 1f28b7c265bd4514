// @ts-check
/* i18n.js: words. One catalogue per language (lib/strings/LANG.js), stable keys, an ICU subset:
 * {name}, {n, plural, one {# item} other {# items}}, {x, select, a {…} other {…}}. Never joined from pieces.
 * A key that a language lacks is shown in English and marked, so that a gap is seen and nobody is left without words. */

import { signal } from "@preact/signals";
import enRest from "./strings/en.js";
import enIncident from "./strings/en-incident.js";
import enCourse from "./strings/en-course.js";
import enContacts from "./strings/en-contacts.js";
import enFences from "./strings/en-fences.js";
import enOrders from "./strings/en-orders.js";
import enLink from "./strings/en-link.js";
import deRest from "./strings/de.js";
import deIncident from "./strings/de-incident.js";
import deCourse from "./strings/de-course.js";
import deContacts from "./strings/de-contacts.js";
import deFences from "./strings/de-fences.js";
import deOrders from "./strings/de-orders.js";
import deLink from "./strings/de-link.js";

/** @type {Record<string, string>} */
const en = { ...enRest, ...enIncident, ...enCourse, ...enFences, ...enOrders, ...enContacts, ...enLink };
/** @type {Record<string, Record<string, string>>} */
export const catalogues = { en, de: { ...deRest, ...deIncident, ...deCourse, ...deFences, ...deOrders, ...deContacts, ...deLink } };
export const language = signal("en");

/** Words of a page that is loaded later. @param {Record<string, Record<string, string>>} more by language */
export function learn(more) {
	for (const [lang, words] of Object.entries(more))
		Object.assign(catalogues[lang], words);
}

/** @param {string} text @param {number} i  after the opening brace @returns {number} index of its closing brace */
function closing(text, i) {
	for (let depth = 1; i < text.length; i++) {
		if (text[i] === "{")
			depth++;
		else if (text[i] === "}" && --depth === 0)
			return i;
	}
	throw new Error(`unclosed brace: ${text}`);
}

/** @param {string} text @returns {Record<string, string>} "one {x} other {y}" → {one: "x", other: "y"} */
function branches(text) {
	/** @type {Record<string, string>} */
	const found = {};
	let i = 0;
	while (i < text.length) {
		const open = text.indexOf("{", i);
		if (open < 0)
			break;
		const close = closing(text, open + 1);
		found[text.slice(i, open).trim()] = text.slice(open + 1, close);
		i = close + 1;
	}
	return found;
}

/** @param {string} text @param {Record<string, any>} values @param {string} lang @param {number} [number] of a plural
 * @returns {string} */
export function format(text, values, lang, number) {
	let out = "";
	for (let i = 0; i < text.length; i++) {
		if (text[i] === "#" && number !== undefined) {
			out += new Intl.NumberFormat(lang).format(number);
			continue;
		}
		if (text[i] !== "{") {
			out += text[i];
			continue;
		}
		const close = closing(text, i + 1);
		const inside = text.slice(i + 1, close);
		const parts = /^\s*(\w+)\s*(?:,\s*(plural|select)\s*,(.*))?$/s.exec(inside);
		if (!parts)
			throw new Error(`not a placeholder: {${inside}}`);
		const [, name, kind, rest] = parts;
		const value = values[name];
		if (!kind)
			out += value ?? "";
		else {
			const cases = branches(rest);
			const n = kind === "plural" ? Number(value) : number;
			const chosen = kind === "plural"
				? cases[`=${value}`] ?? cases[new Intl.PluralRules(lang).select(Number(value))] ?? cases.other
				: cases[String(value)] ?? cases.other;
			out += format(chosen ?? "", values, lang, n);
		}
		i = close;
	}
	return out;
}

/** Is there a sentence of that name? @param {string} key */
export const has = (key) => key in en;

/** @param {string} key @param {Record<string, any>} [values] @returns {string} */
export function t(key, values = {}) {
	const lang = language.value;
	const text = catalogues[lang]?.[key];
	if (text !== undefined)
		return format(text, values, lang);
	const english = en[key];
	if (english !== undefined)
		return `${format(english, values, "en")} ᵉⁿ`;
	return key;
}

/** A word of the protocol (enum value) in the reader's language; the word itself when nobody has translated it.
 * @param {string} group @param {string|undefined} value */
export function word(group, value) {
	if (value === undefined || value === null || value === "")
		return "";
	const key = `${group}.${value}`;
	return catalogues[language.value]?.[key] ?? en[key] ?? String(value).replaceAll("_", " ");
}
