/* The conversation of libtocsin, without sockets: promises of client/link.h. */
#include "check.h"
#include "client/link.h"
#include "message/json.h"

/* What the callbacks saw. */
static struct {
	long long seqs[64];
	int n, positions, urgents, welcomes, beats;
	long long position;
	enum tocsin_state state;
	char why[200];
	int answers;
	enum tocsin_outcome outcome;
	long long seq;
	char id[40], case_ref[40], code[40], detail[100];
} saw;

static void on_entry(void *user, const struct tocsin_entry *e)
{
	(void)user;
	if (e->urgent)
		saw.urgents++;
	else
		saw.seqs[saw.n++] = e->seq;
}
static void on_position(void *user, long long seq)
{
	(void)user;
	saw.positions++;
	saw.position = seq;
}
static void on_welcome(void *user, const char *json, size_t n)
{
	(void)user;
	CHECK(json[n] == 0);
	saw.welcomes++;
}
static void on_beat(void *user, long long last)
{
	(void)user;
	(void)last;
	saw.beats++;
}
static void on_state(void *user, enum tocsin_state state, const char *why)
{
	(void)user;
	saw.state = state;
	snprintf(saw.why, sizeof saw.why, "%s", why);
}
static void on_answer(void *user, const struct tocsin_answer *a)
{
	(void)user;
	saw.answers++;
	saw.outcome = a->outcome;
	saw.seq = a->seq;
	snprintf(saw.id, sizeof saw.id, "%s", a->id);
	snprintf(saw.case_ref, sizeof saw.case_ref, "%s", a->case_ref);
	snprintf(saw.code, sizeof saw.code, "%s", a->code);
	snprintf(saw.detail, sizeof saw.detail, "%s", a->detail);
}

static struct toc_link *fresh(long long from, int patience_s)
{
	memset(&saw, 0, sizeof saw);
	return toc_link_new(&(struct tocsin_connection_settings){ .from = from, .patience_s = patience_s, .on_entry = on_entry,
		.on_position = on_position, .on_welcome = on_welcome, .on_beat = on_beat, .on_state = on_state }, NULL);
}

static struct toc_str next(struct toc_link *l, int64_t now)
{
	struct toc_str frame = { 0 };
	return toc_link_next(l, now, &frame) ? frame : (struct toc_str){ 0 };
}

static int hear(struct toc_link *l, int64_t now, const char *frame)
{
	return toc_link_receive(l, toc_str_of(frame), now);
}

#define WELCOME "{\"op\":\"welcome\",\"tip\":7}"
static void greet(struct toc_link *l, int64_t now)
{
	toc_link_opened(l, now);
	(void)next(l, now);
	CHECK_INT(hear(l, now, WELCOME), 0);
}

static int send(struct toc_link *l, int64_t now, const char *json, char id[37])
{
	struct tocsin_error error;
	return toc_link_send(l, false, toc_str_of(json), now, 1000000, on_answer, NULL, id, &error);
}

/* The ref that a frame carries. */
static long long ref_of(struct toc_str frame)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v;
	struct toc_refusal r;
	long long ref = toc_json_parse(a, frame, frame.n, 20, &v, &r) == 0 ? toc_get_int(v, "ref", -1) : -2;
	toc_arena_free(a);
	return ref;
}

CASE(hello_names_the_position_and_nothing_for_now)
{
	struct toc_link *l = fresh(41, 0);
	toc_link_opened(l, 0);
	CHECK_TEXT(next(l, 0), "{\"from\":41,\"op\":\"hello\"}");
	CHECK_INT(next(l, 0).n, 0);
	toc_link_free(l);
	l = fresh(TOCSIN_FROM_NOW, 0);
	toc_link_opened(l, 0);
	CHECK_TEXT(next(l, 0), "{\"op\":\"hello\"}");
	toc_link_free(l);
	l = fresh(TOCSIN_FROM_START, 0);
	toc_link_opened(l, 0);
	CHECK_TEXT(next(l, 0), "{\"from\":-1,\"op\":\"hello\"}");
	toc_link_free(l);
}

CASE(entries_come_once_and_in_order_across_a_reconnect)
{
	struct toc_link *l = fresh(TOCSIN_FROM_START, 0);
	greet(l, 0);
	hear(l, 1, "{\"op\":\"entry\",\"seq\":3,\"k\":\"M4.send\",\"id\":\"x\",\"org\":\"A\"}");
	hear(l, 2, "{\"op\":\"entry\",\"seq\":5,\"k\":\"M4.send\"}");
	toc_link_closed(l, 3, 1006, "");
	toc_link_opened(l, 4);
	CHECK_TEXT(next(l, 4), "{\"from\":5,\"op\":\"hello\"}");
	hear(l, 4, WELCOME);
	hear(l, 5, "{\"op\":\"entry\",\"seq\":5,\"k\":\"M4.send\"}"); /* again: dropped */
	hear(l, 6, "{\"op\":\"entry\",\"seq\":9,\"k\":\"M5.ack\"}");
	CHECK_INT(saw.n, 3);
	CHECK_INT(saw.seqs[0], 3);
	CHECK_INT(saw.seqs[1], 5);
	CHECK_INT(saw.seqs[2], 9);
	CHECK_INT(saw.positions, 3);
	CHECK_INT(saw.position, 9);
	CHECK_INT(toc_link_position(l), 9);
	toc_link_free(l);
}

CASE(an_urgent_entry_comes_once_and_moves_no_position)
{
	struct toc_link *l = fresh(5, 0);
	static const char urgent[] = "{\"op\":\"urgent\",\"k\":\"M4.send\",\"id\":\"0197c3a0-0000-7000-8000-000000000001\",\"note\":\"not yet recorded\"}";
	greet(l, 0);
	hear(l, 1, urgent);
	hear(l, 2, urgent);
	CHECK_INT(saw.urgents, 1);
	CHECK_INT(toc_link_position(l), 5);
	CHECK_INT(saw.positions, 0);
	hear(l, 3, "{\"op\":\"entry\",\"seq\":6,\"k\":\"M4.send\",\"id\":\"0197c3a0-0000-7000-8000-000000000001\",\"late\":true}");
	CHECK_INT(saw.n, 1); /* recorded: comes as an entry too */
	toc_link_free(l);
}

CASE(a_message_is_filled_in_sent_after_the_welcome_and_answered)
{
	struct toc_link *l = fresh(0, 0);
	char id[37];
	CHECK_INT(send(l, 0, "{\"type\":\"M5\",\"body\":{\"kind\":\"ack\"}}", id), 0);
	CHECK_INT(strlen(id), 36);
	toc_link_opened(l, 0);
	(void)next(l, 0);
	CHECK_INT(next(l, 0).n, 0); /* no welcome yet */
	hear(l, 0, WELCOME);
	struct toc_str frame = next(l, 0);
	CHECK(memmem(frame.p, frame.n, id, 36) != NULL);
	CHECK(memmem(frame.p, frame.n, "\"schema_version\":\"1.0.0\"", 24) != NULL);
	CHECK(memmem(frame.p, frame.n, "\"sent_at\":\"1970-01-01T00:16:40.000Z\"", 36) != NULL);
	CHECK(memmem(frame.p, frame.n, "\"op\":\"send\",\"ref\":1", 19) != NULL);
	hear(l, 1, "{\"op\":\"accepted\",\"ref\":1,\"seq\":12,\"case\":\"c\"}");
	CHECK_INT(saw.answers, 1);
	CHECK_INT(saw.outcome, TOCSIN_ACCEPTED);
	CHECK_INT(saw.seq, 12);
	CHECK(!strcmp(saw.case_ref, "c") && !strcmp(saw.id, id));
	hear(l, 2, "{\"op\":\"accepted\",\"ref\":1,\"seq\":12}");
	CHECK_INT(saw.answers, 1);
	toc_link_free(l);
}

CASE(an_unanswered_message_is_sent_again_with_the_same_id)
{
	struct toc_link *l = fresh(0, 0);
	char id[37];
	greet(l, 0);
	send(l, 0, "{\"type\":\"M5\"}", id);
	long long first = ref_of(next(l, 0));
	CHECK_INT(next(l, 0).n, 0);
	toc_link_closed(l, 1, 1006, "");
	greet(l, 2);
	struct toc_str frame = next(l, 2);
	CHECK(memmem(frame.p, frame.n, id, 36) != NULL);
	CHECK(ref_of(frame) > first);
	hear(l, 3, "{\"op\":\"accepted\",\"ref\":1,\"seq\":2}"); /* an answer to the first connection's ref: not ours */
	CHECK_INT(saw.answers, 0);
	hear(l, 3, "{\"op\":\"accepted\",\"ref\":2,\"seq\":2}");
	CHECK_INT(saw.answers, 1);
	toc_link_free(l);
}

CASE(messages_leave_in_the_order_in_which_they_were_given)
{
	struct toc_link *l = fresh(0, 0);
	greet(l, 0);
	char a[37], b[37];
	send(l, 0, "{\"type\":\"M4\"}", a);
	send(l, 0, "{\"type\":\"M5\"}", b);
	struct toc_str frame = next(l, 0);
	CHECK(memmem(frame.p, frame.n, a, 36) != NULL);
	frame = next(l, 0);
	CHECK(memmem(frame.p, frame.n, b, 36) != NULL);
	toc_link_free(l);
}

CASE(wait_and_try_again_is_obeyed)
{
	struct toc_link *l = fresh(0, 60);
	greet(l, 0);
	send(l, 0, "{\"type\":\"M5\"}", NULL);
	(void)next(l, 0);
	hear(l, 100, "{\"op\":\"refused\",\"ref\":1,\"code\":\"busy\",\"retry_after\":3}");
	CHECK_INT(saw.answers, 0);
	CHECK_INT(next(l, 3000).n, 0);
	CHECK_INT(toc_link_due(l), 3100);
	CHECK_INT(ref_of(next(l, 3100)), 2);
	hear(l, 3200, "{\"op\":\"refused\",\"ref\":2,\"code\":\"state\",\"detail\":\"too late\"}");
	CHECK_INT(saw.outcome, TOCSIN_REFUSED);
	CHECK(!strcmp(saw.code, "state") && !strcmp(saw.detail, "too late"));
	toc_link_free(l);
}

CASE(a_wait_beyond_patience_is_the_answer)
{
	struct toc_link *l = fresh(0, 5);
	greet(l, 0);
	send(l, 0, "{\"type\":\"M5\"}", NULL);
	(void)next(l, 0);
	hear(l, 100, "{\"op\":\"refused\",\"ref\":1,\"code\":\"database_away\",\"retry_after\":30}");
	CHECK_INT(saw.answers, 1);
	CHECK(!strcmp(saw.code, "database_away"));
	toc_link_free(l);
}

CASE(patience_ends_without_a_server)
{
	struct toc_link *l = fresh(0, 5);
	send(l, 0, "{\"type\":\"M5\"}", NULL);
	CHECK_INT(toc_link_due(l), 5000);
	CHECK_INT(toc_link_tick(l, 4999), 0);
	CHECK_INT(saw.answers, 0);
	CHECK_INT(toc_link_tick(l, 5000), 0);
	CHECK_INT(saw.answers, 1);
	CHECK_INT(saw.outcome, TOCSIN_UNANSWERED);
	CHECK_INT(toc_link_due(l), INT64_MAX);
	toc_link_free(l);
}

CASE(journaled_is_not_accepted)
{
	struct toc_link *l = fresh(0, 0);
	greet(l, 0);
	send(l, 0, "{\"type\":\"M4\"}", NULL);
	(void)next(l, 0);
	hear(l, 1, "{\"op\":\"journaled\",\"ref\":1}");
	CHECK_INT(saw.outcome, TOCSIN_JOURNALED);
	CHECK_INT(saw.seq, -1);
	toc_link_free(l);
}

CASE(a_silent_server_is_dropped)
{
	struct toc_link *l = fresh(0, 0);
	greet(l, 1000);
	CHECK_INT(toc_link_due(l), 1000 + TOC_LINK_SILENCE_MS);
	CHECK_INT(toc_link_tick(l, 1000 + TOC_LINK_SILENCE_MS - 1), 0);
	CHECK_INT(toc_link_tick(l, 1000 + TOC_LINK_SILENCE_MS), -1);
	CHECK(strstr(toc_link_why(l), "silent") != NULL);
	toc_link_free(l);
}

CASE(entries_that_a_beat_names_and_that_never_come_drop_the_connection)
{
	struct toc_link *l = fresh(4, 0);
	greet(l, 0);
	CHECK_INT(hear(l, 2000, "{\"op\":\"beat\",\"last\":9}"), 0);
	CHECK_INT(hear(l, 4000, "{\"op\":\"entry\",\"seq\":6,\"k\":\"M5.ack\"}"), 0); /* it is catching up */
	for (int64_t t = 6000; t <= 6000 + TOC_LINK_LAG_MS; t += 2000)
		CHECK_INT(hear(l, t, "{\"op\":\"beat\",\"last\":9}"), 0);
	CHECK_INT(hear(l, 8000 + TOC_LINK_LAG_MS, "{\"op\":\"beat\",\"last\":9}"), -1);
	toc_link_free(l);
}

CASE(from_now_on_takes_its_position_from_the_first_beat)
{
	struct toc_link *l = fresh(TOCSIN_FROM_NOW, 0);
	greet(l, 0);
	hear(l, 1, "{\"op\":\"beat\",\"last\":9}");
	CHECK_INT(toc_link_position(l), 9);
	CHECK_INT(saw.beats, 1);
	toc_link_closed(l, 2, 1006, "");
	toc_link_opened(l, 3);
	CHECK_TEXT(next(l, 3), "{\"from\":9,\"op\":\"hello\"}");
	toc_link_free(l);
}

CASE(a_revoked_or_unknown_key_ends_it)
{
	struct toc_link *l = fresh(0, 0);
	greet(l, 0);
	toc_link_closed(l, 1, 4403, "");
	CHECK(toc_link_ended(l));
	CHECK_INT(saw.state, TOCSIN_ENDED);
	toc_link_free(l);
	l = fresh(0, 0);
	toc_link_closed(l, 1, 4401, "");
	CHECK(toc_link_ended(l));
	toc_link_free(l);
	l = fresh(90, 0); /* a position that this server does not have */
	toc_link_opened(l, 0);
	(void)next(l, 0);
	CHECK_INT(hear(l, 0, "{\"op\":\"refused\",\"code\":\"ahead\",\"detail\":\"the ledger has 7 entries\"}"), -1);
	CHECK(toc_link_ended(l));
	toc_link_free(l);
}

CASE(attempts_come_slower_and_never_together)
{
	struct toc_link *l = fresh(0, 0);
	CHECK_INT(toc_link_reconnect_delay_ms(l, 7), 0);
	int64_t most = 0;
	for (int i = 0; i < 20; i++) {
		toc_link_closed(l, 0, 0, "no");
		int64_t least = toc_link_reconnect_delay_ms(l, 0);
		CHECK(least > 0 && least <= TOC_LINK_RECONNECT_MOST_MS / 2);
		for (uint32_t r = 0; r < 1000; r += 37) {
			int64_t d = toc_link_reconnect_delay_ms(l, r);
			CHECK(d >= least && d <= 2 * least + 1 && d <= TOC_LINK_RECONNECT_MOST_MS);
			most = d > most ? d : most;
		}
	}
	CHECK(most > TOC_LINK_RECONNECT_FIRST_MS * 8);
	greet(l, 0);
	toc_link_closed(l, 0, 0, "");
	CHECK(toc_link_reconnect_delay_ms(l, 0) <= TOC_LINK_RECONNECT_FIRST_MS);
	toc_link_free(l);
}

CASE(what_cannot_be_read_drops_the_connection)
{
	static const char *const bad[] = { "", "{", "[]", "nul", "{\"op\":\"entry\",\"op\":\"beat\"}", "\xff\xfe" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct toc_link *l = fresh(0, 0);
		greet(l, 0);
		CHECK_INT(hear(l, 1, bad[i]), -1);
		toc_link_free(l);
	}
	struct toc_link *l = fresh(0, 0);
	greet(l, 0);
	CHECK_INT(hear(l, 1, "{\"op\":\"checkpoint\",\"note\":\"later\"}"), 0); /* of a later version: not for us */
	toc_link_free(l);
}

CASE(too_much_is_refused_before_memory_is_taken)
{
	struct toc_link *l = fresh(0, 0);
	struct tocsin_error error;
	for (int i = 0; i < TOC_LINK_WAITING_MAX; i++)
		CHECK_INT(send(l, 0, "{\"type\":\"M5\"}", NULL), 0);
	CHECK_INT(send(l, 0, "{\"type\":\"M5\"}", NULL), TOCSIN_ELIMIT);
	CHECK_INT(toc_link_send(l, false, TOC_STR("[1]"), 0, 0, NULL, NULL, NULL, &error), TOCSIN_ELIMIT);
	toc_link_free(l);
	l = fresh(0, 0);
	CHECK_INT(toc_link_send(l, false, TOC_STR("[1]"), 0, 0, NULL, NULL, NULL, &error), TOCSIN_EINVAL);
	CHECK(strlen(error.text) > 10);
	static char big[70000];
	memset(big, 'a', sizeof big - 1);
	memcpy(big, "{\"x\":\"", 6);
	memcpy(big + sizeof big - 3, "\"}", 2);
	CHECK(send(l, 0, big, NULL) < 0);
	CHECK_INT(toc_link_receipt(l, 3, "delivered"), TOCSIN_ELIMIT); /* not connected: lost receipts are not kept */
	greet(l, 0);
	CHECK_INT(toc_link_receipt(l, 3, "delivered"), 0);
	CHECK_INT(toc_link_receipt(l, 3, "Bad \"state\""), TOCSIN_EINVAL);
	CHECK_TEXT(next(l, 0), "{\"op\":\"receipt\",\"seq\":3,\"state\":\"delivered\"}");
	toc_link_free(l);
}

RUN_CASES()
