/* ask.h: the question that a rule is asked, and the words of its answer. */
#ifndef TOC_DOMAIN_ASK_H
#define TOC_DOMAIN_ASK_H

#include "domain/permission.h"
#include "domain/states.h"

/* ---- the question ---- */

struct toc_ask {
	const struct toc_world *w;
	const struct toc_principal *p;
	const struct toc_command *c;
	struct toc_arena *a;
	toc_time now; /* real */
	toc_time at;  /* on the clock of the exercise; outside of one the time of receipt */

	const struct toc_action *action;
	const struct toc_value *m, *body; /* the message */
	struct toc_uuid id;
	enum toc_mode mode;
	const struct toc_exercise *exercise; /* NULL outside of one */
	struct toc_uuid exercise_id;
	const struct toc_organisation *org; /* NULL: the server */
	toc_roles roles;
	const struct toc_threat *threat; /* the case it belongs to, if that is the sender's to see */
	const struct toc_desk *desk;     /* the sender's desk in it */
	const struct toc_incident *incident; /* the incident it belongs to, if that is the sender's to see */
	const struct toc_order *order;       /* the removal order that it is about, likewise */
	const struct toc_point *point; /* of a timer: the contact point on which it runs */

	struct toc_verdict *verdict;
	size_t room;  /* drafts that fit */
	bool looking; /* only prepared: nothing will be appended */
};
typedef int toc_rule(struct toc_ask *q);

#define TOC_REFUSE(q, code, field, clause, ...)                                                              \
	toc_refuse(&(q)->verdict->refusal, TOC_REFUSE_##code, field, clause, __VA_ARGS__)
/** "Not yours" and "does not exist" in the same words. */
int toc_refuse_unknown(struct toc_ask *q, const char *field);

/** May the sender do this, these conditions being true? Refuses with words otherwise. */
int toc_ask_may(struct toc_ask *q, unsigned conditions);

/** A client's clock that is a moment ahead of ours must not stop a threat to life; what lies further ahead is
 * a mistake. */
#define TOC_SKEW TOC_SECONDS(2)
/** Refuses a time that lies after its arrival here, on the clock of the exercise. @param map may be NULL */
int toc_ask_not_ahead(struct toc_ask *q, const struct toc_value *map, const char *name, const char *field);

/* ---- the answer ---- */

/** A new draft: k, and what follows from the question (mode, exercise, case, org, actor, message, at,
 * received, subject). Its message is the sender's, its eid the message's id; a rule that adds more drafts
 * changes them. */
struct toc_draft *toc_ask_draft(struct toc_ask *q, const char *k);
/** … that the server makes because of the message: org "server", no actor, eid named after `what` and the
 * message. */
struct toc_draft *toc_ask_server_draft(struct toc_ask *q, const char *k, const char *what,
				       struct toc_uuid about);
/** The draft's `decided`, for writing. */
struct toc_value *toc_decided(struct toc_draft *d);
struct toc_str toc_case_subject(struct toc_arena *a, struct toc_uuid threat);
/** How long the personal part of an entry is kept. */
struct toc_str toc_retention_of(struct toc_str k);
struct toc_str toc_incident_subject(struct toc_arena *a, struct toc_uuid incident);
/** Of what belongs to no case and no incident: its exercise's, else its organisation's, else the server's. */
struct toc_str toc_subject_of_its_own(const struct toc_ask *q);

/** decided[list] += item */
void toc_effect(struct toc_arena *a, struct toc_value *decided, const char *list, struct toc_value *item);
void toc_effect_case_state(struct toc_arena *a, struct toc_value *decided, uint32_t from, uint32_t to);
void toc_effect_desk_state(struct toc_arena *a, struct toc_value *decided, struct toc_str desk, uint32_t from,
			   uint32_t to);
void toc_set_id(struct toc_arena *a, struct toc_value *map, const char *name,
		struct toc_uuid id); /* nil: not set */
void toc_set_time(struct toc_arena *a, struct toc_value *map, const char *name,
		  toc_time t);                                             /* never: not set */
struct toc_uuid toc_get_id(const struct toc_value *map, const char *name); /* nil when absent */
toc_time toc_get_time(const struct toc_value *map, const char *name, toc_time absent);
struct toc_uuid toc_id_of(struct toc_str text); /* nil when it is none */
/** Name for toc_uuid_named from up to three ids and a number. */
struct toc_uuid toc_derived_id(const char *space, struct toc_uuid x, struct toc_str y, int64_t n);

/** As toc_decide, but only to see what would happen. (decide.c) */
int toc_look(const struct toc_world *w, const struct toc_principal *p, const struct toc_command *c,
	     toc_time now, struct toc_arena *a, struct toc_verdict *ret_verdict);

#endif
