/* json.h: JSON bytes ↔ value trees. The only file besides its .c that knows json-c exists. */
#ifndef TOC_MESSAGE_JSON_H
#define TOC_MESSAGE_JSON_H

#include "base/refusal.h"
#include "base/value.h"

#define TOC_MESSAGE_BYTES_MAX 65536 /* a frame of the wire protocol; design section 6 */
#define TOC_JSON_DEPTH_MAX 16

/** Parse one JSON text strictly (RFC 8259): an object, UTF-8, no duplicate names, no U+0000, no trailing
 * bytes, integers only (|i| < 2^53), nesting at most `depth`.
 * @return 0, or -1 with `ret_refusal` filled (MALFORMED, TOO_BIG, WRONG_KIND for a fraction) */
int toc_json_parse(struct toc_arena *a, struct toc_str bytes, size_t max_bytes, unsigned depth,
		   struct toc_value **ret_value, struct toc_refusal *ret_refusal) TOC_MUSTCHECK;

/** Canonical bytes, RFC 8785: members sorted by UTF-16 code units, no blanks, minimal escapes. */
void toc_json_write(struct toc_buf *b, const struct toc_value *v);
struct toc_str toc_json_str(struct toc_arena *a, const struct toc_value *v);

#endif
