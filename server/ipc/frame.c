/* frame.c: building and reading the fields of one frame. Pure; formats as ipc.h and ipc.def say. */
#include "ipc/ipc.h"

#include <string.h>

const char *toc_ipc_name(unsigned number)
{
	switch (number) {
#define TOC_IPC(name, n, from, to, fields) \
	case (n):                          \
		return #name;
#include "ipc/ipc.def"
#undef TOC_IPC
	}
	return NULL;
}

static void put(struct toc_buf *b, uint64_t v, size_t bytes)
{
	uint8_t raw[8];

	for (size_t i = 0; i < bytes; i++)
		raw[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
	toc_buf_add(b, raw, bytes);
}

void toc_ipc_begin(struct toc_buf *b, enum toc_ipc_number number)
{
	toc_buf_clear(b);
	put(b, 0, 4); /* the length, known when the frame is sent */
	put(b, (uint16_t)number, 2);
}

void toc_ipc_u8(struct toc_buf *b, uint8_t v)
{
	put(b, v, 1);
}

void toc_ipc_u16(struct toc_buf *b, uint16_t v)
{
	put(b, v, 2);
}

void toc_ipc_u32(struct toc_buf *b, uint32_t v)
{
	put(b, v, 4);
}

void toc_ipc_u64(struct toc_buf *b, uint64_t v)
{
	put(b, v, 8);
}

void toc_ipc_id(struct toc_buf *b, struct toc_uuid v)
{
	toc_buf_add(b, v.b, sizeof v.b);
}

void toc_ipc_str(struct toc_buf *b, struct toc_str v)
{
	if (v.n > TOC_IPC_FRAME_MAX) {
		b->failed = true; /* its length would not fit; refused when sent */
		return;
	}
	put(b, v.n, 4);
	toc_buf_str(b, v);
}

/* The next n bytes, or NULL and `bad`. */
static const char *take(struct toc_frame *f, size_t n)
{
	if (f->bad || n > f->rest.n) {
		f->bad = true;
		return NULL;
	}
	const char *p = f->rest.p;
	f->rest.p += n;
	f->rest.n -= n;
	return p;
}

static uint64_t get(struct toc_frame *f, size_t bytes)
{
	const char *p = take(f, bytes);
	uint64_t v = 0;

	for (size_t i = 0; p && i < bytes; i++)
		v = v << 8 | (uint8_t)p[i];
	return v;
}

uint8_t toc_frame_u8(struct toc_frame *f)
{
	return (uint8_t)get(f, 1);
}

uint16_t toc_frame_u16(struct toc_frame *f)
{
	return (uint16_t)get(f, 2);
}

uint32_t toc_frame_u32(struct toc_frame *f)
{
	return (uint32_t)get(f, 4);
}

uint64_t toc_frame_u64(struct toc_frame *f)
{
	return get(f, 8);
}

struct toc_uuid toc_frame_id(struct toc_frame *f)
{
	struct toc_uuid id = { { 0 } };
	const char *p = take(f, sizeof id.b);

	if (p)
		memcpy(id.b, p, sizeof id.b);
	return id;
}

struct toc_str toc_frame_str(struct toc_frame *f)
{
	size_t n = toc_frame_u32(f);
	const char *p = take(f, n);

	return p ? (struct toc_str){ p, n } : (struct toc_str){ NULL, 0 };
}

bool toc_frame_end(struct toc_frame *f)
{
	if (f->rest.n != 0)
		f->bad = true;
	return !f->bad;
}
