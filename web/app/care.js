// @ts-check
/* care.js: how long this person has been on shift, what they had to open, and when a pause is due; beside the board. */

import { Icon } from "../components/icon.js";
import { care, wantsPause } from "../lib/care.js";
import { spanInWords } from "../lib/format.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { now } from "./model.js";

export function ShiftCare() {
	const { since, opened } = care.value;
	if (since === null || !Number.isFinite(now.value))
		return null;
	return html`<section class="care" aria-label=${t("care.title")}><p class="muted"><${Icon} name="person" /> ${t("care.on_shift", { span: spanInWords(now.value - since),
		n: opened.length })} <a href="#/hand-over">${t("care.hand_over")}</a></p>
		${wantsPause(now.value) && html`<p class="pause" role="status"><${Icon} name="clock" /> ${t("care.pause")}</p>`}</section>`;
}
