/* keys.c: see keys.h. */
#include "main/keys.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

static int read_key(const char *path, uint8_t ret_key[32], struct toc_error *reterr)
{
	size_t n = 0;
	char *text = toc_file_read(path, 256, &n);
	if (!text)
		return TOC_ENOTFOUND;
	struct toc_str s = { text, strcspn(text, "\n") };
	long got = toc_base64url_decode(s, ret_key, 32);
	toc_wipe(text, n);
	free(text);
	/* Never replaced by a new one: what the old one has sealed would be lost. */
	return got == 32 ? 0 : toc_fail(reterr, TOC_EINVAL, "%s: not a key of this server; restore it from a backup", path);
}

static int make_key(const char *path, uint8_t ret_key[32], struct toc_error *reterr)
{
	struct toc_arena *a = toc_arena_new();
	toc_random(ret_key, 32);
	struct toc_str text = toc_base64url(a, ret_key, 32);
	char line[64];
	int n = snprintf(line, sizeof line, "%.*s\n", TOC_STR_ARGS(text));
	int r = toc_file_write(path, 0600, line, (size_t)n, reterr);
	toc_wipe(line, sizeof line);
	toc_wipe((void *)(uintptr_t)text.p, text.n);
	toc_arena_free(a);
	return r;
}

int toc_key_read_or_make(const struct toc_state *state, const char *name, uint8_t ret_key[32], struct toc_error *reterr)
{
	char *path = toc_state_path(state, name);
	int r = read_key(path, ret_key, reterr);
	if (r == TOC_ENOTFOUND)
		r = make_key(path, ret_key, reterr);
	free(path);
	return r;
}

/* wrap-<uuid>.key: ids are UUIDv7, so the greatest name is the newest and comes first in the ring. */
static int read_wrap_keys(struct toc_keys *ret, const struct toc_state *state, struct toc_error *reterr)
{
	char *folder = toc_state_path(state, "keys");
	struct dirent **names = NULL;
	int n = scandir(folder, &names, NULL, alphasort), r = n < 0 ? TOC_EIO : 0;
	if (n < 0)
		toc_fail(reterr, r, "%s: %s", folder, strerror(errno));
	for (int i = n - 1; i >= 0 && r == 0; i--) {
		struct toc_str name = toc_str_of(names[i]->d_name);
		struct toc_uuid id;
		if (name.n != 5 + 36 + 4 || strncmp(name.p, "wrap-", 5) != 0 || strcmp(name.p + 41, ".key") != 0 ||
		    toc_uuid_parse((struct toc_str){ name.p + 5, 36 }, &id) < 0)
			continue;
		if (ret->n_wrap == TOC_WRAP_KEYS_MAX) {
			r = toc_fail(reterr, TOC_ELIMIT, "%s: over %d wrapping keys", folder, TOC_WRAP_KEYS_MAX);
			break;
		}
		char path[64];
		snprintf(path, sizeof path, "keys/%s", name.p);
		char *whole = toc_state_path(state, path);
		r = read_key(whole, ret->wrap[ret->n_wrap].key, reterr);
		free(whole);
		ret->wrap[ret->n_wrap++].id = id;
	}
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	free(folder);
	return r;
}

int toc_keys_open(struct toc_keys *ret, const struct toc_state *state, struct toc_error *reterr)
{
	int r;
	memset(ret, 0, sizeof *ret);
	toc_random(ret->grant, sizeof ret->grant);
	if ((r = read_wrap_keys(ret, state, reterr)) < 0 || (r = toc_key_read_or_make(state, "keys/dup.key", ret->dup, reterr)) < 0 ||
	    (r = toc_key_read_or_make(state, "keys/journal.key", ret->journal, reterr)) < 0 ||
	    (r = toc_key_read_or_make(state, "keys/outside.key", ret->outside, reterr)) < 0)
		return r;
	if (ret->n_wrap == 0) {
		char text[TOC_UUID_TEXT], name[64];
		struct toc_uuid id = toc_uuid_v7(toc_clock_now().us / 1000);
		toc_uuid_format(id, text);
		snprintf(name, sizeof name, "keys/wrap-%s.key", text);
		ret->wrap[0].id = id;
		r = toc_key_read_or_make(state, name, ret->wrap[0].key, reterr);
		ret->n_wrap = r < 0 ? 0 : 1;
	}
	return r;
}

void toc_keys_wipe(struct toc_keys *k)
{
	toc_wipe(k, sizeof *k);
}
