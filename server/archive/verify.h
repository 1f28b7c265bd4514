/* verify.h: verify.sh, as it is put into evidence bundles. */
#ifndef TOC_ARCHIVE_VERIFY_H
#define TOC_ARCHIVE_VERIFY_H

#include <stddef.h>

extern const char toc_verify_sh[];
extern const size_t toc_verify_sh_bytes;

#endif
