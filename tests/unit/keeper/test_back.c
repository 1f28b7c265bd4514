/* The way back from the journal when it is barred: by the database, by another node, by another message. Nothing that was
 * answered `journaled` is lost, or holds up the rest. */
#include "check.h"
#include "stage.h"

#include "keeper/away.h"
#include "message/json.h"

#include <string.h>

static struct stage s;

/* How often a front was told it as urgent since frame `from`. */
static unsigned urgents(const struct toc_value *m, size_t from)
{
	struct toc_uuid id = stage_id(m);
	unsigned n = 0;
	for (size_t i = from; i < s.keeper[0].n; i++)
		n += s.keeper[0].frames[i].number == TOC_IPC_URGENT && toc_uuid_eq(s.keeper[0].frames[i].id, id);
	return n;
}

static size_t refused(void)
{
	return toc_refused_count(s.keeper[0].k);
}

CASE(what_the_database_refuses_is_kept_told_and_tried_again)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	struct toc_value *m[3];

	stage_go_away(&s, 0);
	for (size_t i = 0; i < 3; i++) {
		m[i] = stage_threat(&s, (const char *[]){ "first", "second", "third" }[i]);
		CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, m[i])), "journaled");
	}
	toc_store_memory_refuse(s.base, stage_id(m[1]));
	size_t from = s.keeper[0].n;
	stage_come_back(&s, 0);
	CHECK_INT(stage_recorded(&s, m[0], NULL), 1);
	CHECK_INT(stage_recorded(&s, m[1], NULL), 0);
	CHECK_INT(stage_recorded(&s, m[2], NULL), 1);
	CHECK_INT(refused(), 1);
	CHECK_INT(toc_journal_count(s.keeper[0].k->journal), 0);
	CHECK_INT(urgents(m[1], from), 1); /* its desks still have it from nowhere else */
	CHECK_INT(urgents(m[0], from), 0);
	/* everything else goes on, through another outage and another start */
	stage_go_away(&s, 0);
	struct toc_value *later = stage_threat(&s, "fourth");
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, later)), "journaled");
	stage_come_back(&s, 0);
	CHECK_INT(stage_recorded(&s, later, NULL), 1);
	stage_start_anew(&s, 0);
	CHECK_INT(refused(), 1);
	CHECK_INT(stage_recorded(&s, m[1], NULL), 0);
	/* the reason is gone, and it is recorded: once, late */
	toc_store_memory_refuse(s.base, (struct toc_uuid){ { 0 } });
	stage_start_anew(&s, 0);
	CHECK_INT(refused(), 0);
	CHECK_INT(stage_recorded(&s, m[1], NULL), 1);
	stage_start_anew(&s, 0);
	CHECK_INT(stage_recorded(&s, m[1], NULL), 1);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

/* Who sends a threat meanwhile waits: it is found by halving, not by trying each alone. */
CASE(one_that_is_refused_among_many_costs_little)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	struct toc_value *m[400];
	const size_t bad = 123, n = sizeof m / sizeof *m;

	stage_go_away(&s, 0);
	for (size_t i = 0; i < n; i++) {
		m[i] = stage_threat(&s, toc_arena_printf(s.a, "many%zu", i).p);
		CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, m[i])), "journaled");
	}
	CHECK(toc_journal_count(s.keeper[0].k->journal) == n);
	toc_store_memory_refuse(s.base, stage_id(m[bad]));
	stage_fault(&s, 0, TOC_MEMORY_WELL);
	CHECK(stage_phase(&s, 0, TOC_RETURNING));
	int turns = 0;
	while (s.keeper[0].k->phase == TOC_RETURNING && turns++ < 1000)
		stage_run(&s, 0);
	CHECK(s.keeper[0].k->phase == TOC_READY);
	CHECK(turns < 200);
	CHECK_INT(refused(), 1);
	for (size_t i = 0; i < n; i++)
		CHECK_INT(stage_recorded(&s, m[i], NULL), i != bad);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

/* The same rows would end at the same deadline for ever. */
CASE(a_database_too_busy_for_all_of_it_at_once_gets_it_in_parts)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	struct toc_value *m[24];

	stage_go_away(&s, 0);
	for (size_t i = 0; i < 24; i++) {
		m[i] = stage_threat(&s, toc_arena_printf(s.a, "part%zu", i).p);
		CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, m[i])), "journaled");
	}
	stage_fault(&s, 0, TOC_MEMORY_BUSY);
	for (int tries = 0; tries < 10 && !stage_phase(&s, 0, TOC_READY); tries++)
		continue;
	CHECK_INT(toc_journal_count(s.keeper[0].k->journal), 0);
	for (size_t i = 0; i < 24; i++)
		CHECK_INT(stage_recorded(&s, m[i], NULL), 1);
	stage_end(&s);
}

CASE(an_id_that_another_organisation_has_used_meanwhile_hides_nothing)
{
	stage_begin(&s);
	stage_keeper(&s, 1);
	stage_wait_serving(&s, 1);
	struct toc_str g0 = stage_login_at(&s, 0, "GameNest", "night responder");
	struct toc_str g1 = stage_login_at(&s, 1, "Chirplet", "night responder");
	struct toc_value *m = stage_threat(&s, "hidden"), *other = stage_threat_of_chirplet(&s, "decoy");

	toc_set_text(s.a, other, "id", toc_get_text(m, "id"));
	stage_go_away(&s, 0); /* keeper 0 only */
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, g0, m)), "journaled");
	CHECK_TEXT(toc_str_of(stage_say(&s, 1, g1, other)), "accepted");
	stage_come_back(&s, 0);
	CHECK_INT(refused(), 1);
	CHECK_INT(stage_recorded(&s, m, NULL), 1); /* the other one's */
	stage_run(&s, 600);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_state(&s, 1)));
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(other_words_under_the_same_id_at_another_node_hide_nothing)
{
	stage_begin(&s);
	stage_keeper(&s, 1);
	stage_wait_serving(&s, 1);
	struct toc_str g0 = stage_login_at(&s, 0, "GameNest", "night responder");
	struct toc_str g1 = stage_login_at(&s, 1, "GameNest", "night responder");
	struct toc_value *m = stage_threat(&s, "asfirstsaid"), *other = stage_threat(&s, "assaidthen");

	toc_set_text(s.a, other, "id", toc_get_text(m, "id"));
	stage_go_away(&s, 0);
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, g0, m)), "journaled");
	CHECK_TEXT(toc_str_of(stage_say(&s, 1, g1, other)), "accepted");
	stage_come_back(&s, 0);
	CHECK_INT(refused(), 1);
	stage_start_anew(&s, 0); /* and it stays so: it is no other's now */
	CHECK_INT(refused(), 1);
	CHECK_INT(stage_recorded(&s, m, NULL), 1);
	stage_end(&s);
}

CASE(a_node_that_always_comes_second_takes_the_lock)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");

	stage_go_away(&s, 0);
	struct toc_value *m = stage_threat(&s, "busy");
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, m)), "journaled");
	stage_fault(&s, 0, TOC_MEMORY_RACED);
	CHECK(stage_phase(&s, 0, TOC_READY));
	CHECK_INT(stage_recorded(&s, m, NULL), 1);
	stage_come_back(&s, 0);
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, stage_threat(&s, "afterit"))), "accepted");
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

/* The copy on disk has the seal keys of open cases alone; a second key for what has one would be refused for ever. */
CASE(after_a_start_without_a_database_everything_has_the_key_that_it_had)
{
	stage_begin(&s);
	struct toc_str cell = stage_login(&s, "CELL", "controller");
	struct toc_value *m[2];

	for (size_t i = 0; i < 2; i++)
		m[i] = stage_message(&s, "exercise", NULL, "{\"step\":\"clock\",\"action\":\"step\",\"by_ms\":60000}");
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, cell, m[0])), "accepted");
	stage_copy(&s, 0);
	stage_stop(&s, 0);
	stage_keeper(&s, 0);
	stage_fault(&s, 0, TOC_MEMORY_AWAY);
	s.keeper[0].k->start_us -= 60000000;
	stage_wait_serving(&s, 0);
	CHECK(s.keeper[0].k->phase == TOC_AWAY);
	stage_come_back(&s, 0);
	cell = stage_login(&s, "CELL", "controller");
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, cell, m[1])), "accepted");
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

/* Between reading the keys and reading the ledger another node has made one. */
CASE(a_key_that_was_made_while_this_node_started_is_known_to_it)
{
	stage_begin(&s);
	struct toc_str g0 = stage_login(&s, "GameNest", "night responder");

	stage_keeper(&s, 1);
	for (int i = 0; i < 1000 && !s.keeper[1].k->tail.busy; i++)
		stage_run(&s, 0);
	CHECK(s.keeper[1].k->tail.busy && s.keeper[1].k->phase == TOC_STARTING);
	stage_fault(&s, 1, TOC_MEMORY_FROZEN);
	const struct toc_value *sent = stage_send(&s, g0, stage_threat(&s, "meanwhile"));
	struct toc_str case_ref = toc_arena_str(s.a, toc_get_text(sent, "case"));
	stage_fault(&s, 1, TOC_MEMORY_WELL);
	stage_wait_serving(&s, 1);
	struct toc_str hub = stage_login_at(&s, 1, "HUB", "duty officer");
	CHECK_TEXT(toc_str_of(stage_say(&s, 1, hub, stage_message(&s, "M5", case_ref.p, "{\"kind\":\"ack\",\"human_ack_by\":\"f100047a-2149-4fce-ac9a-"
									      "7bececf88767\",\"at\":\"2031-03-04T21:12:00Z\"}"))),
		   "accepted");
	stage_end(&s);
}

/* A case with so many large supplements. */
static struct toc_str wordy(struct toc_str grant, int n)
{
	const struct toc_value *sent = stage_send(&s, grant, stage_threat(&s, "wordy"));
	struct toc_str case_ref = toc_arena_str(s.a, toc_get_text(sent, "case"));
	char words[2001];
	memset(words, 'a', 2000);
	words[2000] = 0;
	struct toc_str body = TOC_STR("{\"step\":\"supplement\",\"explanation\":\"More.\",\"content\":[");
	for (int i = 0; i < 26; i++)
		body = toc_arena_printf(s.a, "%.*s%s{\"url\":\"https://gamenest.example/w/%d\",\"type\":\"post\",\"text_excerpt\":\"%s\"}",
					TOC_STR_ARGS(body), i ? "," : "", i, words);
	body = toc_arena_printf(s.a, "%.*s]}", TOC_STR_ARGS(body));
	for (int i = 0; i < n; i++)
		CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, stage_message(&s, "M4", case_ref.p, body.p))), "accepted");
	return case_ref;
}

static struct toc_value *redirect_of(struct toc_str case_ref)
{
	return stage_message(&s, "M5", case_ref.p,
			     "{\"kind\":\"redirect\",\"human_ack_by\":\"f100047a-2149-4fce-ac9a-"
			     "7bececf88767\",\"at\":\"2031-03-04T21:12:00Z\","
			     "\"redirect_to\":\"AIRU\",\"redirect_ground\":\"place of offence likely\"}");
}

/* It could never be recorded. */
CASE(what_fits_into_no_record_is_not_journaled)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder"), hub = stage_login(&s, "HUB", "duty officer");
	struct toc_value *redirect = redirect_of(wordy(grant, 44));

	stage_go_away(&s, 0);
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, hub, redirect)), "limit");
	struct toc_value *m = stage_threat(&s, "besideit");
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, m)), "journaled");
	stage_come_back(&s, 0);
	CHECK_INT(stage_recorded(&s, m, NULL), 1);
	CHECK_INT(refused(), 0);
	/* with the database it goes, in parts */
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, hub, redirect)), "accepted");
	stage_settle(&s, 0);
	CHECK_INT(stage_published_count(&s, 0, "M29.disclose"), 4);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

/* A case of many words went to nobody else, and its deadlines called nobody else, for what they disclose was too much. */
CASE(a_case_of_many_words_is_passed_on_in_parts)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder"), hub = stage_login(&s, "HUB", "duty officer");
	struct toc_str case_ref = wordy(grant, 24);

	stage_go_away(&s, 0);
	struct toc_value *m = redirect_of(case_ref);
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, hub, m)), "journaled");
	stage_come_back(&s, 0);
	CHECK_INT(stage_recorded(&s, m, NULL), 1);
	CHECK_INT(refused(), 0);
	stage_settle(&s, 0);
	CHECK_INT(stage_published_count(&s, 0, "M29.disclose"), 3);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

/* Refused once for a reason that is gone since, and journaled again under the same id with other words: neither is lost. */
CASE(two_that_come_back_under_one_id_hide_nothing)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	struct toc_value *m = stage_threat(&s, "asfirstsaid"), *other = stage_threat(&s, "assaidthen");

	toc_set_text(s.a, other, "id", toc_get_text(m, "id"));
	toc_store_memory_refuse(s.base, stage_id(m));
	for (unsigned i = 0; i < 2; i++) {
		stage_go_away(&s, 0);
		CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, i ? other : m)), "journaled");
		stage_come_back(&s, 0);
		CHECK_INT(refused(), i + 1);
	}
	toc_store_memory_refuse(s.base, (struct toc_uuid){ { 0 } });
	stage_start_anew(&s, 0);
	CHECK_INT(stage_recorded(&s, m, NULL), 1);
	CHECK_INT(refused(), 1); /* the other words */
	stage_end(&s);
}

static struct toc_str readers_of_last(const struct toc_value *m)
{
	struct toc_uuid id = stage_id(m);
	for (size_t i = s.keeper[0].n; i-- > 0;)
		if (s.keeper[0].frames[i].number == TOC_IPC_URGENT && toc_uuid_eq(s.keeper[0].frames[i].id, id))
			return s.keeper[0].frames[i].readers;
	return TOC_STR("nobody");
}

/* It has no entry that could be recalled: what takes its case takes it, at once, and from who comes later. */
CASE(what_is_kept_is_told_to_those_alone_who_may_still_read_it)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	const struct toc_value *sent = stage_send(&s, grant, stage_threat(&s, "known"));
	struct toc_str case_ref = toc_arena_str(s.a, toc_get_text(sent, "case")), notice = toc_arena_str(s.a, toc_get_text(sent, "id"));

	stage_go_away(&s, 0);
	struct toc_value *more = stage_message(&s, "M4", case_ref.p, "{\"step\":\"supplement\",\"explanation\":\"More of it.\"}");
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, more)), "journaled");
	toc_store_memory_refuse(s.base, stage_id(more));
	stage_come_back(&s, 0);
	CHECK_INT(refused(), 1);
	CHECK_TEXT(readers_of_last(more), "GameNest CDA HUB");
	struct toc_str recall = toc_arena_printf(s.a, "{\"step\":\"recall\",\"message_ref\":\"%.*s\",\"kind\":\"sent_to_wrong_audience\",\"from\":[\"CDA\"],"
						      "\"instruction\":\"delete\",\"reason\":\"It was not theirs.\"}", TOC_STR_ARGS(notice));
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, stage_message(&s, "M25", case_ref.p, recall.p))), "accepted");
	stage_settle(&s, 0);
	CHECK_TEXT(readers_of_last(more), "GameNest HUB");
	stage_start_anew(&s, 0);
	CHECK_TEXT(readers_of_last(more), "GameNest HUB");
	stage_end(&s);
}

CASE(what_could_be_put_nowhere_is_tried_again_by_itself)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	struct toc_value *m = stage_threat(&s, "stuck");

	stage_go_away(&s, 0);
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, m)), "journaled");
	toc_store_memory_refuse(s.base, stage_id(m));
	toc_journal_limit(s.keeper[0].k->refused, 0); /* as on a full disk */
	stage_come_back(&s, 0);
	CHECK_INT(refused(), 0);
	CHECK_INT(toc_journal_count(s.keeper[0].k->journal), 1);
	toc_journal_limit(s.keeper[0].k->refused, TOC_JOURNAL_BYTES_MAX);
	CHECK(s.keeper[0].k->away->again_us > toc_clock_mono_us());
	s.keeper[0].k->away->again_us = 1; /* the half minute is over */
	for (int i = 0; i < 5000 && !refused(); i++)
		stage_run(&s, 1);
	stage_settle(&s, 0);
	CHECK_INT(refused(), 1);
	CHECK_INT(toc_journal_count(s.keeper[0].k->journal), 0);
	CHECK_INT(s.keeper[0].k->away->again_us, 0);
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, stage_threat(&s, "afterit"))), "accepted");
	stage_end(&s);
}

static const struct toc_timer *storage_review(unsigned i)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_timer *t;
	while ((t = toc_world_next(s.keeper[i].k->world, TOC_OBJECT_timer, &cursor)))
		if (toc_short_is(&t->name, TOC_STR("T30")))
			return t;
	return NULL;
}

/* Two nodes that do not hear of each other begin the same month (T30). */
CASE(of_two_beginnings_of_a_month_the_first_counts_whichever_is_entered_first)
{
	for (unsigned earlier = 0; earlier < 2; earlier++) {
		stage_begin(&s);
		stage_keeper(&s, 1);
		stage_wait_serving(&s, 1);
		struct toc_str cell = stage_login(&s, "CELL", "controller"), grant[2];
		CHECK_TEXT(toc_str_of(stage_say(&s, 0, cell, stage_message(&s, "exercise", NULL, "{\"step\":\"clock\",\"action\":\"run\",\"rate_milli\":1000}"))), "accepted");
		stage_run(&s, 600);
		for (unsigned i = 0; i < 2; i++) {
			grant[i] = stage_login_at(&s, i, "GameNest", "night responder");
			stage_go_away(&s, i);
		}
		for (unsigned i = 0; i < 2; i++) {
			unsigned node = i == 0 ? earlier : !earlier;
			CHECK_TEXT(toc_str_of(stage_say(&s, node, grant[node], stage_threat(&s, i ? "later" : "earlier"))), "journaled");
			s.ahead.us += TOC_SECONDS(60).us;
		}
		stage_come_back(&s, 0); /* is entered first */
		toc_time of_0 = storage_review(0)->starts;
		stage_come_back(&s, 1);
		for (int i = 0; i < 1000 && toc_world_size(s.keeper[0].k->world) < toc_world_size(s.keeper[1].k->world); i++)
			stage_run(&s, 2);
		CHECK(storage_review(0)->starts.us == storage_review(1)->starts.us);
		CHECK(earlier == 0 ? storage_review(0)->starts.us == of_0.us : storage_review(0)->starts.us + TOC_SECONDS(59).us <= of_0.us);
		CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
		stage_end(&s);
	}
}

RUN_CASES()
