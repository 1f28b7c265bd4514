/* apply_incident.c: what an entry does to incidents: their states, who knows of them, what is proposed and
 * tied. */
#include "domain/apply.h"

#include <string.h>

static struct toc_incident *incident_of(const struct deed *d, struct toc_uuid id)
{
	return EDIT_EXISTING(d, incident, id);
}

static void open_incident(const struct deed *d, const struct toc_value *facts)
{
	bool is_new;
	struct toc_incident *i = toc_world_edit(d->w, TOC_OBJECT_incident, TOC_KEY(d->e->incident), &is_new);

	if (!is_new)
		return;
	i->id = d->e->incident;
	i->mode = toc_mode_of(d->e->mode);
	i->exercise = d->e->exercise;
	i->report = d->e->eid;
	i->opened = toc_get_time(d->decided, "at", d->e->ts);
	i->event_from = toc_get_time(facts, "event_time", i->opened);
	toc_short_set(&i->cc, toc_get_text(facts, "cc"));
	toc_text_set(&i->locality, toc_get_text(facts, "locality"));
	toc_add_named(&i->reporters, &i->n_reporters, toc_get_text(facts, "by"));
}

static void set_states(const struct deed *d)
{
	const struct toc_value *list = toc_get(d->decided, "incident_state");

	for (size_t k = 0; k < toc_len(list); k++) {
		struct toc_uuid id = toc_get_id(toc_at(list, k), "incident");
		struct toc_incident *i = incident_of(d, id);
		enum toc_incident_state to = toc_incident_state_of(toc_get_text(toc_at(list, k), "to"));
		if (!i)
			continue;
		if (to == TOC_INCIDENT_LINKED_DUPLICATE)
			i->before = i->state;
		bool returns = i->state == TOC_INCIDENT_ACTIVE || i->state == TOC_INCIDENT_LINKED_DUPLICATE; /* it was closed before */
		i->state = to;
		if (returns && to == TOC_INCIDENT_CLOSED)
			continue;
		if (to == TOC_INCIDENT_CLOSED || to == TOC_INCIDENT_NOT_ACTIVATED)
			i->ended_at = toc_get_time(d->decided, "at", d->e->ts);
		if (to != TOC_INCIDENT_CLOSED)
			continue;
		i->closed_at = toc_get_time(d->decided, "at", d->e->ts);
		toc_apply_closed(d);
	}
}

static void remove_ref(struct toc_ref *list, uint32_t *n, struct toc_uuid id)
{
	for (uint32_t i = 0; i < *n; i++)
		if (toc_uuid_eq(list[i].id, id)) {
			memmove(&list[i], &list[i + 1], (--*n - i) * sizeof *list);
			return;
		}
}

static void add_ref(struct toc_ref **list, uint32_t *n, struct toc_uuid id)
{
	for (uint32_t i = 0; i < *n; i++)
		if (toc_uuid_eq((*list)[i].id, id))
			return;
	((struct toc_ref *)toc_list_add(list, n, sizeof **list))->id = id;
}

static void ties(const struct deed *d, const char *name, bool undo)
{
	const struct toc_value *list = toc_get(d->decided, name);

	for (size_t k = 0; k < toc_len(list); k++) {
		const struct toc_value *v = toc_at(list, k);
		struct toc_uuid ref = toc_get_id(v, "ref"), to = toc_get_id(v, "to");
		struct toc_incident *i = incident_of(d, to), *from = incident_of(d, ref);
		if (!i)
			continue;
		if (toc_get_is(v, "kind", "belongs_to")) {
			if (undo)
				remove_ref(i->cases, &i->n_cases, ref);
			else
				add_ref(&i->cases, &i->n_cases, ref);
		} else if (toc_get_is(v, "kind", "duplicate_of") && from && from != i) {
			from->duplicate_of = undo ? (struct toc_uuid){ { 0 } } : to;
			if (undo)
				remove_ref(i->duplicates, &i->n_duplicates, ref);
			else
				add_ref(&i->duplicates, &i->n_duplicates, ref);
		}
	}
}

static void answer(struct toc_incident *i, const struct toc_value *list)
{
	for (size_t k = 0; k < toc_len(list); k++) {
		struct toc_str code = toc_get_text(toc_at(list, k), "code");
		struct toc_answered *a = NULL;
		for (uint32_t j = 0; j < i->n_criteria; j++)
			if (toc_short_is(&i->criteria[j].code, code))
				a = &i->criteria[j];
		if (!a && code.n) {
			a = TOC_ADD(i, criteria);
			toc_short_set(&a->code, code);
		}
		if (a)
			a->answer = toc_answer_of(toc_get_text(toc_at(list, k), "answer"));
	}
}

static void proposals(const struct deed *d)
{
	const struct toc_value *facts = toc_get(d->decided, "proposed"),
			       *ended = toc_get(d->decided, "proposals_ended"),
			       *states = toc_get(facts, "states");

	if (toc_get_text(facts, "decision").n && !toc_uuid_is_nil(d->e->eid)) {
		struct toc_proposal *p = toc_world_edit(d->w, TOC_OBJECT_proposal, TOC_KEY(d->e->eid), NULL);
		p->id = d->e->eid;
		p->incident = d->e->incident;
		toc_short_set(&p->decision, toc_get_text(facts, "decision"));
		toc_short_set(&p->org, d->e->org);
		p->person = toc_get_id(d->m, "sender_person");
		p->state = TOC_PROPOSAL_OPEN;
		p->fast = toc_get_bool(facts, "fast");
		p->objectable_until = toc_get_time(facts, "objectable_until", TOC_TIME_NEVER);
		toc_short_set(&p->activation_type, toc_get_text(facts, "activation_type"));
		p->vocabulary = toc_get_int(facts, "vocabulary_version", 0);
		p->review_at = toc_get_time(facts, "review_at", TOC_TIME_NEVER);
		p->n_states = 0;
		for (size_t i = 0; i < toc_len(states); i++)
			toc_add_named(&p->states, &p->n_states, toc_text_of(toc_at(states, i)));
	}
	for (size_t i = 0; i < toc_len(ended); i++) {
		struct toc_uuid ref = toc_get_id(toc_at(ended, i), "ref");
		struct toc_proposal *p = EDIT_EXISTING(d, proposal, ref);
		if (!p)
			continue;
		p->state = toc_proposal_state_of(toc_get_text(toc_at(ended, i), "how"));
		p->ended_by = d->e->eid;
	}
}

static void effects(const struct deed *d, struct toc_incident *i)
{
	const struct toc_value *affected = toc_get(d->decided, "affected"),
			       *assigned = toc_get(d->decided, "assigned"),
			       *warned = toc_get(d->decided, "warned"),
			       *activated = toc_get(d->decided, "activated"),
			       *decision = toc_get(d->decided, "decision");

	for (size_t k = 0; k < toc_len(affected); k++)
		toc_add_named(&i->affected, &i->n_affected, toc_text_of(toc_at(affected, k)));
	answer(i, toc_get(d->decided, "criteria"));
	if (assigned) {
		i->assignee = toc_get_id(assigned, "person");
		toc_short_set(&i->assignee_org, toc_get_text(assigned, "org"));
	}
	if (warned) {
		i->warning = d->e->eid;
		i->warned_until = toc_get_time(warned, "until", TOC_TIME_NEVER);
	}
	if (activated) {
		i->activation = d->e->eid;
		toc_short_set(&i->activation_type, toc_get_text(activated, "activation_type"));
		i->vocabulary = toc_get_int(activated, "vocabulary_version", 0);
		bool runs = i->state == TOC_INCIDENT_ACTIVE; /* taken over from who may not decide any more */
		if (!runs && i->closed_at.us == TOC_TIME_NEVER.us)
			i->active_from = toc_get_time(d->decided, "at", d->e->ts);
		else if (!runs && toc_before(i->activated_at, i->closed_at)) /* opened again: it has been active before */
			i->active_before_s += toc_between(i->activated_at, i->closed_at).us / 1000000;
		if (!runs)
			i->activated_at = toc_get_time(d->decided, "at", d->e->ts);
	}
	i->review_at = toc_get_time(decision, "review_at", i->review_at);
}

static void objection(const struct deed *d)
{
	struct toc_message *m = toc_str_is(d->e->k, "M3.object") ? EDIT_EXISTING(d, message, d->e->ref) : NULL;

	if (m)
		toc_add_named(&m->objectors, &m->n_objectors, d->e->org);
}

/* Who reads an entry of the incident knows of it from then on. */
static void parties(const struct deed *d, struct toc_incident *i)
{
	const struct toc_value *readers = toc_get(d->decided, "readers");

	if (!toc_str_is(d->e->org, "server"))
		toc_add_named(&i->parties, &i->n_parties, d->e->org);
	for (size_t k = 0; k < toc_len(readers); k++)
		toc_add_named(&i->parties, &i->n_parties, toc_get_text(toc_at(readers, k), "org"));
}

void toc_apply_incident(const struct deed *d)
{
	const struct toc_value *reported = toc_get(d->decided, "reported");

	if (toc_uuid_is_nil(d->e->incident))
		return;
	if (reported)
		open_incident(d, reported);
	struct toc_incident *i = incident_of(d, d->e->incident);
	if (!i)
		return;
	effects(d, i);
	bool discloses = toc_str_is(d->e->k, "M29.disclose") && toc_uuid_is_nil(d->e->case_ref);
	if (toc_is_of_incident(d->e->k) || discloses || (d->e->k.n > 3 && memcmp(d->e->k.p, "M6.", 3) == 0))
		parties(d, i);
	set_states(d);
	ties(d, "ties", false);
	ties(d, "untied", true);
	proposals(d);
	objection(d);
	if (toc_uuid_is_nil(d->e->case_ref))
		toc_apply_timers(d, (struct toc_uuid){ { 0 } }, d->e->incident, d->decided);
}
