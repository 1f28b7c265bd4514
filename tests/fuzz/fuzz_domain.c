/* fuzz_domain.c: the protocol as a state machine, driven by bytes: everybody of the fictional cast, the
 * server and strangers say anything that the catalogue knows, whole or damaged, in any order and at any time.
 *
 * The bytes are choices (generate.h); what they choose names mostly what there is: cases, entries, people,
 * digests that occur twice. After every step: nothing that was due is left; what was refused has code and
 * words. At the end: replay of the accepted entries = live state = what the snapshot loads to, so what was
 * refused, only asked or dropped with its overlay changed nothing.
 */
#include "play.h"

#include "generate.h"
#include "stage.h"

#include "base/digest.h"
#include "message/json.h"

#include <stdlib.h>
#include <string.h>

void (*play_heard)(const struct stage *s, struct toc_str k, size_t from);

#define STEPS_MAX 160
#define BEGIN_AT "9:00"
#define CRISIS_AT "13:00" /* an incident that everybody knows of, with signals */
#define FIRINGS_MAX 4096  /* deadlines of one step: more is a deadline that never ends */

#define LATE_MAX 8
#define CUT_OFF 24 /* steps: no byte of an input is about it, so that those there are mean what they meant */

/* What was decided on a state that was the newest then, and waits in somebody's journal. */
struct waiting {
	struct toc_draft *drafts;
	size_t n;
};
struct play {
	struct stage *s;
	struct generator g;
	unsigned depth; /* of overlays */
	struct waiting late[LATE_MAX];
	size_t n_late;
	unsigned since; /* steps that it has been cut off */
};

static void must(bool ok, const char *what)
{
	if (!ok)
		TOC_WRONG(what);
}

static uint32_t choose(struct play *p, uint32_t below)
{
	return generate_number(&p->g, below);
}

/* ---- the cast ---- */

/* Everybody is there, and two exercises are under way. */
static const struct stage *beginning(void)
{
	static struct stage *base;

	if (!base) {
		base = stage_new();
		must(stage_play(base, "lantern.json", CRISIS_AT) == 0 &&
			     stage_play(base, "quiet-bell.json", BEGIN_AT) == 0,
		     "the beginning cannot be played");
	}
	return base;
}

static const struct toc_value *any_organisation(struct play *p)
{
	const struct toc_value *list = toc_get(p->s->cast, "organisations");
	return toc_at(list, choose(p, (uint32_t)toc_len(list)));
}

static const struct toc_value *any_person(struct play *p, const struct toc_value *org)
{
	const struct toc_value *list = toc_get(org, "persons");
	return toc_at(list, choose(p, (uint32_t)toc_len(list)));
}

/* The newest entries mostly, so that histories get long. */
static const struct toc_entry *any_entry(struct play *p)
{
	return &p->s->ledger[p->s->n - 1 - choose(p, 24)].e;
}

/* A case of where we are: the newest, or one before. */
static struct toc_str any_case(struct play *p)
{
	uint32_t older = choose(p, 6);
	struct toc_uuid found = { { 0 } };

	for (size_t i = p->s->n; i-- > 0;) {
		const struct toc_entry *e = &p->s->ledger[i].e;
		if (toc_uuid_is_nil(e->case_ref) || !toc_uuid_eq(e->exercise, p->s->exercise) ||
		    toc_uuid_eq(e->case_ref, found))
			continue;
		found = e->case_ref;
		if (older-- == 0)
			break;
	}
	return toc_uuid_is_nil(found) ? TOC_STR("") : toc_uuid_str(p->g.a, found);
}

/* An incident of where we are: the newest, or one before. */
static struct toc_str any_incident(struct play *p)
{
	uint32_t older = choose(p, 3);
	struct toc_uuid found = { { 0 } };

	for (size_t i = p->s->n; i-- > 0;) {
		const struct toc_entry *e = &p->s->ledger[i].e;
		if (toc_uuid_is_nil(e->incident) || !toc_uuid_eq(e->exercise, p->s->exercise) ||
		    toc_uuid_eq(e->incident, found))
			continue;
		found = e->incident;
		if (older-- == 0)
			break;
	}
	return toc_uuid_is_nil(found) ? TOC_STR("") : toc_uuid_str(p->g.a, found);
}

/* An item of an M6: the newest that there is, or one before. */
static struct toc_str any_item(struct play *p)
{
	uint32_t older = choose(p, 6);
	const struct toc_value *last = NULL;

	for (size_t i = p->s->n; i-- > 0;) {
		const struct toc_value *items = toc_get(toc_get(p->s->ledger[i].whole, "body"), "items");
		if (!toc_len(items) || !toc_uuid_eq(p->s->ledger[i].e.exercise, p->s->exercise))
			continue;
		last = toc_at(items, choose(p, (uint32_t)toc_len(items)));
		if (older-- == 0)
			break;
	}
	return toc_get_text(last, "item_id");
}

static struct toc_str known_id(struct play *p)
{
	const struct toc_entry *e = any_entry(p);
	const struct toc_threat *t = toc_find_threat(p->s->w, e->case_ref);

	switch (choose(p, 9)) {
	case 0:
	case 1:
	case 2: return any_case(p);
	case 8: return any_item(p);
	case 3: return toc_uuid_is_nil(e->incident) ? TOC_STR("") : toc_uuid_str(p->g.a, e->incident);
	case 4:
		return t && t->n_entries ? toc_uuid_str(p->g.a, t->entries[choose(p, t->n_entries)].id)
					 : TOC_STR("");
	case 5:
	case 6: return toc_uuid_str(p->g.a, e->eid);
	default: return TOC_STR("");
	}
}

static struct toc_str known_time(struct play *p)
{
	static const int64_t away_s[] = {
		0, 0, 0, 0, -1, 1, 2, -2, -60, 60, 3600, -86400, 40000000, -40000000
	};
	toc_time at = toc_clock_at(toc_find_exercise(p->s->w, p->s->exercise), p->s->now);

	switch (choose(p, 24)) {
	case 1: return TOC_STR("9999-12-31T23:59:59.999999Z");
	case 2: return TOC_STR("1970-01-01T00:00:00Z");
	case 3: return TOC_STR("");
	default:
		at = toc_after(at, TOC_SECONDS(away_s[choose(p, sizeof away_s / sizeof *away_s)]));
		return at.us >= 0 ? toc_time_str(p->g.a, at) : TOC_STR("");
	}
}

static struct toc_str dull(enum toc_field_kind kind)
{
	return kind == TOC_F_URL    ? TOC_STR("https://live.example/v/1")
	       : kind == TOC_F_IP   ? TOC_STR("192.0.2.7")
	       : kind == TOC_F_LANG ? TOC_STR("en")
				    : TOC_STR("x");
}

/* What means something in this world, for fields that point into it. */
static struct toc_str known(struct generator *g, const struct toc_field *f)
{
	static const char *const countries[] = { "XA", "XB", "XC", "XD", "EL", "ZZ" };
	struct play *p = g->ctx;

	switch (f->kind) {
	case TOC_F_UUID:
	case TOC_F_UUID7: return known_id(p);
	case TOC_F_ORG: return choose(p, 12) ? toc_get_text(any_organisation(p), "code") : TOC_STR("");
	case TOC_F_PERSON: return toc_get_text(any_person(p, any_organisation(p)), "id");
	case TOC_F_TIME: return known_time(p);
	case TOC_F_CC: return toc_str_of(countries[choose(p, 6)]);
	case TOC_F_HEX: { /* one of four of its length, so that the same is named twice */
		char *digits = toc_arena_alloc(g->a, (size_t)f->min + 1);
		memset(digits, "0a7f"[choose(p, 4)], (size_t)f -> min);
		return (struct toc_str){ digits, (size_t)f->min };
	}
	case TOC_F_LINE:
	case TOC_F_PROSE:
	case TOC_F_TOKEN:
	case TOC_F_URL:
	case TOC_F_IP:
	case TOC_F_LANG:
	case TOC_F_BYTES: /* nothing hangs on them: few bytes for much history */ return dull(f->kind);
	default: return TOC_STR("");
	}
}

static struct toc_principal person_of(struct play *p, const struct toc_value *org,
				      const struct toc_value *person)
{
	struct toc_str code = toc_get_text(org, "code"), title = toc_get_text(person, "title");
	struct toc_principal one = stage_principal(
		p->s, toc_arena_printf(p->g.a, "%.*s/%.*s", TOC_STR_ARGS(code), TOC_STR_ARGS(title)).p);

	one.exercise_only = one.machine && toc_get_bool(org, "api_exercise_only");
	return one;
}

/* Is there anything like it that this person may do? */
static bool may(struct play *p, const struct toc_value *person, struct toc_str k)
{
	const struct toc_person *who = toc_find_person(p->s->w, toc_id_of(toc_get_text(person, "id")));
	const struct toc_organisation *o =
		who ? toc_find_organisation(p->s->w, toc_short_str(&who->org)) : NULL;
	const struct toc_action *action = toc_action_find(k);

	return action && o && toc_may_ever(action, who->roles & toc_roles_held_in(o->kinds), o->kinds);
}

/* Mostly somebody who may: the server for what only it makes; of those who have to do with the case, or of
 * all, the first who may do such a thing. */
static struct toc_principal anybody(struct play *p, const struct toc_value *message)
{
	const struct toc_message_type *type = toc_message_type_find(toc_get_text(message, "type"));
	const struct toc_threat *t = toc_find_threat(p->s->w, toc_get_id(message, "case_ref"));
	const struct toc_value *all = toc_get(p->s->cast, "organisations");
	uint32_t what = choose(p, 32), at = choose(p, (uint32_t)toc_len(all));

	if (what == 1)
		return (struct toc_principal){ .org = TOC_STR("Nobody"), .channel = TOC_STR("api") };
	if (what == 2 || (what > 5 && type && !toc_message_type_is_wire(type)))
		return stage_principal(p->s, "");
	if (what > 5 && t) {
		struct toc_str code = t->n_desks && what > 12
					      ? toc_short_str(&t->desks[choose(p, t->n_desks)].org)
					      : toc_short_str(&t->notifier);
		for (uint32_t i = 0; i < toc_len(all); i++)
			if (toc_str_eq(toc_get_text(toc_at(all, i), "code"), code))
				at = i;
	}
	for (uint32_t i = 0; type && what > 3 && i < toc_len(all); i++) {
		const struct toc_value *org = toc_at(all, (at + i) % toc_len(all)),
				       *people = toc_get(org, "persons");
		for (size_t k = 0; k < toc_len(people); k++)
			if (may(p, toc_at(people, k), toc_message_k(p->g.a, message)))
				return person_of(p, org, toc_at(people, k));
	}
	return person_of(p, toc_at(all, at), any_person(p, toc_at(all, at)));
}

/* ---- steps ---- */

static void fire(struct play *p)
{
	struct stage *s = p->s;
	unsigned fired = 0;

	while (toc_world_next_due(s->w).us <= s->now.us) {
		toc_due(s->w, s->now, 16, s->a, &s->v);
		must(s->v.n > 0, "something is due, and nothing comes of it");
		fired += (unsigned)s->v.n;
		must(fired < FIRINGS_MAX, "a deadline that never ends");
		stage_take(s);
	}
}

static void must_have_words(const struct toc_refusal *r)
{
	must(r->code != TOC_NOT_REFUSED && *r->detail, "a refusal without code or words");
	must(toc_str_is_utf8(toc_str_of(r->detail)) && toc_str_is_utf8(toc_str_of(r->field)),
	     "a refusal that is no text");
}

/* Types of members mostly; what only the server makes is made by the server mostly (anybody). */
static const struct toc_message_type *any_type(struct play *p)
{
	const struct toc_message_type *t;
	uint32_t n = 0;

	while (toc_message_type_at(n))
		n++;
	do
		t = toc_message_type_at(choose(p, n));
	while (!toc_message_type_is_wire(t) && choose(p, 4));
	return t;
}

/* The envelope is the decoder's business: mostly only what the state depends on is kept of it, and the stage
 * fills in the rest. */
static void plain(struct play *p, struct toc_value *m)
{
	static const char *const kept[] = { "type", "body",     "case_ref", "incident_ref",
					    "ref",  "audience", NULL };

	for (uint32_t i = m->n; i-- > 0;) {
		bool keep = false;
		for (size_t k = 0; kept[k]; k++)
			keep |= toc_str_is(m->members[i].name, kept[k]);
		if (!keep)
			toc_unset(m, toc_arena_cstr(p->g.a, m->members[i].name));
	}
}

/* An M6 that could be true: of one bank, over in some minutes or hours, to somebody who reads signals. */
static void as_signals(struct play *p, struct toc_value *m)
{
	static const char *const readers[] = { "HUB", "AIRU", "Chirplet", "OSF" };
	struct toc_arena *a = p->g.a;
	struct toc_value *body = toc_get(m, "body"), *items = toc_get(body, "items"), *to = toc_value_list(a);
	toc_time at = toc_clock_at(toc_find_exercise(p->s->w, p->s->exercise), p->s->now);

	toc_push_text(a, to, toc_str_of(readers[choose(p, 4)]));
	toc_set(a, m, "audience", to);
	toc_set_time(a, body, "expires_at", toc_after(at, TOC_MINUTES((1 + choose(p, 24)) * 10)));
	for (size_t i = 0; i < toc_len(items); i++) {
		struct toc_value *item = toc_at(items, i);
		toc_set_cstr(a, item, "bank", toc_get_is(body, "step", "scope") ? "negative" : "match");
		toc_unset(item, "expires_at");
		toc_unset(item, "seen_at");
		if (toc_get(item, "hash_quality"))
			toc_set_int(a, item, "hash_quality", 90);
		if (toc_get(item, "variant_of"))
			toc_set_text(a, item, "variant_of", any_item(p));
		if (choose(p, 8))
			toc_set_text(
				a, item, "item_id",
				toc_arena_printf(a, "01980000-0000-7000-8000-0000%08x", choose(p, 1u << 30)));
	}
}

/* What belongs to an incident, or makes one: names one, has no personal data, answers every criterion, and is
 * about items that there are. */
static void in_crisis(struct play *p, struct toc_value *m)
{
	static const char *const lists[] = { "criteria", "criteria_answers" },
				 *const answers[] = { "yes", "likely", "unknown", "no" },
				 *const codes[] = { "real_world_event", "harm_shown", "intimidation",
						    "terrorism_link", "virality" };
	struct toc_arena *a = p->g.a;
	struct toc_value *body = toc_get(m, "body"), *none = toc_value_map(a),
			 *scopes = toc_get(body, "scopes");
	struct toc_str type = toc_get_text(m, "type"), incident = any_incident(p);

	if (type.n != 2 || type.p[0] != 'M' || !strchr("12367", type.p[1]))
		return;
	toc_unset(m, "incident_ref");
	if (incident.n && !toc_get_is(body, "step", "report"))
		toc_set_text(a, m, "incident_ref", incident);
	toc_set_cstr(a, none, "level", "none");
	toc_set(a, none, "categories", toc_value_list(a));
	toc_set(a, m, "personal_data", none);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct toc_value *list = toc_value_list(a);
		for (size_t k = 0; k < sizeof codes / sizeof *codes; k++) {
			struct toc_value *one = toc_value_map(a);
			toc_set_cstr(a, one, "code", codes[k]);
			toc_set_cstr(a, one, "answer", answers[choose(p, 4)]);
			toc_push(a, list, one);
		}
		if (toc_get(body, lists[i]))
			toc_set(a, body, lists[i], list);
	}
	if (toc_get(body, "activation_type"))
		toc_set_cstr(a, body, "activation_type", "perpetrator_content");
	if (toc_get(body, "vocabulary_version"))
		toc_set_int(a, body, "vocabulary_version", 1);
	if (type.p[1] == '6')
		as_signals(p, m);
	if (toc_get(body, "item_ref"))
		toc_set_text(a, body, "item_ref", any_item(p));
	for (size_t i = 0; i < toc_len(scopes); i++)
		toc_set_text(a, toc_at(scopes, i), "item_ref", any_item(p));
}

static struct toc_value *any_message(struct play *p)
{
	struct toc_value *m = generate_message(&p->g, any_type(p));

	if (choose(p, 24))
		plain(p, m);
	struct toc_str known_case = choose(p, 24) ? any_case(p) : TOC_STR("");
	if (toc_get(m, "case_ref") && known_case.n)
		toc_set_text(p->g.a, m, "case_ref", known_case);
	if (choose(p, 24))
		in_crisis(p, m);
	switch (choose(p, 24)) { /* else what suits its type (stage) */
	case 1: toc_set_cstr(p->g.a, m, "mode", "actual"); break;
	case 2: toc_set_cstr(p->g.a, m, "mode", "system"); break;
	case 3:
		toc_set_text(p->g.a, m, "id", known_id(p)); /* once more, or used for something else */
		break;
	}
	return choose(p, 12) ? m : generate_damage(&p->g, m);
}

/* M5, M19 and the like name the person who acts. */
static void sign(struct play *p, struct toc_value *m, const struct toc_principal *who)
{
	static const char *const people[] = { "human_ack_by", "decided_by", "actor" }, *const orgs[] = {
		"recipient_org", "org"
	};
	struct toc_value *body = toc_get(m, "body");

	if (!who->org.n)
		return;
	for (size_t i = 0; i < sizeof people / sizeof *people; i++)
		if (toc_get(body, people[i]) && choose(p, 8))
			toc_set_text(p->g.a, body, people[i], toc_uuid_str(p->g.a, who->person));
	for (size_t i = 0; i < sizeof orgs / sizeof *orgs; i++)
		if (toc_get(body, orgs[i]) && choose(p, 8))
			toc_set_text(p->g.a, body, orgs[i], who->org);
}

/* Whose own rows decide who reads it: what it carries, what it answers. */
static bool reads_by_another_row(struct toc_str k)
{
	static const char *const of[] = { "M29.", "M25.", "M19.", "M23.contribute", "M1.link", "M1.unlink", "deadline.", "M8.", "M3.revert" };

	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		if (k.n >= strlen(of[i]) && memcmp(k.p, of[i], strlen(of[i])) == 0)
			return true;
	return false;
}

/* Nobody reads what the row closes to everybody of their kind. */
static void must_be_allowed(struct play *p, const struct toc_entry *e, const struct toc_reader *r)
{
	const struct toc_organisation *o = toc_find_organisation(p->s->w, r->org);
	const struct toc_action *action = toc_action_find(e->k);

	if (!o || !action || reads_by_another_row(e->k))
		return;
	toc_roles allowed = toc_may_read(action, o->kinds, ~0u, TOC_WHOLE) | toc_may_read(action, o->kinds, ~0u, TOC_WITHOUT_PERSONAL);
	must(!(r->roles & ~allowed), "somebody reads what the matrix closes to them");
}

/* What readers are shown of a new entry. */
static void show(struct play *p, size_t from)
{
	struct stage *s = p->s;

	for (size_t i = from; i < s->n; i++) {
		const struct toc_entry *e = &s->ledger[i].e;
		const struct toc_value *decided = toc_get(e->body, "decided");
		struct toc_reader *readers;
		size_t n = toc_entry_readers(e, s->a, &readers);
		for (size_t k = 0; k < n; k++) {
			must_be_allowed(p, e, &readers[k]);
			(void)toc_json_str(s->a,
					   toc_decided_shown(s->a, e->k, decided, readers[k].rendering));
		}
	}
}

/* A node that is cut off decides what the others do not hear of before it is back. */
static void keep_for_later(struct play *p)
{
	struct toc_verdict *v = &p->s->v;

	if (!v->journalable || !v->n || p->n_late == LATE_MAX || p->depth)
		return;
	struct waiting *w = &p->late[p->n_late++];
	w->n = v->n;
	w->drafts = toc_arena_alloc(p->s->a, v->n * sizeof *w->drafts);
	memcpy(w->drafts, v->drafts, v->n * sizeof *w->drafts);
}

/* … and what it fires next. */
static void keep_deadline(struct play *p)
{
	struct stage *s = p->s;
	toc_time next = toc_world_next_due(s->w);

	if (next.us == TOC_TIME_NEVER.us)
		return;
	toc_due(s->w, next, 1, s->a, &s->v);
	keep_for_later(p);
}

static bool is_there(const struct stage *s, const struct toc_draft *d)
{
	for (size_t i = s->n; i-- > 0;)
		if (toc_uuid_eq(s->ledger[i].e.eid, d->eid) && toc_str_eq(s->ledger[i].e.org, d->org))
			return true;
	return false;
}

/* The journal goes into the ledger, as back.c does it: not what is there, and of the rest all that is not. */
static void come_back(struct play *p)
{
	struct stage *s = p->s;

	for (size_t i = 0; i < p->n_late && !p->depth; i++) {
		struct waiting *w = &p->late[i];
		bool done = false;
		for (size_t k = 0; k < w->n && !done; k++)
			done = toc_uuid_is_v7(w->drafts[k].eid) && is_there(s, &w->drafts[k]); /* the message's own */
		s->v = (struct toc_verdict){ .drafts = w->drafts };
		for (size_t k = 0; k < w->n && !done; k++)
			if (!is_there(s, &w->drafts[k]))
				w->drafts[s->v.n++] = w->drafts[k];
		s->back = true;
		stage_take(s);
		s->back = false;
	}
	if (!p->depth)
		p->n_late = p->since = 0;
}

static void say(struct play *p)
{
	struct stage *s = p->s;
	struct toc_value *m = any_message(p);
	struct toc_principal who = anybody(p, m);
	size_t before = s->n;

	sign(p, m, &who);
	if (!who.org.n && !toc_uuid_is_v7(toc_get_id(m, "id")))
		toc_unset(m, "id"); /* the server gives its messages ids of their own */
	s->late = TOC_SECONDS(choose(p, 16) ? 0 : choose(p, 100000));
	s->twist = choose(p, 64) == 1;
	s->dry = choose(p, 16) == 1;
	if (stage_act_as(s, &who, m) < 0) {
		must_have_words(&s->v.refusal);
		must(s->n == before, "refused, and yet it is in the ledger");
	} else if (s->dry) {
		keep_for_later(p);
		keep_deadline(p);
		struct toc_refusal why = { 0 };
		struct toc_command c = { .k = toc_message_k(s->a, m), .message = m, .received = s->now };
		if (!toc_prepare(s->w, &who, &c, s->now, s->a, &why))
			must_have_words(&why);
	}
	s->dry = false;
	show(p, before);
	if (play_heard)
		play_heard(s, toc_message_k(s->a, m), before);
}

static void wait_a_while(struct play *p)
{
	static const int unit_s[] = { 1, 60, 600 };

	p->s->now = toc_after(p->s->now, TOC_SECONDS((1 + choose(p, 24)) * unit_s[choose(p, 3)]));
}

static void move_clock(struct play *p)
{
	static const char *const actions[] = { "run", "stop", "step", "jump" };
	struct stage *s = p->s;
	uint32_t action = choose(p, 4);
	struct toc_value *m = stage_message(s, "{\"type\":\"exercise\",\"body\":{\"step\":\"clock\"}}"),
			 *body = toc_get(m, "body");
	struct toc_str to;

	toc_set_cstr(s->a, body, "action", actions[action]);
	if (action == 0)
		toc_set_int(s->a, body, "rate_milli", (int64_t)choose(p, 10000000));
	if (action == 2)
		toc_set_int(s->a, body, "by_ms", (int64_t)choose(p, 1u << 30));
	if (action == 3 && (to = known_time(p)).n)
		toc_set_text(s->a, body, "to", to);
	if (stage_act_value(s, "CELL/controller", m) < 0)
		must_have_words(&s->v.refusal);
}

static void somewhere_else(struct play *p)
{
	static const char *const exercises[] = { "LANTERN", "QUIET BELL", NULL };
	stage_in(p->s, exercises[choose(p, 3)]);
}

/* The hashes of secrets that `known` makes for credentials. */
static void sign_in(struct play *p)
{
	struct stage *s = p->s;
	uint8_t token[32], session[32];

	memset(token, "\x00\xaa\x77\xff"[choose(p, 4)], sizeof token);
	memset(session, (int)choose(p, 256), sizeof session);
	if (toc_decide_sign_in(s->w, token, session, s->now, s->a, &s->v) == 0)
		stage_take(s);
	else
		must_have_words(&s->v.refusal);
}

static void look(struct play *p)
{
	struct stage *s = p->s;
	struct toc_principal who = anybody(p, NULL), holder;
	struct toc_uuid *cases, eid;
	toc_time expires;
	uint8_t secret[32];

	memset(secret, "\x00\xaa\x77\xff"[choose(p, 4)], sizeof secret);
	(void)toc_json_str(s->a, toc_world_welcome(s->w, &who, s->now, s->a));
	(void)toc_world_open_cases(s->w, 3, s->a, &cases);
	(void)toc_world_credential(s->w, "session", secret, s->now, &holder, &expires);
	if (toc_world_receipt_target(s->w, &who, choose(p, 1000), &eid) == 0)
		must(toc_find_message(s->w, eid) != NULL, "a receipt for what is not there");
}

static void step(struct play *p);

/* A batch: decided on an overlay, then committed or dropped. */
static void batch(struct play *p)
{
	struct stage *s = p->s;
	struct toc_world *below = s->w;
	size_t n = s->n;

	if (p->depth == 2)
		return;
	s->w = toc_world_over(below);
	p->depth++;
	for (uint32_t steps = 1 + choose(p, 6); steps && p->g.n_bytes; steps--)
		step(p);
	p->depth--;
	if (choose(p, 2)) {
		toc_world_merge(s->w);
	} else {
		toc_world_free(s->w);
		s->n = n;
	}
	s->w = below;
}

static void step(struct play *p)
{
	switch (choose(p, 16)) {
	case 0:
	case 1: wait_a_while(p); break;
	case 2: move_clock(p); break;
	case 3: somewhere_else(p); break;
	case 4: sign_in(p); break;
	case 5: look(p); break;
	case 6: batch(p); break;
	default: say(p);
	}
	if (p->n_late && ++p->since > CUT_OFF)
		come_back(p);
	fire(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct play p = { .s = stage_upon(beginning()),
			  .g = { .bytes = data, .n_bytes = n, .known = known } };

	p.g.a = p.s->a;
	p.g.ctx = &p;
	for (unsigned steps = 0; steps < STEPS_MAX && p.g.n_bytes; steps++)
		step(&p);
	come_back(&p);
	fire(&p);
	must(stage_consistent(p.s), "replay, snapshot and live state differ");
	stage_free(p.s);
	return 0;
}
