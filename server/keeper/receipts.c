/* receipts.c: see receipts.h. Groups stand in a list by the time at which they are due. */
#include "keeper/receipts.h"

#include "base/map.h"
#include "measure/metrics.h"

#include <stdlib.h>
#include <string.h>

struct group {
	struct group *next;
	int64_t due_us;
	bool at_once;
	struct toc_principal by; /* texts in `text` */
	struct toc_uuid eids[TOC_RECEIPTS_GROUP];
	size_t n;
	char text[];
};
struct toc_receipts {
	struct group *first;
	struct toc_map *waiting; /* organisation, channel, eid */
	size_t n, most;
};

struct toc_receipts *toc_receipts_new(size_t most)
{
	struct toc_receipts *r = calloc(1, sizeof *r);
	if (!r)
		abort();
	r->waiting = toc_map_new();
	r->most = most;
	return r;
}

void toc_receipts_free(struct toc_receipts *r)
{
	if (!r)
		return;
	for (struct group *g = r->first, *next; g; g = next) {
		next = g->next;
		free(g);
	}
	toc_map_free(r->waiting);
	free(r);
}

static struct toc_str name_of(char into[256], const struct toc_principal *p, struct toc_uuid eid)
{
	size_t org = p->org.n < 100 ? p->org.n : 100, channel = p->channel.n < 100 ? p->channel.n : 100,
	       n = 0;
	memcpy(into, eid.b, sizeof eid.b);
	n += sizeof eid.b;
	memcpy(into + n, p->org.p, org);
	n += org;
	into[n++] = '\n';
	memcpy(into + n, p->channel.p, channel);
	return (struct toc_str){ into, n + channel };
}

static struct group *open_group(struct toc_receipts *r, const struct toc_principal *p, bool at_once,
				int64_t due_us)
{
	struct group **at = &r->first;
	if (!at_once)
		for (struct group *g = r->first; g; g = g->next)
			if (!g->at_once && g->n < TOC_RECEIPTS_GROUP &&
			    toc_uuid_eq(g->by.person, p->person) && toc_str_eq(g->by.org, p->org) &&
			    toc_str_eq(g->by.channel, p->channel))
				return g;
	struct group *g = calloc(1, sizeof *g + p->org.n + p->channel.n);
	if (!g)
		abort();
	memcpy(g->text, p->org.p, p->org.n);
	memcpy(g->text + p->org.n, p->channel.p, p->channel.n);
	g->by = *p;
	g->by.org.p = g->text;
	g->by.channel.p = g->text + p->org.n;
	g->at_once = at_once;
	g->due_us = due_us;
	while (*at && (*at)->due_us <= due_us)
		at = &(*at)->next;
	g->next = *at;
	*at = g;
	return g;
}

int toc_receipts_add(struct toc_receipts *r, const struct toc_principal *p, struct toc_uuid eid, bool at_once,
		     int64_t now)
{
	char name[256];
	if (toc_map_get(r->waiting, name_of(name, p, eid)))
		return 0;
	if (r->n >= r->most) {
		toc_limit_hit(TOC_LIMIT_receipts_waiting);
		return TOC_ELIMIT;
	}
	struct group *g = open_group(r, p, at_once, at_once ? now : now + TOC_RECEIPTS_WAIT_US);
	g->eids[g->n++] = eid;
	toc_map_put(r->waiting, name_of(name, p, eid), r);
	r->n++;
	return 0;
}

bool toc_receipts_take(struct toc_receipts *r, int64_t now, struct toc_arena *a,
		       struct toc_receipt_group *ret_group)
{
	char name[256];
	struct group *g = r->first;
	if (!g || g->due_us > now)
		return false;
	r->first = g->next;
	r->n -= g->n;
	ret_group->by = g->by;
	ret_group->by.org = toc_arena_str(a, g->by.org);
	ret_group->by.channel = toc_arena_str(a, g->by.channel);
	ret_group->n = g->n;
	memcpy(ret_group->eids, g->eids, g->n * sizeof *g->eids);
	for (size_t i = 0; i < g->n; i++)
		toc_map_remove(r->waiting, name_of(name, &g->by, g->eids[i]));
	free(g);
	return true;
}

size_t toc_receipts_waiting(const struct toc_receipts *r)
{
	return r->n;
}

int64_t toc_receipts_next_us(const struct toc_receipts *r)
{
	return r->first ? r->first->due_us : INT64_MAX;
}
