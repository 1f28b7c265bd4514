// @ts-check
/* hooks.js: the addresses that the server calls for this organisation (webhooks, gateways), what became of its calls, and
 * whether its people's browsers are woken, as entries have them. Only admins are sent these. The same steps as in the server's
 * state: domain/apply_hook.c. */

import { envelope } from "./protocol.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {{id: string, org: string, by?: string, at: string, body: any, state: string, oldUntil?: string, code?: number,
 *   tests: string[]}} Hook  tests: calls that were asked for */
/** @typedef {{state: string, at: string, attempt: number, code?: number, again?: string}} Attempt  in the time of the server */
/** @typedef {{id: string, entry: string, k?: string, to?: string, channel: string, mode: string, attempts: Attempt[]}} Delivery */

/** What the log shows; what is older stands in the ledger. */
export const LOG_MOST = 500;
const CALLED = new Set(["webhook", "push", "phone", "SMS", "pager"]);

/** @param {Draft} draft @param {Entry} e */
function step(draft, e) {
	const hooks = /** @type {Map<string, Hook>} */ (draft.map("hooks"));
	const b = e.message?.body ?? {};
	const said = e.decided?.hook ?? {};
	const id = said.id ?? b.hook ?? e.id;
	const known = hooks.get(id);
	if (e.k === "hook.declare")
		hooks.set(id, { id, org: e.org, by: e.actor?.person ?? e.message?.sender_person, at: e.at, body: b, state: said.to ?? "PROPOSED", tests: [] });
	else if (known)
		hooks.set(id, { ...known, state: said.to ?? known.state, oldUntil: said.old_until ?? known.oldUntil,
			code: e.k === "hook.disable" ? b.code : undefined, tests: e.k === "hook.test" ? [...known.tests, e.id].slice(-20) : known.tests });
}

/** @type {Record<string, (draft: Draft, e: Entry) => void>} */
export const hookSteps = {
	"hook.*": step,
	"push.allow"(draft, e) {
		const { state } = draft;
		if (state.push && e.org === state.me?.org)
			state.push = { ...state.push, allowed: Boolean(e.message?.body?.allowed) };
	},
};

/** What is sent again is asked for by a message of its own, which is no exercise; what it tells is.
 * @param {Map<string, Delivery>} all @param {Entry} e @param {string} entry */
const modeOf = (all, e, entry) => (e.mode === "system" ? [...all.values()].find((d) => d.entry === entry)?.mode : undefined) ?? e.mode;

/** An outcome of a call to what is ours. @param {Draft} draft @param {Entry} e */
export function takeDelivery(draft, e) {
	const b = e.message?.body ?? {};
	if (e.k !== "M19.delivery" || b.recipient_org !== draft.state.me?.org || !CALLED.has(b.channel) || !isHookAdmin(draft.state.me))
		return;
	const all = /** @type {Map<string, Delivery>} */ (draft.map("deliveries"));
	/** @type {Delivery} */
	const d = all.get(b.delivery) ?? { id: b.delivery, entry: b.message_ref, channel: b.channel, mode: modeOf(all, e, b.message_ref), attempts: [] };
	const decided = (e.decided?.deliveries ?? []).find((/** @type {any} */ x) => x.id === b.delivery) ?? {};
	all.delete(b.delivery); /* what happened last is last */
	all.set(b.delivery, { ...d, k: decided.k ?? d.k, to: decided.to ?? d.to, attempts: [...d.attempts, { state: b.state, at: e.recorded ?? e.at,
		attempt: b.attempt ?? 0, code: b.code, again: b.again_at }] });
	if (all.size > LOG_MOST)
		all.delete(/** @type {string} */ (all.keys().next().value));
}

/* ---- questions ---- */

/** @param {import("./protocol.js").You|null} me */
export const isHookAdmin = (me) => Boolean(me && !me.machine && me.roles.includes("org_admin"));

/** Those that are not removed, in the order in which they were declared. @param {State} s */
export const hooksOf = (s) => [...s.hooks.values()].filter((h) => h.state !== "REMOVED" && h.org === s.me?.org);

/** Newest first. @param {State} s @param {string} [hook] only of this one */
export const deliveriesOf = (s, hook) => [...s.deliveries.values()].filter((d) => !hook || d.to === hook).reverse();

/** A message can be told once more to a webhook that is called; a test is made anew. @param {State} s @param {Delivery} d */
export const mayResend = (s, d) => d.channel === "webhook" && d.k !== "hook.test" && s.hooks.get(d.to ?? "")?.state === "ACTIVE";

/** So long the secret before also signs; undefined: no longer. @param {Hook} h @param {number} now */
export const oldUntil = (h, now) => (h.oldUntil && Date.parse(h.oldUntil) > now ? h.oldUntil : undefined);

/** What may be done with it (lifecycle.def). @param {Hook} h */
export const stepsOf = (h) => ({ PROPOSED: ["remove"], ACTIVE: ["test", "pause", "rotate", "remove"], PAUSED: ["resume", "test", "rotate", "remove"],
	DISABLED: ["resume", "rotate", "remove"] })[h.state] ?? [];

/* ---- messages ---- */

/** @param {any} body @param {number} now */
export const hookMessage = (body, now) => envelope("hook", body, { mode: "system", now }, { precedence: "routine" });
/** @param {any} body @param {number} now */
export const pushMessage = (body, now) => envelope("push", body, { mode: "system", now }, { precedence: "routine" });
