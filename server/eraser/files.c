/* files.c: wrapping keys as files: 32 random bytes as base64url and a newline, 0600, in a folder of the eraser's own.
 *
 * Destroyed means: renamed, so that no start takes what is half overwritten for a key; overwritten, for file systems that
 * write in place; unlinked; and the folder synced. On what keeps old blocks (snapshots, flash) the token is the answer. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "eraser/eraser.h"

#define NAME_BYTES (36 + 4)  /* <uuid>.key */
#define GONE ".gone"
#define KEY_TEXT 44          /* 43 characters and a newline */

static int sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	return r;
}

static void path_of(const char *folder, struct toc_uuid id, const char *suffix, char ret[4096])
{
	char text[TOC_UUID_TEXT];

	toc_uuid_format(id, text);
	snprintf(ret, 4096, "%s/%s.key%s", folder, text, suffix);
}

static int overwrite_and_unlink(const char *path)
{
	uint8_t noise[KEY_TEXT];
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	for (int round = 0; fd >= 0 && round < 2; round++) {
		toc_random(noise, sizeof noise);
		if (pwrite(fd, noise, sizeof noise, 0) != (ssize_t)sizeof noise || fsync(fd) < 0)
			break; /* it is unlinked all the same */
	}
	if (fd >= 0)
		close(fd);
	return unlink(path);
}

int toc_files_read(const char *folder, struct toc_wrapping_key ret_keys[TOC_WRAP_KEYS_MAX], size_t *ret_n,
		   struct toc_error *reterr)
{
	struct dirent **names = NULL;
	int n = scandir(folder, &names, NULL, alphasort), r = 0;
	size_t got = 0;

	if (n < 0)
		return toc_fail(reterr, TOC_EIO, "%s: %s", folder, strerror(errno));
	for (int i = n - 1; i >= 0; i--) {
		const char *name = names[i]->d_name;
		char path[4096], text[KEY_TEXT + 1] = { 0 };
		struct toc_wrapping_key key;
		if (strlen(name) != NAME_BYTES || strcmp(name + 36, ".key") ||
		    toc_uuid_parse((struct toc_str){ name, 36 }, &key.id) < 0)
			continue;
		path_of(folder, key.id, "", path);
		int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		bool ok = fd >= 0 && read(fd, text, KEY_TEXT) == KEY_TEXT && got < TOC_WRAP_KEYS_MAX &&
			  toc_base64url_decode((struct toc_str){ text, KEY_TEXT - 1 }, key.key, 32) == 32;
		if (fd >= 0)
			close(fd);
		if (ok)
			ret_keys[got++] = key;
		else
			r = toc_fail(reterr, TOC_EIO, "%s: not a wrapping key, or one too many", path);
		toc_wipe(&key, sizeof key);
		toc_wipe(text, sizeof text);
	}
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	*ret_n = got;
	return r;
}

int toc_files_put(const char *folder, const struct toc_wrapping_key *key, struct toc_error *reterr)
{
	struct toc_arena *a = toc_arena_new();
	char path[4096], beside[4096];
	struct toc_str text = toc_base64url(a, key->key, sizeof key->key);

	path_of(folder, key->id, "", path);
	path_of(folder, key->id, ".new", beside);
	(void)unlink(beside); /* of one that was cut off */
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && dprintf(fd, "%.*s\n", TOC_STR_ARGS(text)) == KEY_TEXT && fsync(fd) == 0 &&
		  rename(beside, path) == 0 && sync_folder(folder) == 0;
	int r = ok ? 0 : toc_fail(reterr, TOC_EIO, "%s: cannot be made: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	toc_wipe((void *)(uintptr_t)text.p, text.n);
	toc_arena_free(a);
	return r;
}

int toc_files_make(const char *folder, struct toc_uuid id, struct toc_wrapping_key *ret_key, struct toc_error *reterr)
{
	struct toc_wrapping_key key = { .id = id };

	toc_random(key.key, sizeof key.key);
	int r = toc_files_put(folder, &key, reterr);
	if (r == 0)
		*ret_key = key;
	toc_wipe(&key, sizeof key);
	return r;
}

int toc_files_destroy(const char *folder, struct toc_uuid id, struct toc_error *reterr)
{
	char path[4096], gone[4096];

	path_of(folder, id, "", path);
	path_of(folder, id, GONE, gone);
	if (rename(path, gone) < 0 && errno != ENOENT)
		return toc_fail(reterr, TOC_EIO, "%s: %s", path, strerror(errno));
	if (sync_folder(folder) < 0 || (overwrite_and_unlink(gone) < 0 && errno != ENOENT) || sync_folder(folder) < 0)
		return toc_fail(reterr, TOC_EIO, "%s: %s", gone, strerror(errno));
	return 0;
}

int toc_files_finish(const char *folder, struct toc_error *reterr)
{
	DIR *d = opendir(folder);
	int r = d ? 0 : toc_fail(reterr, TOC_EIO, "%s: %s", folder, strerror(errno));

	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		const char *dot = strrchr(e->d_name, '.');
		char path[4096];
		if (!dot || (strcmp(dot, GONE) && strcmp(dot, ".new")) || !strncmp(e->d_name, "record", 6))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		if (overwrite_and_unlink(path) < 0 && errno != ENOENT)
			r = toc_fail(reterr, TOC_EIO, "%s: %s", path, strerror(errno));
	}
	if (d)
		closedir(d);
	if (r == 0 && sync_folder(folder) < 0)
		r = toc_fail(reterr, TOC_EIO, "%s: %s", folder, strerror(errno));
	return r;
}
