/* trust.c: see trust.h. The file: a line with the vkey, then the signed checkpoint. */
#include "client/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct toc_trust {
	bool keyed, any, unwritten;
	bool alarmed;        /* what was shown last does not go with what is held */
	bool witnesses, due; /* due: a line under what is held was not given yet */
	struct toc_note_key witness;
	uint8_t seed[32];
	struct toc_note_key key;
	struct toc_checkpoint held;
	char note[TOC_NOTE_BYTES_MAX + 1];
	size_t n_note;
	int64_t behind_since; /* 0: it is not */
	char *file;
	char why[400];
};

/* ---- the file ---- */

static int load(struct toc_trust *t, bool pinned, struct toc_error *reterr)
{
	char bytes[TOC_NOTE_BYTES_MAX + 512];
	FILE *f = fopen(t->file, "re");
	struct toc_note_key key;

	if (!f)
		return errno == ENOENT ? 0 : toc_fail(reterr, TOC_EIO, "%s: %s", t->file, strerror(errno));
	size_t n = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	const char *end = n && n < sizeof bytes ? memchr(bytes, '\n', n) : NULL;
	struct toc_str vkey = { bytes, end ? (size_t)(end - bytes) : 0 },
		       note = { end ? end + 1 : bytes, end ? n - vkey.n - 1 : 0 };
	if (toc_vkey_parse(vkey, &key, reterr) < 0)
		return toc_fail(reterr, TOC_EPROOF, "%s does not say which log is trusted", t->file);
	if (pinned && (strcmp(key.name, t->key.name) != 0 || memcmp(key.public_key, t->key.public_key, 32) != 0))
		return toc_fail(reterr, TOC_EPROOF,
				"%s holds what was believed of %s; the key that you name is another: if the log has begun a new "
				"generation and you know why, move the file away",
				t->file, key.name);
	if (note.n > TOC_NOTE_BYTES_MAX || toc_checkpoint_open(note, &key, &t->held, reterr) < 0)
		return toc_fail(reterr, TOC_EPROOF, "%s holds no checkpoint that %s has signed", t->file, key.name);
	t->key = key;
	t->keyed = t->any = true;
	memcpy(t->note, note.p, note.n);
	t->n_note = note.n;
	return 0;
}

static bool sync_folder_of(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	int n = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 2, slash ? path : "./");
	int fd = n < (int)sizeof folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Whole at any time: written beside, synced, renamed. */
static bool save(const struct toc_trust *t)
{
	char beside[4096];
	struct toc_arena *a = toc_arena_new();
	struct toc_str vkey = toc_vkey(a, &t->key);

	snprintf(beside, sizeof beside, "%s.new", t->file);
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool ok = f && fprintf(f, "%.*s\n", TOC_STR_ARGS(vkey)) > 0 && fwrite(t->note, 1, t->n_note, f) == t->n_note &&
		  fflush(f) == 0 && fsync(fd) == 0;
	if (f)
		ok = fclose(f) == 0 && ok;
	else if (fd >= 0)
		close(fd);
	toc_arena_free(a);
	return ok && rename(beside, t->file) == 0 && sync_folder_of(t->file);
}

/* ---- believing ---- */

static enum toc_trust_news raise_alarm(struct toc_trust *t, const char *format, ...) TOC_PRINTF(2, 3);
static enum toc_trust_news raise_alarm(struct toc_trust *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(t->why, sizeof t->why, format, args);
	va_end(args);
	t->alarmed = true;
	return TOC_TRUST_ALARM;
}

static enum toc_trust_news believe(struct toc_trust *t, const struct toc_checkpoint *c, struct toc_str note)
{
	t->held = *c;
	t->any = true;
	memcpy(t->note, note.p, note.n);
	t->n_note = note.n;
	t->behind_since = 0;
	if (t->file && !save(t)) {
		bool said = t->unwritten;
		t->unwritten = true;
		if (!said)
			return raise_alarm(t, "%s cannot be written: %s. What is believed of the log is lost when this program ends",
				     t->file, strerror(errno));
	} else {
		t->unwritten = false;
	}
	t->alarmed = t->unwritten;
	t->due = t->witnesses && !t->unwritten;
	return TOC_TRUST_GROWN;
}

void toc_trust_welcome(struct toc_trust *t, struct toc_str vkey)
{
	if (!t->keyed && toc_vkey_parse(vkey, &t->key, NULL) == 0 && t->key.type == TOC_NOTE_LOG)
		t->keyed = true;
	t->due = t->witnesses && t->any && !t->unwritten; /* the server may not have had it */
}

int toc_trust_witness(struct toc_trust *t, struct toc_str skey, struct toc_error *reterr)
{
	int r = toc_skey_parse(skey, &t->witness, t->seed, reterr);

	if (r == 0 && t->witness.type != TOC_NOTE_WITNESS)
		r = toc_fail(reterr, TOC_EINVAL, "it is no key of a witness: type %d, %d is wanted", t->witness.type, TOC_NOTE_WITNESS);
	if (r == 0 && !t->file)
		r = toc_fail(reterr, TOC_EINVAL, "a witness keeps in a file what it has cosigned, and there is none");
	t->witnesses = t->due = r == 0;
	return r;
}

/* Only what is in the file: after a crash a witness must not vouch for another past than the one it vouched for. */
struct toc_str toc_trust_cosign(struct toc_trust *t, struct toc_arena *a, int64_t unix_s, uint64_t *ret_size)
{
	if (!t->due || !t->any || t->alarmed)
		return TOC_STR("");
	t->due = false;
	*ret_size = t->held.size;
	return toc_cosign(a, &t->held, &t->witness, t->seed, unix_s);
}

void toc_trust_cosign_again(struct toc_trust *t)
{
	t->due = t->witnesses && !t->unwritten;
}

/* What contradicts it, signed as well: the two together are the evidence. The first one stays. */
static void keep_evidence(const struct toc_trust *t, struct toc_str note)
{
	char path[4096];

	if (!t->file || snprintf(path, sizeof path, "%s.against", t->file) >= (int)sizeof path)
		return;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return; /* there is one, or no room: the alarm is raised all the same */
	if (write(fd, note.p, note.n) != (ssize_t)note.n || fsync(fd) < 0)
		(void)unlink(path);
	close(fd);
}

static bool read_proof(const struct toc_value *list, struct toc_proof *ret_proof)
{
	struct toc_proof p = { 0 };

	if (toc_len(list) > TOC_PROOF_MAX)
		return false;
	for (; p.n < toc_len(list); p.n++)
		if (toc_base64_decode(toc_text_of(toc_at(list, p.n)), p.node[p.n].b, 32) != 32)
			return false;
	*ret_proof = p;
	return true;
}

enum toc_trust_news toc_trust_checkpoint(struct toc_trust *t, const struct toc_value *frame, int64_t now_ms)
{
	struct toc_str note = toc_get_text(frame, "note");
	struct toc_checkpoint c;
	struct toc_proof proof;
	struct toc_error error;

	if (!t->keyed)
		return TOC_TRUST_NOTHING; /* a server that names no log */
	if (toc_checkpoint_open(note, &t->key, &c, &error) < 0)
		return raise_alarm(t, "%s. The server does not show the log of %s", error.text, t->key.name);
	if (!t->any)
		return believe(t, &c, note);
	if (c.size == t->held.size) {
		t->behind_since = 0;
		if (toc_sha256_eq(c.root, t->held.root))
			return TOC_TRUST_NOTHING;
		keep_evidence(t, note);
		return raise_alarm(t, "the log is forked: there are two signed checkpoints of size %llu, and they differ",
				   (unsigned long long)c.size);
	}
	if (c.size < t->held.size) {
		if (!t->behind_since)
			t->behind_since = now_ms ? now_ms : 1;
		return toc_trust_tick(t, now_ms);
	}
	if (toc_get_int(frame, "old", -1) != (int64_t)t->held.size)
		return TOC_TRUST_AGAIN;
	if (!read_proof(toc_get(frame, "proof"), &proof) ||
	    toc_check_consistency(t->held.size, t->held.root, c.size, c.root, &proof) < 0) {
		keep_evidence(t, note);
		return raise_alarm(t,
			     "the log is forked or was rewritten: the signed checkpoint of size %llu does not go on from that of "
			     "size %llu, which was signed before",
			     (unsigned long long)c.size, (unsigned long long)t->held.size);
	}
	return believe(t, &c, note);
}

enum toc_trust_news toc_trust_tick(struct toc_trust *t, int64_t now_ms)
{
	if (!t->behind_since || now_ms - t->behind_since < TOC_TRUST_BEHIND_MS)
		return TOC_TRUST_NOTHING;
	t->behind_since = now_ms; /* said again after as long */
	return raise_alarm(t,
		     "the log was rolled back: %llu entries were signed, and for a minute the server has shown fewer than that",
		     (unsigned long long)t->held.size);
}

struct toc_str toc_trust_note(const struct toc_trust *t)
{
	return (struct toc_str){ t->note, t->any ? t->n_note : 0 };
}

uint64_t toc_trust_size(const struct toc_trust *t)
{
	return t->any ? t->held.size : 0;
}

const char *toc_trust_why(const struct toc_trust *t)
{
	return t->why;
}

int toc_trust_new(const char *vkey, const char *file, struct toc_trust **ret_trust, struct toc_error *reterr)
{
	struct toc_trust *t = calloc(1, sizeof *t);
	int r = 0;

	if (!t || (file && !(t->file = strdup(file))))
		abort(); /* nothing is left to answer with */
	if (vkey)
		r = toc_vkey_parse(toc_str_of(vkey), &t->key, reterr);
	t->keyed = vkey && r == 0;
	if (r == 0 && file)
		r = load(t, vkey != NULL, reterr);
	if (r < 0)
		toc_trust_free(t);
	else
		*ret_trust = t;
	return r;
}

void toc_trust_free(struct toc_trust *t)
{
	if (!t)
		return;
	free(t->file);
	toc_wipe(t->seed, sizeof t->seed);
	free(t);
}
