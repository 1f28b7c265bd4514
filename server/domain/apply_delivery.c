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

/* A new delivery, or NULL when it is there already. */
static struct toc_delivery *begin(const struct deed *d, struct toc_uuid id, const struct toc_value *v, unsigned channel)
{
	struct toc_uuid about = toc_get_id(v, "about");
	bool is_new;
	struct toc_delivery *one = toc_world_edit(d->w, TOC_OBJECT_delivery, TOC_KEY(id), &is_new);

	if (!is_new)
		return NULL;
	one->id = id;
	one->message = toc_uuid_is_nil(about) ? d->e->eid : about;
	one->page = d->e->eid;
	toc_short_set(&one->org, toc_get_text(v, "org"));
	one->person = toc_get_id(v, "person");
	one->channel = channel;
	one->state = TOC_DELIVERY_QUEUED;
	one->calls = !toc_get_bool(v, "told");
	one->since = one->next = d->e->ts;
	toc_short_set(&one->node, d->e->node);
	one->mode = toc_mode_of(d->e->mode);
	one->exercise = d->e->exercise;
	if (!toc_get_bool(v, "tied")) { /* else it is of a case of another notifier, which they are not told */
		one->incident = d->e->incident;
		one->threat = d->e->case_ref;
	}
	put_into_outbox(d, one);
	return one;
}

/* Webhooks and browsers. */
static void queue_calls(const struct deed *d)
{
	const struct toc_value *calls = toc_get(d->decided, "calls");

	for (size_t i = 0; i < toc_len(calls); i++) {
		const struct toc_value *v = toc_at(calls, i);
		struct toc_uuid to = toc_get_id(v, "to"), about = toc_get_id(v, "about");
		unsigned channel = channel_of(toc_get_text(v, "channel"));
		if (toc_uuid_is_nil(to) || (channel != TOC_CHANNEL_WEBHOOK && channel != TOC_CHANNEL_PUSH))
			continue;
		struct toc_delivery *one = begin(d, toc_call_id(d->e->eid, to), v, channel);
		if (!one)
			continue;
		const struct toc_message *m = toc_uuid_is_nil(about) ? NULL : toc_find_message(d->w, about);
		one->to = to;
		one->seq = m ? m->seq : (int64_t)d->e->seq;
	}
}

static void queue(const struct deed *d)
{
	const struct toc_value *pages = toc_get(d->decided, "pages");

	for (size_t i = 0; i < toc_len(pages); i++) {
		const struct toc_value *p = toc_at(pages, i);
		struct toc_str org = toc_get_text(p, "org"), name = toc_get_text(p, "channel");
		unsigned channel = channel_of(name);
		int64_t contact = toc_get_int(p, "contact", 0);
		struct toc_uuid id = toc_delivery_id(d->e->eid, org, contact, name);
		if (!toc_get_is(p, "state", "queued") || !toc_channel_name(channel) || !(TOC_CARRIED & 1u << channel))
			continue;
		struct toc_delivery *one = begin(d, id, p, channel);
		if (!one)
			continue;
		one->point = toc_get_id(p, "point");
		one->contact = contact;
		one->to = toc_get_id(p, "by");
		one->seq = (int64_t)d->e->seq;
	}
}

/* Is that its end? What was only handed on to a telephone may still be heard of. */
static bool is_over(const struct toc_delivery *one, enum toc_delivery_state to)
{
	bool heard_of = one->channel >= TOC_CHANNEL_PHONE && one->channel <= TOC_CHANNEL_RADIO;

	return to >= TOC_DELIVERY_DELIVERED || ((to == TOC_DELIVERY_SENT || to == TOC_DELIVERY_UNCONFIRMED) && !heard_of);
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

/* An address that is given up is called no more, a browser that is let sleep not woken. */
static bool is_to(const struct toc_delivery *one, const void *to)
{
	return toc_uuid_eq(one->to, *(const struct toc_uuid *)to);
}

void toc_apply_no_more(const struct deed *d, struct toc_uuid to)
{
	struct toc_arena *a = toc_arena_new();

	for (struct found *f = find_all(d->w, a, is_to, &to); f; f = f->next)
		remove_delivery(d, f->id);
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
	queue_calls(d);
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
			       *calls = toc_get(decided, "calls"), *steps_of = toc_get(decided, "deliveries"), *linked = toc_get(decided, "linked");
	size_t n = toc_len(pages) + toc_len(calls) + toc_len(steps_of);

	for (size_t i = 0; i < toc_len(linked); i++)
		n += toc_len(toc_get(toc_at(linked, i), "deliveries"));
	struct toc_uuid *ids = n ? toc_arena_alloc(a, n * sizeof *ids) : NULL;
	n = 0;
	for (size_t i = 0; i < toc_len(pages); i++)
		if (toc_get_is(toc_at(pages, i), "state", "queued"))
			ids[n++] = toc_delivery_id(e->eid, toc_get_text(toc_at(pages, i), "org"),
						   toc_get_int(toc_at(pages, i), "contact", 0), toc_get_text(toc_at(pages, i), "channel"));
	for (size_t i = 0; i < toc_len(calls); i++)
		ids[n++] = toc_call_id(e->eid, toc_get_id(toc_at(calls, i), "to"));
	n = put(ids, n, steps_of);
	for (size_t i = 0; i < toc_len(linked); i++)
		n = put(ids, n, toc_get(toc_at(linked, i), "deliveries"));
	*ret_ids = ids;
	return n;
}
