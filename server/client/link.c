/* link.c: the conversation of link.h. Source: the wire protocol `tocsin.v1` (docs/wire.md). */
#include "client/link.h"
#include "client/trust.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/time.h"
#include "message/catalogue.h"
#include "message/json.h"

#define DEPTH_MAX                                                                                            \
	48 /* a disclosed message inside an entry lies deeper than the 16 levels of a message sent */
#define RECEIPTS_MAX 1024
#define URGENT_MAX 256

/* A message without an answer. */
struct waiting {
	struct waiting *next;
	bool prepare, in_flight;
	long long ref;
	int64_t since, not_before;
	tocsin_answer_fn *done;
	void *user;
	char id[TOC_UUID_TEXT];
	size_t n;
	char json[]; /* canonical bytes, NUL-terminated */
};

struct receipt {
	long long seq;
	char state[12];
};

struct toc_link {
	struct tocsin_connection_settings on;
	struct toc_trust *trust; /* or NULL */
	char line[512];          /* of our witness, to be said; n_line 0: none */
	size_t n_line;
	uint64_t line_size;      /* of its checkpoint */
	long long line_ref;      /* said and not answered; 0: none */
	int64_t line_not_before;
	bool open, said_hello, welcome, ended;
	unsigned failures; /* attempts since the last welcome */
	long long position;
	char why[200];
	bool halted;   /* so said the last beat */
	int64_t heard, lagging_since; /* lagging_since: entries meant for us are missing; 0: none */
	long long next_ref;
	struct waiting *first, **end;
	size_t n_waiting;
	struct receipt *receipts;
	size_t n_receipts;
	struct toc_uuid urgent[URGENT_MAX]; /* delivered from a journal: a ring */
	unsigned n_urgent;
	struct toc_arena *scratch;
	struct toc_buf out;
};

struct toc_link *toc_link_new(const struct tocsin_connection_settings *settings, struct toc_trust *trust)
{
	struct toc_link *l = calloc(1, sizeof *l);
	if (!l)
		return NULL;
	l->on = *settings;
	l->on.witness_key = NULL; /* trust has it */
	l->trust = trust;
	l->position = settings->from;
	l->end = &l->first;
	l->next_ref = 1;
	l->scratch = toc_arena_new();
	toc_buf_init(&l->out, TOC_MESSAGE_BYTES_MAX);
	return l;
}

void toc_link_free(struct toc_link *l)
{
	if (!l)
		return;
	for (struct waiting *w = l->first, *next; w; w = next) {
		next = w->next;
		free(w);
	}
	free(l->receipts);
	toc_trust_free(l->trust);
	toc_arena_free(l->scratch);
	toc_buf_done(&l->out);
	free(l);
}

void toc_link_mute(struct toc_link *l)
{
	l->on.on_entry = NULL;
	l->on.on_position = NULL;
	l->on.on_welcome = NULL;
	l->on.on_beat = NULL;
	l->on.on_state = NULL;
	l->on.on_log = NULL;
	for (struct waiting *w = l->first; w; w = w->next)
		w->done = NULL;
}

static int drop(struct toc_link *l, const char *format, ...) TOC_PRINTF(2, 3);
static int drop(struct toc_link *l, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(l->why, sizeof l->why, format, args);
	va_end(args);
	for (size_t n = strlen(l->why); n && !toc_str_is_utf8((struct toc_str){ l->why, n });)
		l->why[--n] = 0; /* it was cut within a character */
	return -1;
}

static void tell_state(struct toc_link *l, enum tocsin_state state, const char *why)
{
	if (l->on.on_state)
		l->on.on_state(l->on.user, state, why);
}

const char *toc_link_why(const struct toc_link *l)
{
	return l->why;
}
bool toc_link_ended(const struct toc_link *l)
{
	return l->ended;
}
long long toc_link_position(const struct toc_link *l)
{
	return l->position;
}

/* ---- opened, closed ---- */

void toc_link_opened(struct toc_link *l, int64_t now_ms)
{
	l->open = true;
	l->said_hello = l->welcome = false;
	l->heard = now_ms;
	l->lagging_since = 0;
	l->why[0] = 0;
}

void toc_link_closed(struct toc_link *l, int64_t now_ms, int close_code, const char *why)
{
	(void)now_ms;
	bool was_up = l->welcome;
	l->open = l->said_hello = l->welcome = false;
	l->failures++;
	l->n_receipts = 0;
	l->n_line = 0;
	l->line_ref = 0;
	for (struct waiting *w = l->first; w; w = w->next)
		w->in_flight =
			false; /* answered or not, we do not know: the id makes sending again harmless */
	if (close_code == 4401 || close_code == 4403) {
		l->ended = true;
		(void)drop(l, close_code == 4401 ? "not authenticated: the key is unknown or has expired"
						 : "revoked: the key may not be used any more");
	} else if (why && *why && !l->why[0]) {
		(void)drop(l, "%s", why);
	} else if (!l->why[0]) {
		(void)drop(l, "%s", was_up ? "the connection was lost" : "no connection");
	}
	tell_state(l, l->ended ? TOCSIN_ENDED : TOCSIN_CONNECTING, l->why);
}

int64_t toc_link_reconnect_delay_ms(const struct toc_link *l, uint32_t random)
{
	if (l->failures == 0)
		return 0;
	int64_t ms = TOC_LINK_RECONNECT_FIRST_MS;
	for (unsigned i = 1; i < l->failures && ms < TOC_LINK_RECONNECT_MOST_MS; i++)
		ms *= 2;
	if (ms > TOC_LINK_RECONNECT_MOST_MS)
		ms = TOC_LINK_RECONNECT_MOST_MS;
	return ms / 2 + random % (uint32_t)(ms / 2 + 1);
}

/* ---- answers ---- */

static struct waiting *take(struct toc_link *l, struct waiting **at)
{
	struct waiting *w = *at;
	*at = w->next;
	if (l->end == &w->next)
		l->end = at;
	l->n_waiting--;
	return w;
}

/* Texts of a scratch document as C strings. */
static const char *text(struct toc_link *l, const struct toc_value *map, const char *name)
{
	return toc_arena_cstr(l->scratch, toc_get_text(map, name));
}

static void answer(struct toc_link *l, struct waiting *w, enum tocsin_outcome outcome,
		   const struct toc_value *frame, struct toc_str bytes)
{
	struct tocsin_answer a = { .outcome = outcome,
				   .id = w->id,
				   .seq = toc_get_int(frame, "seq", -1),
				   .case_ref = text(l, frame, "case"),
				   .incident_ref = text(l, frame, "incident"),
				   .code = text(l, frame, "code"),
				   .field = text(l, frame, "field"),
				   .clause = text(l, frame, "clause"),
				   .detail = text(l, frame, "detail"),
				   .advice = text(l, frame, "advice"),
				   .json = toc_arena_cstr(l->scratch, bytes),
				   .json_bytes = bytes.n };
	if (w->done)
		w->done(w->user, &a);
	free(w);
}

static int answered(struct toc_link *l, const char *op, const struct toc_value *frame, struct toc_str bytes,
		    int64_t now)
{
	long long ref = toc_get_int(frame, "ref", -1);
	for (struct waiting **at = &l->first; *at; at = &(*at)->next) {
		struct waiting *w = *at;
		if (!w->in_flight || w->ref != ref)
			continue;
		long long wait_s = toc_get_int(frame, "retry_after", 0);
		if (!strcmp(op, "refused") && wait_s > 0) {
			w->in_flight = false;
			w->not_before = now + wait_s * 1000;
			if (!l->on.patience_s || w->not_before < w->since + l->on.patience_s * 1000LL)
				return 0;
		}
		answer(l, take(l, at),
		       !strcmp(op, "accepted")    ? TOCSIN_ACCEPTED
		       : !strcmp(op, "journaled") ? TOCSIN_JOURNALED
		       : !strcmp(op, "prepared")  ? TOCSIN_PREPARED
						  : TOCSIN_REFUSED,
		       frame, bytes);
		return 0;
	}
	return 0; /* of a receipt, or of a connection before: nobody waits for it */
}

/* ---- what arrives ---- */

static bool urgent_before(struct toc_link *l, const struct toc_value *frame)
{
	struct toc_uuid id;
	if (toc_uuid_parse(toc_get_text(frame, "id"), &id) < 0)
		return false;
	unsigned kept = l->n_urgent < URGENT_MAX ? l->n_urgent : URGENT_MAX;
	for (unsigned i = 0; i < kept; i++)
		if (toc_uuid_eq(l->urgent[i], id))
			return true;
	l->urgent[l->n_urgent++ % URGENT_MAX] = id;
	return false;
}

static void entry(struct toc_link *l, const struct toc_value *frame, struct toc_str bytes, bool urgent)
{
	long long seq = urgent ? -1 : toc_get_int(frame, "seq", -1);
	if (urgent ? urgent_before(l, frame) : seq <= l->position)
		return;
	struct tocsin_entry e = { .seq = seq,
				  .urgent = urgent,
				  .k = text(l, frame, "k"),
				  .id = text(l, frame, "id"),
				  .org = text(l, frame, "org"),
				  .json = toc_arena_cstr(l->scratch, bytes),
				  .json_bytes = bytes.n };
	if (!urgent)
		l->position = seq;
	if (l->on.on_entry)
		l->on.on_entry(l->on.user, &e);
	if (!urgent && l->on.on_position)
		l->on.on_position(l->on.user, seq);
}

/* The server says itself that what it has is not what it published. Nothing new is signed then, so no proof would show it. */
static void hear_halted(struct toc_link *l, bool halted)
{
	const struct tocsin_log_news news = {
		.alarm = true,
		.size = l->trust ? toc_trust_size(l->trust) : 0,
		.why = "the server's signer has halted: the ledger is not what was published",
	};

	if (halted && !l->halted && l->on.on_log)
		l->on.on_log(l->on.user, &news);
	l->halted = halted;
}

static int beat(struct toc_link *l, const struct toc_value *frame, int64_t now)
{
	long long last = toc_get_int(frame, "last", -1);
	if (l->position == TOCSIN_FROM_NOW && last >= 0)
		l->position = last; /* nothing was sent before it that we wanted */
	if (last <= l->position)
		l->lagging_since = 0;
	else if (!l->lagging_since)
		l->lagging_since = now;
	else if (now - l->lagging_since > TOC_LINK_LAG_MS)
		return drop(l, "entries up to %lld are missing after %lld", last, l->position);
	if (l->on.on_beat)
		l->on.on_beat(l->on.user, last);
	hear_halted(l, toc_get_bool(frame, "halted"));
	return 0;
}

/* ---- the log ---- */

static int tell_log(struct toc_link *l, enum toc_trust_news news)
{
	const struct tocsin_log_news n = {
		.alarm = news == TOC_TRUST_ALARM,
		.size = toc_trust_size(l->trust),
		.why = news == TOC_TRUST_ALARM ? toc_trust_why(l->trust) : "",
	};

	if (news == TOC_TRUST_ALARM)
		l->n_line = 0;
	if (news == TOC_TRUST_AGAIN)
		return drop(l, "a checkpoint was missed; asking for the proof from the one that is believed");
	if (news != TOC_TRUST_NOTHING && l->on.on_log)
		l->on.on_log(l->on.user, &n);
	return 0;
}

void toc_link_vouch(struct toc_link *l, int64_t now_ms, int64_t unix_ms)
{
	struct toc_arena *a;

	if (!l->trust || !l->welcome || l->n_line || l->line_ref || now_ms < l->line_not_before)
		return;
	a = toc_arena_new();
	struct toc_str line = toc_trust_cosign(l->trust, a, unix_ms / 1000, &l->line_size);
	if (line.n && line.n < sizeof l->line) {
		l->n_line = line.n - 1; /* without its end */
		memcpy(l->line, line.p, l->n_line);
	}
	toc_arena_free(a);
}

/* @return false: the frame answers something else */
static bool vouched(struct toc_link *l, const char *op, const struct toc_value *frame, int64_t now)
{
	if (!l->line_ref || toc_get_int(frame, "ref", -1) != l->line_ref)
		return false;
	long long wait_s = toc_get_int(frame, "retry_after", 0);
	bool taken = !strcmp(op, "cosigned");
	char why[300] = "";
	l->line_ref = 0;
	if (!taken && wait_s > 0) {
		l->line_not_before = now + wait_s * 1000;
		toc_trust_cosign_again(l->trust);
		return true;
	}
	if (!taken)
		snprintf(why, sizeof why, "the cosignature was refused: %s", text(l, frame, "detail"));
	const struct tocsin_log_news n = { .size = toc_trust_size(l->trust), .cosigned = taken ? l->line_size : 0, .why = why };
	if (l->on.on_log)
		l->on.on_log(l->on.user, &n);
	return true;
}

int toc_link_receive(struct toc_link *l, struct toc_str bytes, int64_t now_ms)
{
	struct toc_value *frame;
	struct toc_refusal refusal;
	int r = 0;

	l->heard = now_ms;
	toc_arena_reset(l->scratch);
	if (toc_json_parse(l->scratch, bytes, TOC_LINK_FRAME_MAX, DEPTH_MAX, &frame, &refusal) < 0)
		return drop(l, "the server sent a frame that cannot be read: %s", refusal.detail);
	const char *op = text(l, frame, "op");
	if (!strcmp(op, "entry")) {
		l->lagging_since = 0;
		entry(l, frame, bytes, false);
	} else if (!strcmp(op, "urgent")) {
		entry(l, frame, bytes, true);
	} else if (!strcmp(op, "beat")) {
		r = beat(l, frame, now_ms);
	} else if (!strcmp(op, "checkpoint")) {
		r = l->trust ? tell_log(l, toc_trust_checkpoint(l->trust, frame, now_ms)) : 0;
	} else if (!strcmp(op, "welcome")) {
		l->welcome = true;
		l->failures = 0;
		if (l->trust)
			toc_trust_welcome(l->trust, toc_get_text(toc_get(frame, "log"), "vkey"));
		tell_state(l, TOCSIN_CONNECTED, "");
		if (l->on.on_welcome)
			l->on.on_welcome(l->on.user, toc_arena_cstr(l->scratch, bytes), bytes.n);
	} else if ((!strcmp(op, "cosigned") || !strcmp(op, "refused")) && vouched(l, op, frame, now_ms)) {
		/* it was the answer to our witness */
	} else if (!strcmp(op, "accepted") || !strcmp(op, "journaled") || !strcmp(op, "prepared") ||
		   !strcmp(op, "refused")) {
		if (!l->welcome && !strcmp(op, "refused")) { /* the hello itself */
			l->ended = !strcmp(text(l, frame, "code"), "ahead") ||
				   !strcmp(text(l, frame, "code"), "not_authenticated");
			const char *detail = text(l, frame, "detail");
			return drop(l, "%s", *detail ? detail : "the server refused, and did not say why");
		}
		r = answered(l, op, frame, bytes, now_ms);
	} /* anything else is of a later version, and not for us */
	return r;
}

/* ---- what leaves ---- */

static void frame_hello(struct toc_link *l)
{
	struct toc_str trusted = l->trust ? toc_trust_note(l->trust) : TOC_STR("");
	struct toc_value *hello;

	toc_arena_reset(l->scratch);
	hello = toc_value_map(l->scratch);
	toc_set_cstr(l->scratch, hello, "op", "hello");
	if (l->position != TOCSIN_FROM_NOW)
		toc_set_int(l->scratch, hello, "from", l->position);
	if (trusted.n)
		toc_set_text(l->scratch, hello, "trust", trusted);
	toc_buf_str(&l->out, toc_json_str(l->scratch, hello));
	l->said_hello = true;
}

static void frame_cosign(struct toc_link *l)
{
	struct toc_value *v;

	toc_arena_reset(l->scratch);
	v = toc_value_map(l->scratch);
	l->line_ref = l->next_ref++;
	toc_set_cstr(l->scratch, v, "op", "cosign");
	toc_set_int(l->scratch, v, "ref", l->line_ref);
	toc_set_int(l->scratch, v, "size", (int64_t)l->line_size);
	toc_set_text(l->scratch, v, "line", (struct toc_str){ l->line, l->n_line });
	toc_buf_str(&l->out, toc_json_str(l->scratch, v));
	l->n_line = 0;
}

static void frame_message(struct toc_link *l, struct waiting *w)
{
	w->ref = l->next_ref++;
	w->in_flight = true;
	toc_buf_text(&l->out, "{\"message\":");
	toc_buf_add(&l->out, w->json, w->n);
	toc_buf_printf(&l->out, ",\"op\":\"%s\",\"ref\":%lld}", w->prepare ? "prepare" : "send", w->ref);
}

bool toc_link_next(struct toc_link *l, int64_t now_ms, struct toc_str *ret_frame)
{
	toc_buf_clear(&l->out);
	if (!l->open)
		return false;
	if (!l->said_hello) {
		frame_hello(l);
	} else if (l->welcome && l->n_receipts) {
		toc_buf_printf(&l->out, "{\"op\":\"receipt\",\"seq\":%lld,\"state\":\"%s\"}",
			       l->receipts[0].seq, l->receipts[0].state);
		memmove(l->receipts, l->receipts + 1, --l->n_receipts * sizeof *l->receipts);
	} else if (l->welcome && l->n_line) {
		frame_cosign(l);
	} else if (l->welcome) {
		for (struct waiting *w = l->first; w; w = w->next) {
			if (w->in_flight || w->not_before > now_ms)
				continue;
			frame_message(l, w);
			break;
		}
	}
	if (!l->out.n)
		return false;
	*ret_frame = toc_buf_view(&l->out);
	return true;
}

/* ---- time ---- */

int64_t toc_link_due(const struct toc_link *l)
{
	int64_t due = l->open ? l->heard + TOC_LINK_SILENCE_MS : INT64_MAX;
	for (const struct waiting *w = l->first; w; w = w->next) {
		if (!w->in_flight && l->welcome && w->not_before < due)
			due = w->not_before;
		if (l->on.patience_s && w->since + l->on.patience_s * 1000LL < due)
			due = w->since + l->on.patience_s * 1000LL;
	}
	return due;
}

int toc_link_tick(struct toc_link *l, int64_t now_ms)
{
	toc_arena_reset(l->scratch);
	for (struct waiting **at = &l->first; *at && l->on.patience_s;) {
		if (now_ms >= (*at)->since + l->on.patience_s * 1000LL) {
			answer(l, take(l, at), TOCSIN_UNANSWERED, NULL, TOC_STR(""));
			at = &l->first; /* the callback may have sent or cancelled */
		} else {
			at = &(*at)->next;
		}
	}
	if (l->trust)
		(void)tell_log(l, toc_trust_tick(l->trust, now_ms));
	if (l->open && now_ms - l->heard >= TOC_LINK_SILENCE_MS)
		return drop(l, "the server has been silent for %d s", TOC_LINK_SILENCE_MS / 1000);
	return 0;
}

/* ---- sending ---- */

int toc_link_fail(struct tocsin_error *reterr, int code, const char *format, ...)
{
	if (reterr) {
		va_list args;
		va_start(args, format);
		vsnprintf(reterr->text, sizeof reterr->text, format, args);
		va_end(args);
		reterr->code = code;
	}
	return code;
}

static int enqueue(struct toc_link *l, struct toc_arena *a, bool prepare, struct toc_str json, int64_t now,
		   int64_t unix_ms, tocsin_answer_fn *done, void *user, char ret_id[37],
		   struct tocsin_error *reterr)
{
	struct toc_value *message;
	struct toc_refusal refusal;

	if (l->n_waiting >= TOC_LINK_WAITING_MAX)
		return toc_link_fail(reterr, TOCSIN_ELIMIT,
			    "%d messages are waiting for an answer, which is the limit",
			    TOC_LINK_WAITING_MAX);
	if (toc_json_parse(a, json, TOC_MESSAGE_BYTES_MAX, TOC_JSON_DEPTH_MAX, &message, &refusal) < 0)
		return toc_link_fail(reterr, TOCSIN_EINVAL, "the message cannot be read: %s", refusal.detail);
	if (!toc_get(message, "id"))
		toc_set(a, message, "id", toc_value_text(a, toc_uuid_str(a, toc_uuid_v7(unix_ms))));
	if (!toc_get(message, "schema_version"))
		toc_set_cstr(a, message, "schema_version", TOC_SCHEMA_VERSION);
	if (!toc_get(message, "sent_at"))
		toc_set_text(a, message, "sent_at", toc_time_str(a, (toc_time){ unix_ms * 1000 }));
	struct toc_str bytes = toc_json_str(a, message);
	if (bytes.n + 64 > TOC_MESSAGE_BYTES_MAX)
		return toc_link_fail(reterr, TOCSIN_ELIMIT, "the message has %zu bytes, a frame at most %d", bytes.n,
			    TOC_MESSAGE_BYTES_MAX);

	struct waiting *w = calloc(1, sizeof *w + bytes.n + 1);
	if (!w)
		return toc_link_fail(reterr, TOCSIN_ELIMIT, "no memory");
	memcpy(w->json, bytes.p, w->n = bytes.n);
	snprintf(w->id, sizeof w->id, "%.*s", TOC_STR_ARGS(toc_get_text(message, "id")));
	w->prepare = prepare;
	w->since = now;
	w->done = done;
	w->user = user;
	*l->end = w;
	l->end = &w->next;
	l->n_waiting++;
	if (ret_id)
		memcpy(ret_id, w->id, sizeof w->id);
	return 0;
}

int toc_link_send(struct toc_link *l, bool prepare, struct toc_str json, int64_t now_ms, int64_t unix_ms,
		  tocsin_answer_fn *done, void *user, char ret_id[37], struct tocsin_error *reterr)
{
	struct toc_arena *a = toc_arena_new(); /* not scratch: a callback that reads an entry may send */
	int r = enqueue(l, a, prepare, json, now_ms, unix_ms, done, user, ret_id, reterr);
	toc_arena_free(a);
	return r;
}

int toc_link_receipt(struct toc_link *l, long long seq, const char *state)
{
	if (seq < 0 || !state || strlen(state) >= sizeof l->receipts->state ||
	    strspn(state, "abcdefghijklmnopqrstuvwxyz") != strlen(state))
		return TOCSIN_EINVAL;
	if (!l->welcome || l->n_receipts >= RECEIPTS_MAX)
		return TOCSIN_ELIMIT;
	if (!l->receipts && !(l->receipts = calloc(RECEIPTS_MAX, sizeof *l->receipts)))
		return TOCSIN_ELIMIT;
	struct receipt *r = &l->receipts[l->n_receipts++];
	r->seq = seq;
	snprintf(r->state, sizeof r->state, "%s", state);
	return 0;
}
