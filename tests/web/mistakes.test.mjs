/* The keyboard in tired hands: keys pressed twice, held down, pressed while the server is slow, in a field, with Caps Lock, on a Greek
 * keyboard. Nothing is said that nobody has read, and the focus is never nowhere. In a real browser. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { haveChromium } from "./browser.mjs";
import { until } from "../integration/lib/server.mjs";
import { staged } from "./screens.mjs";

describe("tired hands", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { at } = staged();
	const visit = (page, hash) => page.evaluate((h) => (location.hash = h), hash);
	/** What has the focus: its tag and its words. */
	const focus = (page) => page.evaluate(() => `${document.activeElement?.tagName} ${/** @type {any} */ (document.activeElement)?.innerText ?? ""}`);
	/** Events at the element that has the focus, pressed in the moment in which this comes: a slow machine hands them over later. Once it has come, wait for
	 * what is returned. @param {any} page @param {string} selector @param {string} words in it @param {any[]} presses  inits; of a key, or of a click */
	const asItComes = async (page, selector, words, presses) => {
		await page.evaluate(([sel, w, inits]) => {
			globalThis.pressed = new Promise((resolve) => {
				const watch = new MutationObserver(() => {
					if (![...document.querySelectorAll(sel)].some((e) => e.textContent.includes(w)))
						return;
					watch.disconnect();
					const come = performance.now();
					const press = () => {
						for (const init of inits) {
							const Event = init.key ? KeyboardEvent : MouseEvent;
							const event = new Event(init.key ? "keydown" : "click", { bubbles: true, cancelable: true, ...init });
							Object.defineProperty(event, "timeStamp", { value: come + 1 });
							document.activeElement.dispatchEvent(event);
						}
						resolve();
					};
					requestAnimationFrame(() => requestAnimationFrame(press));
				});
				watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
			});
		}, [selector, words, presses]);
		return () => page.evaluate(() => globalThis.pressed);
	};
	const somewhere = async (page) => assert.doesNotMatch(await focus(page), /^BODY/, "the focus is nowhere");

	test("out of a field the focus stays beside it, and keys are keys again; the second Escape leaves", async () => {
		const { page, keys, lantern } = await at("normal");
		await visit(page, `#/threat/${lantern.caseId}`);
		await page.getByLabel("Ask the platform").check();
		await page.getByLabel("Questions to the platform").fill("Where is he now?");
		await keys("Escape");
		assert.match(await focus(page), /^DIV Questions to the platform/);
		await keys("Tab");
		assert.equal(await page.evaluate(() => document.activeElement?.id), "step-questions", "and the next Tab is back in it");
		await keys("Escape", "?");
		await page.locator("dialog.help").waitFor();
		await keys("Escape");
		await page.locator("dialog.help").waitFor({ state: "detached" });
		await somewhere(page);
		await keys("Escape");
		await page.waitForSelector("main.board");
	});

	test("who comes back to the board stands on the row that was opened, and goes on from there", async () => {
		const { page, keys, bell, lantern, old } = await at("normal");
		const row = () => page.evaluate(() => document.activeElement?.getAttribute("data-row"));
		await keys("j", "j");
		assert.equal(await row(), bell.caseId);
		await keys("Enter");
		await page.waitForSelector("main.threat-page .clock-box");
		await keys("Escape");
		await page.waitForSelector("main.board");
		await until(async () => (await row()) === bell.caseId, "the row has the focus");
		await keys("k");
		assert.equal(await row(), lantern.caseId);
		await visit(page, `#/threat/${old.caseId}`);
		await page.waitForSelector("main.threat-page .clock-box");
		await keys("Escape");
		await page.waitForSelector("main.board");
		await until(async () => (await row()) === lantern.caseId, "there is something that nobody of us has answered: the focus is there");
	});

	test("Escape in the search of the board clears it, and then goes back to the rows", async () => {
		const { page, keys, bell } = await at("normal");
		await keys("/");
		await page.keyboard.type("school");
		await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 1);
		await keys("Escape");
		assert.equal(await page.locator("#search").inputValue(), "");
		await page.waitForFunction(() => document.querySelectorAll("[data-row]").length > 2);
		await keys("Escape");
		assert.match(await focus(page), /^A /);
		assert.ok(bell);
	});

	test("on every screen Escape leads towards the board, and before the shift it leads nowhere", async () => {
		const { page, keys, lantern } = await at("normal");
		for (const hash of ["#/settings", "#/log", "#/orders", "#/referrals", "#/contacts", "#/exercises", "#/audit", "#/admin", "#/hand-over"]) {
			await visit(page, hash);
			await page.locator("main:not(.board) h1").waitFor();
			await page.locator("h1").focus();
			await keys("Escape");
			await page.waitForSelector("main.board");
		}
		await page.evaluate((id) => {
			sessionStorage.clear();
			location.hash = `#/threat/${id}`;
		}, lantern.caseId);
		await page.reload();
		await page.locator("#shift-go").waitFor();
		await keys("Escape");
		assert.match(page.url(), new RegExp(lantern.caseId), "the address that somebody was sent is still there");
	});

	test("a button that is pressed keeps the focus while the answer is awaited, and when the connection goes", async () => {
		const { page, fake, lantern } = await at("normal");
		await visit(page, `#/threat/${lantern.caseId}`);
		const button = page.locator(".next-step button.primary");
		await button.focus();
		const say = fake.say.bind(fake);
		fake.say = (p, m) => (m.type === "M5" ? new Promise(() => {}) : say(p, m));
		await page.keyboard.press("Enter");
		await page.getByRole("button", { name: /Sending/ }).waitFor();
		assert.match(await focus(page), /^BUTTON Sending/);
		await page.keyboard.press("Enter");
		await page.keyboard.press("Space");
		fake.say = say;
		fake.cut(false);
		await page.getByText("The connection was lost before the answer came").waitFor();
		await somewhere(page);
		assert.equal(fake.sent.filter((m) => m.type === "M5").length, 0, "nothing was sent by a key that did nothing");
		await page.locator(".pill.is-live").waitFor();
		await button.focus();
		fake.quiet = true;
		await page.locator(".pill.is-amber").waitFor();
		assert.match(await focus(page), /^BUTTON/, "switched off under the hand, it still has the focus");
		assert.equal(await button.getAttribute("aria-disabled"), "true");
	});

	test("a form that is checked with a key pressed twice is not sent unread", async () => {
		const { page, keys, fake, id } = await at("reported", {}, "BFP-duty-officer");
		await visit(page, `#/say/M2.propose/${id}`);
		await page.waitForSelector("main.compose form");
		await page.getByLabel(/^What is known/).fill("One stream, and copies.");
		await page.getByLabel(/^What is not known/).fill("How many.");
		await page.getByRole("group", { name: "How sure" }).getByText("likely", { exact: true }).click();
		await page.getByRole("group", { name: /What is asked/ }).getByText("watch", { exact: true }).click();
		for (const impatient of [() => keys("Control+Enter"), () => page.keyboard.down("Control").then(() => page.keyboard.press("Enter"))]) {
			/* once more, while it has only just come, and held down */
			const pressed = await asItComes(page, "main.check", "", [false, true, true].map((repeat) => ({ key: "Enter", code: "Enter", ctrlKey: true, repeat })));
			await impatient();
			await pressed();
			await page.keyboard.up("Control");
			await page.locator("main.is-fresh").waitFor({ state: "detached" });
			assert.equal(fake.sent.filter((m) => m.type === "M2").length, 0, "nobody has read whom it goes to");
			await keys("Escape");
			await page.locator("main.compose:not(.check) form").waitFor();
		}
		await keys("Control+Enter");
		await page.locator("main.check").waitFor();
		await keys("Control+Enter");
		await until(() => fake.sent.some((m) => m.type === "M2"), "after that it goes");
	});

	test("what is asked twice is not answered by pressing twice", async () => {
		const { page, fake } = await at("normal");
		await visit(page, "#/settings");
		const button = page.getByRole("button", { name: /End all others/ });
		await button.focus();
		const sure = page.getByRole("button", { name: /End them now/ });
		const pressed = await asItComes(page, "button", "End them now", [{}]);
		await page.keyboard.press("Enter");
		await pressed();
		assert.match(await focus(page), /^BUTTON End them now/);
		assert.equal(fake.sent.filter((m) => m.type === "credential").length, 0);
		await sure.click();
		await until(() => fake.sent.some((m) => m.type === "credential"), "after a look it is");
	});

	test("Caps Lock and a Greek keyboard change no key", async () => {
		const { page, bell, lantern } = await at("normal");
		const row = () => page.evaluate(() => document.activeElement?.getAttribute("data-row"));
		const key = (init) => page.evaluate((i) => {
			const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...i });
			document.activeElement?.dispatchEvent(event);
		}, init);
		await key({ key: "ξ", code: "KeyJ" });
		assert.equal(await row(), lantern.caseId);
		await key({ key: "J", code: "KeyJ", modifierCapsLock: true });
		assert.equal(await row(), bell.caseId);
		await key({ key: "J", code: "KeyJ", shiftKey: true });
		assert.equal(await row(), bell.caseId, "a capital letter is another key");
		await key({ key: "к", code: "KeyR" });
		assert.equal(await row(), bell.caseId, "and so is another letter of that keyboard");
		await key({ key: "л", code: "KeyK" });
		assert.equal(await row(), lantern.caseId);
	});

	test("who closes the only window in which a threat rings is asked first, and told what to do; otherwise nobody is asked", async () => {
		const { page, context, fake, lantern } = await at("normal");
		const asked = [];
		page.on("dialog", (d) => {
			asked.push(d.type());
			void d.dismiss();
		});
		await page.locator(".threat.is-new").first().waitFor();
		await page.close({ runBeforeUnload: true });
		await until(() => asked.length === 1, "it is asked");
		assert.deepEqual(asked, ["beforeunload"]);
		await page.locator("[role=alert]", { hasText: "Answer it, or hand over first" }).waitFor({ state: "attached" });
		fake.respond(lantern, "AIRU", "ack", 0);
		await page.locator(".threat.is-acked").waitFor();
		await page.close({ runBeforeUnload: true });
		await until(() => page.isClosed(), "nothing rings: it closes");
		assert.equal(asked.length, 1);
		assert.ok(context);
	});
});
