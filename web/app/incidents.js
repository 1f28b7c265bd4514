// @ts-check
/* incidents.js: incidents on the board, below the threats to life. */

import { incidentName } from "../core/incidents.js";
import { ackMatrix, owes, seesAnswers, titleOfIncident, waiting, warningOf } from "../core/crisis.js";
import { Icon } from "../components/icon.js";
import { IncidentState, ModeTag, OrgName, Who, vocabularyWord } from "../components/parts.js";
import { Countdown, Elapsed } from "../components/time.js";
import { country } from "../lib/format.js";
import { html } from "../lib/html.js";
import { t, word } from "../lib/i18n.js";
import { current } from "./current.js";
import { looked, state } from "./model.js";

/** @typedef {import("../core/incidents.js").Incident} Incident */

/** @param {Incident} i @param {string} query */
export function matchesIncident(i, query) {
	const q = query.trim().toLowerCase();
	return !q || [incidentName(i), titleOfIncident(state.value, i), i.place?.locality, i.place?.cc && country(i.place.cc), word("incident_state", i.state),
		...i.reports.map((r) => r.org)].some((x) => String(x ?? "").toLowerCase().includes(q));
}

/** What runs, on the right. @param {{i: Incident}} props */
function Runs({ i }) {
	const mine = owes(state.value, i);
	const warning = warningOf(i);
	const open = waiting(i);
	if (mine)
		return html`<span class="since"><b class="big-span"><${Countdown} until=${mine.deadline} of=${i} /></b> <span class="muted">${t(
			"incident.your_answer")}</span></span>`;
	return html`${i.state === "ACTIVE" && i.reviewAt ? html`<span>${t("incident.review")} <${Countdown} until=${i.reviewAt} of=${i} /></span>`
		: warning ? html`<span>${t("incident.warning_valid")} <${Countdown} until=${warning.until} of=${i} /></span>`
			: html`<span class="muted">${t("incident.since")} <${Elapsed} since=${i.opened} of=${i} /></span>`}
		${open.length > 0 && html`<span class="sub attention">${t("incident.waits_for", { what: word("decision", open[0].decision) })}</span>`}`;
}

/** @param {{i: Incident, focusable: boolean}} props */
function Row({ i, focusable }) {
	const rows = ackMatrix(i);
	const due = rows.filter((r) => r.timer);
	const unread = (looked.value.get(i.id) ?? -1) < i.touched;
	const owed = Boolean(owes(state.value, i));
	return html`<li class=${`threat incident is-${i.state} ${owed ? "is-owed" : ""}`}>
		<a class="threat-link" href=${owed ? `#/incident/${i.id}/ack` : `#/incident/${i.id}`} data-row=${i.id} tabindex=${focusable ? 0 : -1}
			onFocus=${() => (current.value = i.id)}>
			<span class="threat-state"><${IncidentState} is=${i.state} /></span>
			<span class="threat-what">
				<span class="threat-line">${titleOfIncident(state.value, i) || vocabularyWord(i.activation?.body.activation_type) || html`<span class="muted">${t("incident.no_words")}</span>`}</span>
				<span class="threat-facts"><${ModeTag} mode=${i.mode} />${i.place && html`<span>${[i.place.locality,
					i.place.cc && country(i.place.cc)].filter(Boolean).join(", ")}</span>`}
					${(i.assignee || i.reports.length > 0) && html`<span class="muted">${i.assignee ? html`${t("incident.assignee")} <${Who}
						act=${i.assignee} />` : t("incident.nobody")}</span>`}
					${due.length > 0 && seesAnswers(state.value, i) && html`<span class="muted"><${Icon} name="person" /> ${t("incident.acked", { n: due.filter((r) => r.acked).length,
						of: due.length })}</span>`}
					${unread && html`<span class="unread">${t("board.unread")}</span>`}</span>
				<span class="threat-route">${i.reports.length > 0 && t("incident.reported_by")} ${i.reports.map((r, n) => html`${n > 0 && ", "}<${OrgName}
					code=${r.org} />`)} <span class="muted number">${incidentName(i)}</span></span>
			</span>
			<span class="threat-since"><${Runs} i=${i} /></span>
		</a>
	</li>`;
}

/** @param {{rows: Incident[], focusId: string|undefined, bare?: boolean, searching?: boolean}} props */
export function IncidentRows({ rows, focusId, bare, searching }) {
	const list = html`<ul class="threats" aria-label=${t("incident.list")}>${rows.map((i) => html`<${Row} key=${i.id} i=${i}
		focusable=${i.id === focusId} />`)}</ul>`;
	if (bare)
		return list;
	return html`<section class="incidents" aria-labelledby="incidents-title"><h2 id="incidents-title">${t("incident.list")} <span
		class="count-quiet">${rows.length}</span></h2>${rows.length ? list : html`<p class="muted">${t(searching ? "board.no_match"
			: "incident.empty")}</p>`}</section>`;
}
