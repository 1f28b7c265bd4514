/* channel.h: what a way to reach somebody has to know: how a job is begun on a curl handle, and what its end means.
 * One file for each (smtp.c, …), one row for each in jobs.c. Queues, retries at once, limits, what is remembered and
 * the keeper are the same for all of them and no business of theirs. */
#ifndef TOC_COURIER_CHANNEL_H
#define TOC_COURIER_CHANNEL_H

#include <curl/curl.h>

#include "base/bytes.h"
#include "base/value.h"
#include "ipc/outcome.h"
#include "measure/limits.h"

struct toc_job {
	struct toc_uuid id; /* of the delivery: the same at every attempt, and what the other side knows it by */
	uint32_t attempt;   /* from 1 */
	enum toc_way way;
	struct toc_arena *arena;      /* of the job */
	const struct toc_value *told; /* the document of JOB */
	const struct toc_value *means; /* the heritage's part for this way */
	const struct toc_limits *limits;
	bool fresh;  /* not over a connection that was kept */
	void *ours;  /* what the channel keeps while it runs */
	/* of jobs.c */
	struct toc_job *next;
	struct toc_lane *lane; /* NULL: none */
	CURL *easy; /* NULL: it waits */
	bool unwanted;
	int64_t since_us, begun_us;
};

struct toc_outcome {
	enum toc_outcome_state state;
	uint16_t code;    /* of the other side; 0: none */
	uint32_t wait_s;  /* it asked for so long; 0: it did not */
	char detail[160]; /* nothing personal, and nothing that the other side could have put a person's name into */
	bool way_down;    /* not for this recipient: nobody can be reached this way now */
	bool again;       /* the kept connection was dead: at once, on a fresh one */
	struct toc_str result; /* what was got, in the job's arena: the keeper is told it before the outcome; mostly empty */
};

struct toc_courier_channel {
	const char *name;
	enum toc_way way;
	const char *means; /* member of "ways" in the heritage; without it the channel is not served */
	size_t at_once;    /* offset in toc_limits: how many run at a time */
	bool blocks;       /* libcurl waits inside its own call at some point: each runs on a thread of its own */
	const char *lane;  /* member of the document by which jobs share a lane; NULL: each has its own */
	/** Set on the handle what is to be done. @return 0, or -1 and the outcome: it cannot be tried */
	int (*start)(struct toc_job *job, CURL *easy, struct toc_outcome *ret);
	/** It has run: what does that mean? Releases `ours`. */
	void (*done)(struct toc_job *job, CURL *easy, CURLcode result, struct toc_outcome *ret);
};

extern const struct toc_courier_channel toc_smtp, toc_webhook, toc_web_push, toc_phone, toc_stamp;

/** The outcome in words that are ours. */
void toc_outcome_set(struct toc_outcome *o, enum toc_outcome_state state, unsigned code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
