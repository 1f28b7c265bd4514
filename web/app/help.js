// @ts-check
/* help.js: what the symbols and keys mean, over whatever screen is on. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { Standing } from "../components/parts.js";
import { Icon } from "../components/icon.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";
import { DEFAULT_KEYS, keyOf } from "./keys.js";
import { settings } from "./model.js";

learn("parts", "settings");

/** @param {{onClose: () => void}} props */
export function HelpDialog({ onClose }) {
	const ref = useRef(/** @type {HTMLDialogElement|null} */ (null));
	useLayoutEffect(() => {
		const back = /** @type {HTMLElement|null} */ (document.activeElement);
		ref.current?.showModal();
		ref.current?.querySelector("button")?.focus();
		return () => back?.focus();
	}, []);
	const key = (/** @type {string} */ k, /** @type {string} */ what) =>
		html`<div><dt><kbd>${k}</kbd></dt><dd>${what}</dd></div>`;
	return html`<dialog ref=${ref} class="help" aria-labelledby="help-title" onClose=${onClose}
		onKeyDown=${(/** @type {KeyboardEvent} */ e) => e.stopPropagation()}>
		<div class="dialog-head"><h2 id="help-title">${t("help.title")}</h2>
			<button onClick=${() => ref.current?.close()}>${t("help.close")} <kbd>Esc</kbd></button></div>
		<div class="columns">
			<section><h3>${t("help.keys")}</h3>
				${!settings.value.shortcuts && html`<p class="muted">${t("help.keys_off")}</p>`}
				<dl class="keys">
					${/** @type {(keyof typeof DEFAULT_KEYS)[]} */ (Object.keys(DEFAULT_KEYS)).map((a) =>
						key(keyOf(a), t(`key.${a}`)))}
					${key("Enter", t("key.enter"))}${key("Ctrl+Enter", t("key.primary"))}${key("Esc",
						t("key.escape"))}
				</dl>
				<p class="muted">${t("help.keys_change")}</p></section>
			<section><h3>${t("help.standing")}</h3>
				<ul class="legend">${["new", "waiting", "acked", "coordinated", "accepted", "elsewhere",
					"redirected", "rejected", "closed", "draft"].map((s) => html`<li><${Standing} is=${s} /><span
						class="muted">${t(`standing.${s}_long`)}</span></li>`)}</ul></section>
			<section><h3>${t("help.receipts")}</h3>
				<ul class="legend">${["sent", "delivered", "seen", "person", "machine"].map((r) => html`<li><span
					class=${`receipt is-${r}`}><${Icon} name=${r} /> ${t(`receipt.${r}`)}</span><span
						class="muted">${t(`receipt.${r}_long`)}</span></li>`)}</ul>
				<p>${t("help.mute")}</p></section>
		</div>
	</dialog>`;
}
