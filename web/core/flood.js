// @ts-check
/* flood.js: when too much comes at once. Pure.
 *
 * Ten new alerts in ten minutes are a flood (EEMUA 191): from then on, priorities 2 and 3 are shown and said in groups, by incident and
 * organisation: sixty threats that one desk answers are one line. A threat to life is never grouped. A person may put an alert of priority 3 aside (shelve it), with a reason and for eight
 * hours at most; what is aside is counted where everybody sees it, and comes back by itself, at the latest when a crisis is
 * activated. Nothing of this acknowledges anything. */

/** @typedef {import("./alarm.js").Alarm} Alarm */
/** @typedef {{alarm: Alarm, reason: string, until: number, active: string[]}} Shelved  `active`: crises that were active then */

export const FLOOD_ALERTS = 10;
export const FLOOD_MS = 10 * 60_000;
export const SHELVE_MAX_MS = 8 * 3600_000;

/** When each alert was first here. What was here when the person came is not new. @param {Map<string, number>} before @param {Alarm[]} all
 * @param {number} now @param {boolean} first */
export function arrivals(before, all, now, first) {
	const fresh = all.filter((a) => !before.has(a.key));
	const standing = new Set(all.map((a) => a.key));
	const gone = [...before].filter(([key, at]) => !standing.has(key) && now - at > FLOOD_MS);
	if (!fresh.length && !gone.length)
		return before;
	const next = new Map(before);
	for (const [key] of gone)
		next.delete(key);
	for (const a of fresh)
		next.set(a.key, first ? -Infinity : now);
	return next;
}

/** How many came in the last ten minutes. @param {Map<string, number>} arrived @param {number} now */
export const rate = (arrived, now) => [...arrived.values()].filter((at) => now - at <= FLOOD_MS).length;

/** @param {Map<string, number>} arrived @param {number} now */
export const isFlood = (arrived, now) => rate(arrived, now) >= FLOOD_ALERTS;

/** By incident and by whom they come from (deadlines: by which runs out); threats to life are not in here. @param {Alarm[]} all
 * @param {(about: string) => string|undefined} incidentOf of a threat or an order that belongs to one
 * @returns {{key: string, incident?: string, from: string, warned: boolean, priority: number, alarms: Alarm[]}[]} */
export function grouped(all, incidentOf) {
	/** @type {Map<string, Alarm[]>} */
	const groups = new Map();
	for (const a of all)
		if (a.level !== "life") {
			const key = JSON.stringify([incidentOf(a.case) ?? null, a.why === "warned", a.from]);
			groups.set(key, [...groups.get(key) ?? [], a]);
		}
	return [...groups].map(([key, alarms]) => ({ key, incident: incidentOf(alarms[0].case), from: alarms[0].from, warned: alarms[0].why === "warned",
		priority: Math.min(...alarms.map((a) => a.priority)), alarms }))
		.sort((a, b) => a.priority - b.priority || b.alarms.length - a.alarms.length);
}

/** Only what may wait, with a reason, and for so long. @param {Alarm} alarm @param {string} reason @param {number} until @param {number} now */
export const mayShelve = (alarm, reason, until, now) => alarm.priority === 3 && reason.trim() !== "" && until > now && until - now <= SHELVE_MAX_MS;

/** What is still aside. @param {Map<string, Shelved>} shelved @param {number} now @param {string[]} active crises that are active now */
export const aside = (shelved, now, active) => new Map([...shelved].filter(([, s]) => s.until > now && active.every((id) => s.active.includes(id))));
