/* What somebody who was woken at three must not misread: a length of time for a time of day, how long the oldest has waited, a
 * number for another one. In a real browser. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { haveChromium } from "./browser.mjs";
import { staged } from "./screens.mjs";

describe("read at three in the morning", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { at } = staged();

	test("a length of time has its unit, and a time of day has none", async () => {
		const { page, old, violations } = await at("normal");
		const spans = page.locator("main .span");
		await spans.first().waitFor();
		for (const text of await spans.allInnerTexts())
			assert.match(text, /\d\s(min|h)\b/, `"${text}" could be taken for a time of day`);
		for (const text of await page.locator("main time:not(.span)").allInnerTexts())
			assert.doesNotMatch(text, /\b(min|h)\b/, text);
		await page.evaluate((id) => (location.hash = `#/threat/${id}`), old.caseId);
		await page.locator(".clock-box.is-accepted .span").first().waitFor();
		assert.match(await page.locator(".clock-box").innerText(), /\(for 2:3\d:\d\d\sh\)/);
		assert.deepEqual(violations, []);
	});

	test("the start of shift says how long the oldest has waited, also when another one is more urgent", async () => {
		const { page } = await at("normal");
		await page.evaluate(() => (location.hash = "#/shift"));
		const box = page.locator(".box-red");
		await box.getByText("2 threats to life wait for you").waitFor();
		assert.match(await box.innerText(), /The oldest has waited for 21:\d\d\smin/);
	});

	test("what the hub coordinates and we have not answered is counted as ours, and who has it stands where the clock runs", async () => {
		const { page, bell } = await at("normal");
		await page.locator(".board-count").getByText("not answered by us").waitFor();
		assert.equal(await page.locator(".board-count .count").innerText(), "2");
		assert.equal(await page.locator("nav .count").first().innerText(), "1", "one of them rings");
		assert.match(await page.locator('.union-cell[data-cc="XA"]').innerText(), /!2$/, "two threats, whatever else is open there");
		assert.match(await page.locator('.union-cell[data-cc="XA"]').getAttribute("aria-label"), /threat to life, unanswered \(2\), 5 open/);
		await page.evaluate((id) => (location.hash = `#/threat/${id}`), bell.caseId);
		await page.locator(".clock-box.is-new").getByText("Coordinated by").waitFor();
		assert.match(await page.locator(".clock-box.is-new").innerText(), /HUB · 15:46:20/);
	});

	test("of an order the document has more room than what stands beside it", async () => {
		const { page, order } = await at("normal");
		await page.evaluate((id) => (location.hash = `#/order/${id}`), order);
		const annex = await page.locator(".annex").boundingBox(), act = await page.locator(".threat-act").boundingBox();
		assert.ok(annex.x < act.x && annex.width > act.width);
		const url = await page.locator(".annex ol.rows .pre").last().boundingBox();
		assert.ok(url.width > 300, `an address is read in a line, not in ${url.width} px`);
	});
});
