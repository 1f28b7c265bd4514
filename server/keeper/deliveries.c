/* deliveries.c: gathered receipts become M19.machine messages of the organisation that has the entry, made by the
 * server on its behalf and decided like any other: the state says whether a delivery is the first of its organisation
 * and channel. While the database is away they go on waiting. */
#include "keeper/core.h"

#include "domain/rule.h"

static void make(struct toc_keeper *k, const struct toc_principal *by, struct toc_uuid eid)
{
	const struct toc_message *about = toc_find_message(k->world, eid);
	if (!about)
		return; /* erased since */
	struct toc_work *w = toc_server_work(k, "M19", "machine");
	struct toc_arena *a = w->arena;
	struct toc_value *m = (struct toc_value *)w->command.message, *body = toc_get(m, "body");
	w->principal = *by;
	w->principal.org = toc_arena_str(a, by->org);
	w->principal.channel = toc_arena_str(a, by->channel);
	toc_set_cstr(a, m, "mode", toc_mode_name((enum toc_mode)about->mode));
	if (!toc_uuid_is_nil(about->exercise))
		toc_set_text(a, m, "exercise_ref", toc_uuid_str(a, about->exercise));
	toc_set_text(a, body, "message_ref", toc_uuid_str(a, eid));
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
	while (toc_receipts_take(k->receipts, toc_clock_mono_us(), a, &g))
		for (size_t i = 0; i < g.n; i++)
			make(k, &g.by, g.eids[i]);
	toc_arena_free(a);
}
