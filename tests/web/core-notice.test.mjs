/* The form of a notification: what is missing, what is sent; and the words that it offers. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { emptyForm, fieldOfPath, missing, sendMessage, stamped, supplementMessage } from "../../web/core/notice.js";
import { response } from "../../web/core/protocol.js";
import { Memory } from "../../web/core/storage.js";
import { allOf } from "./words.mjs";

const en = await allOf("en");

const where = { mode: "exercise", exercise: "e1", case: "c1", now: Date.parse("2031-05-17T14:02:00Z") };
export const filled = () => ({
	...emptyForm(), duty: ["DSA_18", "TCO_14_5"], threat_case: "yes", immediacy: "now", emergency: "yes",
		emergency_number: "112", offence_field: "terrorism",
	explanation: " A live stream shows … ", content: [{ url: "https://x.example/1", type: "live_stream",
		published: "2031-05-17T15:58", offset: "+02:00", text_excerpt: "" }],
	service_surface: "live", concerned_states: [{ cc: "xa", ground: "target_place" }],
		content_status: "live_monitored", preserved: "no", user_notified: "no",
	contact_24x7: "p1", also: "no", network_events: [{ ip: "203.0.113.77", port: "51724", at: "2031-05-17T15:58:00",
		offset: "+02:00", event: "stream start" }],
	user_identifiers: [{ kind: "handle", value: "m" }, { kind: "id", value: "" }],
});

describe("form", () => {
	test("an empty form names everything that is missing, in the order of the page", () => {
		assert.deepEqual(missing(emptyForm()).map((m) => m.name), ["immediacy", "threat_case", "offence_field",
			"explanation", "emergency", "content.0.url",
			"service_surface", "duty", "concerned_states", "content_status", "preserved", "user_notified",
				"contact_24x7", "also"]);
	});

	test("a filled form lacks nothing; a network event needs its port", () => {
		assert.deepEqual(missing(filled()), []);
		const f = filled();
		f.network_events[0].port = "";
		assert.deepEqual(missing(f), [{ name: "network_events.0.port", why: "port" }]);
	});

	test("no state known needs a reason", () => {
		assert.deepEqual(missing({ ...filled(), concerned_states: [], state_unknown: true }).map((m) => m.name),
			["state_unknown_reason"]);
	});

	test("becomes a message of the catalogue", () => {
		const m = sendMessage(filled(), where, { awareAt: "2031-05-17T14:01:10Z", id: "i1" });
		assert.equal(m.id, "i1");
		assert.equal(m.exercise_ref, "e1");
		assert.equal(m.precedence, "flash");
		assert.equal(m.ack_required, true);
		assert.deepEqual(m.legal_basis, [{ act: "TCO", article: "14(5)" }, { act: "DSA", article: "18" }]);
		assert.deepEqual(m.also_reported_to, []);
		assert.deepEqual(m.personal_data, { level: "limited", categories: ["identifier", "network"] });
		assert.deepEqual(m.body.duty, ["TCO_14_5", "DSA_18"]);
		assert.deepEqual(m.body.content, [{ url: "https://x.example/1", type: "live_stream",
			published_at: "2031-05-17T15:58:00+02:00" }]);
		assert.deepEqual(m.body.network_events, [{ ip: "203.0.113.77", port: 51724, at: "2031-05-17T15:58:00+02:00",
			event: "stream start" }]);
		assert.deepEqual(m.body.user_identifiers, [{ kind: "handle", value: "m" }]);
		assert.deepEqual(m.body.concerned_states, [{ cc: "XA", ground: "target_place" }]);
		assert.equal(m.body.explanation, "A live stream shows …");
		assert.deepEqual(m.body.preserved, { preserved: false });
		assert.equal("state_unknown" in m.body, false);
		assert.equal("audience" in m, false);
	});

	test("a supplement says only what was filled in", () => {
		const m = supplementMessage({ ...emptyForm(), content_status: "removed", preserved: "yes",
			preserved_until: "2031-11-17" }, where, { id: "n1", tlp: "RED", legal_basis: [] }, "s1");
		assert.equal(m.id, "s1");
		assert.deepEqual(Object.keys(m.body).sort(), ["content_status", "preserved", "step"]);
		assert.deepEqual(m.references, ["n1"]);
		assert.equal(m.tlp, "RED");
	});

	test("a time keeps the offset that was typed", () => {
		assert.equal(stamped("2031-05-17T15:58", "+05:30"), "2031-05-17T15:58:00+05:30");
		assert.match(stamped("2031-05-17T15:58:09"), /^2031-05-17T15:58:09[+-]\d\d:\d\d$/);
	});

	test("a refusal's field is found in the form", () => {
		assert.equal(fieldOfPath("body.network_events[0].port"), "network_events.0.port");
		assert.equal(fieldOfPath("body.emergency_line_called.number"), "emergency_number");
		assert.equal(fieldOfPath("body.content[1].published_at"), "content.1.published");
		assert.equal(fieldOfPath("also_reported_to"), "also");
	});

	test("an answer carries who and when, and the labels of what it answers", () => {
		const m = response("accept", { own_reference: "AIRU-7711" }, where, { notice: { tlp: "RED",
			legal_basis: [{ act: "DSA", article: "18" }] }, noticeId: "n1", person: "p1" });
		assert.deepEqual(m.body, { kind: "accept", human_ack_by: "p1", at: "2031-05-17T14:02:00.000Z",
			own_reference: "AIRU-7711" });
		assert.equal(m.tlp, "RED");
		assert.equal(m.case_ref, "c1");
		assert.deepEqual(m.references, ["n1"]);
	});

	test("what was typed survives a reload, and is forgotten on purpose; a forbidden store is no error", () => {
		const map = new Map();
		const store = { getItem: (k) => map.get(k) ?? null, setItem: (k, v) => map.set(k, v), removeItem: (k) =>
			map.delete(k), key: (i) => [...map.keys()][i], get length() { return map.size; } };
		const m = new Memory(store);
		m.set("draft.p.c", { explanation: "x" });
		m.set("settings", { theme: "dark" });
		assert.equal(new Memory(store).get("draft.p.c").explanation, "x");
		m.forgetAll("draft.");
		assert.deepEqual([...map.keys()], ["tocsin.settings"]);
		/* what was typed and left goes a fortnight later; what is no text of theirs stays */
		const day = 86400e3, now = Date.now();
		map.set("tocsin.draft.p.old", "{}"); // from before it was written down when it was touched
		m.set("draft.p.c", { explanation: "x" });
		m.set("link.draft.l", { note: "y" });
		m.forgetOld(now + 13 * day);
		assert.deepEqual(["draft.p.c", "link.draft.l", "draft.p.old"].map((n) => m.get(n, null) !== null), [true, true, true]);
		m.forgetOld(now + 15 * day);
		assert.deepEqual(["draft.p.c", "link.draft.l", "draft.p.old"].map((n) => m.get(n, null) !== null), [false, false, true]);
		m.forgetOld(now + 28 * day);
		assert.deepEqual([...map.keys()], ["tocsin.settings"]);
		const broken = new Memory({ getItem() { throw new Error("forbidden"); },
			setItem() { throw new Error("full"); } });
		broken.set("a", 1);
		broken.forgetOld(now);
		assert.equal(broken.get("a", 7), 7);
	});
});

describe("words", () => {
	test("every word of the catalogue of messages that the form offers is translated", async () => {
		const n = await import("../../web/core/notice.js");
		const groups = { immediacy: n.IMMEDIACY, offence: n.OFFENCES, surface: n.SURFACES, status: n.STATUSES,
			notified: n.NOTIFIED, duty: n.DUTIES, identifier: n.IDENTIFIERS,
			content_type: n.CONTENT_TYPES, hint_kind: n.HINT_KINDS, confidence: n.CONFIDENCE,
				ground: [...n.GROUNDS.TCO_14_5, ...n.GROUNDS.DSA_18] };
		const catalogue = readFileSync(new URL("../../server/message/catalogue.def", import.meta.url), "utf8");
		const values = (name) => new RegExp(`VALUES\\(${name},([^)]*)\\)`).exec(catalogue)[1].match(/"[^"]+"/g).map((x) =>
			x.slice(1, -1)).sort();
		const same = { immediacy: "immediacy", offence: "offence_field", surface: "service_surface",
			status: "content_status", notified: "user_notified", duty: "duty", identifier: "identifier_kind",
			content_type: "content_type", hint_kind: "location_kind", confidence: "confidence", ground: "ground" };
		for (const [group, list] of Object.entries(groups)) {
			for (const value of list)
				assert.ok(`${group}.${value}` in en, `${group}.${value}`);
			assert.deepEqual([...list].sort(), values(same[group]), `${group} as in the catalogue`);
		}
	});
});
