/* contact.c: contact points are declared (M26.own): by one admin of the organisation, put in force by another, who
 * repeats it word for word; where there is one admin, by the hub's. The state holds whom and by which channels; addresses stay sealed, and are compared by their
 * keyed hashes. What of a declaration is public goes to every member in an entry of its own (M26.public). Who is reached
 * by it: point.c. Source: rules a.4, M26; TCO 12(2), 15; DSA 11, 48(2)(b). */
#include <string.h>

#include "base/zone.h"
#include "domain/rule.h"

#define POINTS_MAX 40 /* of one organisation, with those that wait for a second admin */

const struct toc_organisation *toc_contact_org(struct toc_ask *q, unsigned *ret_conditions)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, toc_get_text(q->body, "org"));

	*ret_conditions = o && q->org && toc_short_is(&o->code, q->p->org) ? TOC_IF_OWN : TOC_IF_NOT_OWN;
	if (!o)
		toc_refuse_unknown(q, "body.org");
	return o;
}

const struct toc_point *toc_contact_point(struct toc_ask *q, const struct toc_organisation *o)
{
	struct toc_uuid id = toc_get_id(q->body, "point");
	const struct toc_point *p = toc_uuid_is_nil(id) ? toc_point_for(q->w, toc_short_str(&o->code), TOC_FOR_ITL, q->now)
							: toc_point_in_force(q->w, id, q->now);

	if (!p || !toc_short_is(&p->org, toc_short_str(&o->code))) {
		toc_refuse_unknown(q, "body.point");
		return NULL;
	}
	return p;
}

void toc_contact_readers(struct toc_ask *q, struct toc_draft *d, struct toc_str org)
{
	struct toc_str hub = toc_hub(q->w, NULL);

	(void)toc_reader_add(q, d, org, TOC_IF_OWN);
	if (hub.n && !toc_str_eq(hub, org))
		(void)toc_reader_add(q, d, hub, 0);
	if (q->org && !toc_str_eq(q->p->org, org) && !toc_str_eq(q->p->org, hub))
		(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
}

/* ---- what may be declared ---- */

static int check_channels(struct toc_ask *q, const struct toc_value *channels, const char *field)
{
	uint32_t seen = 0;

	for (size_t i = 0; i < toc_len(channels); i++) {
		uint32_t bit = toc_channel_bit(toc_get_text(toc_at(channels, i), "kind"));
		if (seen & bit)
			return TOC_REFUSE(q, BAD_VALUE, field, "domain M26",
					  "kind: each once; a second number is a further contact of the chain");
		if (!(bit & TOC_CHANNEL_NEEDS_NONE) && !toc_get_text(toc_at(channels, i), "address").n)
			return TOC_REFUSE(q, MISSING_FIELD, field, "TCO 15(1)", "address: how is it reached?");
		seen |= bit;
	}
	return 0;
}

static int check_chain(struct toc_ask *q, const struct toc_organisation *o)
{
	const struct toc_value *chain = toc_get(q->body, "escalation_chain");

	for (size_t i = 0; i < toc_len(chain); i++) {
		const struct toc_person *p = toc_find_person(q->w, toc_get_id(toc_at(chain, i), "person"));
		if (!p || !toc_short_is(&p->org, toc_short_str(&o->code)) || p->machine)
			return TOC_REFUSE(q, BAD_VALUE, "body.escalation_chain.person", "domain M26",
					  "person: somebody of the organisation, no machine");
		if (check_channels(q, toc_get(toc_at(chain, i), "channels"), "body.escalation_chain.channels") < 0)
			return -1;
	}
	return check_channels(q, toc_get(q->body, "channels"), "body.channels");
}

static int check_hours(struct toc_ask *q)
{
	const struct toc_value *calendar = toc_get(q->body, "calendar"), *open = toc_get(calendar, "open"),
			       *holidays = toc_get(calendar, "holidays");
	toc_time from = toc_get_time(q->body, "valid_from", TOC_TIME_NEVER), until = toc_get_time(q->body, "valid_until", TOC_TIME_NEVER);
	struct toc_local day;

	if (calendar && !toc_zone_find(toc_get_text(calendar, "zone")))
		return TOC_REFUSE(q, BAD_VALUE, "body.calendar.zone", "domain M26",
				  "zone: none that is known here; one as Europe/Brussels");
	for (size_t i = 0; i < toc_len(open); i++) {
		int a = toc_local_minute(toc_get_text(toc_at(open, i), "from")), b = toc_local_minute(toc_get_text(toc_at(open, i), "until"));
		if (a < 0 || a == 24 * 60 || b < 0)
			return TOC_REFUSE(q, BAD_VALUE, "body.calendar.open", "domain M26",
					  "from, until: times of day as 08:00, at most 24:00");
	}
	for (size_t i = 0; i < toc_len(holidays); i++)
		if (toc_local_date(toc_text_of(toc_at(holidays, i)), &day) < 0)
			return TOC_REFUSE(q, BAD_VALUE, "body.calendar.holidays", "domain M26", "holidays: dates as 2026-12-25");
	if (from.us != TOC_TIME_NEVER.us && !toc_before(from, until))
		return TOC_REFUSE(q, BAD_VALUE, "body.valid_until", "domain M26", "valid_until: not after valid_from");
	return 0;
}

static int check_deputy(struct toc_ask *q, const struct toc_organisation *o)
{
	struct toc_str deputy = toc_get_text(q->body, "deputy");
	const struct toc_organisation *d = toc_find_organisation(q->w, deputy);

	if (deputy.n && (!d || d == o || !(d->kinds & (TOC_KIND_LE | TOC_KIND_CA)) || !(o->kinds & (TOC_KIND_LE | TOC_KIND_CA)) ||
			 !toc_short_is(&d->established_in, toc_short_str(&o->established_in))))
		return TOC_REFUSE(q, BAD_VALUE, "body.deputy", "domain T17", "deputy: another authority of the same state");
	return 0;
}

/* The last of the keys is that of the whole declaration. */
static struct toc_hash content_key(const struct toc_ask *q)
{
	struct toc_hash key = { { 0 } };
	size_t n = toc_len(q->c->address_keys);

	if (n && toc_hex_decode(toc_text_of(toc_at(q->c->address_keys, n - 1)), key.b, sizeof key.b) < 0)
		key = (struct toc_hash){ { 0 } };
	return key;
}

static int check_second(struct toc_ask *q, const struct toc_organisation *o, struct toc_uuid confirms)
{
	const struct toc_point *first = toc_find_point(q->w, confirms);
	struct toc_hash content = content_key(q);

	if (!first || !first->waiting || !toc_short_is(&first->org, toc_short_str(&o->code)))
		return TOC_REFUSE(q, STATE, "supersedes", "domain a.3.1",
				  "supersedes: that declaration does not wait for a second admin");
	if (toc_uuid_eq(q->p->person, first->declared_by))
		return TOC_REFUSE(q, NOT_PERMITTED, "supersedes", "domain a.3.1",
				  "a second admin puts it in force, not the same one");
	if (memcmp(content.b, first->content.b, sizeof content.b))
		return TOC_REFUSE(q, CONDITION, "body.escalation_chain", "domain a.3.1",
				  "it is not what the first admin declared");
	return 0;
}

/* ---- what follows ---- */

static bool was_public(const struct toc_ask *q, const struct toc_organisation *o, uint32_t purposes)
{
	for (uint32_t i = 0; i < o->n_points; i++) {
		const struct toc_point *p = toc_find_point(q->w, o->points[i].id);
		if (p && !p->waiting && p->public && p->purposes & purposes)
			return true;
	}
	return false;
}

/* What every member sees of it; of one that is public no longer, just that. */
static void publish(struct toc_ask *q, struct toc_uuid point, struct toc_str org)
{
	static const char *const shown[] = { "channels", "hours", "calendar", "languages", "orders_by", "keys", "valid_from", "valid_until" };
	bool public = toc_get_bool(q->body, "public");
	struct toc_draft *d = toc_ask_server_draft(q, "M26.public", "contact", point);
	struct toc_value *body = toc_get(d->message, "body");

	d->ref = point;
	toc_set_text(q->a, body, "org", org);
	toc_set_id(q->a, body, "point", point);
	toc_set(q->a, body, "purposes", toc_get(q->body, "purposes"));
	toc_set_bool(q->a, body, "public", public);
	for (size_t i = 0; public && i < sizeof shown / sizeof *shown; i++)
		toc_set(q->a, body, shown[i], toc_get(q->body, shown[i]));
	toc_tell(q, d, TOC_TO_EVERYBODY, 0);
}

/* A new declaration does not put off the drill that its predecessor was due; and the desk has to be open. */
static toc_time first_drill(const struct toc_ask *q, const struct toc_organisation *o, uint32_t purposes)
{
	toc_time from = toc_get_time(q->body, "valid_from", q->now);
	toc_time next = toc_timer_end(TOC_STR("T31"), toc_before(from, q->now) ? q->now : from);

	for (uint32_t i = 0; i < o->n_points; i++) {
		const struct toc_point *p = toc_find_point(q->w, o->points[i].id);
		const struct toc_timer *t = p ? toc_running(q->w, "T31", p->id, toc_short_str(&p->org)) : NULL;
		if (t && toc_uuid_is_nil(p->drill) && p->purposes & purposes && toc_before(t->next, next))
			next = toc_before(t->next, q->now) ? q->now : t->next;
	}
	struct toc_point *hours = toc_object_new(TOC_OBJECT_point); /* those that are declared */
	toc_point_set_hours(hours, q->body);
	toc_time opens = toc_point_opens(hours, next);
	toc_object_free(TOC_OBJECT_point, hours);
	return opens.us == TOC_TIME_NEVER.us ? next : opens;
}

int toc_rule_contact_own(struct toc_ask *q)
{
	struct toc_uuid confirms = toc_get_id(q->m, "supersedes");
	unsigned conditions;
	const struct toc_organisation *o = toc_contact_org(q, &conditions);
	uint32_t purposes = toc_purpose_bits(toc_get(q->body, "purposes"));
	bool second = q->org && !toc_uuid_is_nil(confirms), in_force = !q->org || second;

	if (!o)
		return -1;
	if (second && toc_admins(q->w, toc_short_str(&o->code)) == 1) /* nobody of its own could be the second */
		conditions |= TOC_IF_LONE;
	if (q->org && !toc_may(q->action, q->roles, q->org->kinds, conditions))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.org", "domain a.3.1",
				  "org: only its own admins declare how it is reached; where there is one, the hub's is the second");
	if (check_chain(q, o) < 0 || check_hours(q) < 0 || check_deputy(q, o) < 0 || (second && check_second(q, o, confirms) < 0))
		return -1;
	if (!second && o->n_points >= POINTS_MAX)
		return TOC_REFUSE(q, LIMIT, "body.purposes", "domain M26", "purposes: %u contact points are declared already", o->n_points);
	struct toc_draft *d = toc_ask_draft(q, "M26.own");
	struct toc_value *contact = toc_value_map(q->a);
	struct toc_uuid point = d->eid;
	toc_set_bool(q->a, contact, "in_force", in_force);
	if (second)
		toc_set_id(q->a, contact, "supersedes", confirms);
	toc_set(q->a, toc_decided(d), "contact", contact);
	if (toc_len(q->c->address_keys))
		toc_set(q->a, toc_decided(d), "address_keys", toc_value_copy(q->a, q->c->address_keys));
	if (in_force)
		toc_start_t31(q, toc_decided(d), point, toc_short_str(&o->code), first_drill(q, o, purposes),
			      toc_get_time(q->body, "valid_until", TOC_TIME_NEVER));
	toc_contact_readers(q, d, toc_short_str(&o->code));
	if (in_force && (toc_get_bool(q->body, "public") || was_public(q, o, purposes)))
		publish(q, point, toc_short_str(&o->code));
	return 0;
}
