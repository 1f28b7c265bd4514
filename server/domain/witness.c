/* witness.c: by which key an organisation vouches for the log: one at a time, put in force by two of its administrators,
 * given up by one. What it signs is no entry: a cosignature changes nothing of what anybody may do, it is evidence, and
 * stands beside the checkpoint (keeper/cosign.c).
 *
 * A key is that of one organisation. That whoever registers it has it, and that it is none of the server's, is checked
 * before (keeper/cosign.c); here only what the state knows. Source: design 6; C2SP tlog-cosignature; docs/log.md. */
#include <string.h>

#include "domain/rule.h"

/* name+id+key: the key may have further pluses in it. @return false when it is no such text */
static bool parts(struct toc_str vkey, struct toc_str *ret_name, struct toc_str *ret_key)
{
	const char *plus = vkey.n ? memchr(vkey.p, '+', vkey.n) : NULL;
	size_t name = plus ? (size_t)(plus - vkey.p) : 0;

	if (!name || vkey.n < name + 11 || vkey.p[name + 9] != '+')
		return false;
	*ret_name = (struct toc_str){ vkey.p, name };
	*ret_key = (struct toc_str){ vkey.p + name + 10, vkey.n - name - 10 };
	return true;
}

/* Another member's name or key, also with another of the two beside it. */
static bool is_anothers(const struct toc_ask *q, struct toc_str org, struct toc_str name, struct toc_str key)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_organisation *o;
	struct toc_str its_name, its_key;

	while ((o = toc_world_next(q->w, TOC_OBJECT_organisation, &cursor)))
		if (!toc_short_is(&o->code, org) && parts(toc_text_str(&o->witness), &its_name, &its_key) &&
		    (toc_str_eq(its_name, name) || toc_str_eq(its_key, key)))
			return true;
	return false;
}

static const struct toc_organisation *whose(struct toc_ask *q)
{
	struct toc_str org = toc_get_text(q->body, "org");
	const struct toc_organisation *o = toc_find_organisation(q->w, org);

	if (!o)
		toc_refuse_unknown(q, "body.org");
	return o && toc_check_admin_of(q, org) == 0 ? o : NULL;
}

static int draft(struct toc_ask *q, struct toc_draft *d, struct toc_str org)
{
	if (!d)
		return -1;
	d->subject = toc_arena_printf(q->a, "org:%.*s", TOC_STR_ARGS(org));
	if (!q->org || toc_is_in_force(d)) /* whoever checks a cosignature needs the key */
		toc_tell(q, d, TOC_TO_EVERYBODY, 0);
	else
		toc_tell_admins(q, d, org);
	return 0;
}

int toc_rule_witness_register(struct toc_ask *q)
{
	struct toc_str name, key, vkey = toc_get_text(q->body, "vkey"), org = toc_get_text(q->body, "org");
	const struct toc_organisation *o = whose(q);

	if (!o)
		return -1;
	if (!parts(vkey, &name, &key))
		return TOC_REFUSE(q, BAD_VALUE, "body.vkey", "C2SP signed-note", "vkey: name+id+key is wanted");
	if (toc_str_eq(toc_text_str(&o->witness), vkey))
		return TOC_REFUSE(q, STATE, "body.vkey", "C2SP tlog-cosignature", "vkey: it is your organisation's witness already");
	if (is_anothers(q, org, name, key))
		return TOC_REFUSE(q, CONDITION, "body.vkey", "C2SP tlog-cosignature", "vkey: its name or its key is another member's");
	return draft(q, toc_draft_of_two(q, "witness.register", org, toc_first_admin, toc_second_admin), org);
}

int toc_rule_witness_revoke(struct toc_ask *q)
{
	struct toc_str vkey = toc_get_text(q->body, "vkey"), org = toc_get_text(q->body, "org");
	const struct toc_organisation *o = whose(q);

	if (!o)
		return -1;
	if (!toc_str_eq(toc_text_str(&o->witness), vkey))
		return TOC_REFUSE(q, STATE, "body.vkey", "C2SP tlog-cosignature", "vkey: it is not your organisation's witness");
	return draft(q, toc_ask_draft(q, "witness.revoke"), org);
}

bool toc_witness_of(const struct toc_world *w, struct toc_str org, struct toc_str *ret_vkey)
{
	const struct toc_organisation *o = toc_find_organisation(w, org);

	if (!o || !o->witness.n || o->suspended)
		return false;
	*ret_vkey = toc_text_str(&o->witness);
	return true;
}

unsigned toc_witnesses(const struct toc_world *w)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_organisation *o;
	unsigned n = 0;

	while ((o = toc_world_next(w, TOC_OBJECT_organisation, &cursor)))
		n += o->witness.n && !o->suspended;
	return n;
}
