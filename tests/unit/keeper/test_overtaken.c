/* The end of the ledger is lost (a standby is promoted too early, an older dump is restored) and others write on. Whoever knows
 * the entries that are gone, by memory or by a copy of the state, must not take the new ones for what followed them. */
#include "check.h"
#include "stage.h"

static struct stage s;

static void threats(unsigned i, const char *who, unsigned n)
{
	struct toc_str grant = stage_login_at(&s, i, "GameNest", "night responder");
	char handle[32];

	while (n--) {
		snprintf(handle, sizeof handle, "%s%u", who, n);
		CHECK_TEXT(toc_str_of(stage_say(&s, i, grant, stage_threat(&s, handle))), "accepted");
	}
}

/* The first node's last entries are going to be lost. @return how many entries are not */
static uint64_t begin(unsigned lost)
{
	stage_begin(&s);
	threats(0, "first", 1);
	uint64_t kept = stage_size(&s);
	threats(0, "lost", lost);
	return kept;
}

/* … and the second one writes on. */
static void overtake(uint64_t kept, unsigned n)
{
	toc_store_memory_cut(s.base, kept);
	stage_keeper(&s, 1);
	stage_wait_serving(&s, 1);
	threats(1, "new", n);
	CHECK(toc_str_eq(stage_state(&s, 1), stage_replay(&s)));
}

CASE(a_copy_of_the_state_in_the_database_whose_entries_are_gone_is_not_believed)
{
	uint64_t kept = begin(2);
	stage_copy(&s, 0);
	stage_stop(&s, 0);
	overtake(kept, 6);
	stage_start_anew(&s, 0);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	CHECK_INT(s.keeper[0].k->saved_as_of, 0); /* nothing of it is left */
	/* and the next copy, of the same size perhaps, is one */
	stage_copy(&s, 0);
	stage_start_anew(&s, 0);
	CHECK(s.keeper[0].k->saved_as_of > 0);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(a_copy_of_the_same_size_as_the_new_ledger_is_replaced_by_the_next_one)
{
	uint64_t kept = begin(1);
	stage_copy(&s, 0);
	stage_stop(&s, 0);
	overtake(kept, 1);
	stage_copy(&s, 1);
	CHECK_INT(s.keeper[1].k->saved_as_of, stage_size(&s));
	stage_start_anew(&s, 0);
	CHECK_INT(s.keeper[0].k->saved_as_of, stage_size(&s));
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(a_node_that_was_away_while_the_end_was_lost_does_not_go_on_from_it)
{
	uint64_t kept = begin(2);
	stage_go_away(&s, 0);
	overtake(kept, 6);
	stage_fault(&s, 0, TOC_MEMORY_WELL);
	(void)stage_phase(&s, 0, TOC_READY);
	CHECK(s.keeper[0].k->fatal); /* it begins again, from the ledger as it is */
	stage_start_anew(&s, 0);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(a_node_that_started_from_the_copy_on_disk_does_not_go_on_from_it_and_keeps_its_journal)
{
	uint64_t kept = begin(2);
	stage_copy(&s, 0);
	stage_stop(&s, 0);
	overtake(kept, 6);
	stage_keeper(&s, 0);
	stage_fault(&s, 0, TOC_MEMORY_AWAY);
	int64_t until = toc_clock_mono_us() + 20000000;
	while (s.keeper[0].k->phase != TOC_AWAY && toc_clock_mono_us() < until)
		stage_run(&s, 20);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	const struct toc_value *urgent = stage_threat(&s, "urgent");
	CHECK_TEXT(toc_str_of(stage_say(&s, 0, grant, urgent)), "journaled");
	stage_fault(&s, 0, TOC_MEMORY_WELL);
	(void)stage_phase(&s, 0, TOC_READY);
	CHECK(s.keeper[0].k->fatal);
	stage_start_anew(&s, 0);
	stage_settle(&s, 0);
	CHECK_INT(stage_recorded(&s, urgent, NULL), 1);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

RUN_CASES()
