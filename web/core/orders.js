// @ts-check
/* orders.js: removal orders, out of M9 to M16, their receipts and deadlines. State, clocks and outcomes per item are what the
 * server decided in the entries; the form is what the draft, and then the issue, carried. An hour never pauses here either:
 * each is a clock of its own, and one that was closed says how. */

import { act, note, takeDeadline, takeReceipt, takeTimers } from "./cases.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./state.js").Act} Act */
/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {import("./protocol.js").You} You */

/** @typedef {{state: string, at?: string}} Ordered  what became of one item */
/** @typedef {{id: string, mode: string, exercise?: string, incident?: string, authority: string, hsp: string, state: string, form: any,
 *   version: string, drafted?: Act, certified?: Act, issued?: Act & {id: string, cross_border?: boolean, home_authority?: string,
 *   reported?: boolean}, received?: {at: string, channel: string}, items: Ordered[], hours: string[], overdue: boolean, silence?: string,
 *   copied?: Act, ended?: Act & {reason?: string}, answers: {k: string, by: Act, body: any}[], timers: Map<string, import("./state.js").Timer & {closed?: string, left_ms?: number}>,
 *   receipts: Map<string, Map<string, import("./state.js").Receipts>>, timeline: import("./state.js").Item[], seqs: number[], touched: number}} Order */

/** @param {string} id @param {Entry} e @returns {Order} */
export const newOrder = (id, e) => ({ id, mode: e.mode, exercise: e.exercise, incident: e.incident, authority: e.org, hsp: "", state: "DRAFT",
	form: {}, version: id, items: [], hours: [], overdue: false, answers: [], timers: new Map(), receipts: new Map(), timeline: [], seqs: [],
	touched: -1 });

/** For writing during one batch. @param {Order} o @returns {Order} */
export const copyOrder = (o) => ({ ...o, items: [...o.items], hours: [...o.hours], answers: [...o.answers], timers: new Map(o.timers),
	receipts: new Map(o.receipts), timeline: [...o.timeline], seqs: [...o.seqs] });

/** Which order an entry is about. @param {Draft} draft @param {Entry} e @returns {string|undefined} */
export function orderIdOf(draft, e) {
	const b = e.message?.body ?? {};
	const of = draft.state.orderOf;
	return e.decided?.orders?.[0]?.order ?? b.order_ref ?? of.get(b.message_ref ?? "") ?? of.get(e.ref ?? "") ??
		(draft.state.orders.has(b.object ?? "") ? b.object : undefined);
}

/** @param {Draft} draft @param {Entry} e @returns {Order|undefined} */
function open(draft, e) {
	const id = orderIdOf(draft, e);
	if (!id)
		return undefined;
	draft.map("orderOf").set(e.id, id);
	const o = draft.order(id, e);
	if (e.seq !== undefined)
		o.touched = e.seq;
	return o;
}

/** What the server decided of it; the same members on every entry. @param {Order} o @param {Entry} e */
function decided(o, e) {
	const d = e.decided ?? {};
	takeTimers(o.timers, e);
	for (const t of d.timers_stopped ?? [])
		if (o.timers.has(t.id))
			o.timers.set(t.id, /** @type {any} */ ({ ...o.timers.get(t.id), closed: t.closed, left_ms: t.left_ms }));
	for (const t of d.timers_started ?? [])
		if (/^T1[bc]?$/.test(t.timer))
			o.hours = [...o.hours, t.id];
	for (const x of d.orders ?? []) {
		if (x.order !== o.id)
			continue;
		o.state = x.to ?? o.state;
		o.overdue = x.overdue ?? o.overdue;
		o.received = x.received ?? o.received;
		if (x.drafted)
			o.items = Array.from({ length: x.drafted.items }, () => ({ state: "PENDING" }));
		for (const i of x.items ?? [])
			o.items[i.item - 1] = { state: i.state, at: i.at };
		if (x.silence)
			o.silence = x.silence.until;
		if (x.issued)
			o.issued = { ...act(e), ...x.issued, id: e.id };
	}
}

/** @param {(o: Order, e: Entry, body: any) => void} change @returns {(draft: Draft, e: Entry) => void} */
const step = (change) => (draft, e) => {
	const o = open(draft, e);
	if (!o)
		return;
	const b = e.message?.body ?? {};
	if (b.order) {
		o.form = b.order;
		o.hsp = b.order.addressee;
		o.authority = e.org === "server" ? o.authority : e.org;
		o.silence = b.order.non_disclosure?.until;
		if (!o.items.length)
			o.items = (b.order.locations ?? []).map(() => ({ state: "PENDING" }));
	}
	change(o, e, b);
	decided(o, e);
	note(o, e);
};
const answer = step((o, e, b) => void (o.answers = [...o.answers, { k: e.k, by: act(e), body: b }]));

/** @type {Record<string, (draft: Draft, entry: Entry, apply: (inner: Entry) => void) => void>} */
export const orderSteps = {
	"M9.inform": () => {},
	"M10.draft": step((o, e) => {
		o.version = e.id;
		o.drafted = act(e);
		o.certified = undefined;
		o.incident = e.incident;
	}),
	"M10.certify": step((o, e) => void (o.certified = act(e))),
	"M10.issue": step(() => {}),
	"M11.copy": step((o, e, b) => {
		o.authority = b.authority;
		o.copied = { ...act(e), at: b.copied_at };
	}),
	"M10.silence": step(() => {}),
	"M10.withdraw": step((o, e, b) => void (o.ended = { ...act(e), reason: b.reason })),
	"M12.send": answer,
	"M13.send": answer,
	"M14.clarification": answer,
	"M14.obstacle_ended": answer,
	"M15.request": answer,
	"M15.own_motion": answer,
	"M15.intention": answer,
	"M15.decision": answer,
	"M16.reinstate": answer,
	"M19.*"(draft, e) {
		const o = open(draft, e);
		if (!o)
			return;
		takeReceipt(o.receipts, e);
		decided(o, e);
		note(o, e);
	},
	"deadline.passed": (draft, e) => deadline(draft, e, "passed"),
	"deadline.warned": (draft, e) => deadline(draft, e, "warned"),
};

/** @param {Draft} draft @param {Entry} e @param {"passed"|"warned"} what */
function deadline(draft, e, what) {
	const o = open(draft, e);
	if (!o)
		return;
	takeDeadline(o.timers, e, what);
	decided(o, e);
	note(o, e);
}

/* ---- what screens ask ---- */

const BEFORE = ["DRAFT", "DECONFLICTION_CHECK", "HELD", "CERTIFIED"];
export const OUT = ["ISSUED", "DELIVERED", "OBSTACLE_ENDED", "CLARIFIED"];
const STUCK = ["IMPOSSIBLE", "DEFECTIVE"];
const DONE = ["EXECUTED", "PRESERVED", "CHALLENGED"];

/** @param {You|null} me @param {string[]} roles @param {string} kind */
const is = (me, roles, kind) => Boolean(me && !me.machine && me.kinds.includes(kind) && me.roles.some((r) => roles.includes(r)));
const CA = "ms_competent_authority";

/** Who may draft one (matrix: M10.draft). @param {You|null} me */
export const mayOrder = (me) => is(me, ["order_issuer"], CA);
/** @param {You|null} me */
export const mayInform = (me) => is(me, ["order_issuer", "legal"], CA);

/** Is there anything that this person may see of orders? @param {State} s */
export const seesOrders = (s) => s.orders.size > 0 || s.exposures.size > 0 || is(s.me, ["legal"], "ms_oversight_authority") || mayOrder(s.me) || is(s.me, ["order_certifier"], CA);

/** The hour that runs, or the last one. @param {Order} o */
export function hourOf(o) {
	const all = o.hours.map((id) => /** @type {NonNullable<ReturnType<typeof o.timers.get>>} */ (o.timers.get(id)));
	return all.filter((t) => t && !t.stopped).at(-1) ?? all.at(-1);
}

/** Does an hour run that binds me? @param {State} s @param {Order} o */
export const binds = (s, o) => o.hsp === s.me?.org && OUT.includes(o.state);

/** Forms that this person may use now, the most pressing first. @param {State} s @param {Order} o @returns {string[]} */
export function orderForms(s, o) {
	const { me } = s;
	/** @type {string[]} */
	const list = [];
	const mine = o.authority === me?.org, theirs = o.hsp === me?.org;
	const issuer = mine && is(me, ["order_issuer"], CA), certifier = mine && is(me, ["order_certifier"], CA);
	const lawyer = mine && is(me, ["legal"], CA), service = theirs && is(me, ["crisis_responder", "legal"], "hsp");
	const item = (/** @type {string} */ state) => o.items.some((i) => i.state === state);
	if (certifier && ["DRAFT", "DECONFLICTION_CHECK"].includes(o.state) && o.drafted?.person !== me?.person)
		list.push("M10.certify");
	if ((issuer || certifier) && o.state === "CERTIFIED")
		list.push("M10.issue");
	if (service && [...OUT, ...STUCK, ...DONE].includes(o.state) && o.items.some((i) => ["PENDING", "IMPOSSIBLE", "DEFECTIVE"].includes(i.state)))
		list.push("M12.send");
	if (service && [...OUT, ...STUCK].includes(o.state) && item("PENDING"))
		list.push("M13.send");
	if ((issuer || lawyer) && item("DEFECTIVE"))
		list.push("M14.clarification");
	if ((service || issuer || lawyer) && item("IMPOSSIBLE"))
		list.push("M14.obstacle_ended");
	if (service && ["ANNULLED", "WITHDRAWN"].includes(o.state) && (item("REMOVED") || item("DISABLED")))
		list.push("M16.reinstate");
	if (mine && is(me, ["order_issuer", "deconfliction_officer"], CA) && (o.state === "DRAFT" || (o.state === "CERTIFIED" &&
		![...s.checks.values()].some((c) => c.order === o.id))))
		list.unshift("M18.check_order");
	list.push(...scrutinyForms(s, o));
	if (issuer && BEFORE.includes(o.state))
		list.push("M10.draft");
	if ((issuer || certifier) && o.silence && [...OUT, ...STUCK, ...DONE].includes(o.state))
		list.push("M10.silence");
	if ((issuer || certifier || lawyer) && [...BEFORE, ...OUT, ...STUCK, ...DONE].includes(o.state))
		list.push("M10.withdraw");
	return list;
}

/** What takes an order back. It is never the next step: no key does it, and it does not look as if it were meant. */
export const TAKES_BACK = ["M10.withdraw"];

/** What of an order wants a person of mine now, and the entry that says so: an hour that runs, or is running out; a draft to certify; an
 * answer that it cannot be done. @param {State} s @param {Order} o
 * @returns {{why: string, item: import("./state.js").Item}|undefined} */
export function wants(s, o) {
	const { me } = s;
	const last = (/** @type {RegExp} */ which) => o.timeline.findLast((i) => which.test(i.k) && i.org !== me?.org);
	if (binds(s, o)) {
		const item = last(/^(M10\.issue|M14\.|deadline\.)/);
		return item && { why: item.k.startsWith("deadline") ? "order_ends" : "order", item };
	}
	const draft = o.timeline.findLast((i) => i.k === "M10.draft");
	if (draft && orderForms(s, o).includes("M10.certify"))
		return { why: "order_certify", item: draft };
	const request = o.timeline.findLast((i) => i.k === "M15.request");
	if (request && scrutinyForms(s, o).includes("M15.decision"))
		return { why: "order_scrutiny", item: request };
	const stuck = STUCK.includes(o.state) ? last(/^M13\./) : undefined;
	return stuck && o.authority === me?.org ? { why: "order_stuck", item: stuck } : undefined;
}

/** What counsel of the provider and the authority of its state may do about an order across borders. @param {State} s @param {Order} o */
function scrutinyForms(s, o) {
	const said = (/** @type {string} */ k) => o.answers.some((a) => a.k === k);
	if (said("M15.decision"))
		return [];
	if (o.hsp === s.me?.org && o.issued?.cross_border && is(s.me, ["legal"], "hsp"))
		return said("M15.request") ? [] : ["M15.request"];
	if (!o.copied || o.authority === s.me?.org || !is(s.me, ["legal"], "ms_scrutiny_authority"))
		return [];
	return said("M15.request") || said("M15.own_motion") ? ["M15.intention", "M15.decision"] : ["M15.own_motion"];
}

/** On the list: what runs out first, then what waits for somebody. @param {State} s @returns {{open: Order[], done: Order[]}} */
export function orderList(s) {
	const all = [...s.orders.values()].filter((o) => o.timeline.length);
	const end = (/** @type {Order} */ o) => (OUT.includes(o.state) ? Date.parse(hourOf(o)?.deadline ?? "") : NaN);
	const rank = (/** @type {Order} */ o) => (o.overdue ? 0 : end(o) ? 1 : BEFORE.includes(o.state) || OUT.includes(o.state) ? 2 : 3);
	all.sort((a, b) => rank(a) - rank(b) || (end(a) || 0) - (end(b) || 0) || b.touched - a.touched);
	const over = (/** @type {Order} */ o) => [...DONE, "FINAL", "REINSTATED", "WITHDRAWN", "ANNULLED"].includes(o.state);
	return { open: all.filter((o) => !over(o)), done: all.filter(over) };
}

/** The form with what the server added to it: Annex I as it is printed. @param {Order} o */
export function annexOf(o) {
	return { ...o.form, ...(o.issued && { issued_at: o.issued.at, cross_border: Boolean(o.issued.cross_border),
		...(o.issued.home_authority && { copy_sent: { to: o.issued.home_authority, at: o.issued.at } }) }),
		...(o.certified && { date: o.certified.at }) };
}
