// @ts-check
/* handover.js: what is open, by who has it: for whoever comes next. Pure. What nobody has stands first, what another organisation has
 * taken over last. */

import { owes } from "./crisis.js";
import { incidentName } from "./incidents.js";
import { OUT, orderForms } from "./orders.js";
import { board } from "./board.js";
import { acceptedBy, headline } from "./select.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{kind: "threat"|"draft"|"incident"|"order", id: string, href: string, name: string, about: string, state: string, until?: string, of: any}} OpenItem */

/** @param {Map<string, import("./state.js").Timer>} timers @param {string|undefined} org */
const nextOf = (timers, org) => [...timers.values()].filter((t) => !t.stopped && (!t.desk || t.desk === org)).map((t) => t.next ?? t.deadline).sort()[0];

/** @param {State} s @param {(id: string) => string} caseName @returns {{person?: string, org?: string, items: OpenItem[]}[]}
 *   neither person nor org: nobody has it */
export function openItems(s, caseName) {
	const me = s.me?.org;
	/** @type {Map<string|undefined, OpenItem[]>} */
	const by = new Map([[undefined, []]]);
	/** @type {Map<string, OpenItem[]>} */
	const others = new Map();
	const give = (/** @type {string|undefined} */ person, /** @type {OpenItem} */ item) => by.set(person, [...by.get(person) ?? [], item]);
	for (const row of board(s).open) {
		const c = row.case;
		const mine = me ? c.desks.get(me) : undefined;
		if (!mine && c.reporter !== me)
			continue;
		const person = mine?.accept?.person ?? mine?.ack?.person, taken = acceptedBy(c), other = taken?.role === "hub" ? undefined : taken?.org;
		/** @type {OpenItem} */
		const item = { kind: row.standing === "draft" ? "draft" : "threat", id: c.id, href: `#/${row.standing === "draft" ? "notify" : "threat"}/${c.id}`,
			name: caseName(c.id), about: headline(c), state: row.standing, until: nextOf(c.timers, me), of: c };
		if (!person && other && other !== me)
			others.set(other, [...others.get(other) ?? [], item]);
		else
			give(person, item);
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
	const groups = [...[...by].map(([person, items]) => ({ person, items })), ...[...others].map(([org, items]) => ({ org, items }))];
	return groups.filter(({ items }) => items.length).map((g) => ({ ...g, items: g.items.sort((a, b) => (a.until ?? "9").localeCompare(b.until ?? "9")) }));
}

/** Notes of the shift before, newest first. @param {State} s */
export const shiftNotes = (s) => [...s.incidents.values()].flatMap((i) => i.timeline.filter((x) => x.k === "M20.hand_over" && x.org === s.me?.org).map((x) => ({ i, x })))
	.sort((a, b) => b.x.at.localeCompare(a.x.at));
