/* permission.h: roles, kinds and the matrix of who may do and who may read what; the rows are permission.def.
 */
#ifndef TOC_DOMAIN_PERMISSION_H
#define TOC_DOMAIN_PERMISSION_H

#include "domain/domain.h"

enum {
#define TOC_ROLE(bit, name, kinds) TOC_ROLE_AT_##bit,
#include "domain/role.def"
#undef TOC_ROLE
	TOC_ROLES
};
enum toc_role {
#define TOC_ROLE(bit, name, kinds) TOC_ROLE_##bit = 1u << TOC_ROLE_AT_##bit,
#include "domain/role.def"
#undef TOC_ROLE
	TOC_ROLE_ALL = (1u << TOC_ROLES) - 1
};

typedef uint32_t toc_kinds; /* one bit per kind of organisation, in the order of kind.def */
enum {
#define TOC_KIND(bit, name, group) TOC_KIND_AT_##bit,
#include "domain/kind.def"
#undef TOC_KIND
	TOC_KINDS
};
enum toc_kind_bit {
#define TOC_KIND(bit, name, group) TOC_KIND_##bit = 1u << TOC_KIND_AT_##bit,
#include "domain/kind.def"
#undef TOC_KIND
	TOC_KIND_ANY = (1u << TOC_KINDS) - 1
};

/** What may be true of an organisation (or person) and the object acted on. A clause names what it needs. */
enum toc_permission_condition {
	TOC_IF_OWN = 1,      /* it belongs to my organisation */
	TOC_IF_ADR = 2,      /* my organisation is an addressee: snapshot or disclosure */
	TOC_IF_READER = 4,   /* this person may read it, as an addressee */
	TOC_IF_ACCEPTED = 8, /* my organisation's desk has accepted the case */
	TOC_IF_NOT_OWN = 16, /* it does not belong to my organisation */
	TOC_IF_CHAIN = 32,   /* this person is in the contact chain; it is about themselves */
	TOC_IF_LINKED = 64,  /* my organisation notified a case linked to this one */
	TOC_IF_SENDER = 128, /* my organisation sent the message that the receipt is for */
	TOC_IF_CALLED = 256, /* my organisation was called or paged */
	TOC_IF_AFF = 512,    /* my state is affected by the incident */
	TOC_IF_2P = 1024,    /* another person made the proposal */
	TOC_IF_2O = 2048,    /* … and of another organisation, where the decision needs two */
	TOC_IF_PTY = 4096,   /* my organisation has sent or received an entry of each incident that it is about */
	TOC_IF_ISS = 8192,   /* my organisation is of the state that issued the order */
	TOC_IF_HOME = 16384, /* mine is the scrutiny authority of the provider's home state, which did not issue it;
			      * or, of its deadlines, the oversight authority there */
	TOC_IF_LONE = 1u << 20,    /* the organisation has one administrator, so that another's is the second */
	TOC_IF_UNLED = 1u << 21,   /* it has no administrator */
	TOC_IF_MANDATE = 1u << 22, /* within my organisation's mandate */
};

struct toc_clause {
	toc_roles roles;
	toc_kinds kinds;
	unsigned condition; /* all of these */
	enum toc_rendering rendering;
};

enum toc_action_flag {
	TOC_ACTION_SERVER = 1,      /* only the server makes it */
	TOC_ACTION_NO_MACHINE = 2,  /* a service account does not even read it */
	TOC_ACTION_RECEIPTS = 4,    /* deliveries and acknowledgements of it are entries */
	TOC_ACTION_THREAT_LANE = 8, /* may take effect while the database is away */
	TOC_ACTION_LATER = 16,      /* … and what it brings with it, which nobody is told of before it is recorded */
};

#define TOC_CLAUSES_MAX 12
struct toc_action {
	const char *k;
	size_t k_bytes;
	struct toc_clause may[TOC_CLAUSES_MAX], read[TOC_CLAUSES_MAX]; /* up to one without roles */
	unsigned flags;
};

const struct toc_action *toc_action_find(struct toc_str k); /* NULL when there is no such action */
const struct toc_action *toc_action_at(size_t i);           /* NULL past the end */

/** May people with these roles, in an organisation of these kinds, do it, when `conditions` hold? */
bool toc_may(const struct toc_action *action, toc_roles roles, toc_kinds kinds, unsigned conditions);
/** The same whatever the object: a pair that the row does not name at all. */
bool toc_may_ever(const struct toc_action *action, toc_roles roles, toc_kinds kinds);

/** The roles that may read, in this rendering, in an organisation of these kinds that is in the audience;
 * `conditions` as for toc_may. An author's organisation (TOC_IF_OWN) reads with the roles that may send. */
toc_roles toc_may_read(const struct toc_action *action, toc_kinds kinds, unsigned conditions,
		       enum toc_rendering rendering);

toc_kinds toc_kind_bit(struct toc_str kind_name); /* 0 when unknown */
const char *toc_kind_name(unsigned bit);          /* NULL past the end */
bool toc_kinds_combine(toc_kinds kinds);          /* a.1: may one organisation be all of these? */
/** The roles that may be held in an organisation of these kinds. */
toc_roles toc_roles_held_in(toc_kinds kinds);

#endif
