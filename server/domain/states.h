/* states.h: the states of every life (lifecycle.def) and the closed vocabularies beside them: their numbers, which snapshots keep,
 * and their words. */
#ifndef TOC_DOMAIN_STATES_H
#define TOC_DOMAIN_STATES_H

#include "domain/world.h"

enum toc_mode { TOC_MODE_NONE, TOC_MODE_ACTUAL, TOC_MODE_EXERCISE, TOC_MODE_TEST, TOC_MODE_SYSTEM };
enum toc_mode toc_mode_of(struct toc_str name); /* NONE when unknown */
const char *toc_mode_name(uint32_t mode);

enum toc_desk_state {
#define TOC_DESK_STATE(name) TOC_DESK_##name,
#include "domain/lifecycle.def"
};
enum toc_case_state {
#define TOC_CASE_STATE(name) TOC_CASE_##name,
#include "domain/lifecycle.def"
};
enum toc_incident_state {
#define TOC_INCIDENT_STATE(name) TOC_INCIDENT_##name,
#include "domain/lifecycle.def"
};
enum toc_proposal_state {
#define TOC_PROPOSAL_STATE(name) TOC_PROPOSAL_##name,
#include "domain/lifecycle.def"
};
enum toc_item_state {
#define TOC_ITEM_STATE(name) TOC_ITEM_##name,
#include "domain/lifecycle.def"
};
enum toc_delivery_state {
#define TOC_DELIVERY_STATE(name, word) TOC_DELIVERY_##name,
#include "domain/lifecycle.def"
};
enum toc_hook_state {
#define TOC_HOOK_STATE(name) TOC_HOOK_##name,
#include "domain/lifecycle.def"
};
enum toc_check_state {
#define TOC_CHECK_STATE(name) TOC_CHECK_##name,
#include "domain/lifecycle.def"
};
/* What who was asked has answered. The numbers are in snapshots. */
enum toc_check_answer {
	TOC_CHECK_SILENT,
	TOC_CHECK_CLEAR,
	TOC_CHECK_OBJECTION_UNTIL,
	TOC_CHECK_CONTACT_ME,
	TOC_CHECK_DUPLICATE_ORDER
};
enum toc_process_state {
#define TOC_PROCESS_STATE(name) TOC_PROCESS_##name,
#include "domain/lifecycle.def"
};
/* What a platform reports of its volume. The numbers are in snapshots. */
enum toc_trend { TOC_TREND_UNSAID, TOC_TREND_RISING, TOC_TREND_FLAT, TOC_TREND_FALLING, TOC_TREND_NONE };
/* By whom a message is confirmed. The bits are in snapshots. */
enum toc_confirming_part { TOC_BY_MACHINE = 1, TOC_BY_PERSON = 2 };
/* What an organisation holds of a signal. The numbers are in snapshots. */
enum toc_opinion { TOC_OPINION_NONE, TOC_OPINION_POSITIVE, TOC_OPINION_SEED, TOC_OPINION_NEGATIVE };
/* How a criterion is met. The numbers are in snapshots. */
enum toc_answer { TOC_ANSWER_NONE, TOC_ANSWER_YES, TOC_ANSWER_LIKELY, TOC_ANSWER_UNKNOWN, TOC_ANSWER_NO };
const char *toc_desk_state_name(uint32_t state);
enum toc_desk_state toc_desk_state_of(struct toc_str name); /* NONE when unknown */
const char *toc_case_state_name(uint32_t state);
enum toc_case_state toc_case_state_of(struct toc_str name);

const char *toc_incident_state_name(uint32_t state);
enum toc_incident_state toc_incident_state_of(struct toc_str name); /* NONE when unknown */
const char *toc_item_state_name(uint32_t state);
enum toc_item_state toc_item_state_of(struct toc_str name); /* NONE when unknown */
const char *toc_delivery_state_name(uint32_t state);
enum toc_delivery_state toc_delivery_state_of(struct toc_str name); /* NONE when unknown */
/** Where `what` leads a delivery that is in state `from`. @return false when it does not follow */
bool toc_delivery_step(struct toc_str what, enum toc_delivery_state from, enum toc_delivery_state *ret_to);
const char *toc_hook_state_name(uint32_t state);
enum toc_hook_state toc_hook_state_of(struct toc_str name); /* NONE when unknown */
/** Where `what` leads a hook that is in state `from`. @return false when it does not follow */
bool toc_hook_step(struct toc_str what, enum toc_hook_state from, enum toc_hook_state *ret_to);
const char *toc_opinion_name(uint32_t opinion);
enum toc_opinion toc_opinion_of(struct toc_str name);
/** Where `what` leads a signal that is in state `from`. @return false when it does not follow */
bool toc_item_step(struct toc_str what, enum toc_item_state from, enum toc_item_state *ret_to);
const char *toc_check_state_name(uint32_t state);
enum toc_check_state toc_check_state_of(struct toc_str name); /* NONE when unknown */
const char *toc_check_answer_name(uint32_t answer);
enum toc_check_answer toc_check_answer_of(struct toc_str name); /* SILENT when unknown */
/** Where `what` leads a deconfliction check. @return false when it does not follow */
bool toc_check_step(struct toc_str what, enum toc_check_state from, enum toc_check_state *ret_to);
const char *toc_process_state_name(uint32_t state);
enum toc_process_state toc_process_state_of(struct toc_str name);
bool toc_process_step(struct toc_str what, enum toc_process_state from, enum toc_process_state *ret_to);
const char *toc_trend_name(uint32_t trend);
enum toc_trend toc_trend_of(struct toc_str name); /* UNSAID when unknown */
const char *toc_proposal_state_name(uint32_t state);
enum toc_proposal_state toc_proposal_state_of(struct toc_str name);
const char *toc_answer_name(uint32_t answer);
enum toc_answer toc_answer_of(struct toc_str name);

/** Where `what` leads an incident that is in state `from`. @return false when it does not follow */
bool toc_incident_step(struct toc_str what, enum toc_incident_state from, enum toc_incident_state *ret_to);
/** The step of the life-cycle that k is for a desk in state `from`. @return false when it does not follow */
bool toc_desk_step(struct toc_str k, enum toc_desk_state from, enum toc_desk_state *ret_to);

/* Why a desk is asked. The order of the names is that of desk_roles in threat.c; the numbers are in
 * snapshots. */
enum toc_desk_role { TOC_DESK_COMPETENT, TOC_DESK_HOME, TOC_DESK_HUB, TOC_DESK_ADDED };
const char *toc_desk_role_name(uint32_t role);
uint32_t toc_desk_role_of(struct toc_str name);

enum toc_duty { TOC_DUTY_TCO = 1, TOC_DUTY_DSA = 2, TOC_DUTY_VOLUNTARY = 4 };
uint32_t toc_duty_bits(const struct toc_value *list);
struct toc_value *toc_duty_list(uint32_t duty, struct toc_arena *a);

enum toc_order_state {
#define TOC_ORDER_STATE(name) TOC_ORDER_##name,
#include "domain/lifecycle.def"
};
enum toc_ordered_state {
#define TOC_ORDERED_STATE(name) TOC_ORDERED_##name,
#include "domain/lifecycle.def"
};
const char *toc_order_state_name(uint32_t state);
enum toc_order_state toc_order_state_of(struct toc_str name); /* NONE when unknown */
const char *toc_ordered_state_name(uint32_t state);
enum toc_ordered_state toc_ordered_state_of(struct toc_str name); /* PENDING when unknown */
/** Where `what` leads an order that is in state `from`. @return false when it does not follow */
bool toc_order_step(struct toc_str what, enum toc_order_state from, enum toc_order_state *ret_to);

/* How far a message has come at one recipient (b.5), as far as entries say it. The numbers are in snapshots.
 */
enum toc_receipt_state { TOC_RECEIPT_DELIVERED = 1, TOC_RECEIPT_SEEN, TOC_RECEIPT_ACKED };

#endif
