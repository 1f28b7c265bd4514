/* answers_threat.c: how soon people answered for a threat to life, and who has it. Source: domain h.1, h.2. */
#include "message/answers_room.h"

#include <string.h>

struct notice { /* a case; its notification, when it was sent */
	struct notice *older; /* of the same thing */
	struct toc_str case_id, id;
	toc_time aware, posted, sent, delivered, answered, accepted;
	struct toc_value *desks, *hubs, *readers, *reached; /* reached: {org: when} */
};

static struct notice *notice_of(struct toc_answers *x, struct toc_str id)
{
	struct notice *n = toc_map_get(x->notices, id);

	if (!n) {
		n = toc_arena_alloc(x->a, sizeof *n);
		*n = (struct notice){ .case_id = toc_arena_str(x->a, id),
				      .aware = TOC_TIME_NEVER,
				      .posted = TOC_TIME_NEVER,
				      .sent = TOC_TIME_NEVER,
				      .delivered = TOC_TIME_NEVER,
				      .answered = TOC_TIME_NEVER,
				      .accepted = TOC_TIME_NEVER,
				      .desks = toc_value_list(x->a),
				      .hubs = toc_value_list(x->a),
				      .readers = toc_value_list(x->a),
				      .reached = toc_value_map(x->a) };
		toc_map_put(x->notices, id, n);
	}
	return n;
}

static void sent(struct toc_answers *x, struct notice *n, const struct toc_value *entry, toc_time at)
{
	const struct toc_value *body = toc_answer_body(entry), *content = toc_get(body, "content");

	if (toc_answer_is_set(n->sent))
		return;
	n->sent = at;
	n->id = toc_get_text(entry, "id");
	n->aware = toc_answer_time(body, "aware_at");
	n->readers = toc_answer_readers(x, entry);
	for (size_t i = 0; i < toc_len(content); i++) {
		toc_time posted = toc_answer_time(toc_at(content, i), "published_at");
		if (toc_before(posted, n->posted))
			n->posted = posted;
	}
}

/* Whom it is shown to later. */
static void disclosed(struct toc_answers *x, struct notice *n, const struct toc_value *entry)
{
	const struct toc_value *body = toc_answer_body(entry), *to = toc_get(body, "to"), *entries = toc_get(body, "entries");

	for (size_t i = 0; n->id.n && i < toc_len(entries); i++) {
		if (!toc_str_eq(toc_get_text(toc_at(entries, i), "ref"), n->id) ||
		    !toc_get_is(toc_at(entries, i), "rendering", "whole"))
			continue;
		for (size_t k = 0; k < toc_len(to); k++)
			toc_answer_add_org(x, n->readers, toc_text_of(toc_at(to, k)));
	}
}

static void desks(struct toc_answers *x, struct notice *n, const struct toc_value *decided)
{
	const struct toc_value *list = toc_get(decided, "desks"), *pages = toc_get(decided, "pages");

	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *d = toc_at(list, i);
		toc_answer_add_org(x, toc_get_is(d, "role", "hub") ? n->hubs : n->desks, toc_get_text(d, "org"));
	}
	for (size_t i = 0; i < toc_len(pages); i++) {
		struct toc_str org = toc_get_text(toc_at(pages, i), "org");
		if (toc_list_has(n->desks, org))
			toc_answer_add_org(x, x->paged, org);
		else if (toc_list_has(n->hubs, org))
			toc_answer_add_org(x, x->hubs, org);
	}
}

static void answered(struct notice *n, struct toc_str org, toc_time at)
{
	if (!toc_list_has(n->desks, org) || toc_answer_is_set(n->answered))
		return;
	n->answered = at;
	n->delivered = (toc_time){ toc_int_of(toc_get_str(n->reached, org), TOC_TIME_NEVER.us) };
}

static void receipts(struct toc_answers *x, struct notice *n, const struct toc_value *entry, toc_time at)
{
	const struct toc_value *list = toc_get(toc_get(entry, "decided"), "receipts");

	for (size_t i = 0; n->id.n && i < toc_len(list); i++) {
		const struct toc_value *r = toc_at(list, i);
		struct toc_str org = toc_get_text(r, "org");
		if (!toc_str_eq(toc_get_text(r, "ref"), n->id))
			continue;
		if (toc_get_is(r, "state", "acked"))
			answered(n, org, at);
		else if (toc_get_is(r, "state", "delivered") && !toc_get_str(n->reached, org))
			toc_set_str(x->a, n->reached, org, toc_value_int(x->a, at.us));
	}
}

void toc_answers_take_threat(struct toc_answers *x, const struct toc_value *entry, toc_time at)
{
	struct toc_str k = toc_get_text(entry, "k"), id = toc_get_text(entry, "case");
	const struct toc_value *links = toc_get(toc_get(entry, "decided"), "links");

	for (size_t i = 0; i < toc_len(links); i++) {
		const struct toc_value *v = toc_at(links, i);
		struct notice *newer = notice_of(x, toc_get_text(v, "case")), *older = notice_of(x, toc_get_text(v, "to"));
		while (older->older)
			older = older->older;
		while (newer->older)
			newer = newer->older;
		if (newer != older)
			newer->older = older;
		toc_map_put(x->ties, toc_get_text(v, "case"), newer);
	}
	if (!id.n)
		return;
	struct notice *n = notice_of(x, id);
	if (toc_str_is(k, "M4.send"))
		sent(x, n, entry, at);
	else if (toc_str_is(k, "M29.disclose"))
		disclosed(x, n, entry);
	desks(x, n, toc_get(entry, "decided"));
	receipts(x, n, entry, at);
	if (k.n <= 3 || memcmp(k.p, "M5.", 3) != 0)
		return;
	struct toc_str org = toc_get_text(entry, "org");
	answered(n, org, at);
	if (toc_str_is(k, "M5.accept") && toc_list_has(n->desks, org))
		toc_answer_first(&n->accepted, at);
}

void toc_answers_of_threats(struct toc_answers *x, struct toc_value *list)
{
	int64_t notices = 0, cases = 0;
	size_t cursor = 0;
	struct toc_map *things = toc_map_new();
	void *v;

	while (toc_map_next(x->notices, &cursor, NULL, &v)) {
		struct notice *n = v, *oldest = n;
		if (!toc_answer_is_set(n->sent))
			continue;
		while (oldest->older)
			oldest = oldest->older;
		notices++;
		cases += !toc_map_put(things, oldest->case_id, oldest);
	}
	toc_map_free(things);
	if (!notices)
		return;
	toc_answer_count(x, list, Q_notices, TOC_STR(""), notices);
	toc_answer_count(x, list, Q_cases, TOC_STR(""), cases);
	toc_answer_orgs(x, list, Q_desks_paged, TOC_STR(""), x->paged);
	toc_answer_orgs(x, list, Q_hub_paged, TOC_STR(""), x->hubs);
	for (cursor = 0; toc_map_next(x->notices, &cursor, NULL, &v);) {
		struct notice *n = v;
		toc_answer_length(x, list, Q_ack_after_awareness, n->case_id, n->aware, n->answered);
		toc_answer_length(x, list, Q_ack_after_sending, n->case_id, n->sent, n->answered);
		toc_answer_length(x, list, Q_ack_after_delivery, n->case_id, n->delivered, n->answered);
		toc_answer_length(x, list, Q_post_to_acceptance, n->case_id, n->posted, n->accepted);
		toc_answer_orgs(x, list, Q_notice_read_by, n->case_id, n->readers);
	}
}
