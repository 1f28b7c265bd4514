/* The table itself: what a row must have, whatever types come later. And the schema made from it. */
#include "message/json.h"
#include "message/kinds.h"
#include "check.h"

static bool is_free_text(const struct toc_field *f)
{
	return f->kind == TOC_F_LINE || f->kind == TOC_F_PROSE || f->kind == TOC_F_URL ||
	       f->kind == TOC_F_TOKEN || f->kind == TOC_F_IP || f->kind == TOC_F_HEX ||
	       f->kind == TOC_F_BYTES;
}

CASE(free_text_is_personal_or_says_why_not)
{
	const struct toc_shape *s;
	for (int i = 0; (s = toc_shape_at(i)); i++)
		for (uint32_t k = 0; k < s->n; k++) {
			const struct toc_field *f = &s->fields[k];
			bool server = f->need == TOC_N_SERVER; /* digests and keyed hashes of our own */
			if (is_free_text(f) && !f->personal && !server && !f->plain_because)
				printf("  %s.%s\n", s->name, f->name);
			CHECK(!is_free_text(f) || f->personal || server ||
			      (f->plain_because && strlen(f->plain_because) > 5));
			CHECK(!f->personal || !f->plain_because);
		}
}

CASE(every_row_is_complete)
{
	const struct toc_shape *s;
	for (int i = 0; (s = toc_shape_at(i)); i++) {
		CHECK(strlen(s->meaning) > 3 && s->n > 0);
		for (uint32_t k = 0; k < s->n; k++) {
			const struct toc_field *f = &s->fields[k];
			CHECK(strlen(f->name) > 0 && strlen(f->clause) > 2 && strlen(f->meaning) > 1);
			CHECK(toc_shape_field(s, toc_str_of(f->name)) == f);
			CHECK(!f->list || (f->most > 0 && f->most >= f->least));
			CHECK(f->kind != TOC_F_ENUM || f->values[0]);
			CHECK(f->kind != TOC_F_LINE || f->max > 0);
			/* A condition names a member of the same shape, with values it can have. */
			const struct toc_condition *conditions[] = { f->must_when, f->only_when };
			for (int c = 0; c < 2; c++) {
				if (!conditions[c])
					continue;
				const struct toc_field *on =
					toc_shape_field(s, toc_str_of(conditions[c]->member));
				CHECK(on && (on->kind == TOC_F_ENUM || on->kind == TOC_F_BOOL));
				for (const char *const *v = conditions[c]->values;
				     on && on->kind == TOC_F_ENUM && *v; v++) {
					bool found = false;
					for (const char *const *w = on->values; *w; w++)
						found |= strcmp(*v, *w) == 0;
					CHECK(found);
				}
			}
		}
		CHECK(toc_shape_field(s, TOC_STR("no_such_field")) == NULL);
	}
}

CASE(every_type_has_a_selector_of_words_and_a_retention_class)
{
	const struct toc_message_type *t;
	for (size_t i = 0; (t = toc_message_type_at(i)); i++) {
		const struct toc_field *f = toc_shape_field(toc_shape_at(t->shape), toc_str_of(t->selector));
		CHECK(f && f->kind == TOC_F_ENUM && f->need == TOC_N_MUST && !f->personal);
		CHECK(strncmp(toc_message_type_retention(t), "R-", 2) == 0);
		CHECK(strlen(toc_message_type_title(t)) > 3);
		CHECK(toc_message_type_find(toc_str_of(toc_message_type_name(t))) == t);
		for (uint32_t k = 0; k < t->n_demands; k++)
			CHECK(toc_shape_field(toc_shape_envelope(), toc_str_of(t->demands[k].field)) != NULL);
	}
	CHECK(toc_message_type_find(TOC_STR("M4")) && toc_message_type_find(TOC_STR("exercise")));
}

CASE(codes_of_countries)
{
	CHECK(toc_country_is_assigned(TOC_STR("AD")) && toc_country_is_assigned(TOC_STR("ZW")) &&
	      toc_country_is_assigned(TOC_STR("GR")));
	CHECK(!toc_country_is_assigned(TOC_STR("EL")) && !toc_country_is_assigned(TOC_STR("XA")) &&
	      !toc_country_is_assigned(TOC_STR("gr")));
	CHECK(!toc_country_is_assigned(TOC_STR("")) && !toc_country_is_assigned(TOC_STR("GRC")));
	CHECK(toc_country_is_user_assigned(TOC_STR("XA")) && toc_country_is_user_assigned(TOC_STR("QM")) &&
	      toc_country_is_user_assigned(TOC_STR("AA")) && toc_country_is_user_assigned(TOC_STR("ZZ")));
	CHECK(!toc_country_is_user_assigned(TOC_STR("QA")) && !toc_country_is_user_assigned(TOC_STR("X1")));
	for (size_t i = 0; i + 1 < toc_n_countries; i++)
		CHECK(strcmp(toc_countries[i], toc_countries[i + 1]) < 0);
	CHECK(toc_lang_is_private(TOC_STR("qaa")) && toc_lang_is_private(TOC_STR("QTZ-Latn")));
	CHECK(!toc_lang_is_private(TOC_STR("qua")) && !toc_lang_is_private(TOC_STR("qa")) &&
	      !toc_lang_is_private(TOC_STR("en")));
}

CASE(a_schema_says_what_the_table_says)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *s = toc_message_schema(a, toc_message_type_find(TOC_STR("M4"))),
			 *m4 = toc_get(toc_get(s, "$defs"), "M4");
	CHECK_TEXT(toc_get_text(s, "$schema"), "https://json-schema.org/draft/2020-12/schema");
	CHECK_TEXT(toc_get_text(s, "$id"), "urn:tocsin:schema:1.0.0:M4");
	CHECK(toc_list_has(toc_get(s, "required"), TOC_STR("tlp")) &&
	      !toc_list_has(toc_get(s, "required"), TOC_STR("audience")));
	CHECK(toc_get(toc_get(s, "properties"), "seq") == NULL); /* the server's */
	CHECK_TEXT(toc_get_text(toc_get(toc_get(m4, "properties"), "explanation"), "$comment"),
		   "personal; DSA recital 56");
	CHECK_INT(toc_get_int(toc_get(toc_get(m4, "properties"), "content"), "minItems", 0), 1);
	CHECK(toc_get(toc_get(s, "$defs"), "hash_ref") != NULL && toc_get(toc_get(s, "$defs"), "M5") == NULL);
	toc_arena_free(a);
}

CASE(the_schema_of_all_types_names_each)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *s = toc_message_schema(a, NULL);
	const struct toc_message_type *t;
	size_t n = 0;
	for (; (t = toc_message_type_at(n)); n++)
		CHECK(toc_get_str(toc_get(s, "$defs"), toc_arena_printf(a, "message.%s", t->name)) != NULL);
	CHECK_INT(toc_len(toc_get(s, "oneOf")), n);
	toc_arena_free(a);
}

CASE(the_reference_page_is_the_one_of_this_table)
{
	/* After a change: catalogue_check reference > docs/messages.md */
	static char page[1 << 20];
	struct toc_arena *a = toc_arena_new();
	FILE *f = fopen(TOC_SOURCE_DIR "/docs/messages.md", "rb");
	size_t n = f ? fread(page, 1, sizeof page, f) : 0;
	if (f)
		fclose(f);
	CHECK(toc_str_eq((struct toc_str){ page, n }, toc_message_reference(a)));
	toc_arena_free(a);
}

static struct toc_str named(struct toc_arena *a, const char *message)
{
	struct toc_refusal why;
	struct toc_value *v;
	CHECK_INT(toc_json_parse(a, toc_str_of(message), 1000, 8, &v, &why), 0);
	return toc_message_k(a, v);
}

CASE(an_entry_is_named_after_its_step_or_after_the_member_that_the_table_names)
{
	struct toc_arena *a = toc_arena_new();
	CHECK_TEXT(named(a, "{\"type\":\"M1\",\"body\":{\"step\":\"report\"}}"), "M1.report");
	CHECK_TEXT(named(a, "{\"type\":\"M3\",\"body\":{\"decision\":\"assess\",\"step\":\"propose\"}}"), "M3.assess");
	CHECK_TEXT(named(a, "{\"type\":\"M3\",\"body\":{\"decision\":\"change\",\"step\":\"confirm\"}}"), "M3.confirm");
	CHECK_TEXT(named(a, "{\"type\":\"M3\",\"body\":{\"decision\":\"activate\",\"step\":\"propose\"}}"), "M3.propose");
	CHECK_TEXT(named(a, "{\"type\":\"M3\",\"body\":{\"decision\":\"activate\",\"step\":\"propose\",\"fast_path\":false}}"),
		   "M3.propose");
	CHECK_TEXT(named(a, "{\"type\":\"M3\",\"body\":{\"decision\":\"activate\",\"step\":\"propose\",\"fast_path\":true}}"),
		   "M3.fast_path");
	CHECK_TEXT(named(a, "{\"type\":\"M3\",\"body\":{\"decision\":\"close\",\"step\":\"object\"}}"), "M3.object");
	toc_arena_free(a);
}

RUN_CASES()
