/* Webhooks at the console, against a real server that calls a real address, by keyboard: one admin declares and is shown the secret
 * once, another one confirms; test, pause, new secret, removal; the log says what became of each call, and a message is sent again. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { press, reach, write } from "./keyboard.mjs";
import { Endpoint } from "../integration/lib/endpoint.mjs";
import { Member } from "../integration/lib/member.mjs";
import { m4 } from "../integration/lib/messages.mjs";
import { Server, tocsind } from "../integration/lib/server.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;
const SHOTS = process.env.TOCSIN_SHOTS; /* a folder: what it looks like */

describe("webhooks", { skip: why }, () => {
	let server, endpoint, browser, game, admin, second, officer, secret, sent;

	before(async () => {
		endpoint = await Endpoint.start();
		server = await Server.start({ args: [...Endpoint.options(endpoint), "--delivery-retry-s", "1", "--push-contact", "mailto:ops@tocsin.example.invalid"] });
		game = await Member.connect(server, "GameNest", "night responder", { resume: true });
		browser = await launch();
		const at = async (title, options) => {
			const who = await person(browser, { origin: server.url, ...options });
			await startShift(who, server.credential("AIRU", title).sign_in);
			return who;
		};
		[admin, second, officer] = await Promise.all([at("admin", { theme: "dark" }), at("second admin", { theme: "light", settings: { language: "de" } }),
			at("duty officer", {})]);
	});
	after(async () => {
		await browser?.close();
		await game?.close();
		await server?.stop();
		endpoint?.end();
	});

	const shot = async ({ page }, name) => SHOTS && page.screenshot({ path: path.join(SHOTS, `hooks-${name}.png`), fullPage: true });
	const clean = async (...all) => {
		for (const who of all)
			assert.deepEqual(await axe(who.page), []);
	};
	const shown = (who) => who.page.locator(".hook-secret code").first().innerText();

	test("their page is for admins, and its script comes when it is opened", async () => {
		assert.equal(await officer.page.getByRole("link", { name: "Webhooks" }).count(), 0);
		const loaded = () => admin.page.evaluate(() => performance.getEntriesByType("resource").filter((r) => /console-hooks-/.test(r.name)).length);
		assert.equal(await loaded(), 0);
		await press(admin.page, /^Webhooks$/);
		await admin.page.waitForSelector("main.hooks");
		assert.equal(await loaded(), 1);
		await press(second.page, /^Webhooks$/);
		await second.page.waitForSelector("main.hooks");
		await clean(admin, second);
	});

	test("one admin declares, is told what is wrong, and is shown the secret; a second one confirms without it", async () => {
		const { page, keys } = admin;
		await press(page, /^Declare an address$/);
		await page.waitForFunction(() => document.activeElement?.id === "hook-url");
		await page.keyboard.type("https://169.254.169.254/latest");
		await keys("Enter");
		await page.locator("#hook-url-error").waitFor();
		assert.match(await page.locator("#hook-url-error").innerText(), /inside/);
		await clean(admin);
		await page.locator("#hook-url").fill("");
		await page.locator("#hook-url").focus();
		await page.keyboard.type(`${endpoint.url}/in`);
		await keys("Enter");
		await page.waitForSelector(".hook-secret");
		secret = await shown(admin);
		assert.match(secret, /^whsec_/);
		await reach(page, /Copy/);
		await clean(admin);
		await shot(admin, "secret");
		assert.equal(await page.getByRole("button", { name: /^Confirm/ }).count(), 0, "not the same admin");
		await second.page.waitForSelector(".hook.is-PROPOSED");
		await shot(second, "proposed-de");
		await press(second.page, /^Bestätigen/);
		await page.waitForSelector(".hook.is-ACTIVE");
		assert.equal(await second.page.locator(".hook-secret").count(), 0);
		await press(page, /^I have put it away$/);
		assert.ok(!(await page.content()).includes(secret) && !JSON.stringify(await page.evaluate(() => ({ ...localStorage, ...sessionStorage }))).includes(secret));
	});

	test("a test and what happens stand in the log, with each outcome; a message is sent again", async () => {
		const { page } = admin;
		await press(page, /^Send a test: /);
		new Webhook(secret).verify((await endpoint.call()).body, endpoint.calls[0].headers);
		const row = (text) => page.locator(".hook-log tbody tr").filter({ hasText: text }).first();
		await row("test").filter({ hasText: "204" }).waitFor();
		endpoint.answers = [503, 204];
		sent = m4(game);
		assert.equal((await game.send(sent)).op, "accepted");
		await row(sent.id.slice(0, 13)).filter({ hasText: /delivered/ }).waitFor();
		assert.match(await row(sent.id.slice(0, 13)).innerText(), /M4\.send[\s\S]*EXERCISE[\s\S]*\b2\b[\s\S]*delivered[\s\S]*204/);
		const before = endpoint.calls.length;
		await press(page, /^Send again: M4\.send/);
		await page.waitForFunction(() => [...document.querySelectorAll(".hook-log tbody tr")].filter((r) => r.textContent?.includes("M4.send")).length === 2);
		assert.equal(endpoint.calls.slice(before).filter((c) => c.json?.id === sent.id).length, 1);
		assert.ok(!(await page.content()).includes("firearm"), "no content");
		await clean(admin, second);
		await shot(admin, "log-dark");
		await shot(second, "log-light-de");
	});

	test("paused, it waits; a new secret is shown once, and until when the old one signs; what is removed is gone", async () => {
		const { page } = admin;
		await press(page, /^Pause: /);
		await page.waitForSelector(".hook.is-PAUSED");
		await press(page, /^Go on: /);
		await page.waitForSelector(".hook.is-ACTIVE");
		await press(second.page, /^Neues Geheimnis: /);
		await second.page.waitForSelector(".hook-secret");
		assert.notEqual(await shown(second), secret);
		assert.match(await second.page.locator(".hook-secret").innerText(), /unterschreibt mit bis \d\d/);
		await page.locator(".hook", { hasText: "old secret still signs until" }).waitFor();
		assert.equal(await page.locator(".hook-secret").count(), 0);
		await clean(admin, second);
		await press(page, /^Allow$/);
		await page.getByRole("button", { name: /^Forbid/ }).waitFor();
		await press(page, /^Remove: /);
		await press(page, /^Remove for good/);
		await page.getByText("No address is called.").waitFor();
		await second.page.waitForFunction(() => !document.querySelector(".hook"));
		for (const who of [admin, second, officer])
			assert.deepEqual(who.violations, []);
	});
});
