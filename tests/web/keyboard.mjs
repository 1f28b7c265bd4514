/* keyboard.mjs: a person who has no mouse: what has the focus, and how to get on from there. */

/** What has the focus, in words. */
export const focused = (page) => page.evaluate(() => {
	const el = /** @type {any} */ (document.activeElement);
	const legend = el?.closest("fieldset")?.querySelector("legend")?.textContent ?? "";
	const label = [...(el?.labels ?? [])].map((l) => l.textContent).join(" ");
	const own = el?.tagName === "INPUT" || el?.tagName === "SELECT" || el?.tagName === "TEXTAREA" ? ""
		: el?.textContent ?? "";
	return { legend, name: (label || el?.getAttribute("aria-label") || own).trim(), type: el?.type ?? el?.tagName };
});

/** Tab on until something of that name has the focus. */
export async function reach(page, name) {
	for (let i = 0; i < 200; i++) {
		const f = await focused(page);
		if (name.test(f.name) || (f.type === "radio" && name.test(f.legend)))
			return f;
		await page.keyboard.press("Tab");
	}
	throw new Error(`the keyboard does not reach ${name}`);
}

export async function choose(page, group, option) {
	await reach(page, group);
	await page.keyboard.press("Space");
	for (let i = 0; i < 12; i++) {
		if (option.test((await focused(page)).name))
			return;
		await page.keyboard.press("ArrowDown");
	}
	throw new Error(`${group} has no ${option}`);
}

export async function write(page, name, text) {
	await reach(page, name);
	await page.keyboard.type(text);
}

export async function press(page, name) {
	await reach(page, name);
	await page.waitForFunction(() => document.activeElement?.ariaDisabled !== "true"); // what has only just asked takes no answer yet
	await page.keyboard.press("Enter");
}
