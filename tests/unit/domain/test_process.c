/* test_process.c: orders that run elsewhere (M22; T27, T28, T29), victims (M28), complaints as numbers (M24). */
#include "course.h"

static int open_process(struct stage *s, const char *who, const char *ref, const char *addressee, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"M22\",%s,\"body\":{\"step\":\"open\",\"reference\":\"EP-9\",\"issuer\":\"court of x\","
			 "\"addressee\":\"%s\"%s}}",
			 ref, addressee, more);
}
#define EMERGENCY ",\"kind\":\"EPOC\",\"emergency\":true"

static int process_status(struct stage *s, const char *who, const char *ref, const char *status)
{
	return stage_act(s, who, "{\"type\":\"M22\",\"body\":{\"step\":\"status\",\"process_ref\":\"%s\",\"status\":\"%s\"}}", ref,
			 status);
}

/* GameNest has notified AIRU and HUB. @return "case_ref":… */
static const char *noticed(struct stage *s)
{
	CHECK_INT(stage_act_value(s, "GameNest/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	return toc_arena_printf(s->a, "\"case_ref\":\"%s\"", stage_case(s, "M4.send", NULL)).p;
}

CASE(an_emergency_order_elsewhere_has_eight_hours_from_receipt_and_is_read_by_its_two_sides)
{
	struct stage *s = begun();
	const char *c = noticed(s);

	CHECK_INT(open_process(s, "AIRU/duty officer", c, "GameNest", EMERGENCY), 0);
	const struct stage_entry *e = stage_last(s, "M22.open", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU GameNest");
	CHECK(!toc_get(toc_get(toc_get(e->e.body, "message"), "body"), "reference")); /* sealed */
	const struct toc_value *t27 = stage_timer(e, "timers_started", "T27", "GameNest");
	CHECK(toc_get_bool(t27, "legal"));
	CHECK(toc_get_time(t27, "deadline", TOC_TIME_NEVER).us == stage_time(s, "8:01:00").us);
	const char *id = id_of(s, "M22.open");
	REFUSED(process_status(s, "HUB/duty officer", id, "withdrawn"), NOT_PERMITTED, "");
	REFUSED(process_status(s, "BFP/duty officer", id, "withdrawn"), NOT_FOUND, "body.process_ref");
	REFUSED(process_status(s, "GameNest/counsel", id, "withdrawn"), NOT_PERMITTED, "body.status");
	REFUSED(process_status(s, "AIRU/duty officer", id, "fulfilled"), NOT_PERMITTED, "body.status");
	stage_to(s, "11:00");
	CHECK_INT(process_status(s, "GameNest/night responder", id, "fulfilled"), 0);
	const struct toc_value *stop = stage_timer(stage_last(s, "M22.status", NULL), "timers_stopped", "T27", "GameNest");
	CHECK(toc_get_bool(stop, "met"));
	CHECK_INT(toc_get_int(stop, "took_ms", 0), 600000);
	REFUSED(process_status(s, "GameNest/night responder", id, "refused"), STATE, "body.status");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_normal_order_has_ten_days_another_kind_says_its_own_end_and_it_is_said_when_it_is_over)
{
	struct stage *s = begun();
	const char *c = noticed(s);

	CHECK_INT(open_process(s, "AIRU/liaison officer", c, "GameNest",
			       ",\"kind\":\"EPOC\",\"emergency\":false,\"received_at\":\"2031-05-17T13:58:30Z\""),
		  0);
	CHECK(toc_get_time(stage_timer(stage_last(s, "M22.open", NULL), "timers_started", "T27", "GameNest"), "deadline",
			   TOC_TIME_NEVER)
		      .us == stage_time(s, "240:00:30").us);
	REFUSED(open_process(s, "AIRU/duty officer", c, "GameNest", EMERGENCY ",\"due_at\":\"2031-06-01T00:00:00Z\""), CONDITION,
		"body.due_at");
	CHECK_INT(open_process(s, "AIRU/duty officer", c, "GameNest",
			       ",\"kind\":\"DSA_10\",\"emergency\":false,\"due_at\":\"2031-05-18T00:00:00Z\""),
		  0);
	CHECK_INT(open_process(s, "AIRU/duty officer", c, "GameNest", ",\"kind\":\"national\",\"emergency\":false"), 0);
	CHECK(!stage_timer(stage_last(s, "M22.open", NULL), "timers_started", "T27", "GameNest"));
	stage_to(s, "11:00:00");
	CHECK_INT(passed(s, "T27"), 1);
	const struct stage_entry *e = stage_last(s, "deadline.passed", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU GameNest");
	CHECK_TEXT(toc_get_text(toc_get(toc_get(e->e.body, "message"), "body"), "kind"), "legal");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(objection_has_96_hours_and_validation_48)
{
	struct stage *s = begun();
	const char *c = noticed(s);

	CHECK_INT(open_process(s, "AIRU/duty officer", c, "GameNest", EMERGENCY ",\"to_be_validated\":true"), 0);
	const char *id = id_of(s, "M22.open");
	CHECK_INT(process_status(s, "AIRU/duty officer", id, "notified"), 0);
	struct toc_uuid p = toc_id_of(toc_str_of(id));
	CHECK(toc_running(s->w, "T28", p, TOC_STR("AIRU"))->deadline.us == stage_time(s, "96:01:00").us);
	CHECK(toc_running(s->w, "T29", p, TOC_STR("AIRU"))->deadline.us == stage_time(s, "48:01:00").us);
	stage_to(s, "30:00:00");
	CHECK_INT(process_status(s, "AIRU/liaison officer", id, "validated"), 0);
	CHECK(toc_get_bool(stage_timer(stage_last(s, "M22.status", NULL), "timers_stopped", "T29", "AIRU"), "met"));
	stage_to(s, "97:00:00");
	CHECK_INT(passed(s, "T28"), 1); /* nobody has objected */
	CHECK_INT(passed(s, "T29"), 0);
	CHECK(toc_running(s->w, "T28", p, TOC_STR("AIRU")) == NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* e-Evidence 4(5): what was not validated is withdrawn, though the addressee has answered it. */
CASE(what_the_addressee_answers_ends_neither_the_validation_nor_the_objection)
{
	static const char *const answers[] = { "fulfilled", "refused" };

	for (size_t i = 0; i < 2; i++) {
		struct stage *s = begun();
		CHECK_INT(open_process(s, "AIRU/duty officer", noticed(s), "GameNest", EMERGENCY ",\"to_be_validated\":true"), 0);
		const char *id = id_of(s, "M22.open");
		struct toc_uuid p = toc_id_of(toc_str_of(id));
		CHECK_INT(process_status(s, "GameNest/counsel", id, answers[i]), 0);
		CHECK_INT(process_status(s, "AIRU/duty officer", id, "notified"), 0);
		CHECK_INT(process_status(s, "AIRU/duty officer", id, "objected"), 0);
		CHECK(!toc_running(s->w, "T28", p, TOC_STR("AIRU")) && toc_running(s->w, "T29", p, TOC_STR("AIRU")));
		CHECK_INT(process_status(s, "AIRU/duty officer", id, "withdrawn"), 0);
		CHECK(!toc_running(s->w, "T29", p, TOC_STR("AIRU")));
		REFUSED(process_status(s, "AIRU/duty officer", id, "validated"), STATE, "body.status");
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

CASE(the_enforcing_state_is_notified_once)
{
	struct stage *s = begun();

	CHECK_INT(open_process(s, "AIRU/duty officer", noticed(s), "GameNest", EMERGENCY), 0);
	const char *id = id_of(s, "M22.open");
	struct toc_uuid p = toc_id_of(toc_str_of(id));
	CHECK_INT(process_status(s, "AIRU/duty officer", id, "notified"), 0);
	stage_to(s, "90:00:00");
	REFUSED(process_status(s, "AIRU/duty officer", id, "notified"), STATE, "body.status");
	CHECK(toc_running(s->w, "T28", p, TOC_STR("AIRU"))->deadline.us == stage_time(s, "96:01:00").us);
	stage_to(s, "96:01:00");
	REFUSED(process_status(s, "AIRU/duty officer", id, "notified"), STATE, "body.status");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_pointer_tells_nobody_of_a_case_that_they_do_not_know)
{
	struct stage *s = begun();
	const char *c = noticed(s), *i;

	REFUSED(open_process(s, "AIRU/duty officer", "\"tlp\":\"AMBER\"", "GameNest", EMERGENCY), MISSING_FIELD, "incident_ref");
	REFUSED(open_process(s, "AIRU/duty officer", c, "Chirplet", EMERGENCY), CONDITION, "case_ref");
	REFUSED(open_process(s, "BFP/duty officer", c, "GameNest", EMERGENCY), NOT_FOUND, "case_ref");
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	i = toc_arena_printf(s->a, "\"incident_ref\":\"%s\"", incident_of(s, stage_last(s, "M1.report", NULL))).p;
	REFUSED(open_process(s, "AIRU/duty officer", i, "Chirplet", EMERGENCY), CONDITION, "incident_ref");
	REFUSED(open_process(s, "AIRU/duty officer", i, "HUB", EMERGENCY), NO_READER, "body.addressee");
	REFUSED(open_process(s, "HUB/duty officer", i, "GameNest", EMERGENCY), NOT_PERMITTED, "");
	stage_free(s);
}

static int protect(struct stage *s, const char *who, const char *audience, const char *level, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"M28\",\"audience\":[%s],\"personal_data\":{\"level\":\"%s\",\"categories\":[]}%s}", audience,
			 level, more);
}
#define VICTIM \
	"\"victim_ref\":\"V-17\",\"kind\":\"doxxing\",\"content\":[{\"url\":\"https://chirplet.example/p/9\"}]," \
	"\"consent\":\"given_by_family\",\"contact_authority\":\"AIRU\""
#define VICTIM_BODY(more) ",\"body\":{\"step\":\"send\"," VICTIM more "}"

CASE(a_victims_matter_is_read_by_whom_it_is_sent_to_and_its_sender)
{
	struct stage *s = begun();

	CHECK_INT(protect(s, "AIRU/duty officer", "\"Chirplet\"", "special", VICTIM_BODY("")), 0);
	const struct stage_entry *e = stage_last(s, "M28.send", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU Chirplet");
	CHECK(stage_reads(s, e, "Chirplet", TOC_ROLE_LG, NULL) && !stage_reads(s, e, "Chirplet", TOC_ROLE_PL, NULL) &&
	      !stage_reads(s, e, "Chirplet", TOC_ROLE_SV, NULL));
	struct toc_str body = toc_json_str(s->a, e->e.body);
	CHECK(!memmem(body.p, body.n, "V-17", 4) && !memmem(body.p, body.n, "chirplet.example", 16));
	CHECK_INT(protect(s, "AIRU/duty officer", "\"Chirplet\",\"HUB\"", "special", VICTIM_BODY("")), 0);
	CHECK(stage_reads(s, stage_last(s, "M28.send", NULL), "HUB", TOC_ROLE_LI, NULL) &&
	      !stage_reads(s, stage_last(s, "M28.send", NULL), "HUB", TOC_ROLE_IL, NULL));
	REFUSED(protect(s, "AIRU/duty officer", "\"Chirplet\"", "limited", VICTIM_BODY("")), CONDITION, "personal_data.level");
	REFUSED(protect(s, "AIRU/duty officer", "\"OSF\"", "special", VICTIM_BODY("")), NO_READER, "audience");
	REFUSED(protect(s, "AIRU/duty officer", "", "special", VICTIM_BODY("")), MISSING_FIELD, "audience");
	REFUSED(protect(s, "AIRU/duty officer", "\"LoopReel\"", "special", VICTIM_BODY("")), CONDITION,
		"body.authorisation_ref");
	CHECK_INT(protect(s, "AIRU/duty officer", "\"LoopReel\"", "special", VICTIM_BODY(",\"authorisation_ref\":\"A-1\"")), 0);
	REFUSED(protect(s, "HUB/duty officer", "\"Chirplet\"", "special", VICTIM_BODY("")), NOT_PERMITTED, "");
	CHECK(stage_consistent(s));
	stage_free(s);
}

#define COMPLAINTS(n) "{\"type\":\"M24\"," NO_PERSONAL \
	",\"body\":{\"step\":\"send\",\"basis\":\"TCO_10\",\"period\":{\"from\":\"2031-01-01T00:00:00Z\"," \
	"\"until\":\"2031-05-01T00:00:00Z\"},\"complaints\":" #n ",\"reinstated\":2,\"rejected\":3,\"pending\":1}}"
CASE(complaints_are_numbers_for_the_home_state_the_hub_and_policy)
{
	struct stage *s = begun();
	CHECK_INT(stage_act(s, "StreamHarbor/counsel", COMPLAINTS(6)), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M24.send", NULL))), "BFP BMR DGO HUB StreamHarbor");
	REFUSED(stage_act(s, "StreamHarbor/counsel", COMPLAINTS(7)), CONDITION, "body.complaints");
	REFUSED(stage_act(s, "StreamHarbor/night responder", COMPLAINTS(6)), NOT_PERMITTED, "");
	stage_free(s);
}

RUN_CASES()
