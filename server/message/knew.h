/* knew.h: what did an organisation know at a time? Computed from entries alone, in order, up to that time.
 *
 * Whoever asks feeds the entries of one realm (actual, or of one exercise) from the first to the last whose time is not
 * after the moment: that time is the entry's `at`. Each is a document as members get it, or as the ledger has it:
 * {k, at, org, id, message, decided}. The answer:
 *
 *   {"org",
 *    "messages": [{"id", "k", "org", "at", "entries"?: [{ref, k?}], "delivered": [{channel, at}],
 *                  "seen": [{person, at}], "acknowledged": [{person, at}], "recalled"?: at}],
 *    "own": [{"id", "k", "at"}],
 *    "timers": [{"timer", "id", "desk", "starts", "deadline", "state", "steps": [{at, contact, channel, state}]}]}
 *
 * messages: all that named the organisation in their audience, receipts and what the server says of time apart; an M29
 * with the entries that it carried. Available is not known: known is what was delivered or seen. timers: those that
 * bind the organisation, and those that its own messages started; state running, met, missed, passed, stopped; steps
 * are the calls of its own contacts. Nothing of others is in it: no draft, no receipt for what it did not send, nothing
 * after the moment. Pure. Source: domain (e) 8, h.1, h.2.
 */
#ifndef TOC_MESSAGE_KNEW_H
#define TOC_MESSAGE_KNEW_H

#include "base/value.h"

struct toc_knew;

struct toc_knew *toc_knew_new(struct toc_arena *a, struct toc_str org);
void toc_knew_free(struct toc_knew *k);
/** The next entry; borrowed for the call. @param reached it is known to have reached the organisation; else
 * decided.readers says whether it does */
void toc_knew_take(struct toc_knew *k, const struct toc_value *entry, bool reached);
struct toc_value *toc_knew_answer(struct toc_knew *k);

#endif
