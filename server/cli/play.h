/* play.h: the play of a scenario, inside: play.c goes step by step, act.c moves the clock and acts, tell.c
 * says it. */
#ifndef TOC_CLI_PLAY_H
#define TOC_CLI_PLAY_H

#include "cli/cast.h"

struct played { /* what became of a step */
	struct expect_window window;
	struct toc_value *later;  /* expectations to be looked at again at the end */
	bool by_person, happened; /* by_person: here, or in a step before, a person acted: the scenario's
				     times are theirs */
};

struct play {
	const struct cli *cli;
	struct tocsin *t;
	struct scenario s;
	struct cast cast;
	struct scenario_names names;
	struct scenario_binding *bindings;
	struct played *played;
	struct toc_arena *a; /* as long as the play */
	size_t at;           /* the step being played */
	long patience_s, speed, leap_s; /* leap: a longer wait of a running clock is jumped over; 0: none is */
	toc_dur until;
	long long newest;       /* highest sequence number that an answer named */
	toc_time scenario_base; /* running clock: scenario time at real_base_us */
	int64_t real_base_us;
	unsigned held, failed, skipped;
	int result;
	/* the answer being waited for */
	bool answered;
	struct scenario_binding *answer_to;
	enum tocsin_outcome outcome;
	struct toc_value *answer;
	const struct toc_value *prepared; /* what the step's sender was shown before */
};

/* tell.c: for people, or one line of JSON per event. */
void play_tell_begin(struct play *p);
void play_tell_step(struct play *p, const struct scenario_step *step);
void play_tell_note(struct play *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** @param step its number, or the number of steps for `finally`; counts it as held, failed, or a person's to
 * fulfil */
void play_tell_expectation(struct play *p, size_t step, const struct toc_value *expectation, bool holds,
			   struct toc_str came);
void play_tell_end(struct play *p);
void play_tell_answers(struct play *p); /* what the exercise is asked when it is over */
/** The play cannot go on: one sentence on stderr. @return -1 */
int play_give_up(struct play *p, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* act.c. All return 0, or -1 when the play is over. */
int64_t play_in_seconds(long s);            /* monotonic microseconds */
int play_turn(struct play *p, int most_ms); /* one turn of the loop */
int play_set_up_clock(struct play *p);
int play_reach(struct play *p, const struct scenario_step *step); /* bring the clock to the step */
int play_act(struct play *p, struct actor *who, const struct scenario_step *step, struct scenario_binding *b);
bool play_silent_gateway(void *user, const struct actor *gateway, const char *message_id);

#endif
