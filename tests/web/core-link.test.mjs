/* The connection, with a socket, a clock and timers that a test holds in its hands. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ServerClock, realUntil, scenarioTime } from "../../web/core/clock.js";
import { uuid7 } from "../../web/core/ids.js";
import { AHEAD_MS, Link, LinkLost, QUIET_RED_MS } from "../../web/core/link.js";

/** A world in which nothing happens by itself. */
function world({ ticket = async () => ({ ticket: "t" }) } = {}) {
	const w = { now: 0, sockets: [], timers: [], frames: [], phases: [] };
	w.link = new Link({
		mono: () => w.now,
		random: () => 0,
		fetchTicket: ticket,
		setTimer: (f, ms) => w.timers.push({ f, at: w.now + ms }) && w.timers[w.timers.length - 1],
		clearTimer: (t) => (w.timers = w.timers.filter((x) => x !== t)),
		openSocket: (protocol) => {
			const s = { protocol, sent: [], closed: false, send: (x) => s.sent.push(JSON.parse(x)),
				close: () => (s.closed = true) };
			w.sockets.push(s);
			return s;
		},
	});
	w.link.addEventListener("frame", (e) => w.frames.push(e.detail));
	w.link.addEventListener("phase", (e) => w.phases.push(e.detail));
	w.say = (frame, s = w.sockets[w.sockets.length - 1]) => s.onmessage({ data: JSON.stringify(frame) });
	w.later = (ms) => {
		w.now += ms;
		for (const t of w.timers.filter((x) => x.at <= w.now)) {
			w.timers = w.timers.filter((x) => x !== t);
			t.f();
		}
	};
	w.open = async (from) => {
		if (from !== undefined)
			w.link.start(from);
		await new Promise((r) => setTimeout(r));
		w.sockets[w.sockets.length - 1].onopen();
	};
	return w;
}

describe("link", () => {
	test("asks for a ticket, says hello with the last number, is live when everything is there", async () => {
		const w = world();
		await w.open(41);
		assert.equal(w.sockets[0].protocol, "tocsin.v1");
		assert.deepEqual(w.sockets[0].sent, [{ op: "hello", from: 41, ticket: "t" }]);
		w.say({ op: "welcome", tip: 44 });
		assert.equal(w.link.phase, "catching");
		w.say({ op: "entry", seq: 43 });
		w.say({ op: "beat", last: 44 });
		assert.equal(w.link.phase, "catching");
		w.say({ op: "entry", seq: 44 });
		w.say({ op: "beat", last: 44 });
		assert.equal(w.link.phase, "live");
		assert.deepEqual(w.phases, ["opening", "catching", "live"]);
	});

	test("what comes twice or late is handed on once, in order", async () => {
		const w = world();
		await w.open(-1);
		w.say({ op: "welcome", tip: -1 });
		for (const seq of [0, 1, 1, 3, 2, 3, 4])
			w.say({ op: "entry", seq });
		assert.deepEqual(w.frames.filter((f) => f.op === "entry").map((f) => f.seq), [0, 1, 3, 4]);
		assert.equal(w.link.last, 4);
	});

	test("comes back by itself with what it has, after half a second to five", async () => {
		const w = world();
		await w.open(-1);
		w.say({ op: "welcome", tip: 0 });
		w.say({ op: "entry", seq: 0 });
		w.sockets[0].onclose({ code: 1006 });
		assert.equal(w.link.phase, "lost");
		w.later(499);
		assert.equal(w.sockets.length, 1);
		w.later(1);
		await w.open();
		assert.deepEqual(w.sockets[1].sent[0], { op: "hello", from: 0, ticket: "t" });
		w.say({ op: "entry", seq: 1 }, w.sockets[0]); // what the old socket still says is not heard
		assert.equal(w.link.last, 0);
	});

	test("a connection that says nothing for fifteen seconds is dead", async () => {
		const w = world();
		await w.open(-1);
		w.say({ op: "welcome", tip: -1 });
		w.say({ op: "beat", last: -1 });
		w.later(QUIET_RED_MS);
		w.link.watch();
		assert.equal(w.link.phase, "live");
		w.later(1);
		w.link.watch();
		assert.equal(w.link.phase, "lost");
		assert.equal(w.sockets[0].closed, true);
	});

	test("a server that has less than we have may be another node, for ten seconds; then it is told, and all is asked for anew", async () => {
		const w = world(), ahead = { op: "refused", code: "ahead", detail: "from: 41, but the newest entry is 40" }, told = [];
		w.link.addEventListener("ahead", (e) => told.push(e.detail));
		const turnedAway = async (ms) => {
			await w.open();
			assert.equal(w.sockets.at(-1).sent[0].from, 41);
			w.say(ahead);
			assert.equal(w.link.phase, "lost");
			w.later(ms);
		};
		w.link.start(41);
		await turnedAway(AHEAD_MS - 1);
		await turnedAway(1000); // one that has not been reached for longer ends it, and another that has caught up begins it anew
		assert.equal(told.length, 0);
		await w.open();
		w.say({ op: "welcome", tip: 41 });
		w.sockets.at(-1).onclose({});
		w.later(1000);
		await turnedAway(AHEAD_MS);
		assert.equal(told.length, 0);
		await turnedAway(1000);
		assert.deepEqual(told, [{ last: 41, refused: ahead }]);
		await w.open();
		assert.equal(w.sockets.at(-1).sent[0].from, -1);
		w.say({ op: "refused", ref: 7, code: "ahead" }); // of a request: that is another matter
		assert.equal(told.length, 1);
	});

	test("requests are answered by their ref, in any order", async () => {
		const w = world();
		await w.open(-1);
		w.say({ op: "welcome", tip: -1 });
		const a = w.link.request({ op: "send", message: { id: "a" } });
		const b = w.link.request({ op: "send", message: { id: "b" } });
		const [, ra, rb] = w.sockets[0].sent;
		w.say({ op: "refused", ref: rb.ref, code: "state" });
		w.say({ op: "accepted", ref: ra.ref, seq: 7 });
		assert.equal((await a).seq, 7);
		assert.equal((await b).code, "state");
	});

	test("without a connection nothing is queued: the request fails at once, and says that it was not sent",
		async () => {
		const w = world();
		await assert.rejects(w.link.request({ op: "send" }), (e) => e instanceof LinkLost && e.sent === false);
		assert.equal(w.link.tell({ op: "receipt" }), false);
	});

	test("a request that was under way says that it may have arrived", async () => {
		const w = world();
		await w.open(-1);
		w.say({ op: "welcome", tip: -1 });
		const a = w.link.request({ op: "send", message: {} });
		w.sockets[0].onclose({ code: 1006 });
		await assert.rejects(a, (e) => e instanceof LinkLost && e.sent === true);
	});

	test("a session that is over is not tried again", async () => {
		const w = world();
		await w.open(-1);
		w.sockets[0].onclose({ code: 4403 });
		assert.equal(w.link.phase, "denied");
		w.later(60_000);
		assert.equal(w.sockets.length, 1);
		const x = world({ ticket: async () => ({ denied: true }) });
		x.link.start();
		await new Promise((r) => setTimeout(r));
		assert.equal(x.link.phase, "denied");
	});

	test("a ticket that cannot be had is tried for again", async () => {
		let n = 0;
		const w = world({ ticket: async () => (n++ ? { ticket: "t" } : Promise.reject(new Error("no network"))) });
		w.link.start();
		await new Promise((r) => setTimeout(r));
		assert.equal(w.link.phase, "lost");
		w.later(5000);
		await w.open();
		assert.equal(w.sockets.length, 1);
	});

	test("what cannot be read is handed on as such and breaks nothing", async () => {
		const w = world();
		await w.open(-1);
		w.sockets[0].onmessage({ data: "{half" });
		assert.deepEqual(w.frames, [{ op: "unreadable" }]);
	});
});

describe("clock", () => {
	test("the server's time comes from the sample that travelled least, whatever this computer's clock says", () => {
		let mono = 1000;
		const c = new ServerClock(() => mono);
		assert.ok(Number.isNaN(c.now()));
		c.sample(new Date(1_000_000).toISOString()); // took 300 ms
		mono = 3000;
		c.sample(new Date(1_002_290).toISOString()); // took 10 ms
		assert.equal(c.now(), 1_002_290);
		mono = 4000;
		assert.equal(c.now(), 1_003_290);
		assert.equal(c.wallError(1_003_290 + 3_600_000), 3_600_000);
	});

	test("after a jump of the server's clock, or a sleep, it starts again", () => {
		let mono = 0;
		const c = new ServerClock(() => mono);
		c.sample(new Date(1_000_000).toISOString());
		mono = 2000;
		c.sample(new Date(900_000).toISOString());
		assert.equal(c.now(), 900_000);
	});

	test("scenario time is an affine map, and stands when the clock stands", () => {
		const e = { id: "e", anchor_real: "2026-01-01T00:00:00Z", anchor_at: "2031-05-17T13:58:00Z",
			rate_milli: 60_000, running: true };
		const real = Date.parse(e.anchor_real);
		assert.equal(scenarioTime(e, real + 1000), Date.parse(e.anchor_at) + 60_000);
		assert.equal(scenarioTime({ ...e, running: false }, real + 1e9), Date.parse(e.anchor_at));
		assert.equal(realUntil(e, Date.parse(e.anchor_at) + 60_000, real), 1000);
		assert.equal(realUntil({ ...e, running: false }, Date.parse(e.anchor_at) + 1, real), Infinity);
	});
});

test("message ids are UUIDv7, sorted by time", () => {
	const a = uuid7(1_700_000_000_000);
	assert.match(a, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
	assert.equal(a.slice(0, 13), "018bcfe5-6800");
	assert.ok(uuid7(1_700_000_000_001) > a);
});
