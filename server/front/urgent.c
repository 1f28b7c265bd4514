/* urgent.c: the list of urgent.h. Places count upwards for ever, so that one that was taken during an earlier
 * outage is before everything of this one. */
#include "front/urgent.h"

#include "base/log.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

struct item {
	const struct toc_rendering *renderings;
	size_t n; /* 0: it is recorded */
};

struct toc_urgent {
	struct item *items;
	size_t n, max, bytes, max_bytes;
	bool full;      /* one did not fit: those after it are not taken either */
	uint64_t first; /* place of items[0] */
	struct toc_map *places; /* eid → index + 1, so that absent is NULL */
	struct toc_arena *arena;
};

struct toc_urgent *toc_urgent_new(size_t bytes, size_t entries)
{
	struct toc_urgent *u = toc_must_realloc(NULL, sizeof *u);

	*u = (struct toc_urgent){ .max = entries, .max_bytes = bytes };
	u->items = toc_must_realloc(NULL, entries * sizeof *u->items);
	u->places = toc_map_new();
	u->arena = toc_arena_new();
	return u;
}

void toc_urgent_free(struct toc_urgent *u)
{
	if (!u)
		return;
	toc_arena_free(u->arena);
	toc_map_free(u->places);
	free(u->items);
	free(u);
}

bool toc_urgent_knows(const struct toc_urgent *u, struct toc_uuid eid)
{
	return toc_map_get(u->places, toc_uuid_key(&eid)) != NULL;
}

static struct toc_rendering copy(struct toc_arena *a, const struct toc_rendering *x)
{
	struct toc_admitted *admitted = toc_arena_alloc(a, (x->n_admitted + 1) * sizeof *admitted);

	if (x->n_admitted)
		memcpy(admitted, x->admitted, x->n_admitted * sizeof *admitted);
	return (struct toc_rendering){ admitted, x->n_admitted, x->actual, toc_arena_str(a, x->json) };
}

int toc_urgent_keep(struct toc_urgent *u, struct toc_uuid eid, const struct toc_rendering *renderings, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += sizeof *renderings + renderings[i].n_admitted * sizeof(struct toc_admitted) +
		         renderings[i].json.n;
	if (u->full || u->n == u->max || u->bytes + bytes > u->max_bytes) {
		if (!u->full)
			toc_log(TOC_LOG_WARN, "urgent_full",
			        "%zu threats are kept for who connects later; further ones reach who is here", u->n);
		u->full = true;
		return TOC_ELIMIT;
	}
	struct toc_rendering *copies = toc_arena_alloc(u->arena, (n + 1) * sizeof *copies);
	for (size_t i = 0; i < n; i++)
		copies[i] = copy(u->arena, &renderings[i]);
	u->bytes += bytes;
	u->items[u->n++] = (struct item){ copies, n };
	toc_map_put(u->places, toc_uuid_key(&eid), (void *)(uintptr_t)u->n);
	return 0;
}

void toc_urgent_drop(struct toc_urgent *u, struct toc_uuid eid)
{
	uintptr_t place = (uintptr_t)toc_map_remove(u->places, toc_uuid_key(&eid));

	if (!place)
		return;
	u->items[place - 1].n = 0;
	if (toc_map_count(u->places) == 0)
		toc_urgent_clear(u);
}

void toc_urgent_clear(struct toc_urgent *u)
{
	u->full = false;
	if (u->n == 0)
		return;
	u->first += u->n;
	u->n = u->bytes = 0;
	toc_map_free(u->places);
	u->places = toc_map_new();
	toc_arena_reset(u->arena);
}

bool toc_urgent_next(const struct toc_urgent *u, struct toc_eyes eyes, uint64_t *at, struct toc_str *ret_json)
{
	if (*at < u->first)
		*at = u->first;
	while (*at < u->first + u->n) {
		const struct item *x = &u->items[(*at)++ - u->first];
		const struct toc_rendering *r = toc_eyes_find(eyes, x->renderings, x->n);
		if (r) {
			*ret_json = r->json;
			return true;
		}
	}
	return false;
}
