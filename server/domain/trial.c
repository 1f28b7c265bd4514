/* trial.c: what somebody is called for as a trial and answers: the test of a channel (verify.c) or a drill (drill.c). Both
 * are known by the entry that began them, until they are answered or over. */
#include "domain/rule.h"

static bool is_tested(const struct toc_point *p, int64_t contact, struct toc_uuid id, struct toc_trial *ret)
{
	const struct toc_channel *list = contact == TOC_DESK ? p->desk : p->chain[contact].channels;
	uint32_t n = contact == TOC_DESK ? p->n_desk : p->chain[contact].n_channels;

	for (uint32_t i = 0; i < n; i++)
		if (toc_uuid_eq(list[i].test, id)) {
			*ret = (struct toc_trial){ p, contact, &list[i] };
			return true;
		}
	return false;
}

bool toc_find_trial(const struct toc_world *w, struct toc_str org, struct toc_uuid id, struct toc_trial *ret)
{
	const struct toc_organisation *o = toc_find_organisation(w, org);

	for (uint32_t i = 0; o && !toc_uuid_is_nil(id) && i < o->n_points; i++) {
		const struct toc_point *p = toc_find_point(w, o->points[i].id);
		if (p && toc_uuid_eq(p->drill, id)) {
			*ret = (struct toc_trial){ p, TOC_DESK, NULL };
			return true;
		}
		for (int64_t contact = TOC_DESK; p && contact < (int64_t)p->n_chain; contact++)
			if (is_tested(p, contact, id, ret))
				return true;
	}
	return false;
}

bool toc_trial_is_for(const struct toc_trial *t, struct toc_uuid person)
{
	if (!t->channel)
		return toc_is_in_chain(t->point, person);
	return t->contact != TOC_DESK && toc_uuid_eq(t->point->chain[t->contact].person, person);
}
