/* transfer.h: the record of a transfer of personal data: who gave what kinds of them to whom, when, on which ground.
 *
 * Computed from one entry alone, as members get it or as the ledger has it: {k, at, org, id, message, decided}. A
 * transfer is an entry whose sender says that personal data are in it, and that somebody of another organisation reads
 * whole; a disclosure (M29) is one to those it names, of what it carries whole. The record:
 *
 *   {"at", "k", "id", "seq"?, "mode"?, "exercise"?, "case"?, "incident"?, "org",
 *    "to": ["AIRU", …], "level", "categories": […], "legal_basis": [{act, article}],
 *    "transfer_regime"?: …, "ground"?, "decided_by"?, "discloses"?: [message, …]}
 *
 * Nothing personal is in it, but what is behind it is found by the id. An empty legal_basis says that none was stated.
 * Pure. Source: Europol 26a(7), GDPR 30, LED 24 and 25; domain (e) 4, 6.
 */
#ifndef TOC_MESSAGE_TRANSFER_H
#define TOC_MESSAGE_TRANSFER_H

#include "base/value.h"

/** The record of an entry, in the arena; it borrows from the entry. NULL: nothing personal went to anybody else. */
struct toc_value *toc_transfer_of(struct toc_arena *a, const struct toc_value *entry);

#endif
