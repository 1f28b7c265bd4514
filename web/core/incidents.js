// @ts-check
/* incidents.js: incidents (life-cycle of a crisis), out of M1, M2, M3, their receipts and deadlines; and the content signals
 * (M6, M7) that belong to them.
 *
 * State, assignee, deadlines and who owes an answer are what the server decided in the entries. Every entry of an
 * incident is a line of one timeline. Two rules are visible here: a machine's receipt never becomes a human
 * acknowledgement, and a proposal is not a decision until another person has confirmed it. */

import { takeConfirmations } from "./confirmations.js";
import { act, eachDisclosed, note, takeDeadline, takePages, takeReceipt, takeTimers } from "./cases.js";

/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./state.js").Act} Act */
/** @typedef {import("./state.js").Item} Item */
/** @typedef {import("./state.js").Timer} Timer */
/** @typedef {import("./state.js").Receipts} Receipts */
/** @typedef {import("./protocol.js").Entry} Entry */

/** @typedef {{id: string, decision: string, body: any, by: Act, fast: boolean, closed?: "confirmed"|"objected"|"withdrawn"|
 *   "reverted"|"overtaken", confirmed?: Act & {id: string}, objections: (Act & {reason?: string})[]}} Proposal
 *   four eyes: who proposed, who confirmed */
/** @typedef {{id: string, body: any, by: Act, until?: string, proposed: boolean, ended?: {at: string, how: string}}} Warning */
/** @typedef {{id: string, refs: string[], at: string, by: Act, readers: string[]}} Asked  the entry that persons have to acknowledge;
 *   `refs`: entries by whose acknowledgement they do: itself, and the confirmation of a fast path */
/** @typedef {{id: string, mode: string, exercise?: string, opened: string, state: string, headline: string, place?: any,
 *   eventTime?: any, ongoing?: string, reports: Item[], criteria: Map<string, any>, affected: string[], assignee?: {person: string, org: string, at: string},
 *   activation?: {id: string, body: any, by: Act, confirmed?: Act, at: string, fast: boolean}, reviewAt?: string,
 *   proposals: Map<string, Proposal>, warnings: Map<string, Warning>, timers: Map<string, Timer>,
 *   receipts: Map<string, Map<string, Receipts>>, asked?: Asked, escalations: any[], links: any[], survivor?: string,
 *   linked: any[], reason?: {code?: string, text?: string}, signals: Map<string, Signal>, timeline: Item[], withoutPersonal: boolean,
 *   reportings: import("./course.js").Report[], statuses: Map<string, import("./course.js").Status[]>, processes: Map<string, import("./course.js").Process>,
 *   contributions: import("./course.js").Contribution[], final?: import("./course.js").Final, published?: import("./course.js").Final,
 *   confirmations: Map<string, import("./confirmations.js").Confirming>, lost: {entries: string[], orgs: string[]}[], touched: number}} Incident */
/** @typedef {import("./signals.js").Signal} Signal */

/** Short name of an incident: the last digits of its id. @param {{id: string}} i */
export function incidentName(i) {
	return `INC-${i.id.replaceAll("-", "").slice(-6).toUpperCase()}`;
}

/** @param {string} id @param {Entry} e @returns {Incident} */
export function newIncident(id, e) {
	return { id, mode: e.mode, exercise: e.exercise, opened: e.at, state: "REPORTED", headline: "", reports: [], criteria: new Map(),
		affected: [], proposals: new Map(), warnings: new Map(), timers: new Map(), receipts: new Map(), escalations: [],
		links: [], linked: [], signals: new Map(), timeline: [], withoutPersonal: false, reportings: [], statuses: new Map(),
		processes: new Map(), contributions: [], confirmations: new Map(), lost: [], touched: -1 };
}

/** For writing during one batch. @param {Incident} i @returns {Incident} */
export function copyIncident(i) {
	return { ...i, reports: [...i.reports], criteria: new Map(i.criteria), proposals: new Map(i.proposals),
		warnings: new Map(i.warnings), timers: new Map(i.timers), receipts: new Map(i.receipts), escalations: [...i.escalations],
		links: [...i.links], linked: [...i.linked], signals: new Map(i.signals), timeline: [...i.timeline],
		statuses: new Map(i.statuses), processes: new Map(i.processes), confirmations: new Map(i.confirmations) };
}

/** Which incident an entry belongs to: it says so itself, or what it refers to does. @param {Draft} draft @param {Entry} e */
export function incidentIdOf(draft, e) {
	const b = e.message?.body ?? {};
	const of = draft.state.incidentOf;
	return e.incident ?? e.message?.incident_ref ?? of.get(b.message_ref ?? "") ?? of.get(e.ref ?? "") ??
		of.get(b.object ?? "") ?? (e.k === "M1.report" ? e.id : undefined);
}

/** @param {Draft} draft @param {Entry} e @returns {Incident|undefined} */
function open(draft, e) {
	const id = incidentIdOf(draft, e);
	if (!id)
		return undefined;
	draft.map("incidentOf").set(e.id, id);
	const i = draft.incident(id, e);
	if (e.seq !== undefined)
		i.touched = e.seq;
	if (e.rendering === "without_personal")
		i.withoutPersonal = true;
	return i;
}

/** What the server decided about incidents; the same members on every entry. A tie and what follows from it concern both
 * ends, as far as they are known here. @param {Draft} draft @param {Incident} i @param {Entry} e */
function decided(draft, i, e) {
	const d = e.decided ?? {};
	const known = (/** @type {string|undefined} */ id) => (id === i.id ? i : id && draft.state.incidents.has(id)
		? draft.incident(id, e) : undefined);
	takeTimers(i.timers, e);
	takePages(i.receipts, e);
	takeConfirmations(i, e);
	for (const step of d.incident_state ?? []) {
		const of = known(step.incident ?? i.id);
		if (of)
			of.state = step.to;
	}
	i.affected = [...new Set([...i.affected, ...d.affected ?? []])];
	if (d.assigned)
		i.assignee = { ...d.assigned, at: e.at };
	for (const c of d.criteria ?? [])
		if (i.criteria.get(c.code)?.answer !== c.answer)
			i.criteria.set(c.code, c);
	for (const p of d.proposals_ended ?? [])
		amend(i, p.ref, { closed: p.how.toLowerCase() });
	for (const t of d.timers_started ?? [])
		if (t.timer === "T21")
			i.reviewAt = t.deadline;
	for (const l of d.ties ?? [])
		for (const end of [known(l.ref), known(l.to)])
			if (end)
				end.links = [...end.links.filter((x) => !same(x, l)), { ...l, at: e.at, by: act(e) }];
	for (const l of d.untied ?? [])
		for (const end of [known(l.ref), known(l.to)])
			if (end)
				end.links = end.links.map((x) => (same(x, l) ? { ...x, undone: { at: e.at, by: act(e) } } : x));
	/* whoever has to answer for this entry: it started their time */
	if ((d.timers_started ?? []).some((/** @type {any} */ t) => t.timer === "T19"))
		i.asked = { id: e.id, refs: [e.id], at: e.at, by: act(e), readers: readersOf(d) };
}

const same = (/** @type {any} */ x, /** @type {any} */ y) => x.ref === y.ref && x.to === y.to && x.kind === y.kind;

/** @param {any} d */
const readersOf = (d) => [...new Set((d.readers ?? []).flatMap((/** @type {any} */ r) => r.orgs ?? [r.org]))];

/** Answers to the criteria, as they are known now. @param {Incident} i @param {any[]|undefined} answers */
function learn(i, answers) {
	for (const a of answers ?? [])
		i.criteria.set(a.code, a);
}

/** @param {(i: Incident, e: Entry, body: any) => void} change
 * @returns {(draft: Draft, e: Entry) => void} */
export const incidentStep = (change) => (draft, e) => {
	const i = open(draft, e);
	if (!i)
		return;
	change(i, e, e.message?.body ?? {});
	decided(draft, i, e);
	note(i, e);
};

const step = incidentStep;

/** @param {Incident} i @param {Entry} e @param {any} b @param {boolean} fast */
function propose(i, e, b, fast) {
	const p = { id: e.id, decision: b.decision, body: b, by: act(e), fast, objections: [] };
	i.proposals.set(e.id, p);
	if (fast)
		take(i, e, b);
}

/** A decision takes effect. Who made it is what the server says: not everybody has read the proposal.
 * @param {Incident} i @param {Entry} e @param {any} b */
function take(i, e, b) {
	const [by, confirmed] = (e.decided?.decision?.by ?? [{ org: e.org }]).map((/** @type {any} */ x) => ({ ...x, at: e.at }));
	if (b.decision === "activate" || b.decision === "reopen")
		i.activation = { id: e.id, body: { ...e.decided?.activated, ...b }, by, confirmed, at: e.decided?.activated ? e.at : i.activation?.at ?? e.at,
			fast: !confirmed };
	if (b.decision === "change" && i.activation)
		i.activation = { ...i.activation, body: { ...i.activation.body, ...b } };
	i.reviewAt = e.decided?.decision?.review_at ?? b.review_at ?? i.reviewAt;
	learn(i, b.criteria_answers);
	i.affected = [...new Set([...i.affected, ...b.scope?.states ?? []])];
	i.linked = [...i.linked.filter((x) => !(b.linked_activations ?? []).some((/** @type {any} */ y) => y.body === x.body &&
		y.mechanism === x.mechanism)), ...(b.linked_activations ?? [])];
}

/** @param {Incident} i @param {string} id @param {Partial<Proposal>} change */
function amend(i, id, change) {
	const p = i.proposals.get(id);
	if (p)
		i.proposals.set(id, { ...p, ...change });
}

/** @param {Incident} i @param {Entry} e @param {string} how */
function endWarnings(i, e, how) {
	for (const [id, w] of i.warnings)
		if (!w.ended)
			i.warnings.set(id, { ...w, ended: { at: e.at, how } });
}

/** The fast path was not confirmed, or taken back. @param {Incident} i */
function withoutActivation(i) {
	if (i.activation?.fast)
		i.activation = undefined;
}

/** What one person may decide. */
const alone = step((i, e, b) => take(i, e, b));

/** @type {Record<string, (draft: Draft, entry: Entry, apply: (inner: Entry) => void) => void>} */
export const incidentSteps = {
	"M1.report": step((i, e, b) => {
		/* the first report gives the incident its name; later ones that are the same event are read beside it */
		if (!i.headline) {
			i.headline = b.headline ?? "";
			i.place = b.event_place;
			i.eventTime = b.event_time;
			i.ongoing = b.ongoing;
			i.opened = e.at;
		}
		learn(i, b.criteria);
		i.reports = [...i.reports, /** @type {any} */ ({ id: e.id, k: e.k, at: e.at, org: e.org, actor: e.actor, body: b,
			seq: e.seq, decided: e.decided ?? {}, original: e.message })];
	}),
	"M1.reference": step(() => {}),
	"M1.link": step(() => {}),
	"M1.unlink": step(() => {}),

	"M2.propose": step((i, e, b) => void i.warnings.set(e.id, { id: e.id, body: b, by: act(e), proposed: true })),
	"M2.issue": step((i, e, b) => {
		for (const [id, w] of i.warnings)
			if (!w.ended)
				i.warnings.set(id, { ...w, ended: { at: e.at, how: w.proposed ? "issued" : "renewed" } });
		i.warnings.set(e.id, { id: e.id, body: b, by: act(e), until: e.decided?.warned?.until ?? b.valid_until, proposed: false });
	}),
	"M2.decline": step((i, e, b) => {
		for (const [id, w] of i.warnings)
			if (!w.ended && w.proposed && (!b.proposal_ref || b.proposal_ref === id))
				i.warnings.set(id, { ...w, ended: { at: e.at, how: "declined" } });
		i.reason = { code: b.reason_code, text: b.note };
		learn(i, b.criteria);
	}),
	"M2.expire": step((i, e) => {
		for (const [id, w] of i.warnings)
			if (!w.ended && !w.proposed)
				i.warnings.set(id, { ...w, ended: { at: e.at, how: "expired" } });
	}),

	"M3.assess": alone,
	"M3.assign": alone,
	"M3.not_activate": step((i, e, b) => {
		endWarnings(i, e, "declined");
		i.reason = { code: b.reason_code, text: b.reason };
	}),
	"M3.change": alone,
	"M3.wind_down": alone,
	"M3.link_activation": alone,
	"M3.propose": step((i, e, b) => propose(i, e, b, false)),
	"M3.fast_path": step((i, e, b) => {
		endWarnings(i, e, "activated");
		propose(i, e, b, true);
	}),
	"M3.confirm": step((i, e, b) => {
		const p = i.proposals.get(b.proposal_ref);
		amend(i, b.proposal_ref, { confirmed: { ...act(e), id: e.id } });
		take(i, e, { ...p?.body, ...b });
		if (b.decision === "activate" || b.decision === "reopen")
			endWarnings(i, e, "activated");
		if (p?.fast && i.asked)
			i.asked = { ...i.asked, refs: [...i.asked.refs, e.id] };
	}),
	/* to a proposal, or to what is in effect: that names the confirmation */
	"M3.object": step((i, e, b) => {
		const p = i.proposals.get(b.proposal_ref) ?? [...i.proposals.values()].find((x) => x.confirmed?.id === b.proposal_ref);
		if (p)
			amend(i, p.id, { objections: [...p.objections, { ...act(e), reason: b.reason }] });
	}),
	"M3.withdraw": step((i) => withoutActivation(i)),
	"M3.revert": step((i) => withoutActivation(i)),

	"M19.*"(draft, e) {
		const i = open(draft, e);
		if (!i)
			return;
		takeReceipt(i.receipts, e);
		if (e.k === "M19.escalation")
			i.escalations = [...i.escalations, { ...e.message?.body, at: e.at }];
		decided(draft, i, e);
		note(i, e);
	},
	"M29.disclose"(draft, e, apply) {
		const i = open(draft, e);
		if (!i)
			return;
		decided(draft, i, e);
		note(i, e);
		eachDisclosed(e, apply, { incident: i.id });
	},
	"deadline.passed": (draft, e) => deadline(draft, e, "passed"),
	"deadline.warned": (draft, e) => deadline(draft, e, "warned"),
};

/** @param {Draft} draft @param {Entry} e @param {"passed"|"warned"} what */
function deadline(draft, e, what) {
	const i = open(draft, e);
	if (!i)
		return;
	takeDeadline(i.timers, e, what);
	decided(draft, i, e);
	note(i, e);
}
