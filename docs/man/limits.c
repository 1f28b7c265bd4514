/* limits.c: prints docs/limits.md from the front's own table of limits and the headers of the other rooms. A
 * test compares. */
#include <stdio.h>
#include <string.h>

#include "archive/archive.h"
#include "client/link.h"
#include "keeper/intake.h"
#include "ledger/ledger.h"
#include "message/json.h"
#include "store/store.h"

static void row(const char *what, long long limit, const char *then)
{
	printf("| %s | %lld | %s |\n", what, limit, then);
}

/* An option that sets a limit, by its name with hyphens. */
static void option(const char *name, const char *standard)
{
	if (!strcmp(name, "connections") || !strcmp(name, "messages-per-minute"))
		printf("- `%s = %s`\n", name, standard);
}

int main(void)
{
	puts("# Limits\n\n"
	     "Every queue has a limit and an answer when it is full; nobody can make the server hold more "
	     "than is written here. A refusal changes nothing and says\n"
	     "`retry_after` when waiting helps. Made from `server/front/limit.def` and the headers by "
	     "`docs/man/limits.c`; do not edit.\n\n"
	     "Threats have a lane of their own, at the front and in the keeper: nobody else's traffic can "
	     "drain it.\n\n"
	     "## At the front\n\n| name | default | limits |\n| --- | ---: | --- |");
#define TOC_LIMIT(name, standard, what) printf("| `%s` | %lld | %s |\n", #name, (long long)(standard), what);
#include "front/limit.def"
#undef TOC_LIMIT
	puts("\nOptions of `tocsind` of the same name come before these, also by their defaults:\n");
#define TOC_OPTION(NAME, name, kind, standard, ...) option(name, standard);
#include "main/option.def"
#undef TOC_OPTION
	puts("\nThe welcome names what concerns a client.\n\n"
	     "## Behind it\n\n| what | limit | then |\n| --- | ---: | --- |");
	row("bytes of a message", TOC_MESSAGE_BYTES_MAX, "`too_big`, or closed (1009)");
	row("levels of a JSON text", TOC_JSON_DEPTH_MAX, "`malformed`");
	row("commands that wait in the keeper, per lane", TOC_INTAKE_MAX, "`busy`, retry after 1 s");
	row("of these in the threat lane, per organisation", TOC_INTAKE_ORG_MAX, "`busy`");
	row("bytes that wait in the keeper, per lane", TOC_INTAKE_BYTES_MAX, "`busy`");
	row("entries in one append", TOC_APPEND_MAX, "the rest of the batch waits for the next");
	row("bytes of a leaf", TOC_LEAF_BYTES_MAX, "cannot happen: every member has a limit");
	row("bytes of a body, bytes of a sealed part", TOC_BODY_BYTES_MAX, "refused `limit`");
	row("reads that wait in an archive", TOC_ARCHIVE_WAITING_MAX, "`busy`; the front asks again");
	puts("\n## In libtocsin\n\n| what | limit | then |\n| --- | ---: | --- |");
	row("messages without an answer", TOC_LINK_WAITING_MAX, "`TOCSIN_ELIMIT`");
	row("bytes of a frame from the server", TOC_LINK_FRAME_MAX,
	    "the connection is dropped and made anew");
	row("milliseconds without any frame", TOC_LINK_SILENCE_MS, "the connection is dropped and made anew");
	row("milliseconds without an entry that is due", TOC_LINK_LAG_MS,
	    "the connection is dropped and made anew");
	row("milliseconds between two attempts, at most", TOC_LINK_RECONNECT_MOST_MS,
	    "a random part of it off, from 250 ms on doubling");
	puts("\nLimits of single fields (lengths, counts, ranges) stand with the fields in "
	     "[messages.md](messages.md).");
	return 0;
}
