// @ts-check
/* i18n.js: words. A file for each language and screen (lib/strings/LANG.js for what comes first, LANG-SCREEN.js), loaded when they are
 * wanted; stable keys, an ICU subset: {name}, {n, plural, one {# item} other {# items}}, {x, select, a {…} other {…}}. Never
 * joined from pieces.
 *
 * A module says which words it uses where it is loaded: learn("orders"). Six languages are complete (a test says so). The
 * others of the Union may be chosen: dates, numbers and countries are theirs, and what has no words of theirs is shown in
 * English and marked, key by key, so that a gap is seen and nobody is left without words. */

import { signal } from "@preact/signals";
import { isolated } from "./visible.js";

export const COMPLETE = ["en", "de", "fr", "es", "it", "pl"];
/** The official languages of the Union. */
export const LANGUAGES = ["bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro",
	"sk", "sl", "sv"];

/** What has been loaded, by language. @type {Record<string, Record<string, string>>} */
const words = {};
/** Screens whose words are wanted; "" is what comes first. @type {Set<string>} */
const wanted = new Set([""]);
/** Language and screen → when its words are here. @type {Map<string, Promise<void>>} */
const loading = new Map();
/** A language is shown when its words are here: see speak(). */
export const language = signal("en");

/** @param {string} lang @param {string} screen @returns {Promise<void>} */
function load(lang, screen) {
	const name = screen ? `${lang}-${screen}` : lang;
	let done = loading.get(name);
	if (!done) {
		/* of the languages that are not complete there is what comes first, at most */
		const file = COMPLETE.includes(lang) || (!screen && LANGUAGES.includes(lang)) ? import(`./strings/${name}.js`) : Promise.resolve({ default: {} });
		done = file.then((found) => void Object.assign(words[lang] ??= {}, found.default));
		done.catch(() => loading.delete(name)); // the next one who asks tries again
		loading.set(name, done);
	}
	return done;
}

/** @param {string} lang */
const all = (lang) => Promise.all([...wanted].flatMap((screen) => (COMPLETE.includes(lang) ? [load(lang, screen)]
	: [load(lang, screen), load("en", screen)])));

/** The language that is spoken, or is about to be. */
let speaking = "";

/** Words that the caller's module uses. Await learnt() before they are shown. @param {...string} screens */
export function learn(...screens) {
	for (const screen of screens)
		wanted.add(screen);
	if (speaking)
		all(speaking).catch(() => {}); // learnt() reports it to whoever waits
}

/** Everything that was asked for is here; rejects when it cannot be loaded. */
export const learnt = async () => void await all(speaking || "en");

/** Speak another language, as soon as its words are here. @param {string} lang */
export async function speak(lang) {
	speaking = LANGUAGES.includes(lang) ? lang : "en";
	const mine = speaking;
	await all(mine);
	if (mine === speaking)
		language.value = mine;
}

/** The language of this person: what was chosen, or the first of the browser's that there is. @param {string} chosen */
export const preferred = (chosen) => [chosen, ...navigator.languages.map((l) => l.slice(0, 2).toLowerCase())].find((l) => LANGUAGES.includes(l)) ?? "en";

/** A language by its own name; browsers do not have all of them. @param {string} lang @returns {string} */
export const nameOf = (lang) => ({ ga: "Gaeilge", mt: "Malti" })[lang] ?? new Intl.DisplayNames([lang], { type: "language" }).of(lang) ?? lang;

/** All words of a language, for tests. @param {string} lang */
export const vocabulary = (lang) => words[lang] ?? {};

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
			out += isolated(value) ?? "";
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
export const has = (key) => words[language.value]?.[key] !== undefined || words.en?.[key] !== undefined;

/** Marks what is shown in English for want of words. */
const MARK = "\u00a0ᵉⁿ";

/** @param {string} key @param {Record<string, any>} [values] @returns {string} */
export function t(key, values = {}) {
	const lang = language.value;
	const text = words[lang]?.[key];
	if (text !== undefined)
		return format(text, values, lang);
	const english = words.en?.[key];
	if (english !== undefined)
		return `${format(english, values, "en")}${MARK}`;
	return key;
}

/** A word of the protocol (enum value) in the reader's language; the word itself when nobody has translated it.
 * @param {string} group @param {string|undefined} value */
export function word(group, value) {
	if (value === undefined || value === null || value === "")
		return "";
	const key = `${group}.${value}`;
	return has(key) ? t(key) : String(value).replaceAll("_", " ");
}
