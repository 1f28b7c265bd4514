/* The numbers of the console's rules, as its users were promised them: whoever changes one changes it here, too. And two sounds, none of them
 * longer than three seconds (WCAG 1.4.2). */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { alarms, REMIND_UNDECIDED_MS, SILENCE_LIFE_MS } from "../../web/core/alarm.js";
import { FLOOD_ALERTS, FLOOD_MS, SHELVE_MAX_MS } from "../../web/core/flood.js";
import { QUIET_AMBER_MS, QUIET_RED_MS } from "../../web/core/link.js";
import { emptyState, reduceAll } from "../../web/core/state.js";
import { FakeServer } from "./fake-server.mjs";

const MINUTE = 60_000, HOUR = 60 * MINUTE;
const stateFor = (fake, org) => {
	const p = [...fake.tokens.values()].find((x) => x.org === org);
	return reduceAll(emptyState(), [fake.welcome(p), ...fake.entries.filter((e) => fake.reads(e, p)).map((e) => e.frame)]);
};
const heard = (s, looked = new Map()) => alarms(s, { looked, now: () => Date.now() });

describe("the numbers of the console", () => {
	test("silence: amber after 5 seconds, red after 15", () => assert.deepEqual([QUIET_AMBER_MS, QUIET_RED_MS], [5_000, 15_000]));
	test("a flood: 10 new alerts in 10 minutes (EEMUA 191)", () => assert.deepEqual([FLOOD_ALERTS, FLOOD_MS], [10, 10 * MINUTE]));
	test("put aside: 8 hours at most", () => assert.equal(SHELVE_MAX_MS, 8 * HOUR));
	test("silenced: a threat to life sounds again after 2 minutes", () => assert.equal(SILENCE_LIFE_MS, 2 * MINUTE));
	test("acknowledged and forgotten: again every 15 minutes", () => assert.equal(REMIND_UNDECIDED_MS, 15 * MINUTE));
});

describe("what was", () => {
	test("withdrawn before anybody acknowledged it is not gone: it rings as a notice until somebody has looked", () => {
		const fake = new FakeServer();
		const c = fake.threat("StreamHarbor", { ago: 30, name: "cleared" });
		assert.deepEqual(heard(stateFor(fake, "AIRU")).map((a) => a.level), ["life"]);
		fake.push({ k: "M4.withdraw", org: "StreamHarbor", case: c.caseId, readers: ["StreamHarbor", "AIRU", "HUB"], body: { step: "withdraw", reason: "another person" } });
		const s = stateFor(fake, "AIRU");
		assert.deepEqual(heard(s).map((a) => [a.level, a.why]), [["notice", "M4.withdraw"]]);
		assert.deepEqual(heard(s, new Map([[c.caseId, s.cases.get(c.caseId).touched]])), []);
	});

	test("warned of rings again at the next warning: fifteen minutes, five, one before, and when it is over", () => {
		const fake = new FakeServer();
		const { lantern } = fake.scene("normal");
		fake.respond(lantern, "AIRU", "accept", 0);
		const t18 = fake.entries.flatMap((e) => e.frame.decided.timers_started ?? []).find((t) => t.timer === "T18" && t.desk === "AIRU");
		const of = fake.entries.find((e) => e.frame.decided.timers_started?.includes(t18)).frame.case;
		const rang = new Set();
		for (const minutes of [15, 5, 1]) {
			fake.push({ k: "deadline.warned", org: "server", case: of, at: fake.at(-60 * minutes), readers: ["AIRU"], body: { step: "warned", timer: t18.timer, desk: t18.desk, minutes_left: minutes } });
			const now = heard(stateFor(fake, "AIRU"), new Map([[of, 1e9]])).filter((a) => a.why === "warned");
			assert.equal(now.length, 1, "one at a time");
			rang.add(now[0].key);
		}
		assert.equal(rang.size, 3, "each is an alert of its own, which silence over the one before does not silence");
	});
});

describe("sounds", () => {
	test("there are two, each of at most three seconds, and an exercise has another instrument", async () => {
		/** @type {{type: string, from: number, until: number, hz: number}[]} */
		let struck = [];
		const param = () => ({ value: 0, setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} });
		const node = () => ({ connect: (/** @type {any} */ x) => x });
		globalThis.AudioContext = class {
			state = "running";
			currentTime = 0;
			destination = {};
			resume() {}
			createGain() {
				return { ...node(), gain: param() };
			}
			createOscillator() {
				const one = { type: "", from: 0, until: 0, hz: 0 }, frequency = param();
				struck.push(one);
				return { ...node(), frequency, set type(t) {
					one.type = t;
				}, start: (at) => Object.assign(one, { from: at, hz: frequency.value }), stop: (at) => (one.until = at) };
			}
		};
		const { enableSound, play } = await import("../../web/lib/sound.js");
		await enableSound();
		const of = (level, exercise) => {
			struck = [];
			assert.equal(play(level, { exercise }), true);
			const length = Math.max(...struck.map((s) => s.until));
			assert.ok(length > 0.5 && length <= 3, `${level}: ${length} s`);
			return JSON.stringify(struck.map((s) => [s.type, s.hz]));
		};
		const heardAs = [of("life", false), of("notice", false), of("life", true), of("notice", true)];
		assert.equal(new Set(heardAs).size, 4, "told apart by ear");
	});
});
