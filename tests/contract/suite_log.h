/* suite_log.h: the contract of store/store.h, a part of store_suite.h: the log: tree, checkpoints, cosignatures and time stamps. */
#ifndef TOC_TESTS_SUITE_LOG_H
#define TOC_TESTS_SUITE_LOG_H

/* ---- the log ---- */

struct seen_log {
	struct outcome o;
	unsigned heads, leaves;
	uint64_t size, seq;
	struct toc_sha256 root, hash[256];
	bool good; /* every leaf hashes to what is stored, every body is the one that is committed to */
	size_t bytes;
	char note[64];
};

static void note_log(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	note(&((struct seen_log *)ctx)->o, result, size, error);
}

static void see_head(void *ctx, uint64_t size, struct toc_sha256 root, struct toc_str text)
{
	struct seen_log *l = ctx;

	l->heads++;
	l->size = size;
	l->root = root;
	snprintf(l->note, sizeof l->note, "%.*s", TOC_STR_ARGS(text));
}

static void see_leaf(void *ctx, const struct toc_leaf_row *row)
{
	struct seen_log *l = ctx;
	struct toc_arena *a = toc_arena_new();
	struct toc_leaf leaf;

	l->good = (l->leaves == 0 || (l->good && row->seq == l->seq + 1)) &&
		  toc_sha256_eq(row->leaf_hash, toc_leaf_hash(row->leaf)) &&
		  toc_leaf_parse(a, row->leaf, &leaf, NULL) == 0 &&
		  toc_sha256_eq(leaf.body, toc_commit(TOC_PART_BODY, row->body_salt, row->body));
	l->seq = row->seq;
	l->leaves++;
	toc_arena_free(a);
}

static void see_hashes(void *ctx, uint64_t as_of, int version, struct toc_str bytes)
{
	struct seen_log *l = ctx;

	(void)as_of;
	(void)version;
	l->bytes = bytes.n;
	memcpy(l->hash, bytes.p, bytes.n);
}

static struct seen_log tip_of(struct toc_store *s)
{
	struct seen_log l = { 0 };

	waited(s, &l.o, toc_store_tip(s, TOC_SECONDS(60), see_head, note_log, &l));
	return l;
}

static struct seen_log newest_of(struct toc_store *s, const char *origin)
{
	struct seen_log l = { 0 };

	waited(s, &l.o, toc_store_checkpoint(s, toc_str_of(origin), TOC_SECONDS(60), see_head, note_log, &l));
	return l;
}

static struct outcome publish_size(struct toc_store *s, uint64_t size, struct toc_sha256 root,
				   const struct toc_tile_root *tiles, size_t n_tiles)
{
	struct toc_publication what = { TOC_STR("log.example/1"), size, root, TOC_STR("a note"), tiles, n_tiles };
	struct outcome o = { 0 };

	return waited(s, &o, toc_store_publish(s, &what, TOC_SECONDS(60), note, &o));
}

static struct outcome publish_tiles(struct toc_store *s, const struct toc_tile_root *tiles, size_t n_tiles)
{
	struct toc_publication what = { .origin = TOC_STR("log.example/1"), .tiles = tiles, .n_tiles = n_tiles };
	struct outcome o = { 0 };

	return waited(s, &o, toc_store_publish(s, &what, TOC_SECONDS(60), note, &o));
}

CASE(the_tip_and_what_is_hashed_are_read_for_the_tree)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	struct toc_range range = { 0 };
	struct seen_log l = tip_of(s);

	CHECK_INT(l.heads, 1);
	CHECK_INT(l.size, 0);
	CHECK(toc_sha256_eq(l.root, toc_range_root(&range)));
	make_rows(m, 300);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	for (size_t i = 0; i < m->n; i++)
		toc_range_add(&range, toc_leaf_hash(m->row[i].leaf));
	l = tip_of(s);
	CHECK_INT(l.size, 300);
	CHECK(toc_sha256_eq(l.root, toc_range_root(&range)));

	struct seen_log leaves = { 0 }, tile = { 0 };
	waited(s, &leaves.o, toc_store_leaves(s, 10, 290, TOC_SECONDS(60), see_leaf, note_log, &leaves));
	CHECK_INT(leaves.leaves, 280);
	CHECK_INT(leaves.seq, 289);
	CHECK(leaves.good);
	waited(s, &tile.o, toc_store_hashes(s, 0, 256, 256, TOC_SECONDS(60), see_hashes, note_log, &tile));
	CHECK_INT(tile.bytes, 44 * 32);
	CHECK(toc_sha256_eq(tile.hash[43], toc_leaf_hash(m->row[299].leaf)));
	made_free(m);
	toc_store_free(s);
}

CASE(of_one_size_there_is_one_checkpoint_and_sizes_only_grow)
{
	struct toc_store *s = fresh_store(), *signer = signer_store(s), *reader = other_store(s);
	struct made *m = made_new();
	struct events e = { 0 };
	struct toc_sha256 root = toc_sha256(TOC_STR("1")), other = toc_sha256(TOC_STR("2"));
	const struct toc_tile_root tiles[] = { { 0, 0, root }, { 0, 1, other } }, bent[] = { { 0, 1, root } };

	make_rows(m, 3);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	CHECK_INT(newest_of(reader, "log.example/1").heads, 0);
	toc_store_watch(reader, note_event, &e);
	CHECK_INT(publish_size(signer, 2, root, tiles, 2).result, 0);
	LIVE(reader, e.published > 0);
	struct seen_log l = newest_of(reader, "log.example/1");
	CHECK_INT(l.size, 2);
	CHECK(toc_sha256_eq(l.root, root) && strcmp(l.note, "a note") == 0);
	CHECK_INT(newest_of(reader, "log.example/2").heads, 0);
	CHECK_INT(publish_size(signer, 2, root, tiles, 1).result, 0); /* another node, the same */
	CHECK_INT(publish_size(signer, 2, other, NULL, 0).result, TOC_ECONFLICT);
	CHECK_INT(publish_size(signer, 1, root, NULL, 0).result, TOC_ECONFLICT);
	CHECK_INT(publish_size(signer, 4, root, NULL, 0).result, TOC_ECONFLICT); /* there are three entries */
	CHECK_INT(publish_size(signer, 3, root, bent, 1).result, TOC_ECONFLICT);
	CHECK_INT(newest_of(reader, "log.example/1").size, 2);
	CHECK_INT(publish_size(signer, 3, other, NULL, 0).result, 0);
	CHECK_INT(newest_of(reader, "log.example/1").size, 3);
	CHECK_INT(publish_tiles(signer, &(struct toc_tile_root){ 0, 2, root }, 1).result, 0); /* on a long way */
	CHECK_INT(publish_tiles(signer, bent, 1).result, TOC_ECONFLICT);
	CHECK_INT(newest_of(reader, "log.example/1").size, 3);

	struct seen_log above = { 0 };
	waited(reader, &above.o, toc_store_hashes(reader, 1, 0, 256, TOC_SECONDS(60), see_hashes, note_log, &above));
	CHECK_INT(above.bytes, 96);
	CHECK(toc_sha256_eq(above.hash[1], other));
	made_free(m);
	toc_store_free(reader);
	toc_store_free(signer);
	toc_store_free(s);
}

/* ---- what others say of it ---- */

struct seen_cosignatures {
	struct outcome o;
	unsigned n;
	uint64_t size;
	char orgs[64], lines[64];
};

static void note_cosigned(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	note(&((struct seen_cosignatures *)ctx)->o, result, size, error);
}

static void see_cosignature(void *ctx, const struct toc_cosignature *c)
{
	struct seen_cosignatures *l = ctx;
	size_t n = strlen(l->orgs), m = strlen(l->lines);

	l->n++;
	l->size = c->size;
	snprintf(l->orgs + n, sizeof l->orgs - n, "%.*s ", TOC_STR_ARGS(c->org));
	snprintf(l->lines + m, sizeof l->lines - m, "%.*s", TOC_STR_ARGS(c->line));
	CHECK_TEXT(c->note, "a note");
	CHECK_INT(c->unix_s, 1700000000);
}

static struct outcome cosign(struct toc_store *s, uint64_t size, const char *org, const char *line)
{
	struct toc_cosignature what = { .origin = TOC_STR("log.example/1"), .org = toc_str_of(org), .line = toc_str_of(line), .size = size,
					.unix_s = 1700000000 };
	struct outcome o = { 0 };

	return waited(s, &o, toc_store_cosign(s, &what, TOC_SECONDS(60), note, &o));
}

static struct seen_cosignatures cosignatures(struct toc_store *s, uint64_t size)
{
	struct seen_cosignatures l = { 0 };

	waited(s, &l.o, toc_store_cosignatures(s, TOC_STR("log.example/1"), size, TOC_SECONDS(60), see_cosignature, note_cosigned, &l));
	return l;
}

struct seen_stamps {
	struct outcome o;
	unsigned n;
	uint64_t size[4];
	char authority[4][16], text[4][64]; /* query, response, chain, note */
	int64_t unix_s[4];
};

static void note_stamped(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	note(&((struct seen_stamps *)ctx)->o, result, size, error);
}

static void see_stamp(void *ctx, const struct toc_stamp *t)
{
	struct seen_stamps *l = ctx;

	CHECK(l->n < 4);
	l->size[l->n] = t->size;
	l->unix_s[l->n] = t->unix_s;
	snprintf(l->authority[l->n], sizeof *l->authority, "%.*s", TOC_STR_ARGS(t->authority));
	snprintf(l->text[l->n++], sizeof *l->text, "%.*s %.*s %.*s %.*s", TOC_STR_ARGS(t->query), TOC_STR_ARGS(t->response), TOC_STR_ARGS(t->chain), TOC_STR_ARGS(t->note));
}

static struct outcome stamp(struct toc_store *s, uint64_t size, const char *authority, const char *response, int64_t unix_s)
{
	struct toc_stamp what = { .origin = TOC_STR("log.example/1"), .authority = toc_str_of(authority), .size = size, .unix_s = unix_s, .query = TOC_STR("asked"),
				  .response = toc_str_of(response), .chain = TOC_STR("by") };
	struct outcome o = { 0 };

	return waited(s, &o, toc_store_add_stamp(s, &what, TOC_SECONDS(60), note, &o));
}

static struct seen_stamps stamps_of(struct toc_store *s, const char *origin, uint64_t size)
{
	struct seen_stamps l = { 0 };

	waited(s, &l.o, toc_store_stamps(s, toc_str_of(origin), size, TOC_SECONDS(60), see_stamp, note_stamped, &l));
	CHECK_INT(l.o.result, 0);
	return l;
}

CASE(time_stamps_are_kept_the_first_of_each_and_shown_newest_first)
{
	struct toc_store *s = fresh_store(), *signer = signer_store(s), *reader = other_store(s);
	struct made *m = made_new();
	struct toc_sha256 root = toc_sha256(TOC_STR("1"));

	make_rows(m, 4);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	CHECK_INT(publish_size(signer, 2, root, NULL, 0).result, 0);
	CHECK_INT(publish_size(signer, 3, root, NULL, 0).result, 0);
	CHECK_INT(stamps_of(reader, "log.example/1", TOC_STORE_NEWEST).n, 0);
	CHECK_INT(stamp(s, 3, "one", "r3", 1700000003).result, 0);
	CHECK_INT(stamp(s, 2, "one", "r2", 1700000002).result, 0);
	CHECK_INT(stamp(s, 2, "one", "another", 1700000009).result, 0); /* changes nothing */
	CHECK_INT(stamp(s, 2, "two", "late", 1700000004).result, 0);
	CHECK_INT(stamp(s, 4, "one", "x", 1700000004).result, TOC_EINVAL); /* no such checkpoint */
	CHECK_INT(stamp(s, 3, "two", "", 1700000004).result, TOC_EINVAL);  /* no answer */
	struct seen_stamps l = stamps_of(reader, "log.example/1", TOC_STORE_NEWEST);
	CHECK_INT(l.n, 3);
	CHECK(l.size[0] == 3 && l.size[1] == 2 && l.size[2] == 2);
	CHECK(l.unix_s[0] == 1700000003 && !strncmp(l.text[0], "asked r3 by ", 12));
	l = stamps_of(reader, "log.example/1", 2); /* one, whoever else has stamped it later; with what was stamped */
	CHECK_INT(l.n, 1);
	CHECK(l.unix_s[0] == 1700000002 && !strcmp(l.authority[0], "one") && !strcmp(l.text[0], "asked r2 by a note"));
	CHECK_INT(stamps_of(reader, "log.example/1", 1).n, 0);
	CHECK_INT(stamps_of(reader, "log.example/2", TOC_STORE_NEWEST).n, 0);
	made_free(m);
	toc_store_free(reader);
	toc_store_free(signer);
	toc_store_free(s);
}

CASE(members_cosign_checkpoints_and_do_not_go_back)
{
	struct toc_store *s = fresh_store(), *signer = signer_store(s), *reader = other_store(s);
	struct made *m = made_new();
	struct toc_sha256 root = toc_sha256(TOC_STR("1"));
	struct seen_log l = { 0 };

	make_rows(m, 4);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	CHECK_INT(publish_size(signer, 2, root, NULL, 0).result, 0);
	CHECK_INT(publish_size(signer, 3, root, NULL, 0).result, 0);
	CHECK_INT(cosignatures(reader, TOC_STORE_NEWEST).n, 0);
	CHECK_INT(cosign(s, 2, "GameNest", "g2\n").result, 0);
	CHECK_INT(cosign(s, 2, "Chirplet", "c2\n").result, 0);
	CHECK_INT(cosign(s, 2, "Chirplet", "again\n").result, 0); /* changes nothing */
	CHECK_INT(cosign(s, 4, "Chirplet", "x\n").result, TOC_EINVAL); /* no such checkpoint */
	struct seen_cosignatures c = cosignatures(reader, TOC_STORE_NEWEST);
	CHECK_INT(c.n, 2);
	CHECK_INT(c.size, 2);
	CHECK(strstr(c.orgs, "GameNest ") && strstr(c.orgs, "Chirplet ") && strstr(c.lines, "c2\n") && !strstr(c.lines, "again"));
	CHECK_INT(cosign(s, 3, "Chirplet", "c3\n").result, 0);
	struct outcome back = cosign(s, 2, "Chirplet", "c2\n");
	CHECK_INT(back.result, TOC_ECONFLICT);
	CHECK_INT(back.size, 3);
	CHECK_INT(cosignatures(reader, TOC_STORE_NEWEST).n, 1);
	CHECK_INT(cosignatures(reader, 2).n, 2);
	CHECK_INT(cosignatures(reader, 1).n, 0);

	waited(reader, &l.o, toc_store_checkpoint_of(reader, TOC_STR("log.example/1"), 2, TOC_SECONDS(60), see_head, note_log, &l));
	CHECK_INT(l.heads, 1);
	CHECK_INT(l.size, 2);
	l = (struct seen_log){ 0 };
	waited(reader, &l.o, toc_store_checkpoint_of(reader, TOC_STR("log.example/1"), 1, TOC_SECONDS(60), see_head, note_log, &l));
	CHECK_INT(l.heads, 0);
	made_free(m);
	toc_store_free(reader);
	toc_store_free(signer);
	toc_store_free(s);
}

#endif
