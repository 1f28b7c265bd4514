/* apply_course.c: what an entry does to the course of an incident: who is engaged, reports, volumes, the debrief; to
 * what has to be confirmed; to what is recalled; and to orders elsewhere. Total, as all of apply. */
#include <string.h>

#include "domain/apply.h"

static struct toc_course *course_of(const struct deed *d)
{
	struct toc_course *c = toc_world_edit(d->w, TOC_OBJECT_course, TOC_KEY(d->e->incident), NULL);

	c->incident = d->e->incident;
	return c;
}

/* ---- volumes ---- */

static void volume(const struct deed *d)
{
	struct toc_course *c = course_of(d);
	struct toc_volume *v = NULL;

	for (uint32_t i = 0; i < c->n_volumes && !v; i++)
		if (toc_short_is(&c->volumes[i].org, d->e->org))
			v = &c->volumes[i];
	if (!v) {
		v = TOC_ADD(c, volumes);
		toc_short_set(&v->org, d->e->org);
	}
	v->before = v->trend;
	v->trend = toc_trend_of(toc_get_text(d->body, "trend"));
	v->at = toc_get_time(d->decided, "at", d->e->ts);
	v->blocked += toc_get_int(d->body, "uploads_blocked", 0);
	v->removed += toc_get_int(d->body, "removed", 0);
	v->reinstated += toc_get_int(d->body, "reinstated", 0);
	v->live += toc_get_int(d->body, "live_terminated", 0);
}

/* ---- reports and acknowledgements ---- */

static void report(const struct deed *d, const struct toc_value *said)
{
	const struct toc_value *figures = toc_get(said, "figures");
	struct toc_course *c = course_of(d);

	c->reports = toc_get_int(said, "number", c->reports);
	c->reported_at = toc_get_time(d->decided, "at", d->e->ts);
	c->signals = toc_get_int(figures, "signals_total", c->signals);
	c->retracted = toc_get_int(figures, "signals_retracted", c->retracted);
}

static void acknowledged(const struct deed *d)
{
	const struct toc_value *stopped = toc_get(d->decided, "timers_stopped");

	for (size_t i = 0; i < toc_len(stopped); i++) {
		const struct toc_value *v = toc_at(stopped, i);
		if (!toc_get_is(v, "timer", "T19"))
			continue;
		struct toc_course *c = course_of(d);
		struct toc_took *t = TOC_ADD(c, acks);
		toc_short_set(&t->org, toc_get_text(v, "desk"));
		t->ms = toc_get_int(v, "took_ms", 0);
		t->met = toc_get_bool(v, "met");
	}
}

/* How many mechanisms of others run: what is said of one replaces nothing, so what begins and what ends is counted. */
static void mechanisms(const struct deed *d)
{
	const struct toc_value *list = toc_get(d->body, "linked_activations");

	for (size_t i = 0; i < toc_len(list); i++) {
		int by = toc_get_is(toc_at(list, i), "state", "active")  ? 1
			 : toc_get_is(toc_at(list, i), "state", "ended") ? -1
									 : 0;
		if (by == 0)
			continue;
		struct toc_course *c = course_of(d);
		c->mechanisms = c->mechanisms + by > 0 ? c->mechanisms + by : 0;
	}
}

/* ---- debrief ---- */

static void debrief(const struct deed *d)
{
	const struct toc_value *final = toc_get(d->decided, "final");
	struct toc_course *c = course_of(d);

	if (toc_get_bool(d->decided, "contributed"))
		toc_add_named(&c->contributors, &c->n_contributors, d->e->org);
	if (final) {
		c->final = d->e->eid;
		c->final_by = toc_get_id(d->m, "sender_person");
		if (toc_hex_decode(toc_get_text(final, "public_sha256"), c->public_text.b, sizeof c->public_text.b) < 0)
			memset(c->public_text.b, 0, sizeof c->public_text.b);
	}
	if (toc_get_bool(d->decided, "published"))
		c->archived_at = toc_get_time(d->decided, "at", d->e->ts);
}

static void course(const struct deed *d)
{
	struct toc_str k = d->e->k;

	if (toc_get_bool(d->decided, "engaged")) {
		struct toc_course *c = course_of(d);
		toc_add_named(&c->engaged, &c->n_engaged, d->e->org);
	}
	if (toc_str_is(k, "M21.send"))
		volume(d);
	else if (toc_str_is(k, "M20.approve"))
		report(d, toc_get(d->decided, "report"));
	else if (toc_str_is(k, "M19.human"))
		acknowledged(d);
	else if (k.n > 3 && memcmp(k.p, "M3.", 3) == 0 && !toc_str_is(k, "M3.propose") && !toc_str_is(k, "M3.object")) /* what takes effect */
		mechanisms(d);
	else if (k.n > 4 && memcmp(k.p, "M23.", 4) == 0)
		debrief(d);
}

/* ---- confirmations ---- */

static uint32_t part_of(struct toc_str name)
{
	return toc_str_is(name, "machine") ? TOC_BY_MACHINE : toc_str_is(name, "person") ? TOC_BY_PERSON : 0;
}

static void owe(const struct deed *d)
{
	const struct toc_value *list = toc_get(d->decided, "confirmations"),
			       *recalled = toc_get(toc_get(d->decided, "recalled"), "entries");

	if (!list)
		return;
	struct toc_confirming *c = toc_world_edit(d->w, TOC_OBJECT_confirming, TOC_KEY(d->e->eid), NULL);
	c->message = d->e->eid;
	c->about = toc_id_of(toc_text_of(toc_at(recalled, 0)));
	toc_short_set(&c->org, d->e->org);
	toc_short_set(&c->k, d->e->k);
	c->incident = d->e->incident;
	c->until = toc_get_time(d->body, "confirm_deletion_by", TOC_TIME_NEVER);
	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *parts = toc_get(toc_at(list, i), "parts");
		struct toc_owed *o = TOC_ADD(c, owed);
		toc_short_set(&o->org, toc_get_text(toc_at(list, i), "org"));
		for (size_t k = 0; k < toc_len(parts); k++)
			o->parts |= part_of(toc_text_of(toc_at(parts, k)));
	}
}

static void confirmed(const struct deed *d)
{
	const struct toc_value *list = toc_get(d->decided, "confirmed");

	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		struct toc_uuid ref = toc_get_id(v, "ref");
		struct toc_confirming *c = EDIT_EXISTING(d, confirming, ref);
		for (uint32_t k = 0; c && k < c->n_owed; k++)
			if (toc_short_is(&c->owed[k].org, toc_get_text(v, "org")))
				c->owed[k].given |= part_of(toc_get_text(v, "part"));
	}
}

/* ---- recalls ---- */

static void recalled(const struct deed *d)
{
	const struct toc_value *said = toc_get(d->decided, "recalled"), *entries = toc_get(said, "entries"),
			       *orgs = toc_get(said, "orgs");

	for (size_t i = 0; i < toc_len(entries); i++) {
		struct toc_uuid id = toc_id_of(toc_text_of(toc_at(entries, i)));
		struct toc_message *m = EDIT_EXISTING(d, message, id);
		if (!m)
			continue;
		m->recalled = m->recalled || i == 0; /* the others only carry it */
		m->cancelled = m->cancelled || (i == 0 && !toc_get_is(d->body, "kind", "sent_to_wrong_audience"));
		for (uint32_t k = m->n_readers; k-- > 0;)
			if (toc_list_has(orgs, toc_short_str(&m->readers[k].org)))
				TOC_REMOVE(m, readers, k);
	}
}

/* ---- what the operator has opened ---- */

static void glass(const struct deed *d)
{
	const struct toc_value *v = toc_get(d->decided, "glass");
	struct toc_uuid id = toc_get_id(v, "id");

	if (toc_uuid_is_nil(id) || (!toc_str_is(d->e->k, "breakglass.open") && !toc_find_glass(d->w, id)))
		return;
	struct toc_glass *g = toc_world_edit(d->w, TOC_OBJECT_glass, TOC_KEY(id), NULL);
	if (toc_str_is(d->e->k, "breakglass.open"))
		toc_short_set(&g->org, d->e->org);
	g->id = id;
	g->until = toc_get_time(v, "until", g->until);
	g->confirmed |= toc_get_bool(v, "confirmed");
	g->ended |= toc_get_bool(v, "ended");
}

/* ---- exposure ---- */

static void exposure(const struct deed *d)
{
	const struct toc_value *v = toc_get(d->decided, "exposure");
	struct toc_uuid id = toc_get_id(v, "id");
	bool decided = toc_get_bool(v, "decided");

	if (toc_uuid_is_nil(id) || (!decided && !toc_find_exposure(d->w, id)))
		return;
	struct toc_exposure *x = toc_world_edit(d->w, TOC_OBJECT_exposure, TOC_KEY(id), NULL);
	x->id = id;
	if (decided) {
		bool exposed = toc_get_bool(v, "exposed");
		toc_short_set(&x->hsp, toc_get_text(v, "hsp"));
		toc_short_set(&x->authority, toc_get_text(v, "authority"));
		x->request = (struct toc_uuid){ { 0 } };
		x->reports = exposed == x->exposed ? x->reports : 0;
		x->exposed = exposed;
	}
	x->reports += toc_get_bool(v, "reported");
	if (toc_get(v, "request"))
		x->request = toc_get_id(v, "request");
}

/* ---- orders elsewhere ---- */

static void process(const struct deed *d)
{
	const struct toc_value *opened = toc_get(d->decided, "process"), *step = toc_get(d->decided, "process_state");
	struct toc_uuid id = toc_get_id(step, "process");

	if (opened) {
		struct toc_process *p = toc_world_edit(d->w, TOC_OBJECT_process, TOC_KEY(d->e->eid), NULL);
		p->id = d->e->eid;
		toc_short_set(&p->org, d->e->org);
		toc_short_set(&p->addressee, toc_get_text(opened, "addressee"));
		toc_short_set(&p->kind, toc_get_text(opened, "kind"));
		p->emergency = toc_get_bool(opened, "emergency");
		p->state = TOC_PROCESS_OPEN;
		p->mode = toc_mode_of(d->e->mode);
		p->exercise = d->e->exercise;
		p->threat = d->e->case_ref;
		p->incident = d->e->incident;
		p->due = toc_get_time(opened, "due", TOC_TIME_NEVER);
	}
	struct toc_process *p = step ? EDIT_EXISTING(d, process, id) : NULL;
	if (!p)
		return;
	p->state = toc_process_state_of(toc_get_text(step, "to"));
	p->notified |= toc_get_is(d->body, "status", "notified");
}

/* ---- complaints ---- */

static void complaints(const struct deed *d)
{
	const struct toc_value *period = toc_get(d->body, "period");
	struct toc_uuid id = toc_get_id(d->decided, "counted");

	if (toc_uuid_is_nil(id))
		return;
	struct toc_complaints *m = toc_world_edit(d->w, TOC_OBJECT_complaints, TOC_KEY(id), NULL);
	m->id = id;
	toc_short_set(&m->org, d->e->org);
	m->mode = toc_mode_of(d->e->mode);
	m->exercise = d->e->exercise;
	m->from = toc_get_time(period, "from", d->e->ts);
	m->until = toc_get_time(period, "until", d->e->ts);
	m->all = toc_get_int(d->body, "complaints", 0);
	m->reinstated = toc_get_int(d->body, "reinstated", 0);
	m->rejected = toc_get_int(d->body, "rejected", 0);
	m->pending = toc_get_int(d->body, "pending", 0);
}

void toc_apply_course(const struct deed *d)
{
	if (!toc_uuid_is_nil(d->e->incident))
		course(d);
	owe(d);
	confirmed(d);
	recalled(d);
	glass(d);
	exposure(d);
	process(d);
	complaints(d);
}
