/* expect.h: does what arrived hold what a scenario expects? Pure: a log of entries, and questions to it. */
#ifndef TOC_CLI_EXPECT_H
#define TOC_CLI_EXPECT_H

#include "cli/scenario.h"

/** Every entry that reached an organisation of the play, in order of arrival. */
struct expect_log {
	struct toc_arena *arena;
	struct expect_seen {
		const char *org;
		long long seq;
		struct toc_str k, id, json;
		const struct toc_value *frame;
		int64_t came_us; /* on a clock that only runs forward */
	} * items;
	size_t n, cap;
};
void expect_log_init(struct expect_log *log);
void expect_log_done(struct expect_log *log);
/** One frame that arrived at `org` (kept by pointer). The same entry at two connections of one organisation
 * is kept once: whole, if one of its people reads it whole, whoever of them is told first.
 * @return 0, or -1 when it cannot be read */
int expect_log_add(struct expect_log *log, const char *org, struct toc_str json, int64_t came_us);

/** Sequence numbers that belong to a step: after `after`, up to `upto`. */
struct expect_window {
	long long after, upto;
};

/** Now: may still become true. Last: everything has arrived. */
enum expect_moment { EXPECT_NOW, EXPECT_LAST };
enum expect_verdict { EXPECT_HOLDS, EXPECT_NOT_YET, EXPECT_FAILS };

/** An expectation of a step, references resolved. `refused` is not decided here: it is about the answer, not
 * the log.
 * @param tolerance of scenario times: 0 when the clock is stopped at each step
 * @param ret_came what came instead; in the arena, set unless it holds */
enum expect_verdict expect_check(struct toc_arena *a, const struct expect_log *log,
				 const struct scenario_names *names, const struct toc_value *expectation,
				 struct expect_window window, enum expect_moment moment, toc_dur tolerance,
				 struct toc_str *ret_came);

/** `knew`: what had reached an organisation at a time, and which deadlines ran for it. (knew.c) */
enum expect_verdict expect_knew(struct toc_arena *a, const struct expect_log *log, const struct scenario_names *names,
				const struct toc_value *want, toc_dur tolerance, struct toc_str *ret_came);

/** What the exercise is asked when it is over, by what arrived (message/answers.h); and an answer as words. (answers.c) */
struct toc_value *expect_answers(struct toc_arena *a, const struct expect_log *log, struct toc_str exercise);
struct toc_str expect_answer_words(struct toc_arena *a, const struct toc_value *answer);

/** `prepared`: what of where, has and lacks the answer to a prepare does not hold, as words; empty when all.
 */
struct toc_str expect_prepared(struct toc_arena *a, const struct toc_value *answer,
			       const struct toc_value *want, toc_dur tolerance);

/** The id of the timer of that name that the step started: its own entry, or the first after it that does. */
struct toc_str expect_timer(const struct scenario_names *names, const struct scenario_binding *step, struct toc_str name);

/** The expectation as a sentence: "AIRU sees M4.send with decided.desks[org=AIRU].role = competent". */
struct toc_str expect_sentence(struct toc_arena *a, const struct toc_value *expectation);

#endif
