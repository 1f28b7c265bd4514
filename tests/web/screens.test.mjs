/* Every screen of the table (screens.mjs) is accessible in every theme (in every state: screens-states.test.mjs), in a real browser; and nothing in it breaks the policy. */
// long: it looks at each screen

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { axe, haveChromium } from "./browser.mjs";
import { go, SCREENS, staged, THEMES, wear } from "./screens.mjs";

describe("every screen", { skip: haveChromium ? false : "there is no Chromium here" }, () => {
	const { at } = staged();

	test("in every theme it is accessible", async () => {
		const wrong = [];
		const look = async (page, what) => {
			const found = await axe(page);
			if (found.length)
				wrong.push(`${what}: ${found.join("; ")}`);
		};
		const normal = await at("normal", { reducedMotion: "reduce", signed: true });
		let n = 0;
		for (const screen of SCREENS) {
			await go(normal.page, screen, normal);
			/* all themes of some, one of each other screen, in turn */
			for (const theme of screen.name === "board" || screen.every ? THEMES : [THEMES[n % 4]]) {
				await wear(normal.page, theme);
				await look(normal.page, `${screen.name}, ${theme}`);
			}
			n++;
		}
		await go(normal.page, SCREENS[0], normal);
		await normal.page.keyboard.press("?");
		await normal.page.locator("dialog.help").waitFor();
		await look(normal.page, "help");
		await normal.page.keyboard.press("Escape");
		wrong.push(...normal.violations);
		assert.deepEqual(wrong, []);
	});
});
