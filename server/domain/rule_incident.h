/* rule_incident.h: rules about incidents (M1, M2, M3) and their course (M20, M21, M23). */
#ifndef TOC_DOMAIN_RULE_INCIDENT_H
#define TOC_DOMAIN_RULE_INCIDENT_H

#include "domain/ask.h"

/* incident.c: M1, and what all rules about an incident ask */
toc_rule toc_rule_report, toc_rule_reference, toc_rule_link, toc_rule_unlink;
/** Is the organisation an authority of an affected state? */
bool toc_is_affected(const struct toc_incident *i, const struct toc_organisation *o);
/** aff and adr, of the sender. */
unsigned toc_conditions_on(const struct toc_ask *q, const struct toc_incident *i);
/** Types into which no personal data belong ((e) 4). */
int toc_check_impersonal(struct toc_ask *q);
/** The vocabulary in force, or NULL. */
const struct toc_vocabulary *toc_vocabulary_at(const struct toc_world *w, toc_time at);
bool toc_has_word(const struct toc_word *words, uint32_t n, struct toc_str code);
/** Every word is answered once by the list of {code, …}, and no other. */
int toc_check_words(struct toc_ask *q, const struct toc_value *list, const char *field,
		    const struct toc_word *words, uint32_t n);
int toc_check_criteria(struct toc_ask *q, const struct toc_value *list, const char *field);
void toc_effect_criteria(struct toc_ask *q, struct toc_value *decided, const struct toc_value *list);
void toc_effect_incident_state(struct toc_ask *q, struct toc_value *decided, struct toc_uuid incident,
			       uint32_t from, uint32_t to);
/** The step of the life-cycle, or a refusal. */
int toc_take_incident_step(struct toc_ask *q, const char *what, uint32_t *ret_to);
/** body.links: ties and untied of the draft; of an M1.link and M1.unlink its readers too. own: the incident
 * of the message. */
int toc_take_links(struct toc_ask *q, struct toc_draft *d, struct toc_uuid own);
/** [{incident, event_time, event_place}] of which the report may be a duplicate. */
struct toc_value *toc_offered_duplicates(struct toc_ask *q);

/* warning.c */
toc_rule toc_rule_warning_propose, toc_rule_warning_issue, toc_rule_warning_decline;

/* decision.c */
toc_rule toc_rule_assess, toc_rule_assign, toc_rule_propose, toc_rule_decide, toc_rule_fast_path,
	toc_rule_confirm, toc_rule_object, toc_rule_withdraw_decision, toc_rule_link_activation;

/* activation.c */
struct toc_decider {
	struct toc_str org; /* empty: nobody */
	struct toc_uuid person;
};
struct toc_effective { /* a decision that takes effect */
	struct toc_str decision, activation_type;
	int64_t vocabulary;
	toc_time review_at;
	const struct toc_value *states; /* affected, besides those that are */
	struct toc_decider proposer, confirmer;
	bool fast;
};
void toc_take_effect(struct toc_ask *q, struct toc_draft *d, const struct toc_effective *e, uint32_t to);
void toc_confirm_fast_path(struct toc_ask *q, struct toc_draft *d, const struct toc_proposal *p);
/** Somebody is told by a disclosure: when m is the activation that is in force, they owe an acknowledgement from then on. */
void toc_owe_activation(struct toc_ask *q, struct toc_value *decided, const struct toc_message *m, struct toc_str org);
void toc_undo_activation(struct toc_ask *q, struct toc_value *decided);
void toc_end_proposal(struct toc_ask *q, struct toc_value *decided, struct toc_uuid id, uint32_t state);
/** A micro or small provider that is not there round the clock: it gets twice the time. p may be NULL. */
bool toc_is_small(const struct toc_organisation *o, const struct toc_point *p);
/** The fast path that waits for a second person, or NULL. */
const struct toc_proposal *toc_unconfirmed(const struct toc_ask *q, struct toc_uuid incident);
/** It is tied as a duplicate: its timers rest. */
void toc_rest_timers(struct toc_ask *q, struct toc_value *decided, const struct toc_incident *i);
/** It is none any more: it returns to the state before, and what rested runs again. */
void toc_return(struct toc_ask *q, struct toc_value *decided, const struct toc_incident *i);
/** A person of the desk has seen the activation, and not acknowledged it yet. */
void toc_seen_by_t19(struct toc_ask *q, struct toc_value *decided, const struct toc_timer *t);
/** The server's entry that a timer of an incident makes. */
struct toc_draft *toc_incident_draft(struct toc_ask *q, const char *k, const struct toc_timer *t);

/* course.c: M20, M21, and the guard of winding down */
toc_rule toc_rule_sitrep, toc_rule_hand_over, toc_rule_status;
/** Threats to life that belong to the incident, or to a duplicate of it, and are not over. */
unsigned toc_open_threats(const struct toc_ask *q);
/** The numbers of an incident as they are now. */
struct toc_value *toc_figures(struct toc_ask *q);
struct toc_value *toc_statistics(struct toc_ask *q); /* … and what is counted in the end (statistics.c) */
/** Whoever sends it is engaged: a platform that acts in the incident. */
void toc_engage(struct toc_ask *q, struct toc_draft *d);
/** decided.closing; refused when the guard of the decision does not hold. d may be NULL: only the guard. */
int toc_check_closing(struct toc_ask *q, struct toc_str decision);
void toc_say_closing(struct toc_ask *q, struct toc_draft *d);
/** T22 anew, as the state that the incident comes to has it; none when it is not running. */
void toc_start_reports(struct toc_ask *q, struct toc_value *decided, uint32_t state);
/** Readers: one's own, the hub, the authorities of affected states, as the draft's row lets them. */
void toc_tell_leads(struct toc_ask *q, struct toc_draft *d);
int toc_check_window(struct toc_ask *q, const struct toc_value *window, const char *field);

/* debrief.c: M23 */
toc_rule toc_rule_contribute, toc_rule_final, toc_rule_publish;
void toc_start_debrief(struct toc_ask *q, struct toc_value *decided);
/** It was opened again, and that is undone: its time goes on as if nothing had been. */
void toc_resume_debrief(struct toc_ask *q, struct toc_value *decided);
/** Something was said in the debrief of its last closing. */
bool toc_is_debriefed(const struct toc_ask *q);

#endif
