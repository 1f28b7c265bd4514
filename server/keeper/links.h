/* links.h: the token in the link of an e-mail, and the entry that makes it good.
 *
 * The token is a keyed hash of the delivery's id: it stands nowhere, is the same whenever the letter is made again (on another
 * node too), and the state knows its digest only. A letter is handed to the courier when that digest is in the ledger,
 * so no link is out that does not work. Source: docs/link.md */
#ifndef TOC_KEEPER_LINKS_H
#define TOC_KEEPER_LINKS_H

#include "keeper/core.h"

#define TOC_LINK_LIFE TOC_HOURS(72)

/** @return 43 characters; wipe them when they are used */
struct toc_str toc_link_token(struct toc_arena *a, const uint8_t dup_key[32], struct toc_uuid delivery);
/** The id of the delivery's link as a credential: toc_find_credential says whether it is good already. */
struct toc_uuid toc_link_id(struct toc_uuid delivery);
/** The server's credential.issue: for this person, about this message. Give it to toc_keeper_put. */
struct toc_work *toc_link_work(struct toc_keeper *k, struct toc_uuid delivery, struct toc_str org, struct toc_uuid person,
			       struct toc_uuid about);

#endif
