/* push.h: what a push service carries for us, which must not be able to read it: RFC 8291 (message encryption for Web
 * Push, aes128gcm of RFC 8188) and RFC 8292 (VAPID: who we are, by ES256). One record, always the same length, so the
 * service does not learn from it what happened. */
#ifndef TOC_ENVELOPE_PUSH_H
#define TOC_ENVELOPE_PUSH_H

#include "base/digest.h"
#include "base/time.h"

#define TOC_PUSH_POINT 65 /* an uncompressed point of P-256 */
#define TOC_PUSH_AUTH 16
#define TOC_PUSH_CLEAR_MAX 512 /* content is padded to it */
#define TOC_PUSH_OVERHEAD (16 + 4 + 1 + TOC_PUSH_POINT + 1 + 16)

/** What the browser gave when it subscribed. */
struct toc_push_recipient {
	uint8_t p256dh[TOC_PUSH_POINT], auth[TOC_PUSH_AUTH];
};
/** What is random in a message: a test gives the values of RFC 8291 appendix A. */
struct toc_push_chance {
	uint8_t private[32], salt[16];
};

/** Encrypt for one browser. @param padded_to length that `clear` is filled up to (not less than its own)
 * @param chance NULL: fresh
 * @return 0, TOC_EINVAL (p256dh is no point of the curve), TOC_ELIMIT (too long) */
int toc_push_encrypt(struct toc_arena *a, const struct toc_push_recipient *to, struct toc_str clear, size_t padded_to,
		     const struct toc_push_chance *chance, struct toc_str *ret_body) TOC_MUSTCHECK;

/** The server's key towards push services, derived from its key `outside`: the same on every node, always. */
struct toc_vapid {
	uint8_t private[32], public[TOC_PUSH_POINT];
};
void toc_vapid_derive(const uint8_t outside[32], struct toc_vapid *ret);
/** The value of Authorization: "vapid t=<JWT>, k=<key>".
 * @param audience origin of the push service; @param expires at most 24 h from now (RFC 8292 section 2)
 * @param subject how the operator is reached: mailto: or https: */
struct toc_str toc_vapid_authorization(struct toc_arena *a, const struct toc_vapid *v, struct toc_str audience,
				       toc_time expires, struct toc_str subject);

#endif
