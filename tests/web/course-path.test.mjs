/* From a running crisis to its public debrief, in real browsers against a real server: a platform reports what it sees; the hub
 * sees who is missing, reports on the situation with the server's numbers, and winds down when the data allow it; a retraction is
 * confirmed by a person; a second person closes; a contribution without a name; two people publish. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { Server, tocsind } from "../integration/lib/server.mjs";
import { LANTERN, message, uuid7 } from "../integration/lib/messages.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;
const NONE = { personal_data: { level: "none", categories: [] } };
const CRITERIA = ["real_world_event", "harm_shown", "intimidation", "terrorism_link", "virality"];

describe("the path from closing to the debrief", { skip: why }, () => {
	let server, browser, lead, second, platform, incident;

	/** Say it by key. */
	async function say(who, type, body, more = {}) {
		const credential = server.credential(...who.split("/"));
		const r = await server.request("POST", "/api/messages", { credential, body: message(type, body, { ...NONE, ...(incident ? { incident_ref: incident }
			: {}), ...more, sent_at: new Date().toISOString() }) });
		assert.equal(r.status, 200, `${who} ${type}: ${r.text}`);
		return r.json;
	}
	const clock = (body) => say("CELL/controller", "exercise", { step: "clock", ...body }, { incident_ref: undefined });
	const now = async () => new Date((await server.request("GET", "/api/me", { credential: server.credential("HUB", "lead") })).json.exercises.find((x) =>
		x.id === LANTERN).at).getTime();
	const iso = (ms) => new Date(ms).toISOString();
	const me = async (who) => (await server.request("GET", "/api/me", { credential: server.credential(...who.split("/")) })).json.you.person;

	before(async () => {
		server = await Server.start();
		await clock({ action: "run", rate_milli: 1000 });
		const at = await now();
		const report = await say("AIRU/duty officer", "M1", { step: "report", headline: "Attack at a market hall", ongoing: "no", online_component: ["recording"],
			producer: "perpetrator", event_time: { from: iso(at), precision: "minutes" }, event_place: { cc: "XA" }, victims_visible: "no", minor_involved: "no",
			criteria: CRITERIA.map((code) => ({ code, answer: "likely" })) }, { audience: ["HUB"] });
		({ incident } = report);
		await say("HUB/lead", "M3", { decision: "assess", step: "propose", assignee: await me("HUB/lead"), requested_by: report.id, reason: "x" });
		const proposal = await say("AIRU/second officer", "M3", { decision: "activate", step: "propose", activation_type: "perpetrator_content", vocabulary_version: 1,
			criteria_answers: CRITERIA.map((code) => ({ code, answer: "likely", source_grade: "B2" })), reason: "It spreads.", review_at: iso(at + 20 * 3600e3),
			scope: { content_types: ["video"], services: [], states: ["XA"], languages: [] }, fundamental_rights_note: "x" });
		const activation = await say("HUB/lead", "M3", { decision: "activate", step: "confirm", proposal_ref: proposal.id });
		for (const org of ["Chirplet", "StreamHarbor"])
			await say(`${org}/night responder`, "M19", { step: "human", message_ref: activation.id, recipient_org: org, channel: "console", state: "acked",
				at: iso(await now()), actor_kind: "human" });
		browser = await launch();
		const shift = async (org, title, theme) => {
			const who = await person(browser, { origin: server.url, theme });
			await startShift(who, server.credential(org, title).sign_in);
			await who.page.evaluate((h) => (location.hash = h), `#/incident/${incident}`);
			await who.page.waitForSelector("main.incident-page .incident-box.is-ACTIVE");
			return who;
		};
		[lead, second, platform] = await Promise.all([shift("HUB", "lead", "dark"), shift("HUB", "second lead", "light"), shift("Chirplet", "night responder", "dark")]);
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	/** Open the form that the room offers. */
	async function open({ page }, title) {
		if (!await page.locator("main.incident-page").count()) {
			await page.evaluate((hash) => { location.hash = hash; }, `#/incident/${incident}`);
			await page.waitForSelector("main.incident-page");
		}
		await page.getByRole("link", { name: title }).first().click();
		await page.waitForSelector("main.compose form, main.check");
	}
	/** From the form over the page that shows who reads it, to the room. @returns the text of that page */
	async function send({ page, keys }) {
		if (!await page.locator("main.check").count())
			await keys("Control+Enter");
		await page.waitForSelector("main.check").catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
		const shown = await page.locator("main").innerText();
		await keys("Control+Enter");
		await page.waitForSelector("main.incident-page").catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
		return shown;
	}

	test("a platform reports what it sees; the hub sees it, and who is missing", async () => {
		const { page } = platform;
		await open(platform, "Report what you see");
		await page.getByRole("group", { name: "Volume" }).getByText("falling", { exact: true }).click();
		await page.getByLabel("Blocked at upload").fill("40");
		assert.match(await send(platform), /2 organisations get it[\s\S]*HUB[\s\S]*AIRU/);
		const row = lead.page.locator(".volumes li", { hasText: "Chirplet" });
		await row.getByText("not twice in a row yet").waitFor();
		await lead.page.locator(".volumes li", { hasText: "StreamHarbor" }).getByText("no status yet").waitFor();
		await lead.page.getByText("0 of 2 fall").waitFor();
	});

	test("it cannot wind down on the word of a checklist: the data say who is missing", async () => {
		const { page, keys } = lead;
		await open(lead, "Wind down");
		for (const answer of await page.getByLabel("Is it so?").all())
			await answer.selectOption("yes");
		await page.getByLabel(/^Why/).fill("It is over.");
		await keys("Control+Enter");
		await page.getByText(/falls at 0 of 2 engaged platforms[\s\S]*missing: /).first().waitFor();
	});

	test("a situation report is edited and approved; its numbers are the server's", async () => {
		const { page } = lead;
		await open(lead, "Situation report");
		await page.getByLabel("Known", { exact: true }).fill("The attack is over; copies are matched.");
		await page.getByLabel("Changed since the last one").fill("First report.");
		await page.getByLabel("Not confirmed").fill("Whether there is a longer recording.");
		assert.match(await send(lead), /Numbers of the report[\s\S]*Blocked at upload\s+40[\s\S]*Engaged platforms\s+2/);
		await platform.page.getByText("Report no. 1").first().waitFor();
		assert.match(await platform.page.locator("section", { hasText: "Situation reports" }).first().innerText(), /copies are matched/);
		assert.deepEqual(await axe(page), []);
	});

	test("a retraction is shown until a machine and a person of each have confirmed it", async () => {
		const item = uuid7();
		await say("StreamHarbor/night responder", "M6", { step: "share", items: [{ item_id: item, bank: "match", signal_kind: "hash", hash_type: "SHA256",
			hash_value: "9c8506abf29ff0bb249797f36c77b97774ca5673d6177462c3dc63b9e5bedbcd" }], producer: "perpetrator", content_type: "video", context_warning: "none",
			graphic: "severe", opinion: "positive", reviewed_by_human: true, suggested_action: "review", expires_at: iso(await now() + 86400e3) }, { audience: ["Chirplet", "HUB"] });
		await say("StreamHarbor/night responder", "M8", { step: "retract", item_refs: [item], reason: "false_positive", undo_advice: "reinstate" });
		const open = lead.page.locator(".confirming", { hasText: "Chirplet" });
		await open.getByText("person", { exact: true }).first().waitFor();
		const mine = platform.page.locator(".confirming");
		await mine.getByRole("button", { name: "Confirm" }).click();
		await lead.page.waitForFunction(() => ![...document.querySelectorAll(".confirming li")].some((li) => /Chirplet/.test(li.textContent ?? "") &&
			/person/.test(li.textContent ?? "")));
		assert.deepEqual(await axe(platform.page), []);
	});

	test("when the volume falls twice at both it winds down, and a second person closes after an hour for objections", async () => {
		const { page } = lead;
		for (const who of ["Chirplet/night responder", "StreamHarbor/night responder", "StreamHarbor/night responder"])
			await say(who, "M21", { step: "send", window: { from: iso(await now() - 1000), until: iso(await now()) }, trend: "falling" });
		await page.getByText("2 of 2 fall").waitFor();
		await open(lead, "Wind down"); /* with what was typed before */
		assert.match(await send(lead), /Before it ends[\s\S]*2 of 2 fall[\s\S]*HUB/);
		await page.waitForSelector(".incident-box.is-WINDING_DOWN");
		await open(lead, "Propose to close");
		for (const answer of await page.getByLabel("Is it so?").all())
			await answer.selectOption("yes");
		await page.getByLabel("What everybody is told").fill("It is over. Thank you.");
		await page.getByLabel(/^Why/).fill("Nothing new.");
		await page.getByLabel(/^Fundamental rights/).fill("None beyond the perpetrator's content.");
		await send(lead);
		await clock({ action: "step", by_ms: 3_700_000 });
		await second.page.getByRole("link", { name: /Confirm the proposal/ }).first().waitFor();
		await open(second, /Confirm the proposal/);
		assert.match(await send(second), /Chirplet[\s\S]*It is over\. Thank you\./);
		for (const who of [lead, second, platform])
			await who.page.waitForSelector(".incident-box.is-CLOSED");
	});

	test("a platform contributes without its name: the leads of the hub see it, other contributors do not", async () => {
		const { page } = platform;
		await open(platform, "Contribute to the debrief");
		await page.getByLabel(/^What worked/).fill("One desk to call.");
		await page.getByRole("group", { name: /Without our name/ }).getByText("Yes", { exact: true }).click();
		await send(platform);
		await lead.page.locator(".contribution", { hasText: "Chirplet" }).waitFor();
		/* what is due, by whom, until when: who has contributed is no longer named, and others who took part are */
		await lead.page.evaluate(() => (location.hash = location.hash.replace("#/incident/", "#/debrief/")));
		const due = lead.page.locator(".debrief-due tbody tr", { hasText: "Contributions" });
		await due.getByText("open", { exact: true }).waitFor();
		assert.match(await due.innerText(), /AIRU/);
		assert.doesNotMatch(await due.innerText(), /Chirplet/);
		assert.deepEqual(await axe(lead.page), []);
		await lead.keys("Escape");
		await lead.page.waitForSelector("main.incident-page");
		const seen = (await server.request("GET", "/api/entries?after=-1&limit=500", { credential: server.credential("StreamHarbor", "night responder") })).json.entries
			.find((e) => e.k === "M23.contribute");
		assert.equal(seen.org, undefined);
		assert.equal(seen.message.body.what_worked, "One desk to call.");
		assert.ok(!JSON.stringify(seen).includes("Chirplet"));
	});

	test("one person writes the final report, another publishes it, and that is the end", async () => {
		await open(lead, "Final report");
		await lead.page.getByLabel("Findings").fill("The chain of calls held.");
		await lead.page.getByLabel("Effects on fundamental rights").fill("None seen.");
		await lead.page.getByLabel("Public version, proposed").fill("An attack was streamed; platforms and authorities ended its spread within a day.");
		await send(lead);
		await lead.page.waitForSelector(".incident-box.is-DEBRIEF");
		assert.equal(await lead.page.getByRole("link", { name: "Publish" }).count(), 0, "not who wrote it");
		await open(second, "Publish");
		assert.match(await send(second), /ended its spread within a day/);
		for (const who of [lead, second, platform])
			await who.page.locator(".public-version", { hasText: "ended its spread within a day" }).waitFor();
		await platform.page.waitForSelector(".incident-box.is-ARCHIVED");
		assert.deepEqual(await axe(platform.page), []);
	});

	test("the debrief is a page of its own, which prints as a document: all of it, or what is public", async () => {
		const { page } = platform;
		await page.getByRole("link", { name: "Open the debrief" }).click();
		await page.waitForSelector("main.debrief-page .public-version");
		assert.match(await page.locator(".debrief-due").innerText(), /Contributions[\s\S]*done[\s\S]*Final report[\s\S]*HUB[\s\S]*done[\s\S]*Public version[\s\S]*done/);
		assert.match(await page.locator("main").innerText(), /ended its spread within a day[\s\S]*Statistics[\s\S]*Blocked at upload[\s\S]*The chain of calls held\.[\s\S]*One desk to call\./);
		assert.deepEqual(await axe(page), []);
		await page.evaluate(() => (window.print = () => (globalThis.printed = document.querySelector("main").className)));
		await page.emulateMedia({ media: "print" });
		await page.evaluate(() => [...document.querySelectorAll(".debrief-acts button")].find((b) => /public/.test(b.textContent)).click());
		await page.waitForFunction(() => /is-public-only/.test(globalThis.printed ?? ""));
		for (const [part, shown] of [[".debrief-public", true], ["header.top", false], [".contribution", false], [".debrief-acts", false]])
			assert.equal(await page.locator(part).first().isVisible(), shown, part);
		await page.evaluate(() => dispatchEvent(new Event("afterprint")));
		await page.locator(".contribution").first().waitFor();
		await page.emulateMedia({ media: "screen" });
		await page.keyboard.press("Escape");
		await page.waitForSelector("main.incident-page");
	});

	test("no error, no word of the policy, no request to another place", () => {
		assert.deepEqual([...lead.violations, ...second.violations, ...platform.violations], []);
	});
});
