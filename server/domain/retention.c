/* retention.c: until when what is sealed of a subject is kept (retention.def): derived from the state, so that nobody
 * has to remember it, and what is reopened, put back or held counts at once. Source: rules (e) 7. */
#include <stdio.h>
#include <string.h>

#include "domain/rule.h"

#define LIMITATION_MONTHS 60 /* of a state that has set none */
#define DAY_US INT64_C(86400000000)

enum unit { OF_STATED, OF_DAYS, OF_MONTHS };
enum clock { OWN, REAL };
#define DAYS(n) OF_DAYS, n
#define MONTHS(n) OF_MONTHS, n
#define STATED OF_STATED, 0
#define ROW(name, unit, n, clock, basis, since) { name, unit, n, clock, basis, since },
#define TOC_RETENTION(name, length, clock, basis, since) EXPANDED(ROW, name, length, clock, basis, since)
#define EXPANDED(row, ...) row(__VA_ARGS__)
static const struct {
	const char *name;
	enum unit unit;
	int n;
	enum clock clock;
	const char *basis, *since;
} rows[] = {
#include "domain/retention.def"
};

static int row_of(struct toc_str name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (toc_str_is(name, rows[i].name))
			return (int)i;
	return -1;
}

uint32_t toc_retention_bit(struct toc_str name)
{
	int row = row_of(name);

	return row < 0 ? 0 : 1u << row;
}

uint32_t toc_retention_bits(const struct toc_value *names)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
		if (toc_list_has(names, toc_str_of(rows[i].name)))
			bits |= 1u << i;
	return bits;
}

struct toc_str toc_retention_name(uint32_t bit)
{
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
		if (bit == 1u << i)
			return toc_str_of(rows[i].name);
	return TOC_STR("");
}

/* ---- subjects: "case:<uuid>", "org:CODE/2026", "system/2026" ---- */

static const char *const subjects[] = { "incident", "case", "exercise", "person", "order", "org", "system" };

static int year_of(struct toc_str text)
{
	int year = 0;

	if (text.n != 4)
		return 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return 0;
		year = 10 * year + (text.p[i] - '0');
	}
	return year;
}

bool toc_subject_parse(struct toc_str text, struct toc_subject_name *ret)
{
	struct toc_subject_name s = { .kind = TOC_SUBJECT_NONE };
	const char *slash = memchr(text.p, '/', text.n), *colon = memchr(text.p, ':', text.n);

	if (slash) {
		s.year = year_of((struct toc_str){ slash + 1, text.n - (size_t)(slash + 1 - text.p) });
		text.n = (size_t)(slash - text.p);
	}
	struct toc_str kind = colon ? (struct toc_str){ text.p, (size_t)(colon - text.p) } : text;
	struct toc_str rest = colon ? (struct toc_str){ colon + 1, text.n - kind.n - 1 } : TOC_STR("");
	for (uint32_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
		if (toc_str_is(kind, subjects[i]))
			s.kind = i + 1;
	if (s.kind == TOC_SUBJECT_ORG)
		s.org = rest;
	else if (s.kind != TOC_SUBJECT_SYSTEM && toc_uuid_parse(rest, &s.ref) < 0)
		return false;
	*ret = s;
	return s.kind != TOC_SUBJECT_NONE;
}

uint32_t toc_subject_of(struct toc_str name)
{
	for (uint32_t i = 0; i < TOC_SUBJECT_ORDER; i++)
		if (toc_str_is(name, subjects[i]))
			return i + 1;
	return 0;
}

/* ---- the end of a subject, on its own clock ---- */

static toc_time end_of_incident(const struct toc_world *w, const struct toc_incident *i, int deep)
{
	if (i && i->state == TOC_INCIDENT_LINKED_DUPLICATE && deep > 0) /* with the one that it is a duplicate of */
		return end_of_incident(w, toc_find_incident(w, i->duplicate_of), deep - 1);
	return i && (i->state == TOC_INCIDENT_CLOSED || i->state == TOC_INCIDENT_DEBRIEF || i->state == TOC_INCIDENT_ARCHIVED ||
		     i->state == TOC_INCIDENT_NOT_ACTIVATED)
		       ? i->ended_at
		       : TOC_TIME_NEVER;
}

static toc_time end_of_year(int year)
{
	char text[32];
	toc_time t;

	if (year < 1970 || year > 9000)
		return TOC_TIME_NEVER;
	snprintf(text, sizeof text, "%04d-01-01T00:00:00Z", year + 1);
	return toc_time_parse(toc_str_of(text), &t, NULL) < 0 ? TOC_TIME_NEVER : t;
}

struct subject {
	struct toc_subject_name name;
	const struct toc_exercise *exercise;
	const struct toc_order *order;
	struct toc_str state; /* whose limitation period counts */
	toc_time ended;
};

static void look_up(const struct toc_world *w, struct subject *s)
{
	const struct toc_incident *i = NULL;
	const struct toc_threat *t = NULL;
	const struct toc_person *p = NULL;

	s->ended = TOC_TIME_NEVER;
	switch (s->name.kind) {
	case TOC_SUBJECT_INCIDENT:
		i = toc_find_incident(w, s->name.ref);
		s->exercise = i ? toc_find_exercise(w, i->exercise) : NULL;
		s->state = i ? toc_short_str(&i->cc) : TOC_STR("");
		s->ended = end_of_incident(w, i, 4);
		break;
	case TOC_SUBJECT_CASE:
		t = toc_find_threat(w, s->name.ref);
		s->exercise = t ? toc_find_exercise(w, t->exercise) : NULL;
		if (t && t->state == TOC_CASE_DRAFT) /* nobody was told: what is not sent in all that time is not needed */
			s->ended = t->opened;
		else if (t && !toc_case_is_open(t))
			s->ended = t->ended_at;
		break;
	case TOC_SUBJECT_ORDER:
		s->order = toc_find_order(w, s->name.ref);
		s->exercise = s->order ? toc_find_exercise(w, s->order->exercise) : NULL;
		s->state = s->order ? toc_short_str(&s->order->issuing_state) : TOC_STR("");
		if (s->order && s->order->state == TOC_ORDER_FINAL)
			s->ended = s->order->final_at;
		else if (s->order && (s->order->state == TOC_ORDER_WITHDRAWN || s->order->state == TOC_ORDER_ANNULLED))
			s->ended = s->order->ended_at;
		break;
	case TOC_SUBJECT_EXERCISE:
		s->exercise = toc_find_exercise(w, s->name.ref);
		break;
	case TOC_SUBJECT_PERSON:
		p = toc_find_person(w, s->name.ref);
		if (p && p->left)
			s->ended = p->left_at;
		break;
	default: s->ended = end_of_year(s->name.year);
	}
}

/* Months that an order file is kept after it is final: of the state's rule that holds then. */
static int limitation(const struct toc_world *w, struct toc_str state, toc_time at)
{
	const struct toc_country *c = state.n ? toc_find_country(w, state) : NULL;
	const struct toc_national *n = NULL;

	for (uint32_t i = 0; c && i < c->n_rules; i++)
		if (!toc_before(at, c->rules[i].from) && (!n || c->rules[i].version > n->version))
			n = &c->rules[i];
	return n && n->limitation_months > 0 ? (int)n->limitation_months : LIMITATION_MONTHS;
}

static toc_time due_of(const struct toc_world *w, const struct subject *s, int row)
{
	const struct toc_signals *signals;

	if (rows[row].clock == REAL)
		return TOC_TIME_NEVER; /* the exercise's own end, below */
	if (rows[row].unit == OF_STATED && !strcmp(rows[row].name, "R-SIGNAL") && s->name.kind == TOC_SUBJECT_INCIDENT &&
	    (signals = toc_world_get(w, TOC_OBJECT_signals, TOC_KEY(s->name.ref))))
		return signals->until;
	if (s->ended.us == TOC_TIME_NEVER.us)
		return TOC_TIME_NEVER;
	if (rows[row].unit == OF_DAYS)
		return toc_after(s->ended, (toc_dur){ rows[row].n * DAY_US });
	if (rows[row].unit == OF_MONTHS)
		return toc_after_months(s->ended, rows[row].n);
	return toc_after_months(s->ended, limitation(w, s->state, s->ended));
}

static const struct toc_early *early_of(const struct toc_world *w, const struct toc_subject_name *s, uint32_t bit)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_early *e;

	while ((e = toc_world_next(w, TOC_OBJECT_early, &cursor)))
		if (e->subject == s->kind && toc_uuid_eq(e->ref, s->ref) && (e->classes & bit))
			return e;
	return NULL;
}

bool toc_retained_until(const struct toc_world *w, struct toc_str subject, struct toc_str retention, struct toc_retention *ret)
{
	int row = row_of(retention);
	struct subject s = { .state = TOC_STR("") };

	if (row < 0 || !toc_subject_parse(subject, &s.name))
		return false;
	look_up(w, &s);
	*ret = (struct toc_retention){
		.due = toc_clock_real(s.exercise, due_of(w, &s, row)),
		.held = toc_is_held(w, s.name.kind, s.name.ref, 1u << row),
		.since = rows[row].since,
		.clause = rows[row].basis,
	};
	if (s.exercise)
		ret->exercise = s.exercise->id;
	if (s.exercise && s.exercise->ended) {
		toc_time last = toc_after(s.exercise->ended_real, (toc_dur){ 30 * DAY_US });
		if (toc_before(last, ret->due))
			ret->due = last;
	}
	const struct toc_early *e = early_of(w, &s.name, 1u << row);
	if (e) {
		ret->early = true;
		if (toc_before(e->at, ret->due))
			ret->due = e->at;
	}
	return true;
}

bool toc_entry_moves_retention(const struct toc_entry *e)
{
	static const char *const ks[] = { "hold.set", "hold.lift", "erase.early", "exercise.clock", "exercise.end" };

	for (size_t i = 0; i < sizeof ks / sizeof *ks; i++)
		if (toc_str_is(e->k, ks[i]))
			return true;
	return false;
}
