/* Bad days at the console, against a real server: rights are taken while a form is open; the session is ended with words typed; the server is
 * started anew in the middle of a form. Each time the person is told, nothing more is shown than may be, and nothing typed is lost. Others
 * are elsewhere: somebody was first, two tabs, a slow server (night), a refusal at its field, an answer that was lost (incident), a clock that is
 * wrong, ten minutes of sleep (console). */

import assert from "node:assert/strict";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { atConsole } from "../integration/lib/audit.mjs";
import { Member } from "../integration/lib/member.mjs";
import { m4, message } from "../integration/lib/messages.mjs";
import { freePort, Server, tocsind } from "../integration/lib/server.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;
const WORDS = "Copies of the stream on three services.";

describe("bad days", { skip: why }, () => {
	let server, browser, officer, admin, second;
	const at = async (org, title, options) => {
		const who = await person(browser, { origin: server.url, ...options });
		await startShift(who, server.credential(org, title).sign_in);
		return who;
	};

	before(async () => {
		server = await Server.start({ port: await freePort() });
		const r = await server.request("POST", "/api/messages", { credential: server.credential("CELL", "controller"), body: message("exercise", { step: "clock", action: "run", rate_milli: 1000 },
			{ sent_at: new Date().toISOString() }) });
		assert.equal(r.status, 200, r.text);
		browser = await launch();
		[officer, admin, second] = await Promise.all([at("AIRU", "second officer", {}), atConsole(server, "AIRU", "admin"), atConsole(server, "AIRU", "second admin")]);
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	const system = (type, body, more = {}) => message(type, body, { mode: "system", exercise_ref: undefined, precedence: "routine", ack_required: false, personal_data: { level: "none", categories: [] },
		legal_basis: [], ...more });
	const headline = ({ page }) => page.locator('[id="f-body.headline"]');
	const form = async (who) => {
		for (const [hash, there] of [["#/", "main.board"], ["#/say/M1.report", "main .mode-choice"]]) {
			await who.page.evaluate((h) => (location.hash = h), hash);
			await who.page.locator(there).waitFor();
		}
	};
	async function write(who) {
		await form(who);
		await who.page.getByRole("button", { name: /EXERCISE: it belongs to LANTERN/ }).click();
		await headline(who).fill(WORDS);
	}
	/** The form again, with what was typed in it. */
	async function still(who) {
		await form(who);
		await who.page.getByRole("button", { name: /EXERCISE: it belongs to LANTERN/ }).click();
		await headline(who).waitFor();
		assert.equal(await headline(who).inputValue(), WORDS);
	}
	const harborSays = async () => {
		const harbor = await Member.connect(server, "StreamHarbor", "night responder");
		const answer = await harbor.send(m4(harbor));
		await harbor.close();
		assert.equal(answer.op, "accepted", JSON.stringify(answer));
	};

	test("rights are taken while a form is open: it is said, what may not be read is gone, what was typed is there", async () => {
		const { page } = officer;
		await harborSays();
		await page.locator("main.board .threat").first().waitFor();
		await write(officer);
		const me = (await server.request("GET", "/api/me", { credential: server.credential("AIRU", "second officer") })).json.you;
		assert.ok(me.roles.includes("duty_officer") && me.roles.length > 1, me.roles.join());
		const body = { step: "revoke", org: "AIRU", person: me.person, roles: ["duty_officer"] };
		const first = await admin.send(system("role", body));
		assert.equal((await second.send(system("role", body, { supersedes: first.id }))).op, "accepted");
		await page.getByText("Your rights have changed.").first().waitFor();
		await page.locator(".pill.is-live").waitFor();
		await still(officer);
		assert.ok(await page.getByRole("alert").filter({ hasText: "Your rights have changed." }).count(), "and what else there is to say does not take its place");
		await harborSays();
		await page.evaluate(() => (location.hash = "#/"));
		await page.locator("main.board").waitFor();
		assert.equal(await page.locator("main.board .threat").count(), 0, "neither the one from before nor the new one");
		assert.deepEqual(await axe(page), []);
		assert.deepEqual(officer.violations, []);
	});

	test("the server is started anew in the middle of a form: the pill says so, it comes back by itself, the words are there and can be sent", async () => {
		const { page } = officer;
		await write(officer);
		const { port, state } = server;
		await server.stop({ keep: true });
		await page.locator(".pill:not(.is-live)").waitFor();
		await page.locator(".submit-bar button[type=submit][aria-disabled=true]").waitFor();
		await headline(officer).fill(`${WORDS} More.`); // written on, meanwhile
		server = await Server.start({ state, port });
		server.own = true; // to be tidied up in the end
		await page.locator(".pill.is-live").waitFor();
		assert.equal(await headline(officer).inputValue(), `${WORDS} More.`);
		await page.locator(".submit-bar button[type=submit][aria-disabled=false]").waitFor();
		await headline(officer).fill(WORDS);
		assert.deepEqual(officer.violations, []);
	});

	test("the session is ended with words typed: it is said why that may be, and after signing in again the words are there", async () => {
		const { page } = officer;
		const me = (await server.request("GET", "/api/me", { credential: server.credential("AIRU", "second officer") })).json.you;
		assert.equal((await admin.send(system("credential", { step: "end_sessions", org: "AIRU", person: me.person }))).op, "accepted");
		await page.getByRole("alert").filter({ hasText: "Your session has ended." }).waitFor();
		assert.ok(!(await page.locator("body").innerText()).includes(WORDS), "whoever sits there now reads nothing of it");
		assert.deepEqual(await axe(page), []);
		const token = randomBytes(32).toString("base64url");
		assert.equal((await admin.send(system("credential", { step: "issue", credential: randomUUID(), person: me.person, org: "AIRU", kind: "sign_in",
			sha256: createHash("sha256").update(token).digest("hex"), expires: new Date(Date.now() + 3_600_000).toISOString() }))).op, "accepted");
		const next = await officer.context.newPage(); // of the same browser, which has kept them
		await startShift({ page: next }, `${server.url}/#sign-in=${token}`);
		await page.close();
		await still({ page: next });
		assert.deepEqual(officer.violations, []);
	});
});
