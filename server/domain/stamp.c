/* stamp.c: an authority outside says when the log was there: every hour, and when an incident is closed. The log shows
 * that nothing was changed since, and by whose word; this shows since when, by somebody who has to do with neither.
 *
 * Any node asks; the entry's size only grows, so a second one of the same is refused. Source: eIDAS 41; RFC 3161. */
#include "domain/rule.h"
#include "domain/apply.h"

static const int64_t only;

static const struct toc_stamped *stamped(const struct toc_world *w)
{
	return toc_world_get(w, TOC_OBJECT_stamped, TOC_KEY(only));
}

int toc_rule_stamp(struct toc_ask *q)
{
	const struct toc_stamped *s = stamped(q->w);
	int64_t size = toc_get_int(q->body, "size", 0);

	if (s && size <= s->size)
		return TOC_REFUSE(q, STATE, "body.size", "RFC 3161", "size: the checkpoint of size %lld is stamped already", (long long)s->size);
	if (size < 0 || (uint64_t)size > toc_world_size(q->w))
		return TOC_REFUSE(q, BAD_VALUE, "body.size", "RFC 3161", "size: there are fewer entries");
	struct toc_draft *d = toc_ask_draft(q, "timestamp.stamp");
	d->subject = TOC_STR("system");
	toc_tell(q, d, TOC_TO_EVERYBODY, 0);
	return 0;
}

toc_time toc_stamp_due(const struct toc_world *w, bool *ret_closing)
{
	const struct toc_stamped *s = stamped(w);

	*ret_closing = s && s->closed > s->size;
	if (!s || s->at.us == TOC_TIME_NEVER.us || *ret_closing)
		return (toc_time){ 0 };
	return toc_after(s->at, TOC_HOURS(1));
}

void toc_apply_stamp(const struct deed *d)
{
	struct toc_stamped *s = toc_world_edit(d->w, TOC_OBJECT_stamped, TOC_KEY(only), NULL);

	s->key = only;
	s->size = toc_get_int(d->body, "size", 0);
	s->at = d->e->ts;
}

void toc_apply_closed(const struct deed *d)
{
	bool is_new;
	struct toc_stamped *s = toc_world_edit(d->w, TOC_OBJECT_stamped, TOC_KEY(only), &is_new);

	s->key = only;
	if (is_new)
		s->at = TOC_TIME_NEVER;
	s->closed = (int64_t)d->e->seq + 1;
}

uint64_t toc_stamp_wants(const struct toc_world *w)
{
	const struct toc_stamped *s = stamped(w);

	return s ? (uint64_t)s->closed : 0;
}

uint64_t toc_stamped_size(const struct toc_world *w)
{
	const struct toc_stamped *s = stamped(w);

	return s ? (uint64_t)s->size : 0;
}

toc_time toc_stamped_at(const struct toc_world *w)
{
	const struct toc_stamped *s = stamped(w);

	return s ? s->at : TOC_TIME_NEVER;
}
