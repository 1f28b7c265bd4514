/* open.c: a stored row becomes an entry again: leaf and body are parsed, sealed parts opened, and every part
 * is held against its commitment in the leaf, so that what members read is what was appended or nothing. */
#include "message/json.h"
#include "render/render.h"

#include <string.h>

/* our own canonical bytes: as large and deep as an M29 that carries a whole case can get */
#define PART_BYTES_MAX (4u << 20)
#define PART_DEPTH_MAX 40

static int parse(struct toc_arena *a, struct toc_str bytes, struct toc_value **ret, struct toc_error *reterr)
{
	struct toc_refusal why = { 0 };
	if (toc_json_parse(a, bytes, PART_BYTES_MAX, PART_DEPTH_MAX, ret, &why) < 0)
		return toc_fail(reterr, TOC_EINVAL, "a stored part does not parse: %s", why.detail);
	return 0;
}

static bool commits(enum toc_part part, const uint8_t salt[TOC_SALT_BYTES], struct toc_str bytes,
		    const struct toc_sha256 *commitment)
{
	struct toc_sha256 got = toc_commit(part, salt, bytes);
	return !memcmp(got.b, commitment->b, sizeof got.b);
}

/* A part without bytes is an empty one: it opens to NULL without being erased. */
static int open_part(struct toc_arena *a, const struct toc_keyring *ring, const struct toc_leaf *leaf,
		     enum toc_part part, struct toc_uuid key_id, struct toc_str sealed,
		     const struct toc_sha256 *commitment, struct toc_opened *o, const struct toc_value **ret,
		     struct toc_error *reterr)
{
	*ret = NULL;
	const struct toc_seal_key *key = sealed.n ? toc_keyring_by_id(ring, key_id) : NULL;
	if (!key) {
		bool shut = sealed.n && toc_keyring_is_shut(ring, key_id);
		o->erased |= !shut;
		o->closed |= shut;
		o->key_unknown |= sealed.n > 0;
		return 0;
	}
	uint8_t salt[TOC_SALT_BYTES];
	struct toc_str bytes;
	if (toc_part_open(a, key, leaf->eid, part, sealed, salt, &bytes) < 0 ||
	    !commits(part, salt, bytes, commitment))
		return toc_fail(reterr, TOC_EPROOF,
				"a sealed part does not open to what its leaf commits to");
	if (!bytes.n)
		return 0;
	struct toc_value *v;
	int r = parse(a, bytes, &v, reterr);
	if (r < 0)
		return r;
	*ret = v;
	return 0;
}

int toc_render_open(struct toc_arena *a, const struct toc_keyring *ring, const struct toc_row *row,
		    struct toc_opened *ret_opened, struct toc_error *reterr)
{
	struct toc_leaf leaf;
	struct toc_value *body;
	int r = toc_leaf_parse(a, toc_arena_str(a, row->leaf), &leaf, reterr);
	if (r < 0)
		return r;
	if (!commits(TOC_PART_BODY, row->body_salt, row->body, &leaf.body))
		return toc_fail(reterr, TOC_EPROOF, "the body of entry %llu is not what its leaf commits to",
				(unsigned long long)row->seq);
	r = parse(a, row->body, &body, reterr);
	if (r < 0)
		return r;
	struct toc_opened o = { .entry = {
					.seq = row->seq,
					.ts = leaf.ts,
					.k = leaf.k,
					.mode = leaf.mode,
					.exercise = leaf.exercise,
					.incident = leaf.incident,
					.case_ref = leaf.case_ref,
					.org = leaf.org,
					.ref = leaf.ref,
					.eid = leaf.eid,
					.late = leaf.late,
					.node = leaf.node,
					.body = body,
				} };
	if (!ring) {
		*ret_opened = o;
		return 0;
	}
	r = open_part(a, ring, &leaf, TOC_PART_ACTOR, row->actor_key, row->actor_sealed, &leaf.actor, &o,
		      &o.actor, reterr);
	if (r == 0)
		r = open_part(a, ring, &leaf, TOC_PART_DATA, row->data_key, row->data_sealed, &leaf.data, &o,
			      &o.data, reterr);
	if (r < 0)
		return r;
	*ret_opened = o;
	return 0;
}
