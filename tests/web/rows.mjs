/* rows.mjs: a console with very much on it: so many threats, then so many entries a second; the longest task of the page, and how long
 * the first view took. For the test, which asks for a ratio, and for the bench, which prints figures (tests/bench/console.mjs). */

import { person } from "./browser.mjs";
import { FakeServer } from "./fake-server.mjs";

/** What a fixed piece of work takes in this browser, in milliseconds: the measure of the machine. */
export const yardstick = () => {
	const began = performance.now();
	let x = 0;
	for (let i = 0; i < 3e6; i++)
		x = Math.imul(x ^ i, 2654435761);
	const list = Array.from({ length: 60_000 }, (_, i) => ({ i, at: String((i * 7919) % 60_000) }));
	list.sort((a, b) => a.at.localeCompare(b.at));
	return performance.now() - began + (x === 1 ? 1 : 0);
};

/** @param {import("playwright-core").Browser} browser @param {{rows: number, rate: number, seconds: number}} how */
export async function rows(browser, { rows: count, rate, seconds }) {
	const fake = new FakeServer({ exercise: false });
	for (let i = 0; i < count; i++)
		fake.threat(["StreamHarbor", "GameNest", "Chirplet"][i % 3], { ago: 30 + i, name: `row ${i}` });
	await fake.start();
	const p = await person(browser, { origin: fake.origin });
	const { page } = p;
	await page.addInitScript(() => {
		globalThis.tasks = [];
		new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map((e) => e.duration))).observe({ type: "longtask" });
	});
	await page.goto(`${fake.origin}/#sign-in=token-AIRU-duty-officer`);
	await page.getByRole("button").first().click();
	await page.waitForSelector("#shift-go");
	await page.waitForSelector(".pill.is-live, .checks", { timeout: 60_000 });
	await page.click("#shift-go");
	await page.waitForSelector(".checks li.is-good:nth-child(3), .checks li.is-bad:nth-child(3)");
	await page.click("#shift-go");
	await page.waitForSelector("main.board .threat", { timeout: 60_000 });
	await page.waitForSelector(".pill.is-live", { timeout: 120_000 });
	const unit = await page.evaluate(yardstick);
	const catching = await page.evaluate(() => Math.max(0, ...globalThis.tasks.splice(0)));
	/* sixty entries a second, evenly */
	let said = 0;
	const began = Date.now();
	while (said < rate * seconds) {
		const due = Math.min(rate * seconds, Math.floor((Date.now() - began) * rate / 1000));
		for (; said < due; said++)
			fake.threat("Chirplet", { ago: 1, name: `new ${said}` });
		await new Promise((r) => setTimeout(r, 5));
	}
	const all = count + said;
	await page.waitForFunction((n) => Number(document.querySelector(".board-count .count-quiet")?.textContent) === n, all, { timeout: 60_000 });
	const tasks = await page.evaluate(() => globalThis.tasks);
	await p.context.close();
	await fake.stop();
	return { longest: Math.max(0, ...tasks), over200: tasks.filter((t) => t > 200).length, tasks: tasks.length, catching, unit, violations: p.violations };
}

/** From the page's first byte to the board on the screen, signed in already. @param {import("playwright-core").Browser} browser */
export async function firstView(browser) {
	const fake = new FakeServer({ exercise: true });
	fake.scene("normal");
	await fake.start();
	const p = await person(browser, { origin: fake.origin });
	await p.page.goto(`${fake.origin}/#sign-in=token-AIRU-duty-officer`);
	await p.page.getByRole("button").first().click();
	await p.page.waitForSelector("#shift-go");
	await p.page.evaluate(() => sessionStorage.setItem("tocsin.shift", "true"));
	const times = [];
	for (let i = 0; i < 5; i++) {
		await p.page.reload({ waitUntil: "commit" });
		await p.page.waitForSelector("main.board .threat");
		times.push(await p.page.evaluate(() => performance.now()));
	}
	const unit = await p.page.evaluate(yardstick);
	await p.context.close();
	await fake.stop();
	return { times, best: Math.min(...times), unit };
}
