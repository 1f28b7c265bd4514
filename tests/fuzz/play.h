/* play.h: what fuzz_domain.c shows to a test that plays it with seeds of its own. */
#ifndef TOC_TESTS_FUZZ_PLAY_H
#define TOC_TESTS_FUZZ_PLAY_H

#include "base/bytes.h"

#include <stddef.h>
#include <stdint.h>

struct stage;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
/** Called after each message, when set: of this k, and what the ledger has from `from` on came of it. */
extern void (*play_heard)(const struct stage *s, struct toc_str k, size_t from);

#endif
