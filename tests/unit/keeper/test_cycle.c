/* The keeper on a memory ledger: commands, answers, publishing, races. The front is the test itself. */
#include "check.h"
#include "stage.h"

#include "message/json.h"

#define HUB_OFFICER "f100047a-2149-4fce-ac9a-7bececf88767"

static struct stage s;

static void same_as_replay(void)
{
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
}

static struct toc_str case_of(const struct toc_value *answer)
{
	return toc_arena_str(s.a, toc_get_text(answer, "case"));
}

static bool none(void *ctx, struct toc_uuid case_ref)
{
	(void)ctx, (void)case_ref;
	return false;
}

CASE(an_empty_ledger_is_seeded_with_the_directory)
{
	stage_begin(&s);
	CHECK(s.keeper[0].k->announced);
	CHECK(stage_size(&s) > 100);
	same_as_replay();
	stage_end(&s);
}

CASE(a_second_start_reads_what_is_there_and_seeds_nothing)
{
	stage_begin(&s);
	uint64_t size = stage_size(&s);
	struct toc_str before = stage_state(&s, 0);
	stage_stop(&s, 0);
	stage_keeper(&s, 0);
	stage_wait_serving(&s, 0);
	CHECK(s.keeper[0].k->announced && !s.keeper[0].k->fatal);
	CHECK_INT(stage_size(&s), size);
	CHECK(toc_str_eq(stage_state(&s, 0), before));
	stage_end(&s);
}

CASE(a_threat_is_accepted_and_published_to_its_desks)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	CHECK(grant.n > 0);
	const struct toc_value *answer = stage_send(&s, grant, stage_threat(&s, "nightcourier7"));
	CHECK_TEXT(toc_get_text(answer, "op"), "accepted");
	CHECK_INT(toc_get_int(answer, "ref", -1), 7);
	CHECK_TEXT(toc_get_text(answer, "k"), "M4.send");
	CHECK_INT(toc_get_text(answer, "case").n, 36);
	CHECK(toc_len(toc_get(answer, "recipients")) >= 2);
	const struct stage_frame *f = stage_published(&s, 0, "M4.send");
	CHECK(f != NULL);
	CHECK_INT(f->seq, toc_get_int(answer, "seq", -1));
	CHECK_TEXT(f->readers, "GameNest CDA HUB");
	CHECK(strstr(f->json.p, "nightcourier7") != NULL);
	CHECK_TEXT(toc_get_text(f->value, "rendering"), "whole");
	CHECK_TEXT(toc_get_text(toc_get(f->value, "actor"), "channel"), "console");
	CHECK(toc_get(toc_get(f->value, "decided"), "dup_keys") == NULL);
	CHECK(toc_get(toc_get(f->value, "decided"), "digest") == NULL);
	same_as_replay();
	stage_end(&s);
}

CASE(nothing_personal_is_in_the_clear_part_of_a_row)
{
	stage_begin(&s);
	(void)stage_send(&s, stage_login(&s, "GameNest", "night responder"),
			 stage_threat(&s, "nightcourier7"));
	const void *cursor = NULL;
	const struct toc_row *row = NULL;
	struct toc_uuid eid, case_ref;
	CHECK(toc_cases_next(s.keeper[0].k->cases, &cursor, &eid, &case_ref, &row));
	CHECK(memmem(row->body.p, row->body.n, "nightcourier7", 13) == NULL);
	CHECK(memmem(row->leaf.p, row->leaf.n, "nightcourier7", 13) == NULL);
	CHECK(memmem(row->data_sealed.p, row->data_sealed.n, "nightcourier7", 13) == NULL);
	CHECK(memmem(row->body.p, row->body.n, "2d26513a", 8) != NULL); /* pseudonyms are not personal */
	CHECK(strstr(stage_state(&s, 0).p, "nightcourier7") == NULL);
	stage_end(&s);
}

CASE(a_refusal_changes_nothing_and_says_why)
{
	stage_begin(&s);
	struct toc_str hub = stage_login(&s, "HUB", "duty officer");
	struct toc_str before = stage_state(&s, 0);
	const struct toc_value *a = stage_send(&s, hub, stage_threat(&s, "x"));
	CHECK_TEXT(toc_get_text(a, "op"), "refused");
	CHECK_TEXT(toc_get_text(a, "code"), "not_permitted");
	CHECK(toc_get_text(a, "detail").n > 0);
	CHECK(toc_get_text(a, "advice").n > 0);
	struct toc_value *odd = stage_threat(&s, "x");
	toc_set_cstr(s.a, odd, "colour", "blue");
	a = stage_send(&s, stage_login(&s, "GameNest", "night responder"), odd);
	CHECK_TEXT(toc_get_text(a, "code"), "unknown_field");
	CHECK_TEXT(toc_get_text(a, "field"), "colour");
	struct toc_value *admit = stage_message(&s, "deadline", NULL, "{\"step\":\"passed\"}");
	a = stage_send(&s, hub, admit);
	CHECK_TEXT(toc_get_text(a, "code"), "not_permitted");
	CHECK(toc_str_eq(stage_state(&s, 0), before));
	same_as_replay();
	stage_end(&s);
}

CASE(a_case_that_is_not_yours_and_one_that_does_not_exist_are_one_answer)
{
	stage_begin(&s);
	const char *ack = "{\"kind\":\"ack\",\"human_ack_by\":\"12dce59c-5fcf-45f3-8669-eb43c443afb4\","
			  "\"at\":\"2031-03-04T21:12:00Z\"}";
	const struct toc_value *sent = stage_send(&s, stage_login(&s, "GameNest", "night responder"),
						  stage_threat(&s, "nightcourier7"));
	struct toc_str airu = stage_login(&s, "AIRU", "duty officer");
	const struct toc_value *other = stage_send(&s, airu, stage_message(&s, "M5", case_of(sent).p, ack));
	const struct toc_value *none =
		stage_send(&s, airu, stage_message(&s, "M5", "0b9f6c7e-0000-4000-8000-000000000001", ack));
	CHECK_TEXT(toc_get_text(other, "code"), "not_found");
	CHECK(toc_value_eq(other, none));
	stage_end(&s);
}

CASE(the_same_message_again_gets_the_same_answer_and_no_entry)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	struct toc_value *m = stage_threat(&s, "nightcourier7");
	const struct toc_value *first = stage_send(&s, grant, m);
	uint64_t size = stage_size(&s);
	const struct toc_value *again = stage_send(&s, grant, m);
	CHECK(toc_value_eq(first, again));
	CHECK_INT(stage_size(&s), size);
	/* also when it is no longer in the cache */
	toc_cases_keep(s.keeper[0].k->cases, none, NULL);
	again = stage_send(&s, grant, m);
	CHECK(toc_value_eq(first, again));
	/* and twice in one batch */
	struct toc_value *other = stage_threat(&s, "another");
	uint64_t x = stage_post(&s, 0, grant, 1, other), y = stage_post(&s, 0, grant, 1, other);
	CHECK(toc_value_eq(stage_answer(&s, 0, x)->value, stage_answer(&s, 0, y)->value));
	stage_end(&s);
}

CASE(the_same_id_with_other_content_is_refused)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	struct toc_value *m = stage_threat(&s, "nightcourier7"), *other = stage_threat(&s, "another");
	(void)stage_send(&s, grant, m);
	toc_set(s.a, other, "id", toc_get(m, "id"));
	const struct toc_value *a = stage_send(&s, grant, other);
	CHECK_TEXT(toc_get_text(a, "code"), "id_conflict");
	stage_end(&s);
}

CASE(a_command_sees_the_effect_of_the_one_before_it_in_the_batch)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	const struct toc_value *sent = stage_send(&s, grant, stage_threat(&s, "nightcourier7"));
	/* a supplement to a case, and its withdrawal, in one go: the withdrawal refers to what the batch did
	 */
	struct toc_value *sup =
		stage_message(&s, "M4", case_of(sent).p,
			      "{\"step\":\"supplement\",\"explanation\":\"More is known: a second post.\"}");
	struct toc_value *withdraw = stage_message(&s, "M4", case_of(sent).p,
						   "{\"step\":\"withdraw\",\"reason\":\"sent in error\"}");
	struct toc_value *late =
		stage_message(&s, "M4", case_of(sent).p,
			      "{\"step\":\"supplement\",\"explanation\":\"Even more is known.\"}");
	uint64_t a = stage_post(&s, 0, grant, 1, sup), b = stage_post(&s, 0, grant, 1, withdraw),
		 c = stage_post(&s, 0, grant, 1, late);
	const struct toc_value *va = stage_answer(&s, 0, a)->value, *vb = stage_answer(&s, 0, b)->value,
			       *vc = stage_answer(&s, 0, c)->value;
	CHECK_TEXT(toc_get_text(va, "op"), "accepted");
	CHECK_TEXT(toc_get_text(vb, "op"), "accepted");
	CHECK_TEXT(toc_get_text(vc, "op"), "refused");
	CHECK_TEXT(toc_get_text(vc, "code"), "state");
	same_as_replay();
	stage_end(&s);
}

CASE(prepare_says_who_would_get_it_and_enters_nothing)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	uint64_t size = stage_size(&s);
	const struct stage_frame *f =
		stage_answer(&s, 0, stage_post(&s, 0, grant, 2, stage_threat(&s, "nightcourier7")));
	CHECK_TEXT(toc_get_text(f->value, "op"), "prepared");
	CHECK_INT(f->code, 200);
	CHECK_INT(stage_size(&s), size);
	stage_end(&s);
}

CASE(a_disclosure_carries_what_it_discloses)
{
	stage_begin(&s);
	const struct toc_value *sent = stage_send(&s, stage_login(&s, "GameNest", "night responder"),
						  stage_threat(&s, "nightcourier7"));
	struct toc_value *redirect = stage_message(
		&s, "M5", case_of(sent).p,
		"{\"kind\":\"redirect\",\"human_ack_by\":\"" HUB_OFFICER "\",\"at\":\"2031-03-04T21:12:00Z\","
		"\"redirect_to\":\"AIRU\",\"redirect_ground\":\"place of offence likely\"}");
	toc_cases_keep(s.keeper[0].k->cases, none, NULL); /* the rows are no longer at hand: they are fetched */
	const struct toc_value *a = stage_send(&s, stage_login(&s, "HUB", "duty officer"), redirect);
	CHECK_TEXT(toc_get_text(a, "op"), "accepted");
	const struct stage_frame *f = stage_published(&s, 0, "M29.disclose");
	CHECK(f != NULL);
	if (f) {
		const struct toc_value *items = toc_get(f->value, "disclosed");
		CHECK(toc_len(items) >= 1);
		CHECK_TEXT(toc_get_text(toc_at(items, 0), "k"), "M4.send");
		CHECK_INT(toc_get_int(toc_at(items, 0), "seq", -1), toc_get_int(sent, "seq", -2));
		CHECK(strstr(toc_json_str(s.a, toc_at(items, 0)).p, "nightcourier7") != NULL);
	}
	same_as_replay();
	stage_end(&s);
}

/* ---- content signals ---- */

#define SHA256 "9c8506abf29ff0bb249797f36c77b97774ca5673d6177462c3dc63b9e5bedbcd"

/* An M1, M6 of its incident, …: without personal data, and to whom. */
static struct toc_value *about(const char *type, const char *incident, const char *audience, const char *body)
{
	struct toc_value *m = stage_message(&s, type, "", body), *list = toc_value_list(s.a), *pd = toc_value_map(s.a);

	toc_unset(m, "case_ref");
	if (*incident)
		toc_set_cstr(s.a, m, "incident_ref", incident);
	for (char *save, *copy = (char *)(uintptr_t)toc_arena_cstr(s.a, toc_str_of(audience)),
			 *org = strtok_r(copy, " ", &save);
	     org; org = strtok_r(NULL, " ", &save))
		toc_push_text(s.a, list, toc_str_of(org));
	toc_set(s.a, m, "audience", list);
	toc_set_cstr(s.a, pd, "level", "none");
	toc_set(s.a, pd, "categories", toc_value_list(s.a));
	toc_set(s.a, m, "personal_data", pd);
	return m;
}

CASE(a_released_proposal_comes_with_its_content_and_none_of_it_is_in_the_clear)
{
	stage_begin(&s);
	struct toc_str line = stage_login(&s, "SafeLine", "duty officer");
	const struct toc_value *report = stage_send(
		&s, line,
		about("M1", "", "HUB",
		      "{\"step\":\"report\",\"headline\":\"x\",\"event_time\":{\"from\":\"2031-03-04T21:12:00Z\","
		      "\"precision\":\"hours\"},\"ongoing\":\"unknown\",\"online_component\":[\"recording\"],"
		      "\"producer\":\"unknown\",\"criteria\":[{\"code\":\"real_world_event\",\"answer\":\"unknown\"},"
		      "{\"code\":\"harm_shown\",\"answer\":\"unknown\"},{\"code\":\"intimidation\",\"answer\":\"unknown\"},"
		      "{\"code\":\"terrorism_link\",\"answer\":\"unknown\"},{\"code\":\"virality\",\"answer\":\"unknown\"}],"
		      "\"victims_visible\":\"unknown\",\"minor_involved\":\"unknown\"}"));
	const char *incident = toc_arena_cstr(s.a, toc_get_text(report, "incident"));
	CHECK_TEXT(toc_get_text(report, "op"), "accepted");
	struct toc_value *proposal = about(
		"M6", incident, "",
		"{\"step\":\"propose\",\"items\":[{\"item_id\":\"01980000-0000-7000-8000-0000000000a1\",\"bank\":\"match\","
		"\"signal_kind\":\"hash\",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA256
		"\"}],\"producer\":\"unknown\",\"content_type\":\"video\",\"context_warning\":\"none\",\"graphic\":\"unknown\","
		"\"opinion\":\"positive\",\"reviewed_by_human\":true,\"suggested_action\":\"review\","
		"\"expires_at\":\"2031-06-04T21:12:00Z\"}");
	CHECK_TEXT(toc_get_text(stage_send(&s, line, proposal), "op"), "accepted");
	const struct stage_frame *f = stage_published(&s, 0, "M6.propose");
	CHECK(f != NULL);
	CHECK_TEXT(f ? f->readers : TOC_STR(""), "SafeLine HUB");
	toc_cases_keep(s.keeper[0].k->cases, none, NULL); /* the row is no longer at hand: it is fetched */
	const struct toc_value *released =
		stage_send(&s, stage_login(&s, "HUB", "lead"),
			   about("M6", incident, "Chirplet AIRU",
				 "{\"step\":\"scope\",\"scopes\":[{\"item_ref\":\"01980000-0000-7000-8000-0000000000a1\","
				 "\"action\":\"release\"}]}"));
	CHECK_TEXT(toc_get_text(released, "op"), "accepted");
	f = stage_published(&s, 0, "M6.scope");
	CHECK(f != NULL);
	if (f) {
		const struct toc_value *item = toc_at(toc_get(f->value, "disclosed"), 0);
		CHECK_TEXT(f->readers, "HUB Chirplet AIRU");
		CHECK_TEXT(toc_get_text(item, "k"), "M6.propose");
		CHECK_TEXT(toc_get_text(toc_at(toc_get(toc_get(toc_get(item, "message"), "body"), "items"), 0), "hash_value"),
			   SHA256);
		CHECK(strstr(f->json.p, "item_keys") == NULL);
	}
	CHECK(strstr(stage_state(&s, 0).p, SHA256) == NULL);
	same_as_replay();
	stage_end(&s);
}

CASE(two_keepers_on_one_ledger_lose_races_and_agree)
{
	stage_begin(&s);
	stage_keeper(&s, 1);
	stage_wait_serving(&s, 1);
	struct toc_str g0 = stage_login_at(&s, 0, "GameNest", "night responder");
	struct toc_str g1 = stage_login_at(&s, 1, "Chirplet", "night responder");
	uint64_t size = stage_size(&s);
	enum { N = 40 };
	uint64_t c0[N], c1[N];
	for (int i = 0; i < N; i++) { /* both keepers have something in flight all the time */
		char name[16];
		snprintf(name, sizeof name, "handle%d", i);
		c0[i] = stage_post(&s, 0, g0, 1, stage_threat(&s, name));
		c1[i] = stage_post(&s, 1, g1, 1, stage_threat_of_chirplet(&s, name));
		if (i % 4 == 0)
			stage_run(&s, 1);
	}
	for (int i = 0; i < N; i++) {
		CHECK_TEXT(toc_get_text(stage_answer(&s, 0, c0[i])->value, "op"), "accepted");
		CHECK_TEXT(toc_get_text(stage_answer(&s, 1, c1[i])->value, "op"), "accepted");
	}
	stage_run(&s, 1200); /* NOTIFY and poll */
	CHECK(stage_size(&s) >= size + 2 * N);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_state(&s, 1)));
	same_as_replay();
	/* each front saw each entry once, in order */
	for (unsigned i = 0; i < 2; i++) {
		uint64_t next = 0, n = 0;
		for (size_t f = 0; f < s.keeper[i].n; f++) {
			if (s.keeper[i].frames[f].number != TOC_IPC_PUBLISH)
				continue;
			CHECK(n == 0 || s.keeper[i].frames[f].seq == next);
			next = s.keeper[i].frames[f].seq + 1;
			n++;
		}
		CHECK_INT(next, stage_size(&s));
	}
	/* and the same bytes */
	CHECK_INT(stage_published_count(&s, 0, "M4.send"), 2 * N);
	CHECK(toc_str_eq(stage_published(&s, 0, "M4.send")->json, stage_published(&s, 1, "M4.send")->json));
	stage_end(&s);
}

CASE(a_lost_answer_is_found_in_the_ledger)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	uint64_t size = stage_size(&s);
	stage_fault(&s, 0, TOC_MEMORY_LOSE_ANSWER);
	const struct toc_value *a = stage_send(&s, grant, stage_threat(&s, "nightcourier7"));
	CHECK(a != NULL);
	CHECK(stage_phase(&s, 0, TOC_READY));
	stage_run(&s, 50);
	CHECK_INT(stage_published_count(&s, 0, "M4.send"), 1);
	CHECK_TEXT(toc_get_text(stage_published(&s, 0, "M4.send")->value, "id"),
		   toc_arena_cstr(s.a, toc_get_text(a, "id")));
	CHECK(stage_size(&s) >= size + 1);
	CHECK(stage_size(&s) <= size + 8);
	same_as_replay();
	stage_end(&s);
}

CASE(receipts_are_entries_once_and_at_once_for_a_threat)
{
	stage_begin(&s);
	const struct toc_value *sent = stage_send(&s, stage_login(&s, "GameNest", "night responder"),
						  stage_threat(&s, "nightcourier7"));
	struct toc_value *receipt = toc_value_map(s.a);
	toc_set(s.a, receipt, "seq", toc_get(sent, "seq"));
	toc_set_cstr(s.a, receipt, "state", "delivered");
	struct toc_str gateway = stage_login(&s, "CDA", "gateway");
	CHECK(gateway.n > 0);
	for (int i = 0; i < 3; i++)
		CHECK_INT(stage_answer(&s, 0, stage_post(&s, 0, gateway, 3, receipt))->code, 204);
	stage_run(&s, 20);
	CHECK_INT(stage_published_count(&s, 0, "M19.machine"), 1);
	CHECK_TEXT(toc_get_text(stage_published(&s, 0, "M19.machine")->value, "org"), "CDA");
	/* another's entry is not yours to receive */
	struct toc_str airu = stage_login(&s, "AIRU", "gateway");
	(void)stage_answer(&s, 0, stage_post(&s, 0, airu, 3, receipt));
	stage_run(&s, 20);
	CHECK_INT(stage_published_count(&s, 0, "M19.machine"), 1);
	toc_set_cstr(s.a, receipt, "state", "seen");
	CHECK_TEXT(toc_get_text(stage_answer(&s, 0, stage_post(&s, 0, gateway, 3, receipt))->value, "code"),
		   "bad_value");
	same_as_replay();
	stage_end(&s);
}

CASE(deadlines_fire_by_the_clock_of_the_exercise)
{
	stage_begin(&s);
	(void)stage_send(&s, stage_login(&s, "GameNest", "night responder"),
			 stage_threat(&s, "nightcourier7"));
	struct toc_str cell = stage_login(&s, "CELL", "controller");
	struct toc_value *jump = stage_message(&s, "exercise", NULL,
					       "{\"step\":\"clock\",\"action\":\"step\",\"by_ms\":330000}");
	const struct toc_value *a = stage_send(&s, cell, jump);
	CHECK_TEXT(toc_get_text(a, "op"), "accepted");
	stage_run(&s, 50);
	CHECK(stage_published_count(&s, 0, "M19.escalation") >=
	      2); /* CDA and HUB: five minutes without a person */
	same_as_replay();
	stage_end(&s);
}

CASE(a_deadline_that_the_database_refuses_stops_no_other)
{
	stage_begin(&s);
	struct toc_str game = stage_login(&s, "GameNest", "night responder"),
		       cell = stage_login(&s, "CELL", "controller");
	struct toc_keeper *k = s.keeper[0].k;
	struct toc_verdict v;
	(void)stage_send(&s, game, stage_threat(&s, "nightcourier7"));
	CHECK_TEXT(toc_get_text(stage_send(&s, cell,
					   stage_message(&s, "exercise", NULL,
							 "{\"step\":\"clock\",\"action\":\"run\","
							 "\"rate_milli\":1000}")),
				"op"),
		   "accepted");
	/* five minutes without a person: CDA's and the hub's timers; the first of the two cannot be entered */
	s.ahead = TOC_MINUTES(6);
	toc_due(k->world, toc_keeper_now(k), 1, s.a, &v);
	CHECK_INT(v.n, 1);
	toc_store_memory_refuse(s.base, v.drafts[0].eid);
	stage_run(&s, 50);
	CHECK(k->phase == TOC_READY);
	CHECK_INT(stage_published_count(&s, 0, "M19.escalation"), 1);
	game = stage_login(&s, "GameNest", "night responder"); /* grants are short-lived */
	CHECK_TEXT(toc_get_text(stage_send(&s, game, stage_threat(&s, "another")), "op"), "accepted");
	same_as_replay();
	/* half a minute later it is tried again: in vain, and then not */
	k->passed_over_us = toc_clock_mono_us();
	stage_run(&s, 50);
	CHECK_INT(stage_published_count(&s, 0, "M19.escalation"), 1);
	toc_store_memory_refuse(s.base, (struct toc_uuid){ { 0 } });
	k->passed_over_us = toc_clock_mono_us();
	stage_run(&s, 50);
	CHECK_INT(stage_published_count(&s, 0, "M19.escalation"), 2);
	CHECK(k->passed_over_us == 0);
	same_as_replay();
	stage_end(&s);
}

CASE(a_deadline_of_which_nothing_comes_stops_nothing)
{
	stage_begin(&s);
	struct toc_keeper *k = s.keeper[0].k;
	struct toc_uuid id = toc_uuid_random();
	struct toc_timer *t = toc_world_edit(k->world, TOC_OBJECT_timer, TOC_KEY(id), NULL);
	t->id = id;
	t->next = t->deadline = toc_keeper_now(k);
	toc_short_set(&t->name, TOC_STR("T17"));
	toc_world_schedule(k->world, t);
	k->one_by_one = 4; /* the database has refused something */
	struct toc_str game = stage_login(&s, "GameNest", "night responder");
	CHECK_TEXT(toc_get_text(stage_send(&s, game, stage_threat(&s, "nightcourier7")), "op"), "accepted");
	stage_run(&s, 20);
	CHECK(k->passed_over_us > 0 && toc_cycle_next_us(k) > toc_clock_mono_us() + 100000); /* and it rests meanwhile */
	stage_end(&s);
}

CASE(replay_is_the_live_state_at_every_commit)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	struct toc_str hub = stage_login(&s, "HUB", "duty officer"),
		       cell = stage_login(&s, "CELL", "controller");
	const struct toc_value *sent = stage_send(&s, grant, stage_threat(&s, "nightcourier7"));
	const char *c = case_of(sent).p;
	struct {
		struct toc_str who;
		struct toc_value *what;
	} steps[] = {
		{ hub, stage_message(&s, "M5", c,
				     "{\"kind\":\"ack\",\"human_ack_by\":\"" HUB_OFFICER
				     "\",\"at\":\"2031-03-04T21:12:00Z\"}") },
		{ cell, stage_message(&s, "exercise", NULL,
				      "{\"step\":\"clock\",\"action\":\"step\",\"by_ms\":400000}") },
		{ hub, stage_message(&s, "M5", c,
				     "{\"kind\":\"redirect\",\"human_ack_by\":\"" HUB_OFFICER
				     "\",\"at\":\"2031-03-04T21:12:00Z\",\"redirect_to\":\"AIRU\","
				     "\"redirect_ground\":\"place of offence likely\"}") },
		{ cell, stage_message(&s, "exercise", NULL,
				      "{\"step\":\"clock\",\"action\":\"step\",\"by_ms\":4000000}") },
		{ grant, stage_message(&s, "M4", c, "{\"step\":\"withdraw\",\"reason\":\"sent in error\"}") },
	};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		CHECK_TEXT(toc_get_text(stage_send(&s, steps[i].who, steps[i].what), "op"), "accepted");
		CHECK(s.keeper[0].k->phase == TOC_READY);
		same_as_replay();
		stage_run(&s, 5);
		same_as_replay();
	}
	stage_end(&s);
}

CASE(a_snapshot_and_the_tail_give_the_same_state_as_the_whole_ledger)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	(void)stage_send(&s, grant, stage_threat(&s, "first"));
	stage_run(&s, 10);
	stage_copy(&s, 0);
	CHECK_INT(s.keeper[0].k->saved_as_of, stage_size(&s));
	(void)stage_send(&s, grant, stage_threat(&s, "second"));
	stage_stop(&s, 0);
	stage_keeper(&s, 0);
	stage_wait_serving(&s, 0);
	CHECK(s.keeper[0].k->saved_as_of > 0); /* it did begin from the snapshot */
	same_as_replay();
	/* and has the rows of the open cases at hand */
	CHECK(toc_cases_bytes(s.keeper[0].k->cases) > 0);
	stage_end(&s);
}

RUN_CASES()
