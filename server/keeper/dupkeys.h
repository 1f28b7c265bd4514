/* dupkeys.h: keyed hashes of the identifiers in a message, so that the state can see that two messages name
 * the same thing without holding either.
 *
 * key := hex(HMAC-SHA-256(dup key, "tocsin-dup/v1 " kind "\n" normalised text)) kind: url, handle, email,
 * phone, id, hash-<algorithm>, text, report; of a deconfliction check the same of its subjects. The kind is under the HMAC: kinds never collide. Without the key
 * (which the database does not have) an identifier cannot be guessed back. Pure.
 */
#ifndef TOC_KEEPER_DUPKEYS_H
#define TOC_KEEPER_DUPKEYS_H

#include "base/digest.h"
#include "base/value.h"

#define TOC_DUPKEYS_MAX 128 /* of one message; what is beyond is not looked at */

/** The keys of a decoded message, sorted, each once; an empty list when it names nothing. */
struct toc_value *toc_dupkeys(struct toc_arena *a, const uint8_t key[32], const struct toc_value *message);

/** Of the items of an M6, in their order: [{key, near?}]: the key of what each recognises, of the kinds above and
 * domain, phrase, account, opaque-<type>; and the form (nearkey.h) of a PDQ hash, hexadecimal. The realm of the
 * forms is the incident. NULL for any other message. */
struct toc_value *toc_item_keys(struct toc_arena *a, const uint8_t key[32], const struct toc_value *message);

/** Of a look-up: [{incident, key, near?}], the same for what it asks about, for each of these incidents. */
struct toc_value *toc_lookup_keys(struct toc_arena *a, const uint8_t key[32], const struct toc_value *message,
				  const struct toc_value *places);

/** What a removal order says: SHA-256 of the canonical bytes of its form, keyed, the same in draft and issue. Zeroes for
 * a message without one. */
struct toc_sha256 toc_order_content(struct toc_arena *a, const uint8_t key[32], const struct toc_value *message);

/** SHA-256 of the message's canonical bytes, keyed: the same id with another digest is an id_conflict. */
struct toc_sha256 toc_message_digest(struct toc_arena *a, const uint8_t key[32],
				     const struct toc_value *message);

/* Normal forms; exported for tests. Empty: names nothing. */
struct toc_str toc_normal_url(struct toc_arena *a, struct toc_str url);
struct toc_str toc_normal_handle(struct toc_arena *a, struct toc_str handle);
struct toc_str toc_normal_phone(struct toc_arena *a, struct toc_str phone);
struct toc_str toc_normal_text(struct toc_arena *a, struct toc_str text);

#endif
