/* engine.c: curl's multi interface on a libuv loop: curl says which sockets it waits for and when it wants to be called,
 * so a turn costs what happened in it and not what is open. SMTP is the exception: after the letter libcurl waits for the
 * relay's answer inside its own call, and everybody would wait with it; so each of these runs by curl_easy_perform on one of
 * libuv's threads, on a handle that nobody else touches meanwhile. Source: curl_multi_socket_action(3), libcurl-thread(3). */
#include "courier/inside.h"

#include <stdio.h>
#include <stdlib.h>

#define KEPT_CONNECTIONS 64L

struct toc_engine {
	CURLM *multi;
	uv_loop_t *loop;
	uv_timer_t timer;
	toc_engine_done *done;
	void *ctx;
	bool leaving;
	bool broken_off; /* read by threads */
	unsigned on_threads;
};
struct run { /* on a thread */
	uv_work_t work;
	struct toc_engine *engine;
	CURL *easy;
	CURLcode result;
};
struct watch { /* of a socket of curl's */
	uv_poll_t poll;
	struct toc_engine *engine;
	curl_socket_t fd;
};

static void look_for_ended(struct toc_engine *e)
{
	CURLMsg *m;
	int left;
	while ((m = curl_multi_info_read(e->multi, &left))) {
		CURL *easy = m->easy_handle;
		CURLcode result = m->data.result;
		if (m->msg != CURLMSG_DONE)
			continue;
		curl_multi_remove_handle(e->multi, easy);
		e->done(e->ctx, easy, result);
	}
}

static void on_event(uv_poll_t *poll, int status, int events)
{
	struct watch *w = (struct watch *)poll;
	struct toc_engine *e = w->engine;
	int flags = (status < 0 ? CURL_CSELECT_ERR : 0) | (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
	            (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0), running;
	curl_multi_socket_action(e->multi, w->fd, flags, &running);
	look_for_ended(e);
}

static void free_watch(uv_handle_t *h)
{
	free(h);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *mine)
{
	struct toc_engine *e = ctx;
	struct watch *w = mine;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w) {
			uv_poll_stop(&w->poll);
			uv_close((uv_handle_t *)&w->poll, free_watch);
			curl_multi_assign(e->multi, fd, NULL);
		}
		return 0;
	}
	if (!w) {
		w = calloc(1, sizeof *w);
		if (!w)
			abort();
		w->engine = e;
		w->fd = fd;
		if (uv_poll_init(e->loop, &w->poll, fd) < 0) {
			free(w);
			return -1;
		}
		curl_multi_assign(e->multi, fd, w);
	}
	uv_poll_start(&w->poll, (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0), on_event);
	return 0;
}

static void on_time(uv_timer_t *timer)
{
	struct toc_engine *e = timer->data;
	int running;
	curl_multi_socket_action(e->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	look_for_ended(e);
}

/* Curl must not be called from within its own call: 0 is a turn of the loop away, too. */
static int on_timer(CURLM *multi, long ms, void *ctx)
{
	struct toc_engine *e = ctx;
	(void)multi;
	if (e->leaving)
		return 0;
	if (ms < 0)
		uv_timer_stop(&e->timer);
	else
		uv_timer_start(&e->timer, on_time, (uint64_t)ms, 0);
	return 0;
}

struct toc_engine *toc_engine_new(uv_loop_t *loop, toc_engine_done *done, void *ctx)
{
	struct toc_engine *e = calloc(1, sizeof *e);
	if (!e || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(e->multi = curl_multi_init()))
		abort();
	e->loop = loop;
	e->done = done;
	e->ctx = ctx;
	uv_timer_init(loop, &e->timer);
	e->timer.data = e;
	curl_multi_setopt(e->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(e->multi, CURLMOPT_SOCKETDATA, e);
	curl_multi_setopt(e->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(e->multi, CURLMOPT_TIMERDATA, e);
	curl_multi_setopt(e->multi, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS);
	return e;
}

int toc_engine_add(struct toc_engine *e, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	return curl_multi_add_handle(e->multi, easy) == CURLM_OK ? 0 : TOC_EIO;
}

void toc_engine_remove(struct toc_engine *e, CURL *easy)
{
	curl_multi_remove_handle(e->multi, easy);
}

/* ---- on threads ---- */

void toc_engine_threads(unsigned n)
{
	char number[16];
	snprintf(number, sizeof number, "%u", n < TOC_THREADS_MAX ? n : TOC_THREADS_MAX);
	setenv("UV_THREADPOOL_SIZE", number, 1);
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct toc_engine *e = ctx;
	(void)a, (void)b, (void)c, (void)d;
	return __atomic_load_n(&e->broken_off, __ATOMIC_RELAXED);
}

static void perform(uv_work_t *work)
{
	struct run *r = (struct run *)work;
	r->result = curl_easy_perform(r->easy);
}

static void performed(uv_work_t *work, int status)
{
	struct run *r = (struct run *)work;
	struct toc_engine *e = r->engine;
	CURL *easy = r->easy;
	CURLcode result = status < 0 ? CURLE_ABORTED_BY_CALLBACK : r->result;
	free(r);
	e->on_threads--;
	e->done(e->ctx, easy, result);
}

void toc_engine_run(struct toc_engine *e, CURL *easy)
{
	struct run *r = calloc(1, sizeof *r);
	if (!r)
		abort();
	r->engine = e;
	r->easy = easy;
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, e);
	e->on_threads++;
	if (uv_queue_work(e->loop, &r->work, perform, performed) < 0)
		TOC_WRONG("no thread for a transfer");
}

void toc_engine_break_off(struct toc_engine *e)
{
	__atomic_store_n(&e->broken_off, true, __ATOMIC_RELAXED);
	while (e->on_threads)
		uv_run(e->loop, UV_RUN_ONCE);
}

static void free_engine(uv_handle_t *h)
{
	free(h->data);
}

void toc_engine_free(struct toc_engine *e)
{
	if (!e)
		return;
	e->leaving = true;
	curl_multi_cleanup(e->multi); /* lets go of the sockets: on_socket */
	uv_timer_stop(&e->timer);
	uv_close((uv_handle_t *)&e->timer, free_engine);
}
