/* wire.h: what channel.c and control.c share: the head of a frame. */
#ifndef TOC_IPC_WIRE_H
#define TOC_IPC_WIRE_H

#include "ipc/ipc.h"

#define TOC_IPC_LENGTH 4 /* bytes of the length field */
#define TOC_IPC_HEAD 6   /* length and number */

static inline uint32_t toc_ipc_length(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/** Write the length into a frame that was built with toc_ipc_begin. @return 0, or TOC_ELIMIT when it is too long */
static inline int toc_ipc_finish(struct toc_buf *frame, size_t max)
{
	if (frame->failed || frame->n < TOC_IPC_HEAD || frame->n - TOC_IPC_LENGTH > max)
		return TOC_ELIMIT;
	uint32_t n = (uint32_t)(frame->n - TOC_IPC_LENGTH);
	for (int i = 0; i < TOC_IPC_LENGTH; i++)
		frame->p[i] = (char)(uint8_t)(n >> (24 - 8 * i));
	return 0;
}

/** A whole frame at p, n bytes with its head. @return 0, or TOC_EINVAL when its number is unknown */
static inline int toc_ipc_open(const char *p, size_t n, struct toc_frame *ret_frame)
{
	unsigned number = (unsigned)(uint8_t)p[4] << 8 | (uint8_t)p[5];

	if (!toc_ipc_name(number))
		return TOC_EINVAL;
	*ret_frame = (struct toc_frame){ .number = (enum toc_ipc_number)number,
		                         .rest = { p + TOC_IPC_HEAD, n - TOC_IPC_HEAD } };
	return 0;
}

#endif
