/* Splitting by the marks of the catalogue: nothing personal stays, nothing is lost. */
#include "generate.h"
#include "message/catalogue.h"
#include "message/json.h"
#include "check.h"

/* Walks the public side by the catalogue and counts what should not be there. */
static unsigned personal_in(const struct toc_message_type *t, const struct toc_shape *s,
			    const struct toc_value *map)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < toc_len(map); i++) {
		const struct toc_field *f = toc_shape_field(s, map->members[i].name);
		const struct toc_value *v = map->members[i].value;
		if (!f || f->personal) {
			printf("  %s.%.*s\n", s->name, TOC_STR_ARGS(map->members[i].name));
			n++;
		} else if (f->kind == TOC_F_MAP || f->kind == TOC_F_BODY) {
			const struct toc_shape *inner =
				toc_shape_at(f->kind == TOC_F_BODY ? t->shape : f->shape);
			if (v->kind == TOC_LIST)
				for (uint32_t k = 0; k < v->n; k++)
					n += personal_in(t, inner, v->items[k]);
			else
				n += personal_in(t, inner, v);
		}
	}
	return n;
}

CASE(no_personal_field_on_the_public_side_and_joining_gives_it_all_back)
{
	struct generator g = { .a = toc_arena_new(), .state = 3 };
	for (size_t i = 0; i < 1200; i++) {
		const struct toc_message_type *t = generate_type(i);
		struct toc_value *m = generate_message(&g, t), *pub, *per;
		toc_message_split(g.a, m, &pub, &per);
		CHECK_INT(personal_in(t, toc_shape_envelope(), pub), 0);
		CHECK(toc_value_eq(toc_message_join(g.a, pub, per), m));
		toc_arena_reset(g.a);
	}
	toc_arena_free(g.a);
}

CASE(also_when_a_message_is_not_what_the_catalogue_says)
{
	struct generator g = { .a = toc_arena_new(), .state = 4 };
	for (size_t i = 0; i < 3000; i++) {
		struct toc_value *m = generate_damage(&g, generate_message(&g, generate_type(i))), *pub, *per;
		toc_message_split(g.a, m, &pub, &per);
		CHECK(toc_value_eq(toc_message_join(g.a, pub, per), m));
		toc_arena_reset(g.a);
	}
	toc_arena_free(g.a);
}

CASE(a_notification_keeps_its_shape_and_loses_the_person)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_refusal r;
	struct toc_value *m, *pub, *per;
	CHECK(toc_json_parse(a,
			     TOC_STR("{\"type\":\"M4\",\"tlp\":\"AMBER\",\"also_reported_to\":[],\"body\":{"
				     "\"step\":\"send\","
				     "\"explanation\":\"secret\",\"user_identifiers\":[{\"kind\":\"handle\","
				     "\"value\":\"nightcourier7\"}],"
				     "\"content\":[{\"type\":\"post\",\"url\":\"https://x.example/"
				     "\"},{\"type\":\"post\"}],\"content_status\":\"removed\"}}"),
			     65536, 16, &m, &r) == 0);
	toc_message_split(a, m, &pub, &per);
	CHECK_TEXT(toc_json_str(a, pub),
		   "{\"also_reported_to\":[],\"body\":{\"content\":[{\"type\":\"post\"},{\"type\":\"post\"}],"
		   "\"content_status\":\"removed\",\"step\":\"send\",\"user_identifiers\":[{\"kind\":"
		   "\"handle\"}]},\"tlp\":\"AMBER\","
		   "\"type\":\"M4\"}");
	CHECK_TEXT(toc_json_str(a, per),
		   "{\"body\":{\"content\":[{\"url\":\"https://x.example/\"},{}],\"explanation\":\"secret\","
		   "\"user_identifiers\":[{\"value\":\"nightcourier7\"}]}}");
	CHECK(toc_message_join(a, NULL, NULL) == NULL);
	CHECK(toc_message_join(a, pub, NULL) == pub && toc_message_join(a, NULL, per) == per);
	toc_arena_free(a);
}

CASE(what_the_catalogue_does_not_know_is_personal)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *m = toc_value_map(a), *pub, *per;
	toc_set_cstr(a, m, "type", "M4711");
	toc_set_cstr(a, m, "nickname", "x");
	toc_set(a, m, "body", toc_value_map(a));
	toc_set_cstr(a, toc_get(m, "body"), "step", "x");
	toc_message_split(a, m, &pub, &per);
	CHECK_TEXT(toc_json_str(a, pub), "{\"body\":{},\"type\":\"M4711\"}");
	CHECK_TEXT(toc_json_str(a, per), "{\"body\":{\"step\":\"x\"},\"nickname\":\"x\"}");
	toc_arena_free(a);
}

CASE(nothing_personal_gives_an_empty_personal_part)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *m = toc_value_map(a), *pub, *per;
	toc_set_cstr(a, m, "type", "M4");
	toc_message_split(a, m, &pub, &per);
	CHECK_TEXT(toc_json_str(a, per), "{}");
	toc_arena_free(a);
}

CASE(free_text_without_personal_data_is_told_apart_from_what_identifies)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *m, *pub = NULL, *per, *texts = NULL;
	struct toc_refusal why;
	static const char message[] = "{\"type\":\"M4\",\"personal_data\":{\"level\":\"%s\",\"categories\":[]"
				      "},\"signature\":\"AAAA\",\"body\":{\"step\":\"send\","
				      "\"explanation\":\"why\",\"content\":[{\"type\":\"post\",\"url\":"
				      "\"https://x.example/\",\"hash_refs\":[{\"algorithm\":\"md5\","
				      "\"value\":\"00\"}]},{\"type\":\"post\"}],\"network_events\":[{\"ip\":"
				      "\"192.0.2.7\",\"port\":1,\"event\":\"log-in\"}]}}";
	for (int none = 0; none < 2; none++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		struct toc_str json = toc_arena_printf(a, message, none ? "none" : "limited");
#pragma GCC diagnostic pop
		CHECK_INT(toc_json_parse(a, json, 4096, 16, &m, &why), 0);
		toc_message_split(a, m, &pub, &per);
		texts = toc_message_texts(a, pub, per);
		CHECK((texts != NULL) == none);
	}
	struct toc_value *shown = toc_message_join(a, pub, texts), *body = toc_get(shown, "body"),
			 *content = toc_get(body, "content"),
			 *event = toc_at(toc_get(body, "network_events"), 0);
	CHECK_TEXT(toc_get_text(body, "explanation"), "why");
	CHECK_INT(toc_len(content), 2);
	CHECK_TEXT(toc_get_text(toc_at(content, 0), "url"), "https://x.example/");
	CHECK(!toc_get(toc_at(toc_get(toc_at(content, 0), "hash_refs"), 0), "value"));
	CHECK_TEXT(toc_get_text(event, "event"), "log-in");
	CHECK(!toc_get(event, "ip") && !toc_get(event, "port") && !toc_get(shown, "signature"));
	toc_arena_free(a);
}

RUN_CASES()
