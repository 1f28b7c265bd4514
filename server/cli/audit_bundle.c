/* audit_bundle.c: an evidence bundle: a folder, or the same as one file (ustar, POSIX.1-1988), that proves what it holds to whoever has
 * sh and openssl. Entries, their parts and salts, a proof of each against one checkpoint, keys, time stamp, and verify.sh. */
#include "cli/audit_export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "message/json.h"

#define TILES_KEPT 64

/* ---- the folder, or the file ---- */

struct out {
	const struct audit_export *x;
	struct audit_source dir; /* a folder */
	FILE *tar;
	bool bad;
};

/* A header of ustar: names are ours, short and plain. */
static void tar_header(char block[512], const char *name, size_t n)
{
	unsigned sum = 0;

	memset(block, 0, 512);
	snprintf(block, 100, "evidence/%s", name);
	memcpy(block + 100, "0000644", 8);
	memcpy(block + 108, "0000000", 8);
	memcpy(block + 116, "0000000", 8);
	snprintf(block + 124, 12, "%011zo", n);
	snprintf(block + 136, 12, "%011llo", (unsigned long long)(toc_clock_now().us / 1000000));
	memset(block + 148, ' ', 8);
	block[156] = '0';
	memcpy(block + 257, "ustar\00000", 8);
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
}

static void put(struct out *o, const char *name, struct toc_str bytes)
{
	static const char zero[512];
	char header[512];
	struct toc_error e;

	if (o->bad)
		return;
	if (!o->tar) {
		o->bad = audit_keep(&o->dir, name, bytes, &e) < 0;
		if (o->bad)
			cli_complain(o->x->cli, 0, "%s", e.text);
		return;
	}
	tar_header(header, name, bytes.n);
	o->bad = fwrite(header, 1, 512, o->tar) != 512 || fwrite(bytes.p, 1, bytes.n, o->tar) != bytes.n ||
		 fwrite(zero, 1, (512 - bytes.n % 512) % 512, o->tar) != (512 - bytes.n % 512) % 512;
	if (o->bad)
		cli_complain(o->x->cli, 0, "cannot write %s: %s", o->x->bundle, strerror(errno));
}

static void put_of(struct out *o, uint64_t seq, const char *part, const char *more, struct toc_str bytes)
{
	char name[80];

	snprintf(name, sizeof name, "entries/%llu/%s%s", (unsigned long long)seq, part, more);
	put(o, name, bytes);
}

static int open_out(struct out *o, const char *path)
{
	size_t n = strlen(path);
	struct stat s;

	if (n > 4 && !strcmp(path + n - 4, ".tar")) {
		o->tar = fopen(path, "wxe");
		return o->tar ? 0 : cli_complain(o->x->cli, -1, "cannot write %s: %s", path, strerror(errno));
	}
	if (stat(path, &s) == 0)
		return cli_complain(o->x->cli, -1, "%s is there already", path);
	o->dir.dir = path;
	return 0;
}

static bool close_out(struct out *o)
{
	static const char end[1024];

	if (o->tar) {
		bool whole = fwrite(end, 1, sizeof end, o->tar) == sizeof end;
		o->bad |= fclose(o->tar) != 0 || !whole;
	}
	return !o->bad;
}

/* ---- proofs, from tiles ---- */

struct prover {
	const struct audit_source *from;
	struct toc_error *e;
	uint64_t size;
	struct kept {
		struct toc_tile tile;
		uint64_t used;
		struct toc_sha256 hash[TOC_TILE_WIDTH];
	} *kept;
	uint64_t tick;
};

static const struct kept *tile_of(struct prover *p, unsigned level, uint64_t n)
{
	struct kept *k = &p->kept[0];
	uint64_t left = (p->size >> TOC_TILE_HEIGHT * level) - n * TOC_TILE_WIDTH;

	for (unsigned i = 0; i < TILES_KEPT; i++) {
		if (p->kept[i].used && p->kept[i].tile.level == level && p->kept[i].tile.n == n) {
			p->kept[i].used = ++p->tick;
			return &p->kept[i];
		}
		k = p->kept[i].used < k->used ? &p->kept[i] : k;
	}
	struct toc_arena *a = toc_arena_new();
	char name[160];
	struct toc_str bytes;
	k->tile = (struct toc_tile){ .level = level, .n = n, .width = left < TOC_TILE_WIDTH ? (unsigned)left : TOC_TILE_WIDTH };
	k->used = 0;
	snprintf(name, sizeof name, "tile/%s", toc_arena_cstr(a, toc_tile_path(a, &k->tile)));
	if (audit_read(p->from, name, a, &bytes, p->e) == 0 && bytes.n == k->tile.width * sizeof(struct toc_sha256)) {
		memcpy(k->hash, bytes.p, bytes.n);
		k->used = ++p->tick;
	}
	toc_arena_free(a);
	return k->used ? k : NULL;
}

static int subtree(void *ctx, unsigned level, uint64_t n, struct toc_sha256 *ret_root)
{
	struct toc_sha256 copy[TOC_TILE_WIDTH];
	unsigned first, within = level % TOC_TILE_HEIGHT;
	struct toc_tile in = toc_tile_of(level, n, &first);
	const struct kept *k = tile_of(ctx, in.level, in.n);

	if (!k)
		return TOC_EIO;
	memcpy(copy, &k->hash[first], sizeof *copy << within);
	*ret_root = toc_perfect_root(copy, within);
	return 0;
}

/* ---- which checkpoint: one that covers all of it, and best one that an authority has stamped, or a witness cosigned ---- */

struct chosen {
	struct toc_note_key key;
	struct toc_checkpoint c;
	struct toc_str vkey, note;
	int64_t stamped; /* size; -1: none */
};

static int stamped_at(const struct audit_export *x, uint64_t beyond)
{
	struct toc_str text;
	struct toc_value *v;
	struct toc_refusal refusal;
	struct toc_error e;

	if (audit_read(&x->from, "timestamps", x->a, &text, &e) < 0 ||
	    toc_json_parse(x->a, text, text.n, 16, &v, &refusal) < 0)
		return -1;
	const struct toc_value *all = toc_get(v, "timestamps");
	for (size_t i = 0; i < toc_len(all); i++) /* newest first */
		if (toc_get_int(toc_at(all, i), "size", 0) > (int64_t)beyond)
			return (int)toc_get_int(toc_at(all, i), "size", -1);
	return -1;
}

static int choose(const struct audit_export *x, uint64_t beyond, struct chosen *ret, struct toc_error *e)
{
	char name[80];

	*ret = (struct chosen){ .stamped = stamped_at(x, beyond) };
	int r = audit_read(&x->from, "vkey", x->a, &ret->vkey, e);
	if (r < 0)
		return r;
	while (ret->vkey.n && ret->vkey.p[ret->vkey.n - 1] == '\n')
		ret->vkey.n--;
	const char *pinned = x->cli->line.value[CLI_OPT_LOG_KEY];
	if (pinned && !toc_str_is(ret->vkey, pinned))
		return toc_fail(e, TOC_EPROOF, "the server's log has another key than --log-key");
	if (toc_vkey_parse(ret->vkey, &ret->key, e) < 0)
		return TOC_EPROOF;
	snprintf(name, sizeof name, ret->stamped < 0 ? "cosignatures" : "cosignatures/%lld", (long long)ret->stamped);
	if (audit_read(&x->from, name, x->a, &ret->note, e) == 0 && toc_checkpoint_open(ret->note, &ret->key, &ret->c, e) == 0 && ret->c.size > beyond)
		return 0;
	snprintf(name, sizeof name, "timestamp/%lld/note", (long long)ret->stamped);
	for (int tries = 0;; tries++) {
		r = audit_read(&x->from, ret->stamped < 0 ? "checkpoint" : name, x->a, &ret->note, e);
		if (r < 0 || ret->stamped >= 0)
			break;
		if (toc_checkpoint_open(ret->note, &ret->key, &ret->c, e) < 0)
			return TOC_EPROOF;
		if (ret->c.size > beyond)
			break;
		if (tries == 50 || cli_interrupted)
			return toc_fail(e, TOC_EIO, "no checkpoint covers entry %llu yet; ask again", (unsigned long long)beyond);
		(void)tocsin_step(x->from.t, 200); /* it comes within a second */
	}
	if (r < 0)
		return r;
	return toc_checkpoint_open(ret->note, &ret->key, &ret->c, e) < 0 ? TOC_EPROOF : 0;
}

/* Who vouches for the log, as the members' directory has it: "VKEY ORG\n". */
static int put_witnesses(struct out *o, const struct audit_export *x, struct toc_error *e)
{
	struct toc_str text, lines = TOC_STR("");
	struct toc_value *v;
	struct toc_refusal refusal;
	int r = audit_ask(&x->from, "/api/me", NULL, x->a, &text, e);

	if (r < 0)
		return r;
	if (toc_json_parse(x->a, text, text.n, 64, &v, &refusal) < 0)
		return toc_fail(e, TOC_EIO, "the directory cannot be read: %s", refusal.detail);
	const struct toc_value *directory = toc_get(v, "directory");
	for (size_t i = 0; i < toc_len(directory); i++) {
		const struct toc_value *org = toc_at(directory, i);
		struct toc_str vkey = toc_get_text(org, "witness");
		if (vkey.n)
			lines = toc_arena_printf(x->a, "%.*s%.*s %.*s\n", TOC_STR_ARGS(lines), TOC_STR_ARGS(vkey), TOC_STR_ARGS(toc_get_text(org, "org")));
	}
	put(o, "witnesses", lines);
	return 0;
}

static void put_stamp(struct out *o, const struct audit_export *x, const struct chosen *c)
{
	static const struct { const char *more, *name; } parts[] = { { "", "timestamp.tsr" }, { "/chain", "timestamp.chain" }, { "/note", "timestamp.note" },
								     { "/query", "timestamp.tsq" } };
	struct toc_str bytes;
	struct toc_error e;
	char name[80];

	for (size_t i = 0; c->stamped >= 0 && i < sizeof parts / sizeof *parts; i++) {
		snprintf(name, sizeof name, "timestamp/%lld%s", (long long)c->stamped, parts[i].more);
		if (audit_read(&x->from, name, x->a, &bytes, &e) == 0)
			put(o, parts[i].name, bytes);
	}
}

struct toc_str audit_pem(struct toc_arena *a, const uint8_t key[32])
{
	static const uint8_t spki[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 }; /* RFC 8410 */
	uint8_t der[sizeof spki + 32];

	memcpy(der, spki, sizeof spki);
	memcpy(der + sizeof spki, key, 32);
	return toc_arena_printf(a, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n",
				toc_arena_cstr(a, toc_base64(a, der, sizeof der)));
}

/* ---- entries ---- */

static struct toc_str decoded(struct toc_arena *a, struct toc_str text)
{
	char *bytes = toc_arena_alloc(a, text.n + 1);
	long n = toc_base64_decode(text, bytes, text.n);

	return (struct toc_str){ bytes, n < 0 ? 0 : (size_t)n };
}

static int put_entry(struct out *o, struct prover *p, const struct toc_value *row, struct toc_str note, struct toc_error *e)
{
	struct toc_arena *a = toc_arena_new();
	uint64_t seq = (uint64_t)toc_get_int(row, "seq", 0);
	struct toc_str leaf = decoded(a, toc_get_text(row, "leaf"));
	struct toc_proof proof;
	int r = toc_prove_inclusion(subtree, p, seq, p->size, &proof);

	if (r == 0) {
		put_of(o, seq, "leaf", "", leaf);
		put_of(o, seq, "proof", "", toc_proof_text(a, seq, leaf, &proof, note));
		for (enum toc_part part = TOC_PART_BODY; part <= TOC_PART_DATA; part++) {
			const char *name = toc_part_name(part);
			char salt[20];
			snprintf(salt, sizeof salt, "%s_salt", name);
			if (toc_get(row, name)) {
				put_of(o, seq, name, "", toc_get_text(row, name));
				put_of(o, seq, name, ".salt", decoded(a, toc_get_text(row, salt)));
			} else if (toc_list_has(toc_get(row, "withheld"), toc_str_of(name))) {
				put_of(o, seq, name, ".withheld", TOC_STR(""));
			} else if (toc_list_has(toc_get(row, "erased"), toc_str_of(name))) {
				put_of(o, seq, name, ".erased", TOC_STR(""));
			}
		}
	} else if (r == TOC_EIO) {
		(void)toc_fail(e, r, "a tile of the log cannot be read");
	}
	toc_arena_free(a);
	return r;
}

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

int audit_bundle(const struct audit_export *x, struct toc_str answer, const struct toc_value *rows, struct toc_error *e)
{
	struct out o = { .x = x };
	struct chosen c;
	uint64_t last = 0;

	for (size_t i = 0; i < toc_len(rows); i++) {
		uint64_t seq = (uint64_t)toc_get_int(toc_at(rows, i), "seq", 0);
		last = seq > last ? seq : last;
	}
	if (!toc_len(rows))
		return toc_fail(e, TOC_EINVAL, "nothing was found: there is no evidence to bundle");
	int r = choose(x, last, &c, e);
	if (r < 0)
		return r;
	if (open_out(&o, x->bundle) < 0)
		return toc_fail(e, TOC_EINVAL, "%s", "");
	struct prover p = { .from = &x->from, .e = e, .size = c.c.size };
	p.kept = calloc(TILES_KEPT, sizeof *p.kept);
	if (!p.kept)
		abort();
	put(&o, "README", TOC_STR(readme));
	put(&o, "verify.sh", (struct toc_str){ audit_verify_sh, audit_verify_sh_bytes });
	put(&o, "log.vkey", toc_arena_printf(x->a, "%.*s\n", TOC_STR_ARGS(c.vkey)));
	put(&o, "log.pub.pem", audit_pem(x->a, c.key.public_key));
	put(&o, "checkpoint", c.note);
	put(&o, "answer.jsonl", answer);
	put_stamp(&o, x, &c);
	r = put_witnesses(&o, x, e);
	for (size_t i = 0; r == 0 && i < toc_len(rows) && !o.bad && !cli_interrupted; i++) {
		r = put_entry(&o, &p, toc_at(rows, i), c.note, e);
		audit_progress(x->report, i + 1);
	}
	free(p.kept);
	if (!close_out(&o) && r == 0)
		r = toc_fail(e, TOC_EIO, "the bundle is not whole");
	return r;
}
