/* carry.c: one delivery, from its address to the entry of its outcome (going.h). */
#include "keeper/going.h"

#include "domain/rule.h"
#include "keeper/links.h"
#include "message/json.h"

#include <string.h>

#define READS_MOST 8 /* for one delivery */
#define WAIT_MOST_S 3600

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

/* ---- the outcome becomes an entry ---- */

void toc_outcome_is_kept(struct toc_keeper *k, struct toc_going *g)
{
	struct toc_uuid id = g->id;
	toc_ipc_begin(&k->out, TOC_IPC_OUTCOME_KEPT);
	toc_ipc_id(&k->out, id);
	toc_tell_courier(k);
	toc_let_go(k, g);
	const struct toc_delivery *d = toc_find_delivery(k->world, id);
	if (d)
		toc_outgoing_remember(k, d);
}

/* Longer and longer, never longer than an hour, and not beyond its life; or as the other side wishes. */
static toc_time again_at(const struct toc_keeper *k, const struct toc_delivery *d, const struct toc_going *g)
{
	int64_t wait = k->limits.delivery_retry_s << (g->attempt < 12 ? g->attempt - 1 : 11);
	if (wait > WAIT_MOST_S)
		wait = WAIT_MOST_S;
	if (g->wait_s > wait)
		wait = g->wait_s;
	toc_time at = toc_after(toc_keeper_now(k), TOC_SECONDS(wait));
	return toc_before(at, toc_after(d->since, TOC_HOURS(k->limits.delivery_h))) ? at : TOC_TIME_NEVER;
}

void toc_enter_outcome(struct toc_keeper *k, struct toc_going *g)
{
	static const char *const words[TOC_OUTCOMES] = { [TOC_OUTCOME_SENT] = "sent", [TOC_OUTCOME_DELIVERED] = "delivered",
							 [TOC_OUTCOME_BOUNCED] = "bounced", [TOC_OUTCOME_RETRYING] = "retrying",
							 [TOC_OUTCOME_DEAD] = "dead" };
	const struct toc_delivery *d = toc_find_delivery(k->world, g->id);
	if (!d) { /* stopped, or entered by another node, meanwhile */
		toc_outcome_is_kept(k, g);
		return;
	}
	toc_time again = g->state == TOC_OUTCOME_RETRYING ? again_at(k, d, g) : TOC_TIME_NEVER;
	if (g->state == TOC_OUTCOME_SENT && !g->unconfirmed && g->way == TOC_WAY_PHONE)
		again = toc_after(toc_keeper_now(k), TOC_SECONDS(k->limits.report_s));
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
	toc_set_cstr(a, body, "state", g->unconfirmed ? "unconfirmed" : words[g->state]);
	toc_set_text(a, body, "at",
		     toc_time_str(a, toc_clock_at(toc_find_exercise(k->world, d->exercise), toc_keeper_now(k))));
	toc_set_cstr(a, body, "actor_kind", "machine");
	toc_set_text(a, body, "delivery", toc_uuid_str(a, g->id));
	toc_set_int(a, body, "attempt", g->attempt);
	if (g->code)
		toc_set_int(a, body, "code", g->code);
	if (again.us != TOC_TIME_NEVER.us)
		toc_set_text(a, body, "again_at", toc_time_str(a, again));
	g->stage = TOC_GOING_ENTERED;
	g->again_us = 0;
	toc_keeper_put(k, w); /* may end at once, refused: then toc_outgoing_decided was called */
}

void toc_came_to(struct toc_keeper *k, struct toc_going *g, enum toc_outcome_state state, uint16_t code)
{
	g->state = state;
	g->code = code;
	toc_enter_outcome(k, g);
}

/* ---- a delivery is handed over ---- */

static void compose(struct toc_keeper *k, struct toc_going *g, const struct toc_row *row, const struct toc_row *other)
{
	const struct toc_delivery *d = toc_find_delivery(k->world, g->id);
	struct toc_opened point, about;
	const char *why = NULL;
	if (!d || !toc_delivery_waits(d) || !toc_is_ours(k, d)) {
		toc_let_go(k, g);
		return;
	}
	if (toc_is_behind(k)) {
		toc_put_off(k, g);
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
		toc_came_to(k, g, TOC_OUTCOME_DEAD, 0);
	} else {
		toc_set_text(a, told, "org", toc_short_str(&d->org));
		struct toc_str json = toc_json_str(a, told);
		toc_ipc_begin(&k->out, TOC_IPC_JOB);
		toc_ipc_id(&k->out, g->id);
		toc_ipc_u8(&k->out, (uint8_t)g->way);
		toc_ipc_u32(&k->out, g->attempt);
		toc_ipc_str(&k->out, json);
		toc_tell_courier(k);
		toc_count(TOC_METRIC_KEEPER_JOBS);
		toc_wipe((void *)(uintptr_t)json.p, json.n); /* an address, a token */
		toc_wipe(k->out.p, k->out.n);
		g->stage = TOC_GOING_CARRIED;
	}
	toc_arena_free(a);
}

/* Its link has to be in the ledger before the letter is out. */
static bool wants_link(const struct toc_keeper *k, const struct toc_going *g)
{
	return g->way == TOC_WAY_MAIL && !g->linkless && !toc_find_credential(k->world, toc_link_id(g->id));
}

static void go_on(struct toc_keeper *k, struct toc_going *g, const struct toc_row *row, const struct toc_row *other)
{
	const struct toc_delivery *d = toc_find_delivery(k->world, g->id);
	if (!d || !toc_delivery_waits(d)) {
		toc_let_go(k, g);
		return;
	}
	if (!wants_link(k, g)) {
		compose(k, g, row, other);
		return;
	}
	struct toc_work *w = toc_link_work(k, d->id, toc_short_str(&d->org), d->person, d->message);
	w->delivery = g->id;
	g->stage = TOC_GOING_LINK;
	toc_keeper_put(k, w);
}

void toc_put_off(struct toc_keeper *k, struct toc_going *g)
{
	const struct toc_delivery *d = toc_find_delivery(k->world, g->id);
	toc_let_go(k, g);
	if (d)
		toc_outgoing_remember(k, d);
	k->outgoing->retry_us = toc_clock_mono_us() + TOC_FAILED_READ_US;
}

static void on_row(void *ctx, const struct toc_row *row)
{
	struct toc_going *g = ctx;
	if (row->seq != g->seq)
		return;
	toc_cases_put(g->k->outgoing->rows, g->wanted, g->wanted, row);
	g->found = true;
}

static void on_read(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_going *g = ctx;
	(void)size, (void)error;
	if (g->k->leaving)
		return;
	if (result < 0)
		toc_put_off(g->k, g);
	else if (!g->found)
		toc_came_to(g->k, g, TOC_OUTCOME_DEAD, 0);
	else
		toc_carry(g->k, g);
}

static void on_found(void *ctx, struct toc_uuid eid, uint64_t seq)
{
	struct toc_going *g = ctx;
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
	struct toc_going *g = ctx;
	(void)size, (void)error;
	if (g->k->leaving)
		return;
	bool found = g->found;
	g->found = false;
	if (result < 0 ||
	    (found && toc_store_read(source(g->k), g->seq, 1, TOC_STORE_DEADLINE, on_row, on_read, g) < 0))
		toc_put_off(g->k, g);
	else if (!found)
		toc_came_to(g->k, g, TOC_OUTCOME_DEAD, 0); /* nobody has declared how they are reached */
}

void toc_carry(struct toc_keeper *k, struct toc_going *g)
{
	const struct toc_delivery *d = toc_find_delivery(k->world, g->id);
	if (!d || !toc_delivery_waits(d)) {
		toc_let_go(k, g);
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
		toc_came_to(k, g, TOC_OUTCOME_DEAD, 0);
	else if (++g->reads > READS_MOST ||
		 toc_store_find(source(k), &g->wanted, 1, TOC_STORE_DEADLINE, on_found, on_searched, g) < 0)
		toc_put_off(k, g);
}
