// @ts-check
/* router.js: the page's address says which screen is on. Every threat has an address of its own.
 *   #/                 live board
 *   #/shift            start of shift
 *   #/threat/CASE      one threat; the next step can be chosen in advance: #/threat/CASE/ack
 *   #/notify/CASE      the notification being written
 *   #/carried          words of a notification that somebody brings from another node (carry.js)
 *   #/incident/ID      the room of an incident; #/incident/ID/ack is on the acknowledgement
 *   #/orders           removal orders; #/order/ID is the room of one
 *   #/say/FORM[/ABOUT] a form (core/forms.js) about an incident, a proposal or an item
 *   #/deconfliction    checks with other authorities; #/deconfliction/ID shows that one
 *   #/referrals        referrals to services; likewise
 *   #/contacts         contact points, drills, who is on duty
 *   #/hooks            webhooks and their deliveries, for admins
 *   #/admin[/PART]     administration
 *   #/debrief/ID       the debrief of an incident, for print
 *   #/audit             questions to the ledger
 *   #/exercises        exercises and their clocks; #/exercises/ID one of them
 *   #/log              the log of signed checkpoints
 *   #/hand-over        what is open, by person, for the next shift
 *   #/settings
 * #/incident/ID/ITEM stands on that signal; #/contacts/ORG on that organisation. An address that somebody is sent opens after sign-in, too. */

import { signal } from "@preact/signals";

/** Words from another node, sealed: out of the address at once. */
export const sealedWords = signal("");

/** @returns {{name: string, id?: string, step?: string}} */
function read() {
	const [, name = "", id, step] = location.hash.split("/");
	if (name === "carried" && id) {
		sealedWords.value = id;
		history.replaceState(null, "", "#/carried");
		return { name };
	}
	return { name: name || "board", id, step };
}

export const route = signal(read());
addEventListener("hashchange", () => (route.value = read()));

/** Asked by who sends something: what the answer does to the screen, the next one or the focus, is for a person who still
 * waits there. Who has gone on to something else is not moved from it. @returns {() => boolean} */
export function waiting() {
	const asked = location.hash;
	return () => location.hash === asked;
}

/** @param {string} where "#/…" */
export function go(where) {
	if (location.hash === where)
		return;
	location.hash = where;
	route.value = read();
}
