// @ts-check
/* model.js: what changes on the page behind the link of an e-mail. It stands in the place of app/model.js, so that the
 * console's parts serve here too; it has no socket: it asks for what is new, and says what is said, by plain HTTP.
 *
 * The token comes in the address' fragment, which no server sees, leaves the address at once, and is used only when the
 * person presses the button: a scanner that follows links, even one that runs scripts, opens nothing and has seen nothing.
 * What it opens is kept for this tab alone. */

import { batch, computed, effect, signal } from "@preact/signals";
import { ServerClock } from "../core/clock.js";
import { humanReceipt } from "../core/protocol.js";
import { timeOf } from "../core/select.js";
import { emptyState, reduceAll } from "../core/state.js";
import { Memory } from "../core/storage.js";
import { language } from "../lib/i18n.js";

/** @typedef {import("../core/protocol.js").Message} Message */
/** @typedef {{message: string, case?: string, incident?: string, from: number, expires: string}} About */

const WAIT_S = 20;
const RETRY_MS = 3_000;
const RED_MS = 45_000;

/** none: nothing to open it with; closed: not opened yet; ended: it is over */
export const stage = signal(/** @type {"none"|"closed"|"opening"|"open"|"ended"} */ ("none"));
export const trouble = signal(/** @type {""|"unreachable"|"slow"|"away"} */ (""));
export const about = signal(/** @type {About|null} */ (null));
/** Everything that was there when it was opened is here. */
export const caughtUp = signal(false);
export const state = signal(emptyState());
/** As the console's (app/model.js): here little changes. */
export const directory = state;
/** All entries that are here, in their order. */
export const entries = signal(/** @type {any[]} */ ([]));
export const now = signal(NaN);
export const announcement = signal({ text: "", alert: false, seen: true, n: 0 });

export const memory = new Memory(store(() => localStorage));
memory.forgetOld(Date.now());
const tab = new Memory(store(() => sessionStorage));
export const settings = signal({ theme: "auto", contrast: false, shortcuts: false, keys: {}, language: "", ...memory.get("link.settings", {}) });
effect(() => memory.set("link.settings", settings.value));

function store(/** @type {() => Storage} */ get) {
	try {
		return get();
	} catch {
		return null;
	}
}

/** @param {string} text @param {boolean} [alert] @param {boolean} [seen] */
export function announce(text, alert = false, seen = true) {
	announcement.value = { text, alert, seen, n: announcement.peek().n + 1 };
}

/* ---- time: the server's ---- */

export const serverClock = new ServerClock(() => performance.now());
/** @param {{exercise?: string}} of */
export const caseNow = (of) => timeOf(state.value, of, now.value);

/** @param {any} of @param {any} more */
const context = (of, more) => ({ mode: of.mode, exercise: of.exercise, now: timeOf(state.value, of, serverClock.now()),
	lang: language.value, ...more });
/** @param {import("../core/state.js").Case} c */
export const contextOf = (c) => context(c, { case: c.id, incident: c.incident });
/** @param {import("../core/incidents.js").Incident} i */
export const contextOfIncident = (i) => context(i, { incident: i.id });

/** Where an answer to a letter is said. @param {import("../core/letter.js").Letter} letter */
export const whereOf = (letter) => context(letter, { case: letter.case, incident: letter.incident });

/* ---- opening ---- */

let token = "";
let secret = tab.get("link.session", "");
let heardMs = performance.now();

/** @param {string} found the token of the address, or nothing */
export function arrive(found) {
	token = found;
	if (token)
		secret = "";
	stage.value = token ? "closed" : secret ? "opening" : "none";
	if (secret)
		follow();
}

export async function open() {
	stage.value = "opening";
	trouble.value = "";
	try {
		const answer = await fetch("/api/link", { method: "POST", credentials: "omit", body: JSON.stringify({ token }),
			headers: { "Content-Type": "application/json", "X-Tocsin": "1" } });
		if (!answer.ok) {
			stage.value = answer.status === 401 ? "ended" : "closed";
			trouble.value = answer.status === 429 ? "slow" : answer.status === 401 ? "" : "away";
			return;
		}
		const welcome = await answer.json();
		secret = welcome.session;
		tab.set("link.session", secret);
		token = "";
		begin(welcome);
		follow();
	} catch {
		stage.value = "closed";
		trouble.value = "unreachable";
	}
}

/** @param {any} welcome */
function begin(welcome) {
	const { session, ...rest } = welcome;
	void session;
	serverClock.sample(welcome.server_time);
	about.value = welcome.link;
	state.value = reduceAll(state.value, [{ ...rest, op: "welcome" }]);
	stage.value = "open";
	trouble.value = welcome.database === "away" ? "away" : "";
	beat();
}

/** @param {string} path @param {any} [body] */
async function call(path, body) {
	const answer = await fetch(path, { method: body ? "POST" : "GET", credentials: "omit", cache: "no-store", ...(body ? {
		body: JSON.stringify(body) } : {}), headers: { Authorization: `Bearer ${secret}`, ...(body ? {
			"Content-Type": "application/json" } : {}) } });
	heardMs = performance.now();
	if (answer.status === 401) {
		tab.forget("link.session");
		stage.value = "ended";
	}
	return answer;
}

/* ---- what is new ---- */

let following = false;
async function follow() {
	if (following)
		return;
	following = true;
	while (stage.value === "open" || stage.value === "opening") {
		try {
			const me = await call("/api/link");
			if (!me.ok)
				throw me;
			begin(await me.json());
			do {
				const last = Math.max(state.value.last, (about.value?.from ?? 0) - 1);
				const answer = await call(`/api/link/entries?after=${last}&limit=100&wait=${caughtUp.value ? WAIT_S : 0}`);
				if (!answer.ok)
					throw answer;
				const { entries } = await answer.json();
				take(entries);
				caughtUp.value ||= entries.length < 100;
			} while (!caughtUp.value);
		} catch {
			if (/** @type {string} */ (stage.value) === "ended")
				break;
			if (performance.now() - heardMs > RETRY_MS)
				trouble.value = "unreachable";
			await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
		}
	}
	following = false;
}

/** @param {any[]} found */
function take(found) {
	const fresh = found.filter((e) => e.seq > (entries.peek().at(-1)?.seq ?? -1)).map((e) => ({ ...e, op: "entry" }));
	if (fresh.length)
		batch(() => {
			state.value = reduceAll(state.value, fresh, { unknown() {
				/* of a kind that the console has no screen for: core/letter.js shows it all the same */
			} });
			entries.value = [...entries.peek(), ...fresh];
		});
	beat();
}

export function beat() {
	now.value = serverClock.now();
	freshness.value = performance.now() - heardMs > RED_MS ? "red" : "live";
}
export const freshness = signal(/** @type {"live"|"amber"|"red"} */ ("live"));
addEventListener("online", () => stage.value === "open" && follow());

/* ---- saying something ---- */

/** What the console's screens ask: is there a connection, and is everything here? */
export const phase = computed(() => (caughtUp.value ? "live" : "catching"));
export const ready = computed(() => stage.value === "open" && trouble.value === "" && freshness.value === "live");

/** @param {string} path @param {Message} message @returns {Promise<any>} */
async function ask(path, message) {
	if (!ready.value)
		return { ok: false, lost: "before" };
	try {
		const answer = await call(path, message);
		const frame = await answer.json();
		return answer.ok ? { ok: true, seq: frame.seq, recorded: frame.op === "accepted", frame }
			: answer.status === 503 || answer.status === 401 ? { ok: false, lost: "before", refusal: answer.status === 503 ? frame : undefined }
				: { ok: false, refusal: frame };
	} catch {
		return { ok: false, lost: "unknown" };
	}
}

/** Answered when the entry itself is here too, so that what follows already knows it. @param {Message} message */
export async function send(message) {
	const answer = await ask("/api/link/messages", message);
	if (answer.ok && !state.value.known.has(message.id)) {
		try {
			const more = await call(`/api/link/entries?after=${state.value.last}&limit=100&wait=5`);
			if (more.ok)
				take((await more.json()).entries);
		} catch {
			/* it is recorded; what we see of it comes with the next look */
		}
	}
	return answer;
}

/** @param {Message} message */
export const prepare = (message) => ask("/api/link/prepare", message);

/** A receipt of this person's, by the way that the message came. @param {{id: string, message?: any}} entry
 * @param {"seen"|"acked"} what @param {any} where @param {string} [commitment] @param {string} [note] */
export function receipt(entry, what, where, commitment, note) {
	const me = /** @type {any} */ (state.value.me);
	const m = humanReceipt(/** @type {any} */ (entry), what, me, where, commitment);
	m.body.channel = "e-mail";
	if (note)
		m.body.note = note;
	return m;
}

const told = new Set();
/** The person has it before their eyes: said once. @param {import("../core/letter.js").Letter} letter
 * @param {import("../core/letter.js").Said[]} said */
export function lookAtLetter(letter, said) {
	const me = state.value.me;
	if (!me || !ready.value || document.visibilityState !== "visible" || letter.org === me.org || letter.org === "server" ||
	    told.has(letter.id) || said.some((m) => m.person === me.person))
		return;
	told.add(letter.id);
	send(receipt({ id: letter.id, message: letter.original }, "seen", whereOf(letter))).then((a) => !a.ok && a.lost && told.delete(letter.id));
}

/* what the console has and this page does not: nothing sounds here */
export const silence = () => {};
export const silencedFor = () => undefined;
export const look = () => {};
export const lookAtIncident = () => {};
export const looked = signal(new Map());
export const alarmList = computed(() => []);
export const onShift = signal(false);
