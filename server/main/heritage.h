/* heritage.h: what the parent gives a child at birth: a document and open descriptors, and no way to ask for more.
 *
 * The child is this very program, executed again, so nothing of the parent's memory (other children's keys) lives on
 * in it. Descriptor 3 is a sealed memory file with the document (canonical JSON), 4 the control socket, 5 and up what
 * the document names. Everything else is closed. */
#ifndef TOC_MAIN_HERITAGE_H
#define TOC_MAIN_HERITAGE_H

#include "base/error.h"
#include "base/value.h"

enum { TOC_HERITAGE_FD = 3, TOC_CONTROL_FD = 4, TOC_FIRST_GIVEN_FD = 5 };

/** @return a sealed memory file positioned at its start, close-on-exec; or TOC_EIO */
int toc_heritage_write(const struct toc_value *heritage) TOC_MUSTCHECK;
/** Read, and close, the document. Its bytes are wiped; the tree in the arena stays. */
int toc_heritage_read(struct toc_arena *a, int fd, struct toc_value **ret_heritage, struct toc_error *reterr) TOC_MUSTCHECK;

#endif
