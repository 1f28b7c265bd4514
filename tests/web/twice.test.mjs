/* What is pressed twice, open twice, or left in the middle: a double click opens one item, an answer that was given is not given again, the same form in two
 * windows says so, Back while something is sent loses nothing, and what was typed is there after a reload. In a real browser. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { haveChromium } from "./browser.mjs";
import { until } from "../integration/lib/server.mjs";
import { staged } from "./screens.mjs";

describe("once is once", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { at } = staged();
	const visit = (page, hash) => page.evaluate((h) => (location.hash = h), hash);
	const drafts = (fake) => fake.entries.filter((e) => e.frame.k === "M4.draft" && e.frame.org === "StreamHarbor").length;

	test("a double click on Report opens one item, and so do keys pressed before the answer and right after it", async () => {
		const { page, fake, violations } = await at("empty", { exercise: false }, "StreamHarbor-night-responder");
		const report = page.locator("header.top button.danger-quiet");
		await report.dblclick();
		await page.waitForSelector("main.compose");
		assert.equal(drafts(fake), 1);
		await visit(page, "#/");
		await page.waitForSelector("main.board");
		await page.waitForFunction((t) => performance.now() - t > 700, await page.evaluate(() => performance.now())); // for so long two presses are one: the next one is meant
		fake.held = [];
		await report.focus();
		await page.keyboard.press("Enter");
		await page.keyboard.press("Enter");
		await until(() => fake.held.length > 0, "it is on its way");
		assert.equal(fake.held.length, 1, "one is on its way");
		/* in the very moment in which it is open: nobody has seen it yet */
		const again = page.evaluate(() => new Promise((done) => {
			new MutationObserver((_, seen) => {
				if (document.querySelector("main.compose")) {
					seen.disconnect();
					document.querySelector("header.top button.danger-quiet").click();
					done(undefined);
				}
			}).observe(document.body, { childList: true, subtree: true });
		}));
		fake.release();
		await again;
		await page.evaluate(() => fetch("/api/me")); // whatever was sent before has arrived
		assert.equal(drafts(fake), 2);
		assert.deepEqual(violations, []);
	});

	test("an item whose answer was lost is opened again as the very same", async () => {
		const { page, fake, violations } = await at("empty", { exercise: false }, "StreamHarbor-night-responder");
		const report = page.locator("header.top button.danger-quiet");
		fake.loseNext = true; // it is taken, and the answer is lost
		await report.click();
		await page.locator('[role="alert"]', { hasText: /connection was lost/i }).first().waitFor({ state: "attached" });
		await page.locator(".threat.is-draft").waitFor();
		assert.equal(drafts(fake), 1);
		await report.click();
		await page.waitForSelector("main.compose");
		assert.equal(drafts(fake), 1);
		assert.deepEqual(violations, []);
	});

	test("a button that has just done it does not do it again", async () => {
		const { page, fake, violations } = await at("normal", {}, "AIRU-second-officer");
		await visit(page, "#/contacts");
		const duty = page.getByRole("button", { name: "I am on duty now" });
		await duty.waitFor();
		const said = () => fake.sent.filter((m) => m.type === "M26").length;
		fake.say = ((say) => (p, m) => (m.type === "M26" ? (fake.sent.push(m), { op: "accepted", seq: 1, k: "M26.duty" }) : say(p, m)))(fake.say.bind(fake));
		await page.evaluate(() => {
			const button = [...document.querySelectorAll("main button")].find((b) => b.textContent.includes("I am on duty now"));
			button.click();
			/* once more in the moment in which it can be pressed again */
			new MutationObserver((_, seen) => {
				if (button.getAttribute("aria-disabled") === "false") {
					seen.disconnect();
					button.click();
					window.pressed = true;
				}
			}).observe(button, { attributes: true });
		});
		await page.waitForFunction(() => window.pressed === true);
		await page.evaluate(() => fetch("/api/me"));
		assert.equal(said(), 1);
		assert.deepEqual(violations, []);
	});

	test("what was typed in the next step is there after a reload and another screen, until it was sent", async () => {
		const { page, lantern, keys, violations } = await at("normal");
		await visit(page, `#/threat/${lantern.caseId}`);
		await page.getByLabel("Redirect to another desk").check();
		await page.locator("#step-ground").fill("The street is in Borvia.");
		await page.reload();
		await page.locator(".pill.is-live").waitFor();
		await page.locator("#step-ground").waitFor();
		assert.equal(await page.locator("#step-ground").inputValue(), "The street is in Borvia.");
		await visit(page, "#/settings");
		await page.locator("#language").waitFor();
		await visit(page, `#/threat/${lantern.caseId}`);
		await page.locator("#step-ground").waitFor();
		assert.equal(await page.locator("#step-ground").inputValue(), "The street is in Borvia.");
		await page.locator("#step-to").selectOption("BFP");
		await keys("Control+Enter");
		await page.waitForSelector("main.board");
		assert.equal(await page.evaluate((id) => Object.keys(localStorage).some((k) => k.includes(id)), lantern.caseId), false, "sent, it is not kept");
		assert.deepEqual(violations, []);
	});

	test("what is pasted and does not fit is not cut without a word; a megabyte costs nothing", async () => {
		const { page, context, lantern, violations } = await at("normal");
		await visit(page, `#/threat/${lantern.caseId}`);
		await page.getByLabel("Redirect to another desk").check();
		await context.grantPermissions(["clipboard-read", "clipboard-write"]);
		const paste = async (text) => {
			await page.evaluate((t) => navigator.clipboard.writeText(t), text);
			await page.locator("#step-ground").press("Control+a");
			await page.keyboard.press("Control+v");
			await page.waitForFunction((t) => document.querySelector("#step-ground").value === t, text.slice(0, 500));
		};
		await paste("fits");
		assert.equal(await page.locator("#step-ground-cut").count(), 0);
		await paste("a".repeat(1 << 20));
		await page.locator('#step-ground-cut[role="alert"]', { hasText: "500 characters" }).waitFor();
		assert.equal((await page.locator("#step-ground").inputValue()).length, 500);
		await paste("fits again");
		await page.locator("#step-ground-cut").waitFor({ state: "detached" });
		assert.deepEqual(violations, []);
	});

	test("the same form in two windows says so in both, and on the page before sending", async () => {
		const { page, context, id, keys, violations } = await at("reported", {}, "BFP-duty-officer");
		await visit(page, `#/say/M2.propose/${id}`);
		await page.getByLabel(/^What is known/).fill("One stream, and copies.");
		await page.getByLabel(/^What is not known/).fill("How many.");
		await page.getByRole("group", { name: "How sure" }).getByText("likely", { exact: true }).click();
		await page.getByRole("group", { name: /What is asked/ }).getByText("watch", { exact: true }).click();
		const said = (p) => p.getByRole("alert").getByText("The same form is open in another window");
		assert.equal(await said(page).count(), 0, "its own typing is no other window's");
		await keys("Control+Enter");
		await page.locator("main.check").waitFor();
		const other = await context.newPage();
		await other.goto(page.url());
		await other.locator("#shift-go").click();
		await other.locator("#shift-go").click();
		await other.getByLabel(/^What is known/).waitFor();
		await other.getByLabel(/^What is known/).fill("One stream, and many copies.");
		await said(page).waitFor();
		await page.locator("main.check").waitFor();
		await page.locator("main.check .submit-bar button:not(.primary)").click();
		await page.getByLabel(/^What is known/).fill("One stream.");
		await said(other).waitFor();
		assert.deepEqual(violations, []);
	});

	test("Back while it is sent: it was sent once, it is said, and the form does not come back unsent", async () => {
		const { page, id, fake, keys, violations } = await at("reported", {}, "BFP-duty-officer");
		await visit(page, `#/say/M2.propose/${id}`);
		await page.getByLabel(/^What is known/).fill("One stream, and copies.");
		await page.getByLabel(/^What is not known/).fill("How many.");
		await page.getByRole("group", { name: "How sure" }).getByText("likely", { exact: true }).click();
		await page.getByRole("group", { name: /What is asked/ }).getByText("watch", { exact: true }).click();
		await keys("Control+Enter");
		await page.locator("main.check").waitFor();
		fake.held = [];
		await keys("Control+Enter");
		await until(() => fake.held.length === 1, "it is on its way");
		await page.locator('[role="status"]', { hasText: "Sending …" }).waitFor({ state: "attached" }); // it takes long: who does not see the button hears it
		await page.goBack();
		await page.waitForSelector("main.board");
		fake.release();
		await page.locator('[role="status"]', { hasText: /Sent and recorded/ }).waitFor({ state: "attached" });
		await page.waitForSelector("main.board");
		assert.equal(fake.sent.filter((m) => m.type === "M2").length, 1);
		await page.goForward();
		await page.getByLabel(/^What is known/).waitFor();
		assert.equal(await page.getByLabel(/^What is known/).inputValue(), "");
		assert.deepEqual(violations, []);
	});
});
