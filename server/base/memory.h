/* memory.h: arenas (memory named by lifetime), growing buffers, and text as pointer and length.
 *
 * Start-up may die of lack of memory. At run time limits are checked before memory is taken; an arena that
 * still cannot grow aborts the process, which the parent restarts (crash-only).
 */
#ifndef TOC_BASE_MEMORY_H
#define TOC_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"

/** realloc that never returns NULL: a process without memory stops and is restarted. */
void *toc_must_realloc(void *old, size_t bytes);

/** Text or bytes, borrowed. Not NUL-terminated. `p` may be NULL when `n` is 0. */
struct toc_str {
	const char *p;
	size_t n;
};
#define TOC_STR(literal) ((struct toc_str){ (literal), sizeof(literal) - 1 })
#define TOC_STR_ARGS(s) (int)(s).n, (s).p /* for printf("%.*s") */

/* Inline, because what is compared is mostly a literal: its length is then known when the program is built. */
static inline struct toc_str toc_str_of(const char *nul_terminated) /* NULL gives the empty string */
{
	return (struct toc_str){ nul_terminated, nul_terminated ? strlen(nul_terminated) : 0 };
}
static inline bool toc_str_eq(struct toc_str a, struct toc_str b)
{
	return a.n == b.n && (a.n == 0 || a.p == b.p || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool toc_str_is(struct toc_str a, const char *nul_terminated)
{
	return toc_str_eq(a, toc_str_of(nul_terminated));
}
static inline bool toc_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
struct toc_str toc_str_trim(struct toc_str s); /* without blanks at its ends; borrowed */
int toc_str_cmp(struct toc_str a, struct toc_str b); /* byte order, as memcmp */
/** Constant time in the contents (not in the lengths): for secrets. */
bool toc_str_eq_secret(struct toc_str a, struct toc_str b);
bool toc_str_is_utf8(struct toc_str s); /* well-formed, no surrogates, no U+0000 */
struct toc_arena;
/** Content of members, to be looked at: control characters, also C1, U+0000, and characters that turn the direction of writing
 * become U+FFFD; a line break becomes `newline`. In the arena, NUL-terminated. */
struct toc_str toc_str_harmless(struct toc_arena *a, struct toc_str text, const char *newline);

/** An arena: everything in it dies together. Blocks never move. */
struct toc_arena *toc_arena_new(void);
void toc_arena_free(struct toc_arena *a);                 /* NULL is fine */
void toc_arena_reset(struct toc_arena *a);                /* keeps the first block */
void *toc_arena_alloc(struct toc_arena *a, size_t bytes); /* zeroed, aligned for any type, never NULL */
size_t toc_arena_bytes(const struct toc_arena *a);
struct toc_str toc_arena_str(struct toc_arena *a, struct toc_str s); /* a copy, also NUL-terminated */
char *toc_arena_cstr(struct toc_arena *a, struct toc_str s);         /* the same as a C string */
struct toc_str toc_arena_printf(struct toc_arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** A growing buffer with a maximum it is born with. Going over sets `failed`, once and for all; appends after
 * that do nothing, so a chain of appends needs one check. */
struct toc_buf {
	char *p;
	size_t n, cap, max;
	bool failed;
};
void toc_buf_init(struct toc_buf *b, size_t max);
void toc_buf_done(struct toc_buf *b);
void toc_buf_clear(struct toc_buf *b); /* keeps memory and max, forgets contents and `failed` */
void toc_buf_add(struct toc_buf *b, const void *bytes, size_t n);
void toc_buf_str(struct toc_buf *b, struct toc_str s);
void toc_buf_text(struct toc_buf *b, const char *nul_terminated);
void toc_buf_byte(struct toc_buf *b, uint8_t byte);
void toc_buf_printf(struct toc_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Room for n more bytes at the end, to be written at once and counted by toc_buf_took; NULL when there is none. */
char *toc_buf_room(struct toc_buf *b, size_t n);
static inline void toc_buf_took(struct toc_buf *b, size_t n)
{
	b->n += n;
}
void toc_buf_drop_front(struct toc_buf *b, size_t n); /* moves the rest down */
struct toc_str toc_buf_view(const struct toc_buf *b);

#endif
