/* A console whose node does not answer: the threat goes by way of another node, by the person's hand, in real Chromium, with two real nodes on one
 * ledger. What arrives by both ways is one notification; when the other node is down as well, the words and the telephone numbers stay. */

import assert from "node:assert/strict";
import { existsSync, chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { notify } from "./people.mjs";
import { Member } from "../integration/lib/member.mjs";
import { message } from "../integration/lib/messages.mjs";
import { freePort, scratch, Server, tocsind, until } from "../integration/lib/server.mjs";

const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;

describe("a threat by way of another node", { skip: why }, () => {
	let dir, one, two, browser, platform, desk, ports;
	const WORDS = "A live stream shows one person with a long firearm entering a market hall.";

	async function second() {
		const state = join(dir, "two"), secret = readFileSync(join(one.state, "keys/pg-admin"), "utf8").trim();
		mkdirSync(join(state, "keys"), { recursive: true, mode: 0o700 });
		for (const name of readdirSync(join(one.state, "keys")).filter((n) => /^(dup|outside|log-\d+)\.key$/.test(n)))
			copyFileSync(join(one.state, "keys", name), join(state, "keys", name));
		chmodSync(join(one.state, "run"), 0o755);
		two = await Server.start({ state, command: "serve", port: ports[1], args: ["--node", "n2", "--other-nodes", `https://localhost:${ports[0]}`, "--database",
			`host=${one.state}/run user=tocsin_admin dbname=tocsin password=${secret}`] });
		two.ca = readFileSync(join(state, "keys/ca.pem"));
		two.credentials = one.credentials;
	}

	before(async () => {
		dir = scratch();
		ports = [await freePort(), await freePort()]; // each is told the other's before either is there
		one = await Server.start({ state: join(dir, "one"), port: ports[0], args: ["--other-nodes", `https://localhost:${ports[1]}`] });
		await second();
		const run = await one.request("POST", "/api/messages", { credential: one.credential("CELL", "controller"), body: message("exercise", { step: "clock", action: "run", rate_milli: 1000 },
			{ sent_at: new Date().toISOString() }) });
		assert.equal(run.status, 200, run.text);
		desk = await Member.connect(two, "AIRU", "duty officer", { from: -1 });
		browser = await launch();
		platform = await person(browser, { origin: one.url });
		platform.context.setDefaultTimeout(60_000);
		await startShift(platform, one.credential("StreamHarbor", "night responder").sign_in);
	});
	after(async () => {
		one?.signal("front", "SIGCONT");
		await browser?.close();
		await desk?.close();
		await two?.stop({ keep: true }).catch(() => {});
		await one?.stop({ keep: true });
		rmSync(dir, { recursive: true, force: true });
	});

	const notices = () => desk.entries.filter((e) => e.k === "M4.send");
	const elsewhere = () => platform.page.locator(".elsewhere a");

	test("machines are not told the other nodes, people are, and the node does not name itself", async () => {
		const machine = await Member.connect(one, "AIRU", "duty officer");
		assert.deepEqual(machine.welcome.nodes, machine.welcome.you.machine ? undefined : [two.url]);
		await machine.close();
		assert.equal(await platform.page.evaluate(async () => (await (await fetch("/api/me")).json()).nodes.join()), two.url);
	});

	test("what was sent into the silence and what was sent there are one notification", async () => {
		const { page, keys, violations } = platform;
		await notify(platform, { words: WORDS, state: "XA", handle: "marketwalker_31" });
		assert.equal(await page.locator(".elsewhere").count(), 0, "not while the node answers");
		const caseId = /notify\/([0-9a-f-]+)/.exec(page.url())[1];
		one.signal("front", "SIGSTOP");
		await keys("Control+Enter"); // it is on its way, and nobody answers
		await elsewhere().waitFor();
		assert.deepEqual(violations, [], "nobody was asked without the person");
		assert.deepEqual(await axe(page), []);
		assert.equal(notices().length, 0);
		const href = await elsewhere().getAttribute("href");
		assert.ok(href.startsWith(`${two.url}/#/carried/`) && !Buffer.from(href.split("/carried/")[1], "base64url").toString("latin1").includes("firearm"));
		const code = (await page.locator("#elsewhere-code").innerText()).replace(/\s/g, "");
		const [there] = await Promise.all([platform.context.waitForEvent("page"), elsewhere().click()]);
		await there.locator("#shift-go").waitFor();
		assert.ok(!there.url().includes("carried/"), "the words are out of the address");
		await there.locator("#shift-go").click();
		await there.waitForSelector(".checks li.is-good:nth-child(3), .checks li.is-bad:nth-child(3)");
		await there.locator("#shift-go").click();
		await there.locator("#carried-code").fill("ABCD 2345");
		await there.keyboard.press("Enter");
		await there.getByText("This code does not open it.").waitFor();
		await there.locator("#carried-code").fill(code.toLowerCase());
		await there.keyboard.press("Enter");
		await there.locator("main.compose form").waitFor();
		assert.equal(new URL(there.url()).hash, `#/notify/${caseId}`);
		assert.equal(await there.getByLabel(/What makes you think so/).inputValue(), WORDS);
		assert.equal(notices().length, 0, "nothing is sent by itself");
		await there.locator("main.compose form button[type=submit]").focus();
		await there.keyboard.press("Control+Enter");
		await there.getByRole("heading", { name: "Check, then send" }).waitFor();
		await there.locator("main.is-fresh").waitFor({ state: "detached" });
		await there.keyboard.press("Control+Enter");
		await until(() => notices().length, "it is at the desk");
		/* and now the first node wakes up, with what it was sent in its hands */
		one.signal("front", "SIGCONT");
		await page.locator(".pill.is-live").waitFor();
		await until(async () => {
			const known = await page.evaluate(() => document.querySelector("main.compose form, .clock-box") !== null && !document.querySelector(".elsewhere"));
			return known;
		}, "the first console knows");
		const own = await Member.connect(one, "StreamHarbor", "night responder", { from: -1 });
		await until(() => own.entries.some((e) => e.k === "M4.send"), "the first node knows");
		const sent = own.entries.filter((e) => e.k === "M4.send");
		assert.equal(sent.length, 1);
		/* the very message, once more, is answered with the number that it has; so it was one and the same */
		assert.deepEqual([sent[0].case, notices().length, notices()[0].id], [caseId, 1, sent[0].id]);
		await own.close();
		await there.close();
	});

	test("when the other node is down as well, the words and the telephone numbers stay, and nothing was sent", async () => {
		const { page } = platform;
		await page.goto(`${one.url}/#/`);
		await page.locator("main.board").waitFor();
		await page.locator(".pill.is-live").waitFor();
		await notify(platform, { words: "Somebody announces an act at a school.", state: "XA", handle: "nightcourier7" });
		const before = notices().length;
		await desk.close();
		await two.stop({ keep: true });
		one.signal("front", "SIGSTOP");
		await elsewhere().waitFor();
		const [there] = await Promise.all([platform.context.waitForEvent("page"), elsewhere().click()]);
		await until(() => there.url().startsWith("chrome-error:") || there.evaluate(() => !document.querySelector("#console")).catch(() => false), "there is nobody");
		await there.close();
		assert.ok(await page.locator(".banner.is-red .numbers a").count() > 0, "telephone numbers");
		await page.keyboard.press("Escape");
		assert.equal(await page.getByLabel(/What makes you think so/).inputValue(), "Somebody announces an act at a school.");
		one.signal("front", "SIGCONT");
		await page.locator(".pill.is-live").waitFor();
		await page.getByText(`You opened these words at ${new URL(two.url).host}`).waitFor(); // who might send them twice is told
		assert.deepEqual(await axe(page), []);
		desk = await Member.connect(one, "AIRU", "duty officer", { from: -1 });
		await until(() => notices().length >= before && desk.beats > 1, "everything that there is");
		assert.equal(notices().length, before);
	});
});
