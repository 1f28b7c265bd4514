/* map.c: a hash map that remembers the order of insertion.
 *
 * Two arrays: `items` in order of insertion, with holes where something was removed, and `slots`, a table of
 * twice as many (index + 1, 0 = free, and the hash, so that only what is wanted is looked at) probed linearly. A
 * hole keeps its slot, so that probing goes on past it; holes go when the items array is full and is either packed
 * or doubled. Short keys, as nearly all are (ids, hashes, numbers), stand in the item.
 *
 * The hash is SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012). */
#include "base/map.h"

#include "base/digest.h"

#include <endian.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SHORT 32 /* bytes of a key that need no memory of their own */
#define HOLE UINT32_MAX

struct item {
	void *value;
	uint32_t n; /* of the key; HOLE: removed */
	uint32_t hash;
	union {
		char near[SHORT];
		char *far; /* n > SHORT */
	} key;
};
struct slot {
	uint32_t index, hash;
};

struct toc_map {
	struct item *items;
	struct slot *slots;
	uint32_t used;  /* items in use, holes included */
	uint32_t cap;   /* a power of 2; slots has twice as many */
	uint32_t count; /* without holes */
};

/* ---- the hash ---- */

static uint64_t secret[2];

static void make_secret(void)
{
	toc_random(secret, sizeof secret);
}

static uint64_t rotated(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1], v[2] += v[3];
	v[1] = rotated(v[1], 13) ^ v[0], v[3] = rotated(v[3], 16) ^ v[2];
	v[0] = rotated(v[0], 32);
	v[2] += v[1], v[0] += v[3];
	v[1] = rotated(v[1], 17) ^ v[2], v[3] = rotated(v[3], 21) ^ v[0];
	v[2] = rotated(v[2], 32);
}

uint32_t toc_map_hash(struct toc_str key)
{
	static pthread_once_t made = PTHREAD_ONCE_INIT;
	pthread_once(&made, make_secret);

	uint64_t v[4] = { secret[0] ^ UINT64_C(0x736f6d6570736575), secret[1] ^ UINT64_C(0x646f72616e646f6d),
			  secret[0] ^ UINT64_C(0x6c7967656e657261), secret[1] ^ UINT64_C(0x7465646279746573) };
	uint64_t word;
	size_t i = 0;
	for (; i + sizeof word <= key.n; i += sizeof word) {
		memcpy(&word, key.p + i, sizeof word);
		word = le64toh(word);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = 0;
	if (i < key.n)
		memcpy(&word, key.p + i, key.n - i);
	word = le64toh(word) | (uint64_t)key.n << 56;
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int round = 0; round < 3; round++)
		sip_round(v);
	word = v[0] ^ v[1] ^ v[2] ^ v[3];
	return (uint32_t)(word ^ word >> 32);
}

/* ---- the map ---- */

struct toc_map *toc_map_new(void)
{
	struct toc_map *m = toc_must_realloc(NULL, sizeof *m);
	memset(m, 0, sizeof *m);
	return m;
}

static struct toc_str key_of(const struct item *it)
{
	return (struct toc_str){ it->n > SHORT ? it->key.far : it->key.near, it->n };
}

static void drop_key(struct item *it)
{
	if (it->n > SHORT && it->n != HOLE)
		free(it->key.far);
	it->n = HOLE;
}

void toc_map_free(struct toc_map *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; i < m->used; i++)
		drop_key(&m->items[i]);
	free(m->items);
	free(m->slots);
	free(m);
}

static void place(struct toc_map *m, uint32_t index)
{
	uint32_t mask = 2 * m->cap - 1, hash = m->items[index].hash, at = hash & mask;
	while (m->slots[at].index)
		at = (at + 1) & mask;
	m->slots[at] = (struct slot){ index + 1, hash };
}

static struct item *find(const struct toc_map *m, struct toc_str key, uint32_t hash)
{
	if (m->cap == 0)
		return NULL;
	uint32_t mask = 2 * m->cap - 1;
	for (uint32_t at = hash & mask; m->slots[at].index; at = (at + 1) & mask) {
		if (m->slots[at].hash != hash)
			continue;
		struct item *it = &m->items[m->slots[at].index - 1];
		if (it->n != HOLE && toc_str_eq(key_of(it), key))
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
		if (m->items[i].n != HOLE)
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

void *toc_map_get_hashed(const struct toc_map *m, struct toc_str key, uint32_t hash)
{
	struct item *it = find(m, key, hash);
	return it ? it->value : NULL;
}

void *toc_map_get(const struct toc_map *m, struct toc_str key)
{
	return m->count ? toc_map_get_hashed(m, key, toc_map_hash(key)) : NULL;
}

void *toc_map_put_hashed(struct toc_map *m, struct toc_str key, uint32_t hash, void *value)
{
	struct item *it = find(m, key, hash);

	if (it) {
		void *before = it->value;
		it->value = value;
		return before;
	}
	if (key.n >= HOLE)
		TOC_WRONG("map: key");
	if (m->used == m->cap)
		grow(m);
	it = &m->items[m->used];
	*it = (struct item){ .value = value, .n = (uint32_t)key.n, .hash = hash };
	if (key.n > SHORT)
		it->key.far = toc_must_realloc(NULL, key.n);
	if (key.n)
		memcpy(key.n > SHORT ? it->key.far : it->key.near, key.p, key.n);
	place(m, m->used++);
	m->count++;
	return NULL;
}

void *toc_map_put(struct toc_map *m, struct toc_str key, void *value)
{
	return toc_map_put_hashed(m, key, toc_map_hash(key), value);
}

void *toc_map_remove(struct toc_map *m, struct toc_str key)
{
	struct item *it = m->count ? find(m, key, toc_map_hash(key)) : NULL;

	if (!it)
		return NULL;
	void *value = it->value;
	drop_key(it);
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
		if (it->n == HOLE)
			continue;
		if (ret_key)
			*ret_key = key_of(it);
		if (ret_value)
			*ret_value = it->value;
		return true;
	}
	return false;
}
