/* scenario.c: reads a scenario file and fills in what only the play knows. */
#include "cli/scenario.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "message/json.h"

#define FILE_MAX (4u << 20)
#define DEPTH_MAX 24

/* ---- times ---- */

/* Digits at text[*i]; at most 7 of them. */
static bool digits(struct toc_str text, size_t *i, size_t least, int64_t *ret)
{
	int64_t n = 0;
	size_t from = *i;
	while (*i < text.n && isdigit((unsigned char)text.p[*i]) && *i - from < 7)
		n = n * 10 + (text.p[(*i)++] - '0');
	*ret = n;
	return *i - from >= least;
}

/* The time at the beginning of the text; *ret_used is its length. */
static int time_prefix(struct toc_str text, toc_dur *ret_t, size_t *ret_used)
{
	int64_t part[3];
	size_t i = 0, n = 0;
	for (;;) {
		size_t from = i;
		if (!digits(text, &i, 1, &part[n]) || (n > 0 && (i - from != 2 || part[n] > 59)))
			return TOC_EINVAL;
		n++;
		if (n == 3 || i >= text.n || text.p[i] != ':')
			break;
		i++;
	}
	if (n < 2)
		return TOC_EINVAL;
	*ret_t = n == 3 ? TOC_SECONDS(part[0] * 3600 + part[1] * 60 + part[2])
			: TOC_SECONDS(part[0] * 60 + part[1]);
	*ret_used = i;
	return 0;
}

int scenario_time(struct toc_str text, toc_dur *ret_t)
{
	size_t used;
	toc_dur t;
	if (time_prefix(text, &t, &used) < 0 || used != text.n)
		return TOC_EINVAL;
	*ret_t = t;
	return 0;
}

struct toc_str scenario_time_str(struct toc_arena *a, toc_dur t)
{
	int64_t s = t.us / 1000000;
	if (s < 6000) /* as the tables of an exercise are written */
		return toc_arena_printf(a, "%02" PRId64 ":%02" PRId64, s / 60, s % 60);
	return toc_arena_printf(a, "%" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600, s / 60 % 60, s % 60);
}

/* "@02:00" or "@02:00+01:00" as an RFC 3339 time; NULL when the text is nothing of the kind. */
static struct toc_value *scenario_instant(struct toc_arena *a, toc_time t0, struct toc_str text)
{
	toc_dur t;
	size_t used;
	if (text.n < 2 || text.p[0] != '@')
		return NULL;
	struct toc_str rest = { text.p + 1, text.n - 1 };
	if (time_prefix(rest, &t, &used) < 0)
		return NULL;
	rest = (struct toc_str){ rest.p + used, rest.n - used };
	toc_time at = toc_after(t0, t);
	if (rest.n == 0)
		return toc_value_text(a, toc_time_str(a, at));
	int64_t hours, minutes;
	size_t i = 1;
	if ((rest.p[0] != '+' && rest.p[0] != '-') || rest.n != 6 || !digits(rest, &i, 2, &hours) || i != 3 ||
	    rest.p[i++] != ':' || !digits(rest, &i, 2, &minutes))
		return NULL;
	int64_t east = (hours * 60 + minutes) * (rest.p[0] == '-' ? -1 : 1);
	struct toc_str utc = toc_time_str(a, toc_after(at, TOC_MINUTES(east)));
	return toc_value_text(a, toc_arena_printf(a, "%.*s%.*s", (int)utc.n - 1, utc.p, TOC_STR_ARGS(rest)));
}

/* ---- references ---- */

const struct scenario_binding *scenario_find(const struct scenario_names *names, struct toc_str name)
{
	for (size_t i = 0; i < names->n; i++)
		if (toc_str_is(name, names->bindings[i].name))
			return &names->bindings[i];
	return NULL;
}

/* What stands for `${inside}`; an empty text when it is not known (yet). */
static struct toc_str referred(struct toc_arena *a, const struct scenario_names *names, struct toc_str inside)
{
	if (toc_str_is(inside, "me"))
		return names->me;
	if (toc_str_is(inside, "exercise"))
		return names->exercise;
	size_t dot = 0;
	while (dot < inside.n && inside.p[dot] != '.')
		dot++;
	const struct scenario_binding *b = scenario_find(names, (struct toc_str){ inside.p, dot });
	struct toc_str what =
		dot < inside.n ? (struct toc_str){ inside.p + dot + 1, inside.n - dot - 1 } : TOC_STR("");
	if (!b)
		return TOC_STR("");
	if (toc_str_is(what, "id"))
		return toc_str_of(b->id);
	if (toc_str_is(what, "case"))
		return toc_str_of(b->case_ref);
	if (toc_str_is(what, "incident"))
		return toc_str_of(b->incident_ref);
	if (toc_str_is(what, "seq") && b->seq >= 0)
		return toc_arena_printf(a, "%lld", b->seq);
	if (what.n > 1 && what.p[0] == 'T' && b->seq >= 0 && names->timer)
		return names->timer(names, b, what);
	return TOC_STR("");
}

static int resolve_text(struct toc_arena *a, const struct scenario_names *names, struct toc_str text,
			struct toc_value **ret, struct toc_error *reterr)
{
	struct toc_value *instant = scenario_instant(a, names->t0, text);
	if (instant) {
		*ret = instant;
		return 0;
	}
	struct toc_str out = TOC_STR("");
	for (size_t i = 0; i < text.n;) {
		const char *open = memmem(text.p + i, text.n - i, "${", 2);
		const char *close = open ? memchr(open, '}', (size_t)(text.p + text.n - open)) : NULL;
		size_t plain = close ? (size_t)(open - text.p) - i : text.n - i;
		struct toc_str value = TOC_STR("");
		if (close) {
			struct toc_str inside = { open + 2, (size_t)(close - open) - 2 };
			value = referred(a, names, inside);
			if (!value.n)
				return toc_fail(reterr, TOC_ENOTFOUND, "${%.*s} is not known at this step",
						TOC_STR_ARGS(inside));
		}
		out = toc_arena_printf(a, "%.*s%.*s%.*s", TOC_STR_ARGS(out), (int)plain, text.p + i,
				       TOC_STR_ARGS(value));
		i = close ? (size_t)(close - text.p) + 1 : text.n;
	}
	*ret = toc_value_text(a, out);
	return 0;
}

int scenario_resolve(struct toc_arena *a, const struct scenario_names *names, const struct toc_value *v,
		     struct toc_value **ret_value, struct toc_error *reterr)
{
	struct toc_value *item, *copy;
	int r;
	switch (v->kind) {
	case TOC_TEXT: return resolve_text(a, names, v->text, ret_value, reterr);
	case TOC_LIST:
		copy = toc_value_list(a);
		for (uint32_t i = 0; i < v->n; i++) {
			if ((r = scenario_resolve(a, names, v->items[i], &item, reterr)) < 0)
				return r;
			toc_push(a, copy, item);
		}
		break;
	case TOC_MAP:
		copy = toc_value_map(a);
		for (uint32_t i = 0; i < v->n; i++) {
			if ((r = scenario_resolve(a, names, v->members[i].value, &item, reterr)) < 0)
				return r;
			toc_set_str(a, copy, v->members[i].name, item);
		}
		break;
	default: copy = toc_value_copy(a, v);
	}
	*ret_value = copy;
	return 0;
}

/* ---- paths ---- */

/* `[2]` or `[org=AIRU]` of a list. */
static const struct toc_value *pick(const struct toc_value *list, struct toc_str inside)
{
	int64_t index;
	size_t i = 0;
	if (digits(inside, &i, 1, &index) && i == inside.n)
		return toc_at(list, (size_t)index);
	const char *equals = memchr(inside.p, '=', inside.n);
	if (!equals)
		return NULL;
	struct toc_str name = { inside.p, (size_t)(equals - inside.p) },
		       want = { equals + 1, inside.n - name.n - 1 };
	for (size_t k = 0; k < toc_len(list); k++) {
		const struct toc_value *item = toc_at(list, k);
		if (toc_str_eq(toc_text_of(toc_get_str(item, name)), want))
			return item;
	}
	return NULL;
}

const struct toc_value *scenario_path(const struct toc_value *v, struct toc_str path)
{
	size_t i = 0;
	while (v && i < path.n) {
		if (path.p[i] == '[') {
			const char *close = memchr(path.p + i, ']', path.n - i);
			if (!close || v->kind != TOC_LIST)
				return NULL;
			v = pick(v, (struct toc_str){ path.p + i + 1, (size_t)(close - path.p) - i - 1 });
			i = (size_t)(close - path.p) + 1;
		} else {
			i += path.p[i] == '.';
			size_t from = i;
			while (i < path.n && path.p[i] != '.' && path.p[i] != '[')
				i++;
			v = toc_get_str(v, (struct toc_str){ path.p + from, i - from });
		}
	}
	return v;
}

/* ---- the file ---- */

static int load_step(struct scenario *s, size_t i, const struct toc_value *v, struct toc_error *reterr)
{
	struct scenario_step *step = &s->steps[i];
	*step = (struct scenario_step){ .name = toc_get_text(v, "name"),
					.who = toc_get_text(v, "who"),
					.note = toc_get_text(v, "note"),
					.send = toc_get(v, "send"),
					.receipt = toc_get(v, "receipt"),
					.prepare = toc_get_bool(v, "prepare") || toc_get_is(v, "prepare", "only"),
					.only_prepare = toc_get_is(v, "prepare", "only"),
					.expect = toc_get(v, "expect") };
	if (scenario_time(toc_get_text(v, "t"), &step->t) < 0)
		return toc_fail(reterr, TOC_EINVAL, "step %zu: t: \"%.*s\" is not mm:ss or h:mm:ss", i + 1,
				TOC_STR_ARGS(toc_get_text(v, "t")));
	if (i && step->t.us < s->steps[i - 1].t.us)
		return toc_fail(reterr, TOC_EINVAL, "step %zu: t lies before the step before", i + 1);
	if (!step->name.n || step->name.n >= sizeof((struct scenario_binding *)0)->name)
		return toc_fail(reterr, TOC_EINVAL, "step %zu: name is missing or longer than 47 bytes",
				i + 1);
	for (size_t k = 0; k < i; k++)
		if (toc_str_eq(s->steps[k].name, step->name))
			return toc_fail(reterr, TOC_EINVAL, "step %zu: there are two steps %.*s", i + 1,
					TOC_STR_ARGS(step->name));
	const char *slash = step->who.n ? memchr(step->who.p, '/', step->who.n) : NULL;
	if (slash) {
		step->org = (struct toc_str){ step->who.p, (size_t)(slash - step->who.p) };
		step->title = (struct toc_str){ slash + 1, step->who.n - step->org.n - 1 };
	} else if (!toc_str_is(step->who, "system") || step->send || step->receipt) {
		return toc_fail(reterr, TOC_EINVAL, "step %zu: who: \"%.*s\" is not ORG/title", i + 1,
				TOC_STR_ARGS(step->who));
	}
	return 0;
}

int scenario_load(struct toc_str bytes, struct scenario *ret_scenario, struct toc_error *reterr)
{
	struct scenario s = { .arena = toc_arena_new() };
	struct toc_value *file;
	struct toc_refusal refusal;
	int r = 0;

	if (toc_json_parse(s.arena, bytes, FILE_MAX, DEPTH_MAX, &file, &refusal) < 0) {
		r = toc_fail(reterr, TOC_EINVAL, "%s%s%s", refusal.field, refusal.field[0] ? ": " : "",
			     refusal.detail);
	} else {
		const struct toc_value *steps = toc_get(file, "steps");
		s.title = toc_get_text(file, "title");
		s.about = toc_get_text(file, "about");
		s.exercise = toc_get_text(file, "exercise");
		s.control = toc_get_text(file, "control");
		s.defaults = toc_get(file, "defaults");
		s.finally = toc_get(file, "finally");
		s.n = toc_len(steps);
		s.steps = toc_arena_alloc(s.arena, (s.n + 1) * sizeof *s.steps);
		struct toc_uuid id;
		if (!steps || steps->kind != TOC_LIST || !s.n)
			r = toc_fail(reterr, TOC_EINVAL, "steps are missing");
		else if (toc_uuid_parse(s.exercise, &id) < 0)
			r = toc_fail(reterr, TOC_EINVAL, "exercise: not a UUID");
		else if (toc_time_parse(toc_get_text(file, "t0"), &s.t0, NULL) < 0)
			r = toc_fail(reterr, TOC_EINVAL, "t0: not a time (RFC 3339)");
		else if (!s.control.n || !memchr(s.control.p, '/', s.control.n))
			r = toc_fail(reterr, TOC_EINVAL, "control: not ORG/title");
		for (size_t i = 0; r == 0 && i < s.n; i++)
			r = load_step(&s, i, toc_at(steps, i), reterr);
	}
	if (r < 0) {
		scenario_done(&s);
		return r;
	}
	*ret_scenario = s;
	return 0;
}

void scenario_done(struct scenario *s)
{
	if (s)
		toc_arena_free(s->arena);
}
