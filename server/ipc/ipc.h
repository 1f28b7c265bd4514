/* ipc.h: framed messages over a socketpair. The processes meet only here. Table: ipc.def.
 *
 * A channel owns its descriptor and two bounded buffers. Reading gives whole frames only; a frame that is too
 * long, of unknown number, or has fields that do not parse closes the channel: the peer is broken or taken over.
 *
 *   frame := u32 length of what follows | u16 number | fields         (big endian)
 */
#ifndef TOC_IPC_IPC_H
#define TOC_IPC_IPC_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"

#define TOC_IPC_FRAME_MAX (4u << 20)   /* of the length field */
#define TOC_IPC_QUEUE_MAX (64u << 20)  /* bytes that wait for a peer that does not read */
#define TOC_IPC_STEP_MAX (256u << 10)  /* bytes read in one step; then others get their turn */
#define TOC_IPC_CONTROL_MAX (16u << 10) /* a frame on the control socket */

enum toc_ipc_number {
#define TOC_IPC(name, number, from, to, fields) TOC_IPC_##name = (number),
#include "ipc/ipc.def"
#undef TOC_IPC
};
#define TOC_IPC_NO_REF UINT64_MAX
const char *toc_ipc_name(unsigned number); /* "COMMAND", for logs; NULL when unknown */

struct toc_channel;
struct toc_channel *toc_channel_new(int fd); /* sets it non-blocking; owns it */
void toc_channel_free(struct toc_channel *c);
int toc_channel_fd(const struct toc_channel *c);
/** POLLIN, and POLLOUT while something waits. Ask again after every step and every send. */
short toc_channel_wants(const struct toc_channel *c);
size_t toc_channel_queued(const struct toc_channel *c); /* bytes waiting to be written */

/** A frame being built: begin (which empties the buffer), put fields in the order of ipc.def, send. */
void toc_ipc_begin(struct toc_buf *b, enum toc_ipc_number number);
void toc_ipc_u8(struct toc_buf *b, uint8_t v);
void toc_ipc_u16(struct toc_buf *b, uint16_t v);
void toc_ipc_u32(struct toc_buf *b, uint32_t v);
void toc_ipc_u64(struct toc_buf *b, uint64_t v);
void toc_ipc_id(struct toc_buf *b, struct toc_uuid v);
void toc_ipc_str(struct toc_buf *b, struct toc_str v);
/** Queue (and try to write at once). The frame may be sent again, to this channel or another.
 * @return 0, TOC_ELIMIT when the frame or the queue is full (nothing queued), TOC_ECLOSED */
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
struct toc_str toc_frame_str(struct toc_frame *f); /* borrowed as `rest` is */
bool toc_frame_end(struct toc_frame *f); /* everything read and nothing bad; bytes left over set `bad` */

/** May send on the channel, must not free it. A frame that it leaves `bad` (set it for a number that has no
 * business here) ends the channel. */
typedef void toc_on_frame(void *ctx, struct toc_frame *frame);
/** Write what waits, read what is there (at most TOC_IPC_STEP_MAX bytes, then give way), call on_frame for each
 * whole frame. What the peer wrote before it closed is delivered before TOC_ECLOSED is returned.
 * @return 0, or TOC_ECLOSED / TOC_EINVAL: then the channel is dead and is to be freed */
int toc_channel_step(struct toc_channel *c, short revents, toc_on_frame *on_frame, void *ctx) TOC_MUSTCHECK;

/** Control socket (SOCK_SEQPACKET): one frame per packet, with at most one descriptor. fd -1: none. The
 * descriptor stays the caller's. Never waits.
 * @return 0, TOC_EAGAIN when the peer does not read, TOC_ELIMIT (frame too long), TOC_ECLOSED */
int toc_control_send(int control, struct toc_buf *frame, int fd) TOC_MUSTCHECK;
/** Never waits. The frame lives in `into`, which is to have room for TOC_IPC_CONTROL_MAX.
 * @return 1 and a frame (ret_fd owned by the caller, close-on-exec, or -1), 0 when there is none now,
 * TOC_EINVAL for a packet that is no frame (dropped, its descriptors closed), TOC_ECLOSED at the end */
int toc_control_receive(int control, struct toc_buf *into, struct toc_frame *ret_frame, int *ret_fd) TOC_MUSTCHECK;

#endif
