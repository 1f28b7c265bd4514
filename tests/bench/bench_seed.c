/* bench_seed.c: a ledger with very many entries, made quickly: decided, sealed and appended as the keeper does it, without
 * members, sockets and answers.
 *
 *   bench_seed STATE ENTRIES      STATE: of a demonstration that has stopped; until it has so many entries
 * What is said: mix.h, a case every 50 ms of a clock that begins where the ledger ends. Each case has seal keys of its
 * own. The copies of the state that are there stay as they are, and old. */
#include <stdio.h>
#include <stdlib.h>

#include "keeper/batch.h"
#include "main/keys.h"
#include "mix.h"
#include "store/private_cluster.h"

#define ROWS 768 /* of an append, about */

struct seed {
	struct mix m;
	struct toc_store *store;
	struct toc_keyring *ring;
	struct toc_arena *a; /* of an append */
	struct toc_row rows[TOC_APPEND_MAX];
	size_t n;
	uint64_t size; /* in the database */
	toc_time last;
};

static void must(int r, const struct toc_error *e)
{
	if (r >= 0)
		return;
	fprintf(stderr, "bench_seed: %s\n", e->text);
	exit(1);
}

static void done(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	(void)size;
	must(result, error);
	*(bool *)ctx = true;
}

static void waited(struct seed *d, int queued, const bool *is)
{
	struct toc_error error = { .text = "the database does not answer" };

	must(queued, &error);
	while (!*is)
		must(toc_store_wait(d->store, TOC_SECONDS(60)), &error);
}

/* ---- what is there ---- */

struct reading {
	struct seed *d;
	bool done;
};

static void on_key(void *ctx, const struct toc_key_row *row)
{
	struct toc_error error = { .text = "a seal key does not open" };
	must(toc_keyring_add(((struct reading *)ctx)->d->ring, row), &error);
}

static void on_row(void *ctx, const struct toc_row *row)
{
	struct seed *d = ((struct reading *)ctx)->d;
	struct toc_opened e;
	struct toc_error error;

	toc_arena_reset(d->a);
	must(toc_render_open(d->a, d->ring, row, &e, &error), &error);
	toc_apply(d->m.s->w, &e.entry);
	d->size = row->seq + 1;
	d->last = e.entry.ts;
}

static void on_read(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	done(&((struct reading *)ctx)->done, result, size, error);
}

static void read_ledger(struct seed *d)
{
	struct reading keys = { d, false };
	uint64_t before;

	waited(d, toc_store_keys(d->store, TOC_SECONDS(60), on_key, on_read, &keys), &keys.done);
	do {
		struct reading r = { d, false };
		before = d->size;
		waited(d, toc_store_read(d->store, d->size, TOC_READ_MAX, TOC_SECONDS(60), on_row, on_read, &r), &r.done);
	} while (d->size > before);
}

/* ---- what comes ---- */

static int resolve(void *ctx, struct toc_uuid eid, struct toc_arena *a, struct toc_opened *ret, bool *ret_has_seq)
{
	(void)ctx, (void)eid, (void)a, (void)ret, (void)ret_has_seq;
	return TOC_ENOTFOUND; /* nothing is disclosed in the mix */
}

static void flush(struct seed *d)
{
	struct toc_key_row *keys = NULL;
	struct toc_error error = { 0 };
	size_t n_keys;
	must(toc_keyring_fresh(d->ring, d->a, &keys, &n_keys), &error);
	const struct toc_append what = { d->size, d->rows, d->n, keys, n_keys };
	bool is = false;

	if (d->n == 0)
		return;
	waited(d, toc_store_append(d->store, &what, TOC_SECONDS(60), done, &is), &is);
	toc_keyring_settle(d->ring, true);
	d->size += d->n;
	d->n = 0;
	toc_arena_reset(d->a);
}

static void take(struct seed *d, struct toc_world *w, const struct toc_verdict *v, toc_time now)
{
	if (d->n + v->n > TOC_APPEND_MAX) {
		fprintf(stderr, "bench_seed: too many at once\n");
		exit(1);
	}
	for (size_t i = 0; i < v->n; i++) {
		struct toc_made made;
		struct toc_uuid missing;
		struct toc_error error = { .text = "an entry discloses another" };
		must(toc_made_from_draft(d->a, &v->drafts[i], now, false, toc_world_size(w), resolve, NULL, &made, &missing), &error);
		made.opened.entry.node = TOC_STR("seed");
		must(toc_made_row(d->a, d->ring, TOC_STR("seed"), &made, &d->rows[d->n++], &error), &error);
		toc_apply(w, &made.opened.entry);
	}
}

static void decide_all(struct seed *d)
{
	struct toc_world *w = toc_world_over(d->m.s->w);
	struct toc_verdict v;

	for (size_t i = 0; i < d->m.n; i++) {
		const struct said *m = &d->m.said[i];
		while (!toc_before(m->now, toc_world_next_due(w))) {
			toc_due(w, m->now, 1, d->a, &v);
			take(d, w, &v, m->now);
		}
		struct toc_command c = {
			.k = toc_str_of(m->k), .message = m->message, .dup_keys = m->dup_keys, .received = m->now,
		};
		struct toc_sha256 digest = toc_sha256(toc_get_text(m->message, "id"));
		memcpy(c.digest, digest.b, sizeof c.digest);
		if (toc_decide(w, m->by, &c, m->now, d->a, &v) < 0) {
			fprintf(stderr, "bench_seed: %s: %s: %s\n", m->k, v.refusal.field, v.refusal.detail);
			exit(1);
		}
		take(d, w, &v, m->now);
	}
	toc_world_merge(w);
	if (d->n >= ROWS)
		flush(d);
	toc_arena_reset(d->m.words);
	d->m.n = 0;
}

int main(int argc, char **argv)
{
	static struct seed d;
	struct toc_error error;
	struct toc_state state;
	struct toc_keys keys;
	struct toc_cluster *cluster;
	struct toc_wrapping_key wrapping[TOC_WRAP_KEYS_MAX];
	uint64_t wanted = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;

	if (wanted == 0) {
		fprintf(stderr, "usage: bench_seed STATE ENTRIES\n");
		return 2;
	}
	must(toc_state_open(&state, argv[1], &error), &error);
	must(toc_keys_open(&keys, &state, toc_rights_of_part("eraser", 5), "", "", &error), &error);
	must(toc_cluster_start(&(struct toc_cluster_options){ .state_dir = argv[1] }, &cluster, &error), &error);
	for (size_t i = 0; i < keys.n_wrap; i++) {
		wrapping[i].id = keys.wrap[i].id;
		memcpy(wrapping[i].key, keys.wrap[i].key, sizeof wrapping[i].key);
	}
	d.ring = toc_keyring_new(wrapping, keys.n_wrap);
	d.store = toc_store_pg_new(toc_cluster_conninfo(cluster, TOC_CLUSTER_APP), false);
	d.a = toc_arena_new();
	d.m = (struct mix){ .s = stage_bare(), .words = toc_arena_new(), .pause = { 50000 } };
	read_ledger(&d);
	d.m.ids = (d.size << 8) + (1u << 20);
	d.m.s->now = toc_after(d.last, TOC_SECONDS(1));
	stage_in(d.m.s, NULL);
	const struct script p = mix_script(d.m.s);
	d.m.platform = stage_principal(d.m.s, "GameNest/night responder");
	d.m.desk = stage_principal(d.m.s, "CDA/duty officer");
	d.m.hub = stage_principal(d.m.s, "HUB/duty officer");
	for (unsigned i = (unsigned)d.size * 16 / 10 * 10 + 1; d.size < wanted; i++) {
		mix_case(&d.m, &p, i);
		if (d.m.n >= BATCH)
			decide_all(&d);
	}
	flush(&d);
	printf("%llu entries\n", (unsigned long long)d.size);
	toc_store_free(d.store);
	toc_cluster_stop(cluster);
	toc_state_close(&state);
	return 0;
}
