/* test_ring.c: the ring keeps what fits, shows each reader what is his, and frames it once. */
#include "check.h"

#include "front/ring.h"

static struct toc_rendering rendering(const struct toc_admitted *admitted, size_t n, const char *json)
{
	return (struct toc_rendering){ .admitted = admitted, .n_admitted = n, .json = { json, strlen(json) } };
}

CASE(a_frame_header_has_the_three_forms_of_the_standard)
{
	uint8_t h[TOC_FRAME_HEAD_MAX];

	CHECK_INT(toc_frame_head(h, 125), 2);
	CHECK(h[0] == 0x81 && h[1] == 125);
	CHECK_INT(toc_frame_head(h, 126), 4);
	CHECK(h[1] == 126 && h[2] == 0 && h[3] == 126);
	CHECK_INT(toc_frame_head(h, 65535), 4);
	CHECK(h[2] == 255 && h[3] == 255);
	CHECK_INT(toc_frame_head(h, 65536), 10);
	CHECK(h[1] == 127 && h[6] == 0 && h[7] == 1 && h[8] == 0 && h[9] == 0);
}

CASE(a_reader_gets_the_first_rendering_that_is_for_him)
{
	struct toc_ring *r = toc_ring_new(1 << 16, 16);
	uint32_t north = toc_ring_org(r, TOC_STR("NORTH")), south = toc_ring_org(r, TOC_STR("SOUTH"));
	CHECK(north != south);
	CHECK_INT(toc_ring_org(r, TOC_STR("NORTH")), north);
	const struct toc_admitted whole[] = { { north, 1 } }, part[] = { { north, 3 }, { south, 2 } };
	const struct toc_rendering both[] = { rendering(whole, 1, "{\"whole\":1}"), rendering(part, 2, "{}") };
	CHECK_INT(toc_ring_publish(r, both, 2), 0);

	const struct { struct toc_eyes eyes; const char *json; } cases[] = {
		{ { north, 1, false }, "{\"whole\":1}" },
		{ { north, 3, false }, "{\"whole\":1}" },
		{ { north, 2, false }, "{}" },
		{ { south, 2, false }, "{}" },
		{ { south, 1, false }, NULL },
		{ { north, 4, false }, NULL },
		{ { north, 0, false }, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct toc_framed f;
		uint64_t seq = 0;
		bool seen = toc_ring_next(r, cases[i].eyes, &seq, &f);
		CHECK(seen == (cases[i].json != NULL));
		CHECK_INT(seq, 1);
		if (seen) {
			CHECK_TEXT(f.json, cases[i].json);
			CHECK_INT(f.frame.n, f.json.n + 2);
			CHECK_INT((uint8_t)f.frame.p[0], 0x81);
		}
	}
	toc_ring_free(r);
}

CASE(a_real_incident_is_hidden_from_exercise_only_readers)
{
	struct toc_ring *r = toc_ring_new(1 << 16, 16);
	const struct toc_admitted all[] = { { toc_ring_org(r, TOC_STR("NORTH")), UINT32_MAX } };
	struct toc_rendering real = rendering(all, 1, "{}");
	struct toc_framed f;
	uint64_t seq = 0;

	real.actual = true;
	CHECK_INT(toc_ring_publish(r, &real, 1), 0);
	CHECK(!toc_ring_next(r, (struct toc_eyes){ 0, 1, true }, &seq, &f));
	seq = 0;
	CHECK(toc_ring_next(r, (struct toc_eyes){ 0, 1, false }, &seq, &f));
	toc_ring_free(r);
}

CASE(entries_for_nobody_are_passed_over)
{
	struct toc_ring *r = toc_ring_new(1 << 16, 16);
	const struct toc_admitted all[] = { { toc_ring_org(r, TOC_STR("NORTH")), 1 } };
	struct toc_rendering x = rendering(all, 1, "{}");
	struct toc_framed f;
	uint64_t seq = 10;

	toc_ring_reset(r, 10);
	CHECK_INT(toc_ring_publish(r, NULL, 0), 0);
	CHECK_INT(toc_ring_publish(r, &x, 1), 0);
	CHECK_INT(toc_ring_publish(r, NULL, 0), 0);
	CHECK(toc_ring_next(r, (struct toc_eyes){ 0, 1, false }, &seq, &f));
	CHECK_INT(f.seq, 11);
	CHECK(!toc_ring_next(r, (struct toc_eyes){ 0, 1, false }, &seq, &f));
	CHECK_INT(seq, 13);
	toc_ring_free(r);
}

/* A JSON text that tells its number and is `n` bytes long. */
static struct toc_str numbered(char *space, uint64_t seq, size_t n)
{
	memset(space, ' ', n);
	int head = snprintf(space, n, "{\"seq\":%" PRIu64 ",\"x\":\"", seq);
	space[head] = 'x';
	space[n - 2] = '"';
	space[n - 1] = '}';
	return (struct toc_str){ space, n };
}

CASE(the_oldest_go_and_what_stays_is_unharmed)
{
	struct toc_ring *r = toc_ring_new(10000, 64);
	const struct toc_admitted all[] = { { toc_ring_org(r, TOC_STR("NORTH")), 1 } };
	char text[6000], expected[6000];
	uint32_t random = 12345;

	for (uint64_t seq = 0; seq < 2000; seq++) {
		random = random * 1664525u + 1013904223u;
		size_t n = 40 + (random >> 16) % (seq % 50 == 0 ? 5900 : 300);
		struct toc_rendering x = { .admitted = all, .n_admitted = 1, .json = numbered(text, seq, n) };
		CHECK_INT(toc_ring_publish(r, &x, 1), 0);
		CHECK_INT(toc_ring_head(r), seq + 1);
		CHECK(toc_ring_tail(r) <= seq);
		CHECK(toc_ring_head(r) - toc_ring_tail(r) <= 64);
		uint64_t at = toc_ring_tail(r), want = at;
		struct toc_framed f;
		while (toc_ring_next(r, (struct toc_eyes){ 0, 1, false }, &at, &f)) {
			CHECK_INT(f.seq, want);
			struct toc_str e = numbered(expected, want, f.json.n);
			CHECK(toc_str_eq(e, f.json));
			want++;
		}
		CHECK_INT(want, seq + 1);
	}
	toc_ring_free(r);
}

CASE(what_is_forgotten_is_wiped_and_what_stays_is_unharmed)
{
	struct toc_ring *r = toc_ring_new(2000, 16);
	const struct toc_admitted all[] = { { toc_ring_org(r, TOC_STR("NORTH")), 1 } };
	char text[200], expected[200];

	for (uint64_t seq = 0; seq < 60; seq++) { /* round the block some times; forgotten at every place of it */
		struct toc_rendering x = { .admitted = all, .n_admitted = 1, .json = numbered(text, seq, 100 + seq % 60) };
		struct toc_framed gone = { .seq = 0 }, f;
		CHECK_INT(toc_ring_publish(r, seq % 7 ? &x : NULL, seq % 7 ? 1 : 0), 0);
		if (seq % 3)
			continue;
		uint64_t at = toc_ring_tail(r), upto = (at + seq) / 2 + 1;
		bool there = toc_ring_next(r, (struct toc_eyes){ 0, 1, false }, &at, &gone) && gone.seq < upto;
		toc_ring_forget(r, upto);
		CHECK_INT(toc_ring_tail(r), upto);
		for (size_t i = 0; there && i < gone.frame.n; i++)
			CHECK(gone.frame.p[i] == 0); /* its place in the block */
		for (at = upto; toc_ring_next(r, (struct toc_eyes){ 0, 1, false }, &at, &f);) {
			struct toc_str e = numbered(expected, f.seq, f.json.n);
			CHECK(f.seq >= upto && toc_str_eq(e, f.json));
		}
	}
	uint64_t tail = toc_ring_tail(r);
	toc_ring_forget(r, 3); /* long gone */
	CHECK_INT(toc_ring_tail(r), tail);
	toc_ring_forget(r, 1000); /* more than there is */
	CHECK_INT(toc_ring_tail(r), 60);
	CHECK_INT(toc_ring_head(r), 60);
	toc_ring_free(r);
}

CASE(an_entry_larger_than_the_ring_empties_it_and_is_left_to_the_archive)
{
	struct toc_ring *r = toc_ring_new(1000, 64);
	const struct toc_admitted all[] = { { toc_ring_org(r, TOC_STR("NORTH")), 1 } };
	char text[2000];
	struct toc_rendering x = rendering(all, 1, "{}");

	CHECK_INT(toc_ring_publish(r, &x, 1), 0);
	x.json = numbered(text, 1, sizeof text);
	CHECK_INT(toc_ring_publish(r, &x, 1), TOC_ELIMIT);
	CHECK_INT(toc_ring_head(r), 2);
	CHECK_INT(toc_ring_tail(r), 2);
	toc_ring_free(r);
}

RUN_CASES()
