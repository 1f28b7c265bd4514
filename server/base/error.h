/* error.h: how a function says what went wrong.
 *
 * Fallible functions return 0 (or a count) or one of the negative TOC_E* codes below. Detail goes to the last
 * parameter, `reterr`, which is untouched on success and may be NULL. Words: what failed, value, limit,
 * clause. What a *member* did wrong is not an error but a refusal: see refusal.h.
 */
#ifndef TOC_BASE_ERROR_H
#define TOC_BASE_ERROR_H

#define TOC_MUSTCHECK __attribute__((warn_unused_result))
#define TOC_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

enum toc_code {
	TOC_EINVAL = -1,    /* malformed input */
	TOC_ELIMIT = -2,    /* a documented limit is reached */
	TOC_ENOTFOUND = -3, /* no such thing */
	TOC_ECONFLICT = -4, /* somebody else was first: read again and retry */
	TOC_EIO = -5,       /* file, socket or database failed */
	TOC_ETIMEOUT = -6,  /* our own deadline passed; the outcome may be unknown */
	TOC_EPROOF = -7,    /* cryptography says no: altered, wrong key, wrong proof */
	TOC_ENOMEM = -8,    /* no memory at run time */
	TOC_EAGAIN = -9,    /* not complete yet: call again when there is more */
	TOC_ECLOSED = -10,  /* the peer is gone */
	TOC_EUNSUPPORTED = -11,
};

struct toc_error {
	int code;
	char text[400]; /* one sentence for a person; never a secret */
};

/** Fill `reterr` (if not NULL) and return `code`: `return toc_fail(reterr, TOC_EINVAL, …)`. */
int toc_fail(struct toc_error *reterr, int code, const char *format, ...) TOC_PRINTF(3, 4);

/** Our own bug: say where and stop. Never reachable from input. */
_Noreturn void toc_wrong(const char *file, int line, const char *what);
#define TOC_WRONG(what) toc_wrong(__FILE__, __LINE__, (what))

#endif
