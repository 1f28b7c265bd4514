// @ts-check
/* ways.js: by which channels something went to an organisation, and how it stands with each: queued, sent, taken by the other side,
 * tried again, bounced, given up. A shape and a word for each; none of them says that a person has it. */

import { html } from "../lib/html.js";
import { has, learn, t, word } from "../lib/i18n.js";
import { Icon } from "./icon.js";
import { When } from "./time.js";

learn("parts");

const SHAPES = /** @type {Record<string, string>} */ ({ queued: "waiting", sent: "sent", delivered: "delivered", retrying: "clock", bounced: "rejected", dead: "cross",
	escalated: "bell", not_attempted: "none" });
const TROUBLE = new Set(["retrying", "bounced", "dead", "not_attempted"]);

/** Of an e-mail "delivered" means that the relay has taken it. @param {import("../core/state.js").Way} w */
const outcome = (w) => (has(`way.${w.channel}.${w.state}`) ? t(`way.${w.channel}.${w.state}`) : word("delivery", w.state));
/** It went wrong, or may: by a channel that nobody has proven. @param {import("../core/state.js").Way} w */
const isTrouble = (w) => TROUBLE.has(w.state ?? "") || Boolean(w.proof);

/** @param {{ways: import("../core/state.js").Way[], of: {exercise?: string}}} props */
export function Ways({ ways, of }) {
	if (!ways.length)
		return null;
	return html`<ul class="ways" aria-label=${t("way.title")}>${ways.map((w) => html`<li class=${`way is-${w.state} ${isTrouble(w) ? "trouble" : ""}`}><${Icon}
		name=${SHAPES[w.state ?? ""] ?? "none"} /><span>${word("channel", w.channel)}${typeof w.contact === "number" ? html`, ${t("timeline.contact",
			{ n: w.contact + 1 })}` : ""}: <b>${outcome(w)}</b>${(w.attempt ?? 0) > 1 && html` (${t("way.attempt", { n: w.attempt })})`} <${When} at=${w.at}
				of=${of} />${w.state === "retrying" && w.again && html`, ${t("way.again")} <${When} at=${w.again} of=${{}} />`}${w.proof && html`,
			${t(`matrix.proof.${w.proof}`)}`}</span></li>`)}</ul>`;
}
