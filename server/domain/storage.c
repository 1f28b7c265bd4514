/* storage.c: the hub looks after three years whether it still needs the personal data that it has (T30, Europol 31).
 *
 * One timer for each month in which some came, counted from the first of them; so there are never more than some
 * dozens, however much there is. Its data protection officers are reminded a month before, and end it with their
 * review; for what is kept it begins anew. What is kept here is erased long before that (rules (e) 7): the review then
 * says so. */
#include "domain/rule.h"

#define MONTHS 36

static bool brings_data(const struct toc_draft *d, struct toc_str hub)
{
	const struct toc_value *stated = toc_get(d->message, "personal_data"), *readers = toc_get(d->decided, "readers");

	bool said = d->k.n && d->k.p[0] == 'M'; /* not what is said of exercises, people, rules */

	if (!said || !stated || toc_get_is(stated, "level", "none") || toc_str_is(d->mode, "system"))
		return false;
	for (size_t i = 0; i < toc_len(readers); i++)
		if (toc_str_eq(toc_get_text(toc_at(readers, i), "org"), hub) &&
		    !toc_get_is(toc_at(readers, i), "rendering", "without_personal"))
			return true;
	return false;
}

static struct toc_uuid of_month(struct toc_ask *q)
{
	struct toc_str text = toc_time_str(q->a, q->at);

	text.n = text.n < 7 ? text.n : 7; /* 2031-05 */
	return toc_derived_id("storage", q->exercise_id, text, (int64_t)q->mode);
}

static void start(struct toc_ask *q, struct toc_value *decided, struct toc_uuid on, struct toc_str hub)
{
	toc_start_timer(q, decided, "T30", on, hub, q->at, toc_after_months(q->at, MONTHS - 1), toc_after_months(q->at, MONTHS));
}

/* An entry of its own: when the hub looks at what it has is not its notifiers' to know. */
void toc_owe_storage_review(struct toc_ask *q)
{
	struct toc_str hub = toc_hub(q->w, q->exercise);
	struct toc_uuid month = hub.n ? of_month(q) : (struct toc_uuid){ { 0 } };
	bool brings = false;

	if (!hub.n || toc_running(q->w, "T30", month, hub))
		return;
	for (size_t i = 0; !brings && i < q->verdict->n; i++)
		brings = brings_data(&q->verdict->drafts[i], hub);
	if (!brings)
		return;
	struct toc_ask alone = *q; /* of no case or incident */
	alone.threat = NULL;
	alone.incident = NULL;
	alone.order = NULL;
	/* named after what brings them: in a month whose review was made already it begins again */
	struct toc_draft *d = toc_ask_server_draft(&alone, "storage.begin", "storage", q->id);
	d->ref = q->id;
	start(q, toc_decided(d), month, hub);
	(void)toc_reader_add(q, d, hub, TOC_IF_OWN);
	q->room = alone.room;
}

int toc_rule_storage_review(struct toc_ask *q)
{
	struct toc_uuid id = toc_get_id(q->body, "timer");
	const struct toc_timer *t = toc_find_timer(q->w, id);

	if (toc_ask_may(q, TOC_IF_OWN) < 0)
		return -1;
	if (!t || !toc_short_is(&t->name, TOC_STR("T30")) || !toc_short_is(&t->desk, q->p->org) || t->mode != q->mode ||
	    !toc_uuid_eq(t->exercise, q->exercise_id))
		return toc_refuse_unknown(q, "body.timer");
	struct toc_draft *d = toc_ask_draft(q, "storage.review");
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	toc_stop(q, toc_decided(d), t);
	if (!toc_get_is(q->body, "outcome", "erased"))
		start(q, toc_decided(d), q->id, q->p->org);
	return 0;
}

void toc_fire_t30(struct toc_ask *q, const struct toc_timer *t)
{
	bool first = toc_before(t->next, t->deadline);

	toc_move_timer(q, toc_decided(toc_deadline_draft(q, first ? "deadline.warned" : "deadline.passed", t)), t,
		       first ? t->deadline : TOC_TIME_NEVER, !first);
}
