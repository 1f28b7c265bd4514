// @ts-check
/* admin.js: administration: what waits for a second person, people and their roles, keys, sessions, organisations, rules, mandates, holds,
 * and how the alarms are doing. Each part has an address (#/admin/PART). Everything is shown as far as the server sent it; what a
 * person may do is offered, what takes two is said so before the first of them says it. */

import { Fragment } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import catalogue from "tocsin:catalogue";
import { adminMessage, adminsOf, confirmation, endSessions, endingSoon, holdsOf, is, isAdmin, mandatesOf, mayAdmit, mayConfirm, mayHold, mayMandate, maySetNational, maySetWords, ownPeople,
	peopleSignedIn, sessionsOf, tabsOf, waitingFor, witnessesOf } from "../core/admin.js";
import { erasuresOf, mayErase, mayReview, reviewsOf } from "../core/duties.js";
import { FLOOD, healthOf } from "../core/health.js";
import { isHookAdmin } from "../core/hooks.js";
import { openExercises, orgName, timeOf } from "../core/select.js";
import { Radios, TextField } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { ModeTag, OrgName, ScreenTitle, Who } from "../components/parts.js";
import { Countdown, When } from "../components/time.js";
import { country, spanInWords } from "../lib/format.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { Act, RefusedHere } from "./act.js";
import { Keys, nameOf } from "./admin-keys.js";
import { onKeys } from "./keys.js";
import { now, prepare, ready, serverClock, state } from "./model.js";
import { go } from "./router.js";
import { InWords } from "./say.js";

learn("parts", "admin");

/** @param {any} body */
const content = (body) => Object.fromEntries(Object.entries(body).filter(([name]) => !["step", "version", "mandate", "sha256", "org", "person", "hold"].includes(name)));
const link = (/** @type {string} */ form, /** @type {string} */ about, /** @type {string} */ name) => html`<a class="button mini" href=${`#/say/${form}${about ? `/${about}` : ""}`}
	aria-label=${`${t(`say.title.${form}`)}${name ? `: ${name}` : ""}`}>${t(`admin.short.${form}`)}</a>`;
const table = (/** @type {string} */ id, /** @type {string[]} */ heads, /** @type {any} */ rows) => html`<div class="table-wrap" tabindex="0" role="region" aria-labelledby=${id}><table
	class="receipts"><thead><tr>${heads.map((h) => html`<th scope="col">${t(`admin.${h}`)}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;

/* ---- two people ---- */

/** @param {{p: import("../core/admin.js").Pending}} props */
function Pending({ p }) {
	const s = state.value;
	const about = p.body.person ? nameOf(p.body.person) : p.body.code ?? p.body.auditor ?? (p.type === "witness" ? p.body.org : undefined) ?? p.body.cc ?? "";
	return html`<li class="card pending"><p class="decision-head"><b>${t(`say.title.${p.k}`)}</b> ${about} <span class="eyes is-open"><${Icon} name="waiting" />${t("admin.one_of_two")}</span></p>
		<p class="muted">${t("decision.proposed_by")} <${Who} act=${p.by} /> · <${When} at=${p.at} of=${{}} withZone /> · ${t("admin.lapses")} <${Countdown} until=${p.until} of=${{}} /></p>
		${catalogue.types[p.type] && html`<${InWords} shape=${catalogue.types[p.type].shape} body=${content(p.body)} />`}
		<p class="row">${mayConfirm(s.me, p) ? html`<${Act} primary icon="check" label=${t("admin.confirm")} of=${`${t(`say.title.${p.k}`)} ${about}`} done=${t("admin.done.confirm")}
			make=${() => confirmation(p, serverClock.now())} />` : html`<span class="muted">${t(p.by.person === s.me?.person ? "admin.another" : "admin.not_you")}</span>`}</p></li>`;
}

function Waiting() {
	const all = waitingFor(state.value, now.value);
	return html`<section><h2 id="waiting-title">${t("admin.tab.waiting")} <span class=${all.some((p) => mayConfirm(state.value.me, p)) ? "count-amber"
		: "count-quiet"}>${all.length}</span></h2><p class="muted">${t("admin.waiting_lead")}</p>
		${all.length ? html`<ul class="plain">${all.map((p) => html`<${Pending} key=${p.id} p=${p} />`)}</ul>` : html`<p><${Icon} name="accepted" /> ${t("admin.nothing_waits")}</p>`}</section>`;
}

/* ---- people ---- */

function People() {
	const s = state.value;
	const all = ownPeople(s);
	const admin = isAdmin(s.me);
	const lone = adminsOf(s).length === 1;
	const signedIn = new Map(peopleSignedIn(s, now.value).map((x) => [x.person, x.sessions.length]));
	return html`<section><h2 id="people-title">${t("admin.tab.people")} <span class="count-quiet">${all.length}</span></h2>
		<p class="muted">${t(lone ? "admin.people_lone" : "admin.people_lead")}</p>
		${admin && html`<p><a class="button is-primary" href="#/say/person.enrol"><${Icon} name="plus" /> ${t("say.title.person.enrol")}</a></p>`}
		${table("people-title", ["who", "roles", "do"], all.map((p) => {
			const name = nameOf(p.person);
			const me = p.person === s.me?.person;
			const here = signedIn.get(p.person) ?? 0;
			return html`<tr key=${p.person}><th scope="row">${name}${me && html` <span class="tag">${t("who.you")}</span>`}${p.machine && html` <span class="tag"><${Icon} name="machine" />${t(
				"role.service_account")}</span>`}</th><td data-label=${t("admin.roles")}>${p.roles.filter((r) => r !== "service_account").map((r) => html`<span class="tag role">${word("role", r)}</span> `)}${!p.roles.length
					&& html`<span class="muted">${t("admin.no_role")}</span>`}</td>
				<td>${admin && html`<span class="row">${!me && !p.machine && html`${link("role.grant", p.person, name)}${p.roles.length > 0 && link("role.revoke", p.person, name)}`}${link("person.enrol", p.person,
					name)}${!me && link("person.leave", p.person, name)}${here > 0 && !me && html`<${Act} mini danger label=${t("admin.end_all", { n: here })} of=${name}
					sure=${t("admin.end_all_sure")} done=${t("admin.done.end_all")} make=${() => endSessions(s.me, p.person, serverClock.now())} />`}</span>`}</td></tr>`;
		}))}</section>`;
}

/* ---- sessions ---- */

function Sessions() {
	const s = state.value;
	const people = peopleSignedIn(s, now.value);
	const attempts = [...s.attempts.values()].reverse().slice(0, 50);
	const end = (/** @type {string} */ id) => adminMessage("credential", { step: "revoke", credential: id }, serverClock.now());
	return html`<section><h2 id="sessions-title">${t("admin.tab.sessions")} <span class="count-quiet">${sessionsOf(s, now.value).length}</span></h2><p class="muted">${t("admin.sessions_lead")}</p>
		${people.length ? table("sessions-title", ["who", "since", "until", "do"], people.map(({ person, sessions }) => html`<${Fragment} key=${person}>${sessions.map((x, n) => html`<tr key=${x.id}
			class=${n > 0 ? "is-more" : ""}><th scope="row">${nameOf(person)}${person === s.me?.person && html` <span class="tag">${t("who.you")}</span>`}</th><td data-label=${t("admin.since")}><${When}
			at=${x.at} of=${{}} withZone /></td><td data-label=${t("admin.until")}><${When} at=${x.expires} of=${{}} withZone /></td><td>${isAdmin(s.me) && html`<span class="row"><${Act} mini danger
				label=${t("admin.end_session")} of=${nameOf(person)} sure=${t("admin.end_sure")} done=${t("admin.done.end_session")} make=${() => end(x.id)} />${n === 0 && sessions.length > 1 && html`<${Act} mini
					danger label=${t(person === s.me?.person ? "admin.end_others" : "admin.end_all", { n: sessions.length })} of=${nameOf(person)} sure=${t("admin.end_all_sure")} done=${t("admin.done.end_all")}
					make=${() => endSessions(s.me, person, serverClock.now())} />`}</span>`}</td></tr>`)}</${Fragment}>`)) : html`<p class="muted">${t("admin.no_session")}</p>`}
		<h3 id="attempts-title">${t("admin.attempts")} <span class="count-quiet">${attempts.length}</span></h3>
		${attempts.length ? table("attempts-title", ["when", "who", "why"], attempts.map((a) => html`<tr key=${a.id}><td data-label=${t("admin.when")}><${When} at=${a.at} of=${{}} withZone /></td><td
			data-label=${t("admin.who")}>${a.person ? nameOf(a.person) : "–"}</td><td data-label=${t("admin.why")}>${t(`admin.refused.${a.why}`)}</td></tr>`)) : html`<p class="muted">${t("admin.no_attempt")}</p>`}</section>`;
}

/* ---- organisations ---- */

function Organisations() {
	const s = state.value;
	const [find, setFind] = useState("");
	const acts = mayAdmit(s.me);
	const q = find.trim().toLowerCase();
	const all = [...s.orgs.values()].filter((o) => !q || `${o.code} ${o.name} ${o.kinds.map((k) => word("org_kind", k)).join(" ")}`.toLowerCase().includes(q)).sort((a, b) =>
		a.code.localeCompare(b.code));
	return html`<section><h2 id="orgs-title">${t("admin.tab.organisations")} <span class="count-quiet">${all.length}</span></h2>
		<p class="muted">${t(acts ? "admin.orgs_two" : "admin.orgs_lead")}</p>
		${acts && html`<p><a class="button is-primary" href="#/say/org.admit"><${Icon} name="plus" /> ${t("say.title.org.admit")}</a></p>`}
		<${TextField} id="find-org" type="search" label=${t("admin.find")} value=${find} onChange=${setFind} class="w-short" />
		${table("orgs-title", ["who", "kinds", "where", "state", "do"], all.map((o) => html`<tr key=${o.code} class=${o.suspended ? "is-over" : ""}><th scope="row"><${OrgName} code=${o.code} /> <span
			class="muted">${o.name !== o.code && o.name}</span></th><td data-label=${t("admin.kinds")}>${o.kinds.map((k) => html`<span class="tag role">${word("org_kind", k)}</span> `)}</td>
			<td data-label=${t("admin.where")}>${o.state ?? o.established_in ? country(o.state ?? o.established_in ?? "") : "–"}</td><td data-label=${t("admin.state")}>${t(o.suspended ? "admin.suspended"
				: "admin.member")}</td><td>${acts && html`<span class="row">${link("org.change", o.code, o.code)}${link("org.kinds", o.code, o.code)}${o.code !== s.me?.org && html`<a class="button mini"
					href=${`#/say/org.suspend/${o.code}`} aria-label=${`${t(o.suspended ? "admin.lift" : "admin.suspend")}: ${o.code}`}>${t(o.suspended ? "admin.lift" : "admin.suspend")}</a>`}</span>`}</td></tr>`))}
	</section>`;
}

/* ---- who vouches for the log ---- */

function Witnesses() {
	const s = state.value;
	const all = witnessesOf(s);
	const own = all.find((w) => w.own);
	return html`<section><h2 id="witnesses-title">${t("admin.tab.witnesses")} <span class="count-quiet">${all.length}</span></h2><p class="muted">${t("admin.witnesses_lead")} <a href="#/log">${t("admin.witnesses_log")}</a></p>
		${isAdmin(s.me) && html`<p class="row"><a class="button is-primary" href="#/say/witness.register"><${Icon} name="plus" /> ${t(own ? "admin.witness_replace" : "say.title.witness.register")}</a>${own && html`<a
			class="button" href="#/say/witness.revoke">${t("say.title.witness.revoke")}</a>`}</p>`}
		${all.length ? table("witnesses-title", ["who", "key_name", "key_id", "since"], all.map((w) => html`<tr key=${w.org}><th scope="row"><${OrgName} code=${w.org} />${w.own && html` <span class="tag">${t("admin.own")}</span>`}</th><td
			data-label=${t("admin.key_name")}><span class="long">${w.name}</span></td><td data-label=${t("admin.key_id")}><code title=${w.vkey}>${w.id}</code></td><td data-label=${t("admin.since")}>${w.at ? html`<${When} at=${w.at} of=${{}} withZone />` : "–"}</td></tr>`))
			: html`<p><${Icon} name="warn" /> ${t("admin.no_witness")}</p>`}</section>`;
}

/* ---- rules ---- */

function Rules() {
	const s = state.value;
	const own = s.orgs.get(s.me?.org ?? "")?.state;
	const national = [...s.rules.values()].filter((r) => r.key.startsWith("national.")).sort((a, b) => a.key.localeCompare(b.key));
	const set = s.rules.get("set");
	const channels = s.rules.get("channels");
	return html`<section><h2 id="rules-title">${t("admin.tab.rules")}</h2><p class="muted">${t("admin.rules_lead")}</p>
		<p class="row">${maySetWords(s.me) && html`<a class="button" href="#/say/policy.set">${t("say.title.policy.set")}</a>`}${maySetNational(s.me) && own && html`<a class="button"
			href="#/say/policy.national">${t("say.title.policy.national")}</a>`}</p>
		<h3>${t("admin.periods")}</h3>${set?.body.periods?.length ? html`<ul class="plain">${set.body.periods.map((/** @type {any} */ p) => html`<li><b>${t(`timer.${p.timer}`)}</b>: ${spanInWords(p.minutes * 60_000)}</li>`)}</ul>`
			: html`<p class="muted">${t("admin.periods_none")}</p>`}
		<h3>${t("admin.words")}</h3><p>${s.vocabulary ? t("admin.words_version", { n: s.vocabulary.version }) : t("admin.words_none")}</p>
		${channels && html`<h3>${t("admin.channels")}</h3><p>${(channels.body.channels ?? []).map((/** @type {string} */ c) => html`<span class="tag">${word("channel", c)}</span> `)}</p>`}
		<h3 id="national-title">${t("admin.national")} <span class="count-quiet">${national.length}</span></h3>
		${national.map((r) => html`<details key=${r.key}><summary><b>${country(r.body.cc)}</b> <span class="muted">${t("admin.version", { n: r.body.version })}</span></summary><${InWords} shape="policy"
			body=${content(r.body)} /></details>`)}${!national.length && html`<p class="muted">${t("admin.national_none")}</p>`}</section>`;
}

/* ---- mandates, holds ---- */

/** What a mandate names one by one. @param {any} body @returns {[string, string[]][]} */
const covered = (body) => /** @type {[string, string[]][]} */ (["incidents", "cases", "exercises"].map((n) => [n, body[n] ?? []])).filter(([, ids]) => ids.length > 0);

function Mandates() {
	const s = state.value;
	const all = mandatesOf(s, now.value);
	return html`<section><h2 id="mandates-title">${t("admin.tab.mandates")} <span class="count-quiet">${all.filter((m) => !m.over).length}</span></h2><p
		class="muted">${t("admin.mandates_lead")}</p>
		${mayMandate(s.me) && html`<p><a class="button is-primary" href="#/say/mandate.grant"><${Icon} name="plus" /> ${t("say.title.mandate.grant")}</a></p>`}
		${all.length ? html`<ul class="plain">${all.map((m) => html`<li key=${m.id} class=${`card ${m.over ? "is-over" : ""}`}><p class="decision-head"><b>${orgName(s, m.body.auditor)}</b> → ${(m.body.orgs ?? []).map((/** @type {string} */ o,
			/** @type {number} */ n) => html`${n > 0 && ", "}<${OrgName} code=${o} />`)} <span class="tag">${t(m.over ? "admin.mandate_over" : "admin.mandate_runs")}</span></p>
			<p class="muted"><${When} at=${m.body.from} of=${{}} withZone /> – <${When} at=${m.body.until} of=${{}} withZone /> · ${t(m.body.whole ? "admin.whole" : "admin.without_personal")}${m.body.deconfliction &&
				html` · ${t("admin.deconfliction")}`}</p>${covered(m.body).map(([name, ids]) => html`<p class="muted">${t(`field.mandate.${name}`)}: ${ids.map((/** @type {string} */ id, /** @type {number} */ n) => html`${n > 0 && ", "}<code>${s.exercises.get(id)?.title
				?? id}</code>`)}</p>`)}<p class="muted">${t("admin.number")} <code>${m.id}</code></p>
			${mayMandate(s.me) && !m.over && html`<p>${link("mandate.end", m.id, m.body.auditor)}</p>`}</li>`)}</ul>` : html`<p class="muted">${t("admin.no_mandate")}</p>`}</section>`;
}

function Holds() {
	const s = state.value;
	const all = holdsOf(s);
	return html`<section><h2 id="holds-title">${t("admin.tab.holds")} <span class="count-quiet">${all.filter((h) => !h.lifted).length}</span></h2><p class="muted">${t("admin.holds_lead")}</p>
		${mayHold(s.me) && html`<p><a class="button is-primary" href="#/say/hold.set"><${Icon} name="plus" /> ${t("say.title.hold.set")}</a></p>`}
		${all.length ? html`<ul class="plain">${all.map((h) => html`<li key=${h.id} class=${`card ${h.lifted ? "is-over" : ""}`}><p class="decision-head"><b>${word("held_kind", h.body.subject)}</b> <code>${h.body.subject_ref}</code> <span
			class="tag">${h.lifted ? html`${t("admin.lifted")} <${When} at=${h.lifted} of=${{}} />` : t("admin.held")}</span></p>
			<p>${h.body.basis}${h.body.reason && html` · <span class="muted">${h.body.reason}</span>`}</p><p class="muted"><${OrgName} code=${h.by.org} />, <${Who} act=${h.by} /> · ${t("admin.since")} <${When} at=${h.at}
				of=${{}} withZone /> · ${h.body.until ? html`${t("admin.look_again")} <${When} at=${h.body.until} of=${{}} withZone />` : t("admin.hold_open")}${!h.lifted && Date.parse(h.body.until ?? "") <= now.value &&
					html` <span class="tag tag-amber">${t("admin.look_now")}</span>`}</p>
			<p>${(h.body.classes ?? []).map((/** @type {string} */ c) => html`<span class="tag role">${word("retention", c)}</span> `)}</p>
			${mayHold(s.me) && !h.lifted && h.by.org === s.me?.org && html`<p>${link("hold.lift", h.id, h.body.basis ?? "")}</p>`}</li>`)}</ul>` : html`<p class="muted">${t("admin.no_hold")}</p>`}</section>
		${mayReview(s.me) && html`<${Reviews} />`}<${Erasures} />${is(s.me, ["dpo"]) && html`<${Kept} />`}`;
}

/** The hub's: does it still need the personal data of a month (T30, Europol 31)? */
function Reviews() {
	const all = reviewsOf(state.value);
	return html`<section><h2 id="reviews-title">${t("admin.reviews")} <span class="count-quiet">${all.filter((r) => !r.done).length}</span></h2><p class="muted">${t("admin.reviews_lead")}</p>
		${all.length ? table("reviews-title", ["since", "until", "state", "do"], all.map((r) => html`<tr key=${r.id} class=${r.done ? "is-over" : ""}><th scope="row"><${When} at=${r.starts} of=${r} /> <${ModeTag} mode=${r.mode} /></th><td
			data-label=${t("admin.until")}><${When} at=${r.deadline} of=${r} withZone /></td><td data-label=${t("admin.state")}>${r.done ? html`${word("storage_outcome", r.done.outcome)} · <${Who} act=${r.done} /> ${r.done.reason}`
				: html`<${Countdown} until=${r.deadline} of=${r} />`}</td><td>${!r.done && link("storage.review", r.id, "")}</td></tr>`)) : html`<p class="muted">${t("admin.no_review")}</p>`}</section>`;
}

/** What is gone, and why; the newest first. */
function Erasures() {
	const s = state.value;
	const all = erasuresOf(s);
	return html`<section><h2 id="erased-title">${t("admin.erased")} <span class="count-quiet">${all.length}</span></h2><p class="muted">${t("admin.erased_lead")}</p>
		${mayErase(s.me) && html`<p>${html`<a class="button" href="#/say/erase.early">${t("say.title.erase.early")}</a>`}</p>`}
		${all.length ? table("erased-title", ["when", "subject", "class", "parts", "why"], all.slice(0, 200).map((e) => html`<tr key=${e.id}><th scope="row"><${When} at=${e.at} of=${{}} withZone /></th><td
			data-label=${t("admin.subject")}><code>${e.subject}</code></td><td data-label=${t("admin.class")}>${e.retention.split(" ").map((c) => html`${word("retention", c)} `)}</td><td data-label=${t("admin.parts")}>${e.by
				? "–" : e.count}</td><td data-label=${t("admin.why")}>${e.by ? html`${t("admin.basis.decided")} · <${Who} act=${e.by} /> ${e.reason}` : t(`admin.basis.${e.basis}`)}${e.clause && html` <span
					class="clause">${e.clause}</span>`}</td></tr>`)) : html`<p class="muted">${t("admin.no_erasure")}</p>`}</section>`;
}

/** What is kept until when, of all that the own organisation has to do with: asked of the server, page by page; nothing follows from it. */
function Kept() {
	const [list, setList] = useState(/** @type {any[]|null} */ (null));
	const [next, setNext] = useState("");
	const [only, setOnly] = useState("");
	const [answer, setAnswer] = useState(/** @type {any} */ (null));
	const [busy, setBusy] = useState(false);
	const ask = async (/** @type {string} */ after) => {
		setBusy(true);
		const result = await prepare(adminMessage("erase", { step: "list", ...(only && { only }), ...(after && { after }) }, serverClock.now()));
		setBusy(false);
		setAnswer(result);
		if (!result.ok)
			return;
		setList([...after ? list ?? [] : [], ...result.frame.held ?? []]);
		setNext(result.frame.next ?? "");
	};
	const when = (/** @type {any} */ v) => (v.held ? html`<b>${t("admin.held")}</b>${v.due && html` (<${When} at=${v.due} of=${{}} />)`}` : v.due ? html`${v.is_due && html`<span class="tag tag-amber">${t("admin.is_due")}</span> `}<${When}
		at=${v.due} of=${{}} withZone />` : t("admin.kept_open", { after: v.after ?? "" }));
	return html`<section><h2 id="kept-title">${t("admin.kept")}</h2><p class="muted">${t("admin.kept_lead")}</p>
		<${Radios} id="kept-only" inline label=${t("admin.kept_which")} value=${only} onChange=${setOnly} options=${["", "due", "held"].map((value) => ({ value, label: t(`admin.kept_only.${value || "all"}`) }))} />
		<p><button type="button" disabled=${busy || !ready.value} onClick=${() => ask("")}>${t("admin.kept_ask")}</button><${RefusedHere} answer=${answer} /></p>
		${list && (list.length ? table("kept-title", ["subject", "class", "parts", "until"], list.map((v) => html`<tr key=${`${v.subject} ${v.retention}`}><th scope="row"><code>${v.subject}</code></th><td
			data-label=${t("admin.class")}>${word("retention", v.retention)}</td><td data-label=${t("admin.parts")}>${(v.entries ?? 0) + (v.actors ?? 0)}</td><td data-label=${t("admin.until")}>${when(v)}</td></tr>`))
			: html`<p>${t("admin.kept_nothing")}</p>`)}${list && next && html`<p><button type="button" disabled=${busy || !ready.value} onClick=${() => ask(next)}>${t("admin.more")}</button></p>`}</section>`;
}

/* ---- alarms ---- */

function HealthOf({ mode }) {
	const s = state.value;
	const at = mode === "exercise" ? timeOf(s, { exercise: openExercises(s, now.value)[0]?.id }, now.value) : now.value;
	const h = healthOf(s, mode, at);
	const fact = (/** @type {string} */ name, /** @type {any} */ value, /** @type {boolean} */ bad = false) => html`<div><dt>${t(`admin.health.${name}`)}</dt><dd class=${bad ? "attention" : ""}>${value}</dd></div>`;
	const length = (/** @type {number|undefined} */ ms) => (ms === undefined ? "–" : spanInWords(ms));
	return html`<section class="card"><h3>${word("mode", mode)}</h3>${h.alarms === 0 ? html`<p class="muted">${t("admin.health.none")}</p>` : html`<dl class="figures">
		${fact("rate", h.rate.toFixed(1), h.rate > 1)}${fact("worst", Math.round(h.worst * 10) / 10, h.worst >= FLOOD)}${fact("operators", h.operators)}${fact("median", length(h.median))}${fact("p90", length(h.p90),
			(h.p90 ?? 0) > 60_000)}${fact("in_time", `${h.inTime} / ${h.alarms}`)}${fact("standing", h.standing, h.standing > 0)}${fact("reminded", h.reminded, h.reminded > 0)}${fact("escalated",
				h.escalated, h.escalated > 0)}${fact("passed", h.passed, h.passed > 0)}</dl>`}</section>`;
}

function Health() {
	return html`<section><h2 id="health-title">${t("admin.tab.health")}</h2><p class="muted">${t("admin.health.lead")}</p>
		<${HealthOf} mode="actual" />${openExercises(state.value, now.value).length > 0 && html`<${HealthOf} mode="exercise" />`}
		<h3>${t("admin.channels")}</h3><p>${t("admin.health.channels")} <a href="#/contacts">${t("nav.contacts")}</a>${isHookAdmin(state.value.me) && html` · <a href="#/hooks">${t("nav.hooks")}</a>`}</p></section>`;
}

const PARTS = /** @type {Record<string, any>} */ ({ waiting: Waiting, people: People, keys: Keys, sessions: Sessions, organisations: Organisations, witnesses: Witnesses, rules: Rules, mandates: Mandates, holds: Holds,
	health: Health });

/** @param {{id?: string}} props */
export function AdminScreen({ id }) {
	const s = state.value;
	useLayoutEffect(() => onKeys({ escape: () => go("#/") }), []);
	const tabs = tabsOf(s.me);
	/* what waits comes first when something does, and stays when it is done */
	const [first] = useState(() => (waitingFor(s, now.value).some((p) => mayConfirm(s.me, p)) || !is(s.me, ["org_admin", "dpo"]) ? "waiting" : "people"));
	const tab = /** @type {any} */ (tabs).includes(id) ? /** @type {string} */ (id) : first;
	const waits = waitingFor(s, now.value).filter((p) => mayConfirm(s.me, p)).length;
	const soon = endingSoon(s, now.value).length;
	return html`<main id="main" class="admin">
		<p class="crumbs"><a href="#/"><${Icon} name="back" />${t("threat.back")} <kbd>Esc</kbd></a><span class="org">${orgName(s, s.me?.org ?? "")}</span></p>
		<${ScreenTitle} id="admin">${t("admin.title")}</${ScreenTitle}>
		<nav class="tabs" aria-label=${t("admin.title")}>${tabs.map((x) => html`<a href=${`#/admin/${x}`} aria-current=${x === tab ? "page" : undefined}>${t(`admin.tab.${x}`)}${x === "waiting" && waits > 0 && html` <span
			class="count">${waits}</span>`}${x === "keys" && soon > 0 && html` <span class="count-amber" aria-label=${t("admin.keys_soon", { n: soon })}>${soon}</span>`}</a>`)}</nav>
		<${PARTS[tab]} /></main>`;
}
