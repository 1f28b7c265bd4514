// @ts-check
/* act.js: a button that says one thing to the server, and what came of it beside it. What cannot be taken back is asked twice. */

import { useState } from "preact/hooks";
import { Icon } from "../components/icon.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";
import { announce, ready } from "./model.js";
import { useFresh, useSending } from "./sending.js";

learn("parts");

/** A refusal at its place, with the law's or rule's clause. @param {{answer: any}} props */
export const RefusedHere = ({ answer }) => answer && !answer.ok && html` <span class="error" role="alert">${answer.refusal?.detail ?? t("act.unanswered")}${answer.refusal?.clause &&
	html` <span class="clause">${answer.refusal.clause}</span>`}</span>`;

/** @param {{label: string, of?: string, want?: string, make: () => any, done: string, onDone?: (frame: any) => void, primary?: boolean, danger?: boolean, mini?: boolean, icon?: string, sure?: string}} props
 *   `of`: what it is about, for those who hear the button without its place; `want`: the same for as long as the person wants the same; `sure`: what the second button says */
export function Act({ label, of, want, make, done, onDone, primary, danger, mini, icon, sure }) {
	const { busy, answer, deliver } = useSending();
	const [asked, setAsked] = useState(false);
	const { fresh } = useFresh(asked);
	const say = async () => {
		const result = await deliver(want ?? `${label} ${of}`, make);
		if (!result.ok)
			return;
		setAsked(false);
		onDone?.(result.frame);
		announce(done);
	};
	const named = (/** @type {string} */ what) => (of ? `${what}: ${of}` : undefined);
	const look = [primary && "primary", danger && "danger-quiet", mini && "mini"].filter(Boolean).join(" ");
	if (sure && asked)
		return html`<span class="act"><button type="button" class=${`danger ${mini ? "mini" : ""}`} disabled=${busy || fresh || !ready.value} onClick=${say} aria-label=${named(sure)}>${sure}</button>
			<button type="button" class=${mini ? "mini" : ""} onClick=${() => setAsked(false)}>${t("act.no")}</button><${RefusedHere} answer=${answer} /></span>`;
	return html`<span class="act"><button type="button" class=${look} disabled=${busy || !ready.value} onClick=${sure ? () => setAsked(true) : say} aria-label=${named(label)}>${icon &&
		html`<${Icon} name=${icon} /> `}${label}</button><${RefusedHere} answer=${answer} /></span>`;
}
