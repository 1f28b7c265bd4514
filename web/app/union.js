// @ts-check
/* union.js: the Union as tiles, beside the board: where something is open. One tab stop; arrow keys go from cell to cell, Enter
 * opens what is there. Colour, letter and number say the same thing. */

import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { incidentName } from "../core/incidents.js";
import { titleOfIncident } from "../core/crisis.js";
import { headline } from "../core/select.js";
import { neighbour, unionCells, unionCode } from "../core/union.js";
import { caseNumber } from "../components/parts.js";
import { country } from "../lib/format.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { state } from "./model.js";

/** @typedef {import("../core/union.js").Cell} Cell */

learn("union", "incident", "orders");

const at = signal("");
const opened = signal("");
const LETTER = /** @type {Record<string, string>} */ ({ threat: "!", open: "●", active: "▲", warning: "△", reported: "○", none: "" });

/** @param {{cell: Cell}} props */
function What({ cell }) {
	const s = state.value;
	return html`<div class="union-what" role="region" aria-label=${country(cell.cc)}><h3>${country(cell.cc)}</h3>
		${cell.n === 0 ? html`<p class="muted">${t("union.nothing")}</p>` : html`<ul class="plain">
			${cell.threats.map((r) => html`<li><a href=${`#/threat/${r.case.id}`}>${caseNumber(r.case.id)}</a> ${t(`standing.${r.standing}`)} <span class="muted">${headline(r.case)}</span></li>`)}
			${cell.incidents.map((i) => html`<li><a href=${`#/incident/${i.id}`}>${incidentName(i)}</a> ${word("incident_state", i.state)} <span class="muted">${titleOfIncident(s, i)}</span></li>`)}
			${cell.orders.map((o) => html`<li><a href=${`#/order/${o.id}`}>${o.form.order_reference}</a> ${word("order_state", o.state)}</li>`)}</ul>`}</div>`;
}

export function Union() {
	const cells = unionCells(state.value);
	const grid = useRef(/** @type {HTMLElement|null} */ (null));
	const focusable = cells.some((c) => c.cc === at.value) ? at.value : cells.find((c) => c.n)?.cc ?? cells[0].cc;
	const key = (/** @type {KeyboardEvent} */ e, /** @type {Cell} */ c) => {
		if (e.key === "Escape" && opened.value) {
			e.stopPropagation();
			opened.value = "";
		}
		if (!/^Arrow/.test(e.key))
			return;
		e.preventDefault();
		const next = neighbour(cells, c, /** @type {any} */ (e.key));
		if (next)
			/** @type {HTMLElement|null|undefined} */ (grid.current?.querySelector(`[data-cc="${next.cc}"]`))?.focus();
	};
	const shown = cells.find((c) => c.cc === opened.value);
	const rows = Math.max(...cells.map((c) => c.at[1])) + 1;
	return html`<section class="card union" aria-labelledby="union-title"><h2 id="union-title">${t("union.title")}</h2>
		<div class="union-grid" ref=${grid} role="group" aria-labelledby="union-title" aria-describedby="union-hint" style=${`--rows: ${rows}`}>
			${cells.map((c) => html`<button key=${c.cc} type="button" data-cc=${c.cc} data-col=${c.at[0]} class=${`union-cell is-${c.level}`} tabindex=${c.cc === focusable ? 0 : -1}
				style=${`grid-column: ${c.at[0] + 1}; grid-row: ${c.at[1] + 1}`} aria-pressed=${opened.value === c.cc}
				aria-label=${t("union.cell", { state: country(c.cc), level: t(`union.${c.level}`), worst: c.worst, n: c.n })} title=${t("union.cell", { state: country(c.cc), level: t(`union.${c.level}`),
					worst: c.worst, n: c.n })}
				onFocus=${() => (at.value = c.cc)} onKeyDown=${(/** @type {any} */ e) => key(e, c)} onClick=${() => (opened.value = opened.value === c.cc ? "" : c.cc)}><span
					class="union-code">${unionCode(c.cc)}</span><span class="union-sign" aria-hidden="true">${LETTER[c.level]}${c.worst || ""}</span></button>`)}</div>
		<p class="muted union-hint" id="union-hint">${t("union.hint")}</p>
		<ul class="union-legend" aria-label=${t("union.legend")}>${["threat", "active", "open", "warning", "reported"].map((l) => html`<li><span class=${`union-key is-${l}`}
			aria-hidden="true">${LETTER[l]}</span> ${t(`union.${l}`)}</li>`)}</ul>
		${shown && html`<${What} cell=${shown} />`}</section>`;
}
