/* fuzz_state.c: a snapshot of the state, from the database or from disk. What loads is saved as the very same, and can
 * be asked and acted on; what does not load says why. The seal keeps others from writing one; a version of ours that
 * wrote another shape does not. */
#include "domain/rule.h"
#include "message/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok, const char *what)
{
	if (!ok)
		TOC_WRONG(what);
}

static void ask(struct toc_world *w, struct toc_arena *a)
{
	struct toc_principal nobody = { .org = TOC_STR("GameNest"), .channel = TOC_STR("api") };
	struct toc_verdict v;
	struct toc_uuid *cases;
	toc_time due = toc_world_next_due(w);

	(void)toc_world_open_cases(w, a, &cases);
	(void)toc_json_str(a, toc_world_welcome(w, &nobody, (toc_time){ 0 }, a));
	if (due.us != TOC_TIME_NEVER.us)
		toc_due(w, due, 4, a, &v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *saved;
	struct toc_world *w = NULL, *again = NULL;
	struct toc_refusal why = { 0 };
	struct toc_error error = { 0 };

	if (toc_json_parse(a, (struct toc_str){ (const char *)data, n }, 1 << 20, 32, &saved, &why) == 0) {
		if (toc_world_load(saved, &w, &error) < 0) {
			must(w == NULL && *error.text, "a snapshot is refused without a word");
		} else {
			struct toc_str once = toc_json_str(a, toc_world_save(w, a));
			must(toc_json_parse(a, once, 1 << 22, 32, &saved, &why) == 0, "a snapshot of ours does not parse");
			must(toc_world_load(saved, &again, &error) == 0, "a snapshot of ours does not load");
			must(toc_str_eq(once, toc_json_str(a, toc_world_save(again, a))), "saved again it is another");
			ask(w, a);
		}
	}
	toc_world_free(w);
	toc_world_free(again);
	toc_arena_free(a);
	return 0;
}
