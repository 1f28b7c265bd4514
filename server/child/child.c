/* child.c: see child.h. */
#include "child/child.h"

#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STORES_MAX 4
enum { ROLE_FRONT = 1, ROLE_COURIER = 4 }; /* of PEER */

struct toc_child {
	const struct toc_child_events *events;
	void *ctx;
	int control;
	bool leaving, deaf;
	struct toc_channel *peers[TOC_CHILD_PEERS];
	unsigned n_fronts, at; /* `at`: the peer whose frame is being handled */
	struct toc_store *stores[STORES_MAX];
	unsigned n_stores;
	struct {
		const struct toc_child_source *how; /* NULL: a free place */
		void *source;
	} sources[TOC_CHILD_SOURCES_MAX];
	struct toc_buf packet; /* from the control socket */
};

struct toc_child *toc_child_new(const struct toc_child_events *events, void *ctx, int control)
{
	struct toc_child *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->events = events;
	c->ctx = ctx;
	c->control = control;
	toc_buf_init(&c->packet, TOC_IPC_CONTROL_MAX);
	return c;
}

void toc_child_free(struct toc_child *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < TOC_CHILD_PEERS; i++)
		toc_channel_free(c->peers[i]);
	toc_buf_done(&c->packet);
	free(c);
}

static void peer_gone(struct toc_child *c, unsigned i)
{
	toc_channel_free(c->peers[i]);
	c->peers[i] = NULL;
	c->events->front(c->ctx, i, false);
}

void toc_child_peer(struct toc_child *c, unsigned index, int fd)
{
	if (index >= TOC_CHILD_PEERS) {
		toc_log(TOC_LOG_ERROR, "front_refused", "a front with index %u, limit %u", index,
			TOC_CHILD_FRONTS_MAX);
		close(fd);
		return;
	}
	if (c->peers[index])
		peer_gone(c, index);
	c->peers[index] = toc_channel_new(fd);
	if (index != TOC_CHILD_COURIER && index >= c->n_fronts)
		c->n_fronts = index + 1;
	c->events->front(c->ctx, index, true);
}

void toc_child_store(struct toc_child *c, struct toc_store *s)
{
	if (c->n_stores == STORES_MAX)
		TOC_WRONG("more stores than a child has room for");
	c->stores[c->n_stores++] = s;
}

void toc_child_watch(struct toc_child *c, const struct toc_child_source *how, void *source)
{
	for (unsigned i = 0; i < TOC_CHILD_SOURCES_MAX; i++)
		if (!c->sources[i].how) {
			c->sources[i].how = how;
			c->sources[i].source = source;
			return;
		}
	TOC_WRONG("more sources than a child has room for");
}

void toc_child_unwatch(struct toc_child *c, void *source)
{
	for (unsigned i = 0; i < TOC_CHILD_SOURCES_MAX; i++)
		if (c->sources[i].source == source)
			c->sources[i].how = c->sources[i].source = NULL;
}

unsigned toc_child_fronts(const struct toc_child *c)
{
	return c->n_fronts;
}

bool toc_child_has(const struct toc_child *c, unsigned front)
{
	return front < TOC_CHILD_PEERS && c->peers[front];
}

size_t toc_child_queued(const struct toc_child *c, unsigned front)
{
	return toc_child_has(c, front) ? toc_channel_queued(c->peers[front]) : 0;
}

int toc_child_send(struct toc_child *c, unsigned front, struct toc_buf *frame)
{
	/* A dead channel says so again in its next step, and is freed there: never under the caller's feet.
	 */
	return toc_child_has(c, front) ? toc_channel_send(c->peers[front], frame) : TOC_ECLOSED;
}

void toc_child_deaf(struct toc_child *c, bool deaf)
{
	c->deaf = deaf;
}

void toc_child_ready(struct toc_child *c, const char *detail)
{
	struct toc_buf b;
	if (c->control < 0)
		return;
	toc_buf_init(&b, TOC_IPC_CONTROL_MAX);
	toc_ipc_begin(&b, TOC_IPC_READY);
	toc_ipc_str(&b, toc_str_of(detail));
	if (toc_control_send(c->control, &b, -1) < 0)
		c->leaving = true; /* nobody to serve for */
	toc_buf_done(&b);
}

static void on_frame(void *ctx, struct toc_frame *frame)
{
	struct toc_child *c = ctx;
	c->events->frame(c->ctx, c->at, frame);
}

static void obey(struct toc_child *c)
{
	struct toc_frame f;
	int fd, r;
	while (!c->leaving && (r = toc_control_receive(c->control, &c->packet, &f, &fd)) != 0) {
		if (r == TOC_EINVAL)
			continue;
		if (r < 0 || f.number == TOC_IPC_DRAIN) {
			c->leaving = true;
			continue;
		}
		if (f.number == TOC_IPC_PEER && fd >= 0) {
			unsigned role = toc_frame_u8(&f), index = toc_frame_u16(&f);
			if (toc_frame_end(&f) && (role == ROLE_FRONT || role == ROLE_COURIER)) {
				toc_child_peer(c, role == ROLE_COURIER ? TOC_CHILD_COURIER : index, fd);
				fd = -1;
			}
		}
		if (fd >= 0)
			close(fd);
	}
}

/* A front that hung up is heard to its end, whatever it said: it is not there to be answered. */
static short wants(const struct toc_child *c, const struct toc_channel *front)
{
	return (short)(toc_channel_wants(front) & (c->deaf ? ~POLLIN : ~0));
}

static int wait_ms(struct toc_child *c, toc_dur at_most)
{
	int64_t now = toc_clock_mono_us(), next = now + at_most.us, t = c->events->next_us(c->ctx);
	if (t < next)
		next = t;
	for (unsigned i = 0; i < c->n_stores; i++)
		if ((t = toc_store_next_us(c->stores[i])) < next)
			next = t;
	for (unsigned i = 0; i < TOC_CHILD_SOURCES_MAX; i++)
		if (c->sources[i].how && (t = c->sources[i].how->next_us(c->sources[i].source)) < next)
			next = t;
	/* rounded up: waking a little before the time would only mean waking twice */
	return next <= now ? 0 : (int)((next - now + 999) / 1000);
}

int toc_child_turn(struct toc_child *c, toc_dur at_most)
{
	struct pollfd p[1 + STORES_MAX + TOC_CHILD_SOURCES_MAX + TOC_CHILD_PEERS];
	unsigned who[TOC_CHILD_PEERS], n_peers = 0, source0 = 1 + c->n_stores, peer0 = source0 + TOC_CHILD_SOURCES_MAX;

	p[0] = (struct pollfd){ .fd = c->control, .events = POLLIN }; /* poll ignores negative descriptors */
	for (unsigned i = 0; i < c->n_stores; i++)
		p[1 + i] = (struct pollfd){ .fd = toc_store_fd(c->stores[i]),
					    .events = toc_store_wants(c->stores[i]) };
	for (unsigned i = 0; i < TOC_CHILD_SOURCES_MAX; i++) {
		const struct toc_child_source *how = c->sources[i].how;
		p[source0 + i] = (struct pollfd){ .fd = how ? how->fd(c->sources[i].source) : -1,
						  .events = how ? how->wants(c->sources[i].source) : 0 };
		if (!p[source0 + i].events)
			p[source0 + i].fd = -1; /* not even its end is wanted now */
	}
	for (unsigned i = 0; i < TOC_CHILD_PEERS; i++) { /* those that are there: most never are */
		if (!c->peers[i])
			continue;
		p[peer0 + n_peers] = (struct pollfd){ .fd = toc_channel_fd(c->peers[i]), .events = wants(c, c->peers[i]) };
		who[n_peers++] = i;
	}
	unsigned n = peer0 + n_peers;
	if (poll(p, n, wait_ms(c, at_most)) < 0) {
		if (errno == EINVAL) { /* the limit of descriptors is lower than what is waited for */
			toc_log(TOC_LOG_ERROR, "too_few_descriptors", "this process waits for %u descriptors and may have fewer: raise LimitNOFILE (ulimit -n)", n);
			return TOC_ELIMIT;
		}
		if (errno != EINTR)
			TOC_WRONG("poll");
		for (unsigned i = 0; i < n; i++)
			p[i].revents = 0;
	}

	for (unsigned i = 0; i < c->n_stores; i++)
		if (p[1 + i].revents || toc_store_next_us(c->stores[i]) <= toc_clock_mono_us())
			toc_store_step(c->stores[i], p[1 + i].revents, toc_clock_mono_us());
	for (unsigned i = 0; i < TOC_CHILD_SOURCES_MAX; i++) {
		const struct toc_child_source *how = c->sources[i].how;
		if (how && (p[source0 + i].revents || how->next_us(c->sources[i].source) <= toc_clock_mono_us()))
			how->step(c->sources[i].source, toc_clock_mono_us());
	}
	for (unsigned k = 0; k < n_peers; k++) {
		unsigned i = who[k];
		if (!p[peer0 + k].revents || !c->peers[i])
			continue;
		c->at = i;
		int r = toc_channel_step(c->peers[i], p[peer0 + k].revents, on_frame, c);
		if (r < 0) {
			const char *why = r == TOC_EINVAL ? "sent what is no frame" : "closed";
			if (i == TOC_CHILD_COURIER)
				toc_log(TOC_LOG_WARN, "courier_gone", "the courier %s; waiting for its successor", why);
			else
				toc_log(TOC_LOG_WARN, "front_gone", "front %u %s; waiting for its successor", i, why);
			peer_gone(c, i);
		}
	}
	if (p[0].revents)
		obey(c);
	c->events->turn(c->ctx);
	return c->leaving ? TOC_ECLOSED : 0;
}
