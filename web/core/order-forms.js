// @ts-check
/* order-forms.js: the forms of removal orders (rows of forms.js): Annexes I to III section by section, and what is said besides.
 * What stands in the order already (its number, who it is to and from, when it came) is not asked again. */

import { rfc3339 } from "./protocol.js";

/** @typedef {import("./forms.js").About} About */
/** @typedef {import("./forms.js").Spec} Spec */

const TCO = (/** @type {string} */ article) => [{ act: "TCO", article }];
const now = (/** @type {About} */ here) => rfc3339(here.now);

/** Where the directory says that a provider is at home counts. @param {About} here @param {any} typed */
function atHome(here, typed) {
	const org = here.state.orgs.get(typed.order?.addressee);
	return { order: { ...typed.order, hsp_home_state: org?.home ?? typed.order?.hsp_home_state } };
}

/** @param {About} here */
const order = (here) => /** @type {NonNullable<About["order"]>} */ (here.order);

/** Section A of both answers. @param {About} here */
const answered = (here) => ({ order_ref: order(here).id, addressee: order(here).hsp, authority: order(here).authority,
	authority_ref: order(here).form.order_reference, date: now(here) });
const SECTION_A = ["order_ref", "addressee", "authority", "authority_ref", "date", "reported"];

/** What a provider says of itself. @param {About} here */
const myself = (here) => {
	const org = here.state.orgs.get(here.me.org);
	return { hsp_name: org?.name ?? here.me.org };
};

/** @param {(ms: number) => any} wall as forms.js has it @returns {Record<string, Spec>} */
export const orderForms = (wall) => ({
	"M9.inform": {
		type: "M9", home: "#/orders", fixed: { step: "inform" }, precedence: "routine", ack: false, personal: "limited", basis: TCO("3(2)"),
		known: ["authority"], given: (here) => ({ authority: here.me.org }),
		sections: [{ title: "inform", names: ["hsp", "procedures_text", "deadlines_text"] },
			{ title: "reach", names: ["languages", "channel", "contact"] }],
	},
	"M10.draft": {
		type: "M10", home: "#/orders", fixed: { step: "draft" }, precedence: "immediate", ack: true, personal: "limited", basis: TCO("3(1)"),
		known: ["order_ref", "certified", "deconfliction_ref", "reported", "until", "reason", "order.pre_info_ref"],
		unasked: () => [], first: undefined,
		sections: [
			{ title: "annex_a", inside: "order", names: ["issuing_state", "addressee", "legal_representative", "contact_point",
				"hsp_home_state", "order_reference"] },
			{ title: "annex_b", inside: "order", names: ["locations", "grounds", "additional_reasons"] },
			{ title: "annex_c", inside: "order", names: ["non_disclosure"] },
			{ title: "annex_e", inside: "order", names: ["issuer_type", "issuer_name", "representative_name", "representative_post", "file_no",
				"address", "tel", "fax", "email", "stamp", "signature"] },
			{ title: "annex_f", inside: "order", names: ["feedback_contact", "home_authority_contact"] },
			{ title: "annex_g", inside: "order", names: ["redress_body", "redress_deadline", "national_law_link"] },
			{ title: "besides", inside: "order", names: ["first_order_to_hsp", "emergency", "language"] },
		],
		start: (here) => ({ order: here.order ? here.order.form : {
			issuing_state: here.state.orgs.get(here.me.org)?.state ?? "", issuer_name: here.state.orgs.get(here.me.org)?.name ?? here.me.org,
			issuer_type: here.me.kinds.includes("ms_law_enforcement") ? "law_enforcement" : "", locations: [{}] } }),
		given: (here, typed) => ({ ...atHome(here, typed), ...(here.order && { order_ref: here.order.id }) }),
	},
	"M10.certify": {
		type: "M10", fixed: { step: "certify" }, precedence: "immediate", ack: false, basis: TCO("3(1)"), direct: true, grave: true, sections: [],
		known: ["order_ref", "certified"], given: (here) => ({ order_ref: order(here).id, certified: order(here).version }),
		shows: (here) => ({ shape: "annex_1", body: order(here).form }),
	},
	"M10.issue": {
		type: "M10", fixed: { step: "issue" }, precedence: "immediate", ack: true, personal: "limited", basis: TCO("3(1)"), direct: true,
		grave: true, sections: [], known: ["order_ref", "order", "reported"],
		given: (here) => ({ order_ref: order(here).id, order: order(here).form }), shows: (here) => ({ shape: "annex_1", body: order(here).form }),
	},
	"M10.silence": {
		type: "M10", fixed: { step: "silence" }, precedence: "priority", ack: false, basis: TCO("11(3)"), known: ["order_ref"], only: ["until"],
		sections: [{ title: "annex_c", names: ["until"] }], given: (here) => ({ order_ref: order(here).id }),
		start: (here) => ({ until: wall(Date.parse(order(here).silence ?? "")) }),
	},
	"M10.withdraw": {
		type: "M10", fixed: { step: "withdraw" }, precedence: "immediate", ack: true, basis: TCO("3(1)"), known: ["order_ref"], only: ["reason"],
		grave: true, sections: [{ title: "why", names: ["reason"] }], given: (here) => ({ order_ref: order(here).id }),
	},
	"M12.send": {
		type: "M12", fixed: { step: "send" }, precedence: "immediate", ack: false, personal: "limited", basis: TCO("3(6)"), known: SECTION_A,
		sections: [{ title: "annex2_a", names: ["own_ref", "received_at"] }, { title: "annex2_b", names: ["measure", "measured_at", "item_outcomes"] },
			{ title: "annex2_c", names: ["hsp_name", "representative_name", "established_in", "representative_in", "authorised_person",
				"contact_email"] }, { title: "besides", names: ["preserved_until", "user_informed"] }],
		start: (here) => ({ ...myself(here), received_at: wall(Date.parse(order(here).received?.at ?? "")), measured_at: wall(here.now) }),
		given: answered,
	},
	"M13.send": {
		type: "M13", fixed: { step: "send" }, precedence: "immediate", ack: true, personal: "limited", basis: TCO("3(7)"),
		known: [...SECTION_A, "items"],
		sections: [{ title: "annex2_a", names: ["own_ref", "received_at"] },
			{ title: "annex3_b", names: ["reasons", "explanation", "errors_and_information_needed"] },
			{ title: "annex2_c", names: ["hsp_name", "representative_name", "authorised_person", "contact_email", "signature"] },
			{ title: "besides", names: ["discovered_at", "expected_end"] }],
		start: (here) => ({ ...myself(here), received_at: wall(Date.parse(order(here).received?.at ?? "")) }), given: answered,
	},
	"M14.clarification": {
		type: "M14", fixed: { kind: "clarification" }, precedence: "immediate", ack: true, personal: "limited", basis: TCO("3(8)"),
		known: ["order_ref", "at", "reported"], only: ["content"], sections: [{ title: "clarified", names: ["content"] }], grave: true,
		given: (here) => ({ order_ref: order(here).id, at: now(here) }),
	},
	"M14.obstacle_ended": {
		type: "M14", fixed: { kind: "obstacle_ended" }, precedence: "immediate", ack: true, personal: "limited", basis: TCO("3(7)"),
		known: ["order_ref", "reported"], only: ["at", "content"], sections: [{ title: "ended", names: ["at", "content"] }],
		start: (here) => ({ at: wall(here.now) }), given: (here) => ({ order_ref: order(here).id }),
	},
	"M16.reinstate": {
		type: "M16", fixed: { step: "reinstate" }, precedence: "immediate", ack: false, personal: "limited", basis: TCO("4(7)"),
		known: ["order_ref", "cause", "items"], sections: [{ title: "back", names: ["reinstated_at", "kept_down_under_terms", "note"] }],
		start: (here) => ({ reinstated_at: wall(here.now), kept_down_under_terms: "no" }),
		given: (here) => ({ order_ref: order(here).id, cause: order(here).state === "WITHDRAWN" ? "withdrawn" : "annulled" }),
	},
});
