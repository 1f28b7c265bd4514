/* map.c: a hash map that remembers the order of insertion.
 *
 * Two arrays: `items` in order of insertion, with holes where something was removed, and `slots`, a table of
 * twice as many (index + 1, 0 = free) probed linearly. A hole keeps its slot, so that probing goes on past
 * it; holes go when the items array is full and is either packed or doubled. */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

struct item {
	char *key; /* NULL: a hole */
	uint32_t n;
	uint32_t hash;
	void *value;
};

struct toc_map {
	struct item *items;
	uint32_t *slots;
	uint32_t used;  /* items in use, holes included */
	uint32_t cap;   /* a power of 2; slots has twice as many */
	uint32_t count; /* without holes */
};

static uint32_t hash_of(struct toc_str key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a, then mixed so that the low bits depend on all */
	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (uint8_t)key.p[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h >> 32);
}

struct toc_map *toc_map_new(void)
{
	struct toc_map *m = toc_must_realloc(NULL, sizeof *m);
	memset(m, 0, sizeof *m);
	return m;
}

void toc_map_free(struct toc_map *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; i < m->used; i++)
		free(m->items[i].key);
	free(m->items);
	free(m->slots);
	free(m);
}

static void place(struct toc_map *m, uint32_t index)
{
	uint32_t mask = 2 * m->cap - 1, at = m->items[index].hash & mask;
	while (m->slots[at])
		at = (at + 1) & mask;
	m->slots[at] = index + 1;
}

static struct item *find(const struct toc_map *m, struct toc_str key, uint32_t hash)
{
	if (m->cap == 0)
		return NULL;
	uint32_t mask = 2 * m->cap - 1;
	for (uint32_t at = hash & mask; m->slots[at]; at = (at + 1) & mask) {
		struct item *it = &m->items[m->slots[at] - 1];
		if (it->key && it->hash == hash && toc_str_eq((struct toc_str){ it->key, it->n }, key))
			return it;
	}
	return NULL;
}

/* Make room for one more: pack when a quarter or more are holes, else double. */
static void grow(struct toc_map *m)
{
	uint32_t cap = m->cap == 0 ? 8 : m->count > m->cap - m->cap / 4 ? m->cap * 2 : m->cap;
	uint32_t kept = 0;

	if (m->cap > UINT32_C(1) << 29)
		TOC_WRONG("map: too many items");
	for (uint32_t i = 0; i < m->used; i++)
		if (m->items[i].key)
			m->items[kept++] = m->items[i];
	m->used = kept;
	if (cap != m->cap) {
		m->items = toc_must_realloc(m->items, cap * sizeof *m->items);
		m->slots = toc_must_realloc(m->slots, 2 * (size_t)cap * sizeof *m->slots);
		m->cap = cap;
	}
	memset(m->slots, 0, 2 * (size_t)cap * sizeof *m->slots);
	for (uint32_t i = 0; i < kept; i++)
		place(m, i);
}

void *toc_map_get(const struct toc_map *m, struct toc_str key)
{
	struct item *it = find(m, key, hash_of(key));
	return it ? it->value : NULL;
}

void *toc_map_put(struct toc_map *m, struct toc_str key, void *value)
{
	uint32_t hash = hash_of(key);
	struct item *it = find(m, key, hash);

	if (it) {
		void *before = it->value;
		it->value = value;
		return before;
	}
	if (key.n > UINT32_MAX)
		TOC_WRONG("map: key");
	if (m->used == m->cap)
		grow(m);
	it = &m->items[m->used];
	it->key = toc_must_realloc(NULL, key.n);
	if (key.n)
		memcpy(it->key, key.p, key.n);
	it->n = (uint32_t)key.n;
	it->hash = hash;
	it->value = value;
	place(m, m->used++);
	m->count++;
	return NULL;
}

void *toc_map_remove(struct toc_map *m, struct toc_str key)
{
	struct item *it = find(m, key, hash_of(key));

	if (!it)
		return NULL;
	void *value = it->value;
	free(it->key);
	it->key = NULL;
	it->value = NULL;
	m->count--;
	return value;
}

size_t toc_map_count(const struct toc_map *m)
{
	return m->count;
}

bool toc_map_next(const struct toc_map *m, size_t *cursor, struct toc_str *ret_key, void **ret_value)
{
	while (*cursor < m->used) {
		const struct item *it = &m->items[(*cursor)++];
		if (!it->key)
			continue;
		if (ret_key)
			*ret_key = (struct toc_str){ it->key, it->n };
		if (ret_value)
			*ret_value = it->value;
		return true;
	}
	return false;
}
