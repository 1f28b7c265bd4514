// @ts-check
/* union.js: the Union on the board: one cell for each Member State, where it lies; and what is open there. States that an exercise
 * invents, and others that something concerns, come after the 27. */

import { board } from "./board.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./incidents.js").Incident} Incident */

/** Column and row of each, ISO codes. @type {Record<string, [number, number]>} */
export const PLACES = { SE: [5, 0], FI: [6, 0], DK: [4, 1], EE: [6, 1], IE: [0, 2], NL: [3, 2], LV: [6, 2], BE: [3, 3], DE: [4, 3], PL: [5, 3],
	LT: [6, 3], FR: [2, 4], LU: [3, 4], CZ: [4, 4], SK: [5, 4], PT: [0, 5], ES: [1, 5], AT: [4, 5], HU: [5, 5], RO: [6, 5], IT: [3, 6], SI: [4, 6],
	HR: [5, 6], BG: [6, 6], MT: [3, 7], GR: [6, 7], CY: [7, 7] };
export const COLUMNS = 8;

/** @typedef {{cc: string, at: [number, number], level: "threat"|"open"|"active"|"warning"|"reported"|"none",
 *   threats: import("./board.js").Row[], incidents: Incident[], orders: import("./orders.js").Order[], n: number, worst: number}} Cell  `worst`: how
 *   many of these `n` matters are what `level` says: a sign beside the sum of everything would be read as so many of the worst */

const ACTIVE = ["ACTIVE", "WINDING_DOWN"];
const OVER = ["NOT_ACTIVATED", "CLOSED", "DEBRIEF", "ARCHIVED", "LINKED_DUPLICATE"];
const BINDS = ["ISSUED", "DELIVERED", "OBSTACLE_ENDED", "CLARIFIED", "IMPOSSIBLE", "DEFECTIVE"];

/** Two letters, as the Union writes them. @param {string} cc */
export const unionCode = (cc) => (cc === "GR" ? "EL" : cc);

/** @param {State} s @returns {Cell[]} in reading order */
export function unionCells(s) {
	/** @type {Map<string, Cell>} */
	const cells = new Map(Object.entries(PLACES).map(([cc, at]) => [cc, blank(cc, at)]));
	let more = 0;
	const cell = (/** @type {string} */ code) => {
		const cc = code === "EL" ? "GR" : code;
		const known = cells.get(cc);
		if (known)
			return known;
		const next = blank(cc, [more % COLUMNS, 8 + Math.floor(more++ / COLUMNS)]);
		cells.set(cc, next);
		return next;
	};
	for (const cc of [...new Set([...s.orgs.values()].filter((o) => o.kinds.some((k) => k.startsWith("ms_"))).map((o) => o.state).filter((cc) => cc !== undefined))].sort())
		cell(/** @type {string} */ (cc));
	for (const row of board(s).open)
		for (const cc of statesOf(s, row))
			cell(cc).threats.push(row);
	for (const i of s.incidents.values())
		if (!OVER.includes(i.state) && i.timeline.length)
			for (const cc of new Set([...i.affected, ...(i.place?.cc ? [i.place.cc] : [])]))
				cell(cc).incidents.push(i);
	for (const o of s.orders.values()) {
		const cc = s.orgs.get(o.authority)?.state;
		if (cc && BINDS.includes(o.state))
			cell(cc).orders.push(o);
	}
	for (const c of cells.values()) {
		c.n = c.threats.length + c.incidents.length + c.orders.length;
		[c.level, c.worst] = worstOf(c);
	}
	return [...cells.values()].sort((a, b) => a.at[1] - b.at[1] || a.at[0] - b.at[0]);
}

/** @param {string} cc @param {[number, number]} at @returns {Cell} */
const blank = (cc, at) => ({ cc, at, level: "none", threats: [], incidents: [], orders: [], n: 0, worst: 0 });

/** Kept with a row as long as the directory is the same. @type {WeakMap<import("./board.js").Row, {orgs: State["orgs"], is: Set<string>}>} */
const kept = new WeakMap();

/** States that are concerned, by their notifier's word or by who was told. @param {State} s @param {import("./board.js").Row} row */
function statesOf(s, row) {
	const before = kept.get(row);
	if (before?.orgs === s.orgs)
		return before.is;
	const c = row.case;
	const said = (c.facts.concerned_states ?? []).map((/** @type {any} */ x) => x.cc);
	const is = new Set([...said, ...[...c.desks.keys()].map((d) => s.orgs.get(d)?.state)].filter(Boolean));
	kept.set(row, { orgs: s.orgs, is });
	return is;
}

/** What there is of the worst, and how much of it. @param {Cell} c @returns {[Cell["level"], number]} */
function worstOf(c) {
	const states = (/** @type {string[]} */ list) => c.incidents.filter((i) => list.includes(i.state)).length;
	/** @type {[Cell["level"], number][]} */
	const order = [["threat", c.threats.filter((r) => r.standing === "new" || r.standing === "waiting").length], ["active", states(ACTIVE)],
		["open", c.threats.length + c.orders.length], ["warning", states(["EARLY_WARNING"])], ["reported", c.incidents.length]];
	return order.find(([, n]) => n > 0) ?? ["none", 0];
}

/** The next cell in a direction, for the keyboard: the nearest that lies that way; undefined at the edge.
 * @param {Cell[]} cells @param {Cell} from @param {"ArrowLeft"|"ArrowRight"|"ArrowUp"|"ArrowDown"} key */
export function neighbour(cells, from, key) {
	const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
	let best;
	let least = Infinity;
	for (const c of cells) {
		const along = (c.at[0] - from.at[0]) * dx + (c.at[1] - from.at[1]) * dy;
		const across = Math.abs((c.at[0] - from.at[0]) * dy) + Math.abs((c.at[1] - from.at[1]) * dx);
		const far = along + 3 * across;
		if (along > 0 && far < least) {
			best = c;
			least = far;
		}
	}
	return best;
}
