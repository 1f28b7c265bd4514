// @ts-check
/* handover.js: what is open, by the person who has it: for whoever comes next. Pure. What nobody has stands first. */

import { owes } from "./crisis.js";
import { incidentName } from "./incidents.js";
import { OUT, orderForms } from "./orders.js";
import { board, headline } from "./select.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{kind: "threat"|"draft"|"incident"|"order", id: string, href: string, name: string, about: string, state: string, until?: string, of: any}} OpenItem */

/** @param {Map<string, import("./state.js").Timer>} timers @param {string|undefined} org */
const nextOf = (timers, org) => [...timers.values()].filter((t) => !t.stopped && (!t.desk || t.desk === org)).map((t) => t.next ?? t.deadline).sort()[0];

/** @param {State} s @param {(id: string) => string} caseName @returns {{person: string|undefined, items: OpenItem[]}[]} */
export function openItems(s, caseName) {
	const me = s.me?.org;
	/** @type {Map<string|undefined, OpenItem[]>} */
	const by = new Map([[undefined, []]]);
	const give = (/** @type {string|undefined} */ person, /** @type {OpenItem} */ item) => by.set(person, [...by.get(person) ?? [], item]);
	for (const row of board(s).open) {
		const c = row.case;
		const mine = me ? c.desks.get(me) : undefined;
		if (!mine && c.reporter !== me)
			continue;
		give(mine?.accept?.person ?? mine?.ack?.person, { kind: row.standing === "draft" ? "draft" : "threat", id: c.id, href: `#/${row.standing === "draft" ? "notify" : "threat"}/${c.id}`,
			name: caseName(c.id), about: headline(c), state: row.standing, until: nextOf(c.timers, me), of: c });
	}
	for (const i of s.incidents.values()) {
		const owed = owes(s, i);
		if (owed || i.assignee?.org === me)
			give(i.assignee?.org === me ? i.assignee?.person : undefined, { kind: "incident", id: i.id, href: `#/incident/${i.id}`, name: incidentName(i), about: i.headline,
				state: i.state, until: owed?.deadline ?? nextOf(i.timers, me), of: i });
	}
	for (const o of s.orders.values())
		if (orderForms(s, o).length && (OUT.includes(o.state) || o.authority === me))
			give(o.authority === me ? o.drafted?.person : undefined, { kind: "order", id: o.id, href: `#/order/${o.id}`, name: o.form?.order_reference ?? o.id.slice(-6), about: o.hsp ?? "",
				state: o.state, until: nextOf(o.timers, undefined), of: o });
	return [...by].filter(([, items]) => items.length).map(([person, items]) => ({ person, items: items.sort((a, b) => (a.until ?? "9").localeCompare(b.until ?? "9")) }));
}

/** Notes of the shift before, newest first. @param {State} s */
export const shiftNotes = (s) => [...s.incidents.values()].flatMap((i) => i.timeline.filter((x) => x.k === "M20.hand_over" && x.org === s.me?.org).map((x) => ({ i, x })))
	.sort((a, b) => b.x.at.localeCompare(a.x.at));
