/* urgent.h: threats that are journaled but not yet recorded, for who comes while the database is away.
 *
 * They have no number, so neither ring nor archive has them. This list has those of the current outage in the order
 * of the journal; a connection in session has a place in it (`at`), so each gets each one once. An entry leaves the
 * list when it is published with its number, and all leave it when the keeper says that the outage is over.
 *
 * When the list is full the oldest stay, up to the first that did not fit: nothing in it is ever out of order or
 * with a hole. What does not fit is given to whoever is connected at that moment, and to others when it is recorded.
 * Pure: no socket, no clock. */
#ifndef TOC_FRONT_URGENT_H
#define TOC_FRONT_URGENT_H

#include "base/digest.h"
#include "front/ring.h"

struct toc_urgent;
struct toc_urgent *toc_urgent_new(size_t bytes, size_t entries);
void toc_urgent_free(struct toc_urgent *u);

bool toc_urgent_knows(const struct toc_urgent *u, struct toc_uuid eid);
/** One that is not known; its renderings in the order in which they are tried. @return 0 or TOC_ELIMIT */
int toc_urgent_keep(struct toc_urgent *u, struct toc_uuid eid, const struct toc_rendering *renderings, size_t n);
void toc_urgent_drop(struct toc_urgent *u, struct toc_uuid eid); /* it is recorded; not known: nothing to do */
void toc_urgent_clear(struct toc_urgent *u);                     /* the outage is over */

/** The first one from *at on that these eyes may see; 0: from the beginning.
 * @return true, and *at stands after it; or false, and *at stands at the end */
bool toc_urgent_next(const struct toc_urgent *u, struct toc_eyes eyes, uint64_t *at, struct toc_str *ret_json);

#endif
