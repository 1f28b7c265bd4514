/* note.c: signed checkpoints, witnesses' lines, and the text of a proof. Source: C2SP signed-note, tlog-checkpoint,
 * tlog-cosignature, tlog-proof; RFC 8032 (Ed25519), RFC 4648 section 4 (base64 with padding).
 *
 * A line that is not of a key that we know is passed over; one of a known key that is bad spoils the note. */
#include "ledger/log.h"

#include <openssl/evp.h>

#include <string.h>

#define DASH "\xe2\x80\x94 " /* em dash and blank begin a signature line */
#define LINES_MAX 16         /* what a verifier has to accept */
#define KEY_ID 4
#define SIGNATURE 64
#define STAMP 8

/* ---- base64 ---- */

struct toc_str toc_base64(struct toc_arena *a, const void *bytes, size_t n)
{
	char *text = toc_arena_alloc(a, (n + 2) / 3 * 4 + 1);

	return (struct toc_str){ text, (size_t)EVP_EncodeBlock((unsigned char *)text, bytes, (int)n) };
}

static int digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

long toc_base64_decode(struct toc_str text, void *ret_bytes, size_t cap)
{
	size_t padding = 0, n;

	if (text.n % 4)
		return TOC_EINVAL;
	while (padding < 2 && padding < text.n && text.p[text.n - 1 - padding] == '=')
		padding++;
	n = text.n / 4 * 3 - padding;
	if (n > cap)
		return TOC_ELIMIT;
	uint32_t bits = 0;
	size_t out = 0;
	for (size_t i = 0; i < text.n - padding; i++) {
		int d = digit(text.p[i]);
		if (d < 0)
			return TOC_EINVAL;
		bits = bits << 6 | (uint32_t)d;
		if (i % 4 == 3)
			for (int k = 16; k >= 0; k -= 8)
				((uint8_t *)ret_bytes)[out++] = (uint8_t)(bits >> k);
	}
	if (padding && bits & (padding == 1 ? 3u : 15u))
		return TOC_EINVAL; /* bits that say nothing: another spelling of the same bytes */
	if (padding == 1) {
		((uint8_t *)ret_bytes)[out++] = (uint8_t)(bits >> 10);
		((uint8_t *)ret_bytes)[out++] = (uint8_t)(bits >> 2);
	} else if (padding == 2) {
		((uint8_t *)ret_bytes)[out++] = (uint8_t)(bits >> 4);
	}
	return (long)out;
}

/* ---- Ed25519 ---- */

void toc_ed25519_public(const uint8_t seed[32], uint8_t ret_public_key[32])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	size_t n = 32;

	if (!key || EVP_PKEY_get_raw_public_key(key, ret_public_key, &n) != 1 || n != 32)
		TOC_WRONG("OpenSSL has no Ed25519");
	EVP_PKEY_free(key);
}

static void sign(const uint8_t seed[32], struct toc_str text, uint8_t ret_signature[SIGNATURE])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = SIGNATURE;

	if (!key || !ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) != 1 ||
	    EVP_DigestSign(ctx, ret_signature, &n, (const uint8_t *)text.p, text.n) != 1 || n != SIGNATURE)
		TOC_WRONG("OpenSSL does not sign");
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

static bool is_signed(const uint8_t public_key[32], struct toc_str text, const uint8_t signature[SIGNATURE])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, 32);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool yes = key && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
		   EVP_DigestVerify(ctx, signature, SIGNATURE, (const uint8_t *)text.p, text.n) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return yes;
}

/* ---- keys ---- */

static bool is_name(struct toc_str name)
{
	if (name.n == 0 || name.n > TOC_NOTE_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~' || name.p[i] == '+')
			return false;
	return true;
}

int toc_note_key_init(struct toc_note_key *k, struct toc_str name, enum toc_note_key_type type,
		      const uint8_t public_key[32])
{
	uint8_t type_byte = (uint8_t)type;
	const struct toc_str parts[] = {
		name, TOC_STR("\n"), { (const char *)&type_byte, 1 }, { (const char *)public_key, 32 }
	};

	if (!is_name(name))
		return TOC_EINVAL;
	struct toc_sha256 hash = toc_sha256_parts(parts, 4);
	*k = (struct toc_note_key){ .type = type };
	memcpy(k->name, name.p, name.n);
	memcpy(k->public_key, public_key, 32);
	memcpy(k->id, hash.b, KEY_ID);
	return 0;
}

struct toc_str toc_vkey(struct toc_arena *a, const struct toc_note_key *k)
{
	uint8_t key[33] = { (uint8_t)k->type };

	memcpy(key + 1, k->public_key, 32);
	struct toc_str id = toc_hex(a, k->id, KEY_ID), text = toc_base64(a, key, sizeof key);
	return toc_arena_printf(a, "%s+%.*s+%.*s", k->name, TOC_STR_ARGS(id), TOC_STR_ARGS(text));
}

struct toc_str toc_key_pem(struct toc_arena *a, const uint8_t key[32])
{
	static const uint8_t spki[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 }; /* RFC 8410 */
	uint8_t der[sizeof spki + 32];

	memcpy(der, spki, sizeof spki);
	memcpy(der + sizeof spki, key, 32);
	return toc_arena_printf(a, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n",
				toc_arena_cstr(a, toc_base64(a, der, sizeof der)));
}

int toc_vkey_parse(struct toc_str vkey, struct toc_note_key *ret_key, struct toc_error *reterr)
{
	const char *plus = vkey.n ? memchr(vkey.p, '+', vkey.n) : NULL;
	size_t name = plus ? (size_t)(plus - vkey.p) : 0;
	struct toc_note_key k;
	uint8_t key[33], id[KEY_ID];
	bool capital = false; /* a key has one spelling */

	for (size_t i = name + 1; plus && i < vkey.n && i <= name + 2 * KEY_ID; i++)
		capital |= vkey.p[i] >= 'A' && vkey.p[i] <= 'F';
	if (!plus || capital || vkey.n < name + 2 + 2 * KEY_ID || vkey.p[name + 1 + 2 * KEY_ID] != '+' ||
	    toc_hex_decode((struct toc_str){ plus + 1, 2 * KEY_ID }, id, KEY_ID) < 0 ||
	    toc_base64_decode((struct toc_str){ plus + 2 + 2 * KEY_ID, vkey.n - name - 2 - 2 * KEY_ID }, key,
			      sizeof key) != sizeof key ||
	    (key[0] != TOC_NOTE_LOG && key[0] != TOC_NOTE_WITNESS) ||
	    toc_note_key_init(&k, (struct toc_str){ vkey.p, name }, (enum toc_note_key_type)key[0], key + 1) < 0)
		return toc_fail(reterr, TOC_EINVAL,
				"vkey: NAME+ID+KEY is wanted, an Ed25519 key of type 1 (log) or 4 (witness)");
	if (memcmp(id, k.id, KEY_ID) != 0)
		return toc_fail(reterr, TOC_EPROOF, "vkey: the id %.8s is not that of its name and key", plus + 1);
	*ret_key = k;
	return 0;
}

/* ---- checkpoints ---- */

struct toc_str toc_checkpoint_text(struct toc_arena *a, const struct toc_checkpoint *c)
{
	struct toc_str root = toc_base64(a, c->root.b, sizeof c->root.b);

	return toc_arena_printf(a, "%s\n%llu\n%.*s\n", c->origin, (unsigned long long)c->size, TOC_STR_ARGS(root));
}

static struct toc_str line(struct toc_arena *a, const struct toc_note_key *k, const uint8_t *signature, size_t n)
{
	uint8_t bytes[KEY_ID + STAMP + SIGNATURE];

	memcpy(bytes, k->id, KEY_ID);
	memcpy(bytes + KEY_ID, signature, n);
	struct toc_str text = toc_base64(a, bytes, KEY_ID + n);
	return toc_arena_printf(a, DASH "%s %.*s\n", k->name, TOC_STR_ARGS(text));
}

struct toc_str toc_checkpoint_sign(struct toc_arena *a, const struct toc_checkpoint *c, const struct toc_note_key *k,
				   const uint8_t seed[32])
{
	struct toc_str text = toc_checkpoint_text(a, c), signed_by;
	uint8_t signature[SIGNATURE];

	sign(seed, text, signature);
	signed_by = line(a, k, signature, SIGNATURE);
	return toc_arena_printf(a, "%.*s\n%.*s", TOC_STR_ARGS(text), TOC_STR_ARGS(signed_by));
}

/* The next line without its end. @return false when there is none that ends */
static bool next_line(struct toc_str *rest, struct toc_str *ret_line)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;

	if (!end)
		return false;
	*ret_line = (struct toc_str){ rest->p, (size_t)(end - rest->p) };
	rest->n -= ret_line->n + 1;
	rest->p = end + 1;
	return true;
}

static int decimal(struct toc_str s, uint64_t *ret_n)
{
	uint64_t n = 0;

	if (s.n == 0 || s.n > 19 || (s.n > 1 && s.p[0] == '0'))
		return TOC_EINVAL;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return TOC_EINVAL;
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (n > INT64_MAX)
		return TOC_EINVAL;
	*ret_n = n;
	return 0;
}

/* "— name base64" @return bytes of the signature, its key id apart; TOC_EINVAL */
static long split_line(struct toc_str s, struct toc_str *ret_name, uint8_t ret_id[KEY_ID], uint8_t *ret_signature,
		       size_t cap)
{
	uint8_t bytes[256];
	const size_t dash = sizeof DASH - 1;

	if (s.n < dash || memcmp(s.p, DASH, dash) != 0)
		return TOC_EINVAL;
	s = (struct toc_str){ s.p + dash, s.n - dash };
	const char *blank = s.n ? memchr(s.p, ' ', s.n) : NULL;
	if (!blank)
		return TOC_EINVAL;
	*ret_name = (struct toc_str){ s.p, (size_t)(blank - s.p) };
	long n = toc_base64_decode((struct toc_str){ blank + 1, s.n - ret_name->n - 1 }, bytes, sizeof bytes);
	if (n == TOC_ELIMIT) {
		memset(ret_id, 0, KEY_ID); /* of some other algorithm: longer than any of ours */
		return (long)cap + 1;
	}
	if (n <= KEY_ID)
		return TOC_EINVAL;
	memcpy(ret_id, bytes, KEY_ID);
	n -= KEY_ID;
	memcpy(ret_signature, bytes + KEY_ID, (size_t)n < cap ? (size_t)n : cap);
	return n;
}

static bool is_of(const struct toc_note_key *k, struct toc_str name, const uint8_t id[KEY_ID])
{
	return toc_str_is(name, k->name) && memcmp(id, k->id, KEY_ID) == 0;
}

int toc_checkpoint_open(struct toc_str note, const struct toc_note_key *k, struct toc_checkpoint *ret_checkpoint,
			struct toc_error *reterr)
{
	struct toc_checkpoint c = { 0 };
	struct toc_str rest = note, origin, size, root, blank, one, name, text;
	uint8_t id[KEY_ID], signature[SIGNATURE];
	bool found = false;

	if (note.n > TOC_NOTE_BYTES_MAX || !next_line(&rest, &origin) || !next_line(&rest, &size) ||
	    !next_line(&rest, &root))
		return toc_fail(reterr, TOC_EINVAL, "checkpoint: three lines are wanted, origin, size and root");
	text = (struct toc_str){ note.p, (size_t)(rest.p - note.p) };
	if (!is_name(origin) || decimal(size, &c.size) < 0 || toc_base64_decode(root, c.root.b, 32) != 32)
		return toc_fail(reterr, TOC_EINVAL, "checkpoint: malformed origin, size or root");
	if (!next_line(&rest, &blank) || blank.n)
		return toc_fail(reterr, TOC_EINVAL, "checkpoint: an empty line is wanted after the root");
	memcpy(c.origin, origin.p, origin.n);
	for (unsigned n = 0; rest.n; n++) {
		if (n == LINES_MAX)
			return toc_fail(reterr, TOC_EINVAL, "checkpoint: more than %d signatures", LINES_MAX);
		long bytes = next_line(&rest, &one) ? split_line(one, &name, id, signature, sizeof signature)
						    : TOC_EINVAL;
		if (bytes < 0)
			return toc_fail(reterr, TOC_EINVAL, "checkpoint: line %u of its signatures is malformed",
					n + 1);
		if (!is_of(k, name, id))
			continue;
		if (bytes != SIGNATURE || !is_signed(k->public_key, text, signature))
			return toc_fail(reterr, TOC_EPROOF, "checkpoint: the signature of %s is not good", k->name);
		found = true;
	}
	if (!found)
		return toc_fail(reterr, TOC_EPROOF, "checkpoint: %s has not signed it", k->name);
	if (!toc_str_is(origin, k->name))
		return toc_fail(reterr, TOC_EPROOF, "checkpoint: it is of %.*s, not of %s", TOC_STR_ARGS(origin),
				k->name);
	*ret_checkpoint = c;
	return 0;
}

/* ---- witnesses ---- */

static struct toc_str cosigned_text(struct toc_arena *a, const struct toc_checkpoint *c, uint64_t unix_s)
{
	struct toc_str text = toc_checkpoint_text(a, c);

	return toc_arena_printf(a, "cosignature/v1\ntime %llu\n%.*s", (unsigned long long)unix_s,
				TOC_STR_ARGS(text));
}

struct toc_str toc_cosign(struct toc_arena *a, const struct toc_checkpoint *c, const struct toc_note_key *witness,
			  const uint8_t seed[32], int64_t unix_s)
{
	uint8_t stamped[STAMP + SIGNATURE];

	for (int i = 0; i < STAMP; i++)
		stamped[i] = (uint8_t)((uint64_t)unix_s >> (56 - 8 * i));
	sign(seed, cosigned_text(a, c, (uint64_t)unix_s), stamped + STAMP);
	return line(a, witness, stamped, sizeof stamped);
}

int toc_cosignature_check(struct toc_str text, const struct toc_checkpoint *c, const struct toc_note_key *witness,
			  int64_t *ret_unix_s, struct toc_error *reterr)
{
	struct toc_str rest = text, one, name;
	uint8_t id[KEY_ID], stamped[STAMP + SIGNATURE];
	uint64_t unix_s = 0;
	long n = next_line(&rest, &one) && rest.n == 0 ? split_line(one, &name, id, stamped, sizeof stamped)
						       : TOC_EINVAL;

	if (n < 0)
		return toc_fail(reterr, TOC_EINVAL, "cosignature: one signature line is wanted");
	for (int i = 0; n == sizeof stamped && i < STAMP; i++)
		unix_s = unix_s << 8 | stamped[i];
	if (!is_of(witness, name, id) || n != sizeof stamped || unix_s > INT64_MAX)
		return toc_fail(reterr, TOC_EPROOF, "cosignature: it is not of %s", witness->name);
	struct toc_arena *a = toc_arena_new();
	bool good = is_signed(witness->public_key, cosigned_text(a, c, unix_s), stamped + STAMP);
	toc_arena_free(a);
	if (!good)
		return toc_fail(reterr, TOC_EPROOF, "cosignature: the signature of %s is not good", witness->name);
	*ret_unix_s = (int64_t)unix_s;
	return 0;
}

static struct toc_str possession_text(struct toc_arena *a, struct toc_str org, const struct toc_note_key *witness)
{
	return toc_arena_printf(a, "tocsin-witness/v1\n%.*s\n%.*s\n", TOC_STR_ARGS(org), TOC_STR_ARGS(toc_vkey(a, witness)));
}

void toc_witness_possession(struct toc_str org, const struct toc_note_key *witness, const uint8_t seed[32], uint8_t ret_signature[64])
{
	struct toc_arena *a = toc_arena_new();

	sign(seed, possession_text(a, org, witness), ret_signature);
	toc_arena_free(a);
}

bool toc_witness_possesses(struct toc_str org, const struct toc_note_key *witness, const uint8_t signature[64])
{
	struct toc_arena *a = toc_arena_new();
	bool yes = is_signed(witness->public_key, possession_text(a, org, witness), signature);

	toc_arena_free(a);
	return yes;
}

/* ---- secret keys as text ---- */

#define SKEY_HEAD "PRIVATE+KEY+"

struct toc_str toc_skey(struct toc_arena *a, const struct toc_note_key *k, const uint8_t seed[32])
{
	uint8_t key[33] = { (uint8_t)k->type };

	memcpy(key + 1, seed, 32);
	struct toc_str id = toc_hex(a, k->id, KEY_ID), text = toc_base64(a, key, sizeof key);
	toc_wipe(key, sizeof key);
	return toc_arena_printf(a, SKEY_HEAD "%s+%.*s+%.*s", k->name, TOC_STR_ARGS(id), TOC_STR_ARGS(text));
}

int toc_skey_parse(struct toc_str skey, struct toc_note_key *ret_key, uint8_t ret_seed[32], struct toc_error *reterr)
{
	const size_t head = sizeof SKEY_HEAD - 1;
	struct toc_str name = { skey.p, 0 };
	struct toc_note_key k;
	uint8_t key[33], public_key[32], id[KEY_ID];
	int r = TOC_EINVAL;

	if (skey.n > head && memcmp(skey.p, SKEY_HEAD, head) == 0) {
		struct toc_str rest = { skey.p + head, skey.n - head };
		const char *plus = memchr(rest.p, '+', rest.n);
		name = (struct toc_str){ rest.p, plus ? (size_t)(plus - rest.p) : 0 };
		rest = (struct toc_str){ rest.p + name.n, rest.n - name.n };
		if (rest.n > 10 && rest.p[9] == '+' && toc_hex_decode((struct toc_str){ rest.p + 1, 8 }, id, KEY_ID) >= 0 &&
		    toc_base64_decode((struct toc_str){ rest.p + 10, rest.n - 10 }, key, sizeof key) == sizeof key)
			r = 0;
	}
	if (r == 0) {
		toc_ed25519_public(key + 1, public_key);
		r = toc_note_key_init(&k, name, (enum toc_note_key_type)key[0], public_key);
	}
	if (r == 0 && memcmp(k.id, id, KEY_ID) == 0 && (k.type == TOC_NOTE_LOG || k.type == TOC_NOTE_WITNESS)) {
		memcpy(ret_seed, key + 1, 32);
		*ret_key = k;
	} else {
		r = toc_fail(reterr, TOC_EINVAL, "it is no secret key of a signed note: " SKEY_HEAD "name+id+key");
	}
	toc_wipe(key, sizeof key);
	return r;
}

/* ---- proofs as text ---- */

#define PROOF_HEAD "c2sp.org/tlog-proof@v1"

struct toc_str toc_proof_text(struct toc_arena *a, uint64_t index, struct toc_str extra, const struct toc_proof *proof,
			      struct toc_str note)
{
	struct toc_buf b;
	toc_buf_init(&b, TOC_NOTE_BYTES_MAX * 2);

	toc_buf_text(&b, PROOF_HEAD "\n");
	if (extra.n) {
		struct toc_str text = toc_base64(a, extra.p, extra.n);
		toc_buf_printf(&b, "extra %.*s\n", TOC_STR_ARGS(text));
	}
	toc_buf_printf(&b, "index %llu\n", (unsigned long long)index);
	for (unsigned i = 0; i < proof->n; i++) {
		toc_buf_str(&b, toc_base64(a, proof->node[i].b, 32));
		toc_buf_byte(&b, '\n');
	}
	toc_buf_byte(&b, '\n');
	toc_buf_str(&b, note);
	struct toc_str text = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return text;
}

int toc_proof_parse(struct toc_arena *a, struct toc_str text, uint64_t *ret_index, struct toc_str *ret_extra,
		    struct toc_proof *ret_proof, struct toc_str *ret_note, struct toc_error *reterr)
{
	static const char extra[] = "extra ", index[] = "index ";
	struct toc_str rest = text, one, opaque = { "", 0 };
	struct toc_proof p = { 0 };
	uint64_t at;

	if (!next_line(&rest, &one) || !toc_str_is(one, PROOF_HEAD))
		return toc_fail(reterr, TOC_EINVAL, "proof: the first line is not \"" PROOF_HEAD "\"");
	bool more = next_line(&rest, &one);
	if (more && one.n >= sizeof extra - 1 && memcmp(one.p, extra, sizeof extra - 1) == 0) {
		char *bytes = toc_arena_alloc(a, one.n);
		long n = toc_base64_decode((struct toc_str){ one.p + sizeof extra - 1, one.n - (sizeof extra - 1) }, bytes,
					   one.n);
		if (n < 0)
			return toc_fail(reterr, TOC_EINVAL, "proof: what follows \"extra\" is not base64");
		opaque = (struct toc_str){ bytes, (size_t)n };
		more = next_line(&rest, &one);
	}
	if (!more || one.n < sizeof index - 1 || memcmp(one.p, index, sizeof index - 1) != 0 ||
	    decimal((struct toc_str){ one.p + sizeof index - 1, one.n - (sizeof index - 1) }, &at) < 0)
		return toc_fail(reterr, TOC_EINVAL, "proof: a line \"index N\" is wanted");
	for (;;) {
		if (!next_line(&rest, &one))
			return toc_fail(reterr, TOC_EINVAL, "proof: no checkpoint after an empty line");
		if (one.n == 0)
			break;
		if (p.n == TOC_PROOF_MAX || toc_base64_decode(one, p.node[p.n].b, 32) != 32)
			return toc_fail(reterr, TOC_EINVAL, "proof: hash %u is malformed, or there are too many",
					p.n + 1);
		p.n++;
	}
	*ret_index = at;
	*ret_extra = opaque;
	*ret_proof = p;
	*ret_note = rest;
	return 0;
}
