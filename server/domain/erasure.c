/* erasure.c: what keeps something from being erased (holds), what has it erased before its time, and the erasure itself.
 *
 * What is due, and not held, the keeper brings as `erase.due` (retention.c says when); the entry names the seal key, the
 * entries whose parts go, and why. `erase.early` is what people decide: from then on it is due. The erasure is carried
 * out by the eraser, from the entry. Source: rules (e) 7, a.3.1. */
#include "domain/rule.h"

bool toc_is_held(const struct toc_world *w, uint32_t subject, struct toc_uuid ref, uint32_t classes)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_hold *h;

	while ((h = toc_world_next(w, TOC_OBJECT_hold, &cursor)))
		if (!h->lifted && h->subject == subject && toc_uuid_eq(h->ref, ref) && (h->classes & classes))
			return true;
	return false;
}

/* pty: of an incident or case, who has sent or received an entry of it; of an order, its authority, its provider and the
 * authority of its state; of an exercise, who takes part; of a person, their organisation; of what is the server's, the
 * hub. */
static bool is_party(const struct toc_world *w, const struct toc_subject_name *s, struct toc_str org)
{
	const struct toc_incident *i;
	const struct toc_threat *t;
	const struct toc_exercise *x;
	const struct toc_person *p;
	const struct toc_order *o;
	const struct toc_organisation *who;

	switch (s->kind) {
	case TOC_SUBJECT_INCIDENT: return (i = toc_find_incident(w, s->ref)) && toc_is_party(i, org);
	case TOC_SUBJECT_CASE:
		return (t = toc_find_threat(w, s->ref)) &&
		       (toc_short_is(&t->notifier, org) || (t->state != TOC_CASE_DRAFT && toc_desk_of(t, org)));
	case TOC_SUBJECT_EXERCISE: return (x = toc_find_exercise(w, s->ref)) && toc_exercise_has(x, org);
	case TOC_SUBJECT_PERSON: return (p = toc_find_person(w, s->ref)) && toc_short_is(&p->org, org);
	case TOC_SUBJECT_ORDER:
		return (o = toc_find_order(w, s->ref)) &&
		       (toc_short_is(&o->authority, org) ||
			(!toc_uuid_is_nil(o->issue) && (toc_short_is(&o->hsp, org) || toc_short_is(&o->home_authority, org))));
	case TOC_SUBJECT_ORG: return toc_str_eq(s->org, org);
	default: return (who = toc_find_organisation(w, org)) && (who->kinds & TOC_KIND_HUB);
	}
}

bool toc_retention_party(const struct toc_world *w, struct toc_str subject, struct toc_str org)
{
	struct toc_subject_name s;

	return toc_subject_parse(subject, &s) && is_party(w, &s, org);
}

static void party_readers(struct toc_ask *q, struct toc_draft *d, const struct toc_subject_name *s)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_organisation *o;

	if (q->org)
		(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN | TOC_IF_PTY);
	while ((o = toc_world_next(q->w, TOC_OBJECT_organisation, &cursor)))
		if (is_party(q->w, s, toc_short_str(&o->code)))
			(void)toc_reader_add(q, d, toc_short_str(&o->code), TOC_IF_PTY);
}

/* ---- holds ---- */

/* What it names and comes too late for: on record with it. It is taken all the same, for what was sealed since, or is not named by
 * that erasure. */
static void say_what_is_gone(struct toc_ask *q, struct toc_draft *d, const struct toc_subject_name *s)
{
	uint32_t classes = toc_retention_bits(toc_get(q->body, "classes"));
	const struct toc_erased *e = toc_world_get(q->w, TOC_OBJECT_erased, TOC_KEY(s->ref));

	for (uint32_t i = 0; e && e->subject == s->kind && i < e->n_classes; i++) {
		const struct toc_gone *c = &e->classes[i];
		struct toc_str name = toc_retention_name(c->class);
		struct toc_value *gone = toc_value_map(q->a), *warning = toc_value_map(q->a);
		if (!(classes & c->class))
			continue;
		toc_set_text(q->a, gone, "retention", name);
		toc_set_int(q->a, gone, "erasure", c->seq);
		toc_set_time(q->a, gone, "at", c->at);
		toc_effect(q->a, toc_decided(d), "gone", gone);
		toc_set_cstr(q->a, warning, "code", "erased_already");
		toc_set_text(q->a, warning, "text",
			     toc_arena_printf(q->a, "%.*s: its erasure is entry %lld; the hold keeps what was sealed since, and nothing that it names", TOC_STR_ARGS(name),
					      (long long)c->seq));
		toc_effect(q->a, toc_decided(d), "warnings", warning);
	}
}

int toc_rule_hold_set(struct toc_ask *q)
{
	struct toc_subject_name s = { .kind = toc_subject_of(toc_get_text(q->body, "subject")),
				      .ref = toc_get_id(q->body, "subject_ref") };

	if (!is_party(q->w, &s, q->p->org))
		return toc_refuse_unknown(q, "body.subject_ref");
	if (toc_ask_may(q, TOC_IF_PTY) < 0)
		return -1;
	if (toc_find_hold(q->w, toc_get_id(q->body, "hold")))
		return TOC_REFUSE(q, STATE, "body.hold", "domain (e) 7", "hold: that one was set already");
	if (!toc_before(q->at, toc_get_time(q->body, "until", TOC_TIME_NEVER)))
		return TOC_REFUSE(q, TIME, "body.until", "domain (e) 7", "until: is over already");
	struct toc_draft *d = toc_ask_draft(q, "hold.set");
	say_what_is_gone(q, d, &s);
	party_readers(q, d, &s);
	return 0;
}

int toc_rule_hold_lift(struct toc_ask *q)
{
	const struct toc_hold *h = toc_find_hold(q->w, toc_get_id(q->body, "hold"));

	const struct toc_subject_name s = { .kind = h ? h->subject : TOC_SUBJECT_NONE,
					    .ref = h ? h->ref : (struct toc_uuid){ { 0 } } };

	if (!h || h->lifted || !is_party(q->w, &s, q->p->org))
		return toc_refuse_unknown(q, "body.hold");
	if (toc_ask_may(q, TOC_IF_PTY) < 0)
		return -1;
	if (!toc_short_is(&h->org, q->p->org))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.hold", "domain (e) 7", "hold: who has set it lifts it");
	party_readers(q, toc_ask_draft(q, "hold.lift"), &s);
	return 0;
}

/* ---- erasure ---- */

/* person: the organisation's own data protection officer; exercise: its control; both alone. */
static bool alone_suffices(const struct toc_subject_name *s)
{
	return s->kind == TOC_SUBJECT_PERSON || s->kind == TOC_SUBJECT_EXERCISE;
}

static bool early_first(const struct toc_ask *q)
{
	return (q->roles & TOC_ROLE_DP) != 0;
}

/* A data protection officer of another organisation that has to do with it. */
static bool early_second(const struct toc_ask *q, const struct toc_pending *first)
{
	const struct toc_person *p = toc_find_person(q->w, first->person);

	return (q->roles & TOC_ROLE_DP) && !toc_short_is(&first->org, q->p->org) && p && !p->left && (p->roles & TOC_ROLE_DP);
}

static bool may_alone(const struct toc_ask *q, const struct toc_subject_name *s)
{
	const struct toc_exercise *x = s->kind == TOC_SUBJECT_EXERCISE ? toc_find_exercise(q->w, s->ref) : NULL;

	return s->kind == TOC_SUBJECT_PERSON ? (q->roles & TOC_ROLE_DP) != 0
					     : (q->roles & TOC_ROLE_XC) && x && toc_short_is(&x->control, q->p->org);
}

int toc_rule_erase_early(struct toc_ask *q)
{
	struct toc_str subject = toc_get_text(q->body, "subject");
	uint32_t classes = toc_retention_bits(toc_get(q->body, "classes"));
	struct toc_subject_name s;

	if (!toc_subject_parse(subject, &s) || !is_party(q->w, &s, q->p->org))
		return toc_refuse_unknown(q, "body.subject");
	if (s.kind != TOC_SUBJECT_INCIDENT && s.kind != TOC_SUBJECT_CASE && !alone_suffices(&s))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.subject", "domain a.3.1",
				  "subject: an order file, and what is an organisation's or the server's, goes when it is due");
	if (toc_is_held(q->w, s.kind, s.ref, classes))
		return TOC_REFUSE(q, STATE, "body.classes", "domain (e) 7", "classes: a legal hold is on it");
	struct toc_draft *d;
	if (alone_suffices(&s)) {
		if (!may_alone(q, &s))
			return TOC_REFUSE(q, NOT_PERMITTED, "", "domain a.3.1", "erase.early: your roles do not allow it here");
		if (toc_get(q->m, "supersedes")) /* no first person has said it */
			return toc_refuse_unknown(q, "supersedes");
		d = toc_ask_draft(q, "erase.early");
	} else if (!(d = toc_draft_of_two(q, "erase.early", TOC_STR(""), early_first, early_second))) {
		return -1;
	}
	d->subject = TOC_STR("system");
	party_readers(q, d, &s);
	return 0;
}

/* The keeper's: it has found the key, and where the parts are. */
int toc_rule_erase_due(struct toc_ask *q)
{
	struct toc_str subject = toc_get_text(q->body, "subject");
	bool again = toc_get_is(q->body, "basis", "restored");
	struct toc_subject_name s;
	struct toc_retention r;

	if (!toc_retained_until(q->w, subject, toc_get_text(q->body, "retention"), &r) || !toc_subject_parse(subject, &s))
		return toc_refuse_unknown(q, "body.subject");
	if (!again && (r.held || toc_before(q->now, r.due)))
		return TOC_REFUSE(q, STATE, "body.subject", "domain (e) 7", "subject: it is held, or not due");
	struct toc_draft *d = toc_ask_draft(q, "erase.due");
	d->subject = TOC_STR("system");
	d->ref = s.ref;
	if (r.due.us != TOC_TIME_NEVER.us)
		toc_set_time(q->a, toc_decided(d), "due", r.due);
	toc_set_cstr(q->a, toc_decided(d), "clause", r.clause);
	party_readers(q, d, &s);
	return 0;
}

/* What is held is asked, and the keeper answers from its keys: nothing follows from it. */
int toc_rule_erase_list(struct toc_ask *q)
{
	return toc_ask_may(q, TOC_IF_OWN);
}
