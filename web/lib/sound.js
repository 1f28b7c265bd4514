// @ts-check
/* sound.js: two sounds, made by the browser, none longer than three seconds.
 *
 *   life    a bell struck three times, rising; for a threat to life that nobody has acknowledged
 *   notice  two soft low notes; for everything else
 * In an exercise both are played by another instrument (hollow, a fourth lower), so that nobody takes one for real. */

/** @type {AudioContext|null} */
let context = null;

/** Needs a gesture of the person. @returns {Promise<AudioContext|null>} null when there is no sound here */
export async function enableSound() {
	try {
		context ??= new AudioContext();
		await Promise.race([context.resume(), new Promise((r) => setTimeout(r, 800))]);
		return context.state === "running" ? context : null;
	} catch {
		return null;
	}
}

export function soundRuns() {
	return context?.state === "running";
}

/** @param {number} at @param {number} hz @param {number} seconds @param {number} volume @param {OscillatorType} type */
function strike(at, hz, seconds, volume, type) {
	if (!context)
		return;
	/* partials of a small bell: hum, prime, third, fifth, nominal */
	for (const [ratio, level] of [[0.5, 0.25], [1, 1], [1.2, 0.45], [1.5, 0.3], [2, 0.35]]) {
		const o = context.createOscillator();
		const g = context.createGain();
		o.type = type;
		o.frequency.value = hz * ratio;
		g.gain.setValueAtTime(0, at);
		g.gain.linearRampToValueAtTime(volume * level * 0.4, at + 0.008);
		g.gain.exponentialRampToValueAtTime(0.0001, at + seconds / Math.sqrt(ratio));
		o.connect(g).connect(context.destination);
		o.start(at);
		o.stop(at + seconds);
	}
}

/** @param {"life"|"notice"} level @param {{exercise?: boolean, volume?: number}} [how] @returns {boolean} played */
export function play(level, { exercise = false, volume = 0.7 } = {}) {
	if (!soundRuns() || !context)
		return false;
	const at = context.currentTime + 0.02;
	const type = exercise ? "triangle" : "sine";
	const shift = exercise ? 0.75 : 1;
	if (level === "life") {
		strike(at, 784 * shift, 1.0, volume, type);
		strike(at + 0.42, 784 * shift, 1.0, volume, type);
		strike(at + 0.84, 1047 * shift, 1.6, volume, type);
	} else {
		strike(at, 440 * shift, 0.5, volume * 0.5, type);
		strike(at + 0.28, 523 * shift, 0.8, volume * 0.5, type);
	}
	return true;
}
