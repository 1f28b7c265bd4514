/* people.mjs: what people do at a console in more than one test, by keyboard; and what the members who have no browser say. */

import assert from "node:assert/strict";
import { choose, press, reach, write } from "./keyboard.mjs";
import { LANTERN } from "../integration/lib/messages.mjs";
import { message as messageOf, problemsIn } from "../../web/core/forms.js";
import { steps } from "../../web/core/crisis.js";
import { humanReceipt } from "../../web/core/protocol.js";
import { timeOf } from "../../web/core/select.js";
import { emptyState, reduceAll } from "../../web/core/state.js";
import { catalogue, fill } from "./fill.mjs";

/** Open an item of LANTERN and fill it, up to the page that shows who gets it.
 * @param {any} who @param {{words: string, state?: string, handle: string, until?: () => Promise<void>}} what  `until`: done when it is
 *   open, before anything is filled in */
export async function notify({ page, keys }, { words, state, handle, until = async () => {} }) {
	await keys("n");
	await page.waitForSelector(".mode-choice");
	await press(page, /EXERCISE: it belongs to LANTERN/);
	await page.waitForSelector("main.compose form");
	await until();
	await choose(page, /How soon is harm/, /Happening now/);
	await choose(page, /Is life or safety/, /Yes/);
	await reach(page, /Kind of offence/);
	await page.keyboard.type("Terrorism");
	await write(page, /What makes you think so/, words);
	await choose(page, /emergency line called/, /Yes/);
	await write(page, /^Number/, "112");
	await write(page, /^Address/, `https://live.streamharbor.example/v/${Date.now()}`);
	await reach(page, /^What it is/);
	await page.keyboard.type("live");
	await choose(page, /Who could see it/, /live/);
	await choose(page, /What happened to the content/, /live, watched/);
	await choose(page, /Is it preserved/, /No/);
	await choose(page, /Does the user know/, /^no$/);
	await reach(page, /^DSA Art/);
	await page.keyboard.press("Space");
	if (state) {
		await press(page, /^a state$/);
		await page.waitForFunction(() => document.activeElement?.id === "f-concerned_states.0.cc");
		await page.keyboard.type(state);
		await reach(page, /^Ground/);
		await page.keyboard.type("place of");
	} else {
		await reach(page, /^No state can be named/);
		await page.keyboard.press("Space");
		await write(page, /^Why not/, "The address belongs to a VPN.");
	}
	await press(page, /^an identifier$/);
	await write(page, /^Identifier/, handle);
	await choose(page, /reported anywhere else/, /No/);
	await keys("Control+Enter");
	await page.getByRole("heading", { name: "Check, then send" }).waitFor().catch(async () => {
		throw new Error(await page.locator(".box-red").innerText());
	});
}

/** A member without a browser, who says what the console's own form makes: only what is offered to that person, filled with whatever it
 * asks for. @param {any} server */
export function speaker(server) {
	const said = new Set();
	/** What a member's console knows. @param {any} credential */
	async function stateOf(credential) {
		const welcome = (await server.request("GET", "/api/me", { credential })).json;
		let s = reduceAll(emptyState(), [{ op: "welcome", ...welcome }]);
		for (let after = -1, n = 1; n > 0;) {
			const page = (await server.request("GET", `/api/entries?after=${after}&limit=500`, { credential })).json;
			s = reduceAll(s, page.entries.map((e) => ({ op: "entry", ...e })));
			[after, n] = [page.last, page.entries.length];
		}
		return s;
	}
	/** @param {string} who "ORG/person" @param {string} form
	 * @param {{incident?: string, about?: string, typed?: any, links?: any[], now?: number}} [of] `now`: scenario time of a stopped clock */
	async function say(who, form, { incident, about, typed, links, now } = {}) {
		const credential = server.credential(...who.split("/"));
		const s = await stateOf(credential);
		const i = s.incidents.get(incident);
		const at = { state: s, me: s.me, incident: i, entry: about ?? incident, exercise: LANTERN, mode: "exercise", lang: "en",
			now: now ?? timeOf(s, { exercise: LANTERN }, Date.now() - 50) };
		if (i && !/^M(7\.|8\.|25\.|6\.scope)/.test(form))
			assert.ok(steps(s, i).some((x) => x.form === form), `${form} is not offered to ${who}: ${i.state}`);
		const values = fill(form, at, typed);
		assert.deepEqual(problemsIn(catalogue, form, values), [], form);
		const out = messageOf(catalogue, form, values, at, links);
		const r = await server.request("POST", "/api/messages", { credential, body: out });
		assert.equal(r.status, 200, `${form} by ${who}: ${r.text}`);
		said.add(form);
		return { ...r.json, out };
	}
	/** A person acknowledges what their console shows. @param {string} who "ORG/person" @param {any} entry
	 * @param {{incident: string, commitment: string, now: number}} of */
	async function acknowledge(who, entry, { incident, commitment, now }) {
		const credential = server.credential(...who.split("/"));
		const { you } = (await server.request("GET", "/api/me", { credential })).json;
		const body = humanReceipt(entry, "acked", you, { mode: "exercise", exercise: LANTERN, incident, now, lang: "en" }, commitment);
		const r = await server.request("POST", "/api/messages", { credential, body });
		assert.equal(r.status, 200, `${who}: ${r.text}`);
	}
	return { say, acknowledge, stateOf, said };
}
