/* stage.h: a world with the fictional cast in it, on which tests play: what the keeper does around the
 * domain, without a database. Every accepted draft is split by the catalogue, written as canonical bytes,
 * read again and applied to an overlay that is merged; so a test on a stage is a test of replay from bytes as
 * well. */
#ifndef TOC_TESTS_DOMAIN_STAGE_H
#define TOC_TESTS_DOMAIN_STAGE_H

#include "domain/rule.h"

struct stage_entry {
	struct toc_entry e;            /* as apply saw it: body without anything personal */
	const struct toc_value *whole; /* the message with its personal part */
	const struct toc_value *actor;
	struct toc_uuid discloses[64];
	size_t n_discloses;
	struct toc_str name; /* of the scenario's step; empty for what the server made */
};

struct stage {
	struct toc_arena *a;
	struct toc_world *w;
	struct toc_world *under; /* what it began on, of another stage; NULL: nothing */
	size_t began;            /* entries of the ledger that were there then */
	struct stage_entry *ledger;
	size_t n, cap;
	toc_time now;             /* real */
	struct toc_uuid exercise; /* messages carry it, with mode exercise; nil: mode actual */
	struct toc_verdict v;     /* of the last act */
	const struct toc_value *found; /* by the last act, a look-up */
	struct toc_str name;      /* for the entries of the next act */
	unsigned ids;
	const struct toc_value *cast;
	bool dry;                         /* decide only */
	const struct toc_value *dup_keys; /* of the next act; NULL: computed from the message's hashes */
	uint8_t twist;                    /* changes the digest of the next act */
	void (*after_step)(struct stage *s); /* of a scenario */
	toc_dur late;                     /* the next act waited so long in the journal */
	bool back;                        /* what is taken comes from a journal, after others */
};

struct stage *stage_new(void);  /* the cast, its policies, contact chains and both exercises */
struct stage *stage_bare(void); /* nobody yet */
/** A stage of its own on top of another, which it does not change and which is to stand still and outlive it. */
struct stage *stage_upon(const struct stage *base);
void stage_free(struct stage *s);
/** Work in this exercise of the cast ("LANTERN"), or in mode actual (NULL). */
void stage_in(struct stage *s, const char *exercise);

struct toc_uuid stage_person(const struct stage *s, const char *who);         /* "AIRU/duty officer" */
struct toc_principal stage_principal(const struct stage *s, const char *who); /* "" is the server */

/** Decide and, if accepted, record. `message` is JSON: type, body, and what of the envelope the test cares
 * about.
 * @return 0 or -1 (s->v.refusal) */
int stage_act(struct stage *s, const char *who, const char *message, ...)
	__attribute__((format(printf, 3, 4)));
int stage_act_value(struct stage *s, const char *who, struct toc_value *message);
/** The same, only asking: world and ledger stay. */
int stage_try(struct stage *s, const char *who, const char *message, ...)
	__attribute__((format(printf, 3, 4)));
/** What `prepare` answers, or NULL (s->v.refusal). */
struct toc_value *stage_prepare(struct stage *s, const char *who, struct toc_value *message);
/** The whole message as the last act sent it, to send it again. */
struct toc_value *stage_message(struct stage *s, const char *message);

struct toc_value *stage_parse(struct stage *s, struct toc_str json); /* must parse */
/** Decide and record as somebody of whom the stage knows nothing. */
int stage_act_as(struct stage *s, const struct toc_principal *p, struct toc_value *message);
void stage_take(struct stage *s); /* record what s->v drafts */
void stage_due(struct stage *s); /* fire what is due */
void stage_to(struct stage *s,
	      const char *t); /* move the exercise's clock to T+mm:ss or T+h:mm:ss, or real time forward */
toc_time stage_time(const struct stage *s, const char *t);
void stage_wait(struct stage *s, toc_dur d); /* real time */
bool stage_is_quiet(const struct stage *s);  /* nothing is due but the weekly drills of contact points */

/** The newest entry of this k (and, if given, of this organisation), or NULL. */
const struct stage_entry *stage_last(const struct stage *s, const char *k, const char *org);
size_t stage_count(const struct stage *s, const char *k, const char *org);
const struct stage_entry *stage_named(const struct stage *s, const char *name);
const char *stage_id(struct stage *s, const char *k, const char *org); /* eid of that entry, as text */
const char *stage_case(struct stage *s, const char *k, const char *org);

/** May somebody of this organisation who holds these roles read it? rendering may be NULL */
bool stage_reads(const struct stage *s, const struct stage_entry *e, const char *org, toc_roles roles,
		 enum toc_rendering *rendering);
/** "AIRU CDA HUB": the organisations that read it whole, sorted. */
const char *stage_readers(struct stage *s, const struct stage_entry *e);
/** The item of decided.list whose `member` is `text`, or NULL. */
const struct toc_value *stage_decided(const struct stage_entry *e, const char *list, const char *member,
				      const char *text);
/** decided.list: the item of timer and desk. */
const struct toc_value *stage_timer(const struct stage_entry *e, const char *list, const char *timer,
				    const char *desk);

/** Play a scenario file until T+until (NULL: to its end). @return 0, or -1 at the first refusal */
int stage_play(struct stage *s, const char *file, const char *until);

struct toc_str stage_saved(struct toc_arena *a,
			   const struct toc_world *w); /* canonical bytes of the snapshot */
/** What a copy of the state in pieces loads to: saved a few objects at a time, its bytes read again. */
struct toc_world *stage_loaded(struct toc_world *w);
/** Live state = replay of the ledger = what a snapshot loads to. */
bool stage_consistent(struct stage *s);

/** An M4.send that is complete but for what `more` (JSON members of the body, may be "") adds or replaces. */
const char *stage_notice(struct stage *s, const char *case_ref, const char *more);

#endif
