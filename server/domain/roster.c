/* roster.c: who is on duty when (M26): shifts that an admin sets for a period, and what people change of them: "I am on
 * duty now", "no longer", "I take over this shift". Whoever is to do a duty says so themselves: a swap and a hand-over
 * are made by the one who takes. Who is on duty is called first (point.c); an empty roster means the chain as it is.
 * Shifts are moments; in which zone people read and write them is theirs (tocsin admin, the console). Source: rules a.4. */
#include "domain/rule.h"

#define SHIFTS_MAX 400
#define ON_HOURS 24 /* that somebody may put themselves on duty for */
#define ON_UNLESS_SAID 8

static struct toc_value *shift(struct toc_ask *q, struct toc_uuid id, struct toc_uuid person, toc_time from, toc_time until)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set_id(q->a, v, "id", id);
	toc_set_id(q->a, v, "person", person);
	toc_set_time(q->a, v, "from", from);
	toc_set_time(q->a, v, "until", until);
	return v;
}

static void gone(struct toc_ask *q, struct toc_draft *d, struct toc_uuid id)
{
	toc_effect(q->a, toc_decided(d), "shifts_gone", toc_value_text(q->a, toc_uuid_str(q->a, id)));
}

int toc_rule_roster(struct toc_ask *q)
{
	const struct toc_value *shifts = toc_get(q->body, "shifts");
	toc_time from = toc_get_time(q->body, "from", q->at), until = toc_get_time(q->body, "until", q->at);
	unsigned conditions;
	const struct toc_organisation *o = toc_contact_org(q, &conditions);

	if (!o || toc_ask_may(q, conditions) < 0)
		return -1;
	if (!toc_before(from, until))
		return TOC_REFUSE(q, BAD_VALUE, "body.until", "domain M26", "until: not after from");
	for (size_t i = 0; i < toc_len(shifts); i++) {
		toc_time begins = toc_get_time(toc_at(shifts, i), "from", q->at), ends = toc_get_time(toc_at(shifts, i), "until", q->at);
		if (!toc_is_contact(q->w, q->p->org, toc_get_id(toc_at(shifts, i), "person"), q->now))
			return TOC_REFUSE(q, BAD_VALUE, "body.shifts.person", "domain M26",
					  "person: in no contact chain of yours, so nobody would know how to call them");
		if (!toc_before(begins, ends) || toc_before(begins, from) || !toc_before(begins, until))
			return TOC_REFUSE(q, BAD_VALUE, "body.shifts.from", "domain M26",
					  "from: a shift ends after it begins, and begins in the period");
	}
	const struct toc_roster *r = toc_find_roster(q->w, q->p->org);
	size_t kept = 0;
	struct toc_draft *d = toc_ask_draft(q, "M26.roster");
	for (uint32_t i = 0; r && i < r->n_shifts; i++) {
		bool replaced = r->shifts[i].from.us >= from.us && toc_before(r->shifts[i].from, until);
		if (replaced)
			gone(q, d, r->shifts[i].id);
		kept += !replaced && toc_before(q->now, r->shifts[i].until);
	}
	if (kept + toc_len(shifts) > SHIFTS_MAX)
		return TOC_REFUSE(q, LIMIT, "body.shifts", "domain M26", "shifts: at most %d that are not over", SHIFTS_MAX);
	for (size_t i = 0; i < toc_len(shifts); i++)
		toc_effect(q->a, toc_decided(d), "shifts",
			   shift(q, toc_derived_id("shift", q->id, TOC_STR(""), (int64_t)i), toc_get_id(toc_at(shifts, i), "person"),
				 toc_get_time(toc_at(shifts, i), "from", from), toc_get_time(toc_at(shifts, i), "until", until)));
	toc_contact_readers(q, d, q->p->org);
	return 0;
}

/* ---- what people change themselves ---- */

static int go_on(struct toc_ask *q, struct toc_draft *d)
{
	toc_time until = toc_get_time(q->body, "until", toc_after(q->at, TOC_HOURS(ON_UNLESS_SAID)));
	const struct toc_roster *r = toc_find_roster(q->w, q->p->org);

	if (!toc_before(q->at, until) || toc_before(toc_after(q->at, TOC_HOURS(ON_HOURS)), until))
		return TOC_REFUSE(q, BAD_VALUE, "body.until", "domain M26", "until: within the next %d hours", ON_HOURS);
	if (r && r->n_shifts >= SHIFTS_MAX)
		return TOC_REFUSE(q, LIMIT, "body.until", "domain M26", "until: at most %d shifts that are not over", SHIFTS_MAX);
	toc_effect(q->a, toc_decided(d), "shifts", shift(q, toc_derived_id("shift", q->id, TOC_STR("on"), 0), q->p->person, q->at, until));
	return 0;
}

static int go_off(struct toc_ask *q, struct toc_draft *d)
{
	const struct toc_roster *r = toc_find_roster(q->w, q->p->org);
	bool was = false;

	for (uint32_t i = 0; r && i < r->n_shifts; i++) {
		const struct toc_shift *s = &r->shifts[i];
		if (!toc_uuid_eq(s->person, q->p->person) || s->from.us > q->at.us || !toc_before(q->at, s->until))
			continue;
		was = true;
		gone(q, d, s->id);
	}
	if (!was)
		return TOC_REFUSE(q, STATE, "body.duty", "domain M26", "duty: you are not on duty");
	return 0;
}

/* A shift to come becomes one's own: a swap; of one that runs, what is left: a hand-over. */
static int take(struct toc_ask *q, struct toc_draft *d)
{
	struct toc_uuid id = toc_get_id(q->body, "shift");
	const struct toc_roster *r = toc_find_roster(q->w, q->p->org);

	for (uint32_t i = 0; r && i < r->n_shifts; i++) {
		const struct toc_shift *s = &r->shifts[i];
		if (!toc_uuid_eq(s->id, id) || !toc_before(q->at, s->until))
			continue;
		if (toc_uuid_eq(s->person, q->p->person))
			return TOC_REFUSE(q, STATE, "body.shift", "domain M26", "shift: it is yours already");
		gone(q, d, id);
		toc_effect(q->a, toc_decided(d), "shifts",
			   shift(q, toc_derived_id("shift", q->id, TOC_STR("take"), 0), q->p->person,
				 toc_before(s->from, q->at) ? q->at : s->from, s->until));
		return 0;
	}
	return toc_refuse_unknown(q, "body.shift");
}

int toc_rule_duty(struct toc_ask *q)
{
	struct toc_str duty = toc_get_text(q->body, "duty");
	unsigned conditions;
	const struct toc_organisation *o = toc_contact_org(q, &conditions);

	if (!o)
		return -1;
	if (!(conditions & TOC_IF_OWN))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.org", "domain a.3.1", "org: you are %.*s", TOC_STR_ARGS(q->p->org));
	if (toc_is_contact(q->w, q->p->org, q->p->person, q->now))
		conditions |= TOC_IF_CHAIN;
	if (toc_ask_may(q, conditions) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M26.duty");
	toc_contact_readers(q, d, q->p->org);
	return toc_str_is(duty, "on") ? go_on(q, d) : toc_str_is(duty, "off") ? go_off(q, d) : take(q, d);
}
