/* test_trust.c: what a member believes of the log: forwards with a proof, never back, never aside. */
#include "check.h"
#include "client/trust.h"
#include "message/json.h"

#include <stdlib.h>
#include <unistd.h>

#define MOST 64

static const uint8_t seed[32] = "a seed of thirty-two bytes, test";
static struct toc_sha256 leaf[2][MOST]; /* two histories: the second differs from entry 5 on */

static int subtree(void *ctx, unsigned level, uint64_t n, struct toc_sha256 *ret_root)
{
	struct toc_sha256 copy[MOST];

	memcpy(copy, (struct toc_sha256 *)ctx + (n << level), sizeof *copy << level);
	*ret_root = toc_perfect_root(copy, level);
	return 0;
}

static struct toc_note_key key_named(const char *name)
{
	struct toc_note_key k;
	uint8_t public_key[32];

	for (uint32_t i = 0; i < MOST; i++) {
		uint32_t other = i + (i >= 5 ? 1000 : 0);
		leaf[0][i] = toc_leaf_hash((struct toc_str){ (const char *)&i, sizeof i });
		leaf[1][i] = toc_leaf_hash((struct toc_str){ (const char *)&other, sizeof other });
	}
	toc_ed25519_public(seed, public_key);
	CHECK_INT(toc_note_key_init(&k, toc_str_of(name), TOC_NOTE_LOG, public_key), 0);
	return k;
}

static const struct toc_value *frame(struct toc_arena *a, const char *origin, int history, uint64_t size, uint64_t old)
{
	struct toc_note_key k = key_named(origin);
	struct toc_checkpoint c = { .size = size };
	struct toc_value *f = toc_value_map(a), *list = toc_value_list(a);
	struct toc_proof p = { 0 };

	snprintf(c.origin, sizeof c.origin, "%s", origin);
	CHECK_INT(toc_tree_root(subtree, leaf[history], size, &c.root), 0);
	if (old && old < size)
		CHECK_INT(toc_prove_consistency(subtree, leaf[history], old, size, &p), 0);
	toc_set_text(a, f, "note", toc_checkpoint_sign(a, &c, &k, seed));
	toc_set_int(a, f, "old", (int64_t)old);
	for (unsigned i = 0; i < p.n; i++)
		toc_push_text(a, list, toc_base64(a, p.node[i].b, 32));
	toc_set(a, f, "proof", list);
	return f;
}

#define LOG "audit.localhost/ledger/1"

static struct toc_trust *trusting(const char *file)
{
	struct toc_trust *t = NULL;
	struct toc_arena *a = toc_arena_new();
	struct toc_note_key k = key_named(LOG);

	CHECK_INT(toc_trust_new(NULL, file, &t, NULL), 0);
	if (t)
		toc_trust_welcome(t, toc_vkey(a, &k));
	toc_arena_free(a);
	return t;
}

CASE(it_goes_forward_step_by_step)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_trust *t = trusting(NULL);

	CHECK_INT(toc_trust_note(t).n, 0);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 3, 2), 0), TOC_TRUST_GROWN); /* the first is believed */
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 3, 3), 0), TOC_TRUST_NOTHING);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 7, 3), 0), TOC_TRUST_GROWN);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 40, 7), 0), TOC_TRUST_GROWN);
	CHECK_INT(toc_trust_size(t), 40);
	CHECK(toc_trust_note(t).n > 0);
	toc_trust_free(t);
	toc_arena_free(a);
}

CASE(a_proof_from_elsewhere_is_asked_for_again)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_trust *t = trusting(NULL);

	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 3, 3), 0), TOC_TRUST_GROWN);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 9, 5), 0), TOC_TRUST_AGAIN);
	CHECK_INT(toc_trust_size(t), 3);
	toc_trust_free(t);
	toc_arena_free(a);
}

CASE(a_fork_is_an_alarm_and_believed_by_nobody)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_trust *t = trusting(NULL);

	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 10, 10), 0), TOC_TRUST_GROWN);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 1, 10, 10), 0), TOC_TRUST_ALARM); /* another of the same size */
	CHECK(strstr(toc_trust_why(t), "two signed checkpoints of size 10"));
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 1, 20, 10), 0), TOC_TRUST_ALARM); /* a rewritten past */
	CHECK(strstr(toc_trust_why(t), "does not go on from"));
	CHECK_INT(toc_trust_size(t), 10);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 20, 10), 0), TOC_TRUST_GROWN); /* the true one still is */
	toc_trust_free(t);
	toc_arena_free(a);
}

CASE(less_than_was_signed_may_be_another_node_for_a_minute)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_trust *t = trusting(NULL);

	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 20, 20), 1000), TOC_TRUST_GROWN);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 19, 19), 2000), TOC_TRUST_NOTHING);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 20, 19), 3000), TOC_TRUST_NOTHING); /* it has caught up */
	CHECK_INT(toc_trust_tick(t, 90000), TOC_TRUST_NOTHING);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 6, 6), 100000), TOC_TRUST_NOTHING);
	CHECK_INT(toc_trust_tick(t, 159999), TOC_TRUST_NOTHING);
	CHECK_INT(toc_trust_tick(t, 160000), TOC_TRUST_ALARM);
	CHECK(strstr(toc_trust_why(t), "rolled back: 20 entries"));
	CHECK_INT(toc_trust_tick(t, 160001), TOC_TRUST_NOTHING); /* said once a minute */
	toc_trust_free(t);
	toc_arena_free(a);
}

CASE(what_another_has_signed_is_not_the_log)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_trust *t = trusting(NULL);

	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 3, 3), 0), TOC_TRUST_GROWN);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, "audit.localhost/ledger/2", 0, 4, 3), 0), TOC_TRUST_ALARM);
	struct toc_value *bent = toc_value_map(a);
	toc_set_cstr(a, bent, "note", "nonsense");
	CHECK_INT(toc_trust_checkpoint(t, bent, 0), TOC_TRUST_ALARM);
	CHECK_INT(toc_trust_checkpoint(t, toc_value_map(a), 0), TOC_TRUST_ALARM);
	toc_trust_free(t);
	toc_arena_free(a);
}

CASE(what_is_believed_outlives_the_program)
{
	char path[] = "/tmp/tocsin-trust-XXXXXX";
	struct toc_arena *a = toc_arena_new();
	int fd = mkstemp(path);

	CHECK(fd >= 0 && close(fd) == 0 && unlink(path) == 0);
	struct toc_trust *t = trusting(path);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 3, 3), 0), TOC_TRUST_GROWN);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 10, 3), 0), TOC_TRUST_GROWN);
	toc_trust_free(t);
	CHECK_INT(toc_trust_new(NULL, path, &t, NULL), 0); /* knows the key, too */
	CHECK_INT(toc_trust_size(t), 10);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 1, 12, 10), 0), TOC_TRUST_ALARM);
	toc_trust_free(t);

	struct toc_note_key other = key_named("audit.localhost/ledger/2");
	struct toc_error error;
	CHECK_INT(toc_trust_new(toc_arena_cstr(a, toc_vkey(a, &other)), path, &t, &error), TOC_EPROOF);
	CHECK(strstr(error.text, "the key that you name is another"));
	FILE *f = fopen(path, "w");
	CHECK(f && fputs("nonsense\n", f) >= 0 && fclose(f) == 0);
	CHECK_INT(toc_trust_new(NULL, path, &t, &error), TOC_EPROOF); /* no reason to begin anew */
	(void)unlink(path);
	toc_arena_free(a);
}

CASE(a_file_that_cannot_be_written_is_said_once)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_trust *t = trusting("/nowhere/at/all/trust");

	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 3, 3), 0), TOC_TRUST_ALARM);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 9, 3), 0), TOC_TRUST_GROWN);
	CHECK_INT(toc_trust_size(t), 9);
	toc_trust_free(t);
	toc_arena_free(a);
}

static struct toc_note_key witness(struct toc_arena *a, struct toc_str *ret_skey)
{
	static const uint8_t own[32] = "another seed of thirty-two bytes";
	struct toc_note_key k;
	uint8_t public_key[32];

	toc_ed25519_public(own, public_key);
	CHECK_INT(toc_note_key_init(&k, TOC_STR("witness.example/w"), TOC_NOTE_WITNESS, public_key), 0);
	*ret_skey = toc_skey(a, &k, own);
	return k;
}

/* The size under which it cosigns now, as the server would check it; 0: it does not. */
static uint64_t cosigned(struct toc_arena *a, struct toc_trust *t, const struct toc_note_key *w)
{
	struct toc_note_key log = key_named(LOG);
	struct toc_checkpoint held;
	struct toc_error error;
	uint64_t size = 0;
	int64_t at;
	struct toc_str line = toc_trust_cosign(t, a, 1700000000, &size);

	if (!line.n)
		return 0;
	CHECK_INT(toc_checkpoint_open(toc_trust_note(t), &log, &held, &error), 0);
	CHECK_INT(toc_cosignature_check(line, &held, w, &at, &error), 0);
	CHECK_INT(at, 1700000000);
	CHECK_INT(size, held.size);
	return size;
}

CASE(a_witness_vouches_for_what_it_has_checked_and_kept_and_for_nothing_else)
{
	char folder[] = "/tmp/tocsin-witness-XXXXXX", path[64], evidence[80];
	struct toc_arena *a = toc_arena_new();
	struct toc_str skey;
	struct toc_note_key w = witness(a, &skey);
	struct toc_error error;

	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/trust", folder);
	snprintf(evidence, sizeof evidence, "%s.against", path);
	struct toc_trust *t = trusting(NULL);
	CHECK_INT(toc_trust_witness(t, skey, &error), TOC_EINVAL); /* nowhere to keep what it has cosigned */
	toc_trust_free(t);

	t = trusting(path);
	CHECK_INT(toc_trust_witness(t, TOC_STR("PRIVATE+KEY+x"), &error), TOC_EINVAL);
	CHECK_INT(toc_trust_witness(t, skey, &error), 0);
	CHECK_INT(cosigned(a, t, &w), 0); /* nothing is believed yet */
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 3, 3), 0), TOC_TRUST_GROWN);
	CHECK_INT(cosigned(a, t, &w), 3);
	CHECK_INT(cosigned(a, t, &w), 0); /* once */
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 10, 3), 0), TOC_TRUST_GROWN);
	CHECK_INT(cosigned(a, t, &w), 10);
	toc_trust_cosign_again(t); /* it was not taken */
	CHECK_INT(cosigned(a, t, &w), 10);

	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 1, 12, 10), 0), TOC_TRUST_ALARM);
	CHECK_INT(cosigned(a, t, &w), 0); /* a fork is kept, and not cosigned */
	char kept[4096] = "";
	FILE *f = fopen(evidence, "r");
	CHECK(f && fread(kept, 1, sizeof kept - 1, f) > 0 && fclose(f) == 0);
	CHECK(strstr(kept, LOG "\n12\n"));
	toc_trust_free(t);

	CHECK_INT(toc_trust_new(NULL, path, &t, NULL), 0); /* after a crash between keeping and saying */
	CHECK_INT(toc_trust_witness(t, skey, &error), 0);
	CHECK_INT(cosigned(a, t, &w), 10);
	toc_trust_free(t);

	t = trusting("/tmp/no such folder/trust");
	CHECK_INT(toc_trust_witness(t, skey, &error), 0);
	CHECK_INT(toc_trust_checkpoint(t, frame(a, LOG, 0, 3, 3), 0), TOC_TRUST_ALARM); /* cannot be kept */
	CHECK_INT(cosigned(a, t, &w), 0);
	toc_trust_free(t);
	(void)unlink(path);
	(void)unlink(evidence);
	(void)rmdir(folder);
	toc_arena_free(a);
}

RUN_CASES()
