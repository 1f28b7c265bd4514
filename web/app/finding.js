// @ts-check
/* finding.js: what is open over the screen: the search over everything, and with what; the help. */

import { signal } from "@preact/signals";

/** What is looked for when the search opens; undefined: it is not open. */
export const finding = signal(/** @type {string|undefined} */ (undefined));
/** @param {string} [text] */
export const find = (text = "") => void (finding.value = text);
export const helping = signal(false);
