// @ts-check
/* confirmations.js: what everybody who has a message has to confirm, by machine and by a person (M8, M25, a ruling that narrows a
 * signal), and who has. Both stand in what the server decided; a machine's word is never a person's. */

/** @typedef {import("./incidents.js").Incident} Incident */
/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {"machine"|"person"} Part */
/** @typedef {{id: string, k: string, at: string, org: string, body: any, owed: Map<string, {parts: Part[], given: Part[]}>}} Confirming */

/** @param {Incident} i @param {Entry} e */
export function takeConfirmations(i, e) {
	const d = e.decided ?? {};
	if (d.confirmations)
		i.confirmations.set(e.id, { id: e.id, k: e.k, at: e.at, org: e.org, body: e.message?.body ?? {},
			owed: new Map(d.confirmations.map((/** @type {any} */ c) => [c.org, { parts: c.parts, given: [] }])) });
	for (const given of d.confirmed ?? []) {
		const c = i.confirmations.get(given.ref);
		const mine = c?.owed.get(given.org);
		if (c && mine)
			i.confirmations.set(c.id, { ...c, owed: new Map(c.owed).set(given.org, { ...mine, given: [...mine.given, given.part] }) });
	}
}

/** Who still has to confirm, and which part. @param {Confirming} c @returns {{org: string, parts: Part[]}[]} */
export function missing(c) {
	return [...c.owed].map(([org, o]) => ({ org, parts: o.parts.filter((p) => !o.given.includes(p)) })).filter((x) => x.parts.length)
		.sort((a, b) => a.org.localeCompare(b.org));
}

/** Those that somebody still has to confirm, the oldest first. @param {Incident} i */
export const openConfirmations = (i) => [...i.confirmations.values()].filter((c) => missing(c).length);
