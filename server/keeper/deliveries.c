/* deliveries.c: gathered receipts become M19.machine messages, made by the server for the organisation that
 * has the entries and decided like any other: the state says whether a delivery is the first of its
 * organisation and channel.
 *
 * One message covers what was gathered of one sender in one case: its readers are that sender's side, who
 * must not learn what others sent to the same desk. While the database is away receipts go on waiting. */
#include "keeper/core.h"

#include "domain/rule.h"

/* It may have been recalled since: then this receipt is none of it, and the others of its group are entered all the same. */
static const struct toc_message *received(const struct toc_keeper *k, const struct toc_principal *by, struct toc_uuid eid)
{
	const struct toc_message *m = toc_find_message(k->world, eid);

	return m && toc_is_reader(m, by->org, toc_world_roles(k->world, by)) ? m : NULL;
}

static bool same_readers(const struct toc_message *a, const struct toc_message *b)
{
	return b && a->mode == b->mode && toc_uuid_eq(a->exercise, b->exercise) &&
	       toc_uuid_eq(a->threat, b->threat) && toc_uuid_eq(a->incident, b->incident) && toc_short_is(&a->org, toc_short_str(&b->org));
}

static void make(struct toc_keeper *k, const struct toc_principal *by, const struct toc_message *first,
		 const struct toc_uuid *eids, size_t n)
{
	struct toc_work *w = toc_server_work(k, "M19", "machine");
	struct toc_arena *a = w->arena;
	struct toc_value *m = (struct toc_value *)w->command.message, *body = toc_get(m, "body"),
			 *more = NULL;
	w->principal = *by;
	w->principal.org = toc_arena_str(a, by->org);
	w->principal.channel = toc_arena_str(a, by->channel);
	toc_set_cstr(a, m, "mode", toc_mode_name((enum toc_mode)first->mode));
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
	toc_set_text(a, body, "at",
		     toc_time_str(a, toc_clock_at(toc_find_exercise(k->world, first->exercise),
						  toc_keeper_now(k))));
	toc_set_cstr(a, body, "actor_kind", "machine");
	toc_keeper_put(k, w);
}

static void enter_until(struct toc_keeper *k, int64_t due_us)
{
	struct toc_receipt_group g;
	if (k->phase != TOC_READY)
		return;
	struct toc_arena *a = toc_arena_new();
	while (toc_receipts_take(k->receipts, due_us, a, &g))
		for (size_t done = 0, same; done < g.n; done = same) {
			const struct toc_message *first = received(k, &g.by, g.eids[done]);
			same = done + 1;
			if (!first)
				continue;
			for (size_t i = same; i < g.n; i++) {
				struct toc_uuid eid = g.eids[i];
				if (!same_readers(first, received(k, &g.by, eid)))
					continue;
				g.eids[i] = g.eids[same];
				g.eids[same++] = eid;
			}
			make(k, &g.by, first, &g.eids[done], same - done);
		}
	toc_arena_free(a);
}

void toc_keeper_receipts(struct toc_keeper *k)
{
	enter_until(k, toc_clock_mono_us());
}

void toc_keeper_receipts_before(struct toc_keeper *k, struct toc_str command)
{
	static const char *const whole[] = { "M25.recall", "M8.retract", "M6.scope", "exercise.clock" };

	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (toc_str_is(command, whole[i]))
			enter_until(k, INT64_MAX);
}
