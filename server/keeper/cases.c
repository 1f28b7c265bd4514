/* cases.c: see cases.h. One block of memory a row, linked from oldest to newest, found by event id. */
#include "keeper/cases.h"

#include "base/map.h"

#include <stdlib.h>
#include <string.h>

struct kept {
	struct kept *next, **link;
	struct toc_uuid eid, case_ref;
	struct toc_row row;
	size_t bytes;
	char text[];
};
struct toc_cases {
	struct toc_map *by_eid;
	struct kept *first, **end;
	size_t bytes, bytes_max;
};

struct toc_cases *toc_cases_new(size_t bytes_max)
{
	struct toc_cases *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->by_eid = toc_map_new();
	c->end = &c->first;
	c->bytes_max = bytes_max;
	return c;
}

static void drop(struct toc_cases *c, struct kept *k)
{
	toc_map_remove(c->by_eid, toc_uuid_key(&k->eid));
	*k->link = k->next;
	if (k->next)
		k->next->link = k->link;
	else
		c->end = k->link;
	c->bytes -= k->bytes;
	free(k);
}

void toc_cases_free(struct toc_cases *c)
{
	if (!c)
		return;
	while (c->first)
		drop(c, c->first);
	toc_map_free(c->by_eid);
	free(c);
}

static struct toc_str put_text(char **at, struct toc_str s)
{
	struct toc_str copy = { *at, s.n };
	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

void toc_cases_put(struct toc_cases *c, struct toc_uuid eid, struct toc_uuid case_ref,
		   const struct toc_row *row)
{
	size_t text = row->leaf.n + row->body.n + row->actor_sealed.n + row->data_sealed.n;
	struct kept *k = toc_map_get(c->by_eid, toc_uuid_key(&eid));
	if (k || sizeof *k + text > c->bytes_max)
		return;
	while (c->bytes + sizeof *k + text > c->bytes_max)
		drop(c, c->first);
	k = malloc(sizeof *k + text);
	if (!k)
		abort();
	char *at = k->text;
	*k = (struct kept){ .eid = eid, .case_ref = case_ref, .row = *row, .bytes = sizeof *k + text };
	k->row.leaf = put_text(&at, row->leaf);
	k->row.body = put_text(&at, row->body);
	k->row.actor_sealed = put_text(&at, row->actor_sealed);
	k->row.data_sealed = put_text(&at, row->data_sealed);
	k->link = c->end;
	*c->end = k;
	c->end = &k->next;
	c->bytes += k->bytes;
	toc_map_put(c->by_eid, toc_uuid_key(&k->eid), k);
}

const struct toc_row *toc_cases_get(const struct toc_cases *c, struct toc_uuid eid)
{
	const struct kept *k = toc_map_get(c->by_eid, toc_uuid_key(&eid));
	return k ? &k->row : NULL;
}

void toc_cases_keep(struct toc_cases *c, bool (*is_open)(void *ctx, struct toc_uuid case_ref), void *ctx)
{
	for (struct kept *k = c->first, *next; k; k = next) {
		next = k->next;
		if (!is_open(ctx, k->case_ref))
			drop(c, k);
	}
}

bool toc_cases_next(const struct toc_cases *c, const void **cursor, struct toc_uuid *ret_eid,
		    struct toc_uuid *ret_case, const struct toc_row **ret_row)
{
	const struct kept *k = *cursor ? ((const struct kept *)*cursor)->next : c->first;
	if (!k)
		return false;
	*cursor = k;
	*ret_eid = k->eid;
	*ret_case = k->case_ref;
	*ret_row = &k->row;
	return true;
}

size_t toc_cases_bytes(const struct toc_cases *c)
{
	return c->bytes;
}
