/* What others have written, as it is shown: characters that nobody sees have a name, directions end where they began. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { format } from "../../web/lib/i18n.js";
import { isolated, pieces, turns, visible } from "../../web/lib/visible.js";

describe("what others have written", () => {
	test("is the same as long as everything in it can be seen", () => {
		for (const text of ["", "duty officer, AIRU · 16:03", "Žluťoučký kůň", "Ελλάδα", "България", "日本語 한국어", "👨‍👩‍👧‍👦 🏳️‍🌈 👩🏽‍🚒 1️⃣", "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}", "क्‍ष", "line\nbreak\ttab"])
			assert.equal(visible(text), text);
	});

	test("what cannot be seen is named", () => {
		assert.equal(visible("AI\u200bRU"), "AI⟨U+200B⟩RU");
		assert.equal(visible("AIRU\u200d"), "AIRU⟨U+200D⟩");
		assert.equal(visible("\ufeffAIRU\u2060\u00ad"), "⟨U+FEFF⟩AIRU⟨U+2060⟩⟨U+00AD⟩");
		assert.equal(visible("AIRU\u200e"), "AIRU⟨U+200E⟩");
		assert.equal(visible("AIRU\u{e0041}"), "AIRU⟨U+E0041⟩");
		assert.equal(visible("AI\u3164RU"), "AI⟨U+3164⟩RU");
	});

	test("nothing turns what stands beside it", () => {
		assert.equal(visible("exe.\u202egnp"), "exe.⟨U+202E⟩gnp");
		assert.equal(visible("a\u2067b\u2069c"), "a⟨U+2067⟩b⟨U+2069⟩c");
		assert.equal(visible("a\u2069b"), "a⟨U+2069⟩b", "it would end what this program began");
		assert.equal(visible("a\u2068b"), "a⟨U+2068⟩b", "it would not end");
		assert.ok(turns("שלום"));
		assert.equal(visible("\u05e9\u200f!"), "\u05e9\u200f!", "there the mark has a use");
		assert.ok(!turns("\u202eabc"));
	});

	test("in a sentence it is isolated, and still is when the whole sentence is shown", () => {
		const said = format("{from} has taken over {n, plural, one {# case} other {# cases}}", { from: "שלום\u202e", n: 2 }, "en");
		assert.equal(said, "\u2068שלום⟨U+202E⟩\u2069 has taken over 2 cases");
		assert.equal(visible(said), said);
		assert.equal(isolated(7), 7);
	});

	test("a word without end has places to break it, and loses nothing", () => {
		for (const text of ["short", "many words ".repeat(30), "a".repeat(64), `see ${"W".repeat(3000)} there\n${"e\u0301".repeat(60)} end`]) {
			const parts = pieces(text);
			assert.equal(parts.join(""), text);
			assert.ok(parts.every((p) => !/\S{49}/u.test(p.normalize("NFC"))), text);
			assert.ok(parts.every((p) => !/^\p{M}/u.test(p)), "no sign is torn apart");
		}
		assert.deepEqual(pieces("ordinary words, however many there are, are one piece ".repeat(9)).length, 1);
	});
});
