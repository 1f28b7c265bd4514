/* catalogue_check.c: one JSON message a line on stdin, one verdict a line on stdout: "ok", or "code field
 * clause". For comparing the decoder with other readers of the same catalogue: the JSON Schema in Ajv
 * (tests/integration). With the argument "schema" it prints the schema of all types instead, with "schema
 * TYPE" that of one; with "generate SEED N" N random messages, every second one damaged; with "reference" the
 * page docs/messages.md. */
#include "generate.h"
#include "message/catalogue.h"
#include "message/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_schema(const char *name)
{
	struct toc_arena *a = toc_arena_new();
	const struct toc_message_type *t = name ? toc_message_type_find(toc_str_of(name)) : NULL;
	int unknown = name && !t;

	if (!unknown)
		printf("%s\n", toc_json_str(a, toc_message_schema(a, t)).p);
	else
		fprintf(stderr, "catalogue_check: no message type %s\n", name);
	toc_arena_free(a);
	return unknown;
}

static int print_messages(uint64_t seed, long n)
{
	struct generator g = { .a = toc_arena_new(), .state = seed };

	for (long i = 0; i < n; i++) {
		struct toc_value *m = generate_message(&g, generate_type((size_t)i / 2));
		printf("%s\n", toc_json_str(g.a, i % 2 ? generate_damage(&g, m) : m).p);
		toc_arena_reset(g.a);
	}
	toc_arena_free(g.a);
	return 0;
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (argc > 1 && strcmp(argv[1], "schema") == 0)
		return print_schema(argc > 2 ? argv[2] : NULL);
	if (argc > 3 && strcmp(argv[1], "generate") == 0)
		return print_messages(strtoull(argv[2], NULL, 10), strtol(argv[3], NULL, 10));
	struct toc_arena *a = toc_arena_new();
	if (argc > 1 && strcmp(argv[1], "reference") == 0)
		fputs(toc_message_reference(a).p, stdout);
	while (argc == 1 && (n = getline(&line, &cap, stdin)) > 0) {
		struct toc_value *raw, *message;
		struct toc_refusal r;
		struct toc_str text = { line, (size_t)n - (line[n - 1] == '\n') };
		if (toc_json_parse(a, text, TOC_MESSAGE_BYTES_MAX, TOC_JSON_DEPTH_MAX, &raw, &r) == 0 &&
		    toc_message_decode(a, raw, &message, &r) == 0)
			puts("ok");
		else
			printf("%s %s (%s) %s\n", toc_refusal_wire(r.code), *r.field ? r.field : "-",
			       r.clause, r.detail);
		toc_arena_reset(a);
	}
	free(line);
	toc_arena_free(a);
	return 0;
}
