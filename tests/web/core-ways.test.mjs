/* By which channels a message went to somebody, and how it stands with each. */

import assert from "node:assert/strict";
import { it } from "node:test";
import { takePages, takeReceipt } from "../../web/core/cases.js";

const at = "2031-05-17T16:00:00Z";
const delivery = (id, channel, state, more = {}) => ({ k: "M19.delivery", at, message: { body: { message_ref: "m", recipient_org: "PastePond", channel, state, delivery: id, ...more } } });

it("a channel is queued until its courier says what became of it, each delivery by its newest word, and trouble is kept", () => {
	const receipts = new Map();
	const ways = () => receipts.get("m").get("PastePond").ways.map((w) => [w.channel, w.state, w.attempt]);
	takePages(receipts, { id: "m", k: "M3.fast_path", at, decided: { pages: [{ orgs: ["PastePond", "BoardNine"], channel: "e-mail", state: "queued", contact: 0 },
		{ orgs: ["PastePond"], channel: "phone", state: "not_attempted", contact: 1 }] } });
	assert.deepEqual(ways(), [["e-mail", "queued", undefined], ["phone", "not_attempted", undefined]]);
	takeReceipt(receipts, delivery("d1", "e-mail", "retrying", { attempt: 1, again_at: at }));
	assert.deepEqual(ways(), [["phone", "not_attempted", undefined], ["e-mail", "retrying", 1]]);
	takeReceipt(receipts, delivery("d1", "e-mail", "delivered", { attempt: 2 }));
	takeReceipt(receipts, delivery("d2", "webhook", "dead", { attempt: 9 }));
	takeReceipt(receipts, delivery("d3", "webhook", "delivered", { attempt: 1 }));
	assert.deepEqual(ways(), [["phone", "not_attempted", undefined], ["e-mail", "delivered", 2], ["webhook", "dead", 9], ["webhook", "delivered", 1]]);
	takeReceipt(receipts, { k: "M19.human", at, org: "PastePond", message: { body: { message_ref: "m", recipient_org: "PastePond", channel: "phone", state: "acked",
		actor_kind: "human" } } });
	assert.equal(ways().length, 4, "a person is no channel");
	assert.deepEqual(receipts.get("m").get("PastePond").trouble.map((x) => x.state), ["retrying", "dead"]);
	assert.deepEqual(receipts.get("m").get("BoardNine").ways.map((w) => w.state), ["queued"]);
});
