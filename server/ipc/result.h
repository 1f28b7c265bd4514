/* result.h: what a question of an auditor's brought to light, as the archive says it to the keeper: through the front, which
 * cannot make or alter it. Sealed with the key of grants (HMAC-SHA-256), and told from one by its first byte. */
#ifndef TOC_IPC_RESULT_H
#define TOC_IPC_RESULT_H

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"

struct toc_result {
	struct toc_uuid asked; /* id of the M27 */
	struct toc_str org;    /* whose question it was */
	uint64_t count;        /* rows */
	struct toc_sha256 digest; /* of them, as they were sent */
	bool complete;
};
struct toc_str toc_result_seal(struct toc_arena *a, const uint8_t key[32], const struct toc_result *r);
/** @return 0, or TOC_EPROOF */
int toc_result_open(struct toc_arena *a, const uint8_t key[32], struct toc_str sealed, struct toc_result *ret) TOC_MUSTCHECK;

#endif
