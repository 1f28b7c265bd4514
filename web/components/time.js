// @ts-check
/* time.js: times on the screen. A moment shows local time and both forms on hover; a span counts by itself. Only
 * these small parts look at the second hand, so a tick paints nothing else. */

import { caseNow } from "../app/model.js";
import { clock, exact, isoSpan, moment, span, spanInWords, spanUnit, zone } from "../lib/format.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";

/** A moment. @param {{at: string|undefined, of?: {exercise?: string}, withZone?: boolean, seconds?: boolean}} props */
export function When({ at, of = {}, withZone = false, seconds = true }) {
	const ms = Date.parse(at ?? "");
	if (!Number.isFinite(ms))
		return html`<span class="muted">–</span>`;
	const text = moment(ms, caseNow(of));
	return html`<time datetime=${at} title=${exact(ms)}>${seconds ? text : text.replace(/(\d\d:\d\d):\d\d$/,
		"$1")}${withZone ? html` <span class="zone">${zone(ms)}</span>` : ""}</time>`;
}

/** A length of time, with its unit: "2:10" alone would be ten past two. @param {{ms: number}} props */
const Length = ({ ms }) => html`${span(ms)}<span class="unit">\u00a0${spanUnit(ms)}</span>`;

/** How long ago, counting up. @param {{since: string|undefined, of?: {exercise?: string}, class?: string}} props */
export function Elapsed({ since, of = {}, class: extra }) {
	const ms = caseNow(of) - Date.parse(since ?? "");
	return html`<time class=${`span ${extra ?? ""}`} datetime=${isoSpan(ms)}
		title=${exact(Date.parse(since ?? ""))}><${Length} ms=${Math.max(0, ms)} /></time>`;
}

/** How long until, and since when it is over. @param {{until: string|undefined, of?: {exercise?: string}}} props */
export function Countdown({ until, of = {} }) {
	const left = Date.parse(until ?? "") - caseNow(of);
	return left >= 0
		? html`<span class=${`span ${left < 60_000 ? "is-soon" : ""}`}><${Length} ms=${left} /></span>`
		: html`<span class="span is-over">${t("time.over", { span: spanInWords(-left) })}</span>`;
}

/** The big clock in the header: local and UTC. @param {{at: number}} props */
export function Clock({ at }) {
	return html`<span class="clock"><span class="local">${clock(at)} <span
		class="zone">${zone(at)}</span></span><span class="utc">${clock(at, true)} UTC</span></span>`;
}
