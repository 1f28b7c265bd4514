// @ts-check
/* course.js: how an incident goes on: situation reports (M20), platform status (M21), orders elsewhere (M22), the debrief
 * (M23), recalls (M25), requests for victims (M28); and who may say what of them (matrix a.3.1).
 *
 * Numbers are the server's (`decided.report`). A contribution without a sender comes without one: nobody guesses it. */

import { act, note, takeTimers } from "./cases.js";
import { incidentStep } from "./incidents.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./state.js").Act} Act */
/** @typedef {import("./incidents.js").Incident} Incident */
/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {import("./protocol.js").You} You */

/** @typedef {{id: string, number: number, figures: Record<string, number>, by: Act, at: string, body: any, draft: boolean}} Report */
/** @typedef {{at: string, trend: string, body: any}} Status */
/** @typedef {{id: string, by: Act, at: string, body: any, nameless: boolean}} Contribution */
/** @typedef {{id: string, by: Act, at: string, body: any, figures: Record<string, number>}} Final */
/** @typedef {{id: string, by: Act, body: any, addressee: string, due?: string, state: string}} Process */

const MS = ["ms_competent_authority", "ms_law_enforcement"];
const HUB = ["eu_hub"];
const HSP = ["hsp"];
const RUNNING = ["ACTIVE", "WINDING_DOWN"];

/** @param {Draft} draft @param {Entry} e @param {(i: Incident, e: Entry, b: any) => void} change */
function take(draft, e, change) {
	if (!e.case)
		return incidentStep(change)(draft, e);
	const c = draft.case(e.case, e);
	takeTimers(c.timers, e);
	note(c, e);
}

/** @param {(i: Incident, e: Entry, b: any) => void} change @returns {(draft: Draft, e: Entry) => void} */
const step = (change) => (draft, e) => take(draft, e, change);

/** @param {Entry} e @param {any} b @param {boolean} draft @returns {Report} */
const report = (e, b, draft) => ({ id: e.id, number: e.decided?.report?.number ?? 0, figures: e.decided?.report?.figures ?? {}, by: act(e),
	at: e.at, body: b, draft });

/** @type {Record<string, (draft: Draft, e: Entry) => void>} */
export const courseSteps = {
	"M20.draft": step((i, e, b) => void (i.reportings = [...i.reportings, report(e, b, true)])),
	"M20.approve": step((i, e, b) => void (i.reportings = [...i.reportings, report(e, b, false)])),
	"M20.hand_over": (draft, e) => (e.incident ? take(draft, e, () => {}) : undefined),
	"M24.send"(draft, e) {
		/** @type {Map<string, import("./room.js").Complaints>} */ (draft.map("complaints")).set(e.id, { id: e.id, org: e.org, at: e.at, mode: e.mode,
			exercise: e.exercise, body: e.message?.body ?? {}, counted: e.decided?.counted ?? e.id });
	},
	"M21.send": step((i, e, b) => void i.statuses.set(e.org, [...i.statuses.get(e.org) ?? [], { at: e.at, trend: b.trend, body: b }])),
	"M22.open": step((i, e, b) => void i.processes.set(e.id, { id: e.id, by: act(e), body: b, addressee: b.addressee,
		due: e.decided?.process?.due, state: "OPEN" })),
	"M22.status": step((i, e, b) => {
		const p = i.processes.get(b.process_ref);
		if (p)
			i.processes.set(p.id, { ...p, state: e.decided?.process_state?.to ?? p.state });
	}),
	"M23.contribute": step((i, e, b) => void (i.contributions = [...i.contributions, { id: e.id, by: act(e), at: e.at, body: b,
		nameless: !e.org }])),
	"M23.final": step((i, e, b) => void (i.final = { id: e.id, by: act(e), at: e.at, body: b, figures: e.decided?.report?.figures ?? {} })),
	"M23.publish": step((i, e, b) => void (i.published = { id: e.id, by: act(e), at: e.at, body: b, figures: e.decided?.report?.figures ?? {} })),
	/* what is not mine to read any more is taken away here, too */
	"M25.recall": step((i, e) => {
		const { entries = [], orgs = [] } = e.decided?.recalled ?? {};
		i.timeline = i.timeline.map((x) => (entries.includes(x.id) ? { ...x, recalled: true } : x));
		i.lost = [...i.lost, { entries, orgs }];
	}),
	"M25.confirm": step(() => {}),
	"M28.send": step(() => {}),
};

/** @param {You|null} me @param {string[]} roles @param {string[]} kinds */
function is(me, roles, kinds) {
	return Boolean(me && !me.machine && me.roles.some((r) => roles.includes(r)) && me.kinds.some((k) => kinds.includes(k)));
}

/** The newest approved situation report. @param {Incident} i */
export const newestReport = (i) => i.reportings.filter((r) => !r.draft).pop();

/** Does it fall at this platform, twice in a row? @param {Status[]|undefined} list */
export const falls = (list) => (list?.length ?? 0) > 1 && list?.slice(-2).every((x) => x.trend === "falling" || x.trend === "none");

/** Platforms that are engaged as far as this console can tell, and whether their volume falls: whoever acknowledged the
 * activation, or sent a status. @param {State} s @param {Incident} i */
export function platforms(s, i) {
	const isService = (/** @type {string} */ org) => s.orgs.get(org)?.kinds.includes("hsp") ?? i.statuses.has(org);
	const acked = (i.asked?.refs ?? []).flatMap((id) => [...i.receipts.get(id) ?? []].filter(([, r]) => r.acked.length).map(([org]) => org));
	return [...new Set([...acked, ...i.statuses.keys()])].filter(isService).sort().map((org) => ({ org, statuses: i.statuses.get(org) ?? [],
		falls: Boolean(falls(i.statuses.get(org))) }));
}

/** @typedef {{part: "contributions"|"final"|"public", until: string, by: string[], missing: string[], nameless: number, done: boolean, late: boolean}} Part */

const DUE_DAYS = /** @type {const} */ ({ contributions: 10, final: 30, public: 60 });

/** What the debrief waits for, from the closing on (T25; domain/debrief.c): contributions of those who took part, as far as this console was
 * told who did, the final report and the public version of the hub. A contribution without a sender counts as nobody's.
 * @param {State} s @param {Incident} i @param {number} now @returns {Part[]|undefined} before the closing: nothing */
export function debriefDue(s, i, now) {
	const timer = [...i.timers.values()].find((x) => x.timer === "T25");
	if (!timer)
		return undefined;
	const hubs = [...s.orgs.values()].filter((o) => o.kinds.includes("eu_hub")).map((o) => o.code);
	const took = new Set(i.timeline.filter((x) => /^M([1-3]|6|7|20|21)\./.test(x.k)).map((x) => x.org).filter((o) => o && o !== "server"));
	for (const p of platforms(s, i))
		took.add(p.org);
	const said = new Set(i.contributions.filter((c) => !c.nameless).map((c) => c.by.org));
	const missing = [...took].filter((o) => !said.has(o) && !hubs.includes(o)).sort();
	const nameless = i.contributions.filter((c) => c.nameless).length;
	const done = { contributions: Boolean(i.final) || missing.length === 0, final: Boolean(i.final), public: Boolean(i.published) };
	return /** @type {const} */ (["contributions", "final", "public"]).map((part) => {
		const until = Date.parse(timer.starts) + DUE_DAYS[part] * 86_400_000;
		return { part, until: new Date(until).toISOString(), by: part === "contributions" ? [...took].sort() : hubs, missing: part === "contributions" ? missing : [], nameless, done: done[part],
			late: !done[part] && now > until };
	});
}

/** What this person may say of the course of an incident. @param {State} s @param {Incident} i @param {boolean} lead
 * @returns {import("./crisis.js").Step[]} */
export function courseOptions(s, i, lead) {
	const { me } = s;
	const officer = is(me, ["duty_officer", "incident_lead"], [...MS, ...HUB]);
	const industry = is(me, ["duty_officer"], ["industry_body"]);
	const running = RUNNING.includes(i.state);
	const after = ["CLOSED", "DEBRIEF"].includes(i.state);
	const contributor = officer || industry || is(me, ["liaison"], ["ms_law_enforcement", ...HUB]) ||
		is(me, ["crisis_responder", "policy_lead", "legal"], HSP);
	const hubLead = is(me, ["incident_lead"], HUB);
	const drafts = i.reportings.filter((r) => r.draft && !i.reportings.some((x) => x.body.draft_ref === r.id));
	/** @type {(import("./crisis.js").Step|false|undefined)[]} */
	const list = [
		lead && running && { form: "M20.approve", about: drafts[drafts.length - 1]?.id },
		(officer || industry) && !lead && running && { form: "M20.draft" },
		is(me, ["crisis_responder", "policy_lead"], HSP) && running && { form: "M21.send" },
		is(me, ["policy_lead", "legal"], HSP) && i.activation !== undefined && { form: "M24.send" },
		contributor && after && !i.final && { form: "M23.contribute" },
		hubLead && after && { form: "M23.final" },
		hubLead && i.state === "DEBRIEF" && i.final && i.final.by.person !== me?.person && { form: "M23.publish", about: i.final.id },
		is(me, ["duty_officer"], ["ms_law_enforcement"]) && i.state !== "ARCHIVED" && { form: "M28.send" },
		(is(me, ["duty_officer", "liaison"], ["ms_law_enforcement"]) || is(me, ["legal"], ["ms_competent_authority"])) && i.state !==
			"ARCHIVED" && { form: "M22.open" },
		...[...i.processes.values()].filter((p) => ["OPEN", "RECEIVED"].includes(p.state)).map((p) => ({ form: "M22.status", about: p.id })),
		Boolean(me && !me.machine && me.roles.some((r) => SHIFT.includes(r))) && { form: "M20.hand_over" },
	];
	return list.filter((x) => x !== false && x !== undefined && x !== null);
}
const SHIFT = ["duty_officer", "incident_lead", "liaison", "order_issuer", "order_certifier", "crisis_responder", "policy_lead", "legal",
	"deconfliction_officer"];

/** May this person take back a signal: their own, or, the hub's lead, any? @param {State} s @param {import("./signals.js").Signal} x */
export function mayRetract(s, x) {
	const { me } = s;
	const own = x.by.org === me?.org;
	return !x.ended && (is(me, ["incident_lead"], HUB) || (own && (is(me, ["duty_officer", "incident_lead"], [...MS, ...HUB]) ||
		is(me, ["duty_officer"], ["industry_body", "trusted_partner"]) || is(me, ["crisis_responder"], HSP))));
}

/** May this person recall it? What their own side sent, while nobody has; the server knows the rest. @param {State} s
 * @param {import("./state.js").Item} item */
export const mayRecall = (s, item) => item.org === s.me?.org && /^M([1236]|2[01348])\./.test(item.k) && !item.recalled && !s.me.machine;
