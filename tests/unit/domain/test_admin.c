/* test_admin.c: administration by members: who is a member, what its people are and may, what takes two, and what it
 * does to those who may do less than before. */
#include "acts.h"

#define NEW_PERSON "0f9d1f4e-2f1a-4c55-9d6e-3a0b7f1d0001"
#define KEY "0f9d1f4e-2f1a-4c55-9d6e-3a0b7f1d0002"
#define KEY_2 "0f9d1f4e-2f1a-4c55-9d6e-3a0b7f1d0003"
#define HOLD "0f9d1f4e-2f1a-4c55-9d6e-3a0b7f1d0004"
#define MANDATE "0f9d1f4e-2f1a-4c55-9d6e-3a0b7f1d0005"

/* `body` in JSON; `second`: the id of what the first person said, or NULL. */
static int says(struct stage *s, const char *who, const char *type, const char *second, const char *body)
{
	return stage_act(s, who, "{\"type\":\"%s\"%s%s%s,\"body\":%s}", type, second ? ",\"supersedes\":\"" : "",
			 second ? second : "", second ? "\"" : "", body);
}

static const char *person(struct stage *s, const char *who)
{
	return toc_uuid_str(s->a, stage_person(s, who)).p;
}

static const char *role(struct stage *s, const char *step, const char *who, const char *roles)
{
	const char *slash = strchr(who, '/');

	return toc_arena_printf(s->a, "{\"step\":\"%s\",\"org\":\"%.*s\",\"person\":\"%s\",\"roles\":[%s]}", step,
				(int)(slash - who), who, person(s, who), roles).p;
}

static toc_roles roles_of(struct stage *s, const char *who)
{
	struct toc_principal p = stage_principal(s, who);

	return toc_world_roles(s->w, &p);
}

#define GRANT(who, roles) role(s, "grant", who, roles)
#define REVOKE(who, roles) role(s, "revoke", who, roles)
#define SUSPEND(yes) "{\"step\":\"suspend\",\"code\":\"GameNest\",\"suspended\":" #yes "}"

CASE(a_role_is_granted_and_taken_by_two_administrators_and_never_for_oneself)
{
	struct stage *s = begun();
	const char *body = GRANT("AIRU/duty officer", "\"incident_lead\"");

	CHECK_INT(says(s, "AIRU/admin", "role", NULL, body), 0);
	CHECK(!(roles_of(s, "AIRU/duty officer") & TOC_ROLE_IL)); /* proposed, not granted */
	const char *first = stage_id(s, "role.grant", NULL);
	const struct stage_entry *e = stage_last(s, "role.grant", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU");
	CHECK(stage_reads(s, e, "AIRU", TOC_ROLE_AD, NULL) && stage_reads(s, e, "AIRU", TOC_ROLE_DP, NULL) &&
	      !stage_reads(s, e, "AIRU", TOC_ROLE_DU, NULL));
	REFUSED(says(s, "AIRU/admin", "role", first, body), NOT_PERMITTED, "supersedes"); /* the same person */
	REFUSED(says(s, "BFP/admin", "role", first, body), NOT_FOUND, "body.org");
	REFUSED(says(s, "HUB/admin", "role", first, body), NOT_FOUND, "body.org"); /* there are two of their own */
	REFUSED(says(s, "AIRU/second admin", "role", first, GRANT("AIRU/duty officer", "\"liaison\"")), CONDITION, "body");
	REFUSED(says(s, "AIRU/second admin", "role", stage_id(s, "org.admit", NULL), body), NOT_FOUND, "supersedes");
	CHECK_INT(says(s, "AIRU/second admin", "role", first, body), 0);
	CHECK(roles_of(s, "AIRU/duty officer") & TOC_ROLE_IL);
	REFUSED(says(s, "AIRU/second admin", "role", first, body), STATE, "body.roles"); /* once */

	body = REVOKE("AIRU/duty officer", "\"incident_lead\"");
	CHECK_INT(says(s, "AIRU/second admin", "role", NULL, body), 0);
	CHECK_INT(says(s, "AIRU/admin", "role", stage_id(s, "role.revoke", NULL), body), 0);
	CHECK(!(roles_of(s, "AIRU/duty officer") & TOC_ROLE_IL));
	REFUSED(says(s, "AIRU/admin", "role", NULL, GRANT("AIRU/admin", "\"legal\"")), NOT_PERMITTED, "body.person");
	REFUSED(says(s, "AIRU/admin", "role", NULL, GRANT("AIRU/duty officer", "\"crisis_responder\"")), BAD_VALUE,
		"body.roles"); /* outside the table of roles */
	REFUSED(says(s, "AIRU/admin", "role", NULL, GRANT("AIRU/duty officer", "\"service_account\"")), BAD_VALUE, "body.roles");
	REFUSED(says(s, "AIRU/duty officer", "role", NULL, GRANT("AIRU/liaison officer", "\"org_admin\"")), NOT_PERMITTED, "");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(where_there_is_one_administrator_the_hub_is_the_second)
{
	struct stage *s = begun();
	const char *body = REVOKE("AIRU/second admin", "\"org_admin\"");

	CHECK_INT(says(s, "AIRU/admin", "role", NULL, body), 0);
	/* the second administrator of two is the one whom it is about: nobody confirms against themselves */
	REFUSED(says(s, "AIRU/second admin", "role", stage_id(s, "role.revoke", NULL), body), NOT_PERMITTED, "body.person");
	CHECK_INT(stage_act(s, "AIRU/admin", "{\"type\":\"person\",\"body\":{\"step\":\"leave\",\"org\":\"AIRU\",\"person\":\"%s\"}}",
			    person(s, "AIRU/second admin")), 0);
	body = GRANT("AIRU/liaison officer", "\"org_admin\"");
	CHECK_INT(says(s, "AIRU/admin", "role", NULL, body), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "role.grant", NULL))), "AIRU HUB");
	REFUSED(says(s, "OPS/admin", "role", stage_id(s, "role.grant", NULL), body), NOT_FOUND, "body.org");
	CHECK_INT(says(s, "HUB/admin", "role", stage_id(s, "role.grant", NULL), body), 0);
	CHECK(roles_of(s, "AIRU/liaison officer") & TOC_ROLE_AD);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_last_administrator_neither_leaves_nor_loses_the_role)
{
	struct stage *s = begun();

	CHECK_INT(stage_act(s, "PastePond/owner", "{\"type\":\"person\",\"body\":{\"step\":\"leave\",\"org\":\"PastePond\",\"person\":\"%s\"}}",
			    person(s, "PastePond/partner")), 0);
	REFUSED(stage_act(s, "PastePond/owner", "{\"type\":\"person\",\"body\":{\"step\":\"leave\",\"org\":\"PastePond\",\"person\":\"%s\"}}",
			  person(s, "PastePond/owner")), STATE, "body.person");
	stage_free(s);
}

CASE(a_proposal_lapses_after_three_days_and_when_its_author_has_left)
{
	struct stage *s = begun();
	const char *body = GRANT("AIRU/duty officer", "\"incident_lead\"");

	CHECK_INT(says(s, "AIRU/admin", "role", NULL, body), 0);
	stage_wait(s, TOC_HOURS(72));
	REFUSED(says(s, "AIRU/second admin", "role", stage_id(s, "role.grant", NULL), body), NOT_FOUND, "supersedes");
	CHECK_INT(says(s, "AIRU/admin", "role", NULL, body), 0);
	CHECK_INT(stage_act(s, "AIRU/second admin", "{\"type\":\"person\",\"body\":{\"step\":\"leave\",\"org\":\"AIRU\",\"person\":\"%s\"}}",
			    person(s, "AIRU/admin")), 0);
	REFUSED(says(s, "HUB/admin", "role", stage_id(s, "role.grant", NULL), body), NOT_FOUND, "supersedes");
	stage_free(s);
}

CASE(an_organisation_is_suspended_by_hub_and_operator_and_is_then_nobody)
{
	struct stage *s = begun();

	REFUSED(says(s, "AIRU/admin", "org", NULL, SUSPEND(true)), NOT_PERMITTED, "");
	REFUSED(says(s, "HUB/lead", "org", NULL, SUSPEND(true)), NOT_PERMITTED, "");
	CHECK_INT(says(s, "HUB/admin", "org", NULL, SUSPEND(true)), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "org.suspend", NULL))), "HUB OPS"); /* not yet its business */
	const char *first = stage_id(s, "org.suspend", NULL);
	REFUSED(says(s, "HUB/second admin", "org", first, SUSPEND(true)), NOT_PERMITTED, "supersedes"); /* of one organisation */
	CHECK(roles_of(s, "GameNest/night responder") != 0);
	CHECK_INT(says(s, "OPS/admin", "org", first, SUSPEND(true)), 0);
	CHECK_INT(roles_of(s, "GameNest/night responder"), 0);
	REFUSED(report(s, "GameNest/night responder", ""), NOT_PERMITTED, "");
	/* nothing is addressed to it any more */
	(void)active(s);
	CHECK(strstr(stage_readers(s, stage_last(s, "M3.confirm", NULL)), "GameNest") == NULL);
	REFUSED(says(s, "HUB/admin", "org", NULL, SUSPEND(true)), STATE, "body.suspended");
	CHECK_INT(says(s, "OPS/admin", "org", NULL, SUSPEND(false)), 0);
	CHECK_INT(says(s, "HUB/admin", "org", stage_id(s, "org.suspend", NULL), SUSPEND(false)), 0);
	CHECK(roles_of(s, "GameNest/night responder") != 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_new_organisation_gets_its_first_administrator_from_those_who_admit_it)
{
	struct stage *s = begun();
	static const char admit[] = "{\"step\":\"admit\",\"code\":\"Newcomer\",\"name\":\"Newcomer Video\",\"kinds\":[\"hsp\"],"
				    "\"established_in\":\"XB\",\"api_exercise_only\":false}",
			  enrol[] = "{\"step\":\"enrol\",\"org\":\"Newcomer\",\"person\":\"" NEW_PERSON "\",\"title\":\"founder\","
				    "\"roles\":[],\"machine\":false}",
			  grant[] = "{\"step\":\"grant\",\"org\":\"Newcomer\",\"person\":\"" NEW_PERSON "\",\"roles\":[\"org_admin\"]}",
			  kinds[] = "{\"step\":\"kinds\",\"code\":\"Newcomer\",\"kinds\":[\"industry_body\"]}";

	CHECK_INT(says(s, "OPS/admin", "org", NULL, admit), 0);
	CHECK(!toc_find_organisation(s->w, TOC_STR("Newcomer")));
	CHECK_INT(says(s, "HUB/admin", "org", stage_id(s, "org.admit", "OPS"), admit), 0);
	CHECK(toc_find_organisation(s->w, TOC_STR("Newcomer")) != NULL);
	CHECK(strstr(stage_readers(s, stage_last(s, "org.admit", "HUB")), "StreamHarbor") != NULL); /* every member */
	REFUSED(says(s, "OPS/admin", "person", NULL, enrol), NOT_FOUND, "body.org");
	CHECK_INT(says(s, "HUB/admin", "person", NULL, enrol), 0);
	CHECK_INT(says(s, "HUB/admin", "role", NULL, grant), 0);
	REFUSED(says(s, "HUB/second admin", "role", stage_id(s, "role.grant", NULL), grant), NOT_PERMITTED, "supersedes");
	CHECK_INT(says(s, "OPS/admin", "role", stage_id(s, "role.grant", NULL), grant), 0);
	CHECK_INT(toc_admins(s->w, TOC_STR("Newcomer")), 1);
	/* from now on it looks after itself */
	REFUSED(says(s, "HUB/admin", "person", NULL, enrol), NOT_FOUND, "body.org");
	CHECK_INT(says(s, "HUB/admin", "org", NULL, kinds), 0);
	CHECK_INT(says(s, "OPS/admin", "org", stage_id(s, "org.kinds", NULL), kinds), 0);
	CHECK_INT(toc_find_organisation(s->w, TOC_STR("Newcomer"))->kinds, TOC_KIND_IND);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(people_are_enrolled_without_roles_by_their_own_administrator_and_leave_for_good)
{
	struct stage *s = begun();
	static const char enrol[] = "{\"step\":\"enrol\",\"org\":\"AIRU\",\"person\":\"" NEW_PERSON "\",\"title\":\"trainee\","
				    "\"roles\":[],\"machine\":false}",
			  roles[] = "{\"step\":\"enrol\",\"org\":\"AIRU\",\"person\":\"" NEW_PERSON "\",\"title\":\"trainee\","
				    "\"roles\":[\"duty_officer\"],\"machine\":false}",
			  leave[] = "{\"step\":\"leave\",\"org\":\"AIRU\",\"person\":\"" NEW_PERSON "\"}";

	REFUSED(says(s, "AIRU/admin", "person", NULL, roles), NOT_PERMITTED, "body.roles");
	REFUSED(says(s, "BFP/admin", "person", NULL, enrol), NOT_FOUND, "body.org");
	CHECK_INT(says(s, "AIRU/admin", "person", NULL, enrol), 0);
	const struct toc_person *p = toc_find_person(s->w, toc_id_of(TOC_STR(NEW_PERSON)));
	CHECK(p && p->roles == 0 && toc_short_is(&p->org, TOC_STR("AIRU")));
	/* a new title leaves the roles alone */
	CHECK_INT(stage_act(s, "AIRU/admin", "{\"type\":\"person\",\"body\":{\"step\":\"enrol\",\"org\":\"AIRU\",\"person\":\"%s\","
			    "\"title\":\"night officer\",\"roles\":[],\"machine\":false}}", person(s, "AIRU/duty officer")), 0);
	CHECK(roles_of(s, "AIRU/duty officer") & TOC_ROLE_DU);
	CHECK_INT(says(s, "AIRU/second admin", "person", NULL, leave), 0);
	REFUSED(says(s, "AIRU/admin", "person", NULL, enrol), NOT_FOUND, "body.person"); /* no way back */
	CHECK(stage_consistent(s));
	stage_free(s);
}

#define SHA(n) "00000000000000000000000000000000000000000000000000000000000000" n
static int key(struct stage *s, const char *who, const char *body)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	const char *full = toc_arena_printf(s->a, body, person(s, "AIRU/gateway")).p;
#pragma GCC diagnostic pop
	return says(s, who, "credential", NULL, full);
}

static bool works(struct stage *s, uint8_t last)
{
	uint8_t sha[32] = { 0 };
	struct toc_principal p;

	sha[31] = last;
	return toc_world_credential(s->w, "api_key", sha, s->now, &p, NULL) == 0;
}

CASE(keys_are_issued_replaced_and_revoked_by_the_own_administrator)
{
	struct stage *s = begun();
	const char *soon = toc_time_str(s->a, toc_after(s->now, TOC_HOURS(24))).p,
		   *late = toc_time_str(s->a, toc_after(s->now, TOC_HOURS(24 * 500))).p;
	char issue[512], rotate[512];
	static const char revoke[] = "{\"step\":\"revoke\",\"credential\":\"" KEY_2 "\"}";

	snprintf(issue, sizeof issue, "{\"step\":\"issue\",\"org\":\"AIRU\",\"credential\":\"" KEY "\",\"person\":\"%%s\","
		 "\"kind\":\"api_key\",\"sha256\":\"" SHA("01") "\",\"expires\":\"%s\"}", late);
	REFUSED(key(s, "AIRU/admin", issue), LIMIT, "body.expires");
	snprintf(issue, sizeof issue, "{\"step\":\"issue\",\"org\":\"AIRU\",\"credential\":\"" KEY "\",\"person\":\"%%s\","
		 "\"kind\":\"api_key\",\"sha256\":\"" SHA("01") "\",\"expires\":\"%s\"}", soon);
	REFUSED(key(s, "BFP/admin", issue), NOT_FOUND, "body.org");
	REFUSED(key(s, "AIRU/duty officer", issue), NOT_PERMITTED, "");
	CHECK_INT(key(s, "AIRU/admin", issue), 0);
	CHECK(works(s, 1));
	REFUSED(key(s, "AIRU/admin", issue), STATE, "body.credential");
	snprintf(rotate, sizeof rotate, "{\"step\":\"rotate\",\"org\":\"AIRU\",\"credential\":\"" KEY_2 "\",\"person\":\"%%s\","
		 "\"replaces\":\"" KEY "\",\"sha256\":\"" SHA("02") "\",\"expires\":\"%s\",\"old_until\":\"%s\"}", soon,
		 toc_time_str(s->a, toc_after(s->now, TOC_MINUTES(10))).p);
	CHECK_INT(key(s, "AIRU/second admin", rotate), 0);
	CHECK(works(s, 1) && works(s, 2)); /* both, for a while */
	stage_wait(s, TOC_MINUTES(10));
	CHECK(!works(s, 1) && works(s, 2));
	CHECK_INT(says(s, "AIRU/admin", "credential", NULL, revoke), 0);
	CHECK(!works(s, 2));
	REFUSED(says(s, "AIRU/admin", "credential", NULL, revoke), NOT_FOUND, "body.credential");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(words_and_periods_are_set_by_a_lead_of_the_hub_and_another_lead_and_never_the_laws)
{
	struct stage *s = begun();
	static const char hour[] = "{\"step\":\"set\",\"version\":9,\"valid_from\":\"2031-05-17T13:00:00Z\",\"periods\":["
				   "{\"timer\":\"T23\",\"minutes\":30}]}";

	REFUSED(says(s, "HUB/lead", "policy", NULL, "{\"step\":\"set\",\"version\":9,\"valid_from\":\"2031-05-17T13:00:00Z\","
		     "\"periods\":[{\"timer\":\"T1\",\"minutes\":90}]}"), NOT_PERMITTED, "body.periods.timer");
	CHECK_TEXT(toc_str_of(s->v.refusal.clause), "TCO 3(3)");
	REFUSED(says(s, "HUB/lead", "policy", NULL, "{\"step\":\"set\",\"version\":9,\"valid_from\":\"2031-05-17T13:00:00Z\","
		     "\"periods\":[{\"timer\":\"T99\",\"minutes\":90}]}"), BAD_VALUE, "body.periods.timer");
	REFUSED(says(s, "AIRU/second officer", "policy", NULL, hour), NOT_PERMITTED, ""); /* the hub's begins */
	CHECK_INT(says(s, "HUB/lead", "policy", NULL, hour), 0);
	const char *first = stage_id(s, "policy.set", NULL);
	REFUSED(says(s, "AIRU/duty officer", "policy", first, hour), NOT_PERMITTED, "");
	CHECK_INT(says(s, "AIRU/second officer", "policy", first, hour), 0);
	CHECK(strstr(stage_readers(s, stage_last(s, "policy.set", "AIRU")), "GameNest") != NULL);
	const char *id = assessed(s);
	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", "\"body.fast_path\":true"), 0);
	const struct toc_timer *t23 = toc_running(s->w, "T23", find(s, id)->id, TOC_STR(""));
	CHECK(t23 && toc_between(t23->starts, t23->deadline).us == TOC_MINUTES(30).us);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_states_rules_are_set_by_legal_and_administrator_of_its_own_authority)
{
	struct stage *s = begun();
	static const char rules[] = "{\"step\":\"national\",\"cc\":\"XC\",\"version\":7,\"valid_from\":\"2031-05-17T13:00:00Z\","
				    "\"member_state\":true,\"desks\":[{\"duty\":\"DSA_18\",\"org\":\"CDA\"}],\"not_dsa_18\":[]}";

	REFUSED(says(s, "AIRU/admin", "policy", NULL, rules), NOT_PERMITTED, "body.cc"); /* of another state */
	CHECK_INT(says(s, "CDA/admin", "policy", NULL, rules), 0);
	const char *first = stage_id(s, "policy.national", "CDA");
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "policy.national", "CDA"))), "CDA");
	REFUSED(says(s, "CDA/second admin", "policy", first, rules), NOT_PERMITTED, "supersedes"); /* nobody is legal */
	CHECK_INT(says(s, "CDA/legal officer", "policy", first, rules), 0);
	const struct toc_country *c = toc_find_country(s->w, TOC_STR("XC"));
	CHECK(c && c->n_rules && c->rules[c->n_rules - 1].version == 7);
	REFUSED(says(s, "CDA/admin", "policy", NULL, rules), STATE, "body.version");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_hold_is_set_and_lifted_by_who_has_to_do_with_it)
{
	struct stage *s = begun();
	const char *incident = active(s);
	struct toc_uuid id = toc_id_of(toc_str_of(incident));
	const char *set = toc_arena_printf(s->a, "{\"step\":\"set\",\"hold\":\"" HOLD "\",\"subject\":\"incident\",\"subject_ref\":\"%s\","
					   "\"classes\":[\"R-LIVE\",\"R-SIGNAL\"],\"basis\":\"court file 7\"}", incident).p,
		   *lift = "{\"step\":\"lift\",\"hold\":\"" HOLD "\"}";

	REFUSED(says(s, "AIRU/admin", "hold", NULL, set), NOT_PERMITTED, "");
	REFUSED(says(s, "FRP/data protection officer", "hold", NULL, set), NOT_FOUND, "body.subject_ref"); /* no party */
	CHECK_INT(says(s, "AIRU/data protection officer", "hold", NULL, set), 0);
	CHECK(stage_reads(s, stage_last(s, "hold.set", NULL), "StreamHarbor", TOC_ROLE_DP, NULL));
	CHECK(!stage_reads(s, stage_last(s, "hold.set", NULL), "StreamHarbor", TOC_ROLE_CR, NULL));
	CHECK(toc_is_held(s->w, TOC_SUBJECT_INCIDENT, id, 1u << 0));
	CHECK(!toc_is_held(s->w, TOC_SUBJECT_INCIDENT, id, 1u << 1));
	REFUSED(says(s, "HUB/data protection officer", "hold", NULL, lift), NOT_PERMITTED, "body.hold");
	REFUSED(says(s, "FRP/data protection officer", "hold", NULL, lift), NOT_FOUND, "body.hold");
	CHECK_INT(says(s, "AIRU/data protection officer", "hold", NULL, lift), 0);
	CHECK(!toc_is_held(s->w, TOC_SUBJECT_INCIDENT, id, ~0u));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_mandate_is_granted_by_administrator_and_dpo_of_the_hub_and_bounds_what_an_auditor_asks)
{
	struct stage *s = begun();
	static const char grant[] = "{\"step\":\"grant\",\"mandate\":\"" MANDATE "\",\"auditor\":\"FRP\",\"orgs\":[\"AIRU\"],\"incidents\":[],"
				    "\"cases\":[],\"from\":\"2031-01-01T00:00:00Z\",\"until\":\"2041-01-01T00:00:00Z\",\"whole\":false,"
				    "\"deconfliction\":false}",
			  end[] = "{\"step\":\"end\",\"mandate\":\"" MANDATE "\"}";
	const char *query = toc_arena_printf(s->a, "{\"step\":\"mandate\",\"mandate_ref\":\"" MANDATE "\",\"audited\":[\"AIRU\"],\"query\":\"timeline\","
					     "\"purpose\":\"yearly audit\",\"at\":\"%s\"}", toc_time_str(s->a, s->now).p).p;

	REFUSED(says(s, "FRP/auditor", "M27", NULL, query), NOT_FOUND, "body.mandate_ref");
	CHECK_INT(says(s, "HUB/admin", "mandate", NULL, grant), 0);
	const char *first = stage_id(s, "mandate.grant", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "mandate.grant", NULL))), "HUB");
	REFUSED(says(s, "HUB/second admin", "mandate", first, grant), NOT_PERMITTED, "supersedes");
	CHECK_INT(says(s, "HUB/data protection officer", "mandate", first, grant), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "mandate.grant", NULL))), "AIRU FRP HUB");
	CHECK_INT(says(s, "FRP/auditor", "M27", NULL, query), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M27.mandate", NULL))), "FRP"); /* the audited learn of it later */
	REFUSED(says(s, "FRP/auditor", "M27", NULL, toc_arena_printf(s->a, "{\"step\":\"mandate\",\"mandate_ref\":\"" MANDATE
		     "\",\"audited\":[\"BFP\"],\"query\":\"timeline\",\"purpose\":\"y\",\"at\":\"%s\"}",
		     toc_time_str(s->a, s->now).p).p), NOT_PERMITTED, "body.audited");
	CHECK_INT(says(s, "HUB/data protection officer", "mandate", NULL, end), 0);
	CHECK_INT(says(s, "HUB/admin", "mandate", stage_id(s, "mandate.end", NULL), end), 0);
	REFUSED(says(s, "FRP/auditor", "M27", NULL, query), STATE, "body.mandate_ref");
	CHECK_INT(says(s, "AIRU/duty officer", "M27", NULL, toc_arena_printf(s->a, "{\"step\":\"own\",\"query\":\"timeline\",\"purpose\":\"y\","
		  "\"at\":\"%s\"}", toc_time_str(s->a, s->now).p).p), 0);
	REFUSED(says(s, "DGO/observer", "M27", NULL, toc_arena_printf(s->a, "{\"step\":\"own\",\"query\":\"timeline\",\"purpose\":\"y\","
		     "\"at\":\"%s\"}", toc_time_str(s->a, s->now).p).p), NOT_PERMITTED, "");
	/* thirty days on, whom it was about is told: that, and nothing of what was asked */
	stage_wait(s, TOC_HOURS(24 * 29));
	CHECK(!stage_last(s, "M27.notice", NULL));
	stage_wait(s, TOC_HOURS(25));
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M27.notice", NULL))), "AIRU");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_member_is_not_admitted_again_and_what_is_said_of_it_changes_without_its_kinds)
{
	struct stage *s = begun();
	static const char admit[] = "{\"step\":\"admit\",\"code\":\"StreamHarbor\",\"name\":\"x\",\"kinds\":[\"eu_hub\"],\"api_exercise_only\":false}",
			  change[] = "{\"step\":\"change\",\"code\":\"StreamHarbor\",\"name\":\"Stream Harbor Ltd\",\"established_in\":\"XC\","
				     "\"languages\":[\"en\"],\"api_exercise_only\":false}";
	const struct toc_organisation *o = toc_find_organisation(s->w, TOC_STR("StreamHarbor"));
	toc_kinds kinds = o->kinds;

	REFUSED(says(s, "HUB/admin", "org", NULL, admit), STATE, "body.code");
	REFUSED(says(s, "HUB/admin", "org", NULL, "{\"step\":\"change\",\"code\":\"Nowhere\",\"name\":\"x\",\"api_exercise_only\":false}"), NOT_FOUND,
		"body.code");
	REFUSED(says(s, "StreamHarbor/admin", "org", NULL, change), NOT_PERMITTED, "");
	CHECK_INT(says(s, "HUB/admin", "org", NULL, change), 0);
	CHECK_TEXT(toc_short_str(&toc_find_organisation(s->w, TOC_STR("StreamHarbor"))->established_in), "XB"); /* one says so */
	CHECK_INT(says(s, "OPS/admin", "org", stage_id(s, "org.change", NULL), change), 0);
	o = toc_find_organisation(s->w, TOC_STR("StreamHarbor"));
	CHECK_TEXT(toc_short_str(&o->established_in), "XC");
	CHECK_TEXT(toc_text_str(&o->name), "Stream Harbor Ltd");
	CHECK_INT(o->kinds, kinds);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
