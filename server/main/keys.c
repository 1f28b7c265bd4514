/* keys.c: see keys.h. */
#include "main/keys.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
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

#define NAME_BYTES (36 + 4) /* <uuid>.key */

static bool is_wrapping_key(const char *name, struct toc_uuid *ret_id)
{
	return strlen(name) == NAME_BYTES && !strcmp(name + 36, ".key") &&
	       toc_uuid_parse((struct toc_str){ name, 36 }, ret_id) == 0;
}

/* A person may have copied it here, or restored it. */
static int give_to(struct toc_rights eraser, const char *path, struct toc_error *reterr)
{
	return geteuid() == 0 && (lchown(path, eraser.uid, eraser.gid) < 0 || chmod(path, 0600) < 0)
		       ? toc_fail(reterr, TOC_EIO, "%s: %s", path, strerror(errno)) : 0;
}

/* Until they had a folder of their own they were keys/wrap-<uuid>.key. Moved, so that none is left behind: with one that was
 * replaced an old dump opens. */
static int take_in_old(const struct toc_state *state, struct toc_error *reterr)
{
	char *folder = toc_state_path(state, "keys");
	struct dirent **names = NULL;
	int n = scandir(folder, &names, NULL, alphasort), r = 0;

	for (int i = 0; i < n; i++) {
		struct toc_uuid id;
		const char *name = names[i]->d_name;
		if (r == 0 && !strncmp(name, "wrap-", 5) && is_wrapping_key(name + 5, &id)) {
			char to[64], from[64];
			snprintf(from, sizeof from, "keys/%.45s", name);
			snprintf(to, sizeof to, "wrapping/%.40s", name + 5);
			char *old = toc_state_path(state, from), *now = toc_state_path(state, to);
			if (rename(old, now) < 0)
				r = toc_fail(reterr, TOC_EIO, "%s: cannot be moved to %s: %s", old, now, strerror(errno));
			else
				toc_log(TOC_LOG_INFO, "wrapping_key_moved", "%s is %s now", from, to);
			free(old);
			free(now);
		}
		free(names[i]);
	}
	free(names);
	free(folder);
	return r;
}

/* Ids are UUIDv7, so the greatest name is the newest and comes first. */
static int read_wrap_keys(struct toc_keys *ret, const struct toc_state *state, struct toc_rights eraser, struct toc_error *reterr)
{
	char *folder = toc_state_path(state, "wrapping");
	struct dirent **names = NULL;
	int n = scandir(folder, &names, NULL, alphasort), r = n < 0 ? TOC_EIO : 0;
	if (n < 0)
		toc_fail(reterr, r, "%s: %s", folder, strerror(errno));
	for (int i = n - 1; i >= 0 && r == 0; i--) {
		struct toc_uuid id;
		if (!is_wrapping_key(names[i]->d_name, &id))
			continue;
		if (ret->n_wrap == TOC_WRAP_KEYS_MAX) {
			r = toc_fail(reterr, TOC_ELIMIT, "%s: over %d wrapping keys", folder, TOC_WRAP_KEYS_MAX);
			break;
		}
		char path[64];
		snprintf(path, sizeof path, "wrapping/%.40s", names[i]->d_name);
		char *whole = toc_state_path(state, path);
		if ((r = give_to(eraser, whole, reterr)) == 0)
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

/* The first one ever. Later ones the eraser makes. */
static int make_first(struct toc_keys *ret, const struct toc_state *state, struct toc_rights eraser, struct toc_error *reterr)
{
	char text[TOC_UUID_TEXT], name[64];
	struct toc_uuid id = toc_uuid_v7(toc_clock_now().us / 1000);
	toc_uuid_format(id, text);
	snprintf(name, sizeof name, "wrapping/%s.key", text);
	char *path = toc_state_path(state, name);
	int r = make_key(path, ret->wrap[0].key, reterr);
	if (r == 0)
		r = give_to(eraser, path, reterr);
	free(path);
	ret->wrap[0].id = id;
	ret->n_wrap = r < 0 ? 0 : 1;
	return r;
}

static int with_token(struct toc_keys *ret, const char *uri, const char *pin_file, struct toc_error *reterr)
{
	size_t n = 0;
	char *pin = toc_file_read(pin_file, 256, &n);

	if (ret->n_wrap)
		return toc_fail(reterr, TOC_ECONFLICT, "wrapping: there are wrapping keys in files already, and what they wrap does not move into a token by itself");
	if (!pin)
		return toc_fail(reterr, TOC_EIO, "wrapping-pin-file: %s: %s", pin_file, strerror(errno));
	pin[strcspn(pin, "\r\n")] = 0;
	ret->pin = pin;
	ret->token = strdup(uri);
	return 0;
}

int toc_keys_open(struct toc_keys *ret, const struct toc_state *state, struct toc_rights eraser, const char *token, const char *pin_file,
		  struct toc_error *reterr)
{
	int r;
	memset(ret, 0, sizeof *ret);
	toc_random(ret->grant, sizeof ret->grant);
	if ((r = toc_state_folder(state, "wrapping", 0700, eraser, reterr)) < 0 || (r = take_in_old(state, reterr)) < 0 ||
	    (r = read_wrap_keys(ret, state, eraser, reterr)) < 0 ||
	    (r = toc_key_read_or_make(state, "keys/dup.key", ret->dup, reterr)) < 0 ||
	    (r = toc_key_read_or_make(state, "keys/journal.key", ret->journal, reterr)) < 0 ||
	    (r = toc_key_read_or_make(state, "keys/outside.key", ret->outside, reterr)) < 0)
		return r;
	if (*token)
		return with_token(ret, token, pin_file, reterr);
	if (ret->n_wrap == 0)
		r = make_first(ret, state, eraser, reterr);
	return r;
}

void toc_keys_wipe(struct toc_keys *k)
{
	if (k->pin)
		toc_wipe(k->pin, strlen(k->pin));
	free(k->pin);
	free(k->token);
	toc_wipe(k, sizeof *k);
}
