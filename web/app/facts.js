// @ts-check
/* facts.js: what is known, facts first: what, where, who is at risk, how soon; then identifiers and network events. */

import { Copyable } from "../components/copy.js";
import { Graded } from "../components/graded.js";
import { Icon } from "../components/icon.js";
import { OrgName, Who } from "../components/parts.js";
import { When } from "../components/time.js";
import { country, defanged } from "../lib/format.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { state } from "./model.js";

learn("parts", "threat");

/** @typedef {import("../core/state.js").Case} Case */

/** @param {{label: string, fresh?: string, c: Case, clause?: string, children: any, strong?: boolean}} props */
function Fact({ label, fresh, c, clause, children, strong }) {
	return html`<div class=${`fact ${strong ? "is-strong" : ""}`}><dt>${label}${clause && html` <span
		class="clause">${clause}</span>`}</dt>
		<dd>${children}${fresh && html` <span class="fresh">${t("fact.updated")} <${When} at=${fresh}
			of=${c} /></span>`}</dd></div>`;
}

/** @param {{c: Case}} props */
export function Facts({ c }) {
	const f = c.facts;
	const fresh = (/** @type {string} */ name) => c.fresh.get(name);
	const risk = f.persons_at_risk;
	const line = f.emergency_line_called;
	const lang = c.notice?.lang;
	return html`<section class="card facts-card" aria-labelledby="facts-title">
		<h2 id="facts-title">${t("fact.title")}</h2>
		<dl class="facts">
			<${Fact} c=${c} strong label=${t("fact.what")} fresh=${fresh("explanation")}>
				<b>${word("offence", f.offence_field)}</b>
				${(f.explanations ?? []).slice().reverse().map((/** @type {any} */ e, /** @type {number} */ i,
					/** @type {any[]} */ all) => html`
					${all.length > 1 && html`<span class="when-line"><${When} at=${e.at} of=${c} />${i === 0
						? ` · ${t("fact.newest")}` : ""}</span>`}
					${f.offence_field === "csa" ? html`<${Graded} id=${`${c.id} ${e.text}`} grade=${t("care.csa")}><p class="words"
						lang=${e.lang ?? lang}>${e.text}</p></${Graded}>` : html`<p class="words" lang=${e.lang ?? lang}>${e.text}</p>`}`)}
			</${Fact}>
			<${Fact} c=${c} strong label=${t("fact.when")} fresh=${fresh("immediacy")}><span
				class=${`imm imm-${f.immediacy === "now" ? "now" : "other"}`}>${word("immediacy",
					f.immediacy)}</span></${Fact}>
			<${Fact} c=${c} strong label=${t("fact.where")} fresh=${fresh("location_hints")}>
				${(f.location_hints ?? []).map((/** @type {any} */ h) => html`<p><b>${h.value}</b> <span
					class="muted">${[word("hint_kind", h.kind), h.basis, word("confidence",
						h.confidence)].filter(Boolean).join(" · ")}</span></p>`)}
				${(f.concerned_states ?? []).map((/** @type {any} */ x) => html`<p><b>${country(x.cc)}</b> <span
					class="muted">${word("ground", x.ground)}</span></p>`)}
				${f.state_unknown?.unknown && html`<p><b>${t("fact.state_unknown")}</b> <span
					class="muted">${f.state_unknown.reason}</span></p>`}
			</${Fact}>
			<${Fact} c=${c} strong label=${t("fact.at_risk")} fresh=${fresh("persons_at_risk")}>${risk
				? html`${risk.number !== undefined && html`<b>${t("fact.persons",
					{ n: risk.number })}</b> `}${risk.relation} ${risk.minor === true && html`<span
						class="minor"><${Icon} name="warn" />${t("fact.minor")}</span>`}${risk.minor === false &&
							html`<span class="muted"> · ${t("fact.no_minor")}</span>`}`
				: html`<span class="muted">${t("fact.not_said")}</span>`}</${Fact}>
			<${Fact} c=${c} label=${t("fact.emergency")} fresh=${fresh("emergency_line_called")}>${line?.called
				? html`<b>${t("fact.called")} ${line.number ?? ""}</b>${line.at && html` · <${When} at=${line.at}
					of=${c} />`}${line.ref && html` · <code>${line.ref}</code>`}`
				: html`<b>${t("fact.not_called")}</b>`}</${Fact}>
			<${Fact} c=${c} label=${t("fact.status")} fresh=${fresh("content_status")}>
				<b>${word("status", f.content_status)}</b> · ${word("surface", f.service_surface)}
				<p class="muted">${f.preserved?.preserved ? html`${t("fact.preserved")}${f.preserved.until &&
					html` <${When} at=${f.preserved.until} of=${c} seconds=${false} />`}`
						: t("fact.not_preserved")} · ${t("fact.user_notified")} ${word("notified",
							f.user_notified)}</p></${Fact}>
			<${Fact} c=${c} label=${t("fact.content")} fresh=${fresh("content")}>
				<ul class="plain">${(f.content ?? []).map((/** @type {any} */ x) => html`<li>
					${(x.url ?? x.id) && html`<${Copyable} text=${x.url ?? x.id} shown=${x.url ? defanged(x.url)
						: x.id} name=${t("fact.address")} />`}
					<span class="muted">${word("content_type", x.type)}${x.published_at &&
						html` · ${t("fact.published")} <${When} at=${x.published_at} of=${c} /> <span
							class="zone">${offset(x.published_at)}</span>`}</span>
					${x.text_excerpt && html`<${Graded} id=${`${c.id} ${x.url ?? x.id} ${x.text_excerpt}`} grade=${t("care.excerpt")}><blockquote
						lang=${lang}>${x.text_excerpt}</blockquote></${Graded}>`}
					${x.hash_refs?.length > 0 && html`<span
						class="muted hashes">${x.hash_refs.map((/** @type {any} */ h) => html`<code
							title=${h.value}>${h.algorithm} ${String(h.value).slice(0,
								12)}…</code> `)}</span>`}</li>`)}</ul></${Fact}>
			${f.user_identifiers?.length > 0 && html`<${Fact} c=${c} label=${t("fact.identifiers")}
				fresh=${fresh("user_identifiers")}>
				<ul class="plain">${f.user_identifiers.map((/** @type {any} */ u) => html`<li><span
					class="kind">${word("identifier", u.kind)}</span> <${Copyable} text=${u.value}
						name=${word("identifier", u.kind)} /></li>`)}</ul></${Fact}>`}
			${f.network_events?.length > 0 && html`<${Fact} c=${c} label=${t("fact.network")}
				fresh=${fresh("network_events")}>
				<ul class="plain">${f.network_events.map((/** @type {any} */ n) => html`<li><${Copyable}
					text=${`${n.ip}:${n.port}`} name=${t("fact.ip_port")} />
					<span class="muted">${n.event}${(n.at ?? n.ts) && html` · <${When} at=${n.at ?? n.ts}
						of=${c} /> <span class="zone">${offset(n.at ?? n.ts)}</span>`}</span></li>`)}</ul></${Fact}>`}
			<${Fact} c=${c} label=${t("fact.also")}>${f.also_reported_to?.length
				? html`<ul class="plain">${f.also_reported_to.map((/** @type {any} */ a) =>
					html`<li><b>${a.system}</b>${a.authority && html` · ${a.authority}`}${a.external_ref &&
						html` · <code>${a.external_ref}</code>`}${a.at && html` · <${When} at=${a.at}
							of=${c} />`}</li>`)}</ul>`
				: html`<span class="muted">${t("fact.also_none")}</span>`}</${Fact}>
			<${Fact} c=${c} label=${t("fact.contact")}><${Contact} c=${c} /></${Fact}>
		</dl>
	</section>`;
}

/** The offset that the sender wrote: evidence, so it is not converted away. @param {string} at */
function offset(at) {
	return /([+-]\d\d:\d\d|Z)$/.exec(at)?.[1].replace("Z", "UTC") ?? "";
}

/** @param {{c: Case}} props */
function Contact({ c }) {
	const ref = c.facts.contact_24x7;
	const person = state.value.people.get(ref);
	const org = state.value.orgs.get(c.reporter);
	const phones = [...org?.channels ?? [], ...(org?.chain ?? []).flatMap((k) => k.channels)]
		.filter((x) => /phone/i.test(x.kind) && x.address).map((x) => x.address);
	return html`<b>${person?.title ?? t("fact.contact_someone")}</b>, <${OrgName}
		code=${c.reporter} />${phones.length > 0 && html` · ${phones.slice(0, 2).map((p) => html`<a
			href=${`tel:${p?.replace(/\s/g, "")}`}>${p}</a> `)}`}`;
}

/** Whom it went to, and why: by which law, on which ground. @param {{c: Case}} props */
export function Addressed({ c }) {
	const open = c.questions.filter((q) => !q.answer);
	return html`
		${c.questions.length > 0 && html`<section class="card" aria-labelledby="questions-title">
			<h2 id="questions-title">${t("question.title")} ${open.length > 0 && html`<span
				class="count-amber">${t("question.open", { n: open.length })}</span>`}</h2>
			<ul class="questions">${c.questions.map((q) => html`<li class=${q.answer ? "" : "is-open"}>
				<p class="q"><${Icon} name="question" /><span>${q.text}</span></p>
				<p class="muted"><${Who} act=${q.by} /> · <${When} at=${q.by.at} of=${c} /></p>
				${q.answer ? html`<p class="answer">${q.answer.text}</p><p class="muted"><${Who}
					act=${q.answer.by} /> · <${When} at=${q.answer.by.at} of=${c} /></p>` : html`<p
						class="waits">${t("question.unanswered")}</p>`}</li>`)}</ul>
		</section>`}
		${c.preservation && html`<section
			class="card"><h2>${t("preserve.title")}</h2><p>${c.preservation.scope}</p><p
				class="muted">${t("preserve.until")} <${When} at=${c.preservation.until} of=${c}
					seconds=${false} /> · <${OrgName} code=${c.preservation.by} /></p></section>`}
		<section class="card" aria-labelledby="desks-title"><h2 id="desks-title">${t("desk.title")}</h2>
		<ul class="desks">${[...c.desks.values()].map((d) => html`<li>
			<p><b><${OrgName} code=${d.org} /></b> <span
				class="muted">${state.value.orgs.get(d.org)?.name ?? ""}</span> <span
					class=${`role role-${d.role}`}>${word("desk_role", d.role)}</span></p>
			${(d.why || d.ground) && html`<p>${d.why || word("disclosure", d.ground)}</p>`}
			<p class="muted">${[...d.duty.map((x) => word("duty", x)), ...d.grounds.map((x) => word("ground",
				x))].filter((x, i, all) => all.indexOf(x) === i).join(" · ")}</p></li>`)}</ul></section>`;
}
