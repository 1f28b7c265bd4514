// @ts-check
/* step.js: what a person can do with a threat: which step is the usual one, and the message that a step becomes. Pure. */

import { halfYear, stamped, withdrawMessage } from "./notice.js";
import { response } from "./protocol.js";

/** @typedef {import("./state.js").Case} Case */

export const OUTCOMES = ["safe", "harm_prevented", "harm_occurred", "unfounded", "unknown"];
export const KEEP_REASONS = ["covert_enquiry", "intervention_running", "evidence", "other"];
/** Steps in the order of the list; the first that is allowed is chosen. */
export const STEPS = ["answer", "accept", "ack", "redirect", "reject", "question", "outcome", "supplement", "withdraw"];

/** @param {Case} c @param {string|undefined} org of whom @param {Record<string, boolean>} can */
export function usual(c, org, can) {
	const mine = c.desks.get(org ?? "");
	if (mine?.state === "accepted" && can.outcome)
		return "outcome";
	if (mine?.state === "accepted")
		return can.question ? "question" : "accept";
	return STEPS.find((s) => can[s] && s !== "withdraw") ?? "withdraw";
}

/** Questions: one a line. Their names are made of real time: an exercise may stand still. @param {string} text @param {number} real */
function questionsOf(text, real) {
	return text.split("\n").map((l) => l.trim()).filter(Boolean)
		.map((line, i) => ({ id: `q${real.toString(36)}${i}`, text: line }));
}

/** @param {string} step @param {Record<string, any>} f what was typed @param {{c: Case, org: string, person: string, where: any, real: number}} about
 * @returns {{message: any}|{missing: string}} the name of the field that lacks */
export function messageOf(step, f, { c, org, person, where, real }) {
	const mine = c.desks.get(org);
	const say = (/** @type {string} */ kind, /** @type {any} */ fields, /** @type {string|undefined} */ supersedes = undefined) =>
		({ message: response(kind, fields, where, { notice: c.notice, noticeId: c.noticeId, person, supersedes }) });
	switch (step) {
	case "accept": {
		/** @type {any} */
		const b = {};
		if (f.reference ?? mine?.accept?.own_reference)
			b.own_reference = f.reference ?? mine?.accept?.own_reference;
		const questions = questionsOf(f.questions ?? "", real);
		if (questions.length)
			b.questions = questions;
		if (f.preserve)
			b.preservation_request = { scope: f.preserve, until: stamped(`${f.preserve_until || halfYear(where.now)}T00:00`) };
		if (f.keep) {
			b.do_not_remove_until = stamped(f.keep);
			b.do_not_remove_reason = f.keep_reason || "covert_enquiry";
		}
		return say("accept", b, mine?.state === "accepted" ? mine.accept?.id || undefined : undefined);
	}
	case "ack":
		return say("ack", {});
	case "redirect":
		return !f.to ? { missing: "to" } : !f.ground ? { missing: "ground" } : say("redirect", { redirect_to: f.to, redirect_ground: f.ground });
	case "reject":
		return !f.reason ? { missing: "reason" } : say("reject", { note: f.reason });
	case "question": {
		const questions = questionsOf(f.questions ?? "", real);
		return questions.length ? say("question", { questions }) : { missing: "questions" };
	}
	case "answer": {
		const answers = c.questions.filter((q) => !q.answer && f[`answer.${q.id}`]).map((q) => ({ question: q.id, text: f[`answer.${q.id}`] }));
		return answers.length ? say("answer", { answers }) : { missing: `answer.${c.questions.find((q) => !q.answer)?.id}` };
	}
	case "outcome":
		return !f.outcome ? { missing: "outcome" } : say("outcome", { outcome: f.outcome, ...(f.useful ? { feedback_useful: f.useful } : {}) });
	case "withdraw":
		return !f.withdraw ? { missing: "withdraw" } : { message: withdrawMessage(f.withdraw, where, c.notice) };
	default:
		return { missing: "" };
	}
}
