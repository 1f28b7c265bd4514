/* contacts.c: see contacts.h. The same effects as in the server's state: apply_contact.c. */
#include "cli/contacts.h"

#include <string.h>

#define OVERDUE TOC_HOURS(8 * 24)

static struct toc_str kept(struct contacts *c, struct toc_str s)
{
	return toc_arena_str(c->a, s);
}

static toc_time time_of(const struct toc_value *map, const char *name, toc_time absent)
{
	toc_time t;

	return toc_time_parse(toc_get_text(map, name), &t, NULL) == 0 ? t : absent;
}

static struct contact_point *by_id(const struct contacts *c, struct toc_str id)
{
	struct contact_point *p = c->points;

	while (p && !toc_str_eq(p->id, id))
		p = p->next;
	return p;
}

/* … or what is known of one whose declaration one does not read: that it is there. */
static struct contact_point *known(struct contacts *c, struct toc_str id, struct toc_str org)
{
	struct contact_point *p = by_id(c, id);

	if (p || !id.n)
		return p;
	p = toc_arena_alloc(c->a, sizeof *p);
	*p = (struct contact_point){ .id = kept(c, id), .org = kept(c, org), .purposes = toc_value_list(c->a), .body = toc_value_map(c->a),
				     .channels = toc_value_list(c->a), .drill_at = TOC_TIME_NEVER, .next = c->points };
	c->points = p;
	return p;
}

static void forget(struct contacts *c, struct contact_point *gone)
{
	struct contact_point **p = &c->points;

	while (*p && *p != gone)
		p = &(*p)->next;
	if (*p)
		*p = gone->next;
}

static bool is_among(const struct toc_value *some, const struct toc_value *all)
{
	for (size_t i = 0; i < toc_len(some); i++)
		if (!toc_list_has(all, toc_text_of(toc_at(some, i))))
			return false;
	return true;
}

static struct toc_value *without(struct toc_arena *a, const struct toc_value *list, const struct toc_value *these)
{
	struct toc_value *rest = toc_value_list(a);

	for (size_t i = 0; i < toc_len(list); i++)
		if (!toc_list_has(these, toc_text_of(toc_at(list, i))))
			toc_push_text(a, rest, toc_text_of(toc_at(list, i)));
	return rest;
}

/* ---- entries ---- */

static void declared(struct contacts *c, const struct toc_value *frame, const struct toc_value *message)
{
	const struct toc_value *body = toc_get(message, "body"), *contact = toc_get(toc_get(frame, "decided"), "contact");
	toc_time at = time_of(frame, "recorded", (toc_time){ 0 });
	bool for_ever = !toc_get(body, "valid_until") && time_of(body, "valid_from", at).us <= at.us;
	struct contact_point *p = toc_arena_alloc(c->a, sizeof *p), *next;

	*p = (struct contact_point){ .id = kept(c, toc_get_text(frame, "id")),
				     .org = kept(c, toc_get_text(body, "org")),
				     .by = kept(c, toc_get_text(message, "sender_person")),
				     .body = toc_value_copy(c->a, body),
				     .waiting = !toc_get_bool(contact, "in_force"),
				     .channels = toc_value_list(c->a),
				     .drill_from = at,
				     .drill_at = TOC_TIME_NEVER,
				     .since = at };
	p->purposes = toc_get(p->body, "purposes");
	for (struct contact_point *old = c->points; old; old = next) {
		next = old->next;
		if (!toc_str_eq(old->org, p->org))
			continue;
		if (old->waiting ? toc_str_eq(old->id, toc_get_text(contact, "supersedes")) || is_among(old->purposes, p->purposes)
				 : !p->waiting && for_ever && is_among(old->purposes, p->purposes))
			forget(c, old);
		else if (!old->waiting && !p->waiting && for_ever)
			old->purposes = without(c->a, old->purposes, p->purposes);
	}
	p->next = c->points;
	c->points = p;
}

/* Of an organisation whose declarations one does not read, what is public of them. */
static void published(struct contacts *c, const struct toc_value *frame, const struct toc_value *message)
{
	const struct toc_value *body = toc_get(message, "body");
	struct contact_point *p = by_id(c, toc_get_text(body, "point"));

	if (p)
		return;
	for (p = c->points; p; p = p->next)
		if (toc_str_eq(p->org, toc_get_text(body, "org")) && !p->waiting)
			p->purposes = without(c->a, p->purposes, toc_get(body, "purposes"));
	if (!toc_get_bool(body, "public"))
		return;
	p = toc_arena_alloc(c->a, sizeof *p);
	*p = (struct contact_point){ .id = kept(c, toc_get_text(body, "point")),
				     .org = kept(c, toc_get_text(body, "org")),
				     .body = toc_value_copy(c->a, body),
				     .channels = toc_value_list(c->a),
				     .drill_at = TOC_TIME_NEVER,
				     .since = time_of(frame, "recorded", (toc_time){ 0 }),
				     .next = c->points };
	p->purposes = toc_get(p->body, "purposes");
	c->points = p;
}

static void tried(struct contacts *c, const struct toc_value *v, struct toc_str org, struct toc_str at)
{
	struct contact_point *p = known(c, toc_get_text(v, "point"), org);
	struct toc_value *state = toc_value_map(c->a);

	if (!p)
		return;
	struct toc_str word = toc_get(v, "state") ? toc_get_text(v, "state") : contacts_channel_state(p, toc_get_int(v, "contact", -1), toc_get_text(v, "channel"));
	toc_set_int(c->a, state, "contact", toc_get_int(v, "contact", -1));
	toc_set_text(c->a, state, "channel", kept(c, toc_get_text(v, "channel")));
	toc_set_text(c->a, state, "state", kept(c, word));
	toc_set_text(c->a, state, "at", kept(c, at));
	if (toc_get(v, "test"))
		toc_set_text(c->a, state, "test", kept(c, toc_get_text(v, "test")));
	toc_push(c->a, p->channels, state);
}

static void drilled(struct contacts *c, const struct toc_value *frame, const struct toc_value *v, struct toc_str org)
{
	struct contact_point *p = known(c, toc_get_text(v, "point"), org);

	if (!p)
		return;
	if (!toc_get(v, "result")) {
		p->drill = kept(c, toc_get_text(frame, "id"));
		p->drill_from = time_of(v, "started", p->drill_from);
		return;
	}
	p->drill = TOC_STR("");
	p->drill_at = time_of(v, "at", p->drill_at);
	p->drill_result = kept(c, toc_get_text(v, "result"));
	p->reaction_s = toc_get_int(v, "reaction_s", 0);
}

static void on_roster(struct contacts *c, const struct toc_value *decided, struct toc_str org)
{
	const struct toc_value *gone = toc_get(decided, "shifts_gone"), *more = toc_get(decided, "shifts");
	struct toc_value *rest = toc_value_list(c->a);

	for (size_t i = 0; i < toc_len(c->shifts); i++)
		if (!toc_list_has(gone, toc_get_text(toc_at(c->shifts, i), "id")))
			toc_push(c->a, rest, toc_at(c->shifts, i));
	for (size_t i = 0; i < toc_len(more); i++) {
		struct toc_value *shift = toc_value_copy(c->a, toc_at(more, i));
		toc_set_text(c->a, shift, "org", kept(c, org));
		toc_push(c->a, rest, shift);
	}
	c->shifts = rest;
}

void contacts_take(struct contacts *c, const struct toc_value *frame)
{
	struct toc_str k = toc_get_text(frame, "k");
	const struct toc_value *message = toc_get(frame, "message"), *decided = toc_get(frame, "decided"),
			       *channels = toc_get(decided, "channels"), *drills = toc_get(decided, "drills");
	struct toc_str org = toc_get_text(toc_get(message, "body"), "org");

	if (toc_str_is(k, "person.enrol")) {
		c->people = c->people ? c->people : toc_value_list(c->a);
		toc_push(c->a, c->people, toc_value_copy(c->a, toc_get(message, "body")));
	}
	if (k.n < 5 || memcmp(k.p, "M26.", 4) != 0)
		return;
	if (toc_str_is(k, "M26.own"))
		declared(c, frame, message);
	if (toc_str_is(k, "M26.public"))
		published(c, frame, message);
	for (size_t i = 0; i < toc_len(channels); i++)
		tried(c, toc_at(channels, i), org, toc_get_text(frame, "at"));
	for (size_t i = 0; i < toc_len(drills); i++)
		drilled(c, frame, toc_at(drills, i), org);
	if (toc_get(decided, "shifts") || toc_get(decided, "shifts_gone"))
		on_roster(c, decided, org);
}

/* ---- questions ---- */

struct contact_point *contacts_find(const struct contacts *c, struct toc_str prefix, bool *ret_several)
{
	struct contact_point *found = NULL;

	*ret_several = false;
	for (struct contact_point *p = c->points; p; p = p->next)
		if (p->id.n >= prefix.n && memcmp(p->id.p, prefix.p, prefix.n) == 0) {
			*ret_several |= found != NULL;
			found = p;
		}
	return *ret_several ? NULL : found;
}

struct toc_str contacts_person(const struct contacts *c, struct toc_str org, struct toc_str person)
{
	for (size_t i = toc_len(c->people); i-- > 0;)
		if (toc_str_eq(toc_get_text(toc_at(c->people, i), "person"), person) && toc_str_eq(toc_get_text(toc_at(c->people, i), "org"), org))
			return toc_get_text(toc_at(c->people, i), "title");
	return person;
}

static const struct toc_value *newest(const struct contact_point *p, int64_t contact, struct toc_str channel)
{
	for (size_t i = toc_len(p->channels); i-- > 0;)
		if (toc_get_int(toc_at(p->channels, i), "contact", -1) == contact && toc_str_eq(toc_get_text(toc_at(p->channels, i), "channel"), channel))
			return toc_at(p->channels, i);
	return NULL;
}

struct toc_str contacts_channel_state(const struct contact_point *p, int64_t contact, struct toc_str channel)
{
	const struct toc_value *v = newest(p, contact, channel);

	if (toc_str_is(channel, "api") || toc_str_is(channel, "console"))
		return TOC_STR("");
	return v && toc_get_text(v, "state").n ? toc_get_text(v, "state") : TOC_STR("unverified");
}

bool contacts_overdue(const struct contact_point *p, toc_time now)
{
	bool answered = toc_str_is(p->drill_result, "passed") || toc_str_is(p->drill_result, "late");
	toc_time last = answered && p->drill_at.us != TOC_TIME_NEVER.us ? p->drill_at : p->since;

	return !p->waiting && (toc_str_is(p->drill_result, "failed") || toc_before(toc_after(last, OVERDUE), now));
}

struct contact_point *contacts_same(const struct contacts *c, const struct toc_value *body)
{
	for (struct contact_point *p = c->points; p; p = p->next)
		if (toc_value_eq(p->body, body) && (p->waiting || is_among(toc_get(body, "purposes"), p->purposes)))
			return p;
	return NULL;
}
