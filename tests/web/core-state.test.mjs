/* What the screen knows is what the entries said: the reducer, the selectors and the alarms, without a browser. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { alarms, silence, sounding, SILENCE_LIFE_MS } from "../../web/core/alarm.js";
import { board, deadlines } from "../../web/core/board.js";
import { acceptedBy, allowed, fallbackNumbers, headline, nextEscalation, possibleDesks,
	receiptTable, standing } from "../../web/core/select.js";
import { emptyState, reduce, reduceAll } from "../../web/core/state.js";
import { FakeServer, personId } from "./fake-server.mjs";

/** The frames that a person of an organisation gets, as a list. */
function framesFor(fake, org, title = "duty officer") {
	const p = [...fake.tokens.values()].find((x) => x.org === org &&
		x.title === title) ?? [...fake.tokens.values()].find((x) => x.org === org);
	return [fake.welcome(p), ...fake.entries.filter((e) => fake.reads(e, p)).map((e) => e.frame)];
}
const stateFor = (fake, org, title) => reduceAll(emptyState(), framesFor(fake, org, title));
const here = { looked: new Map(), now: () => 0 };

describe("state", () => {
	test("the directory comes out of its entries", () => {
		const s = stateFor(new FakeServer(), "AIRU");
		assert.equal(s.me.org, "AIRU");
		assert.equal(s.orgs.get("HUB").name, "Union Referral Hub");
		assert.equal(s.people.get(personId("AIRU", "second officer")).title, "second officer");
		assert.equal(s.orgs.get("AIRU").chain.length, 3);
	});

	test("people whose title is not for us are known by the roles they act in", () => {
		const fake = new FakeServer();
		const { lantern } = fake.scene("normal");
		const entry = fake.respond(lantern, "HUB", "ack", 0);
		entry.actor = { person: "somebody", roles: ["duty_officer", "liaison"] };
		const s = reduce(stateFor(new FakeServer(), "AIRU"), { ...entry, seq: 1e6 });
		assert.deepEqual(s.people.get("somebody").roles, ["duty_officer", "liaison"]);
	});

	test("one frame after the other gives the same state as all at once", () => {
		const fake = new FakeServer({ exercise: true });
		fake.scene("normal");
		const frames = framesFor(fake, "AIRU");
		assert.deepEqual(frames.reduce(reduce, emptyState()), reduceAll(emptyState(), frames));
	});

	test("reduce changes nothing of the state that it was given", () => {
		const fake = new FakeServer();
		const { lantern } = fake.scene("normal");
		const before = stateFor(fake, "AIRU");
		const copy = stateFor(fake, "AIRU");
		const accept = fake.respond(lantern, "AIRU", "accept", 0, { own_reference: "X" });
		reduce(before, accept);
		assert.deepEqual(before, copy);
	});

	test("that the operator has opened an entry of a case is in the case's timeline, and its end too; of what is unknown here nothing is made", () => {
		const fake = new FakeServer();
		const { lantern } = fake.scene("normal");
		const s = stateFor(fake, "AIRU");
		const known = s.cases.get(lantern.caseId), { id } = known.timeline[0];
		const entry = (n, k, body) => ({ op: "entry", seq: 1e6 + n, id: `glass-${n}`, k, org: "OPS", mode: "system", at: "2031-05-17T14:00:00Z", rendering: "without_personal",
			message: { type: "breakglass", body: { step: k.split(".")[1], ...body } }, decided: {} });
		const after = reduceAll(s, [entry(1, "breakglass.open", { entries: [{ ref: id }], reason: "A console shows nothing." }),
			entry(2, "breakglass.close", { glass: "glass-1" }), entry(3, "breakglass.open", { entries: [{ ref: "nowhere" }] })]);
		assert.deepEqual(after.cases.get(known.id).timeline.filter((i) => i.k.startsWith("breakglass.")).map((i) => [i.k, i.org]),
			[["breakglass.open", "OPS"], ["breakglass.close", "OPS"]]);
		assert.equal(after.cases.size, s.cases.size);
	});

	test("an entry that comes twice counts once", () => {
		const fake = new FakeServer();
		const { lantern } = fake.scene("normal");
		const frames = framesFor(fake, "AIRU");
		const s = reduceAll(emptyState(), [...frames, ...frames.slice(1)]);
		assert.equal(s.cases.get(lantern.caseId).timeline.filter((i) => i.k === "M4.send").length, 1);
	});

	test("an unknown frame and an unknown entry throw", () => {
		assert.throws(() => reduce(emptyState(), { op: "surprise" }), /unknown surprise/);
		assert.throws(() => reduce(emptyState(), { op: "entry", seq: 0, k: "M99.x", id: "i" }),
			/unknown entry: M99.x/);
	});

	test("the running console collects what it does not know and goes on", () => {
		const found = [];
		const s = reduceAll(emptyState(), [{ op: "entry", seq: 0, k: "M99.x", id: "i" }, { op: "beat", last: 7 }],
			{ unknown: (x) => found.push(x.k) });
		assert.deepEqual(found, ["M99.x"]);
		assert.equal(s.tip, 7);
	});

	test("urgent comes first and is marked until it is recorded, once", () => {
		const fake = new FakeServer();
		const { lantern } = fake.scene("normal");
		let s = stateFor(fake, "AIRU");
		const urgent = fake.push({ urgent: true, id: "0190-u", k: "M4.supplement", org: "StreamHarbor",
			case: lantern.caseId, body: { step: "supplement", content_status: "removed" } });
		s = reduce(s, urgent);
		let item = s.cases.get(lantern.caseId).timeline.find((i) => i.id === "0190-u");
		assert.equal(item.urgent, true);
		assert.equal(s.database, "away");
		assert.equal(s.cases.get(lantern.caseId).facts.content_status, "removed");
		s = reduce(s, { ...urgent, op: "entry", seq: s.last + 1, late: true,
			recorded: new Date(Date.now() + 5000).toISOString() });
		assert.equal(s.database, "up");
		const items = s.cases.get(lantern.caseId).timeline.filter((i) => i.id === "0190-u");
		assert.equal(items.length, 1);
		assert.equal(items[0].urgent, false);
		assert.equal(items[0].late, true);
	});

	test("the exercise clock follows its entries", () => {
		const fake = new FakeServer({ exercise: true });
		const s0 = stateFor(fake, "AIRU");
		const clock = { anchor_real: "2026-01-01T00:00:00Z", anchor_at: "2031-05-17T20:00:00Z", rate_milli: 60000,
			running: true };
		const s = reduce(s0, fake.push({ k: "exercise.clock", org: "CELL", body: { step: "clock", action: "run",
			rate_milli: 60000 }, decided: { clock } }));
		const e = s.exercises.get(fake.exercise.id);
		assert.equal(e.rate_milli, 60000);
		assert.equal(e.title, "LANTERN");
	});
});

describe("a threat", () => {
	const scene = () => {
		const fake = new FakeServer({ exercise: true });
		return { fake, ...fake.scene("normal") };
	};

	test("is new for the desk and waiting for the platform, until a human being answers", () => {
		const { fake, lantern } = scene();
		const police = stateFor(fake, "AIRU");
		const platform = stateFor(fake, "StreamHarbor");
		assert.equal(standing(police.cases.get(lantern.caseId), police.me), "new");
		assert.equal(standing(platform.cases.get(lantern.caseId), platform.me), "waiting");
		assert.equal(headline(police.cases.get(lantern.caseId)),
			"A live stream shows one person with a long firearm entering a market hall and people running.");
	});

	test("a machine's receipt is never shown as a human one", () => {
		const { fake, lantern } = scene();
		fake.push({ k: "M19.machine", org: "AIRU", case: lantern.caseId, body: { step: "machine",
			message_ref: lantern.id, recipient_org: "AIRU", channel: "api", state: "acked", at: fake.at(),
				actor_kind: "machine" } });
		const s = stateFor(fake, "StreamHarbor");
		const row = receiptTable(s, s.cases.get(lantern.caseId)).find((r) => r.desk.org === "AIRU");
		assert.ok(row.delivered);
		assert.ok(row.machine);
		assert.equal(row.seen, undefined);
		assert.equal(row.acked, undefined);
		assert.equal(standing(s.cases.get(lantern.caseId), s.me), "waiting");
	});

	test("a receipt is shown at the time when the server had it, a call at the time that the caller says", () => {
		const { fake, lantern } = scene();
		const of = (k, org, more) => fake.push({ k, org, case: lantern.caseId, body: { step: k.slice(4),
			message_ref: lantern.id, recipient_org: "AIRU", channel: "console", at: "1999-01-01T00:00:00Z",
			actor_kind: "human", ...more } });
		const acked = of("M19.human", "AIRU", { state: "acked" });
		of("M19.outreach", "StreamHarbor", { state: "sent", channel: "phone" });
		const s = stateFor(fake, "StreamHarbor");
		const row = receiptTable(s, s.cases.get(lantern.caseId)).find((r) => r.desk.org === "AIRU");
		assert.equal(row.acked.at, acked.at);
		assert.notEqual(row.acked.at, "1999-01-01T00:00:00Z");
		assert.equal(row.sent.at, "1999-01-01T00:00:00Z");
	});

	test("sent is not delivered", () => {
		const { fake, lantern } = scene();
		fake.push({ k: "M19.machine", org: "server", case: lantern.caseId, body: { step: "machine",
			message_ref: lantern.id, recipient_org: "HUB", channel: "e-mail", state: "sent", at: fake.at(),
				actor_kind: "machine" } });
		const s = stateFor(fake, "AIRU");
		const row = receiptTable(s, s.cases.get(lantern.caseId)).find((r) => r.desk.org === "HUB");
		assert.equal(row.sent.channel, "e-mail");
		assert.equal(row.delivered, undefined);
	});

	test("acceptance by the hub is coordination: the state's desk still has to answer", () => {
		const { fake, bell } = scene();
		const police = stateFor(fake, "AIRU");
		assert.equal(standing(police.cases.get(bell.caseId), police.me), "new");
		const hub = stateFor(fake, "HUB");
		assert.equal(standing(hub.cases.get(bell.caseId), hub.me), "coordinated");
		fake.respond(bell, "AIRU", "accept", 0, { own_reference: "AIRU-8020" });
		const after = stateFor(fake, "HUB");
		assert.equal(standing(after.cases.get(bell.caseId), after.me), "accepted");
		assert.equal(acceptedBy(after.cases.get(bell.caseId)).org, "AIRU");
	});

	test("do not remove is shown until a superseding acceptance lifts it", () => {
		const { fake, old } = scene();
		assert.equal(stateFor(fake, "Chirplet").cases.get(old.caseId).keep.by, "AIRU");
		fake.respond(old, "AIRU", "accept", 0, { own_reference: "AIRU-7698" });
		assert.equal(stateFor(fake, "Chirplet").cases.get(old.caseId).keep, undefined);
	});

	test("a supplement adds facts, keeps the first words and says what is new", () => {
		const { fake, lantern } = scene();
		fake.push({ k: "M4.supplement", org: "StreamHarbor", case: lantern.caseId, readers: ["StreamHarbor", "AIRU",
			"HUB"],
			body: { step: "supplement", explanation: "The stream was ended.", content_status: "removed",
				user_identifiers: [{ kind: "phone", value: "+999 1" }] } });
		const c = stateFor(fake, "AIRU").cases.get(lantern.caseId);
		assert.equal(c.facts.content_status, "removed");
		assert.equal(c.facts.user_identifiers.length, 3);
		assert.equal(c.facts.explanations.length, 2);
		assert.ok(c.fresh.has("content_status"));
		assert.ok(!c.fresh.has("immediacy"));
	});

	test("after a redirect the new desk knows the case by disclosure, with the earlier times", () => {
		const { fake, bell } = scene();
		const before = stateFor(fake, "BFP");
		assert.equal(before.cases.size, 0);
		fake.say({ org: "HUB", person: personId("HUB", "duty officer") }, { id: "r1", type: "M5", mode: "exercise",
			case_ref: bell.caseId, body: { kind: "redirect", redirect_to: "BFP",
				redirect_ground: "place of the offence" } });
		const s = reduceAll(before, fake.entries.slice(-2).map((e) => e.frame));
		const c = s.cases.get(bell.caseId);
		assert.equal(standing(c, s.me), "new");
		assert.equal(c.facts.user_identifiers[0].value, "nightcourier7");
		const notice = c.timeline.find((i) => i.k === "M4.send");
		assert.equal(notice.disclosedBy, s.last);
		assert.ok(Date.parse(notice.at) < Date.parse(c.desks.get("BFP").since));
		assert.equal(nextEscalation(s, c, "BFP").timer.timer, "T17");
		/* the hub had accepted before it redirected, and was asked before that */
		assert.equal(c.desks.get("HUB").state, "redirected");
		assert.ok(Date.parse(c.desks.get("HUB").ack.at) < Date.parse(c.desks.get("BFP").since) - 60_000);
		assert.equal(c.desks.get("HUB").since, notice.at);
	});

	test("questions wait until they are answered", () => {
		const { fake, bell } = scene();
		const c = stateFor(fake, "GameNest").cases.get(bell.caseId);
		assert.equal(c.questions.length, 2);
		assert.match(c.questions[1].answer.text, /Harbour School/);
	});

	test("an acceptance that reaches a tied case shows there", () => {
		const fake = new FakeServer({ exercise: true });
		const { bell } = fake.scene("normal");
		const twin = fake.threat("Chirplet", { ago: 10, name: "twin", desks: [] });
		fake.push({ k: "M5.accept", org: "AIRU", case: bell.caseId, readers: ["Chirplet"], body: { kind: "accept",
			own_reference: "AIRU-8020", human_ack_by: "x", at: fake.at() },
				decided: { linked: [{ case: twin.caseId }] } });
		const s = stateFor(fake, "Chirplet");
		assert.equal(standing(s.cases.get(twin.caseId), s.me), "answered");
		assert.deepEqual(board(s).open.map((r) => r.case.id).includes(bell.caseId), false);
	});

	test("a notification about what a desk has accepted already is taken over with it, and rings nowhere", () => {
		const fake = new FakeServer({ exercise: true });
		const twin = fake.threat("Chirplet", { ago: 10, name: "twin", desks: [{ org: "AIRU", duty: ["DSA_18"],
			grounds: [], why: "it has accepted a case about the same thing", role: "competent", pages: false }] });
		fake.entries.find((e) => e.frame.id === twin.id).frame.decided.state = [{ desk: "AIRU", from: "NONE",
			to: "ACCEPTED" }];
		fake.entries.find((e) => e.frame.id === twin.id).frame.decided.timers_started = [];
		const s = stateFor(fake, "AIRU");
		assert.equal(standing(s.cases.get(twin.caseId), s.me), "accepted");
		assert.deepEqual(alarms(s, here).filter((a) => a.level === "life"), []);
	});

	test("deadlines run until they are stopped, the next one first", () => {
		const { fake, lantern } = scene();
		const s = stateFor(fake, "AIRU");
		const list = deadlines(s, 100).first;
		assert.equal(list[0].timer, "T17");
		assert.ok(list.every((d, i) => !i ||
			Date.parse(d.next ?? d.deadline) >= Date.parse(list[i - 1].next ?? list[i - 1].deadline)));
		fake.respond(lantern, "AIRU", "accept", 0);
		assert.ok(deadlines(stateFor(fake, "AIRU"), 100).first.every((d) => d.of.id !== lantern.caseId || d.timer === "T18"));
	});
});

describe("who may do what", () => {
	const fake = new FakeServer({ exercise: true });
	const { lantern, bell } = fake.scene("normal");
	const can = (org, c, title) => {
		const s = stateFor(fake, org, title);
		return Object.entries(allowed(s, s.cases.get(c.caseId))).filter(([, v]) => v).map(([k]) => k).sort();
	};
	test("a duty officer of an addressed desk", () => assert.deepEqual(can("AIRU", lantern), ["accept", "ack",
		"question", "redirect", "reject"]));
	test("the platform that notified", () => assert.deepEqual(can("StreamHarbor", lantern), ["supplement",
		"withdraw"]));
	test("the hub after its acceptance", () => assert.deepEqual(can("HUB", bell), ["accept", "question",
		"redirect"]));
	test("desks to redirect to are authorities that do not have it, never oneself, never a platform", () => {
		const s = stateFor(fake, "AIRU");
		assert.deepEqual(possibleDesks(s, s.cases.get(lantern.caseId)).map((o) => o.code), ["BFP", "CDA"]);
	});
});

describe("alarms", () => {
	test("a threat that nobody of my desk has acknowledged sounds, and only that is a threat", () => {
		const fake = new FakeServer({ exercise: true });
		const { lantern } = fake.scene("normal");
		const s = stateFor(fake, "AIRU");
		const list = alarms(s, { ...here, since: Date.now() + 1000 });
		assert.deepEqual(list.map((a) => [a.level, a.case]), [["life", lantern.caseId]]);
		assert.equal(list[0].exercise, true);
		fake.respond(lantern, "AIRU", "ack", 0);
		assert.equal(alarms(stateFor(fake, "AIRU"), { ...here, since: Date.now() + 1000 }).filter((a) =>
			a.level === "life").length, 0);
	});

	test("silencing acknowledges nothing: a threat comes back after two minutes, a notice does not", () => {
		const life = [{ key: "l", level: "life", case: "c", why: "new", exercise: false }];
		const notice = [{ key: "n", level: "notice", case: "c", why: "M5.accept", exercise: false }];
		const quiet = silence([...life, ...notice], new Map(), 1000);
		assert.equal(sounding(life, new Map(), 1000), "life");
		assert.equal(sounding(life, quiet, 1000 + SILENCE_LIFE_MS - 1), null);
		assert.equal(sounding(life, quiet, 1000 + SILENCE_LIFE_MS), "life");
		assert.equal(sounding(notice, quiet, 1e12), null);
		assert.equal(sounding([{ ...life[0], key: "another" }], quiet, 1001), "life");
	});

	test("read and forgotten comes back after a quarter of an hour", () => {
		const fake = new FakeServer();
		const c = fake.threat("StreamHarbor", { ago: 2000, name: "forgotten" });
		fake.respond(c, "AIRU", "ack", 1000);
		const s = stateFor(fake, "AIRU");
		assert.deepEqual(alarms(s, { looked: new Map([[c.caseId, 1e9]]), now: () => Date.now() }).map((a) => a.why),
			["undecided"]);
	});

	test("a notice sounds until the case was looked at", () => {
		const fake = new FakeServer();
		const { lantern } = fake.scene("normal");
		fake.respond(lantern, "AIRU", "question", 0, { questions: [{ id: "q", text: "?" }] });
		const s = stateFor(fake, "StreamHarbor");
		const of = (list) => list.filter((a) => a.case === lantern.caseId);
		assert.deepEqual(of(alarms(s, here)).map((a) => a.why), ["M5.question"]);
		assert.deepEqual(of(alarms(s, { ...here, looked: new Map([[lantern.caseId, s.last]]) })), []);
	});
});

test("when cut off, the telephone numbers of the desks of open cases, the hub and one's own come from the directory",
	() => {
	const fake = new FakeServer();
	fake.scene("normal");
	const list = fallbackNumbers(stateFor(fake, "StreamHarbor"));
	assert.deepEqual(list.map((x) => x.org.code), ["StreamHarbor", "AIRU", "HUB"]);
	assert.ok(list.every((x) => x.phones.every((p) => p.address.startsWith("+999"))));
});

test("a desk's own number is the one that welcome's directory names, and comes first", () => {
	const fake = new FakeServer();
	fake.scene("normal");
	const [welcome, ...entries] = framesFor(fake, "StreamHarbor");
	const directory = [{ org: "HUB", name: "Union Referral Hub", kinds: ["eu_hub"], phone: "+999 05 555 000" }];
	const s = reduceAll(emptyState(), [{ ...welcome, directory }, ...entries.filter((e) => e.k !== "M26.own")]);
	assert.deepEqual(fallbackNumbers(s).map((x) => [x.org.code, x.phones[0].address]), [["HUB", "+999 05 555 000"]]);
});

test("a call that was made for a time that was stopped is none of the one that was started since", () => {
	const fake = new FakeServer();
	const { lantern } = fake.scene("normal");
	const of = { op: "entry", case: lantern.caseId, mode: "actual", org: "server", at: "2031-05-17T14:05:00Z", k: "M19.escalation", message: { body: {} } };
	const timer = { id: "t", timer: "T17", desk: "HUB", starts: "2031-05-17T14:04:00Z", next: "2031-05-17T14:09:00Z" };
	const s = reduceAll(stateFor(fake, "AIRU"), [
		{ ...of, id: "e1", seq: 1e6, k: "M5.redirect", decided: { timers_started: [timer] } },
		{ ...of, id: "e2", seq: 1e6 + 1, decided: { timers_moved: [{ ...timer, starts: "2031-05-17T14:00:00Z", level: 4, next: undefined }] } },
	]);
	assert.equal(s.cases.get(lantern.caseId).timers.get("t").starts, timer.starts);
	assert.equal(s.cases.get(lantern.caseId).timers.get("t").level, undefined);
	const moved = reduce(s, { ...of, id: "e3", seq: 1e6 + 2, decided: { timers_moved: [{ ...timer, level: 1, next: "2031-05-17T14:14:00Z" }] } });
	assert.equal(moved.cases.get(lantern.caseId).timers.get("t").level, 1);
});

test("a case whose outcome is known is open again when a further state is asked", () => {
	const fake = new FakeServer();
	const { lantern } = fake.scene("normal");
	fake.respond(lantern, "AIRU", "outcome", 0, { outcome: "unfounded" });
	const s = stateFor(fake, "StreamHarbor");
	assert.equal(standing(s.cases.get(lantern.caseId), s.me), "closed");
	const next = reduce(s, { op: "entry", case: lantern.caseId, mode: "actual", org: "StreamHarbor", at: "2031-05-17T15:00:00Z", k: "M4.supplement", id: "e4", seq: 1e6,
		message: { body: {} }, decided: { case: lantern.caseId, state: [{ from: "CLOSED", to: "SENT" }] } });
	assert.notEqual(standing(next.cases.get(lantern.caseId), next.me), "closed");
});

test("core imports nothing but core", () => {
	for (const file of ["alarm", "cases", "clock", "directory", "ids", "link", "notice", "protocol", "select",
		"state", "storage"]) {
		const text = readFileSync(new URL(`../../web/core/${file}.js`, import.meta.url), "utf8");
		for (const [, from] of text.matchAll(/^import .* from "(.*)";$/gm))
			assert.match(from, /^\.\/[a-z]+\.js$/, `${file}.js imports ${from}`);
		assert.doesNotMatch(text, /\b(document|window|localStorage|sessionStorage|navigator)\b\s*[.[]/, file);
	}
});
