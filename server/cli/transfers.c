/* transfers.c: `tocsin transfers`: the record of transfers of personal data, out of entries as `tocsin watch` shows them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "message/json.h"
#include "message/transfer.h"

#define ENTRY_MAX (4u << 20)
#define DEPTH 48 /* a message inside a disclosure lies deeper than one by itself */

/* "StreamHarbor → AIRU, HUB": texts of a list, one after the other; of maps, their members. */
static struct toc_str joined(struct toc_arena *a, const struct toc_value *list)
{
	struct toc_str out = TOC_STR("");

	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		struct toc_str one = v->kind == TOC_TEXT ? toc_text_of(v) :
							   toc_arena_printf(a, "%.*s %.*s", TOC_STR_ARGS(toc_get_text(v, "act")),
									    TOC_STR_ARGS(toc_get_text(v, "article")));
		out = toc_arena_printf(a, "%.*s%s%.*s", TOC_STR_ARGS(out), i ? ", " : "", TOC_STR_ARGS(one));
	}
	return out;
}

static void show(const struct cli *cli, struct toc_arena *a, const struct toc_value *r)
{
	struct toc_str basis = joined(a, toc_get(r, "legal_basis")), kinds = joined(a, toc_get(r, "categories"));
	const struct toc_value *regime = toc_get(r, "transfer_regime");
	struct toc_str line = toc_arena_printf(
		a, "%.*s  %.*s → %.*s  %.*s  %.*s%s%.*s  on %.*s%s%s", TOC_STR_ARGS(toc_get_text(r, "at")),
		TOC_STR_ARGS(toc_get_text(r, "org")), TOC_STR_ARGS(joined(a, toc_get(r, "to"))), TOC_STR_ARGS(toc_get_text(r, "k")),
		TOC_STR_ARGS(toc_get_text(r, "level")), kinds.n ? ": " : "", TOC_STR_ARGS(kinds),
		TOC_STR_ARGS(basis.n ? basis : TOC_STR("no ground that was stated")), regime ? "  across the Union's borders: " : "",
		!regime ? "" : toc_get(regime, "from") ? "from a third country" : toc_get_bool(regime, "authorised") ? "authorised" : "not authorised");
	fprintf(cli->out.out, "%s\n", toc_str_harmless(a, line, " ").p);
}

int cli_transfers(const struct cli *cli)
{
	const char *path = cli->line.operand;
	bool standard = strcmp(path, "-") == 0;
	FILE *f = standard ? stdin : fopen(path, "re");
	struct toc_arena *a = toc_arena_new();
	char *line = NULL;
	size_t room = 0, number = 0;
	ssize_t n;
	int r = f ? CLI_EXIT_OK : cli_complain(cli, CLI_EXIT_USAGE, "cannot read %s: %s", path, strerror(errno));

	while (r == CLI_EXIT_OK && (n = getline(&line, &room, f)) >= 0) {
		struct toc_value *entry, *record;
		struct toc_refusal why;
		number++;
		toc_arena_reset(a);
		if (toc_json_parse(a, (struct toc_str){ line, (size_t)n }, ENTRY_MAX, DEPTH, &entry, &why) < 0)
			r = cli_complain(cli, CLI_EXIT_USAGE, "%s: line %zu is no entry: %s", path, number, why.detail);
		else if (!toc_get_is(entry, "op", "entry") || !(record = toc_transfer_of(a, entry)))
			continue;
		else if (cli->json)
			printf("%.*s\n", TOC_STR_ARGS(toc_json_str(a, record)));
		else
			show(cli, a, record);
	}
	if (f && ferror(f))
		r = cli_complain(cli, CLI_EXIT_USAGE, "cannot read %s: %s", path, strerror(errno));
	if (f && !standard)
		fclose(f);
	free(line);
	toc_arena_free(a);
	return r;
}
