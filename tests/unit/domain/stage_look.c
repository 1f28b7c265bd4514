/* stage_look.c: what a stage's ledger holds, and who reads it. */
#include "stage_room.h"

#include <stdlib.h>
#include <string.h>

static bool is(const struct stage_entry *e, const char *k, const char *org)
{
	return toc_str_is(e->e.k, k) && (!org || toc_str_is(e->e.org, org));
}

const struct stage_entry *stage_last(const struct stage *s, const char *k, const char *org)
{
	for (size_t i = s->n; i-- > 0;)
		if (is(&s->ledger[i], k, org))
			return &s->ledger[i];
	return NULL;
}

size_t stage_count(const struct stage *s, const char *k, const char *org)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += is(&s->ledger[i], k, org);
	return n;
}

const struct stage_entry *stage_named(const struct stage *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (toc_str_is(s->ledger[i].name, name))
			return &s->ledger[i];
	return NULL;
}

const char *stage_id(struct stage *s, const char *k, const char *org)
{
	const struct stage_entry *e = stage_last(s, k, org);
	return e ? toc_uuid_str(s->a, e->e.eid).p : "";
}

const char *stage_case(struct stage *s, const char *k, const char *org)
{
	const struct stage_entry *e = stage_last(s, k, org);
	return e ? toc_uuid_str(s->a, e->e.case_ref).p : "";
}

bool stage_reads(const struct stage *s, const struct stage_entry *e, const char *org, toc_roles roles,
		 enum toc_rendering *rendering)
{
	struct toc_reader *readers;
	size_t n = toc_entry_readers(&e->e, s->a, &readers);
	bool found = false;

	for (size_t i = 0; i < n; i++)
		if (toc_str_is(readers[i].org, org) && (readers[i].roles & roles)) {
			if (rendering && (!found || readers[i].rendering == TOC_WHOLE))
				*rendering = readers[i].rendering;
			found = true;
		}
	return found;
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

const char *stage_readers(struct stage *s, const struct stage_entry *e)
{
	struct toc_reader *readers;
	size_t n = toc_entry_readers(&e->e, s->a, &readers), m = 0;
	const char **names = toc_arena_alloc(s->a, (n + 1) * sizeof *names);
	struct toc_str all = TOC_STR("");

	for (size_t i = 0; i < n; i++)
		if (readers[i].rendering == TOC_WHOLE)
			names[m++] = toc_arena_cstr(s->a, readers[i].org);
	qsort(names, m, sizeof *names, by_text);
	for (size_t i = 0; i < m; i++)
		all = toc_arena_printf(s->a, "%.*s%s%s", TOC_STR_ARGS(all), i ? " " : "", names[i]);
	return toc_arena_cstr(s->a, all);
}

const struct toc_value *stage_decided(const struct stage_entry *e, const char *list, const char *member,
				      const char *text)
{
	const struct toc_value *items = e ? toc_get(toc_get(e->e.body, "decided"), list) : NULL;

	for (size_t i = 0; i < toc_len(items); i++)
		if (toc_get_is(toc_at(items, i), member, text))
			return toc_at(items, i);
	return NULL;
}

const struct toc_value *stage_timer(const struct stage_entry *e, const char *list, const char *timer,
				    const char *desk)
{
	const struct toc_value *items = e ? toc_get(toc_get(e->e.body, "decided"), list) : NULL;

	for (size_t i = 0; i < toc_len(items); i++)
		if (toc_get_is(toc_at(items, i), "timer", timer) &&
		    toc_get_is(toc_at(items, i), "desk", desk))
			return toc_at(items, i);
	return NULL;
}
