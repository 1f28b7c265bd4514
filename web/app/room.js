// @ts-check
/* room.js: in the room of an incident, what other mechanisms do: removal orders and referrals, which look like two different things
 * here too; complaints, counted; other protocols that run. */

import { complaintsOf, ordersOf, referralsOf, sumOf, threatsOf } from "../core/room.js";
import { addresses, mayRefer } from "../core/fences.js";
import { mayOrder } from "../core/orders.js";
import { Icon } from "../components/icon.js";
import { OrgName, Who, caseNumber } from "../components/parts.js";
import { When } from "../components/time.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { state } from "./model.js";
import { OrderRow } from "./orders.js";

/** @typedef {import("../core/incidents.js").Incident} Incident */

learn("room", "course", "fences", "orders");

/** @param {{i: Incident}} props */
export function RoomOrders({ i }) {
	const s = state.value;
	const all = ordersOf(s, i);
	const drafts = mayOrder(s.me) && !["ARCHIVED", "LINKED_DUPLICATE"].includes(i.state);
	if (!all.length && !drafts)
		return null;
	return html`<section class="card" aria-labelledby="room-orders"><div class="card-head"><h2 id="room-orders">${t("room.orders")} <span
		class="count-quiet">${all.length}</span></h2>${drafts && html`<a class="button mini" href=${`#/say/M10.draft/${i.id}`}><${Icon} name="plus" /> ${t(
			"say.title.M10.draft")}</a>`}</div>
		${all.length ? html`<ul class="threats">${all.map((o) => html`<${OrderRow} key=${o.id} o=${o} />`)}</ul>` : html`<p class="muted">${t(
			"room.no_order")}</p>`}</section>`;
}

/** @param {{r: import("../core/fences.js").Referral}} props */
function ReferralRow({ r }) {
	const all = addresses(r);
	const answered = all.filter((a) => a.answers.length);
	return html`<li class="referral-row"><a href=${`#/referrals/${r.id}`}><b>${t("referral.one")}</b> → ${r.to.map((o, n) => html`${n > 0 && ", "}<${OrgName}
		code=${o} />`)}</a> <span class="tag tag-voluntary"><${Icon} name="reading" /> ${t("referral.voluntary")}</span>
		<span class="muted"><${Who} act=${r.by} /> · <${When} at=${r.at} of=${r} /> · ${t("room.answered", { n: answered.length, of: all.length })}</span>
		${answered.length > 0 && html`<span class="row-tags">${[...new Set(answered.flatMap((a) => a.answers.map((x) => x.answer)))].map((x) => html`<span
			class="tag">${word("m17_answer", x)}</span> `)}</span>`}</li>`;
}

/** @param {{i: Incident}} props */
export function RoomReferrals({ i }) {
	const s = state.value;
	const all = referralsOf(s, i);
	const refers = mayRefer(s.me) && !["ARCHIVED", "LINKED_DUPLICATE"].includes(i.state);
	if (!all.length && !refers)
		return null;
	return html`<section class="card" aria-labelledby="room-referrals"><div class="card-head"><h2 id="room-referrals">${t("room.referrals")} <span
		class="count-quiet">${all.length}</span></h2>${refers && html`<a class="button mini" href=${`#/say/M17.send/${i.id}`}><${Icon} name="plus" /> ${t(
			"referral.send")}</a>`}</div>
		${all.length ? html`<ul class="plain">${all.map((r) => html`<${ReferralRow} key=${r.id} r=${r} />`)}</ul>` : html`<p class="muted">${t(
			"room.no_referral")}</p>`}</section>`;
}

/** Threats that belong to it. @param {{i: Incident}} props */
export function RoomThreats({ i }) {
	const all = threatsOf(state.value, i);
	if (!all.length)
		return null;
	return html`<section class="card" aria-labelledby="room-threats"><h2 id="room-threats">${t("room.threats")} <span class="count-quiet">${all.length}</span></h2>
		<ul class="plain">${all.map((c) => html`<li><a href=${`#/threat/${c?.id}`}><b>${caseNumber(c?.id ?? "")}</b></a> <${OrgName} code=${c?.reporter ?? ""} />${c?.outcome
			&& html` <span class="tag">${word("outcome", c.outcome.outcome)}</span>`}</li>`)}</ul></section>`;
}

/** Other protocols that run beside this one. @param {{i: Incident}} props */
export function Linked({ i }) {
	if (!i.linked.length)
		return null;
	return html`<section class="card" aria-labelledby="room-linked"><h2 id="room-linked">${t("room.linked")}</h2>
		<ul class="plain">${i.linked.map((x) => html`<li><b>${x.body}</b>: ${x.mechanism} <span class="tag">${word("activation_state", x.state)}</span>${x.since && html` <span
			class="muted">${t("room.since")} <${When} at=${x.since} of=${i} withZone /></span>`}${x.ref && html` <code>${x.ref}</code>`}</li>`)}</ul></section>`;
}

/** Complaints, counted and nobody's. @param {{i: Incident}} props */
export function Complaints({ i }) {
	const all = complaintsOf(state.value, i);
	if (!all.length)
		return null;
	const sum = sumOf(all);
	const cell = (/** @type {string} */ name, /** @type {any} */ v) => html`<td data-label=${t(`field.M24.${name}`)}>${v ?? "–"}</td>`;
	const names = ["complaints", "reinstated", "rejected", "pending"];
	return html`<section class="card" aria-labelledby="room-complaints"><h2 id="room-complaints">${t("room.complaints")}</h2><p class="muted">${t("room.complaints_lead")}</p>
		<div class="table-wrap" tabindex="0" role="region" aria-labelledby="room-complaints"><table class="receipts"><thead><tr><th scope="col">${t("receipt.org")}</th><th
			scope="col">${t("field.M24.basis")}</th>${names.map((n) => html`<th scope="col">${t(`field.M24.${n}`)}</th>`)}</tr></thead>
		<tbody>${all.map((c) => html`<tr key=${c.id}><th scope="row"><${OrgName} code=${c.org} /></th>${cell("basis", html`${word("complaint_basis", c.body.basis)} <span
			class="muted"><${When} at=${c.body.period.from} of=${i} seconds=${false} /> – <${When} at=${c.body.period.until} of=${i} seconds=${false} /></span>`)}${names.map((n) =>
				cell(n, c.body[n]))}</tr>`)}
			<tr class="sum"><th scope="row">${t("room.sum")}</th><td></td>${names.map((n) => html`<td data-label=${t(`field.M24.${n}`)}><b>${sum[n]}</b></td>`)}</tr></tbody></table></div></section>`;
}
