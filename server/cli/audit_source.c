/* audit_source.c: documents of a log from a server, a directory, or both, with many requests under way at once. */
#include "cli/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message/json.h"

#define AT_ONCE 16
#define DOCUMENT_MAX ((size_t)64 << 20)
#define AGAIN_MS 300 /* a server that is busy says 503 */
#define AGAIN_MOST 40

/* ---- directories ---- */

static bool path_in(const struct audit_source *s, const char *name, char path[4096])
{
	return s->dir && snprintf(path, 4096, "%s/%s", s->dir, name) < 4096;
}

static int read_file(const struct audit_source *s, const char *name, struct toc_buf *b, struct toc_error *reterr)
{
	char path[4096], piece[16384];
	size_t n;

	if (!path_in(s, name, path))
		return TOC_ENOTFOUND;
	FILE *f = fopen(path, "re");
	if (!f)
		return errno == ENOENT || errno == ENOTDIR ? TOC_ENOTFOUND
							   : toc_fail(reterr, TOC_EIO, "%s: %s", path, strerror(errno));
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		toc_buf_add(b, piece, n);
	bool ok = !ferror(f) && !b->failed;
	int why = errno;
	fclose(f);
	return ok ? 0 : toc_fail(reterr, TOC_EIO, "%s: %s", path, b->failed ? "too long" : strerror(why));
}

static int make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		int r = mkdir(path, 0777);
		*slash = '/';
		if (r < 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

int audit_keep(const struct audit_source *s, const char *name, struct toc_str bytes, struct toc_error *reterr)
{
	char path[4096], beside[4112];

	if (!path_in(s, name, path))
		return toc_fail(reterr, TOC_EIO, "%s: the path is too long", name);
	snprintf(beside, sizeof beside, "%s.new", path);
	FILE *f = make_folders(path) == 0 ? fopen(beside, "we") : NULL;
	bool ok = f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n && fflush(f) == 0 && fsync(fileno(f)) == 0;
	if (f && fclose(f) != 0)
		ok = false;
	if (!ok || rename(beside, path) < 0)
		return toc_fail(reterr, TOC_EIO, "cannot write %s: %s", path, strerror(errno));
	return 0;
}

/* ---- requests ---- */

struct slot {
	struct toc_tile tile;
	char name[160];
	bool under_way, done, from_dir, whole; /* whole: the full tile was asked for instead of a partial one */
	unsigned tries;
	int64_t not_before_ms;
	int status;
	char why[200];
	struct toc_buf body;
};

static bool on_piece(void *user, int status, const char *bytes, size_t n)
{
	struct slot *k = user;

	(void)status;
	toc_buf_add(&k->body, bytes, n);
	return !k->body.failed;
}

static void on_done(void *user, int status, const char *why)
{
	struct slot *k = user;

	k->under_way = false;
	k->status = k->body.failed ? 0 : status;
	snprintf(k->why, sizeof k->why, "%s", k->body.failed ? "the answer is too long" : why);
	if (status == 503 && ++k->tries < AGAIN_MOST)
		k->not_before_ms = toc_clock_mono_us() / 1000 + AGAIN_MS; /* it is asked again */
	else
		k->done = true;
}

static int ask(const struct audit_source *s, struct slot *k, const char *path, const char *post, struct toc_error *reterr)
{
	struct tocsin_error e;
	const struct tocsin_request r = { .server = s->server,
					  .key = s->key,
					  .path = path,
					  .post = post,
					  .post_bytes = post ? strlen(post) : 0,
					  .user = k,
					  .on_piece = on_piece,
					  .on_done = on_done };

	toc_buf_clear(&k->body);
	if (tocsin_ask(s->t, &r, &e) < 0)
		return toc_fail(reterr, TOC_EIO, "%s", e.text);
	k->under_way = true;
	return 0;
}

static int again(const struct audit_source *s, struct slot *k, const char *path, const char *post, struct toc_error *reterr)
{
	return !k->done && !k->under_way && toc_clock_mono_us() / 1000 >= k->not_before_ms ? ask(s, k, path, post, reterr) : 0;
}

static int step(const struct audit_source *s, struct toc_error *reterr)
{
	if (tocsin_step(s->t, 100) < 0 || cli_interrupted)
		return toc_fail(reterr, TOC_EIO, "interrupted");
	return 0;
}

/* What an answer that is not there, or not good, means. */
static int judge(const struct slot *k, const char *name, struct toc_error *reterr)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v = NULL;
	struct toc_refusal refusal;
	int r;

	if (k->status == 200)
		r = 0;
	else if (k->status == 404)
		r = toc_fail(reterr, TOC_ENOTFOUND, "%s: there is none, for the owner of this key", name);
	else if (k->status == 0)
		r = toc_fail(reterr, TOC_EIO, "%s", k->why);
	else if (k->status == 401)
		r = toc_fail(reterr, TOC_EIO, "not authenticated: the key is unknown or has expired");
	else if (toc_json_parse(a, toc_buf_view(&k->body), DOCUMENT_MAX, 16, &v, &refusal) == 0 && toc_get(v, "code"))
		r = toc_fail(reterr, k->status >= 500 ? TOC_EIO : TOC_EINVAL, "%.*s: %.*s%s%.*s",
			     TOC_STR_ARGS(toc_get_text(v, "code")), TOC_STR_ARGS(toc_get_text(v, "detail")),
			     toc_get_text(v, "field").n ? "; field " : "", TOC_STR_ARGS(toc_get_text(v, "field")));
	else
		r = toc_fail(reterr, TOC_EIO, "%s: the server answers %d", name, k->status);
	toc_arena_free(a);
	return r;
}

int audit_ask(const struct audit_source *s, const char *path, const char *post, struct toc_arena *a,
	      struct toc_str *ret_bytes, struct toc_error *reterr)
{
	struct slot k = { 0 };
	int r = 0;

	toc_buf_init(&k.body, DOCUMENT_MAX);
	while (r == 0 && !k.done)
		if ((r = again(s, &k, path, post, reterr)) == 0)
			r = step(s, reterr);
	if (r == 0)
		r = judge(&k, path, reterr);
	if (r == 0)
		*ret_bytes = toc_arena_str(a, toc_buf_view(&k.body));
	if (k.under_way) /* interrupted: its callbacks must not find it gone */
		_exit(CLI_EXIT_INTERRUPTED);
	toc_buf_done(&k.body);
	return r;
}

int audit_read(const struct audit_source *s, const char *name, struct toc_arena *a, struct toc_str *ret_bytes,
	       struct toc_error *reterr)
{
	char path[200];

	if (s->t) {
		snprintf(path, sizeof path, "/log/%s", name);
		return audit_ask(s, path, NULL, a, ret_bytes, reterr);
	}
	struct toc_buf b;
	toc_buf_init(&b, DOCUMENT_MAX);
	int r = read_file(s, name, &b, reterr);
	if (r == 0)
		*ret_bytes = toc_arena_str(a, toc_buf_view(&b));
	else if (r == TOC_ENOTFOUND)
		(void)toc_fail(reterr, r, "%s: there is no %s", s->dir, name);
	toc_buf_done(&b);
	return r;
}

/* ---- the whole log ---- */

static void name_tile(struct slot *k, bool whole)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_tile t = k->tile;

	if (whole)
		t.width = TOC_TILE_WIDTH;
	struct toc_str path = toc_tile_path(a, &t);
	snprintf(k->name, sizeof k->name, "tile/%.*s", TOC_STR_ARGS(path));
	k->whole = whole;
	toc_arena_free(a);
}

/* From the directory, or asked for. A partial tile may be gone where the full one is: C2SP tlog-tiles. */
static int begin(const struct audit_source *s, struct slot *k, struct toc_error *reterr)
{
	char path[200];

	k->done = k->from_dir = false;
	k->tries = 0;
	k->not_before_ms = 0;
	toc_buf_clear(&k->body);
	for (unsigned i = 0; s->dir && i < 2; i++) {
		name_tile(k, i == 1 || k->tile.width == TOC_TILE_WIDTH);
		int r = read_file(s, k->name, &k->body, reterr);
		if (r == 0) {
			k->done = k->from_dir = true;
			k->status = 200;
			return 0;
		}
		if (r != TOC_ENOTFOUND)
			return r;
	}
	name_tile(k, k->tile.width == TOC_TILE_WIDTH);
	if (!s->t)
		return toc_fail(reterr, TOC_ENOTFOUND, "%s: there is no %s", s->dir, k->name);
	snprintf(path, sizeof path, "/log/%s", k->name);
	return ask(s, k, path, NULL, reterr);
}

static int finish(const struct audit_source *s, struct slot *k, struct toc_error *reterr)
{
	char path[200];
	int r = 0;

	while (r == 0 && !k->done) {
		snprintf(path, sizeof path, "/log/%s", k->name);
		r = again(s, k, path, NULL, reterr);
		if (r == 0)
			r = step(s, reterr);
		if (r == 0 && k->done && k->status == 404 && !k->whole) {
			name_tile(k, true);
			k->done = false;
		}
	}
	return r == 0 ? judge(k, k->name, reterr) : r;
}

static int take(const struct audit_source *s, struct slot *k, struct toc_verifier *v, struct toc_error *reterr)
{
	int r = finish(s, k, reterr);

	if (r == 0 && (r = toc_verifier_take(v, toc_buf_view(&k->body), reterr)) == 0 && s->dir && !k->from_dir)
		r = audit_keep(s, k->name, toc_buf_view(&k->body), reterr);
	return r;
}

int audit_walk(const struct audit_source *s, struct toc_verifier *v, void (*progress)(void *ctx, uint64_t entries), void *ctx,
	       struct toc_error *reterr)
{
	struct slot *slots = calloc(AT_ONCE, sizeof *slots);
	unsigned first = 0, n = 0;
	bool more = true;
	int r = 0;

	if (!slots)
		abort();
	for (unsigned i = 0; i < AT_ONCE; i++)
		toc_buf_init(&slots[i].body, DOCUMENT_MAX);
	while (r == 0 && (more || n)) {
		while (r == 0 && more && n < AT_ONCE) {
			struct slot *k = &slots[(first + n) % AT_ONCE];
			more = toc_verifier_next(v, &k->tile);
			if (more && (r = begin(s, k, reterr)) == 0)
				n++;
		}
		if (r != 0 || !n)
			break;
		r = take(s, &slots[first], v, reterr);
		first = (first + 1) % AT_ONCE;
		n--;
		if (progress) {
			struct toc_verifier_count count;
			toc_verifier_counted(v, &count);
			progress(ctx, count.entries);
		}
	}
	for (bool waits = true; waits && s->t;) { /* what is under way ends before its place goes */
		waits = false;
		for (unsigned i = 0; i < AT_ONCE; i++)
			waits |= slots[i].under_way;
		if (waits && (tocsin_step(s->t, 100) < 0 || cli_interrupted > 1))
			_exit(CLI_EXIT_INTERRUPTED);
	}
	for (unsigned i = 0; i < AT_ONCE; i++)
		toc_buf_done(&slots[i].body);
	free(slots);
	return r == 0 ? toc_verifier_end(v, reterr) : r;
}
