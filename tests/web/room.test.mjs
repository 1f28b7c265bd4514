/* The room of an incident while several mechanisms run, against a real server: removal orders and referrals stand in it and look like
 * two things, threats that belong to it, what platforms see as a picture and a table, complaints counted, another protocol; one line of
 * time for all of it. And the Union on the board, by keyboard. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { focused, press, reach } from "./keyboard.mjs";
import { Member } from "../integration/lib/member.mjs";
import { LANTERN, annexOne, m4, message } from "../integration/lib/messages.mjs";
import { Server, tocsind } from "../integration/lib/server.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;
const SHOTS = process.env.TOCSIN_SHOTS;
const NONE = { personal_data: { level: "none", categories: [] } };
const TCO = { legal_basis: [{ act: "TCO", article: "3(1)" }], personal_data: { level: "limited", categories: [] } };
const CRITERIA = ["real_world_event", "harm_shown", "intimidation", "terrorism_link", "virality"];

describe("the room of an incident with everything that runs in it", { skip: why }, () => {
	let server, browser, lead, officer, platform, incident, referral;

	async function say(who, type, body, more = {}) {
		const r = await server.request("POST", "/api/messages", { credential: server.credential(...who.split("/")), body: message(type, body, { ...NONE,
			...(incident ? { incident_ref: incident } : {}), ...more, sent_at: new Date().toISOString() }) });
		assert.equal(r.status, 200, `${who} ${type}: ${r.text}`);
		return r.json;
	}
	const you = async (who) => (await server.request("GET", "/api/me", { credential: server.credential(...who.split("/")) })).json;
	const now = async () => Date.parse((await you("HUB/lead")).exercises.find((x) => x.id === LANTERN).at);
	const iso = (ms) => new Date(ms).toISOString();
	const shot = async ({ page }, name) => SHOTS && page.screenshot({ path: path.join(SHOTS, `room-${name}.png`), fullPage: true });
	const room = async (who) => {
		await who.page.evaluate((h) => (location.hash = h), `#/incident/${incident}`);
		await who.page.waitForSelector("main.incident-page .incident-box.is-ACTIVE");
	};

	before(async () => {
		server = await Server.start();
		await say("CELL/controller", "exercise", { step: "clock", action: "run", rate_milli: 1000 });
		const at = await now();
		const harbor = await Member.connect(server, "StreamHarbor", "night responder");
		const threat = await harbor.send(m4(harbor));
		assert.equal(threat.op, "accepted", JSON.stringify(threat));
		await harbor.close();
		const report = await say("AIRU/duty officer", "M1", { step: "report", headline: "Attack at a market hall", ongoing: "no", online_component: ["recording"],
			producer: "perpetrator", event_time: { from: iso(at), precision: "minutes" }, event_place: { cc: "XA" }, victims_visible: "no", minor_involved: "no",
			criteria: CRITERIA.map((code) => ({ code, answer: "likely" })), links: [{ kind: "belongs_to", ref: threat.case }] }, { audience: ["HUB"] });
		({ incident } = report);
		await say("HUB/lead", "M3", { decision: "assess", step: "propose", assignee: (await you("HUB/lead")).you.person, requested_by: report.id, reason: "x" });
		const proposal = await say("AIRU/second officer", "M3", { decision: "activate", step: "propose", activation_type: "perpetrator_content", vocabulary_version: 1,
			criteria_answers: CRITERIA.map((code) => ({ code, answer: "likely", source_grade: "B2" })), reason: "It spreads.", review_at: iso(at + 20 * 3600e3),
			scope: { content_types: ["video"], services: [], states: ["XA"], languages: [] }, fundamental_rights_note: "x" });
		const activation = await say("HUB/lead", "M3", { decision: "activate", step: "confirm", proposal_ref: proposal.id });
		for (const org of ["Chirplet", "StreamHarbor"])
			await say(`${org}/night responder`, "M19", { step: "human", message_ref: activation.id, recipient_org: org, channel: "console", state: "acked",
				at: iso(await now()), actor_kind: "human" });
		for (const [org, blocked, trend] of [["Chirplet", 120, "rising"], ["StreamHarbor", 40, "flat"], ["Chirplet", 300, "rising"], ["Chirplet", 80, "falling"]])
			await say(`${org}/night responder`, "M21", { step: "send", trend, uploads_blocked: blocked, window: { from: iso(at), until: iso(await now()) } });
		await say("OSF/duty officer", "M3", { decision: "link_activation", step: "propose", reason: "Ours runs too.", linked_activations: [{ body: "OSF",
			mechanism: "content incident", state: "active", since: iso(at) }] });
		await say("CELL/controller", "exercise", { step: "clock", action: "step", by_ms: 600e3 }, { incident_ref: undefined });
		browser = await launch();
		const shift = async (org, title, options) => {
			const who = await person(browser, { origin: server.url, ...options });
			await startShift(who, server.credential(org, title).sign_in);
			return who;
		};
		[lead, officer, platform] = await Promise.all([shift("HUB", "lead", { theme: "dark" }), shift("AIRU", "duty officer", { theme: "light" }), shift("Chirplet", "policy lead",
			{ theme: "light", width: 390, height: 844, settings: { language: "de" } })]);
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	test("an order and a referral are begun in the room, stand in it, and look like two things", async () => {
		const { page, keys } = officer;
		await room(officer);
		await page.getByText("No removal order in this incident yet").waitFor();
		await press(page, /Draft a removal order$/);
		await page.waitForSelector("main.compose form");
		assert.match(await page.locator(".crumbs").innerText(), /INC-/, "it is about the incident");
		await keys("Escape");
		await page.waitForSelector("main.incident-page");
		const form = { ...annexOne("XA", "AIRU", "PastePond", "XA", "https://pastepond.example/f/q7Zt") };
		delete form.home_authority_contact;
		const draft = await say("AIRU/duty officer", "M10", { step: "draft", order: form }, TCO);
		await page.getByText("AIRU-RO-17").first().waitFor();
		const ask = { legal_basis: [{ act: "TCO", article: "14(1)" }], incident_ref: undefined };
		const check = await say("AIRU/duty officer", "M18", { step: "check", intended_action: "removal_order", order_ref: draft.id, planned_at: iso(await now() + 600e3),
			answer_by: iso(await now() + 540e3) }, ask);
		await say("HUB/deconfliction officer", "M18", { step: "answer", check_ref: check.id, answer: "clear" }, ask);
		await say("AIRU/second officer", "M10", { step: "certify", order_ref: draft.id, certified: draft.id }, TCO);
		await say("AIRU/duty officer", "M10", { step: "issue", order_ref: draft.id, order: form }, TCO);
		await room(lead);
		await lead.page.locator("section", { hasText: "Removal orders" }).locator("li.order", { hasText: "AIRU-RO-17" }).first().waitFor();
		referral = await say("AIRU/duty officer", "M17", { step: "send", voluntary: true, urls: ["https://chirplet.example/1", "https://chirplet.example/2"], why: "It praises the attack." },
			{ precedence: "routine", ack_required: false, audience: ["Chirplet", "HUB"], legal_basis: [{ act: "EUROPOL", article: "4(1)(m)(iii)" }] });
		await say("Chirplet/gateway", "M17", { step: "answer", referral_ref: referral.id, answer: "removed", positions: [1], at: iso(await now()) }, { precedence: "routine",
			ack_required: false });
		const row = page.locator(".referral-row");
		assert.equal(await lead.page.locator(".referral-row").count(), 0, "a referral is read by duty officers");
		await row.getByText("1 of 2 answered").waitFor();
		assert.match(await row.innerText(), /Referral[\s\S]*Chirplet[\s\S]*voluntary[\s\S]*removed/i);
		assert.equal(await row.locator(".law-tag").count(), 0, "nothing of a law's order is on it");
		assert.deepEqual(await axe(lead.page), []);
		assert.deepEqual(await axe(page), []);
	});

	test("volumes are a picture and a table; another protocol and its state; complaints are counted, and name nobody", async () => {
		const chart = lead.page.locator(".volume-chart");
		await chart.locator("svg.bars").first().waitFor();
		assert.equal(await chart.locator("tr", { hasText: "Chirplet" }).locator("rect").count(), 3);
		assert.match(await chart.locator("tr", { hasText: "Chirplet" }).locator("svg").getAttribute("aria-label"), /120, 300, 80/);
		await lead.page.locator("section", { hasText: "Other protocols" }).getByText("content incident").first().waitFor();
		const { page, keys } = platform;
		await room(platform);
		await page.getByRole("link", { name: "Beschwerden, gezählt" }).click();
		await page.waitForSelector("main.compose form");
		const field = (name) => page.locator(`[id="f-body.${name}"]`);
		await field("basis").getByLabel("DSA, Artikel 20").check();
		for (const [name, n] of [["complaints", "12"], ["reinstated", "2"], ["rejected", "7"], ["pending", "2"]])
			await field(name).fill(n);
		await keys("Control+Enter");
		await page.locator('[id="f-body.complaints-error"]').getByText(/make 11/).waitFor(); /* it does not add up, and says so at the field */
		await field("pending").fill("3");
		assert.deepEqual(await axe(page), []);
		await keys("Control+Enter");
		await page.waitForSelector("main.check");
		await keys("Control+Enter");
		await page.waitForSelector("main.incident-page");
		const table = lead.page.locator("section", { hasText: "Complaints of users" }).last();
		await table.getByText("12").first().waitFor();
		assert.match(await table.locator("tr.sum").innerText(), /12\s+2\s+7\s+3/);
		await shot(platform, "phone-light-de");
	});

	test("one line of time has all of it, and can show one mechanism", async () => {
		const { page } = officer;
		const timeline = page.locator("section", { has: page.locator("#timeline-title") });
		const names = await timeline.locator(".tl-kinds button").allInnerTexts();
		assert.deepEqual(names.slice().sort(), ["Everything", "Incident", "Other protocols", "Referrals", "Removal orders", "Threats to life"].sort());
		const seqs = (await timeline.locator(".tl-seq").allInnerTexts()).map((x) => Number(x.replace(/\D/g, "")));
		assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b), "in the order of the ledger");
		await press(page, /^Removal orders$/);
		assert.equal(await timeline.locator(".tl").count(), await timeline.locator(".tl-of", { hasText: "AIRU-RO-17" }).count());
		await press(page, /^Everything$/);
		await shot(lead, "dark");
		await shot(officer, "light");
	});

	test("the Union on the board: where something is open, by arrow keys", async () => {
		const { page, keys } = officer;
		await keys("Escape");
		await page.waitForSelector("main.board .union-grid");
		assert.equal(await page.locator(".union-cell").count(), 27 + 3, "27 and the three states of the exercise");
		assert.equal(await page.locator('.union-cell[tabindex="0"]').count(), 1, "one tab stop");
		await reach(page, /^Aldmere \(XA\): threat to life, unanswered \(\d\), 3 open/);
		await keys("Enter");
		await page.locator(".union-what").getByText(/INC-/).waitFor();
		await keys("ArrowUp", "ArrowUp", "ArrowUp");
		assert.ok(!/Aldmere/.test((await focused(page)).name));
		await page.locator('.union-cell[data-cc="GR"]').focus();
		assert.match(await page.locator('.union-cell[data-cc="GR"]').innerText(), /^EL/);
		assert.match((await focused(page)).name, /^Greece \(EL\): nothing open$/);
		await keys("ArrowRight");
		assert.match((await focused(page)).name, /^Cyprus/);
		assert.deepEqual(await axe(page), []);
		await shot(officer, "board-light");
		await lead.keys("Escape");
		await lead.page.waitForSelector("main.board .union-grid");
		assert.deepEqual(await axe(lead.page), []);
		await shot(lead, "board-dark");
		for (const who of [lead, officer, platform])
			assert.deepEqual(who.violations, []);
	});
});
