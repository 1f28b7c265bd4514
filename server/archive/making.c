/* making.c: see making.h. */
#include "archive/making.h"

#include "message/json.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define STAMPS_BYTES_MAX (1u << 20)

/* ---- the spool ---- */

int toc_spool_add(struct toc_spool *s, struct toc_str bytes)
{
	if (s->n + bytes.n > s->most)
		return TOC_ELIMIT;
	if (s->fd < 0 && (s->fd = memfd_create("answer", MFD_CLOEXEC)) < 0)
		return TOC_EIO;
	for (size_t at = 0; at < bytes.n;) {
		ssize_t n = write(s->fd, bytes.p + at, bytes.n - at);
		if (n < 0 && errno != EINTR)
			return TOC_EIO;
		at += n > 0 ? (size_t)n : 0;
	}
	s->n += bytes.n;
	return 0;
}

void toc_spool_done(struct toc_spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

const char *toc_spool_map(const struct toc_spool *s)
{
	const char *p = s->n ? mmap(NULL, s->n, PROT_READ, MAP_PRIVATE, s->fd, 0) : MAP_FAILED;

	return p == MAP_FAILED ? NULL : p;
}

/* ---- what is asked of the log ---- */

static void on_bytes(void *ctx, enum toc_refusal_code code, struct toc_str bytes)
{
	struct toc_making *m = ctx;

	m->got = true;
	m->code = code;
	m->bytes = toc_arena_str(m->asked_arena, bytes);
	m->next_us = 0;
}

int toc_making_ask(struct toc_making *m, enum toc_log_what what, struct toc_str path, uint64_t at)
{
	if (!m->asked) {
		m->asked = true;
		m->got = false;
		m->next_us = INT64_MAX;
		toc_arena_reset(m->asked_arena);
		toc_prover_get(m->o.prover, what, path, at, on_bytes, m);
	}
	if (!m->got)
		return TOC_EAGAIN;
	m->asked = false;
	return 0;
}

const struct toc_value *toc_making_stamp(struct toc_arena *a, struct toc_str stamps, uint64_t beyond)
{
	struct toc_refusal refusal;
	struct toc_value *v;

	if (toc_json_parse(a, stamps, STAMPS_BYTES_MAX, 8, &v, &refusal) < 0)
		return NULL;
	const struct toc_value *all = toc_get(v, "timestamps");
	for (size_t i = 0; i < toc_len(all); i++) /* newest first */
		if (toc_get_int(toc_at(all, i), "size", 0) > (int64_t)beyond)
			return toc_at(all, i);
	return NULL;
}

/* ---- */

void toc_making_init(struct toc_making *m, const struct toc_making_options *o, toc_making_step_of *step, void (*free)(struct toc_making *m))
{
	*m = (struct toc_making){ .o = *o, .a = toc_arena_new(), .asked_arena = toc_arena_new(), .step = step, .free = free, .fd = -1 };
}

void toc_making_done(struct toc_making *m)
{
	toc_arena_free(m->asked_arena);
	toc_arena_free(m->a);
	free(m);
}

int toc_making_fd(const struct toc_making *m)
{
	return m->fd;
}

int64_t toc_making_next_us(const struct toc_making *m)
{
	return m->next_us;
}

int toc_making_step(struct toc_making *m, struct toc_buf *out, struct toc_error *reterr)
{
	return m->step(m, out, reterr);
}

void toc_making_free(struct toc_making *m)
{
	if (!m)
		return;
	toc_prover_forget(m->o.prover, m);
	m->free(m);
}
