/* opinion.c: what services find by an item and hold of it (M7): counts, opinions, matches that were none.
 *
 * An item that its sender may not read does not exist for them. Opinions are per organisation, the newest
 * counts, and the item is disputed when there are some for and some against. Two breakers quarantine an item
 * without anybody's doing: more matches than are expected, and a dispute about a match farther away than what
 * is sure. They leave the sure matches alone. Source: rules b.4, M7, (e) 10. */
#include "domain/rule.h"

/* ---- the item meant ---- */

static const struct toc_item *item_meant(struct toc_ask *q)
{
	const struct toc_item *item = toc_item_named(q, toc_get_id(q->body, "item_ref"));

	if (!toc_item_is_read_by(q, item) || (q->incident && !toc_uuid_eq(q->incident->id, item->incident))) {
		toc_refuse_unknown(q, "body.item_ref");
		return NULL;
	}
	if (item->distance < 0 && toc_get(q->body, "distance")) {
		TOC_REFUSE(q, BAD_VALUE, "body.distance", "domain M7",
			   "distance: the item is matched exactly");
		return NULL;
	}
	return item;
}

/* @return false (refused) when the item takes no such step */
static bool follows(struct toc_ask *q, const struct toc_item *item, const char *what,
		    enum toc_item_state *ret_to)
{
	if (toc_item_step(toc_str_of(what), item->state, ret_to))
		return true;
	TOC_REFUSE(q, STATE, "body.item_ref", "domain b.4", "the item is %s",
		   toc_item_state_name(item->state));
	return false;
}

static struct toc_draft *report(struct toc_ask *q, const struct toc_item *item)
{
	q->incident = toc_find_incident(q->w, item->incident);
	struct toc_draft *d = toc_ask_draft(q, q->action->k);

	d->ref = item->message;
	toc_engage(q, d);
	toc_readers_of_item(q, d, item);
	if (q->looking)
		toc_set(q->a, toc_decided(d), "known", toc_known_item(q, item));
	return d;
}

/* Is there anything of it that a breaker would quarantine? Not what is quarantined or lawful already; and of a
 * perceptual hash not what is sure, however large the flood is said to be, or how far the match. */
static bool can_break(const struct toc_item *item)
{
	return item->state != TOC_ITEM_QUARANTINED && !item->negative &&
	       (item->distance < 0 || item->distance > TOC_SURE_DISTANCE);
}

/* ---- counts ---- */

static int check_counts(struct toc_ask *q)
{
	static const char *const parts[] = { "blocked_at_upload", "removed", "left_up_with_context" };
	const struct toc_value *window = toc_get(q->body, "window");
	toc_time from = toc_get_time(window, "from", q->at), until = toc_get_time(window, "until", q->at);
	int64_t sum = 0;

	if (toc_ask_not_ahead(q, window, "until", "body.window.until") < 0)
		return -1;
	if (toc_before(until, from))
		return TOC_REFUSE(q, BAD_VALUE, "body.window", "domain M7",
				  "window: it ends before it begins");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		sum += toc_get_int(q->body, parts[i], 0);
	if (sum > toc_get_int(q->body, "count", 0))
		return TOC_REFUSE(q, CONDITION, "body.count", "domain M7",
				  "count: fewer than what was blocked, removed and left up together");
	return 0;
}

/* The breaker's count after this report: over a stretch of time that begins with the first of its reports. */
static int64_t flood(struct toc_ask *q, struct toc_draft *d, const struct toc_item *item)
{
	struct toc_value *v = toc_value_map(q->a);
	bool anew = item->flood_from.us == TOC_TIME_NEVER.us ||
		    !toc_before(q->at, toc_after(item->flood_from, TOC_MINUTES(TOC_FLOOD_MINUTES)));
	int64_t matches = (anew ? 0 : item->flood_matches) + toc_get_int(q->body, "count", 0);

	toc_set_id(q->a, v, "item", item->name);
	toc_set_time(q->a, v, "from", anew ? q->at : item->flood_from);
	toc_set_int(q->a, v, "matches", matches);
	toc_effect(q->a, toc_decided(d), "item_floods", v);
	return matches;
}

int toc_rule_match_count(struct toc_ask *q)
{
	enum toc_item_state to;

	if (toc_ask_may(q, 0) < 0 || toc_check_impersonal(q) < 0)
		return -1;
	const struct toc_item *item = item_meant(q);
	if (!item || !follows(q, item, "count", &to) || check_counts(q) < 0)
		return -1;
	struct toc_draft *d = report(q, item);
	int64_t matches = flood(q, d, item);
	toc_owe_review(q, item);
	if (matches > TOC_FLOOD_MATCHES && can_break(item))
		toc_quarantine(q, item, to, "flood");
	return 0;
}

/* ---- opinions ---- */

/* How many hold it for good and how many against, when `org` holds `opinion`. */
static void count_opinions(const struct toc_item *item, struct toc_str org, enum toc_opinion opinion,
			   unsigned *ret_for, unsigned *ret_against)
{
	*ret_for = opinion == TOC_OPINION_POSITIVE;
	*ret_against = opinion == TOC_OPINION_NEGATIVE;
	for (uint32_t i = 0; i < item->n_opinions; i++) {
		if (toc_short_is(&item->opinions[i].org, org))
			continue;
		*ret_for += item->opinions[i].opinion == TOC_OPINION_POSITIVE;
		*ret_against += item->opinions[i].opinion == TOC_OPINION_NEGATIVE;
	}
}

/* No eternal hashes: whoever holds it for good says until when, and never sooner than it was. */
static int check_renewal(struct toc_ask *q, const struct toc_item *item, enum toc_opinion opinion)
{
	toc_time until = toc_get_time(q->body, "expires_at", TOC_TIME_NEVER);

	if (!toc_get(q->body, "expires_at"))
		return 0;
	if (opinion != TOC_OPINION_POSITIVE)
		return TOC_REFUSE(q, CONDITION, "body.expires_at", "domain (e) 7", "expires_at: only a positive opinion renews an item");
	if (!toc_before(item->expires, until))
		return TOC_REFUSE(q, TIME, "body.expires_at", "domain (e) 7", "expires_at: it is kept until %s as it is",
				  toc_time_str(q->a, item->expires).p);
	if (toc_before(toc_after_months(q->at, TOC_EXPIRY_MONTHS_MAX), until))
		return TOC_REFUSE(q, LIMIT, "body.expires_at", "domain (e) 7", "expires_at: at most %d months from now", TOC_EXPIRY_MONTHS_MAX);
	return 0;
}

static int opine(struct toc_ask *q, enum toc_opinion opinion)
{
	enum toc_item_state to;
	unsigned n_for, n_against;

	if (toc_ask_may(q, 0) < 0 || toc_check_impersonal(q) < 0)
		return -1;
	const struct toc_item *item = item_meant(q);
	if (!item)
		return -1;
	if (opinion == TOC_OPINION_NONE) { /* it does not apply there: nothing is held of the item itself */
		if (!follows(q, item, "count", &to))
			return -1;
		toc_reviewed(q, toc_decided(report(q, item)), item, q->p->org);
		return 0;
	}
	count_opinions(item, q->p->org, opinion, &n_for, &n_against);
	bool disputed = n_for && n_against;
	bool by_another = opinion == TOC_OPINION_POSITIVE && !toc_short_is(&item->org, q->p->org);
	const char *what = disputed && !item->disputed    ? "dispute"
			   : disputed                     ? "count"
			   : item->disputed && !n_against ? "settle"
			   : by_another                   ? "confirm"
							  : "count";
	if (!follows(q, item, what, &to) || check_renewal(q, item, opinion) < 0)
		return -1;
	struct toc_draft *d = report(q, item);
	struct toc_value *v = toc_value_map(q->a), *decided = toc_decided(d);
	toc_set_id(q->a, v, "item", item->name);
	toc_set_text(q->a, v, "org", q->p->org);
	toc_set_cstr(q->a, v, "opinion", toc_opinion_name(opinion));
	toc_set_bool(q->a, v, "disputed", disputed);
	toc_set(q->a, v, "until", toc_get(q->body, "expires_at"));
	toc_effect(q->a, decided, "item_opinions", v);
	toc_reviewed(q, decided, item, q->p->org);
	toc_effect_item_state(q, decided, item, to);
	if (disputed && !item->disputed && can_break(item) &&
	    toc_get_int(q->body, "distance", 0) > TOC_SURE_DISTANCE)
		toc_quarantine(q, item, to, "dispute");
	return 0;
}

int toc_rule_opinion(struct toc_ask *q)
{
	return opine(q, toc_opinion_of(toc_get_text(q->body, "opinion")));
}

int toc_rule_false_positive(struct toc_ask *q)
{
	return opine(q, TOC_OPINION_NEGATIVE);
}

int toc_rule_not_applicable(struct toc_ask *q)
{
	return opine(q, TOC_OPINION_NONE);
}
