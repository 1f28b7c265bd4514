/* Removal orders out of the frames of the server: every hour is a clock of its own, what closed it is told, items have outcomes of their
 * own, and who may do what next is what the matrix says. The clock case: an order across the end of summer time. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { alarms } from "../../web/core/alarm.js";
import { annexOf, binds, hourOf, mayOrder, orderForms, orderList, seesOrders } from "../../web/core/orders.js";
import { exactWall } from "../../web/core/forms.js";
import { stamped } from "../../web/core/notice.js";
import { emptyState, reduceAll } from "../../web/core/state.js";

const ORDER = "019e0000-0000-7000-8000-000000000001";
const form = { issuing_state: "XB", addressee: "GameNest", order_reference: "BFP-RO-1", locations: [{ url: "https://a.example/1" }, { url: "https://a.example/2" }],
	non_disclosure: { silent: false } };
const people = { issuer: { org: "BFP", kinds: ["ms_law_enforcement", "ms_competent_authority"], person: "p1", roles: ["duty_officer", "order_issuer"] },
	certifier: { org: "BFP", kinds: ["ms_law_enforcement", "ms_competent_authority"], person: "p2", roles: ["order_certifier"] },
	service: { org: "GameNest", kinds: ["hsp"], person: "p3", roles: ["crisis_responder"] },
	hub: { org: "HUB", kinds: ["eu_hub"], person: "p4", roles: ["incident_lead"] } };
const welcome = (me) => ({ op: "welcome", server_time: "2033-10-30T00:00:00Z", tip: 0, you: me, directory: [] });
let seq = 0;
const entry = (k, org, at, body, decided = {}, more = {}) => ({ op: "entry", seq: ++seq, id: `e${seq}`, k, org, at, recorded: at, mode: "exercise", exercise: "x",
	rendering: "whole", message: { body }, decided: { at, ...decided }, actor: { person: more.person ?? "p9", roles: [] }, ...more });
const order = (effects) => [{ order: ORDER, ...effects }];
const timer = (name, starts, deadline) => ({ timer: name, id: `t-${name}`, desk: "GameNest", starts, deadline, order: ORDER, legal: true });

/* h.4 */
const frames = () => [
	entry("M10.draft", "BFP", "2033-10-30T00:20:00Z", { step: "draft", order: form }, { orders: order({ to: "DRAFT", drafted: { items: 2 } }) }, { id: ORDER, person: "p1" }),
	entry("M10.certify", "BFP", "2033-10-30T00:22:00Z", { step: "certify", order_ref: ORDER }, { orders: order({ to: "CERTIFIED", certified: true }) }, { person: "p2" }),
	entry("M10.issue", "BFP", "2033-10-30T00:24:50Z", { step: "issue", order_ref: ORDER, order: form }, { orders: order({ to: "ISSUED", issued: {
		at: "2033-10-30T00:24:50Z", cross_border: true, home_authority: "CDA" } }) }, { id: "issue", person: "p1" }),
	entry("M19.machine", "GameNest", "2033-10-30T00:25:10Z", { step: "machine", message_ref: "issue", recipient_org: "GameNest", channel: "api", state: "delivered" },
		{ orders: order({ to: "DELIVERED", received: { at: "2033-10-30T00:25:10Z", channel: "api" } }), timers_started: [timer("T1", "2033-10-30T00:25:10Z",
			"2033-10-30T01:25:10Z")] }, { ref: "issue" }),
	entry("M13.send", "GameNest", "2033-10-30T00:51:40Z", { step: "send", order_ref: ORDER, reasons: ["manifest_errors"] }, { orders: order({ to: "DEFECTIVE",
		items: [{ item: 1, state: "DEFECTIVE" }, { item: 2, state: "DEFECTIVE" }] }), timers_stopped: [{ timer: "T1", id: "t-T1", at: "2033-10-30T00:51:40Z",
		met: true, closed: "not_running", left_ms: 2010000 }] }),
	entry("M14.clarification", "BFP", "2033-10-30T01:05:00Z", { kind: "clarification", order_ref: ORDER, content: "whole" }, { orders: order({ to: "CLARIFIED",
		items: [{ item: 1, state: "PENDING" }, { item: 2, state: "PENDING" }] }) }, { id: "m14" }),
	entry("M19.machine", "GameNest", "2033-10-30T01:05:00Z", { step: "machine", message_ref: "m14", recipient_org: "GameNest", channel: "api", state: "delivered" },
		{ orders: order({ awaited: {} }), timers_started: [timer("T1c", "2033-10-30T01:05:00Z", "2033-10-30T02:05:00Z")] }, { ref: "m14" }),
	entry("deadline.warned", "server", "2033-10-30T01:50:00Z", { step: "warned", timer: "T1c", object: ORDER, desk: "GameNest", minutes_left: 15 }, {}, { ref: "m14" }),
	entry("M12.send", "GameNest", "2033-10-30T02:01:00Z", { step: "send", order_ref: ORDER, measure: "removed", measured_at: "2033-10-30T02:58:20+01:00" }, { orders: order({
		to: "EXECUTED", items: [{ item: 1, state: "REMOVED", at: "2033-10-30T01:58:20Z" }, { item: 2, state: "REMOVED", at: "2033-10-30T01:58:20Z" }] }),
	timers_stopped: [{ timer: "T1c", id: "t-T1c", at: "2033-10-30T01:58:20Z", met: true, left_ms: 400000 }] }),
];
const state = (me, n = 99) => {
	seq = 0;
	return reduceAll(emptyState(), [welcome(me), ...frames().slice(0, n)]);
};
const at = (me, n) => {
	const s = state(me, n);
	return { s, o: s.orders.get(ORDER) };
};

describe("a removal order", () => {
	test("hours are clocks of their own, in the order of the ledger, each with how it ended", () => {
		const { o } = at(people.issuer);
		assert.deepEqual(o.hours.map((id) => o.timers.get(id).timer), ["T1", "T1c"]);
		assert.equal(o.timers.get("t-T1").closed, "not_running");
		assert.equal(o.timers.get("t-T1").left_ms, (33 * 60 + 30) * 1000);
		assert.equal(hourOf(o).timer, "T1c");
		assert.equal(hourOf(o).left_ms, (6 * 60 + 40) * 1000);
		assert.equal(o.timers.get("t-T1c").warned, "2033-10-30T01:50:00Z");
		assert.equal(o.state, "EXECUTED");
		assert.deepEqual(o.items.map((i) => i.state), ["REMOVED", "REMOVED"]);
		assert.deepEqual(o.timeline.map((i) => i.k.split(".")[0]), ["M10", "M10", "M10", "M19", "M13", "M14", "M19", "deadline", "M12"]);
		assert.equal(reduceAll(emptyState(), [welcome(people.issuer), ...frames()], { unknown: (e) => assert.fail(e.k) }).unknown.length, 0);
	});

	test("while nobody has it no hour runs; while one runs it binds the provider", () => {
		assert.equal(hourOf(at(people.service, 3).o), undefined);
		const { s, o } = at(people.service, 4);
		assert.equal(hourOf(o).deadline, "2033-10-30T01:25:10Z");
		assert.ok(binds(s, o));
		assert.ok(!binds(at(people.service, 5).s, at(people.service, 5).o), "closed as not running");
		assert.ok(!binds(at(people.issuer, 4).s, o));
	});

	test("what each may do next", () => {
		const forms = (me, n) => orderForms(at(me, n).s, at(me, n).o);
		assert.deepEqual(forms(people.certifier, 1), ["M10.certify", "M10.withdraw"]);
		assert.deepEqual(forms(people.issuer, 1), ["M18.check_order", "M10.draft", "M10.withdraw"], "not the one who drafted it");
		assert.deepEqual(forms(people.issuer, 2).slice(0, 2), ["M18.check_order", "M10.issue"], "nobody has been asked yet");
		assert.deepEqual(forms(people.service, 4), ["M12.send", "M13.send"]);
		assert.deepEqual(forms(people.issuer, 5), ["M14.clarification", "M10.withdraw"]);
		assert.deepEqual(forms(people.service, 5), ["M12.send"]);
		assert.deepEqual(forms(people.service, 9), []);
		for (let n = 1; n <= 9; n++)
			assert.deepEqual(forms(people.hub, n), [], "who reads it does nothing with it");
	});

	test("what it wants of a person sounds until they have looked, and again when the hour runs out", () => {
		const heard = (me, n, looked = -1) => alarms(state(me, n), { looked: new Map([[ORDER, looked]]), now: () => 0 }).map((a) => `${a.place} ${a.why}`);
		assert.deepEqual(heard(people.certifier, 1), ["order order_certify"]);
		assert.deepEqual(heard(people.issuer, 1), []);
		assert.deepEqual(heard(people.service, 4), ["order order"]);
		assert.deepEqual(heard(people.service, 4, 4), []);
		assert.deepEqual(heard(people.issuer, 5), ["order order_stuck"]);
		assert.deepEqual(heard(people.service, 7, 5), ["order order"], "a new hour");
		assert.deepEqual(heard(people.service, 8, 7), ["order order_ends"]);
		assert.deepEqual(heard(people.service, 9), []);
		assert.deepEqual(heard(people.hub, 8), []);
	});

	test("the printed form has what the server added", () => {
		const annex = annexOf(at(people.issuer).o);
		assert.deepEqual([annex.cross_border, annex.copy_sent, annex.date, annex.issued_at], [true, { to: "CDA", at: "2033-10-30T00:24:50Z" },
			"2033-10-30T00:22:00Z", "2033-10-30T00:24:50Z"]);
	});

	test("the list has what runs out first; what is over is apart", () => {
		assert.deepEqual([orderList(state(people.hub, 4)).open.length, orderList(state(people.hub)).open.length, orderList(state(people.hub)).done.length], [1, 0, 1]);
		assert.ok(mayOrder(people.issuer) && !mayOrder(people.certifier) && !mayOrder(people.service));
		assert.ok(seesOrders(state(people.certifier, 0)) && !seesOrders(state(people.service, 0)) && seesOrders(state(people.service, 4)));
	});
});

describe("a time in the night in which clocks are set back", () => {
	test("stands in the form to the second, with its offset, and comes back as it was", () => {
		const before = process.env.TZ;
		process.env.TZ = "Europe/Brussels";
		try {
			for (const [at, local, offset] of [["2033-10-30T00:25:10Z", "2033-10-30T02:25:10", "+02:00"], ["2033-10-30T01:25:10Z", "2033-10-30T02:25:10",
				"+01:00"], ["2034-04-30T01:58:20Z", "2034-04-30T03:58:20", "+02:00"]]) {
				assert.deepEqual(exactWall(Date.parse(at)), { local, offset });
				assert.equal(Date.parse(stamped(local, offset)), Date.parse(at));
			}
			assert.deepEqual(exactWall(NaN), { local: "", offset: "" });
		} finally {
			if (before === undefined)
				delete process.env.TZ;
			else
				process.env.TZ = before;
		}
	});
});
