/* keeper.c: the keeper put together: one structure, one loop. */
#include "keeper/keeper.h"

#include "confine/confine.h"
#include "keeper/away.h"
#include "keeper/core.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CONTROL_FD 4
#define FAREWELL_US 3000000 /* what is in flight has so long to end before we go */
#define FAREWELL_BEHIND_US 60000000 /* … and the copy of the state, when the next start would read so many entries without it: */
#define BEHIND 50000

toc_time toc_keeper_now(const struct toc_keeper *k)
{
	return toc_steady_now(k->clock, k->o.clock ? k->o.clock(k->o.clock_ctx) : toc_clock_now(), toc_clock_mono_us());
}

const struct toc_world *toc_keeper_world(const struct toc_keeper *k)
{
	return k->beyond ? k->beyond : k->world;
}

bool toc_keeper_knows(const struct toc_keeper *k)
{
	return k->announced || (k->phase == TOC_AWAY && toc_world_size(k->world));
}

struct toc_batch_tools toc_keeper_tools(struct toc_keeper *k)
{
	return (struct toc_batch_tools){ k->o.ring, toc_str_of(k->o.node), toc_fetch_resolve, k };
}

void toc_keeper_fatal(struct toc_keeper *k, const char *event, const struct toc_error *e)
{
	toc_log(TOC_LOG_ERROR, event, "stopping: %s", e->text);
	k->fatal = true;
}

static void on_front(void *keeper, unsigned front, bool here)
{
	struct toc_keeper *k = keeper;
	if (front == TOC_CHILD_COURIER) {
		toc_outgoing_courier(k, here);
		toc_stamp_courier(k, here);
		return;
	}
	if (!k->child)
		return; /* being put together */
	k->gap[front] = false;
	if (here && k->announced)
		toc_publish_catch_up(k, front);
	else if (!here)
		toc_auth_front_gone(k, front);
}

static void on_turn(void *keeper)
{
	struct toc_keeper *k = keeper;
	if (k->fatal)
		return;
	toc_start_turn(k);
	toc_away_turn(k);
	toc_keeper_receipts(k);
	toc_outgoing_turn(k);
	toc_stamp_turn(k);
	toc_snapshot_turn(k); /* before the cycle: between two batches nothing lies over the state */
	toc_erasure_turn(k);
	toc_cycle_turn(k);
	toc_cosign_turn(k);
	toc_tail_poll(k);
	toc_auth_turn(k);
	toc_publish_turn(k);
	toc_keeper_gauges(k);
	/* while the start takes its usual time members wait; when it takes longer they are told so */
	toc_child_deaf(k->child, !toc_keeper_knows(k) && !k->tried_disk);
}

static int64_t next_us(void *keeper)
{
	const struct toc_keeper *k = keeper;
	int64_t next = k->phase == TOC_READY ? k->tail.poll_us : INT64_MAX;
	const int64_t others[] = {
		toc_start_next_us(k),
		toc_away_next_us(k),
		toc_cycle_next_us(k),
		toc_auth_next_us(k),
		toc_outgoing_next_us(k),
		toc_stamp_next_us(k),
		toc_snapshot_next_us(k),
		toc_erasure_next_us(k),
		toc_cosign_next_us(k),
		k->phase == TOC_READY ? toc_receipts_next_us(k->receipts) : INT64_MAX,
	};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i] < next)
			next = others[i];
	if (k->phase == TOC_READY && k->tail.wanted && !k->tail.busy)
		next = 0;
	return next;
}

static const struct toc_child_events events = {
	.frame = toc_keeper_frame,
	.front = on_front,
	.turn = on_turn,
	.next_us = next_us,
};

static int open_journal(struct toc_keeper *k, struct toc_error *reterr)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/urgent", k->o.journal_dir);
	int r = toc_journal_open(path, k->o.journal_key, &k->journal, reterr);
	if (r < 0)
		return r;
	toc_journal_limit(k->journal, (size_t)k->limits.journal_kib * 1024);
	if (toc_journal_damage(k->journal))
		toc_log(TOC_LOG_ERROR, "journal_damaged",
			"the journal had a hole; %zu records behind it are tried, and a copy of it as it was is %s",
			toc_journal_saved(k->journal), toc_journal_damage(k->journal));
	toc_refused_open(k);
	toc_away_learn(k);
	return 0;
}

struct toc_keeper *toc_keeper_new(const struct toc_keeper_options *o)
{
	struct toc_keeper *k = calloc(1, sizeof *k);
	struct toc_error error;
	if (!k)
		abort();
	k->o = *o;
	k->clock = calloc(1, sizeof *k->clock);
	if (!k->clock)
		abort();
	k->phase = TOC_STARTING;
	k->start_us = toc_clock_mono_us();
	toc_buf_init(&k->out, TOC_IPC_FRAME_MAX + 64);
	toc_limits_read(o->limits, &k->limits);
	toc_intake_init(&k->intake, &k->limits);
	k->world = toc_world_new();
	k->cases = toc_cases_new((size_t)k->limits.cases_kib * 1024);
	k->receipts = toc_receipts_new((size_t)k->limits.receipts_waiting);
	k->auth = toc_auth_new();
	k->outgoing = toc_outgoing_new();
	k->erasure = toc_erasure_new(k);
	k->away = toc_away_new();
	k->copy = toc_copy_new();
	k->cosigning = toc_cosigning_new(k);
	k->stamping = toc_stamping_new(k);
	k->tail.arena = toc_arena_new();
	k->child = toc_child_new(&events, k, o->control);
	toc_child_deaf(k->child, true);
	toc_child_store(k->child, o->writer);
	toc_child_store(k->child, o->reader);
	if (o->slow)
		toc_child_store(k->child, o->slow);
	toc_store_knows(o->reader, o->writer);
	toc_store_watch(o->writer, toc_cycle_store_event, k);
	toc_store_watch(o->reader, toc_cycle_store_event, k);
	if (open_journal(k, &error) < 0)
		toc_keeper_fatal(k, "journal_unusable", &error);
	return k;
}

void toc_keeper_free(struct toc_keeper *k)
{
	if (!k)
		return;
	k->leaving = true; /* what is pending ends now, with an error, and begins nothing new */
	toc_store_free(k->o.writer);
	toc_store_free(k->o.reader);
	toc_store_free(k->o.slow);
	toc_child_free(k->child);
	for (struct toc_work *w = toc_batch_free(k->batch), *next; w; w = next) {
		next = w->next;
		toc_work_free(w);
	}
	toc_intake_done(&k->intake);
	toc_world_free(k->beyond);
	toc_copy_free(k);
	toc_world_free(k->world);
	toc_cases_free(k->cases);
	free(k->start_cases.ids);
	toc_receipts_free(k->receipts);
	toc_outgoing_free(k->outgoing);
	toc_erasure_free(k->erasure);
	toc_auth_free(k->auth);
	toc_cosigning_free(k->cosigning);
	toc_stamping_free(k->stamping);
	toc_away_free(k->away);
	toc_journal_free(k->journal);
	toc_journal_free(k->refused);
	toc_keyring_free(k->o.ring);
	toc_arena_free(k->tail.arena);
	toc_buf_done(&k->out);
	toc_wipe(&k->o, sizeof k->o);
	free(k->clock);
	free(k);
}

int toc_keeper_turn(struct toc_keeper *k, toc_dur at_most)
{
	int r = toc_child_turn(k->child, at_most);
	return k->fatal ? TOC_EIO : r;
}

/* What was read for minutes is not to be read again because somebody stops us before it was copied. */
static int64_t patience(const struct toc_keeper *k)
{
	uint64_t size = toc_world_size(k->world);

	return k->phase == TOC_READY && size > k->saved_as_of && size - k->saved_as_of > BEHIND ? FAREWELL_BEHIND_US : FAREWELL_US;
}

/* Let what is in flight end, answer it, and leave a fresh copy of the state behind. */
static void farewell(struct toc_keeper *k)
{
	int64_t until = toc_clock_mono_us() + patience(k);
	k->leave_copy = true;
	while (!k->fatal && toc_clock_mono_us() < until && k->phase != TOC_STARTING) {
		if (!toc_snapshot_is_under_way(k) && (k->phase == TOC_AWAY || toc_world_size(k->world) == k->saved_as_of))
			break;
		int r = toc_child_turn(k->child, TOC_SECONDS(1));
		(void)r; /* we know that it is time to go */
	}
}

static int options_of(struct toc_arena *a, const struct toc_value *heritage, struct toc_keeper_options *o)
{
	const char *conninfo = toc_heritage_text(a, heritage, "conninfo");
	const char *state = toc_heritage_text(a, heritage, "state_dir");
	o->node = toc_heritage_text(a, heritage, "node");
	o->log_vkey = toc_heritage_text(a, heritage, "log_vkey");
	o->seed = toc_get(heritage, "seed");
	o->limits = toc_get(heritage, "limits");
	o->channels = toc_get(heritage, "channels");
	o->origin = toc_get_text(heritage, "origin");
	o->other_nodes = toc_get(heritage, "other_nodes");
	o->timestamp = toc_heritage_text(a, heritage, "timestamp");
	o->allow = toc_get(heritage, "allow");
	o->push = toc_get_bool(heritage, "push");
	o->control = CONTROL_FD;
	if (!conninfo || !state || !o->node || toc_heritage_key(heritage, "grant_key", o->grant_key) < 0 ||
	    toc_heritage_key(heritage, "dup_key", o->dup_key) < 0 ||
	    toc_heritage_key(heritage, "journal_key", o->journal_key) < 0 ||
	    toc_heritage_key(heritage, "outside_key", o->outside_key) < 0 ||
	    !(o->ring = toc_heritage_keyring(heritage))) {
		toc_log(TOC_LOG_ERROR, "heritage", "the parent's heritage lacks something");
		return -1;
	}
	o->journal_dir = toc_arena_printf(a, "%s/journal", state).p;
	if (mkdir(o->journal_dir, 0700) < 0 && errno != EEXIST) {
		toc_log(TOC_LOG_ERROR, "state_dir", "cannot create %s: %s", o->journal_dir, strerror(errno));
		return -1;
	}
	o->writer = toc_store_pg_new(conninfo, false);
	o->reader = toc_store_pg_new(conninfo, true);
	o->slow = toc_store_pg_new(conninfo, false);
	return 0;
}

int toc_keeper_main(const struct toc_value *heritage)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_keeper_options o = { 0 };
	if (options_of(a, heritage, &o) < 0) {
		toc_arena_free(a);
		return 1;
	}
	struct toc_keeper *k = toc_keeper_new(&o);
	toc_wipe(o.grant_key, sizeof o.grant_key);
	toc_wipe(o.dup_key, sizeof o.dup_key);
	toc_wipe(o.journal_key, sizeof o.journal_key);
	toc_wipe(o.outside_key, sizeof o.outside_key);
	if (toc_heritage_fronts(heritage, k->child) < 0) {
		toc_log(TOC_LOG_ERROR, "heritage", "front_fds are not descriptors");
		k->fatal = true;
	}
	(void)toc_confine(toc_get_bool(heritage, "network")); /* logged; best effort */
	while (!k->fatal && toc_keeper_turn(k, TOC_SECONDS(1)) == 0)
		;
	farewell(k);
	int code = k->fatal ? 1 : 0;
	toc_keeper_free(k);
	toc_arena_free(a);
	return code;
}
