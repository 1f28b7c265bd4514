/* log_key.c: see log_key.h. */
#include "main/log_key.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "main/keys.h"

#define GENERATIONS_MAX 9999

/* The greatest N of keys/log-N.key; 0: there is none. */
static int newest(const struct toc_state *s, unsigned *ret_n, struct toc_error *reterr)
{
	char *folder = toc_state_path(s, "keys");
	DIR *d = opendir(folder);
	int r = d ? 0 : toc_fail(reterr, TOC_EIO, "%s: %s", folder, strerror(errno));
	*ret_n = 0;
	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		unsigned n = 0;
		char exact[32];
		if (sscanf(e->d_name, "log-%4u.key", &n) != 1 || n < 1 || n > GENERATIONS_MAX)
			continue;
		snprintf(exact, sizeof exact, "log-%u.key", n);
		if (!strcmp(exact, e->d_name) && n > *ret_n)
			*ret_n = n;
	}
	if (d)
		closedir(d);
	free(folder);
	return r;
}

/* "audit.HOST/ledger" of https://HOST:PORT */
static void name_of(const struct toc_config *c, const char *origin, unsigned generation, char ret[TOC_NOTE_NAME_MAX + 1])
{
	const char *name = toc_config_text(c, TOC_OPT_LOG_NAME), *host = strstr(origin, "://");
	host = host ? host + 3 : origin;
	int n = (int)(host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/"));
	if (*name)
		snprintf(ret, TOC_NOTE_NAME_MAX + 1, "%s/%u", name, generation);
	else
		snprintf(ret, TOC_NOTE_NAME_MAX + 1, "audit.%.*s/ledger/%u", n, host, generation);
}

int toc_log_identity_open(struct toc_log_identity *ret, const struct toc_config *c, const struct toc_state *s, const char *origin,
                          struct toc_rights account, struct toc_error *reterr)
{
	struct toc_log_identity l = { 0 };
	char file[64], name[TOC_NOTE_NAME_MAX + 1];
	uint8_t public_key[32];
	int r = toc_state_folder(s, "signer", 0700, account, reterr);
	if (r < 0 || (r = newest(s, &l.generation, reterr)) < 0)
		return r;
	if (l.generation == 0)
		l.generation = 1;
	snprintf(file, sizeof file, "keys/log-%u.key", l.generation);
	if ((r = toc_key_read_or_make(s, file, l.seed, reterr)) < 0)
		return r;
	name_of(c, origin, l.generation, name);
	toc_ed25519_public(l.seed, public_key);
	if (toc_note_key_init(&l.key, toc_str_of(name), TOC_NOTE_LOG, public_key) < 0)
		return toc_fail(reterr, TOC_EINVAL, "log-name: \"%s\" has a blank, a plus or another character that no log's name has", name);
	snprintf(file, sizeof file, "signer/published-%u", l.generation);
	l.record = toc_state_path(s, file);
	*ret = l;
	return 0;
}

void toc_log_identity_done(struct toc_log_identity *l)
{
	free(l->record);
	toc_wipe(l, sizeof *l);
}

int toc_log_new_generation(const struct toc_config *c)
{
	struct toc_state s;
	struct toc_error e;
	unsigned n = 0;
	uint8_t seed[32];
	char file[64];
	int r = toc_state_open(&s, toc_config_text(c, TOC_OPT_STATE), &e); /* refused while a server has it */
	if (r == 0 && (r = newest(&s, &n, &e)) == 0 && n == 0)
		r = toc_fail(&e, TOC_ENOTFOUND, "there is no log yet in %s: it begins with the first start", s.dir);
	if (r == 0 && n == GENERATIONS_MAX)
		r = toc_fail(&e, TOC_ELIMIT, "there have been %d generations", GENERATIONS_MAX);
	if (r == 0) {
		snprintf(file, sizeof file, "keys/log-%u.key", n + 1);
		r = toc_key_read_or_make(&s, file, seed, &e);
		toc_wipe(seed, sizeof seed);
	}
	if (r == 0)
		printf("tocsind: generation %u of the log begins with the next start. Whoever verifies the log needs its new key\n"
		       "(GET /log/vkey), and will ask why: what was published under generation %u stays true of what they hold.\n",
		       n + 1, n);
	else
		fprintf(stderr, "tocsind: %s\n", e.text);
	toc_state_close(&s);
	return r == 0 ? 0 : 1;
}
