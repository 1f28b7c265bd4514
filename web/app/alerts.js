// @ts-check
/* alerts.js: everything that sounds besides threats to life, on the board: what, about what, since when it is aside and why. In a flood it
 * stands in groups (core/flood.js). Nothing here acknowledges anything, and there is no button for all of them. */

import { useState } from "preact/hooks";
import { grouped, SHELVE_MAX_MS } from "../core/flood.js";
import { incidentName } from "../core/incidents.js";
import { Select, TextField } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { caseNumber } from "../components/parts.js";
import { clock } from "../lib/format.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { alarmList, alertRate, announce, flooding, now, shelve, shelved, state, unshelve } from "./model.js";

/** @typedef {import("../core/alarm.js").Alarm} Alarm */

/** @param {Alarm} a */
export const wordsOf = (a) => (a.why === "warned" ? t("alarm.warned", { timer: t(`timer.${a.from}`) }) : t(a.level === "life" ? "alarm.life" : `alarm.${a.why}`,
	{ from: a.from }));

/** @param {string} id */
function nameOf(id) {
	const s = state.value;
	const i = s.incidents.get(id);
	return i ? incidentName(i) : s.orders.get(id)?.form?.order_reference ?? caseNumber(id);
}

/** @param {string} id */
function incidentOf(id) {
	const s = state.value;
	return s.incidents.has(id) ? id : (s.cases.get(id) ?? s.orders.get(id))?.incident;
}

/** @param {ReturnType<typeof grouped>[number]} g */
const groupName = (g) => [g.incident ? nameOf(g.incident) : new Set(g.alarms.map((a) => a.case)).size === 1 ? nameOf(g.alarms[0].case) : "",
	g.warned ? t(`timer.${g.from}`) : g.from].filter(Boolean).join(" · ");

const MINUTES = [15, 60, 240, SHELVE_MAX_MS / 60_000];

/** @param {{a: Alarm, done: () => void}} props */
function Shelving({ a, done }) {
	const [reason, setReason] = useState("");
	const [minutes, setMinutes] = useState("60");
	const [wrong, setWrong] = useState(false);
	const id = `shelve-${a.key}`;
	const put = (/** @type {Event} */ e) => {
		e.preventDefault();
		if (!shelve(a, reason, now.peek() + Number(minutes) * 60_000))
			return setWrong(true);
		announce(t("alerts.shelved_done"));
		done();
	};
	return html`<form class="shelving" onSubmit=${put}>
		<${TextField} id=${`${id}-why`} label=${t("alerts.reason")} value=${reason} onChange=${setReason} error=${wrong ? t("alerts.reason_needed") : undefined} />
		<${Select} id=${`${id}-end`} label=${t("alerts.for")} value=${minutes} onChange=${setMinutes} options=${MINUTES.map((m) => ({ value: String(m),
			label: t("alerts.minutes", { n: m }) }))} />
		<button type="submit">${t("alerts.shelve_do")}</button> <button type="button" class="quiet" onClick=${done}>${t("alerts.cancel")}</button></form>`;
}

/** @param {{a: Alarm}} props */
function Line({ a }) {
	const [asked, setAsked] = useState(false);
	return html`<li class=${`alert is-${a.priority}`}><${Icon} name=${a.priority === 2 ? "clock" : "bell"} />
		<a href=${`#/${a.place}/${a.case}`}>${wordsOf(a)} <span class="muted number">${nameOf(a.case)}</span></a>
		${a.priority === 3 && !asked && html`<button class="quiet" onClick=${() => setAsked(true)} aria-label=${t("alerts.shelve_what",
			{ what: wordsOf(a) })}>${t("alerts.shelve")}</button>`}
		${asked && html`<${Shelving} a=${a} done=${() => setAsked(false)} />`}</li>`;
}

/** So many lines or groups at first: in a flood nobody reads more, and what there is more is counted. */
const MOST = 20;

export function Alerts() {
	const [most, setMost] = useState(MOST);
	const standing = alarmList.value.filter((a) => a.level !== "life");
	const put = [...shelved.value.values()];
	if (!standing.length && !put.length)
		return null;
	const groups = flooding.value ? grouped(standing, incidentOf) : [];
	const more = (flooding.value ? groups.length : standing.length) - most;
	return html`<section class="card alerts" aria-labelledby="alerts-title"><h2 id="alerts-title">${t("alerts.title")} <span
			class="count-quiet">${standing.length}</span></h2>
		${flooding.value && html`<p class="flood" role="status"><${Icon} name="warn" /> ${t("alerts.flood", { n: alertRate.value })}</p>`}
		${flooding.value
			? groups.slice(0, most).map((g) => html`<details key=${g.key} class="alert-group"><summary>${groupName(g)} <span class="count-quiet">${g.alarms.length}</span>
				<span class="muted">${wordsOf(g.alarms[0])}</span></summary><ul class="alert-list">${g.alarms.map((a) => html`<${Line} key=${a.key} a=${a} />`)}</ul></details>`)
			: html`<ul class="alert-list">${standing.slice(0, most).map((a) => html`<${Line} key=${a.key} a=${a} />`)}</ul>`}
		${more > 0 && html`<button class="wide-button" onClick=${() => setMost(most + MOST)}>${t("alerts.more", { n: more })}</button>`}
		${put.length > 0 && html`<details class="shelf"><summary>${t("alerts.shelved", { n: put.length })}</summary><ul class="alert-list">${put.map((x) => html`<li
			key=${x.alarm.key}><span>${wordsOf(x.alarm)} <span class="muted">${t("alerts.shelved_why", { reason: x.reason, time: clock(x.until).slice(0, 5) })}</span></span>
			<button class="quiet" onClick=${() => unshelve(x.alarm.key)}>${t("alerts.back")}</button></li>`)}</ul></details>`}
	</section>`;
}
