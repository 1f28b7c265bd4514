/* tsp.h: the question to a time-stamping authority, and whether its answer is one (RFC 3161). Bytes only: who carries them
 * is another's business.
 *
 * An answer counts when it is granted, is over the digest that was asked about, repeats our nonce, states the policy that
 * was asked for (if one was), and is signed by a certificate for time-stamping that leads to an authority in `ca`. */
#ifndef TOC_ENVELOPE_TSP_H
#define TOC_ENVELOPE_TSP_H

#include "base/bytes.h"
#include "base/error.h"

struct toc_tsp;
/** @param digest SHA-256 of what is to be stamped @param policy an OID, or empty: the authority's own
 * @return 0 or TOC_EINVAL: the policy is no OID */
int toc_tsp_new(const uint8_t digest[32], const char *policy, struct toc_tsp **ret_tsp, struct toc_error *reterr) TOC_MUSTCHECK;
/** Of an answer to a question that is not there any more: over this digest, of whatever nonce and policy. */
struct toc_tsp *toc_tsp_later(const uint8_t digest[32]);
void toc_tsp_free(struct toc_tsp *t);
/** The question, DER. Lives as long as `t`. */
struct toc_str toc_tsp_query(const struct toc_tsp *t);

struct toc_tsp_stamp {
	int64_t unix_s;
	struct toc_str serial; /* hexadecimal */
	struct toc_str policy; /* OID */
	struct toc_str chain;  /* PEM: the certificates in the answer, then `ca` */
};
/** @return 0 or TOC_EPROOF: it is no time stamp of what was asked about */
int toc_tsp_check(const struct toc_tsp *t, struct toc_arena *a, struct toc_str response, struct toc_str ca, struct toc_tsp_stamp *ret,
		  struct toc_error *reterr) TOC_MUSTCHECK;

#endif
