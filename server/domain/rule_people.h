/* rule_people.h: rules about exercises, members, their people, and how these are reached. */
#ifndef TOC_DOMAIN_RULE_PEOPLE_H
#define TOC_DOMAIN_RULE_PEOPLE_H

#include "domain/ask.h"

/* exercise.c */
toc_time toc_clock_at(const struct toc_exercise *x, toc_time real); /* scenario time; x NULL: real */
toc_time toc_clock_real(const struct toc_exercise *x,
			toc_time at); /* when it will be; NEVER while it stands */
bool toc_exercise_has(const struct toc_exercise *x, struct toc_str org); /* joined, or runs it */
toc_rule toc_rule_exercise_create, toc_rule_exercise_join, toc_rule_exercise_leave, toc_rule_exercise_clock,
	toc_rule_exercise_inject, toc_rule_exercise_end;

/** M6, M7, M8. */
bool toc_is_of_signal(struct toc_str k);
/** M9 to M16. */
bool toc_is_of_order(struct toc_str k);
/** M18: whom it concerns is nobody's to read. */
bool toc_is_of_deconfliction(struct toc_str k);
/** M1, M2, M3, a situation report, a final one: who reads it knows of the incident from then on. */
bool toc_is_of_incident(struct toc_str k);
/** Has the organisation sent or received an entry of it? */
bool toc_is_party(const struct toc_incident *i, struct toc_str org);

/* link.c: the link of an e-mail */
/** This organisation reads it only because of a case of its own that is tied to this one: it does not learn of which case
 * it is, nor does anybody else that it reads it. */
bool toc_reads_as_tied(const struct toc_message *m, struct toc_str org);
bool toc_draft_is_for_tied(const struct toc_draft *d, struct toc_str org);
/** Whoever came by a link does what link.def names, to what lies in its scope; all else does not exist. */
int toc_check_link(struct toc_ask *q);
/** Does the message lie within what the sender came by a link for? So does everything for who has an account. */
bool toc_is_in_link(const struct toc_ask *q, const struct toc_message *m);
int toc_take_scope(struct toc_ask *q, struct toc_draft *d);
toc_rule toc_rule_credential_revoke;

/* directory.c: people and their credentials */
toc_rule toc_rule_person_enrol, toc_rule_person_leave, toc_rule_credential_issue, toc_rule_credential_rotate,
	toc_rule_session_close, toc_rule_sessions_end, toc_rule_session_refused;

/** A session of the person that nobody has ended, the link of an e-mail's too; `kept` is none. Its time may be over. */
bool toc_is_open_session(const struct toc_credential *c, struct toc_uuid person, struct toc_uuid kept);

/* policy.c: rules that are data */
toc_rule toc_rule_policy, toc_rule_vocabulary, toc_rule_policy_set;

/* admin.c: who is a member, and what its people may */
toc_rule toc_rule_org_admit, toc_rule_org_change, toc_rule_org_kinds, toc_rule_org_suspend, toc_rule_role;

/* mandate.c: who audits, and what they ask */
toc_rule toc_rule_mandate_grant, toc_rule_mandate_end, toc_rule_query_own, toc_rule_query_mandate, toc_rule_query_result;

/* second.c: what takes two */
typedef bool toc_is_first(const struct toc_ask *q);
typedef bool toc_is_second(const struct toc_ask *q, const struct toc_pending *first);
/** The draft of what takes two people: a proposal, or, when the message names one in `supersedes` and says the same, the
 * thing itself. Of the server it is in force at once. NULL: refused. about: the organisation it is about, or empty */
struct toc_draft *toc_draft_of_two(struct toc_ask *q, const char *k, struct toc_str about, toc_is_first *is_first,
				   toc_is_second *is_second);
bool toc_is_in_force(const struct toc_draft *d); /* not only proposed */
/** The sender has one of these roles in an organisation of one of these kinds; and so has, still, the first person. */
bool toc_holds(const struct toc_ask *q, toc_roles role, toc_kinds kinds);
bool toc_held(const struct toc_ask *q, const struct toc_pending *p, toc_roles role, toc_kinds kinds);
/* of an organisation (admin.c) */
/** Two administrators of body.org, or its one and the hub's. */
toc_is_first toc_first_admin;
toc_is_second toc_second_admin;
/** Readers += the administrators of this organisation, and whoever could be their second. */
void toc_tell_admins(struct toc_ask *q, struct toc_draft *d, struct toc_str org);
/* stamp.c: when the log was there */
toc_rule toc_rule_stamp;
/* witness.c: the keys by which members vouch for the log */
toc_rule toc_rule_witness_register, toc_rule_witness_revoke;
/** How many administrators an organisation has. */
unsigned toc_admins(const struct toc_world *w, struct toc_str org);
/** May the sender administer the people of this organisation? */
int toc_check_admin_of(struct toc_ask *q, struct toc_str org);
int toc_check_roles(struct toc_ask *q, const struct toc_organisation *o, const struct toc_value *names, bool machine);

/* erasure.c, retention.c: how long what is sealed is kept; who stops that, or ends it before its time */
toc_rule toc_rule_hold_set, toc_rule_hold_lift, toc_rule_erase_early, toc_rule_erase_due, toc_rule_erase_list;
/* The numbers of these are in snapshots. */
enum toc_subject {
	TOC_SUBJECT_NONE,
	TOC_SUBJECT_INCIDENT,
	TOC_SUBJECT_CASE,
	TOC_SUBJECT_EXERCISE,
	TOC_SUBJECT_PERSON,
	TOC_SUBJECT_ORDER,
	TOC_SUBJECT_ORG,
	TOC_SUBJECT_SYSTEM,
};
struct toc_subject_name {
	uint32_t kind;
	struct toc_uuid ref;
	struct toc_str org; /* of an organisation; borrowed */
	int year;           /* of what has no end of its own */
};
bool toc_subject_parse(struct toc_str text, struct toc_subject_name *ret); /* of a seal key: "case:<uuid>" */
uint32_t toc_subject_of(struct toc_str name);                              /* what a hold can be on */
uint32_t toc_retention_bits(const struct toc_value *classes);
/** One bit, 0: no such class; and back. */
uint32_t toc_retention_bit(struct toc_str name);
struct toc_str toc_retention_name(uint32_t bit);
/** Does a hold stop the erasure of these classes of it? */
bool toc_is_held(const struct toc_world *w, uint32_t subject, struct toc_uuid ref, uint32_t classes);

/* breakglass.c: the operator reads what is not theirs */
#define TOC_TIMER_GLASS "glass"
toc_rule toc_rule_glass_open, toc_rule_glass_confirm, toc_rule_glass_close;

/* point.c: who is reached: by which contact point, in which order, when. The numbers are in snapshots. */
enum toc_purpose { TOC_FOR_ORDERS = 1, TOC_FOR_ITL = 2, TOC_FOR_CRISIS = 4, TOC_FOR_LEGAL = 8, TOC_FOR_PRESS = 16 };
enum toc_called_when { TOC_CALLED_ALWAYS, TOC_CALLED_OPEN, TOC_CALLED_CLOSED, TOC_CALLED_ON_DUTY };
enum toc_channel_state { TOC_CHANNEL_UNTRIED, TOC_CHANNEL_VERIFIED, TOC_CHANNEL_FAILED };
enum toc_drill_result { TOC_DRILL_NONE, TOC_DRILL_PASSED, TOC_DRILL_LATE, TOC_DRILL_FAILED };
uint32_t toc_purpose_bits(const struct toc_value *purposes);
const char *toc_purpose_name(unsigned bit);                  /* NULL past the end */
uint32_t toc_channel_bits(const struct toc_value *channels); /* of a list of {kind} */
uint32_t toc_channel_bit(struct toc_str kind);               /* 0 when there is no such channel */
const char *toc_channel_name(unsigned bit);                  /* NULL past the end */
#define TOC_CHANNEL_NEEDS_NONE 3u /* api and console have no address: nothing to verify */
const char *toc_channel_state_name(uint32_t state);
/** NULL when there is none, or it is not in force. */
const struct toc_point *toc_point_in_force(const struct toc_world *w, struct toc_uuid id, toc_time now);
/** The contact point for the purpose (one bit); without one of its own that for crises, then any. NULL: none. */
const struct toc_point *toc_point_for(const struct toc_world *w, struct toc_str org, uint32_t purpose, toc_time now);
void toc_point_set_hours(struct toc_point *p, const struct toc_value *body); /* of a new one, as the M26.own has them */
bool toc_point_is_open(const struct toc_point *p, toc_time at);
toc_time toc_point_opens(const struct toc_point *p, toc_time at); /* `at` when it is open then; NEVER: within a month not */
/** Whom to try, in order: positions in point->chain. Who is on duty comes first; who is not called at this hour is left
 * out, unless that would leave nobody. Real time: it is people who are called, in an exercise too. */
struct toc_reached {
	const struct toc_point *point; /* NULL: nobody */
	const uint8_t *order;
	unsigned n;
};
struct toc_reached toc_reached(const struct toc_world *w, struct toc_arena *a, struct toc_str org, uint32_t purpose, toc_time now);
struct toc_reached toc_reached_by(const struct toc_world *w, struct toc_arena *a, const struct toc_point *p, toc_time now);
uint32_t toc_contact_channels(const struct toc_point *p, unsigned at); /* toc_channel_bit of each */
bool toc_is_on_duty(const struct toc_world *w, struct toc_str org, struct toc_uuid person, toc_time now);
bool toc_is_in_chain(const struct toc_point *p, struct toc_uuid person);
/** … of any contact point of the organisation that is in force. */
bool toc_is_contact(const struct toc_world *w, struct toc_str org, struct toc_uuid person, toc_time now);

/* trial.c: a drill, or the test of a channel, that waits for an answer */
#define TOC_DESK (-1) /* the channel is the desk's own, not a contact's */
struct toc_trial {
	const struct toc_point *point;
	int64_t contact;
	const struct toc_channel *channel; /* NULL: a drill of the contact point */
};
/** By the entry that began it. @return false: there is none, or it is over */
bool toc_find_trial(const struct toc_world *w, struct toc_str org, struct toc_uuid id, struct toc_trial *ret);
/** Does this person answer it? */
bool toc_trial_is_for(const struct toc_trial *t, struct toc_uuid person);
/** Has an order that was delivered on this channel been received (rules (j) 6)? Through console and API it is there; else
 * as the organisation has declared. */
bool toc_receives_orders_by(const struct toc_world *w, struct toc_str org, struct toc_str channel, toc_time now);

/* contact.c: contact points are declared (M26) */
toc_rule toc_rule_contact_own;
/** Readers of what is not public: own admins, the hub's admins and duty officers, and whoever sends it. */
void toc_contact_readers(struct toc_ask *q, struct toc_draft *d, struct toc_str org);
/** The organisation of body.org and what is true of it for the sender, or a refusal. */
const struct toc_organisation *toc_contact_org(struct toc_ask *q, unsigned *ret_conditions);
/** body.point, or the organisation's for threats to life; or a refusal. */
const struct toc_point *toc_contact_point(struct toc_ask *q, const struct toc_organisation *o);

/* verify.c: channels are tried */
toc_rule toc_rule_contact_test, toc_rule_contact_confirm, toc_rule_contact_verify;

/* drill.c: T31 */
toc_rule toc_rule_drill, toc_rule_drill_answer;
/** decided.timers_started += T31 of a point that comes into force with this id. */
/** Of a member again: what is due is drilled at once, or when the desk opens. */
void toc_resume_drills(struct toc_ask *q, struct toc_draft *d, const struct toc_organisation *o);
void toc_start_t31(struct toc_ask *q, struct toc_value *decided, struct toc_uuid point, struct toc_str org, toc_time next,
		   toc_time valid_until);

/* roster.c: who is on duty when */
toc_rule toc_rule_roster, toc_rule_duty;

/* hook.c: addresses that the server calls, and browsers that it wakes */
toc_rule toc_rule_hook_declare, toc_rule_hook_confirm, toc_rule_hook_step, toc_rule_push_allow,
	toc_rule_push_subscribe, toc_rule_push_unsubscribe;
/** The gateway by which an organisation's telephones are reached on this channel, its own or the operator's; or NULL. */
const struct toc_hook *toc_gateway(const struct toc_world *w, struct toc_str org, unsigned channel);
/** decided.calls of every draft from number `first` on += the webhooks that are told of it, the browsers that are woken. */
void toc_call_readers(struct toc_ask *q, size_t first);
int64_t toc_precedence_of(struct toc_str name); /* 0 routine … 3 flash; of what is none: 0 */
/** The delivery that an item of decided.calls of that entry makes. */
struct toc_uuid toc_call_id(struct toc_uuid entry, struct toc_uuid to);

#endif
