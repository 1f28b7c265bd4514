/* outside.c: what has to be known even if the database becomes an older one. Text, so that a person can read it:
 *
 *   tocsin-erased/v1\n  pending 0|1\n
 *   e KEY CLASS SUBJECT\n             a key that was erased, and is gone
 *   d KEY CLASS SUBJECT\n             one of which an entry says that it is erased, and which was still there
 *   s KEY WRAPPING HEX CLASS SUBJECT\n one that survived, as it was wrapped under the key that followed
 *
 * Written beside and renamed, both synced. One that is there and cannot be read is no reason to begin anew: without it
 * a restored copy would bring back what was erased. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "eraser/eraser.h"

#define HEAD "tocsin-erased/v1"
#define BYTES_MAX (256u << 20)

static bool next(struct toc_str *rest, char until, struct toc_str *ret)
{
	const char *end = rest->n ? memchr(rest->p, until, rest->n) : NULL;

	if (!end)
		return false;
	*ret = (struct toc_str){ rest->p, (size_t)(end - rest->p) };
	*rest = (struct toc_str){ end + 1, rest->n - ret->n - 1 };
	return true;
}

const struct toc_erased *toc_outside_find(const struct toc_outside *o, struct toc_uuid key)
{
	uintptr_t at = (uintptr_t)toc_map_get(o->by_id, toc_uuid_key(&key));

	return at ? &o->erased[at - 1] : NULL;
}

bool toc_outside_note(struct toc_outside *o, const struct toc_erased *key)
{
	struct toc_erased *known = (struct toc_erased *)(uintptr_t)toc_outside_find(o, key->id);

	if (known) {
		bool news = key->gone && !known->gone;
		known->gone |= key->gone;
		return news;
	}
	if (o->n_erased == o->cap_erased) {
		o->cap_erased = o->cap_erased ? 2 * o->cap_erased : 64;
		o->erased = toc_must_realloc(o->erased, o->cap_erased * sizeof *o->erased);
	}
	o->erased[o->n_erased++] = (struct toc_erased){ .id = key->id, .subject = toc_arena_str(o->a, key->subject),
							.retention = toc_arena_str(o->a, key->retention), .gone = key->gone };
	toc_map_put(o->by_id, toc_uuid_key(&key->id), (void *)(uintptr_t)o->n_erased);
	return true;
}

static int parse_line(struct toc_outside *o, struct toc_str line)
{
	struct toc_str what, id, wrapping, hex;
	struct toc_key_row row = { .subject = { NULL, 0 } };
	bool survives;

	if (!next(&line, ' ', &what) || !next(&line, ' ', &id) || toc_uuid_parse(id, &row.id) < 0)
		return TOC_EINVAL;
	survives = toc_str_is(what, "s");
	if (!survives && !toc_str_is(what, "e") && !toc_str_is(what, "d"))
		return TOC_EINVAL;
	if (survives) {
		if (!next(&line, ' ', &wrapping) || toc_uuid_parse(wrapping, &row.wrapping_id) < 0 || !next(&line, ' ', &hex) ||
		    hex.n % 2)
			return TOC_EINVAL;
		char *bytes = toc_arena_alloc(o->a, hex.n / 2 + 1);
		if (toc_hex_decode(hex, bytes, hex.n / 2) < 0)
			return TOC_EINVAL;
		row.wrapped = (struct toc_str){ bytes, hex.n / 2 };
	}
	if (!next(&line, ' ', &row.retention) || !line.n)
		return TOC_EINVAL;
	row.subject = line;
	if (!survives) {
		(void)toc_outside_note(o, &(struct toc_erased){ row.id, row.subject, row.retention, toc_str_is(what, "e") });
		return 0;
	}
	row.subject = toc_arena_str(o->a, row.subject);
	row.retention = toc_arena_str(o->a, row.retention);
	if ((o->n_survivors & (o->n_survivors - 1)) == 0)
		o->survivors = toc_must_realloc(o->survivors, 2 * (o->n_survivors + 1) * sizeof *o->survivors);
	o->survivors[o->n_survivors++] = row;
	return 0;
}

static int parse(struct toc_outside *o, struct toc_str text)
{
	struct toc_str line;

	if (!next(&text, '\n', &line) || !toc_str_is(line, HEAD) || !next(&text, '\n', &line) ||
	    (!toc_str_is(line, "pending 0") && !toc_str_is(line, "pending 1")))
		return TOC_EINVAL;
	o->pending = toc_str_is(line, "pending 1");
	while (next(&text, '\n', &line))
		if (parse_line(o, line) < 0)
			return TOC_EINVAL;
	return text.n ? TOC_EINVAL : 0;
}

int toc_outside_read(struct toc_outside *o, const char *path, struct toc_error *reterr)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;

	*o = (struct toc_outside){ .path = strdup(path), .a = toc_arena_new(), .by_id = toc_map_new() };
	if (fd < 0)
		return errno == ENOENT ? 0 : toc_fail(reterr, TOC_EIO, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0 || st.st_size > (off_t)BYTES_MAX) {
		r = toc_fail(reterr, TOC_EIO, "%s: cannot be read", path);
	} else {
		char *bytes = toc_must_realloc(NULL, (size_t)st.st_size + 1);
		size_t n = 0;
		ssize_t got;
		while (n < (size_t)st.st_size && (got = read(fd, bytes + n, (size_t)st.st_size - n)) > 0)
			n += (size_t)got;
		if (n < (size_t)st.st_size || parse(o, (struct toc_str){ bytes, n }) < 0)
			r = toc_fail(reterr, TOC_EINVAL, "%s: it does not say what was erased; restore it", path);
		free(bytes);
	}
	close(fd);
	return r;
}

void toc_outside_done(struct toc_outside *o)
{
	free(o->path);
	free(o->erased);
	free(o->survivors);
	toc_map_free(o->by_id);
	toc_arena_free(o->a);
	*o = (struct toc_outside){ .path = NULL };
}

int toc_outside_write(const struct toc_outside *o, struct toc_error *reterr)
{
	char beside[4096], folder[4096];
	struct toc_arena *a = toc_arena_new();
	FILE *f;
	bool ok;

	snprintf(beside, sizeof beside, "%s.new", o->path);
	snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(o->path, '/') - o->path), o->path);
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	ok = f && fprintf(f, HEAD "\npending %d\n", o->pending) > 0;
	for (size_t i = 0; ok && i < o->n_erased; i++) {
		const struct toc_erased *k = &o->erased[i];
		ok = fprintf(f, "%c %s %.*s %.*s\n", k->gone ? 'e' : 'd', toc_uuid_str(a, k->id).p, TOC_STR_ARGS(k->retention),
			     TOC_STR_ARGS(k->subject)) > 0;
		toc_arena_reset(a);
	}
	for (size_t i = 0; ok && i < o->n_survivors; i++) {
		const struct toc_key_row *k = &o->survivors[i];
		ok = fprintf(f, "s %s %s %.*s %.*s %.*s\n", toc_uuid_str(a, k->id).p, toc_uuid_str(a, k->wrapping_id).p,
			     TOC_STR_ARGS(toc_hex(a, k->wrapped.p, k->wrapped.n)), TOC_STR_ARGS(k->retention),
			     TOC_STR_ARGS(k->subject)) > 0;
		toc_arena_reset(a);
	}
	ok = ok && fflush(f) == 0 && fsync(fd) == 0;
	int dir = ok && rename(beside, o->path) == 0 ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	ok = dir >= 0 && fsync(dir) == 0;
	int r = ok ? 0 : toc_fail(reterr, TOC_EIO, "%s: cannot be written: %s", o->path, strerror(errno));
	if (dir >= 0)
		close(dir);
	if (f)
		fclose(f);
	toc_arena_free(a);
	return r;
}

const struct toc_key_row *toc_outside_survivor(const struct toc_outside *o, struct toc_uuid key)
{
	for (size_t i = 0; i < o->n_survivors; i++)
		if (toc_uuid_eq(o->survivors[i].id, key))
			return &o->survivors[i];
	return NULL;
}
