/* What is printed is a document, by Chromium itself: A4, on every page what it is of, who may read it and its number; no button, no page that is
 * empty, nothing cut off and nothing twice. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { haveChromium, launch } from "./browser.mjs";
import { uuid } from "./fake-server.mjs";
import { stage } from "./screens.mjs";

describe("on paper", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	let browser, who, dir;
	const left = [];
	before(async () => {
		dir = mkdtempSync(join(tmpdir(), "tocsin-print-"));
		browser = await launch();
		who = await stage(browser, left, "normal");
	});
	after(async () => {
		for (const close of left)
			await close();
		await browser?.close();
		rmSync(dir, { recursive: true, force: true });
	});

	/** Its pages, as text. @param {string} hash @param {string} there */
	async function printed(hash, there, before = async () => {}) {
		const { page } = who;
		await page.evaluate((h) => (location.hash = h), hash);
		await page.locator(there).first().waitFor();
		await before();
		const file = join(dir, "x.pdf");
		writeFileSync(file, await page.pdf({ preferCSSPageSize: true }));
		assert.match(execFileSync("pdfinfo", [file], { encoding: "utf8" }), /Page size: +59[45][.\d]* x 84[12][.\d]* pts \(A4\)/);
		const pages = execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" }).split("\f").slice(0, -1);
		pages.forEach((text, n) => {
			assert.match(text.split("\n").find((l) => l.trim()), /^ *(EXERCISE|REAL) · .*TLP:[A-Z]+$/, `head of page ${n + 1}: ${text}`);
			assert.match(text.trimEnd(), new RegExp(`${n + 1} ?/ ?${pages.length}$`), `foot of page ${n + 1}`);
			assert.ok(text.split("\n").filter((l) => l.trim()).length > 2, `page ${n + 1} is empty`);
			assert.doesNotMatch(text, /Sign out|Ctrl\+Enter|Esc\b|Save as|Silence|scenario time/);
		});
		return pages;
	}

	test("a removal order: who drafted, certified and issued it, and each address once and whole", async () => {
		const pages = await printed(`#/order/${who.order}`, ".annex");
		const all = pages.join("\n");
		assert.ok(pages.length <= 5, `${pages.length} pages`);
		assert.match(pages[0], /EXERCISE · Removal order AIRU-RO-17 +TLP:AMBER[\s\S]*Removal order AIRU-RO-17[\s\S]*Certified +second officer[\s\S]*Annex I/);
		const addresses = all.match(/https:\/\/pastepond\.example\/p\/\d+\//g) ?? [];
		assert.equal(addresses.length, 18);
		assert.equal(new Set(addresses).size, 18);
		assert.doesNotMatch(all, /What happened|left\b/);
	});

	test("a situation report alone, of all that stands in the room", async () => {
		const { page } = who;
		const pages = await printed(`#/incident/${uuid("incident lantern")}`, ".sheet.document", async () => {
			await page.evaluate(() => (window.print = () => {}));
			await page.locator(".sheet.document").first().getByRole("button", { name: /^Print/ }).click();
		});
		await page.evaluate(() => dispatchEvent(new Event("afterprint")));
		assert.equal(pages.length, 1);
		assert.match(pages[0], /EXERCISE · INC-\w+ +TLP:AMBER[\s\S]*Report no\. 2[\s\S]*market hall[\s\S]*Blocked at upload[\s\S]*2871[\s\S]*Next report/);
		assert.doesNotMatch(pages[0], /Report no\. 1|Signals that/);
	});

	test("the debrief, and its public version alone", async () => {
		const { page } = who;
		const all = (await printed(`#/debrief/${who.closed}`, ".debrief-due")).join("\n");
		assert.match(all, /Debrief · INC-\w+[\s\S]*What is due[\s\S]*Statistics[\s\S]*Findings[\s\S]*One desk to call\./);
		assert.doesNotMatch(all, /\(\)|Print/);
		const only = await printed(`#/debrief/${who.closed}`, ".debrief-due", async () => {
			await page.evaluate(() => (window.print = () => {}));
			await page.getByRole("button", { name: "Print the public version" }).click();
			await page.waitForSelector(".is-public-only");
		});
		assert.equal(only.length, 1);
		assert.match(only[0], /ended\s+its\s+spread\s+within\s+a\s+day/);
		assert.doesNotMatch(only[0], /Findings|One desk|What is due/);
		await page.evaluate(() => dispatchEvent(new Event("afterprint")));
	});

	test("when the screen is left, the next one has no head of the last one's; no word of the policy", async () => {
		await who.page.evaluate(() => (location.hash = "#/settings"));
		await who.page.locator("#language").waitFor();
		assert.equal(await who.page.evaluate(() => document.adoptedStyleSheets.length), 0);
		assert.deepEqual(who.violations, []);
	});
});
