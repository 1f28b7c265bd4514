/* transfer.c: see transfer.h. */
#include "message/transfer.h"

static void copy(struct toc_arena *a, struct toc_value *to, const struct toc_value *from, const char *name)
{
	const struct toc_value *v = toc_get(from, name);

	if (v)
		toc_set(a, to, name, (struct toc_value *)(uintptr_t)v);
}

static void add(struct toc_arena *a, struct toc_value *list, struct toc_str org, struct toc_str sender)
{
	if (org.n && !toc_str_eq(org, sender) && !toc_list_has(list, org))
		toc_push_text(a, list, org);
}

/* decided.readers, each by itself or, in what members get, those alike together. */
static struct toc_value *who_reads(struct toc_arena *a, const struct toc_value *entry)
{
	const struct toc_value *readers = toc_get(toc_get(entry, "decided"), "readers");
	struct toc_value *list = toc_value_list(a);
	struct toc_str sender = toc_get_text(entry, "org");

	for (size_t i = 0; i < toc_len(readers); i++) {
		const struct toc_value *r = toc_at(readers, i), *orgs = toc_get(r, "orgs");
		if (toc_get_is(r, "rendering", "without_personal"))
			continue;
		add(a, list, toc_get_text(r, "org"), sender);
		for (size_t k = 0; k < toc_len(orgs); k++)
			add(a, list, toc_text_of(toc_at(orgs, k)), sender);
	}
	return list;
}

/* Others read the heading of a disclosure; what it carries goes to those it names. */
static struct toc_value *whom_it_names(struct toc_arena *a, const struct toc_value *body, struct toc_value *r, struct toc_str sender)
{
	const struct toc_value *entries = toc_get(body, "entries"), *to = toc_get(body, "to");
	struct toc_value *list = toc_value_list(a), *whole = toc_value_list(a);

	for (size_t i = 0; i < toc_len(entries); i++)
		if (toc_get_is(toc_at(entries, i), "rendering", "whole"))
			toc_push_text(a, whole, toc_get_text(toc_at(entries, i), "ref"));
	for (size_t i = 0; i < toc_len(to) && toc_len(whole); i++)
		add(a, list, toc_text_of(toc_at(to, i)), sender);
	copy(a, r, body, "ground");
	copy(a, r, body, "decided_by");
	toc_set(a, r, "discloses", whole);
	return list;
}

struct toc_value *toc_transfer_of(struct toc_arena *a, const struct toc_value *entry)
{
	static const char *const heading[] = { "at", "k", "id", "seq", "mode", "exercise", "case", "incident", "org" };
	const struct toc_value *message = toc_get(entry, "message"), *stated = toc_get(message, "personal_data");
	struct toc_value *r = toc_value_map(a), *to;

	if (!toc_get_text(stated, "level").n || toc_get_is(stated, "level", "none"))
		return NULL;
	for (size_t i = 0; i < sizeof heading / sizeof *heading; i++)
		copy(a, r, entry, heading[i]);
	to = toc_get_is(entry, "k", "M29.disclose") ?
		     whom_it_names(a, toc_get(message, "body"), r, toc_get_text(entry, "org")) :
		     who_reads(a, entry);
	if (!toc_len(to))
		return NULL;
	toc_set(a, r, "to", to);
	copy(a, r, stated, "level");
	copy(a, r, stated, "categories");
	copy(a, r, message, "legal_basis");
	copy(a, r, toc_get(entry, "decided"), "transfer_regime");
	return r;
}
