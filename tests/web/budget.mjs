/* budget.mjs: what a browser has to fetch before the first view after sign-in stands: the page, its style, its script and what that
 * imports at once, and the words of one language. Compressed as the server sends it. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { DIST } from "./fake-server.mjs";

export const BUDGET = 120 * 1024;

const gz = (/** @type {string} */ path) => statSync(join(DIST, `${path}.gz`)).size;

/** @param {string} page @returns {{files: [string, number][], total: number}} files with their size, largest first */
export function firstView(page = "index.html") {
	const html = readFileSync(join(DIST, page), "utf8");
	const files = new Map([[page, gz(page)]]);
	const add = (/** @type {string} */ path) => {
		if (files.has(path))
			return;
		files.set(path, gz(path));
		/* import"./x.js", from"./x.js", but not import("./x.js") */
		if (path.endsWith(".js"))
			for (const [, to] of readFileSync(join(DIST, path), "utf8").matchAll(/(?:\bfrom|\bimport)\s?"(\.[^"]+)"/g))
				add(join(dirname(path), to));
	};
	for (const [, path] of html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g))
		add(path);
	/* the words that come first, of the language that has most to say */
	const words = readdirSync(join(DIST, "assets")).filter((f) => /^console-[a-z]{2}-[A-Z0-9]{8}\.js$/.test(f)).map((f) => `assets/${f}`);
	add(words.sort((a, b) => gz(b) - gz(a))[0]);
	return { files: [...files].sort((a, b) => b[1] - a[1]), total: [...files.values()].reduce((a, b) => a + b, 0) };
}

if (process.argv[1]?.endsWith("budget.mjs")) {
	const { files, total } = firstView();
	for (const [name, size] of files)
		console.log(`${(size / 1024).toFixed(1).padStart(7)} KiB  ${name}`);
	console.log(`${(total / 1024).toFixed(1).padStart(7)} KiB  of ${BUDGET / 1024}`);
}
