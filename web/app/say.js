// @ts-check
/* say.js: the screen of a form that comes out of the catalogue: write, check, send. What a message needs is in the
 * catalogue; in which order it is asked, and what the console knows by itself, is in core/forms.js.
 *
 * Before anything is sent the server is asked what sending it would do (prepare): the page shows exactly the organisations
 * and roles that will read it, and why, what to think of first, and what looks like the same event; a duplicate is tied
 * with one choice. What is typed is kept on this computer until it was sent. When a connection is lost before the answer
 * came, the very same message is kept too: sent again it counts once. Nothing is ever sent later by itself. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import catalogue from "tocsin:catalogue";
import { withItems } from "../core/dropped.js";
import { blank, pathOf, shown as isShown, valueAt, withValue } from "../core/form.js";
import { FORMS, beginning, message, problemsIn } from "../core/forms.js";
import { uuid7 } from "../core/ids.js";
import { incidentName } from "../core/incidents.js";
import { openExercises, orgName, timeOf } from "../core/select.js";
import { Fields, labelOf, plainPath } from "../components/form.js";
import { Radios } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { ModeTag, OrgName, Refused, ScreenTitle, personInWords, rolesInWords, vocabularyWord } from "../components/parts.js";
import { When } from "../components/time.js";
import { drawn } from "../lib/drawn.js";
import { html } from "../lib/html.js";
import { country, exact } from "../lib/format.js";
import { has, language, learn, t, word } from "../lib/i18n.js";
import { Figures } from "./course.js";
import { DropZone } from "./drop.js";
import { onKeys } from "./keys.js";
import { announce, memory, phase, prepare, ready, send, serverClock, state } from "./model.js";
import { writing } from "./current.js";
import { go, waiting } from "./router.js";
import { answered, useFresh } from "./sending.js";
import { useTwin } from "./twin.js";

learn("parts", "threat", "incident", "course", "fences", "orders", "contacts", "exercises", "admin");

/** @typedef {import("../core/forms.js").About} About */

/** @param {{id: string, step?: string}} props  `id`: name of the form, `step`: what it is about */
export function SayScreen({ id: name, step: about }) {
	const spec = FORMS[name];
	const s = state.value;
	/* what stands in a form at the beginning comes out of entries: it opens when they are here, and then stays */
	const begun = useRef(false);
	begun.current ||= phase.value === "live";
	const order = about ? s.orders.get(about) : undefined;
	const incident = about && !order ? s.incidents.get(about) ?? s.incidents.get(s.incidentOf.get(about) ?? "") : undefined;
	const [id] = (about ?? "").split(".");
	const about_exercise = s.exercises.get(id);
	const thing = order ?? incident ?? s.checks.get(id) ?? s.referrals.get(id) ?? s.exposures.get(id) ?? s.reviews.get(id) ?? (about_exercise && { exercise: about_exercise.id });
	const [made] = useState(() => uuid7(Date.now()));
	const [chosen, setExercise] = useState(/** @type {string|null|undefined} */ (undefined));
	const exercise = spec?.system ? null : spec?.fresh ? made : thing ? thing.exercise ?? null : openExercises(s).length ? chosen : null;
	if (!begun.current)
		return html`<main id="main" class="narrow"><${ScreenTitle}>${t("threat.loading")}</${ScreenTitle}><p>${t("threat.loading_advice")}</p></main>`;
	if (!spec || (about && !thing && !spec.system))
		return html`<main id="main" class="narrow"><${ScreenTitle}>${t("threat.not_found")}</${ScreenTitle}>
			<a class="button" href="#/">${t("threat.back")}</a></main>`;
	if (exercise === undefined)
		return html`<${ModeChoice} name=${name} onChoose=${setExercise} />`;
	return html`<${SayForm} key=${`${name}/${about}/${exercise}`} name=${name} about=${about} incident=${incident} order=${order}
		exercise=${exercise ?? undefined} />`;
}

/** Where does it belong? Nothing changes that later. @param {{name: string, onChoose: (exercise: string|null) => void}} props */
function ModeChoice({ name, onChoose }) {
	useLayoutEffect(() => onKeys({ escape: () => go("#/") }), []);
	return html`<main id="main" class="narrow">
		<${ScreenTitle} id="mode">${t("compose.mode_title")}</${ScreenTitle}>
		<p class="lead">${t("compose.mode_lead")}</p>
		<div class="mode-choice">
			${openExercises(state.value).map((e) => html`<button class="big is-exercise" onClick=${() => onChoose(e.id)}><${Icon}
				name="drill" /> ${t("compose.mode_exercise", { title: e.title ?? "" })}</button>`)}
			${!state.value.me?.exercise_only && html`<button class="big danger" onClick=${() => onChoose(null)}><${Icon}
				name="new" /> ${t(`say.real.${name}`)}</button>`}
		</div>
		<a class="button" href="#/">${t("threat.back")}</a></main>`;
}

/** @param {{name: string, about?: string, incident?: import("../core/incidents.js").Incident, order?: import("../core/orders.js").Order,
 *   exercise?: string}} props */
function SayForm({ name, about, incident, order, exercise }) {
	const spec = FORMS[name];
	const s = state.value;
	const me = /** @type {import("../core/protocol.js").You} */ (s.me);
	const back = order ? `#/order/${order.id}` : incident ? `#/incident/${incident.id}` : spec.home ?? "#/";
	const store = `draft.${me.person}.say.${name}.${about ?? exercise ?? "actual"}`;
	/** @returns {About} */
	const here = () => ({ state: s, me, incident, order, entry: about, exercise, lang: language.value,
		mode: spec.system ? "system" : (incident ?? order)?.mode ?? (exercise ? "exercise" : "actual"), now: timeOf(state.peek(), { exercise }, serverClock.now()) });
	const [kept] = useState(() => memory.get(store, null));
	const [values, setValues] = useState(() => beginning(catalogue, name, here(), kept?.values));
	/** @type {[any, (m: any) => void]} */
	const [pending, setPending] = useState(kept?.pending ?? null);
	const [restored, setRestored] = useState(Boolean(kept));
	const [wrong, setWrong] = useState(/** @type {{path: string, text: string}[]} */ ([]));
	const [checked, setChecked] = useState(/** @type {any} */ (null));
	const [answer, setAnswer] = useState(/** @type {any} */ (pending ? { ok: false, lost: "unknown" } : null));
	const [busy, setBusy] = useState(false);
	const { fresh, read } = useFresh(checked);
	const twin = useTwin(store);
	const summary = useRef(/** @type {HTMLElement|null} */ (null));
	const { mode } = here();
	useLayoutEffect(() => {
		writing.value = { mode, exercise };
		return () => void (writing.value = undefined);
	}, [mode, exercise]);

	/** @param {any} next */
	function change(next) {
		setValues(next);
		setPending(null);
		memory.set(store, { values: next });
	}
	const set = (/** @type {string} */ path, /** @type {any} */ v) => {
		change(withValue(values, path, v));
		setWrong(wrong.filter((w) => w.path !== path && !w.path.startsWith(`${path}.`)));
	};
	/* digests come when they are made, over whatever was typed meanwhile; and who goes on typing is not taken to a page about other words */
	const latest = useRef(values);
	latest.current = values;
	function dropped(/** @type {any[]} */ items, /** @type {string} */ content) {
		const list = catalogue.shapes[catalogue.types[spec.type].shape].fields.find((f) => f.name === "items");
		const { body, left } = withItems(latest.current.body, items, content, blank(catalogue, list?.shape ?? ""), list?.list?.[1] ?? 1);
		change(latest.current = { ...latest.current, body });
		return left;
	}
	function discard() {
		memory.forget(store);
		setValues(beginning(catalogue, name, here()));
		setPending(null);
		setAnswer(null);
		setRestored(false);
	}

	/** @param {{path: string, text: string}[]} list */
	function show(list) {
		setWrong(list);
		setChecked(null);
		drawn(() => summary.current?.focus());
	}

	/** @param {any} result */
	function refused(result) {
		setAnswer(result);
		const field = result.refusal?.field;
		const path = field && pathOf(field, field.startsWith("body.") ? values.body : values.envelope);
		const full = path && `${field.startsWith("body.") ? "body" : "envelope"}.${path}`;
		if (full && valueAt(values, full) !== undefined)
			show([{ path: full, text: [result.refusal.detail ?? word("refusal", result.refusal.code),
				result.refusal.clause && `(${result.refusal.clause})`].filter(Boolean).join(" ") }]);
	}

	/** @param {any} [more] what the check page adds: ties that were accepted */
	async function check(more) {
		if (busy || !ready.value)
			return;
		setAnswer(null);
		const gaps = problemsIn(catalogue, name, values);
		if (gaps.length)
			return show(gaps.map((g) => ({ path: g.path, text: g.words ?? t(`missing.${g.why}`, { n: g.n ?? 0 }) })));
		setWrong([]);
		setBusy(true);
		const asked = message(catalogue, name, values, here(), more?.links);
		const waits = waiting();
		const result = await prepare(asked);
		setBusy(false);
		if (!waits())
			return undefined;
		if (!result.ok)
			return refused(result);
		if (latest.current !== values)
			return announce(t("check.changed"));
		setChecked({ prepared: result.frame, links: more?.links ?? [], offered: more?.offered ?? result.frame.duplicates ?? [],
			message: asked });
		scrollTo({ top: 0 });
	}

	/** @param {Event} event */
	async function sendNow(event) {
		if (busy || !read(event) || !ready.value)
			return;
		/* what was checked is what is sent */
		const out = pending ?? { ...checked.message, sent_at: message(catalogue, name, values, here()).sent_at };
		setBusy(true);
		/* it may arrive from now on: who comes back to the form, also after a reload, sends this one again */
		memory.set(store, { values, pending: out });
		const waits = waiting();
		const result = await send(out);
		setBusy(false);
		const waited = answered(result, waits), mine = memory.get(store, null)?.pending?.id === out.id;
		if (!result.ok) {
			const unknown = result.lost === "unknown";
			setPending(unknown ? out : null);
			if (mine && !unknown)
				memory.set(store, { values });
			return waited ? refused(result) : undefined;
		}
		if (mine)
			memory.forget(store);
		announce(t(result.recorded ? "say.done" : "done.journaled", { n: result.seq ?? 0 }));
		const ordered = order?.id ?? state.value.orderOf.get(out.id);
		const id = incident?.id ?? state.value.incidentOf.get(out.id) ?? result.frame.incident;
		if (waited)
			go(ordered ? `#/order/${ordered}` : id ? `#/incident/${id}` : back);
		return undefined;
	}
	const leave = () => (checked && !spec.direct ? setChecked(null) : go(back));
	useLayoutEffect(() => onKeys({ primary: (event) => void (checked || pending ? sendNow(event) : check()), escape: leave }));
	/* nothing to ask: straight to what it does */
	useEffect(() => {
		if (spec.direct && !checked && ready.value)
			check();
	}, [ready.value]);

	if (checked)
		return html`<${CheckPage} name=${name} checked=${checked} busy=${busy} fresh=${fresh} answer=${answer} incident=${incident} twin=${twin}
			about=${here()} onBack=${leave} onSend=${sendNow} onTie=${check} />`;

	const error = (/** @type {string} */ path) => wrong.find((w) => w.path === path)?.text;
	/* the code of a row that a vocabulary gives is not asked for */
	const unasked = spec.unasked?.(here()) ?? [];
	const skip = (/** @type {string} */ path) => Boolean(spec.known?.includes(path)) || unasked.includes(path) ||
		Boolean(spec.rows && path.endsWith(".code") && path.slice(0, -5) in spec.rows);
	const plain = (/** @type {string} */ path) => path.replace(/^body\./, "");
	const form = { catalogue, values, set, error, wrongIn: (/** @type {string} */ path) => wrong.some((w) => w.path.startsWith(path)), single: spec.single, typed: spec.typed, skip: (/** @type {string} */ path) => skip(plain(path)),
		options: (/** @type {string} */ kind, /** @type {string} */ path) => choices(kind, path, here(), spec),
		rows: (/** @type {string} */ path) => spec.rows?.[plain(path)]?.(here()).map(({ code }) => ({ code,
			name: vocabularyWord(code) })) };
	const shape = catalogue.types[spec.type].shape;
	const named = spec.sections.flatMap((x) => (x.inside ? [x.inside] : x.names));
	const rest = catalogue.shapes[shape].fields.map((f) => f.name).filter((n) => !named.includes(n) && !skip(n) &&
		!(n in spec.fixed) && (!spec.only || spec.only.includes(n)) && values.body[n] !== undefined &&
		isThere(catalogue.shapes[shape].fields, n, values.body));
	return html`<main id="main" class="compose">
		<div class="compose-head">
			<p class="crumbs"><a href=${back}><${Icon} name="back" />${order ? order.form.order_reference : incident ? incidentName(incident) : t("threat.back")} <kbd>Esc</kbd></a><${ModeTag}
				mode=${here().mode} /></p>
			<${ScreenTitle} id=${name}>${t(`say.title.${name}`)}</${ScreenTitle}>
			<p class="lead">${t(`say.lead.${name}`)}</p>
		</div>
		${restored && !pending && html`<div class="box kept"><${Icon} name="draft" /><p>${t("say.restored")}</p><button type="button"
			class="mini" onClick=${discard}>${t("say.discard")}</button></div>`}
		${wrong.length > 0 && html`<div class="box box-red" role="alert" tabindex="-1" ref=${summary}><${Icon}
			name="warn" /><div><p class="strong">${t("missing.title", { n: wrong.length })}</p>
			<ul>${wrong.map((w) => html`<li><a href=${`#f-${w.path}`} onClick=${(/** @type {Event} */ e) => {
				e.preventDefault();
				focusField(w.path);
			}}>${pathLabel(spec, w.path)}</a>: ${w.text}</li>`)}</ul></div></div>`}
		<${Refused} answer=${answer} />${twin}
		<form onSubmit=${(/** @type {Event} */ e) => {
			e.preventDefault();
			pending ? sendNow(e) : check();
		}}>
			${spec.sections.map((x) => html`<section class="card"><h2>${t(`say.section.${x.title}`)}</h2>
				${spec.drop && x.names.includes("items") && html`<${DropZone} onItems=${dropped} />`}
				<${Fields} form=${form} shape=${x.inside ? catalogue.shapes[shape].fields.find((f) => f.name === x.inside)?.shape : shape}
					path=${x.inside ? `body.${x.inside}` : "body"} names=${x.names} />
				${x.envelope && html`<${Fields} form=${form} shape="envelope" path="envelope" names=${x.envelope} />`}</section>`)}
			${rest.length > 0 && html`<section class="card"><details><summary>${t("say.more")}</summary>
				<${Fields} form=${form} shape=${shape} path="body" names=${rest} /></details></section>`}
			<div class="submit-bar"><button class="primary big" type="submit" disabled=${busy || !ready.value}
				aria-keyshortcuts="Control+Enter">${t(busy ? (pending ? "step.sending" : "compose.checking") : pending ? "say.again"
					: "compose.check")} <kbd>Ctrl+Enter</kbd></button>
				<span class="muted">${t("compose.kept")}</span>${!ready.value && html`<span class="muted" role="status"><${Icon}
					name="warn" /> ${t("step.cut_off")}</span>`}</div>
		</form>
	</main>`;
}

/** @param {import("../core/form.js").Field[]} fields @param {string} name @param {any} values */
const isThere = (fields, name, values) => fields.some((f) => f.name === name && isShown(f, values));

/** What can be chosen where the catalogue knows only the kind. @param {string} kind @param {string} path @param {About} here
 * @param {import("../core/forms.js").Spec} spec */
function choices(kind, path, here, spec) {
	const own = spec.choices?.[path.replace(/^body\./, "")];
	if (spec.typed?.includes(path.replace(/^body\./, "")))
		return undefined;
	if (own)
		return own(here).map(({ value, text, word: key }) => ({ value, label: text ?? (key ? t(key) : vocabularyWord(value)) }));
	if (kind === "ORG") {
		const joined = here.exercise ? here.state.exercises.get(here.exercise)?.participants : undefined;
		/* a service; or a reader, and not one's own organisation, which reads it anyway */
		const fits = (/** @type {import("../core/state.js").Org} */ o) => (/services|addressee$|\.hsp$/.test(path) ? o.kinds.includes("hsp")
			: o.code !== here.me.org && (!spec.readers || o.kinds.some((k) => spec.readers?.includes(k))));
		return [...here.state.orgs.values()].filter((o) => (!joined?.length || joined.includes(o.code)) && fits(o))
			.sort((a, b) => a.code.localeCompare(b.code)).map((o) => ({ value: o.code,
				label: o.name === o.code ? o.code : `${o.code} · ${o.name}` }));
	}
	if (kind === "PERSON") {
		const own = [...here.state.people.values()].filter((p) => p.org === here.me.org && !p.machine);
		if (!own.some((p) => p.person === here.me.person))
			own.unshift({ ...here.me, machine: false });
		return own.map((p) => ({ value: p.person, label: p.person === here.me.person
			? `${p.title ?? rolesInWords(p)} (${t("who.you")})` : p.title ?? personInWords(p.person) ?? p.person }));
	}
	return undefined;
}

/** @param {import("../core/forms.js").Spec} spec @param {string} path */
function pathLabel(spec, path) {
	const [part, ...names] = plainPath(path).split(".").filter((n) => n !== "rows");
	let shape = part === "body" ? catalogue.types[spec.type].shape : "envelope";
	const labels = names.map((n) => {
		const label = labelOf(shape, n);
		shape = catalogue.shapes[shape]?.fields.find((f) => f.name === n)?.shape ?? shape;
		return label;
	});
	const row = /\.(\d+)\./.exec(path);
	return row ? `${labels[0]} ${Number(row[1]) + 1}, ${labels.slice(1).join(" ")}` : labels.join(", ");
}

/** @param {string} path */
export function focusField(path) {
	const el = document.getElementById(`f-${path}`);
	const target = /** @type {HTMLElement|null} */ (el?.matches("fieldset") ? el.querySelector("input,select,textarea,button") : el);
	target?.scrollIntoView({ block: "center" });
	target?.focus();
}

/** Said by the title of the form, or shown in another place. */
const UNSAID = new Set(["order_ref", "draft_ref", "final_ref", "process_ref", "message_ref", "item_refs", "step", "kind", "decision", "links", "vocabulary_version", "proposal_ref", "item_ref", "item_id", "bank", "check_ref",
	"referral_ref", "positions"]);

const KIND_SAID = new Set(["M22", "M25", "M28"]);

/** What was typed, in words. @param {{shape: string, body: Record<string, any>}} props @returns {any} */
export function InWords({ shape, body }) {
	const fields = catalogue.shapes[shape].fields.filter((f) => body[f.name] !== undefined && (!UNSAID.has(f.name) || (f.name === "kind" &&
		KIND_SAID.has(shape))));
	/* a row that the vocabulary gives: in one line */
	if (body.code && body.answer)
		return html`${vocabularyWord(body.code)}: <b>${word(fields.find((f) => f.name === "answer")?.words ?? "tri",
			body.answer)}</b>${body.source_grade && html` <span class="tag">${body.source_grade}</span>`}${body.note && html` <span
				class="muted">${body.note}</span>`}`;
	/** @param {import("../core/form.js").Field} f @param {any} v @returns {any} */
	const one = (f, v) => {
		if (Array.isArray(v))
			return v.length === 0 ? t("say.none") : f.shape ? html`<ol class="rows">${v.map((x) => html`<li>${one(f, x)}</li>`)}</ol>`
				: v.map((x, i) => html`${i > 0 && ", "}${one(f, x)}`);
		if (f.shape)
			return html`<${InWords} shape=${f.shape} body=${v} />`;
		switch (f.kind) {
		case "ENUM": return word(f.words ?? f.name, v);
		case "BOOL": return t(v ? "form.yes" : "form.no");
		case "TIME": return html`<${When} at=${v} withZone />`;
		case "ORG": return html`<${OrgName} code=${v} />`;
		case "PERSON": return personInWords(v) ?? v;
		case "CC": return country(v);
		case "HEX": return html`<code>${v}</code>`;
		default: return f.name === "activation_type" ? vocabularyWord(v) : v;
		}
	};
	return html`<dl class="facts">${fields.map((f) => html`<div class="fact"><dt>${labelOf(shape, f.name)}</dt><dd class="pre">${one(f,
		body[f.name])}</dd></div>`)}</dl>`;
}

/** Whom it goes to and why, before it goes. @param {any} p */
function CheckPage({ name, checked, busy, fresh, answer, twin, incident, about, onBack, onSend, onTie }) {
	const spec = FORMS[name];
	const { prepared, offered, links } = checked;
	const me = state.value.me;
	const others = (prepared.recipients ?? []).filter((/** @type {any} */ r) => r.org !== me?.org);
	const warnings = prepared.warnings ?? [];
	/* signals of the incident that are the same, or near enough */
	const known = (prepared.known ?? []).filter((/** @type {any} */ k) => k.for);
	const shape = catalogue.types[spec.type].shape;
	const tied = links.find((/** @type {any} */ l) => l.kind === "duplicate_of")?.to;
	const [opened, setOpened] = useState(others.length <= 12);
	useLayoutEffect(() => document.querySelector("h1")?.focus(), [checked]);
	const back = spec.direct ? "say.back" : "check.back";
	const shown = opened ? others : others.slice(0, 8);
	return html`<main id="main" class=${`compose check ${fresh ? "is-fresh" : ""}`}>
		<p class="crumbs"><button class="quiet" onClick=${onBack}><${Icon} name="back" /> ${t(back)} <kbd>Esc</kbd></button><${ModeTag}
			mode=${about.mode} />${incident && html`<span class="number">${incidentName(incident)}</span>`}</p>
		<${ScreenTitle} id="check">${t("say.check", { what: t(`say.title.${name}`) })}</${ScreenTitle}>
		${offered.length > 0 && html`<section class="card is-attention"><h2><${Icon} name="link" /> ${t("say.duplicates", { n: offered.length })}</h2>
			<p>${t("say.duplicates_lead")}</p>
			<${Radios} id="duplicate" label=${t("say.duplicate_question")} value=${tied ?? ""} onChange=${(/** @type {string} */ to) =>
				onTie({ offered, links: to ? [{ kind: "duplicate_of", to }] : [] })}
				options=${[...offered.map((/** @type {any} */ d) => ({ value: duplicateId(d), label: t("say.duplicate_yes",
					{ what: duplicateWords(d) }), hint: d.at || d.event_time ? exact(Date.parse(d.at ?? d.event_time)) : undefined })),
					{ value: "", label: t("say.duplicate_no") }]} /></section>`}
		${known.length > 0 && html`<div class="box box-amber" role="status"><${Icon} name="link" /><div><p class="strong">${t("say.known",
			{ n: new Set(known.map((/** @type {any} */ k) => k.for)).size })}</p><ul>${known.map((/** @type {any} */ k) => {
				const f = incident?.signals.get(k.item)?.fields ?? {};
				return html`<li>${f.hash_type ?? word("signal_kind", f.signal_kind)} <code>${String(f.hash_value ?? f.url ?? k.item).slice(0,
					16)}…</code> · ${k.sender}${k.distance !== undefined && html` · ${t("say.known_distance", { n: k.distance })}`}${(k.quarantined ||
						k.suppressed || k.bank === "negative") && html` · <b>${t(k.quarantined ? "say.known_quarantined" : "signal.negative")}</b>`}</li>`;
			})}</ul></div></div>`}
		${warnings.length > 0 && html`<div class="box box-amber" role="status"><${Icon} name="warn" /><div><p
			class="strong">${t("check.warnings")}</p><ul>${warnings.map((/** @type {any} */ w) =>
				html`<li>${has(`warning.${w.code}`) ? t(`warning.${w.code}`) : w.text ?? w.code}</li>`)}</ul></div></div>`}
		${prepared.report?.figures && html`<section class="card"><h2>${t("course.numbers")}</h2><p class="muted">${t("course.numbers_lead")}</p><${Figures}
			figures=${prepared.report.figures} /></section>`}
		${prepared.closing && html`<section class="card"><h2>${t("course.before_closing")}</h2>
			<p>${t("course.falling", { n: prepared.closing.platforms_falling, of: prepared.closing.platforms_engaged })}${(prepared.closing.missing ?? []).map((/** @type {string} */ x) =>
				html` <span class="tag tag-amber"><${OrgName} code=${x} /></span>`)}</p>
			${(prepared.closing.to_confirm ?? []).map((/** @type {any} */ c) => html`<p>${word("entry", c.k)}: ${t("course.not_confirmed", { n: c.orgs.length })} ${c.orgs.map((/** @type {string} */ x) =>
				html`<span class="tag tag-amber"><${OrgName} code=${x} /></span> `)}</p>`)}</section>`}
		<section class="card"><h2>${t("say.recipients", { n: others.length })}</h2>
			<ul class="desks recipients">${shown.map((/** @type {any} */ r) => html`<li>
				<p><b><${OrgName} code=${r.org} /></b> <span class="muted">${r.name ?? orgName(state.value, r.org)}</span>
					${r.rendering === "without_personal" && html`<span class="tag">${t("timeline.without_personal")}</span>`}
					${r.acknowledges_until && html`<span class="tag tag-amber"><${Icon} name="clock" />${t("say.owes_ack")} <${When}
						at=${r.acknowledges_until} of=${about} /></span>`}</p>
				<p class="muted">${[(r.roles ?? []).map((/** @type {string} */ x) => word("role", x)).join(", "),
					r.why].filter(Boolean).join(" · ")}</p></li>`)}</ul>
			${!opened && html`<button type="button" class="mini" onClick=${() => setOpened(true)}>${t("say.all_recipients",
				{ n: others.length })}</button>`}
			${others.length === 0 && html`<p>${t("say.nobody")}</p>`}
			<p class="muted">${t("check.nobody_else")}</p></section>
		<section class="card"><h2>${t(spec.direct ? "say.confirms" : "check.what")}</h2><${InWords} shape=${spec.shows?.(about).shape ?? shape}
			body=${spec.shows?.(about).body ?? checked.message.body} /></section>
		<${Refused} answer=${answer} />${twin}
		<div class="submit-bar"><button class=${`primary big ${spec.grave ? "is-danger" : ""}`} disabled=${busy || fresh || !ready.value}
			onClick=${onSend} aria-keyshortcuts="Control+Enter">${t(busy ? "step.sending" : "say.send",
				{ n: others.length })} <kbd>Ctrl+Enter</kbd></button>
			<button class="big" onClick=${onBack}>${t(back)}</button>${!ready.value && html`<span class="muted" role="status"><${Icon}
				name="warn" /> ${t("step.cut_off")}</span>`}</div>
	</main>`;
}

/** @param {any} d */
const duplicateId = (d) => d.ref ?? d.incident ?? d.id;

/** Of an incident that is offered one sees its reference, place and time only. @param {any} d */
function duplicateWords(d) {
	const place = d.place ?? d.event_place;
	return [incidentName({ id: d.incident ?? duplicateId(d) }), typeof place === "string" ? place
		: place && [place.locality, place.cc && country(place.cc)].filter(Boolean).join(", ")].filter(Boolean).join(" · ");
}
