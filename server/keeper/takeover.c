/* takeover.c: what nobody carries: a node that is silent loses its deliveries to another one; what was not carried in
 * its time is over. And what this deployment can carry at all. */
#include "keeper/going.h"

#include "base/map.h"
#include "domain/rule.h"

#define UNHEARD_MOST 16 /* calls, at one look */

static int64_t heard_of(const struct toc_keeper *k, struct toc_str node)
{
	const struct toc_heard *h = toc_map_get(k->outgoing->nodes, node);
	return h ? h->at_us : k->outgoing->since_us;
}

static void take_over(struct toc_keeper *k, struct toc_str node)
{
	struct toc_work *w = toc_server_work(k, "courier", "take_over");
	struct toc_value *m = (struct toc_value *)(uintptr_t)w->command.message, *body = toc_get(m, "body");
	toc_set_cstr(w->arena, m, "sender_org", "server");
	toc_set_text(w->arena, body, "from", node);
	toc_set_cstr(w->arena, body, "by", k->o.node);
	toc_log(TOC_LOG_WARN, "take_over", "node %.*s carries nothing; taking over its deliveries", TOC_STR_ARGS(node));
	k->outgoing->taking = w->delivery = toc_uuid_random();
	toc_keeper_put(k, w);
}

void toc_look_for_left(struct toc_keeper *k)
{
	struct toc_outgoing *o = k->outgoing;
	struct toc_world_cursor cursor = { 0 };
	const struct toc_delivery *d;
	int64_t mono = toc_clock_mono_us(), now = toc_keeper_now(k).us, life = TOC_HOURS(k->limits.delivery_h).us;
	const int64_t patience = k->limits.courier_silence_s * 1000000;
	struct toc_uuid over = { { 0 } }, silence[UNHEARD_MOST];
	unsigned n_silence = 0;
	struct toc_str silent = TOC_STR("");
	unsigned waiting = 0;
	int64_t oldest = 0;
	while ((d = toc_world_next(k->world, TOC_OBJECT_delivery, &cursor))) {
		bool is_ours = toc_is_ours(k, d) && !toc_find_going(k, d->id);
		if (toc_is_handed_on(d) && is_ours && d->since.us + life < now)
			over = d->id;
		else if (d->state == TOC_DELIVERY_SENT && is_ours && d->next.us <= now && n_silence < UNHEARD_MOST)
			silence[n_silence++] = d->id;
		if (!toc_delivery_waits(d))
			continue;
		waiting++;
		if (!oldest || d->since.us < oldest)
			oldest = d->since.us;
		if (is_ours && d->since.us + life < now)
			over = d->id;
		if (!toc_is_ours(k, d) && toc_is_served_here(k, d) && d->next.us + patience < now && !o->ways[toc_way_of(d)].down_us &&
		    heard_of(k, toc_short_str(&d->node)) + patience < mono)
			silent = toc_short_str(&d->node);
	}
	toc_gauge(TOC_METRIC_KEEPER_DELIVERIES, 0, waiting);
	toc_gauge(TOC_METRIC_KEEPER_DELIVERY_AGE, 0, oldest ? mono - (now - oldest) : 0);
	if (silent.n && toc_uuid_is_nil(o->taking) && o->here)
		take_over(k, silent);
	for (unsigned i = 0; i < n_silence; i++) {
		d = toc_find_delivery(k->world, silence[i]);
		struct toc_going *g = toc_take_in_hand(k, silence[i], (struct toc_uuid){ { 0 } }, toc_way_of(d));
		g->attempt = (uint32_t)d->attempts;
		g->unconfirmed = true;
		toc_came_to(k, g, TOC_OUTCOME_SENT, 0);
	}
	if (!toc_uuid_is_nil(over)) { /* one a look: it was not carried at all, so there is no hurry now */
		const struct toc_delivery *late = toc_find_delivery(k->world, over);
		struct toc_going *g = toc_take_in_hand(k, over, (struct toc_uuid){ { 0 } }, toc_way_of(late));
		g->attempt = (uint32_t)late->attempts + !toc_is_handed_on(late);
		toc_came_to(k, g, TOC_OUTCOME_DEAD, 0);
	}
}

/* What this deployment serves is in the ledger, so that what is decided follows from it. */
void toc_tell_channels(struct toc_keeper *k)
{
	const int64_t only = 0;
	const struct toc_reach *r = toc_world_get(k->world, TOC_OBJECT_reach, TOC_KEY(only));
	uint32_t served = 0;
	for (unsigned i = 0; toc_channel_name(i); i++)
		if (toc_list_has(k->o.channels, toc_str_of(toc_channel_name(i))))
			served |= 1u << i;
	k->outgoing->told_channels = true;
	if ((r ? r->channels : 0) == served)
		return;
	struct toc_work *w = toc_server_work(k, "policy", "channels");
	struct toc_value *m = (struct toc_value *)(uintptr_t)w->command.message, *body = toc_get(m, "body");
	toc_set_cstr(w->arena, m, "sender_org", "server");
	toc_set_int(w->arena, body, "version", (r ? r->version : 0) + 1);
	toc_set_text(w->arena, body, "valid_from", toc_time_str(w->arena, toc_keeper_now(k)));
	toc_set(w->arena, body, "channels", k->o.channels ? toc_value_copy(w->arena, k->o.channels) : toc_value_list(w->arena));
	toc_keeper_put(k, w);
}
