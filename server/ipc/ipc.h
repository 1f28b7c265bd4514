/* ipc.h: framed messages over a socketpair. The processes meet only here. Table: ipc.def.
 *
 * A channel owns its descriptor and two bounded buffers. Reading gives whole frames only; a frame that is too
 * long, of unknown number, or has fields that do not parse closes the channel: the peer is broken or taken over.
 */
#ifndef TOC_IPC_IPC_H
#define TOC_IPC_IPC_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"

#define TOC_IPC_FRAME_MAX (4u << 20)
#define TOC_IPC_QUEUE_MAX (64u << 20)

enum toc_ipc_number {
#define TOC_IPC(name, number, from, to, fields) TOC_IPC_##name = (number),
#include "ipc/ipc.def"
#undef TOC_IPC
};
const char *toc_ipc_name(unsigned number); /* "COMMAND", for logs; NULL when unknown */

struct toc_channel;
struct toc_channel *toc_channel_new(int fd); /* sets it non-blocking; owns it */
void toc_channel_free(struct toc_channel *c);
int toc_channel_fd(const struct toc_channel *c);
short toc_channel_wants(const struct toc_channel *c); /* POLLIN, and POLLOUT while something waits */
size_t toc_channel_queued(const struct toc_channel *c); /* bytes waiting to be written */

/** A frame being built: begin, put fields in the order of ipc.def, send. */
void toc_ipc_begin(struct toc_buf *b, enum toc_ipc_number number);
void toc_ipc_u8(struct toc_buf *b, uint8_t v);
void toc_ipc_u16(struct toc_buf *b, uint16_t v);
void toc_ipc_u32(struct toc_buf *b, uint32_t v);
void toc_ipc_u64(struct toc_buf *b, uint64_t v);
void toc_ipc_id(struct toc_buf *b, struct toc_uuid v);
void toc_ipc_str(struct toc_buf *b, struct toc_str v);
/** Queue (and try to write at once). @return 0, TOC_ELIMIT when the queue is full (nothing queued), TOC_ECLOSED */
int toc_channel_send(struct toc_channel *c, struct toc_buf *frame) TOC_MUSTCHECK;

/** A frame being read: getters past the end or over the frame set `bad` and give zero or empty. */
struct toc_frame {
	enum toc_ipc_number number;
	struct toc_str rest; /* borrowed until the next step */
	bool bad;
};
uint8_t toc_frame_u8(struct toc_frame *f);
uint16_t toc_frame_u16(struct toc_frame *f);
uint32_t toc_frame_u32(struct toc_frame *f);
uint64_t toc_frame_u64(struct toc_frame *f);
struct toc_uuid toc_frame_id(struct toc_frame *f);
struct toc_str toc_frame_str(struct toc_frame *f);
bool toc_frame_end(struct toc_frame *f); /* everything read and nothing bad */

typedef void toc_on_frame(void *ctx, struct toc_frame *frame);
/** Write what waits, read what is there, call on_frame for each whole frame (at most 64, then give way).
 * @return 0, or TOC_ECLOSED / TOC_EINVAL: then the channel is dead and is to be freed */
int toc_channel_step(struct toc_channel *c, short revents, toc_on_frame *on_frame, void *ctx) TOC_MUSTCHECK;

/** Control socket (SOCK_SEQPACKET): one frame per packet, with at most one descriptor. fd -1: none. */
int toc_control_send(int control, struct toc_buf *frame, int fd) TOC_MUSTCHECK;
/** @return 1 and a frame (ret_fd owned by the caller, or -1), 0 when there is none now, TOC_ECLOSED at the end */
int toc_control_receive(int control, struct toc_buf *into, struct toc_frame *ret_frame, int *ret_fd) TOC_MUSTCHECK;

#endif
