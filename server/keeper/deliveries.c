/* deliveries.c: gathered receipts become messages of the server (M19.machine), decided like any other: the state says
 * whether a delivery is the first of its organisation and channel. While the database is away they go on waiting. */
#include "keeper/core.h"

#include "domain/rule.h"

static void make(struct toc_keeper *k, const struct toc_principal *by, const struct toc_uuid *eids, size_t n)
{
	const struct toc_message *first = toc_find_message(k->world, eids[0]);
	if (!first)
		return; /* erased since */
	struct toc_work *w = toc_server_work(k, "M19", "machine");
	struct toc_arena *a = w->arena;
	struct toc_value *m = (struct toc_value *)w->command.message, *body = toc_get(m, "body"), *more = NULL;
	toc_set_cstr(a, m, "mode", toc_mode_name(first->mode));
	if (!toc_uuid_is_nil(first->exercise))
		toc_set_text(a, m, "exercise_ref", toc_uuid_str(a, first->exercise));
	for (size_t i = 1; i < n; i++) {
		if (!more)
			toc_set(a, m, "references", more = toc_value_list(a));
		toc_push_text(a, more, toc_uuid_str(a, eids[i]));
	}
	toc_set_text(a, body, "message_ref", toc_uuid_str(a, eids[0]));
	toc_set_text(a, body, "recipient_org", by->org);
	toc_set_text(a, body, "channel", by->channel);
	toc_set_cstr(a, body, "state", "delivered");
	toc_set_text(a, body, "at", toc_time_str(a, toc_keeper_now(k)));
	toc_set_cstr(a, body, "actor_kind", "machine");
	toc_keeper_put(k, w);
}

void toc_keeper_receipts(struct toc_keeper *k)
{
	struct toc_receipt_group g;
	if (k->phase != TOC_READY)
		return;
	struct toc_arena *a = toc_arena_new();
	while (toc_receipts_take(k->receipts, toc_clock_mono_us(), a, &g)) {
		/* one entry has one mode and one exercise */
		for (size_t done = 0; done < g.n;) {
			const struct toc_message *first = toc_find_message(k->world, g.eids[done]);
			size_t same = done + 1;
			for (size_t i = same; first && i < g.n; i++) {
				const struct toc_message *m = toc_find_message(k->world, g.eids[i]);
				if (!m || m->mode != first->mode || !toc_uuid_eq(m->exercise, first->exercise))
					continue;
				struct toc_uuid swap = g.eids[same];
				g.eids[same++] = g.eids[i];
				g.eids[i] = swap;
			}
			make(k, &g.by, &g.eids[done], same - done);
			done = same;
		}
	}
	toc_arena_free(a);
}
