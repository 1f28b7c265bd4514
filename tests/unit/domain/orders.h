/* orders.h: removal orders for a stage: complete forms, of which a test changes what it is about. */
#ifndef TOC_TESTS_DOMAIN_ORDERS_H
#define TOC_TESTS_DOMAIN_ORDERS_H

#include "stage.h"

struct orders { /* who, by whom */
	const char *authority, *issuer, *certifier, *hsp, *responder;
	const char *state, *home, *language;
	unsigned items;
};
extern const struct orders orders_pond; /* AIRU to PastePond: both of XA */
extern const struct orders orders_nest; /* BFP (XB) to GameNest (XC) */

/** Work in an exercise of its own, whose clock runs in real time from t0. */
void orders_exercise(struct stage *s, const char *t0);
toc_time orders_now(const struct stage *s); /* on its clock */
/** The form of Annex I, of `items` locations; `change` replaces members of it as in crisis.h. */
struct toc_value *orders_form(struct stage *s, const struct orders *o, const char *change);
/** M10 of a step that carries the form; order may be NULL. */
struct toc_value *orders_with_form(struct stage *s, const char *step, const char *order, struct toc_value *form,
				   const char *members);
/** A message about the order, with the members of the body that are given. */
int orders_say(struct stage *s, const char *who, const char *type, const char *order, const char *members);
/** A deconfliction check of the order as it is drafted; … to which the hub has answered that it is clear. */
int orders_asked(struct stage *s, const struct orders *o, const char *order);
int orders_cleared(struct stage *s, const struct orders *o, const char *order);
/** Draft, check, certify and issue it. @return the order's id, or NULL at the first refusal */
const char *orders_issued(struct stage *s, const struct orders *o, const char *change);
/** The members of a complete M12 or M13 but for what is to be decided. */
const char *orders_answer(struct stage *s, const struct orders *o, const char *more);
/** Machine receipt of the newest entry of that k. */
int orders_receipt(struct stage *s, const struct orders *o, const char *k);
const struct toc_order *orders_find(struct stage *s, const char *order);
/** M9, and enough time after it. */
void orders_informed(struct stage *s, const struct orders *o);

#endif
