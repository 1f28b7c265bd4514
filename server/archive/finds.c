/* finds.c: see finds.h. */
#include "archive/finds.h"

#include "message/json.h"

#include <ctype.h>

#define IDENTIFIER_LEAST 4 /* less would find everybody */

/* ASCII letters alike; other scripts to the letter. */
static bool has(struct toc_str text, struct toc_str what)
{
	for (size_t i = 0; what.n && i + what.n <= text.n; i++) {
		size_t k = 0;
		while (k < what.n && tolower((unsigned char)text.p[i + k]) == tolower((unsigned char)what.p[k]))
			k++;
		if (k == what.n)
			return true;
	}
	return false;
}

static void find_in(struct toc_arena *a, const struct toc_value *v, struct toc_str path, struct toc_str what, struct toc_value *ret_paths)
{
	if (!v)
		return;
	if (v->kind == TOC_TEXT && has(v->text, what))
		toc_push_text(a, ret_paths, path);
	for (uint32_t i = 0; i < v->n && (v->kind == TOC_MAP || v->kind == TOC_LIST); i++)
		find_in(a, v->kind == TOC_MAP ? v->members[i].value : v->items[i],
			v->kind == TOC_MAP ? toc_arena_printf(a, "%.*s%s%.*s", TOC_STR_ARGS(path), path.n ? "." : "", TOC_STR_ARGS(v->members[i].name))
					   : toc_arena_printf(a, "%.*s[%u]", TOC_STR_ARGS(path), i),
			what, ret_paths);
}

static bool reads_it(struct toc_arena *a, const struct toc_opened *e, struct toc_str org)
{
	enum toc_rendering rendering;

	return toc_str_eq(e->entry.org, org) ||
	       (toc_render_for(a, &e->entry, org, ~(toc_roles)0, false, &rendering) && rendering == TOC_WHOLE);
}

struct toc_str toc_finds(struct toc_arena *a, const struct toc_opened *e, const struct toc_seal_key *key, struct toc_str org, struct toc_str identifier)
{
	struct toc_value *paths = toc_value_list(a), *v = toc_value_map(a), *holders = toc_value_list(a);
	const struct toc_value *readers = toc_get(toc_get(e->entry.body, "decided"), "readers");

	if (identifier.n >= IDENTIFIER_LEAST && reads_it(a, e, org))
		find_in(a, e->data, TOC_STR(""), identifier, paths);
	if (!toc_len(paths))
		return TOC_STR("");
	for (size_t i = 0; i < toc_len(readers); i++)
		toc_push_text(a, holders, toc_get_text(toc_at(readers, i), "org"));
	toc_set_int(a, v, "seq", (int64_t)e->entry.seq);
	toc_set_text(a, v, "at", toc_time_str(a, e->entry.ts));
	toc_set_text(a, v, "k", e->entry.k);
	toc_set_text(a, v, "org", e->entry.org);
	toc_set_text(a, v, "id", toc_uuid_str(a, e->entry.eid));
	toc_set(a, v, "holders", holders);
	toc_set(a, v, "fields", paths);
	toc_set_text(a, v, "subject", key ? key->subject : TOC_STR(""));
	toc_set_text(a, v, "retention", key ? key->retention : TOC_STR(""));
	return toc_json_str(a, v);
}
