/* world.h: the state as a stack of layers of objects, and the agenda of what is to happen when.
 *
 * The bottom layer is the state. A layer over it holds what has been written since: the first write to an
 * object copies it up. Merging hands the upper layer's objects down; dropping forgets them. Reading never
 * copies; of what is at rest at the bottom, packed, it unpacks what is looked at.
 *
 * The agenda is one heap per clock (actual time, and each exercise) of (time, timer) pairs. Heaps may hold
 * stale pairs: a pair counts only while the timer, seen from the top, still has that `next`. So moving a
 * timer is one push, and an upper layer needs no knowledge of the heap below it.
 */
#ifndef TOC_DOMAIN_WORLD_H
#define TOC_DOMAIN_WORLD_H

#include "domain/domain.h"
#include "domain/object.h"
#include "domain/piece.h"

struct toc_map;

/** NULL when there is none. Valid until the next write to that object in this layer. */
const void *toc_world_get(const struct toc_world *w, enum toc_object_kind kind, struct toc_str key);
/** The object for writing, made when there is none (ret_new tells; may be NULL). The caller fills its first
 * field, the key, of a new one before anything else is asked of the world. */
void *toc_world_edit(struct toc_world *w, enum toc_object_kind kind, struct toc_str key, bool *ret_new);
void toc_world_remove(struct toc_world *w, enum toc_object_kind kind, struct toc_str key);
/** All objects of a kind that can be seen, in no promised order; start with a zeroed cursor. Not while
 * writing. With `passing` set what is packed stays so: each object is good until the next call, and the walk goes to its
 * end. For a look at very many of which few are wanted. */
struct toc_world_cursor {
	const struct toc_world *layer;
	size_t at;
	bool begun, passing;
	uint32_t object;
	void *unpacked;
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

/* ---- for saving.c ---- */

/** What of a kind is at rest, packed, under what was written since. */
const struct toc_run *toc_world_packed(const struct toc_world *w, enum toc_object_kind kind);
/** What was written since, in the order of keys. @return an array to free; its keys live as long as the objects */
struct toc_changed {
	enum toc_object_kind kind;
	struct toc_str key;
	const void *object; /* NULL: removed */
};
struct toc_changed *toc_world_changed(const struct toc_world *w, enum toc_object_kind kind, size_t *ret_n);
/** All of a kind is what this run says, and at rest. Takes the run over. Pointers to objects end.
 * @param ret_old what was unpacked: two maps, or NULL, to be freed with toc_world_bury */
void toc_world_settle(struct toc_world *w, enum toc_object_kind kind, struct toc_run *run, struct toc_map *ret_old[2]);
/** Free so many of the objects in a map. @return how many; 0: the map is freed as well */
size_t toc_world_bury(enum toc_object_kind kind, struct toc_map *old, size_t *cursor, size_t objects);

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
TOC_FIND_BY_ID(exposure)
TOC_FIND_BY_ID(glass)
#undef TOC_FIND_BY_ID

/** Not used up, expired or revoked, nor is the link that opened it. c may be NULL. (link.c) */
bool toc_credential_is_good(const struct toc_world *w, const struct toc_credential *c, toc_time now);

#endif
