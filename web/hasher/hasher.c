/* hasher.c: what the console's worker asks of server/hash, as WebAssembly: so the digests that are made in the page are those that
 * the server and `tocsin hash` make, by the same code. One file at a time. Numbers and addresses in; what was found stands
 * at `found`: MD5 (16 bytes), SHA-256 (32), PDQ (32). */
#include "hash/hash.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define PAGE 65536u

static struct toc_hashing hashing;
static uint8_t piece[1 << 18], found[16 + 32 + TOC_PDQ_BYTES];
extern unsigned char __heap_base;

EXPORT(piece) uint8_t *piece_at(void)
{
	return piece;
}
EXPORT(piece_size) unsigned piece_size(void)
{
	return sizeof piece;
}
EXPORT(found) const uint8_t *found_at(void)
{
	return found;
}

EXPORT(begin) void begin(void)
{
	toc_hashing_init(&hashing);
}
/* the first n bytes of `piece` */
EXPORT(add) void add(unsigned n)
{
	toc_hashing_add(&hashing, piece, n <= sizeof piece ? n : sizeof piece);
}
EXPORT(end) void end(void)
{
	toc_hashing_end(&hashing, found, found + 16);
}

/* Where rows * cols pixels of four bytes go. @return NULL: too large for the memory that there is */
EXPORT(pixels) uint8_t *pixels(unsigned rows, unsigned cols)
{
	size_t floats = toc_pdq_scratch(rows, cols);
	uint64_t last = (uint64_t)(uintptr_t)&__heap_base + (uint64_t)rows * cols * 4 + 16 + (uint64_t)floats * sizeof(float);
	uint64_t pages = (last + PAGE - 1) / PAGE, have = __builtin_wasm_memory_size(0);

	if (floats == 0 || pages > 32768 || (pages > have && __builtin_wasm_memory_grow(0, (size_t)(pages - have)) == SIZE_MAX))
		return NULL;
	return &__heap_base;
}
/* @return its quality */
EXPORT(pdq) unsigned pdq(unsigned rows, unsigned cols)
{
	uintptr_t scratch = ((uintptr_t)&__heap_base + (uintptr_t)rows * cols * 4 + 15) & ~(uintptr_t)15;

	return toc_pdq_make(&__heap_base, rows, cols, 4, (float *)scratch, found + 48);
}
