// @ts-check
/* incident.js: the room of one incident. What a person who was just woken needs, in this order: how it stands and what runs
 * out; what I can do now; then who has answered, who decided, what is warned of, which signals there are, what happened. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { humanReceipt, tieMessage } from "../core/protocol.js";
import { incidentName } from "../core/incidents.js";
import { wholeTimeline } from "../core/room.js";
import { mayTie, owes, steps, ties, titleOfIncident, warningOf } from "../core/crisis.js";
import { Radios } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { IncidentState, ModeTag, OrgName, Refused, ScreenTitle, Tlp, Who, caseNumber, vocabularyWord } from "../components/parts.js";
import { Countdown, Elapsed, When } from "../components/time.js";
import { country } from "../lib/format.js";
import { html } from "../lib/html.js";
import { usePaper } from "../lib/paper.js";
import { learn, t, word } from "../lib/i18n.js";
import { current } from "./current.js";
import { Confirmations, Debrief, Processes, Reports, Volumes } from "./course.js";
import { onKeys } from "./keys.js";
import { AckMatrix } from "./matrix.js";
import { announce, contextOfIncident, lookAtIncident, phase, ready, state } from "./model.js";
import { go, waiting } from "./router.js";
import { Complaints, Linked, RoomOrders, RoomReferrals, RoomThreats } from "./room.js";
import { InWords } from "./say.js";
import { useFresh, useSending } from "./sending.js";
import { SignalList } from "./signals.js";
import { Timeline } from "./timeline.js";

learn("parts", "incident");

/** @typedef {import("../core/incidents.js").Incident} Incident */

const COMMITMENTS = ["seen", "working", "cannot", "not_us"];

/** How it stands, and what runs out. @param {{i: Incident}} props */
function StateBox({ i }) {
	const s = state.value;
	const warning = warningOf(i);
	const mine = owes(s, i);
	const fact = (/** @type {string} */ label, /** @type {any} */ value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
	return html`<section class=${`clock-box incident-box is-${i.state}`} aria-label=${t("clockbox.label")}>
		<div class="clock-main"><${IncidentState} is=${i.state} big /></div>
		<dl class="clock-facts">
			${i.activation && fact(t("incident.activated"), html`<b>${vocabularyWord(i.activation.body.activation_type)}</b> · <${When} at=${i.activation.at} of=${i}
				withZone /> · <${Who} act=${i.activation.by} />${i.activation.confirmed ? html` + <${Who}
					act=${i.activation.confirmed} />` : html` <span class="attention">${t("incident.one_person")}</span>`}`)}
			${[...i.timers.values()].filter((x) => x.timer === "T23" && !x.stopped).map((x) => fact(t("timer.T23"), html`<${Countdown}
				until=${x.deadline} of=${i} /> <span class="muted"><${When} at=${x.deadline} of=${i} withZone /></span>`))}
			${i.state === "ACTIVE" || i.state === "WINDING_DOWN" ? i.reviewAt && fact(t("timer.T21"), html`<${Countdown} until=${i.reviewAt}
				of=${i} /> <span class="muted"><${When} at=${i.reviewAt} of=${i} withZone /></span>`) : null}
			${warning && fact(t("incident.warning_valid"), html`<${Countdown} until=${warning.until} of=${i} /> <span class="muted"><${When}
				at=${warning.until} of=${i} withZone /></span>`)}
			${(i.assignee || i.reports.length > 0) && fact(t("incident.assignee"), i.assignee ? html`<b><${Who} act=${i.assignee} /></b>` : html`<span
				class="attention">${t("incident.nobody")}</span>`)}
			${(i.affected.length > 0 || i.reports.length > 0) && fact(t("incident.affected"), i.affected.length ? i.affected.map(country).join(", ") : t("incident.unknown"))}
			${i.reason?.code && i.state === "NOT_ACTIVATED" && fact(t("incident.reason"), word("no_crisis_reason", i.reason.code))}
			${i.linked.length > 0 && fact(t("incident.linked"), i.linked.map((x) => html`<span class="linked">${x.body}: ${x.mechanism}, <b>${word(
				"activation_state", x.state)}</b> </span>`))}
		</dl>
		${mine && html`<p class="owed"><${Icon} name="bell" /> ${t("incident.you_owe", { org: s.me?.org ?? "" })} <b><${Countdown}
			until=${mine.deadline} of=${i} /></b></p>`}
	</section>`;
}

/** Is there something that I can acknowledge: my organisation owes it, or I was sent here to, and have not? @param {Incident} i
 * @param {boolean} wanted */
function mayAcknowledge(i, wanted) {
	const { me } = state.value;
	const mine = i.asked && i.receipts.get(i.asked.id)?.get(me?.org ?? "")?.acked.some((m) => m.person === me?.person);
	return Boolean(i.asked) && !mine && (wanted || Boolean(owes(state.value, i)));
}

/** Answer for the activation: the only thing that stops the chase. @param {{i: Incident, wanted: boolean}} props */
function Acknowledge({ i, wanted }) {
	const [commitment, setCommitment] = useState("seen");
	const { busy, answer, deliver } = useSending();
	const button = useRef(/** @type {HTMLButtonElement|null} */ (null));
	const { me } = state.value;

	async function act() {
		const { asked } = i;
		if (busy || !ready.value || !asked || !me)
			return;
		const waits = waiting();
		const result = await deliver(`${asked.id} ${commitment}`,
			() => humanReceipt(/** @type {any} */ ({ id: asked.id }), "acked", me, contextOfIncident(i), commitment));
		if (!result.ok)
			return;
		announce(t(result.recorded ? "done.ack_activation" : "done.journaled", { n: result.seq ?? 0 }));
		if (waits())
			document.querySelector("h1")?.focus();
	}
	useLayoutEffect(() => onKeys({ primary: act, acknowledge: () => button.current?.focus() }));
	useLayoutEffect(() => {
		if (wanted)
			button.current?.focus();
	}, [wanted]);
	return html`<section class="card next-step is-owed" aria-labelledby="ack-title">
		<h2 id="ack-title"><${Icon} name="bell" /> ${t("ack.title")}</h2>
		<p class="muted">${t("ack.lead")}</p>
		<${Radios} id="commitment" label=${t("ack.commitment")} value=${commitment} onChange=${setCommitment}
			options=${COMMITMENTS.map((value) => ({ value, label: word("commitment", value), hint: t(`commitment.${value}_long`) }))} />
		<${Refused} answer=${answer} />
		<button class="primary wide-button" ref=${button} disabled=${busy || !ready.value} onClick=${act}
			aria-keyshortcuts="Control+Enter">${t(busy ? "step.sending" : "ack.do")} <kbd>Ctrl+Enter</kbd></button>
		${!ready.value && html`<p class="muted" role="status"><${Icon} name="warn" /> ${t("step.cut_off")}</p>`}
	</section>`;
}

/** What I may do now: the most pressing first, unless I have to answer before; everything else behind one line each.
 * @param {{i: Incident, answerFirst: boolean}} props */
function NextSteps({ i, answerFirst }) {
	const list = steps(state.value, i);
	const first = answerFirst ? [] : list.slice(0, 2).filter((x) => PRESSING.includes(x.form));
	const rest = list.filter((x) => !first.includes(x));
	useLayoutEffect(() => onKeys(first[0] ? { primary: () => go(href(i, first[0])) } : {}));
	if (!list.length)
		return html`<section class="card" aria-labelledby="steps-title"><h2 id="steps-title">${t("step.title")}</h2><p
			class="muted">${t("incident.nothing_to_do")}</p></section>`;
	const name = (/** @type {import("../core/crisis.js").Step} */ x) => html`<b>${t(`say.title.${x.form}`)}</b>${x.why && html` <span
		class="tag">${word("decision", x.why)}</span>`}`;
	return html`<section class=${`card ${first.length ? "next-step" : ""}`} aria-labelledby="steps-title"><h2
		id="steps-title">${t("step.title")}</h2>
		${first.map((x, n) => html`<a class=${`button wide-button ${n === 0 ? "is-primary" : ""}`} href=${href(i, x)}>${name(x)}${n === 0 &&
			html` <kbd>Ctrl+Enter</kbd>`}</a><p class="hint">${t(`say.lead.${x.form}`)}</p>`)}
		${rest.length > 0 && html`<ul class="step-links">${rest.map((x) => html`<li><a href=${href(i, x)}>${name(x)}</a></li>`)}</ul>`}
	</section>`;
}
const PRESSING = ["M3.confirm", "M3.assess", "M3.activate", "M2.issue", "M3.close"];
const href = (/** @type {Incident} */ i, /** @type {{form: string, about?: string}} */ x) => `#/say/${x.form}/${x.about ?? i.id}`;

/** Decisions and proposals: who proposed, who confirmed, who objected. @param {{i: Incident}} props */
function Decisions({ i }) {
	const all = [...i.proposals.values()].reverse();
	if (!all.length)
		return null;
	return html`<section class="card" aria-labelledby="decisions-title"><h2 id="decisions-title">${t("decision.title")}</h2>
		<ul class="decisions">${all.map((p) => html`<li class=${`decision is-${p.closed ?? "open"}`}>
			<p class="decision-head"><b>${word("decision", p.decision)}</b> <span class=${`eyes is-${p.closed ?? "open"}`}><${Icon}
				name=${p.closed === "confirmed" ? "accepted" : p.closed ? "rejected" : "waiting"} />${t(`proposal.${p.closed ??
					(p.fast ? "fast" : "open")}`)}</span></p>
			<ol class="eyes-list">
				<li><${Icon} name="person" /><span>${t("decision.proposed_by")} <b><${Who} act=${p.by} /></b> · <${When} at=${p.by.at} of=${i} /></span></li>
				<li class=${p.confirmed ? "" : "is-missing"}><${Icon} name=${p.confirmed ? "person" : "none"} /><span>${p.confirmed
					? html`${t("decision.confirmed_by")} <b><${Who} act=${p.confirmed} /></b> · <${When} at=${p.confirmed.at} of=${i} />`
					: p.closed ? t("decision.never_confirmed") : t(p.decision === "close" ? "decision.second_person" : "decision.second_org")}</span></li>
			</ol>
			${p.objections.map((o) => html`<p class="objection"><${Icon} name="warn" /><span><b><${Who} act=${o} /></b>: <span
				class="quote">${o.reason}</span></span></p>`)}
			<details><summary>${t("decision.content")}</summary><${InWords} shape="M3" body=${without(p.body)} /></details></li>`)}</ul>
	</section>`;
}

/** @param {any} body */
function without(body) {
	const { decision, step, vocabulary_version: version, proposal_ref: ref, ...rest } = body;
	void decision, step, version, ref;
	return rest;
}

/** @param {{i: Incident}} props */
function Warnings({ i }) {
	const all = [...i.warnings.values()].reverse();
	if (!all.length)
		return null;
	return html`<section class="card" aria-labelledby="warnings-title"><h2 id="warnings-title">${t("warnings.title")}</h2>
		<ul class="decisions">${all.map((w) => html`<li class=${`decision ${w.ended ? "is-ended" : ""}`}>
			<p class="decision-head"><b>${w.body.headline}</b> <span class=${`eyes ${w.ended ? "" : "is-open"}`}><${Icon}
				name=${w.ended ? "closed" : "clock"} />${w.ended ? t(`warnings.${w.ended.how}`) : w.proposed ? t("warnings.proposed")
					: t("warnings.in_force")}</span></p>
			<p class="muted"><${Who} act=${w.by} /> · <${When} at=${w.by.at} of=${i} /> · ${word("confidence", w.body.confidence)} · ${word("requested_action",
				w.body.requested_action)}</p>
			<p class="pre"><b>${t("field.M2.what_is_known")}:</b> ${w.body.what_is_known}</p>
			<p class="pre"><b>${t("field.M2.what_is_not_known")}:</b> ${w.body.what_is_not_known}</p>
			${!w.ended && !w.proposed && html`<p>${t("warnings.until")} <${When} at=${w.until} of=${i} withZone /> (<${Countdown}
				until=${w.until} of=${i} />) · ${t("warnings.next")} <${When} at=${w.body.next_update_by} of=${i} /></p>`}</li>`)}</ul>
	</section>`;
}

/** What is known: the reports, the criteria as they are answered now, what is tied. @param {{i: Incident}} props */
function Known({ i }) {
	const names = state.value.vocabulary?.criteria ?? [...i.criteria.keys()].map((code) => ({ code, name: code }));
	if (!i.reports.length && !i.criteria.size && !i.links.length && !i.activation?.body.scope)
		return null;
	return html`<section class="card" aria-labelledby="known-title"><h2 id="known-title">${t("incident.known")}</h2>
		${i.reports.map((r) => html`<details open=${i.reports.length === 1} class="report"><summary><b>${r.body.headline ?? t(
			"incident.report_without_words")}</b> <span class="muted">· <${Who} act=${{ org: r.org, person: r.actor?.person }} /> · <${When}
				at=${r.at} of=${i} /></span></summary><${InWords} shape="M1" body=${shownOf(r.body)} /></details>`)}
		${i.activation?.body.scope && html`<h3>${t("incident.activation")}</h3><${InWords} shape="M3" body=${pick(i.activation.body,
			["scope", "requested_measures", "reason", "fundamental_rights_note"])} />`}
		${i.criteria.size > 0 && html`<h3>${t("incident.criteria")}</h3><ul class="criteria">${names.map((/** @type {any} */ w,
			/** @type {number} */ n) => {
			const a = i.criteria.get(w.code);
			return html`<li><span class=${`answer is-${a?.answer ?? "unknown"}`}>${word("criterion_answer", a?.answer ?? "unknown")}</span><span><b>${n +
				1}</b> ${vocabularyWord(w.code)} ${a?.source_grade && html`<span class="tag">${a.source_grade}</span>`}${a?.note && html` <span
					class="muted">${a.note}</span>`}</span></li>`;
		})}</ul>`}
		<${Ties} i=${i} />
	</section>`;
}
const shownOf = (/** @type {any} */ b) => {
	const { step, criteria, links, headline, ...rest } = b;
	void step, criteria, links, headline;
	return rest;
};

/** @param {any} body @param {string[]} names */
const pick = (body, names) => Object.fromEntries(names.filter((n) => body[n] !== undefined).map((n) => [n, body[n]]));

/** What belongs together, and how it is undone. @param {{i: Incident}} props */
function Ties({ i }) {
	if (!i.links.length)
		return null;
	const end = (/** @type {string|undefined} */ id) => {
		const s = state.value;
		const incident = s.incidents.get(s.incidentOf.get(id ?? "") ?? id ?? "");
		const case_ = s.cases.get(s.caseOf.get(id ?? "") ?? id ?? "");
		return incident ? html`<a href=${`#/incident/${incident.id}`}>${incidentName(incident)}</a>` : case_ ? html`<a
			href=${`#/threat/${case_.id}`}>${caseNumber(case_.id)}</a>` : html`<span class="muted">${t("incident.not_yours")}</span>`;
	};
	const held = ties(i);
	return html`<h3>${t("incident.ties")}</h3><ul class="plain">${i.links.map((l) => html`<li class=${l.undone ? "is-undone" : ""}><${Icon}
		name="link" /> ${end(l.ref ?? i.id)} ${word("tie", l.kind)} ${end(l.to ?? i.id)} <span class="muted">· ${l.by?.org === "server" ? t("timeline.server") : html`<${Who}
			act=${l.by ?? {}} />`} · <${When}
			at=${l.at} of=${i} /></span>${l.undone ? html` <span class="tag">${t("incident.undone")}</span>` : mayTie(state.value.me) &&
				held.includes(l) && html` <${Unlink} i=${i} tie=${l} />`}</li>`)}</ul>`;
}

/** @param {{i: Incident, tie: any}} props */
function Unlink({ i, tie }) {
	const { busy, answer, deliver } = useSending();
	const [sure, setSure] = useState(false);
	const { fresh } = useFresh(sure);
	async function act() {
		if (!sure)
			return setSure(true);
		const result = await deliver("unlink", () => unlinkMessage(i, tie));
		if (result.ok)
			announce(t("done.unlink", { n: result.seq ?? 0 }));
	}
	return html`<button type="button" class="mini" disabled=${busy || fresh || !ready.value} onClick=${act}>${t(sure ? "incident.unlink_sure"
		: "incident.unlink")}</button><${Refused} answer=${answer} />`;
}

/** @param {Incident} i @param {any} tie */
function unlinkMessage(i, tie) {
	const { ref, kind, to } = tie;
	return tieMessage("unlink", [{ ref, kind, to }], contextOfIncident(i));
}

/** @param {{id: string, step?: string}} props */
export function IncidentScreen({ id, step }) {
	const s = state.value;
	const i = s.incidents.get(id);
	usePaper(i ? `${t(i.mode === "exercise" ? "exercise.prefix" : "exercise.real")} · ${incidentName(i)}` : "", `TLP:${i?.reports[0]?.original?.tlp ?? "AMBER"}`);
	useLayoutEffect(() => {
		current.value = id;
		return onKeys({ escape: () => go("#/") });
	}, [id]);
	useEffect(() => {
		if (i)
			lookAtIncident(i);
	});
	if (!i)
		return html`<main id="main" class="narrow"><${ScreenTitle} id=${id}>${t(phase.value === "live" ? "incident.not_found"
			: "threat.loading")}</${ScreenTitle}><p>${t(phase.value === "live" ? "threat.not_found_advice" : "threat.loading_advice")}</p><a
				class="button" href="#/">${t("threat.back")}</a></main>`;
	const acks = mayAcknowledge(i, step === "ack");
	const whole = wholeTimeline(s, i);
	const other = i.state === "LINKED_DUPLICATE" && ties(i).find((l) => l.kind === "duplicate_of" && l.ref === i.id)?.to;
	return html`<main id="main" class="threat-page incident-page">
		<div class="threat-head">
			<p class="crumbs"><a href="#/"><${Icon} name="back" />${t("threat.back")} <kbd>Esc</kbd></a>
				<span class="number">${incidentName(i)}</span><${Tlp} level=${i.reports[0]?.original?.tlp ?? "AMBER"} /><${ModeTag} mode=${i.mode} />
				${i.reports.length > 0 && html`<span class="route">${t("incident.reported_by")} ${i.reports.map((r, n) => html`${n > 0 && ", "}<${OrgName} code=${r.org} />`)}</span>`}</p>
			<${ScreenTitle} id=${id}><span class="eyebrow">${t("incident.eyebrow")}${i.place && html` · ${[i.place.locality,
				i.place.cc && country(i.place.cc)].filter(Boolean).join(", ")}`} · ${t("incident.since")} <${Elapsed} since=${i.opened}
					of=${i} /></span>${titleOfIncident(s, i) || vocabularyWord(i.activation?.body.activation_type) || t("incident.no_words")}</${ScreenTitle}>
		</div>
		<${StateBox} i=${i} />
		${other && html`<div class="box"><${Icon} name="link" /><p>${t("incident.duplicate_of")} ${s.incidents.has(other)
			? html`<a href=${`#/incident/${other}`}>${incidentName({ id: other })}</a>` : incidentName({ id: other })}</p></div>`}
		${i.withoutPersonal && html`<div class="box"><${Icon} name="eye" /><p>${t("threat.without_personal")}</p></div>`}
		<div class="threat-columns">
			<div class="threat-act">${acks && html`<${Acknowledge} i=${i} wanted=${step === "ack"} />`}<${NextSteps} i=${i}
				answerFirst=${acks} /></div>
			<div class="threat-know">
				<${Debrief} i=${i} />
				<${Reports} i=${i} />
				<${AckMatrix} i=${i} />
				<${Volumes} i=${i} />
				<${Confirmations} i=${i} />
				<${RoomThreats} i=${i} />
				<${RoomOrders} i=${i} />
				<${RoomReferrals} i=${i} />
				<${Processes} i=${i} />
				<${Linked} i=${i} />
				<${Decisions} i=${i} />
				<${Warnings} i=${i} />
				<${SignalList} i=${i} />
				<${Known} i=${i} />
				<${Complaints} i=${i} />
				<${Timeline} c=${{ ...i, timeline: whole.lines, receipts: whole.receipts }} />
			</div>
		</div>
	</main>`;
}
