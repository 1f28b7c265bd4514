/* verify.c: channels are tried before they are needed (M26). "Send me a test" sends a code over the channel itself; who
 * it reaches says so: over that channel, which is proof, or with the code. What nobody has answered within a day has
 * failed. Where no machine can try a channel, somebody from outside calls it: the hub or the operator (M26.verify).
 *
 * Unverified means that it is shown so; it is used like any other, for a threat is never kept back. A channel that has
 * failed is used too, but nobody waits for it: the next contact is called at the same time (escalation.c). */
#include <string.h>

#include "domain/rule.h"

#define AGAIN TOC_MINUTES(1)

/* ---- finding it ---- */

static const struct toc_channel *channel_of(const struct toc_point *p, int64_t contact, uint32_t bit)
{
	const struct toc_channel *list = contact == TOC_DESK ? p->desk : p->chain[contact].channels;
	uint32_t n = contact == TOC_DESK ? p->n_desk : p->chain[contact].n_channels;

	for (uint32_t i = 0; i < n; i++)
		if (1u << list[i].kind == bit)
			return &list[i];
	return NULL;
}

/* {contact?, channel} of the point, or a refusal. */
static int find(struct toc_ask *q, const struct toc_point *p, const struct toc_value *what, const char *field, struct toc_trial *ret)
{
	int64_t contact = toc_get_int(what, "contact", TOC_DESK);
	const char *of_contact = toc_arena_printf(q->a, "%s.contact", field).p;

	if (contact != TOC_DESK && contact >= (int64_t)p->n_chain)
		return TOC_REFUSE(q, BAD_VALUE, of_contact, "domain M26", "contact: the chain has %u", p->n_chain);
	*ret = (struct toc_trial){ p, contact, channel_of(p, contact, toc_channel_bit(toc_get_text(what, "channel"))) };
	if (!ret->channel)
		return TOC_REFUSE(q, BAD_VALUE, toc_arena_printf(q->a, "%s.channel", field).p, "domain M26",
				  "channel: it has none of that kind");
	return 0;
}

/* Where an answer to the test is waited for, in the contact points of the organisation. */
static bool find_test(const struct toc_ask *q, const struct toc_organisation *o, struct toc_uuid test, struct toc_trial *ret)
{
	return toc_find_trial(q->w, toc_short_str(&o->code), test, ret) && ret->channel;
}

/* decided.channels += what is known of it from now on; without a state: a test that is sent */
static struct toc_value *effect(struct toc_ask *q, struct toc_draft *d, const struct toc_trial *at, const char *state)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set_id(q->a, v, "point", at->point->id);
	if (at->contact != TOC_DESK)
		toc_set_int(q->a, v, "contact", at->contact);
	toc_set_cstr(q->a, v, "channel", toc_channel_name(at->channel->kind));
	if (state)
		toc_set_cstr(q->a, v, "state", state);
	toc_effect(q->a, toc_decided(d), "channels", v);
	return v;
}

static void stop_waiting(struct toc_ask *q, struct toc_draft *d, const struct toc_trial *at)
{
	if (toc_uuid_is_nil(at->channel->test))
		return;
	toc_stop_timer_of(q, toc_decided(d), "test", at->channel->test, toc_short_str(&at->point->org));
	toc_stop_deliveries(q, toc_decided(d), toc_short_str(&at->point->org), at->channel->test, at->channel->test);
}

/* ---- send me a test ---- */

int toc_rule_contact_test(struct toc_ask *q)
{
	unsigned conditions;
	const struct toc_organisation *o = toc_contact_org(q, &conditions);
	const struct toc_point *p;
	struct toc_trial at;

	if (!o)
		return -1;
	if (!(conditions & TOC_IF_OWN)) /* whose contact points a stranger may not see */
		return TOC_REFUSE(q, NOT_PERMITTED, "body.org", "domain a.3.1", "org: only its own people have its channels tried");
	if (!(p = toc_contact_point(q, o)) || find(q, p, toc_get(q->body, "tested"), "body.tested", &at) < 0)
		return -1;
	if (at.contact != TOC_DESK && toc_uuid_eq(p->chain[at.contact].person, q->p->person))
		conditions |= TOC_IF_CHAIN;
	if (toc_ask_may(q, conditions) < 0)
		return -1;
	if (at.contact == TOC_DESK)
		return TOC_REFUSE(q, CONDITION, "body.tested.contact", "domain M26",
				  "contact: a number of the desk is tried from outside, by the hub (M26.verify)");
	const struct toc_timer *before = toc_running(q->w, "test", at.channel->test, toc_short_str(&o->code));
	if (before && toc_before(q->now, toc_after(before->starts, AGAIN)))
		return TOC_REFUSE(q, LIMIT, "body.tested", "domain M26",
				  "tested: it was tried a moment ago: once a minute until it is answered, since it rings somebody's telephone");
	struct toc_draft *d = toc_ask_draft(q, "M26.test");
	struct toc_value *v = effect(q, d, &at, NULL);
	stop_waiting(q, d, &at);
	toc_set_id(q->a, v, "test", d->eid);
	if (toc_len(q->c->address_keys)) /* of its code; shown to nobody */
		toc_set(q->a, toc_decided(d), "address_keys", toc_value_copy(q->a, q->c->address_keys));
	toc_page_channels(q, toc_decided(d), p, (unsigned)at.contact, toc_channel_name(at.channel->kind));
	toc_start(q, toc_decided(d), "test", d->eid, toc_short_str(&o->code), q->now);
	toc_set_id(q->a, toc_at(toc_get(d->decided, "timers_started"), 0), "point", p->id);
	toc_contact_readers(q, d, toc_short_str(&o->code));
	return 0;
}

static bool code_is_right(const struct toc_ask *q, const struct toc_channel *c)
{
	struct toc_hash got, none = { { 0 } };

	return toc_get_text(q->body, "code").n && toc_len(q->c->address_keys) == 1 && memcmp(c->check.b, none.b, sizeof none.b) &&
	       toc_hex_decode(toc_text_of(toc_at(q->c->address_keys, 0)), got.b, sizeof got.b) == 0 &&
	       memcmp(got.b, c->check.b, sizeof got.b) == 0;
}

int toc_rule_contact_confirm(struct toc_ask *q)
{
	unsigned conditions;
	const struct toc_organisation *o = toc_contact_org(q, &conditions);
	struct toc_trial at;

	if (!o)
		return -1;
	if (!(conditions & TOC_IF_OWN) || !find_test(q, o, toc_get_id(q->body, "test"), &at))
		return toc_refuse_unknown(q, "body.test");
	if (toc_trial_is_for(&at, q->p->person))
		conditions |= TOC_IF_CHAIN;
	if (toc_ask_may(q, conditions) < 0)
		return -1;
	if (!toc_str_is(q->p->channel, toc_channel_name(at.channel->kind)) && !code_is_right(q, at.channel))
		return TOC_REFUSE(q, CONDITION, "body.code", "domain M26",
				  "code: answer over the channel itself, or say the code that came over it");
	struct toc_draft *d = toc_ask_draft(q, "M26.confirm");
	d->ref = at.channel->test;
	(void)effect(q, d, &at, "verified");
	stop_waiting(q, d, &at);
	toc_contact_readers(q, d, toc_short_str(&o->code));
	return 0;
}

/* Nobody has answered. */
void toc_fire_test(struct toc_ask *q, const struct toc_timer *t)
{
	struct toc_draft *d = toc_ask_server_draft(q, "M26.failed", "test", t->id);
	struct toc_value *body = toc_get(d->message, "body"), *tested = toc_value_map(q->a);
	const struct toc_organisation *o = toc_find_organisation(q->w, toc_short_str(&q->point->org));
	struct toc_trial at;

	d->ref = t->cause;
	toc_set_text(q->a, body, "org", toc_short_str(&q->point->org));
	toc_set_id(q->a, body, "point", q->point->id);
	toc_set_id(q->a, body, "test", t->cause);
	if (o && find_test(q, o, t->cause, &at)) {
		(void)effect(q, d, &at, "failed");
		toc_set_int(q->a, tested, "contact", at.contact);
		toc_set_cstr(q->a, tested, "channel", toc_channel_name(at.channel->kind));
		toc_set(q->a, body, "tested", tested);
	}
	toc_stop(q, toc_decided(d), t);
	toc_contact_readers(q, d, toc_short_str(&q->point->org));
}

/* ---- tried from outside ---- */

int toc_rule_contact_verify(struct toc_ask *q)
{
	const struct toc_value *verified = toc_get(q->body, "verified");
	bool failed = toc_get(verified, "works") && !toc_get_bool(verified, "works");
	unsigned conditions;
	const struct toc_organisation *o = toc_contact_org(q, &conditions);
	const struct toc_point *p;
	struct toc_trial at;

	if (!o || toc_ask_may(q, conditions) < 0 || !(p = toc_contact_point(q, o)) ||
	    toc_ask_not_ahead(q, verified, "at", "body.verified.at") < 0 || find(q, p, verified, "body.verified", &at) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M26.verify");
	(void)effect(q, d, &at, failed ? "failed" : "verified");
	stop_waiting(q, d, &at);
	toc_contact_readers(q, d, toc_short_str(&o->code));
	return 0;
}
