// @ts-check
/* drawn.js: what is to be done as soon as a change is on the page, most of all where the focus goes. Preact draws in a microtask, and what is
 * queued behind it comes before any key: a timer, or an effect that waits for the next picture, would take the focus from somebody who has
 * begun to type already. */

/** @param {() => void} act called when what was changed before is on the page */
export const drawn = (act) => queueMicrotask(act);
