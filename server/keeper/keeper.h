/* keeper.h: the process that authenticates, authorises, decides, appends and fires deadlines. It alone writes
 * to the ledger. It meets the fronts over channels, the ledger through store, and nobody else. Inside:
 * core.h. */
#ifndef TOC_KEEPER_KEEPER_H
#define TOC_KEEPER_KEEPER_H

#include "base/value.h"

/** Serve until the parent says go. @param heritage
 * {"node","front_fds","conninfo","state_dir","grant_key","wrap_keys", "dup_key","journal_key","outside_key","allow","other_nodes","push","seed"?
 * {"messages","always"}}; the control socket is descriptor 4. @return exit code */
int toc_keeper_main(const struct toc_value *heritage);

#endif
