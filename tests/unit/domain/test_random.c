/* test_random.c: random legal and illegal sequences of every message, with fixed seeds.
 *
 * fuzz_domain.c plays them, from the catalogue and the permission table: after every step nothing that was due is left,
 * nobody reads what the matrix closes to them, a refusal has code and words and adds nothing; at the end replay = snapshot =
 * live state. That all types are said is counted here; that every step is accepted and refused by some case, in test_heard.c.
 * Source: design 8, invariants 2, 3, 6. */
#include "check.h"
#include "fuzz/play.h"
#include "stage.h"

#include "base/map.h"
#include "message/catalogue.h"

#define SEEDS 1200
#define BYTES 4000

static struct toc_map *said;
static size_t accepted, refused;

static void heard(const struct stage *s, struct toc_str k, size_t from)
{
	static char yes;

	if (!toc_map_get(said, k))
		toc_map_put(said, k, &yes);
	accepted += s->n > from;
	refused += s->n == from && s->v.refusal.code != TOC_NOT_REFUSED;
}

CASE(random_histories_keep_the_invariants_and_every_step_is_tried)
{
	said = toc_map_new();
	play_heard = heard;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		uint8_t bytes[BYTES];
		uint64_t x = seed * 0x9e3779b97f4a7c15u;
		for (size_t i = 0; i < sizeof bytes; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			bytes[i] = (uint8_t)(x >> 32);
		}
		LLVMFuzzerTestOneInput(bytes, sizeof bytes); /* aborts when something does not hold */
	}
	play_heard = NULL;
	for (size_t i = 0; toc_action_at(i); i++)
		if (!(toc_action_at(i)->flags & TOC_ACTION_SERVER) && !toc_map_get(said, toc_str_of(toc_action_at(i)->k))) {
			check_bad++;
			printf("  never said: %s\n", toc_action_at(i)->k);
		}
	printf("  %zu accepted, %zu refused\n", accepted, refused);
	CHECK(accepted > 400 && refused > 20000);
	toc_map_free(said);
}

RUN_CASES()
