// @ts-check
/* compose.js: the platform's side. Opening an item makes a draft in the ledger (it starts the quarter of an hour);
 * then the form, then a page that shows whom it goes to and why, then it is sent. The same form, with nothing
 * mandatory, makes a supplement. What was typed is kept on this computer until it was sent. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { uuid7 } from "../core/ids.js";
import {
	CONFIDENCE, CONTENT_TYPES, DUTIES, GROUNDS, HINT_KINDS, IDENTIFIERS, IMMEDIACY, NOTIFIED, OFFENCES, STATUSES,
		SURFACES, TLP,
	emptyForm, emptyRow, fieldOfPath, halfYear, localOffset, missing, sendMessage, supplementMessage,
		withdrawMessage,
} from "../core/notice.js";
import { deadlinesOf } from "../core/board.js";
import { openExercises, timeOf, titleOf } from "../core/select.js";
import { Checks, Radios, Select, TextArea, TextField } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { ModeTag, OrgName, Refused, ScreenTitle, caseNumber, rolesInWords } from "../components/parts.js";
import { Countdown, Elapsed, When } from "../components/time.js";
import { drawn } from "../lib/drawn.js";
import { html } from "../lib/html.js";
import { country } from "../lib/format.js";
import { language, learn, t, word } from "../lib/i18n.js";
import { onKeys } from "./keys.js";
import { open } from "./draft.js";
import { Elsewhere } from "./carry.js";
import { announce, contextOf, memory, prepare, ready, send, serverClock, state } from "./model.js";
import { go, waiting } from "./router.js";
import { answered, useFresh } from "./sending.js";
import { useTwin } from "./twin.js";

learn("parts", "threat");

/** @param {{id: string}} props */
export function ComposeScreen({ id }) {
	if (id === "new")
		return html`<${ModeChoice} />`;
	const c = state.value.cases.get(id);
	if (!c)
		return html`<main id="main" class="narrow"><${ScreenTitle}>${t("threat.loading")}</${ScreenTitle}></main>`;
	return html`<${NoticeForm} key=${`${id}${c.draft}`} c=${c} />`;
}

function ModeChoice() {
	const exercises = openExercises(state.value);
	const onlyExercise = state.value.me?.exercise_only;
	useLayoutEffect(() => onKeys({ escape: () => go("#/") }), []);
	return html`<main id="main" class="narrow">
		<${ScreenTitle} id="mode">${t("compose.mode_title")}</${ScreenTitle}>
		<p class="lead">${t("compose.mode_lead")}</p>
		<div class="mode-choice">
			${exercises.map((e) => html`<button class="big is-exercise" disabled=${!ready.value} onClick=${() =>
				open(e.id)}><${Icon} name="drill" /> ${t("compose.mode_exercise",
					{ title: e.title ?? "" })}</button>`)}
			${!onlyExercise && html`<button class="big danger" disabled=${!ready.value} onClick=${() =>
				open(undefined)}><${Icon} name="new" /> ${t("compose.mode_actual")}</button>`}
		</div>
		<a class="button" href="#/">${t("threat.back")}</a></main>`;
}

/** @param {{c: import("../core/state.js").Case}} props */
function NoticeForm({ c }) {
	const supplement = Boolean(c.noticeId);
	const store = `draft.${state.value.me?.person}.${c.id}.${supplement ? "supplement" : "send"}`;
	const [f, setForm] = useState(() => ({ ...emptyForm(), contact_24x7: supplement ? ""
		: state.value.me?.person ?? "", ...memory.get(store, {}) }));
	const [problems, setProblems] = useState(/** @type {{name: string, text: string}[]} */ ([]));
	const [checked, setChecked] = useState(/** @type {any} */ (null));
	const [answer, setAnswer] = useState(/** @type {any} */ (null));
	const [busy, setBusy] = useState(false);
	const [withdrawing, setWithdrawing] = useState(false);
	/* what was sent and not answered: the same words are sent again as the very same message, also after a reload and at another node */
	const used = useRef(/** @type {import("../core/carry.js").Used|undefined} */ (memory.get(`${store}.used`, undefined)));
	const { fresh, read } = useFresh(checked);
	const twin = useTwin(store);
	/* who goes on typing is not taken to a page about other words */
	const latest = useRef(f);
	latest.current = f;
	const summary = useRef(/** @type {HTMLElement|null} */ (null));
	const can = state.value.me?.org === c.reporter;

	/** @param {Record<string, any>} change */
	const change = (change) => {
		const next = { ...f, ...change };
		setForm(next);
		memory.set(store, next);
	};
	const set = (/** @type {string} */ name) => (/** @type {any} */ v) => change({ [name]: v });
	const setIn = (/** @type {string} */ list, /** @type {number} */ i,
		/** @type {string} */ name) => (/** @type {any} */ v) =>
		change({ [list]: f[list].map((/** @type {any} */ row, /** @type {number} */ j) => (j === i ? { ...row,
			[name]: v } : row)) });
	const addTo = (/** @type {keyof typeof emptyRow} */ list) => {
		change({ [list]: [...f[list], { ...emptyRow[list] }] });
		drawn(() => /** @type {HTMLElement|null} */ (document.querySelector(`#group-${list} .group-row:last-of-type input, #group-${list} .group-row:last-of-type select`))?.focus());
	};
	const dropFrom = (/** @type {string} */ list, /** @type {number} */ i) =>
		change({ [list]: f[list].filter((/** @type {any} */ _, /** @type {number} */ j) => j !== i) });
	const error = (/** @type {string} */ name) => problems.find((p) => p.name === name)?.text;

	/** @param {{name: string, text: string}[]} list */
	function show(list) {
		setProblems(list);
		setChecked(null);
		drawn(() => summary.current?.focus());
	}

	/** @param {any} result */
	function refused(result) {
		setAnswer(result);
		if (result.refusal?.field)
			show([{ name: fieldOfPath(result.refusal.field), text: result.refusal.detail ?? result.refusal.code }]);
	}

	function message() {
		const of = JSON.stringify(f), where = contextOf(c);
		if (used.current?.of !== of)
			used.current = { id: uuid7(Date.now()), at: where.now, lang: where.lang, of };
		const { id, at, lang } = used.current;
		return supplement ? supplementMessage(f, { ...where, now: at, lang }, c.notice, id) : sendMessage(f, { ...where, now: at, lang }, { awareAt: c.awareAt ?? "", id });
	}
	const forget = () => {
		memory.forget(store);
		memory.forget(`${store}.used`);
		memory.forget(store.replace(/send$/, "taken"));
	};

	async function check() {
		if (busy || !ready.value)
			return;
		setAnswer(null);
		const gaps = supplement ? [] : missing(f);
		if (gaps.length)
			return show(gaps.map((g) => ({ name: g.name, text: t(`missing.${g.why}`) })));
		if (supplement && Object.keys(message().body).length < 2)
			return show([{ name: "explanation", text: t("missing.one_fact") }]);
		setProblems([]);
		setBusy(true);
		const waits = waiting();
		const result = await prepare(message());
		setBusy(false);
		if (!waits())
			return undefined;
		if (!result.ok)
			return refused(result);
		if (latest.current !== f)
			return announce(t("check.changed"));
		setChecked(result.frame);
		scrollTo({ top: 0 });
	}

	/** @param {Event} event */
	async function sendNow(event) {
		if (busy || !read(event) || !ready.value)
			return;
		setBusy(true);
		const whole = message();
		memory.set(`${store}.used`, used.current);
		const waits = waiting();
		const result = await send(whole);
		setBusy(false);
		const here = answered(result, waits);
		if (!result.ok)
			return here ? refused(result) : undefined;
		forget();
		announce(t(result.recorded ? (supplement ? "done.supplement" : "done.send") : "done.journaled",
			{ n: result.seq ?? 0 }));
		if (here)
			go(`#/threat/${c.id}`);
		return undefined;
	}
	useLayoutEffect(() => onKeys({
		primary: (event) => void (checked ? sendNow(event) : check()),
		escape: () => (checked ? setChecked(null) : go("#/")),
	}));

	if (!can)
		return html`<main id="main" class="narrow"><${ScreenTitle}>${t("threat.not_found")}</${ScreenTitle}></main>`;
	const elsewhere = html`${twin}${!supplement && html`<${Elsewhere} carried=${{ case: c.id, form: f, used: memory.get(`${store}.used`, undefined) }} />`}`;
	if (checked)
		return html`<${CheckPage} c=${c} f=${f} prepared=${checked} busy=${busy} fresh=${fresh} answer=${answer}
			supplement=${supplement} elsewhere=${elsewhere}
			onBack=${() => setChecked(null)} onSend=${sendNow} onAudience=${set("audience")} />`;

	const t16 = deadlinesOf(c).find((d) => d.timer === "T16");
	const options = (/** @type {string[]} */ values, /** @type {string} */ group) => values.map((value) => ({ value,
		label: word(group, value) }));
	const yesNo = [{ value: "yes", label: t("form.yes") }, { value: "no", label: t("form.no") }];
	const o = supplement; // in a supplement nothing is mandatory
	const text = (/** @type {string} */ name, /** @type {any} */ more = {}) => html`<${TextField} id=${`f-${name}`}
		label=${t(`field.${name}`)} value=${f[name]} onChange=${set(name)} error=${error(name)} ...${more} />`;
	/* who can answer within minutes: whoever says it, or somebody of the chain */
	const chain = new Set((state.value.orgs.get(c.reporter)?.chain ?? []).map((k) => k.person));
	const persons = [...state.value.people.values()].filter((p) => p.org === c.reporter && !p.machine && p.title && (chain.has(p.person) || p.person === state.value.me?.person));
	if (state.value.me && !persons.some((p) => p.person === state.value.me?.person))
		persons.unshift({ ...state.value.me, machine: false, title: titleOf(state.value,
			state.value.me.person) ?? `${t("who.you")} (${rolesInWords(state.value.me)})` });
	const grounds = [...new Set((f.duty.length ? f.duty : ["TCO_14_5",
		"DSA_18"]).flatMap((/** @type {"TCO_14_5"|"DSA_18"} */ d) => GROUNDS[d] ?? [...GROUNDS.TCO_14_5,
			...GROUNDS.DSA_18]))];

	/** A list of rows that can grow. @param {keyof typeof emptyRow} list @param {(row: any, i: number) => any} row */
	const group = (list, row) => html`<div class="group" id=${`group-${list}`}>
		${f[list].map((/** @type {any} */ r, /** @type {number} */ i) => html`<div class="group-row"
			key=${i}>${row(r, i)}
			${(list !== "content" || f.content.length > 1) && html`<button type="button" class="mini drop"
				onClick=${() => dropFrom(list, i)} aria-label=${t("form.remove", { what: t(`group.${list}`),
					n: i + 1 })}><${Icon} name="cross" /></button>`}</div>`)}
		<button type="button" class="mini" onClick=${() => addTo(list)}><${Icon}
			name="plus" /> ${t(`add.${list}`)}</button></div>`;
	/** @param {keyof typeof emptyRow} list @param {number} i @param {string} name @param {any} [more] */
	const cell = (list, i, name, more = {}) => html`<${TextField} id=${`f-${list}.${i}.${name}`}
		label=${t(`field.${list}.${name}`)} value=${f[list][i][name]} onChange=${setIn(list, i, name)}
			error=${error(`${list}.${i}.${name}`)} ...${more} />`;
	/** @param {keyof typeof emptyRow} list @param {number} i @param {string} name @param {string[]} values @param {string} g */
	const pick = (list, i, name, values, g) => html`<${Select} id=${`f-${list}.${i}.${name}`}
		label=${t(`field.${list}.${name}`)} value=${f[list][i][name]} onChange=${setIn(list, i, name)}
			error=${error(`${list}.${i}.${name}`)} options=${options(values, g)} />`;
	/** Local time and its offset. @param {keyof typeof emptyRow} list @param {number} i @param {string} name */
	const timed = (list, i, name) => html`${cell(list, i, name, { type: "datetime-local", step: "1",
		class: "w-time" })}
		${cell(list, i, "offset", { placeholder: localOffset(f[list][i][name]), class: "w-offset" })}`;

	return html`<main id="main" class="compose">
		<div class="compose-head">
			<p class="crumbs"><a href=${supplement ? `#/threat/${c.id}` : "#/"}><${Icon}
				name="back" />${t("threat.back")} <kbd>Esc</kbd></a><span
					class="number">${caseNumber(c.id)}</span><${ModeTag} mode=${c.mode} /></p>
			<${ScreenTitle} id=${c.id}>${t(supplement ? "compose.supplement_title"
				: "compose.title")}</${ScreenTitle}>
			<p class="lead">${t(supplement ? "compose.supplement_lead" : "compose.lead")}</p>
			${!supplement && html`<section class="clock-box is-draft"><div class="clock-main"><${Elapsed}
				since=${c.awareAt} of=${c} class="huge" /><span
					class="clock-words">${t("compose.since_aware")}</span></div>
				${t16 && html`<dl class="clock-facts"><div><dt>${t("timer.T16")}</dt><dd><${When} at=${t16.deadline}
					of=${c} withZone /> <span class="muted">(<${Countdown} until=${t16.deadline}
						of=${c} />)</span></dd></div></dl>`}
				<button type="button" class="quiet" onClick=${() =>
					setWithdrawing(!withdrawing)}>${t("compose.withdraw")}</button></section>`}
			${withdrawing && html`<${Withdraw} c=${c} store=${store} onClose=${() => setWithdrawing(false)} />`}
		</div>
		${problems.length > 0 && html`<div class="box box-red" role="alert" tabindex="-1" ref=${summary}><${Icon}
			name="warn" /><div><p class="strong">${t("missing.title", { n: problems.length })}</p>
			<ul>${problems.map((p) => html`<li><a href=${`#f-${p.name}`} onClick=${(/** @type {Event} */ e) => {
				e.preventDefault();
				focusField(p.name);
			}}>${t(labelOf(p.name))}</a>: ${p.text}</li>`)}</ul></div></div>`}
		<${Refused} answer=${answer} />
		${elsewhere}
		<form onSubmit=${(/** @type {Event} */ e) => {
			e.preventDefault();
			check();
		}}>
			<section class="card"><h2>${t("section.what")}</h2>
				<${Radios} id="f-immediacy" inline label=${t("field.immediacy")} clause="DSA 18(1)" optional=${o}
					value=${f.immediacy} onChange=${set("immediacy")} error=${error("immediacy")}
						options=${options(IMMEDIACY, "immediacy")} />
				<${Radios} id="f-threat_case" inline label=${t("field.threat_case")} clause="DSA 18(1)" optional=${o}
					value=${f.threat_case} onChange=${set("threat_case")} error=${error("threat_case")}
						options=${yesNo} />
				<${Select} id="f-offence_field" label=${t("field.offence_field")} clause="DSA 18(1)" optional=${o}
					value=${f.offence_field} onChange=${set("offence_field")} error=${error("offence_field")}
						options=${options(OFFENCES, "offence")} />
				<${TextArea} id="f-explanation" label=${t(o ? "field.explanation_more" : "field.explanation")}
					hint=${t("field.explanation_hint")} clause="DSA rec. 56" optional=${o} rows=${5}
						maxlength=${8000} value=${f.explanation} onChange=${set("explanation")}
							error=${error("explanation")} />
				<${Radios} id="f-emergency" inline label=${t("field.emergency")} hint=${t("field.emergency_hint")}
					optional=${o} value=${f.emergency} onChange=${set("emergency")} error=${error("emergency")}
						options=${yesNo} />
				${f.emergency === "yes" && html`<div class="sub-fields">${text("emergency_number", { maxlength: 32,
					class: "w-short" })}${text("emergency_at", { type: "datetime-local", optional: true, step: "1",
						class: "w-time" })}${text("emergency_ref", { optional: true, maxlength: 64,
							class: "w-short" })}</div>`}
			</section>
			<section class="card"><h2>${t("section.content")}</h2>
				${group("content", (r, i) => html`${cell("content", i, "url", { class: "w-wide",
					inputmode: "url" })}${pick("content", i, "type", CONTENT_TYPES,
						"content_type")}${timed("content", i, "published")}${cell("content", i, "text_excerpt",
							{ class: "w-wide", optional: true, maxlength: 2000 })}`)}
				<${Radios} id="f-service_surface" inline label=${t("field.service_surface")} clause="TCO 2(3)"
					optional=${o} value=${f.service_surface} onChange=${set("service_surface")}
						error=${error("service_surface")} options=${options(SURFACES, "surface")} />
				<${Radios} id="f-content_status" label=${t("field.content_status")} optional=${o}
					value=${f.content_status} onChange=${set("content_status")} error=${error("content_status")}
						options=${options(STATUSES, "status")} inline />
				<${Radios} id="f-preserved" inline label=${t("field.preserved")} clause="TCO 6" optional=${o}
					value=${f.preserved} onChange=${(/** @type {string} */ v) => change({ preserved: v,
						preserved_until: f.preserved_until || halfYear(contextOf(c).now) })}
							error=${error("preserved")} options=${yesNo} />
				${f.preserved === "yes" && html`<div class="sub-fields">${text("preserved_until", { type: "date",
					class: "w-time" })}</div>`}
				<${Radios} id="f-user_notified" inline label=${t("field.user_notified")} clause="TCO 11(3)"
					optional=${o} value=${f.user_notified} onChange=${set("user_notified")}
						error=${error("user_notified")} options=${options(NOTIFIED, "notified")} />
			</section>
			<section class="card"><h2>${t("section.where")}</h2>
				<${Checks} id="f-duty" inline label=${t("field.duty")} clause="TCO 14(5) · DSA 18" value=${f.duty}
					onChange=${set("duty")} error=${error("duty")} options=${options(DUTIES, "duty")} />
				<fieldset class=${`field ${error("concerned_states") ? "has-error" : ""}`} id="f-concerned_states"
					tabindex="-1"><legend><span class="label-line"><span
						class="label">${t("field.concerned_states")}</span><span
							class="clause">TCO 14(5) · DSA 18(2)</span></span></legend>
					${error("concerned_states") && html`<span class="error">${error("concerned_states")}</span>`}
					${group("concerned_states", (r, i) => html`${cell("concerned_states", i, "cc", { class: "w-cc",
						maxlength: 2, placeholder: c.mode === "exercise" ? "XA" : "FR" })}${pick("concerned_states",
							i, "ground", /** @type {string[]} */ (grounds), "ground")}${r.cc.length === 2 &&
								html`<span class="cc-name">${country(r.cc.toUpperCase())}</span>`}`)}
					<label class="option single"><input type="checkbox" id="f-state_unknown"
						checked=${f.state_unknown} onChange=${(/** @type {any} */ e) =>
							change({ state_unknown: e.target.checked })} /><span>${t("field.state_unknown")}<span
								class="hint">${t("field.state_unknown_hint")}</span></span></label>
					${f.state_unknown && text("state_unknown_reason", { maxlength: 500 })}</fieldset>
				<h3>${t("group.location_hints")}</h3>
				${group("location_hints", (r, i) => html`${cell("location_hints", i, "value",
					{ class: "w-wide" })}${pick("location_hints", i, "kind", HINT_KINDS,
						"hint_kind")}${cell("location_hints", i, "basis",
							{ optional: true })}${pick("location_hints", i, "confidence", CONFIDENCE,
								"confidence")}`)}
			</section>
			<section class="card"><h2>${t("section.who")}</h2><p class="hint">${t("section.who_hint")}</p>
				<h3>${t("group.user_identifiers")} <span class="clause">GDPR 5(1)(c)</span></h3>
				${group("user_identifiers", (r, i) => html`${pick("user_identifiers", i, "kind", IDENTIFIERS,
					"identifier")}${cell("user_identifiers", i, "value", { class: "w-wide" })}`)}
				<h3>${t("group.network_events")}</h3>
				${group("network_events", (r, i) => html`${cell("network_events", i, "ip")}${cell("network_events",
					i, "port", { inputmode: "numeric", class: "w-cc" })}${timed("network_events", i,
						"at")}${cell("network_events", i, "event")}`)}
				<h3>${t("fact.at_risk")}</h3>
				<div class="sub-fields">${text("risk_number", { inputmode: "numeric", optional: true,
					class: "w-cc" })}${text("risk_relation", { optional: true, class: "w-wide", maxlength: 300 })}
					<${Radios} id="f-risk_minor" inline label=${t("field.risk_minor")} optional value=${f.risk_minor}
						onChange=${set("risk_minor")} options=${yesNo} /></div>
			</section>
			<section class="card"><h2>${t("section.handling")}</h2>
				<${Select} id="f-contact_24x7" label=${t("field.contact_24x7")} hint=${t("field.contact_24x7_hint")}
					optional=${o} value=${f.contact_24x7} onChange=${set("contact_24x7")}
						error=${error("contact_24x7")} options=${persons.map((p) => ({ value: p.person,
							label: p.title ?? p.person }))} />
				${!o && html`
				<${Radios} id="f-also" inline label=${t("field.also")} hint=${t("field.also_hint")} value=${f.also}
					onChange=${(/** @type {string} */ v) => change({ also: v, also_reported_to: v === "yes" &&
						!f.also_reported_to.length ? [{ ...emptyRow.also_reported_to }] : f.also_reported_to })}
							error=${error("also")} options=${yesNo} />
				${f.also === "yes" && group("also_reported_to", (r, i) => html`${cell("also_reported_to", i,
					"system")}${cell("also_reported_to", i, "authority",
						{ optional: true })}${cell("also_reported_to", i, "external_ref", { optional: true })}`)}
				<${Select} id="f-tlp" label=${t("field.tlp")} value=${f.tlp} onChange=${set("tlp")}
					options=${TLP.map((value) => ({ value, label: `TLP:${value}` }))} class="w-short" />`}
				<${Radios} id="f-personal_level" inline label=${t("field.personal_level")} value=${f.personal_level}
					onChange=${set("personal_level")} options=${options(["none", "limited", "special"],
						"personal")} />
			</section>
			<div class="submit-bar"><button class="primary big" type="submit" disabled=${busy || !ready.value}
				aria-keyshortcuts="Control+Enter">${t(busy ? "compose.checking"
					: "compose.check")} <kbd>Ctrl+Enter</kbd></button>
				<span class="muted">${t("compose.kept")}</span>${!ready.value && html`<span class="muted"><${Icon}
					name="warn" /> ${t("step.cut_off")}</span>`}</div>
		</form>
	</main>`;
}

/** Label of a field by its name: "network_events.0.port" → field.network_events.port. @param {string} name */
function labelOf(name) {
	return `field.${name.replace(/\.\d+/, "")}`;
}

/** @param {string} name */
function focusField(name) {
	const el = document.getElementById(`f-${name}`);
	const target = /** @type {HTMLElement|null} */ (el?.matches("fieldset") ? el.querySelector("input,select,button")
		: el);
	target?.scrollIntoView({ block: "center" });
	target?.focus();
}

/** @param {{c: import("../core/state.js").Case, store: string, onClose: () => void}} props */
function Withdraw({ c, store, onClose }) {
	const [reason, setReason] = useState("");
	const [answer, setAnswer] = useState(/** @type {any} */ (null));
	async function act() {
		if (!reason.trim())
			return document.getElementById("withdraw-reason")?.focus();
		const waits = waiting();
		const result = await send(withdrawMessage(reason.trim(), contextOf(c), c.notice));
		setAnswer(result);
		const here = answered(result, waits);
		if (!result.ok)
			return;
		memory.forget(store);
		memory.forget(`${store}.used`);
		announce(t("done.withdraw", { n: result.seq ?? 0 }));
		if (here)
			go("#/");
	}
	return html`<div class="card"><h2>${t("step.withdraw")}</h2>
		<${TextField} id="withdraw-reason" label=${t("step.withdraw_reason")} value=${reason} onChange=${setReason}
			maxlength=${2000} />
		<${Refused} answer=${answer} />
		<div class="row"><button type="button" class="danger" disabled=${!ready.value}
			onClick=${act}>${t("do.withdraw")}</button><button type="button"
				onClick=${onClose}>${t("form.cancel")}</button></div></div>`;
}

/** Whom it goes to and why, before it goes. @param {any} p */
function CheckPage({ c, f, prepared, busy, fresh, answer, supplement, elsewhere, onBack, onSend, onAudience }) {
	/* without a known state, the sender chooses among those that the law proposes */
	const desks = (prepared.recipients ?? []).filter((/** @type {any} */ d) =>
		d.org !== c.reporter).map((/** @type {any} */ d) =>
		({ ...d, optional: d.optional ?? (f.state_unknown && ["home", "hub"].includes(d.role)) }));
	const warnings = prepared.warnings ?? [];
	const chosen = f.audience ?? desks.map((/** @type {any} */ d) => d.org);
	const toggle = (/** @type {string} */ org, /** @type {boolean} */ on) => {
		const next = on ? [...chosen, org] : chosen.filter((/** @type {string} */ x) => x !== org);
		onAudience(next.length === desks.length ? null : next);
	};
	return html`<main id="main" class=${`compose ${fresh ? "is-fresh" : ""}`}>
		<p class="crumbs"><button class="quiet" onClick=${onBack}><${Icon}
			name="back" /> ${t("check.back")} <kbd>Esc</kbd></button><span
				class="number">${caseNumber(c.id)}</span><${ModeTag} mode=${c.mode} /></p>
		<${ScreenTitle} id="check">${t(supplement ? "check.title_supplement" : "check.title")}</${ScreenTitle}>
		${warnings.length > 0 && html`<div class="box box-amber" role="status"><${Icon} name="warn" /><div><p
			class="strong">${t("check.warnings")}</p><ul>${warnings.map((/** @type {any} */ w) =>
				html`<li>${typeof w === "string" ? w : w.text ?? w.detail ?? w.code}</li>`)}</ul></div></div>`}
		<section class="card"><h2>${t("check.recipients", { n: desks.length })}</h2>
			<ul class="desks">${desks.map((/** @type {any} */ d) => html`<li>
				${d.optional
					? html`<label class="option single"><input type="checkbox" checked=${chosen.includes(d.org)}
						onChange=${(/** @type {any} */ e) => toggle(d.org, e.target.checked)} /><span><b><${OrgName}
							code=${d.org} /></b> ${state.value.orgs.get(d.org)?.name ?? ""}</span></label>`
					: html`<p><b><${OrgName} code=${d.org} /></b> <span
						class="muted">${state.value.orgs.get(d.org)?.name ?? ""}</span> <span
							class=${`role role-${d.role}`}>${word("desk_role", d.role)}</span></p>`}
				<p>${d.why}</p><p class="muted">${[...(d.duty ?? []).map((/** @type {string} */ x) => word("duty",
					x)), ...(d.grounds ?? []).map((/** @type {string} */ x) => word("ground",
						x))].join(" · ")}${d.pages && html` · <${Icon}
							name="bell" /> ${t("check.pages")}`}</p></li>`)}</ul>
			${desks.length === 0 && html`<p>${t("check.nobody")}</p>`}
			<p class="muted">${t("check.nobody_else")}</p></section>
		<section class="card"><h2>${t("check.what")}</h2>
			<dl class="facts">${[["field.immediacy", word("immediacy", f.immediacy)], ["field.offence_field",
				word("offence", f.offence_field)], ["field.explanation", f.explanation],
				["section.content", f.content.map((/** @type {any} */ x) => x.url).filter(Boolean).join("\n")],
				["field.concerned_states", f.concerned_states.map((/** @type {any} */ s) => s.cc &&
					`${country(s.cc.toUpperCase())}: ${word("ground", s.ground)}`).filter(Boolean).join("\n") ||
						(f.state_unknown ? f.state_unknown_reason : "")],
				["group.user_identifiers", f.user_identifiers.map((/** @type {any} */ u) =>
					u.value).filter(Boolean).join(", ")],
				["group.network_events", f.network_events.map((/** @type {any} */ n) => n.ip &&
					`${n.ip}:${n.port}`).filter(Boolean).join(", ")],
				["field.content_status", word("status", f.content_status)], ["field.emergency", f.emergency === "yes"
					? `${t("fact.called")} ${f.emergency_number}` : f.emergency === "no" ? t("fact.not_called") : ""]]
				.filter(([, v]) => v).map(([k, v]) => html`<div class="fact"><dt>${t(k)}</dt><dd
					class="pre">${v}</dd></div>`)}</dl></section>
		<${Refused} answer=${answer} />${elsewhere}
		<div class="submit-bar"><button class="primary big is-danger" disabled=${busy || fresh || !ready.value ||
			(desks.length > 0 && chosen.length === 0)} onClick=${onSend} aria-keyshortcuts="Control+Enter">${t(busy
				? "step.sending" : supplement ? "check.send_supplement" : "check.send",
					{ n: chosen.length })} <kbd>Ctrl+Enter</kbd></button>
			<button class="big" onClick=${onBack}>${t("check.back")}</button></div>
	</main>`;
}
