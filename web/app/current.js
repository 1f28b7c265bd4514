// @ts-check
/* current.js: the row of the board that had the focus last; coming back to the board it gets it again. */

import { signal } from "@preact/signals";

export const current = signal(/** @type {string|null} */ (null));
