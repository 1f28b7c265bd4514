// @ts-check
/* injects.js: what exercise control lets happen, on the board of who takes part: below the threats, until somebody has noted it. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { injectsToNote } from "../core/exercises.js";
import { humanReceipt } from "../core/protocol.js";
import { timeOf } from "../core/select.js";
import { Icon } from "../components/icon.js";
import { When } from "../components/time.js";
import { html } from "../lib/html.js";
import { language, learn, t } from "../lib/i18n.js";
import { announce, ready, send, serverClock, state } from "./model.js";

learn("exercises");

/** Put away here; others of the organisation still have it. */
const noted = signal(/** @type {Set<string>} */ (new Set()));

export function Injects() {
	const s = state.value;
	const all = injectsToNote(s, noted.value).slice(0, 5);
	const newest = all[0]?.id;
	const before = useRef(newest);
	useEffect(() => {
		if (newest && newest !== before.current)
			announce(t("exercises.inject_spoken", { headline: all[0].body.headline ?? "" }));
		before.current = newest ?? before.current;
	}, [newest]);
	if (!all.length || !s.me || s.me.machine)
		return null;
	const note = (/** @type {import("../core/exercises.js").Inject} */ i) => {
		noted.value = new Set(noted.value).add(i.id);
		const me = state.value.me;
		if (me)
			send(humanReceipt(/** @type {any} */ ({ id: i.id }), "seen", me, { mode: "exercise", exercise: i.exercise, now: timeOf(state.value, { exercise: i.exercise }, serverClock.now()),
				lang: language.value }));
		document.querySelector("h1")?.focus();
	};
	return html`<section class="injects" aria-labelledby="injects-title"><h2 id="injects-title"><${Icon} name="drill" /> ${t("exercises.from_control")}</h2>
		<ul class="plain">${all.map((i) => html`<li key=${i.id} class="inject"><div><p><${When} at=${i.at} of=${{ exercise: i.exercise }} /> <span class="mode-tag">${s.exercises.get(i.exercise)?.title
			?? ""}</span></p><p class="strong">${t("exercise.prefix")}: ${i.body.headline}</p>${i.body.text && html`<p class="pre">${i.body.text}</p>`}</div><button type="button" disabled=${!ready.value}
				aria-label=${t("exercises.note_of", { headline: i.body.headline ?? "" })} onClick=${() => note(i)}>${t("exercises.note")}</button></li>`)}</ul></section>`;
}
