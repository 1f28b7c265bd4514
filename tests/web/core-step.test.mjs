/* What a person can do with a threat: the usual step, and what each step becomes, without a browser. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { halfYear } from "../../web/core/notice.js";
import { emptyState, reduceAll } from "../../web/core/state.js";
import { messageOf, STEPS, usual } from "../../web/core/step.js";
import { FakeServer, personId } from "./fake-server.mjs";

const NOW = Date.parse("2031-08-31T14:00:00Z");
function threat(...said) {
	const fake = new FakeServer();
	const c = fake.threat("StreamHarbor", { ago: 60, name: "step" });
	for (const [kind, fields] of said)
		fake.respond(c, "AIRU", kind, 10, fields);
	const p = { org: "AIRU", title: "duty officer", roles: ["duty_officer"], person: personId("AIRU", "duty officer") };
	const state = reduceAll(emptyState(), [fake.welcome(p), ...fake.entries.filter((e) => fake.reads(e, p)).map((e) => e.frame)]);
	return { c: state.cases.get(c.caseId), org: "AIRU", person: p.person, where: { mode: "actual", case: c.caseId, now: NOW, lang: "en" }, real: NOW };
}

describe("a step", () => {
	const all = Object.fromEntries(STEPS.map((s) => [s, true]));

	test("the usual one: a question that waits, else to take over; of what is ours, the outcome; to withdraw only when nothing else can be done", () => {
		assert.equal(usual(threat().c, "AIRU", all), "answer");
		assert.equal(usual(threat().c, "AIRU", { ...all, answer: false }), "accept");
		assert.equal(usual(threat(["accept", {}]).c, "AIRU", all), "outcome");
		assert.equal(usual(threat(["accept", {}]).c, "AIRU", { question: true }), "question");
		assert.equal(usual(threat().c, "StreamHarbor", { withdraw: true, supplement: true }), "supplement");
		assert.equal(usual(threat().c, "StreamHarbor", { withdraw: true }), "withdraw");
	});

	test("names what lacks, and makes nothing then", () => {
		const about = threat(["question", { questions: [{ id: "q7", text: "Where?" }] }]);
		assert.deepEqual(["redirect", "reject", "question", "outcome", "withdraw", "answer", "supplement"].map((s) => messageOf(s, {}, about).missing),
			["to", "reason", "questions", "outcome", "withdraw", "answer.q7", ""]);
		assert.equal(messageOf("redirect", { to: "BFP" }, about).missing, "ground");
		assert.equal(messageOf("question", { questions: " \n " }, about).missing, "questions");
	});

	test("to take over: what was typed and nothing else; once more it replaces what was said first", () => {
		assert.deepEqual(Object.keys(messageOf("accept", {}, threat()).message.body).sort(), ["at", "human_ack_by", "kind"]);
		const { message } = messageOf("accept", { reference: "AIRU-1", questions: "Who?\n\n Where? ", preserve: "all", keep: "2031-09-01T10:00" }, threat());
		assert.deepEqual(message.body.questions.map((q) => q.text), ["Who?", "Where?"]);
		const later = messageOf("question", { questions: "Who?" }, { ...threat(), real: NOW + 1 }).message;
		assert.equal(new Set([...message.body.questions, ...later.body.questions].map((q) => q.id)).size, 3, "also while the clock of an exercise stands");
		assert.match(message.body.preservation_request.until, /^2032-03-03T00:00:00/, "six months, whole, also from the end of a long one");
		assert.equal(message.body.do_not_remove_reason, "covert_enquiry");
		const again = threat(["accept", { own_reference: "AIRU-1" }]);
		const second = messageOf("accept", {}, again).message;
		assert.equal(second.supersedes, again.c.desks.get("AIRU").accept.id);
		assert.equal(second.body.own_reference, "AIRU-1");
		assert.equal(halfYear(Date.parse("2031-05-17T23:59:00Z")), "2031-11-18");
	});
});
