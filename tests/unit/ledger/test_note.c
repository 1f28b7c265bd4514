/* test_note.c: checkpoints, keys and witnesses' lines as bytes. Keys and notes of others: those of Go's sumdb/note
 * documentation and of the Go checksum database, which are published. */
#include "check.h"
#include "ledger/log.h"

static const uint8_t seed[32] = "a seed of thirty-two bytes, test";

static struct toc_note_key key_named(const char *name, enum toc_note_key_type type)
{
	struct toc_note_key k;
	uint8_t public_key[32];

	toc_ed25519_public(seed, public_key);
	CHECK_INT(toc_note_key_init(&k, toc_str_of(name), type, public_key), 0);
	return k;
}

static struct toc_checkpoint example(uint64_t size)
{
	struct toc_checkpoint c = { .origin = "audit.tocsin.example/log/1", .size = size,
				    .root = toc_sha256(TOC_STR("a root")) };
	return c;
}

CASE(base64_has_one_spelling)
{
	static const char *const good[] = { "", "AA==", "AAA=", "AAAA", "+/+/", "Zm9vYg==", "Zm9vYmE=" };
	static const char *const bad[] = { "A", "AA", "AAA", "AB==", "AAB=", "====", "A===", "AA=A", "AA==AAAA", "A-_A",
					   "AA\n=", "AAAA ", "AAAA=" };
	struct toc_arena *a = toc_arena_new();
	uint8_t bytes[16];

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		long n = toc_base64_decode(toc_str_of(good[i]), bytes, sizeof bytes);
		CHECK(n >= 0);
		CHECK_TEXT(toc_base64(a, bytes, (size_t)n), good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_INT(toc_base64_decode(toc_str_of(bad[i]), bytes, sizeof bytes), TOC_EINVAL);
	CHECK_INT(toc_base64_decode(TOC_STR("AAAA"), bytes, 2), TOC_ELIMIT);
	toc_arena_free(a);
}

/* RFC 8032 7.1, test 1. */
CASE(a_public_key_is_that_of_the_rfc)
{
	struct toc_arena *a = toc_arena_new();
	uint8_t secret[32], public_key[32];

	CHECK_INT(toc_hex_decode(TOC_STR("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"), secret, 32),
		  0);
	toc_ed25519_public(secret, public_key);
	CHECK_TEXT(toc_hex(a, public_key, 32), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
	toc_arena_free(a);
}

CASE(keys_of_others_are_understood)
{
	static const char *const known[] = {
		"sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	};
	struct toc_arena *a = toc_arena_new();
	struct toc_note_key k;

	for (size_t i = 0; i < 2; i++) {
		CHECK_INT(toc_vkey_parse(toc_str_of(known[i]), &k, NULL), 0);
		CHECK_TEXT(toc_vkey(a, &k), known[i]);
	}
	CHECK_INT(toc_vkey_parse(TOC_STR("sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"), &k, NULL),
		  TOC_EPROOF);
	CHECK_INT(toc_vkey_parse(TOC_STR("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn"), &k, NULL),
		  TOC_EINVAL);
	CHECK_INT(toc_vkey_parse(TOC_STR("sum.golang.org+033De0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"), &k, NULL),
		  TOC_EINVAL);
	CHECK_INT(toc_vkey_parse(TOC_STR("a b+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"), &k, NULL),
		  TOC_EINVAL);
	CHECK_INT(toc_vkey_parse(TOC_STR("+"), &k, NULL), TOC_EINVAL);
	CHECK_INT(toc_vkey_parse(TOC_STR(""), &k, NULL), TOC_EINVAL);
	toc_arena_free(a);
}

CASE(a_checkpoint_is_signed_and_opened)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_note_key k = key_named("audit.tocsin.example/log/1", TOC_NOTE_LOG);
	struct toc_checkpoint c = example(70000), opened;
	struct toc_error e;
	struct toc_str note = toc_checkpoint_sign(a, &c, &k, seed);

	CHECK_INT(toc_checkpoint_open(note, &k, &opened, &e), 0);
	CHECK_INT(opened.size, 70000);
	CHECK(toc_sha256_eq(opened.root, c.root));
	CHECK(toc_str_eq(note, toc_checkpoint_sign(a, &c, &k, seed))); /* the same bytes, whoever signs it */
	for (size_t i = 0; i < note.n; i++) {
		char *bad = toc_arena_cstr(a, note);
		bad[i] ^= 1;
		CHECK(toc_checkpoint_open((struct toc_str){ bad, note.n }, &k, &opened, &e) < 0);
		CHECK(toc_checkpoint_open((struct toc_str){ note.p, i }, &k, &opened, &e) < 0);
	}
	toc_arena_free(a);
}

CASE(a_checkpoint_of_another_log_or_key_is_not_ours)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_note_key k = key_named("audit.tocsin.example/log/1", TOC_NOTE_LOG),
			    next = key_named("audit.tocsin.example/log/2", TOC_NOTE_LOG);
	struct toc_checkpoint c = example(3), opened;
	struct toc_str note = toc_checkpoint_sign(a, &c, &k, seed), mixed;

	CHECK_INT(toc_checkpoint_open(note, &next, &opened, NULL), TOC_EPROOF);
	mixed = toc_checkpoint_sign(a, &c, &next, seed); /* signed by the next one's key, of the first one's origin */
	CHECK_INT(toc_checkpoint_open(mixed, &next, &opened, NULL), TOC_EPROOF);
	toc_arena_free(a);
}

CASE(lines_of_unknown_keys_are_passed_over_up_to_a_limit)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_note_key k = key_named("audit.tocsin.example/log/1", TOC_NOTE_LOG),
			    w = key_named("witness.example/w1", TOC_NOTE_WITNESS);
	struct toc_checkpoint c = example(3), opened;
	struct toc_str note = toc_checkpoint_sign(a, &c, &k, seed), line = toc_cosign(a, &c, &w, seed, 1700000000);

	for (unsigned n = 1; n <= 16; n++) {
		note = toc_arena_printf(a, "%.*s%.*s", TOC_STR_ARGS(note), TOC_STR_ARGS(line));
		CHECK_INT(toc_checkpoint_open(note, &k, &opened, NULL), n < 16 ? 0 : TOC_EINVAL);
	}
	toc_arena_free(a);
}

CASE(numbers_are_written_in_one_way)
{
	static const char *const bad[] = { "00", "01", "-1", "+1", " 1", "1 ", "", "9223372036854775808", "1e3" };
	struct toc_arena *a = toc_arena_new();
	struct toc_note_key k = key_named("audit.tocsin.example/log/1", TOC_NOTE_LOG);
	struct toc_checkpoint opened;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct toc_str note = toc_arena_printf(
			a, "audit.tocsin.example/log/1\n%s\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n", bad[i]);
		CHECK_INT(toc_checkpoint_open(note, &k, &opened, NULL), TOC_EINVAL);
	}
	toc_arena_free(a);
}

CASE(a_witness_signs_for_a_moment)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_note_key w = key_named("witness.example/w1", TOC_NOTE_WITNESS);
	struct toc_checkpoint c = example(3), other = example(4);
	struct toc_str line = toc_cosign(a, &c, &w, seed, 1700000000);
	int64_t at = 0;

	CHECK_INT(toc_cosignature_check(line, &c, &w, &at, NULL), 0);
	CHECK_INT(at, 1700000000);
	CHECK_INT(toc_cosignature_check(line, &other, &w, &at, NULL), TOC_EPROOF);
	struct toc_note_key elsewhere = key_named("witness.example/w2", TOC_NOTE_WITNESS);
	CHECK_INT(toc_cosignature_check(line, &c, &elsewhere, &at, NULL), TOC_EPROOF);
	CHECK_INT(toc_cosignature_check((struct toc_str){ line.p, line.n - 1 }, &c, &w, &at, NULL), TOC_EINVAL);
	CHECK_INT(toc_cosignature_check(TOC_STR("x\n"), &c, &w, &at, NULL), TOC_EINVAL);
	for (size_t i = 0; i < line.n; i++) {
		char *bad = toc_arena_cstr(a, line);
		bad[i] ^= 1;
		CHECK(toc_cosignature_check((struct toc_str){ bad, line.n }, &c, &w, &at, NULL) < 0);
	}
	toc_arena_free(a);
}

CASE(a_proof_is_text)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_note_key k = key_named("audit.tocsin.example/log/1", TOC_NOTE_LOG);
	struct toc_checkpoint c = example(9);
	struct toc_str note = toc_checkpoint_sign(a, &c, &k, seed), got;
	struct toc_proof p = { .n = 2, .node = { toc_sha256(TOC_STR("1")), toc_sha256(TOC_STR("2")) } }, back;
	struct toc_str text = toc_proof_text(a, 4, TOC_STR(""), &p, note), extra;
	uint64_t index;

	CHECK_INT(toc_proof_parse(a, text, &index, &extra, &back, &got, NULL), 0);
	CHECK(index == 4 && back.n == 2 && toc_sha256_eq(back.node[1], p.node[1]) && toc_str_eq(got, note));
	struct toc_str with_extra = toc_proof_text(a, 4, TOC_STR("a leaf"), &p, note);
	CHECK_INT(toc_proof_parse(a, with_extra, &index, &extra, &back, &got, NULL), 0);
	CHECK_TEXT(extra, "a leaf");
	CHECK_INT(toc_proof_parse(a, TOC_STR("c2sp.org/tlog-proof@v1\nindex 4\n"), &index, &extra, &back, &got, NULL), TOC_EINVAL);
	CHECK_INT(toc_proof_parse(a, TOC_STR("c2sp.org/tlog-proof@v2\nindex 4\n\n"), &index, &extra, &back, &got, NULL), TOC_EINVAL);
	CHECK_INT(toc_proof_parse(a, TOC_STR("c2sp.org/tlog-proof@v1\nindex 04\n\n"), &index, &extra, &back, &got, NULL),
		  TOC_EINVAL);
	struct toc_buf many;
	toc_buf_init(&many, 1 << 16);
	toc_buf_text(&many, "c2sp.org/tlog-proof@v1\nindex 4\n");
	for (int i = 0; i < 65; i++)
		toc_buf_text(&many, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
	toc_buf_text(&many, "\n");
	CHECK_INT(toc_proof_parse(a, toc_buf_view(&many), &index, &extra, &back, &got, NULL), TOC_EINVAL);
	toc_buf_done(&many);
	toc_arena_free(a);
}

CASE(a_secret_key_is_text_as_gos_note_package_writes_it)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_note_key w = key_named("witness.example/w", TOC_NOTE_WITNESS), back;
	struct toc_str skey = toc_skey(a, &w, seed), vkey = toc_vkey(a, &w);
	struct toc_error error;
	uint8_t got[32];

	CHECK(memcmp(skey.p, "PRIVATE+KEY+witness.example/w+", 30) == 0);
	CHECK_INT(toc_skey_parse(skey, &back, got, &error), 0);
	CHECK(memcmp(got, seed, 32) == 0);
	CHECK_TEXT(toc_vkey(a, &back), toc_arena_cstr(a, vkey));
	CHECK_INT(toc_skey_parse(vkey, &back, got, &error), TOC_EINVAL); /* the public half is none */
	CHECK_INT(toc_skey_parse(TOC_STR(""), &back, got, &error), TOC_EINVAL);
	for (size_t i = 0; i < skey.n; i++) { /* no bit of it may be another */
		char *bad = toc_arena_alloc(a, skey.n);
		memcpy(bad, skey.p, skey.n);
		bad[i] ^= 1;
		CHECK(toc_skey_parse((struct toc_str){ bad, skey.n }, &back, got, &error) < 0);
	}
	toc_arena_free(a);
}

CASE(possession_of_a_witness_is_for_one_organisation_and_one_key)
{
	struct toc_note_key w = key_named("witness.example/w", TOC_NOTE_WITNESS), other = key_named("witness.example/x", TOC_NOTE_WITNESS);
	uint8_t signature[64];

	toc_witness_possession(TOC_STR("Chirplet"), &w, seed, signature);
	CHECK(toc_witness_possesses(TOC_STR("Chirplet"), &w, signature));
	CHECK(!toc_witness_possesses(TOC_STR("GameNest"), &w, signature));
	CHECK(!toc_witness_possesses(TOC_STR("Chirplet"), &other, signature)); /* the same key under another name */
	signature[7] ^= 1;
	CHECK(!toc_witness_possesses(TOC_STR("Chirplet"), &w, signature));
}

RUN_CASES()
