/* apply_delivery.c: what an entry does to deliveries: those that come to be, how far they have come, who carries them. */
#include "domain/apply.h"

#include <string.h>

static void put_into_outbox(const struct deed *d, const struct toc_delivery *one)
{
	struct toc_outbox *box = toc_world_edit(d->w, TOC_OBJECT_outbox, toc_short_str(&one->org), NULL);

	box->org = one->org;
	TOC_ADD(box, deliveries)->id = one->id;
}

static void remove_delivery(const struct deed *d, struct toc_uuid id)
{
	const struct toc_delivery *one = toc_find_delivery(d->w, id);
	struct toc_outbox *box = one ? toc_edit_existing(d->w, TOC_OBJECT_outbox, toc_short_str(&one->org)) : NULL;

	for (uint32_t i = 0; box && i < box->n_deliveries; i++)
		if (toc_uuid_eq(box->deliveries[i].id, id)) {
			TOC_REMOVE(box, deliveries, i);
			break;
		}
	if (box && !box->n_deliveries) {
		struct toc_short org = box->org;
		toc_world_remove(d->w, TOC_OBJECT_outbox, toc_short_str(&org));
	}
	toc_world_remove(d->w, TOC_OBJECT_delivery, TOC_KEY(id));
}

static unsigned channel_of(struct toc_str name)
{
	unsigned k = 0;

	while (toc_channel_name(k) && !toc_str_is(name, toc_channel_name(k)))
		k++;
	return k;
}

static void queue(const struct deed *d)
{
	const struct toc_value *pages = toc_get(d->decided, "pages");

	for (size_t i = 0; i < toc_len(pages); i++) {
		const struct toc_value *p = toc_at(pages, i);
		struct toc_str org = toc_get_text(p, "org"), name = toc_get_text(p, "channel");
		unsigned channel = channel_of(name);
		int64_t contact = toc_get_int(p, "contact", 0);
		struct toc_uuid id = toc_delivery_id(d->e->eid, org, contact, name), about = toc_get_id(p, "about");
		bool is_new;
		if (!toc_get_is(p, "state", "queued") || !toc_channel_name(channel) || !(TOC_CARRIED & 1u << channel))
			continue;
		struct toc_delivery *one = toc_world_edit(d->w, TOC_OBJECT_delivery, TOC_KEY(id), &is_new);
		if (!is_new)
			continue;
		one->id = id;
		one->message = toc_uuid_is_nil(about) ? d->e->eid : about;
		one->page = d->e->eid;
		toc_short_set(&one->org, org);
		one->point = toc_get_id(p, "point");
		one->contact = contact;
		one->person = toc_get_id(p, "person");
		one->channel = channel;
		one->state = TOC_DELIVERY_QUEUED;
		one->calls = !toc_get_bool(p, "told");
		one->since = one->next = d->e->ts;
		toc_short_set(&one->node, d->e->node);
		one->mode = toc_mode_of(d->e->mode);
		one->exercise = d->e->exercise;
		one->incident = d->e->incident;
		one->threat = d->e->case_ref;
		put_into_outbox(d, one);
	}
}

/* Is that its end? What was only handed on to a telephone may still be heard of. */
static bool is_over(const struct toc_delivery *one, enum toc_delivery_state to)
{
	return to >= TOC_DELIVERY_DELIVERED || (to == TOC_DELIVERY_SENT && one->channel == TOC_CHANNEL_MAIL);
}

static void steps(const struct deed *d, const struct toc_value *list)
{
	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		struct toc_uuid id = toc_get_id(v, "id");
		enum toc_delivery_state to = toc_delivery_state_of(toc_get_text(v, "state"));
		struct toc_delivery *one = EDIT_EXISTING(d, delivery, id);
		if (!one || to == TOC_DELIVERY_NONE)
			continue;
		one->state = to;
		one->attempts = toc_get_int(v, "attempts", one->attempts);
		one->next = toc_get_time(v, "next", one->next);
		if (is_over(one, to))
			remove_delivery(d, id);
	}
}

/* All deliveries of which this is true: their ids, in an arena of their own. */
struct found {
	struct toc_uuid id;
	struct found *next;
};
static struct found *find_all(const struct toc_world *w, struct toc_arena *a, bool (*is)(const struct toc_delivery *, const void *),
			      const void *what)
{
	struct toc_world_cursor cursor = { 0 };
	struct found *list = NULL;
	const struct toc_delivery *one;

	while ((one = toc_world_next(w, TOC_OBJECT_delivery, &cursor)))
		if (is(one, what)) {
			struct found *f = toc_arena_alloc(a, sizeof *f);
			*f = (struct found){ one->id, list };
			list = f;
		}
	return list;
}

static bool is_of_node(const struct toc_delivery *one, const void *node)
{
	return toc_short_is(&one->node, *(const struct toc_str *)node);
}

static bool is_of_exercise(const struct toc_delivery *one, const void *exercise)
{
	return toc_uuid_eq(one->exercise, *(const struct toc_uuid *)exercise);
}

static void take_over(const struct deed *d)
{
	const struct toc_value *v = toc_get(d->decided, "taken_over");
	struct toc_str from = toc_get_text(v, "from"), by = toc_get_text(v, "by");

	if (!v)
		return;
	struct toc_arena *a = toc_arena_new();
	for (struct found *f = find_all(d->w, a, is_of_node, &from); f; f = f->next) {
		struct toc_delivery *one = EDIT_EXISTING(d, delivery, f->id);
		toc_short_set(&one->node, by);
	}
	toc_arena_free(a);
}

/* An exercise that is over reaches nobody any more. */
static void end_exercise(const struct deed *d)
{
	if (!toc_str_is(d->e->k, "exercise.end"))
		return;
	struct toc_arena *a = toc_arena_new();
	for (struct found *f = find_all(d->w, a, is_of_exercise, &d->e->exercise); f; f = f->next)
		remove_delivery(d, f->id);
	toc_arena_free(a);
}

static void channels(const struct deed *d)
{
	const struct toc_value *list = toc_get(d->body, "channels");
	int64_t only = 0;

	if (!toc_str_is(d->e->k, "policy.channels"))
		return;
	struct toc_reach *r = toc_world_edit(d->w, TOC_OBJECT_reach, TOC_KEY(only), NULL);
	r->key = only;
	r->version = toc_get_int(d->body, "version", 0);
	r->channels = 0;
	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_channel_name(channel_of(toc_text_of(toc_at(list, i)))))
			r->channels |= 1u << channel_of(toc_text_of(toc_at(list, i)));
}

void toc_apply_deliveries(const struct deed *d)
{
	const struct toc_value *linked = toc_get(d->decided, "linked");

	channels(d);
	queue(d);
	steps(d, toc_get(d->decided, "deliveries"));
	for (size_t i = 0; i < toc_len(linked); i++)
		steps(d, toc_get(toc_at(linked, i), "deliveries"));
	take_over(d);
	end_exercise(d);
}

static size_t put(struct toc_uuid *ids, size_t n, const struct toc_value *list)
{
	for (size_t i = 0; i < toc_len(list); i++)
		ids[n++] = toc_get_id(toc_at(list, i), "id");
	return n;
}

size_t toc_entry_deliveries(const struct toc_entry *e, struct toc_arena *a, struct toc_uuid **ret_ids)
{
	const struct toc_value *decided = toc_get(e->body, "decided"), *pages = toc_get(decided, "pages"),
			       *steps_of = toc_get(decided, "deliveries"), *linked = toc_get(decided, "linked");
	size_t n = toc_len(pages) + toc_len(steps_of);

	for (size_t i = 0; i < toc_len(linked); i++)
		n += toc_len(toc_get(toc_at(linked, i), "deliveries"));
	struct toc_uuid *ids = n ? toc_arena_alloc(a, n * sizeof *ids) : NULL;
	n = 0;
	for (size_t i = 0; i < toc_len(pages); i++)
		if (toc_get_is(toc_at(pages, i), "state", "queued"))
			ids[n++] = toc_delivery_id(e->eid, toc_get_text(toc_at(pages, i), "org"),
						   toc_get_int(toc_at(pages, i), "contact", 0), toc_get_text(toc_at(pages, i), "channel"));
	n = put(ids, n, steps_of);
	for (size_t i = 0; i < toc_len(linked); i++)
		n = put(ids, n, toc_get(toc_at(linked, i), "deliveries"));
	*ret_ids = ids;
	return n;
}
