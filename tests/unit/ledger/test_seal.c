/* test_seal.c: sealed parts and wrapped keys open with exactly what they were made with, and with nothing
 * else. */
#include "check.h"
#include "ledger/ledger.h"

static struct toc_seal_key make_key(void)
{
	struct toc_seal_key k = {
		.id = toc_uuid_random(),
		.subject = TOC_STR("case:01890000-0000-7000-8000-000000000003"),
		.retention = TOC_STR("R-ITL"),
	};
	toc_random(k.key, sizeof k.key);
	return k;
}

CASE(a_part_opens_with_its_salt_and_bytes)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 300, 65536 };
	struct toc_arena *a = toc_arena_new();
	struct toc_seal_key k = make_key();
	struct toc_uuid eid = toc_uuid_random();

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		uint8_t salt[TOC_SALT_BYTES], got_salt[TOC_SALT_BYTES];
		struct toc_str bytes = { toc_arena_alloc(a, sizes[i] + 1), sizes[i] }, got;
		toc_random((void *)bytes.p, bytes.n);
		toc_random(salt, sizeof salt);
		struct toc_str sealed = toc_part_seal(a, &k, eid, TOC_PART_DATA, salt, bytes);
		CHECK_INT(sealed.n, sizes[i] + TOC_SALT_BYTES + TOC_SEAL_OVERHEAD);
		CHECK_INT(toc_part_open(a, &k, eid, TOC_PART_DATA, sealed, got_salt, &got), 0);
		CHECK(toc_str_eq(got, bytes) && memcmp(salt, got_salt, sizeof salt) == 0);
	}
	toc_arena_free(a);
}

CASE(sealing_twice_never_gives_the_same_bytes)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_seal_key k = make_key();
	struct toc_uuid eid = toc_uuid_random();
	uint8_t salt[TOC_SALT_BYTES] = { 0 };

	CHECK(!toc_str_eq(toc_part_seal(a, &k, eid, TOC_PART_DATA, salt, TOC_STR("x")),
			  toc_part_seal(a, &k, eid, TOC_PART_DATA, salt, TOC_STR("x"))));
	toc_arena_free(a);
}

CASE(a_changed_byte_of_a_sealed_part_is_noticed)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_seal_key k = make_key();
	struct toc_uuid eid = toc_uuid_random();
	uint8_t salt[TOC_SALT_BYTES] = { 7 }, got_salt[TOC_SALT_BYTES] = { 0 };
	struct toc_str sealed =
		toc_part_seal(a, &k, eid, TOC_PART_ACTOR, salt, TOC_STR("{\"title\":\"duty officer\"}"));
	struct toc_str got = { 0 };

	for (size_t i = 0; i < sealed.n; i++) { /* form, nonce, salt, text, tag */
		((char *)sealed.p)[i] ^= 1;
		CHECK_INT(toc_part_open(a, &k, eid, TOC_PART_ACTOR, sealed, got_salt, &got), TOC_EPROOF);
		((char *)sealed.p)[i] ^= 1;
	}
	for (size_t n = 0; n < sealed.n; n++)
		CHECK_INT(toc_part_open(a, &k, eid, TOC_PART_ACTOR, (struct toc_str){ sealed.p, n }, got_salt,
					&got),
			  TOC_EPROOF);
	CHECK(got.p == NULL && got_salt[0] == 0);
	toc_arena_free(a);
}

CASE(a_part_is_bound_to_its_entry_part_subject_class_and_key)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_seal_key k = make_key(), other;
	struct toc_uuid eid = toc_uuid_random();
	uint8_t salt[TOC_SALT_BYTES] = { 0 }, got_salt[TOC_SALT_BYTES];
	struct toc_str sealed = toc_part_seal(a, &k, eid, TOC_PART_DATA, salt, TOC_STR("x")), got;

	CHECK_INT(toc_part_open(a, &k, toc_uuid_random(), TOC_PART_DATA, sealed, got_salt, &got), TOC_EPROOF);
	CHECK_INT(toc_part_open(a, &k, eid, TOC_PART_ACTOR, sealed, got_salt, &got), TOC_EPROOF);
	other = k;
	other.subject = TOC_STR("case:01890000-0000-7000-8000-000000000004");
	CHECK_INT(toc_part_open(a, &other, eid, TOC_PART_DATA, sealed, got_salt, &got), TOC_EPROOF);
	other = k;
	other.retention = TOC_STR("R-AUDIT");
	CHECK_INT(toc_part_open(a, &other, eid, TOC_PART_DATA, sealed, got_salt, &got), TOC_EPROOF);
	for (size_t i = 0; i < sizeof k.key; i++) {
		other = k;
		other.key[i] ^= 0x80;
		CHECK_INT(toc_part_open(a, &other, eid, TOC_PART_DATA, sealed, got_salt, &got), TOC_EPROOF);
	}
	other = k;
	other.id = toc_uuid_random(); /* re-wrapping survivors may rename a key: the parts still open */
	CHECK_INT(toc_part_open(a, &other, eid, TOC_PART_DATA, sealed, got_salt, &got), 0);
	toc_arena_free(a);
}

CASE(a_key_unwraps_under_its_wrapping_key_and_name_only)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_seal_key k = make_key(), got = k;
	struct toc_uuid wrapping = toc_uuid_random();
	uint8_t wrapping_key[32], other[32];

	toc_random(wrapping_key, sizeof wrapping_key);
	struct toc_str wrapped = toc_seal_key_wrap(a, &k, wrapping, wrapping_key);
	memset(got.key, 0, sizeof got.key);
	CHECK_INT(toc_seal_key_unwrap(wrapped, wrapping, wrapping_key, &got), 0);
	CHECK(memcmp(got.key, k.key, sizeof k.key) == 0);

	memset(got.key, 0, sizeof got.key);
	memcpy(other, wrapping_key, sizeof other);
	other[31] ^= 1;
	CHECK_INT(toc_seal_key_unwrap(wrapped, wrapping, other, &got), TOC_EPROOF);
	CHECK_INT(toc_seal_key_unwrap(wrapped, toc_uuid_random(), wrapping_key, &got), TOC_EPROOF);
	got.id = toc_uuid_random();
	CHECK_INT(toc_seal_key_unwrap(wrapped, wrapping, wrapping_key, &got), TOC_EPROOF);
	got.id = k.id;
	got.subject = TOC_STR("person:01890000-0000-7000-8000-000000000009");
	CHECK_INT(toc_seal_key_unwrap(wrapped, wrapping, wrapping_key, &got), TOC_EPROOF);
	got.subject = k.subject;
	got.retention = TOC_STR("R-AUDIT");
	CHECK_INT(toc_seal_key_unwrap(wrapped, wrapping, wrapping_key, &got), TOC_EPROOF);
	got.retention = k.retention;
	for (size_t i = 0; i < wrapped.n; i++) {
		((char *)wrapped.p)[i] ^= 1;
		CHECK_INT(toc_seal_key_unwrap(wrapped, wrapping, wrapping_key, &got), TOC_EPROOF);
		((char *)wrapped.p)[i] ^= 1;
	}
	CHECK(got.key[0] == 0 && got.key[31] == 0);
	toc_arena_free(a);
}

RUN_CASES()
