// @ts-check
/* current.js: what the person is at. The row of the board that had the focus last: coming back to the board it gets it again. And where that belongs
 * which they write: the ribbon says so. */

import { signal } from "@preact/signals";

export const current = signal(/** @type {string|null} */ (null));
export const writing = signal(/** @type {{mode: string, exercise?: string}|undefined} */ (undefined));
