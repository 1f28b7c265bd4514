/* The console at night, in a real browser: floods, what is put aside, the search, the hand-over, what is covered; slow servers, sessions that
 * end, and somebody else who was first. That every screen is accessible and fits: screens.test.mjs, fit.test.mjs. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { axe, haveChromium, person, startShift } from "./browser.mjs";
import { seal } from "../../web/core/carry.js";
import { emptyForm } from "../../web/core/notice.js";
import { until } from "../integration/lib/server.mjs";
import { FakeServer, personId, uuid } from "./fake-server.mjs";
import { firstView, rows } from "./rows.mjs";
import { staged } from "./screens.mjs";

describe("the console at night", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { browser, left, at } = staged();

	test("a flood is said once and stands in groups, threats do not; what is put aside is counted and comes back with a crisis", async () => {
		const { fake, page, violations } = await at("empty", {}, "StreamHarbor-night-responder");
		const made = [0, 1, 2].map((i) => fake.threat("StreamHarbor", { ago: 60, name: `f ${i}` }));
		for (const c of made)
			fake.respond(c, "HUB", "accept", 0);
		const alerts = page.locator(".alerts");
		await alerts.locator(".alert-list > li").nth(2).waitFor();
		assert.equal(await page.locator(".alert-group").count(), 0, "three are no flood");
		/* aside, with a reason */
		await alerts.getByRole("button", { name: /^Put aside:/ }).first().click();
		await alerts.getByRole("button", { name: "Put aside", exact: true }).click();
		await page.getByText("Say why.").waitFor();
		await alerts.getByLabel("Why").fill("known, is being dealt with");
		await alerts.getByRole("button", { name: "Put aside", exact: true }).click();
		await alerts.getByText("1 put aside").waitFor();
		assert.deepEqual(await axe(page), []);
		assert.equal(fake.sent.filter((m) => ["M5", "M19"].includes(m.type)).length, 0, "nothing was acknowledged by it");
		await page.reload();
		await alerts.getByText("1 put aside").waitFor();
		for (let i = 3; i < 14; i++)
			fake.respond(fake.threat("StreamHarbor", { ago: 50, name: `f ${i}` }), "HUB", "accept", 0);
		await page.locator(".flood").waitFor();
		await page.locator(".alert-group summary", { hasText: /StreamHarbor\s*1[23]/ }).waitFor();
		assert.equal(await page.locator(".alert-group").count(), 1, "of one organisation and no incident: one line");
		assert.equal(await page.getByRole("button", { name: /acknowledge all/i }).count(), 0);
		fake.incidents.scene("incident");
		await page.waitForFunction(() => !document.querySelector(".shelf"));
		assert.deepEqual(violations, []);
	});

	test("a threat that was only acknowledged says when it comes back, and comes sooner where a person wants it so, also after a reload", async () => {
		const { fake, page, lantern, violations } = await at("normal");
		fake.respond(lantern, "AIRU", "ack", 20);
		await page.evaluate((id) => (location.hash = `#/threat/${id}`), lantern.caseId);
		const again = page.locator(".again");
		await again.getByText(/^1[34]:\d\d/).waitFor();
		await again.getByLabel("Remind me every").selectOption("120000");
		await again.getByText(/^(2:00|1:\d\d)/).waitFor();
		assert.deepEqual(await axe(page), []);
		await page.reload();
		await again.getByText(/^[01]:\d\d/).waitFor();
		await page.evaluate(() => (location.hash = "#/"));
		await page.locator(`[data-row="${lantern.caseId}"]`, { hasText: /comes back in\s*[01]:/ }).waitFor();
		assert.deepEqual(violations, []);
	});

	test("the search opens over any screen, finds by what is in a message, and opens it; the words of a post are covered until wanted", async () => {
		const { page, bell, keys, violations } = await at("normal");
		await page.evaluate(() => (location.hash = "#/settings"));
		await page.locator("#language").waitFor();
		await page.locator("h1").first().focus();
		await keys("/");
		await page.locator("dialog.find input").fill("hxxps://gamenest[.]example 198.51.100.23");
		await page.locator(".found li").first().waitFor();
		assert.deepEqual(await axe(page), []);
		await keys("Enter");
		await page.locator(".clock-box").waitFor();
		assert.match(page.url(), new RegExp(bell.caseId));
		const cover = page.locator(".graded").first();
		await cover.waitFor();
		assert.equal(await page.getByText("tomorrow 08:00 I ring the bell at school").count(), 0, "covered: not in the page at all");
		await cover.getByRole("button", { name: "Show" }).click();
		await page.getByText("tomorrow 08:00 I ring the bell at school").waitFor();
		await page.evaluate(() => (location.hash = "#/"));
		await page.getByText("1 covered description opened").waitFor();
		assert.deepEqual(violations, []);
	});

	test("an address that somebody was sent opens after sign-in and start of shift", async () => {
		const made = await at("normal", { shift: false });
		await made.page.goto(`${made.fake.origin}/#/threat/${made.bell.caseId}`);
		await made.page.getByLabel("Sign-in link or token").fill(`${made.fake.origin}/#sign-in=token-AIRU-duty-officer`);
		await made.page.getByRole("button", { name: "Sign in" }).click();
		await made.page.click("#shift-go");
		await made.page.waitForSelector(".checks li.is-good:nth-child(3), .checks li.is-bad:nth-child(3)");
		await made.page.click("#shift-go");
		await made.page.locator(".questions").waitFor();
		assert.match(made.page.url(), new RegExp(made.bell.caseId));
	});

	test("the hand-over names what is open and with whom, and is a sheet of paper when it is printed", async () => {
		const { page, violations } = await at("normal");
		await page.evaluate(() => (location.hash = "#/hand-over"));
		await page.locator(".hand-list").first().waitFor();
		assert.match(await page.locator("main").innerText(), /With nobody yet[^]*market hall/);
		await page.emulateMedia({ media: "print" });
		assert.equal(await page.locator("header.top").isVisible(), false);
		const colours = await page.locator("main").evaluate((m) => [getComputedStyle(m).color, getComputedStyle(document.body).backgroundColor]);
		assert.deepEqual(colours, ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
		assert.ok((await page.pdf({ format: "A4" })).length > 5000);
		assert.deepEqual(violations, []);
	});

	test("two tabs: both show, one sounds; when it is closed the other takes over", async () => {
		const made = await at("normal");
		const second = await made.context.newPage();
		await second.goto(`${made.fake.origin}/`);
		await second.evaluate(() => sessionStorage.setItem("tocsin.shift", "true"));
		await second.reload();
		await second.locator("main.board .threat").first().waitFor();
		await second.keyboard.press("Tab"); // a gesture: sound is allowed
		await made.page.waitForFunction(() => globalThis.strikes.length > 10);
		assert.equal(await second.evaluate(() => globalThis.strikes.length), 0);
		await made.page.close();
		await second.waitForFunction(() => globalThis.strikes.length > 0);
	});

	test("a tab that cannot sound does not keep the bell: one at the sign-in, one whose device is gone", async () => {
		const fake = new FakeServer({ exercise: false });
		fake.scene("normal");
		await fake.start();
		const p = await person(browser(), { origin: fake.origin });
		left.push(() => p.context.close(), () => fake.stop());
		await p.context.addInitScript(() => {
			const Audio = globalThis.AudioContext;
			globalThis.AudioContext = class extends Audio {
				constructor() {
					super();
					globalThis.device = this;
				}
			};
		});
		const idle = await p.context.newPage();
		await idle.goto(`${fake.origin}/`); // was here first, and nobody has signed in
		await idle.locator("main").waitFor();
		await p.page.bringToFront();
		await startShift(p, `${fake.origin}/#sign-in=token-AIRU-duty-officer`);
		const strikes = (page) => page.evaluate(() => globalThis.strikes.length);
		const more = async (page) => {
			const before = await strikes(page);
			await page.waitForFunction((n) => globalThis.strikes.length > n, before);
		};
		await more(p.page);
		const second = await p.context.newPage();
		await second.goto(`${fake.origin}/`);
		await second.evaluate(() => sessionStorage.setItem("tocsin.shift", "true"));
		await second.reload();
		await second.locator("main.board .threat").first().waitFor();
		await second.keyboard.press("Tab"); // a gesture: sound is allowed
		await more(p.page);
		assert.equal(await strikes(second), 0);
		await p.page.evaluate(() => globalThis.device.suspend());
		await more(second);
		await p.page.getByText("Sound off").first().waitFor();
		const silent = await strikes(p.page);
		await more(second);
		assert.equal(await strikes(p.page), silent);
		assert.deepEqual(p.violations, []);
	});

	test("a slow server: words that are under way are sent once; somebody else who was first is named, with the time; what was typed stays when the session ends", async () => {
		const { fake, lantern, bell, page } = await at("normal");
		await page.evaluate((h) => (location.hash = h), `#/threat/${lantern.caseId}`);
		await page.getByRole("button", { name: /Acknowledge and take over/ }).waitFor();
		/* a colleague is first, while this person reads */
		fake.push({ k: "M5.accept", org: "AIRU", case: lantern.caseId, readers: ["StreamHarbor", "AIRU", "HUB"], actor: { person: personId("AIRU", "second officer"), channel: "console" },
			body: { kind: "accept", human_ack_by: personId("AIRU", "second officer"), at: fake.at() }, decided: {} });
		await page.locator(".clock-box", { hasText: "second officer" }).waitFor();
		await page.evaluate((h) => (location.hash = h), `#/threat/${bell.caseId}`);
		await page.getByRole("button", { name: /Acknowledge and take over/ }).waitFor();
		await page.getByText("Reference, questions, what to keep").click();
		await page.getByLabel("Our reference").fill("AIRU-77");
		fake.held = [];
		await page.keyboard.press("Control+Enter");
		await page.keyboard.press("Control+Enter");
		await page.getByRole("button", { name: /Sending/ }).waitFor();
		await until(() => fake.held.length === 1, "it is under way");
		assert.equal(fake.sent.filter((m) => m.type === "M5").length, 0);
		/* and then the session is over */
		fake.sessions.clear();
		fake.cut(false);
		await page.getByLabel("Sign-in link or token").waitFor();
		assert.match(page.url(), new RegExp(bell.caseId), "and leads back here");
	});

	test("words that come from a node which fell silent before it passed the item on are not lost: they go into a new item, and nothing is sent by itself", async () => {
		const made = await at("normal", { shift: false }, "StreamHarbor-night-responder");
		const { fake, page, violations } = made;
		const form = { ...emptyForm(), immediacy: "now", explanation: "A live stream shows one person with a long firearm." };
		const sealed = await seal({ case: uuid("an item that nobody here knows"), form }, "ABCD2345");
		await page.goto(`${fake.origin}/#/carried/${sealed}`);
		await page.getByLabel("Sign-in link or token").fill(`${fake.origin}/#sign-in=token-StreamHarbor-night-responder`);
		await page.getByRole("button", { name: "Sign in" }).click();
		await page.click("#shift-go");
		await page.waitForSelector(".checks li.is-good:nth-child(3), .checks li.is-bad:nth-child(3)");
		await page.click("#shift-go");
		await page.locator("#carried-code").fill("abcd 2345");
		await page.keyboard.press("Enter");
		await page.getByText("There is no such draft of your organisation here").waitFor();
		assert.deepEqual(await axe(page), []);
		await page.getByRole("button", { name: "Open a new one with these words" }).click();
		await page.getByRole("button", { name: /EXERCISE: it belongs to LANTERN/ }).click();
		await page.locator("main.compose form").waitFor();
		assert.equal(await page.getByLabel(/What makes you think so/).inputValue(), form.explanation);
		assert.equal(fake.sent.filter((m) => m.body.step === "send").length, 0);
		/* and the item after it is empty */
		await page.locator("h1").first().focus();
		await page.keyboard.press("n");
		await page.waitForURL("**/#/notify/new");
		await page.getByRole("button", { name: /EXERCISE: it belongs to LANTERN/ }).click();
		await page.waitForURL((url) => url.hash !== "#/notify/new");
		assert.equal(await page.getByLabel(/What makes you think so/).inputValue(), "");
		assert.deepEqual(violations, []);
	});

	test("of four hundred rows a hundred are in the page, and each can be reached: by key, by button, by scrolling, by filter and by address", async () => {
		const made = await at("empty", { exercise: false });
		const { fake, page, violations } = made;
		page.setDefaultTimeout(60_000); // there is much to come, and the machine may have others to serve
		const list = Array.from({ length: 400 }, (_, i) => fake.threat(["StreamHarbor", "GameNest", "Chirplet"][i % 3], { ago: 2000 - i, name: `row ${i}` }));
		await page.waitForFunction(() => document.querySelector(".board-count .count-quiet")?.textContent === "400");
		const row = (i) => page.locator(`[data-row="${list[i].caseId}"]`);
		const rows = () => page.locator(".threats > [aria-posinset]").evaluateAll((all) => all.map((li) => [Number(li.ariaPosInSet), Number(li.ariaSetSize)]));
		const inOrder = async () => {
			const all = await rows();
			assert.ok(all.length <= 100, `${all.length} rows in the page`);
			assert.ok(all.every(([at, of], i) => of === 400 && at === all[0][0] + i), JSON.stringify(all));
		};
		await inOrder();
		assert.deepEqual(await axe(page), []);
		/* that the browser's own search does not see all of them is said, and what does */
		await page.getByText("sees 100 of these 400 rows").waitFor();
		await page.keyboard.press("Control+f");
		await page.locator("[role=status]", { hasText: "/ searches all of them" }).first().waitFor();
		/* j, over the edge of what is in the page */
		await page.locator("h1").first().focus();
		for (let i = 0; i < 130; i++)
			await page.keyboard.press("j");
		assert.equal(await page.evaluate(() => document.activeElement.dataset.row), list[129].caseId, "the 130th, one after the other");
		assert.equal(await row(129).locator("..").getAttribute("aria-posinset"), "130");
		await inOrder();
		/* Tab: one stop in the list, and a button for what is above and below */
		await page.getByRole("button", { name: /more below/ }).first().focus();
		await page.keyboard.press("Enter");
		await page.waitForFunction(() => document.activeElement.dataset?.row);
		await inOrder();
		const here = Number(await page.evaluate(() => document.activeElement.closest("li").ariaPosInSet));
		assert.ok(here > 150, `at ${here}`);
		await page.getByRole("button", { name: /more above/ }).first().focus();
		await page.keyboard.press("Enter");
		await page.waitForFunction((n) => Number(document.activeElement.closest("li")?.ariaPosInSet) < n, here);
		/* scrolling: to the end */
		await page.evaluate(() => scrollTo(0, document.querySelector(".threats").scrollHeight));
		await until(async () => {
			await page.evaluate(() => document.querySelector(".threats > :last-child").scrollIntoView({ block: "end" }));
			return row(399).isVisible();
		}, "the last row");
		await inOrder();
		/* the filter looks through all of them */
		await page.locator("#search").fill(`ITL-${list[200].caseId.replaceAll("-", "").slice(-6)}`);
		await row(200).waitFor();
		assert.equal(await page.locator("[data-row]").count(), 1);
		await page.locator("#search").fill("");
		/* entries about rows that are elsewhere make no new rows here */
		await page.evaluate(async () => {
			scrollTo(0, 0);
			for (let i = 0; i < 2; i++) // what follows from where it was before has happened
				await new Promise((done) => requestAnimationFrame(done));
		});
		await row(0).waitFor();
		await page.evaluate(() => {
			globalThis.added = 0;
			new MutationObserver((all) => all.forEach((m) => (globalThis.added += [...m.addedNodes].filter((n) => n.matches?.("li")).length)))
				.observe(document.querySelector(".threats"), { childList: true });
		});
		for (let i = 0; i < 60; i++)
			fake.push({ k: "M4.supplement", org: list[250 + i].from, case: list[250 + i].caseId, readers: ["AIRU"], body: { step: "supplement", explanation: "more" } });
		const last = fake.entries.length - 1;
		await page.waitForFunction((n) => Number(document.querySelector(".pill-seq").textContent.replace(/\D/g, "")) >= n, last);
		assert.equal(await page.evaluate(() => globalThis.added), 0);
		/* an address of one that is not in the page */
		await page.evaluate((h) => (location.hash = h), `#/threat/${list[300].caseId}`);
		await page.locator(".clock-box").waitFor();
		assert.deepEqual(violations, []);
	});

	const short = (r) => r.longest < 200 || r.longest < 4 * r.unit;
	test("the first view stands within a second, and thousands of rows with sixty entries a second leave time for the person", async () => {
		const view = await firstView(browser());
		/* measured against what this machine does with fixed work, since it is shared: the bench has the figures */
		assert.ok(view.best < 1000 || view.best < 12 * view.unit, `first view ${view.best} ms, yardstick ${view.unit} ms`);
		/* the least of three, as above of five: others on this machine can only make a task longer, and what is too much is too much each time */
		const seen = [];
		do {
			const r = await rows(browser(), { rows: 1500, rate: 60, seconds: 3 });
			assert.deepEqual(r.violations, []);
			seen.push(r);
		} while (seen.length < 3 && !short(seen.at(-1)));
		assert.ok(seen.some(short), seen.map((r) => `longest task ${r.longest} ms, yardstick ${r.unit} ms`).join("; "));
	});
});
