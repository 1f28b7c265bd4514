// @ts-check
/* later.js: a screen whose script, words and style come when it is opened, or a little before. */

import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";
import { learnt, t } from "./i18n.js";

/** @typedef {{load: () => Promise<any>, name: string, found?: any, coming?: Promise<any>}} Later */

/** @param {string} name of what the module exports @param {() => Promise<any>} load import() of the module @returns {Later} */
export const later = (name, load) => ({ name, load });

/** Fetch it now. What could not be loaded is tried again by the next one who asks. @param {Later} one */
export function fetchNow(one) {
	one.coming ??= one.load().then(async (module) => {
		await learnt();
		one.found = module[one.name];
	}).catch((why) => {
		one.coming = undefined;
		throw why;
	});
	return one.coming;
}

/** The screen, or that it is on its way. `over`: it comes over another one.
 * @param {{of: Later, with?: any, over?: boolean}} props */
export function Screen({ of, with: props, over }) {
	const [, setHere] = useState(/** @type {Later|null} */ (null));
	const [failed, setFailed] = useState(/** @type {Later|null} */ (null));
	useEffect(() => {
		if (!of.found)
			fetchNow(of).then(() => setHere(of), () => setFailed(of));
	}, [of]);
	if (of.found)
		return html`<${of.found} ...${props} />`;
	const lost = failed === of;
	if (over)
		return lost ? html`<p class="toast" role="alert">${t("nav.not_loaded")}</p>` : null;
	return html`<main id="main"><p role=${lost ? "alert" : "status"}>${t(lost ? "nav.not_loaded" : "nav.loading")}</p>
		${lost && html`<button onClick=${() => fetchNow(of).then(() => setHere(of), () => {})}>${t("nav.load_again")}</button>`}</main>`;
}
