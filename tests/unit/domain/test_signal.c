/* test_signal.c: content signals (M6): what is taken and what is refused, who reads it, and how many there may be. On
 * LANTERN's hashes; what becomes of them is test_signal_life.c's. */
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
			int r = signals_share(s, who.p, "\"HUB\",\"AIRU\"", V1_SHA, ABOUT);
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

CASE(a_signal_that_would_go_to_nobody_is_not_taken)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, "", P1_ITEM, ABOUT), -1);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NO_READER);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "audience");
	CHECK_INT(signals_share(s, HARBOR, "\"StreamHarbor\"", P1_ITEM, ABOUT), -1);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NO_READER);
	CHECK_INT(signals_share(s, HARBOR, "\"HUB\"", P1_ITEM, ABOUT), 0);
	stage_free(s);
}

RUN_CASES()
