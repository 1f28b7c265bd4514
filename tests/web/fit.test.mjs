/* Every screen of the table (screens.mjs) fits, also on a telephone: with words that are half as long again, in Greek, in Bulgarian. */
// long: it opens each screen six times

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { haveChromium } from "./browser.mjs";
import { go, SCREENS, staged, wide } from "./screens.mjs";
import { wordsOf } from "./words.mjs";

describe("every screen fits", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { at } = staged();

	test("words that are half as long again, Greek and Bulgarian fit, also on a telephone", async () => {
		const wrong = [];
		/* the same sentences, each vowel with an accent, and longer by two fifths: placeholders as they are */
		const accents = { a: "á", e: "ë", i: "î", o: "ø", u: "ü", A: "Å", E: "É", O: "Ö", U: "Û", I: "Ï" };
		const pseudo = (text) => {
			if (/, (plural|select),/.test(text))
				return text.replace(/ \{([^{}]*)\}/g, (whole, inside) => /^\w+$/.test(inside) ? whole : ` {${inside}${" ẅørđ".repeat(Math.ceil(inside.length * 0.4 / 5))}}`);
			const long = text.replace(/\{[^{}]*\}|[aeiouAEIOU]/g, (x) => accents[x] ?? x);
			return `${long}${" ẅørđ".repeat(Math.ceil(text.length * 0.4 / 5))}`;
		};
		for (const [locale, width] of [["en-GB", 390], ["en-GB", 1280], ["el-GR", 390], ["bg-BG", 1280], ["pl-PL", 390], ["fr-FR", 640]]) {
			const made = await at("normal", { locale, width, height: 844, signed: true, before: (page) => locale === "en-GB" && page.route(/\/assets\/console-en(-[a-z]+)?-[A-Z0-9]{8}\.js$/,
				async (route) => {
					const screen = /console-en-?([a-z-]*?)-[A-Z0-9]{8}\.js/.exec(route.request().url())[1];
					const words = Object.fromEntries(Object.entries(await wordsOf("en", screen)).map(([k, v]) => [k, pseudo(v)]));
					await route.fulfill({ contentType: "text/javascript", body: `export default ${JSON.stringify(words)}` });
				}) });
			for (const screen of SCREENS) {
				await go(made.page, screen, made);
				const over = await wide(made.page);
				if (over > 0)
					wrong.push(`${screen.name}, ${locale}, ${width}: ${over} px too wide`);
			}
			if (locale === "el-GR")
				assert.match(await made.page.locator("nav").first().innerText(), /Πίνακας[^]*ᵉⁿ/, "its own words, and English that is marked");
			if (locale === "bg-BG")
				assert.match(await made.page.locator("nav").first().innerText(), /Табло/);
			wrong.push(...made.violations);
		}
		assert.deepEqual(wrong, []);
	});
});
