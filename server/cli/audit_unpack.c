/* audit_unpack.c: the files of an evidence bundle, out of a folder or out of one file (ustar, POSIX.1-1988), in memory. What
 * somebody else has packed becomes a path on this machine only where its name is one that bundles have. */
#include "cli/audit_export.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK 512
#define BUNDLE_MAX ((size_t)1 << 30)
#define FILES_MAX 1000000
#define DEPTH_MAX 4

static int add(struct audit_files *f, struct toc_str name, struct toc_str bytes, struct toc_error *reterr)
{
	if (f->n == FILES_MAX)
		return toc_fail(reterr, TOC_EINVAL, "it has more than %d files", FILES_MAX);
	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 256;
		f->file = toc_must_realloc(f->file, f->cap * sizeof *f->file);
	}
	f->file[f->n++] = (struct audit_file){ name, bytes };
	return 0;
}

static int by_name(const void *x, const void *y)
{
	return toc_str_cmp(((const struct audit_file *)x)->name, ((const struct audit_file *)y)->name);
}

const struct toc_str *audit_file(const struct audit_files *f, const char *name)
{
	const struct audit_file wanted = { toc_str_of(name), { NULL, 0 } };
	const struct audit_file *found = f->n ? bsearch(&wanted, f->file, f->n, sizeof *f->file, by_name) : NULL;

	return found ? &found->bytes : NULL;
}

/* ---- a folder ---- */

static int read_folder(const struct cli *cli, struct toc_arena *a, const char *path, struct toc_str within, unsigned depth,
		       struct audit_files *f, struct toc_error *reterr)
{
	DIR *d = opendir(path);
	struct dirent *one;
	int r = 0;

	if (!d)
		return toc_fail(reterr, TOC_EINVAL, "cannot read %s: %s", path, strerror(errno));
	while (r == 0 && (one = readdir(d))) {
		struct stat s;
		if (!strcmp(one->d_name, ".") || !strcmp(one->d_name, ".."))
			continue;
		struct toc_str full = toc_arena_printf(a, "%s/%s", path, one->d_name), bytes = TOC_STR("");
		struct toc_str name = toc_arena_printf(a, "%.*s%s%s", TOC_STR_ARGS(within), within.n ? "/" : "", one->d_name);
		if (lstat(full.p, &s) < 0)
			r = toc_fail(reterr, TOC_EINVAL, "cannot read %s: %s", full.p, strerror(errno));
		else if (S_ISDIR(s.st_mode) && depth < DEPTH_MAX)
			r = read_folder(cli, a, full.p, name, depth + 1, f, reterr);
		else if (!S_ISREG(s.st_mode))
			r = toc_fail(reterr, TOC_EINVAL, "%s is no file", full.p);
		else if (s.st_size && cli_read(cli, full.p, BUNDLE_MAX, a, &bytes) < 0)
			r = TOC_EINVAL; /* it was said why */
		else
			r = add(f, name, bytes, reterr);
	}
	closedir(d);
	return r;
}

/* ---- one file ---- */

static bool octal(const char *p, size_t n, size_t *ret)
{
	size_t v = 0, i = 0;

	while (i < n && p[i] >= '0' && p[i] <= '7')
		v = v * 8 + (size_t)(p[i++] - '0');
	*ret = v;
	return i > 0 && i < n && (p[i] == 0 || p[i] == ' ');
}

static bool is_header(const char *h, size_t *ret_bytes)
{
	size_t said, sum = 0;

	for (int i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)h[i];
	return !memcmp(h + 257, "ustar", 5) && octal(h + 148, 8, &said) && said == sum && octal(h + 124, 12, ret_bytes);
}

static int read_tar(struct toc_arena *a, struct toc_str tar, struct audit_files *f, struct toc_error *reterr)
{
	static const char zero[BLOCK];
	int r = 0;

	for (size_t at = 0; r == 0; ) {
		const char *h = tar.p + at;
		size_t n;
		if (tar.n - at < BLOCK)
			return toc_fail(reterr, TOC_EPROOF, "it was cut off");
		if (!memcmp(h, zero, BLOCK))
			return 0;
		if (!is_header(h, &n) || (h[156] != '0' && h[156] != '5' && h[156] != 0))
			return toc_fail(reterr, TOC_EINVAL, "it is no bundle: unpack it, and check the folder");
		if (n > tar.n - at - BLOCK)
			return toc_fail(reterr, TOC_EPROOF, "it was cut off");
		struct toc_str name = toc_arena_printf(a, "%.*s%s%.*s", (int)strnlen(h + 345, 155), h + 345, h[345] ? "/" : "", (int)strnlen(h, 100), h);
		const char *slash = memchr(name.p, '/', name.n); /* of what is packed the folder does not count */
		if (slash)
			name = (struct toc_str){ slash + 1, name.n - (size_t)(slash + 1 - name.p) };
		if (h[156] != '5')
			r = add(f, name, (struct toc_str){ h + BLOCK, n }, reterr);
		at += BLOCK + (n + BLOCK - 1) / BLOCK * BLOCK;
		if (at > tar.n)
			return toc_fail(reterr, TOC_EPROOF, "it was cut off");
	}
	return r;
}

/* Becomes a path on this machine: letters, digits, dots, and never up. */
static bool is_plain(struct toc_str name)
{
	bool plain = name.n > 0 && name.p[0] != '/' && name.p[0] != '.';

	for (size_t i = 0; i < name.n; i++)
		plain &= (name.p[i] && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./", name.p[i])) && !(name.p[i] == '.' && i && name.p[i - 1] == '/') &&
			 !(name.p[i] == '/' && i && name.p[i - 1] == '/');
	return plain;
}

bool audit_is_bundle(const char *path)
{
	struct toc_arena *a = toc_arena_new();
	char block[BLOCK];
	struct stat s;
	bool yes = false;

	if (stat(path, &s) == 0 && S_ISDIR(s.st_mode)) {
		yes = stat(toc_arena_printf(a, "%s/entries", path).p, &s) == 0 || stat(toc_arena_printf(a, "%s/answer.jsonl", path).p, &s) == 0;
	} else {
		FILE *f = fopen(path, "re");
		yes = f && fread(block, 1, BLOCK, f) == BLOCK && !memcmp(block + 257, "ustar", 5);
		if (f)
			fclose(f);
	}
	toc_arena_free(a);
	return yes;
}

/* By name, each once. */
static int sorted(struct audit_files *f, struct toc_error *reterr)
{
	if (f->n)
		qsort(f->file, f->n, sizeof *f->file, by_name);
	for (size_t i = 1; i < f->n; i++)
		if (toc_str_eq(f->file[i - 1].name, f->file[i].name))
			return toc_fail(reterr, TOC_EPROOF, "%.*s is in it twice", TOC_STR_ARGS(f->file[i].name));
	return 0;
}

int audit_untar(struct toc_arena *a, struct toc_str tar, struct audit_files *ret, struct toc_error *reterr)
{
	*ret = (struct audit_files){ NULL, 0, 0 };
	int r = read_tar(a, tar, ret, reterr);

	for (size_t i = 0; r == 0 && i < ret->n; i++)
		if (!is_plain(ret->file[i].name))
			r = toc_fail(reterr, TOC_EPROOF, "a file in it has a name that no bundle has: %.*s", TOC_STR_ARGS(ret->file[i].name));
	return r < 0 ? r : sorted(ret, reterr);
}

int audit_unpack(const struct cli *cli, const char *path, struct toc_arena *a, struct audit_files *ret, struct toc_error *reterr)
{
	struct toc_str tar;
	struct stat s;
	int r;

	*ret = (struct audit_files){ NULL, 0, 0 };
	if (stat(path, &s) == 0 && S_ISDIR(s.st_mode))
		r = read_folder(cli, a, path, TOC_STR(""), 0, ret, reterr);
	else
		r = cli_read(cli, path, BUNDLE_MAX, a, &tar) < 0 ? TOC_EINVAL : read_tar(a, tar, ret, reterr);
	return r < 0 ? r : sorted(ret, reterr);
}
