/* rule_order.h: rules about removal orders (M9 to M16), referrals (M17), deconfliction (M18), and what the law counts by them. */
#ifndef TOC_DOMAIN_RULE_ORDER_H
#define TOC_DOMAIN_RULE_ORDER_H

#include "domain/ask.h"

/* order_make.c: removal orders, until they are issued, and their withdrawal */
toc_rule toc_rule_inform, toc_rule_order_draft, toc_rule_order_certify, toc_rule_order_issue, toc_rule_order_silence,
	toc_rule_order_withdraw;

/* order.c: what rules about orders share */
/** Where the provider is at home in the Union: its main establishment, or its representative; empty: not known. */
struct toc_str toc_home_state(const struct toc_world *w, const struct toc_organisation *hsp, toc_time at);
/** The scrutiny authority of a state, of the exercise; NULL when the directory has none. */
const struct toc_organisation *toc_scrutiny_authority(const struct toc_ask *q, struct toc_str cc);
bool toc_is_across_borders(const struct toc_order *o);
/** A draft about q->order: its subject, its class, and the incident where the provider knows of it. */
struct toc_draft *toc_order_draft(struct toc_ask *q, const char *k);
/** … that the server makes because of the message, or of what is named. */
struct toc_draft *toc_order_server_draft(struct toc_ask *q, const char *k, const char *what, struct toc_uuid about);
/** decided.readers: authority, provider, hub, the issuing state's authorities and, across borders, the home authority,
 * each as the draft's row lets it. */
void toc_readers_of_order(struct toc_ask *q, struct toc_draft *d, const struct toc_order *o);
/** The effects of the entry on the order, for writing: decided.orders, the item of this order. */
struct toc_value *toc_order_effects(struct toc_ask *q, struct toc_value *decided, const struct toc_order *o);
/** The same of an order that comes to be with this entry; a step of it; and that the entry is sealed with it. */
struct toc_value *toc_order_effects_on(struct toc_ask *q, struct toc_value *decided, struct toc_uuid order);
void toc_order_step_effect(struct toc_ask *q, struct toc_value *effects, uint32_t from, uint32_t to);
void toc_as_of_order(struct toc_ask *q, struct toc_draft *d, struct toc_uuid order);
/** The step of the life-cycle (lifecycle.def), or a refusal. */
int toc_take_order_step(struct toc_ask *q, const char *what, enum toc_order_state *ret_to);
void toc_effect_order_state(struct toc_ask *q, struct toc_value *decided, const struct toc_order *o,
			    enum toc_order_state to);
/** Timers that run on an order and bind `desk`. */
void toc_start_on_order(struct toc_ask *q, struct toc_value *decided, const char *timer, const struct toc_order *o,
			struct toc_str desk, toc_time starts);
void toc_start_on_order_until(struct toc_ask *q, struct toc_value *decided, const char *timer, const struct toc_order *o,
			      struct toc_str desk, toc_time starts, toc_time deadline);
/** The timer of that name that runs on the order, stopped by what happened at `at`, if it runs. @return it, or NULL */
const struct toc_timer *toc_stop_on_order(struct toc_ask *q, struct toc_value *decided, const char *timer,
					  const struct toc_order *o, struct toc_str desk, toc_time at);
/** The hour in which the item is to be done, if it runs: T1 runs on the order, each later one on the M14 that opens it, so items that were
 * clarified one after the other have an hour each. */
const struct toc_timer *toc_hour_of_item(const struct toc_world *w, const struct toc_order *o, uint32_t item);
/** It has ended by what happened at `at`; `how`, if given, is said of it. */
void toc_stop_hour(struct toc_ask *q, struct toc_value *decided, const struct toc_order *o, const struct toc_timer *t, toc_time at,
		   const char *how);
/** None of its hours runs any more; `how`, if given, is said of those that did. */
void toc_stop_hours(struct toc_ask *q, struct toc_value *decided, const struct toc_order *o, toc_time at,
		    const char *how);
struct toc_uuid toc_acquaintance_id(const struct toc_ask *q, struct toc_str authority, struct toc_str hsp);

/* order_answer.c: what follows its issue: receipt, answers, new hours, reinstatement */
toc_rule toc_rule_order_executed, toc_rule_order_impossible, toc_rule_clarification, toc_rule_obstacle_ended,
	toc_rule_reinstate;
/** It was received at that time: its hour starts. */
void toc_order_received(struct toc_ask *q, struct toc_value *decided, const struct toc_order *o, struct toc_str channel,
			toc_time at);
/** The organisation has the message, by this channel: the first provable receipt of an order starts its hour, that of
 * a clarification the next one. Nothing for all other messages. */
void toc_order_receipt(struct toc_ask *q, struct toc_value *decided, const struct toc_message *m, struct toc_str org,
		       struct toc_str channel, toc_time at);

/* scrutiny.c: M11, M15 */
toc_rule toc_rule_scrutiny_request, toc_rule_scrutiny_own_motion, toc_rule_scrutiny_intention, toc_rule_scrutiny_decision;
/** The M11 of q->order, with its issue, when it goes across borders and its home authority is a member. */
void toc_copy_order(struct toc_ask *q, const struct toc_value *form, struct toc_str home_authority);

/* referral.c: M17 */
toc_rule toc_rule_refer, toc_rule_referral_answer;

/* deconfliction.c: M18 */
enum {
#define TOC_DECONFLICTION(name, number, words) TOC_##name = number,
#include "domain/deconfliction.def"
#undef TOC_DECONFLICTION
};
toc_rule toc_rule_check, toc_rule_check_answer, toc_rule_check_decide;
void toc_effect_check_state(struct toc_ask *q, struct toc_value *decided, struct toc_uuid check, uint32_t from,
			    uint32_t to);
/** May the asker go ahead? No answer by answer_by is as good as "clear"; a known order of another authority is never. */
enum toc_check_outcome { TOC_CHECK_WAITS, TOC_CHECK_IS_CLEAR, TOC_CHECK_IS_HELD };
enum toc_check_outcome toc_check_outcome(const struct toc_check *c, toc_time at);
/** Refuses while answers to the order's check are awaited, or it is held; `must`: or nobody has been asked. */
int toc_check_deconflicted(struct toc_ask *q, const struct toc_order *o, bool must);
/** Refuses when another authority's order on the same matter is in effect: there is no second one. */
int toc_check_second_order(struct toc_ask *q, const struct toc_order *o);
/** It was issued, and has neither been withdrawn nor annulled. */
bool toc_order_has_effect(const struct toc_order *o);

/* process.c: M22 */
toc_rule toc_rule_process_open, toc_rule_process_status;

/* protection.c: M24, M28 */
toc_rule toc_rule_complaints, toc_rule_protect;

/* statute.c: T10, T13, T14, T15, T26 */
#define TOC_COMMISSIONS_MECHANISM "DSA 36" /* as a linked activation names it */
bool toc_is_statutory(const struct toc_timer *t);
/** decided.readers = whom it binds, and who oversees it. */
void toc_statutory_readers(struct toc_ask *q, struct toc_draft *d, const struct toc_timer *t);
/** q->order has become final: decided.final_orders, T13, and the oversight authority reads it. */
void toc_order_is_final(struct toc_ask *q, struct toc_draft *d);
/** T14 or T15 of this year, by q->order, if it does not run already. */
void toc_owe_for_year(struct toc_ask *q, struct toc_value *decided, const char *timer, struct toc_str desk);
/** An M24: T10 starts or ends, T14 ends. */
void toc_complaints_counted(struct toc_ask *q, struct toc_value *decided);
/** What is said of the mechanisms of others, of the past; and T26 by it. */
int toc_check_mechanisms(struct toc_ask *q);
void toc_take_mechanisms(struct toc_ask *q, struct toc_value *decided);

#endif
