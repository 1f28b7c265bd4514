/* withhold.c: what an entry does not say of where it belongs: a message to somebody who does not know of the incident,
 * or of the case, must not tell that there is one.
 *
 * Entries of the incident itself (M1 to M3, signals, reports) make their readers know of it. What else is said in the
 * course of one, of a threat, an order, a referral, a check, numbers, is addressed to people of whom that may not be so:
 * it names the incident only if every organisation that reads it knows of it already; an entry has one text for all of
 * them. A check (M18) never does: whom else it was shown to would follow from whether it did. An envelope names no case and no
 * incident that its entry does not belong to.
 * Source: rules M0, a.3, b.1, (e) 2, (e) 3. */
#include <string.h>

#include "domain/rule.h"

static bool is_of(struct toc_str k, const char *type)
{
	return k.n > strlen(type) && memcmp(k.p, type, strlen(type)) == 0 && k.p[strlen(type)] == '.';
}

/* Their readers are chosen by what they are about, not by who is in the incident. */
static bool stands_apart(const struct toc_ask *q, struct toc_str k)
{
	return q->order || toc_is_of_order(k) || is_of(k, "M4") || is_of(k, "M5") || is_of(k, "M17") || is_of(k, "M18") ||
	       is_of(k, "M24") || is_of(k, "M29");
}

static struct toc_str stranger(const struct toc_draft *d, const struct toc_incident *i)
{
	const struct toc_value *readers = toc_get(d->decided, "readers");

	for (size_t k = 0; k < toc_len(readers); k++)
		if (!toc_is_party(i, toc_get_text(toc_at(readers, k), "org")))
			return toc_get_text(toc_at(readers, k), "org");
	return (struct toc_str){ NULL, 0 };
}

/* The tie of a threat to the incident that it was sent in is told to who may read both, in an entry of its own. */
static void tell_tie(struct toc_ask *q, size_t of, const struct toc_incident *i, struct toc_value *ties)
{
	struct toc_draft *link = toc_ask_server_draft(q, "M1.link", "tie", q->id);
	const struct toc_draft *d = &q->verdict->drafts[of];
	const struct toc_value *readers = toc_get(d->decided, "readers");
	struct toc_value *message = (struct toc_value *)(uintptr_t)link->message; /* ours: just made */

	link->ref = d->eid;
	link->incident = i->id;
	link->case_ref = (struct toc_uuid){ { 0 } };
	link->subject = toc_incident_subject(q->a, i->id);
	toc_set_id(q->a, message, "incident_ref", i->id);
	toc_unset(message, "case_ref");
	toc_set(q->a, toc_get(message, "body"), "links", toc_value_copy(q->a, ties));
	toc_set(q->a, toc_decided(link), "ties", ties);
	toc_set(q->a, toc_decided(link), "readers", toc_value_list(q->a));
	for (size_t k = 0; k < toc_len(readers); k++) {
		struct toc_str org = toc_get_text(toc_at(readers, k), "org");
		if (toc_is_party(i, org) && toc_get_is(toc_at(readers, k), "rendering", "whole"))
			(void)toc_reader_add(q, link, org, TOC_IF_ADR | (toc_str_eq(org, d->org) ? TOC_IF_OWN : 0));
	}
}

static void out_of_incident(struct toc_ask *q, size_t of)
{
	struct toc_draft *d = &q->verdict->drafts[of];
	const struct toc_incident *i = toc_find_incident(q->w, d->incident);

	if (!i || !stands_apart(q, d->k) || (is_of(d->k, "M29") && toc_uuid_is_nil(d->case_ref))) /* its readers are told of the incident by it */
		return;
	struct toc_str who = stranger(d, i);
	if (!who.n && !toc_is_of_deconfliction(d->k))
		return;
	if (toc_str_eq(d->subject, toc_incident_subject(q->a, d->incident)))
		d->subject = toc_subject_of_its_own(q);
	d->incident = (struct toc_uuid){ { 0 } };
	struct toc_value *ties = toc_get(d->decided, "ties");
	if (ties) {
		toc_unset(toc_decided(d), "ties");
		tell_tie(q, of, i, ties);
		d = &q->verdict->drafts[of]; /* there may be more room for them now, elsewhere */
	}
	if (q->looking && who.n) {
		struct toc_value *warning = toc_value_map(q->a);
		toc_set_cstr(q->a, warning, "code", "incident_withheld");
		toc_set_text(q->a, warning, "text",
			     toc_arena_printf(q->a, "the message will not name the incident: %.*s does not know of it", TOC_STR_ARGS(who)));
		toc_effect(q->a, toc_decided(d), "warnings", warning);
	}
}

/* What the envelope names is what the entry belongs to, or nothing. */
static void as_the_entry(const struct toc_draft *d)
{
	struct toc_value *message = (struct toc_value *)(uintptr_t)d->message; /* ours: made with the draft */

	if (toc_get(message, "incident_ref") && !toc_uuid_eq(toc_get_id(message, "incident_ref"), d->incident))
		toc_unset(message, "incident_ref");
	if (toc_get(message, "case_ref") && !toc_uuid_eq(toc_get_id(message, "case_ref"), d->case_ref))
		toc_unset(message, "case_ref");
}

void toc_withhold(struct toc_ask *q, size_t from)
{
	size_t n = q->verdict->n;

	for (size_t i = from; i < n; i++) {
		out_of_incident(q, i);
		as_the_entry(&q->verdict->drafts[i]);
	}
}
