/* Every screen of the table (screens.mjs) is accessible in each state beside the normal one: empty, flood, offline, and no exercise, in a real browser; and nothing in it breaks the policy. */

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { axe, haveChromium, launch } from "./browser.mjs";
import { go, SCREENS, stage, THEMES, wear } from "./screens.mjs";

describe("every screen, in every state", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	/** @type {import("playwright-core").Browser} */
	let browser;
	before(async () => (browser = await launch()));
	after(() => browser?.close());
	const left = [];
	afterEach(async () => {
		for (const close of left.splice(0))
			await close();
	});
	const at = (...args) => stage(browser, left, ...args);

	test("empty, flooded, offline and real it is accessible", async () => {
		const wrong = [];
		const look = async (page, what) => {
			const found = await axe(page);
			if (found.length)
				wrong.push(`${what}: ${found.join("; ")}`);
		};
		let n = 0;
		for (const [state, scene] of [["empty", "empty"], ["flood", "flood"], ["offline", "normal"], ["real", "normal"]]) {
			const made = await at(scene, { exercise: state !== "real", reducedMotion: "reduce" });
			if (state === "offline") {
				made.fake.quiet = true;
				await made.page.locator(".banner.is-red").waitFor({ timeout: 25_000 });
			}
			for (const screen of SCREENS.filter((s) => s.states.includes(state))) {
				await go(made.page, screen, made);
				await wear(made.page, THEMES[n++ % 4]);
				await look(made.page, `${screen.name}, ${state}`);
			}
			wrong.push(...made.violations);
		}
		assert.deepEqual(wrong, []);
	});
});
