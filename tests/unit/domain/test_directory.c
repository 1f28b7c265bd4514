/* test_directory.c: members, roles, contact chains, credentials, sign-in and sessions. */
#include "check.h"
#include "stage.h"

#include "base/digest.h"

#define REFUSED(call, why)                                                                                   \
	do {                                                                                                 \
		CHECK((call) < 0);                                                                           \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);                                              \
		CHECK_INT(s->v.n, 0);                                                                        \
	} while (0)

static struct toc_sha256 sha(const char *secret)
{
	return toc_sha256(toc_str_of(secret));
}

static int issue(struct stage *s, const char *who, const char *org, const char *kind, const char *secret,
		 const char *id)
{
	return stage_act(s, "",
			 "{\"type\":\"credential\",\"body\":{\"step\":\"issue\",\"credential\":\"%s\","
			 "\"person\":\"%s\",\"org\":\"%s\",\"kind\":\"%s\","
			 "\"sha256\":\"%s\",\"expires\":\"%s\"}}",
			 id, toc_uuid_str(s->a, stage_person(s, who)).p, org, kind,
			 toc_hex(s->a, sha(secret).b, 32).p,
			 toc_time_str(s->a, toc_after(s->now, TOC_HOURS(24))).p);
}

static int sign_in(struct stage *s, const char *token, const char *session)
{
	struct toc_sha256 t = sha(token), n = sha(session);
	struct toc_entry e;
	int r = toc_decide_sign_in(s->w, t.b, n.b, s->now, s->a, &s->v);
	if (r < 0)
		return r;
	struct toc_value *body = toc_value_map(s->a);
	toc_set(s->a, body, "message", (struct toc_value *)(uintptr_t)s->v.drafts[0].message);
	toc_set(s->a, body, "decided", (struct toc_value *)(uintptr_t)s->v.drafts[0].decided);
	e = (struct toc_entry){ .seq = toc_world_size(s->w),
				.ts = s->now,
				.k = s->v.drafts[0].k,
				.mode = s->v.drafts[0].mode,
				.org = s->v.drafts[0].org,
				.eid = s->v.drafts[0].eid,
				.ref = s->v.drafts[0].ref,
				.body = body };
	toc_apply(s->w, &e);
	return 0;
}

#define ID(n) "01980000-0000-7000-9000-00000000000" n

CASE(a_role_outside_of_its_kinds_is_refused)
{
	struct stage *s = stage_new();
	const char *enrol =
		"{\"type\":\"person\",\"body\":{\"step\":\"enrol\",\"org\":\"%s\",\"person\":\"01980000-0000-"
		"7000-a000-000000000001\",\"title\":\"x\",\"roles\":[\"%s\"],\"machine\":%s}}";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	REFUSED(stage_act(s, "", enrol, "GameNest", "duty_officer", "false"), BAD_VALUE);
	REFUSED(stage_act(s, "", enrol, "DGO", "service_account", "true"), BAD_VALUE);
	REFUSED(stage_act(s, "", enrol, "AIRU", "service_account", "false"),
		BAD_VALUE); /* a machine says that it is one */
	REFUSED(stage_act(s, "", enrol, "AIRU", "duty_officer", "true"), BAD_VALUE);
	REFUSED(stage_act(s, "", enrol, "Nobody", "dpo", "false"), BAD_VALUE);
	CHECK(stage_act(s, "", enrol, "AIRU", "duty_officer", "false") == 0);
	REFUSED(stage_act(s, "AIRU/admin", enrol, "AIRU", "duty_officer", "false"),
		NOT_PERMITTED); /* not a member's to send */
#pragma GCC diagnostic pop
	stage_free(s);
}

CASE(kinds_that_do_not_go_together_are_refused)
{
	struct stage *s = stage_new();
	REFUSED(stage_act(s, "",
			  "{\"type\":\"org\",\"body\":{\"step\":\"admit\",\"code\":\"X\",\"name\":\"x\","
			  "\"kinds\":[\"hsp\",\"eu_hub\"],\"api_exercise_only\":false}}"),
		BAD_VALUE);
	REFUSED(stage_act(s, "",
			  "{\"type\":\"org\",\"body\":{\"step\":\"admit\",\"code\":\"server\",\"name\":\"x\","
			  "\"kinds\":[\"hsp\"],\"api_exercise_only\":false}}"),
		BAD_VALUE);
	stage_free(s);
}

CASE(a_person_who_lost_a_role_lost_it_at_once)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "04:00") == 0);
	CHECK(stage_act(s, "",
			"{\"type\":\"person\",\"body\":{\"step\":\"enrol\",\"org\":\"AIRU\",\"person\":\"%"
			"s\",\"title\":\"x\",\"roles\":[\"dpo\"],\"machine\":false}}",
			toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p) == 0);
	struct toc_principal p = stage_principal(s, "AIRU/duty officer");
	CHECK_INT(toc_world_roles(s->w, &p), TOC_ROLE_DP);
	p.org = TOC_STR("BFP");
	CHECK_INT(toc_world_roles(s->w, &p), 0);
	stage_free(s);
}

CASE(an_api_key_is_known_by_its_hash_until_it_expires)
{
	struct stage *s = stage_new();
	struct toc_principal p;
	toc_time expires;
	CHECK(issue(s, "AIRU/duty officer", "AIRU", "api_key", "toc_abc", ID("1")) == 0);
	CHECK(toc_world_credential(s->w, "api_key", sha("toc_abc").b, s->now, &p, &expires) == 0);
	CHECK_TEXT(p.org, "AIRU");
	CHECK(p.exercise_only && !p.machine); /* an authority's */
	CHECK_TEXT(p.channel, "api");
	CHECK(toc_world_credential(s->w, "sign_in", sha("toc_abc").b, s->now, &p, &expires) < 0);
	CHECK(toc_world_credential(s->w, "api_key", sha("toc_abd").b, s->now, &p, &expires) < 0);
	CHECK(toc_world_credential(s->w, "api_key", sha("toc_abc").b, toc_after(s->now, TOC_HOURS(25)), &p,
				   &expires) < 0);
	CHECK(issue(s, "AIRU/gateway", "AIRU", "api_key", "toc_gw", ID("2")) == 0);
	CHECK(toc_world_credential(s->w, "api_key", sha("toc_gw").b, s->now, &p, &expires) == 0 && p.machine);
	CHECK(issue(s, "GameNest/counsel", "GameNest", "api_key", "toc_gn", ID("3")) == 0);
	CHECK(toc_world_credential(s->w, "api_key", sha("toc_gn").b, s->now, &p, &expires) == 0 &&
	      !p.exercise_only);
	stage_free(s);
}

CASE(a_sign_in_link_is_good_once)
{
	struct stage *s = stage_new();
	struct toc_principal p;
	toc_time expires;
	CHECK(issue(s, "AIRU/duty officer", "AIRU", "sign_in", "token", ID("4")) == 0);
	CHECK(sign_in(s, "wrong", "session") < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_AUTHENTICATED);
	CHECK(sign_in(s, "token", "session") == 0);
	CHECK(toc_world_credential(s->w, "session", sha("session").b, s->now, &p, &expires) == 0);
	CHECK_TEXT(p.channel, "console");
	CHECK(!p.exercise_only && expires.us > s->now.us);
	struct toc_refusal once = s->v.refusal;
	CHECK(sign_in(s, "token", "another") < 0);
	once = s->v.refusal;
	CHECK(sign_in(s, "wrong", "another") < 0);
	CHECK(memcmp(&once, &s->v.refusal, sizeof once) == 0); /* used and unknown are one answer */
	stage_free(s);
}

CASE(who_signs_in_is_seen_by_own_admins_and_by_exercise_control)
{
	struct stage *s = stage_new();
	CHECK(issue(s, "AIRU/duty officer", "AIRU", "sign_in", "token", ID("4")) == 0);
	struct toc_sha256 t = sha("token"), n = sha("session");
	CHECK(toc_decide_sign_in(s->w, t.b, n.b, s->now, s->a, &s->v) == 0);
	const struct toc_value *readers = toc_get(s->v.drafts[0].decided, "readers");
	CHECK_INT(toc_len(readers), 2);
	CHECK_INT(toc_roles_of(toc_get(toc_at(readers, 0), "roles")) & TOC_ROLE_DU, 0);
	CHECK(toc_roles_of(toc_get(toc_at(readers, 0), "roles")) & TOC_ROLE_AD);
	CHECK_TEXT(toc_get_text(toc_at(readers, 1), "org"), "CELL");
	stage_free(s);
}

CASE(a_session_ends_when_its_person_signs_out)
{
	struct stage *s = stage_new();
	struct toc_principal p;
	toc_time expires;
	CHECK(issue(s, "AIRU/duty officer", "AIRU", "sign_in", "token", ID("4")) == 0);
	CHECK(sign_in(s, "token", "session") == 0);
	CHECK(toc_world_credential(s->w, "session", sha("session").b, s->now, &p, &expires) == 0);
	const char *id = toc_uuid_str(s->a, p.session).p;
	const char *close = "{\"type\":\"session\",\"body\":{\"step\":\"close\",\"session\":\"%s\"}}";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	REFUSED(stage_act(s, "AIRU/second officer", close, id), NOT_FOUND); /* somebody else's */
	CHECK(stage_act(s, "AIRU/duty officer", close, id) == 0);
	CHECK(toc_world_credential(s->w, "session", sha("session").b, s->now, &p, &expires) < 0);
	REFUSED(stage_act(s, "AIRU/duty officer", close, id), NOT_FOUND);
#pragma GCC diagnostic pop
	stage_free(s);
}

static bool is_open(struct stage *s, const char *session, struct toc_principal *ret)
{
	return toc_world_credential(s->w, "session", sha(session).b, s->now, ret, NULL) == 0;
}

static int end_all(struct stage *s, const char *who, const char *org, const char *of)
{
	return stage_act(s, who, "{\"type\":\"credential\",\"body\":{\"step\":\"end_sessions\",\"org\":\"%s\",\"person\":\"%s\"}}", org,
			 toc_uuid_str(s->a, stage_person(s, of)).p);
}

CASE(all_sessions_of_a_person_are_ended_by_an_administrator_or_by_themselves)
{
	struct stage *s = stage_new();
	struct toc_principal p, first;
	static const char *const tokens[] = { "one", "two", "three", "other" }, *const ids[] = { ID("5"), ID("6"), ID("7"), ID("8") };

	for (size_t i = 0; i < 4; i++)
		CHECK(issue(s, i == 3 ? "AIRU/second officer" : "AIRU/duty officer", "AIRU", "sign_in", tokens[i], ids[i]) == 0 &&
		      sign_in(s, tokens[i], tokens[i]) == 0);
	CHECK(issue(s, "AIRU/duty officer", "AIRU", "api_key", "toc_abc", ID("9")) == 0);
	REFUSED(end_all(s, "AIRU/second officer", "AIRU", "AIRU/duty officer"), NOT_PERMITTED);
	REFUSED(end_all(s, "BFP/admin", "AIRU", "AIRU/duty officer"), NOT_FOUND); /* of another organisation nothing is known */
	REFUSED(end_all(s, "BFP/admin", "BFP", "AIRU/duty officer"), NOT_FOUND);
	REFUSED(end_all(s, "AIRU/admin", "AIRU", "AIRU/liaison officer"), STATE); /* nobody is signed in */
	/* one's own: the one in which it is said stays */
	CHECK(is_open(s, "one", &first));
	CHECK(stage_act_as(s, &first, stage_parse(s, toc_arena_printf(s->a, "{\"type\":\"credential\",\"mode\":\"system\",\"body\":{\"step\":"
		"\"end_sessions\",\"org\":\"AIRU\",\"person\":\"%s\"}}", toc_uuid_str(s->a, first.person).p))) == 0);
	CHECK_INT(toc_get_int(toc_get(s->v.drafts[0].decided, "sessions"), "ended", 0), 2);
	CHECK(is_open(s, "one", &p) && !is_open(s, "two", &p) && !is_open(s, "three", &p) && is_open(s, "other", &p));
	/* by an administrator: all */
	CHECK(end_all(s, "AIRU/admin", "AIRU", "AIRU/duty officer") == 0);
	CHECK(!is_open(s, "one", &p) && is_open(s, "other", &p));
	CHECK(toc_world_credential(s->w, "api_key", sha("toc_abc").b, s->now, &p, NULL) == 0); /* keys are no sessions */
	REFUSED(end_all(s, "AIRU/admin", "AIRU", "AIRU/duty officer"), STATE);
	stage_wait(s, TOC_HOURS(24)); /* what has run out needs no ending */
	REFUSED(end_all(s, "AIRU/admin", "AIRU", "AIRU/second officer"), STATE);
	stage_free(s);
}

/* ---- contact chains ---- */

static int own(struct stage *s, const char *who, const char *supersedes, const char *first)
{
	return stage_act(s, who,
			 "{\"type\":\"M26\"%s%s%s,\"body\":{\"step\":\"own\",\"org\":\"AIRU\",\"purposes\":["
			 "\"ITL\"],\"hours\":\"24/7\",\"languages\":[\"en\"],"
			 "\"public\":false,\"escalation_chain\":[{\"person\":\"%s\",\"channels\":[{\"kind\":"
			 "\"phone\",\"address\":\"+999 1\"}]}]}}",
			 *supersedes ? ",\"supersedes\":\"" : "", supersedes, *supersedes ? "\"" : "",
			 toc_uuid_str(s->a, stage_person(s, first)).p);
}

CASE(a_contact_chain_takes_two_admins)
{
	struct stage *s = stage_new();
	const struct toc_point *p = toc_point_for(s->w, TOC_STR("AIRU"), TOC_FOR_ITL, s->now);
	CHECK_INT(p->n_chain, 3);
	CHECK(own(s, "AIRU/admin", "", "AIRU/liaison officer") == 0);
	CHECK_INT(toc_point_for(s->w, TOC_STR("AIRU"), TOC_FOR_ITL, s->now)->n_chain, 3); /* not yet */
	const char *id = stage_id(s, "M26.own", "AIRU");
	REFUSED(own(s, "AIRU/admin", id, "AIRU/liaison officer"), NOT_PERMITTED);
	REFUSED(own(s, "AIRU/second admin", id, "AIRU/duty officer"), CONDITION); /* something else */
	REFUSED(own(s, "BFP/admin", id, "AIRU/liaison officer"), NOT_PERMITTED);
	CHECK(own(s, "AIRU/second admin", id, "AIRU/liaison officer") == 0);
	p = toc_point_for(s->w, TOC_STR("AIRU"), TOC_FOR_ITL, s->now);
	CHECK_INT(p->n_chain, 1);
	CHECK(toc_uuid_eq(p->chain[0].person, stage_person(s, "AIRU/liaison officer")));
	REFUSED(own(s, "AIRU/second admin", id, "AIRU/liaison officer"), STATE);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_chain_names_people_of_the_organisation)
{
	struct stage *s = stage_new();
	REFUSED(own(s, "AIRU/admin", "", "BFP/duty officer"), BAD_VALUE);
	REFUSED(own(s, "AIRU/admin", "", "AIRU/gateway"), BAD_VALUE);
	stage_free(s);
}

CASE(a_channel_is_verified_from_outside)
{
	struct stage *s = stage_new();
	const char *verify = "{\"type\":\"M26\",\"body\":{\"step\":\"verify\",\"org\":\"%s\",\"verified\":{"
			     "\"contact\":%d,\"channel\":\"phone\",\"at\":\"2026-11-22T00:00:00Z\"}}}";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	CHECK(stage_act(s, "HUB/admin", verify, "AIRU", 1) == 0);
	CHECK(stage_act(s, "OPS/admin", verify, "AIRU", 1) == 0);
	REFUSED(stage_act(s, "HUB/admin", verify, "HUB", 1), NOT_PERMITTED);
	REFUSED(stage_act(s, "AIRU/admin", verify, "AIRU", 1), NOT_PERMITTED);
	REFUSED(stage_act(s, "HUB/admin", verify, "AIRU", 9), BAD_VALUE);
	REFUSED(stage_act(s, "HUB/admin", verify, "Nobody", 0), NOT_FOUND);
#pragma GCC diagnostic pop
	stage_free(s);
}

/* ---- welcome ---- */

CASE(welcome_says_who_you_are_and_which_clocks_run)
{
	struct stage *s = stage_new();
	struct toc_principal p = stage_principal(s, "AIRU/second officer");
	struct toc_value *w = toc_world_welcome(s->w, &p, s->now, s->a), *you = toc_get(w, "you");
	CHECK_TEXT(toc_get_text(you, "org"), "AIRU");
	CHECK_TEXT(toc_get_text(you, "name"), "Aldmere Internet Referral Unit");
	CHECK(toc_list_has(toc_get(you, "roles"), TOC_STR("incident_lead")) &&
	      toc_list_has(toc_get(you, "kinds"), TOC_STR("ms_law_enforcement")));
	CHECK_INT(toc_len(toc_get(w, "exercises")), 5);
	CHECK_TEXT(toc_get_text(toc_at(toc_get(w, "exercises"), 0), "at"), "2031-05-17T13:58:00.000Z");
	CHECK_INT(toc_get_int(toc_at(toc_get(w, "exercises"), 0), "rate_milli", 0), 1000);
	p = stage_principal(s, "OPS/admin");
	CHECK_INT(toc_len(toc_get(toc_world_welcome(s->w, &p, s->now, s->a), "exercises")),
		  0); /* not a participant */
	stage_free(s);
}

RUN_CASES()
