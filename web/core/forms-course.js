// @ts-check
/* forms-course.js: rows of the table of forms (forms.js) for the course of an incident: retraction (M8), situation reports and
 * shift notes (M20), status (M21), orders elsewhere (M22), debrief (M23), recall (M25), victims (M28). */

import { newestReport } from "./course.js";
import { wall } from "./forms.js";

/** @typedef {import("./forms.js").Spec} Spec */
/** @typedef {import("./forms.js").About} About */

const HOUR = 3_600_000;
const DEBRIEF = [{ act: "DSA", article: "48(4)(f)" }];

/** Since when: the last report, else the activation. @param {About} here */
const since = (here) => Date.parse((here.incident && newestReport(here.incident)?.at) ?? here.incident?.activation?.at ?? "");

/** A draft of the words out of what there is; a person edits it. The numbers are added by the server. @param {About} here */
function drafted(here) {
	const i = here.incident;
	const last = i && newestReport(i);
	const from = i?.reportings.find((r) => r.id === here.entry)?.body;
	const news = i?.timeline.filter((x) => Date.parse(x.at) > since(here) && /^(M3\.(change|link|object|wind)|M6\.(share|variant|scope)|M5\.outcome)/.test(x.k)) ?? [];
	return {
		known: from?.known ?? last?.body.known ?? [i?.headline, i?.activation?.body.reason].filter(Boolean).join("\n"),
		changed_since_last: from?.changed_since_last ?? news.map((x) => `${x.org}: ${x.body.reason ?? x.k}`).join("\n"),
		not_confirmed: from?.not_confirmed ?? last?.body.not_confirmed ?? "", media_line: from?.media_line ?? last?.body.media_line ?? "",
		period: { from: wall(since(here)), until: wall(here.now) },
		next_at: wall(here.now + (i?.state === "WINDING_DOWN" ? 4 * HOUR : HOUR)),
	};
}

/** @param {string} kind @returns {Spec} */
const situation = (kind) => ({
	type: "M20", fixed: { kind: "situation", step: kind }, precedence: "priority", ack: false, known: ["draft_ref", "note", "to"],
	sections: [{ title: "report", names: ["known", "changed_since_last", "not_confirmed", "media_line"] }, { title: "until", names: ["period", "next_at"] }],
	only: ["known", "changed_since_last", "not_confirmed", "media_line", "period", "next_at"], start: drafted,
	given: (here) => (kind === "approve" && here.entry && here.entry !== here.incident?.id ? { draft_ref: here.entry } : {}),
});

/** @type {Record<string, Spec>} */
export const COURSE_FORMS = {
	"M8.retract": {
		type: "M8", fixed: { step: "retract" }, precedence: "immediate", ack: true, only: ["reason", "undo_advice"], known: ["item_refs"],
		sections: [{ title: "why", names: ["reason", "undo_advice"] }], given: (here) => ({ item_refs: [here.entry] }), grave: true,
	},
	"M20.draft": situation("draft"),
	"M20.approve": situation("approve"),
	"M20.hand_over": {
		type: "M20", fixed: { kind: "hand_over" }, precedence: "routine", ack: false, only: ["note", "to"],
		sections: [{ title: "shift", names: ["note", "to"] }],
	},
	"M21.send": {
		type: "M21", fixed: { step: "send" }, precedence: "routine", ack: false,
		sections: [{ title: "status", names: ["trend", "window", "uploads_blocked", "removed", "reinstated", "live_terminated", "new_variants"] }],
		start: (here) => ({ window: { from: wall(Date.parse(here.incident?.statuses.get(here.me.org)?.slice(-1)[0]?.at ?? here.incident?.activation?.at ?? "")),
			until: wall(here.now) } }),
	},
	"M22.open": {
		type: "M22", fixed: { step: "open" }, precedence: "immediate", ack: true, basis: [{ act: "E_EVIDENCE", article: "10" }],
		only: ["kind", "reference", "issuer", "addressee", "emergency", "issued_at", "received_at", "due_at", "to_be_validated"],
		sections: [{ title: "process", names: ["kind", "emergency", "reference", "issuer", "addressee"] }],
		choices: { addressee: (here) => [...here.state.orgs.values()].filter((o) => o.kinds.includes("hsp")).map((o) => ({ value: o.code, text: `${o.code} · ${o.name}` })) },
	},
	"M22.status": {
		type: "M22", fixed: { step: "status" }, precedence: "priority", ack: false, basis: [{ act: "E_EVIDENCE", article: "10" }], known: ["process_ref"],
		only: ["status"], sections: [{ title: "process", names: ["status"] }], given: (here) => ({ process_ref: here.entry }),
	},
	"M23.contribute": {
		type: "M23", fixed: { step: "contribute" }, precedence: "routine", ack: false, basis: DEBRIEF,
		only: ["what_worked", "what_failed", "proposals", "timeline_corrections", "anonymous_to_others"],
		sections: [{ title: "debrief", names: ["what_worked", "what_failed", "proposals", "anonymous_to_others"] }],
	},
	"M23.final": {
		type: "M23", fixed: { step: "final" }, precedence: "routine", ack: false, basis: DEBRIEF, grave: true,
		only: ["findings", "actions", "rights_impact", "public_draft"],
		sections: [{ title: "debrief", names: ["findings", "actions", "rights_impact"] }, { title: "public", names: ["public_draft"] }],
	},
	"M23.publish": {
		type: "M23", fixed: { step: "publish" }, precedence: "routine", ack: false, basis: DEBRIEF, grave: true, direct: true, sections: [], only: [],
		known: ["final_ref", "public_version"], given: (here) => ({ final_ref: here.incident?.final?.id, public_version: here.incident?.final?.body.public_draft }),
	},
	"M24.send": {
		type: "M24", fixed: { step: "send" }, precedence: "routine", ack: false, apart: true, basis: [{ act: "DSA", article: "20" }],
		sections: [{ title: "complaints", names: ["basis", "period", "complaints", "reinstated", "rejected", "pending", "median_hours"] },
			{ title: "reviews", names: ["reviews", "reviews_reinstated"] }],
		start: (here) => ({ period: { from: wall(Date.parse(here.incident?.activation?.at ?? "")), until: wall(here.now) } }),
	},
	"M25.recall": {
		type: "M25", fixed: { step: "recall" }, precedence: "immediate", ack: true, grave: true, known: ["message_ref", "replaced_by"],
		only: ["kind", "instruction", "from", "confirm_deletion_by", "reason"],
		sections: [{ title: "recall", names: ["kind", "instruction", "reason"] }], given: (here) => ({ message_ref: here.entry }),
	},
	"M25.confirm": {
		type: "M25", fixed: { step: "confirm" }, precedence: "priority", ack: false, known: ["message_ref"], only: ["done", "reason"],
		sections: [{ title: "recall", names: ["done", "reason"] }], given: (here) => ({ message_ref: here.entry }),
	},
	"M28.send": {
		type: "M28", fixed: { step: "send" }, precedence: "immediate", ack: true, personal: "special", readers: ["hsp", "eu_hub"], first: "content",
		sections: [{ title: "victim", names: ["victim_ref", "kind", "content", "consent", "contact_authority", "note"] }, { title: "audience", names: [],
			envelope: ["audience", "also_reported_to", "tlp"] }],
		basis: [{ act: "DSA", article: "48(2)" }], start: (here) => ({ contact_authority: here.me.org }),
	},
};
