/* A night with much in it: floods, what is put aside, what comes back, the search and the hand-over; without a browser. And what the
 * first view weighs. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { alarms, rearm, REMIND_SOONER_MS, REMIND_UNDECIDED_MS } from "../../web/core/alarm.js";
import { find } from "../../web/core/find.js";
import { arrivals, aside, FLOOD_ALERTS, FLOOD_MS, grouped, isFlood, mayShelve, rate, SHELVE_MAX_MS } from "../../web/core/flood.js";
import { openItems } from "../../web/core/handover.js";
import { emptyState, reduceAll } from "../../web/core/state.js";
import { BUDGET, firstView } from "./budget.mjs";
import { FakeServer, personId, uuid } from "./fake-server.mjs";

const stateFor = (fake, org, title) => {
	const p = [...fake.tokens.values()].find((x) => x.org === org && (!title || x.title === title));
	return reduceAll(emptyState(), [fake.welcome(p), ...fake.entries.filter((e) => fake.reads(e, p)).map((e) => e.frame)]);
};
const alert = (key, more = {}) => ({ key, level: "notice", priority: 3, case: "c1", why: "M5.accept", from: "AIRU", place: "threat", exercise: false, ...more });
const caseName = (id) => `ITL-${id.slice(-6)}`;

describe("a flood", () => {
	const many = (n) => Array.from({ length: n }, (_, i) => alert(`a${i}`));

	test("is ten new alerts in ten minutes; what stood there when the person came is not new", () => {
		const standing = arrivals(new Map(), many(30), 0, true);
		assert.equal(rate(standing, 0), 0);
		const nine = arrivals(new Map(), many(FLOOD_ALERTS - 1), 1000, false);
		assert.equal(isFlood(nine, 1000), false);
		const ten = arrivals(nine, many(FLOOD_ALERTS), 2000, false);
		assert.equal(isFlood(ten, 2000), true);
		assert.equal(isFlood(ten, 1000 + FLOOD_MS), true);
		assert.equal(isFlood(ten, 1001 + FLOOD_MS), false, "and is over when ten minutes have passed");
	});

	test("what has been answered meanwhile counts, as long as it is in the ten minutes, and is then forgotten", () => {
		const ten = arrivals(new Map(), many(10), 0, false);
		assert.equal(isFlood(arrivals(ten, [], 1, false), 1), true);
		assert.equal(arrivals(ten, [], FLOOD_MS + 1, false).size, 0);
		assert.equal(arrivals(ten, many(10), 5, false), ten, "nothing new: the same map");
	});

	test("puts together what is of one incident and one organisation, what presses first; a threat to life is in no group", () => {
		const of = new Map([["c1", "i1"], ["c2", "i1"], ["i1", "i1"]]);
		const groups = grouped([alert("a"), alert("b", { case: "c2" }), alert("c", { case: "c3" }), alert("d", { case: "c4" }), alert("e", { case: "c1", from: "BFP" }),
			alert("f", { case: "c1", priority: 2, why: "warned", from: "T18" }), alert("g", { level: "life", priority: 1, case: "c5" })], (id) => of.get(id));
		assert.deepEqual(groups.map((g) => [g.incident, g.from, g.alarms.map((a) => a.key).join("")]), [["i1", "T18", "f"], ["i1", "AIRU", "ab"], [undefined, "AIRU", "cd"], ["i1", "BFP", "e"]]);
	});

});

describe("to put an alert aside", () => {
	test("needs priority 3, a reason, and an end within eight hours", () => {
		assert.equal(mayShelve(alert("a"), "known", 1000, 0), true);
		assert.equal(mayShelve(alert("a", { priority: 2 }), "known", 1000, 0), false);
		assert.equal(mayShelve(alert("a", { priority: 1, level: "life" }), "known", 1000, 0), false);
		assert.equal(mayShelve(alert("a"), "  ", 1000, 0), false);
		assert.equal(mayShelve(alert("a"), "known", SHELVE_MAX_MS + 1, 0), false);
		assert.equal(mayShelve(alert("a"), "known", 0, 0), false);
	});

	test("ends by itself, and when a crisis is activated", () => {
		const put = new Map([["a", { alarm: alert("a"), reason: "known", until: 1000, active: ["i1"] }]]);
		assert.equal(aside(put, 999, ["i1"]).size, 1);
		assert.equal(aside(put, 1000, ["i1"]).size, 0);
		assert.equal(aside(put, 999, ["i1", "i2"]).size, 0);
	});
});

describe("priorities", () => {
	const here = (now, looked = new Map()) => ({ looked, now: () => now });

	test("a life is 1, what my organisation owes is 2, news is 3", () => {
		const fake = new FakeServer();
		const { lantern } = fake.scene("normal");
		const police = alarms(stateFor(fake, "AIRU"), here(Date.now()));
		assert.equal(police.find((a) => a.case === lantern.caseId).priority, 1);
		fake.respond(lantern, "AIRU", "question", 0, { questions: [{ id: "q", text: "?" }] });
		assert.equal(alarms(stateFor(fake, "StreamHarbor"), here(Date.now())).find((a) => a.why === "M5.question").priority, 3);
		const crisis = new FakeServer();
		crisis.scene("incident");
		assert.equal(alarms(stateFor(crisis, "CDA"), here(Date.now())).find((a) => a.why === "activation").priority, 2);
	});

	test("what was read and not decided comes back every quarter of an hour, as a new alert", () => {
		const fake = new FakeServer();
		const c = fake.threat("StreamHarbor", { ago: 4000, name: "forgotten" });
		fake.respond(c, "AIRU", "ack", 2 * REMIND_UNDECIDED_MS / 1000 + 5);
		const s = stateFor(fake, "AIRU");
		const keys = (now) => alarms(s, here(now, new Map([[c.caseId, 1e9]]))).map((a) => a.key);
		assert.notDeepEqual(keys(Date.now()), keys(Date.now() - REMIND_UNDECIDED_MS));
		assert.deepEqual(keys(Date.now() - 2 * REMIND_UNDECIDED_MS), []);
	});

	test("a person may want it back sooner, from when they say so; the next quarter of an hour is not moved by it", () => {
		const fake = new FakeServer();
		const c = fake.threat("StreamHarbor", { ago: 4000, name: "forgotten" });
		fake.respond(c, "AIRU", "ack", 120);
		const s = stateFor(fake, "AIRU"), acked = Date.parse(s.cases.get(c.caseId).desks.get("AIRU").ack.at);
		const remind = new Map([[c.caseId, { every: 5 * 60_000, from: acked + 60_000 }]]);
		const keys = (now) => alarms(s, { ...here(now, new Map([[c.caseId, 1e9]])), remind }).map((a) => a.key);
		assert.deepEqual(keys(acked + 60_000), []);
		assert.deepEqual(keys(acked + 359_000), []);
		assert.equal(keys(acked + 361_000).length, 1);
		assert.notDeepEqual(keys(acked + 661_000), keys(acked + 361_000));
		assert.deepEqual(rearm(acked, remind.get(c.caseId), acked + 361_000), { n: 1, at: acked + 660_000 });
		assert.deepEqual(rearm(acked, undefined, acked + 361_000), { n: 0, at: acked + REMIND_UNDECIDED_MS });
		assert.deepEqual(rearm(acked, { every: 60_000, from: acked - 1 }, acked), { n: 0, at: acked + REMIND_UNDECIDED_MS }, "of what was acknowledged before it is nothing");
		assert.ok(REMIND_SOONER_MS.every((ms) => ms < REMIND_UNDECIDED_MS), "never later");
	});

	test("a deadline of mine of which the server has warned is an alert until it is met", () => {
		const fake = new FakeServer();
		const { lantern } = fake.scene("normal");
		fake.respond(lantern, "AIRU", "accept", 0);
		const t18 = fake.entries.flatMap((e) => e.frame.decided.timers_started ?? []).find((t) => t.timer === "T18" && t.desk === "AIRU");
		const of = fake.entries.find((e) => e.frame.decided.timers_started?.includes(t18)).frame.case;
		fake.push({ k: "deadline.warned", org: "server", case: of, readers: ["AIRU"], body: { step: "warned", timer: t18.timer, desk: t18.desk } });
		const s = stateFor(fake, "AIRU");
		const warned = alarms(s, here(Date.now()));
		assert.deepEqual(warned.filter((a) => a.why === "warned").map((a) => [a.from, a.priority]), [["T18", 2]]);
	});
});

describe("the search", () => {
	const fake = new FakeServer({ exercise: true });
	const { lantern } = fake.scene("normal");
	const s = stateFor(fake, "AIRU");
	const names = (query, of = s) => find(of, query, caseName).map((x) => `${x.kind} ${x.href}`);

	test("finds a threat by what is in it, also by an address that was made harmless, and gives its address here", () => {
		for (const query of ["hxxps://live[.]streamharbor[.]example", "marketwalker_31", "203.0.113.77", "Hall Street", "market hall VELDERMOUTH"])
			assert.ok(names(query).includes(`threat #/threat/${lantern.caseId}`), query);
		assert.deepEqual(names("nothing like this"), []);
		assert.deepEqual(names("   "), []);
	});

	test("finds people, organisations, incidents and signals", () => {
		assert.ok(names("liaison officer AIRU").some((x) => x === "person #/contacts/AIRU"));
		assert.ok(names("union referral").includes("org #/contacts/HUB"));
		const crisis = new FakeServer();
		const { id, items } = crisis.scene("incident");
		const hub = stateFor(crisis, "HUB");
		assert.ok(names("live-streamed attack", hub).includes(`incident #/incident/${id}`));
		assert.ok(names("9f3a9f3a9f3a", hub).includes(`signal #/incident/${id}/${items[0].item_id}`));
	});

	test("finds for nobody what they may not see", () => {
		assert.deepEqual(names("marketwalker_31", stateFor(fake, "BFP")), []);
	});
});

test("the hand-over lists what is open by who has it; what nobody has is first; what is not ours is not there", () => {
	const fake = new FakeServer({ exercise: true });
	const { lantern, bell, old } = fake.scene("normal");
	const all = openItems(stateFor(fake, "AIRU"), caseName);
	assert.equal(all[0].person, undefined);
	assert.deepEqual(all[0].items.map((x) => x.id).sort(), [lantern.caseId, bell.caseId].sort());
	const mine = all.find((x) => x.person === personId("AIRU", "duty officer"));
	assert.ok(mine.items.some((x) => x.id === old.caseId));
	assert.deepEqual(openItems(stateFor(fake, "BFP"), caseName), []);
	/* the hub coordinates what the police has taken over: it is not with nobody, and not with the hub */
	const others = openItems(stateFor(fake, "HUB", "duty officer"), caseName);
	assert.deepEqual(others.at(-1).items.map((x) => [others.at(-1).org, others.at(-1).person, x.id]), [["AIRU", undefined, old.caseId]]);
	const crisis = new FakeServer();
	crisis.scene("incident");
	assert.deepEqual(openItems(stateFor(crisis, "HUB", "lead"), caseName).find((x) => x.person === personId("HUB", "lead"))?.items.map((x) => x.id), [uuid("incident lantern")]);
});

test(`the first view after sign-in is at most ${BUDGET / 1024} KiB, compressed, in the wordiest language`, () => {
	const { files, total } = firstView();
	assert.ok(files.length >= 5, "page, style, script, its parts, words");
	assert.ok(total <= BUDGET, files.map(([name, size]) => `${name} ${size}`).join("\n"));
});
