/* The path of a crisis, in real browsers against a real server: it is reported, with the recipients seen before it is sent; a
 * second report of the same event is offered the first one; the hub takes it up; an affected state proposes the activation, a
 * person of another organisation confirms it; everybody else owes an answer, and who has answered is seen by who decided. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { Server, tocsind } from "../integration/lib/server.mjs";
import { message } from "../integration/lib/messages.mjs";
import { FORMS } from "../../web/core/forms.js";
import { speaker } from "./people.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;

describe("the path of a crisis", { skip: why }, () => {
	let server, browser, state, hub, platform;

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
		[state, hub, platform] = await Promise.all([at("AIRU", "second officer", "dark"), at("HUB", "lead", "light"),
			at("Chirplet", "night responder", "dark")]);
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	/** Write a crisis report, up to the page that shows who gets it. */
	async function write({ page, keys }, headline, audience) {
		const group = (name) => page.getByRole("group", { name });
		const choose = (name, option) => group(name).getByText(option, { exact: true }).click();
		await keys("c");
		await page.getByRole("button", { name: /EXERCISE: it belongs to LANTERN/ }).click();
		await page.waitForSelector("main.compose form");
		await page.getByLabel("Headline").fill(headline);
		await page.getByLabel("State", { exact: true }).fill("XA");
		await page.getByLabel("Town or district").fill("Veldermouth");
		await choose(/Is it still going on/, "yes");
		await choose(/What of it is online/, "live stream");
		await choose(/Who made the content/, "perpetrator");
		await choose(/Are victims to be seen/, "not known");
		await choose(/Is a minor involved/, "not known");
		for (const answer of await page.getByLabel("Met?").all())
			await answer.selectOption("likely");
		for (const org of audience)
			await group("Organisations").getByText(org).click();
		await choose(/Was it reported anywhere else/, "No");
		await keys("Control+Enter");
		await page.waitForSelector("main.check").catch(async () => {
			throw new Error(await page.locator(".box-red").innerText());
		});
	}
	const recipients = async ({ page }) => (await page.locator(".recipients li b:first-child").allInnerTexts()).map((x) => x.trim());

	test("an officer reports it, and sees who will read it before it is sent", async () => {
		await write(state, "Live-streamed attack on a market hall", [/^HUB ·/, /^BFP ·/]);
		assert.deepEqual(await recipients(state), ["HUB", "BFP"]);
		assert.match(await state.page.locator(".recipients").innerText(), /duty officer, incident lead/);
		await state.keys("Control+Enter");
		await state.page.waitForSelector("main.incident-page .incident-box.is-REPORTED");
		await hub.page.waitForSelector(".incident.is-REPORTED");
	});

	test("a platform that reports the same event is offered it, by place and time alone, and ties its own to it", async () => {
		const { page, keys } = platform;
		await write(platform, "Copies of a stream on a paste service", [/^HUB ·/, /^AIRU ·/]);
		const offered = page.locator(".is-attention");
		assert.match(await offered.innerText(), /the same as INC-[0-9A-F]{6} · Veldermouth, Aldmere/);
		assert.doesNotMatch(await page.locator("main").innerText(), /market hall/, "nothing else of it");
		await offered.getByText(/^Yes, the same as/).click();
		await page.waitForFunction(() => /** @type {any} */ (document.querySelector(".is-attention input:checked"))?.value);
		await keys("Control+Enter");
		await page.waitForSelector("main.incident-page .incident-box.is-LINKED_DUPLICATE");
		await state.page.locator(".timeline").waitFor();
		await hub.page.waitForFunction(() => document.querySelectorAll(".incident.is-REPORTED").length === 1);
	});

	test("the hub's lead takes it up, at the state's request; the reporter sees who it is", async () => {
		const { page, keys } = hub;
		await page.locator(".incident.is-REPORTED a").click();
		await page.waitForSelector("main.incident-page");
		await page.getByText("Live-streamed attack on a market hall").first().waitFor();
		await keys("Control+Enter");
		await page.getByLabel(/^Why/).fill("At the request of AIRU.");
		await keys("Control+Enter");
		await page.waitForSelector("main.check");
		await keys("Control+Enter");
		await page.waitForSelector(".incident-box.is-ASSESSING");
		await state.page.locator(".incident-box.is-ASSESSING", { hasText: "incident lead, HUB" }).waitFor();
	});

	test("the state's lead proposes the activation; alone it decides nothing", async () => {
		const { page, keys } = state;
		await keys("Control+Enter");
		await page.waitForSelector("main.compose form");
		assert.deepEqual(await page.getByLabel("Met?").evaluateAll((all) => all.map((x) => x.value)), Array(5).fill("likely"),
			"the criteria as they were answered last");
		await keys("Control+Enter");
		await page.locator(".box-red", { hasText: "Source" }).waitFor();
		for (const grade of await page.getByLabel("Source", { exact: true }).all())
			await grade.selectOption("B2");
		await page.getByLabel("Type of activation").selectOption("perpetrator_content");
		await page.getByRole("group", { name: "Kinds of content" }).getByText("video", { exact: true }).click();
		await page.getByLabel(/^Why/).fill("Copies spread on four services.");
		await page.getByLabel(/^Fundamental rights/).fill("News reporting is not meant.");
		await keys("Control+Enter");
		await page.waitForSelector("main.check");
		await keys("Control+Enter");
		await page.waitForSelector("main.incident-page");
		await page.getByText("A person of another organisation has to confirm").waitFor();
		assert.equal(await page.locator(".incident-box.is-ASSESSING").count(), 1);
		assert.equal(await page.getByRole("link", { name: /Confirm the proposal/ }).count(), 0, "not by its own organisation");
	});

	test("the hub's lead confirms exactly what was proposed, having seen everybody who will owe an answer", async () => {
		const { page, keys } = hub;
		await page.getByRole("link", { name: /Confirm the proposal/ }).waitFor();
		await keys("Control+Enter");
		await page.waitForSelector("main.check");
		await page.getByText("Copies spread on four services.").waitFor();
		const all = await recipients(hub);
		for (const org of ["AIRU", "BFP", "CDA", "Chirplet", "StreamHarbor", "GameNest", "LoopReel", "PastePond", "OSF", "DGO"])
			assert.ok(all.includes(org), `${org} of ${all}`);
		const owing = await page.locator(".recipients li", { has: page.locator(".tag-amber") }).locator("b:first-child").allInnerTexts();
		assert.ok(owing.includes("PastePond") && !owing.includes("AIRU") && !owing.includes("DGO"), owing.join());
		assert.deepEqual(await axe(page), []);
		await keys("Control+Enter");
		await page.waitForSelector(".incident-box.is-ACTIVE");
		await state.page.waitForSelector(".incident-box.is-ACTIVE");
	});

	test("it rings at a platform, on the board below the threats, and is answered for by keyboard", async () => {
		const { page, keys } = platform;
		await keys("Escape");
		await page.waitForSelector("main.board .incident.is-owed");
		await page.waitForFunction(() => globalThis.strikes.length > 0);
		const row = hub.page.locator(".matrix tr", { hasText: "Chirplet" });
		await row.locator("td.is-delivered").waitFor();
		assert.equal(await row.locator("td.is-person").count(), 0, "a machine has it, no person");
		await page.locator(".incident.is-owed a").focus();
		await keys("a");
		await page.waitForSelector("main.incident-page");
		await page.waitForFunction(() => document.activeElement?.classList.contains("primary"));
		await page.getByText("Copies spread on four services.").first().waitFor();
		await page.getByLabel("We are working on it").focus();
		await keys("Space", "Control+Enter");
		await page.getByText(/^Acknowledged\. Recorded as no\./).first().waitFor();
		await page.locator(".is-owed.next-step").waitFor({ state: "detached" });
	});

	test("who decided sees who has answered, who owes an answer and until when, and who owes none", async () => {
		const { page } = hub;
		const row = (org) => page.locator(".matrix tbody tr").filter({ has: page.locator("th", { hasText: new RegExp(`^${org}`) }) });
		await row("Chirplet").locator("td.is-person", { hasText: "We are working on it" }).waitFor();
		assert.match(await row("Chirplet").innerText(), /seen[\s\S]*acknowledged[\s\S]*crisis responder/);
		const owes = (org) => row(org).locator("td", { has: page.locator("b") });
		const until = async (org) => Date.parse(String(await owes(org).locator("time").getAttribute("datetime")));
		assert.equal(await until("PastePond") - await until("StreamHarbor"), 15 * 60_000, "half an hour for who was warned, a quarter for who is engaged");
		assert.match(await owes("PastePond").locator("b").innerText(), /\d/);
		assert.match(await row("DGO").innerText(), /none owed/);
		assert.match(await row("AIRU").innerText(), /took part in the decision/);
		assert.match(await page.locator(".matrix-sum").innerText(), /7 owe an answer\s+1 of 8 acknowledged by a person/);
		assert.match(await page.locator(".decisions").innerText(), /decided by two persons[\s\S]*AIRU[\s\S]*HUB/);
		assert.deepEqual(await axe(page), []);
	});

	test("the tie of the duplicate is undone where both ends are read", async () => {
		const { page } = hub;
		await page.getByRole("button", { name: "Undo", exact: true }).click();
		await page.getByRole("button", { name: /^Undo it/ }).click();
		await page.locator(".is-undone", { hasText: "undone" }).waitFor();
		await platform.keys("Escape");
		await platform.page.waitForSelector("main.board .incident.is-REPORTED");
	});

	test("what every form makes, filled with what it asks for, is taken by the server, and was offered to who said it", async () => {
		const { say, said } = speaker(server);
		const [officer, lead, hubLead] = ["AIRU/duty officer", "AIRU/second officer", "HUB/lead"];
		const report = (town, links) => say(officer, "M1.report", { links, typed: { "envelope.audience": ["HUB", "Chirplet", "GameNest", "OSF"],
			"body.event_place": { cc: "XA", locality: town, geo: "" } } });
		const { incident } = await report("Port Ostrel");
		await say("Chirplet/night responder", "M1.reference", { incident, typed: { "envelope.also_reported_to": { said: "yes", rows: [{
			system: "another centre", authority: "", external_ref: "7", at: { local: "", offset: "" } }] } } });
		const proposed = await say("Chirplet/night responder", "M2.propose", { incident });
		await say(hubLead, "M3.assess", { incident });
		await say(hubLead, "M2.decline", { incident, about: proposed.id });
		const warning = await say(hubLead, "M2.issue", { incident });
		await say(hubLead, "M3.assign", { incident });
		await say("OSF/duty officer", "M3.link_activation", { incident });
		const shared = await say("StreamHarbor/night responder", "M6.share", { incident, typed: { "envelope.audience": ["HUB", "AIRU", "GameNest"] } });
		const about = shared.out.body.items[0].item_id;
		for (const form of ["M7.match_count", "M7.opinion", "M7.false_positive", "M7.not_applicable"])
			await say("GameNest/night responder", form, { incident, about });
		await say(hubLead, "M6.scope", { incident, about, typed: { "body.scopes.0.action": "quarantine" } });
		const first = await say(lead, "M3.activate", { incident });
		await say(lead, "M3.withdraw", { incident, about: first.id });
		const second = await say(lead, "M3.activate", { incident });
		const confirmed = await say(hubLead, "M3.confirm", { incident, about: second.id });
		await say("GameNest/night responder", "M3.object", { incident, about: confirmed.id });
		await say(hubLead, "M3.change", { incident });
		const recall = await say(hubLead, "M25.recall", { incident, about: warning.id });
		await say("Chirplet/night responder", "M25.confirm", { incident, about: recall.id });
		await say("StreamHarbor/night responder", "M8.retract", { incident, about });
		const drafted = await say(officer, "M20.draft", { incident });
		await say(hubLead, "M20.approve", { incident, about: drafted.id });
		const hour = (h) => ({ local: `2031-05-17T${h}:00`, offset: "+02:00" });
		await say("Chirplet/policy lead", "M24.send", { incident, typed: { "body.period": { from: hour(14), until: hour(15) }, "body.reinstated": "2", "body.rejected": "2",
			"body.pending": "1" } });
		await say("Chirplet/night responder", "M20.hand_over", { incident });
		const process = await say(officer, "M22.open", { incident, typed: { "body.addressee": "GameNest" } });
		await say("GameNest/counsel", "M22.status", { incident, about: process.id });
		await say(officer, "M28.send", { incident, typed: { "envelope.audience": ["Chirplet"], "body.contact_authority": "AIRU" } });
		/** Status reports, winding down, closing and an hour for objections. */
		async function end(objection) {
			for (const who of ["StreamHarbor/night responder", "StreamHarbor/night responder", "GameNest/policy lead", "GameNest/policy lead"])
				await say(who, "M21.send", { incident, typed: { "body.trend": "falling" } });
			await say(hubLead, "M3.wind_down", { incident });
			let close = await say(hubLead, "M3.close", { incident });
			if (objection) {
				await say("LoopReel/night responder", "M3.object", { incident, about: close.id });
				close = await say(hubLead, "M3.close", { incident });
			}
			const step = await server.request("POST", "/api/messages", { credential: server.credential("CELL", "controller"),
				body: message("exercise", { step: "clock", action: "step", by_ms: 3_700_000 }, { sent_at: new Date().toISOString() }) });
			assert.equal(step.status, 200, step.text);
			await say(lead, "M3.confirm", { incident, about: close.id });
		}
		await end(true);
		const reopened = await say(lead, "M3.reopen", { incident });
		await say(hubLead, "M3.confirm", { incident, about: reopened.id });
		await end(false);
		await say("GameNest/counsel", "M23.contribute", { incident, typed: { "body.what_worked": "The tie of the two reports." } });
		await say(hubLead, "M23.final", { incident });
		await say("HUB/second lead", "M23.publish", { incident });
		const other = await report("Elsewhere");
		await say(hubLead, "M3.not_activate", { incident: other.incident });
		const check = await say(officer, "M18.check", { typed: { "body.subjects": [{ kind: "url", value: "https://x.example/1" }] } });
		await say("HUB/deconfliction officer", "M18.answer", { about: check.id });
		await say(officer, "M18.decide", { about: check.id, typed: { "body.due_consideration": "yes" } });
		const referral = await say(officer, "M17.send", { typed: { "envelope.audience": ["GameNest"] } });
		await say("GameNest/night responder", "M17.answer", { about: `${referral.id}.0` });
		/* orders, contact points, exercises, administration and duties outside of incidents have paths of their own */
		assert.deepEqual(Object.keys(FORMS).filter((form) => !said.has(form) && !/^(M(9|1[0-6]|26)|exercise|org|person|role|policy|mandate|hold|exposure|erase|storage|witness)\.|_order$/.test(form)), []);
	});

	test("no error, no word of the policy, no request to another place", () => {
		assert.deepEqual([...state.violations, ...hub.violations, ...platform.violations], []);
	});
});
