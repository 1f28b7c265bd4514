/* What looks at the screens for all the other tests (axe of browser.mjs) sees what is wrong, and takes for wrong only what stays. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch } from "./browser.mjs";

const styles = ["tokens", "base", "components"].map((name) => readFileSync(new URL(`../../web/styles/${name}.css`, import.meta.url), "utf8")).join("\n");

describe("a look at a screen", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	let browser;
	before(async () => (browser = await launch()));
	after(() => browser?.close());

	/** A page in the console's styles that says this. */
	async function page(words, options = {}) {
		const context = await browser.newContext(options), made = await context.newPage();
		await made.setContent(`<!doctype html><html lang="en" class="toc-dark"><head><title>A screen</title><style>${styles}</style></head><body><main><h1>A screen</h1>${words}</main></body></html>`);
		return made;
	}
	const motion = (made) => made.evaluate(() => matchMedia("(prefers-reduced-motion: reduce)").matches);

	test("words that come again and again while it is looked at, and rise, are of the colour that they have at last", async () => {
		const made = await page("");
		/* each is gone before it has risen */
		await made.evaluate(() => setInterval(() => {
			document.querySelector(".toast")?.remove();
			document.querySelector("main").insertAdjacentHTML("beforeend", '<div class="toast" aria-hidden="true">Taken over by Aldmere.</div>');
		}, 50));
		assert.deepEqual(await axe(made), []);
		assert.equal(await motion(made), false, "afterwards it moves as before");
	});

	test("who wants no motion has none afterwards either", async () => {
		const made = await page("", { reducedMotion: "reduce" });
		assert.deepEqual(await axe(made), []);
		assert.equal(await motion(made), true);
	});

	test("pale words, words of the colour of their ground, a field and a picture without a name are seen", async () => {
		const made = await page(`<p style="color: #777; background: #666">Pale.</p><p style="color: #123456; background: #123456">Hidden.</p><input><img src="data:,">`);
		assert.deepEqual((await axe(made)).map((said) => said.split(":")[0]).sort(), ["color-contrast", "color-contrast", "image-alt", "label"]);
	});
});
