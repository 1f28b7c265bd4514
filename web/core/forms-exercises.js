// @ts-check
/* forms-exercises.js: rows of the table of forms (forms.js) for exercise control. */

import { wall } from "./forms.js";

/** @typedef {import("./forms.js").Spec} Spec */

/** @type {Record<string, Spec>} */
export const EXERCISE_FORMS = {
	"exercise.create": {
		type: "exercise", home: "#/exercises", fixed: { step: "create" }, fresh: true, precedence: "routine", ack: false, basis: [], only: ["title", "t0", "participants"],
		sections: [{ title: "exercise", names: ["title", "t0", "participants"] }], start: (here) => ({ t0: wall(here.now) }),
	},
	"exercise.inject": {
		type: "exercise", home: "#/exercises", fixed: { step: "inject" }, precedence: "routine", ack: false, personal: "limited", basis: [], only: ["headline", "text"],
		sections: [{ title: "inject", names: ["headline", "text"] }],
	},
};
