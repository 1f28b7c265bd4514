/* contactkeys.h: what the state may know of addresses, and the codes by which channels are tried (M26). Pure.
 *
 * An address is known by hex(HMAC-SHA-256(dup key, "tocsin-contact/v1 address\n" kind "\n" normal form)), so that the
 * second admin's declaration is that of the first, and what was verified stays so. The code of a test comes from the id
 * of the test and the key, so no node has to remember it; the state has a keyed hash of it. */
#ifndef TOC_KEEPER_CONTACTKEYS_H
#define TOC_KEEPER_CONTACTKEYS_H

#include "base/digest.h"
#include "base/value.h"

/** Of a decoded M26: own: the keys of its addresses, contact by contact, then the desk's, "" for none, and last that of
 * the whole body; test, confirm: that of the code. NULL for any other message. */
struct toc_value *toc_address_keys(struct toc_arena *a, const uint8_t key[32], const struct toc_value *message);

/** The code that goes out with the test of this id: "7K4F-9QWM". */
struct toc_str toc_test_code(struct toc_arena *a, const uint8_t key[32], struct toc_str test_id);

#endif
