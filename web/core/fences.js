// @ts-check
/* fences.js: referrals (M17) and deconfliction checks (M18), and who may do what with them. Whom a check concerns is told to
 * nobody but those: what is not here, this console was not sent. */

import { act, note } from "./cases.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./state.js").Act} Act */
/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {import("./protocol.js").You} You */

/** @typedef {{org: string, answer: string, until?: string, authority?: string, reason?: string, by: Act}} CheckAnswer */
/** @typedef {{id: string, mode: string, exercise?: string, by: Act, at: string, body: any, state: string, order?: string,
 *   answers: Map<string, CheckAnswer>, decisions: {by: Act, decision: string, considered: boolean, reason?: string}[],
 *   hits?: string[], due?: {at: string, outcome: string}, touched: number}} Check  `hits`: entries because of which this console's organisation was asked */
/** @typedef {{id: string, mode: string, exercise?: string, incident?: string, by: Act, at: string, body: any, to: string[],
 *   answers: {by: Act, answer: string, positions: number[], at: string}[], timeline: import("./state.js").Item[], seqs: number[], touched: number}} Referral */

const MS = ["ms_competent_authority", "ms_law_enforcement"];
const CA = ["ms_competent_authority"];
const LE = ["ms_law_enforcement"];
const HUB = ["eu_hub"];
const HSP = ["hsp"];

/** @param {You|null} me @param {string[]} roles @param {string[]} kinds */
function is(me, roles, kinds) {
	return Boolean(me && !me.machine && me.roles.some((r) => roles.includes(r)) && me.kinds.some((k) => kinds.includes(k)));
}

/** @param {Draft} draft @param {string} id @param {(c: Check) => Partial<Check>} change */
function amend(draft, id, change) {
	const checks = /** @type {Map<string, Check>} */ (draft.map("checks"));
	const c = checks.get(id);
	if (c)
		checks.set(id, { ...c, ...change(c) });
}

/** The check's own state; and of the order that it is about, which is the asker's alone to see, how it stands with it.
 * @param {Draft} draft @param {Entry} e */
function steps(draft, e) {
	for (const s of e.decided?.check_states ?? []) {
		amend(draft, s.check, () => ({ state: s.to }));
		const known = draft.state.orders.get(draft.state.checks.get(s.check)?.order ?? "");
		if (!known || known.issued)
			continue;
		const held = s.to === "HELD" || s.to === "ABANDONED";
		const o = draft.order(known.id, e);
		if (held ? ["DRAFT", "DECONFLICTION_CHECK", "CERTIFIED"].includes(o.state) : ["DRAFT", "HELD"].includes(o.state))
			o.state = held ? "HELD" : "DECONFLICTION_CHECK";
	}
}

/** @type {Record<string, (draft: Draft, e: Entry) => void>} */
export const fenceSteps = {
	"M18.check"(draft, e) {
		const checks = /** @type {Map<string, Check>} */ (draft.map("checks"));
		const body = e.message?.body ?? {};
		checks.set(e.id, { id: e.id, mode: e.mode, exercise: e.exercise, by: act(e), at: e.at, body, state: "ASKED", order: body.order_ref,
			answers: new Map(), decisions: [], touched: e.seq ?? -1 });
		steps(draft, e);
	},
	"M18.asked"(draft, e) {
		const body = e.message?.body ?? {};
		amend(draft, body.check_ref, () => ({ hits: body.hits ?? [] }));
	},
	"M18.answer"(draft, e) {
		const b = e.message?.body ?? {};
		amend(draft, b.check_ref, (c) => ({ touched: e.seq ?? c.touched, answers: new Map(c.answers).set(e.org, { org: e.org, answer: b.answer,
			until: b.until, authority: b.authority, reason: b.reason_class, by: act(e) }) }));
		steps(draft, e);
	},
	"M18.decide"(draft, e) {
		const b = e.message?.body ?? {};
		amend(draft, b.check_ref, (c) => ({ touched: e.seq ?? c.touched, decisions: [...c.decisions, { by: act(e), decision: b.decision,
			considered: b.due_consideration, reason: b.reason_class }] }));
		steps(draft, e);
	},
	/* the time for answers is over: what it has come to by then, whoever answered */
	"M18.due"(draft, e) {
		amend(draft, e.message?.body?.check_ref, () => ({ due: { at: e.at, outcome: e.decided?.outcome ?? "clear" } }));
	},
	"M17.send"(draft, e) {
		const referrals = /** @type {Map<string, Referral>} */ (draft.map("referrals"));
		const r = { id: e.id, mode: e.mode, exercise: e.exercise, incident: e.incident ?? e.message?.incident_ref, by: act(e), at: e.at,
			body: e.message?.body ?? {}, to: /** @type {any} */ (e.message)?.audience ?? [], answers: [], timeline: [], seqs: [], touched: e.seq ?? -1 };
		note(r, e);
		referrals.set(e.id, r);
	},
	"M17.answer"(draft, e) {
		const referrals = /** @type {Map<string, Referral>} */ (draft.map("referrals"));
		const b = e.message?.body ?? {};
		const r = referrals.get(b.referral_ref);
		if (!r)
			return;
		const next = { ...r, touched: e.seq ?? r.touched, timeline: [...r.timeline], seqs: [...r.seqs], answers: [...r.answers, { by: act(e),
			answer: b.answer, at: b.at, positions: e.decided?.referral_answered?.positions ?? [] }] };
		note(next, e);
		referrals.set(r.id, next);
	},
};

/** What a check has come to at this time: silence counts as clear. @param {State} s @param {Check} c @param {number} now
 * @returns {"waits"|"clear"|"held"|"considered"|"abandoned"} */
export function outcome(s, c, now) {
	const answers = [...c.answers.values()];
	if (c.state === "ABANDONED")
		return "abandoned";
	if (c.state === "HELD" || answers.some((a) => a.answer === "duplicate_order_exists"))
		return "held";
	if (c.state === "CONSIDERED")
		return "considered";
	return now >= Date.parse(c.body.answer_by) ? "clear" : "waits";
}

/** @param {You|null} me */
export const mayCheck = (me) => is(me, ["order_issuer", "deconfliction_officer"], CA) ||
	is(me, ["duty_officer", "liaison", "deconfliction_officer"], LE) || is(me, ["deconfliction_officer"], HUB);
/** @param {You|null} me */
export const maySeeChecks = (me) => mayCheck(me) || is(me, ["incident_lead"], [...MS, ...HUB]);
/** The hub is always asked; an authority when it was told why. @param {You|null} me @param {Check} c */
export const mayAnswerCheck = (me, c) => c.by.org !== me?.org && c.state !== "ABANDONED" &&
	(is(me, ["deconfliction_officer"], [...MS, ...HUB]) || is(me, ["duty_officer"], LE));
/** @param {You|null} me @param {Check} c */
export const mayDecideCheck = (me, c) => c.by.org === me?.org && c.state !== "ABANDONED" && is(me, ["order_issuer"], CA);
/** @param {You|null} me */
export const mayRefer = (me) => is(me, ["duty_officer", "liaison"], [...LE, ...HUB]);
/** @param {You|null} me */
export const maySeeReferrals = (me) => mayRefer(me) || is(me, ["crisis_responder", "policy_lead", "legal"], HSP);
/** @param {You|null} me */
export const mayAnswerReferral = (me) => is(me, ["crisis_responder", "policy_lead"], HSP);

/** @param {State} s */
export const listOfChecks = (s) => [...s.checks.values()].sort((a, b) => b.touched - a.touched);
/** Checks that wait for an answer of my organisation. @param {State} s @param {(c: Check) => number} now  the time, on the check's clock */
export const checksOwed = (s, now) => [...s.checks.values()].filter((c) => mayAnswerCheck(s.me, c) && !c.answers.has(s.me?.org ?? "") &&
	outcome(s, c, now(c)) === "waits").length;
/** @param {State} s */
export const listOfReferrals = (s) => [...s.referrals.values()].sort((a, b) => b.touched - a.touched);

/** Addresses of a referral with what my organisation, or the one that answered, said of each last.
 * @param {Referral} r @returns {{url: string, answers: {org: string, answer: string}[]}[]} */
export function addresses(r) {
	return (r.body.urls ?? []).map((/** @type {string} */ url, /** @type {number} */ n) => {
		/** @type {Map<string, string>} */
		const newest = new Map();
		for (const a of r.answers)
			if (a.positions.includes(n))
				newest.set(a.by.org, a.answer);
		return { url, answers: [...newest].map(([org, answer]) => ({ org, answer })) };
	});
}

/** What of ours a check is about: our own checks by their file number, our cases by their name. @param {State} s @param {Check} c
 * @returns {{kind: "check"|"case", id: string, text: string}[]} */
export function oursIn(s, c) {
	/** @type {{kind: "check"|"case", id: string, text: string}[]} */
	const all = [];
	for (const id of c.hits ?? []) {
		const check = s.checks.get(id);
		const of = s.caseOf.get(id);
		if (check && check.by.org === s.me?.org)
			all.push({ kind: "check", id, text: check.body.own_reference ?? "" });
		else if (of)
			all.push({ kind: "case", id: of, text: `ITL-${of.replaceAll("-", "").slice(-6).toUpperCase()}` });
	}
	return all;
}
