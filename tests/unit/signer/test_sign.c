/* test_sign.c: the signer on a ledger in memory: it signs what adds up, once, and stops at what does not. */
#include "contract/entries.h"
#include "signer/signer.h"

#include <stdlib.h>
#include <unistd.h>

static const uint8_t seed[32] = "a seed of thirty-two bytes, test";

struct stage {
	struct toc_store *store; /* the keeper's */
	struct toc_signer *signer;
	char folder[32], record[64];
	struct toc_note_key key;
};

static void turn(struct toc_signer *s, toc_dur at_most)
{
	CHECK_INT(toc_signer_turn(s, at_most), 0);
}

static void start(struct stage *g, struct toc_store *of)
{
	struct toc_signer_options o = { .store = toc_store_memory_share(of), .control = -1, .record = g->record,
					.pause = { 1000 } };
	uint8_t public_key[32];

	toc_ed25519_public(seed, public_key);
	CHECK_INT(toc_note_key_init(&o.key, TOC_STR("log.example/1"), TOC_NOTE_LOG, public_key), 0);
	memcpy(o.seed, seed, sizeof seed);
	g->key = o.key;
	g->signer = toc_signer_new(&o);
}

static struct stage stage_new(void)
{
	struct stage g = { .store = toc_store_memory_new(), .folder = "/tmp/tocsin-signer-XXXXXX" };

	if (!mkdtemp(g.folder))
		abort();
	snprintf(g.record, sizeof g.record, "%s/published", g.folder);
	CHECK_INT(toc_store_wait_up(g.store, TOC_SECONDS(1), NULL), 0);
	start(&g, g.store);
	return g;
}

static void stage_free(struct stage *g)
{
	toc_signer_free(g->signer);
	toc_store_free(g->store);
	(void)unlink(g->record);
	(void)rmdir(g->folder);
}

/* Turn until the checkpoint has this size, or it has halted. @return why it has, or NULL */
static const char *run_to(struct stage *g, uint64_t size)
{
	int64_t until = toc_clock_mono_us() + PATIENCE.us;

	while (toc_clock_mono_us() < until) {
		struct toc_signer_view v = toc_signer_look(g->signer);
		if (v.halted)
			return v.halted;
		if (v.published == size && toc_signer_turn(g->signer, (toc_dur){ 0 }) == 0 &&
		    toc_signer_look(g->signer).published == size)
			return toc_signer_look(g->signer).halted;
		turn(g->signer, (toc_dur){ 1000 });
	}
	return "it did not come so far";
}

static const char *run_to_halt(struct stage *g)
{
	int64_t until = toc_clock_mono_us() + PATIENCE.us;

	while (!toc_signer_look(g->signer).halted && toc_clock_mono_us() < until)
		turn(g->signer, (toc_dur){ 1000 });
	return toc_signer_look(g->signer).halted;
}

static void add(struct toc_store *s, struct made *m, size_t n)
{
	struct toc_append what = { .expected_size = m->n, .rows = &m->row[m->n], .n_rows = n };
	struct outcome o = { 0 };

	make_rows(m, n);
	CHECK_INT(waited(s, &o, toc_store_append(s, &what, TOC_SECONDS(9), note, &o)).result, 0);
}

struct newest {
	struct outcome o;
	struct toc_checkpoint c;
	int opened;
	const struct toc_note_key *key;
	struct toc_sha256 hash[256];
	unsigned n_hashes;
};

static void note_newest(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	note(&((struct newest *)ctx)->o, result, size, error);
}

static void see(void *ctx, uint64_t size, struct toc_sha256 root, struct toc_str text)
{
	struct newest *n = ctx;

	(void)root;
	n->opened = toc_checkpoint_open(text, n->key, &n->c, NULL);
	CHECK_INT(n->c.size, size);
}

static struct newest newest(struct stage *g)
{
	struct newest n = { .key = &g->key, .opened = -100 };

	waited(g->store, &n.o, toc_store_checkpoint(g->store, TOC_STR("log.example/1"), TOC_SECONDS(9), see, note_newest, &n));
	return n;
}

static struct toc_range range_of(const struct made *m, size_t n)
{
	struct toc_range r = { 0 };

	for (size_t i = 0; i < n; i++)
		toc_range_add(&r, toc_leaf_hash(m->row[i].leaf));
	return r;
}

CASE(it_signs_the_empty_log_and_every_growth)
{
	struct stage g = stage_new();
	struct made *m = made_new();
	static const size_t steps[] = { 1, 1, 1, 252, 1, 1, 255, 1 }; /* sizes around the width of a tile */
	struct newest n;

	CHECK(run_to(&g, 0) == NULL);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		add(g.store, m, steps[i]);
		CHECK(run_to(&g, m->n) == NULL);
		n = newest(&g);
		struct toc_range r = range_of(m, m->n);
		CHECK_INT(n.opened, 0);
		CHECK_INT(n.c.size, m->n);
		CHECK(toc_sha256_eq(n.c.root, toc_range_root(&r)));
	}
	made_free(m);
	stage_free(&g);
}

static void see_tile(void *ctx, uint64_t as_of, int version, struct toc_str bytes)
{
	struct newest *n = ctx;

	(void)as_of;
	(void)version;
	memcpy(n->hash, bytes.p, bytes.n);
	n->n_hashes = (unsigned)(bytes.n / 32);
}

CASE(full_tiles_are_published_with_their_checkpoint)
{
	struct stage g = stage_new();
	struct made *m = made_new();
	struct newest n = { 0 };

	add(g.store, m, 513);
	CHECK(run_to(&g, 513) == NULL);
	waited(g.store, &n.o, toc_store_hashes(g.store, 1, 0, 256, TOC_SECONDS(9), see_tile, note_newest, &n));
	CHECK_INT(n.n_hashes, 2);
	struct toc_range r = range_of(m, 256);
	CHECK(toc_sha256_eq(n.hash[0], toc_range_root(&r)));
	made_free(m);
	stage_free(&g);
}

CASE(it_goes_on_where_it_stopped_and_reads_again_what_it_signed)
{
	struct stage g = stage_new();
	struct made *m = made_new();

	add(g.store, m, 300);
	CHECK(run_to(&g, 300) == NULL);
	toc_signer_free(g.signer);
	start(&g, g.store);
	CHECK_INT(toc_signer_look(g.signer).published, 300);
	add(g.store, m, 5);
	CHECK(run_to(&g, 305) == NULL);
	made_free(m);
	stage_free(&g);
}

CASE(two_nodes_sign_one_log)
{
	struct stage g = stage_new(), h = g;
	struct made *m = made_new();

	snprintf(h.record, sizeof h.record, "%s/other", h.folder);
	start(&h, g.store);
	for (int i = 0; i < 10; i++) {
		add(g.store, m, 7);
		struct stage *first = i % 2 ? &g : &h, *second = i % 2 ? &h : &g;
		CHECK(run_to(first, m->n) == NULL);
		for (int n = 0; n < 50; n++)
			turn(second->signer, (toc_dur){ 500 });
		CHECK(toc_signer_look(second->signer).halted == NULL);
	}
	CHECK(run_to(&g, m->n) == NULL || newest(&g).c.size == m->n);
	CHECK_INT(newest(&g).opened, 0);
	toc_signer_free(h.signer);
	(void)unlink(h.record);
	made_free(m);
	stage_free(&g);
}

/* An older copy of the database: everything in it is true, and there is less of it than was signed. */
CASE(a_database_behind_what_was_published_is_not_signed)
{
	struct stage g = stage_new();
	struct made *m = made_new();

	add(g.store, m, 9);
	CHECK(run_to(&g, 9) == NULL);
	toc_signer_free(g.signer);
	struct toc_store *older = toc_store_memory_new();
	CHECK_INT(toc_store_wait_up(older, TOC_SECONDS(1), NULL), 0);
	struct toc_append what = { .expected_size = 0, .rows = m->row, .n_rows = 5 };
	struct outcome o = { 0 };
	CHECK_INT(waited(older, &o, toc_store_append(older, &what, TOC_SECONDS(9), note, &o)).result, 0);
	start(&g, older);
	const char *why = run_to_halt(&g);
	CHECK(why && strstr(why, "has 5 entries, and 9 were published"));
	toc_store_free(g.store);
	g.store = older;
	CHECK(newest(&g).opened == -100); /* nothing was published there */
	made_free(m);
	stage_free(&g);
}

/* The same size, another history: what a rewriting with the database's own functions would give. */
CASE(another_history_of_the_same_size_is_not_signed)
{
	struct stage g = stage_new();
	struct made *m = made_new(), *other = made_new();

	add(g.store, m, 9);
	CHECK(run_to(&g, 9) == NULL);
	toc_signer_free(g.signer);
	struct toc_store *rewritten = toc_store_memory_new();
	CHECK_INT(toc_store_wait_up(rewritten, TOC_SECONDS(1), NULL), 0);
	add(rewritten, other, 9);
	start(&g, rewritten);
	const char *why = run_to_halt(&g);
	CHECK(why && strstr(why, "another root"));
	toc_store_free(g.store);
	g.store = rewritten;
	made_free(m);
	made_free(other);
	stage_free(&g);
}

CASE(a_longer_history_that_begins_otherwise_is_not_signed)
{
	struct stage g = stage_new();
	struct made *m = made_new(), *other = made_new();

	add(g.store, m, 9);
	CHECK(run_to(&g, 9) == NULL);
	toc_signer_free(g.signer);
	struct toc_store *rewritten = toc_store_memory_new();
	CHECK_INT(toc_store_wait_up(rewritten, TOC_SECONDS(1), NULL), 0);
	add(rewritten, other, 20);
	start(&g, rewritten);
	CHECK(run_to_halt(&g) != NULL);
	toc_store_free(g.store);
	g.store = rewritten;
	made_free(m);
	made_free(other);
	stage_free(&g);
}

CASE(a_record_that_cannot_be_read_stops_it_before_it_signs)
{
	struct stage g = stage_new();
	struct made *m = made_new();

	toc_signer_free(g.signer);
	FILE *f = fopen(g.record, "w");
	CHECK(f && fputs("nonsense\n", f) >= 0 && fclose(f) == 0);
	start(&g, g.store);
	add(g.store, m, 3);
	CHECK(run_to_halt(&g) != NULL);
	CHECK(newest(&g).opened == -100);
	made_free(m);
	stage_free(&g);
}

CASE(a_record_that_cannot_be_written_lets_nothing_out)
{
	struct stage g = stage_new();
	struct made *m = made_new();

	snprintf(g.record, sizeof g.record, "%s/gone/published", g.folder);
	toc_signer_free(g.signer);
	start(&g, g.store);
	add(g.store, m, 3);
	for (int i = 0; i < 200; i++)
		turn(g.signer, (toc_dur){ 500 });
	CHECK(newest(&g).opened == -100);
	CHECK(toc_signer_look(g.signer).halted == NULL); /* a full disk is no tampering */
	made_free(m);
	stage_free(&g);
}

RUN_CASES()
