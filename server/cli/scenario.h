/* scenario.h: a scenario file: its steps, its times and its references. Format: docs/exercises.md. Pure. */
#ifndef TOC_CLI_SCENARIO_H
#define TOC_CLI_SCENARIO_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "base/value.h"

struct scenario_step {
	toc_dur t;                                  /* after t0 */
	struct toc_str name, who, org, title, note; /* who: "ORG/title", or "system": then org is empty */
	const struct toc_value *send, *receipt;     /* NULL: none */
	bool prepare; /* ask first what sending it would do */
	bool only_prepare; /* … and leave it at that */
	const struct toc_value *expect;             /* list, or NULL */
};
struct scenario {
	struct toc_arena *arena;
	struct toc_str title, about, exercise, control;
	toc_time t0;
	const struct toc_value *defaults, *finally;
	struct scenario_step *steps;
	size_t n;
};

int scenario_load(struct toc_str bytes, struct scenario *ret_scenario,
		  struct toc_error *reterr) TOC_MUSTCHECK;
void scenario_done(struct scenario *s);

/** "mm:ss" (minutes may exceed 59) or "h:mm:ss". */
int scenario_time(struct toc_str text, toc_dur *ret_t) TOC_MUSTCHECK;
/** "04:05", "1:35:00": the text of a length, for people. */
struct toc_str scenario_time_str(struct toc_arena *a, toc_dur t);

/** What the messages of earlier steps were given by the server. */
struct scenario_binding {
	char name[48], id[TOC_UUID_TEXT], case_ref[TOC_UUID_TEXT], incident_ref[TOC_UUID_TEXT];
	long long seq; /* -1: not known */
	toc_time at;   /* scenario time as the server recorded it; TOC_TIME_NEVER: not known */
};
struct expect_log;
struct scenario_names {
	toc_time t0;
	struct toc_str exercise, me; /* me: pseudonym of who acts; may be empty */
	const struct scenario_binding *bindings;
	size_t n;
	/* ${NAME.T30}: which timer of that name a step has started; empty when that is not known (expect.c) */
	struct toc_str (*timer)(const struct scenario_names *names, const struct scenario_binding *step, struct toc_str name);
	const struct expect_log *log;
};
const struct scenario_binding *scenario_find(const struct scenario_names *names, struct toc_str name);

/** A deep copy with references and scenario times replaced. */
int scenario_resolve(struct toc_arena *a, const struct scenario_names *names, const struct toc_value *v,
		     struct toc_value **ret_value, struct toc_error *reterr) TOC_MUSTCHECK;

/** "decided.desks[org=AIRU].role" in a document; NULL when it is not there. */
const struct toc_value *scenario_path(const struct toc_value *v, struct toc_str path);

#endif
