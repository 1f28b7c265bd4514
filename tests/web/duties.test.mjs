/* Duties that belong to no incident, at the console against a real server: a service is exposed to terrorist content (TCO 5), reports, and asks
 * for a review, beside the orders; the hub's data protection officer reviews what is stored (Europol 31), sees what is kept until when and
 * what was erased, beside the holds. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { press } from "./keyboard.mjs";
import { Member } from "../integration/lib/member.mjs";
import { m4, message } from "../integration/lib/messages.mjs";
import { Server, tocsind } from "../integration/lib/server.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;

describe("duties outside of incidents", { skip: why }, () => {
	let server, browser, authority, counsel, dpo, responder;

	before(async () => {
		server = await Server.start();
		const r = await server.request("POST", "/api/messages", { credential: server.credential("CELL", "controller"), body: message("exercise", { step: "clock", action: "run", rate_milli: 1000 },
			{ sent_at: new Date().toISOString() }) });
		assert.equal(r.status, 200, r.text);
		browser = await launch();
		const at = async (org, title, options) => {
			const who = await person(browser, { origin: server.url, ...options });
			await startShift(who, server.credential(org, title).sign_in);
			return who;
		};
		[authority, counsel, dpo, responder] = await Promise.all([at("BMR", "legal officer", { theme: "light" }), at("LoopReel", "counsel", { width: 390, height: 844 }), at("HUB", "data protection officer",
			{ theme: "dark" }), at("GameNest", "night responder", {})]);
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	const go = ({ page }, hash) => page.evaluate((h) => (location.hash = h), hash);
	const clean = async (...all) => {
		for (const who of all)
			assert.deepEqual(await axe(who.page), []);
	};
	/** The form that is open: check, see who reads it, send. */
	async function send({ page, keys }, back) {
		await keys("Control+Enter");
		await page.waitForSelector("main.check").catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
		const readers = (await page.locator(".recipients li b:first-child").allInnerTexts()).map((x) => x.trim());
		await keys("Control+Enter");
		await page.waitForSelector(back).catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
		return readers;
	}

	test("the oversight authority decides that a service is exposed; it and the service read it, and nobody else", async () => {
		await press(authority.page, /^Orders/);
		await authority.page.getByText("No service is.").waitFor();
		await press(authority.page, /^Decide that a service is exposed/);
		await authority.page.getByRole("button", { name: /EXERCISE: it belongs to LANTERN/ }).click();
		await authority.page.waitForSelector("main.compose form");
		await authority.keys("Control+Enter");
		await authority.page.locator(".box-red").waitFor(); // nothing was said yet
		await authority.page.getByLabel(/^Service/).selectOption("LoopReel");
		await authority.page.getByRole("group", { name: /Is it exposed/ }).getByText("Yes", { exact: true }).click();
		await authority.page.getByLabel(/^Why/).fill("Two final orders within a year.");
		await clean(authority);
		assert.deepEqual(await send(authority, "main.orders-page"), ["LoopReel"]);
		await authority.page.locator("article", { hasText: "LoopReel" }).getByText("exposed", { exact: true }).waitFor();
		await clean(authority);
		assert.equal(await responder.page.getByRole("link", { name: /^Orders/ }).count(), 0, "another service is told nothing");
	});

	test("the service sees until when it reports, reports, and asks for a review, on a telephone; the authority decides on it", async () => {
		const { page } = counsel;
		await go(counsel, "#/orders");
		const box = page.locator("article", { hasText: "LoopReel" });
		await box.getByText("Report of an exposed service").waitFor();
		await clean(counsel);
		await box.getByRole("link", { name: "Report on our measures" }).click();
		await page.waitForSelector("main.compose form");
		await page.getByLabel(/^What was done/).fill("New uploads are held; eleven appeals, ten upheld.");
		assert.deepEqual(await send(counsel, "main.orders-page"), ["BMR"]);
		await box.getByRole("link", { name: "Ask for a review" }).click();
		await page.waitForSelector("main.compose form");
		await page.getByLabel(/^Why/).fill("Nothing was found since.");
		await send(counsel, "main.orders-page");
		await box.getByRole("link", { name: "Ask for a review" }).waitFor({ state: "detached" });
		const theirs = authority.page.locator("article", { hasText: "LoopReel" });
		await theirs.getByText("Review of the exposure").waitFor();
		await theirs.getByRole("link", { name: "Decide on the request" }).click();
		await authority.page.waitForSelector("main.compose form");
		assert.equal(await authority.page.getByLabel(/^Service/).inputValue(), "LoopReel");
		await authority.page.getByRole("group", { name: /Is it exposed/ }).getByText("No", { exact: true }).click();
		await authority.page.getByLabel(/^Why/).fill("The measures hold.");
		await send(authority, "main.orders-page");
		await box.getByText("no more", { exact: true }).waitFor();
		assert.equal(await box.getByRole("link", { name: "Report on our measures" }).count(), 0);
	});

	test("the hub reviews what a month has brought; why what stays is needed has to be said; and sees what is kept until when", async () => {
		const harbor = await Member.connect(server, "StreamHarbor", "night responder");
		assert.equal((await harbor.send(m4(harbor))).op, "accepted");
		await harbor.close();
		const { page, keys } = dpo;
		await go(dpo, "#/admin/holds");
		await page.getByText("Nothing was erased.").waitFor();
		const open = page.getByRole("region", { name: /^Stored personal data/ }).locator("tbody tr:not(.is-over)");
		await open.getByRole("link", { name: /^Review/ }).click();
		await page.waitForSelector("main.compose form");
		await page.getByRole("group", { name: /What became of them/ }).getByText("some are still needed").click();
		await keys("Control+Enter");
		await page.locator('[id="f-body.reason-error"]').waitFor();
		await page.getByLabel(/^Why, in words/).fill("An appeal is pending.");
		await send(dpo, "main.admin");
		await page.locator("tr.is-over", { hasText: "some are still needed" }).waitFor();
		await open.waitFor(); // what is kept is reviewed again
		await page.getByRole("button", { name: "Show it" }).click();
		await page.getByRole("region", { name: /^What is kept/ }).locator("tbody tr").first().waitFor();
		await clean(dpo);
		for (const one of [authority, counsel, dpo, responder])
			assert.deepEqual(one.violations, []);
	});

	test("what is to be erased before its time is said for what, and a held one is refused at its field", async () => {
		const { page, keys } = dpo;
		const lead = (await server.request("GET", "/api/me", { credential: server.credential("HUB", "lead") })).json.you.person;
		await press(page, /^Set a legal hold$/);
		await page.waitForSelector("main.compose form");
		await page.locator('[id="f-body.subject"]').getByLabel("person").check();
		await page.locator('[id="f-body.subject_ref"]').fill(lead);
		await page.getByRole("checkbox", { name: /R-AUDIT/ }).check();
		await page.locator('[id="f-body.basis"]').fill("case 9/31");
		await send(dpo, "main.admin");
		await page.locator("li.card", { hasText: "case 9/31" }).getByText("without an end").waitFor();
		await press(page, /^Erase before its time$/);
		await page.waitForSelector("main.compose form");
		await page.getByLabel(/^Of what/).fill(`person:${lead}`);
		await page.getByRole("checkbox", { name: /R-AUDIT/ }).check();
		await page.getByLabel(/^Why, in words/).fill("They asked for it.");
		await keys("Control+Enter");
		await page.locator('[id="f-body.classes-error"]', { hasText: "legal hold" }).waitFor();
		await clean(dpo);
		await page.getByLabel(/^Of what/).fill("person:01890000-0000-7000-8000-000000000001");
		await keys("Control+Enter");
		await page.locator('[id="f-body.subject-error"]').waitFor();
		await page.getByLabel(/^Of what/).fill(`person:${(await server.request("GET", "/api/me", { credential: server.credential("HUB", "duty officer") })).json.you.person}`);
		await send(dpo, "main.admin");
		await page.getByRole("region", { name: /^Erased/ }).locator("tbody tr", { hasText: "They asked for it." }).waitFor();
	});
});
