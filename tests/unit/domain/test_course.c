/* test_course.c: a crisis from its activation to its public debrief: status and the guard of winding down (M21, b.1),
 * situation reports and shift notes (M20, T22), the debrief (M23, T25). */
#include "course.h"

#include "domain/apply.h"
#include "render/render.h"

static int64_t figure(const struct stage_entry *e, const char *name)
{
	return toc_get_int(toc_get(toc_get(decided_of(e), "report"), "figures"), name, -1);
}

static const char *activation_of(struct stage *s)
{
	return id_of(s, "M3.confirm");
}

CASE(platforms_that_act_are_engaged_and_four_of_five_have_to_fall_twice)
{
	static const char *const five[] = { "StreamHarbor/night responder", "Chirplet/night responder",
					    "GameNest/night responder", "LoopReel/night responder", "PastePond/owner" };
	struct stage *s = begun();
	const char *id = active(s), *activation = activation_of(s);

	CHECK_INT(acknowledge(s, "BFP/duty officer", activation), 0); /* no platform */
	for (size_t i = 0; i < 5; i++)
		CHECK_INT(acknowledge(s, five[i], activation), 0);
	const struct toc_course *c = toc_find_course(s->w, toc_id_of(toc_str_of(id)));
	CHECK(c && c->n_engaged == 5 && c->n_acks == 6);
	for (size_t i = 0; i < 4; i++)
		CHECK_INT(status(s, five[i], id, "falling", ",\"uploads_blocked\":10,\"removed\":2"), 0);
	REFUSED(decide(s, "HUB/lead", id, "wind_down", ""), CONDITION, "body.decision"); /* once is not twice */
	CHECK(strstr(s->v.refusal.detail, "0 of 5") && strstr(s->v.refusal.detail, "PastePond"));
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(status(s, five[i], id, i ? "falling" : "none", ""), 0);
	REFUSED(decide(s, "HUB/lead", id, "wind_down", ""), CONDITION, "body.decision"); /* three of five */
	CHECK_INT(status(s, five[3], id, "rising", ""), 0); /* in a row */
	CHECK_INT(status(s, five[3], id, "falling", ""), 0);
	REFUSED(decide(s, "HUB/lead", id, "wind_down", ""), CONDITION, "body.decision");
	CHECK_INT(status(s, five[3], id, "falling", ""), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	const struct toc_value *closing = toc_get(decided_of(stage_last(s, "M3.wind_down", NULL)), "closing");
	CHECK_INT(toc_get_int(closing, "platforms_engaged", 0), 5);
	CHECK_INT(toc_get_int(closing, "platforms_falling", 0), 4);
	CHECK(!toc_get(closing, "missing")); /* who it is concerns the leads only */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_status_goes_to_hub_and_affected_states_and_the_leads_see_who_is_missing_before_they_close)
{
	struct stage *s = begun();
	const char *id = active(s);

	CHECK_INT(status(s, "LoopReel/policy lead", id, "rising", ",\"over_blocking_seen\":\"a memorial\""), 0);
	const struct stage_entry *e = stage_last(s, "M21.send", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU HUB LoopReel");
	CHECK(stage_reads(s, e, "HUB", TOC_ROLE_DU, NULL) && stage_reads(s, e, "AIRU", TOC_ROLE_IL, NULL));
	CHECK(!toc_get(toc_get(toc_get(e->e.body, "message"), "body"), "over_blocking_seen"));
	REFUSED(status(s, "LoopReel/counsel", id, "flat", ""), NOT_PERMITTED, "");
	REFUSED(stage_act(s, "LoopReel/policy lead",
			  "{\"type\":\"M21\",\"incident_ref\":\"%s\"," NO_PERSONAL
			  ",\"body\":{\"step\":\"send\",\"window\":{\"from\":\"%s\",\"until\":\"%s\"},\"trend\":\"flat\"}}",
			  id, later(s, 0), later(s, -5)),
		BAD_VALUE, "body.window");
	const char *other = assessed(s);
	REFUSED(status(s, "LoopReel/policy lead", other, "flat", ""), NOT_FOUND, "incident_ref");
	CHECK_INT(status(s, "LoopReel/policy lead", id, "falling", ""), 0);
	CHECK_INT(status(s, "LoopReel/policy lead", id, "falling", ""), 0);
	const struct toc_value *asked = stage_prepare(s, "HUB/lead", crisis_decision(s, "HUB/lead", id, "wind_down", ""));
	CHECK_INT(toc_len(toc_get(toc_get(asked, "closing"), "missing")), 0);
	CHECK_INT(toc_get_int(toc_get(asked, "closing"), "platforms_falling", 0), 1);
	stage_free(s);
}

CASE(situation_reports_are_numbered_their_numbers_are_the_servers_and_the_next_one_is_due)
{
	struct stage *s = begun();
	const char *id = active(s);
	const struct toc_timer *t22 = toc_running(s->w, "T22", toc_id_of(toc_str_of(id)), TOC_STR(""));

	CHECK(t22 && toc_between(t22->starts, t22->deadline).us == TOC_MINUTES(60).us);
	CHECK_INT(acknowledge(s, "Chirplet/night responder", activation_of(s)), 0);
	CHECK_INT(status(s, "Chirplet/night responder", id, "flat", ",\"removed\":7"), 0);
	CHECK_INT(sitrep(s, "BFP/duty officer", id, "draft", ""), 0);
	const struct stage_entry *draft = stage_last(s, "M20.draft", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, draft)), "BFP HUB");
	CHECK_INT(figure(draft, "removed"), 7);
	REFUSED(sitrep(s, "BFP/second officer", id, "approve", ""), NOT_PERMITTED, ""); /* its state is not affected */
	REFUSED(sitrep(s, "AIRU/second officer", id, "approve",
		       toc_arena_printf(s->a, ",\"draft_ref\":\"%s\"", id_of(s, "M20.draft")).p),
		NOT_FOUND, "body.draft_ref"); /* not theirs to read */
	CHECK_INT(sitrep(s, "HUB/lead", id, "approve",
			 toc_arena_printf(s->a, ",\"draft_ref\":\"%s\"", id_of(s, "M20.draft")).p),
		  0);
	const struct stage_entry *first = stage_last(s, "M20.approve", NULL);
	CHECK_INT(toc_get_int(toc_get(decided_of(first), "report"), "number", 0), 1);
	CHECK_INT(figure(first, "platforms_engaged"), 1);
	CHECK(stage_reads(s, first, "PastePond", TOC_ROLE_CR, NULL));
	enum toc_rendering r;
	CHECK(stage_reads(s, first, "OSF", TOC_ROLE_DU, &r) && r == TOC_WITHOUT_PERSONAL);
	CHECK(toc_get(toc_decided_shown(s->a, first->e.k, decided_of(first), r), "report") != NULL);
	stage_to(s, "1:00:59");
	CHECK_INT(passed(s, "T22"), 0);
	stage_to(s, "1:02:00");
	CHECK_INT(passed(s, "T22"), 1);
	CHECK_INT(sitrep(s, "AIRU/second officer", id, "approve", ""), 0);
	CHECK_INT(toc_get_int(toc_get(decided_of(stage_last(s, "M20.approve", NULL)), "report"), "number", 0), 2);
	CHECK_INT(status(s, "Chirplet/night responder", id, "falling", ""), 0);
	CHECK_INT(status(s, "Chirplet/night responder", id, "falling", ""), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	t22 = toc_running(s->w, "T22", toc_id_of(toc_str_of(id)), TOC_STR(""));
	CHECK(t22 && toc_between(t22->starts, t22->deadline).us == TOC_HOURS(4).us && !t22->breached);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(prepare_drafts_a_report_from_the_data_and_appends_nothing)
{
	struct stage *s = begun();
	const char *id = active(s);
	size_t n = s->n;
	struct toc_value *m = stage_message(s, toc_arena_printf(s->a,
			"{\"type\":\"M20\",\"incident_ref\":\"%s\"," NO_PERSONAL ",\"body\":{\"kind\":\"situation\",\"step\":\"draft\","
			"\"period\":{\"from\":\"%s\",\"until\":\"%s\"},\"known\":\"x\",\"changed_since_last\":\"y\",\"not_confirmed\":\"z\","
			"\"next_at\":\"%s\"}}", id, now_of(s), now_of(s), later(s, 60)).p);
	const struct toc_value *report = toc_get(stage_prepare(s, "HUB/duty officer", m), "report");

	CHECK_INT(toc_get_int(report, "number", 0), 1);
	CHECK_INT(toc_get_int(toc_get(report, "figures"), "platforms_engaged", -1), 0);
	CHECK_INT(s->n, n);
	stage_free(s);
}

CASE(a_shift_note_stays_at_home_and_lists_what_each_person_has_not_read_and_what_binds_them)
{
	struct stage *s = begun();
	const char *id = active(s), *activation = activation_of(s);

	CHECK_INT(acknowledge(s, "Chirplet/night responder", activation), 0);
	CHECK_INT(stage_act(s, "Chirplet/night responder",
			    "{\"type\":\"M20\",\"incident_ref\":\"%s\",\"body\":{\"kind\":\"hand_over\",\"note\":\"quiet\","
			    "\"to\":\"%s\"}}",
			    id, toc_uuid_str(s->a, stage_person(s, "Chirplet/second responder")).p),
		  0);
	const struct stage_entry *e = stage_last(s, "M20.hand_over", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "Chirplet");
	CHECK(!stage_reads(s, e, "Chirplet", TOC_ROLE_SV, NULL));
	CHECK(!toc_get(toc_get(toc_get(e->e.body, "message"), "body"), "note"));
	struct toc_str second = toc_uuid_str(s->a, stage_person(s, "Chirplet/second responder")),
		       night = toc_uuid_str(s->a, stage_person(s, "Chirplet/night responder"));
	const struct toc_value *of_second = stage_decided(e, "unread", "person", second.p),
			       *of_night = stage_decided(e, "unread", "person", night.p);
	CHECK(of_second && toc_list_has(toc_get(of_second, "messages"), toc_str_of(activation)));
	CHECK(of_night && !toc_list_has(toc_get(of_night, "messages"), toc_str_of(activation)));
	CHECK_INT(toc_get_int(of_second, "count", 0), toc_get_int(of_night, "count", 0) + 1);
	CHECK(!toc_len(toc_get(decided_of(e), "open"))); /* Chirplet has acknowledged */
	CHECK_INT(stage_act(s, "GameNest/counsel", "{\"type\":\"M20\",\"body\":{\"kind\":\"hand_over\",\"note\":\"x\"}}"), 0);
	CHECK(stage_decided(stage_last(s, "M20.hand_over", "GameNest"), "open", "timer", "T19") != NULL);
	REFUSED(stage_act(s, "GameNest/counsel", "{\"type\":\"M20\",\"body\":{\"kind\":\"hand_over\"}}"), MISSING_FIELD,
		"body.note");
	REFUSED(stage_act(s, "GameNest/counsel",
			  "{\"type\":\"M20\",\"body\":{\"kind\":\"hand_over\",\"note\":\"x\",\"to\":\"%s\"}}", second.p),
		NOT_FOUND, "body.to");
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* An incident that is over, closed at 3:05:00. */
static void end(struct stage *s, const char *id)
{
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	stage_to(s, "2:00:00");
	CHECK_INT(decide(s, "HUB/lead", id, "close", ""), 0);
	stage_to(s, "3:05:00");
	CHECK_INT(answer(s, "AIRU/second officer", id, "close", "confirm", id_of(s, "M3.propose")), 0);
}

static const char *closed(struct stage *s)
{
	const char *id = active(s);

	end(s, id);
	return id;
}

CASE(closing_opens_the_debrief_which_is_published_by_two_people_and_is_the_end)
{
	struct stage *s = begun();
	const char *id = closed(s);

	CHECK(toc_running(s->w, "T22", toc_id_of(toc_str_of(id)), TOC_STR("")) == NULL);
	REFUSED(publish(s, "HUB/second lead", id, id, "x"), STATE, "body");
	CHECK_INT(contribute(s, "LoopReel/counsel", id, "false"), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_DEBRIEF);
	CHECK_INT(final_report(s, "HUB/lead", id, "What happened, and what was learnt."), 0);
	const struct stage_entry *final = stage_last(s, "M23.final", NULL);
	CHECK_INT(figure(final, "active_s"), 3 * 3600 + 4 * 60);
	CHECK_INT(figure(final, "contributors"), 1);
	CHECK(!toc_get(toc_get(toc_get(final->e.body, "message"), "body"), "public_draft"));
	REFUSED(contribute(s, "GameNest/counsel", id, "false"), STATE, "body.step");
	const char *ref = id_of(s, "M23.final");
	REFUSED(publish(s, "HUB/lead", id, ref, "What happened, and what was learnt."), NOT_PERMITTED, "");
	REFUSED(publish(s, "HUB/second lead", id, ref, "What happened."), CONDITION, "body.public_version");
	REFUSED(publish(s, "AIRU/second officer", id, ref, "What happened, and what was learnt."), NOT_PERMITTED, "");
	CHECK_INT(publish(s, "HUB/second lead", id, ref, "What happened, and what was learnt."), 0);
	const struct stage_entry *e = stage_last(s, "M23.publish", NULL);
	CHECK_TEXT(toc_get_text(toc_get(toc_get(e->e.body, "message"), "body"), "public_version"),
		   "What happened, and what was learnt.");
	CHECK(stage_reads(s, e, "CCC", TOC_ROLE_DU, NULL) && stage_reads(s, e, "FRP", TOC_ROLE_AU, NULL) &&
	      stage_reads(s, e, "BMR", TOC_ROLE_LG, NULL) && stage_reads(s, e, "PastePond", TOC_ROLE_CR, NULL));
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ARCHIVED);
	REFUSED(decide(s, "AIRU/duty officer", id, "reopen", ""), STATE, "body.decision");
	REFUSED(final_report(s, "HUB/lead", id, "y"), STATE, "body");
	stage_to(s, "1600:00:00");
	CHECK_INT(passed(s, "T25"), 0); /* all in time */
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* What a platform's users complained of in that time, of which two were right. */
static int complained(struct stage *s, const char *who, const char *from, const char *until, int n)
{
	return stage_act(s, who,
			 "{\"type\":\"M24\"," NO_PERSONAL ",\"body\":{\"step\":\"send\",\"basis\":\"TCO_10\","
			 "\"period\":{\"from\":\"%s\",\"until\":\"%s\"},\"complaints\":%d,\"reinstated\":2,\"rejected\":%d,"
			 "\"pending\":0}}",
			 from, until, n, n - 2);
}

CASE(complaints_of_engaged_platforms_about_the_time_of_the_crisis_are_counted)
{
	struct stage *s = begun();
	const char *t0 = now_of(s), *id = active(s);
	CHECK_INT(acknowledge(s, "GameNest/night responder", activation_of(s)), 0);
	for (int i = 0; i < 2; i++)
		CHECK_INT(status(s, "GameNest/night responder", id, "falling", ""), 0);
	end(s, id);
	const char *t3 = now_of(s);
	CHECK_INT(complained(s, "StreamHarbor/counsel", t0, t3, 9), 0); /* has not acted in it */
	CHECK_INT(complained(s, "GameNest/counsel", "2031-01-01T00:00:00Z", "2031-02-01T00:00:00Z", 9), 0); /* long before */
	CHECK_INT(complained(s, "GameNest/counsel", t0, t3, 5), 0);
	CHECK_INT(complained(s, "GameNest/counsel", t0, t3, 6), 0); /* counted again: in place of it */
	CHECK_INT(final_report(s, "HUB/lead", id, "What happened."), 0);
	const struct stage_entry *final = stage_last(s, "M23.final", NULL);
	CHECK_INT(figure(final, "complaints"), 6);
	CHECK_INT(figure(final, "complaints_reinstated"), 2);
	CHECK_INT(figure(final, "complaints_rejected"), 4);
	CHECK_INT(figure(final, "orders_received"), 0);
	CHECK_INT(figure(final, "orders_within_1h_permille"), -1); /* of nothing there is no share */
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* An order of the incident, as the state has it: received an hour after T0, its one item as it is now. */
static void ordered(struct stage *s, const char *incident, enum toc_ordered_state state, int minutes)
{
	struct toc_uuid id = toc_derived_id("order", toc_id_of(toc_str_of(incident)), TOC_STR(""), minutes);
	struct toc_order *o = toc_world_edit(s->w, TOC_OBJECT_order, TOC_KEY(id), NULL);

	o->id = o->issue = id;
	o->incident = toc_id_of(toc_str_of(incident));
	o->received_at = stage_time(s, "60:00");
	o->removed_at = minutes ? toc_after(o->received_at, TOC_MINUTES(minutes)) : TOC_TIME_NEVER;
	TOC_ADD(o, items)->state = state;
}

CASE(how_fast_orders_were_carried_out_is_counted_from_receipt_to_the_last_measure)
{
	struct stage *s = begun();
	const char *id = closed(s);
	ordered(s, id, TOC_ORDERED_REMOVED, 20);
	ordered(s, id, TOC_ORDERED_DISABLED, 60); /* the hour is not over */
	ordered(s, id, TOC_ORDERED_REINSTATED, 90); /* was carried out, though put back later */
	ordered(s, id, TOC_ORDERED_REMOVED, 24 * 60 + 1);
	ordered(s, id, TOC_ORDERED_IMPOSSIBLE, 0);
	CHECK_INT(final_report(s, "HUB/lead", id, "What happened."), 0);
	static const struct {
		const char *name;
		int64_t is;
	} want[] = { { "orders_received", 5 }, { "orders_within_1h", 2 }, { "orders_within_24h", 3 },
		     { "orders_within_1h_permille", 400 }, { "orders_within_24h_permille", 600 },
		     { "orders_median_s", 75 * 60 }, { "order_items_removed", 3 }, { "order_items_impossible", 1 },
		     { "order_items_reinstated", 1 }, { "orders_annulled", 0 } };
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		CHECK_INT(figure(stage_last(s, "M23.final", NULL), want[i].name), want[i].is);
	stage_free(s);
}

CASE(contributions_final_and_public_report_are_due_after_10_30_and_60_days)
{
	struct stage *s = begun();
	const char *id = closed(s);

	stage_to(s, "243:04:59");
	CHECK_INT(passed(s, "T25"), 0);
	stage_to(s, "243:05:00");
	CHECK_INT(passed(s, "T25"), 1);
	CHECK_TEXT(toc_get_text(decided_of(stage_last(s, "deadline.passed", NULL)), "part"), "contributions");
	CHECK_INT(contribute(s, "GameNest/counsel", id, "true"), 0); /* late, and welcome */
	stage_to(s, "723:05:00");
	CHECK_TEXT(toc_get_text(decided_of(stage_last(s, "deadline.passed", NULL)), "part"), "final");
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "deadline.passed", NULL))), "AIRU HUB");
	stage_to(s, "1443:05:00");
	CHECK_TEXT(toc_get_text(decided_of(stage_last(s, "deadline.passed", NULL)), "part"), "public");
	CHECK_INT(passed(s, "T25"), 3);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_contribution_without_a_name_shows_its_sender_to_the_hubs_leads_only)
{
	struct stage *s = begun();
	const char *id = closed(s);
	enum toc_rendering r;

	CHECK_INT(contribute(s, "GameNest/counsel", id, "true"), 0);
	const struct stage_entry *e = stage_last(s, "M23.contribute", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "GameNest HUB");
	CHECK(stage_reads(s, e, "HUB", TOC_ROLE_IL, &r) && r == TOC_WHOLE);
	CHECK(stage_reads(s, e, "HUB", TOC_ROLE_DU, &r) && r == TOC_WITHOUT_PERSONAL);
	CHECK(stage_reads(s, e, "Chirplet", TOC_ROLE_CR, &r) && r == TOC_WITHOUT_PERSONAL);
	struct toc_value *personal = toc_value_map(s->a);
	struct toc_value *public_part, *sealed;
	toc_message_split(s->a, e->whole, &public_part, &sealed);
	toc_set(s->a, personal, "message", sealed);
	struct toc_opened o = { .entry = e->e, .data = personal, .actor = e->actor };
	struct toc_str nameless = toc_render_entry(s->a, &o, TOC_WITHOUT_PERSONAL, false),
		       whole = toc_render_entry(s->a, &o, TOC_WHOLE, false);
	CHECK(memmem(whole.p, whole.n, "GameNest", 8) != NULL);
	CHECK(memmem(nameless.p, nameless.n, "GameNest", 8) == NULL);
	CHECK(memmem(nameless.p, nameless.n, toc_uuid_str(s->a, stage_person(s, "GameNest/counsel")).p, 36) == NULL);
	CHECK(memmem(nameless.p, nameless.n, "the desks answered", 18) != NULL);
	CHECK_INT(contribute(s, "GameNest/counsel", id, "false"), 0);
	CHECK(stage_reads(s, stage_last(s, "M23.contribute", NULL), "Chirplet", TOC_ROLE_CR, &r) && r == TOC_WHOLE);
	REFUSED(contribute(s, "CCC/duty officer", id, "false"), NOT_PERMITTED, "");
	REFUSED(stage_act(s, "GameNest/counsel",
			  "{\"type\":\"M23\",\"incident_ref\":\"%s\"," NO_PERSONAL
			  ",\"body\":{\"step\":\"contribute\",\"anonymous_to_others\":false}}",
			  id),
		MISSING_FIELD, "body.what_worked");
	stage_free(s);
}

CASE(the_thirtieth_day_ends_with_its_last_moment)
{
	struct stage *s = begun();
	const char *id = closed(s);

	int64_t last = toc_between(stage_time(s, "00:00"), toc_after(find(s, id)->closed_at, TOC_HOURS(720))).us / 1000000;
	stage_to(s, toc_arena_printf(s->a, "%lld:%02lld", (long long)last / 60, (long long)last % 60).p);
	CHECK_INT(decide(s, "AIRU/duty officer", id, "reopen", ""), 0);
	const char *proposal = id_of(s, "M3.propose");
	stage_to(s, toc_arena_printf(s->a, "%lld:%02lld", (long long)(last + 1) / 60, (long long)(last + 1) % 60).p);
	REFUSED(answer(s, "HUB/lead", id, "reopen", "confirm", proposal), CONDITION, "body.decision");
	REFUSED(decide(s, "AIRU/duty officer", id, "reopen", ""), CONDITION, "body.decision");
	stage_free(s);
}

CASE(within_thirty_days_it_is_reopened_with_its_debrief_afterwards_it_is_a_new_incident_that_is_tied)
{
	struct stage *s = begun();
	const char *id = closed(s);

	CHECK_INT(contribute(s, "GameNest/counsel", id, "true"), 0);
	CHECK_INT(decide(s, "AIRU/duty officer", id, "reopen", ""), 0);
	CHECK_INT(answer(s, "HUB/lead", id, "reopen", "confirm", id_of(s, "M3.propose")), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	CHECK(toc_running(s->w, "T25", toc_id_of(toc_str_of(id)), TOC_STR("")) == NULL);
	CHECK(toc_running(s->w, "T22", toc_id_of(toc_str_of(id)), TOC_STR("")) != NULL);
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	stage_to(s, "4:00:00");
	CHECK_INT(decide(s, "HUB/lead", id, "close", ""), 0);
	stage_to(s, "5:01:00");
	CHECK_INT(answer(s, "AIRU/second officer", id, "close", "confirm", id_of(s, "M3.propose")), 0);
	stage_to(s, "800:00:00");
	REFUSED(decide(s, "AIRU/duty officer", id, "reopen", ""), CONDITION, "body.decision");
	CHECK_INT(report(s, "AIRU/duty officer",
			 toc_arena_printf(s->a, "\"body.links\":[{\"kind\":\"also_reported\",\"to\":\"%s\"}]", id).p),
		  0);
	const struct stage_entry *e = stage_last(s, "M1.report", "AIRU");
	CHECK_TEXT(toc_get_text(stage_decided(e, "ties", "kind", "also_reported"), "to"), id);
	CHECK_INT(state_of(s, incident_of(s, e)), TOC_INCIDENT_REPORTED);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- when the log was there ---- */

static int stamp(struct stage *s, const char *who, uint64_t size)
{
	return stage_act(s, who,
			 "{\"type\":\"timestamp\",\"body\":{\"step\":\"stamp\",\"why\":\"hour\",\"log\":\"log.example/1\",\"size\":%llu,"
			 "\"imprint\":\"%064d\",\"token\":\"%064d\",\"authority\":\"https://tsa.example.invalid/\",\"stamped_at\":"
			 "\"2032-03-20T15:00:00Z\",\"serial\":\"1a\",\"policy\":\"1.2.3.4\"}}",
			 (unsigned long long)size, 1, 2);
}

CASE(the_log_wants_a_time_stamp_every_hour_and_when_an_incident_is_closed)
{
	struct stage *s = stage_new();
	bool closing;

	CHECK(toc_stamp_due(s->w, &closing).us == 0 && !closing); /* there never was one */
	CHECK(stamp(s, "HUB/lead", 1) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK_INT(stamp(s, "", 1000000), -1); /* of more than there is */
	CHECK_INT(stamp(s, "", toc_world_size(s->w)), 0);
	toc_time due = toc_stamp_due(s->w, &closing);
	CHECK_INT(due.us, toc_after(toc_stamped_at(s->w), TOC_HOURS(1)).us);
	CHECK(!closing);
	CHECK_INT(stamp(s, "", toc_stamped_size(s->w)), -1); /* another node's, of the same */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK(stage_reads(s, stage_last(s, "timestamp.stamp", NULL), "GameNest", TOC_ROLE_ALL, NULL));
	(void)closed(s);
	CHECK(toc_stamp_due(s->w, &closing).us == 0 && closing); /* at once */
	CHECK(toc_stamp_wants(s->w) <= toc_world_size(s->w) && toc_stamp_wants(s->w) > toc_stamped_size(s->w));
	CHECK_INT(stamp(s, "", toc_world_size(s->w)), 0);
	due = toc_stamp_due(s->w, &closing);
	CHECK(due.us != 0 && !closing);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_incident_whose_opening_again_is_undone_is_closed_as_it_was_and_its_debrief_goes_on)
{
	for (unsigned how = 0; how < 6; how++) {
		struct stage *s = begun();
		const char *id = closed(s), *twin;
		bool said = how & 1;
		if (said)
			CHECK_INT(contribute(s, "GameNest/counsel", id, "true"), 0);
		toc_time closed_at = find(s, id)->closed_at, ended_at = find(s, id)->ended_at;
		stage_to(s, "300:00:00"); /* after the time for contributions */
		CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
		twin = incident_of(s, stage_last(s, "M1.report", NULL));
		CHECK_INT(decide(s, "AIRU/second officer", id, "reopen", "\"body.fast_path\":true"), 0);
		CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
		if (how >= 4)
			CHECK_INT(tie(s, "AIRU/duty officer", id, "link", id, "duplicate_of", twin), 0);
		if (how >= 2)
			stage_to(s, "301:00:00"); /* nobody confirms */
		else
			CHECK_INT(answer(s, "AIRU/second officer", id, "reopen", "withdraw", id_of(s, "M3.fast_path")), 0);
		if (how >= 4)
			CHECK_INT(tie(s, "AIRU/duty officer", id, "unlink", id, "duplicate_of", twin), 0);
		CHECK_INT(state_of(s, id), said ? TOC_INCIDENT_DEBRIEF : TOC_INCIDENT_CLOSED);
		CHECK(find(s, id)->closed_at.us == closed_at.us && find(s, id)->ended_at.us == ended_at.us);
		const struct toc_timer *t25 = toc_running(s->w, "T25", find(s, id)->id, TOC_STR(""));
		CHECK(t25 && t25->next.us == toc_after(closed_at, TOC_HOURS(720)).us);
		CHECK(toc_running(s->w, "T22", find(s, id)->id, TOC_STR("")) == NULL);
		CHECK_INT(contribute(s, "Chirplet/night responder", id, "false"), 0);
		CHECK_INT(final_report(s, "HUB/lead", id, "all over"), 0);
		CHECK_INT(publish(s, "HUB/second lead", id, id_of(s, "M23.final"), "all over"), 0);
		CHECK_INT(state_of(s, id), TOC_INCIDENT_ARCHIVED);
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

CASE(what_was_written_before_an_incident_was_opened_again_is_no_report_on_what_came_after)
{
	struct stage *s = begun();
	const char *id = closed(s);

	CHECK_INT(final_report(s, "HUB/lead", id, "all over"), 0);
	const char *first = id_of(s, "M23.final");
	REFUSED(contribute(s, "GameNest/counsel", id, "true"), STATE, "body.step");
	CHECK_INT(decide(s, "AIRU/duty officer", id, "reopen", ""), 0);
	CHECK_INT(answer(s, "HUB/lead", id, "reopen", "confirm", id_of(s, "M3.propose")), 0);
	stage_to(s, "4:00:00");
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "close", ""), 0);
	stage_to(s, "5:01:00");
	CHECK_INT(answer(s, "AIRU/second officer", id, "close", "confirm", id_of(s, "M3.propose")), 0);
	CHECK_INT(contribute(s, "GameNest/counsel", id, "true"), 0);
	REFUSED(publish(s, "HUB/second lead", id, first, "all over"), STATE, "body.final_ref");
	stage_to(s, "800:00:00");
	CHECK_INT(passed(s, "T25"), 2); /* the final report, too, is owed anew */
	CHECK_INT(final_report(s, "HUB/lead", id, "really"), 0);
	CHECK_INT(publish(s, "HUB/second lead", id, id_of(s, "M23.final"), "really"), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
