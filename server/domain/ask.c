/* ask.c: drafts and effects: the words in which a rule answers (rule.h). */
#include <string.h>

#include "domain/rule.h"

int toc_refuse_unknown(struct toc_ask *q, const char *field)
{
	return TOC_REFUSE(q, NOT_FOUND, field, "", "%s: there is no such thing, or it is not yours to see",
			  field);
}

int toc_ask_may(struct toc_ask *q, unsigned conditions)
{
	if (!q->org || toc_may(q->action, q->roles, q->org->kinds, conditions))
		return 0;
	return TOC_REFUSE(q, NOT_PERMITTED, "", "domain a.3.1", "%s: your roles do not allow it here",
			  q->action->k);
}

int toc_ask_not_ahead(struct toc_ask *q, const struct toc_value *map, const char *name, const char *field)
{
	const struct toc_exercise *x = q->exercise;
	toc_dur skew = TOC_SKEW;

	/* a moment of theirs is that much longer in the scenario */
	if (x && x->running && x->rate_milli > 1000)
		skew.us = skew.us / 1000 * x->rate_milli;
	if (!toc_before(toc_after(q->at, skew), toc_get_time(map, name, q->at)))
		return 0;
	return TOC_REFUSE(q, TIME, field, "domain d", "%s: lies after its arrival here at %s", field,
			  toc_time_str(q->a, q->at).p);
}

/* ---- drafts ---- */

struct toc_str toc_case_subject(struct toc_arena *a, struct toc_uuid threat)
{
	return toc_arena_printf(a, "case:%s", toc_uuid_str(a, threat).p);
}

struct toc_str toc_incident_subject(struct toc_arena *a, struct toc_uuid incident)
{
	return toc_arena_printf(a, "incident:%s", toc_uuid_str(a, incident).p);
}

struct toc_str toc_subject_of_its_own(const struct toc_ask *q)
{
	if (!toc_uuid_is_nil(q->exercise_id))
		return toc_arena_printf(q->a, "exercise:%s", toc_uuid_str(q->a, q->exercise_id).p);
	if (q->org)
		return toc_arena_printf(q->a, "org:%.*s", TOC_STR_ARGS(q->p->org));
	return TOC_STR("system");
}

/* How long the personal part is kept (rules e.7); the catalogue says the same of each type. */
struct toc_str toc_retention_of(struct toc_str k)
{
	static const struct {
		const char *prefix, *retention;
	} classes[] = {
		{ "M4.", "R-ITL" },  { "M5.", "R-ITL" },   { "M29.", "R-ITL" },
		{ "M1.", "R-LIVE" }, { "M2.", "R-LIVE" },  { "M3.", "R-LIVE" },
		{ "M6.", "R-SIGNAL" }, { "M7.", "R-SIGNAL" }, { "M8.", "R-SIGNAL" },
		{ "M9.", "R-ORDER" }, { "M10.", "R-ORDER" }, { "M11.", "R-ORDER" }, { "M12.", "R-ORDER" },
		{ "M13.", "R-ORDER" }, { "M14.", "R-ORDER" }, { "M15.", "R-ORDER" }, { "M16.", "R-ORDER" },
		{ "M17.", "R-ORDER" }, { "M18.", "R-ORDER" },
		{ "M20.", "R-LIVE" }, { "M21.", "R-LIVE" }, { "M22.", "R-ITL" },  { "M23.", "R-LIVE" },
		{ "M25.", "R-LIVE" }, { "M28.", "R-LIVE" },
		{ "exposure.", "R-ORDER" }, { "M19.", "R-LIVE" }, { "exercise.", "R-EXERCISE" },
	};
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (k.n > strlen(classes[i].prefix) && memcmp(k.p, classes[i].prefix, strlen(classes[i].prefix)) == 0)
			return toc_str_of(classes[i].retention);
	return TOC_STR("R-AUDIT");
}

static struct toc_draft *add_draft(struct toc_ask *q, const char *k)
{
	struct toc_verdict *v = q->verdict;

	if (v->n == q->room) {
		size_t room = q->room ? q->room * 2 : 4;
		struct toc_draft *drafts = toc_arena_alloc(q->a, room * sizeof *drafts);
		if (v->n)
			memcpy(drafts, v->drafts, v->n * sizeof *drafts);
		v->drafts = drafts;
		q->room = room;
	}
	struct toc_draft *d = &v->drafts[v->n++];
	struct toc_value *decided = toc_value_map(q->a);
	*d = (struct toc_draft){
		.k = toc_str_of(k),
		.mode = toc_str_of(toc_mode_name(q->mode)),
		.org = TOC_STR("server"),
		.exercise = q->exercise_id,
		.decided = decided,
		.actor = toc_value_map(q->a),
		.retention = toc_retention_of(toc_str_of(k)),
	};
	toc_set_time(q->a, decided, "at", q->at);
	toc_set_time(q->a, decided, "received", q->c ? q->c->received : q->now);
	if (q->incident)
		d->incident = q->incident->id;
	if (q->threat) {
		d->case_ref = q->threat->id;
		d->subject = toc_case_subject(q->a, q->threat->id);
	} else if (q->incident) {
		d->subject = toc_incident_subject(q->a, q->incident->id);
	} else {
		d->subject = toc_subject_of_its_own(q);
	}
	return d;
}

struct toc_value *toc_decided(struct toc_draft *d)
{
	return (struct toc_value *)(uintptr_t)d->decided; /* ours: made in add_draft */
}

struct toc_draft *toc_ask_draft(struct toc_ask *q, const char *k)
{
	struct toc_draft *d = add_draft(q, k);
	struct toc_value *message = toc_value_map(q->a);

	for (size_t i = 0; q->m && i < q->m->n; i++)
		toc_set_str(q->a, message, q->m->members[i].name, q->m->members[i].value);
	d->eid = q->id;
	if (q->org) {
		struct toc_value *actor = (struct toc_value *)(uintptr_t)d->actor;
		d->org = q->p->org;
		toc_set_text(q->a, message, "sender_org", q->p->org);
		toc_set_id(q->a, message, "sender_person", q->p->person);
		toc_set_id(q->a, actor, "person", q->p->person);
		toc_set(q->a, actor, "roles", toc_role_names(q->roles, q->a)); /* who it was, for whoever reads it whole */
		toc_set_text(q->a, actor, "channel", q->p->channel);
		toc_set_id(q->a, actor, "session", q->p->session);
	}
	d->message = message;
	static const uint8_t none[sizeof q->c->digest];
	if (memcmp(q->c->digest, none, sizeof none)) /* the server's own messages are not sent twice */
		toc_set_text(q->a, toc_decided(d), "digest",
			     toc_hex(q->a, q->c->digest, sizeof q->c->digest));
	return d;
}

struct toc_draft *toc_ask_server_draft(struct toc_ask *q, const char *k, const char *what,
				       struct toc_uuid about)
{
	struct toc_draft *d = add_draft(q, k);
	struct toc_value *message = toc_value_map(q->a);
	const char *dot = strchr(k, '.');

	toc_set_text(q->a, message, "type", (struct toc_str){ k, (size_t)(dot - k) });
	toc_set_cstr(q->a, message, "schema_version", "1.0.0");
	toc_set_text(q->a, message, "mode", d->mode);
	toc_set_id(q->a, message, "exercise_ref", q->exercise_id);
	toc_set_id(q->a, message, "incident_ref", d->incident);
	toc_set_id(q->a, message, "case_ref", d->case_ref);
	toc_set_cstr(q->a, message, "sender_org", "server");
	d->eid = toc_derived_id(what, about, toc_str_of(k), 0);
	toc_set_id(q->a, message, "id", d->eid);
	struct toc_value *body = toc_value_map(q->a);
	toc_set_cstr(q->a, body, "step", dot + 1);
	toc_set(q->a, message, "body", body);
	d->message = message;
	return d;
}

/* ---- effects ---- */

void toc_effect(struct toc_arena *a, struct toc_value *decided, const char *list, struct toc_value *item)
{
	struct toc_value *items = toc_get(decided, list);

	if (!items) {
		items = toc_value_list(a);
		toc_set(a, decided, list, items);
	}
	toc_push(a, items, item);
}

void toc_effect_case_state(struct toc_arena *a, struct toc_value *decided, uint32_t from, uint32_t to)
{
	struct toc_value *step = toc_value_map(a);

	toc_set_cstr(a, step, "from", toc_case_state_name(from));
	toc_set_cstr(a, step, "to", toc_case_state_name(to));
	toc_effect(a, decided, "state", step);
}

void toc_effect_desk_state(struct toc_arena *a, struct toc_value *decided, struct toc_str desk, uint32_t from,
			   uint32_t to)
{
	struct toc_value *step = toc_value_map(a);

	if (from == to)
		return;
	toc_set_text(a, step, "desk", desk);
	toc_set_cstr(a, step, "from", toc_desk_state_name(from));
	toc_set_cstr(a, step, "to", toc_desk_state_name(to));
	toc_effect(a, decided, "state", step);
}
