/* The way back from the journal when it is barred: by the database, by another node, by another message. Nothing that was
 * answered `journaled` is lost, or holds up the rest. */
#include "check.h"
#include "stage.h"

#include "message/json.h"

#include <string.h>

static struct stage s;

static void go_away(void)
{
	stage_fault(&s, 0, TOC_MEMORY_AWAY);
	CHECK(stage_phase(&s, 0, TOC_AWAY));
}

static void come_back(void)
{
	stage_fault(&s, 0, TOC_MEMORY_WELL);
	CHECK(stage_phase(&s, 0, TOC_READY));
	stage_run(&s, 20);
}

static unsigned found_n;
static void on_found(void *ctx, struct toc_uuid eid, uint64_t seq)
{
	(void)ctx, (void)eid, (void)seq;
	found_n++;
}
static void on_done(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	(void)ctx, (void)size, (void)error;
	CHECK_INT(result, 0);
}
static unsigned count_in_ledger(const struct toc_value *message)
{
	struct toc_uuid id = toc_uuid_random();
	found_n = 0;
	CHECK_INT(toc_uuid_parse(toc_get_text(message, "id"), &id), 0);
	CHECK_INT(toc_store_find(s.base, &id, 1, TOC_SECONDS(2), on_found, on_done, NULL), 0);
	CHECK_INT(toc_store_wait(s.base, TOC_SECONDS(5)), 0);
	return found_n;
}

static struct toc_uuid id_of(const struct toc_value *m)
{
	struct toc_uuid id = { { 0 } };
	CHECK_INT(toc_uuid_parse(toc_get_text(m, "id"), &id), 0);
	return id;
}

static const char *say(unsigned i, struct toc_str grant, const struct toc_value *m)
{
	const struct stage_frame *f = stage_answer(&s, i, stage_post(&s, i, grant, 1, m));
	const char *op = f ? toc_arena_cstr(s.a, toc_get_text(f->value, "op")) : "nothing";
	return strcmp(op, "refused") ? op : toc_arena_cstr(s.a, toc_get_text(f->value, "code"));
}

/* How often a front was told it as urgent since frame `from`. */
static unsigned urgents(const struct toc_value *m, size_t from)
{
	struct toc_uuid id = id_of(m);
	unsigned n = 0;
	for (size_t i = from; i < s.keeper[0].n; i++)
		n += s.keeper[0].frames[i].number == TOC_IPC_URGENT && toc_uuid_eq(s.keeper[0].frames[i].id, id);
	return n;
}

static size_t refused(void)
{
	return toc_journal_count(s.keeper[0].k->refused);
}

static void again(void)
{
	stage_stop(&s, 0);
	stage_keeper(&s, 0);
	stage_wait_serving(&s, 0);
}

CASE(what_the_database_refuses_is_kept_told_and_tried_again)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	struct toc_value *m[3];

	go_away();
	for (size_t i = 0; i < 3; i++) {
		m[i] = stage_threat(&s, (const char *[]){ "first", "second", "third" }[i]);
		CHECK_TEXT(toc_str_of(say(0, grant, m[i])), "journaled");
	}
	toc_store_memory_refuse(s.base, id_of(m[1]));
	size_t from = s.keeper[0].n;
	come_back();
	CHECK_INT(count_in_ledger(m[0]), 1);
	CHECK_INT(count_in_ledger(m[1]), 0);
	CHECK_INT(count_in_ledger(m[2]), 1);
	CHECK_INT(refused(), 1);
	CHECK_INT(toc_journal_count(s.keeper[0].k->journal), 0);
	CHECK_INT(urgents(m[1], from), 1); /* its desks still have it from nowhere else */
	CHECK_INT(urgents(m[0], from), 0);
	/* everything else goes on, through another outage and another start */
	go_away();
	struct toc_value *later = stage_threat(&s, "fourth");
	CHECK_TEXT(toc_str_of(say(0, grant, later)), "journaled");
	come_back();
	CHECK_INT(count_in_ledger(later), 1);
	again();
	CHECK_INT(refused(), 1);
	CHECK_INT(count_in_ledger(m[1]), 0);
	/* the reason is gone, and it is recorded: once, late */
	toc_store_memory_refuse(s.base, (struct toc_uuid){ { 0 } });
	again();
	CHECK_INT(refused(), 0);
	CHECK_INT(count_in_ledger(m[1]), 1);
	again();
	CHECK_INT(count_in_ledger(m[1]), 1);
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

	go_away();
	for (size_t i = 0; i < n; i++) {
		m[i] = stage_threat(&s, toc_arena_printf(s.a, "many%zu", i).p);
		CHECK_TEXT(toc_str_of(say(0, grant, m[i])), "journaled");
	}
	CHECK(toc_journal_count(s.keeper[0].k->journal) == n);
	toc_store_memory_refuse(s.base, id_of(m[bad]));
	stage_fault(&s, 0, TOC_MEMORY_WELL);
	CHECK(stage_phase(&s, 0, TOC_RETURNING));
	int turns = 0;
	while (s.keeper[0].k->phase == TOC_RETURNING && turns++ < 1000)
		stage_run(&s, 0);
	CHECK(s.keeper[0].k->phase == TOC_READY);
	CHECK(turns < 200);
	CHECK_INT(refused(), 1);
	for (size_t i = 0; i < n; i++)
		CHECK_INT(count_in_ledger(m[i]), i != bad);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

/* The same rows would end at the same deadline for ever. */
CASE(a_database_too_busy_for_all_of_it_at_once_gets_it_in_parts)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	struct toc_value *m[24];

	go_away();
	for (size_t i = 0; i < 24; i++) {
		m[i] = stage_threat(&s, toc_arena_printf(s.a, "part%zu", i).p);
		CHECK_TEXT(toc_str_of(say(0, grant, m[i])), "journaled");
	}
	stage_fault(&s, 0, TOC_MEMORY_BUSY);
	for (int tries = 0; tries < 10 && !stage_phase(&s, 0, TOC_READY); tries++)
		continue;
	CHECK_INT(toc_journal_count(s.keeper[0].k->journal), 0);
	for (size_t i = 0; i < 24; i++)
		CHECK_INT(count_in_ledger(m[i]), 1);
	stage_end(&s);
}

CASE(an_id_that_another_organisation_has_used_meanwhile_hides_nothing)
{
	stage_begin(&s);
	stage_keeper(&s, 1);
	stage_wait_serving(&s, 1);
	struct toc_str g0 = stage_login_at(&s, 0, "GameNest", "night responder");
	struct toc_str g1 = stage_login_at(&s, 1, "Chirplet", "night responder");
	struct toc_value *m = stage_threat(&s, "hidden"), *other = stage_threat(&s, "decoy");

	toc_set_text(s.a, other, "id", toc_get_text(m, "id"));
	go_away(); /* keeper 0 only */
	CHECK_TEXT(toc_str_of(say(0, g0, m)), "journaled");
	CHECK_TEXT(toc_str_of(say(1, g1, other)), "accepted");
	come_back();
	CHECK_INT(refused(), 1);
	CHECK_INT(count_in_ledger(m), 1); /* the other one's */
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
	go_away();
	CHECK_TEXT(toc_str_of(say(0, g0, m)), "journaled");
	CHECK_TEXT(toc_str_of(say(1, g1, other)), "accepted");
	come_back();
	CHECK_INT(refused(), 1);
	again(); /* and it stays so: it is no other's now */
	CHECK_INT(refused(), 1);
	CHECK_INT(count_in_ledger(m), 1);
	stage_end(&s);
}

CASE(a_node_that_always_comes_second_takes_the_lock)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");

	go_away();
	struct toc_value *m = stage_threat(&s, "busy");
	CHECK_TEXT(toc_str_of(say(0, grant, m)), "journaled");
	stage_fault(&s, 0, TOC_MEMORY_RACED);
	CHECK(stage_phase(&s, 0, TOC_READY));
	CHECK_INT(count_in_ledger(m), 1);
	come_back();
	CHECK_TEXT(toc_str_of(say(0, grant, stage_threat(&s, "afterit"))), "accepted");
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
	CHECK_TEXT(toc_str_of(say(0, cell, m[0])), "accepted");
	stage_copy(&s, 0);
	stage_stop(&s, 0);
	stage_keeper(&s, 0);
	stage_fault(&s, 0, TOC_MEMORY_AWAY);
	s.keeper[0].k->start_us -= 60000000;
	stage_wait_serving(&s, 0);
	CHECK(s.keeper[0].k->phase == TOC_AWAY);
	come_back();
	cell = stage_login(&s, "CELL", "controller");
	CHECK_TEXT(toc_str_of(say(0, cell, m[1])), "accepted");
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
	CHECK_TEXT(toc_str_of(say(1, hub, stage_message(&s, "M5", case_ref.p, "{\"kind\":\"ack\",\"human_ack_by\":\"f100047a-2149-4fce-ac9a-"
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
		CHECK_TEXT(toc_str_of(say(0, grant, stage_message(&s, "M4", case_ref.p, body.p))), "accepted");
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

	go_away();
	CHECK_TEXT(toc_str_of(say(0, hub, redirect)), "limit");
	struct toc_value *m = stage_threat(&s, "besideit");
	CHECK_TEXT(toc_str_of(say(0, grant, m)), "journaled");
	come_back();
	CHECK_INT(count_in_ledger(m), 1);
	CHECK_INT(refused(), 0);
	/* with the database it goes, in parts */
	CHECK_TEXT(toc_str_of(say(0, hub, redirect)), "accepted");
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

	go_away();
	struct toc_value *m = redirect_of(case_ref);
	CHECK_TEXT(toc_str_of(say(0, hub, m)), "journaled");
	come_back();
	CHECK_INT(count_in_ledger(m), 1);
	CHECK_INT(refused(), 0);
	stage_settle(&s, 0);
	CHECK_INT(stage_published_count(&s, 0, "M29.disclose"), 3);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

RUN_CASES()
