/* journal.c: see journal.h. A copy is read, never the file itself, to which a keeper may be writing. */
#include "main/journal.h"

#include "base/digest.h"
#include "base/time.h"
#include "keeper/journal.h"
#include "main/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print(void *ctx, size_t index, struct toc_str bytes)
{
	(void)ctx, (void)index;
	fwrite(bytes.p, 1, bytes.n, stdout);
	putchar('\n');
}

static int list(const struct toc_state *s, const char *copy, struct toc_error *reterr)
{
	char *path = toc_state_path(s, "journal/refused"), *key_path = toc_state_path(s, "keys/journal.key");
	struct toc_journal *j = NULL;
	uint8_t key[32];
	size_t n;
	int r = 0;
	char *bytes = toc_file_read(path, TOC_JOURNAL_BYTES_MAX + 64, &n);

	if (!bytes && access(path, F_OK) == 0)
		r = toc_fail(reterr, TOC_EIO, "%s cannot be read", path);
	else if (bytes && access(key_path, F_OK) < 0)
		r = toc_fail(reterr, TOC_ENOTFOUND, "%s: %s", key_path, strerror(errno));
	else if (bytes && (r = toc_key_read_or_make(s, "keys/journal.key", key, reterr)) == 0 &&
		 (r = toc_file_write(copy, 0600, bytes, n, reterr)) == 0 && (r = toc_journal_open(copy, key, &j, reterr)) == 0) {
		r = toc_journal_read(j, print, NULL, reterr);
		fprintf(stderr, "tocsind: %zu records that the ledger does not take\n", toc_journal_count(j));
		toc_journal_free(j);
	} else if (!bytes) {
		fputs("tocsind: nothing: the ledger has taken everything that was journaled\n", stderr);
	}
	toc_wipe(key, sizeof key);
	(void)unlink(copy);
	free(bytes);
	free(key_path);
	free(path);
	return r;
}

int toc_journal_list(const struct toc_config *c)
{
	struct toc_state s = { .dir = strdup(toc_config_text(c, TOC_OPT_STATE)), .lock = -1 };
	struct toc_error e;
	char *copy = toc_state_path(&s, "journal/refused.read");
	int r = list(&s, copy, &e);

	if (r < 0)
		fprintf(stderr, "tocsind: %s\n", e.text);
	free(copy);
	free(s.dir);
	return r == 0 ? 0 : 1;
}

int toc_journal_drop(const struct toc_config *c)
{
	struct toc_state s;
	struct toc_error e;
	char name[64];
	int r = toc_state_open(&s, toc_config_text(c, TOC_OPT_STATE), &e); /* refused while a server has it */

	if (r == 0) {
		snprintf(name, sizeof name, "journal/refused-%lld", (long long)(toc_clock_now().us / 1000000));
		char *from = toc_state_path(&s, "journal/refused"), *to = toc_state_path(&s, name);
		/* the clock may have been set back: what was put aside before is not overwritten */
		if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) < 0)
			r = toc_fail(&e, TOC_EIO, "%s: %s", errno == EEXIST ? to : from, strerror(errno));
		else
			printf("tocsind: they are in %s, sealed, and nobody is reminded of them any more. Delete it when it is not needed:\n"
			       "it has personal data, and no erasure finds it.\n", to);
		free(from);
		free(to);
	}
	if (r < 0)
		fprintf(stderr, "tocsind: %s\n", e.text);
	toc_state_close(&s);
	return r == 0 ? 0 : 1;
}
