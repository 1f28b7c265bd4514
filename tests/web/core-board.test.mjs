/* The board with very much on it, without a browser: what an entry costs is counted, not timed; and the order is that of a plain sort. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { alarms, worked as heard } from "../../web/core/alarm.js";
import { board, deadlines, deadlinesOf, worked } from "../../web/core/board.js";
import { Grown } from "../../web/core/grown.js";
import { emptyState, reduceAll } from "../../web/core/state.js";
import { FakeServer, personId, uuid } from "./fake-server.mjs";

const CASES = 2000, ENTRIES = 60;
const here = { looked: new Map(), now: () => Date.now() };

/** A desk with so many threats, and a way to say more. */
function full(n = CASES) {
	const fake = new FakeServer();
	const made = Array.from({ length: n }, (_, i) => ({ caseId: uuid(`many ${i}`), id: uuid(`notice ${i}`), from: "StreamHarbor", desks: ["AIRU"] }));
	const you = { org: "AIRU", name: "AIRU", kinds: ["ms_law_enforcement"], person: personId("AIRU", "duty officer"), roles: ["duty_officer"], machine: false };
	let seq = 0;
	const entry = (k, of, body, decided = {}) => ({ op: "entry", seq: seq++, k, id: uuid(`entry ${seq}`), case: of.caseId, org: k.startsWith("M4") ? of.from : "AIRU", mode: "actual",
		at: fake.at(seq / 1000), recorded: fake.at(0), rendering: "whole", message: { id: uuid(`entry ${seq}`), type: k.split(".")[0], body }, decided, actor: {} });
	const threat = (of) => entry("M4.send", of, { step: "send", explanation: `about ${of.id}`, concerned_states: [] }, { desks: [{ org: "AIRU", duty: [], grounds: [], role: "competent",
		pages: true }], timers_started: [fake.timer("T17", "AIRU", of.caseId, 300)] });
	const accept = (of) => entry("M5.accept", of, { kind: "accept" }, { timers_stopped: [{ id: fake.timer("T17", "AIRU", of.caseId, 0).id, met: true }] });
	const state = reduceAll(emptyState(), [{ op: "welcome", you, server_time: fake.at(0), tip: 0 }, ...made.map(threat)]);
	return { state, made, entry, threat, accept };
}

const plainly = (rows) => rows.toSorted((a, b) => a.rank - b.rank || a.at - b.at || (a.case.id < b.case.id ? -1 : 1)).map((r) => r.case.id);

describe("a board with thousands of rows", () => {
	test("an entry works out one row, the deadlines and the alarms of one case, however many there are", () => {
		const { state, made, accept } = full();
		let s = state;
		const all = board(s).open.length;
		assert.equal(all, CASES);
		deadlines(s, 14);
		alarms(s, here);
		const before = [worked.rows, worked.deadlines, heard.cases];
		for (let i = 0; i < ENTRIES; i++) {
			s = reduceAll(s, [accept(made[i * 7])]);
			board(s), deadlines(s, 14), alarms(s, here);
		}
		assert.deepEqual([worked.rows - before[0], worked.deadlines - before[1], heard.cases - before[2]], [ENTRIES, ENTRIES, ENTRIES]);
	});

	test("asked again about the same, nothing is worked out and the answer is the same object", () => {
		const { state } = full(50);
		const first = board(state), n = worked.rows;
		assert.equal(board(reduceAll(state, [{ op: "beat", last: 9 }])), first);
		assert.equal(worked.rows, n);
	});

	test("what is put between others lies where a plain sort would put it, also what is over, and for somebody else", () => {
		const { state, made, accept, entry, threat } = full(300);
		let s = state;
		board(s);
		for (let i = 0; i < 100; i++) {
			const of = made[(i * 37) % 300];
			s = reduceAll(s, [i % 5 === 4 ? threat({ caseId: uuid(`late ${i}`), id: uuid(`late notice ${i}`), from: "Chirplet" })
				: i % 3 ? accept(of) : entry("M4.withdraw", of, { step: "withdraw", reason: "a mistake" })]);
			const { open, done } = board(s);
			assert.deepEqual([...open, ...done.toReversed()].map((r) => r.case.id), plainly([...open, ...done]));
			assert.equal(open.length + done.length, s.cases.size);
			assert.ok(done.every((r) => r.standing === "withdrawn") && open.every((r) => r.standing !== "withdrawn"));
		}
		const theirs = board({ ...s, me: { ...s.me, org: "StreamHarbor", kinds: ["hsp"] } });
		assert.ok(theirs.open.some((r) => r.standing === "waiting"));
		assert.ok(board(s).open.some((r) => r.standing === "new"), "and mine are mine again");
	});

	test("deadlines: those that are due first, and how many there are", () => {
		const { state } = full(100);
		const { n, first } = deadlines(state, 14);
		assert.equal(n, 100);
		assert.deepEqual(first.map((d) => d.due), [...state.cases.values()].flatMap(deadlinesOf).map((d) => d.due).sort((a, b) => a - b).slice(0, 14));
	});
});

describe("what belongs to which id (Grown)", () => {
	test("a copy has what there was, and neither sees what the other is told afterwards", () => {
		const a = new Grown();
		for (let i = 0; i < 5000; i++)
			a.set(`id ${i}`, i);
		const b = new Grown(a), c = new Grown(a);
		b.set("id 7", "other").set("more", 1);
		a.set("id 8", "mine");
		assert.deepEqual([a.get("id 7"), b.get("id 7"), c.get("id 7")], [7, "other", 7]);
		assert.deepEqual([a.get("id 8"), b.get("id 8"), c.get("id 8")], ["mine", 8, 8]);
		assert.deepEqual([a.size, b.size, c.size, b.has("more"), a.has("more"), a.has("")], [5000, 5001, 5000, true, false, false]);
	});

	test("to put one thing into a copy of many copies few of them", () => {
		let map = new Grown();
		for (let i = 0; i < 50_000; i++)
			map.set(uuid(`entry ${i}`), i);
		const before = Grown.copied;
		for (let i = 0; i < ENTRIES; i++)
			map = new Grown(map).set(uuid(`late ${i}`), i);
		assert.ok((Grown.copied - before) / ENTRIES < 500, `${(Grown.copied - before) / ENTRIES} each, of 50,000`);
	});
});
