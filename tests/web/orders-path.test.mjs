/* The path of a removal order, in real browsers against a real server, by keyboard alone: an officer drafts Annex I section by
 * section, another person certifies it, it is issued to the letter; the provider sees the hour run, with its offset, and answers
 * with Annex II. Nobody else sees it before it is issued, and it looks like what it is: an order. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { choose, press, reach, write } from "./keyboard.mjs";
import { Server, tocsind } from "../integration/lib/server.mjs";
import { message } from "../integration/lib/messages.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;

describe("the path of a removal order, by keyboard", { skip: why }, () => {
	let server, browser, issuer, certifier, owner, hub;

	before(async () => {
		server = await Server.start();
		const r = await server.request("POST", "/api/messages", { credential: server.credential("CELL", "controller"),
			body: message("exercise", { step: "clock", action: "run", rate_milli: 1000 }, { sent_at: new Date().toISOString() }) });
		assert.equal(r.status, 200, r.text);
		browser = await launch();
		const at = async (org, title, theme = "dark") => {
			const who = await person(browser, { origin: server.url, theme });
			await startShift(who, server.credential(org, title).sign_in);
			return who;
		};
		issuer = await at("AIRU", "duty officer");
		certifier = await at("AIRU", "second officer", "light");
		owner = await at("PastePond", "owner", "light");
		hub = await at("HUB", "lead");
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	const box = ({ page }, state) => page.waitForSelector(`.order-box.is-${state}`);
	/** On the page that shows who gets it: send. */
	const confirm = async ({ page, keys }) => {
		await page.waitForSelector("main.check").catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
		await keys("Control+Enter");
	};

	test("an officer drafts Annex I, section by section", async () => {
		const { page, keys } = issuer;
		await press(page, /^Orders( \d+)?$/);
		await page.waitForSelector("main.orders-page");
		await press(page, /^Draft a removal order$/);
		await press(page, /^EXERCISE: it belongs to LANTERN/);
		await page.waitForSelector("main.compose form").catch(async () => {
			throw new Error([...issuer.violations, await page.locator("body").innerText()].join("\n"));
		});
		assert.deepEqual(await axe(page), []);
		assert.match(await page.locator("form").innerText(), /Section B: terrorist content to be removed or access to which is to be disabled in all Member/);
		await write(page, /^Addressee/, "Paste");
		await write(page, /^Contact point/, "owner@pastepond.example.invalid");
		await write(page, /has its main establishment/, "XA");
		await write(page, /^Reference number of the removal order/, "AIRU-RO-1");
		await write(page, /^Exact URL/, "https://pastepond.example/f/q7Zt");
		await reach(page, /^incites others to commit terrorist offences/);
		await keys("Space");
		await write(page, /^Additional information for considering/, "It glorifies the attack of today and calls for more.");
		await choose(page, /For reasons of public security/, /^No$/);
		await write(page, /^Name of its representative/, "R. Hollin");
		await write(page, /^Post held/, "second officer");
		await write(page, /^File No/, "AIRU-7711");
		await write(page, /^Address/, "1 Lantern Quay, Aldmere");
		await write(page, /^Tel\. No/, "+999 01 555 000");
		await write(page, /^Email address/, "orders@airu.example.invalid");
		await write(page, /for feedback on the time of removal/, "duty officer, +999 01 555 000");
		await write(page, /^Competent body or court/, "Administrative Court of Aldmere");
		await write(page, /^Number/, "1");
		await write(page, /^Days, weeks or months/, "mon");
		await write(page, /^starting from/, "receipt of the order");
		await write(page, /^Link to provisions/, "https://law.example.invalid/orders");
		await choose(page, /Is it the first order/, /^Yes$/);
		await choose(page, /Then a first order needs no 12 hours/, /^No$/);
		await write(page, /^Language of the order/, "en");
		await keys("Control+Enter");
		await page.waitForSelector("main.check").catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
		/* the law's twelve hours are said before, not after */
		assert.match(await page.locator(".box-amber").innerText(), /inform the provider 12 hours before \(M9\), or justify an emergency/);
		await keys("Escape");
		await page.waitForSelector("main.compose form");
		await choose(page, /Then a first order needs no 12 hours/, /^Yes$/);
		await write(page, /^Justification/, "The attack goes on.");
		await keys("Control+Enter");
		await confirm(issuer);
		await box(issuer, "DRAFT");
		assert.equal(await hub.page.locator("nav").getByText("Orders").count(), 0, "nobody else knows of it");
	});

	test("other authorities are asked before, and have nothing against it", async () => {
		const order = await issuer.page.evaluate(() => location.hash.split("/")[2]);
		const say = async (org, title, body) => {
			const m = message("M18", body, { legal_basis: [{ act: "TCO", article: "14(1)" }], personal_data: { level: "none", categories: [] } });
			const r = await server.request("POST", "/api/messages", { credential: server.credential(org, title), body: m });
			assert.equal(r.status, 200, r.text);
			return m.id;
		};
		const check = await say("AIRU", "duty officer", { step: "check", intended_action: "removal_order", order_ref: order,
			planned_at: "2031-05-17T14:58:00Z", answer_by: "2031-05-17T14:48:00Z" });
		await say("HUB", "deconfliction officer", { step: "answer", check_ref: check, answer: "clear" });
	});

	test("another person reads and certifies it", async () => {
		const { page, keys } = certifier;
		await press(page, /^Orders( \d+)?$/);
		await page.waitForSelector("li.order");
		assert.equal(await issuer.page.getByText("Certify the order").count(), 0, "not the one who drafted it");
		await press(page, /^\S.*AIRU-RO-1/);
		await page.waitForSelector(".order-box");
		await keys("Control+Enter");
		await page.waitForSelector("main.check");
		assert.match(await page.locator("main").innerText(), /It glorifies the attack of today/, "what is certified is there to be read");
		await confirm(certifier);
		await box(certifier, "CERTIFIED");
		assert.match(await page.locator(".order-box").innerText(), /Certified\s+you, AIRU/i);
	});

	test("it is issued to the letter, and the provider sees its hour run", async () => {
		await box(issuer, "CERTIFIED");
		await issuer.keys("Control+Enter");
		await confirm(issuer);
		const { page } = owner;
		await press(page, /^Orders( \d+)?$/);
		await page.waitForSelector(".order.is-DELIVERED");
		await press(page, /^\S.*AIRU-RO-1/);
		await box(owner, "DELIVERED");
		const words = await page.locator(".order-box").innerText();
		assert.match(words, /5\d:\d\d/, "an hour, counting down");
		assert.match(words, /until .*\d\d:\d\d:\d\d (GMT[+-]\d|[+-]\d\d:?\d\d|CES?T|UTC[+-]\d)/, "its end, with the offset");
		assert.match(await page.locator("h1").innerText(), /Art\. 3 TCO/);
		assert.deepEqual(await axe(page), []);
		await box(issuer, "DELIVERED");
		assert.deepEqual(await axe(issuer.page), []);
		await hub.page.locator("nav").getByText("Orders").waitFor();
	});

	test("it answers with Annex II, and the hour ends with the measure", async () => {
		const { page, keys } = owner;
		await keys("Control+Enter");
		await page.waitForSelector("main.compose form");
		assert.match(await page.locator("h1").innerText(), /Annex II/);
		await write(page, /^File reference of the addressee/, "PP-1");
		await choose(page, /^Measures taken/, /the terrorist content has been removed/);
		await write(page, /or: Member State of residence/, "XA");
		await write(page, /^Name of the authorised person/, "the owner");
		await write(page, /^Email address of the contact point/, "owner@pastepond.example.invalid");
		await keys("Control+Enter");
		await confirm(owner);
		await box(owner, "EXECUTED");
		await box(issuer, "EXECUTED");
		assert.match(await issuer.page.locator(".order-box").innerText(), /done within the hour\s+(5\d:\d\d\smin|1:00:00\sh) were left/);
		assert.match(await issuer.page.locator("main").innerText(), /PP-1/);
		assert.deepEqual(await axe(issuer.page), []);
		for (const who of [issuer, certifier, owner, hub])
			assert.deepEqual(who.violations, []);
	});
});
