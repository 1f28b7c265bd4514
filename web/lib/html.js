// @ts-check
/* html.js: markup as tagged templates. htm builds nodes; text is never parsed as markup.
 *
 * A button that cannot be used now is said to be so and does nothing, but it can be focused: one that is really disabled loses the
 * focus to nowhere, just when somebody has pressed it, or when the connection goes under their hands.
 *
 * All text that is shown comes through here, whoever wrote it: what cannot be seen in it is named, what goes from right to left is
 * isolated, and a word without end may be broken (visible.js). */

import htm from "htm";
import { h } from "preact";
import { isolated, pieces, turns, visible } from "./visible.js";

/** In these are characters only. */
const PLAIN = new Set(["option", "title", "text", "tspan"]);

/** @param {string} text @returns {any} */
function words(text) {
	const parts = pieces(visible(text));
	const broken = parts.length === 1 ? parts[0] : parts.flatMap((x, i) => (i ? [h("wbr", null), x] : [x]));
	return turns(text) ? h("bdi", null, broken) : broken;
}

/** @param {any} child @param {boolean} plain @returns {any} */
const shown = (child, plain) => (typeof child === "string" ? plain ? isolated(child) : words(child)
	: Array.isArray(child) && child.some((c) => typeof c === "string" || Array.isArray(c)) ? child.map((c) => shown(c, plain)) : child);

/** Said about an element, beside what stands in it. */
const SAID = /** @type {const} */ (["title", "aria-label", "data-label"]);

/** @param {any} type @param {any} props @param {any[]} written */
const node = (type, props, ...written) => {
	const children = written.map((c) => shown(c, PLAIN.has(type)));
	if (typeof type === "string" && props)
		for (const name of SAID)
			if (typeof props[name] === "string" && props[name] !== isolated(props[name]))
				props = { ...props, [name]: isolated(props[name]) };
	if (type === "button" && props && "disabled" in props) {
		const { disabled, ...rest } = props;
		return h(type, { ...rest, "aria-disabled": Boolean(disabled) }, ...children);
	}
	return h(type, props, ...children);
};

/* The second click of a double click is none: what it would press is often another button by then, which nobody has read. */
if (typeof document !== "undefined")
	addEventListener("click", (event) => {
		const button = /** @type {Element} */ (event.target).closest?.("button");
		if (button && (event.detail > 1 || button.getAttribute("aria-disabled") === "true")) {
			event.preventDefault();
			event.stopImmediatePropagation();
		}
	}, { capture: true });

const made = htm.bind(/** @type {typeof h} */ (node));
/** @param {TemplateStringsArray} strings @param {any[]} values @returns {any} */
export const html = (strings, ...values) => shown(made(strings, ...values), false); // words at its root are in no node yet
