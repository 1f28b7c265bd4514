/* The console in a real browser, against the double of the server: what it shows in every state, that it can be used
 * by keyboard, that it is accessible in both themes, and that it needs nothing which its policy forbids. */

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { FakeServer, uuid } from "./fake-server.mjs";

/** At the start of a shift: each thing has been tried. */
const CHECKED = ".checks li.is-good:nth-child(3), .checks li.is-bad:nth-child(3)";

describe("console", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	/** @type {import("playwright-core").Browser} */
	let browser;
	before(async () => {
		browser = await launch();
	});
	after(() => browser?.close());
	/* what a failed test left open */
	const left = [];
	afterEach(async () => {
		for (const close of left.splice(0))
			await close();
	});

	/** A server with a scene, and a person signed in. */
	async function at(scene, who = "AIRU-duty-officer", options = {}) {
		const fake = new FakeServer({ exercise: options.exercise ?? true });
		const made = fake.scene(scene);
		await fake.start();
		const p = await person(browser, { origin: fake.origin, ...options });
		await startShift(p, `${fake.origin}/#sign-in=token-${who}`);
		left.push(() => p.context.close(), () => fake.stop());
		const end = async () => {
			assert.deepEqual(p.violations, []);
		};
		return { fake, ...made, ...p, end };
	}
	const go = (page, hash) => page.evaluate((h) => (location.hash = h), hash);

	describe("sign-in", () => {
		test("a link shows one button and is used only when that is pressed; the token leaves the address at once",
			async () => {
			const fake = await new FakeServer().start();
			const { page, context, violations } = await person(browser, { origin: fake.origin });
			await page.goto(`${fake.origin}/#sign-in=token-AIRU-duty-officer`);
			assert.equal(await page.getByRole("button").count(), 1);
			assert.ok(fake.tokens.has("token-AIRU-duty-officer"));
			assert.equal(new URL(page.url()).hash, "");
			assert.deepEqual(await axe(page), []);
			await page.getByRole("button").click();
			await page.waitForSelector("#shift-go");
			assert.ok(!fake.tokens.has("token-AIRU-duty-officer"));
			assert.deepEqual(await axe(page), []);
			await context.close();
			await fake.stop();
			assert.deepEqual(violations, []);
		});

		test("a link that was used already is explained, and another can be pasted", async () => {
			const fake = await new FakeServer().start();
			const { page, context } = await person(browser, { origin: fake.origin });
			await page.goto(`${fake.origin}/#sign-in=used-before`);
			await page.getByRole("button").click();
			await page.getByText("This sign-in link no longer works.").waitFor();
			await page.getByLabel("Sign-in link or token").fill(`${fake.origin}/#sign-in=token-HUB-duty-officer`);
			await page.keyboard.press("Enter");
			await page.waitForSelector("#shift-go");
			await context.close();
			await fake.stop();
		});

		test("without a link there is a field, and a reload keeps the session", async () => {
			const fake = await new FakeServer().start();
			const { page, context } = await person(browser, { origin: fake.origin });
			await page.goto(fake.origin);
			await page.getByLabel("Sign-in link or token").fill("token-AIRU-duty-officer");
			await page.keyboard.press("Enter");
			await page.waitForSelector("#shift-go");
			await page.reload();
			await page.waitForSelector("#shift-go");
			await page.getByRole("button", { name: "Sign out" }).click();
			await page.getByLabel("Sign-in link or token").waitFor();
			await context.close();
			await fake.stop();
		});
	});

	describe("board", () => {
		test("a threat rings, is on top, counts up, and is on the title", async () => {
			const { fake, page, end } = await at("empty");
			await page.getByText("No open threats").waitFor();
			await page.evaluate(() => (globalThis.strikes.length = 0));
			fake.threat("StreamHarbor", { ago: 0, name: "fresh" });
			await page.waitForSelector(".threat.is-new");
			await page.waitForFunction(() => globalThis.strikes.length >= 3);
			await page.waitForFunction(() => /^\(1\) EXERCISE/.test(document.title));
			const shown = await page.locator(".threat .big-span").innerText();
			assert.match(shown, /^0:\d\d\smin$/);
			await page.waitForFunction((before) => document.querySelector(".threat .big-span").textContent > before, shown);
			await end();
		});

		test("silencing acknowledges nothing", async () => {
			const { fake, page, end } = await at("normal");
			await page.waitForSelector(".threat.is-new");
			await page.keyboard.press("m");
			await page.getByRole("button", { name: "Silenced" }).waitFor();
			await page.getByText("sounds again in").first().waitFor();
			assert.equal(fake.sent.filter((m) => m.type === "M5").length, 0);
			assert.equal(await page.locator(".threat.is-new").count(), 2);
			await end();
		});

		test("only one tab sounds", async () => {
			const { fake, page, context, end } = await at("empty");
			const second = await context.newPage();
			await second.goto(fake.origin);
			await second.waitForSelector("#shift-go");
			await second.click("#shift-go");
			await second.waitForSelector(CHECKED);
			await second.click("#shift-go");
			await second.waitForSelector("main.board");
			await Promise.all([page, second].map((p) => p.evaluate(() => (globalThis.strikes.length = 0))));
			fake.threat("StreamHarbor", { ago: 0, name: "two tabs" });
			await second.waitForSelector(".threat.is-new");
			await page.waitForFunction(() => globalThis.strikes.length > 0);
			assert.equal(await second.evaluate(() => globalThis.strikes.length), 0);
			await end();
		});

		test("j and k move, / searches, Escape clears, ? explains, single keys can be switched off", async () => {
			const { page, keys, end } = await at("normal");
			await page.waitForSelector(".threat.is-new");
			const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-row"));
			await keys("j");
			const first = await focused();
			await keys("j");
			const second = await focused();
			assert.ok(first && second && first !== second, "at once: a key that comes after it goes on from there");
			await keys("k");
			assert.equal(await focused(), first);
			await keys("/");
			await page.keyboard.type("warehouse");
			await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 1);
			await keys("Escape", "Escape");
			await page.waitForFunction(() => document.querySelectorAll("[data-row]").length > 2);
			await keys("?");
			await page.getByRole("dialog").waitFor();
			assert.deepEqual(await axe(page), []);
			await keys("Escape");
			await page.getByRole("dialog").waitFor({ state: "detached" });
			await go(page, "#/settings");
			await page.getByLabel("Single-key shortcuts").uncheck();
			await go(page, "#/");
			await page.waitForSelector("[data-row]");
			await keys("?");
			assert.equal(await page.getByRole("dialog").count(), 0);
			await end();
		});

		test("sixty threats at once are sixty rows", async () => {
			const { page, end } = await at("flood", "HUB-duty-officer");
			await page.waitForFunction(() => document.querySelectorAll(".threat.is-new").length >= 60);
			assert.deepEqual(await axe(page), []);
			await end();
		});
	});

	describe("a threat", () => {
		test("is taken over by keyboard alone, and being seen is said once", async () => {
			const { fake, lantern, page, keys, end } = await at("normal");
			await page.waitForSelector(".threat.is-new");
			await keys("j", "Enter");
			await page.waitForSelector("main.threat-page .clock-box.is-new");
			await page.getByText("unacknowledged").waitFor();
			await keys("Control+Enter");
			await page.waitForSelector("main.threat-page .clock-box.is-accepted");
			const accepts = fake.sent.filter((m) => m.type === "M5");
			assert.equal(accepts.length, 1);
			assert.equal(accepts[0].body.kind, "accept");
			assert.equal(accepts[0].case_ref, lantern.caseId);
			const seen = fake.sent.filter((m) => m.type === "M19");
			assert.deepEqual(seen.map((m) => [m.body.step, m.body.state, m.body.message_ref]), [["human", "seen",
				lantern.id]]);
			await keys("Escape");
			await page.waitForSelector("main.board");
			await end();
		});

		test("acknowledging goes back to the queue, on the next one that nobody has acknowledged", async () => {
			const { fake, bell, page, keys, end } = await at("normal");
			await page.waitForSelector(".threat.is-new");
			await keys("j", "a");
			await page.waitForSelector("main.threat-page");
			await page.waitForFunction(() => document.activeElement?.classList.contains("primary"));
			await keys("Enter");
			await page.waitForSelector("main.board");
			assert.deepEqual(fake.sent.filter((m) => m.type === "M5").map((m) => m.body.kind), ["ack"]);
			await page.waitForFunction((id) => document.activeElement?.getAttribute("data-row") === id, bell.caseId);
			await end();
		});

		test("redirect needs a desk and a ground, and the desk gets a disclosure", async () => {
			const { fake, lantern, page, end } = await at("normal");
			await go(page, `#/threat/${lantern.caseId}`);
			await page.getByLabel("Redirect to another desk").check();
			await page.keyboard.press("Control+Enter");
			await page.getByText("This is needed.").waitFor();
			await page.getByLabel("To which desk").selectOption("BFP");
			await page.getByLabel("Why it is theirs").fill("The hall is in Borvia.");
			await page.keyboard.press("Control+Enter");
			await page.waitForSelector("main.board");
			await page.waitForSelector(".threat.is-redirected");
			assert.ok(fake.entries.some((e) => e.frame.k === "M29.disclose" && e.readers.includes("BFP")));
			await end();
		});

		test("a question is asked, rings at the platform, and is answered", async () => {
			const fake = new FakeServer({ exercise: true });
			const { lantern } = fake.scene("normal");
			await fake.start();
			const police = await person(browser, { origin: fake.origin });
			const platform = await person(browser, { origin: fake.origin, theme: "light" });
			await startShift(police, `${fake.origin}/#sign-in=token-AIRU-duty-officer`);
			await startShift(platform, `${fake.origin}/#sign-in=token-StreamHarbor-night-responder`);
			await go(police.page, `#/threat/${lantern.caseId}`);
			await police.page.getByLabel("Ask the platform").check();
			await police.page.getByLabel("Questions to the platform").fill("Which door?\nHow many shots?");
			await police.page.keyboard.press("Control+Enter");
			await go(platform.page, `#/threat/${lantern.caseId}`);
			await platform.page.getByLabel("Which door?").fill("The north one.");
			assert.deepEqual(await axe(platform.page), []);
			await platform.page.keyboard.press("Control+Enter");
			await police.page.locator(".questions .answer", { hasText: "The north one." }).waitFor();
			await police.page.getByText("1 open").waitFor();
			await police.context.close();
			await platform.context.close();
			await fake.stop();
			assert.deepEqual([...police.violations, ...platform.violations], []);
		});

		test("what is not recorded yet says so, until it is", async () => {
			const { fake, lantern, page, end } = await at("normal");
			await go(page, `#/threat/${lantern.caseId}`);
			await page.waitForSelector(".timeline");
			const entry = { id: "01890000-0000-7000-8000-000000000001", k: "M4.supplement", org: "StreamHarbor",
				case: lantern.caseId, body: { step: "supplement", content_status: "removed", explanation: "Cut." } };
			fake.push({ ...entry, urgent: true });
			await page.locator(".timeline .tag", { hasText: "not yet recorded" }).waitFor();
			await page.getByText("The ledger cannot be reached at the moment.").waitFor();
			fake.push({ ...entry, late: true });
			await page.getByText("recorded late").waitFor();
			await page.getByText("not yet recorded").first().waitFor({ state: "detached" }); // neither in the timeline nor in the banner
			await end();
		});

		test("a refusal is shown with field, law and advice, and what was typed stays", async () => {
			const { fake, lantern, page, end } = await at("normal");
			await go(page, `#/threat/${lantern.caseId}`);
			await page.getByText("Reference, questions, what to keep").click();
			await page.getByLabel("Our reference").fill("AIRU-1");
			fake.refuseNext = { code: "state", field: "body.kind", clause: "domain b.2",
				detail: "the case is closed", advice: "Read the newest state." };
			await page.keyboard.press("Control+Enter");
			await page.getByText("the case is closed").waitFor();
			await page.getByText("Read the newest state.").waitFor();
			assert.equal(await page.getByLabel("Our reference").inputValue(), "AIRU-1");
			await end();
		});

		test("one that is not yours and one that does not exist read the same", async () => {
			const { page, end } = await at("normal", "BFP-duty-officer");
			const words = [];
			for (const id of [uuid("case lantern"), uuid("nothing")]) {
				await go(page, "#/");
				await page.locator("main.board").waitFor();
				await go(page, `#/threat/${id}`);
				await page.getByRole("heading", { name: /no such threat/ }).waitFor();
				words.push(await page.locator("main").innerText());
			}
			assert.equal(words[0], words[1]);
			await end();
		});
	});

	describe("a platform", () => {
		test("opens an item, fills the form, sees whom it goes to and why, and sends", async () => {
			const { fake, page, keys, end } = await at("empty", "StreamHarbor-night-responder");
			await keys("n");
			await page.getByRole("button", { name: /EXERCISE: it belongs to LANTERN/ }).click();
			await page.waitForSelector("main.compose form");
			assert.equal(fake.sent[0].body.step, "draft");
			await page.getByText("since you became aware").waitFor();
			await keys("Control+Enter");
			await page.getByText(/things are missing/).waitFor();
			assert.deepEqual(await axe(page), []);
			const group = (name) => page.getByRole("group", { name });
			await group(/How soon/).getByText("Happening now").click();
			await group(/Is life or safety/).getByText("Yes").click();
			await page.getByLabel("Kind of offence").selectOption("terrorism");
			await page.getByLabel(/What makes you think so/).fill("A live stream shows a weapon in a market hall.");
			await group(/emergency line/).getByText("Yes").click();
			await page.getByLabel("Number", { exact: true }).fill("112");
			await page.getByLabel("Address", { exact: true }).fill("https://live.streamharbor.example/v/7Kq2Wm");
			await page.getByLabel("What it is").selectOption("live_stream");
			await group(/Who could see it/).getByText("everybody, live").click();
			await group(/What happened to the content/).getByText("live, watched by us").click();
			await group(/Is it preserved/).getByText("No").click();
			await group(/Does the user know/).getByText("no", { exact: true }).click();
			await page.getByText("DSA Art. 18", { exact: true }).click();
			/* typed text is still there after a reload */
			await page.reload();
			await page.waitForSelector("main.compose form");
			assert.match(await page.getByLabel(/What makes you think so/).inputValue(), /market hall/);
			await page.getByRole("button", { name: "a state", exact: true }).click();
			await page.getByLabel("State", { exact: true }).fill("XA");
			await page.getByLabel("Ground").selectOption("place_of_offence");
			await page.getByRole("button", { name: "a network event" }).click();
			await page.getByLabel("IP address").fill("203.0.113.77");
			await page.getByLabel("When").fill("2031-05-17T15:58:00");
			await page.getByLabel(/^What \(log-in/).fill("stream start");
			await group(/reported anywhere else/).getByText("No", { exact: true }).click();
			await keys("Control+Enter");
			await page.getByText("One thing is missing").waitFor();
			await page.getByLabel("Port").fill("51724");
			await keys("Control+Enter");
			await page.getByText("It goes to 2 desks").waitFor();
			await page.getByText("XA is concerned: place of offence.").waitFor();
			assert.deepEqual(await axe(page), []);
			await keys("Control+Enter");
			await page.waitForSelector("main.threat-page .clock-box.is-waiting");
			const sent = fake.sent.find((m) => m.body.step === "send");
			assert.equal(sent.body.network_events[0].port, 51724);
			assert.equal(sent.mode, "exercise");
			assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((k) =>
				k.startsWith("tocsin.draft")).length), 0);
			await end();
		});

		test("withdraws an item with a reason", async () => {
			const { fake, page, end } = await at("empty", "StreamHarbor-night-responder");
			await page.getByRole("button", { name: "Report a threat to life" }).first().click();
			await page.getByRole("button", { name: /EXERCISE: it belongs/ }).click();
			await page.getByRole("button", { name: /Withdraw this item/ }).click();
			await page.getByLabel("Why", { exact: true }).fill("A rehearsal of a play.");
			await page.getByRole("button", { name: "Withdraw it" }).click();
			await page.waitForSelector("main.board");
			assert.equal(fake.sent.at(-1).body.step, "withdraw");
			await page.getByText("1 finished").waitFor();
			await end();
		});
	});

	describe("when the server is silent", () => {
		test("amber after five seconds, red with telephone numbers after fifteen, nothing can be sent; then what was missed is said",
			async () => {
			const { fake, lantern, page, end } = await at("normal");
			await go(page, `#/threat/${lantern.caseId}`);
			const button = page.getByRole("button", { name: /Acknowledge and take over/ });
			await button.waitFor();
			fake.quiet = true;
			await page.waitForSelector(".banner.is-amber");
			assert.ok(await button.isDisabled());
			fake.cut();
			await page.waitForSelector(".banner.is-red");
			await page.getByText("+999 04 555 010").waitFor();
			assert.deepEqual(await axe(page), []);
			await page.keyboard.press("Control+Enter");
			assert.equal(fake.sent.filter((m) => m.type === "M5").length, 0);
			fake.respond(lantern, "HUB", "ack", 0);
			fake.refuseSockets = false;
			fake.quiet = false;
			await page.waitForSelector(".pill.is-live");
			await page.getByText(/One message came while you were cut off/).first().waitFor();
			await page.waitForFunction(() => document.querySelector(".next-step button.primary")?.ariaDisabled !== "true");
			assert.equal(fake.sent.filter((m) => m.type === "M5").length, 0, "nothing was queued");
			await end();
		});

		test("the database being away is said", async () => {
			const fake = new FakeServer({ exercise: true });
			fake.database = "away";
			await fake.start();
			const p = await person(browser, { origin: fake.origin });
			await startShift(p, `${fake.origin}/#sign-in=token-AIRU-duty-officer`);
			await p.page.getByText("The ledger cannot be reached at the moment.").waitFor();
			await p.context.close();
			await fake.stop();
		});

		test("a session that was ended leads to the sign-in", async () => {
			const { fake, page, end } = await at("normal");
			fake.sessions.clear();
			fake.cut(false);
			await page.getByLabel("Sign-in link or token").waitFor();
			await end();
		});
	});

	test("a client clock that is an hour wrong changes no deadline, and is said at the start of the shift",
		async () => {
		const fake = new FakeServer({ exercise: false });
		const { lantern } = fake.scene("normal");
		await fake.start();
		const p = await person(browser, { origin: fake.origin });
		await p.page.addInitScript(() => {
			const real = Date.now;
			Date.now = () => real() + 3_600_000;
		});
		await p.page.goto(`${fake.origin}/#sign-in=token-AIRU-duty-officer`);
		await p.page.getByRole("button").click();
		await p.page.getByText(/This computer is 3[56]\d\d s off/).waitFor();
		await p.page.click("#shift-go");
		await p.page.waitForSelector(CHECKED);
		await p.page.click("#shift-go");
		await go(p.page, `#/threat/${lantern.caseId}`);
		await p.page.waitForSelector(".huge");
		assert.match(await p.page.locator(".huge").innerText(), /^(0:[45]\d|[1-9]:\d\d)\smin$/, "47 s ago, and what has passed since; not an hour");
		await p.context.close();
		await fake.stop();
	});

	test("an exercise is framed on every screen, and real things are not", async () => {
		const one = await at("normal");
		for (const [hash, there] of [["#/", "main.board"], [`#/threat/${one.lantern.caseId}`, ".clock-box"], ["#/settings", "#language"]]) {
			await go(one.page, hash);
			await one.page.locator(there).first().waitFor();
			assert.equal(await one.page.locator(".exercise-frame").count(), 1, hash);
			assert.match(await one.page.title(), /EXERCISE/);
		}
		await one.end();
		const two = await at("normal", "AIRU-duty-officer", { exercise: false });
		assert.equal(await two.page.locator(".exercise-frame").count(), 0);
		assert.doesNotMatch(await two.page.title(), /EXERCISE/);
		await two.end();
	});

	test("on a telephone, at 200 %, and in forced colours nothing is cut off at the side", async () => {
		for (const options of [{ width: 360, height: 760 }, { width: 640, height: 450 },
			{ forcedColors: "active" }]) {
			const { lantern, page, end } = await at("normal", "AIRU-duty-officer", options);
			for (const [hash, there] of [["#/", "main.board"], [`#/threat/${lantern.caseId}`, ".clock-box"], ["#/settings", "#language"]]) {
				await go(page, hash);
				await page.locator(there).first().waitFor();
				const over = await page.evaluate(() =>
					document.documentElement.scrollWidth - document.documentElement.clientWidth);
				assert.ok(over <= 0, `${hash} at ${options.width}: ${over} px too wide`);
			}
			await end();
		}
	});

	test("German", async () => {
		const { page, lantern, end } = await at("normal", "AIRU-duty-officer", { locale: "de-DE" });
		assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
		await page.getByRole("heading", { name: "Lebensgefahr" }).waitFor();
		await go(page, `#/threat/${lantern.caseId}`);
		await page.getByRole("button", { name: /Bestätigen und übernehmen/ }).waitFor();
		assert.deepEqual(await axe(page), []);
		await end();
	});

	test("after ten minutes of sleep, in which no timer of the page ran, the count is right at once", async () => {
		const { fake, lantern, page, end } = await at("normal");
		await go(page, `#/threat/${lantern.caseId}`);
		await page.waitForSelector(".huge");
		fake.skew = 600_000; // the clock that the page counts with stood still meanwhile
		await page.waitForFunction(() => /^1[0-4]:\d\d\smin$/.test(document.querySelector(".huge")?.textContent ?? ""));
		await end();
	});
});
