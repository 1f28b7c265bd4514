/* The log as the console checks it: a tree, notes and proofs that are made here by the definition, and every way of bending them. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BEHIND_MS, checkEntry, cosigners, differs, goesOn, includes, leafHash, LogTrust, LogWrong, openCheckpoint, readProof, readVkey } from "../../web/core/log.js";
import { FakeLog } from "./fake-log.mjs";

const refuses = (promise, code) => assert.rejects(promise, (e) => e instanceof LogWrong && e.code === code ? true : assert.fail(`${e.code ?? e}, not ${code}`));
const b64 = (list) => list.map((b) => Buffer.from(b).toString("base64"));

describe("the log", () => {
	test("inclusion and consistency hold at every size up to 40, and for nothing else", async () => {
		const log = new FakeLog(40);
		for (let size = 1; size <= 40; size++) {
			const root = log.root(size);
			for (let i = 0; i < size; i += size > 20 ? 7 : 1) {
				const proof = log.inclusion(i, size), hash = await leafHash(log.leaves[i]);
				assert.ok(await includes(i, size, hash, proof, root), `${i} in ${size}`);
				assert.ok(!(await includes(i + 1, size, hash, proof, root)));
				assert.ok(!(await includes(i, size, hash, [...proof, root], root)));
				if (proof.length)
					assert.ok(!(await includes(i, size, hash, proof.slice(1), root)));
			}
			for (let old = 0; old <= size; old++) {
				const from = { size: old, root: log.root(old) }, to = { size, root }, proof = log.consistency(old, size);
				assert.ok(await goesOn(from, to, proof), `${old} to ${size}`);
				assert.ok(!(await goesOn(to, { size: size - 1, root: log.root(size - 1) }, proof)), "never back");
				if (old > 0 && old < size) {
					const other = new FakeLog(40, { bent: old - 1 });
					assert.ok(!(await goesOn(from, { size, root: other.root(size) }, other.consistency(old, size))), `a bent past, ${old} to ${size}`);
					assert.ok(!(await goesOn(from, to, [...proof, root])));
				}
			}
		}
	});

	test("a note has three lines and the key's signature; anything else is no checkpoint", async () => {
		const log = new FakeLog(9), key = await readVkey(log.vkey), note = log.note(9);
		const c = await openCheckpoint(note, key);
		assert.deepEqual([c.origin, c.size], [log.name, 9]);
		await refuses(openCheckpoint(note.replace("\n9\n", "\n8\n"), key), "signature");
		await refuses(openCheckpoint(note.replace("\n9\n", "\n09\n"), key), "malformed");
		await refuses(openCheckpoint(note.replace("\n\n", "\nmore\n\n"), key), "malformed");
		await refuses(openCheckpoint(note.trimEnd(), key), "malformed");
		await refuses(openCheckpoint(new FakeLog(9).note(9), key), "signature"); // another key of the same name
		for (const bad of ["", "x", log.vkey.replace("+", "-"), log.vkey.replace(/.$/, "A"), log.vkey.slice(0, -4)])
			await refuses(readVkey(bad), "vkey");
	});

	test("cosignatures are those of known witnesses, and a bad one spoils the note", async () => {
		const log = new FakeLog(9), w = new FakeLog(0, { name: "witness.example/w", type: 4 }), note = log.note(9);
		const witnesses = [{ org: "AIRU", key: await readVkey(w.vkey) }];
		assert.deepEqual(await cosigners(note, witnesses), []);
		const with1 = note + w.cosign(note, 1_900_000_000);
		assert.deepEqual(await cosigners(with1, witnesses), [{ org: "AIRU", at: 1_900_000_000_000 }]);
		assert.equal((await openCheckpoint(with1, await readVkey(log.vkey))).size, 9);
		await refuses(cosigners(note + w.cosign(log.note(8), 1_900_000_000), witnesses), "cosignature");
	});

	test("an entry's proof is read as it is written, and its leaf is held against what is shown", async () => {
		const log = new FakeLog(9);
		const p = readProof(log.proof(4, 9));
		assert.deepEqual([p.index, Buffer.from(p.leaf).equals(log.leaves[4])], [4, true]);
		for (const [a, b] of [["index 4", "index 04"], ["proof@v1", "proof@v2"], ["extra ", "extra !"], ["\n\n", "\n"]])
			assert.throws(() => readProof(log.proof(4, 9).replace(a, b)), LogWrong, a);
		const e = log.entry(4);
		assert.deepEqual(differs(log.leaves[4], e), []);
		assert.deepEqual(differs(log.leaves[4], { ...e, org: undefined }), [], "a nameless one");
		for (const [name, change] of [["eid", { id: "x" }], ["k", { k: "M5.accept" }], ["org", { org: "Other" }], ["mode", { mode: "actual" }], ["ts", { recorded: "2032-01-01T00:00:00Z" }]])
			assert.deepEqual(differs(log.leaves[4], { ...e, ...change }), [name]);
	});
});

describe("what this computer believes", () => {
	const store = (held = null, works = true) => ({ held, get() { return this.held; }, set(h) { if (works) this.held = h; return works; } });
	const frame = (log, old, size) => ({ op: "checkpoint", note: log.note(size), old, proof: b64(log.consistency(old, size)) });
	const begun = async (log, kept = store()) => {
		const t = new LogTrust(kept);
		await t.welcome(log.vkey, 0);
		return t;
	};

	test("goes forward step by step, is kept before it is believed, and outlives the page", async () => {
		const log = new FakeLog(20), kept = store();
		let t = await begun(log, kept);
		assert.equal(await t.checkpoint(frame(log, 3, 3), 0), "grown");
		assert.equal(await t.checkpoint(frame(log, 3, 3), 0), "nothing");
		assert.equal(await t.checkpoint(frame(log, 3, 10), 0), "grown");
		assert.equal(await t.checkpoint(frame(log, 5, 12), 0), "again", "its proof begins elsewhere");
		assert.equal(t.held.size, 10);
		t = await begun(log, kept);
		assert.equal(t.held.size, 10);
		assert.equal(await t.checkpoint(frame(log, 10, 20), 0), "grown");
		const full = await begun(log, store(null, false));
		assert.equal(await full.checkpoint(frame(log, 3, 3), 0), "alarm");
		assert.equal(full.alarm.code, "unwritten");
		assert.equal(full.held, null);
	});

	test("a fork, a rewritten past, another's signature, another key: alarms that keep both sides", async () => {
		const log = new FakeLog(20), bent = log.bentAt(2), kept = store();
		const raised = async (f) => {
			const t = await begun(log, store({ vkey: log.vkey, note: log.note(10) }));
			assert.equal(await t.checkpoint(f, 5), "alarm");
			assert.equal(t.held.size, 10, "what was believed stays");
			assert.equal(t.alarm.held.note, log.note(10));
			return [t.alarm.code, t.alarm.shown];
		};
		assert.deepEqual(await raised(frame(bent, 10, 10)), ["fork", frame(bent, 10, 10)]);
		assert.equal((await raised(frame(bent, 10, 20)))[0], "rewritten");
		assert.equal((await raised({ ...frame(log, 10, 20), proof: [] }))[0], "rewritten");
		assert.equal((await raised({ ...frame(log, 10, 20), proof: ["!"] }))[0], "rewritten");
		assert.equal((await raised(frame(new FakeLog(20), 10, 20)))[0], "signature");
		assert.equal((await raised({ ...frame(log, 10, 20), note: "nonsense" }))[0], "malformed");
		const t = await begun(log, kept);
		await t.checkpoint(frame(log, 3, 3), 0);
		const other = new LogTrust(kept);
		assert.equal(await other.welcome(new FakeLog(3).vkey, 7), "alarm");
		assert.equal(other.alarm.code, "key");
	});

	test("what was kept and cannot be read is an alarm, and nothing is believed in its place", async () => {
		const log = new FakeLog(20);
		for (const bad of [{ vkey: log.vkey, note: "nonsense" }, { vkey: "nonsense", note: log.note(10) }, { vkey: log.vkey, note: new FakeLog(3).note(3) }]) {
			const kept = store(bad), t = new LogTrust(kept);
			assert.equal(await t.welcome(log.vkey, 7), "alarm");
			assert.equal(t.alarm.code, "kept");
			await t.checkpoint(frame(log, 20, 20), 8);
			assert.equal(t.held, null);
			assert.deepEqual(kept.get(), bad);
		}
	});

	test("less than was signed may be another node, for a minute", async () => {
		const log = new FakeLog(20), t = await begun(log);
		await t.checkpoint(frame(log, 20, 20), 1000);
		assert.equal(await t.checkpoint(frame(log, 19, 19), 2000), "nothing");
		assert.equal(await t.checkpoint(frame(log, 19, 20), 3000), "nothing");
		assert.equal(t.tick(3000 + BEHIND_MS), "nothing", "it has caught up");
		assert.equal(await t.checkpoint(frame(log, 6, 6), 100_000), "nothing");
		assert.equal(t.tick(100_000 + BEHIND_MS), "alarm");
		assert.equal(t.alarm.code, "rolled_back");
	});

	test("a server that has not even what was seen here: an alarm with what was signed and what it says", async () => {
		const log = new FakeLog(20), t = await begun(log), refused = { op: "refused", code: "ahead" };
		await t.checkpoint(frame(log, 20, 20), 1000);
		assert.equal(t.ahead(19, refused, 2000), "alarm");
		assert.deepEqual([t.alarm.code, t.alarm.detail, t.alarm.shown, t.alarm.held.note], ["ahead", { last: 19 }, refused, log.note(20)]);
		assert.equal(t.held.size, 20, "what was believed stays");
	});

	test("a server that says itself that its signer has halted: an alarm, with what was signed", async () => {
		const log = new FakeLog(20), t = await begun(log), beat = { op: "beat", halted: true, last: 25 };
		await t.checkpoint(frame(log, 20, 20), 1000);
		assert.equal(t.halted(beat, 2000), "alarm");
		assert.deepEqual([t.alarm.code, t.alarm.shown, t.alarm.held.note], ["halted", beat, log.note(20)]);
	});

	test("an entry is proven against what is believed, and every bent proof is refused", async () => {
		const log = new FakeLog(20), bent = log.bentAt(4);
		const at = async (from, size, change = (x) => x) => {
			const t = await begun(log, store({ vkey: log.vkey, note: log.note(10) }));
			return checkEntry({ trust: t, entry: log.entry(4), now: 0, get: async (path) => {
				const [what, n] = path.split("/");
				return change(what === "proof" ? from.proof(Number(n), size) : JSON.stringify(frame(from, Number(n), size)), what);
			} });
		};
		assert.equal((await at(log, 20)).size, 20);
		assert.equal((await at(log, 10)).size, 10);
		await refuses(at(log, 20, (x, what) => (what === "proof" ? x.replace("index 4", "index 5") : x)), "inclusion");
		await refuses(at(log, 20, (x, what) => (what === "proof" ? log.proof(4, 20).replace(/extra \S+/, `extra ${log.leaves[5].toString("base64")}`) : x)), "inclusion");
		await refuses(at(log, 20, (x, what) => (what === "proof" ? log.proof(5, 20).replace("index 5", "index 4") : x)), "inclusion");
		await refuses(at(bent, 20), "leaf"); // another entry at its place, in a log that is signed with the true key
		const elsewhere = log.bentAt(12); // the entry is the same, the log another one
		assert.equal((await at(elsewhere, 20)).size, 20, "which went another way only after what is believed");
		await refuses(at(log.bentAt(7), 20), "rewritten");
	});
});
