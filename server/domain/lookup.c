/* lookup.c: is this hash known? A look-up among all signals that the asker may read.
 *
 * A hash tells whether a file is in the list, so that a look-up was made is an entry, and its answer waits until
 * the entry is committed: what is not on record was not told. Its value is sealed. The entry says nothing of what
 * was found. "Not in the list" and "not yours to see" are the same answer, and as the same indexes are gone through
 * for both, in the same time. Source: rules a.3.1 (lookup), (e) 9, M6. */
#include <string.h>

#include "domain/rule.h"
#include "hash/hash.h"

#define PLACES_MAX 64 /* incidents with signals that one look-up goes through */

int toc_rule_lookup(struct toc_ask *q)
{
	if (toc_ask_may(q, 0) < 0 || toc_check_impersonal(q) < 0)
		return -1;
	(void)toc_reader_add(q, toc_ask_draft(q, "lookup.ask"), q->p->org, TOC_IF_OWN);
	return 0;
}

static bool is_place(const struct toc_incident *i, const struct toc_value *m)
{
	struct toc_uuid only = toc_get_id(m, "incident_ref");

	return i && i->mode == toc_mode_of(toc_get_text(m, "mode")) &&
	       toc_uuid_eq(i->exercise, toc_get_id(m, "exercise_ref")) &&
	       (toc_uuid_is_nil(only) || toc_uuid_eq(only, i->id));
}

/* Incidents of the asker's first; then the others, of which it may have been sent signals all the same. */
struct toc_value *toc_lookup_places(const struct toc_world *w, const struct toc_principal *p,
				    const struct toc_command *c, struct toc_arena *a)
{
	struct toc_value *list = toc_value_list(a);

	if (!toc_str_is(c->k, "lookup.ask"))
		return NULL;
	for (int others = 0; others < 2; others++) {
		struct toc_world_cursor cursor = { 0 };
		const struct toc_signals *s;
		while (toc_len(list) < PLACES_MAX && (s = toc_world_next(w, TOC_OBJECT_signals, &cursor))) {
			const struct toc_incident *i = toc_find_incident(w, s->incident);
			if (s->live && is_place(i, c->message) && toc_is_party(i, p->org) == !others)
				toc_push_text(a, list, toc_uuid_str(a, i->id));
		}
	}
	return list;
}

struct toc_value *toc_lookup(const struct toc_world *w, const struct toc_principal *p, const struct toc_command *c,
			     struct toc_arena *a)
{
	struct toc_ask q = { .w = w, .p = p, .c = c, .a = a, .m = c->message, .body = toc_get(c->message, "body") };
	const struct toc_person *who = toc_find_person(w, p->person);
	struct toc_value *answer = toc_value_map(a);
	bool all;

	if (!toc_str_is(c->k, "lookup.ask"))
		return NULL;
	/* Said twice with the same id it is not decided again: the asker may have lost the role meanwhile. */
	q.org = toc_find_organisation(w, p->org);
	if (!q.org || !who || who->left || q.org->suspended)
		return NULL;
	q.mode = toc_mode_of(toc_get_text(q.m, "mode"));
	q.roles = who->roles & toc_roles_held_in(q.org->kinds);
	if (!toc_may_ever(toc_action_find(c->k), q.roles, q.org->kinds) ||
	    (p->exercise_only && q.mode != TOC_MODE_EXERCISE))
		return NULL;
	struct toc_value *found = toc_known_among(
		&q, c->item_keys, toc_get_int(q.body, "max_distance", TOC_PDQ_DISTANCE_MAX), &all);
	toc_set(a, answer, "found", found);
	toc_set_bool(a, answer, "all", all && toc_len(c->item_keys) < PLACES_MAX);
	return answer;
}
