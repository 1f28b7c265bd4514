/* reference.c: the catalogue as a page for people (Markdown): docs/messages.md. */
#include "message/table.h"

#include <stdio.h>
#include <string.h>

#define SHAPES_MAX 256

/* In a cell of a table. */
static void cell(struct toc_buf *b, const char *text)
{
	for (; *text; text++) {
		if (*text == '|' || *text == '<')
			toc_buf_byte(b, '\\');
		toc_buf_byte(b, (uint8_t)*text);
	}
}

static void anchor(struct toc_buf *b, const struct toc_shape *s)
{
	toc_buf_printf(b, "[%s](#%s)", s->name, s->name);
}

static void kind(struct toc_buf *b, const struct toc_field *f)
{
	static const char *const words[] = {
		[TOC_F_UUID] = "UUID",        [TOC_F_UUID7] = "UUIDv7",
		[TOC_F_ORG] = "organisation", [TOC_F_PERSON] = "person (UUID)",
		[TOC_F_TIME] = "time",        [TOC_F_CC] = "country",
		[TOC_F_LANG] = "language",    [TOC_F_URL] = "URL",
		[TOC_F_IP] = "IP address",    [TOC_F_LINE] = "line",
		[TOC_F_PROSE] = "text",       [TOC_F_TOKEN] = "token",
		[TOC_F_HEX] = "hexadecimal",  [TOC_F_BYTES] = "base64url",
		[TOC_F_INT] = "integer",      [TOC_F_BOOL] = "true or false",
		[TOC_F_VERSION] = "version",  [TOC_F_TYPE_NAME] = "type",
		[TOC_F_BODY] = "object",
	};

	if (f->list)
		toc_buf_printf(b, "%u to %u × ", f->least, f->most);
	if (f->kind == TOC_F_MAP)
		anchor(b, toc_shape_at(f->shape));
	else if (f->kind == TOC_F_ENUM)
		for (const char *const *v = f->values; *v; v++)
			toc_buf_printf(b, "%s`%s`", v == f->values ? "" : ", ", *v);
	else
		toc_buf_text(b, words[f->kind]);
	if (f->kind == TOC_F_INT)
		toc_buf_printf(b, ", %lld to %lld", (long long)f->min, (long long)f->max);
	else if (f->max)
		toc_buf_printf(b, " ≤ %lld", (long long)f->max);
}

static void condition(struct toc_buf *b, const struct toc_condition *c)
{
	toc_buf_printf(b, "`%s` is ", c->member);
	for (size_t i = 0; c->values[i]; i++)
		toc_buf_printf(b, "%s`%s`", i == 0 ? "" : c->values[i + 1] ? ", " : " or ", c->values[i]);
	if (c->and) {
		toc_buf_text(b, " and ");
		condition(b, c->and);
	}
}

static void need(struct toc_buf *b, const struct toc_field *f)
{
	if (f->must_when) {
		toc_buf_text(b, "**C** mandatory when ");
		condition(b, f->must_when);
		toc_buf_text(b, f->only_when == f->must_when ? ", not otherwise" : "");
	}
	if (f->only_when && f->only_when != f->must_when) {
		toc_buf_text(b, f->must_when ? "; only when " : "**C** only when ");
		condition(b, f->only_when);
	}
	if (f->must_when || f->only_when)
		return;
	switch (f->need) {
	case TOC_N_MUST: toc_buf_text(b, "**M**"); break;
	case TOC_N_MEMBERS_MUST: toc_buf_text(b, "**M** from members"); break;
	case TOC_N_UNLESS_ROUTED:
		toc_buf_text(b, "**C** mandatory unless the server computes the recipients");
		break;
	case TOC_N_SERVER: toc_buf_text(b, "set by the server"); break;
	case TOC_N_MAY: toc_buf_text(b, "O"); break;
	}
}

static void shape(struct toc_buf *b, const struct toc_shape *s)
{
	toc_buf_text(b, "| field | what | needed | personal | source | meaning |\n"
			"| --- | --- | --- | --- | --- | --- |\n");
	for (uint32_t i = 0; i < s->n; i++) {
		const struct toc_field *f = &s->fields[i];
		toc_buf_printf(b, "| `%s` | ", f->name);
		kind(b, f);
		toc_buf_text(b, " | ");
		need(b, f);
		toc_buf_text(b, f->personal ? " | yes" : f->plain_because ? " | no: " : " | no");
		toc_buf_printf(b, "%s | ", f->plain_because ? f->plain_because : "");
		cell(b, f->clause);
		toc_buf_text(b, " | ");
		cell(b, f->meaning);
		toc_buf_text(b, " |\n");
	}
	for (uint32_t i = 0; i < s->n_rules; i++) {
		toc_buf_text(b, "\nRule: ");
		if (s->rules[i].when->member) {
			toc_buf_text(b, "when ");
			condition(b, s->rules[i].when);
			toc_buf_text(b, ": ");
		}
		if (s->rules[i].each)
			toc_buf_printf(b, "`%s`, on every item of `%s`: ", s->rules[i].each, s->rules[i].list);
		toc_buf_printf(b, "%s (%s).\n", s->rules[i].words, s->rules[i].clause);
	}
	for (uint32_t i = 0; i < s->n_forms; i++) {
		toc_buf_text(b, "\nForm: when ");
		condition(b, s->forms[i].when);
		toc_buf_printf(b, ", `%s` is ", s->forms[i].as.name);
		kind(b, &s->forms[i].as);
		toc_buf_printf(b, " (%s).\n", s->forms[i].as.clause);
	}
	toc_buf_byte(b, '\n');
}

/* The objects inside, once each, below the first type that uses them. */
static void inner_shapes(struct toc_buf *b, const struct toc_shape *s, bool shown[SHAPES_MAX])
{
	for (uint32_t i = 0; i < s->n; i++) {
		const struct toc_field *f = &s->fields[i];
		if (f->kind != TOC_F_MAP || shown[f->shape])
			continue;
		const struct toc_shape *inner = toc_shape_at(f->shape);
		shown[f->shape] = true;
		toc_buf_printf(b, "### %s\n\n%s\n\n", inner->name, inner->meaning);
		shape(b, inner);
		inner_shapes(b, inner, shown);
	}
}

static const char opening[] =
	"# Messages of tocsin.v1, version " TOC_SCHEMA_VERSION "\n"
	"\n"
	"Made from `server/message/catalogue.def`; do not edit. A message is one JSON object: the envelope "
	"and, in\n"
	"`body`, the fields of its type. The JSON Schema says the same: `GET /api/schema`, `GET "
	"/api/schema/TYPE`.\n"
	"\n"
	"Needed: **M** mandatory, **C** under a condition, O optional. Personal fields are sealed and "
	"erasable; who\n"
	"gets the rendering without personal data does not get them. Times are RFC 3339 with offset, "
	"countries ISO\n"
	"3166-1, languages BCP 47; a line has no line break; lengths count characters.\n"
	"\n"
	"Sources: TCO = Regulation (EU) 2021/784, DSA = (EU) 2022/2065, Europol = (EU) 2016/794, e-Evidence "
	"= (EU)\n"
	"2023/1543, GDPR = (EU) 2016/679, CAP = OASIS CAP 1.2; \"domain\" = the protocol's own rules.\n"
	"\n"
	"## Envelope\n"
	"\n";

struct toc_str toc_message_reference(struct toc_arena *a)
{
	struct toc_buf b;
	bool shown[SHAPES_MAX] = { false };
	const struct toc_message_type *t;

	if (toc_shape_at(SHAPES_MAX))
		TOC_WRONG("catalogue: more shapes than the reference can count");
	toc_buf_init(&b, 4 << 20);
	toc_buf_text(&b, opening);
	shape(&b, toc_shape_envelope());
	inner_shapes(&b, toc_shape_envelope(), shown);
	for (size_t i = 0; (t = toc_message_type_at(i)); i++) {
		const struct toc_shape *s = toc_shape_at(t->shape);
		toc_buf_printf(&b, "## %s: %s\n\n%s%s. Selector: `%s`. Retention class %s. %s.\n\n", t->name,
			       t->title, s->meaning,
			       t->flags & TOC_TYPE_MEMBERS ? "" : "; made by the server only", t->selector,
			       t->retention, t->clause);
		shape(&b, s);
		for (uint32_t k = 0; k < t->n_namings; k++) {
			toc_buf_text(&b, k ? "else when " : "Named after another member when ");
			condition(&b, t->namings[k].when);
			toc_buf_printf(&b, ": `%s`%s", t->namings[k].selector,
				       k + 1 < t->n_namings ? "; " : ".\n\n");
		}
		for (uint32_t k = 0; k < t->n_demands; k++) {
			toc_buf_text(&b, "Rule: ");
			if (t->demands[k].when->member) {
				toc_buf_text(&b, "when ");
				condition(&b, t->demands[k].when);
				toc_buf_text(&b, ", ");
			}
			toc_buf_printf(&b, "`%s` of the envelope is mandatory: %s (%s).\n\n",
				       t->demands[k].field, t->demands[k].words, t->demands[k].clause);
		}
		inner_shapes(&b, s, shown);
	}
	while (b.n > 1 && b.p[b.n - 1] == '\n' && b.p[b.n - 2] == '\n')
		b.n--;
	struct toc_str page = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return page;
}
