// @ts-check
/* crisis.js: questions that screens ask of incidents. Pure; what depends on the time gets it as an argument. */

import { courseOptions } from "./course.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./incidents.js").Incident} Incident */
/** @typedef {import("./incidents.js").Proposal} Proposal */
/** @typedef {import("./protocol.js").You} You */

const BEFORE = ["REPORTED", "ASSESSING", "EARLY_WARNING"];
const RUNNING = ["ACTIVE", "WINDING_DOWN"];
const OVER = ["NOT_ACTIVATED", "CLOSED", "DEBRIEF", "ARCHIVED", "LINKED_DUPLICATE"];
/** On the board: what is active first, then what nobody has taken up. */
const RANK = /** @type {Record<string, number>} */ ({ ACTIVE: 0, EARLY_WARNING: 1, REPORTED: 2, ASSESSING: 3, WINDING_DOWN: 4 });

const MS = ["ms_competent_authority", "ms_law_enforcement"];
const LE = ["ms_law_enforcement"];
const HUB = ["eu_hub"];
const HSP = ["hsp"];
const IND = ["industry_body"];

/** Does this person hold one of these roles in an organisation of one of these kinds? @param {You|null} me
 * @param {string[]} roles @param {string[]} kinds */
function is(me, roles, kinds) {
	return Boolean(me && !me.machine && me.roles.some((r) => roles.includes(r)) && me.kinds.some((k) => kinds.includes(k)));
}

/** Is my state affected? Where the directory does not say which state that is, the server decides. @param {State} s @param {Incident} i */
function affected(s, i) {
	const mine = s.orgs.get(s.me?.org ?? "")?.state;
	return !mine || i.affected.includes(mine);
}

/** Who may open an incident (matrix: M1.report). @param {You|null} me */
export function mayReport(me) {
	return is(me, ["duty_officer"], [...MS, ...HUB, ...IND, "trusted_partner"]) || is(me, ["incident_lead"], [...MS, ...HUB]) ||
		is(me, ["liaison"], [...LE, ...HUB]) || is(me, ["crisis_responder", "legal"], HSP);
}

/** Leads decide: of the hub, and of affected states. @param {State} s @param {Incident} i */
function isLead(s, i) {
	return is(s.me, ["incident_lead"], HUB) || (is(s.me, ["incident_lead"], MS) && affected(s, i));
}

/** @param {State} s @returns {{open: Incident[], done: Incident[]}} */
export function incidentList(s) {
	const all = [...s.incidents.values()].filter((i) => i.reports.length || i.timeline.length);
	const rank = (/** @type {Incident} */ i) => (owes(s, i) ? -1 : RANK[i.state] ?? 9);
	all.sort((a, b) => rank(a) - rank(b) || Date.parse(b.opened) - Date.parse(a.opened) || (a.id < b.id ? -1 : 1));
	return { open: all.filter((i) => !OVER.includes(i.state)), done: all.filter((i) => OVER.includes(i.state)) };
}

/** The time in which my organisation has to acknowledge the activation (T19), while nobody has. @param {State} s @param {Incident} i */
export function owes(s, i) {
	const t = ackTimerOf(i, s.me?.org ?? "");
	return t && !t.stopped ? t : undefined;
}

/** @param {Incident} i @param {string} org */
export function ackTimerOf(i, org) {
	let found;
	for (const t of i.timers.values())
		if (t.timer === "T19" && t.desk === org && (!i.asked || t.cause === i.asked.id))
			found = t;
	return found;
}

/** Proposals that wait: not confirmed, withdrawn or ended by an objection. @param {Incident} i */
export function waiting(i) {
	return [...i.proposals.values()].filter((p) => !p.closed);
}

/** Are objections to closing still heard (T24)? Until then nobody confirms. @param {Incident} i @param {Proposal} p */
function heard(i, p) {
	return p.decision === "close" && [...i.timers.values()].some((t) => t.timer === "T24" && !t.stopped);
}

/** The early warning in force. @param {Incident} i */
export function warningOf(i) {
	return [...i.warnings.values()].filter((w) => !w.ended && !w.proposed).pop();
}

/** A step that this person may take now; `about` is what its form is about, the incident itself where nothing is named.
 * @typedef {{form: string, about?: string, why?: string}} Step */

/** What this person may do with an incident now, the most pressing first (permission matrix a.3.1 and life-cycle b.1). The
 * server decides; this only keeps away what it would refuse. @param {State} s @param {Incident} i @returns {Step[]} */
export function steps(s, i) {
	const { me } = s;
	const here = (/** @type {string[]} */ states) => states.includes(i.state);
	const lead = isLead(s, i);
	const officer = is(me, ["duty_officer", "incident_lead"], [...MS, ...HUB]);
	const proposer = is(me, ["incident_lead"], HUB) || (is(me, ["duty_officer", "incident_lead"], MS) && affected(s, i));
	const industry = is(me, ["duty_officer"], IND);
	const responder = is(me, ["crisis_responder"], HSP);
	const open = waiting(i);
	const two = (/** @type {Proposal} */ p) => p.decision !== "close";
	/** @type {(Step|false)[]} */
	const list = [];
	for (const p of open) {
		const own = p.by.org === me?.org;
		list.push(lead && p.by.person !== me?.person && !(two(p) && own) && !heard(i, p) && { form: "M3.confirm", about: p.id,
			why: p.decision });
	}
	list.push(lead && here(["REPORTED", "NOT_ACTIVATED"]) && { form: "M3.assess" });
	const proposed = open.some((p) => p.decision === "activate");
	list.push(proposer && here(["ASSESSING", "EARLY_WARNING"]) && !proposed && { form: "M3.activate" });
	list.push(lead && here(["ASSESSING", "EARLY_WARNING"]) && { form: "M2.issue" });
	list.push((officer || industry || responder) && !lead && here(BEFORE) && { form: "M2.propose" });
	list.push(lead && here(BEFORE) && { form: "M3.not_activate" });
	list.push(lead && here(BEFORE) && [...i.warnings.values()].some((w) => w.proposed && !w.ended) && { form: "M2.decline" });
	const settled = !open.some((p) => p.fast);
	list.push(lead && settled && here(RUNNING) && { form: "M3.change" });
	list.push(lead && settled && here(["ACTIVE"]) && { form: "M3.wind_down" });
	list.push(proposer && here(["WINDING_DOWN"]) && !open.some((p) => p.decision === "close") && { form: "M3.close" });
	list.push(proposer && here(["CLOSED", "DEBRIEF"]) && { form: "M3.reopen" });
	const objects = officer || is(me, ["liaison"], [...LE, ...HUB]) || is(me, ["crisis_responder", "legal"], HSP) || industry;
	for (const p of open) {
		list.push(p.by.org === me?.org && officer && { form: "M3.withdraw", about: p.id, why: p.decision });
		list.push(objects && p.by.person !== me?.person && { form: "M3.object", about: p.id, why: p.decision });
	}
	list.push((officer || industry || responder) && !here(["ARCHIVED", "LINKED_DUPLICATE"]) && { form: "M6.share" });
	list.push(lead && here(["ASSESSING", "EARLY_WARNING", ...RUNNING]) && { form: "M3.assign" });
	list.push((officer || industry) && here([...BEFORE, ...RUNNING]) && { form: "M3.link_activation" });
	list.push(...courseOptions(s, i, lead));
	list.push((is(me, ["duty_officer"], [...MS, ...HUB, "trusted_partner", "csam_centre"]) || is(me, ["liaison"], [...LE,
		...HUB]) || is(me, ["crisis_responder", "legal"], HSP)) && here([...BEFORE, ...RUNNING]) && { form: "M1.reference" });
	list.push(objects && i.activation !== undefined && here(["ACTIVE"]) && i.activation.by.org !== me?.org &&
		i.activation.confirmed?.org !== me?.org && { form: "M3.object", about: i.activation.id, why: "activate" });
	return list.filter((x) => x !== false);
}

/** What this person may say about a signal of an incident. @param {State} s @param {Incident} i @returns {string[]} forms */
export function mayJudge(s, i) {
	const { me } = s;
	return [...(isLead(s, i) ? ["M6.scope"] : []), ...(is(me, ["crisis_responder"], HSP) ? ["M7.match_count"] : []),
		...(is(me, ["crisis_responder", "policy_lead"], HSP) ? ["M7.opinion", "M7.false_positive", "M7.not_applicable"] : [])];
}

/** May this person undo a tie, or make one? @param {You|null} me */
export function mayTie(me) {
	return is(me, ["duty_officer", "incident_lead"], [...MS, ...HUB]) || is(me, ["liaison"], [...LE, ...HUB]);
}

/** Is this organisation told what the others answered? Receipts are the sender's, and the hub's: to anybody else it would look as if
 * nobody had. @param {import("./state.js").State} s @param {Incident} i */
export const seesAnswers = (s, i) => s.me?.org === i.asked?.by.org || Boolean(s.me?.kinds.includes("eu_hub"));

/** Who has the activation: one row per organisation that it was addressed to. A machine's delivery, a person's look and a
 * person's acknowledgement are three things. @param {Incident} i */
export function ackMatrix(i) {
	const { asked } = i;
	if (!asked)
		return [];
	const owing = [...i.timers.values()].filter((t) => t.timer === "T19" && t.cause === asked.id);
	const answers = asked.refs.map((id) => i.receipts.get(id) ?? new Map());
	const orgs = new Set([...asked.readers, ...owing.map((t) => t.desk), ...answers.flatMap((byOrg) => [...byOrg.keys()])]);
	const deciders = new Set([i.activation?.by.org, i.activation?.confirmed?.org]);
	return [...orgs].map((org) => {
		const r = answers.map((byOrg) => byOrg.get(org)).filter((x) => x !== undefined);
		const first = (/** @type {"delivered"|"seen"|"machine"|"acked"} */ what) => r.flatMap((x) => x[what])[0];
		const timer = ackTimerOf(i, org);
		const acked = first("acked");
		return { org, timer, acked, seen: first("seen"), delivered: first("delivered"), machine: first("machine"),
			trouble: r.flatMap((x) => x.trouble), ways: r.flatMap((x) => x.ways ?? []), decided: deciders.has(org),
			rank: timer && !timer.stopped ? (timer.passed ? 0 : 1) : acked ? 2 : timer ? 2 : 3 };
	}).sort((a, b) => a.rank - b.rank || a.org.localeCompare(b.org));
}

/** Deadlines of incidents that run. That signals end one day is no deadline of anybody. @param {State} s */
export function incidentDeadlines(s) {
	return [...s.incidents.values()].flatMap((i) => [...i.timers.values()].filter((t) => !t.stopped && t.timer !== "expiry" &&
		(t.timer !== "T19" || t.desk === s.me?.org)).map((t) => ({ ...t, of: i })));
}

/** What to call it: the headline of its first report; for whoever has not got that, of the newest early warning, or of their own
 * report of the same event. @param {State} s @param {Incident} i */
export function titleOfIncident(s, i) {
	const own = [...s.incidents.values()].find((o) => o.headline && ties(o).some((l) => l.kind === "duplicate_of" &&
		l.ref === o.id && l.to === i.id));
	return i.headline || [...i.warnings.values()].pop()?.body.headline || own?.headline || "";
}

/** Ties that hold. @param {Incident} i */
export function ties(i) {
	return i.links.filter((l) => !l.undone);
}
