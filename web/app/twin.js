// @ts-check
/* twin.js: the same form, open in another window of this browser. Both keep what is typed under one name: who sends must know that there is another
 * one, or it is sent twice. */

import { useEffect, useState } from "preact/hooks";
import { storedAs } from "../core/storage.js";
import { Icon } from "../components/icon.js";
import { html } from "../lib/html.js";
import { learn, t } from "../lib/i18n.js";

learn("parts");

/** @param {string} store name under which it is kept @returns {any} what to say as soon as another window has touched it */
export function useTwin(store) {
	const [twin, setTwin] = useState(false);
	useEffect(() => {
		const hear = (/** @type {StorageEvent} */ e) => e.key === storedAs(store) && setTwin(true); // of other windows alone
		addEventListener("storage", hear);
		return () => removeEventListener("storage", hear);
	}, [store]);
	return twin && html`<div class="box box-amber" role="alert"><${Icon} name="warn" /><p>${t("form.twin")}</p></div>`;
}
