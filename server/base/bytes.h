/* bytes.h: text forms of bytes: hexadecimal, base64url without padding (RFC 4648 section 5), UUIDs (RFC
 * 9562), IP addresses. */
#ifndef TOC_BASE_BYTES_H
#define TOC_BASE_BYTES_H

#include "base/error.h"
#include "base/memory.h"

struct toc_uuid {
	uint8_t b[16];
};
#define TOC_UUID_TEXT 37 /* with NUL */

struct toc_str toc_hex(struct toc_arena *a, const void *bytes, size_t n);         /* lower case */
int toc_hex_decode(struct toc_str text, void *ret_bytes, size_t n) TOC_MUSTCHECK; /* exactly n bytes */
struct toc_str toc_base64url(struct toc_arena *a, const void *bytes, size_t n);
/** @return bytes written (at most cap), TOC_EINVAL or TOC_ELIMIT */
long toc_base64url_decode(struct toc_str text, void *ret_bytes, size_t cap) TOC_MUSTCHECK;

/** Hyphens where RFC 9562 has them, either case (format writes lower case). Any version; nil is refused. */
int toc_uuid_parse(struct toc_str text, struct toc_uuid *ret_id) TOC_MUSTCHECK;
void toc_uuid_format(struct toc_uuid id, char ret_text[TOC_UUID_TEXT]);
struct toc_str toc_uuid_str(struct toc_arena *a, struct toc_uuid id);
/** Its bytes, as the key of a map; borrowed. */
static inline struct toc_str toc_uuid_key(const struct toc_uuid *id)
{
	return (struct toc_str){ (const char *)id->b, sizeof id->b };
}
bool toc_uuid_eq(struct toc_uuid x, struct toc_uuid y);
int toc_uuid_cmp(struct toc_uuid x, struct toc_uuid y);
bool toc_uuid_is_nil(struct toc_uuid id);
bool toc_uuid_is_v7(struct toc_uuid id);
/** A name-based id (version 8, SHA-256 of `space` 0x00 `name`): the same name, the same id on every node. */
struct toc_uuid toc_uuid_named(const char *space, struct toc_str name);

/** IPv4 or IPv6 without zone, in network order; IPv4 as ::ffff:a.b.c.d, so that both have one form. */
int toc_ip_parse(struct toc_str text, uint8_t ret_address[16]) TOC_MUSTCHECK;

#endif
