/* world.c: layers of objects (copy on write), the agenda's heaps, and the snapshot of everything. */
#include "domain/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

#define PASSED_OVER_MAX 64

struct due { /* a pair on an agenda */
	toc_time next;
	struct toc_uuid timer;
};
struct agenda {
	struct due *pairs; /* a binary heap, earliest first */
	size_t n, cap;
};

struct toc_world {
	struct toc_world *under;                   /* NULL at the bottom */
	bool ahead;                                /* must not be merged */
	bool threats_only;                         /* seen from here and above: no other timer is due */
	struct toc_map *objects[TOC_OBJECT_KINDS]; /* made when first written */
	struct toc_map *agendas;                   /* clock id → struct agenda */
	struct due *passed_over;                   /* at the bottom: pairs that do not count for now */
	size_t n_passed_over;
	uint64_t size;
};

static char removed; /* its address in a layer hides the object below */

/* ---- layers ---- */

struct toc_world *toc_world_new(void)
{
	struct toc_world *w = toc_must_realloc(NULL, sizeof *w);
	memset(w, 0, sizeof *w);
	return w;
}

struct toc_world *toc_world_over(struct toc_world *under)
{
	struct toc_world *w = toc_world_new();
	w->under = under;
	w->size = under->size;
	return w;
}

struct toc_world *toc_world_ahead(const struct toc_world *under)
{
	struct toc_world *w = toc_world_new();
	w->under = (struct toc_world *)(uintptr_t)under; /* read only: such a layer cannot be merged */
	w->size = under->size;
	w->ahead = true;
	return w;
}

void toc_world_free(struct toc_world *w)
{
	if (!w)
		return;
	for (unsigned kind = 0; kind < TOC_OBJECT_KINDS; kind++) {
		size_t cursor = 0;
		void *object;
		if (!w->objects[kind])
			continue;
		while (toc_map_next(w->objects[kind], &cursor, NULL, &object))
			if (object != &removed)
				toc_object_free(kind, object);
		toc_map_free(w->objects[kind]);
	}
	if (w->agendas) {
		size_t cursor = 0;
		void *agenda;
		while (toc_map_next(w->agendas, &cursor, NULL, &agenda)) {
			free(((struct agenda *)agenda)->pairs);
			free(agenda);
		}
		toc_map_free(w->agendas);
	}
	free(w->passed_over);
	free(w);
}

uint64_t toc_world_size(const struct toc_world *w)
{
	return w->size;
}

void toc_world_set_size(struct toc_world *w, uint64_t size)
{
	w->size = size;
}

/* One hash, whatever the number of layers. */
static void *in_layer(const struct toc_world *w, enum toc_object_kind kind, struct toc_str key, uint32_t hash)
{
	return w->objects[kind] ? toc_map_get_hashed(w->objects[kind], key, hash) : NULL;
}

static const void *seen_from(const struct toc_world *w, enum toc_object_kind kind, struct toc_str key,
			     uint32_t hash)
{
	for (; w; w = w->under) {
		const void *object = in_layer(w, kind, key, hash);
		if (object)
			return object == &removed ? NULL : object;
	}
	return NULL;
}

const void *toc_world_get(const struct toc_world *w, enum toc_object_kind kind, struct toc_str key)
{
	return seen_from(w, kind, key, toc_map_hash(key));
}

static void put(struct toc_world *w, enum toc_object_kind kind, struct toc_str key, uint32_t hash, void *object)
{
	if (!w->objects[kind])
		w->objects[kind] = toc_map_new();
	void *before = toc_map_put_hashed(w->objects[kind], key, hash, object);
	if (before != &removed)
		toc_object_free(kind, before);
}

void *toc_world_edit(struct toc_world *w, enum toc_object_kind kind, struct toc_str key, bool *ret_new)
{
	uint32_t hash = toc_map_hash(key);
	void *object = in_layer(w, kind, key, hash);
	bool is_new = false;

	if (!object || object == &removed) {
		const void *below = object ? NULL : seen_from(w->under, kind, key, hash);
		is_new = !below;
		object = below ? toc_object_copy(kind, below) : toc_object_new(kind);
		put(w, kind, key, hash, object);
	}
	if (ret_new)
		*ret_new = is_new;
	return object;
}

static void trim(struct toc_world *w, struct toc_uuid clock);

void toc_world_remove(struct toc_world *w, enum toc_object_kind kind, struct toc_str key)
{
	uint32_t hash = toc_map_hash(key);
	void *object = in_layer(w, kind, key, hash);
	const void *below = seen_from(w->under, kind, key, hash), *seen = object ? object : below;
	struct toc_uuid clock = { { 0 } };

	if (!seen || object == &removed)
		return;
	if (kind == TOC_OBJECT_timer)
		clock = ((const struct toc_timer *)seen)->exercise;
	if (below) {
		put(w, kind, key, hash, &removed); /* and frees the object */
	} else {
		(void)toc_map_remove(w->objects[kind], key);
		toc_object_free(kind, object);
	}
	if (kind == TOC_OBJECT_timer)
		trim(w, clock);
}

const void *toc_world_next(const struct toc_world *w, enum toc_object_kind kind,
			   struct toc_world_cursor *cursor)
{
	if (!cursor->begun)
		*cursor = (struct toc_world_cursor){ .layer = w, .begun = true };
	for (; cursor->layer; cursor->layer = cursor->layer->under, cursor->at = 0) {
		struct toc_str key;
		void *object;
		if (!cursor->layer->objects[kind])
			continue;
		while (toc_map_next(cursor->layer->objects[kind], &cursor->at, &key, &object)) {
			if (object == &removed)
				continue;
			const struct toc_world *above = w;
			uint32_t hash = toc_map_hash(key);
			while (above != cursor->layer && !in_layer(above, kind, key, hash))
				above = above->under;
			if (above == cursor->layer)
				return object;
		}
	}
	return NULL;
}

/* ---- agenda ---- */

static bool earlier(const struct due *a, const struct due *b)
{
	return a->next.us != b->next.us ? a->next.us < b->next.us : toc_uuid_cmp(a->timer, b->timer) < 0;
}

static struct agenda *agenda_of(const struct toc_world *w, struct toc_uuid clock)
{
	return w->agendas ? toc_map_get(w->agendas, TOC_KEY(clock)) : NULL;
}

static void heap_push(struct agenda *g, struct due pair)
{
	if (g->n == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 8;
		g->pairs = toc_must_realloc(g->pairs, g->cap * sizeof *g->pairs);
	}
	size_t i = g->n++;
	for (; i > 0 && earlier(&pair, &g->pairs[(i - 1) / 2]); i = (i - 1) / 2)
		g->pairs[i] = g->pairs[(i - 1) / 2];
	g->pairs[i] = pair;
}

static void heap_pop(struct agenda *g)
{
	struct due last = g->pairs[--g->n];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= g->n)
			break;
		if (child + 1 < g->n && earlier(&g->pairs[child + 1], &g->pairs[child]))
			child++;
		if (!earlier(&g->pairs[child], &last))
			break;
		g->pairs[i] = g->pairs[child];
		i = child;
	}
	if (g->n)
		g->pairs[i] = last;
}

static bool is_current(const struct toc_world *top, const struct due *pair)
{
	const struct toc_timer *t = toc_find_timer(top, pair->timer);
	return t && t->next.us == pair->next.us;
}

static bool is_passed_over(const struct toc_world *w, const struct due *pair)
{
	while (w->under)
		w = w->under;
	for (size_t i = 0; i < w->n_passed_over; i++)
		if (w->passed_over[i].next.us == pair->next.us &&
		    toc_uuid_eq(w->passed_over[i].timer, pair->timer))
			return true;
	return false;
}

/* What is stale in its own layer is stale for ever (who sets `next` back pushes again), so the top of a heap is kept
 * true, and a clock on which nothing is to happen any more (the exercise is over) is forgotten. */
static void trim(struct toc_world *w, struct toc_uuid clock)
{
	struct agenda *g = agenda_of(w, clock);

	while (g && g->n && !is_current(w, &g->pairs[0]))
		heap_pop(g);
	if (!g || g->n)
		return;
	(void)toc_map_remove(w->agendas, TOC_KEY(clock));
	free(g->pairs);
	free(g);
}

static void push(struct toc_world *w, struct toc_uuid clock, struct due pair)
{
	struct agenda *g = agenda_of(w, clock);

	if (!g) {
		g = toc_must_realloc(NULL, sizeof *g);
		memset(g, 0, sizeof *g);
		if (!w->agendas)
			w->agendas = toc_map_new();
		(void)toc_map_put(w->agendas, TOC_KEY(clock), g);
	}
	heap_push(g, pair);
	trim(w, clock);
}

void toc_world_schedule(struct toc_world *w, const struct toc_timer *timer)
{
	if (timer->next.us != TOC_TIME_NEVER.us)
		push(w, timer->exercise, (struct due){ timer->next, timer->id });
}

static bool counts(const struct toc_world *top, const struct due *pair)
{
	if (!is_current(top, pair) || is_passed_over(top, pair))
		return false;
	for (const struct toc_world *layer = top; layer; layer = layer->under)
		if (layer->threats_only && toc_uuid_is_nil(toc_find_timer(top, pair->timer)->threat))
			return false;
	return true;
}

void toc_world_threats_only(struct toc_world *w)
{
	w->threats_only = true;
}

/* The earliest pair that counts: a stale one is no bound for those below it, so the search goes on there. */
static void search(const struct toc_world *top, const struct agenda *g, size_t i, struct due *best,
		   bool *found)
{
	if (i >= g->n || (*found && !earlier(&g->pairs[i], best)))
		return;
	if (counts(top, &g->pairs[i])) {
		*best = g->pairs[i];
		*found = true;
		return;
	}
	search(top, g, 2 * i + 1, best, found);
	search(top, g, 2 * i + 2, best, found);
}

const struct toc_timer *toc_world_first_timer(const struct toc_world *w, struct toc_uuid clock)
{
	struct due best = { TOC_TIME_NEVER, { { 0 } } };
	bool found = false;

	for (const struct toc_world *layer = w; layer; layer = layer->under) {
		const struct agenda *g = agenda_of(layer, clock);
		if (g)
			search(w, g, 0, &best, &found);
	}
	return found ? toc_find_timer(w, best.timer) : NULL;
}

bool toc_world_pass_over_timer(struct toc_world *w, const struct toc_timer *t)
{
	while (w->under)
		w = w->under;
	if (w->n_passed_over == PASSED_OVER_MAX)
		return false;
	if (!w->passed_over)
		w->passed_over = toc_must_realloc(NULL, PASSED_OVER_MAX * sizeof *w->passed_over);
	w->passed_over[w->n_passed_over++] = (struct due){ t->next, t->id };
	return true;
}

void toc_world_pass_over_none(struct toc_world *w)
{
	while (w->under)
		w = w->under;
	w->n_passed_over = 0;
}

bool toc_world_next_clock(const struct toc_world *w, struct toc_world_cursor *cursor, struct toc_uuid *ret_clock)
{
	if (!cursor->begun)
		*cursor = (struct toc_world_cursor){ .layer = w, .begun = true };
	for (; cursor->layer; cursor->layer = cursor->layer->under, cursor->at = 0) {
		struct toc_str key;
		while (cursor->layer->agendas && toc_map_next(cursor->layer->agendas, &cursor->at, &key, NULL)) {
			const struct toc_world *above = w;
			memcpy(ret_clock->b, key.p, sizeof ret_clock->b);
			while (above != cursor->layer && !agenda_of(above, *ret_clock))
				above = above->under;
			if (above == cursor->layer)
				return true;
		}
	}
	return false;
}

/* ---- merging ---- */

void toc_world_merge(struct toc_world *top)
{
	struct toc_world *w = top->under;

	if (!w || top->ahead)
		TOC_WRONG("merge of a world that lies over nothing it may write");
	for (unsigned kind = 0; kind < TOC_OBJECT_KINDS; kind++) {
		struct toc_map *from = top->objects[kind];
		size_t cursor = 0;
		struct toc_str key;
		void *object;
		while (from && toc_map_next(from, &cursor, &key, &object)) {
			if (object == &removed) {
				toc_world_remove(w, kind, key);
				continue;
			}
			put(w, kind, key, toc_map_hash(key), object);
		}
		toc_map_free(from);
		top->objects[kind] = NULL;
	}
	size_t cursor = 0;
	struct toc_str key;
	void *agenda;
	while (top->agendas && toc_map_next(top->agendas, &cursor, &key, &agenda)) {
		struct agenda *g = agenda;
		struct toc_uuid clock;
		memcpy(clock.b, key.p, sizeof clock.b);
		for (size_t i = 0; i < g->n; i++)
			push(w, clock, g->pairs[i]);
	}
	w->size = top->size;
	toc_world_free(top);
}

/* ---- snapshot ---- */

struct keyed {
	struct toc_str key;
	const void *object;
};

static int by_key(const void *a, const void *b)
{
	return toc_str_cmp(((const struct keyed *)a)->key, ((const struct keyed *)b)->key);
}

/* All objects of a kind in order of their keys: equal states are equal bytes. @return an array to free */
static struct keyed *sorted_objects(const struct toc_world *w, enum toc_object_kind kind, size_t *ret_n)
{
	struct toc_world_cursor cursor = { 0 };
	size_t n = 0, most = 0;

	for (const struct toc_world *layer = w; layer; layer = layer->under)
		most += layer->objects[kind] ? toc_map_count(layer->objects[kind]) : 0;
	struct keyed *sorted = toc_must_realloc(NULL, most * sizeof *sorted);
	const void *object;
	while ((object = toc_world_next(w, kind, &cursor)))
		sorted[n++] = (struct keyed){ toc_object_key(kind, object), object };
	qsort(sorted, n, sizeof *sorted, by_key);
	*ret_n = n;
	return sorted;
}

void toc_world_save_pieces(const struct toc_world *w, struct toc_arena *scratch, toc_saved_piece *piece, void *ctx)
{
	for (unsigned kind = 0; kind < TOC_OBJECT_KINDS; kind++) {
		size_t n;
		struct keyed *sorted = sorted_objects(w, kind, &n);
		piece(ctx, toc_object_name(kind), NULL);
		for (size_t i = 0; i < n; i++) {
			piece(ctx, toc_object_name(kind), toc_object_save(kind, sorted[i].object, scratch));
			toc_arena_reset(scratch);
		}
		free(sorted);
	}
}

struct toc_value *toc_world_save(const struct toc_world *w, struct toc_arena *a)
{
	struct toc_value *all = toc_value_map(a), *objects = toc_value_map(a);

	for (unsigned kind = 0; kind < TOC_OBJECT_KINDS; kind++) {
		struct toc_value *list = toc_value_list(a);
		size_t n;
		struct keyed *sorted = sorted_objects(w, kind, &n);
		for (size_t i = 0; i < n; i++)
			toc_push(a, list, toc_object_save(kind, sorted[i].object, a));
		free(sorted);
		toc_set(a, objects, toc_object_name(kind), list);
	}
	toc_set_int(a, all, "version", TOC_STATE_VERSION);
	toc_set_int(a, all, "size", (int64_t)w->size);
	toc_set(a, all, "objects", objects);
	return all;
}

int toc_world_load(const struct toc_value *saved, struct toc_world **ret_world, struct toc_error *reterr)
{
	const struct toc_value *objects = toc_get(saved, "objects");
	int64_t size = toc_get_int(saved, "size", -1);

	if (toc_get_int(saved, "version", 0) != TOC_STATE_VERSION)
		return toc_fail(reterr, TOC_EUNSUPPORTED, "snapshot: version %lld, this program reads %d",
				(long long)toc_get_int(saved, "version", 0), TOC_STATE_VERSION);
	if (size < 0 || !objects)
		return toc_fail(reterr, TOC_EINVAL, "snapshot: size or objects are missing");
	struct toc_world *w = toc_world_new();
	w->size = (uint64_t)size;
	for (unsigned kind = 0; kind < TOC_OBJECT_KINDS; kind++) {
		const struct toc_value *list = toc_get(objects, toc_object_name(kind));
		for (size_t i = 0; i < toc_len(list); i++) {
			void *object = toc_object_load(kind, toc_at(list, i), reterr);
			if (!object) {
				toc_world_free(w);
				return TOC_EINVAL;
			}
			struct toc_str key = toc_object_key(kind, object);
			put(w, kind, key, toc_map_hash(key), object);
			if (kind == TOC_OBJECT_timer)
				toc_world_schedule(w, object);
		}
	}
	*ret_world = w;
	return 0;
}
