/* kinds.h: the kinds of values that fields hold: what a text of the kind looks like, and how it is
 * normalised. */
#ifndef TOC_MESSAGE_KINDS_H
#define TOC_MESSAGE_KINDS_H

#include "message/table.h"

struct toc_kind_check {
	struct toc_arena *arena;
	const struct toc_message_type *type;
	bool fiction; /* user-assigned countries and private-use languages are allowed */
};

/** What kind of value it is, for a person: "a UUID", "text of one line". */
const char *toc_kind_words(enum toc_field_kind kind);
/** ECMA-262 pattern that says the same as the check, or NULL. */
const char *toc_kind_pattern(enum toc_field_kind kind);

/** Check one value that is neither map nor body.
 * @param ret_value a normalised copy in the arena
 * @return TOC_NOT_REFUSED, or the code, with a few words in ret_words */
enum toc_refusal_code toc_kind_check(const struct toc_kind_check *c, const struct toc_field *f,
				     const struct toc_value *raw, struct toc_value **ret_value,
				     char ret_words[160]);

#endif
