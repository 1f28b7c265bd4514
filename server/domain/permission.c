/* permission.c: the matrix of rules a.3.1 as data, and the few questions that are asked of it. */
#include "domain/permission.h"

#include <string.h>

/* Short names for the tables. */
#define TOC_ROLE(bit, name, kinds) bit = TOC_ROLE_##bit,
enum {
#include "domain/role.def"
	ALL = TOC_ROLE_ALL
};
#undef TOC_ROLE
#define TOC_KIND(bit, name, group) bit = TOC_KIND_##bit,
enum {
#include "domain/kind.def"
	ANY = TOC_KIND_ANY
};
#undef TOC_KIND
enum {
	OWN = TOC_IF_OWN,
	ADR = TOC_IF_ADR,
	READER = TOC_IF_READER,
	ACCEPTED = TOC_IF_ACCEPTED,
	NOT_OWN = TOC_IF_NOT_OWN,
	CHAIN = TOC_IF_CHAIN,
	LINKED = TOC_IF_LINKED,
	SENDER = TOC_IF_SENDER,
	CALLED = TOC_IF_CALLED,
	AFF = TOC_IF_AFF,
	P2 = TOC_IF_2P,
	O2 = TOC_IF_2O,
	PTY = TOC_IF_PTY,
	ISS = TOC_IF_ISS,
	HOME = TOC_IF_HOME,
	LONE = TOC_IF_LONE,
	UNLED = TOC_IF_UNLED,
	MANDATE = TOC_IF_MANDATE,
	SERVER = TOC_ACTION_SERVER,
	NO_MACHINE = TOC_ACTION_NO_MACHINE,
	RECEIPTS = TOC_ACTION_RECEIPTS,
	THREAT_LANE = TOC_ACTION_THREAT_LANE,
	LATER = TOC_ACTION_LATER,
};

/* Names carry their length: these tables are searched many times for every message. */
static const struct {
	const char *name;
	size_t bytes;
	toc_kinds held_in;
} roles[] = {
#define TOC_ROLE(bit, name, kinds) { name, sizeof name - 1, (toc_kinds)(kinds) },
#include "domain/role.def"
#undef TOC_ROLE
};

static const struct {
	const char *name;
	unsigned group;
} kinds[] = {
#define TOC_KIND(bit, name, group) { name, group },
#include "domain/kind.def"
#undef TOC_KIND
};

#define OF(r, k, condition) { (toc_roles)(r), (toc_kinds)(k), (condition), TOC_WHOLE },
#define N(r, k, condition) { (toc_roles)(r), (toc_kinds)(k), (condition), TOC_WITHOUT_PERSONAL },
#define WHO(...)                                                                                             \
	{                                                                                                    \
		__VA_ARGS__                                                                                  \
	}
#define READ(...)                                                                                            \
	{                                                                                                    \
		__VA_ARGS__                                                                                  \
	}
#define NOBODY                                                                                               \
	{                                                                                                    \
		{                                                                                            \
			0, 0, 0, TOC_WHOLE                                                                   \
		}                                                                                            \
	}
#define TOC_ACTION(name, may, read, flags) { name, sizeof name - 1, may, read, flags },
static const struct toc_action actions[] = {
#include "domain/permission.def"
};
#undef TOC_ACTION

const struct toc_action *toc_action_at(size_t i)
{
	return i < sizeof actions / sizeof actions[0] ? &actions[i] : NULL;
}

const struct toc_action *toc_action_find(struct toc_str k)
{
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (k.n == actions[i].k_bytes && memcmp(k.p, actions[i].k, k.n) == 0)
			return &actions[i];
	return NULL;
}

toc_roles toc_role_bit(struct toc_str role_name)
{
	for (unsigned i = 0; i < TOC_ROLES; i++)
		if (role_name.n == roles[i].bytes && memcmp(role_name.p, roles[i].name, role_name.n) == 0)
			return 1u << i;
	return 0;
}

const char *toc_role_name(unsigned bit)
{
	return bit < TOC_ROLES ? roles[bit].name : NULL;
}

toc_kinds toc_kind_bit(struct toc_str kind_name)
{
	for (unsigned i = 0; i < TOC_KINDS; i++)
		if (toc_str_is(kind_name, kinds[i].name))
			return 1u << i;
	return 0;
}

const char *toc_kind_name(unsigned bit)
{
	return bit < TOC_KINDS ? kinds[bit].name : NULL;
}

bool toc_kinds_combine(toc_kinds set)
{
	unsigned n = 0, group = 0;

	for (unsigned i = 0; i < TOC_KINDS; i++) {
		if (!(set & 1u << i))
			continue;
		if (n++ && (kinds[i].group == 0 || kinds[i].group != group))
			return false;
		group = kinds[i].group;
	}
	return n > 0;
}

toc_roles toc_roles_held_in(toc_kinds set)
{
	toc_roles held = 0; /* written out: this is asked for every clause of every entry's audience */

#define TOC_ROLE(bit, name, kinds) held |= (toc_kinds)(kinds)&set ? TOC_ROLE_##bit : 0;
#include "domain/role.def"
#undef TOC_ROLE
	return held;
}

/* A role counts only in a kind of organisation where it may be held: of a clause's kinds, those that the
 * organisation has decide. */
static toc_roles named(const struct toc_clause *c, toc_kinds set)
{
	return c->kinds & set ? c->roles & toc_roles_held_in(c->kinds & set) : 0;
}

bool toc_may(const struct toc_action *action, toc_roles held, toc_kinds set, unsigned conditions)
{
	for (const struct toc_clause *c = action->may; c < action->may + TOC_CLAUSES_MAX && c->roles; c++)
		if ((named(c, set) & held) && (c->condition & conditions) == c->condition)
			return true;
	return false;
}

bool toc_may_ever(const struct toc_action *action, toc_roles held, toc_kinds set)
{
	return toc_may(action, held, set, ~0u);
}

toc_roles toc_may_read(const struct toc_action *action, toc_kinds set, unsigned conditions,
		       enum toc_rendering rendering)
{
	toc_roles readers = 0;

	for (const struct toc_clause *c = action->read; c < action->read + TOC_CLAUSES_MAX && c->roles; c++)
		if (c->rendering == rendering && (c->condition & conditions) == c->condition)
			readers |= named(c, set);
	if (rendering == TOC_WHOLE && (conditions & TOC_IF_OWN))
		for (const struct toc_clause *c = action->may; c < action->may + TOC_CLAUSES_MAX && c->roles;
		     c++)
			readers |= named(c, set);
	if (action->flags & TOC_ACTION_NO_MACHINE)
		readers &= ~(toc_roles)TOC_ROLE_SV;
	else if (readers)
		readers |= TOC_ROLE_SV & toc_roles_held_in(set);
	return readers;
}
