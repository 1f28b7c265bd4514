/* debrief.c: what is to be learnt of an incident (M23): contributions of all who took part, the hub's final report, and
 * the version that everybody may read.
 *
 * It is open from closing on; its first word makes the incident a DEBRIEF, its publication ARCHIVED, and that is the
 * end. A contribution may hide from whom it is: the other contributors read it without sender (frame.c), the hub's
 * leads with it. What is published is word for word what the final report proposed, by another person of the hub: two
 * have cleared it, and only then does it stand in the ledger unsealed. T25 asks for contributions within 10 days of
 * closing, the final report within 30, the public one within 60. Source: rules b.1, M23, T25; DSA 48(4)(f). */
#include <string.h>

#include "base/digest.h"
#include "domain/rule.h"

static const struct {
	int days;
	const char *part;
} parts[] = { { 10, "contributions" }, { 30, "final" }, { 60, "public" } };
enum { CONTRIBUTIONS, FINAL, PUBLIC };

static toc_time part_due(toc_time starts, int part)
{
	return toc_after(starts, TOC_HOURS(24 * parts[part].days));
}

void toc_start_debrief(struct toc_ask *q, struct toc_value *decided)
{
	toc_start_timer(q, decided, "T25", q->incident->id, TOC_STR(""), q->at, part_due(q->at, CONTRIBUTIONS),
			part_due(q->at, PUBLIC));
}

/* A report on what was before it was opened again is none on what was since. */
static bool has_final(const struct toc_ask *q, const struct toc_course *c)
{
	const struct toc_message *m = c ? toc_find_message(q->w, c->final) : NULL;

	return m && !toc_before(m->at, q->incident->closed_at);
}

bool toc_is_debriefed(const struct toc_ask *q)
{
	const struct toc_course *c = toc_find_course(q->w, q->incident->id);

	return c && (c->n_contributors || has_final(q, c));
}

void toc_resume_debrief(struct toc_ask *q, struct toc_value *decided)
{
	toc_time closed = q->incident->closed_at;
	int part = has_final(q, toc_find_course(q->w, q->incident->id)) ? PUBLIC : CONTRIBUTIONS;

	while (part < PUBLIC && !toc_before(q->at, part_due(closed, part)))
		part++;
	toc_start_timer(q, decided, "T25", q->incident->id, TOC_STR(""), closed, part_due(closed, part), part_due(closed, PUBLIC));
}

void toc_fire_t25(struct toc_ask *q, const struct toc_timer *t)
{
	const struct toc_course *c = toc_find_course(q->w, t->incident);
	struct toc_draft *d = toc_deadline_draft(q, "deadline.passed", t);
	int part = CONTRIBUTIONS;

	while (part < PUBLIC && toc_before(part_due(t->starts, part), t->next))
		part++;
	toc_set_time(q->a, toc_get(d->message, "body"), "deadline", t->next);
	toc_set_cstr(q->a, toc_decided(d), "part", parts[part].part);
	toc_move_timer(q, toc_decided(d), t,
		       part == PUBLIC ? TOC_TIME_NEVER : part_due(t->starts, has_final(q, c) ? PUBLIC : part + 1),
		       part != CONTRIBUTIONS);
}

/* ---- contributions ---- */

static bool says_something(const struct toc_value *body)
{
	static const char *const any[] = { "timeline_corrections", "what_worked", "what_failed", "proposals" };

	for (size_t i = 0; i < sizeof any / sizeof *any; i++)
		if (toc_get(body, any[i]))
			return true;
	return false;
}

/* The hub's leads and one's own side read it as it is, the others without its sender where that is wished. */
static void contribution_readers(struct toc_ask *q, struct toc_draft *d)
{
	const struct toc_incident *i = q->incident;
	const struct toc_action *action = toc_action_find(d->k);
	bool nameless = toc_get_bool(q->body, "anonymous_to_others");

	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN | TOC_IF_PTY);
	for (uint32_t k = 0; k < i->n_parties; k++) {
		struct toc_str org = toc_short_str(&i->parties[k].org);
		const struct toc_organisation *o = toc_find_organisation(q->w, org);
		if (!o || toc_str_eq(org, q->p->org))
			continue;
		toc_roles all = toc_may_read(action, o->kinds, TOC_IF_PTY, TOC_WHOLE),
			  whole = !nameless                    ? all
				  : (o->kinds & TOC_KIND_HUB) ? all & TOC_ROLE_IL
							      : 0;
		toc_reader_add_as(q, d, org, whole, TOC_WHOLE);
		toc_reader_add_as(q, d, org, all & ~whole, TOC_WITHOUT_PERSONAL);
	}
}

/* @return the incident's step, refused when it does not follow or the report is there already */
static int check_open(struct toc_ask *q, uint32_t *ret_to)
{
	if (toc_check_impersonal(q) < 0)
		return -1;
	return toc_take_incident_step(q, q->action->k, ret_to);
}

static struct toc_draft *step_draft(struct toc_ask *q, uint32_t to)
{
	struct toc_draft *d = toc_ask_draft(q, q->action->k);

	if (to != q->incident->state)
		toc_effect_incident_state(q, toc_decided(d), q->incident->id, q->incident->state, to);
	return d;
}

int toc_rule_contribute(struct toc_ask *q)
{
	const struct toc_course *c = toc_find_course(q->w, q->incident->id);
	uint32_t to;

	if (toc_ask_may(q, toc_is_party(q->incident, q->p->org) ? TOC_IF_PTY : 0) < 0 || check_open(q, &to) < 0)
		return -1;
	if (!says_something(q->body))
		return TOC_REFUSE(q, MISSING_FIELD, "body.what_worked", "domain M23",
				  "what worked, what failed, what should change, or what was otherwise");
	if (has_final(q, c))
		return TOC_REFUSE(q, STATE, "body.step", "domain M23", "the final report has been written");
	struct toc_draft *d = step_draft(q, to);
	toc_set_bool(q->a, toc_decided(d), "contributed", true);
	contribution_readers(q, d);
	return 0;
}

/* ---- final report ---- */

static struct toc_str digest_of(struct toc_ask *q, const char *field)
{
	struct toc_sha256 h = toc_sha256(toc_get_text(q->body, field));

	return toc_hex(q->a, h.b, sizeof h.b);
}

int toc_rule_final(struct toc_ask *q)
{
	const struct toc_value *actions = toc_get(q->body, "actions");
	const struct toc_timer *t = toc_running(q->w, "T25", q->incident->id, TOC_STR(""));
	uint32_t to;

	if (toc_ask_may(q, 0) < 0 || check_open(q, &to) < 0 || toc_check_put_together(q, NULL) < 0)
		return -1;
	for (size_t i = 0; i < toc_len(actions); i++)
		if (!toc_find_organisation(q->w, toc_get_text(toc_at(actions, i), "owner")))
			return TOC_REFUSE(q, BAD_VALUE, toc_item_path(q, "actions", i, "owner"), "domain M23",
					  "owner: no member of that name");
	struct toc_draft *d = step_draft(q, to);
	struct toc_value *report = toc_value_map(q->a), *final = toc_value_map(q->a), *decided = toc_decided(d);
	toc_set(q->a, report, "figures", toc_statistics(q));
	toc_set(q->a, decided, "report", report);
	toc_set_text(q->a, final, "public_sha256", digest_of(q, "public_draft"));
	toc_set(q->a, decided, "final", final);
	if (t && toc_before(t->next, part_due(t->starts, PUBLIC)))
		toc_move_timer(q, decided, t, part_due(t->starts, PUBLIC), false);
	toc_tell(q, d, TOC_TO_EVERYBODY, TOC_IF_ADR);
	return 0;
}

int toc_rule_publish(struct toc_ask *q)
{
	const struct toc_course *c = toc_find_course(q->w, q->incident->id);
	struct toc_hash said;
	uint32_t to;

	if (check_open(q, &to) < 0)
		return -1;
	if (!c || toc_uuid_is_nil(c->final) || !toc_uuid_eq(c->final, toc_get_id(q->body, "final_ref")))
		return toc_refuse_unknown(q, "body.final_ref");
	if (!has_final(q, c))
		return TOC_REFUSE(q, STATE, "body.final_ref", "domain M23", "final_ref: the incident was opened again since: a final report of its own first");
	bool same_person = toc_uuid_eq(c->final_by, q->p->person);
	if (same_person && toc_may(q->action, q->roles, q->org->kinds, TOC_IF_2P))
		return TOC_REFUSE(q, NOT_PERMITTED, "", "domain a.3.1",
				  "another person publishes than the one who wrote the final report");
	if (toc_ask_may(q, same_person ? 0 : TOC_IF_2P) < 0)
		return -1;
	if (toc_hex_decode(digest_of(q, "public_version"), said.b, sizeof said.b) < 0 ||
	    memcmp(said.b, c->public_text.b, sizeof said.b))
		return TOC_REFUSE(q, CONDITION, "body.public_version", "domain a.3.1",
				  "public_version: not word for word what the final report proposes; what is changed is a "
				  "final report of its own first");
	struct toc_draft *d = step_draft(q, to);
	struct toc_value *report = toc_value_map(q->a);
	d->ref = c->final;
	toc_set(q->a, report, "figures", toc_statistics(q));
	toc_set(q->a, toc_decided(d), "report", report);
	toc_set_bool(q->a, toc_decided(d), "published", true);
	toc_stop_timer_of(q, toc_decided(d), "T25", q->incident->id, TOC_STR(""));
	toc_tell(q, d, TOC_TO_EVERYBODY, 0);
	return 0;
}
