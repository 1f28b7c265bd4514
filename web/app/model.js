// @ts-check
/* model.js: where the pieces of core/ meet the browser. The only file that holds what changes: signals that screens
 * read, and the few things a person can do. Screens never touch the link or the state directly. */

import { computed, effect, signal } from "@preact/signals";
import { alarms, silence as silenced, sounding } from "../core/alarm.js";
import { ServerClock } from "../core/clock.js";
import { arrivals, aside, isFlood, mayShelve, rate } from "../core/flood.js";
import { Link, LinkLost, QUIET_AMBER_MS, QUIET_RED_MS } from "../core/link.js";
import { humanReceipt } from "../core/protocol.js";
import { timeOf } from "../core/select.js";
import { emptyState, reduceAll } from "../core/state.js";
import { Memory } from "../core/storage.js";
import { beginCare, endCare } from "../lib/care.js";
import { language, t } from "../lib/i18n.js";

/** @typedef {import("../core/state.js").State} State */
/** @typedef {import("../core/state.js").Case} Case */
/** @typedef {import("../core/protocol.js").Message} Message */

export const state = signal(/** @type {State} */ (emptyState()));
/** Who and where, out of the state: what reads only these is not called for every entry. @type {import("@preact/signals").ReadonlySignal<Directory>} */
export const directory = part("me", "orgs", "people", "exercises", "vocabulary");
/** @typedef {Pick<State, "me"|"orgs"|"people"|"exercises"|"vocabulary">} Directory */

/** Members of the state, the same object until one of them is another. @param {(keyof State)[]} names @returns {any} */
function part(...names) {
	/** @type {any} */
	let last;
	return computed(() => {
		const s = state.value;
		if (!last || names.some((n) => last[n] !== s[n]))
			last = Object.fromEntries(names.map((n) => [n, s[n]]));
		return last;
	});
}

export const phase = signal(/** @type {import("../core/link.js").Phase} */ ("off"));
/** unknown: not asked yet; none: nobody is signed in */
export const session = signal(/** @type {"unknown"|"none"|"in"} */ ("unknown"));
/** It was not the person who ended it. */
export const sessionEnded = signal(false);
/** Server time in milliseconds, once a second. NaN before the first word of the server. */
export const now = signal(NaN);
/** How stale what is on the screen is. */
export const freshness = signal(/** @type {"live"|"amber"|"red"} */ ("live"));
/** For how many seconds the server has not been heard. */
export const ageS = signal(0);
/** Server time up to which the screen is known to be right. */
export const dataAsOf = signal(NaN);
/** One sentence for everybody, also for screen readers. `alert` interrupts. */
export const announcement = signal({ text: "", alert: false, seen: true, about: "", n: 0 });
/** The sign-in token of the address, until it was used. */
export const linkToken = signal(/** @type {string|null} */ (null));

export const memory = new Memory(safeStorage(() => localStorage));
memory.forgetOld(Date.now());
const shiftMemory = new Memory(safeStorage(() => sessionStorage));
export const onShift = signal(shiftMemory.get("shift", false));

const DEFAULTS = {
	theme: "auto", contrast: false, shortcuts: true, keys: {}, volume: 0.7, language: "", dense: false,
};
export const settings = signal({ ...DEFAULTS, ...memory.get("settings", {}) });
effect(() => memory.set("settings", settings.value));

/** Case → highest number of the ledger that was on the screen of this person. */
export const looked = signal(/** @type {Map<string, number>} */ (new Map()));
/** Server time at which this person signed in. */
const cameAt = signal(shiftMemory.get("came", -Infinity));
const silences = signal(/** @type {Map<string, number>} */ (new Map()));

function safeStorage(/** @type {() => Storage} */ get) {
	try {
		return get();
	} catch {
		return null;
	}
}

const mono = () => performance.now();

/** Where the other nodes of this deployment are. */
export const otherNodes = computed(() => state.value.nodes.filter((n) => n !== location.origin));
export const serverClock = new ServerClock(mono);

/** @param {string} text @param {boolean} [alert] interrupts @param {boolean} [seen] also shown, not only spoken
 * @param {string} [about] not shown over the screen of this thing */
export function announce(text, alert = false, seen = true, about = "") {
	announcement.value = { text, alert, seen, about, n: announcement.peek().n + 1 };
}

/* ---- HTTP ---- */

/** @param {string} path @param {any} [body] */
export function post(path, body) {
	return fetch(path, {
		method: "POST",
		credentials: "same-origin",
		headers: { "Content-Type": "application/json", "X-Tocsin": "1" },
		body: JSON.stringify(body ?? {}),
	});
}

/* ---- the link ---- */

const link = new Link({
	openSocket(protocol) {
		const at = new URL("/socket", location.href);
		at.protocol = at.protocol === "http:" ? "ws:" : "wss:";
		return new WebSocket(at.href, protocol);
	},
	async fetchTicket() {
		const answer = await post("/api/ticket");
		if (answer.status === 401 || answer.status === 403)
			return { denied: true };
		if (!answer.ok)
			throw new Error(`ticket: ${answer.status}`);
		return answer.json();
	},
	mono,
	trust: () => memory.get("log", null)?.note,
});

/* The log is checked by a script of its own, which comes with the first of these frames. It hears them in the order in
 * which they came: a checkpoint ahead of its welcome would be held against nothing, and another past be believed. What could
 * not be told yet waits: the welcome and the newest checkpoint, for what is missing between can be asked for. */
/** @type {any[]} */
const untold = [];
let telling = Promise.resolve();
/** @param {any} frame */
function toLog(frame) {
	if (frame.op === "welcome")
		untold.length = 0;
	if (untold.push(frame) > 2)
		untold.splice(1, 1);
	telling = telling.then(async () => {
		const log = await import("./log-watch.js");
		untold.splice(0).forEach(log.hear);
	}).catch(() => {}); // it could not be fetched: with the next frame again
}

/* Frames that arrive together are put into the state together. A message channel is used and not a timer or an
 * animation frame: those are slowed down in a hidden page, and an alarm must not be. */
/** @type {any[]} */
const arrived = [];
const turn = new MessageChannel();
turn.port1.onmessage = flush;

/** The server has another past than was seen here, or may have: what is on the screen is not what it has. */
let lostPast = false;
/** … and says so itself: its signer has halted. Then each connection reads everything anew. */
let halted = false;
function halt(/** @type {any} */ frame) {
	lostPast = true;
	toLog(frame);
	link.stop();
	link.start(-1);
}
link.addEventListener("ahead", (event) => {
	lostPast = true;
	toLog({ op: "ahead", .../** @type {CustomEvent} */ (event).detail });
});

link.addEventListener("frame", (event) => {
	const frame = /** @type {CustomEvent} */ (event).detail;
	const first = frame.op === "beat" && frame.halted && !halted;
	if (frame.op === "beat")
		halted = Boolean(frame.halted);
	if (first)
		return halt(frame);
	if (frame.op === "welcome" || frame.op === "checkpoint")
		toLog(frame);
	if (frame.op === "checkpoint")
		return; // says nothing of what is on the screen
	if (frame.op === "welcome" && (lostPast || (halted && link.last >= 0) || haveChanged(state.value.me, frame.you)))
		return anew(frame);
	if (frame.op === "welcome")
		serverClock.sample(frame.server_time);
	else if (frame.op === "beat")
		serverClock.sample(frame.now);
	if (arrived.push(frame) === 1)
		soon();
});

/** What the last batch cost, with what it changed on the screen. As long as somebody looks, what comes within one picture is put into the state
 * together; and when much comes, batches are made larger instead of the page slower: twice that time is left for their keys. */
let cost = 0;
const PICTURE_MS = 16;
const BUSY_MS = 20;
const WAIT_MOST_MS = 400;
function soon() {
	const wait = document.visibilityState !== "visible" ? 0
		: Math.max(PICTURE_MS - (mono() - began), cost < BUSY_MS ? 0 : Math.min(WAIT_MOST_MS, 2 * cost));
	if (wait <= 0)
		turn.port2.postMessage(0);
	else
		setTimeout(flush, wait);
}
/** So many frames in one task; the rest in the next. */
const BATCH = 400;
const after = new MessageChannel();
let began = 0;
after.port1.onmessage = () => (cost = mono() - began);

/** What came in while the connection was away, for one sentence on return. */
let missed = 0;
let returning = false;
/** Numbers whose arrival on this console is not in the ledger yet. */
let toReceipt = /** @type {import("../core/protocol.js").Entry[]} */ ([]);

function flush() {
	began = mono();
	const frames = arrived.splice(0, BATCH);
	if (arrived.length)
		turn.port2.postMessage(0);
	after.port2.postMessage(0);
	state.value = reduceAll(state.value, frames, {
		unknown(what) {
			if (state.value.unknown.push({ what, at: serverClock.now() }) > 100)
				state.value.unknown.shift();
		},
	});
	const me = state.value.me;
	for (const f of frames)
		if (f.op === "entry" && f.org !== me?.org) {
			if (returning && !/^(M19|session|deadline)\./.test(f.k))
				missed++;
			if (/^(M1\.re|M[2-9]\.|M1[0-6]\.|M29\.|exercise\.inject)/.test(f.k) && f.org !== "server")
				toReceipt.push(f);
		}
	beat();
	if (phase.value === "live") {
		sayMissed();
		sendReceipts();
	}
}

link.addEventListener("phase", (event) => {
	const next = /** @type {CustomEvent} */ (event).detail;
	const before = phase.value;
	phase.value = next;
	if (next === "lost") {
		lostAt ||= mono() - Math.min(link.quietFor, QUIET_RED_MS);
		returning = before === "live" || before === "catching" || returning;
	}
	if (next === "live" || next === "catching")
		lostAt = 0;
	if (next === "denied") {
		endSession();
		sessionEnded.value = true;
	}
	if (next === "live")
		turn.port2.postMessage(0);
	beat();
});

function sayMissed() {
	if (!returning)
		return;
	returning = false;
	announce(t("link.back", { n: missed }));
	missed = 0;
}

/** The console has it: one machine receipt per message, unless the ledger has one of this organisation already. */
function sendReceipts() {
	const s = state.value;
	for (const e of toReceipt) {
		const of = s.cases.get(s.caseOf.get(e.id) ?? "") ?? s.orders.get(s.orderOf.get(e.id) ?? "") ??
			s.incidents.get(s.incidentOf.get(e.id) ?? "");
		const have = of?.receipts.get(e.id)?.get(s.me?.org ?? "");
		if (!have?.delivered.length && !s.injects.get(e.id)?.delivered.has(s.me?.org ?? "") && e.seq !== undefined)
			link.tell({ op: "receipt", seq: e.seq, state: "delivered" });
	}
	toReceipt = [];
}

/* ---- time ---- */

/* silence is counted from the last frame, also over several attempts to come back */
let lostAt = 0;

function quietMs() {
	return Math.max(link.quietFor, lostAt ? mono() - lostAt : 0);
}

/** Once a second, from the least throttled timer there is (lib/ticker.js), and whenever something arrives. */
export function beat() {
	link.watch();
	now.value = serverClock.now();
	if (session.value === "in") {
		const quiet = quietMs();
		ageS.value = Math.floor(quiet / 1000);
		freshness.value = quiet > QUIET_RED_MS ? "red" : quiet > QUIET_AMBER_MS ? "amber" : "live";
	}
	if (phase.value === "live" && freshness.value === "live")
		dataAsOf.value = now.value;
}

addEventListener("online", () => link.hurry());
addEventListener("pageshow", () => link.hurry());

/** Whether something can be sent now. Actions are switched off, never queued. */
export const ready = computed(() => (phase.value === "live" || phase.value === "catching") &&
	freshness.value === "live");

/** Time in the world of a case. @param {{exercise?: string}} of */
export function caseNow(of) {
	return timeOf(directory.value, of, now.value);
}

/** Where a message about a case is said. @param {Case} c */
export function contextOf(c) {
	return {
		mode: c.mode, exercise: c.exercise, case: c.id, incident: c.incident,
		now: timeOf(state.value, c, serverClock.now()), lang: language.value,
	};
}

/** The same about an incident. @param {import("../core/incidents.js").Incident} i */
export function contextOfIncident(i) {
	return { mode: i.mode, exercise: i.exercise, incident: i.id, now: timeOf(state.value, i, serverClock.now()),
		lang: language.value };
}

/* ---- session ---- */

/** @param {any} welcome */
function begin(welcome) {
	sessionEnded.value = false;
	session.value = "in";
	serverClock.sample(welcome.server_time);
	state.value = reduceAll(emptyState(), [{ op: "welcome", ...welcome }]);
	looked.value = new Map(shiftMemory.get(`looked.${state.value.me?.person}`, []));
	now.value = serverClock.now();
	if (!Number.isFinite(cameAt.value ?? NaN)) {
		cameAt.value = serverClock.now();
		shiftMemory.set("came", cameAt.value);
	}
	link.start(-1);
}

/** Other rights than before? @param {import("../core/protocol.js").You|null} before @param {import("../core/protocol.js").You} you */
const haveChanged = (before, you) => Boolean(before && you && before.person === you.person && ([...before.roles].sort().join() !== [...you.roles].sort().join() ||
	[...before.kinds].sort().join() !== [...you.kinds].sort().join()));

/** Nothing stays on the screen that may not be read any more, and what may be read now is not only what comes from now on. @param {any} welcome */
function anew(welcome) {
	link.stop();
	arrived.length = 0;
	returning = false; // nothing was missed of what is read anew; to say so would take the place of what is said here
	missed = 0;
	begin(welcome);
	if (!lostPast && !halted) // of which the log's alarm tells
		announce(t("rights.changed"), true);
	lostPast = false;
}

/** Is there a session already? */
export async function resume() {
	try {
		const answer = await fetch("/api/me", { credentials: "same-origin" });
		if (answer.ok)
			return begin(await answer.json());
		session.value = "none";
	} catch {
		session.value = "none";
		announce(t("signin.unreachable"), true);
	}
}

/** @param {string} token @returns {Promise<string|null>} null, or the key of the sentence that says why not */
export async function signIn(token) {
	try {
		const answer = await post("/api/sign-in", { token });
		if (answer.ok) {
			linkToken.value = null;
			begin(await answer.json());
			return null;
		}
		return answer.status === 401 || answer.status === 403 || answer.status === 404 ? "signin.used"
			: answer.status === 429 ? "signin.slow" : "signin.failed";
	} catch {
		return "signin.unreachable";
	}
}

function endSession() {
	link.stop();
	session.value = "none";
	state.value = emptyState();
	onShift.value = false;
	shiftMemory.forgetAll("");
	cameAt.value = -Infinity;
	toReceipt = [];
	shelved.value = new Map();
	reminders.value = new Map();
	arrivedAt.value = new Map();
	firstLook = true;
	endCare();
}

export async function signOut() {
	try {
		await post("/api/sign-out");
	} catch {
		/* the server ends the session by itself after a while */
	}
	memory.forgetAll("draft.");
	endSession();
}

export function startShift() {
	onShift.value = true;
	beginCare(serverClock.now());
	shiftMemory.set("shift", true);
}

/* ---- saying something ---- */

/** @typedef {{ok: true, seq?: number, recorded: boolean, frame: any} |
 *   {ok: false, lost?: "before"|"unknown", refusal?: import("../core/protocol.js").Refusal}} Answer */

const SAY_SLOW_MS = 1_000;

/** @param {string} op @param {Message} message @returns {Promise<Answer>} */
async function ask(op, message) {
	/* who looks sees it on the button; it is said when it takes long */
	const slow = setTimeout(() => announce(t(op === "send" ? "step.sending" : "nav.loading"), false, false), SAY_SLOW_MS);
	try {
		const frame = await link.request({ op, message });
		if (frame.op === "refused")
			return { ok: false, refusal: frame };
		return { ok: true, seq: frame.seq, recorded: frame.op === "accepted", frame };
	} catch (why) {
		return { ok: false, lost: why instanceof LinkLost && !why.sent ? "before" : "unknown" };
	} finally {
		clearTimeout(slow);
	}
}

/** Answered when the entry itself is on the screen too, so that what follows already knows it.
 * @param {Message} message @returns {Promise<Answer>} */
export async function send(message) {
	const answer = await ask("send", message);
	if (answer.ok && !state.value.known.has(message.id))
		await new Promise((resolve) => {
			const timer = setTimeout(done, 2_000);
			const stop = state.subscribe((s) => s.known.has(message.id) && done());
			function done() {
				clearTimeout(timer);
				queueMicrotask(() => stop());
				resolve(undefined);
			}
		});
	return answer;
}

/** @param {Message} message */
export const prepare = (message) => ask("prepare", message);

/** The person has the case on the screen: remembered, and said once in the ledger for each notification.
 * @param {Case} c */
export function look(c) {
	if (state.value.me && c.desks.has(state.value.me.org))
		sayIsSeen(c, /^(M4\.send|M4\.supplement|M29\.disclose)$/, contextOf(c));
	else
		remember(c);
}

/** The same of an incident: what persons are told, a person has seen. @param {import("../core/incidents.js").Incident} i */
export function lookAtIncident(i) {
	sayIsSeen(i, /^(M1\.report|M2\.issue|M3\.(confirm|fast_path|not_activate|change|wind_down|assess))$/, contextOfIncident(i));
}

/** The same of a removal order. @param {import("../core/orders.js").Order} o */
export function lookAtOrder(o) {
	sayIsSeen(/** @type {any} */ (o), /^(M10\.(issue|withdraw|silence)|M1[2346]\.)/, { mode: o.mode, exercise: o.exercise,
		now: timeOf(state.value, o, serverClock.now()), lang: language.value });
}

/** @param {{id: string, touched: number}} of */
function remember(of) {
	if ((looked.peek().get(of.id) ?? -1) < of.touched) {
		looked.value = new Map(looked.peek()).set(of.id, of.touched);
		shiftMemory.set(`looked.${state.value.me?.person}`, [...looked.peek()]);
	}
}

/** @param {Case|import("../core/incidents.js").Incident} c @param {RegExp} which @param {import("../core/protocol.js").Context} where */
function sayIsSeen(c, which, where) {
	const s = state.value;
	remember(c);
	if (!ready.value || !s.me || document.visibilityState !== "visible")
		return;
	for (const item of c.timeline) {
		if (!which.test(item.k))
			continue;
		const mine = c.receipts.get(item.id)?.get(s.me.org);
		const person = s.me.person;
		if (item.seq === undefined || item.disclosedBy !== undefined || item.org === s.me.org || told.has(item.id) ||
		    mine?.seen.some((m) => m.person === person) || mine?.acked.some((m) => m.person === person))
			continue;
		told.add(item.id);
		send(humanReceipt(/** @type {any} */ ({ id: item.id, message: item.original }), "seen", s.me, where)).then(
			(a) => !a.ok && a.lost && told.delete(item.id));
	}
}
const told = new Set();

/* ---- alarms ---- */

/** @type {import("../core/alarm.js").Alarm[]} */
let stood = [];
/** Threats of which this person wants to be reminded sooner, on this computer and in this shift. @type {import("@preact/signals").Signal<Map<string, import("../core/alarm.js").Reminder>>} */
export const reminders = signal(new Map(shiftMemory.get("reminders", [])));

/** From now on. @param {Case} c @param {number} every */
export function remindEvery(c, every) {
	reminders.value = new Map(reminders.peek()).set(c.id, { every, from: caseNow(c) });
	shiftMemory.set("reminders", [...reminders.peek()]);
}

/** Everything that could sound, also what is aside; the same list as long as it says the same. */
const everyAlarm = computed(() => {
	const next = alarms(state.value, { looked: looked.value, since: cameAt.value, remind: reminders.value, now: (c) => timeOf(state.value, c, now.value) }); // reminders come with time
	if (next.length !== stood.length || next.some((a, i) => a !== stood[i] && (a.key !== stood[i].key || a.from !== stood[i].from)))
		stood = next;
	return stood;
});

/** Crises that are active now. */
const active = computed(() => [...state.value.incidents.values()].filter((i) => i.state === "ACTIVE").map((i) => i.id));
/** Put aside by this person on this computer. @type {import("@preact/signals").Signal<Map<string, import("../core/flood.js").Shelved>>} */
export const shelved = signal(new Map(shiftMemory.get("shelved", [])));
/** @param {typeof shelved.value} next */
function keepShelved(next) {
	shelved.value = next;
	shiftMemory.set("shelved", [...next]);
}
effect(() => {
	const still = aside(shelved.value, now.value, active.value);
	/* before the server's first word nobody knows the time, nor which crises there are */
	if (Number.isFinite(now.value) && phase.value === "live" && still.size !== shelved.value.size)
		keepShelved(still);
});

/** @param {import("../core/alarm.js").Alarm} alarm @param {string} reason @param {number} until @returns {boolean} */
export function shelve(alarm, reason, until) {
	if (!mayShelve(alarm, reason, until, now.peek()))
		return false;
	keepShelved(new Map(shelved.peek()).set(alarm.key, { alarm, reason: reason.trim(), until, active: active.peek() }));
	return true;
}

/** @param {string} key */
export function unshelve(key) {
	const next = new Map(shelved.peek());
	next.delete(key);
	keepShelved(next);
}

/** What stands and is not aside. */
export const alarmList = computed(() => everyAlarm.value.filter((a) => !shelved.value.has(a.key)));

/** When each alert was first here, on the clock that counts only forwards. @type {import("@preact/signals").Signal<Map<string, number>>} */
const arrivedAt = signal(new Map());
let firstLook = true;
effect(() => {
	if (phase.value !== "live")
		return;
	arrivedAt.value = arrivals(arrivedAt.peek(), everyAlarm.value, mono(), firstLook);
	firstLook = false;
});
/** New alerts in ten minutes, and whether that is too much to be told one by one. */
export const alertRate = computed(() => (void now.value, rate(arrivedAt.value, mono())));
export const flooding = computed(() => (void now.value, isFlood(arrivedAt.value, mono())));
export const sound = computed(() => {
	void now.value;
	return sounding(alarmList.value, silences.value, mono());
});
export const isSilenced = computed(() => alarmList.value.length > 0 && sound.value === null);

export function silence() {
	if (!alarmList.value.length)
		return announce(t("alarm.nothing"));
	silences.value = silenced(alarmList.value, silences.value, mono());
	announce(t("alarm.silenced"));
}

/** When a silenced threat will sound again, in milliseconds from now; undefined when it is not silenced.
 * @param {string} caseId */
export function silencedFor(caseId) {
	const until = silencedCases.value.get(caseId);
	return until !== undefined && (void now.value, until > mono()) ? until - mono() : undefined;
}

/** @type {Map<string, number>} */
const NONE = new Map();
/** Case of each threat that was silenced → until when. */
const silencedCases = computed(() => {
	const all = alarmList.value.filter((a) => a.level === "life" && silences.value.has(a.key));
	return all.length ? new Map(all.map((a) => [a.case, silences.value.get(a.key) ?? 0])) : NONE;
});
