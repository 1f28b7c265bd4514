/* palette.mjs: a picture in few colours, best compressed, so that the repository stays small. */

import { crc32, deflateSync } from "node:zlib";

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
	const name = Buffer.from(type);
	const body = Buffer.concat([name, data]);
	const n = Buffer.alloc(4);
	n.writeUInt32BE(data.length);
	const sum = Buffer.alloc(4);
	sum.writeUInt32BE(crc32(body) >>> 0);
	return Buffer.concat([n, body, sum]);
}

/** The same picture with at most 256 colours: those that are there most often, each other pixel the nearest of them. @param {Buffer} png
 * @param {import("playwright-core").Page} painter  an empty page */
export async function small(png, painter) {
	const { width, height, palette, pixels } = await painter.evaluate(async (b64) => {
		const image = await createImageBitmap(new Blob([Uint8Array.from(atob(b64), (c) => c.charCodeAt(0))]));
		const { width, height } = image;
		const context = new OffscreenCanvas(width, height).getContext("2d");
		context.drawImage(image, 0, 0);
		const { data } = context.getImageData(0, 0, width, height);
		const count = new Map();
		for (let i = 0; i < data.length; i += 4) {
			const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
			count.set(colour, (count.get(colour) ?? 0) + 1);
		}
		const palette = [...count].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([c]) => c);
		const nearest = new Map(palette.map((c, n) => [c, n]));
		let pixels = "";
		for (let i = 0; i < data.length; i += 4) {
			const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
			let n = nearest.get(colour);
			if (n === undefined) {
				let best = Infinity;
				palette.forEach((c, k) => {
					const d = ((c >> 16) - data[i]) ** 2 + (((c >> 8) & 255) - data[i + 1]) ** 2 + ((c & 255) - data[i + 2]) ** 2;
					if (d < best)
						[best, n] = [d, k];
				});
				nearest.set(colour, n);
			}
			pixels += String.fromCharCode(n);
		}
		return { width, height, palette, pixels: btoa(pixels) };
	}, png.toString("base64"));
	const flat = Buffer.from(pixels, "base64");
	const lines = Buffer.alloc((width + 1) * height);
	for (let y = 0; y < height; y++)
		flat.copy(lines, y * (width + 1) + 1, y * width, (y + 1) * width);
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 3, 0, 0, 0], 8);
	return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", head), chunk("PLTE", Buffer.from(palette.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]))),
		chunk("IDAT", deflateSync(lines, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}
