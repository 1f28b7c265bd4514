/* outgoing.c: see outgoing.h: what is due, and what is in hand.
 *
 * What waits is a heap of (when, delivery) for each way, and one apart for what somebody has to answer, which goes first. A
 * heap may hold what is no longer so: an item counts while the delivery's `next` is its own. */
#include "keeper/outgoing.h"

#include "base/map.h"
#include "domain/rule.h"
#include "keeper/going.h"

#include <stdlib.h>
#include <string.h>

#define IN_HAND 128          /* of e-mail */
#define IN_HAND_OF_CALLS 512 /* of each of the other ways: many addresses, each of which may be slow */
#define IN_HAND_OF_ONE 8     /* of one webhook or gateway: what does not answer keeps no other waiting */
#define LOOK_US 1000000      /* between two looks at what nobody carries */
#define WAIT_US 20000        /* for the ledger to be read */
#define ROWS_BYTES (8u << 20)

/* ---- what there is ---- */

/* The way that carries a channel, and who writes its jobs. */
enum toc_way toc_way_of(const struct toc_delivery *d)
{
	switch (d->channel) {
	case TOC_CHANNEL_MAIL: return TOC_WAY_MAIL;
	case TOC_CHANNEL_WEBHOOK: return TOC_WAY_WEBHOOK;
	case TOC_CHANNEL_PUSH: return TOC_WAY_PUSH;
	case TOC_CHANNEL_PHONE:
	case TOC_CHANNEL_SMS:
	case TOC_CHANNEL_PAGER: return TOC_WAY_PHONE;
	default: return TOC_WAY_NONE;
	}
}

/* What is declared as a hook goes while the hook is in use; a test of one that is paused, too. */
static bool is_open(const struct toc_keeper *k, const struct toc_delivery *d)
{
	const struct toc_hook *h = toc_find_hook(k->world, d->to);
	return !h || h->state == TOC_HOOK_ACTIVE || (h->state == TOC_HOOK_PAUSED && d->mode == TOC_MODE_SYSTEM);
}

bool toc_is_served_here(const struct toc_keeper *k, const struct toc_delivery *d)
{
	if (toc_way_of(d) == TOC_WAY_PUSH)
		return k->o.push;
	if (toc_way_of(d) == TOC_WAY_WEBHOOK || toc_way_of(d) == TOC_WAY_PHONE)
		return is_open(k, d);
	return toc_list_has(k->o.channels, toc_str_of(toc_channel_name((unsigned)d->channel)));
}

bool toc_delivery_waits(const struct toc_delivery *d)
{
	return d->state == TOC_DELIVERY_QUEUED || d->state == TOC_DELIVERY_RETRYING;
}

bool toc_is_ours(const struct toc_keeper *k, const struct toc_delivery *d)
{
	return toc_short_is(&d->node, toc_str_of(k->o.node));
}

struct toc_going *toc_find_going(const struct toc_keeper *k, struct toc_uuid id)
{
	return toc_map_get(k->outgoing->going, toc_uuid_key(&id));
}

/* It may be carried by us: remember when. */
void toc_outgoing_remember(struct toc_keeper *k, const struct toc_delivery *d)
{
	enum toc_way way = toc_way_of(d);
	if (way == TOC_WAY_NONE || !toc_delivery_waits(d) || !toc_is_ours(k, d) || !toc_is_served_here(k, d) || toc_find_going(k, d->id))
		return;
	struct toc_way_out *w = &k->outgoing->ways[way];
	toc_heap_put(d->calls ? &w->calls : &w->told, (struct toc_next){ d->next.us, d->id });
}

static void fill(struct toc_keeper *k)
{
	struct toc_outgoing *o = k->outgoing;
	struct toc_world_cursor cursor = { 0 };
	const struct toc_delivery *d;
	size_t at = 0;
	struct toc_str name;
	void *busy;
	for (unsigned i = 0; i < TOC_WAYS; i++)
		o->ways[i].calls.n = o->ways[i].told.n = 0;
	while (toc_map_next(o->hooks, &at, &name, &busy))
		((struct toc_busy_hook *)busy)->aside.n = 0;
	while ((d = toc_world_next(k->world, TOC_OBJECT_delivery, &cursor)))
		toc_outgoing_remember(k, d);
	o->filled = true;
}

static struct toc_busy_hook *busy_of(struct toc_keeper *k, struct toc_uuid hook)
{
	struct toc_busy_hook *b = toc_map_get(k->outgoing->hooks, toc_uuid_key(&hook));
	if (!b) {
		b = calloc(1, sizeof *b);
		if (!b)
			abort();
		toc_map_put(k->outgoing->hooks, toc_uuid_key(&hook), b);
	}
	return b;
}

/* One of a hook's is out of hand: the next of its own may go. */
static void hook_has_room(struct toc_keeper *k, struct toc_uuid hook)
{
	struct toc_busy_hook *b = busy_of(k, hook);
	b->in_hand--;
	while (b->aside.n) {
		struct toc_next due = toc_heap_take(&b->aside);
		const struct toc_delivery *d = toc_find_delivery(k->world, due.id);
		if (!d)
			continue;
		toc_outgoing_remember(k, d);
		break;
	}
}

void toc_let_go(struct toc_keeper *k, struct toc_going *g)
{
	struct toc_uuid hook = g->to;
	toc_map_remove(k->outgoing->going, toc_uuid_key(&g->id));
	k->outgoing->ways[g->way].in_hand--;
	free(g);
	if (!toc_uuid_is_nil(hook))
		hook_has_room(k, hook);
}

struct toc_going *toc_take_in_hand(struct toc_keeper *k, struct toc_uuid id, struct toc_uuid hook, enum toc_way way)
{
	struct toc_going *g = calloc(1, sizeof *g);
	if (!g)
		abort();
	g->id = id;
	g->way = way;
	g->k = k;
	g->to = hook;
	if (!toc_uuid_is_nil(hook))
		busy_of(k, hook)->in_hand++;
	toc_map_put(k->outgoing->going, toc_uuid_key(&g->id), g);
	k->outgoing->ways[way].in_hand++;
	return g;
}

static unsigned in_hand_most(enum toc_way way)
{
	return way == TOC_WAY_MAIL ? IN_HAND : IN_HAND_OF_CALLS;
}

/* Who is gone is handed everything again when it is back. */
void toc_tell_courier(struct toc_keeper *k)
{
	(void)(toc_child_send(k->child, TOC_CHILD_COURIER, &k->out) < 0);
}

/* The next one of this way that is due, in hand; false: there is none now. */
static bool begin_one(struct toc_keeper *k, enum toc_way way)
{
	struct toc_way_out *w = &k->outgoing->ways[way];
	int64_t now = toc_keeper_now(k).us;
	struct toc_heap *heaps[] = { &w->calls, &w->told };
	for (size_t i = 0; i < 2; i++)
		while (heaps[i]->n && heaps[i]->items[0].at_us <= now) {
			struct toc_next due = toc_heap_take(heaps[i]);
			const struct toc_delivery *d = toc_find_delivery(k->world, due.id);
			if (!d || !toc_delivery_waits(d) || d->next.us != due.at_us || !toc_is_ours(k, d) || toc_find_going(k, d->id))
				continue;
			struct toc_uuid hook = way == TOC_WAY_WEBHOOK || way == TOC_WAY_PHONE ? d->to : (struct toc_uuid){ { 0 } };
			if (!toc_uuid_is_nil(hook) && !is_open(k, d))
				continue; /* it is remembered again when the hook is resumed */
			if (!toc_uuid_is_nil(hook) && busy_of(k, hook)->in_hand >= IN_HAND_OF_ONE) {
				toc_heap_put(&busy_of(k, hook)->aside, due);
				continue;
			}
			struct toc_going *g = toc_take_in_hand(k, d->id, hook, way);
			g->attempt = (uint32_t)d->attempts + 1;
			toc_carry(k, g);
			return true;
		}
	return false;
}

/* ---- the keeper's loop ---- */

/* A machine that stood still longer than the others wait believes that it still carries what another one has taken over. */
bool toc_is_behind(struct toc_keeper *k)
{
	bool behind = toc_clock_mono_us() - k->tail.heard_us > k->limits.courier_silence_s * 1000000 / 2;
	k->tail.wanted |= behind;
	return behind;
}

void toc_outgoing_turn(struct toc_keeper *k)
{
	struct toc_outgoing *o = k->outgoing;
	int64_t mono = toc_clock_mono_us();
	size_t cursor = 0;
	struct toc_str id;
	void *value;
	if (k->phase != TOC_READY || !k->announced)
		return;
	if (!o->told_channels)
		toc_tell_channels(k);
	if (!o->filled)
		fill(k);
	while (toc_map_next(o->going, &cursor, &id, &value)) {
		struct toc_going *g = value;
		if (g->stage == TOC_GOING_ENTERED && g->again_us && g->again_us <= mono)
			toc_enter_outcome(k, g);
	}
	if (mono >= o->look_us) {
		o->look_us = mono + LOOK_US;
		toc_look_for_left(k);
	}
	if (!o->here || mono < o->retry_us || toc_is_behind(k))
		return;
	for (unsigned i = 1; i < TOC_WAYS; i++)
		while (o->retry_us <= mono && o->ways[i].in_hand < in_hand_most((enum toc_way)i) && begin_one(k, (enum toc_way)i))
			;
}

int64_t toc_outgoing_next_us(const struct toc_keeper *k)
{
	const struct toc_outgoing *o = k->outgoing;
	int64_t next = o->look_us, mono = toc_clock_mono_us(), now = toc_keeper_now(k).us;
	if (k->phase != TOC_READY || !k->announced)
		return INT64_MAX;
	if (k->tail.wanted)
		return next > mono + WAIT_US ? next : mono + WAIT_US;
	for (unsigned i = 1; o->here && i < TOC_WAYS; i++) {
		const struct toc_heap *heaps[] = { &o->ways[i].calls, &o->ways[i].told };
		for (size_t h = 0; h < 2 && o->ways[i].in_hand < in_hand_most((enum toc_way)i); h++) {
			if (!heaps[h]->n)
				continue;
			int64_t at = mono + (heaps[h]->items[0].at_us - now);
			if (at < o->retry_us)
				at = o->retry_us;
			next = at < next ? at : next;
		}
	}
	return next;
}

void toc_outgoing_courier(struct toc_keeper *k, bool here)
{
	struct toc_outgoing *o = k->outgoing;
	size_t cursor = 0;
	struct toc_str id;
	void *value;
	o->here = here;
	while (toc_map_next(o->going, &cursor, &id, &value)) {
		struct toc_going *g = value;
		if (g->stage == TOC_GOING_CARRIED)
			toc_let_go(k, g); /* its successor is handed it again */
	}
	o->filled = false;
}

void toc_outgoing_frame(struct toc_keeper *k, struct toc_frame *f)
{
	if (f->number != TOC_IPC_OUTCOME) {
		f->bad = true;
		return;
	}
	struct toc_uuid id = toc_frame_id(f);
	uint32_t attempt = toc_frame_u32(f);
	unsigned state = toc_frame_u8(f), code = toc_frame_u16(f);
	uint32_t wait_s = toc_frame_u32(f);
	(void)toc_frame_str(f);
	if (!toc_frame_end(f) || state == TOC_OUTCOME_NONE || state >= TOC_OUTCOMES || attempt == 0) {
		f->bad = true;
		return;
	}
	struct toc_going *g = toc_find_going(k, id);
	if (!g || g->stage != TOC_GOING_CARRIED)
		return; /* handed over by who was here before us: it is said again when we ask */
	struct toc_way_out *w = &k->outgoing->ways[g->way];
	/* of e-mail it is the relay that says nothing; of the others it is one address, which says nothing of the way */
	w->down_us = g->way == TOC_WAY_MAIL && state == TOC_OUTCOME_RETRYING && code == 0 ? toc_clock_mono_us() : 0;
	if (state == TOC_OUTCOME_DROPPED) {
		const struct toc_delivery *d = toc_find_delivery(k->world, id);
		toc_let_go(k, g);
		if (d)
			toc_outgoing_remember(k, d);
		return;
	}
	g->attempt = attempt;
	g->wait_s = wait_s;
	enum toc_way way = g->way;
	const struct toc_delivery *d = toc_find_delivery(k->world, id);
	struct toc_uuid to = d ? d->to : (struct toc_uuid){ { 0 } };
	toc_came_to(k, g, (enum toc_outcome_state)state, (uint16_t)code);
	if (state == TOC_OUTCOME_BOUNCED)
		toc_outside_gone(k, way, to, code);
}

void toc_outgoing_committed(struct toc_keeper *k, const struct toc_entry *e)
{
	struct toc_outgoing *o = k->outgoing;
	struct toc_heard *h = toc_map_get(o->nodes, e->node);
	struct toc_uuid *ids;
	if (!h && e->node.n) {
		h = calloc(1, sizeof *h);
		if (!h)
			abort();
		toc_map_put(o->nodes, e->node, h);
	}
	if (h)
		h->at_us = toc_clock_mono_us();
	if (toc_str_is(e->k, "courier.take_over") || toc_str_is(e->k, "hook.resume"))
		o->filled = false;
	struct toc_arena *a = toc_arena_new();
	size_t n = toc_entry_deliveries(e, a, &ids);
	for (size_t i = 0; i < n; i++) {
		const struct toc_delivery *d = toc_find_delivery(k->world, ids[i]);
		struct toc_going *g = toc_find_going(k, ids[i]);
		if (g && g->stage == TOC_GOING_CARRIED && (!d || !toc_delivery_waits(d) || !toc_is_ours(k, d))) {
			toc_ipc_begin(&k->out, TOC_IPC_CANCEL_JOB);
			toc_ipc_id(&k->out, ids[i]);
			toc_tell_courier(k);
		} else if (d && !g) {
			toc_outgoing_remember(k, d);
		}
	}
	toc_arena_free(a);
}

void toc_outgoing_decided(struct toc_keeper *k, const struct toc_work *w)
{
	struct toc_outgoing *o = k->outgoing;
	struct toc_going *g = toc_find_going(k, w->delivery);
	bool later = w->outcome == TOC_WORK_REFUSED &&
		     (w->refusal.code == TOC_REFUSE_BUSY || w->refusal.code == TOC_REFUSE_DATABASE_AWAY);
	if (toc_uuid_eq(w->delivery, o->taking))
		o->taking = (struct toc_uuid){ { 0 } };
	if (!g)
		return;
	if (g->stage == TOC_GOING_LINK) {
		g->linkless = w->outcome == TOC_WORK_REFUSED; /* a letter without a link is better than none */
		g->found = false;
		if (later)
			toc_put_off(k, g);
		else
			toc_carry(k, g);
		return;
	}
	if (g->stage != TOC_GOING_ENTERED)
		return;
	if (later) {
		g->again_us = toc_clock_mono_us() + TOC_FAILED_READ_US;
		return;
	}
	toc_outcome_is_kept(k, g);
}

/* ---- */

struct toc_outgoing *toc_outgoing_new(void)
{
	struct toc_outgoing *o = calloc(1, sizeof *o);
	if (!o)
		abort();
	o->going = toc_map_new();
	o->nodes = toc_map_new();
	o->hooks = toc_map_new();
	o->rows = toc_cases_new(ROWS_BYTES);
	o->since_us = toc_clock_mono_us();
	return o;
}

void toc_outgoing_free(struct toc_outgoing *o)
{
	size_t cursor = 0;
	struct toc_str name;
	void *value;
	if (!o)
		return;
	while (toc_map_next(o->going, &cursor, &name, &value))
		free(value);
	for (cursor = 0; toc_map_next(o->nodes, &cursor, &name, &value);)
		free(value);
	toc_map_free(o->going);
	for (cursor = 0; toc_map_next(o->hooks, &cursor, &name, &value);) {
		free(((struct toc_busy_hook *)value)->aside.items);
		free(value);
	}
	toc_map_free(o->hooks);
	toc_map_free(o->nodes);
	toc_cases_free(o->rows);
	for (unsigned i = 0; i < TOC_WAYS; i++) {
		free(o->ways[i].calls.items);
		free(o->ways[i].told.items);
	}
	free(o);
}
