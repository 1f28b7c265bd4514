/* What the audit explorer reckons: lines of an answer, cells, where rows lie in time; and what administration and exercises ask. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cellOf, fileOf, linesOf, spreadOf } from "../../web/core/audit.js";
import { lengthOf } from "../../web/core/exercises.js";
import { digestOf, verifyProof } from "../../web/core/proof.js";
import { PLACES, neighbour, unionCells } from "../../web/core/union.js";
import { emptyState } from "../../web/core/state.js";

describe("an answer", () => {
	test("comes in pieces: what is no whole line waits", () => {
		const first = linesOf("", '{"a":1}\n{"b"');
		assert.deepEqual(first, { lines: ['{"a":1}'], rest: '{"b"' });
		assert.deepEqual(linesOf(first.rest, ":2}\n"), { lines: ['{"b":2}'], rest: "" });
	});
	test("is shown as cells", () => {
		assert.equal(cellOf(["x", "y"]), "x, y");
		assert.equal(cellOf(null), "");
	});
	test("taken away has the name that the server gives it, and the digest that is on record", async () => {
		const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text).buffer;
		assert.deepEqual(await fileOf("csv", "timeline", 'attachment; filename="timeline-47.csv"', bytes("abc")), { name: "timeline-47.csv", seq: 47, digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" });
		assert.deepEqual(await fileOf("bundle", "evidence", 'attachment; filename="evidence-48.tar"', bytes("abc")), { name: "evidence-48.tar", seq: 48 });
		const sha256 = await digestOf('{"a":1}\n'), lines = `{"asked":49}\n{"a":1}\n{"count":1,"sha256":"${sha256}"}\n`;
		assert.deepEqual(await fileOf("jsonl", "timeline", null, bytes(lines)), { name: "timeline-49.jsonl", seq: 49, digest: sha256 });
		await assert.rejects(fileOf("jsonl", "timeline", null, bytes(lines.replace('"a":1', '"a":2'))));
		await assert.rejects(fileOf("jsonl", "timeline", null, bytes("")));
	});
	test("lies in time, every row in one place", () => {
		const s = spreadOf([{ at: "2031-05-17T14:00:00Z" }, { at: "2031-05-17T14:00:30Z" }, { at: "2031-05-17T14:01:00Z" }], 2);
		assert.deepEqual(s?.bins, [1, 2]);
		assert.equal(spreadOf([{}]), undefined);
	});
});

describe("a proof", () => {
	test("that is none is refused, and says why", async () => {
		assert.deepEqual(await verifyProof("hello", "x", 1), { ok: false, why: "format" });
		assert.deepEqual(await verifyProof("c2sp.org/tlog-proof@v1\nextra eA==\nindex 3\n\no\n4\nAAAA\n\n", "x", 1), { ok: false, why: "other" });
		assert.equal(await digestOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	});
});

describe("a time since the start", () => {
	test("is written as the scripts write it", () => {
		assert.deepEqual(["6:00:00", "12:30", "45", "T+0:35:30", "61:00"].map(lengthOf), [21_600_000, 750_000, 2_700_000, 2_130_000, 3_660_000]);
		for (const wrong of ["tomorrow", "1:75:00", "", "-5", "1:2:3:4"])
			assert.ok(Number.isNaN(lengthOf(wrong)), wrong);
	});
});

describe("the Union", () => {
	test("has 27 cells, no two in one place, and every one is reached by arrow keys", () => {
		assert.equal(Object.keys(PLACES).length, 27);
		assert.equal(new Set(Object.values(PLACES).map(String)).size, 27);
		const cells = unionCells(emptyState());
		const seen = new Set([cells[0].cc]);
		for (const cc of seen)
			for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
				const next = neighbour(cells, cells.find((c) => c.cc === cc), key);
				if (next)
					seen.add(next.cc);
			}
		assert.equal(seen.size, 27);
	});

	test("the number beside a sign counts what the sign says, and not everything that is open there", () => {
		const state = emptyState();
		const incident = (id, is) => state.incidents.set(id, { id, state: is, affected: ["AT"], timeline: [{}] });
		incident("a", "ACTIVE");
		incident("b", "EARLY_WARNING");
		incident("c", "REPORTED");
		const cell = unionCells(state).find((c) => c.cc === "AT");
		assert.deepEqual([cell.level, cell.worst, cell.n], ["active", 1, 3]);
	});
});
