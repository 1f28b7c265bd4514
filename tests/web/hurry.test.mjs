/* Somebody who is faster than the page, or whose computer is slow: a key works as soon as its screen is there, the focus is where it belongs before
 * anybody can have typed, and a key that was pressed before a page came is no yes to what stands on it. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { haveChromium } from "./browser.mjs";
import { staged } from "./screens.mjs";

describe("somebody in a hurry", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { at } = staged();

	/** Goes there, and does this in the moment in which the page has it: no picture of it has been drawn yet. Then all that follows by itself
	 * has its time. @returns {Promise<string>} what has the focus in the end */
	const asSoonAs = (page, hash, there, key) => page.evaluate(async ({ hash, there, key }) => {
		await new Promise((done) => {
			new MutationObserver((_, seen) => document.querySelector(there) && (seen.disconnect(), done())).observe(document.body, { childList: true, subtree: true });
			location.hash = hash;
		});
		if (key.id)
			document.getElementById(key.id).focus();
		else
			(document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...key }));
		for (let i = 0; i < 3; i++)
			await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
		return document.activeElement.id || document.activeElement.dataset.row || document.activeElement.tagName;
	}, { hash, there, key });

	test("the board's keys work in the moment in which it is there, a threat's too", async () => {
		const { page, lantern, bell, violations } = await at("normal");
		await page.evaluate((h) => (location.hash = h), `#/threat/${lantern.caseId}`);
		await page.locator(".clock-box").waitFor();
		assert.equal(await asSoonAs(page, "#/", "main.board", { key: "j" }), bell.caseId, "one on from the row that was opened");
		await asSoonAs(page, `#/threat/${lantern.caseId}`, ".clock-box", { key: "Escape" });
		await page.locator("main.board").waitFor();
		await asSoonAs(page, `#/threat/${lantern.caseId}`, ".clock-box", { key: "a" });
		assert.match(page.url(), /\/ack$/);
		assert.deepEqual(violations, []);
	});

	test("whoever begins to type at once is not taken away from the field: when the screen comes, when it says what is missing", async () => {
		const { page, id, keys, violations } = await at("reported", {}, "BFP-duty-officer");
		await page.evaluate((h) => (location.hash = h), `#/say/M2.propose/${id}`); // its script is here from now on
		await page.locator("main.compose form").waitFor();
		await page.evaluate(() => (location.hash = "#/"));
		await page.locator("main.board").waitFor();
		assert.equal(await asSoonAs(page, `#/say/M2.propose/${id}`, "main.compose form", { id: "f-body.what_is_known" }), "f-body.what_is_known");
		await keys("Control+Enter"); // so much is missing
		await page.keyboard.type("nothing of this is typed into a field");
		assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "alert", "at once");
		const stays = await page.evaluate(async () => {
			const key = new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true });
			document.querySelector("main").dispatchEvent(key);
			await Promise.resolve().then(() => {}).then(() => {});
			document.getElementById("f-body.what_is_known").focus();
			await new Promise((done) => setTimeout(done, 100));
			return document.activeElement.id;
		});
		assert.equal(stays, "f-body.what_is_known");
		assert.deepEqual(violations, []);
	});

	test("a key that was pressed before the page that shows who gets it, or is still held down, sends nothing; the next one does", async () => {
		const { page, fake, id, keys, violations } = await at("reported", {}, "BFP-duty-officer");
		await page.evaluate((h) => (location.hash = h), `#/say/M2.propose/${id}`);
		await page.getByLabel(/^What is known/).fill("One stream, and copies.");
		await page.getByLabel(/^What is not known/).fill("How many.");
		await page.getByRole("group", { name: "How sure" }).getByText("likely", { exact: true }).click();
		await page.getByRole("group", { name: /What is asked/ }).getByText("watch", { exact: true }).click();
		await page.evaluate(() => (globalThis.early = new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true })));
		await keys("Control+Enter");
		await page.waitForSelector("main.check");
		await page.evaluate(() => {
			const main = document.querySelector("main");
			main.dispatchEvent(globalThis.early);
			main.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, repeat: true }));
		});
		assert.equal(await page.getByRole("button", { name: /Sending/ }).count(), 0);
		assert.equal(fake.sent.length, 0);
		await page.waitForSelector("main.check");
		await keys("Control+Enter");
		await page.waitForSelector("main.incident-page");
		assert.deepEqual(fake.sent.filter((m) => m.type === "M2").map((m) => m.body.step), ["propose"]);
		assert.deepEqual(violations, []);
	});
});
