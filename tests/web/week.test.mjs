/* A page that has been open for a week, in a real browser: what is over and old is not in it any more, and is there again when a person brings it, opens its
 * address, looks for its words, or when it goes on after all; whatever of it cannot be had is said. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { WHOLE, SLACK, PIECE } from "../../web/core/keep.js";
import { axe, haveChromium, person, startShift } from "./browser.mjs";
import { FakeServer } from "./fake-server.mjs";
import { staged } from "./screens.mjs";

const OVER = WHOLE + SLACK + 60;

describe("a page that is open for a week", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { browser, left } = staged();

	test("what is old and over comes when it is wanted: by button, by address, by its words, by what is new", async () => {
		const fake = new FakeServer({ exercise: false });
		const made = Array.from({ length: OVER }, (_, i) => {
			const c = fake.threat("StreamHarbor", { ago: 500_000 - i * 100, name: `over ${i}`, body: { explanation: i === 5 ? "A boat named Halcyon is to be set on fire." : `Words of the threat ${i}.` } });
			fake.respond(c, "AIRU", "accept", 499_990 - i * 100, { own_reference: `AIRU-${i}` });
			fake.respond(c, "AIRU", "outcome", 499_980 - i * 100, { outcome: "unfounded" });
			return c;
		});
		await fake.start();
		const p = await person(browser(), { origin: fake.origin });
		left.push(() => p.context.close(), () => fake.stop());
		const { page, keys, violations } = p;
		await startShift(p, `${fake.origin}/#sign-in=token-AIRU-duty-officer`);
		const done = page.locator("details.done");
		await done.locator("summary", { hasText: `${OVER} finished` }).click();
		await done.getByText(`${OVER - WHOLE} older ones are not in this page`).waitFor();
		assert.equal(fake.asked.length, 0, "nobody has wanted anything");
		assert.deepEqual(await axe(page), []);
		await done.getByRole("button", { name: `Bring the next ${PIECE}` }).click();
		await done.getByText(`${OVER - WHOLE - PIECE} older ones are not in this page`).waitFor();

		await page.evaluate((id) => (location.hash = `#/threat/${id}`), made[0].caseId);
		await page.locator("h1", { hasText: "Words of the threat 0." }).waitFor();
		await page.getByText("AIRU-0").first().waitFor();
		await page.locator(".timeline li").nth(2).waitFor();

		await page.locator("h1").first().focus();
		await keys("/");
		await page.locator("dialog.find input").fill("Halcyon");
		await page.getByText("Nothing found").waitFor();
		await page.getByText(/threats that are over are not in this page/).waitFor();
		assert.deepEqual(await axe(page), []);
		await page.getByRole("button", { name: "Look through them, too" }).click();
		await page.locator(".found li").waitFor();
		await page.locator("dialog.find input").focus();
		await keys("Enter");
		await page.locator("h1", { hasText: "A boat named Halcyon" }).waitFor();

		/* what comes while it is being asked for is not lost on the way */
		const goesOn = (/** @type {number} */ i, /** @type {string} */ explanation) => fake.push({ k: "M4.supplement", org: "StreamHarbor", mode: "actual", case: made[i].caseId, readers: ["StreamHarbor", "AIRU", "HUB"],
			body: { step: "supplement", explanation } });
		await page.route("**/api/entries?*", async (route) => {
			const answer = await route.fetch();
			const { seq } = goesOn(4, "It came on the way.");
			await page.waitForFunction((n) => Number(document.querySelector(".pill-seq").textContent.replace(/\D/g, "")) >= n, seq); /* it has come */
			await route.fulfill({ response: answer });
		}, { times: 1 });
		await page.evaluate((id) => (location.hash = `#/threat/${id}`), made[4].caseId);
		await page.getByText("It came on the way.").first().waitFor();

		const many = fake.asked.length;
		goesOn(3, "It is not over.");
		await page.evaluate((id) => (location.hash = `#/threat/${id}`), made[3].caseId);
		await page.getByText("It is not over.").first().waitFor();
		assert.ok(fake.asked.length > many);

		await page.route("**/api/entries?*", (route) => route.fulfill({ status: 503, body: "{}" }));
		await page.evaluate((id) => (location.hash = `#/threat/${id}`), made[1].caseId);
		await page.getByText("could not be fetched from the server").first().waitFor();

		/* something of it goes on while the archive is away: it is asked for now and then, not with every entry that comes */
		let asked = 0;
		await page.unroute("**/api/entries?*");
		await page.route("**/api/entries?*", (route) => (asked++, route.fulfill({ status: 503, body: "{}" })));
		goesOn(2, "Nor is this one.");
		await page.evaluate(() => (location.hash = "#/board"));
		for (let i = 0; i < 20; i++) {
			const c = fake.threat("StreamHarbor", { ago: 10, name: `meanwhile ${i}`, body: { explanation: `Meanwhile ${i}.` } });
			await page.waitForFunction((id) => document.querySelector(`[href="#/threat/${id}"]`), c.caseId).catch(() => assert.fail(`meanwhile ${i} is not on the board`));
		}
		assert.ok(asked <= 2, `asked ${asked} times`);
		await page.unroute("**/api/entries?*");
		await page.evaluate((id) => (location.hash = `#/threat/${id}`), made[2].caseId);
		await page.getByText("Nor is this one.").first().waitFor();
		assert.deepEqual(violations.filter((v) => !/503/.test(v)), []);
	});
});
