/* going.h: what the files that bring deliveries on their way share.
 *
 *   due ──► ADDRESS: the entry that declared the contact is read (of a call, what it is about as well) ──► LINK: its
 *   credential is entered ──► CARRIED: JOB
 *   OUTCOME ──► ENTERED: the M19.delivery is decided ──► OUTCOME_KEPT; retried later, or over
 *
 * outgoing.c has what is due and in hand, carry.c brings one from its address to its outcome's entry, takeover.c looks
 * for what nobody carries. */
#ifndef TOC_KEEPER_GOING_H
#define TOC_KEEPER_GOING_H

#include "keeper/core.h"
#include "keeper/heap.h"

#define TOC_FAILED_READ_US 1000000

enum toc_going_stage { TOC_GOING_ADDRESS, TOC_GOING_LINK, TOC_GOING_CARRIED, TOC_GOING_ENTERED };

struct toc_going {
	struct toc_uuid id;
	enum toc_going_stage stage;
	enum toc_way way;
	struct toc_keeper *k;
	bool linkless, found, unconfirmed; /* unconfirmed: SENT, and its gateway has said nothing */
	uint64_t seq;         /* of the entry that is read */
	struct toc_uuid wanted, to; /* its id; the hook that it goes to or by, nil: none */
	unsigned reads;
	/* the outcome, from OUTCOME until it is entered */
	enum toc_outcome_state state;
	uint32_t attempt, wait_s;
	uint16_t code;
	int64_t again_us; /* entered: when to try again to enter it; 0: it is being decided */
};
struct toc_way_out {
	struct toc_heap calls, told;
	unsigned in_hand;
	int64_t down_us; /* when it last could not be used at all; 0: it can */
};
struct toc_busy_hook { /* a hook that has enough in hand: the rest stands aside */
	unsigned in_hand;
	struct toc_heap aside;
};
struct toc_heard { /* of a node */
	int64_t at_us;
};

struct toc_outgoing {
	struct toc_way_out ways[TOC_WAYS];
	struct toc_map *going, *nodes, *hooks;
	struct toc_cases *rows; /* sealed, as they are stored */
	bool here, filled, told_channels;
	int64_t look_us, since_us, retry_us;
	struct toc_uuid taking; /* a take_over that is being decided; nil: none */
};

/* outgoing.c */
enum toc_way toc_way_of(const struct toc_delivery *d); /* that carries its channel */
bool toc_is_served_here(const struct toc_keeper *k, const struct toc_delivery *d);
bool toc_delivery_waits(const struct toc_delivery *d);
bool toc_is_ours(const struct toc_keeper *k, const struct toc_delivery *d);
struct toc_going *toc_find_going(const struct toc_keeper *k, struct toc_uuid id);
/** It may be carried by us: remember when. */
void toc_outgoing_remember(struct toc_keeper *k, const struct toc_delivery *d);
struct toc_going *toc_take_in_hand(struct toc_keeper *k, struct toc_uuid id, struct toc_uuid hook, enum toc_way way);
void toc_let_go(struct toc_keeper *k, struct toc_going *g); /* frees it */
void toc_tell_courier(struct toc_keeper *k);                /* k->out */

/* carry.c */
void toc_carry(struct toc_keeper *k, struct toc_going *g); /* from where it stands; may end at once */
/** Others may have taken it over while this node did not run: not now, the ledger is read first. */
bool toc_is_behind(struct toc_keeper *k);
void toc_put_off(struct toc_keeper *k, struct toc_going *g);
void toc_came_to(struct toc_keeper *k, struct toc_going *g, enum toc_outcome_state state, uint16_t code);
void toc_enter_outcome(struct toc_keeper *k, struct toc_going *g);
/** Its outcome is in the ledger, or can never be: it is out of hand, and what is left of it is remembered. */
void toc_outcome_is_kept(struct toc_keeper *k, struct toc_going *g);

/* takeover.c */
void toc_look_for_left(struct toc_keeper *k);
void toc_tell_channels(struct toc_keeper *k);

#endif
