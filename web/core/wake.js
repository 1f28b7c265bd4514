// @ts-check
/* wake.js: does this browser's subscription to wake-ups still reach it? */

/** @typedef {{id: string, person?: string, endpoint?: string}} Told  what this browser told the server, and as what that has it */

/** @param {Told} told @param {string|undefined} endpoint that the browser has now
 * @param {string[]|undefined} known ids of this person's that the server has; undefined: it did not say */
export const stillWoken = (told, endpoint, known) => Boolean(endpoint) && endpoint === told.endpoint && (!known || known.includes(told.id));
