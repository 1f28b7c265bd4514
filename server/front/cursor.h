/* cursor.h: how far one reader has come, and who serves him next: the ring or the archive.
 *
 *             start                 HISTORY_END reaches the ring
 *   (idle) ──────────▶ live ◀──────────────────────────────────────── reading
 *                       │ the ring's tail passes him, or it was reset      ▲ │ not there yet,
 *                       ▼                                                  │ ▼ or the archive died
 *                     behind ────────────── a READ is sent ────────────────┘ behind
 *
 * Every sequence number is handed on at most once and in order, because `next` only grows and both sources are
 * asked from `next` on; none is left out, because neither moves `next` over what it has not looked at.
 * Pure: the caller sends the READs and the bytes.
 */
#ifndef TOC_FRONT_CURSOR_H
#define TOC_FRONT_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

enum toc_cursor_state { TOC_CURSOR_IDLE, TOC_CURSOR_LIVE, TOC_CURSOR_BEHIND, TOC_CURSOR_READING };

struct toc_cursor {
	enum toc_cursor_state state;
	uint64_t next; /* the first sequence number not yet looked at */
	int64_t last;  /* the last one that was meant for this reader and handed on; -1: none */
	uint64_t asked; /* `next` when the READ was sent */
};

/** @param from the last one that he has (hello.from); -1: none */
void toc_cursor_start(struct toc_cursor *c, int64_t from, uint64_t tail, uint64_t head);

/** The ring has moved: tail passed, or reset. A reader that is ahead of head (the archive was faster) waits. */
void toc_cursor_settle(struct toc_cursor *c, uint64_t tail, uint64_t head);

/** Live: the ring has something new, but it is not for him to look at; the archive will say. */
void toc_cursor_behind(struct toc_cursor *c);

/** A READ from `next` is on its way. */
void toc_cursor_asked(struct toc_cursor *c);

/** The archive shows this entry. @return whether to hand it on */
bool toc_cursor_history(struct toc_cursor *c, uint64_t seq);

/** The archive has looked at everything below `next`.
 * @return whether that brought us on; if not, and behind still, wait a little before asking again */
bool toc_cursor_history_end(struct toc_cursor *c, uint64_t next, uint64_t tail, uint64_t head);

/** The archive is gone with our READ: ask its successor. */
void toc_cursor_lost(struct toc_cursor *c);

/** Live: the ring was looked through up to `next`; `last` was handed on (or -1: nothing of it was for him). */
void toc_cursor_advance(struct toc_cursor *c, uint64_t next, int64_t last);

#endif
