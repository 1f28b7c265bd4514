/* answers.c: see answers.h. Entries are looked at once, in order; what they say of a case, an order or an incident is kept
 * under its id until somebody asks: answers_threat.c, answers_crisis.c, answers_order.c. */
#include "message/answers_room.h"

static const struct {
	const char *name, *text;
} questions[] = {
#define TOC_QUESTION(name, kind, text) { #name, text },
#include "message/answers.def"
};

struct toc_answers *toc_answers_new(struct toc_arena *a)
{
	struct toc_answers *x = toc_arena_alloc(a, sizeof *x);

	*x = (struct toc_answers){ .a = a,
				   .notices = toc_map_new(),
				   .orders = toc_map_new(),
				   .clocks = toc_map_new(),
				   .crises = toc_map_new(),
				   .ties = toc_map_new(),
				   .disputed = toc_map_new(),
				   .protections = toc_map_new(),
				   .paged = toc_value_list(a),
				   .hubs = toc_value_list(a) };
	return x;
}

void toc_answers_free(struct toc_answers *x)
{
	if (!x)
		return;
	struct toc_map *maps[] = { x->notices, x->orders, x->clocks, x->crises, x->ties, x->disputed, x->protections };
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		toc_map_free(maps[i]);
}

/* ---- reading ---- */

toc_time toc_answer_time(const struct toc_value *map, const char *name)
{
	toc_time t;

	return toc_time_parse(toc_get_text(map, name), &t, NULL) == 0 ? t : TOC_TIME_NEVER;
}

bool toc_answer_is_set(toc_time t)
{
	return t.us != TOC_TIME_NEVER.us;
}

void toc_answer_first(toc_time *t, toc_time when)
{
	if (!toc_answer_is_set(*t))
		*t = when;
}

const struct toc_value *toc_answer_body(const struct toc_value *entry)
{
	return toc_get(toc_get(entry, "message"), "body");
}

void toc_answer_add_org(struct toc_answers *x, struct toc_value *list, struct toc_str org)
{
	if (org.n && !toc_list_has(list, org))
		toc_push_text(x->a, list, org);
}

/* Who may read all of the entry, and who wrote it. */
struct toc_value *toc_answer_readers(struct toc_answers *x, const struct toc_value *entry)
{
	const struct toc_value *all = toc_get(toc_get(entry, "decided"), "readers");
	struct toc_value *list = toc_value_list(x->a);

	for (size_t i = 0; i < toc_len(all); i++) {
		const struct toc_value *r = toc_at(all, i), *together = toc_get(r, "orgs");
		if (toc_get(r, "rendering") && !toc_get_is(r, "rendering", "whole"))
			continue;
		toc_answer_add_org(x, list, toc_get_text(r, "org"));
		for (size_t k = 0; k < toc_len(together); k++)
			toc_answer_add_org(x, list, toc_text_of(toc_at(together, k)));
	}
	toc_answer_add_org(x, list, toc_get_text(entry, "org"));
	return list;
}

void toc_answers_take(struct toc_answers *x, const struct toc_value *entry)
{
	toc_time at = toc_answer_time(entry, "at");

	toc_answers_take_threat(x, entry, at);
	toc_answers_take_crisis(x, entry, at);
	toc_answers_take_order(x, entry, at);
}

/* ---- answering ---- */

struct toc_value *toc_answer_row(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of)
{
	struct toc_value *v = toc_value_map(x->a);

	toc_set_cstr(x->a, v, "name", questions[q].name);
	toc_set_cstr(x->a, v, "question", questions[q].text);
	if (of.n)
		toc_set_text(x->a, v, "of", of);
	toc_push(x->a, list, v);
	return v;
}

void toc_answer_length(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of, toc_time from, toc_time to)
{
	if (toc_answer_is_set(from) && toc_answer_is_set(to))
		toc_set_int(x->a, toc_answer_row(x, list, q, of), "ms", toc_between(from, to).us / 1000);
}

void toc_answer_count(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of, int64_t n)
{
	toc_set_int(x->a, toc_answer_row(x, list, q, of), "count", n);
}

void toc_answer_moment(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of, toc_time at)
{
	if (toc_answer_is_set(at))
		toc_set_text(x->a, toc_answer_row(x, list, q, of), "at", toc_time_str(x->a, at));
}

/* In the order of their codes. */
void toc_answer_orgs(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of, struct toc_value *who)
{
	for (uint32_t i = 1; i < toc_len(who); i++)
		for (uint32_t k = i; k > 0 && toc_str_cmp(who->items[k]->text, who->items[k - 1]->text) < 0; k--) {
			struct toc_value *v = who->items[k];
			who->items[k] = who->items[k - 1];
			who->items[k - 1] = v;
		}
	if (toc_len(who))
		toc_set(x->a, toc_answer_row(x, list, q, of), "orgs", who);
}

struct toc_value *toc_answers_list(struct toc_answers *x)
{
	struct toc_value *list = toc_value_list(x->a);

	toc_answers_of_threats(x, list);
	toc_answers_of_crises(x, list);
	toc_answers_of_orders(x, list);
	return list;
}
