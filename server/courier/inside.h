/* inside.h: the courier as one structure, and what its files do for one another. Only this room includes it.
 *
 *   courier.c  the process: loop, control socket, channel to the keeper
 *   jobs.c     jobs wait, run and end; what is told and remembered
 *   engine.c   curl's transfers on our loop
 *   taken.c    the record of what the other side has taken
 *   smtp.c …   one way to reach somebody each (channel.h); mail.c: the text of an e-mail
 */
#ifndef TOC_COURIER_INSIDE_H
#define TOC_COURIER_INSIDE_H

#include <uv.h>

#include "base/map.h"
#include "courier/channel.h"
#include "courier/taken.h"
#include "ipc/ipc.h"

/* ---- engine.c ---- */

struct toc_engine;
typedef void toc_engine_done(void *ctx, CURL *easy, CURLcode result);
#define TOC_THREADS_MAX 64 /* most of limit smtp_connections */
/** Before anything runs on the loop's threads. */
void toc_engine_threads(unsigned n);
/** Transfers run on the loop; `done` is told when one has ended (the handle has left by then). */
struct toc_engine *toc_engine_new(uv_loop_t *loop, toc_engine_done *done, void *ctx);
int toc_engine_add(struct toc_engine *e, CURL *easy) TOC_MUSTCHECK;
void toc_engine_remove(struct toc_engine *e, CURL *easy);
/** The same on a thread, for what libcurl does not do without waiting. It cannot be removed; it ends, or is broken off. */
void toc_engine_run(struct toc_engine *e, CURL *easy);
/** Break off what runs on threads, and wait for them. */
void toc_engine_break_off(struct toc_engine *e);
/** Ends what runs. Its handles on the loop close when the loop turns. */
void toc_engine_free(struct toc_engine *e);

/* ---- jobs.c ---- */

struct toc_queue {
	struct toc_job *first, **end;
	unsigned n;
};
/* Jobs for one address: a few run at a time, the others stand aside, so that one that does not answer keeps its own
 * jobs waiting and nobody else's. */
struct toc_lane {
	struct toc_queue aside;
	unsigned running;
};
/* One way to reach somebody, as it is served here. */
struct toc_way_served {
	const struct toc_courier_channel *channel;
	const struct toc_value *means; /* NULL: not served */
	struct toc_queue fresh, again; /* jobs at their first attempt, and at a later one */
	unsigned running, running_again, aside;
	CURL *idle[TOC_THREADS_MAX]; /* of a channel that blocks: a handle keeps its connection for the next job */
	unsigned n_idle;
	struct toc_map *lanes; /* by the text that names them */
	/* nobody can be reached this way now: one at a time is tried, after growing pauses */
	unsigned failures;
	int64_t held_until_us; /* 0: not held */
};
typedef void toc_jobs_send(void *ctx, struct toc_buf *frame);

struct toc_jobs {
	struct toc_arena *arena;
	const struct toc_limits *limits;
	int64_t turned_us; /* when its turn was last */
	struct toc_engine *engine;
	struct toc_taken *taken;
	toc_jobs_send *send; /* to the keeper; dropped when it is not there */
	void *ctx;
	struct toc_map *by_id;
	struct toc_way_served ways[TOC_WAYS];
	struct toc_queue ended; /* their outcomes are told after the next sync */
	struct toc_buf frame;
	bool draining;
};

/** @param ways {"smtp": {…}, …} */
void toc_jobs_init(struct toc_jobs *j, const struct toc_value *ways, const struct toc_limits *limits, struct toc_taken *taken);
void toc_jobs_done(struct toc_jobs *j); /* before engine and record go */
/** A frame of the keeper; leaves it `bad` to end the channel. */
void toc_jobs_frame(struct toc_jobs *j, struct toc_frame *f);
/** The keeper is gone: what waits is forgotten, for its successor hands it over again. */
void toc_jobs_keeper_gone(struct toc_jobs *j);
/** A transfer has ended. */
void toc_jobs_ended(struct toc_jobs *j, CURL *easy, CURLcode result);
/** Sync and tell the outcomes, begin what can begin. */
void toc_jobs_turn(struct toc_jobs *j);
int64_t toc_jobs_next_us(const struct toc_jobs *j); /* monotonic; INT64_MAX: nothing is planned */
unsigned toc_jobs_running(const struct toc_jobs *j);
/** Begin nothing any more. */
void toc_jobs_drain(struct toc_jobs *j);

#endif
