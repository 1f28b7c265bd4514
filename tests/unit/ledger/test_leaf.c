/* test_leaf.c: the leaf's exact bytes, its one spelling, and the commitments. */
#include "check.h"
#include "ledger/ledger.h"

static struct toc_uuid id(const char *text)
{
	struct toc_uuid u;

	if (toc_uuid_parse(toc_str_of(text), &u) < 0)
		TOC_WRONG("test id");
	return u;
}

static struct toc_leaf full(void)
{
	struct toc_leaf l = {
		.ts = { INT64_C(1763804012123456) },
		.k = TOC_STR("M4.send"),
		.mode = TOC_STR("exercise"),
		.org = TOC_STR("AIRU"),
		.node = TOC_STR("n1"),
		.exercise = id("01890000-0000-7000-8000-000000000001"),
		.incident = id("01890000-0000-7000-8000-000000000002"),
		.case_ref = id("01890000-0000-7000-8000-000000000003"),
		.ref = id("01890000-0000-7000-8000-000000000004"),
		.eid = id("01890000-0000-7000-8000-000000000005"),
		.late = true,
	};
	uint8_t salt[TOC_SALT_BYTES] = { 0 };

	l.body = toc_commit(TOC_PART_BODY, salt, TOC_STR("{}"));
	l.actor = toc_commit(TOC_PART_ACTOR, salt, TOC_STR("{}"));
	l.data = toc_commit(TOC_PART_DATA, salt, TOC_STR(""));
	return l;
}

/* The commitments in this text were computed by another program:
 *   { printf 'tocsin-entry/v1 body\n'; head -c 32 /dev/zero; printf '{}'; } | openssl dgst -sha256 -binary |
 * basenc --base64url */
static const char full_text[] =
	"{\"v\":1,\"ts\":1763804012123456,\"k\":\"M4.send\",\"mode\":\"exercise\","
	"\"ex\":\"01890000-0000-7000-8000-000000000001\",\"inc\":\"01890000-0000-7000-8000-000000000002\","
	"\"case\":\"01890000-0000-7000-8000-000000000003\",\"org\":\"AIRU\","
	"\"ref\":\"01890000-0000-7000-8000-000000000004\",\"node\":\"n1\","
	"\"eid\":\"01890000-0000-7000-8000-000000000005\",\"late\":1,"
	"\"cb\":\"dGFagHl1t1Acxb_p7f7mnvaPuC1avF_TcQq6npeNwZQ\","
	"\"ca\":\"QD00N4J1PVH69HnNo2USR9tL8DPADUbuBSEkBGOo0Do\","
	"\"cd\":\"099ai7hom3qzGBI4w_A0OK9ttwInb_Nb9B6KC2R-lmM\"}";

CASE(exact_bytes_with_every_member)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_leaf l = full();

	CHECK_TEXT(toc_leaf_write(a, &l), full_text);
	toc_arena_free(a);
}

CASE(absent_members_are_left_out)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_leaf l = full();
	struct toc_str bytes;

	l.exercise = l.incident = l.case_ref = l.ref = (struct toc_uuid){ { 0 } };
	l.late = false;
	bytes = toc_leaf_write(a, &l);
	CHECK(bytes.n > 0 &&
	      strstr(bytes.p, "\"mode\":\"exercise\",\"org\":\"AIRU\",\"node\":\"n1\",\"eid\":"));
	CHECK(bytes.n > 0 && !strstr(bytes.p, "late"));
	toc_arena_free(a);
}

CASE(what_was_written_is_read_with_every_combination_of_members)
{
	struct toc_arena *a = toc_arena_new();

	for (unsigned bits = 0; bits < 32; bits++) {
		struct toc_leaf l = full(), got;
		struct toc_uuid nil = { { 0 } };
		if (bits & 1)
			l.exercise = nil;
		if (bits & 2)
			l.incident = nil;
		if (bits & 4)
			l.case_ref = nil;
		if (bits & 8)
			l.ref = nil;
		l.late = bits & 16;
		struct toc_str bytes = toc_leaf_write(a, &l);
		CHECK_INT(toc_leaf_parse(a, bytes, &got, NULL), 0);
		CHECK(got.ts.us == l.ts.us && got.late == l.late);
		CHECK(toc_str_eq(got.k, l.k) && toc_str_eq(got.mode, l.mode) && toc_str_eq(got.org, l.org) &&
		      toc_str_eq(got.node, l.node));
		CHECK(toc_uuid_eq(got.exercise, l.exercise) && toc_uuid_eq(got.incident, l.incident) &&
		      toc_uuid_eq(got.case_ref, l.case_ref) && toc_uuid_eq(got.ref, l.ref) &&
		      toc_uuid_eq(got.eid, l.eid));
		CHECK(toc_sha256_eq(got.body, l.body) && toc_sha256_eq(got.actor, l.actor) &&
		      toc_sha256_eq(got.data, l.data));
		CHECK(toc_str_eq(toc_leaf_write(a, &got), bytes));
	}
	toc_arena_free(a);
}

CASE(texts_are_codes_and_the_whole_has_a_limit)
{
	static const char *const bad[] = { "", "a b", "a\"b", "a\\b", "A/B", "caf\xc3\xa9", "a\nb", "a{b" };
	struct toc_arena *a = toc_arena_new();

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		for (int field = 0; field < 4; field++) {
			struct toc_leaf l = full();
			*(field == 0   ? &l.k
			  : field == 1 ? &l.mode
			  : field == 2 ? &l.org
				       : &l.node) = toc_str_of(bad[i]);
			CHECK_INT(toc_leaf_write(a, &l).n, 0);
		}
	struct toc_leaf l = full();
	l.org = (struct toc_str){ "a\0b", 3 };
	CHECK_INT(toc_leaf_write(a, &l).n, 0);

	char longest[TOC_LEAF_BYTES_MAX];
	memset(longest, 'x', sizeof longest);
	size_t room = TOC_LEAF_BYTES_MAX - (sizeof full_text - 1) + strlen("AIRU");
	l.org = (struct toc_str){ longest, room };
	CHECK_INT(toc_leaf_write(a, &l).n, TOC_LEAF_BYTES_MAX);
	l.org.n++;
	CHECK_INT(toc_leaf_write(a, &l).n, 0);

	l = full();
	l.ts.us = -1;
	CHECK_INT(toc_leaf_write(a, &l).n, 0);
	l = full();
	memset(&l.eid, 0, sizeof l.eid);
	CHECK_INT(toc_leaf_write(a, &l).n, 0);
	toc_arena_free(a);
}

static bool parses(struct toc_str bytes)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_leaf untouched, l;
	struct toc_error err = { 0 };

	memset(&untouched, 0x5A, sizeof untouched);
	l = untouched;
	int r = toc_leaf_parse(a, bytes, &l, &err);
	if (r < 0) {
		CHECK_INT(r, TOC_EINVAL);
		CHECK(err.text[0] != 0);
		CHECK(memcmp(&l, &untouched, sizeof l) == 0);
	}
	toc_arena_free(a);
	return r == 0;
}

CASE(every_other_spelling_is_refused)
{
	static const char *const from_to[][2] = {
		{ "{\"v\":1", "{ \"v\":1" },
		{ "{\"v\":1", "{\"v\":2" },
		{ "1763804012123456", "01763804012123456" },
		{ "1763804012123456", "+1763804012123456" },
		{ "1763804012123456", "-1" },
		{ "1763804012123456", "1763804012123456.0" },
		{ "1763804012123456", "99999999999999999999" },
		{ "1763804012123456", "" },
		{ "000000000005\"", "00000000000A\"" },
		{ "\"late\":1,", "\"late\":0," },
		{ "\"late\":1,", "\"late\":1,\"late\":1," },
		{ ",\"late\":1,\"cb\"", ",\"cb\"" },
		{ "\"org\":\"AIRU\",", "\"org\":\"AIRU\",\"org\":\"AIRU\"," },
		{ "\"org\":\"AIRU\",", "" },
		{ "\"org\":\"AIRU\"", "\"org\":\"A\\u0049RU\"" },
		{ "\"node\":\"n1\",", "\"node\":\"n1\", " },
		{ "\"k\":\"M4.send\",\"mode\":\"exercise\"", "\"mode\":\"exercise\",\"k\":\"M4.send\"" },
		{ "\"ex\":\"01890000-0000-7000-8000-000000000001\"",
		  "\"ex\":\"00000000-0000-0000-0000-000000000000\"" },
		{ "\"node\"", "\"extra\":\"x\",\"node\"" },
		{ "}", "}\n" },
		{ "}", "" },
		{ "}", "}}" },
	};
	struct toc_arena *a = toc_arena_new();
	CHECK(parses(toc_str_of(full_text)));
	for (size_t i = 0; i < sizeof from_to / sizeof *from_to; i++) {
		const char *at = strstr(full_text, from_to[i][0]);
		CHECK(at != NULL);
		if (!at)
			continue;
		struct toc_str s = toc_arena_printf(a, "%.*s%s%s", (int)(at - full_text), full_text,
						    from_to[i][1], at + strlen(from_to[i][0]));
		/* an entry that is not late is another, good leaf */
		bool good = strcmp(from_to[i][1], ",\"cb\"") == 0;
		if (parses(s) != good)
			printf("  parsed %d: %.*s\n", !good, TOC_STR_ARGS(s));
		CHECK(parses(s) == good);
	}
	/* base64url of 32 bytes has two bits to spare: they must be 0 */
	struct toc_str s = toc_arena_str(a, toc_str_of(full_text));
	((char *)s.p)[s.n - 3]++;
	CHECK(!parses(s));
	CHECK(!parses((struct toc_str){ 0 }));
	toc_arena_free(a);
}

CASE(truncated_anywhere_is_refused)
{
	for (size_t n = 0; n + 1 < sizeof full_text; n++)
		CHECK(!parses((struct toc_str){ full_text, n }));
}

/* Whatever one byte is changed to, the leaf is refused, or it is another leaf with another hash. */
CASE(a_changed_byte_never_goes_unnoticed)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str right = toc_str_of(full_text), s = toc_arena_str(a, right);
	struct toc_sha256 hash = toc_leaf_hash(right);
	unsigned refused = 0;

	for (size_t i = 0; i < s.n; i++)
		for (unsigned flip = 1; flip < 256; flip <<= 1) {
			((char *)s.p)[i] = (char)(right.p[i] ^ (int)flip);
			CHECK(!toc_sha256_eq(toc_leaf_hash(s), hash));
			refused += !parses(s);
			((char *)s.p)[i] = right.p[i];
		}
	CHECK(refused > s.n * 2);
	toc_arena_free(a);
}

CASE(commitments_differ_by_part_salt_and_bytes)
{
	uint8_t salt[TOC_SALT_BYTES] = { 0 }, other[TOC_SALT_BYTES] = { 0 };
	struct toc_sha256 c = toc_commit(TOC_PART_BODY, salt, TOC_STR("{}"));

	CHECK(!toc_sha256_eq(c, toc_commit(TOC_PART_ACTOR, salt, TOC_STR("{}"))));
	CHECK(!toc_sha256_eq(c, toc_commit(TOC_PART_DATA, salt, TOC_STR("{}"))));
	CHECK(!toc_sha256_eq(c, toc_commit(TOC_PART_BODY, salt, TOC_STR("{ }"))));
	for (int i = 0; i < TOC_SALT_BYTES; i++) {
		memset(other, 0, sizeof other);
		other[i] = 1;
		CHECK(!toc_sha256_eq(c, toc_commit(TOC_PART_BODY, other, TOC_STR("{}"))));
	}
	CHECK(toc_sha256_eq(c, toc_commit(TOC_PART_BODY, salt, TOC_STR("{}"))));
}

RUN_CASES()
