/* refused.c: what the ledger does not take of the journal.
 *
 * Whoever was told `journaled` was told that it will be recorded. A record that PostgreSQL refuses, whose id stands in the
 * ledger for something else, or that cannot be read, must neither be lost nor hold up the others: it is kept in a file
 * like the journal, told to the desks again as urgent, counted, and named by /readyz until somebody has seen to it
 * (docs/journal.md). Each start of the keeper tries again. */
#include "keeper/away.h"

#include "message/json.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

struct again {
	struct toc_keeper *k;
	struct toc_arena *arena;
	struct toc_error error;
};

static void put_back(void *ctx, size_t index, struct toc_str bytes)
{
	struct again *g = ctx;
	const struct toc_value *entries, *own;
	struct toc_made m;
	struct toc_opened there;

	(void)index;
	toc_arena_reset(g->arena);
	if (g->error.code || (toc_away_read(g->arena, bytes, &entries, &own) == 0 && toc_made_load(own, &m) == 0 &&
			      toc_away_find(g->k, m.opened.entry.eid, g->arena, &there) == 0))
		return; /* a keeper died between the two files */
	if (toc_journal_add(g->k->journal, bytes, &g->error) < 0 && !g->error.code)
		g->error.code = TOC_EIO;
}

void toc_refused_open(struct toc_keeper *k)
{
	char path[PATH_MAX];
	struct again g = { .k = k };
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
	g.arena = toc_arena_new();
	int r = toc_journal_read(k->refused, put_back, &g, &error);
	if (r == 0 && g.error.code) {
		error = g.error;
		r = g.error.code;
	}
	if (r < 0)
		toc_journal_undo(k->journal);
	if (r == 0)
		r = toc_journal_sync(k->journal, &error);
	if (r == 0)
		r = toc_journal_cut(k->refused, &error);
	if (r < 0)
		toc_log(TOC_LOG_WARN, "refused_wait", "%zu refused records of the journal are not tried again now: %s", n, error.text);
	else
		toc_log(TOC_LOG_INFO, "refused_again", "%zu refused records of the journal are tried again", n);
	toc_arena_free(g.arena);
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
	int r = TOC_EIO;

	if (toc_json_parse(a, bytes, TOC_JOURNAL_RECORD_MAX, TOC_RECORD_DEPTH, &v, &no) < 0) {
		v = toc_value_map(a);
		toc_set_text(a, v, "bytes", toc_base64url(a, bytes.p, bytes.n));
	}
	toc_set_text(a, said, "at", toc_time_str(a, toc_keeper_now(k)));
	toc_set_cstr(a, said, "why", why);
	toc_set(a, v, "refused", said);
	if (k->refused && (r = toc_journal_add(k->refused, toc_json_str(a, v), &error)) == 0)
		r = toc_journal_sync(k->refused, &error);
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

	(void)index;
	toc_arena_reset(r->arena);
	if (toc_away_read(r->arena, bytes, &entries, NULL) < 0)
		return;
	for (size_t i = 0; i < toc_len(entries); i++)
		if (toc_made_load(toc_at(entries, i), &m) == 0)
			toc_publish_urgent(r->k, &m.opened, r->front);
}

void toc_refused_repeat(struct toc_keeper *k, unsigned front)
{
	struct toc_error error;

	if (!k->refused || !toc_journal_count(k->refused))
		return;
	struct repeat r = { k, front, toc_arena_new() };
	if (toc_journal_read(k->refused, repeat, &r, &error) < 0)
		toc_log(TOC_LOG_ERROR, "refused_unusable", "%s", error.text);
	toc_arena_free(r.arena);
}
