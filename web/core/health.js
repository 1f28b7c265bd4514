// @ts-check
/* health.js: how a desk's alarms are doing, out of the times in which it had to answer (T17, T19): alarms for each person and ten minutes,
 * how long an answer took, what stands. EEMUA 191: about one in ten minutes can be handled, ten are a flood. */

import { onDuty } from "./contacts.js";
import { standing } from "./select.js";

/** @typedef {import("./state.js").State} State */

const TEN_MINUTES = 600_000;
const REMIND_MS = 900_000;
export const MANAGEABLE = 1, FLOOD = 10;

/** @param {number[]} sorted @param {number} share */
const quantile = (sorted, share) => (sorted.length ? sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] : undefined);

/** Every time in which this organisation had to answer. @param {State} s @param {string} mode */
function calls(s, mode) {
	const org = s.me?.org;
	return [...s.cases.values(), ...s.incidents.values()].filter((x) => x.mode === mode).flatMap((x) => [...x.timers.values()].filter((t) =>
		(t.timer === "T17" || t.timer === "T19") && t.desk === org).map((t) => ({ at: Date.parse(t.starts), took: t.stopped?.took_ms ?? (t.stopped ? Date.parse(t.stopped.at) -
			Date.parse(t.starts) : undefined), level: t.level ?? 0, open: !t.stopped, met: t.stopped?.met, of: x })));
}

/** @typedef {{alarms: number, operators: number, worst: number, rate: number, acked: number, median?: number, p90?: number, inTime: number, standing: number,
 *   passed: number, reminded: number, escalated: number}} Health */

/** @param {State} s @param {string} mode @param {number} now @returns {Health} */
export function healthOf(s, mode, now) {
	const all = calls(s, mode);
	const times = all.map((c) => c.at).sort((a, b) => a - b);
	let worst = 0;
	for (let i = 0, k = 0; i < times.length; i++) {
		while (times[i] - times[k] >= TEN_MINUTES)
			k++;
		worst = Math.max(worst, i - k + 1);
	}
	const operators = Math.max(1, onDuty(s, s.me?.org ?? "", now).length);
	const took = all.map((c) => c.took).filter((x) => x !== undefined).map(Number).sort((a, b) => a - b);
	const spread = times.length > 1 ? Math.max(1, Math.ceil((times[times.length - 1] - times[0] + 1) / TEN_MINUTES)) : 1;
	/* acknowledged, and a quarter of an hour later nobody has decided: it has come back */
	const back = [...s.cases.values()].filter((c) => c.mode === mode && standing(c, s.me) === "acked" && now - Date.parse(c.desks.get(s.me?.org ?? "")?.ack?.at ?? "") >=
		REMIND_MS);
	return { alarms: all.length, operators, worst: worst / operators, rate: all.length / spread / operators, acked: took.length, median: quantile(took, 0.5),
		p90: quantile(took, 0.9), inTime: all.filter((c) => c.met).length, standing: all.filter((c) => c.open).length, passed: all.filter((c) => c.met === false).length,
		reminded: back.length, escalated: all.filter((c) => c.level > 0).length };
}
