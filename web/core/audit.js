// @ts-check
/* audit.js: questions to the ledger (M27): who may ask, under which mandate, what was asked and what it brought to light. */

import { act } from "./cases.js";
import { digestOf } from "./proof.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./protocol.js").Entry} Entry */
/** @typedef {import("./protocol.js").You} You */
/** @typedef {{id: string, seq?: number, at: string, by: import("./state.js").Act, query: string, purpose: string, mandate?: string, count?: number, complete?: boolean,
 *   digest?: string}} Asked */
/** @typedef {{name: string, kind: string, must: boolean, meaning: string}} Parameter */
/** @typedef {{name: string, meaning: string, parameters: Parameter[], columns: {name: string, meaning: string}[]}} Query */

/** @param {Draft} draft @param {Entry} e */
function asked(draft, e) {
	const b = e.message?.body ?? {};
	/** @type {Map<string, Asked>} */ (draft.map("asked")).set(e.id, { id: e.id, seq: e.seq, at: e.at, by: act(e), query: b.query ?? "", purpose: b.purpose ?? "", mandate: b.mandate_ref });
}

/** @type {Record<string, (draft: Draft, e: Entry) => void>} */
export const auditSteps = {
	"M27.mandate": asked,
	"M27.own": asked,
	"M27.result"(draft, e) {
		const b = e.message?.body ?? {};
		const all = /** @type {Map<string, Asked>} */ (draft.map("asked"));
		const q = all.get(b.asked ?? e.ref ?? "");
		if (q)
			all.set(q.id, { ...q, count: b.result_count, complete: b.complete, digest: b.export_digest });
	},
};

/* What others asked about us, as we are told thirty days later: that, and when. */
auditSteps["M27.notice"] = (draft, e) => {
	const b = e.message?.body ?? {};
	/** @type {Map<string, Asked>} */ (draft.map("asked")).set(b.asked ?? e.id, { id: b.asked ?? e.id, at: b.at ?? e.at, by: act(e), query: "", purpose: "" });
};

const OWN = ["dpo", "duty_officer", "liaison", "incident_lead", "order_issuer", "order_certifier", "crisis_responder", "policy_lead", "legal", "deconfliction_officer"];

/** @param {You|null} me */
export const isAuditor = (me) => Boolean(me && !me.machine && me.kinds.includes("auditor") && me.roles.includes("auditor"));
/** May ask about the own organisation's part. @param {You|null} me */
export const mayAskOwn = (me) => Boolean(me && !me.machine && !me.kinds.includes("eu_policy") && me.roles.some((r) => OWN.includes(r)));

/** Mandates under which this person may ask now. @param {State} s @param {number} now */
export const runningMandates = (s, now) => [...s.mandates.values()].filter((m) => m.body.auditor === s.me?.org && !m.ended && Date.parse(m.body.until) > now);

/** Newest first. @param {State} s */
export const askedOf = (s) => [...s.asked.values()].reverse();

/** An answer comes as lines: the head, rows, and the last one. What is not there yet waits. @param {string} rest @param {string} chunk
 * @returns {{lines: string[], rest: string}} */
export function linesOf(rest, chunk) {
	const lines = (rest + chunk).split("\n");
	return { rest: /** @type {string} */ (lines.pop()), lines };
}

/** A row as cells; a value that is no text is written as JSON. @param {any} v */
export const cellOf = (v) => (v === undefined || v === null ? "" : typeof v === "string" || typeof v === "number" ? String(v) : typeof v === "boolean" ? (v ? "yes" : "no")
	: Array.isArray(v) && v.every((x) => typeof x === "string") ? v.join(", ") : JSON.stringify(v));

/** A file as it came: its name, the place of its question, and the digest that is on record: of lines, of the rows; of a table or a report, of all of it;
 * of a bundle it is of the rows in it, and its own verify.sh checks that. @param {string} format @param {string} query @param {string|null} disposition
 * @param {ArrayBuffer} bytes @returns {Promise<{name: string, seq?: number, digest?: string}>} */
export async function fileOf(format, query, disposition, bytes) {
	if (format === "jsonl") {
		const lines = new TextDecoder().decode(bytes).split("\n").slice(0, -1);
		const { asked: seq } = JSON.parse(lines[0]), { sha256 } = JSON.parse(lines[lines.length - 1]);
		if (await digestOf(lines.slice(1, -1).map((l) => `${l}\n`).join("")) !== sha256)
			throw new Error("it is not all of it");
		return { name: `${query}-${seq}.jsonl`, seq, digest: sha256 };
	}
	const name = /filename="([\w.-]+)"/.exec(disposition ?? "")?.[1] ?? query;
	const seq = Number(/-(\d+)[.]/.exec(name)?.[1] ?? NaN);
	return { name, seq, ...(format === "bundle" ? {} : { digest: await digestOf(new Uint8Array(bytes)) }) };
}

/** How many rows fall into each stretch of the time that they span. @param {any[]} rows @param {number} n */
export function spreadOf(rows, n = 60) {
	const times = rows.map((r) => Date.parse(r.at ?? r.recorded ?? "")).filter(Number.isFinite);
	if (!times.length)
		return undefined;
	const from = Math.min(...times), until = Math.max(...times);
	const bins = Array.from({ length: n }, () => 0);
	for (const x of times)
		bins[Math.min(n - 1, Math.floor((x - from) / Math.max(1, until - from) * n))]++;
	return { from, until, bins };
}
