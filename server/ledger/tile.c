/* tile.c: the names of tiles, and where a subtree is in them. Source: C2SP tlog-tiles.
 *
 * A tile has 256 hashes side by side; level L's are roots of 256^L leaves. A name has one spelling: no leading zero,
 * no empty tile, no partial tile of full width. */
#include "ledger/log.h"

#include <string.h>

/* Digits up to `end`, without a leading zero unless alone. @return digits read, 0: none or too large */
static size_t number(struct toc_str s, size_t at, uint64_t most, uint64_t *ret_n)
{
	uint64_t n = 0;
	size_t i = at;

	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
		n = n * 10 + (uint64_t)(s.p[i] - '0');
		if (n > most || (i > at && s.p[at] == '0'))
			return 0;
	}
	*ret_n = n;
	return i - at;
}

/* "x001/x234/067" @return bytes read, 0: it is none */
static size_t index_of(struct toc_str s, size_t at, uint64_t *ret_n)
{
	uint64_t n = 0;
	size_t i = at;

	for (bool more = true, first = true; more; first = false) {
		more = i < s.n && s.p[i] == 'x';
		i += more;
		if (i + 3 > s.n || n > (UINT64_MAX >> 1) / 1000)
			return 0;
		unsigned three = 0;
		for (size_t end = i + 3; i < end; i++) {
			if (s.p[i] < '0' || s.p[i] > '9')
				return 0;
			three = three * 10 + (unsigned)(s.p[i] - '0');
		}
		if (first && more && three == 0)
			return 0; /* a leading zero, three wide */
		n = n * 1000 + three;
		if (more && (i >= s.n || s.p[i++] != '/'))
			return 0;
	}
	*ret_n = n;
	return i - at;
}

int toc_tile_parse(struct toc_str path, struct toc_tile *ret_tile)
{
	static const char entries[] = "entries";
	struct toc_tile t = { .width = TOC_TILE_WIDTH };
	size_t at, n;
	uint64_t level = 0, width;

	if (path.n > sizeof entries - 1 && memcmp(path.p, entries, sizeof entries - 1) == 0) {
		t.entries = true;
		at = sizeof entries - 1;
	} else if ((at = number(path, 0, TOC_TILE_LEVELS - 1, &level)) == 0) {
		return TOC_EINVAL;
	}
	t.level = (unsigned)level;
	if (at >= path.n || path.p[at++] != '/' || (n = index_of(path, at, &t.n)) == 0)
		return TOC_EINVAL;
	at += n;
	if (at < path.n) {
		if (path.n - at < 4 || memcmp(path.p + at, ".p/", 3) != 0)
			return TOC_EINVAL;
		at += 3;
		n = number(path, at, TOC_TILE_WIDTH - 1, &width);
		if (n == 0 || width == 0 || at + n != path.n)
			return TOC_EINVAL;
		t.width = (unsigned)width;
	}
	*ret_tile = t;
	return 0;
}

struct toc_str toc_tile_path(struct toc_arena *a, const struct toc_tile *tile)
{
	struct toc_str name = toc_arena_printf(a, "%03u", (unsigned)(tile->n % 1000)), kind, part = TOC_STR("");

	for (uint64_t rest = tile->n / 1000; rest; rest /= 1000)
		name = toc_arena_printf(a, "x%03u/%.*s", (unsigned)(rest % 1000), TOC_STR_ARGS(name));
	kind = tile->entries ? TOC_STR("entries") : toc_arena_printf(a, "%u", tile->level);
	if (tile->width < TOC_TILE_WIDTH)
		part = toc_arena_printf(a, ".p/%u", tile->width);
	return toc_arena_printf(a, "%.*s/%.*s%.*s", TOC_STR_ARGS(kind), TOC_STR_ARGS(name), TOC_STR_ARGS(part));
}

bool toc_tile_exists(const struct toc_tile *tile, uint64_t size)
{
	uint64_t hashes = size >> TOC_TILE_HEIGHT * tile->level;

	return tile->n <= hashes / TOC_TILE_WIDTH && tile->n * TOC_TILE_WIDTH + tile->width <= hashes;
}

struct toc_tile toc_tile_of(unsigned level, uint64_t n, unsigned *ret_first)
{
	unsigned within = level % TOC_TILE_HEIGHT;
	uint64_t first = n << within;

	*ret_first = (unsigned)(first % TOC_TILE_WIDTH);
	return (struct toc_tile){
		.level = level / TOC_TILE_HEIGHT,
		.n = first / TOC_TILE_WIDTH,
		.width = *ret_first + (1u << within),
	};
}

struct toc_sha256 toc_perfect_root(struct toc_sha256 *hashes, unsigned k)
{
	for (unsigned n = 1u << k; n > 1; n /= 2)
		for (unsigned i = 0; i < n / 2; i++)
			hashes[i] = toc_node_hash(hashes[2 * i], hashes[2 * i + 1]);
	return hashes[0];
}
