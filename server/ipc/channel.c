/* channel.c: frames over a stream socket that never blocks.
 *
 * Both buffers are byte queues with a reading position, so that taking from the front moves nothing until half of
 * the buffer is behind us. The receiving one never holds more than one incomplete frame and one read; the sending
 * one is limited by TOC_IPC_QUEUE_MAX, and who sends hears of it (TOC_ELIMIT) and decides what that means.
 */
#include "ipc/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE (64u << 10)
#define KEEP_CAPACITY (1u << 20) /* an empty buffer that had grown beyond this gives its memory back */

struct queue {
	struct toc_buf bytes;
	size_t at; /* the first byte not yet taken */
};

struct toc_channel {
	int fd;
	bool mute, dead; /* mute: it takes nothing any more, and what it has said is heard to its end */
	struct queue in, out;
};

static size_t waiting(const struct queue *q)
{
	return q->bytes.n - q->at;
}

static void took(struct queue *q, size_t n)
{
	q->at += n;
	if (q->at == q->bytes.n) {
		q->at = 0;
		if (q->bytes.cap > KEEP_CAPACITY)
			toc_buf_done(&q->bytes);
		else
			toc_buf_clear(&q->bytes);
	} else if (q->at > q->bytes.n / 2) {
		toc_buf_drop_front(&q->bytes, q->at);
		q->at = 0;
	}
}

struct toc_channel *toc_channel_new(int fd)
{
	struct toc_channel *c = toc_must_realloc(NULL, sizeof *c);

	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		TOC_WRONG("channel: not a descriptor");
	*c = (struct toc_channel){ .fd = fd };
	toc_buf_init(&c->in.bytes, TOC_IPC_LENGTH + TOC_IPC_FRAME_MAX + READ_SIZE);
	/* taken bytes are moved away once they are half of it, so twice the limit always suffices */
	toc_buf_init(&c->out.bytes, 2 * (size_t)TOC_IPC_QUEUE_MAX);
	return c;
}

void toc_channel_free(struct toc_channel *c)
{
	if (!c)
		return;
	close(c->fd);
	toc_buf_done(&c->in.bytes);
	toc_buf_done(&c->out.bytes);
	free(c);
}

int toc_channel_fd(const struct toc_channel *c)
{
	return c->fd;
}

short toc_channel_wants(const struct toc_channel *c)
{
	return (short)(POLLIN | (waiting(&c->out) ? POLLOUT : 0));
}

size_t toc_channel_queued(const struct toc_channel *c)
{
	return waiting(&c->out);
}

/* As much of p as the socket takes now. @return bytes, or TOC_ECLOSED */
static long write_some(struct toc_channel *c, const char *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = send(c->fd, p + done, n - done, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (r > 0) {
			done += (size_t)r;
		} else if (r < 0 && errno == EINTR) {
			continue;
		} else if (r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)) {
			break;
		} else {
			c->mute = true;
			return TOC_ECLOSED;
		}
	}
	return (long)done;
}

int toc_channel_send(struct toc_channel *c, struct toc_buf *frame)
{
	int r = toc_ipc_finish(frame, TOC_IPC_FRAME_MAX);

	if (r < 0)
		return r;
	if (c->dead || c->mute)
		return TOC_ECLOSED;
	if (waiting(&c->out) + frame->n > TOC_IPC_QUEUE_MAX)
		return TOC_ELIMIT;
	size_t done = 0;
	if (waiting(&c->out) == 0) {
		long n = write_some(c, frame->p, frame->n);
		if (n < 0)
			return TOC_ECLOSED;
		done = (size_t)n;
	}
	toc_buf_add(&c->out.bytes, frame->p + done, frame->n - done);
	return 0;
}

static void flush(struct toc_channel *c)
{
	size_t n = waiting(&c->out);
	long done = n > 0 ? write_some(c, c->out.bytes.p + c->out.at, n) : 0;

	if (done > 0)
		took(&c->out, (size_t)done);
}

/* Hand on the whole frames that are here. @return 0 or TOC_EINVAL */
static int deliver(struct toc_channel *c, toc_on_frame *on_frame, void *ctx)
{
	while (waiting(&c->in) >= TOC_IPC_LENGTH) {
		const char *p = c->in.bytes.p + c->in.at;
		size_t length = toc_ipc_length(p);
		struct toc_frame f;

		if (length < TOC_IPC_HEAD - TOC_IPC_LENGTH || length > TOC_IPC_FRAME_MAX)
			return TOC_EINVAL;
		if (waiting(&c->in) < TOC_IPC_LENGTH + length)
			return 0;
		if (toc_ipc_open(p, TOC_IPC_LENGTH + length, &f) < 0)
			return TOC_EINVAL;
		on_frame(ctx, &f);
		if (f.bad)
			return TOC_EINVAL;
		took(&c->in, TOC_IPC_LENGTH + length);
	}
	return 0;
}

static int read_and_deliver(struct toc_channel *c, toc_on_frame *on_frame, void *ctx)
{
	static char chunk[READ_SIZE]; /* one thread per process; copied before anything else runs */

	for (size_t total = 0; total < TOC_IPC_STEP_MAX;) {
		ssize_t r = recv(c->fd, chunk, sizeof chunk, MSG_DONTWAIT);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && !c->mute)
			return 0;
		if (r <= 0)
			return TOC_ECLOSED;
		total += (size_t)r;
		toc_buf_add(&c->in.bytes, chunk, (size_t)r);
		if (c->in.bytes.failed)
			TOC_WRONG("channel: more waits than one frame and one read");
		int e = deliver(c, on_frame, ctx);
		if (e < 0)
			return e;
		if ((size_t)r < sizeof chunk && !c->mute)
			return 0; /* nothing more now; if there is, the next poll says so */
	}
	return 0;
}

int toc_channel_step(struct toc_channel *c, short revents, toc_on_frame *on_frame, void *ctx)
{
	int r = 0;

	if (c->dead)
		return TOC_ECLOSED;
	/* Reading goes first: a peer that died has often said something before. Who answers that finds it gone (mute), perhaps
	 * with more to read: only the end of that is the end. */
	if (revents & (POLLIN | POLLHUP | POLLERR))
		r = read_and_deliver(c, on_frame, ctx);
	if (r == 0 && !c->mute)
		flush(c);
	if (r == 0 && c->mute)
		r = read_and_deliver(c, on_frame, ctx);
	if (r < 0)
		c->dead = true;
	return r;
}
