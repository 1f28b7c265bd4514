// @ts-check
/* ticker.js: a second hand that also moves in a hidden page.
 *
 * Timers of a page that nobody looks at may run once a minute. Sound does not: the end of a second of silence,
 * played by the audio clock, is an event that comes on time. While sound is on (it is, during a shift) that drives
 * the tick; without sound a timer does. */

/** @param {() => void} tick */
export function ticker(tick) {
	/** @type {AudioContext|null} */
	let audio = null;
	let last = 0;
	const run = () => {
		last = performance.now();
		tick();
	};
	setInterval(() => {
		if (performance.now() - last >= 240)
			run();
	}, 250);

	function second() {
		if (!audio)
			return;
		const silence = audio.createConstantSource();
		const off = audio.createGain();
		off.gain.value = 0;
		silence.connect(off).connect(audio.destination);
		silence.onended = () => {
			if (document.hidden)
				run();
			second();
		};
		silence.start();
		silence.stop(audio.currentTime + 1);
	}

	return {
		/** @param {AudioContext} context that is running */
		useAudio(context) {
			if (audio)
				return;
			audio = context;
			second();
		},
	};
}
