/* fuzz_note.c: checkpoints, keys, witnesses' lines, proofs and names of tiles as others may hand them to us. What is
 * understood is written again as the same bytes. */
#include "ledger/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32] = "a seed of thirty-two bytes, fuzz";
	struct toc_arena *a = toc_arena_new();
	struct toc_str bytes = { (const char *)data, size }, extra, note;
	struct toc_note_key own, other;
	struct toc_checkpoint c;
	struct toc_proof proof;
	struct toc_tile tile;
	uint8_t public_key[32];
	uint64_t index;
	int64_t at;

	toc_ed25519_public(seed, public_key);
	if (toc_note_key_init(&own, TOC_STR("log.example/1"), TOC_NOTE_LOG, public_key) < 0)
		TOC_WRONG("a key with a good name");
	if (toc_vkey_parse(bytes, &other, NULL) == 0 && !toc_str_eq(toc_vkey(a, &other), bytes))
		TOC_WRONG("a vkey with two spellings");
	if (toc_tile_parse(bytes, &tile) == 0 && !toc_str_eq(toc_tile_path(a, &tile), bytes))
		TOC_WRONG("a tile with two names");
	if (toc_checkpoint_open(bytes, &own, &c, NULL) == 0 && c.size > INT64_MAX)
		TOC_WRONG("a size out of range");
	c = (struct toc_checkpoint){ .origin = "log.example/1" };
	own.type = TOC_NOTE_WITNESS;
	(void)!toc_cosignature_check(bytes, &c, &own, &at, NULL);
	if (toc_proof_parse(a, bytes, &index, &extra, &proof, &note, NULL) == 0) {
		struct toc_str again = toc_proof_text(a, index, extra, &proof, note);
		if (note.n < TOC_NOTE_BYTES_MAX && extra.n && !toc_str_eq(again, bytes))
			TOC_WRONG("a proof with two spellings");
	}
	toc_arena_free(a);
	return 0;
}
