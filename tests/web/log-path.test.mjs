/* The console does not believe its server: the log is checked in a real browser against a real server, and what is bent on the way,
 * or signed with the stolen key, is refused in plain sight. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { asAdministrator } from "../integration/lib/ledger.mjs";
import { forge, Log } from "../integration/lib/log.mjs";
import { Member } from "../integration/lib/member.mjs";
import { m4 } from "../integration/lib/messages.mjs";
import { Server, tocsind, until } from "../integration/lib/server.mjs";
import { Witness } from "../integration/lib/witness.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;

describe("the log in the browser", { skip: why }, () => {
	let server, browser, desk, platform, log, sent;
	const held = (page) => page.evaluate(() => JSON.parse(localStorage.getItem("tocsin.log") ?? "null"));
	const sizeOf = (kept) => Number(kept?.note.split("\n")[1] ?? 0);

	before(async () => {
		server = await Server.start();
		platform = await Member.connect(server, "StreamHarbor", "night responder");
		log = new Log(server, server.credential("AIRU", "duty officer"));
		sent = await platform.deliver(m4(platform));
		assert.equal(sent.op, "accepted", JSON.stringify(sent));
		browser = await launch();
		desk = await person(browser, { origin: server.url });
		await startShift(desk, server.credential("AIRU", "duty officer").sign_in);
	});
	after(async () => {
		await platform?.close();
		await browser?.close();
		await server?.stop();
	});

	test("checkpoints are checked as they come, and kept", async () => {
		const { page } = desk;
		await until(async () => sizeOf(await held(page)) > sent.seq, "a checkpoint with the threat in it");
		assert.equal((await held(page)).vkey, String((await log.get("vkey")).bytes).trim());
		const before = sizeOf(await held(page));
		await platform.deliver(m4(platform));
		await until(async () => sizeOf(await held(page)) > before, "the next one");
	});

	test("an entry is proven where it is read; a bent proof is refused in red, with the reason and a file to keep", async () => {
		const { page } = desk;
		await page.evaluate((id) => (location.hash = `#/threat/${id}`), sent.case);
		const line = page.locator(".timeline .tl-M4-send").first(), button = line.getByRole("button", { name: /Check the proof/ });
		await button.click();
		await line.locator(".log-good").waitFor();
		assert.match(await line.locator(".log-good").innerText(), /Proven: in the signed log of \d+ entries/);

		const bends = [
			[/does not lead to the signed log/, (text) => text.replace(/(\nindex \d+\n)(.)/, (_, a, b) => a + (b === "A" ? "B" : "A"))],
			[/not signed by audit\.localhost/, (text) => text.replace(/(\n— \S+ .{40})(.)/, (_, a, b) => a + (b === "A" ? "B" : "A"))],
			[/cannot be read/, () => "nonsense"],
		];
		for (const [reason, bend] of bends) {
			await page.route("**/log/proof/*", async (route) => {
				const answer = await route.fetch();
				await route.fulfill({ response: answer, body: bend(await answer.text()) });
			});
			await button.click();
			const bad = line.getByRole("alert");
			await bad.filter({ hasText: reason }).waitFor();
			assert.match(await bad.innerText(), /NOT PROVEN/);
			assert.equal(await line.locator(".log-good").count(), 0);
			await page.unroute("**/log/proof/*");
		}
		assert.deepEqual(await axe(page), []);
		const saving = page.waitForEvent("download");
		await line.getByRole("button", { name: "Save the evidence" }).click();
		const file = JSON.parse(readFileSync(await (await saving).path(), "utf8"));
		assert.deepEqual([file.entry.seq, file.why, file.log.vkey], [sent.seq, "malformed", (await held(page)).vkey]);
		await button.click();
		await line.locator(".log-good").waitFor(); // the true one still is
	});

	/** The page of the log, opened once more. */
	const anew = async (page) => {
		await page.evaluate(() => (location.hash = "#/"));
		await page.locator("main.board").waitFor();
		await page.evaluate(() => (location.hash = "#/log"));
	};

	test("the page says who vouches for it, each checked in the browser", async () => {
		const { page } = desk;
		await page.evaluate(() => (location.hash = "#/log"));
		await page.getByText("No member has vouched for it.").waitFor();
		const note = String((await log.get("checkpoint")).bytes);
		for (const org of ["HUB", "GameNest"]) {
			const w = Witness.read(server.credential(org, "gateway").witness_key);
			const r = await server.request("POST", "/api/cosign", { credential: server.credential(org, "gateway"), body: { line: w.line(note) } });
			assert.equal(r.status, 200, r.text);
		}
		await anew(page);
		await page.getByText(/2 members vouch for the first \d+ entries/).waitFor();
		await page.getByText(/checked: the log goes on from all that was seen here before/).waitFor();
		assert.deepEqual(await axe(page), []);
		await page.route("**/log/cosignatures", async (route) => {
			const answer = await route.fetch();
			await route.fulfill({ response: answer, body: (await answer.text()).replace(/(witness\/HUB .{60})(.)/, (_, a, b) => a + (b === "A" ? "B" : "A")) });
		});
		await anew(page);
		await page.getByRole("alert").filter({ hasText: /The signature of the witness localhost\/witness\/HUB is not good/ }).waitFor();
		await page.unroute("**/log/cosignatures");
	});

	test("a past that was signed with the stolen key is an alarm over every screen, that says whom to call, and stays", async () => {
		const { page } = desk;
		await page.evaluate(() => (location.hash = "#/"));
		/* at rest: the newest that there is, is here */
		await until(async () => sizeOf(await held(page)) === Number((await server.request("GET", "/log/checkpoint",
			{ credential: server.credential("HUB", "lead") })).text.split("\n")[1]), "the newest checkpoint is here");
		const kept = await held(page);
		const other = { vkey: kept.vkey, note: forge(server, await log.vkey(), sizeOf(kept)) };
		const alarm = page.locator(".log-alarm");
		for (const grows of [true, false]) {
			await page.goto(`${server.url}/api/schema/M4`); // the console is closed meanwhile
			const seen = grows ? { ...other, note: forge(server, await log.vkey(), sizeOf(kept) - 1) } : other;
			await page.evaluate((x) => localStorage.setItem("tocsin.log", JSON.stringify(x)), seen); // this browser has seen the other one
			await page.goto(`${server.url}/`);
			await alarm.waitFor();
		}
		assert.equal(await alarm.getAttribute("role"), "alert");
		assert.match(await alarm.innerText(), /THE RECORD DOES NOT ADD UP\. (There are two signed logs|The signed log of \d+ entries does not go on)/);
		assert.match(await alarm.innerText(), /Call the other members/);
		assert.ok(await alarm.locator("a[href^='tel:']").count() > 0, "telephone numbers");
		assert.deepEqual(await axe(page), []);
		await platform.deliver(m4(platform));
		await until(async () => (await held(page)).note === other.note, "the evidence stays");
		const saving = page.waitForEvent("download");
		await alarm.getByRole("button", { name: "Save the evidence" }).click();
		const file = JSON.parse(readFileSync(await (await saving).path(), "utf8"));
		assert.equal(file.alarm.held.note, other.note);
		assert.match(file.alarm.shown.note, /^audit\.localhost/);
		await page.evaluate(() => (location.hash = "#/log"));
		await page.getByRole("button", { name: /I was told why/ }).click();
		await alarm.waitFor({ state: "detached" });
		await until(async () => sizeOf(await held(page)) > 0 && (await held(page)).note !== other.note, "what the server shows is believed anew");
		assert.deepEqual(desk.violations, []);
	});

	test("a database that is behind what was published is an alarm in /readyz, in the log and over every console, whatever others have written since; and these go on", async () => {
		const { page } = desk, TABLES = ["entry", "sealed", "tip", "checkpoint", "tile"];
		const sql = (text) => asAdministrator(server, text), alarm = page.locator(".log-alarm");
		await page.evaluate(() => (location.hash = "#/"));
		await page.locator("main.board").waitFor();
		assert.equal(await alarm.count(), 0);
		await sql(`begin isolation level repeatable read; create schema safe; ${TABLES.map((t) => `create table safe.${t} as table ledger.${t}`).join("; ")}; commit`);
		const before = (await sql("select size from safe.tip"))[0].size;
		const lost = await platform.deliver(m4(platform, { text: "What the older copy does not have." }));
		await page.locator(`a[href="#/threat/${lost.case}"]`).first().waitFor();
		await until(async () => sizeOf(await held(page)) > lost.seq, "its checkpoint is here");
		await sql(`${[...TABLES, "cosignature", "time_stamp"].map((t) => `alter table ledger.${t} disable trigger all`).join("; ")};
			truncate ledger.cosignature, ledger.time_stamp, ledger.checkpoint, ${TABLES.filter((t) => t !== "checkpoint").map((t) => `ledger.${t}`).join(", ")};
			${TABLES.map((t) => `insert into ledger.${t} select * from safe.${t}`).join("; ")}`);
		assert.ok(before <= lost.seq);
		await until(() => /nothing is signed any more: /.test(server.log), "the signer says so in the log");
		await until(async () => { // 503 alone may be a keeper that is busy
			const r = await server.request("GET", "/readyz", { credential: server.credential("OPS", "admin") });
			return r.status === 503 && r.text.includes("not what was published");
		}, "/readyz says so");
		await alarm.waitFor();
		assert.match(await alarm.innerText(), /THE RECORD DOES NOT ADD UP\. (The server’s own signer has halted|This browser has seen entry \d+ of this server, which now has fewer)/); // which comes first
		await page.locator(`a[href="#/threat/${lost.case}"]`).first().waitFor({ state: "detached" }); // what the server does not have is on no screen
		assert.deepEqual(await axe(page), []);
		const saving = page.waitForEvent("download");
		await alarm.getByRole("button", { name: "Save the evidence" }).click();
		const file = JSON.parse(readFileSync(await (await saving).path(), "utf8"));
		assert.match(file.alarm.code, /^(halted|ahead)$/);
		assert.ok(sizeOf(file.alarm.held) > lost.seq, "what was published, as it was signed, is in the evidence");
		await until(async () => (await server.request("GET", "/readyz/threats")).status === 200, "threats are taken");
		const sender = await Member.connect(server, "StreamHarbor", "second responder"), next = await sender.deliver(m4(sender));
		assert.equal(next.op, "accepted", JSON.stringify(next));
		await page.locator(`a[href="#/threat/${next.case}"]`).first().waitFor(); // this console is told of threats again
		assert.equal(await alarm.count(), 1, "and the alarm stays");
		await sender.close();
	});
});
