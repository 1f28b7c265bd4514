/* evidence.h: an entry as it is hashed and committed to, so that a stranger can check it: leaf, parts, salts. */
#ifndef TOC_ARCHIVE_EVIDENCE_H
#define TOC_ARCHIVE_EVIDENCE_H

#include "render/render.h"

/** A line: {seq, leaf, body, body_salt, actor?, actor_salt?, data?, data_salt?, withheld?, erased?}. Leaf and salts are base64,
 * parts are texts, byte for byte. @param whole the parts that are personal, too; else they are withheld */
struct toc_str toc_evidence(struct toc_arena *a, const struct toc_keyring *ring, const struct toc_row *row, bool whole);

#endif
