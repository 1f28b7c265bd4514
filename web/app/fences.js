// @ts-check
/* fences.js: the pages of deconfliction checks and of referrals. A referral looks like no order: dotted, without red, without a
 * clock, and it says in words that nothing is owed. */

import { useLayoutEffect } from "preact/hooks";
import { addresses, listOfChecks, listOfReferrals, mayAnswerCheck, mayAnswerReferral, mayCheck, mayDecideCheck, mayRefer, oursIn,
	outcome } from "../core/fences.js";
import { timeOf } from "../core/select.js";
import { Icon } from "../components/icon.js";
import { ModeTag, ScreenTitle, Who } from "../components/parts.js";
import { Countdown, When } from "../components/time.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { onKeys } from "./keys.js";
import { now, state } from "./model.js";
import { go } from "./router.js";

learn("parts", "fences");

/** @typedef {import("../core/fences.js").Check} Check */
/** @typedef {import("../core/fences.js").Referral} Referral */

const ICON = /** @type {Record<string, string>} */ ({ waits: "waiting", clear: "accepted", held: "warn", considered: "coordinated",
	abandoned: "closed" });

/** @param {{title: string, lead: string, add?: string, words?: string, children?: any}} props */
function Page({ title, lead, add, words, children }) {
	useLayoutEffect(() => onKeys({ escape: () => go("#/") }), []);
	return html`<main id="main" class="fences">
		<p class="crumbs"><a href="#/"><${Icon} name="back" />${t("threat.back")} <kbd>Esc</kbd></a></p>
		<${ScreenTitle} id=${title}>${t(title)}</${ScreenTitle}>
		<p class="lead">${t(lead)}</p>
		${add && html`<p><a class="button is-primary" href=${add}><${Icon} name="plus" /> ${words}</a></p>`}
		${children}
	</main>`;
}

/** The one that the address names is shown first to who reads the page. @param {string|undefined} id */
function useShown(id) {
	useLayoutEffect(() => {
		if (id)
			document.getElementById(`fence-${id}`)?.scrollIntoView({ block: "center" });
	}, [id]);
}

/* ---- deconfliction ---- */

/** @param {{c: Check}} props */
function Answers({ c }) {
	const answers = [...c.answers.values()];
	if (!answers.length && !c.decisions.length)
		return null;
	return html`<ul class="fence-answers">
		${answers.map((a) => html`<li class=${`is-${a.answer}`}><b>${word("m18_answer", a.answer)}</b>${a.until && html` <${When} at=${a.until}
			of=${c} withZone />`}${a.authority && html` (${a.authority})`}${a.reason && html` <span class="tag">${word("deconfliction_reason",
				a.reason)}</span>`} <span class="muted"><${Who} act=${a.by} />, <${When} at=${a.by.at} of=${c} /></span></li>`)}
		${c.decisions.map((d) => html`<li><b>${word("m18_decision", d.decision)}</b>${d.considered && html` <span class="tag">${t(
			"fence.considered")}</span>`}${d.reason && html` <span class="tag">${word("deconfliction_reason", d.reason)}</span>`} <span
				class="muted"><${Who} act=${d.by} />, <${When} at=${d.by.at} of=${c} /></span></li>`)}</ul>`;
}

/** @param {{c: Check, level?: "h2"|"h3"}} props  `level`: of the heading, as the page has it */
export function CheckBox({ c, level = "h3" }) {
	const s = state.value;
	const is = outcome(s, c, timeOf(s, c, now.value));
	const ours = oursIn(s, c);
	const mine = c.by.org === s.me?.org;
	return html`<article class=${`card fence is-${is}`} id=${`fence-${c.id}`} aria-labelledby=${`check-${c.id}`}>
		<div class="fence-head"><${level} id=${`check-${c.id}`}>${word("intended_action", c.body.intended_action)}${c.body.own_reference && html` <span
			class="number">${c.body.own_reference}</span>`}</${level}><span class=${`standing fence-state is-${is}`}><${Icon} name=${ICON[is]} /><span
				class="word">${t(`fence.${is}`)}</span></span><${ModeTag} mode=${c.mode} /></div>
		<dl class="facts"><div class="fact"><dt>${t("fence.asked_by")}</dt><dd><${Who} act=${c.by} />, <${When} at=${c.at} of=${c} /></dd></div>
			<div class="fact"><dt>${t("field.M18.planned_at")}</dt><dd><${When} at=${c.body.planned_at} of=${c} withZone /></dd></div>
			${is === "waits" && html`<div class="fact"><dt>${t("fence.answer_in")}</dt><dd><${Countdown} until=${c.body.answer_by} of=${c} /> <span
				class="muted">${t("fence.silence")}</span></dd></div>`}
			${c.due && html`<div class="fact"><dt>${t("fence.due")}</dt><dd><${When} at=${c.due.at} of=${c} withZone /> · ${t(c.due.outcome === "held" ? "fence.due_held"
				: "fence.due_clear")}</dd></div>`}
			${!mine && html`<div class="fact"><dt>${t("fence.why_us")}</dt><dd>${ours.length ? ours.map((o, n) => html`${n > 0 && ", "}${o.kind === "case"
				? html`<a href=${`#/threat/${o.id}`}>${o.text}</a>` : html`${t("fence.our_check")} ${o.text}`}`) : t(c.hits?.length ? "fence.hit"
					: "fence.no_hit")}</dd></div>`}</dl>
		<${Answers} c=${c} />
		${mayAnswerCheck(s.me, c) && html`<p class="fence-acts"><a class="button is-primary" href=${`#/say/M18.answer/${c.id}`}>${t(c.answers.has(
			s.me?.org ?? "") ? "fence.answer_anew" : "fence.answer")}</a></p>`}
		${mayDecideCheck(s.me, c) && html`<p class="fence-acts"><a class="button" href=${`#/say/M18.decide/${c.id}`}>${t("fence.decide")}</a></p>`}
	</article>`;
}

/** @param {{id?: string}} props */
export function DeconflictionScreen({ id }) {
	const s = state.value;
	useShown(id);
	const all = listOfChecks(s);
	const parts = [["fence.of_others", all.filter((c) => c.by.org !== s.me?.org)], ["fence.of_ours", all.filter((c) => c.by.org === s.me?.org)]];
	return html`<${Page} title="fence.title" lead="fence.lead" add=${mayCheck(s.me) ? "#/say/M18.check" : undefined} words=${t("fence.ask")}>
		${parts.map(([name, list]) => html`<section aria-labelledby=${name}><h2 id=${name}>${t(/** @type {string} */ (name))} <span
			class="count-quiet">${list.length}</span></h2>${list.length ? /** @type {Check[]} */ (list).map((c) => html`<${CheckBox} key=${c.id}
				c=${c} />`) : html`<p class="muted">${t("fence.none")}</p>`}</section>`)}
	</${Page}>`;
}

/* ---- referrals ---- */

/** With an answer for each address, or for all. @param {{r: Referral}} props */
export function ReferralBox({ r }) {
	const { me } = state.value;
	const answers = mayAnswerReferral(me);
	return html`<article class="card fence referral" id=${`fence-${r.id}`} aria-labelledby=${`referral-${r.id}`}>
		<div class="fence-head"><h2 id=${`referral-${r.id}`}>${t("referral.one")}</h2><span class="tag tag-voluntary"><${Icon}
			name="reading" /> ${t("referral.voluntary")}</span><${ModeTag} mode=${r.mode} /></div>
		<p class="voluntary">${t("referral.no_order")}</p>
		<dl class="facts"><div class="fact"><dt>${t("referral.from")}</dt><dd><${Who} act=${r.by} />, <${When} at=${r.at} of=${r} /></dd></div>
			<div class="fact"><dt>${t("field.M17.why")}</dt><dd class="pre">${r.body.why}</dd></div>
			${r.body.terms_hint && html`<div class="fact"><dt>${t("field.M17.terms_hint")}</dt><dd>${r.body.terms_hint}</dd></div>`}</dl>
		<ul class="addresses">${addresses(r).map((a, n) => html`<li><code>${a.url}</code>${a.answers.map((x) => html` <span
			class="tag">${x.org !== me?.org && `${x.org}: `}${word("m17_answer", x.answer)}</span>`)}
			${answers && (r.body.urls ?? []).length > 1 && html` <a class="button mini" href=${`#/say/M17.answer/${r.id}.${n}`}>${t("referral.answer_one",
				{ n: n + 1 })}</a>`}</li>`)}</ul>
		${answers && html`<p class="fence-acts"><a class="button" href=${`#/say/M17.answer/${r.id}`}>${t("referral.answer_all")}</a></p>`}
	</article>`;
}

/** @param {{id?: string}} props */
export function ReferralsScreen({ id }) {
	const s = state.value;
	useShown(id);
	const all = listOfReferrals(s);
	return html`<${Page} title="referral.title" lead="referral.lead" add=${mayRefer(s.me) ? "#/say/M17.send" : undefined}
		words=${t("referral.send")}>
		${all.length ? all.map((r) => html`<${ReferralBox} key=${r.id} r=${r} />`) : html`<p class="muted">${t("referral.none")}</p>`}
	</${Page}>`;
}
