/* second.c: what takes two people. Each says the same message; the second one names the first in `supersedes`. Until then the
 * first is a proposal, which those who could be the second read, and which lapses after three days, and with its author. Who
 * is the second is a rule of each action's own (admin.c, mandate.c, policy.c). Source: rules a.3.1. */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "domain/rule.h"

#define PENDING_HOURS 72
#define PENDING_MAX 64 /* of one organisation */

static int by_name(const void *a, const void *b)
{
	return toc_str_cmp(((const struct toc_member *)a)->name, ((const struct toc_member *)b)->name);
}

/* The same for the same content, whatever the order of members. What is left out is only why, in words, who a
 * person is called, and what proves that the first one had a key. */
static struct toc_sha256 said(struct toc_arena *a, const struct toc_value *v)
{
	struct toc_str kind = { (const char[]){ v ? (char)('a' + (int)v->kind) : '-' }, 1 }, bytes = { "", 0 };
	struct toc_sha256 sum;

	if (!v)
		return toc_sha256(kind);
	if (v->kind == TOC_TEXT)
		bytes = v->text;
	else if (v->kind == TOC_BOOL)
		bytes = toc_str_of(v->boolean ? "true" : "false");
	else if (v->kind == TOC_INT)
		bytes = toc_arena_printf(a, "%lld", (long long)v->integer);
	struct toc_str parts[2] = { kind, bytes };
	sum = toc_sha256_parts(parts, 2);
	struct toc_member *sorted = v->kind == TOC_MAP && v->n ? toc_arena_alloc(a, v->n * sizeof *sorted) : NULL;
	for (uint32_t i = 0; sorted && i < v->n; i++)
		sorted[i] = v->members[i];
	if (sorted)
		qsort(sorted, v->n, sizeof *sorted, by_name);
	for (uint32_t i = 0; (v->kind == TOC_LIST || sorted) && i < v->n; i++) {
		if (sorted && (toc_str_is(sorted[i].name, "reason") || toc_str_is(sorted[i].name, "title") ||
			       toc_str_is(sorted[i].name, "basis") || toc_str_is(sorted[i].name, "possession")))
			continue;
		struct toc_sha256 item = said(a, sorted ? sorted[i].value : v->items[i]);
		struct toc_str name = sorted ? sorted[i].name : TOC_STR("");
		struct toc_sha256 named = toc_sha256(name);
		struct toc_str more[3] = { { (const char *)sum.b, 32 }, { (const char *)named.b, 32 }, { (const char *)item.b, 32 } };
		sum = toc_sha256_parts(more, 3);
	}
	return sum;
}

static unsigned waiting(const struct toc_ask *q)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_pending *p;
	unsigned n = 0;

	while ((p = toc_world_next(q->w, TOC_OBJECT_pending, &cursor)))
		n += toc_short_is(&p->org, q->p->org) && toc_before(q->at, toc_after(p->at, TOC_HOURS(PENDING_HOURS)));
	return n;
}

static struct toc_draft *first(struct toc_ask *q, const char *k, struct toc_str about)
{
	if (waiting(q) >= PENDING_MAX) {
		TOC_REFUSE(q, LIMIT, "", "domain a.3.1", "%s: %d things of your organisation wait for a second person", k,
			   PENDING_MAX);
		return NULL;
	}
	struct toc_draft *d = toc_ask_draft(q, k);
	struct toc_value *pending = toc_value_map(q->a);
	struct toc_sha256 what = said(q->a, q->body);
	toc_set_text(q->a, pending, "what", toc_hex(q->a, what.b, sizeof what.b));
	if (about.n)
		toc_set_text(q->a, pending, "about", about);
	toc_set_time(q->a, pending, "until", toc_after(q->at, TOC_HOURS(PENDING_HOURS)));
	toc_set(q->a, toc_decided(d), "pending", pending);
	return d;
}

struct toc_draft *toc_draft_of_two(struct toc_ask *q, const char *k, struct toc_str about, toc_is_first *is_first,
				   toc_is_second *is_second)
{
	struct toc_uuid id = toc_get_id(q->m, "supersedes");
	const struct toc_pending *p = toc_uuid_is_nil(id) ? NULL : toc_find_pending(q->w, id);

	if (!q->org) /* the server begins a directory alone */
		return toc_ask_draft(q, k);
	if (toc_uuid_is_nil(id)) {
		if (is_first(q))
			return first(q, k, about);
		TOC_REFUSE(q, NOT_PERMITTED, "", "domain a.3.1", "%s: your roles do not allow it here", k);
		return NULL;
	}
	if (!p || !toc_str_is(toc_short_str(&p->k), k) ||
	    !toc_before(q->at, toc_after(p->at, TOC_HOURS(PENDING_HOURS)))) {
		toc_refuse_unknown(q, "supersedes");
		return NULL;
	}
	if (!toc_short_is(&p->org, q->p->org) && !is_second(q, p)) { /* that it waits is not theirs to know */
		toc_refuse_unknown(q, "supersedes");
		return NULL;
	}
	if (toc_uuid_eq(p->person, q->p->person) || !is_second(q, p)) {
		TOC_REFUSE(q, NOT_PERMITTED, "supersedes", "domain a.3.1", "supersedes: it takes another person than you");
		return NULL;
	}
	struct toc_sha256 what = said(q->a, q->body);
	if (memcmp(what.b, p->what.b, sizeof what.b)) {
		TOC_REFUSE(q, CONDITION, "body", "domain a.3.1", "body: it is not what the first person said");
		return NULL;
	}
	struct toc_draft *d = toc_ask_draft(q, k);
	d->ref = p->id;
	toc_set_id(q->a, toc_decided(d), "confirms", p->id);
	return d;
}

bool toc_is_in_force(const struct toc_draft *d)
{
	return !toc_get(d->decided, "pending");
}

bool toc_holds(const struct toc_ask *q, toc_roles role, toc_kinds kinds)
{
	return (q->roles & role) && (q->org->kinds & kinds);
}

/* What the first one was, who may have left since: then it lapses. */
bool toc_held(const struct toc_ask *q, const struct toc_pending *p, toc_roles role, toc_kinds kinds)
{
	const struct toc_person *who = toc_find_person(q->w, p->person);
	const struct toc_organisation *o = toc_find_organisation(q->w, toc_short_str(&p->org));

	return who && o && !who->left && !o->suspended && (who->roles & role) && (o->kinds & kinds);
}
