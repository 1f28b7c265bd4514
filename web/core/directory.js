// @ts-check
/* directory.js: organisations, people, contact chains and exercise clocks, out of their entries. */

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

/** @param {Draft} draft @param {Entry} e */
function exerciseStep(draft, e) {
	const exercises = /** @type {Map<string, any>} */ (draft.map("exercises"));
	const body = e.message?.body ?? {};
	const id = e.exercise ?? e.message?.exercise_ref ?? e.id;
	const before = exercises.get(id) ?? { id, anchor_real: e.recorded ?? e.at, anchor_at: e.at, rate_milli: 1000,
		running: false };
	const next = { ...before, ...e.decided?.clock };
	next.title ??= body.title;
	next.t0 ??= body.t0;
	const participants = new Set(before.participants ?? body.participants ?? []);
	if (e.k === "exercise.join")
		participants.add(body.org ?? e.org);
	if (e.k === "exercise.leave")
		participants.delete(body.org ?? e.org);
	next.participants = [...participants];
	if (e.k === "exercise.end")
		next.ended = true;
	exercises.set(id, next);
}

/** @type {Record<string, (draft: Draft, entry: Entry) => void>} */
export const directorySteps = {
	"org.admit"(draft, e) {
		const b = e.message?.body ?? {};
		Object.assign(orgOf(draft, b.code), {
			name: b.name ?? b.code,
			kinds: b.kinds ?? [],
			size: b.size,
			state: b.state,
			established_in: b.established_in,
			legal_rep_in: b.legal_rep_in,
			languages: b.languages ?? [],
			surfaces: b.surfaces ?? [],
		});
	},

	"person.enrol"(draft, e) {
		const b = e.message?.body ?? {};
		/** @type {Map<string, any>} */ (draft.map("people")).set(b.person, {
			person: b.person,
			org: b.org ?? e.org,
			title: b.title,
			roles: b.roles ?? [],
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

	"exercise.create": exerciseStep,
	"exercise.join": exerciseStep,
	"exercise.leave": exerciseStep,
	"exercise.clock": exerciseStep,
	"exercise.end": exerciseStep,
};
