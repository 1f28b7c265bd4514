/* kept.mjs: what the console keeps in memory of what has passed, without a browser: the state of web/core, as frames come off the wire.
 *
 *   ./dev bench kept [--entries 5000,50000] [--core web/core]
 * Threats as a desk has them: a notification of usual length, receipts, an acceptance, an outcome; one in twenty stays open. Printed: the heap at each
 * count, and the last as a multiple of the first; what grows with the night shows there, on any machine. With --core of another checkout, its figures. */

import path from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FakeServer, personId } from "../web/fake-server.mjs";

const { values } = parseArgs({ options: { entries: { type: "string", default: "5000,50000" }, core: { type: "string", default: "web/core" } } });
const core = (/** @type {string} */ file) => import(path.resolve(values.core, file));
const { emptyState, reduceAll } = await core("state.js");
const { letGo = (/** @type {any} */ s) => s } = await core("keep.js").catch(() => ({}));
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const heap = () => {
	collect();
	return process.memoryUsage().heapUsed / 1048576;
};

const fake = new FakeServer();
const you = { org: "AIRU", name: "AIRU", kinds: ["ms_law_enforcement"], person: personId("AIRU", "duty officer"), roles: ["duty_officer"], machine: false };
let state = reduceAll(emptyState(), [{ op: "welcome", you, server_time: fake.at(0), tip: 0 }]);
let n = 0, seq = 0;
/** As they come: text. */
function round() {
	fake.entries = [];
	const c = fake.threat("StreamHarbor", { ago: 60, name: `kept ${n++}` });
	for (const org of ["AIRU", "HUB"])
		for (const s of ["queued", "delivered"])
			fake.push({ k: "M19.machine", org, case: c.caseId, body: { step: "machine", message_ref: c.id, recipient_org: org, channel: "console", state: s, at: fake.at(0), actor_kind: "machine" } });
	fake.push({ k: "M19.human", org: "AIRU", case: c.caseId, body: { step: "human", message_ref: c.id, recipient_org: "AIRU", channel: "console", state: "seen", at: fake.at(0) } });
	fake.respond(c, "AIRU", "accept", 40, { own_reference: `AIRU-${n}` });
	if (n % 20)
		fake.respond(c, "AIRU", "outcome", 5, { outcome: "unfounded" });
	const text = fake.entries.map((e) => JSON.stringify({ ...e.frame, seq: seq++ }));
	fake.entries = [];
	return text;
}
const begun = heap(), figures = [];
for (const count of values.entries.split(",").map(Number)) {
	while (seq < count)
		state = letGo(reduceAll(state, round().map((t) => JSON.parse(t))), new Set());
	figures.push(heap() - begun);
	console.log(`${seq} entries, ${n} threats (${state.cases.size} here): ${figures.at(-1).toFixed(1)} MiB`);
}
console.log(`the last is ${(figures.at(-1) / figures[0]).toFixed(1)} times the first`);
