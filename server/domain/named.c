/* named.c: what a message names beside what its rule is about: the messages that it answers, follows or replaces, whom it
 * speaks for, whom it addresses. Each is there and the sender's to know, or the message is refused as if it were not there:
 * what is taken in silence looks to its readers as if somebody had looked.
 *
 * Who reads an entry is the rule's to say. Where the rule computes it, a list of addressees would be dropped without a
 * word, and held against what was computed it would tell whom a check, or a case of others, concerns: so there is none,
 * whoever is named. Source: rules M0, a.3.1; design 8, invariant 6. */
#include "domain/rule.h"

bool toc_knows(const struct toc_ask *q, const struct toc_message *m)
{
	const struct toc_action *action = m ? toc_action_find(toc_short_str(&m->k)) : NULL;

	if (!action || m->mode != q->mode || !toc_uuid_eq(m->exercise, q->exercise_id) || !toc_is_in_link(q, m))
		return false;
	if (toc_is_reader(m, q->p->org, q->roles))
		return true;
	/* drafts and receipts have no readers in the state: they are their organisation's */
	return toc_short_is(&m->org, q->p->org) &&
	       (toc_may_ever(action, q->roles, q->org->kinds) ||
		(toc_may_read(action, q->org->kinds, TOC_IF_OWN, TOC_WHOLE) & q->roles));
}

static int check_messages(struct toc_ask *q, bool of_two)
{
	const struct toc_value *references = toc_get(q->m, "references");

	if (toc_get(q->m, "supersedes") && !of_two && !toc_knows(q, toc_find_message(q->w, toc_get_id(q->m, "supersedes"))))
		return toc_refuse_unknown(q, "supersedes");
	for (size_t i = 0; i < toc_len(references); i++)
		if (!toc_knows(q, toc_find_message(q->w, toc_id_of(toc_text_of(toc_at(references, i))))))
			return toc_refuse_unknown(q, toc_arena_printf(q->a, "references[%zu]", i).p);
	return 0;
}

/* The hub relays for an authority. */
static int check_on_behalf(struct toc_ask *q)
{
	struct toc_str org = toc_get_text(q->m, "on_behalf_of");
	const struct toc_organisation *o = toc_find_organisation(q->w, org);

	if (!org.n)
		return 0;
	if (!(q->org->kinds & TOC_KIND_HUB))
		return TOC_REFUSE(q, NOT_PERMITTED, "on_behalf_of", "domain M0", "on_behalf_of: the hub relays, for an authority");
	if (!o || !(o->kinds & (TOC_KIND_LE | TOC_KIND_CA | TOC_KIND_SA | TOC_KIND_OA)) ||
	    (q->exercise && !toc_exercise_has(q->exercise, org)))
		return toc_refuse_unknown(q, "on_behalf_of");
	return 0;
}

int toc_check_named(struct toc_ask *q, bool addressed, bool of_two)
{
	if (!q->org)
		return 0;
	if (!addressed && toc_len(toc_get(q->m, "audience")))
		return TOC_REFUSE(q, BAD_VALUE, "audience", "domain (e) 2", "audience: %s goes to whom its row names; prepare says who",
				  q->action->k);
	return check_messages(q, of_two) < 0 ? -1 : check_on_behalf(q);
}

int toc_check_member(struct toc_ask *q, struct toc_str org, uint32_t kinds, const char *field)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, org);

	return o && (!kinds || (o->kinds & kinds)) ? 0 : toc_refuse_unknown(q, field);
}
