/* directory.c: people and by what they are known: enrolled and let go by an administrator of theirs, their keys
 * issued, replaced and revoked; and the sessions that they open and close. What they may do is admin.c's.
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

static void people_readers(struct toc_ask *q, struct toc_draft *d, struct toc_str org)
{
	(void)toc_reader_add(q, d, org, TOC_IF_OWN);
	if (q->org && !toc_str_eq(q->p->org, org))
		(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
}

/* own, or by those who put the first administrator of a new organisation in place (admin.c) */
int toc_rule_person_enrol(struct toc_ask *q)
{
	struct toc_str org = toc_get_text(q->body, "org");
	const struct toc_organisation *o = toc_find_organisation(q->w, org);
	const struct toc_value *names = toc_get(q->body, "roles");
	struct toc_uuid person = toc_get_id(q->body, "person");
	const struct toc_person *p = toc_find_person(q->w, person);

	if (!o)
		return q->org ? toc_refuse_unknown(q, "body.org")
			      : bad(q, "body.org", "domain a.2", "there is no such organisation");
	if (toc_check_admin_of(q, org) < 0)
		return -1;
	if (toc_uuid_is_nil(person))
		return bad(q, "body.person", "domain a.2", "a pseudonym: a UUID");
	if (p && (p->left || !toc_short_is(&p->org, org)))
		return toc_refuse_unknown(q, "body.person");
	if (q->org && toc_len(names))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.roles", "domain a.3.1",
				  "roles: are granted by two (role.grant), not with the enrolment");
	if (p && p->machine != toc_get_bool(q->body, "machine"))
		return TOC_REFUSE(q, STATE, "body.machine", "domain a.2", "machine: a person does not become one");
	if (toc_check_roles(q, o, names, toc_get_bool(q->body, "machine")) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "person.enrol");
	d->subject = toc_arena_printf(q->a, "person:%s", toc_uuid_str(q->a, person).p);
	if (q->org) { /* what they may is as it was */
		struct toc_value *kept = toc_value_map(q->a);
		toc_set(q->a, kept, "roles", toc_role_names(p ? p->roles : 0, q->a));
		toc_set(q->a, toc_decided(d), "enrolled", kept);
	}
	people_readers(q, d, org);
	return 0;
}

int toc_rule_person_leave(struct toc_ask *q)
{
	struct toc_str org = toc_get_text(q->body, "org");
	const struct toc_person *p = toc_find_person(q->w, toc_get_id(q->body, "person"));

	if (toc_check_admin_of(q, org) < 0)
		return -1;
	if (!p || p->left || !toc_short_is(&p->org, org))
		return toc_refuse_unknown(q, "body.person");
	if ((p->roles & TOC_ROLE_AD) && toc_admins(q->w, org) == 1)
		return TOC_REFUSE(q, STATE, "body.person", "domain a.3.1", "person: the organisation's last administrator");
	struct toc_draft *d = toc_ask_draft(q, "person.leave");
	d->subject = toc_arena_printf(q->a, "person:%s", toc_uuid_str(q->a, p->id).p);
	people_readers(q, d, org);
	return 0;
}

/* The longest that what a member issues may be good for. */
#define SIGN_IN_HOURS 72
#define KEY_HOURS (24 * 400)
#define OVERLAP_HOURS (24 * 7)

static int check_expires(struct toc_ask *q, bool sign_in)
{
	toc_time expires = toc_get_time(q->body, "expires", TOC_TIME_NEVER);
	int most = sign_in ? SIGN_IN_HOURS : KEY_HOURS;

	if (!q->org)
		return 0;
	if (!toc_before(q->at, expires))
		return TOC_REFUSE(q, TIME, "body.expires", "domain (e) 12", "expires: is over already");
	if (toc_before(toc_after(q->at, TOC_HOURS(most)), expires))
		return TOC_REFUSE(q, LIMIT, "body.expires", "domain (e) 12", "expires: at most %d hours from now", most);
	return 0;
}

static int check_secret(struct toc_ask *q)
{
	struct toc_uuid id = toc_get_id(q->body, "credential");
	struct toc_hash sha256;

	if (toc_uuid_is_nil(id))
		return bad(q, "body.credential", "domain (e) 12", "an id: a UUID");
	if (q->org && toc_find_credential(q->w, id))
		return TOC_REFUSE(q, STATE, "body.credential", "domain (e) 12", "credential: that id is taken");
	if (toc_hex_decode(toc_get_text(q->body, "sha256"), sha256.b, sizeof sha256.b) < 0)
		return bad(q, "body.sha256", "domain (e) 12", "64 hexadecimal digits");
	if (q->org && toc_world_get(q->w, TOC_OBJECT_secret, TOC_KEY(sha256)))
		return TOC_REFUSE(q, STATE, "body.sha256", "domain (e) 12", "sha256: make another secret");
	return 0;
}

static struct toc_draft *credential_draft(struct toc_ask *q, const char *k, const struct toc_person *p)
{
	struct toc_draft *d = toc_ask_draft(q, k);

	d->subject = toc_arena_printf(q->a, "person:%s", toc_uuid_str(q->a, p->id).p);
	people_readers(q, d, toc_short_str(&p->org));
	return d;
}

static const struct toc_person *whose(struct toc_ask *q)
{
	const struct toc_person *p = toc_find_person(q->w, toc_get_id(q->body, "person"));

	if (p && !p->left && toc_short_is(&p->org, toc_get_text(q->body, "org")))
		return p;
	if (q->org)
		toc_refuse_unknown(q, "body.person");
	else
		bad(q, "body.person", "domain (e) 12", "there is no such person in that organisation");
	return NULL;
}

int toc_rule_credential_issue(struct toc_ask *q)
{
	const struct toc_person *p;
	bool sign_in = toc_get_is(q->body, "kind", "sign_in"), link = toc_get_is(q->body, "kind", "link");

	if (link && q->org)
		return TOC_REFUSE(q, NOT_PERMITTED, "body.kind", "domain (f) 24", "kind: links are the server's to send");
	if (toc_check_admin_of(q, toc_get_text(q->body, "org")) < 0 || !(p = whose(q)) || check_secret(q) < 0)
		return -1;
	if (!sign_in && !link && !toc_get_is(q->body, "kind", "api_key"))
		return bad(q, "body.kind", "domain (e) 12", "api_key, sign_in or link");
	if (sign_in && p->machine && q->org)
		return bad(q, "body.kind", "domain (e) 12", "a machine has a key, and signs in nowhere");
	if (check_expires(q, sign_in) < 0)
		return -1;
	if (link && toc_find_credential(q->w, toc_get_id(q->body, "credential"))) {
		q->verdict->duplicate = true; /* another node, or we before a restart */
		return 0;
	}
	struct toc_draft *d = credential_draft(q, "credential.issue", p);
	return link ? toc_take_scope(q, d) : 0;
}

/* A key of the person's that works. */
static const struct toc_credential *live_key(struct toc_ask *q, const struct toc_person *p, const char *member)
{
	const struct toc_credential *c = toc_find_credential(q->w, toc_get_id(q->body, member));

	if (c && !c->spent && toc_uuid_eq(c->person, p->id) && toc_before(q->at, c->expires))
		return c;
	toc_refuse_unknown(q, toc_arena_printf(q->a, "body.%s", member).p);
	return NULL;
}

int toc_rule_credential_rotate(struct toc_ask *q)
{
	const struct toc_person *p;
	const struct toc_credential *old;

	if (toc_check_admin_of(q, toc_get_text(q->body, "org")) < 0 || !(p = whose(q)) ||
	    !(old = live_key(q, p, "replaces")) || check_secret(q) < 0)
		return -1;
	if (!toc_short_is(&old->type, TOC_STR("api_key")))
		return bad(q, "body.replaces", "domain (e) 12", "only a key is replaced");
	toc_time until = toc_get_time(q->body, "old_until", q->at);
	if (toc_before(toc_after(q->at, TOC_HOURS(OVERLAP_HOURS)), until))
		return TOC_REFUSE(q, LIMIT, "body.old_until", "domain (e) 12", "old_until: at most %d hours from now",
				  OVERLAP_HOURS);
	if (check_expires(q, false) < 0)
		return -1;
	(void)credential_draft(q, "credential.rotate", p);
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

bool toc_is_open_session(const struct toc_credential *c, struct toc_uuid person, struct toc_uuid kept)
{
	return !c->spent && toc_uuid_eq(c->person, person) && !toc_uuid_eq(c->id, kept) &&
	       (toc_short_is(&c->type, TOC_STR("session")) || toc_short_is(&c->type, TOC_STR("link_session")));
}

/* By an administrator, or one's own: somebody has lost a telephone, or left a desk without signing out. The one in which
 * it is said stays; keys, links and letters are ended one by one (credential.revoke). */
int toc_rule_sessions_end(struct toc_ask *q)
{
	const struct toc_person *p = toc_find_person(q->w, toc_get_id(q->body, "person"));
	struct toc_str org = toc_get_text(q->body, "org");
	struct toc_world_cursor cursor = { 0 };
	const struct toc_credential *c;
	int64_t n = 0;

	if (!toc_str_eq(q->p->org, org))
		return toc_refuse_unknown(q, "body.org");
	if (toc_ask_may(q, TOC_IF_OWN | (toc_uuid_eq(q->p->person, toc_get_id(q->body, "person")) ? TOC_IF_CHAIN : 0)) < 0)
		return -1;
	if (!p || !toc_short_is(&p->org, org))
		return toc_refuse_unknown(q, "body.person");
	while ((c = toc_world_next(q->w, TOC_OBJECT_credential, &cursor)))
		n += toc_is_open_session(c, p->id, q->p->session) && toc_before(q->at, c->expires);
	if (!n)
		return TOC_REFUSE(q, STATE, "body.person", "domain (e) 8", "person: no session is open but the one in which you say it");
	struct toc_draft *d = toc_ask_draft(q, "credential.end_sessions");
	struct toc_value *sessions = toc_value_map(q->a);
	d->subject = toc_arena_printf(q->a, "person:%s", toc_uuid_str(q->a, p->id).p);
	toc_set_int(q->a, sessions, "ended", n);
	if (toc_uuid_eq(q->p->person, p->id))
		toc_set_id(q->a, sessions, "kept", q->p->session);
	toc_set(q->a, toc_decided(d), "sessions", sessions);
	session_readers(q, d, org);
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

	if (!p || !o || p->left || o->suspended || !toc_short_is(&p->org, toc_short_str(&c->org)))
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

/* ---- expelled ---- */

const char *toc_world_expelled(const struct toc_world *w, const uint8_t sha256[32], struct toc_uuid *ret_credential,
			       struct toc_uuid *ret_person, struct toc_str *ret_org)
{
	const struct toc_secret *s =
		toc_world_get(w, TOC_OBJECT_secret, (struct toc_str){ (const char *)sha256, 32 });
	const struct toc_credential *c = s ? toc_find_credential(w, s->credential) : NULL;
	const struct toc_person *p = c ? toc_find_person(w, c->person) : NULL;
	const struct toc_organisation *o = c ? toc_find_organisation(w, toc_short_str(&c->org)) : NULL;

	if (!p || !o)
		return NULL;
	*ret_credential = c->id;
	*ret_person = p->id;
	*ret_org = toc_short_str(&o->code);
	return o->suspended ? "suspended"
	       : p->left    ? "left"
	       /* a session that is over was ended by whoever it was */
	       : c->spent && toc_short_is(&c->type, TOC_STR("api_key")) ? "revoked"
									: NULL;
}

int toc_rule_session_refused(struct toc_ask *q)
{
	struct toc_str org = toc_get_text(q->body, "org"), hub = toc_hub(q->w, NULL);
	const struct toc_organisation *o = toc_find_organisation(q->w, org);
	struct toc_draft *d = toc_ask_draft(q, "session.refused");

	d->ref = toc_get_id(q->body, "credential");
	d->subject = toc_arena_printf(q->a, "person:%.*s", TOC_STR_ARGS(toc_get_text(q->body, "person")));
	toc_set(q->a, toc_decided(d), "readers", toc_value_list(q->a));
	(void)toc_reader_add(q, d, org, TOC_IF_OWN);
	if (o && o->suspended && hub.n) /* nobody is there to be told */
		(void)toc_reader_add(q, d, hub, 0);
	return 0;
}
