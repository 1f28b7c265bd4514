/* demo.c: see demo.h. The cast: server/exercises/cast.json; its shape: docs/exercises.md. */
#include "main/demo.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/log.h"
#include "ledger/log.h"
#include "message/catalogue.h"
#include "message/json.h"

#define FILE_MOST (4 * 1024 * 1024)
#define API_KEY_LIFE TOC_HOURS(90 * 24)
#define SIGN_IN_LIFE TOC_HOURS(24)

struct making {
	struct toc_arena *a;
	toc_time now;
	struct toc_value *messages, *always; /* of the seed */
	struct toc_error *reterr;
	int failed;
};

/* ---- messages ---- */

/* An envelope around `body`, checked against the catalogue and pushed to `list`. The server says it, so it is neither
 * actual nor exercise but "system"; what belongs to an exercise says which. */
static void say(struct making *m, struct toc_value *list, const char *type, struct toc_value *body, struct toc_str exercise)
{
	struct toc_arena *a = m->a;
	struct toc_value *e = toc_message_plain(a, type, exercise.n ? "exercise" : "system", "GREEN"), *decoded;
	struct toc_refusal refusal;
	toc_set_text(a, e, "id", toc_uuid_str(a, toc_uuid_v7(m->now.us / 1000)));
	toc_set_cstr(a, e, "schema_version", TOC_SCHEMA_VERSION);
	if (exercise.n)
		toc_set_text(a, e, "exercise_ref", exercise);
	toc_set_text(a, e, "sent_at", toc_time_str(a, m->now));
	toc_set(a, e, "body", body);
	if (m->failed)
		return;
	if (toc_message_decode(a, e, &decoded, &refusal) < 0)
		m->failed = toc_fail(m->reterr, TOC_EINVAL, "cast: %s: %s: %s", type, refusal.field, refusal.detail);
	else
		toc_push(a, list, decoded);
}

static struct toc_value *step(struct making *m, const char *name)
{
	struct toc_value *body = toc_value_map(m->a);
	toc_set_cstr(m->a, body, "step", name);
	return body;
}

/* Copy the named members, where they are there. */
static void copy(struct making *m, struct toc_value *to, const struct toc_value *from, const char *const *names)
{
	for (; *names; names++) {
		struct toc_value *v = toc_get(from, *names);
		toc_set(m->a, to, *names, v ? toc_value_copy(m->a, v) : NULL);
	}
}

static void admit(struct making *m, const struct toc_value *org)
{
	static const char *const same[] = { "code",           "name",         "kinds",     "state",    "size",             "exposed",
		                            "established_in", "legal_rep_in", "languages", "surfaces", "api_exercise_only", NULL };
	struct toc_value *body = step(m, "admit");
	copy(m, body, org, same);
	say(m, m->messages, "org", body, TOC_STR(""));
}

static void enrol(struct making *m, struct toc_str org, const struct toc_value *person)
{
	struct toc_value *body = step(m, "enrol");
	toc_set_text(m->a, body, "org", org);
	toc_set_text(m->a, body, "person", toc_get_text(person, "id"));
	toc_set_text(m->a, body, "title", toc_get_text(person, "title"));
	toc_set(m->a, body, "roles", toc_value_copy(m->a, toc_get(person, "roles")));
	toc_set_bool(m->a, body, "machine", toc_get_bool(person, "machine"));
	say(m, m->messages, "person", body, TOC_STR(""));
}

static void issue(struct making *m, struct toc_value *list, struct toc_str org, const struct toc_value *person,
                  const char *kind, struct toc_str secret, toc_dur life)
{
	struct toc_value *body = step(m, "issue");
	struct toc_sha256 digest = toc_sha256(secret);
	toc_set_text(m->a, body, "credential", toc_uuid_str(m->a, toc_uuid_random()));
	toc_set_text(m->a, body, "person", toc_get_text(person, "id"));
	toc_set_text(m->a, body, "org", org);
	toc_set_cstr(m->a, body, "kind", kind);
	toc_set_text(m->a, body, "sha256", toc_hex(m->a, digest.b, sizeof digest.b));
	toc_set_text(m->a, body, "expires", toc_time_str(m->a, toc_after(m->now, life)));
	say(m, list, "credential", body, TOC_STR(""));
}

/* A contact point: the cast names people by title, messages by pseudonym. */
static void declare(struct making *m, const struct toc_value *org, const struct toc_value *contact)
{
	static const char *const same[] = { "purposes", "channels", "hours", "languages", "public", "orders_by", NULL };
	const struct toc_value *people = toc_get(org, "persons"), *chain = toc_get(contact, "chain");
	struct toc_value *body = step(m, "own"), *list = toc_value_list(m->a);
	toc_set_text(m->a, body, "org", toc_get_text(org, "code"));
	copy(m, body, contact, same);
	for (size_t i = 0; i < toc_len(chain); i++) {
		struct toc_value *one = toc_value_map(m->a);
		struct toc_str title = toc_get_text(toc_at(chain, i), "person");
		for (size_t k = 0; k < toc_len(people); k++)
			if (toc_str_eq(toc_get_text(toc_at(people, k), "title"), title))
				toc_set_text(m->a, one, "person", toc_get_text(toc_at(people, k), "id"));
		toc_set(m->a, one, "channels", toc_value_copy(m->a, toc_get(toc_at(chain, i), "channels")));
		toc_push(m->a, list, one);
	}
	toc_set(m->a, body, "escalation_chain", list);
	say(m, m->messages, "M26", body, TOC_STR(""));
}

/* An exercise with all that take part, and with who runs it. */
static void create(struct making *m, const struct toc_value *exercise)
{
	static const char *const same[] = { "title", "t0", NULL };
	struct toc_value *body = step(m, "create"), *everybody = toc_value_copy(m->a, toc_get(exercise, "participants"));
	copy(m, body, exercise, same);
	if (toc_get_text(exercise, "owner").n && !toc_list_has(everybody, toc_get_text(exercise, "owner")))
		toc_push_text(m->a, everybody, toc_get_text(exercise, "owner"));
	toc_set(m->a, body, "participants", everybody);
	say(m, m->messages, "exercise", body, toc_get_text(exercise, "id"));
}

/* An auditor's mandate for an exercise, which the cast names. */
static void mandate(struct making *m, const struct toc_value *exercises, const struct toc_value *wanted)
{
	struct toc_value *body = step(m, "grant"), *of = toc_value_list(m->a);
	for (size_t i = 0; i < toc_len(exercises); i++)
		if (toc_str_eq(toc_get_text(toc_at(exercises, i), "name"), toc_get_text(wanted, "exercise")))
			toc_push_text(m->a, of, toc_get_text(toc_at(exercises, i), "id"));
	toc_set_text(m->a, body, "mandate", toc_uuid_str(m->a, toc_uuid_named("mandate of the demo", toc_get_text(wanted, "exercise"))));
	toc_set_text(m->a, body, "auditor", toc_get_text(wanted, "org"));
	toc_set(m->a, body, "orgs", toc_value_list(m->a));
	toc_set(m->a, body, "incidents", toc_value_list(m->a));
	toc_set(m->a, body, "cases", toc_value_list(m->a));
	toc_set(m->a, body, "exercises", of);
	toc_set_text(m->a, body, "from", toc_time_str(m->a, toc_after(m->now, TOC_HOURS(-24))));
	toc_set_text(m->a, body, "until", toc_time_str(m->a, toc_after(m->now, TOC_HOURS(365 * 24))));
	toc_set_bool(m->a, body, "whole", toc_get_bool(wanted, "personal_data"));
	toc_set_bool(m->a, body, "deconfliction", false);
	say(m, m->messages, "mandate", body, TOC_STR(""));
}

/* ---- keys ---- */

static struct toc_str secret(struct toc_arena *a, const char *prefix)
{
	uint8_t bytes[32];
	toc_random(bytes, sizeof bytes);
	struct toc_str text = toc_base64url(a, bytes, sizeof bytes);
	toc_wipe(bytes, sizeof bytes);
	return toc_arena_printf(a, "%s%.*s", prefix, TOC_STR_ARGS(text));
}

/* The person's key from an earlier start; empty when there was none. */
static struct toc_str known_key(const struct toc_value *known, struct toc_str org, struct toc_str title, const char *which)
{
	for (size_t i = 0; i < toc_len(known); i++)
		if (toc_str_eq(toc_get_text(toc_at(known, i), "organisation"), org) &&
		    toc_str_eq(toc_get_text(toc_at(known, i), "person"), title))
			return toc_get_text(toc_at(known, i), which);
	return TOC_STR("");
}

/* The key by which a member of the cast vouches for the log, kept beside its gateway's; its public half is said. */
static struct toc_str witness(struct making *m, struct toc_str org, struct toc_str known, const char *origin)
{
	const char *host = strstr(origin, "://");
	struct toc_note_key k;
	struct toc_value *body = step(m, "register");
	uint8_t seed[32], public_key[32];

	if (!known.n || toc_skey_parse(known, &k, seed, NULL) < 0) {
		known = TOC_STR("");
		host = host ? host + 3 : origin;
		toc_random(seed, sizeof seed);
		toc_ed25519_public(seed, public_key);
		struct toc_str name = toc_arena_printf(m->a, "%.*s/witness/%.*s", (int)strcspn(host, ":/"), host, TOC_STR_ARGS(org));
		if (toc_note_key_init(&k, name, TOC_NOTE_WITNESS, public_key) < 0)
			return TOC_STR("");
	}
	toc_set_text(m->a, body, "org", org);
	toc_set_text(m->a, body, "vkey", toc_vkey(m->a, &k));
	say(m, known.n ? m->messages : m->always, "witness", body, TOC_STR(""));
	struct toc_str skey = toc_skey(m->a, &k, seed);
	toc_wipe(seed, sizeof seed);
	return skey;
}

static struct toc_value *credential(struct making *m, const struct toc_value *org, const struct toc_value *person,
                                    const struct toc_value *known, const char *origin)
{
	struct toc_value *c = toc_value_map(m->a);
	struct toc_str code = toc_get_text(org, "code"), title = toc_get_text(person, "title");
	struct toc_str key = known_key(known, code, title, "api_key");
	/* A ledger that has the directory has the known keys too, but not one that is made now. */
	struct toc_value *list = key.n ? m->messages : m->always;
	if (!key.n)
		key = secret(m->a, "toc_");
	issue(m, list, code, person, "api_key", key, API_KEY_LIFE);
	toc_set_text(m->a, c, "organisation", code);
	toc_set(m->a, c, "kinds", toc_value_copy(m->a, toc_get(org, "kinds")));
	toc_set_text(m->a, c, "person", title);
	toc_set(m->a, c, "roles", toc_value_copy(m->a, toc_get(person, "roles")));
	toc_set_text(m->a, c, "api_key", key);
	if (toc_get_bool(person, "machine")) { /* nobody to sign in */
		toc_set(m->a, c, "sign_in", toc_value_null(m->a));
		if (toc_get_bool(org, "witness"))
			toc_set_text(m->a, c, "witness_key", witness(m, code, known_key(known, code, title, "witness_key"), origin));
	} else {
		struct toc_str token = secret(m->a, "");
		issue(m, m->always, code, person, "sign_in", token, SIGN_IN_LIFE);
		toc_set_text(m->a, c, "sign_in", toc_arena_printf(m->a, "%s/#sign-in=%.*s", origin, TOC_STR_ARGS(token)));
	}
	return c;
}

/* credentials.json is an array, and our parser takes objects: so it is read inside one. */
static const struct toc_value *parse_known(struct toc_arena *a, struct toc_str bytes)
{
	struct toc_value *v;
	struct toc_refusal refusal;
	struct toc_str wrapped = toc_arena_printf(a, "{\"all\":%.*s}", TOC_STR_ARGS(bytes));
	if (!bytes.n || toc_json_parse(a, wrapped, FILE_MOST, TOC_JSON_DEPTH_MAX, &v, &refusal) < 0)
		return NULL;
	return toc_get(v, "all");
}

int toc_demo_prepare(struct toc_demo *ret, struct toc_str cast, struct toc_str known, const char *origin, toc_time now,
                     struct toc_error *reterr)
{
	struct toc_demo d = { .arena = toc_arena_new() };
	struct toc_arena *a = d.arena;
	struct making m = { .a = a, .now = now, .messages = toc_value_list(a), .always = toc_value_list(a), .reterr = reterr };
	struct toc_refusal refusal;
	if (toc_json_parse(a, cast, FILE_MOST, TOC_JSON_DEPTH_MAX, &d.cast, &refusal) < 0) {
		toc_arena_free(a);
		return toc_fail(reterr, TOC_EINVAL, "cast: %s", refusal.detail);
	}
	const struct toc_value *orgs = toc_get(d.cast, "organisations"), *policies = toc_get(d.cast, "policies"),
	                       *exercises = toc_get(d.cast, "exercises"), *keys = parse_known(a, known);
	d.credentials = toc_value_list(a);
	d.is_first = toc_len(keys) == 0;
	for (size_t i = 0; i < toc_len(orgs); i++)
		admit(&m, toc_at(orgs, i));
	for (size_t i = 0; i < toc_len(policies); i++) {
		struct toc_value *body = step(&m, "national");
		for (size_t k = 0; k < toc_len(toc_at(policies, i)); k++)
			toc_set_str(a, body, toc_at(policies, i)->members[k].name, toc_at(policies, i)->members[k].value);
		say(&m, m.messages, "policy", body, TOC_STR(""));
	}
	for (size_t i = 0; i < toc_len(orgs); i++) {
		const struct toc_value *people = toc_get(toc_at(orgs, i), "persons"), *contacts = toc_get(toc_at(orgs, i), "contacts");
		for (size_t k = 0; k < toc_len(people); k++) {
			enrol(&m, toc_get_text(toc_at(orgs, i), "code"), toc_at(people, k));
			toc_push(a, d.credentials, credential(&m, toc_at(orgs, i), toc_at(people, k), keys, origin));
		}
		for (size_t k = 0; k < toc_len(contacts); k++)
			declare(&m, toc_at(orgs, i), toc_at(contacts, k));
	}
	for (size_t i = 0; i < toc_len(exercises); i++)
		create(&m, toc_at(exercises, i));
	for (size_t i = 0; i < toc_len(toc_get(d.cast, "mandates")); i++)
		mandate(&m, exercises, toc_at(toc_get(d.cast, "mandates"), i));
	if (!m.failed && toc_len(orgs) == 0)
		m.failed = toc_fail(reterr, TOC_EINVAL, "cast: no organisations");
	if (m.failed) {
		toc_arena_free(a);
		return m.failed;
	}
	d.seed = toc_value_map(a);
	toc_set(a, d.seed, "messages", m.messages);
	toc_set(a, d.seed, "always", m.always);
	*ret = d;
	return 0;
}

void toc_demo_done(struct toc_demo *d)
{
	toc_arena_free(d->arena);
	*d = (struct toc_demo){ 0 };
}

/* ---- what people see ---- */

int toc_demo_write(const struct toc_demo *d, const struct toc_state *state, const char *authority, struct toc_error *reterr)
{
	struct toc_buf b;
	char *path = toc_state_path(state, "demo/credentials.json"), *ca = toc_state_path(state, "demo/ca.pem");
	int r;
	toc_buf_init(&b, FILE_MOST);
	for (size_t i = 0; i < toc_len(d->credentials); i++) { /* one person a line: for grep, and for people */
		toc_buf_text(&b, i ? ",\n" : "[\n");
		toc_json_write(&b, toc_at(d->credentials, i));
	}
	toc_buf_text(&b, "\n]\n");
	r = toc_file_write(path, 0600, b.p, b.n, reterr);
	if (r == 0 && authority)
		r = toc_file_write(ca, 0644, authority, strlen(authority), reterr);
	toc_buf_done(&b);
	free(path);
	free(ca);
	return r;
}

/* Does this person ("ORG/title") act in one of the steps? Without a person: does anybody of the organisation? */
static bool acts(const struct toc_value *steps, struct toc_str org, struct toc_str person)
{
	for (size_t i = 0; i < toc_len(steps); i++) {
		struct toc_str who = toc_get_text(toc_at(steps, i), "who");
		if (who.n <= org.n || memcmp(who.p, org.p, org.n) != 0 || who.p[org.n] != '/')
			continue;
		struct toc_str title = { who.p + org.n + 1, who.n - org.n - 1 };
		if (person.n ? toc_str_eq(title, person) : !toc_str_is(title, "gateway"))
			return true;
	}
	return false;
}

void toc_demo_print(const struct toc_demo *d, const struct toc_state *state, const char *origin, struct toc_str scenario,
                    FILE *out)
{
	struct toc_str last = TOC_STR("");
	struct toc_value *file = NULL;
	struct toc_refusal refusal;
	/* one that cannot be read is the actors' to complain of */
	const struct toc_value *steps =
		toc_json_parse(d->arena, scenario, FILE_MOST, TOC_JSON_DEPTH_MAX, &file, &refusal) == 0 ? toc_get(file, "steps") : NULL;
	fprintf(out, "\n  Console     %s\n  Authority   %s/demo/ca.pem (trust it, or use ./dev run --browser)\n", origin, state->dir);
	fprintf(out, "  Everybody   %s/demo/credentials.json\n\n  Sign-in links; each works once:\n\n", state->dir);
	for (size_t i = 0; i < toc_len(d->credentials); i++) {
		const struct toc_value *c = toc_at(d->credentials, i);
		struct toc_str org = toc_get_text(c, "organisation"), person = toc_get_text(c, "person"),
			       link = toc_get_text(c, "sign_in");
		if (!link.n || (acts(steps, org, TOC_STR("")) ? !acts(steps, org, person) : toc_str_eq(org, last)))
			continue;
		last = org;
		fprintf(out, "  %-13.*s %-18.*s %.*s\n", TOC_STR_ARGS(org), TOC_STR_ARGS(person), TOC_STR_ARGS(link));
	}
	fputc('\n', out);
	fflush(out);
}

void toc_demo_announce(const struct toc_demo *d, const struct toc_state *state)
{
	char *path = toc_state_path(state, "demo/ready");
	struct toc_str link = TOC_STR("");
	struct toc_error e;
	for (size_t i = 0; i < toc_len(d->credentials) && !link.n; i++)
		link = toc_get_text(toc_at(d->credentials, i), "sign_in");
	if (toc_file_write(path, 0600, link.p, link.n, &e) < 0)
		toc_log(TOC_LOG_WARN, "not_announced", "%s", e.text);
	free(path);
}

void toc_demo_withdraw(const struct toc_state *state)
{
	char *path = toc_state_path(state, "demo/ready");
	(void)unlink(path); /* it may never have been there */
	free(path);
}

const char *toc_demo_scenario(const struct toc_demo *d, const char *name)
{
	const struct toc_value *exercises = toc_get(d->cast, "exercises");
	for (size_t i = 0; i < toc_len(exercises); i++) {
		struct toc_str file = toc_get_text(toc_at(exercises, i), "scenario");
		size_t n = strlen(name);
		if (file.n == n + 5 && !strncasecmp(file.p, name, n) && !strncmp(file.p + n, ".json", 5))
			return toc_arena_cstr(d->arena, file);
	}
	return NULL;
}
