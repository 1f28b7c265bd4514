// @ts-check
/* debrief.js: the debrief of an incident as a page of its own, which prints as a document: the public version, the statistics that the server
 * computed, the final report, and what each contributor said, nameless where they wished so. What one may add is offered at the top. */

import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { courseOptions, debriefDue } from "../core/course.js";
import { titleOfIncident } from "../core/crisis.js";
import { incidentName } from "../core/incidents.js";
import { timeOf } from "../core/select.js";
import { Icon } from "../components/icon.js";
import { IncidentState, ModeTag, OrgName, ScreenTitle, Tlp, Who } from "../components/parts.js";
import { Countdown, When } from "../components/time.js";
import { html } from "../lib/html.js";
import { usePaper } from "../lib/paper.js";
import { learn, t } from "../lib/i18n.js";
import { Figures } from "./course.js";
import { onKeys } from "./keys.js";
import { now, phase, state } from "./model.js";
import { go } from "./router.js";
import { InWords } from "./say.js";

learn("parts", "incident", "course", "debrief");

/** What is owed, by whom, until when (T25): contributions of all who took part, the hub's final report and its public version. @param {{i: import("../core/incidents.js").Incident}} props */
function Due({ i }) {
	const s = state.value;
	const parts = debriefDue(s, i, timeOf(s, i, now.value));
	if (!parts)
		return null;
	const orgs = (/** @type {string[]} */ list) => list.map((o, n) => html`${n > 0 && ", "}<${OrgName} code=${o} />`);
	const standing = (/** @type {import("../core/course.js").Part} */ p) => html`<span class=${`tag ${p.done || p.late ? "" : "tag-amber"}`}><${Icon} name=${p.done ? "accepted" : p.late ? "warn" : "waiting"} /> ${t(p.done ? "debrief.done"
		: p.late ? "debrief.late" : "debrief.waits")}</span>`;
	return html`<section class="card debrief-due"><h2 id="due-title">${t("debrief.due")}</h2><div class="table-wrap" tabindex="0" role="region" aria-labelledby="due-title"><table
		class="receipts"><thead><tr>${["part", "until", "by", "standing"].map((h) => html`<th scope="col">${t(`debrief.due_${h}`)}</th>`)}</tr></thead><tbody>${parts.map((p) => html`<tr key=${p.part}><th scope="row">${t(
			`debrief.part.${p.part}`)}</th><td data-label=${t("debrief.due_until")}><${When} at=${p.until} of=${i} withZone />${!p.done && !p.late && html` <span class="no-print">(<${Countdown} until=${p.until} of=${i} />)</span>`}</td>
			<td data-label=${t("debrief.due_by")}>${p.part !== "contributions" ? orgs(p.by) : html`${p.missing.length ? orgs(p.missing) : t("debrief.nobody")}${p.nameless > 0 && html` <span class="muted">${t(
				"debrief.nameless", { n: p.nameless })}</span>`}`}</td><td data-label=${t("debrief.due_standing")}>${standing(p)}</td></tr>`)}</tbody></table></div></section>`;
}

/** @param {{id: string}} props */
export function DebriefScreen({ id }) {
	const s = state.value;
	const i = s.incidents.get(id);
	const [only, setOnly] = useState(false);
	useLayoutEffect(() => onKeys({ escape: () => go(`#/incident/${id}`) }), [id]);
	/* one part alone is printed: the others are left out while the browser prints */
	useEffect(() => {
		if (!only)
			return undefined;
		const over = () => setOnly(false);
		addEventListener("afterprint", over);
		print();
		return () => removeEventListener("afterprint", over);
	}, [only]);
	const tlp = i?.published ? "CLEAR" : i?.reports[0]?.original?.tlp ?? "AMBER";
	usePaper(i ? `${t(i.mode === "exercise" ? "exercise.prefix" : "exercise.real")} · ${t("debrief.eyebrow")} · ${incidentName(i)}` : "", `TLP:${tlp}`);
	if (!i)
		return html`<main id="main" class="narrow"><${ScreenTitle} id=${id}>${t(phase.value === "live" ? "incident.not_found" : "threat.loading")}</${ScreenTitle}><a class="button" href="#/">${t("threat.back")}</a></main>`;
	const open = ["CLOSED", "DEBRIEF", "ARCHIVED"].includes(i.state);
	const offers = courseOptions(s, i, false).filter((x) => x.form.startsWith("M23."));
	const figures = i.published?.figures ?? i.final?.figures;
	return html`<main id="main" class=${`debrief-page ${only ? "is-public-only" : ""}`}>
		<p class="crumbs"><a href=${`#/incident/${i.id}`}><${Icon} name="back" />${incidentName(i)} <kbd>Esc</kbd></a><${Tlp} level=${tlp} /><${ModeTag}
			mode=${i.mode} /><${IncidentState} is=${i.state} /></p>
		<${ScreenTitle} id=${id}><span class="eyebrow">${t("debrief.eyebrow")} · ${incidentName(i)}</span>${titleOfIncident(s, i) || incidentName(i)}</${ScreenTitle}>
		${!open ? html`<div class="empty"><${Icon} name="clock" /><p>${t("debrief.not_yet")}</p></div>` : html`
		<p class="lead">${t("debrief.lead")}</p>
		<${Due} i=${i} />
		<p class="row debrief-acts">${offers.map((x, n) => html`<a class=${`button ${n === 0 ? "is-primary" : ""}`} href=${`#/say/${x.form}/${x.about ?? i.id}`}>${t(`say.title.${x.form}`)}</a>`)}
			${(i.published || i.final) && html`<button type="button" onClick=${() => setOnly(true)}>${t("debrief.print_public")}</button>`}<button type="button" onClick=${() => print()}>${t("debrief.print_all")}</button></p>
		<section class="card debrief-public" aria-labelledby="public-title"><h2 id="public-title">${t("course.published")}</h2>${i.published ? html`<p class="muted"><${Who} act=${i.published.by} /> · <${When} at=${i.published.at} of=${i}
			withZone /></p><p class="pre public-version">${i.published.body.public_version}</p>` : i.final?.body.public_draft ? html`<p><span class="tag tag-amber">${t("debrief.proposed")}</span> <span class="muted">${t(
				"debrief.no_public")}</span></p><p class="pre public-version">${i.final.body.public_draft}</p>` : html`<p class="muted">${t("debrief.no_public")}</p>`}</section>
		<section class="card debrief-public" aria-labelledby="statistics-title"><h2 id="statistics-title">${t("debrief.statistics")}</h2>${figures ? html`<${Figures} figures=${figures} />` : html`<p class="muted">${t(
			"debrief.no_statistics")}</p>`}</section>
		<section class="card" aria-labelledby="final-title"><h2 id="final-title">${t("course.final")}</h2>${i.final ? html`<p class="muted"><${Who} act=${i.final.by} /> · <${When} at=${i.final.at} of=${i} withZone /></p><${InWords}
			shape="M23" body=${Object.fromEntries(Object.entries(i.final.body).filter(([n]) => n !== "public_draft"))} />` : html`<p class="muted">${t("debrief.no_final")}</p>`}</section>
		<section class="card" aria-labelledby="said-title"><h2 id="said-title">${t("debrief.contributions")} <span class="count-quiet">${i.contributions.length}</span></h2>${i.contributions.length ? i.contributions.map((c) => html`<article
			class="contribution" key=${c.id}><h3>${c.nameless ? t("course.nameless") : html`<${OrgName} code=${c.by.org} />`} <span class="muted"><${When} at=${c.at} of=${i} withZone /></span></h3><${InWords} shape="M23"
				body=${c.body} /></article>`) : html`<p class="muted">${t("course.no_contribution")}</p>`}</section>`}
	</main>`;
}
