/* foreign.h: whatever is said on a stage is said once more about what is somebody else's, and nobody can tell it from what
 * does not exist.
 *
 * Before a test's message is decided it is asked, in every place that names something by its number (envelope, body, lists in
 * it), about things that its sender's organisation has never been shown; and as it stands in the name of others whose roles may do such
 * a thing, to whom parts of it are foreign. Each answer is compared, byte for byte, with the answer to a number that there is not.
 * What an organisation has been shown is read from the frames that it got. Nothing of it is recorded.
 * Source: design 8, invariant 6; rules a.3.1, the test from it. */
#ifndef TOC_TESTS_DOMAIN_FOREIGN_H
#define TOC_TESTS_DOMAIN_FOREIGN_H

#include "stage.h"

/** Ask of foreign things in place of this message, whose envelope is complete. A difference is printed and ends the
 * program at its end with an error. */
void foreign_ask(struct stage *s, const struct toc_principal *p, const struct toc_value *message);
bool foreign_is_asking(void);

/** Does this field name something by its number or code, which is not the server's to fill in? */
struct toc_field;
bool foreign_names_something(const struct toc_field *f);
/** … and is it not the sender's own to make, nor said to be excepted? path: "body.order_ref" */
bool foreign_is_reference(struct toc_str k, const char *path);

#endif
