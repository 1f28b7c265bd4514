/* knew.c: see knew.h. Every entry is looked at once, in order; what it says of a message or timer that is known already
 * is found by its id. */
#include "message/knew.h"

#include <string.h>

#include "base/map.h"

struct toc_knew {
	struct toc_arena *a;
	struct toc_str org;
	struct toc_value *messages, *own, *timers;
	struct toc_map *by_id; /* message id → its map in `messages` */
	struct toc_map *kinds; /* message id → k, of all that was fed: an M29 names by id what it carries */
	struct toc_map *clocks; /* timer id → its map in `timers` */
};

struct toc_knew *toc_knew_new(struct toc_arena *a, struct toc_str org)
{
	struct toc_knew *k = toc_arena_alloc(a, sizeof *k);

	*k = (struct toc_knew){ .a = a,
				.org = toc_arena_str(a, org),
				.messages = toc_value_list(a),
				.own = toc_value_list(a),
				.timers = toc_value_list(a),
				.by_id = toc_map_new(),
				.kinds = toc_map_new(),
				.clocks = toc_map_new() };
	return k;
}

void toc_knew_free(struct toc_knew *k)
{
	if (!k)
		return;
	toc_map_free(k->by_id);
	toc_map_free(k->kinds);
	toc_map_free(k->clocks);
}

static bool is_ours(const struct toc_knew *k, const struct toc_value *v, const char *name)
{
	return toc_str_eq(toc_get_text(v, name), k->org);
}

/* decided.readers, each by itself or, in what members get, those alike together. */
static bool names_us(const struct toc_knew *k, const struct toc_value *decided)
{
	const struct toc_value *readers = toc_get(decided, "readers");

	for (size_t i = 0; i < toc_len(readers); i++)
		if (is_ours(k, toc_at(readers, i), "org") || toc_list_has(toc_get(toc_at(readers, i), "orgs"), k->org))
			return true;
	return false;
}

/* Something that was said, not a receipt for it, nor the passing of time. */
static bool is_message(struct toc_str k)
{
	return k.n > 3 && k.p[0] == 'M' && !(k.n > 4 && memcmp(k.p, "M19.", 4) == 0);
}

/* What is kept is ours: an entry is there only while it is taken. */
static void keep_text(struct toc_knew *k, struct toc_value *v, const char *name, struct toc_str text)
{
	toc_set_text(k->a, v, name, toc_arena_str(k->a, text));
}

static void keep(struct toc_knew *k, struct toc_value *v, const char *name, const struct toc_value *of)
{
	toc_set(k->a, v, name, toc_value_copy(k->a, toc_get(of, name)));
}

static void keep_when(struct toc_knew *k, struct toc_value *v, const char *name, const struct toc_value *entry)
{
	keep_text(k, v, name, toc_get_text(entry, "at"));
}

/* ---- messages ---- */

/* What an M29 carried: of a member's frame beside decided, in the ledger within. */
static void carried(struct toc_knew *k, const struct toc_value *entry, struct toc_value *m)
{
	const struct toc_value *entries = toc_get(toc_get(toc_get(entry, "message"), "body"), "entries");
	struct toc_value *list = toc_value_list(k->a);

	if (!toc_str_is(toc_get_text(entry, "k"), "M29.disclose"))
		return;
	for (size_t i = 0; i < toc_len(entries); i++) {
		struct toc_value *v = toc_value_map(k->a);
		const struct toc_value *inside = toc_at(toc_get(entry, "disclosed"), i);
		struct toc_str ref = toc_get_text(toc_at(entries, i), "ref");
		const char *kind = toc_map_get(k->kinds, ref);
		keep_text(k, v, "ref", ref);
		if (inside || kind)
			keep_text(k, v, "k", inside ? toc_get_text(inside, "k") : toc_str_of(kind));
		toc_push(k->a, list, v);
	}
	toc_set(k->a, m, "entries", list);
}

static void message(struct toc_knew *k, const struct toc_value *entry, bool reached)
{
	struct toc_str kind = toc_get_text(entry, "k"), id = toc_get_text(entry, "id");
	bool own = is_ours(k, entry, "org");

	toc_map_put(k->kinds, id, (void *)toc_arena_cstr(k->a, kind));
	if (!is_message(kind) || (!own && !reached))
		return;
	struct toc_value *m = toc_value_map(k->a);
	keep_text(k, m, "id", id);
	keep_text(k, m, "k", kind);
	keep_when(k, m, "at", entry);
	if (own) {
		toc_push(k->a, k->own, m);
		return;
	}
	keep_text(k, m, "org", toc_get_text(entry, "org"));
	carried(k, entry, m);
	toc_set(k->a, m, "delivered", toc_value_list(k->a));
	toc_set(k->a, m, "seen", toc_value_list(k->a));
	toc_set(k->a, m, "acknowledged", toc_value_list(k->a));
	toc_push(k->a, k->messages, m);
	toc_map_put(k->by_id, id, m);
}

static void receipts(struct toc_knew *k, const struct toc_value *entry)
{
	static const struct {
		const char *state, *list;
	} of[] = { { "delivered", "delivered" }, { "seen", "seen" }, { "acked", "acknowledged" } };
	const struct toc_value *list = toc_get(toc_get(entry, "decided"), "receipts");

	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *r = toc_at(list, i);
		struct toc_value *m = is_ours(k, r, "org") ? toc_map_get(k->by_id, toc_get_text(r, "ref")) : NULL;
		for (size_t s = 0; m && s < sizeof of / sizeof *of; s++) {
			if (!toc_get_is(r, "state", of[s].state))
				continue;
			struct toc_value *v = toc_value_map(k->a);
			keep(k, v, s == 0 ? "channel" : "person", r);
			keep_when(k, v, "at", entry);
			toc_push(k->a, toc_get(m, of[s].list), v);
		}
	}
}

static void recalls(struct toc_knew *k, const struct toc_value *entry)
{
	const struct toc_value *said = toc_get(toc_get(entry, "decided"), "recalled");

	for (size_t i = 0; toc_list_has(toc_get(said, "orgs"), k->org) && i < toc_len(toc_get(said, "entries")); i++) {
		struct toc_value *m = toc_map_get(k->by_id, toc_text_of(toc_at(toc_get(said, "entries"), i)));
		if (m)
			keep_when(k, m, "recalled", entry);
	}
}

/* ---- timers ---- */

/* A run of a timer begins: it binds us, or we have started it. */
static void begins(struct toc_knew *k, const struct toc_value *entry, const struct toc_value *s)
{
	struct toc_value *t = toc_map_get(k->clocks, toc_get_text(s, "id"));

	if (!t && !is_ours(k, s, "desk") && !is_ours(k, entry, "org"))
		return;
	if (!t) {
		t = toc_value_map(k->a);
		toc_push(k->a, k->timers, t);
		toc_map_put(k->clocks, toc_get_text(s, "id"), t);
	}
	keep(k, t, "timer", s);
	keep(k, t, "id", s);
	keep(k, t, "desk", s);
	if (toc_get(s, "starts"))
		keep(k, t, "starts", s);
	else
		keep_when(k, t, "starts", entry);
	keep(k, t, "deadline", s);
	toc_set_cstr(k->a, t, "state", "running");
	toc_unset(t, "stopped_at");
	toc_set(k->a, t, "steps", toc_value_list(k->a));
}

static void started(struct toc_knew *k, const struct toc_value *entry, const struct toc_value *effects)
{
	const struct toc_value *list = toc_get(effects, "timers_started");

	for (size_t i = 0; i < toc_len(list); i++)
		begins(k, entry, toc_at(list, i));
}

static void stopped(struct toc_knew *k, const struct toc_value *entry, const struct toc_value *effects)
{
	const struct toc_value *list = toc_get(effects, "timers_stopped");

	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *s = toc_at(list, i), *met = toc_get(s, "met");
		if (toc_get(s, "starts")) /* both ends of it are said at once */
			begins(k, entry, s);
		struct toc_value *t = toc_map_get(k->clocks, toc_get_text(s, "id"));
		if (!t)
			continue;
		toc_set_cstr(k->a, t, "state", !met ? "stopped" : toc_get_bool(s, "met") ? "met" : "missed");
		if (toc_get(s, "at"))
			keep_text(k, t, "stopped_at", toc_get_text(s, "at"));
	}
}

/* A call of one of its contacts, or that its time is over. */
static void moved(struct toc_knew *k, const struct toc_value *entry, const struct toc_value *effects)
{
	const struct toc_value *list = toc_get(effects, "timers_moved"), *body = toc_get(toc_get(entry, "message"), "body");
	struct toc_str kind = toc_get_text(entry, "k");

	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_value *t = toc_map_get(k->clocks, toc_get_text(toc_at(list, i), "id"));
		if (t && toc_str_is(kind, "deadline.passed"))
			toc_set_cstr(k->a, t, "state", "passed");
		if (!t || !toc_str_is(kind, "M19.escalation") || !is_ours(k, body, "recipient_org"))
			continue;
		struct toc_value *step = toc_value_map(k->a);
		static const char *const said[] = { "contact", "channel", "state" };
		keep_when(k, step, "at", entry);
		for (size_t s = 0; s < sizeof said / sizeof *said; s++)
			keep(k, step, said[s], body);
		toc_push(k->a, toc_get(t, "steps"), step);
	}
}

static void timers(struct toc_knew *k, const struct toc_value *entry, const struct toc_value *effects)
{
	stopped(k, entry, effects);
	started(k, entry, effects);
	moved(k, entry, effects);
}

void toc_knew_take(struct toc_knew *k, const struct toc_value *entry, bool reached)
{
	const struct toc_value *decided = toc_get(entry, "decided"), *linked = toc_get(decided, "linked");

	message(k, entry, reached || names_us(k, decided));
	receipts(k, entry);
	recalls(k, entry);
	timers(k, entry, decided);
	for (size_t i = 0; i < toc_len(linked); i++)
		timers(k, entry, toc_at(linked, i));
}

struct toc_value *toc_knew_answer(struct toc_knew *k)
{
	struct toc_value *answer = toc_value_map(k->a);

	toc_set_text(k->a, answer, "org", k->org);
	toc_set(k->a, answer, "messages", k->messages);
	toc_set(k->a, answer, "own", k->own);
	toc_set(k->a, answer, "timers", k->timers);
	return answer;
}
