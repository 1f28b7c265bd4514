/* Files dropped on the form of signals, in a real browser against a real server: the digests are those that others make; the worker
 * that sees the files can reach nobody; nothing of a file but its digests leaves, on any way; a film is read in pieces, and can be
 * stopped; a file that falls beside the zone is not opened. */

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { crc32, deflateSync } from "node:zlib";
import { axe, haveChromium, launch, person, startShift } from "./browser.mjs";
import { Member } from "../integration/lib/member.mjs";
import { message, scenarioTime } from "../integration/lib/messages.mjs";
import { Server, tocsind } from "../integration/lib/server.mjs";

const SHOTS = process.env.TOCSIN_SHOTS; /* a folder: what it looks like */
const why = !haveChromium ? "there is no Chromium here" : !existsSync(tocsind) ? `${tocsind} is not built` : false;
const here = fileURLToPath(new URL("../unit/hash/pictures/", import.meta.url));
const reference = fileURLToPath(new URL("../../../shared/vectors/pdq/generated/", import.meta.url));
const digest = (name, bytes) => createHash(name).update(bytes).digest("hex");

/** @param {Buffer} pnm 8 bits a channel @returns {Buffer} the same pixels as PNG */
function png(pnm) {
	const [head, kind, width, height] = /^(P[56])\s+(\d+)\s+(\d+)\s+255\s/.exec(pnm.toString("latin1", 0, 64));
	const row = width * (kind === "P6" ? 3 : 1);
	const lines = Buffer.concat(Array.from({ length: Number(height) }, (_, i) => Buffer.concat([Buffer.alloc(1), pnm.subarray(head.length + i * row, head.length + (i + 1) * row)])));
	const chunk = (name, data) => {
		const body = Buffer.concat([Buffer.from(name), data]), ends = Buffer.alloc(8);
		ends.writeUInt32BE(data.length), ends.writeUInt32BE(crc32(body), 4);
		return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
	};
	const size = Buffer.alloc(13);
	size.writeUInt32BE(width), size.writeUInt32BE(height, 4), size.set([8, kind === "P6" ? 2 : 0, 0, 0, 0], 8);
	return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", size), chunk("IDAT", deflateSync(lines)), chunk("IEND", Buffer.alloc(0))]);
}
/** file → [pdq, quality] of a table of the reference implementation. @param {string} path @param {[number, number, number]} columns */
const table = (path, [file, hash, quality]) => new Map(readFileSync(path, "utf8").split("\n").filter((l) => l && !l.startsWith("#")).map((l) =>
	l.split("\t")).map((f) => [f[file], [f[hash], Number(f[quality])]]));
const distance = (x, y) => [...Buffer.from(x, "hex")].reduce((n, b, i) => n + (b ^ Buffer.from(y, "hex")[i]).toString(2).replaceAll("0", "").length, 0);

describe("files that are dropped", { skip: why }, () => {
	let server, browser, who, page, hub, incident;
	const sent = [];

	before(async () => {
		server = await Server.start();
		hub = await Member.connect(server, "HUB", "lead", { resume: true });
		const airu = await Member.connect(server, "AIRU", "duty officer", { resume: true });
		const bare = { precedence: "priority", ack_required: false, personal_data: { level: "none", categories: [] } };
		const answer = await airu.send(message("M1", { step: "report", headline: "An attack at a market hall", ongoing: "yes", online_component: ["live"],
			producer: "perpetrator", event_time: { from: scenarioTime(airu).toISOString(), precision: "minutes" }, event_place: { cc: "XA" },
			criteria: ["real_world_event", "harm_shown", "intimidation", "terrorism_link", "virality"].map((code) => ({ code, answer: "unknown" })),
			victims_visible: "unknown", minor_involved: "unknown" }, { ...bare, audience: ["HUB", "StreamHarbor"] }));
		assert.equal(answer.op, "accepted", JSON.stringify(answer));
		incident = answer.incident;
		await airu.close();
		browser = await launch();
		who = await person(browser, { origin: server.url });
		page = who.page;
		/* whatever leaves this browser, on any way, with its content */
		page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => sent.push(String(payload))));
		who.context.on("requestfinished", (r) => sent.push(`${r.method()} ${r.url()} ${r.postData() ?? ""}`));
		await startShift(who, server.credential("StreamHarbor", "night responder").sign_in);
		await page.evaluate((id) => (location.hash = `#/say/M6.share/${id}`), incident);
		await page.waitForSelector(".dropzone").catch(async () => {
			throw new Error(`${await page.locator("body").innerText()} ${who.violations}`);
		});
	});
	after(async () => {
		await hub?.close();
		await browser?.close();
		await server?.stop();
	});

	/** The rows of the form as they stand there. */
	const rows = () => page.evaluate(() => Object.values(Object.entries(localStorage).filter(([k]) => k.startsWith("tocsin.draft") && k.includes(".say.M6.share.")).map(([, v]) => JSON.parse(v).values.body))[0]);
	const dropped = (name) => page.locator(".dropped", { hasText: name });
	const choose = (...files) => page.locator("#drop-files").setInputFiles(files);

	test("digests of a film and a picture are those that others make; what is typed meanwhile stays", async () => {
		const film = randomBytes(6 << 20), picture = png(readFileSync(join(here, "photo-63x65-4.ppm")));
		await page.getByLabel("Kind").selectOption("url");
		await page.getByLabel("Address", { exact: true }).fill("https://streamharbor.example/v/7");
		await choose({ name: "a name that stays here.mp4", mimeType: "video/mp4", buffer: film }, { name: "still.png", mimeType: "image/png", buffer: picture });
		await dropped("a name that stays here").filter({ hasText: "exact digests only" }).waitFor();
		await dropped("still.png").filter({ hasText: "quality 100" }).waitFor();
		const { items, content_type: kind } = await rows();
		const [pdq, quality] = table(join(here, "expected.tsv"), [0, 1, 2]).get("photo-63x65-4.ppm");
		assert.deepEqual(items.map((x) => [x.signal_kind, x.hash_type, x.hash_value, x.hash_quality, x.content_type]), [["url", "", "", "", ""],
			["hash", "SHA256", digest("sha256", film), "", ""], ["hash", "SHA256", digest("sha256", picture), "", "image"],
			["hash", "PDQ", pdq, String(quality), "image"]]);
		assert.equal(kind, "video");
		await choose({ name: "the same again.png", mimeType: "image/png", buffer: picture });
		await dropped("the same again").filter({ hasText: "quality 100" }).waitFor();
		assert.equal((await rows()).items.length, 4, "what stands there is not repeated");
		assert.deepEqual(await axe(page), []);
		if (SHOTS)
			await page.screenshot({ path: join(SHOTS, "drop.png"), fullPage: true });
	});

	test("the worker that sees the files can reach nobody", async () => {
		const worker = page.workers().find((w) => w.url().includes("/assets/hasher-"));
		assert.ok(worker, "there is one");
		const before = sent.length;
		const tried = await worker.evaluate(async (url) => {
			const outcome = async (f) => { try { await f(); return "went out"; } catch (e) { return "stopped"; } };
			return { fetch: await outcome(() => fetch(`${url}/api/me`)), elsewhere: await outcome(() => fetch("https://elsewhere.example/")),
				xhr: await outcome(() => new Promise((yes, no) => { const x = new XMLHttpRequest(); x.onload = yes; x.onerror = no; x.open("GET", `${url}/api/me`); x.send(); })),
				socket: await outcome(() => new Promise((yes, no) => { const s = new WebSocket(url.replace("https", "wss") + "/socket"); s.onopen = yes; s.onerror = no; })),
				script: await outcome(() => importScripts(`${url}/sw.js`)), eval: await outcome(() => eval("1")) };
		}, server.url);
		assert.deepEqual(tried, { fetch: "stopped", elsewhere: "stopped", xhr: "stopped", socket: "stopped", script: "stopped", eval: "stopped" });
		assert.deepEqual(sent.slice(before).filter((x) => /api\/me|elsewhere|GET .*sw\.js/.test(x)), []);
		who.violations.length = 0; // the policy has said so in the console, six times
	});

	test("a file that cannot be read, a picture with nothing in it, and one that is stopped", async () => {
		await choose({ name: "broken.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture at all") },
			{ name: "small.png", mimeType: "image/png", buffer: png(readFileSync(join(here, "photo-5x5-6.ppm"))) });
		await dropped("broken.jpg").filter({ hasText: "not a picture that can be read here" }).waitFor();
		await dropped("small.png").filter({ hasText: "too little in the picture" }).waitFor();
		const n = (await rows()).items.length;
		await page.evaluate(() => { // three gigabytes, of which there is one megabyte
			const data = new DataTransfer();
			data.items.add(new File(new Array(3000).fill(new Blob([new Uint8Array(1 << 20)])), "long.mp4", { type: "video/mp4" }));
			document.querySelector(".dropzone").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
		});
		await page.waitForFunction(() => document.querySelector(".dropped progress")?.value > 0);
		await page.getByRole("button", { name: "Stop reading long.mp4" }).click();
		await choose({ name: "after it.txt", mimeType: "text/plain", buffer: Buffer.from("after it") });
		await dropped("after it").filter({ hasText: "SHA-256" }).waitFor();
		const { items } = await rows();
		assert.equal(items.length, n + 1, "of what was stopped there is nothing");
		assert.equal(items.at(-1).hash_value, digest("sha256", "after it"));
	});

	test("an empty file is none, whatever its name: its digest would be that of every empty file; words that are dragged are the field's", async () => {
		const n = (await rows()).items.length;
		await page.evaluate(() => {
			const data = new DataTransfer();
			data.items.add(new File([], "\u202e4pm.nothing", { type: "video/mp4" }));
			data.items.add(new File(["full"], `${"n".repeat(400)}.bin`));
			document.querySelector(".dropzone").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
		});
		await dropped("⟨U+202E⟩4pm.nothing").filter({ hasText: "is empty" }).waitFor();
		await dropped("nnn.bin").filter({ hasText: "SHA-256" }).waitFor();
		const { items } = await rows();
		assert.equal(items.length, n + 1);
		assert.equal(items.at(-1).hash_value, digest("sha256", "full"));
		assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
		const left = await page.evaluate(() => {
			const data = new DataTransfer();
			data.setData("text/plain", "words");
			return document.querySelector("main textarea, main input").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
		});
		assert.equal(left, true);
	});

	test("a file that falls beside the zone is read, not opened", async () => {
		const before = page.url();
		const taken = await page.evaluate(() => {
			const data = new DataTransfer();
			data.items.add(new File(["beside it"], "beside.txt", { type: "text/plain" }));
			const event = (type) => new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
			document.querySelector("h1").dispatchEvent(event("dragover"));
			return !document.querySelector("h1").dispatchEvent(event("drop"));
		});
		assert.equal(taken, true);
		await dropped("beside.txt").filter({ hasText: "SHA-256" }).waitFor();
		assert.equal((await rows()).items.at(-1).hash_value, digest("sha256", "beside it"));
		assert.equal(page.url(), before);
	});

	test("they are sent as one message, and but for their digests nothing of them has left", async () => {
		const group = (name) => page.getByRole("group", { name });
		await group(/Was it reported anywhere else/).getByText("No", { exact: true }).click();
		await group("Organisations").getByText(/^HUB ·/).click();
		const { items } = await rows();
		await who.keys("Control+Enter");
		await page.locator(".box-red, main.check").first().waitFor();
		for (const gap of await page.locator(".box-red a").allInnerTexts()) // whatever else the catalogue asks for
			await page.locator(".field", { hasText: gap }).locator("label.option, select").first().evaluate((el) => {
				if (el.tagName === "LABEL")
					return el.click();
				el.selectedIndex = 1;
				el.dispatchEvent(new Event("change", { bubbles: true }));
			});
		if (!await page.locator("main.check").count()) {
			await who.keys("Control+Enter");
			await page.waitForSelector("main.check").catch(async () => {
				throw new Error(await page.locator(".box-red").innerText());
			});
		}
		await who.keys("Control+Enter");
		const entry = await hub.entry((e) => e.k === "M6.share");
		assert.deepEqual(entry.message.body.items.map((x) => x.hash_value ?? x.url), items.map((x) => x.hash_value || x.url));
		await page.waitForURL(`**/#/incident/${incident}`);
		const all = sent.join("\n");
		assert.ok(all.includes(items[1].hash_value), "what is sent is seen here");
		assert.doesNotMatch(all, /a name that stays here|still\.png|beside\.txt|beside it|after it|no picture at all|long\.mp4/);
		assert.deepEqual(who.violations, []);
	});

	test("pictures as the browser decodes them hash as the reference decodes them", { skip: !existsSync(reference) && "there are no reference pictures here" }, async () => {
		await page.evaluate((id) => (location.hash = `#/say/M6.share/${id}`), incident);
		await page.waitForSelector(".dropzone");
		const expected = table(join(reference, "expected.tsv"), [0, 5, 6]);
		const names = readdirSync(join(reference, "enc")).filter((f) => /\.(png|gif|jpg|webp)$/.test(f) && expected.get(`enc/${f}`)?.[0].length === 64 && !/^bad-|16|alpha|rgba|cmyk/i.test(f) &&
			expected.get(`enc/${f}`)[1] >= 80);
		assert.ok(names.length >= 20);
		const far = [];
		for (let i = 0; i < names.length; i += 12) {
			const some = names.slice(i, i + 12);
			await page.locator("#drop-files").setInputFiles(some.map((f) => join(reference, "enc", f)));
			for (const f of some)
				await dropped(f).filter({ hasText: /quality|digests only/ }).waitFor();
		}
		const { items } = await rows();
		for (const f of names) {
			const at = items.findIndex((x) => x.hash_value === digest("sha256", readFileSync(join(reference, "enc", f))));
			const [hash, quality] = expected.get(`enc/${f}`);
			/* of two files with one PDQ it stands there once */
			const d = at < 0 ? NaN : Math.min(...items.filter((x, n) => x.hash_type === "PDQ" && (n === at + 1 || x.hash_value === hash)).map((x) => distance(x.hash_value, hash)));
			if (!(d <= (/\.(png|gif)$/.test(f) ? 0 : 10)))
				far.push(`${f}: ${d} of ${quality}`);
		}
		assert.deepEqual(far, []);
	});
});
