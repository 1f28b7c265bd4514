/* intake.h: what waits for a decision, in three lanes.
 *
 * Threats to life (M4.*, M5.*) have a lane of their own that goes first; what is only asked (`prepare` of
 * anything else) goes last, so that nobody's questions hold up what is sent. Each lane is bounded in number and
 * bytes; in the threat lane each organisation has a share of its own, so that nobody can fill it for the
 * others. A full lane is answered `busy`, never waited for. Pure: no clock, no socket.
 */
#ifndef TOC_KEEPER_INTAKE_H
#define TOC_KEEPER_INTAKE_H

#include "domain/domain.h"
#include "measure/limits.h"

enum toc_work_kind {
	TOC_WORK_SEND,    /* a member's message */
	TOC_WORK_PREPARE, /* the same, but only asked */
	TOC_WORK_SIGN_IN, /* a sign-in token for a session */
	TOC_WORK_SERVER,  /* the server's own message: receipts, sign-out, seed; nobody waits for an answer */
};
enum toc_work_outcome {
	TOC_WORK_OPEN,      /* not decided, or decided on an overlay that was dropped */
	TOC_WORK_REFUSED,   /* `refusal` */
	TOC_WORK_ACCEPTED,  /* `entry` of the batch */
	TOC_WORK_DUPLICATE, /* accepted before, as `seq` */
	TOC_WORK_ANSWERED,  /* `reply` is all there is */
};

/** One thing that waits. Owns its arena, in which it lives itself. */
struct toc_work {
	struct toc_work *next;
	struct toc_arena *arena;
	enum toc_work_kind kind;
	bool threat;
	unsigned front; /* who waits for the answer */
	uint64_t conn, ref;
	struct toc_principal principal;
	struct toc_command command;
	uint8_t token[32], session[32]; /* sign-in: SHA-256 of the token and of the new session's secret */
	struct toc_str secret, peer;    /* sign-in: that secret; the address that asks */
	struct toc_uuid delivery;       /* the server's: what waits for it to be decided (carry.c); nil: nothing */
	bool by_link;                   /* sign-in: by the link of an e-mail */
	int64_t since_us;               /* monotonic time of arrival */
	unsigned fetches;               /* rows that were read for it */
	bool doubtful;                  /* was sent to the database and not heard of again */

	enum toc_work_outcome outcome;
	struct toc_refusal refusal;
	uint64_t seq;
	size_t entry;
	struct toc_value *reply;
};
struct toc_work *toc_work_new(enum toc_work_kind kind);
void toc_work_free(struct toc_work *w);

/** M4 and M5 and nothing else. */
bool toc_is_threat(struct toc_str k_or_type);

enum { TOC_LANE_THREATS, TOC_LANE_SENT, TOC_LANE_ASKED, TOC_LANES };
struct toc_lane {
	struct toc_work *first, **end;
	size_t n, bytes;
};
struct toc_intake {
	const struct toc_limits *limits;
	struct toc_lane lane[TOC_LANES];
	struct toc_map *orgs; /* threat lane: organisation → number waiting */
};
void toc_intake_init(struct toc_intake *in, const struct toc_limits *limits); /* borrowed */
void toc_intake_done(struct toc_intake *in); /* frees what waits */

/** @return 0, or TOC_ELIMIT when its lane (or its organisation's share) is full: then the work is still the
 * caller's */
int toc_intake_put(struct toc_intake *in, struct toc_work *w) TOC_MUSTCHECK;
/** The next one: threats first, then what is sent; in order of arrival. NULL when there is none. */
struct toc_work *toc_intake_take(struct toc_intake *in, bool threats_only);
/** The same, which stays. */
const struct toc_work *toc_intake_first(const struct toc_intake *in, bool threats_only);
/** A batch that did not happen: back to the head of their lanes, in the order of the list. */
void toc_intake_put_back(struct toc_intake *in, struct toc_work *list);
bool toc_intake_is_empty(const struct toc_intake *in, bool threats_only);

#endif
