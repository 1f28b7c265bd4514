/* core/letter.js: what stands before who came by the link of an e-mail, out of entries alone. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { correspondence, isTrial, outcomeOf, timeFor } from "../../web/core/letter.js";

const entry = (seq, k, more = {}) => ({ op: "entry", seq, id: `e${seq}`, k, at: `2031-05-17T14:${10 + seq}:00Z`, mode: "exercise", org: "HUB", message: { body: {} },
	...more });
const timer = (name, desk, more = {}) => ({ timer: name, id: `${name}-${desk}`, desk, starts: "2031-05-17T14:13:00Z", deadline: "2031-05-17T14:43:00Z", ...more });

test("messages are letters; receipts, clocks and housekeeping are not", () => {
	const { letters } = correspondence([entry(1, "M3.confirm"), entry(2, "M19.machine"), entry(3, "exercise.clock"), entry(4, "M10.issue"), entry(5, "deadline.warned"),
		entry(6, "M99.new")], "PastePond");
	assert.deepEqual(letters.map((l) => l.k), ["M3.confirm", "M10.issue"]);
});

test("the time for an activation is its own, and ends with the answer", () => {
	const began = [entry(1, "M3.confirm", { decided: { timers_started: [timer("T19", "PastePond"), timer("T19", "Chirplet")] } })];
	let all = correspondence(began, "PastePond");
	assert.equal(timeFor(all.letters[0], all.timers, "PastePond").id, "T19-PastePond");
	assert.equal(timeFor(all.letters[0], all.timers, "OSF"), undefined);
	all = correspondence([...began, entry(2, "M19.human", { org: "PastePond", actor: { person: "p" }, message: { body: { message_ref: "e1", state: "acked", commitment: "working" } },
		decided: { timers_stopped: [{ id: "T19-PastePond", met: true, at: "2031-05-17T14:36:00Z" }] } })], "PastePond");
	assert.equal(timeFor(all.letters[0], all.timers, "PastePond").stopped.met, true);
	assert.deepEqual(all.said.get("e1").map((m) => [m.person, m.state, m.commitment]), [["p", "acked", "working"]]);
});

test("an order's hour begins with its receipt, and is the order's", () => {
	const all = correspondence([entry(1, "M10.issue"), entry(2, "M19.delivery", { org: "server", ref: "e1", decided: { timers_started: [timer("T1", "PastePond")] } })],
		"PastePond");
	assert.equal(timeFor(all.letters[0], all.timers, "PastePond").timer, "T1");
});

test("what others have said is not ours", () => {
	const { said } = correspondence([entry(1, "M3.confirm"), entry(2, "M19.human", { org: "Chirplet", message: { body: { message_ref: "e1", state: "acked" } } })],
		"PastePond");
	assert.equal(said.size, 0);
});

test("a trial is a letter, and what became of it is its own answer", () => {
	const began = [entry(1, "M26.drill", { org: "server", mode: "system" }), entry(2, "M26.call", { org: "server", ref: "e1" }), entry(3, "M26.test", { org: "PastePond" })];
	const { letters } = correspondence(began, "PastePond");
	assert.deepEqual(letters.map((l) => [l.k, isTrial(l)]), [["M26.drill", true], ["M26.test", true]]);
	assert.equal(outcomeOf(letters[0], began), undefined);
	const answer = entry(4, "M26.answer", { org: "PastePond", ref: "e1", actor: { person: "p" }, decided: { drills: [{ result: "passed", reaction_s: 41 }] } });
	assert.deepEqual(outcomeOf(letters[0], [...began, answer]), { at: answer.at, person: "p", result: "passed", reaction_s: 41 });
	assert.equal(outcomeOf(letters[1], [...began, answer]), undefined, "of another trial");
	const failed = entry(5, "M26.failed", { org: "server", ref: "e3", decided: { channels: [{ state: "failed" }] } });
	assert.deepEqual(outcomeOf(letters[1], [...began, failed]), { at: failed.at, person: undefined, result: "failed", reaction_s: undefined });
});
