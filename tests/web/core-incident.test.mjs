/* Incidents and signals out of entries, without a browser: state, four eyes, who owes an answer, ties, and what a person may do. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { alarms } from "../../web/core/alarm.js";
import { clusters } from "../../web/core/signals.js";
import { ackMatrix, incidentDeadlines, incidentList, owes, seesAnswers, steps, titleOfIncident, waiting, warningOf } from
	"../../web/core/crisis.js";
import { emptyState, reduceAll } from "../../web/core/state.js";
import { FakeServer, uuid } from "./fake-server.mjs";

function scene(name = "incident") {
	const fake = new FakeServer({ exercise: true });
	return { fake, ...fake.incidents.scene(name) };
}

/** What this person's console knows; an entry of a kind that it does not know is a failure. */
function stateFor(fake, org, title) {
	const who = [...fake.tokens.values()].find((p) => p.org === org && (!title || p.title === title));
	return reduceAll(emptyState(), [fake.welcome(who), ...fake.entries.filter((e) => fake.reads(e, who)).map((e) => e.frame)]);
}
const here = { looked: new Map(), now: () => 0 };

describe("an incident", () => {
	test("its state, assignee, affected states and review are what the server decided", () => {
		const { fake, id } = scene();
		const i = stateFor(fake, "HUB", "lead").incidents.get(id);
		assert.equal(i.state, "ACTIVE");
		assert.equal(i.assignee.org, "HUB");
		assert.deepEqual(i.affected, ["XA", "XB"]);
		assert.ok(Math.abs(Date.parse(i.reviewAt) - Date.parse(i.activation.body.review_at)) < 1000);
		assert.equal(i.criteria.get("terrorism_link").answer, "likely");
		assert.equal(i.headline, "Live-streamed attack on a market hall in Veldermouth");
	});

	test("four eyes: who proposed and who confirmed, also for somebody who never saw the proposal", () => {
		const { fake, id, proposal } = scene();
		const officer = stateFor(fake, "AIRU").incidents.get(id);
		assert.equal(officer.proposals.get(proposal).closed, "confirmed");
		assert.equal(officer.proposals.get(proposal).confirmed.org, "HUB");
		const s = stateFor(fake, "GameNest");
		const platform = s.incidents.get(id);
		assert.equal(platform.proposals.size, 0);
		assert.deepEqual([platform.activation.by.org, platform.activation.confirmed.org], ["AIRU", "HUB"]);
		assert.deepEqual(platform.activation.body.scope.states, ["XA", "XB"]);
		assert.equal(titleOfIncident(s, platform), "Live-streamed attack in Veldermouth (XA)");
	});

	test("a proposal decides nothing until another person has confirmed it", () => {
		const { fake, id } = scene("reported");
		fake.push({ k: "M3.propose", org: "AIRU", incident: id, id: uuid("p"), body: { decision: "activate", step: "propose" } });
		const i = stateFor(fake, "HUB", "lead").incidents.get(id);
		assert.equal(i.state, "REPORTED");
		assert.equal(i.activation, undefined);
		assert.deepEqual(waiting(i).map((p) => p.decision), ["activate"]);
	});

	test("the fast path counts for one person, until it is confirmed or undone", () => {
		const { fake, id } = scene("reported");
		fake.push({ k: "M3.fast_path", org: "AIRU", incident: id, id: uuid("fast"), body: { decision: "activate", step: "propose", fast_path: true },
			decided: { incident_state: [{ incident: id, from: "ASSESSING", to: "ACTIVE" }], decision: { decision: "activate", by: [{ org: "AIRU" }] },
				activated: { activation_type: "live_attack", fast: true }, timers_started: fake.incidents.asks(uuid("fast"), id) } });
		const one = stateFor(fake, "HUB", "lead").incidents.get(id);
		assert.equal(one.activation.fast, true);
		fake.push({ k: "M3.revert", org: "server", incident: id, body: { decision: "activate", proposal_ref: uuid("fast") },
			decided: { incident_state: [{ incident: id, from: "ACTIVE", to: "ASSESSING" }], proposals_ended: [{ ref: uuid("fast"), how: "REVERTED" }] } });
		const two = stateFor(fake, "HUB", "lead").incidents.get(id);
		assert.equal(two.activation, undefined);
		assert.equal(two.proposals.get(uuid("fast")).closed, "reverted");
		assert.equal(two.state, "ASSESSING");
	});

	test("a duplicate is tied at both ends, and undone at both", () => {
		const { fake, id, twin } = scene();
		const s = stateFor(fake, "HUB", "lead");
		assert.equal(s.incidents.get(twin).state, "LINKED_DUPLICATE");
		for (const one of [id, twin])
			assert.deepEqual(s.incidents.get(one).links.map((l) => [l.ref, l.kind, l.to]), [[twin, "duplicate_of", id]]);
		fake.push({ k: "M1.unlink", org: "HUB", incident: id, body: { step: "unlink", links: [] }, decided: { untied: [{ ref: twin,
			kind: "duplicate_of", to: id }], incident_state: [{ incident: twin, from: "LINKED_DUPLICATE", to: "REPORTED" }] } });
		const after = stateFor(fake, "HUB", "lead");
		assert.equal(after.incidents.get(twin).state, "REPORTED");
		for (const one of [id, twin])
			assert.equal(after.incidents.get(one).links[0].undone.by.org, "HUB");
		/* whoever only knows one end learns of no other incident by it */
		const reporter = stateFor(fake, "Chirplet");
		assert.ok(reporter.incidents.has(twin));
	});

	test("an early warning is in force until it ends; an activation ends it", () => {
		const { fake, id } = scene();
		const i = stateFor(fake, "HUB", "lead").incidents.get(id);
		assert.equal(warningOf(i), undefined);
		assert.equal([...i.warnings.values()][0].ended.how, "activated");
	});

	test("is not on the board when it is over, and what I owe is first", () => {
		const { fake, id, twin } = scene();
		const s = stateFor(fake, "Chirplet");
		assert.deepEqual(incidentList(s).open.map((i) => i.id), [id]);
		assert.deepEqual(incidentList(s).done.map((i) => i.id), [twin]);
	});
});

describe("who has an activation", () => {
	const { fake, id, confirm } = scene();
	const rows = () => new Map(ackMatrix(stateFor(fake, "HUB", "lead").incidents.get(id)).map((r) => [r.org, r]));

	test("one row per organisation; delivered is not seen, and seen is not acknowledged", () => {
		const of = rows();
		assert.equal(of.size, 10);
		assert.ok(of.get("GameNest").delivered && !of.get("GameNest").seen && !of.get("GameNest").acked);
		assert.ok(of.get("Chirplet").seen && !of.get("Chirplet").acked);
		assert.equal(of.get("StreamHarbor").acked.commitment, "working");
		/* to who is not told what the others answered "0 of 8" would be no truth */
		assert.deepEqual(["HUB", "AIRU", "BFP", "Chirplet"].filter((org) => seesAnswers({ ...emptyState(), me: { org, kinds: org === "HUB" ? ["eu_hub"] : [] } },
			{ asked: { by: { org: "AIRU" } } })), ["HUB", "AIRU"]);
	});

	test("who decided owes nothing, nor does the observer; the others by their own time", () => {
		const of = rows();
		assert.deepEqual(["AIRU", "HUB", "DGO"].map((o) => of.get(o).timer), [undefined, undefined, undefined]);
		assert.deepEqual(["AIRU", "HUB", "DGO"].map((o) => of.get(o).decided), [true, true, false]);
		const minutes = (o) => Math.round((Date.parse(of.get(o).timer.deadline) - Date.parse(of.get(o).timer.starts)) / 60_000);
		assert.deepEqual([minutes("GameNest"), minutes("PastePond")], [15, 30]);
		assert.ok(of.get("BFP").timer.stopped.met);
		assert.ok(!of.get("PastePond").timer.stopped);
	});

	test("a channel that does not exist is shown as not attempted, and moves nothing", () => {
		const row = rows().get("PastePond");
		assert.deepEqual(row.trouble.map((x) => [x.channel, x.state]), [["e-mail", "not_attempted"]]);
		assert.equal(row.delivered, undefined);
	});

	test("a channel that nobody has proven is shown, also when it was used", () => {
		const mine = scene();
		mine.fake.push({ k: "M19.escalation", org: "server", incident: mine.id, body: { step: "escalation", message_ref: mine.confirm,
			recipient_org: "PastePond", channel: "phone", state: "queued", contact: 1, at: mine.fake.at(0), actor_kind: "machine" }, decided: { level: 1, proof: "unverified" } });
		const row = ackMatrix(stateFor(mine.fake, "HUB", "lead").incidents.get(mine.id)).find((r) => r.org === "PastePond");
		assert.deepEqual(row.trouble.at(-1), { at: row.trouble.at(-1).at, channel: "phone", state: "queued", contact: 1, proof: "unverified" });
	});

	test("a machine's receipt is no answer", () => {
		const mine = scene();
		mine.fake.push({ k: "M19.machine", org: "GameNest", incident: mine.id, body: { step: "machine", message_ref: mine.confirm,
			recipient_org: "GameNest", channel: "api", state: "acked", actor_kind: "machine" } });
		const s = stateFor(mine.fake, "GameNest");
		assert.ok(owes(s, s.incidents.get(mine.id)));
		assert.equal(ackMatrix(s.incidents.get(mine.id)).find((r) => r.org === "GameNest").acked, undefined);
	});

	test("rings until a person of mine has acknowledged it, and then no more", () => {
		const s = stateFor(fake, "GameNest");
		assert.deepEqual(alarms(s, { ...here, looked: new Map([[id, 1e9]]) }).map((a) => [a.level, a.why, a.place]), [["notice", "activation",
			"incident"]]);
		assert.deepEqual(incidentDeadlines(s).filter((d) => d.timer === "T19").map((d) => d.desk), ["GameNest"]);
		assert.deepEqual(alarms(stateFor(fake, "BFP"), { ...here, looked: new Map([[id, 1e9]]) }), []);
		void confirm;
	});
});

describe("what a person may do", () => {
	const can = (fake, id, org, title) => {
		const s = stateFor(fake, org, title);
		return steps(s, s.incidents.get(id)).map((x) => x.form);
	};

	test("a report is taken up by the hub's lead or an affected state's, by nobody else", () => {
		const { fake, id } = scene("reported");
		assert.equal(can(fake, id, "HUB", "lead")[0], "M3.assess");
		assert.equal(can(fake, id, "AIRU", "second officer")[0], "M3.assess");
		assert.ok(!can(fake, id, "AIRU", "duty officer").includes("M3.assess"));
		assert.ok(!can(fake, id, "BFP").includes("M3.assess"));
	});

	test("a proposal to activate is confirmed by a lead of another organisation, never by its own", () => {
		const { fake, id } = scene("reported");
		fake.push({ k: "M3.propose", org: "AIRU", incident: id, id: uuid("p"), actor: { person: uuid("person AIRU/duty officer") },
			body: { decision: "activate", step: "propose" } });
		assert.ok(can(fake, id, "HUB", "lead").includes("M3.confirm"));
		assert.ok(!can(fake, id, "HUB", "duty officer").includes("M3.confirm"));
		assert.ok(!can(fake, id, "AIRU", "second officer").includes("M3.confirm"));
		assert.ok(can(fake, id, "AIRU", "second officer").includes("M3.withdraw"));
		assert.ok(!can(fake, id, "HUB", "lead").includes("M3.withdraw"));
	});

	test("closing is confirmed by a second person, after objections have been heard", () => {
		const { fake, id } = scene();
		fake.push({ k: "M3.wind_down", org: "HUB", incident: id, body: { decision: "wind_down", step: "propose" }, decided: { incident_state: [{
			incident: id, from: "ACTIVE", to: "WINDING_DOWN" }] } });
		fake.push({ k: "M3.propose", org: "HUB", incident: id, id: uuid("close"), actor: { person: uuid("person HUB/lead") }, body: {
			decision: "close", step: "propose" }, decided: { timers_started: [{ timer: "T24", id: uuid("T24"), starts: fake.at(), deadline: fake.at(3600) }] } });
		assert.ok(!can(fake, id, "AIRU", "second officer").includes("M3.confirm"));
		assert.ok(can(fake, id, "GameNest").includes("M3.object"));
		fake.push({ k: "deadline.passed", org: "server", incident: id, body: { step: "passed", timer: "T24", object: id }, decided: {
			timers_stopped: [{ timer: "T24", id: uuid("T24"), at: fake.at(3600), met: true }] } });
		assert.ok(can(fake, id, "AIRU", "second officer").includes("M3.confirm"));
		assert.ok(!can(fake, id, "HUB", "lead").includes("M3.confirm"), "not by the person who proposed it");
	});

	test("a platform objects, shares and refers; it decides nothing", () => {
		const { fake, id } = scene();
		assert.deepEqual(can(fake, id, "StreamHarbor"), ["M6.share", "M21.send", "M20.hand_over", "M1.reference", "M3.object"]);
	});
});

describe("signals", () => {
	const { fake, id, items } = scene();
	const i = stateFor(fake, "StreamHarbor").incidents.get(id);

	test("what stands once beside the list holds for every item", () => {
		const v1 = i.signals.get(items[0].item_id);
		assert.equal(v1.fields.producer, "perpetrator");
		assert.equal(v1.fields.graphic, "severe");
		assert.equal(v1.fields.hash_type, "SHA256");
	});

	test("a variant stands under what it is a variant of", () => {
		const rows = clusters(i);
		const at = rows.findIndex((r) => r.signal.id === items[0].item_id);
		assert.equal(rows[at].family, 2);
		assert.deepEqual([rows[at + 1].depth, rows[at + 1].signal.fields.variant_kind], [1, "mirror"]);
		assert.equal(rows.length, 4);
	});

	test("opinions for and against make it disputed; the server's quarantine is beyond a distance", () => {
		const p1 = i.signals.get(items[2].item_id);
		assert.deepEqual([p1.state, p1.beyond, p1.disputed], ["QUARANTINED", 16, true]);
		assert.deepEqual(p1.counts.map((c) => [c.by.org, c.count]), [["Chirplet", 14]]);
		assert.equal(i.signals.get(items[1].item_id).state, "DISPUTED");
	});

	test("a false positive is an opinion against it, and is counted", () => {
		fake.push({ k: "M7.false_positive", org: "BFP", incident: id, body: { kind: "false_positive", item_ref: items[0].item_id,
			reason_code: "lawful_context" }, decided: {} });
		const v1 = stateFor(fake, "StreamHarbor").incidents.get(id).signals.get(items[0].item_id);
		assert.deepEqual([v1.opinions.get("BFP").opinion, v1.disputed, v1.faults.length], ["negative", true, 1]);
	});

	test("a proposed item comes to its audience with the ruling that releases it", () => {
		const item = { item_id: uuid("proposed"), bank: "match", signal_kind: "url", url: "https://x.example/1", content_type: "video" };
		const propose = { k: "M6.propose", org: "BFP", id: uuid("propose"), incident: id, body: { step: "propose", items: [item] },
			decided: { new_items: { state: "PROPOSED" } } };
		const frame = fake.push({ ...propose, readers: ["HUB"] });
		assert.equal(stateFor(fake, "HUB").incidents.get(id).signals.get(item.item_id).state, "PROPOSED");
		assert.equal(stateFor(fake, "Chirplet").incidents.get(id).signals.has(item.item_id), false);
		fake.push({ k: "M6.scope", org: "HUB", incident: id, body: { step: "scope", scopes: [{ item_ref: item.item_id, action: "release" }] },
			decided: { item_states: [{ item: item.item_id, from: "PROPOSED", to: "SHARED" }] }, disclosed: [{ seq: frame.seq, eid: frame.id,
				k: frame.k, org: frame.org, at: frame.at, rendering: "whole", message: frame.message, decided: frame.decided }] });
		const told = stateFor(fake, "Chirplet").incidents.get(id).signals.get(item.item_id);
		assert.deepEqual([told.state, told.fields.url], ["SHARED", "https://x.example/1"]);
		assert.equal(stateFor(fake, "HUB").incidents.get(id).signals.get(item.item_id).state, "SHARED");
	});

	test("when its time is over it has ended", () => {
		fake.push({ k: "M8.retract", org: "server", incident: id, body: { step: "retract", item_refs: [items[0].item_id], reason: "expired",
			undo_advice: "none" }, decided: { item_states: [{ item: items[0].item_id, from: "SHARED", to: "EXPIRED" }] } });
		const v1 = stateFor(fake, "StreamHarbor").incidents.get(id).signals.get(items[0].item_id);
		assert.deepEqual([v1.state, v1.ended.how], ["EXPIRED", "expired"]);
	});
});
