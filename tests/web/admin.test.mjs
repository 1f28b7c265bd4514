/* Administration at the console, against a real server: a role takes two administrators, the second of whom sees what the first has said;
 * a key is made in the page, shown once, and works; a session is ended; hub and operator suspend an organisation; a mandate by
 * administrator and data protection officer; a legal hold; how the alarms are doing. */

import assert from "node:assert/strict";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { press, reach } from "./keyboard.mjs";
import { Member } from "../integration/lib/member.mjs";
import { m4, message, scenarioTime } from "../integration/lib/messages.mjs";
import { Server, tocsind } from "../integration/lib/server.mjs";
import { Witness } from "../integration/lib/witness.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;
const UNKNOWN = "01890000-0000-7000-8000-00000000abcd";
const SHOTS = process.env.TOCSIN_SHOTS;

describe("administration", { skip: why }, () => {
	let server, browser, admin, second, hub, dpo, operator;
	const at = async (org, title, options) => {
		const who = await person(browser, { origin: server.url, ...options });
		await startShift(who, server.credential(org, title).sign_in);
		return who;
	};

	before(async () => {
		server = await Server.start();
		browser = await launch();
		[admin, second, hub, dpo, operator] = await Promise.all([at("AIRU", "admin", { theme: "dark" }), at("AIRU", "second admin", { theme: "light", settings: { language: "de" },
			width: 390, height: 844 }), at("HUB", "admin", { theme: "light" }), at("HUB", "data protection officer", { theme: "dark" }), at("OPS", "admin", { theme: "dark" })]);
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	const shot = async ({ page }, name) => SHOTS && page.screenshot({ path: path.join(SHOTS, `admin-${name}.png`), fullPage: true });
	const clean = async (...all) => {
		for (const who of all)
			assert.deepEqual(await axe(who.page), []);
	};
	const open = async ({ page }, part) => {
		await page.evaluate((h) => (location.hash = h), `#/admin/${part}`);
		await page.waitForSelector(`main.admin .tabs a[href="#/admin/${part}"][aria-current]`);
	};
	/** The form that is open: check, then send. */
	const send = async ({ page, keys }, back = "main.admin") => {
		await keys("Control+Enter");
		await page.waitForSelector("main.check").catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
		await keys("Control+Enter");
		await page.waitForSelector(back).catch(async () => {
			throw new Error(await page.locator("main").innerText());
		});
	};

	test("a role takes two: the first one asks, the second one reads just that and confirms", async () => {
		const { page, keys } = admin;
		await press(page, /^Administration$/);
		await page.waitForSelector("main.admin");
		await open(admin, "people");
		const row = page.locator("tbody tr").filter({ has: page.locator("th", { hasText: "liaison officer" }) });
		await clean(admin);
		await shot(admin, "people-dark");
		await press(page, /^Grant roles: liaison officer/);
		await page.waitForSelector("main.compose form");
		await keys("Control+Enter");
		await page.locator('[id="f-body.roles-error"]').waitFor();
		assert.equal(await page.getByRole("checkbox", { name: "crisis responder" }).count(), 0, "a role that may not be held there is not offered");
		await page.getByRole("checkbox", { name: "duty officer" }).check();
		await clean(admin);
		await send(admin);
		await open(admin, "waiting");
		await page.getByText("You said it first").waitFor();
		assert.equal(await page.getByRole("button", { name: /^Confirm/ }).count(), 0);
		assert.ok(!(await row.count()) || !/duty officer/.test(await row.innerText()));
		await second.page.getByRole("link", { name: /Verwaltung\s*1/ }).waitFor();
		await press(second.page, /^Verwaltung/);
		await second.page.waitForSelector("main.admin .pending");
		assert.match(await second.page.locator(".pending").innerText(), /Rollen geben[\s\S]*Diensthabend|Rollen geben[\s\S]*Dienst/);
		await clean(second);
		await shot(second, "waiting-phone-de");
		await press(second.page, /^Bestätigen: /);
		await second.page.getByText("Nichts wartet.").waitFor();
		await open(admin, "people");
		await row.locator(".role", { hasText: "duty officer" }).waitFor();
	});

	test("a key is made in the page, shown once, works, is replaced and revoked; nothing of it is kept", async () => {
		const { page } = admin;
		await open(admin, "keys");
		await page.getByRole("radio", { name: "key for a program" }).check();
		await page.locator("#key-person").selectOption({ label: "duty officer" });
		await reach(page, /^Make it$/);
		await page.keyboard.press("Enter");
		const secret = await page.locator(".secret code").innerText();
		assert.match(secret, /^toc_[A-Za-z0-9_-]{43}$/);
		await clean(admin);
		await shot(admin, "key-dark");
		const me = await server.request("GET", "/api/me", { credential: { api_key: secret } });
		assert.equal(me.status, 200, me.text);
		assert.equal(me.json.you.title ?? "duty officer", "duty officer");
		await press(page, /^I have put it away$/);
		assert.ok(!(await page.content()).includes(secret) && !JSON.stringify(await page.evaluate(() => ({ ...localStorage, ...sessionStorage }))).includes(secret));
		/* of the person's keys the one made here ends first */
		const rows = page.locator("tbody tr").filter({ has: page.locator("th", { hasText: /^duty officer$/ }) }).filter({ has: page.getByRole("button", { name: /^Revoke/ }) });
		const old = await rows.count();
		await press(page, /^Replace: duty officer, key for a program/);
		await page.locator(".secret code").waitFor();
		await press(page, /^I have put it away$/);
		await rows.nth(old).waitFor(); // one more
		for (let n = old + 1; n > 0; n--) {
			await rows.first().getByRole("button", { name: /^Revoke/ }).click();
			await page.getByRole("button", { name: /^Revoke it now/ }).click();
			await page.waitForFunction((left) => [...document.querySelectorAll("tbody tr")].filter((r) => r.querySelector("th")?.textContent === "duty officer" && r.querySelector(
				"button.danger-quiet")).length === left, n - 1);
		}
		assert.equal((await server.request("GET", "/api/me", { credential: { api_key: secret } })).status, 401);
	});

	test("a session is ended, and whoever sat there is shown out", async () => {
		const victim = await at("AIRU", "second officer", {});
		const { page } = admin;
		await open(admin, "sessions");
		const row = page.locator("tbody tr").filter({ has: page.locator("th", { hasText: "second officer" }) });
		await row.getByRole("button", { name: /^End/ }).click();
		await clean(admin);
		await row.getByRole("button", { name: /^End it now/ }).click();
		await victim.page.waitForSelector(".sign-in");
		await row.waitFor({ state: "detached" });
		await shot(admin, "sessions-dark");
		await victim.context.close();
	});

	/** What an administrator's console says without a form; @returns the answer */
	const says = ({ page }, type, body) => page.evaluate((m) => fetch("/api/messages", { method: "POST", headers: { "content-type": "application/json", "x-tocsin": "1" },
		body: JSON.stringify(m) }).then((r) => r.json()), message(type, body, { mode: "system", exercise_ref: undefined, precedence: "routine", ack_required: false, personal_data: { level: "none",
			categories: [] }, legal_basis: [], sent_at: new Date().toISOString() }));
	const personOf = async (org, title) => (await server.request("GET", "/api/me", { credential: server.credential(org, title) })).json.you.person;
	const digest = (text) => createHash("sha256").update(text).digest("hex");
	const issue = (of, org, kind, days) => {
		const secret = kind === "api_key" ? `toc_${randomBytes(32).toString("base64url")}` : randomBytes(32).toString("base64url");
		return { secret, body: { step: "issue", credential: randomUUID(), person: of, org, kind, sha256: digest(secret), expires: new Date(Date.now() + days * 86_400_000).toISOString() } };
	};

	test("all sessions of a person are ended at once; or their others, in the settings, by themselves", async () => {
		const { page } = admin;
		const of = await personOf("AIRU", "deconfliction officer");
		const seats = [];
		const sit = async () => {
			const { secret, body } = issue(of, "AIRU", "sign_in", 1);
			assert.equal((await says(admin, "credential", body)).op, "accepted");
			const seat = await person(browser, { origin: server.url });
			await startShift(seat, `${server.url}/#sign-in=${secret}`);
			seats.push(seat);
			return seat;
		};
		for (let n = 0; n < 3; n++)
			await sit();
		const [mine, left, lost] = seats;
		await mine.page.evaluate(() => (location.hash = "#/settings"));
		await press(mine.page, /^End all others/);
		await press(mine.page, /^End them now/);
		await Promise.all([left, lost].map((x) => x.page.waitForSelector(".sign-in")));
		await mine.page.getByText("Your other sessions have ended.").first().waitFor();
		await mine.page.locator(".pill.is-live").waitFor();
		await press(mine.page, /^End all others/);
		await press(mine.page, /^End them now/);
		await mine.page.getByText("no session is open but the one").waitFor(); // refused: there is nothing to end
		await clean(mine);
		const again = await sit();
		await open(admin, "sessions");
		await page.getByRole("button", { name: "End all 2 sessions: deconfliction officer" }).click();
		await clean(admin);
		await page.getByRole("button", { name: /^End all of them now/ }).click();
		await Promise.all([mine, again].map((x) => x.page.waitForSelector(".sign-in")));
		await page.locator("tbody tr", { hasText: "deconfliction officer" }).first().waitFor({ state: "detached" });
		for (const x of seats) {
			assert.deepEqual(x.violations, []);
			await x.context.close();
		}
	});

	test("a key that ends soon is said where administration is entered, and at its place; a replaced one is not", async () => {
		const { page } = admin;
		const { body } = issue(await personOf("AIRU", "gateway"), "AIRU", "api_key", 5);
		assert.equal((await says(admin, "credential", body)).op, "accepted");
		await open(admin, "keys");
		await page.getByText("1 key ends within 14 days").waitFor();
		await page.locator(".tabs [aria-label='1 key ends within 14 days']").waitFor();
		await clean(admin);
		await page.locator("tbody tr", { hasText: "ends soon" }).filter({ hasText: "gateway" }).first().getByRole("button", { name: /^Replace/ }).click();
		await page.locator(".secret code").waitFor();
		await page.getByText("1 key ends within 14 days").waitFor({ state: "detached" });
		await press(page, /^I have put it away$/);
	});

	test("hub and operator suspend an organisation, each at their console; everybody's directory says so", async () => {
		await open(hub, "organisations");
		await clean(hub);
		await shot(hub, "organisations-light");
		await press(hub.page, /^Suspend: LoopReel/);
		await hub.page.waitForSelector("main.compose form");
		await send(hub);
		await open(operator, "waiting");
		await operator.page.getByRole("button", { name: /^Confirm: .*LoopReel/ }).waitFor();
		await press(operator.page, /^Confirm: .*LoopReel/);
		await operator.page.getByText("Nothing waits.").waitFor();
		await open(admin, "organisations");
		await admin.page.locator("tbody tr", { hasText: "LoopReel" }).getByText("suspended").waitFor();
	});

	test("a mandate by administrator and data protection officer; what is wrong stands at its field", async () => {
		const { page, keys } = hub;
		const bfp = await Member.connect(server, "BFP", "duty officer");
		const { incident } = await bfp.send(message("M1", {
			step: "report", headline: "A matter to be audited", ongoing: "yes", online_component: ["live"], producer: "perpetrator", event_time: { from: scenarioTime(bfp).toISOString(), precision: "minutes" },
			event_place: { cc: "XA" }, criteria: ["real_world_event", "harm_shown", "intimidation", "terrorism_link", "virality"].map((code) => ({ code, answer: "unknown" })), victims_visible: "unknown",
			minor_involved: "unknown",
		}, { precedence: "priority", ack_required: false, personal_data: { level: "none", categories: [] }, audience: ["HUB"] }));
		bfp.close();
		await open(hub, "mandates");
		await press(page, /^Grant a mandate$/);
		await page.waitForSelector("main.compose form");
		await page.locator('[id="f-body.auditor"]').selectOption("FRP");
		await keys("Control+Enter");
		await page.locator(".error, .box-red").first().waitFor();
		await page.getByRole("checkbox", { name: /^AIRU/ }).check();
		await page.locator('[id="f-body.incidents"]').fill("nothing of the kind");
		await keys("Control+Enter");
		await page.locator('[id="f-body.incidents-error"]').waitFor();
		await page.locator('[id="f-body.incidents"]').fill(`${UNKNOWN}\n`);
		await keys("Control+Enter");
		await page.locator('[id="f-body.incidents-error"]', { hasText: "there is no such thing" }).waitFor();
		await page.locator('[id="f-body.incidents"]').fill(`${incident}\n`);
		await page.getByRole("checkbox", { name: "LANTERN" }).check();
		await page.reload(); // nothing typed is lost
		await page.waitForSelector("main.compose form");
		assert.equal(await page.locator('[id="f-body.incidents"]').inputValue(), `${incident}\n`);
		await send(hub);
		await open(dpo, "waiting");
		await dpo.page.locator(".pending", { hasText: "Grant a mandate" }).waitFor();
		await clean(dpo);
		await press(dpo.page, /^Confirm: Grant a mandate FRP/);
		await dpo.page.getByText("Nothing waits.").waitFor();
		await open(hub, "mandates");
		await page.locator("li.card", { hasText: "AIRU" }).first().waitFor();
		assert.match(await page.locator("li.card", { hasText: incident }).innerText(), /Single incidents[\s\S]*Whole exercises: LANTERN/);
		await clean(hub);
	});

	test("a witness of the log: by keyboard alone from the form to what it does; a second administrator confirms; it is seen by all, replaced, given up by one", async () => {
		const { page, keys } = admin;
		const key = Witness.fresh("aldmere.example/witness/AIRU"), row = page.locator("tbody tr", { has: page.locator("th", { hasText: "AIRU" }) });
		await open(admin, "witnesses");
		await clean(admin);
		await reach(page, /^Register another key$/);
		await keys("Enter");
		await page.waitForSelector("main.compose form");
		await page.locator('[id="f-body.vkey"]').focus();
		await page.keyboard.insertText("no key");
		await keys("Tab");
		await page.keyboard.insertText("A".repeat(86));
		await keys("Control+Enter");
		await page.locator('[id="f-body.vkey-error"]').waitFor();
		await page.locator('[id="f-body.vkey"]').fill(key.vkey);
		await page.locator('[id="f-body.possession"]').fill(Witness.fresh("another").possession("AIRU"));
		await keys("Control+Enter");
		await page.locator('[id="f-body.possession-error"]').waitFor();
		await clean(admin);
		await page.locator('[id="f-body.possession"]').fill(key.possession("AIRU"));
		await keys("Control+Enter");
		await page.waitForSelector("main.check");
		await page.getByText(key.vkey).first().waitFor();
		await clean(admin);
		await shot(admin, "witness-check-dark");
		await keys("Control+Enter");
		await page.waitForSelector("main.admin");
		await open(admin, "witnesses");
		assert.match(await row.innerText(), /localhost\/witness\/AIRU/, "nothing is in force yet: it is the one before");
		await open(second, "waiting");
		await second.page.locator(".pending", { hasText: key.vkey }).waitFor();
		await clean(second);
		await press(second.page, /^Bestätigen: Einen Zeugenschlüssel eintragen AIRU/);
		await second.page.getByText("Nichts wartet.").waitFor();
		await row.locator("code", { hasText: key.id.toString("hex") }).waitFor();
		await clean(admin);
		await shot(admin, "witnesses-dark");
		await open(operator, "witnesses");
		await operator.page.locator("tbody tr", { hasText: key.name }).waitFor();
		assert.equal(await operator.page.getByRole("link", { name: "Give up the witness key" }).count(), 0, "another's is not offered");
		await press(page, /^Give up the witness key$/);
		await page.waitForSelector("main.check");
		await page.getByText(key.vkey).first().waitFor();
		await clean(admin);
		await keys("Control+Enter");
		await page.waitForSelector("main.admin");
		await row.waitFor({ state: "detached" });
	});

	test("a hold on a person; the rules; and how the alarms are doing, which only who reads them sees", async () => {
		const { page } = dpo;
		await open(dpo, "holds");
		await press(page, /^Set a legal hold$/);
		await page.waitForSelector("main.compose form");
		await page.locator('[id="f-body.subject"]').getByLabel("person").check();
		await page.locator('[id="f-body.subject_ref"]').fill("42");
		await page.getByRole("checkbox", { name: /R-AUDIT/ }).check();
		await page.locator('[id="f-body.basis"]').fill("case 7/31");
		await dpo.keys("Control+Enter");
		await page.locator('[id="f-body.subject_ref-error"]').getByText("36 characters").waitFor();
		const who = (await server.request("GET", "/api/me", { credential: server.credential("HUB", "lead") })).json.you.person;
		await page.locator('[id="f-body.subject_ref"]').fill(who);
		await send(dpo);
		await open(dpo, "holds");
		await page.locator("li.card", { hasText: "case 7/31" }).getByText("held", { exact: true }).waitFor();
		await clean(dpo);
		await open(admin, "rules");
		await admin.page.getByText("Aldmere (XA)").first().waitFor();
		await clean(admin);
		await server.request("POST", "/api/messages", { credential: server.credential("CELL", "controller"), body: message("exercise", { step: "clock", action: "run", rate_milli: 1000 },
			{ sent_at: new Date().toISOString() }) });
		const harbor = await Member.connect(server, "StreamHarbor", "night responder");
		assert.equal((await harbor.send(m4(harbor))).op, "accepted");
		await harbor.close();
		const officer = await at("AIRU", "liaison officer", { theme: "light" });
		await open(officer, "health");
		await officer.page.locator("section", { hasText: "EXERCISE" }).locator("dl.figures > div", { hasText: /^Standing\s*1$/ }).first().waitFor();
		await clean(officer);
		await shot(officer, "health-light");
		for (const one of [admin, second, hub, dpo, operator, officer])
			assert.deepEqual(one.violations, []);
	});
});
