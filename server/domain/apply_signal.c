/* apply_signal.c: what an entry does to content signals: the items it brings, their states, what is held and
 * counted of them, and the index that finds them. Total, as all of apply. */
#include <string.h>

#include "domain/apply.h"

static struct toc_item *item_of(const struct deed *d, const struct toc_value *effect)
{
	struct toc_uuid name = toc_get_id(effect, "item");
	struct toc_uuid id = toc_item_id(toc_mode_of(d->e->mode), d->e->exercise, name);

	return EDIT_EXISTING(d, item, id);
}

/* ---- the index ---- */

static void index_key(const struct deed *d, struct toc_item *item, struct toc_str key)
{
	item->key = toc_sameness_key(key, item->incident);
	struct toc_sameness *s = toc_world_edit(d->w, TOC_OBJECT_sameness, TOC_KEY(item->key), NULL);
	s->key = item->key;
	item->place = s->n_items;
	TOC_ADD(s, items)->id = item->id;
}

static void index_near(const struct deed *d, struct toc_item *item, struct toc_signals *s,
		       const struct toc_hash *near)
{
	item->stack = s->slots++ / TOC_STACK_SLOTS;
	struct toc_hash key = toc_haystack_key(item->incident, item->stack);
	struct toc_haystack *h = toc_world_edit(d->w, TOC_OBJECT_haystack, TOC_KEY(key), NULL);
	h->key = key;
	struct toc_slot *slot = TOC_ADD(h, slots);
	slot->hash = *near;
	slot->item = item->id;
}

static void hold(struct toc_signals *s, const struct toc_item *item, int64_t by)
{
	struct toc_holder *h = NULL;

	s->live += by;
	for (uint32_t i = 0; i < s->n_holders && !h; i++)
		if (toc_short_is(&s->holders[i].org, toc_short_str(&item->org)))
			h = &s->holders[i];
	if (!h) {
		h = TOC_ADD(s, holders);
		h->org = item->org;
	}
	h->live += by;
}

/* Thousands may be the same, and over at once: the last one takes the place, and nothing is searched. */
static void forget_sameness(const struct deed *d, const struct toc_item *item)
{
	struct toc_sameness *same = EDIT_EXISTING(d, sameness, item->key);
	int64_t at = item->place;

	if (!same || at >= same->n_items || !toc_uuid_eq(same->items[at].id, item->id))
		return; /* it has no such key */
	struct toc_uuid last = same->items[--same->n_items].id;
	same->items[at].id = last;
	if (same->n_items == 0)
		toc_world_remove(d->w, TOC_OBJECT_sameness, TOC_KEY(item->key));
	struct toc_item *moved = toc_uuid_eq(last, item->id) ? NULL : EDIT_EXISTING(d, item, last);
	if (moved)
		moved->place = at;
}

/* An item that is over is found no more. */
static void forget(const struct deed *d, struct toc_item *item)
{
	struct toc_signals *s = EDIT_EXISTING(d, signals, item->incident);

	if (s)
		hold(s, item, -1);
	forget_sameness(d, item);
	if (item->stack < 0)
		return;
	struct toc_hash key = toc_haystack_key(item->incident, item->stack);
	struct toc_haystack *h = EDIT_EXISTING(d, haystack, key);
	for (uint32_t i = 0; h && i < h->n_slots; i++)
		if (toc_uuid_eq(h->slots[i].item, item->id)) {
			TOC_REMOVE(h, slots, i);
			break;
		}
	item->stack = -1;
}

/* ---- items ---- */

static void set_opinion(struct toc_item *item, struct toc_str org, enum toc_opinion opinion)
{
	for (uint32_t i = 0; i < item->n_opinions; i++)
		if (toc_short_is(&item->opinions[i].org, org)) {
			item->opinions[i].opinion = opinion;
			return;
		}
	struct toc_opinion_of *o = TOC_ADD(item, opinions);
	toc_short_set(&o->org, org);
	o->opinion = opinion;
}

static void set_labels(struct toc_item *item, const struct toc_value *labels)
{
	char text[512];
	size_t n = 0;

	for (size_t i = 0; i < toc_len(labels); i++) {
		struct toc_str label = toc_text_of(toc_at(labels, i));
		if (n + 1 + label.n > sizeof text)
			break;
		if (n)
			text[n++] = ' ';
		memcpy(text + n, label.p, label.n);
		n += label.n;
	}
	toc_text_set(&item->labels, (struct toc_str){ text, n });
}

/* A member of the item, or what stands beside the list and holds for all. */
static const struct toc_value *said(const struct deed *d, const struct toc_value *v, const char *name)
{
	const struct toc_value *own = toc_get(v, name);

	return own ? own : toc_get(d->body, name);
}

/* What is known of its signals is kept until the last of them is over. */
static void kept_until(struct toc_signals *s, const struct toc_item *item)
{
	if (s && item->expires.us != TOC_TIME_NEVER.us && (s->until.us == TOC_TIME_NEVER.us || toc_before(s->until, item->expires)))
		s->until = item->expires;
}

static void new_item(const struct deed *d, struct toc_parcel *parcel, const struct toc_value *v,
		     const struct toc_value *keys)
{
	struct toc_uuid name = toc_get_id(v, "item_id"), cluster = toc_get_id(keys, "cluster");
	uint32_t mode = toc_mode_of(d->e->mode);
	struct toc_uuid id = toc_item_id(mode, d->e->exercise, name);
	enum toc_opinion opinion = toc_opinion_of(toc_text_of(said(d, v, "opinion")));
	struct toc_hash near;
	bool is_new;

	if (toc_uuid_is_nil(name))
		return;
	struct toc_item *item = toc_world_edit(d->w, TOC_OBJECT_item, TOC_KEY(id), &is_new);
	if (!is_new)
		return;
	item->id = id;
	item->name = name;
	item->incident = d->e->incident;
	item->message = d->e->eid;
	toc_short_set(&item->org, d->e->org);
	item->mode = mode;
	item->exercise = d->e->exercise;
	item->state = toc_item_state_of(toc_get_text(toc_get(d->decided, "new_items"), "state"));
	toc_short_set(&item->kind, toc_get_text(v, "signal_kind"));
	toc_short_set(&item->hash_type, toc_get_text(v, "hash_type"));
	item->negative = toc_get_is(v, "bank", "negative");
	item->distance = toc_get_int(v, "match_distance_max", -1);
	item->beyond = item->stack = -1;
	item->expires = toc_get_time(toc_get(v, "expires_at") ? v : d->body, "expires_at", TOC_TIME_NEVER);
	item->cluster = toc_uuid_is_nil(cluster) ? id : toc_item_id(mode, d->e->exercise, cluster);
	item->review_views = toc_get_int(toc_get(v, "review_at_views") ? v : d->body, "review_at_views", 0);
	set_labels(item, said(d, v, "behaviour_labels"));
	if (opinion != TOC_OPINION_NONE)
		set_opinion(item, d->e->org, opinion);
	TOC_ADD(parcel, items)->id = id;

	struct toc_signals *s = toc_world_edit(d->w, TOC_OBJECT_signals, TOC_KEY(item->incident), NULL);
	s->incident = item->incident;
	s->total++;
	kept_until(s, item);
	hold(s, item, 1);
	if (toc_get_text(keys, "key").n)
		index_key(d, item, toc_get_text(keys, "key"));
	if (toc_hex_decode(toc_get_text(keys, "near"), near.b, sizeof near.b) == 0)
		index_near(d, item, s, &near);
}

static void new_items(const struct deed *d)
{
	const struct toc_value *items = toc_get(d->body, "items"), *keys = toc_get(d->decided, "item_keys");

	if (!toc_get(d->decided, "new_items"))
		return;
	struct toc_parcel *parcel = toc_world_edit(d->w, TOC_OBJECT_parcel, TOC_KEY(d->e->eid), NULL);
	parcel->message = d->e->eid;
	for (size_t i = 0; i < toc_len(items); i++)
		new_item(d, parcel, toc_at(items, i), toc_at(keys, i));
}

/* ---- what becomes of them ---- */

static void item_state(const struct deed *d, const struct toc_value *v)
{
	struct toc_item *item = item_of(d, v);

	if (!item || !toc_item_is_live(item))
		return;
	if (item->state == TOC_ITEM_PROPOSED && toc_get_is(v, "to", "SHARED"))
		item->message = d->e->eid; /* whoever gets the release reads the item */
	item->state = toc_item_state_of(toc_get_text(v, "to"));
	if (toc_item_is_live(item))
		return;
	forget(d, item);
	struct toc_signals *s = EDIT_EXISTING(d, signals, item->incident);
	if (s && item->state == TOC_ITEM_RETRACTED)
		s->retracted++;
	else if (s)
		s->expired++;
}

static void item_scope(const struct deed *d, const struct toc_value *v)
{
	struct toc_item *item = item_of(d, v);

	if (!item)
		return;
	item->distance = toc_get_int(v, "distance", item->distance);
	item->beyond = toc_get_int(v, "beyond", -1);
	item->negative = toc_get_is(v, "bank", "negative");
}

static void item_opinion(const struct deed *d, const struct toc_value *v)
{
	struct toc_item *item = item_of(d, v);
	enum toc_opinion opinion = toc_opinion_of(toc_get_text(v, "opinion"));

	if (!item || opinion == TOC_OPINION_NONE)
		return;
	set_opinion(item, toc_get_text(v, "org"), opinion);
	struct toc_signals *s = toc_get_bool(v, "disputed") && !item->disputed ? EDIT_EXISTING(d, signals, item->incident)
									       : NULL;
	if (s)
		s->disputed++;
	item->disputed = toc_get_bool(v, "disputed");
	if (toc_get(v, "until")) { /* its timer finds that it has not come yet, and moves on */
		item->expires = toc_get_time(v, "until", item->expires);
		kept_until(EDIT_EXISTING(d, signals, item->incident), item);
	}
}

static void item_flood(const struct deed *d, const struct toc_value *v)
{
	struct toc_item *item = item_of(d, v);

	if (!item)
		return;
	item->flood_from = toc_get_time(v, "from", d->e->ts);
	item->flood_matches = toc_get_int(v, "matches", 0);
	item->matches += toc_get_int(d->body, "count", 0);
	item->blocked += toc_get_int(d->body, "blocked_at_upload", 0);
	item->removed += toc_get_int(d->body, "removed", 0);
	item->left_up += toc_get_int(d->body, "left_up_with_context", 0);
	item->reinstated += toc_get_int(d->body, "reinstated", 0);
	struct toc_signals *s = EDIT_EXISTING(d, signals, item->incident);
	if (!s)
		return;
	s->matches += toc_get_int(d->body, "count", 0);
	s->blocked += toc_get_int(d->body, "blocked_at_upload", 0);
	s->removed += toc_get_int(d->body, "removed", 0);
	s->left_up += toc_get_int(d->body, "left_up_with_context", 0);
	s->reinstated += toc_get_int(d->body, "reinstated", 0);
}

static void item_review(const struct deed *d, const struct toc_value *v)
{
	struct toc_item *item = item_of(d, v);
	struct toc_str org = toc_get_text(v, "org");

	if (!item)
		return;
	for (uint32_t i = 0; i < item->n_reviewing; i++)
		if (toc_short_is(&item->reviewing[i].org, org)) {
			if (!toc_get_bool(v, "owed"))
				TOC_REMOVE(item, reviewing, i);
			return;
		}
	if (toc_get_bool(v, "owed"))
		toc_short_set(&TOC_ADD(item, reviewing)->org, org);
}

void toc_apply_signals(const struct deed *d)
{
	static const struct {
		const char *list;
		void (*apply)(const struct deed *, const struct toc_value *);
	} effects[] = {
		{ "item_states", item_state },
		{ "item_scopes", item_scope },
		{ "item_opinions", item_opinion },
		{ "item_floods", item_flood },
		{ "item_reviews", item_review },
	};

	new_items(d);
	for (size_t i = 0; i < sizeof effects / sizeof *effects; i++) {
		const struct toc_value *list = toc_get(d->decided, effects[i].list);
		for (size_t k = 0; k < toc_len(list); k++)
			effects[i].apply(d, toc_at(list, k));
	}
}
