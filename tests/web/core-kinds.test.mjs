/* Whatever can be said, the console knows: it has a place for it, or knows that it shows none. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { knows } from "../../web/core/state.js";
import { catalogue } from "./fill.mjs";

test("every kind of entry that the catalogue has", () => {
	const kinds = Object.entries(catalogue.types).flatMap(([type, { shape, selector }]) => {
		const steps = catalogue.shapes[shape].fields.find((f) => f.name === selector)?.values ?? [];
		/* M20.situation is the kind of report; what is entered is M20.draft or M20.approve */
		return steps.map((step) => `${type}.${step}`).filter((k) => k !== "M20.situation");
	});
	assert.ok(kinds.length > 120, String(kinds.length));
	assert.deepEqual(kinds.filter((k) => !knows(k)), []);
});
