/* filter.h: what the lists of this room share: how a filter of system calls is made and loaded. */
#ifndef TOC_CONFINE_FILTER_H
#define TOC_CONFINE_FILTER_H

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>

#define TOC_FILTER_REFUSE SCMP_ACT_ERRNO(EPERM)
#define TOC_FILTER_NO_SUCH_CALL SCMP_ACT_ERRNO(ENOSYS)

/** Have a filter filled and load it, for good. @param otherwise what becomes of a call that no rule is about
 * @param fill 0, or what libseccomp says: then nothing is loaded @return 0, or -1 (logged) */
int toc_filter_load(uint32_t otherwise, int (*fill)(scmp_filter_ctx filter, const void *ctx), const void *ctx);

/** The same rule for each of these calls that this architecture has. @return 0 or what libseccomp says */
int toc_filter_each(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t n);

/** A process under a sanitizer is not confined: that traces it, and needs more at its end. */
#if defined(__SANITIZE_ADDRESS__)
#define TOC_FILTER_SANITIZED 1
#else
#define TOC_FILTER_SANITIZED 0
#endif

#endif
