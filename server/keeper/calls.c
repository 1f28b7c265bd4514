/* calls.c: what the courier is told to call a webhook, to have a telephone rung, to wake a browser.
 *
 * A webhook that wants content gets what a client of its organisation gets: the same rendering, and only as long as it is
 * theirs to read; of an organisation whose keys are for exercises it is woken for actual entries and told nothing. A
 * gateway learns whom to ring, in which languages, what to say and which two digits mean that a person was reached. A push
 * service learns nothing. */
#include "domain/rule.h"
#include "envelope/event.h"
#include "envelope/webhook.h"
#include "keeper/core.h"
#include "keeper/outgoing.h"
#include "message/json.h"

/* The hook as the courier needs it: where, and by which secrets it knows our calls. */
static struct toc_value *at_hook(struct toc_keeper *k, const struct toc_composing *c, const struct toc_hook *h)
{
	struct toc_value *told = toc_value_map(c->a), *list = toc_value_list(c->a);
	struct toc_hook_key keys[TOC_HOOK_KEYS_MAX];
	size_t n = toc_outside_keys(k, h, keys);

	toc_set_text(c->a, told, "hook", toc_uuid_str(c->a, h->id));
	toc_set_text(c->a, told, "url", toc_get_text(toc_get(toc_get(c->point->data, "message"), "body"), "url"));
	for (size_t i = 0; i < n; i++) {
		struct toc_value *one = toc_value_map(c->a);
		toc_set_text(c->a, one, "secret", toc_base64url(c->a, keys[i].secret, sizeof keys[i].secret));
		toc_set_text(c->a, one, "seed", toc_base64url(c->a, keys[i].seed, sizeof keys[i].seed));
		toc_push(c->a, list, one);
	}
	toc_wipe(keys, sizeof keys);
	toc_set(c->a, told, "keys", list);
	return told;
}

static const struct toc_hook *hook_of(const struct toc_keeper *k, const struct toc_composing *c, const char **ret_why)
{
	const struct toc_hook *h = toc_find_hook(k->world, c->d->to);
	struct toc_str url = toc_get_text(toc_get(toc_get(c->point->data, "message"), "body"), "url");

	*ret_why = "its address is gone";
	return h && url.n ? h : NULL;
}

static struct toc_event event_of(const struct toc_keeper *k, const struct toc_composing *c)
{
	const struct toc_entry *e = &c->about->entry;

	return (struct toc_event){
		.source = k->o.origin,
		.id = toc_uuid_str(c->a, e->eid),
		.time = toc_time_str(c->a, e->ts),
		.mode = toc_str_of(toc_mode_name(c->d->mode)),
		.precedence = toc_get_text(toc_get(e->body, "message"), "precedence"),
		.seq = e->seq,
	};
}

/* The entry as a client of the organisation gets it; NULL: it would get none. */
static const struct toc_value *as_read(struct toc_keeper *k, const struct toc_composing *c)
{
	const struct toc_organisation *o = toc_find_organisation(k->world, toc_short_str(&c->d->org));
	enum toc_rendering rendering;
	struct toc_refusal why;
	struct toc_value *frame;

	if (!o || !toc_render_for(c->a, &c->about->entry, toc_short_str(&o->code), TOC_ROLE_SV, o->exercise_only, &rendering))
		return NULL;
	struct toc_str json = toc_render_entry(c->a, c->about, rendering, false);
	return toc_json_parse(c->a, json, json.n, 64, &frame, &why) == 0 ? frame : NULL;
}

struct toc_value *toc_compose_webhook(struct toc_keeper *k, const struct toc_composing *c, const char **ret_why)
{
	const struct toc_hook *h = hook_of(k, c, ret_why);
	const struct toc_message *m = toc_find_message(k->world, c->d->message);
	struct toc_event e = event_of(k, c);
	bool test = toc_str_is(c->about->entry.k, "hook.test");

	if (!h)
		return NULL;
	if (!test && (!m || !toc_is_reader(m, toc_short_str(&c->d->org), TOC_ROLE_ALL))) {
		*ret_why = "it is no longer theirs to read";
		return NULL;
	}
	e.data = h->whole && !test ? as_read(k, c) : NULL;
	e.k = e.data || test ? c->about->entry.k : TOC_STR("waiting");
	struct toc_value *told = at_hook(k, c, h);
	toc_set_text(c->a, told, "body", toc_event_json(c->a, &e));
	return told;
}

/* ---- telephones ---- */

/* A test, or a drill: how somebody is reached is tried. It is said so, whatever else: nobody is to run for it. */
static struct toc_str to_say(struct toc_arena *a, const struct toc_delivery *d, struct toc_str org, struct toc_str reference,
			     const char digits[3])
{
	bool tries = d->mode == TOC_MODE_SYSTEM;
	const char *exercise = d->mode == TOC_MODE_EXERCISE ? "EXERCISE. EXERCISE. " : "";
	const char *what = tries ? "This is a test, nothing has happened. It is" : d->calls ? "An alert is waiting" : "A message is waiting";
	const char *then = tries ? "" : d->channel == TOC_CHANNEL_PHONE ? " Then open the console." : " Open the console.";

	if (d->channel == TOC_CHANNEL_PHONE)
		return toc_arena_printf(a, "%sThis is Tocsin. %s for %.*s, reference %.*s. Press %c, then %c, to say that you have been "
					   "reached.%s",
					exercise, what, TOC_STR_ARGS(org), TOC_STR_ARGS(reference), digits[0], digits[1], then);
	return toc_arena_printf(a, "%sTocsin: %s for %.*s, reference %.*s.%s Answer %s to say that you have been reached.",
				exercise, what, TOC_STR_ARGS(org), TOC_STR_ARGS(reference), then, digits);
}

struct toc_value *toc_compose_call(struct toc_keeper *k, const struct toc_composing *c, const char **ret_why)
{
	const struct toc_hook *h = hook_of(k, c, ret_why);
	const struct toc_delivery *d = c->d;
	const struct toc_organisation *o = toc_find_organisation(k->world, toc_short_str(&d->org));
	const struct toc_message *m = toc_find_message(k->world, d->message);
	struct toc_composing at = { c->a, d, c->about, TOC_TIME_NEVER, NULL }; /* of a telephone, the contact point is the other entry */
	bool tries = d->mode == TOC_MODE_SYSTEM;
	struct toc_str number = toc_contact_address(&at), reference = tries ? toc_test_reference(k, c->a, d) : toc_reference(c->a, m, d->message);
	struct toc_value *data = toc_value_map(c->a);
	char digits[3];

	if (!h || !o)
		return NULL;
	if (!number.n) {
		*ret_why = "there is no number";
		return NULL;
	}
	toc_call_digits(k, d->id, digits);
	toc_set_text(c->a, data, "call", toc_uuid_str(c->a, d->id));
	toc_set_cstr(c->a, data, "channel", toc_channel_name((unsigned)d->channel));
	toc_set_text(c->a, data, "to", number);
	toc_set(c->a, data, "languages", toc_get(toc_get(toc_get(c->about->entry.body, "message"), "body"), "languages"));
	toc_set_cstr(c->a, data, "about", tries ? "test" : d->calls ? "alert" : "note");
	toc_set_text(c->a, data, "organisation", toc_text_str(&o->name));
	toc_set_text(c->a, data, "reference", reference);
	toc_set_text(c->a, data, "say", to_say(c->a, d, toc_text_str(&o->name), reference, digits));
	toc_set_cstr(c->a, data, "key", digits);
	toc_set_text(c->a, data, "report",
		     toc_arena_printf(c->a, "%.*s/api/gateway/%s", TOC_STR_ARGS(k->o.origin), toc_uuid_str(c->a, h->id).p));
	struct toc_event e = {
		.source = k->o.origin,
		.id = toc_uuid_str(c->a, d->id),
		.k = d->channel == TOC_CHANNEL_PHONE ? TOC_STR("call") : TOC_STR("text"),
		.time = toc_time_str(c->a, d->since),
		.mode = toc_str_of(toc_mode_name(d->mode)),
		.data = data,
	};
	struct toc_value *told = at_hook(k, c, h);
	toc_set_text(c->a, told, "body", toc_event_json(c->a, &e));
	return told;
}

/* ---- browsers ---- */

struct toc_value *toc_compose_push(struct toc_keeper *k, const struct toc_composing *c, const char **ret_why)
{
	const struct toc_value *sealed = toc_get(toc_get(c->point->data, "message"), "body");
	static const char *const members[] = { "endpoint", "p256dh", "auth" };
	struct toc_value *told = toc_value_map(c->a);
	struct toc_str precedence = toc_get_text(toc_get(c->about->entry.body, "message"), "precedence");

	if (!toc_find_push(k->world, c->d->to) || !toc_get_text(sealed, "endpoint").n) {
		*ret_why = "the subscription is gone";
		return NULL;
	}
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		toc_set_text(c->a, told, members[i], toc_get_text(sealed, members[i]));
	toc_set_bool(c->a, told, "exercise", c->d->mode == TOC_MODE_EXERCISE);
	toc_set_text(c->a, told, "precedence", precedence.n ? precedence : TOC_STR("priority"));
	return told;
}
