/* apply_case.c: what an entry does to a threat case: its state and its desks' states, its timers, what it is
 * about, and to which other cases it is tied.
 *
 * An entry that comes from a journal was decided before what stands in the ledger since. It takes effect as far as it
 * still follows: a desk that has answered meanwhile has answered, what is closed stays closed, nobody is called for what is
 * accepted. But what was never sent and then was is a threat, whatever was said of its draft. Source: (g) 11. */
#include "domain/apply.h"

#include <string.h>

/* ---- cases ---- */

static struct toc_desk *desk_in(struct toc_threat *t, struct toc_str org)
{
	for (uint32_t i = 0; i < t->n_desks; i++)
		if (toc_short_is(&t->desks[i].org, org))
			return &t->desks[i];
	return NULL;
}

static void open_case(const struct deed *d, struct toc_uuid id, const struct toc_value *facts)
{
	bool is_new;
	struct toc_threat *t = toc_world_edit(d->w, TOC_OBJECT_threat, TOC_KEY(id), &is_new);

	if (is_new) {
		t->id = t->root = id;
		t->mode = toc_mode_of(d->e->mode);
		t->exercise = d->e->exercise;
		t->opened = toc_get_time(d->decided, "at", d->e->ts);
	}
	toc_short_set(&t->notifier, toc_get_text(facts, "notifier"));
	t->aware_at = toc_get_time(facts, "aware_at", t->aware_at);
}

static void send_case(const struct deed *d, struct toc_uuid id, const struct toc_value *facts)
{
	open_case(d, id, facts);
	struct toc_threat *t = EDIT_EXISTING(d, threat, id);
	t->duty |= toc_duty_bits(toc_get(facts, "duty"));
	if (!toc_uuid_is_nil(t->notice)) /* sent at two nodes: the first is the notice */
		return;
	t->sent_at = toc_get_time(d->decided, "at", d->e->ts);
	t->notice = d->e->eid;
}

/* @return whether it was not found by it before */
static bool find_by(const struct deed *d, const struct toc_threat *t, struct toc_hash key)
{
	struct toc_likeness *l = toc_world_edit(d->w, TOC_OBJECT_likeness, TOC_KEY(key), NULL);

	l->key = key;
	for (uint32_t i = 0; i < l->n_cases; i++)
		if (toc_uuid_eq(l->cases[i].id, t->id))
			return false;
	TOC_ADD(l, cases)->id = t->id;
	return true;
}

static void add_key(const struct deed *d, struct toc_threat *t, struct toc_str dup_key)
{
	struct toc_hash key = toc_likeness_key(dup_key, t->mode, t->exercise);

	if (find_by(d, t, key))
		TOC_ADD(t, keys)->key = key;
}

/* A case that is over is nobody's duplicate any more. */
static void forget_keys(const struct deed *d, struct toc_threat *t)
{
	for (uint32_t i = 0; i < t->n_keys; i++) {
		struct toc_likeness *l = EDIT_EXISTING(d, likeness, t->keys[i].key);
		if (!l)
			continue;
		for (uint32_t k = 0; k < l->n_cases; k++)
			if (toc_uuid_eq(l->cases[k].id, t->id)) {
				TOC_REMOVE(l, cases, k);
				break;
			}
		if (l->n_cases == 0)
			toc_world_remove(d->w, TOC_OBJECT_likeness, TOC_KEY(t->keys[i].key));
	}
}

/* Two cases, each perhaps with others tied to it already, are one in the real world: the older root holds
 * them all. */
static void tie(const struct deed *d, struct toc_uuid x, struct toc_uuid y)
{
	const struct toc_threat *a = toc_find_threat(d->w, x), *b = toc_find_threat(d->w, y);

	if (!a || !b || toc_uuid_eq(a->root, b->root))
		return;
	const struct toc_threat *ra = toc_find_threat(d->w, a->root), *rb = toc_find_threat(d->w, b->root);
	if (!ra || !rb)
		return;
	bool b_is_older = rb->opened.us != ra->opened.us ? rb->opened.us < ra->opened.us
							 : toc_uuid_cmp(rb->id, ra->id) < 0;
	struct toc_uuid elder = b_is_older ? rb->id : ra->id, younger = b_is_older ? ra->id : rb->id;
	struct toc_threat *root = EDIT_EXISTING(d, threat, elder),
			  *branch = EDIT_EXISTING(d, threat, younger);
	TOC_ADD(root, tied)->id = branch->id;
	for (uint32_t i = 0; i < branch->n_tied; i++) {
		struct toc_threat *leaf = EDIT_EXISTING(d, threat, branch->tied[i].id);
		TOC_ADD(root, tied)->id = branch->tied[i].id;
		if (leaf)
			leaf->root = elder;
	}
	branch->n_tied = 0;
	branch->root = elder;
}

/* How far a desk has come: what was decided on an older state takes it further, never back. */
static unsigned progress(uint32_t state)
{
	static const unsigned char order[] = {
		[TOC_DESK_SENT] = 1,     [TOC_DESK_DELIVERED] = 2,   [TOC_DESK_ACKED] = 3,   [TOC_DESK_REJECTED_NOT_COMPETENT] = 4,
		[TOC_DESK_REDIRECTED] = 4, [TOC_DESK_ACCEPTED] = 5, [TOC_DESK_IN_PROGRESS] = 6, [TOC_DESK_OUTCOME] = 7,
		[TOC_DESK_WITHDRAWN] = 7,
	};

	return state < sizeof order ? order[state] : 0;
}

/* From a journal, and decided before the time that runs now was started: the desk was asked anew since. */
static bool is_of_before(const struct deed *d, const struct toc_timer *runs)
{
	return runs && d->e->late && toc_before(toc_get_time(d->decided, "at", d->e->ts), runs->starts);
}

static void desk_state(const struct deed *d, const struct toc_threat *t, struct toc_desk *desk, const struct toc_value *step)
{
	if (is_of_before(d, toc_running(d->w, "T17", t->id, toc_short_str(&desk->org))))
		return;
	uint32_t from = toc_desk_state_of(toc_get_text(step, "from")), to = toc_desk_state_of(toc_get_text(step, "to"));

	if (desk->state == from || progress(to) > progress(desk->state))
		desk->state = to;
}

static void case_state(const struct deed *d, struct toc_threat *t, const struct toc_value *step)
{
	struct toc_str org = toc_get_text(step, "desk");
	uint32_t from = toc_case_state_of(toc_get_text(step, "from")), to = toc_case_state_of(toc_get_text(step, "to"));
	bool sends = to == TOC_CASE_SENT && toc_uuid_eq(t->notice, d->e->eid);

	if (org.n) {
		struct toc_desk *desk = desk_in(t, org);
		if (desk)
			desk_state(d, t, desk, step);
		return;
	}
	if (t->state != from && !sends)
		return;
	bool again = to == TOC_CASE_SENT && t->state == TOC_CASE_CLOSED;
	t->state = to;
	for (uint32_t i = 0; again && i < t->n_keys; i++) /* a duplicate of it is one again */
		find_by(d, t, t->keys[i].key);
	if (!toc_case_is_open(t)) {
		t->ended_at = toc_get_time(d->decided, "at", d->e->ts);
		forget_keys(d, t);
	}
}

/* The desk has accepted anew since this acceptance was decided. */
static bool is_overtaken(const struct deed *d, const struct toc_desk *desk)
{
	const struct toc_message *newest = desk ? toc_find_message(d->w, desk->acceptance) : NULL;

	return newest && d->e->late && toc_before(toc_get_time(d->decided, "at", d->e->ts), newest->at);
}

static void case_effects(const struct deed *d, struct toc_uuid id, const struct toc_value *effects)
{
	const struct toc_value *list;

	if (toc_get(effects, "opened"))
		open_case(d, id, toc_get(effects, "opened"));
	if (toc_get(effects, "notice"))
		send_case(d, id, toc_get(effects, "notice"));
	struct toc_threat *t = EDIT_EXISTING(d, threat, id);
	if (!t)
		return;
	list = toc_get(effects, "desks");
	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_str org = toc_get_text(toc_at(list, i), "org");
		if (!org.n)
			continue;
		struct toc_desk *desk = desk_in(t, org);
		if (!desk) {
			desk = TOC_ADD(t, desks);
			toc_short_set(&desk->org, org);
			desk->role = toc_desk_role_of(toc_get_text(toc_at(list, i), "role"));
		}
		desk->duty |= toc_duty_bits(toc_get(toc_at(list, i), "duty"));
	}
	list = toc_get(effects, "state");
	for (size_t i = 0; i < toc_len(list); i++)
		case_state(d, t, toc_at(list, i));
	const struct toc_value *keep = toc_get(effects, "keep");
	if (keep && !is_overtaken(d, desk_in(t, d->e->org))) {
		t->keep_until = toc_get_time(keep, "until", TOC_TIME_NEVER);
		toc_short_set(&t->kept_for, toc_get(keep, "until") ? toc_get_text(keep, "for") : TOC_STR(""));
	}
	if (toc_get_bool(effects, "removed"))
		t->removed = true;
	list = toc_get(effects, "questions");
	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_question *question = TOC_ADD(t, questions);
		toc_short_set(&question->id, toc_get_text(toc_at(list, i), "id"));
		toc_short_set(&question->org, toc_get_text(toc_at(list, i), "org"));
	}
	list = toc_get(effects, "answered");
	for (size_t i = 0; i < toc_len(list); i++)
		for (uint32_t k = 0; k < t->n_questions; k++)
			if (toc_short_is(&t->questions[k].id, toc_text_of(toc_at(list, i)))) {
				TOC_REMOVE(t, questions, k);
				break;
			}
	list = toc_get(effects, "dup_keys");
	for (size_t i = 0; toc_case_is_open(t) && i < toc_len(list); i++)
		add_key(d, t, toc_text_of(toc_at(list, i)));
}

/* The entry itself becomes part of its case. */
static void join_case(const struct deed *d)
{
	struct toc_str k = d->e->k;
	bool is_m4 = k.n > 3 && memcmp(k.p, "M4.", 3) == 0, is_m5 = k.n > 3 && memcmp(k.p, "M5.", 3) == 0;

	if ((!is_m4 && !is_m5) || toc_str_is(k, "M4.draft"))
		return;
	struct toc_threat *t = EDIT_EXISTING(d, threat, d->e->case_ref);
	if (!t)
		return;
	TOC_ADD(t, entries)->id = d->e->eid;
	struct toc_desk *desk = desk_in(t, d->e->org);
	if (desk && toc_str_is(k, "M5.accept") && !is_overtaken(d, desk))
		desk->acceptance = d->e->eid;
	if (desk && toc_str_is(k, "M5.outcome"))
		desk->outcome = d->e->eid;
}

/* ---- timers ---- */

/* Nobody is called, or reminded, for what has been answered since: by this desk, or, as the time of the others ends with it, by a
 * state's acceptance. */
static bool is_answered(const struct deed *d, struct toc_uuid threat, const struct toc_value *started)
{
	const struct toc_threat *t = toc_find_threat(d->w, threat);
	struct toc_str timer = toc_get_text(started, "timer");
	const struct toc_desk *desk = t ? toc_desk_of(t, toc_get_text(started, "desk")) : NULL;
	toc_time starts = toc_get_time(started, "starts", d->e->ts);

	if (!desk || (!toc_str_is(timer, "T17") && !toc_str_is(timer, "T18")))
		return false;
	if (t->state != TOC_CASE_SENT)
		return true;
	if (toc_str_is(timer, "T18"))
		return desk->state != TOC_DESK_ACCEPTED && desk->state != TOC_DESK_IN_PROGRESS;
	if (desk->state != TOC_DESK_SENT && desk->state != TOC_DESK_DELIVERED)
		return true;
	/* what was decided here knew of every acceptance, whenever it was received: a further state is called all the same */
	for (uint32_t i = 0; d->e->late && i < t->n_desks; i++) {
		const struct toc_message *m = toc_find_message(d->w, t->desks[i].acceptance);
		const struct toc_organisation *o = m ? toc_find_organisation(d->w, toc_short_str(&t->desks[i].org)) : NULL;
		if (o && !(o->kinds & TOC_KIND_HUB) && progress(t->desks[i].state) >= progress(TOC_DESK_ACCEPTED) &&
		    toc_before(starts, m->at))
			return true;
	}
	return false;
}

void toc_apply_timers(const struct deed *d, struct toc_uuid threat, struct toc_uuid incident,
		      const struct toc_value *effects)
{
	const struct toc_value *list = toc_get(effects, "timers_stopped");

	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_uuid id = toc_get_id(toc_at(list, i), "id");
		if (!is_of_before(d, toc_find_timer(d->w, id)))
			toc_world_remove(d->w, TOC_OBJECT_timer, TOC_KEY(id));
	}
	list = toc_get(effects, "timers_started");
	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		struct toc_uuid id = toc_get_id(v, "id");
		const struct toc_timer *runs = toc_find_timer(d->w, id);
		if (toc_uuid_is_nil(id) || (toc_str_is(d->e->k, "storage.begin") && runs && !toc_before(toc_get_time(v, "starts", d->e->ts), runs->starts)))
			continue; /* of two nodes that did not hear of each other: a month counts from the first, whichever is entered first */
		if (is_answered(d, threat, v))
			continue;
		toc_world_remove(d->w, TOC_OBJECT_timer,
				 TOC_KEY(id)); /* started anew: nothing of the old one */
		struct toc_timer *t = toc_world_edit(d->w, TOC_OBJECT_timer, TOC_KEY(id), NULL);
		t->id = id;
		toc_short_set(&t->name, toc_get_text(v, "timer"));
		t->threat = threat;
		t->order = toc_get_id(v, "order");
		if (toc_uuid_is_nil(t->order)) /* what binds by an order runs on whatever becomes of the incident */
			t->incident = incident;
		t->point = toc_get_id(v, "point");
		toc_short_set(&t->desk, toc_get_text(v, "desk"));
		t->mode = toc_mode_of(d->e->mode);
		t->exercise = d->e->exercise;
		t->cause = d->e->eid;
		t->starts = toc_get_time(v, "starts", d->e->ts);
		t->deadline = toc_get_time(v, "deadline", TOC_TIME_NEVER);
		t->next = toc_get_time(v, "next", TOC_TIME_NEVER);
		toc_world_schedule(d->w, t);
	}
	list = toc_get(effects, "timers_moved");
	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_uuid id = toc_get_id(toc_at(list, i), "id");
		struct toc_timer *t = EDIT_EXISTING(d, timer, id);
		int64_t level = toc_get_int(toc_at(list, i), "level", 0);
		if (!t || level <= t->level) /* fired by another node as well: levels only go up */
			continue;
		if (toc_get_time(toc_at(list, i), "starts", t->starts).us != t->starts.us)
			continue; /* of one that was stopped since, and started anew */
		t->level = level;
		t->next = toc_get_time(toc_at(list, i), "next", TOC_TIME_NEVER);
		t->called = toc_get_int(toc_at(list, i), "called", t->called);
		t->breached = t->breached || toc_get_bool(toc_at(list, i), "breached");
		toc_world_schedule(d->w, t);
	}
}

void toc_apply_case(const struct deed *d, struct toc_uuid id, const struct toc_value *effects)
{
	if (toc_uuid_is_nil(id))
		return;
	case_effects(d, id, effects);
	if (toc_uuid_eq(id, d->e->case_ref))
		join_case(d);
	toc_apply_timers(d, id, (struct toc_uuid){ { 0 } }, effects);
}

void toc_apply_links(const struct deed *d)
{
	const struct toc_value *list = toc_get(d->decided, "links");

	for (size_t i = 0; i < toc_len(list); i++)
		tie(d, toc_get_id(toc_at(list, i), "case"), toc_get_id(toc_at(list, i), "to"));
}
