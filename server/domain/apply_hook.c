/* apply_hook.c: addresses that are called, browsers that are woken: see hook.c. */
#include "domain/apply.h"

static uint32_t channels_of(struct toc_arena *a, const struct toc_value *names)
{
	struct toc_value *list = toc_value_list(a);

	for (size_t i = 0; i < toc_len(names); i++) {
		struct toc_value *one = toc_value_map(a);
		toc_set_text(a, one, "kind", toc_text_of(toc_at(names, i)));
		toc_push(a, list, one);
	}
	return toc_channel_bits(list);
}

static void declare(const struct deed *d, struct toc_hook *h)
{
	struct toc_arena *a = toc_arena_new();

	h->id = d->e->eid;
	toc_short_set(&h->org, d->e->org);
	h->proposed_by = toc_get_id(d->m, "sender_person");
	h->gateway = toc_get_is(d->body, "kind", "gateway");
	h->whole = toc_get_is(d->body, "content", "entry");
	h->precedence = toc_precedence_of(toc_get_text(d->body, "precedence"));
	h->channels = channels_of(a, toc_get(d->body, "channels"));
	h->seq = (int64_t)d->e->seq;
	toc_arena_free(a);
}

static void hook(const struct deed *d)
{
	const struct toc_value *v = toc_get(d->decided, "hook");
	struct toc_uuid id = toc_get_id(v, "id");
	bool declares = toc_str_is(d->e->k, "hook.declare");

	if (!v || toc_uuid_is_nil(id) || (declares && !toc_uuid_eq(id, d->e->eid)) ||
	    (!declares && !toc_find_hook(d->w, id)))
		return;
	struct toc_hook *h = toc_world_edit(d->w, TOC_OBJECT_hook, TOC_KEY(id), NULL);
	if (declares)
		declare(d, h);
	h->state = toc_hook_state_of(toc_get_text(v, "to"));
	h->generation = toc_get_int(v, "generation", 1);
	h->old_until = toc_get_time(v, "old_until", TOC_TIME_NEVER);
	if (h->state == TOC_HOOK_REMOVED || h->state == TOC_HOOK_DISABLED)
		toc_apply_no_more(d, id);
}

static void forget(const struct deed *d, struct toc_uuid id)
{
	if (toc_find_push(d->w, id))
		toc_world_remove(d->w, TOC_OBJECT_push, TOC_KEY(id));
	toc_apply_no_more(d, id);
}

static void push(const struct deed *d)
{
	const struct toc_value *v = toc_get(d->decided, "push");
	struct toc_uuid id = toc_get_id(v, "id");

	if (toc_uuid_is_nil(id))
		return;
	if (toc_str_is(d->e->k, "push.unsubscribe")) {
		forget(d, id);
		return;
	}
	struct toc_push *p = toc_world_edit(d->w, TOC_OBJECT_push, TOC_KEY(id), NULL);
	p->id = id;
	p->person = toc_get_id(v, "person");
	toc_short_set(&p->org, toc_get_text(v, "org"));
	p->seq = (int64_t)d->e->seq;
}

/* An organisation that no longer wants it: nobody of it is woken from now on. */
static void allow(const struct deed *d)
{
	struct toc_str org = toc_get_text(d->decided, "org");
	struct toc_world_cursor cursor = { 0 };
	const struct toc_push *p;
	struct toc_uuid gone[64];
	size_t n;

	if (!toc_find_organisation(d->w, org))
		return;
	struct toc_organisation *o = toc_world_edit(d->w, TOC_OBJECT_organisation, org, NULL);
	o->push = toc_get_bool(d->body, "allowed");
	if (o->push)
		return;
	do {
		cursor = (struct toc_world_cursor){ 0 };
		for (n = 0; n < sizeof gone / sizeof *gone && (p = toc_world_next(d->w, TOC_OBJECT_push, &cursor));)
			if (toc_short_is(&p->org, org))
				gone[n++] = p->id;
		for (size_t i = 0; i < n; i++)
			forget(d, gone[i]);
	} while (n == sizeof gone / sizeof *gone);
}

void toc_apply_hook(const struct deed *d)
{
	if (toc_str_is(d->e->k, "push.allow"))
		allow(d);
	else if (d->e->k.p[0] == 'p')
		push(d);
	else
		hook(d);
}
