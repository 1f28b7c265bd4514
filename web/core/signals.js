// @ts-check
/* signals.js: content signals (M6), what services found by them (M7), and their end (M8). Each item has a life of its own;
 * counts, opinions and quarantine are per item. */

import { act, eachDisclosed, note, takeTimers } from "./cases.js";
import { takeConfirmations } from "./confirmations.js";
import { incidentIdOf } from "./incidents.js";

/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./state.js").Act} Act */
/** @typedef {import("./protocol.js").Entry} Entry */

/** @typedef {{id: string, entry: string, at: string, by: Act, fields: any, state: string, disputed: boolean, beyond?: number,
 *   distance?: number, opinions: Map<string, {opinion: string, by: Act}>,
 *   counts: {by: Act, count: number, distance?: number, body: any}[], faults: {by: Act, kind: string, reason?: string}[],
 *   reviews: Map<string, string>, ended?: {at: string, how: string, advice?: string}}} Signal
 *   `fields`: of the item, with what holds for every item of its list; `beyond`: quarantined only at a greater distance; `reviews`:
 *   who has to look at it again, and the timer */

/** What may stand once beside the list and holds for every item that does not say so itself. */
const SHARED = ["producer", "content_type", "tco_type", "behaviour_labels", "context_warning", "graphic", "opinion",
	"reviewed_by_human", "suggested_action", "expires_at", "review_at_views"];

/** @param {Draft} draft @param {Entry} e */
function open(draft, e) {
	const b = e.message?.body ?? {};
	const of = draft.state.incidentOf;
	const id = incidentIdOf(draft, e) ?? of.get(b.item_ref ?? "") ?? of.get(b.item_refs?.[0] ?? "");
	if (!id)
		return undefined;
	const map = draft.map("incidentOf");
	map.set(e.id, id);
	for (const item of b.items ?? [])
		map.set(item.item_id, id);
	const i = draft.incident(id, e);
	if (e.seq !== undefined)
		i.touched = e.seq;
	return i;
}

/** @param {import("./incidents.js").Incident} i @param {string} id @param {(s: Signal) => Partial<Signal>} change */
function amend(i, id, change) {
	const s = i.signals.get(id);
	if (s)
		i.signals.set(id, { ...s, ...change(s) });
}

/** Both kinds of opinion exist. @param {Signal["opinions"]} opinions */
function isDisputed(opinions) {
	const all = [...opinions.values()].map((o) => o.opinion);
	return all.includes("negative") && all.includes("positive");
}

/** What the server decided about items. @param {import("./incidents.js").Incident} i @param {Entry} e */
function decided(i, e) {
	takeTimers(i.timers, e);
	takeConfirmations(i, e);
	const d = e.decided ?? {};
	for (const x of d.item_states ?? [])
		amend(i, x.item, () => ({ state: x.to }));
	for (const x of d.item_scopes ?? [])
		amend(i, x.item, (was) => ({ distance: x.distance, beyond: x.beyond >= 0 ? x.beyond : undefined,
			fields: { ...was.fields, bank: x.bank } }));
}

/** @param {(i: import("./incidents.js").Incident, e: Entry, b: any) => void} change @returns {(draft: Draft, e: Entry) => void} */
const step = (change) => (draft, e) => {
	const i = open(draft, e);
	if (!i)
		return;
	change(i, e, e.message?.body ?? {});
	decided(i, e);
	note(i, e);
};

/** Items that are new. */
const list = step((i, e, b) => {
	const shared = Object.fromEntries(SHARED.filter((n) => b[n] !== undefined).map((n) => [n, b[n]]));
	for (const item of b.items ?? []) {
		const fields = { ...shared, ...item };
		const opinions = new Map(fields.opinion ? [[e.org, { opinion: fields.opinion, by: act(e) }]] : []);
		i.signals.set(item.item_id, { id: item.item_id, entry: e.id, at: e.at, by: act(e), fields,
			state: e.decided?.new_items?.state ?? "SHARED", disputed: false,
			distance: item.match_distance_max, opinions, counts: [], faults: [], reviews: new Map() });
	}
});

/** @type {Record<string, (draft: Draft, entry: Entry, apply: (inner: Entry) => void) => void>} */
export const signalSteps = {
	"M6.propose": list,
	"M6.share": list,
	"M6.variant": list,
	/* what is ruled is in what was decided; items of the negative bank come with it, and to new readers what is released */
	"M6.scope"(draft, e, apply) {
		eachDisclosed(e, apply, { incident: e.incident });
		list(draft, e);
	},
	"M7.match_count": step((i, e, b) => amend(i, b.item_ref, (s) => ({ counts: [...s.counts, { by: act(e), count: b.count,
		distance: b.distance, body: b }] }))),
	/* its copies are seen by many: who has to look at it again */
	"M7.review": step((i, e, b) => amend(i, b.item_ref, (s) => ({ reviews: new Map([...s.reviews,
		...(e.decided?.timers_started ?? []).map((/** @type {any} */ x) => [x.desk, x.id])]) }))),
	"M7.opinion": step((i, e, b) => {
		hold(i, e, b.item_ref, b.opinion);
		if (b.expires_at)
			amend(i, b.item_ref, (s) => ({ fields: { ...s.fields, expires_at: b.expires_at } }));
		reviewed(i, e, b.item_ref);
	}),
	/* an item that matches what it should not is held to be wrong; one that is of no use here is not */
	"M7.false_positive": step((i, e, b) => {
		hold(i, e, b.item_ref, "negative");
		fault(i, e, b);
		reviewed(i, e, b.item_ref);
	}),
	"M7.not_applicable": step((i, e, b) => {
		fault(i, e, b);
		reviewed(i, e, b.item_ref);
	}),
	"M8.retract": step((i, e, b) => {
		for (const id of b.item_refs ?? [])
			reviewed(i, e, id, true);
		for (const id of b.item_refs ?? [])
			amend(i, id, () => ({ ended: { at: e.at, how: b.reason, advice: b.undo_advice } }));
	}),
};

/** What an organisation holds of an item replaces what it held before. @param {import("./incidents.js").Incident} i @param {Entry} e
 * @param {string} item @param {string} opinion */
function hold(i, e, item, opinion) {
	amend(i, item, (s) => {
		const opinions = new Map(s.opinions).set(e.org, { opinion, by: act(e) });
		return { opinions, disputed: isDisputed(opinions) };
	});
}

/** The organisation, or everybody when the item is over, has looked at it again: of others the server does not say so.
 * @param {import("./incidents.js").Incident} i @param {Entry} e @param {string} item @param {boolean} [all] */
function reviewed(i, e, item, all = false) {
	const owed = i.signals.get(item)?.reviews ?? new Map();
	for (const [org, id] of owed) {
		const timer = all || org === e.org ? i.timers.get(id) : undefined;
		if (timer && !timer.stopped)
			i.timers.set(id, { ...timer, stopped: { at: e.at, met: Date.parse(e.at) <= Date.parse(timer.deadline), took_ms: 0 } });
	}
	amend(i, item, (s) => ({ reviews: new Map(all ? [] : [...s.reviews].filter(([org]) => org !== e.org)) }));
}

/** @param {import("./incidents.js").Incident} i @param {Entry} e @param {any} b */
function fault(i, e, b) {
	amend(i, b.item_ref, (s) => ({ faults: [...s.faults, { by: act(e), kind: b.kind, reason: b.reason_code }] }));
}

/** Items in the order of their families: each after the one that it is a variant of. @param {import("./incidents.js").Incident} i
 * @returns {{signal: Signal, depth: number, family: number}[]} `family`: how many belong together */
export function clusters(i) {
	const all = [...i.signals.values()];
	const root = (/** @type {Signal} */ s, seen = new Set()) => {
		const parent = i.signals.get(s.fields.variant_of ?? "");
		return parent && !seen.has(parent.id) ? root(parent, seen.add(parent.id)) : s;
	};
	/** @type {Map<string, Signal[]>} */
	const families = new Map();
	for (const s of all)
		families.set(root(s).id, [...families.get(root(s).id) ?? [], s]);
	const rows = [];
	for (const [id, members] of families) {
		members.sort((a, b) => Number(b.id === id) - Number(a.id === id) || Date.parse(a.at) - Date.parse(b.at));
		for (const signal of members)
			rows.push({ signal, depth: signal.id === id ? 0 : 1, family: members.length });
	}
	return rows;
}
