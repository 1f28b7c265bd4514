/* The keeper on a memory ledger, a front being the test itself. */
#include "check.h"
#include "stage.h"

static struct stage s;

CASE(starts_with_an_empty_ledger_and_seeds_the_directory)
{
	stage_begin(&s);
	CHECK(s.keeper[0].k->announced);
	CHECK(!s.keeper[0].k->fatal);
	CHECK(stage_size(&s) > 100);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(a_threat_is_accepted_and_published_to_its_desks)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	CHECK(grant.n > 0);
	const struct toc_value *answer = stage_send(&s, grant, stage_threat(&s, "nightcourier7"));
	CHECK_TEXT(toc_get_text(answer, "op"), "accepted");
	CHECK_TEXT(toc_get_text(answer, "k"), "M4.send");
	CHECK(toc_get_text(answer, "case").n == 36);
	CHECK(toc_len(toc_get(answer, "recipients")) >= 2);
	const struct stage_frame *f = stage_published(&s, 0, "M4.send");
	CHECK(f != NULL);
	if (f) {
		CHECK_INT(f->seq, toc_get_int(answer, "seq", -1));
		CHECK(strstr(f->json.p, "nightcourier7") != NULL);
		printf("  readers: %.*s\n", TOC_STR_ARGS(f->readers));
	} else {
		printf("  %s\n", answer ? "answered" : "no answer");
	}
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

RUN_CASES()
