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
static const char *const delivery_states[] = {
#define TOC_DELIVERY_STATE(name, word) word,
#include "domain/lifecycle.def"
};
static const char *const order_states[] = {
#define TOC_ORDER_STATE(name) #name,
#include "domain/lifecycle.def"
};
static const char *const ordered_states[] = {
#define TOC_ORDERED_STATE(name) #name,
#include "domain/lifecycle.def"
};
static const char *const hook_states[] = {
#define TOC_HOOK_STATE(name) #name,
#include "domain/lifecycle.def"
};
static const char *const check_states[] = {
#define TOC_CHECK_STATE(name) #name,
#include "domain/lifecycle.def"
};
static const char *const check_answers[] = { "", "clear", "objection_until", "contact_me", "duplicate_order_exists" };
static const char *const process_states[] = {
#define TOC_PROCESS_STATE(name) #name,
#include "domain/lifecycle.def"
};
static const char *const trends[] = { "", "rising", "flat", "falling", "none" };
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

/* toc_X_name, the word for a number, and toc_X_of, the number of a word; of what is unknown, number 0. */
#define WORDS(x, type, names)                                                                                \
	const char *toc_##x##_name(uint32_t i)                                                               \
	{                                                                                                    \
		return names[i < COUNT_OF(names) ? i : 0];                                                   \
	}                                                                                                    \
	type toc_##x##_of(struct toc_str name)                                                               \
	{                                                                                                    \
		return (type)index_of(names, COUNT_OF(names), name);                                         \
	}
WORDS(mode, enum toc_mode, modes)
WORDS(desk_state, enum toc_desk_state, desk_states)
WORDS(case_state, enum toc_case_state, case_states)
WORDS(incident_state, enum toc_incident_state, incident_states)
WORDS(proposal_state, enum toc_proposal_state, proposal_states)
WORDS(item_state, enum toc_item_state, item_states)
WORDS(order_state, enum toc_order_state, order_states)
WORDS(ordered_state, enum toc_ordered_state, ordered_states)
WORDS(delivery_state, enum toc_delivery_state, delivery_states)
WORDS(hook_state, enum toc_hook_state, hook_states)
WORDS(check_state, enum toc_check_state, check_states)
WORDS(check_answer, enum toc_check_answer, check_answers)
WORDS(process_state, enum toc_process_state, process_states)
WORDS(trend, enum toc_trend, trends)
WORDS(opinion, enum toc_opinion, opinions)
WORDS(answer, enum toc_answer, answers)
WORDS(desk_role, uint32_t, desk_roles)

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

/* ---- where a step leads ---- */

struct step {
	const char *what;
	uint32_t from, to; /* a set of states, a state */
};
enum { STAYS = 255, TOC_DESK_STAYS = STAYS, TOC_INCIDENT_STAYS = STAYS, TOC_ITEM_STAYS = STAYS,
       TOC_HOOK_STAYS = STAYS, TOC_CHECK_STAYS = STAYS, TOC_ORDER_STAYS = STAYS, TOC_PROCESS_STAYS = STAYS };

static const struct step desk_steps[] = {
#define IS(state) (1u << TOC_DESK_##state)
#define TOC_DESK_STEP(what, from_states, to_state) { what, from_states, TOC_DESK_##to_state },
#include "domain/lifecycle.def"
#undef IS
};
static const struct step incident_steps[] = {
#define IS(state) (1u << TOC_INCIDENT_##state)
#define TOC_INCIDENT_STEP(what, from_states, to_state) { what, from_states, TOC_INCIDENT_##to_state },
#include "domain/lifecycle.def"
#undef IS
};
static const struct step item_steps[] = {
#define IS(state) (1u << TOC_ITEM_##state)
#define TOC_ITEM_STEP(what, from_states, to_state) { what, from_states, TOC_ITEM_##to_state },
#include "domain/lifecycle.def"
#undef IS
};
static const struct step delivery_steps[] = {
#define IS(state) (1u << TOC_DELIVERY_##state)
#define TOC_DELIVERY_STEP(what, from_states, to_state) { what, from_states, TOC_DELIVERY_##to_state },
#include "domain/lifecycle.def"
#undef IS
};
static const struct step hook_steps[] = {
#define IS(state) (1u << TOC_HOOK_##state)
#define TOC_HOOK_STEP(what, from_states, to_state) { what, from_states, TOC_HOOK_##to_state },
#include "domain/lifecycle.def"
#undef IS
};

static const struct step check_steps[] = {
#define IS(state) (1u << TOC_CHECK_##state)
#define TOC_CHECK_STEP(what, from_states, to_state) { what, from_states, TOC_CHECK_##to_state },
#include "domain/lifecycle.def"
#undef IS
};

static const struct step order_steps[] = {
#define IS(state) (1u << TOC_ORDER_##state)
#define TOC_ORDER_STEP(what, from_states, to_state) { what, from_states, TOC_ORDER_##to_state },
#include "domain/lifecycle.def"
#undef IS
};

static const struct step process_steps[] = {
#define IS(state) (1u << TOC_PROCESS_##state)
#define TOC_PROCESS_STEP(what, from_states, to_state) { what, from_states, TOC_PROCESS_##to_state },
#include "domain/lifecycle.def"
#undef IS
};

static const struct step *step_from(const struct step *steps, size_t n, struct toc_str what, uint32_t from)
{
	for (size_t i = 0; i < n; i++)
		if (steps[i].from & 1u << from && toc_str_is(what, steps[i].what))
			return &steps[i];
	return NULL;
}

#define STEPS(x, type, steps)                                                                                \
	bool toc_##x##_step(struct toc_str what, type from, type *ret_to)                                    \
	{                                                                                                    \
		const struct step *s = step_from(steps, COUNT_OF(steps), what, from);                        \
		if (s)                                                                                       \
			*ret_to = s->to == STAYS ? from : (type)s->to;                                       \
		return s != NULL;                                                                            \
	}
STEPS(desk, enum toc_desk_state, desk_steps)
STEPS(incident, enum toc_incident_state, incident_steps)
STEPS(item, enum toc_item_state, item_steps)
STEPS(order, enum toc_order_state, order_steps)
STEPS(delivery, enum toc_delivery_state, delivery_steps)
STEPS(hook, enum toc_hook_state, hook_steps)
STEPS(check, enum toc_check_state, check_steps)
STEPS(process, enum toc_process_state, process_steps)

bool toc_is_of_incident(struct toc_str k)
{
	static const char *const later[] = { "M20.approve", "M23.final", "M23.publish" };

	for (size_t i = 0; i < COUNT_OF(later); i++)
		if (toc_str_is(k, later[i]))
			return true;
	return k.n > 3 && k.p[0] == 'M' && k.p[1] >= '1' && k.p[1] <= '3' && k.p[2] == '.';
}

bool toc_is_of_order(struct toc_str k)
{
	return k.n > 3 && k.p[0] == 'M' &&
	       ((k.p[1] == '9' && k.p[2] == '.') ||
		(k.p[1] == '1' && k.p[2] >= '0' && k.p[2] <= '6' && k.p[3] == '.'));
}

bool toc_is_of_signal(struct toc_str k)
{
	return k.n > 3 && k.p[0] == 'M' && k.p[1] >= '6' && k.p[1] <= '8' && k.p[2] == '.';
}

bool toc_is_of_deconfliction(struct toc_str k)
{
	return k.n > 4 && memcmp(k.p, "M18.", 4) == 0;
}

bool toc_wants_keys(struct toc_str k)
{
	return toc_str_is(k, "M1.reference") || toc_str_is(k, "M10.draft") || toc_str_is(k, "M18.check");
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
