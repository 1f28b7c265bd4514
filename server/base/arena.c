/* arena.c: blocks of memory in a chain; taking is moving a pointer, giving back is for all at once.
 *
 * The arena itself stands in its first block, which is of one size for all. A thread keeps some of those that were
 * given back: every message has an arena, and malloc would split and join the same 16 kB for each. */
#include "base/memory.h"
#include "base/thread.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK 16384
#define LARGEST_STEP (1u << 20) /* blocks double up to here; a larger wish gets a block of its own size */
#define ALIGN alignof(max_align_t)

struct block {
	struct block *older;
	size_t used, cap;
	alignas(max_align_t) char bytes[];
};

struct toc_arena {
	struct block *newest;
	size_t taken; /* sum of what was asked for, rounded up */
};
#define OWN ((sizeof(struct toc_arena) + ALIGN - 1) / ALIGN * ALIGN)

#ifdef __has_feature /* clang's way to say it */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SPARE_MAX 0u /* who uses an arena that is gone shall be seen */
#else
#define SPARE_MAX 320u /* a batch of works and a few more: 5 MB */
#endif
static _Thread_local struct block *spare;
static _Thread_local unsigned n_spare;
static _Thread_local bool spares_are_known; /* to the end of the thread */

void *toc_must_realloc(void *old, size_t bytes)
{
	void *p = realloc(old, bytes ? bytes : 1);
	if (!p) {
		fputs("{\"level\":\"error\",\"event\":\"out_of_memory\",\"text\":\"no memory: stopping\"}\n",
		      stderr);
		abort();
	}
	return p;
}

static struct block *new_block(struct block *older, size_t cap)
{
	struct block *b = toc_must_realloc(NULL, sizeof *b + cap);
	b->older = older;
	b->used = 0;
	b->cap = cap;
	return b;
}

struct toc_arena *toc_arena_new(void)
{
	struct block *first = spare;

	if (first) {
		spare = first->older;
		n_spare--;
		first->older = NULL;
	} else {
		first = new_block(NULL, FIRST_BLOCK);
	}
	struct toc_arena *a = (struct toc_arena *)first->bytes;
	*a = (struct toc_arena){ .newest = first };
	first->used = OWN;
	return a;
}

static void free_all_but_first(struct toc_arena *a)
{
	while (a->newest->older) {
		struct block *b = a->newest;
		a->newest = b->older;
		free(b);
	}
}

static void free_spares(void)
{
	while (spare) {
		struct block *b = spare;
		spare = b->older;
		free(b);
	}
	n_spare = 0;
	spares_are_known = false;
}

void toc_arena_free(struct toc_arena *a)
{
	if (!a)
		return;
	free_all_but_first(a);
	struct block *first = a->newest;
	if (n_spare == SPARE_MAX) {
		free(first);
		return;
	}
	if (!spares_are_known) {
		spares_are_known = true;
		toc_at_thread_end(free_spares);
	}
	first->older = spare;
	spare = first;
	n_spare++;
}

void toc_arena_reset(struct toc_arena *a)
{
	free_all_but_first(a);
	a->newest->used = OWN;
	a->taken = 0;
}

/* Uninitialised: for callers that fill it at once. */
static void *take(struct toc_arena *a, size_t bytes)
{
	struct block *b = a->newest;

	if (bytes > SIZE_MAX / 2)
		TOC_WRONG("arena: size");
	bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
	if (bytes > b->cap - b->used) {
		size_t cap = b->cap * 2 < LARGEST_STEP ? b->cap * 2 : LARGEST_STEP;
		a->newest = b = new_block(b, bytes > cap ? bytes : cap);
	}
	void *p = b->bytes + b->used;
	b->used += bytes;
	a->taken += bytes;
	return p;
}

void *toc_arena_alloc(struct toc_arena *a, size_t bytes)
{
	return memset(take(a, bytes), 0, bytes);
}

size_t toc_arena_bytes(const struct toc_arena *a)
{
	return a->taken;
}

char *toc_arena_cstr(struct toc_arena *a, struct toc_str s)
{
	char *copy = take(a, s.n + 1);
	if (s.n)
		memcpy(copy, s.p, s.n);
	copy[s.n] = 0;
	return copy;
}

struct toc_str toc_arena_str(struct toc_arena *a, struct toc_str s)
{
	return (struct toc_str){ toc_arena_cstr(a, s), s.n };
}

struct toc_str toc_arena_printf(struct toc_arena *a, const char *format, ...)
{
	char small[256];
	va_list args;

	va_start(args, format);
	int n = vsnprintf(small, sizeof small, format, args);
	va_end(args);
	if (n < 0)
		TOC_WRONG("arena: format");
	if ((size_t)n < sizeof small)
		return toc_arena_str(a, (struct toc_str){ small, (size_t)n });

	char *large = take(a, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(large, (size_t)n + 1, format, args);
	va_end(args);
	return (struct toc_str){ large, (size_t)n };
}
