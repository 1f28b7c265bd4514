/* test_signal.c: content signals (M6): what is taken and what is refused, who reads it, what is known
 * already, and what the leads rule. On LANTERN's hashes. */
#include "check.h"
#include "signals.h"

#include "message/catalogue.h"
#include "message/json.h"

CASE(what_a_platform_shares_reaches_its_audience_and_nobody_else)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA ", " V1_MD5 ", " P1_ITEM, ABOUT), 0);
	const struct stage_entry *e = stage_last(s, "M6.share", "StreamHarbor");
	CHECK(e != NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)),
		   "AIRU BFP Chirplet GameNest HUB LoopReel OSF PastePond StreamHarbor");
	CHECK(stage_reads(s, e, "OSF", TOC_ROLE_DU, NULL));
	CHECK(stage_reads(s, e, "Chirplet", TOC_ROLE_PL, NULL) &&
	      stage_reads(s, e, "Chirplet", TOC_ROLE_SV, NULL));
	CHECK(!stage_reads(s, e, "AIRU", TOC_ROLE_OI, NULL) && !stage_reads(s, e, "DGO", TOC_ROLE_ALL, NULL));
	CHECK(toc_str_eq(signals_item(s, ID_P1)->labels.p ? toc_text_str(&signals_item(s, ID_P1)->labels)
							  : TOC_STR(""),
			 TOC_STR("glorification")));
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_SHARED);
	CHECK_INT(signals_item(s, ID_V1)->distance, -1);
	CHECK_INT(signals_item(s, ID_P1)->distance, 31);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(nothing_that_recognises_content_is_in_the_clear)
{
	struct stage *s = signals_stage();
	static const char *const secret[] = {
		SHA_V1,
		"hall-street",
		"files.pastepond.example",
		"they rang",
		"00ffeeddccbbaa99887766554433221100ffeeddccbbaa998877665544332211",
		"SH-upload-9"
	};

	CHECK_INT(
		signals_share(
			s, HARBOR, TO_ALL,
			V1_SHA ", " ITEM("02", "url", ",\"url\":\"https://x.example/hall-street\"") ", " ITEM(
				"03", "domain",
				",\"domain\":\"files.pastepond.example\"") ", " ITEM("04", "text_phrase",
										     ",\"text_phrase\":"
										     "\"they rang the "
										     "bell\"") ", " ITEM("0"
													 "5",
													 "a"
													 "c"
													 "c"
													 "o"
													 "u"
													 "n"
													 "t"
													 "_"
													 "r"
													 "e"
													 "f",
													 ","
													 "\"a"
													 "cco"
													 "unt"
													 "_re"
													 "f\""
													 ":\""
													 "00f"
													 "fee"
													 "ddc"
													 "cbb"
													 "aa9"
													 "988"
													 "776"
													 "655"
													 "443"
													 "322"
													 "11"
													 "0"
													 "0"
													 "f"
													 "f"
													 "e"
													 "e"
													 "d"
													 "d"
													 "c"
													 "c"
													 "b"
													 "b"
													 "a"
													 "a"
													 "9"
													 "9"
													 "8"
													 "8"
													 "7"
													 "7"
													 "6"
													 "6"
													 "5"
													 "5"
													 "4"
													 "4"
													 "3"
													 "3"
													 "2"
													 "2"
													 "1"
													 "1"
													 "\""),
			ABOUT),
		0);
	CHECK_INT(signals_report(s, LOOP, ID_V1, "match_count", COUNTS(3) ",\"sample_ref\":\"SH-upload-9\""),
		  0);
	struct toc_str saved = stage_saved(s->a, s->w);
	for (size_t i = 0; i < s->n; i++) {
		struct toc_str body = toc_json_str(s->a, s->ledger[i].e.body);
		for (size_t k = 0; k < sizeof secret / sizeof *secret; k++)
			CHECK(!memmem(body.p, body.n, secret[k], strlen(secret[k])));
	}
	for (size_t k = 0; k < sizeof secret / sizeof *secret; k++)
		CHECK(!memmem(saved.p, saved.n, secret[k], strlen(secret[k])));
	stage_free(s);
}

CASE(a_mandatory_field_stands_on_the_item_or_once_beside)
{
	struct stage *s = signals_stage();
	static const char *const fields[] = { "producer",         "content_type", "context_warning",
					      "graphic",          "opinion",      "reviewed_by_human",
					      "suggested_action", "expires_at" };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct toc_value *m = signals_message(s, "share", TO_ALL, V1_SHA ", " P1_ITEM, ABOUT);
		struct toc_value *body = toc_get(m, "body"), *items = toc_get(body, "items"),
				 *value = toc_get(body, fields[i]);
		toc_unset(body, fields[i]);
		toc_set(s->a, toc_at(items, 0), fields[i], value);
		CHECK(stage_act_value(s, HARBOR, m) < 0);
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_MISSING_FIELD);
		CHECK_TEXT(toc_str_of(s->v.refusal.field),
			   toc_arena_printf(s->a, "body.items[1].%s", fields[i]).p);
		toc_unset(m, "id");
		toc_set(s->a, toc_at(items, 1), fields[i], value); /* on every item it does as well */
		s->dry = true;
		CHECK_INT(stage_act_value(s, HARBOR, m), 0);
		s->dry = false;
	}
	stage_free(s);
}

CASE(a_hash_has_the_form_of_its_type)
{
	struct stage *s = signals_stage();
	static const struct {
		const char *type, *value;
		enum toc_refusal_code code;
	} tries[] = {
		{ "MD5", "e00e008c9bccbb97257dadf85ebd2849", TOC_NOT_REFUSED },
		{ "MD5", "E00E008C9BCCBB97257DADF85EBD2849", TOC_NOT_REFUSED },
		{ "MD5", "e00e008c9bccbb97257dadf85ebd284", TOC_REFUSE_BAD_VALUE },
		{ "MD5", SHA_V1, TOC_REFUSE_LIMIT },
		{ "SHA1", "da39a3ee5e6b4b0d3255bfef95601890afd80709", TOC_NOT_REFUSED },
		{ "SHA1", "e00e008c9bccbb97257dadf85ebd2849", TOC_REFUSE_BAD_VALUE },
		{ "SHA256", SHA_V1, TOC_NOT_REFUSED },
		{ "SHA256", "9c8506abf29ff0bb249797f36c77b97774ca5673d6177462c3dc63b9e5bedbcg",
		  TOC_REFUSE_BAD_VALUE },
		{ "SHA512", SHA_V1 SHA_V1, TOC_NOT_REFUSED },
		{ "SHA512", SHA_V1, TOC_REFUSE_BAD_VALUE },
		{ "TLSH", "T1A1B2C3", TOC_NOT_REFUSED }, /* opaque */
		{ "VPDQ", PDQ_P1 ",88,0.000 " PDQ_P1A ",90,1.000", TOC_NOT_REFUSED },
		{ "VPDQ", PDQ_P1 " " PDQ_P1A, TOC_REFUSE_BAD_VALUE },
	};

	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		struct toc_str item = toc_arena_printf(
			s->a, ITEM("01", "hash", ",\"hash_type\":\"%s\",\"hash_value\":\"%s\""),
			tries[i].type, tries[i].value);
		s->dry = true;
		int r = signals_share(s, HARBOR, TO_ALL, item.p, ABOUT);
		s->dry = false;
		CHECK_INT(s->v.refusal.code, tries[i].code);
		CHECK_INT(r, tries[i].code == TOC_NOT_REFUSED ? 0 : -1);
		if (r < 0)
			CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.items[0].hash_value");
	}
	/* a PDQ says its quality and how far it matches; nothing else does */
	signals_refused(s,
			ITEM("01", "hash",
			     ",\"hash_type\":\"PDQ\",\"hash_value\":\"" PDQ_P1 "\",\"hash_quality\":88"),
			TOC_REFUSE_MISSING_FIELD, "body.items[0].match_distance_max");
	signals_refused(s,
			ITEM("01", "hash",
			     ",\"hash_type\":\"PDQ\",\"hash_value\":\"" PDQ_P1
			     "\",\"match_distance_max\":31"),
			TOC_REFUSE_MISSING_FIELD, "body.items[0].hash_quality");
	signals_refused(s, PDQ_ITEM("01", PDQ_P1, "88", "32"), TOC_REFUSE_BAD_VALUE,
			"body.items[0].match_distance_max");
	signals_refused(s,
			ITEM("01", "hash",
			     ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V1
			     "\",\"match_distance_max\":31"),
			TOC_REFUSE_BAD_VALUE, "body.items[0].match_distance_max");
	/* a large one is named by its digest; a small one is not, and there is one or the other */
	s->dry = true;
	CHECK_INT(signals_share(s, HARBOR, TO_ALL,
				ITEM("01", "hash",
				     ",\"hash_type\":\"TMK_PDQF\",\"hash_ref\":{\"sha256\":\"" SHA_V1
				     "\",\"size\":263344}"),
				ABOUT),
		  0);
	s->dry = false;
	signals_refused(s,
			ITEM("01", "hash",
			     ",\"hash_type\":\"SHA256\",\"hash_ref\":{\"sha256\":\"" SHA_V1
			     "\",\"size\":32}"),
			TOC_REFUSE_BAD_VALUE, "body.items[0].hash_ref");
	signals_refused(s, ITEM("01", "hash", ",\"hash_type\":\"SHA256\""), TOC_REFUSE_MISSING_FIELD,
			"body.items[0].hash_value");
	/* every kind names what it recognises, and only that */
	signals_refused(s, ITEM("01", "url", ""), TOC_REFUSE_MISSING_FIELD, "body.items[0].url");
	signals_refused(s, ITEM("01", "account_ref", ",\"account_ref\":\"marketwalker_31\""),
			TOC_REFUSE_BAD_VALUE, "body.items[0].account_ref");
	signals_refused(s, ITEM("01", "url", ",\"url\":\"https://x.example/\",\"domain\":\"x.example\""),
			TOC_REFUSE_BAD_VALUE, "body.items[0].domain");
	stage_free(s);
}

CASE(a_poor_picture_and_the_hash_of_nothing_are_refused)
{
	struct stage *s = signals_stage();

	signals_refused(s, PDQ_ITEM("01", PDQ_P1, "49", "31"), TOC_REFUSE_CONDITION,
			"body.items[0].hash_quality");
	signals_refused(s,
			PDQ_ITEM("01", "0000000000000000000000000000000000000000000000000000000000000000",
				 "88", "31"),
			TOC_REFUSE_BAD_VALUE, "body.items[0].hash_value");
	CHECK_INT(signals_share(s, HARBOR, TO_ALL, PDQ_ITEM("01", PDQ_P1, "50", "31"), ABOUT), 0);
	stage_free(s);
}

CASE(an_item_expires_after_now_and_within_a_year)
{
	struct stage *s = signals_stage();
	const char *at = toc_time_str(s->a, stage_time(s, "20:00")).p,
		   *year = toc_time_str(s->a, toc_after_months(stage_time(s, "20:00"), 12)).p,
		   *more = toc_time_str(s->a, toc_after(toc_after_months(stage_time(s, "20:00"), 12),
							TOC_SECONDS(9)))
				   .p;

	struct toc_str own = toc_arena_printf(
		s->a, ITEM("01", "url", ",\"url\":\"https://x.example/\",\"expires_at\":\"%s\""), at);
	signals_refused(s, own.p, TOC_REFUSE_CONDITION, "body.items[0].expires_at");
	own = toc_arena_printf(
		s->a, ITEM("01", "url", ",\"url\":\"https://x.example/\",\"expires_at\":\"%s\""), more);
	signals_refused(s, own.p, TOC_REFUSE_CONDITION, "body.items[0].expires_at");
	own = toc_arena_printf(
		s->a, ITEM("01", "url", ",\"url\":\"https://x.example/\",\"expires_at\":\"%s\""), year);
	CHECK_INT(signals_share(s, HARBOR, TO_ALL, own.p, ABOUT), 0);
	/* what was seen was seen before now */
	own = toc_arena_printf(s->a,
			       ITEM("02", "url",
				    ",\"url\":\"https://x.example/"
				    "\",\"seen_at\":[{\"service\":\"PastePond\",\"first_seen\":\"%s\"}]"),
			       more);
	signals_refused(s, own.p, TOC_REFUSE_TIME, "body.items[0].seen_at");
	stage_free(s);
}

CASE(an_item_id_is_used_once_but_in_another_exercise_it_is_another)
{
	struct stage *s = signals_stage();

	signals_refused(s, V1_SHA ", " V1_SHA, TOC_REFUSE_ID_CONFLICT, "body.items[1].item_id");
	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA, ABOUT), 0);
	signals_refused(s, V1_SHA, TOC_REFUSE_ID_CONFLICT, "body.items[0].item_id");
	CHECK(!toc_uuid_eq(
		toc_item_id(TOC_MODE_ACTUAL, (struct toc_uuid){ { 0 } }, toc_id_of(TOC_STR(ID_V1))),
		toc_item_id(TOC_MODE_EXERCISE, s->exercise, toc_id_of(TOC_STR(ID_V1)))));
	stage_free(s);
}

CASE(who_has_no_reader_is_no_recipient_and_an_unknown_incident_is_none)
{
	struct stage *s = signals_stage();

	CHECK(signals_share(s, HARBOR, "\"HUB\",\"DGO\"", V1_SHA, ABOUT) < 0); /* the observer gets totals */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NO_READER);
	CHECK(signals_share(s, HARBOR, "\"HUB\",\"Nobody\"", V1_SHA, ABOUT) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NO_READER);
	struct toc_value *m = signals_message(s, "share", TO_ALL, V1_SHA, ABOUT);
	toc_set_cstr(s->a, m, "incident_ref", "01980000-0000-7000-8000-00000000dead");
	CHECK(stage_act_value(s, HARBOR, m) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
	m = signals_message(s, "share", TO_ALL, V1_SHA, ABOUT);
	toc_unset(m, "incident_ref");
	CHECK(stage_act_value(s, HARBOR, m) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_MISSING_FIELD);
	m = signals_message(s, "share", TO_ALL, V1_SHA, ABOUT);
	toc_set_cstr(s->a, toc_get(m, "personal_data"), "level", "limited");
	CHECK(stage_act_value(s, HARBOR, m) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_CONDITION);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "personal_data.level");
	CHECK(stage_last(s, "M6.share", NULL) == NULL);
	stage_free(s);
}

CASE(the_matrix_says_who_shares)
{
	struct stage *s = signals_stage();
	const struct toc_value *orgs = toc_get(s->cast, "organisations");
	unsigned allowed = 0, refused = 0;

	for (size_t i = 0; i < toc_len(orgs); i++) {
		const struct toc_value *people = toc_get(toc_at(orgs, i), "persons");
		struct toc_str code = toc_get_text(toc_at(orgs, i), "code");
		const struct toc_organisation *o = toc_find_organisation(s->w, code);
		for (size_t j = 0; j < toc_len(people); j++) {
			struct toc_str who =
				toc_arena_printf(s->a, "%.*s/%.*s", TOC_STR_ARGS(code),
						 TOC_STR_ARGS(toc_get_text(toc_at(people, j), "title")));
			toc_roles roles = toc_roles_of(toc_get(toc_at(people, j), "roles"));
			bool may = toc_may(toc_action_find(TOC_STR("M6.share")), roles, o->kinds, 0);
			bool party = toc_is_party(toc_find_incident(s->w, signals_incident(s)), code);
			s->dry = true;
			int r = signals_share(s, who.p, "\"HUB\"", V1_SHA, ABOUT);
			s->dry = false;
			CHECK_INT(r, may && party ? 0 : -1);
			if (r < 0)
				CHECK(s->v.refusal.code ==
				      (may ? TOC_REFUSE_NOT_FOUND
				       : toc_exercise_has(toc_find_exercise(s->w, s->exercise), code)
					       ? TOC_REFUSE_NOT_PERMITTED
					       : s->v.refusal.code));
			allowed += r == 0;
			refused += r < 0;
		}
	}
	CHECK(allowed > 15 && refused > 15);
	stage_free(s);
}

CASE(two_hundred_and_fifty_six_items_are_one_message_and_one_more_is_refused)
{
	struct stage *s = signals_stage();
	struct toc_value *m = signals_message(s, "share", TO_ALL, P1_ITEM, ABOUT);
	struct toc_value *items = toc_get(toc_get(m, "body"), "items"), *like = toc_at(items, 0);

	items->n = 0;
	for (unsigned i = 0; i < 256; i++) {
		struct toc_value *item = toc_value_copy(s->a, like);
		struct toc_sha256 h = toc_sha256(toc_arena_printf(s->a, "%u", i));
		toc_set_text(s->a, item, "item_id",
			     toc_arena_printf(s->a, "01980000-0000-7000-8000-0000000b%04x", i));
		toc_set_text(s->a, item, "hash_value", toc_hex(s->a, h.b, sizeof h.b));
		toc_push(s->a, items, item);
	}
	CHECK(toc_json_str(s->a, m).n < TOC_MESSAGE_BYTES_MAX);
	CHECK_INT(stage_act_value(s, HARBOR, m), 0);
	CHECK(toc_json_str(s->a, stage_last(s, "M6.share", NULL)->e.body).n < 128 * 1024);
	CHECK_INT(toc_find_signals(s->w, signals_incident(s))->live, 256);
	CHECK(stage_consistent(s));
	toc_unset(m, "id");
	toc_push(s->a, items, like);
	CHECK(stage_act_value(s, HARBOR, m) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_LIMIT);
	stage_free(s);
}

CASE(a_set_of_more_than_a_thousand_is_searched_to_its_end)
{
	struct stage *s = signals_stage();

	for (unsigned batch = 0; batch < 5; batch++) {
		struct toc_value *m = signals_message(s, "share", TO_ALL, P1_ITEM, ABOUT);
		struct toc_value *items = toc_get(toc_get(m, "body"), "items"), *like = toc_at(items, 0);
		items->n = 0;
		for (unsigned i = 0; i < 250; i++) {
			struct toc_value *item = toc_value_copy(s->a, like);
			struct toc_sha256 h = toc_sha256(toc_arena_printf(s->a, "%u", batch * 250 + i));
			toc_set_text(s->a, item, "item_id",
				     toc_arena_printf(s->a, "01980000-0000-7000-8000-0000000b%04x",
						      batch * 250 + i));
			toc_set_text(s->a, item, "hash_value", toc_hex(s->a, h.b, sizeof h.b));
			toc_push(s->a, items, item);
		}
		CHECK_INT(stage_act_value(s, HARBOR, m), 0);
	}
	for (unsigned n = 0; n < 1250; n += 249) { /* in the first haystack and in the second */
		struct toc_sha256 h = toc_sha256(toc_arena_printf(s->a, "%u", n));
		h.b[n % 32] ^= 0x7f;
		struct toc_str ask = toc_arena_printf(s->a, PDQ_ITEM("c1", "%.*s", "88", "31"),
						      TOC_STR_ARGS(toc_hex(s->a, h.b, sizeof h.b)));
		const struct toc_value *known = signals_known(s, LOOP, ask.p);
		CHECK_INT(toc_len(known), 1);
		CHECK_INT(toc_get_int(toc_at(known, 0), "distance", -1), 7);
		CHECK(toc_str_eq(toc_get_text(toc_at(known, 0), "item"),
				 toc_arena_printf(s->a, "01980000-0000-7000-8000-0000000b%04x", n)));
	}
	CHECK(stage_consistent(s));
	stage_to(s, "8760:00:00");
	CHECK_INT(toc_find_signals(s->w, signals_incident(s))->live, 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_answer_to_prepare_does_not_compare_without_end)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, P1_ITEM, ABOUT), 0);
	struct toc_uuid id = signals_incident(s);
	struct toc_signals *all = toc_world_edit(s->w, TOC_OBJECT_signals, TOC_KEY(id), NULL);
	all->slots = TOC_COMPARED_MAX - 2 * TOC_COMPARED_EACH; /* it is found as equal, and as near */
	const struct toc_value *known = signals_known(
		s, LOOP, PDQ_ITEM("40", PDQ_P1, "88", "31") "," PDQ_ITEM("41", PDQ_P1A, "88", "31"));
	CHECK_INT(toc_len(known), 2);
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "for"), ID("40"));
	CHECK_INT(toc_get_int(toc_at(known, 1), "unsearched", 0), 1); /* and says so */
	stage_free(s);
}

CASE(a_thousand_signals_that_are_the_same_do_not_hold_up_an_answer)
{
	struct stage *s = signals_stage();
	struct toc_value *m = signals_message(s, "share", TO_ALL, V1_MD5 "," P1_ITEM, ABOUT),
			 *items = toc_get(toc_get(m, "body"), "items");
	const unsigned n = 1024;

	for (unsigned i = 0; i < n; i += 128) {
		struct toc_value *some = toc_value_list(s->a), *next = toc_value_copy(s->a, m);
		for (unsigned k = 0; k < 256; k++) {
			struct toc_value *item = toc_value_copy(s->a, toc_at(items, k % 2));
			toc_set_text(s->a, item, "item_id",
				     toc_arena_printf(s->a, "01980000-0000-7000-8000-0000000b%04x", 2 * i + k));
			toc_push(s->a, some, item);
		}
		toc_set(s->a, toc_get(next, "body"), "items", some);
		CHECK_INT(stage_act_value(s, HARBOR, next), 0);
		if (i + 128 < n)
			continue;
		for (unsigned k = 0; k < 256; k++)
			toc_set_text(s->a, toc_at(some, k), "item_id",
				     toc_arena_printf(s->a, "01980000-0000-7000-8000-0000000c%04x", k));
		next = signals_message(s, "share", TO_ALL, V1_MD5, ABOUT);
		toc_set(s->a, toc_get(next, "body"), "items", some);
		const struct toc_value *known = toc_get(stage_prepare(s, LOOP, next), "known"),
				       *rest = toc_at(known, TOC_KNOWN_MAX);
		/* by what it may cost, not by the 256 * 1024 that there are */
		CHECK_INT(toc_len(known), TOC_KNOWN_MAX + 1);
		CHECK(toc_get_int(rest, "more", 0) > TOC_COMPARED_MAX / TOC_COMPARED_EACH / 2);
		CHECK(toc_get_int(rest, "more", 0) <= TOC_COMPARED_MAX / TOC_COMPARED_EACH + 256 * 8);
		CHECK(toc_get_int(rest, "unsearched", 0) > 200);
	}
	stage_free(s);
}

CASE(of_signals_that_are_the_same_each_is_over_for_itself)
{
	struct stage *s = signals_stage();
#define SAME(n, expires)                                                                                     \
	ITEM(n, "hash", ",\"hash_type\":\"MD5\",\"hash_value\":\"" MD5_V1 "\",\"expires_at\":\"2031-05-" expires \
			"T00:00:00Z\"")

	CHECK_INT(signals_share(s, HARBOR, TO_ALL,
				SAME("c1", "19") "," SAME("c2", "21") "," SAME("c3", "20") "," SAME("c4", "22"), ABOUT),
		  0);
	static const struct {
		const char *at;
		size_t left;
	} days[] = { { "24:00:00", 4 }, { "48:00:00", 3 }, { "72:00:00", 2 }, { "96:00:00", 1 }, { "120:00:00", 0 } };
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		stage_to(s, days[i].at);
		const struct toc_value *known = signals_known(s, LOOP, V1_MD5);
		CHECK_INT(toc_len(known), days[i].left);
		if (days[i].left == 1)
			CHECK_TEXT(toc_get_text(toc_at(known, 0), "item"), ID("c4"));
		CHECK(stage_consistent(s));
	}
	stage_free(s);
}

CASE(an_incident_has_a_limit_of_items)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA, ABOUT), 0);
	struct toc_uuid id = signals_incident(s);
	struct toc_signals *all = toc_world_edit(s->w, TOC_OBJECT_signals, TOC_KEY(id), NULL);
	all->live = TOC_ITEMS_MAX;
	signals_refused(s, V1_MD5, TOC_REFUSE_LIMIT, "body.items");
	all->live = TOC_ITEMS_MAX - 1;
	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_MD5, ABOUT), 0);
	/* and nobody fills it for the others */
	all = toc_world_edit(s->w, TOC_OBJECT_signals, TOC_KEY(id), NULL);
	all->live = TOC_ITEMS_MAX_EACH;
	CHECK_INT(all->n_holders, 1);
	CHECK_INT(all->holders[0].live, 2);
	all->holders[0].live = TOC_ITEMS_MAX_EACH;
	signals_refused(s, P1_ITEM, TOC_REFUSE_LIMIT, "body.items");
	CHECK_INT(signals_share(s, LOOP, TO_ALL, P1_ITEM, ABOUT), 0);
	CHECK_INT(toc_find_signals(s->w, id)->n_holders, 2);
	stage_free(s);
}

/* ---- variants ---- */

CASE(variants_are_one_cluster)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA, ABOUT), 0);
	/* of an earlier one, and of that one in turn, in one message */
	CHECK_INT(
		signals_share(s, CHIRP, TO_ALL,
			      ITEM("20", "hash",
				   ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V2
				   "\",\"variant_of\":\"" ID_V1
				   "\",\"variant_kind\":\"mirror\"") ", " ITEM("21", "url",
									       ",\"url\":\"https://x.example/"
									       "21\",\"variant_of\":\"" ID(
										       "20") "\""),
			      ABOUT),
		0);
	CHECK(toc_uuid_eq(signals_item(s, ID("20"))->cluster, signals_item(s, ID_V1)->id));
	CHECK(toc_uuid_eq(signals_item(s, ID("21"))->cluster, signals_item(s, ID_V1)->id));
	CHECK(toc_uuid_eq(signals_item(s, ID_V1)->cluster, signals_item(s, ID_V1)->id));
	const struct toc_value *known =
		signals_known(s, LOOP, ITEM("29", "url", ",\"url\":\"https://x.example/21\""));
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "variant_of"), ID_V1);
	signals_refused(s,
			ITEM("22", "url", ",\"url\":\"https://x.example/\",\"variant_of\":\"" ID("77") "\""),
			TOC_REFUSE_NOT_FOUND, "body.items[0].variant_of");
	signals_refused(s, ITEM("22", "url", ",\"url\":\"https://x.example/\",\"variant_kind\":\"crop\""),
			TOC_REFUSE_MISSING_FIELD, "body.items[0].variant_of");
	CHECK(stage_act_value(s, CHIRP, signals_message(s, "variant", TO_ALL, V1_MD5, ABOUT)) < 0);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.items[0].variant_of");
	/* an item that somebody may not read is nothing that theirs could be a variant of */
	CHECK_INT(signals_share(s, HARBOR, "\"HUB\"", ITEM("30", "url", ",\"url\":\"https://x.example/30\""),
				ABOUT),
		  0);
	CHECK(signals_share(
		      s, CHIRP, TO_ALL,
		      ITEM("31", "url", ",\"url\":\"https://x.example/\",\"variant_of\":\"" ID("30") "\""),
		      ABOUT) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- is it known? ---- */

CASE(a_set_of_one_hash_matches_itself_and_what_is_near)
{
	struct stage *s = signals_stage();

	CHECK_INT(toc_len(signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1, "88", "31"))), 0);
	CHECK_INT(signals_share(s, HARBOR, TO_ALL, P1_ITEM, ABOUT), 0);
	const struct toc_value *known = signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1, "88", "31"));
	CHECK_INT(toc_len(known), 1);
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "item"), ID_P1);
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "for"), ID("40"));
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "sender"), "StreamHarbor");
	CHECK_TEXT(toc_text_of(toc_at(toc_get(toc_at(known, 0), "labels"), 0)), "glorification");
	CHECK_INT(toc_get_int(toc_at(known, 0), "distance", -1), 0);
	known = signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1A, "88", "31"));
	CHECK_INT(toc_len(known), 1);
	CHECK_INT(toc_get_int(toc_at(known, 0), "distance", -1), 12);
	known = signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1B, "88", "31"));
	CHECK_INT(toc_len(known), 1);
	CHECK_INT(toc_get_int(toc_at(known, 0), "distance", -1), 31);
	CHECK_INT(toc_len(signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1C, "88", "31"))), 0);
	/* a narrower item: the boundary is outside */
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "narrow", ",\"match_distance_max\":30")), 0);
	CHECK_INT(toc_len(signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1B, "88", "31"))), 0);
	CHECK_INT(toc_len(signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1A, "88", "31"))), 1);
	/* SHA-256 and PDQ have one shape and never meet */
	CHECK_INT(toc_len(signals_known(
			  s, LOOP,
			  ITEM("41", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" PDQ_P1 "\""))),
		  0);
	stage_free(s);
}

CASE(the_same_signal_again_is_offered_and_not_refused)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA ", " V1_MD5, ABOUT), 0);
	const struct toc_value *known = signals_known(
		s, CHIRP,
		ITEM("50", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V1 "\"") ", " ITEM(
			"51", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V2 "\""));
	CHECK_INT(toc_len(known), 1);
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "for"), ID("50"));
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "item"), ID_V1);
	CHECK(toc_get(toc_at(known, 0), "distance") == NULL);
	CHECK_INT(signals_share(s, CHIRP, TO_ALL,
				ITEM("50", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V1 "\""),
				ABOUT),
		  0);
	CHECK_INT(toc_len(signals_known(
			  s, LOOP,
			  ITEM("52", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V1 "\""))),
		  2);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(of_what_they_may_not_read_nobody_is_told_that_it_is_known)
{
	struct stage *s = signals_stage();
	const char *again = PDQ_ITEM("60", PDQ_P1A, "88", "31") ", " ITEM(
		"61", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V1 "\"");

	CHECK_INT(signals_share(s, HARBOR, "\"HUB\",\"AIRU\"", V1_SHA ", " P1_ITEM, ABOUT), 0);
	CHECK_INT(toc_len(signals_known(s, "HUB/duty officer", again)), 2);
	CHECK_INT(toc_len(signals_known(s, HARBOR, again)), 2);
	CHECK_INT(toc_len(signals_known(s, LOOP, again)), 0);
	CHECK_INT(toc_len(signals_known(s, "BFP/duty officer", again)), 0);
	stage_free(s);
}

CASE(a_negative_item_suppresses_matches)
{
	struct stage *s = signals_stage();
	const char *news = "{\"item_id\":\"" ID("70") "\",\"bank\":\"negative\",\"signal_kind\":\"hash\","
						      "\"hash_type\":\"PDQ\",\"hash_value\":\"" PDQ_P1A
						      "\",\"hash_quality\":90,\"match_distance_max\":8}";

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, P1_ITEM, ABOUT), 0);
	signals_refused(s, news, TOC_REFUSE_CONDITION, "body.items[0].bank"); /* by scope only */
	CHECK_INT(stage_act_value(s, "HUB/lead", signals_message(s, "scope", TO_ALL, news, ABOUT)), 0);
	CHECK_INT(signals_item(s, ID("70"))->state, TOC_ITEM_ACTIVE);
	const struct toc_value *known = signals_known(s, LOOP, PDQ_ITEM("71", PDQ_P1A, "88", "31"));
	CHECK_INT(toc_len(known), 2);
	for (size_t i = 0; i < toc_len(known); i++)
		CHECK(toc_get_is(toc_at(known, i), "bank", "match") ==
		      toc_get_bool(toc_at(known, i), "suppressed"));
	const struct toc_value *prepared = stage_prepare(
		s, LOOP, signals_message(s, "share", "\"HUB\"", PDQ_ITEM("71", PDQ_P1A, "88", "31"), ABOUT));
	const struct toc_value *recipients = toc_get(prepared, "recipients");
	CHECK_TEXT(toc_get_text(toc_at(toc_get(prepared, "warnings"), 0), "code"), "known_lawful");
	CHECK_INT(toc_len(recipients), 2);
	for (size_t i = 0; i < toc_len(recipients); i++)
		CHECK_TEXT(toc_get_text(toc_at(recipients, i), "why"),
			   toc_get_is(toc_at(recipients, i), "org", "HUB") ? "you name it in the audience"
									    : "your own organisation");
	known = signals_known(s, LOOP,
			      PDQ_ITEM("71", PDQ_P1, "88", "31")); /* 12 from it: not the news clip */
	CHECK_INT(toc_len(known), 1);
	CHECK(!toc_get_bool(toc_at(known, 0), "suppressed"));
	/* what was shared can be put there, and taken out again */
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "bank", ",\"bank\":\"negative\"")), 0);
	CHECK(signals_item(s, ID_P1)->negative);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "bank", ",\"bank\":\"negative\"")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK_INT(signals_scope(s, "AIRU/second officer", SCOPE(ID_P1, "bank", ",\"bank\":\"match\"")), 0);
	CHECK(stage_act_value(s, "HUB/lead", signals_message(s, "scope", TO_ALL, V1_SHA, ABOUT)) < 0);
	CHECK_TEXT(toc_str_of(s->v.refusal.field),
		   "body.items[0].bank"); /* a scope brings negative items only */
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- scope ---- */

CASE(leads_of_the_hub_and_of_an_affected_state_rule_and_nobody_else)
{
	struct stage *s = signals_stage();
	const char *narrow = SCOPE(ID_P1, "narrow", ",\"match_distance_max\":16");

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, P1_ITEM, ABOUT), 0);
	s->dry = true;
	CHECK_INT(signals_scope(s, "HUB/lead", narrow), 0);
	CHECK_INT(signals_scope(s, "AIRU/second officer", narrow), 0); /* XA is affected */
	CHECK(signals_scope(s, "BFP/second officer", narrow) < 0);     /* XB is not */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK(signals_scope(s, "AIRU/duty officer", narrow) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK(signals_scope(s, HARBOR, narrow) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID("99"), "lift", "")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "lift", "")) < 0); /* it is not quarantined */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "narrow", ",\"match_distance_max\":31")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_CONDITION);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "quarantine", ",\"beyond\":31")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_CONDITION);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "quarantine", "") "," SCOPE(ID_P1, "lift", "")) < 0);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.scopes[1].item_ref");
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "narrow", "")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_MISSING_FIELD);
	s->dry = false;
	CHECK_INT(signals_scope(s, "HUB/lead", narrow), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M6.scope", "HUB"))),
		   "AIRU BFP Chirplet GameNest HUB LoopReel OSF PastePond StreamHarbor");
	CHECK_INT(signals_item(s, ID_P1)->distance, 16);
	stage_free(s);
}

CASE(a_ruling_is_about_the_items_of_one_message)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA ", " P1_ITEM, ABOUT), 0);
	CHECK_INT(signals_share(s, CHIRP, "\"HUB\"", V1_MD5, ABOUT), 0);
	CHECK(signals_scope(s, "HUB/lead",
			    SCOPE(ID_P1, "quarantine", "") "," SCOPE(ID_V1M, "quarantine", "")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_CONDITION);
	CHECK_INT(signals_scope(s, "HUB/lead",
				SCOPE(ID_P1, "quarantine", "") "," SCOPE(ID_V1, "quarantine", "")),
		  0);
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_QUARANTINED);
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_V1, "lift", "")), 0);
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_ACTIVE);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_QUARANTINED);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- proposals ---- */

#define HOTLINE "SafeLine/duty officer"

/* A trusted partner that takes part, and has reported something of its own: there it proposes. */
static void add_hotline(struct stage *s)
{
	static const char *const org =
		"{\"code\":\"SafeLine\",\"persons\":[{\"title\":\"duty officer\",\"id\":"
		"\"77777777-0000-4000-8000-000000000001\",\"roles\":[\"duty_officer\"]}]}";
	struct toc_value *orgs = (struct toc_value *)(uintptr_t)toc_get(s->cast, "organisations");

	toc_push(s->a, orgs, stage_message(s, org));
	CHECK_INT(stage_act(s, "",
			    "{\"type\":\"org\",\"body\":{\"step\":\"admit\",\"code\":\"SafeLine\",\"name\":"
			    "\"Safe Line\","
			    "\"kinds\":[\"trusted_partner\"],\"api_exercise_only\":false}}"),
		  0);
	CHECK_INT(
		stage_act(s, "",
			  "{\"type\":\"person\",\"body\":{\"step\":\"enrol\",\"org\":\"SafeLine\",\"person\":"
			  "\"77777777-0000-4000-8000-000000000001\",\"title\":\"duty officer\","
			  "\"roles\":[\"duty_officer\"],\"machine\":false}}"),
		0);
	CHECK_INT(
		stage_act(s, "", "{\"type\":\"exercise\",\"body\":{\"step\":\"join\",\"org\":\"SafeLine\"}}"),
		0);
	struct toc_value *report = toc_value_copy(s->a, stage_named(s, "report1")->whole),
			 *body = toc_get(report, "body");
	static const char *const theirs[] = { "id", "sender_org", "sender_person", "case_ref",
					      "incident_ref" };
	for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
		toc_unset(report, theirs[i]);
	toc_unset(body, "links");
	CHECK_INT(stage_act_value(s, HOTLINE, report), 0);
}

static struct toc_value *of_hotline(struct stage *s, struct toc_value *message)
{
	toc_set_id(s->a, message, "incident_ref", stage_last(s, "M1.report", "SafeLine")->e.incident);
	return message;
}

CASE(what_a_trusted_partner_proposes_is_the_hubs_to_release)
{
	struct stage *s = signals_stage();

	add_hotline(s);
	CHECK(stage_act_value(s, HOTLINE,
			      of_hotline(s, signals_message(s, "share", "\"HUB\"", V1_SHA, ABOUT))) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK(stage_act_value(s, HOTLINE,
			      of_hotline(s, signals_message(s, "propose", "\"Chirplet\"", V1_SHA, ABOUT))) <
	      0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NO_READER);
	CHECK_INT(
		stage_act_value(s, HOTLINE,
				of_hotline(s, signals_message(s, "propose", "", V1_SHA ", " V1_MD5, ABOUT))),
		0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M6.propose", NULL))), "HUB SafeLine");
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_PROPOSED);
	CHECK(signals_report(s, CHIRP, ID_V1, "match_count", COUNTS(1)) < 0); /* there is nothing yet */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);

	struct toc_value *m = of_hotline(s, signals_message(s, "scope", "", "", ABOUT));
	toc_set(s->a, m, "body",
		stage_message(s, "{\"step\":\"scope\",\"scopes\":[" SCOPE(ID_V1, "release", "") "]}"));
	toc_set(s->a, m, "audience", stage_message(s, "{\"to\":[\"Chirplet\"]}")->members[0].value);
	CHECK(stage_act_value(s, "HUB/lead", toc_value_copy(s->a, m)) < 0); /* half of it */
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.scopes");
	toc_set(s->a, m, "audience", toc_value_list(s->a));
	toc_set(s->a, m, "body",
		stage_message(s, "{\"step\":\"scope\",\"scopes\":[" SCOPE(ID_V1, "release", "") "," SCOPE(
					 ID_V1M, "release", "") "]}"));
	CHECK(stage_act_value(s, "HUB/lead", toc_value_copy(s->a, m)) < 0); /* to whom? */
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "audience");
	struct toc_value *to = toc_value_list(s->a);
	toc_push_text(s->a, to, TOC_STR("Chirplet"));
	toc_push_text(s->a, to, TOC_STR("AIRU"));
	toc_set(s->a, m, "audience", to);
	CHECK_INT(stage_act_value(s, "HUB/lead", m), 0);
	const struct stage_entry *e = stage_last(s, "M6.scope", "HUB");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU Chirplet HUB");
	CHECK_INT(e->n_discloses, 1); /* it carries the proposal */
	CHECK(toc_uuid_eq(e->discloses[0], stage_last(s, "M6.propose", NULL)->e.eid));
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_SHARED);
	CHECK_INT(signals_item(s, ID_V1M)->state, TOC_ITEM_SHARED);
	CHECK_INT(signals_report(s, CHIRP, ID_V1, "match_count", COUNTS(1)), 0);
	CHECK(signals_report(s, LOOP, ID_V1, "match_count", COUNTS(1)) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
	CHECK(stage_consistent(s));
	/* who got it by the release is told of its end */
	s->now = toc_after(s->now, TOC_HOURS(1));
	stage_to(s, "8760:00:00");
	CHECK_INT(stage_count(s, "M8.retract", NULL), 1);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M8.retract", NULL))), "AIRU Chirplet HUB");
	CHECK_INT(signals_item(s, ID_V1M)->state, TOC_ITEM_EXPIRED);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- the end ---- */

CASE(an_item_expires_and_whoever_could_read_it_is_told)
{
	struct stage *s = signals_stage();
	struct toc_str soon = toc_arena_printf(
		s->a,
		ITEM("b1", "url", ",\"url\":\"https://x.example/1\",\"expires_at\":\"%s\"") ", " ITEM(
			"b2", "url", ",\"url\":\"https://x.example/2\",\"expires_at\":\"%s\"") ", " P1_ITEM,
		toc_time_str(s->a, stage_time(s, "24:00")).p, toc_time_str(s->a, stage_time(s, "24:00")).p);

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, soon.p, ABOUT), 0);
	struct toc_uuid incident = signals_incident(s);
	CHECK_INT(toc_find_signals(s->w, incident)->live, 3);
	stage_to(s, "23:59");
	CHECK_INT(stage_count(s, "M8.retract", NULL), 0);
	stage_to(s, "24:30");
	CHECK_INT(stage_count(s, "M8.retract", NULL), 1);
	const struct stage_entry *e = stage_last(s, "M8.retract", NULL);
	CHECK_TEXT(toc_get_text(toc_get(e->e.body, "decided"), "at"),
		   toc_time_str(s->a, stage_time(s, "24:00")).p);
	CHECK_INT(toc_len(toc_get(toc_get(e->whole, "body"), "item_refs")), 2);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)),
		   "AIRU BFP Chirplet GameNest HUB LoopReel OSF PastePond StreamHarbor");
	CHECK_INT(signals_item(s, ID("b1"))->state, TOC_ITEM_EXPIRED);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_SHARED);
	CHECK_INT(toc_find_signals(s->w, incident)->live, 1);
	CHECK(signals_report(s, LOOP, ID("b1"), "match_count", COUNTS(1)) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID("b1"), "quarantine", "")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK_INT(toc_len(signals_known(s, LOOP, ITEM("b9", "url", ",\"url\":\"https://x.example/1\""))), 0);
	CHECK_INT(toc_len(signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1, "88", "31"))), 1);
	stage_to(s, "8760:00:00");
	CHECK_INT(stage_count(s, "M8.retract", NULL), 2);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_EXPIRED);
	CHECK_INT(toc_find_signals(s->w, incident)->live, 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
