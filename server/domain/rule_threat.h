/* rule_threat.h: rules about threats to life (M4, M5): whom they go to, what they are tied to. */
#ifndef TOC_DOMAIN_RULE_THREAT_H
#define TOC_DOMAIN_RULE_THREAT_H

#include "domain/ask.h"

/* threat.c */
toc_rule toc_rule_draft, toc_rule_send, toc_rule_supplement, toc_rule_withdraw;

/* response.c */
toc_rule toc_rule_ack, toc_rule_accept, toc_rule_redirect, toc_rule_reject, toc_rule_question,
	toc_rule_answer, toc_rule_outcome;
const struct toc_desk *toc_desk_of(const struct toc_threat *t,
				   struct toc_str org); /* NULL when it has none */
/** … or when the notification was recalled from it: it is out of the case, and can be asked anew. */
const struct toc_desk *toc_asked(const struct toc_world *w, const struct toc_threat *t, struct toc_str org);
/** It has taken the case, whatever has come of it. */
bool toc_has_accepted(const struct toc_desk *desk);
bool toc_case_is_open(const struct toc_threat *t);

/* duplicate.c: cases about the same thing */
/** Cases that are tied to this one, itself apart. @return count */
size_t toc_tied_cases(const struct toc_world *w, const struct toc_threat *t, struct toc_arena *a,
		      const struct toc_threat ***ret_cases);
/** Open cases with an equal key, in the same mode and exercise, oldest first, `t` (may be NULL) and its ties
 * apart. */
size_t toc_like_cases(struct toc_ask *q, const struct toc_threat *t, const struct toc_threat ***ret_cases);
/** The key of a likeness: the keyed hash within its mode and exercise. */
struct toc_hash toc_likeness_key(struct toc_str dup_key, uint32_t mode, struct toc_uuid exercise);
/** A server's M1.link between the two. */
void toc_draft_link(struct toc_ask *q, const struct toc_threat *older, struct toc_uuid newer,
		    struct toc_str newer_notifier, const struct toc_value *newer_desks);

/* routing.c */
struct toc_addressee {
	struct toc_str org;
	uint32_t role, duty;
	struct toc_value *grounds; /* list of texts */
	struct toc_str why;        /* one sentence */
	bool optional;             /* the sender may choose to leave it out */
};
struct toc_route {
	struct toc_addressee *to;
	size_t n;
	struct toc_str policy_version; /* "XA:1 XB:2", of the national rules that were used */
	struct toc_value *warnings;    /* [{code, text}] */
};
/** Whom a notification goes to. Refuses when a ground does not fit its duty, or nobody can receive it. */
int toc_route_threat(struct toc_ask *q, const struct toc_value *body, const struct toc_organisation *notifier,
		     const struct toc_value *chosen, struct toc_route *ret_route);
/** The part of it that names further states: for a supplement. */
/** A desk that can be sent a threat now: an authority or the hub, not suspended, in the exercise, and not the sender. */
bool toc_can_take(const struct toc_ask *q, struct toc_str org);
int toc_route_states(struct toc_ask *q, const struct toc_value *states, uint32_t duty,
		     struct toc_route *ret_route);
struct toc_str toc_hub(const struct toc_world *w,
		       const struct toc_exercise *x); /* empty when there is none */
/** Established outside of the Union (and of what is treated like it), as the national rules say. */
bool toc_is_third_country(const struct toc_world *w, const struct toc_organisation *o, toc_time at);

#endif
