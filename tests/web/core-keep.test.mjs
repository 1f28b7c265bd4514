/* What a page keeps that is open for a week, without a browser: what is open stays, of what is over the newest; the rest comes again out of its entries,
 * the same as it was; and what goes on after all comes back with what is new. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { board } from "../../web/core/board.js";
import { letGo, LOOSE, LOOSE_SLACK, newestPast, rangesOf, SLACK } from "../../web/core/keep.js";
import { emptyState, reduceAll } from "../../web/core/state.js";
import { FakeServer, personId } from "./fake-server.mjs";

const WHOLE = 20, OVER = WHOLE + SLACK + 30;

/** A desk with so many threats that are over, and some that are not. */
function week() {
	const fake = new FakeServer();
	const open = fake.threat("GameNest", { ago: 900_000, name: "open since the beginning" });
	const kept = fake.threat("Chirplet", { ago: 800_000, name: "kept up" });
	fake.respond(kept, "AIRU", "accept", 799_000, { do_not_remove_until: fake.at(5400), do_not_remove_reason: "covert_enquiry" });
	fake.respond(kept, "AIRU", "outcome", 798_000, { outcome: "unfounded" });
	const over = Array.from({ length: OVER }, (_, i) => {
		const c = fake.threat("StreamHarbor", { ago: 700_000 - i * 1000, name: `over ${i}` });
		fake.respond(c, "AIRU", "accept", 699_900 - i * 1000);
		return c;
	});
	for (const [i, c] of over.entries())
		fake.respond(c, "AIRU", "outcome", 600_000 - i * 1000, { outcome: "unfounded" });
	const you = { org: "AIRU", name: "AIRU", kinds: ["ms_law_enforcement"], person: personId("AIRU", "duty officer"), roles: ["duty_officer"], machine: false };
	const frames = () => fake.entries.filter((e) => fake.reads(e, you)).map((e) => e.frame);
	const state = reduceAll(emptyState(), [{ op: "welcome", you, server_time: fake.at(0), tip: 0 }, ...frames()]);
	const archive = (s, cases) => ({ op: "again", cases, entries: frames().filter((f) => rangesOf(s, cases).some((r) => f.seq > r.after && f.seq <= r.last)) });
	return { fake, state, open, kept, over, archive, frames };
}

describe("a page that is open for a week", () => {
	test("keeps everything that is open or has to be kept up, and the newest of what is over", () => {
		const { state, open, kept, over } = week();
		assert.equal(letGo(state, new Set(), OVER), state, "few enough");
		const less = letGo(state, new Set([over[3].caseId]), WHOLE);
		assert.ok(less.cases.has(open.caseId) && less.cases.has(kept.caseId) && less.cases.has(over[3].caseId));
		assert.equal(less.cases.size + less.past.size, state.cases.size);
		assert.ok(less.cases.size <= WHOLE + 3, `${less.cases.size}`);
		assert.ok(over.slice(-WHOLE + 1).every((c) => less.cases.has(c.caseId)), "the newest");
		assert.ok(less.known.size < state.known.size / 2 && less.caseOf.size < state.caseOf.size / 2);
		assert.equal(letGo(less, new Set(), WHOLE), less, "once");
		assert.ok(board(less).done.length < board(state).done.length);
		assert.equal(state.past.size, 0, "the state before is untouched");
	});

	test("of a threat that was let go also those ids are forgotten that left no line of it: kinds that this console does not know", () => {
		const { state, over, fake } = week();
		let seq = state.last, with_them = state;
		for (const c of over.slice(0, 30))
			for (let i = 0; i < 20; i++)
				with_them = reduceAll(with_them, [{ op: "entry", seq: ++seq, id: `${c.caseId} ${i}`, case: c.caseId, k: "later.kind", org: "server", mode: "actual", at: fake.at(0),
					recorded: fake.at(0), message: { body: {} }, decided: {} }], { unknown() {} });
		assert.equal(with_them.known.size, state.known.size + 600);
		const before = letGo(state, new Set(), WHOLE), after = letGo(with_them, new Set(), WHOLE);
		assert.equal(after.known.size, before.known.size);
	});

	test("what was let go comes again out of its entries, the very same, and nothing else with it", () => {
		const { state, over, archive } = week();
		const less = letGo(state, new Set(), WHOLE);
		const ids = [over[0].caseId, over[7].caseId];
		const again = reduceAll(less, [archive(less, ids)]);
		for (const id of ids)
			assert.deepEqual(again.cases.get(id), state.cases.get(id));
		assert.equal(again.cases.size, less.cases.size + 2);
		assert.ok(!ids.some((id) => again.past.has(id)));
		assert.deepEqual(reduceAll(again, [archive(less, ids)]).cases.get(ids[0]), state.cases.get(ids[0]), "twice is once");
	});

	test("what goes on after all is wanted again, and has what is new", () => {
		const { fake, state, over, archive } = week();
		const less = letGo(state, new Set(), WHOLE), { caseId } = over[2];
		const news = fake.push({ k: "M4.supplement", org: "StreamHarbor", case: caseId, body: { step: "supplement", explanation: "There is another device." } });
		const told = reduceAll(less, [news]);
		assert.deepEqual(told.recall, [caseId]);
		assert.equal(told.cases.has(caseId), false);
		assert.equal(told.last, news.seq);
		const receipt = fake.push({ k: "M19.machine", org: "HUB", case: over[1].caseId, body: { step: "machine", message_ref: over[1].id, recipient_org: "HUB", state: "delivered", channel: "console" } });
		assert.deepEqual(reduceAll(told, [receipt]).recall, [caseId], "a receipt brings nothing back");
		assert.equal(reduceAll(told, [receipt]).past.get(over[1].caseId).at(-1), receipt.seq, "and is not forgotten");
		const again = reduceAll(told, [archive(told, [caseId])]);
		assert.deepEqual(again.recall, []);
		assert.deepEqual(again.cases.get(caseId), reduceAll(state, [news]).cases.get(caseId));
		assert.equal(again.cases.get(caseId).facts.explanations.at(-1).text, "There is another device.");
	});

	test("the archive is asked for little: a range for what lies together", () => {
		const { state } = week();
		const less = letGo(state, new Set(), WHOLE);
		const all = newestPast(less, Infinity);
		assert.equal(all.length, less.past.size);
		assert.ok(rangesOf(less, all).length <= 3, `${rangesOf(less, all).length}`);
		const last = (id) => less.past.get(id).at(-1);
		assert.ok(all.every((id, i) => i === 0 || last(all[i - 1]) > last(id)));
	});

	test("of what belongs to nothing it knows the newest ids only; what is not recorded yet, an incident's and an order's stay known", () => {
		const fake = new FakeServer({ exercise: true });
		fake.incidents.scene("incident");
		const you = { org: "AIRU", name: "AIRU", kinds: ["ms_law_enforcement"], person: personId("AIRU", "duty officer"), roles: ["duty_officer"], machine: false };
		const urgent = fake.push({ k: "M4.send", org: "StreamHarbor", case: "0197", urgent: true, readers: ["AIRU"], body: { step: "send" }, decided: { recipients: [] } });
		let state = reduceAll(emptyState(), [{ op: "welcome", you, server_time: fake.at(0), tip: 0 }, urgent, ...fake.entries.filter((e) => !e.urgent && fake.reads(e, you)).map((e) => e.frame)]);
		const room = [...state.incidents.values()].flatMap((i) => i.timeline.map((x) => x.id));
		assert.ok(room.length > 5);
		const first = state.last + 1, ids = [];
		for (let seq = first; seq < first + 3 * LOOSE_SLACK; seq++) {
			ids.push(`session ${seq}`);
			state = letGo(reduceAll(state, [{ op: "entry", seq, id: ids.at(-1), k: "audit.ask", org: "AIRU", mode: "actual", at: fake.at(0), recorded: fake.at(0), message: { body: { step: "ask" } }, decided: {} }],
				{ unknown() {} }), new Set());
		}
		assert.ok(state.known.size < room.length + LOOSE + LOOSE_SLACK + 200, `${state.known.size}`);
		assert.ok(ids.slice(-LOOSE).every((id) => state.known.has(id)), "who has just sent something sees that it came");
		assert.ok(!state.known.has(ids[0]));
		assert.ok([...room, urgent.id].every((id) => state.known.has(id)), "what may come twice counts once");
	});
});
