/* known.c: is this signal known already? Answers to `prepare` and to look-ups, and the index behind them.
 *
 * What is equal is found by its keyed hash; what is near by a scan of the incident's perceptual hashes, in
 * the keyed form that keeps distances. Both are exact: nothing is missed, and a set of one matches itself.
 * Only items that the asker may read are named. It is advice: whoever sends the same again may have a reason
 * to. Source: rules M6, (e) 9, (g) 13. */
#include <string.h>

#include "base/digest.h"
#include "domain/rule.h"
#include "hash/hash.h"

struct toc_hash toc_sameness_key(struct toc_str key, struct toc_uuid incident)
{
	struct toc_str parts[] = { { (const char *)incident.b, sizeof incident.b }, key };
	struct toc_sha256 digest = toc_sha256_parts(parts, 2);
	struct toc_hash h;

	memcpy(h.b, digest.b, sizeof h.b);
	return h;
}

struct toc_hash toc_haystack_key(struct toc_uuid incident, int64_t number)
{
	struct toc_hash h = { { 0 } };

	memcpy(h.b, incident.b, sizeof incident.b);
	for (unsigned i = 0; i < 8; i++)
		h.b[24 + i] = (uint8_t)((uint64_t)number >> (8 * i));
	return h;
}

/* ---- what the asker is told of an item ---- */

static struct toc_value *opinions_of(struct toc_ask *q, const struct toc_item *item)
{
	struct toc_value *list = toc_value_list(q->a);

	for (uint32_t i = 0; i < item->n_opinions; i++) {
		struct toc_value *v = toc_value_map(q->a);
		toc_set_text(q->a, v, "org", toc_short_str(&item->opinions[i].org));
		toc_set_cstr(q->a, v, "opinion", toc_opinion_name(item->opinions[i].opinion));
		toc_push(q->a, list, v);
	}
	return list;
}

static struct toc_value *labels_of(struct toc_ask *q, const struct toc_item *item)
{
	struct toc_value *list = toc_value_list(q->a);
	struct toc_str rest = toc_text_str(&item->labels);

	while (rest.n) {
		const char *blank = memchr(rest.p, ' ', rest.n);
		struct toc_str one = { rest.p, blank ? (size_t)(blank - rest.p) : rest.n };
		toc_push_text(q->a, list, one);
		rest.p += one.n + (blank != NULL);
		rest.n -= one.n + (blank != NULL);
	}
	return list;
}

static struct toc_value *told(struct toc_ask *q, const struct toc_item *item)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set_id(q->a, v, "item", item->name);
	toc_set_id(q->a, v, "message", item->message);
	toc_set_text(q->a, v, "sender", toc_short_str(&item->org));
	toc_set_cstr(q->a, v, "state", toc_item_state_name(item->state));
	toc_set_cstr(q->a, v, "bank", item->negative ? "negative" : "match");
	toc_set(q->a, v, "labels", labels_of(q, item));
	toc_set(q->a, v, "opinions", opinions_of(q, item));
	toc_set_bool(q->a, v, "disputed", item->disputed);
	const struct toc_item *root = toc_find_item(q->w, item->cluster);
	if (root && root != item && toc_item_is_read_by(q, root))
		toc_set_id(q->a, v, "variant_of", root->name);
	toc_set_time(q->a, v, "expires_at", item->expires);
	return v;
}

/* In the words of those who look up: the exchange's. */
static struct toc_value *told_to_asker(struct toc_ask *q, const struct toc_item *item)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set_id(q->a, v, "signal", item->name);
	toc_set_id(q->a, v, "message", item->message);
	toc_set_id(q->a, v, "incident", item->incident);
	toc_set_text(q->a, v, "source", toc_short_str(&item->org));
	toc_set_cstr(q->a, v, "state", toc_item_state_name(item->state));
	toc_set(q->a, v, "labels", labels_of(q, item));
	toc_set(q->a, v, "opinions", opinions_of(q, item));
	toc_set_bool(q->a, v, "dispute", item->disputed);
	toc_set_cstr(q->a, v, "bank", item->negative ? "negative" : "match");
	toc_set_time(q->a, v, "expires_at", item->expires);
	return v;
}

struct toc_value *toc_known_item(struct toc_ask *q, const struct toc_item *item)
{
	struct toc_value *list = toc_value_list(q->a);

	toc_push(q->a, list, told(q, item));
	return list;
}

/* ---- finding ---- */

#define FEW 8 /* of what is equal so many are looked at, whatever was asked before */

struct finding {
	struct toc_ask *q;
	struct toc_value *list;
	struct toc_str name; /* of the item that is asked about */
	size_t begun;        /* where its answers begin */
	int64_t more;        /* found and not named */
	int64_t compared;    /* hashes with hashes, so far */
	int64_t unsearched;  /* items for which not everything was looked through */
	bool negative;       /* something in the negative bank is like it */
	bool looked_up;      /* told in the words of a look-up */
	int64_t max;         /* no farther than this */
	struct toc_uuid named[TOC_KNOWN_MAX]; /* the items of the list */
};

/* A prepare must not hold up a threat to life, whatever is asked and however many are alike. */
static bool may_go_on(struct finding *f, int64_t comparisons)
{
	if (f->compared + comparisons > TOC_COMPARED_MAX)
		return false;
	f->compared += comparisons;
	return true;
}

/* distance -1: it is the same */
static void found(struct finding *f, struct toc_uuid id, int64_t distance)
{
	const struct toc_item *item = toc_find_item(f->q->w, id);

	if (!item || !toc_item_is_live(item) || !toc_item_is_read_by(f->q, item) || distance > item->distance ||
	    distance > f->max)
		return;
	for (size_t i = f->begun; i < toc_len(f->list); i++)
		if (toc_uuid_eq(f->named[i], id))
			return; /* the same, and so of course near */
	f->negative |= item->negative;
	if (toc_len(f->list) == TOC_KNOWN_MAX) {
		f->more++;
		return;
	}
	struct toc_value *v = f->looked_up ? told_to_asker(f->q, item) : told(f->q, item);
	if (!f->looked_up)
		toc_set_text(f->q->a, v, "for", f->name);
	if (item->distance >= 0 || f->looked_up)
		toc_set_int(f->q->a, v, "distance", distance < 0 ? 0 : distance);
	if (item->state == TOC_ITEM_QUARANTINED)
		toc_set_bool(f->q->a, v, "quarantined", (distance < 0 ? 0 : distance) > item->beyond);
	f->named[toc_len(f->list)] = id;
	toc_push(f->q->a, f->list, v);
}

static void find_same(struct finding *f, struct toc_str key)
{
	struct toc_hash h = toc_sameness_key(key, f->q->incident->id);
	const struct toc_sameness *s = toc_world_get(f->q->w, TOC_OBJECT_sameness, TOC_KEY(h));

	for (uint32_t i = 0; s && i < s->n_items; i++) {
		if (!may_go_on(f, TOC_COMPARED_EACH) && i >= FEW) {
			f->unsearched++;
			return;
		}
		found(f, s->items[i].id, -1);
	}
}

static void find_near(struct finding *f, const struct toc_hash *needle)
{
	const struct toc_signals *s = toc_find_signals(f->q->w, f->q->incident->id);
	int64_t stacks = s ? (s->slots + TOC_STACK_SLOTS - 1) / TOC_STACK_SLOTS : 0;

	if (!may_go_on(f, s ? s->slots : 0)) {
		f->unsearched++;
		return;
	}
	for (int64_t n = 0; n < stacks; n++) {
		struct toc_hash key = toc_haystack_key(f->q->incident->id, n);
		const struct toc_haystack *h = toc_world_get(f->q->w, TOC_OBJECT_haystack, TOC_KEY(key));
		if (!h)
			continue;
		const struct toc_pdq_haystack in = { h->slots, h->n_slots, sizeof *h->slots };
		unsigned distance;
		for (size_t slot = 0; toc_pdq_next(&in, needle->b, TOC_PDQ_DISTANCE_MAX, &slot, &distance);
		     slot++) {
			if (!may_go_on(f, TOC_COMPARED_EACH)) {
				f->unsearched++;
				return;
			}
			found(f, h->slots[slot].item, distance);
		}
	}
}

static void find(struct finding *f, const struct toc_value *keys)
{
	struct toc_str key = toc_get_text(keys, "key");
	struct toc_hash needle;

	if (key.n)
		find_same(f, key);
	if (toc_hex_decode(toc_get_text(keys, "near"), needle.b, sizeof needle.b) == 0)
		find_near(f, &needle);
}

/* Known to be lawful: what else is like it in that place is not to be acted on. */
static void suppress(struct finding *f)
{
	for (size_t k = f->begun; f->negative && k < toc_len(f->list); k++)
		if (toc_get_is(toc_at(f->list, k), "bank", "match"))
			toc_set_bool(f->q->a, toc_at(f->list, k), "suppressed", true);
}

struct toc_value *toc_known_among(struct toc_ask *q, const struct toc_value *keys, int64_t max, bool *ret_all)
{
	struct finding f = { .q = q, .list = toc_value_list(q->a), .max = max, .looked_up = true };

	for (size_t i = 0; i < toc_len(keys); i++) {
		q->incident = toc_find_incident(q->w, toc_get_id(toc_at(keys, i), "incident"));
		f.begun = toc_len(f.list);
		f.negative = false;
		if (q->incident)
			find(&f, toc_at(keys, i));
		suppress(&f);
	}
	*ret_all = !f.more && !f.unsearched;
	return f.list;
}

struct toc_value *toc_known(struct toc_ask *q, const struct toc_value *items)
{
	struct finding f = { .q = q, .list = toc_value_list(q->a), .max = TOC_PDQ_DISTANCE_MAX };

	for (size_t i = 0; i < toc_len(items); i++) {
		const struct toc_value *keys = toc_at(q->c->item_keys, i);
		f.name = toc_get_text(toc_at(items, i), "item_id");
		f.begun = toc_len(f.list);
		f.negative = false;
		find(&f, keys);
		suppress(&f);
	}
	if (f.more || f.unsearched) {
		struct toc_value *v = toc_value_map(q->a);
		toc_set_int(q->a, v, "more", f.more);
		toc_set_int(q->a, v, "unsearched", f.unsearched);
		toc_push(q->a, f.list, v);
	}
	return f.list;
}
