// @ts-check
/* copy.js: a value that somebody will have to type elsewhere. */

import { announce } from "../app/model.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";

learn("parts");

/** Shown so that it cannot be followed, copied exactly.
 * @param {{text: string, shown?: string, name: string}} props */
export function Copyable({ text, shown, name }) {
	const copy = async () => {
		try {
			await navigator.clipboard.writeText(text);
			announce(t("copy.done", { name }));
		} catch {
			announce(t("copy.failed"));
		}
	};
	return html`<span class="copyable"><code>${shown ?? text}</code><button class="mini" onClick=${copy}
		aria-label=${t("copy.label", { name })}>${t("copy.button")}</button></span>`;
}
