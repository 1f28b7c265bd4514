// @ts-check
/* draft.js: a platform opens an item, from wherever it is in the console. */

import { draftMessage } from "../core/draft.js";
import { openExercises, timeOf } from "../core/select.js";
import { language, t } from "../lib/i18n.js";
import { announce, memory, send, serverClock, state } from "./model.js";
import { go, waiting } from "./router.js";

/** Words for the item that is opened next. @type {import("../core/notice.js").Form|undefined} */
let words;

/** Open an item. While an exercise runs the person says first where it belongs: nothing changes that later.
 * @param {import("../core/notice.js").Form} [brought] what was written for it elsewhere */
export function openDraft(brought) {
	words = brought;
	if (openExercises(state.value).length)
		go("#/notify/new");
	else
		open(undefined);
}

/** The draft goes to the server at once: it starts the quarter of an hour. @param {string|undefined} exercise */
export async function open(exercise) {
	const where = {
		mode: exercise ? "exercise" : "actual", exercise, now: timeOf(state.value, { exercise }, serverClock.now()),
			lang: language.value,
	};
	const message = draftMessage(where);
	const waits = waiting();
	const answer = await send(message);
	if (!answer.ok) {
		announce(answer.refusal?.detail ?? t("lost.unknown"), true);
		return;
	}
	const id = answer.frame.case ?? state.value.caseOf.get(message.id);
	announce(t("done.draft"));
	if (id && words)
		memory.set(`draft.${state.value.me?.person}.${id}.send`, words);
	words = undefined;
	if (waits())
		go(id ? `#/notify/${id}` : "#/");
}
