/* child.h: what keeper and archive have in common as processes. They serve the fronts (and the keeper the courier) over channels, use
 * stores, obey the parent on the control socket, and wait for all of it in one poll(2): a handful of
 * descriptors, no more.
 *
 * One thread; nothing blocks. Callbacks run inside toc_child_turn. When a front dies, its channel is freed;
 * the parent then brings the socket of its successor (PEER).
 */
#ifndef TOC_CHILD_CHILD_H
#define TOC_CHILD_CHILD_H

#include "base/digest.h"
#include "base/time.h"
#include "base/value.h"
#include "ipc/ipc.h"
#include "render/keyring.h"
#include "store/store.h"

#define TOC_CHILD_FRONTS_MAX 64
#define TOC_CHILD_COURIER TOC_CHILD_FRONTS_MAX /* the courier, where a front's index stands */
#define TOC_CHILD_PEERS (TOC_CHILD_FRONTS_MAX + 1)

struct toc_child_events {
	void (*frame)(void *ctx, unsigned front,
		      struct toc_frame *frame);              /* leaves it `bad` to end the channel */
	void (*front)(void *ctx, unsigned front, bool here); /* came (again), or is gone */
	void (*turn)(void *ctx);                             /* after everything else of a round */
	int64_t (*next_us)(void *ctx); /* monotonic time at which `turn` is wanted anyway; INT64_MAX: never */
};

struct toc_child;
/** @param control the parent's socket, or -1 (tests). Its end, or DRAIN, ends the child. */
struct toc_child *toc_child_new(const struct toc_child_events *events, void *ctx, int control);
void toc_child_free(struct toc_child *c); /* closes the channels; stores are their owner's */

/** A front, or the courier. Owns fd; replaces what was there. */
void toc_child_peer(struct toc_child *c, unsigned index, int fd);
void toc_child_store(struct toc_child *c, struct toc_store *s);    /* at most 4 */
/** Something else that waits for a descriptor, for as long as it is there: at most 16. `step` may unwatch it. */
struct toc_child_source {
	int (*fd)(const void *source);
	short (*wants)(const void *source);
	int64_t (*next_us)(const void *source);
	void (*step)(void *source, int64_t mono_now_us);
};
#define TOC_CHILD_SOURCES_MAX 16
void toc_child_watch(struct toc_child *c, const struct toc_child_source *how, void *source);
void toc_child_unwatch(struct toc_child *c, void *source);

unsigned toc_child_fronts(const struct toc_child *c); /* one past the highest index */
bool toc_child_has(const struct toc_child *c, unsigned front);
size_t toc_child_queued(const struct toc_child *c,
			unsigned front); /* bytes that the front has not read yet */
/** @return 0, TOC_ELIMIT (queue full, nothing sent) or TOC_ECLOSED (not there) */
int toc_child_send(struct toc_child *c, unsigned front, struct toc_buf *frame);

/** Leave what the fronts say unread: for as long as it could only be answered wrongly. */
void toc_child_deaf(struct toc_child *c, bool deaf);

/** Tell the parent that we serve now. */
void toc_child_ready(struct toc_child *c, const char *detail);

/** One round: wait at most so long, handle what is there. @return 0, or TOC_ECLOSED when it is time to go */
int toc_child_turn(struct toc_child *c, toc_dur at_most) TOC_MUSTCHECK;

/* ---- heritage: what the parent gives ---- */

/** A 32-byte key, base64url. */
int toc_heritage_key(const struct toc_value *heritage, const char *name, uint8_t ret_key[32]) TOC_MUSTCHECK;
/** "wrapping_fd": the wrapping keys, as they follow one another. @return NULL when there are none */
struct toc_keyring *toc_heritage_keyring(const struct toc_value *heritage);
/** "token": {"uri","pin"}. Opened before system calls are given up. */
int toc_heritage_token(const struct toc_value *heritage, struct toc_token **ret_token, struct toc_error *reterr) TOC_MUSTCHECK;
/** "front_fds", and "courier_fd" if it has one: take the channels in. @return 0 or TOC_EINVAL */
int toc_heritage_fronts(const struct toc_value *heritage, struct toc_child *c) TOC_MUSTCHECK;
/** A text member as a C string in the arena; NULL when absent. */
const char *toc_heritage_text(struct toc_arena *a, const struct toc_value *heritage, const char *name);

#endif
