/* mix.h: what is said in a threat case after another, for benchmarks.
 *
 * The mix of a case, thrice repeated with small differences: a draft (every third case), the notification to two
 * desks, each desk's machine receipt and a person's "seen", an acknowledgement, a question and its answer, a
 * supplement, an acceptance; an outcome in every other case. Every tenth case is about the same thing as another
 * (the server links them), every eighth message comes twice under its id, and a desk that nobody is at (every
 * fifth case) is called by its deadlines. Source: design 3; domain c, d. */
#ifndef TOC_TESTS_MIX_H
#define TOC_TESTS_MIX_H

#include "base/digest.h"
#include "message/json.h"
#include "stage.h"

#define BATCH 64 /* messages; and one case more */

struct said {
	const struct toc_principal *by;
	const char *k;
	struct toc_value *message;
	const struct toc_value *dup_keys;
	toc_time now;
};
struct mix {
	struct stage *s;
	struct toc_arena *words; /* of the messages of a batch */
	struct toc_principal platform, desk, hub;
	struct said said[BATCH + 32];
	size_t n;
	uint64_t ids;
	toc_dur pause; /* between two cases */
};

struct script {
	struct toc_value *draft, *notice, *machine, *seen, *ack, *question, *answer, *supplement, *accept, *outcome;
};
struct script mix_script(struct stage *s);
struct toc_uuid mix_next_id(const struct mix *b);
struct toc_value *mix_say(struct mix *b, const struct toc_principal *by, const char *k, const struct toc_value *like,
			  struct toc_uuid threat);
void mix_case(struct mix *b, const struct script *p, unsigned i);

#endif
