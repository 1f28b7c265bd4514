// @ts-check
/* alarm.js: makes alarms heard and seen. One tab of this browser sounds, of those that can (Web Locks elects it): a tab without sound, where nobody
 * is on shift, or which sleeps, does not keep the bell from another. Every tab counts in its title and icon. A browser notification for every new threat to
 * life, once. */

import { effect, signal } from "@preact/signals";
import { onDuty } from "../core/contacts.js";
import { openExercises } from "../core/select.js";
import { t } from "../lib/i18n.js";
import { play } from "../lib/sound.js";
import { wordsOf } from "./alerts.js";
import { alarmList, announce, flooding, now, onShift, phase, session, settings, silence, sound, state } from "./model.js";
import { go, route } from "./router.js";

const REPEAT = { life: 4_000, notice: 60_000 };

/** Does this tab sound? */
export const isBell = signal(false);
export const soundOn = signal(false);
/** Another tab of this browser sounds, as far as it has said so of late. */
export const bellElsewhere = signal(false);

/* Who has the bell tells the other tabs at every stroke of the second hand. A tab that the browser has frozen, or that hangs, says nothing and keeps
 * its lock all the same: after so much silence the next tab takes it away. */
const QUIET_MS = 6_000;
const tower = "BroadcastChannel" in window ? new BroadcastChannel("tocsin-bell") : null;
let heardAt = -Infinity;
let struckAt = -Infinity;
if (tower)
	tower.onmessage = ({ data }) => {
		if (data === "sounds")
			heardAt = performance.now();
		else if (alarmList.peek().length)
			silence(); // a person has said it in another tab of this browser
	};

/** Here and in the other tabs: who hears the bell may be looking at one that does not have it. */
export function hush() {
	silence();
	tower?.postMessage("silence");
}

/** Gives the bell back, or leaves the queue for it. @type {(() => void)|null} */
let leave = null;
/** @param {boolean} steal */
function queue(steal) {
	const waits = new AbortController();
	/** @type {() => void} */
	let giveBack = () => {};
	const left = leave = () => {
		waits.abort();
		giveBack();
	};
	heardAt = performance.now(); // to be waited for from now on
	navigator.locks.request("tocsin-bell", steal ? { steal } : { signal: waits.signal }, () => {
		isBell.value = true;
		return new Promise((resolve) => (giveBack = () => resolve(undefined))); // or until this tab is closed
	}).catch(() => {
		if (leave !== left)
			return; // it was left before its turn came
		isBell.value = false; // another one has taken it: this tab has slept, and waits again
		queue(false);
	});
}

effect(() => {
	const can = soundOn.value && onShift.value && session.value === "in";
	if (!can) {
		leave?.();
		leave = null;
		isBell.value = false;
	} else if (!navigator.locks)
		isBell.value = true;
	else if (!leave)
		queue(false);
});

effect(() => {
	void now.value;
	const at = performance.now(), slept = at - struckAt > QUIET_MS / 2;
	struckAt = at;
	if (slept)
		heardAt = Math.max(heardAt, at - QUIET_MS / 2); // who has slept, or has just come, has not heard what was said
	bellElsewhere.value = !isBell.value && at - heardAt < QUIET_MS;
	if (isBell.value)
		tower?.postMessage("sounds");
	else if (tower && leave && at - heardAt > QUIET_MS) {
		leave();
		queue(true);
	}
});

/* Who closes the only window in which a threat rings, or which they have duty at, is asked by the browser; and told why when they stay. */
addEventListener("beforeunload", (event) => {
	const { me } = state.peek();
	const rings = alarmList.peek().some((a) => a.level === "life");
	if (!onShift.peek() || session.peek() !== "in" || bellElsewhere.peek() ||
	    !(rings || onDuty(state.peek(), me?.org ?? "", now.peek()).some((x) => x.person === me?.person)))
		return;
	event.preventDefault();
	setTimeout(() => announce(t(rings ? "shift.leaving_ringing" : "shift.leaving_duty"), true)); // not before the question is answered
});

let lastLevel = /** @type {string|null} */ (null);
let lastPlayed = -Infinity;
effect(() => {
	void now.value;
	const level = sound.value;
	if (level !== lastLevel) {
		lastLevel = level;
		lastPlayed = -Infinity;
	}
	if (!level || !isBell.value || !soundOn.value || performance.now() - lastPlayed < REPEAT[level])
		return;
	const loud = alarmList.value.filter((a) => a.level === level);
	lastPlayed = performance.now();
	/* the device may have gone: then this tab says so, and another one has its turn */
	if (!play(level, { exercise: loud.every((a) => a.exercise), volume: settings.value.volume }))
		soundOn.value = false;
});

/** Threats that were announced, so that each interrupts once. */
const announced = new Set();
const MANY = 5_000;
effect(() => {
	/* What has come so far of what was missed may lack the answer: words of a moment that is over are not said. It is on
	 * the board, and it sounds. */
	if (phase.value === "catching")
		return;
	if (announced.size > MANY) {
		const stand = new Set(alarmList.value.map((a) => a.key));
		announced.forEach((key) => stand.has(key) || announced.delete(key));
	}
	for (const a of alarmList.value) {
		if (announced.has(a.key))
			continue;
		announced.add(a.key);
		/* in a flood only lives are told one by one; that it is one was said when it began */
		if (flooding.peek() && a.level !== "life")
			continue;
		const words = wordsOf(a);
		announce(a.exercise ? `${t("exercise.prefix")}: ${words}` : words, a.level === "life", true, a.case);
		/* every hidden tab shows it: under one tag, so it is one */
		if (document.visibilityState === "visible" || !onShift.peek() ||
		    !("Notification" in window) || Notification.permission !== "granted")
			continue;
		try {
			/* no content of the message: the notification may be seen by anybody who passes by */
			const n = new Notification(a.exercise ? `${t("exercise.prefix")}: ${words}` : words, {
				tag: a.key, requireInteraction: a.level === "life",
			});
			n.onclick = () => {
				focus();
				go(`#/${a.place}/${a.case}`);
				n.close();
			};
		} catch {
			/* some browsers only allow it from a service worker */
		}
	}
});

effect(() => {
	if (flooding.value)
		announce(t("alerts.flood_begins"), true);
});

/* title and icon */
const ICON = {
	calm: `data:image/svg+xml,${encodeURIComponent(icon("#8fa3bd", ""))}`,
	life: `data:image/svg+xml,${encodeURIComponent(icon("#ff4d5a",
		'<circle cx="25" cy="7" r="7" fill="#ff4d5a" stroke="#fff" stroke-width="2"/>'))}`,
	notice: `data:image/svg+xml,${encodeURIComponent(icon("#f2b441",
		'<circle cx="25" cy="7" r="6" fill="#f2b441"/>'))}`,
};

/** @param {string} colour @param {string} mark */
function icon(colour, mark) {
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="${colour}" d="M16 3a2 2 0 0 1 2 2v.6c4 .9 6 4.300 6 8.400 0 5.500 1.600 7.500 3.200 8.800.6.500.3 1.200-.5 1.200H5.300c-.8 0-1.100-.7-.5-1.200C6.400 21.500 8 19.500 8 14c0-4.100 2-7.500 6-8.400V5a2 2 0 0 1 2-2zm-3.500 23h7a3.500 3.500 0 0 1-7 0z"/>${mark}</svg>`;
}

effect(() => {
	const count = alarmList.value.filter((a) => a.level === "life").length;
	const exercise = openExercises(state.value).length && session.value === "in" ? `${t("exercise.prefix")} ` : "";
	document.title = `${count ? `(${count}) ` : ""}${exercise}${t("app.name")}`;
	const link = /** @type {HTMLLinkElement|null} */ (document.querySelector("link[rel=icon]"));
	if (link)
		link.href = count ? ICON.life : alarmList.value.length ? ICON.notice : ICON.calm;
});
