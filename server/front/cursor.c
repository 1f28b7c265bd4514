/* cursor.c: the transitions of cursor.h. */
#include "front/cursor.h"

#include "base/error.h"

void toc_cursor_settle(struct toc_cursor *c, uint64_t tail, uint64_t head)
{
	(void)head; /* ahead of head is live too: the ring will get there */
	if (c->state == TOC_CURSOR_IDLE || c->state == TOC_CURSOR_READING)
		return;
	c->state = c->next >= tail ? TOC_CURSOR_LIVE : TOC_CURSOR_BEHIND;
}

void toc_cursor_start(struct toc_cursor *c, int64_t from, uint64_t tail, uint64_t head)
{
	*c = (struct toc_cursor){ .state = TOC_CURSOR_BEHIND, .next = (uint64_t)(from + 1), .last = from };
	toc_cursor_settle(c, tail, head);
}

void toc_cursor_behind(struct toc_cursor *c)
{
	if (c->state == TOC_CURSOR_LIVE)
		c->state = TOC_CURSOR_BEHIND;
}

void toc_cursor_asked(struct toc_cursor *c)
{
	if (c->state != TOC_CURSOR_BEHIND)
		TOC_WRONG("cursor: asks although it is not behind");
	c->state = TOC_CURSOR_READING;
	c->asked = c->next;
}

bool toc_cursor_history(struct toc_cursor *c, uint64_t seq)
{
	if (c->state != TOC_CURSOR_READING || seq < c->next)
		return false;
	c->next = seq + 1;
	c->last = (int64_t)seq;
	return true;
}

bool toc_cursor_history_end(struct toc_cursor *c, uint64_t next, uint64_t tail, uint64_t head)
{
	if (c->state != TOC_CURSOR_READING)
		return false;
	if (next > c->next)
		c->next = next;
	c->state = TOC_CURSOR_BEHIND;
	toc_cursor_settle(c, tail, head);
	return c->next > c->asked;
}

void toc_cursor_lost(struct toc_cursor *c)
{
	if (c->state == TOC_CURSOR_READING)
		c->state = TOC_CURSOR_BEHIND;
}

void toc_cursor_advance(struct toc_cursor *c, uint64_t next, int64_t last)
{
	if (c->state != TOC_CURSOR_LIVE || next < c->next)
		TOC_WRONG("cursor: moves backwards");
	c->next = next;
	if (last >= 0)
		c->last = last;
}
