/* What is seen in two seconds: in which world one writes, that nothing is said over what is to be pressed, and what a telephone has room for. In a
 * real browser. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { haveChromium } from "./browser.mjs";
import { staged } from "./screens.mjs";

describe("in two seconds", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { at } = staged();
	const visit = (page, hash) => page.evaluate((h) => (location.hash = h), hash);

	test("a real report is written under no exercise's frame, though one runs beside it", async () => {
		const { page, violations } = await at("normal");
		await visit(page, "#/say/M1.report");
		await page.locator(".mode-choice button.danger").click();
		await page.locator("main.compose form").waitFor();
		await page.locator(".ribbon.is-real").waitFor();
		assert.equal(await page.locator(".exercise-frame").count(), 0);
		await visit(page, "#/");
		await page.locator(".exercise-frame").waitFor({ state: "attached" });
		await visit(page, "#/say/M1.report");
		await page.locator(".mode-choice button.is-exercise").click();
		await page.locator("main.compose form").waitFor();
		assert.equal(await page.locator(".exercise-frame").count(), 1);
		assert.deepEqual(violations, []);
	});

	for (const [width, height] of [[1280, 800], [640, 400], [390, 844]])
		test(`what is said for a moment covers nothing that can be pressed, ${width} × ${height}`, async () => {
			const { page, fake, lantern, violations } = await at("normal", { width, height });
			const rung = [];
			for (const where of [`#/threat/${lantern.caseId}`, "#/say/M1.report"]) {
				await visit(page, where);
				if (where.includes("say"))
					await page.locator(".mode-choice button.is-exercise").click();
				await page.locator(where.includes("say") ? "main.compose form" : ".clock-box").waitFor();
				fake.threat("Chirplet", { ago: 1, name: `one more ${rung.length}` });
				rung.push(await page.locator(".toast").evaluate((toast) => {
					const t = toast.getBoundingClientRect();
					return [...document.querySelectorAll("main button, main input, main select, main textarea, header.top button")].filter((el) => {
						const b = el.getBoundingClientRect();
						return b.width > 1 && b.left < t.right && b.right > t.left && b.top < t.bottom && b.bottom > t.top;
					}).map((el) => `${where}: ${el.tagName} ${el.textContent}`);
				}));
			}
			assert.deepEqual([...rung.flat(), ...violations], []);
		});

	test("on the screen of the threat itself its own alarm is not written over it", async () => {
		const { page, fake } = await at("normal");
		const more = fake.threat("Chirplet", { ago: 1, name: "one more" });
		await page.locator(".toast").waitFor();
		await visit(page, `#/threat/${more.caseId}`);
		await page.locator(".clock-box").waitFor();
		assert.equal(await page.locator(".toast").count(), 0);
	});

	test("a telephone shows which exercise it is, its clock, where one is, and the way to the help", async () => {
		const { page, lantern, violations } = await at("normal", { width: 390, height: 844 });
		const ribbon = await page.evaluate(() => {
			const [title, clock] = [".ribbon-title", ".ribbon-clock"].map((s) => document.querySelector(s));
			return { title: title.scrollWidth - title.clientWidth, clock: clock.scrollWidth - clock.clientWidth };
		});
		assert.deepEqual(ribbon, { title: 0, clock: 0 }, "LANTERN, and how far it is, are whole");
		await visit(page, "#/hand-over");
		await page.locator("main.hand-over").waitFor();
		const place = page.locator('header.top nav a[aria-current="page"]');
		await page.waitForFunction(() => {
			const a = document.querySelector('header.top nav a[aria-current="page"]')?.getBoundingClientRect();
			return a && a.left >= 0 && a.right <= innerWidth;
		});
		assert.equal(await place.innerText(), "Hand over");
		await visit(page, `#/threat/${lantern.caseId}`); // which is none of the places: the first ones, as before
		await page.waitForFunction(() => document.querySelector("header.top nav")?.scrollLeft === 0);
		await visit(page, "#/settings");
		await page.locator("main").getByRole("button", { name: "Keys and signs" }).click();
		await page.locator("dialog.help").waitFor();
		assert.deepEqual(violations, []);
	});

	test("the way by which it was delivered is said in words", async () => {
		const { page, lantern } = await at("normal", { settings: { language: "de" } });
		await visit(page, `#/threat/${lantern.caseId}`);
		await page.locator("table.receipts td.is-delivered", { hasText: "Gateway" }).first().waitFor();
		assert.equal(await page.locator("main").getByText("api", { exact: true }).count(), 0);
	});

	test("the search says of people and organisations in no world that they are real", async () => {
		const { page } = await at("normal");
		await page.keyboard.press("b");
		await page.locator("header.top button[aria-keyshortcuts='/']").click();
		await page.locator("#find").fill("streamharbor");
		await page.locator(".found li", { hasText: "Organisation" }).waitFor();
		assert.equal(await page.locator(".found li", { hasText: /^(Organisation|Person)/ }).locator(".mode-tag").count(), 0);
		assert.ok(await page.locator(".found li", { hasText: /^Threat/ }).locator(".mode-tag").count() > 0);
	});
});
