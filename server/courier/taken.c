/* taken.c: see taken.h.
 *
 * Between the relay's "250" and the entry in the ledger lies a moment in which either of us can be killed; then the
 * same job is handed over again and must not go out a second time. So the "250" is written down and synced before
 * the keeper hears of it. A file of slots of 32 bytes, each within one sector: written in place, freed by zeros, never
 * longer than SLOTS. What nobody has asked for in a week is forgotten.
 *
 *   slot := id 16 | seconds since 1970, 8 | outcome 1 | zero 5 | code 2         (big endian) */
#include "courier/taken.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"

#define SLOT 32
#define SLOTS 8192 /* several times what the keeper hands over at once */
#define FORGET_S (7 * 86400)

struct slot {
	struct toc_uuid id; /* nil: free */
	int64_t since_s;
	struct toc_took what;
};
struct toc_taken {
	int fd;
	struct slot slots[SLOTS];
	struct toc_map *by_id;
	size_t next; /* where the search for a free one begins */
	bool dirty, failed;
};

static void encode(const struct slot *s, uint8_t b[SLOT])
{
	memset(b, 0, SLOT);
	memcpy(b, s->id.b, 16);
	for (int i = 0; i < 8; i++)
		b[16 + i] = (uint8_t)((uint64_t)s->since_s >> (56 - 8 * i));
	b[24] = (uint8_t)s->what.state;
	b[30] = (uint8_t)(s->what.code >> 8);
	b[31] = (uint8_t)s->what.code;
}

static void decode(const uint8_t b[SLOT], struct slot *s)
{
	uint64_t since = 0;
	memcpy(s->id.b, b, 16);
	for (int i = 0; i < 8; i++)
		since = since << 8 | b[16 + i];
	s->since_s = (int64_t)since;
	s->what = (struct toc_took){ (enum toc_outcome_state)b[24], (uint16_t)(b[30] << 8 | b[31]) };
}

static void write_slot(struct toc_taken *t, size_t i)
{
	uint8_t b[SLOT];
	if (t->fd < 0)
		return;
	encode(&t->slots[i], b);
	ssize_t n;
	do
		n = pwrite(t->fd, b, SLOT, (off_t)(i * SLOT));
	while (n < 0 && errno == EINTR);
	t->failed |= n != SLOT;
}

static bool is_sound(const struct slot *s, int64_t now_s)
{
	return !toc_uuid_is_nil(s->id) && s->what.state > TOC_OUTCOME_NONE && s->what.state < TOC_OUTCOMES &&
	       s->since_s > now_s - FORGET_S;
}

struct toc_taken *toc_taken_open(int fd, toc_time now, struct toc_error *reterr)
{
	struct toc_taken *t = calloc(1, sizeof *t);
	uint8_t b[SLOT];
	ssize_t n = 0;
	if (!t)
		abort();
	t->fd = fd;
	t->by_id = toc_map_new();
	for (size_t i = 0; fd >= 0 && i < SLOTS && (n = pread(fd, b, SLOT, (off_t)(i * SLOT))) == SLOT; i++) {
		struct slot s;
		decode(b, &s);
		if (!is_sound(&s, now.us / 1000000))
			continue;
		t->slots[i] = s;
		toc_map_put(t->by_id, toc_uuid_key(&s.id), &t->slots[i]);
	}
	if (n >= 0)
		return t;
	toc_fail(reterr, TOC_EIO, "the record of what was taken cannot be read: %s", strerror(errno));
	toc_taken_close(t);
	return NULL;
}

void toc_taken_close(struct toc_taken *t)
{
	if (!t)
		return;
	toc_map_free(t->by_id);
	free(t);
}

/* A free slot, else the oldest: of more than SLOTS nobody can still be waiting to be told. */
static size_t place(struct toc_taken *t)
{
	size_t oldest = 0;
	for (size_t k = 0; k < SLOTS; k++) {
		size_t i = (t->next + k) % SLOTS;
		if (toc_uuid_is_nil(t->slots[i].id)) {
			t->next = i + 1;
			return i;
		}
		if (t->slots[i].since_s < t->slots[oldest].since_s)
			oldest = i;
	}
	toc_map_remove(t->by_id, toc_uuid_key(&t->slots[oldest].id));
	return oldest;
}

void toc_taken_put(struct toc_taken *t, struct toc_uuid id, struct toc_took what, toc_time now)
{
	const struct slot *old = toc_map_get(t->by_id, toc_uuid_key(&id));
	size_t i = old ? (size_t)(old - t->slots) : place(t);
	t->slots[i] = (struct slot){ id, now.us / 1000000, what };
	toc_map_put(t->by_id, toc_uuid_key(&id), &t->slots[i]);
	write_slot(t, i);
	t->dirty = true;
}

int toc_taken_sync(struct toc_taken *t)
{
	if (t->dirty && t->fd >= 0 && fdatasync(t->fd) < 0)
		t->failed = true;
	int r = t->failed ? TOC_EIO : 0;
	t->dirty = t->failed = false;
	return r;
}

bool toc_taken_get(const struct toc_taken *t, struct toc_uuid id, struct toc_took *ret)
{
	const struct slot *s = toc_map_get(t->by_id, toc_uuid_key(&id));
	if (s)
		*ret = s->what;
	return s;
}

void toc_taken_forget(struct toc_taken *t, struct toc_uuid id)
{
	struct slot *s = toc_map_remove(t->by_id, toc_uuid_key(&id));
	if (!s)
		return;
	size_t i = (size_t)(s - t->slots);
	*s = (struct slot){ .id = { { 0 } } };
	write_slot(t, i); /* not synced: what comes back after a crash is asked for by nobody */
	t->next = i < t->next ? i : t->next;
}

size_t toc_taken_count(const struct toc_taken *t)
{
	return toc_map_count(t->by_id);
}
