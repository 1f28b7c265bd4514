/* static.c: loading a folder of files, and finding one. */
#include "front/static.h"

#include "base/digest.h"
#include "base/map.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOTAL_MAX (64u << 20)
#define DEPTH_MAX 8

struct toc_static {
	struct toc_arena *arena;
	struct toc_map *files; /* by path */
	size_t total;
};

static const struct {
	const char *ending, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".map", "application/json" },
	{ ".webmanifest", "application/manifest+json" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".ico", "image/x-icon" },
	{ ".woff2", "font/woff2" },
	{ ".wasm", "application/wasm" },
	{ ".mp3", "audio/mpeg" },
	{ ".ogg", "audio/ogg" },
	{ ".wav", "audio/wav" },
	{ ".txt", "text/plain; charset=utf-8" },
};

static bool ends_with(struct toc_str s, const char *ending)
{
	size_t n = strlen(ending);

	return s.n >= n && !memcmp(s.p + s.n - n, ending, n);
}

static bool begins_with(struct toc_str s, const char *beginning)
{
	size_t n = strlen(beginning);

	return s.n >= n && !memcmp(s.p, beginning, n);
}

static const char *type_of(struct toc_str path)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (ends_with(path, types[i].ending))
			return types[i].type;
	return "application/octet-stream";
}

/* name-HASH.ext: eight or more capitals and digits between the last hyphen and the dot after it. */
static bool has_content_hash(struct toc_str path)
{
	size_t hyphen = path.n, n = 0;

	while (hyphen > 0 && path.p[hyphen - 1] != '-' && path.p[hyphen - 1] != '/')
		hyphen--;
	if (hyphen == 0 || path.p[hyphen - 1] != '-')
		return false;
	for (; hyphen + n < path.n && path.p[hyphen + n] != '.'; n++) {
		char c = path.p[hyphen + n];
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')))
			return false;
	}
	return n >= 8 && hyphen + n < path.n;
}

static int read_file(struct toc_static *s, const char *name, struct toc_str *ret, struct toc_error *reterr)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return toc_fail(reterr, TOC_EIO, "%s: cannot be read", name);
	}
	size_t n = (size_t)st.st_size, done = 0;
	if (n > TOTAL_MAX - s->total) {
		close(fd);
		return toc_fail(reterr, TOC_ELIMIT, "%s: more than %u MiB of files", name, TOTAL_MAX >> 20);
	}
	char *bytes = toc_arena_alloc(s->arena, n + 1);
	while (done < n) {
		ssize_t r = read(fd, bytes + done, n - done);
		if (r <= 0)
			break;
		done += (size_t)r;
	}
	close(fd);
	if (done != n)
		return toc_fail(reterr, TOC_EIO, "%s: cannot be read whole", name);
	s->total += n;
	*ret = (struct toc_str){ bytes, n };
	return 0;
}

static int load_folder(struct toc_static *s, struct toc_str root, struct toc_str folder, int depth,
                       struct toc_error *reterr)
{
	struct toc_str where = toc_arena_printf(s->arena, "%.*s%.*s", TOC_STR_ARGS(root), TOC_STR_ARGS(folder));
	DIR *d = opendir(toc_arena_cstr(s->arena, where));
	int r = 0;

	if (!d)
		return toc_fail(reterr, TOC_EIO, "%.*s: no such folder", TOC_STR_ARGS(where));
	for (struct dirent *e; r == 0 && (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		struct toc_str path = toc_arena_printf(s->arena, "%.*s/%s", TOC_STR_ARGS(folder), e->d_name);
		struct toc_str name = toc_arena_printf(s->arena, "%.*s%.*s", TOC_STR_ARGS(root), TOC_STR_ARGS(path));
		struct stat st;
		if (lstat(toc_arena_cstr(s->arena, name), &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
			r = load_folder(s, root, path, depth + 1, reterr);
		} else if (S_ISREG(st.st_mode)) {
			struct toc_file *f = toc_arena_alloc(s->arena, sizeof *f);
			f->path = path;
			r = read_file(s, toc_arena_cstr(s->arena, name), &f->plain, reterr);
			if (r == 0)
				toc_map_put(s->files, path, f);
		}
	}
	closedir(d);
	return r;
}

static struct toc_str form_of(struct toc_static *s, struct toc_str path, const char *ending)
{
	struct toc_file *f = toc_map_get(s->files, toc_arena_printf(s->arena, "%.*s%s", TOC_STR_ARGS(path), ending));

	return f ? f->plain : (struct toc_str){ NULL, 0 };
}

struct toc_static *toc_static_load(const char *root, struct toc_error *reterr)
{
	struct toc_static *s = toc_must_realloc(NULL, sizeof *s);
	size_t cursor = 0;
	struct toc_str path;
	void *value;

	*s = (struct toc_static){ .arena = toc_arena_new(), .files = toc_map_new() };
	if (load_folder(s, toc_str_of(root), TOC_STR(""), 0, reterr) < 0) {
		toc_static_free(s);
		return NULL;
	}
	while (toc_map_next(s->files, &cursor, &path, &value)) {
		struct toc_file *f = value;
		struct toc_sha256 digest = toc_sha256(f->plain);
		f->type = type_of(f->path);
		f->gzip = form_of(s, f->path, ".gz");
		f->brotli = form_of(s, f->path, ".br");
		f->immutable = has_content_hash(f->path);
		f->shut_in = begins_with(f->path, "/assets/hasher-");
		f->no_store = ends_with(f->path, ".html");
		snprintf(f->etag, sizeof f->etag, "\"%.*s\"", 20, toc_hex(s->arena, digest.b, 10).p);
	}
	return s;
}

void toc_static_free(struct toc_static *s)
{
	if (!s)
		return;
	toc_map_free(s->files);
	toc_arena_free(s->arena);
	free(s);
}

const struct toc_file *toc_static_find(const struct toc_static *s, struct toc_str path)
{
	if (!s)
		return NULL;
	const struct toc_file *f = toc_map_get(s->files, path);
	if (f)
		return ends_with(path, ".gz") || ends_with(path, ".br") ? NULL : f;
	for (size_t i = path.n; i > 0 && path.p[i - 1] != '/'; i--)
		if (path.p[i - 1] == '.')
			return NULL;
	/* a page of its own (/link is link.html), or one of the console's */
	char page[64];
	int n = path.n < sizeof page - 6 ? snprintf(page, sizeof page, "%.*s.html", TOC_STR_ARGS(path)) : 0;
	f = toc_map_get(s->files, (struct toc_str){ page, (size_t)n });
	return f ? f : toc_map_get(s->files, TOC_STR("/index.html"));
}
