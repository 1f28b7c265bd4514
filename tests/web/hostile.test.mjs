/* What others have written into every field, at its worst: characters that nobody sees or that turn what stands beside them, markup, a word of
 * three thousand letters, pictures. On every screen of the table (screens.mjs) it is text, it can be seen, it fits, and turns nothing of ours. In a
 * real browser. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { haveChromium } from "./browser.mjs";
import { go, SCREENS, staged, wide } from "./screens.mjs";

const WORST = "\u202eevil\u2067 A\u200bI\u200bRU <img src=x onerror=\"document.title='had'\"><script>1</script> שלום 07:00 🧑‍🚒 \u2069\u2069";
/** Text that people write: it has blanks, or is one of these. */
const WRITTEN = new Set(["name", "title", "headline", "own_reference", "value", "text_excerpt", "reason", "locality", "basis", "relation", "note", "order_reference", "file_no"]);

/** @param {any} x @param {string} tail @returns {any} */
const spoilt = (x, tail, key = "") => (typeof x === "string" ? (/\w \w/.test(x) && !/^\d{4}-/.test(x)) || WRITTEN.has(key) ? `${x} ${WORST}${tail}` : x
	: Array.isArray(x) ? x.map((y) => spoilt(y, tail, key)) : x && typeof x === "object" ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, spoilt(v, tail, k)])) : x);

describe("others' words at their worst", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { at } = staged();
	const spoiltBy = (tail, options) => at("normal", { signed: true, ...options, spoil: (fake) => {
		for (const { frame } of fake.entries)
			if (!/^(policy|exercise)\./.test(frame.k))
				Object.assign(frame, { message: { ...frame.message, body: spoilt(frame.message.body, tail) } });
	} });

	/** What stands on the page and cannot be seen: in its text, and in what is said about its parts. */
	const unseen = (page) => page.evaluate(() => {
		const found = [];
		const look = (text, where) => {
			const bad = /[\u202a-\u202e\u2066\u2067\u200b\ufeff]/u.exec(text ?? "");
			if (bad)
				found.push(`U+${bad[0].codePointAt(0).toString(16)} in ${where}`);
		};
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let n = walk.nextNode(); n; n = walk.nextNode())
			look(n.nodeValue, `${n.parentElement.tagName}.${n.parentElement.className}`);
		for (const el of document.querySelectorAll("[title], [aria-label]"))
			look(`${el.getAttribute("title")}${el.getAttribute("aria-label")}`, `${el.tagName} ${el.className} (said about it)`);
		/* from right to left is isolated: nothing beside it in the same line is turned */
		for (const el of document.querySelectorAll("body *"))
			for (const n of el.childNodes)
				if (n.nodeType === 3 && /[\u0590-\u05ff]/.test(n.nodeValue.replace(/\u2068[^\u2069]*\u2069/g, "")) && !el.matches("bdi, bdi *, code, textarea"))
					found.push(`not isolated: ${el.tagName}.${el.className}`);
		for (const el of document.querySelectorAll("main img, main script, dialog img"))
			found.push(`markup: ${el.outerHTML.slice(0, 60)}`);
		return [...new Set(found)];
	});

	test("nothing is hidden, turned, or taken for markup", async () => {
		const made = await spoiltBy("");
		const wrong = [];
		for (const screen of SCREENS) {
			await go(made.page, screen, made);
			wrong.push(...(await unseen(made.page)).map((x) => `${screen.name}: ${x}`));
		}
		await made.page.evaluate(() => (location.hash = "#/"));
		await made.page.locator("main.board .threat").first().waitFor();
		assert.match(await made.page.locator("main.board").innerText(), /⟨U\+202E⟩evil/, "it can be seen what was done");
		assert.doesNotMatch(await made.page.title(), /had/);
		assert.deepEqual([...wrong, ...made.violations], []);
	});

	test("a word of three thousand letters fits, also on a telephone", async () => {
		const wrong = [];
		for (const width of [1280, 390]) {
			const made = await spoiltBy(` ${"W".repeat(3000)}`, { width, height: 844 });
			for (const screen of SCREENS) {
				await go(made.page, screen, made);
				const over = await wide(made.page);
				if (over > 0)
					wrong.push(`${screen.name}, ${width}: ${over} px too wide`);
			}
			wrong.push(...made.violations);
		}
		assert.deepEqual(wrong, []);
	});
});
