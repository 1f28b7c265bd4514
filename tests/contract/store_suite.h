/* store_suite.h: the contract of store/store.h as cases. Included by a test program that says what store it
 * is:
 *
 *   struct toc_store *fresh_store(void)             a handle on a new, empty ledger
 *   struct toc_store *other_store(struct toc_store *s)   another handle on the same ledger, up
 *   struct toc_store *signer_store(struct toc_store *s)  … that may publish
 *   void freeze(struct toc_store *s)  void thaw(struct toc_store *s)   the server takes what is sent, and is
 * silent void lose_next_answer(struct toc_store *s)  void mend(struct toc_store *s)   the next append takes
 * effect unseen
 */
#include "contract/entries.h"

#include <poll.h>

/* Let the store do what it has to do for a while, until `until` is true. */
#define LIVE(s, until)                                                                                       \
	do {                                                                                                 \
		int64_t live_end = toc_clock_mono_us() + PATIENCE.us;                                        \
		while (!(until) && toc_clock_mono_us() < live_end)                                           \
			live_a_little(s);                                                                    \
		CHECK(until);                                                                                \
	} while (0)

static void live_a_little(struct toc_store *s)
{
	struct pollfd p = { .fd = toc_store_fd(s), .events = toc_store_wants(s) };

	if (poll(&p, 1, 5) < 0)
		p.revents = 0;
	toc_store_step(s, p.revents, toc_clock_mono_us());
}

#include "contract/suite_entries.h"
#include "contract/suite_copies.h"
#include "contract/suite_writers.h"
#include "contract/suite_log.h"
