// random.mjs: chance that can be had again: every choice of a run follows from one number, which is printed.
// TOCSIN_SEED=N repeats it (the server's timing does not, but who does what and who is killed in which order).

/** mulberry32, a generator of 32 bits of state (Tommy Ettinger, public domain). */
export class Random {
	constructor(seed = Number(process.env.TOCSIN_SEED ?? Date.now() % 1e9)) {
		this.seed = seed;
		this.state = seed | 0;
	}
	/** 0 ≤ x < 1 */
	next() {
		this.state = (this.state + 0x6d2b79f5) | 0;
		let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	}
	/** an integer, from … to */
	int(from, to) { return from + Math.floor(this.next() * (to - from + 1)); }
	chance(p) { return this.next() < p; }
	pick(list) { return list[this.int(0, list.length - 1)]; }
	shuffled(list) {
		const l = [...list];
		for (let i = l.length - 1; i > 0; i--) {
			const k = this.int(0, i);
			[l[i], l[k]] = [l[k], l[i]];
		}
		return l;
	}
	/** Another source that follows from this one: so that what one member does is not moved by when another acts. */
	branch() { return new Random(this.int(0, 0x7fffffff)); }
}
