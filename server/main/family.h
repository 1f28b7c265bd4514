/* family.h: the children of the parent: born, connected with each other, watched, replaced when they die.
 *
 *   front 0..N-1 ──socketpair── keeper         each child: ──control── parent
 *        └────────socketpair── archive        keeper ──socketpair── courier
 *
 * When a child dies, its siblings get fresh sockets (PEER) to the one that takes its place; what they do about
 * commands under way is their business. A child that dies young is replaced after a growing pause. One that dies
 * three times in a row before its first READY ends the start: it will not get better by itself.
 * The owner's loop polls toc_family_fds, reaps children, and calls step. */
#ifndef TOC_MAIN_FAMILY_H
#define TOC_MAIN_FAMILY_H

#include <poll.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/time.h"
#include "base/value.h"

#define TOC_FRONTS_MAX 64
#define TOC_GIVE_MAX 12

enum toc_part_name { TOC_FRONT = 1, TOC_KEEPER = 2, TOC_ARCHIVE = 3, TOC_COURIER = 4, TOC_SIGNER = 5, TOC_ERASER = 6 }; /* numbers of PEER in ipc.def */
const char *toc_part_word(enum toc_part_name part);                    /* "front" */

/** The document for a child that is about to be born, without its sockets: the family adds keeper_fd, archive_fd,
 * courier_fd and front_fds. Descriptors in `ret_give` (borrowed) are passed on; the child sees them at `first_fd` and up. */
typedef struct toc_value *toc_family_heritage(void *ctx, struct toc_arena *a, enum toc_part_name part, unsigned index,
                                              int first_fd, int ret_give[TOC_GIVE_MAX], size_t *ret_n);

struct toc_family;
/** @param program what children execute, "/proc/self/exe" */
struct toc_family *toc_family_new(const char *program, unsigned n_fronts, toc_family_heritage *heritage, void *ctx);
void toc_family_free(struct toc_family *f); /* kills whoever is left */

void toc_family_start(struct toc_family *f, toc_time mono_now);
size_t toc_family_fds(const struct toc_family *f, struct pollfd *ret_fds, size_t cap);
/** Read what children say, and bring up those whose pause is over.
 * @return 0, or TOC_EIO when the family cannot live: reterr says who died and how */
int toc_family_step(struct toc_family *f, toc_time mono_now, struct toc_error *reterr) TOC_MUSTCHECK;
/** A child process was reaped. @return false when it is none of ours */
bool toc_family_reaped(struct toc_family *f, pid_t pid, int status, toc_time mono_now);
toc_time toc_family_next(const struct toc_family *f); /* monotonic; TOC_TIME_NEVER when nothing is planned */
bool toc_family_is_ready(const struct toc_family *f); /* every child has said READY */

/** Ask every child of this part to stop; none is replaced from now on. */
void toc_family_drain(struct toc_family *f, enum toc_part_name part);
void toc_family_kill(struct toc_family *f, enum toc_part_name part);
unsigned toc_family_alive(const struct toc_family *f, enum toc_part_name part);
void toc_family_measure(const struct toc_family *f); /* gauges: who is there, and their memory */
/** Tell the fronts that there is a new certificate: RELOAD with its document, as the heritage's, attached. */
void toc_family_reload(struct toc_family *f, const struct toc_value *certificate);

#endif
