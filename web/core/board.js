// @ts-check
/* board.js: the rows of the board and the deadlines beside it. Pure; what was worked out of a case is kept with it.
 *
 * A case that is the same object as before has the same row: only what an entry has changed is worked out again, and put into its place
 * among the others. So an entry costs one row and a walk over the others, with thousands of them as with ten. */

import { acceptedBy, arrivedAt, standing } from "./select.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Case} Case */
/** @typedef {import("./state.js").Timer} Timer */
/** @typedef {import("./protocol.js").You} You */
/** @typedef {{case: Case, standing: import("./select.js").Standing, arrived: string, rank: number, at: number}} Row  `rank`, `at`: its
 *   place */

/** What was worked out, ever: tests count it. */
export const worked = { rows: 0, deadlines: 0 };

/** Order on the board: what nobody has answered first and the longest wait on top; then what waits for a decision. */
const RANK = {
	new: 0, waiting: 1, draft: 2, acked: 3, read: 4, coordinated: 4, accepted: 5, answered: 6, redirected: 7,
		elsewhere: 7, reading: 8,
	rejected: 9, closed: 10, withdrawn: 11,
};
const DONE = new Set(["closed", "withdrawn", "rejected"]);

/** @type {WeakMap<Case, {me: You|null, row: Row|null}>} */
const rows = new WeakMap();

/** @param {Case} c @param {You|null} me @returns {Row|null} null: we know something about it, but nothing of the notification itself */
function rowOf(c, me) {
	const kept = rows.get(c);
	if (kept?.me === me)
		return kept.row;
	worked.rows++;
	/** @type {Row|null} */
	let row = null;
	if (c.notice || c.draft || c.withdrawn) {
		const how = standing(c, me), arrived = arrivedAt(c, me);
		/* what the hub coordinates already comes after what nobody has taken up */
		row = { case: c, standing: how, arrived, rank: RANK[how] + (how === "new" && acceptedBy(c) ? 0.5 : 0), at: Date.parse(arrived) };
	}
	rows.set(c, { me, row });
	return row;
}

/** @param {Row} a @param {Row} b */
const before = (a, b) => a.rank - b.rank || a.at - b.at || (a.case.id < b.case.id ? -1 : a.case.id > b.case.id ? 1 : 0);

/** What was asked last: the same again costs nothing, and what is new is put between what was in order. */
let last = { cases: /** @type {Map<string, Case>|null} */ (null), me: /** @type {You|null} */ (null), all: /** @type {Row[]} */ ([]),
	is: { open: /** @type {Row[]} */ ([]), done: /** @type {Row[]} */ ([]) } };

/** The rows of the board. Threats are never grouped. @param {State} s @returns {{open: Row[], done: Row[]}} */
export function board(s) {
	if (last.cases === s.cases && last.me === s.me)
		return last.is;
	const stood = new Set(last.all);
	/** @type {Row[]} */
	const fresh = [];
	const stands = new Set();
	for (const c of s.cases.values()) {
		const row = rowOf(c, s.me);
		if (row && stood.has(row))
			stands.add(row);
		else if (row)
			fresh.push(row);
	}
	const old = stands.size === last.all.length ? last.all : last.all.filter((r) => stands.has(r));
	const all = fresh.length ? merged(old, fresh.sort(before)) : old;
	const open = all.findIndex((r) => DONE.has(r.standing)); // ranks say that all that is over comes last
	last = { cases: s.cases, me: s.me, all, is: open < 0 ? { open: all, done: [] } : { open: all.slice(0, open), done: all.slice(open).reverse() } };
	return last.is;
}

/** @param {Row[]} a @param {Row[]} b both in order */
function merged(a, b) {
	const all = new Array(a.length + b.length);
	for (let i = 0, j = 0; i < a.length || j < b.length;)
		all[i + j] = j === b.length || (i < a.length && before(a[i], b[j]) <= 0) ? a[i++] : b[j++];
	return all;
}

/** @typedef {Timer & {of: Case, due: number}} Running */

/** @type {WeakMap<Case, Running[]>} */
const running = new WeakMap();

/** Deadlines of a case that run, the next one first. @param {Case} c @returns {Running[]} */
export function deadlinesOf(c) {
	const kept = running.get(c);
	if (kept)
		return kept;
	worked.deadlines++;
	const list = [...c.timers.values()].filter((t) => !t.stopped).map((t) => ({ ...t, of: c, due: Date.parse(t.next ?? t.deadline) }))
		.sort((a, b) => a.due - b.due);
	running.set(c, list);
	return list;
}

/** Deadlines that run, over all cases: how many, and those that are due first. @param {State} s @param {number} most */
export function deadlines(s, most) {
	/** @type {Running[]} */
	const first = [];
	let n = 0;
	for (const c of s.cases.values())
		for (const t of deadlinesOf(c)) {
			n++;
			if (first.length === most && t.due >= first[most - 1].due)
				continue;
			let i = first.length;
			while (i > 0 && first[i - 1].due > t.due)
				i--;
			first.splice(i, 0, t);
			first.length = Math.min(first.length, most);
		}
	return { n, first };
}
