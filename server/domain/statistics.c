/* statistics.c: what the law asks to be counted when a crisis is over, computed from the ledger: of the final report, as its
 * draft is prepared and as it is sent, and of the version that everybody may read. Numbers only, of the whole
 * incident: no platform, no authority, nobody.
 *
 * An order is carried out when each of its items was removed, or access to it disabled; it took from its first provable
 * receipt to the last of these, also where its hour began anew in between, and what was put back later was carried out
 * all the same. Complaints (M24) name no incident, so those count whose period touches the time in which the incident
 * was active, of platforms that were engaged in it: the newest of a platform, law and period. Shares are in
 * thousandths, and are missing where there is nothing to share. Source: TCO 7(3), 8(1), 21(1); DSA 15(1), 48(4)(f). */
#include <stdlib.h>

#include "domain/rule.h"

static int by_size(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return a < b ? -1 : a > b;
}

static void set_median(struct toc_ask *q, struct toc_value *f, const char *name, int64_t *ms, size_t n)
{
	if (!n)
		return;
	qsort(ms, n, sizeof *ms, by_size);
	toc_set_int(q->a, f, name, (n % 2 ? ms[n / 2] : (ms[n / 2 - 1] + ms[n / 2]) / 2) / 1000);
}

static void set_share(struct toc_ask *q, struct toc_value *f, const char *name, int64_t part, int64_t all)
{
	if (all)
		toc_set_int(q->a, f, name, 1000 * part / all);
}

/* ---- orders ---- */

struct speed { /* of orders that were received */
	int64_t received, in_1_h, in_24_h;
	int64_t items_removed, items_impossible, items_reinstated, annulled, withdrawn;
	int64_t *ms; /* of those carried out */
	size_t n, room;
};

static void add_order(struct toc_ask *q, struct speed *x, const struct toc_order *o)
{
	bool all = o->n_items > 0;

	for (uint32_t i = 0; i < o->n_items; i++) {
		uint32_t state = o->items[i].state;
		bool done = state == TOC_ORDERED_REMOVED || state == TOC_ORDERED_DISABLED;
		x->items_removed += done;
		x->items_reinstated += state == TOC_ORDERED_REINSTATED;
		x->items_impossible += state == TOC_ORDERED_IMPOSSIBLE || state == TOC_ORDERED_DEFECTIVE;
		all &= done || state == TOC_ORDERED_REINSTATED;
	}
	x->annulled += !toc_uuid_is_nil(o->decision) && o->ended_at.us != TOC_TIME_NEVER.us;
	x->withdrawn += toc_uuid_is_nil(o->decision) && o->ended_at.us != TOC_TIME_NEVER.us;
	if (o->received_at.us == TOC_TIME_NEVER.us)
		return;
	x->received++;
	if (!all || o->removed_at.us == TOC_TIME_NEVER.us)
		return;
	toc_dur took = toc_between(o->received_at, o->removed_at);
	x->in_1_h += took.us <= TOC_HOURS(1).us;
	x->in_24_h += took.us <= TOC_HOURS(24).us;
	if (x->n == x->room) {
		int64_t *more = toc_arena_alloc(q->a, 2 * (x->room + 8) * sizeof *more);
		for (size_t i = 0; i < x->n; i++)
			more[i] = x->ms[i];
		x->room = 2 * (x->room + 8);
		x->ms = more;
	}
	x->ms[x->n++] = took.us / 1000;
}

static void orders(struct toc_ask *q, struct toc_value *f)
{
	struct toc_world_cursor cursor = { 0 };
	struct speed x = { 0 };
	const struct toc_order *o;

	while ((o = toc_world_next(q->w, TOC_OBJECT_order, &cursor)))
		if (toc_uuid_eq(o->incident, q->incident->id) && !toc_uuid_is_nil(o->issue))
			add_order(q, &x, o);
	toc_set_int(q->a, f, "orders_received", x.received);
	toc_set_int(q->a, f, "orders_within_1h", x.in_1_h);
	toc_set_int(q->a, f, "orders_within_24h", x.in_24_h);
	set_share(q, f, "orders_within_1h_permille", x.in_1_h, x.received);
	set_share(q, f, "orders_within_24h_permille", x.in_24_h, x.received);
	set_median(q, f, "orders_median_s", x.ms, x.n);
	toc_set_int(q->a, f, "order_items_removed", x.items_removed);
	toc_set_int(q->a, f, "order_items_impossible", x.items_impossible);
	toc_set_int(q->a, f, "order_items_reinstated", x.items_reinstated);
	toc_set_int(q->a, f, "orders_annulled", x.annulled);
	toc_set_int(q->a, f, "orders_withdrawn", x.withdrawn);
}

/* ---- complaints ---- */

static bool is_engaged(const struct toc_course *c, struct toc_str org)
{
	for (uint32_t i = 0; c && i < c->n_engaged; i++)
		if (toc_short_is(&c->engaged[i].org, org))
			return true;
	return false;
}

static void complaints(struct toc_ask *q, const struct toc_course *c, struct toc_value *f)
{
	const struct toc_incident *i = q->incident;
	struct toc_world_cursor cursor = { 0 };
	int64_t all = 0, reinstated = 0, rejected = 0, pending = 0;
	const struct toc_complaints *m;

	while ((m = toc_world_next(q->w, TOC_OBJECT_complaints, &cursor))) {
		if (m->mode != q->mode || !toc_uuid_eq(m->exercise, q->exercise_id) || !is_engaged(c, toc_short_str(&m->org)) ||
		    toc_before(m->until, i->active_from) || toc_before(i->closed_at, m->from))
			continue;
		all += m->all;
		reinstated += m->reinstated;
		rejected += m->rejected;
		pending += m->pending;
	}
	toc_set_int(q->a, f, "complaints", all);
	toc_set_int(q->a, f, "complaints_reinstated", reinstated);
	toc_set_int(q->a, f, "complaints_rejected", rejected);
	toc_set_int(q->a, f, "complaints_pending", pending);
}

/* ---- all of it ---- */

struct toc_value *toc_statistics(struct toc_ask *q)
{
	const struct toc_course *c = toc_find_course(q->w, q->incident->id);
	const struct toc_incident *i = q->incident;
	struct toc_value *f = toc_figures(q);
	int64_t blocked = toc_get_int(f, "blocked", 0), acted = blocked + toc_get_int(f, "removed", 0), met = 0;
	uint32_t n = c ? c->n_acks : 0;
	int64_t *ms = toc_arena_alloc(q->a, (n + 1) * sizeof *ms);

	if (i->activated_at.us != TOC_TIME_NEVER.us && i->closed_at.us != TOC_TIME_NEVER.us)
		toc_set_int(q->a, f, "active_s", i->active_before_s + toc_between(i->activated_at, i->closed_at).us / 1000000);
	toc_set_int(q->a, f, "duplicates", i->n_duplicates);
	toc_set_int(q->a, f, "reports", c ? c->reports : 0);
	set_share(q, f, "proactive_permille", blocked, acted); /* caught before anybody saw it */
	for (uint32_t k = 0; k < n; k++) {
		met += c->acks[k].met;
		ms[k] = c->acks[k].ms;
	}
	toc_set_int(q->a, f, "acknowledged", n);
	toc_set_int(q->a, f, "acknowledged_in_time", met);
	set_median(q, f, "acknowledged_median_s", ms, n);
	toc_set_int(q->a, f, "contributors", c ? c->n_contributors : 0);
	orders(q, f);
	complaints(q, c, f);
	return f;
}
