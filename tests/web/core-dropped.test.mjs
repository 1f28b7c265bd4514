/* What the digests of dropped files become: rows of the form, without repeating any, and no more than a message takes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { contentType, itemsOf, withItems, withoutPdq } from "../../web/core/dropped.js";

const found = { md5: "m".repeat(32), sha256: "a".repeat(64), pdq: { hash: "b".repeat(64), quality: 97 } };
const blank = { signal_kind: "", hash_type: "", hash_value: "", hash_quality: "", match_distance_max: "", content_type: "" };
const body = (...items) => ({ items: [blank, ...items], content_type: "" });

test("an item for each kind that is wanted; a PDQ of a poor picture is none", () => {
	assert.deepEqual(itemsOf(found, ["SHA256", "PDQ"]).map((x) => [x.hash_type, x.hash_value, x.hash_quality, x.match_distance_max]),
		[["SHA256", found.sha256, undefined, undefined], ["PDQ", found.pdq.hash, "97", "31"]]);
	assert.deepEqual(itemsOf({ ...found, pdq: { hash: found.pdq.hash, quality: 49 } }, ["PDQ", "MD5"]).map((x) => x.hash_type), ["MD5"]);
	assert.equal(withoutPdq({ ...found, pdq: { hash: found.pdq.hash, quality: 49 } }), "poor");
	assert.equal(withoutPdq(found), undefined);
	assert.equal(withoutPdq({ md5: "", sha256: "", plain: "too_large" }), "too_large");
	assert.deepEqual(itemsOf(found, []), []);
});

test("kinds of content in the words of the catalogue", () => {
	assert.deepEqual(["video/mp4", "image/heic", "audio/ogg", "application/pdf", "text/plain", "application/zip", ""].map(contentType),
		["video", "image", "audio", "pdf", "text", "", ""]);
});

test("a row that nobody has begun makes room, one that somebody has begun stays, nothing stands there twice", () => {
	const begun = { ...blank, signal_kind: "hash", hash_type: "SHA256", hash_value: ` ${found.sha256.toUpperCase()} ` };
	const one = withItems(body(begun), itemsOf(found, ["SHA256", "PDQ"]), "image", blank, 256);
	assert.deepEqual(one.body.items.map((x) => x.hash_type), ["SHA256", "PDQ"]);
	assert.equal(one.body.items[0], begun);
	assert.equal(one.body.content_type, "image");
	assert.equal(one.body.items[1].content_type, "");
	const two = withItems(one.body, itemsOf({ md5: "", sha256: "c".repeat(64), plain: "no_picture" }, ["SHA256", "PDQ"]), "video", blank, 256);
	assert.equal(two.body.content_type, "image", "what was said for all stays");
	assert.equal(two.body.items.at(-1).content_type, "video");
	assert.equal(two.left, 0);
});

test("no more than a message takes, and how many found no room is said", () => {
	const full = { items: Array.from({ length: 255 }, (_, i) => ({ ...blank, hash_type: "MD5", hash_value: String(i) })), content_type: "image" };
	const { body: next, left } = withItems(full, itemsOf(found, ["SHA256", "MD5", "PDQ"]), "image", blank, 256);
	assert.equal(next.items.length, 256);
	assert.equal(left, 2);
});
