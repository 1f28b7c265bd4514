/* test_limits.c: limits from the configuration. */
#include "measure/limits.h"

#include "check.h"

CASE(the_configuration_changes_what_it_names_and_nothing_else)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v = toc_value_map(a);
	struct toc_limits l;

	toc_set_int(a, v, "messages_burst", 7);
	toc_set_int(a, v, "frame", -1);
	toc_set_cstr(a, v, "depth", "many");
	toc_limits_read(v, &l);
	CHECK_INT(l.messages_burst, 7);
	CHECK_INT(l.frame, 65536);
	CHECK_INT(l.depth, 16);
	toc_limits_read(NULL, &l);
	CHECK_INT(l.messages_burst, 400);
	toc_arena_free(a);
}

CASE(every_default_is_within_its_range)
{
	static const struct {
		const char *name;
		int64_t standard, least, most;
	} rows[] = {
#define TOC_LIMIT(name, part, standard, least, most, kind, what) { #name, standard, least, most },
#include "measure/limit.def"
#undef TOC_LIMIT
	};

	for (size_t i = 0; i < TOC_LIMITS; i++) {
		CHECK_TEXT(toc_str_of(toc_limit_name((enum toc_limit)i)), rows[i].name);
		CHECK(rows[i].least > 0 && rows[i].least <= rows[i].standard && rows[i].standard <= rows[i].most);
	}
}

RUN_CASES()
