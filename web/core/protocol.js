// @ts-check
/* protocol.js: the words of subprotocol tocsin.v1, and how the console builds what it says.
 * What every field means is in the catalogue (GET /api/schema); here are only the types that the console sends. */

import { uuid7 } from "./ids.js";

export const SUBPROTOCOL = "tocsin.v1";
export const SCHEMA_VERSION = "1.0.0";

/** Close codes that tell us not to try again with the same session. */
export const CLOSE_NOT_AUTHENTICATED = 4401;
export const CLOSE_REVOKED = 4403;

/** @typedef {{org: string, name?: string, kinds: string[], person: string, title?: string, roles: string[],
 *   machine?: boolean, exercise_only?: boolean}} You */

/** @typedef {{id: string, type: string, mode: string, exercise_ref?: string, incident_ref?: string, case_ref?: string,
 *   sent_at?: string, tlp?: string, lang?: string, references?: string[], supersedes?: string,
 *   also_reported_to?: any[], sender_org?: string, sender_person?: string, body: any, [more: string]: any}} Message */

/** @typedef {{op: "entry"|"urgent", seq?: number, k: string, at: string, recorded?: string, mode: string,
 *   exercise?: string, incident?: string, case?: string, org: string, id: string, ref?: string, late?: boolean,
 *   rendering?: string, message?: Message, decided?: any, actor?: any, disclosed?: any[], note?: string}} Entry */

/** @typedef {{op: "welcome", protocol?: string, catalogue?: string, node?: string, server_time: string, tip: number,
 *   database?: string, you: You, exercises?: import("./clock.js").ExerciseClock[], limits?: any}} Welcome */

/** @typedef {{op: "refused", code: string, field?: string, clause?: string, detail?: string, advice?: string,
 *   retry_after?: number}} Refusal */

/** Times are written in UTC with milliseconds. @param {number} ms */
export function rfc3339(ms) {
	return new Date(ms).toISOString();
}

/** @typedef {{mode: string, exercise?: string, case?: string, incident?: string, now: number, lang?: string}} Context
 *   where a message is said: mode and exercise of the case, and the time there (scenario time in an exercise) */

/** The envelope (M0) around a body.
 * @template {import("./messages").Type} T
 * @param {T} type @param {import("./messages").Bodies[T]} body @param {Context} where @param {Partial<Message>} [more] @returns {Message} */
export function envelope(type, body, where, more = {}) {
	/** @type {Message} */
	const message = {
		id: uuid7(Date.now()),
		type,
		schema_version: SCHEMA_VERSION,
		mode: where.mode,
		sent_at: rfc3339(where.now),
		tlp: "AMBER",
		precedence: "immediate",
		ack_required: false,
		lang: where.lang ?? "en",
		personal_data: { level: "none", categories: [] },
		legal_basis: [],
		also_reported_to: [],
		...more,
		body,
	};
	if (where.exercise)
		message.exercise_ref = where.exercise;
	if (where.case)
		message.case_ref = where.case;
	if (where.incident)
		message.incident_ref = where.incident;
	return message;
}

/** What the law says for a duty of an M4. @param {string[]} duties */
export function legalBasis(duties) {
	/** @type {{act: string, article: string}[]} */
	const basis = [];
	if (duties.includes("TCO_14_5"))
		basis.push({ act: "TCO", article: "14(5)" });
	if (duties.includes("DSA_18"))
		basis.push({ act: "DSA", article: "18" });
	if (!basis.length)
		basis.push({ act: "voluntary", article: "none" });
	return basis;
}

/** An M5 said by a person about a notification. Envelope values follow the notification that is answered.
 * @param {string} kind @param {any} fields @param {Context} where
 * @param {{notice: Message|undefined, noticeId?: string, person: string, supersedes?: string}} about @returns {Message} */
export function response(kind, fields, where, about) {
	const { notice } = about;
	/** @type {Partial<Message>} */
	const more = {
		precedence: kind === "ack" || kind === "answer" ? "priority" : "immediate",
		tlp: notice?.tlp ?? "AMBER",
		legal_basis: notice?.legal_basis ?? legalBasis([]),
		personal_data: { level: "none", categories: [] },
	};
	if (about.noticeId)
		more.references = [about.noticeId];
	if (about.supersedes)
		more.supersedes = about.supersedes;
	return envelope("M5", { kind, human_ack_by: about.person, at: rfc3339(where.now), ...fields }, where, more);
}

/** A person's receipt: the first time a message was really on the screen in front of somebody.
 * @param {Entry} entry @param {"seen"|"acked"} state @param {You} you @param {Context} where
 * @param {string} [commitment] what the person undertakes, of an acknowledgement @returns {Message} */
export function humanReceipt(entry, state, you, where, commitment = "working") {
	return envelope(
		"M19",
		{
			step: "human",
			message_ref: entry.id,
			recipient_org: you.org,
			channel: "console",
			state,
			at: rfc3339(where.now),
			actor_kind: "human",
			...(state === "acked" ? { commitment: /** @type {import("./messages").Bodies["M19"]["commitment"]} */ (commitment) } : {}),
		},
		where,
		{ precedence: "routine", tlp: entry.message?.tlp ?? "AMBER",
			legal_basis: entry.message?.legal_basis ?? legalBasis([]) },
	);
}

/** Entries that belong together, or no longer. @param {"link"|"unlink"} step @param {any[]} links @param {Context} where @returns {Message} */
export function tieMessage(step, links, where) {
	return envelope("M1", { step, links }, where, { precedence: "routine", audience: [], legal_basis: [{ act: "EUCP",
		article: "1" }] });
}
