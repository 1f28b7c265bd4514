/* refused.c: what the ledger does not take of the journal.
 *
 * Whoever was told `journaled` was told that it will be recorded. A record that PostgreSQL refuses, whose id stands in the
 * ledger for something else, or that cannot be read, must neither be lost nor hold up the others: it is kept in a file
 * like the journal, told to the desks again as urgent, counted, and named by /readyz until somebody has seen to it
 * (docs/journal.md). Each start of the keeper tries again. Nobody can recall what is not in the ledger: so what takes its case
 * from a desk, or its organisation from the members, takes this, too. */
#include "keeper/away.h"

#include "base/map.h"
#include "message/json.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static void learn(void *ctx, size_t index, struct toc_str bytes)
{
	struct toc_away *w = ctx;
	struct toc_arena *a = toc_arena_new();

	(void)index;
	w->aside = toc_must_realloc(w->aside, (w->n_aside + 1) * sizeof *w->aside);
	w->aside[w->n_aside++] = (struct toc_aside){ .is = toc_away_identity(a, bytes) };
	toc_arena_free(a);
}

static struct toc_str key_of(const struct toc_sha256 *is)
{
	return (struct toc_str){ (const char *)is->b, sizeof is->b };
}

struct again {
	struct toc_keeper *k;
	struct toc_map *there; /* what is in the journal */
	struct toc_error error;
};

static void is_there(void *ctx, size_t index, struct toc_str bytes)
{
	struct again *g = ctx;
	struct toc_arena *a = toc_arena_new();
	struct toc_sha256 is = toc_away_identity(a, bytes);

	(void)index;
	(void)toc_map_put(g->there, key_of(&is), g);
	toc_arena_free(a);
}

static void put_back(void *ctx, size_t index, struct toc_str bytes)
{
	struct again *g = ctx;

	if (g->error.code || toc_map_get(g->there, key_of(&g->k->away->aside[index].is)))
		return; /* a keeper died between the two files */
	if (toc_journal_add(g->k->journal, bytes, &g->error) < 0 && !g->error.code)
		g->error.code = TOC_EIO;
}

/* @return 0: all of them are in the journal, on disk, and not in the file any more */
static int try_again(struct toc_keeper *k, struct toc_error *reterr)
{
	struct again g = { .k = k, .there = toc_map_new() };
	int r = toc_journal_read(k->journal, is_there, &g, reterr);

	if (r == 0)
		r = toc_journal_read(k->refused, put_back, &g, reterr);
	if (r == 0 && g.error.code) {
		*reterr = g.error;
		r = g.error.code;
	}
	if (r < 0)
		toc_journal_undo(k->journal);
	if (r == 0)
		r = toc_journal_sync(k->journal, reterr);
	if (r == 0)
		r = toc_journal_cut(k->refused, reterr);
	toc_map_free(g.there);
	return r;
}

void toc_refused_open(struct toc_keeper *k)
{
	char path[PATH_MAX];
	struct toc_error error;

	snprintf(path, sizeof path, "%s/refused", k->o.journal_dir);
	if (toc_journal_open(path, k->o.journal_key, &k->refused, &error) < 0) {
		k->refused = NULL; /* the journal is whole without it, and threats must move */
		toc_log(TOC_LOG_ERROR, "refused_unusable", "%s", error.text);
		return;
	}
	size_t n = toc_journal_count(k->refused);
	if (!n)
		return;
	int r = toc_journal_read(k->refused, learn, k->away, &error);
	if (r == 0)
		r = try_again(k, &error);
	if (r < 0) {
		toc_log(TOC_LOG_WARN, "refused_wait", "%zu refused records of the journal are not all tried again now: %s", n, error.text);
	} else {
		toc_log(TOC_LOG_INFO, "refused_again", "%zu refused records of the journal are tried again", n);
		k->away->n_aside = 0;
	}
}

void toc_refused_settle(struct toc_keeper *k)
{
	struct toc_away *w = k->away;
	struct toc_error error;

	for (size_t i = 0; i < w->n_aside; i++)
		for (size_t j = 0; j < w->n && !w->aside[i].recorded; j++)
			w->aside[i].recorded = w->records[j].done && !w->records[j].refused && toc_sha256_eq(w->records[j].is, w->aside[i].is);
	if (!w->n_aside || toc_refused_count(k))
		return;
	if (toc_journal_cut(k->refused, &error) < 0) /* the next start finds them in the ledger */
		toc_log(TOC_LOG_WARN, "journal_not_cut", "%s", error.text);
	else
		w->n_aside = 0;
}

size_t toc_refused_count(const struct toc_keeper *k)
{
	size_t n = 0;

	for (size_t i = 0; i < k->away->n_aside; i++)
		n += !k->away->aside[i].recorded;
	return n;
}

/* What stands in the log of it: nothing personal. */
static void say(const struct toc_keeper *k, const struct toc_value *own, const char *why)
{
	struct toc_made m;
	char id[TOC_UUID_TEXT] = "?";
	struct toc_str what = TOC_STR("something"), org = TOC_STR("?");

	if (toc_made_load(own, &m) == 0) {
		toc_uuid_format(m.opened.entry.eid, id);
		what = m.opened.entry.k;
		org = m.opened.entry.org;
	}
	toc_log(TOC_LOG_ERROR, "journal_record", "the ledger does not take %.*s %s of %.*s: %s; it stays in %s/refused (docs/journal.md)",
		TOC_STR_ARGS(what), id, TOC_STR_ARGS(org), why, k->o.journal_dir);
}

int toc_refused_keep(struct toc_keeper *k, struct toc_str bytes, const char *why)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_error error = { .text = "its file cannot be used" };
	struct toc_value *v, *said = toc_value_map(a);
	struct toc_refusal no;
	const struct toc_sha256 is = toc_away_identity(a, bytes);
	int r = TOC_EIO;

	for (size_t i = 0; i < k->away->n_aside; i++)
		if (toc_sha256_eq(k->away->aside[i].is, is)) {
			toc_arena_free(a);
			return 0; /* since the last start, or a start that could not take it out */
		}
	if (toc_json_parse(a, bytes, TOC_JOURNAL_RECORD_MAX, TOC_RECORD_DEPTH, &v, &no) < 0) {
		v = toc_value_map(a);
		toc_set_text(a, v, "bytes", toc_base64url(a, bytes.p, bytes.n));
	}
	toc_set_text(a, said, "at", toc_time_str(a, toc_keeper_now(k)));
	toc_set_cstr(a, said, "why", why);
	toc_set(a, v, "refused", said);
	if (k->refused) {
		r = toc_journal_add(k->refused, toc_json_str(a, v), &error);
		if (r == 0)
			r = toc_journal_sync(k->refused, &error);
		else
			toc_journal_undo(k->refused);
	}
	if (r == 0)
		learn(k->away, k->away->n_aside, bytes);
	if (r == 0)
		say(k, toc_at(toc_get(v, "entries"), (size_t)toc_get_int(v, "own", 0)), why);
	else
		toc_log(TOC_LOG_ERROR, "journal_record", "a record that the ledger does not take (%s) stays in the journal: %s", why, error.text);
	toc_arena_free(a);
	return r < 0 ? TOC_EIO : 0;
}

struct repeat {
	struct toc_keeper *k;
	unsigned front;
	struct toc_arena *arena;
};

static void repeat(void *ctx, size_t index, struct toc_str bytes)
{
	struct repeat *r = ctx;
	const struct toc_value *entries;
	struct toc_made m;

	toc_arena_reset(r->arena);
	if (r->k->away->aside[index].recorded || toc_away_read(r->arena, bytes, &entries, NULL) < 0)
		return;
	for (size_t i = 0; i < toc_len(entries); i++)
		if (toc_made_load(toc_at(entries, i), &m) == 0)
			toc_publish_kept(r->k, &m.opened, r->front);
}

void toc_refused_repeat(struct toc_keeper *k, unsigned front)
{
	struct toc_error error;

	if (!toc_refused_count(k))
		return;
	struct repeat r = { k, front, toc_arena_new() };
	if (toc_journal_read(k->refused, repeat, &r, &error) < 0)
		toc_log(TOC_LOG_ERROR, "refused_unusable", "%s", error.text);
	toc_arena_free(r.arena);
}

void toc_refused_committed(struct toc_keeper *k, const struct toc_entry *e)
{
	if (!k->announced || !toc_refused_count(k) || !toc_entry_takes(e))
		return;
	for (unsigned i = 0; i < toc_child_fronts(k->child); i++)
		if (toc_child_has(k->child, i) && !k->gap[i])
			toc_publish_catch_up(k, i);
}
