/* Threats go into the journal, the database comes back, and the keeper starts anew: at each single step of it, one after the
 * other until one passes untouched, something befalls it (fate.h). Nothing that was answered `journaled` is lost, comes twice,
 * or is told to another desk. */
#include "check.h"
#include "fate.h"

#include "keeper/away.h"

#include <string.h>

static struct stage s;

enum { FIRST, BARRED, TAKEN, TWICE, MORE, ACK, MESSAGES };
static struct said {
	struct toc_value *m;
	struct toc_uuid id;
	struct toc_str grant;
	uint64_t conn;
	bool journaled, accepted;
} said[MESSAGES];

static unsigned counted_n;
static struct toc_uuid counted_id;
static void count_record(void *ctx, size_t index, struct toc_str bytes)
{
	struct toc_arena *a = toc_arena_new();
	const struct toc_value *entries, *own;
	struct toc_made m;
	(void)ctx, (void)index;
	if (toc_away_read(a, bytes, &entries, &own) == 0 && toc_made_load(own, &m) == 0)
		counted_n += toc_uuid_eq(m.opened.entry.eid, counted_id);
	toc_arena_free(a);
}
static unsigned in_file(struct toc_journal *j, struct toc_uuid id)
{
	counted_n = 0;
	counted_id = id;
	CHECK_INT(toc_journal_read(j, count_record, NULL, NULL), 0);
	return counted_n;
}

/* While the database is there: a case, and what another node has of it all meanwhile. @param both the other node is away,
 * too, and is told the same */
static void prepare(bool both)
{
	struct toc_str platform = stage_login(&s, "GameNest", "night responder"), hub = stage_login(&s, "HUB", "duty officer");
	struct toc_str there = stage_login_at(&s, 1, "GameNest", "night responder"), hub_there = stage_login_at(&s, 1, "HUB", "duty officer");
	struct toc_str other = stage_login_at(&s, 1, "Chirplet", "night responder");
	const struct toc_value *known = stage_send(&s, platform, stage_threat(&s, "known"));
	struct toc_str case_ref = toc_arena_str(s.a, toc_get_text(known, "case"));

	memset(said, 0, sizeof said);
	said[FIRST].m = stage_threat(&s, "first");
	said[BARRED].m = stage_threat(&s, "barred");
	said[TAKEN].m = stage_threat(&s, "taken");
	said[TWICE].m = stage_threat(&s, "twice");
	said[MORE].m = stage_message(&s, "M4", case_ref.p, "{\"step\":\"supplement\",\"explanation\":\"More of it.\"}");
	said[ACK].m = stage_message(&s, "M5", case_ref.p,
				    "{\"kind\":\"ack\",\"human_ack_by\":\"f100047a-2149-4fce-ac9a-7bececf88767\",\"at\":\"2031-03-04T21:12:00Z\"}");
	for (unsigned i = 0; i < MESSAGES; i++) {
		said[i].id = stage_id(said[i].m);
		said[i].grant = i == ACK ? hub : platform;
	}
	stage_settle(&s, 0);
	stage_go_away(&s, 0);
	struct toc_value *decoy = stage_threat_of_chirplet(&s, "decoy");
	toc_set_text(s.a, decoy, "id", toc_get_text(said[TAKEN].m, "id"));
	CHECK_TEXT(toc_str_of(stage_say(&s, 1, other, decoy)), "accepted");
	CHECK_TEXT(toc_str_of(stage_say(&s, 1, there, said[TWICE].m)), "accepted");
	toc_store_memory_refuse(s.base, said[BARRED].id);
	if (!both)
		return;
	stage_go_away(&s, 1);
	for (unsigned i = 0; i < MESSAGES; i++)
		if (i != TAKEN && i != TWICE)
			CHECK_TEXT(toc_str_of(stage_say(&s, 1, i == ACK ? hub_there : there, said[i].m)), "journaled");
}

/* What keeper 0 said of them until now, and whom it told. */
static void listen(void)
{
	const struct stage_keeper *k = &s.keeper[0];
	for (unsigned i = 0; i < MESSAGES; i++) {
		bool recorded = false;
		for (size_t f = 0; f < k->n; f++) {
			const struct stage_frame *x = &k->frames[f];
			if (x->number == TOC_IPC_ANSWER && x->conn == said[i].conn) {
				said[i].journaled |= toc_get_is(x->value, "op", "journaled");
				said[i].accepted |= toc_get_is(x->value, "op", "accepted");
			}
			if ((x->number != TOC_IPC_PUBLISH && x->number != TOC_IPC_URGENT) || !toc_uuid_eq(x->id, said[i].id))
				continue;
			bool decoy = strstr(x->json.p, "decoy") != NULL;
			CHECK_TEXT(x->readers, decoy ? "Chirplet CDA HUB" : "GameNest CDA HUB");
			if (x->number == TOC_IPC_URGENT)
				CHECK_TEXT(toc_get_text(x->value, "note"), "not yet recorded");
			CHECK(x->number == TOC_IPC_PUBLISH || !recorded || i == TAKEN);
			recorded |= x->number == TOC_IPC_PUBLISH;
		}
	}
}

static void wait_until(bool (*what)(void))
{
	int64_t until = toc_clock_mono_us() + 10000000;
	while (!what() && !fate_is_dead() && toc_clock_mono_us() < until)
		stage_run(&s, 0);
	if (!what() && !fate_is_dead()) {
		CHECK(!"it comes to an end");
		printf("  %s\n", fate_where());
	}
}
static bool all_answered(void)
{
	for (unsigned i = 0; i < MESSAGES; i++) {
		bool answered = false;
		for (size_t f = 0; f < s.keeper[0].n; f++)
			answered |= s.keeper[0].frames[f].number == TOC_IPC_ANSWER && s.keeper[0].frames[f].conn == said[i].conn;
		if (!answered)
			return false;
	}
	return true;
}
static bool is_back_at(unsigned i)
{
	struct toc_keeper *k = s.keeper[i].k;
	if (k->phase == TOC_AWAY || (k->phase == TOC_STARTING && fate_has_struck())) { /* again, perhaps: it is there now, and looked for at once */
		stage_fault(&s, i, TOC_MEMORY_WELL);
		k->retry_us = 0;
	}
	return k->phase == TOC_READY && k->announced;
}
static bool is_back(void)
{
	bool here = is_back_at(0), there = is_back_at(1);
	return here && there;
}

static void start_anew(unsigned i)
{
	listen();
	if (s.keeper[i].k)
		stage_stop(&s, i);
	stage_keeper(&s, i);
	wait_until(is_back);
}

/* Journal, return, and a start at which what was refused is tried again: with a fate on the way. @return whether it struck */
static bool once(enum fate_kind kind, bool both, unsigned n)
{
	s.keeper[0].n = s.keeper[1].n = 0;
	prepare(both);
	fate_arm(&s, 0, kind, n);
	for (unsigned i = 0; i < MESSAGES; i++)
		said[i].conn = stage_post(&s, 0, said[i].grant, 1, said[i].m);
	wait_until(all_answered);
	if (!fate_is_dead())
		wait_until(is_back);
	if (!fate_is_dead()) {
		toc_store_memory_refuse(s.base, (struct toc_uuid){ { 0 } });
		start_anew(0);
	}
	bool struck = fate_has_struck();
	listen();
	fate_lift();
	toc_store_memory_refuse(s.base, (struct toc_uuid){ { 0 } });
	start_anew(0);
	if (both)
		start_anew(1);
	stage_settle(&s, 0);
	listen();
	for (unsigned i = 0; i < MESSAGES; i++) {
		unsigned kept = in_file(s.keeper[0].k->refused, said[i].id), recorded = stage_recorded(&s, said[i].m, NULL);
		for (unsigned k = 0; k < 2; k++)
			CHECK_INT(in_file(s.keeper[k].k->journal, said[i].id), 0);
		CHECK_INT(in_file(s.keeper[1].k->refused, said[i].id), 0);
		CHECK(!said[i].accepted || recorded == 1);
		if (i == TAKEN)
			CHECK(recorded == 1 && (said[i].journaled ? kept == 1 : kept <= 1));
		else
			CHECK(kept == 0 && (said[i].journaled || both ? recorded == 1 : recorded <= 1));
	}
	return struck;
}

#define STEPS_A_STAGE 4 /* with a ledger that grows each start takes longer */

static void begin(void)
{
	stage_begin(&s);
	toc_log_init("test", 0); /* much is said of what befalls it */
	s.seed = NULL;
	stage_keeper(&s, 1);
	stage_wait_serving(&s, 1);
}

static void end(void)
{
	stage_run(&s, 1);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

/* @param least there are more steps than that, or it was not all of them */
static void each_step(enum fate_kind kind, bool both, unsigned least)
{
	unsigned n = 0, bad = check_bad;

	begin();
	while (once(kind, both, ++n)) {
		if (check_bad != bad)
			printf("  … at step %u: %s\n", n, fate_where());
		bad = check_bad;
		if (n % STEPS_A_STAGE == 0) {
			end();
			begin();
		}
	}
	printf("  %u steps\n", n - 1);
	CHECK(n > least);
	end();
}

CASE(whose_keeper_dies_before_a_step) { each_step(FATE_DIES, false, 80); }
CASE(whose_keeper_dies_when_half_of_it_is_written) { each_step(FATE_DIES_TORN, false, 15); }
CASE(whose_machine_loses_its_power) { each_step(FATE_POWER_CUT, false, 50); }
CASE(whose_disk_is_full_from_a_step_on) { each_step(FATE_DISK_FULL, false, 15); }
CASE(whose_disk_fails_once) { each_step(FATE_DISK_FAILS, false, 25); }
CASE(whose_database_goes_away_again) { each_step(FATE_AWAY, false, 15); }
CASE(whose_database_freezes) { each_step(FATE_FROZEN, false, 15); }
CASE(whose_database_does_it_and_is_not_heard) { each_step(FATE_UNHEARD, false, 15); }
CASE(whose_clock_is_set_five_hours_on) { each_step(FATE_CLOCK_ON, false, 30); }
CASE(whose_clock_is_set_five_hours_back) { each_step(FATE_CLOCK_BACK, false, 30); }
CASE(whose_keeper_dies_while_another_node_brings_the_same) { each_step(FATE_DIES, true, 80); }
CASE(whose_database_is_not_heard_while_another_node_brings_the_same) { each_step(FATE_UNHEARD, true, 15); }

RUN_CASES()
