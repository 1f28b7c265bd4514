// @ts-check
/* cases.js: threat cases (life-cycle of a threat-to-life notification), out of M4, M5, M19, M29 and deadline entries.
 *
 * A desk's state, deadlines and receipts are what the entries say. Two rules of the domain are visible here:
 * a machine's receipt never becomes a human acknowledgement, and *sent* never becomes *delivered*.
 */

/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./state.js").Case} Case */
/** @typedef {import("./state.js").Desk} Desk */
/** @typedef {import("./state.js").Mark} Mark */
/** @typedef {import("./state.js").Act} Act */
/** @typedef {import("./protocol.js").Entry} Entry */

/** Lists of an M4 that a supplement adds to; its other fields replace what was said before. */
const growing = ["content", "user_identifiers", "network_events", "location_hints", "concerned_states", "duty"];
/** Fields of a message that say what kind it is, not what is known. */
const notFacts = new Set(["step", "reason"]);

/** Which case an entry belongs to: it says so itself, or what it refers to does.
 * @param {Draft} draft @param {Entry} e */
function caseIdOf(draft, e) {
	const body = e.message?.body ?? {};
	return (
		e.case ?? e.message?.case_ref ?? e.decided?.case ??
		draft.state.caseOf.get(body.message_ref ?? "") ??
		draft.state.caseOf.get(e.ref ?? "") ??
		draft.state.caseOf.get(body.object ?? "")
	);
}

/** @param {Draft} draft @param {Entry} e @returns {Case|undefined} */
function open(draft, e) {
	const id = caseIdOf(draft, e);
	if (!id)
		return undefined;
	draft.map("caseOf").set(e.id, id);
	const c = draft.case(id, e);
	if (e.seq !== undefined)
		c.touched = e.seq;
	if (e.rendering === "without_personal" && e.k.startsWith("M4."))
		c.withoutPersonal = true;
	return c;
}

/** @param {Entry} e @returns {Act} */
export function act(e) {
	return { org: e.org, person: e.actor?.person ?? e.message?.sender_person, title: e.actor?.title, at: e.at,
		seq: e.seq };
}

/** Most of what comes: that somebody was reached. Its envelope says nothing that its line does not. */
const RECEIPTS = /^(M19|deadline)\./;

/** One more line of what happened. @param {{timeline: import("./state.js").Item[]}} c @param {Entry & {disclosedBy?: number}} e */
export function note(c, e) {
	/** @type {import("./state.js").Item} */
	const item = {
		seq: e.seq,
		id: e.id,
		k: e.k,
		at: e.at,
		recorded: e.recorded,
		org: e.org,
		actor: e.actor,
		body: e.message?.body ?? {},
		decided: e.decided ?? {},
		late: e.late,
		urgent: e.op === "urgent",
		rendering: e.rendering,
		disclosedBy: e.disclosedBy,
		sender: e.message?.sender_person,
		original: RECEIPTS.test(e.k) ? undefined : e.message,
	};
	/* by scenario time; what happened at the same time stays in ledger order */
	let i = c.timeline.length;
	while (i > 0 && Date.parse(c.timeline[i - 1].at) > Date.parse(item.at))
		i--;
	c.timeline.splice(i, 0, item);
	return item;
}

/** @param {Case} c @param {string} org @param {string} at @returns {Desk} a copy, already in the case */
function deskOf(c, org, at) {
	/** @type {Desk} */
	const desk = {
		.../** @type {Desk} */ (c.desks.get(org) ?? {
			org, duty: [], grounds: [], why: "", role: "added", pages: false, since: at, state: "addressed",
				changed: at,
			escalations: [],
		}),
	};
	c.desks.set(org, desk);
	return desk;
}

/** A desk's life-cycle as the server names it, and as it is shown. */
const DESK_STATES = /** @type {Record<string, import("./state.js").DeskState>} */ ({
	SENT: "addressed", DELIVERED: "addressed", ACKED: "acked", ACCEPTED: "accepted", IN_PROGRESS: "accepted",
	REDIRECTED: "redirected", REJECTED_NOT_COMPETENT: "rejected", OUTCOME: "closed",
});

/** @param {Desk} desk @param {import("./state.js").DeskState} to @param {Entry} e */
function move(desk, to, e) {
	desk.state = to;
	/* taken over together with a case about the same thing, which this desk had accepted before */
	if (to === "accepted")
		desk.accept ??= { org: desk.org, at: e.at, id: "" };
}

/** Deadlines that began, ended, moved. @param {Map<string, import("./state.js").Timer>} timers @param {Entry} e */
export function takeTimers(timers, e) {
	const d = e.decided ?? {};
	for (const t of d.timers_started ?? [])
		timers.set(t.id, { ...t, cause: e.id });
	for (const t of d.timers_stopped ?? []) {
		const running = timers.get(t.id);
		if (running)
			timers.set(t.id, { ...running, stopped: { at: t.at ?? e.at, met: t.met, took_ms: t.took_ms } });
	}
	for (const t of d.timers_moved ?? []) {
		const running = timers.get(t.id);
		if (running && (!t.starts || t.starts === running.starts)) /* not of one that was stopped since, and started anew */
			timers.set(t.id, { ...running, ...t });
	}
}

/** What the server decided about desks and deadlines; the same members on every entry.
 * @param {Case} c @param {Entry} e */
function decided(c, e) {
	const d = e.decided ?? {};
	takePages(c.receipts, e);
	for (const given of d.desks ?? []) {
		const isNew = !c.desks.has(given.org);
		const desk = deskOf(c, given.org, e.at);
		desk.duty = given.duty ?? desk.duty;
		desk.grounds = given.grounds ?? desk.grounds;
		desk.why = given.why ?? desk.why;
		desk.role = given.role ?? desk.role;
		desk.pages = given.pages ?? desk.pages;
		if (isNew || Date.parse(e.at) < Date.parse(desk.since))
			desk.since = e.at;
	}
	takeTimers(c.timers, e);
	for (const step of d.state ?? [])
		if (step.desk && c.desks.has(step.desk) && DESK_STATES[step.to])
			move(deskOf(c, step.desk, e.at), DESK_STATES[step.to], e);
		else if (!step.desk && step.from === "CLOSED" && step.to === "SENT")
			c.outcome = undefined; /* a further state was named: it is asked */
	if (d.keep)
		c.keep = d.keep.until ? { until: d.keep.until, by: d.keep.for ?? e.org,
			reason: e.message?.body?.do_not_remove_reason } : undefined;
	for (const l of d.links ?? [])
		c.links.push({ ...l, at: e.at });
}

/** The same step taken over by a case that is tied to this one: it shows there too, for whoever reads that case.
 * @param {Draft} draft @param {Entry} e @param {(c: Case, effects: Entry) => void} take */
function eachLinked(draft, e, take) {
	for (const effects of e.decided?.linked ?? [])
		if (draft.state.cases.has(effects.case))
			take(draft.case(effects.case, e), { ...e, case: effects.case, decided: { ...e.decided, ...effects,
				linked: [] } });
}

/** @param {Case} c @param {Entry} e */
function learn(c, e) {
	const body = e.message?.body ?? {};
	const facts = { ...c.facts };
	const supplement = e.k === "M4.supplement";
	for (const [name, value] of Object.entries(body)) {
		if (notFacts.has(name))
			continue;
		if (supplement && growing.includes(name) && Array.isArray(facts[name])) {
			const have = new Set(facts[name].map((/** @type {any} */ x) => JSON.stringify(x)));
			facts[name] = [...facts[name], ...value.filter((/** @type {any} */ x) => !have.has(JSON.stringify(x)))];
		} else
			facts[name] = value;
		if (supplement)
			c.fresh.set(name, e.at);
	}
	/* what was written first stays readable beside what was added */
	if (body.explanation)
		facts.explanations = [...(facts.explanations ?? []), { at: e.at, text: body.explanation,
			lang: e.message?.lang }];
	delete facts.explanation;
	if (e.message?.also_reported_to?.length || !supplement)
		facts.also_reported_to = [...(facts.also_reported_to ?? []), ...(e.message?.also_reported_to ?? [])];
	c.facts = facts;
}

/** @param {Draft} draft @param {Entry} e @param {(desk: Desk, body: any, c: Case) => void} change */
function respond(draft, e, change) {
	const c = open(draft, e);
	if (c)
		respondIn(c, e, change);
	eachLinked(draft, e, (linked, effects) => linked !== c && respondIn(linked, effects, change));
}

/** @param {Case} c @param {Entry} e @param {(desk: Desk, body: any, c: Case) => void} change */
function respondIn(c, e, change) {
	if (e.seq !== undefined)
		c.touched = e.seq;
	const known = c.desks.has(e.org);
	const desk = deskOf(c, e.org, e.at);
	const body = e.message?.body ?? {};
	/* what is disclosed afterwards happened before what is known already */
	const { state, changed } = desk;
	const earlier = known && Date.parse(e.at) < Date.parse(changed);
	change(desk, body, c);
	if (earlier)
		desk.state = state;
	else
		desk.changed = e.at;
	/* whatever a person of the desk says is proof that a person has read it */
	if (!desk.ack || Date.parse(e.at) < Date.parse(desk.ack.at))
		desk.ack = act(e);
	for (const q of body.questions ?? [])
		if (!c.questions.some((x) => x.id === q.id))
			c.questions.push({ id: q.id, text: q.text, by: act(e) });
	decided(c, e);
	note(c, e);
}

/** @returns {import("./state.js").Receipts} */
export function noReceipts() {
	return { delivered: [], seen: [], acked: [], machine: [], trouble: [] };
}

/** By which ways it went, the newest of each: a delivery takes the place of what was only queued for its channel.
 * @param {import("./state.js").Way[]|undefined} ways @param {import("./state.js").Way} way */
const wayOf = (ways = [], way) => [...ways.filter((w) => w.channel !== way.channel || (w.delivery ? w.delivery !== way.delivery : !way.delivery &&
	w.contact !== way.contact)), { ...way, proof: way.proof ?? ways.find((w) => w.channel === way.channel)?.proof }];

/** What an entry has put into the queue for those who are not connected. @param {Map<string, Map<string, import("./state.js").Receipts>>} receipts @param {Entry} e */
export function takePages(receipts, e) {
	for (const p of e.k.startsWith("M19.") ? [] : e.decided?.pages ?? []) {
		const ref = p.about ?? e.id;
		const byOrg = new Map(receipts.get(ref) ?? []);
		for (const org of p.orgs ?? [p.org]) {
			const r = byOrg.get(org) ?? noReceipts();
			byOrg.set(org, { ...r, ways: wayOf(r.ways, { channel: p.channel, state: p.state, contact: p.contact, at: e.at }) });
		}
		receipts.set(ref, byOrg);
	}
}

/** One more answer to a message. @param {Map<string, Map<string, import("./state.js").Receipts>>} receipts @param {Entry} e */
export function takeReceipt(receipts, e) {
	const b = e.message?.body ?? {};
	const ref = b.message_ref ?? e.ref;
	const org = b.recipient_org ?? e.org;
	const byOrg = new Map(receipts.get(ref) ?? []);
	const r = { .../** @type {import("./state.js").Receipts} */ (byOrg.get(org) ?? noReceipts()) };
	/** @type {Mark} */
	const mark = { at: e.k === "M19.outreach" ? b.at ?? e.at : e.at, /* only a call made outside has a time of its own */
		channel: b.channel, state: b.state, contact: b.contact };
	if (e.decided?.proof)
		mark.proof = e.decided.proof; /* the channel that was used has not been proven to work */
	r.ways = e.k === "M19.human" ? r.ways : wayOf(r.ways, { ...mark, delivery: b.delivery, attempt: b.attempt, again: b.again_at });
	const human = e.k === "M19.human" && b.actor_kind !== "machine";
	if (human) {
		mark.person = e.actor?.person;
		mark.title = e.actor?.title;
		mark.commitment = b.commitment;
		if (b.state === "acked")
			r.acked = [...r.acked, mark];
		else
			r.seen = [...r.seen, mark];
	} else if (b.state === "sent")
		r.sent ??= mark;
	else if (b.state === "delivered")
		r.delivered = [...r.delivered, mark];
	else if (b.state === "acked" || b.state === "seen")
		r.machine = [...r.machine, mark];
	else if (b.state !== "queued" || mark.proof)
		r.trouble = [...r.trouble, mark];
	byOrg.set(org, r);
	receipts.set(ref, byOrg);
}

/** @param {Draft} draft @param {Entry} e */
function receipt(draft, e) {
	const c = open(draft, e);
	if (!c)
		return;
	takeReceipt(c.receipts, e);
	const b = e.message?.body ?? {};
	const org = b.recipient_org ?? e.org;
	if (e.k === "M19.escalation" && c.desks.has(org)) {
		const desk = deskOf(c, org, e.at);
		desk.escalations = [...desk.escalations, { ...b, at: e.at }];
	}
	decided(c, e);
	note(c, e);
}

/** @param {Map<string, import("./state.js").Timer>} timers @param {Entry} e @param {"passed"|"warned"} what */
export function takeDeadline(timers, e, what) {
	const b = { ...e.message?.body, ...e.decided };
	for (const [id, t] of timers)
		if (id === b.id || id === e.ref || (t.timer === b.timer && t.desk === b.desk && !t.stopped))
			timers.set(id, { ...t, [what]: e.at });
}

/** @param {Draft} draft @param {Entry} e @param {"passed"|"warned"} what */
function deadline(draft, e, what) {
	const c = open(draft, e);
	if (!c)
		return;
	takeDeadline(c.timers, e, what);
	decided(c, e);
	note(c, e);
}

/** What was disclosed carries its own time, but we know it only since now.
 * @param {Entry} e @param {(inner: Entry) => void} apply @param {{case?: string, incident?: string}} of */
export function eachDisclosed(e, apply, of) {
	for (const d of e.disclosed ?? e.decided?.disclosed ?? [])
		apply(/** @type {any} */ ({
			op: "entry", id: d.eid ?? d.id, k: d.k, at: d.at, org: d.org, mode: e.mode, exercise: e.exercise, ...of, seq: d.seq,
			recorded: d.recorded, rendering: d.rendering, message: d.message, decided: d.decided ?? {}, actor: d.actor,
			disclosedBy: e.seq,
		}));
}

/** @type {Record<string, (draft: Draft, entry: Entry, apply: (inner: Entry) => void) => void>} */
export const caseSteps = {
	"M4.draft"(draft, e) {
		const c = open(draft, e);
		if (!c)
			return;
		c.reporter = e.org;
		c.draft = true;
		c.opened = e.at;
		c.awareAt = e.message?.body?.aware_at;
		decided(c, e);
		note(c, e);
	},

	"M4.send"(draft, e) {
		const c = open(draft, e);
		if (!c)
			return;
		c.reporter = e.org;
		c.draft = false;
		c.notice = e.message;
		c.noticeId = e.id;
		c.sentAt = e.at;
		c.awareAt = e.message?.body?.aware_at ?? c.awareAt;
		learn(c, e);
		decided(c, e);
		note(c, e);
	},

	"M4.supplement"(draft, e) {
		const c = open(draft, e);
		if (!c)
			return;
		learn(c, e);
		decided(c, e);
		note(c, e);
	},

	"M4.withdraw"(draft, e) {
		const c = open(draft, e);
		if (!c)
			return;
		c.withdrawn = { ...act(e), reason: e.message?.body?.reason };
		c.draft = false;
		decided(c, e);
		note(c, e);
	},

	"M5.ack": (draft, e) => respond(draft, e, (desk) => {
		if (desk.state === "addressed")
			desk.state = "acked";
	}),

	"M5.accept": (draft, e) => respond(draft, e, (desk, b, c) => {
		desk.state = "accepted";
		desk.accept = {
			...act(e), id: e.id, own_reference: b.own_reference, preservation: b.preservation_request,
			keep: b.do_not_remove_until,
		};
		/* a later accept of the same desk replaces what it asked for: without the field, the request is lifted */
		if (b.do_not_remove_until)
			c.keep = { until: b.do_not_remove_until, by: e.org, reason: b.do_not_remove_reason };
		else if (c.keep?.by === e.org)
			c.keep = undefined;
		if (b.preservation_request)
			c.preservation = { ...b.preservation_request, by: e.org };
	}),

	"M5.redirect": (draft, e) => respond(draft, e, (desk, b) => {
		desk.state = "redirected";
		desk.redirect = { ...act(e), to: b.redirect_to, ground: b.redirect_ground };
	}),

	"M5.reject": (draft, e) => respond(draft, e, (desk, b) => {
		desk.state = "rejected";
		desk.reject = { ...act(e), reason: b.note };
	}),

	"M5.question": (draft, e) => respond(draft, e, (desk) => {
		if (desk.state === "addressed")
			desk.state = "acked";
	}),

	"M5.answer"(draft, e) {
		const c = open(draft, e);
		if (!c)
			return;
		for (const a of e.message?.body?.answers ?? []) {
			c.questions = c.questions.map((q) => (q.id === a.question && !q.answer ? { ...q, answer: { text: a.text,
				by: act(e) } } : q));
		}
		decided(c, e);
		note(c, e);
	},

	"M5.outcome": (draft, e) => respond(draft, e, (desk, b, c) => {
		desk.state = "closed";
		c.outcome = { ...act(e), outcome: b.outcome };
	}),

	"M19.*": receipt,

	"M29.disclose"(draft, e, apply) {
		const c = open(draft, e);
		if (!c)
			return;
		decided(c, e);
		for (const org of e.message?.body?.to ?? [])
			deskOf(c, org, e.at).ground = e.message?.body?.ground;
		c.disclosures.push(note(c, e));
		eachDisclosed(e, apply, { case: c.id });
	},

	/* the server ties two cases that are about the same thing; nobody's audience changes */
	"M1.link"(draft, e) {
		const c = open(draft, e);
		if (c) {
			decided(c, e);
			note(c, e);
		}
	},

	"deadline.passed": (draft, e) => deadline(draft, e, "passed"),
	"deadline.warned": (draft, e) => deadline(draft, e, "warned"),
};
