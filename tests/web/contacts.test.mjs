/* Contact points at the console, against a real server and by keyboard: one admin declares, another one puts it in force; a
 * channel is tried, a drill is started and answered by somebody of the chain; whoever is on duty says so. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { Server, tocsind } from "../integration/lib/server.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;

describe("contact points", { skip: why }, () => {
	let server, browser, admin, second, officer;

	before(async () => {
		server = await Server.start();
		browser = await launch();
		const at = async (title, theme) => {
			const who = await person(browser, { origin: server.url, theme });
			await startShift(who, server.credential("AIRU", title).sign_in);
			const link = who.page.getByRole("link", { name: "Contacts" });
			await link.focus();
			await who.keys("Enter");
			await who.page.waitForSelector("main.contacts");
			return who;
		};
		[admin, second, officer] = await Promise.all([at("admin", "dark"), at("second admin", "light"), at("duty officer", "dark")]);
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	/** Press a button with the keyboard. */
	async function press({ page, keys }, name) {
		const button = page.getByRole("button", { name });
		await button.first().focus();
		await keys("Enter");
	}

	test("an admin sees all of the own organisation, others what is public, and nobody a violation", async () => {
		assert.match(await admin.page.locator("#contacts-own ~ article").first().innerText(), /\+999 01 555 017[\s\S]*unverified/);
		assert.doesNotMatch(await officer.page.locator("main").innerText(), /\+999 01 555 017/);
		assert.match(await officer.page.locator("#contacts-others ~ article").first().innerText(), /\+999 0\d 555 000/);
		assert.equal(await officer.page.getByRole("link", { name: "Declare a contact point" }).count(), 0);
		for (const who of [admin, second, officer])
			assert.deepEqual(await axe(who.page), []);
	});

	test("an address that names an organisation stands on it, among all the others", async () => {
		const { page } = officer;
		await page.setViewportSize({ width: 1280, height: 500 });
		await page.evaluate(() => (location.hash = "#/contacts/StreamHarbor"));
		const box = page.locator("article", { has: page.getByRole("heading", { name: /^StreamHarbor: / }) }).first();
		await page.waitForFunction(() => /^StreamHarbor: /.test(document.activeElement?.textContent ?? ""));
		await box.waitFor();
		/* in sight, and below what sticks to the top */
		await page.waitForFunction((h) => h.contains(document.elementFromPoint(h.getBoundingClientRect().left + 4, h.getBoundingClientRect().top + 4)), await box.locator("h3").elementHandle());
		await page.evaluate(() => (location.hash = "#/contacts/Nobody"));
		await page.waitForFunction(() => document.activeElement?.tagName === "H1");
		assert.deepEqual(await axe(page), []);
		await page.setViewportSize({ width: 1280, height: 900 });
		await page.evaluate(() => (location.hash = "#/contacts"));
	});

	test("one admin declares a contact point, a second one puts it in force", async () => {
		const { page, keys } = admin;
		await page.getByRole("link", { name: "Declare a contact point" }).focus();
		await keys("Enter");
		await page.waitForSelector("main.compose form");
		await page.getByRole("group", { name: "What it is for" }).getByText("press", { exact: true }).click();
		await page.getByLabel("Languages").fill("en");
		await page.getByRole("group", { name: "Public" }).getByText("No", { exact: true }).click();
		await page.getByRole("group", { name: "Hours" }).getByText("office hours", { exact: true }).click();
		await page.getByLabel("Person").selectOption({ label: "duty officer" });
		await page.getByRole("button", { name: "Add a channel" }).last().click();
		await page.getByLabel("Channel", { exact: true }).last().selectOption("e-mail");
		await page.getByLabel("Number or address").last().fill("press@airu.example.invalid");
		assert.deepEqual(await axe(page), []);
		await keys("Control+Enter");
		await page.waitForSelector("main.check").catch(async () => {
			throw new Error(await page.locator(".box-red").innerText());
		});
		await keys("Control+Enter");
		await page.waitForSelector("main.contacts .is-waiting");
		assert.match(await page.locator(".is-waiting").innerText(), /Another admin of your organisation/);
		await second.page.waitForSelector(".is-waiting");
		await press(second, "Put it in force");
		await page.waitForFunction(() => !document.querySelector(".is-waiting") && document.querySelector("main.contacts")?.textContent?.includes(
			"press@airu.example.invalid"));
	});

	test("a channel is tried; a wrong code is refused in words", async () => {
		await press(admin, /^Send a test: e-mail/);
		await officer.page.getByLabel("Code").fill("0000-0000");
		await press(officer, /^Answer the test/);
		await officer.page.getByText("code: answer over the channel itself").waitFor();
		assert.deepEqual(await axe(officer.page), []);
	});

	test("a drill is answered by somebody of the chain, and how it went is shown", async () => {
		await press(admin, "Start a drill");
		await officer.page.getByText("A drill is running since").waitFor();
		await press(officer, "I am here");
		await admin.page.getByText(/passed, answered after \d+ s/).waitFor();
	});

	test("who is on duty says so, and hands over to who takes it", async () => {
		await press(officer, "I am on duty now");
		await officer.page.getByRole("button", { name: "I am no longer on duty" }).waitFor();
		await admin.page.getByText("On duty now:").waitFor();
		assert.match(await admin.page.locator("#contacts-mine ~ p").first().innerText(), /duty officer/);
		assert.deepEqual(await axe(second.page), []);
		assert.deepEqual(await axe(admin.page), []);
		for (const who of [admin, second, officer])
			assert.deepEqual(who.violations, []);
	});
});
