/* test_replay.c: invariants under thousands of random steps, legal and illegal, by everybody of the cast:
 *   replay(ledger) = live state = what the snapshot loads to;
 *   an overlay that is dropped leaves nothing, a refused command changes nothing;
 *   what two nodes decide from the same state is the same. */
#include "check.h"
#include "crisis.h"

#include "message/json.h"

static uint64_t seed_now;

static unsigned dice(unsigned n)
{
	seed_now ^= seed_now << 13;
	seed_now ^= seed_now >> 7;
	seed_now ^= seed_now << 17;
	return (unsigned)((seed_now >> 11) % n);
}

static const char *const active[] = {
	"AIRU/duty officer",
	"AIRU/liaison officer",
	"AIRU/second officer",
	"BFP/second officer",
	"HUB/second lead",
	"PastePond/owner",
	"BFP/duty officer",
	"BFP/liaison officer",
	"CDA/duty officer",
	"CDA/second contact",
	"HUB/duty officer",
	"HUB/lead",
	"GameNest/night responder",
	"StreamHarbor/counsel",
	"Chirplet/night responder",
	"LoopReel/night responder",
	"AIRU/gateway",
	"OSF/duty officer",
	"CELL/controller",
};
#define ACTIVE (sizeof active / sizeof *active)

/* Mostly a case of the newest, so that histories get long; at times one that is not there. */
static const char *any_case(struct stage *s)
{
	for (unsigned tries = 0; tries < 40 && dice(30); tries++) {
		const struct stage_entry *e = &s->ledger[s->n - 1 - dice(s->n < 60 ? (unsigned)s->n : 60)];
		if (!toc_uuid_is_nil(e->e.case_ref))
			return toc_uuid_str(s->a, e->e.case_ref).p;
	}
	return "01980000-0000-7000-8000-00000000dead";
}

/* Mostly somebody of an organisation that has to do with the case; at times anybody. */
static const char *somebody(struct stage *s, const char *case_ref)
{
	const struct toc_threat *t = toc_find_threat(s->w, toc_id_of(toc_str_of(case_ref)));

	if (!t || dice(4) == 0)
		return active[dice(ACTIVE)];
	struct toc_str org = dice(3) && t->n_desks ? toc_short_str(&t->desks[dice(t->n_desks)].org)
						   : toc_short_str(&t->notifier);
	for (unsigned tries = 0; tries < 100; tries++) {
		const char *who = active[dice(ACTIVE)];
		if (strncmp(who, org.p, org.n) == 0 && who[org.n] == '/')
			return who;
	}
	return active[dice(ACTIVE)];
}

static const char *any_message(struct stage *s)
{
	return toc_uuid_str(s->a, s->ledger[s->n - 1 - dice(s->n < 30 ? (unsigned)s->n : 30)].e.eid).p;
}

/* The newest notice of a case: what can be disclosed. */
static const char *any_notice(struct stage *s, const char *case_ref)
{
	const struct toc_threat *t = toc_find_threat(s->w, toc_id_of(toc_str_of(case_ref)));
	return t && t->n_entries && dice(4) ? toc_uuid_str(s->a, t->entries[dice(t->n_entries)].id).p
					    : any_message(s);
}

/* ---- crises ---- */

/* Mostly one of the oldest, so that they get old; at times one that is not there. */
static const char *any_incident(struct stage *s)
{
	unsigned skip = dice(3) ? dice(2) : dice(12);

	for (size_t i = 0; i < s->n && (i % 64 || dice(200)); i++)
		if (toc_str_is(s->ledger[i].e.k, "M1.report") && skip-- == 0)
			return toc_uuid_str(s->a, s->ledger[i].e.incident).p;
	return "01980000-0000-4000-8000-00000000dead";
}

/* The newest of an incident's entries of this kind, or any message. */
static const char *entry_of(struct stage *s, const char *incident, const char *k)
{
	for (size_t i = s->n; i-- > 0;)
		if (toc_str_is(s->ledger[i].e.k, k) &&
		    toc_uuid_eq(s->ledger[i].e.incident, toc_id_of(toc_str_of(incident))))
			return toc_uuid_str(s->a, s->ledger[i].e.eid).p;
	return any_message(s);
}

static void crisis_step(struct stage *s)
{
	static const char *const decisions[] = { "assess",   "assign",         "not_activate", "activate",
						 "activate", "change",         "wind_down",    "close",
						 "reopen",   "link_activation" };
	static const char *const steps[] = { "confirm", "confirm", "confirm", "object", "withdraw" };
	static const char *const proposals[] = { "M3.propose", "M3.propose", "M3.fast_path", "M3.confirm" };
	static const char *const leads[] = { "AIRU/second officer", "HUB/lead", "HUB/second lead",
					     "AIRU/duty officer" };
	const char *id = any_incident(s), *other = any_incident(s), *decision = decisions[dice(10)],
		   *who = dice(4) ? leads[dice(4)] : active[dice(ACTIVE)];
	struct toc_str change = TOC_STR("");

	/* half of the time what comes next in the life of an incident, so that some of them end */
	const struct toc_incident *now = toc_find_incident(s->w, toc_id_of(toc_str_of(id)));
	switch (now && dice(2) ? now->state : TOC_INCIDENT_NONE) {
	case TOC_INCIDENT_REPORTED: decision = "assess"; break;
	case TOC_INCIDENT_ASSESSING: decision = "activate"; break;
	case TOC_INCIDENT_ACTIVE: decision = dice(2) ? "change" : "wind_down"; break;
	case TOC_INCIDENT_WINDING_DOWN: decision = "close"; break;
	case TOC_INCIDENT_CLOSED: decision = "reopen"; break;
	default: break;
	}
	for (unsigned tries = 0; tries < 8; tries++) {
		const struct toc_incident *i = toc_find_incident(s->w, toc_id_of(toc_str_of(other)));
		if (i && !toc_uuid_is_nil(i->duplicate_of))
			break;
		other = any_incident(s);
	}
	switch (dice(9)) {
	case 0:
		change = dice(3) ? TOC_STR("")
				 : toc_arena_printf(
					   s->a, "\"body.links\":[{\"kind\":\"duplicate_of\",\"to\":\"%s\"}]",
					   other);
		(void)stage_act_value(s, active[dice(ACTIVE)], crisis_report(s, change.p ? change.p : ""));
		break;
	case 1: {
		const struct toc_incident *i = toc_find_incident(s->w, toc_id_of(toc_str_of(other)));
		bool undo = dice(2), tied = i && !toc_uuid_is_nil(i->duplicate_of);
		if (undo && tied)
			id = toc_uuid_str(s->a, i->duplicate_of).p;
		(void)stage_act(s, dice(2) ? "HUB/lead" : who,
				"{\"type\":\"M1\",\"audience\":[],\"incident_ref\":\"%s\",\"body\":{\"step\":"
				"\"%s\",\"links\":[{\"ref\":\"%s\","
				"\"kind\":\"%s\",\"to\":\"%s\"}]}}",
				id, undo ? "unlink" : "link", tied || dice(2) ? other : any_case(s),
				tied || dice(2) ? "duplicate_of" : "belongs_to", id);
		break;
	}
	case 2:
		(void)stage_act_value(s, who,
				      crisis_warning(s, id,
						     dice(2)   ? ""
						     : dice(2) ? crisis_decline
							       : "\"body.step\":\"propose\""));
		break;
	case 3:
	case 4:
	case 5:
		change = dice(4) || strcmp(decision, "activate") ? TOC_STR("\"tlp\":\"GREEN\"")
								 : TOC_STR("\"body.fast_path\":true");
		(void)stage_act_value(s, who, crisis_decision(s, who, id, decision, change.p));
		break;
	case 6:
		(void)stage_act(s, who,
				"{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\","
				"\"recipient_org\":\"%.*s\","
				"\"channel\":\"console\",\"state\":\"%s\",\"at\":\"2031-05-17T14:00:00Z\","
				"\"actor_kind\":\"human\"}}",
				entry_of(s, id, "M3.confirm"), (int)strcspn(who, "/"), who,
				dice(2) ? "seen" : "acked");
		break;
	default: {
		const char *p = entry_of(s, id, proposals[dice(4)]);
		const struct toc_proposal *is = toc_find_proposal(s->w, toc_id_of(toc_str_of(p)));
		const char *step = steps[dice(5)];
		(void)stage_act(s, who,
				"{\"type\":\"M3\",\"incident_ref\":\"%s\"," CRISIS_NO_PERSONAL
				",\"body\":{\"decision\":\"%s\",\"step\":\"%s\","
				"\"proposal_ref\":\"%s\"%s}}",
				is ? toc_uuid_str(s->a, is->incident).p : id,
				is ? toc_arena_cstr(s->a, toc_short_str(&is->decision)) : decision, step, p,
				strcmp(step, "confirm") ? ",\"reason\":\"x\"" : "");
	}
	}
}

static const char *const desks[] = { "AIRU", "BFP", "CDA", "HUB", "OSF", "Nobody" };

static void one_step(struct stage *s)
{
	const char *id = any_case(s), *who = somebody(s, id),
		   *me = toc_uuid_str(s->a, stage_person(s, who)).p;
	static const char *const simple[] = { "ack", "accept", "reject" };
	static const char *const keys[] = { "aa", "bb", "cc" };

	if (dice(3) == 0) {
		crisis_step(s);
		return;
	}
	switch (dice(16)) {
	case 0:
		(void)stage_act(
			s, who, "{\"type\":\"M4\",\"body\":{\"step\":\"draft\",\"aware_at\":\"%s\"}}",
			toc_time_str(s->a, toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now)).p);
		break;
	case 1:
	case 2: {
		struct toc_value *m =
			stage_message(s, stage_notice(s, dice(2) ? "" : id,
						      dice(2) ? ""
							      : "\"concerned_states\":null,\"state_unknown\":"
								"{\"unknown\":true,\"reason\":\"x\"}"));
		struct toc_value *list = toc_value_list(s->a);
		if (dice(2))
			toc_push_text(s->a, list, toc_str_of(keys[dice(3)]));
		toc_unset(toc_get(m, "body"), "aware_at");
		toc_set_time(s->a, toc_get(m, "body"), "aware_at",
			     toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now));
		s->dup_keys = list;
		(void)stage_act_value(s, who, m);
		s->dup_keys = NULL;
		break;
	}
	case 3:
		(void)stage_act(s, who,
				"{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\","
				"\"content_status\":\"%s\",\"concerned_states\":"
				"[{\"cc\":\"X%c\",\"ground\":\"location_of_victim\"}]}}",
				id, dice(2) ? "removed" : "restricted", 'A' + (int)dice(3));
		break;
	case 4:
		if (dice(3))
			break;
		(void)stage_act(s, who,
				"{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"withdraw\","
				"\"reason\":\"x\"}}",
				id);
		break;
	case 5:
	case 6:
	case 7:
		(void)stage_act(s, who,
				"{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"%s\",\"human_ack_"
				"by\":\"%s\",\"at\":\"2031-05-17T14:00:00Z\"}}",
				id, simple[dice(3)], me);
		break;
	case 8:
		(void)stage_act(s, who,
				"{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"redirect\","
				"\"human_ack_by\":\"%s\",\"at\":\"2031-05-17T14:00:00Z\","
				"\"redirect_to\":\"%s\",\"redirect_ground\":\"x\"}}",
				id, me, desks[dice(6)]);
		break;
	case 9:
		(void)stage_act(s, who,
				"{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"question\","
				"\"human_ack_by\":\"%s\",\"at\":\"2031-05-17T14:00:00Z\","
				"\"questions\":[{\"id\":\"q%u\",\"text\":\"x\"}]}}",
				id, me, dice(3));
		break;
	case 10:
		(void)stage_act(s, who,
				"{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"answer\",\"human_"
				"ack_by\":\"%s\",\"at\":\"2031-05-17T14:00:00Z\","
				"\"answers\":[{\"question\":\"q%u\",\"text\":\"x\"}]}}",
				id, me, dice(3));
		break;
	case 11:
		(void)stage_act(s, who,
				"{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"outcome\",\"human_"
				"ack_by\":\"%s\",\"at\":\"2031-05-17T14:00:00Z\","
				"\"outcome\":\"safe\"}}",
				id, me);
		break;
	case 12:
		(void)stage_act(s, who,
				"{\"type\":\"M29\",\"case_ref\":\"%s\",\"body\":{\"step\":\"disclose\","
				"\"entries\":[{\"ref\":\"%s\",\"rendering\":\"whole\"}],"
				"\"to\":[\"%s\"],\"decided_by\":\"%s\",\"ground\":\"correction\"}}",
				id, any_notice(s, id), desks[dice(6)], me);
		break;
	case 13:
		(void)stage_act(s, dice(2) ? "" : who,
				"{\"type\":\"M19\",\"body\":{\"step\":\"machine\",\"message_ref\":\"%s\","
				"\"recipient_org\":\"%s\",\"channel\":\"api\","
				"\"state\":\"delivered\",\"at\":\"2031-05-17T14:00:00Z\",\"actor_kind\":"
				"\"machine\"}}",
				any_notice(s, id), desks[dice(6)]);
		break;
	case 14:
		(void)stage_act(s, who,
				"{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\","
				"\"recipient_org\":\"%.*s\",\"channel\":\"console\","
				"\"state\":\"%s\",\"at\":\"2031-05-17T14:00:00Z\",\"actor_kind\":\"human\"}}",
				any_notice(s, id), (int)strcspn(who, "/"), who, dice(2) ? "seen" : "acked");
		break;
	default:
		s->now = toc_after(s->now, TOC_SECONDS(1));
		(void)stage_act(s, "CELL/controller",
				"{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",\"action\":\"step\","
				"\"by_ms\":%u}}",
				1 + dice(dice(10) ? 200000 : 400000000));
		stage_due(s);
	}
}

/* Histories in which these never happen prove little. */
static const char *const must_happen[] = {
	"M1.report",   "M1.unlink",   "M2.propose",     "M2.issue",      "M2.decline",      "M2.expire",
	"M3.assess",   "M3.assign",   "M3.not_activate", "M3.change",    "M3.wind_down",    "M3.propose",
	"M3.confirm",  "M3.fast_path", "M3.object",     "M3.withdraw",   "M3.link_activation", "M3.revert",
	"M1.link",     "M4.draft",    "M4.send",        "M4.supplement", "M4.withdraw",     "M5.ack",
	"M5.accept",   "M5.redirect", "M5.reject",      "M5.question",   "M5.answer",       "M5.outcome",
	"M19.machine", "M19.human",   "M19.escalation", "M29.disclose",  "deadline.warned", "deadline.passed"
};
#define MUST (sizeof must_happen / sizeof *must_happen)
static size_t happened[MUST];
static unsigned histories;

static void play_random(uint64_t seed, unsigned steps)
{
	struct stage *s = stage_new();
	unsigned refused = 0;

	seed_now = seed;
	for (unsigned i = 0; i < steps; i++) {
		size_t n = s->n;
		bool look = i % 32 == 0;
		struct toc_str before = look ? stage_saved(s->a, s->w) : TOC_STR("");
		if (look) { /* the same step, decided only, leaves no trace */
			uint64_t keep = seed_now;
			unsigned ids = s->ids;
			if (dice(3) == 0 || dice(16) != 15) { /* anything but the clock */
				seed_now = keep;
				s->dry = true;
				one_step(s);
				s->dry = false;
				CHECK(toc_str_eq(before, stage_saved(s->a, s->w)));
			}
			seed_now = keep;
			s->ids = ids;
		}
		one_step(s);
		if (s->n == n) {
			refused++;
			if (look)
				CHECK(toc_str_eq(before, stage_saved(s->a, s->w)));
		}
		if (i % 256 == 255)
			CHECK(stage_consistent(s));
	}
	CHECK(stage_consistent(s));
	CHECK(refused > steps / 20 && s->n > steps / 4);
	for (size_t i = 0; i < MUST; i++)
		happened[i] += stage_count(s, must_happen[i], NULL);
	histories++;

	/* an overlay that is dropped */
	struct toc_str live = stage_saved(s->a, s->w);
	struct toc_world *overlay = toc_world_over(s->w);
	for (size_t i = 0; i < s->n; i++) {
		struct toc_entry e = s->ledger[i].e;
		e.seq += s->n;
		e.eid = toc_derived_id("again", e.eid, TOC_STR(""), 0);
		toc_apply(overlay, &e);
	}
	CHECK(!toc_str_eq(live, stage_saved(s->a, overlay)));
	toc_world_free(overlay);
	CHECK(toc_str_eq(live, stage_saved(s->a, s->w)));

	/* applied twice is applied once: an id is in the ledger once */
	for (size_t i = 0; i < s->n; i++)
		if (toc_find_message(s->w, s->ledger[i].e.eid))
			toc_apply(s->w, &s->ledger[i].e);
	CHECK(toc_str_eq(live, stage_saved(s->a, s->w)));
	stage_free(s);
}

CASE(random_history_1)
{
	play_random(0x9e3779b97f4a7c15, 1200);
}
CASE(random_history_2)
{
	play_random(0xd1b54a32d192ed03, 1200);
}
CASE(random_history_3)
{
	play_random(0x8bb84b93962eacc9, 1200);
}

CASE(the_histories_had_every_kind_of_step_in_them)
{
	for (size_t i = 0; histories == 3 && i < MUST; i++) {
		if (!happened[i])
			printf("  never: %s\n", must_happen[i]);
		CHECK(happened[i] > 0);
	}
}

/* Not one entry can stop a replay: members of the wrong kind, missing, absurd. */
CASE(apply_is_total)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "quiet-bell.json", NULL) == 0);
	static const char *const bodies[] = {
		"{}",
		"{\"decided\":[],\"message\":1}",
		"{\"decided\":{\"readers\":{\"a\":1},\"desks\":[1,{}],\"state\":[{\"to\":\"NOWHERE\"}]},"
		"\"message\":{\"body\":[]}}",
		"{\"decided\":{\"timers_started\":[{\"id\":\"x\"}],\"timers_moved\":[{}],\"timers_stopped\":["
		"0],\"linked\":[{\"case\":1}],\"links\":[{}],"
		"\"receipts\":[{}],\"clock\":1,\"digest\":\"zz\",\"dup_keys\":[1],\"keep\":[],\"questions\":["
		"{}],\"answered\":[{}],\"opened\":1,\"notice\":[]}}",
		"{\"decided\":{\"opened\":{\"notifier\":\"an organisation with a code that is far too long "
		"for anything\"},\"readers\":[{}]},\"message\":{\"body\":"
		"{\"code\":\"\",\"kinds\":[1],\"cc\":\"\",\"person\":\"x\",\"sha256\":\"1\",\"org\":\"AIRU\","
		"\"escalation_chain\":[{}],\"entries\":[1]}}}",
	};
	for (size_t i = 0; toc_action_at(i); i++)
		for (size_t k = 0; k < sizeof bodies / sizeof *bodies; k++) {
			struct toc_entry e = { .seq = s->n + i,
					       .ts = s->now,
					       .k = toc_str_of(toc_action_at(i)->k),
					       .mode = TOC_STR("exercise"),
					       .exercise = s->exercise,
					       .org = TOC_STR("server"),
					       .body = stage_message(s, bodies[k]),
					       .eid = toc_derived_id("bad", (struct toc_uuid){ { 0 } },
								     TOC_STR(""), (int64_t)(i * 100 + k)),
					       .case_ref =
						       k % 2 ? stage_named(s, "send1")->e.case_ref
							     : toc_derived_id("c", (struct toc_uuid){ { 0 } },
									      TOC_STR(""), (int64_t)i) };
			toc_apply(s->w, &e);
			e.body = NULL;
			e.eid.b[0] ^= 1;
			toc_apply(s->w, &e);
		}
	struct toc_world *loaded = stage_loaded(s->w);
	CHECK(toc_str_eq(stage_saved(s->a, s->w), stage_saved(s->a, loaded)));
	toc_world_free(loaded);
	stage_free(s);
}

RUN_CASES()
