/* frame.c: an opened entry as the bytes that members get, and who gets which rendering of it. */
#include "message/catalogue.h"
#include "message/json.h"
#include "render/render.h"

const char *toc_rendering_name(enum toc_rendering rendering)
{
	return rendering == TOC_WHOLE ? "whole" : "without_personal";
}

bool toc_render_is_actual(const struct toc_entry *e)
{
	return toc_str_is(e->mode, "actual");
}

static struct toc_value *without(struct toc_arena *a, const struct toc_value *decided,
				 const char *const *names, size_t n)
{
	struct toc_value *copy = toc_value_map(a);
	for (size_t i = 0; decided && decided->kind == TOC_MAP && i < decided->n; i++) {
		bool drop = false;
		for (size_t k = 0; k < n; k++)
			drop |= toc_str_is(decided->members[i].name, names[k]);
		if (!drop)
			toc_set_str(a, copy, decided->members[i].name, decided->members[i].value);
	}
	return copy;
}

static void set_id(struct toc_arena *a, struct toc_value *map, const char *name, struct toc_uuid id)
{
	if (!toc_uuid_is_nil(id))
		toc_set_text(a, map, name, toc_uuid_str(a, id));
}

static struct toc_str at_of(struct toc_arena *a, const struct toc_entry *e)
{
	struct toc_str at = toc_get_text(toc_get(e->body, "decided"), "at");
	return at.n ? at : toc_time_str(a, e->ts);
}

/* Who reads it because of a case of their own that is tied to this one does not learn whose case this is,
 * when it was notified (ids tell) or what its notifier is asked. */
static struct toc_value *of_no_case(struct toc_arena *a, const struct toc_value *part)
{
	static const char *const envelope[] = { "case_ref", "incident_ref", "references", "supersedes",
						"body" };
	static const char *const body[] = { "questions" };
	struct toc_value *shown = without(a, part, envelope, sizeof envelope / sizeof *envelope);
	toc_set(a, shown, "body", without(a, toc_get(part, "body"), body, 1));
	return shown;
}

/* Whoever reads it does not learn from whom it is: neither by name nor by client, nor by a number of theirs. */
static struct toc_value *of_nobody(struct toc_arena *a, const struct toc_value *message)
{
	static const char *const sender[] = { "sender_org", "sender_person", "sender_client", "on_behalf_of", "references",
					      "also_reported_to" };
	return without(a, message, sender, sizeof sender / sizeof *sender);
}

static bool for_tied(const struct toc_entry *e, enum toc_rendering rendering)
{
	return rendering == TOC_WITHOUT_PERSONAL && toc_read_by_tied(e->k);
}

struct toc_value *toc_render_message(struct toc_arena *a, const struct toc_opened *e,
				     enum toc_rendering rendering)
{
	const struct toc_value *part = toc_get(e->entry.body, "message");
	const struct toc_value *personal = rendering == TOC_WHOLE ? toc_get(e->data, "message") : NULL;
	if (for_tied(&e->entry, rendering))
		part = of_no_case(a, part);
	else if (rendering != TOC_WHOLE && !toc_str_is(e->entry.k, "M29.disclose"))
		personal = toc_message_texts(a, part, toc_get(e->data, "message"));
	struct toc_value *message = toc_message_join(a, part, personal);
	return toc_is_nameless(&e->entry, rendering) ? of_nobody(a, message) : message;
}

/* An M29's items: the public parts stand in decided, the personal parts beside them in data. Who reads the
 * heading of an M29 only (rules a.3.1) learns what was disclosed, not its content. */
static struct toc_value *disclosed_items(struct toc_arena *a, const struct toc_opened *e,
					 enum toc_rendering rendering)
{
	const struct toc_value *items = toc_get(toc_get(e->entry.body, "decided"), "disclosed");
	if (!items)
		return NULL;
	const struct toc_value *personal = rendering == TOC_WHOLE ? toc_get(e->data, "disclosed") : NULL;
	struct toc_value *list = toc_value_list(a);
	for (size_t i = 0; i < toc_len(items); i++) {
		static const char *const content[] = { "message", "decided" };
		const struct toc_value *item = toc_at(items, i), *p = toc_at(personal, i);
		if (rendering != TOC_WHOLE) {
			toc_push(a, list, without(a, item, content, 2));
			continue;
		}
		struct toc_value *whole = without(a, item, content, 1);
		toc_set(a, whole, "message",
			toc_message_join(a, toc_get(item, "message"), toc_len(p) ? p : NULL));
		toc_push(a, list, whole);
	}
	return list;
}

struct toc_str toc_render_entry(struct toc_arena *a, const struct toc_opened *o, enum toc_rendering rendering,
				bool urgent)
{
	const struct toc_entry *e = &o->entry;
	struct toc_value *f = toc_value_map(a);
	toc_set_cstr(a, f, "op", urgent ? "urgent" : "entry");
	if (urgent) {
		toc_set_cstr(a, f, "note", "not yet recorded");
	} else {
		toc_set_int(a, f, "seq", (int64_t)e->seq);
		toc_set_text(a, f, "recorded", toc_time_str(a, e->ts));
	}
	toc_set_text(a, f, "k", e->k);
	toc_set_text(a, f, "at", at_of(a, e));
	toc_set_text(a, f, "mode", e->mode);
	set_id(a, f, "exercise", e->exercise);
	if (!for_tied(e, rendering)) {
		set_id(a, f, "incident", e->incident);
		set_id(a, f, "case", e->case_ref);
		set_id(a, f, "ref", e->ref);
	}
	if (!toc_is_nameless(e, rendering))
		toc_set_text(a, f, "org", e->org);
	set_id(a, f, "id", e->eid);
	if (e->late)
		toc_set_bool(a, f, "late", true);
	toc_set_cstr(a, f, "rendering", toc_rendering_name(rendering));
	toc_set(a, f, "message", toc_render_message(a, o, rendering));
	toc_set(a, f, "decided", toc_decided_shown(a, e->k, toc_get(e->body, "decided"), rendering));
	toc_set(a, f, "disclosed", disclosed_items(a, o, rendering));
	if (rendering == TOC_WHOLE) {
		if (toc_len(o->actor))
			toc_set(a, f, "actor", toc_value_copy(a, o->actor));
		if (o->erased)
			toc_set_bool(a, f, "erased", true);
		if (o->closed)
			toc_set_bool(a, f, "closed", true);
	}
	return toc_json_str(a, f);
}

void toc_render_disclosed(struct toc_arena *a, const struct toc_opened *o, bool has_seq,
			  enum toc_rendering rendering, struct toc_value **ret_public,
			  struct toc_value **ret_personal)
{
	static const char *const readers[] = {
		"readers"
	}; /* of the old entry: not part of what is disclosed */
	const struct toc_entry *e = &o->entry;
	struct toc_value *item = toc_value_map(a);
	if (has_seq)
		toc_set_int(a, item, "seq", (int64_t)e->seq);
	set_id(a, item, "eid", e->eid);
	toc_set_text(a, item, "k", e->k);
	toc_set_text(a, item, "org", e->org);
	toc_set_text(a, item, "at", at_of(a, e));
	toc_set_cstr(a, item, "rendering", toc_rendering_name(rendering));
	struct toc_value *part = toc_get(e->body, "message");
	toc_set(a, item, "message", part ? toc_value_copy(a, part) : toc_value_map(a));
	toc_set(a, item, "decided",
		without(a, toc_decided_shown(a, e->k, toc_get(e->body, "decided"), rendering), readers, 1));
	const struct toc_value *personal = rendering == TOC_WHOLE ? toc_get(o->data, "message") : NULL;
	*ret_public = item;
	*ret_personal = personal ? toc_value_copy(a, personal) : toc_value_map(a);
}

size_t toc_render_audiences(struct toc_arena *a, const struct toc_entry *e,
			    struct toc_audience ret_audiences[2])
{
	struct toc_reader *readers = NULL;
	size_t n = toc_entry_readers(e, a, &readers), groups = 0;
	static const enum toc_rendering order[] = { TOC_WHOLE, TOC_WITHOUT_PERSONAL };
	for (size_t g = 0; g < 2; g++) {
		struct toc_reader *of = toc_arena_alloc(a, (n + 1) * sizeof *of);
		size_t k = 0;
		for (size_t i = 0; i < n; i++)
			if (readers[i].rendering == order[g])
				of[k++] = readers[i];
		if (k)
			ret_audiences[groups++] = (struct toc_audience){ order[g], of, k };
	}
	return groups;
}

bool toc_render_for(struct toc_arena *a, const struct toc_entry *e, struct toc_str org, toc_roles roles,
		    bool exercise_only, enum toc_rendering *ret_rendering)
{
	if (exercise_only && toc_render_is_actual(e))
		return false;
	struct toc_audience audiences[2];
	size_t n = toc_render_audiences(a, e, audiences);
	for (size_t g = 0; g < n; g++)
		for (size_t i = 0; i < audiences[g].n; i++)
			if (toc_str_eq(audiences[g].readers[i].org, org) &&
			    (audiences[g].readers[i].roles & roles)) {
				*ret_rendering = audiences[g].rendering;
				return true;
			}
	return false;
}
