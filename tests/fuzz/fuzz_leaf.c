/* fuzz_leaf.c: an entry's leaf as bytes from the database. What parses is written again as the very same bytes. */
#include "ledger/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str bytes = { (const char *)data, size };
	struct toc_leaf leaf;

	if (toc_leaf_parse(a, bytes, &leaf, NULL) == 0 && !toc_str_eq(toc_leaf_write(a, &leaf), bytes))
		TOC_WRONG("a leaf with two spellings");
	toc_arena_free(a);
	return 0;
}
