/* Answers that come late, in a real browser: the person has gone on to something else meanwhile, perhaps to another threat. Nobody is moved
 * from what is on the screen, the answer is said, and what was not sent is said aloud and kept. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { haveChromium } from "./browser.mjs";
import { until } from "../integration/lib/server.mjs";
import { staged } from "./screens.mjs";

describe("an answer that comes late", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { at } = staged();
	const go = (page, hash) => page.evaluate((h) => (location.hash = h), hash);
	/** The server takes its time; the person goes elsewhere, and stands on something there. */
	async function leave({ fake, page }, type) {
		await until(() => fake.held.length > 0, `${type} is under way`);
		await go(page, "#/settings");
		await page.locator("#language").focus();
	}
	/** Where the person stood is where they stand. */
	async function stands({ page, violations }, said) {
		await page.locator("[role=status], [role=alert]").getByText(said).waitFor({ state: "attached" });
		assert.deepEqual(await page.evaluate(() => [location.hash, document.activeElement?.id]), ["#/settings", "language"]);
		assert.deepEqual(violations, []);
	}

	async function fill(page, id) {
		await go(page, `#/say/M2.propose/${id}`);
		await page.waitForSelector("main.compose form");
		await page.getByLabel(/^What is known/).fill("One stream, and copies.");
		await page.getByLabel(/^What is not known/).fill("How many.");
		await page.getByRole("group", { name: "How sure" }).getByText("likely", { exact: true }).click();
		await page.getByRole("group", { name: /What is asked/ }).getByText("watch", { exact: true }).click();
	}
	/** A proposal, checked, and sent to a server that takes its time. */
	async function propose(made, id) {
		const { fake, page, keys } = made;
		await fill(page, id);
		await keys("Control+Enter");
		await page.waitForSelector("main.check");
		fake.held = [];
		await keys("Control+Enter");
	}

	test("to a form: said, and it is not moved from where one is; who comes back before finds it under way, not unsent", async () => {
		const made = await at("reported", { shift: true }, "BFP-duty-officer"), { fake, page, id } = made;
		await propose(made, id);
		await leave(made, "M2");
		await go(page, `#/say/M2.propose/${id}`);
		await page.getByText(/It may have arrived/).first().waitFor();
		assert.equal(await page.getByText("It was not sent").count(), 0);
		await go(page, "#/settings");
		await page.locator("#language").focus();
		fake.release();
		await stands(made, /recorded as no/i);
		assert.equal(fake.sent.filter((m) => m.type === "M2").length, 1);
		await go(page, `#/say/M2.propose/${id}`);
		await page.waitForSelector("main.compose form");
		assert.equal(await page.getByLabel(/^What is known/).inputValue(), "", "what was sent is not there to be sent again");
	});

	test("to a form, and it is a refusal: said aloud, and what was typed is there", async () => {
		const made = await at("reported", { shift: true }, "BFP-duty-officer"), { fake, page, id } = made;
		await propose(made, id);
		await leave(made, "M2");
		fake.refuseNext = { code: "condition", field: "body.known", detail: "known: not now", clause: "domain c, M2" };
		fake.release();
		await stands(made, /known: not now.*kept there/);
		assert.equal(await page.locator("[role=alert]").getByText("known: not now").count(), 1);
		await go(page, `#/say/M2.propose/${id}`);
		await page.locator(".kept", { hasText: "It was not sent" }).waitFor();
		assert.equal(await page.getByLabel(/^What is known/).inputValue(), "One stream, and copies.");
	});

	test("to an acknowledgement: who reads the next threat already stays there", async () => {
		const made = await at("normal", { exercise: false }), { fake, page, bell, lantern, keys } = made;
		await go(page, `#/threat/${bell.caseId}`);
		await page.getByRole("button", { name: /Acknowledge and take over/ }).waitFor();
		fake.held = [];
		await keys("Control+Enter");
		await until(() => fake.held.length > 0, "M5 is under way");
		await go(page, `#/threat/${lantern.caseId}`);
		await page.getByRole("button", { name: /Acknowledge and take over/ }).waitFor();
		await page.getByRole("button", { name: /Acknowledge and take over/ }).focus();
		fake.release();
		await page.locator("[role=status]").getByText(/recorded as no/i).waitFor({ state: "attached" });
		assert.match(page.url(), new RegExp(lantern.caseId));
		assert.match(await page.evaluate(() => document.activeElement?.textContent), /Acknowledge and take over/);
		assert.equal(fake.sent.filter((m) => m.type === "M5").length, 1);
		assert.deepEqual(made.violations, []);
	});

	test("to a new item: it is opened, said, and waits on the board", async () => {
		const made = await at("empty", { exercise: false }, "StreamHarbor-night-responder"), { fake, page, keys } = made;
		fake.held = [];
		await page.locator("h1").first().focus();
		await keys("n");
		await leave(made, "M4.draft");
		fake.release();
		await stands(made, /The item is open/);
		assert.equal(fake.sent.filter((m) => m.type === "M4").length, 1);
	});

	test("to the question who would get it: who goes on typing stays in the form, and is told", async () => {
		const made = await at("reported", { shift: true }, "BFP-duty-officer"), { fake, page, id, keys } = made;
		await fill(page, id);
		fake.held = [];
		await keys("Control+Enter");
		await until(() => fake.held.length > 0, "prepare is under way");
		await page.getByLabel(/^What is not known/).fill("How many, and where.");
		fake.release();
		await page.locator("[role=status]").getByText("check again").waitFor({ state: "attached" });
		assert.equal(await page.locator("main.check").count(), 0);
		await keys("Control+Enter");
		await page.locator("main.check", { hasText: "How many, and where." }).waitFor();
		assert.deepEqual(made.violations, []);
	});
});
