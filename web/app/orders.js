// @ts-check
/* orders.js: removal orders: the list, and the room of one. An order is a legal duty with an hour: it is framed as a document,
 * carries the law's name and its number, and its clock is the largest thing on the page. A referral, which asks and binds
 * nobody, looks like none of this. Times stand with their offset: an hour may cross the end of summer time. */

import { useEffect, useLayoutEffect } from "preact/hooks";
import { exposuresOf, mayDecideExposure, mayReportExposure, owedIn, seesExposure } from "../core/duties.js";
import { annexOf, binds, hourOf, mayInform, mayOrder, orderForms, orderList, TAKES_BACK } from "../core/orders.js";
import { Icon } from "../components/icon.js";
import { ModeTag, OrgName, ScreenTitle, Who } from "../components/parts.js";
import { Countdown, When } from "../components/time.js";
import { html } from "../lib/html.js";
import { usePaper } from "../lib/paper.js";
import { defanged, spanInWords } from "../lib/format.js";
import { learn, t, word } from "../lib/i18n.js";
import { CheckBox } from "./fences.js";
import { onKeys } from "./keys.js";
import { lookAtOrder, phase, state } from "./model.js";
import { go } from "./router.js";
import { InWords } from "./say.js";
import { Timeline } from "./timeline.js";

learn("parts", "orders");

/** @typedef {import("../core/orders.js").Order} Order */
/** @typedef {import("../core/duties.js").Exposure} Exposure */

const ICON = /** @type {Record<string, string>} */ ({ DRAFT: "draft", DECONFLICTION_CHECK: "question", HELD: "keep", CERTIFIED: "person",
	ISSUED: "sent", DELIVERED: "clock", OBSTACLE_ENDED: "clock", CLARIFIED: "clock", IMPOSSIBLE: "warn", DEFECTIVE: "question",
	EXECUTED: "accepted", PRESERVED: "accepted", CHALLENGED: "question", FINAL: "closed", WITHDRAWN: "withdrawn", ANNULLED: "rejected",
	REINSTATED: "redirected" });

/** @param {{o: Order}} props */
function OrderState({ o }) {
	return html`<span class=${`standing order-state is-${o.overdue ? "OVERDUE" : o.state}`}><${Icon} name=${o.overdue ? "warn" : ICON[o.state] ??
		"none"} /><span class="word">${o.overdue ? t("order.overdue") : word("order_state", o.state)}</span></span>`;
}

/** The hour: what is left, when it ends with its offset, or how it was closed. @param {{o: Order, big?: boolean}} props */
function Hour({ o, big }) {
	const x = hourOf(o);
	if (!x)
		return html`<span class="muted">${t(o.issued ? "order.not_received" : "order.no_hour")}</span>`;
	if (!x.stopped)
		return html`<span class=${big ? "hour is-big" : "hour"}><b class="big-span"><${Countdown} until=${x.deadline} of=${o} /></b> <span
			class="muted">${t(`timer.${x.timer}`)} · ${t("order.until")} <${When} at=${x.deadline} of=${o} withZone /></span></span>`;
	return html`<span class="hour">${t(x.closed ? `order.closed.${x.closed}` : x.stopped.met ? "order.met" : "order.missed")}${x.left_ms !== undefined &&
		x.left_ms >= 0 && html` <span class="muted">${t("order.left", { span: spanInWords(x.left_ms) })}</span>`}</span>`;
}

/** @param {{o: Order}} props */
export function OrderRow({ o }) {
	return html`<li class=${`threat order is-${o.state} ${o.overdue ? "is-overdue" : ""} ${binds(state.value, o) ? "is-owed" : ""}`}>
		<a class="threat-link" href=${`#/order/${o.id}`} data-row=${o.id}>
			<span class="threat-state"><${OrderState} o=${o} /></span>
			<span class="threat-what">
				<span class="threat-line"><span class="law-tag">${t("order.law")}</span> ${o.form.order_reference ?? ""}</span>
				<span class="threat-facts"><${ModeTag} mode=${o.mode} /><span>${t("order.items", { n: o.items.length })}</span>${o.issued?.cross_border &&
					html`<span class="tag">${t("order.cross_border")}</span>`}</span>
				<span class="threat-route"><${OrgName} code=${o.authority} /> → <${OrgName} code=${o.hsp} /></span>
			</span>
			<span class="threat-since"><${Hour} o=${o} /></span>
		</a></li>`;
}

export function OrdersScreen() {
	const s = state.value;
	const { open, done } = orderList(s);
	useLayoutEffect(() => onKeys({ escape: () => go("#/") }), []);
	return html`<main id="main" class="orders-page">
		<${ScreenTitle} id="orders">${t("order.list")}</${ScreenTitle}>
		<p class="lead">${t("order.list_lead")}</p>
		<p class="row">${mayOrder(s.me) && html`<a class="button is-primary" href="#/say/M10.draft"><${Icon} name="plus" /> ${t(
			"say.title.M10.draft")}</a>`}${mayInform(s.me) && html`<a class="button" href="#/say/M9.inform">${t("say.title.M9.inform")}</a>`}</p>
		${open.length ? html`<ul class="threats" aria-label=${t("order.open")}>${open.map((o) => html`<${OrderRow} key=${o.id} o=${o} />`)}</ul>`
			: html`<p class="muted">${t("order.none")}</p>`}
		${done.length > 0 && html`<h2>${t("order.done")}</h2><ul class="threats" aria-label=${t("order.done")}>${done.map((o) => html`<${OrderRow}
			key=${o.id} o=${o} />`)}</ul>`}
		${seesExposure(s) && html`<${Exposures} />`}
	</main>`;
}

/* ---- exposure to terrorist content (TCO 5) ---- */

/** @param {{x: Exposure}} props */
function ExposureBox({ x }) {
	const { me } = state.value;
	const owed = owedIn(x);
	const reports = mayReportExposure(me, x);
	return html`<article class=${`card ${x.exposed ? "" : "is-over"}`} aria-labelledby=${`exposed-${x.id}`}><div class="fence-head"><h3 id=${`exposed-${x.id}`}><${OrgName} code=${x.hsp} /></h3><span
		class=${`tag ${x.exposed ? "tag-amber" : ""}`}>${t(x.exposed ? "exposure.is" : "exposure.is_not")}</span><${ModeTag} mode=${x.mode} /></div>
		<dl class="facts"><div class="fact"><dt>${t("exposure.authority")}</dt><dd><${OrgName} code=${x.authority} /></dd></div>
			${owed.map((y) => html`<div class="fact" key=${y.id}><dt>${t(`timer.${y.timer}`)}</dt><dd><${OrgName} code=${y.desk} />: <${When} at=${y.deadline} of=${x} withZone /> (<${Countdown}
				until=${y.deadline} of=${x} />)</dd></div>`)}</dl>
		<ul class="plain">${x.acts.map((a) => html`<li><details><summary><b>${word("entry", a.k)}</b> · <${Who} act=${a.by} /> · <${When} at=${a.at} of=${x} withZone /></summary><${InWords} shape="exposure"
			body=${a.body} /></details></li>`)}</ul>
		<p class="row">${reports && html`<a class="button is-primary" href=${`#/say/exposure.report/${x.id}`}>${t("say.title.exposure.report")}</a>`}${reports && !x.asked && html`<a class="button"
			href=${`#/say/exposure.request/${x.id}`}>${t("say.title.exposure.request")}</a>`}${mayDecideExposure(me) && html`<a class="button" href=${`#/say/exposure.decide/${x.id}`}>${t(
				x.asked ? "exposure.decide_asked" : "say.title.exposure.decide")}</a>`}</p></article>`;
}

function Exposures() {
	const s = state.value;
	const all = exposuresOf(s);
	return html`<section aria-labelledby="exposures"><h2 id="exposures">${t("exposure.title")} <span class="count-quiet">${all.filter((x) => x.exposed).length}</span></h2><p class="muted">${t("exposure.lead")}</p>
		${mayDecideExposure(s.me) && html`<p><a class="button" href="#/say/exposure.decide"><${Icon} name="plus" /> ${t("say.title.exposure.decide")}</a></p>`}
		${all.length ? all.map((x) => html`<${ExposureBox} key=${x.id} x=${x} />`) : html`<p class="muted">${t("exposure.none")}</p>`}</section>`;
}

/* ---- one order ---- */

/** How it stands: both pairs of eyes, receipt, hours. @param {{o: Order}} props */
function OrderBox({ o }) {
	const fact = (/** @type {string} */ label, /** @type {any} */ value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
	const who = (/** @type {any} */ a) => html`<${Who} act=${a} /> · <${When} at=${a.at} of=${o} withZone />`;
	return html`<section class=${`clock-box order-box is-${o.overdue ? "OVERDUE" : o.state}`} aria-label=${t("clockbox.label")}>
		<div class="clock-main"><${OrderState} o=${o} /><${Hour} o=${o} big /></div>
		<dl class="clock-facts">
			${fact(t("order.from_to"), html`<b><${OrgName} code=${o.authority} /></b> → <b><${OrgName} code=${o.hsp} /></b>`)}
			${o.drafted && fact(t("order.drafted"), who(o.drafted))}
			${o.drafted && fact(t("order.certified"), o.certified ? who(o.certified) : html`<span class="attention">${t("order.not_certified")}</span>`)}
			${o.issued && fact(t("order.issued"), html`${who(o.issued)}${o.issued.reported && html` <span class="tag">${t("order.reported")}</span>`}`)}
			${o.received && fact(t("order.received"), html`<${When} at=${o.received.at} of=${o} withZone /> · ${word("channel", o.received.channel)}`)}
			${o.issued && fact(t("order.copy"), o.issued.cross_border ? html`<${OrgName} code=${o.issued.home_authority ?? "?"} />` : t("order.no_copy"))}
			${o.silence && fact(t("timer.T9"), html`<${When} at=${o.silence} of=${o} withZone />`)}
			${o.ended && fact(word("order_state", o.state), html`${who(o.ended)} ${o.ended.reason}`)}
		</dl>
		${o.hours.length > 0 && html`<ol class="hours" aria-label=${t("order.hours")}>${o.hours.map((id) => o.timers.get(id)).map((x) => x && html`<li><b>${t(
			`timer.${x.timer}`)}</b> <${When} at=${x.starts} of=${o} withZone /> – <${When} at=${x.deadline} of=${o} withZone /> <span class=${x.stopped
				&& !x.stopped.met ? "attention" : "muted"}>${x.stopped ? t(x.closed ? `order.closed.${x.closed}` : x.stopped.met ? "order.met"
					: "order.missed") : html`<${Countdown} until=${x.deadline} of=${o} />`}</span></li>`)}</ol>`}
	</section>`;
}

/** @param {{o: Order}} props */
function Steps({ o }) {
	const list = orderForms(state.value, o);
	const first = list.find((x) => !TAKES_BACK.includes(x)), rest = list.filter((x) => x !== first);
	useLayoutEffect(() => onKeys({ escape: () => go("#/orders"), ...(first ? { primary: () => go(href(first)) } : {}) }));
	const href = (/** @type {string} */ form) => `#/say/${form}/${o.id}`;
	return html`<section class=${`card ${first ? "next-step" : ""}`} aria-labelledby="steps-title"><h2 id="steps-title">${t("step.title")}</h2>
		${first ? html`<a class="button wide-button is-primary" href=${href(first)} aria-keyshortcuts="Control+Enter"><b>${t(`say.title.${first}`)}</b> <kbd>Ctrl+Enter</kbd></a>
		<p class="hint">${t(`say.lead.${first}`)}</p>` : html`<p class="muted">${t("order.nothing_to_do")}</p>`}
		${rest.length > 0 && html`<ul class="step-links">${rest.map((x) => html`<li><a href=${href(x)}><b>${t(
			`say.title.${x}`)}</b></a></li>`)}</ul>`}</section>`;
}

/** Each item, and what became of it. @param {{o: Order}} props */
function Items({ o }) {
	return html`<section class="card" aria-labelledby="items-title"><h2 id="items-title">${t("order.items", { n: o.items.length })}</h2>
		<ol class="ordered">${o.items.map((i, n) => html`<li class=${`is-${i.state}`}><span class="standing"><${Icon} name=${i.state === "PENDING" ? "waiting"
			: i.state === "REMOVED" || i.state === "DISABLED" ? "accepted" : "warn"} /><span class="word">${word("ordered_state", i.state)}</span></span>
			${i.at && html`<${When} at=${i.at} of=${o} withZone />`} <code class="pre">${defanged(o.form.locations?.[n]?.url ?? "")}</code></li>`)}</ol></section>`;
}

/** The annexes that were sent in answer. @param {{o: Order}} props */
function Answers({ o }) {
	if (!o.answers.length)
		return null;
	return html`<section class="card" aria-labelledby="answers-title"><h2 id="answers-title">${t("order.answers")}</h2>
		${o.answers.map((a) => html`<details class="report" open><summary><b>${word("entry", a.k)}</b> · <${Who} act=${a.by} /> · <${When} at=${a.by.at} of=${o}
			withZone /></summary><${InWords} shape=${a.k.split(".")[0]} body=${a.body} /></details>`)}</section>`;
}

/** The form as a file. @param {Order} o */
function save(o) {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([JSON.stringify({ annex: "I", regulation: "(EU) 2021/784", order: o.id, mode: o.mode,
		form: annexOf(o) }, null, "\t")], { type: "application/json" }));
	link.download = `${(o.form.order_reference ?? o.id).replace(/[^\w.-]+/g, "_")}.annex-1.json`;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href));
}

/** @param {{id: string}} props */
export function OrderScreen({ id }) {
	const o = state.value.orders.get(id);
	useEffect(() => {
		if (o)
			lookAtOrder(o);
	}, [o]);
	usePaper(o ? `${t(o.mode === "exercise" ? "exercise.prefix" : "exercise.real")} · ${t("order.title", { ref: o.form.order_reference ?? o.id })}` : "", `TLP:${o?.timeline[0]?.original?.tlp ?? "AMBER"}`);
	if (!o)
		return html`<main id="main" class="narrow"><${ScreenTitle}>${t(phase.value === "live" ? "threat.not_found" : "threat.loading")}</${ScreenTitle}>
			<a class="button" href="#/orders">${t("order.list")}</a></main>`;
	return html`<main id="main" class="threat-page order-page">
		<div class="compose-head">
			<p class="crumbs"><a href="#/orders"><${Icon} name="back" />${t("order.list")} <kbd>Esc</kbd></a><${ModeTag} mode=${o.mode} />
				${o.incident && html`<a href=${`#/incident/${o.incident}`}>${t("order.incident")}</a>`}</p>
			<${ScreenTitle} id=${id}><span class="law-tag">${t("order.law")}</span> ${t("order.title", { ref: o.form.order_reference ?? "" })}</${ScreenTitle}>
		</div>
		<${OrderBox} o=${o} />
		<div class="order-columns">
			<div class="threat-act"><${Steps} o=${o} />${[...state.value.checks.values()].filter((c) =>
				c.order === o.id && c.by.org === o.authority).map((c) => html`<${CheckBox} key=${c.id} c=${c} level="h2" />`)}<${Items} o=${o} /><${Answers}
				o=${o} /></div>
			<section class="card annex" aria-labelledby="annex-title"><div class="card-head"><h2 id="annex-title">${t("order.annex1")}</h2><button
				class="mini" onClick=${() => save(o)}>${t("order.save")}</button> <button class="mini" onClick=${() => print()}>${t("order.print")}</button></div>
				<p class="muted">${t("order.pursuant")}</p><${InWords} shape="annex_1" body=${annexOf(o)} /></section>
		</div>
		<${Timeline} c=${/** @type {any} */ (o)} />
	</main>`;
}
