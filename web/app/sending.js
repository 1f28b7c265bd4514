// @ts-check
/* sending.js: one thing that a person sends from a screen, and what came of it. */

import { useRef, useState } from "preact/hooks";
import { send } from "./model.js";

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
		const result = await send(message);
		setBusy(false);
		setAnswer(result);
		if (result.ok || result.refusal)
			pending.current = null;
		return result;
	}
	return { busy, answer, setAnswer, deliver };
}
