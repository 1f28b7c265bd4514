/* console.mjs: the console in Chromium against a real server: thousands of live rows, entries that keep coming, and a person who moves, filters
 * and opens meanwhile.
 *
 *   ./dev bench console [--rows 5000] [--rate 60] [--seconds 20] [--repetitions 3] [--passed 0]
 * Platforms send so many threats, a desk takes nine of ten of them over; the same members go on at the given rate (entries that the console is
 * told, a second). Measured in the page: long tasks, from a key to the next picture, frames, the processor time of the page's main
 * thread, what the garbage collector leaves. The same entries go at the same time to a page that does the least possible with them (parses
 * a frame and appends one line): the console's processor time is a multiple of that page's. With --passed so many entries pass through
 * first, and the heap is measured before and after. */

import { parseArgs } from "node:util";
import { Member } from "../integration/lib/member.mjs";
import { m4, m5 } from "../integration/lib/messages.mjs";
import { until } from "../integration/lib/server.mjs";
import { launch, person, startShift } from "../web/browser.mjs";
import { firstView as weighs, BUDGET } from "../web/budget.mjs";
import { yardstick } from "../web/rows.mjs";
import { median, startServer, Table } from "./lib/bench.mjs";

const number = (n) => ({ type: "string", default: String(n) });
const { values } = parseArgs({ options: { rows: number(5000), rate: number(60), seconds: number(20), repetitions: number(3), passed: number(0) } });
const [ROWS, RATE, SECONDS, REPETITIONS, PASSED] = ["rows", "rate", "seconds", "repetitions", "passed"].map((n) => Number(values[n]));
const LONG_MS = 200;
const at = (list, q) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(q * list.length))] ?? 0;

/** In every page: what there is to measure. */
const instruments = () => {
	const m = globalThis.measured = { entries: 0, bytes: 0, tasks: [], keys: [], frames: [], last: 0 };
	new PerformanceObserver((list) => m.tasks.push(...list.getEntries().map((e) => e.duration))).observe({ type: "longtask" });
	new PerformanceObserver((list) => m.keys.push(...list.getEntries().filter((e) => e.name === "keydown").map((e) => e.duration)))
		.observe({ type: "event", durationThreshold: 16 });
	const frame = (now) => {
		if (m.last)
			m.frames.push(now - m.last);
		m.last = now;
		requestAnimationFrame(frame);
	};
	requestAnimationFrame(frame);
	const Socket = globalThis.WebSocket;
	globalThis.WebSocket = class extends Socket {
		constructor(...a) {
			super(...a);
			this.addEventListener("message", ({ data }) => {
				m.bytes += data.length;
				m.entries += data.includes('"op":"entry"') ? 1 : 0;
			});
		}
	};
};
/** The least that a page can do with what it is told. */
const floor = async () => {
	document.body.replaceChildren(document.createElement("ul"));
	const { ticket } = await (await fetch("/api/ticket", { method: "POST", headers: { "X-Tocsin": "1" } })).json();
	const socket = new WebSocket(location.origin.replace("http", "ws") + "/socket", "tocsin.v1");
	socket.onopen = () => socket.send(JSON.stringify({ op: "hello", ticket }));
	socket.onmessage = ({ data }) => {
		const frame = JSON.parse(data);
		document.querySelector("ul").append(Object.assign(document.createElement("li"), { textContent: `${frame.k} ${frame.id}` }));
	};
	await new Promise((resolve) => socket.addEventListener("message", resolve, { once: true }));
};

const UNLIMITED = ["threats", "org-threats", "receipts"].flatMap((n) => [`--${n}-per-minute`, "1000000", `--${n}-burst`, "1000000"]);
/** Tasks of the busiest page, out of a trace: milliseconds of processor time (a machine that does other things as well makes them last longer). */
function tasksOf(trace) {
	const events = JSON.parse(trace.toString()).traceEvents;
	const pages = new Set(events.filter((e) => e.name === "thread_name" && e.args.name === "CrRendererMain").map((e) => `${e.pid} ${e.tid}`));
	const times = [...pages].map((page) => events.filter((e) => /RunTask$/.test(e.name) && e.tdur && `${e.pid} ${e.tid}` === page).map((e) => e.tdur / 1000));
	const sum = (list) => list.reduce((a, b) => a + b, 0);
	return times.sort((a, b) => sum(b) - sum(a))[0] ?? [];
}

const server = await startServer({ patience: 120_000, args: UNLIMITED });
const browser = await launch();
const table = new Table(`the console, ${ROWS} rows, ${RATE} entries/s`);
try {
	table.add("what the first view fetches, compressed, in the wordiest language", weighs().total / 1024, { goal: BUDGET / 1024, unit: "KiB" });
	const platforms = await Promise.all(["StreamHarbor", "Chirplet", "GameNest", "LoopReel"].map((o) => Member.connect(server, o, "night responder")));
	const desk = await Member.connect(server, "AIRU", "second officer");
	const console_ = await person(browser, { origin: server.url, insecure: true });
	const { page } = console_;
	await page.addInitScript(instruments);
	const devtools = await page.context().newCDPSession(page);
	await devtools.send("Performance.enable");
	const seconds = async (of) => (await of.send("Performance.getMetrics")).metrics.find((x) => x.name === "TaskDuration").value;
	const heap = async () => {
		await devtools.send("HeapProfiler.collectGarbage");
		return (await devtools.send("Performance.getMetrics")).metrics.find((x) => x.name === "JSHeapUsedSize").value / 1048576;
	};
	await startShift(console_, server.credential("AIRU", "duty officer").sign_in);

	async function firstView() {
		const times = [];
		for (let i = 0; i < 5; i++) {
			await page.reload({ waitUntil: "commit" });
			await page.waitForSelector("main.board .board-count");
			times.push(await page.evaluate(() => performance.now()));
		}
		return median(times);
	}
	table.add("from the address to the board on the screen", await firstView(), { goal: 1000, unit: "ms", note: "signed in; median of five" });

	/* ---- rows ---- */
	const cases = [];
	let said = 0;
	async function threat(open) {
		const p = platforms[said++ % platforms.length];
		const sent = await p.send(m4(p, { text: `A viewer of stream ${said} announces an act at hall ${said % 97}. The stream is still running.` }));
		if (sent.op !== "accepted")
			throw new Error(JSON.stringify(sent));
		if (open)
			return cases.push({ id: sent.case, by: p, open });
		const answer = await desk.send(m5(desk, "accept", sent.case));
		if (answer.op !== "accepted")
			throw new Error(JSON.stringify(answer));
		cases.push({ id: sent.case, by: p, open });
	}
	const LANES = 48;
	const lanes = async (n, work) => {
		let i = 0;
		await Promise.all(Array.from({ length: Math.min(LANES, n) }, async () => {
			while (i < n)
				await work(i++);
		}));
	};
	const began = Date.now();
	await lanes(ROWS, (i) => threat(i % 10 === 0));
	table.tell("threats sent, nine of ten taken over", (Date.now() - began) / 1000, "s");
	const count = () => page.evaluate(() => Number([...document.querySelectorAll(".board-count .count-quiet")].at(-1)?.textContent));
	await until(async () => (await count()) >= ROWS, `${ROWS} rows on the board`, 300_000);
	table.tell("heap with all of them", await heap(), "MiB");
	const short = await firstView();
	await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
	const caught = Date.now();
	await page.reload({ waitUntil: "commit" });
	table.add("from the address to the board, with all of them in the ledger", short, { goal: 1000, unit: "ms" });
	await until(async () => (await count()) >= ROWS && await page.locator(".pill.is-live").count(), "all rows again", 300_000);
	table.tell("until everything is there", (Date.now() - caught) / 1000, "s");
	table.add("the longest task while catching up, processor time", at(tasksOf(await browser.stopTracing()), 1), { goal: LONG_MS, unit: "ms" });

	/* ---- entries that keep coming ---- */
	const least = await page.context().newPage();
	await least.goto(`${server.url}/robots.txt`);
	const leastTools = await page.context().newCDPSession(least);
	await leastTools.send("Performance.enable");
	await least.evaluate(floor);
	await page.bringToFront();
	const multiples = [], longest = [], usual = [], over = [], keysWorst = [], keysUsual = [], slowFrames = [], arrivedPerSecond = [], yards = [];
	const settled = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
	async function round() {
		/* a new threat, which the console receipts; an older one gets more words; another one is taken over */
		const old = cases[Math.floor(Math.random() * cases.length)];
		const open = cases.find((c) => c.open);
		if (open)
			open.open = false;
		await Promise.all([threat(true), old.by.send({ ...m4(old.by), body: { step: "supplement", explanation: "The stream has a second camera now." }, case_ref: old.id }),
			open && desk.send(m5(desk, "accept", open.id))]);
	}
	const ENTRIES_OF_ROUND = 4;
	async function feed(forMs) {
		const from = Date.now(), under = new Set();
		for (let n = 0; Date.now() - from < forMs;) {
			for (; n < (Date.now() - from) * RATE / ENTRIES_OF_ROUND / 1000; n++) {
				const one = round().finally(() => under.delete(one));
				under.add(one);
			}
			await settled(5);
		}
		await Promise.all(under);
	}
	async function work(forMs) {
		const end = Date.now() + forMs;
		const board = () => page.locator("main.board").waitFor();
		while (Date.now() < end) {
			for (let i = 0; i < 8; i++)
				await page.keyboard.press(i % 4 === 3 ? "k" : "j");
			await page.locator("#search").focus();
			for (const key of "hall 42")
				await page.keyboard.press(key === " " ? "Space" : key);
			await settled(300);
			await page.keyboard.press("Escape"); // leaves the field
			await page.keyboard.press("Escape"); // and empties it
			await page.locator("h1").first().focus();
			await page.keyboard.press("j");
			await page.keyboard.press("Enter");
			await page.locator(".clock-box").first().waitFor();
			await settled(300);
			await page.evaluate(() => (location.hash = "#/"));
			await board();
		}
	}
	await page.locator("h1").first().focus();
	for (let i = 0; i < REPETITIONS; i++) {
		await page.evaluate(() => Object.assign(globalThis.measured, { tasks: [], keys: [], frames: [], entries: 0 }));
		const before = [await seconds(devtools), await seconds(leastTools)];
		await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
		await Promise.all([feed(SECONDS * 1000), work(SECONDS * 1000)]);
		const tasks = tasksOf(await browser.stopTracing());
		const spent = [await seconds(devtools) - before[0], await seconds(leastTools) - before[1]];
		const m = await page.evaluate(() => globalThis.measured);
		yards.push(await page.evaluate(yardstick));
		multiples.push(spent[0] / spent[1]);
		longest.push(at(tasks, 1));
		usual.push(at(tasks.filter((t) => t > 1), 0.99));
		over.push(tasks.filter((t) => t > LONG_MS).length);
		keysWorst.push(Math.max(0, ...m.keys));
		keysUsual.push(at(m.keys, 0.5));
		slowFrames.push(at(m.frames, 0.99));
		arrivedPerSecond.push(m.entries / SECONDS);
		console.log(`${m.entries} entries; main thread ${spent[0].toFixed(1)} s of ${SECONDS}, the least page ${spent[1].toFixed(2)} s; longest task ${at(tasks, 1).toFixed(0)} ms of processor time, by the clock ${
			Math.max(0, ...m.tasks).toFixed(0)} ms; keys ${m.keys.length}, p99 ${at(m.keys, 0.99).toFixed(0)} ms; frames ${(m.frames.length / SECONDS).toFixed(0)}/s`);
	}
	table.tell("entries that arrived", median(arrivedPerSecond), "/s");
	table.add("the longest task, processor time", Math.max(...longest), { goal: LONG_MS, unit: "ms", note: `of all ${REPETITIONS} repetitions` });
	table.tell("one task in a hundred (of those over 1 ms) takes more than", median(usual), "ms");
	table.tell("fixed work in the same page (3 million multiplications, 60,000 rows sorted)", median(yards), "ms", "what else the machine does shows here");
	table.tell("the longest task, as a multiple of it", Math.max(...longest) / median(yards), "x");
	table.add("tasks over 200 ms", Math.max(...over), { goal: 0 });
	table.tell("from a key to the next picture, usual / worst", median(keysUsual), "ms", `/ ${Math.max(...keysWorst).toFixed(0)} ms`);
	table.tell("one frame in a hundred takes longer than", median(slowFrames), "ms");
	table.tell("processor time of the page, as a multiple of the least page's", median(multiples), "x");
	table.tell("elements in the page", await page.evaluate(() => document.querySelectorAll("*").length));
	table.tell("heap afterwards", await heap(), "MiB");

	/* ---- a long night ---- */
	if (PASSED) {
		const first = await heap();
		await page.evaluate(() => (globalThis.measured.entries = 0));
		const told = () => page.evaluate(() => globalThis.measured.entries);
		while (await told() < PASSED)
			await lanes(500, round);
		const all = await told();
		await settled(3000);
		const last = await heap();
		table.tell(`heap after ${all} more entries`, last, "MiB");
		table.tell("an entry that has passed keeps", (last - first) * 1024 / all, "KiB");
	}
	if (console_.violations.length)
		throw new Error(console_.violations.join("\n"));
	table.print();
	process.exitCode = table.missed().length ? 1 : 0;
	await Promise.all([...platforms, desk].map((m) => m.close()));
} finally {
	await browser.close();
	await server.stop();
}
