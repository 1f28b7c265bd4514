/* directory.c: organisations, people, credentials, national rules: who is there and may be known. Entries
 * that only the server makes today (a directory is seeded), and the sessions that people open and close.
 *
 * A credential is known by the SHA-256 of its secret. A sign-in token is good once: redeeming it is an entry,
 * so two nodes cannot both take it. Source: rules a.1, a.2, a.3.1; TCO 3(5). */
#include "domain/rule.h"

#define SESSION_HOURS 12
#define LINK_SESSION_HOURS 4 /* of a link that lasts longer: it can be opened again */
#define LINK_OPENINGS_MAX 100 /* each is an entry */

static int bad(struct toc_ask *q, const char *field, const char *clause, const char *what)
{
	return TOC_REFUSE(q, BAD_VALUE, field, clause, "%s: %s", field, what);
}

static bool is_code(struct toc_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!letter && (i == 0 || (c != '.' && c != '_' && c != '-')))
			return false;
	}
	return s.n >= 1 && s.n <= 32 && !toc_str_is(s, "server");
}

int toc_rule_org(struct toc_ask *q)
{
	struct toc_str code = toc_get_text(q->body, "code");
	const struct toc_value *names = toc_get(q->body, "kinds");
	toc_kinds kinds = 0;

	if (!is_code(code))
		return bad(q, "body.code", "domain a.1",
			   "letters, digits and . _ - , at most 32, not \"server\"");
	for (size_t i = 0; i < toc_len(names); i++) {
		toc_kinds kind = toc_kind_bit(toc_text_of(toc_at(names, i)));
		if (!kind)
			return bad(q, "body.kinds", "domain a.1", "there is no such kind of organisation");
		kinds |= kind;
	}
	if (!toc_kinds_combine(kinds))
		return bad(q, "body.kinds", "domain a.1",
			   "these kinds do not go together in one organisation");
	struct toc_draft *d = toc_ask_draft(q, "org.admit");
	d->subject = toc_arena_printf(q->a, "org:%.*s", TOC_STR_ARGS(code));
	(void)toc_reader_add(q, d, code, TOC_IF_OWN);
	return 0;
}

int toc_rule_person(struct toc_ask *q)
{
	struct toc_str org = toc_get_text(q->body, "org");
	const struct toc_organisation *o = toc_find_organisation(q->w, org);
	const struct toc_value *names = toc_get(q->body, "roles");
	struct toc_uuid person = toc_get_id(q->body, "person");

	if (!o)
		return bad(q, "body.org", "domain a.2", "there is no such organisation");
	if (toc_uuid_is_nil(person))
		return bad(q, "body.person", "domain a.2", "a pseudonym: a UUID");
	for (size_t i = 0; i < toc_len(names); i++) {
		toc_roles role = toc_role_bit(toc_text_of(toc_at(names, i)));
		if (!(role & toc_roles_held_in(o->kinds)))
			return bad(q, "body.roles", "domain a.3.1",
				   "the role may not be held in an organisation of this kind");
		if (toc_get_bool(q->body, "machine") != (role == TOC_ROLE_SV))
			return bad(q, "body.machine", "domain a.2",
				   "a machine is a service_account, and only that");
	}
	struct toc_draft *d = toc_ask_draft(q, "person.enrol");
	d->subject = toc_arena_printf(q->a, "person:%s", toc_uuid_str(q->a, person).p);
	(void)toc_reader_add(q, d, org, TOC_IF_OWN);
	return 0;
}

int toc_rule_credential(struct toc_ask *q)
{
	const struct toc_person *p = toc_find_person(q->w, toc_get_id(q->body, "person"));
	struct toc_str org = toc_get_text(q->body, "org");
	struct toc_hash sha256;

	if (!p || !toc_short_is(&p->org, org))
		return bad(q, "body.person", "domain (e) 12", "there is no such person in that organisation");
	if (toc_uuid_is_nil(toc_get_id(q->body, "credential")))
		return bad(q, "body.credential", "domain (e) 12", "an id: a UUID");
	if (toc_hex_decode(toc_get_text(q->body, "sha256"), sha256.b, sizeof sha256.b) < 0)
		return bad(q, "body.sha256", "domain (e) 12", "64 hexadecimal digits");
	bool link = toc_get_is(q->body, "kind", "link");
	if (!link && !toc_get_is(q->body, "kind", "api_key") && !toc_get_is(q->body, "kind", "sign_in"))
		return bad(q, "body.kind", "domain (e) 12", "api_key, sign_in or link");
	if (link && toc_find_credential(q->w, toc_get_id(q->body, "credential"))) {
		q->verdict->duplicate = true; /* another node, or we before a restart */
		return 0;
	}
	struct toc_draft *d = toc_ask_draft(q, "credential.issue");
	if (link && toc_take_scope(q, d) < 0)
		return -1;
	d->subject = toc_arena_printf(q->a, "person:%s", toc_uuid_str(q->a, p->id).p);
	(void)toc_reader_add(q, d, org, TOC_IF_OWN);
	return 0;
}

int toc_rule_policy(struct toc_ask *q)
{
	struct toc_str cc = toc_get_text(q->body, "cc");
	const struct toc_value *desks = toc_get(q->body, "desks");
	const struct toc_country *c = toc_find_country(q->w, cc);

	if (cc.n != 2)
		return bad(q, "body.cc", "domain M4", "two letters");
	for (size_t i = 0; i < toc_len(desks); i++)
		if (!toc_find_organisation(q->w, toc_get_text(toc_at(desks, i), "org")))
			return bad(q, "body.desks.org", "domain M4", "there is no such organisation");
	for (uint32_t i = 0; c && i < c->n_rules; i++)
		if (c->rules[i].version >= toc_get_int(q->body, "version", 0))
			return TOC_REFUSE(q, STATE, "body.version", "domain M4",
					  "version: %lld is there already", (long long)c->rules[i].version);
	struct toc_draft *d = toc_ask_draft(q, "policy.national");
	d->subject = TOC_STR("system");
	for (uint32_t i = 0; c && i < c->n_members; i++)
		(void)toc_reader_add(q, d, toc_short_str(&c->members[i].org), TOC_IF_OWN);
	return 0;
}

/* The words of an activation: every member may read them. */
int toc_rule_vocabulary(struct toc_ask *q)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_vocabulary *v;

	while ((v = toc_world_next(q->w, TOC_OBJECT_vocabulary, &cursor)))
		if (v->version >= toc_get_int(q->body, "version", 0))
			return TOC_REFUSE(q, STATE, "body.version", "domain (j) 1",
					  "version: %lld is there already", (long long)v->version);
	struct toc_draft *d = toc_ask_draft(q, "policy.vocabulary");
	d->subject = TOC_STR("system");
	toc_tell(q, d, TOC_TO_EVERYBODY, 0);
	return 0;
}

/* ---- sessions ---- */

/* Own admins and data protection officer; and who controls an exercise the organisation takes part in. */
static void session_readers(struct toc_ask *q, struct toc_draft *d, struct toc_str org)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_exercise *x;

	(void)toc_reader_add(q, d, org, TOC_IF_OWN);
	while ((x = toc_world_next(q->w, TOC_OBJECT_exercise, &cursor)))
		if (!x->ended && toc_exercise_has(x, org))
			(void)toc_reader_add(q, d, toc_short_str(&x->control), 0);
}

int toc_rule_session_close(struct toc_ask *q)
{
	const struct toc_credential *c = toc_find_credential(q->w, toc_get_id(q->body, "session"));

	if (!c || c->spent || !toc_str_is(toc_short_str(&c->type), "session") ||
	    (q->org && !toc_uuid_eq(c->person, q->p->person)))
		return toc_refuse_unknown(q, "body.session");
	if (toc_ask_may(q, TOC_IF_OWN) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "session.close");
	d->ref = c->id;
	d->subject = toc_arena_printf(q->a, "person:%s", toc_uuid_str(q->a, c->person).p);
	session_readers(q, d, toc_short_str(&c->org));
	return 0;
}

static const struct toc_credential *by_secret(const struct toc_world *w, const char *type,
					      const uint8_t sha256[32], toc_time now)
{
	const struct toc_secret *s =
		toc_world_get(w, TOC_OBJECT_secret, (struct toc_str){ (const char *)sha256, 32 });
	const struct toc_credential *c = s ? toc_find_credential(w, s->credential) : NULL;

	return c && toc_str_is(toc_short_str(&c->type), type) && toc_credential_is_good(w, c, now) ? c : NULL;
}

int toc_world_credential(const struct toc_world *w, const char *kind, const uint8_t sha256[32], toc_time now,
			 struct toc_principal *ret_principal, toc_time *ret_expires)
{
	const struct toc_credential *c = by_secret(w, kind, sha256, now);
	const struct toc_person *p = c ? toc_find_person(w, c->person) : NULL;
	const struct toc_organisation *o = c ? toc_find_organisation(w, toc_short_str(&c->org)) : NULL;

	if (!p || !o || !toc_short_is(&p->org, toc_short_str(&c->org)))
		return -1;
	bool key = toc_str_is(toc_short_str(&c->type), "api_key");
	*ret_principal = (struct toc_principal){
		.org = toc_short_str(&o->code),
		.person = p->id,
		.machine = p->machine,
		.channel = key ? TOC_STR("api") : toc_uuid_is_nil(c->about) ? TOC_STR("console") : TOC_STR("e-mail"),
		.session = c->id,
		.exercise_only = key && o->exercise_only,
	};
	if (ret_expires)
		*ret_expires = c->expires;
	return 0;
}

/* The session.open of a token of this kind, or a refusal. @return the draft, or NULL */
static struct toc_draft *open_session(struct toc_ask *q, const char *kind, const uint8_t token_sha256[32],
				      const uint8_t session_sha256[32], toc_dur life, struct toc_principal *ret_principal)
{
	struct toc_arena *a = q->a;
	toc_time expires, until = toc_after(q->now, life);

	if (toc_world_credential(q->w, kind, token_sha256, q->now, ret_principal, &expires) < 0) {
		TOC_REFUSE(q, NOT_AUTHENTICATED, "token", "TCO 3(5)",
			   "the link is not, or no longer, good: ask for a new one");
		return NULL;
	}
	const struct toc_principal *p = ret_principal;
	struct toc_uuid session = toc_uuid_named("session", (struct toc_str){ (const char *)session_sha256, 32 });
	/* what is good once has one entry on all nodes; of a link each opening is one */
	bool once = toc_uuid_is_nil(toc_find_credential(q->w, p->session)->about);
	struct toc_draft *d = toc_ask_server_draft(q, "session.open", "session", once ? p->session : session);
	struct toc_value *body = toc_get(d->message, "body"), *actor = (struct toc_value *)(uintptr_t)d->actor;
	d->ref = p->session;
	d->org = toc_arena_str(a, p->org);
	d->subject = toc_arena_printf(a, "person:%s", toc_uuid_str(a, p->person).p);
	toc_set_id(a, body, "session", session);
	toc_set_id(a, body, "person", p->person);
	toc_set_text(a, body, "org", p->org);
	toc_set_text(a, body, "sha256", toc_hex(a, session_sha256, 32));
	toc_set_time(a, body, "expires", until);
	toc_set_id(a, body, "credential", p->session);
	toc_set_id(a, actor, "person", p->person);
	toc_set_text(a, actor, "channel", p->channel);
	toc_set_id(a, actor, "session", session);
	session_readers(q, d, p->org);
	return d;
}

#define OPENS(w_, a_, now_, verdict_)                                                                        \
	{ .w = (w_), .a = (a_), .now = (now_), .at = (now_), .mode = TOC_MODE_SYSTEM, .verdict = (verdict_) }

int toc_decide_sign_in(const struct toc_world *w, const uint8_t token_sha256[32],
		       const uint8_t session_sha256[32], toc_time now, struct toc_arena *a,
		       struct toc_verdict *ret_verdict)
{
	struct toc_principal p;
	struct toc_ask q = OPENS(w, a, now, ret_verdict);

	*ret_verdict = (struct toc_verdict){ 0 };
	return open_session(&q, "sign_in", token_sha256, session_sha256, TOC_HOURS(SESSION_HOURS), &p) ? 0 : -1;
}

int toc_decide_open_link(const struct toc_world *w, const uint8_t token_sha256[32],
			 const uint8_t session_sha256[32], toc_time now, struct toc_arena *a,
			 struct toc_verdict *ret_verdict)
{
	struct toc_principal p;
	struct toc_ask q = OPENS(w, a, now, ret_verdict);

	*ret_verdict = (struct toc_verdict){ 0 };
	const struct toc_credential *c = by_secret(w, "link", token_sha256, now);
	if (c && c->opened >= LINK_OPENINGS_MAX)
		return TOC_REFUSE(&q, NOT_AUTHENTICATED, "token", "TCO 3(5)", "the link was opened %d times: ask for a new one",
				  LINK_OPENINGS_MAX);
	struct toc_draft *d = open_session(&q, "link", token_sha256, session_sha256, TOC_HOURS(LINK_SESSION_HOURS), &p);
	if (!d)
		return -1;
	struct toc_value *scope = toc_value_map(a);
	toc_set_id(a, scope, "message", c->about);
	toc_set_id(a, scope, "case", c->threat);
	toc_set_id(a, scope, "incident", c->incident);
	toc_set_int(a, scope, "from", c->since);
	toc_set(a, toc_decided(d), "scope", scope);
	if (c->opened) /* on another device, or again */
		toc_set_int(a, toc_decided(d), "opened_before", c->opened);
	return 0;
}
