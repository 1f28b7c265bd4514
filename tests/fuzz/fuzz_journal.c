/* fuzz_journal.c: the journal of threats under every accident that befalls a file: what was written and synced comes
 * back, in order and to the byte, whatever happens behind it; what was altered does not.
 *
 * The bytes are steps: add, sync, take back, cut, close and open again, lose the end (a crash between write and sync),
 * alter a byte, write rubbish at the end. A model of what is synced stands beside the file. */
#include "keeper/journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define RECORDS_MAX 256
static const uint8_t key[32] = "the key of this fuzzer's journal";

struct model {
	size_t bytes[RECORDS_MAX]; /* lengths of the records; their contents follow from index and length */
	uint8_t mark[RECORDS_MAX];
	size_t n, synced;
};
struct play {
	const uint8_t *data;
	size_t left;
	char dir[64], path[80];
	struct toc_journal *j;
	struct model m;
	size_t read; /* records that the file gave */
	size_t at;   /* of the model: where the next one is looked for */
	bool gaps;   /* the file was altered: what it gives is what was added, in order, and not all of it */
};

static void must(bool ok, const char *what)
{
	if (!ok)
		TOC_WRONG(what);
}

static unsigned choose(struct play *p, unsigned below)
{
	if (!p->left)
		return 0;
	unsigned v = *p->data++;
	p->left--;
	return v % below;
}

static bool is_that(const struct play *p, size_t n, struct toc_str bytes)
{
	if (bytes.n != p->m.bytes[n])
		return false;
	for (size_t i = 0; i < bytes.n; i++)
		if ((uint8_t)bytes.p[i] != (uint8_t)(p->m.mark[n] + i))
			return false;
	return true;
}

static void on_record(void *ctx, size_t index, struct toc_str bytes)
{
	struct play *p = ctx;

	must(index == p->read, "records out of order");
	while (p->gaps && p->at < p->m.n && !is_that(p, p->at, bytes))
		p->at++;
	must(p->at < p->m.n && is_that(p, p->at, bytes), "a record that was not added");
	p->m.bytes[p->read] = p->m.bytes[p->at]; /* what is not there any more is not looked for again */
	p->m.mark[p->read++] = p->m.mark[p->at++];
}

static void read_all(struct play *p)
{
	struct toc_error why;

	p->read = p->at = 0;
	must(toc_journal_read(p->j, on_record, p, &why) == 0, "a journal that was opened does not read");
	must(p->read == toc_journal_count(p->j), "it holds another number of records than it says");
}

/* @param lost how many records may be gone: 0, and what is synced is still there; 1: a byte of one of them was altered; all:
 * one of what they are sealed with */
static void reopen(struct play *p, size_t lost)
{
	const bool whole = lost == 0;
	struct toc_error why;

	toc_journal_free(p->j);
	p->j = NULL;
	if (toc_journal_open(p->path, key, &p->j, &why) < 0) { /* its head was altered */
		must(!whole, "a whole journal does not open");
		must(unlink(p->path) == 0 && toc_journal_open(p->path, key, &p->j, &why) == 0, "no new journal");
		p->m.n = p->m.synced = 0;
	}
	p->gaps = !whole;
	read_all(p);
	p->gaps = false;
	must(p->read + lost >= (whole ? p->m.synced : p->m.n), "a record is lost");
	must(p->read <= p->m.n, "more records than were added");
	p->m.n = p->m.synced = p->read; /* what was written and not synced may have stayed */
}

static size_t size_of(struct play *p)
{
	struct stat st;

	must(stat(p->path, &st) == 0, "stat");
	return (size_t)st.st_size;
}

static void add(struct play *p)
{
	static uint8_t bytes[1024];
	struct toc_error why;
	size_t n = choose(p, 4) ? choose(p, 64) : choose(p, 256) * 4;

	if (p->m.n == RECORDS_MAX)
		return;
	p->m.mark[p->m.n] = (uint8_t)choose(p, 256);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(p->m.mark[p->m.n] + i);
	must(toc_journal_add(p->j, (struct toc_str){ (const char *)bytes, n }, &why) == 0, "cannot add");
	p->m.bytes[p->m.n++] = n;
}

/* @return how many records it may cost */
static size_t alter(struct play *p)
{
	size_t at = (choose(p, 256) << 8 | choose(p, 256)) % size_of(p);
	uint8_t byte, flip = (uint8_t)(1 << choose(p, 8));
	int fd = open(p->path, O_RDWR | O_CLOEXEC);

	must(fd >= 0 && pread(fd, &byte, 1, (off_t)at) == 1, "read");
	byte ^= flip;
	must(pwrite(fd, &byte, 1, (off_t)at) == 1, "write");
	close(fd);
	return at < 34 ? RECORDS_MAX : 1;
}

static void rubbish_at_the_end(struct play *p)
{
	uint8_t bytes[64];
	size_t n = choose(p, sizeof bytes);
	int fd = open(p->path, O_WRONLY | O_APPEND | O_CLOEXEC);

	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)choose(p, 256);
	must(fd >= 0 && write(fd, bytes, n) == (ssize_t)n, "write");
	close(fd);
}

static void step(struct play *p)
{
	struct toc_error why;

	switch (choose(p, 12)) {
	case 0:
	case 1:
	case 2:
		must(toc_journal_sync(p->j, &why) == 0, "cannot sync");
		p->m.synced = p->m.n;
		break;
	case 3:
		toc_journal_undo(p->j);
		p->m.n = p->m.synced;
		break;
	case 4:
		must(toc_journal_cut(p->j, &why) == 0, "cannot cut");
		if (p->m.n)
			p->m.n = p->m.synced = 0;
		must(toc_journal_count(p->j) == 0, "cut, and not empty");
		break;
	case 5:
		reopen(p, 0);
		break;
	case 6: { /* a crash: what was not synced is there in part */
		size_t kept = p->m.synced, synced_end = 34;
		for (size_t i = 0; i < kept; i++)
			synced_end += 4 + TOC_SEAL_OVERHEAD + p->m.bytes[i];
		size_t behind = size_of(p) - synced_end;
		must(truncate(p->path, (off_t)(synced_end + (behind ? choose(p, 256) * behind / 256 : 0))) == 0, "truncate");
		reopen(p, 0);
		break;
	}
	case 7:
		reopen(p, alter(p));
		break;
	case 8:
		rubbish_at_the_end(p);
		reopen(p, 0);
		break;
	case 9:
		read_all(p);
		break;
	default:
		add(p);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const places[] = { "/dev/shm", "/tmp" }; /* in memory, where there is such a place */
	struct play p = { .data = data, .left = n };
	struct toc_error why;

	snprintf(p.dir, sizeof p.dir, "%s/tocsin-journal-XXXXXX", places[access(places[0], W_OK) != 0]);
	must(mkdtemp(p.dir) != NULL, "mkdtemp");
	snprintf(p.path, sizeof p.path, "%s/urgent", p.dir);
	must(toc_journal_open(p.path, key, &p.j, &why) == 0, "no journal");
	while (p.left)
		step(&p);
	must(toc_journal_sync(p.j, &why) == 0, "cannot sync");
	p.m.synced = p.m.n;
	reopen(&p, 0);
	toc_journal_free(p.j);
	(void)unlink(p.path);
	for (unsigned i = 1; i <= 100; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s.damaged-%u", p.path, i);
		if (i == 1)
			*strrchr(path, '-') = 0;
		(void)unlink(path);
	}
	must(rmdir(p.dir) == 0, "something was left behind");
	return 0;
}
