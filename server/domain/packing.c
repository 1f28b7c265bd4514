/* packing.c: objects as bytes, short and quick to read: what a copy of the state consists of.
 *
 *   object := field* 0         field := number of the field, from 1; its value
 *   number + 0x80              the value stands before: so many bytes before the place where it would stand here
 *   CODE, TEXT := length, bytes   ID := 16 bytes   HASH := 32 bytes   FLAG := nothing
 *   TIME, COUNT := zigzag number   BITS := number   LIST := number of parts, parts (each an object without "before")
 *
 * Numbers are base 128, low bits first. What is absent is left out; fields stand in the order of object.def, so a field
 * that is added at the end of its owner is absent in what was written before. Most of the state are messages, and
 * most of a message is what others have as well: readers, organisation, person, exercise. */
#include "domain/shape.h"

#include "base/map.h"

#include <stdlib.h>

/* ---- what stood before ---- */

#define SLOTS 16384 /* a power of 2 */
#define SHORTEST 3  /* bytes of a value that is worth a look */

struct packing_slot {
	uint32_t hash, at, n; /* n 0: free */
};
struct toc_packing {
	unsigned used;
	struct packing_slot slots[SLOTS];
};

struct toc_packing *toc_packing_new(void)
{
	struct toc_packing *p = toc_must_realloc(NULL, sizeof *p);
	toc_packing_reset(p);
	return p;
}

void toc_packing_reset(struct toc_packing *p)
{
	memset(p, 0, sizeof *p);
}

void toc_packing_free(struct toc_packing *p)
{
	free(p);
}

/* ---- packing ---- */

static void put_number(struct toc_buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		toc_buf_byte(b, (uint8_t)(v | 0x80));
	toc_buf_byte(b, (uint8_t)v);
}

static uint64_t zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0);
}

/* What was just written from `at` on, and stands before: say where instead. */
static void refer(struct toc_packing *p, struct toc_buf *b, size_t at, bool replace)
{
	struct toc_str value = { b->p + at, b->n - at };
	uint32_t hash = toc_map_hash(value);

	for (unsigned i = hash % SLOTS;; i = (i + 1) % SLOTS) {
		struct packing_slot *slot = &p->slots[i];
		if (!slot->n) {
			if (p->used < SLOTS / 2) {
				*slot = (struct packing_slot){ hash, (uint32_t)at, (uint32_t)value.n };
				p->used++;
			}
			return;
		}
		if (slot->hash != hash || slot->n != value.n || memcmp(b->p + slot->at, value.p, value.n) != 0)
			continue;
		if (replace) {
			b->n = at;
			b->p[at - 1] = (char)((uint8_t)b->p[at - 1] | 0x80);
			put_number(b, at - slot->at);
		}
		return;
	}
}

static bool is_absent(const struct field *f, const void *object)
{
	static const uint8_t none[32];
	const void *at = (const char *)object + f->at;

	switch (f->kind) {
	case F_CODE: return ((const struct toc_short *)at)->n == 0;
	case F_TEXT: return ((const struct toc_text *)at)->n == 0;
	case F_ID: return toc_uuid_is_nil(*(const struct toc_uuid *)at);
	case F_HASH: return memcmp(at, none, sizeof none) == 0;
	case F_TIME: return ((const toc_time *)at)->us == TOC_TIME_NEVER.us;
	case F_COUNT: return *(const int64_t *)at == 0;
	case F_BITS: return *(const uint32_t *)at == 0;
	case F_FLAG: return !*(const bool *)at;
	case F_LIST: return *(const uint32_t *)((const char *)object + f->n_at) == 0;
	}
	return true;
}

static void pack(const struct shape *s, const void *object, struct toc_packing *p, struct toc_buf *b)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		const void *at = (const char *)object + f->at;
		if (is_absent(f, object))
			continue;
		toc_buf_byte(b, (uint8_t)(i + 1));
		size_t value = b->n;
		switch (f->kind) {
		case F_CODE:
			toc_buf_byte(b, ((const struct toc_short *)at)->n);
			toc_buf_str(b, toc_short_str(at));
			break;
		case F_TEXT:
			put_number(b, ((const struct toc_text *)at)->n);
			toc_buf_str(b, toc_text_str(at));
			break;
		case F_ID: toc_buf_add(b, at, sizeof(struct toc_uuid)); break;
		case F_HASH: toc_buf_add(b, at, sizeof(struct toc_hash)); continue; /* no two alike, or not many */
		case F_TIME: put_number(b, zigzag(((const toc_time *)at)->us)); continue;
		case F_COUNT: put_number(b, zigzag(*(const int64_t *)at)); continue;
		case F_BITS: put_number(b, *(const uint32_t *)at); continue;
		case F_FLAG: continue;
		case F_LIST: {
			uint32_t n = *(const uint32_t *)((const char *)object + f->n_at);
			const char *parts = *(char *const *)at;
			put_number(b, n);
			for (uint32_t k = 0; k < n; k++)
				pack(f->part, parts + k * f->part->bytes, NULL, b);
			break;
		}
		}
		if (p && !b->failed && b->n - value >= SHORTEST)
			refer(p, b, value, i > 0); /* the key stands in full */
	}
	toc_buf_byte(b, 0);
}

void toc_object_pack(enum toc_object_kind kind, const void *object, struct toc_packing *p, struct toc_buf *buf)
{
	pack(toc_object_shape(kind), object, p, buf);
}

/* ---- unpacking: into an object, or (NULL) only to see whether it could be ---- */

struct reading {
	const uint8_t *begin, *at, *end;
};

static bool get_number(struct reading *r, uint64_t *ret)
{
	uint64_t v = 0;

	for (unsigned shift = 0; r->at < r->end && shift < 64; shift += 7) {
		uint8_t byte = *r->at++;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret = v;
			return shift < 63 || byte <= 1;
		}
	}
	return false;
}

static bool get_signed(struct reading *r, int64_t *ret)
{
	uint64_t v;

	if (!get_number(r, &v))
		return false;
	*ret = (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));
	return true;
}

static const uint8_t *get_bytes(struct reading *r, size_t n)
{
	const uint8_t *p = r->at;

	if ((size_t)(r->end - r->at) < n)
		return NULL;
	r->at += n;
	return p;
}

static bool unpack(const struct shape *s, struct reading *r, bool before, void *object);

static bool get_list(const struct field *f, struct reading *r, void *object)
{
	uint64_t n;

	if (!get_number(r, &n) || n > (size_t)(r->end - r->at)) /* a part has a byte at least */
		return false;
	for (uint64_t k = 0; k < n; k++) {
		void *part = NULL;
		if (object) {
			part = toc_list_add((char *)object + f->at, (uint32_t *)((char *)object + f->n_at), f->part->bytes);
			toc_shape_clear(f->part, part);
		}
		if (!unpack(f->part, r, false, part))
			return false;
	}
	return true;
}

static bool get_value(const struct field *f, struct reading *r, void *object)
{
	void *at = object ? (char *)object + f->at : NULL;
	const uint8_t *bytes;
	uint64_t v;
	int64_t i;

	switch (f->kind) {
	case F_CODE:
		bytes = get_bytes(r, 1);
		v = bytes ? *bytes : UINT64_MAX;
		if (v > sizeof((struct toc_short *)at)->p || !(bytes = get_bytes(r, v)))
			return false;
		if (at)
			toc_short_set(at, (struct toc_str){ (const char *)bytes, v });
		return true;
	case F_TEXT:
		if (!get_number(r, &v) || !(bytes = get_bytes(r, v)))
			return false;
		if (at)
			toc_text_set(at, (struct toc_str){ (const char *)bytes, v });
		return true;
	case F_ID:
	case F_HASH: {
		size_t n = f->kind == F_ID ? sizeof(struct toc_uuid) : sizeof(struct toc_hash);
		if (!(bytes = get_bytes(r, n)))
			return false;
		if (at)
			memcpy(at, bytes, n);
		return true;
	}
	case F_TIME:
	case F_COUNT:
		/* what a document has no number for (object.c), no state of ours has */
		if (!get_signed(r, &i) || i < -TOC_INT_MAX || (f->kind == F_COUNT && i > TOC_INT_MAX))
			return false;
		if (at && f->kind == F_TIME)
			*(toc_time *)at = (toc_time){ i };
		else if (at)
			*(int64_t *)at = i;
		return true;
	case F_BITS:
		if (!get_number(r, &v) || v > UINT32_MAX)
			return false;
		if (at)
			*(uint32_t *)at = (uint32_t)v;
		return true;
	case F_FLAG:
		if (at)
			*(bool *)at = true;
		return true;
	case F_LIST: return get_list(f, r, object);
	}
	return false;
}

/* @param before may a value stand before? */
static bool unpack(const struct shape *s, struct reading *r, bool before, void *object)
{
	for (unsigned last = 0; r->at < r->end;) {
		unsigned word = *r->at++, number = word & 0x7f;
		if (word == 0)
			return true;
		if (number <= last || number > s->n)
			return false;
		last = number;
		const struct field *f = &s->fields[number - 1];
		if (!(word & 0x80)) {
			if (!get_value(f, r, object))
				return false;
			continue;
		}
		struct reading there = { r->begin, r->at, r->at };
		uint64_t back;
		if (!before || number == 1 || !get_number(r, &back) || back == 0 || back > (size_t)(there.at - there.begin))
			return false;
		there.at -= back;
		if (!get_value(f, &there, object))
			return false;
	}
	return false;
}

static struct reading reading_at(struct toc_str packed, size_t at)
{
	const uint8_t *p = (const uint8_t *)packed.p;

	return (struct reading){ p, p + (at < packed.n ? at : packed.n), p + packed.n };
}

void *toc_object_unpack(enum toc_object_kind kind, struct toc_str packed, size_t at)
{
	struct reading r = reading_at(packed, at);
	void *object = toc_object_new(kind);

	if (unpack(toc_object_shape(kind), &r, true, object))
		return object;
	toc_object_free(kind, object);
	return NULL;
}

bool toc_object_is_packed(enum toc_object_kind kind, struct toc_str packed, size_t at, size_t *ret_end)
{
	struct reading r = reading_at(packed, at);
	bool is = unpack(toc_object_shape(kind), &r, true, NULL);

	*ret_end = (size_t)(r.at - r.begin);
	return is;
}

/* ---- keys ---- */

struct toc_str toc_packed_key(enum toc_object_kind kind, struct toc_str packed, size_t at, int64_t *room)
{
	static const char none[32];
	struct reading r = reading_at(packed, at);
	bool is = r.at < r.end && *r.at == 1;

	r.at += is;
	switch (toc_object_shape(kind)->fields[0].kind) {
	case F_CODE: return is ? (struct toc_str){ (const char *)r.at + 1, *r.at } : (struct toc_str){ none, 0 };
	case F_ID: return (struct toc_str){ is ? (const char *)r.at : none, sizeof(struct toc_uuid) };
	case F_HASH: return (struct toc_str){ is ? (const char *)r.at : none, sizeof(struct toc_hash) };
	case F_COUNT:
		*room = 0;
		if (is)
			(void)get_signed(&r, room);
		return (struct toc_str){ (const char *)room, sizeof *room };
	default: TOC_WRONG("kind of key");
	}
}

int toc_key_cmp(enum toc_object_kind kind, struct toc_str a, struct toc_str b)
{
	int64_t x, y;

	if (toc_object_shape(kind)->fields[0].kind != F_COUNT)
		return toc_str_cmp(a, b);
	memcpy(&x, a.p, sizeof x);
	memcpy(&y, b.p, sizeof y);
	return (x > y) - (x < y);
}
