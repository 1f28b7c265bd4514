// @ts-check
/* worker.js: makes the digests of the files that a person drops. It runs under a policy of its own (server/front/front.c): it may load
 * nothing and connect to nobody, so of what it sees nothing can leave but what it tells the page.
 *
 *   page → worker  {id, file}       one file; they are done in the order in which they come
 *                  {id}             that one is not wanted any more
 *   worker → page  {id, done}       so many bytes are read
 *                  {id, found: {md5, sha256, pdq?: {hash, quality}, plain?: WHY}}   plain: why there is no PDQ
 *                  {id, failed}     it cannot be read */

import bytes from "../build/hasher.wasm";

const ready = WebAssembly.instantiate(/** @type {BufferSource} */ (bytes), {}).then(({ instance }) => /** @type {any} */ (instance.exports));
/** @type {{id: number, file: File}[]} */
const queue = [];
const unwanted = new Set();
/* Above, a picture and what its hash takes would be half a gigabyte. */
const PIXELS_MOST = 50_000_000;
const TELL_MS = 100;

const hex = (/** @type {Uint8Array} */ b) => Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");

/** MD5 and SHA-256, a piece at a time: a film does not fit into memory. @param {any} x @param {{id: number, file: File}} job */
async function digests(x, { id, file }) {
	const size = x.piece_size();
	const reader = file.stream().getReader();
	let done = 0;
	let told = performance.now();
	x.begin();
	for (;;) {
		const { value, done: over } = await reader.read();
		if (over)
			break;
		if (unwanted.has(id)) {
			await reader.cancel();
			return undefined;
		}
		for (let at = 0; at < value.length; at += size) {
			const piece = value.subarray(at, at + size);
			new Uint8Array(x.memory.buffer).set(piece, x.piece());
			x.add(piece.length);
		}
		done += value.length;
		if (performance.now() - told > TELL_MS) {
			told = performance.now();
			postMessage({ id, done });
			/* what is read already comes without a turn of the loop, and then nobody could stop it */
			await new Promise((turn) => setTimeout(turn));
		}
	}
	x.end();
	const all = new Uint8Array(x.memory.buffer, x.found(), 48).slice();
	return { md5: hex(all.subarray(0, 16)), sha256: hex(all.subarray(16)) };
}

/** A JPEG without what the camera wrote beside the picture: browsers turn a picture as it says there, whatever they are told, and the
 * hash is of the pixels as they are stored. Other files as they are. @param {File} file @returns {Promise<Blob>} */
async function unturned(file) {
	const head = new DataView(await file.slice(0, 1 << 20).arrayBuffer());
	if (head.byteLength < 4 || head.getUint16(0) !== 0xffd8)
		return file;
	const parts = [file.slice(0, 2)];
	let at = 2;
	/* segments are 0xff, kind, length, content; the first that is none of the application's ends what is looked at */
	for (let kind; at + 4 <= head.byteLength && ((kind = head.getUint16(at)) & 0xfff0) === 0xffe0;) {
		const end = at + 2 + head.getUint16(at + 2);
		if (kind !== 0xffe1)
			parts.push(file.slice(at, end));
		at = end;
	}
	return new Blob([...parts, file.slice(at)], { type: file.type });
}

/** As the pixels are in the file: not turned, not converted, not shrunk. @param {any} x @param {File} file */
async function pdq(x, file) {
	if (!file.type.startsWith("image/"))
		return { plain: "no_picture" };
	let bitmap;
	try {
		bitmap = await createImageBitmap(await unturned(file), { imageOrientation: "none", colorSpaceConversion: "none", premultiplyAlpha: "none" });
	} catch {
		return { plain: "unreadable" };
	}
	try {
		const { width, height } = bitmap;
		const at = width * height <= PIXELS_MOST ? x.pixels(height, width) : 0;
		if (!at)
			return { plain: "too_large" };
		const canvas = new OffscreenCanvas(width, height);
		const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
		context.drawImage(bitmap, 0, 0);
		new Uint8Array(x.memory.buffer).set(context.getImageData(0, 0, width, height).data, at);
		const quality = x.pdq(height, width);
		return { pdq: { hash: hex(new Uint8Array(x.memory.buffer, x.found() + 48, 32)), quality } };
	} finally {
		bitmap.close();
	}
}

let busy = false;
async function work() {
	if (busy)
		return;
	busy = true;
	for (let job = queue.shift(); job; job = queue.shift()) {
		const { id, file } = job;
		try {
			const x = await ready;
			const exact = unwanted.has(id) ? undefined : await digests(x, job);
			if (exact)
				postMessage({ id, found: { ...exact, ...await pdq(x, file) } });
		} catch {
			postMessage({ id, failed: true });
		}
		unwanted.delete(id);
	}
	busy = false;
}

addEventListener("message", ({ data }) => {
	if (data.file) {
		queue.push(data);
		work();
	} else
		unwanted.add(data.id);
});
