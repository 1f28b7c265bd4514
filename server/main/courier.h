/* courier.h: what the courier is given: by which ways it reaches people, and with which credentials. */
#ifndef TOC_MAIN_COURIER_H
#define TOC_MAIN_COURIER_H

#include "main/config.h"
#include "main/state.h"

struct toc_courier_means {
	char *password, *ca; /* of the relay; NULL when there is none. Owned */
	char *hook_ca;       /* of what members let us call; likewise */
	char *stamp_ca;      /* of the time-stamping authority; likewise */
	int record;          /* what the relay has taken and the ledger may not know yet; -1: not open */
};

/** Read the files that the options name, and open the record (owned by `account`). What is missing or contradicts
 * itself is a sentence in reterr. */
int toc_courier_prepare(struct toc_courier_means *ret, const struct toc_config *c, const struct toc_state *s,
                        struct toc_rights account, struct toc_error *reterr) TOC_MUSTCHECK;
void toc_courier_done(struct toc_courier_means *m);

/** ["e-mail", …]: the channels that this deployment serves besides its own connections. */
struct toc_value *toc_courier_channels(const struct toc_config *c, struct toc_arena *a);
/** {"smtp": {url, user?, password?, ca?, from}, "hook": {allow, ca?}, "push": {allow, ca?, subject, private, public}, "stamp": {url, ca, policy?}}: to
 * the courier alone. @param outside the server's key of that name */
struct toc_value *toc_courier_told(const struct toc_courier_means *m, const struct toc_config *c, const uint8_t outside[32],
                                   struct toc_arena *a);
/** The items of allow-destination. */
struct toc_value *toc_courier_allowed(const struct toc_config *c, struct toc_arena *a);

#endif
