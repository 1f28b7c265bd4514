/* finds.h: where an identifier stands in what is sealed of an entry. Only what the asker's own organisation said, or reads whole
 * anyway, is searched: what others said, and did not tell them, is not found out by trying. */
#ifndef TOC_ARCHIVE_FINDS_H
#define TOC_ARCHIVE_FINDS_H

#include "render/render.h"

/** @return a line, {seq, at, k, org, id, holders, fields, subject, retention}; empty: it does not stand there */
struct toc_str toc_finds(struct toc_arena *a, const struct toc_opened *e, const struct toc_seal_key *key, struct toc_str org, struct toc_str identifier);

#endif
