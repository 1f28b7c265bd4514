// @ts-check
/* form.js: the fields of a form that comes out of the catalogue (core/form.js). Which part shows a value follows from its
 * kind; label, words and hint are strings by the name of shape and field; the clause is the catalogue's.
 *
 *   field.SHAPE.NAME        label (without it field.NAME)       hint.SHAPE.NAME   what to think of; without it, in
 *   VALUESET.WORD           a choice                            English, the catalogue's own meaning
 *   group.SHAPE, add.SHAPE  one row of a list of objects, and the button that adds one
 *
 * Where a vocabulary says which rows there are (form.rows), their number is fixed and each says what it is about. */

import { CODES, blank, mustBeAnswered, needed, neededOfEach, shown, valueAt } from "../core/form.js";
import { localOffset } from "../core/notice.js";
import { country } from "../lib/format.js";
import { drawn } from "../lib/drawn.js";
import { html } from "../lib/html.js";
import { has, language, learn, t, word } from "../lib/i18n.js";
import { Checks, Radios, Select, TextArea, TextField } from "./field.js";
import { Icon } from "./icon.js";

learn("parts");

/** @typedef {import("../core/form.js").Field} Field */
/** @typedef {import("../core/form.js").Catalogue} Catalogue */
/** @typedef {{value: string, label: string, hint?: string}} Option */
/** @typedef {{catalogue: Catalogue, values: any, set: (path: string, value: any) => void, error: (path: string) => string|undefined,
 *   options: (kind: string, path: string) => Option[]|undefined, rows?: (path: string) => {code: string, name: string}[]|undefined,
 *   wrongIn?: (path: string) => boolean, single?: boolean, typed?: string[], skip?: (path: string) => boolean}} Form
 *   `options`: what can be chosen where the catalogue only knows the kind (organisations, people, entries, words of a vocabulary) */

/** Of more rows than this only those are open that somebody works on. */
const OPEN_ROWS = 3;
/** Choices of up to so many words are shown all at once. */
const FEW = 5;
const LONG = 200;

/** @param {string} shape @param {string} name */
export function labelOf(shape, name) {
	const key = has(`field.${shape}.${name}`) ? `field.${shape}.${name}` : `field.${name}`;
	return has(key) ? t(key) : name.replaceAll("_", " ");
}

/** @param {string} shape @param {Field} f */
function hintOf(shape, f) {
	const key = `hint.${shape}.${f.name}`;
	return has(key) ? t(key) || undefined : language.value === "en" ? `${f.meaning.charAt(0).toUpperCase()}${f.meaning.slice(1)}.`
		: undefined;
}

/** "domain M1" is this system's own rule and says nothing to who fills a form; a law does. @param {Field} f */
const lawOf = (f) => (f.clause.startsWith("domain") || /, domain/.test(f.clause) ? f.clause.split(/,? ?domain/)[0] || undefined
	: f.clause);

/** "links.0.ref" → "links.ref" @param {string} path */
export const plainPath = (path) => path.replace(/\.\d+(?=\.|$)/g, "");

/** @param {{form: Form, shape: string, f: Field, path: string, inRow?: boolean}} props */
export function FormField({ form, shape, f, path, inRow }) {
	const beside = valueAt(form.values, path.split(".").slice(0, -1).join(".")) ?? form.values;
	const value = valueAt(form.values, path);
	if (value === undefined || !shown(f, beside) || form.skip?.(plainPath(path)))
		return null;
	const must = needed(f, beside) || neededOfEach(form.catalogue.shapes[shape], f);
	const common = { id: `f-${path}`, label: labelOf(shape, f.name), hint: inRow ? undefined : hintOf(shape, f),
		clause: inRow ? undefined : lawOf(f), optional: !must && !inRow, error: form.error(path), value,
		onChange: (/** @type {any} */ v) => form.set(path, v) };
	if (mustBeAnswered(f))
		return html`<${Radios} ...${common} inline value=${value.said} options=${yesNo()}
			onChange=${(/** @type {string} */ said) => form.set(path, { said, rows: said === "yes" && f.shape && !value.rows.length
				? [blank(form.catalogue, f.shape)] : value.rows })} />
			${value.said === "yes" && html`<${Rows} form=${form} f=${f} path=${`${path}.rows`} />`}`;
	if (f.shape)
		return html`<fieldset class=${`field ${common.error ? "has-error" : ""}`} id=${common.id} tabindex="-1"
			aria-describedby=${common.error ? `${common.id}-error` : undefined}>
			<legend><span class="label-line"><span class="label">${common.label}</span>${common.optional && html`<span
				class="optional">${t("form.optional")}</span>`}${common.clause && html`<span
					class="clause">${common.clause}</span>`}</span></legend>
			${common.hint && html`<span class="hint">${common.hint}</span>`}
			${common.error && html`<span class="error" id=${`${common.id}-error`}>${common.error}</span>`}
			${f.list ? html`<${Rows} form=${form} f=${f} path=${path} />`
				: html`<div class="sub-fields"><${Fields} form=${form} shape=${f.shape} path=${path} inRow /></div>`}
		</fieldset>`;
	const known = form.options(f.kind, plainPath(path)) ?? f.values?.map((v) => ({ value: v, label: word(f.words ?? f.name, v) }));
	/* an entry is chosen, or is not asked for: nobody types its number */
	if (!known && f.kind === "UUID" && !form.typed?.includes(plainPath(path).replace(/^body\./, "")))
		return null;
	if (known && f.list)
		return html`<${Checks} ...${common} inline options=${known} />${f.kind === "ORG" && known.length > 3 && html`<p class="row"><button
			type="button" class="mini" onClick=${() => form.set(path, known.map((o) => o.value))}>${t("form.everybody")}</button><button
				type="button" class="mini" onClick=${() => form.set(path, [])}>${t("form.nobody")}</button></p>`}`;
	if (known)
		return known.length <= FEW && f.values && !inRow ? html`<${Radios} ...${common} inline options=${known} />`
			: html`<${Select} ...${common} options=${known} class=${inRow ? "" : "w-choice"} />`;
	if (f.list && CODES.has(f.kind))
		return html`<${TextField} ...${common} hint=${t("form.by_comma")} class="w-choice" />`;
	switch (f.kind) {
	case "BOOL":
		return html`<${Radios} ...${common} inline options=${yesNo()} />`;
	case "TIME":
		return html`<${TimeField} ...${common} />`;
	case "PROSE":
		return html`<${TextArea} ...${common} rows=${inRow ? 2 : (f.max ?? 0) > 1000 ? 4 : 2} maxlength=${f.max} />`;
	case "CC":
		return html`<${TextField} ...${common} maxlength=${2} class="w-cc" />${/^[A-Za-z]{2}$/.test(value) && html`<span
			class="cc-name">${country(value.toUpperCase())}</span>`}`;
	case "INT":
		return html`<${TextField} ...${common} inputmode="numeric" class="w-cc" />`;
	default:
		if (f.list)
			return html`<${TextArea} ...${common} hint=${t("form.one_a_line")} rows=${2} />`;
		return html`<${TextField} ...${common} maxlength=${f.max} inputmode=${f.kind === "URL" ? "url" : undefined}
			class=${f.kind === "URL" || f.kind === "HEX" || (f.max ?? 0) > 64 ? "w-wide" : ""} />`;
	}
}

const yesNo = () => [{ value: "yes", label: t("form.yes") }, { value: "no", label: t("form.no") }];

/** A time as this computer's wall says it, and its offset: the hour is evidence. @param {any} p */
function TimeField(p) {
	const set = (/** @type {any} */ change) => p.onChange({ ...p.value, ...change });
	return html`<div class=${`field time-field ${p.error ? "has-error" : ""}`} role="group" aria-labelledby=${`${p.id}-name`}>
		<span class="label-line"><span class="label" id=${`${p.id}-name`}>${p.label}</span>${p.optional && html`<span
			class="optional">${t("form.optional")}</span>`}${p.clause && html`<span class="clause">${p.clause}</span>`}</span>
		${p.hint && html`<span class="hint" id=${`${p.id}-hint`}>${p.hint}</span>`}
		${p.error && html`<span class="error" id=${`${p.id}-error`}>${p.error}</span>`}
		<div class="time-parts"><input id=${p.id} type="datetime-local" step="1" value=${p.value.local}
			aria-label=${p.label} aria-invalid=${p.error ? "true" : undefined}
			aria-describedby=${[p.hint && `${p.id}-hint`, p.error && `${p.id}-error`].filter(Boolean).join(" ") || undefined}
			onInput=${(/** @type {any} */ e) => set({ local: e.target.value })} />
		<input value=${p.value.offset} placeholder=${localOffset(p.value.local)} maxlength="6"
			aria-label=${t("form.offset_of", { what: p.label })} onInput=${(/** @type {any} */ e) =>
				set({ offset: e.target.value })} /></div>
	</div>`;
}

/** What is in a row, in a few words. @param {Form} form @param {string} shape @param {any} row */
const rowInWords = (form, shape, row) => form.catalogue.shapes[shape].fields.filter((f) => typeof row[f.name] === "string" && row[f.name]).slice(0, 4)
	.map((f) => (f.values ? word(f.words ?? f.name, row[f.name]) : row[f.name].length > 20 ? `${row[f.name].slice(0, 16)}…` : row[f.name])).join(" · ");

/** A list of objects: it can grow, or a vocabulary says which rows there are. @param {{form: Form, f: Field, path: string}} props */
function Rows({ form, f, path }) {
	const shape = f.shape ?? "";
	const rows = valueAt(form.values, path) ?? [];
	const given = form.rows?.(plainPath(path));
	const id = `group-${path}`;
	const name = has(`group.${shape}`) ? t(`group.${shape}`) : shape.replaceAll("_", " ");
	const add = () => {
		form.set(path, [...rows, blank(form.catalogue, shape)]);
		drawn(() => /** @type {HTMLElement|null} */ (document.getElementById(id)?.querySelector(
			":scope > .group-row:last-of-type input, :scope > .group-row:last-of-type select"))?.focus());
	};
	return html`<div class="group" id=${id}>
		${rows.map((/** @type {any} */ row, /** @type {number} */ i) => {
			const about = given?.find((g) => g.code === row.code)?.name;
			const fields = html`<${Fields} form=${form} shape=${shape} path=${`${path}.${i}`} inRow />`;
			const words = !given && rows.length > OPEN_ROWS && rowInWords(form, shape, row);
			return html`<div class=${`group-row ${given ? "is-given" : ""}`} key=${i} role="group"
				aria-label=${about ?? `${name} ${i + 1}`}>
				${about && html`<p class="row-words"><b>${i + 1}</b> ${about}</p>`}
				${words ? html`<details open=${form.wrongIn?.(`${path}.${i}.`)}><summary>${words}</summary>${fields}</details>` : fields}
				${!given && !form.single && html`<button type="button" class="mini drop" onClick=${() => form.set(path,
					rows.filter((/** @type {any} */ _, /** @type {number} */ j) => j !== i))}
					aria-label=${t("form.remove", { what: name, n: i + 1 })}><${Icon} name="cross" /></button>`}</div>`;
		})}
		${!given && !form.single && rows.length < (f.list?.[1] ?? Infinity) && html`<button type="button" class="mini" onClick=${add}><${Icon}
			name="plus" /> ${has(`add.${shape}`) ? t(`add.${shape}`) : t("form.add")}</button>`}</div>`;
}

/** All fields of a shape, or some of them. @param {{form: Form, shape: string, path?: string, names?: string[], inRow?: boolean}} props */
export function Fields({ form, shape, path = "", names, inRow }) {
	const fields = form.catalogue.shapes[shape].fields;
	const chosen = names ? names.map((n) => fields.find((f) => f.name === n)).filter((f) => f !== undefined) : fields;
	return chosen.map((f) => html`<${FormField} key=${f.name} form=${form} shape=${shape} f=${f}
		path=${path ? `${path}.${f.name}` : f.name} inRow=${inRow} />`);
}
