/* heard.h: what was said on the stages of a test program, accepted or refused, and which timers began and ended. Written at its
 * end to the file that TOC_HEARD names, if it names one; unit.domain.heard puts them together (test_heard.c). */
#ifndef TOC_TESTS_DOMAIN_HEARD_H
#define TOC_TESTS_DOMAIN_HEARD_H

#include "base/value.h"

#include <stdbool.h>

void heard_said(struct toc_str k, bool accepted);
void heard_foreign(struct toc_str place); /* "M5.ack case_ref" */
void heard_entry(struct toc_str k, const struct toc_value *decided);

#endif
