/* shots.mjs: pictures of every screen of the console for docs/screens: ./dev shots. Each is what a person of the cast sees on a
 * real server, at a minute of LANTERN: the first threat, the crisis at its height, the morning after.
 *
 *   node tests/web/shots.mjs [FOLDER [NAME…]]     all of them, or those of these names */

import { mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launch, person, startShift } from "./browser.mjs";
import { small } from "./palette.mjs";
import { exercises, play } from "../integration/lib/command.mjs";
import { LANTERN } from "../integration/lib/messages.mjs";
import { Member } from "../integration/lib/member.mjs";
import { Server } from "../integration/lib/server.mjs";

const out = process.argv[2] ?? fileURLToPath(new URL("../../docs/screens", import.meta.url));
/** Of these screens alone, when some are named. */
const only = process.argv.slice(3);
await mkdir(out, { recursive: true });
const browser = await launch();
const painter = await (await browser.newContext()).newPage();

const DARK = { theme: "dark", width: 1280, height: 800 }, LIGHT = { ...DARK, theme: "light" }, PHONE = { theme: "dark", width: 390, height: 844 };
const LOOKS = { dark: DARK, light: LIGHT, phone: PHONE };

/** @param {import("playwright-core").Page} page @param {string} name */
async function shot(page, name) {
	if (only.length && !only.includes(name.replace(/-[a-z]+$/, "")))
		return;
	await page.evaluate(() => document.fonts.ready);
	await page.locator(".toast").waitFor({ state: "detached" });
	const file = path.join(out, `${name}.png`);
	await writeFile(file, await small(await page.screenshot({ animations: "disabled" }), painter));
	console.log(`${path.relative("", file)} ${((await stat(file)).size / 1024).toFixed(0)} KiB`);
}

/** @typedef {{page: import("playwright-core").Page}} Who
 * @typedef {[name: string, where: string, there: string, looks?: (keyof typeof LOOKS)[], before?: (page: import("playwright-core").Page) => Promise<any>]} Screen */

/** A server on which LANTERN has been played up to there. @param {string[]} until @param {(at: (org: string, title: string) =>
 * Promise<Who>, server: any) => Promise<void>} look */
async function at(until, look) {
	const server = await Server.start();
	try {
		const played = await play(server, path.join(exercises, "lantern.json"), ...until);
		if (played.events.at(-1)?.event !== "end")
			throw new Error(played.err);
		await look(async (org, title) => {
			const who = await person(browser, { origin: server.url, ...DARK });
			await startShift(who, server.credential(org, title).sign_in);
			return who;
		}, server);
	} finally {
		await server.stop();
	}
}

/** Each of the screens in each of its looks. @param {Who} who @param {Screen[]} screens */
async function show({ page }, screens) {
	for (const look of /** @type {(keyof typeof LOOKS)[]} */ (Object.keys(LOOKS))) {
		const wanted = screens.filter(([, , , looks = ["dark"]]) => looks.includes(look)).filter(([name]) => !only.length || only.includes(name));
		if (!wanted.length)
			continue;
		const { theme, width, height } = LOOKS[look];
		await page.setViewportSize({ width, height });
		await page.evaluate((t) => localStorage.setItem("tocsin.settings", JSON.stringify({ ...JSON.parse(localStorage.getItem("tocsin.settings") ?? "{}"), theme: t })), theme);
		await page.reload();
		await page.locator(".pill.is-live").waitFor();
		await page.keyboard.press("Shift"); // the gesture that sound wants
		await page.locator(".is-silent").waitFor({ state: "detached" });
		for (const [name, where, there, , before] of wanted) {
			await page.evaluate((h) => (location.hash = h), where);
			await page.locator(there).first().waitFor();
			await before?.(page);
			await shot(page, `${name}-${look}`);
		}
	}
}

/** The address of the first thing of its kind that the page links to. @param {Who} who @param {string} where @param {string} link */
async function first({ page }, where, link) {
	await page.evaluate((h) => (location.hash = h), where);
	const href = await page.locator(`a[href^="${link}"]`).first().getAttribute("href");
	return href ?? "";
}

await at(["--until", "4:20"], async (sits, server) => {
	const police = await sits("AIRU", "duty officer");
	const threat = await first(police, "#/", "#/threat/");
	await show(police, [
		["board", "#/", ".threat", ["dark", "light", "phone"]],
		["threat", threat, ".clock-box", ["dark", "light", "phone"]],
		["shift", "#/shift", "#shift-go"],
		["form", "#/say/M1.report", ".mode-choice", ["dark"], async (page) => {
			await page.getByRole("button", { name: /EXERCISE: it belongs to LANTERN/ }).click();
			await page.locator("main.compose form").waitFor();
		}],
		["contacts", "#/contacts", "main h1"],
		["settings", "#/settings", "#language"],
	]);
	const stranger = await person(browser, { origin: server.url, ...DARK });
	await stranger.page.goto(server.url);
	await stranger.page.getByLabel("Sign-in link or token").waitFor();
	await shot(stranger.page, "sign-in-dark");
	await police.page.setViewportSize(DARK);
	await police.page.evaluate(() => (location.hash = "#/"));
	await server.stop();
	await police.page.locator(".banner.is-red").waitFor();
	await shot(police.page, "cut-off-dark");
});

await at(["--until", "41:00"], async (sits) => {
	const hub = await sits("HUB", "lead");
	const room = await first(hub, "#/", "#/incident/");
	await show(hub, [
		["incident", room, "main.incident-page", ["dark", "light", "phone"]],
		["hand-over", "#/hand-over", ".hand-over", ["light"]],
		["log", "#/log", "main h1"],
	]);
	const police = await sits("AIRU", "duty officer");
	const order = await first(police, "#/orders", "#/order/");
	await show(police, [
		["orders", "#/orders", "main h1"],
		["order", order, "main h1", ["dark", "light"]],
		["deconfliction", "#/deconfliction", "main h1"],
		["referrals", "#/referrals", "main h1"],
	]);
	await show(await sits("FRP", "auditor"), [["audit", "#/audit", "main.audit form", ["dark", "light"], async (page) => {
		const mandate = await page.locator("#audit-mandate option", { hasText: "LANTERN" }).getAttribute("value");
		await page.locator("#audit-mandate").selectOption(mandate);
		await page.locator("#audit-purpose").fill("Was it in time?");
		await page.locator("#p-exercise").selectOption(LANTERN);
		await page.keyboard.press("Control+Enter");
		await page.locator(".audit-table").scrollIntoViewIfNeeded();
	}]]);
	await show(await sits("CELL", "controller"), [["exercises", `#/exercises/${LANTERN}`, "main h1"]]);
	await show(await sits("HUB", "admin"), [["admin", "#/admin", "main h1"], ["witnesses", "#/admin/witnesses", "#witnesses-title"], ["hooks", "#/hooks", "main h1"]]);
});

await at([], async (sits, server) => {
	const hub = await sits("HUB", "lead");
	const member = await Member.connect(server, "HUB", "lead", { from: -1 });
	const { incident } = await member.entry((e) => e.k === "M23.final");
	await member.close();
	await show(hub, [["debrief", `#/debrief/${incident}`, "main.debrief-page h2", ["light"]]]);
});
await browser.close();
