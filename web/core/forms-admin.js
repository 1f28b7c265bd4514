// @ts-check
/* forms-admin.js: rows of the table of forms (forms.js) for administration. It is about the directory, which is real whatever exercise
 * runs. What takes two people is sent once by each; the second one confirms on the page of what waits. */

import { wall } from "./forms.js";
import { uuid7 } from "./ids.js";

/** @typedef {import("./forms.js").Spec} Spec */
/** @typedef {import("./forms.js").About} About */

const DAY = 86_400_000;
const ORG = "#/admin/organisations", PEOPLE = "#/admin/people", WITNESSES = "#/admin/witnesses";
const system = /** @type {Partial<Spec>} */ ({ precedence: "routine", ack: false, basis: [], system: true });

/** Where each role may be held (a.3.1). */
const HELD = /** @type {Record<string, string[]|undefined>} */ ({
	duty_officer: ["ms_law_enforcement", "ms_competent_authority", "ms_scrutiny_authority", "eu_hub", "industry_body", "trusted_partner", "csam_centre"],
	incident_lead: ["ms_law_enforcement", "ms_competent_authority", "eu_hub"], order_issuer: ["ms_competent_authority"], order_certifier: ["ms_competent_authority"],
	crisis_responder: ["hsp"], policy_lead: ["hsp", "eu_policy"], legal: ["hsp", "ms_competent_authority", "ms_scrutiny_authority", "ms_oversight_authority"],
	liaison: ["ms_law_enforcement", "eu_hub"], deconfliction_officer: ["ms_law_enforcement", "ms_competent_authority", "eu_hub"], auditor: ["auditor"],
	exercise_control: ["exercise_control"],
});
const ROLES = ["duty_officer", "incident_lead", "order_issuer", "order_certifier", "crisis_responder", "policy_lead", "legal", "liaison", "deconfliction_officer", "dpo",
	"auditor", "org_admin", "exercise_control"];

/** @param {About} here */
const who = (here) => here.state.people.get(here.entry ?? "");
/** @param {About} here @param {boolean} granted */
const roles = (here, granted) => ROLES.filter((r) => (granted ? who(here)?.roles.includes(r) : !who(here)?.roles.includes(r) && (!HELD[r] || HELD[r]?.some((k) =>
	here.me.kinds.includes(k))))).map((value) => ({ value, word: `role.${value}` }));
const org = (/** @type {About} */ here) => here.state.orgs.get(here.entry ?? "");
const version = (/** @type {About} */ here, /** @type {string} */ key) => (here.state.rules.get(key)?.body.version ?? 0) + 1;
/** @param {About} here */
const ownState = (here) => here.state.orgs.get(here.me.org)?.state ?? "";

/** @param {"grant"|"revoke"} step @returns {Spec} */
const role = (step) => /** @type {Spec} */ ({ ...system, type: "role", home: PEOPLE, fixed: { step }, known: ["org", "person"], sections: [{ title: "role", names: ["roles", "reason"] }],
	given: (here) => ({ org: who(here)?.org ?? here.me.org, person: here.entry }), choices: { roles: (here) => roles(here, step === "revoke") }, grave: true });

const SAID_OF_IT = [{ title: "where", names: ["state", "established_in", "legal_rep_in"] }, { title: "service", names: ["size", "exposed", "surfaces"] },
	{ title: "safety", names: ["api_exercise_only", "same_person_certifies", "reason"] }];

/** @type {Record<string, Spec>} */
export const ADMIN_FORMS = {
	"org.admit": /** @type {Spec} */ ({ ...system, type: "org", home: ORG, fixed: { step: "admit" }, typed: ["code"], grave: true,
		sections: [{ title: "organisation", names: ["code", "name", "kinds", "languages"] }, ...SAID_OF_IT], start: () => ({ api_exercise_only: "yes" }) }),
	"org.change": /** @type {Spec} */ ({ ...system, type: "org", home: ORG, fixed: { step: "change" }, known: ["code"], grave: true,
		sections: [{ title: "organisation", names: ["name", "languages"] }, ...SAID_OF_IT], given: (here) => ({ code: here.entry }),
		start: (here) => {
			const o = org(here);
			const flag = (/** @type {string} */ name) => o?.said?.[name] === undefined ? "" : o.said[name] ? "yes" : "no";
			return { api_exercise_only: flag("api_exercise_only"), same_person_certifies: flag("same_person_certifies"), exposed: flag("exposed"), ...(o && { name: o.name, languages: o.languages.join(" "), state: o.state ?? "",
				established_in: o.established_in ?? "", legal_rep_in: o.legal_rep_in ?? "", size: o.size ?? "", surfaces: o.surfaces }) };
		} }),
	"org.kinds": /** @type {Spec} */ ({ ...system, type: "org", home: ORG, fixed: { step: "kinds" }, known: ["code"], only: ["kinds", "reason"], grave: true,
		sections: [{ title: "organisation", names: ["kinds", "reason"] }], start: (here) => ({ kinds: org(here)?.kinds ?? [] }), given: (here) => ({ code: here.entry }) }),
	"org.suspend": /** @type {Spec} */ ({ ...system, type: "org", home: ORG, fixed: { step: "suspend" }, known: ["code", "suspended"], only: ["reason"], grave: true,
		sections: [{ title: "why", names: ["reason"] }], given: (here) => ({ code: here.entry, suspended: !org(here)?.suspended }) }),
	"person.enrol": /** @type {Spec} */ ({ ...system, type: "person", home: PEOPLE, personal: "limited", fixed: { step: "enrol" }, known: ["org", "person", "roles"],
		sections: [{ title: "person", names: ["title", "machine"] }], start: (here) => ({ title: who(here)?.title ?? "", machine: who(here)?.machine ? "yes" : "no" }),
		given: (here) => ({ org: here.me.org, person: here.entry ?? uuid7(Date.now()), roles: [] }) }),
	"person.leave": /** @type {Spec} */ ({ ...system, type: "person", home: PEOPLE, fixed: { step: "leave" }, known: ["org", "person"], grave: true, only: ["reason"],
		sections: [{ title: "why", names: ["reason"] }], given: (here) => ({ org: here.me.org, person: here.entry }) }),
	"role.grant": role("grant"),
	"role.revoke": role("revoke"),
	"policy.set": /** @type {Spec} */ ({ ...system, type: "policy", home: "#/admin/rules", fixed: { step: "set" }, known: ["version"], only: ["periods", "valid_from", "reason"], grave: true,
		first: "periods", sections: [{ title: "periods", names: ["periods"] }, { title: "why", names: ["valid_from", "reason"] }], start: (here) => ({ valid_from: wall(here.now) }),
		given: (here) => ({ version: version(here, "set") }) }),
	"policy.national": /** @type {Spec} */ ({ ...system, type: "policy", home: "#/admin/rules", fixed: { step: "national" }, known: ["version", "cc"], grave: true,
		only: ["valid_from", "member_state", "qualifying", "desks", "not_dsa_18", "reason"],
		sections: [{ title: "national", names: ["desks", "not_dsa_18", "member_state", "qualifying"] }, { title: "why", names: ["valid_from", "reason"] }],
		start: (here) => {
			const now = here.state.rules.get(`national.${ownState(here)}`)?.body;
			return { valid_from: wall(here.now), member_state: "yes", ...(now && { member_state: now.member_state ? "yes" : "no", not_dsa_18: now.not_dsa_18 ?? [],
				desks: { said: now.desks?.length ? "yes" : "no", rows: (now.desks ?? []).map((/** @type {any} */ d) => ({ ...d })) } }) };
		},
		given: (here) => ({ cc: ownState(here), version: version(here, `national.${ownState(here)}`) }) }),
	"mandate.grant": /** @type {Spec} */ ({ ...system, type: "mandate", home: "#/admin/mandates", fixed: { step: "grant" }, known: ["mandate"], typed: ["incidents", "cases"], grave: true,
		sections: [{ title: "mandate", names: ["auditor", "orgs", "incidents", "cases", "exercises"] }, { title: "until", names: ["from", "until"] },
			{ title: "covers", names: ["whole", "deconfliction", "reason"] }],
		choices: { exercises: (here) => [...here.state.exercises.values()].map((x) => ({ value: x.id, text: x.title ?? x.id })), auditor: (here) => [...here.state.orgs.values()].filter((o) => o.kinds.includes("auditor")).map((o) => ({ value: o.code, text: `${o.code} · ${o.name}` })) },
		start: (here) => ({ from: wall(here.now - 30 * DAY), until: wall(here.now + 30 * DAY), whole: "no", deconfliction: "no", incidents: "", cases: "" }),
		given: () => ({ mandate: uuid7(Date.now()) }) }),
	"mandate.end": /** @type {Spec} */ ({ ...system, type: "mandate", home: "#/admin/mandates", fixed: { step: "end" }, known: ["mandate"], only: ["reason"], grave: true,
		sections: [{ title: "why", names: ["reason"] }], given: (here) => ({ mandate: here.entry }) }),
	"witness.register": /** @type {Spec} */ ({ ...system, type: "witness", home: WITNESSES, fixed: { step: "register" }, known: ["org"], grave: true,
		sections: [{ title: "witness", names: ["vkey", "possession"] }], given: (here) => ({ org: here.me.org }) }),
	"witness.revoke": /** @type {Spec} */ ({ ...system, type: "witness", home: WITNESSES, fixed: { step: "revoke" }, known: ["org", "vkey"], only: [], grave: true, direct: true,
		sections: [], given: (here) => ({ org: here.me.org, vkey: org({ ...here, entry: here.me.org })?.witness?.vkey }) }),
	"hold.set": /** @type {Spec} */ ({ ...system, type: "hold", home: "#/admin/holds", personal: "limited", fixed: { step: "set" }, known: ["hold"], typed: ["subject_ref"],
		sections: [{ title: "hold", names: ["subject", "subject_ref", "classes", "basis"] }, { title: "until", names: ["until", "reason"] }],
		given: () => ({ hold: uuid7(Date.now()) }) }),
	"hold.lift": /** @type {Spec} */ ({ ...system, type: "hold", home: "#/admin/holds", fixed: { step: "lift" }, known: ["hold"], only: ["reason"], grave: true,
		sections: [{ title: "why", names: ["reason"] }], given: (here) => ({ hold: here.entry }) }),
	"erase.early": /** @type {Spec} */ ({ ...system, type: "erase", home: "#/admin/holds", personal: "limited", fixed: { step: "early" }, only: ["subject", "classes", "reason"], grave: true,
		sections: [{ title: "erase", names: ["subject", "classes"] }, { title: "why", names: ["reason"] }], start: (here) => ({ subject: here.entry ?? "" }) }),
	/* of the mode in which the data came */
	"storage.review": /** @type {Spec} */ ({ type: "storage", home: "#/admin/holds", personal: "limited", precedence: "routine", ack: false, basis: [{ act: "EUROPOL", article: "31(2)" }],
		fixed: { step: "review" }, known: ["timer"], only: ["outcome", "reason"], sections: [{ title: "review", names: ["outcome", "reason"] }], given: (here) => ({ timer: here.entry }) }),
};
