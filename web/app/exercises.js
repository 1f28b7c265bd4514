// @ts-check
/* exercises.js: exercises side by side: their clocks, who takes part, what happened in them. Who controls one moves its clock: run, stand,
 * faster, "it is now six hours later"; lets something happen; ends it. Everybody else sees the same and moves nothing. Two times are
 * never mixed up: the exercise's own is large and violet, the real one small beside it. */

import { useLayoutEffect, useState } from "preact/hooks";
import { scenarioTime } from "../core/clock.js";
import { controls, exerciseList, exerciseMessage, injectsOf, lengthOf, mayControl, present, sinceStart, standingOf } from "../core/exercises.js";
import { rfc3339 } from "../core/protocol.js";
import { Select, TextField } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { OrgName, ScreenTitle, Who } from "../components/parts.js";
import { When } from "../components/time.js";
import { clock, day, span, zone } from "../lib/format.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";
import { onKeys } from "./keys.js";
import { announce, now, ready, serverClock, state } from "./model.js";
import { go } from "./router.js";
import { useFresh, useSending } from "./sending.js";

/** @typedef {import("../core/state.js").Exercise} Exercise */

learn("parts", "exercises");

const RATES = [1000, 2000, 5000, 10_000, 60_000, 600_000];
const STEPS = /** @type {const} */ ([["1m", 60_000], ["5m", 300_000], ["15m", 900_000], ["1h", 3_600_000], ["6h", 21_600_000]]);
const SHAPE = { running: "clock", standing: "keep", waiting: "draft", ended: "closed" };

/** One thing said of an exercise, and what came of it. @param {Exercise} e */
function useControl(e) {
	const { busy, answer, setAnswer, deliver } = useSending();
	/** @param {any} body @param {string} done */
	const say = async (body, done) => {
		if (busy || !ready.value)
			return undefined;
		const result = await deliver(JSON.stringify(body), () => exerciseMessage(e, body, serverClock.now()));
		if (result.ok)
			announce(done);
		return result;
	};
	const refused = answer && !answer.ok ? answer.refusal?.detail ?? t("exercises.unanswered") : undefined;
	return { busy: busy || !ready.value, refused, field: answer?.refusal?.field, say, setAnswer };
}

/** Scenario time, large; real time beside it. @param {{e: Exercise}} props */
function Face({ e }) {
	const at = scenarioTime(e, now.value);
	return html`<div class="ex-face"><p class="ex-time"><span class="sr-only">${t("exercises.scenario")}: </span>${clock(at)} <span class="zone">${zone(at)}</span></p>
		<p class="ex-since">T+${span(Math.max(0, sinceStart(e, now.value)))}</p><p class="muted">${day(at)}</p>
		<p class="muted ex-real">${t("exercises.real")}: ${clock(now.value)} ${zone(now.value)}${e.running && html` · ×${e.rate_milli / 1000}`}</p></div>`;
}

/** @param {{e: Exercise}} props */
function Controls({ e }) {
	const { busy, refused, field, say, setAnswer } = useControl(e);
	const [to, setTo] = useState("");
	const [tried, setTried] = useState(false);
	const [sure, setSure] = useState(false);
	const { fresh } = useFresh(sure);
	const length = lengthOf(to);
	const target = Date.parse(e.t0 ?? e.anchor_at) + length;
	const run = (/** @type {number} */ rate) => say({ step: "clock", action: "run", rate_milli: rate }, t("exercises.done.run", { n: rate / 1000 }));
	const jump = async (/** @type {Event} */ event) => {
		event.preventDefault();
		setTried(true);
		if (!Number.isFinite(length))
			return document.getElementById(`to-${e.id}`)?.focus();
		const result = await say({ step: "clock", action: "jump", to: rfc3339(target) }, t("exercises.done.jump", { time: `${clock(target)} ${zone(target)}` }));
		if (result?.ok) {
			setTo("");
			setTried(false);
		}
	};
	const wrong = tried && !Number.isFinite(length) ? t("exercises.no_time") : field === "body.to" ? refused : undefined;
	const name = (/** @type {string} */ what) => `${what}: ${e.title ?? ""}`;
	const rates = RATES.includes(e.rate_milli) ? RATES : [...RATES, e.rate_milli].sort((a, b) => a - b);
	return html`<div class="ex-controls">
		<p class="row">${e.running ? html`<button type="button" class="primary" disabled=${busy} aria-label=${name(t("exercises.pause"))} onClick=${() => say({ step: "clock",
			action: "stop" }, t("exercises.done.stop"))}><span aria-hidden="true">❚❚</span> ${t("exercises.pause")}</button>` : html`<button type="button" class="primary" disabled=${busy}
				aria-label=${name(t("exercises.play"))} onClick=${() => run(e.rate_milli || 1000)}><span aria-hidden="true">▶</span> ${t("exercises.play")}</button>`}</p>
		<${Select} id=${`rate-${e.id}`} label=${t("exercises.speed")} class="w-short" disabled=${busy} value=${String(e.rate_milli)} options=${rates.map((r) => ({
			value: String(r), label: r === 1000 ? t("exercises.as_real") : `×${r / 1000}` }))} onChange=${(/** @type {string} */ v) => v && run(Number(v))} />
		<div class="ex-later" role="group" aria-label=${t("exercises.later")}><span class="label">${t("exercises.later")}</span>
			<p class="row">${STEPS.map(([what, ms]) => html`<button type="button" class="mini" disabled=${busy} aria-label=${name(t(`exercises.step.${what}`))}
				onClick=${() => say({ step: "clock", action: "step", by_ms: ms }, t("exercises.done.step", { what: t(`exercises.step.${what}`) }))}>+${t(`exercises.short.${what}`)}</button>`)}</p></div>
		<form class="ex-jump" onSubmit=${jump} noValidate><${TextField} id=${`to-${e.id}`} label=${t("exercises.jump")} hint=${t("exercises.jump_hint")} value=${to} maxlength=${12}
			placeholder="6:00:00" class="w-short" error=${wrong} onChange=${(/** @type {string} */ v) => (setTo(v), setAnswer(null), setTried(false))} />
			${Number.isFinite(length) && html`<p class="muted" role="status">= ${day(target)} ${clock(target)} ${zone(target)}</p>`}
			<button type="submit" disabled=${busy} aria-label=${name(t("exercises.jump_do"))}>${t("exercises.jump_do")}</button></form>
		${refused && !wrong && html`<p class="error" role="alert">${refused}</p>`}
		<p class="row ex-acts"><a class="button" href=${`#/say/exercise.inject/${e.id}`}><${Icon} name="plus" /> ${t("exercises.inject")}</a>
			${sure ? html`<button type="button" class="danger" disabled=${busy || fresh} onClick=${() => say({ step: "end" }, t("exercises.done.end"))}>${t("exercises.end_sure",
				{ title: e.title ?? "" })}</button><button type="button" onClick=${() => setSure(false)}>${t("exercises.keep")}</button>`
				: html`<button type="button" class="quiet" aria-label=${name(t("exercises.end"))} onClick=${() => setSure(true)}>${t("exercises.end")}</button>`}</p>
		${!ready.value && html`<p class="muted" role="status"><${Icon} name="warn" /> ${t("exercises.cut_off")}</p>`}
	</div>`;
}

/** @param {{e: Exercise}} props */
function Participants({ e }) {
	const s = state.value;
	const all = e.participants ?? [];
	const own = s.me && s.me.roles.includes("org_admin") && all.includes(s.me.org) && !e.ended;
	return html`<div><h3 id=${`who-${e.id}`}>${t("exercises.who")} <span class="count-quiet">${all.length}</span></h3>
		${all.length ? html`<ul class="ex-who">${all.map((org) => {
			const n = present(s, org, now.value).size;
			return html`<li class=${n ? "is-here" : ""}><${OrgName} code=${org} />${mayControl(s.me) && n > 0 && html` <span class="muted"><${Icon} name="person" /> ${t("exercises.here", { n })}</span>`}</li>`;
		})}</ul>${mayControl(s.me) && !all.some((org) => present(s, org, now.value).size) && html`<p class="muted">${t("exercises.nobody")}</p>`}` : html`<p
			class="muted">${t("exercises.alone")}</p>`}
		${own && html`<${Leave} e=${e} />`}</div>`;
}

/** @param {{e: Exercise}} props */
function Leave({ e }) {
	const { busy, refused, say } = useControl(e);
	const [sure, setSure] = useState(false);
	const { fresh } = useFresh(sure);
	return html`<p class="row">${sure ? html`<button type="button" class="danger-quiet" disabled=${busy || fresh} onClick=${() => say({ step: "leave" }, t("exercises.done.leave"))}>${t("exercises.leave_sure",
		{ org: state.value.me?.org ?? "" })}</button><button type="button" onClick=${() => setSure(false)}>${t("exercises.keep")}</button>` : html`<button type="button" class="mini"
			onClick=${() => setSure(true)}>${t("exercises.leave")}</button>`}${refused && html` <span class="error" role="alert">${refused}</span>`}</p>`;
}

/** What exercise control let happen, and how its clock was moved. @param {{e: Exercise}} props */
function Log({ e }) {
	const s = state.value;
	const injects = injectsOf(s, e.id);
	const turns = [...(e.turns ?? [])].reverse();
	const ours = controls(s, e) || e.control === s.me?.org;
	return html`<div><h3 id=${`log-${e.id}`}>${t("exercises.happened")} <span class="count-quiet">${injects.length}</span></h3>
		${injects.length ? html`<ul class="plain ex-injects">${injects.map((i) => html`<li key=${i.id}><p><${When} at=${i.at} of=${{ exercise: e.id }} /> <b>${i.body.headline}</b></p>
			${i.body.text && html`<p class="pre">${i.body.text}</p>`}${ours && html`<p class="muted sub">${t("exercises.delivered", { n: i.delivered.size })} · ${t("exercises.seen",
				{ n: i.seen.size })}${i.seen.size > 0 && html`: ${[...i.seen.keys()].sort().map((o, n) => html`${n > 0 && ", "}<${OrgName} code=${o} />`)}`}</p>`}</li>`)}</ul>`
			: html`<p class="muted">${t(controls(s, e) ? "exercises.no_inject_control" : "exercises.no_inject")}</p>`}
		${turns.length > 0 && html`<details><summary>${t("exercises.turns", { n: turns.length })}</summary><ol class="plain">${turns.slice(0, 50).map((x) => html`<li><${When} at=${x.at}
			of=${{ exercise: e.id }} /> ${t(`exercises.turn.${x.action}`, { n: (x.body.rate_milli ?? 1000) / 1000 })}${x.body.by_ms ? html` +${span(x.body.by_ms)}` : ""} <span class="muted">· <${Who}
				act=${x.by} />${x.recorded && html` · ${t("exercises.real")} <${When} at=${x.recorded} of=${{}} />`}</span></li>`)}</ol></details>`}</div>`;
}

/** @param {{e: Exercise}} props */
function Box({ e }) {
	const s = state.value;
	const how = standingOf(s, e, now.value);
	return html`<article class=${`card ex is-${how}`} aria-labelledby=${`ex-${e.id}`} id=${`exercise-${e.id}`}>
		<div class="card-head"><h2 id=${`ex-${e.id}`}>${e.title ?? t("exercises.untitled")}</h2><span class=${`standing ex-standing is-${how}`}><${Icon} name=${SHAPE[how]} /><span
			class="word">${t(`exercises.${how}`)}</span></span></div>
		<${Face} e=${e} />
		${controls(s, e) ? html`<${Controls} e=${e} />` : html`<p class="muted">${t(e.ended ? "exercises.over" : "exercises.not_yours", { org: e.control ?? "" })}</p>`}
		<${Log} e=${e} />
		<${Participants} e=${e} />
		<p class="muted ex-id">${t("exercises.number")} <code>${e.id}</code></p>
	</article>`;
}

/** An administrator brings the own organisation in, by the number that exercise control tells. */
function Join() {
	const [id, setId] = useState("");
	const [tried, setTried] = useState(false);
	const fits = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id.trim());
	const blank = /** @type {Exercise} */ ({ id: id.trim().toLowerCase(), anchor_real: rfc3339(serverClock.now() || 0), anchor_at: rfc3339(serverClock.now() || 0), rate_milli: 1000, running: false });
	const { busy, refused, say, setAnswer } = useControl(blank);
	const submit = async (/** @type {Event} */ event) => {
		event.preventDefault();
		setTried(true);
		if (fits && (await say({ step: "join" }, t("exercises.done.join")))?.ok)
			setId("");
	};
	return html`<form class="card ex-join" onSubmit=${submit} noValidate><h2>${t("exercises.join")}</h2><${TextField} id="exercise-id" label=${t("exercises.join_number")} hint=${t(
		"exercises.join_hint")} value=${id} maxlength=${36} error=${tried && !fits ? t("exercises.join_wrong") : refused} onChange=${(/** @type {string} */ v) => (setId(v), setTried(false),
			setAnswer(null))} /><button type="submit" disabled=${busy}>${t("exercises.join_do")}</button></form>`;
}

/** @param {{id?: string}} props */
export function ExercisesScreen({ id }) {
	const s = state.value;
	useLayoutEffect(() => onKeys({ escape: () => go("#/") }), []);
	const all = exerciseList(s, now.value).filter((e) => !id || e.id === id);
	const open = all.filter((e) => !e.ended), over = all.filter((e) => e.ended);
	const admin = s.me && !s.me.machine && s.me.roles.includes("org_admin") && !s.me.kinds.includes("exercise_control");
	return html`<main id="main" class="exercises">
		<p class="crumbs"><a href="#/"><${Icon} name="back" />${t("threat.back")} <kbd>Esc</kbd></a>${id && html`<a href="#/exercises">${t("exercises.all")}</a>`}</p>
		<${ScreenTitle} id="exercises">${t("exercises.title")}</${ScreenTitle}>
		<p class="lead">${t(mayControl(s.me) ? "exercises.lead_control" : "exercises.lead")}</p>
		${mayControl(s.me) && html`<p class="row"><a class="button is-primary" href="#/say/exercise.create"><${Icon} name="plus" /> ${t("exercises.create")}</a></p>`}
		${open.length ? html`<div class="ex-grid">${open.map((e) => html`<${Box} key=${e.id} e=${e} />`)}</div>` : html`<div class="empty"><${Icon} name="drill" /><p class="strong">${t(
			"exercises.none")}</p><p class="muted">${t(mayControl(s.me) ? "exercises.none_control" : "exercises.none_member")}</p></div>`}
		${over.length > 0 && html`<details class="done" open=${Boolean(id)}><summary>${t("exercises.ended_list", { n: over.length })}</summary><div class="ex-grid">${over.map((e) => html`<${Box} key=${e.id}
			e=${e} />`)}</div></details>`}
		${admin && html`<${Join} />`}
	</main>`;
}
