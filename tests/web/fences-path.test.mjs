/* Deconfliction and referrals, in real browsers against a real server: an authority asks before it acts, by keyboard; whoever has
 * something on the same is told so, and objects; the asker learns it then and decides; a platform sees nothing of it. A referral looks like
 * no order, and is answered. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { Server, tocsind } from "../integration/lib/server.mjs";
import { annexOne, message } from "../integration/lib/messages.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;
const URL = "https://pastepond.example/p/88213", URL2 = "https://gamenest.example/c/7";

describe("deconfliction and referrals", { skip: why }, () => {
	let server, browser, asker, enquirer, hub, platform;

	before(async () => {
		server = await Server.start();
		const r = await server.request("POST", "/api/messages", { credential: server.credential("CELL", "controller"), body: message("exercise",
			{ step: "clock", action: "run", rate_milli: 1000 }, { sent_at: new Date().toISOString() }) });
		assert.equal(r.status, 200, r.text);
		browser = await launch();
		const at = async (org, title, theme) => {
			const who = await person(browser, { origin: server.url, theme });
			await startShift(who, server.credential(org, title).sign_in);
			return who;
		};
		[asker, enquirer, hub, platform] = await Promise.all([at("AIRU", "duty officer", "dark"), at("BFP", "deconfliction officer", "light"),
			at("HUB", "deconfliction officer", "dark"), at("GameNest", "night responder", "light")]);
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	const go = (page, hash) => page.evaluate((h) => (location.hash = h), hash);
	/** From an open form over the page that shows who reads it, to the server; @returns who reads it */
	async function send({ page, keys }) {
		await keys("Control+Enter");
		await page.waitForSelector("main.check").catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
		const readers = (await page.locator(".recipients li b:first-child").allInnerTexts()).map((x) => x.trim());
		await keys("Control+Enter");
		await page.waitForSelector("main.fences");
		return readers;
	}
	async function ask(who, action, reference) {
		const { page, keys } = who;
		await page.getByRole("link", { name: /^Deconfliction/ }).click();
		await page.getByRole("link", { name: "Ask before acting" }).click();
		await page.getByRole("button", { name: /EXERCISE: it belongs to LANTERN/ }).click();
		await page.waitForSelector("main.compose form");
		await page.getByLabel("What it is", { exact: true }).selectOption("url");
		await page.getByLabel("Value", { exact: true }).fill(URL);
		await page.getByRole("group", { name: /What you intend/ }).getByText(action, { exact: true }).click();
		await page.getByLabel(/^Own file number/).fill(reference);
		return send({ page, keys });
	}

	test("who runs an enquiry and who intends an order ask; both are shown the hub, and nobody else", async () => {
		assert.deepEqual(await ask(enquirer, "Enquiry: ask us before you act", "BFP-1"), ["HUB"]);
		assert.deepEqual(await ask(asker, "Removal order", "AIRU-7711"), ["HUB"]);
		await asker.page.locator(".fence.is-waits", { hasText: "AIRU-7711" }).waitFor();
		assert.doesNotMatch(await asker.page.locator("main").innerText(), /BFP|pastepond/);
		assert.deepEqual(await axe(asker.page), []);
	});

	test("whom it concerns is asked, and told which of its own is meant; the hub that there is a hit", async () => {
		const box = enquirer.page.locator(".fence", { hasText: "AIRU-7711" });
		await box.getByText("our own check BFP-1").waitFor();
		await enquirer.page.locator("nav .count[aria-label='1 waits for your answer']").waitFor();
		assert.doesNotMatch(await enquirer.page.locator("main").innerText(), /pastepond/);
		await go(hub.page, "#/deconfliction");
		await hub.page.locator(".fence", { hasText: "BFP-1" }).getByText(/nothing that is recorded here/).waitFor();
		await hub.page.locator(".fence", { hasText: "AIRU-7711" }).getByText(/something that is before us/).waitFor();
		assert.deepEqual(await axe(hub.page), []);
		await box.getByRole("link", { name: "Answer" }).focus();
		await enquirer.keys("Enter");
		await enquirer.page.waitForSelector("main.compose form");
		await enquirer.page.getByRole("group", { name: "Answer" }).getByText("Call me first").click();
		await enquirer.page.getByLabel(/^Class of reason/).selectOption("arrest_planned");
		assert.deepEqual(await send(enquirer), ["AIRU", "HUB"]);
		await enquirer.page.locator("nav .count").waitFor({ state: "detached" });
	});

	test("the asker learns of it by the answer; it is held, and goes ahead after due consideration only", async () => {
		const { page, keys } = asker;
		const box = page.locator(".fence", { hasText: "AIRU-7711" });
		await page.locator(".fence.is-held", { hasText: "Call me first" }).waitFor();
		assert.match(await box.innerText(), /an arrest is planned[\s\S]*BFP/);
		await box.getByRole("link", { name: "Decide" }).focus();
		await keys("Enter");
		await page.waitForSelector("main.compose form");
		await page.getByRole("group", { name: "Decision" }).getByText("Go ahead").click();
		await page.getByRole("group", { name: /due consideration/ }).getByText("No", { exact: true }).click();
		await keys("Control+Enter");
		await page.locator(".box-red", { hasText: "recital 36" }).first().waitFor();
		await page.getByRole("group", { name: /due consideration/ }).getByText("Yes", { exact: true }).click();
		await send(asker);
		await page.locator(".fence.is-considered", { hasText: "due consideration given" }).waitFor();
		await enquirer.page.locator(".fence.is-considered", { hasText: "AIRU-7711" }).waitFor();
	});

	test("a referral says that it is none of an order, and a service answers for one address and for all", async () => {
		const { page, keys } = asker;
		await page.getByRole("link", { name: "Referrals" }).click();
		await page.getByRole("link", { name: "Refer something to a service" }).click();
		await page.getByRole("button", { name: /EXERCISE: it belongs to LANTERN/ }).click();
		await page.waitForSelector("main.compose form");
		await page.getByLabel(/^Addresses/).fill("https://gamenest.example/a\nhttps://gamenest.example/b");
		await page.getByLabel(/^Why the service/).fill("It praises the attack.");
		await page.getByRole("group", { name: "Organisations" }).getByText(/^GameNest/).click();
		await page.getByRole("group", { name: /Was it reported anywhere else/ }).getByText("No", { exact: true }).click();
		assert.deepEqual(await send({ page, keys }), ["GameNest"]);

		await go(platform.page, "#/referrals");
		const box = platform.page.locator(".referral");
		await box.getByText("This is not a removal order.").waitFor();
		assert.match(await box.innerText(), /VOLUNTARY/);
		assert.equal(await box.locator(".span").count(), 0, "no clock");
		assert.equal(await box.evaluate((el) => getComputedStyle(el).borderTopStyle), "dotted");
		assert.deepEqual(await axe(platform.page), []);
		await box.getByRole("link", { name: "Answer for address 2" }).focus();
		await platform.keys("Enter");
		await platform.page.waitForSelector("main.compose form");
		await platform.page.getByRole("group", { name: /What you found/ }).getByText("removed", { exact: true }).click();
		assert.deepEqual(await send(platform), ["AIRU"]);
		await page.locator(".addresses li", { hasText: "/b" }).getByText("GameNest: removed").waitFor();
		assert.equal(await page.locator(".addresses li", { hasText: "/a" }).getByText(/removed/).count(), 0);
	});

	test("an order is checked from its own room; across borders its copy is scrutinised, and the provider sees it annulled", async () => {
		const say = async (org, title, type, body) => {
			const m = message(type, body, { ack_required: false, sent_at: new Date().toISOString(), legal_basis: [{ act: "TCO", article: "3(1)" }] });
			const r = await server.request("POST", "/api/messages", { credential: server.credential(org, title), body: m });
			assert.equal(r.status, 200, `${type}: ${r.text}`);
			return m.id;
		};
		const form = annexOne("XB", "BFP", "GameNest", "XC", URL2);
		const order = await say("BFP", "duty officer", "M10", { step: "draft", order: form });
		const [issuer, authority, counsel] = await Promise.all([["BFP", "duty officer"], ["CDA", "legal officer"], ["GameNest", "counsel"]].map(
			async ([org, title]) => {
				const p = await person(browser, { origin: server.url });
				await startShift(p, server.credential(org, title).sign_in);
				return p;
			}));
		/** The first thing that waits in the order's room, by keyboard: when it is this. */
		const first = async (who, form) => {
			await go(who.page, `#/order/${order}`);
			await who.page.waitForSelector(`.next-step a[href^="#/say/${form}/"]`);
			await who.keys("Control+Enter");
		};
		const sendIt = async (who) => {
			await who.page.waitForSelector("main.check").catch(async () => {
				throw new Error(await who.page.locator("main").innerText());
			});
			await who.keys("Control+Enter");
			await who.page.waitForSelector("main.order-page, main.fences");
		};
		await first(issuer, "M18.check_order");
		await issuer.page.waitForSelector("main.compose form");
		await issuer.keys("Control+Enter");
		await sendIt(issuer);
		await go(issuer.page, `#/order/${order}`);
		await issuer.page.waitForSelector(".order-box.is-DECONFLICTION_CHECK");
		await issuer.page.locator(".fence.is-waits").waitFor();
		const check = await issuer.page.locator(".fence").getAttribute("id");
		await say("HUB", "deconfliction officer", "M18", { step: "answer", check_ref: check.slice(6), answer: "contact_me" });
		await issuer.page.waitForSelector(".order-box.is-HELD");
		assert.deepEqual(await axe(issuer.page), []);
		await say("HUB", "deconfliction officer", "M18", { step: "answer", check_ref: check.slice(6), answer: "clear" });
		await say("BFP", "second officer", "M10", { step: "certify", order_ref: order, certified: order });
		await say("BFP", "duty officer", "M10", { step: "issue", order_ref: order, order: form });

		await go(counsel.page, `#/order/${order}`);
		await counsel.page.locator(".step-links, .next-step", { hasText: "Ask for scrutiny" }).first().waitFor();
		await counsel.page.locator(".clock-facts", { hasText: "Received" }).waitFor(); // from then on the 48 hours run
		await go(counsel.page, `#/say/M15.request/${order}`);
		await counsel.page.waitForSelector("main.compose form");
		await counsel.page.getByLabel(/^(The reasons|Reasoned request)/).fill("It is a report of the press.");
		await counsel.keys("Control+Enter");
		await sendIt(counsel);

		await first(authority, "M15.intention");
		await authority.page.waitForSelector("main.compose form");
		await authority.page.getByRole("group", { name: /ntend/ }).getByText(/infringe/).first().click();
		await authority.page.getByLabel(/reasons/i).fill("TCO 1(3): press.");
		await authority.keys("Control+Enter");
		await sendIt(authority);
		assert.deepEqual(await axe(authority.page), []);
		await issuer.page.getByText("TCO 1(3): press.").waitFor();
		await go(authority.page, `#/say/M15.decision/${order}`);
		await authority.page.waitForSelector("main.compose form");
		await authority.page.getByRole("group", { name: /Finding/ }).getByText(/infringe/).first().click();
		await authority.page.getByRole("group", { name: /infringement is|erious/ }).getByText("manifest").click();
		await authority.page.getByLabel(/reasons/i).fill("TCO 1(3): press.");
		await authority.keys("Control+Enter");
		await sendIt(authority);
		await counsel.page.waitForSelector(".order-box.is-ANNULLED");
		await issuer.page.waitForSelector(".order-box.is-ANNULLED");
		assert.deepEqual([...issuer.violations, ...authority.violations, ...counsel.violations], []);
	});

	test("a platform has no such page, and nothing of it came", async () => {
		const { page, violations } = platform;
		assert.equal(await page.getByRole("link", { name: /^Deconfliction/ }).count(), 0);
		await go(page, "#/deconfliction");
		await page.waitForSelector("main.board");
		assert.doesNotMatch(await page.locator("body").innerText(), /deconfliction|7711/i);
		for (const who of [asker, enquirer, hub, { violations }])
			assert.deepEqual(who.violations, []);
	});

	test("when the time for answers is over, the asker is told what it had come to, also when nobody answered", async () => {
		const jump = await server.request("POST", "/api/messages", { credential: server.credential("CELL", "controller"), body: message("exercise", { step: "clock", action: "jump",
			to: new Date(Date.parse((await server.request("GET", "/api/me", { credential: server.credential("CELL", "controller") })).json.exercises[0].at) + 20 * 60_000).toISOString() }, {
				sent_at: new Date().toISOString() }) });
		assert.equal(jump.status, 200, jump.text);
		const box = enquirer.page.locator(".fence", { hasText: "BFP-1" });
		await box.getByText("nobody had objected").waitFor();
		await box.locator(".fence-state.is-clear").waitFor();
	});
});
