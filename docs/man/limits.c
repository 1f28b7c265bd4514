/* limits.c: prints docs/limits.md from the table of limits and the headers of the other rooms. A
 * test compares. */
#include <stdio.h>
#include <string.h>

#include "client/link.h"
#include "ledger/ledger.h"
#include "message/json.h"
#include "store/store.h"

static void row(const char *what, long long limit, const char *then)
{
	printf("| %s | %lld | %s |\n", what, limit, then);
}

/* The limits of one part, as an operator writes their names. */
static void part(const char *title, const char *name)
{
	static const struct {
		const char *name, *part, *what;
		long long standard, least, most;
	} limits[] = {
#define TOC_LIMIT(name, part, standard, least, most, kind, what)                                             \
	{ #name, #part, what, standard, least, most },
#include "measure/limit.def"
#undef TOC_LIMIT
	};

	printf("\n## %s\n\n| option | default | from | to | limits |\n| --- | ---: | ---: | ---: | --- |\n", title);
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		if (strcmp(limits[i].part, name) != 0)
			continue;
		fputs("| `", stdout);
		for (const char *p = limits[i].name; *p; p++)
			putchar(*p == '_' ? '-' : *p);
		printf("` | %lld | %lld | %lld | %s |\n", limits[i].standard, limits[i].least, limits[i].most,
		       limits[i].what);
	}
}

int main(void)
{
	puts("# Limits\n\n"
	     "Every queue has a limit and an answer when it is full; nobody can make the server hold more "
	     "than is written here. A refusal changes nothing and says\n"
	     "`retry_after` when waiting helps. Made from `server/measure/limit.def` and the headers by "
	     "`docs/man/limits.c`; do not edit.\n\n"
	     "Each limit is an option of `tocsind`: `--ring-kib 1024`, `TOCSIN_RING_KIB=1024`, or `ring-kib = 1024` "
	     "in the file; `tocsind check-config` prints what holds.\n"
	     "`-s` are seconds, `-kib` 1024 bytes. How often each was reached is counted: "
	     "[metrics](metrics.md). The welcome names what concerns a client.\n\n"
	     "Threats have a lane of their own, at the front and in the keeper: nobody else's traffic can "
	     "drain it.");
	part("At the front", "front");
	part("In the keeper", "keeper");
	part("In the archive", "archive");
	part("In the courier", "courier");
	puts("\n## Not to be set\n\n| what | limit | then |\n| --- | ---: | --- |");
	row("bytes of a message", TOC_MESSAGE_BYTES_MAX, "`too_big`, or closed (1009)");
	row("levels of a JSON text", TOC_JSON_DEPTH_MAX, "`malformed`");
	row("entries in one append", TOC_APPEND_MAX, "the rest of the batch waits for the next");
	row("bytes of a leaf", TOC_LEAF_BYTES_MAX, "cannot happen: every member has a limit");
	row("bytes of a body, bytes of a sealed part", TOC_BODY_BYTES_MAX, "refused `limit`");
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
