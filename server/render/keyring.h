/* keyring.h: the seal keys that are open in this process, by id and by (subject, retention class).
 *
 * Keeper and archive hold one. A key rests wrapped in the database; the wrapping keys come from the parent.
 * New keys are made by the keeper while it builds an append and count only once that append is committed:
 * settle says which. Losing a key on purpose (erasure) is a reload that no longer finds it.
 */
#ifndef TOC_RENDER_KEYRING_H
#define TOC_RENDER_KEYRING_H

#include "ipc/wrapping.h"
#include "store/store.h"
#include "token/token.h"

struct toc_keyring;
/** @param keys copied; the first one wraps new keys. n is at least 1 */
struct toc_keyring *toc_keyring_new(const struct toc_wrapping_key *keys, size_t n);
void toc_keyring_free(struct toc_keyring *r); /* wipes */

/** One whose wrapping keys are what the eraser says they are. @param w taken over @return NULL when there are none */
struct toc_keyring *toc_keyring_watching(struct toc_wrapping *w);
/** The same, of keys that lie in a token. @param t taken over */
struct toc_keyring *toc_keyring_of_token(struct toc_wrapping *w, struct toc_token *t, const struct toc_wrapping_key *keys, size_t n);
/** Have wrapping keys been replaced, or seal keys erased, since this last said so? Then all keys are to be read anew
 * (sweep). The wrapping keys are up to date when it returns. */
bool toc_keyring_changed(struct toc_keyring *r);
/** Other wrapping keys than before: the first one wraps new keys. n is 1 to TOC_WRAP_KEYS_MAX */
void toc_keyring_wrapping(struct toc_keyring *r, const struct toc_wrapping_key *keys, size_t n);

/** Take in one wrapped key. Of a known one what is new is how it is wrapped.
 * @return 0, TOC_ENOTFOUND when its wrapping key is not (or no longer) held, TOC_EIO when the token does not answer, TOC_EPROOF when
 * it was altered. With each of these it is shut: there, and not to be opened here now, which is not erased */
int toc_keyring_add(struct toc_keyring *r, const struct toc_key_row *row) TOC_MUSTCHECK;
bool toc_keyring_is_shut(const struct toc_keyring *r, struct toc_uuid id);

const struct toc_seal_key *toc_keyring_by_id(const struct toc_keyring *r, struct toc_uuid id);

/** The key of a subject and class; made, with a random id, when there is none yet. */
const struct toc_seal_key *toc_keyring_for(struct toc_keyring *r, struct toc_str subject,
					   struct toc_str retention);

/** All keys are read anew: what is not added between these two is erased, and forgotten. */
void toc_keyring_sweep(struct toc_keyring *r);
size_t toc_keyring_swept(struct toc_keyring *r); /* @return how many went */

/** Each key, in order; start with NULL. @return NULL after the last. A key is `leaving` once its erasure is entered. */
const struct toc_seal_key *toc_keyring_next(const struct toc_keyring *r, const struct toc_seal_key *after, bool *ret_leaving);
/** Until when it is kept: is that other than what was said last? Then it has been said now. */
bool toc_keyring_kept(struct toc_keyring *r, struct toc_uuid id, toc_time due, bool held);
void toc_keyring_unsay(struct toc_keyring *r); /* all is to be said again */
void toc_keyring_leaves(struct toc_keyring *r, struct toc_uuid id);

/** The keys made since the last settle, wrapped; what the rows point to lives as long as the keys.
 * @return 0, or TOC_EIO when the token does not wrap now: then nothing can be appended */
int toc_keyring_fresh(struct toc_keyring *r, struct toc_arena *a, struct toc_key_row **ret_rows, size_t *ret_n) TOC_MUSTCHECK;
/** Their append was committed (kept) or not (forgotten). */
void toc_keyring_settle(struct toc_keyring *r, bool kept);

/** Every key, wrapped: for the sealed copy on disk. */
size_t toc_keyring_all(const struct toc_keyring *r, struct toc_arena *a, struct toc_key_row **ret_rows);

/** The keys that these rows name and the ring does not have, each once: ids in the arena. @return how many */
size_t toc_keyring_missing(const struct toc_keyring *r, struct toc_arena *a, const struct toc_row *rows, size_t n,
			   struct toc_uuid **ret_ids);

#endif
