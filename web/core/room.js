// @ts-check
/* room.js: what belongs to an incident besides its own entries: threats that are tied to it, removal orders, checks and referrals that
 * were said in it, complaints of the platforms that are engaged; and all of it on one line of time. Pure questions over the state. */

import { platforms } from "./course.js";
import { ties } from "./crisis.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Item} Item */
/** @typedef {import("./incidents.js").Incident} Incident */
/** @typedef {"incident"|"threat"|"order"|"referral"|"signal"|"linked"} Mechanism */
/** @typedef {{id: string, org: string, at: string, mode: string, exercise?: string, body: any, counted: string}} Complaints */

/** Removal orders that were issued or drafted in it, as far as they are shown here; newest first. @param {State} s @param {Incident} i */
export const ordersOf = (s, i) => [...s.orders.values()].filter((o) => o.incident === i.id && o.timeline.length)
	.sort((a, b) => b.touched - a.touched);

/** @param {State} s @param {Incident} i */
export const referralsOf = (s, i) => [...s.referrals.values()].filter((r) => r.incident === i.id).sort((a, b) => b.touched - a.touched);

/** Threats to life that belong to it. @param {State} s @param {Incident} i */
export function threatsOf(s, i) {
	const found = new Set(ties(i).filter((l) => l.kind === "belongs_to").flatMap((l) => [l.ref, l.to]).map((id) => s.cases.get(s.caseOf.get(id ?? "") ??
		id ?? "")));
	return [...found].filter((c) => c !== undefined);
}

/** Counts of complaints (M24) whose period touches the time in which it was active, of platforms that are engaged: the newest of a
 * platform, law and period. The same rule as the server's statistics. @param {State} s @param {Incident} i @returns {Complaints[]} */
export function complaintsOf(s, i) {
	const from = Date.parse(i.activation?.at ?? "");
	const until = Date.parse(i.timeline.findLast((x) => x.k === "M3.confirm" && x.body.decision === "close")?.at ?? "");
	const engaged = new Set(platforms(s, i).map((p) => p.org));
	const newest = new Map();
	for (const c of s.complaints.values()) {
		const { period } = c.body;
		if (c.mode === i.mode && c.exercise === i.exercise && engaged.has(c.org) && Number.isFinite(from) && Date.parse(period.until) >= from &&
		    !(Date.parse(period.from) > until))
			newest.set(c.counted, c);
	}
	return [...newest.values()].sort((a, b) => a.org.localeCompare(b.org) || Date.parse(a.body.period.from) - Date.parse(b.body.period.from));
}

const COUNTS = ["complaints", "reinstated", "rejected", "pending"];

/** All of them together. @param {Complaints[]} list @returns {Record<string, number>} */
export const sumOf = (list) => Object.fromEntries(COUNTS.map((n) => [n, list.reduce((sum, c) => sum + (c.body[n] ?? 0), 0)]));

/** @param {Item} item @returns {Mechanism} */
function mechanismOf(item) {
	if (/^M([678])\./.test(item.k))
		return "signal";
	return item.k === "M3.link_activation" ? "linked" : "incident";
}

/** @typedef {Item & {mechanism: Mechanism, name?: string, href?: string}} Line */

/** Everything on one line of time, in the order of the ledger: what came at the same moment stays as it was recorded.
 * @param {State} s @param {Incident} i @returns {{lines: Line[], receipts: Incident["receipts"]}} */
export function wholeTimeline(s, i) {
	const receipts = new Map(i.receipts);
	const seen = new Set();
	/** @type {Line[]} */
	const lines = [];
	/** @param {Item[]} items @param {(x: Item) => Mechanism} mechanism @param {{name?: string, href?: string}} [of] */
	const add = (items, mechanism, of = {}) => {
		for (const x of items)
			if (!seen.has(x.id)) {
				seen.add(x.id);
				lines.push({ ...x, mechanism: mechanism(x), ...of });
			}
	};
	const join = (/** @type {Incident["receipts"]} */ more) => more.forEach((v, k) => receipts.set(k, v));
	add(i.timeline, mechanismOf);
	for (const c of threatsOf(s, i)) {
		add(c.timeline, () => "threat", { name: `ITL-${c.id.replaceAll("-", "").slice(-6).toUpperCase()}`, href: `#/threat/${c.id}` });
		join(c.receipts);
	}
	for (const o of ordersOf(s, i)) {
		add(o.timeline, () => "order", { name: o.form.order_reference, href: `#/order/${o.id}` });
		join(o.receipts);
	}
	for (const r of referralsOf(s, i))
		add(r.timeline, () => "referral", { href: `#/referrals/${r.id}` });
	lines.sort((a, b) => (a.seq !== undefined && b.seq !== undefined ? a.seq - b.seq : Date.parse(a.at) - Date.parse(b.at)));
	return { lines, receipts };
}

/** What platforms reported, one after the other: the newest of each window counts. @param {State} s @param {Incident} i
 * @returns {{org: string, points: {at: number, n: number, trend: string}[]}[]} */
export function volumesOf(s, i) {
	return platforms(s, i).filter((p) => p.statuses.length).map((p) => ({ org: p.org, points: p.statuses.map((x) => ({
		at: Date.parse(x.body.window?.until ?? x.at), trend: x.trend,
		n: (x.body.uploads_blocked ?? 0) + (x.body.removed ?? 0) + (x.body.live_terminated ?? 0) })) }));
}
