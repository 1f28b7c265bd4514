// @ts-check
/* select.js: questions that screens ask of the state. Pure; what depends on the time gets it as an argument. */

import { scenarioTime } from "./clock.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Case} Case */
/** @typedef {import("./state.js").Desk} Desk */
/** @typedef {import("./state.js").Timer} Timer */
/** @typedef {import("./protocol.js").You} You */

/** How a case stands, seen from one organisation; the words are in the catalogue of strings (standing.*).
 * @typedef {"draft"|"new"|"acked"|"coordinated"|"accepted"|"elsewhere"|"redirected"|"rejected"|"waiting"|"read"|"answered"|
 *   "closed"|"withdrawn"|"reading"} Standing */

/** Kinds whose desks can take a threat over. */
const DESK_KINDS = ["ms_law_enforcement", "ms_competent_authority", "eu_hub"];

/** @param {Pick<State, "orgs">} s @param {string} code */
export function orgName(s, code) {
	return s.orgs.get(code)?.name ?? code;
}

/** The title of a person, where this person may know it. @param {Pick<State, "people"|"me">} s @param {string|undefined} person */
export function titleOf(s, person) {
	return s.people.get(person ?? "")?.title ?? (person && person === s.me?.person ? s.me.title : undefined);
}

/** Time of the case's world: scenario time in an exercise, server time otherwise.
 * @param {Pick<State, "exercises">} s @param {{exercise?: string, mode?: string}} of @param {number} serverNow */
export function timeOf(s, of, serverNow) {
	const exercise = of.exercise ? s.exercises.get(of.exercise) : undefined;
	return exercise ? scenarioTime(exercise, serverNow) : serverNow;
}

/** @param {Case} c */
export function acceptedBy(c) {
	const accepted = [...c.desks.values()].filter((d) => d.accept && (d.state === "accepted" ||
		d.state === "closed"));
	/* a state's acceptance counts before the hub's, which is coordination only */
	return accepted.sort((a, b) => Number(a.role === "hub") - Number(b.role === "hub"))[0];
}

/** @param {Case} c @param {State} s */
export function stateAccepted(c, s) {
	return [...c.desks.values()].some((d) =>
		(d.state === "accepted" || d.state === "closed") && d.accept && !isHub(s, d.org));
}

/** @param {Pick<State, "orgs">} s @param {string} code */
export function isHub(s, code) {
	return s.orgs.get(code)?.kinds.includes("eu_hub") ?? false;
}

/** @param {Case} c @param {You|null} me @returns {Standing} */
export function standing(c, me) {
	if (c.withdrawn)
		return "withdrawn";
	if (c.draft)
		return "draft";
	if (c.outcome)
		return "closed";
	const mine = me ? c.desks.get(me.org) : undefined;
	if (mine) {
		if (mine.state === "accepted")
			return mine.role === "hub" && acceptedBy(c)?.role === "hub" ? "coordinated" : "accepted";
		if (mine.state === "redirected")
			return "redirected";
		if (mine.state === "rejected")
			return "rejected";
		/* the hub's acceptance is coordination only: a state's is still wanted */
		const by = acceptedBy(c);
		if (by && (by.role !== "hub" || mine.role === "hub"))
			return "elsewhere";
		return mine.state === "acked" ? "acked" : "new";
	}
	if (me && c.reporter === me.org) {
		const by = acceptedBy(c);
		if (by)
			return by.role === "hub" ? "coordinated" : "answered";
		return firstHuman(c) ? "read" : "waiting";
	}
	return "reading";
}

/** The first acknowledgement of the notification by a human being, of any desk. @param {Case} c */
export function firstHuman(c) {
	return [...c.desks.values()].map((d) => d.ack).filter((a) => a !== undefined)
		.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))[0];
}

/** When the case arrived at an organisation: its desk was addressed then, or it sent the notification itself.
 * @param {Case} c @param {You|null} me */
export function arrivedAt(c, me) {
	return (me && c.desks.get(me.org)?.since) || c.sentAt || c.opened;
}

/** The acknowledgement deadline (T17) of a desk. @param {Case} c @param {string} org */
export function ackTimer(c, org) {
	let found;
	for (const t of c.timers.values())
		if (t.timer === "T17" && t.desk === org)
			found = t;
	return found;
}

/** Next step of the chase: when, and who is called then. Position counts from 0; the hub comes after the chain.
 * @param {Pick<State, "orgs"|"people"|"me">} s @param {Case} c @param {string} org */
export function nextEscalation(s, c, org) {
	const timer = ackTimer(c, org);
	if (!timer || timer.stopped)
		return undefined;
	const chain = s.orgs.get(org)?.chain ?? [];
	const called = timer.level ?? new Set(c.desks.get(org)?.escalations.map((x) => x.contact)).size;
	const contact = chain[called + 1];
	return { at: timer.next ?? timer.deadline, title: titleOf(s, contact?.person), timer };
}

/** @param {You|null} me @param {string[]} kinds */
function isKind(me, kinds) {
	return Boolean(me?.kinds.some((k) => kinds.includes(k)));
}

/** @param {You|null} me @param {...string} roles */
function holds(me, ...roles) {
	return Boolean(me && !me.machine && me.roles.some((r) => roles.includes(r)));
}

/** What this person may do with this case now (permission matrix a.3.1, rows M4 and M5). The server decides; this
 * only keeps buttons away that it would refuse. @param {State} s @param {Case} c */
export function allowed(s, c) {
	const { me } = s;
	const desk = me ? c.desks.get(me.org) : undefined;
	const over = Boolean(c.withdrawn);
	const still = desk && ["addressed", "acked", "accepted"].includes(desk.state);
	const open = Boolean(c.noticeId) && !over;
	const respond = open && Boolean(desk) && !c.outcome &&
		((holds(me, "duty_officer") && isKind(me, DESK_KINDS)) || (holds(me, "liaison") && isKind(me,
			["ms_law_enforcement", "eu_hub"])));
	const own = Boolean(me && c.reporter === me.org) && holds(me, "crisis_responder", "legal");
	return {
		ack: respond && desk?.state === "addressed",
		accept: respond,
		redirect: respond && Boolean(still || desk?.state === "redirected"),
		reject: respond && (desk?.state === "addressed" || desk?.state === "acked"),
		question: respond && Boolean(still),
		outcome: open && !c.outcome && desk?.state === "accepted" && holds(me, "liaison") && isKind(me,
			["ms_law_enforcement"]),
		send: own && c.draft && !over,
		supplement: own && open,
		withdraw: own && !over && !c.outcome,
		answer: own && open && c.questions.some((q) => !q.answer),
	};
}

/** May this person open a new threat? @param {You|null} me */
export function mayDraft(me) {
	return isKind(me, ["hsp"]) && holds(me, "crisis_responder", "legal");
}

/** Desks that a threat can be redirected to: those that do not have it. @param {State} s @param {Case} c */
export function possibleDesks(s, c) {
	const exercise = c.exercise ? s.exercises.get(c.exercise) : undefined;
	const joined = exercise?.participants?.length ? new Set(exercise.participants) : undefined;
	const has = new Set([...c.desks.values()].filter((d) => ["addressed", "acked",
		"accepted"].includes(d.state)).map((d) => d.org));
	return [...s.orgs.values()]
		.filter((o) => o.code !== s.me?.org && !has.has(o.code) && o.kinds.some((k) => DESK_KINDS.includes(k)) &&
			(!joined || joined.has(o.code)))
		.sort((a, b) => Number(isHub(s, a.code)) - Number(isHub(s, b.code)) || a.code.localeCompare(b.code));
}

/** One line that says what it is: the first sentence of what the platform wrote, or what little is known.
 * @param {Case} c */
export function headline(c) {
	if (c.facts.offence_field === "csa")
		return ""; // opened by whoever has to read it, never on a board
	const text = c.facts.explanations?.[0]?.text ?? "";
	const sentence = /^.{20,}?[.!?](?=\s|$)/su.exec(text)?.[0] ?? text;
	return sentence.length > 160 ? `${sentence.slice(0, 157)}…` : sentence;
}

/** Where it is, in as few words as possible. @param {Case} c */
export function place(c) {
	const hint = c.facts.location_hints?.[0]?.value;
	const states = [...new Set((c.facts.concerned_states ?? []).map((/** @type {any} */ x) => x.cc))];
	return { hint, states, unknown: Boolean(c.facts.state_unknown?.unknown) };
}

/** Receipts of the notification by organisation: first time of each step. The table answers one question: has a
 * human being of that organisation seen it? @param {State} s @param {Case} c */
export function receiptTable(s, c) {
	const refs = new Set([c.noticeId, ...c.disclosures.map((d) => d.id)]);
	return [...c.desks.values()].map((desk) => {
		/** @type {Record<string, import("./state.js").Mark|undefined>} */
		const first = {};
		const trouble = [];
		/** @type {import("./state.js").Way[]} */
		const ways = [];
		for (const [ref, byOrg] of c.receipts) {
			const r = refs.has(ref) ? byOrg.get(desk.org) : undefined;
			if (!r)
				continue;
			first.sent ??= r.sent;
			first.delivered ??= r.delivered[0];
			first.seen ??= r.seen[0];
			first.machine ??= r.machine[0];
			first.acked ??= r.acked[0];
			trouble.push(...r.trouble);
			ways.push(...r.ways ?? []);
		}
		const answered = desk.ack ? { at: desk.ack.at, title: desk.ack.title, person: desk.ack.person } : first.acked;
		return { desk, sent: first.sent, delivered: first.delivered, seen: first.seen, machine: first.machine,
			acked: answered, trouble, ways };
	});
}

/** How one message was received: of how many organisations, for the timeline.
 * @param {{receipts: Case["receipts"]}} c @param {string} id */
export function receiptCount(c, id) {
	const byOrg = c.receipts.get(id);
	let delivered = 0;
	let seen = 0;
	for (const r of byOrg?.values() ?? []) {
		delivered += r.delivered.length || r.seen.length || r.acked.length ? 1 : 0;
		seen += r.seen.length || r.acked.length ? 1 : 0;
	}
	return { delivered, seen };
}

/** Who can be called when the console is cut off: own chain first, then hub, then the desks of open cases.
 * @param {State} s */
export function fallbackNumbers(s) {
	const order = new Set([
		...[...s.cases.values()].filter((c) => !c.outcome && !c.withdrawn).flatMap((c) => [c.reporter,
			...c.desks.keys()]),
		...[...s.orgs.values()].filter((o) => o.kinds.includes("eu_hub")).map((o) => o.code),
		s.me?.org ?? "",
	]);
	const found = [];
	for (const code of order) {
		const org = s.orgs.get(code);
		if (!org)
			continue;
		const fromChain = org.chain.flatMap((k) => k.channels.map((ch) => ({ ...ch, title: titleOf(s, k.person) })));
		const phones = [...org.channels.map((ch) => ({ ...ch, title: undefined })), ...fromChain]
			.filter((ch) => /phone|sms/i.test(ch.kind) && ch.address);
		if (phones.length)
			found.push({ org, phones: phones.slice(0, 3) });
	}
	return found;
}

/** Exercises this person is in that have not ended; those that have begun first. @param {State} s @param {number} [serverNow] */
export function openExercises(s, serverNow = 0) {
	return [...s.exercises.values()].filter((e) => !e.ended)
		.sort((a, b) => Number(hasBegun(s, b, serverNow)) - Number(hasBegun(s, a, serverNow)));
}

/** Is an exercise open? Then what is real says so. @param {Pick<State, "exercises">} s */
export function inExercise(s) {
	for (const e of s.exercises.values())
		if (!e.ended)
			return true;
	return false;
}

/** Its clock runs or has moved, or something was said in it. @param {State} s @param {import("./state.js").Exercise} e
 * @param {number} serverNow */
export function hasBegun(s, e, serverNow) {
	return e.running || Date.parse(e.anchor_at) > Date.parse(e.t0 ?? e.anchor_at) || scenarioTime(e,
		serverNow) > Date.parse(e.t0 ?? e.anchor_at) ||
		someCase(s, (c) => c.exercise === e.id);
}

/** @param {State} s @param {(c: Case) => boolean} is */
function someCase(s, is) {
	for (const c of s.cases.values())
		if (is(c))
			return true;
	return false;
}
