/* build.mjs: for each page one style sheet, one script and what that loads later, content-hashed, and the page that names them; into dist/.
 *
 *   node build.mjs            for use: minified, with pre-compressed .br and .gz beside each file
 *   node build.mjs --watch    for work: not minified, built again on every change */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build, context, transform } from "esbuild";
import { only, read } from "./catalogue.mjs";
import { FORMS } from "./core/forms.js";

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

/** @typedef {{name: string, page: string, entry: string, said: string[], model?: string}} Page  `said`: types of messages that
 *   it says or shows in words; `model`: what stands in the place of app/model.js */

/** @param {Page} p @param {import("esbuild").BuildResult} result */
async function finish(p, result) {
	if (result.errors.length || !result.outputFiles)
		return;
	await mkdir(join(dist, "assets"), { recursive: true });
	const of = (/** @type {string} */ end) => result.outputFiles?.find((f) =>
		f.path.endsWith(end))?.contents ?? new Uint8Array();
	/* parts of the script have a name by their content already, by which the script loads them */
	const parts = result.outputFiles.filter((f) => basename(f.path).startsWith(`${p.name}-`));
	for (const part of parts)
		await write(`assets/${basename(part.path)}`, part.contents);
	const script = await emit(p.name, "js", of("/main.js"));
	const style = await emit(p.name, "css", of(".css"));
	const needed = Object.values(result.metafile?.outputs ?? {}).find((o) => o.entryPoint?.endsWith(p.entry))?.imports.filter((i) =>
		i.kind === "import-statement").map((i) => `<link rel="modulepreload" href="/assets/${basename(i.path)}">\n`) ?? [];
	const page = (await readFile(join(here, p.page), "utf8")).replace("%SCRIPT%", script).replace("%STYLE%", style).replace("<script", `${needed.join("")}<script`);
	await write(p.page, Buffer.from(page));
	/* what nobody names any more; last, so that a server which is running never misses a file */
	for (const old of await readdir(join(dist, "assets")))
		if (old.startsWith(`${p.name}-`) && ![script, style, ...parts.map((f) => `/assets/${basename(f.path)}`)].some((name) => `/assets/${old}`.startsWith(name)))
			await rm(join(dist, "assets", old));
	const size = (/** @type {Uint8Array[]} */ ...bytes) => `${(bytes.reduce((n, b) => n + b.length, 0) / 1024).toFixed(0)} KiB (gzip ${(bytes.reduce((n, b) =>
		n + gzipSync(b).length, 0) / 1024).toFixed(0)})`;
	console.log(`${p.name}: ${script} ${size(of("/main.js"))}, ${parts.length} parts ${size(...parts.map((f) => f.contents))}, ${style} ${size(of(".css"))}`);
}

/** What the forms are made of: import from "tocsin:catalogue". Only what this console says. */
const TABLE = join(here, "../server/message/catalogue.def");
const SAID = [...new Set(Object.values(FORMS).map((f) => f.type))];
const OF_ENVELOPE = ["audience", "also_reported_to", "tlp"];
/** @param {Page} p @returns {import("esbuild").Plugin} */
const catalogue = (p) => ({ name: "catalogue", setup(b) {
	b.onResolve({ filter: /^tocsin:catalogue$/ }, ({ path }) => ({ path, namespace: "catalogue" }));
	b.onLoad({ filter: /.*/, namespace: "catalogue" }, async () => {
		const all = read(await readFile(TABLE, "utf8"));
		return { contents: JSON.stringify(only(all, p.said.filter((name) => name in all.types), OF_ENVELOPE)), loader: "json",
			watchFiles: [TABLE] };
	});
} });

/** The screens of the console over another model. @param {Page} p @returns {import("esbuild").Plugin} */
const model = (p) => ({ name: "model", setup(b) {
	if (p.model)
		b.onResolve({ filter: /\/model\.js$/ }, () => ({ path: join(here, /** @type {string} */ (p.model)) }));
} });

/** The worker that makes digests: server/hash as WebAssembly inside of one script, whose address the console is told. */
async function hasher() {
	const hash = join(here, "../server/hash"), made = join(here, "build/hasher.wasm");
	await mkdir(dirname(made), { recursive: true });
	try {
		execFileSync("clang", ["--target=wasm32", "-std=c11", "-O3", "-msimd128", "-mbulk-memory", "-ffreestanding", "-nostdlib",
			"-ffp-contract=off", "-Wall", "-Wextra", "-Werror", `-I${join(here, "../server")}`, "-Wl,--no-entry", "-Wl,--strip-all",
			"-Wl,-z,stack-size=65536", ...["md5_sha256.c", "pdq_make.c"].map((f) => join(hash, f)), join(here, "hasher/hasher.c"), "-o", made],
		{ stdio: "inherit" });
	} catch (e) {
		throw new Error("server/hash could not be built for WebAssembly: clang and lld are needed (docker/packages.txt)", { cause: e });
	}
	const { outputFiles: [script] } = await build({ entryPoints: [join(here, "hasher/worker.js")], bundle: true, format: "iife", target: "es2022",
		write: false, minify: !watch, legalComments: "none", loader: { ".wasm": "binary" } });
	await mkdir(join(dist, "assets"), { recursive: true });
	const address = await emit("hasher", "js", script.contents);
	for (const old of await readdir(join(dist, "assets")))
		if (old.startsWith("hasher-") && !`/assets/${old}`.startsWith(address))
			await rm(join(dist, "assets", old));
	return address;
}
const hasherAt = await hasher();
/** @type {import("esbuild").Plugin} */
const worker = { name: "hasher", setup(b) {
	b.onResolve({ filter: /^tocsin:hasher$/ }, ({ path }) => ({ path, namespace: "hasher" }));
	b.onLoad({ filter: /.*/, namespace: "hasher" }, () => ({ contents: `export default ${JSON.stringify(hasherAt)}` }));
} };

/** @type {Page[]} */
const pages = [
	{ name: "console", page: "index.html", entry: "app/main.js", said: SAID },
	/* what the link of an e-mail opens (docs/link.md): the console's parts, without its socket */
	{ name: "link", page: "link.html", entry: "link/main.js", model: "link/model.js", said: SAID },
];

/* The service worker, by this name for ever: browsers ask for it again by themselves. */
await mkdir(dist, { recursive: true });
const serviceWorker = await transform(await readFile(join(here, "sw.js"), "utf8"), { minify: !watch, target: "es2022", format: "iife" });
await write("sw.js", Buffer.from(serviceWorker.code));

for (const p of pages) {
	/** @type {import("esbuild").BuildOptions} */
	const options = {
		entryPoints: [join(here, p.entry)],
		bundle: true,
		format: "esm",
		splitting: true,
		chunkNames: `${p.name}-[name]-[hash]`,
		metafile: true,
		target: "es2022",
		outdir: dist,
		write: false,
		minify: !watch,
		legalComments: "none",
		logLevel: "warning",
		plugins: [catalogue(p), model(p), worker, { name: "emit", setup: (b) => b.onEnd((result) => finish(p, result)) }],
	};
	if (watch)
		await (await context(options)).watch();
	else
		await build(options);
}
