/* The whole path of a threat to life, in real browsers against a real server, by keyboard alone: no mouse, no script
 * that presses for the person. A platform opens an item and sends it; a desk sees it, asks, takes it over; who has it
 * is shown on both sides; the hub redirects another one, and the desk gets it by disclosure. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { choose, focused, press, reach, write } from "./keyboard.mjs";
import { notify } from "./people.mjs";
import { Server, tocsind, until } from "../integration/lib/server.mjs";
import { message } from "../integration/lib/messages.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;

describe("the path of a threat, by keyboard", { skip: why }, () => {
	let server, browser, platform, desk, hub, second;
	const url = () => server.url;

	before(async () => {
		server = await Server.start();
		const cell = server.credential("CELL", "controller");
		const clock = message("exercise", { step: "clock", action: "run", rate_milli: 1000 },
			{ sent_at: new Date().toISOString() });
		const r = await server.request("POST", "/api/messages", { credential: cell, body: clock });
		assert.equal(r.status, 200, r.text);
		browser = await launch();
		platform = await person(browser, { origin: url() });
		desk = await person(browser, { origin: url() });
		hub = await person(browser, { origin: url(), theme: "light" });
		await startShift(platform, server.credential("StreamHarbor", "night responder").sign_in);
		await startShift(desk, server.credential("AIRU", "duty officer").sign_in);
		await startShift(hub, server.credential("HUB", "duty officer").sign_in);
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	test("the server sends the policy under which the console works", async () => {
		const r = await server.request("GET", "/");
		const policy = r.headers["content-security-policy"];
		for (const part of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'",
			"frame-ancestors 'none'"])
			assert.ok(policy.includes(part), `${part} in ${policy}`);
		assert.ok(!policy.includes("unsafe"));
	});

	test("the script is small, compressed, and cached for ever under its own name", async () => {
		const page = await server.request("GET", "/");
		const script = /src="(\/assets\/[^"]+\.js)"/.exec(page.text)[1];
		const r = await server.request("GET", script, { headers: { "accept-encoding": "br" } });
		assert.equal(r.headers["content-encoding"], "br");
		assert.match(r.headers["cache-control"], /immutable/);
		assert.ok(Number(r.headers["content-length"]) < 125_000, r.headers["content-length"]);
		assert.match(page.headers["cache-control"], /no-store/);
	});

	test("a sign-in link works once", async () => {
		const used = await person(browser, { origin: url() });
		await used.page.goto(server.credential("AIRU", "duty officer").sign_in);
		await used.page.getByRole("button").focus();
		await used.page.keyboard.press("Enter");
		await used.page.getByText("This sign-in link no longer works.").waitFor();
		await used.context.close();
	});

	test("the platform opens an item, writes, sees whom it goes to and why, and sends", async () => {
		const { page, keys } = platform;
		await notify(platform, { words: "A live stream shows one person with a long firearm entering a market hall. The stream is still running.",
			state: "XA", handle: "marketwalker_31" });
		await page.getByText("It goes to 2 desks").waitFor();
		const desks = await page.locator(".desks").innerText();
		assert.match(desks, /AIRU/);
		assert.match(desks, /HUB/);
		assert.deepEqual(await axe(page), []);
		await keys("Control+Enter");
		await page.waitForSelector("main.threat-page .clock-box.is-waiting");
		await page.getByText("no human answer").first().waitFor();
	});

	test("it rings at the desk and is on top", async () => {
		const { page } = desk;
		await page.waitForSelector(".threat.is-new");
		await page.waitForFunction(() => /^\(1\)/.test(document.title));
		assert.match(await page.locator(".threat.is-new").first().innerText(), /long firearm/);
		await page.waitForFunction(() => globalThis.strikes.length > 0);
	});

	test("a machine has it, and nobody believes that a person has", async () => {
		const { page } = platform;
		const row = page.locator("table.receipts tbody tr", { hasText: "AIRU" });
		await row.locator(".is-delivered").waitFor();
		assert.equal(await row.locator("td.is-person").count(), 0);
		assert.equal(await row.locator("td.is-seen").count(), 0);
		await page.locator(".clock-box.is-waiting").waitFor();
	});

	test("the officer opens it: seen by a person, not acknowledged", async () => {
		await desk.keys("j", "Enter");
		await desk.page.waitForSelector("main.threat-page .clock-box.is-new");
		const row = platform.page.locator("table.receipts tbody tr", { hasText: "AIRU" });
		await row.locator("td.is-seen").waitFor();
		assert.equal(await row.locator("td.is-person").count(), 0);
		assert.deepEqual(await axe(desk.page), []);
	});

	test("and takes it over with a question: every desk stops being called", async () => {
		const { page, keys } = desk;
		await press(page, /^Reference, questions/);
		await write(page, /^Our reference/, "AIRU-7711");
		await write(page, /^Questions to the platform/, "Please end the stream now. When did it end?");
		await keys("Control+Enter");
		await page.waitForSelector("main.threat-page .clock-box.is-accepted");
		await page.getByText("AIRU-7711").first().waitFor();
		await hub.page.waitForFunction(() => document.querySelectorAll(".threat.is-elsewhere").length === 1);
		await hub.page.waitForFunction(() => !/^\(1\)/.test(document.title));
	});

	test("the platform hears of it, answers, and adds facts", async () => {
		const { page, keys } = platform;
		await page.waitForSelector(".clock-box.is-answered");
		await page.locator("table.receipts tbody tr", { hasText: "AIRU" }).locator("td.is-person").waitFor();
		assert.match(await page.locator(".clock-box").innerText(), /duty officer, AIRU/, "who, in the role in which they answered");
		await write(page, /^Please end the stream now/, "Ended at 16:02.");
		await keys("Control+Enter");
		await desk.page.locator(".questions .answer", { hasText: "Ended at 16:02." }).waitFor();
		await reach(page, /^Add facts/);
		await page.keyboard.press("Space");
		await keys("Control+Enter");
		await page.getByRole("heading", { name: "Add facts" }).waitFor();
		await write(page, /^What is new/, "The stream was cut. Everything is preserved.");
		await choose(page, /What happened to the content/, /removed/);
		await keys("Control+Enter");
		await page.getByRole("heading", { name: /Check, then send the new facts/ }).waitFor();
		await keys("Control+Enter");
		await page.waitForSelector("main.threat-page");
		await desk.page.locator(".facts-card", { hasText: "The stream was cut." }).waitFor();
		await desk.page.locator(".facts-card .fresh").first().waitFor();
	});

	test("another one, state unknown: the platform chooses, the hub acknowledges, then redirects it to Aldmere's desk",
		async () => {
		await platform.keys("Escape");
		await platform.page.waitForSelector("main.board");
		await notify(platform, { words: "A post announces an act at a school tomorrow at 08:00 and shows a blade.",
			handle: "nightcourier7" });
		await platform.keys("Control+Enter");
		await platform.page.waitForSelector("main.threat-page .clock-box.is-waiting");
		const { page, keys } = hub;
		await page.waitForSelector(".threat.is-new");
		await keys("j", "a");
		await page.waitForFunction(() => document.activeElement?.classList.contains("primary"));
		await keys("Enter");
		await page.waitForFunction(() => document.activeElement?.closest(".threat.is-acked"));
		await keys("Enter");
		await page.waitForSelector("main.threat-page .clock-box.is-acked");
		/* the choice is one radio group: arrows move in it */
		await reach(page, /Redirect|Take over/);
		for (let i = 0; i < 8 && !/Redirect/.test((await focused(page)).name); i++)
			await page.keyboard.press("ArrowDown");
		await reach(page, /^To which desk/);
		await page.keyboard.type("AIRU");
		await write(page, /^Why it is theirs/, "Place of the offence: likely.");
		await keys("Control+Enter");
		await page.waitForSelector("main.board .threat.is-redirected").catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
	});

	test("the desk gets the whole case by disclosure, with its own time to answer", async () => {
		const { page, keys } = desk;
		await keys("Escape");
		await page.waitForSelector("main.board .threat.is-new");
		for (let i = 0; i < 20 && !await page.evaluate(() => Boolean(document.activeElement?.closest(".threat.is-new"))); i++)
			await keys("j"); // the list may have moved under the last one
		await keys("Enter");
		await page.waitForSelector("main.threat-page .clock-box.is-new");
		await page.locator(".timeline .is-disclosed").first().waitFor();
		await page.getByText("nightcourier7").waitFor();
		await page.getByText("Disclosure", { exact: true }).waitFor();
		assert.match(await page.locator(".clock-box .huge").innerText(), /^\d:\d\d\smin$/);
		assert.deepEqual(await axe(page), []);
		await keys("Control+Enter");
		await page.waitForSelector("main.threat-page .clock-box.is-accepted");
	});

	test("what has to be kept up is in red at the platform", async () => {
		const { page } = desk;
		await reach(page, /Change what we asked for|Ask the platform/);
		for (let i = 0; i < 8 && !/Change what we asked/.test((await focused(page)).name); i++)
			await page.keyboard.press("ArrowDown");
		await reach(page, /^Do not remove until/);
		/* month, day, year, hour, minute, as this browser asks for them */
		await page.keyboard.type("05182031");
		await page.keyboard.press("Tab");
		await page.keyboard.type("0630PM");
		await desk.keys("Control+Enter");
		await page.waitForSelector(".box-keep");
		await platform.page.locator(".box-keep", { hasText: "Do not remove until" }).waitFor();
	});

	test("a front that dies is noticed and nothing is missed", async () => {
		await server.kill("front");
		await until(async () => (await desk.page.locator(".pill.is-live").count()) === 1 &&
			(await platform.page.locator(".pill.is-live").count()) === 1, "both consoles live again", 20_000);
		await platform.keys("Escape");
		await platform.page.waitForSelector("main.board");
	});

	test("no error, no word of the policy, no request to another place, in any of the three browsers", () => {
		assert.deepEqual([...platform.violations, ...desk.violations, ...hub.violations], []);
	});
});
