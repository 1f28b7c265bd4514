/* test_heard.c: what all unit tests of the protocol together have said: every step of every message was accepted and refused
 * by some case, and asked about things of others; what only the server makes was made, and every timer of timer.def was started, and fired or stopped. */
#include "check.h"
#include "domain/rule.h"
#include "foreign.h"
#include "message/catalogue.h"
#include "message/table.h"

#include "base/map.h"

#include <dirent.h>

static struct toc_map *heard;

static void read_all(void)
{
	const char *dir = getenv("TOC_HEARD_IN");
	DIR *d = dir ? opendir(dir) : NULL;
	struct dirent *one;
	static char yes;

	if (heard)
		return;
	heard = toc_map_new();
	CHECK(d != NULL);
	while (d && (one = readdir(d))) {
		char path[1024], line[256];
		snprintf(path, sizeof path, "%s/%s", dir, one->d_name);
		FILE *f = one->d_name[0] == '.' ? NULL : fopen(path, "r");
		while (f && fgets(line, sizeof line, f)) {
			line[strcspn(line, "\n")] = 0;
			if (!toc_map_get(heard, toc_str_of(line)))
				toc_map_put(heard, toc_str_of(line), &yes);
		}
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
}

static bool was(const char *what, const char *name)
{
	char line[128];

	snprintf(line, sizeof line, "%s %s", what, name);
	return toc_map_get(heard, toc_str_of(line)) != NULL;
}

#define EXPECT_HEARD(what, name)                                                                             \
	do {                                                                                                 \
		if (!was(what, name)) {                                                                      \
			check_bad++;                                                                         \
			printf("  %s: no case has %s it\n", name, what);                                     \
		}                                                                                            \
	} while (0)

CASE(every_step_of_every_message_is_accepted_and_refused_by_some_case)
{
	read_all();
	for (size_t i = 0; toc_action_at(i); i++) {
		const struct toc_action *a = toc_action_at(i);
		EXPECT_HEARD("accepted", a->k);
		if (!(a->flags & TOC_ACTION_SERVER))
			EXPECT_HEARD("refused", a->k);
	}
}

/* "foreign K PLACE" for any place. */
static bool was_asked_of_others(const char *k)
{
	char start[128];
	size_t cursor = 0, n = (size_t)snprintf(start, sizeof start, "foreign %s ", k);
	struct toc_str line;
	void *value;

	while (toc_map_next(heard, &cursor, &line, &value))
		if (line.n > n && memcmp(line.p, start, n) == 0)
			return true;
	return false;
}

CASE(every_step_that_names_something_was_asked_about_what_is_somebody_elses)
{
	read_all();
	for (size_t i = 0; toc_action_at(i); i++)
		if (!(toc_action_at(i)->flags & TOC_ACTION_SERVER) && !was_asked_of_others(toc_action_at(i)->k)) {
			check_bad++;
			printf("  %s: never asked about what is not the sender's (foreign.h)\n", toc_action_at(i)->k);
		}
}

static void expect_asked(const char *k, const struct toc_shape *shape, const char *under)
{
	for (uint32_t i = 0; i < shape->n; i++) {
		char path[64], line[160];
		snprintf(path, sizeof path, "%s%s", under, shape->fields[i].name);
		snprintf(line, sizeof line, "%s nothing %s", k, path);
		if (foreign_names_something(&shape->fields[i]) && foreign_is_reference(toc_str_of(k), path) && !was("foreign", line)) {
			check_bad++;
			printf("  %s: nobody has put nothing into %s (foreign.h)\n", k, path);
		}
	}
}

CASE(every_field_that_names_something_was_filled_with_what_there_is_not)
{
	read_all();
	for (size_t i = 0; toc_action_at(i); i++) {
		const char *k = toc_action_at(i)->k, *dot = strchr(k, '.');
		const struct toc_message_type *t = toc_message_type_find((struct toc_str){ k, (size_t)(dot - k) });
		if ((toc_action_at(i)->flags & TOC_ACTION_SERVER) || !t || !toc_message_type_is_wire(t))
			continue;
		expect_asked(k, toc_shape_envelope(), "");
		expect_asked(k, toc_shape_at(t->shape), "body.");
	}
}

CASE(every_timer_is_started_and_fires_or_is_stopped_in_some_case)
{
	read_all();
	for (size_t i = 0; toc_timer_row_at(i); i++) {
		const char *name = toc_timer_row_at(i)->name;
		if (strcmp(name, "T3")) /* measured where it ends: nobody here knew of the measure before */
			EXPECT_HEARD("starts", name);
		if (!was("fires", name))
			EXPECT_HEARD("ends", name);
	}
}

RUN_CASES()
