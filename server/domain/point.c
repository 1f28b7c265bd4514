/* point.c: who is reached: which contact point of an organisation is for a purpose, whether it is staffed at this hour,
 * and whom to try in which order. A threat is never kept back: what is closed, untried or failed is called all the same,
 * and where nobody would be left everybody is called. Hours are those of the desk's own zone (base/zone.h), across the
 * nights on which clocks are turned. Source: rules a.4, M26, T17; (j) 6. */
#include "base/zone.h"
#include "domain/rule.h"

static const char *const purposes[] = { "orders", "ITL", "crisis", "legal", "press" };
#define PURPOSES (sizeof purposes / sizeof *purposes)

const char *toc_purpose_name(unsigned bit)
{
	return bit < PURPOSES ? purposes[bit] : NULL;
}

uint32_t toc_purpose_bits(const struct toc_value *list)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < toc_len(list); i++)
		for (unsigned k = 0; k < PURPOSES; k++)
			if (toc_str_is(toc_text_of(toc_at(list, i)), purposes[k]))
				bits |= 1u << k;
	return bits;
}

const char *toc_channel_state_name(uint32_t state)
{
	static const char *const names[] = { "unverified", "verified", "failed" };

	return names[state < 3 ? state : 0];
}

/* ---- which contact point ---- */

static bool in_force(const struct toc_point *p, toc_time now)
{
	return p && !p->waiting && (p->valid_from.us == TOC_TIME_NEVER.us || p->valid_from.us <= now.us) && toc_before(now, p->valid_until);
}

const struct toc_point *toc_point_in_force(const struct toc_world *w, struct toc_uuid id, toc_time now)
{
	const struct toc_point *p = toc_find_point(w, id);

	return in_force(p, now) ? p : NULL;
}

static const struct toc_point *newest(const struct toc_world *w, const struct toc_organisation *o, uint32_t purpose,
				      toc_time now)
{
	for (uint32_t i = o ? o->n_points : 0; i-- > 0;) {
		const struct toc_point *p = toc_point_in_force(w, o->points[i].id, now);
		if (p && p->purposes & purpose)
			return p;
	}
	return NULL;
}

const struct toc_point *toc_point_for(const struct toc_world *w, struct toc_str org, uint32_t purpose, toc_time now)
{
	const uint32_t wanted[] = { purpose, TOC_FOR_CRISIS, TOC_FOR_ITL, ~0u };
	const struct toc_organisation *o = toc_find_organisation(w, org);
	const struct toc_point *p = NULL;

	for (size_t i = 0; !p && i < sizeof wanted / sizeof *wanted; i++)
		p = newest(w, o, wanted[i], now);
	return p;
}

/* ---- hours ---- */

static bool is_holiday(const struct toc_point *p, struct toc_local day)
{
	int64_t date = day.year * 10000 + day.month * 100 + day.day;

	for (uint32_t i = 0; i < p->n_holidays; i++)
		if (p->holidays[i].date == date)
			return true;
	return false;
}

/* Is `at` in hours that began on this day? */
static bool open_since(const struct toc_point *p, const struct toc_zone *z, struct toc_local day, toc_time at)
{
	if (is_holiday(p, day))
		return false;
	for (uint32_t i = 0; i < p->n_open; i++) {
		const struct toc_opening *o = &p->open[i];
		if (!(o->days & 1u << day.weekday))
			continue;
		struct toc_local from = day, until = day;
		from.minute = (int)o->from;
		until.minute = (int)o->until + (o->until <= o->from ? 24 * 60 : 0);
		if (toc_zone_time(z, from).us <= at.us && toc_before(at, toc_zone_time(z, until)))
			return true;
	}
	return false;
}

bool toc_point_is_open(const struct toc_point *p, toc_time at)
{
	const struct toc_zone *z = p->n_open ? toc_zone_find(toc_short_str(&p->zone)) : NULL;

	if (!z) /* 24/7; or when it is staffed was not said */
		return true;
	struct toc_local today = toc_zone_local(z, at), noon = today;
	noon.minute = 12 * 60; /* a day back from there is yesterday, whatever the clock does at night */
	struct toc_local yesterday = toc_zone_local(z, (toc_time){ toc_zone_time(z, noon).us - TOC_HOURS(24).us });
	return open_since(p, z, today, at) || open_since(p, z, yesterday, at);
}

toc_time toc_point_opens(const struct toc_point *p, toc_time at)
{
	const struct toc_zone *z = p->n_open ? toc_zone_find(toc_short_str(&p->zone)) : NULL;
	toc_time day = at, first = TOC_TIME_NEVER;

	if (!z || toc_point_is_open(p, at))
		return at;
	for (unsigned n = 0; n < 32 && first.us == TOC_TIME_NEVER.us; n++, day = toc_zone_next_day(z, day)) {
		struct toc_local local = toc_zone_local(z, day);
		for (uint32_t i = 0; i < p->n_open && !is_holiday(p, local); i++) {
			local.minute = (int)p->open[i].from;
			toc_time opens = toc_zone_time(z, local);
			if (p->open[i].days & 1u << local.weekday && !toc_before(opens, at) && toc_before(opens, first))
				first = opens;
		}
	}
	return first;
}

/* ---- whom ---- */

uint32_t toc_contact_channels(const struct toc_point *p, unsigned at)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; at < p->n_chain && i < p->chain[at].n_channels; i++)
		bits |= 1u << p->chain[at].channels[i].kind;
	return bits;
}

bool toc_is_on_duty(const struct toc_world *w, struct toc_str org, struct toc_uuid person, toc_time now)
{
	const struct toc_roster *r = toc_find_roster(w, org);

	for (uint32_t i = 0; r && i < r->n_shifts; i++)
		if (toc_uuid_eq(r->shifts[i].person, person) && r->shifts[i].from.us <= now.us &&
		    toc_before(now, r->shifts[i].until))
			return true;
	return false;
}

bool toc_is_in_chain(const struct toc_point *p, struct toc_uuid person)
{
	for (uint32_t i = 0; p && i < p->n_chain; i++)
		if (toc_uuid_eq(p->chain[i].person, person))
			return true;
	return false;
}

bool toc_is_contact(const struct toc_world *w, struct toc_str org, struct toc_uuid person, toc_time now)
{
	const struct toc_organisation *o = toc_find_organisation(w, org);

	for (uint32_t i = 0; o && i < o->n_points; i++)
		if (toc_is_in_chain(toc_point_in_force(w, o->points[i].id, now), person))
			return true;
	return false;
}

struct toc_reached toc_reached(const struct toc_world *w, struct toc_arena *a, struct toc_str org, uint32_t purpose, toc_time now)
{
	return toc_reached_by(w, a, toc_point_for(w, org, purpose, now), now);
}

/* Who has left is not called, unless nobody else is there. */
static bool has_left(const struct toc_world *w, struct toc_uuid person)
{
	const struct toc_person *p = toc_find_person(w, person);

	return !p || p->left;
}

struct toc_reached toc_reached_by(const struct toc_world *w, struct toc_arena *a, const struct toc_point *p, toc_time now)
{
	struct toc_reached reach = { .point = p };
	const struct toc_organisation *o = p ? toc_find_organisation(w, toc_short_str(&p->org)) : NULL;

	if (!o || o->suspended) /* who is sent nothing is not called either */
		return reach;
	struct toc_str org = toc_short_str(&p->org);
	uint8_t *order = toc_arena_alloc(a, p->n_chain + 1);
	bool open = toc_point_is_open(p, now);
	for (uint8_t i = 0; i < p->n_chain; i++)
		if (toc_is_on_duty(w, org, p->chain[i].person, now) && !has_left(w, p->chain[i].person))
			order[reach.n++] = i;
	for (uint8_t i = 0; i < p->n_chain; i++) {
		uint32_t when = p->chain[i].called_when;
		if (!toc_is_on_duty(w, org, p->chain[i].person, now) && !has_left(w, p->chain[i].person) &&
		    (when == TOC_CALLED_ALWAYS || when == (open ? TOC_CALLED_OPEN : TOC_CALLED_CLOSED)))
			order[reach.n++] = i;
	}
	bool some = reach.n > 0;
	for (uint8_t i = 0; !some && i < p->n_chain; i++) /* whoever is there, whatever the hour */
		if (!has_left(w, p->chain[i].person))
			order[reach.n++] = i;
	for (uint8_t i = 0; reach.n == 0 && i < p->n_chain; i++)
		order[i] = i;
	if (reach.n == 0)
		reach.n = p->n_chain;
	reach.order = order;
	return reach;
}

bool toc_receives_orders_by(const struct toc_world *w, struct toc_str org, struct toc_str channel, toc_time now)
{
	const struct toc_point *p = toc_point_for(w, org, TOC_FOR_ORDERS, now);

	return (TOC_CHANNEL_NEEDS_NONE | (p ? p->orders_by : 0)) & toc_channel_bit(channel);
}
