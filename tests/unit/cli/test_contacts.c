/* test_contacts.c: contact points and rosters from files, line by line; and what is gathered from entries. */
#include "check.h"

#include "cli/contacts.h"
#include "message/json.h"

#define DUTY "01980000-0000-4000-8000-000000000001"
#define OFFICER "01980000-0000-4000-8000-000000000002"
#define FIRST "01980000-0000-7000-8000-0000000000a1"
#define SECOND "01980000-0000-7000-8000-0000000000a2"

static struct toc_value *parse(struct toc_arena *a, const char *text)
{
	struct toc_value *v = NULL;
	struct toc_refusal why = { 0 };
	if (toc_json_parse(a, toc_str_of(text), 1u << 20, 32, &v, &why) < 0)
		printf("  not JSON: %s: %s\n", why.detail, text);
	return v;
}

static struct contacts begin(void)
{
	struct contacts c = { .a = toc_arena_new(), .you_org = TOC_STR("AIRU"), .you_person = TOC_STR(DUTY) };
	static const char *const people[] = { DUTY "\",\"title\":\"duty officer", OFFICER "\",\"title\":\"second officer",
					      "01980000-0000-4000-8000-000000000003\",\"title\":\"twin",
					      "01980000-0000-4000-8000-000000000004\",\"title\":\"twin" };
	for (size_t i = 0; i < sizeof people / sizeof *people; i++)
		contacts_take(&c, parse(c.a, toc_arena_printf(c.a, "{\"k\":\"person.enrol\",\"message\":{\"body\":{\"org\":\"AIRU\",\"person\":\"%s\"}}}", people[i]).p));
	return c;
}

/* "3: person: …; 5: …" */
static const char *errors(const struct contacts *c, const struct toc_value *list)
{
	struct toc_str all = TOC_STR("");
	for (size_t i = 0; i < toc_len(list); i++)
		all = toc_arena_printf(c->a, "%.*s%s%lld: %.*s", TOC_STR_ARGS(all), i ? "; " : "", (long long)toc_get_int(toc_at(list, i), "line", 0),
				       TOC_STR_ARGS(toc_get_text(toc_at(list, i), "text")));
	return all.n ? all.p : "";
}

#define HEAD "point,purposes,hours,languages,public,zone,open,holidays,person,when,kind,address,priority\n"

CASE(a_table_of_channels_becomes_declarations)
{
	struct contacts c = begin();
	struct contact_import in;
	contacts_read(&c, TOC_STR(HEAD "# threats and crises\n"
				  "a,ITL crisis,calendar,en qaa,yes,Europe/Brussels,mon-fri 08:00-18:00; sat 22:00-06:00,2026-12-25,,,phone,+999 1,\n"
				  "a,,,,,,,,duty officer,open,console,,\n"
				  "a,,,,,,,,duty officer,,e-mail,\"duty, officer@airu.example.invalid\",2\n"
				  "a,,,,,,,," OFFICER ",closed,phone,+999 2,\n"
				  "\n"
				  "a,,,,,,,,duty officer,,SMS,+999 3,\r\n"
				  "b,press,office,en,no,,,,second officer,,phone,+999 2,\n"), &in);
	CHECK_TEXT(toc_str_of(errors(&c, in.errors)), "");
	CHECK_INT(toc_len(in.bodies), 2);
	CHECK(toc_value_eq(toc_at(in.bodies, 0),
			   parse(c.a, "{\"step\":\"own\",\"org\":\"AIRU\",\"purposes\":[\"ITL\",\"crisis\"],\"hours\":\"calendar\",\"languages\":[\"en\",\"qaa\"],"
				      "\"public\":true,\"calendar\":{\"zone\":\"Europe/Brussels\",\"open\":[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"],"
				      "\"from\":\"08:00\",\"until\":\"18:00\"},{\"days\":[\"sat\"],\"from\":\"22:00\",\"until\":\"06:00\"}],\"holidays\":[\"2026-12-25\"]},"
				      "\"channels\":[{\"kind\":\"phone\",\"address\":\"+999 1\"}],\"escalation_chain\":["
				      "{\"person\":\"" DUTY "\",\"when\":\"open\",\"channels\":[{\"kind\":\"console\"},{\"kind\":\"e-mail\",\"address\":"
				      "\"duty, officer@airu.example.invalid\",\"priority\":2}]},"
				      "{\"person\":\"" OFFICER "\",\"when\":\"closed\",\"channels\":[{\"kind\":\"phone\",\"address\":\"+999 2\"}]},"
				      "{\"person\":\"" DUTY "\",\"channels\":[{\"kind\":\"SMS\",\"address\":\"+999 3\"}]}]}")));
	CHECK_TEXT(toc_get_text(toc_at(in.bodies, 1), "hours"), "office");
	toc_arena_free(c.a);
}

CASE(what_is_wrong_in_a_file_is_said_line_by_line)
{
	static const struct {
		const char *file, *errors;
	} files[] = {
		{ "", "1: the file is empty" },
		{ "point,purpose\n", "1: there is no column \"purpose\"" },
		{ HEAD "a,ITL,24/7,en,perhaps,,,,duty officer,,phone,+999 1,\n", "2: public: yes or no" },
		{ HEAD "a,ITL,24/7,en,no,,,,nobody,,phone,+999 1,\nb,press,24/7,en,no,,,,twin,,phone,+999 1,x\n",
		  "2: person: nobody, or not one alone, is \"nobody\" here; 3: person: nobody, or not one alone, is \"twin\" here" },
		{ HEAD "a,ITL,24/7,en,no,,,,duty officer,,phone,+999 1,x\n", "2: priority: 1 to 9" },
		{ HEAD "a,ITL,calendar,en,no,UTC,weekdays,,duty officer,,phone,+999 1,\n", "2: open: as \"mon-fri 08:00-18:00; sat 09:00-13:00\"" },
		{ HEAD "a,ITL,24/7,en,no,,,,duty officer,,phone\n", "2: 11 fields; the first line names 13" },
		{ "{\"contact_points\":[]}", "1: contact_points: the list is missing or empty" },
		{ "{\"contact_points\":[{\"escalation_chain\":[{\"person\":\"nobody\"}]}]}", "1: person: nobody, or not one alone, is \"nobody\" here" },
	};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct contacts c = begin();
		struct contact_import in;
		contacts_read(&c, toc_str_of(files[i].file), &in);
		CHECK_TEXT(toc_str_of(errors(&c, in.errors)), files[i].errors);
		toc_arena_free(c.a);
	}
	/* what only the catalogue knows */
	struct contacts c = begin();
	struct contact_import in;
	contacts_read(&c, TOC_STR(HEAD "a,ITL,nights,en,no,,,,duty officer,,phone,+999 1,\nb,ITL,24/7,en,no,,,,duty officer,,pigeon,,\n"), &in);
	CHECK_INT(toc_len(in.errors), 3);
	CHECK(strstr(errors(&c, in.errors), "2: body.hours") && strstr(errors(&c, in.errors), "3: body.escalation_chain") &&
	      strstr(errors(&c, in.errors), "3: purposes: as in line 2"));
	toc_arena_free(c.a);
}

CASE(a_roster_is_in_local_time_of_its_zone)
{
	struct contacts c = begin();
	struct toc_value *wrong = toc_value_list(c.a);
	struct toc_value *body = contacts_read_roster(&c, TOC_STR("person,from,until\nduty officer,2033-10-29 22:00,2033-10-30 06:00\n"
							       "second officer,2033-10-30 06:00,2033-10-30 14:00\n"), "Europe/Brussels", wrong);
	CHECK_TEXT(toc_str_of(errors(&c, wrong)), "");
	const struct toc_value *shifts = toc_get(body, "shifts");
	CHECK_TEXT(toc_get_text(toc_at(shifts, 0), "from"), "2033-10-29T20:00:00.000Z");
	CHECK_TEXT(toc_get_text(toc_at(shifts, 0), "until"), "2033-10-30T05:00:00.000Z"); /* nine hours */
	CHECK_TEXT(toc_get_text(body, "from"), "2033-10-29T20:00:00.000Z");
	CHECK_TEXT(toc_get_text(body, "until"), "2033-10-30T13:00:00.000Z");
	wrong = toc_value_list(c.a);
	(void)contacts_read_roster(&c, TOC_STR("person,from,until\nnobody,2033-10-29 22:00,2033-10-30 06:00\nduty officer,x,y\n"
					       "duty officer,2033-10-30 06:00,2033-10-30 06:00\n"), "UTC", wrong);
	CHECK_TEXT(toc_str_of(errors(&c, wrong)), "2: person: nobody, or not one alone, is \"nobody\" here; 3: from, until: as 2026-10-25 22:00; "
						  "4: until: not after from");
	wrong = toc_value_list(c.a);
	CHECK(contacts_read_roster(&c, TOC_STR("person,from,until\n"), "Europe/Atlantis", wrong) == NULL && toc_len(wrong) == 1);
	toc_arena_free(c.a);
}

/* ---- entries ---- */

#define BODY(purposes) "{\"step\":\"own\",\"org\":\"AIRU\",\"purposes\":[" purposes "],\"hours\":\"24/7\"}"

static void own(struct contacts *c, const char *id, const char *body, const char *contact)
{
	contacts_take(c, parse(c->a, toc_arena_printf(c->a, "{\"k\":\"M26.own\",\"id\":\"%s\",\"at\":\"2026-11-20T10:00:00Z\",\"recorded\":\"2026-11-20T10:00:00Z\","
		"\"message\":{\"sender_person\":\"%s\",\"body\":%s},\"decided\":{\"contact\":{%s}}}", id, DUTY, body, contact).p));
}

CASE(entries_become_what_is_in_force_and_what_waits)
{
	struct contacts c = begin();
	bool several;
	own(&c, "aa", BODY("\"ITL\",\"crisis\""), "\"in_force\":true");
	own(&c, "ab", BODY("\"ITL\""), "\"in_force\":false");
	CHECK(c.points->waiting && toc_len(c.points->next->purposes) == 2);
	CHECK(contacts_find(&c, TOC_STR("a"), &several) == NULL && several);
	CHECK(contacts_same(&c, parse(c.a, BODY("\"ITL\""))) == c.points);
	own(&c, "ac", BODY("\"ITL\""), "\"in_force\":true,\"supersedes\":\"ab\"");
	CHECK(contacts_find(&c, TOC_STR("ab"), &several) == NULL);
	struct contact_point *p = contacts_find(&c, TOC_STR("ac"), &several), *old = contacts_find(&c, TOC_STR("aa"), &several);
	CHECK(p && old && toc_len(old->purposes) == 1);
	CHECK(contacts_same(&c, parse(c.a, BODY("\"ITL\",\"crisis\""))) == NULL); /* taken over in part */
	CHECK_TEXT(contacts_channel_state(p, 0, TOC_STR("phone")), "unverified");
	CHECK_TEXT(contacts_channel_state(p, 0, TOC_STR("console")), "");
	contacts_take(&c, parse(c.a, "{\"k\":\"M26.confirm\",\"id\":\"x\",\"at\":\"t\",\"message\":{\"body\":{}},\"decided\":{\"channels\":[{\"point\":\"ac\","
				     "\"contact\":0,\"channel\":\"phone\",\"state\":\"verified\"}]}}"));
	CHECK_TEXT(contacts_channel_state(p, 0, TOC_STR("phone")), "verified");
	CHECK_TEXT(contacts_channel_state(p, 1, TOC_STR("phone")), "unverified");
	toc_arena_free(c.a);
}

CASE(a_contact_point_without_an_answered_drill_for_eight_days_is_overdue)
{
	struct contacts c = begin();
	toc_time now = { 0 };
	own(&c, "aa", BODY("\"ITL\""), "\"in_force\":true");
	CHECK(toc_time_parse(TOC_STR("2026-11-28T10:00:00Z"), &now, NULL) == 0 && !contacts_overdue(c.points, now));
	CHECK(contacts_overdue(c.points, toc_after(now, TOC_SECONDS(1))));
	contacts_take(&c, parse(c.a, "{\"k\":\"M26.answer\",\"id\":\"x\",\"message\":{\"body\":{}},\"decided\":{\"drills\":[{\"point\":\"aa\",\"result\":\"late\","
				     "\"at\":\"2026-11-28T09:00:00Z\",\"reaction_s\":901}]}}"));
	CHECK(!contacts_overdue(c.points, toc_after(now, TOC_SECONDS(1))));
	CHECK_INT(c.points->reaction_s, 901);
	contacts_take(&c, parse(c.a, "{\"k\":\"M26.failed\",\"id\":\"y\",\"message\":{\"body\":{}},\"decided\":{\"drills\":[{\"point\":\"aa\",\"result\":\"failed\","
				     "\"at\":\"2026-11-28T09:30:00Z\"}]}}"));
	CHECK(contacts_overdue(c.points, now));
	toc_arena_free(c.a);
}

RUN_CASES()
