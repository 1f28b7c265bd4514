/* test_demo.c: the cast becomes messages that the catalogue accepts, and keys that fit them. */
#include "main/demo.h"

#include <unistd.h>

#include "base/digest.h"
#include "check.h"
#include "message/json.h"

static struct toc_error error;
static const toc_time now = { INT64_C(1800000000000000) };

static struct toc_str cast(void)
{
	size_t n = 0;
	char *text = toc_file_read(TOC_SOURCE_DIR "/server/exercises/cast.json", 1 << 22, &n);
	return (struct toc_str){ text, n };
}
static struct toc_demo prepare(struct toc_str known)
{
	struct toc_demo d;
	struct toc_str text = cast();
	error = (struct toc_error){ 0 };
	int r = toc_demo_prepare(&d, text, known, "https://localhost:8443", now, &error);
	free((void *)(uintptr_t)text.p);
	if (r < 0) {
		printf("  %s\n", error.text);
		exit(1);
	}
	return d;
}
static size_t count(const struct toc_value *list, const char *type, const char *kind)
{
	size_t n = 0;
	for (size_t i = 0; i < toc_len(list); i++)
		n += toc_get_is(toc_at(list, i), "type", type) &&
		     (!kind || toc_get_is(toc_get(toc_at(list, i), "body"), "kind", kind));
	return n;
}
static const struct toc_value *person(const struct toc_demo *d, const char *org, const char *title)
{
	for (size_t i = 0; i < toc_len(d->credentials); i++)
		if (toc_get_is(toc_at(d->credentials, i), "organisation", org) && toc_get_is(toc_at(d->credentials, i), "person", title))
			return toc_at(d->credentials, i);
	return NULL;
}
static bool is_issued(const struct toc_value *list, struct toc_str secret)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_sha256 digest = toc_sha256(secret);
	struct toc_str hex = toc_hex(a, digest.b, 32);
	bool found = false;
	for (size_t i = 0; i < toc_len(list); i++)
		found |= toc_str_eq(toc_get_text(toc_get(toc_at(list, i), "body"), "sha256"), hex);
	toc_arena_free(a);
	return found;
}

CASE(the_cast_is_a_directory_that_the_catalogue_accepts)
{
	struct toc_demo d = prepare(TOC_STR(""));
	const struct toc_value *m = toc_get(d.seed, "messages");
	CHECK_INT(count(m, "org", NULL), toc_len(toc_get(d.cast, "organisations")));
	CHECK_INT(count(m, "policy", NULL), toc_len(toc_get(d.cast, "policies")));
	CHECK_INT(count(m, "exercise", NULL), toc_len(toc_get(d.cast, "exercises")));
	CHECK_INT(count(m, "person", NULL), toc_len(d.credentials));
	CHECK(count(m, "M26", NULL) >= 14);
	toc_demo_done(&d);
}

CASE(everybody_has_a_key_and_every_human_a_link)
{
	struct toc_demo d = prepare(TOC_STR(""));
	const struct toc_value *always = toc_get(d.seed, "always"), *c = person(&d, "AIRU", "duty officer");
	CHECK_INT(count(always, "credential", "api_key"), toc_len(d.credentials));
	CHECK(c != NULL);
	CHECK(!strncmp(toc_get_text(c, "api_key").p, "toc_", 4));
	CHECK(is_issued(always, toc_get_text(c, "api_key")));
	struct toc_str link = toc_get_text(c, "sign_in");
	const char *start = "https://localhost:8443/#sign-in=";
	CHECK(link.n == strlen(start) + 43 && !strncmp(link.p, start, strlen(start)));
	CHECK(is_issued(always, (struct toc_str){ link.p + strlen(start), 43 }));
	c = person(&d, "AIRU", "gateway");
	CHECK(c && toc_get(c, "sign_in")->kind == TOC_NULL && toc_get_text(c, "api_key").n == 47);
	toc_demo_done(&d);
}

CASE(links_are_printed_for_who_acts_and_else_for_the_first)
{
	struct toc_demo d = prepare(TOC_STR(""));
	struct toc_state state = { .dir = (char *)"/nowhere" };
	static const char scenario[] = "{\"steps\":[{\"who\":\"HUB/lead\"},{\"who\":\"system\"},{\"who\":\"AIRU/gateway\"}]}";
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	toc_demo_print(&d, &state, "https://localhost:8443", TOC_STR(scenario), f);
	fclose(f);
	CHECK(strstr(text, "HUB           lead  ") && !strstr(text, "HUB           duty officer"));
	CHECK(strstr(text, "AIRU          duty officer") && !strstr(text, "AIRU          second officer"));
	free(text);
	f = open_memstream(&text, &n);
	toc_demo_print(&d, &state, "https://localhost:8443", TOC_STR(""), f);
	fclose(f);
	CHECK(strstr(text, "HUB           duty officer") && !strstr(text, "HUB           lead"));
	free(text);
	toc_demo_done(&d);
}

CASE(a_second_start_keeps_keys_and_renews_links)
{
	char dir[] = "/tmp/tocsin-demo-XXXXXX", command[96];
	struct toc_state state;
	struct toc_rights me = { geteuid(), getegid(), (gid_t)-1 };
	size_t n;
	if (!mkdtemp(dir))
		abort();
	CHECK_INT(toc_state_open(&state, dir, &error), 0);
	CHECK_INT(toc_state_folder(&state, "demo", 0755, me, &error), 0);
	struct toc_demo first = prepare(TOC_STR(""));
	CHECK_INT(toc_demo_write(&first, &state, "certificate", &error), 0);
	char *path = toc_state_path(&state, "demo/credentials.json"), *text = toc_file_read(path, 1 << 22, &n);
	struct toc_demo second = prepare((struct toc_str){ text, n });
	const struct toc_value *a = person(&first, "BFP", "duty officer"), *b = person(&second, "BFP", "duty officer");
	CHECK(toc_str_eq(toc_get_text(a, "api_key"), toc_get_text(b, "api_key")));
	CHECK(!toc_str_eq(toc_get_text(a, "sign_in"), toc_get_text(b, "sign_in")));
	CHECK_INT(count(toc_get(second.seed, "always"), "credential", "api_key"), 0);
	CHECK(is_issued(toc_get(second.seed, "messages"), toc_get_text(b, "api_key"))); /* for a ledger that starts anew */
	toc_demo_done(&first);
	toc_demo_done(&second);
	free(path);
	free(text);
	toc_state_close(&state);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	CHECK_INT(system(command), 0);
}

CASE(an_exercise_is_known_by_its_short_name)
{
	struct toc_demo d = prepare(TOC_STR(""));
	CHECK_TEXT(toc_str_of(toc_demo_scenario(&d, "lantern")), "lantern.json");
	CHECK_TEXT(toc_str_of(toc_demo_scenario(&d, "quiet-bell")), "quiet-bell.json");
	CHECK(toc_demo_scenario(&d, "lan") == NULL);
	toc_demo_done(&d);
}

CASE(a_cast_that_breaks_the_catalogue_is_refused_with_the_place)
{
	struct toc_demo d;
	CHECK_INT(toc_demo_prepare(&d, TOC_STR("{\"organisations\":[{\"code\":\"A\",\"name\":\"B\",\"kinds\":[\"x\"],"
	                                       "\"api_exercise_only\":true}]}"),
	                           TOC_STR(""), "https://localhost", now, &error),
	          TOC_EINVAL);
	CHECK(strstr(error.text, "body.kinds") != NULL);
	CHECK_INT(toc_demo_prepare(&d, TOC_STR("[]"), TOC_STR(""), "", now, &error), TOC_EINVAL);
}

RUN_CASES()
