/* prepare.c: what would happen if this were sent: the exact recipients and why, and what the sender should
 * think of first. It asks the very rule that will decide; nothing is appended.
 *
 * It must not be an oracle: of other members' threat cases it says nothing, so a notification is routed here
 * as if it were the first about its matter. Every answer therefore carries the same note on what the server
 * does otherwise. Source: rules b.1, (e) 2. */
#include "domain/rule.h"

static void warn(struct toc_arena *a, struct toc_value *warnings, const char *code, const char *text)
{
	struct toc_value *w = toc_value_map(a);

	toc_set_cstr(a, w, "code", code);
	toc_set_cstr(a, w, "text", text);
	toc_push(a, warnings, w);
}

static const struct toc_value *desk_named(const struct toc_value *desks, struct toc_str org)
{
	for (size_t i = 0; i < toc_len(desks); i++)
		if (toc_str_eq(toc_get_text(toc_at(desks, i), "org"), org))
			return toc_at(desks, i);
	return NULL;
}

/* The time for a person's answer or acknowledgement that starts with it (T17 of a desk, T19 of a member), or NULL. */
static const struct toc_value *owed_by(const struct toc_draft *d, struct toc_str org)
{
	const struct toc_value *timers = toc_get(d->decided, "timers_started");

	for (size_t i = 0; i < toc_len(timers); i++)
		if ((toc_get_is(toc_at(timers, i), "timer", "T19") || toc_get_is(toc_at(timers, i), "timer", "T17")) &&
		    toc_str_eq(toc_get_text(toc_at(timers, i), "desk"), org))
			return toc_at(timers, i);
	return NULL;
}

/* Why somebody gets an entry of a crisis. */
static const char *why_told(const struct toc_world *w, const struct toc_draft *d,
			    const struct toc_organisation *o)
{
	const struct toc_incident *i = toc_find_incident(w, d->incident);

	if (toc_str_is(d->k, "M1.report") || toc_str_is(d->k, "M1.reference"))
		return "you name it in the audience";
	if (o && (o->kinds & TOC_KIND_HUB))
		return "the hub";
	if (i && o && toc_is_affected(i, o))
		return "an authority of an affected state";
	return i && o && toc_is_party(i, toc_short_str(&o->code)) ? "it knows of the incident"
								  : "every member that may read it is told";
}

/* Why somebody gets an entry about content signals. */
static const char *why_gets_signal(const struct toc_draft *d, struct toc_str org)
{
	if (toc_list_has(toc_get(d->message, "audience"), org))
		return "you name it in the audience";
	return toc_str_is(d->k, "M6.propose") ? "the hub: it releases what is proposed" : "it reads the item";
}

/* Why somebody gets an entry about a removal order. */
static const char *why_gets_order(const struct toc_organisation *o)
{
	if (o && (o->kinds & TOC_KIND_HSP))
		return "the provider that is addressed";
	if (o && (o->kinds & TOC_KIND_HUB))
		return "the hub: it reads every order that was issued";
	return "an authority of the state that issues it, or of the provider's";
}

/* Why somebody gets a deconfliction check, or an entry about one. */
static const char *why_in_check(const struct toc_organisation *o)
{
	return o && (o->kinds & TOC_KIND_HUB) ? "the hub: it is always asked" : "it has asked, or has answered";
}

static void add_recipients(const struct toc_world *w, struct toc_arena *a, const struct toc_draft *d,
			   struct toc_value *recipients)
{
	const struct toc_value *readers = toc_get(d->decided, "readers"),
			       *desks = toc_get(d->decided, "desks");

	for (size_t i = 0; i < toc_len(readers); i++) {
		const struct toc_value *reader = toc_at(readers, i);
		struct toc_str org = toc_get_text(reader, "org");
		const struct toc_organisation *o = toc_find_organisation(w, org);
		const struct toc_value *desk = desk_named(desks, org);
		struct toc_value *v = toc_value_map(a);
		bool crisis = toc_is_of_incident(d->k);
		/* linked notifiers: not the sender's to know */
		if (!crisis && !toc_get_is(reader, "rendering", "whole"))
			continue;
		toc_set_text(a, v, "org", org);
		toc_set_text(a, v, "name", o ? toc_text_str(&o->name) : org);
		toc_set(a, v, "roles", toc_get(reader, "roles"));
		toc_set(a, v, "rendering", toc_get(reader, "rendering"));
		toc_set_text(a, v, "entry", d->k);
		if (toc_str_eq(org, d->org))
			toc_set_cstr(a, v, "why", "your own organisation");
		else
			toc_set_text(a, v, "why",
				     desk     ? toc_get_text(desk, "why")
				     : crisis ? toc_str_of(why_told(w, d, o))
				     : toc_is_of_deconfliction(d->k) ? toc_str_of(why_in_check(o))
				     : toc_str_is(d->k, "M17.send")  ? TOC_STR("you name it in the audience")
				     : toc_str_is(d->k, "M17.answer")
					     ? TOC_STR("it sent the referral, or is the hub that it went to, too")
				     : toc_is_of_order(d->k) ? toc_str_of(why_gets_order(o))
				     : toc_is_of_signal(d->k)
					     ? toc_str_of(why_gets_signal(d, org))
				     : toc_uuid_is_nil(d->case_ref) ? TOC_STR("its role reads this type of message")
								    : TOC_STR("a desk of the case, or its notifier"));
		const struct toc_value *owes = owed_by(d, org);
		toc_set(a, v, "acknowledges_until", toc_get(owes, "deadline"));
		if (desk) {
			toc_set(a, v, "role", toc_get(desk, "role"));
			toc_set(a, v, "duty", toc_get(desk, "duty"));
			toc_set(a, v, "grounds", toc_get(desk, "grounds"));
			toc_set(a, v, "pages", toc_get(desk, "pages"));
		}
		toc_push(a, recipients, v);
	}
}

struct toc_value *toc_prepare(const struct toc_world *w, const struct toc_principal *p,
			      const struct toc_command *c, toc_time now, struct toc_arena *a,
			      struct toc_refusal *ret_refusal)
{
	struct toc_verdict v;
	const struct toc_value *body = toc_get(c->message, "body");

	if (toc_look(w, p, c, now, a, &v) < 0) {
		*ret_refusal = v.refusal;
		return NULL;
	}
	struct toc_value *answer = toc_value_map(a), *recipients = toc_value_list(a),
			 *warnings = toc_value_list(a);
	for (size_t i = 0; i < v.n; i++) {
		const struct toc_value *said = toc_get(v.drafts[i].decided, "warnings");
		add_recipients(w, a, &v.drafts[i], recipients);
		for (size_t k = 0; k < toc_len(said); k++)
			toc_push(a, warnings, toc_at(said, k));
	}
	if (toc_str_is(c->k, "M4.send")) {
		if (!toc_get_bool(toc_get(body, "emergency_line_called"), "called") &&
		    (toc_get_is(body, "immediacy", "now") || toc_get_is(body, "immediacy", "<1h")))
			warn(a, warnings, "emergency_line",
			     "this is not an emergency line: call 112, or the local number, first");
		if (!toc_get_bool(toc_get(body, "preserved"), "preserved"))
			warn(a, warnings, "not_preserved",
			     "preserve the content and the data that belong to it (TCO 6)");
		if (toc_get_is(body, "user_notified", "yes"))
			warn(a, warnings, "user_notified", "the user knows: say so by telephone as well");
		toc_set_cstr(a, answer, "note",
			     "If a case about the same thing has been accepted already, the notification "
			     "goes to the "
			     "desk that has accepted it and to the hub.");
	}
	toc_set_text(a, answer, "k", c->k);
	toc_set(a, answer, "recipients", recipients);
	toc_set(a, answer, "warnings", warnings);
	/* of incidents reference, place and time; of a threat case nothing */
	const struct toc_value *offered = v.n ? toc_get(v.drafts[0].decided, "duplicates") : NULL;
	toc_set(a, answer, "duplicates", offered ? (struct toc_value *)(uintptr_t)offered : toc_value_list(a));
	static const char *const shown[] = { "known", "report", "closing", "unread", "open" };
	for (size_t i = 0; i < v.n; i++)
		for (size_t k = 0; k < sizeof shown / sizeof *shown; k++)
			toc_set(a, answer, shown[k], toc_get(v.drafts[i].decided, shown[k]));
	if (v.duplicate)
		toc_set_int(a, answer, "seq", (int64_t)v.seq);
	return answer;
}
