/* lookup.c: `tocsin lookup`: is this hash, or this address, known among the signals that one may read? */
#include <string.h>

#include "cli/cli.h"
#include "message/catalogue.h"
#include "message/json.h"

#define VALUE_MOST 4096

static const char *type_of(const struct cli *cli, struct toc_str value)
{
	if (cli->line.value[CLI_OPT_TYPE])
		return cli->line.value[CLI_OPT_TYPE];
	switch (value.n) {
	case 32: return "MD5";
	case 40: return "SHA1";
	case 128: return "SHA512";
	default: return value.n > 8 && memchr(value.p, ':', value.n) ? "URL" : "SHA256";
	}
}

static struct toc_value *question(const struct cli *cli, struct toc_arena *a, struct toc_str value, long max_distance)
{
	const char *exercise = cli->line.value[CLI_OPT_EXERCISE];
	struct toc_value *m = toc_message_plain(a, "lookup", exercise ? "exercise" : "actual", "RED"), *body = toc_value_map(a);

	toc_set_cstr(a, m, "exercise_ref", exercise);
	toc_set_cstr(a, body, "step", "ask");
	toc_set_cstr(a, body, "type", type_of(cli, value));
	toc_set_text(a, body, "value", value);
	if (max_distance >= 0)
		toc_set_int(a, body, "max_distance", max_distance);
	toc_set(a, m, "body", body);
	return m;
}

static void show_one(const struct cli *cli, struct toc_arena *a, const struct toc_value *v)
{
	printf("%s%-8.*s%s  distance %lld  from %.*s  signal %.*s  %.*s%s\n", term_on(&cli->out, TERM_BOLD),
	       TOC_STR_ARGS(toc_get_text(v, "bank")), term_off(&cli->out), (long long)toc_get_int(v, "distance", 0),
	       TOC_STR_ARGS(toc_get_text(v, "source")), TOC_STR_ARGS(toc_get_text(v, "signal")),
	       TOC_STR_ARGS(toc_get_text(v, "state")), toc_get_bool(v, "dispute") ? "  disputed" : "");
	struct toc_str labels = term_flat(a, toc_get(v, "labels")), opinions = term_flat(a, toc_get(v, "opinions"));
	if (labels.n)
		printf("          labels    %.*s\n", TOC_STR_ARGS(labels));
	if (opinions.n)
		printf("          opinions  %.*s\n", TOC_STR_ARGS(opinions));
}

static void show(const struct cli *cli, const struct tocsin_answer *answer)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *frame;
	struct toc_refusal refusal;

	if (cli->json || answer->outcome != TOCSIN_ACCEPTED ||
	    toc_json_parse(a, (struct toc_str){ answer->json, answer->json_bytes }, answer->json_bytes, 48, &frame,
			   &refusal) < 0) {
		cli_show_answer(cli, answer);
	} else {
		const struct toc_value *found = toc_get(frame, "found");
		for (size_t i = 0; i < toc_len(found); i++)
			show_one(cli, a, toc_at(found, i));
		if (!toc_len(found))
			printf("not known among what you may read\n");
		if (!toc_get_bool(frame, "all"))
			printf("there is more that was not looked through, or not named\n");
	}
	toc_arena_free(a);
}

int cli_lookup(const struct cli *cli)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str value = toc_str_of(cli->line.operand);
	int r = CLI_EXIT_USAGE;
	long max_distance;

	if (cli_number(cli, CLI_OPT_MAX_DISTANCE, 0, 31, -1, &max_distance) == 0 &&
	    (!toc_str_is(value, "-") || cli_read(cli, "-", VALUE_MOST, a, &value) == 0)) {
		while (value.n && (value.p[value.n - 1] == '\n' || value.p[value.n - 1] == '\r'))
			value.n--;
		r = cli_send_shown(cli, toc_json_str(a, question(cli, a, value, max_distance)), show);
	}
	toc_arena_free(a);
	return r;
}
