// @ts-check
/* draft.js: the message that opens an item; apart from the form (notice.js), because every screen can open one. */

import { envelope, legalBasis, rfc3339 } from "./protocol.js";

/** @param {import("./protocol.js").Context} where */
export function draftMessage(where) {
	return envelope("M4", { step: "draft", aware_at: rfc3339(where.now) }, where, {
		ack_required: false, legal_basis: legalBasis(["DSA_18"]), personal_data: { level: "none", categories: [] },
	});
}
