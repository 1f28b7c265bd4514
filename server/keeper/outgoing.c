/* outgoing.c: see outgoing.h.
 *
 *   due ──► ADDRESS: the entry that declared the contact is read (of a call, what it is about as well) ──► LINK: its credential is entered ──► CARRIED: JOB
 *   OUTCOME ──► ENTERED: the M19.delivery is decided ──► OUTCOME_KEPT; retried later, or over
 *
 * What waits is a heap of (when, delivery) for each way, and one apart for what somebody has to answer, which goes first. A
 * heap may hold what is no longer so: an item counts while the delivery's `next` is its own. */
#include "keeper/outgoing.h"

#include "base/map.h"
#include "domain/rule.h"
#include "keeper/core.h"
#include "keeper/links.h"
#include "message/json.h"

#include <stdlib.h>
#include <string.h>

#define IN_HAND 128          /* of e-mail */
#define IN_HAND_OF_CALLS 512 /* of each of the other ways: many addresses, each of which may be slow */
#define IN_HAND_OF_ONE 8     /* of one webhook or gateway: what does not answer keeps no other waiting */
#define READS_MOST 8         /* for one delivery */
#define LOOK_US 1000000      /* between two looks at what nobody carries */
#define FAILED_READ_US 1000000
#define ROWS_BYTES (8u << 20)
#define WAIT_MOST_S 3600

enum stage { ADDRESS, LINK, CARRIED, ENTERED };

struct going {
	struct toc_uuid id;
	enum stage stage;
	enum toc_way way;
	struct toc_keeper *k;
	bool linkless, found;
	uint64_t seq;         /* of the entry that is read */
	struct toc_uuid wanted, to; /* its id; the hook that it goes to or by, nil: none */
	unsigned reads;
	/* the outcome, from OUTCOME until it is entered */
	enum toc_outcome_state state;
	uint32_t attempt, wait_s;
	uint16_t code;
	int64_t again_us; /* ENTERED: when to try again to enter it; 0: it is being decided */
};
struct due {
	int64_t at_us; /* real time */
	struct toc_uuid id;
};
struct heap {
	struct due *items;
	size_t n, cap;
};
struct way {
	struct heap calls, told;
	unsigned in_hand;
	int64_t down_us; /* when it last could not be used at all; 0: it can */
};
struct busy { /* a hook that has enough in hand: the rest stands aside */
	unsigned in_hand;
	struct heap aside;
};
struct heard { /* of a node */
	int64_t at_us;
};

struct toc_outgoing {
	struct way ways[TOC_WAYS];
	struct toc_map *going, *nodes, *hooks;
	struct toc_cases *rows; /* sealed, as they are stored */
	bool here, filled, told_channels;
	int64_t look_us, since_us, retry_us;
	struct toc_uuid taking; /* a take_over that is being decided; nil: none */
};

static struct toc_str key(const struct toc_uuid *id)
{
	return (struct toc_str){ (const char *)id->b, sizeof id->b };
}

/* ---- heaps ---- */

static bool earlier(const struct due *a, const struct due *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : toc_uuid_cmp(a->id, b->id) < 0;
}

static void swap(struct due *a, struct due *b)
{
	struct due c = *a;
	*a = *b;
	*b = c;
}

static void heap_put(struct heap *h, struct due d)
{
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->items = toc_must_realloc(h->items, h->cap * sizeof *h->items);
	}
	size_t i = h->n++;
	h->items[i] = d;
	for (; i > 0 && earlier(&h->items[i], &h->items[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&h->items[i], &h->items[(i - 1) / 2]);
}

static struct due heap_take(struct heap *h)
{
	struct due first = h->items[0];
	h->items[0] = h->items[--h->n];
	for (size_t i = 0;;) {
		size_t least = i;
		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < h->n; child++)
			if (earlier(&h->items[child], &h->items[least]))
				least = child;
		if (least == i)
			break;
		swap(&h->items[i], &h->items[least]);
		i = least;
	}
	return first;
}

/* ---- what there is ---- */

/* The way that carries a channel, and who writes its jobs. */
static enum toc_way way_of(const struct toc_delivery *d)
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
static toc_compose *const composers[TOC_WAYS] = { [TOC_WAY_MAIL] = toc_compose_letter,
						  [TOC_WAY_WEBHOOK] = toc_compose_webhook,
						  [TOC_WAY_PUSH] = toc_compose_push,
						  [TOC_WAY_PHONE] = toc_compose_call };

/* The entries that are needed to write a job: the first has the address. */
static void needs_of(const struct toc_delivery *d, struct toc_uuid ret[2])
{
	bool mail = d->channel == TOC_CHANNEL_MAIL, tells = d->channel == TOC_CHANNEL_WEBHOOK || d->channel == TOC_CHANNEL_PUSH;
	ret[0] = mail ? d->point : d->to;
	ret[1] = mail ? (struct toc_uuid){ { 0 } } : tells ? d->message : d->point;
}

/* What is declared as a hook goes while the hook is in use; a test of one that is paused, too. */
static bool is_open(const struct toc_keeper *k, const struct toc_delivery *d)
{
	const struct toc_hook *h = toc_find_hook(k->world, d->to);
	return !h || h->state == TOC_HOOK_ACTIVE || (h->state == TOC_HOOK_PAUSED && d->mode == TOC_MODE_SYSTEM);
}

static bool is_served_here(const struct toc_keeper *k, const struct toc_delivery *d)
{
	if (way_of(d) == TOC_WAY_PUSH)
		return k->o.push;
	if (way_of(d) == TOC_WAY_WEBHOOK || way_of(d) == TOC_WAY_PHONE)
		return is_open(k, d);
	return toc_list_has(k->o.channels, toc_str_of(toc_channel_name((unsigned)d->channel)));
}

static bool waits(const struct toc_delivery *d)
{
	return d->state == TOC_DELIVERY_QUEUED || d->state == TOC_DELIVERY_RETRYING;
}

static bool is_ours(const struct toc_keeper *k, const struct toc_delivery *d)
{
	return toc_short_is(&d->node, toc_str_of(k->o.node));
}

static struct going *find_going(const struct toc_keeper *k, struct toc_uuid id)
{
	return toc_map_get(k->outgoing->going, key(&id));
}

/* It may be carried by us: remember when. */
static void remember(struct toc_keeper *k, const struct toc_delivery *d)
{
	enum toc_way way = way_of(d);
	if (way == TOC_WAY_NONE || !waits(d) || !is_ours(k, d) || !is_served_here(k, d) || find_going(k, d->id))
		return;
	struct way *w = &k->outgoing->ways[way];
	heap_put(d->calls ? &w->calls : &w->told, (struct due){ d->next.us, d->id });
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
		((struct busy *)busy)->aside.n = 0;
	while ((d = toc_world_next(k->world, TOC_OBJECT_delivery, &cursor)))
		remember(k, d);
	o->filled = true;
}

static struct busy *busy_of(struct toc_keeper *k, struct toc_uuid hook)
{
	struct busy *b = toc_map_get(k->outgoing->hooks, key(&hook));
	if (!b) {
		b = calloc(1, sizeof *b);
		if (!b)
			abort();
		toc_map_put(k->outgoing->hooks, key(&hook), b);
	}
	return b;
}

/* One of a hook's is out of hand: the next of its own may go. */
static void hook_has_room(struct toc_keeper *k, struct toc_uuid hook)
{
	struct busy *b = busy_of(k, hook);
	b->in_hand--;
	while (b->aside.n) {
		struct due due = heap_take(&b->aside);
		const struct toc_delivery *d = toc_find_delivery(k->world, due.id);
		if (!d)
			continue;
		remember(k, d);
		break;
	}
}

static void drop(struct toc_keeper *k, struct going *g)
{
	struct toc_uuid hook = g->to;
	toc_map_remove(k->outgoing->going, key(&g->id));
	k->outgoing->ways[g->way].in_hand--;
	free(g);
	if (!toc_uuid_is_nil(hook))
		hook_has_room(k, hook);
}

static struct going *take_in_hand(struct toc_keeper *k, struct toc_uuid id, struct toc_uuid hook, enum toc_way way)
{
	struct going *g = calloc(1, sizeof *g);
	if (!g)
		abort();
	g->id = id;
	g->way = way;
	g->k = k;
	g->to = hook;
	if (!toc_uuid_is_nil(hook))
		busy_of(k, hook)->in_hand++;
	toc_map_put(k->outgoing->going, key(&g->id), g);
	k->outgoing->ways[way].in_hand++;
	return g;
}

static unsigned in_hand_most(enum toc_way way)
{
	return way == TOC_WAY_MAIL ? IN_HAND : IN_HAND_OF_CALLS;
}

/* Who is gone is handed everything again when it is back. */
static void tell_courier(struct toc_keeper *k)
{
	(void)(toc_child_send(k->child, TOC_CHILD_COURIER, &k->out) < 0);
}

/* ---- the outcome becomes an entry ---- */

static void tell_kept(struct toc_keeper *k, struct toc_uuid id)
{
	toc_ipc_begin(&k->out, TOC_IPC_OUTCOME_KEPT);
	toc_ipc_id(&k->out, id);
	tell_courier(k);
}

/* Longer and longer, never longer than an hour, and not beyond its life; or as the other side wishes. */
static toc_time again_at(const struct toc_keeper *k, const struct toc_delivery *d, const struct going *g)
{
	int64_t wait = k->limits.delivery_retry_s << (g->attempt < 12 ? g->attempt - 1 : 11);
	if (wait > WAIT_MOST_S)
		wait = WAIT_MOST_S;
	if (g->wait_s > wait)
		wait = g->wait_s;
	toc_time at = toc_after(toc_keeper_now(k), TOC_SECONDS(wait));
	return toc_before(at, toc_after(d->since, TOC_HOURS(k->limits.delivery_h))) ? at : TOC_TIME_NEVER;
}

static void enter(struct toc_keeper *k, struct going *g)
{
	static const char *const words[TOC_OUTCOMES] = { [TOC_OUTCOME_SENT] = "sent", [TOC_OUTCOME_DELIVERED] = "delivered",
							 [TOC_OUTCOME_BOUNCED] = "bounced", [TOC_OUTCOME_RETRYING] = "retrying",
							 [TOC_OUTCOME_DEAD] = "dead" };
	const struct toc_delivery *d = toc_find_delivery(k->world, g->id);
	if (!d) { /* stopped, or entered by another node, meanwhile */
		tell_kept(k, g->id);
		drop(k, g);
		return;
	}
	toc_time again = g->state == TOC_OUTCOME_RETRYING ? again_at(k, d, g) : TOC_TIME_NEVER;
	if (g->state == TOC_OUTCOME_RETRYING && again.us == TOC_TIME_NEVER.us)
		g->state = TOC_OUTCOME_DEAD;
	struct toc_work *w = toc_server_work(k, "M19", "delivery");
	struct toc_arena *a = w->arena;
	struct toc_value *m = (struct toc_value *)(uintptr_t)w->command.message, *body = toc_get(m, "body");
	w->delivery = g->id;
	toc_set_cstr(a, m, "sender_org", "server");
	toc_set_cstr(a, m, "mode", toc_mode_name(d->mode));
	if (!toc_uuid_is_nil(d->exercise))
		toc_set_text(a, m, "exercise_ref", toc_uuid_str(a, d->exercise));
	toc_set_text(a, body, "message_ref", toc_uuid_str(a, d->message));
	toc_set_text(a, body, "recipient_org", toc_short_str(&d->org));
	toc_set_cstr(a, body, "channel", toc_channel_name((unsigned)d->channel));
	toc_set_cstr(a, body, "state", words[g->state]);
	toc_set_text(a, body, "at",
		     toc_time_str(a, toc_clock_at(toc_find_exercise(k->world, d->exercise), toc_keeper_now(k))));
	toc_set_cstr(a, body, "actor_kind", "machine");
	toc_set_text(a, body, "delivery", toc_uuid_str(a, g->id));
	toc_set_int(a, body, "attempt", g->attempt);
	if (g->code)
		toc_set_int(a, body, "code", g->code);
	if (again.us != TOC_TIME_NEVER.us)
		toc_set_text(a, body, "again_at", toc_time_str(a, again));
	g->stage = ENTERED;
	g->again_us = 0;
	toc_keeper_put(k, w); /* may end at once, refused: then toc_outgoing_decided was called */
}

static void came_to(struct toc_keeper *k, struct going *g, enum toc_outcome_state state, uint16_t code)
{
	g->state = state;
	g->code = code;
	enter(k, g);
}

/* ---- a delivery is handed over ---- */

static void compose(struct toc_keeper *k, struct going *g, const struct toc_row *row, const struct toc_row *other)
{
	const struct toc_delivery *d = toc_find_delivery(k->world, g->id);
	struct toc_opened point, about;
	const char *why = NULL;
	if (!d || !waits(d) || !is_ours(k, d)) {
		drop(k, g);
		return;
	}
	g->attempt = (uint32_t)d->attempts + 1;
	struct toc_arena *a = toc_arena_new();
	struct toc_value *told = NULL;
	const struct toc_credential *link = toc_find_credential(k->world, toc_link_id(g->id));
	const struct toc_organisation *to = toc_find_organisation(k->world, toc_short_str(&d->org));
	if (!to || to->suspended) /* since it was queued: nothing is sent to it any more */
		why = "its organisation is suspended";
	else if (toc_render_open(a, k->o.ring, row, &point, NULL) == 0 && (!other || toc_render_open(a, k->o.ring, other, &about, NULL) == 0))
		told = composers[g->way](k, &(struct toc_composing){ a, d, &point, link ? link->expires : TOC_TIME_NEVER,
								     other ? &about : NULL }, &why);
	if (!told) {
		toc_log(TOC_LOG_WARN, "not_to_be_carried", "a delivery ends: %s", why ? why : "its contact point cannot be read");
		came_to(k, g, TOC_OUTCOME_DEAD, 0);
	} else {
		toc_set_text(a, told, "org", toc_short_str(&d->org));
		struct toc_str json = toc_json_str(a, told);
		toc_ipc_begin(&k->out, TOC_IPC_JOB);
		toc_ipc_id(&k->out, g->id);
		toc_ipc_u8(&k->out, (uint8_t)g->way);
		toc_ipc_u32(&k->out, g->attempt);
		toc_ipc_str(&k->out, json);
		tell_courier(k);
		toc_count(TOC_METRIC_KEEPER_JOBS);
		toc_wipe((void *)(uintptr_t)json.p, json.n); /* an address, a token */
		toc_wipe(k->out.p, k->out.n);
		g->stage = CARRIED;
	}
	toc_arena_free(a);
}

/* Its link has to be in the ledger before the letter is out. */
static bool wants_link(const struct toc_keeper *k, const struct going *g)
{
	return g->way == TOC_WAY_MAIL && !g->linkless && !toc_find_credential(k->world, toc_link_id(g->id));
}

static void go_on(struct toc_keeper *k, struct going *g, const struct toc_row *row, const struct toc_row *other)
{
	const struct toc_delivery *d = toc_find_delivery(k->world, g->id);
	if (!d || !waits(d)) {
		drop(k, g);
		return;
	}
	if (!wants_link(k, g)) {
		compose(k, g, row, other);
		return;
	}
	struct toc_work *w = toc_link_work(k, d->id, toc_short_str(&d->org), d->person, d->message);
	w->delivery = g->id;
	g->stage = LINK;
	toc_keeper_put(k, w);
}

static void put_off(struct toc_keeper *k, struct going *g)
{
	const struct toc_delivery *d = toc_find_delivery(k->world, g->id);
	drop(k, g);
	if (d)
		remember(k, d);
	k->outgoing->retry_us = toc_clock_mono_us() + FAILED_READ_US;
}

static void on_row(void *ctx, const struct toc_row *row)
{
	struct going *g = ctx;
	if (row->seq != g->seq)
		return;
	toc_cases_put(g->k->outgoing->rows, g->wanted, g->wanted, row);
	g->found = true;
}

static void read_address(struct toc_keeper *k, struct going *g);

static void on_read(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct going *g = ctx;
	(void)size, (void)error;
	if (g->k->leaving)
		return;
	if (result < 0)
		put_off(g->k, g);
	else if (!g->found)
		came_to(g->k, g, TOC_OUTCOME_DEAD, 0);
	else
		read_address(g->k, g);
}

static void on_found(void *ctx, struct toc_uuid eid, uint64_t seq)
{
	struct going *g = ctx;
	(void)eid;
	g->seq = seq;
	g->found = true;
}

static struct toc_store *source(struct toc_keeper *k)
{
	return toc_store_is_up(k->o.reader) ? k->o.reader : k->o.writer;
}

static void on_searched(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct going *g = ctx;
	(void)size, (void)error;
	if (g->k->leaving)
		return;
	bool found = g->found;
	g->found = false;
	if (result < 0 ||
	    (found && toc_store_read(source(g->k), g->seq, 1, TOC_STORE_DEADLINE, on_row, on_read, g) < 0))
		put_off(g->k, g);
	else if (!found)
		came_to(g->k, g, TOC_OUTCOME_DEAD, 0); /* nobody has declared how they are reached */
}

static void read_address(struct toc_keeper *k, struct going *g)
{
	const struct toc_delivery *d = toc_find_delivery(k->world, g->id);
	if (!d || !waits(d)) {
		drop(k, g);
		return;
	}
	struct toc_uuid needs[2];
	needs_of(d, needs);
	const struct toc_row *row = toc_cases_get(k->outgoing->rows, needs[0]),
			     *other = toc_uuid_is_nil(needs[1]) ? NULL : toc_cases_get(k->outgoing->rows, needs[1]);
	g->wanted = row ? needs[1] : needs[0];
	g->found = false;
	if (row && (other || toc_uuid_is_nil(needs[1])))
		go_on(k, g, row, other);
	else if (toc_uuid_is_nil(needs[0]))
		came_to(k, g, TOC_OUTCOME_DEAD, 0);
	else if (++g->reads > READS_MOST ||
		 toc_store_find(source(k), &g->wanted, 1, TOC_STORE_DEADLINE, on_found, on_searched, g) < 0)
		put_off(k, g);
}

/* The next one of this way that is due, in hand; false: there is none now. */
static bool begin_one(struct toc_keeper *k, enum toc_way way)
{
	struct way *w = &k->outgoing->ways[way];
	int64_t now = toc_keeper_now(k).us;
	struct heap *heaps[] = { &w->calls, &w->told };
	for (size_t i = 0; i < 2; i++)
		while (heaps[i]->n && heaps[i]->items[0].at_us <= now) {
			struct due due = heap_take(heaps[i]);
			const struct toc_delivery *d = toc_find_delivery(k->world, due.id);
			if (!d || !waits(d) || d->next.us != due.at_us || !is_ours(k, d) || find_going(k, d->id))
				continue;
			struct toc_uuid hook = way == TOC_WAY_WEBHOOK || way == TOC_WAY_PHONE ? d->to : (struct toc_uuid){ { 0 } };
			if (!toc_uuid_is_nil(hook) && !is_open(k, d))
				continue; /* it is remembered again when the hook is resumed */
			if (!toc_uuid_is_nil(hook) && busy_of(k, hook)->in_hand >= IN_HAND_OF_ONE) {
				heap_put(&busy_of(k, hook)->aside, due);
				continue;
			}
			struct going *g = take_in_hand(k, d->id, hook, way);
			g->attempt = (uint32_t)d->attempts + 1;
			read_address(k, g);
			return true;
		}
	return false;
}

/* ---- what nobody carries ---- */

static int64_t heard_of(const struct toc_keeper *k, struct toc_str node)
{
	const struct heard *h = toc_map_get(k->outgoing->nodes, node);
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

static void look(struct toc_keeper *k)
{
	struct toc_outgoing *o = k->outgoing;
	struct toc_world_cursor cursor = { 0 };
	const struct toc_delivery *d;
	int64_t mono = toc_clock_mono_us(), now = toc_keeper_now(k).us, life = TOC_HOURS(k->limits.delivery_h).us;
	const int64_t patience = k->limits.courier_silence_s * 1000000;
	struct toc_uuid over = { { 0 } };
	struct toc_str silent = TOC_STR("");
	unsigned waiting = 0;
	int64_t oldest = 0;
	while ((d = toc_world_next(k->world, TOC_OBJECT_delivery, &cursor))) {
		if (!waits(d))
			continue;
		waiting++;
		if (!oldest || d->since.us < oldest)
			oldest = d->since.us;
		if (is_ours(k, d) && d->since.us + life < now && !find_going(k, d->id))
			over = d->id;
		if (!is_ours(k, d) && is_served_here(k, d) && d->next.us + patience < now && !o->ways[way_of(d)].down_us &&
		    heard_of(k, toc_short_str(&d->node)) + patience < mono)
			silent = toc_short_str(&d->node);
	}
	toc_gauge(TOC_METRIC_KEEPER_DELIVERIES, 0, waiting);
	toc_gauge(TOC_METRIC_KEEPER_DELIVERY_AGE, 0, oldest ? mono - (now - oldest) : 0);
	if (silent.n && toc_uuid_is_nil(o->taking) && o->here)
		take_over(k, silent);
	if (!toc_uuid_is_nil(over)) { /* one a look: it was not carried at all, so there is no hurry now */
		const struct toc_delivery *late = toc_find_delivery(k->world, over);
		struct going *g = take_in_hand(k, over, (struct toc_uuid){ { 0 } }, way_of(late));
		g->attempt = (uint32_t)late->attempts + 1;
		came_to(k, g, TOC_OUTCOME_DEAD, 0);
	}
}

/* What this deployment serves is in the ledger, so that what is decided follows from it. */
static void tell_channels(struct toc_keeper *k)
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

/* ---- the keeper's loop ---- */

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
		tell_channels(k);
	if (!o->filled)
		fill(k);
	while (toc_map_next(o->going, &cursor, &id, &value)) {
		struct going *g = value;
		if (g->stage == ENTERED && g->again_us && g->again_us <= mono)
			enter(k, g);
	}
	if (mono >= o->look_us) {
		o->look_us = mono + LOOK_US;
		look(k);
	}
	if (!o->here || mono < o->retry_us)
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
	for (unsigned i = 1; o->here && i < TOC_WAYS; i++) {
		const struct heap *heaps[] = { &o->ways[i].calls, &o->ways[i].told };
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
		struct going *g = value;
		if (g->stage == CARRIED)
			drop(k, g); /* its successor is handed it again */
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
	struct going *g = find_going(k, id);
	if (!g || g->stage != CARRIED)
		return; /* handed over by who was here before us: it is said again when we ask */
	struct way *w = &k->outgoing->ways[g->way];
	/* of e-mail it is the relay that says nothing; of the others it is one address, which says nothing of the way */
	w->down_us = g->way == TOC_WAY_MAIL && state == TOC_OUTCOME_RETRYING && code == 0 ? toc_clock_mono_us() : 0;
	if (state == TOC_OUTCOME_DROPPED) {
		const struct toc_delivery *d = toc_find_delivery(k->world, id);
		drop(k, g);
		if (d)
			remember(k, d);
		return;
	}
	g->attempt = attempt;
	g->wait_s = wait_s;
	enum toc_way way = g->way;
	const struct toc_delivery *d = toc_find_delivery(k->world, id);
	struct toc_uuid to = d ? d->to : (struct toc_uuid){ { 0 } };
	came_to(k, g, (enum toc_outcome_state)state, (uint16_t)code);
	if (state == TOC_OUTCOME_BOUNCED)
		toc_outside_gone(k, way, to, code);
}

void toc_outgoing_committed(struct toc_keeper *k, const struct toc_entry *e)
{
	struct toc_outgoing *o = k->outgoing;
	struct heard *h = toc_map_get(o->nodes, e->node);
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
		struct going *g = find_going(k, ids[i]);
		if (g && g->stage == CARRIED && (!d || !waits(d) || !is_ours(k, d))) {
			toc_ipc_begin(&k->out, TOC_IPC_CANCEL_JOB);
			toc_ipc_id(&k->out, ids[i]);
			tell_courier(k);
		} else if (d && !g) {
			remember(k, d);
		}
	}
	toc_arena_free(a);
}

void toc_outgoing_decided(struct toc_keeper *k, const struct toc_work *w)
{
	struct toc_outgoing *o = k->outgoing;
	struct going *g = find_going(k, w->delivery);
	bool later = w->outcome == TOC_WORK_REFUSED &&
		     (w->refusal.code == TOC_REFUSE_BUSY || w->refusal.code == TOC_REFUSE_DATABASE_AWAY);
	if (toc_uuid_eq(w->delivery, o->taking))
		o->taking = (struct toc_uuid){ { 0 } };
	if (!g)
		return;
	if (g->stage == LINK) {
		g->linkless = w->outcome == TOC_WORK_REFUSED; /* a letter without a link is better than none */
		g->found = false;
		if (later)
			put_off(k, g);
		else
			read_address(k, g);
		return;
	}
	if (g->stage != ENTERED)
		return;
	if (later) {
		g->again_us = toc_clock_mono_us() + FAILED_READ_US;
		return;
	}
	tell_kept(k, g->id);
	struct toc_uuid id = g->id;
	drop(k, g);
	const struct toc_delivery *d = toc_find_delivery(k->world, id);
	if (d)
		remember(k, d);
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
		free(((struct busy *)value)->aside.items);
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
