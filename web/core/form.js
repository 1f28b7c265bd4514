// @ts-check
/* form.js: a form out of the catalogue: which fields there are now, which are needed, what is wrong with what was
 * typed, and the body that it becomes. No field is named here: everything comes from the table (catalogue.mjs).
 *
 * Values are what was typed, so that they can be kept over a reload and given back unchanged:
 *   text, choice, number  text                    true or false   "", "yes", "no"
 *   time                  {local, offset}         several choices, organisations, people: list of text
 *   object                object of values        several objects: list of objects of values
 * Paths name a value as the server's refusals do: links[0].ref is links.0.ref here.
 *
 * Two rules are the catalogue's own. A mandatory list of objects that may be empty "must be answered": its value is
 * {said: "yes" or "no", rows}. An optional object counts as absent until something in it is filled; then its own mandatory fields are. */

import { stamped } from "./notice.js";

/** @typedef {{member: string, values: string[], and?: any}|null|undefined} Condition */
/** @typedef {{name: string, kind: string, need: string, clause: string, meaning: string, min?: number, max?: number,
 *   words?: string, values?: string[], shape?: string, list?: [number, number], personal?: boolean,
 *   must?: Condition, only?: Condition}} Field */
/** @typedef {{name: string, meaning: string, fields: Field[], rules: {when: Condition, either?: string[], least?: number,
 *   each?: string, member?: string, form?: string, kind?: string, min?: number, max?: number, clause: string,
 *   words?: string}[]}} Shape */
/** @typedef {{types: Record<string, any>, shapes: Record<string, Shape>}} Catalogue */
/** @typedef {Record<string, any>} Values */
/** @typedef {{path: string, why: string, n?: number, words?: string}} Problem  `why` is the key of a sentence: missing.WHY */

/** Kinds of which several are chosen; of the others several are typed, one a line (short codes: also by comma). */
const CHOSEN = new Set(["ENUM", "ORG", "PERSON", "UUID"]);
export const CODES = new Set(["CC", "LANG", "HEX"]);

/** A mandatory list that may be empty. @param {Field} f */
const mayBeNone = (f) => f.list?.[0] === 0 && (f.need === "MUST" || f.need === "MEMBERS_MUST");

/** The same of a list of words that is mandatory by what was chosen beside it. @param {Field} f @param {Values} values */
const mayBeNoneHere = (f, values) => mayBeNone(f) || Boolean(f.list?.[0] === 0 && !f.shape && f.must && holds(f.must, values));

/** One of objects: "none" has to be said. @param {Field} f */
export const mustBeAnswered = (f) => Boolean(f.shape && mayBeNone(f));

/** @param {Condition} c @param {Values} values @returns {boolean} */
function holds(c, values) {
	if (!c)
		return true;
	const v = values[c.member];
	return (c.values.includes(v) || (v === "yes" && c.values.includes("true"))) && holds(c.and, values);
}

/** May the field be there, by what was chosen beside it? @param {Field} f @param {Values} values */
export function shown(f, values) {
	return f.need !== "SERVER" && (!f.only || holds(f.only, values));
}

/** Must it be there? @param {Field} f @param {Values} values */
export function needed(f, values) {
	/* who computes no recipients asks for them */
	return ["MUST", "MEMBERS_MUST", "UNLESS_ROUTED"].includes(f.need) || (f.must !== undefined && holds(f.must, values));
}

/** Must every object of a list have it, or it stand beside the list? @param {Shape} shape @param {Field} f */
export const neededOfEach = (shape, f) => shape.rules.some((r) => r.each && r.member === f.name);

/** What an untouched field holds. @param {Catalogue} c @param {Field} f @returns {any} */
export function blankOf(c, f) {
	if (mustBeAnswered(f))
		return { said: "", rows: [] };
	if (f.list)
		return f.shape || CHOSEN.has(f.kind) ? [] : "";
	if (f.shape)
		return blank(c, f.shape);
	return f.kind === "TIME" ? { local: "", offset: "" } : "";
}

/** @param {Catalogue} c @param {string} shape @returns {Values} */
export function blank(c, shape) {
	/** @type {Values} */
	const values = {};
	for (const f of c.shapes[shape].fields)
		if (f.need !== "SERVER" && f.kind !== "BODY")
			values[f.name] = blankOf(c, f);
	return values;
}

/** Nothing typed, nothing chosen. @param {any} v @returns {boolean} */
export function isEmpty(v) {
	if (v === "" || v === undefined || v === null)
		return true;
	if (Array.isArray(v))
		return v.every(isEmpty);
	if (typeof v === "object")
		return "local" in v ? isEmpty(v.local) : Object.values(v).every(isEmpty);
	return false;
}

/** What was typed in a list, one by one. @param {Field} f @param {string} text */
const linesOf = (f, text) => text.split(CODES.has(f.kind) ? /[\s,;]+/ : "\n").map((l) => l.trim()).filter(Boolean);

/** One value as the wire wants it. @param {Catalogue} c @param {Field} f @param {any} v @returns {any} */
function wire(c, f, v) {
	if (mustBeAnswered(f))
		return v.said === "yes" ? wire(c, { ...f, need: "MAY" }, v.rows) : [];
	if (f.list) {
		const all = typeof v === "string" ? linesOf(f, v) : v.filter((/** @type {any} */ x) => !isEmpty(x));
		return all.map((/** @type {any} */ x) => wire(c, { ...f, list: undefined }, x));
	}
	if (f.shape)
		return body(c, f.shape, v);
	switch (f.kind) {
	case "BOOL": return v === "yes";
	case "INT": return Number(v);
	case "TIME": return stamped(v.local, v.offset);
	case "CC": return v.trim().toUpperCase().replace(/^EL$/, "GR");
	case "HEX": return v.replace(/\s/g, "").toLowerCase();
	default: return v.trim();
	}
}

/** The object that was typed; what is empty or does not apply is not in it.
 * @param {Catalogue} c @param {string} shape @param {Values} values @returns {Record<string, any>} */
export function body(c, shape, values) {
	/** @type {Record<string, any>} */
	const out = {};
	for (const f of c.shapes[shape].fields) {
		const v = values[f.name];
		if (v === undefined || !shown(f, values))
			continue;
		if (mustBeAnswered(f) ? v.said !== "" : mayBeNoneHere(f, values) || !isEmpty(v))
			out[f.name] = wire(c, f, v);
	}
	return out;
}

/** What a value alone may not be. @param {Field} f @param {any} v @returns {{why: string, n?: number}|undefined} */
function wrong(f, v) {
	const text = typeof v === "string" ? v.trim() : "";
	switch (f.kind) {
	case "INT": {
		const n = Number(text);
		if (!Number.isInteger(n) || n < (f.min ?? 0) || n > (f.max ?? Infinity))
			return { why: "whole_number" };
		break;
	}
	case "TIME":
		if (v.offset && !/^([+-]\d\d:\d\d|Z)$/.test(v.offset))
			return { why: "offset" };
		break;
	case "URL":
		if (!/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(text))
			return { why: "url" };
		break;
	case "CC":
		if (!/^[A-Za-z]{2}$/.test(text))
			return { why: "country" };
		break;
	case "LANG":
		if (!/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/.test(text))
			return { why: "language" };
		break;
	case "UUID":
		if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
			return { why: "number" };
		break;
	case "HEX":
		if (!/^([0-9a-f]{2})+$/i.test(text.replace(/\s/g, "")))
			return { why: "hex", n: f.min };
		if (text.replace(/\s/g, "").length < (f.min ?? 0) || text.replace(/\s/g, "").length > (f.max ?? Infinity))
			return { why: "digits", n: f.min };
		break;
	case "LINE": case "PROSE": case "TOKEN":
		if ([...text].length > (f.max ?? Infinity))
			return { why: "long", n: f.max };
		break;
	}
	return undefined;
}

/** @param {Catalogue} c @param {Field} f @param {any} v @param {string} path @returns {Problem[]} */
function problemsOf(c, f, v, path) {
	if (mustBeAnswered(f)) {
		if (v.said !== "yes")
			return v.said === "" ? [{ path, why: "answered" }] : [];
		return isEmpty(v.rows) ? [{ path, why: "required" }] : problemsOf(c, { ...f, need: "MAY" }, v.rows, `${path}.rows`);
	}
	if (f.list) {
		/** @type {any[]} */
		const all = typeof v === "string" ? linesOf(f, v) : v;
		const n = all.filter((x) => !isEmpty(x)).length;
		const one = { ...f, list: undefined };
		/* a row that was opened and left empty is no row */
		const rows = all.flatMap((x, i) => (isEmpty(x) ? [] : problemsOf(c, one, x, f.shape ? `${path}.${i}` : path)));
		return n > (f.list[1] ?? Infinity) ? [{ path, why: "too_many", n: f.list[1] }, ...rows] : rows;
	}
	if (f.shape)
		return problems(c, f.shape, v, path);
	const w = wrong(f, v);
	return w ? [{ path, ...w }] : [];
}

/** Everything that keeps it from being sent, in the order of the form.
 * @param {Catalogue} c @param {string} shape @param {Values} values @param {string} [at] path of the object
 * @returns {Problem[]} */
export function problems(c, shape, values, at = "") {
	const path = (/** @type {string} */ name) => (at ? `${at}.${name}` : name);
	/** @type {Problem[]} */
	const list = [];
	for (const f of c.shapes[shape].fields) {
		const v = values[f.name];
		if (v === undefined || !shown(f, values))
			continue;
		if (mustBeAnswered(f) || !isEmpty(v))
			list.push(...problemsOf(c, f, v, path(f.name)));
		else if (needed(f, values) && !mayBeNoneHere(f, values))
			list.push({ path: path(f.name), why: "required" });
	}
	for (const r of c.shapes[shape].rules) {
		const there = body(c, shape, values);
		if (!holds(r.when, values))
			continue;
		if (r.either && !r.either.some((n) => n in there))
			list.push({ path: path(r.either[0]), why: "rule", words: r.words });
		else if (r.least && Object.keys(there).length < r.least)
			list.push({ path: path(c.shapes[shape].fields[1]?.name ?? ""), why: "rule", words: r.words });
		else if (r.each && r.member && !(r.member in there) && there[r.each]?.some((/** @type {any} */ x) => !(/** @type {string} */ (r.member) in x)))
			list.push({ path: path(r.member), why: "required" });
		else if (r.form && there[r.form] !== undefined) {
			const w = wrong(/** @type {any} */ (r), there[r.form]);
			if (w)
				list.push({ path: path(r.form), ...w });
		}
	}
	return list;
}

/** Where the form shows what a refusal is about: "body.links[0].ref" → "links.0.ref". @param {string} path @param {Values} values */
export function pathOf(path, values) {
	let at = /** @type {any} */ (values);
	return path.replace(/^body\./, "").replace(/\[(\d+)\]/g, ".$1").split(".").map((name) => {
		const answered = at?.rows && /^\d+$/.test(name);
		at = answered ? at.rows[name] : at?.[name];
		return answered ? `rows.${name}` : name;
	}).join(".");
}

/** @param {Values} values @param {string} path @returns {any} */
export function valueAt(values, path) {
	return path.split(".").reduce((v, name) => v?.[name], /** @type {any} */ (values));
}

/** A copy in which one value is another. @template T @param {T} values @param {string} path @param {any} value @returns {T} */
export function withValue(values, path, value) {
	const [name, ...rest] = path.split(".");
	const next = /** @type {any} */ (Array.isArray(values) ? [...values] : { ...values });
	next[name] = rest.length ? withValue(next[name], rest.join("."), value) : value;
	return next;
}

/** What was kept of an earlier visit, as far as it still fits the form: of another shape it is not taken.
 * @param {any} fresh @param {any} kept @returns {any} */
export function restored(fresh, kept) {
	if (kept === undefined || kept === null || typeof kept !== typeof fresh || Array.isArray(kept) !== Array.isArray(fresh))
		return fresh;
	if (typeof fresh !== "object" || Array.isArray(fresh))
		return kept;
	return Object.fromEntries(Object.entries(fresh).map(([name, v]) => [name, restored(v, kept[name])]));
}
