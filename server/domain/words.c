/* words.c: the words of the protocol that are enumerations inside, and ids and times inside documents. */
#include <string.h>

#include "domain/rule.h"

static const char *const modes[] = { "", "actual", "exercise", "test", "system" };

static const char *const desk_states[] = {
#define TOC_DESK_STATE(name) #name,
#include "domain/lifecycle.def"
};
static const char *const case_states[] = {
#define TOC_CASE_STATE(name) #name,
#include "domain/lifecycle.def"
};
static const char *const incident_states[] = {
#define TOC_INCIDENT_STATE(name) #name,
#include "domain/lifecycle.def"
};
static const char *const proposal_states[] = {
#define TOC_PROPOSAL_STATE(name) #name,
#include "domain/lifecycle.def"
};
static const char *const item_states[] = {
#define TOC_ITEM_STATE(name) #name,
#include "domain/lifecycle.def"
};
static const char *const opinions[] = { "", "positive", "investigation_seed", "negative" };
static const char *const answers[] = { "", "yes", "likely", "unknown", "no" };
static const char *const desk_roles[] = { "competent", "home", "hub", "added" };
static const char *const duties[] = { "TCO_14_5", "DSA_18", "voluntary" };

#define COUNT_OF(names) (sizeof(names) / sizeof *(names))

static uint32_t index_of(const char *const *names, size_t n, struct toc_str name)
{
	for (size_t i = 0; i < n; i++)
		if (toc_str_is(name, names[i]))
			return (uint32_t)i;
	return 0;
}

static const char *name_at(const char *const *names, size_t n, uint32_t i)
{
	return names[i < n ? i : 0];
}

enum toc_mode toc_mode_of(struct toc_str name)
{
	return index_of(modes, COUNT_OF(modes), name);
}
const char *toc_mode_name(enum toc_mode mode)
{
	return name_at(modes, COUNT_OF(modes), mode);
}
const char *toc_desk_state_name(uint32_t state)
{
	return name_at(desk_states, COUNT_OF(desk_states), state);
}
enum toc_desk_state toc_desk_state_of(struct toc_str name)
{
	return index_of(desk_states, COUNT_OF(desk_states), name);
}
const char *toc_case_state_name(uint32_t state)
{
	return name_at(case_states, COUNT_OF(case_states), state);
}
enum toc_case_state toc_case_state_of(struct toc_str name)
{
	return index_of(case_states, COUNT_OF(case_states), name);
}
const char *toc_incident_state_name(uint32_t state)
{
	return name_at(incident_states, COUNT_OF(incident_states), state);
}
enum toc_incident_state toc_incident_state_of(struct toc_str name)
{
	return index_of(incident_states, COUNT_OF(incident_states), name);
}
const char *toc_proposal_state_name(uint32_t state)
{
	return name_at(proposal_states, COUNT_OF(proposal_states), state);
}
enum toc_proposal_state toc_proposal_state_of(struct toc_str name)
{
	return index_of(proposal_states, COUNT_OF(proposal_states), name);
}
const char *toc_answer_name(uint32_t answer)
{
	return name_at(answers, COUNT_OF(answers), answer);
}
enum toc_answer toc_answer_of(struct toc_str name)
{
	return index_of(answers, COUNT_OF(answers), name);
}
const char *toc_item_state_name(uint32_t state)
{
	return name_at(item_states, COUNT_OF(item_states), state);
}
enum toc_item_state toc_item_state_of(struct toc_str name)
{
	return index_of(item_states, COUNT_OF(item_states), name);
}
const char *toc_opinion_name(uint32_t opinion)
{
	return name_at(opinions, COUNT_OF(opinions), opinion);
}
enum toc_opinion toc_opinion_of(struct toc_str name)
{
	return index_of(opinions, COUNT_OF(opinions), name);
}
const char *toc_desk_role_name(uint32_t role)
{
	return name_at(desk_roles, COUNT_OF(desk_roles), role);
}
uint32_t toc_desk_role_of(struct toc_str name)
{
	return index_of(desk_roles, COUNT_OF(desk_roles), name);
}

uint32_t toc_duty_bits(const struct toc_value *list)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < COUNT_OF(duties); i++)
		if (toc_list_has(list, toc_str_of(duties[i])))
			bits |= 1u << i;
	return bits;
}

struct toc_value *toc_duty_list(uint32_t duty, struct toc_arena *a)
{
	struct toc_value *list = toc_value_list(a);

	for (uint32_t i = 0; i < COUNT_OF(duties); i++)
		if (duty & 1u << i)
			toc_push_text(a, list, toc_str_of(duties[i]));
	return list;
}

struct step {
	const char *what;
	uint32_t from, to; /* a set of states, a state */
};
enum { STAYS = 255 };

static bool take_step(const struct step *steps, size_t n, struct toc_str what, uint32_t from, uint32_t *ret_to)
{
	for (size_t i = 0; i < n; i++) {
		if (!(steps[i].from & 1u << from) || !toc_str_is(what, steps[i].what))
			continue;
		*ret_to = steps[i].to == STAYS ? from : steps[i].to;
		return true;
	}
	return false;
}

bool toc_desk_step(struct toc_str k, enum toc_desk_state from, enum toc_desk_state *ret_to)
{
#define IS(state) (1u << TOC_DESK_##state)
	enum { TOC_DESK_STAYS = STAYS };
	static const struct step steps[] = {
#define TOC_DESK_STEP(what, from_states, to_state) { what, from_states, TOC_DESK_##to_state },
#include "domain/lifecycle.def"
	};
#undef IS
	uint32_t to;
	bool follows = take_step(steps, COUNT_OF(steps), k, from, &to);

	if (follows)
		*ret_to = (enum toc_desk_state)to;
	return follows;
}

bool toc_incident_step(struct toc_str what, enum toc_incident_state from, enum toc_incident_state *ret_to)
{
#define IS(state) (1u << TOC_INCIDENT_##state)
	enum { TOC_INCIDENT_STAYS = STAYS };
	static const struct step steps[] = {
#define TOC_INCIDENT_STEP(what, from_states, to_state) { what, from_states, TOC_INCIDENT_##to_state },
#include "domain/lifecycle.def"
	};
#undef IS
	uint32_t to;
	bool follows = take_step(steps, COUNT_OF(steps), what, from, &to);

	if (follows)
		*ret_to = (enum toc_incident_state)to;
	return follows;
}

bool toc_is_of_incident(struct toc_str k)
{
	return k.n > 3 && k.p[0] == 'M' && k.p[1] >= '1' && k.p[1] <= '3' && k.p[2] == '.';
}

bool toc_is_of_signal(struct toc_str k)
{
	return k.n > 3 && k.p[0] == 'M' && k.p[1] >= '6' && k.p[1] <= '8' && k.p[2] == '.';
}

bool toc_item_step(struct toc_str what, enum toc_item_state from, enum toc_item_state *ret_to)
{
#define IS(state) (1u << TOC_ITEM_##state)
	enum { TOC_ITEM_STAYS = STAYS };
	static const struct step steps[] = {
#define TOC_ITEM_STEP(what, from_states, to_state) { what, from_states, TOC_ITEM_##to_state },
#include "domain/lifecycle.def"
	};
#undef IS
	uint32_t to;
	bool follows = take_step(steps, COUNT_OF(steps), what, from, &to);

	if (follows)
		*ret_to = (enum toc_item_state)to;
	return follows;
}

/* ---- ids and times in documents ---- */

struct toc_uuid toc_id_of(struct toc_str text)
{
	struct toc_uuid id;

	if (!text.n || toc_uuid_parse(text, &id) < 0)
		memset(&id, 0, sizeof id);
	return id;
}

struct toc_uuid toc_get_id(const struct toc_value *map, const char *name)
{
	return toc_id_of(toc_get_text(map, name));
}

toc_time toc_get_time(const struct toc_value *map, const char *name, toc_time absent)
{
	toc_time t;

	return toc_time_parse(toc_get_text(map, name), &t, NULL) == 0 ? t : absent;
}

void toc_set_id(struct toc_arena *a, struct toc_value *map, const char *name, struct toc_uuid id)
{
	if (!toc_uuid_is_nil(id))
		toc_set_text(a, map, name, toc_uuid_str(a, id));
}

void toc_set_time(struct toc_arena *a, struct toc_value *map, const char *name, toc_time t)
{
	if (t.us != TOC_TIME_NEVER.us)
		toc_set_text(a, map, name, toc_time_str(a, t));
}

struct toc_uuid toc_derived_id(const char *space, struct toc_uuid x, struct toc_str y, int64_t n)
{
	char name[16 + 32 + 8 + 2];
	size_t used = 0;

	memcpy(name, x.b, sizeof x.b);
	used += sizeof x.b;
	size_t y_n = y.n < 32 ? y.n : 32;
	if (y_n)
		memcpy(name + used, y.p, y_n);
	used += y_n;
	name[used++] = 0;
	for (unsigned i = 0; i < 8; i++)
		name[used++] = (char)((uint64_t)n >> (8 * i));
	return toc_uuid_named(space, (struct toc_str){ name, used });
}

struct toc_uuid toc_timer_id(struct toc_str timer, struct toc_uuid threat, struct toc_str desk)
{
	char space[16] = "timer/";

	memcpy(space + 6, timer.p, timer.n < 8 ? timer.n : 8);
	return toc_derived_id(space, threat, desk, 0);
}
