/* knew_of.c: `knew_of ENTRIES`: what organisations knew, as message/knew.c adds it up from entries (one document a line of the file, in
 * order). On stdin a question a line, "ORG TIME"; on stdout its answer. For comparing the query `knew` with it (tests/integration). */
#include "base/time.h"
#include "message/json.h"
#include "message/knew.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE ((size_t)1 << 20)

static struct toc_value *read_entries(struct toc_arena *a, const char *name)
{
	struct toc_value *all = toc_value_list(a), *entry;
	FILE *f = fopen(name, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	struct toc_refusal r;

	while (f && (n = getline(&line, &cap, f)) > 0) {
		struct toc_str text = toc_arena_str(a, (struct toc_str){ line, (size_t)n - (line[n - 1] == '\n') });
		if (toc_json_parse(a, text, LINE, 64, &entry, &r) < 0) {
			fprintf(stderr, "knew_of: %s\n", r.detail);
			exit(1);
		}
		toc_push(a, all, entry);
	}
	free(line);
	if (!f || fclose(f) != 0) {
		perror(name);
		exit(1);
	}
	return all;
}

int main(int argc, char **argv)
{
	struct toc_arena *kept = toc_arena_new();
	const struct toc_value *entries = argc == 2 ? read_entries(kept, argv[1]) : NULL;
	char org[128], at[64];

	while (entries && scanf("%127s %63s", org, at) == 2) {
		struct toc_arena *a = toc_arena_new();
		struct toc_knew *k = toc_knew_new(a, toc_str_of(org));
		toc_time until, t;
		if (toc_time_parse(toc_str_of(at), &until, NULL) < 0)
			return 2;
		for (size_t i = 0; i < toc_len(entries); i++)
			if (toc_time_parse(toc_get_text(toc_at(entries, i), "at"), &t, NULL) == 0 && !toc_before(until, t))
				toc_knew_take(k, toc_at(entries, i), false);
		printf("%s\n", toc_json_str(a, toc_knew_answer(k)).p);
		toc_knew_free(k);
		toc_arena_free(a);
	}
	toc_arena_free(kept);
	return entries ? 0 : 2;
}
