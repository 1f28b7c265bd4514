/* The audit explorer, against a real server: a question needs a mandate and a purpose and is on record before it is answered; rows are what
 * is on record, and each entry is proven by the browser itself, which rejects a proof that was bent; what an organisation knew; pages; files. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { press } from "./keyboard.mjs";
import { atConsole, grantMandate } from "../integration/lib/audit.mjs";
import { Member } from "../integration/lib/member.mjs";
import { LANTERN, m4, m5, message } from "../integration/lib/messages.mjs";
import { Server, tocsind, until } from "../integration/lib/server.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;
const SHOTS = process.env.TOCSIN_SHOTS;

describe("the audit explorer", { skip: why }, () => {
	let server, browser, auditor, dpo, reader, sent, mandate;

	before(async () => {
		server = await Server.start();
		await server.request("POST", "/api/messages", { credential: server.credential("CELL", "controller"), body: message("exercise", { step: "clock", action: "run", rate_milli: 1000 },
			{ sent_at: new Date().toISOString() }) });
		const harbor = await Member.connect(server, "StreamHarbor", "night responder");
		sent = await harbor.send(m4(harbor));
		assert.equal(sent.op, "accepted", JSON.stringify(sent));
		const officer = await Member.connect(server, "AIRU", "duty officer", { from: -1 });
		assert.equal((await officer.send(m5(officer, "ack", sent.case))).op, "accepted");
		await Promise.all([harbor.close(), officer.close()]);
		mandate = await grantMandate(await atConsole(server, "HUB", "admin"), await atConsole(server, "HUB", "data protection officer"), { orgs: ["AIRU", "StreamHarbor"] });
		browser = await launch();
		const at = async (org, title, options) => {
			const who = await person(browser, { origin: server.url, ...options });
			await startShift(who, server.credential(org, title).sign_in);
			return who;
		};
		[auditor, dpo, reader] = await Promise.all([at("FRP", "auditor", { theme: "dark", width: 1400 }), at("AIRU", "data protection officer", { theme: "light", width: 390, height: 844,
			settings: { language: "de" } }), at("AIRU", "liaison officer", { theme: "light" })]);
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	const shot = async ({ page }, name) => SHOTS && page.screenshot({ path: path.join(SHOTS, `audit-${name}.png`), fullPage: true });
	const clean = async ({ page }) => {
		await page.evaluate(() => scrollTo(0, 0)); // a button half below the head of the page has half its size, for a moment
		assert.deepEqual(await axe(page), []);
	};

	test("without a purpose nothing is asked; then the question is on record, and its rows are what is on record", async () => {
		const { page, keys } = auditor;
		await press(page, /^Audit$/);
		await page.waitForSelector("main.audit form");
		// whoever audits the demonstration finds a mandate for each exercise
		await page.locator("#audit-mandate option", { hasText: "LANTERN: a live-streamed attack" }).waitFor({ state: "attached" });
		await keys("Control+Enter");
		await page.waitForFunction(() => document.activeElement?.id === "audit-mandate"); // of several one is chosen
		await page.locator("#audit-mandate").selectOption(mandate);
		await keys("Control+Enter");
		await page.locator("#audit-purpose-error").waitFor();
		await page.waitForFunction(() => document.activeElement?.id === "audit-purpose");
		await clean(auditor);
		await page.keyboard.type("Was it in time?");
		await page.locator("#p-exercise").selectOption(LANTERN);
		await keys("Control+Enter");
		await page.locator(".audit-result .proof.is-good", { hasText: "What came is what is on record" }).waitFor();
		const row = page.locator(".audit-table tbody tr").filter({ hasText: "M4.send" });
		assert.equal(await row.count(), 1);
		await page.locator("section", { hasText: "What was asked" }).last().locator("tbody tr", { hasText: "Was it in time?" }).waitFor();
		await clean(auditor);
	});

	test("an entry is proven by the browser itself, for an auditor and for who reads it; a proof that was bent is found out", async () => {
		const check = async ({ page }, k) => {
			const row = page.locator(".audit-table tbody tr").filter({ hasText: k }).first();
			await row.getByRole("button", { name: /^Check no\./ }).click();
			await row.locator(".proof").waitFor();
			return row.locator(".proof").innerText();
		};
		await until(async () => Number((await server.request("GET", "/log/checkpoint", { credential: server.credential("AIRU", "liaison officer") })).text.split("\n")[1]) > sent.seq, "a checkpoint of it");
		assert.match(await check(auditor, "M4.send"), /^proven in a log of \d+$/);
		const { page, keys } = reader;
		await page.evaluate(() => (location.hash = "#/audit"));
		await page.waitForSelector("main.audit form");
		await page.locator("#audit-purpose").fill("Is it in the log?");
		await page.locator("#p-exercise").selectOption(LANTERN);
		await keys("Control+Enter");
		await page.locator(".audit-result .proof.is-good").first().waitFor();
		assert.match(await check(reader, "M4.send"), /^proven in a log of \d+$/);
		await page.route("**/log/proof/*", async (route) => {
			const answer = await route.fetch();
			const text = await answer.text();
			await route.fulfill({ response: answer, body: text.replace(/^index (\d+)\n(.)/m, (_, n, c) => `index ${n}\n${c === "A" ? "B" : "A"}`) });
		});
		assert.match(await check(reader, "M5.ack"), /does not lead to the root/);
		await page.unroute("**/log/proof/*");
		/* a good proof, and its checkpoint leads nowhere from the one that this browser holds */
		await page.route("**/log/consistency/*", async (route) => {
			const answer = await route.fetch();
			const frame = await answer.json();
			await route.fulfill({ response: answer, json: { ...frame, proof: [...frame.proof, "A".repeat(43) + "="] } });
		});
		assert.match(await check(reader, "M19.machine"), /does not believe/);
		await page.unroute("**/log/consistency/*");
		await clean(reader);
		await shot(reader, "proof-light");
		await shot(auditor, "dark");
	});

	test("it is taken away as files, by keyboard: lines, a table, a report, a bundle that proves itself; each is what is on record", async () => {
		const { page } = auditor, dir = mkdtempSync(path.join(tmpdir(), "audit-files-"));
		try {
			for (const [name, ending, fits, known] of [
				["Save as JSON Lines", "jsonl", (file) => assert.match(readFileSync(file, "utf8"), /^\{.*"k":"M4\.send"[^]*"complete":true/m), true],
				["Save as CSV", "csv", (file) => assert.match(readFileSync(file, "utf8"), /^"seq",[^]*"M4\.send"/), true],
				["Save as report (PDF)", "pdf", (file) => assert.match(execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" }), /From the record: timeline[^]*Was it in time\?[^]*M4\.send/), true],
				["Save as evidence bundle", "tar", (file) => {
					execFileSync("tar", ["-xf", file, "-C", dir]);
					assert.match(execFileSync("sh", [path.join(dir, "evidence", "verify.sh")], { encoding: "utf8" }), /IT HOLDS/);
					assert.ok(existsSync(path.join(dir, "evidence", "entries", String(sent.seq), "leaf")));
				}, false]]) {
				await page.getByRole("button", { name, exact: true }).focus();
				const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
				const file = path.join(dir, download.suggestedFilename());
				assert.match(path.basename(file), new RegExp(`^(timeline|evidence)-\\d+[.]${ending}$`));
				await download.saveAs(file);
				fits(file);
				await page.locator(known ? ".audit-result .proof.is-good" : ".audit-result .muted", { hasText: `Saved: ${path.basename(file)}${known ? " · it is what is on record" : " · verify.sh in it checks it"}` }).waitFor();
			}
			await clean(auditor);
			await shot(auditor, "files-dark");
		} finally {
			rmSync(dir, { recursive: true });
		}
	});

	test("pages go on where the one before ended, of one ledger; what is not looked at yet, and why an answer ended, is said", async () => {
		const { page, keys } = auditor, asked = [];
		const answer = (head, rows, last) => {
			const lines = rows.map((r) => `${JSON.stringify(r)}\n`).join("");
			return [JSON.stringify({ query: "timeline", asked: 50, as_of: 44, whole: false, ...head }), `\n${lines}`, JSON.stringify({ count: rows.length, sha256: createHash("sha256").update(lines).digest("hex"), complete: false, ...last }), "\n"].join("");
		};
		await page.route("**/api/audit/timeline", (route) => {
			asked.push(route.request().postDataJSON().parameters);
			route.fulfill({ contentType: "application/jsonl", body: asked.at(-1).after ? answer({}, [{ seq: 41, k: "M5.ack" }], { error: "its time is over" }) : answer({ behind: 6 }, [{ seq: 41, k: "M4.send" }], { next: { after: "40", as_of: "44", skip: "1" } }) });
		});
		const shows = (words) => page.locator(".audit-result", { hasText: words }).waitFor();
		await keys("Control+Enter");
		await shows("The newest 6 entries are not in this yet");
		await clean(auditor);
		await page.getByRole("button", { name: "Next page" }).click();
		await shows("its time is over");
		assert.equal(await page.getByRole("button", { name: "Next page" }).count(), 0);
		await page.getByRole("button", { name: "Page before" }).click();
		await shows("The newest 6 entries are not in this yet");
		assert.equal(await page.getByRole("button", { name: "Page before" }).count(), 0);
		const of = asked.map(({ limit, after, as_of, skip }) => ({ limit, after, as_of, skip })), none = undefined;
		assert.deepEqual(of, [{ limit: "200", after: none, as_of: none, skip: none }, { limit: "200", after: "40", as_of: "44", skip: "1" }, { limit: "200", after: none, as_of: "44", skip: none }]);
		await page.unroute("**/api/audit/timeline");
	});

	test("a file that is refused, cut off or stopped is not saved, and it says why", async () => {
		const { page, keys } = auditor, failed = () => page.locator(".audit-result [role=alert]").innerText();
		const csv = page.getByRole("button", { name: "Save as CSV", exact: true });
		await page.route("**/api/audit/timeline", (route) => route.abort("connectionreset"));
		await csv.click();
		await until(async () => /Cut off before its end: nothing was saved/.test(await failed().catch(() => "")), "cut off");
		await page.unroute("**/api/audit/timeline");
		await page.route("**/api/audit/timeline", (route) => route.fulfill({ status: 503, contentType: "application/json", body: JSON.stringify({ op: "refused", code: "busy", detail: "too many questions" }) }));
		await csv.click();
		await until(async () => /too many questions/.test(await failed().catch(() => "")), "refused");
		await page.unroute("**/api/audit/timeline");
		await page.route("**/api/audit/timeline", () => {}); // it never comes
		await csv.click();
		await page.locator(".audit-result [role=status]", { hasText: "The file is being made" }).waitFor();
		await keys("Escape");
		await until(async () => /Stopped: nothing was saved/.test(await failed().catch(() => "")), "stopped");
		await page.unroute("**/api/audit/timeline");
	});

	test("what was typed is there again after a look elsewhere, and stands in no store of the browser", async () => {
		const { page, keys } = auditor;
		await page.evaluate(() => (location.hash = "#/"));
		await page.waitForSelector("main.audit", { state: "detached" });
		await page.evaluate(() => (location.hash = "#/audit"));
		await page.waitForSelector("main.audit form");
		assert.equal(await page.locator("#audit-purpose").inputValue(), "Was it in time?");
		const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
		assert.doesNotMatch(stored, /Was it in time|[.]audit"/);
		await page.locator("#p-exercise").selectOption(LANTERN);
		await keys("Control+Enter");
		await page.locator(".audit-result .proof.is-good", { hasText: "What came is what is on record" }).waitFor();
	});

	test("what did an organisation know at a time: asked by its form", async () => {
		const { page, keys } = auditor;
		await page.locator("#audit-query").selectOption("knew");
		await keys("Control+Enter");
		await page.locator("#p-org-error").waitFor();
		await page.locator("#p-org").selectOption("AIRU");
		await page.locator("#p-at").fill("2031-05-17T16:30:00");
		await page.locator("#p-exercise").selectOption(LANTERN);
		await keys("Control+Enter");
		await page.locator(".audit-table tbody tr", { hasText: "M4.send" }).first().waitFor();
		await clean(auditor);
		await shot(auditor, "knew-dark");
	});

	test("a data protection officer asks about the own part only, on a telephone, in German", async () => {
		const { page, keys } = dpo;
		await page.evaluate(() => (location.hash = "#/audit"));
		await page.waitForSelector("main.audit form");
		assert.equal(await page.locator("#audit-mandate").count(), 0);
		await page.locator("#audit-purpose").fill("Wer hat etwas angesehen?");
		await page.locator("#audit-query").selectOption("timeline");
		await keys("Control+Enter");
		await page.locator(".audit-result .proof", { hasText: "Was kam, ist, was verzeichnet ist" }).waitFor();
		await clean(dpo);
		await shot(dpo, "phone-de");
		for (const who of [auditor, dpo, reader])
			assert.deepEqual(who.violations, []);
	});
});
