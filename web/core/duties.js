// @ts-check
/* duties.js: duties that belong to no incident: a service that is exposed to terrorist content (TCO 5: T11, T12), the hub's review of
 * personal data that it stores (Europol 31: T30), and what was erased of the ledger, and why. Pure, out of entries, as the server's state
 * has them: domain/exposure.c, storage.c, erasure.c. */

import { is, takePending } from "./admin.js";
import { act, takeTimers } from "./cases.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./state.js").Act} Act */
/** @typedef {import("./state.js").Timer} Timer */
/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {import("./protocol.js").You} You */
/** @typedef {{id: string, mode: string, exercise?: string, hsp: string, authority: string, exposed: boolean, timers: Map<string, Timer>, asked?: Act,
 *   acts: {k: string, by: Act, at: string, body: any}[]}} Exposure */
/** @typedef {{id: string, mode: string, exercise?: string, starts: string, deadline: string, next?: string, done?: Act & {outcome: string, reason?: string}}} Review
 *   of the personal data of one month */
/** @typedef {{id: string, subject: string, retention: string, at: string, basis: string, count: number, due?: string, clause?: string, by?: Act, reason?: string}} Erasure
 *   `by`: people decided it, before its time; what they decided is not yet done */

/** @param {Draft} draft @param {Entry} e @param {(x: Exposure, b: any) => Partial<Exposure>} change */
function amend(draft, e, change) {
	const all = /** @type {Map<string, Exposure>} */ (draft.map("exposures"));
	const d = e.decided?.exposure ?? {};
	const b = e.message?.body ?? {};
	const x = all.get(d.id) ?? { id: d.id, mode: e.mode, exercise: e.exercise, hsp: d.hsp ?? e.org, authority: d.authority ?? "", exposed: true, timers: new Map(), acts: [] };
	const timers = new Map(x.timers);
	takeTimers(timers, e);
	all.set(x.id, { ...x, timers, acts: [...x.acts, { k: e.k, by: act(e), at: e.at, body: b }], ...change(x, b) });
}

/** @param {Draft} draft @param {Entry} e */
function begin(draft, e) {
	const all = /** @type {Map<string, Review>} */ (draft.map("reviews"));
	for (const t of e.decided?.timers_started ?? [])
		all.set(t.id, { id: t.id, mode: e.mode, exercise: e.exercise, starts: t.starts, deadline: t.deadline, next: t.next });
}

/** @param {Draft} draft @param {Entry} e @param {Partial<Erasure>} of */
const erased = (draft, e, of) => {
	const b = e.message?.body ?? {};
	/** @type {Map<string, Erasure>} */ (draft.map("erasures")).set(e.id, { id: e.id, subject: b.subject, retention: b.retention ?? (b.classes ?? []).join(" "), at: e.at,
		basis: b.basis ?? "early", count: b.count ?? 0, due: e.decided?.due, clause: e.decided?.clause, ...of });
};

/** @type {Record<string, (draft: Draft, e: Entry) => void>} */
export const dutySteps = {
	"exposure.decide": (draft, e) => amend(draft, e, () => ({ exposed: Boolean(e.decided?.exposure?.exposed), authority: e.decided?.exposure?.authority ?? e.org, asked: undefined })),
	"exposure.report": (draft, e) => amend(draft, e, () => ({})),
	"exposure.request": (draft, e) => amend(draft, e, () => ({ asked: act(e) })),
	"storage.begin": begin,
	"storage.review"(draft, e) {
		const all = /** @type {Map<string, Review>} */ (draft.map("reviews"));
		const b = e.message?.body ?? {};
		const one = all.get(b.timer);
		if (one)
			all.set(one.id, { ...one, done: { ...act(e), outcome: b.outcome, reason: b.reason } });
		begin(draft, e);
	},
	"erase.due": (draft, e) => erased(draft, e, {}),
	/* what takes two is a proposal until the second one has said it */
	"erase.early": (draft, e) => void (takePending(draft, e) || erased(draft, e, { by: act(e), reason: e.message?.body?.reason })),
	"erase.list": () => {},
};

/* ---- who may what (matrix a.3.1); the server decides ---- */

/** @param {You|null} me */
export const mayDecideExposure = (me) => is(me, ["legal"], "ms_oversight_authority");
/** @param {You|null} me @param {Exposure} x */
export const mayReportExposure = (me, x) => is(me, ["legal"], "hsp") && x.hsp === me?.org && x.exposed;
/** @param {State} s */
export const seesExposure = (s) => s.exposures.size > 0 || mayDecideExposure(s.me);
/** @param {You|null} me */
export const mayReview = (me) => is(me, ["dpo"], "eu_hub");
/** Erase a person of mine, or, with a second of another organisation, what a threat or an incident has. @param {You|null} me */
export const mayErase = (me) => is(me, ["dpo"]) || is(me, ["exercise_control"]);

/* ---- questions ---- */

/** @param {State} s */
export const exposuresOf = (s) => [...s.exposures.values()].sort((a, b) => Number(b.exposed) - Number(a.exposed) || a.hsp.localeCompare(b.hsp));

/** What runs: the report that is owed (T11), the decision on a request (T12). @param {Exposure} x */
export const owedIn = (x) => [...x.timers.values()].filter((t) => !t.stopped).sort((a, b) => Date.parse(a.deadline) - Date.parse(b.deadline));

/** Open ones, the next first; then those that are done. @param {State} s */
export const reviewsOf = (s) => [...s.reviews.values()].sort((a, b) => Number(Boolean(a.done)) - Number(Boolean(b.done)) || Date.parse(a.deadline) - Date.parse(b.deadline));

/** @param {State} s */
export const erasuresOf = (s) => [...s.erasures.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
