/* routing.c: to whom a threat to life goes. Two laws, two definitions of "Member State concerned":
 *
 *   TCO 14(5): nationality of the offender, of the potential victim, or the target. Unknown: the contact
 * point of the provider's own state AND the hub. DSA 18(2): where the offence took place or is likely to,
 * where the suspect resides or is, where the victim resides or is. Unknown: the provider's own state OR the
 * hub OR both; both are proposed, the sender may choose.
 *
 * A state's desk is named by its national rules (versioned entries, the newest that holds at that moment),
 * else it is the state's police in the directory. The hub gets a copy of what goes to a state. Every
 * addressee carries why. */
#include <stdio.h>
#include <string.h>

#include "domain/rule.h"

/* Which duty a ground belongs to. A target is where the offence is likely to take place. */
static const struct {
	const char *name, *words;
	uint32_t duty;
} grounds[] = {
	{ "nationality_of_offender", "nationality of the offender", TOC_DUTY_TCO },
	{ "nationality_of_victim", "nationality of a potential victim", TOC_DUTY_TCO },
	{ "target_place", "the target is there", TOC_DUTY_TCO | TOC_DUTY_DSA },
	{ "place_of_offence", "the offence is, was or is likely to be there", TOC_DUTY_DSA },
	{ "residence_of_suspect", "residence of the suspect", TOC_DUTY_DSA },
	{ "location_of_suspect", "the suspect is there", TOC_DUTY_DSA },
	{ "residence_of_victim", "residence of a victim", TOC_DUTY_DSA },
	{ "location_of_victim", "a victim is there", TOC_DUTY_DSA },
};
#define GROUNDS (sizeof grounds / sizeof *grounds)

static const char *law_of(uint32_t duty)
{
	return duty & TOC_DUTY_TCO   ? duty & TOC_DUTY_DSA ? "TCO 14(5), DSA 18(2)" : "TCO 14(5)"
	       : duty & TOC_DUTY_DSA ? "DSA 18(2)"
				     : "voluntary";
}

static void warn(struct toc_ask *q, struct toc_route *r, const char *code, struct toc_str text)
{
	struct toc_value *w = toc_value_map(q->a);

	toc_set_cstr(q->a, w, "code", code);
	toc_set_text(q->a, w, "text", text);
	toc_push(q->a, r->warnings, w);
}

/* ---- addressees ---- */

bool toc_can_take(const struct toc_ask *q, struct toc_str org)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, org);

	return o && !o->suspended && (!q->exercise || toc_exercise_has(q->exercise, org)) &&
	       (o->kinds & (TOC_KIND_LE | TOC_KIND_CA | TOC_KIND_HUB)) && !toc_str_eq(org, q->p->org);
}

static struct toc_addressee *addressee(struct toc_ask *q, struct toc_route *r, struct toc_str org,
				       uint32_t role, uint32_t duty, struct toc_str why)
{
	for (size_t i = 0; i < r->n; i++)
		if (toc_str_eq(r->to[i].org, org)) {
			r->to[i].duty |= duty;
			return &r->to[i];
		}
	if ((r->n & (r->n - 1)) == 0) {
		struct toc_addressee *more = toc_arena_alloc(q->a, (r->n ? 2 * r->n : 1) * sizeof *more);
		if (r->n)
			memcpy(more, r->to, r->n * sizeof *more);
		r->to = more;
	}
	r->to[r->n] = (struct toc_addressee){
		.org = org, .role = role, .duty = duty, .grounds = toc_value_list(q->a), .why = why
	};
	return &r->to[r->n++];
}

static const struct toc_national *national(const struct toc_country *c, toc_time at)
{
	const struct toc_national *newest = NULL;

	for (uint32_t i = 0; c && i < c->n_rules; i++)
		if (c->rules[i].from.us <= at.us && (!newest || c->rules[i].version > newest->version))
			newest = &c->rules[i];
	return newest;
}

static void note_policy(struct toc_ask *q, struct toc_route *r, struct toc_str cc,
			const struct toc_national *n)
{
	char text[64];
	snprintf(text, sizeof text, "%.*s:%lld", TOC_STR_ARGS(cc), (long long)n->version);
	if (!strstr(r->policy_version.n ? r->policy_version.p : "", text))
		r->policy_version = toc_arena_printf(q->a, "%.*s%s%s", TOC_STR_ARGS(r->policy_version),
						     r->policy_version.n ? " " : "", text);
}

/* The desks of a state for a duty: by its own rules, else its police, else its competent authority.
 * @return how many were added; all of them carry `why` */
static size_t add_state(struct toc_ask *q, struct toc_route *r, struct toc_str cc, uint32_t role,
			uint32_t duty, struct toc_str ground, struct toc_str why)
{
	const struct toc_country *c = toc_find_country(q->w, cc);
	const struct toc_national *n = national(c, q->at);
	size_t found = 0;

	if (n && n->third_country && !n->qualifying)
		return 0;
	for (uint32_t i = 0; n && i < n->n_desks; i++) {
		struct toc_str org = toc_short_str(&n->desks[i].org);
		if (!(n->desks[i].duty & duty) || !toc_can_take(q, org))
			continue;
		struct toc_addressee *to = addressee(q, r, org, role, duty, why);
		if (ground.n && !toc_list_has(to->grounds, ground))
			toc_push_text(q->a, to->grounds, ground);
		note_policy(q, r, cc, n);
		found++;
	}
	for (unsigned pass = 0; pass < 2 && found == 0; pass++)
		for (uint32_t i = 0; c && i < c->n_members; i++) {
			struct toc_str org = toc_short_str(&c->members[i].org);
			const struct toc_organisation *o = toc_find_organisation(q->w, org);
			if (!toc_can_take(q, org) || !o || !(o->kinds & (pass == 0 ? TOC_KIND_LE : TOC_KIND_CA)))
				continue;
			struct toc_addressee *to = addressee(q, r, org, role, duty, why);
			if (ground.n && !toc_list_has(to->grounds, ground))
				toc_push_text(q->a, to->grounds, ground);
			found++;
		}
	return found;
}

bool toc_is_third_country(const struct toc_world *w, const struct toc_organisation *o, toc_time at)
{
	const struct toc_national *n = national(toc_find_country(w, toc_short_str(&o->established_in)), at);

	return n && n->third_country && !n->qualifying;
}

struct toc_str toc_hub(const struct toc_world *w, const struct toc_exercise *x)
{
	const struct toc_country *eu = toc_find_country(w, TOC_STR("EU"));

	for (uint32_t i = 0; eu && i < eu->n_members; i++)
		if (!x || toc_exercise_has(x, toc_short_str(&eu->members[i].org)))
			return toc_short_str(&eu->members[i].org);
	return TOC_STR("");
}

static struct toc_str home_state(const struct toc_organisation *o)
{
	return toc_short_str(o->legal_rep_in.n ? &o->legal_rep_in : &o->established_in);
}

/* ---- the two duties ---- */

int toc_route_states(struct toc_ask *q, const struct toc_value *states, uint32_t duty, struct toc_route *r)
{
	for (size_t i = 0; i < toc_len(states); i++) {
		struct toc_str cc = toc_get_text(toc_at(states, i), "cc"),
			       ground = toc_get_text(toc_at(states, i), "ground");
		size_t g = 0;
		while (g < GROUNDS && !toc_str_is(ground, grounds[g].name))
			g++;
		uint32_t fits = g == GROUNDS                ? 0
				: duty & TOC_DUTY_VOLUNTARY ? grounds[g].duty | TOC_DUTY_VOLUNTARY
							    : grounds[g].duty;
		if (!(fits & duty)) {
			char field[64];
			snprintf(field, sizeof field, "body.concerned_states[%zu].ground", i);
			return TOC_REFUSE(q, CONDITION, field, law_of(duty),
					  "ground: \"%.*s\" ties no state to a notice under %s",
					  TOC_STR_ARGS(ground), law_of(duty));
		}
		struct toc_str why = toc_arena_printf(q->a, "%.*s is concerned: %s (%s)", TOC_STR_ARGS(cc),
						      grounds[g].words, law_of(fits & duty));
		if (add_state(q, r, cc, TOC_DESK_COMPETENT, fits & duty, ground, why) == 0)
			warn(q, r, "no_desk",
			     toc_arena_printf(q->a, "%.*s has no desk here: tell it by another way",
					      TOC_STR_ARGS(cc)));
		const struct toc_national *n = national(toc_find_country(q->w, cc), q->at);
		struct toc_str field = toc_get_text(q->body, "offence_field");
		for (uint32_t k = 0; n && (duty & TOC_DUTY_DSA) && k < n->n_not_covered; k++)
			if (field.n && toc_short_is(&n->not_covered[k].org, field))
				warn(q, r, "not_covered",
				     toc_arena_printf(q->a, "%.*s does not put \"%.*s\" under DSA 18",
						      TOC_STR_ARGS(cc), TOC_STR_ARGS(field)));
	}
	return 0;
}

/* No state can be named, or none that is named has a desk here. */
static void fall_back(struct toc_ask *q, struct toc_route *r, uint32_t duty,
		      const struct toc_organisation *notifier)
{
	struct toc_str home = home_state(notifier), hub = toc_hub(q->w, q->exercise);
	bool both = duty & TOC_DUTY_TCO;
	const char *words =
		both ? "the state concerned is unknown, so the home state and the hub (TCO 14(5))"
		     : "the state concerned is unknown, so the home state, the hub, or both (DSA 18(2))";

	size_t before = r->n;
	if (home.n)
		(void)add_state(q, r, home, TOC_DESK_HOME, duty, TOC_STR(""),
				toc_arena_printf(q->a, "home state %.*s: %s", TOC_STR_ARGS(home), words));
	if (hub.n && toc_can_take(q, hub))
		(void)addressee(q, r, hub, TOC_DESK_HUB, duty, toc_arena_printf(q->a, "hub: %s", words));
	for (size_t i = before; i < r->n; i++)
		r->to[i].optional = !both;
}

/* Of the optional ones those that the sender chose, if they chose; who chooses somebody else is told. */
static int choose(struct toc_ask *q, struct toc_route *r, const struct toc_value *chosen)
{
	size_t kept = 0;

	for (size_t i = 0; i < toc_len(chosen); i++) {
		bool proposed = false;
		for (size_t k = 0; k < r->n; k++)
			proposed |= toc_str_eq(r->to[k].org, toc_text_of(toc_at(chosen, i)));
		if (!proposed)
			return TOC_REFUSE(q, NO_READER, "audience", "domain (e) 2",
					  "audience: only those whom prepare proposes: not \"%.*s\"",
					  TOC_STR_ARGS(toc_text_of(toc_at(chosen, i))));
	}
	if (toc_len(chosen) == 0)
		return 0;
	for (size_t k = 0; k < r->n; k++)
		if (!r->to[k].optional || toc_list_has(chosen, r->to[k].org))
			r->to[kept++] = r->to[k];
	r->n = kept;
	return 0;
}

int toc_route_threat(struct toc_ask *q, const struct toc_value *body, const struct toc_organisation *notifier,
		     const struct toc_value *chosen, struct toc_route *ret_route)
{
	uint32_t duty = toc_duty_bits(toc_get(body, "duty"));
	bool unknown = toc_get_bool(toc_get(body, "state_unknown"), "unknown");
	struct toc_route r = { .warnings = toc_value_list(q->a) };
	struct toc_str hub = toc_hub(q->w, q->exercise);

	if (toc_get_is(body, "service_surface", "private") && (duty & TOC_DUTY_TCO))
		warn(q, &r, "private_surface",
		     TOC_STR("the TCO Regulation covers public dissemination only"));
	if (toc_route_states(q, toc_get(body, "concerned_states"), duty, &r) < 0)
		return -1;
	if (r.n == 0 || unknown) /* one state named and others unknown is both */
		fall_back(q, &r, duty, notifier);
	if (toc_len(toc_get(body, "concerned_states")) && hub.n && toc_can_take(q, hub))
		(void)addressee(q, &r, hub, TOC_DESK_HUB, duty,
				TOC_STR("hub: a copy of every notification that goes to a state"));
	if (choose(q, &r, chosen) < 0)
		return -1;
	if (r.n == 0)
		return TOC_REFUSE(q, NO_READER, "body.concerned_states", law_of(duty),
				  "nobody here can receive it: call the emergency line");
	*ret_route = r;
	return 0;
}
