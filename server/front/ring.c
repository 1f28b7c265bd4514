/* ring.c: the block, its records and who may read them.
 *
 *   record := n renderings, each { struct part | admitted[] | header and JSON } , every part aligned to 8
 *
 * Offsets count upwards for ever; the place in the block is the offset modulo its size. A record never wraps: when
 * it does not fit before the end it starts at the beginning, and the gap belongs to it.
 */
#include "front/ring.h"

#include "base/digest.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

struct part {
	uint32_t n_admitted, n_head, n_json;
	bool actual, last;
};

struct slot {
	uint64_t begin; /* offset of its record */
	bool empty;     /* nobody may read it */
};

struct toc_ring {
	char *block;
	size_t size;
	struct slot *slots; /* entry seq stands at seq % entries */
	size_t entries;
	uint64_t tail, head, end; /* end: offset after the newest record */
	struct toc_map *orgs;
	uintptr_t n_orgs;
};

size_t toc_frame_head(uint8_t head[TOC_FRAME_HEAD_MAX], size_t payload)
{
	head[0] = 0x81; /* FIN, text */
	if (payload < 126) {
		head[1] = (uint8_t)payload;
		return 2;
	}
	size_t bytes = payload < 65536 ? 2 : 8;
	head[1] = bytes == 2 ? 126 : 127;
	for (size_t i = 0; i < bytes; i++)
		head[2 + i] = (uint8_t)((uint64_t)payload >> (8 * (bytes - 1 - i)));
	return 2 + bytes;
}

bool toc_eyes_see(struct toc_eyes eyes, const struct toc_rendering *r)
{
	if (r->actual && eyes.exercise_only)
		return false;
	for (size_t i = 0; i < r->n_admitted; i++)
		if (r->admitted[i].org == eyes.org && (r->admitted[i].roles & eyes.roles))
			return true;
	return false;
}

const struct toc_rendering *toc_eyes_find(struct toc_eyes eyes, const struct toc_rendering *renderings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (toc_eyes_see(eyes, &renderings[i]))
			return &renderings[i];
	return NULL;
}

struct toc_ring *toc_ring_new(size_t bytes, size_t entries)
{
	struct toc_ring *r = toc_must_realloc(NULL, sizeof *r);

	*r = (struct toc_ring){ .size = bytes & ~(size_t)7, .entries = entries };
	r->block = toc_must_realloc(NULL, r->size);
	r->slots = toc_must_realloc(NULL, entries * sizeof *r->slots);
	r->orgs = toc_map_new();
	return r;
}

void toc_ring_free(struct toc_ring *r)
{
	if (!r)
		return;
	toc_map_free(r->orgs);
	free(r->slots);
	free(r->block);
	free(r);
}

uint32_t toc_ring_org(struct toc_ring *r, struct toc_str code)
{
	/* the map holds number + 1 as a pointer, so that absent is NULL */
	void *known = toc_map_get(r->orgs, code);

	if (!known) {
		known = (void *)++r->n_orgs;
		toc_map_put(r->orgs, code, known);
	}
	return (uint32_t)((uintptr_t)known - 1);
}

uint64_t toc_ring_tail(const struct toc_ring *r)
{
	return r->tail;
}

uint64_t toc_ring_head(const struct toc_ring *r)
{
	return r->head;
}

void toc_ring_reset(struct toc_ring *r, uint64_t head)
{
	r->tail = r->head = head;
	r->end = 0;
}

/* Their bytes lie between the first one's and the next one's that stays, over the end of the block if need be. */
void toc_ring_forget(struct toc_ring *r, uint64_t tail)
{
	if (tail > r->head)
		tail = r->head;
	if (tail <= r->tail)
		return;
	uint64_t from = r->slots[r->tail % r->entries].begin, to = tail < r->head ? r->slots[tail % r->entries].begin : r->end;
	for (uint64_t n; from < to; from += n) {
		n = r->size - from % r->size;
		n = n < to - from ? n : to - from;
		toc_wipe(r->block + from % r->size, n);
	}
	r->tail = tail;
}

static size_t aligned(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static size_t part_size(const struct part *p)
{
	return aligned(sizeof *p + p->n_admitted * sizeof(struct toc_admitted) + p->n_head + p->n_json);
}

static struct part part_of(const struct toc_rendering *x, bool last)
{
	uint8_t head[TOC_FRAME_HEAD_MAX];

	return (struct part){ .n_admitted = (uint32_t)x->n_admitted,
		              .n_head = (uint32_t)toc_frame_head(head, x->json.n),
		              .n_json = (uint32_t)x->json.n,
		              .actual = x->actual,
		              .last = last };
}

static char *place(const struct toc_ring *r, uint64_t offset)
{
	return r->block + offset % r->size;
}

static void write_part(char *at, const struct part *p, const struct toc_rendering *x)
{
	uint8_t head[TOC_FRAME_HEAD_MAX];

	memcpy(at, p, sizeof *p);
	at += sizeof *p;
	if (x->n_admitted)
		memcpy(at, x->admitted, x->n_admitted * sizeof *x->admitted);
	at += x->n_admitted * sizeof *x->admitted;
	memcpy(at, head, toc_frame_head(head, x->json.n));
	memcpy(at + p->n_head, x->json.p, x->json.n);
}

int toc_ring_publish(struct toc_ring *r, const struct toc_rendering *renderings, size_t n)
{
	size_t need = 0;

	for (size_t i = 0; i < n; i++) {
		struct part p = part_of(&renderings[i], false);
		need += part_size(&p);
	}
	if (need > r->size) {
		toc_ring_reset(r, r->head + 1);
		return TOC_ELIMIT;
	}
	uint64_t begin = r->end;
	if (begin % r->size + need > r->size)
		begin += r->size - begin % r->size;
	uint64_t end = begin + need;

	while (r->tail < r->head &&
	       (r->head - r->tail >= r->entries || end - r->slots[r->tail % r->entries].begin > r->size))
		r->tail++;
	r->slots[r->head % r->entries] = (struct slot){ .begin = begin, .empty = n == 0 };
	r->head++;
	r->end = end;
	for (size_t i = 0; i < n; i++) {
		struct part p = part_of(&renderings[i], i == n - 1);
		write_part(place(r, begin), &p, &renderings[i]);
		begin += part_size(&p);
	}
	return 0;
}

bool toc_ring_next(const struct toc_ring *r, struct toc_eyes eyes, uint64_t *seq, struct toc_framed *ret)
{
	if (*seq < r->tail)
		TOC_WRONG("ring: read below its tail");
	for (; *seq < r->head; ++*seq) {
		const struct slot *s = &r->slots[*seq % r->entries];
		struct part p = { .last = s->empty };
		uint64_t at = s->begin;

		while (!s->empty) {
			const char *bytes = place(r, at);
			memcpy(&p, bytes, sizeof p);
			const struct toc_rendering x = {
				.admitted = (const struct toc_admitted *)(const void *)(bytes + sizeof p),
				.n_admitted = p.n_admitted,
				.actual = p.actual,
			};
			const char *frame = bytes + sizeof p + p.n_admitted * sizeof *x.admitted;
			if (toc_eyes_see(eyes, &x)) {
				*ret = (struct toc_framed){ .seq = *seq,
					                    .frame = { frame, p.n_head + p.n_json },
					                    .json = { frame + p.n_head, p.n_json } };
				++*seq;
				return true;
			}
			if (p.last)
				break;
			at += part_size(&p);
		}
	}
	return false;
}
