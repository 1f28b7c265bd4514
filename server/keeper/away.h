/* away.h: what the rest of the keeper needs to know of the journal's comings and goings; and what away.c, back.c and
 * refused.c share. */
#ifndef TOC_KEEPER_AWAY_H
#define TOC_KEEPER_AWAY_H

#include "keeper/core.h"

struct toc_away *toc_away_new(void);
void toc_away_free(struct toc_away *w);

/** At the start: which records are in the journal. */
void toc_away_learn(struct toc_keeper *k);
int64_t toc_away_next_us(const struct toc_keeper *k);

/* refused.c */
/** Open the file of what was refused, and put what is in it into the journal again: what stood in its way may be gone. */
void toc_refused_open(struct toc_keeper *k);
/** A record that the ledger does not take: it is kept, once, and said. @return 0, or TOC_EIO: it is not on disk */
int toc_refused_keep(struct toc_keeper *k, struct toc_str bytes, const char *why) TOC_MUSTCHECK;
/** The journal's way back is over: what of the file is in the ledger now is told and counted no more. */
void toc_refused_settle(struct toc_keeper *k);
size_t toc_refused_count(const struct toc_keeper *k); /* of what is not in the ledger */
/** This entry is in the ledger. Does it take from somebody what is kept? Then all fronts are told it anew. */
void toc_refused_committed(struct toc_keeper *k, const struct toc_entry *e);
/** Tell a front, or all (TOC_CHILD_FRONTS_MAX), what nobody can read in the ledger. */
void toc_refused_repeat(struct toc_keeper *k, unsigned front);

/* ---- records ---- */

#define TOC_RECORD_DEPTH 48

struct toc_record {
	struct toc_uuid eid;   /* of its own entry */
	struct toc_sha256 is;  /* toc_away_identity; set on the way back */
	bool done;             /* it is in the ledger, or among what was refused */
	bool refused;          /* … the latter */
	bool stuck;            /* it could be put nowhere: the journal is not cut */
};
struct toc_aside { /* a record in the file of what was refused */
	struct toc_sha256 is;
	bool recorded; /* the ledger has it after all */
};
struct toc_away {
	struct toc_record *records; /* one for each in the journal, same order */
	size_t n, cap;
	struct toc_arena *arena; /* of the answers */
	struct toc_map *answers; /* eid → what was answered */

	/* on the way back */
	struct toc_arena *flight;
	struct toc_map *there; /* eids of the journal that are in the ledger, or on their way into it */
	struct toc_made made[TOC_APPEND_MAX];
	struct toc_row rows[TOC_APPEND_MAX];
	struct toc_uuid *eids; /* of the journal, in `flight`; the first `asked` were looked for */
	size_t n_eids, asked;
	size_t n_made, from, upto; /* records from … upto - 1 are in flight */
	size_t n_taken, most;      /* so many records are in flight; so many may be, fewer after a refusal or a time-out */
	bool full;
	bool ahead;   /* the ledger has something of it that our state has not */
	size_t doubt; /* 1 + the record that was refused once, alone */
	toc_time now;
	size_t appended; /* entries, since the database is back */
	int64_t again_us; /* when to try again what could be put nowhere, or a journal that could not be cut; 0: neither */

	struct toc_aside *aside; /* one for each record of k->refused, same order */
	size_t n_aside;
};

/** @param ret_own may be NULL: its own entry, of the message or deadline. @return 0, or TOC_EINVAL; it was we who wrote it */
int toc_away_read(struct toc_arena *a, struct toc_str bytes, const struct toc_value **ret_entries,
		    const struct toc_value **ret_own) TOC_MUSTCHECK;
/** Which record it is, whatever was noted of it since: two with the same entries are one. */
struct toc_sha256 toc_away_identity(struct toc_arena *a, struct toc_str bytes);
/** What was answered is not asked for any more. */
void toc_away_forget(struct toc_away *w);

#endif
