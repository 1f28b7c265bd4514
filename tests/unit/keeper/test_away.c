/* The database goes away and comes back: journal, exactly once, kill in between. */
#include "check.h"
#include "stage.h"

#include "message/json.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct stage s;

static off_t journal_bytes(void)
{
	char path[96];
	struct stat st;
	snprintf(path, sizeof path, "%s/urgent", s.dir[0]);
	return stat(path, &st) < 0 ? -1 : st.st_size;
}

CASE(a_threat_is_journaled_delivered_as_urgent_and_recorded_once_afterwards)
{
	uint64_t seq;
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	off_t empty = journal_bytes();
	stage_go_away(&s, 0);
	CHECK(!stage_last(&s, 0, TOC_IPC_TIP)->up);
	struct toc_value *m = stage_threat(&s, "nightcourier7");
	const struct stage_frame *f = stage_answer(&s, 0, stage_post(&s, 0, grant, 1, m));
	CHECK_TEXT(toc_get_text(f->value, "op"), "journaled");
	CHECK_INT(f->code, 202);
	CHECK(toc_get(f->value, "seq") == NULL);
	CHECK(toc_len(toc_get(f->value, "recipients")) >= 2);
	CHECK(journal_bytes() > empty);
	const struct stage_frame *u = stage_last(&s, 0, TOC_IPC_URGENT);
	CHECK(u != NULL);
	CHECK_TEXT(toc_get_text(u->value, "note"), "not yet recorded");
	CHECK(toc_get(u->value, "seq") == NULL);
	CHECK_TEXT(u->readers, "GameNest CDA HUB");
	/* the same again is the same answer */
	CHECK(toc_value_eq(stage_answer(&s, 0, stage_post(&s, 0, grant, 1, m))->value, f->value));
	CHECK_INT(stage_published_count(&s, 0, "M4.send"), 0);
	stage_come_back(&s, 0);
	CHECK_INT(stage_recorded(&s, m, &seq), 1);
	CHECK_INT(stage_published_count(&s, 0, "M4.send"), 1);
	const struct stage_frame *p = stage_published(&s, 0, "M4.send");
	CHECK(toc_get_bool(p->value, "late"));
	CHECK(toc_str_eq(toc_get_text(toc_get(p->value, "decided"), "received"),
			 toc_get_text(toc_get(u->value, "decided"), "received")));
	CHECK_INT(journal_bytes(), empty);
	CHECK(stage_last(&s, 0, TOC_IPC_TIP)->up);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	/* and afterwards it is a message like any other */
	const struct toc_value *again = stage_send(&s, grant, m);
	CHECK_TEXT(toc_get_text(again, "op"), "accepted");
	CHECK_INT(toc_get_int(again, "seq", -1), seq);
	stage_end(&s);
}

/* Its records are recorded, and those that come behind them later are not taken for them. */
CASE(a_journal_that_cannot_be_cut_loses_nothing)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	char in_the_way[96];
	struct toc_value *m[3];
	snprintf(in_the_way, sizeof in_the_way, "%s/urgent.new", s.dir[0]);
	CHECK_INT(mkdir(in_the_way, 0700), 0);
	for (size_t i = 0; i < 3; i++) {
		if (i == 2)
			CHECK_INT(rmdir(in_the_way), 0);
		stage_go_away(&s, 0);
		m[i] = stage_threat(&s, "nightcourier7");
		CHECK_TEXT(toc_get_text(stage_answer(&s, 0, stage_post(&s, 0, grant, 1, m[i]))->value, "op"),
			   "journaled");
		CHECK(journal_bytes() > 34);
		stage_come_back(&s, 0);
		for (size_t k = 0; k <= i; k++)
			CHECK_INT(stage_recorded(&s, m[k], NULL), 1);
		CHECK((journal_bytes() == 34) == (i == 2));
	}
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(what_is_no_threat_is_refused_with_retry_after)
{
	stage_begin(&s);
	struct toc_str cell = stage_login(&s, "CELL", "controller");
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	stage_go_away(&s, 0);
	const struct stage_frame *f = stage_answer(
		&s, 0,
		stage_post(&s, 0, cell, 1,
			   stage_message(&s, "exercise", NULL, "{\"step\":\"clock\",\"action\":\"stop\"}")));
	CHECK_TEXT(toc_get_text(f->value, "code"), "database_away");
	CHECK(toc_get_int(f->value, "retry_after", 0) > 0);
	CHECK_INT(f->code, 503);
	/* a draft is in the lane of threats, and waits for the database all the same */
	f = stage_answer(
		&s, 0,
		stage_post(&s, 0, grant, 1,
			   stage_message(&s, "M4", NULL,
					 "{\"step\":\"draft\",\"aware_at\":\"2031-03-04T21:12:00Z\"}")));
	CHECK_TEXT(toc_get_text(f->value, "code"), "database_away");
	stage_come_back(&s, 0);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(a_case_goes_on_while_the_database_is_away)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	struct toc_str hub = stage_login(&s, "HUB", "duty officer");
	stage_go_away(&s, 0);
	const struct toc_value *sent = stage_send(&s, grant, stage_threat(&s, "nightcourier7"));
	struct toc_str case_ref = toc_arena_str(s.a, toc_get_text(sent, "case"));
	struct toc_value *ack = stage_message(&s, "M5", case_ref.p,
					      "{\"kind\":\"ack\",\"human_ack_by\":\"f100047a-2149-4fce-ac9a-"
					      "7bececf88767\",\"at\":\"2031-03-04T21:12:00Z\"}");
	struct toc_value *redirect =
		stage_message(&s, "M5", case_ref.p,
			      "{\"kind\":\"redirect\",\"human_ack_by\":\"f100047a-2149-4fce-ac9a-"
			      "7bececf88767\",\"at\":\"2031-03-04T21:12:00Z\","
			      "\"redirect_to\":\"AIRU\",\"redirect_ground\":\"place of offence likely\"}");
	CHECK_TEXT(toc_get_text(stage_send(&s, hub, ack), "op"), "journaled");
	/* what the redirect discloses is in the journal only, and is read from there */
	CHECK_TEXT(toc_get_text(stage_send(&s, hub, redirect), "op"), "journaled");
	const struct stage_frame *u = NULL;
	for (size_t i = 0; i < s.keeper[0].n; i++)
		if (s.keeper[0].frames[i].number == TOC_IPC_URGENT &&
		    toc_get_is(s.keeper[0].frames[i].value, "k", "M29.disclose") &&
		    toc_get_is(s.keeper[0].frames[i].value, "rendering", "whole"))
			u = &s.keeper[0].frames[i];
	CHECK(u && strstr(u->json.p, "nightcourier7"));
	stage_come_back(&s, 0);
	CHECK_INT(stage_recorded(&s, ack, NULL), 1);
	CHECK_INT(stage_recorded(&s, redirect, NULL), 1);
	CHECK(stage_published(&s, 0, "M29.disclose") != NULL);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(a_keeper_killed_while_away_has_it_in_the_journal)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	stage_go_away(&s, 0);
	struct toc_value *m = stage_threat(&s, "nightcourier7");
	CHECK_TEXT(toc_get_text(stage_send(&s, grant, m), "op"), "journaled");
	stage_stop(&s, 0); /* nothing is saved on the way out: the same as kill -9 */
	CHECK_INT(stage_recorded(&s, m, NULL), 0);
	stage_keeper(&s, 0);
	stage_wait_serving(&s, 0);
	CHECK_INT(stage_recorded(&s, m, NULL), 1);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

static void copy_file(const char *from, const char *to)
{
	char a[96], b[96], bytes[65536];
	snprintf(a, sizeof a, "%s/%s", s.dir[0], from);
	snprintf(b, sizeof b, "%s/%s", s.dir[0], to);
	int in = open(a, O_RDONLY), out = open(b, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t n = read(in, bytes, sizeof bytes);
	CHECK(n > 0 && write(out, bytes, (size_t)n) == n);
	close(in);
	close(out);
}

CASE(a_keeper_killed_between_append_and_cut_does_not_append_twice)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	stage_go_away(&s, 0);
	struct toc_value *m = stage_threat(&s, "nightcourier7");
	CHECK_TEXT(toc_get_text(stage_send(&s, grant, m), "op"), "journaled");
	copy_file("urgent", "urgent.damaged");
	stage_come_back(&s, 0);
	uint64_t size = stage_size(&s);
	stage_stop(&s, 0);
	copy_file("urgent.damaged", "urgent"); /* as if it had not been cut */
	stage_keeper(&s, 0);
	stage_wait_serving(&s, 0);
	CHECK_INT(stage_recorded(&s, m, NULL), 1);
	CHECK_INT(stage_size(&s), size);
	CHECK_INT(toc_journal_count(s.keeper[0].k->journal), 0);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(the_same_threat_sent_to_another_node_is_in_the_ledger_once)
{
	stage_begin(&s);
	stage_keeper(&s, 1);
	stage_wait_serving(&s, 1);
	struct toc_str g0 = stage_login_at(&s, 0, "GameNest", "night responder");
	struct toc_str g1 = stage_login_at(&s, 1, "GameNest", "night responder");
	stage_go_away(&s, 0); /* keeper 0 only */
	struct toc_value *m = stage_threat(&s, "nightcourier7");
	CHECK_TEXT(toc_get_text(stage_answer(&s, 0, stage_post(&s, 0, g0, 1, m))->value, "op"), "journaled");
	CHECK_TEXT(toc_get_text(stage_answer(&s, 1, stage_post(&s, 1, g1, 1, m))->value, "op"), "accepted");
	stage_come_back(&s, 0);
	stage_run(&s, 600);
	CHECK_INT(stage_recorded(&s, m, NULL), 1);
	CHECK_INT(stage_published_count(&s, 0, "M4.send"), 1);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_state(&s, 1)));
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(a_frozen_database_is_left_after_our_own_deadline)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	stage_fault(&s, 0, TOC_MEMORY_FROZEN);
	struct toc_value *m = stage_threat(&s, "nightcourier7");
	int64_t began = toc_clock_mono_us();
	const struct toc_value *a = stage_send(&s, grant, m);
	CHECK_TEXT(toc_get_text(a, "op"), "journaled");
	CHECK(toc_clock_mono_us() - began < 5000000); /* ours is 2 s; a busy machine has its own */
	stage_come_back(&s, 0);
	CHECK_INT(stage_recorded(&s, m, NULL), 1);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(paging_goes_on_while_the_database_is_away)
{
	stage_begin(&s);
	struct toc_str cell = stage_login(&s, "CELL", "controller");
	(
		void)stage_send(&s, cell,
				stage_message(&s, "exercise", NULL,
					      "{\"step\":\"clock\",\"action\":\"run\",\"rate_milli\":"
					      "1000000}")); /* five minutes in 0.3 s */
	(void)stage_send(&s, stage_login(&s, "GameNest", "night responder"),
			 stage_threat(&s, "nightcourier7"));
	stage_go_away(&s, 0);
	stage_run(&s, 500);
	CHECK(s.keeper[0].k->phase == TOC_AWAY);
	bool paged = false;
	for (size_t i = 0; i < s.keeper[0].n; i++)
		paged |= s.keeper[0].frames[i].number == TOC_IPC_URGENT &&
			 toc_get_is(s.keeper[0].frames[i].value, "k", "M19.escalation");
	CHECK(paged);
	stage_come_back(&s, 0);
	stage_run(&s, 100);
	CHECK(stage_published_count(&s, 0, "M19.escalation") > 0);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(without_a_database_a_keeper_starts_from_the_sealed_copy)
{
	stage_begin(&s);
	(void)stage_send(&s, stage_login(&s, "GameNest", "night responder"), stage_threat(&s, "first"));
	stage_run(&s, 10);
	stage_copy(&s, 0);
	stage_stop(&s, 0);
	stage_keeper(&s, 0);
	stage_fault(&s, 0, TOC_MEMORY_AWAY);
	s.keeper[0].k->start_us -= 60000000;
	stage_wait_serving(&s, 0);
	CHECK(s.keeper[0].k->phase == TOC_AWAY);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	CHECK(grant.n > 0);
	struct toc_value *m = stage_threat(&s, "second");
	CHECK_TEXT(toc_get_text(stage_send(&s, grant, m), "op"), "journaled");
	CHECK(toc_cases_bytes(s.keeper[0].k->cases) > 0);
	stage_come_back(&s, 0);
	CHECK_INT(stage_recorded(&s, m, NULL), 1);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(a_database_too_busy_for_the_rows_of_open_cases_keeps_no_keeper_from_serving)
{
	stage_begin(&s);
	(void)stage_send(&s, stage_login(&s, "GameNest", "night responder"), stage_threat(&s, "first"));
	stage_run(&s, 10);
	stage_copy(&s, 0);
	stage_stop(&s, 0);
	stage_keeper(&s, 0);
	stage_fault(&s, 0, TOC_MEMORY_BUSY);
	stage_wait_serving(&s, 0);
	CHECK(s.keeper[0].k->phase == TOC_READY);
	CHECK_INT(toc_cases_bytes(s.keeper[0].k->cases), 0);
	struct toc_value *m = stage_threat(&s, "second");
	CHECK_TEXT(toc_get_text(stage_send(&s, stage_login(&s, "GameNest", "night responder"), m), "op"), "accepted");
	stage_end(&s);
}

/* What was said in URGENT frames from frame `from` on, in order: id and JSON. */
static struct toc_str urgents(size_t from)
{
	struct toc_str all = TOC_STR("");
	for (size_t i = from; i < s.keeper[0].n; i++) {
		const struct stage_frame *f = &s.keeper[0].frames[i];
		if (f->number == TOC_IPC_URGENT)
			all = toc_arena_printf(s.a, "%.*s%.*s %.*s %.*s\n", TOC_STR_ARGS(all),
					       TOC_STR_ARGS(f->readers), TOC_STR_ARGS(f->json),
					       TOC_STR_ARGS(f->json2));
	}
	return all;
}

CASE(a_front_that_comes_while_away_is_told_the_journal_and_a_new_keeper_tells_it_the_same)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	stage_copy(&s, 0);
	stage_go_away(&s, 0);
	size_t began = s.keeper[0].n;
	const struct toc_value *sent = stage_send(&s, grant, stage_threat(&s, "first"));
	struct toc_str case_ref = toc_arena_str(s.a, toc_get_text(sent, "case"));
	struct toc_value *more =
		stage_message(&s, "M4", case_ref.p, "{\"step\":\"supplement\",\"explanation\":\"More of it.\"}");
	CHECK_TEXT(toc_get_text(stage_send(&s, grant, more), "op"), "journaled");
	struct toc_str first = urgents(began);
	CHECK(first.n > 0 && strstr(first.p, "M4.send") && strstr(first.p, "M4.supplement"));

	size_t again = s.keeper[0].n;
	toc_publish_catch_up(s.keeper[0].k, 0); /* what happens when a front comes */
	stage_run(&s, 20);
	CHECK(!stage_last(&s, 0, TOC_IPC_TIP)->up);
	CHECK_TEXT(urgents(again), first.p);

	stage_stop(&s, 0);
	stage_keeper(&s, 0);
	stage_fault(&s, 0, TOC_MEMORY_AWAY);
	s.keeper[0].k->start_us -= 60000000;
	stage_wait_serving(&s, 0);
	stage_run(&s, 20);
	CHECK(s.keeper[0].k->phase == TOC_AWAY);
	CHECK_TEXT(urgents(0), first.p);

	stage_come_back(&s, 0);
	size_t after = s.keeper[0].n;
	toc_publish_catch_up(s.keeper[0].k, 0);
	stage_run(&s, 20);
	CHECK(stage_last(&s, 0, TOC_IPC_TIP)->up);
	CHECK_INT(urgents(after).n, 0);
	stage_end(&s);
}

CASE(nothing_clear_is_on_disk)
{
	static const char *const files[] = { "urgent", "state" };
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	(void)stage_send(&s, grant, stage_threat(&s, "nightcourier6"));
	stage_copy(&s, 0);
	stage_go_away(&s, 0);
	(void)stage_send(&s, grant, stage_threat(&s, "nightcourier7"));
	for (int i = 0; i < 2; i++) {
		char path[96];
		static char bytes[1 << 22];
		snprintf(path, sizeof path, "%s/%s", s.dir[0], files[i]);
		int fd = open(path, O_RDONLY);
		CHECK(fd >= 0);
		ssize_t n = read(fd, bytes, sizeof bytes);
		CHECK(n > 100);
		CHECK(n > 0 && !memmem(bytes, (size_t)n, "nightcourier", 12) &&
		      !memmem(bytes, (size_t)n, "GameNest", 8));
		close(fd);
	}
	stage_end(&s);
}

RUN_CASES()
