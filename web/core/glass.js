// @ts-check
/* glass.js: an administrator of the operator has opened entries that are not theirs (break-glass). Whose they are reads it where the entries
 * are: in the timeline of their case or incident. */

import { note } from "./cases.js";

/** @typedef {import("./state.js").Draft} Draft */
/** @typedef {import("./protocol.js").Entry} Entry */

/** @type {Record<string, (draft: Draft, e: Entry) => void>} */
export const glassSteps = {
	"breakglass.*"(draft, e) {
		const b = e.message?.body ?? {};
		const ref = b.glass ?? b.entries?.[0]?.ref ?? "";
		const { state } = draft;
		const id = state.known.get(ref)?.case;
		const incident = state.incidentOf.get(ref);
		if (id && state.cases.has(id)) {
			draft.map("known").set(e.id, { ...state.known.get(e.id), case: id });
			note(draft.case(id, e), e);
		} else if (incident && state.incidents.has(incident)) {
			draft.map("incidentOf").set(e.id, incident);
			note(draft.incident(incident, e), e);
		}
	},
};
