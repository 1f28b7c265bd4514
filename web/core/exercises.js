// @ts-check
/* exercises.js: exercises and their clocks, out of their entries: who controls one, who takes part, how its clock was moved and by
 * whom, what exercise control has let happen (injects) and who has seen it. Who signs in is told to exercise control and to the
 * administrators of the person's own organisation. The clock itself: clock.js. */

import { scenarioTime } from "./clock.js";
import { act } from "./cases.js";
import { envelope, rfc3339 } from "./protocol.js";
import { hasBegun } from "./select.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./state.js").Exercise} Exercise */
/** @typedef {import("./state.js").Act} Act */
/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {{id: string, exercise: string, by: Act, at: string, body: any, seq?: number, delivered: Map<string, string>, seen: Map<string, string>}} Inject
 *   organisation → when a machine, and when a person had it */
/** @typedef {{by: Act, at: string, recorded?: string, action: string, body: any}} Turn  of the clock */
/** @typedef {{id: string, person: string, org: string, at: string, expires?: string, credential?: string, closed?: string}} Session */

/** @param {Draft} draft @param {Entry} e */
function exerciseStep(draft, e) {
	const exercises = /** @type {Map<string, any>} */ (draft.map("exercises"));
	const body = e.message?.body ?? {};
	const id = e.exercise ?? e.message?.exercise_ref ?? e.id;
	const before = exercises.get(id) ?? { id, anchor_real: e.recorded ?? e.at, anchor_at: e.at, rate_milli: 1000, running: false };
	const next = { ...before, ...e.decided?.clock };
	next.title ??= body.title;
	next.t0 ??= body.t0;
	next.control ??= e.decided?.control ?? (e.k === "exercise.create" && e.org !== "server" ? e.org : undefined);
	const participants = new Set(before.participants ?? body.participants ?? []);
	const who = e.decided?.org ?? body.org ?? e.org;
	if (e.k === "exercise.join")
		participants.add(who);
	if (e.k === "exercise.leave")
		participants.delete(who);
	next.participants = [...participants].filter((p) => p !== next.control);
	if (e.k === "exercise.clock")
		next.turns = [...(before.turns ?? []), { by: act(e), at: e.at, recorded: e.recorded, action: body.action, body }].slice(-200);
	if (e.k === "exercise.end")
		Object.assign(next, { ended: true, running: false, anchor_at: rfc3339(scenarioTime(before, Date.parse(e.recorded ?? e.at))), over: { by: act(e), at: e.at } });
	exercises.set(id, next);
}

/** @type {Record<string, (draft: Draft, entry: Entry) => void>} */
export const exerciseSteps = {
	"exercise.create": exerciseStep,
	"exercise.join": exerciseStep,
	"exercise.leave": exerciseStep,
	"exercise.clock": exerciseStep,
	"exercise.end": exerciseStep,
	"exercise.inject"(draft, e) {
		/** @type {Map<string, Inject>} */ (draft.map("injects")).set(e.id, { id: e.id, exercise: e.exercise ?? "", by: act(e), at: e.at,
			body: e.message?.body ?? {}, seq: e.seq, delivered: new Map(), seen: new Map() });
	},
	"session.open"(draft, e) {
		const b = e.message?.body ?? {};
		/** @type {Map<string, Session>} */ (draft.map("sessions")).set(b.session, { id: b.session, person: b.person, org: b.org ?? e.org, at: e.at,
			expires: b.expires, credential: b.credential });
	},
	"session.close"(draft, e) {
		closeSession(draft, e.message?.body?.session, e.at);
	},
};

/** @param {Draft} draft @param {string} id @param {string} at */
export function closeSession(draft, id, at) {
	const sessions = /** @type {Map<string, Session>} */ (draft.map("sessions"));
	const s = sessions.get(id);
	if (s)
		sessions.set(id, { ...s, closed: at });
}

/** All of a person but one. @param {Draft} draft @param {string} person @param {string} at @param {string} [kept] */
export function closeSessionsOf(draft, person, at, kept) {
	for (const s of draft.state.sessions.values())
		if (s.person === person && !s.closed && s.id !== kept)
			closeSession(draft, s.id, at);
}

/** A receipt of an inject. @param {Draft} draft @param {Entry} e */
export function takeInjectReceipt(draft, e) {
	const b = e.message?.body ?? {};
	if (!e.k.startsWith("M19.") || !draft.state.injects.has(b.message_ref ?? ""))
		return;
	const injects = /** @type {Map<string, Inject>} */ (draft.map("injects"));
	const i = /** @type {Inject} */ (injects.get(b.message_ref));
	const org = b.recipient_org ?? e.org;
	const which = b.state === "delivered" ? "delivered" : ["seen", "acked"].includes(b.state) ? "seen" : undefined;
	if (which && !i[which].has(org))
		injects.set(i.id, { ...i, [which]: new Map(i[which]).set(org, e.at) });
}

/* ---- questions ---- */

/** @param {import("./protocol.js").You|null} me */
export const mayControl = (me) => Boolean(me && !me.machine && me.kinds.includes("exercise_control") && me.roles.includes("exercise_control"));

/** @param {State} s @param {Exercise} e */
export const controls = (s, e) => mayControl(s.me) && e.control === s.me?.org && !e.ended;

/** @param {State} s @param {Exercise} e @param {number} now @returns {"running"|"standing"|"waiting"|"ended"} */
export const standingOf = (s, e, now) => (e.ended ? "ended" : e.running ? "running" : hasBegun(s, e, now) ? "standing" : "waiting");

/** Those that run first, then those that stand, those that have not begun, and what is over. @param {State} s @param {number} now */
export function exerciseList(s, now) {
	const rank = { running: 0, standing: 1, waiting: 2, ended: 3 };
	return [...s.exercises.values()].sort((a, b) => rank[standingOf(s, a, now)] - rank[standingOf(s, b, now)] || (a.title ?? "").localeCompare(b.title ?? ""));
}

/** Newest first. @param {State} s @param {string} exercise */
export const injectsOf = (s, exercise) => [...s.injects.values()].filter((i) => i.exercise === exercise).reverse();

/** What exercise control let happen and this person has not put away. @param {State} s @param {ReadonlySet<string>} noted */
export const injectsToNote = (s, noted) => [...s.injects.values()].filter((i) => i.by.org !== s.me?.org && !noted.has(i.id) && !i.seen.has(s.me?.org ?? "") &&
	!s.exercises.get(i.exercise)?.ended).reverse();

/** People of an organisation who are signed in. @param {State} s @param {string} org @param {number} now */
export const present = (s, org, now) => new Set([...s.sessions.values()].filter((x) => x.org === org && !x.closed && !(Date.parse(x.expires ?? "") < now)).map((x) =>
	x.person));

/** Scenario time since t0. @param {Exercise} e @param {number} now */
export const sinceStart = (e, now) => scenarioTime(e, now) - Date.parse(e.t0 ?? e.anchor_at);

/** "6:00:00", "12:30" or "45" (minutes) as milliseconds; NaN when it is none of these. @param {string} text */
export function lengthOf(text) {
	const m = /^\s*(?:T\s*\+)?\s*(?:(\d{1,4}):)?(\d{1,3})(?::([0-5]\d))?\s*$/.exec(text);
	if (!m)
		return NaN;
	const [, first, second, third] = m.map((x) => (x === undefined ? undefined : Number(x)));
	/* h:mm:ss, mm:ss, and minutes alone, as the scripts write them */
	if (third !== undefined)
		return Number(second) > 59 ? NaN : ((first ?? 0) * 3600 + Number(second) * 60 + third) * 1000;
	if (first !== undefined)
		return Number(second) > 59 ? NaN : (first * 60 + Number(second)) * 1000;
	return Number(second) * 60_000;
}

/* ---- messages ---- */

/** @param {Exercise} e @param {any} body @param {number} now real time */
export const exerciseMessage = (e, body, now) => envelope("exercise", body, { mode: "exercise", exercise: e.id, now: scenarioTime(e, now) }, { precedence: "routine" });
