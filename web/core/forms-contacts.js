// @ts-check
/* forms-contacts.js: rows of the table of forms (forms.js) for contact points and rosters (M26). */

import { wall } from "./forms.js";

/** @typedef {import("./forms.js").Spec} Spec */

const HOUR = 3_600_000;
const BASIS = [{ act: "TCO", article: "15(1)" }];

/** @type {Record<string, Spec>} */
export const CONTACT_FORMS = {
	"M26.own": {
		type: "M26", home: "#/contacts", system: true, fixed: { step: "own" }, precedence: "routine", ack: false, basis: BASIS, personal: "limited",
		known: ["org"], first: "escalation_chain",
		only: ["purposes", "languages", "public", "channels", "hours", "calendar", "escalation_chain", "orders_by", "valid_from", "valid_until"],
		sections: [{ title: "point", names: ["purposes", "languages", "public", "channels"] }, { title: "hours", names: ["hours", "calendar"] },
			{ title: "chain", names: ["escalation_chain"] }, { title: "more", names: ["orders_by", "valid_from", "valid_until"] }],
		given: (here) => ({ org: here.me.org }),
	},
	"M26.roster": {
		type: "M26", home: "#/contacts", system: true, fixed: { step: "roster" }, precedence: "routine", ack: false, basis: BASIS,
		known: ["org"], first: "shifts", only: ["from", "until", "shifts"],
		sections: [{ title: "period", names: ["from", "until"] }, { title: "shifts", names: ["shifts"] }],
		given: (here) => ({ org: here.me.org }),
		start: (here) => ({ from: wall(here.now), until: wall(here.now + 7 * 24 * HOUR) }),
	},
};
