/* answers.h: what an exercise is asked when it is over, answered from its entries alone.
 *
 * Whoever asks feeds the entries of one exercise from the first to the last, each as knew.h says; of an entry that
 * reached several, the copy that says most. The answer is a list, in the order of answers.def:
 *
 *   [{"name", "question", "of"?, "ms" | "count" | "at" | "orgs" | "word"}]
 *
 * of: the case, order or message that it is about, where there may be several; each has a row of its own. A question
 * to which nothing happened has no row. Nothing in it is personal. The rules are the field's: a human answer is one by
 * a desk, which is not the hub; a removal is when the provider says that it was; an hour that is closed because of
 * an obstacle is not missed; linked duplicates are those that are not untied. Pure. Source: domain h.1, h.2, h.4.
 */
#ifndef TOC_MESSAGE_ANSWERS_H
#define TOC_MESSAGE_ANSWERS_H

#include "base/value.h"

struct toc_answers;

struct toc_answers *toc_answers_new(struct toc_arena *a);
void toc_answers_free(struct toc_answers *x);
/** The next entry; borrowed until the answer. */
void toc_answers_take(struct toc_answers *x, const struct toc_value *entry);
struct toc_value *toc_answers_list(struct toc_answers *x);

#endif
