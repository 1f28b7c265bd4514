/* bundle.c: an evidence bundle, as one file (ustar, POSIX.1-1988): what proves an answer to whoever has sh and openssl. Entries, their parts
 * and salts, a proof of each against one checkpoint, keys, time stamp, and verify.sh. Nothing is judged here: whoever checks it does.
 *
 *   STAMPS → COSIGNED (of a checkpoint that covers all of it, best one that an authority has stamped) or NOTE (wait for one)
 *   → WITNESSES → MATTER (what is there once) → STAMP (part by part) → ENTRIES (one by one) → ANSWER → END */
#include "archive/making.h"

#include "archive/verify.h"
#include "ledger/log.h"
#include "message/json.h"
#include "render/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define DEADLINE TOC_SECONDS(2)
#define LOOK_US INT64_C(200000) /* for a checkpoint that covers it: it comes within a second */
#define LOOKS_MAX 50
#define ROW_MAX (1u << 20)
#define BLOCK 512

#define PIECE 32768

enum { STAMPS, COSIGNED, NOTE, WITNESSES, MATTER, STAMP, ENTRIES, ANSWER, END };

struct bundle {
	struct toc_making m;
	const char *answer;
	struct toc_str rest; /* rows that are not in it yet, and the last line */
	size_t sent;		/* of the answer */
	uint64_t stamped;	/* size that was, 0: none */
	unsigned looks, part;
	struct toc_checkpoint c;
	struct toc_str note;
	struct toc_value *keys; /* org: vkey */
	bool reading, read;
	int result;
	struct toc_arena *row_arena; /* of the row at hand */
	const struct toc_value *row;
};

/* ---- one file: names are ours, short and plain ---- */

static void put_header(struct bundle *b, struct toc_buf *out, const char *name, size_t bytes)
{
	char h[BLOCK] = { 0 };
	unsigned sum = 0;

	snprintf(h, 100, "evidence/%s", name);
	memcpy(h + 100, "0000644", 8);
	memcpy(h + 108, "0000000", 8);
	memcpy(h + 116, "0000000", 8);
	snprintf(h + 124, 12, "%011zo", bytes);
	snprintf(h + 136, 12, "%011llo", (unsigned long long)(b->m.o.now.us / 1000000));
	memset(h + 148, ' ', 8);
	h[156] = '0';
	memcpy(h + 257, "ustar\00000", 8);
	for (int i = 0; i < BLOCK; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	toc_buf_add(out, h, BLOCK);
}

static void fill(struct toc_buf *out, size_t bytes)
{
	static const char zero[BLOCK];

	toc_buf_add(out, zero, (BLOCK - bytes % BLOCK) % BLOCK);
}

static void put(struct bundle *b, struct toc_buf *out, const char *name, struct toc_str bytes)
{
	put_header(b, out, name, bytes.n);
	toc_buf_str(out, bytes);
	fill(out, bytes.n);
}

static void put_of(struct bundle *b, struct toc_buf *out, uint64_t seq, const char *part, const char *more, struct toc_str bytes)
{
	char name[80];

	snprintf(name, sizeof name, "entries/%llu/%s%s", (unsigned long long)seq, part, more);
	put(b, out, name, bytes);
}

/* ---- which checkpoint ---- */

static int number_path(struct bundle *b, enum toc_log_what what, uint64_t n, const char *more)
{
	char path[64];

	snprintf(path, sizeof path, "%llu%s", (unsigned long long)n, more);
	return toc_making_ask(&b->m, what, toc_str_of(path), 0);
}

static bool covers(struct bundle *b, struct toc_str note)
{
	struct toc_error e;

	if (b->m.code != TOC_NOT_REFUSED || toc_checkpoint_open(note, toc_prover_key(b->m.o.prover), &b->c, &e) < 0 || b->c.size <= b->m.o.last)
		return false;
	b->note = toc_arena_str(b->m.a, note);
	return true;
}

static int find_stamp(struct bundle *b)
{
	int r = toc_making_ask(&b->m, TOC_LOG_STAMPS, TOC_STR(""), 0);

	if (r < 0)
		return r;
	const struct toc_value *one = b->m.code == TOC_NOT_REFUSED ? toc_making_stamp(b->m.a, b->m.bytes, b->m.o.last) : NULL;
	b->stamped = one ? (uint64_t)toc_get_int(one, "size", 0) : 0;
	b->m.stage = COSIGNED;
	return 1;
}

static int find_cosigned(struct bundle *b)
{
	int r = b->stamped ? number_path(b, TOC_LOG_COSIGNATURES, b->stamped, "") : toc_making_ask(&b->m, TOC_LOG_COSIGNATURES, TOC_STR(""), 0);

	if (r < 0)
		return r;
	b->m.stage = covers(b, b->m.bytes) ? WITNESSES : NOTE;
	return 1;
}

static int find_note(struct bundle *b, struct toc_error *reterr)
{
	int r = b->stamped ? number_path(b, TOC_LOG_STAMP, b->stamped, "/note") : toc_making_ask(&b->m, TOC_LOG_CHECKPOINT, TOC_STR(""), 0);

	if (r < 0)
		return r;
	if (covers(b, b->m.bytes)) {
		b->m.stage = WITNESSES;
		return 1;
	}
	if (b->stamped) {
		b->stamped = 0;
		return 1;
	}
	if (++b->looks == LOOKS_MAX)
		return toc_fail(reterr, TOC_EIO, "no checkpoint covers entry %llu yet: ask again", (unsigned long long)b->m.o.last);
	b->m.next_us = toc_clock_mono_us() + LOOK_US;
	return TOC_EAGAIN;
}

/* ---- who vouches for the log, as the members' directory has it ---- */

static void on_witness(void *ctx, const struct toc_row *row)
{
	struct bundle *b = ctx;
	struct toc_arena *scratch = toc_arena_new();
	struct toc_refusal refusal;
	struct toc_leaf leaf;
	struct toc_value *v;

	if (toc_leaf_parse(scratch, row->leaf, &leaf, NULL) == 0 && toc_json_parse(scratch, row->body, ROW_MAX, 64, &v, &refusal) == 0 &&
	    !toc_get(toc_get(v, "decided"), "pending")) {
		const struct toc_value *body = toc_get(toc_get(v, "message"), "body");
		struct toc_str org = toc_get_text(body, "org"), vkey = toc_get_text(body, "vkey");
		toc_set_str(b->m.a, b->keys, org, toc_str_is(leaf.k, "witness.register") ? toc_value_text(b->m.a, vkey) : toc_value_null(b->m.a));
	}
	toc_arena_free(scratch);
}

static void on_witnesses(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct bundle *b = ctx;

	(void)size, (void)error;
	b->reading = false;
	b->read = true;
	b->result = result;
	b->m.next_us = 0;
	if (!b->m.step) /* nobody waits for it any more */
		toc_making_done(&b->m);
}

static int find_witnesses(struct bundle *b, struct toc_error *reterr)
{
	if (!b->reading && !b->read) {
		b->keys = toc_value_map(b->m.a);
		b->reading = toc_store_witnesses(b->m.o.store, DEADLINE, on_witness, on_witnesses, b) == 0;
		if (!b->reading)
			return toc_fail(reterr, TOC_EIO, "the database does not answer");
		b->m.next_us = INT64_MAX;
	}
	if (!b->read)
		return TOC_EAGAIN;
	if (b->result < 0)
		return toc_fail(reterr, TOC_EIO, "the database does not answer");
	b->m.stage = MATTER;
	return 1;
}

/* ---- what is there once ---- */

static const char readme[] =
	"Evidence from the record of a Tocsin server\n\n"
	"    sh verify.sh [VKEY [WITNESSES]]    needs sh, openssl and coreutils; VKEY: the log's key, as somebody else has told you;\n"
	"                                       WITNESSES: a file of the members' keys, as they have told you\n"
	"    tocsin audit verify FOLDER         the same and more; of a whole log as well: https://…\n\n"
	"answer.jsonl      what was asked, and what was answered: a JSON text a line; the last line has the SHA-256 of those between\n"
	"checkpoint        the signed root of the log (C2SP tlog-checkpoint), with cosignatures of witnesses\n"
	"witnesses         by which keys members vouch for the log: a vkey and whose it is, a line each\n"
	"log.vkey          who signs it; log.pub.pem: the same key for openssl\n"
	"timestamp.*       what a time-stamping authority has said of that checkpoint (RFC 3161), if one has\n"
	"entries/N/leaf    entry N as it is hashed: who, when, what kind, and three commitments (cb, ca, cd)\n"
	"entries/N/proof   that it is at place N of the log (C2SP tlog-proof)\n"
	"entries/N/body    what was said and decided and is not personal; actor: who entered it; data: what is personal\n"
	"entries/N/*.salt  the commitment in the leaf is SHA-256(\"tocsin-entry/v1 PART\\n\" salt bytes), base64url\n"
	"*.withheld        the mandate does not cover it;  *.erased: it is not there any more, and an entry erase.due here says why\n\n"
	"This folder holds personal data wherever there is a file named data or actor. Keep it as the mandate says.\n";

static struct toc_str witnesses(struct bundle *b)
{
	struct toc_str lines = TOC_STR("");

	for (size_t i = 0; i < toc_len(b->keys); i++) {
		struct toc_str vkey = toc_text_of(b->keys->members[i].value), org = b->keys->members[i].name;
		if (vkey.n)
			lines = toc_arena_printf(b->m.a, "%.*s%.*s %.*s\n", TOC_STR_ARGS(lines), TOC_STR_ARGS(vkey), TOC_STR_ARGS(org));
	}
	return lines;
}

static void put_matter(struct bundle *b, struct toc_buf *out)
{
	const struct toc_note_key *key = toc_prover_key(b->m.o.prover);
	struct toc_arena *a = b->m.a;
	struct toc_str vkey = toc_vkey(a, key);

	put(b, out, "README", TOC_STR(readme));
	put(b, out, "verify.sh", (struct toc_str){ toc_verify_sh, toc_verify_sh_bytes });
	put(b, out, "log.vkey", toc_arena_printf(a, "%.*s\n", TOC_STR_ARGS(vkey)));
	put(b, out, "log.pub.pem", toc_key_pem(a, key->public_key));
	put(b, out, "checkpoint", b->note);
	put(b, out, "witnesses", witnesses(b));
	b->m.stage = b->stamped ? STAMP : ENTRIES;
}

static int put_stamp(struct bundle *b, struct toc_buf *out)
{
	static const struct { const char *more, *name; } parts[] = { { "", "timestamp.tsr" }, { "/chain", "timestamp.chain" }, { "/note", "timestamp.note" },
								     { "/query", "timestamp.tsq" } };
	int r = number_path(b, TOC_LOG_STAMP, b->stamped, parts[b->part].more);

	if (r < 0)
		return r;
	if (b->m.code == TOC_NOT_REFUSED)
		put(b, out, parts[b->part].name, b->m.bytes);
	if (++b->part == sizeof parts / sizeof *parts)
		b->m.stage = ENTRIES;
	return 1;
}

/* ---- entries ---- */

static struct toc_str decoded(struct toc_arena *a, struct toc_str text)
{
	char *bytes = toc_arena_alloc(a, text.n + 1);
	long n = toc_base64_decode(text, bytes, text.n);

	return (struct toc_str){ bytes, n < 0 ? 0 : (size_t)n };
}

static void put_entry(struct bundle *b, struct toc_buf *out, uint64_t seq, const struct toc_proof *proof)
{
	struct toc_arena *a = b->row_arena;
	const struct toc_value *row = b->row;
	struct toc_str leaf = decoded(a, toc_get_text(row, "leaf"));

	put_of(b, out, seq, "leaf", "", leaf);
	put_of(b, out, seq, "proof", "", toc_proof_text(a, seq, leaf, proof, b->note));
	for (enum toc_part part = TOC_PART_BODY; part <= TOC_PART_DATA; part++) {
		const char *name = toc_part_name(part);
		char salt[20];
		snprintf(salt, sizeof salt, "%s_salt", name);
		if (toc_get(row, name)) {
			put_of(b, out, seq, name, "", toc_get_text(row, name));
			put_of(b, out, seq, name, ".salt", decoded(a, toc_get_text(row, salt)));
		} else if (toc_list_has(toc_get(row, "withheld"), toc_str_of(name))) {
			put_of(b, out, seq, name, ".withheld", TOC_STR(""));
		} else if (toc_list_has(toc_get(row, "erased"), toc_str_of(name))) {
			put_of(b, out, seq, name, ".erased", TOC_STR(""));
		}
	}
}

static int next_entry(struct bundle *b, struct toc_buf *out, struct toc_error *reterr)
{
	const char *end = memchr(b->rest.p, '\n', b->rest.n);
	size_t n = (size_t)(end - b->rest.p);
	struct toc_refusal refusal;
	struct toc_value *v;
	struct toc_proof proof = { 0 };
	char path[24];
	int r;

	if (n + 1 == b->rest.n) { /* the last line is no row */
		put_header(b, out, "answer.jsonl", b->m.o.spool->n);
		b->m.stage = ANSWER;
		return 1;
	}
	if (!b->row) {
		if (!b->row_arena)
			b->row_arena = toc_arena_new();
		toc_arena_reset(b->row_arena);
		if (toc_json_parse(b->row_arena, (struct toc_str){ b->rest.p, n }, ROW_MAX, 16, &v, &refusal) < 0)
			return toc_fail(reterr, TOC_ELIMIT, "an entry is too large for a bundle");
		b->row = v;
	}
	uint64_t seq = (uint64_t)toc_get_int(b->row, "seq", 0);
	snprintf(path, sizeof path, "%llu", (unsigned long long)seq);
	if ((r = toc_making_ask(&b->m, TOC_LOG_PROOF, toc_str_of(path), b->c.size)) < 0)
		return r;
	if (b->m.code != TOC_NOT_REFUSED || b->m.bytes.n > sizeof proof.node)
		return toc_fail(reterr, TOC_EIO, "the log cannot be read now: ask again");
	proof.n = (unsigned)(b->m.bytes.n / sizeof *proof.node);
	memcpy(proof.node, b->m.bytes.p, b->m.bytes.n);
	put_entry(b, out, seq, &proof);
	b->row = NULL;
	b->rest = (struct toc_str){ end + 1, b->rest.n - n - 1 };
	return 1;
}

/* What was asked and answered, as it would have gone out alone. */
static void put_answer(struct bundle *b, struct toc_buf *out)
{
	static const char zero[2 * BLOCK];
	size_t left = b->m.o.spool->n - b->sent, n = left < PIECE ? left : PIECE;

	toc_buf_add(out, b->answer + b->sent, n);
	b->sent += n;
	if (n < left)
		return;
	fill(out, b->m.o.spool->n);
	toc_buf_add(out, zero, sizeof zero);
	b->m.stage = END;
}

static int step(struct toc_making *m, struct toc_buf *out, struct toc_error *reterr)
{
	struct bundle *b = (struct bundle *)m;

	switch (m->stage) {
	case STAMPS: return find_stamp(b);
	case COSIGNED: return find_cosigned(b);
	case NOTE: return find_note(b, reterr);
	case WITNESSES: return find_witnesses(b, reterr);
	case MATTER: put_matter(b, out); return 1;
	case STAMP: return put_stamp(b, out);
	case ENTRIES: return next_entry(b, out, reterr);
	case ANSWER: put_answer(b, out); return 1;
	default: return 0;
	}
}

static void bundle_free(struct toc_making *m)
{
	struct bundle *b = (struct bundle *)m;

	munmap((void *)(uintptr_t)b->answer, m->o.spool->n);
	toc_arena_free(b->row_arena);
	if (b->reading) /* it is freed when that comes */
		m->step = NULL;
	else
		toc_making_done(m);
}

struct toc_making *toc_bundle_new(const struct toc_making_options *o)
{
	const char *answer = toc_spool_map(o->spool), *first = answer ? memchr(answer, '\n', o->spool->n) : NULL;
	struct bundle *b = first ? toc_must_realloc(NULL, sizeof *b) : NULL;

	if (!b)
		return NULL;
	*b = (struct bundle){ .answer = answer, .rest = { first + 1, o->spool->n - (size_t)(first + 1 - answer) } };
	toc_making_init(&b->m, o, step, bundle_free);
	return &b->m;
}
