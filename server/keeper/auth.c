/* auth.c: who somebody is. The front hands on a secret; the state knows SHA-256 sums; the answer is a grant.
 *
 * Unknown, expired, used and revoked are one answer. Wrong secrets are answered late: 100 ms for the first
 * from an address, doubling to 5 s, forgotten after ten quiet minutes; right ones never wait, so that nobody
 * can lock out a person on duty who shares an address with an attacker. Secrets are 256 random bits and are
 * looked up by their digest, so neither guessing nor timing the look-up leads anywhere.
 *
 * Tickets (for browsers, which cannot send a header when they open a socket) live here and only here: 30
 * seconds, once. Grants live nowhere: the front carries them. */
#include "keeper/core.h"

#include "base/map.h"
#include "domain/permission.h"
#include "domain/world.h"
#include "ipc/grant.h"
#include "message/catalogue.h"
#include "message/json.h"

#include <stdlib.h>
#include <string.h>

#define TICKET_LIFE_US 30000000
#define PENALTY_US 100000
#define PENALTY_MAX_US 5000000
#define WAITS 7 /* 100 ms, 200 ms … 3.2 s, 5 s */
#define QUIET_US 600000000
#define ADDRESS_MAX 64 /* bytes of one as text; of an IPv6 address with its zone fewer */

enum { AUTH_API_KEY = 1, AUTH_SESSION = 2, AUTH_TICKET = 3, AUTH_LINK = 4 };

struct ticket {
	struct ticket *next;
	uint8_t sha256[32];
	struct toc_grant grant; /* texts in `text` */
	int64_t until_us;
	char text[64];
};
struct address { /* in two orders: by name, and by when it failed last */
	struct address *next, *before;
	unsigned failures;
	int64_t last_us;
	size_t n;
	char name[];
};
struct late { /* a refusal that is held back */
	struct late *next;
	unsigned front;
	uint64_t conn;
	enum toc_refusal_code code;
	int64_t at_us;
};
struct attempt { /* with a credential that was good once: entered, once an hour for each */
	struct toc_uuid credential;
	int64_t at_us;
};
#define ATTEMPTS 256
#define ATTEMPT_US 3600000000

struct toc_auth {
	struct attempt attempts[ATTEMPTS]; /* the oldest gives way */
	unsigned next_attempt;
	struct ticket *tickets, **tickets_end; /* oldest first */
	size_t n_tickets;
	struct toc_map *addresses;
	struct address *oldest, *newest;
	struct {
		struct late *first, **end;
	} late[WAITS]; /* each waits as long as the others of its queue, so what comes is last */
	size_t n_late;
};

struct toc_auth *toc_auth_new(void)
{
	struct toc_auth *a = calloc(1, sizeof *a);
	if (!a)
		abort();
	a->tickets_end = &a->tickets;
	a->addresses = toc_map_new();
	for (unsigned i = 0; i < WAITS; i++)
		a->late[i].end = &a->late[i].first;
	return a;
}

static void take_out(struct toc_auth *a, struct address *one)
{
	*(one->before ? &one->before->next : &a->oldest) = one->next;
	*(one->next ? &one->next->before : &a->newest) = one->before;
}

static void put_last(struct toc_auth *a, struct address *one)
{
	one->next = NULL;
	one->before = a->newest;
	*(a->newest ? &a->newest->next : &a->oldest) = one;
	a->newest = one;
}

/* Those that are quiet: whoever fails from ever new addresses makes nobody look through all of them. */
static void forget_addresses(struct toc_auth *a, int64_t quiet_since)
{
	while (a->oldest && a->oldest->last_us < quiet_since) {
		struct address *one = a->oldest;
		take_out(a, one);
		toc_map_remove(a->addresses, (struct toc_str){ one->name, one->n });
		free(one);
	}
}

static struct late *first_of(const struct toc_auth *a, unsigned *ret_queue)
{
	const struct late *first = NULL;
	for (unsigned i = 0; i < WAITS; i++)
		if (a->late[i].first && (!first || a->late[i].first->at_us < first->at_us)) {
			first = a->late[i].first;
			*ret_queue = i;
		}
	return (struct late *)(uintptr_t)first;
}

/* @param at where it hangs in its queue */
static void late_free(struct toc_auth *a, unsigned queue, struct late **at)
{
	struct late *l = *at;
	*at = l->next;
	if (!l->next)
		a->late[queue].end = at;
	a->n_late--;
	free(l);
}

void toc_auth_free(struct toc_auth *a)
{
	if (!a)
		return;
	for (struct ticket *t = a->tickets, *next; t; t = next) {
		next = t->next;
		free(t);
	}
	for (unsigned i = 0; i < WAITS; i++)
		while (a->late[i].first)
			late_free(a, i, &a->late[i].first);
	forget_addresses(a, INT64_MAX);
	toc_map_free(a->addresses);
	free(a);
}

/* ---- refusing ---- */

static void send_fail(struct toc_keeper *k, unsigned front, uint64_t conn, enum toc_refusal_code code)
{
	const char *detail = "The credential is not, or no longer, valid.";
	if (code == TOC_REFUSE_DATABASE_AWAY)
		detail = "The database cannot be reached; signing in has to wait.";
	else if (code == TOC_REFUSE_BUSY)
		detail = "The server cannot look at credentials now; try again in a second.";
	toc_count_as(TOC_METRIC_KEEPER_REFUSED, code);
	toc_ipc_begin(&k->out, TOC_IPC_AUTH_FAIL);
	toc_ipc_u64(&k->out, conn);
	toc_ipc_u16(&k->out, (uint16_t)code);
	toc_ipc_str(&k->out, toc_str_of(detail));
	toc_send(k, front);
}

/* @return which of the waits */
static unsigned penalty(struct toc_keeper *k, struct toc_str peer)
{
	struct toc_auth *a = k->auth;
	const size_t most = (size_t)k->limits.failing_addresses;
	int64_t now = toc_clock_mono_us();
	struct address *one = toc_map_get(a->addresses, peer);
	if (!one) {
		if (toc_map_count(a->addresses) >= most)
			forget_addresses(a, now - QUIET_US);
		if (toc_map_count(a->addresses) >= most) {
			toc_limit_hit(TOC_LIMIT_failing_addresses);
			return WAITS - 1;
		}
		one = toc_must_realloc(NULL, sizeof *one + peer.n);
		*one = (struct address){ .n = peer.n };
		memcpy(one->name, peer.p, peer.n);
		toc_map_put(a->addresses, peer, one);
	} else {
		take_out(a, one);
		if (now - one->last_us > QUIET_US)
			one->failures = 0;
	}
	put_last(a, one);
	one->last_us = now;
	return one->failures < WAITS - 1 ? one->failures++ : WAITS - 1;
}

static void fail(struct toc_keeper *k, unsigned front, uint64_t conn, struct toc_str peer)
{
	struct toc_auth *a = k->auth;
	unsigned queue = penalty(k, peer);
	if (a->n_late >= (size_t)k->limits.late_refusals) {
		toc_limit_hit(TOC_LIMIT_late_refusals);
		send_fail(k, front, conn, TOC_REFUSE_BUSY);
		return;
	}
	struct late *l = calloc(1, sizeof *l);
	if (!l)
		abort();
	*l = (struct late){ .front = front,
			    .conn = conn,
			    .code = TOC_REFUSE_NOT_AUTHENTICATED,
			    .at_us = toc_clock_mono_us() + (queue < WAITS - 1 ? (int64_t)PENALTY_US << queue : PENALTY_MAX_US) };
	*a->late[queue].end = l;
	a->late[queue].end = &l->next;
	a->n_late++;
	toc_log(TOC_LOG_INFO, "not_authenticated", "a credential was not accepted");
}

void toc_auth_turn(struct toc_keeper *k)
{
	struct toc_auth *a = k->auth;
	const struct late *l;
	unsigned queue;
	int64_t now = toc_clock_mono_us();
	while ((l = first_of(a, &queue)) && l->at_us <= now) {
		send_fail(k, l->front, l->conn, l->code);
		late_free(a, queue, &a->late[queue].first);
	}
}

int64_t toc_auth_next_us(const struct toc_keeper *k)
{
	unsigned queue;
	const struct late *l = first_of(k->auth, &queue);
	return l ? l->at_us : INT64_MAX;
}

void toc_auth_front_gone(struct toc_keeper *k, unsigned front)
{
	for (unsigned i = 0; i < WAITS; i++)
		for (struct late **at = &k->auth->late[i].first; *at;)
			if ((*at)->front == front)
				late_free(k->auth, i, at);
			else
				at = &(*at)->next;
}

/* Who was shown out and knocks again is answered like a stranger; that they did is on record. */
static void enter_attempt(struct toc_keeper *k, const uint8_t sha256[32])
{
	struct toc_auth *a = k->auth;
	struct toc_uuid credential, person;
	struct toc_str org;
	int64_t now = toc_clock_mono_us();
	const char *why = toc_world_expelled(toc_keeper_world(k), sha256, &credential, &person, &org);

	if (!why || k->phase == TOC_AWAY)
		return;
	for (unsigned i = 0; i < ATTEMPTS; i++)
		if (toc_uuid_eq(a->attempts[i].credential, credential) && now - a->attempts[i].at_us < ATTEMPT_US)
			return;
	a->attempts[a->next_attempt++ % ATTEMPTS] = (struct attempt){ credential, now };
	struct toc_work *w = toc_server_work(k, "session", "refused");
	struct toc_value *body = toc_get(w->command.message, "body");
	toc_set_text(w->arena, body, "credential", toc_uuid_str(w->arena, credential));
	toc_set_text(w->arena, body, "person", toc_uuid_str(w->arena, person));
	toc_set_text(w->arena, body, "org", org);
	toc_set_cstr(w->arena, body, "why", why);
	toc_keeper_put(k, w);
}

/* ---- granting ---- */

static struct toc_value *welcome(struct toc_keeper *k, struct toc_arena *a, const struct toc_principal *p,
				 toc_time now)
{
	const struct toc_world *w = toc_keeper_world(k);
	struct toc_value *v = toc_world_welcome(w, p, now, a);
	toc_set_cstr(a, v, "protocol", "tocsin.v1");
	toc_set_cstr(a, v, "catalogue", TOC_SCHEMA_VERSION);
	toc_set_cstr(a, v, "node", k->o.node);
	if (k->o.other_nodes && !p->machine)
		toc_set(a, v, "nodes", toc_value_copy(a, k->o.other_nodes));
	toc_set_text(a, v, "server_time", toc_time_str(a, now));
	toc_set_int(a, v, "tip", (int64_t)toc_world_size(k->world) - 1);
	toc_outside_welcome(k, a, p, v);
	if (k->o.log_vkey) {
		struct toc_value *log = toc_value_map(a);
		toc_set_cstr(a, log, "vkey", k->o.log_vkey);
		toc_set(a, v, "log", log);
	}
	toc_set_cstr(a, v, "database", k->phase == TOC_AWAY ? "away" : "up");
	return v;
}

/* What they may read now: 0 when the session or key, the person or the organisation is no longer good. */
static toc_roles rights(const struct toc_keeper *k, const struct toc_principal *p, toc_time now)
{
	const struct toc_world *w = toc_keeper_world(k);
	return toc_credential_is_good(w, toc_find_credential(w, p->session), now) ? toc_world_roles(w, p) : 0;
}

/* An administrator of the operator's: may see health and counts. Source: rules a.3.1 */
static bool is_operator(const struct toc_keeper *k, const struct toc_principal *p, toc_roles roles)
{
	const struct toc_organisation *o = toc_find_organisation(toc_keeper_world(k), p->org);
	return o && (o->kinds & TOC_KIND_OPR) && (roles & TOC_ROLE_AD);
}

/* @return whether the rights are there; then AUTH_OK is sent */
static bool admit(struct toc_keeper *k, struct toc_arena *a, unsigned front, uint64_t conn,
		  const struct toc_principal *p, toc_time expires)
{
	toc_time now = toc_keeper_now(k), until = toc_after(now, TOC_GRANT_LIFE);
	toc_roles roles = rights(k, p, now);
	if (!roles)
		return false;
	if (toc_before(expires, until))
		until = expires;
	struct toc_scope link = { 0 };
	bool by_link = toc_world_scope(toc_keeper_world(k), p->session, &link);
	const struct toc_grant g = { .scoped = by_link,
				     .message = link.message,
				     .case_ref = link.case_ref,
				     .incident = link.incident,
				     .from = link.from,
				     .as_of = toc_world_size(k->world),
				     .session = p->session,
				     .person = p->person,
				     .org = p->org,
				     .channel = p->channel,
				     .roles = roles,
				     .machine = p->machine,
				     .exercise_only = p->exercise_only,
				     .operates = is_operator(k, p, roles),
				     .expires = until };
	toc_ipc_begin(&k->out, TOC_IPC_AUTH_OK);
	toc_ipc_u64(&k->out, conn);
	toc_ipc_str(&k->out, toc_grant_seal(a, k->o.grant_key, &g));
	toc_ipc_id(&k->out, by_link ? link.link : p->session);
	toc_ipc_id(&k->out, p->person);
	toc_ipc_str(&k->out, p->org);
	toc_ipc_u32(&k->out, roles);
	toc_ipc_u8(&k->out, (uint8_t)((p->machine ? 1 : 0) | (p->exercise_only ? 2 : 0) |
				 (g.operates ? 4 : 0) | (by_link ? 8 : 0)));
	toc_ipc_u64(&k->out, (uint64_t)until.us);
	toc_ipc_str(&k->out, toc_json_str(a, welcome(k, a, p, now)));
	toc_send(k, front);
	return true;
}

static void principal_of(const struct toc_grant *g, struct toc_principal *ret)
{
	*ret = (struct toc_principal){ .org = g->org,
				       .person = g->person,
				       .machine = g->machine,
				       .channel = g->channel,
				       .session = g->session,
				       .exercise_only = g->exercise_only };
}

int toc_auth_principal(struct toc_keeper *k, struct toc_arena *a, struct toc_str grant,
		       struct toc_principal *ret, struct toc_refusal *ret_refusal)
{
	struct toc_grant g;
	int r = toc_grant_open(a, k->o.grant_key, grant, toc_keeper_now(k), &g);
	/* One that has run out would be renewed for the asking, after the same look at the rights as follows here. The
	 * front does that every minute; but the machine's clock may have been set forward, and a threat does not
	 * wait for it. */
	if (r < 0 && r != TOC_ETIMEOUT)
		return toc_refuse(ret_refusal, TOC_REFUSE_NOT_AUTHENTICATED, "", "", "This is no session of ours.");
	principal_of(&g, ret);
	if (!rights(k, ret, toc_keeper_now(k)))
		return toc_refuse(ret_refusal, TOC_REFUSE_NOT_AUTHENTICATED, "", "",
				  "The session has ended.");
	return 0;
}

/* ---- tickets ---- */

static void drop_tickets(struct toc_keeper *k, int64_t now)
{
	struct toc_auth *a = k->auth;
	while (a->tickets &&
	       (a->tickets->until_us <= now || a->n_tickets > (size_t)k->limits.tickets)) {
		struct ticket *t = a->tickets;
		if (t->until_us > now)
			toc_limit_hit(TOC_LIMIT_tickets);
		a->tickets = t->next;
		if (!a->tickets)
			a->tickets_end = &a->tickets;
		a->n_tickets--;
		free(t);
	}
}

/* Nobody voids the tickets of others by asking for many. */
static void drop_oldest_of(struct toc_keeper *k, struct toc_uuid session)
{
	struct toc_auth *a = k->auth;
	struct ticket **oldest = NULL;
	size_t n = 0;

	for (struct ticket **at = &a->tickets; *at; at = &(*at)->next)
		if (toc_uuid_eq((*at)->grant.session, session) && n++ == 0)
			oldest = at;
	if (n < (size_t)k->limits.tickets_per_session)
		return;
	toc_limit_hit(TOC_LIMIT_tickets_per_session);
	struct ticket *t = *oldest;
	*oldest = t->next;
	if (!*oldest)
		a->tickets_end = oldest;
	a->n_tickets--;
	free(t);
}

static void make_ticket(struct toc_keeper *k, struct toc_arena *a, unsigned front, uint64_t conn,
			struct toc_str grant)
{
	struct toc_auth *auth = k->auth;
	struct toc_principal p;
	struct toc_refusal why;
	struct toc_grant g;
	uint8_t random[32];

	if (toc_auth_principal(k, a, grant, &p, &why) < 0 ||
	    toc_grant_open(a, k->o.grant_key, grant, toc_keeper_now(k), &g) < 0 ||
	    g.org.n + g.channel.n > 64 || g.scoped) { /* a link opens no socket */
		send_fail(k, front, conn, TOC_REFUSE_NOT_AUTHENTICATED);
		return;
	}
	drop_tickets(k, toc_clock_mono_us());
	drop_oldest_of(k, g.session);
	struct ticket *t = calloc(1, sizeof *t);
	if (!t)
		abort();
	toc_random(random, sizeof random);
	struct toc_str text = toc_base64url(a, random, sizeof random);
	struct toc_sha256 digest = toc_sha256(text);
	memcpy(t->sha256, digest.b, sizeof t->sha256);
	memcpy(t->text, g.org.p, g.org.n);
	memcpy(t->text + g.org.n, g.channel.p, g.channel.n);
	t->grant = g;
	t->grant.org.p = t->text;
	t->grant.channel.p = t->text + g.org.n;
	t->until_us = toc_clock_mono_us() + TICKET_LIFE_US;
	*auth->tickets_end = t;
	auth->tickets_end = &t->next;
	auth->n_tickets++;
	drop_tickets(k, toc_clock_mono_us());
	toc_ipc_begin(&k->out, TOC_IPC_TICKETED);
	toc_ipc_u64(&k->out, conn);
	toc_ipc_str(&k->out, text);
	toc_send(k, front);
}

/* Once: it is taken out whatever comes of it. */
static bool redeem_ticket(struct toc_keeper *k, struct toc_arena *a, struct toc_sha256 digest,
			  struct toc_principal *ret)
{
	struct toc_auth *auth = k->auth;
	drop_tickets(k, toc_clock_mono_us());
	for (struct ticket **at = &auth->tickets; *at; at = &(*at)->next) {
		struct ticket *t = *at;
		if (memcmp(t->sha256, digest.b,
			   sizeof t->sha256)) /* of digests: tells nothing of the secret */
			continue;
		t->grant.org = toc_arena_str(a, t->grant.org);
		t->grant.channel = toc_arena_str(a, t->grant.channel);
		principal_of(&t->grant, ret);
		*at = t->next;
		if (!t->next)
			auth->tickets_end = at;
		auth->n_tickets--;
		free(t);
		return true;
	}
	return false;
}

/* ---- frames ---- */

static void authenticate(struct toc_keeper *k, struct toc_arena *a, unsigned front, struct toc_frame *f)
{
	uint64_t conn = toc_frame_u64(f);
	unsigned kind = toc_frame_u8(f);
	struct toc_str secret = toc_frame_str(f), peer = toc_frame_str(f);
	unsigned channel = toc_frame_u8(f);
	if (peer.n > ADDRESS_MAX) /* they are kept */
		f->bad = true;
	if (!toc_frame_end(f))
		return;
	struct toc_sha256 digest = toc_sha256(secret);
	struct toc_principal p;
	toc_time expires = TOC_TIME_NEVER;
	bool known;
	if (kind == AUTH_TICKET) {
		known = redeem_ticket(k, a, digest, &p);
	} else {
		static const char *const kinds[] = { [AUTH_API_KEY] = "api_key", [AUTH_SESSION] = "session",
						     [AUTH_LINK] = "link_session" };
		known = kind <= AUTH_LINK && kinds[kind] &&
			toc_world_credential(toc_keeper_world(k), kinds[kind], digest.b, toc_keeper_now(k), &p, &expires) == 0;
		if (known && kind != AUTH_LINK)
			p.channel = channel ? TOC_STR("console") : TOC_STR("api");
	}
	if (known && admit(k, a, front, conn, &p, expires))
		return;
	enter_attempt(k, digest.b);
	fail(k, front, conn, peer);
}

static void sign_in(struct toc_keeper *k, unsigned front, struct toc_frame *f)
{
	struct toc_work *w = toc_work_new(TOC_WORK_SIGN_IN);
	uint8_t random[32];
	w->by_link = f->number == TOC_IPC_OPEN_LINK;
	w->front = front;
	w->conn = toc_frame_u64(f);
	struct toc_sha256 token = toc_sha256(toc_frame_str(f));
	w->peer = toc_arena_str(w->arena, toc_frame_str(f));
	if (w->peer.n > ADDRESS_MAX)
		f->bad = true;
	if (!toc_frame_end(f)) {
		toc_work_free(w);
		return;
	}
	toc_random(random, sizeof random);
	w->secret = toc_base64url(w->arena, random, sizeof random);
	struct toc_sha256 session = toc_sha256(w->secret);
	memcpy(w->token, token.b, sizeof w->token);
	memcpy(w->session, session.b, sizeof w->session);
	toc_keeper_put(k, w);
}

void toc_auth_signed_in(struct toc_keeper *k, const struct toc_work *w)
{
	struct toc_principal p;
	toc_time expires;
	if (w->outcome == TOC_WORK_REFUSED &&
	    (w->refusal.code == TOC_REFUSE_DATABASE_AWAY || w->refusal.code == TOC_REFUSE_BUSY)) {
		send_fail(k, w->front, w->conn, w->refusal.code);
		return;
	}
	if (w->outcome == TOC_WORK_REFUSED || toc_world_credential(toc_keeper_world(k), w->by_link ? "link_session" : "session",
								   w->session, toc_keeper_now(k), &p, &expires) < 0) {
		fail(k, w->front, w->conn, w->peer);
		return;
	}
	toc_ipc_begin(&k->out, TOC_IPC_SIGNED_IN);
	toc_ipc_u64(&k->out, w->conn);
	toc_ipc_str(&k->out, w->secret);
	toc_ipc_u64(&k->out, (uint64_t)expires.us);
	toc_ipc_str(&k->out, toc_json_str(w->arena, welcome(k, w->arena, &p, toc_keeper_now(k))));
	toc_send(k, w->front);
}

static void sign_out(struct toc_keeper *k, struct toc_arena *a, struct toc_str grant)
{
	struct toc_grant g;
	int r = toc_grant_open(a, k->o.grant_key, grant, toc_keeper_now(k), &g);
	if (r < 0 && r != TOC_ETIMEOUT) /* who signs out late signs out, too */
		return;
	struct toc_work *w = toc_server_work(k, "session", "close");
	struct toc_value *body = toc_get(w->command.message, "body");
	toc_set_text(w->arena, body, "session", toc_uuid_str(w->arena, g.session));
	toc_set_text(w->arena, body, "person", toc_uuid_str(w->arena, g.person));
	toc_set_text(w->arena, body, "org", g.org);
	toc_keeper_put(k, w);
}

static void renew(struct toc_keeper *k, struct toc_arena *a, unsigned front, uint64_t conn,
		  struct toc_str grant)
{
	struct toc_grant g;
	struct toc_principal p;
	int r = toc_grant_open(a, k->o.grant_key, grant, toc_keeper_now(k), &g);
	if (r == 0 || r == TOC_ETIMEOUT) {
		principal_of(&g, &p);
		if (admit(k, a, front, conn, &p, TOC_TIME_NEVER))
			return;
	}
	send_fail(k, front, conn, TOC_REFUSE_NOT_AUTHENTICATED);
}

void toc_auth_frame(struct toc_keeper *k, unsigned front, struct toc_frame *f)
{
	struct toc_arena *a = toc_arena_new();
	uint64_t conn;
	struct toc_str grant;
	if (!toc_keeper_knows(k)) {
		send_fail(k, front, toc_frame_u64(f), TOC_REFUSE_BUSY);
		toc_arena_free(a);
		return;
	}
	switch (f->number) {
	case TOC_IPC_AUTH: authenticate(k, a, front, f); break;
	case TOC_IPC_SIGN_IN:
	case TOC_IPC_OPEN_LINK: sign_in(k, front, f); break;
	default:
		conn = toc_frame_u64(f);
		grant = toc_frame_str(f);
		if (!toc_frame_end(f))
			break;
		if (f->number == TOC_IPC_TICKET)
			make_ticket(k, a, front, conn, grant);
		else if (f->number == TOC_IPC_RENEW)
			renew(k, a, front, conn, grant);
		else
			sign_out(k, a, grant);
	}
	toc_arena_free(a);
}
