// @ts-check
/* field.js: parts of forms. Each takes its value and reports `onChange(value)`; label, hint, law and error belong
 * together for screen readers (aria-describedby). */

import { useState } from "preact/hooks";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";

/** @typedef {{id: string, label: string, value: any, onChange: (value: any) => void, hint?: string, clause?: string,
 *   error?: string, optional?: boolean, disabled?: boolean}} FieldProps */

/** @param {FieldProps} p */
const describedBy = (p) =>
	[p.hint && `${p.id}-hint`, p.error && `${p.id}-error`].filter(Boolean).join(" ") || undefined;

/** @param {FieldProps} p */
function head(p) {
	return html`
		<span class="label-line">
			<span class="label">${p.label}</span>
			${p.optional && html`<span class="optional">${t("form.optional")}</span>`}
			${p.clause && html`<span class="clause">${p.clause}</span>`}
		</span>`;
}

/** @param {FieldProps} p */
function notes(p) {
	return html`
		${p.hint && html`<span class="hint" id=${`${p.id}-hint`}>${p.hint}</span>`}
		${p.error && html`<span class="error" id=${`${p.id}-error`}>${p.error}</span>`}`;
}

/** A browser cuts what is pasted to what fits, without a word: it is said, for what was left out may be what matters.
 * @param {{id: string, maxlength?: number}} p @returns {[any, (event: any) => void]} what to say; for what is about to be put in */
function useCut({ id, maxlength }) {
	const [cut, setCut] = useState(false);
	return [cut && html`<span class="error" id=${`${id}-cut`} role="alert">${t("form.cut", { n: maxlength ?? 0 })}</span>`, (e) => {
		const more = e.data ?? e.dataTransfer?.getData("text/plain") ?? "", { value, selectionStart: from, selectionEnd: to } = e.target;
		setCut(maxlength !== undefined && more.length > 1 && value.length - ((to ?? 0) - (from ?? 0)) + more.length > maxlength);
	}];
}

/** @param {FieldProps & {type?: string, inputmode?: string, class?: string, maxlength?: number, placeholder?: string,
 *   autocomplete?: string, lang?: string, step?: string}} p */
export function TextField(p) {
	const [cut, putIn] = useCut(p);
	return html`<div class=${`field ${p.class ?? ""} ${p.error ? "has-error" : ""}`}>
		<label for=${p.id}>${head(p)}</label>${notes(p)}${cut}
		<input id=${p.id} type=${p.type ?? "text"} value=${p.value} inputmode=${p.inputmode} maxlength=${p.maxlength}
			autocomplete=${p.autocomplete ?? "off"} spellcheck=${p.type === "url" ? "false" : undefined}
				step=${p.step}
			aria-describedby=${describedBy(p)} aria-invalid=${p.error ? "true" : undefined} disabled=${p.disabled}
			placeholder=${p.placeholder} onbeforeinput=${putIn} onInput=${(/** @type {any} */ e) => p.onChange(e.target.value)} />
	</div>`;
}

/** @param {FieldProps & {rows?: number, maxlength?: number}} p */
export function TextArea(p) {
	const [cut, putIn] = useCut(p);
	return html`<div class=${`field ${p.error ? "has-error" : ""}`}>
		<label for=${p.id}>${head(p)}</label>${notes(p)}${cut}
		<textarea id=${p.id} rows=${p.rows ?? 4} maxlength=${p.maxlength} value=${p.value} disabled=${p.disabled}
			aria-describedby=${describedBy(p)} aria-invalid=${p.error ? "true" : undefined} onbeforeinput=${putIn}
			onInput=${(/** @type {any} */ e) => p.onChange(e.target.value)}></textarea>
	</div>`;
}

/** @param {FieldProps & {options: {value: string, label: string}[], empty?: string, class?: string}} p */
export function Select(p) {
	return html`<div class=${`field ${p.class ?? ""} ${p.error ? "has-error" : ""}`}>
		<label for=${p.id}>${head(p)}</label>${notes(p)}
		<select id=${p.id} value=${p.value} disabled=${p.disabled} aria-describedby=${describedBy(p)}
			aria-invalid=${p.error ? "true" : undefined} onChange=${(/** @type {any} */ e) =>
				p.onChange(e.target.value)}>
			<option value="" selected=${p.value === ""}>${p.empty ?? t("form.choose")}</option>
			${p.options.map((o) => html`<option value=${o.value}
				selected=${p.value === o.value}>${o.label}</option>`)}
		</select>
	</div>`;
}

/** @param {FieldProps & {options: {value: string, label: string, hint?: string}[], inline?: boolean}} p */
export function Radios(p) {
	return html`<fieldset class=${`field radios ${p.inline ? "inline" : ""} ${p.error ? "has-error" : ""}`} id=${p.id}
		aria-describedby=${describedBy(p)}>
		<legend>${head(p)}</legend>${notes(p)}
		<div class="options">${p.options.map((o) => html`
			<label class="option"><input type="radio" name=${p.id} value=${o.value} checked=${p.value === o.value}
				disabled=${p.disabled} onChange=${() => p.onChange(o.value)} /><span>${o.label}${o.hint && html`<span
					class="hint">${o.hint}</span>`}</span></label>`)}
		</div>
	</fieldset>`;
}

/** @param {FieldProps & {options: {value: string, label: string, hint?: string}[], inline?: boolean}} p  value: list */
export function Checks(p) {
	const toggle = (/** @type {string} */ v, /** @type {boolean} */ on) =>
		p.onChange(on ? [...p.value, v] : p.value.filter((/** @type {string} */ x) => x !== v));
	return html`<fieldset class=${`field radios many ${p.inline ? "inline" : ""} ${p.error ? "has-error" : ""}`} id=${p.id}
		aria-describedby=${describedBy(p)}>
		<legend>${head(p)}</legend>${notes(p)}
		<div class="options">${p.options.map((o) => html`
			<label class="option"><input type="checkbox" value=${o.value} checked=${p.value.includes(o.value)}
				disabled=${p.disabled} onChange=${(/** @type {any} */ e) => toggle(o.value,
					e.target.checked)} /><span>${o.label}${o.hint && html`<span
						class="hint">${o.hint}</span>`}</span></label>`)}
		</div>
	</fieldset>`;
}

/** @param {{id: string, label: string, value: boolean, onChange: (v: boolean) => void, hint?: string}} p */
export function Check(p) {
	return html`<label class="option single" for=${p.id}><input id=${p.id} type="checkbox" checked=${p.value}
		onChange=${(/** @type {any} */ e) => p.onChange(e.target.checked)} /><span>${p.label}${p.hint && html`<span
			class="hint">${p.hint}</span>`}</span></label>`;
}
