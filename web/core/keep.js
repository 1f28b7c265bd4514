// @ts-check
/* keep.js: what a page keeps that is open for a week. Pure.
 *
 * Everything that is open stays. Of threats that are over the newest stay whole; of the others only the numbers of their entries: when one is
 * opened, is looked for, or goes on after all, the archive is asked for these again, and it is made anew of them as it was made at first. */

import { board, deadlinesOf } from "./board.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./protocol.js").Entry} Entry */

/** Threats that are over and stay whole; and by how many more there may be before some go. */
export const WHOLE = 500, SLACK = 125;
/** As many are asked for again at a time. */
export const PIECE = 50;
/** Numbers so close together are asked for in one request. */
const GAP = 200;

/** Of what belongs to nothing (sessions, questions of auditors, people, channels) so many ids are known, the newest, and when there are so many more
 * some go: once an entry is recorded and a little old, nothing repeats it, and who sent it no longer waits to see it. */
export const LOOSE = 2_000, LOOSE_SLACK = 4_000;

/** @param {State} s @returns {State} the same one when there is nothing to forget */
function forgetLoose(s) {
	if (s.known.size <= s.swept + LOOSE_SLACK)
		return s;
	/** @type {[string, number][]} */
	const loose = [];
	for (const [id, { seq, case: of }] of s.known)
		if (seq !== undefined && of === undefined && !s.incidentOf.has(id) && !s.orderOf.has(id))
			loose.push([id, seq]);
	const known = s.known.without(loose.sort(([, a], [, b]) => b - a).slice(LOOSE).map(([id]) => id));
	return { ...s, known, swept: known.size };
}

/** Threats that have nothing to come: no deadline runs, nothing has to be kept up. @param {State} s @param {Set<string>} spare ids that stay
 * @param {number} [whole] @returns {State} the same one when there is nothing to let go */
export function letGo(s, spare, whole = WHOLE) {
	s = forgetLoose(s);
	const { done } = board(s);
	if (done.length <= whole + SLACK)
		return s;
	const gone = done.map((r) => r.case).sort((a, b) => b.touched - a.touched).slice(whole).filter((c) => !c.keep && !spare.has(c.id) && !deadlinesOf(c).length &&
		c.timeline.every((i) => i.seq !== undefined && s.known.get(i.id)?.case === c.id && !i.decided.linked?.length)); // what touches another one can not be said again
	if (!gone.length)
		return s;
	const ids = idsOf(s, gone);
	const next = { ...s, cases: new Map(s.cases), past: new Map(s.past), known: s.known.without(ids), swept: Math.max(0, s.swept - ids.length), caseOf: s.caseOf.without(ids) };
	for (const c of gone) {
		next.cases.delete(c.id);
		next.past.set(c.id, Uint32Array.from(c.timeline.filter((i) => i.disclosedBy === undefined).map((i) => /** @type {number} */ (i.seq)).sort((a, b) => a - b)));
	}
	return next;
}

/** All that is known of them, also of what left no line: kinds that this console shows nothing of, or does not know yet.
 * @param {State} s @param {import("./state.js").Case[]} cases */
function idsOf(s, cases) {
	const of = new Set(cases.map((c) => c.id));
	const ids = cases.flatMap((c) => c.timeline.map((i) => i.id));
	for (const [id, { seq, case: belongs }] of s.known)
		if (seq !== undefined && belongs !== undefined && of.has(belongs))
			ids.push(id);
	return [...new Set(ids)];
}

/** Which entries have to be asked for, in ranges: after what number, up to which. @param {State} s @param {string[]} cases @returns {{after: number, last: number}[]} */
export function rangesOf(s, cases) {
	/** @type {{after: number, last: number}[]} */
	const ranges = [];
	for (const seq of cases.flatMap((id) => [...s.past.get(id) ?? []]).sort((a, b) => a - b)) {
		const before = ranges[ranges.length - 1];
		if (before && seq - before.last <= GAP)
			before.last = seq;
		else
			ranges.push({ after: seq - 1, last: seq });
	}
	return ranges;
}

/** The newest of what is not here. @param {State} s @param {number} n */
export const newestPast = (s, n) => [...s.past].sort(([, a], [, b]) => b[b.length - 1] - a[a.length - 1]).slice(0, n).map(([id]) => id);
