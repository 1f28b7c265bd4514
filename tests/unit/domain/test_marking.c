/* test_marking.c: TLP is raised by a new version and lowered by its originator alone; handling codes and grades travel; what is
 * put together is marked like the strictest of its parts, which keep their own. */
#include "acts.h"

/* An early warning of the hub's, and a new version of it by a state's lead. */
static int version(struct stage *s, const char *who, const char *incident, const char *of, const char *marks)
{
	return warn(s, who, incident, toc_arena_printf(s->a, "%s%s%s%s%s", of ? "\"supersedes\":\"" : "", of ? of : "", of ? "\"" : "",
						       of && *marks ? "," : "", marks).p);
}

CASE(tlp_is_raised_by_anybody_who_follows_and_lowered_by_its_originator_alone)
{
	struct stage *s = begun();
	const char *id = assessed(s);

	CHECK_INT(version(s, "HUB/lead", id, NULL, "\"tlp\":\"AMBER\""), 0);
	const char *first = id_of(s, "M2.issue");
	REFUSED(version(s, "AIRU/second officer", id, first, "\"tlp\":\"GREEN\""), NOT_PERMITTED, "tlp");
	CHECK_TEXT(toc_str_of(s->v.refusal.clause), "TLP 2.0, domain (e) 1");
	CHECK_INT(version(s, "AIRU/second officer", id, first, "\"tlp\":\"RED\""), 0); /* raised: a new version */
	CHECK_TEXT(toc_get_text(stage_last(s, "M2.issue", "AIRU")->whole, "tlp"), "RED");
	CHECK_TEXT(toc_get_text(stage_last(s, "M2.issue", "HUB")->whole, "tlp"), "AMBER"); /* the old one keeps its own */
	CHECK_INT(version(s, "HUB/second lead", id, first, "\"tlp\":\"GREEN\""), 0); /* lowered: by the originator */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(handling_codes_travel_and_a_source_is_graded_by_its_provider)
{
	struct stage *s = begun();
	const char *id = assessed(s);

	CHECK_INT(version(s, "HUB/lead", id, NULL, "\"handling\":[{\"code\":\"H1\"}],\"source_grade\":\"B2\""), 0);
	const char *first = id_of(s, "M2.issue");
	REFUSED(version(s, "AIRU/second officer", id, first, ""), NOT_PERMITTED, "handling");
	REFUSED(version(s, "AIRU/second officer", id, first, "\"handling\":[{\"code\":\"H1\"}],\"source_grade\":\"A1\""), NOT_PERMITTED,
		"source_grade");
	CHECK_INT(version(s, "AIRU/second officer", id, first, "\"handling\":[{\"code\":\"H1\"},{\"code\":\"H2\"}],\"source_grade\":\"B2\""), 0);
	CHECK_INT(version(s, "HUB/lead", id, first, "\"source_grade\":\"A1\""), 0);
	stage_free(s);
}

CASE(what_a_redirect_discloses_is_marked_like_the_strictest_of_it)
{
	struct stage *s = begun();

	struct toc_value *m = stage_message(s, stage_notice(s, "", ""));
	toc_set_cstr(s->a, m, "tlp", "RED");
	toc_set_id(s->a, toc_get(m, "body"), "contact_24x7", stage_person(s, "GameNest/night responder"));
	toc_set(s->a, m, "handling", toc_value_list(s->a));
	struct toc_value *h1 = toc_value_map(s->a);
	toc_set_cstr(s->a, h1, "code", "H1");
	toc_push(s->a, toc_get(m, "handling"), h1);
	CHECK_INT(stage_act_value(s, "GameNest/night responder", m), 0);
	CHECK_INT(stage_act(s, "AIRU/duty officer", "{\"type\":\"M5\",\"tlp\":\"GREEN\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"redirect\",\"human_ack_by\":\"%s\","
			    "\"at\":\"%s\",\"redirect_to\":\"BFP\",\"redirect_ground\":\"theirs\"}}",
			    stage_case(s, "M4.send", NULL), toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p, now_of(s)), 0);
	const struct stage_entry *e = stage_last(s, "M29.disclose", NULL);
	CHECK_TEXT(toc_get_text(e->whole, "tlp"), "RED");
	CHECK(toc_get_is(toc_at(toc_get(e->whole, "handling"), 0), "code", "H1"));
	CHECK_TEXT(toc_get_text(stage_last(s, "M5.redirect", NULL)->whole, "tlp"), "GREEN");
	CHECK(stage_consistent(s));
	stage_free(s);
}

static int report_of(struct stage *s, const char *id, const char *tlp, const char *more, const char *body)
{
	return stage_act(s, "HUB/lead",
			 "{\"type\":\"M20\",\"tlp\":\"%s\",\"incident_ref\":\"%s\"," NO_PERSONAL "%s,\"body\":{\"kind\":\"situation\",\"step\":\"approve\","
			 "\"period\":{\"from\":\"%s\",\"until\":\"%s\"},\"known\":\"x\",\"changed_since_last\":\"y\",\"not_confirmed\":\"z\",\"next_at\":"
			 "\"2031-05-18T00:00:00Z\"%s}}",
			 tlp, id, more, now_of(s), now_of(s), body);
}

CASE(a_report_is_marked_like_the_strictest_of_what_it_is_put_together_from)
{
	struct stage *s = begun();
	const char *id = assessed(s);

	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", "\"body.fast_path\":true"), 0);
	CHECK_INT(stage_act(s, "AIRU/duty officer",
			    "{\"type\":\"M20\",\"tlp\":\"AMBER+STRICT\",\"incident_ref\":\"%s\",\"handling\":[{\"code\":\"H1\"}]," NO_PERSONAL
			    ",\"body\":{\"kind\":\"situation\",\"step\":\"draft\",\"period\":{\"from\":\"%s\",\"until\":\"%s\"},\"known\":\"x\","
			    "\"changed_since_last\":\"y\",\"not_confirmed\":\"z\",\"next_at\":\"2031-05-18T00:00:00Z\"}}",
			    id, now_of(s), now_of(s)),
		  0);
	const char *draft = id_of(s, "M20.draft"), *from = toc_arena_printf(s->a, ",\"draft_ref\":\"%s\"", draft).p;
	REFUSED(report_of(s, id, "AMBER", "", from), CONDITION, "tlp");
	REFUSED(report_of(s, id, "AMBER+STRICT", "", from), CONDITION, "handling");
	CHECK_INT(report_of(s, id, "AMBER+STRICT", ",\"handling\":[{\"code\":\"H1\"}]", from), 0);
	CHECK_INT(report_of(s, id, "AMBER", "", ""), 0); /* what it says it is not made from */
	/* what it names besides */
	REFUSED(report_of(s, id, "AMBER", toc_arena_printf(s->a, ",\"references\":[\"%s\"]", draft).p, ""), CONDITION, "tlp");
	REFUSED(report_of(s, id, "RED", ",\"references\":[\"01980000-0000-7000-8000-00000000dead\"]", ""), NOT_FOUND, "references[0]");
	stage_free(s);
}

RUN_CASES()
