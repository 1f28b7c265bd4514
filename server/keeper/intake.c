/* intake.c: see intake.h. */
#include "keeper/intake.h"

#include "base/map.h"
#include "measure/metrics.h"

#include <stdlib.h>
#include <string.h>

struct toc_work *toc_work_new(enum toc_work_kind kind)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_work *w = toc_arena_alloc(a, sizeof *w);
	w->arena = a;
	w->kind = kind;
	return w;
}

void toc_work_free(struct toc_work *w)
{
	if (w)
		toc_arena_free(w->arena);
}

bool toc_is_threat(struct toc_str k)
{
	return k.n >= 2 && k.p[0] == 'M' && (k.p[1] == '4' || k.p[1] == '5') && (k.n == 2 || k.p[2] == '.');
}

void toc_intake_init(struct toc_intake *in, const struct toc_limits *limits)
{
	*in = (struct toc_intake){ .limits = limits };
	for (int i = 0; i < TOC_LANES; i++)
		in->lane[i].end = &in->lane[i].first;
	in->orgs = toc_map_new();
}

void toc_intake_done(struct toc_intake *in)
{
	struct toc_work *w;
	while ((w = toc_intake_take(in, false)))
		toc_work_free(w);
	toc_map_free(in->orgs);
}

static int number_of(const struct toc_work *w)
{
	return w->threat ? TOC_LANE_THREATS : w->kind == TOC_WORK_PREPARE ? TOC_LANE_ASKED : TOC_LANE_SENT;
}

static struct toc_lane *lane_of(struct toc_intake *in, const struct toc_work *w)
{
	return &in->lane[number_of(w)];
}

/* the map's values are the counts themselves */
static uintptr_t waiting(const struct toc_intake *in, const struct toc_work *w)
{
	return (uintptr_t)toc_map_get(in->orgs, w->principal.org);
}

static void count(struct toc_intake *in, const struct toc_work *w, int by)
{
	struct toc_lane *lane = lane_of(in, w);
	size_t bytes = toc_arena_bytes(w->arena);
	lane->n += (size_t)by;
	lane->bytes = by > 0 ? lane->bytes + bytes : lane->bytes - bytes;
	if (!w->threat || !w->principal.org.n)
		return;
	uintptr_t n = waiting(in, w) + (uintptr_t)by;
	if (n)
		toc_map_put(in->orgs, w->principal.org, (void *)n);
	else
		toc_map_remove(in->orgs, w->principal.org);
}

static int full(enum toc_limit limit)
{
	toc_limit_hit(limit);
	return TOC_ELIMIT;
}

int toc_intake_put(struct toc_intake *in, struct toc_work *w)
{
	struct toc_lane *lane = lane_of(in, w);
	const struct toc_limits *l = in->limits;
	if (lane->n >= (size_t)l->waiting)
		return full(TOC_LIMIT_waiting);
	if (lane->bytes + toc_arena_bytes(w->arena) > (size_t)l->waiting_kib * 1024)
		return full(TOC_LIMIT_waiting_kib);
	if (w->threat && w->principal.org.n && waiting(in, w) >= (uintptr_t)l->waiting_threats_per_org)
		return full(TOC_LIMIT_waiting_threats_per_org);
	w->next = NULL;
	*lane->end = w;
	lane->end = &w->next;
	count(in, w, 1);
	return 0;
}

const struct toc_work *toc_intake_first(const struct toc_intake *in, bool threats_only)
{
	for (int i = 0; i < (threats_only ? TOC_LANE_THREATS + 1 : TOC_LANES); i++)
		if (in->lane[i].first)
			return in->lane[i].first;
	return NULL;
}

struct toc_work *toc_intake_take(struct toc_intake *in, bool threats_only)
{
	const struct toc_work *first = toc_intake_first(in, threats_only);
	if (!first)
		return NULL;
	struct toc_lane *lane = lane_of(in, first);
	struct toc_work *w = lane->first;
	lane->first = w->next;
	if (!lane->first)
		lane->end = &lane->first;
	w->next = NULL;
	count(in, w, -1);
	return w;
}

void toc_intake_put_back(struct toc_intake *in, struct toc_work *list)
{
	/* onto a list per lane, then in front of what waits: over the limit if need be, for they had been let
	 * in */
	struct toc_work *head[TOC_LANES] = { NULL }, **end[TOC_LANES];
	for (int i = 0; i < TOC_LANES; i++)
		end[i] = &head[i];
	for (struct toc_work *w = list, *next; w; w = next) {
		int i = number_of(w);
		next = w->next;
		w->next = NULL;
		w->outcome = TOC_WORK_OPEN;
		*end[i] = w;
		end[i] = &w->next;
		count(in, w, 1);
	}
	for (int i = 0; i < TOC_LANES; i++) {
		if (!head[i])
			continue;
		*end[i] = in->lane[i].first;
		if (!in->lane[i].first)
			in->lane[i].end = end[i];
		in->lane[i].first = head[i];
	}
}

bool toc_intake_is_empty(const struct toc_intake *in, bool threats_only)
{
	return !toc_intake_first(in, threats_only);
}
