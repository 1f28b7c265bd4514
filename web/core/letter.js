// @ts-check
/* letter.js: what somebody who came by the link of an e-mail has before them, out of entries alone: messages, until when somebody of
 * their organisation is to answer, and what was said. Of every kind of message, also of one that this program has no screen for. Pure. */

import { takeTimers } from "./cases.js";

/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {import("./state.js").Timer} Timer */
/** @typedef {{at: string, person?: string, state: string, commitment?: string, title?: string}} Said */
/** @typedef {{id: string, seq?: number, k: string, at: string, org: string, body: any, original?: import("./protocol.js").Message, mode: string,
 *   exercise?: string, incident?: string, case?: string, late?: boolean}} Letter */

/** What is sent to be read, as opposed to receipts, clocks and what the server does for itself. */
const READ = /^M(1\.report|2\.(issue|decline)|3\.|4\.(send|supplement|withdraw)|5\.|6\.|8\.|9\.|1[0-7]\.|20\.approve|22\.|23\.|25\.|26\.(test|drill)|28\.|29\.)/;

/** @param {Entry[]} entries in the order of the ledger @param {string} org whose receipts and times
 * @returns {{letters: Letter[], timers: Map<string, Timer>, said: Map<string, Said[]>}} `said`: by this organisation, to each message */
export function correspondence(entries, org) {
	const letters = [];
	const timers = new Map();
	/** @type {Map<string, Said[]>} */
	const said = new Map();
	for (const e of entries) {
		takeTimers(timers, e);
		/* an order's hour begins with its receipt: it is the order's all the same */
		if (e.k.startsWith("M19."))
			for (const t of e.decided?.timers_started ?? [])
				timers.set(t.id, { .../** @type {Timer} */ (timers.get(t.id)), cause: e.ref });
		const body = e.message?.body ?? {};
		if (READ.test(e.k))
			letters.push({ id: e.id, seq: e.seq, k: e.k, at: e.at, org: e.org, body, original: e.message, mode: e.mode, exercise: e.exercise,
				incident: e.incident, case: e.case, late: e.late });
		if (e.k === "M19.human" && e.org === org)
			said.set(body.message_ref, [...said.get(body.message_ref) ?? [], { at: e.at, person: e.actor?.person ?? e.message?.sender_person,
				state: body.state, commitment: body.commitment, title: e.actor?.title }]);
	}
	return { letters, timers, said };
}

/** The time that the organisation has for a message. Of an activation by one person it goes on with the confirmation.
 * @param {Letter} letter @param {Map<string, Timer>} timers @param {string} org */
export function timeFor(letter, timers, org) {
	const own = [...timers.values()].filter((t) => t.desk === org && t.timer !== "expiry");
	return own.find((t) => t.cause === letter.id && !t.stopped) ?? own.find((t) => t.cause === letter.id);
}

/** How somebody is reached is tried, and nothing has happened: a drill, or the test of a channel. @param {Letter} letter */
export const isTrial = (letter) => letter.k === "M26.test" || letter.k === "M26.drill";

/** What became of a trial: nothing yet (undefined), or by whom, when and with which result it was answered; without a person: by nobody.
 * @param {Letter} letter @param {Entry[]} entries @returns {{at: string, person?: string, result: string, reaction_s?: number}|undefined} */
export function outcomeOf(letter, entries) {
	const end = entries.find((e) => /^M26\.(answer|confirm|failed)$/.test(e.k) && e.ref === letter.id);
	const { drills: [drill] = [], channels: [channel] = [] } = /** @type {any} */ (end?.decided ?? {});
	return end && { at: end.at, person: end.k === "M26.failed" ? undefined : end.actor?.person ?? end.message?.sender_person, result: drill?.result ?? channel?.state ?? "",
		reaction_s: drill?.reaction_s };
}
