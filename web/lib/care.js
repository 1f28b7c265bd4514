// @ts-check
/* care.js: what a person has had to look at in this shift. Descriptions that may hurt are covered until somebody wants them; each one that
 * is opened counts. Counted in this tab, for this person alone: it is in no entry and is sent nowhere. */

import { signal } from "@preact/signals";

const PAUSE_AFTER_MS = 4 * 3600_000;
const PAUSE_AFTER_OPENED = 10;

/** @returns {{since: number|null, opened: string[], pausedAt: number|null}} */
function remembered() {
	try {
		return JSON.parse(sessionStorage.getItem("tocsin.care") ?? "");
	} catch {
		return { since: null, opened: [], pausedAt: null };
	}
}
export const care = signal(remembered());

/** @param {typeof care.value} next */
function keep(next) {
	care.value = next;
	try {
		sessionStorage.setItem("tocsin.care", JSON.stringify(next));
	} catch {
		/* full or forbidden: then it is forgotten with the page */
	}
}

/** @param {number} now server time */
export const beginCare = (now) => care.peek().since === null && keep({ since: now, opened: [], pausedAt: null });
export const endCare = () => keep({ since: null, opened: [], pausedAt: null });

/** @param {string} id */
export const isOpened = (id) => care.value.opened.includes(id);
/** @param {string} id */
export const open = (id) => isOpened(id) || keep({ ...care.peek(), opened: [...care.peek().opened, id] });
/** Covered again; it has been seen all the same, and counts. @type {import("@preact/signals").Signal<Set<string>>} */
export const covered = signal(new Set());

/** Is it time to suggest a pause? @param {number} now */
export const wantsPause = (now) => care.value.since !== null && (now - care.value.since >= PAUSE_AFTER_MS || care.value.opened.length >= PAUSE_AFTER_OPENED);
