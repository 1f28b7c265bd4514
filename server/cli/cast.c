/* cast.c: the connections of a play. Every actor is a member of its own: one key, one connection. What
 * reaches an organisation through any of them goes to one log; gateways, and of what they do not read the people's
 * clients, answer with machine receipts by themselves. */
#include "cli/cast.h"

#include <stdlib.h>
#include <string.h>

#include "message/json.h"

#define FILE_MAX (4u << 20)

int cast_load(const struct cli *cli, const char *path, struct cast *ret_cast)
{
	struct cast c = { .arena = toc_arena_new() };
	struct toc_str bytes;
	struct toc_value *file = NULL;
	struct toc_refusal refusal;

	int r = cli_read(cli, path, FILE_MAX, c.arena, &bytes);
	if (r == 0) { /* the file is a list; our reader takes one object */
		bytes = toc_arena_printf(c.arena, "{\"list\":%.*s}", TOC_STR_ARGS(bytes));
		if (toc_json_parse(c.arena, bytes, FILE_MAX + 16, 8, &file, &refusal) < 0)
			r = cli_complain(cli, -1, "%s: %s", path, refusal.detail);
	}
	const struct toc_value *list = toc_get(file, "list");
	c.n = toc_len(list);
	const char *slash = strrchr(path, '/');
	c.folder = toc_arena_printf(c.arena, "%.*s", slash ? (int)(slash - path) + 1 : 0, path).p;
	c.actors = toc_arena_alloc(c.arena, (c.n + 1) * sizeof *c.actors);
	for (size_t i = 0; r == 0 && i < c.n; i++) {
		const struct toc_value *v = toc_at(list, i);
		c.actors[i] = (struct actor){ .org = toc_arena_cstr(c.arena, toc_get_text(v, "organisation")),
					      .title = toc_arena_cstr(c.arena, toc_get_text(v, "person")),
					      .key = toc_arena_cstr(c.arena, toc_get_text(v, "api_key")),
					      .witness = toc_arena_cstr(c.arena, toc_get_text(v, "witness_key")),
					      .gateway = toc_list_has(toc_get(v, "roles"),
								      TOC_STR("service_account")) };
		if (!*c.actors[i].org || !*c.actors[i].key)
			r = cli_complain(cli, -1, "%s: item %zu has no organisation or api_key", path, i + 1);
	}
	if (r == 0 && !c.n)
		r = cli_complain(cli, -1, "%s: no credentials", path);
	expect_log_init(&c.log);
	if (r < 0)
		cast_done(&c);
	else
		*ret_cast = c;
	return r;
}

void cast_done(struct cast *c)
{
	expect_log_done(&c->log);
	toc_arena_free(c->arena);
}

struct actor *cast_find(const struct cast *c, struct toc_str who)
{
	for (size_t i = 0; i < c->n; i++) {
		struct actor *a = &c->actors[i];
		size_t n = strlen(a->org);
		if (who.n == n + 1 + strlen(a->title) && !memcmp(who.p, a->org, n) && who.p[n] == '/' &&
		    !memcmp(who.p + n + 1, a->title, who.n - n - 1))
			return a;
	}
	return NULL;
}

struct actor *cast_receiver(const struct cast *c, const char *org)
{
	struct actor *first = NULL;
	for (size_t i = 0; i < c->n; i++) {
		struct actor *a = &c->actors[i];
		if (strcmp(a->org, org) != 0)
			continue;
		if (a->gateway)
			return a;
		if (!first)
			first = a;
	}
	return first;
}

long long cast_seq_of(const struct cast *c, const char *org, const char *message_id)
{
	for (size_t i = c->log.n; i-- > 0;)
		if (!strcmp(c->log.items[i].org, org) && toc_str_is(c->log.items[i].id, message_id) &&
		    c->log.items[i].seq >= 0)
			return c->log.items[i].seq;
	return -1;
}

/* Exercise control hears of every sign-in and sign-out. */
static void sign_in_or_out(struct cast *c, const struct toc_value *frame, bool open)
{
	const struct toc_value *body = toc_get(toc_get(frame, "message"), "body");
	struct toc_str person = toc_get_text(body, "person"), session = toc_get_text(body, "session");
	if (!open) { /* closing names the session: find who opened it */
		for (size_t i = c->log.n; i-- > 0 && !person.n;)
			if (toc_str_is(c->log.items[i].k, "session.open")) {
				const struct toc_value *b =
					toc_get(toc_get(c->log.items[i].frame, "message"), "body");
				if (toc_str_eq(toc_get_text(b, "session"), session))
					person = toc_get_text(b, "person");
			}
	}
	for (size_t i = 0; i < c->n; i++) {
		struct actor *a = &c->actors[i];
		if (!person.n || !toc_str_is(person, a->person) || a->human == open)
			continue;
		a->human = open;
		if (c->on_human)
			c->on_human(c->user, a);
	}
}

/* Does this connection confirm that the entry has arrived? The organisation's gateway, for all that it is given.
 * What no service account reads (M1 to M3) the first person's client that gets it; of an organisation without a
 * gateway nobody is connected in earnest. */
static bool confirms(const struct cast *c, const struct actor *a, const struct tocsin_entry *e, bool first)
{
	if (e->seq < 0 || e->k[0] != 'M' || !strncmp(e->k, "M19.", 4) || !strcmp(e->org, a->org))
		return false;
	if (!a->gateway && (!first || e->k[1] < '1' || e->k[1] > '3' || e->k[2] != '.' || !strcmp(e->org, "server") ||
			    !cast_receiver(c, a->org)->gateway))
		return false;
	return !(c->silent && c->silent(c->user, a, e->id));
}

static void on_entry(void *user, const struct tocsin_entry *e)
{
	struct actor *a = user;
	struct cast *c = a->cast;
	size_t before = c->log.n;
	if (expect_log_add(&c->log, a->org, (struct toc_str){ e->json, e->json_bytes }, toc_clock_mono_us()) < 0)
		return;
	if (confirms(c, a, e, c->log.n > before))
		(void)tocsin_receipt(a->connection, e->seq, "delivered");
	if (c->log.n > before && (!strcmp(e->k, "session.open") || !strcmp(e->k, "session.close")))
		sign_in_or_out(c, c->log.items[before].frame, !strcmp(e->k, "session.open"));
}

static void on_welcome(void *user, const char *json, size_t n)
{
	struct actor *a = user;
	struct toc_value *frame;
	struct toc_refusal refusal;
	struct toc_str bytes = toc_arena_str(a->cast->arena, (struct toc_str){ json, n });
	if (toc_json_parse(a->cast->arena, bytes, n, 48, &frame, &refusal) < 0)
		return;
	snprintf(a->person, sizeof a->person, "%.*s",
		 TOC_STR_ARGS(toc_get_text(toc_get(frame, "you"), "person")));
	if (a == a->cast->control)
		a->cast->control_welcome = frame;
}

static void on_beat(void *user, long long last)
{
	struct actor *a = user;
	a->beat_last = last;
	a->beats++;
}

static void on_state(void *user, enum tocsin_state state, const char *why)
{
	struct actor *a = user;
	a->connected = state == TOCSIN_CONNECTED;
	a->ended = state == TOCSIN_ENDED;
	snprintf(a->why, sizeof a->why, "%s", why);
}

/* A play says nothing of the log but that it does not add up. */
static void on_log(void *user, const struct tocsin_log_news *news)
{
	struct actor *a = user;
	if (*news->why)
		fprintf(stderr, "tocsin: %s: %s\n", a->org, news->why);
}

int cast_connect(struct cast *c, const struct cli *cli, struct tocsin *t, struct actor *a)
{
	struct tocsin_connection_settings settings = { .server = cli->server,
						       .key = a->key,
						       .from = TOCSIN_FROM_NOW,
						       .user = a,
						       .on_entry = on_entry,
						       .on_welcome = on_welcome,
						       .on_beat = on_beat,
						       .on_state = on_state };
	struct tocsin_error error;
	if (a->connection)
		return 0;
	a->cast = c;
	a->beat_last = -1;
	if (*a->witness) {
		settings.witness_key = a->witness;
		settings.trust_file = toc_arena_printf(c->arena, "%switness-%s.trust", c->folder, a->org).p;
		settings.on_log = on_log;
	}
	if (*a->witness && tocsin_connect(t, &settings, &a->connection, &error) == 0)
		return 0;
	if (*a->witness) { /* it believes something else, perhaps of a log before this one: it plays all the same */
		cli_complain(cli, 0, "%s does not cosign: %s", a->org, error.text);
		settings.witness_key = settings.trust_file = NULL;
		settings.on_log = NULL;
	}
	if (tocsin_connect(t, &settings, &a->connection, &error) < 0)
		return cli_complain(cli, -1, "%s/%s: %s", a->org, a->title, error.text);
	return 0;
}
