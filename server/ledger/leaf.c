/* leaf.c: an entry's leaf as bytes, and its commitments.
 *
 * The bytes are what is hashed, so they are written once and kept; nothing is ever serialised again to
 * verify. A reader takes a leaf only if writing what it read gives the same bytes: one entry, one spelling,
 * and no room for a second meaning (duplicate members, other order, blanks, +1, 01, upper case).
 *
 * Source: RFC 6962 section 2.1; ledger.h for the layout. */
#include "ledger/ledger.h"

#include <string.h>

/* Codes only: catalogue names, modes, organisations' codes, nodes. So nothing ever needs escaping. */
static bool is_code(struct toc_str s)
{
	static const char also[] = "._-";

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'), digit = c >= '0' && c <= '9';
		if (!letter && !digit && (c == 0 || !strchr(also, c)))
			return false;
	}
	return s.n > 0;
}

static void put_text(struct toc_buf *b, const char *name, struct toc_str s)
{
	toc_buf_printf(b, ",\"%s\":\"", name);
	toc_buf_str(b, s);
	toc_buf_byte(b, '"');
}

static void put_id(struct toc_buf *b, const char *name, struct toc_uuid id)
{
	char text[TOC_UUID_TEXT];

	if (toc_uuid_is_nil(id))
		return;
	toc_uuid_format(id, text);
	put_text(b, name, toc_str_of(text));
}

struct toc_str toc_leaf_write(struct toc_arena *a, const struct toc_leaf *leaf)
{
	struct toc_buf b;
	struct toc_str bytes = { 0 };

	if (leaf->ts.us < 0 || toc_uuid_is_nil(leaf->eid) || !is_code(leaf->k) || !is_code(leaf->mode) ||
	    !is_code(leaf->org) || !is_code(leaf->node))
		return bytes;
	toc_buf_init(&b, TOC_LEAF_BYTES_MAX);
	toc_buf_printf(&b, "{\"v\":1,\"ts\":%lld", (long long)leaf->ts.us);
	put_text(&b, "k", leaf->k);
	put_text(&b, "mode", leaf->mode);
	put_id(&b, "ex", leaf->exercise);
	put_id(&b, "inc", leaf->incident);
	put_id(&b, "case", leaf->case_ref);
	put_text(&b, "org", leaf->org);
	put_id(&b, "ref", leaf->ref);
	put_text(&b, "node", leaf->node);
	put_id(&b, "eid", leaf->eid);
	if (leaf->late)
		toc_buf_text(&b, ",\"late\":1");
	put_text(&b, "cb", toc_base64url(a, leaf->body.b, sizeof leaf->body.b));
	put_text(&b, "ca", toc_base64url(a, leaf->actor.b, sizeof leaf->actor.b));
	put_text(&b, "cd", toc_base64url(a, leaf->data.b, sizeof leaf->data.b));
	toc_buf_byte(&b, '}');
	if (!b.failed)
		bytes = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return bytes;
}

/* ---- reading: a cursor that takes what it expects; what is left over or missing shows at the end ---- */

struct cursor {
	const char *p, *end;
};

static bool take(struct cursor *c, const char *literal)
{
	size_t n = strlen(literal);

	if ((size_t)(c->end - c->p) < n || memcmp(c->p, literal, n))
		return false;
	c->p += n;
	return true;
}

/* ,"name":"text" — or nothing at all, which leaves the empty string */
static struct toc_str take_text(struct cursor *c, const char *name)
{
	struct cursor at = *c;
	struct toc_str s = { 0 };

	if (!take(&at, ",\"") || !take(&at, name) || !take(&at, "\":\""))
		return s;
	const char *quote = memchr(at.p, '"', (size_t)(at.end - at.p));
	if (!quote)
		return s;
	s = (struct toc_str){ at.p, (size_t)(quote - at.p) };
	c->p = quote + 1;
	return s;
}

static struct toc_uuid take_id(struct cursor *c, const char *name)
{
	struct toc_uuid id = { { 0 } };

	if (toc_uuid_parse(take_text(c, name), &id) < 0)
		memset(&id, 0, sizeof id);
	return id;
}

static struct toc_sha256 take_digest(struct cursor *c, const char *name)
{
	struct toc_sha256 digest = { { 0 } };

	if (toc_base64url_decode(take_text(c, name), digest.b, sizeof digest.b) != (long)sizeof digest.b)
		memset(&digest, 0, sizeof digest);
	return digest;
}

static toc_time take_time(struct cursor *c)
{
	int64_t us = 0;

	for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++)
		if (__builtin_mul_overflow(us, 10, &us) || __builtin_add_overflow(us, *c->p - '0', &us))
			return (toc_time){ -1 };
	return (toc_time){ us };
}

int toc_leaf_parse(struct toc_arena *a, struct toc_str bytes, struct toc_leaf *ret_leaf,
		   struct toc_error *reterr)
{
	struct toc_leaf leaf = { 0 };

	if (bytes.n > TOC_LEAF_BYTES_MAX)
		return toc_fail(reterr, TOC_EINVAL, "leaf: %zu bytes, limit %d", bytes.n, TOC_LEAF_BYTES_MAX);
	struct cursor c = { bytes.p, bytes.p + bytes.n };
	if (bytes.n == 0 || !take(&c, "{\"v\":1,\"ts\":"))
		return toc_fail(reterr, TOC_EINVAL, "leaf: does not begin as version 1 does");
	leaf.ts = take_time(&c);
	leaf.k = take_text(&c, "k");
	leaf.mode = take_text(&c, "mode");
	leaf.exercise = take_id(&c, "ex");
	leaf.incident = take_id(&c, "inc");
	leaf.case_ref = take_id(&c, "case");
	leaf.org = take_text(&c, "org");
	leaf.ref = take_id(&c, "ref");
	leaf.node = take_text(&c, "node");
	leaf.eid = take_id(&c, "eid");
	leaf.late = take(&c, ",\"late\":1");
	leaf.body = take_digest(&c, "cb");
	leaf.actor = take_digest(&c, "ca");
	leaf.data = take_digest(&c, "cd");

	struct toc_str again = toc_leaf_write(a, &leaf);
	if (!toc_str_eq(again, bytes)) {
		size_t at = 0;
		while (at < again.n && at < bytes.n && again.p[at] == bytes.p[at])
			at++;
		return toc_fail(reterr, TOC_EINVAL, "leaf: not the one spelling of an entry (byte %zu)", at);
	}
	leaf.k = toc_arena_str(a, leaf.k);
	leaf.mode = toc_arena_str(a, leaf.mode);
	leaf.org = toc_arena_str(a, leaf.org);
	leaf.node = toc_arena_str(a, leaf.node);
	*ret_leaf = leaf;
	return 0;
}

const char *toc_part_name(enum toc_part part)
{
	switch (part) {
	case TOC_PART_BODY: return "body";
	case TOC_PART_ACTOR: return "actor";
	case TOC_PART_DATA: return "data";
	}
	TOC_WRONG("part of an entry");
}

struct toc_sha256 toc_commit(enum toc_part part, const uint8_t salt[TOC_SALT_BYTES], struct toc_str bytes)
{
	const struct toc_str parts[] = {
		TOC_STR("tocsin-entry/v1 "),
		toc_str_of(toc_part_name(part)),
		TOC_STR("\n"),
		{ (const char *)salt, TOC_SALT_BYTES },
		bytes,
	};
	return toc_sha256_parts(parts, sizeof parts / sizeof *parts);
}
