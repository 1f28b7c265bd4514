/* contact.h: AIRU's contact points, as its two admins declare them: for the tests of how an organisation is reached. */
#ifndef TOC_TESTS_CONTACT_H
#define TOC_TESTS_CONTACT_H

#include "check.h"
#include "stage.h"

#define REFUSED(call, why, where)                                                                            \
	do {                                                                                                 \
		CHECK((call) < 0);                                                                           \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);                                              \
		CHECK_TEXT(toc_str_of(s->v.refusal.field), where);                                           \
		CHECK_INT(s->v.n, 0);                                                                        \
	} while (0)

#define ADMIN "AIRU/admin"
#define SECOND "AIRU/second admin"
#define DUTY "AIRU/duty officer"
#define OFFICER "AIRU/second officer"
#define LIAISON "AIRU/liaison officer"

static inline const char *person(struct stage *s, const char *who)
{
	return toc_uuid_str(s->a, stage_person(s, who)).p;
}

static inline toc_time at(const char *text)
{
	toc_time t = { -1 };
	CHECK(toc_time_parse(toc_str_of(text), &t, NULL) == 0);
	return t;
}

struct contact {
	const char *who, *kind, *address, *when;
};

/* One admin declares for AIRU; `more` are further members of the body. */
static inline int declare(struct stage *s, const char *who, const char *supersedes, const char *purposes, const struct contact *chain, const char *more)
{
	struct toc_str list = TOC_STR("");
	for (; chain->who; chain++)
		list = toc_arena_printf(s->a, "%.*s%s{\"person\":\"%s\",\"channels\":[{\"kind\":\"%s\"%s%s%s}]%s%s%s}", TOC_STR_ARGS(list),
					list.n ? "," : "", person(s, chain->who), chain->kind, chain->address ? ",\"address\":\"" : "",
					chain->address ? chain->address : "", chain->address ? "\"" : "", chain->when ? ",\"when\":\"" : "",
					chain->when ? chain->when : "", chain->when ? "\"" : "");
	return stage_act(s, who,
			 "{\"type\":\"M26\"%s%s%s,\"body\":{\"step\":\"own\",\"org\":\"AIRU\",\"purposes\":[%s],\"languages\":[\"en\"],"
			 "\"escalation_chain\":[%.*s]%s}}",
			 *supersedes ? ",\"supersedes\":\"" : "", supersedes, *supersedes ? "\"" : "", purposes, TOC_STR_ARGS(list), more);
}

#define ROUND ",\"hours\":\"24/7\",\"public\":false"

/* … and the other puts it in force. */
static inline void in_force(struct stage *s, const char *purposes, const struct contact *chain, const char *more)
{
	CHECK(declare(s, ADMIN, "", purposes, chain, more) == 0);
	CHECK(declare(s, SECOND, stage_id(s, "M26.own", "AIRU"), purposes, chain, more) == 0);
}

/* "duty officer, second officer": whom the organisation's contact point for a purpose reaches now. */
static inline const char *reached(struct stage *s, uint32_t purpose, const char *when)
{
	static const char *const who[] = { DUTY, OFFICER, LIAISON, ADMIN, SECOND };
	struct toc_reached reach = toc_reached(s->w, s->a, TOC_STR("AIRU"), purpose, when ? at(when) : s->now);
	struct toc_str all = TOC_STR("");
	for (unsigned i = 0; i < reach.n; i++)
		for (size_t k = 0; k < sizeof who / sizeof *who; k++)
			if (toc_uuid_eq(reach.point->chain[reach.order[i]].person, stage_person(s, who[k])))
				all = toc_arena_printf(s->a, "%.*s%s%s", TOC_STR_ARGS(all), all.n ? ", " : "", who[k] + 5);
	return all.n ? all.p : "";
}

static inline const struct toc_point *point(struct stage *s, uint32_t purpose)
{
	return toc_point_for(s->w, TOC_STR("AIRU"), purpose, s->now);
}

static inline const char *point_id(struct stage *s, uint32_t purpose)
{
	return toc_uuid_str(s->a, point(s, purpose)->id).p;
}

static const struct contact liaison_only[] = { { LIAISON, "phone", "+999 1", NULL }, { NULL, NULL, NULL, NULL } };
static const struct contact duty_only[] = { { DUTY, "phone", "+999 2", NULL }, { NULL, NULL, NULL, NULL } };

#endif
