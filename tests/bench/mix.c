/* mix.c: see mix.h. */
#include "mix.h"

#include <stdio.h>

struct toc_value *mix_say(struct mix *b, const struct toc_principal *by, const char *k,
			     const struct toc_value *like, struct toc_uuid threat)
{
	struct toc_value *m = toc_value_copy(b->words, like);
	char id[TOC_UUID_TEXT];

	snprintf(id, sizeof id, "01980000-0000-7000-8000-%012llx", (unsigned long long)++b->ids);
	toc_set_text(b->words, m, "id", toc_arena_str(b->words, toc_str_of(id)));
	toc_set_id(b->words, m, "case_ref", threat);
	b->said[b->n++] = (struct said){ .by = by, .k = k, .message = m, .now = b->s->now };
	if (b->ids % 8 == 0)
		b->said[b->n] = b->said[b->n - 1], b->n++;
	return m;
}

struct toc_uuid mix_next_id(const struct mix *b)
{
	char id[TOC_UUID_TEXT];

	snprintf(id, sizeof id, "01980000-0000-7000-8000-%012llx", (unsigned long long)b->ids + 1);
	return toc_id_of(toc_str_of(id));
}

static void about(struct mix *b, struct toc_value *m, struct toc_uuid message, const char *org)
{
	struct toc_value *body = toc_get(m, "body");

	toc_set_id(b->words, body, "message_ref", message);
	toc_set_cstr(b->words, body, "recipient_org", org);
}

struct script mix_script(struct stage *s)
{
	static const char concerned[] =
		"\"concerned_states\":null,\"state_unknown\":{\"unknown\":true,\"reason\":\"x\"}";
	struct script p = {
		.draft = stage_message(s, stage_notice(s, "", concerned)),
		.notice = stage_message(s, stage_notice(s, "", concerned)),
		.machine = stage_message(s, "{\"type\":\"M19\",\"body\":{\"step\":\"machine\",\"channel\":\"console\","
					    "\"state\":\"delivered\",\"actor_kind\":\"machine\"}}"),
		.seen = stage_message(s, "{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"state\":\"seen\"}}"),
		.ack = stage_message(s, "{\"type\":\"M5\",\"body\":{\"kind\":\"ack\"}}"),
		.question = stage_message(s, "{\"type\":\"M5\",\"body\":{\"kind\":\"question\",\"questions\":"
					     "[{\"id\":\"q1\",\"text\":\"Since when?\"}]}}"),
		.answer = stage_message(s, "{\"type\":\"M5\",\"body\":{\"kind\":\"answer\",\"answers\":"
					   "[{\"question\":\"q1\",\"text\":\"Since noon.\"}]}}"),
		.supplement = stage_message(s, "{\"type\":\"M4\",\"body\":{\"step\":\"supplement\",\"text\":\"More is "
					       "known by now.\"}}"),
		.accept = stage_message(s, "{\"type\":\"M5\",\"body\":{\"kind\":\"accept\"}}"),
		.outcome = stage_message(s,
					 "{\"type\":\"M5\",\"body\":{\"kind\":\"outcome\",\"outcome\":\"safe\"}}"),
	};
	toc_unset(toc_get(p.draft, "body"), "concerned_states");
	toc_set_id(s->a, toc_get(p.draft, "body"), "contact_24x7", stage_person(s, "GameNest/night responder"));
	toc_set_id(s->a, toc_get(p.notice, "body"), "contact_24x7", stage_person(s, "GameNest/night responder"));
	struct toc_value *all[] = { p.draft,	p.notice, p.machine,	p.seen,	  p.ack,
				    p.question, p.answer, p.supplement, p.accept, p.outcome };
	const struct toc_value *envelope = stage_message(
		s, "{\"schema_version\":\"1.0.0\",\"mode\":\"actual\",\"sent_at\":\"2026-11-22T20:50:00Z\",\"tlp\":"
		   "\"AMBER\",\"precedence\":\"flash\",\"ack_required\":true,\"lang\":\"en\",\"personal_data\":"
		   "{\"level\":\"limited\",\"categories\":[\"location\"]},\"legal_basis\":[],"
		   "\"also_reported_to\":[]}");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (uint32_t k = 0; k < envelope->n; k++)
			toc_set_str(s->a, all[i], envelope->members[k].name, envelope->members[k].value);
	return p;
}

void mix_case(struct mix *b, const struct script *p, unsigned i)
{
	static const char *const orgs[] = { "CDA", "HUB" };
	const struct toc_principal *desks[] = { &b->desk, &b->hub };
	struct toc_uuid first = mix_next_id(b), none = { { 0 } };
	struct toc_uuid threat = toc_uuid_named("case", toc_uuid_str(b->words, first));

	b->s->now = toc_after(b->s->now, b->pause);
	if (i % 3 == 0)
		(void)mix_say(b, &b->platform, "M4.draft", p->draft, none);
	struct toc_uuid notice = mix_next_id(b);
	struct toc_value *keys = toc_value_list(b->words);
	for (unsigned k = 0; k < 2; k++) { /* every tenth is about what the one before it is about */
		struct toc_str what = toc_arena_printf(b->words, "%u of %u", k, i % 10 == 1 ? i - 1 : i);
		toc_push_text(b->words, keys, toc_hex(b->words, toc_sha256(what).b, 16));
	}
	(void)mix_say(b, &b->platform, "M4.send", p->notice, i % 3 == 0 ? threat : none);
	b->said[b->n - 1].dup_keys = keys;
	for (unsigned d = 0; d < 2; d++)
		about(b, mix_say(b, desks[d], "M19.machine", p->machine, none), notice, orgs[d]);
	if (i % 5 == 0)
		return; /* nobody is there: T17 calls, and calls again */
	for (unsigned d = 0; d < 2; d++)
		about(b, mix_say(b, desks[d], "M19.human", p->seen, none), notice, orgs[d]);
	(void)mix_say(b, &b->hub, "M5.ack", p->ack, threat);
	if (i % 10 == 1)
		return; /* taken over by the acceptance of the other */
	if (i % 4 == 0) {
		(void)mix_say(b, &b->desk, "M5.question", p->question, threat);
		(void)mix_say(b, &b->platform, "M5.answer", p->answer, threat);
	}
	(void)mix_say(b, &b->desk, "M5.accept", p->accept, threat);
	if (i % 3)
		(void)mix_say(b, &b->platform, "M4.supplement", p->supplement, threat);
	if (i % 2)
		(void)mix_say(b, &b->desk, "M5.outcome", p->outcome, threat);
}

