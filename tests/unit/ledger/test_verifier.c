/* test_verifier.c: a whole log is read and believed, and one that was bent anywhere is not. The log is a real one of leaves as
 * the ledger writes them, at the sizes at which tiles begin and end. */
#include "check.h"
#include "ledger/verifier.h"

#define MOST 65800u

struct log {
	struct toc_arena *a;
	uint64_t n;
	struct toc_str leaf[MOST];
	struct toc_sha256 hash[MOST];
};
static struct log log_of;

static struct toc_str leaf_of(struct toc_arena *a, uint64_t i)
{
	struct toc_leaf l = { .ts = { (int64_t)(1700000000000000 + i) },
			      .k = TOC_STR("M4.send"),
			      .mode = TOC_STR("exercise"),
			      .org = TOC_STR("AIRU"),
			      .node = TOC_STR("n1") };

	memcpy(l.eid.b, &i, sizeof i);
	l.eid.b[15] = 1;
	return toc_leaf_write(a, &l);
}

static struct log *made(void)
{
	struct log *g = &log_of;

	if (g->a)
		return g;
	g->a = toc_arena_new();
	for (g->n = 0; g->n < MOST; g->n++) {
		g->leaf[g->n] = leaf_of(g->a, g->n);
		g->hash[g->n] = toc_leaf_hash(g->leaf[g->n]);
	}
	return g;
}

static struct toc_sha256 subtree_root(const struct log *g, unsigned level, uint64_t n)
{
	struct toc_range r = { 0 };

	for (uint64_t i = n << level; i < (n + 1) << level; i++)
		toc_range_add(&r, g->hash[i]);
	return toc_range_root(&r);
}

static struct toc_checkpoint signed_at(const struct log *g, uint64_t size)
{
	struct toc_checkpoint c = { .origin = "log.example/1", .size = size };
	struct toc_range r = { 0 };

	for (uint64_t i = 0; i < size; i++)
		toc_range_add(&r, g->hash[i]);
	c.root = toc_range_root(&r);
	return c;
}

static struct toc_str shown(const struct log *g, struct toc_arena *a, const struct toc_tile *t)
{
	struct toc_buf b;

	toc_buf_init(&b, 1 << 20);
	for (uint64_t i = t->n * 256; i < t->n * 256 + t->width; i++) {
		if (t->entries) {
			toc_buf_byte(&b, (uint8_t)(g->leaf[i].n >> 8));
			toc_buf_byte(&b, (uint8_t)g->leaf[i].n);
			toc_buf_str(&b, g->leaf[i]);
		} else {
			struct toc_sha256 h = t->level ? subtree_root(g, 8 * t->level, i) : g->hash[i];
			toc_buf_add(&b, h.b, sizeof h.b);
		}
	}
	struct toc_str bytes = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return bytes;
}

/* Read on to a size. `bend` may change what is shown. @return as toc_verifier_end */
typedef void bend(struct toc_arena *a, const struct toc_tile *t, struct toc_str *bytes);
static int go_on(struct toc_verifier *v, const struct log *g, const struct toc_checkpoint *c, bend *how, struct toc_error *e)
{
	struct toc_tile t[4];
	struct toc_arena *a = toc_arena_new();
	int r = toc_verifier_begin(v, c, e);
	unsigned n = 0;

	for (bool more = true; r == 0 && (more || n);) {
		while (more && n < 4 && (more = toc_verifier_next(v, &t[n]))) /* several are under way */
			n++;
		if (!n)
			break;
		struct toc_str bytes = shown(g, a, &t[0]);
		if (how)
			how(a, &t[0], &bytes);
		r = toc_verifier_take(v, bytes, e);
		memmove(t, t + 1, --n * sizeof *t);
		toc_arena_reset(a);
	}
	toc_arena_free(a);
	return r == 0 ? toc_verifier_end(v, e) : r;
}

CASE(a_log_is_believed_at_every_size_at_which_tiles_begin_and_end)
{
	static const uint64_t sizes[] = { 0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1000, 65535, 65536, 65537, MOST };
	const struct log *g = made();

	for (unsigned leaves = 0; leaves < 2; leaves++)
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			struct toc_verifier *v = toc_verifier_new(leaves, NULL, NULL);
			struct toc_checkpoint c = signed_at(g, sizes[i]);
			struct toc_error e = { 0 };
			struct toc_verifier_count n;
			CHECK_INT(go_on(v, g, &c, NULL, &e), 0);
			toc_verifier_counted(v, &n);
			CHECK_INT(n.entries, sizes[i]);
			CHECK_INT(n.bundles, leaves ? (sizes[i] + 255) / 256 : 0);
			CHECK_INT(n.clock_back, 0);
			toc_verifier_free(v);
		}
}

CASE(a_log_that_grows_is_gone_on_with_and_each_tile_above_is_still_checked)
{
	static const uint64_t sizes[] = { 1, 200, 256, 300, 300, 700, 65530, 65540 };
	const struct log *g = made();
	struct toc_verifier *v = toc_verifier_new(true, NULL, NULL);
	struct toc_verifier_count n;
	struct toc_error e = { 0 };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct toc_checkpoint c = signed_at(g, sizes[i]);
		CHECK_INT(go_on(v, g, &c, NULL, &e), 0);
	}
	toc_verifier_counted(v, &n);
	CHECK_INT(n.entries, 65540);
	CHECK_INT(n.clock_back, 0);
	struct toc_checkpoint back = signed_at(g, 65000);
	CHECK_INT(toc_verifier_begin(v, &back, &e), TOC_EPROOF);
	toc_verifier_free(v);
}

CASE(it_has_to_begin_with_each_older_checkpoint)
{
	const struct log *g = made();
	struct toc_checkpoint c = signed_at(g, 1000), olds[] = { signed_at(g, 0), signed_at(g, 1), signed_at(g, 256),
								 signed_at(g, 999), signed_at(g, 1000) };
	struct toc_error e = { 0 };
	struct toc_verifier_count n;
	struct toc_verifier *v = toc_verifier_new(true, NULL, NULL);

	for (size_t i = 0; i < 5; i++)
		CHECK_INT(toc_verifier_against(v, &olds[i]), 0);
	CHECK_INT(go_on(v, g, &c, NULL, &e), 0);
	toc_verifier_counted(v, &n);
	CHECK_INT(n.older, 5);
	toc_verifier_free(v);
	for (size_t i = 0; i < 5; i++) {
		struct toc_checkpoint other = olds[i];
		other.root.b[3] ^= 1;
		v = toc_verifier_new(true, NULL, NULL);
		CHECK_INT(toc_verifier_against(v, &other), 0);
		CHECK_INT(go_on(v, g, &c, NULL, &e), TOC_EPROOF);
		CHECK(strstr(e.text, "rewritten"));
		toc_verifier_free(v);
	}
	v = toc_verifier_new(false, NULL, NULL);
	struct toc_checkpoint ahead = signed_at(g, 1001);
	CHECK_INT(toc_verifier_against(v, &ahead), 0);
	CHECK_INT(go_on(v, g, &c, NULL, &e), TOC_EPROOF);
	CHECK(strstr(e.text, "rolled back"));
	toc_verifier_free(v);
}

/* ---- bent: in a log of 66,000, whose tiles have three levels ---- */

static void one_bit_of_an_entry(struct toc_arena *a, const struct toc_tile *t, struct toc_str *bytes)
{
	(void)a;
	if (t->entries && t->n == 1)
		((char *)bytes->p)[40] ^= 1; /* within its time, or its name */
}
static void another_entry(struct toc_arena *a, const struct toc_tile *t, struct toc_str *bytes)
{
	if (t->entries && t->n == 1) {
		struct toc_str other = leaf_of(a, 7777777);
		memcpy((char *)bytes->p + 2, other.p, other.n);
	}
}
static void a_hash(struct toc_arena *a, const struct toc_tile *t, struct toc_str *bytes)
{
	(void)a;
	if (!t->entries && t->level == 0 && t->n == 256)
		((char *)bytes->p)[33] ^= 1;
}
static void a_hash_above(struct toc_arena *a, const struct toc_tile *t, struct toc_str *bytes)
{
	(void)a;
	if (t->level == 1 && t->n == 0)
		((char *)bytes->p)[5] ^= 1;
}
static void the_top(struct toc_arena *a, const struct toc_tile *t, struct toc_str *bytes)
{
	(void)a;
	if (t->level == 2)
		((char *)bytes->p)[5] ^= 1;
}
static void swapped(struct toc_arena *a, const struct toc_tile *t, struct toc_str *bytes)
{
	if (!t->entries && t->level == 0 && t->n == 0) {
		char *p = (char *)bytes->p, *keep = toc_arena_alloc(a, 32);
		memcpy(keep, p, 32);
		memcpy(p, p + 32, 32);
		memcpy(p + 32, keep, 32);
	}
}
static void cut_off(struct toc_arena *a, const struct toc_tile *t, struct toc_str *bytes)
{
	(void)a;
	if (t->entries && t->n == 2)
		bytes->n -= 1;
}
static void an_entry_more(struct toc_arena *a, const struct toc_tile *t, struct toc_str *bytes)
{
	if (t->entries && t->n == 2)
		*bytes = toc_arena_printf(a, "%.*s%.*s", (int)bytes->n, bytes->p, 20, bytes->p);
}
static void nothing(struct toc_arena *a, const struct toc_tile *t, struct toc_str *bytes)
{
	(void)a;
	if (t->level == 1)
		bytes->n = 0;
}
static void of_another_width(struct toc_arena *a, const struct toc_tile *t, struct toc_str *bytes)
{
	(void)a;
	if (!t->entries && t->n == 3)
		bytes->n -= 32;
}

CASE(what_was_bent_anywhere_is_found_and_named)
{
	static const struct {
		bend *how;
		const char *says;
	} ways[] = {
		{ one_bit_of_an_entry, "entry 256" }, { another_entry, "entry 256" },   { a_hash, "entry 65537" },
		{ a_hash_above, "tile 1/000" },       { the_top, "tile 2/000.p/1" },    { swapped, "entry 0" },
		{ cut_off, "tile entries/002" },      { an_entry_more, "entries/002" }, { nothing, "tile 1/000" },
		{ of_another_width, "tile 0/003" },
	};
	const struct log *g = made();
	struct toc_checkpoint c = signed_at(g, 65700);

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct toc_verifier *v = toc_verifier_new(true, NULL, NULL);
		struct toc_error e = { .text = "" };
		CHECK_INT(go_on(v, g, &c, ways[i].how, &e), TOC_EPROOF);
		CHECK(strstr(e.text, ways[i].says));
		if (!strstr(e.text, ways[i].says))
			printf("  %zu: %s\n", i, e.text);
		toc_verifier_free(v);
	}
}

/* Who may not read leaves has the hashes alone; then the root says it. */
CASE(without_the_leaves_a_changed_hash_changes_the_root)
{
	const struct log *g = made();
	struct toc_checkpoint c = signed_at(g, 700);
	struct toc_verifier *v = toc_verifier_new(false, NULL, NULL);
	struct toc_error e = { .text = "" };

	CHECK_INT(go_on(v, g, &c, swapped, &e), TOC_EPROOF);
	CHECK(e.text[0]);
	toc_verifier_free(v);
	v = toc_verifier_new(false, NULL, NULL);
	c.root.b[0] ^= 1;
	CHECK_INT(go_on(v, g, &c, NULL, &e), TOC_EPROOF);
	CHECK(strstr(e.text, "the root that was signed"));
	toc_verifier_free(v);
}

static uint64_t seen;
static void each(void *ctx, uint64_t seq, struct toc_str leaf, const struct toc_leaf *parsed)
{
	(void)ctx;
	CHECK(seq == seen && leaf.n > 100 && toc_str_is(parsed->k, "M4.send"));
	seen++;
}
CASE(the_reader_is_told_each_leaf_in_order)
{
	const struct log *g = made();
	struct toc_checkpoint c = signed_at(g, 513);
	struct toc_verifier *v = toc_verifier_new(true, each, NULL);
	struct toc_error e;

	CHECK_INT(go_on(v, g, &c, NULL, &e), 0);
	CHECK_INT(seen, 513);
	toc_verifier_free(v);
}

RUN_CASES()
