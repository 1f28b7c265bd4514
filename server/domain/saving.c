/* saving.c: the state as pieces, piece by piece, and back; and as a document.
 *
 * A piece in whose range nothing was written is taken as it is. One in whose range something was is made anew: its
 * objects and those that were written, in the order of their keys. Cutting where pieces are full, and never where they
 * could be equal again, is enough: most keys are ids that grow with time, so what is written lies at the end. */
#include "domain/world.h"

#include <stdlib.h>

struct toc_saving {
	struct toc_world *w;
	struct toc_run from[TOC_OBJECT_KINDS], runs[TOC_OBJECT_KINDS]; /* what there was; what there is */
	struct toc_piece_maker *maker;
	bool done;
	/* of the kind that is being saved */
	unsigned kind;
	bool begun;
	struct toc_changed *changed;
	size_t n_changed, at_changed;
	size_t at_piece;
	uint32_t at_object;
	/* when all is there */
	struct toc_piece **pieces;
	size_t n_pieces;
	/* settled: what is to be freed */
	struct toc_map *old[TOC_OBJECT_KINDS][2];
	bool settled;
	size_t at_old, cursor;
};

struct toc_saving *toc_saving_begin(struct toc_world *w)
{
	struct toc_saving *s = toc_must_realloc(NULL, sizeof *s);

	*s = (struct toc_saving){ .w = w, .maker = toc_piece_maker_new() };
	for (unsigned kind = 0; kind < TOC_OBJECT_KINDS; kind++) { /* our own hold: a look at all of a kind unpacks it */
		const struct toc_run *run = toc_world_packed(w, kind);
		for (size_t i = 0; i < run->n; i++)
			toc_run_add(&s->from[kind], toc_piece_hold(run->pieces[i]));
	}
	return s;
}

void toc_saving_end(struct toc_saving *s)
{
	if (!s)
		return;
	while (s->settled && !toc_saving_bury(s, SIZE_MAX))
		;
	for (unsigned kind = 0; kind < TOC_OBJECT_KINDS; kind++)
		toc_run_clear(&s->from[kind]), toc_run_clear(&s->runs[kind]);
	for (size_t i = 0; i < s->n_pieces; i++)
		toc_piece_drop(s->pieces[i]);
	free(s->pieces);
	free(s->changed);
	toc_piece_maker_free(s->maker);
	free(s);
}

static void take(struct toc_saving *s)
{
	struct toc_piece *p = toc_piece_maker_take(s->maker);

	if (p)
		toc_run_add(&s->runs[s->kind], p);
}

static void add(struct toc_saving *s, const void *object)
{
	toc_piece_maker_add(s->maker, s->kind, object);
	if (toc_piece_maker_is_full(s->maker))
		take(s);
}

/* The next that was written, if its key is below; NULL: no limit. */
static const struct toc_changed *changed_below(const struct toc_saving *s, const struct toc_piece *limit)
{
	int64_t room;
	const struct toc_changed *c = s->at_changed < s->n_changed ? &s->changed[s->at_changed] : NULL;

	return c && (!limit || toc_key_cmp(s->kind, c->key, toc_piece_key(limit, 0, &room)) < 0) ? c : NULL;
}

/* The next object, or a whole piece. @return false: no more of this kind */
static bool next(struct toc_saving *s)
{
	const struct toc_run *run = &s->from[s->kind];
	struct toc_piece *p = s->at_piece < run->n ? run->pieces[s->at_piece] : NULL;
	const struct toc_piece *after = s->at_piece + 1 < run->n ? run->pieces[s->at_piece + 1] : NULL;
	const struct toc_changed *c = changed_below(s, after);

	if (p && s->at_object == p->n && !c) { /* this one is merged */
		s->at_piece++;
		s->at_object = 0;
		return true;
	}
	if (p && s->at_object == 0 && !c) { /* nothing was written here */
		take(s);
		toc_run_add(&s->runs[s->kind], toc_piece_hold(p));
		s->at_piece++;
		return true;
	}
	if (!p && !c)
		return false;
	int64_t room;
	int order = !c ? -1 : !p || s->at_object == p->n ? 1 : toc_key_cmp(s->kind, toc_piece_key(p, s->at_object, &room), c->key);
	if (order >= 0) {
		if (c->object)
			add(s, c->object);
		s->at_changed++;
	} else {
		void *object = toc_piece_object(p, s->at_object);
		add(s, object);
		toc_object_free(s->kind, object);
	}
	if (order <= 0)
		s->at_object++; /* as it was, or as it is now */
	return true;
}

static void all_there(struct toc_saving *s)
{
	s->done = true;
	for (unsigned kind = 0; kind < TOC_OBJECT_KINDS; kind++)
		for (size_t i = 0; i < s->runs[kind].n; i++) {
			if ((s->n_pieces & (s->n_pieces - 1)) == 0)
				s->pieces = toc_must_realloc(s->pieces, (s->n_pieces ? 2 * s->n_pieces : 1) * sizeof *s->pieces);
			s->pieces[s->n_pieces++] = toc_piece_hold(s->runs[kind].pieces[i]);
		}
}

bool toc_saving_step(struct toc_saving *s, size_t objects)
{
	while (objects-- > 0 && s->kind < TOC_OBJECT_KINDS) {
		if (!s->begun) {
			s->changed = toc_world_changed(s->w, s->kind, &s->n_changed);
			s->begun = true;
		}
		if (next(s))
			continue;
		take(s);
		free(s->changed);
		s->changed = NULL;
		s->n_changed = s->at_changed = s->at_piece = s->at_object = 0;
		s->begun = false;
		s->kind++;
	}
	if (s->kind == TOC_OBJECT_KINDS && !s->done)
		all_there(s);
	return s->done;
}

struct toc_piece *const *toc_saving_pieces(const struct toc_saving *s, size_t *ret_n)
{
	*ret_n = s->n_pieces;
	return s->pieces;
}

void toc_saving_sum(const struct toc_saving *s, uint8_t ret_sum[32])
{
	memset(ret_sum, 0, 32);
	for (size_t i = 0; i < s->n_pieces; i++)
		toc_sum_add(ret_sum, (const uint8_t *)s->pieces[i]->sum);
}

void toc_saving_settle(struct toc_saving *s)
{
	for (unsigned kind = 0; s->done && kind < TOC_OBJECT_KINDS; kind++)
		toc_world_settle(s->w, kind, &s->runs[kind], s->old[kind]);
	s->settled = s->done;
}

bool toc_saving_is_buried(const struct toc_saving *s)
{
	return s->settled && s->at_old == 2 * TOC_OBJECT_KINDS;
}

bool toc_saving_bury(struct toc_saving *s, size_t objects)
{
	while (objects > 0 && s->at_old < 2 * TOC_OBJECT_KINDS) {
		struct toc_map *old = s->old[s->at_old / 2][s->at_old % 2];
		size_t n = old ? toc_world_bury(s->at_old / 2, old, &s->cursor, objects) : 0;
		if (n == 0) {
			s->at_old++;
			s->cursor = 0;
		}
		objects -= n < objects ? n : objects;
	}
	return toc_saving_is_buried(s);
}

/* ---- loading ---- */

static bool follows(const struct toc_run *run, const struct toc_piece *p)
{
	int64_t room[2];

	if (run->n == 0)
		return true;
	const struct toc_piece *last = run->pieces[run->n - 1];
	return toc_key_cmp(p->kind, toc_piece_key(last, last->n - 1, &room[0]), toc_piece_key(p, 0, &room[1])) < 0;
}

int toc_world_load(struct toc_piece *const *pieces, size_t n, uint64_t size, struct toc_world **ret_world,
		   struct toc_error *reterr)
{
	struct toc_run runs[TOC_OBJECT_KINDS] = { 0 };
	struct toc_world *w = toc_world_new();
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct toc_run *run = &runs[pieces[i]->kind];
		if (follows(run, pieces[i]))
			toc_run_add(run, toc_piece_hold(pieces[i]));
		else
			r = toc_fail(reterr, TOC_EINVAL, "the pieces of the state overlap");
	}
	for (unsigned kind = 0; kind < TOC_OBJECT_KINDS; kind++)
		toc_world_settle(w, kind, &runs[kind], (struct toc_map *[2]){ NULL, NULL }); /* there was nothing */
	toc_world_set_size(w, size);
	if (r < 0) {
		toc_world_free(w);
		return r;
	}
	const struct toc_timer *t;
	for (struct toc_world_cursor c = { 0 }; (t = toc_world_next(w, TOC_OBJECT_timer, &c));)
		toc_world_schedule(w, t);
	*ret_world = w;
	return 0;
}

/* ---- as a document ---- */

struct keyed {
	struct toc_str key;
	const void *object;
};

static int by_key(const void *a, const void *b)
{
	return toc_str_cmp(((const struct keyed *)a)->key, ((const struct keyed *)b)->key);
}

struct toc_value *toc_world_document(const struct toc_world *w, struct toc_arena *a)
{
	struct toc_value *all = toc_value_map(a), *objects = toc_value_map(a);

	for (unsigned kind = 0; kind < TOC_OBJECT_KINDS; kind++) {
		struct toc_value *list = toc_value_list(a);
		struct toc_world_cursor cursor = { 0 };
		struct keyed *sorted = NULL;
		const void *object;
		size_t n = 0;
		while ((object = toc_world_next(w, kind, &cursor))) {
			if ((n & (n - 1)) == 0)
				sorted = toc_must_realloc(sorted, (n ? 2 * n : 1) * sizeof *sorted);
			sorted[n++] = (struct keyed){ toc_object_key(kind, object), object };
		}
		if (n)
			qsort(sorted, n, sizeof *sorted, by_key);
		for (size_t i = 0; i < n; i++)
			toc_push(a, list, toc_object_save(kind, sorted[i].object, a));
		free(sorted);
		toc_set(a, objects, toc_object_name(kind), list);
	}
	toc_set_int(a, all, "version", TOC_STATE_VERSION);
	toc_set_int(a, all, "size", (int64_t)toc_world_size(w));
	toc_set(a, all, "objects", objects);
	return all;
}
