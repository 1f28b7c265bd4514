/* rule.h: what the rules of the protocol share while they decide: the question, and the words of an answer.
 *
 * A rule reads the question and either refuses or adds drafts. It writes nothing: every effect that its entry
 * shall have on the state is spelt out in `decided`, in the vocabulary below, and apply.c interprets just
 * that. So a rule can change without changing what old entries mean.
 *
 * Effects in `decided` (each optional; apply ignores what it cannot read):
 *   opened          {notifier, aware_at}             the case exists, as a draft
 *   notice          {duty, notifier, aware_at}       … has been sent by this entry
 *   desks           [{org, role, duty, …}]           desks that join the case
 *   state           [{desk?, from, to}]              steps of lifecycle.def; without desk: of the case as a
 * whole timers_started  [{timer, id, desk, starts, deadline, next?}] timers_moved    [{timer, id, desk,
 * level, next?, breached?}] timers_stopped  [{timer, id, desk, at, met, took_ms}] keep            {until?,
 * for}                    do_not_remove_until; without until: lifted removed         true the content is down
 *   questions       [{id, org}] · answered [id]
 *   dup_keys        [hex]                            what the case is about
 *   links           [{case, to}]                     the two cases are one in the real world
 *   linked          [{case, …effects on that case}]  the same step taken over by a case that is tied to it
 *   reported        {by, event_time, cc?, locality?}  the incident exists
 *   incident_state  [{incident, from, to}]           steps of lifecycle.def
 *   affected        [cc] · criteria [{code, answer}] of the incident, from now on
 *   assigned        {org, person} · warned {until} · activated {activation_type, vocabulary_version, fast?}
 *   decision        {decision, by: [{org, person}], review_at?} a decision that took effect
 *   proposed        {decision, …, objectable_until?, fast?} · proposals_ended [{ref, how}]
 *   ties, untied    [{ref, kind, to}]                incidents, and cases of incidents; whoever reads an
 *                                                    entry of an incident knows of it from then on
 *   receipts        [{ref, org, channel, person?, state}] answers to the messages named
 *   scope           {message, case?, incident?, from} of a link, and of a session that it opens
 *   new_items       {state}                          the message's items come to be, in that state
 *   item_keys       [{key, near?, cluster?}]         … and what finds each of them
 *   item_states     [{item, from, to}] · item_scopes [{item, distance, beyond, bank}]
 *   item_opinions   [{item, org, opinion, disputed}] · item_floods [{item, from, matches}]
 *   orders          [{order, …}]                     of each removal order that it is about, as far as they apply:
 *                     drafted {…}, certified true, issued {…}, received {at, channel}, from and to (lifecycle.def),
 *                     items [{item, state, at?, hour?, clock?}], silence {until?, extended?}, opened n, breached n,
 *                     overdue, ended_at, check (M18), copied {at} (M11), scrutiny {requested, for_user}, intended true,
 *                     scrutinised true (M15)
 *   content         keyed digest of what the order says
 *   acquainted      {id, informed?, ordered?}        the authority has informed the provider, or sent its first order
 *   hook            {id, from, to, generation, old_until?}    a step of an address that is called
 *   check_opened    {asked: [org], answer_by, concerned_until, order?} this entry is a deconfliction check …
 *   subject_keys    [hex]                            … and what it is about, as keyed hashes
 *   check_states    [{check, from, to}] · check_answered {check, answer, until?} by the entry's organisation
 *   referred        {urls} · referral_answered {referral, answer, positions: [n]}
 *   engaged         true                             its sender, a platform, acts in the incident
 *   report          {number?, figures}               the numbers of an M20 or M23, by the server
 *   closing         {…}                              how the guard of winding down and closing stands
 *   final_orders    {hsp, within_12_months, may_be_exposed}    an order has become final
 *   contributed     true · final {public_sha256} · published true    of a debrief
 *   confirmations   [{org, parts}]                   who has to confirm the entry, by machine, by a person
 *   confirmed       [{ref, org, part}]               … and has
 *   recalled        {entries, orgs}                  these messages are recalled; these can read them no more
 *   process         {…} · process_state {from, to}   an order that runs elsewhere
 *   pages           [{org, contact, person, channel, state, point, about?, told?}]   who is to be reached: one that is
 *                   "queued" for a channel that is carried makes a delivery; about: another entry than this one; told:
 *                   nobody has to answer
 *                   by: the gateway that rings
 *   calls           [{org, channel, to, person?, about?, told?}]   webhooks and browsers (to) that are told of the entry, or
 *                   of another one (about): deliveries likewise; shown to nobody
 *   deliveries      [{id, state, attempts?, next?}]   steps of these
 *   contact         {in_force, supersedes?}          the message declares a contact point
 *   channels        [{point, contact?, channel, state?, test?}] of a contact point: what trying them gave
 *   drills          [{point, started? | result, reaction_s?}]
 *   shifts          [{id, person, from, until}] · shifts_gone [id]  of the roster of body.org
 *   clock           {anchor_real, anchor_at, rate_milli, running}
 *   disclosed_to    [{org, roles, rendering}]        of an M29: who reads the entries it names from now on
 *   digest, readers, person                          what later entries need to know this one by
 */
#ifndef TOC_DOMAIN_RULE_H
#define TOC_DOMAIN_RULE_H

#include "domain/permission.h"
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
struct toc_str toc_incident_subject(struct toc_arena *a, struct toc_uuid incident);

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

/* ---- rooms of rules (each in the file of its name) ---- */

/** As toc_decide, but only to see what would happen. (decide.c) */
int toc_look(const struct toc_world *w, const struct toc_principal *p, const struct toc_command *c,
	     toc_time now, struct toc_arena *a, struct toc_verdict *ret_verdict);

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
/** Whoever came by a link does what link.def names, to what lies in its scope; all else does not exist. */
/** This organisation reads it only because of a case of its own that is tied to this one: it does not learn of which case
 * it is, nor does anybody else that it reads it. */
bool toc_reads_as_tied(const struct toc_message *m, struct toc_str org);
bool toc_draft_is_for_tied(const struct toc_draft *d, struct toc_str org);
int toc_check_link(struct toc_ask *q);
int toc_take_scope(struct toc_ask *q, struct toc_draft *d);
toc_rule toc_rule_credential_revoke;
/* directory.c: people and their credentials */
toc_rule toc_rule_person_enrol, toc_rule_person_leave, toc_rule_credential_issue, toc_rule_credential_rotate,
	toc_rule_session_close, toc_rule_session_refused;
/* policy.c: rules that are data */
toc_rule toc_rule_policy, toc_rule_vocabulary, toc_rule_policy_set;
/* admin.c: who is a member, and what its people may; much of it takes two */
toc_rule toc_rule_org_admit, toc_rule_org_kinds, toc_rule_org_suspend, toc_rule_role, toc_rule_mandate_grant,
	toc_rule_mandate_end, toc_rule_hold_set, toc_rule_hold_lift, toc_rule_query_own, toc_rule_query_mandate;
typedef bool toc_is_first(const struct toc_ask *q);
typedef bool toc_is_second(const struct toc_ask *q, const struct toc_pending *first);
/** The draft of what takes two people: a proposal, or, when the message names one in `supersedes` and says the same, the
 * thing itself. Of the server it is in force at once. NULL: refused. about: the organisation it is about, or empty */
struct toc_draft *toc_draft_of_two(struct toc_ask *q, const char *k, struct toc_str about, toc_is_first *is_first,
				   toc_is_second *is_second);
bool toc_is_in_force(const struct toc_draft *d); /* not only proposed */
/** How many administrators an organisation has. */
unsigned toc_admins(const struct toc_world *w, struct toc_str org);
/** May the sender administer the people of this organisation? */
int toc_check_admin_of(struct toc_ask *q, struct toc_str org);
int toc_check_roles(struct toc_ask *q, const struct toc_organisation *o, const struct toc_value *names, bool machine);
enum toc_subject { TOC_SUBJECT_NONE, TOC_SUBJECT_INCIDENT, TOC_SUBJECT_CASE, TOC_SUBJECT_EXERCISE, TOC_SUBJECT_PERSON };
uint32_t toc_subject_of(struct toc_str name);
uint32_t toc_retention_bits(const struct toc_value *classes);
/** Does a hold stop the erasure of these classes of it? */
bool toc_is_held(const struct toc_world *w, uint32_t subject, struct toc_uuid ref, uint32_t classes);

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

/* threat.c */
toc_rule toc_rule_draft, toc_rule_send, toc_rule_supplement, toc_rule_withdraw;
/* response.c */
toc_rule toc_rule_ack, toc_rule_accept, toc_rule_redirect, toc_rule_reject, toc_rule_question,
	toc_rule_answer, toc_rule_outcome;
const struct toc_desk *toc_desk_of(const struct toc_threat *t,
				   struct toc_str org); /* NULL when it has none */
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
int toc_route_states(struct toc_ask *q, const struct toc_value *states, uint32_t duty,
		     struct toc_route *ret_route);
struct toc_str toc_hub(const struct toc_world *w,
		       const struct toc_exercise *x); /* empty when there is none */
/** decided.transfer_regime of the drafts that take personal data across the Union's borders. (transfer.c) */
void toc_mark_transfers(struct toc_ask *q);
/** Established outside of the Union (and of what is treated like it), as the national rules say. */
bool toc_is_third_country(const struct toc_world *w, const struct toc_organisation *o, toc_time at);

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

/* audience.c */
/** decided.readers of an entry of q->incident: of everybody (all members, or all that take part in the
 * exercise), or of those who know of it, the hub and the authorities of affected states; each as the draft's
 * row lets it. */
enum toc_told { TOC_TO_EVERYBODY, TOC_TO_KNOWING };
void toc_tell(struct toc_ask *q, struct toc_draft *d, enum toc_told who, unsigned conditions);
/** The readers of that message, and one's own. */
void toc_tell_readers_of(struct toc_ask *q, struct toc_draft *d, const struct toc_message *m);
/** decided.readers of an entry of a case: its desks, its notifier, and for those of linked cases N. `extra`:
 * a list of desks about to join (decided.desks), or NULL. Server-made: org is the author or empty. */
void toc_readers_of_case(struct toc_ask *q, struct toc_draft *d, struct toc_str notifier,
			 const struct toc_threat *t, const struct toc_value *extra);
/** One organisation by the draft's row. Nothing is added when the row lets nobody of it read. @return added
 */
bool toc_reader_add(struct toc_ask *q, struct toc_draft *d, struct toc_str org, unsigned conditions);
void toc_reader_add_roles(struct toc_arena *a, struct toc_value *decided, const char *list,
			  struct toc_str org, toc_roles roles, enum toc_rendering rendering);
toc_roles toc_roles_of(const struct toc_value *names);
struct toc_value *toc_role_names(toc_roles roles, struct toc_arena *a);
/** The organisations that the sender names, each as the draft's row lets it, and its own. Refuses one without a reader. */
int toc_address(struct toc_ask *q, struct toc_draft *d, const struct toc_value *audience);
/** May people with these roles of this organisation read it, as its snapshot and disclosures say? */
bool toc_is_reader(const struct toc_message *m, struct toc_str org, toc_roles roles);

/* marking.c: TLP, handling codes, grade of the source */
uint32_t toc_tlp_of(struct toc_str name); /* 0 when unknown; stricter is greater */
const char *toc_tlp_name(uint32_t tlp);
uint32_t toc_handling_bits(const struct toc_value *codes);
/** A new version of another's message does not lower what its originator has marked. */
int toc_check_marking(struct toc_ask *q);
uint32_t toc_strictest(const struct toc_message *const *parts, size_t n);
/** Marks a message that puts these together: the strictest TLP of them and of its own, all their handling codes. */
void toc_mark_like(struct toc_ask *q, struct toc_value *message, const struct toc_message *const *parts, size_t n);
/** May these be passed on, and is the message that does it marked like the strictest of them? */
int toc_check_passing_on(struct toc_ask *q, const struct toc_message *const *parts, size_t n);

/* disclosure.c */
toc_rule toc_rule_disclose;
/** Draft the M29 by which `to` gets the entries of a case that it may read, and join it as a desk. */
enum toc_disclose_what { TOC_DISCLOSE_READABLE, TOC_DISCLOSE_OWN, TOC_DISCLOSE_ALL };
struct toc_joining { /* a desk that joins a case, and why */
	struct toc_str org;
	uint32_t role, duty;
	const char *ground;         /* M29 ground */
	struct toc_str ground_text; /* personal; may be empty */
	struct toc_str why;         /* not personal */
	enum toc_disclose_what what;
};
struct toc_draft *toc_draft_disclosure(struct toc_ask *q, const struct toc_threat *t,
				       const struct toc_joining *j);
/** Effects of a desk's joining on `decided`: desks, state, T17, the first page. */
void toc_join_desk(struct toc_ask *q, struct toc_value *decided, struct toc_uuid threat,
		   const struct toc_addressee *to, enum toc_desk_state from, enum toc_desk_state to_state,
		   bool pages);

/* receipt.c */
toc_rule toc_rule_receipt_machine, toc_rule_receipt_human, toc_rule_outreach;
/** Readers of a receipt: the sender's side of the message, the hub's lead if the hub reads it, the recipient's own. */
void toc_receipt_readers(struct toc_ask *q, struct toc_draft *d, const struct toc_message *m, struct toc_str called);

/* delivery.c: who is not connected is reached by a courier */
toc_rule toc_rule_delivery, toc_rule_take_over, toc_rule_channels;
#define TOC_CARRIED ~3u /* channels that a courier carries: all but api and console */
enum {
	TOC_CHANNEL_API,
	TOC_CHANNEL_CONSOLE,
	TOC_CHANNEL_MAIL,
	TOC_CHANNEL_PHONE,
	TOC_CHANNEL_SMS,
	TOC_CHANNEL_PAGER,
	TOC_CHANNEL_RADIO,
	TOC_CHANNEL_WEBHOOK,
	TOC_CHANNEL_PUSH
}; /* toc_channel_name */
uint32_t toc_served(const struct toc_world *w); /* channels by which somebody can be reached now, as bits */
struct toc_uuid toc_delivery_id(struct toc_uuid page, struct toc_str org, int64_t contact, struct toc_str channel);
/** decided.pages of every draft from number `first` on += an e-mail for each reader who is reached by e-mail. */
void toc_mail_readers(struct toc_ask *q, size_t first);
/** decided.deliveries += what is on its way to that organisation about these messages is wanted no more. */
void toc_stop_deliveries(struct toc_ask *q, struct toc_value *decided, struct toc_str org, struct toc_uuid about,
			 struct toc_uuid or_about);

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

/* order.c: removal orders, until they are issued, and their withdrawal */
toc_rule toc_rule_inform, toc_rule_order_draft, toc_rule_order_certify, toc_rule_order_issue, toc_rule_order_silence,
	toc_rule_order_withdraw;
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

/* expiry.c */
#define TOC_TIMER_EXPIRY "expiry" /* of the items of one M6 */
/** decided.timers_started += when the first item of the message is over. */
void toc_start_expiry(struct toc_ask *q, struct toc_value *decided, struct toc_uuid message, toc_time first);

/* opinion.c: M7 */
toc_rule toc_rule_match_count, toc_rule_opinion, toc_rule_false_positive, toc_rule_not_applicable;

/* retract.c: M8 */
toc_rule toc_rule_retract;

/* course.c: M20, M21, and the guard of winding down */
toc_rule toc_rule_sitrep, toc_rule_hand_over, toc_rule_status;
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

/* confirm.c: who has to confirm what they have */
/** decided.confirmations: whoever imported `had` by machine, and, when `people`, a person of everybody who has it; of
 * these organisations only, when there is a list. */
void toc_owe_confirmations(struct toc_ask *q, struct toc_draft *d, const struct toc_message *had,
			   const struct toc_value *only, bool people);
/** decided.confirmed += this part of what the organisation owes of that message, if it does. */
bool toc_confirm(struct toc_ask *q, struct toc_draft *d, const struct toc_confirming *c, struct toc_str org,
		 enum toc_confirming_part part);
/** A receipt of a message that has to be confirmed: it confirms, or, of a recall, starts the time for it. */
void toc_receipt_confirms(struct toc_ask *q, struct toc_draft *d, const struct toc_message *m, struct toc_str org,
			  enum toc_confirming_part part);
bool toc_owes_nothing(const struct toc_confirming *c);
/** To whom what the timer is about is owed; empty when to nobody in particular. */
struct toc_str toc_owed_to(const struct toc_world *w, const struct toc_timer *t);

/* recall.c: M25 */
toc_rule toc_rule_recall, toc_rule_recall_confirm;
/* process.c: M22 */
toc_rule toc_rule_process_open, toc_rule_process_status;
/* protection.c: M24, M28 */
toc_rule toc_rule_complaints, toc_rule_protect;

/* known.c: is a signal known already? */
#define TOC_STACK_SLOTS 1024 /* of one haystack object */
struct toc_hash toc_sameness_key(struct toc_str key, struct toc_uuid incident);
struct toc_hash toc_haystack_key(struct toc_uuid incident, int64_t number);
/** What an M6 with these items repeats, as far as the asker may read it: [{for, item, sender, labels, …}]. */
struct toc_value *toc_known(struct toc_ask *q, const struct toc_value *items);
/** The same of the item that an M7 is about. */
/** What is the same as one of the keys, or near it by at most `max` and by the item's own limit: {signal, distance,
 * source, labels, opinions, dispute, bank} of each that the asker may read. keys: [{incident, key, near?}] */
struct toc_value *toc_known_among(struct toc_ask *q, const struct toc_value *keys, int64_t max, bool *ret_all);
/* lookup.c */
toc_rule toc_rule_lookup;
struct toc_value *toc_known_item(struct toc_ask *q, const struct toc_item *item);

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

/* timer.c: the table of timers (timer.def) */
typedef void toc_fire(struct toc_ask *q, const struct toc_timer *t);
struct toc_timer_row {
	const char *name;
	bool legal, warned;
	toc_fire *fire; /* at its end; NULL: nothing starts it */
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
	toc_fire_t20, toc_fire_t23, toc_fire_t25, toc_fire_t31, toc_fire_test, toc_fire_expiry;
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
