/* Words: six languages that are complete and agree, the others of the Union that fall back key by key, and each screen loads the
 * words that it says. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { COMPLETE, LANGUAGES, format, language, learn, learnt, nameOf, speak, t, word } from "../../web/lib/i18n.js";
import { allOf, closure, screensOf, WEB, wordsOf } from "./words.mjs";

/** What a sentence is made of: placeholders, and where it branches. @param {string} text @returns {{names: string[], plurals: [string, string[]][], selects: string[]}} */
function parse(text, out = { names: [], plurals: [], selects: [] }) {
	for (let i = 0; i < text.length; i++) {
		if (text[i] === "}")
			assert.fail(`a brace closes that was never opened: ${text}`);
		if (text[i] !== "{")
			continue;
		let depth = 1;
		let end = i + 1;
		for (; end < text.length && depth; end++)
			depth += text[end] === "{" ? 1 : text[end] === "}" ? -1 : 0;
		assert.equal(depth, 0, `unclosed: ${text}`);
		const inside = text.slice(i + 1, end - 1);
		const m = /^\s*(\w+)\s*(?:,\s*(plural|select)\s*,(.*))?$/s.exec(inside);
		assert.ok(m, `not a placeholder: {${inside}}`);
		out.names.push(m[1]);
		const cases = [];
		if (m[2])
			for (let at = 0; at < m[3].length;) {
				const open = m[3].indexOf("{", at);
				if (open < 0)
					break;
				let d = 1;
				let e = open + 1;
				for (; e < m[3].length && d; e++)
					d += m[3][e] === "{" ? 1 : m[3][e] === "}" ? -1 : 0;
				cases.push(m[3].slice(at, open).trim());
				parse(m[3].slice(open + 1, e - 1), out);
				at = e;
			}
		if (m[2] === "plural")
			out.plurals.push([m[1], cases]);
		if (m[2] === "select")
			out.selects.push(`${m[1]}:${cases.sort()}`);
		i = end - 1;
	}
	return out;
}

const en = await allOf("en");

describe("words", () => {
	for (const lang of COMPLETE)
		test(`${lang}: every key of English and no other, file by file, each once`, async () => {
			assert.deepEqual(screensOf(lang), screensOf("en"));
			const seen = new Map();
			for (const screen of screensOf("en")) {
				const words = await wordsOf(lang, screen);
				assert.deepEqual(Object.keys(words).sort(), Object.keys(await wordsOf("en", screen)).sort(), `${lang}-${screen}`);
				for (const [key, text] of Object.entries(words)) {
					assert.ok(!seen.has(key), `${key}: in ${screen} and in ${seen.get(key)}`);
					seen.set(key, screen);
					assert.equal(typeof text, "string");
					assert.equal(text.trim() === "", en[key].trim() === "", `${lang}: ${key} is empty`);
				}
			}
		});

	for (const lang of COMPLETE)
		test(`${lang}: the same placeholders and choices, and the plural forms that the language has`, async () => {
			const forms = new Intl.PluralRules(lang).resolvedOptions().pluralCategories;
			/* "many" of French, Spanish and Italian is for millions, which nothing here counts */
			const needed = ["fr", "es", "it"].includes(lang) ? forms.filter((f) => f !== "many") : forms;
			const words = await allOf(lang);
			for (const [key, text] of Object.entries(words)) {
				const mine = parse(text);
				const theirs = parse(en[key]);
				assert.deepEqual([...new Set(mine.names)].sort(), [...new Set(theirs.names)].sort(), `${lang}: ${key}`);
				assert.deepEqual(mine.selects.sort(), theirs.selects.sort(), `${lang}: ${key}`);
				for (const [name, cases] of mine.plurals) {
					const plain = cases.filter((c) => !c.startsWith("="));
					assert.ok(plain.every((c) => forms.includes(c)), `${lang}: ${key}: ${name} has ${plain}, the language has ${forms}`);
					/* {n, plural, other {…}} alone is a number that changes nothing else in the sentence */
					if (plain.join() !== "other")
						assert.deepEqual([...plain].sort(), [...needed].sort(), `${lang}: ${key}: forms of ${name}`);
				}
			}
		});

	test("plural forms are chosen as the language counts", () => {
		const text = "{n, plural, one {# wpis} few {# wpisy} many {# wpisów} other {# wpisu}}";
		assert.deepEqual([1, 3, 5, 22, 25].map((n) => format(text, { n }, "pl")), ["1 wpis", "3 wpisy", "5 wpisów", "22 wpisy", "25 wpisów"]);
		assert.equal(format("{n, plural, =0 {nothing} one {# thing} other {# things}}", { n: 0 }, "en"), "nothing");
		assert.equal(format("{who, select, you {your} other {their}} {n}", { who: "x", n: 3 }, "en"), "their 3");
	});

	test("the other languages may be chosen; what they lack is English, and marked", async () => {
		learn(...screensOf("en"));
		for (const lang of LANGUAGES.filter((l) => !COMPLETE.includes(l))) {
			await speak(lang);
			assert.equal(language.value, lang);
			const own = await wordsOf(lang, "");
			for (const [key, text] of Object.entries(own)) {
				assert.ok(key in en, `${lang}: ${key}`);
				assert.deepEqual(parse(text).names.sort(), parse(en[key]).names.sort(), `${lang}: ${key}`);
				assert.equal(t(key), format(text, {}, lang));
			}
			const lacking = Object.keys(en).find((k) => !(k in own) && en[k] && !en[k].includes("{"));
			assert.equal(t(lacking), `${en[lacking]}\u00a0ᵉⁿ`, lang);
		}
		await speak("de");
		assert.ok(!/ᵉⁿ/.test(t("app.what")));
		assert.equal(word("nothing", "of_that_name"), "of that name", "what nobody has named keeps the protocol's word");
		await speak("en");
		await learnt();
	});

	test("there are the 24 languages of the Union, each with a name of its own", () => {
		assert.equal(LANGUAGES.length, 24);
		assert.equal(new Set(LANGUAGES.map(nameOf)).size, 24);
		assert.ok(COMPLETE.every((l) => LANGUAGES.includes(l)));
	});

	/* Keys and beginnings of keys that a module names: t("a.b"), t(`a.b_${x}`), word("a", …), has("a.b"), and names of keys handed on. */
	function namedBy(/** @type {string[]} */ files) {
		const keys = new Map();
		for (const file of files) {
			const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
			for (const [, key] of text.matchAll(/["`]([a-z][a-zA-Z0-9_]*\.[a-zA-Z0-9_.]+)["`]/g))
				if (key in en)
					keys.set(key, file);
			for (const [, inside] of text.matchAll(/\b(?:t|has)\(([^)]*)/g))
				for (const [, start] of inside.matchAll(/`([a-z][a-zA-Z0-9_]*\.[a-zA-Z0-9_.]*)\$\{/g))
					keys.set(`${start}*`, file);
			for (const [, group] of text.matchAll(/\bword\("(\w+)"/g))
				keys.set(`${group}.*`, file);
		}
		return keys;
	}
	const modules = ["app", "components", "link"].flatMap((room) => readdirSync(join(WEB, room)).filter((f) => f.endsWith(".js")).map((f) => `${room}/${f}`));

	test("every key that a module names exists", () => {
		for (const file of modules)
			for (const [, key] of readFileSync(join(WEB, file), "utf8").matchAll(/\bt\("([^"]+)"/g))
				assert.ok(key in en, `${file}: ${key}`);
	});

	test("an auditor reads what every kind of entry is", () => {
		const kinds = [...readFileSync(join(WEB, "../server/domain/permission.def"), "utf8").matchAll(/^TOC_ACTION\("([^"]+)"/gm)].map((m) => m[1]);
		assert.ok(kinds.length > 100);
		assert.deepEqual(kinds.filter((k) => !(`entry.${k}` in en) === !(`audit.k.${k}` in en)), [], "in one of the two places");
	});

	test("every screen loads the words that it and its parts say", async () => {
		const files = Object.fromEntries(await Promise.all(screensOf("en").map(async (s) => [s, Object.keys(await wordsOf("en", s))])));
		const lacking = [];
		for (const file of modules) {
			const parts = closure(file);
			const learned = new Set([""]);
			for (const part of parts)
				for (const [, names] of readFileSync(part, "utf8").matchAll(/^learn\(([^)]*)\);/gm))
					for (const [, name] of names.matchAll(/"([^"]+)"/g)) {
						assert.ok(name in files, `${part}: learn("${name}"), and there is no such file`);
						learned.add(name);
					}
			const here = new Set([...learned].flatMap((s) => files[s]));
			for (const [key, by] of namedBy(parts.filter((p) => p === normalizeOf(file)))) {
				const wanted = key.endsWith("*") ? Object.keys(en).filter((k) => k.startsWith(key.slice(0, -1))) : [key];
				const gone = wanted.filter((k) => !here.has(k));
				/* the engine of the forms has words for whatever form it is given, of those that the screen around it knows */
				if (gone.length && !(/^(field|group|add|say\.title)\./.test(key) && gone.length < wanted.length))
					lacking.push(`${by.slice(WEB.length)}: ${key} (${gone.length} of ${wanted.length}, ${gone[0]})`);
			}
		}
		assert.deepEqual(lacking, []);
	});
	const normalizeOf = (/** @type {string} */ file) => join(WEB, file);

	test("sentences are not joined from pieces", () => {
		const joined = [];
		for (const file of modules)
			for (const [line] of readFileSync(join(WEB, file), "utf8").matchAll(/t\([^)]*\)\s*\+\s*(?:["`]|t\()|["`]\s*\+\s*t\(/g))
				joined.push(`${file}: ${line}`);
		assert.deepEqual(joined, []);
	});
});
