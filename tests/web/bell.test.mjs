/* Who is to be woken is woken: the bell goes to another tab when the one that has it is frozen, hangs or crashes; what the browser does not give (sound before
 * a gesture, notifications, a screen that stays on) is said where it is missed, with what to do. */
// long: it waits for sounds

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { axe, haveChromium, person } from "./browser.mjs";
import { FakeServer } from "./fake-server.mjs";
import { staged } from "./screens.mjs";

describe("the bell", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { browser, left, at } = staged();

	const strikes = (page) => page.evaluate(() => globalThis.strikes.length);
	const more = async (page) => {
		const before = await strikes(page);
		await page.waitForFunction((n) => globalThis.strikes.length > n, before);
	};
	/** Another tab of the same person, which may sound. */
	async function another(made) {
		const tab = await made.context.newPage();
		await tab.goto(`${made.fake.origin}/`);
		await tab.evaluate(() => sessionStorage.setItem("tocsin.shift", "true"));
		await tab.reload();
		await tab.locator("main.board .threat").first().waitFor();
		await tab.keyboard.press("Shift"); // a gesture: sound is allowed
		await tab.getByRole("button", { name: "Silence", exact: true }).waitFor();
		return tab;
	}

	test("a tab that is frozen while it has the bell loses it to another; when it wakes it waits again, and one sounds", async () => {
		const made = await at("normal");
		await more(made.page);
		const second = await another(made);
		await more(made.page);
		assert.equal(await strikes(second), 0);
		/* Chromium freezes no page that it takes for visible, and under test it takes all for that; the debugger stops one as completely */
		const devtools = await made.context.newCDPSession(made.page);
		await devtools.send("Debugger.enable");
		await devtools.send("Debugger.pause");
		await more(second);
		await devtools.send("Debugger.resume");
		await more(second);
		const woken = await strikes(made.page);
		await more(second);
		await more(second);
		assert.equal(await strikes(made.page), woken, "only one of them");
		await second.close();
		await more(made.page);
		assert.deepEqual(made.violations, []);
	});

	test("a tab that hangs loses the bell, and one that crashes", async () => {
		const made = await at("normal");
		await more(made.page);
		const second = await another(made);
		/* as a page is that waits for something and does nothing else meanwhile: until the answer comes */
		let answered;
		await made.page.route("**/never", (route) => (answered = () => route.fulfill({ body: "" })));
		const stuck = made.page.evaluate(() => {
			const request = new XMLHttpRequest();
			request.open("GET", "/never", false);
			request.send();
		}).catch(() => {});
		await more(second);
		await answered();
		const devtools = await made.context.newCDPSession(second);
		devtools.send("Page.crash").catch(() => {});
		await second.waitForEvent("crash");
		await stuck;
		await more(made.page);
	});

	test("before a gesture the page says that it cannot be heard, any key switches the sound on, and it rings; the key that would silence does not silence then", async () => {
		const { page, violations } = await at("normal");
		await page.reload();
		await page.locator("main.board .threat.is-new").first().waitFor();
		const said = page.getByRole("alert").filter({ hasText: "you will not hear a threat arrive" });
		await said.waitFor();
		await said.getByText("press any key").waitFor();
		assert.equal(await strikes(page), 0);
		assert.deepEqual(await axe(page), []);
		await page.keyboard.press("m");
		await said.waitFor({ state: "detached" });
		await more(page);
		assert.equal(await page.getByRole("button", { name: "Silenced" }).count(), 0);
		await page.keyboard.press("m");
		await page.getByRole("button", { name: "Silenced" }).waitFor();
		assert.deepEqual(violations, []);
	});

	test("what is silenced in a tab that does not have the bell is silent in the one that has it", async () => {
		const made = await at("normal");
		await more(made.page);
		const second = await another(made);
		await second.keyboard.press("m");
		await made.page.getByRole("button", { name: "Silenced" }).waitFor();
		assert.equal(made.fake.sent.filter((m) => m.type === "M5").length, 0);
	});

	test("a second tab does not complain while the first one can be heard", async () => {
		const made = await at("normal");
		await more(made.page);
		const second = await made.context.newPage();
		await second.goto(`${made.fake.origin}/`);
		await second.evaluate(() => sessionStorage.setItem("tocsin.shift", "true"));
		await second.reload();
		await second.locator("main.board .threat").first().waitFor();
		await more(made.page);
		assert.equal(await second.locator(".is-silent").count(), 0);
		await made.page.close();
		await second.locator(".is-silent").waitFor();
	});

	/** Somebody whose browser gives nothing of this. */
	async function without(what) {
		const fake = new FakeServer({ exercise: false });
		fake.scene("normal");
		await fake.start();
		const p = await person(browser(), { origin: fake.origin, permissions: [] });
		left.push(() => p.context.close(), () => fake.stop());
		await p.context.addInitScript(what);
		return { fake, ...p };
	}
	const line = (page, name) => page.locator(".checks li", { hasText: name });
	const ready = async (page, fake) => {
		await page.goto(`${fake.origin}/#sign-in=token-AIRU-duty-officer`);
		await page.getByRole("button").first().click();
		await page.locator("#shift-go").click();
		await page.locator(".checks li.is-good:nth-child(3), .checks li.is-bad:nth-child(3)").waitFor();
	};

	test("no device, notifications denied, wake lock denied: the start of shift says each, with what to do, and the shift can begin; without sound that stays in sight", async () => {
		const { fake, page, violations } = await without(() => {
			if (!globalThis.WakeLock)
				return; // the empty page that every tab starts with
			globalThis.AudioContext = class {
				constructor() {
					throw new Error("no device");
				}
			};
			Object.defineProperty(Notification, "permission", { get: () => "denied" });
			Notification.requestPermission = async () => "denied";
			WakeLock.prototype.request = () => Promise.reject(new DOMException("denied", "NotAllowedError"));
		});
		await ready(page, fake);
		for (const [name, words] of [["Sound", "This browser gives no sound."], ["Notifications", "Not allowed: keep this window in sight."], ["Screen", "May switch off"]]) {
			const one = line(page, name).filter({ hasText: words });
			await one.waitFor();
			assert.match(await one.getAttribute("class"), /is-bad/, name);
		}
		assert.deepEqual(await axe(page), []);
		await page.getByRole("button", { name: "Go on without sound" }).click();
		await page.locator("main.board, main.threat-page").first().waitFor();
		const said = page.getByRole("alert").filter({ hasText: "you will not hear a threat arrive" });
		await said.getByText("Stay in front of the screen").waitFor();
		await said.getByRole("button", { name: "Try again" }).waitFor();
		assert.deepEqual(violations, []);
	});

	test("a browser without notifications and without a wake lock: the same is said, and nothing breaks when a threat comes while the page is hidden", async () => {
		const { fake, page, violations } = await without(() => {
			delete globalThis.Notification;
			Object.defineProperty(navigator, "wakeLock", { value: undefined });
		});
		await ready(page, fake);
		await line(page, "Notifications").filter({ hasText: "Not allowed" }).waitFor();
		await line(page, "Screen").filter({ hasText: "May switch off" }).waitFor();
		await page.locator("#shift-go").click();
		await page.locator("main.board, main.threat-page").first().waitFor();
		await page.evaluate(() => Object.defineProperty(document, "visibilityState", { value: "hidden" }));
		const before = await strikes(page);
		fake.threat("Chirplet", { ago: 0, name: "hidden" });
		await page.waitForFunction((n) => globalThis.strikes.length > n && /^\(\d+\)/.test(document.title), before);
		assert.deepEqual(violations, []);
	});

	test("a wake lock that the computer takes back in the middle of a shift is asked for again; when it is not given, that is said", async () => {
		const { fake, page, violations } = await without(() => {
			if (!globalThis.WakeLock)
				return;
			globalThis.locks = [];
			const given = () => Object.assign(new EventTarget(), { released: false });
			WakeLock.prototype.request = async () => {
				if (globalThis.denied)
					throw new DOMException("denied", "NotAllowedError");
				globalThis.locks.push(given());
				return globalThis.locks.at(-1);
			};
		});
		await ready(page, fake);
		await page.locator("#shift-go").click();
		await page.locator("main.board, main.threat-page").first().waitFor();
		await page.waitForFunction(() => globalThis.locks.length === 1);
		await page.evaluate(() => globalThis.locks.at(-1).dispatchEvent(new Event("release")));
		await page.waitForFunction(() => globalThis.locks.length === 2);
		await page.evaluate(() => {
			globalThis.denied = true;
			globalThis.locks.at(-1).dispatchEvent(new Event("release"));
		});
		await page.getByText("The screen may switch off now").first().waitFor();
		assert.deepEqual(violations, []);
	});
});
