/* grant.h: a claim by the keeper who somebody is, which a front carries but cannot make or alter.
 *
 * So the keeper keeps nothing per connection, the archive needs no word from the keeper, and either can be
 * restarted under open connections. Sealed with a key that parent, keeper and archive hold (HMAC-SHA-256 over the
 * fields). Short-lived: the front renews it, and the keeper then looks at the credential and the rights again.
 */
#ifndef TOC_IPC_GRANT_H
#define TOC_IPC_GRANT_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"

#define TOC_GRANT_LIFE TOC_MINUTES(2)

struct toc_grant {
	struct toc_uuid session; /* or the API key's id */
	struct toc_uuid person;
	struct toc_str org, channel;
	uint32_t roles;          /* to read with */
	bool machine, exercise_only;
	bool operates;           /* an administrator of the operator's: sees the leaves of the log */
	/* by the link of an e-mail: reads nothing but that entry, what refers to it, and what is of its case or incident, from that
	 * seq on */
	bool scoped;
	struct toc_uuid message, case_ref, incident;
	uint64_t from;
	uint64_t as_of;          /* size of the ledger that the rights were looked up in: what narrows them later is not in it */
	toc_time expires;
};
struct toc_str toc_grant_seal(struct toc_arena *a, const uint8_t key[32], const struct toc_grant *g);
/** @return 0, TOC_EPROOF, or TOC_ETIMEOUT when it is genuine but has expired (ret_grant is filled) */
int toc_grant_open(struct toc_arena *a, const uint8_t key[32], struct toc_str sealed, toc_time now,
                   struct toc_grant *ret_grant) TOC_MUSTCHECK;

#endif
