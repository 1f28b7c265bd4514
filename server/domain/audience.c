/* audience.c: who may read an entry, fixed when it is made: per organisation the roles that its row of the
 * matrix lets read, and in which rendering. What of `decided` each rendering shows is said here too. Source:
 * rules a.3, (e) 2. */
#include <stdlib.h>
#include <string.h>

#include "domain/rule.h"

struct toc_value *toc_role_names(toc_roles roles, struct toc_arena *a)
{
	struct toc_value *names = toc_value_list(a);

	for (unsigned i = 0; i < TOC_ROLES; i++)
		if (roles & 1u << i)
			toc_push_text(a, names, toc_str_of(toc_role_name(i)));
	return names;
}

toc_roles toc_roles_of(const struct toc_value *names)
{
	toc_roles roles = 0;

	for (size_t i = 0; i < toc_len(names); i++)
		roles |= toc_role_bit(toc_text_of(toc_at(names, i)));
	return roles;
}

void toc_reader_add_roles(struct toc_arena *a, struct toc_value *decided, const char *list,
			  struct toc_str org, toc_roles roles, enum toc_rendering rendering)
{
	const char *name = rendering == TOC_WHOLE ? "whole" : "without_personal";
	struct toc_value *readers = toc_get(decided, list), *reader;

	for (size_t i = 0; i < toc_len(readers); i++) { /* the same organisation again: more roles */
		reader = toc_at(readers, i);
		if (!toc_str_eq(toc_get_text(reader, "org"), org) || !toc_get_is(reader, "rendering", name))
			continue;
		toc_set(a, reader, "roles",
			toc_role_names(roles | toc_roles_of(toc_get(reader, "roles")), a));
		return;
	}
	reader = toc_value_map(a);
	toc_set_text(a, reader, "org", org);
	toc_set(a, reader, "roles", toc_role_names(roles, a));
	toc_set_cstr(a, reader, "rendering", name);
	toc_effect(a, decided, list, reader);
}

/* Is there, and takes part: what is meant for who does not is never theirs. */
static bool is_there(const struct toc_ask *q, const struct toc_organisation *o)
{
	return o && !o->suspended && (!q->exercise || toc_exercise_has(q->exercise, toc_short_str(&o->code)));
}

void toc_reader_add_as(struct toc_ask *q, struct toc_draft *d, struct toc_str org, toc_roles roles, enum toc_rendering rendering)
{
	if (roles && is_there(q, toc_find_organisation(q->w, org)))
		toc_reader_add_roles(q->a, toc_decided(d), "readers", org, roles, rendering);
}

bool toc_reader_add(struct toc_ask *q, struct toc_draft *d, struct toc_str org, unsigned conditions)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, org);
	const struct toc_action *action = toc_action_find(d->k);
	bool added = false;

	bool begins = o && !o->suspended && (toc_str_is(d->k, "exercise.create") || toc_str_is(d->k, "exercise.join"));

	if (!action || (!begins && !is_there(q, o)))
		return false;
	toc_roles whole = toc_may_read(action, o->kinds, conditions, TOC_WHOLE);
	toc_roles bare = toc_may_read(action, o->kinds, conditions, TOC_WITHOUT_PERSONAL) & ~whole;
	if (whole) {
		toc_reader_add_roles(q->a, toc_decided(d), "readers", org, whole, TOC_WHOLE);
		added = true;
	}
	if (bare) {
		toc_reader_add_roles(q->a, toc_decided(d), "readers", org, bare, TOC_WITHOUT_PERSONAL);
		added = true;
	}
	return added;
}

void toc_readers_of_case(struct toc_ask *q, struct toc_draft *d, struct toc_str notifier,
			 const struct toc_threat *t, const struct toc_value *extra)
{
	const struct toc_threat **tied;

	(void)toc_reader_add(q, d, notifier, TOC_IF_OWN);
	for (uint32_t i = 0; t && i < t->n_desks; i++) {
		struct toc_str org = toc_short_str(&t->desks[i].org);
		if (t->desks[i].state == TOC_DESK_WITHDRAWN) /* the notification was recalled from it */
			continue;
		(void)toc_reader_add(q, d, org, TOC_IF_ADR | (toc_str_eq(org, d->org) ? TOC_IF_OWN : 0));
	}
	for (size_t i = 0; i < toc_len(extra); i++)
		(void)toc_reader_add(q, d, toc_get_text(toc_at(extra, i), "org"), TOC_IF_ADR);
	size_t n = t ? toc_tied_cases(q->w, t, q->a, &tied) : 0;
	for (size_t i = 0; i < n; i++)
		if (!toc_short_is(&tied[i]->notifier, notifier))
			(void)toc_reader_add(q, d, toc_short_str(&tied[i]->notifier), TOC_IF_LINKED);
}

static int by_code(const void *a, const void *b)
{
	return toc_str_cmp(*(const struct toc_str *)a, *(const struct toc_str *)b);
}

/* In the order of their codes: the same on every node. */
static size_t everybody(struct toc_ask *q, struct toc_str **ret)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_organisation *o;
	size_t n = 0, room = 64;
	struct toc_str *orgs = toc_arena_alloc(q->a, room * sizeof *orgs);

	while ((o = toc_world_next(q->w, TOC_OBJECT_organisation, &cursor))) {
		if (q->exercise && !toc_exercise_has(q->exercise, toc_short_str(&o->code)))
			continue;
		if (n == room) {
			struct toc_str *more = toc_arena_alloc(q->a, 2 * room * sizeof *more);
			memcpy(more, orgs, n * sizeof *more);
			orgs = more;
			room *= 2;
		}
		orgs[n++] = toc_short_str(&o->code);
	}
	qsort(orgs, n, sizeof *orgs, by_code);
	*ret = orgs;
	return n;
}

void toc_tell(struct toc_ask *q, struct toc_draft *d, enum toc_told who, unsigned conditions)
{
	const struct toc_incident *i = q->incident;
	struct toc_str *orgs, hub = toc_hub(q->w, q->exercise);

	if (q->org)
		(void)toc_reader_add(q, d, q->p->org, conditions | TOC_IF_OWN);
	if (who == TOC_TO_EVERYBODY) {
		size_t n = everybody(q, &orgs);
		for (size_t k = 0; k < n; k++)
			(void)toc_reader_add(q, d, orgs[k], conditions);
		return;
	}
	for (uint32_t k = 0; k < i->n_parties; k++)
		(void)toc_reader_add(q, d, toc_short_str(&i->parties[k].org), conditions);
	if (hub.n)
		(void)toc_reader_add(q, d, hub, conditions);
	for (uint32_t k = 0; k < i->n_affected; k++) {
		const struct toc_country *c = toc_find_country(q->w, toc_short_str(&i->affected[k].org));
		for (uint32_t j = 0; c && j < c->n_members; j++)
			(void)toc_reader_add(q, d, toc_short_str(&c->members[j].org), conditions);
	}
}

void toc_tell_readers_of(struct toc_ask *q, struct toc_draft *d, const struct toc_message *m)
{
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	for (uint32_t i = 0; i < m->n_readers; i++) {
		const struct toc_entitled *r = &m->readers[i];
		if (!toc_short_is(&r->org, q->p->org))
			toc_reader_add_as(q, d, toc_short_str(&r->org), r->roles, (enum toc_rendering)r->rendering);
	}
}

int toc_address(struct toc_ask *q, struct toc_draft *d, const struct toc_value *audience)
{
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	for (size_t i = 0; i < toc_len(audience); i++)
		if (!toc_reader_add(q, d, toc_text_of(toc_at(audience, i)), TOC_IF_ADR))
			return TOC_REFUSE(q, NO_READER, "audience", "domain a.3.1",
					  "audience: nobody of \"%.*s\" may read this type of message here",
					  TOC_STR_ARGS(toc_text_of(toc_at(audience, i))));
	return 0;
}

bool toc_is_reader(const struct toc_message *m, struct toc_str org, toc_roles roles)
{
	for (uint32_t i = 0; i < m->n_readers; i++)
		if (toc_short_is(&m->readers[i].org, org) && (m->readers[i].roles & roles))
			return true;
	return false;
}

size_t toc_entry_readers(const struct toc_entry *e, struct toc_arena *a, struct toc_reader **ret_readers)
{
	const struct toc_value *list = toc_get(toc_get(e->body, "decided"), "readers");
	size_t n = toc_len(list);

	*ret_readers = toc_arena_alloc(a, (n ? n : 1) * sizeof **ret_readers);
	for (size_t i = 0; i < n; i++)
		(*ret_readers)[i] = (struct toc_reader){
			.org = toc_get_text(toc_at(list, i), "org"),
			.roles = toc_roles_of(toc_get(toc_at(list, i), "roles")),
			.rendering = toc_get_is(toc_at(list, i), "rendering", "without_personal")
					     ? TOC_WITHOUT_PERSONAL
					     : TOC_WHOLE,
		};
	return n;
}

/* ---- what of `decided` is shown ---- */

static bool listed(struct toc_str name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (toc_str_is(name, names[i]))
			return true;
	return false;
}

/* The map's members of these names. */
static struct toc_value *only(struct toc_arena *a, const struct toc_value *map, const char *const *names,
			      size_t n)
{
	struct toc_value *shown = toc_value_map(a);

	for (size_t i = 0; map && map->kind == TOC_MAP && i < map->n; i++)
		if (listed(map->members[i].name, names, n))
			toc_set_str(a, shown, map->members[i].name, map->members[i].value);
	return shown;
}

bool toc_reads_as_tied(const struct toc_message *m, struct toc_str org)
{
	bool bare = false, whole = false;

	for (uint32_t i = 0; i < m->n_readers; i++)
		if (toc_short_is(&m->readers[i].org, org))
			*(m->readers[i].rendering == TOC_WHOLE ? &whole : &bare) = true;
	return bare && !whole && toc_read_by_tied(toc_short_str(&m->k));
}

bool toc_draft_is_for_tied(const struct toc_draft *d, struct toc_str org)
{
	const struct toc_value *readers = toc_get(d->decided, "readers");
	bool bare = false, whole = false;

	for (size_t i = 0; i < toc_len(readers); i++)
		if (toc_str_eq(toc_get_text(toc_at(readers, i), "org"), org))
			*(toc_get_is(toc_at(readers, i), "rendering", "without_personal") ? &bare : &whole) = true;
	return bare && !whole && toc_read_by_tied(d->k);
}

/* Whose letter it is that reads it because of a case of their own is nobody's to know. */
static struct toc_value *untied_pages(struct toc_arena *a, const struct toc_value *pages)
{
	struct toc_value *shown = toc_value_list(a);

	for (size_t i = 0; i < toc_len(pages); i++)
		if (!toc_get_bool(toc_at(pages, i), "tied"))
			toc_push(a, shown, toc_at(pages, i));
	return shown;
}

static struct toc_value *whole_readers(struct toc_arena *a, const struct toc_value *readers)
{
	struct toc_value *shown = toc_value_list(a);

	for (size_t i = 0; i < toc_len(readers); i++)
		if (!toc_get_is(toc_at(readers, i), "rendering", "without_personal"))
			toc_push(a, shown, toc_at(readers, i));
	return shown;
}

/* What a step means for tied cases, to their notifiers: each knows its own case. Which steps and until when,
 * not how long they took: from that the notifier of one could tell when the others were told. */
static struct toc_value *linked_shown(struct toc_arena *a, const struct toc_value *linked)
{
	static const char *const effects[] = { "case", "state", "keep" };
	static const char *const stop[] = { "timer", "id", "desk", "at" };
	struct toc_value *shown = toc_value_list(a);

	for (size_t i = 0; i < toc_len(linked); i++) {
		struct toc_value *item =
			only(a, toc_at(linked, i), effects, sizeof effects / sizeof *effects);
		const struct toc_value *stopped = toc_get(toc_at(linked, i), "timers_stopped");
		for (size_t k = 0; k < toc_len(stopped); k++)
			toc_effect(a, item, "timers_stopped",
				   only(a, toc_at(stopped, k), stop, sizeof stop / sizeof *stop));
		toc_push(a, shown, item);
	}
	return shown;
}

/* Of a broadcast, what is the same for many is said once: an entry goes to every member and names every
 * member. */

static struct toc_value *grouped(struct toc_arena *a, const struct toc_value *list, const char *const *same,
				 size_t n)
{
	struct toc_value *groups = toc_value_list(a);

	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_value *item = toc_at(list, i), *group = NULL;
		for (size_t k = 0; k < toc_len(groups) && !group; k++) {
			bool equal = true;
			for (size_t j = 0; j < n && equal; j++) {
				const struct toc_value *x = toc_get(toc_at(groups, k), same[j]),
						       *y = toc_get(item, same[j]);
				equal = x == y || (x && y && toc_value_eq(x, y));
			}
			group = equal ? toc_at(groups, k) : NULL;
		}
		if (!group) {
			group = only(a, item, same, n);
			toc_set(a, group, "orgs", toc_value_list(a));
			toc_push(a, groups, group);
		}
		toc_push_text(a, toc_get(group, "orgs"), toc_get_text(item, "org"));
	}
	return groups;
}

/* Each time for an acknowledgement, without what the entry says already: when it starts, what happens next. */
static struct toc_value *timers_shown(struct toc_arena *a, const struct toc_value *list)
{
	static const char *const lean[] = { "timer", "id", "desk", "deadline" };
	struct toc_value *shown = toc_value_list(a);

	for (size_t i = 0; i < toc_len(list); i++)
		toc_push(a, shown,
			 toc_get_is(toc_at(list, i), "timer", "T19")
				 ? only(a, toc_at(list, i), lean, sizeof lean / sizeof *lean)
				 : toc_at(list, i));
	return shown;
}

static struct toc_value *broadcast_shown(struct toc_arena *a, const struct toc_member *m)
{
	static const char *const reading[] = { "roles", "rendering" }, *const paging[] = { "contact",
											   "channel",
											   "state",
											   "proof" };

	if (toc_str_is(m->name, "readers"))
		return grouped(a, m->value, reading, sizeof reading / sizeof *reading);
	if (toc_str_is(m->name, "pages"))
		return grouped(a, m->value, paging, sizeof paging / sizeof *paging);
	return toc_str_is(m->name, "timers_started") ? timers_shown(a, m->value) : m->value;
}

bool toc_is_nameless(const struct toc_entry *e, enum toc_rendering rendering)
{
	const struct toc_value *body = toc_get(toc_get(e->body, "message"), "body");

	return rendering == TOC_WITHOUT_PERSONAL && toc_str_is(e->k, "M23.contribute") &&
	       toc_get_bool(body, "anonymous_to_others");
}

bool toc_read_by_tied(struct toc_str k)
{
	const struct toc_action *action = toc_action_find(k);

	for (const struct toc_clause *c = action ? action->read : NULL;
	     c && c < action->read + TOC_CLAUSES_MAX && c->roles; c++)
		if (c->condition & TOC_IF_LINKED)
			return true;
	return false;
}

/* Who had to look at an item again: whose copies were seen by many is what its service counts. */
static struct toc_value *without_reviews(struct toc_arena *a, const struct toc_value *list)
{
	struct toc_value *shown = toc_value_list(a);

	for (size_t i = 0; i < toc_len(list); i++)
		if (!toc_get_is(toc_at(list, i), "timer", "review"))
			toc_push(a, shown, toc_at(list, i));
	return toc_len(shown) ? shown : NULL;
}

struct toc_value *toc_decided_shown(struct toc_arena *a, struct toc_str k, const struct toc_value *decided,
				    enum toc_rendering rendering)
{
	/* The server's own: to tell a repetition from a conflict, to find duplicates; what a step means for
	 * cases that are tied to this one, whose notifiers must not learn of each other; what services
	 * counted, and who looks at an item again because of it, likewise; whom a deconfliction check concerns, and because of what. Who was told of a crisis is no secret among those who were. */
	static const char *const hidden[] = { "digest",	      "dup_keys",  "linked",	  "disclosed",
					      "disclosed_to", "item_keys", "item_floods", "subject_keys",
					      "check_opened", "content", "address_keys", "calls", "item_reviews" };
	static const char *const bare[] = { "at", "received", "linked", "clock" };
	struct toc_value *shown = toc_value_map(a);
	bool little = rendering == TOC_WITHOUT_PERSONAL && !toc_is_of_incident(k);

	for (size_t i = 0; decided && decided->kind == TOC_MAP && i < decided->n; i++) {
		const struct toc_member *m = &decided->members[i];
		if (little
			    ? !listed(m->name, bare, sizeof bare / sizeof *bare)
			    : listed(m->name, hidden, sizeof hidden / sizeof *hidden) ||
				      (toc_is_of_deconfliction(k) &&
				       (toc_str_is(m->name, "readers") || toc_str_is(m->name, "orders"))))
			continue;
		toc_set_str(a, shown, m->name,
			    toc_is_of_incident(k)           ? broadcast_shown(a, m)
			    : toc_str_is(m->name, "readers") ? whole_readers(a, m->value)
			    : toc_is_of_signal(k) && toc_str_is(m->name, "timers_stopped")
				    ? without_reviews(a, m->value)
			    : toc_str_is(m->name, "linked") ? linked_shown(a, m->value)
			    : toc_str_is(m->name, "pages")  ? untied_pages(a, m->value)
							    : m->value);
	}
	return shown;
}
