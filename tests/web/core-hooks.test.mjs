/* What the server calls, as entries have it: states, who sees what, and the log of deliveries. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deliveriesOf, hooksOf, LOG_MOST, mayResend, oldUntil, stepsOf } from "../../web/core/hooks.js";
import { emptyState, reduceAll } from "../../web/core/state.js";

const welcome = (roles = ["org_admin"]) => ({ op: "welcome", server_time: "2026-01-01T00:00:00Z", tip: 0, push: { allowed: false, key: "k" },
	you: { org: "AIRU", person: "p1", kinds: ["eu_hub"], roles } });
let seq = 0;
const entry = (k, body, decided, more = {}) => ({ op: "entry", seq: ++seq, id: `e${seq}`, k, at: "2026-01-01T00:00:00Z", recorded: "2026-01-01T00:00:01Z", mode: "system",
	org: "AIRU", actor: { person: "p1" }, message: { body: { step: k.split(".")[1], ...body } }, decided, ...more });
const declared = (id = "h") => entry("hook.declare", { kind: "webhook", url: "https://x.example/" }, { hook: { id, from: "NONE", to: "PROPOSED" } }, { id });
const step = (name, to, more = {}) => entry(`hook.${name}`, { hook: "h", ...more.body }, { hook: { id: "h", to, ...more.decided } });
const outcome = (id, state, attempt, more = {}) => entry("M19.delivery", { delivery: id, message_ref: more.about ?? "m1", recipient_org: more.org ?? "AIRU",
	channel: more.channel ?? "webhook", state, attempt, code: 204 }, { deliveries: [{ id, to: "h", k: "M4.send", state }] }, { mode: more.mode ?? "exercise", at: "2031-05-17T00:00:00Z" });

describe("webhooks of an organisation", () => {
	it("follow the server's states; what is removed is gone, a rotation says until when the old secret signs", () => {
		let s = reduceAll(emptyState(), [welcome(), declared(), step("confirm", "ACTIVE")]);
		assert.deepEqual(hooksOf(s).map((h) => [h.state, h.by, stepsOf(h)]), [["ACTIVE", "p1", ["test", "pause", "rotate", "remove"]]]);
		s = reduceAll(s, [step("rotate", "ACTIVE", { decided: { old_until: "2026-01-02T00:00:00Z" } })]);
		assert.equal(oldUntil(hooksOf(s)[0], Date.parse("2026-01-01T23:00:00Z")), "2026-01-02T00:00:00Z");
		assert.equal(oldUntil(hooksOf(s)[0], Date.parse("2026-01-02T01:00:00Z")), undefined);
		s = reduceAll(s, [step("disable", "DISABLED", { body: { code: 410 } })]);
		assert.deepEqual(hooksOf(s).map((h) => [h.state, h.code]), [["DISABLED", 410]]);
		s = reduceAll(s, [step("remove", "REMOVED"), entry("push.allow", { allowed: true }, {})]);
		assert.deepEqual([hooksOf(s), s.push?.allowed], [[], true]);
	});

	it("have a log of each delivery with its attempts, in the server's time; of others' calls, and to who is no admin, nothing", () => {
		const frames = [declared(), step("confirm", "ACTIVE"), outcome("d1", "retrying", 1), outcome("d2", "delivered", 1, { about: "m2" }), outcome("d1", "delivered", 2),
			outcome("d3", "delivered", 1, { org: "HUB" }), outcome("d4", "delivered", 1, { channel: "e-mail" }), outcome("d5", "delivered", 1, { mode: "system" })];
		const s = reduceAll(emptyState(), [welcome(), ...frames]);
		assert.deepEqual(deliveriesOf(s).map((d) => [d.id, d.k, d.mode, d.attempts.map((a) => a.state).join(" ")]), [["d5", "M4.send", "exercise", "delivered"],
			["d1", "M4.send", "exercise", "retrying delivered"], ["d2", "M4.send", "exercise", "delivered"]], "what is sent again is the exercise's still");
		assert.equal(deliveriesOf(s)[0].attempts[0].at, "2026-01-01T00:00:01Z");
		assert.ok(mayResend(s, deliveriesOf(s)[0]));
		assert.ok(!mayResend(reduceAll(s, [step("pause", "PAUSED")]), deliveriesOf(s)[0]));
		assert.equal(reduceAll(emptyState(), [welcome(["duty_officer"]), ...frames]).deliveries.size, 0);
	});

	it("keep so many deliveries and not more", () => {
		const s = reduceAll(emptyState(), [welcome(), ...Array.from({ length: LOG_MOST + 5 }, (_, i) => outcome(`x${i}`, "delivered", 1))]);
		assert.deepEqual([s.deliveries.size, deliveriesOf(s)[0].id], [LOG_MOST, `x${LOG_MOST + 4}`]);
	});
});
