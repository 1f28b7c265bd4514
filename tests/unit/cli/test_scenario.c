/* Scenario files: times, references, paths; and the ones we ship, against the catalogue and the cast. */
#include "check.h"
#include "cli/scenario.h"
#include "message/catalogue.h"
#include "message/json.h"

static struct toc_arena *a;

static int64_t seconds(const char *text)
{
	toc_dur t;
	return scenario_time(toc_str_of(text), &t) < 0 ? -1 : t.us / 1000000;
}

CASE(times_are_minutes_or_hours)
{
	CHECK_INT(seconds("00:00"), 0);
	CHECK_INT(seconds("04:05"), 245);
	CHECK_INT(seconds("95:32"), 5732);
	CHECK_INT(seconds("1:35:00"), 5700);
	static const char *const bad[] = { "", "5", "04:5", "04:60", "1:60:00", "04:05x", "-1:00", ":05", "04:", "1:2:3:4", "04:05:6" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_INT(seconds(bad[i]), -1);
	a = toc_arena_new();
	CHECK_TEXT(scenario_time_str(a, TOC_SECONDS(245)), "04:05");
	CHECK_TEXT(scenario_time_str(a, TOC_SECONDS(5732)), "95:32");
	CHECK_TEXT(scenario_time_str(a, TOC_SECONDS(7800)), "2:10:00");
	toc_arena_free(a);
}

static struct toc_str resolved(const char *text, struct toc_error *error)
{
	static const struct scenario_binding bindings[] = { { "draft", "id-1", "case-1", "incident-1", 7, { 0 } }, { "next", "id-2", "", "", -1, { 0 } } };
	struct scenario_names names = { .exercise = TOC_STR("E"), .me = TOC_STR("P"), .bindings = bindings, .n = 2 };
	struct toc_value *v;
	CHECK_INT(toc_time_parse(TOC_STR("2031-05-17T13:58:00Z"), &names.t0, NULL), 0);
	error->text[0] = 0;
	if (scenario_resolve(a, &names, toc_value_text(a, toc_str_of(text)), &v, error) < 0)
		return TOC_STR("?");
	return v->text;
}

CASE(references_and_instants_are_filled_in)
{
	struct toc_error e;
	a = toc_arena_new();
	CHECK_TEXT(resolved("${draft.case}", &e), "case-1");
	CHECK_TEXT(resolved("${draft.incident}", &e), "incident-1");
	CHECK_TEXT(resolved("of ${draft.id} at ${draft.seq} by ${me} in ${exercise}", &e), "of id-1 at 7 by P in E");
	CHECK_TEXT(resolved("@03:10", &e), "2031-05-17T14:01:10.000Z");
	CHECK_TEXT(resolved("@1:00:00+02:00", &e), "2031-05-17T16:58:00.000+02:00");
	CHECK_TEXT(resolved("@00:00-03:30", &e), "2031-05-17T10:28:00.000-03:30");
	CHECK_TEXT(resolved("@nobody", &e), "@nobody");
	CHECK_TEXT(resolved("12 $ and { } ${", &e), "12 $ and { } ${");
	CHECK_TEXT(resolved("${next.case}", &e), "?"); /* not known yet */
	CHECK(strstr(e.text, "next.case") != NULL);
	CHECK_TEXT(resolved("${nobody.id}", &e), "?");
	toc_arena_free(a);
}

CASE(paths_find_members_items_and_items_by_member)
{
	struct toc_refusal r;
	struct toc_value *v;
	a = toc_arena_new();
	CHECK_INT(toc_json_parse(a, TOC_STR("{\"d\":{\"desks\":[{\"org\":\"A\",\"role\":\"x\"},{\"org\":\"B\",\"role\":\"y\"}]},\"n\":3}"), 1000, 16, &v, &r), 0);
	CHECK_TEXT(toc_text_of(scenario_path(v, TOC_STR("d.desks[1].role"))), "y");
	CHECK_TEXT(toc_text_of(scenario_path(v, TOC_STR("d.desks[org=A].role"))), "x");
	CHECK(scenario_path(v, TOC_STR("d.desks[org=C].role")) == NULL);
	CHECK(scenario_path(v, TOC_STR("d.desks[9]")) == NULL);
	CHECK(scenario_path(v, TOC_STR("d.nothing.more")) == NULL);
	CHECK(scenario_path(v, TOC_STR("d[0]")) == NULL);
	CHECK(scenario_path(v, TOC_STR("d.desks[")) == NULL);
	CHECK_INT(scenario_path(v, TOC_STR("n"))->integer, 3);
	toc_arena_free(a);
}

#define HEAD "\"exercise\":\"40332fd4-48e5-451e-8f31-3775686e7ce8\",\"t0\":\"2031-05-17T13:58:00Z\",\"control\":\"CELL/controller\""
CASE(a_wrong_file_is_named_by_step_and_member)
{
	static const struct { const char *file, *says; } wrong[] = {
		{ "[]", "" }, { "{}", "steps" }, { "{" HEAD ",\"steps\":[]}", "steps" },
		{ "{\"steps\":[{}]}", "exercise" },
		{ "{" HEAD ",\"steps\":[{\"t\":\"x\",\"who\":\"system\",\"name\":\"a\"}]}", "step 1: t" },
		{ "{" HEAD ",\"steps\":[{\"t\":\"01:00\",\"who\":\"system\"}]}", "step 1: name" },
		{ "{" HEAD ",\"steps\":[{\"t\":\"01:00\",\"who\":\"AIRU\",\"name\":\"a\"}]}", "step 1: who" },
		{ "{" HEAD ",\"steps\":[{\"t\":\"01:00\",\"who\":\"system\",\"name\":\"a\",\"send\":{}}]}", "step 1: who" },
		{ "{" HEAD ",\"steps\":[{\"t\":\"01:00\",\"who\":\"system\",\"name\":\"a\"},{\"t\":\"00:59\",\"who\":\"system\",\"name\":\"b\"}]}", "step 2: t" },
		{ "{" HEAD ",\"steps\":[{\"t\":\"01:00\",\"who\":\"system\",\"name\":\"a\"},{\"t\":\"01:00\",\"who\":\"system\",\"name\":\"a\"}]}", "two steps a" },
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct scenario s;
		struct toc_error e = { 0 };
		CHECK(scenario_load(toc_str_of(wrong[i].file), &s, &e) < 0);
		if (!strstr(e.text, wrong[i].says))
			printf("  %s: %s\n", wrong[i].file, e.text);
		CHECK(strstr(e.text, wrong[i].says) != NULL);
	}
}

/* ---- the ones we ship ---- */

static struct toc_str file(const char *name)
{
	char path[500], piece[4096];
	struct toc_buf b;
	size_t n;
	snprintf(path, sizeof path, TOC_SOURCE_DIR "/server/exercises/%s", name);
	FILE *f = fopen(path, "r");
	CHECK(f != NULL);
	toc_buf_init(&b, 1 << 20);
	while (f && (n = fread(piece, 1, sizeof piece, f)) > 0)
		toc_buf_add(&b, piece, n);
	if (f)
		fclose(f);
	struct toc_str text = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return text;
}

static const struct toc_value *person(const struct toc_value *cast, struct toc_str org, struct toc_str title)
{
	const struct toc_value *orgs = toc_get(cast, "organisations");
	for (size_t i = 0; i < toc_len(orgs); i++) {
		const struct toc_value *o = toc_at(orgs, i), *people = toc_get(o, "persons");
		for (size_t k = 0; toc_str_eq(toc_get_text(o, "code"), org) && k < toc_len(people); k++)
			if (toc_str_eq(toc_get_text(toc_at(people, k), "title"), title))
				return toc_at(people, k);
	}
	return NULL;
}

/* A message of a step as the player would send it, decoded by the server's own decoder. */
static void check_message(const struct scenario *s, const struct scenario_step *step, struct scenario_names *names)
{
	struct toc_value *m, *d, *decoded;
	struct toc_error e = { 0 };
	struct toc_refusal r = { 0 };
	if (scenario_resolve(a, names, step->send, &m, &e) < 0 || scenario_resolve(a, names, s->defaults, &d, &e) < 0) {
		printf("  %.*s: %s\n", TOC_STR_ARGS(step->name), e.text);
		CHECK(!"references resolve");
		return;
	}
	for (uint32_t i = 0; i < d->n; i++)
		if (!toc_get_str(m, d->members[i].name))
			toc_set_str(a, m, d->members[i].name, d->members[i].value);
	toc_set_cstr(a, m, "id", "0197c3a0-0000-7000-8000-000000000001");
	toc_set_cstr(a, m, "schema_version", TOC_SCHEMA_VERSION);
	toc_set_cstr(a, m, "mode", "exercise");
	toc_set_text(a, m, "exercise_ref", s->exercise);
	toc_set_cstr(a, m, "sent_at", "2031-05-17T14:00:00Z");
	if (toc_message_decode(a, m, &decoded, &r) < 0) {
		printf("  %.*s: %s %s: %s\n", TOC_STR_ARGS(step->name), toc_refusal_wire(r.code), r.field, r.detail);
		CHECK(!"the catalogue takes it");
	}
}

static struct toc_str some_timer(const struct scenario_names *names, const struct scenario_binding *step, struct toc_str name)
{
	(void)names, (void)step, (void)name;
	return TOC_STR("0197c3a0-0000-7000-8000-000000000003");
}

static void check_file(const char *name)
{
	struct scenario s;
	struct toc_error e = { 0 };
	struct toc_refusal r;
	struct toc_value *cast;
	struct scenario_binding bindings[256] = { 0 };

	a = toc_arena_new();
	int loaded = scenario_load(file(name), &s, &e);
	if (loaded < 0)
		printf("  %s: %s\n", name, e.text);
	CHECK_INT(loaded, 0);
	CHECK_INT(toc_json_parse(a, file("cast.json"), 1 << 20, 16, &cast, &r), 0);
	struct scenario_names names = { .t0 = s.t0, .exercise = s.exercise, .bindings = bindings, .timer = some_timer };
	for (size_t i = 0; i < s.n; i++) {
		const struct scenario_step *step = &s.steps[i];
		const struct toc_value *who = person(cast, step->org, step->title);
		CHECK(step->note.n > 10);
		CHECK((who == NULL) == (step->org.n == 0));
		names.me = toc_get_text(who, "id");
		snprintf(bindings[i].name, sizeof bindings[i].name, "%.*s", TOC_STR_ARGS(step->name));
		snprintf(bindings[i].id, sizeof bindings[i].id, "0197c3a0-0000-7000-8000-0000000000%02x", (unsigned)(i + 16) & 255);
		snprintf(bindings[i].case_ref, sizeof bindings[i].case_ref, "0197c3a0-0000-7000-8000-0000000001%02x", (unsigned)(i + 16) & 255);
		snprintf(bindings[i].incident_ref, sizeof bindings[i].incident_ref, "0197c3a0-0000-7000-8000-0000000002%02x", (unsigned)(i + 16) & 255);
		if (step->send)
			check_message(&s, step, &names);
		names.n = i + 1;
		for (size_t k = 0; k < toc_len(step->expect); k++) {
			struct toc_value *x;
			CHECK_INT(scenario_resolve(a, &names, toc_at(step->expect, k), &x, &e), 0);
		}
	}
	bool found = false;
	const struct toc_value *exercises = toc_get(cast, "exercises");
	for (size_t i = 0; i < toc_len(exercises); i++)
		found |= toc_str_eq(toc_get_text(toc_at(exercises, i), "id"), s.exercise) && toc_get_is(toc_at(exercises, i), "scenario", name);
	CHECK(found);
	scenario_done(&s);
	toc_arena_free(a);
}

CASE(lantern_is_well_formed) { check_file("lantern.json"); }
CASE(quiet_bell_is_well_formed) { check_file("quiet-bell.json"); }
CASE(fog_horn_is_well_formed) { check_file("fog-horn.json"); }
CASE(hard_frost_is_well_formed) { check_file("hard-frost.json"); }
CASE(slow_tide_is_well_formed) { check_file("slow-tide.json"); }

CASE(the_cast_is_fictional_and_hangs_together)
{
	struct toc_refusal r;
	struct toc_value *cast;
	a = toc_arena_new();
	CHECK_INT(toc_json_parse(a, file("cast.json"), 1 << 20, 16, &cast, &r), 0);
	const struct toc_value *orgs = toc_get(cast, "organisations");
	CHECK_INT(toc_len(orgs), 16);
	for (size_t i = 0; i < toc_len(orgs); i++) {
		const struct toc_value *o = toc_at(orgs, i), *contacts = toc_get(o, "contacts");
		CHECK(toc_len(toc_get(o, "kinds")) > 0 && toc_len(toc_get(o, "persons")) > 1);
		for (size_t c = 0; c < toc_len(contacts); c++) {
			const struct toc_value *chain = toc_get(toc_at(contacts, c), "chain");
			CHECK(toc_len(chain) > 0);
			for (size_t k = 0; k < toc_len(chain); k++) {
				const struct toc_value *link = toc_at(chain, k), *channels = toc_get(link, "channels");
				CHECK(person(cast, toc_get_text(o, "code"), toc_get_text(link, "person")) != NULL);
				for (size_t n = 0; n < toc_len(channels); n++) {
					struct toc_str to = toc_get_text(toc_at(channels, n), "address");
					CHECK(!to.n || !memcmp(to.p, "+999 ", 5) || (to.n > 16 && !memcmp(to.p + to.n - 16, ".example.invalid", 16)));
				}
			}
		}
	}
	toc_arena_free(a);
}

RUN_CASES()
