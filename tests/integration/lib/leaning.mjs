// leaning.mjs: whether one thing takes longer than another, on a machine that has other things to do: both are done in turn, many times, and only the
// order of the differences counts. What disturbs them disturbs them alike.

/** Standard deviations beyond which it is no chance: that passes it once in 150,000 times. */
export const SURE = 4.5;

/** Milliseconds of both, one after the other, in either order. */
export async function pairs(x, y, n) {
	const took = async (what) => {
		const start = process.hrtime.bigint();
		await what();
		return Number(process.hrtime.bigint() - start) / 1e6;
	};
	const all = [];
	for (let i = 0; i < n; i++) {
		if (i % 2) all.push([await took(x), await took(y)]);
		else all.push([await took(y), await took(x)].reverse());
	}
	return all;
}

/** Wilcoxon's signed ranks: by how many standard deviations the pairs lean to one side. */
export function leaning(all) {
	const d = all.map(([a, b]) => a - b).filter((v) => v).sort((a, b) => Math.abs(a) - Math.abs(b));
	const n = d.length, w = d.reduce((sum, v, i) => sum + Math.sign(v) * (i + 1), 0);
	return w / Math.sqrt((n * (n + 1) * (2 * n + 1)) / 6);
}
