// @ts-check
/* alarm.js: what must be heard now. Pure.
 *
 * Two sounds. *life*: a threat that no human being of my desk has acknowledged; repeats until somebody acknowledges
 * it, or is silenced for two minutes and comes back. *notice*: everything else that waits for me; once a minute
 * until it was looked at or silenced. Silencing acknowledges nothing. What was acknowledged and not decided comes
 * back every quarter of an hour, or sooner where a person wants it so (as a notice), because people forget at night; so does a deadline of mine that the server warns of.
 */

import { ackTimer, standing } from "./select.js";
import { owes, steps } from "./crisis.js";
import { wants } from "./orders.js";

export const SILENCE_LIFE_MS = 120_000;
export const REMIND_UNDECIDED_MS = 15 * 60_000;
/** A person may want to be reminded of one threat sooner than of the others; never later. */
export const REMIND_SOONER_MS = [2, 5, 10].map((m) => m * 60_000);

/** @typedef {{every: number, from: number}} Reminder  `from`: time in the world of the case */

/** How often a threat that was acknowledged and not decided has come back, and when it does next. @param {number} acked @param {Reminder|undefined} chosen
 * @param {number} now both in the world of the case @returns {{n: number, at: number}} */
export function rearm(acked, chosen, now) {
	const { every, from } = chosen && chosen.from >= acked ? chosen : { every: REMIND_UNDECIDED_MS, from: acked };
	const n = Math.max(0, Math.floor((now - from) / every));
	return { n, at: from + (n + 1) * every };
}

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Case} Case */
/** @typedef {{key: string, level: "life"|"notice", priority: 1|2|3, case: string, why: string, from: string, place: "threat"|"incident"|"order",
 *   exercise: boolean}} Alarm  `case`: the case, incident or order that it is about, shown at #/PLACE/CASE; `priority`: 1 a life, 2 what
 *   my organisation owes or what runs out, 3 everything else */

/** What must not be put aside, besides threats to life. */
const OWED = new Set(["activation", "order", "order_ends", "order_certify", "undecided", "warned"]);
/** @param {Omit<Alarm, "priority">} a @returns {Alarm} */
const ranked = (a) => ({ ...a, priority: a.level === "life" ? 1 : OWED.has(a.why) ? 2 : 3 });

/** Deadlines of mine of which the server has warned that they are near. @param {State} s @param {{timers: Map<string, import("./state.js").Timer>}} of */
const warnedOf = (s, of) => [...of.timers.values()].filter((t) => t.warned && !t.stopped && !t.passed && t.desk === s.me?.org);

/** Entries of others that deserve the second sound, by what my organisation is in the case. */
const FOR_REPORTER = new Set(["M5.accept", "M5.redirect", "M5.reject", "M5.question", "M5.outcome",
	"M19.escalation"]);
const FOR_DESK = new Set(["M4.supplement", "M4.withdraw", "M5.answer", "M5.accept", "M5.redirect"]);

/** @param {Case} c @param {string} org  does the chase of this desk still run? */
function paging(c, org) {
	const timer = ackTimer(c, org);
	if (timer)
		return !timer.stopped;
	const desk = c.desks.get(org);
	return Boolean(desk?.pages) && desk?.state === "addressed";
}

/** Everything that could sound, before silencing.
 * @param {State} s @param {{looked: Map<string, number>, now: (c: Case) => number, since?: number, remind?: Map<string, Reminder>}} here  `looked`: case → last
 *   number of the ledger that was on the screen of this person; `now`: time in the world of the case; `since`: server
 *   time at which this person came: what was recorded before is shown as new and makes no sound
 * @returns {Alarm[]} */
export function alarms(s, here) {
	const { me } = s;
	/** @type {Omit<Alarm, "priority">[]} */
	const found = [];
	if (!me || me.machine)
		return [];
	for (const i of s.incidents.values()) {
		const about = { level: /** @type {const} */ ("notice"), case: i.id, place: /** @type {const} */ ("incident"),
			exercise: i.mode === "exercise" };
		/* an activation sounds until a person of mine has acknowledged it; what I could decide, until I have looked */
		if (owes(s, i))
			found.push({ ...about, key: `ack:${i.asked?.id}`, why: "activation", from: i.asked?.by.org ?? "" });
		for (const w of warnedOf(s, i))
			found.push({ ...about, key: `warned:${w.id}:${w.warned}`, why: "warned", from: w.timer });
		for (const step of i.touched > (here.looked.get(i.id) ?? -1) ? steps(s, i) : []) {
			const entry = step.form === "M3.confirm" ? i.proposals.get(step.about ?? "")?.by
				: step.form === "M3.assess" && i.state === "REPORTED" ? i.reports[0] : undefined;
			const item = entry && i.timeline.find((x) => x.seq === entry.seq);
			if (entry && entry.org !== me.org && (item?.seq ?? Infinity) > (here.looked.get(i.id) ?? -1) &&
			    !(Date.parse(item?.recorded ?? "") < (here.since ?? -Infinity)))
				found.push({ ...about, key: `item:${i.id}:${step.form}:${step.about}`, why: step.form, from: entry.org });
		}
	}
	for (const o of s.orders.values()) {
		const w = wants(s, o);
		if (w && w.item.seq !== undefined && w.item.seq > (here.looked.get(o.id) ?? -1) &&
		    !(Date.parse(w.item.recorded ?? "") < (here.since ?? -Infinity)))
			found.push({ level: "notice", case: o.id, place: "order", exercise: o.mode === "exercise", key: `order:${w.item.id}`, why: w.why, from: o.authority });
	}
	const ofCases = found.map(ranked);
	for (const c of s.cases.values())
		ofCases.push(...alarmsOf(s, c, here));
	return ofCases;
}

/** What was worked out of a case is kept with it, until it changes, is looked at, or a quarter of an hour is over.
 * @type {WeakMap<Case, {me: State["me"], looked: number, since: number, again: string, is: Alarm[]}>} */
const kept = new WeakMap();
/** Cases that were worked out, ever: tests count it. */
export const worked = { cases: 0 };

/** @param {State} s @param {Case} c @param {Parameters<typeof alarms>[1]} here @returns {Alarm[]} */
function alarmsOf(s, c, here) {
	const mine = s.me ? c.desks.get(s.me.org) : undefined, ack = mine?.state === "acked" ? mine.ack : undefined;
	const looked = here.looked.get(c.id) ?? -1, since = here.since ?? -Infinity;
	const chosen = ack && here.remind?.get(c.id), n = ack ? rearm(Date.parse(ack.at), chosen, here.now(c)).n : 0;
	const again = n ? `${chosen ? `${chosen.from}:` : ""}${n}` : "";
	const before = kept.get(c);
	if (before && before.me === s.me && before.looked === looked && before.since === since && before.again === again)
		return before.is;
	worked.cases++;
	const is = ofCase(s, c, looked, since, again).map(ranked);
	kept.set(c, { me: s.me, looked, since, again, is });
	return is;
}

/** @param {State} s @param {Case} c @param {number} looked @param {number} since @param {string} again that it was acknowledged and forgotten, how often */
function ofCase(s, c, looked, since, again) {
	const me = /** @type {NonNullable<State["me"]>} */ (s.me);
	/** @type {Omit<Alarm, "priority">[]} */
	const found = [];
	const about = { case: c.id, exercise: c.mode === "exercise", from: c.reporter, place: /** @type {const} */ ("threat") };
	const how = standing(c, me);
	const desk = c.desks.get(me.org);
	if (how === "new" && paging(c, me.org))
		return [{ key: `life:${c.id}:${desk?.since}`, level: /** @type {const} */ ("life"), why: "new", ...about }];
	if (how === "acked" && desk?.ack && again)
		found.push({ key: `undecided:${c.id}:${again}`, level: "notice", why: "undecided", ...about });
	for (const w of warnedOf(s, c))
		if (w.timer !== "T17") // its levels call people themselves, and it sounds as a threat
			found.push({ ...about, key: `warned:${w.id}:${w.warned}`, level: "notice", why: "warned", from: w.timer });
	const interesting = c.reporter === me.org ? FOR_REPORTER : desk ? FOR_DESK : undefined;
	for (let i = c.timeline.length - 1; interesting && i >= 0; i--) {
		const item = c.timeline[i];
		if (item.org === me.org || item.disclosedBy !== undefined || !interesting.has(item.k))
			continue;
		if ((item.seq ?? Infinity) > looked && !(Date.parse(item.recorded ?? "") < since))
			found.push({ key: `item:${item.id}`, level: "notice", why: item.k, ...about });
		break;
	}
	return found;
}

/** What sounds now. @param {Alarm[]} all @param {Map<string, number>} silenced key → until (same clock as now)
 * @param {number} now @returns {"life"|"notice"|null} */
export function sounding(all, silenced, now) {
	let level = null;
	for (const a of all) {
		if ((silenced.get(a.key) ?? -Infinity) > now)
			continue;
		if (a.level === "life")
			return "life";
		level = "notice";
	}
	return /** @type {"notice"|null} */ (level);
}

/** Silence everything that could sound now. A threat to life comes back; a notice does not.
 * @param {Alarm[]} all @param {Map<string, number>} silenced @param {number} now */
export function silence(all, silenced, now) {
	const standing = new Set(all.map((a) => a.key));
	const next = new Map([...silenced].filter(([key]) => standing.has(key))); // what is over needs no silence: a night has many
	for (const a of all)
		next.set(a.key, a.level === "life" ? now + SILENCE_LIFE_MS : Infinity);
	return next;
}
