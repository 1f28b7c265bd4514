// @ts-check
/* course.js: how an incident goes on, in its room: situation reports with the server's numbers, what each platform reports and
 * who is missing before it can wind down, what is not confirmed and by whom, orders elsewhere, and the debrief. */

import { useRef } from "preact/hooks";
import { incidentName } from "../core/incidents.js";
import { falls, newestReport, platforms } from "../core/course.js";
import { missing, openConfirmations } from "../core/confirmations.js";
import { humanReceipt } from "../core/protocol.js";
import { Icon } from "../components/icon.js";
import { OrgName, Refused, Who } from "../components/parts.js";
import { Countdown, When } from "../components/time.js";
import { html } from "../lib/html.js";
import { has, learn, t, word } from "../lib/i18n.js";
import { printAlone } from "../lib/paper.js";
import { announce, contextOfIncident, ready, send, state } from "./model.js";
import { InWords } from "./say.js";
import { useSending } from "./sending.js";
import { VolumeChart } from "./volume-chart.js";

learn("parts", "course", "debrief");

/** @typedef {import("../core/incidents.js").Incident} Incident */

const SECONDS = new Set(["active_s", "acknowledged_median_s"]);

/** A length in hours, minutes and seconds. @param {number} s */
const length = (s) => [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map((n) => String(n).padStart(2, "0")).join(":");

/** Numbers by the server. @param {{figures: Record<string, number>}} props */
export function Figures({ figures }) {
	const shown = Object.entries(figures).filter(([name]) => has(`figure.${name}`));
	return html`<dl class="figures">${shown.map(([name, n]) => html`<div><dt>${t(`figure.${name}`)}</dt><dd>${SECONDS.has(name)
		? length(n) : name === "proactive_permille" ? `${n / 10} %` : n}</dd></div>`)}</dl>`;
}

/** @param {{r: import("../core/course.js").Report, i: Incident}} props */
const Words = ({ r, i }) => html`<p class="muted"><${Who} act=${r.by} /> · <${When} at=${r.at} of=${i} withZone /></p>
	<${Figures} figures=${r.figures} /><${InWords} shape="M20" body=${words(r.body)} />`;

/** A report; printed, a sheet of its own: whose incident, exercise or not, who may read it, number. @param {{r: import("../core/course.js").Report, i: Incident}} props */
function ReportWords({ r, i }) {
	const sheet = useRef(/** @type {HTMLElement|null} */ (null));
	return html`<article ref=${sheet} class="sheet document"><header class="on-paper"><p>${i.mode === "exercise" ? t("exercise.prefix") : t("exercise.real")} · ${incidentName(i)} · TLP:${i.timeline.find((x) => x.id === r.id)?.original?.tlp ?? "AMBER"}</p>
			<h2>${r.number ? t("course.number", { n: r.number }) : t("course.draft")}</h2><p>${i.headline}</p></header><${Words} r=${r} i=${i} />
		${!r.draft && html`<p class="no-print"><button class="mini" onClick=${() => printAlone(sheet.current)}>${t("course.print")}</button></p>`}</article>`;
}
const words = (/** @type {any} */ b) => Object.fromEntries(["known", "changed_since_last", "not_confirmed", "media_line", "next_at"].filter((n) =>
	b[n] !== undefined).map((n) => [n, b[n]]));

/** @param {{i: Incident}} props */
export function Reports({ i }) {
	const newest = newestReport(i);
	const drafts = i.reportings.filter((r) => r.draft && !i.reportings.some((x) => x.body.draft_ref === r.id) && r.at > (newest?.at ?? ""));
	const older = i.reportings.filter((r) => !r.draft && r !== newest).reverse();
	if (!newest && !drafts.length)
		return null;
	return html`<section class="card" aria-labelledby="reports-title"><h2 id="reports-title">${t("course.reports")}</h2>
		${drafts.map((r) => html`<details class="report-draft"><summary><b>${t("course.draft")}</b> · <${Who} act=${r.by} /></summary><${ReportWords} r=${r} i=${i} /></details>`)}
		${newest && html`<h3>${t("course.number", { n: newest.number })}</h3><${ReportWords} r=${newest} i=${i} />`}
		${older.length > 0 && html`<details><summary>${t("course.older", { n: older.length })}</summary>${older.map((r) => html`<h3>${t("course.number",
			{ n: r.number })}</h3><${ReportWords} r=${r} i=${i} />`)}</details>`}
	</section>`;
}

/** The closing checklist as the data has it: who falls, who is missing. @param {{i: Incident}} props */
export function Volumes({ i }) {
	const rows = platforms(state.value, i);
	if (!["ACTIVE", "WINDING_DOWN"].includes(i.state) || !i.statuses.size)
		return null;
	const down = rows.filter((r) => r.falls).length;
	const enough = 100 * down >= 80 * rows.length;
	return html`<section class="card" aria-labelledby="volumes-title"><div class="card-head"><h2 id="volumes-title">${t("course.volumes")}</h2>
		<span class=${enough ? "count-quiet" : "count-amber"}>${t("course.falling", { n: down, of: rows.length })}</span></div>
		<p class="muted">${t("course.volumes_lead")}</p>
		<ul class="volumes plain">${rows.map((r) => html`<li class=${r.falls ? "is-falling" : "is-missing"}><${Icon} name=${r.falls ? "accepted" : "waiting"} />
			<b><${OrgName} code=${r.org} /></b> ${r.statuses.length ? r.statuses.slice(-2).map((x) => html`<span class="tag">${word("trend", x.trend)} <${When}
				at=${x.at} of=${i} seconds=${false} /></span>`) : html`<span class="attention">${t("course.no_status")}</span>`}
			${!r.falls && r.statuses.length > 0 && !falls(r.statuses) && html`<span class="attention">${t("course.not_twice")}</span>`}</li>`)}</ul>
		<${VolumeChart} i=${i} />
	</section>`;
}

/** @param {{c: import("../core/confirmations.js").Confirming, i: Incident}} props */
function Confirming({ c, i }) {
	const { me } = state.value;
	const { busy, answer, deliver } = useSending();
	const mine = missing(c).some((x) => x.org === me?.org && x.parts.includes("person"));
	async function acknowledge() {
		if (busy || !ready.value || !me)
			return;
		const result = await deliver(c.id, () => humanReceipt(/** @type {any} */ ({ id: c.id }), "acked", me, contextOfIncident(i), "seen"));
		if (result.ok)
			announce(t("done.ack_activation", { n: result.seq ?? 0 }));
	}
	return html`<li class="confirming"><p><b>${word("entry", c.k)}</b> <span class="muted"><${OrgName} code=${c.org} /> · <${When} at=${c.at} of=${i} /></span>
		<span class="count-amber">${t("course.not_confirmed", { n: missing(c).length })}</span></p>
		<ul class="plain">${missing(c).map((x) => html`<li><${Icon} name="waiting" /> <b><${OrgName} code=${x.org} /></b> ${x.parts.map((p) => html`<span
			class="tag">${t(`course.by_${p}`)}</span>`)}</li>`)}</ul>
		${mine && (c.k === "M25.recall" ? html`<a class="button mini is-primary" href=${`#/say/M25.confirm/${c.id}`}>${t("say.title.M25.confirm")}</a>`
			: html`<button class="mini primary" disabled=${busy || !ready.value} onClick=${acknowledge}>${t("course.confirm")}</button><${Refused} answer=${answer} />`)}</li>`;
}

/** What is taken back or narrowed, and who has not said that they have done so. @param {{i: Incident}} props */
export function Confirmations({ i }) {
	const open = openConfirmations(i);
	if (!i.confirmations.size)
		return null;
	return html`<section class="card" aria-labelledby="confirmations-title"><h2 id="confirmations-title">${t("course.confirmations")}</h2>
		${open.length ? html`<ul class="plain">${open.map((c) => html`<${Confirming} key=${c.id} c=${c} i=${i} />`)}</ul>`
			: html`<p><${Icon} name="accepted" /> ${t("course.all_confirmed")}</p>`}
	</section>`;
}

/** @param {{i: Incident}} props */
export function Processes({ i }) {
	if (!i.processes.size)
		return null;
	return html`<section class="card" aria-labelledby="processes-title"><h2 id="processes-title">${t("course.processes")}</h2>
		<ul class="plain">${[...i.processes.values()].map((p) => html`<li><b>${word("process_kind", p.body.kind)} ${p.body.reference}</b> → <${OrgName}
			code=${p.addressee} /> <span class="tag">${t(`process_state.${p.state}`)}</span> ${p.due && ["OPEN", "RECEIVED"].includes(p.state) && html`<${Countdown}
				until=${p.due} of=${i} /> <span class="muted"><${When} at=${p.due} of=${i} withZone /></span>`}</li>`)}</ul></section>`;
}

/** @param {{i: Incident}} props */
export function Debrief({ i }) {
	if (!["CLOSED", "DEBRIEF", "ARCHIVED"].includes(i.state))
		return null;
	const t25 = [...i.timers.values()].find((x) => x.timer === "T25" && !x.stopped);
	return html`<section class="card" aria-labelledby="debrief-title"><div class="card-head"><h2 id="debrief-title">${t("course.debrief")}</h2><a class="button mini" href=${`#/debrief/${i.id}`}>${t("debrief.open")}</a></div>
		${t25 && !i.published && html`<p class="muted">${t("course.public_until")} <${When} at=${t25.deadline} of=${i} withZone /></p>`}
		${i.published && html`<h3>${t("course.published")}</h3><p class="muted"><${Who} act=${i.published.by} /> · <${When} at=${i.published.at} of=${i} /></p>
			<p class="pre public-version">${i.published.body.public_version}</p><${Figures} figures=${i.published.figures} />`}
		${i.final && html`<details open=${!i.published}><summary><b>${t("course.final")}</b> · <${Who} act=${i.final.by} /></summary>
			<${InWords} shape="M23" body=${i.final.body} /><${Figures} figures=${i.final.figures} /></details>`}
		${i.contributions.map((c) => html`<details class="contribution"><summary>${c.nameless ? html`<b>${t("course.nameless")}</b>` : html`<b><${OrgName}
			code=${c.by.org} /></b>`} <span class="muted"><${When} at=${c.at} of=${i} /></span></summary><${InWords} shape="M23" body=${c.body} /></details>`)}
		${!i.contributions.length && !i.final && html`<p>${t("course.no_contribution")}</p>`}
	</section>`;
}
