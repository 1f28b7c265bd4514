/* exposure.c: a service is exposed to terrorist content (TCO 5): its state's oversight authority decides so, it reports
 * on its measures after three months and then every year (T11), and it may ask that the decision be reviewed, which is
 * decided within three months (T12). Both sides read all of it, and nobody else. Source: TCO 5(4) to (7), rules (d). */
#include "domain/rule.h"

#define YEARLY_MONTHS 12

static struct toc_uuid exposure_id(const struct toc_ask *q, struct toc_str hsp)
{
	return toc_derived_id("exposure", q->exercise_id, hsp, (int64_t)q->mode);
}

const struct toc_exposure *toc_exposure_of(const struct toc_world *w, const struct toc_timer *t)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_exposure *x;

	if (!toc_short_is(&t->name, TOC_STR("T11")) && !toc_short_is(&t->name, TOC_STR("T12")))
		return NULL;
	while ((x = toc_world_next(w, TOC_OBJECT_exposure, &cursor)))
		if (toc_uuid_eq(t->id, toc_timer_id(toc_short_str(&t->name), x->id, toc_short_str(&t->desk))))
			return x;
	return NULL;
}

static struct toc_str home_of(const struct toc_organisation *o)
{
	return toc_short_str(o->legal_rep_in.n ? &o->legal_rep_in : &o->established_in);
}

static struct toc_value *effect(struct toc_ask *q, struct toc_draft *d, struct toc_uuid id)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set_id(q->a, v, "id", id);
	toc_set(q->a, toc_decided(d), "exposure", v);
	return v;
}

/* T11 anew, or none any more. A report that is late has been late. */
static void start_t11(struct toc_ask *q, struct toc_value *decided, struct toc_uuid id, struct toc_str hsp, int months)
{
	toc_stop_timer_of(q, decided, "T11", id, hsp);
	if (months)
		toc_start_until(q, decided, "T11", id, hsp, q->at, toc_after_months(q->at, months));
}

int toc_rule_exposure_decide(struct toc_ask *q)
{
	struct toc_str code = toc_get_text(q->body, "hsp");
	const struct toc_organisation *hsp = toc_find_organisation(q->w, code);
	bool exposed = toc_get_bool(q->body, "exposed");

	if (!hsp || !(hsp->kinds & TOC_KIND_HSP) || (q->exercise && !toc_exercise_has(q->exercise, code)))
		return TOC_REFUSE(q, BAD_VALUE, "body.hsp", "TCO 5(4)", "hsp: no hosting service of that name");
	if (toc_ask_may(q, toc_short_is(&q->org->established_in, home_of(hsp)) ? TOC_IF_HOME : 0) < 0)
		return -1;
	struct toc_uuid id = exposure_id(q, code);
	const struct toc_exposure *x = toc_find_exposure(q->w, id);
	bool asked = x && !toc_uuid_is_nil(x->request);
	if (!asked && exposed == (x && x->exposed))
		return TOC_REFUSE(q, STATE, "body.exposed", "TCO 5(4)", exposed ? "exposed: so it was decided already" :
				  "exposed: there is no decision that it is");
	struct toc_draft *d = toc_ask_draft(q, "exposure.decide");
	struct toc_value *v = effect(q, d, id);
	toc_set_text(q->a, v, "hsp", code);
	toc_set_text(q->a, v, "authority", q->p->org);
	toc_set_bool(q->a, v, "exposed", exposed);
	toc_set_bool(q->a, v, "decided", true);
	if (x)
		toc_stop_timer_of(q, toc_decided(d), "T12", id, toc_short_str(&x->authority));
	if (!exposed || !x || !x->exposed) /* one that stands goes on as it was */
		start_t11(q, toc_decided(d), id, code, exposed ? 3 : 0);
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_HOME);
	(void)toc_reader_add(q, d, code, TOC_IF_ADR);
	return 0;
}

/* The sender's exposure that is in force, or a refusal. */
static const struct toc_exposure *own(struct toc_ask *q)
{
	struct toc_uuid id = exposure_id(q, q->p->org);
	const struct toc_exposure *x = toc_find_exposure(q->w, id);

	if (toc_ask_may(q, TOC_IF_OWN) < 0)
		return NULL;
	if (x && x->exposed)
		return x;
	TOC_REFUSE(q, STATE, "type", "TCO 5(4)", "there is no decision that you are exposed");
	return NULL;
}

static struct toc_draft *draft(struct toc_ask *q, const struct toc_exposure *x)
{
	struct toc_draft *d = toc_ask_draft(q, q->action->k);

	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	(void)toc_reader_add(q, d, toc_short_str(&x->authority), TOC_IF_HOME);
	return d;
}

int toc_rule_exposure_report(struct toc_ask *q)
{
	const struct toc_exposure *x = own(q);

	if (!x)
		return -1;
	struct toc_draft *d = draft(q, x);
	toc_set_bool(q->a, effect(q, d, x->id), "reported", true);
	start_t11(q, toc_decided(d), x->id, q->p->org, YEARLY_MONTHS);
	return 0;
}

int toc_rule_exposure_request(struct toc_ask *q)
{
	const struct toc_exposure *x = own(q);

	if (!x)
		return -1;
	if (!toc_uuid_is_nil(x->request))
		return TOC_REFUSE(q, STATE, "type", "TCO 5(7)", "a request of yours is to be decided already");
	struct toc_draft *d = draft(q, x);
	toc_set_id(q->a, effect(q, d, x->id), "request", q->id);
	toc_start(q, toc_decided(d), "T12", x->id, toc_short_str(&x->authority), q->at);
	return 0;
}
