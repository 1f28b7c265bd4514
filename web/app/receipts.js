// @ts-check
/* receipts.js: who has it, by organisation. Five different things, in different words and shapes: sent, delivered,
 * seen by a person, acknowledged by a person; and what only a machine said, which counts for nothing human. */

import { receiptTable } from "../core/select.js";
import { Icon } from "../components/icon.js";
import { OrgName, personInWords } from "../components/parts.js";
import { When } from "../components/time.js";
import { Ways } from "../components/ways.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { state } from "./model.js";

learn("parts");

/** While no person has answered, a delivery says that only a machine has it; an automatic answer is named as one.
 * @param {{row: any, of: {exercise?: string}}} props */
function Machine({ row, of }) {
	if (row.machine)
		return html` <span class="machine-note"><${Icon} name="machine" />${t("receipt.machine_answer")} <${When}
			at=${row.machine.at} of=${of} /></span>`;
	return row.acked ? null : html` <span class="machine-note"><${Icon} name="machine" />${t("receipt.machine_only")}</span>`;
}

/** @param {{c: import("../core/state.js").Case}} props */
export function ReceiptTable({ c }) {
	const rows = receiptTable(state.value, c);
	if (!rows.length)
		return null;
	/** @param {string} kind @param {import("../core/state.js").Mark|undefined} mark @param {any} [more] */
	const cell = (kind, mark, more) => mark
		? html`<td class=${`receipt is-${kind}`} data-label=${t(`receipt.${kind}`)}><span
			class="receipt-line"><${Icon} name=${kind} /><span
				class="word">${t(`receipt.${kind}_short`)}</span> <${When} at=${mark.at} of=${c} /></span>${more &&
					html`<span class="muted sub">${more}</span>`}</td>`
		: html`<td class="receipt is-missing" data-label=${t(`receipt.${kind}`)}><span class="receipt-line"><${Icon}
			name="none" /><span>${t("receipt.not_yet")}</span></span></td>`;
	const who = (/** @type {any} */ m) => m && (personInWords(m.person, m.title) ?? t("who.person"));
	return html`<section class="card">
		<h2 id="receipts-title">${t("receipt.title")}</h2>
		<div class="table-wrap" tabindex="0" role="region" aria-labelledby="receipts-title"><table class="receipts">
			<thead><tr><th scope="col">${t("receipt.org")}</th><th scope="col">${t("receipt.sent")}</th><th
				scope="col">${t("receipt.delivered")}</th>
				<th scope="col">${t("receipt.seen")}</th><th scope="col">${t("receipt.person")}</th></tr></thead>
			<tbody>${rows.map((r) => html`<tr>
				<th scope="row"><${OrgName} code=${r.desk.org} /></th>
				${r.sent ? cell("sent", r.sent, word("channel", r.sent.channel)) : html`<td class="receipt is-addressed"
					data-label=${t("receipt.sent")}><span class="receipt-line"><span
						class="word">${t("receipt.addressed")}</span> <${When} at=${r.desk.since}
							of=${c} /></span></td>`}
				${cell("delivered", r.delivered, html`${word("channel", r.delivered?.channel)}<${Machine} of=${c} row=${r} />`)}
				${cell("seen", r.seen, who(r.seen))}
				${cell("person", r.acked, who(r.acked))}
			</tr>${r.ways.length > 0 && html`<tr class="ways-row"><td colspan="5"><${Ways} ways=${r.ways} of=${c} /></td></tr>`}`)}</tbody>
		</table></div>
	</section>`;
}
