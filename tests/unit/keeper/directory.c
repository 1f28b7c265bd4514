/* directory.c: the exercises' directory (cast.json) as messages, for the seed of the stage's keepers. */
#include "stage.h"

#include "message/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(struct stage *s, struct toc_value *list, const char *type, struct toc_value *body,
		struct toc_str exercise)
{
	struct toc_value *m = toc_value_map(s->a), *pd = toc_value_map(s->a);
	toc_set_text(s->a, m, "id", toc_uuid_str(s->a, toc_uuid_v7(toc_clock_now().us / 1000)));
	toc_set_cstr(s->a, m, "type", type);
	toc_set_cstr(s->a, m, "schema_version", "1.0.0");
	toc_set_cstr(s->a, m, "mode", exercise.n ? "exercise" : "system");
	if (exercise.n)
		toc_set_text(s->a, m, "exercise_ref", exercise);
	toc_set_text(s->a, m, "sent_at", toc_time_str(s->a, toc_clock_now()));
	toc_set_cstr(s->a, m, "tlp", "GREEN");
	toc_set_cstr(s->a, m, "precedence", "routine");
	toc_set_bool(s->a, m, "ack_required", false);
	toc_set_cstr(s->a, m, "lang", "en");
	toc_set_cstr(s->a, pd, "level", "none");
	toc_set(s->a, pd, "categories", toc_value_list(s->a));
	toc_set(s->a, m, "personal_data", pd);
	toc_set(s->a, m, "legal_basis", toc_value_list(s->a));
	toc_set(s->a, m, "also_reported_to", toc_value_list(s->a));
	toc_set(s->a, m, "body", body);
	toc_push(s->a, list, m);
}

static struct toc_value *step(struct stage *s, const char *name)
{
	struct toc_value *body = toc_value_map(s->a);
	toc_set_cstr(s->a, body, "step", name);
	return body;
}

static void copy(struct stage *s, struct toc_value *to, const struct toc_value *from,
		 const char *const *names)
{
	for (; *names; names++)
		toc_set(s->a, to, *names, toc_get(from, *names));
}

static void issue(struct stage *s, struct toc_value *list, struct toc_str org, struct toc_str person,
		  const char *kind, struct toc_str secret)
{
	struct toc_value *body = step(s, "issue");
	struct toc_sha256 digest = toc_sha256(secret);
	toc_set_text(s->a, body, "credential", toc_uuid_str(s->a, toc_uuid_random()));
	toc_set_text(s->a, body, "person", person);
	toc_set_text(s->a, body, "org", org);
	toc_set_cstr(s->a, body, "kind", kind);
	toc_set_text(s->a, body, "sha256", toc_hex(s->a, digest.b, sizeof digest.b));
	toc_set_text(s->a, body, "expires", toc_time_str(s->a, toc_after(toc_clock_now(), TOC_HOURS(24))));
	say(s, list, "credential", body, TOC_STR(""));
}

struct toc_str stage_api_key(struct stage *s, const char *org, const char *title)
{
	return toc_arena_printf(s->a, "toc_%s/%s", org, title);
}

struct toc_str stage_sign_in_token(struct stage *s, const char *org, const char *title)
{
	return toc_arena_printf(s->a, "token of %s/%s", org, title);
}

static void people(struct stage *s, struct toc_value *list, const struct toc_value *org)
{
	struct toc_str code = toc_get_text(org, "code");
	const struct toc_value *persons = toc_get(org, "persons"), *contacts = toc_get(org, "contacts");
	for (size_t i = 0; i < toc_len(persons); i++) {
		const struct toc_value *p = toc_at(persons, i);
		struct toc_value *body = step(s, "enrol");
		struct toc_str id = toc_get_text(p, "id");
		const char *c = toc_arena_cstr(s->a, code),
			   *title = toc_arena_cstr(s->a, toc_get_text(p, "title"));
		toc_set_text(s->a, body, "org", code);
		toc_set_text(s->a, body, "person", id);
		toc_set_cstr(s->a, body, "title", title);
		toc_set(s->a, body, "roles", toc_get(p, "roles"));
		toc_set_bool(s->a, body, "machine", toc_get_bool(p, "machine"));
		say(s, list, "person", body, TOC_STR(""));
		issue(s, list, code, id, "api_key", stage_api_key(s, c, title));
		if (!toc_get_bool(p, "machine"))
			issue(s, list, code, id, "sign_in", stage_sign_in_token(s, c, title));
	}
	for (size_t i = 0; i < toc_len(contacts); i++) {
		static const char *const same[] = { "purposes",  "channels", "hours",
						    "languages", "public",   NULL };
		struct toc_value *body = step(s, "own"), *chain = toc_value_list(s->a);
		const struct toc_value *named = toc_get(toc_at(contacts, i), "chain");
		toc_set_text(s->a, body, "org", code);
		copy(s, body, toc_at(contacts, i), same);
		for (size_t k = 0; k < toc_len(named); k++) {
			struct toc_value *one = toc_value_map(s->a);
			for (size_t p = 0; p < toc_len(persons); p++)
				if (toc_str_eq(toc_get_text(toc_at(persons, p), "title"),
					       toc_get_text(toc_at(named, k), "person")))
					toc_set_text(s->a, one, "person",
						     toc_get_text(toc_at(persons, p), "id"));
			toc_set(s->a, one, "channels", toc_get(toc_at(named, k), "channels"));
			toc_push(s->a, chain, one);
		}
		toc_set(s->a, body, "escalation_chain", chain);
		say(s, list, "M26", body, TOC_STR(""));
	}
}

static struct toc_value *read_cast(struct stage *s)
{
	struct toc_buf b;
	char chunk[4096];
	size_t n;
	struct toc_value *v = NULL;
	struct toc_refusal why;
	FILE *f = fopen(TOC_SOURCE_DIR "/server/exercises/cast.json", "rb");
	if (!f)
		TOC_WRONG("cast.json");
	toc_buf_init(&b, 1 << 20);
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		toc_buf_add(&b, chunk, n);
	fclose(f);
	if (toc_json_parse(s->a, toc_buf_view(&b), 1 << 20, TOC_JSON_DEPTH_MAX, &v, &why) < 0)
		TOC_WRONG(why.detail);
	toc_buf_done(&b);
	/* a kind of organisation that the cast lacks: a trusted partner */
	static const char hotline[] =
		"{\"code\":\"SafeLine\",\"name\":\"Safe Line\",\"kinds\":[\"trusted_partner\"],\"api_exercise_only\":false,"
		"\"persons\":[{\"title\":\"duty officer\",\"id\":\"77777777-0000-4000-8000-000000000001\",\"roles\":"
		"[\"duty_officer\"]}]}";
	struct toc_value *org, *exercises = toc_get(v, "exercises");
	if (toc_json_parse(s->a, TOC_STR(hotline), sizeof hotline, TOC_JSON_DEPTH_MAX, &org, &why) < 0)
		TOC_WRONG(why.detail);
	toc_push(s->a, toc_get(v, "organisations"), org);
	for (size_t i = 0; i < toc_len(exercises); i++)
		toc_push_text(s->a, toc_get(toc_at(exercises, i), "participants"), TOC_STR("SafeLine"));
	return v;
}

struct toc_value *stage_directory(struct stage *s)
{
	static const char *const org_same[] = { "code",
						"name",
						"kinds",
						"state",
						"size",
						"exposed",
						"established_in",
						"legal_rep_in",
						"languages",
						"surfaces",
						"api_exercise_only",
						NULL };
	static const char *const same[] = { "title", "t0", "participants", NULL };
	struct toc_value *cast = read_cast(s), *list = toc_value_list(s->a), *seed = toc_value_map(s->a);
	const struct toc_value *orgs = toc_get(cast, "organisations"), *policies = toc_get(cast, "policies"),
			       *exercises = toc_get(cast, "exercises");
	for (size_t i = 0; i < toc_len(orgs); i++) {
		struct toc_value *body = step(s, "admit");
		copy(s, body, toc_at(orgs, i), org_same);
		say(s, list, "org", body, TOC_STR(""));
	}
	for (size_t i = 0; i < toc_len(policies); i++) {
		struct toc_value *body = step(s, "national");
		for (size_t k = 0; k < toc_len(toc_at(policies, i)); k++)
			toc_set_str(s->a, body, toc_at(policies, i)->members[k].name,
				    toc_at(policies, i)->members[k].value);
		say(s, list, "policy", body, TOC_STR(""));
	}
	for (size_t i = 0; i < toc_len(orgs); i++)
		people(s, list, toc_at(orgs, i));
	for (size_t i = 0; i < toc_len(exercises); i++) {
		struct toc_value *body = step(s, "create"), *all;
		copy(s, body, toc_at(exercises, i), same);
		all = toc_value_copy(s->a, toc_get(body, "participants"));
		toc_push_text(s->a, all, TOC_STR("CELL"));
		toc_set(s->a, body, "participants", all);
		say(s, list, "exercise", body, toc_get_text(toc_at(exercises, i), "id"));
	}
	toc_set(s->a, seed, "messages", list);
	/* at every start: more than the store's queue holds */
	struct toc_value *always = toc_value_list(s->a);
	for (int i = 0; i < 100; i++)
		issue(s, always, TOC_STR("HUB"), TOC_STR("ea403fd3-84d0-4d4e-b69d-f0224dd08cb6"), "sign_in",
		      toc_arena_printf(s->a, "link %d", i));
	toc_set(s->a, seed, "always", always);
	return seed;
}
