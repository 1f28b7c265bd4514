// @ts-check
/* directory.js: organisations, people and contact chains, out of their entries. */

import { takePending } from "./admin.js";

/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {import("./state.js").Org} Org */

/** @param {Draft} draft @param {string} code @returns {Org} a copy, already in the state */
export function orgOf(draft, code) {
	const orgs = /** @type {Map<string, Org>} */ (draft.map("orgs"));
	const org = { .../** @type {Org} */ (orgs.get(code) ?? blankOrg(code)) };
	orgs.set(code, org);
	return org;
}

/** @param {string} code @returns {Org} */
export function blankOrg(code) {
	return { code, name: code, kinds: [], languages: [], surfaces: [], chain: [], channels: [] };
}

/** @param {any} c @param {number} i */
function contact(c, i) {
	return {
		position: i,
		person: c.person,
		channels: c.channels ?? [],
	};
}

/** What is said of an organisation, all of it at once; not what it may do. @param {any} b */
const saidOf = (b) => ({ name: b.name ?? b.code, size: b.size, state: b.state, established_in: b.established_in, legal_rep_in: b.legal_rep_in,
	languages: b.languages ?? [], surfaces: b.surfaces ?? [], said: b });

/** @type {Record<string, (draft: Draft, entry: Entry) => void>} */
export const directorySteps = {
	"org.admit"(draft, e) {
		if (takePending(draft, e))
			return;
		const b = e.message?.body ?? {};
		Object.assign(orgOf(draft, b.code), { kinds: b.kinds ?? [], ...saidOf(b) });
	},
	"org.change"(draft, e) {
		if (!takePending(draft, e))
			Object.assign(orgOf(draft, e.message?.body?.code), saidOf(e.message?.body ?? {}));
	},

	"person.enrol"(draft, e) {
		const b = e.message?.body ?? {};
		/** @type {Map<string, any>} */ (draft.map("people")).set(b.person, {
			person: b.person,
			org: b.org ?? e.org,
			title: b.title,
			roles: e.decided?.enrolled?.roles ?? b.roles ?? [],
			machine: Boolean(b.machine),
		});
	},

	"M26.own"(draft, e) {
		const b = e.message?.body ?? {};
		const org = orgOf(draft, b.org ?? e.org);
		org.hours = b.hours ?? org.hours;
		if (b.languages?.length)
			org.languages = b.languages;
		/* an organisation may have several contact points; the one for threats to life is the one that counts here */
		if (org.chain.length && !b.purposes?.includes("ITL"))
			return;
		org.channels = b.channels ?? [];
		org.chain = (b.escalation_chain ?? []).map(contact);
	},

	"policy.vocabulary"(draft, e) {
		const b = e.message?.body ?? {};
		if (b.version > (draft.state.vocabulary?.version ?? 0))
			draft.state.vocabulary = b;
	},
};
