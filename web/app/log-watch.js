// @ts-check
/* log-watch.js: what this browser believes of the log: checkpoints as they arrive, one after the other, and what they led to.
 * Stands alone: no screen, no model. What is believed is kept in this browser, also when nobody is signed in: another
 * past would be news otherwise. */

import { canCheck, checkEntry, isBelieved, LogTrust, LogWrong, openCheckpoint, readVkey } from "../core/log.js";
import { Memory } from "../core/storage.js";
import { logState } from "./log-state.js";

export { logState };

const memory = new Memory((() => {
	try {
		return localStorage;
	} catch {
		return null;
	}
})());

const trust = new LogTrust({
	get: () => memory.get("log", null),
	set(held) {
		memory.set("log", held);
		return memory.get("log", null)?.note === held.note;
	},
});

function show(/** @type {any} */ more = {}) {
	const before = logState.peek();
	const size = trust.held?.size ?? 0;
	logState.value = { ...before, ...more, name: trust.held?.origin ?? before.name, vkey: trust.vkey, size, alarm: trust.alarm,
		at: size !== before.size ? Date.now() : before.at };
}

/** @param {string} path @returns {Promise<string>} */
async function get(path) {
	const answer = await fetch(`/log/${path}`, { credentials: "same-origin", cache: "no-store" });
	if (answer.ok)
		return answer.text();
	throw new LogWrong(answer.status === 503 ? "busy" : "not_given", { status: answer.status });
}
export { get as getLog };

/** The checkpoint that follows from what is held, when one was missed. */
async function catchUp() {
	const frame = JSON.parse(await get(`consistency/${trust.held?.size ?? 0}`));
	await trust.checkpoint(frame, Date.now());
}

/** @param {any} frame */
async function take(frame) {
	if (frame.op === "ahead" || frame.op === "beat") {
		if (frame.op === "beat")
			trust.halted(frame, Date.now());
		else
			trust.ahead(frame.last, frame.refused, Date.now());
		return show();
	}
	if (!(await canCheck())) {
		show({ able: false });
		return;
	}
	if (frame.op === "welcome") {
		await trust.welcome(frame.log?.vkey ?? "", Date.now());
		show({ witnesses: (frame.directory ?? []).filter((/** @type {any} */ o) => o.witness).map((/** @type {any} */ o) => ({ org: o.org, vkey: o.witness })) });
		return;
	}
	if (await trust.checkpoint(frame, Date.now()) === "again")
		await catchUp();
	show();
}

/* one at a time: each is held against the one before */
let last = Promise.resolve();
/** A welcome, a checkpoint, a server that has less than we have. @param {any} frame */
export function hear(frame) {
	last = last.then(() => take(frame)).catch(() => {}); // the server is away: the next one tells
}

setInterval(() => void (trust.tick(Date.now()) === "alarm" && show()), 5_000);

/** Is this entry in the log? @param {any} entry @returns {Promise<{size: number, proof: string}>} */
export function check(entry) {
	const done = last.then(() => checkEntry({ trust, entry, now: Date.now(), get }));
	last = done.then(() => show(), () => show());
	return done;
}

/** Is this checkpoint of the log that this browser believes, under the key that it believes? What is not is thrown. @param {string} note */
export function believes(note) {
	const done = last.then(async () => isBelieved({ trust, checkpoint: await openCheckpoint(note, await readVkey(trust.vkey)), now: Date.now(), get }));
	last = done.then(() => show(), () => show());
	return done;
}

/** The keys of the members' witnesses, as far as they are keys. */
export async function witnessKeys() {
	const keys = await Promise.all(logState.value.witnesses.map(async ({ org, vkey }) => ({ org, key: await readVkey(vkey).catch(() => null) })));
	return /** @type {{org: string, key: import("../core/log.js").NoteKey}[]} */ (keys.filter((k) => k.key));
}

/** A person was told why, and believes what the server shows now. */
export function beginAnew() {
	memory.forget("log");
	trust.forget();
	location.reload();
}

/** @param {string} name @param {any} what */
export function saveEvidence(name, what) {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([JSON.stringify({ saved: new Date().toISOString(), server: location.origin, log: { vkey: trust.vkey, believed: trust.held?.note ?? null },
		...what }, null, "\t")], { type: "application/json" }));
	link.download = `${name}.json`;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href));
}
