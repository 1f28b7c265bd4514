// @ts-check
/* html.js: markup as tagged templates. htm builds nodes; text is never parsed as markup.
 *
 * A button that cannot be used now is said to be so and does nothing, but it can be focused: one that is really disabled loses the
 * focus to nowhere, just when somebody has pressed it, or when the connection goes under their hands. */

import htm from "htm";
import { h } from "preact";

/** @param {any} type @param {any} props @param {any[]} children */
const node = (type, props, ...children) => {
	if (type === "button" && props && "disabled" in props) {
		const { disabled, ...rest } = props;
		return h(type, { ...rest, "aria-disabled": Boolean(disabled) }, ...children);
	}
	return h(type, props, ...children);
};

if (typeof document !== "undefined")
	addEventListener("click", (event) => {
		if (/** @type {Element} */ (event.target).closest?.('button[aria-disabled="true"]')) {
			event.preventDefault();
			event.stopImmediatePropagation();
		}
	}, { capture: true });

export const html = htm.bind(/** @type {typeof h} */ (node));
