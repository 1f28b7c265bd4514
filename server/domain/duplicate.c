/* duplicate.c: notifications about the same thing are one case in the real world.
 *
 * Two cases are alike when they have an equal keyed hash of an identifier (url, handle, digest, …), in the
 * same mode and exercise, and both are open. The server ties them (M1 link) and tells nobody who may not read
 * both: of another's threat case the sender of a notification learns nothing, before sending or after. Ties
 * change nobody's audience. Source: rules b.1, b.2. */
#include <string.h>

#include "base/digest.h"
#include "domain/rule.h"

struct toc_hash toc_likeness_key(struct toc_str dup_key, uint32_t mode, struct toc_uuid exercise)
{
	uint8_t realm[1 + sizeof exercise.b];
	struct toc_hash key;

	realm[0] = (uint8_t)mode;
	memcpy(realm + 1, exercise.b, sizeof exercise.b);
	struct toc_str parts[] = { { (const char *)realm, sizeof realm }, dup_key };
	struct toc_sha256 digest = toc_sha256_parts(parts, 2);
	memcpy(key.b, digest.b, sizeof key.b);
	return key;
}

size_t toc_tied_cases(const struct toc_world *w, const struct toc_threat *t, struct toc_arena *a,
		      const struct toc_threat ***ret_cases)
{
	const struct toc_threat *root = toc_find_threat(w, t->root);
	size_t n = 0;

	*ret_cases = NULL;
	if (!root || root->n_tied == 0)
		return 0;
	*ret_cases = toc_arena_alloc(a, (root->n_tied + 1) * sizeof **ret_cases);
	if (root != t && !toc_uuid_eq(root->id, t->id))
		(*ret_cases)[n++] = root;
	for (uint32_t i = 0; i < root->n_tied; i++) {
		const struct toc_threat *one = toc_find_threat(w, root->tied[i].id);
		if (one && !toc_uuid_eq(one->id, t->id))
			(*ret_cases)[n++] = one;
	}
	return n;
}

size_t toc_like_cases(struct toc_ask *q, const struct toc_threat *t, const struct toc_threat ***ret_cases)
{
	const struct toc_value *keys = q->c->dup_keys;
	const struct toc_threat **cases = NULL;
	size_t n = 0, room = 0;

	for (size_t i = 0; i < toc_len(keys); i++) {
		struct toc_hash key = toc_likeness_key(toc_text_of(toc_at(keys, i)), q->mode, q->exercise_id);
		const struct toc_likeness *l = toc_world_get(q->w, TOC_OBJECT_likeness, TOC_KEY(key));
		for (uint32_t k = 0; l && k < l->n_cases; k++) {
			const struct toc_threat *other = toc_find_threat(q->w, l->cases[k].id);
			bool known = !other || other->state != TOC_CASE_SENT ||
				     (t && toc_uuid_eq(other->root, t->root));
			for (size_t j = 0; j < n && !known; j++)
				known = toc_uuid_eq(cases[j]->root,
						    other->root); /* one of a group is enough */
			if (known)
				continue;
			if (n == room) {
				const struct toc_threat **more =
					toc_arena_alloc(q->a, (room = room ? room * 2 : 4) * sizeof *more);
				if (n)
					memcpy(more, cases, n * sizeof *more);
				cases = more;
			}
			size_t at = n++;
			for (; at > 0 && cases[at - 1]->opened.us > other->opened.us; at--)
				cases[at] = cases[at - 1];
			cases[at] = other;
		}
	}
	*ret_cases = cases;
	return n;
}

/* Who may read both ends: the desks that the two have in common. */
void toc_draft_link(struct toc_ask *q, const struct toc_threat *older, struct toc_uuid newer,
		    struct toc_str newer_notifier, const struct toc_value *newer_desks)
{
	struct toc_draft *d =
		toc_ask_server_draft(q, "M1.link", "link", toc_derived_id("ends", newer, TOC_STR(""), 0));
	struct toc_value *decided = toc_decided(d), *link = toc_value_map(q->a);
	struct toc_value *body = toc_get(d->message, "body"), *said = toc_value_map(q->a);

	d->case_ref = newer;
	d->subject = toc_case_subject(q->a, newer);
	d->ref = older->id;
	/* of both ends: two older cases may have been opened at one moment, in an exercise whose clock stands */
	d->eid = toc_derived_id("link", newer, toc_uuid_key(&older->id), 0);
	toc_set_id(q->a, (struct toc_value *)(uintptr_t)d->message, "id", d->eid);
	toc_set_id(q->a, (struct toc_value *)(uintptr_t)d->message, "case_ref", newer);
	toc_set_id(q->a, said, "ref", newer);
	toc_set_cstr(q->a, said, "kind", "duplicate_of");
	toc_set_id(q->a, said, "to", older->id);
	toc_effect(q->a, body, "links", said);
	toc_set_id(q->a, link, "case", newer);
	toc_set_id(q->a, link, "to", older->id);
	toc_set_cstr(q->a, link, "kind", "duplicate_of");
	toc_effect(q->a, decided, "links", link);
	toc_set(q->a, decided, "readers", toc_value_list(q->a));
	if (toc_short_is(&older->notifier, newer_notifier))
		(void)toc_reader_add(q, d, newer_notifier, TOC_IF_OWN);
	for (size_t i = 0; i < toc_len(newer_desks); i++) {
		struct toc_str org = toc_get_text(toc_at(newer_desks, i), "org");
		if (toc_asked(q->w, older, org))
			(void)toc_reader_add(q, d, org, TOC_IF_ADR);
	}
}
