/* heard.c: see heard.h. */
#include "heard.h"

#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>

static struct toc_map *heard;

static void at_end(void)
{
	const char *path = getenv("TOC_HEARD");
	FILE *f = path ? fopen(path, "w") : NULL;
	size_t cursor = 0;
	struct toc_str line;
	void *value;

	while (toc_map_next(heard, &cursor, &line, &value))
		if (f)
			fprintf(f, "%.*s\n", TOC_STR_ARGS(line));
	if (f)
		fclose(f);
	toc_map_free(heard);
}

static void note(const char *what, struct toc_str name)
{
	static char yes;
	char line[128];

	if (!heard) {
		heard = toc_map_new();
		atexit(at_end);
	}
	snprintf(line, sizeof line, "%s %.*s", what, TOC_STR_ARGS(name));
	if (!toc_map_get(heard, toc_str_of(line)))
		toc_map_put(heard, toc_str_of(line), &yes);
}

void heard_said(struct toc_str k, bool accepted)
{
	note(accepted ? "accepted" : "refused", k);
}

void heard_foreign(struct toc_str place)
{
	note("foreign", place);
}

void heard_entry(struct toc_str k, const struct toc_value *decided)
{
	static const struct {
		const char *list, *what;
	} of[] = { { "timers_started", "starts" }, { "timers_stopped", "ends" }, { "timers_moved", "fires" } };

	note("accepted", k);
	for (size_t l = 0; l < sizeof of / sizeof *of; l++) {
		const struct toc_value *list = toc_get(decided, of[l].list);
		for (size_t i = 0; i < toc_len(list); i++)
			note(of[l].what, toc_get_text(toc_at(list, i), "timer"));
	}
}
