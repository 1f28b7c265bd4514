/* stamp.c: when the log was there: every hour, and when an incident was closed, an authority is asked for a time stamp of
 * the newest checkpoint (RFC 3161), its answer is kept, and that it was got is entered.
 *
 *   IDLE -> FETCHING (the newest checkpoint) -> ASKED (the courier) -> KEEPING (in the table) -> ENTERING -> IDLE
 *
 * The courier asks, and reads what comes back: no byte of the authority's is parsed here but what the courier says of it.
 * What fails is tried again, after 30 s, a minute … to an hour (limit timestamp_retry_s). After a crash it begins anew:
 * a time stamp too many is no harm. Source: docs/log.md. */
#include "keeper/core.h"

#include "base/digest.h"
#include "ledger/log.h"
#include "message/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_MOST_S 3600
#define ANSWER_US INT64_C(120000000) /* the courier is given up after so long */
#define LOOK_US INT64_C(1000000)
#define GOT_BYTES_MOST (1u << 20)

enum stage { IDLE, FETCHING, ASKED, KEEPING, ENTERING };

struct toc_stamping {
	struct toc_keeper *k;
	bool wanted, here;
	struct toc_note_key log;
	enum stage stage;
	int64_t next_us, asked_us, since_us; /* since_us: one is wanted since; 0: none is */
	unsigned failures;
	bool closing;
	struct toc_arena *arena; /* of the one that is under way */
	struct toc_uuid id;
	uint64_t size;
	struct toc_sha256 imprint;
	struct toc_value *got;
	struct toc_stamp stamp;
};

struct toc_stamping *toc_stamping_new(struct toc_keeper *k)
{
	struct toc_stamping *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	s->k = k;
	s->arena = toc_arena_new();
	s->wanted = k->o.timestamp && *k->o.timestamp && k->o.log_vkey && toc_vkey_parse(toc_str_of(k->o.log_vkey), &s->log, NULL) == 0;
	return s;
}

void toc_stamping_free(struct toc_stamping *s)
{
	if (!s)
		return;
	toc_arena_free(s->arena);
	free(s);
}

static void failed(struct toc_stamping *s, const char *why)
{
	int64_t pause = s->k->limits.timestamp_retry_s << (s->failures < 12 ? s->failures : 12);

	if (pause > RETRY_MOST_S)
		pause = RETRY_MOST_S;
	s->failures++;
	s->stage = IDLE;
	s->next_us = toc_clock_mono_us() + pause * 1000000;
	toc_count(TOC_METRIC_KEEPER_STAMP_FAILURES);
	toc_log(s->failures == 1 ? TOC_LOG_ERROR : TOC_LOG_WARN, "not_stamped", "%s gives no time stamp: %s; asking again in %lld s",
		s->k->o.timestamp, why, (long long)pause);
}

/* Our own database, or the courier: soon again. */
static void later(struct toc_stamping *s)
{
	s->stage = IDLE;
	s->next_us = toc_clock_mono_us() + LOOK_US;
}

/* ---- asking ---- */

static void on_head(void *ctx, uint64_t size, struct toc_sha256 root, struct toc_str note)
{
	struct toc_stamping *s = ctx;
	struct toc_checkpoint c;
	struct toc_error error;

	(void)root;
	if (s->k->leaving || toc_checkpoint_open(note, &s->log, &c, &error) < 0 || c.size != size)
		return; /* the archive complains of it */
	s->size = size;
	s->imprint = toc_sha256(note);
	s->id = toc_uuid_random();
}

static void on_fetched(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_stamping *s = ctx;
	struct toc_keeper *k = s->k;

	(void)size;
	(void)error;
	if (k->leaving)
		return;
	/* not before the checkpoint has the entry that closed an incident; and nothing is stamped twice */
	bool covers = s->size > 0 && (!s->closing || s->size >= toc_stamp_wants(k->world));
	if (result < 0 || toc_uuid_is_nil(s->id) || !covers || s->size <= toc_stamped_size(k->world)) {
		later(s);
		return;
	}
	struct toc_value *told = toc_value_map(s->arena);
	toc_set_text(s->arena, told, "digest", toc_hex(s->arena, s->imprint.b, sizeof s->imprint.b));
	toc_ipc_begin(&k->out, TOC_IPC_JOB);
	toc_ipc_id(&k->out, s->id);
	toc_ipc_u8(&k->out, TOC_WAY_STAMP);
	toc_ipc_u32(&k->out, 1);
	toc_ipc_str(&k->out, toc_json_str(s->arena, told));
	if (toc_child_send(k->child, TOC_CHILD_COURIER, &k->out) < 0) {
		later(s);
		return;
	}
	s->stage = ASKED;
	s->asked_us = toc_clock_mono_us();
}

static void ask(struct toc_stamping *s)
{
	toc_arena_reset(s->arena);
	s->got = NULL;
	s->id = (struct toc_uuid){ { 0 } };
	s->size = 0;
	s->stage = FETCHING;
	if (toc_store_checkpoint(s->k->o.reader, toc_str_of(s->log.name), TOC_STORE_DEADLINE, on_head, on_fetched, s) < 0)
		later(s);
}

/* ---- what came back ---- */

static void enter(struct toc_stamping *s)
{
	struct toc_work *w = toc_server_work(s->k, "timestamp", "stamp");
	struct toc_arena *a = w->arena;
	struct toc_value *body = toc_get(w->command.message, "body");
	struct toc_sha256 token = toc_sha256(s->stamp.response);

	toc_set_cstr(a, body, "why", s->closing ? "closing" : "hour");
	toc_set_text(a, body, "log", toc_arena_str(a, toc_str_of(s->log.name)));
	toc_set_int(a, body, "size", (int64_t)s->size);
	toc_set_text(a, body, "imprint", toc_hex(a, s->imprint.b, sizeof s->imprint.b));
	toc_set_text(a, body, "token", toc_hex(a, token.b, sizeof token.b));
	toc_set_cstr(a, body, "authority", s->k->o.timestamp);
	toc_set_text(a, body, "stamped_at", toc_time_str(a, (toc_time){ s->stamp.unix_s * 1000000 }));
	toc_set_text(a, body, "serial", toc_arena_str(a, toc_get_text(s->got, "serial")));
	toc_set_text(a, body, "policy", toc_arena_str(a, toc_get_text(s->got, "policy")));
	s->stage = ENTERING;
	s->asked_us = toc_clock_mono_us();
	s->failures = 0;
	toc_count(TOC_METRIC_KEEPER_STAMPS);
	toc_keeper_put(s->k, w);
}

static void on_kept(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_stamping *s = ctx;

	(void)size;
	if (s->k->leaving)
		return;
	if (result == TOC_EINVAL)
		failed(s, error->text);
	else if (result < 0)
		later(s);
	else
		enter(s);
}

static struct toc_str bytes_of(struct toc_arena *a, const struct toc_value *v, const char *name)
{
	struct toc_str text = toc_get_text(v, name);
	char *bytes = toc_arena_alloc(a, text.n + 1);
	long n = toc_base64url_decode(text, bytes, text.n);

	return (struct toc_str){ bytes, n > 0 ? (size_t)n : 0 };
}

static void keep(struct toc_stamping *s)
{
	s->stamp = (struct toc_stamp){
		.origin = toc_str_of(s->log.name),
		.authority = toc_str_of(s->k->o.timestamp),
		.size = s->size,
		.unix_s = toc_get_int(s->got, "at", 0),
		.query = bytes_of(s->arena, s->got, "query"),
		.response = bytes_of(s->arena, s->got, "response"),
		.chain = toc_get_text(s->got, "chain"),
	};
	s->stage = KEEPING;
	if (toc_store_add_stamp(s->k->o.reader, &s->stamp, TOC_STORE_DEADLINE, on_kept, s) < 0)
		later(s);
}

static void on_got(struct toc_stamping *s, struct toc_uuid id, struct toc_str json)
{
	struct toc_refusal why;

	if (s->stage != ASKED || !toc_uuid_eq(id, s->id))
		return;
	if (toc_json_parse(s->arena, json, GOT_BYTES_MOST, 4, &s->got, &why) < 0)
		s->got = NULL;
}

static void on_outcome(struct toc_stamping *s, unsigned state, struct toc_str detail)
{
	struct toc_keeper *k = s->k;
	char why[200];

	snprintf(why, sizeof why, "%.*s", TOC_STR_ARGS(detail));
	toc_ipc_begin(&k->out, TOC_IPC_OUTCOME_KEPT);
	toc_ipc_id(&k->out, s->id);
	(void)(toc_child_send(k->child, TOC_CHILD_COURIER, &k->out) < 0);
	if (state == TOC_OUTCOME_DELIVERED && s->got)
		keep(s);
	else
		failed(s, why);
}

bool toc_stamp_frame(struct toc_keeper *k, struct toc_frame *f)
{
	struct toc_stamping *s = k->stamping;
	struct toc_frame copy = *f;
	struct toc_uuid id = toc_frame_id(&copy);

	if (f->number == TOC_IPC_GOT) {
		struct toc_str json = toc_frame_str(&copy);
		if (toc_frame_end(&copy))
			on_got(s, id, json);
		else
			f->bad = true;
		return true;
	}
	if (f->number != TOC_IPC_OUTCOME || s->stage != ASKED || !toc_uuid_eq(id, s->id))
		return false;
	(void)toc_frame_u32(&copy);
	unsigned state = toc_frame_u8(&copy);
	(void)toc_frame_u16(&copy);
	(void)toc_frame_u32(&copy);
	struct toc_str detail = toc_frame_str(&copy);
	if (toc_frame_end(&copy))
		on_outcome(s, state, detail);
	else
		f->bad = true;
	return true;
}

/* ---- the keeper's loop ---- */

void toc_stamp_courier(struct toc_keeper *k, bool here)
{
	k->stamping->here = here;
	if (!here && k->stamping->stage == ASKED)
		later(k->stamping);
}

void toc_stamp_turn(struct toc_keeper *k)
{
	struct toc_stamping *s = k->stamping;
	int64_t mono = toc_clock_mono_us();
	bool closing;

	if (!s->wanted || k->phase != TOC_READY || !k->announced)
		return;
	toc_time due = toc_stamp_due(k->world, &closing);
	bool is_due = !toc_before(toc_keeper_now(k), due);
	toc_gauge(TOC_METRIC_KEEPER_STAMPED, 0, toc_stamped_at(k->world).us == TOC_TIME_NEVER.us ? 0 : toc_stamped_at(k->world).us);
	if (s->stage == ENTERING && (!is_due || mono - s->asked_us > ANSWER_US))
		s->stage = IDLE; /* it is in the state; or it was refused, or lost: then again */
	if (s->stage == ASKED && mono - s->asked_us > ANSWER_US)
		failed(s, "the courier says nothing");
	s->since_us = !is_due ? 0 : s->since_us ? s->since_us : mono;
	toc_gauge(TOC_METRIC_KEEPER_STAMP_WANTED, 0, s->since_us);
	if (!is_due || s->stage != IDLE || !s->here || mono < s->next_us)
		return;
	s->closing = closing;
	ask(s);
}

int64_t toc_stamp_next_us(const struct toc_keeper *k)
{
	const struct toc_stamping *s = k->stamping;

	if (!s->wanted || k->phase != TOC_READY || !k->announced)
		return INT64_MAX;
	/* the loop turns every second anyway; sooner when it is to be asked again */
	return s->stage == IDLE && s->here && s->since_us ? s->next_us : INT64_MAX;
}
