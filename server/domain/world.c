/* world.c: layers of objects (copy on write), and the agenda's heaps.
 *
 * What the bottom was loaded from, or was last saved as, stays packed (piece.h) until somebody looks at it: so the
 * state of a ledger with a million entries is loaded as fast as its bytes come, and what is settled takes few. An object
 * that is looked at is unpacked and kept beside; one that is written is the layer's own from then on. A kind that is gone
 * through as a whole is unpacked for good. */
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
	struct toc_run packed[TOC_OBJECT_KINDS];   /* at the bottom: what `objects` has nothing newer of */
	struct toc_map *looked_at[TOC_OBJECT_KINDS]; /* … of that, unpacked */
	bool whole[TOC_OBJECT_KINDS];              /* … gone through: stays unpacked */
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

/* The map with all that is in it. */
static void free_objects(enum toc_object_kind kind, struct toc_map **objects)
{
	size_t cursor = 0;
	void *object;

	while (*objects && toc_map_next(*objects, &cursor, NULL, &object))
		if (object != &removed)
			toc_object_free(kind, object);
	toc_map_free(*objects);
	*objects = NULL;
}

void toc_world_free(struct toc_world *w)
{
	if (!w)
		return;
	for (unsigned kind = 0; kind < TOC_OBJECT_KINDS; kind++) {
		free_objects(kind, &w->objects[kind]);
		free_objects(kind, &w->looked_at[kind]);
		toc_run_clear(&w->packed[kind]);
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

static void put_into(struct toc_map **map, enum toc_object_kind kind, struct toc_str key, uint32_t hash, void *object)
{
	if (!*map)
		*map = toc_map_new();
	void *before = toc_map_put_hashed(*map, key, hash, object);
	if (before != &removed)
		toc_object_free(kind, before);
}

/* One hash, whatever the number of layers. */
static void *in_layer(const struct toc_world *w, enum toc_object_kind kind, struct toc_str key, uint32_t hash)
{
	return w->objects[kind] ? toc_map_get_hashed(w->objects[kind], key, hash) : NULL;
}

/* What is packed at the bottom, under everything that was written. Looking at it changes nothing but where it is. */
static void *at_rest(const struct toc_world *bottom, enum toc_object_kind kind, struct toc_str key, uint32_t hash)
{
	struct toc_world *w = (struct toc_world *)(uintptr_t)bottom;

	if (!w->packed[kind].n)
		return NULL;
	void *object = w->looked_at[kind] ? toc_map_get_hashed(w->looked_at[kind], key, hash) : NULL;
	if (!object && (object = toc_run_object(&w->packed[kind], kind, key)))
		put_into(&w->looked_at[kind], kind, key, hash, object);
	return object;
}

static const void *seen_from(const struct toc_world *w, enum toc_object_kind kind, struct toc_str key,
			     uint32_t hash)
{
	for (; w; w = w->under) {
		const void *object = in_layer(w, kind, key, hash);
		if (object)
			return object == &removed ? NULL : object;
		if (!w->under)
			return at_rest(w, kind, key, hash);
	}
	return NULL;
}

/* What a layer has under its own objects. */
static const void *seen_below(const struct toc_world *w, enum toc_object_kind kind, struct toc_str key, uint32_t hash)
{
	return w->under ? seen_from(w->under, kind, key, hash) : at_rest(w, kind, key, hash);
}

const void *toc_world_get(const struct toc_world *w, enum toc_object_kind kind, struct toc_str key)
{
	return seen_from(w, kind, key, toc_map_hash(key));
}

static void put(struct toc_world *w, enum toc_object_kind kind, struct toc_str key, uint32_t hash, void *object)
{
	put_into(&w->objects[kind], kind, key, hash, object);
}

void *toc_world_edit(struct toc_world *w, enum toc_object_kind kind, struct toc_str key, bool *ret_new)
{
	uint32_t hash = toc_map_hash(key);
	void *object = in_layer(w, kind, key, hash);
	bool is_new = false;

	if (!object || object == &removed) {
		const void *below = object ? NULL : seen_below(w, kind, key, hash);
		is_new = !below;
		if (below && !w->under) /* unpacked already: from now on the layer's own */
			object = toc_map_remove(w->looked_at[kind], key);
		else
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
	const void *below = seen_below(w, kind, key, hash), *seen = object ? object : below;
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

/* All of a kind that is packed at the bottom becomes the layer's own. */
static void unpack_all(struct toc_world *w, enum toc_object_kind kind)
{
	const struct toc_run *run = &w->packed[kind];

	for (size_t p = 0; p < run->n; p++)
		for (uint32_t i = 0; i < run->pieces[p]->n; i++) {
			int64_t room;
			struct toc_str key = toc_piece_key(run->pieces[p], i, &room);
			uint32_t hash = toc_map_hash(key);
			if (in_layer(w, kind, key, hash))
				continue; /* something newer */
			void *object = w->looked_at[kind] ? toc_map_remove(w->looked_at[kind], key) : NULL;
			put(w, kind, key, hash, object ? object : toc_piece_object(run->pieces[p], i));
		}
	free_objects(kind, &w->looked_at[kind]);
	toc_run_clear(&w->packed[kind]);
	w->whole[kind] = true;
}

static struct toc_world *bottom_of(const struct toc_world *w)
{
	while (w->under)
		w = w->under;
	return (struct toc_world *)(uintptr_t)w;
}

/* Is there nothing of it in the layers from w down to `below` (not that one)? */
static bool is_on_top(const struct toc_world *w, const struct toc_world *below, enum toc_object_kind kind,
		      struct toc_str key)
{
	uint32_t hash = toc_map_hash(key);

	while (w != below && !in_layer(w, kind, key, hash))
		w = w->under;
	return w == below;
}

/* What is packed, one after the other; each is gone with the next. */
static const void *next_at_rest(const struct toc_world *w, enum toc_object_kind kind, struct toc_world_cursor *cursor)
{
	const struct toc_run *run = &bottom_of(w)->packed[kind];
	int64_t room;

	toc_object_free(kind, cursor->unpacked);
	cursor->unpacked = NULL;
	for (; cursor->at < run->n; cursor->at++, cursor->object = 0) {
		const struct toc_piece *p = run->pieces[cursor->at];
		while (cursor->object < p->n) {
			uint32_t i = cursor->object++;
			if (is_on_top(w, NULL, kind, toc_piece_key(p, i, &room)))
				return cursor->unpacked = toc_piece_object(p, i);
		}
	}
	return NULL;
}

const void *toc_world_next(const struct toc_world *w, enum toc_object_kind kind,
			   struct toc_world_cursor *cursor)
{
	if (!cursor->begun) {
		if (!cursor->passing)
			unpack_all(bottom_of(w), kind);
		cursor->layer = w;
		cursor->begun = true;
	}
	for (; cursor->layer; cursor->layer = cursor->layer->under, cursor->at = 0) {
		struct toc_str key;
		void *object;
		if (!cursor->layer->objects[kind])
			continue;
		while (toc_map_next(cursor->layer->objects[kind], &cursor->at, &key, &object))
			if (object != &removed && is_on_top(w, cursor->layer, kind, key))
				return object;
	}
	return cursor->passing ? next_at_rest(w, kind, cursor) : NULL;
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

/* ---- saving and loading: what saving.c needs to know ---- */

const struct toc_run *toc_world_packed(const struct toc_world *w, enum toc_object_kind kind)
{
	return &w->packed[kind];
}

static int by_key(const void *a, const void *b)
{
	const struct toc_changed *x = a, *y = b;

	return toc_key_cmp(x->kind, x->key, y->key);
}

struct toc_changed *toc_world_changed(const struct toc_world *w, enum toc_object_kind kind, size_t *ret_n)
{
	enum { KEY_MAX = 32 };
	size_t n = 0, cursor = 0, most = w->objects[kind] ? toc_map_count(w->objects[kind]) : 0;
	struct toc_changed *list = toc_must_realloc(NULL, (most + 1) * (sizeof *list + KEY_MAX));
	char *room = (char *)(list + most + 1); /* for keys of what is no longer there */
	struct toc_str key;
	void *object;

	if (w->under)
		TOC_WRONG("only the state itself is saved, no layer over it");
	while (most && toc_map_next(w->objects[kind], &cursor, &key, &object)) {
		if (object == &removed) {
			memcpy(room, key.p, key.n);
			list[n++] = (struct toc_changed){ kind, { room, key.n }, NULL };
			room += KEY_MAX;
		} else {
			list[n++] = (struct toc_changed){ kind, toc_object_key(kind, object), object };
		}
	}
	qsort(list, n, sizeof *list, by_key);
	*ret_n = n;
	return list;
}

void toc_world_settle(struct toc_world *w, enum toc_object_kind kind, struct toc_run *run, struct toc_map *ret_old[2])
{
	ret_old[0] = ret_old[1] = NULL;
	if (w->whole[kind]) {
		toc_run_clear(run);
		return;
	}
	ret_old[0] = w->objects[kind];
	ret_old[1] = w->looked_at[kind];
	w->objects[kind] = w->looked_at[kind] = NULL;
	toc_run_clear(&w->packed[kind]);
	w->packed[kind] = *run;
	*run = (struct toc_run){ 0 };
}

size_t toc_world_bury(enum toc_object_kind kind, struct toc_map *old, size_t *cursor, size_t objects)
{
	size_t n = 0;
	void *object;

	while (n < objects && toc_map_next(old, cursor, NULL, &object)) {
		if (object != &removed)
			toc_object_free(kind, object);
		n++;
	}
	if (n == 0)
		toc_map_free(old);
	return n;
}
