/* generate.h: random messages that follow the catalogue, and small damage to them. For property tests of
 * splitting, for the fuzzers, and for comparing the decoder with the JSON Schema. The same seed gives the same
 * messages on every machine. */
#ifndef TOC_TESTS_MESSAGE_GENERATE_H
#define TOC_TESTS_MESSAGE_GENERATE_H

#include "message/table.h"

struct generator {
	struct toc_arena *a;
	uint64_t state; /* the seed at first */
	const uint8_t *bytes; /* a fuzzer's: choices are read from them while there are any, then drawn */
	size_t n_bytes;
	/** A text for this field that means something in the world it is said in; empty: make one up. NULL: none. */
	struct toc_str (*known)(struct generator *g, const struct toc_field *f);
	void *ctx; /* known's */
};

uint32_t generate_number(struct generator *g, uint32_t below);
/** The types in turn, over and over. */
const struct toc_message_type *generate_type(size_t i);
/** A message that the decoder takes. */
struct toc_value *generate_message(struct generator *g, const struct toc_message_type *t);
/** The same with one thing changed somewhere, which mostly makes it wrong: a member left out, added or of
 * another kind. */
struct toc_value *generate_damage(struct generator *g, const struct toc_value *message);

#endif
