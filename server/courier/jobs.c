/* jobs.c: see inside.h.
 *
 * A way has two queues, for first and for later attempts, and later ones get at most half of what may run at a time: who
 * is hard to reach never stands before who was not tried yet. When a way itself is down (the relay does not answer,
 * its certificate is wrong), jobs wait untouched and one at a time is tried, after a second, two, four … to a minute:
 * an outage costs an outcome a minute, not one for every recipient.
 *
 * Jobs for one address share a lane, in which a few run at a time: one that never answers delays no other.
 *
 * The keeper hands over no more than it wants to be told of; JOBS_MOST is there for a keeper that is not ours. */
#include "courier/inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/time.h"
#include "measure/metrics.h"
#include "message/json.h"

#define JOBS_MOST 16384
#define JOB_BYTES_MOST (256u << 10)
#define HOLD_FIRST_US 1000000
#define HOLD_MOST_US 60000000

static const struct toc_courier_channel *const channels[] = { &toc_smtp, &toc_webhook, &toc_web_push, &toc_phone, &toc_stamp };
#define N_CHANNELS (sizeof channels / sizeof *channels)

static const unsigned way_labels[TOC_WAYS] = {
	[TOC_WAY_MAIL] = TOC_IS_WAY_MAIL, [TOC_WAY_WEBHOOK] = TOC_IS_WAY_WEBHOOK,
	[TOC_WAY_PUSH] = TOC_IS_WAY_PUSH, [TOC_WAY_PHONE] = TOC_IS_WAY_PHONE, [TOC_WAY_STAMP] = TOC_IS_WAY_STAMP,
};
_Static_assert(TOC_N_WAY_OUTCOME == TOC_N_WAY * (TOC_OUTCOMES - 1), "a label for each way and outcome");

void toc_outcome_set(struct toc_outcome *o, enum toc_outcome_state state, unsigned code, const char *format, ...)
{
	va_list args;
	o->state = state;
	o->code = (uint16_t)code;
	va_start(args, format);
	vsnprintf(o->detail, sizeof o->detail, format, args);
	va_end(args);
}

/* ---- queues ---- */

static void queue_init(struct toc_queue *q)
{
	*q = (struct toc_queue){ .end = &q->first };
}

static void queue_put(struct toc_queue *q, struct toc_job *job)
{
	job->next = NULL;
	*q->end = job;
	q->end = &job->next;
	q->n++;
}

/* In front: it had its turn. */
static void queue_put_first(struct toc_queue *q, struct toc_job *job)
{
	job->next = q->first;
	if (!q->first)
		q->end = &job->next;
	q->first = job;
	q->n++;
}

static struct toc_job *queue_take(struct toc_queue *q)
{
	struct toc_job *job = q->first;
	if (!job)
		return NULL;
	q->first = job->next;
	if (!q->first)
		q->end = &q->first;
	q->n--;
	return job;
}

static bool queue_remove(struct toc_queue *q, const struct toc_job *job)
{
	for (struct toc_job **at = &q->first; *at; at = &(*at)->next) {
		if (*at != job)
			continue;
		*at = job->next;
		if (q->end == &job->next)
			q->end = at;
		q->n--;
		return true;
	}
	return false;
}

/* ---- one job ---- */

static void job_free(struct toc_job *job)
{
	if (job->easy)
		curl_easy_cleanup(job->easy);
	toc_arena_free(job->arena);
}

static void forget(struct toc_jobs *j, struct toc_job *job)
{
	toc_map_remove(j->by_id, toc_uuid_key(&job->id));
	job_free(job);
}

static void tell(struct toc_jobs *j, struct toc_uuid id, uint32_t attempt, enum toc_way way, const struct toc_outcome *o)
{
	toc_count_as(TOC_METRIC_COURIER_OUTCOMES, way_labels[way] * (TOC_OUTCOMES - 1) + o->state - 1);
	toc_ipc_begin(&j->frame, TOC_IPC_OUTCOME);
	toc_ipc_id(&j->frame, id);
	toc_ipc_u32(&j->frame, attempt);
	toc_ipc_u8(&j->frame, (uint8_t)o->state);
	toc_ipc_u16(&j->frame, o->code);
	toc_ipc_u32(&j->frame, o->wait_s);
	toc_ipc_str(&j->frame, toc_str_of(o->detail));
	j->send(j->ctx, &j->frame);
}

/* What the other side took is told when it is on disk; all else may be heard at once, and be asked for again. */
static void settle(struct toc_jobs *j, struct toc_job *job, const struct toc_outcome *o)
{
	if (o->state != TOC_OUTCOME_DELIVERED && o->state != TOC_OUTCOME_SENT) {
		tell(j, job->id, job->attempt, job->way, o);
		forget(j, job);
		return;
	}
	toc_taken_put(j->taken, job->id, (struct toc_took){ o->state, o->code }, toc_clock_now());
	struct toc_outcome *kept = toc_arena_alloc(job->arena, sizeof *kept);
	*kept = *o;
	job->ours = kept;
	queue_put(&j->ended, job);
}

static void tell_ended(struct toc_jobs *j)
{
	struct toc_job *job;
	if (!j->ended.first)
		return;
	if (toc_taken_sync(j->taken) < 0)
		toc_log(TOC_LOG_ERROR, "record_failed", "what was taken cannot be written down; after a crash now it may be sent twice");
	while ((job = queue_take(&j->ended))) {
		const struct toc_outcome *o = job->ours;
		if (o->result.n) {
			toc_ipc_begin(&j->frame, TOC_IPC_GOT);
			toc_ipc_id(&j->frame, job->id);
			toc_ipc_str(&j->frame, o->result);
			j->send(j->ctx, &j->frame);
		}
		tell(j, job->id, job->attempt, job->way, job->ours);
		forget(j, job);
	}
}

/* ---- running ---- */

static void hold(struct toc_way_served *w, const struct toc_outcome *o)
{
	int64_t pause = HOLD_FIRST_US << (w->failures < 6 ? w->failures : 6);
	w->failures++;
	w->held_until_us = toc_clock_mono_us() + (pause < HOLD_MOST_US ? pause : HOLD_MOST_US);
	toc_log(w->failures == 1 ? TOC_LOG_ERROR : TOC_LOG_WARN, "way_down", "%s: %s (code %u); trying again in %lld s, %u wait",
	        w->channel->name, o->detail, o->code, (long long)(pause < HOLD_MOST_US ? pause : HOLD_MOST_US) / 1000000,
	        w->fresh.n + w->again.n);
}

static void release(struct toc_way_served *w)
{
	if (w->failures)
		toc_log(TOC_LOG_INFO, "way_up", "%s: works again", w->channel->name);
	w->failures = 0;
	w->held_until_us = 0;
}

static void ran(struct toc_jobs *j, struct toc_job *job, struct toc_outcome *o)
{
	struct toc_way_served *w = &j->ways[job->way];
	if (o->again && !j->draining) {
		job->fresh = true;
		queue_put_first(&w->fresh, job);
		return;
	}
	if (o->way_down)
		hold(w, o);
	else
		release(w);
	toc_observe(TOC_METRIC_COURIER_ATTEMPT, way_labels[job->way], toc_clock_mono_us() - job->begun_us);
	settle(j, job, o);
}

static void left_off(struct toc_jobs *j, struct toc_job *job)
{
	struct toc_way_served *w = &j->ways[job->way];
	struct toc_job *next = job->lane ? queue_take(&job->lane->aside) : NULL;
	w->running--;
	w->running_again -= job->attempt > 1;
	if (job->lane)
		job->lane->running--;
	if (next) {
		w->aside--;
		queue_put_first(next->attempt > 1 ? &w->again : &w->fresh, next);
	}
}

/* The lane of a job, which stands aside when it is full. @return false then */
static bool has_lane(struct toc_jobs *j, struct toc_way_served *w, struct toc_job *job)
{
	struct toc_str name = w->channel->lane ? toc_get_text(job->told, w->channel->lane) : TOC_STR("");
	if (!name.n)
		return true;
	job->lane = toc_map_get(w->lanes, name);
	if (!job->lane) {
		struct toc_lane *lane = calloc(1, sizeof *lane);
		if (!lane)
			abort();
		queue_init(&lane->aside);
		toc_map_put(w->lanes, name, lane);
		job->lane = lane;
	}
	if (job->lane->running < (unsigned)j->limits->hook_at_once)
		return true;
	queue_put(&job->lane->aside, job);
	w->aside++;
	return false;
}

/* A job that waits is in one of these. @return false: it runs */
static bool leave_queues(struct toc_way_served *w, struct toc_job *job)
{
	if (job->lane && queue_remove(&job->lane->aside, job)) {
		w->aside--;
		return true;
	}
	return queue_remove(&w->fresh, job) || queue_remove(&w->again, job);
}

static CURL *take_handle(struct toc_way_served *w)
{
	CURL *easy = w->n_idle ? w->idle[--w->n_idle] : curl_easy_init();
	if (!easy)
		abort();
	return easy;
}

static void put_back(struct toc_way_served *w, CURL *easy)
{
	curl_easy_reset(easy); /* its connection stays */
	if (w->channel->blocks && w->n_idle < TOC_THREADS_MAX)
		w->idle[w->n_idle++] = easy;
	else
		curl_easy_cleanup(easy);
}

void toc_jobs_ended(struct toc_jobs *j, CURL *easy, CURLcode result)
{
	struct toc_job *job = NULL;
	struct toc_outcome o = { 0 };
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&job);
	j->ways[job->way].channel->done(job, easy, result, &o);
	put_back(&j->ways[job->way], easy);
	job->easy = NULL;
	left_off(j, job);
	ran(j, job, &o);
}

static void begin(struct toc_jobs *j, struct toc_way_served *w, struct toc_job *job)
{
	struct toc_outcome o = { 0 };
	CURL *easy = take_handle(w);
	job->begun_us = toc_clock_mono_us();
	toc_observe(TOC_METRIC_COURIER_WAIT, way_labels[job->way], job->begun_us - job->since_us);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, job);
	if (w->channel->start(job, easy, &o) < 0) {
		put_back(w, easy);
		settle(j, job, &o);
		return;
	}
	if (w->channel->blocks)
		toc_engine_run(j->engine, easy);
	else if (toc_engine_add(j->engine, easy) < 0)
		TOC_WRONG("curl does not take a transfer");
	job->easy = easy;
	w->running++;
	w->running_again += job->attempt > 1;
	if (job->lane)
		job->lane->running++;
}

static void begin_some(struct toc_jobs *j, struct toc_way_served *w)
{
	unsigned most = w->failures ? 1 : (unsigned)*(const int64_t *)((const char *)j->limits + w->channel->at_once);
	unsigned most_again = most > 1 ? most / 2 : 1;
	struct toc_job *job;
	if (w->held_until_us > toc_clock_mono_us())
		return;
	while (w->running < most && (job = queue_take(&w->fresh)))
		if (has_lane(j, w, job))
			begin(j, w, job);
	while (w->running < most && w->running_again < most_again && (job = queue_take(&w->again)))
		if (has_lane(j, w, job))
			begin(j, w, job);
}

/* We stood still so long that another node may carry what waits here: the keeper is asked again. */
static void after_standstill(struct toc_jobs *j)
{
	int64_t now = toc_clock_mono_us(), since = now - j->turned_us;
	struct toc_outcome o = { 0 };
	size_t cursor = 0;
	struct toc_str id;
	void *value;
	j->turned_us = now;
	if (since == now || since <= j->limits->courier_silence_s * 1000000 / 2)
		return;
	toc_log(TOC_LOG_WARN, "stood_still", "for %lld s; what was not begun is asked for again", (long long)since / 1000000);
	toc_outcome_set(&o, TOC_OUTCOME_DROPPED, 0, "the courier stood still");
	while (toc_map_next(j->by_id, &cursor, &id, &value))
		if (((struct toc_job *)value)->way != TOC_WAY_STAMP && leave_queues(&j->ways[((struct toc_job *)value)->way], value))
			settle(j, value, &o);
}

void toc_jobs_turn(struct toc_jobs *j)
{
	unsigned waiting[TOC_N_WAY] = { 0 };
	tell_ended(j);
	after_standstill(j);
	for (unsigned i = 0; i < TOC_WAYS; i++) {
		struct toc_way_served *w = &j->ways[i];
		if (!w->channel)
			continue;
		if (!j->draining)
			begin_some(j, w);
		toc_gauge(TOC_METRIC_COURIER_RUNNING, way_labels[i], w->running);
		toc_gauge(TOC_METRIC_COURIER_DOWN, way_labels[i], w->failures != 0);
		waiting[way_labels[i]] = w->fresh.n + w->again.n + w->aside;
	}
	for (unsigned i = 0; i < TOC_N_WAY; i++)
		toc_gauge(TOC_METRIC_COURIER_WAITING, i, waiting[i]);
	toc_gauge(TOC_METRIC_COURIER_TAKEN, 0, (int64_t)toc_taken_count(j->taken));
	toc_gauge(TOC_METRIC_COURIER_TURN, 0, toc_clock_mono_us());
}

int64_t toc_jobs_next_us(const struct toc_jobs *j)
{
	int64_t next = INT64_MAX;
	for (unsigned i = 0; i < TOC_WAYS; i++) {
		const struct toc_way_served *w = &j->ways[i];
		if (w->held_until_us && w->fresh.n + w->again.n && !w->running && w->held_until_us < next)
			next = w->held_until_us;
	}
	return j->ended.first ? 0 : next;
}

/* ---- the keeper's word ---- */

static void refuse(struct toc_jobs *j, struct toc_uuid id, uint32_t attempt, enum toc_way way, enum toc_outcome_state state,
                   const char *why)
{
	struct toc_outcome o = { 0 };
	toc_outcome_set(&o, state, 0, "%s", why);
	tell(j, id, attempt, way, &o);
}

static void on_job(struct toc_jobs *j, struct toc_frame *f)
{
	struct toc_uuid id = toc_frame_id(f);
	unsigned way = toc_frame_u8(f);
	uint32_t attempt = toc_frame_u32(f);
	struct toc_str json = toc_frame_str(f);
	struct toc_took took;
	struct toc_refusal why;
	struct toc_value *told;
	if (!toc_frame_end(f) || way == TOC_WAY_NONE || way >= TOC_WAYS || attempt == 0 || toc_uuid_is_nil(id)) {
		f->bad = true;
		return;
	}
	struct toc_job *job = toc_map_get(j->by_id, toc_uuid_key(&id));
	if (job) { /* handed over again by a keeper that was replaced */
		job->unwanted = false;
		return;
	}
	if (toc_taken_get(j->taken, id, &took)) {
		refuse(j, id, attempt, way, took.state, "taken before");
		return;
	}
	if (!j->ways[way].means || toc_map_count(j->by_id) >= JOBS_MOST) {
		refuse(j, id, attempt, way, TOC_OUTCOME_RETRYING, j->ways[way].means ? "too many jobs" : "not served here");
		return;
	}
	struct toc_arena *a = toc_arena_new();
	if (toc_json_parse(a, json, JOB_BYTES_MOST, TOC_JSON_DEPTH_MAX, &told, &why) < 0) {
		toc_arena_free(a);
		f->bad = true;
		return;
	}
	job = toc_arena_alloc(a, sizeof *job);
	*job = (struct toc_job){ .id = id, .attempt = attempt, .way = (enum toc_way)way, .arena = a, .told = told,
		                 .means = j->ways[way].means, .limits = j->limits, .since_us = toc_clock_mono_us() };
	toc_map_put(j->by_id, toc_uuid_key(&id), job);
	queue_put(attempt > 1 ? &j->ways[way].again : &j->ways[way].fresh, job);
}

static void on_cancel(struct toc_jobs *j, struct toc_frame *f)
{
	struct toc_uuid id = toc_frame_id(f);
	struct toc_outcome o = { 0 };
	if (!toc_frame_end(f))
		return;
	struct toc_job *job = toc_map_get(j->by_id, toc_uuid_key(&id));
	if (!job)
		return; /* its outcome is on the way */
	job->unwanted = true;
	if (!leave_queues(&j->ways[job->way], job))
		return; /* it runs: what becomes of it is told */
	toc_outcome_set(&o, TOC_OUTCOME_DROPPED, 0, "not wanted any more");
	settle(j, job, &o);
}

static void on_kept(struct toc_jobs *j, struct toc_frame *f)
{
	struct toc_uuid id = toc_frame_id(f);
	if (toc_frame_end(f))
		toc_taken_forget(j->taken, id);
}

void toc_jobs_frame(struct toc_jobs *j, struct toc_frame *f)
{
	switch (f->number) {
	case TOC_IPC_JOB: on_job(j, f); break;
	case TOC_IPC_CANCEL_JOB: on_cancel(j, f); break;
	case TOC_IPC_OUTCOME_KEPT: on_kept(j, f); break;
	default: f->bad = true;
	}
}

void toc_jobs_keeper_gone(struct toc_jobs *j)
{
	struct toc_job *job;
	tell_ended(j);
	for (unsigned i = 0; i < TOC_WAYS; i++) {
		struct toc_way_served *w = &j->ways[i];
		size_t cursor = 0;
		struct toc_str name;
		void *lane;
		while ((job = queue_take(&w->fresh)) || (job = queue_take(&w->again)))
			forget(j, job);
		while (w->lanes && toc_map_next(w->lanes, &cursor, &name, &lane))
			while ((job = queue_take(&((struct toc_lane *)lane)->aside)))
				forget(j, job);
		w->aside = 0;
	}
}

/* ---- beginning and end ---- */

void toc_jobs_init(struct toc_jobs *j, const struct toc_value *ways, const struct toc_limits *limits, struct toc_taken *taken)
{
	*j = (struct toc_jobs){ .limits = limits, .taken = taken, .by_id = toc_map_new() };
	for (unsigned i = 0; i < TOC_WAYS; i++) {
		queue_init(&j->ways[i].fresh);
		queue_init(&j->ways[i].again);
	}
	queue_init(&j->ended);
	for (size_t i = 0; i < N_CHANNELS; i++) {
		j->ways[channels[i]->way].channel = channels[i];
		j->ways[channels[i]->way].means = toc_get(ways, channels[i]->means);
		j->ways[channels[i]->way].lanes = channels[i]->lane ? toc_map_new() : NULL;
	}
	toc_buf_init(&j->frame, TOC_IPC_FRAME_MAX);
}

void toc_jobs_done(struct toc_jobs *j)
{
	size_t cursor = 0;
	struct toc_str id;
	void *value;
	tell_ended(j);
	while (toc_map_next(j->by_id, &cursor, &id, &value)) {
		struct toc_job *job = value;
		struct toc_outcome o = { 0 };
		if (job->easy) {
			toc_engine_remove(j->engine, job->easy);
			j->ways[job->way].channel->done(job, job->easy, CURLE_ABORTED_BY_CALLBACK, &o);
		}
		job_free(job);
	}
	for (unsigned i = 0; i < TOC_WAYS; i++) {
		cursor = 0;
		while (j->ways[i].n_idle)
			curl_easy_cleanup(j->ways[i].idle[--j->ways[i].n_idle]);
		while (j->ways[i].lanes && toc_map_next(j->ways[i].lanes, &cursor, &id, &value))
			free(value);
		toc_map_free(j->ways[i].lanes);
	}
	toc_map_free(j->by_id);
	toc_buf_done(&j->frame);
}

unsigned toc_jobs_running(const struct toc_jobs *j)
{
	unsigned n = 0;
	for (unsigned i = 0; i < TOC_WAYS; i++)
		n += j->ways[i].running;
	return n;
}

void toc_jobs_drain(struct toc_jobs *j)
{
	j->draining = true;
}
