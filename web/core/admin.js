// @ts-check
/* admin.js: what administrators see, out of entries: what waits for a second person, keys, sessions, attempts with what is no longer good,
 * mandates, holds, rules. Who is told of what is the server's decision: what is not here was not sent. The same steps as in the server's
 * state: domain/apply_admin.c.
 *
 * Much of it takes two people. The second one says the same message again and names the first: until then the first is a proposal, and
 * changes nothing here either. */

import { act } from "./cases.js";
import { closeSession, closeSessionsOf } from "./exercises.js";
import { uuid7 } from "./ids.js";
import { envelope } from "./protocol.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./state.js").Act} Act */
/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {import("./protocol.js").You} You */
/** @typedef {{id: string, k: string, type: string, by: Act, at: string, until: string, body: any}} Pending */
/** @typedef {{id: string, person: string, org: string, kind: string, at: string, expires?: string, by: Act, spent?: string, replacedBy?: string}} Credential */
/** @typedef {{id: string, at: string, org: string, person?: string, credential?: string, why: string}} Attempt */
/** @typedef {{id: string, body: any, at: string, by: Act, ended?: string}} Mandate */
/** @typedef {{id: string, body: any, at: string, by: Act, lifted?: string}} Hold */
/** @typedef {{key: string, body: any, at: string, by: Act}} Rule  newest version of a state's rules, of periods, of the channels of this deployment */

const ATTEMPTS = 200;

/** Is it a proposal? Then it is kept as one; a confirmation ends its proposal. @param {Draft} draft @param {Entry} e */
export function takePending(draft, e) {
	const { pending, confirms } = e.decided ?? {};
	const waiting = /** @type {Map<string, Pending>|undefined} */ (pending || confirms ? draft.map("waiting") : undefined);
	if (pending)
		waiting?.set(e.id, { id: e.id, k: e.k, type: e.message?.type ?? e.k.split(".")[0], by: act(e), at: e.at, until: pending.until, body: e.message?.body ?? {} });
	else if (confirms)
		waiting?.delete(confirms);
	return Boolean(pending);
}

/** In force at once, or once a second person has said it. @param {(draft: Draft, e: Entry, b: any) => void} change */
const step = (change) => (/** @type {Draft} */ draft, /** @type {Entry} */ e) => {
	if (!takePending(draft, e))
		change(draft, e, e.message?.body ?? {});
};

/** @param {Draft} draft @param {string} code @param {any} change */
function amendOrg(draft, code, change) {
	const orgs = /** @type {Map<string, any>} */ (draft.map("orgs"));
	const org = orgs.get(code);
	if (org)
		orgs.set(code, { ...org, ...change });
}

/** @param {Draft} draft @param {string} id @param {(p: any) => any} change */
function amendPerson(draft, id, change) {
	const people = /** @type {Map<string, any>} */ (draft.map("people"));
	const p = people.get(id);
	if (p)
		people.set(id, { ...p, ...change(p) });
}

/** @param {Draft} draft @param {string} id @param {Partial<Credential>} change */
function amendKey(draft, id, change) {
	const keys = /** @type {Map<string, Credential>} */ (draft.map("credentials"));
	const c = keys.get(id);
	if (c)
		keys.set(id, { ...c, ...change });
	else
		closeSession(draft, id, change.spent ?? "");
}

/** @param {Draft} draft @param {Entry} e @param {any} b @param {string} kind */
function addKey(draft, e, b, kind) {
	/** @type {Map<string, Credential>} */ (draft.map("credentials")).set(b.credential, { id: b.credential, person: b.person, org: b.org, kind, at: e.at,
		expires: b.expires, by: act(e) });
}

/** @param {string} key @returns {(draft: Draft, e: Entry, b: any) => void} */
const rule = (key) => (draft, e, b) => {
	const rules = /** @type {Map<string, Rule>} */ (draft.map("rules"));
	const name = b.cc ? `${key}.${b.cc}` : key;
	const before = rules.get(name);
	if (!before || (before.body.version ?? 0) <= (b.version ?? 0))
		rules.set(name, { key: name, body: key === "set" ? { ...before?.body, ...b } : b, at: e.at, by: act(e) });
	if (b.activation_types && b.version > (draft.state.vocabulary?.version ?? 0))
		draft.state.vocabulary = b;
};

/** @type {Record<string, (draft: Draft, e: Entry) => void>} */
export const adminSteps = {
	"org.kinds": step((draft, _, b) => amendOrg(draft, b.code, { kinds: b.kinds ?? [] })),
	"org.suspend": step((draft, _, b) => amendOrg(draft, b.code, { suspended: Boolean(b.suspended) })),
	"person.leave": step((draft, e, b) => amendPerson(draft, b.person, () => ({ left: e.at, roles: [] }))),
	"role.grant": step((draft, _, b) => amendPerson(draft, b.person, (p) => ({ roles: [...new Set([...p.roles, ...b.roles ?? []])] }))),
	"role.revoke": step((draft, _, b) => amendPerson(draft, b.person, (p) => ({ roles: p.roles.filter((/** @type {string} */ r) => !b.roles?.includes(r)) }))),
	"credential.issue": step((draft, e, b) => b.kind !== "link" && addKey(draft, e, b, b.kind)),
	"credential.rotate": step((draft, e, b) => {
		addKey(draft, e, b, "api_key");
		amendKey(draft, b.replaces, { replacedBy: b.credential, expires: b.old_until ?? e.at });
	}),
	"credential.revoke": step((draft, e, b) => amendKey(draft, b.credential, { spent: e.at })),
	"credential.end_sessions": (draft, e) => closeSessionsOf(draft, e.message?.body?.person, e.at, e.decided?.sessions?.kept),
	"session.refused": step((draft, e, b) => {
		const all = /** @type {Map<string, Attempt>} */ (draft.map("attempts"));
		all.set(e.id, { id: e.id, at: e.at, org: b.org ?? e.org, person: b.person, credential: b.credential, why: b.why });
		if (all.size > ATTEMPTS)
			all.delete(/** @type {string} */ (all.keys().next().value));
	}),
	"mandate.grant": step((draft, e, b) => void /** @type {Map<string, Mandate>} */ (draft.map("mandates")).set(b.mandate, { id: b.mandate, body: b, at: e.at, by: act(e) })),
	"mandate.end": step((draft, e, b) => {
		const all = /** @type {Map<string, Mandate>} */ (draft.map("mandates"));
		const m = all.get(b.mandate);
		if (m)
			all.set(m.id, { ...m, ended: e.at });
	}),
	"hold.set": step((draft, e, b) => void /** @type {Map<string, Hold>} */ (draft.map("holds")).set(b.hold, { id: b.hold, body: b, at: e.at, by: act(e) })),
	"hold.lift": step((draft, e, b) => {
		const all = /** @type {Map<string, Hold>} */ (draft.map("holds"));
		const h = all.get(b.hold);
		if (h)
			all.set(h.id, { ...h, lifted: e.at });
	}),
	"witness.register": step((draft, e, b) => amendOrg(draft, b.org, { witness: { vkey: b.vkey, at: e.at, by: act(e) } })),
	"witness.revoke": step((draft, _, b) => amendOrg(draft, b.org, { witness: undefined })),
	"policy.national": step(rule("national")),
	"policy.set": step(rule("set")),
	"policy.channels": step(rule("channels")),
};

/* ---- who may what (matrix a.3.1); the server decides ---- */

const CA = "ms_competent_authority", LE = "ms_law_enforcement", SA = "ms_scrutiny_authority", OA = "ms_oversight_authority", HUB = "eu_hub";

/** @param {You|null} me @param {string[]} roles @param {...string} kinds */
export const is = (me, roles, ...kinds) => Boolean(me && !me.machine && me.roles.some((r) => roles.includes(r)) && (!kinds.length || me.kinds.some((k) =>
	kinds.includes(k))));
/** @param {You|null} me */
export const isAdmin = (me) => is(me, ["org_admin"]);
/** Sees people, keys and sessions. @param {You|null} me */
export const seesPeople = (me) => is(me, ["org_admin", "dpo"]);
/** @param {You|null} me */
export const mayAdmit = (me) => is(me, ["org_admin"], HUB, "operator");
/** @param {You|null} me */
export const mayMandate = (me) => is(me, ["org_admin", "dpo"], HUB);
/** @param {You|null} me */
export const mayHold = (me) => is(me, ["dpo"]) || is(me, ["legal"], CA, SA, OA);
/** Words and periods: proposed by a lead of the hub. @param {You|null} me */
export const maySetWords = (me) => is(me, ["incident_lead"], HUB);
/** A state's own rules. @param {You|null} me */
export const maySetNational = (me) => is(me, ["legal", "org_admin"], CA);

/** @typedef {"waiting"|"people"|"keys"|"sessions"|"organisations"|"witnesses"|"rules"|"mandates"|"holds"|"health"} Tab */

/** The parts of administration that this person has something to do with. @param {You|null} me @returns {Tab[]} */
export const tabsOf = (me) => /** @type {Tab[]} */ ([
	"waiting", ...(seesPeople(me) ? ["people", "keys", "sessions"] : []), "organisations", "witnesses", "rules",
	...(mayMandate(me) || is(me, ["auditor"]) || is(me, ["dpo"]) ? ["mandates"] : []), ...(mayHold(me) ? ["holds"] : []), "health"]);

/** Does it stand in the header? @param {You|null} me */
export const administers = (me) => seesPeople(me) || is(me, ["legal"], CA, SA, OA);

/** Could this person be the second? Never the one who proposed; who exactly is each row's own rule. @param {You|null} me @param {Pending} p */
export function mayConfirm(me, p) {
	if (!me || p.by.person === me.person)
		return false;
	if (p.k.startsWith("org."))
		return mayAdmit(me) && p.by.org !== me.org;
	if (p.k.startsWith("role."))
		return isAdmin(me) && p.body.person !== me.person;
	if (p.k.startsWith("mandate."))
		return mayMandate(me);
	if (p.k === "witness.register")
		return isAdmin(me) && (p.body.org === me.org || me.kinds.includes(HUB));
	if (p.k === "erase.early")
		return is(me, ["dpo"]) && p.by.org !== me.org;
	if (p.k === "policy.set")
		return is(me, ["incident_lead"], HUB, CA, LE);
	return p.k === "policy.national" && maySetNational(me);
}

/* ---- questions ---- */

/** Proposals that have not lapsed, the oldest first. @param {State} s @param {number} now */
export const waitingFor = (s, now) => [...s.waiting.values()].filter((p) => !(Date.parse(p.until) <= now)).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));

/** @param {State} s */
export const ownPeople = (s) => [...s.people.values()].filter((p) => p.org === s.me?.org && !p.left && (p.title || p.machine)).sort((a, b) =>
	Number(a.machine) - Number(b.machine) || (a.title ?? "").localeCompare(b.title ?? ""));

/** Members that vouch for the log, and by which key; my own first. @param {State} s */
export const witnessesOf = (s) => [...s.orgs.values()].filter((o) => o.witness && !o.suspended).map((o) => {
	const { vkey, at, by } = /** @type {NonNullable<typeof o.witness>} */ (o.witness);
	const [, name = vkey, id = ""] = /^(.*)\+([0-9a-f]{8})\+/.exec(vkey) ?? [];
	return { org: o.code, vkey, name, id, at, by, own: o.code === s.me?.org };
}).sort((a, b) => Number(b.own) - Number(a.own) || a.org.localeCompare(b.org));

/** Of an organisation that has one administrator the hub's is the second. @param {State} s */
export const adminsOf = (s) => ownPeople(s).filter((p) => p.roles.includes("org_admin"));

/** A credential that ends within so long is said to end soon: time to hand over the next one. */
export const SOON = 14 * 86_400_000;

/** @param {Credential} c @param {number} now @returns {"good"|"soon"|"expired"|"revoked"} */
export const keyState = (c, now) => (c.spent ? "revoked" : Date.parse(c.expires ?? "") <= now ? "expired" : Date.parse(c.expires ?? "") - now < SOON ? "soon"
	: "good");

/** Keys that work first, and of these the ones that end first. Links that sign in are over when they were used. @param {State} s @param {number} now */
export function keysOf(s, now) {
	const used = new Set([...s.sessions.values()].map((x) => x.credential));
	const rank = { soon: 0, good: 1, expired: 2, revoked: 3 };
	return [...s.credentials.values()].filter((c) => c.org === s.me?.org).map((c) => ({ ...c, used: c.kind === "sign_in" && used.has(c.id), is: keyState(c, now) }))
		.sort((a, b) => Number(a.used) - Number(b.used) || rank[a.is] - rank[b.is] || Date.parse(a.expires ?? "9999") - Date.parse(b.expires ?? "9999"));
}

/** Keys that end soon while nothing has replaced them: whoever is known by one is shut out then. @param {State} s @param {number} now */
export const endingSoon = (s, now) => keysOf(s, now).filter((k) => k.kind === "api_key" && k.is === "soon" && !k.replacedBy);

/** Machines of mine that no key lets in. @param {State} s @param {number} now */
export const keyless = (s, now) => ownPeople(s).filter((p) => p.machine && !keysOf(s, now).some((k) => k.person === p.person && (k.is === "good" || k.is === "soon")));

/** Signed in now, the newest first. @param {State} s @param {number} now */
export const sessionsOf = (s, now) => [...s.sessions.values()].filter((x) => x.org === s.me?.org && !x.closed && !(Date.parse(x.expires ?? "") <= now)).reverse();

/** @param {State} s @param {number} now */
export const mandatesOf = (s, now) => [...s.mandates.values()].map((m) => ({ ...m, over: Boolean(m.ended) || Date.parse(m.body.until) <= now })).sort((a, b) =>
	Number(a.over) - Number(b.over) || Date.parse(b.at) - Date.parse(a.at));

/** @param {State} s */
export const holdsOf = (s) => [...s.holds.values()].sort((a, b) => Number(Boolean(a.lifted)) - Number(Boolean(b.lifted)) || Date.parse(b.at) - Date.parse(a.at));

/** Those sessions by person: whoever was last to sign in first. @param {State} s @param {number} now
 * @returns {{person: string, sessions: import("./exercises.js").Session[]}[]} */
export function peopleSignedIn(s, now) {
	/** @type {Map<string, import("./exercises.js").Session[]>} */
	const by = new Map();
	for (const x of sessionsOf(s, now))
		by.set(x.person, [...by.get(x.person) ?? [], x]);
	return [...by].map(([person, sessions]) => ({ person, sessions }));
}

/* ---- messages ---- */

/** All sessions of a person, but the one in which it is said. @param {You|null} me @param {string} person @param {number} now */
export const endSessions = (me, person, now) => adminMessage("credential", { step: "end_sessions", org: me?.org, person }, now);


/** @param {string} type @param {any} body @param {number} now @param {string} [confirms] the proposal that it repeats */
export const adminMessage = (type, body, now, confirms) => envelope(/** @type {any} */ (type), body, { mode: "system", now }, { precedence: "routine",
	...(confirms ? { supersedes: confirms } : {}) });

/** What the second person says: the same, to the letter. @param {Pending} p @param {number} now */
export const confirmation = (p, now) => adminMessage(p.type, p.body, now, p.id);

/** A new secret, and the digest that the server learns. A link that signs in has no prefix. @param {"api_key"|"sign_in"} kind
 * @returns {Promise<{secret: string, sha256: string, credential: string}>} */
export async function newSecret(kind) {
	const random = crypto.getRandomValues(new Uint8Array(32));
	const text = btoa(String.fromCharCode(...random)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
	const secret = kind === "sign_in" ? text : `toc_${text}`;
	const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret)));
	return { secret, sha256: [...digest].map((b) => b.toString(16).padStart(2, "0")).join(""), credential: uuid7(Date.now()) };
}
