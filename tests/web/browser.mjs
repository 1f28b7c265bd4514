/* browser.mjs: Chromium for tests: one process, a fresh context each, and the promise that nothing is violated:
 * no error in the page, no word of the content security policy, no request to another place. */

import { existsSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { chromium } from "playwright-core";

const ARGS = [
	"--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync", "--autoplay-policy=user-gesture-required",
];
export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const haveChromium = existsSync(CHROMIUM);

export async function launch() {
	return chromium.launch({ executablePath: CHROMIUM, args: ARGS });
}

/** A person at a console. @param {import("playwright-core").Browser} browser
 * @param {{origin: string, theme?: string, width?: number, height?: number, locale?: string, insecure?: boolean, settings?: any, reducedMotion?: any, forcedColors?: any}} options */
export async function person(browser, { origin, theme = "dark", width = 1280, height = 900, locale = "en-GB",
	settings = {}, ...more }) {
	const context = await browser.newContext({
		viewport: { width, height }, locale, timezoneId: "Europe/Brussels", permissions: ["notifications"],
			ignoreHTTPSErrors: true,
		colorScheme: theme === "light" ? "light" : "dark", ...more,
	});
	const violations = [];
	const allowed = new URL(origin).host;
	const listen = (/** @type {any} */ page) => {
		page.on("pageerror", (e) => violations.push(`error: ${e.message}`));
		page.on("console", (m) => {
			/* a lost connection and an unauthenticated question are no violations */
			if (m.type() === "error" && !/Failed to load resource|WebSocket connection|ERR_/.test(m.text()))
				violations.push(`console: ${m.text()}`);
		});
		page.on("request", (r) => {
			const url = new URL(r.url());
			if (url.protocol !== "data:" && url.host !== allowed)
				violations.push(`request: ${r.url()}`);
		});
	};
	context.on("page", listen);
	await context.addInitScript((s) => {
		if (!location.protocol.startsWith("http"))
			return; // the empty page that every tab starts with
		if (!localStorage.getItem("tocsin.settings"))
			localStorage.setItem("tocsin.settings", JSON.stringify(s));
		/* sounds that were asked for, by the pitch of their first note */
		globalThis.strikes = [];
		const start = globalThis.OscillatorNode?.prototype.start;
		if (start)
			OscillatorNode.prototype.start = function (...a) {
				globalThis.strikes.push(Math.round(this.frequency.value));
				return start.apply(this, a);
			};
	}, { theme, ...settings });
	context.setDefaultTimeout(60_000); // how long a busy machine may take; who waits for less says why
	const page = await context.newPage();
	const keys = async (...list) => {
		for (const key of list) {
			if (key === "Control+Enter") // what has only just asked whether it is right takes no answer yet
				await page.locator("main.is-fresh").waitFor({ state: "detached" });
			await page.keyboard.press(key);
		}
	};
	return { context, page, violations, keys };
}

/** Sign in by a link and start the shift, with keys only. @param {any} who @param {string} link */
export async function startShift(who, link) {
	const { page } = who;
	await page.goto(link);
	await page.getByRole("button").first().focus();
	await page.keyboard.press("Enter");
	await page.waitForSelector("#shift-go");
	await page.locator("#shift-go").focus();
	await page.keyboard.press("Enter");
	await page.waitForSelector(".checks li.is-good:nth-child(3), .checks li.is-bad:nth-child(3)");
	await page.locator("#shift-go").focus();
	await page.keyboard.press("Enter");
	await page.waitForSelector("main.board, main.threat-page, main.compose");
	await page.waitForSelector(".pill.is-live");
}

const RULES = { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }, resultTypes: ["violations", "incomplete"] };

/** Accessibility of what is on the screen (WCAG 2.2 AA), as a list of sentences. @param {import("playwright-core").Page} page */
export async function axe(page) {
	/* at rest: a colour on its way to another is neither, and what moves may begin to while it is looked at */
	const moved = await page.evaluate(() => !matchMedia("(prefers-reduced-motion: reduce)").matches);
	if (moved)
		await page.emulateMedia({ reducedMotion: "reduce" });
	await page.evaluate(() => Promise.all(document.getAnimations().filter((a) => Number.isFinite(a.effect?.getComputedTiming().endTime)).map((a) => a.finished.catch(() => {}))));
	/* in the page itself ("legacy"): there are no frames whose answers another page would have to put together, which takes as long again */
	const { violations, incomplete } = await new AxeBuilder({ page }).options(RULES).setLegacyMode().analyze();
	if (moved)
		await page.emulateMedia({ reducedMotion: "no-preference" });
	/* words of the very colour of their ground are taken for hidden on purpose; here nothing is */
	const unseen = incomplete.map((v) => ({ ...v, nodes: v.nodes.filter((n) => n.any.some((c) => c.data?.messageKey === "equalRatio")) })).filter((v) => v.nodes.length);
	return [...violations, ...unseen].map((v) => `${v.id}: ${v.help} ${v.nodes.slice(0, 3).map((n) =>
		n.target.join(" ")).join(" | ")}`);
}
