/* test_cut_off.c: two nodes that do not hear of each other go on with the same cases: one has the ledger, the other a state that
 * is no longer true, and a journal. Then the journal goes into the ledger as keeper/back.c does it: what has its id there already
 * is left out, all else is entered as it was decided. Whatever the two have said, nothing that was said is missing, the state is
 * what a replay makes of it, every deadline comes to an end, and the cases can be gone on with. */
#include "check.h"
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>

#define SEEDS 100
#define FIRINGS_MAX 600

static const char *const people[] = { "GameNest/night responder", "AIRU/duty officer", "HUB/duty officer", "CDA/duty officer", "BFP/duty officer" };
static const char *const orgs[] = { "GameNest", "AIRU", "HUB", "CDA", "BFP" };
static uint64_t dice;
static unsigned said[2];

static unsigned any(unsigned below)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (unsigned)(dice >> 33) % below;
}

static const char *now(const struct stage *s)
{
	return toc_time_str(s->a, toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now)).p;
}

static int notify(struct stage *s)
{
	struct toc_value *m = stage_message(s, stage_notice(s, "", any(2) ? "\"content\":[{\"id\":\"p\",\"type\":\"post\",\"hash_refs\":[{\"algorithm\":"
		"\"sha256\",\"value\":\"7fe1e1c3fd7e21b28cf076f56c2fb54da665269470785532607c7e73e71c5675\"}]}]" : ""));
	const char *who = any(2) ? people[0] : "Chirplet/night responder";
	toc_set_id(s->a, toc_get(m, "body"), "contact_24x7", stage_person(s, who));
	return stage_act_value(s, who, m);
}

/* Something that is journaled, about one of the cases that both know or that this one alone does. @return 0 when it was taken */
static int speak(struct stage *s)
{
	static const char *const answers[] = { "ack", "accept", "reject", "question", "redirect", "outcome" };
	static const char *const more[] = { "", ",\"own_reference\":\"X-1\"", ",\"reject_reason\":\"not_competent\",\"ground\":\"not ours\"",
		",\"questions\":[{\"id\":\"q1\",\"text\":\"Where?\"}]", ",\"redirect_to\":\"%s\",\"redirect_ground\":\"place of offence likely\"",
		",\"outcome\":\"safe\"" };
	const char *about = NULL;
	unsigned skip = any(3), what = any(9), who = 1 + any(4);

	for (size_t i = s->n; i-- > 0 && (!about || skip);)
		if (toc_str_is(s->ledger[i].e.k, "M4.send")) {
			about = toc_uuid_str(s->a, s->ledger[i].e.case_ref).p;
			skip -= skip > 0;
		}
	if (what == 8)
		return notify(s);
	if (what == 7)
		return stage_act(s, people[0], "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\",\"explanation\":\"More.\"}}", about);
	if (what == 6)
		return stage_act(s, people[0], "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"withdraw\",\"reason\":\"x\"}}", about);
	char text[160];
	snprintf(text, sizeof text, "%s", more[what]);
	if (what == 4)
		snprintf(text, sizeof text, ",\"redirect_to\":\"%s\",\"redirect_ground\":\"place of offence likely\"", orgs[1 + any(4)]);
	return stage_act(s, people[who], "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"%s\",\"human_ack_by\":\"%s\",\"at\":\"%s\"%s}}", about,
			 answers[what], toc_uuid_str(s->a, stage_person(s, people[who])).p, now(s), text);
}

static void fire(struct stage *s)
{
	unsigned n = 0;
	while (toc_world_next_due(s->w).us <= s->now.us && n++ < FIRINGS_MAX) {
		toc_due(s->w, s->now, 1, s->a, &s->v);
		stage_take(s);
	}
	CHECK(n < FIRINGS_MAX); /* else one that never ends */
}

static bool has(const struct stage *s, const struct toc_entry *e)
{
	for (size_t i = s->n; i-- > 0;)
		if (toc_uuid_eq(s->ledger[i].e.eid, e->eid) && toc_str_eq(s->ledger[i].e.org, e->org))
			return true;
	return false;
}

static void enter(struct stage *s, const struct stage_entry *e)
{
	if (s->n == s->cap)
		s->ledger = realloc(s->ledger, (s->cap *= 2) * sizeof *s->ledger);
	s->ledger[s->n] = *e;
	s->ledger[s->n].e.seq = toc_world_size(s->w);
	s->ledger[s->n].e.ts = s->now;
	s->ledger[s->n].e.late = true;
	toc_apply(s->w, &s->ledger[s->n++].e);
}

static struct stage *begin(unsigned before)
{
	struct stage *s = stage_new();
	stage_to(s, "02:00");
	for (unsigned i = 0; i < before; i++)
		(void)(i ? speak(s) : notify(s));
	return s;
}

static void go_on(struct stage *s, unsigned steps, unsigned side)
{
	for (unsigned i = 0; i < steps; i++) {
		said[side] += speak(s) == 0;
		if (any(3) == 0)
			s->now = toc_after(s->now, TOC_SECONDS(any(600)));
		fire(s);
	}
}

CASE(two_nodes_go_on_with_the_same_cases_and_find_together)
{
	for (uint64_t seed = 1; seed <= SEEDS && !check_bad; seed++) {
		struct stage *both[2];
		unsigned before = 1 + (unsigned)(seed % 5);
		for (unsigned i = 0; i < 2; i++) {
			dice = seed * 0x9e3779b97f4a7c15u;
			both[i] = begin(before);
		}
		struct stage *ledger = both[0], *journal = both[1];
		size_t split = journal->n;
		CHECK(ledger->n == split && toc_uuid_eq(ledger->ledger[split - 1].e.eid, journal->ledger[split - 1].e.eid));
		journal->ids += 10000; /* its members make ids of their own */
		go_on(ledger, any(8), 0);
		go_on(journal, 1 + any(8), 1);
		if (toc_before(ledger->now, journal->now))
			ledger->now = journal->now;
		fire(ledger);
		for (size_t i = split; i < journal->n; i++)
			if (!has(ledger, &journal->ledger[i].e))
				enter(ledger, &journal->ledger[i]);
		for (size_t i = split; i < journal->n; i++)
			CHECK(has(ledger, &journal->ledger[i].e));
		fire(ledger);
		CHECK(stage_consistent(ledger));
		go_on(ledger, 6, 0);
		ledger->now = toc_after(ledger->now, TOC_HOURS(24 * 30));
		fire(ledger);
		CHECK(stage_consistent(ledger));
		if (check_bad)
			printf("  seed %llu\n", (unsigned long long)seed);
		stage_free(ledger);
		stage_free(journal);
	}
	printf("  %u said to the ledger, %u to the journal\n", said[0], said[1]);
	CHECK(said[0] > 200 && said[1] > 100); /* else nothing was tried */
}

RUN_CASES()
