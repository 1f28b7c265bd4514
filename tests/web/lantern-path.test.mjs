/* LANTERN's first forty minutes, with four browsers at once: a platform, the police, the hub and an auditor; the others by their machines.
 * Exercise control stands the clock still and sets it on from row to row, so that everybody acts at the time that the script says, and what
 * the screens then say of times and deadlines is exact. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { press, reach, write } from "./keyboard.mjs";
import { notify, speaker } from "./people.mjs";
import { Server, tocsind } from "../integration/lib/server.mjs";
import { annexOne, message } from "../integration/lib/messages.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;
const T0 = Date.parse("2031-05-17T13:58:00Z");
const P1 = "b6d9f7bde7bcf36f71d1ad71454ff692b4d3149f3a764176d45df86228e14b58";

describe("LANTERN, 00:00 to 40:00", { skip: why }, () => {
	/* each row stands on those before it: after one that failed the others say nothing */
	let broken = "";
	const row_of = (name, run) => test(name, async (t) => {
		if (broken)
			return t.skip(`because of: ${broken}`);
		broken = name;
		await run();
		broken = "";
	});
	let server, browser, platform, police, hub, auditor, say, acknowledge, incident, activation, order, now;

	/** "It is now T+mm:ss": everybody's clock stands there. */
	async function at(time) {
		const [m, s] = time.split(":").map(Number);
		now = T0 + (m * 60 + s) * 1000;
		const r = await server.request("POST", "/api/messages", { credential: server.credential("CELL", "controller"),
			body: message("exercise", { step: "clock", action: "jump", to: new Date(now).toISOString() }, { sent_at: new Date().toISOString() }) });
		assert.equal(r.status, 200, r.text);
		for (const { page } of [platform, police, hub])
			await page.locator(".ribbon", { hasText: `T+${m < 60 ? "" : "1:"}${m % 60}:${String(s).padStart(2, "0")}` }).waitFor();
	}
	const machine = (who, form, of = {}) => say(who, form, { incident, now, ...of });
	const send = async ({ page, keys }) => {
		await page.waitForSelector("main.check").catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
		await keys("Control+Enter");
	};
	const open = ({ page }, name) => page.getByRole("link", { name }).first().press("Enter");
	const room = async (who) => {
		await who.page.evaluate((id) => (location.hash = `#/incident/${id}`), incident);
		await who.page.waitForSelector("main.incident-page");
	};
	const pick = ({ page }, group, option) => page.getByRole("group", { name: group }).getByText(option, { exact: true }).click();
	const row = (org) => hub.page.locator(".matrix tbody tr").filter({ has: hub.page.locator("th", { hasText: new RegExp(`^${org}`) }) });

	before(async () => {
		server = await Server.start();
		({ say, acknowledge } = speaker(server));
		browser = await launch();
		const console_of = async (org, title, theme) => {
			const who = await person(browser, { origin: server.url, theme });
			await startShift(who, server.credential(org, title).sign_in);
			return who;
		};
		platform = await console_of("StreamHarbor", "night responder", "dark");
		police = await console_of("AIRU", "duty officer", "light");
		hub = await console_of("HUB", "lead", "dark");
		auditor = await console_of("FRP", "auditor", "light");
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	row_of("03:10 and 04:00: the platform opens an item, which nobody else sees, and sends it", async () => {
		await at("3:10");
		await notify(platform, { words: "A live stream shows one person with a long firearm entering a market hall and people running.", state: "XA",
			handle: "marketwalker_31", until: async () => {
				await platform.page.getByText(/14:\d\d|15:00/).first().waitFor();
				assert.equal(await police.page.locator(".threat").count() + await hub.page.locator(".threat").count(), 0);
				await at("4:00");
			} });
		await platform.page.getByText("It goes to 2 desks").waitFor();
		await platform.keys("Control+Enter");
		await platform.page.waitForSelector("main.threat-page .clock-box.is-waiting");
		await police.page.waitForSelector(".threat.is-new");
		await police.page.waitForFunction(() => globalThis.strikes.length > 0);
	});

	row_of("04:05 and 05:05: a machine has it and the light stays red; a person takes it over 65 seconds after it was sent", async () => {
		await at("4:05");
		const asked = platform.page.locator("table.receipts tbody tr", { hasText: "AIRU" });
		await asked.locator(".is-delivered").waitFor();
		assert.equal(await asked.locator("td.is-person").count(), 0);
		await at("5:05");
		await police.keys("j", "Enter");
		await police.page.waitForSelector("main.threat-page .clock-box.is-new");
		await press(police.page, /^Reference, questions/);
		await write(police.page, /^Our reference/, "AIRU-7711");
		await write(police.page, /^Questions to the platform/, "Please cut the stream now.");
		await police.keys("Control+Enter");
		await police.page.waitForSelector("main.threat-page .clock-box.is-accepted");
		await platform.page.waitForSelector(".clock-box.is-answered");
		assert.match(await platform.page.locator(".clock-box").innerText(), /First human answer\s+after 65 s/);
		await hub.page.waitForSelector(".threat.is-elsewhere");
	});

	row_of("06:10: the stream is cut, as new facts of the same case", async () => {
		await at("6:10");
		const { page, keys } = platform;
		await write(page, /^Please cut the stream now/, "Cut at 16:04.");
		await keys("Control+Enter");
		await police.page.locator(".questions .answer", { hasText: "Cut at 16:04." }).waitFor();
		await reach(page, /^Add facts/);
		await keys("Space", "Control+Enter");
		await page.getByRole("heading", { name: "Add facts" }).waitFor();
		await write(page, /^What is new/, "The stream was cut. Everything is preserved.");
		await keys("Control+Enter");
		await page.getByRole("heading", { name: /Check, then send the new facts/ }).waitFor();
		await keys("Control+Enter");
		await police.page.locator(".facts-card", { hasText: "The stream was cut." }).waitFor();
	});

	row_of("06:40 to 09:30: two reports of one event, and the hub takes it up at the police's request", async () => {
		await at("6:40");
		const { page, keys } = police;
		await keys("Escape", "c");
		await press(page, /EXERCISE: it belongs to LANTERN/);
		await page.waitForSelector("main.compose form");
		await page.getByLabel("Headline").fill("Attack at a market hall in Veldermouth, streamed live");
		await page.getByLabel("State", { exact: true }).fill("XA");
		await page.getByLabel("Town or district").fill("Veldermouth");
		for (const [group, option] of [[/Is it still going on/, "yes"], [/What of it is online/, "live stream"], [/Who made the content/, "perpetrator"],
			[/Are victims to be seen/, "not known"], [/Is a minor involved/, "not known"], [/Was it reported anywhere else/, "No"]])
			await pick(police, group, option);
		for (const [i, answer] of (await page.getByLabel("Met?").all()).entries())
			await answer.selectOption(["yes", "yes", "unknown", "unknown", "likely"][i]);
		for (const org of [/^HUB ·/, /^BFP ·/, /^CDA ·/])
			await page.getByRole("group", { name: "Organisations" }).getByText(org).click();
		await keys("Control+Enter");
		await send(police);
		await page.waitForSelector("main.incident-page .incident-box.is-REPORTED");
		incident = new URL(page.url()).hash.split("/")[2];
		await at("7:00");
		const report = { typed: { "envelope.audience": ["HUB", "AIRU", "BFP", "CDA"], "body.event_place": { cc: "XA", locality: "Veldermouth", geo: "" } } };
		const second = await say("Chirplet/night responder", "M1.report", { now, ...report, links: [{ kind: "duplicate_of", to: incident }] });
		await at("9:30");
		await room(hub);
		await hub.keys("Control+Enter");
		await hub.page.getByLabel(/^Why/).fill("At the request of AIRU.");
		await hub.keys("Control+Enter");
		await send(hub);
		await hub.page.waitForSelector(".incident-box.is-ASSESSING");
		await page.locator(".incident-box.is-ASSESSING", { hasText: "incident lead, HUB" }).waitFor();
		assert.notEqual(second.incident, incident, "both are kept");
	});

	row_of("11:00 and 12:30: an early warning to the services, and signals from the platform", async () => {
		await at("11:00");
		const { page, keys } = hub;
		await open(hub, /^Issue an early warning/);
		await page.waitForSelector("main.compose form");
		await page.getByLabel(/^What is known/).fill("An attack at a market hall in Aldmere was streamed live for about six minutes.");
		await page.getByLabel(/^What is not known/).fill("Who did it, why, and how many copies there are.");
		await page.getByRole("group", { name: "How sure" }).getByText("likely", { exact: true }).click();
		await page.getByRole("group", { name: /What is asked/ }).getByText("prepare", { exact: true }).click();
		await keys("Control+Enter");
		await send(hub);
		await page.waitForSelector("main.incident-page");
		await at("12:30");
		await platform.keys("Escape");
		await platform.page.locator(".incident", { hasText: "early warning" }).first().waitFor().catch(async () => {
			throw new Error(await platform.page.locator("main").innerText());
		});
		await room(platform);
		await open(platform, /^Share signals/);
		await platform.page.waitForSelector(".dropzone");
		const items = [["SHA256", "9c8506abf29ff0bb249797f36c77b97774ca5673d6177462c3dc63b9e5bedbcd"], ["MD5", "e00e008c9bccbb97257dadf85ebd2849"], ["PDQ", P1]];
		for (const [n, [type, value]] of items.entries()) {
			const field = (name) => platform.page.locator(`[id="f-body.items.${n}.${name}"]`);
			if (n > 0)
				await platform.page.getByRole("button", { name: "a signal" }).press("Enter");
			await field("signal_kind").selectOption("hash");
			await field("hash_type").selectOption(type);
			await field("hash_value").fill(value);
		}
		await platform.page.locator('[id="f-body.items.2.hash_quality"]').fill("88");
		await platform.page.locator('[id="f-body.items.2.match_distance_max"]').fill("31");
		for (const [group, option] of [[/Who made the content/, "perpetrator"], [/How graphic/, "severe"], [/What we hold of it/, "it is what it is said to be"],
			[/Has a person looked/, "Yes"], [/Was it reported anywhere else/, "No"]])
			await pick(platform, group, option);
		await platform.page.getByLabel("What it is", { exact: true }).selectOption("video");
		await platform.page.getByLabel(/^Lawful copies seen/).selectOption("none");
		await platform.page.getByRole("button", { name: "Everybody" }).press("Enter");
		await platform.keys("Control+Enter");
		await send(platform);
		await platform.page.waitForSelector("main.incident-page");
		await platform.keys("Escape");
		await room(police);
		await police.page.locator(".signal").nth(2).waitFor();
	});

	row_of("14:40 and 15:00: the police propose, the hub confirms exactly that, and everybody has it", async () => {
		await at("14:40");
		const { page, keys } = police;
		await open(police, /^Propose the activation/);
		await page.waitForSelector("main.compose form");
		for (const grade of await page.getByLabel("Source", { exact: true }).all())
			await grade.selectOption("B2");
		for (const answer of await page.getByLabel("Met?").all())
			if (!await answer.inputValue())
				await answer.selectOption("likely");
		await page.getByLabel("Type of activation").selectOption("perpetrator_content");
		await pick(police, "Kinds of content", "video");
		await page.getByLabel(/^Why/).fill("The announcement names the public as the target. Copies spread on two services.");
		await page.getByLabel(/^Fundamental rights/).fill("Limited to content made by the perpetrator; reviewed within a day.");
		await keys("Control+Enter");
		await send(police);
		await page.getByText("A person of another organisation has to confirm").waitFor();
		await at("15:00");
		await hub.page.getByRole("link", { name: /Confirm the proposal/ }).waitFor();
		await hub.keys("Control+Enter");
		await hub.page.getByText("Copies spread on two services.").waitFor();
		assert.deepEqual(await axe(hub.page), []);
		await send(hub);
		await hub.page.waitForSelector(".incident-box.is-ACTIVE");
		await police.page.waitForSelector(".incident-box.is-ACTIVE");
		await platform.page.waitForSelector(".incident-box.is-ACTIVE, .incident.is-ACTIVE");
		assert.match(await row("PastePond").innerText(), /30:00[\s\S]*16:43:00/, "the small one has twice the time");
		assert.match(await row("Chirplet").innerText(), /15:00[\s\S]*16:28:00/);
		for (const org of ["AIRU", "DGO"])
			assert.match(await row(org).innerText(), /took part in the decision|none owed/);
	});

	row_of("15:40 to 21:00: people acknowledge, by keyboard and by their consoles; a service counts what it blocked", async () => {
		await at("15:40");
		await room(platform);
		await platform.page.evaluate((id) => (location.hash = `#/incident/${id}/ack`), incident);
		await platform.page.getByLabel("We are working on it").focus();
		await platform.keys("Space", "Control+Enter");
		await platform.page.getByText(/^Acknowledged\. Recorded as no\./).first().waitFor();
		const entries = async () => (await server.request("GET", "/api/entries?after=-1&limit=500", { credential: server.credential("HUB", "lead") })).json.entries;
		activation = (await entries()).find((e) => e.k === "M3.confirm");
		const ack = async (time, who, commitment) => {
			await at(time);
			await acknowledge(who, activation, { incident, commitment, now });
		};
		await ack("15:55", "BFP/duty officer", "seen");
		await ack("16:10", "Chirplet/night responder", "working");
		await ack("16:40", "CDA/duty officer", "seen");
		await ack("17:00", "GameNest/night responder", "working");
		await ack("18:20", "OSF/duty officer", "seen");
		await at("20:00");
		const item = (await entries()).find((e) => e.k === "M6.share").message.body.items.find((x) => x.hash_type === "PDQ");
		await machine("LoopReel/night responder", "M7.match_count", { about: item.item_id, typed: { "body.count": "14", "body.distance": "12" } });
		await ack("21:00", "LoopReel/night responder", "working");
		await row("LoopReel").locator("td.is-person").waitFor();
		await hub.page.locator(".signal", { hasText: "14 matches" }).waitFor();
		assert.match(await hub.page.locator(".matrix-sum").innerText(), /1 owes an answer\s+7 of 8 acknowledged by a person/);
	});

	row_of("30:00: whoever has not looked is called by telephone, and the others are left alone", async () => {
		await at("30:00");
		await row("PastePond").waitFor();
		assert.match(await row("PastePond").innerText(), /15:00[\s\S]*16:43:00/, "its own time runs on");
		await hub.page.locator(".matrix .ways-row", { hasText: /phone/i }).first().waitFor();
		assert.equal(await row("Chirplet").locator("td.is-person").count(), 1);
	});

	row_of("32:00 to 35:30: a removal order of four eyes; the hour has its end on every screen that may see it", async () => {
		await at("32:00");
		const form = { ...annexOne("XA", "AIRU", "PastePond", "XA", "https://pastepond.example/f/q7Zt"), order_reference: "AIRU-RO-1" };
		const says = async (who, type, body) => {
			const r = await server.request("POST", "/api/messages", { credential: server.credential(...who.split("/")), body: message(type, body,
				{ legal_basis: [{ act: "TCO", article: type === "M10" ? "3(1)" : "14(1)" }], personal_data: { level: type === "M10" ? "limited" : "none", categories: [] } }) });
			assert.equal(r.status, 200, `${type} by ${who}: ${r.text}`);
			return r.json.id;
		};
		order = await says("AIRU/duty officer", "M10", { step: "draft", order: form });
		const check = await says("AIRU/duty officer", "M18", { step: "check", intended_action: "removal_order", order_ref: order, planned_at: new Date(now + 210_000).toISOString(),
			answer_by: new Date(now + 200_000).toISOString() });
		await at("33:30");
		await says("HUB/deconfliction officer", "M18", { step: "answer", check_ref: check, answer: "clear" });
		await at("35:00");
		await says("AIRU/second officer", "M10", { step: "certify", order_ref: order, certified: order });
		await at("35:30");
		const { page, keys } = police;
		await page.evaluate((id) => (location.hash = `#/order/${id}`), order);
		await page.waitForSelector(".order-box.is-CERTIFIED");
		await keys("Control+Enter");
		await send(police);
		await page.waitForSelector(".order-box.is-ISSUED, .order-box.is-DELIVERED");
		assert.equal(await platform.page.locator("nav").getByText("Orders").count(), 0, "no other service knows of it");
	});

	row_of("38:10: the owner answers for the activation and the order; 40:00: everybody has, and the auditor was shown nothing of it", async () => {
		await at("38:10");
		await acknowledge("PastePond/owner", activation, { incident, commitment: "working", now });
		await row("PastePond").locator("td.is-person").waitFor();
		assert.match(await hub.page.locator(".matrix-sum").innerText(), /0 owe an answer\s+8 of 8 acknowledged by a person/);
		await at("40:00");
		await platform.page.evaluate(() => (location.hash = "#/"));
		await platform.page.waitForSelector("main.board");
		for (const who of [platform, police, hub])
			assert.deepEqual(await axe(who.page), []);
		assert.equal(await auditor.page.locator(".threat, .incident").count(), 0);
		assert.doesNotMatch(await auditor.page.locator("body").innerText(), /market hall|marketwalker/);
		for (const who of [platform, police, hub, auditor])
			assert.deepEqual(who.violations, []);
	});
});
