/* webhook.h: signatures of calls to and from other people's servers, as Standard Webhooks has them
 * (github.com/standard-webhooks): the headers webhook-id, webhook-timestamp, webhook-signature; what is signed is
 * "id.timestamp.body".
 *
 * A hook's secrets are not kept anywhere: they are derived from the server's key `outside`, the hook's id and the
 * number of the rotation. So they are in no entry, snapshot or log, every node has them, and rotating is counting. The
 * shared secret (v1) proves a call to its receiver; the Ed25519 key (v1a), of which a receiver knows only the public
 * half, proves it to others too. They are derived apart: from one the other cannot be made. */
#ifndef TOC_ENVELOPE_WEBHOOK_H
#define TOC_ENVELOPE_WEBHOOK_H

#include "base/digest.h"
#include "base/time.h"

#define TOC_HOOK_TOLERANCE_S 300 /* how far a timestamp may lie from our clock: the replay window */
#define TOC_HOOK_KEYS_MAX 2      /* the one in use, and during a rotation the one before */

struct toc_hook_key {
	uint8_t secret[32], seed[32]; /* of HMAC-SHA256; of Ed25519 */
};
void toc_hook_key_derive(const uint8_t outside[32], struct toc_uuid hook, uint32_t generation,
			 struct toc_hook_key *ret);

struct toc_str toc_hook_secret_text(struct toc_arena *a, const struct toc_hook_key *k); /* whsec_… */
struct toc_str toc_hook_public_text(struct toc_arena *a, const struct toc_hook_key *k); /* whpk_… */

/** The value of webhook-signature: "v1,… v1a,…" for each key, the newest first. */
struct toc_str toc_hook_sign(struct toc_arena *a, const struct toc_hook_key *keys, size_t n, struct toc_str id,
			     int64_t timestamp, struct toc_str body);

/** A call to us, signed by v1 with one of our secrets, not older or newer than the tolerance. Whoever is called back
 * remembers ids, so that the same call within the window counts once.
 * @return 0, TOC_EINVAL (header unreadable), TOC_ETIMEOUT (too old or too new), TOC_EPROOF */
int toc_hook_verify(const struct toc_hook_key *keys, size_t n, struct toc_str id, struct toc_str timestamp,
		    struct toc_str signatures, struct toc_str body, toc_time now) TOC_MUSTCHECK;

#endif
