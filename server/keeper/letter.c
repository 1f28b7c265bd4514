/* letter.c: what the courier is told to write an e-mail: to whom, in which languages, and what to say on the telephone;
 * nothing of the message itself, not even who sent it. Names and numbers are those of the directory. */
#include "domain/rule.h"
#include "keeper/contactkeys.h"
#include "keeper/core.h"
#include "keeper/links.h"
#include "keeper/outgoing.h"

#include <ctype.h>

struct toc_str toc_contact_address(const struct toc_composing *c)
{
	const struct toc_value *body = toc_get(toc_get(c->point->entry.body, "message"), "body"),
			       *sealed = toc_get(toc_get(c->point->data, "message"), "body"),
			       *plain = toc_get(toc_at(toc_get(body, "escalation_chain"), (size_t)c->d->contact), "channels"),
			       *personal = toc_get(toc_at(toc_get(sealed, "escalation_chain"), (size_t)c->d->contact), "channels");

	for (size_t i = 0; i < toc_len(plain); i++)
		if (toc_get_is(toc_at(plain, i), "kind", toc_channel_name((unsigned)c->d->channel)))
			return toc_get_text(toc_at(personal, i), "address");
	return TOC_STR("");
}

struct toc_str toc_reference(struct toc_arena *a, const struct toc_message *m, struct toc_uuid id)
{
	struct toc_str k = m ? toc_short_str(&m->k) : TOC_STR("");
	size_t dot = 0;
	while (dot < k.n && isalnum((unsigned char)k.p[dot]))
		dot++;
	return toc_arena_printf(a, "%.*s%s%02X%02X-%02X%02X", (int)dot, k.p, dot ? "-" : "", id.b[12], id.b[13], id.b[14], id.b[15]);
}

struct toc_str toc_test_reference(const struct toc_keeper *k, struct toc_arena *a, const struct toc_delivery *d)
{
	const struct toc_message *m = toc_find_message(k->world, d->message);

	return m && toc_short_is(&m->k, TOC_STR("M26.test")) ? toc_test_code(a, k->o.dup_key, toc_uuid_str(a, d->message)) :
							       toc_reference(a, m, d->message);
}

struct toc_value *toc_compose_letter(struct toc_keeper *k, const struct toc_composing *c, const char **ret_why)
{
	const struct toc_world *w = k->world;
	const struct toc_delivery *d = c->d;
	const struct toc_message *m = toc_find_message(w, d->message);
	/* whom to call when nothing opens: the hub, which is there day and night, and whose name tells nothing */
	const struct toc_organisation *to = toc_find_organisation(w, toc_short_str(&d->org)),
				      *hub = toc_find_organisation(w, toc_hub(w, toc_find_exercise(w, d->exercise)));
	const struct toc_value *body = toc_get(toc_get(c->point->entry.body, "message"), "body");
	struct toc_str address = toc_contact_address(c);
	struct toc_value *told = toc_value_map(c->a);

	if (!address.n || !to) {
		*ret_why = "there is no address";
		return NULL;
	}
	toc_set_text(c->a, told, "to", address);
	toc_set_cstr(c->a, told, "about", d->calls ? "alert" : "note");
	toc_set_bool(c->a, told, "exercise", d->mode == TOC_MODE_EXERCISE);
	toc_set_int(c->a, told, "at", d->since.us);
	toc_set_text(c->a, told, "reference", toc_reference(c->a, m, d->message));
	toc_set_text(c->a, told, "organisation", toc_text_str(&to->name));
	toc_set(c->a, told, "languages", toc_get(body, "languages"));
	if (hub) {
		toc_set_text(c->a, told, "desk", toc_text_str(&hub->name));
		toc_set_text(c->a, told, "phone", toc_public_phone(w, hub, toc_keeper_now(k)));
	}
	struct toc_uuid thread = toc_uuid_is_nil(d->threat) ? d->incident : d->threat;
	if (!toc_uuid_is_nil(thread))
		toc_set_text(c->a, told, "thread", toc_uuid_str(c->a, thread));
	/* how somebody is reached is tried: a drill, or a test of the channel, whose code stands in the place of a reference */
	if (d->mode == TOC_MODE_SYSTEM) {
		toc_set_cstr(c->a, told, "about", "test");
		toc_set_text(c->a, told, "reference", toc_test_reference(k, c->a, d));
	}
	if (c->link_until.us == TOC_TIME_NEVER.us) {
		toc_set_text(c->a, told, "link", toc_arena_printf(c->a, "%.*s/%s", TOC_STR_ARGS(k->o.origin),
								  d->mode == TOC_MODE_SYSTEM ? "#/contacts" : ""));
		return told;
	}
	struct toc_str token = toc_link_token(c->a, k->o.dup_key, d->id);
	toc_set_text(c->a, told, "link", toc_arena_printf(c->a, "%.*s/link#%.*s", TOC_STR_ARGS(k->o.origin), TOC_STR_ARGS(token)));
	toc_wipe((void *)(uintptr_t)token.p, token.n);
	toc_set_int(c->a, told, "until", c->link_until.us);
	return told;
}
