/* seal.c: the parts of an entry that can be erased, and the keys whose loss erases them.
 *
 * The associated data ties a sealed part to its entry, its part and its key's subject and class, and a
 * wrapped key to its name and to the wrapping key: rows that are swapped in the database do not open. The
 * salt of the commitment is sealed with the part, so the commitment says nothing once the key is gone.
 * Source: design, section "What an entry is"; NIST SP 800-38D. */
#include "ledger/ledger.h"

#include <string.h>

struct toc_str toc_seal_key_aad(struct toc_arena *a, const struct toc_seal_key *k, struct toc_uuid wrapping_id)
{
	char id[TOC_UUID_TEXT], wrapping[TOC_UUID_TEXT];

	toc_uuid_format(k->id, id);
	toc_uuid_format(wrapping_id, wrapping);
	return toc_arena_printf(a, "tocsin-wrap/v1 %s\n%.*s\n%.*s\n%s", id, TOC_STR_ARGS(k->subject),
				TOC_STR_ARGS(k->retention), wrapping);
}

static struct toc_str part_aad(struct toc_arena *a, const struct toc_seal_key *k, struct toc_uuid eid,
			       enum toc_part part)
{
	char id[TOC_UUID_TEXT];

	toc_uuid_format(eid, id);
	return toc_arena_printf(a, "tocsin-seal/v1 %.*s\n%.*s\n%s\n%s", TOC_STR_ARGS(k->subject),
				TOC_STR_ARGS(k->retention), id, toc_part_name(part));
}

struct toc_str toc_seal_key_wrap(struct toc_arena *a, const struct toc_seal_key *k,
				 struct toc_uuid wrapping_id, const uint8_t wrapping_key[32])
{
	return toc_seal(a, wrapping_key, toc_seal_key_aad(a, k, wrapping_id),
			(struct toc_str){ (const char *)k->key, 32 });
}

int toc_seal_key_unwrap(struct toc_str wrapped, struct toc_uuid wrapping_id, const uint8_t wrapping_key[32],
			struct toc_seal_key *k)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str clear = { 0 };
	int r = toc_unseal(a, wrapping_key, toc_seal_key_aad(a, k, wrapping_id), wrapped, &clear);

	if (r == 0 && clear.n != sizeof k->key)
		r = TOC_EPROOF;
	if (r == 0)
		memcpy(k->key, clear.p, sizeof k->key);
	if (clear.n)
		toc_wipe((void *)clear.p, clear.n);
	toc_arena_free(a);
	return r;
}

struct toc_str toc_part_seal(struct toc_arena *a, const struct toc_seal_key *k, struct toc_uuid eid,
			     enum toc_part part, const uint8_t salt[TOC_SALT_BYTES], struct toc_str bytes)
{
	char *clear = toc_arena_alloc(a, TOC_SALT_BYTES + bytes.n);

	memcpy(clear, salt, TOC_SALT_BYTES);
	if (bytes.n)
		memcpy(clear + TOC_SALT_BYTES, bytes.p, bytes.n);
	struct toc_str sealed = toc_seal(a, k->key, part_aad(a, k, eid, part),
					 (struct toc_str){ clear, TOC_SALT_BYTES + bytes.n });
	toc_wipe(clear, TOC_SALT_BYTES + bytes.n);
	return sealed;
}

int toc_part_open(struct toc_arena *a, const struct toc_seal_key *k, struct toc_uuid eid, enum toc_part part,
		  struct toc_str sealed, uint8_t ret_salt[TOC_SALT_BYTES], struct toc_str *ret_bytes)
{
	struct toc_str clear;
	int r = toc_unseal(a, k->key, part_aad(a, k, eid, part), sealed, &clear);

	if (r < 0)
		return r;
	if (clear.n < TOC_SALT_BYTES)
		return TOC_EPROOF; /* ours, but sealed as something else */
	memcpy(ret_salt, clear.p, TOC_SALT_BYTES);
	*ret_bytes = (struct toc_str){ clear.p + TOC_SALT_BYTES, clear.n - TOC_SALT_BYTES };
	return 0;
}
