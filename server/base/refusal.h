/* refusal.h: the answer to a request that cannot be granted: code, field, clause, words. Table: refusal.def
 */
#ifndef TOC_BASE_REFUSAL_H
#define TOC_BASE_REFUSAL_H

#include "base/error.h"
#include "base/memory.h"

enum toc_refusal_code {
	TOC_NOT_REFUSED = 0,
#define TOC_REFUSAL(name, wire, http, advice) TOC_REFUSE_##name,
#include "base/refusal.def"
#undef TOC_REFUSAL
};

struct toc_refusal {
	enum toc_refusal_code code;
	char field[96];    /* path in the message, "body.content[0].url"; empty when no field is to blame */
	char clause[96];   /* law or protocol clause, "TCO 14(5)", "RFC 9562"; may be empty */
	char detail[240];  /* one sentence: what, value, limit. Never others' content, never a secret */
	int retry_after_s; /* 0 when waiting does not help */
};

const char *toc_refusal_wire(enum toc_refusal_code code);   /* "missing_field" */
int toc_refusal_http(enum toc_refusal_code code);           /* 400 … 503 */
const char *toc_refusal_advice(enum toc_refusal_code code); /* what the sender should do */

/** Fill `ret` and return -1, so that a rule reads
 * `return toc_refuse(r, TOC_REFUSE_STATE, "body.step", "b.2", "…")`. */
int toc_refuse(struct toc_refusal *ret, enum toc_refusal_code code, const char *field, const char *clause,
	       const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
