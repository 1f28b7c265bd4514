// @ts-check
/* keys.js: keyboard. Single-key shortcuts can be switched off and changed (WCAG 2.1.4); they never act while
 * somebody types, and never together with Ctrl, Alt or Meta. */

import { settings } from "./model.js";

/** Action → key when nothing else was chosen. */
export const DEFAULT_KEYS = {
	next: "j", previous: "k", acknowledge: "a", mute: "m", search: "/", help: "?", compose: "n", report: "c", board: "b",
};

/** @typedef {keyof typeof DEFAULT_KEYS} Action */

export function keyOf(/** @type {Action} */ action) {
	return settings.value.keys[action] ?? DEFAULT_KEYS[action];
}

const typing = (/** @type {any} */ el) =>
	el?.isContentEditable || ["TEXTAREA", "SELECT"].includes(el?.tagName) ||
	(el?.tagName === "INPUT" && !["radio", "checkbox", "button"].includes(el.type));

/** @type {Map<string, () => void>[]} the last one on the list that knows the action gets it */
const layers = [];

/** A screen's own actions while it is on. @param {Partial<Record<Action|"escape"|"primary", () => void>>} actions
 * @returns {() => void} take them away */
export function onKeys(actions) {
	const layer = new Map(Object.entries(actions));
	// @ts-ignore: no undefined members are given
	layers.push(layer);
	return () => {
		// @ts-ignore
		const i = layers.indexOf(layer);
		if (i >= 0)
			layers.splice(i, 1);
	};
}

function run(/** @type {string} */ action) {
	for (let i = layers.length - 1; i >= 0; i--) {
		const f = layers[i].get(action);
		if (f) {
			f();
			return true;
		}
	}
	return false;
}

addEventListener("keydown", (event) => {
	if (event.defaultPrevented || event.isComposing)
		return;
	if (event.key === "Escape") {
		if (typing(event.target)) {
			/** @type {HTMLElement} */ (event.target).blur();
			event.preventDefault();
		} else if (run("escape"))
			event.preventDefault();
		return;
	}
	if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
		if (run("primary"))
			event.preventDefault();
		return;
	}
	if (!settings.value.shortcuts || event.ctrlKey || event.altKey || event.metaKey || typing(event.target))
		return;
	for (const action of /** @type {Action[]} */ (Object.keys(DEFAULT_KEYS)))
		if (keyOf(action) === event.key && run(action)) {
			event.preventDefault();
			return;
		}
});
