// @ts-check
/* sending.js: one thing that a person sends from a screen, and what came of it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { t, word } from "../lib/i18n.js";
import { announce, send } from "./model.js";
import { waiting } from "./router.js";

/** What was not sent is said aloud to who has left the screen that would show it. @param {any} answer @param {() => boolean} waits
 * @returns {boolean} whether the person still waits for it */
export function answered(answer, waits) {
	const here = waits(), { refusal } = answer;
	if (!here && !answer.ok)
		announce(t("lost.left", { why: refusal ? `${t("refused.title")}: ${refusal.detail ?? word("refusal", refusal.code)}.` : t(answer.lost === "before" ? "lost.before" : "lost.unknown") }), true);
	return here;
}

/** What may have arrived is repeated with the same id, so that it counts once; after a refusal it is made anew. */
export function useSending() {
	const [busy, setBusy] = useState(false);
	const [answer, setAnswer] = useState(/** @type {any} */ (null));
	const pending = useRef(/** @type {{key: string, message: any}|null} */ (null));

	/** @param {string} key the same for as long as the person wants the same thing
	 * @param {() => any} make the message */
	async function deliver(key, make) {
		const { message } = pending.current = pending.current?.key === key ? pending.current : { key, message: make() };
		setBusy(true);
		const waits = waiting();
		const result = await send(message);
		setBusy(false);
		answered(result, waits);
		setAnswer(result);
		if (result.ok || result.refusal)
			pending.current = null;
		return result;
	}
	return { busy, answer, setAnswer, deliver };
}

/** So long a question stands before it can be answered. */
const LOOK_MS = 700;

/** A page or a button that asks "is this right?" is not answered by the key that brought it: pressed twice in a hurry, or once more while the
 * server was slow, it would say yes to what nobody has read. @param {any} question what is asked; nothing when nothing is
 * @returns {boolean} it has only just come */
export function useFresh(question) {
	const [seen, setSeen] = useState(/** @type {any} */ (null));
	useEffect(() => {
		if (!question)
			return setSeen(null);
		const timer = setTimeout(() => setSeen(question), LOOK_MS);
		return () => clearTimeout(timer);
	}, [question]);
	return Boolean(question) && seen !== question;
}
