/* What the decoder takes, what it refuses and with which words, and what it normalises. */
#include "generate.h"
#include "message/catalogue.h"
#include "message/json.h"
#include "check.h"

#define ENVELOPE(type, more)                                                                                 \
	"{\"id\":\"018F22E2-79B0-7CC3-98C4-DC0C0C07398F\",\"type\":\"" type                                  \
	"\",\"schema_version\":\"1.0.0\","                                                                   \
	"\"mode\":\"exercise\",\"exercise_ref\":\"40332fd4-48e5-451e-8f31-3775686e7ce8\","                   \
	"\"sent_at\":\"2031-05-17T16:02:00+02:00\",\"tlp\":\"AMBER\",\"precedence\":\"flash\",\"ack_"        \
	"required\":true,"                                                                                   \
	"\"lang\":\"QAA\",\"personal_data\":{\"level\":\"limited\",\"categories\":[\"location\"]},"          \
	"\"legal_basis\":[{\"act\":\"TCO\",\"article\":\"14(5)\"}],\"also_reported_to\":[]," more "}"

#define PERSON "\"12dce59c-5fcf-45f3-8669-eb43c443afb4\""
#define SEND                                                                                                 \
	"\"step\":\"send\",\"duty\":[\"TCO_14_5\",\"DSA_18\"],\"aware_at\":\"2031-05-17T14:01:10.5Z\","      \
	"\"threat_case\":true,\"immediacy\":\"now\",\"emergency_line_called\":{\"called\":false},"           \
	"\"offence_field\":\"terrorism\",\"explanation\":\"A live stream.\\nA sign.\","                      \
	"\"service_surface\":\"live\",\"content_status\":\"live_monitored\",\"preserved\":{\"preserved\":"   \
	"false},"                                                                                            \
	"\"user_notified\":\"no\",\"contact_24x7\":" PERSON ","
#define CONTENT "\"content\":[{\"url\":\"https://live.example/v/1\",\"type\":\"live_stream\"}],"
#define STATES "\"concerned_states\":[{\"cc\":\"XA\",\"ground\":\"target_place\"}]"
#define M4(more) ENVELOPE("M4", "\"body\":{" SEND more "}")
#define M5(more)                                                                                             \
	ENVELOPE("M5",                                                                                       \
		 "\"case_ref\":\"40332fd4-48e5-451e-8f31-3775686e7ce8\",\"body\":{\"human_ack_by\":" PERSON  \
		 ",\"at\":\"2031-05-17T14:03:05Z\"," more "}")

static struct toc_refusal refusal;

static struct toc_value *decode(struct toc_arena *a, const char *text)
{
	struct toc_value *raw, *message = NULL;
	memset(&refusal, 0, sizeof refusal);
	if (toc_json_parse(a, toc_str_of(text), TOC_MESSAGE_BYTES_MAX, TOC_JSON_DEPTH_MAX, &raw, &refusal) <
		    0 ||
	    toc_message_decode(a, raw, &message, &refusal) < 0)
		return NULL;
	return message;
}

static bool refused(const char *text, enum toc_refusal_code code, const char *field)
{
	struct toc_arena *a = toc_arena_new();
	bool as_said = !decode(a, text) && refusal.code == code && strcmp(refusal.field, field) == 0 &&
		       *refusal.clause && *refusal.detail;
	if (!as_said)
		printf("  %s %s (%s) %s\n", toc_refusal_wire(refusal.code), refusal.field, refusal.clause,
		       refusal.detail);
	toc_arena_free(a);
	return as_said;
}

static bool taken(const char *text)
{
	struct toc_arena *a = toc_arena_new();
	bool ok = decode(a, text) != NULL;
	if (!ok)
		printf("  %s %s (%s) %s\n", toc_refusal_wire(refusal.code), refusal.field, refusal.clause,
		       refusal.detail);
	toc_arena_free(a);
	return ok;
}

CASE(a_notification_is_taken_and_normalised)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *m =
		decode(a, M4("\"content\":[{\"url\":\"https://live.example/V/"
			     "1\",\"type\":\"live_stream\",\"hash_refs\":"
			     "[{\"algorithm\":\"md5\",\"value\":\"E00E008C9BCCBB97257DADF85EBD2849\"}]}],"
			     "\"concerned_states\":[{\"cc\":\"EL\",\"ground\":\"target_place\"}]"));
	struct toc_value *body = toc_get(m, "body"), *content = toc_at(toc_get(body, "content"), 0);
	CHECK(m != NULL);
	CHECK_TEXT(toc_get_text(m, "id"), "018f22e2-79b0-7cc3-98c4-dc0c0c07398f");
	CHECK_TEXT(toc_get_text(m, "sent_at"),
		   "2031-05-17T16:02:00+02:00"); /* the offset is part of what was said */
	CHECK_TEXT(toc_get_text(m, "lang"), "qaa");
	CHECK_TEXT(toc_get_text(toc_at(toc_get(body, "concerned_states"), 0), "cc"), "GR");
	CHECK_TEXT(toc_get_text(content, "url"), "https://live.example/V/1");
	CHECK_TEXT(toc_get_text(toc_at(toc_get(content, "hash_refs"), 0), "value"),
		   "e00e008c9bccbb97257dadf85ebd2849");
	CHECK_TEXT(toc_message_k(a, m), "M4.send");
	toc_arena_free(a);
}

CASE(a_draft_needs_the_time_of_awareness_only)
{
	CHECK(taken(ENVELOPE("M4", "\"body\":{\"step\":\"draft\",\"aware_at\":\"2031-05-17T14:01:10Z\"}")));
	CHECK(refused(ENVELOPE("M4", "\"body\":{\"step\":\"draft\"}"), TOC_REFUSE_MISSING_FIELD,
		      "body.aware_at"));
	CHECK(refused(ENVELOPE("M4", "\"body\":{\"aware_at\":\"2031-05-17T14:01:10Z\"}"),
		      TOC_REFUSE_MISSING_FIELD, "body.step"));
}

CASE(a_notification_needs_all_its_fields)
{
	CHECK(taken(M4(CONTENT STATES)));
	CHECK(refused(M4(STATES), TOC_REFUSE_MISSING_FIELD, "body.content"));
	CHECK(strcmp(refusal.clause, "DSA 18(1)") == 0 &&
	      strcmp(refusal.detail, "mandatory when step is send") == 0);
	CHECK(refused(M4("\"content\":[]," STATES), TOC_REFUSE_BAD_VALUE, "body.content"));
	CHECK(refused(M4(CONTENT "\"service_surface2\":1"), TOC_REFUSE_UNKNOWN_FIELD,
		      "body.service_surface2"));
	CHECK(refused(M4(CONTENT "\"reason\":\"x\"," STATES), TOC_REFUSE_BAD_VALUE, "body.reason"));
}

CASE(states_are_named_or_said_to_be_unknown)
{
	CHECK(refused(M4("\"content\":[{\"url\":\"https://x.example/\",\"type\":\"post\"}]"),
		      TOC_REFUSE_MISSING_FIELD, "body.concerned_states"));
	CHECK(taken(M4(CONTENT "\"state_unknown\":{\"unknown\":true,\"reason\":\"VPN\"}")));
	CHECK(refused(M4(CONTENT "\"state_unknown\":{\"unknown\":true}"), TOC_REFUSE_MISSING_FIELD,
		      "body.state_unknown.reason"));
	CHECK(taken(M4(CONTENT STATES ",\"state_unknown\":{\"unknown\":false}")));
}

CASE(supplement_and_withdrawal_belong_to_a_case)
{
#define CASE_REF "\"case_ref\":\"40332fd4-48e5-451e-8f31-3775686e7ce8\","
	CHECK(taken(ENVELOPE("M4",
			     CASE_REF "\"body\":{\"step\":\"supplement\",\"content_status\":\"removed\"}")));
	CHECK(refused(ENVELOPE("M4", "\"body\":{\"step\":\"supplement\",\"content_status\":\"removed\"}"),
		      TOC_REFUSE_MISSING_FIELD, "case_ref"));
	CHECK(refused(ENVELOPE("M4", CASE_REF "\"body\":{\"step\":\"supplement\"}"), TOC_REFUSE_MISSING_FIELD,
		      "body"));
	CHECK(taken(
		ENVELOPE("M4", CASE_REF "\"body\":{\"step\":\"withdraw\",\"reason\":\"sent in error\"}")));
	CHECK(refused(ENVELOPE("M4", CASE_REF "\"body\":{\"step\":\"withdraw\"}"), TOC_REFUSE_MISSING_FIELD,
		      "body.reason"));
}

CASE(unknown_fields_are_named_with_their_whole_path)
{
	CHECK(refused(M4("\"content\":[{\"urll\":\"https://x.example/\",\"type\":\"post\"}]," STATES),
		      TOC_REFUSE_UNKNOWN_FIELD, "body.content[0].urll"));
	CHECK(refused(
		M4(CONTENT STATES
		   ",\"network_events\":[{\"ip\":\"192.0.2.1\",\"port\":1,\"at\":\"2031-05-17T14:00:00Z\","
		   "\"event\":\"log-in\"},{\"ipp\":1}]"),
		TOC_REFUSE_UNKNOWN_FIELD, "body.network_events[1].ipp"));
	CHECK(refused(ENVELOPE("M4", "\"bodi\":{}"), TOC_REFUSE_UNKNOWN_FIELD, "bodi"));
}

CASE(what_the_server_sets_is_refused)
{
	static const char *fields[] = { "\"seq\":1",
					"\"server_received_at\":\"2031-05-17T14:00:00Z\"",
					"\"dup_keys\":[]",
					"\"content_digest\":\"00\"",
					"\"leaf_hash\":\"00\"",
					"\"retention_class\":\"R-ITL\"" };
	struct toc_arena *a = toc_arena_new();
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		CHECK(!decode(a, toc_arena_printf(a, ENVELOPE("M4", "%s"), fields[i]).p));
		CHECK_INT(refusal.code, TOC_REFUSE_BAD_VALUE);
		CHECK_TEXT(toc_str_of(refusal.detail), "set by the server");
	}
	toc_arena_free(a);
}

CASE(type_and_version_come_first)
{
	CHECK(refused("{}", TOC_REFUSE_MISSING_FIELD, "type"));
	CHECK(refused("{\"type\":4}", TOC_REFUSE_WRONG_KIND, "type"));
	CHECK(refused("{\"type\":\"M99\"}", TOC_REFUSE_UNKNOWN_TYPE, "type"));
	CHECK(refused("{\"type\":\"M4\",\"schema_version\":\"2.0.0\"}", TOC_REFUSE_VERSION,
		      "schema_version"));
	CHECK(refused("{\"type\":\"M4\"}", TOC_REFUSE_MISSING_FIELD, "id"));
	CHECK(refused(ENVELOPE("M4", "\"body\":7"), TOC_REFUSE_WRONG_KIND, "body"));
}

CASE(kinds_and_values_of_single_fields)
{
	static const struct {
		const char *part;
		enum toc_refusal_code code;
		const char *field;
	} wrong[] = {
		{ "\"threat_case\":\"yes\"", TOC_REFUSE_WRONG_KIND, "body.threat_case" },
		{ "\"threat_case\":null", TOC_REFUSE_WRONG_KIND, "body.threat_case" },
		{ "\"duty\":\"DSA_18\"", TOC_REFUSE_WRONG_KIND, "body.duty" },
		{ "\"duty\":[\"DSA_18\",\"DSA_18\"]", TOC_REFUSE_BAD_VALUE, "body.duty[1]" },
		{ "\"duty\":[\"DSA_19\"]", TOC_REFUSE_BAD_VALUE, "body.duty[0]" },
		{ "\"aware_at\":\"2031-02-29T14:01:10Z\"", TOC_REFUSE_BAD_VALUE, "body.aware_at" },
		{ "\"aware_at\":\"2031-05-17T14:01:10\"", TOC_REFUSE_BAD_VALUE, "body.aware_at" },
		{ "\"contact_24x7\":\"night responder\"", TOC_REFUSE_BAD_VALUE, "body.contact_24x7" },
		{ "\"explanation\":\"\"", TOC_REFUSE_BAD_VALUE, "body.explanation" },
		{ "\"explanation\":\"\\u0007\"", TOC_REFUSE_BAD_VALUE, "body.explanation" },
		{ "\"user_identifiers\":[{\"kind\":\"handle\",\"value\":\"a\\nb\"}]", TOC_REFUSE_BAD_VALUE,
		  "body.user_identifiers[0].value" },
		{ "\"network_events\":[{\"ip\":\"192.0.2.256\"}]", TOC_REFUSE_BAD_VALUE,
		  "body.network_events[0].ip" },
		{ "\"network_events\":[{\"ip\":\"fe80::1%eth0\"}]", TOC_REFUSE_BAD_VALUE,
		  "body.network_events[0].ip" },
		{ "\"network_events\":[{\"port\":0}]", TOC_REFUSE_BAD_VALUE, "body.network_events[0].port" },
		{ "\"network_events\":[{\"port\":65536}]", TOC_REFUSE_BAD_VALUE,
		  "body.network_events[0].port" },
		{ "\"content\":[{\"url\":\"//no.scheme\"}]", TOC_REFUSE_BAD_VALUE, "body.content[0].url" },
		{ "\"content\":[{\"url\":\"https://x.example/a b\"}]", TOC_REFUSE_BAD_VALUE,
		  "body.content[0].url" },
		{ "\"content\":[{\"type\":\"post\"}]", TOC_REFUSE_MISSING_FIELD, "body.content[0].url" },
		{ "\"content\":[{\"hash_refs\":[{\"value\":\"0\"}]}]", TOC_REFUSE_BAD_VALUE,
		  "body.content[0].hash_refs[0].value" },
		{ "\"content\":[[]]", TOC_REFUSE_WRONG_KIND, "body.content[0]" },
		{ "\"persons_at_risk\":{\"number\":-1}", TOC_REFUSE_BAD_VALUE,
		  "body.persons_at_risk.number" },
		{ "\"emergency_line_called\":{\"called\":false,\"number\":\"112\"}", TOC_REFUSE_BAD_VALUE,
		  "body.emergency_line_called.number" },
		{ "\"preserved\":{\"preserved\":true}", TOC_REFUSE_MISSING_FIELD, "body.preserved.until" },
	};
	struct toc_arena *a = toc_arena_new();
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(refused(
			toc_arena_printf(a, ENVELOPE("M4", "\"body\":{\"step\":\"draft\",%s}"), wrong[i].part)
				.p,
			wrong[i].code, wrong[i].field));
	toc_arena_free(a);
}

CASE(lengths_count_characters_and_name_the_limit)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_buf b;
	toc_buf_init(&b, 1 << 20);
	for (int i = 0; i < 8000; i++)
		toc_buf_text(&b, "\xc3\xa9");
	for (int more = 0; more < 2; more++, toc_buf_text(&b, "x")) {
		struct toc_str text = toc_arena_str(a, toc_buf_view(&b));
		struct toc_value *m = decode(
			a, toc_arena_printf(
				   a,
				   ENVELOPE("M4",
					    "\"body\":{\"step\":\"draft\","
					    "\"aware_at\":\"2031-05-17T14:01:10Z\",\"explanation\":\"%s\"}"),
				   text.p)
				   .p);
		CHECK((m != NULL) == !more);
	}
	CHECK_INT(refusal.code, TOC_REFUSE_LIMIT);
	CHECK_TEXT(toc_str_of(refusal.detail), "8001 characters, limit 8000");
	toc_buf_done(&b);
	toc_arena_free(a);
}

CASE(codes_of_fiction_are_for_exercises)
{
	/* The same message, once practised and once about the real world. */
	static const char *const modes[] = { "\"mode\":\"test\"", "\"mode\":\"actual\"",
					     "\"mode\":\"system\"" };
	struct toc_arena *a = toc_arena_new();
	for (size_t i = 0; i < 3; i++)
		for (int cc = 0; cc < 2; cc++) {
			struct toc_value *m = decode(
				a,
				toc_arena_printf(a,
						 "{\"id\":\"018f22e2-79b0-7cc3-98c4-dc0c0c07398f\","
						 "\"type\":\"M4\",\"schema_version\":\"1.0.0\",%s,\"sent_"
						 "at\":\"2031-05-17T14:02:00Z\",\"tlp\":\"RED\","
						 "\"precedence\":\"flash\",\"ack_required\":false,\"lang\":"
						 "\"%s\",\"personal_data\":{\"level\":\"none\","
						 "\"categories\":[]},\"legal_basis\":[],\"also_reported_to\":"
						 "[],\"body\":{\"step\":\"draft\","
						 "\"aware_at\":\"2031-05-17T14:01:10Z\",\"concerned_states\":"
						 "[{\"cc\":\"%s\",\"ground\":\"target_place\"}]}}",
						 modes[i], cc ? "en" : "qab", cc ? "QN" : "DE")
					.p);
			CHECK((m != NULL) == (i == 0));
			if (!m) {
				CHECK_INT(refusal.code, TOC_REFUSE_BAD_VALUE);
				CHECK_TEXT(toc_str_of(refusal.field),
					   cc ? "body.concerned_states[0].cc" : "lang");
			}
		}
	toc_arena_free(a);
	CHECK(refused(M4("\"content\":[{\"url\":\"a:b\",\"type\":\"post\"}],\"concerned_states\":[{\"cc\":"
			 "\"UK\",\"ground\":\"target_place\"}]"),
		      TOC_REFUSE_BAD_VALUE, "body.concerned_states[0].cc"));
}

CASE(where_else_it_was_reported_is_answered_by_every_member)
{
	const struct toc_message_type *t;

	for (size_t i = 0; (t = toc_message_type_at(i)); i++) {
		struct toc_arena *a = toc_arena_new();
		const char *text = "{\"id\":\"018f22e2-79b0-7cc3-98c4-dc0c0c07398f\",\"type\":\"%s\",\"schema_version\":\"1.0.0\","
				   "\"mode\":\"test\",\"sent_at\":\"2031-05-17T14:02:00Z\",\"tlp\":\"RED\",\"precedence\":\"flash\","
				   "\"ack_required\":false,\"lang\":\"en\",\"audience\":[],\"personal_data\":{\"level\":\"none\","
				   "\"categories\":[]},\"legal_basis\":[]%s}";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		for (int answered = 0; answered < 2 && toc_message_type_is_wire(t); answered++) {
			CHECK(decode(a, toc_arena_printf(a, text, toc_message_type_name(t), answered ? ",\"also_reported_to\":[]" : "").p) == NULL);
			/* empty is an answer: then it is something else that is missing */
			CHECK((strcmp(refusal.field, "also_reported_to") == 0) == !answered);
			CHECK(answered || refusal.code == TOC_REFUSE_MISSING_FIELD);
		}
#pragma GCC diagnostic pop
		toc_arena_free(a);
	}
}

CASE(mode_exercise_and_its_reference_go_together)
{
	struct toc_arena *a = toc_arena_new();
	const char *whole =
		ENVELOPE("M4", "\"body\":{\"step\":\"draft\",\"aware_at\":\"2031-05-17T14:01:10Z\"}");
	struct toc_value *raw, *message;
	CHECK(toc_json_parse(a, toc_str_of(whole), 65536, 16, &raw, &refusal) == 0);
	toc_unset(raw, "exercise_ref");
	CHECK(toc_message_decode(a, raw, &message, &refusal) < 0);
	CHECK_TEXT(toc_str_of(refusal.field), "exercise_ref");
	CHECK_INT(refusal.code, TOC_REFUSE_MISSING_FIELD);
	toc_set_cstr(a, raw, "mode", "actual");
	toc_set_cstr(a, raw, "lang", "en");
	CHECK(toc_message_decode(a, raw, &message, &refusal) == 0);
	toc_set_cstr(a, raw, "exercise_ref", "40332fd4-48e5-451e-8f31-3775686e7ce8");
	CHECK(toc_message_decode(a, raw, &message, &refusal) < 0);
	CHECK_INT(refusal.code, TOC_REFUSE_BAD_VALUE);
	toc_arena_free(a);
}

CASE(answers_to_a_threat_carry_what_their_kind_needs)
{
	CHECK(taken(M5("\"kind\":\"ack\"")));
	CHECK(taken(M5("\"kind\":\"accept\",\"own_reference\":\"AIRU-7711\",\"questions\":[{\"id\":\"q1\","
		       "\"text\":\"Where?\"}]")));
	CHECK(refused(M5("\"kind\":\"ack\",\"questions\":[{\"id\":\"q1\",\"text\":\"Where?\"}]"),
		      TOC_REFUSE_BAD_VALUE, "body.questions"));
	CHECK(strcmp(refusal.detail, "only when kind is accept or question") == 0);
	CHECK(refused(M5("\"kind\":\"question\""), TOC_REFUSE_MISSING_FIELD, "body.questions"));
	CHECK(refused(M5("\"kind\":\"answer\""), TOC_REFUSE_MISSING_FIELD, "body.answers"));
	CHECK(refused(M5("\"kind\":\"redirect\",\"redirect_ground\":\"x\""), TOC_REFUSE_MISSING_FIELD,
		      "body.redirect_to"));
	CHECK(refused(M5("\"kind\":\"outcome\""), TOC_REFUSE_MISSING_FIELD, "body.outcome"));
	CHECK(refused(M5("\"kind\":\"ack\",\"outcome\":\"safe\""), TOC_REFUSE_BAD_VALUE, "body.outcome"));
	CHECK(refused(ENVELOPE("M5", "\"body\":{\"kind\":\"ack\",\"human_ack_by\":" PERSON
				     ",\"at\":\"2031-05-17T14:03:05Z\"}"),
		      TOC_REFUSE_MISSING_FIELD, "case_ref"));
}

/* ---- lists that share members, texts whose form depends ---- */

#define HASH(n, type, value, more)                                                                           \
	"{\"item_id\":\"018f22e2-79b0-7cc3-98c4-dc0c0c07390" n "\",\"bank\":\"match\",\"signal_kind\":\"hash\","       \
	"\"hash_type\":\"" type "\",\"hash_value\":\"" value "\"" more "}"
#define MD5_OF "e00e008c9bccbb97257dadf85ebd2849"
#define BESIDE                                                                                               \
	"\"producer\":\"unknown\",\"content_type\":\"video\",\"context_warning\":\"none\",\"graphic\":\"none\","     \
	"\"reviewed_by_human\":true,\"suggested_action\":\"review\",\"expires_at\":\"2031-11-17T14:02:00Z\""
#define M6(items, more)                                                                                      \
	ENVELOPE("M6", "\"incident_ref\":\"40332fd4-48e5-451e-8f31-3775686e7ce8\",\"audience\":[],\"body\":{"      \
		       "\"step\":\"share\",\"items\":[" items "]," BESIDE more "}")

CASE(what_is_the_same_for_a_list_stands_once_beside_it)
{
	CHECK(taken(M6(HASH("1", "MD5", MD5_OF, ""), ",\"opinion\":\"positive\"")));
	CHECK(taken(M6(HASH("1", "MD5", MD5_OF, ",\"opinion\":\"negative\"") "," HASH("2", "MD5", MD5_OF, ""),
		       ",\"opinion\":\"positive\"")));
	CHECK(taken(M6(HASH("1", "MD5", MD5_OF, ",\"opinion\":\"negative\""), "")));
	CHECK(refused(M6(HASH("1", "MD5", MD5_OF, ",\"opinion\":\"negative\"") "," HASH("2", "MD5", MD5_OF, ""), ""),
		      TOC_REFUSE_MISSING_FIELD, "body.items[1].opinion"));
}

CASE(a_text_has_the_form_of_what_it_is)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *m = decode(
		a, M6(HASH("1", "SHA256", "9C8506ABF29FF0BB249797F36C77B97774CA5673D6177462C3DC63B9E5BEDBCD", ""),
		      ",\"opinion\":\"positive\""));

	/* it is normalised as that form is */
	CHECK(m != NULL);
	CHECK_TEXT(toc_get_text(toc_at(toc_get(toc_get(m, "body"), "items"), 0), "hash_value"),
		   "9c8506abf29ff0bb249797f36c77b97774ca5673d6177462c3dc63b9e5bedbcd");
	CHECK(refused(M6(HASH("1", "SHA256", MD5_OF, ""), ",\"opinion\":\"positive\""), TOC_REFUSE_BAD_VALUE,
		      "body.items[0].hash_value"));
	CHECK(refused(M6(HASH("1", "MD5", "e00e008c9bccbb97257dadf85ebd284g", ""), ",\"opinion\":\"positive\""),
		      TOC_REFUSE_BAD_VALUE, "body.items[0].hash_value"));
	CHECK(taken(M6(HASH("1", "TLSH", "T1A2B3", ""), ",\"opinion\":\"positive\""))); /* of no form that we know */
	toc_arena_free(a);
}

CASE(the_clock_of_an_exercise)
{
	CHECK(taken(ENVELOPE("exercise",
			     "\"body\":{\"step\":\"clock\",\"action\":\"run\",\"rate_milli\":1740000}")));
	CHECK(refused(ENVELOPE("exercise", "\"body\":{\"step\":\"clock\"}"), TOC_REFUSE_MISSING_FIELD,
		      "body.action"));
	CHECK(refused(ENVELOPE("exercise", "\"body\":{\"step\":\"clock\",\"action\":\"jump\"}"),
		      TOC_REFUSE_MISSING_FIELD, "body.to"));
	CHECK(refused(
		ENVELOPE("exercise", "\"body\":{\"step\":\"clock\",\"action\":\"stop\",\"rate_milli\":1}"),
		TOC_REFUSE_BAD_VALUE, "body.rate_milli"));
	CHECK(refused(ENVELOPE("exercise", "\"body\":{\"step\":\"join\",\"t0\":\"2031-05-17T14:03:05Z\"}"),
		      TOC_REFUSE_BAD_VALUE, "body.t0"));
}

CASE(what_only_the_server_makes_needs_less_of_the_envelope)
{
	CHECK(taken("{\"id\":\"40332fd4-48e5-851e-8f31-3775686e7ce8\",\"type\":\"deadline\",\"schema_version\":\"1.0.0\","
		    "\"mode\":\"system\",\"sent_at\":\"2031-05-17T14:02:00Z\",\"body\":{\"step\":\"passed\","
		    "\"timer\":\"T17\",\"object\":\"40332fd4-48e5-851e-8f31-3775686e7ce8\","
		    "\"deadline\":\"2031-05-17T14:02:00Z\"}}"));
	CHECK(!toc_message_type_is_wire(toc_message_type_find(TOC_STR("deadline"))));
	CHECK(toc_message_type_is_wire(toc_message_type_find(TOC_STR("M4"))));
	CHECK(toc_message_type_find(TOC_STR("M")) == NULL);
}

CASE(every_generated_message_is_taken_and_decoding_again_changes_nothing)
{
	struct generator g = { .a = toc_arena_new(), .state = 1 };
	for (size_t i = 0; i < 600; i++) {
		const struct toc_message_type *t = generate_type(i);
		struct toc_value *m = generate_message(&g, t), *once = NULL, *twice = NULL;
		if (toc_message_decode(g.a, m, &once, &refusal) < 0 ||
		    toc_message_decode(g.a, once, &twice, &refusal) < 0)
			printf("  %s: %s %s %s\n", toc_message_type_name(t), toc_refusal_wire(refusal.code),
			       refusal.field, refusal.detail);
		CHECK(once != NULL && toc_value_eq(once, twice));
		toc_arena_reset(g.a);
	}
	toc_arena_free(g.a);
}

CASE(every_damaged_message_is_taken_or_refused_with_words)
{
	struct generator g = { .a = toc_arena_new(), .state = 2 };
	for (size_t i = 0; i < 3000; i++) {
		struct toc_value *m = generate_damage(&g, generate_message(&g, generate_type(i))), *decoded;
		memset(&refusal, 0, sizeof refusal);
		if (toc_message_decode(g.a, m, &decoded, &refusal) < 0)
			CHECK(refusal.code != TOC_NOT_REFUSED && *refusal.detail && *refusal.clause);
		toc_arena_reset(g.a);
	}
	toc_arena_free(g.a);
}

RUN_CASES()
