/* rule_signal.h: rules about content signals (M6, M7, M8) and look-ups. */
#ifndef TOC_DOMAIN_RULE_SIGNAL_H
#define TOC_DOMAIN_RULE_SIGNAL_H

#include "domain/ask.h"

/* signal.c: content signals */
enum {
#define TOC_SIGNAL(name, number, words) TOC_##name = number,
#include "domain/signal.def"
#undef TOC_SIGNAL
};
toc_rule toc_rule_signals, toc_rule_scope;
/** Under which id an item is kept: `name` is its sender's. */
struct toc_uuid toc_item_id(uint32_t mode, struct toc_uuid exercise, struct toc_uuid name);
/** The item of that name in the question's mode and exercise, or NULL. */
const struct toc_item *toc_item_named(struct toc_ask *q, struct toc_uuid name);
/** May the asker read it? NULL is read by nobody. */
bool toc_item_is_read_by(const struct toc_ask *q, const struct toc_item *i);
bool toc_item_is_live(const struct toc_item *i);
/** decided.item_states += the step, if it is one. */
void toc_effect_item_state(struct toc_ask *q, struct toc_value *decided, const struct toc_item *item,
			   enum toc_item_state to);
/** Readers of an entry about an item: whoever reads the item, as the entry's own row lets them. */
void toc_readers_of_item(struct toc_ask *q, struct toc_draft *d, const struct toc_item *item);
/** A breaker's M6.scope: the item, which the message that trips it leaves in state `from`, is quarantined. */
void toc_quarantine(struct toc_ask *q, const struct toc_item *item, enum toc_item_state from, const char *why);
const char *toc_item_path(struct toc_ask *q, const char *list, size_t i, const char *member);

/* opinion.c: M7 */
toc_rule toc_rule_match_count, toc_rule_opinion, toc_rule_false_positive, toc_rule_not_applicable;

/* review.c: an item whose copies are seen by many is looked at again */
/** Of a report of matches (d): who owes it is reminded, when the views pass what the item allows. */
void toc_owe_review(struct toc_ask *q, const struct toc_item *item);
/** The organisation has looked at it again; empty: the item is over, nobody has to any more. */
void toc_reviewed(struct toc_ask *q, struct toc_value *decided, const struct toc_item *item, struct toc_str org);
/** A person acknowledges the reminder: that is all that who gives no opinions can do. */
void toc_review_acknowledged(struct toc_ask *q, struct toc_draft *d, const struct toc_message *m);

/* retract.c: M8 */
toc_rule toc_rule_retract;

/* expiry.c */
#define TOC_TIMER_EXPIRY "expiry" /* of the items of one M6 */
/** decided.timers_started += when the first item of the message is over. */
void toc_start_expiry(struct toc_ask *q, struct toc_value *decided, struct toc_uuid message, toc_time first);

/* known.c: is a signal known already? */
#define TOC_STACK_SLOTS 1024 /* of one haystack object */
struct toc_hash toc_sameness_key(struct toc_str key, struct toc_uuid incident);
struct toc_hash toc_haystack_key(struct toc_uuid incident, int64_t number);
/** What an M6 with these items repeats, as far as the asker may read it: [{for, item, sender, labels, …}]. */
struct toc_value *toc_known(struct toc_ask *q, const struct toc_value *items);
/** The same of the item that an M7 is about. */
struct toc_value *toc_known_item(struct toc_ask *q, const struct toc_item *item);
/** What is the same as one of the keys, or near it by at most `max` and by the item's own limit: {signal, distance,
 * source, labels, opinions, dispute, bank} of each that the asker may read. keys: [{incident, key, near?}] */
struct toc_value *toc_known_among(struct toc_ask *q, const struct toc_value *keys, int64_t max, bool *ret_all);

/* lookup.c */
toc_rule toc_rule_lookup;

#endif
