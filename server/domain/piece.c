/* piece.c: see piece.h. */
#include "domain/piece.h"

#include <endian.h>
#include <stdlib.h>

#define WORD sizeof(uint32_t)

static uint32_t word_at(const char *p)
{
	uint32_t v;

	memcpy(&v, p, WORD);
	return le32toh(v);
}

static size_t begin_of(const struct toc_piece *p, uint32_t i)
{
	return word_at(p->begin + i * WORD);
}

void toc_sum_add(uint8_t sum[32], const uint8_t more[32])
{
	unsigned carry = 0;

	for (int i = 0; i < 32; i++) {
		carry += (unsigned)sum[i] + more[i];
		sum[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

/* ---- reading ---- */

static bool divide(struct toc_piece *p)
{
	size_t name = p->bytes.n ? (uint8_t)p->bytes.p[0] : 0, head = 1 + name + 32 + WORD;

	if (p->bytes.n < head)
		return false;
	p->kind = toc_object_kind_of((struct toc_str){ p->bytes.p + 1, name });
	p->sum = p->bytes.p + 1 + name;
	p->n = word_at(p->sum + 32);
	p->begin = p->bytes.p + head;
	if (p->kind == TOC_OBJECT_KINDS || p->n == 0 || p->n > (p->bytes.n - head) / WORD)
		return false;
	p->objects = (struct toc_str){ p->begin + p->n * WORD, p->bytes.n - head - p->n * WORD };
	return true;
}

/* Every object is one, begins where it is said to, and comes after the one before it. */
static bool is_in_order(const struct toc_piece *p)
{
	int64_t room[2];
	struct toc_str before = { NULL, 0 };
	size_t at = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		size_t begin = begin_of(p, i);
		if (begin != at || !toc_object_is_packed(p->kind, p->objects, begin, &at))
			return false;
		struct toc_str key = toc_piece_key(p, i, &room[i % 2]);
		if (i > 0 && toc_key_cmp(p->kind, before, key) >= 0)
			return false;
		before = key;
	}
	return at == p->objects.n;
}

static struct toc_piece *piece_of(struct toc_str bytes)
{
	struct toc_piece *p = toc_must_realloc(NULL, sizeof *p + bytes.n);

	*p = (struct toc_piece){ .holders = 1, .bytes = { (char *)(p + 1), bytes.n } };
	memcpy(p + 1, bytes.p, bytes.n);
	p->name = toc_sha256(p->bytes);
	return p;
}

struct toc_piece *toc_piece_read(struct toc_str bytes, struct toc_error *reterr)
{
	if (bytes.n == 0 || bytes.n > TOC_PIECE_BYTES_MAX) {
		toc_fail(reterr, TOC_EINVAL, "a piece of the state has %zu bytes", bytes.n);
		return NULL;
	}
	struct toc_piece *p = piece_of(bytes);
	if (divide(p) && is_in_order(p))
		return p;
	toc_piece_drop(p);
	toc_fail(reterr, TOC_EINVAL, "a piece of the state is not as this version writes it");
	return NULL;
}

struct toc_piece *toc_piece_hold(struct toc_piece *p)
{
	p->holders++;
	return p;
}

void toc_piece_drop(struct toc_piece *p)
{
	if (p && --p->holders == 0)
		free(p);
}

void *toc_piece_object(const struct toc_piece *p, uint32_t i)
{
	void *object = toc_object_unpack(p->kind, p->objects, begin_of(p, i));

	if (!object)
		TOC_WRONG("a piece that was looked through does not unpack");
	return object;
}

struct toc_str toc_piece_key(const struct toc_piece *p, uint32_t i, int64_t *room)
{
	return toc_packed_key(p->kind, p->objects, begin_of(p, i), room);
}

/* ---- runs ---- */

void toc_run_add(struct toc_run *run, struct toc_piece *p)
{
	if ((run->n & (run->n - 1)) == 0) /* full at powers of two */
		run->pieces = toc_must_realloc(run->pieces, (run->n ? 2 * run->n : 1) * sizeof *run->pieces);
	run->pieces[run->n++] = p;
}

void toc_run_clear(struct toc_run *run)
{
	for (size_t i = 0; i < run->n; i++)
		toc_piece_drop(run->pieces[i]);
	free(run->pieces);
	*run = (struct toc_run){ 0 };
}

void *toc_run_object(const struct toc_run *run, enum toc_object_kind kind, struct toc_str key)
{
	size_t low = 0, high = run->n;
	int64_t room;

	while (low < high) { /* the first piece that begins after it */
		size_t middle = low + (high - low) / 2;
		if (toc_key_cmp(kind, toc_piece_key(run->pieces[middle], 0, &room), key) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	if (low == 0)
		return NULL;
	const struct toc_piece *p = run->pieces[low - 1];
	for (low = 0, high = p->n; low < high;) {
		size_t middle = low + (high - low) / 2;
		int order = toc_key_cmp(kind, toc_piece_key(p, (uint32_t)middle, &room), key);
		if (order == 0)
			return toc_piece_object(p, (uint32_t)middle);
		if (order > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* ---- making ---- */

struct toc_piece_maker {
	enum toc_object_kind kind;
	struct toc_packing *packing;
	struct toc_buf objects, alone;
	uint32_t *begin;
	uint32_t n, cap;
	uint8_t sum[32];
};

struct toc_piece_maker *toc_piece_maker_new(void)
{
	struct toc_piece_maker *m = toc_must_realloc(NULL, sizeof *m);

	*m = (struct toc_piece_maker){ .packing = toc_packing_new() };
	toc_buf_init(&m->objects, 1u << 30);
	toc_buf_init(&m->alone, 1u << 30);
	return m;
}

void toc_piece_maker_free(struct toc_piece_maker *m)
{
	if (!m)
		return;
	toc_packing_free(m->packing);
	toc_buf_done(&m->objects);
	toc_buf_done(&m->alone);
	free(m->begin);
	free(m);
}

void toc_piece_maker_add(struct toc_piece_maker *m, enum toc_object_kind kind, const void *object)
{
	if (m->n && kind != m->kind)
		TOC_WRONG("a piece of two kinds");
	m->kind = kind;
	if (m->n == m->cap)
		m->begin = toc_must_realloc(m->begin, (m->cap = m->cap ? 2 * m->cap : 64) * sizeof *m->begin);
	m->begin[m->n++] = (uint32_t)m->objects.n;
	toc_object_pack(kind, object, m->packing, &m->objects);
	toc_buf_clear(&m->alone);
	toc_object_pack(kind, object, NULL, &m->alone);
	toc_sum_add(m->sum, toc_sha256(toc_buf_view(&m->alone)).b);
}

bool toc_piece_maker_is_full(const struct toc_piece_maker *m)
{
	return m->objects.n >= TOC_PIECE_BYTES;
}

static void put_word(struct toc_buf *b, uint32_t v)
{
	v = htole32(v);
	toc_buf_add(b, &v, sizeof v);
}

struct toc_piece *toc_piece_maker_take(struct toc_piece_maker *m)
{
	if (m->n == 0)
		return NULL;
	const char *name = toc_object_name(m->kind);
	struct toc_buf all;
	toc_buf_init(&all, 1u << 30);
	toc_buf_byte(&all, (uint8_t)strlen(name));
	toc_buf_text(&all, name);
	toc_buf_add(&all, m->sum, sizeof m->sum);
	put_word(&all, m->n);
	for (uint32_t i = 0; i < m->n; i++)
		put_word(&all, m->begin[i]);
	toc_buf_str(&all, toc_buf_view(&m->objects));
	struct toc_piece *p = piece_of(toc_buf_view(&all));
	if (!divide(p))
		TOC_WRONG("a piece");
	toc_buf_done(&all);
	toc_packing_reset(m->packing);
	toc_buf_clear(&m->objects);
	m->n = 0;
	memset(m->sum, 0, sizeof m->sum);
	return p;
}
