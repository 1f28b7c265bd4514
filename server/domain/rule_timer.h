/* rule_timer.h: timers: their table, how a rule starts and stops one, what happens when its time has come. */
#ifndef TOC_DOMAIN_RULE_TIMER_H
#define TOC_DOMAIN_RULE_TIMER_H

#include "domain/ask.h"

/* timer.c: the table of timers (timer.def) */
typedef void toc_fire(struct toc_ask *q, const struct toc_timer *t);
struct toc_timer_row {
	const char *name;
	bool legal, warned;
	toc_fire *fire; /* at its end */
	const char *basis, *about;
};
const struct toc_timer_row *toc_timer_row_at(size_t i); /* NULL past the end */
const struct toc_timer_row *toc_timer_row(struct toc_str name); /* NULL when there is none */
/** When one that starts then ends, by the table; NEVER when it is stated with each. */
toc_time toc_timer_end(struct toc_str name, toc_time starts);
/** … as its period is set now (policy.set); the law's are nobody's to set. */
toc_time toc_timer_end_now(const struct toc_world *w, struct toc_str name, toc_time starts);
/** The next warning after `after`, or its end. */
toc_time toc_timer_next(struct toc_str name, toc_time after, toc_time deadline);

/* exposure.c: TCO 5; T11, T12 */
toc_rule toc_rule_exposure_decide, toc_rule_exposure_report, toc_rule_exposure_request;
/** Whose exposure a T11 or T12 is about; NULL: it is none. */
const struct toc_exposure *toc_exposure_of(const struct toc_world *w, const struct toc_timer *t);

/* storage.c: T30 */
toc_rule toc_rule_storage_review;
/** The drafts that bring the hub personal data start the T30 of their month. */
void toc_owe_storage_review(struct toc_ask *q);

/* deadline.c, escalation.c */
/** decided.timers_started += a timer on a case, incident, …, as its row has it. desk may be empty. */
void toc_start(struct toc_ask *q, struct toc_value *decided, const char *timer, struct toc_uuid on,
	       struct toc_str desk, toc_time starts);
/** … until then, whatever its row has; warned before it as the row says. */
void toc_start_until(struct toc_ask *q, struct toc_value *decided, const char *timer, struct toc_uuid on,
		     struct toc_str desk, toc_time starts, toc_time deadline);
/** … with a first level of its own. */
void toc_start_timer(struct toc_ask *q, struct toc_value *decided, const char *timer, struct toc_uuid on,
		     struct toc_str desk, toc_time starts, toc_time next, toc_time deadline);
struct toc_uuid toc_timer_id(struct toc_str timer, struct toc_uuid threat, struct toc_str desk);
/** The running timer of that name at that desk in that case, or NULL. */
const struct toc_timer *toc_running(const struct toc_world *w, const char *timer, struct toc_uuid threat,
				    struct toc_str desk);
/** decided.timers_stopped += that timer, if it runs. met: not after its deadline. */
void toc_stop_timer(struct toc_ask *q, struct toc_value *decided, const char *timer,
		    const struct toc_threat *t, struct toc_str desk);
void toc_stop_timer_of(struct toc_ask *q, struct toc_value *decided, const char *timer, struct toc_uuid on,
		       struct toc_str desk);
void toc_stop(struct toc_ask *q, struct toc_value *decided, const struct toc_timer *t);
/** decided.pages += whoever is number `position` among those whom the organisation's contact point for the purpose
 * reaches now, one item per channel; and the next, if none of the channels works. */
void toc_page_contact(struct toc_ask *q, struct toc_value *decided, struct toc_str org, uint32_t purpose,
		      unsigned position);
/** The same on a contact point: one contact of its chain (`at` is the position there), one channel or all (kind: NULL). */
void toc_page_channels(struct toc_ask *q, struct toc_value *decided, const struct toc_point *p, unsigned at, const char *kind);
/** `proof` of a page, or of what says who is called: "unverified" or "failed"; nothing of what is verified or needs no proof. */
void toc_say_proof(struct toc_ask *q, struct toc_value *page, const struct toc_channel *c);
/** What happens when the timer's next time has come: adds the entries of one level. (escalation.c,
 * deadline.c) */
toc_fire toc_fire_missed, toc_fire_over, toc_fire_hour, toc_fire_t8, toc_fire_t14, toc_fire_t15, toc_fire_t16, toc_fire_t17, toc_fire_t18, toc_fire_t19,
	toc_fire_t20, toc_fire_t23, toc_fire_t25, toc_fire_t30, toc_fire_t31, toc_fire_test, toc_fire_expiry, toc_fire_check, toc_fire_glass, toc_fire_audited;
/** "deadline.warned" or "deadline.passed", to whom the timer binds and to whoever it is owed. */
struct toc_draft *toc_deadline_draft(struct toc_ask *q, const char *k, const struct toc_timer *t);
struct toc_draft *toc_draft_call(struct toc_ask *q, const struct toc_timer *t, struct toc_str called, uint32_t purpose,
				 struct toc_uuid about, unsigned position, bool *ret_exhausted);
/** decided.timers_moved += one level on. next may be TOC_TIME_NEVER. */
void toc_move_timer(struct toc_ask *q, struct toc_value *decided, const struct toc_timer *t, toc_time next,
		    bool breached);
/** The id of what a timer does at its next level: the same on every node. */
struct toc_uuid toc_firing_id(const char *what, const struct toc_timer *t);
/** Drafts of what has passed at q->now, in due order, looking ahead; at most max. */
void toc_fire_due(struct toc_ask *q, struct toc_world *ahead, size_t max);
/** Apply a draft to a world that looks ahead. */
void toc_look_ahead(struct toc_world *ahead, const struct toc_draft *d, toc_time now);

#endif
