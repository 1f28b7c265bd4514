/* words.mjs: the words of a language, all of its files together, for tests. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const WEB = fileURLToPath(new URL("../../web/", import.meta.url));
const folder = join(WEB, "lib/strings");

/** Screens that a language has words of; "" is what comes first. @param {string} lang @returns {string[]} */
export const screensOf = (lang) => readdirSync(folder).filter((f) => f === `${lang}.js` || f.startsWith(`${lang}-`)).map((f) =>
	f.slice(lang.length + 1, -3)).map((s) => (s === "s" ? "" : s)).map((s) => (existsSync(join(folder, `${lang}-${s}.js`)) ? s : "")).sort();

/** @param {string} lang @param {string} screen @returns {Promise<Record<string, string>>} */
export const wordsOf = async (lang, screen) => (await import(join(folder, `${screen ? `${lang}-${screen}` : lang}.js`))).default;

/** @param {string} lang @returns {Promise<Record<string, string>>} */
export const allOf = async (lang) => Object.assign({}, ...await Promise.all(screensOf(lang).map((s) => wordsOf(lang, s))));

/** A module and what it imports at once (not what it loads later). @param {string} file path under web/ @returns {string[]} */
export function closure(file, seen = new Set()) {
	const at = normalize(join(WEB, file));
	if (seen.has(at) || !existsSync(at) || !at.endsWith(".js"))
		return [...seen];
	seen.add(at);
	for (const [, to] of readFileSync(at, "utf8").matchAll(/^(?:import|export)\s(?:[^;]*?\sfrom\s)?"(\.[^"]+)"/gms))
		closure(join(dirname(at), to).slice(WEB.length), seen);
	return [...seen];
}
