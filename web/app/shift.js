// @ts-check
/* shift.js: start of shift. One gesture, because browsers give sound, notifications and a screen that stays awake only
 * to a person who asks; then the person says that the sound was heard. */

import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { board } from "../core/board.js";
import { titleOf } from "../core/select.js";
import { Icon } from "../components/icon.js";
import { Elapsed } from "../components/time.js";
import { ScreenTitle, rolesInWords } from "../components/parts.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { enableSound, play, soundRuns } from "../lib/sound.js";
import { ticker } from "../lib/ticker.js";
import { bellElsewhere, hush, soundOn } from "./alarm.js";
import { announce, beat, freshness, now, onShift, phase, serverClock, settings, startShift, state } from "./model.js";
import { go, route } from "./router.js";
import { onDuty } from "../core/contacts.js";
import { shiftNotes } from "../core/handover.js";
import { personInWords } from "../components/parts.js";

const hand = ticker(beat);

/** Results of the checks: undefined while not tried. */
const checks = signal(/** @type {{sound?: boolean, notify?: string, awake?: boolean}} */ ({}));

async function stayAwake() {
	try {
		const lock = await navigator.wakeLock.request("screen");
		lock.addEventListener("release", again);
		return true;
	} catch {
		return false;
	}
}
/* the lock ends when the page is hidden, and when the computer wants to save power; it is taken again when the page is seen */
async function again() {
	if (document.visibilityState !== "visible" || !onShift.value)
		return;
	const awake = await stayAwake();
	if (!awake && checks.peek().awake !== false)
		announce(t("shift.awake_lost"), true);
	checks.value = { ...checks.peek(), awake };
}
document.addEventListener("visibilitychange", again);

/** It was asked for, and there is none. */
const noSound = signal(false);
async function withSound() {
	const context = await enableSound();
	soundOn.value = Boolean(context);
	noSound.value = !context;
	if (context) {
		hand.useAudio(context);
		context.onstatechange = () => (soundOn.value = soundRuns());
	}
	return Boolean(context);
}

/** On shift, and no tab of this browser can be heard: said as long as it is so, with what to do. */
export function Silent() {
	if (!onShift.value || soundOn.value || bellElsewhere.value)
		return null;
	return html`<div class="banner is-amber is-silent" role="alert"><${Icon} name="mute" /><div><p class="strong">${t("alarm.silent")}</p>
		<p>${t(noSound.value ? "shift.sound_bad" : "alarm.silent_why")}</p></div>
		<button type="button" class="primary" onClick=${withSound}><${Icon} name="bell" /> ${t(noSound.value ? "alarm.try_again" : "alarm.switch_on")}</button></div>`;
}

/* After a reload the shift goes on, but the browser wants a gesture before sound: any key or click will do. The one that switches it on does not
 * silence it. */
let heard = false;
for (const gesture of ["pointerdown", "keydown"])
	addEventListener(gesture, () => {
		heard = soundRuns();
		if (onShift.value && !heard)
			withSound();
	}, { capture: true });
export const mute = () => heard && hush();

export async function testSound() {
	const on = await withSound();
	if (on)
		play("life", { volume: settings.value.volume });
	return on;
}

async function prepareShift() {
	/* asked all at once: the gesture counts for a short time only */
	const [heard, notify, awake] = await Promise.all([
		testSound(),
		"Notification" in window
			? Promise.race([Notification.requestPermission(), new Promise((r) => setTimeout(() => r("default"),
				20_000))])
			: "unsupported",
		stayAwake(),
	]);
	checks.value = { sound: heard, notify: String(notify), awake };
}

/** @param {{ok: boolean|undefined, name: string, text: string}} p */
function Line({ ok, name, text }) {
	const mark = ok === undefined ? "none" : ok ? "check" : "warn";
	return html`<li class=${ok === undefined ? "is-open" : ok ? "is-good" : "is-bad"}>
		<${Icon} name=${mark} label=${t(ok === undefined ? "shift.not_yet" : ok ? "shift.good" : "shift.look")} />
		<span class="strong">${name}</span><span>${text}</span></li>`;
}

export function ShiftScreen() {
	const { me } = state.value;
	const tried = checks.value.sound !== undefined;
	const live = phase.value === "live" && freshness.value === "live";
	const wrong = serverClock.known ? serverClock.wallError(Date.now()) : 0;
	const waiting = board(state.value).open.filter((r) => r.standing === "new");
	const oldest = waiting.reduce((a, b) => (Date.parse(b.arrived) < Date.parse(a.arrived) ? b : a), waiting[0]);
	const start = () => {
		startShift();
		/* an address that this person was sent stays; a single threat that waits is opened; otherwise the board */
		if (["board", "shift"].includes(route.value.name))
			go(waiting.length === 1 ? `#/threat/${waiting[0].case.id}` : "#/");
	};
	const duty = onDuty(state.value, me?.org ?? "", now.value).map((x) => personInWords(x.person));
	const [last] = shiftNotes(state.value);
	useLayoutEffect(() => void document.getElementById("shift-go")?.focus(), [tried]);
	return html`<main id="main" class="narrow">
		<${ScreenTitle}>${t("shift.title")}</${ScreenTitle}>
		<p class="lead">${t("shift.lead", { title: titleOf(state.value, me?.person) ?? rolesInWords(me),
			org: me?.name ?? me?.org ?? "" })}</p>
		${waiting.length > 0 && html`<div class="box box-red" role="alert"><${Icon} name="new" class="flash" />
			<div><p class="strong">${t("shift.waiting", { n: waiting.length })}</p>
			<p>${t("shift.oldest")} <${Elapsed} since=${oldest.arrived} of=${oldest.case} /></p></div></div>`}
		${duty.length > 0 && html`<p>${t("shift.on_duty", { who: duty.join(", ") })}</p>`}
		${last && html`<blockquote class="shift-note"><p class="muted">${t("shift.note", { who: personInWords(last.x.actor?.person, last.x.actor?.title) ?? "" })}</p><p>${last.x.original?.body?.note
			?? ""}</p></blockquote>`}
		<ul class="checks">
			<${Line} ok=${live} name=${t("shift.link")} text=${t(live ? "shift.link_ok" : "shift.link_wait")} />
			<${Line} ok=${Math.abs(wrong) < 10_000} name=${t("shift.clock")}
				text=${Math.abs(wrong) < 10_000 ? t("shift.clock_ok") : t("shift.clock_off",
					{ s: Math.round(wrong / 1000) })} />
			<${Line} ok=${checks.value.sound} name=${t("shift.sound")}
				text=${t(!tried ? "shift.sound_open" : checks.value.sound ? "shift.sound_ok" : "shift.sound_bad")} />
			<${Line} ok=${!tried ? undefined : checks.value.notify === "granted"} name=${t("shift.notify")}
				text=${t(!tried ? "shift.notify_open" : checks.value.notify === "granted" ? "shift.notify_ok"
					: "shift.notify_bad")} />
			<${Line} ok=${checks.value.awake} name=${t("shift.awake")}
				text=${t(!tried ? "shift.awake_open" : checks.value.awake ? "shift.awake_ok" : "shift.awake_bad")} />
		</ul>
		<div class="row">
			${tried
				? html`<button id="shift-go" class="primary big" onClick=${start}>${t(checks.value.sound
					? "shift.heard" : "shift.silent_go")}</button>
					<button class="big" onClick=${testSound}>${t("shift.again")}</button>`
				: html`<button id="shift-go" class="primary big" onClick=${prepareShift}><${Icon}
					name="bell" /> ${t("shift.start")}</button>`}
		</div>
		<p class="muted">${t("shift.why")}</p>
	</main>`;
}
