// @ts-check
/* forms-fences.js: rows of the table of forms (forms.js) for deconfliction checks (M18) and referrals (M17). */

import { wall } from "./forms.js";
import { rfc3339 } from "./protocol.js";

/** @typedef {import("./forms.js").Spec} Spec */
/** @typedef {import("./forms.js").About} About */

const MINUTE = 60_000;
const COORDINATE = [{ act: "TCO", article: "14(1)" }];
const SCRUTINY = (/** @type {string} */ article) => [{ act: "TCO", article }];
const REFER = [{ act: "EUROPOL", article: "4(1)(m)(iii)" }];

/** @type {Record<string, Spec>} */
export const FENCE_FORMS = {
	"exposure.decide": {
		type: "exposure", home: "#/orders", fixed: { step: "decide" }, precedence: "priority", ack: false, basis: [{ act: "TCO", article: "5(4)" }], personal: "limited", grave: true,
		only: ["hsp", "exposed", "reasons"], sections: [{ title: "exposure", names: ["hsp", "exposed", "reasons"] }],
		start: (here) => ({ hsp: here.state.exposures.get(here.entry ?? "")?.hsp ?? "" }),
	},
	"exposure.report": {
		type: "exposure", home: "#/orders", fixed: { step: "report" }, precedence: "priority", ack: false, basis: [{ act: "TCO", article: "5(5)" }], personal: "limited",
		only: ["measures"], sections: [{ title: "measures", names: ["measures"] }],
	},
	"exposure.request": {
		type: "exposure", home: "#/orders", fixed: { step: "request" }, precedence: "priority", ack: false, basis: [{ act: "TCO", article: "5(7)" }], personal: "limited",
		only: ["reasons"], sections: [{ title: "exposure", names: ["reasons"] }],
	},
	"M18.check": {
		type: "M18", home: "#/deconfliction", fixed: { step: "check" }, precedence: "immediate", ack: false, basis: COORDINATE, first: "subjects",
		only: ["subjects", "intended_action", "planned_at", "answer_by", "concerned_until", "own_reference"],
		sections: [{ title: "subjects", names: ["subjects"] }, { title: "intention", names: ["intended_action", "planned_at", "answer_by",
			"concerned_until", "own_reference"] }],
		start: (here) => ({ planned_at: wall(here.now + 60 * MINUTE), answer_by: wall(here.now + 15 * MINUTE) }),
	},
	"M18.check_order": {
		type: "M18", fixed: { step: "check", intended_action: "removal_order" }, precedence: "immediate", ack: false, basis: COORDINATE,
		known: ["order_ref", "subjects", "concerned_until"], only: ["planned_at", "answer_by", "own_reference"],
		sections: [{ title: "intention", names: ["planned_at", "answer_by", "own_reference"] }],
		start: (here) => ({ planned_at: wall(here.now + 15 * MINUTE), answer_by: wall(here.now + 10 * MINUTE) }),
		given: (here) => ({ order_ref: here.order?.id }),
	},
	"M18.answer": {
		type: "M18", home: "#/deconfliction", fixed: { step: "answer" }, precedence: "immediate", ack: false, basis: COORDINATE, known: ["check_ref"],
		only: ["answer", "until", "authority", "reason_class"],
		sections: [{ title: "answer", names: ["answer", "until", "authority", "reason_class"] }],
		given: (here) => ({ check_ref: here.entry }),
	},
	"M18.decide": {
		type: "M18", home: "#/deconfliction", fixed: { step: "decide" }, precedence: "immediate", ack: false, basis: COORDINATE, known: ["check_ref"],
		only: ["decision", "due_consideration", "reason_class"],
		sections: [{ title: "decision", names: ["decision", "due_consideration", "reason_class"] }],
		given: (here) => ({ check_ref: here.entry }),
	},
	"M15.request": {
		type: "M15", fixed: { step: "request" }, precedence: "immediate", ack: true, personal: "limited", basis: SCRUTINY("4(4)"),
		known: ["order_ref"], only: ["requester", "basis_received_at", "reasoned_request"],
		sections: [{ title: "scrutiny", names: ["requester", "basis_received_at", "reasoned_request"] }],
		start: (here) => ({ requester: "hsp", basis_received_at: wall(Date.parse(here.order?.received?.at ?? "")) }),
		given: (here) => ({ order_ref: here.order?.id }),
	},
	"M15.own_motion": {
		type: "M15", fixed: { step: "own_motion" }, precedence: "immediate", ack: false, basis: SCRUTINY("4(3)"), direct: true, sections: [],
		known: ["order_ref", "opened_at"], given: (here) => ({ order_ref: here.order?.id, opened_at: rfc3339(here.now) }),
	},
	"M15.intention": {
		type: "M15", fixed: { step: "intention" }, precedence: "immediate", ack: true, personal: "limited", basis: SCRUTINY("4(5)"),
		known: ["order_ref"], only: ["intended_finding", "reasons"], sections: [{ title: "scrutiny", names: ["intended_finding", "reasons"] }],
		given: (here) => ({ order_ref: here.order?.id }),
	},
	"M15.decision": {
		type: "M15", fixed: { step: "decision" }, precedence: "immediate", ack: true, personal: "limited", basis: SCRUTINY("4(6)"), grave: true,
		known: ["order_ref", "notified"], only: ["finding", "seriousness", "reasons"],
		sections: [{ title: "scrutiny", names: ["finding", "seriousness", "reasons"] }],
		given: (here) => ({ order_ref: here.order?.id, notified: ["issuer", "hsp", "hub",
			...(here.order?.answers?.some((a) => a.k === "M15.request") ? ["requester"] : [])] }),
	},
	"M17.send": {
		type: "M17", home: "#/referrals", fixed: { step: "send" }, readers: ["hsp", "eu_hub"], precedence: "routine", ack: false, basis: REFER, known: ["voluntary"],
		only: ["urls", "why", "terms_hint"],
		sections: [{ title: "referred", names: ["urls", "why", "terms_hint"] }, { title: "audience", names: [], envelope: ["audience",
			"also_reported_to", "tlp"] }],
		given: () => ({ voluntary: true }),
	},
	"M17.answer": {
		type: "M17", home: "#/referrals", fixed: { step: "answer" }, precedence: "routine", ack: false, basis: [{ act: "voluntary", article: "none" }],
		known: ["referral_ref", "at", "positions"], only: ["answer"], sections: [{ title: "answer", names: ["answer"] }],
		/* REFERRAL, or REFERRAL.N: of one of its addresses */
		given: (here) => {
			const [referral, n] = (here.entry ?? "").split(".");
			return { referral_ref: referral, at: rfc3339(here.now), ...(n ? { positions: [Number(n)] } : {}) };
		},
	},
};
