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
		x->running = false;
		drop_timers(d);
	}
}

/* ---- directory ---- */

static void set_member(const struct deed *d, struct toc_str cc, struct toc_str org, bool member)
{
	if (!cc.n)
		return;
	struct toc_country *c = toc_world_edit(d->w, TOC_OBJECT_country, cc, NULL);
	toc_short_set(&c->cc, cc);
	for (uint32_t i = 0; i < c->n_members; i++)
		if (toc_short_is(&c->members[i].org, org)) {
			if (!member)
				TOC_REMOVE(c, members, i);
			return;
		}
	if (member)
		toc_short_set(&TOC_ADD(c, members)->org, org);
}

static struct toc_str country_of(const struct toc_organisation *o)
{
	if (o->kinds & TOC_KIND_HUB)
		return TOC_STR("EU");
	return o->kinds & (TOC_KIND_LE | TOC_KIND_CA) ? toc_short_str(&o->established_in) : TOC_STR("");
}

static void set_languages(struct toc_organisation *o, const struct toc_value *languages)
{
	o->n_languages = 0;
	for (size_t i = 0; i < toc_len(languages); i++)
		toc_short_set(&TOC_ADD(o, languages)->lang, toc_text_of(toc_at(languages, i)));
}

static void organisation(const struct deed *d)
{
	struct toc_str code = toc_get_text(d->body, "code"), state = toc_get_text(d->body, "state");
	const struct toc_value *kinds = toc_get(d->body, "kinds");
	bool is_new;

	if (!code.n || code.n > 32)
		return;
	struct toc_organisation *o = toc_world_edit(d->w, TOC_OBJECT_organisation, code, &is_new);
	if (is_new)
		toc_short_set(&o->code, code);
	else
		set_member(d, country_of(o), code, false);
	toc_text_set(&o->name, toc_get_text(d->body, "name"));
	o->kinds = 0;
	for (size_t i = 0; i < toc_len(kinds); i++)
		o->kinds |= toc_kind_bit(toc_text_of(toc_at(kinds, i)));
	toc_short_set(&o->established_in, state.n && !toc_get(d->body, "established_in")
						  ? state
						  : toc_get_text(d->body, "established_in"));
	toc_short_set(&o->legal_rep_in, toc_get_text(d->body, "legal_rep_in"));
	toc_short_set(&o->size, toc_get_text(d->body, "size"));
	o->exposed = toc_get_bool(d->body, "exposed");
	o->exercise_only = toc_get_bool(d->body, "api_exercise_only");
	o->same_person_certifies = toc_get_bool(d->body, "same_person_certifies");
	if (toc_get(d->body, "languages"))
		set_languages(o, toc_get(d->body, "languages"));
	set_member(d, country_of(o), code, true);
}

static void person(const struct deed *d)
{
	struct toc_uuid id = toc_get_id(d->body, "person");

	if (toc_uuid_is_nil(id))
		return;
	struct toc_person *p = toc_world_edit(d->w, TOC_OBJECT_person, TOC_KEY(id), NULL);
	p->id = id;
	toc_short_set(&p->org, toc_get_text(d->body, "org"));
	p->roles = toc_roles_of(toc_get(d->body, "roles"));
	p->machine = toc_get_bool(d->body, "machine");
}

static void credential(const struct deed *d, const char *type, const char *id_name)
{
	struct toc_uuid id = toc_get_id(d->body, id_name);
	struct toc_hash sha256;

	if (toc_uuid_is_nil(id) ||
	    toc_hex_decode(toc_get_text(d->body, "sha256"), sha256.b, sizeof sha256.b) < 0)
		return;
	struct toc_credential *c = toc_world_edit(d->w, TOC_OBJECT_credential, TOC_KEY(id), NULL);
	c->id = id;
	toc_short_set(&c->type, type ? toc_str_of(type) : toc_get_text(d->body, "kind"));
	c->person = toc_get_id(d->body, "person");
	toc_short_set(&c->org, toc_get_text(d->body, "org"));
	c->sha256 = sha256;
	c->expires = toc_get_time(d->body, "expires", TOC_TIME_NEVER);
	c->spent = false;
	const struct toc_value *scope = toc_get(d->decided, "scope");
	if (scope) {
		c->about = toc_get_id(scope, "message");
		c->threat = toc_get_id(scope, "case");
		c->incident = toc_get_id(scope, "incident");
		c->since = toc_get_int(scope, "from", 0);
	}
	struct toc_secret *s = toc_world_edit(d->w, TOC_OBJECT_secret, TOC_KEY(sha256), NULL);
	s->sha256 = sha256;
	s->credential = id;
}

static void spend(const struct deed *d, struct toc_uuid id, const char *type)
{
	struct toc_credential *c = EDIT_EXISTING(d, credential, id);

	if (c && (!type || toc_str_is(toc_short_str(&c->type), type)))
		c->spent = true;
}

/* A sign-in token is good once; the link of an e-mail again and again, and what it opens ends with it. */
static void open_session(const struct deed *d)
{
	bool by_link = toc_get(d->decided, "scope");
	struct toc_uuid with = toc_get_id(d->body, "credential"), id = toc_get_id(d->body, "session");

	spend(d, with, "sign_in");
	credential(d, by_link ? "link_session" : "session", "session");
	struct toc_credential *session = EDIT_EXISTING(d, credential, id), *link = EDIT_EXISTING(d, credential, with);
	if (!by_link || !session || !link)
		return;
	session->parent = with;
	link->opened++;
}

static void policy(const struct deed *d)
{
	const struct toc_value *desks = toc_get(d->body, "desks"),
			       *not_covered = toc_get(d->body, "not_dsa_18");
	struct toc_str cc = toc_get_text(d->body, "cc");

	if (!cc.n || cc.n > 32)
		return;
	struct toc_country *c = toc_world_edit(d->w, TOC_OBJECT_country, cc, NULL);
	toc_short_set(&c->cc, cc);
	struct toc_national *n = TOC_ADD(c, rules);
	n->version = toc_get_int(d->body, "version", 0);
	n->from = toc_get_time(d->body, "valid_from", d->e->ts);
	n->third_country = toc_get(d->body, "member_state") && !toc_get_bool(d->body, "member_state");
	for (size_t i = 0; i < toc_len(desks); i++) {
		struct toc_national_desk *desk = TOC_ADD(n, desks);
		toc_short_set(&desk->org, toc_get_text(toc_at(desks, i), "org"));
		struct toc_str duty = toc_get_text(toc_at(desks, i), "duty");
		desk->duty = toc_str_is(duty, "TCO_14_5") ? TOC_DUTY_TCO
			     : toc_str_is(duty, "DSA_18") ? TOC_DUTY_DSA
							  : TOC_DUTY_VOLUNTARY;
	}
	for (size_t i = 0; i < toc_len(not_covered); i++)
		toc_short_set(&TOC_ADD(n, not_covered)->org, toc_text_of(toc_at(not_covered, i)));
}

static void words(struct toc_word **list, uint32_t *n, const struct toc_value *terms)
{
	for (size_t i = 0; i < toc_len(terms); i++) {
		struct toc_word *word = toc_list_add(list, n, sizeof *word);
		toc_short_set(&word->code, toc_get_text(toc_at(terms, i), "code"));
		toc_text_set(&word->name, toc_get_text(toc_at(terms, i), "name"));
	}
}

static void vocabulary(const struct deed *d)
{
	int64_t version = toc_get_int(d->body, "version", 0);
	bool is_new;

	if (version < 1)
		return;
	struct toc_vocabulary *v = toc_world_edit(d->w, TOC_OBJECT_vocabulary, TOC_KEY(version), &is_new);
	if (!is_new)
		return;
	v->version = version;
	v->from = toc_get_time(d->body, "valid_from", d->e->ts);
	words(&v->types, &v->n_types, toc_get(d->body, "activation_types"));
	words(&v->criteria, &v->n_criteria, toc_get(d->body, "criteria"));
	words(&v->checklist, &v->n_checklist, toc_get(d->body, "checklist"));
}

/* The number at which members may call a desk: none unless its contact point is public. */
static struct toc_str public_phone(const struct toc_value *contact_point)
{
	const struct toc_value *channels = toc_get(contact_point, "channels");

	for (size_t i = 0; toc_get_bool(contact_point, "public") && i < toc_len(channels); i++)
		if (toc_get_is(toc_at(channels, i), "kind", "phone"))
			return toc_get_text(toc_at(channels, i), "address");
	return TOC_STR("");
}

/* By which channels it has declared that removal orders reach it, and in which languages (TCO 15). */
static void takes_orders(const struct deed *d, struct toc_str org)
{
	struct toc_organisation *o = toc_world_edit(d->w, TOC_OBJECT_organisation, org, NULL);
	const struct toc_value *chain = toc_get(d->body, "escalation_chain");

	o->order_channels = toc_channel_bits(toc_get(d->body, "channels"));
	for (size_t i = 0; i < toc_len(chain); i++)
		o->order_channels |= toc_channel_bits(toc_get(toc_at(chain, i), "channels"));
	if (toc_get(d->body, "languages"))
		set_languages(o, toc_get(d->body, "languages"));
}

/* The contact chain for threats to life: who is called, by which channels. People's addresses are personal and not
 * in the state; contact points for other purposes are on record and call nobody yet. */
static void contacts(const struct deed *d)
{
	const struct toc_value *chain = toc_get(d->body, "escalation_chain"),
			       *proposal = toc_get(d->decided, "contact");
	struct toc_str org = toc_get_text(d->body, "org");

	if (!proposal || !toc_find_organisation(d->w, org))
		return;
	if (toc_get_bool(proposal, "in_force") && toc_list_has(toc_get(d->body, "purposes"), TOC_STR("orders")))
		takes_orders(d, org);
	if (!toc_list_has(toc_get(d->body, "purposes"), TOC_STR("ITL")))
		return;
	struct toc_organisation *o = toc_world_edit(d->w, TOC_OBJECT_organisation, org, NULL);
	bool in_force = toc_get_bool(proposal, "in_force");
	o->proposal = in_force ? (struct toc_uuid){ { 0 } } : d->e->eid;
	o->proposed_by = in_force ? (struct toc_uuid){ { 0 } } : toc_get_id(d->m, "sender_person");
	o->n_proposed = 0;
	if (in_force)
		toc_short_set(&o->phone, public_phone(d->body));
	if (!chain)
		return;
	if (in_force) {
		o->n_chain = 0;
		o->point = d->e->eid;
	}
	for (size_t i = 0; i < toc_len(chain); i++) {
		struct toc_contact *c = in_force ? TOC_ADD(o, chain) : TOC_ADD(o, proposed);
		c->person = toc_get_id(toc_at(chain, i), "person");
		c->channels = toc_channel_bits(toc_get(toc_at(chain, i), "channels"));
	}
	toc_short_set(in_force ? &o->hours : &o->proposed_hours, toc_get_text(d->body, "hours"));
}

static void contact_facts(const struct deed *d)
{
	struct toc_str org = toc_get_text(d->body, "org");

	if (!toc_find_organisation(d->w, org))
		return;
	struct toc_organisation *o = toc_world_edit(d->w, TOC_OBJECT_organisation, org, NULL);
	if (toc_str_is(d->e->k, "M26.verify"))
		o->verified_at = toc_get_time(toc_get(d->body, "verified"), "at", d->e->ts);
	else
		o->drill_at = toc_get_time(toc_get(d->body, "last_drill"), "at", d->e->ts);
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
	if (toc_str_is(k, "org.admit"))
		organisation(&d);
	else if (toc_str_is(k, "person.enrol"))
		person(&d);
	else if (toc_str_is(k, "credential.issue"))
		credential(&d, NULL, "credential");
	else if (toc_str_is(k, "policy.national"))
		policy(&d);
	else if (toc_str_is(k, "policy.vocabulary"))
		vocabulary(&d);
	else if (toc_str_is(k, "session.close"))
		spend(&d, toc_get_id(d.body, "session"), "session");
	else if (toc_str_is(k, "credential.revoke"))
		spend(&d, toc_get_id(d.body, "credential"), NULL);
	else if (toc_str_is(k, "session.open"))
		open_session(&d);
	else if (toc_str_is(k, "M26.own"))
		contacts(&d);
	else if (toc_str_is(k, "M26.verify") || toc_str_is(k, "M26.drill"))
		contact_facts(&d);
	else if (k.n > 5 && (memcmp(k.p, "hook.", 5) == 0 || memcmp(k.p, "push.", 5) == 0))
		toc_apply_hook(&d);
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
