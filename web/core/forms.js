// @ts-check
/* forms.js: the forms of this console: which message each makes, in what order its fields are asked, and what is known
 * without asking. Everything else (kinds, limits, what is needed when, law) is the catalogue's.
 *
 *   type, fixed      the message type, and members of the body that make it this form (step, decision)
 *   sections         title and names of fields; a field that no section names stands under "more"
 *   known            fields that nobody is asked for, because `given` says them
 *   readers          kinds of organisation that can be chosen as its audience
 *   unasked(here)    fields that make no sense here
 *   first, single    the list of which the form opens with one row; it stays that one
 *   only             nothing but these fields: the others are another form's
 *   needs            what the server wants besides of every row: path of the list and member
 *   direct           nothing is asked: straight to the page that shows what it does
 *   given(here, v)   members of the body that the console knows: times, references, the person
 *   start(here)      what stands in the form at the beginning; can be changed
 *   choices, rows    path → what can be chosen there; which rows a vocabulary gives it
 *   precedence, ack, personal, basis   the envelope; an answered list and the audience are asked when a section names them
 *   home             the page that it belongs to, when it is about no incident
 *   system           it is about the directory, which is real whatever exercise runs
 *   shows(here)      shape and content of what is decided on, on the page that shows what it does
 *   typed            references that a person types: somebody told them the number
 *   fresh            it makes an exercise of its own
 *   apart            it names no incident, although it is said in the room of one
 *   drop             files can be dropped on its list: their digests become rows
 *   grave            the button to send is red: it reaches everybody
 *
 * A section with `inside` holds fields of the object of that name. */

import { ADMIN_FORMS } from "./forms-admin.js";
import { COURSE_FORMS } from "./forms-course.js";
import { CONTACT_FORMS } from "./forms-contacts.js";
import { EXERCISE_FORMS } from "./forms-exercises.js";
import { FENCE_FORMS } from "./forms-fences.js";
import { blank, body, mustBeAnswered, problems, restored } from "./form.js";
import { uuid7 } from "./ids.js";
import { orderForms } from "./order-forms.js";
import { envelope, rfc3339 } from "./protocol.js";

/** @typedef {import("./form.js").Catalogue} Catalogue */
/** @typedef {import("./form.js").Values} Values */
/** @typedef {{state: import("./state.js").State, me: import("./protocol.js").You, incident?: import("./incidents.js").Incident, order?: import("./orders.js").Order,
 *   entry?: string, exercise?: string, mode: string, now: number, lang: string}} About
 *   where and about what it is said: `entry` is the id in the address (an incident, a proposal, an item) */
/** @typedef {{value: string, text?: string, word?: string}} Choice  a text; the key of a word; else a word of the vocabulary */
/** @typedef {{type: string, fixed: Record<string, any>, sections: {title: string, names: string[], inside?: string, envelope?: string[]}[],
 *   known?: string[], readers?: string[], unasked?: (here: About) => string[], first?: string, single?: boolean, only?: string[], needs?: string[], direct?: boolean, rows?: Record<string, (here: About) => {code: string, name: string}[]>,
 *   given?: (here: About, body: any) => Record<string, any>, start?: (here: About) => Record<string, any>,
 *   choices?: Record<string, (here: About) => Choice[]>, precedence: string,
 *   ack: boolean|((here: About, body: any) => boolean), personal?: string, grave?: boolean, apart?: boolean, drop?: boolean, fresh?: boolean, typed?: string[], home?: string, system?: boolean, shows?: (here: About) => {shape: string, body: any},
 *   basis?: {act: string, article: string}[]}} Spec */

const EUCP = [{ act: "EUCP", article: "1" }];
const HOUR = 3_600_000;
const ACTIVATES = new Set(["activate", "reopen"]);

/** A time as a form holds it: the wall of this computer, to the minute. @param {number} ms */
export function wall(ms) {
	if (!Number.isFinite(ms))
		return { local: "", offset: "" };
	const d = new Date(ms);
	const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
	return { local: `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`,
		offset: "" };
}

/** The same to the second, with its offset: in the night in which clocks are set back the wall says two things. @param {number} ms */
export function exactWall(ms) {
	const { local } = wall(ms);
	if (!local)
		return { local, offset: "" };
	const d = new Date(ms);
	const ahead = -d.getTimezoneOffset();
	const two = (/** @type {number} */ n) => String(Math.trunc(Math.abs(n))).padStart(2, "0");
	return { local: `${local}:${two(d.getSeconds())}`, offset: `${ahead < 0 ? "-" : "+"}${two(ahead / 60)}:${two(ahead % 60)}` };
}

/** Rows of a vocabulary, unanswered. @param {About} here @param {"criteria"|"checklist"} list @param {any} blankRow @param {any[]} [answered] */
const rowsOf = (here, list, blankRow, answered = []) => (here.state.vocabulary?.[list] ?? []).map((/** @type {any} */ w) => ({
	...blankRow, ...answered.find((a) => a.code === w.code), code: w.code }));
const criterion = { code: "", answer: "", source_grade: "", note: "" };
const known = (/** @type {About} */ here) => [...here.incident?.criteria?.values() ?? []];

/** @param {string} path @param {"criteria"|"checklist"} list @returns {Record<string, (here: About) => any[]>} */
const fromVocabulary = (path, list) => ({ [path]: (here) => here.state.vocabulary?.[list] ?? [] });

const activationTypes = (/** @type {About} */ here) => (here.state.vocabulary?.activation_types ?? []).map(
	(/** @type {any} */ w) => ({ value: w.code }));

/** An answer to a proposal: what is proposed is shown, not asked again. @param {string} step @param {string[]} names @returns {Spec} */
const answerTo = (step, names) => ({
	type: "M3", fixed: { step }, sections: names.length ? [{ title: "why", names }] : [], direct: !names.length,
	known: ["decision", "proposal_ref"], precedence: step === "confirm" ? "flash" : "immediate",
	ack: (here, said) => step === "confirm" && ACTIVATES.has(said.decision), grave: step === "confirm", only: names,
	start: (here) => ({ decision: proposalOf(here)?.decision }),
	given: (here) => ({ ...(step === "confirm" ? confirmed(here) : {}), decision: proposalOf(here)?.decision,
		proposal_ref: here.entry }),
});
/** What is confirmed is repeated: it is broadcast, and most who get it have never seen the proposal. A review that is over by
 * now is set anew. @param {About} here */
function confirmed(here) {
	const { step, requested_by: request, fast_path: fast, links, assignee, ...rest } = proposalOf(here)?.body ?? {};
	void step, request, fast, links, assignee;
	return { ...rest, ...(rest.review_at && Date.parse(rest.review_at) <= here.now ? { review_at: rfc3339(here.now + 24 * HOUR -
		60_000) } : {}) };
}
/** What is answered: a proposal; of an objection, also the activation in effect. @param {About} here */
function proposalOf(here) {
	const { proposals, activation } = here.incident ?? {};
	return proposals?.get(here.entry ?? "") ?? (activation && activation.id === here.entry ? { decision: activation.body.decision,
		body: activation.body } : undefined);
}

/** A decision by one person, or the proposal of one. @param {string} decision @param {Partial<Spec>} more @returns {Spec} */
const decide = (decision, more) => ({
	type: "M3", fixed: { decision, step: "propose" }, sections: [], precedence: "immediate", ack: false, ...more,
});

/** @type {(here: About) => Record<string, any>} */
const activation = (here) => ({
	...asked(here),
	criteria_answers: rowsOf(here, "criteria", criterion, known(here)),
	review_at: wall(here.now + 24 * HOUR - 60_000),
	scope: { content_types: [], services: [], languages: "", states: here.incident?.affected.length ? [...here.incident.affected] : [] },
});
/** @type {Partial<Spec>} */
const activates = {
	sections: [{ title: "criteria", names: ["criteria_answers"] }, { title: "activation", names: ["activation_type", "scope",
		"requested_measures", "review_at"] }, { title: "why", names: ["reason", "fundamental_rights_note", "requested_by",
			"linked_activations", "fast_path"] }],
	known: ["vocabulary_version", "links"], given: (here) => ({ vocabulary_version: here.state.vocabulary?.version }),
	start: activation, needs: ["criteria_answers.source_grade"], rows: fromVocabulary("criteria_answers", "criteria"),
	choices: { activation_type: activationTypes, requested_by: (here) => requests(here) },
	/* a proposal is acknowledged by being confirmed; what takes effect at once, by everybody */
	precedence: "flash", ack: (here, said) => said.fast_path === true, grave: true,
};
/** Messages of others by which the hub may have been asked. @param {About} here @returns {Choice[]} */
const requests = (here) => (here.incident?.timeline ?? []).filter((i) => /^(M1\.report|M3\.propose)$/.test(i.k) &&
	i.org !== here.me.org && isAuthority(here, i.org)).map((i) => ({ value: i.id, text: `${i.org}: ${i.body.headline ?? i.k}` }));

/** Of an affected state. @param {About} here @param {string} code */
function isAuthority(here, code) {
	const org = here.state.orgs.get(code);
	return Boolean(org?.kinds.some((k) => k === "ms_law_enforcement" || k === "ms_competent_authority")) &&
		(!org?.state || here.incident?.affected.includes(org.state));
}
/** The hub acts at the request of an affected state: the first of those that there are. @param {About} here */
const asked = (here) => (here.me.kinds.includes("eu_hub") ? { requested_by: requests(here)[0]?.value ?? "" } : {});

/** Kinds of organisation in which somebody may read (matrix a.3.1): nobody else can be chosen. */
const READ_CRISIS = ["ms_law_enforcement", "ms_competent_authority", "eu_hub", "hsp", "industry_body", "eu_policy"];
const READ_SIGNALS = READ_CRISIS.filter((k) => k !== "eu_policy");

const audience = { title: "audience", names: [], envelope: ["audience", "also_reported_to", "tlp"] };

/** What stands once beside the items is not asked again of each. */
const EACH = ["producer", "content_type", "tco_type", "behaviour_labels", "context_warning", "graphic", "opinion",
	"reviewed_by_human", "suggested_action", "expires_at"];

/** @type {Record<string, Spec>} */
export const FORMS = {
	"M1.report": {
		type: "M1", fixed: { step: "report" }, readers: READ_CRISIS, precedence: "immediate", ack: false, personal: "none",
		sections: [{ title: "what", names: ["headline", "event_time", "event_place", "ongoing", "note"] },
			{ title: "online", names: ["online_component", "producer", "victims_visible", "minor_involved", "services_seen"] },
			{ title: "criteria", names: ["criteria"] }, { title: "also", names: ["links", "known_to"] }, audience],
		start: (here) => ({ criteria: rowsOf(here, "criteria", criterion), event_time: { from: wall(here.now), until: wall(NaN),
			precision: "minutes" } }),
		rows: fromVocabulary("criteria", "criteria"), known: ["links.kind", "links.to"],
		given: (here, typed) => (typed.links ? { links: typed.links.map((/** @type {any} */ l) => ({ ...l, kind: "belongs_to" })) } : {}),
		choices: { "links.ref": (here) => [...here.state.cases.values()].filter((c) => !c.draft && c.mode === here.mode &&
			c.exercise === here.exercise).map((c) => ({ value: c.id, text: `ITL-${c.id.replaceAll("-", "").slice(-6).toUpperCase()}: ${
				c.facts.explanations?.[0]?.text.slice(0, 80) ?? ""}` })) },
	},
	"M1.reference": {
		type: "M1", fixed: { step: "reference" }, precedence: "priority", ack: false, only: ["reason"],
		sections: [{ title: "why", names: ["reason"], envelope: ["also_reported_to"] }],
	},
	"M2.propose": warning("propose"),
	"M2.issue": warning("issue"),
	"M2.decline": {
		type: "M2", fixed: { step: "decline" }, precedence: "priority", ack: false,
		sections: [{ title: "why", names: ["reason_code", "note"] }, { title: "criteria", names: ["criteria"] }],
		start: (here) => ({ criteria: rowsOf(here, "criteria", criterion, known(here)) }),
		rows: fromVocabulary("criteria", "criteria"), known: ["proposal_ref"],
		given: (here) => (here.entry && here.entry !== here.incident?.id ? { proposal_ref: here.entry } : {}),
	},
	"M3.assess": decide("assess", { sections: [{ title: "who", names: ["assignee", "reason", "requested_by"] }],
		start: (here) => ({ assignee: here.me.person, ...asked(here) }), choices: { requested_by: requests }, only: ["assignee", "reason",
			"requested_by"] }),
	"M3.assign": decide("assign", { sections: [{ title: "who", names: ["assignee", "reason"] }], only: ["assignee", "reason"] }),
	"M3.not_activate": decide("not_activate", { sections: [{ title: "why", names: ["reason_code", "reason"] }],
		only: ["reason_code", "reason"], grave: true }),
	"M3.activate": decide("activate", activates),
	"M3.reopen": decide("reopen", activates),
	"M3.change": decide("change", { sections: [{ title: "activation", names: ["scope", "requested_measures", "review_at"] },
		{ title: "why", names: ["reason", "fundamental_rights_note"] }], start: (here) => ({ review_at: wall(here.now + 24 * HOUR -
			60_000), scope: scopeOf(here) }), only: ["scope", "requested_measures", "review_at", "reason",
				"fundamental_rights_note"] }),
	"M3.wind_down": decide("wind_down", { sections: [{ title: "checklist", names: ["closing_checklist"] }, { title: "why",
		names: ["reason", "review_at"] }], start: (here) => ({ review_at: wall(here.now + 24 * HOUR - 60_000),
			closing_checklist: { items: rowsOf(here, "checklist", { code: "", answer: "", note: "" }),
				open_points: "" } }), rows: fromVocabulary("closing_checklist.items", "checklist"),
		only: ["closing_checklist", "reason", "review_at"], grave: true }),
	"M3.close": decide("close", { sections: [{ title: "checklist", names: ["closing_checklist"] }, { title: "all_clear",
		names: ["all_clear", "reason", "fundamental_rights_note"] }], start: (here) => ({ closing_checklist: { items: rowsOf(here,
			"checklist", { code: "", answer: "", note: "" }), open_points: "" } }), rows: fromVocabulary("closing_checklist.items",
				"checklist"), only: ["closing_checklist", "all_clear", "reason", "fundamental_rights_note"], grave: true }),
	"M3.confirm": answerTo("confirm", []),
	"M3.object": answerTo("object", ["reason"]),
	"M3.withdraw": answerTo("withdraw", ["reason"]),
	"M6.share": {
		type: "M6", fixed: { step: "share" }, readers: READ_SIGNALS, precedence: "priority", ack: false, grave: true, first: "items",
		drop: true,
		unasked: (here) => (here.incident?.signals.size ? [] : ["items.variant_of", "items.variant_kind"]),
		sections: [{ title: "signals", names: ["items"] }, { title: "all_items", names: EACH }, audience],
		known: ["items.item_id", "items.bank", "items.hash_ref", "items.seen_at", "items.frame_time", ...EACH.map((n) => `items.${n}`)],
		start: (here) => ({ suggested_action: "review", expires_at: wall(here.now + 90 * 24 * HOUR) }),
		given: (here, typed) => ({ items: (typed.items ?? []).map((/** @type {any} */ x) => ({ item_id: uuid7(Date.now()), bank: "match",
			...x })) }),
		choices: { "items.variant_of": (here) => [...here.incident?.signals.values() ?? []].map((x) => ({ value: x.id,
			text: `${x.fields.hash_type ?? x.fields.signal_kind} ${String(x.fields.hash_value ?? x.fields.url ?? "").slice(0, 16)}` })) },
	},
	"M6.scope": {
		type: "M6", fixed: { step: "scope" }, precedence: "priority", ack: false, first: "scopes", single: true, only: ["scopes"],
		known: ["items", "scopes.item_ref"], sections: [{ title: "ruling", names: ["scopes"] }],
		given: (here, typed) => ({ scopes: (typed.scopes ?? []).map((/** @type {any} */ x) => ({ ...x, item_ref: here.entry })) }),
	},
	"M7.match_count": judgement("match_count", ["count", "window", "distance", "blocked_at_upload", "removed", "left_up_with_context",
		"views_hour", "reinstated"]),
	"M7.opinion": judgement("opinion", ["opinion", "distance", "expires_at"]),
	"M7.false_positive": judgement("false_positive", ["reason_code", "distance", "sample_ref"]),
	"M7.not_applicable": judgement("not_applicable", ["reason_code"]),
	"M3.link_activation": decide("link_activation", { sections: [{ title: "activation", names: ["linked_activations"] },
		{ title: "why", names: ["reason"] }], only: ["linked_activations", "reason"] }),
	...COURSE_FORMS,
	...FENCE_FORMS,
	...CONTACT_FORMS,
	...EXERCISE_FORMS,
	...ADMIN_FORMS,
};

Object.assign(FORMS, orderForms(exactWall));

const itemOf = (/** @type {About} */ here) => here.incident?.signals.get(here.entry ?? "");

/** @param {string} kind @param {string[]} names @returns {Spec} */
function judgement(kind, names) {
	return {
		type: "M7", fixed: { kind }, precedence: "routine", ack: false, only: names, known: ["item_ref"],
		sections: [{ title: "found", names }],
		start: (here) => ({ window: { from: wall(Date.parse(itemOf(here)?.at ?? "")), until: wall(here.now) } }),
		given: (here) => ({ item_ref: here.entry }), basis: [{ act: "voluntary", article: "none" }],
	};
}

/** @param {About} here */
function scopeOf(here) {
	const scope = here.incident?.activation?.body.scope;
	return { content_types: scope?.content_types ?? [], services: scope?.services ?? [], states: scope?.states ??
		here.incident?.affected ?? [], languages: (scope?.languages ?? []).join("\n") };
}

/** @param {string} step @returns {Spec} */
function warning(step) {
	return {
		type: "M2", fixed: { step }, precedence: "priority", ack: false,
		sections: [{ title: "warning", names: ["headline", "what_is_known", "what_is_not_known", "confidence",
			"requested_action"] }, { title: "until", names: ["valid_until", "next_update_by"] }],
		start: (here) => ({ valid_until: wall(here.now + 6 * HOUR), next_update_by: wall(here.now + HOUR / 2),
			headline: here.incident?.headline ?? "" }),
	};
}

/** The form as it opens: blank, what is known to begin with, and over it what was typed here before.
 * @param {Catalogue} c @param {string} name @param {About} here @param {any} [kept] @returns {{body: Values, envelope: Values}} */
export function beginning(c, name, here, kept) {
	const spec = FORMS[name];
	const empty = blank(c, c.types[spec.type].shape);
	for (const f of c.shapes[c.types[spec.type].shape].fields)
		if (spec.first === f.name && f.shape)
			empty[f.name] = [blank(c, f.shape)];
	const fresh = { body: { ...begun(c, c.types[spec.type].shape, empty, spec.start?.(here) ?? {}), ...spec.fixed },
		envelope: { ...blank(c, "envelope"), tlp: "AMBER" } };
	const back = kept ? restored(fresh, kept) : fresh;
	return { ...back, body: { ...back.body, ...spec.fixed } };
}

/** What stands in the form at the beginning, over the blank; an object, as the wire has it, member by member.
 * @param {Catalogue} c @param {string} shape @param {any} empty @param {any} start @returns {any} */
function begun(c, shape, empty, start) {
	const values = { ...empty };
	for (const [name, v] of Object.entries(start)) {
		const f = c.shapes[shape].fields.find((x) => x.name === name);
		const object = f?.shape && !mustBeAnswered(f) ? f.shape : undefined;
		values[name] = object && !f?.list && typeof v === "object" ? begun(c, object, values[name], v)
			: object && f?.list && Array.isArray(v) ? v.map((x) => begun(c, object, blank(c, object), x)) : typed(f, v);
	}
	return values;
}

/** A value of the wire, as it would have been typed. @param {import("./form.js").Field|undefined} f @param {any} v */
function typed(f, v) {
	if (f?.kind === "TIME" && typeof v === "string" && v)
		return exactWall(Date.parse(v));
	return typeof v === "boolean" ? (v ? "yes" : "no") : typeof v === "number" ? String(v) : v;
}

/** @param {Spec} spec */
const askedOfEnvelope = (spec) => spec.sections.flatMap((x) => x.envelope ?? []);

/** What keeps it from being sent, in the order of the form. @param {Catalogue} c @param {string} name
 * @param {{body: Values, envelope: Values}} values */
export function problemsIn(c, name, values) {
	const spec = FORMS[name];
	const known = new Set(spec.known ?? []);
	const asked = new Set(askedOfEnvelope(spec));
	const first = (/** @type {string} */ path) => path.split(".")[0];
	const plain = (/** @type {string} */ path) => path.replace(/\.\d+(?=\.|$)/g, "");
	const order = spec.sections.flatMap((x) => [...x.names.map((n) => `body.${x.inside ? `${x.inside}.` : ""}${n}`), ...(x.envelope ?? []).map((n) => `envelope.${n}`)]);
	const place = (/** @type {string} */ path) => (order.findIndex((n) => path === n || path.startsWith(`${n}.`)) + 1 || 99);
	/** @type {import("./form.js").Problem[]} */
	const besides = (spec.needs ?? []).map((path) => path.split(".")).flatMap(([list, member]) => values.body[list].flatMap(
		(/** @type {any} */ row, /** @type {number} */ n) => (row[member] ? [] : [{ path: `body.${list}.${n}.${member}`, why: "required" }])));
	return [
		...besides,
		...problems(c, c.types[spec.type].shape, values.body).filter((p) => !known.has(first(p.path)) && !known.has(plain(p.path)))
			.map((p) => ({ ...p, path: `body.${p.path}` })),
		...problems(c, "envelope", values.envelope).filter((p) => asked.has(first(p.path)))
			.map((p) => ({ ...p, path: `envelope.${p.path}` })),
	].sort((x, y) => place(x.path) - place(y.path));
}

/** The message. @param {Catalogue} c @param {string} name @param {{body: Values, envelope: Values}} values @param {About} here
 * @param {any[]} [links] ties that were accepted on the check page */
export function message(c, name, values, here, links = []) {
	const spec = FORMS[name];
	const typed = body(c, c.types[spec.type].shape, values.body);
	const said = { ...typed, ...spec.given?.(here, typed) };
	if (links.length)
		said.links = [...(said.links ?? []), ...links];
	const asked = body(c, "envelope", values.envelope);
	/** @type {any} */
	const more = { ...(c.types[spec.type].routed ? {} : { audience: [] }), precedence: spec.precedence, ack_required: typeof spec.ack === "function" ? spec.ack(here,
		said) : spec.ack, legal_basis: spec.basis ?? EUCP,
		personal_data: { level: spec.personal ?? "none", categories: [] } };
	for (const name of askedOfEnvelope(spec))
		if (asked[name] !== undefined)
			more[name] = asked[name];
	return envelope(/** @type {import("./messages").Type} */ (spec.type), /** @type {any} */ (said), { mode: here.mode, exercise: here.exercise, incident: spec.apart ? undefined : here.incident?.id, now: here.now,
		lang: here.lang }, more);
}
