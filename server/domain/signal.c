/* signal.c: content signals (M6): what is proposed and shared, and what the leads rule on it.
 *
 * Each item has a life of its own (lifecycle.def). Its readers are those of the entry that brought it; a
 * proposed item is the hub's to release, and the release carries it to its audience. What an item recognises
 * is sealed: the state holds keyed forms only (known.c). A signal never suggests removal, and it expires.
 * Source: rules b.4, M6, a.3.1, (e) 7 and 10. */
#include <string.h>

#include "domain/rule.h"
#include "hash/hash.h"

struct toc_uuid toc_item_id(uint32_t mode, struct toc_uuid exercise, struct toc_uuid name)
{
	/* An exercise can be played again, with the same items; they are never those of anything else. */
	return toc_derived_id("item", name, (struct toc_str){ (const char *)exercise.b, sizeof exercise.b },
			      mode);
}

const struct toc_item *toc_item_named(struct toc_ask *q, struct toc_uuid name)
{
	return toc_find_item(q->w, toc_item_id(q->mode, q->exercise_id, name));
}

bool toc_item_is_read_by(const struct toc_ask *q, const struct toc_item *i)
{
	const struct toc_message *m = i ? toc_find_message(q->w, i->message) : NULL;

	return m && (!q->org || toc_is_reader(m, q->p->org, q->roles));
}

bool toc_item_is_live(const struct toc_item *i)
{
	return i->state != TOC_ITEM_NONE && i->state != TOC_ITEM_RETRACTED && i->state != TOC_ITEM_EXPIRED;
}

const char *toc_item_path(struct toc_ask *q, const char *list, size_t i, const char *member)
{
	return toc_arena_printf(q->a, "body.%s[%zu].%s", list, i, member).p;
}

/* ---- what is checked of an item ---- */

/* A member of the item, or what stands beside the list and holds for all. */
static const struct toc_value *said(struct toc_ask *q, const struct toc_value *item, const char *name)
{
	const struct toc_value *own = toc_get(item, name);

	return own ? own : toc_get(q->body, name);
}

static int check_hash(struct toc_ask *q, const struct toc_value *item, size_t i)
{
	struct toc_str value = toc_get_text(item, "hash_value");
	int64_t quality = toc_get_int(item, "hash_quality", 0);
	uint8_t hash[TOC_PDQ_BYTES];

	if (toc_get_is(item, "hash_type", "VPDQ") && value.n && !toc_vpdq_is_list(value.p, value.n))
		return TOC_REFUSE(q, BAD_VALUE, toc_item_path(q, "items", i, "hash_value"), "domain M6",
				  "hash_value: not HEX,quality,seconds for each frame, a blank between two");
	if (!toc_get_is(item, "hash_type", "PDQ"))
		return 0;
	if (toc_hash_parse(value.p, value.n, hash, sizeof hash) < 0)
		return TOC_REFUSE(q, BAD_VALUE, toc_item_path(q, "items", i, "hash_value"), "domain M6",
				  "hash_value: not 64 hexadecimal digits");
	if (toc_pdq_is_fit(hash, (unsigned)quality))
		return 0;
	if (quality < TOC_PDQ_QUALITY_LEAST)
		return TOC_REFUSE(q, CONDITION, toc_item_path(q, "items", i, "hash_quality"), "domain M6",
				  "hash_quality: %d, below %d a picture cannot be told from others",
				  (int)quality, TOC_PDQ_QUALITY_LEAST);
	return TOC_REFUSE(q, BAD_VALUE, toc_item_path(q, "items", i, "hash_value"), "domain M6",
			  "hash_value: the hash of nothing");
}

static int check_times(struct toc_ask *q, const struct toc_value *item, size_t i)
{
	const struct toc_value *seen = toc_get(item, "seen_at"), *expires = said(q, item, "expires_at");
	const char *field =
		toc_get(item, "expires_at") ? toc_item_path(q, "items", i, "expires_at") : "body.expires_at";
	toc_time at;

	for (size_t k = 0; k < toc_len(seen); k++)
		if (toc_ask_not_ahead(q, toc_at(seen, k), "first_seen",
				      toc_item_path(q, "items", i, "seen_at")) < 0 ||
		    toc_ask_not_ahead(q, toc_at(seen, k), "last_checked",
				      toc_item_path(q, "items", i, "seen_at")) < 0)
			return -1;
	if (toc_time_parse(toc_text_of(expires), &at, NULL) < 0)
		return 0; /* the catalogue has asked for it */
	if (!toc_before(q->at, at))
		return TOC_REFUSE(q, CONDITION, field, "domain (e) 7", "%s: it is over already", field);
	if (toc_before(toc_after_months(q->at, TOC_EXPIRY_MONTHS_MAX), at))
		return TOC_REFUSE(q, CONDITION, field, "domain (e) 7", "%s: at most %d months from now",
				  field, TOC_EXPIRY_MONTHS_MAX);
	return 0;
}

/* Item k of the same list, with k < i, that has this id; or -1. */
static int64_t earlier(const struct toc_value *items, size_t i, struct toc_str name)
{
	for (size_t k = 0; k < i; k++)
		if (toc_str_eq(toc_get_text(toc_at(items, k), "item_id"), name))
			return (int64_t)k;
	return -1;
}

static int check_variant(struct toc_ask *q, const struct toc_value *items, size_t i)
{
	const struct toc_value *item = toc_at(items, i);
	struct toc_str name = toc_get_text(item, "variant_of");

	if (!name.n) {
		if (toc_get(item, "variant_kind") || toc_str_is(q->c->k, "M6.variant"))
			return TOC_REFUSE(q, MISSING_FIELD, toc_item_path(q, "items", i, "variant_of"),
					  "domain M6", "variant_of: of which item it is a variant");
		return 0;
	}
	if (earlier(items, i, name) >= 0)
		return 0;
	const struct toc_item *of = toc_item_named(q, toc_id_of(name));
	if (!toc_item_is_read_by(q, of) || !toc_uuid_eq(of->incident, q->incident->id))
		return toc_refuse_unknown(q, toc_item_path(q, "items", i, "variant_of"));
	return 0;
}

static int check_item(struct toc_ask *q, const struct toc_value *items, size_t i)
{
	const struct toc_value *item = toc_at(items, i);
	struct toc_str name = toc_get_text(item, "item_id");
	bool negative = toc_get_is(item, "bank", "negative");

	if (earlier(items, i, name) >= 0 || toc_item_named(q, toc_id_of(name)))
		return TOC_REFUSE(q, ID_CONFLICT, toc_item_path(q, "items", i, "item_id"), "domain M6",
				  "item_id: already used");
	if (negative != toc_str_is(q->c->k, "M6.scope"))
		return TOC_REFUSE(q, CONDITION, toc_item_path(q, "items", i, "bank"), "domain (e) 10",
				  negative ? "bank: what is in the negative bank is ruled by scope"
					   : "bank: by scope, items go into the negative bank only");
	if (check_hash(q, item, i) < 0 || check_times(q, item, i) < 0 || check_variant(q, items, i) < 0)
		return -1;
	return 0;
}

static int check_open(struct toc_ask *q)
{
	switch (q->incident->state) {
	case TOC_INCIDENT_REPORTED:
	case TOC_INCIDENT_ASSESSING:
	case TOC_INCIDENT_EARLY_WARNING:
	case TOC_INCIDENT_ACTIVE:
	case TOC_INCIDENT_WINDING_DOWN: return 0;
	default:
		return TOC_REFUSE(q, STATE, "incident_ref", "domain b.1",
				  "the incident is %s: it takes no signals",
				  toc_incident_state_name(q->incident->state));
	}
}

static int64_t held_by(const struct toc_signals *s, struct toc_str org)
{
	for (uint32_t i = 0; s && i < s->n_holders; i++)
		if (toc_short_is(&s->holders[i].org, org))
			return s->holders[i].live;
	return 0;
}

static int check_items(struct toc_ask *q)
{
	const struct toc_value *items = toc_get(q->body, "items");
	const struct toc_signals *s = toc_find_signals(q->w, q->incident->id);
	int64_t more = (int64_t)toc_len(items);

	if ((s ? s->live : 0) + more > TOC_ITEMS_MAX) /* how many there are is not everybody's to know */
		return TOC_REFUSE(q, LIMIT, "body.items", "domain M6",
				  "items: an incident has at most %d that are not over", TOC_ITEMS_MAX);
	if (held_by(s, q->p->org) + more > TOC_ITEMS_MAX_EACH)
		return TOC_REFUSE(q, LIMIT, "body.items", "domain M6",
				  "items: at most %d of one organisation in an incident that are not over",
				  TOC_ITEMS_MAX_EACH);
	for (size_t i = 0; i < toc_len(items); i++)
		if (check_item(q, items, i) < 0)
			return -1;
	return 0;
}

/* ---- what follows from it ---- */

/* The item that this one is in the end a variant of, by its sender's name; nil when of nothing. */
static struct toc_str cluster_of(struct toc_ask *q, const struct toc_value *items, size_t i,
				 const struct toc_value *made)
{
	struct toc_str name = toc_get_text(toc_at(items, i), "variant_of");
	int64_t k = name.n ? earlier(items, i, name) : -1;

	if (k >= 0) {
		struct toc_str root = toc_get_text(toc_at(made, (size_t)k), "cluster");
		return root.n ? root : name;
	}
	const struct toc_item *of = name.n ? toc_item_named(q, toc_id_of(name)) : NULL;
	const struct toc_item *root = of ? toc_find_item(q->w, of->cluster) : NULL;
	return root ? toc_uuid_str(q->a, root->name) : TOC_STR("");
}

/* What the entry does not say of its items in the message itself: the state that they come to be in, and
 * beside it, for the index and shown to nobody, what finds them. */
static void add_items(struct toc_ask *q, struct toc_draft *d, const struct toc_value *items)
{
	struct toc_value *decided = toc_decided(d), *made = toc_value_list(q->a), *is = toc_value_map(q->a);
	toc_time first = TOC_TIME_NEVER;
	enum toc_item_state state = TOC_ITEM_NONE;

	if (!toc_item_step(d->k, TOC_ITEM_NONE, &state))
		TOC_WRONG("a new item has no state");
	for (size_t i = 0; i < toc_len(items); i++) {
		const struct toc_value *keys = toc_at(q->c->item_keys, i);
		struct toc_value *v = keys ? toc_value_copy(q->a, keys) : toc_value_map(q->a);
		struct toc_str cluster = cluster_of(q, items, i, made);
		const struct toc_value *item = toc_at(items, i);
		toc_time expires = toc_get_time(toc_get(item, "expires_at") ? item : q->body, "expires_at",
						TOC_TIME_NEVER);
		if (cluster.n)
			toc_set_text(q->a, v, "cluster", cluster);
		toc_push(q->a, made, v);
		if (toc_before(expires, first))
			first = expires;
	}
	toc_set_cstr(q->a, is, "state", toc_item_state_name(state));
	toc_set(q->a, decided, "new_items", is);
	toc_set(q->a, decided, "item_keys", made);
	toc_start_expiry(q, decided, d->eid, first);
}

/* To prepare: what is known already, and a word of warning when it is known to be lawful. */
static void say_what_is_known(struct toc_ask *q, struct toc_draft *d, const struct toc_value *items)
{
	struct toc_value *known = toc_known(q, items), *warnings = toc_value_list(q->a),
			 *warning = toc_value_map(q->a);

	toc_set(q->a, toc_decided(d), "known", known);
	for (size_t i = 0; i < toc_len(known) && !toc_len(warnings); i++)
		if (toc_get_is(toc_at(known, i), "bank", "negative")) {
			toc_set_cstr(q->a, warning, "code", "known_lawful");
			toc_set_cstr(
				q->a, warning, "text",
				"something like it is known to be lawful: a news report, a memorial page");
			toc_push(q->a, warnings, warning);
		}
	toc_set(q->a, toc_decided(d), "warnings", warnings);
}

static bool is_with_others(const struct toc_draft *d)
{
	const struct toc_value *readers = toc_get(d->decided, "readers");

	for (size_t i = 0; i < toc_len(readers); i++)
		if (!toc_str_eq(toc_get_text(toc_at(readers, i), "org"), d->org))
			return true;
	return false;
}

int toc_rule_signals(struct toc_ask *q)
{
	const struct toc_value *items = toc_get(q->body, "items"), *audience = toc_get(q->m, "audience");
	bool proposal = toc_str_is(q->c->k, "M6.propose");
	struct toc_str hub = toc_hub(q->w, q->exercise);

	if (toc_ask_may(q, 0) < 0 || toc_check_impersonal(q) < 0 || check_open(q) < 0 || check_items(q) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, q->action->k);
	if (toc_address(q, d, audience) < 0)
		return -1;
	if (!proposal && !q->looking && !is_with_others(d)) /* what is known of it may be asked before it is known whom to tell */
		return TOC_REFUSE(q, NO_READER, "audience", "domain M6", "audience: with whom it is shared: what goes to nobody warns nobody");
	if (proposal && !toc_reader_add(q, d, hub, 0))
		return TOC_REFUSE(q, NO_READER, "audience", "domain a.3.1",
				  "there is no hub to propose it to");
	add_items(q, d, items);
	toc_engage(q, d);
	if (q->looking)
		say_what_is_known(q, d, items);
	return 0;
}

/* ---- what the leads rule ---- */

struct ruling {
	const struct toc_item *item;
	const struct toc_value *said;
	size_t i;
	bool released;
};

/* What an action may find wrong about the item, besides its state. */
static int check_ruling(struct toc_ask *q, const struct ruling *r)
{
	struct toc_str action = toc_get_text(r->said, "action");
	int64_t distance = toc_get_int(r->said, "match_distance_max", -1);
	const struct toc_item *item = r->item;

	if (toc_str_is(action, "narrow") && distance >= item->distance)
		return TOC_REFUSE(q, CONDITION, toc_item_path(q, "scopes", r->i, "match_distance_max"),
				  "domain M6",
				  item->distance < 0 ? "match_distance_max: the item is matched exactly"
						     : "match_distance_max: only ever lower than it is");
	if (toc_str_is(action, "quarantine") && toc_get(r->said, "beyond") &&
	    toc_get_int(r->said, "beyond", 0) >= item->distance)
		return TOC_REFUSE(q, CONDITION, toc_item_path(q, "scopes", r->i, "beyond"), "domain (e) 10",
				  "beyond: the item is not matched at a greater distance");
	if (toc_str_is(action, "bank") && toc_get_is(r->said, "bank", item->negative ? "negative" : "match"))
		return TOC_REFUSE(q, STATE, toc_item_path(q, "scopes", r->i, "bank"), "domain (e) 10",
				  "bank: it is in that bank already");
	return 0;
}

static int take_ruling(struct toc_ask *q, const struct toc_value *scopes, size_t i, struct ruling *r)
{
	const struct toc_value *said = toc_at(scopes, i);
	struct toc_str name = toc_get_text(said, "item_ref"), action = toc_get_text(said, "action");
	enum toc_item_state to;

	*r = (struct ruling){ toc_item_named(q, toc_id_of(name)), said, i, toc_str_is(action, "release") };
	if (!toc_item_is_read_by(q, r->item) || !toc_uuid_eq(r->item->incident, q->incident->id))
		return toc_refuse_unknown(q, toc_item_path(q, "scopes", i, "item_ref"));
	for (size_t k = 0; k < i; k++)
		if (toc_str_eq(toc_get_text(toc_at(scopes, k), "item_ref"), name))
			return TOC_REFUSE(q, BAD_VALUE, toc_item_path(q, "scopes", i, "item_ref"),
					  "domain a.3.1", "item_ref: twice in the list");
	if (!toc_item_step(action, r->item->state, &to))
		return TOC_REFUSE(q, STATE, toc_item_path(q, "scopes", i, "action"), "domain b.4",
				  "the item is %s: %.*s does not follow", toc_item_state_name(r->item->state),
				  TOC_STR_ARGS(action));
	return check_ruling(q, r);
}

void toc_effect_item_state(struct toc_ask *q, struct toc_value *decided, const struct toc_item *item,
			   enum toc_item_state to)
{
	struct toc_value *v = toc_value_map(q->a);

	if (item->state == to)
		return;
	toc_set_id(q->a, v, "item", item->name);
	toc_set_cstr(q->a, v, "from", toc_item_state_name(item->state));
	toc_set_cstr(q->a, v, "to", toc_item_state_name(to));
	toc_effect(q->a, decided, "item_states", v);
}

/* decided.item_scopes: what the item is like from now on. */
static void add_ruling(struct toc_ask *q, struct toc_value *decided, const struct ruling *r)
{
	struct toc_str action = toc_get_text(r->said, "action");
	const struct toc_item *item = r->item;
	struct toc_value *v = toc_value_map(q->a);
	int64_t distance = toc_get_int(r->said, "match_distance_max", item->distance);
	enum toc_item_state to = item->state;

	(void)toc_item_step(action, item->state, &to);
	/* What was quarantined lies beyond the distance now: there is nothing left of it. */
	if (toc_str_is(action, "narrow") && item->state == TOC_ITEM_QUARANTINED && item->beyond >= 0 &&
	    distance <= item->beyond)
		(void)toc_item_step(TOC_STR("lift"), item->state, &to);
	toc_effect_item_state(q, decided, item, to);
	toc_set_id(q->a, v, "item", item->name);
	toc_set_int(q->a, v, "distance", distance);
	toc_set_int(q->a, v, "beyond",
		    to != TOC_ITEM_QUARANTINED         ? -1
		    : toc_str_is(action, "quarantine") ? toc_get_int(r->said, "beyond", -1)
						       : item->beyond);
	toc_set_cstr(q->a, v, "bank",
		     toc_str_is(action, "bank")
			     ? toc_get_is(r->said, "bank", "negative") ? "negative" : "match"
		     : item->negative ? "negative"
				      : "match");
	toc_effect(q->a, decided, "item_scopes", v);
}

void toc_readers_of_item(struct toc_ask *q, struct toc_draft *d, const struct toc_item *item)
{
	const struct toc_message *m = toc_find_message(q->w, item->message);
	const struct toc_incident *incident = toc_find_incident(q->w, item->incident);

	for (uint32_t i = 0; m && i < m->n_readers; i++) {
		struct toc_str org = toc_short_str(&m->readers[i].org);
		const struct toc_organisation *o = toc_find_organisation(q->w, org);
		(void)toc_reader_add(
			q, d, org,
			TOC_IF_ADR | (toc_str_eq(org, d->org) ? TOC_IF_OWN : 0) |
				(toc_short_is(&item->org, org) ? TOC_IF_SENDER : 0) |
				(o && incident && toc_is_affected(incident, o) ? TOC_IF_AFF : 0));
	}
}

/* A proposal goes to the audience with the ruling that releases it, its content in it: so all of it or
 * nothing. */
static int release(struct toc_ask *q, struct toc_draft *d, const struct ruling *first, size_t n)
{
	const struct toc_value *audience = toc_get(q->m, "audience");
	const struct toc_parcel *parcel = toc_find_parcel(q->w, first->item->message);
	struct toc_uuid *ids = toc_arena_alloc(q->a, sizeof *ids);

	if (parcel && n != parcel->n_items)
		return TOC_REFUSE(q, CONDITION, "body.scopes", "domain a.3.1",
				  "scopes: a proposal is released as a whole, it has %u items",
				  parcel->n_items);
	if (!toc_len(audience))
		return TOC_REFUSE(q, MISSING_FIELD, "audience", "domain a.3.1",
				  "audience: to whom it is released");
	if (toc_address(q, d, audience) < 0)
		return -1;
	ids[0] = first->item->message;
	d->discloses = ids;
	d->n_discloses = 1;
	return 0;
}

/* What leaves less of an item than its importers have: their machines have to follow. */
static bool narrows(const struct ruling *r)
{
	struct toc_str action = toc_get_text(r->said, "action");

	return toc_str_is(action, "narrow") || toc_str_is(action, "quarantine") || toc_str_is(action, "bank");
}

static int rule_on_items(struct toc_ask *q, struct toc_draft *d, const struct toc_value *scopes)
{
	struct ruling first = { .item = NULL };
	bool narrower = false;

	for (size_t i = 0; i < toc_len(scopes); i++) {
		struct ruling r;
		if (take_ruling(q, scopes, i, &r) < 0)
			return -1;
		if (i == 0)
			first = r;
		/* Else whoever reads of one item would read of the others. */
		if (!toc_uuid_eq(r.item->message, first.item->message) || r.released != first.released)
			return TOC_REFUSE(q, CONDITION, toc_item_path(q, "scopes", i, "item_ref"),
					  "domain a.3.1",
					  "item_ref: items of one M6 at a time, and released by themselves");
		add_ruling(q, toc_decided(d), &r);
		toc_reviewed(q, toc_decided(d), r.item, q->p->org);
		narrower |= narrows(&r);
	}
	if (!first.item)
		return 0; /* the catalogue wants one at least */
	d->ref = first.item->message;
	toc_readers_of_item(q, d, first.item);
	if (narrower)
		toc_owe_confirmations(q, d, toc_find_message(q->w, first.item->message), NULL, false);
	if (first.released)
		return release(q, d, &first, toc_len(scopes));
	return toc_len(toc_get(q->m, "audience")) ? TOC_REFUSE(q, BAD_VALUE, "audience", "domain (e) 2",
							       "audience: a ruling goes to the readers of the item; only a release has others")
						  : 0;
}

int toc_rule_scope(struct toc_ask *q)
{
	const struct toc_value *scopes = toc_get(q->body, "scopes"), *items = toc_get(q->body, "items");

	if (toc_ask_may(q, toc_conditions_on(q, q->incident)) < 0 || toc_check_impersonal(q) < 0)
		return -1;
	if (toc_len(scopes) && toc_len(items))
		return TOC_REFUSE(q, CONDITION, "body.items", "domain a.3.1",
				  "items: a ruling on items that there are is a message of its own");
	struct toc_draft *d = toc_ask_draft(q, "M6.scope");
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	if (toc_len(scopes))
		return rule_on_items(q, d, scopes);
	if (check_open(q) < 0 || check_items(q) < 0 || toc_address(q, d, toc_get(q->m, "audience")) < 0)
		return -1;
	add_items(q, d, items);
	if (q->looking)
		say_what_is_known(q, d, items);
	return 0;
}

/* ---- what the server does of itself ---- */

void toc_quarantine(struct toc_ask *q, const struct toc_item *item, enum toc_item_state from, const char *why)
{
	struct toc_item now = *item; /* as the message that trips it leaves it */
	struct toc_draft *d = toc_ask_server_draft(q, "M6.scope", why, item->id);
	struct toc_value *message = (struct toc_value *)(uintptr_t)d->message,
			 *body = toc_get(message, "body"), *said = toc_value_map(q->a);
	struct ruling r = { .item = &now, .said = said };

	now.state = from;
	/* Named after the message that tripped it: it may trip again. */
	d->eid = toc_derived_id(why, q->id, TOC_STR("quarantine"), 0);
	d->ref = q->id;
	toc_set_id(q->a, message, "id", d->eid);
	toc_set_id(q->a, said, "item_ref", item->name);
	toc_set_cstr(q->a, said, "action", "quarantine");
	if (item->distance > TOC_SURE_DISTANCE)
		toc_set_int(q->a, said, "beyond", TOC_SURE_DISTANCE);
	toc_effect(q->a, body, "scopes", said);
	toc_set_cstr(q->a, toc_decided(d), "why", why);
	add_ruling(q, toc_decided(d), &r);
	toc_readers_of_item(q, d, item);
	toc_owe_confirmations(q, d, toc_find_message(q->w, item->message), NULL, false);
}
