/* evidence.c: see evidence.h. Nothing is judged here: a part that does not match its commitment is shown as it is, and whoever
 * checks the bundle finds it. */
#include "archive/evidence.h"

#include "ledger/log.h"
#include "message/json.h"

#include <string.h>

struct line {
	struct toc_arena *a;
	struct toc_value *v, *erased;
};

static void put(struct line *l, enum toc_part part, const uint8_t salt[TOC_SALT_BYTES], struct toc_str bytes)
{
	struct toc_str name = toc_arena_printf(l->a, "%s_salt", toc_part_name(part));

	toc_set_text(l->a, l->v, toc_part_name(part), bytes);
	toc_set_str(l->a, l->v, name, toc_value_text(l->a, toc_base64(l->a, salt, TOC_SALT_BYTES)));
}

static void put_sealed(struct line *l, const struct toc_keyring *ring, enum toc_part part, struct toc_uuid eid,
		       struct toc_uuid key_id, struct toc_str sealed)
{
	const struct toc_seal_key *key = sealed.n ? toc_keyring_by_id(ring, key_id) : NULL;
	uint8_t salt[TOC_SALT_BYTES];
	struct toc_str bytes;

	if (key && toc_part_open(l->a, key, eid, part, sealed, salt, &bytes) == 0)
		put(l, part, salt, bytes);
	else
		toc_push_text(l->a, l->erased, toc_str_of(toc_part_name(part)));
}

struct toc_str toc_evidence(struct toc_arena *a, const struct toc_keyring *ring, const struct toc_row *row, bool whole)
{
	struct line l = { .a = a, .v = toc_value_map(a), .erased = toc_value_list(a) };
	struct toc_value *withheld = toc_value_list(a);
	struct toc_leaf leaf = { 0 };

	toc_set_int(a, l.v, "seq", (int64_t)row->seq);
	toc_set_text(a, l.v, "leaf", toc_base64(a, row->leaf.p, row->leaf.n));
	put(&l, TOC_PART_BODY, row->body_salt, row->body);
	bool reads = toc_leaf_parse(a, toc_arena_str(a, row->leaf), &leaf, NULL) == 0;
	if (whole && reads) {
		put_sealed(&l, ring, TOC_PART_ACTOR, leaf.eid, row->actor_key, row->actor_sealed);
		put_sealed(&l, ring, TOC_PART_DATA, leaf.eid, row->data_key, row->data_sealed);
	} else {
		toc_push_text(a, withheld, TOC_STR("actor"));
		toc_push_text(a, withheld, TOC_STR("data"));
	}
	if (toc_len(withheld))
		toc_set(a, l.v, "withheld", withheld);
	if (toc_len(l.erased))
		toc_set(a, l.v, "erased", l.erased);
	return toc_json_str(a, l.v);
}
