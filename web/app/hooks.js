// @ts-check
/* hooks.js: the page of what the server calls for this organisation: webhooks and gateways, their secrets, what became of each
 * call, and whether browsers are woken. For its admins; loaded when one of them opens it. A secret is in the answer to whoever asked
 * for it and in no entry: it stands here until it is put away or the page is left, and is stored nowhere. */

import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { deliveriesOf, hookMessage, hooksOf, isHookAdmin, LOG_MOST, mayResend, oldUntil, pushMessage, stepsOf } from "../core/hooks.js";
import { Copyable } from "../components/copy.js";
import { Checks, Radios, Select, TextField } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { ScreenTitle } from "../components/parts.js";
import { When } from "../components/time.js";
import { html } from "../lib/html.js";
import { learn, t, word } from "../lib/i18n.js";
import { onKeys } from "./keys.js";
import { Act, RefusedHere } from "./act.js";
import { announce, now, ready, serverClock, state } from "./model.js";
import { go } from "./router.js";
import { useSending } from "./sending.js";

/** @typedef {import("../core/hooks.js").Hook} Hook */
/** @typedef {import("../core/hooks.js").Delivery} Delivery */

learn("hooks", "parts", "contacts");

/** What was told once, by hook. @type {import("@preact/signals").Signal<Map<string, {secret: string, public_key?: string}>>} */
const secrets = signal(new Map());

/** @param {string} hook @param {any} frame */
function keep(hook, frame) {
	if (frame.secret)
		secrets.value = new Map(secrets.value).set(hook, { secret: frame.secret, public_key: frame.public_key });
}

/** @param {string} hook */
function putAway(hook) {
	const rest = new Map(secrets.value);
	rest.delete(hook);
	secrets.value = rest;
}

/** @param {{hook: Hook, step: string, more?: any, primary?: boolean, danger?: boolean, icon?: string, sure?: string}} props */
function Step({ hook, step, more = {}, ...look }) {
	return html`<${Act} label=${t(`hooks.${step}`)} of=${hook.body.url} done=${t(`hooks.${step}.done`)} ...${look}
		make=${() => hookMessage({ step, hook: hook.id, ...more }, serverClock.now())} onDone=${(/** @type {any} */ f) => keep(hook.id, f)} />`;
}

/* ---- one address ---- */

/** @param {{hook: Hook}} props */
function Secret({ hook }) {
	const told = secrets.value.get(hook.id);
	if (!told)
		return null;
	const old = oldUntil(hook, now.value);
	return html`<div class="box box-amber hook-secret" role="region" aria-label=${t("hooks.secret")}><${Icon} name="keep" /><div>
		<p class="strong">${t("hooks.secret")}</p><p>${t("hooks.secret_lead")}</p>
		<p class="hook-key"><${Copyable} text=${told.secret} name=${t("hooks.secret_name")} /></p>
		${told.public_key && html`<p class="muted">${t("hooks.secret_key")}<br /><code class="hook-key">${told.public_key}</code></p>`}
		${old && html`<p>${t("hooks.secret_old")} <${When} at=${old} of=${{}} withZone /></p>`}
		<button type="button" class="is-away" onClick=${() => putAway(hook.id)}>${t("hooks.secret_done")}</button></div></div>`;
}

const SHAPES = /** @type {Record<string, string>} */ ({ PROPOSED: "waiting", ACTIVE: "check", PAUSED: "clock", DISABLED: "cross" });

/** @param {{hook: Hook}} props */
function HookBox({ hook }) {
	const { me } = state.value;
	const b = hook.body;
	const old = oldUntil(hook, now.value);
	const fact = (/** @type {string} */ name, /** @type {any} */ value) => html`<div class="fact"><dt>${t(name)}</dt><dd>${value}</dd></div>`;
	const steps = stepsOf(hook);
	const mine = hook.by === me?.person;
	return html`<article class=${`card hook is-${hook.state}`} aria-labelledby=${`hook-${hook.id}`}>
		<h3 id=${`hook-${hook.id}`} class="hook-url">${b.url}</h3>
		<p class="hook-state"><${Icon} name=${SHAPES[hook.state] ?? "none"} /> <b>${t(`hooks.${hook.state}`)}</b>${hook.code && html` ${t("hooks.gone",
			{ code: hook.code })}`}</p>
		<dl class="facts">${fact("hooks.kind", t(`hooks.${b.kind}`))}
			${b.kind === "webhook" ? html`${fact("hooks.content", t(`hooks.content.${b.content}`))}${fact("hooks.precedence", t(`hooks.precedence.${b.precedence
				?? ""}`))}` : fact("hooks.channels", (b.channels ?? []).map((/** @type {string} */ c) => word("channel", c)).join(", "))}
			${fact("hooks.declared", html`<${When} at=${hook.at} of=${{}} withZone />`)}
			${old && fact("hooks.old_until", html`<${When} at=${old} of=${{}} withZone />`)}</dl>
		<${Secret} hook=${hook} />
		<p class="row">${hook.state === "PROPOSED" && (mine ? html`<span class="muted">${t("hooks.second")}</span>` : html`<${Step} hook=${hook}
			step="confirm" primary icon="check" />`)}
			${steps.filter((s) => s !== "remove").map((s) => html`<${Step} key=${s} hook=${hook} step=${s} />`)}
			${steps.includes("remove") && html`<${Step} hook=${hook} step="remove" sure=${t("hooks.remove.sure")} danger />`}</p>
	</article>`;
}

/* ---- a new one ---- */

const PRECEDENCES = ["routine", "priority", "immediate", "flash"];
const EMPTY = { url: "", kind: "webhook", content: "entry", precedence: "routine", channels: /** @type {string[]} */ ([]) };

function Declare() {
	const [open, setOpen] = useState(false);
	const [v, setV] = useState(EMPTY);
	const [tried, setTried] = useState(false);
	const { busy, answer, deliver, setAnswer } = useSending();
	const set = (/** @type {string} */ name) => (/** @type {any} */ value) => (setAnswer(null), setV({ ...v, [name]: value }));
	const url = v.url.trim();
	const complete = url && (v.kind === "webhook" || v.channels.length > 0);
	const body = v.kind === "webhook" ? { step: "declare", kind: v.kind, url, content: v.content, ...(v.precedence === "routine" ? {}
		: { precedence: v.precedence }) } : { step: "declare", kind: v.kind, url, channels: v.channels };
	const about = answer?.refusal?.field;
	const submit = async (/** @type {Event} */ e) => {
		e.preventDefault();
		setTried(true);
		if (!complete)
			return;
		const result = await deliver(JSON.stringify(body), () => hookMessage(body, serverClock.now()));
		if (!result.ok)
			return;
		keep(result.frame.id, result.frame);
		announce(t("hooks.declare.done"));
		setOpen(false);
		setTried(false);
		setV(EMPTY);
	};
	useLayoutEffect(() => void (open && document.getElementById("hook-url")?.focus()), [open]);
	if (!open)
		return html`<p><button type="button" class="primary" onClick=${() => setOpen(true)}><${Icon} name="plus" /> ${t("hooks.declare")}</button></p>`;
	return html`<form class="card hook-form" onSubmit=${submit} aria-label=${t("hooks.declare")} noValidate>
		<${TextField} id="hook-url" type="url" label=${t("hooks.url")} hint=${t("hooks.url_hint")} value=${v.url} maxlength=${2000} onChange=${set("url")}
			error=${tried && !url ? t("hooks.no_url") : about === "body.url" ? answer.refusal.detail : undefined} />
		<${Radios} id="hook-kind" label=${t("hooks.kind")} value=${v.kind} onChange=${set("kind")} options=${["webhook", "gateway"].map((value) => ({ value,
			label: t(`hooks.${value}`) }))} />
		${v.kind === "webhook" ? html`<${Radios} id="hook-content" label=${t("hooks.content")} value=${v.content} onChange=${set("content")}
				options=${["entry", "wake_up"].map((value) => ({ value, label: t(`hooks.content.${value}`) }))} />
			<${Radios} id="hook-precedence" label=${t("hooks.precedence")} value=${v.precedence} onChange=${set("precedence")}
				options=${PRECEDENCES.map((value) => ({ value, label: t(`hooks.precedence.${value}`) }))} />`
			: html`<${Checks} id="hook-channels" inline label=${t("hooks.channels")} value=${v.channels} onChange=${set("channels")}
				error=${tried && !v.channels.length ? t("hooks.no_channel") : undefined}
				options=${["phone", "SMS", "pager"].map((value) => ({ value, label: word("channel", value) }))} />`}
		${answer && about !== "body.url" && html`<p><${RefusedHere} answer=${answer} /></p>`}
		<p class="row"><button type="submit" class="primary" disabled=${busy || !ready.value}>${t("hooks.declare.send")}</button>
			<button type="button" onClick=${() => setOpen(false)}>${t("hooks.cancel")}</button></p>
	</form>`;
}

/* ---- the log ---- */

const OUTCOMES = /** @type {Record<string, string>} */ ({ queued: "waiting", sent: "sent", delivered: "delivered", retrying: "clock", bounced: "rejected",
	dead: "cross", unconfirmed: "question" });

/** @param {{d: Delivery}} props */
function Line({ d }) {
	const s = state.value;
	const hook = s.hooks.get(d.to ?? "");
	const last = d.attempts[d.attempts.length - 1];
	const test = d.k === "hook.test" || hook?.tests.includes(d.entry);
	const resend = () => hookMessage({ step: "resend", hook: d.to, entry: d.entry }, serverClock.now());
	const cell = (/** @type {string} */ name, /** @type {any} */ value) => html`<td data-label=${t(name)}>${value}</td>`;
	return html`<tr class=${`is-${last.state}`}>
		${cell("hooks.when", html`<${When} at=${last.at} of=${{}} />`)}
		${cell("hooks.what", html`${test ? t("hooks.is_test") : d.k ?? ""} <code>${d.entry?.slice(0, 13)}</code>${d.mode === "exercise" && html` <span
			class="tag"><${Icon} name="drill" /> ${t("exercise.prefix")}</span>`}`)}
		${cell("hooks.to", d.channel === "push" ? t("hooks.browser") : html`<span class="hook-url">${hook?.body.url ?? t("hooks.unknown")}</span>`)}
		${cell("hooks.attempt", last.attempt || "–")}
		${cell("hooks.outcome", html`<span class=${`hook-outcome is-${last.state}`}><${Icon} name=${OUTCOMES[last.state] ?? "none"} /> ${word("delivery",
			last.state)}</span>${last.state === "retrying" && last.again && html`<br /><span class="muted">${t("hooks.again")} <${When} at=${last.again}
				of=${{}} /></span>`}`)}
		${cell("hooks.code", last.code ?? html`<span class="muted">${t("hooks.no_code")}</span>`)}
		${cell("hooks.do", mayResend(s, d) && !test && html`<${Act} label=${t("hooks.resend")} of=${`${d.k ?? ""} ${d.entry.slice(0,
			13)}`} done=${t("hooks.resend.done")} make=${resend} />`)}</tr>`;
}

function Log() {
	const s = state.value;
	const [of, setOf] = useState("");
	const all = deliveriesOf(s).filter((d) => !of || (of === "push" ? d.channel === "push" : d.to === of));
	const options = [...hooksOf(s).map((h) => ({ value: h.id, label: h.body.url })), { value: "push", label: t("hooks.log_push") }];
	return html`<section><h2 id="hooks-log">${t("hooks.log")} <span class="count-quiet">${all.length}</span></h2>
		<p class="muted">${t("hooks.log_lead", { n: LOG_MOST })}</p>
		<${Select} id="hooks-log-of" label=${t("hooks.log_of")} value=${of} empty=${t("hooks.log_all")} options=${options} onChange=${setOf} />
		${all.length ? html`<div class="table-wrap" tabindex="0" role="region" aria-labelledby="hooks-log"><table class="hook-log"><thead><tr>${["when", "what",
			"to", "attempt", "outcome", "code", "do"].map((name) => html`<th scope="col">${t(`hooks.${name}`)}</th>`)}</tr></thead>
			<tbody>${all.map((d) => html`<${Line} key=${d.id} d=${d} />`)}</tbody></table></div>` : html`<p class="muted">${t("hooks.log_none")}</p>`}
	</section>`;
}

function Push() {
	const { push } = state.value;
	if (!push)
		return null;
	const { allowed } = push;
	const label = t(allowed ? "hooks.push_forbid" : "hooks.push_allow");
	return html`<section aria-labelledby="hooks-push" class="card"><h2 id="hooks-push">${t("hooks.push")} <span class="tag">${t(allowed ? "hooks.push_on"
		: "hooks.push_off")}</span></h2><p>${t("hooks.push_lead")}</p>
		<p><${Act} key=${allowed} label=${label} danger=${allowed} done=${t("hooks.push_done")} make=${() => pushMessage({ step: "allow",
			allowed: !allowed }, serverClock.now())} /></p></section>`;
}

export function HooksScreen() {
	const s = state.value;
	useLayoutEffect(() => onKeys({ escape: () => go("#/") }), []);
	useEffect(() => () => void (secrets.value = new Map()), []);
	const own = hooksOf(s);
	return html`<main id="main" class="contacts hooks">
		<p class="crumbs"><a href="#/"><${Icon} name="back" />${t("threat.back")} <kbd>Esc</kbd></a></p>
		<${ScreenTitle} id="hooks">${t("hooks.title")}</${ScreenTitle}>
		${!isHookAdmin(s.me) ? html`<p>${t("hooks.not_yours")}</p>` : html`<p class="lead">${t("hooks.lead")}</p>
			<section aria-labelledby="hooks-own"><h2 id="hooks-own">${t("hooks.own")} <span class="count-quiet">${own.length}</span></h2>
				<${Declare} />${own.length ? own.map((h) => html`<${HookBox} key=${h.id} hook=${h} />`) : html`<p class="muted">${t("hooks.none")}</p>`}</section>
			<${Log} /><${Push} />`}
	</main>`;
}
