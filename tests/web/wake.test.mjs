/* Being woken, in a real browser: the settings ask for permission only when somebody wants it, the service worker runs under
 * the policy, and shows what arrives: an exercise as one. What a push service would do, the browser's own tools do here. */

import assert from "node:assert/strict";
import { randomBytes, createECDH } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { until } from "../integration/lib/server.mjs";
import { FakeServer } from "./fake-server.mjs";

const key = createECDH("prime256v1").generateKeys("base64url");

describe("wake-up", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	let browser;
	before(async () => {
		browser = await launch();
	});
	after(() => browser?.close());

	async function settings(push) {
		const fake = new FakeServer({ exercise: true });
		fake.scene("normal");
		fake.pushes = push;
		await fake.start();
		const who = await person(browser, { origin: fake.origin });
		await startShift(who, `${fake.origin}/#sign-in=token-AIRU-duty-officer`);
		await who.page.evaluate(() => (location.hash = "#/settings"));
		await who.page.getByRole("heading", { name: "Settings of this computer" }).waitFor();
		return { fake, ...who, end: async () => {
			await who.context.close();
			await fake.stop();
			/* a tab of a test is incognito, where this browser has no push service: that is the case that is played here */
			assert.deepEqual(who.violations.filter((v) => !/Push API in incognito/.test(v)), []);
		} };
	}

	test("where the server wakes nobody there is nothing to choose, and where the organisation does not want it that is said", async () => {
		const none = await settings(undefined);
		assert.equal(await none.page.locator("#wake").count(), 0);
		await none.end();
		const not = await settings({ allowed: false, key });
		await not.page.getByText("Your organisation has not allowed browsers to be woken.").waitFor();
		assert.equal(await not.page.locator("#wake-on").count(), 0);
		assert.deepEqual(await axe(not.page), []);
		await not.end();
	});

	test("permission is asked when somebody wants it; a browser that reaches no push service says so", async () => {
		const { page, end } = await settings({ allowed: true, key });
		assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.length)), 0, "nothing before");
		await page.locator("#wake-on").click();
		await page.locator("#wake [role=alert]").waitFor();
		assert.equal(await page.locator("#wake-on").isChecked(), false);
		assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.length)), 1);
		await end();
	});

	test("what arrives is shown: an exercise as one, what is urgent until somebody looks, and what cannot be read as well", async () => {
		const { page, context, fake, end } = await settings({ allowed: true, key });
		await page.locator("#wake-on").click();
		await page.locator("#wake [role=alert]").waitFor();
		const tools = await context.newCDPSession(page);
		let registration;
		tools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => (registration = registrations[0]?.registrationId ?? registration));
		await tools.send("ServiceWorker.enable");
		await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
		await until(() => registration, "the worker is registered");
		/* the browser is asked what it shows when all of it has been shown: one that it has not shown yet it forgets when it is asked */
		const [worker] = context.serviceWorkers();
		await worker.evaluate(() => {
			const show = self.registration.showNotification.bind(self.registration);
			self.done = 0;
			self.registration.showNotification = (...what) => show(...what).then(() => void self.done++);
		});
		const shown = () => page.evaluate(async () => (await (await navigator.serviceWorker.getRegistration()).getNotifications())
			.map((n) => [n.title, n.body, n.requireInteraction]));
		const push = (data) => tools.send("ServiceWorker.deliverPushMessage", { origin: fake.origin, registrationId: registration, data });
		await push(JSON.stringify({ mode: "exercise", precedence: "flash" }));
		await push(JSON.stringify({ mode: "actual", precedence: "priority" }));
		await push(randomBytes(8).toString("hex"));
		await until(() => worker.evaluate(() => self.done === 3), "all three are shown");
		const all = (await shown()).sort();
		assert.deepEqual(all, [["EXERCISE – Tocsin: something is waiting", "Somebody has to answer now. Open the console.", true],
			["Tocsin: something is waiting", "Open the console.", false]].sort(), "two that say the same are one");
		await end();
	});
});
