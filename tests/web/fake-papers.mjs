/* fake-papers.mjs: what people print, on the double of the server: a removal order that runs, situation reports, a witness of the log, and an incident
 * that is closed and learnt from. */

import { annexOne } from "../integration/lib/messages.mjs";
import { FakeLog } from "./fake-log.mjs";
import { personId, uuid } from "./fake-server.mjs";

const FIGURES = { signals_total: 214, signals_new: 12, signals_retracted: 1, signals_disputed: 2, matches: 3120, blocked: 2871, removed: 402, reinstated: 3, live_terminated: 1, platforms_engaged: 4,
	platforms_falling: 2, itl_open: 1, orders_issued: 2, orders_open: 1, orders_executed: 1, orders_impossible: 0, order_hours: 2, order_hours_breached: 0, linked_activations: 0 };
const WORDS = "Copies are cut to under ten seconds and mirrored; most come from accounts that are younger than a day. ";

/** @param {any} fake @returns {{order: string, closed: string}} */
export function papers(fake) {
	const who = (org, title) => ({ person: personId(org, title), channel: "console" });
	const order = uuid("order 17");
	const form = { ...annexOne("XA", "AIRU", "PastePond", "XA"), addressee: "PastePond", additional_reasons: WORDS.repeat(4).trim(),
		locations: Array.from({ length: 18 }, (_, n) => ({ url: `https://pastepond.example/p/${88213 + n}/a-very-long-name-of-a-page-that-was-pasted-again-and-again-${n}` })) };
	const to = (state, more = {}) => ({ orders: [{ order, from: "DRAFT", to: state, ...more }] });
	const e = (k, org, title, ago, body, decided, more = {}) => fake.push({ k, org, id: uuid(`${k} order 17`), at: fake.at(-ago), actor: who(org, title), readers: ["AIRU", "PastePond"], body, decided, ...more });
	e("M10.draft", "AIRU", "duty officer", 1500, { step: "draft", order: form }, to("DRAFT", { drafted: { items: form.locations.length } }), { id: order });
	e("M10.certify", "AIRU", "second officer", 1400, { step: "certify", order_ref: order, certified: order }, to("CERTIFIED"));
	e("M10.issue", "AIRU", "duty officer", 1300, { step: "issue", order_ref: order, order: form }, { ...to("DELIVERED", { issued: { reported: false, cross_border: false }, received: { at: fake.at(-1290),
		channel: "console" } }), timers_started: [{ timer: "T1", id: uuid("T1 order 17"), desk: "PastePond", starts: fake.at(-1290), deadline: fake.at(-1290 + 3600) }] });
	const incident = uuid("incident lantern");
	const report = (n, ago) => fake.push({ k: "M20.approve", org: "HUB", incident, at: fake.at(-ago), actor: who("HUB", "lead"), body: { step: "approve", known: WORDS.repeat(6).trim(), changed_since_last: WORDS.trim(),
		not_confirmed: "Whether there is a second attacker.", media_line: "We do not comment on open investigations.", next_at: fake.at(3600 - ago) }, decided: { report: { number: n, figures: FIGURES } } });
	report(1, 400);
	report(2, 100);
	const witness = new FakeLog(0, { name: "borvia.example/witness/BFP", type: 4 });
	fake.push({ k: "witness.register", org: "BFP", mode: "system", body: { step: "register", org: "BFP", vkey: witness.vkey } });
	/* another one, that is over */
	const closed = uuid("incident harbour");
	const i = (k, org, title, ago, body, decided = {}) => fake.push({ k, org, id: uuid(`${k} harbour ${ago}`), incident: closed, at: fake.at(-ago), actor: who(org, title), body, decided });
	i("M1.report", "AIRU", "duty officer", 9e5, { step: "report", headline: "A stream from the old harbour of Veldermouth", event_time: { from: fake.at(-9e5), precision: "minutes" }, event_place: { cc: "XA",
		locality: "Veldermouth" }, ongoing: "no", online_component: ["recording"], criteria: [] }, { incident_state: [{ incident: closed, from: "NONE", to: "REPORTED" }], affected: ["XA"] });
	i("M3.confirm", "HUB", "lead", 8e5, { decision: "close", step: "confirm", reason: "It is over. Thank you." }, { incident_state: [{ incident: closed, from: "WINDING_DOWN", to: "CLOSED" }],
		timers_started: [{ timer: "T25", id: uuid("T25 harbour"), starts: fake.at(-8e5), deadline: fake.at(-8e5 + 60 * 86_400) }] });
	i("M23.contribute", "StreamHarbor", "night responder", 7e5, { step: "contribute", what_worked: "One desk to call.", what_failed: [{ tag: "FAILURE", text: WORDS.repeat(3).trim() }], proposals: "A shorter form.", anonymous_to_others: false },
		{ incident_state: [{ incident: closed, from: "CLOSED", to: "DEBRIEF" }] });
	i("M23.final", "HUB", "lead", 1e5, { step: "final", findings: WORDS.repeat(12).trim(), actions: [{ what: "Shorten the form of signals.", owner: "HUB", due: fake.at(3e6) }], rights_impact: "Three news reports were removed and came back within the hour.",
		public_draft: "An attack was streamed; platforms and authorities ended its spread within a day." }, { report: { figures: FIGURES } });
	return { order, closed };
}
