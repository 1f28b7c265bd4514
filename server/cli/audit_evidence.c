/* audit_evidence.c: does an evidence bundle hold? What verify.sh asks with sh and openssl, and that what lies there is what was
 * answered. All that is wrong is named, not the first thing alone: whoever reads it has to know how much is left. */
#include "cli/audit_export.h"

#include <stdlib.h>
#include <string.h>

#include "envelope/tsp.h"
#include "message/json.h"

#define JSON_MAX ((size_t)64 << 20)
#define DEPTH 64

struct row {
	uint64_t seq;
	const struct toc_value *v;
	bool seen;
};
/* What an entry of an erasure in the bundle says: which parts of which entries go. */
struct erasure {
	uint64_t seq, parts; /* of this bundle's */
	toc_time at;
	const struct toc_value *body;
};
struct gone {
	uint64_t seq;
	enum toc_part part;
};
struct checking {
	struct audit_report *report;
	struct toc_arena *a;
	struct audit_files files;
	struct toc_note_key key;
	bool signs; /* the checkpoint is the log's */
	struct toc_checkpoint c;
	struct toc_str note;
	const struct toc_value *head;
	struct row *rows;
	size_t n_rows;
	struct erasure *erasures;
	size_t n_erasures, erasures_cap;
	struct gone *gone;
	size_t n_gone, gone_cap;
	uint64_t here, proven, opened, withheld;
};

static const struct toc_str *file_of(struct checking *k, struct toc_str folder, const char *name, const char *more)
{
	return audit_file(&k->files, toc_arena_printf(k->a, "%.*s/%s%s", TOC_STR_ARGS(folder), name, more).p);
}

static struct toc_str line_of(const struct toc_str *file)
{
	const char *end = file && file->n ? memchr(file->p, '\n', file->n) : NULL;

	return file ? (struct toc_str){ file->p, end ? (size_t)(end - file->p) : file->n } : (struct toc_str){ "", 0 };
}

/* ---- who signs, and what ---- */

static int check_key(struct checking *k, const struct toc_note_key *told, struct toc_error *reterr)
{
	const struct toc_str *vkey = audit_file(&k->files, "log.vkey"), *pem = audit_file(&k->files, "log.pub.pem");
	struct toc_error e;

	if (!vkey || toc_vkey_parse(line_of(vkey), &k->key, &e) < 0) {
		audit_wrong(k->report, "log.vkey: %s", vkey ? e.text : "it is missing");
		if (!told)
			return toc_fail(reterr, TOC_EPROOF, "it does not say who signs");
		k->key = *told;
		return 0;
	}
	if (pem && !toc_str_eq(*pem, toc_key_pem(k->a, k->key.public_key)))
		audit_wrong(k->report, "log.pub.pem is not the key of log.vkey");
	if (!told) {
		audit_unchecked(k->report, "that this is the log's key: --log-key names the one that you were told. Here it is %.*s", TOC_STR_ARGS(line_of(vkey)));
	} else if (!toc_str_eq(toc_vkey(k->a, told), toc_vkey(k->a, &k->key))) {
		audit_wrong(k->report, "the key is not the one that you were told: %.*s", TOC_STR_ARGS(line_of(vkey)));
		k->key = *told;
	}
	return 0;
}

static void check_checkpoint(struct checking *k)
{
	const struct toc_str *note = audit_file(&k->files, "checkpoint");
	struct toc_error e;

	k->note = note ? *note : TOC_STR("");
	k->signs = note && toc_checkpoint_open(k->note, &k->key, &k->c, &e) == 0;
	if (k->signs) {
		struct toc_str size = audit_count(k->a, k->c.size);
		audit_checked(k->report, "the checkpoint of %.*s entries is signed by %s", TOC_STR_ARGS(size), k->key.name);
	} else {
		audit_wrong(k->report, "%s", note ? e.text : "the checkpoint is missing");
	}
}

static int check_witnesses(struct checking *k, struct toc_error *reterr)
{
	const char *told = k->report->cli->line.value[CLI_OPT_WITNESSES];
	const struct toc_str *theirs = audit_file(&k->files, "witnesses");
	struct toc_str keys = theirs ? *theirs : TOC_STR("");
	struct toc_error e = { .text = "" };

	if (told && cli_read(k->report->cli, told, 1 << 20, k->a, &keys) < 0)
		return TOC_EINVAL;
	int r = audit_cosigned(k->report, k->note, &k->c, told || theirs ? &keys : NULL, &e);
	if (r < 0 && told && r != TOC_EPROOF)
		return toc_fail(reterr, r, "%s: %s", told, e.text);
	if (r < 0)
		audit_wrong(k->report, "%s", e.text);
	if (!told && keys.n)
		audit_unchecked(k->report, "that the keys in `witnesses' are those of the members: ask them, and name the file with --witnesses");
	return 0;
}

/* ---- when ---- */

static void check_stamp(struct checking *k)
{
	const struct toc_str *answer = audit_file(&k->files, "timestamp.tsr"), *chain = audit_file(&k->files, "timestamp.chain"),
			     *note = audit_file(&k->files, "timestamp.note");
	struct toc_tsp_stamp stamp;
	struct toc_error e;
	char at[TOC_TIME_TEXT];

	if (!answer && !chain && !note) {
		audit_unchecked(k->report, "when it was so: no authority has stamped the checkpoint");
		return;
	}
	if (!answer || !chain || !note) {
		audit_wrong(k->report, "of the time stamp a file is missing: timestamp.tsr, .chain and .note belong together");
		return;
	}
	struct toc_sha256 digest = toc_sha256(*note);
	struct toc_tsp *t = toc_tsp_later(digest.b);
	struct toc_str text = toc_checkpoint_text(k->a, &k->c);
	if (toc_tsp_check(t, k->a, *answer, *chain, &stamp, &e) < 0) {
		audit_wrong(k->report, "timestamp.tsr: %s", e.text);
	} else if (!k->signs || note->n < text.n || memcmp(note->p, text.p, text.n) != 0) {
		audit_wrong(k->report, "timestamp.note is another checkpoint");
	} else {
		toc_time_format((toc_time){ stamp.unix_s * 1000000 }, at);
		audit_checked(k->report, "an authority has stamped it: %s, serial %.*s", at, TOC_STR_ARGS(stamp.serial));
		audit_unchecked(k->report, "whether the authority in timestamp.chain is one to believe");
	}
	toc_tsp_free(t);
}

/* ---- what was answered ---- */

static int by_seq(const void *x, const void *y)
{
	uint64_t a = ((const struct row *)x)->seq, b = ((const struct row *)y)->seq;

	return a < b ? -1 : a > b;
}

static void read_rows(struct checking *k, struct toc_str rest, size_t lines)
{
	struct toc_str rows = { NULL, 0 };
	const struct toc_value *last = NULL;

	k->rows = toc_arena_alloc(k->a, (lines + 1) * sizeof *k->rows);
	for (size_t i = 0; i < lines; i++) {
		struct toc_str line = line_of(&rest);
		struct toc_refusal refusal;
		struct toc_value *v;
		if (toc_json_parse(k->a, line, JSON_MAX, DEPTH, &v, &refusal) < 0) {
			audit_wrong(k->report, "answer.jsonl: line %zu cannot be read", i + 1);
			return;
		}
		if (i == 0)
			k->head = v;
		else if (i + 1 == lines)
			last = v;
		else
			k->rows[k->n_rows++] = (struct row){ .seq = (uint64_t)toc_get_int(v, "seq", -1), .v = v };
		if (i == 1)
			rows.p = rest.p;
		if (i + 1 == lines)
			rows.n = rows.p ? (size_t)(rest.p - rows.p) : 0;
		rest = (struct toc_str){ line.p + line.n + 1, rest.n - line.n - 1 };
	}
	struct toc_sha256 digest = toc_sha256(rows);
	if (!last || !toc_str_eq(toc_hex(k->a, digest.b, sizeof digest.b), toc_get_text(last, "sha256")) ||
	    toc_get_int(last, "count", -1) != (int64_t)k->n_rows)
		audit_wrong(k->report, "answer.jsonl has not the digest that stands in its last line");
	else
		audit_unchecked(k->report, "that this was the answer: question %lld and the digest of its answer, %.*s, are entries of the log (M27)",
				(long long)toc_get_int(k->head, "asked", -1), TOC_STR_ARGS(toc_get_text(last, "sha256")));
	if (last && !toc_get_bool(last, "complete"))
		audit_unchecked(k->report, "what else there is: this is not all that was asked for");
	if (k->n_rows)
		qsort(k->rows, k->n_rows, sizeof *k->rows, by_seq);
}

static void check_answer(struct checking *k)
{
	const struct toc_str *answer = audit_file(&k->files, "answer.jsonl");
	size_t lines = 0;

	if (!answer) {
		audit_wrong(k->report, "answer.jsonl is missing: nothing says which entries have to be here");
		return;
	}
	for (size_t i = 0; i < answer->n; i++)
		lines += answer->p[i] == '\n';
	if (lines < 2 || answer->p[answer->n - 1] != '\n')
		audit_wrong(k->report, "answer.jsonl was cut off");
	else
		read_rows(k, *answer, lines);
}

/* Is what lies there what was answered? */
static void compare(struct checking *k, const struct row *row, const char *name, const char *more, bool coded, const struct toc_str *here)
{
	struct toc_str key = toc_arena_printf(k->a, "%s%s", name, more), said = toc_get_text(row->v, key.p);

	if (here && !toc_str_eq(said, coded ? toc_base64(k->a, here->p, here->n) : *here))
		audit_wrong(k->report, "entry %llu: %s is not the one that was answered", (unsigned long long)row->seq, key.p);
}

/* ---- an entry ---- */

static bool is_in_log(struct checking *k, struct toc_str folder, uint64_t seq, struct toc_str leaf)
{
	const struct toc_str *text = file_of(k, folder, "proof", "");
	struct toc_str extra, note;
	struct toc_proof proof;
	struct toc_error e;
	uint64_t index;

	return k->signs && text && toc_proof_parse(k->a, *text, &index, &extra, &proof, &note, &e) == 0 && index == seq && seq < k->c.size &&
	       toc_str_eq(extra, leaf) && toc_str_eq(note, k->note) &&
	       toc_check_inclusion(seq, k->c.size, toc_leaf_hash(leaf), &proof, k->c.root) == 0;
}

static void took(struct checking *k, uint64_t seq, const struct toc_leaf *leaf, struct toc_str body)
{
	struct toc_refusal refusal;
	struct toc_value *v;

	if (!toc_str_is(leaf->k, "erase.due") || !toc_str_is(leaf->org, "server") ||
	    toc_json_parse(k->a, body, JSON_MAX, DEPTH, &v, &refusal) < 0)
		return;
	if (k->n_erasures == k->erasures_cap) {
		k->erasures_cap = k->erasures_cap ? 2 * k->erasures_cap : 16;
		k->erasures = toc_must_realloc(k->erasures, k->erasures_cap * sizeof *k->erasures);
	}
	k->erasures[k->n_erasures++] = (struct erasure){ .seq = seq, .at = leaf->ts, .body = toc_get(toc_get(v, "message"), "body") };
}

static void is_gone(struct checking *k, uint64_t seq, enum toc_part part)
{
	if (k->n_gone == k->gone_cap) {
		k->gone_cap = k->gone_cap ? 2 * k->gone_cap : 64;
		k->gone = toc_must_realloc(k->gone, k->gone_cap * sizeof *k->gone);
	}
	k->gone[k->n_gone++] = (struct gone){ seq, part };
}

/* @return it is here, and is what the entry commits to */
static bool check_part(struct checking *k, struct toc_str folder, uint64_t seq, const struct row *row, enum toc_part part,
		       struct toc_sha256 commitment)
{
	const char *name = toc_part_name(part);
	const struct toc_str *bytes = file_of(k, folder, name, ""), *salt = file_of(k, folder, name, ".salt");
	bool withheld = file_of(k, folder, name, ".withheld") != NULL, erased = file_of(k, folder, name, ".erased") != NULL;
	bool good = bytes && salt && salt->n == TOC_SALT_BYTES && toc_sha256_eq(toc_commit(part, (const uint8_t *)salt->p, *bytes), commitment);

	if (bytes && !good)
		audit_wrong(k->report, "entry %llu: %s is not what the entry commits to: it was changed", (unsigned long long)seq, name);
	else if (bytes)
		k->opened++;
	else if (!withheld && !erased)
		audit_wrong(k->report, "entry %llu: %s is missing, and nothing says why", (unsigned long long)seq, name);
	else if (row && !toc_list_has(toc_get(row->v, withheld ? "withheld" : "erased"), toc_str_of(name)))
		audit_wrong(k->report, "entry %llu: %s was answered, and is not here", (unsigned long long)seq, name);
	else if (part == TOC_PART_BODY || (withheld && toc_get_bool(k->head, "whole")))
		audit_wrong(k->report, "entry %llu: %s is not here, and nobody may take or withhold it", (unsigned long long)seq, name);
	else if (withheld)
		k->withheld++;
	else
		is_gone(k, seq, part);
	if (row && bytes) {
		compare(k, row, name, "", false, bytes);
		compare(k, row, name, "_salt", true, salt);
	}
	return good;
}

static void check_entry(struct checking *k, struct toc_str folder)
{
	struct toc_str number = { folder.p + sizeof "entries", folder.n - sizeof "entries" };
	const struct toc_str *leaf = file_of(k, folder, "leaf", "");
	uint64_t seq = number.n < 19 ? strtoull(number.p, NULL, 10) : UINT64_MAX;
	struct toc_leaf parsed;
	struct toc_error e;

	k->here++;
	if (!toc_str_eq(number, toc_arena_printf(k->a, "%llu", (unsigned long long)seq))) {
		audit_wrong(k->report, "%.*s is no place of a log", TOC_STR_ARGS(folder));
		return;
	}
	struct row *row = k->n_rows ? bsearch(&(struct row){ .seq = seq }, k->rows, k->n_rows, sizeof *k->rows, by_seq) : NULL;
	if (!row)
		audit_wrong(k->report, "entry %llu was not answered", (unsigned long long)seq);
	else
		row->seen = true;
	bool proven = leaf && is_in_log(k, folder, seq, *leaf);
	if (!proven)
		audit_wrong(k->report, "entry %llu is not in the log that the checkpoint signs, not so, or not there", (unsigned long long)seq);
	else
		k->proven++;
	if (!leaf || toc_leaf_parse(k->a, *leaf, &parsed, &e) < 0) {
		audit_wrong(k->report, "entry %llu: its leaf is none", (unsigned long long)seq);
		return;
	}
	if (row)
		compare(k, row, "leaf", "", true, leaf);
	const struct toc_str *body = file_of(k, folder, "body", "");
	bool good = check_part(k, folder, seq, row, TOC_PART_BODY, parsed.body);
	(void)check_part(k, folder, seq, row, TOC_PART_ACTOR, parsed.actor);
	(void)check_part(k, folder, seq, row, TOC_PART_DATA, parsed.data);
	if (proven && good)
		took(k, seq, &parsed, *body);
}

static void check_entries(struct checking *k)
{
	struct toc_str last = TOC_STR("");
	size_t other = 0;

	for (size_t i = 0; i < k->files.n; i++) {
		struct toc_str name = k->files.file[i].name;
		const char *slash = name.n > 8 && !memcmp(name.p, "entries/", 8) ? memchr(name.p + 8, '/', name.n - 8) : NULL;
		struct toc_str folder = { name.p, slash ? (size_t)(slash - name.p) : 0 };
		other += !slash && memchr(name.p, '/', name.n) != NULL;
		if (!slash || toc_str_eq(folder, last))
			continue;
		last = folder;
		check_entry(k, toc_arena_str(k->a, folder));
		audit_progress(k->report, k->here);
	}
	for (size_t i = 0; i < k->n_rows; i++)
		if (!k->rows[i].seen)
			audit_wrong(k->report, "entry %llu was answered, and is not here", (unsigned long long)k->rows[i].seq);
	if (!k->here)
		audit_wrong(k->report, "there are no entries");
	if (other)
		audit_unchecked(k->report, "%zu files that are no part of a bundle", other);
}

/* ---- what is gone ---- */

static bool names(const struct toc_value *runs, uint64_t seq)
{
	for (size_t i = 0; i < toc_len(runs); i++) {
		char text[48] = "", *dash;
		struct toc_str run = toc_text_of(toc_at(runs, i));
		snprintf(text, sizeof text, "%.*s", TOC_STR_ARGS(run));
		uint64_t first = strtoull(text, &dash, 10), last = *dash == '-' ? strtoull(dash + 1, NULL, 10) : first;
		if (dash > text && seq >= first && seq <= last)
			return true;
	}
	return false;
}

static void check_gone(struct checking *k)
{
	for (size_t i = 0; i < k->n_gone; i++) {
		struct erasure *by = NULL;
		for (size_t n = 0; n < k->n_erasures && !by; n++)
			if (names(toc_get(k->erasures[n].body, k->gone[i].part == TOC_PART_DATA ? "data" : "actors"), k->gone[i].seq))
				by = &k->erasures[n];
		if (by)
			by->parts++;
		else
			audit_wrong(k->report, "entry %llu: %s is gone, and no entry here says that it was erased: it was taken away",
				    (unsigned long long)k->gone[i].seq, toc_part_name(k->gone[i].part));
	}
	for (size_t n = 0; n < k->n_erasures; n++) {
		const struct erasure *e = &k->erasures[n];
		char at[TOC_TIME_TEXT];
		toc_time_format(e->at, at);
		if (e->parts)
			audit_checked(k->report, "%llu part%s erased on %s, by entry %llu: %.*s, %.*s, ground: %.*s", (unsigned long long)e->parts,
				      e->parts == 1 ? " was" : "s were", at, (unsigned long long)e->seq, TOC_STR_ARGS(toc_get_text(e->body, "subject")),
				      TOC_STR_ARGS(toc_get_text(e->body, "retention")), TOC_STR_ARGS(toc_get_text(e->body, "basis")));
	}
}

/* ---- against what somebody kept: both have to begin what the server signs now ---- */

static int goes_on(struct checking *k, const struct audit_source *from, const struct toc_checkpoint *old, struct toc_checkpoint *ret_now,
		   struct toc_error *reterr)
{
	struct toc_str text;
	struct toc_value *v, *list;
	struct toc_refusal refusal;
	struct toc_proof proof = { 0 };
	char path[48];

	snprintf(path, sizeof path, "consistency/%llu", (unsigned long long)old->size);
	int r = audit_read(from, path, k->a, &text, reterr);
	if (r < 0)
		return r;
	if (toc_json_parse(k->a, text, JSON_MAX, DEPTH, &v, &refusal) < 0 || toc_len(list = toc_get(v, "proof")) > TOC_PROOF_MAX)
		return toc_fail(reterr, TOC_EIO, "the server's proof cannot be read");
	for (; proof.n < toc_len(list); proof.n++)
		if (toc_base64_decode(toc_text_of(toc_at(list, proof.n)), proof.node[proof.n].b, 32) != 32)
			return toc_fail(reterr, TOC_EIO, "the server's proof cannot be read");
	if (toc_checkpoint_open(toc_get_text(v, "note"), &k->key, ret_now, reterr) < 0)
		return TOC_EPROOF;
	if (ret_now->size < old->size)
		return toc_fail(reterr, TOC_EPROOF, "the server's log has %llu entries, and %llu were signed", (unsigned long long)ret_now->size,
				(unsigned long long)old->size);
	return toc_check_consistency(old->size, old->root, ret_now->size, ret_now->root, &proof) == 0
		       ? 0
		       : toc_fail(reterr, TOC_EPROOF, "the server's log does not go on from the checkpoint of %llu entries", (unsigned long long)old->size);
}

static int check_against(struct checking *k, const struct audit_source *from, struct toc_str kept, struct toc_error *reterr)
{
	const char *file = k->report->cli->line.value[CLI_OPT_AGAINST];
	struct toc_checkpoint old, one, two;
	int r;

	if (toc_checkpoint_open(kept, &k->key, &old, reterr) < 0)
		return toc_fail(reterr, TOC_EINVAL, "%s holds no checkpoint that %s has signed", file, k->key.name);
	if (!k->signs)
		return 0;
	if (old.size == k->c.size) {
		if (!toc_sha256_eq(old.root, k->c.root)) {
			audit_wrong(k->report, "the checkpoint in %s is of the same size and another log: two histories were signed", file);
			return 0;
		}
	} else if (!from->t) {
		return toc_fail(reterr, TOC_EIO, "%s is of %llu entries, the bundle's checkpoint of %llu: a server of the log can prove that both are one "
						 "history. Name it with --server", file, (unsigned long long)old.size, (unsigned long long)k->c.size);
	} else if ((r = goes_on(k, from, &old, &one, reterr)) < 0 || (r = goes_on(k, from, &k->c, &two, reterr)) < 0 ||
		   (r = one.size == two.size ? 0 : goes_on(k, from, one.size < two.size ? &one : &two, &one, reterr)) < 0) {
		if (r != TOC_EPROOF)
			return r;
		audit_wrong(k->report, "%s", reterr->text);
		return 0;
	}
	struct toc_str size = audit_count(k->a, old.size);
	audit_checked(k->report, "the checkpoint of %.*s entries in %s is of the same history", TOC_STR_ARGS(size), file);
	return 0;
}

int audit_evidence(struct audit_report *report, const struct audit_source *from, const char *path, struct toc_checkpoint *ret,
		   struct toc_error *reterr)
{
	struct checking k = { .report = report, .a = report->a };
	const char *given = report->cli->line.value[CLI_OPT_LOG_KEY], *against = report->cli->line.value[CLI_OPT_AGAINST];
	struct toc_note_key told;
	struct toc_str kept = TOC_STR("");
	bool pinned = given != NULL;
	int r = given && toc_vkey_parse(toc_str_of(given), &told, reterr) < 0 ? TOC_EINVAL : 0;

	if (r == 0 && against)
		r = audit_kept(report->cli, k.a, against, &kept, &told, &pinned);
	if (r == 0 && (r = audit_unpack(report->cli, path, k.a, &k.files, reterr)) == 0 && (r = check_key(&k, pinned ? &told : NULL, reterr)) == 0) {
		check_checkpoint(&k);
		*ret = k.c;
		r = against ? check_against(&k, from, kept, reterr) : 0;
		if (!against)
			audit_unchecked(report, "that nothing was rewritten before: --against holds it to a checkpoint that was kept");
		if (r == 0 && k.signs)
			r = check_witnesses(&k, reterr);
		check_stamp(&k);
		check_answer(&k);
		check_entries(&k);
		check_gone(&k);
		if (k.proven)
			audit_checked(report, "%llu entries are in that log, each at its place; %llu parts are what these commit to",
				      (unsigned long long)k.proven, (unsigned long long)k.opened);
		if (k.withheld)
			audit_unchecked(report, "%llu parts that the mandate does not cover", (unsigned long long)k.withheld);
	}
	size_t wrong = toc_len(report->wrong);
	if (wrong && (r == 0 || r == TOC_EPROOF))
		r = toc_fail(reterr, TOC_EPROOF, "%zu thing%s wrong: %.*s%s", wrong, wrong == 1 ? " is" : "s are",
			     TOC_STR_ARGS(toc_text_of(toc_at(report->wrong, 0))), wrong == 1 ? "" : " …");
	free(k.files.file);
	free(k.erasures);
	free(k.gone);
	return r;
}
