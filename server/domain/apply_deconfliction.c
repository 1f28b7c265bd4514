/* apply_deconfliction.c: what an entry does to deconfliction checks and referrals: who is asked, what is answered,
 * whom which subject concerns. Total, as all of apply. */
#include "domain/apply.h"

/* ---- whom it concerns ---- */

void toc_forget_concern(const struct deed *d, struct toc_hash key, struct toc_uuid ref)
{
	struct toc_matter *m = EDIT_EXISTING(d, matter, key);

	for (uint32_t i = 0; m && i < m->n_concerns; i++)
		if (toc_uuid_eq(m->concerns[i].ref, ref)) {
			TOC_REMOVE(m, concerns, i);
			break;
		}
	if (m && m->n_concerns == 0)
		toc_world_remove(d->w, TOC_OBJECT_matter, TOC_KEY(key));
}

/* Checks of the same subject that are over by now: they are found here, so here they are forgotten. */
static void forget_what_is_over(const struct deed *d, struct toc_matter *m)
{
	toc_time at = toc_get_time(d->decided, "at", d->e->ts);

	for (uint32_t i = m->n_concerns; i-- > 0;) {
		const struct toc_check *c = toc_find_check(d->w, m->concerns[i].ref);
		if (c && toc_before(c->concerned_until, at))
			TOC_REMOVE(m, concerns, i);
	}
}

void toc_add_concern(const struct deed *d, struct toc_hash key, struct toc_uuid ref, struct toc_str org)
{
	struct toc_matter *m = toc_world_edit(d->w, TOC_OBJECT_matter, TOC_KEY(key), NULL);

	m->key = key;
	forget_what_is_over(d, m);
	struct toc_concern *c = TOC_ADD(m, concerns);
	c->ref = ref;
	toc_short_set(&c->org, org);
}

/* ---- checks ---- */

static void open_check(const struct deed *d, const struct toc_value *facts)
{
	const struct toc_value *asked = toc_get(facts, "asked"), *keys = toc_get(d->decided, "subject_keys");
	bool is_new;
	struct toc_check *c = toc_world_edit(d->w, TOC_OBJECT_check, TOC_KEY(d->e->eid), &is_new);

	if (!is_new)
		return;
	c->id = d->e->eid;
	c->mode = toc_mode_of(d->e->mode);
	c->exercise = d->e->exercise;
	toc_short_set(&c->org, d->e->org);
	c->answer_by = toc_get_time(facts, "answer_by", d->e->ts);
	c->concerned_until = toc_get_time(facts, "concerned_until", c->answer_by);
	for (size_t i = 0; i < toc_len(asked); i++)
		toc_short_set(&TOC_ADD(c, asked)->org, toc_text_of(toc_at(asked, i)));
	c->order = toc_get_id(facts, "order");
	for (size_t i = 0; i < toc_len(keys); i++) {
		struct toc_hash key = toc_likeness_key(toc_text_of(toc_at(keys, i)), c->mode, c->exercise);
		TOC_ADD(c, keys)->key = key;
		toc_add_concern(d, key, c->id, d->e->org);
	}
}

static void answer(const struct deed *d, const struct toc_value *facts)
{
	struct toc_uuid id = toc_get_id(facts, "check");
	struct toc_check *c = EDIT_EXISTING(d, check, id);

	for (uint32_t i = 0; c && i < c->n_asked; i++)
		if (toc_short_is(&c->asked[i].org, d->e->org)) {
			c->asked[i].answer = toc_check_answer_of(toc_get_text(facts, "answer"));
			c->asked[i].until = toc_get_time(facts, "until", TOC_TIME_NEVER);
		}
}

static void states(const struct deed *d)
{
	const struct toc_value *list = toc_get(d->decided, "check_states");

	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_uuid id = toc_get_id(toc_at(list, i), "check");
		struct toc_check *c = EDIT_EXISTING(d, check, id);
		if (!c)
			continue;
		c->state = toc_check_state_of(toc_get_text(toc_at(list, i), "to"));
		for (uint32_t k = 0; c->state == TOC_CHECK_ABANDONED && k < c->n_keys; k++)
			toc_forget_concern(d, c->keys[k].key, c->id);
	}
}

/* ---- referrals ---- */

static void referral(const struct deed *d, const struct toc_value *facts)
{
	struct toc_referral *r = toc_world_edit(d->w, TOC_OBJECT_referral, TOC_KEY(d->e->eid), NULL);

	r->id = d->e->eid;
	r->urls = toc_get_int(facts, "urls", 0);
}

static void referral_answer(const struct deed *d, const struct toc_value *facts)
{
	struct toc_uuid id = toc_get_id(facts, "referral");
	struct toc_referral *r = EDIT_EXISTING(d, referral, id);
	const struct toc_value *positions = toc_get(facts, "positions");

	for (size_t i = 0; r && i < toc_len(positions); i++) {
		int64_t position = toc_int_of(toc_at(positions, i), 0);
		struct toc_referred *a = NULL;
		for (uint32_t k = 0; k < r->n_answers && !a; k++)
			if (r->answers[k].position == position && toc_short_is(&r->answers[k].org, d->e->org))
				a = &r->answers[k];
		if (!a) {
			a = TOC_ADD(r, answers);
			toc_short_set(&a->org, d->e->org);
			a->position = position;
		}
		toc_short_set(&a->answer, toc_get_text(facts, "answer"));
	}
}

void toc_apply_fences(const struct deed *d)
{
	const struct toc_value *facts;

	if ((facts = toc_get(d->decided, "check_opened")))
		open_check(d, facts);
	if ((facts = toc_get(d->decided, "check_answered")))
		answer(d, facts);
	states(d);
	if ((facts = toc_get(d->decided, "referred")))
		referral(d, facts);
	if ((facts = toc_get(d->decided, "referral_answered")))
		referral_answer(d, facts);
}
