// @ts-check
/* proof.js: the proof of one entry, checked in this browser when a person asks for it. */

import { useState } from "preact/hooks";
import { Icon } from "../components/icon.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";
import { logState } from "./log-state.js";

learn("log");

/** What checks comes when it is asked for: the page of a link never asks. */
const watch = () => import("./log-watch.js");

/** @param {{entry: {seq?: number, id: string, k: string, org?: string, recorded?: string}}} props */
export function ProofOf({ entry }) {
	const [found, setFound] = useState(/** @type {any} */ (null));
	if (entry.seq === undefined || !logState.value.size)
		return null;
	const ask = async () => {
		setFound("asking");
		try {
			setFound({ good: await (await watch()).check(entry) });
		} catch (e) {
			const why = /** @type {any} */ (e); // LogWrong, or the server is away
			setFound({ wrong: { code: why?.code ?? "not_given", detail: why?.detail ?? {} } });
		}
	};
	const late = found?.wrong && (found.wrong.code === "busy" || found.wrong.code === "not_given");
	return html`<button type="button" class="mini tl-proof" onClick=${ask} disabled=${found === "asking"} aria-label=${t("log.prove_seq", { seq: entry.seq })}>${t("log.prove")}</button>
		<span role="status" class="tl-proven">${found?.good && html`<span class="log-good"><${Icon} name="check" /> ${t("log.proven", { size: found.good.size })}</span>`}
			${late && t(`log.why.${found.wrong.code}`)}</span>
		${found?.wrong && !late && html`<p role="alert" class="log-bad"><${Icon} name="cross" /> <b>${t("log.not_proven")}</b> ${t(`log.why.${found.wrong.code}`, found.wrong.detail)}
			<button type="button" class="mini" onClick=${async () => (await watch()).saveEvidence(`tocsin-entry-${entry.seq}`, { entry, why: found.wrong.code, detail: found.wrong.detail })}>${t("log.save")}</button></p>`}`;
}
