// @ts-check
/* contacts.js: contact points, their channels and drills, and who is on duty (M26), as entries have them; and who may do what
 * with them. Of other organisations a console has what is public; all of them the hub's admins and duty officers. The same
 * effects as in the server's state: domain/apply_contact.c. */

import { directorySteps, orgOf } from "./directory.js";
import { envelope } from "./protocol.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {import("./protocol.js").You} You */
/** @typedef {{id: string, org: string, by?: string, body: any, purposes: string[], waiting: boolean, since: string,
 *   channels: Map<string, {state?: string, test?: string, at: string}>, drill?: {id: string, from: string},
 *   last?: {at: string, result: string, reaction_s?: number}}} Point  channels: by placeOf */
/** @typedef {{id: string, org: string, person: string, from: string, until: string}} Shift */

const DAY = 86_400_000;
/** A week, and a day to answer the drill. */
const OVERDUE = 8 * DAY;
const NO_ADDRESS = new Set(["api", "console"]);

/** @param {number|undefined} contact  its position; undefined: the desk @param {string} kind */
export const placeOf = (contact, kind) => `${contact ?? "desk"}/${kind}`;

/** @param {Draft} draft */
const pointsOf = (draft) => /** @type {Map<string, Point>} */ (draft.map("points"));

/** @param {Draft} draft @param {string} id @param {string} org @param {(p: Point) => Partial<Point>} change */
function amend(draft, id, org, change) {
	const points = pointsOf(draft);
	const p = points.get(id) ?? { id, org, body: {}, purposes: [], waiting: false, since: "", channels: new Map() };
	points.set(id, { ...p, ...change(p) });
}

/** @param {string[]} some @param {string[]} all */
const among = (some, all) => some.every((x) => all.includes(x));

/** @param {Draft} draft @param {Entry} e */
function declared(draft, e) {
	directorySteps["M26.own"](draft, e);
	const b = e.message?.body ?? {};
	const at = e.recorded ?? e.at;
	const { in_force: inForce = false, supersedes } = e.decided?.contact ?? {};
	const forEver = !b.valid_until && !(Date.parse(b.valid_from ?? at) > Date.parse(at));
	const points = pointsOf(draft);
	for (const old of [...points.values()].filter((p) => p.org === b.org))
		if (old.waiting ? old.id === supersedes || among(old.purposes, b.purposes) : inForce && forEver && among(old.purposes, b.purposes))
			points.delete(old.id);
		else if (!old.waiting && inForce && forEver)
			points.set(old.id, { ...old, purposes: old.purposes.filter((p) => !b.purposes.includes(p)) });
	points.set(e.id, { id: e.id, org: b.org, by: e.message?.sender_person, body: b, purposes: b.purposes ?? [], waiting: !inForce, since: at,
		channels: new Map() });
}

/** @param {Draft} draft @param {Entry} e */
function published(draft, e) {
	const b = e.message?.body ?? {};
	const points = pointsOf(draft);
	if (b.channels && b.purposes.includes("ITL"))
		orgOf(draft, b.org).channels = b.channels;
	if (points.get(b.point)?.body.escalation_chain)
		return; // it has more than that
	for (const old of [...points.values()].filter((p) => p.org === b.org && !p.waiting))
		points.set(old.id, { ...old, purposes: old.purposes.filter((p) => !b.purposes.includes(p)) });
	if (b.public)
		points.set(b.point, { id: b.point, org: b.org, body: b, purposes: b.purposes, waiting: false, since: e.recorded ?? e.at,
			channels: new Map() });
}

/** @param {Draft} draft @param {Entry} e */
function effects(draft, e) {
	const org = e.message?.body?.org ?? e.org;
	for (const c of e.decided?.channels ?? [])
		amend(draft, c.point, org, (p) => {
			const place = placeOf(c.contact, c.channel);
			return { channels: new Map(p.channels).set(place, { state: c.state ?? p.channels.get(place)?.state, test: c.test, at: e.at }) };
		});
	for (const d of e.decided?.drills ?? [])
		amend(draft, d.point, org, () => (d.result ? { drill: undefined, last: { at: d.at, result: d.result, reaction_s: d.reaction_s } }
			: { drill: { id: e.id, from: d.started ?? e.at } }));
	const { shifts_gone: gone = [], shifts = [] } = e.decided ?? {};
	if (!gone.length && !shifts.length)
		return;
	const all = /** @type {Map<string, Shift>} */ (draft.map("shifts"));
	for (const id of gone)
		all.delete(id);
	for (const s of shifts)
		all.set(s.id, { ...s, org });
}

/** @type {Record<string, (draft: Draft, e: Entry) => void>} */
export const contactSteps = {
	"M26.own": declared,
	"M26.public": published,
	"M26.test": effects,
	"M26.confirm": effects,
	"M26.verify": effects,
	"M26.drill": effects,
	"M26.call": effects,
	"M26.answer": effects,
	"M26.failed": effects,
	"M26.roster": effects,
	"M26.duty": effects,
};

/* ---- questions ---- */

/** @param {You|null} me */
export const isAdmin = (me) => Boolean(me && !me.machine && me.roles.includes("org_admin"));

/** Contact points of one organisation, or of all but one. @param {State} s @param {string} org @param {boolean} [others] */
export const pointsFor = (s, org, others = false) => [...s.points.values()].filter((p) => (p.org === org) !== others && p.body.purposes &&
	(p.waiting || p.purposes.length > 0)).sort((a, b) => a.org.localeCompare(b.org) || a.since.localeCompare(b.since));

/** "verified", "failed", "unverified"; undefined: it has no address. @param {Point} p @param {number|undefined} contact @param {string} kind */
export const channelState = (p, contact, kind) => (NO_ADDRESS.has(kind) ? undefined : p.channels.get(placeOf(contact, kind))?.state ?? "unverified");

/** @param {Point} p @param {number} now */
export function isOverdue(p, now) {
	const answered = p.last && p.last.result !== "failed" ? p.last.at : p.since;
	return !p.waiting && (p.last?.result === "failed" || now - Date.parse(answered) > OVERDUE);
}

/** Shifts of an organisation that are not over, in order. @param {State} s @param {string} org @param {number} now */
export const shiftsOf = (s, org, now) => [...s.shifts.values()].filter((x) => x.org === org && Date.parse(x.until) > now)
	.sort((a, b) => a.from.localeCompare(b.from));

/** @param {State} s @param {string} org @param {number} now */
export const onDuty = (s, org, now) => shiftsOf(s, org, now).filter((x) => Date.parse(x.from) <= now);

/** Drills of my organisation that run; any of its people sees them, one of the chain can answer. @param {State} s */
export const runningDrills = (s) => [...s.points.values()].filter((p) => p.org === s.me?.org && p.drill);

/** Tests of my organisation's channels that wait for an answer. @param {State} s @returns {{point: Point, place: string, test: string}[]} */
export const waitingTests = (s) => [...s.points.values()].filter((p) => p.org === s.me?.org).flatMap((point) => [...point.channels.entries()]
	.flatMap(([place, c]) => (c.test ? [{ point, place, test: c.test }] : [])));

/* ---- messages ---- */

/** @param {any} body @param {number} now @param {any} [more] */
export const contactMessage = (body, now, more = {}) => envelope("M26", body, { mode: "system", now }, { precedence: "routine", ack_required: false,
	legal_basis: [{ act: "TCO", article: "15(1)" }], personal_data: { level: "limited", categories: ["contact"] }, ...more });
