/* press.h: how the archive has an answer printed: over a SOCK_SEQPACKET socket go two descriptors, and nothing else.
 *
 *   answer  a file in memory: the rows, a JSON object a line; the last line is the cover, {"title", "facts": [{"name", "text"}]}
 *   pdf     a pipe: u64 (big endian) how many bytes, and these. Less than that: it was not printed
 */
#ifndef TOC_IPC_PRESS_H
#define TOC_IPC_PRESS_H

#include "base/error.h"

#define TOC_PRESS_FD 3			 /* the press's end of it */
#define TOC_PRESS_COVER_MAX (256u << 10) /* bytes of the cover */

/** @return 0, TOC_EAGAIN (it does not take one now) or TOC_ECLOSED */
int toc_press_send(int control, int answer_fd, int pdf_fd) TOC_MUSTCHECK;
/** Waits. @return 1 and both descriptors, 0: the archive is gone, or TOC_EINVAL: that was no job */
int toc_press_receive(int control, int ret_fds[2]) TOC_MUSTCHECK;

#endif
