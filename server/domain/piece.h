/* piece.h: the state at rest: objects of one kind, packed side by side in the order of their keys. A piece never
 * changes; it is found by the SHA-256 of its bytes, and shared by whoever holds it.
 *
 *   piece := length of the kind's name (1 byte), name; sum (32 bytes); number of objects (4); where each begins,
 *            counted from the first (4 each); objects (packing.c)            numbers little-endian
 *
 * The sum is that of the SHA-256 of each object packed by itself, as numbers of 256 bits: the sum over all pieces of a
 * state says whether two states are the same, however they are cut into pieces. It finds mistakes, not forgers.
 */
#ifndef TOC_DOMAIN_PIECE_H
#define TOC_DOMAIN_PIECE_H

#include "base/digest.h"
#include "domain/object.h"

#define TOC_PIECE_BYTES (256u << 10) /* of objects, when it is full */
#define TOC_PIECE_BYTES_MAX (64u << 20)

struct toc_piece {
	unsigned holders;
	enum toc_object_kind kind;
	uint32_t n; /* objects */
	struct toc_sha256 name;
	struct toc_str bytes;      /* all of it */
	struct toc_str objects;    /* of that: the objects */
	const char *begin, *sum;   /* … where each begins; the sum */
	bool in_database, kept; /* of whoever keeps copies: it was sent there; a snapshot there has it */
};

/** A piece of these bytes, of which a copy is made; looked through to the last object.
 * @return NULL when it is none of ours, with reterr */
struct toc_piece *toc_piece_read(struct toc_str bytes, struct toc_error *reterr);
struct toc_piece *toc_piece_hold(struct toc_piece *p);
void toc_piece_drop(struct toc_piece *p); /* NULL is fine */

/** Object number i, unpacked. */
void *toc_piece_object(const struct toc_piece *p, uint32_t i);
/** Its key; @param room lives as long as the key is used */
struct toc_str toc_piece_key(const struct toc_piece *p, uint32_t i, int64_t *room);
/** Add the sum of a piece to that of others. */
void toc_sum_add(uint8_t sum[32], const uint8_t more[32]);

/** Pieces of one kind, none overlapping, in order. Owned by whoever has the run. */
struct toc_run {
	struct toc_piece **pieces;
	size_t n;
};
void toc_run_add(struct toc_run *run, struct toc_piece *p); /* takes the piece over */
void toc_run_clear(struct toc_run *run);
/** The object with this key, unpacked; NULL when there is none. */
void *toc_run_object(const struct toc_run *run, enum toc_object_kind kind, struct toc_str key);

/** Makes pieces of objects that come in order. */
struct toc_piece_maker;
struct toc_piece_maker *toc_piece_maker_new(void);
void toc_piece_maker_free(struct toc_piece_maker *m);
void toc_piece_maker_add(struct toc_piece_maker *m, enum toc_object_kind kind, const void *object);
bool toc_piece_maker_is_full(const struct toc_piece_maker *m);
/** What was added since the last one; NULL: nothing. */
struct toc_piece *toc_piece_maker_take(struct toc_piece_maker *m);

#endif
