/* marking.c: how far a message may go, and who may say so: TLP 2.0, the police's handling codes, the source's grade.
 *
 * One value of TLP for each message, and it travels with it. A new version (`supersedes`) may raise it; lowering it, dropping
 * a handling code, or grading the source anew is its originator's alone. What is put together takes the strictest marking
 * of its parts, which keep their own. What an originator has marked AMBER+STRICT, RED or H2 is passed on by nobody else
 * without their consent; a redirect of a threat to life is what the notifier has asked for. Source: TLP 2.0; Europol 19(2), 29(3);
 * rules (e) 1. */
#include "domain/rule.h"

static const char *const tlps[] = { "", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED" };
#define N_TLPS (sizeof tlps / sizeof *tlps)
#define STRICT 4
#define H2 (1u << 2)

uint32_t toc_tlp_of(struct toc_str name)
{
	for (uint32_t i = 1; i < N_TLPS; i++)
		if (toc_str_is(name, tlps[i]))
			return i;
	return 0;
}

const char *toc_tlp_name(uint32_t tlp)
{
	return tlp < N_TLPS ? tlps[tlp] : "";
}

static const char *const handling[] = { "H0", "H1", "H2", "H3" };
#define N_HANDLING (sizeof handling / sizeof *handling)

uint32_t toc_handling_bits(const struct toc_value *codes)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < toc_len(codes); i++)
		for (unsigned k = 0; k < N_HANDLING; k++)
			if (toc_get_is(toc_at(codes, i), "code", handling[k]))
				bits |= 1u << k;
	return bits;
}

int toc_check_marking(struct toc_ask *q)
{
	const struct toc_message *before = toc_find_message(q->w, toc_get_id(q->m, "supersedes"));

	if (!q->org || q->mode == TOC_MODE_SYSTEM || !before || toc_short_is(&before->org, q->p->org) ||
	    !toc_is_reader(before, q->p->org, q->roles))
		return 0; /* of nobody else's message, or it is the rule's business */
	if (toc_tlp_of(toc_get_text(q->m, "tlp")) < before->tlp)
		return TOC_REFUSE(q, NOT_PERMITTED, "tlp", "TLP 2.0, domain (e) 1", "tlp: %s is lowered by \"%.*s\" alone",
				  toc_tlp_name(before->tlp), TOC_STR_ARGS(toc_short_str(&before->org)));
	if (before->handling & ~toc_handling_bits(toc_get(q->m, "handling")))
		return TOC_REFUSE(q, NOT_PERMITTED, "handling", "Europol 19(2)", "handling: a code is dropped by \"%.*s\" alone",
				  TOC_STR_ARGS(toc_short_str(&before->org)));
	struct toc_str grade = toc_get_text(q->m, "source_grade");
	if (grade.n && before->grade.n && !toc_short_is(&before->grade, grade))
		return TOC_REFUSE(q, NOT_PERMITTED, "source_grade", "Europol 29(3)", "source_grade: \"%.*s\" has graded it %.*s",
				  TOC_STR_ARGS(toc_short_str(&before->org)), TOC_STR_ARGS(toc_short_str(&before->grade)));
	return 0;
}

uint32_t toc_strictest(const struct toc_message *const *parts, size_t n)
{
	uint32_t tlp = 0;

	for (size_t i = 0; i < n; i++)
		tlp = parts[i]->tlp > tlp ? parts[i]->tlp : tlp;
	return tlp;
}

void toc_mark_like(struct toc_ask *q, struct toc_value *message, const struct toc_message *const *parts, size_t n)
{
	uint32_t tlp = toc_strictest(parts, n), codes = 0;
	struct toc_value *list = toc_value_list(q->a);

	if (tlp > toc_tlp_of(toc_get_text(message, "tlp")))
		toc_set_cstr(q->a, message, "tlp", toc_tlp_name(tlp));
	for (size_t i = 0; i < n; i++)
		codes |= parts[i]->handling;
	codes &= ~toc_handling_bits(toc_get(message, "handling"));
	for (size_t i = 0; i < toc_len(toc_get(message, "handling")); i++)
		toc_push(q->a, list, toc_at(toc_get(message, "handling"), i));
	for (unsigned k = 0; k < N_HANDLING; k++) {
		struct toc_value *one = toc_value_map(q->a);
		if (!(codes & 1u << k))
			continue;
		toc_set_cstr(q->a, one, "code", handling[k]);
		toc_push(q->a, list, one);
	}
	if (codes)
		toc_set(q->a, message, "handling", list);
}

int toc_check_put_together(struct toc_ask *q, const struct toc_message *made_from)
{
	const struct toc_value *more = toc_get(q->m, "references");

	for (size_t i = 0; i <= toc_len(more); i++) {
		const struct toc_message *m = i ? toc_find_message(q->w, toc_id_of(toc_text_of(toc_at(more, i - 1)))) : made_from;
		if (!m && !i)
			continue;
		if (!m || !toc_is_reader(m, q->p->org, q->roles))
			return toc_refuse_unknown(q, toc_arena_printf(q->a, "references[%zu]", i - 1).p);
		if (toc_tlp_of(toc_get_text(q->m, "tlp")) < m->tlp)
			return TOC_REFUSE(q, CONDITION, "tlp", "TLP 2.0, domain (e) 1", "tlp: %s, as the strictest of what it is put together from",
					  toc_tlp_name(m->tlp));
		if (m->handling & ~toc_handling_bits(toc_get(q->m, "handling")))
			return TOC_REFUSE(q, CONDITION, "handling", "Europol 19(2)",
					  "handling: with all codes of what it is put together from");
	}
	return 0;
}

int toc_check_passing_on(struct toc_ask *q, const struct toc_message *const *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (toc_short_is(&parts[i]->org, q->p->org) || toc_get_bool(q->body, "originator_consent"))
			continue;
		if (parts[i]->tlp >= STRICT || (parts[i]->handling & H2))
			return TOC_REFUSE(q, CONDITION, "body.originator_consent", "Europol 19(2), TLP 2.0",
					  "originator_consent: \"%.*s\" has marked it %s", TOC_STR_ARGS(toc_short_str(&parts[i]->org)),
					  parts[i]->tlp >= STRICT ? toc_tlp_name(parts[i]->tlp) : "H2");
	}
	if (toc_tlp_of(toc_get_text(q->m, "tlp")) < toc_strictest(parts, n))
		return TOC_REFUSE(q, CONDITION, "tlp", "TLP 2.0, domain (e) 1", "tlp: %s, as the strictest of what is disclosed",
				  toc_tlp_name(toc_strictest(parts, n)));
	return 0;
}
