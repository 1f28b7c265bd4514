/* bench_state.c: what the state keeps in memory for an open incident, an order and a content signal.
 *
 *   bench_state [OBJECTS]     1000 of each if not given
 * Each kind is made on a stage by the messages that make it in earnest: a report; a draft, its check, certificate and
 * issue; a list of hashes. The state before and after is saved and loaded again, and what it takes unpacked is counted: the
 * object, the messages that made it, their timers and everything by which they are found; and what it takes packed, as it
 * is as long as nobody looks at it. The messages themselves are in the database. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "crisis.h"
#include "orders.h"
#include "signals.h"

#define ITEMS 50 /* of a list of signals */

struct weight {
	size_t memory, snapshot;
	uint64_t entries;
};

static size_t in_use(void)
{
	return mallinfo2().uordblks + mallinfo2().hblkhd;
}

static struct weight weigh(struct toc_world *w)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_saving *saving = toc_saving_begin(w);
	struct toc_world *again;
	struct toc_error error;
	size_t n;

	while (!toc_saving_step(saving, 1000))
		;
	struct toc_piece *const *pieces = toc_saving_pieces(saving, &n);
	struct weight r = { .entries = toc_world_size(w) };
	for (size_t i = 0; i < n; i++)
		r.snapshot += pieces[i]->bytes.n;
	size_t before = in_use();
	if (toc_world_load(pieces, n, r.entries, &again, &error) < 0)
		abort();
	for (unsigned kind = 0; kind < TOC_OBJECT_KINDS; kind++) /* all of it unpacked, as if everything were looked at */
		for (struct toc_world_cursor c = { 0 }; toc_world_next(again, kind, &c);)
			;
	r.memory = in_use() - before;
	toc_world_free(again);
	toc_saving_end(saving);
	toc_arena_free(a);
	return r;
}

static void tell(const char *what, unsigned n, struct weight from, struct weight to)
{
	printf("%-28s %6.0f bytes of memory, %6.0f packed, %.1f entries each (%u of them)\n", what,
	       (double)(to.memory - from.memory) / n, (double)(to.snapshot - from.snapshot) / n,
	       (double)(to.entries - from.entries) / n, n);
}

static void check(const struct stage *s, int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "%s: %s: %s\n", what, s->v.refusal.field, s->v.refusal.detail);
	exit(1);
}

static void incidents(unsigned n)
{
	struct stage *s = stage_new();

	stage_in(s, "LANTERN");
	struct weight from = weigh(s->w);
	for (unsigned i = 0; i < n; i++)
		check(s, stage_act_value(s, "StreamHarbor/night responder",
					 crisis_report(s, toc_arena_printf(s->a, "\"body.headline\":\"incident %u\"", i).p)),
		      "M1");
	tell("an open incident", n, from, weigh(s->w));
	stage_free(s);
}

static void orders(unsigned n)
{
	struct stage *s = stage_new();

	orders_exercise(s, "2031-05-17T14:00:00Z");
	struct weight from = weigh(s->w);
	for (unsigned i = 0; i < n; i++)
		check(s,
		      orders_issued(s, &orders_pond,
				    toc_arena_printf(s->a,
						     "\"order_reference\":\"AIRU-RO-%u\",\"first_order_to_hsp\":%s,"
						     "\"locations\":[{\"url\":\"https://host.example.invalid/q/%u\"}]",
						     i, i ? "false" : "true", i)
					    .p) ?
			      0 :
			      -1,
		      "M10");
	tell("an order, issued", n, from, weigh(s->w));
	stage_free(s);
}

static void signals(unsigned n)
{
	struct stage *s = signals_stage();
	struct weight from = weigh(s->w);
	unsigned made = 0;

	while (made < n) {
		struct toc_str list = TOC_STR("");
		for (unsigned i = 0; i < ITEMS; i++, made++)
			list = toc_arena_printf(s->a,
						"%.*s%s{\"item_id\":\"01980000-0000-7000-8000-%012x\",\"bank\":\"match\",\"signal_kind\":"
						"\"hash\",\"hash_type\":\"SHA256\",\"hash_value\":\"%064x\"}",
						(int)list.n, list.p, i ? "," : "", made + 0x100000, made + 1);
		stage_wait(s, TOC_MINUTES(2)); /* a flood would be held back */
		check(s, signals_share(s, HARBOR, TO_ALL, list.p, ABOUT), "M6");
	}
	tell("a signal, shared with nine", made, from, weigh(s->w));
	stage_free(s);
}

int main(int argc, char **argv)
{
	unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 1000;

	incidents(n);
	orders(n);
	signals(n);
	return 0;
}
