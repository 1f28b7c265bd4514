/* memory_log.h: what the memory store keeps of the log: checkpoints and tiles. For memory.c only. */
#ifndef TOC_STORE_MEMORY_LOG_H
#define TOC_STORE_MEMORY_LOG_H

#include "store/backend.h"

struct toc_memory_log {
	struct toc_published {
		struct toc_str origin, note;
		uint64_t size;
		struct toc_sha256 root;
	} *checkpoints;
	struct toc_tile_root *tiles;
	struct toc_cosignature *cosignatures;
	struct toc_stamp *stamps;
	size_t n_checkpoints, n_tiles, n_cosignatures, n_stamps;
};
/** Do one of the log's operations. @param a keeps what is published @return as store.h */
int toc_memory_log_do(struct toc_memory_log *log, struct toc_arena *a, const struct toc_row *rows,
		      const struct toc_range *range, const struct toc_op *op, uint64_t *ret_size, struct toc_error *reterr);
void toc_memory_log_done(struct toc_memory_log *log);

#endif
