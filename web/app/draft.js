// @ts-check
/* draft.js: a platform opens an item, from wherever it is in the console. */

import { draftMessage } from "../core/draft.js";
import { openExercises, timeOf } from "../core/select.js";
import { language, t } from "../lib/i18n.js";
import { announce, memory, send, serverClock, state } from "./model.js";
import { go, waiting } from "./router.js";
import { pressedTwice } from "./sending.js";

/** Words for the item that is opened next. @type {import("../core/notice.js").Form|undefined} */
let words;

/** One at a time: each starts a quarter of an hour, and who presses twice has seen one item. What may have arrived is sent again as the very
 * same. @type {{exercise?: string, message: import("../core/protocol.js").Message, at: number}|undefined} */
let pending;
/** For so long who presses again means the same item. */
const LOST_MS = 60_000;
let opening = false;
let opened = -Infinity;

/** Open an item. While an exercise runs the person says first where it belongs: nothing changes that later.
 * @param {import("../core/notice.js").Form} [brought] what was written for it elsewhere */
export function openDraft(brought) {
	words = brought;
	if (!openExercises(state.value).length)
		return void open(undefined);
	opened = -Infinity; // where it belongs is asked first: that is another press
	go("#/notify/new");
}

/** Words that were brought are in its form. @param {string} id */
function keepWords(id) {
	if (words)
		memory.set(`draft.${state.value.me?.person}.${id}.send`, words);
	words = undefined;
}

/** The draft goes to the server at once: it starts the quarter of an hour. @param {string|undefined} exercise */
export async function open(exercise) {
	if (opening || pressedTwice(opened))
		return;
	const where = {
		mode: exercise ? "exercise" : "actual", exercise, now: timeOf(state.value, { exercise }, serverClock.now()),
			lang: language.value,
	};
	/* it had arrived, only its answer was lost */
	const there = pending && pending.exercise === exercise && state.value.caseOf.get(pending.message.id);
	if (pending && there && performance.now() - pending.at < LOST_MS) {
		pending = undefined;
		keepWords(there);
		return go(`#/notify/${there}`);
	}
	if (!pending || there || pending.exercise !== exercise)
		pending = { exercise, message: draftMessage(where), at: performance.now() };
	const { message } = pending;
	const waits = waiting();
	opening = true;
	const answer = await send(message);
	opening = false;
	if (answer.ok || answer.refusal)
		pending = undefined;
	if (!answer.ok) {
		announce(answer.refusal?.detail ?? t("lost.unknown"), true);
		return;
	}
	opened = performance.now();
	const id = answer.frame.case ?? state.value.caseOf.get(message.id);
	announce(t("done.draft"));
	if (id)
		keepWords(id);
	if (waits())
		go(id ? `#/notify/${id}` : "#/");
}
