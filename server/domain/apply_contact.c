/* apply_contact.c: what entries about contact points (M26) do to the state. People's addresses are sealed and not in it:
 * their keyed hashes are, by which a channel that was verified stays so in the next declaration. */
#include <string.h>

#include "base/zone.h"
#include "domain/apply.h"

/* ---- declarations ---- */

static uint32_t called_when(struct toc_str name)
{
	return toc_str_is(name, "open")      ? TOC_CALLED_OPEN
	       : toc_str_is(name, "closed")  ? TOC_CALLED_CLOSED
	       : toc_str_is(name, "on_duty") ? TOC_CALLED_ON_DUTY
					     : TOC_CALLED_ALWAYS;
}

static unsigned bit_number(uint32_t bit)
{
	unsigned n = 0;

	while (bit >> n > 1)
		n++;
	return n;
}

/* In the order of the priorities, then of the list. @param keys of all channels of the declaration, `at` the first */
static void set_channels(struct toc_channel **list, uint32_t *n, const struct toc_value *channels, const struct toc_value *keys,
			 size_t *at)
{
	for (size_t i = 0; i < toc_len(channels); i++) {
		const struct toc_value *v = toc_at(channels, i);
		uint32_t bit = toc_channel_bit(toc_get_text(v, "kind"));
		struct toc_channel one = { .kind = bit_number(bit),
					   .since = TOC_TIME_NEVER,
					   .priority = toc_get_int(v, "priority", (int64_t)i + 1) };
		if (toc_hex_decode(toc_text_of(toc_at(keys, (*at)++)), one.key.b, sizeof one.key.b) < 0)
			one.key = (struct toc_hash){ { 0 } };
		if (!bit)
			continue;
		(void)toc_list_add(list, n, sizeof one);
		uint32_t to = *n - 1;
		for (; to > 0 && (*list)[to - 1].priority > one.priority; to--)
			(*list)[to] = (*list)[to - 1];
		(*list)[to] = one;
	}
}

void toc_point_set_hours(struct toc_point *p, const struct toc_value *body)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	const struct toc_value *calendar = toc_get(body, "calendar"), *open = toc_get(calendar, "open"),
			       *holidays = toc_get(calendar, "holidays");
	struct toc_local day;

	toc_short_set(&p->hours, toc_get_text(body, "hours"));
	toc_short_set(&p->zone, toc_get_text(calendar, "zone"));
	for (size_t i = 0; i < toc_len(open); i++) {
		struct toc_opening *o = TOC_ADD(p, open);
		o->from = toc_local_minute(toc_get_text(toc_at(open, i), "from"));
		o->until = toc_local_minute(toc_get_text(toc_at(open, i), "until"));
		for (unsigned k = 0; k < 7; k++)
			if (toc_list_has(toc_get(toc_at(open, i), "days"), toc_str_of(days[k])))
				o->days |= 1u << k;
	}
	for (size_t i = 0; i < toc_len(holidays); i++)
		if (toc_local_date(toc_text_of(toc_at(holidays, i)), &day) == 0)
			TOC_ADD(p, holidays)->date = day.year * 10000 + day.month * 100 + day.day;
}

static struct toc_str phone_of(const struct toc_value *channels)
{
	for (size_t i = 0; i < toc_len(channels); i++)
		if (toc_get_is(toc_at(channels, i), "kind", "phone"))
			return toc_get_text(toc_at(channels, i), "address");
	return TOC_STR("");
}

static void describe(const struct deed *d, struct toc_point *p)
{
	const struct toc_value *chain = toc_get(d->body, "escalation_chain"), *keys = toc_get(d->decided, "address_keys"),
			       *orders_by = toc_get(d->body, "orders_by"), *languages = toc_get(d->body, "languages");
	size_t at = 0;

	toc_short_set(&p->org, toc_get_text(d->body, "org"));
	p->purposes = toc_purpose_bits(toc_get(d->body, "purposes"));
	for (size_t i = 0; i < toc_len(chain); i++) {
		struct toc_contact *c = TOC_ADD(p, chain);
		c->person = toc_get_id(toc_at(chain, i), "person");
		c->called_when = called_when(toc_get_text(toc_at(chain, i), "when"));
		set_channels(&c->channels, &c->n_channels, toc_get(toc_at(chain, i), "channels"), keys, &at);
	}
	set_channels(&p->desk, &p->n_desk, toc_get(d->body, "channels"), keys, &at);
	if (toc_hex_decode(toc_text_of(toc_at(keys, at)), p->content.b, sizeof p->content.b) < 0)
		p->content = (struct toc_hash){ { 0 } };
	toc_point_set_hours(p, d->body);
	p->public = toc_get_bool(d->body, "public");
	if (p->public)
		toc_short_set(&p->phone, phone_of(toc_get(d->body, "channels")));
	for (size_t i = 0; i < toc_len(orders_by); i++)
		p->orders_by |= toc_channel_bit(toc_text_of(toc_at(orders_by, i)));
	for (size_t i = 0; i < toc_len(languages); i++)
		toc_short_set(&TOC_ADD(p, languages)->lang, toc_text_of(toc_at(languages, i)));
	toc_short_set(&p->deputy, toc_get_text(d->body, "deputy"));
	p->valid_from = toc_get_time(d->body, "valid_from", TOC_TIME_NEVER);
	p->valid_until = toc_get_time(d->body, "valid_until", TOC_TIME_NEVER);
}

/* ---- what stays of the one before ---- */

static void inherit(struct toc_channel *to, uint32_t n_to, const struct toc_channel *from, uint32_t n_from)
{
	static const struct toc_hash none;

	for (uint32_t i = 0; i < n_to; i++)
		for (uint32_t k = 0; k < n_from; k++)
			if (to[i].kind == from[k].kind && memcmp(to[i].key.b, none.b, sizeof none.b) &&
			    memcmp(to[i].key.b, from[k].key.b, sizeof none.b) == 0 && from[k].state != TOC_CHANNEL_UNTRIED) {
				to[i].state = from[k].state;
				to[i].since = from[k].since;
			}
}

static void inherit_all(struct toc_point *p, const struct toc_point *before)
{
	for (uint32_t i = 0; i < p->n_chain; i++)
		for (uint32_t k = 0; k < before->n_chain; k++)
			inherit(p->chain[i].channels, p->chain[i].n_channels, before->chain[k].channels, before->chain[k].n_channels);
	inherit(p->desk, p->n_desk, before->desk, before->n_desk);
	if (before->purposes & p->purposes && before->drill_result != TOC_DRILL_NONE &&
	    (p->drill_result == TOC_DRILL_NONE || toc_before(p->drill_at, before->drill_at))) {
		p->drill_at = before->drill_at;
		p->drill_result = before->drill_result;
		p->reaction_s = before->reaction_s;
	}
}

/* An answer to a test of what is no more is not waited for. */
static void forget_tests(const struct deed *d, const struct toc_organisation *o, const struct toc_channel *list, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct toc_uuid test = toc_timer_id(TOC_STR("test"), list[i].test, toc_short_str(&o->code));
		toc_world_remove(d->w, TOC_OBJECT_timer, TOC_KEY(test));
	}
}

static void remove_point(const struct deed *d, struct toc_organisation *o, uint32_t i)
{
	struct toc_uuid id = o->points[i].id, t31 = toc_timer_id(TOC_STR("T31"), id, toc_short_str(&o->code));
	const struct toc_point *p = toc_find_point(d->w, id);

	for (uint32_t k = 0; p && k < p->n_chain; k++)
		forget_tests(d, o, p->chain[k].channels, p->chain[k].n_channels);
	if (p)
		forget_tests(d, o, p->desk, p->n_desk);
	TOC_REMOVE(o, points, i);
	toc_world_remove(d->w, TOC_OBJECT_timer, TOC_KEY(t31));
	toc_world_remove(d->w, TOC_OBJECT_point, TOC_KEY(id));
}

/* A declaration for ever takes its purposes from those before it; one for a time stands before them while it lasts. */
static void take_over(const struct deed *d, struct toc_organisation *o, struct toc_point *p)
{
	bool for_ever = p->valid_until.us == TOC_TIME_NEVER.us &&
			(p->valid_from.us == TOC_TIME_NEVER.us || p->valid_from.us <= d->e->ts.us);

	for (uint32_t i = 0; i < o->n_points;) {
		struct toc_uuid id = o->points[i].id;
		const struct toc_point *before = toc_find_point(d->w, id);
		bool over = before && !before->waiting && !toc_uuid_eq(id, p->id) && before->valid_until.us <= d->e->ts.us;
		if (!before || toc_uuid_eq(id, p->id) || before->waiting) {
			i++;
			continue;
		}
		inherit_all(p, before);
		if (over || (for_ever && !(before->purposes & ~p->purposes))) {
			remove_point(d, o, i);
			continue;
		}
		if (for_ever && before->purposes & p->purposes)
			((struct toc_point *)toc_world_edit(d->w, TOC_OBJECT_point, TOC_KEY(id), NULL))->purposes &= ~p->purposes;
		i++;
	}
}

/* What waits for a second admin is forgotten when something else is declared for all that it was for. */
static void forget_waiting(const struct deed *d, struct toc_organisation *o, const struct toc_point *p, struct toc_uuid confirmed)
{
	for (uint32_t i = 0; i < o->n_points;) {
		const struct toc_point *w = toc_find_point(d->w, o->points[i].id);
		if (w && w->waiting && !toc_uuid_eq(w->id, p->id) &&
		    (toc_uuid_eq(w->id, confirmed) || !(w->purposes & ~p->purposes)))
			remove_point(d, o, i);
		else
			i++;
	}
}

static void declare(const struct deed *d)
{
	const struct toc_value *contact = toc_get(d->decided, "contact");
	struct toc_str org = toc_get_text(d->body, "org");
	bool is_new;

	if (!contact || !toc_find_organisation(d->w, org))
		return;
	struct toc_organisation *o = toc_world_edit(d->w, TOC_OBJECT_organisation, org, NULL);
	struct toc_point *p = toc_world_edit(d->w, TOC_OBJECT_point, TOC_KEY(d->e->eid), &is_new);
	p->id = d->e->eid;
	if (!is_new)
		return;
	describe(d, p);
	p->waiting = !toc_get_bool(contact, "in_force");
	p->declared_by = toc_get_id(d->m, "sender_person");
	TOC_ADD(o, points)->id = p->id;
	forget_waiting(d, o, p, toc_get_id(contact, "supersedes"));
	if (!p->waiting)
		take_over(d, o, p);
}

/* ---- channels, drills, shifts ---- */

static void channel(const struct deed *d, const struct toc_value *v)
{
	struct toc_uuid id = toc_get_id(v, "point");
	struct toc_point *p = EDIT_EXISTING(d, point, id);
	int64_t contact = toc_get_int(v, "contact", -1);
	uint32_t bit = toc_channel_bit(toc_get_text(v, "channel"));
	const struct toc_value *keys = toc_get(d->decided, "address_keys");

	if (!p || contact >= (int64_t)p->n_chain)
		return;
	struct toc_channel *list = contact < 0 ? p->desk : p->chain[contact].channels;
	uint32_t n = contact < 0 ? p->n_desk : p->chain[contact].n_channels;
	for (uint32_t i = 0; i < n; i++) {
		if (1u << list[i].kind != bit)
			continue;
		list[i].test = toc_get_id(v, "test");
		if (toc_hex_decode(toc_text_of(toc_at(keys, 0)), list[i].check.b, sizeof list[i].check.b) < 0)
			list[i].check = (struct toc_hash){ { 0 } };
		if (!toc_get(v, "state"))
			continue;
		list[i].state = toc_get_is(v, "state", "verified") ? TOC_CHANNEL_VERIFIED : TOC_CHANNEL_FAILED;
		list[i].since = toc_get_time(d->decided, "at", d->e->ts);
	}
}

static void drill(const struct deed *d, const struct toc_value *v)
{
	struct toc_uuid id = toc_get_id(v, "point");
	struct toc_point *p = EDIT_EXISTING(d, point, id);
	struct toc_str result = toc_get_text(v, "result");

	if (!p)
		return;
	if (!result.n) {
		p->drill = d->e->eid;
		p->drill_seq = (int64_t)d->e->seq;
		p->drill_from = toc_get_time(v, "started", d->e->ts);
		return;
	}
	p->drill = (struct toc_uuid){ { 0 } };
	p->drill_at = toc_get_time(v, "at", d->e->ts);
	p->drill_result = toc_str_is(result, "passed") ? TOC_DRILL_PASSED : toc_str_is(result, "late") ? TOC_DRILL_LATE : TOC_DRILL_FAILED;
	p->reaction_s = toc_get_int(v, "reaction_s", 0);
}

static bool listed(const struct toc_value *ids, struct toc_uuid id)
{
	for (size_t i = 0; i < toc_len(ids); i++)
		if (toc_uuid_eq(toc_id_of(toc_text_of(toc_at(ids, i))), id))
			return true;
	return false;
}

static void shifts(const struct deed *d)
{
	const struct toc_value *more = toc_get(d->decided, "shifts"), *gone = toc_get(d->decided, "shifts_gone");
	struct toc_str org = toc_get_text(d->body, "org");

	if ((!more && !gone) || !toc_find_organisation(d->w, org))
		return;
	struct toc_roster *r = toc_world_edit(d->w, TOC_OBJECT_roster, org, NULL);
	toc_short_set(&r->org, org);
	for (uint32_t i = 0; i < r->n_shifts;)
		if (toc_before(r->shifts[i].until, d->e->ts) || listed(gone, r->shifts[i].id))
			TOC_REMOVE(r, shifts, i);
		else
			i++;
	for (size_t i = 0; i < toc_len(more); i++) {
		struct toc_shift *s = TOC_ADD(r, shifts);
		s->id = toc_get_id(toc_at(more, i), "id");
		s->person = toc_get_id(toc_at(more, i), "person");
		s->from = toc_get_time(toc_at(more, i), "from", d->e->ts);
		s->until = toc_get_time(toc_at(more, i), "until", d->e->ts);
	}
}

void toc_apply_contacts(const struct deed *d)
{
	const struct toc_value *channels = toc_get(d->decided, "channels"), *drills = toc_get(d->decided, "drills");

	if (toc_str_is(d->e->k, "M26.own"))
		declare(d);
	for (size_t i = 0; i < toc_len(channels); i++)
		channel(d, toc_at(channels, i));
	for (size_t i = 0; i < toc_len(drills); i++)
		drill(d, toc_at(drills, i));
	shifts(d);
	toc_apply_timers(d, (struct toc_uuid){ { 0 } }, (struct toc_uuid){ { 0 } }, d->decided);
}
