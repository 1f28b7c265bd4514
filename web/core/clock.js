// @ts-check
/* clock.js: what time it is at the server, and in an exercise.
 *
 * The wall clock of this computer is never used for a deadline: it may be wrong by an hour. Every frame that
 * carries the server's time is one sample of (server time − our monotonic clock). A sample is late by the time the
 * frame travelled, so the true difference is never smaller than a sample: the largest of the last samples is the
 * best, and what we compute from it is never ahead of the server (which refuses times that lie in its future).
 *
 * An exercise has a clock of its own, an affine map from server time to scenario time (welcome, exercise.clock).
 */

const SAMPLES = 30; // one minute of beats

/** @typedef {{id: string, title?: string, t0?: string, anchor_real: string, anchor_at: string, rate_milli: number,
 *   running: boolean, ended?: boolean}} ExerciseClock */

export class ServerClock {
	#mono;
	/** @type {number[]} */
	#samples = [];

	/** @param {() => number} mono  a clock that never jumps, in milliseconds (performance.now) */
	constructor(mono) {
		this.#mono = mono;
	}

	/** @param {string|undefined} serverTime  RFC 3339, from a welcome or a beat */
	sample(serverTime) {
		const ms = Date.parse(serverTime ?? "");
		if (Number.isNaN(ms))
			return;
		const difference = ms - this.#mono();
		const newest = this.#samples[this.#samples.length - 1];
		/* more than 30 s off the last one: this computer slept, or the server's clock was set */
		if (newest !== undefined && Math.abs(newest - difference) > 30_000)
			this.#samples.length = 0;
		this.#samples.push(difference);
		if (this.#samples.length > SAMPLES)
			this.#samples.shift();
	}

	get known() {
		return this.#samples.length > 0;
	}

	/** Server time now, in milliseconds since 1970; NaN before the first sample. */
	now() {
		return this.#samples.length ? this.#mono() + Math.max(...this.#samples) : NaN;
	}

	/** How far the wall clock of this computer is ahead of the server, in milliseconds. */
	wallError(/** @type {number} */ wallNow) {
		return wallNow - this.now();
	}
}

/** Scenario time of an exercise at a server time. @param {ExerciseClock} e @param {number} serverNow */
export function scenarioTime(e, serverNow) {
	const anchorAt = Date.parse(e.anchor_at);
	if (!e.running)
		return anchorAt;
	return anchorAt + ((serverNow - Date.parse(e.anchor_real)) * e.rate_milli) / 1000;
}

/** Real milliseconds until a scenario time is reached; Infinity when the clock stands still before it.
 * @param {ExerciseClock} e @param {number} at @param {number} serverNow */
export function realUntil(e, at, serverNow) {
	const left = at - scenarioTime(e, serverNow);
	if (left <= 0)
		return 0;
	return e.running && e.rate_milli > 0 ? (left * 1000) / e.rate_milli : Infinity;
}
