// @ts-check
/* page.js: what somebody who has no console sees when they open the link of an e-mail, perhaps on a telephone, perhaps
 * at a wedding. In this order: who is asking and how to check that; what they say; until when somebody has to answer, and
 * the answer; then what followed. */

import { useEffect, useRef, useState } from "preact/hooks";
import catalogue from "tocsin:catalogue";
import { FORMS } from "../core/forms.js";
import { incidentName } from "../core/incidents.js";
import { contactMessage } from "../core/contacts.js";
import { correspondence, isTrial, outcomeOf, timeFor } from "../core/letter.js";
import { allowed, orgName } from "../core/select.js";
import { Facts } from "../app/facts.js";
import { ReferralBox } from "../app/fences.js";
import { NextStep } from "../app/next-step.js";
import { go, route } from "../app/router.js";
import { InWords, SayScreen } from "../app/say.js";
import { SignalList } from "../app/signals.js";
import { useSending } from "../app/sending.js";
import { Radios, TextArea } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { ModeTag, Refused, ScreenTitle, Who, caseNumber } from "../components/parts.js";
import { Countdown, When } from "../components/time.js";
import { country } from "../lib/format.js";
import { html } from "../lib/html.js";
import { LANGUAGES, has, language, learn, nameOf, t, word } from "../lib/i18n.js";
import { about, announce, announcement, caughtUp, entries, lookAtLetter, memory, open, ready, receipt, serverClock, settings, stage, state,
	trouble, whereOf } from "./model.js";

learn("link", "parts");

/** @typedef {import("../core/letter.js").Letter} Letter */
/** @typedef {ReturnType<typeof correspondence>} All */

const COMMITMENTS = ["working", "seen", "cannot", "not_us"];
/** Forms by which a message is answered, as far as this program has them. */
const ANSWERS = /** @type {Record<string, string[]>} */ ({ "M10.issue": ["M12.send", "M13.send"], "M14.clarification": ["M12.send", "M13.send"],
	"M10.withdraw": ["M16.reinstate"], "M15.decide": ["M16.reinstate"], "M25.recall": ["M25.confirm"] });

/** What is said in the heading: a word for the step, or for the decision that it makes. @param {Letter} letter */
function titleOf(letter) {
	for (const key of [`link.k.${letter.k}.${letter.body.decision}`, `link.k.${letter.k}`, `timeline.${letter.k}`])
		if (has(key))
			return t(key);
	return word("k", letter.k);
}

/** Who it is, in words that need no code. @param {{code: string}} props */
function Asking({ code }) {
	const s = state.value;
	const org = s.orgs.get(code);
	const hub = [...s.orgs.values()].find((o) => o.kinds.includes("eu_hub"));
	const phoneOf = (/** @type {any} */ o) => o?.channels.find((/** @type {any} */ c) => c.kind === "phone")?.address;
	const whom = phoneOf(org) ? org : phoneOf(hub) ? hub : undefined;
	if (!org)
		return html`<p class="strong">${code === "server" ? t("link.the_system") : code}</p>`;
	return html`<p class="asker"><b>${org.name}</b><span class="muted">${[org.kinds.map((k) => word("link.kind", k)).join(", "), org.state &&
		country(org.state)].filter(Boolean).join(" · ")}</span></p>
		<p class="verified"><${Icon} name="accepted" /><span>${t("link.verified")}</span></p>
		${whom && html`<p class="call-back"><a class="button big" href=${`tel:${phoneOf(whom).replace(/[^+\d]/g, "")}`}><${Icon} name="phone" /> ${t(
			"link.call", { who: whom.name, number: phoneOf(whom) })}</a><span class="hint">${t(whom === org ? "link.call_hint" : "link.call_hub_hint",
				{ who: org.name })}</span></p>`}`;
}

/** @param {{letter: Letter, all: All}} props */
function Deadline({ letter, all }) {
	const timer = timeFor(letter, all.timers, state.value.me?.org ?? "");
	if (!timer)
		return null;
	if (timer.stopped)
		return html`<p class="deadline is-done"><${Icon} name="accepted" /> ${t(timer.stopped.met ? "link.in_time" : "link.late")}</p>`;
	return html`<p class="deadline"><${Icon} name="clock" /> <span>${has(`timer.${timer.timer}`) ? t(`timer.${timer.timer}`) : timer.timer}: <b><${Countdown}
		until=${timer.deadline} of=${letter} /></b> <span class="muted">${t("link.until")} <${When} at=${timer.deadline} of=${letter} withZone /></span></span></p>`;
}

/** What this organisation has said to it so far, and by whom. @param {{letter: Letter, all: All}} props */
function Answered({ letter, all }) {
	const s = state.value;
	const acked = (all.said.get(letter.id) ?? []).filter((m) => m.state === "acked");
	return acked.length > 0 && html`<ul class="said">${acked.map((m) => html`<li><${Icon} name="accepted" /><span><b>${t("link.acked")}</b> ${word("commitment",
		m.commitment)} · ${m.person === s.me?.person ? t("who.you") : html`<${Who} act=${{ org: s.me?.org, person: m.person, title: m.title }} />`} · <${When}
			at=${m.at} of=${letter} /></span></li>`)}</ul>`;
}

/** Acknowledge: what it means, in one choice. @param {{letter: Letter, all: All, onDone: () => void}} props */
function Acknowledge({ letter, all, onDone }) {
	const key = `link.draft.${letter.id}`;
	const mine = (all.said.get(letter.id) ?? []).some((m) => m.state === "acked" && m.person === state.value.me?.person);
	/* nothing is chosen beforehand: a hurried press must not say more than was meant */
	const [values, setValues] = useState(() => ({ commitment: "", note: "", ...memory.get(key, {}) }));
	const [lacks, setLacks] = useState(false);
	const [again, setAgain] = useState(false);
	const { busy, answer, deliver } = useSending();
	const set = (/** @type {any} */ change) => {
		const next = { ...values, ...change };
		setValues(next);
		memory.set(key, next);
	};
	async function say(/** @type {Event} */ e) {
		e.preventDefault();
		if (busy || !ready.value)
			return;
		if (!values.commitment) {
			setLacks(true);
			/** @type {HTMLElement|null} */ (document.querySelector(`[id="c-${letter.id}"] input`))?.focus();
			return;
		}
		const result = await deliver(`${letter.id} ${values.commitment} ${values.note}`, () => receipt({ id: letter.id, message: letter.original },
			"acked", whereOf(letter), values.commitment, values.note.trim()));
		if (!result.ok)
			return;
		memory.forget(key);
		setAgain(false);
		announce(t(result.recorded ? "link.done" : "done.journaled", { n: result.seq ?? 0 }));
		onDone();
	}
	if (mine && !again)
		return html`<p><button type="button" onClick=${() => setAgain(true)}>${t("link.again")}</button></p>`;
	return html`<form class="acknowledge" onSubmit=${say}>
		<${Radios} id=${`c-${letter.id}`} label=${t("link.commitment")} value=${values.commitment}
			error=${lacks && !values.commitment ? t("link.commitment_needed") : ""} onChange=${(/** @type {string} */ commitment) =>
			set({ commitment })} options=${COMMITMENTS.map((c) => ({ value: c, label: word("commitment", c), hint: t(`commitment.${c}_long`) }))} />
		<${TextArea} id=${`n-${letter.id}`} label=${t("link.note")} optional rows=${2} maxlength=${1000} value=${values.note}
			onChange=${(/** @type {string} */ note) => set({ note })} />
		<${Refused} answer=${answer} />
		<button type="submit" class="primary big wide-button" disabled=${busy || !ready.value}>${t(busy ? "step.sending" : answer?.lost === "unknown"
			? "say.again" : "link.acknowledge")}</button>
		<p class="hint">${t("link.effect")}</p>
	</form>`;
}

/** What can be said to it besides. @param {{letter: Letter}} props */
function Answers({ letter }) {
	const s = state.value;
	const c = letter.case ? s.cases.get(letter.case) : undefined;
	if (c) {
		const can = allowed(s, c);
		return Object.values(can).some(Boolean) && html`<${NextStep} c=${c} can=${can} ready=${ready.value} />`;
	}
	const forms = (ANSWERS[letter.k] ?? []).filter((name) => name in FORMS);
	const subject = /** @type {any} */ (s).orderOf?.get(letter.id) ?? letter.id;
	return forms.length > 0 && html`<p class="row">${forms.map((name) => html`<a class="button big" href=${`#/say/${name}/${subject}`}><${Icon}
		name="draft" /> ${t(`say.title.${name}`)}</a>`)}</p>`;
}

/** @param {{letter: Letter}} props */
function Content({ letter }) {
	const referral = state.value.referrals.get(letter.id);
	if (referral)
		return html`<${ReferralBox} r=${referral} />`;
	const c = letter.case ? state.value.cases.get(letter.case) : undefined;
	if (c && /^M4\.(send|supplement)$/.test(letter.k))
		return html`<${Facts} c=${c} />`;
	if (letter.k.startsWith("M6."))
		return html`<p>${t("link.signals", { n: letter.body.items?.length ?? 0 })}</p>`;
	const shape = catalogue.types[letter.k.split(".")[0]]?.shape;
	return html`<div class="words" lang=${letter.original?.lang}>${letter.body.headline && html`<p class="headline">${letter.body.headline}</p>`}${shape &&
		html`<${InWords} shape=${shape} body=${{ ...letter.body, headline: undefined }} />`}</div>`;
}

/** How this person is reached is tried, and nothing has happened: that it reached them is all that is asked. @param {{letter: Letter}} props */
function Trial({ letter }) {
	const { busy, answer, deliver } = useSending();
	const me = state.value.me;
	const is = letter.k === "M26.test" ? "test" : "drill";
	const end = outcomeOf(letter, entries.value);
	async function say() {
		const result = await deliver(letter.id, () => contactMessage({ step: is === "test" ? "confirm" : "answer", org: me?.org, [is]: letter.id },
			serverClock.now()));
		if (result.ok)
			announce(t(result.recorded ? "link.done" : "done.journaled", { n: result.seq ?? 0 }));
	}
	return html`<section class="card is-answer" aria-label=${t("link.answer")}><h2>${t("link.answer")}</h2>
		<p class="strong">${t(`link.trial.${is}`)}</p><p>${t("link.trial.why")}</p>
		${end ? html`<ul class="said"><li><${Icon} name=${end.person ? "accepted" : "warn"} /><span><b>${t(`link.trial.${end.result || "over"}`)}</b> ${
			end.person && html`${end.person === me?.person ? t("who.you") : html`<${Who} act=${{ org: me?.org, person: end.person }} />`} · `}<${When}
				at=${end.at} of=${letter} />${end.person && end.reaction_s !== undefined && html` · ${t("contacts.reaction", { s: end.reaction_s })}`}</span></li></ul>`
			: html`<${Refused} answer=${answer} /><p><button type="button" class="primary big wide-button" disabled=${busy || !ready.value} onClick=${say}>${
				t(busy ? "step.sending" : answer?.lost === "unknown" ? "say.again" : "link.trial.here")}</button></p><p class="hint">${t(`link.trial.${is}_hint`)}</p>`}
	</section>`;
}

/** One message, whole. @param {{letter: Letter, all: All, first?: boolean}} props */
function OneLetter({ letter, all, first = false }) {
	const s = state.value;
	const own = letter.org === s.me?.org || letter.org === "server";
	const answer = useRef(/** @type {HTMLElement|null} */ (null));
	useEffect(() => lookAtLetter(letter, all.said.get(letter.id) ?? []));
	/* who answers a threat acknowledges it with that answer (M5); for a referral nothing is owed */
	const takesAck = !own && !/^M(5|17)\./.test(letter.k) && !(letter.case && s.cases.get(letter.case)?.desks.has(s.me?.org ?? ""));
	const H = first ? "h2" : "h3";
	/* one of each on the page */
	const landmark = (/** @type {string} */ key) => (first ? t(key) : undefined);
	const timer = timeFor(letter, all.timers, s.me?.org ?? "");
	return html`<div class="letter">
		${first && timer && !timer.stopped && html`<div class="first-time"><${Deadline} letter=${letter} all=${all} /><a class="button" href="#/"
			onClick=${(/** @type {Event} */ e) => {
				e.preventDefault();
				answer.current?.scrollIntoView();
				answer.current?.focus({ preventScroll: true });
			}}>${t("link.to_answer")}</a></div>`}
		${!own && html`<section class="card" aria-label=${landmark("link.who")}><${H}>${t("link.who")}</${H}><${Asking} code=${letter.org} />
			<p class="muted">${t("link.sent")} <${When} at=${letter.at} of=${letter} withZone />${letter.late ? ` · ${t("timeline.late")}` : ""}</p></section>`}
		<section class="card" aria-label=${landmark("link.what")}><${H}>${t("link.what")}</${H}><${Content} letter=${letter} /></section>
		${(takesAck || letter.case) && html`<section class="card is-answer" aria-label=${landmark("link.answer")}><${H} tabindex="-1" ref=${answer}>${t("link.answer")}</${H}>
			<${Deadline} letter=${letter} all=${all} />
			<${Answered} letter=${letter} all=${all} />
			<${Answers} letter=${letter} />
			${takesAck && html`<${Acknowledge} letter=${letter} all=${all} onDone=${() => answer.current?.focus()} />`}</section>`}
	</div>`;
}

/** What followed: closed until somebody wants it, because each was a letter of its own. @param {{letter: Letter, all: All}} props */
function Later({ letter, all }) {
	const [opened, setOpened] = useState(false);
	const s = state.value;
	const timer = timeFor(letter, all.timers, s.me?.org ?? "");
	const owed = timer && !timer.stopped;
	return html`<li class=${owed ? "is-owed" : ""}><details open=${opened} onToggle=${(/** @type {any} */ e) => setOpened(e.currentTarget.open)}>
		<summary><span class="later-title">${titleOf(letter)}</span> <span class="muted">${letter.org === "server" ? t("link.the_system") : orgName(s,
			letter.org)} · <${When} at=${letter.at} of=${letter} /></span>${owed && html` <span class="tag tag-amber"><${Icon} name="clock" /><${Countdown}
				until=${timer.deadline} of=${letter} /></span>`}</summary>
		${opened && html`<${OneLetter} letter=${letter} all=${all} />`}</details></li>`;
}

function Opened() {
	const s = state.value;
	const link = /** @type {import("./model.js").About} */ (about.value);
	const all = correspondence(entries.value, s.me?.org ?? "");
	const letter = all.letters.find((x) => x.id === link.message);
	if (!letter)
		return html`<main id="main" class="link-page"><${ScreenTitle}>${t(caughtUp.value ? "link.nothing" : "threat.loading")}</${ScreenTitle}>
			<p>${t(caughtUp.value ? "link.nothing_advice" : "threat.loading_advice")}</p></main>`;
	const owes = (/** @type {Letter} */ x) => {
		const timer = timeFor(x, all.timers, s.me?.org ?? "");
		return timer && !timer.stopped ? 0 : 1;
	};
	/* what runs out first, then the newest */
	const later = all.letters.filter((x) => x.id !== letter.id).reverse().sort((x, y) => owes(x) - owes(y));
	const incident = link.incident ? s.incidents.get(link.incident) : undefined;
	return html`<main id="main" class="link-page">
		<p class="crumbs"><span class="number">${link.case ? caseNumber(link.case) : link.incident ? incidentName({ id: link.incident }) : ""}</span><${ModeTag}
			mode=${letter.mode} /></p>
		<${ScreenTitle} id=${letter.id}>${titleOf(letter)}</${ScreenTitle}>
		<p class="lead">${t("link.lead", { org: s.me?.name ?? s.me?.org ?? "" })}</p>
		${isTrial(letter) ? html`<${Trial} letter=${letter} />` : html`<${OneLetter} letter=${letter} all=${all} first />`}
		${later.length > 0 && html`<section class="card" aria-labelledby="later-title"><h2 id="later-title">${t("link.later")} <span
			class="count-quiet">${later.length}</span></h2><ul class="later">${later.map((x) => html`<${Later} key=${x.id} letter=${x} all=${all} />`)}</ul></section>`}
		${incident && incident.signals.size > 0 && html`<${SignalList} i=${incident} />`}
		<p class="muted ends">${t("link.ends")} <${When} at=${link.expires} withZone seconds=${false} />. ${t("link.ends_hint")}</p>
	</main>`;
}

/** Not opened, or over. @param {{is: string}} props */
function Waiting({ is }) {
	if (is === "ended" || is === "none")
		return html`<main id="main" class="link-page"><${ScreenTitle} id=${is}>${t(`link.${is}`)}</${ScreenTitle}>
			<div class="box box-amber" role="status"><${Icon} name="phone" /><div><p class="strong">${t("link.then_call")}</p><p>${t("link.then_call_why")}</p></div></div>
			<p>${t(`link.${is}_why`)}</p></main>`;
	return html`<main id="main" class="link-page"><${ScreenTitle} id="waiting">${t("link.waiting")}</${ScreenTitle}>
		<p>${t("link.waiting_why")}</p>
		<p><button class="primary big wide-button" disabled=${is === "opening"} onClick=${open}>${t(is === "opening" ? "link.opening"
			: "link.open")}</button></p>
		<p class="hint">${t("link.open_hint")}</p></main>`;
}

function Top() {
	const exercise = [...state.value.exercises.values()].find((x) => about.value && !x.ended);
	return html`<a class="skip" href="#main">${t("nav.skip")}</a>
		<header class="link-top"><span class="brand">TOCSIN</span><label class="link-language"><span class="sr-only">${t("settings.language")}</span><select
			aria-label=${t("settings.language")} value=${language.value} onChange=${(/** @type {any} */ e) => (settings.value = { ...settings.value,
				language: e.target.value })}>${LANGUAGES.map((l) => html`<option value=${l} selected=${l === language.value}>${nameOf(l)}</option>`)}</select></label>
		${exercise && modeOf() === "exercise" && html`<p class="exercise-strip"><${Icon} name="drill" /> <b>${t("link.exercise")}</b> ${exercise.title ?? ""}</p>`}</header>
		${stage.value !== "ended" && trouble.value && html`<div class="box box-red" role="alert"><${Icon} name="warn" /><p>${t(`link.trouble.${trouble.value}`)}</p></div>`}`;
}

const modeOf = () => entries.value.find((e) => e.id === about.value?.message)?.mode;

export function Page() {
	const { name, id, step } = route.value;
	const said = announcement.value;
	useEffect(() => {
		/* the console's rooms are this one page here */
		if (!["board", "say"].includes(name))
			go("#/");
	}, [name]);
	const [gone, setGone] = useState(0);
	useEffect(() => {
		const timer = setTimeout(() => setGone(said.n), 8_000);
		return () => clearTimeout(timer);
	}, [said.n]);
	useEffect(() => {
		document.title = `${modeOf() === "exercise" ? `${t("link.exercise")} ` : ""}TOCSIN`;
	});
	return html`<div class=${`link-frame ${modeOf() === "exercise" ? "is-exercise" : ""}`}><${Top} />
		${stage.value !== "open" ? html`<${Waiting} is=${stage.value} />` : name === "say" && id ? html`<${SayScreen} id=${id} step=${step} />`
			: html`<${Opened} />`}
		<div role="status" aria-live="polite">${said.text && gone !== said.n && html`<p class="toast" key=${said.n}>${said.text}</p>`}</div></div>`;
}
