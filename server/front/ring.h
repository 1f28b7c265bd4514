/* ring.h: the newest entries, framed once, for everybody who is up to date.
 *
 * One block of bytes holds, for each of the last entries, its renderings: the audience, and the bytes that go out
 * (WebSocket header and JSON text). It holds the sequence numbers [tail, head) without a gap. When it is full the
 * oldest go; who had not read them yet is behind and is served by the archive (cursor.h). A slow reader so costs
 * nothing here. Pure: no socket, no clock.
 *
 * Publishing puts the whole rendering before the one without personal data, and a reader gets the first one whose
 * audience he belongs to.
 */
#ifndef TOC_FRONT_RING_H
#define TOC_FRONT_RING_H

#include "base/error.h"
#include "base/memory.h"

/** Who reads: organisation (interned: toc_ring_org), roles to read with, and whether real incidents are hidden. */
struct toc_eyes {
	uint32_t org, roles;
	bool exercise_only;
};

/** One organisation of an audience. */
struct toc_admitted {
	uint32_t org, roles;
};

struct toc_rendering {
	const struct toc_admitted *admitted;
	size_t n_admitted;
	bool actual; /* hidden from exercise-only readers */
	struct toc_str json;
};

/** A rendering as it lies in the ring. Borrowed until the next publish or reset. */
struct toc_framed {
	uint64_t seq;
	struct toc_str frame; /* WebSocket text frame */
	struct toc_str json;  /* its payload */
};

struct toc_ring;
struct toc_ring *toc_ring_new(size_t bytes, size_t entries);
void toc_ring_free(struct toc_ring *r);

/** A small number for an organisation's code; the same for the same code. */
uint32_t toc_ring_org(struct toc_ring *r, struct toc_str code);

uint64_t toc_ring_tail(const struct toc_ring *r);
uint64_t toc_ring_head(const struct toc_ring *r);
/** Nothing before `tail` any more; its bytes are wiped. */
void toc_ring_forget(struct toc_ring *r, uint64_t tail);
/** Forget everything; the next entry is `head`. */
void toc_ring_reset(struct toc_ring *r, uint64_t head);

/** The entry `head`: its renderings in the order in which they are tried.
 * @return 0; TOC_ELIMIT when it is larger than the whole ring: then the ring is empty and stands after it */
int toc_ring_publish(struct toc_ring *r, const struct toc_rendering *renderings, size_t n);

/** The first entry from *seq on that these eyes may see. @return true, and *seq stands after it; or false, and
 * *seq stands at head. *seq must not be below tail. */
bool toc_ring_next(const struct toc_ring *r, struct toc_eyes eyes, uint64_t *seq, struct toc_framed *ret_framed);

bool toc_eyes_see(struct toc_eyes eyes, const struct toc_rendering *rendering);
/** The first of them that these eyes see, or NULL. */
const struct toc_rendering *toc_eyes_find(struct toc_eyes eyes, const struct toc_rendering *renderings, size_t n);

/** Header of an unmasked, final WebSocket text frame (RFC 6455 section 5.2). @return its 2, 4 or 10 bytes' count */
#define TOC_FRAME_HEAD_MAX 10
size_t toc_frame_head(uint8_t ret_head[TOC_FRAME_HEAD_MAX], size_t payload);

#endif
