/* build.mjs: one script, one style sheet, content-hashed, and the page that names them; into dist/.
 *
 *   node build.mjs            for use: minified, with pre-compressed .br and .gz beside each file
 *   node build.mjs --watch    for work: not minified, built again on every change */

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build, context } from "esbuild";
import { only, read } from "./catalogue.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const watch = process.argv.includes("--watch");

/** Same bytes, same name. @param {string} name @param {string} type @param {Uint8Array} bytes */
async function emit(name, type, bytes) {
	const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12).toUpperCase();
	const path = `assets/${name}-${hash}.${type}`;
	await write(path, bytes);
	return `/${path}`;
}

/** @param {string} path @param {Uint8Array} bytes */
async function write(path, bytes) {
	await writeFile(join(dist, path), bytes);
	if (watch)
		return;
	await writeFile(join(dist, `${path}.gz`), gzipSync(bytes, { level: 9 }));
	await writeFile(join(dist, `${path}.br`), brotliCompressSync(bytes,
		{ params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}

/** @param {import("esbuild").BuildResult} result */
async function finish(result) {
	if (result.errors.length || !result.outputFiles)
		return;
	await mkdir(join(dist, "assets"), { recursive: true });
	const of = (/** @type {string} */ end) => result.outputFiles?.find((f) =>
		f.path.endsWith(end))?.contents ?? new Uint8Array();
	const script = await emit("console", "js", of(".js"));
	const style = await emit("console", "css", of(".css"));
	const page = (await readFile(join(here, "index.html"), "utf8")).replace("%SCRIPT%", script).replace("%STYLE%",
		style);
	await write("index.html", Buffer.from(page));
	/* what nobody names any more; last, so that a server which is running never misses a file */
	for (const old of await readdir(join(dist, "assets")))
		if (![script, style].some((name) => `/assets/${old}`.startsWith(name)))
			await rm(join(dist, "assets", old));
	console.log(`console: ${script} ${(of(".js").length / 1024).toFixed(0)} KiB (gzip ${(gzipSync(of(".js")).length / 1024).toFixed(0)}), ${style}`);
}

/** What the forms are made of: import from "tocsin:catalogue". Only what this console says. */
const TABLE = join(here, "../server/message/catalogue.def");
const SAID = ["M1", "M2", "M3", "M6", "M7", "M17", "M18"];
const OF_ENVELOPE = ["audience", "also_reported_to", "tlp"];
/** @type {import("esbuild").Plugin} */
const catalogue = { name: "catalogue", setup(b) {
	b.onResolve({ filter: /^tocsin:catalogue$/ }, ({ path }) => ({ path, namespace: "catalogue" }));
	b.onLoad({ filter: /.*/, namespace: "catalogue" }, async () => ({
		contents: JSON.stringify(only(read(await readFile(TABLE, "utf8")), SAID, OF_ENVELOPE)), loader: "json", watchFiles: [TABLE],
	}));
} };

/** @type {import("esbuild").BuildOptions} */
const options = {
	entryPoints: [join(here, "app/main.js")],
	bundle: true,
	format: "esm",
	target: "es2022",
	outdir: dist,
	write: false,
	minify: !watch,
	legalComments: "none",
	logLevel: "warning",
	plugins: [catalogue, { name: "emit", setup: (b) => b.onEnd(finish) }],
};

if (watch)
	await (await context(options)).watch();
else
	await build(options);
