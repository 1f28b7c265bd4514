/* facts.h: what auditors' questions look for is computed from entries beside everything else, on a connection of its own, as
 * tocsin_auditor, which may call audit.catch_up and see nothing by it.
 *
 * A slice at a time, and then a pause of three times as long: at most a quarter of a processor, so a question does the rest
 * itself when it cannot wait (store/audit.h). Of several nodes one computes, the others find it done. Nothing blocks; the
 * owner's loop waits for fd and calls step. */
#ifndef TOC_STORE_FACTS_H
#define TOC_STORE_FACTS_H

#include "base/error.h"
#include "base/memory.h"
#include "base/time.h"

struct toc_facts;
/** @param conninfo of tocsin_auditor, borrowed */
struct toc_facts *toc_facts_new(const char *conninfo);
void toc_facts_free(struct toc_facts *f); /* what it is doing is undone */

/** Entries that are not computed yet, as of the last slice; -1: not known, for want of a database. */
int64_t toc_facts_behind(const struct toc_facts *f);
/** What went wrong since this was asked last; then it tries again by itself. @return whether anything did */
bool toc_facts_trouble(struct toc_facts *f, struct toc_error *ret);

int toc_facts_fd(const void *f); /* -1 while there is none; may change in step */
short toc_facts_wants(const void *f);
int64_t toc_facts_next_us(const void *f);
void toc_facts_step(void *f, int64_t mono_now_us);

#endif
