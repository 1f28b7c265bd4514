/* fuzz_state.c: a piece of a copy of the state, from the database or from disk. What loads is, packed anew, the very same
 * state, and can be asked and acted on; what does not load says why. The head's code keeps others from writing one; a
 * version of ours that wrote another shape does not. */
#include "domain/piece.h"
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

	(void)toc_world_open_cases(w, 3, a, &cases);
	(void)toc_json_str(a, toc_world_welcome(w, &nobody, (toc_time){ 0 }, a));
	if (due.us != TOC_TIME_NEVER.us)
		toc_due(w, due, 4, a, &v);
}

static struct toc_str document(struct toc_arena *a, const struct toc_world *w)
{
	return toc_json_str(a, toc_world_document(w, a));
}

/* Packed and loaded again. */
static struct toc_world *again(struct toc_world *w)
{
	struct toc_saving *s = toc_saving_begin(w);
	struct toc_world *loaded = NULL;
	struct toc_error error;
	size_t n;

	while (!toc_saving_step(s, 3))
		;
	struct toc_piece *const *pieces = toc_saving_pieces(s, &n);
	must(toc_world_load(pieces, n, toc_world_size(w), &loaded, &error) == 0, "a copy of ours does not load");
	toc_saving_end(s);
	return loaded;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_world *w = NULL;
	struct toc_error error = { 0 };
	struct toc_piece *p = toc_piece_read((struct toc_str){ (const char *)data, n }, &error);

	must(p || *error.text, "a piece is refused without a word");
	if (p) {
		must(toc_world_load(&p, 1, 3, &w, &error) == 0, "a piece does not load");
		ask(w, a);
		struct toc_str once = document(a, w); /* unpacks all of it */
		struct toc_world *packed = again(w);
		must(toc_str_eq(once, document(a, packed)), "packed again it is another");
		toc_world_free(packed);
	}
	toc_piece_drop(p);
	toc_world_free(w);
	toc_arena_free(a);
	return 0;
}
