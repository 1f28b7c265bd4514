/* render.h: from a stored row to what members read. Keeper (live) and archive (history) render through this,
 * so the same entry gives the same bytes whichever of them sends it.
 *
 *   row --toc_render_open--> opened entry --toc_render_entry--> {"op":"entry",…}
 *
 * The keeper, which has just made an entry, fills `struct toc_opened` itself and skips the first step.
 *
 * Frame: op, seq, k, at, recorded, mode, exercise?, incident?, case?, org, id, ref?, late?, rendering,
 * message, decided, actor? (whole only), disclosed? (M29), erased? closed? (whole only: a sealed part is gone, or is there
 * and does not open here). `at`
 * is decided.at (scenario time in an exercise), `recorded` the leaf's time.
 */
#ifndef TOC_RENDER_RENDER_H
#define TOC_RENDER_RENDER_H

#include "domain/domain.h"
#include "render/keyring.h"

struct toc_opened {
	struct toc_entry entry; /* body: {"decided","message": the part that is not personal} */
	const struct toc_value
		*data; /* {"message": personal part?, "disclosed"?: [personal parts]}, or NULL */
	const struct toc_value *actor; /* {person, roles, channel, session}, or NULL */
	bool erased;                   /* a sealed part is no longer there, or its key is not */
	bool closed;                   /* a sealed part and its key are there, and do not open here (keyring.h) */
	bool key_unknown; /* … because its key is not in the ring: load the keys and try once more */
};

/** Open a stored row. Parsed trees live in the arena; texts of the leaf too. @param ring NULL: leaf and body only
 * @return 0; TOC_EPROOF when leaf, body or an opened part does not match its commitment; TOC_EINVAL when leaf
 * or body does not parse */
int toc_render_open(struct toc_arena *a, const struct toc_keyring *ring, const struct toc_row *row,
		    struct toc_opened *ret_opened, struct toc_error *reterr) TOC_MUSTCHECK;

/** The message as a reader of this rendering gets it. */
struct toc_value *toc_render_message(struct toc_arena *a, const struct toc_opened *e,
				     enum toc_rendering rendering);

/** A whole `entry` frame; or, `urgent`, the same without seq and recorded, marked as not yet recorded. */
struct toc_str toc_render_entry(struct toc_arena *a, const struct toc_opened *e, enum toc_rendering rendering,
				bool urgent);

/** One item of an M29: what an earlier entry discloses at `rendering`, split like a message into
 * {seq?, eid, k, org, at, rendering, message, decided} and its personal part (an empty object when none). */
void toc_render_disclosed(struct toc_arena *a, const struct toc_opened *e, bool has_seq,
			  enum toc_rendering rendering, struct toc_value **ret_public,
			  struct toc_value **ret_personal);

const char *toc_rendering_name(enum toc_rendering rendering); /* "whole", "without_personal" */

/** One audience of an entry: the readers that get the same rendering. */
struct toc_audience {
	enum toc_rendering rendering;
	const struct toc_reader *readers; /* in the arena */
	size_t n;
};
/** Readers grouped by rendering, "whole" first (a session that is in both gets the first). @return 0, 1 or 2
 */
size_t toc_render_audiences(struct toc_arena *a, const struct toc_entry *e,
			    struct toc_audience ret_audiences[2]);

/** The rendering for one reader, as audience ∩ current rights; false: this entry is not for them. */
bool toc_render_for(struct toc_arena *a, const struct toc_entry *e, struct toc_str org, toc_roles roles,
		    bool exercise_only, enum toc_rendering *ret_rendering);

/** Not for sessions that see exercises only. */
bool toc_render_is_actual(const struct toc_entry *e);

#endif
