// @ts-check
/* sending.js: one thing that a person sends from a screen, and what came of it. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
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

/** So long a question stands before it can be answered, and what was done before the same can be done again. */
const LOOK_MS = 700;

/** Is this the second of two presses that were meant as one? The first has been answered already, if the server is near. @param {number} done when, by
 * performance.now() */
export const pressedTwice = (done) => performance.now() - done < LOOK_MS;

/** What may have arrived is repeated with the same id, so that it counts once; after a refusal it is made anew. */
export function useSending() {
	const [busy, setBusy] = useState(false);
	const [answer, setAnswer] = useState(/** @type {any} */ (null));
	const pending = useRef(/** @type {{key: string, message: any}|null} */ (null));
	const done = useRef({ key: "", at: -Infinity });

	/** @param {string} key the same for as long as the person wants the same thing
	 * @param {() => any} make the message @returns {Promise<import("./model.js").Answer>} */
	async function deliver(key, make) {
		if (done.current.key === key && pressedTwice(done.current.at))
			return { ok: false };
		const { message } = pending.current = pending.current?.key === key ? pending.current : { key, message: make() };
		setBusy(true);
		const waits = waiting();
		const result = await send(message);
		setBusy(false);
		answered(result, waits);
		setAnswer(result);
		if (result.ok || result.refusal)
			pending.current = null;
		if (result.ok)
			done.current = { key, at: performance.now() };
		return result;
	}
	return { busy, answer, setAnswer, deliver };
}

/** A page or a button that asks "is this right?" is answered by who has had time to read it. The key that brought it, pressed twice in a hurry, or once
 * more while the server was slow, would say yes to what nobody has read; so would one that was pressed before and that a busy computer hands over only now:
 * it counts when it was pressed. @param {any} question what is asked; nothing when nothing is
 * @returns {{fresh: boolean, read: (event: Event) => boolean}} it has only just come; whether this was pressed by who had read it */
export function useFresh(question) {
	const [seen, setSeen] = useState(/** @type {any} */ (null));
	const since = useRef(0);
	useLayoutEffect(() => void (since.current = performance.now()), [question]);
	useEffect(() => {
		if (!question)
			return setSeen(null);
		const timer = setTimeout(() => setSeen(question), LOOK_MS);
		return () => clearTimeout(timer);
	}, [question]);
	return { fresh: Boolean(question) && seen !== question, read: (event) => !question || event.timeStamp >= since.current + LOOK_MS };
}
