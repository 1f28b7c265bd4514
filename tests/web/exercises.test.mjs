/* Exercise control at the console, against a real server, by keyboard: several exercises side by side, each with its clock; run, faster,
 * "it is now six hours later", on to a time and never back; something happens and who has noted it; who is there; a new exercise, who
 * joins it by its number; the end. Everybody else sees the clock in their ribbon and moves nothing. */

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { press, reach, write } from "./keyboard.mjs";
import { Server, tocsind, top } from "../integration/lib/server.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;
const SHOTS = process.env.TOCSIN_SHOTS;

/** One of each scenario. */
const PLAYS = readdirSync(path.join(top, "server/exercises")).filter((f) => f.endsWith(".json") && f !== "cast.json").length;

describe("exercise control", { skip: why }, () => {
	let server, browser, control, officer, admin;

	before(async () => {
		server = await Server.start();
		browser = await launch();
		const at = async (org, title, options) => {
			const who = await person(browser, { origin: server.url, ...options });
			await startShift(who, server.credential(org, title).sign_in);
			return who;
		};
		[control, officer, admin] = await Promise.all([at("CELL", "controller", { theme: "dark", width: 1400 }), at("AIRU", "duty officer", { theme: "light" }),
			at("StreamHarbor", "admin", { theme: "light", width: 390, height: 844, settings: { language: "de" } })]);
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	const shot = async ({ page }, name) => SHOTS && page.screenshot({ path: path.join(SHOTS, `exercises-${name}.png`), fullPage: true });
	const box = ({ page }, title) => page.locator("article.ex").filter({ has: page.locator("h2", { hasText: title }) });
	const since = async (who, title) => (await box(who, title).locator(".ex-since").innerText()).replace("T+", "");
	const clean = async (...all) => {
		for (const who of all)
			assert.deepEqual(await axe(who.page), []);
	};

	test("they stand side by side, and their script comes when it is opened; who is there is shown", async () => {
		const { page } = control;
		await press(page, /^Exercises$/);
		await page.waitForSelector("main.exercises article.ex");
		assert.equal(await page.locator("article.ex").count(), PLAYS);
		await box(control, "LANTERN").locator(".ex-standing.is-waiting").waitFor();
		await box(control, "LANTERN").locator(".ex-who li.is-here", { hasText: "AIRU" }).getByText("1 at the console").waitFor();
		await clean(control);
		await shot(control, "waiting-dark");
	});

	test("run, faster, stop: everybody's ribbon goes with it", async () => {
		const { page } = control;
		const ribbon = officer.page.locator(".ribbon");
		assert.match(await ribbon.innerText(), /\d exercises\n*not begun/, "not all their names, of which none is news");
		assert.ok((await ribbon.boundingBox()).height < 48, "one line");
		await press(page, /^Run: LANTERN/);
		await box(control, "LANTERN").locator(".ex-standing.is-running").waitFor();
		await officer.page.locator(".ribbon-title", { hasText: "LANTERN" }).waitFor();
		await box(control, "LANTERN").getByLabel("Speed").selectOption("60000");
		await officer.page.locator(".ribbon-clock", { hasText: "×60" }).waitFor();
		await press(page, /^Stop the clock: LANTERN/);
		await officer.page.locator(".ribbon-clock", { hasText: "clock stopped" }).waitFor();
		assert.match(await box(control, "QUIET BELL").locator(".ex-standing").innerText(), /not begun/i, "another one has not moved");
	});

	test("it is now six hours later; on to a time, never back, and what is wrong is said at the field", async () => {
		const { page, keys } = control;
		await press(page, /^six hours: LANTERN/);
		await page.waitForFunction(() => /T\+6:/.test([...document.querySelectorAll(".ex-since")].map((x) => x.textContent).join()));
		await officer.page.locator(".ribbon-clock", { hasText: /T\+6:/ }).waitFor();
		const field = box(control, "LANTERN").getByLabel("Go on to T+");
		await field.focus();
		await page.keyboard.type("tomorrow");
		await keys("Enter");
		await box(control, "LANTERN").getByText("A time since the start, like 6:00:00").waitFor();
		await page.waitForFunction(() => document.activeElement?.id.startsWith("to-"));
		await field.fill("");
		await page.keyboard.type("1:00:00");
		await keys("Enter");
		await box(control, "LANTERN").locator(".error", { hasText: /never goes back/ }).waitFor();
		await clean(control);
		await field.fill("");
		await page.keyboard.type("7:30:00");
		assert.match(await box(control, "LANTERN").locator(".ex-jump").innerText(), /= Sat,? 17 May 2031 23:28:00/);
		await keys("Enter");
		await officer.page.locator(".ribbon-clock", { hasText: "T+7:30:00" }).waitFor();
		await box(control, "LANTERN").locator(".ex-since", { hasText: "7:30:00" }).waitFor(); /* each page has it from its own connection */
	});

	test("something happens: those who take part have it on their board, and it is seen who has noted it", async () => {
		const { page, keys } = control;
		await reach(page, /^Let something happen$/);
		await box(control, "LANTERN").getByRole("link", { name: "Let something happen" }).focus();
		await keys("Enter");
		await page.waitForSelector("main.compose form");
		await keys("Control+Enter");
		await page.locator('[id="f-body.headline-error"]').waitFor();
		await page.locator('[id="f-body.headline"]').focus(); /* it has the focus by the error's link, too */
		await page.keyboard.type("The town's power fails.");
		await keys("Tab");
		await page.keyboard.type("Telephones go on for an hour.");
		await keys("Control+Enter");
		await page.waitForSelector("main.check").catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
		assert.match(await page.locator("main").innerText(), /AIRU[\s\S]*power fails/);
		await clean(control);
		await keys("Control+Enter");
		await page.waitForSelector("main.exercises");
		await officer.page.locator(".inject", { hasText: "The town's power fails." }).waitFor();
		await clean(officer);
		await shot(officer, "inject-light");
		await press(officer.page, /^Noted: The town's power fails/);
		await officer.page.waitForFunction(() => !document.querySelector(".inject"));
		await box(control, "LANTERN").locator(".ex-injects").getByText(/a person of 1 has noted it/).waitFor();
		assert.match(await box(control, "LANTERN").locator(".ex-injects").innerText(), /AIRU/);
		await shot(control, "dark");
	});

	test("a new exercise, which an administrator joins by its number, and leaves", async () => {
		const { page, keys } = control;
		await press(page, /^New exercise$/);
		await page.waitForSelector("main.compose form");
		await write(page, /^Title/, "COLD SPRING");
		const t0 = page.locator('[id="f-body.t0"]');
		await (await t0.evaluate((el) => el.tagName) === "INPUT" ? t0 : t0.locator("input").first()).fill("2033-03-01T08:00");
		await keys("Control+Enter");
		await page.waitForSelector("main.check").catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
		await keys("Control+Enter");
		await page.waitForSelector("main.exercises");
		await box(control, "COLD SPRING").getByText("Nobody yet").waitFor();
		const id = await box(control, "COLD SPRING").locator(".ex-id code").innerText();
		await admin.page.evaluate(() => (location.hash = "#/exercises"));
		await admin.page.waitForSelector("main.exercises");
		await admin.page.getByLabel("Nummer der Übung").fill("12");
		await admin.page.getByLabel("Nummer der Übung").focus();
		await admin.keys("Enter");
		await admin.page.getByText("Eine Nummer von 36 Zeichen").waitFor();
		await admin.page.getByLabel("Nummer der Übung").fill(id);
		await clean(admin);
		await admin.page.getByLabel("Nummer der Übung").focus();
		await admin.keys("Enter");
		await box(control, "COLD SPRING").locator(".ex-who li", { hasText: "StreamHarbor" }).waitFor();
		await shot(admin, "phone-light-de");
		await clean(admin);
	});

	test("without a connection nothing can be moved, and the page says so; the end is asked twice", async () => {
		const { page, keys } = control;
		server.signal("front", "SIGSTOP");
		await page.getByText("the clock cannot be moved").first().waitFor();
		assert.equal(await box(control, "LANTERN").getByRole("button", { name: /^Run/ }).isDisabled(), true);
		await clean(control);
		server.signal("front", "SIGCONT");
		await page.waitForFunction(() => document.querySelector(".ex-controls button.primary")?.ariaDisabled !== "true");
		await press(page, /^End the exercise: COLD SPRING/);
		await press(page, /^End COLD SPRING: for good|^End COLD SPRING for good/);
		await page.getByText("1 exercise is over").waitFor();
		assert.equal(await page.locator(".ex-grid").first().locator("article.ex").count(), PLAYS);
		await page.getByText("1 exercise is over").click();
		await clean(control);
		await page.evaluate(() => (location.hash = `#/exercises/${document.querySelector("article.ex").id.slice(9)}`));
		await page.waitForFunction(() => document.querySelectorAll("article.ex").length === 1);
		await keys("Escape");
		await page.waitForSelector("main.board");
		for (const who of [control, officer, admin])
			assert.deepEqual(who.violations, []);
	});
});
