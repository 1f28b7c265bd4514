/* History: the same bytes as live, to whom it was addressed, within its credit. A keeper writes; the archive
 * reads. */
#include "check.h"
#include "measure/metrics.h"
#include "stage.h"

#include <poll.h>
#include <sys/socket.h>

static struct stage s;

static uint64_t ask(struct toc_str grant, uint64_t from, uint32_t frames, uint32_t bytes)
{
	struct toc_buf b;
	uint64_t conn = ++s.conn;
	toc_buf_init(&b, 4096);
	toc_ipc_begin(&b, TOC_IPC_READ);
	toc_ipc_u64(&b, conn);
	toc_ipc_str(&b, grant);
	toc_ipc_u64(&b, from);
	toc_ipc_u32(&b, frames);
	toc_ipc_u32(&b, bytes);
	CHECK_INT(toc_channel_send(s.past.front, &b), 0);
	toc_buf_done(&b);
	return conn;
}

static const struct stage_frame *end_of(uint64_t conn)
{
	int64_t until = toc_clock_mono_us() + 5000000;
	while (toc_clock_mono_us() < until) {
		for (size_t i = 0; i < s.past.n; i++)
			if (s.past.frames[i].number == TOC_IPC_HISTORY_END && s.past.frames[i].conn == conn)
				return &s.past.frames[i];
		stage_run(&s, 1);
	}
	return NULL;
}

/* Everything from `from` on, READ by READ as a front does it. @return entries */
static size_t read_all(struct toc_str grant, uint64_t from, uint32_t frames)
{
	size_t n = 0;
	s.past.n = 0;
	for (int i = 0; i < 1000; i++) {
		const struct stage_frame *e = end_of(ask(grant, from, frames, 1 << 20));
		if (!e || e->code)
			break;
		from = e->seq;
		if (from >= stage_size(&s))
			break;
	}
	for (size_t i = 0; i < s.past.n; i++)
		n += s.past.frames[i].number == TOC_IPC_HISTORY;
	return n;
}

static const struct stage_frame *history(uint64_t seq)
{
	for (size_t i = 0; i < s.past.n; i++)
		if (s.past.frames[i].number == TOC_IPC_HISTORY && s.past.frames[i].seq == seq)
			return &s.past.frames[i];
	return NULL;
}

static bool reads(const struct stage_frame *f, const char *org)
{
	return f->readers.n && strstr(f->readers.p, org) != NULL;
}

static void a_case_is_played(void)
{
	struct toc_str hub = stage_login(&s, "HUB", "duty officer");
	const struct toc_value *sent = stage_send(&s, stage_login(&s, "GameNest", "night responder"),
						  stage_threat(&s, "nightcourier7"));
	struct toc_str case_ref = toc_arena_str(s.a, toc_get_text(sent, "case"));
	const char *const bodies[] = {
		"{\"kind\":\"ack\",\"human_ack_by\":\"f100047a-2149-4fce-ac9a-7bececf88767\",\"at\":\"2031-"
		"03-04T21:12:00Z\"}",
		"{\"kind\":\"redirect\",\"human_ack_by\":\"f100047a-2149-4fce-ac9a-7bececf88767\",\"at\":"
		"\"2031-03-04T21:12:00Z\","
		"\"redirect_to\":\"AIRU\",\"redirect_ground\":\"place of offence likely\"}",
	};
	for (size_t i = 0; i < 2; i++)
		CHECK_TEXT(toc_get_text(stage_send(&s, hub, stage_message(&s, "M5", case_ref.p, bodies[i])),
					"op"),
			   "accepted");
	(void)stage_send(&s, stage_login(&s, "Chirplet", "night responder"),
			 stage_threat_of_chirplet(&s, "nightcourier7"));
	stage_run(&s, 20);
}

CASE(history_is_byte_for_byte_what_was_published)
{
	static const char *const members[][2] = {
		{ "GameNest", "night responder" }, { "CDA", "duty officer" },
		{ "HUB", "duty officer" },         { "AIRU", "duty officer" },
		{ "Chirplet", "night responder" }, { "StreamHarbor", "admin" }
	};
	stage_begin(&s);
	stage_archive(&s);
	uint64_t first = stage_size(&s);
	a_case_is_played();
	for (size_t m = 0; m < sizeof members / sizeof *members; m++) {
		struct toc_str grant = stage_login(&s, members[m][0], members[m][1]);
		size_t got = read_all(grant, first, 3), want = 0; /* three frames of credit at a time */
		uint64_t last = 0;
		for (size_t i = 0; i < s.past.n; i++) {
			if (s.past.frames[i].number != TOC_IPC_HISTORY)
				continue;
			CHECK(s.past.frames[i].seq > last || last == 0); /* in order, each once */
			last = s.past.frames[i].seq;
		}
		for (size_t i = 0; i < s.keeper[0].n; i++) {
			const struct stage_frame *f = &s.keeper[0].frames[i];
			if (f->number != TOC_IPC_PUBLISH || f->seq < first || !reads(f, members[m][0]))
				continue;
			const struct stage_frame *h = history(f->seq);
			want++;
			/* the roles of this person decide which of the renderings, but one of them it is */
			CHECK(!h || toc_str_eq(h->json, f->json) || toc_str_eq(h->json, f->json2));
		}
		CHECK(got <= want);
		CHECK(got > 0 || m == 5);
		printf("  %s: %zu of %zu\n", members[m][0], got, want);
	}
	stage_end(&s);
}

CASE(nobody_reads_what_was_not_addressed_to_them)
{
	stage_begin(&s);
	stage_archive(&s);
	uint64_t first = stage_size(&s);
	a_case_is_played();
	CHECK_INT(read_all(stage_login(&s, "StreamHarbor", "night responder"), first, 100), 0);
	/* AIRU has the first notification by disclosure only, at the M29's own number */
	size_t n = read_all(stage_login(&s, "AIRU", "duty officer"), first, 100);
	bool disclosed = false;
	CHECK(n > 0);
	for (size_t i = 0; i < s.past.n; i++) {
		const struct stage_frame *f = &s.past.frames[i];
		if (f->number != TOC_IPC_HISTORY)
			continue;
		CHECK(!(toc_get_is(f->value, "k", "M4.send") && toc_get_is(f->value, "org", "GameNest")));
		disclosed |= toc_get_is(f->value, "k", "M29.disclose") && strstr(f->json.p, "nightcourier7");
	}
	CHECK(disclosed);
	stage_end(&s);
}

static bool has(const char *k, const char *org)
{
	for (size_t i = 0; i < s.past.n; i++) {
		const struct stage_frame *f = &s.past.frames[i];
		if (f->number == TOC_IPC_HISTORY && toc_get_is(f->value, "k", k) && toc_get_is(f->value, "org", org))
			return true;
	}
	return false;
}

CASE(what_was_recalled_from_a_wrong_audience_is_in_their_history_no_more)
{
	stage_begin(&s);
	stage_archive(&s);
	uint64_t first = stage_size(&s);
	struct toc_str game = stage_login(&s, "GameNest", "night responder"), cda = stage_login(&s, "CDA", "duty officer");
	struct toc_value *notice = stage_threat(&s, "nightcourier7");
	struct toc_str id = toc_arena_str(s.a, toc_get_text(notice, "id"));
	CHECK_TEXT(toc_get_text(stage_send(&s, game, notice), "op"), "accepted");
	(void)read_all(cda, first, 100);
	CHECK(has("M4.send", "GameNest"));
	struct toc_str body = toc_arena_printf(s.a,
					       "{\"step\":\"recall\",\"message_ref\":\"%s\",\"kind\":\"sent_to_wrong_audience\","
					       "\"instruction\":\"delete\",\"from\":[\"CDA\"]}",
					       id.p);
	CHECK_TEXT(toc_get_text(stage_send(&s, game, stage_message(&s, "M25", NULL, body.p)), "op"), "accepted");
	(void)read_all(cda, first, 100);
	CHECK(!has("M4.send", "GameNest"));
	CHECK(has("M25.recall", "GameNest")); /* that there was one, and what to do, they are told */
	(void)read_all(stage_login(&s, "HUB", "duty officer"), first, 100);
	CHECK(has("M4.send", "GameNest"));
	stage_end(&s);
}

CASE(a_reading_ends_where_its_credit_ends)
{
	stage_begin(&s);
	stage_archive(&s);
	uint64_t first = stage_size(&s);
	a_case_is_played();
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	s.past.n = 0;
	const struct stage_frame *e = end_of(ask(grant, first, 1, 1 << 20));
	CHECK(e != NULL);
	CHECK_INT(s.past.n, 2); /* one entry, one end */
	CHECK_INT(e->seq, s.past.frames[0].seq + 1);
	s.past.n = 0;
	e = end_of(
		ask(grant, first, 100, 1)); /* an entry that is over the credit is sent whole, then it ends */
	CHECK_INT(s.past.n, 2);
	s.past.n = 0;
	e = end_of(ask(grant, first, 0, 1 << 20));
	CHECK_INT(s.past.n, 1);
	CHECK_INT(e->seq, first);
	s.past.n = 0;
	e = end_of(ask(grant, 1 << 30, 10, 1 << 20)); /* beyond the tip */
	CHECK_INT(e->code, 0);
	CHECK_INT(s.past.n, 1);
	stage_end(&s);
}

CASE(a_front_that_does_not_take_what_was_read_gets_no_more_for_now_and_all_of_it_later)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *limits = toc_value_map(a);
	stage_begin(&s);
	toc_set_int(a, limits, "front_queue_kib", 1);
	s.limits = limits;
	stage_archive(&s);
	a_case_is_played();
	struct toc_str grant = stage_login(&s, "HUB", "duty officer");
	int64_t was = toc_metrics_read(TOC_METRIC_ARCHIVE_LIMIT, TOC_LIMIT_front_queue_kib);
	size_t n = read_all(grant, 0, 4096);
	CHECK(toc_metrics_read(TOC_METRIC_ARCHIVE_LIMIT, TOC_LIMIT_front_queue_kib) > was);
	CHECK(n > 5);
	for (size_t i = 1, last = 0; i < s.past.n; i++) {
		if (s.past.frames[i].number != TOC_IPC_HISTORY)
			continue;
		CHECK(s.past.frames[i].seq > last || last == 0);
		last = s.past.frames[i].seq;
	}
	/* for as long as something of it is not sent, the archive is not one that may go */
	CHECK(toc_archive_is_idle(s.archive));
	uint64_t conn = ask(grant, 0, 4096, 1 << 20);
	for (int i = 0; i < 5000 && toc_archive_is_idle(s.archive); i++)
		CHECK_INT(toc_archive_turn(s.archive, (toc_dur){ 1000 }), 0);
	CHECK(!toc_archive_is_idle(s.archive));
	CHECK(end_of(conn) != NULL);
	CHECK(toc_archive_is_idle(s.archive));
	s.limits = NULL;
	stage_end(&s);
	toc_arena_free(a);
}

static void no_frame(void *ctx, struct toc_frame *f)
{
	(void)ctx;
	f->bad = true;
}

/* What no front of ours says ends the front that says it, not the archive. */
CASE(a_position_that_no_ledger_can_have_ends_the_channel)
{
	stage_begin(&s);
	stage_archive(&s);
	struct toc_str grant = stage_login(&s, "HUB", "duty officer");
	struct toc_buf b;
	int pair[2], r = 0;
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	toc_child_peer(toc_archive_child(s.archive), 1, pair[0]);
	struct toc_channel *evil = toc_channel_new(pair[1]);
	toc_buf_init(&b, 4096);
	toc_ipc_begin(&b, TOC_IPC_READ);
	toc_ipc_u64(&b, 1);
	toc_ipc_str(&b, grant);
	toc_ipc_u64(&b, (uint64_t)INT64_MAX + 1);
	toc_ipc_u32(&b, 10);
	toc_ipc_u32(&b, 1000);
	CHECK_INT(toc_channel_send(evil, &b), 0);
	toc_buf_done(&b);
	for (int i = 0; i < 100 && r == 0; i++) {
		stage_run(&s, 1);
		r = toc_channel_step(evil, POLLIN, no_frame, NULL);
	}
	CHECK_INT(r, TOC_ECLOSED);
	toc_channel_free(evil);
	const struct stage_frame *e = end_of(ask(grant, (uint64_t)INT64_MAX, 10, 1000));
	CHECK(e && e->code == 0);
	stage_end(&s);
}

CASE(an_expired_grant_is_to_be_renewed)
{
	stage_begin(&s);
	stage_archive(&s);
	stage_run(&s, 10);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	s.ahead = TOC_SECONDS(121);
	CHECK_INT(end_of(ask(grant, 0, 10, 1 << 20))->code, TOC_REFUSE_NOT_AUTHENTICATED);
	CHECK_INT(end_of(ask(TOC_STR("no grant at all"), 0, 10, 1 << 20))->code,
		  TOC_REFUSE_NOT_AUTHENTICATED);
	stage_end(&s);
}

CASE(from_the_very_beginning_a_member_gets_its_part_of_the_directory)
{
	stage_begin(&s);
	stage_archive(&s);
	stage_run(&s, 10);
	size_t n = read_all(stage_login(&s, "HUB", "admin"), 0, 1000);
	CHECK(n > 5);
	for (size_t i = 0; i < s.past.n; i++)
		if (s.past.frames[i].number == TOC_IPC_HISTORY)
			CHECK(!toc_get_bool(s.past.frames[i].value, "erased"));
	stage_end(&s);
}

RUN_CASES()
