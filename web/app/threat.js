// @ts-check
/* threat.js: one threat. What a person who was just woken needs, in this order: how long it has waited, what it is,
 * what to do next; then who has it, and what happened. */

import { useEffect, useLayoutEffect } from "preact/hooks";
import { rearm, REMIND_SOONER_MS, REMIND_UNDECIDED_MS } from "../core/alarm.js";
import { deadlinesOf } from "../core/board.js";
import { acceptedBy, ackTimer, allowed, firstHuman, headline, isHub, nextEscalation, standing,
	stateAccepted } from "../core/select.js";
import { Icon } from "../components/icon.js";
import { ModeTag, OrgName, ScreenTitle, Standing, Tlp, Who, caseNumber } from "../components/parts.js";
import { Countdown, Elapsed, When } from "../components/time.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";
import { current } from "./current.js";
import { Addressed, Facts } from "./facts.js";
import { keyOf, onKeys } from "./keys.js";
import { hush } from "./alarm.js";
import { caseNow, look, phase, ready, reminders, remindEvery, silencedFor, state } from "./model.js";
import { NextStep } from "./next-step.js";
import { ReceiptTable } from "./receipts.js";
import { recall } from "./past.js";
import { go } from "./router.js";
import { Timeline } from "./timeline.js";

learn("parts", "threat");

/** @typedef {import("../core/state.js").Case} Case */

/** The big box: since when, who has it, what comes next. @param {{c: Case}} props */
function ClockBox({ c }) {
	const s = state.value;
	const { me } = s;
	const how = standing(c, me);
	const mine = me ? c.desks.get(me.org) : undefined;
	const by = acceptedBy(c);
	const muted = silencedFor(c.id);
	if (how === "new" && mine) {
		const next = nextEscalation(s, c, mine.org);
		return html`<section class="clock-box is-new" aria-label=${t("clockbox.label")}>
			<div class="clock-main"><${Elapsed} since=${mine.since} of=${c} class="huge" /><span
				class="clock-words">${t("clockbox.unacknowledged")}</span></div>
			<dl class="clock-facts">
				<div><dt>${t("clockbox.arrived")}</dt><dd><${When} at=${mine.since} of=${c} withZone /></dd></div>
				${next && html`<div><dt>${t("clockbox.next")}</dt><dd>${next.title ?? t("clockbox.next_contact")} · <${When}
					at=${next.at} of=${c} /> <span class="muted">(<${Countdown} until=${next.at}
						of=${c} />)</span></dd></div>`}
				${by?.accept && html`<div class="attention"><dt>${t("clockbox.coordinated")}</dt><dd><b><${Who} act=${by.accept} /></b> · <${When} at=${by.accept.at}
					of=${c} /> · ${t("clockbox.no_state")}</dd></div>`}
				${mine.escalations.length > 0 &&
					html`<div><dt>${t("clockbox.called")}</dt><dd>${t("clockbox.called_n",
						{ n: mine.escalations.length })}</dd></div>`}
			</dl>
			${muted !== undefined
				? html`<span class="muted"><${Icon} name="mute" /> ${t("board.muted",
					{ s: Math.ceil(muted / 1000) })}</span>`
				: html`<button onClick=${hush} aria-keyshortcuts=${keyOf("mute")}><${Icon}
					name="mute" /> ${t("clockbox.mute")} <kbd>${keyOf("mute")}</kbd></button>`}
		</section>`;
	}
	if (how === "waiting") {
		return html`<section class="clock-box is-waiting" aria-label=${t("clockbox.label")}>
			<div class="clock-main"><${Elapsed} since=${c.sentAt} of=${c} class="huge" /><span
				class="clock-words">${t("clockbox.no_human")}</span></div>
			<dl class="clock-facts">${[...c.desks.values()].map((d) => {
				const timer = ackTimer(c, d.org);
				return timer && !timer.stopped && html`<div><dt>${d.org}</dt><dd>${t("clockbox.next")} <${When}
					at=${timer.next ?? timer.deadline} of=${c} /> <span class="muted">(<${Countdown}
						until=${timer.next ?? timer.deadline} of=${c} />)</span></dd></div>`;
			})}</dl></section>`;
	}
	const human = firstHuman(c);
	const outcome = deadlinesOf(c).find((d) => d.timer === "T18");
	return html`<section class=${`clock-box is-${how}`} aria-label=${t("clockbox.label")}>
		<div class="clock-main"><${Standing} is=${how} /></div>
		<dl class="clock-facts">
			${c.outcome && html`<div><dt>${t("fact.outcome")}</dt><dd><b>${t(`outcome.${c.outcome.outcome}`)}</b> · <${Who}
				act=${c.outcome} /> · <${When} at=${c.outcome.at} of=${c} /></dd></div>`}
			${c.withdrawn && html`<div><dt>${t("standing.withdrawn")}</dt><dd><${Who}
				act=${c.withdrawn} /> · <${When} at=${c.withdrawn.at} of=${c} />${c.withdrawn.reason &&
					html` · ${c.withdrawn.reason}`}</dd></div>`}
			${by?.accept && html`<div><dt>${t(isHub(s, by.org) ? "clockbox.coordinated"
				: "clockbox.taken_over")}</dt><dd><b><${Who} act=${by.accept} /></b> · <${When} at=${by.accept.at}
					of=${c} /> <span class="muted">(${t("clockbox.since")} <${Elapsed} since=${by.accept.at}
						of=${c} />)</span>${by.accept.own_reference &&
							html` · <code>${by.accept.own_reference}</code>`}</dd></div>`}
			${by && isHub(s, by.org) && !stateAccepted(c, s) && html`<div class="attention"><dt><${Icon}
				name="warn" /></dt><dd>${t("clockbox.no_state")}</dd></div>`}
			${!by && human && html`<div><dt>${t("clockbox.read_by")}</dt><dd><b><${Who}
				act=${human} /></b> · <${When} at=${human.at} of=${c} /> <span
					class="muted">(${t("clockbox.since")} <${Elapsed} since=${human.at}
						of=${c} />)</span> · ${t("board.undecided")}</dd></div>`}
			${how === "acked" && mine?.ack && html`<${Again} c=${c} acked=${mine.ack.at} />`}
			${human && c.sentAt && html`<div><dt>${t("clockbox.first_human")}</dt><dd>${t("clockbox.after")} ${spanBetween(c.sentAt,
				human.at)}</dd></div>`}
			${outcome && !c.outcome && html`<div><dt>${t("timer.T18")}</dt><dd><${When} at=${outcome.deadline}
				of=${c} withZone /> <span class="muted">(<${Countdown} until=${outcome.deadline}
					of=${c} />)</span></dd></div>`}
		</dl>
	</section>`;
}

/** What was acknowledged and not decided comes back; sooner, when this person wants it so. @param {{c: Case, acked: string}} props */
function Again({ c, acked }) {
	const chosen = reminders.value.get(c.id);
	const { at } = rearm(Date.parse(acked), chosen, caseNow(c));
	return html`<div class="again"><dt>${t("board.rearm")}</dt><dd><${Countdown} until=${new Date(at).toISOString()} of=${c} />
		<label>${t("clockbox.again")} <select id="again" value=${chosen?.every ?? REMIND_UNDECIDED_MS} onChange=${(/** @type {any} */ e) => remindEvery(c, Number(e.target.value))}>
			${[...REMIND_SOONER_MS, REMIND_UNDECIDED_MS].map((ms) => html`<option value=${ms} selected=${ms === (chosen?.every ?? REMIND_UNDECIDED_MS)}>${t("alerts.minutes", { n: ms / 60_000 })}</option>`)}</select></label></dd></div>`;
}

/** @param {string} from @param {string} to */
function spanBetween(from, to) {
	const s = Math.round((Date.parse(to) - Date.parse(from)) / 1000);
	return s < 120 ? t("time.seconds", { n: s }) : t("time.min_s", { m: Math.floor(s / 60), s: s % 60 });
}

/** @param {{id: string, step?: string}} props */
export function ThreatScreen({ id, step }) {
	const c = state.value.cases.get(id);
	useLayoutEffect(() => {
		current.value = id;
		return onKeys({
			escape: () => go("#/"),
			acknowledge: () => go(`#/threat/${id}/ack`),
		});
	}, [id]);
	useEffect(() => {
		if (c)
			look(c);
	});
	useEffect(() => {
		/* what was looked at while the page was hidden was not looked at */
		const seen = () => {
			const now = state.value.cases.get(id);
			if (document.visibilityState === "visible" && now)
				look(now);
		};
		document.addEventListener("visibilitychange", seen);
		return () => document.removeEventListener("visibilitychange", seen);
	}, [id]);
	useEffect(() => {
		if (c?.draft && state.value.me?.org === c.reporter)
			go(`#/notify/${id}`);
	}, [c?.draft]);

	const away = !c && state.value.past.has(id);
	useEffect(() => void (away && recall([id])), [away, id]);

	if (!c) {
		const none = phase.value === "live" && !away;
		return html`<main id="main" class="narrow"><${ScreenTitle} id=${id}>${t(none ? "threat.not_found" : "threat.loading")}</${ScreenTitle}>
			<p>${t(none ? "threat.not_found_advice" : "threat.loading_advice")}</p><a
				class="button" href="#/">${t("threat.back")}</a></main>`;
	}
	const how = standing(c, state.value.me);
	const can = allowed(state.value, c);
	const acts = Object.values(can).some(Boolean);
	return html`<main id="main" class=${`threat-page is-${how}`}>
		<div class="threat-head">
			<p class="crumbs"><a href="#/"><${Icon} name="back" />${t("threat.back")} <kbd>Esc</kbd></a>
				<span class="number">${caseNumber(c.id)}</span><${Tlp}
					level=${c.notice?.tlp ?? "AMBER"} /><${ModeTag} mode=${c.mode} />
				<span class="route"><${OrgName} code=${c.reporter} /> → ${[...c.desks.keys()].map((d, i) =>
					html`${i > 0 && ", "}<${OrgName} code=${d} />`)}</span></p>
			<${ScreenTitle} id=${id}><span class="eyebrow"><${Standing}
				is=${how} /> ${t("threat.eyebrow")}</span>${headline(c) || t("board.no_words")}</${ScreenTitle}>
		</div>
		<${ClockBox} c=${c} />
		${c.keep && html`<div class="box box-keep"><${Icon} name="keep" /><div><p
			class="strong">${t("keep.title")} <${When} at=${c.keep.until} of=${c} withZone /> <span
				class="muted">(<${Countdown} until=${c.keep.until} of=${c} />)</span></p>
			<p>${t("keep.by")} <${OrgName} code=${c.keep.by} />${c.keep.reason &&
				html` · ${t(`keep_reason.${c.keep.reason}`)}`}</p></div></div>`}
		${c.withoutPersonal && html`<div class="box"><${Icon}
			name="eye" /><p>${t("threat.without_personal")}</p></div>`}
		<div class=${`threat-columns ${acts ? "" : "is-single"}`}>
			${acts && html`<div class="threat-act"><${NextStep} c=${c} can=${can} step=${step}
				ready=${ready.value} /></div>`}
			<div class="threat-know">
				<${Facts} c=${c} />
				<${Addressed} c=${c} />
				<${ReceiptTable} c=${c} />
				<${Timeline} c=${c} />
			</div>
		</div>
	</main>`;
}
