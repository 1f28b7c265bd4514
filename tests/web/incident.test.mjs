/* Incidents and generated forms in a real browser, against the double of the server: what is typed is never lost and never sent
 * by itself, refusals stand beside their field, fields come and go, and everything is accessible in every theme. */

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { FakeServer } from "./fake-server.mjs";

describe("incidents and forms", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	/** @type {import("playwright-core").Browser} */
	let browser;
	before(async () => {
		browser = await launch();
	});
	after(() => browser?.close());
	const left = [];
	afterEach(async () => {
		for (const close of left.splice(0))
			await close();
	});

	async function at(scene, who, options = {}) {
		const fake = new FakeServer({ exercise: true });
		const made = fake.scene(scene);
		await fake.start();
		const p = await person(browser, { origin: fake.origin, ...options });
		await startShift(p, `${fake.origin}/#sign-in=token-${who}`);
		left.push(() => p.context.close(), () => fake.stop());
		return { fake, ...made, ...p, end: () => assert.deepEqual(p.violations, []) };
	}
	const go = (page, hash) => page.evaluate((h) => (location.hash = h), hash);

	/** A proposal of an early warning: the shortest form with prose, choices and times. */
	async function warn(page, id) {
		await go(page, `#/say/M2.propose/${id}`);
		await page.waitForSelector("main.compose form");
		await page.getByLabel(/^What is known/).fill("One stream, and copies.");
		await page.getByLabel(/^What is not known/).fill("How many.");
		await page.getByRole("group", { name: "How sure" }).getByText("likely", { exact: true }).click();
		await page.getByRole("group", { name: /What is asked/ }).getByText("watch", { exact: true }).click();
	}

	test("what was typed is back after a reload, and says so; cut off, nothing is sent, then or later", async () => {
		const { fake, id, page, keys, end } = await at("reported", "BFP-duty-officer");
		await warn(page, id);
		await page.reload();
		await page.locator(".kept", { hasText: "It was not sent" }).waitFor();
		assert.equal(await page.getByLabel(/^What is known/).inputValue(), "One stream, and copies.");
		fake.cut();
		await page.getByText(/You are cut off: nothing can be sent now/).waitFor();
		assert.ok(await page.getByRole("button", { name: /Check before sending/ }).isDisabled());
		await keys("Control+Enter");
		fake.refuseSockets = false;
		await page.waitForSelector(".pill.is-live");
		await page.waitForFunction(() => document.querySelector(".submit-bar button")?.ariaDisabled === "false");
		assert.equal(fake.sent.length, 0);
		await page.getByRole("button", { name: "Start again" }).click();
		assert.equal(await page.getByLabel(/^What is known/).inputValue(), "");
		end();
	});

	test("an answer that was lost: the very same message is sent again, also after a reload, and counts once", async () => {
		const { fake, id, page, keys, end } = await at("reported", "BFP-duty-officer");
		await warn(page, id);
		await keys("Control+Enter");
		await page.waitForSelector("main.check");
		fake.loseNext = true;
		await keys("Control+Enter");
		await page.getByText("It may have arrived.").first().waitFor();
		await page.reload();
		await page.getByRole("button", { name: /Send again: it cannot count twice/ }).waitFor();
		await page.waitForFunction(() => document.querySelector(".submit-bar button")?.ariaDisabled !== "true");
		await keys("Control+Enter");
		await page.waitForSelector("main.incident-page");
		const said = fake.sent.filter((m) => m.type === "M2");
		assert.equal(said.length, 2);
		assert.deepEqual(said[0], said[1]);
		assert.equal(fake.entries.filter((e) => e.frame.k === "M2.propose").length, 1);
		assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((k) => k.includes("draft")).length), 0);
		end();
	});

	test("a refusal stands beside its field, with the law, and has the focus; what was typed stays", async () => {
		const { fake, id, page, keys, end } = await at("reported", "BFP-duty-officer");
		await warn(page, id);
		await keys("Control+Enter");
		await page.waitForSelector("main.check");
		fake.refuseNext = { code: "limit", field: "body.valid_until", clause: "domain d, T20", detail: "valid_until: at most 24 hours" };
		await keys("Control+Enter");
		await page.locator(".field.has-error", { hasText: "In force until" }).getByText("valid_until: at most 24 hours (domain d, T20)").waitFor();
		assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "alert");
		await page.getByRole("link", { name: "In force until" }).click();
		assert.equal(await page.evaluate(() => document.activeElement?.id), "f-body.valid_until");
		assert.equal(await page.getByLabel(/^What is known/).inputValue(), "One stream, and copies.");
		end();
	});

	test("fields come and go with what they depend on; signals show what they are", async () => {
		const { id, page, keys, end } = await at("incident", "Chirplet-night-responder");
		await go(page, `#/say/M6.share/${id}`);
		await page.getByLabel("Kind").selectOption("url");
		await page.getByLabel("Address", { exact: true }).waitFor();
		assert.equal(await page.getByLabel("Hash value").count(), 0);
		await page.getByLabel("Kind").selectOption("hash");
		await page.getByLabel("Hash", { exact: true }).selectOption("SHA256");
		assert.equal(await page.getByLabel("Quality").count(), 0);
		await page.getByLabel("Hash value").fill("abcd");
		await page.getByLabel("Hash", { exact: true }).selectOption("PDQ");
		await page.getByLabel("Quality").waitFor();
		await keys("Control+Enter");
		await page.locator(".group-row", { hasText: "64 hexadecimal digits" }).waitFor();
		await go(page, `#/incident/${id}`);
		await page.locator(".signal").first().waitFor();
		const looks = await page.locator(".signal").evaluateAll((all) => all.map((x) => ({ is: x.className, border: getComputedStyle(x).borderLeftStyle,
			word: x.querySelector(".signal-state")?.textContent })));
		assert.deepEqual(looks.map((x) => x.word), ["shared", "shared", "DISPUTED", "QUARANTINED"]);
		assert.deepEqual(looks.map((x) => x.border), ["solid", "solid", "dashed", "double"]);
		await page.getByRole("button", { name: /^Copy PDQ/ }).waitFor();
		end();
	});

	test("the room is accessible in every theme, its forms too, and both frame the exercise", async () => {
		const { id, page, end } = await at("incident", "HUB-lead", { theme: "dark" });
		await go(page, `#/incident/${id}`);
		await page.waitForSelector(".matrix");
		assert.equal(await page.locator(".exercise-frame").count(), 1);
		for (const theme of ["toc-dark", "toc-light", "toc-dark toc-contrast"]) {
			await page.evaluate((classes) => (document.documentElement.className = classes), theme);
			assert.deepEqual(await axe(page), [], theme);
		}
		await go(page, `#/say/M3.change/${id}`);
		await page.waitForSelector("main.compose form");
		assert.equal(await page.locator(".exercise-frame").count(), 1);
		assert.deepEqual(await axe(page), [], "form");
		end();
	});

	test("on a telephone nothing is cut off at the side; in German it is German", async () => {
		const { id, page, end } = await at("incident", "GameNest-night-responder", { width: 360, height: 760, locale: "de-DE" });
		for (const [hash, there] of [["#/", "main.board"], [`#/incident/${id}`, ".incident-page .timeline"], ["#/say/M1.report", ".mode-choice"], [`#/say/M6.share/${id}`, ".dropzone"]]) {
			await go(page, hash);
			await page.locator(there).first().waitFor();
			const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
			assert.ok(over <= 0, `${hash}: ${over} px too wide`);
			assert.doesNotMatch(await page.locator("main").innerText(), /ᵉⁿ/, hash);
		}
		await go(page, `#/incident/${id}`);
		await page.getByRole("button", { name: /^Bestätigen/ }).waitFor();
		await page.getByText("GESPERRT", { exact: true }).waitFor();
		end();
	});
});
