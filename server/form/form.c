/* form.c: see form.h: documents and messages; what is drawn is print.c, what is attached attach.c. */
#include "form/form.h"

#include "message/catalogue.h"
#include "message/json.h"

static const char *const annexes[] = { NULL, "I", "II", "III" };
static const char *const types[] = { NULL, "M10", "M12", "M13" };

/* What the server adds to Annex I: printed, and no part of what is sent. */
static bool is_servers(struct toc_str name)
{
	static const char *const names[] = { "issued_at", "cross_border", "copy_sent", "date" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (toc_str_is(name, names[i]))
			return true;
	return false;
}

static unsigned annex_of(const struct toc_value *document)
{
	for (unsigned n = 1; n <= 3; n++)
		if (toc_get_is(document, "annex", annexes[n]))
			return n;
	return 0;
}

static struct toc_value *without(struct toc_arena *a, const struct toc_value *map, bool (*leave_out)(struct toc_str))
{
	struct toc_value *copy = toc_value_map(a);

	for (uint32_t i = 0; map && i < map->n; i++)
		if (!leave_out(map->members[i].name))
			toc_set_str(a, copy, map->members[i].name, map->members[i].value);
	return copy;
}

static bool is_of_message(struct toc_str name)
{
	return toc_str_is(name, "step") || toc_str_is(name, "order_ref");
}

/* ---- from what was sent ---- */

/* What the server decided when it was issued belongs into sections A and D. */
static void add_issue(struct toc_arena *a, struct toc_value *form, const struct toc_value *entry)
{
	const struct toc_value *issued = toc_get(toc_at(toc_get(toc_get(entry, "decided"), "orders"), 0), "issued");

	if (!issued)
		return;
	toc_set(a, form, "issued_at", toc_get(issued, "at"));
	toc_set(a, form, "cross_border", toc_get(issued, "cross_border"));
	if (toc_get(issued, "home_authority")) {
		struct toc_value *copy = toc_value_map(a);
		toc_set(a, copy, "to", toc_get(issued, "home_authority"));
		toc_set(a, copy, "at", toc_get(issued, "at"));
		toc_set(a, form, "copy_sent", copy);
	}
}

struct toc_value *toc_form_of(struct toc_arena *a, const struct toc_value *v)
{
	const struct toc_value *message = toc_get(v, "message") ? toc_get(v, "message") : v, *body = toc_get(message, "body");
	struct toc_value *document = toc_value_map(a), *form = NULL;
	unsigned n = annex_of(v);

	if (n)
		return (struct toc_value *)(uintptr_t)v; /* it is one */
	for (unsigned i = 1; i <= 3; i++)
		if (toc_get_is(message, "type", types[i]))
			n = i;
	if (n == 1 && toc_get(body, "order")) {
		form = toc_value_copy(a, toc_get(body, "order"));
		add_issue(a, form, v);
	} else if (n > 1) {
		form = without(a, body, is_of_message);
	}
	if (!form)
		return NULL;
	toc_set_cstr(a, document, "annex", annexes[n]);
	toc_set_cstr(a, document, "regulation", "(EU) 2021/784");
	toc_set(a, document, "mode", toc_get(message, "mode"));
	toc_set(a, document, "exercise", toc_get(message, "exercise_ref"));
	toc_set(a, document, "order",
		toc_get(body, "order_ref")		 ? toc_get(body, "order_ref")
		: n == 1 && toc_get_is(body, "step", "draft") ? toc_get(message, "id")
							 : NULL);
	toc_set(a, document, "form", form);
	return document;
}

/* ---- to what is sent ---- */

struct toc_value *toc_form_message(struct toc_arena *a, const struct toc_value *document)
{
	static const char *const articles[] = { NULL, "3(1)", "3(6)", "3(7)" };
	unsigned n = annex_of(document);
	const struct toc_value *form = toc_get(document, "form");
	struct toc_value *m = toc_value_map(a), *body = toc_value_map(a), *basis = toc_value_map(a),
			 *personal = toc_value_map(a), *categories = toc_value_list(a);

	if (n == 0)
		return NULL;
	toc_set_cstr(a, m, "type", types[n]);
	toc_set(a, m, "mode", toc_get(document, "mode"));
	toc_set(a, m, "exercise_ref", toc_get(document, "exercise"));
	toc_set_cstr(a, m, "tlp", "AMBER");
	toc_set_cstr(a, m, "precedence", "immediate");
	toc_set_bool(a, m, "ack_required", n != 2);
	toc_set_cstr(a, m, "lang", "en");
	if (toc_get(form, "language"))
		toc_set(a, m, "lang", toc_get(form, "language"));
	toc_set_cstr(a, personal, "level", "limited");
	toc_push_text(a, categories, TOC_STR("contact"));
	toc_set(a, personal, "categories", categories);
	toc_set(a, m, "personal_data", personal);
	toc_set_cstr(a, basis, "act", "TCO");
	toc_set_cstr(a, basis, "article", articles[n]);
	toc_set(a, m, "legal_basis", toc_value_list(a));
	toc_push(a, toc_get(m, "legal_basis"), basis);
	toc_set(a, m, "also_reported_to", toc_value_list(a));
	toc_set_cstr(a, body, "step", n == 1 ? "draft" : "send");
	if (n == 1) {
		toc_set(a, body, "order", without(a, form, is_servers));
	} else {
		toc_set(a, body, "order_ref", toc_get(document, "order"));
		for (uint32_t i = 0; form && i < form->n; i++)
			toc_set_str(a, body, form->members[i].name, form->members[i].value);
	}
	toc_set(a, m, "body", body);
	return m;
}

int toc_form_check(struct toc_arena *a, const struct toc_value *document, struct toc_refusal *ret_refusal)
{
	struct toc_value *m = toc_form_message(a, document), *decoded;

	if (!m)
		return toc_refuse(ret_refusal, TOC_REFUSE_BAD_VALUE, "annex", "TCO Annexes I to III",
				  "annex: \"I\", \"II\" or \"III\"");
	toc_set_cstr(a, m, "id", "01980000-0000-7000-8000-000000000000");
	toc_set_cstr(a, m, "schema_version", TOC_SCHEMA_VERSION);
	toc_set_cstr(a, m, "sent_at", "2030-01-01T00:00:00Z");
	return toc_message_decode(a, m, &decoded, ret_refusal);
}

int toc_form_read(struct toc_arena *a, struct toc_str bytes, struct toc_value **ret_document, struct toc_error *reterr)
{
	struct toc_refusal why = { 0 };
	struct toc_str json = bytes;
	struct toc_value *v;

	if (bytes.n > TOC_FORM_FILE_MAX)
		return toc_fail(reterr, TOC_ELIMIT, "the file has %zu bytes, at most %zu are read", bytes.n, TOC_FORM_FILE_MAX);
	if (bytes.n > 5 && toc_str_eq((struct toc_str){ bytes.p, 5 }, TOC_STR("%PDF-")) && toc_pdf_attached(bytes, &json) < 0)
		return toc_fail(reterr, TOC_ENOTFOUND,
				"a PDF without the form in it: printed by something else, or changed by another program since");
	if (toc_json_parse(a, json, TOC_FORM_FILE_MAX, 32, &v, &why) < 0)
		return toc_fail(reterr, TOC_EINVAL, "neither a PDF nor JSON: %s", why.detail);
	if (!(*ret_document = toc_form_of(a, v)))
		return toc_fail(reterr, TOC_EINVAL, "no Annex I, II or III: \"annex\" is missing, and it is no M10, M12 or M13 either");
	return 0;
}
