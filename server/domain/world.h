/* world.h: the state as a stack of layers of objects, and the agenda of what is to happen when.
 *
 * The bottom layer is the state. A layer over it holds what has been written since: the first write to an
 * object copies it up. Merging hands the upper layer's objects down; dropping forgets them. Reading never
 * copies.
 *
 * The agenda is one heap per clock (actual time, and each exercise) of (time, timer) pairs. Heaps may hold
 * stale pairs: a pair counts only while the timer, seen from the top, still has that `next`. So moving a
 * timer is one push, and an upper layer needs no knowledge of the heap below it.
 */
#ifndef TOC_DOMAIN_WORLD_H
#define TOC_DOMAIN_WORLD_H

#include "domain/domain.h"
#include "domain/object.h"

/** NULL when there is none. Valid until the next write to that object in this layer. */
const void *toc_world_get(const struct toc_world *w, enum toc_object_kind kind, struct toc_str key);
/** The object for writing, made when there is none (ret_new tells; may be NULL). The caller fills its first
 * field, the key, of a new one before anything else is asked of the world. */
void *toc_world_edit(struct toc_world *w, enum toc_object_kind kind, struct toc_str key, bool *ret_new);
void toc_world_remove(struct toc_world *w, enum toc_object_kind kind, struct toc_str key);
/** All objects of a kind that can be seen, in no promised order; start with a zeroed cursor. Not while
 * writing. */
struct toc_world_cursor {
	const struct toc_world *layer;
	size_t at;
	bool begun;
};
const void *toc_world_next(const struct toc_world *w, enum toc_object_kind kind,
			   struct toc_world_cursor *cursor);

/** Say that the timer's `next` was changed. */
void toc_world_schedule(struct toc_world *w, const struct toc_timer *timer);
/** The timer that is next on a clock (nil: actual time), or NULL. Ties go by id. */
const struct toc_timer *toc_world_first_timer(const struct toc_world *w, struct toc_uuid clock);
/** Let first_timer pass over this one as long as it keeps its `next`. @return false: too many already */
bool toc_world_pass_over_timer(struct toc_world *w, const struct toc_timer *t);
/** Clocks that have something on their agenda, each once; start with a zeroed cursor. Not while writing. */
bool toc_world_next_clock(const struct toc_world *w, struct toc_world_cursor *cursor, struct toc_uuid *ret_clock);

/** Of the organisation's desk, when a contact point of it is public; else empty. (read.c) */
struct toc_str toc_public_phone(const struct toc_world *w, const struct toc_organisation *o, toc_time now);

void toc_world_set_size(struct toc_world *w, uint64_t size);
/** An overlay for a look ahead: it is never merged, so the world under it is not written. */
struct toc_world *toc_world_ahead(const struct toc_world *under);

/* Typed look-ups: NULL when there is none. */
static inline const struct toc_organisation *toc_find_organisation(const struct toc_world *w,
								   struct toc_str code)
{
	return toc_world_get(w, TOC_OBJECT_organisation, code);
}
static inline const struct toc_country *toc_find_country(const struct toc_world *w, struct toc_str cc)
{
	return toc_world_get(w, TOC_OBJECT_country, cc);
}
static inline const struct toc_roster *toc_find_roster(const struct toc_world *w, struct toc_str org)
{
	return toc_world_get(w, TOC_OBJECT_roster, org);
}
#define TOC_FIND_BY_ID(kind)                                                                                 \
	static inline const struct toc_##kind *toc_find_##kind(const struct toc_world *w,                    \
							       struct toc_uuid id)                           \
	{                                                                                                    \
		return toc_world_get(w, TOC_OBJECT_##kind, TOC_KEY(id));                                     \
	}
TOC_FIND_BY_ID(person)
TOC_FIND_BY_ID(point)
TOC_FIND_BY_ID(credential)
TOC_FIND_BY_ID(exercise)
TOC_FIND_BY_ID(threat)
TOC_FIND_BY_ID(timer)
TOC_FIND_BY_ID(message)
TOC_FIND_BY_ID(incident)
TOC_FIND_BY_ID(proposal)
TOC_FIND_BY_ID(item)
TOC_FIND_BY_ID(signals)
TOC_FIND_BY_ID(parcel)
TOC_FIND_BY_ID(order)
TOC_FIND_BY_ID(acquaintance)
TOC_FIND_BY_ID(delivery)
TOC_FIND_BY_ID(hook)
TOC_FIND_BY_ID(push)
TOC_FIND_BY_ID(referral)
TOC_FIND_BY_ID(check)
TOC_FIND_BY_ID(course)
TOC_FIND_BY_ID(confirming)
TOC_FIND_BY_ID(process)
TOC_FIND_BY_ID(pending)
TOC_FIND_BY_ID(mandate)
TOC_FIND_BY_ID(hold)
#undef TOC_FIND_BY_ID

/** Not used up, expired or revoked, nor is the link that opened it. c may be NULL. (link.c) */
bool toc_credential_is_good(const struct toc_world *w, const struct toc_credential *c, toc_time now);

#endif
