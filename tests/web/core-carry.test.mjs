/* Words that go to another node's console, and where other nodes may be. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { newCode, opened, seal } from "../../web/core/carry.js";
import { nodesOf } from "../../web/core/nodes.js";
import { emptyForm } from "../../web/core/notice.js";
import { emptyState, reduce } from "../../web/core/state.js";
import { uuid } from "./fake-server.mjs";

const CASE = uuid("case"), ID = uuid("message");
const form = { ...emptyForm(), explanation: "Words that nobody shall read in the history of a browser.", duty: ["DSA_18"], concerned_states: [{ cc: "XA", ground: "target_place" }] };
const used = { id: ID, at: 1, lang: "en", of: JSON.stringify(form) };
/** Sealed by somebody who is not a console. */
const forged = async (what) => opened(await seal(what, "AAAABBBB"), "AAAABBBB");

describe("words that are carried", () => {
	test("are opened by their code, however it is typed, and by no other; nothing of them can be read in the address", async () => {
		const code = newCode(), sealed = await seal({ case: CASE, form, used }, code);
		assert.match(code, /^[A-HJ-NP-Z2-9]{8}$/);
		assert.match(sealed, /^[A-Za-z0-9_-]+$/);
		assert.ok(!Buffer.from(sealed, "base64url").toString("latin1").includes("nobody"));
		assert.deepEqual(await opened(sealed, ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `), { case: CASE, form, used });
		assert.equal(await opened(sealed, newCode()), null);
		assert.equal(await opened(sealed, ""), null);
		assert.notEqual(await seal({ case: CASE, form }, code), await seal({ case: CASE, form }, code));
	});

	test("that were cut, changed or made up are nothing", async () => {
		const sealed = await seal({ case: CASE, form }, "AAAABBBB");
		for (const bad of ["", "x", "%", sealed.slice(0, -1), sealed.slice(1), `${sealed}AAAA`, `A${sealed.slice(1)}`, "A".repeat(1e6)])
			assert.equal(await opened(bad, "AAAABBBB"), null, bad.slice(0, 20));
	});

	test("are values of the form and nothing else, and what was sent is believed only of these words", async () => {
		assert.deepEqual((await forged({ case: CASE, form: { explanation: "x", surprise: "y", __proto__: null } })).form, { explanation: "x" });
		for (const bad of [null, 7, {}, { case: "../x", form }, { case: CASE }, { case: CASE, form: null }, { case: CASE, form: { explanation: 7 } }, { case: CASE, form: { duty: "DSA_18" } },
			{ case: CASE, form: { duty: [{}] } }, { case: CASE, form: { content: [{ url: "x", onclick: "y" }] } }, { case: CASE, form: { content: ["x"] } }, { case: CASE, form: { audience: "all" } }])
			assert.equal(await forged(bad), null, JSON.stringify(bad));
		for (const bad of [{ ...used, of: "{}" }, { ...used, id: "x" }, { ...used, at: "now" }, { ...used, lang: "<b>" }])
			assert.equal((await forged({ case: CASE, form, used: bad })).used, undefined);
	});

	test("that are too many stay", async () => {
		assert.ok(await seal({ case: CASE, form: { ...form, explanation: "x".repeat(8000) } }, "AAAABBBB"));
		assert.equal(await seal({ case: CASE, form: { ...form, explanation: "x".repeat(60_000) } }, "AAAABBBB"), null);
	});
});

describe("the other nodes", () => {
	test("are origins over https, at most eight, each once; an evil one is impossible in the list", () => {
		assert.deepEqual(nodesOf(["https://b.example", "https://B.example:443", "https://c.example:8443/"]), ["https://b.example", "https://c.example:8443"]);
		assert.deepEqual(nodesOf(["http://b.example", "javascript:alert(1)", "data:text/html,x", "https://b.example@evil.example", "https://b.example/path", "https://b.example/?x", "https://b.example/#x", "//b.example", "", null, 7, {}]), []);
		assert.deepEqual([nodesOf("https://b.example"), nodesOf(undefined), nodesOf({ length: 1, 0: "https://b.example" })], [[], [], []]);
		assert.equal(nodesOf(Array.from({ length: 1000 }, (_, i) => `https://n${i}.example`)).length, 8);
	});

	test("come with the welcome, the newest counts, and no entry says any", () => {
		const welcome = (nodes) => ({ op: "welcome", you: { org: "AIRU", kinds: [], roles: [] }, server_time: "2031-05-17T14:00:00Z", tip: 0, nodes });
		let s = reduce(emptyState(), welcome(["https://b.example"]));
		assert.deepEqual(s.nodes, ["https://b.example"]);
		s = reduce(s, { op: "entry", seq: 0, id: ID, k: "org.admit", org: "server", mode: "system", at: "2031-05-17T14:00:00Z", nodes: ["https://evil.example"], message: { body: { code: "X",
			nodes: ["https://evil.example"] } }, decided: { nodes: ["https://evil.example"] } });
		assert.deepEqual(s.nodes, ["https://b.example"]);
		assert.deepEqual(reduce(s, welcome(undefined)).nodes, []);
	});
});
