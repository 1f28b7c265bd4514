/* Does a browser's subscription still reach it? */

import assert from "node:assert/strict";
import { it } from "node:test";
import { stillWoken } from "../../web/core/wake.js";

it("a subscription holds while browser and server both have the one that was told", () => {
	const told = { id: "s1", endpoint: "https://push.example/1" };
	assert.ok(stillWoken(told, told.endpoint, ["s0", "s1"]));
	assert.ok(stillWoken(told, told.endpoint, undefined), "a server that does not say is believed");
	assert.ok(!stillWoken(told, told.endpoint, ["s0"]), "the server has ended it");
	assert.ok(!stillWoken(told, "https://push.example/2", ["s1"]), "the browser has another one");
	assert.ok(!stillWoken(told, undefined, ["s1"]), "the browser has none");
});
