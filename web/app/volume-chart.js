// @ts-check
/* volume-chart.js: what each platform reported of an incident, as a small picture in a table that says the same. */

import { volumesOf } from "../core/room.js";
import { OrgName } from "../components/parts.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { state } from "./model.js";

/** @typedef {import("../core/incidents.js").Incident} Incident */

learn("room", "parts", "course");

const W = 220, H = 44;

/** Bars, one for each report; the shape under the last says how it goes. The table beside it says the same. @param {{points: {at: number, n: number,
 *   trend: string}[], label: string}} props */
function Bars({ points, label }) {
	const shown = points.slice(-20);
	const most = Math.max(1, ...shown.map((p) => p.n));
	const step = W / Math.max(shown.length, 8);
	return html`<svg class="bars" viewBox=${`0 0 ${W} ${H}`} role="img" aria-label=${label}>
		<line x1="0" y1=${H - 0.5} x2=${W} y2=${H - 0.5} class="bars-base" />
		${shown.map((p, n) => {
			const h = p.n ? Math.max(2, (H - 4) * p.n / most) : 0;
			return html`<rect x=${n * step + 1} y=${H - h} width=${Math.max(2, step - 3)} height=${h} class=${`bar is-${p.trend}`} />`;
		})}</svg>`;
}

/** What each platform reported, with its trend. @param {{i: Incident}} props */
export function VolumeChart({ i }) {
	const all = volumesOf(state.value, i);
	if (!all.some((p) => p.points.some((x) => x.n)))
		return null;
	return html`<details class="volume-chart" open><summary>${t("room.chart")}</summary>
		<div class="table-wrap" tabindex="0" role="region" aria-label=${t("room.chart")}><table class="receipts"><thead><tr><th scope="col">${t("receipt.org")}</th><th
			scope="col">${t("room.picture")}</th><th scope="col">${t("room.last")}</th><th scope="col">${t("field.M21.trend")}</th></tr></thead>
		<tbody>${all.map((p) => {
			const last = p.points[p.points.length - 1];
			return html`<tr key=${p.org}><th scope="row"><${OrgName} code=${p.org} /></th><td data-label=${t("room.picture")}><${Bars} points=${p.points}
				label=${t("room.chart_of", { org: p.org, list: p.points.slice(-20).map((x) => x.n).join(", ") })} /></td><td
					data-label=${t("room.last")}>${last.n}</td><td data-label=${t("field.M21.trend")}><span class=${`tag is-${last.trend}`}>${TREND[last.trend] ?? ""} ${word("trend",
					last.trend)}</span></td></tr>`;
		})}</tbody></table></div></details>`;
}
const TREND = /** @type {Record<string, string>} */ ({ rising: "↗", flat: "→", falling: "↘", none: "■" });
