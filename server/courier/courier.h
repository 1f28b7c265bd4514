/* courier.h: the process that carries messages to people who are not connected.
 *
 * It has no database, no ledger and no key of it. The keeper hands it one job for each delivery, with all that is needed
 * to carry it out, and hears what became of it; whatever is worth remembering is an entry of the ledger, so a courier
 * that dies is replaced and handed the same jobs again. One thing it does remember, in a small file of its own: what
 * the other side has taken and the ledger may not know yet (taken.c), so that nothing goes out twice.
 */
#ifndef TOC_COURIER_COURIER_H
#define TOC_COURIER_COURIER_H

#include "base/value.h"

/** Serve until the parent says go. @param heritage {"keeper_fd","record_fd","ways","limits"}; the control socket is
 * descriptor 4. "ways": {"smtp": {url, user?, password?, ca?, from}}. @return exit code */
int toc_courier_main(const struct toc_value *heritage);

#endif
