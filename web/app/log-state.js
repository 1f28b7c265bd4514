// @ts-check
/* log-state.js: what log-watch.js has found out, for whoever shows it. */

import { signal } from "@preact/signals";

/** name: of the log; size: of the checkpoint that is believed, 0: none yet; able: this browser can check signatures;
 * witnesses: members that have one, and its key */
export const logState = signal({ name: "", vkey: "", size: 0, at: NaN, able: true,
	alarm: /** @type {import("../core/log.js").Alarm|null} */ (null), witnesses: /** @type {{org: string, vkey: string}[]} */ ([]) });
