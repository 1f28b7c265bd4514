/* outgoing.h: deliveries of the state become jobs of the courier, and its outcomes become entries.
 *
 * What is on its way stands in the state alone (domain: delivery). Here is only what is in hand: a bounded number for
 * each way, so that ten thousand recipients wait in the ledger and not in memory. Whatever is begun can be begun again:
 * after a restart of keeper or courier everything unfinished is handed over anew under the same id, and the courier
 * knows what the other side has taken already. One node carries a delivery: the one whose entry queued it, until
 * another one takes over (rules b.5; docs/courier.md).
 */
#ifndef TOC_KEEPER_OUTGOING_H
#define TOC_KEEPER_OUTGOING_H

#include "domain/world.h"
#include "ipc/outcome.h"
#include "render/render.h"

struct toc_frame;
struct toc_keeper;
struct toc_work;

struct toc_outgoing;
struct toc_outgoing *toc_outgoing_new(void);
void toc_outgoing_free(struct toc_outgoing *o);

void toc_outgoing_turn(struct toc_keeper *k);
int64_t toc_outgoing_next_us(const struct toc_keeper *k);
/** The courier came, or is gone. */
void toc_outgoing_courier(struct toc_keeper *k, bool here);
/** Its word: OUTCOME. */
void toc_outgoing_frame(struct toc_keeper *k, struct toc_frame *f);
/** An entry was committed: what it makes or moves is looked at; its node is alive. */
void toc_outgoing_committed(struct toc_keeper *k, const struct toc_entry *e);
/** A message of the server's that a delivery waited for (work->delivery) was decided. */
void toc_outgoing_decided(struct toc_keeper *k, const struct toc_work *w);

/* ---- what a job says: one function for each way ---- */

/** What is needed to write it: the delivery, and the entry that declared the contact, opened. */
struct toc_composing {
	struct toc_arena *a;
	const struct toc_delivery *d;
	const struct toc_opened *point; /* of a webhook or gateway: the hook.declare; of a browser: the push.subscribe */
	toc_time link_until; /* TOC_TIME_NEVER: there is no link */
	const struct toc_opened *about; /* of a webhook or browser: what it is told of; of a telephone: the contact point */
};
/** @return the document of JOB, or NULL: it cannot be carried out at all (`ret_why`) */
typedef struct toc_value *toc_compose(struct toc_keeper *k, const struct toc_composing *c, const char **ret_why);
toc_compose toc_compose_letter, toc_compose_webhook, toc_compose_call, toc_compose_push;

/** "M3-7F3A-91C0": the kind of message, and enough of its id to find it by. */
struct toc_str toc_reference(struct toc_arena *a, const struct toc_message *m, struct toc_uuid id);
/** Of what only tries how somebody is reached: the code of a test, by which the answer is known anywhere; else the above. */
struct toc_str toc_test_reference(const struct toc_keeper *k, struct toc_arena *a, const struct toc_delivery *d);
/** The address of the delivery's channel, as the contact point declares it; empty when there is none. */
struct toc_str toc_contact_address(const struct toc_composing *c);

#endif
