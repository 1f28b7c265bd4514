// @ts-check
/* finding.js: whether the search over everything is open, and with what. */

import { signal } from "@preact/signals";

/** What is looked for when the search opens; undefined: it is not open. */
export const finding = signal(/** @type {string|undefined} */ (undefined));
/** @param {string} [text] */
export const find = (text = "") => void (finding.value = text);
