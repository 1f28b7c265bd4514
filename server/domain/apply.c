/* apply.c: state' = apply(state, entry). Interprets the effects that `decided` spells out (rule.h lists them)
 * and, of directory entries, the public part of the message. Total: what it cannot read it leaves out; an
 * entry of the ledger is a fact and is never refused. */
#include "domain/apply.h"

#include <string.h>

/* ---- messages, receipts, disclosures ---- */

static void add_readers(struct toc_message *m, const struct toc_value *list)
{
	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		struct toc_entitled *r = TOC_ADD(m, readers);
		toc_short_set(&r->org, toc_get_text(v, "org"));
		r->roles = toc_roles_of(toc_get(v, "roles"));
		r->rendering =
			toc_get_is(v, "rendering", "without_personal") ? TOC_WITHOUT_PERSONAL : TOC_WHOLE;
	}
}

/* @return false when this entry is there already */
static bool remember(const struct deed *d)
{
	const struct toc_action *action = toc_action_find(d->e->k);
	struct toc_str digest = toc_get_text(d->decided, "digest");
	bool is_new, receipts = action && (action->flags & TOC_ACTION_RECEIPTS);

	if (!receipts && !digest.n)
		return true;
	if (toc_find_message(d->w, d->e->eid))
		return false;
	struct toc_message *m = toc_world_edit(d->w, TOC_OBJECT_message, TOC_KEY(d->e->eid), &is_new);
	m->eid = d->e->eid;
	toc_short_set(&m->org, d->e->org);
	m->person = toc_get_id(d->m, "sender_person");
	toc_short_set(&m->k, d->e->k);
	m->seq = (int64_t)d->e->seq;
	(void)(toc_hex_decode(digest, m->digest.b, sizeof m->digest.b) <
	       0); /* without one: zeroes, which no digest is */
	m->mode = toc_mode_of(d->e->mode);
	m->exercise = d->e->exercise;
	m->threat = d->e->case_ref;
	m->incident = d->e->incident;
	m->at = toc_get_time(d->decided, "at", d->e->ts);
	m->tlp = toc_tlp_of(toc_get_text(d->m, "tlp"));
	m->handling = toc_handling_bits(toc_get(d->m, "handling"));
	toc_short_set(&m->grade, toc_get_text(d->m, "source_grade"));
	m->order = toc_get_id(toc_at(toc_get(d->decided, "orders"), 0), "order");
	if (receipts) {
		int64_t seq = m->seq;
		struct toc_numbered *n = toc_world_edit(d->w, TOC_OBJECT_numbered, TOC_KEY(seq), NULL);
		n->seq = seq;
		n->eid = m->eid;
		add_readers(m, toc_get(d->decided, "readers"));
	}
	return true;
}

static void receipts(const struct deed *d)
{
	const struct toc_value *list = toc_get(d->decided, "receipts");

	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		struct toc_uuid ref = toc_get_id(v, "ref");
		struct toc_message *m = EDIT_EXISTING(d, message, ref);
		if (!m)
			continue;
		struct toc_receipt *r = TOC_ADD(m, receipts);
		toc_short_set(&r->org, toc_get_text(v, "org"));
		toc_short_set(&r->channel, toc_get_text(v, "channel"));
		r->person = toc_get_id(v, "person");
		r->state = toc_get_is(v, "state", "delivered") ? TOC_RECEIPT_DELIVERED
			   : toc_get_is(v, "state", "seen")    ? TOC_RECEIPT_SEEN
							       : TOC_RECEIPT_ACKED;
		r->seq = (int64_t)d->e->seq;
	}
}

static void disclosure(const struct deed *d)
{
	const struct toc_value *to = toc_get(d->decided, "disclosed_to"),
			       *entries = toc_get(d->body, "entries");

	for (size_t i = 0; to && i < toc_len(entries); i++) {
		struct toc_uuid ref = toc_get_id(toc_at(entries, i), "ref");
		struct toc_message *m = EDIT_EXISTING(d, message, ref);
		if (m) {
			add_readers(m, to);
			TOC_ADD(m, carriers)->id = d->e->eid;
		}
	}
}

/* ---- exercises ---- */

static void set_joined(struct toc_exercise *x, struct toc_str org, bool joined)
{
	for (uint32_t i = 0; i < x->n_joined; i++)
		if (toc_short_is(&x->joined[i].org, org)) {
			if (!joined)
				TOC_REMOVE(x, joined, i);
			return;
		}
	if (joined && org.n)
		toc_short_set(&TOC_ADD(x, joined)->org, org);
}

/* The timers of an exercise that is over would never fire: they go. */
static void drop_timers(const struct deed *d)
{
	struct toc_world_cursor cursor = { 0 };
	struct toc_arena *a = toc_arena_new();
	struct drop {
		struct toc_uuid id;
		struct drop *next;
	} *list = NULL;
	const struct toc_timer *t;

	while ((t = toc_world_next(d->w, TOC_OBJECT_timer, &cursor)))
		if (toc_uuid_eq(t->exercise, d->e->exercise)) {
			struct drop *one = toc_arena_alloc(a, sizeof *one);
			*one = (struct drop){ t->id, list };
			list = one;
		}
	for (; list; list = list->next)
		toc_world_remove(d->w, TOC_OBJECT_timer, TOC_KEY(list->id));
	toc_arena_free(a);
}

static void exercise(const struct deed *d)
{
	const struct toc_value *clock = toc_get(d->decided, "clock"),
			       *participants = toc_get(d->body, "participants");
	struct toc_str k = d->e->k;

	if (toc_uuid_is_nil(d->e->exercise))
		return;
	if (toc_str_is(k, "exercise.create")) {
		bool is_new;
		struct toc_exercise *x =
			toc_world_edit(d->w, TOC_OBJECT_exercise, TOC_KEY(d->e->exercise), &is_new);
		if (!is_new)
			return;
		x->id = d->e->exercise;
		toc_short_set(&x->control, toc_get_text(d->decided, "control"));
		toc_text_set(&x->title, toc_get_text(d->body, "title"));
		x->t0 = toc_get_time(d->body, "t0", d->e->ts);
		for (size_t i = 0; i < toc_len(participants); i++)
			set_joined(x, toc_text_of(toc_at(participants, i)), true);
	}
	struct toc_exercise *x = EDIT_EXISTING(d, exercise, d->e->exercise);
	if (!x)
		return;
	if (clock) {
		x->anchor_real = toc_get_time(clock, "anchor_real", d->e->ts);
		x->anchor_at = toc_get_time(clock, "anchor_at", x->t0);
		x->rate_milli = toc_get_int(clock, "rate_milli", 1000);
		x->running = toc_get_bool(clock, "running");
	}
	if (toc_str_is(k, "exercise.join"))
		set_joined(x, toc_get_text(d->decided, "org"), true);
	if (toc_str_is(k, "exercise.leave"))
		set_joined(x, toc_get_text(d->decided, "org"), false);
	if (toc_str_is(k, "exercise.end")) {
		x->ended = true;
		x->ended_real = d->e->ts;
		x->running = false;
		drop_timers(d);
	}
}

void toc_apply(struct toc_world *w, const struct toc_entry *e)
{
	struct deed d = {
		.w = w, .e = e, .m = toc_get(e->body, "message"), .decided = toc_get(e->body, "decided")
	};
	struct toc_str k = e->k;
	const struct toc_value *linked = toc_get(d.decided, "linked");

	d.body = toc_get(d.m, "body");
	if (e->seq + 1 > toc_world_size(w))
		toc_world_set_size(w, e->seq + 1);
	if (!remember(&d))
		return;
	toc_apply_admin(&d);
	if (k.n > 4 && memcmp(k.p, "M26.", 4) == 0)
		toc_apply_contacts(&d);
	else if (k.n > 5 && (memcmp(k.p, "hook.", 5) == 0 || memcmp(k.p, "push.", 5) == 0))
		toc_apply_hook(&d);
	else if (toc_str_is(k, "timestamp.stamp"))
		toc_apply_stamp(&d);
	else if (k.n > 9 && memcmp(k.p, "exercise.", 9) == 0)
		exercise(&d);
	toc_apply_case(&d, e->case_ref, d.decided);
	for (size_t i = 0; i < toc_len(linked); i++)
		toc_apply_case(&d, toc_get_id(toc_at(linked, i), "case"), toc_at(linked, i));
	toc_apply_incident(&d);
	toc_apply_signals(&d);
	toc_apply_orders(&d);
	toc_apply_fences(&d);
	toc_apply_course(&d);
	receipts(&d);
	toc_apply_deliveries(&d);
	toc_apply_links(&d);
	disclosure(&d);
}

/* ---- looking ahead ---- */

void toc_look_ahead(struct toc_world *ahead, const struct toc_draft *draft, toc_time now)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *body = toc_value_map(a);

	toc_set(a, body, "message", (struct toc_value *)(uintptr_t)draft->message);
	toc_set(a, body, "decided", (struct toc_value *)(uintptr_t)draft->decided);
	toc_apply(ahead, &(struct toc_entry){
				 .seq = toc_world_size(ahead),
				 .ts = now,
				 .k = draft->k,
				 .mode = draft->mode,
				 .exercise = draft->exercise,
				 .incident = draft->incident,
				 .case_ref = draft->case_ref,
				 .org = draft->org,
				 .ref = draft->ref,
				 .eid = draft->eid,
				 .body = body,
			 });
	toc_arena_free(a);
}
