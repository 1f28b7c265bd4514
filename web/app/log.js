// @ts-check
/* log.js: what the log of signed checkpoints says, checked in this browser: the alarm when it does not add up, and the page. */

import { useEffect, useState } from "preact/hooks";
import { cosigners, LogWrong } from "../core/log.js";
import { fallbackNumbers } from "../core/select.js";
import { Icon } from "../components/icon.js";
import { OrgName, ScreenTitle } from "../components/parts.js";
import { When } from "../components/time.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";
import { beginAnew, getLog, logState, saveEvidence, witnessKeys } from "./log-watch.js";
import { state } from "./model.js";

learn("log");

const words = (/** @type {{code: string, detail?: any}} */ a) => t(`log.why.${a.code}`, a.detail ?? {});

/** Over every screen, until a person has seen to it. */
export function LogAlarm() {
	const { alarm } = logState.value;
	if (!alarm)
		return null;
	const numbers = fallbackNumbers(state.value);
	return html`<div class="banner is-red log-alarm" role="alert"><${Icon} name="warn" /><div>
		<p class="strong">${t("log.alarm")} ${words(alarm)}</p>
		<p>${t(alarm.code === "key" ? "log.todo_key" : "log.todo")}</p>
		${numbers.length > 0 && html`<ul class="numbers">${numbers.map(({ org, phones }) => html`<li><${Icon} name="phone" /><span class="strong">${org.code}</span>
			${phones.map((p) => html`<a href=${`tel:${(p.address ?? "").replace(/\s/g, "")}`}>${p.address}</a>`)}</li>`)}</ul>`}
		<p class="row"><button type="button" onClick=${() => saveEvidence("tocsin-log-evidence", { alarm })}>${t("log.save")}</button>
			<a class="button" href="#/log">${t("log.title")}</a></p>
	</div></div>`;
}

/** Who vouches for the newest checkpoint that anybody vouches for, each checked here. */
async function findCosigners() {
	const note = await getLog("cosignatures").catch((e) => (e instanceof LogWrong && e.detail.status === 404 ? "" : Promise.reject(e)));
	return note ? { size: Number(note.split("\n")[1]), who: await cosigners(note, await witnessKeys()) } : { size: 0, who: [] };
}

function Outside() {
	const [found, setFound] = useState(/** @type {any} */ (null));
	const { size } = logState.value;
	useEffect(() => {
		let over = false;
		Promise.all([findCosigners(), getLog("timestamps").then((text) => JSON.parse(text).timestamps)]).then(
			([cosigned, stamps]) => !over && setFound({ cosigned, stamp: stamps[0] }),
			(e) => !over && setFound({ wrong: e instanceof LogWrong ? e.code : "not_given", detail: e.detail }));
		return () => void (over = true);
	}, [size]);
	if (!found)
		return html`<p role="status">${t("log.asking")}</p>`;
	if (found.wrong)
		return html`<p role="alert" class="log-bad"><${Icon} name="cross" /> ${words({ code: found.wrong, detail: found.detail })}</p>`;
	const { cosigned: { size: at, who }, stamp } = found;
	return html`<dl class="facts"><div><dt>${t("log.witnesses")}</dt><dd>${who.length
		? html`<p>${t("log.cosigned", { n: who.length, size: at })}</p><ul>${who.map((/** @type {any} */ w) => html`<li><${Icon} name="check" /> <${OrgName} code=${w.org} /> <${When}
			at=${new Date(w.at).toISOString()} of=${{}} withZone /></li>`)}</ul>`
		: t("log.cosigned_none")}</dd></div>
		<div><dt>${t("log.stamp")}</dt><dd>${stamp ? html`<${When} at=${stamp.at} of=${{}} withZone /> · ${stamp.authority} · <a
			href=${`/log/timestamp/${stamp.size}`} download=${`${stamp.size}.tsr`}>${t("log.stamp_size", { size: stamp.size })}</a>` : t("log.stamp_none")}</dd></div></dl>`;
}

export function LogScreen() {
	const { name, vkey, size, able, alarm } = logState.value;
	return html`<main id="main" class="narrow">
		<${ScreenTitle}>${t("log.title")}</${ScreenTitle}>
		<p class="lead">${t("log.lead")}</p>
		<section class="card"><h2>${t("log.here")}</h2>
			${!able ? html`<p role="alert">${t("log.unable")}</p>`
				: alarm ? html`<p class="log-bad"><${Icon} name="cross" /> ${words(alarm)}</p>`
					: size ? html`<p class="log-good"><${Icon} name="check" /> ${t("log.good", { size })}</p>` : html`<p>${t("log.none")}</p>`}
			<dl class="facts"><div><dt>${t("log.name")}</dt><dd>${name}</dd></div>
				<div><dt>${t("log.key")}</dt><dd><code class="log-key">${vkey}</code></dd></div></dl>
			${alarm && html`<p class="row"><button type="button" onClick=${() => saveEvidence("tocsin-log-evidence", { alarm })}>${t("log.save")}</button>
				<button type="button" onClick=${beginAnew}>${t("log.anew")}</button></p><p class="muted">${t("log.anew_hint")}</p>`}
		</section>
		${size > 0 && html`<section class="card"><h2>${t("log.outside")}</h2><${Outside} /></section>`}
	</main>`;
}
