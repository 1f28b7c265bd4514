/* import.c: contact points and rosters from files (contacts.h). CSV as RFC 4180 has it: a first line of names, fields in
 * quotation marks where they hold a comma. Whatever is wrong is said with its line; nothing is half imported. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/zone.h"
#include "cli/contacts.h"
#include "message/catalogue.h"
#include "message/json.h"

#define COLUMNS_MAX 32
#define FILE_MOST (1024 * 1024)

struct csv {
	struct toc_arena *a;
	struct toc_str rest;
	int64_t line, next_line;
	struct toc_str names[COLUMNS_MAX], fields[COLUMNS_MAX];
	size_t n_names, n;
};

static void wrong(struct toc_arena *a, struct toc_value *errors, int64_t line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
static void wrong(struct toc_arena *a, struct toc_value *errors, int64_t line, const char *format, ...)
{
	struct toc_value *e = toc_value_map(a);
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	toc_set_int(a, e, "line", line);
	toc_set_text(a, e, "text", toc_arena_str(a, toc_str_of(text)));
	toc_push(a, errors, e);
}

/* ---- CSV ---- */

/* One field; the rest begins at its end. */
static struct toc_str field(struct csv *f)
{
	struct toc_str s = f->rest;
	size_t n = 0;

	if (!s.n || *s.p != '"') {
		while (n < s.n && s.p[n] != ',' && s.p[n] != '\n')
			n++;
		f->rest = (struct toc_str){ s.p + n, s.n - n };
		return toc_str_trim((struct toc_str){ s.p, n });
	}
	char *out = toc_arena_alloc(f->a, s.n);
	size_t i = 1;
	for (; i < s.n; i++) {
		if (s.p[i] == '"' && i + 1 < s.n && s.p[i + 1] == '"')
			i++;
		else if (s.p[i] == '"')
			break;
		f->next_line += s.p[i] == '\n';
		out[n++] = s.p[i];
	}
	for (i += i < s.n; i < s.n && toc_is_blank(s.p[i]);)
		i++;
	f->rest = (struct toc_str){ s.p + i, s.n - i };
	return (struct toc_str){ out, n };
}

/* @return false at the end */
static bool row(struct csv *f)
{
	do {
		f->line = f->next_line;
		f->n = 0;
		if (!f->rest.n)
			return false;
		for (;;) {
			struct toc_str one = field(f);
			if (f->n < COLUMNS_MAX)
				f->fields[f->n++] = one;
			if (!f->rest.n || *f->rest.p != ',')
				break;
			f->rest.p++;
			f->rest.n--;
		}
		while (f->rest.n && *f->rest.p != '\n') { /* behind a closing quotation mark */
			f->rest.p++;
			f->rest.n--;
		}
		if (f->rest.n) {
			f->rest.p++;
			f->rest.n--;
		}
		f->next_line++;
	} while ((f->n == 1 && !f->fields[0].n) || (f->n && f->fields[0].n && f->fields[0].p[0] == '#'));
	return true;
}

static struct toc_str column(const struct csv *f, const char *name)
{
	for (size_t i = 0; i < f->n_names && i < f->n; i++)
		if (toc_str_is(f->names[i], name))
			return f->fields[i];
	return TOC_STR("");
}

static bool begin(struct csv *f, const char *const *known, struct toc_value *errors)
{
	if (!row(f)) {
		wrong(f->a, errors, 1, "the file is empty");
		return false;
	}
	f->n_names = f->n;
	memcpy(f->names, f->fields, f->n * sizeof *f->names);
	for (size_t i = 0; i < f->n_names; i++) {
		size_t k = 0;
		while (known[k] && !toc_str_is(f->names[i], known[k]))
			k++;
		if (!known[k])
			wrong(f->a, errors, f->line, "there is no column \"%.*s\"", TOC_STR_ARGS(f->names[i]));
	}
	return toc_len(errors) == 0;
}

/* Words with blanks, commas or semicolons between them. */
static struct toc_value *words(struct toc_arena *a, struct toc_str text)
{
	struct toc_value *list = toc_value_list(a);

	for (size_t i = 0; i < text.n;) {
		size_t n = 0;
		while (i + n < text.n && !strchr(" ,;", text.p[i + n]))
			n++;
		if (n)
			toc_push_text(a, list, (struct toc_str){ text.p + i, n });
		i += n + 1;
	}
	return list;
}

/* ---- people ---- */

/* A pseudonym, or a title that one person of the organisation has. */
static struct toc_str person(const struct contacts *c, struct toc_str text)
{
	struct toc_str found = TOC_STR("");

	for (size_t i = 0; i < toc_len(c->people); i++) {
		const struct toc_value *p = toc_at(c->people, i);
		if (!toc_str_eq(toc_get_text(p, "org"), c->you_org))
			continue;
		if (toc_str_eq(toc_get_text(p, "person"), text))
			return text;
		if (toc_str_eq(toc_get_text(p, "title"), text))
			found = found.n && !toc_str_eq(found, toc_get_text(p, "person")) ? TOC_STR("") : toc_get_text(p, "person");
	}
	return found;
}

/* ---- a contact point, row by row ---- */

static unsigned day_of(struct toc_str s)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	unsigned i = 0;

	while (i < 7 && !toc_str_is(s, days[i]))
		i++;
	return i;
}

/* "mon-fri 08:00-18:00; sat 09:00-13:00" */
static struct toc_value *openings(struct toc_arena *a, struct toc_str text)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	struct toc_value *list = toc_value_list(a);

	for (size_t at = 0; at < text.n;) {
		size_t n = 0;
		while (at + n < text.n && text.p[at + n] != ';')
			n++;
		struct toc_str one = toc_str_trim((struct toc_str){ text.p + at, n });
		at += n + 1;
		const char *blank = memchr(one.p, ' ', one.n), *dash = blank ? memchr(blank, '-', one.n - (size_t)(blank - one.p)) : NULL;
		if (!dash)
			return NULL;
		struct toc_value *o = toc_value_map(a), *on = toc_value_list(a);
		struct toc_str which = { one.p, (size_t)(blank - one.p) }, hours = toc_str_trim((struct toc_str){ blank, one.n - which.n });
		unsigned from = which.n >= 3 ? day_of((struct toc_str){ which.p, 3 }) : 7;
		unsigned until = which.n == 7 && which.p[3] == '-' ? day_of((struct toc_str){ which.p + 4, 3 }) : which.n == 3 ? from : 7;
		if (from > 6 || until > 6 || hours.n != 11)
			return NULL;
		for (unsigned d = from;; d = (d + 1) % 7) {
			toc_push_text(a, on, toc_str_of(days[d]));
			if (d == until)
				break;
		}
		toc_set(a, o, "days", on);
		toc_set_text(a, o, "from", (struct toc_str){ hours.p, 5 });
		toc_set_text(a, o, "until", (struct toc_str){ hours.p + 6, 5 });
		toc_push(a, list, o);
	}
	return list;
}

static void head(const struct contacts *c, const struct csv *f, struct toc_value *body, struct toc_value *errors)
{
	struct toc_arena *a = c->a;
	struct toc_str public = column(f, "public");

	toc_set_cstr(a, body, "step", "own");
	toc_set_text(a, body, "org", c->you_org);
	toc_set(a, body, "purposes", words(a, column(f, "purposes")));
	toc_set_text(a, body, "hours", column(f, "hours"));
	toc_set(a, body, "languages", words(a, column(f, "languages")));
	if (!toc_str_is(public, "yes") && !toc_str_is(public, "no"))
		wrong(a, errors, f->line, "public: yes or no");
	toc_set_bool(a, body, "public", toc_str_is(public, "yes"));
	toc_set(a, body, "escalation_chain", toc_value_list(a));
	if (column(f, "orders_by").n)
		toc_set(a, body, "orders_by", words(a, column(f, "orders_by")));
	if (column(f, "deputy").n)
		toc_set_text(a, body, "deputy", column(f, "deputy"));
	if (!column(f, "zone").n && !column(f, "open").n)
		return;
	struct toc_value *calendar = toc_value_map(a), *open = openings(a, column(f, "open"));
	toc_set_text(a, calendar, "zone", column(f, "zone"));
	if (!open)
		wrong(a, errors, f->line, "open: as \"mon-fri 08:00-18:00; sat 09:00-13:00\"");
	else
		toc_set(a, calendar, "open", open);
	if (column(f, "holidays").n)
		toc_set(a, calendar, "holidays", words(a, column(f, "holidays")));
	toc_set(a, body, "calendar", calendar);
}

static void channel(const struct contacts *c, const struct csv *f, struct toc_value *body, struct toc_value *errors)
{
	struct toc_arena *a = c->a;
	struct toc_str who = column(f, "person"), id = who.n ? person(c, who) : who, priority = column(f, "priority");
	struct toc_value *one = toc_value_map(a), *chain = toc_get(body, "escalation_chain"), *last = toc_len(chain) ? toc_at(chain, toc_len(chain) - 1) : NULL;

	if (who.n && !id.n) {
		wrong(a, errors, f->line, "person: nobody, or not one alone, is \"%.*s\" here", TOC_STR_ARGS(who));
		return;
	}
	toc_set_text(a, one, "kind", column(f, "kind"));
	if (column(f, "address").n)
		toc_set_text(a, one, "address", column(f, "address"));
	if (priority.n == 1 && *priority.p >= '1' && *priority.p <= '9')
		toc_set_int(a, one, "priority", *priority.p - '0');
	else if (priority.n)
		wrong(a, errors, f->line, "priority: 1 to 9");
	if (!who.n) {
		if (!toc_get(body, "channels"))
			toc_set(a, body, "channels", toc_value_list(a));
		toc_push(a, toc_get(body, "channels"), one);
		return;
	}
	if (!last || !toc_str_eq(toc_get_text(last, "person"), id)) {
		last = toc_value_map(a);
		toc_set_text(a, last, "person", id);
		toc_set(a, last, "channels", toc_value_list(a));
		if (column(f, "when").n)
			toc_set_text(a, last, "when", column(f, "when"));
		toc_push(a, chain, last);
	}
	toc_push(a, toc_get(last, "channels"), one);
}

/* ---- what the catalogue says of it ---- */

static void check(const struct contacts *c, struct contact_import *in)
{
	struct toc_value *normal = toc_value_list(c->a);

	for (size_t i = 0; i < toc_len(in->bodies); i++) {
		struct toc_value *m = contact_message(c->a, toc_at(in->bodies, i)), *decoded;
		struct toc_refusal refusal;
		int64_t line = toc_int_of(toc_at(in->lines, i), 0);
		toc_set_cstr(c->a, m, "id", "01980000-0000-7000-8000-000000000000");
		toc_set_cstr(c->a, m, "schema_version", TOC_SCHEMA_VERSION);
		toc_set_cstr(c->a, m, "sent_at", "2026-01-01T00:00:00Z");
		if (toc_message_decode(c->a, m, &decoded, &refusal) < 0)
			wrong(c->a, in->errors, line, "%s: %s", refusal.field, refusal.detail);
		else
			toc_push(c->a, normal, toc_get(decoded, "body"));
		for (size_t k = 0; k < i; k++)
			if (toc_value_eq(toc_get(toc_at(in->bodies, k), "purposes"), toc_get(toc_at(in->bodies, i), "purposes")))
				wrong(c->a, in->errors, line, "purposes: as in line %lld; one of them would stand for both",
				      (long long)toc_int_of(toc_at(in->lines, k), 0));
	}
	if (toc_len(in->errors) == 0)
		in->bodies = normal;
}

static const char *const point_columns[] = { "point", "purposes", "hours",    "languages", "public",    "orders_by", "deputy", "zone", "open",
					     "holidays", "person",  "when",     "kind",      "address",   "priority",  NULL };

static void read_csv(const struct contacts *c, struct toc_str file, struct contact_import *in)
{
	struct csv f = { .a = c->a, .rest = file, .next_line = 1 };
	struct toc_str label = TOC_STR("");
	struct toc_value *body = NULL;

	if (!begin(&f, point_columns, in->errors))
		return;
	while (row(&f)) {
		struct toc_str own = column(&f, "point");
		if (f.n != f.n_names)
			wrong(c->a, in->errors, f.line, "%zu fields; the first line names %zu", f.n, f.n_names);
		if (!body || !toc_str_eq(own, label)) {
			body = toc_value_map(c->a);
			head(c, &f, body, in->errors);
			toc_push(c->a, in->bodies, body);
			toc_push(c->a, in->lines, toc_value_int(c->a, f.line));
			label = own;
		}
		channel(c, &f, body, in->errors);
	}
}

static void read_json(const struct contacts *c, struct toc_str file, struct contact_import *in)
{
	struct toc_value *all;
	struct toc_refusal refusal;

	if (toc_json_parse(c->a, file, FILE_MOST, TOC_JSON_DEPTH_MAX, &all, &refusal) < 0) {
		wrong(c->a, in->errors, 1, "%s", refusal.detail);
		return;
	}
	const struct toc_value *points = toc_get(all, "contact_points");
	if (toc_len(points) == 0)
		wrong(c->a, in->errors, 1, "contact_points: the list is missing or empty");
	for (size_t i = 0; i < toc_len(points); i++) {
		struct toc_value *body = toc_value_copy(c->a, toc_at(points, i));
		const struct toc_value *chain = toc_get(body, "escalation_chain");
		for (size_t k = 0; k < toc_len(chain); k++) {
			struct toc_str who = toc_get_text(toc_at(chain, k), "person"), id = person(c, who);
			if (id.n)
				toc_set_text(c->a, toc_at(chain, k), "person", id);
			else
				wrong(c->a, in->errors, (int64_t)i + 1, "person: nobody, or not one alone, is \"%.*s\" here", TOC_STR_ARGS(who));
		}
		toc_set_cstr(c->a, body, "step", "own");
		toc_set_text(c->a, body, "org", c->you_org);
		toc_push(c->a, in->bodies, body);
		toc_push(c->a, in->lines, toc_value_int(c->a, (int64_t)i + 1));
	}
}

void contacts_read(const struct contacts *c, struct toc_str file, struct contact_import *ret)
{
	struct toc_str begins = toc_str_trim(file);

	*ret = (struct contact_import){ toc_value_list(c->a), toc_value_list(c->a), toc_value_list(c->a) };
	if (begins.n && *begins.p == '{')
		read_json(c, file, ret);
	else
		read_csv(c, file, ret);
	if (toc_len(ret->errors) == 0)
		check(c, ret);
}

/* ---- rosters ---- */

/* "2026-10-25 22:00" of the zone, or RFC 3339. */
static bool moment(const struct toc_zone *z, struct toc_str text, toc_time *ret)
{
	struct toc_local l;

	if (toc_time_parse(text, ret, NULL) == 0)
		return true;
	if (text.n != 16 || (text.p[10] != ' ' && text.p[10] != 'T') || toc_local_date((struct toc_str){ text.p, 10 }, &l) < 0)
		return false;
	l.minute = toc_local_minute((struct toc_str){ text.p + 11, 5 });
	if (l.minute < 0)
		return false;
	*ret = toc_zone_time(z, l);
	return true;
}

struct toc_value *contacts_read_roster(const struct contacts *c, struct toc_str file, const char *zone, struct toc_value *errors)
{
	static const char *const columns[] = { "person", "from", "until", NULL };
	struct csv f = { .a = c->a, .rest = file, .next_line = 1 };
	const struct toc_zone *z = toc_zone_find(toc_str_of(zone));
	struct toc_value *body = toc_value_map(c->a), *shifts = toc_value_list(c->a);
	toc_time first = TOC_TIME_NEVER, last = { 0 };

	if (!z)
		wrong(c->a, errors, 0, "there is no time zone \"%s\" here", zone);
	if (!z || !begin(&f, columns, errors))
		return NULL;
	while (row(&f)) {
		struct toc_value *shift = toc_value_map(c->a);
		struct toc_str id = person(c, column(&f, "person"));
		toc_time from = { 0 }, until = { 0 };
		if (!id.n)
			wrong(c->a, errors, f.line, "person: nobody, or not one alone, is \"%.*s\" here", TOC_STR_ARGS(column(&f, "person")));
		if (!moment(z, column(&f, "from"), &from) || !moment(z, column(&f, "until"), &until))
			wrong(c->a, errors, f.line, "from, until: as 2026-10-25 22:00");
		else if (!toc_before(from, until))
			wrong(c->a, errors, f.line, "until: not after from");
		toc_set_text(c->a, shift, "person", id);
		toc_set_text(c->a, shift, "from", toc_time_str(c->a, from));
		toc_set_text(c->a, shift, "until", toc_time_str(c->a, until));
		toc_push(c->a, shifts, shift);
		first = toc_before(from, first) ? from : first;
		last = toc_before(last, until) ? until : last;
	}
	if (toc_len(shifts) == 0)
		wrong(c->a, errors, 1, "there is no shift in it");
	toc_set_cstr(c->a, body, "step", "roster");
	toc_set_text(c->a, body, "org", c->you_org);
	toc_set_text(c->a, body, "from", toc_time_str(c->a, first));
	toc_set_text(c->a, body, "until", toc_time_str(c->a, last));
	toc_set(c->a, body, "shifts", shifts);
	return body;
}

/* ---- messages ---- */

struct toc_value *contact_message(struct toc_arena *a, struct toc_value *body)
{
	struct toc_value *m = toc_value_map(a), *none = toc_value_map(a);

	toc_set_cstr(a, m, "type", "M26");
	toc_set_cstr(a, m, "mode", "system");
	toc_set_cstr(a, m, "tlp", "AMBER");
	toc_set_cstr(a, m, "precedence", "routine");
	toc_set_bool(a, m, "ack_required", false);
	toc_set_cstr(a, m, "lang", "en");
	toc_set_cstr(a, none, "level", "limited");
	struct toc_value *categories = toc_value_list(a);
	toc_push_text(a, categories, TOC_STR("contact"));
	toc_set(a, none, "categories", categories);
	toc_set(a, m, "personal_data", none);
	toc_set(a, m, "legal_basis", toc_value_list(a));
	toc_set(a, m, "also_reported_to", toc_value_list(a));
	toc_set(a, m, "body", body);
	return m;
}
