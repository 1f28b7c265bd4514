// @ts-check
/* past.js: threats that are over and not in this page any more (core/keep.js): after every batch some go, what has gone on comes back, and what a
 * person opens or looks for is asked of the archive again. */

import { effect } from "@preact/signals";
import { letGo, newestPast, PIECE, rangesOf, WHOLE } from "../core/keep.js";
import { emptyState, reduceAll } from "../core/state.js";
import { t } from "../lib/i18n.js";
import { alarmList, announce, phase, session, state } from "./model.js";
import { route } from "./router.js";

/** @typedef {import("../core/state.js").State} State */

/** Asked for by this person: they stay, the last few hundred of them. @type {Set<string>} */
const recalled = new Set();
let coming = false;
const SWEEP_MS = 2_000;
let waits = 0;
/** The archive did not answer: it is asked again after so long, not with every entry that comes. */
const AGAIN_MS = 10_000;
let rests = 0;

effect(() => {
	const s = state.value;
	if (session.value !== "in")
		return recalled.clear();
	if (phase.value === "live" && s.recall.length)
		bringBack();
	waits ||= window.setTimeout(sweep, SWEEP_MS);
});

/** What has gone on after all. */
function bringBack() {
	const s = state.peek();
	if (!coming && !rests && session.peek() === "in" && phase.peek() === "live" && s.recall.length)
		void recall(s.recall);
}

/** Not while much comes: what is over may go on in the next batch; and what has come is receipted first. */
function sweep() {
	waits = 0;
	const s = state.peek();
	const next = phase.peek() === "live" ? letGo(s, new Set([...recalled, route.peek().id ?? "", ...alarmList.peek().map((a) => a.case)])) : s;
	if (next !== s)
		state.value = next;
}

/** Entries of these threats, as they were sent once. @param {State} s @param {string[]} cases @returns {Promise<any[]>} */
async function entriesOf(s, cases) {
	const all = [];
	for (const { after, last } of rangesOf(s, cases))
		for (let at = after; at < last;) {
			const answer = await fetch(`/api/entries?after=${at}&limit=${Math.min(500, last - at)}`, { credentials: "same-origin" });
			if (!answer.ok)
				throw new Error(`entries: ${answer.status}`);
			const page = await answer.json();
			all.push(...page.entries);
			if (!page.entries.length)
				break;
			at = page.entries[page.entries.length - 1].seq;
		}
	return all;
}

/** What was over is here again, as it stands now. @param {State} s @param {string[]} cases @param {any[]} entries */
const remade = (s, cases, entries) => reduceAll(s, [{ op: "again", cases, entries }], { unknown() {} });

/** They are here again; or it is said that they can not be. @param {string[]} cases */
export async function recall(cases) {
	coming = true;
	try {
		for (let i = 0; i < cases.length; i += PIECE) {
			const some = cases.slice(i, i + PIECE).filter((id) => state.peek().past.has(id));
			let s, entries;
			do {
				s = state.peek();
				entries = await entriesOf(s, some);
			} while (some.some((id) => state.peek().past.get(id) !== s.past.get(id))); // one went on meanwhile, and its news is not among these
			for (const id of some)
				recalled.add(id);
			for (const id of recalled)
				if (recalled.size > WHOLE)
					recalled.delete(id);
			state.value = remade(state.peek(), some, entries);
		}
	} catch {
		announce(t("past.not_here"), true);
		rests ||= window.setTimeout(() => {
			rests = 0;
			bringBack();
		}, AGAIN_MS);
	}
	coming = false;
	if (state.peek().recall.some((id) => !cases.includes(id)))
		bringBack(); // it went on while these came
}

/** The next of them, the newest first. */
export const recallSome = () => recall(newestPast(state.peek(), PIECE));

/** Those of them that `fits`, the newest first: looked through piece by piece, of which nothing stays but these.
 * @param {(s: State) => string[]} fits @param {(done: number) => boolean} goesOn */
export async function lookThrough(fits, goesOn) {
	const all = newestPast(state.peek(), Infinity);
	for (let i = 0; i < all.length && goesOn(i); i += PIECE) {
		const s = state.peek(), some = all.slice(i, i + PIECE);
		const found = fits(remade({ ...emptyState(), me: s.me, orgs: s.orgs, people: s.people, exercises: s.exercises, past: s.past }, some, await entriesOf(s, some)));
		if (found.length)
			await recall(found);
	}
}
