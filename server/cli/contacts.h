/* contacts.h: what a member may read of contact points (M26), gathered from entries as the server's state has it; and the
 * files from which they are imported. No connection here: tests give it entries and files. */
#ifndef TOC_CLI_CONTACTS_H
#define TOC_CLI_CONTACTS_H

#include "base/time.h"
#include "base/value.h"

struct contact_point {
	struct toc_str id, org, by;
	struct toc_value *purposes;   /* those that no newer one has taken over */
	struct toc_value *body;       /* of the M26.own; of a stranger's the public part */
	bool waiting;                 /* for a second admin */
	struct toc_value *channels;   /* [{contact?, channel, state, at}], the newest of each */
	struct toc_str drill;         /* that is running, or empty */
	toc_time drill_from, drill_at, since;
	struct toc_str drill_result;
	int64_t reaction_s;
	struct contact_point *next;   /* older */
};

struct contacts {
	struct toc_arena *a;
	struct toc_str you_org, you_person;
	struct contact_point *points; /* newest first */
	struct toc_value *shifts;     /* [{id, person, from, until, org}] that are not over */
	struct toc_value *people;     /* [{org, person, title}] whose titles may be read */
};

/** One entry of the ledger, as the server renders it. What is not about contact points or people is passed over. */
void contacts_take(struct contacts *c, const struct toc_value *frame);
/** The one whose id begins so; NULL when there is none or several (ret_several). */
struct contact_point *contacts_find(const struct contacts *c, struct toc_str prefix, bool *ret_several);
/** "duty officer", or the pseudonym. */
struct toc_str contacts_person(const struct contacts *c, struct toc_str org, struct toc_str person);
/** "verified", "failed", or "unverified"; "" for what has no address. contact < 0: the desk's own. */
struct toc_str contacts_channel_state(const struct contact_point *p, int64_t contact, struct toc_str channel);
/** No drill of the last eight days was answered. */
bool contacts_overdue(const struct contact_point *p, toc_time now);
/** Is a declaration with this body in force, or waiting? NULL: neither. */
struct contact_point *contacts_same(const struct contacts *c, const struct toc_value *body);

/** An M26 with this body: id, schema_version and sent_at are libtocsin's to fill in. */
struct toc_value *contact_message(struct toc_arena *a, struct toc_value *body);

/* ---- files (docs/contacts.md) ---- */

struct contact_import {
	struct toc_value *bodies;  /* of M26.own messages, complete */
	struct toc_value *lines;   /* the line (of JSON: the number) of each */
	struct toc_value *errors;  /* [{line, text}]; nothing is sent when there is one */
};
/** CSV, or JSON when it begins with a brace. people and organisation from `c`. */
void contacts_read(const struct contacts *c, struct toc_str file, struct contact_import *ret);
/** Shifts from CSV (person,from,until) with local times of the zone, or from JSON: the body of an M26.roster. */
struct toc_value *contacts_read_roster(const struct contacts *c, struct toc_str file, const char *zone, struct toc_value *errors);

#endif
