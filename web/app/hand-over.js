// @ts-check
/* hand-over.js: the end of a shift: what is open, with whom, until when; who comes next; printed it is a sheet of paper. A note about an
 * incident is said in its room (M20) and is on record; this page says nothing by itself. */

import { useLayoutEffect } from "preact/hooks";
import { onDuty, shiftsOf } from "../core/contacts.js";
import { openItems, shiftNotes } from "../core/handover.js";
import { incidentName } from "../core/incidents.js";
import { Icon } from "../components/icon.js";
import { ScreenTitle, Standing, Who, caseNumber, personInWords } from "../components/parts.js";
import { Countdown, When } from "../components/time.js";
import { care } from "../lib/care.js";
import { exact, moment, spanInWords } from "../lib/format.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { onKeys } from "./keys.js";
import { now, shelved, state } from "./model.js";
import { go } from "./router.js";
import { wordsOf } from "./alerts.js";

learn("parts", "orders", "handover");

/** @param {{item: import("../core/handover.js").OpenItem}} props */
const Item = ({ item }) => html`<li><a href=${item.href}><b class="number">${item.name}</b> ${item.about || t(item.kind === "draft" ? "board.draft_line" : "board.no_words")}</a>
	<span class="hand-state">${item.kind === "incident" ? word("incident_state", item.state) : item.kind === "order" ? word("order_state", item.state)
		: html`<${Standing} is=${item.state} />`}${item.until && html` · <${When} at=${item.until} of=${item.of} withZone /> <span class="no-print">(<${Countdown}
			until=${item.until} of=${item.of} />)</span>`}</span></li>`;

export function HandOverScreen() {
	const s = state.value;
	const me = s.me?.org ?? "";
	const all = openItems(s, caseNumber);
	const notes = shiftNotes(s).slice(0, 10);
	const put = [...shelved.value.values()];
	const { since, opened } = care.value;
	const duty = onDuty(s, me, now.value);
	const next = shiftsOf(s, me, now.value).find((x) => Date.parse(x.from) > now.value);
	useLayoutEffect(() => onKeys({ escape: () => go("#/") }), []);
	return html`<main id="main" class="narrow hand-over document">
		<p class="crumbs no-print"><a href="#/"><${Icon} name="back" />${t("threat.back")} <kbd>Esc</kbd></a></p>
		<${ScreenTitle}>${t("handover.title")}</${ScreenTitle}>
		<p class="lead">${t("handover.lead", { org: me, time: Number.isFinite(now.value) ? exact(now.value) : "" })}</p>
		${since !== null && html`<p>${t("care.on_shift", { span: spanInWords(now.value - since), n: opened.length })}</p>`}
		<section><h2>${t("handover.who")}</h2><p>${duty.length ? t("handover.on_duty", { who: duty.map((x) => personInWords(x.person)).join(", ") }) : t("handover.nobody")}
			${next && html` ${t("handover.next", { who: personInWords(next.person) ?? "", time: moment(Date.parse(next.from), now.value) })}`}
			${" "}<a class="no-print" href="#/contacts">${t("handover.roster")}</a></p></section>
		${all.map(({ person, org, items }) => html`<section key=${person ?? org ?? ""}><h2>${person ? person === s.me?.person ? t("handover.with_you") : t("handover.with", { who: personInWords(person) ?? "" }) : org ? t("handover.with_org", { org }) : t("handover.with_nobody")} <span
			class="count-quiet">${items.length}</span></h2><ul class="hand-list">${items.map((item) => html`<${Item} key=${item.id} item=${item} />`)}</ul>
			<p class="no-print hand-notes">${items.filter((x) => x.kind === "incident").map((x) => html`<a class="button" href=${`#/say/M20.hand_over/${x.id}`}>${t("handover.note_on", { what: x.name })}</a> `)}</p></section>`)}
		${!all.length && html`<p class="strong">${t("handover.nothing")}</p>`}
		${put.length > 0 && html`<section><h2>${t("alerts.shelved", { n: put.length })}</h2><ul>${put.map((x) => html`<li>${wordsOf(x.alarm)} <span class="muted">${t("alerts.shelved_why",
			{ reason: x.reason, time: moment(x.until, now.value) })}</span></li>`)}</ul></section>`}
		${notes.length > 0 && html`<section><h2>${t("handover.notes")}</h2>${notes.map(({ i, x }) => html`<div class="hand-note"><p class="muted"><${Who} act=${{ org: x.org, ...x.actor }} /> · <${When} at=${x.at} of=${i} /> · <a
			href=${`#/incident/${i.id}`}>${incidentName(i)}</a></p><p class="words">${x.original?.body?.note ?? ""}</p></div>`)}</section>`}
		<p class="no-print"><button onClick=${() => print()}>${t("handover.print")}</button> <span class="muted">${t("handover.hint")}</span></p>
	</main>`;
}
