/* The path of a letter, in a real browser against a real server and a real relay: LANTERN is played until an order is there, the owner of
 * PastePond, who has no console, opens the link of the e-mail about the activation on a telephone, sees who asks and how to check
 * that, acknowledges activation and order; by keyboard, in both themes, at twice the size; and what a link that is over says. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person } from "./browser.mjs";
import { lanternByMail, play } from "../integration/lib/command.mjs";
import { Member } from "../integration/lib/member.mjs";
import { message } from "../integration/lib/messages.mjs";
import { Server, tocsind } from "../integration/lib/server.mjs";
import { Sink } from "../integration/lib/sink.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;
const none = { personal_data: { level: "none", categories: [] }, ack_required: false, precedence: "routine" };
const SHOTS = process.env.TOCSIN_SHOTS; /* a folder: what it looks like */

describe("the path of a letter", { skip: why }, () => {
	let server, sink, browser, hub, airu, link;

	before(async () => {
		sink = await Sink.start();
		server = await Server.start({ args: sink.options });
		[hub, airu] = await Promise.all([Member.connect(server, "HUB", "lead", { from: -1, resume: true }), Member.connect(server, "AIRU",
			"duty officer", { from: -1, resume: true })]);
		const played = await play(server, lanternByMail(), "--until", "36:00");
		assert.equal(played.code, 0, played.out);
		const mail = await sink.mail((m) => /^owner@/.test(m.to[0]) && /Reference: M3-/.test(m.text));
		link = mail.text.replace(/=\r?\n/g, "").match(/https:\/\/localhost:\d+\/link#[\w-]{43}/)[0];
		browser = await launch();
	});
	after(async () => {
		await browser?.close();
		await Promise.all([hub?.close(), airu?.close()]);
		await server?.stop();
		sink?.end();
	});

	const shot = async (page, name) => SHOTS && page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true });
	/** Move to this by Tab, as somebody without a pointer does. */
	async function tabTo(page, locator) {
		for (let i = 0; i < 60; i++) {
			if (await locator.evaluate((el) => el === document.activeElement))
				return;
			await page.keyboard.press("Tab");
		}
		assert.fail("not reached by Tab");
	}
	const opened = async (who) => {
		await who.page.goto(link);
		const button = who.page.getByRole("button", { name: /Open it|Öffnen/ });
		await button.waitFor();
		await tabTo(who.page, button);
		await who.page.keyboard.press("Enter");
		await who.page.waitForSelector(".letter .acknowledge, .letter .said");
	};

	test("on a telephone, by keys: who asks, what, until when; acknowledged", async () => {
		const who = await person(browser, { origin: server.url, width: 390, height: 844 });
		const { page, violations } = who;
		await opened(who);
		assert.equal(new URL(page.url()).hash, "", "the token has left the address");
		await page.waitForFunction(() => document.querySelectorAll(".later > li").length > 0);
		assert.match(await page.locator("h1").innerText(), /crisis protocol is active/);
		assert.match(await page.locator(".asker").first().innerText(), /Union Referral Hub/);
		assert.match(await page.locator(".call-back a").first().getAttribute("href"), /^tel:\+999/);
		assert.match(await page.locator(".exercise-strip").innerText(), /EXERCISE/);
		assert.match(await page.locator(".deadline").first().innerText(), /Acknowledge the activation: \d+:\d\d\smin until/);
		assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing beside the screen");
		assert.deepEqual(await axe(page), []);
		await shot(page, "letter-phone-dark");

		/* what is typed outlives the page */
		await page.locator(".acknowledge textarea").first().fill("on my way home, at my computer in an hour");
		await page.reload();
		await page.waitForSelector(".acknowledge textarea");
		assert.equal(await page.locator(".acknowledge textarea").first().inputValue(), "on my way home, at my computer in an hour");

		/* nothing is chosen for them: pressed in a hurry it says what lacks, and stands there */
		const send = page.getByRole("button", { name: "Acknowledge" });
		await tabTo(page, send);
		await page.keyboard.press("Enter");
		await page.locator(".acknowledge .has-error", { hasText: "Nothing has been sent yet" }).first().waitFor();
		await page.waitForFunction(() => document.activeElement?.value === "working");
		assert.deepEqual(await axe(page), []);
		await page.keyboard.press("Space");
		await tabTo(page, send);
		await page.keyboard.press("Enter");
		await page.waitForSelector(".letter .said");
		const entry = await hub.entry((e) => e.k === "M19.human" && e.org === "PastePond" && e.message.body.state === "acked");
		assert.equal(entry.message.body.channel, "e-mail");
		assert.equal(entry.message.body.commitment, "working");
		assert.equal(entry.message.body.note, "on my way home, at my computer in an hour");
		assert.ok(hub.entries.some((e) => e.k === "M19.human" && e.org === "PastePond" && e.message.body.state === "seen" && e.seq < entry.seq));
		await page.locator(".deadline", { hasText: "Answered in time" }).first().waitFor();

		/* the order that came meanwhile */
		const order = page.locator(".later summary", { hasText: "A removal order" });
		await tabTo(page, order);
		await page.keyboard.press("Enter");
		const letter = page.locator(".later > li").filter({ hasText: "A removal order" }).locator(".letter");
		await letter.waitFor();
		assert.match(await letter.innerText(), /Aldmere Internet Referral Unit/);
		assert.match(await letter.locator(".deadline").innerText(), /(1:00:00\sh|5\d:\d\d\smin) until/, "the order's hour");
		await letter.getByLabel("We are working on it").focus();
		await page.keyboard.press("Space");
		await tabTo(page, letter.getByRole("button", { name: "Acknowledge" }));
		await page.keyboard.press("Enter");
		await letter.locator(".said").waitFor();
		await airu.entry((e) => e.k === "M19.human" && e.org === "PastePond" && e.message.body.state === "acked" && e.message.body.message_ref !== entry.message.body.message_ref);
		assert.deepEqual(await axe(page), []);
		await shot(page, "letter-phone-answered");

		/* Annex II, from the catalogue as at a console; and back */
		await letter.locator("a[href^='#/say/M12.send/']").click();
		await page.waitForSelector("main.compose form");
		assert.deepEqual(await axe(page), []);
		await shot(page, "letter-annex-2");
		await page.keyboard.press("Escape");
		await page.waitForSelector(".letter .said");
		assert.deepEqual(violations, []);
		await who.context.close();
	});

	test("on a second device, in the light, in German, at twice the size", async () => {
		const who = await person(browser, { origin: server.url, theme: "light", locale: "de-DE", width: 640, height: 480 });
		await who.page.goto(link);
		await who.page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
		await opened(who);
		await who.page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
		assert.match(await who.page.locator("h1").innerText(), /Krisenprotokoll ist aktiv/);
		assert.equal(await who.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing beside the screen");
		assert.match(await who.page.locator(".said").first().innerText(), /Bestätigt/);
		assert.deepEqual(await axe(who.page), []);
		await shot(who.page, "letter-light-large");
		assert.deepEqual(who.violations, []);
		await who.context.close();
	});

	/** The address in the owner's next e-mail that has these words. */
	const linkOf = async (what) => (await sink.mail((m) => /^owner@/.test(m.to[0]) && what.test(m.text.replace(/=\r?\n/g, ""))))
		.text.replace(/=\r?\n/g, "").match(/https:\/\/localhost:\d+\/link#[\w-]{43}/)[0];

	test("a drill: the page says that nothing has happened, and one press answers it", async () => {
		const declared = hub.entries.findLast((e) => e.k === "M26.public" && e.message.body.org === "PastePond");
		const drill = await server.request("POST", "/api/messages", { credential: server.credential("PastePond", "partner"), body: message("M26", { step: "drill",
			org: "PastePond", point: declared.message.body.point }, { ...none, mode: "system", exercise_ref: undefined }) });
		assert.equal(drill.status, 200, drill.text);
		const who = await person(browser, { origin: server.url, width: 390, height: 844 });
		const { page } = who;
		await page.goto(await linkOf(/Reference: M26-/));
		await page.getByRole("button", { name: "Open it" }).click();
		await page.getByRole("heading", { name: "Drill: are you reached?" }).waitFor();
		assert.match(await page.locator("main").innerText(), /This is a drill\. Nothing has happened/);
		assert.equal(await page.locator(".exercise-strip").count(), 0);
		assert.deepEqual(await axe(page), []);
		await shot(page, "letter-drill");
		await page.getByRole("button", { name: "It has reached me" }).press("Enter");
		await page.locator(".said").waitFor();
		assert.match(await page.locator(".said").innerText(), /Passed\. you .*answered after \d+ s/s);
		assert.equal(await page.getByRole("button", { name: "It has reached me" }).count(), 0);
		assert.deepEqual(await axe(page), []);
		assert.deepEqual(who.violations, []);
		await who.context.close();
	});

	test("a referral: voluntary, without a clock, and an answer for each address", async () => {
		const sent = await airu.deliver(message("M17", { step: "send", voluntary: true, urls: ["https://pastepond.example/p/1", "https://pastepond.example/p/2"],
			why: "It praises the attack." }, { ...none, audience: ["PastePond"], legal_basis: [{ act: "EUROPOL", article: "4(1)(m)(iii)" }] }));
		assert.equal(sent.op, "accepted", JSON.stringify(sent));
		const who = await person(browser, { origin: server.url, width: 390, height: 844 });
		const { page } = who;
		await page.goto(await linkOf(/Reference: M17-/));
		await page.getByRole("button", { name: "Open it" }).click();
		await page.locator(".referral").waitFor();
		assert.match(await page.locator(".referral").innerText(), /VOLUNTARY.*This is not a removal order/s);
		assert.equal(await page.locator(".deadline, .acknowledge").count(), 0);
		assert.deepEqual(await axe(page), []);
		await shot(page, "letter-referral");
		await page.getByRole("link", { name: "Answer for address 2" }).click();
		await page.waitForSelector("main.compose form");
		assert.deepEqual(await axe(page), []);
		await page.locator("input[type=radio][value=removed]").check();
		for (const name of [/^Check/, /^Send/])
			await page.getByRole("button", { name }).first().click();
		const answer = await airu.entry((e) => e.k === "M17.answer" && e.org === "PastePond");
		assert.deepEqual(answer.decided.referral_answered.positions, [1]);
		assert.deepEqual(who.violations, []);
		await who.context.close();
	});

	test("forced colours, and a link that is none: what to do next", async () => {
		const who = await person(browser, { origin: server.url, width: 390, height: 844, forcedColors: "active" });
		await who.page.goto(`${server.url}/link#${"x".repeat(43)}`);
		await who.page.getByRole("button", { name: "Open it" }).click();
		await who.page.getByRole("heading", { name: "This link does not work any more" }).waitFor();
		assert.match(await who.page.locator("main").innerText(), /Call the number in the e-mail/);
		assert.deepEqual(await axe(who.page), []);
		await shot(who.page, "letter-over");
		await who.page.goto(`${server.url}/link`);
		await who.page.reload();
		await who.page.getByRole("heading", { name: "Open the link in the e-mail" }).waitFor();
		assert.deepEqual(who.violations, []);
		await who.context.close();
	});
});
