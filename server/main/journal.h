/* journal.h: what the ledger does not take of the journal (keeper/refused.c), for the operator who has to see to it. */
#ifndef TOC_MAIN_JOURNAL_H
#define TOC_MAIN_JOURNAL_H

#include "main/config.h"

/** tocsind journal list: in clear, a JSON text a line. @return the exit code */
int toc_journal_list(const struct toc_config *c);
/** tocsind journal drop: put aside, sealed as it is. @return the exit code */
int toc_journal_drop(const struct toc_config *c);

#endif
