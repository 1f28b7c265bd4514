// @ts-check
/* matrix.js: who has the activation. One row per organisation that it went to, whoever still owes an answer first. Delivered to
 * a machine, seen by a person, acknowledged by a person: three words, three shapes, three colours. Who owes none says so. */

import { ackMatrix, seesAnswers } from "../core/crisis.js";
import { Icon } from "../components/icon.js";
import { OrgName, personInWords } from "../components/parts.js";
import { Countdown, When } from "../components/time.js";
import { Ways } from "../components/ways.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { state } from "./model.js";

learn("parts", "incident");

/** Until when an answer is owed. @param {{row: ReturnType<typeof ackMatrix>[number], of: any}} props */
function Owed({ row, of }) {
	const { timer, acked } = row;
	if (acked)
		return html`<span class="muted">${timer?.stopped?.met === false ? t("matrix.late") : t("matrix.in_time")}</span>`;
	if (!timer)
		return html`<span class="none-owed"><${Icon} name="none" /> ${t(row.decided ? "matrix.decided" : "matrix.none_owed")}</span>`;
	if (timer.stopped)
		return html`<span class="muted">${t("matrix.ended")}</span>`;
	return html`<b><${Countdown} until=${timer.deadline} of=${of} /></b> <span class="muted sub">${t("matrix.by")} <${When} at=${timer.deadline}
		of=${of} withZone /></span>`;
}

/** @param {{i: import("../core/incidents.js").Incident}} props */
export function AckMatrix({ i }) {
	const rows = ackMatrix(i);
	if (!rows.length || !i.asked)
		return null;
	const s = state.value;
	const owed = rows.filter((r) => r.timer && !r.timer.stopped && !r.acked);
	const acked = rows.filter((r) => r.acked);
	const due = rows.filter((r) => r.timer);
	const sees = seesAnswers(s, i);
	const shown = sees ? rows : rows.filter((r) => r.org === s.me?.org);
	/** Whoever has acknowledged has it, and who sent it needs no receipt: an entry that lacks there is none that is waited for.
	 * @param {typeof rows[number]} row @param {string} kind @param {import("../core/state.js").Mark|undefined} mark @param {any} [more] */
	const cell = (row, kind, mark, more) => !mark && (row.acked || row.org === i.asked?.by.org)
		? html`<td class="receipt is-missing" data-label=${t(`receipt.${kind}`)}><span aria-hidden="true">–</span><span
			class="sr-only">${t("matrix.no_entry")}</span></td>` : mark
		? html`<td class=${`receipt is-${kind}`} data-label=${t(`receipt.${kind}`)}><span class="receipt-line"><${Icon} name=${kind} /><span
			class="word">${t(`receipt.${kind}_short`)}</span> <${When} at=${mark.at} of=${i} /></span>${more && html`<span
				class="muted sub">${more}</span>`}</td>`
		: html`<td class="receipt is-missing" data-label=${t(`receipt.${kind}`)}><span class="receipt-line"><${Icon} name="none" /><span>${t(
			"receipt.not_yet")}</span></span></td>`;
	return html`<section class="card matrix">
		<div class="card-head"><h2 id="matrix-title">${t("matrix.title")}</h2>
			${sees && html`<p class="matrix-sum"><span class=${owed.length ? "count" : "count-quiet"}>${owed.length}</span> ${t("matrix.owe",
				{ n: owed.length })} <span class="count-quiet">${acked.length}</span> ${t("matrix.of", { n: due.length })}</p>`}</div>
		<div class="table-wrap" tabindex="0" role="region" aria-labelledby="matrix-title"><table class="receipts">
			<thead><tr><th scope="col">${t("receipt.org")}</th><th scope="col">${t("matrix.owed")}</th><th scope="col">${t("receipt.delivered")}</th>
				<th scope="col">${t("receipt.seen")}</th><th scope="col">${t("receipt.person")}</th></tr></thead>
			<tbody>${shown.map((r) => html`<tr key=${r.org} class=${r.acked ? "has-acked" : r.timer && !r.timer.stopped ? r.timer.passed
				? "is-overdue" : "is-owing" : "owes-none"}>
				<th scope="row"><${OrgName} code=${r.org} />${r.org === s.me?.org && html` <span class="tag">${t("who.you")}</span>`}</th>
				<td data-label=${t("matrix.owed")}><${Owed} row=${r} of=${i} /></td>
				${cell(r, "delivered", r.delivered, r.delivered && html`${word("channel", r.delivered.channel)}${!r.acked && !r.seen && html` <span
					class="machine-note"><${Icon} name="machine" />${t("receipt.machine_only")}</span>`}`)}
				${cell(r, "seen", r.seen, r.seen && (personInWords(r.seen.person, r.seen.title) ?? t("who.person")))}
				${cell(r, "person", r.acked, r.acked && html`<b>${word("commitment", r.acked.commitment)}</b> · ${personInWords(r.acked.person,
					r.acked.title) ?? t("who.person")}`)}
			</tr>${r.ways.length > 0 && html`<tr class="ways-row"><td colspan="5"><${Ways} ways=${r.ways} of=${i} /></td></tr>`}`)}</tbody>
		</table></div>
		${!sees && html`<p class="muted">${t("matrix.not_shown")}</p>`}
	</section>`;
}
