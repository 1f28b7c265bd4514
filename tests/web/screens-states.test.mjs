/* Every screen of the table (screens.mjs) is accessible in each state beside the normal one: empty, flood, offline, no exercise, another past in the log, in a real browser; and nothing in it breaks the policy. */
// long: it looks at each screen, over and over

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { axe, haveChromium } from "./browser.mjs";
import { go, SCREENS, staged, THEMES, wear } from "./screens.mjs";

describe("every screen, in every state", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { at } = staged();

	test("empty, flooded, offline, real, and with a log that tells another past it is accessible", async () => {
		const wrong = [];
		const look = async (page, what) => {
			const found = await axe(page);
			if (found.length)
				wrong.push(`${what}: ${found.join("; ")}`);
		};
		let n = 0;
		for (const [state, scene] of [["empty", "empty"], ["flood", "flood"], ["offline", "normal"], ["real", "normal"], ["tampered", "normal"]]) {
			const made = await at(scene, { exercise: state !== "real", reducedMotion: "reduce", signed: true });
			if (state === "offline") {
				made.fake.quiet = true;
				await made.page.locator(".banner.is-red").waitFor();
			}
			if (state === "tampered") {
				await go(made.page, SCREENS.find((x) => x.name === "log"), made);
				await made.page.locator("main .log-good").waitFor();
				made.fake.bent = 3; // another past than the one that this browser has seen
				made.fake.checkpoint();
				await made.page.locator(".log-alarm").waitFor();
			}
			for (const screen of SCREENS.filter((s) => s.states.includes(state))) {
				await go(made.page, screen, made);
				/* the banner over a log that does not add up is on every screen: in all themes once */
				for (const theme of state === "tampered" && screen.name === "log" ? THEMES : [THEMES[n++ % 4]]) {
					await wear(made.page, theme);
					await look(made.page, `${screen.name}, ${state}, ${theme}`);
				}
			}
			wrong.push(...made.violations);
		}
		assert.deepEqual(wrong, []);
	});
});
