// @ts-check
/* state.js: everything that is on the screen, as a pure function of what the server sent.
 *
 * state' = reduce(state, frame), for the frames welcome, entry, urgent and beat. Nothing else changes the state: not
 * a click, not a clock. The directory, threat cases, incidents, their deadlines and receipts all come out of entries and of
 * what the server decided in them (`decided`); the console decides nothing itself.
 *
 * A frame or an entry of an unknown kind is a broken contract: reduce throws. The running console catches that
 * (option `unknown`), shows it in the log as unknown, and goes on.
 *
 * Copy on write: maps and cases that a batch touches are copied once per batch (class Draft), the rest is shared.
 */

import { adminSteps, takePending } from "./admin.js";
import { auditSteps } from "./audit.js";
import { caseSteps } from "./cases.js";
import { contactSteps } from "./contacts.js";
import { blankOrg, directorySteps } from "./directory.js";
import { courseSteps } from "./course.js";
import { dutySteps } from "./duties.js";
import { exerciseSteps, takeInjectReceipt } from "./exercises.js";
import { fenceSteps } from "./fences.js";
import { glassSteps } from "./glass.js";
import { Grown } from "./grown.js";
import { hookSteps, takeDelivery } from "./hooks.js";
import { copyIncident, incidentIdOf, incidentSteps, newIncident } from "./incidents.js";
import { nodesOf } from "./nodes.js";
import { copyOrder, newOrder, orderIdOf, orderSteps } from "./orders.js";
import { signalSteps } from "./signals.js";

/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {import("./protocol.js").You} You */
/** @typedef {import("./clock.js").ExerciseClock & {participants?: string[], control?: string, turns?: import("./exercises.js").Turn[],
 *   over?: {by: Act, at: string}}} Exercise */

/** @typedef {{kind: string, address?: string, priority?: number}} Channel */
/** @typedef {{position: number, person?: string, channels: Channel[]}} Contact */
/** @typedef {{code: string, name: string, kinds: string[], size?: string, state?: string, established_in?: string,
 *   legal_rep_in?: string, home?: string, witness?: {vkey: string, at?: string, by?: Act}, languages: string[], surfaces: string[], said?: Record<string, any>, hours?: string, suspended?: boolean, chain: Contact[],
 *   channels: Channel[]}} Org */
/** @typedef {{person: string, org: string, title?: string, roles: string[], machine: boolean, left?: string}} Person */

/** @typedef {"addressed"|"acked"|"accepted"|"redirected"|"rejected"|"closed"} DeskState */
/** @typedef {{person?: string, title?: string, org: string, at: string, seq?: number}} Act  who did it, and when */
/** @typedef {{org: string, duty: string[], grounds: string[], why: string, ground?: string, role: string,
 *   pages: boolean,
 *   since: string, state: DeskState, changed: string, ack?: Act, accept?: Act & {own_reference?: string,
 *   preservation?: any, keep?: string, keepReason?: string, id: string}, redirect?: Act & {to: string, ground?: string},
 *   reject?: Act & {reason?: string}, escalations: any[]}} Desk */
/** @typedef {{timer: string, id: string, desk: string, starts: string, deadline: string, next?: string, cause?: string,
 *   stopped?: {at: string, met: boolean, took_ms?: number}, level?: number, passed?: string, warned?: string}} Timer */
/** @typedef {{sent?: Mark, delivered: Mark[], seen: Mark[], acked: Mark[], machine: Mark[], trouble: Mark[], ways?: Way[]}} Receipts */
/** @typedef {Mark & {delivery?: string, attempt?: number, again?: string}} Way  by which channel, and how it stands with that */
/** @typedef {{at: string, channel?: string, person?: string, title?: string, commitment?: string, state?: string,
 *   contact?: number, proof?: string}} Mark  proof: the channel was not proven to work */
/** @typedef {{id: string, text: string, by: Act, answer?: {text: string, by: Act}}} Question */
/** @typedef {{seq?: number, id: string, k: string, at: string, recorded?: string, org: string, actor?: any,
 *   body: any, decided: any, late?: boolean, urgent?: boolean, rendering?: string, disclosedBy?: number,
 *   unknown?: boolean, recalled?: boolean, sender?: string, original?: import("./protocol.js").Message}} Item  one line of a case's timeline */

/** @typedef {{id: string, mode: string, exercise?: string, incident?: string, reporter: string, opened: string,
 *   awareAt?: string, draft: boolean, notice?: import("./protocol.js").Message, noticeId?: string, sentAt?: string,
 *   arrivedAt?: string, seqs: number[], facts: any, fresh: Map<string, string>, withdrawn?: Act & {reason?: string},
 *   desks: Map<string, Desk>, timers: Map<string, Timer>, receipts: Map<string, Map<string, Receipts>>,
 *   questions: Question[], outcome?: Act & {outcome: string}, keep?: {until: string, by: string, reason?: string},
 *   preservation?: any, links: any[], disclosures: Item[], timeline: Item[], withoutPersonal: boolean,
 *   touched: number}} Case */

/** @typedef {{me: You|null, node: string, nodes: string[], catalogue: string, database: string, awaySince: string, limits: any, push?: {allowed: boolean, key: string, subscriptions?: string[]}, tip: number, last: number,
 *   exercises: Map<string, Exercise>, orgs: Map<string, Org>, people: Map<string, Person>, cases: Map<string, Case>,
 *   caseOf: Grown<string>, incidents: Map<string, import("./incidents.js").Incident>, incidentOf: Grown<string>,
 *   orders: Map<string, import("./orders.js").Order>, orderOf: Grown<string>,
 *   checks: Map<string, import("./fences.js").Check>, referrals: Map<string, import("./fences.js").Referral>,
 *   points: Map<string, import("./contacts.js").Point>, shifts: Map<string, import("./contacts.js").Shift>, 
 *   waiting: Map<string, import("./admin.js").Pending>, credentials: Map<string, import("./admin.js").Credential>,
 *   attempts: Map<string, import("./admin.js").Attempt>, mandates: Map<string, import("./admin.js").Mandate>, holds: Map<string, import("./admin.js").Hold>,
 *   rules: Map<string, import("./admin.js").Rule>, exposures: Map<string, import("./duties.js").Exposure>, reviews: Map<string, import("./duties.js").Review>, erasures: Map<string, import("./duties.js").Erasure>, asked: Map<string, import("./audit.js").Asked>, injects: Map<string, import("./exercises.js").Inject>, sessions: Map<string, import("./exercises.js").Session>, complaints: Map<string, import("./room.js").Complaints>, hooks: Map<string, import("./hooks.js").Hook>, deliveries: Map<string, import("./hooks.js").Delivery>, vocabulary: any, known: Grown<{seq?: number, case?: string}>, swept: number, past: Map<string, Uint32Array>, recall: string[], unknown: any[]}} State */

/** @returns {State} */
export function emptyState() {
	return {
		me: null,
		node: "",
		nodes: [], // where the others of the deployment are
		catalogue: "",
		database: "up",
		awaySince: "",
		limits: {},
		tip: -1,
		last: -1,
		exercises: new Map(),
		orgs: new Map(),
		people: new Map(),
		cases: new Map(),
		caseOf: new Grown(), // message id → case
		incidents: new Map(),
		incidentOf: new Grown(), // message id → incident
		orders: new Map(),
		orderOf: new Grown(), // message id → removal order
		checks: new Map(),
		referrals: new Map(),
		points: new Map(), // contact points
		shifts: new Map(), // of duty
		waiting: new Map(), // for a second person
		credentials: new Map(),
		attempts: new Map(), // with what is no longer good
		mandates: new Map(),
		holds: new Map(),
		rules: new Map(), // newest of each
		exposures: new Map(), // of services to terrorist content
		reviews: new Map(), // of personal data that the hub stores
		erasures: new Map(),
		asked: new Map(), // of the ledger
		injects: new Map(), // what exercise control let happen
		sessions: new Map(), // of one's own organisation, for its admins; of participants, for exercise control
		complaints: new Map(), // counts of them
		hooks: new Map(), // what is called for this organisation
		deliveries: new Map(), // and what became of it
		vocabulary: null, // newest version of the words of an activation: types, criteria, checklist
		known: new Grown(), // entry id → what we already have of it
		swept: 0, // how many were known when keep.js last looked through them
		past: new Map(), // threats that are over and not here (keep.js): the numbers of their entries
		recall: [], // of these, what has gone on and has to be here again
		unknown: [],
	};
}

/** The state under construction during one batch. Copies what is written to, once. */
export class Draft {
	#copied = new Set();

	constructor(/** @type {State} */ state) {
		this.state = { ...state };
	}

	/** A map of the state, for writing. @template {keyof State} N @param {N} name @returns {State[N]} */
	map(name) {
		if (!this.#copied.has(name)) {
			this.#copied.add(name);
			const map = this.state[name];
			// @ts-ignore: only called for maps
			this.state[name] = map instanceof Grown ? new Grown(map) : new Map(map);
		}
		return this.state[name];
	}

	/** An incident, for writing; made when it is not there. @param {string} id @param {Entry} entry */
	incident(id, entry) {
		const incidents = /** @type {State["incidents"]} */ (this.map("incidents"));
		let i = incidents.get(id);
		if (!i || !this.#copied.has(i)) {
			i = i ? copyIncident(i) : newIncident(id, entry);
			this.#copied.add(i);
			incidents.set(id, i);
		}
		return i;
	}

	/** A removal order, for writing; made when it is not there. @param {string} id @param {Entry} entry */
	order(id, entry) {
		const orders = /** @type {State["orders"]} */ (this.map("orders"));
		let o = orders.get(id);
		if (!o || !this.#copied.has(o)) {
			o = o ? copyOrder(o) : newOrder(id, entry);
			this.#copied.add(o);
			orders.set(id, o);
		}
		return o;
	}

	/** A case, for writing; made when it is not there. @param {string} id @param {Entry} entry @returns {Case} */
	case(id, entry) {
		const cases = /** @type {Map<string, Case>} */ (this.map("cases"));
		let c = cases.get(id);
		if (!c) {
			c = newCase(id, entry);
			this.#copied.add(c);
		} else if (!this.#copied.has(c)) {
			c = {
				...c,
				desks: new Map(c.desks),
				timers: new Map(c.timers),
				receipts: new Map(c.receipts),
				fresh: new Map(c.fresh),
				questions: [...c.questions],
				timeline: [...c.timeline],
				disclosures: [...c.disclosures],
				seqs: [...c.seqs],
				links: [...c.links],
			};
			this.#copied.add(c);
		}
		cases.set(id, c);
		return c;
	}
}

/** @param {string} id @param {Entry} entry @returns {Case} */
function newCase(id, entry) {
	return {
		id,
		mode: entry.mode,
		exercise: entry.exercise,
		incident: entry.incident,
		reporter: "",
		opened: entry.at,
		draft: false,
		seqs: [],
		facts: {},
		fresh: new Map(),
		desks: new Map(),
		timers: new Map(),
		receipts: new Map(),
		questions: [],
		links: [],
		disclosures: [],
		timeline: [],
		withoutPersonal: false,
		touched: -1,
	};
}

/** Receipts, ties, disclosures and deadlines belong to a case or to an incident: who knows what they are about takes
 * them. @type {Record<string, any>} */
const entrySteps = { ...directorySteps, ...adminSteps, ...auditSteps, ...exerciseSteps, ...incidentSteps, ...signalSteps, ...courseSteps, ...fenceSteps, ...orderSteps, ...contactSteps, ...hookSteps, ...glassSteps, ...dutySteps, ...caseSteps };
const shared = new Set(Object.keys(incidentSteps).filter((k) => k in caseSteps));

/** @param {Draft} draft @param {Entry} e */
function stepOf(draft, e) {
	const family = `${e.k.split(".")[0]}.*`;
	const k = e.k in entrySteps ? e.k : family;
	if (k in orderSteps && shared.has(k) && orderIdOf(draft, e))
		return orderSteps[k];
	return shared.has(k) && !e.case && incidentIdOf(draft, e) ? /** @type {any} */ (incidentSteps)[k] : entrySteps[k];
}

/** Entries that are known and change nothing that this console shows. */
const silent = new Set([
	"courier.take_over", "timestamp.stamp",
	"lookup.ask", "M26.verify",
	"M26.drill", "push.subscribe", "push.unsubscribe",
]);

/** Is it a kind of entry that this console has a place for, or knows that it has none? @param {string} k "TYPE.STEP" */
export const knows = (k) => k in entrySteps || `${k.split(".")[0]}.*` in entrySteps || silent.has(k);

/** Put an entry (recorded or urgent) into the state.
 * @param {Draft} draft @param {Entry} entry @param {(what: any) => void} unknown */
export function applyEntry(draft, entry, unknown) {
	const known = draft.state.known.get(entry.id);
	if (known && (known.seq !== undefined || entry.seq === undefined))
		return; // once is enough
	draft.map("known").set(entry.id, { seq: entry.seq, case: entry.case ?? known?.case });
	if (known) {
		/* it came as urgent before; now it is recorded */
		if (known.case) {
			const c = draft.case(known.case, entry);
			c.timeline = c.timeline.map((i) =>
				i.id === entry.id ? { ...i, seq: entry.seq, urgent: false, late: true, recorded: entry.recorded }
					: i);
		}
		return;
	}
	/* who acts says in which roles: that is how people are known whose title is not for us */
	const { person, roles } = entry.actor ?? {};
	if (person && roles && !draft.state.people.has(person))
		/** @type {Map<string, Person>} */ (draft.map("people")).set(person, { person, org: entry.org, roles, machine: false });
	takeDelivery(draft, entry);
	takeInjectReceipt(draft, entry);
	const step = stepOf(draft, entry);
	if (step)
		step(draft, entry, (/** @type {Entry} */ inner) => applyEntry(draft, inner, unknown));
	else if (!silent.has(entry.k))
		unknown(entry);
}

/** @type {Record<string, (draft: Draft, frame: any, unknown: (what: any) => void) => void>} */
const steps = {
	welcome(draft, w) {
		const { state } = draft;
		state.me = w.you;
		state.node = w.node ?? "";
		state.nodes = nodesOf(w.nodes);
		state.catalogue = w.catalogue ?? "";
		state.database = w.database ?? "up";
		state.awaySince = state.database === "away" ? w.server_time : "";
		state.limits = w.limits ?? {};
		state.push = w.push;
		state.tip = w.tip;
		state.vocabulary = w.vocabulary ?? state.vocabulary;
		const exercises = /** @type {Map<string, Exercise>} */ (draft.map("exercises"));
		for (const e of w.exercises ?? [])
			exercises.set(e.id, { ...exercises.get(e.id), ...e });
		const orgs = /** @type {Map<string, Org>} */ (draft.map("orgs"));
		for (const o of w.directory ?? []) {
			const known = orgs.get(o.org) ?? blankOrg(o.org);
			const channels = o.phone ? [{ kind: "phone", address: o.phone }] : known.channels;
			orgs.set(o.org, { ...known, name: o.name ?? known.name, kinds: o.kinds ?? known.kinds, state: o.state ?? known.state,
				languages: o.languages ?? known.languages, home: o.home ?? known.home, channels,
				witness: !o.witness ? undefined : known.witness?.vkey === o.witness ? known.witness : { vkey: o.witness } });
		}
	},

	entry(draft, entry, unknown) {
		if (entry.seq <= draft.state.last)
			return;
		draft.state.last = entry.seq;
		draft.state.tip = Math.max(draft.state.tip, entry.seq);
		const past = draft.state.past.get(entry.case ?? "");
		if (past) {
			draft.map("past").set(entry.case, Uint32Array.of(...past, entry.seq));
			if (!/^(M19|deadline)\./.test(entry.k)) // that somebody was reached, too, brings nothing back
				draft.state.recall = [...new Set([...draft.state.recall, entry.case])];
			return;
		}
		/* something is recorded again: the ledger is back */
		if (draft.state.database === "away" && Date.parse(entry.recorded) > Date.parse(draft.state.awaySince))
			draft.state.database = "up";
		applyEntry(draft, entry, unknown);
	},

	urgent(draft, entry, unknown) {
		draft.state.database = "away";
		draft.state.awaySince = entry.decided?.received ?? entry.recorded ?? entry.at;
		applyEntry(draft, entry, unknown);
	},

	/** What was let go, asked for again: all entries of these cases, in order. */
	again(draft, { cases, entries }, unknown) {
		const back = new Set(cases.filter((/** @type {string} */ id) => draft.state.past.has(id)));
		const past = draft.map("past");
		const wanted = new Set([...back].flatMap((id) => [...past.get(id) ?? []]));
		back.forEach((id) => past.delete(id));
		draft.state.recall = draft.state.recall.filter((id) => !back.has(id));
		for (const e of entries)
			if (wanted.has(e.seq))
				applyEntry(draft, e, unknown);
	},

	beat(draft, beat) {
		draft.state.tip = Math.max(draft.state.tip, beat.last);
	},
};

/** @param {any} what */
function refuse(what) {
	throw new Error(`unknown ${what.op ?? "frame"}: ${what.k ?? JSON.stringify(what).slice(0, 80)}`);
}

/** @param {State} state @param {any[]} frames
 * @param {{unknown?: (what: any) => void}} [options] what to do with what is not known: throw, unless told otherwise */
export function reduceAll(state, frames, options = {}) {
	const draft = new Draft(state);
	const unknown = options.unknown ?? refuse;
	for (const frame of frames) {
		const step = steps[frame.op];
		if (step)
			step(draft, frame, unknown);
		else
			unknown(frame);
	}
	return draft.state;
}

/** Pure: (state, frame) → state. @param {State} state @param {any} frame */
export function reduce(state, frame) {
	return reduceAll(state, [frame]);
}
