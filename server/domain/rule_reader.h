/* rule_reader.h: who reads what, who gets it and by which way (M19, M25, M29). */
#ifndef TOC_DOMAIN_RULE_READER_H
#define TOC_DOMAIN_RULE_READER_H

#include "domain/rule_threat.h"

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
/** … with these roles, unless it is suspended or takes no part in the exercise. */
void toc_reader_add_as(struct toc_ask *q, struct toc_draft *d, struct toc_str org, toc_roles roles, enum toc_rendering rendering);
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
/** A report is marked like the strictest of what it is made from, and of the messages that it names (references). made_from
 * may be NULL. */
int toc_check_put_together(struct toc_ask *q, const struct toc_message *made_from);
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
void toc_draft_disclosure(struct toc_ask *q, const struct toc_threat *t,
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
/** Given to somebody who may still say what became of it. */
bool toc_is_handed_on(const struct toc_delivery *d);
struct toc_uuid toc_delivery_id(struct toc_uuid page, struct toc_str org, int64_t contact, struct toc_str channel);
/** decided.pages of every draft from number `first` on += an e-mail for each reader who is reached by e-mail. */
void toc_mail_readers(struct toc_ask *q, size_t first);
/** decided.deliveries += what waits for this gateway is given up; whoever was to be rung is followed by the next contact. */
void toc_give_up_deliveries_by(struct toc_ask *q, struct toc_value *decided, struct toc_uuid gateway);
/** decided.deliveries += what is on its way to that organisation about these messages is wanted no more. */
void toc_stop_deliveries(struct toc_ask *q, struct toc_value *decided, struct toc_str org, struct toc_uuid about,
			 struct toc_uuid or_about);

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

/* named.c: what a message names */
/** May the sender read this message, of the same mode and exercise? m may be NULL. */
bool toc_knows(const struct toc_ask *q, const struct toc_message *m);
/** references, on_behalf_of; supersedes, unless it names the first half of what takes two people, as the rule says; and
 * audience, where the type takes none. */
int toc_check_named(struct toc_ask *q, bool addressed, bool of_two);
/** A member of one of these kinds (0: of any). */
int toc_check_member(struct toc_ask *q, struct toc_str org, uint32_t kinds, const char *field);

/* recall.c: M25 */
toc_rule toc_rule_recall, toc_rule_recall_confirm;

/* transfer.c */
/** decided.transfer_regime of the drafts that take personal data across the Union's borders. */
void toc_mark_transfers(struct toc_ask *q);

/** Take out of the verdict's drafts, from the one numbered `from`, what their readers must not learn of case and
 * incident. (withhold.c) */
void toc_withhold(struct toc_ask *q, size_t from);

#endif
