/* screens.mjs: the table of the console's screens, and somebody who looks at them: for tests that ask the same of each. A new screen is a row. */

import { after, afterEach, before } from "node:test";
import { launch, person, startShift } from "./browser.mjs";
import { papers } from "./fake-papers.mjs";
import { FakeServer, uuid } from "./fake-server.mjs";

const STATES = ["empty", "flood", "offline", "real"];

/** A question to the ledger that finds so many entries: what was said of the incident, over and over. @param {any} page @param {any} made @param {number} n */
async function asked(page, { fake }, n) {
	const known = fake.entries.map((e) => e.frame).filter((f) => f.incident && f.seq !== undefined);
	fake.rows = Array.from({ length: n }, (_, i) => known[i % known.length]).map(({ seq, at, org, k, message }) => ({ seq, at, org, k, what: message.body }));
	await page.locator("#audit-purpose").fill("Was it in time?");
	await page.locator("#p-incident").fill(uuid("incident lantern"));
	await page.keyboard.press("Control+Enter");
	await page.locator(".audit-result .count-quiet", { hasText: new RegExp(`^${n}$`) }).waitFor();
	await page.locator(".audit-result .proof").first().waitFor();
}

/** Every screen: its address in a scene, what shows that it is there, and the states beside the normal one in which it looks different;
 * `every`: in all themes; `then`: what a person does there before it is looked at. */
export const SCREENS = [
	{ name: "board", at: () => "#/", there: "main.board", states: ["empty", "flood", "offline", "real"] },
	{ name: "threat", at: (s) => `#/threat/${s.lantern.caseId}`, there: ".clock-box", states: ["offline", "real"] },
	{ name: "threat with questions", at: (s) => `#/threat/${s.bell.caseId}`, there: ".questions", states: [] },
	{ name: "threat taken over", at: (s) => `#/threat/${s.old.caseId}`, there: ".clock-box", states: [] },
	{ name: "threat closed", at: (s) => `#/threat/${s.done.caseId}`, there: ".clock-box", states: [] },
	{ name: "incident", at: () => `#/incident/${uuid("incident lantern")}`, there: "main .timeline", states: [] },
	{ name: "form", at: () => "#/say/M1.report", there: "main.compose h1, main h1", states: [] },
	{ name: "orders", at: () => "#/orders", there: "main h1", states: [] },
	{ name: "deconfliction", at: () => "#/deconfliction", there: "main h1", states: [] },
	{ name: "referrals", at: () => "#/referrals", there: "main h1", states: [] },
	{ name: "contacts", at: () => "#/contacts", there: "main h1", states: [] },
	{ name: "hand-over", at: () => "#/hand-over", there: ".hand-over", states: [] },
	{ name: "settings", at: () => "#/settings", there: "#language", states: [] },
	{ name: "exercises", at: () => "#/exercises", there: "main h1", states: [] },
	{ name: "administration", at: () => "#/admin", there: "main h1", states: [] },
	{ name: "witnesses", at: () => "#/admin/witnesses", there: "#witnesses-title", states: [] },
	{ name: "holds", at: () => "#/admin/holds", there: "main h1", states: [] },
	{ name: "order", at: (s) => `#/order/${s.order}`, there: ".annex", states: ["real"] },
	{ name: "debrief", at: (s) => `#/debrief/${s.closed}`, there: "main h1", states: STATES, every: true },
	{ name: "audit explorer", at: () => "#/audit", there: "main.audit h1", states: STATES, every: true },
	{ name: "answer that found nothing", at: () => "#/audit", there: "main.audit h1", states: ["tampered"], then: (p, s) => asked(p, s, 0) },
	{ name: "answer", at: () => "#/audit", there: "main.audit h1", states: [], every: true, then: (p, s) => asked(p, s, 12) },
	{ name: "huge answer", at: () => "#/audit", there: "main.audit h1", states: [], then: (p, s) => asked(p, s, 200) },
	{ name: "proofs of an answer", at: () => "#/audit", there: "main.audit h1", states: ["tampered"], every: true, then: async (p, s) => {
		await asked(p, s, 12);
		await p.locator(".audit-result > p.row button.mini").last().click();
		await p.locator(".audit-table tr:nth-child(12) .proof").waitFor();
	} },
	{ name: "log", at: () => "#/log", there: "main h1", states: [...STATES, "tampered"], every: true },
	{ name: "proof of an entry", at: () => `#/incident/${uuid("incident lantern")}`, there: "main .tl-proof", states: ["tampered"], then: async (p) => {
		await p.locator(".tl-proof").first().click();
		await p.locator(".tl-proven .log-good, .log-bad:not(main.narrow *)").first().waitFor();
	} },
	{ name: "start of shift", at: () => "#/shift", there: "#shift-go", states: ["real"] },
];
export const THEMES = ["toc-dark", "toc-light", "toc-light toc-contrast", "toc-dark toc-contrast"];

/** For a suite: a browser that is there before its tests and gone after them, and what a test staged, closed after that test.
 * @returns {{browser: () => any, left: (() => any)[], at: (scene: string, options?: any, who?: string) => Promise<any>}} */
export function staged() {
	let browser;
	const left = [];
	before(async () => (browser = await launch()));
	after(() => browser?.close());
	afterEach(async () => {
		for (const close of left.splice(0))
			await close();
	});
	return { browser: () => browser, left, at: (...args) => stage(browser, left, ...args) };
}

/** Somebody at the console of a double of the server that has this scene. @param {any} browser @param {(() => any)[]} left what is to be closed */
export async function stage(browser, left, scene, options = {}, who = "AIRU-duty-officer") {
	const fake = new FakeServer({ exercise: options.exercise ?? true, signed: options.signed });
	let made = fake.scene(scene);
	if (scene === "normal") {
		fake.incidents.scene("incident");
		made = { ...made, ...papers(fake) };
	}
	options.spoil?.(fake);
	await fake.start();
	const { spoil: _, ...looks } = options;
	const p = await person(browser, { origin: fake.origin, ...looks });
	left.push(() => p.context.close(), () => fake.stop());
	await options.before?.(p.page);
	if (options.shift !== false)
		await startShift(p, `${fake.origin}/#sign-in=token-${who}`);
	return { fake, ...made, ...p };
}
export async function go(page, screen, made) {
	/* what shows that it is there may stand on the screen before it as well */
	await page.evaluate((h) => new Promise((done) => {
		if (location.hash === h)
			return done();
		addEventListener("hashchange", () => requestAnimationFrame(done), { once: true });
		location.hash = h;
	}), screen.at(made));
	await page.locator(screen.there).first().waitFor();
	await screen.then?.(page, made);
}
export const wear = (page, theme) => page.evaluate((t) => {
	const root = document.documentElement.classList;
	root.remove("toc-dark", "toc-light", "toc-contrast");
	root.add(...t.split(" "));
}, theme);
export const wide = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
