/* courier.c: the courier as a process: one loop for the keeper, the parent and curl. */
#include "courier/courier.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "confine/confine.h"
#include "courier/inside.h"
#include "measure/metrics.h"

#define CONTROL_FD 4
#define PEER_KEEPER 2
#define DRAIN_US 5000000 /* what is under way has so long to end */

struct courier {
	uv_loop_t loop;
	uv_poll_t control;
	struct link {
		uv_poll_t poll;
		struct toc_channel *channel;
		struct courier *courier;
	} *keeper; /* NULL: away */
	uv_prepare_t before_wait;
	uv_timer_t wake; /* for what is planned, and once a second */
	struct toc_limits limits;
	struct toc_jobs jobs;
	bool draining, finished;
	int64_t drain_until_us;
};

/* ---- the keeper ---- */

static void on_frame(void *ctx, struct toc_frame *frame)
{
	struct courier *c = ctx;
	toc_jobs_frame(&c->jobs, frame);
}

static void on_readable(uv_poll_t *poll, int status, int events);

static void rearm(struct link *l)
{
	uv_poll_start(&l->poll, UV_READABLE | (toc_channel_wants(l->channel) & POLLOUT ? UV_WRITABLE : 0), on_readable);
}

static void link_closed(uv_handle_t *h)
{
	struct link *l = (struct link *)h;
	toc_channel_free(l->channel);
	free(l);
}

static void hang_up(struct courier *c)
{
	struct link *l = c->keeper;
	if (!l)
		return;
	c->keeper = NULL;
	uv_poll_stop(&l->poll);
	uv_close((uv_handle_t *)&l->poll, link_closed);
	toc_jobs_keeper_gone(&c->jobs);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct link *l = (struct link *)poll;
	struct courier *c = l->courier;
	short revents = (short)((events & UV_READABLE ? POLLIN : 0) | (events & UV_WRITABLE ? POLLOUT : 0) |
	                        (status < 0 ? POLLIN | POLLERR : 0));
	if (toc_channel_step(l->channel, revents, on_frame, c) < 0) {
		toc_log(TOC_LOG_WARN, "keeper_gone", "the keeper's channel ended; waiting for its successor");
		hang_up(c);
	} else {
		rearm(l);
	}
}

static void take_keeper(struct courier *c, int fd)
{
	hang_up(c);
	struct link *l = calloc(1, sizeof *l);
	if (!l)
		abort();
	l->courier = c;
	l->channel = toc_channel_new(fd);
	if (uv_poll_init(&c->loop, &l->poll, fd) < 0)
		TOC_WRONG("keeper: poll");
	c->keeper = l;
	rearm(l);
}

static void send_out(void *ctx, struct toc_buf *frame)
{
	struct courier *c = ctx;
	/* Who is gone says so in the next step; its successor is told what matters when it asks. */
	if (c->keeper && toc_channel_send(c->keeper->channel, frame) == 0)
		rearm(c->keeper);
}

/* ---- the parent ---- */

static void drain(struct courier *c)
{
	if (c->draining)
		return;
	c->draining = true;
	c->drain_until_us = toc_clock_mono_us() + DRAIN_US;
	toc_jobs_drain(&c->jobs);
}

static void on_control(uv_poll_t *poll, int status, int events)
{
	struct courier *c = poll->data;
	struct toc_buf packet;
	struct toc_frame f;
	int fd, r;
	(void)status, (void)events;
	toc_buf_init(&packet, TOC_IPC_CONTROL_MAX);
	while ((r = toc_control_receive(CONTROL_FD, &packet, &f, &fd)) != 0) {
		if (r == TOC_EINVAL)
			continue;
		if (r < 0) {
			uv_poll_stop(poll);
			c->finished = true;
			break;
		}
		if (f.number == TOC_IPC_DRAIN)
			drain(c);
		if (f.number == TOC_IPC_PEER && fd >= 0 && toc_frame_u8(&f) == PEER_KEEPER) {
			take_keeper(c, fd);
			fd = -1;
		}
		if (fd >= 0)
			close(fd);
	}
	toc_buf_done(&packet);
}

static void say_ready(void)
{
	struct toc_buf b;
	toc_buf_init(&b, TOC_IPC_CONTROL_MAX);
	toc_ipc_begin(&b, TOC_IPC_READY);
	toc_ipc_str(&b, TOC_STR("serving"));
	if (toc_control_send(CONTROL_FD, &b, -1) < 0)
		toc_log(TOC_LOG_WARN, "control", "the parent does not hear that we are ready");
	toc_buf_done(&b);
}

/* ---- the loop ---- */

static void on_wake(uv_timer_t *timer)
{
	(void)timer; /* before_wait does what is to be done */
}

static void before_wait(uv_prepare_t *prepare)
{
	struct courier *c = prepare->data;
	toc_jobs_turn(&c->jobs);
	int64_t now = toc_clock_mono_us(), next = toc_jobs_next_us(&c->jobs);
	if (c->draining && (now >= c->drain_until_us || toc_jobs_running(&c->jobs) == 0))
		c->finished = true;
	int64_t wait = next > now ? (next - now + 999) / 1000 : 0;
	uv_update_time(&c->loop);
	uv_timer_start(&c->wake, on_wake, (uint64_t)(wait < 1000 ? wait : 1000), 0);
	if (c->finished)
		uv_stop(&c->loop);
}

static void on_ended(void *ctx, CURL *easy, CURLcode result)
{
	struct courier *c = ctx;
	toc_jobs_ended(&c->jobs, easy, result);
}

static void close_any(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

static void end(struct courier *c)
{
	uv_prepare_stop(&c->before_wait);
	hang_up(c);
	toc_jobs_drain(&c->jobs);
	toc_engine_break_off(c->jobs.engine);
	toc_jobs_done(&c->jobs);
	toc_engine_free(c->jobs.engine);
	uv_run(&c->loop, UV_RUN_NOWAIT);
	uv_walk(&c->loop, close_any, NULL);
	uv_run(&c->loop, UV_RUN_DEFAULT);
	uv_loop_close(&c->loop);
}

int toc_courier_main(const struct toc_value *heritage)
{
	static struct courier courier;
	struct courier *c = &courier;
	struct toc_error error;
	struct toc_taken *taken = toc_taken_open((int)toc_get_int(heritage, "record_fd", -1), toc_clock_now(), &error);
	int keeper = (int)toc_get_int(heritage, "keeper_fd", -1);
	if (!taken || keeper < 0) {
		toc_log(TOC_LOG_ERROR, "start", "%s", taken ? "the parent's heritage lacks the keeper" : error.text);
		return 1;
	}
	toc_limits_read(toc_get(heritage, "limits"), &c->limits);
	toc_engine_threads((unsigned)c->limits.smtp_connections);
	toc_jobs_init(&c->jobs, toc_get(heritage, "ways"), &c->limits, taken);
	c->jobs.send = send_out;
	c->jobs.ctx = c;
	toc_confine_without_io_uring();
	if (uv_loop_init(&c->loop) < 0 || uv_poll_init(&c->loop, &c->control, CONTROL_FD) < 0) {
		toc_log(TOC_LOG_ERROR, "start", "no event loop");
		return 1;
	}
	c->jobs.engine = toc_engine_new(&c->loop, on_ended, c);
	uv_prepare_init(&c->loop, &c->before_wait);
	uv_timer_init(&c->loop, &c->wake);
	c->control.data = c->before_wait.data = c;
	uv_poll_start(&c->control, UV_READABLE, on_control);
	uv_prepare_start(&c->before_wait, before_wait);
	take_keeper(c, keeper);
	(void)toc_confine(true); /* logged; best effort */
	say_ready();
	uv_run(&c->loop, UV_RUN_DEFAULT);
	end(c);
	toc_taken_close(taken);
	return 0;
}
