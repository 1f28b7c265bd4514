/* test_jobs.c: what the courier does with jobs that it has not begun. */
#include "check.h"
#include "base/digest.h"
#include "base/time.h"
#include "courier/inside.h"
#include "courier/taken.h"

#include <sys/mman.h>
#include <unistd.h>

static unsigned n_told, last_state;
static size_t head; /* of a frame */

static void send_out(void *ctx, struct toc_buf *b)
{
	struct toc_frame f = { .rest = { b->p + head, b->n - head } };
	(void)ctx;
	(void)toc_frame_id(&f);
	(void)toc_frame_u32(&f);
	last_state = toc_frame_u8(&f);
	CHECK(!f.bad);
	n_told++;
}

CASE(after_a_standstill_what_was_not_begun_is_asked_for_again)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_limits limits;
	struct toc_error error;
	struct toc_jobs j;
	struct toc_buf b;
	struct toc_value *ways = toc_value_map(a);
	int fd = memfd_create("taken", 0);

	toc_limits_read(NULL, &limits);
	toc_set(a, ways, toc_smtp.means, toc_value_map(a));
	toc_jobs_init(&j, ways, &limits, toc_taken_open(fd, toc_clock_now(), &error));
	j.send = send_out;
	j.ways[TOC_WAY_MAIL].held_until_us = INT64_MAX; /* the relay does not answer: it waits */
	toc_buf_init(&b, 4096);
	toc_ipc_begin(&b, TOC_IPC_JOB);
	head = b.n;
	toc_ipc_id(&b, toc_uuid_random());
	toc_ipc_u8(&b, TOC_WAY_MAIL);
	toc_ipc_u32(&b, 1);
	toc_ipc_str(&b, TOC_STR("{}"));
	struct toc_frame f = { .number = TOC_IPC_JOB, .rest = { b.p + head, b.n - head } };
	toc_jobs_turn(&j);
	toc_jobs_frame(&j, &f);
	CHECK(!f.bad);
	toc_jobs_turn(&j);
	CHECK_INT(n_told, 0);
	j.turned_us -= limits.courier_silence_s * 1000000; /* the machine was suspended */
	toc_jobs_turn(&j);
	CHECK_INT(n_told, 1);
	CHECK_INT(last_state, TOC_OUTCOME_DROPPED);
	CHECK_INT(j.ways[TOC_WAY_MAIL].fresh.n, 0);
	toc_jobs_turn(&j);
	CHECK_INT(n_told, 1);
	toc_jobs_done(&j);
	toc_buf_done(&b);
	close(fd);
	toc_arena_free(a);
}

RUN_CASES()
