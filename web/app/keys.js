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

/** @type {Map<string, (event: KeyboardEvent) => void>[]} the last one on the list that knows the action gets it */
const layers = [];

/** A screen's own actions while it is on; to be said in a layout effect, for a key may be pressed as soon as the screen is there.
 * @param {Partial<Record<Action|"escape"|"primary", (event: KeyboardEvent) => void>>} actions @param {boolean} [everywhere] of every screen: a
 * screen's own come first, whichever was said before @returns {() => void} take them away */
export function onKeys(actions, everywhere = false) {
	const layer = new Map(Object.entries(actions));
	// @ts-ignore: no undefined members are given
	everywhere ? layers.unshift(layer) : layers.push(layer);
	return () => {
		// @ts-ignore
		const i = layers.indexOf(layer);
		if (i >= 0)
			layers.splice(i, 1);
	};
}

/** @param {string} action @param {KeyboardEvent} event */
function run(action, event) {
	for (let i = layers.length - 1; i >= 0; i--) {
		const f = layers[i].get(action);
		if (f) {
			f(event);
			return true;
		}
	}
	return false;
}

/** Out of what is being typed, to what it stands in: so that keys are keys again, and the focus is not lost. @param {HTMLElement} el */
function stepOut(el) {
	const around = /** @type {HTMLElement|null} */ (el.closest(".field, form, section") ?? document.querySelector("h1"));
	if (around && !around.hasAttribute("tabindex"))
		around.tabIndex = -1;
	around?.focus({ preventScroll: true });
}

/** Is it this key? With Caps Lock as without, and on a Greek or Cyrillic keyboard, whose letters are others: there the place of the key counts.
 * @param {KeyboardEvent} event @param {string} key */
export const isKey = (event, key) => event.key === key || (event.getModifierState("CapsLock") && !event.shiftKey && event.key.toLowerCase() === key) ||
	(/^[^\0-\u024f]$/.test(event.key) && event.code === `Key${key.toUpperCase()}`);

addEventListener("keydown", (event) => {
	if (event.defaultPrevented || event.isComposing)
		return;
	if (event.key === "Escape") {
		if (typing(event.target)) {
			stepOut(/** @type {HTMLElement} */ (event.target));
			event.preventDefault();
		} else if (run("escape", event))
			event.preventDefault();
		return;
	}
	if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
		/* held down it is pressed once */
		if (event.repeat || run("primary", event))
			event.preventDefault();
		return;
	}
	if (!settings.value.shortcuts || event.ctrlKey || event.altKey || event.metaKey || typing(event.target))
		return;
	for (const action of /** @type {Action[]} */ (Object.keys(DEFAULT_KEYS)))
		if (isKey(event, keyOf(action)) && run(action, event)) {
			event.preventDefault();
			return;
		}
});
