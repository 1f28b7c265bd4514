// @ts-check
/* graded.js: words that may hurt, covered until they are wanted. Covered, they are not in the page at all: no reader reads them aloud, no
 * picture of the screen has them. Pictures and films are never shown by this console. */

import { Icon } from "./icon.js";
import { covered, isOpened, open } from "../lib/care.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";

/** @param {{id: string, grade: string, children: any}} props  `id`: the same for the same words; `grade`: what to expect */
export function Graded({ id, grade, children }) {
	const shown = isOpened(id) && !covered.value.has(id);
	const cover = (/** @type {boolean} */ over) => {
		const next = new Set(covered.peek());
		next[over ? "add" : "delete"](id);
		covered.value = next;
		if (!over)
			open(id);
	};
	return html`<span class=${`graded ${shown ? "is-shown" : ""}`}><span class="graded-head"><${Icon} name="eye" /> ${grade}
		<button type="button" class="quiet" aria-expanded=${shown} onClick=${() => cover(shown)}>${t(shown ? "care.cover" : "care.show")}</button></span>
		${shown ? children : html`<span class="graded-cover" aria-hidden="true"></span>`}</span>`;
}
