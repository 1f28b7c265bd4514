/* What the audit explorer reckons: lines of an answer, cells, where rows lie in time; and what administration and exercises ask. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cellOf, csvOf, linesOf, spreadOf } from "../../web/core/audit.js";
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
	test("is a file that no spreadsheet takes for a formula", () => {
		assert.equal(csvOf(["a", "b"], [{ a: "=1+1", b: 'say "no"' }]), '"a","b"\r\n"\'=1+1","say ""no"""\r\n');
		assert.equal(cellOf(["x", "y"]), "x, y");
		assert.equal(cellOf(null), "");
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
});
