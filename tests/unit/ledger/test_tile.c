/* test_tile.c: a tile has one name, and a subtree one place. */
#include "check.h"
#include "ledger/log.h"

static bool is_tile(const char *name)
{
	struct toc_tile t;

	return toc_tile_parse(toc_str_of(name), &t) == 0;
}

CASE(names_of_tiles_are_read_and_written_alike)
{
	static const char *const names[] = { "0/000",        "0/x001/x234/067", "7/255.p/1", "entries/000.p/255",
					     "entries/x001/000", "1/999.p/17", "0/x018/x446/x744/x073/x709/551" };
	struct toc_arena *a = toc_arena_new();

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct toc_tile t;
		CHECK_INT(toc_tile_parse(toc_str_of(names[i]), &t), 0);
		CHECK_TEXT(toc_tile_path(a, &t), names[i]);
	}
	struct toc_tile t;
	CHECK_INT(toc_tile_parse(TOC_STR("0/x001/x234/067"), &t), 0);
	CHECK_INT(t.n, 1234067);
	CHECK_INT(t.width, 256);
	toc_arena_free(a);
}

CASE(what_is_no_name_of_a_tile_is_refused)
{
	static const char *const bad[] = {
		"",          "0",          "0/",          "/000",         "0/0",      "0/00",        "0/0000",
		"00/000",    "8/000",      "64/000",      "-1/000",       "0/x000/001", "0/001/001", "0/x001",
		"0/x001/",   "0/x1/001",   "0/000.p/0",   "0/000.p/256",  "0/000.p/01", "0/000.p/",  "0/000.p",
		"0/000/",    "0/000.p/1x", "entries",     "entries/",     "entries/00", "entrie/000", "1/entries/000",
		"0/../000",  "0/%30",      "0/000 ",      "0/0a0",        "data/000",
		"0/x999/x999/x999/x999/x999/x999/x999/999",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(!is_tile(bad[i]));
		if (is_tile(bad[i]))
			printf("  taken: %s\n", bad[i]);
	}
	struct toc_tile t;
	CHECK_INT(toc_tile_parse((struct toc_str){ "0/000\0", 6 }, &t), TOC_EINVAL);
}

static bool exists(const char *name, uint64_t size)
{
	struct toc_tile t;

	CHECK_INT(toc_tile_parse(toc_str_of(name), &t), 0);
	return toc_tile_exists(&t, size);
}

/* The example of C2SP: 70,000 entries. */
CASE(just_the_tiles_of_the_log_exist)
{
	CHECK(exists("0/272", 70000));
	CHECK(exists("0/273.p/112", 70000));
	CHECK(exists("0/273.p/111", 70000)); /* of a smaller checkpoint */
	CHECK(!exists("0/273.p/113", 70000));
	CHECK(!exists("0/273", 70000));
	CHECK(exists("1/000", 70000));
	CHECK(exists("1/001.p/17", 70000));
	CHECK(!exists("1/001.p/18", 70000));
	CHECK(exists("2/000.p/1", 70000));
	CHECK(!exists("2/000.p/2", 70000));
	CHECK(!exists("3/000.p/1", 70000));
	CHECK(exists("entries/273.p/112", 70000));
	CHECK(exists("1/000.p/1", 256)); /* a full tile has its root above it at once */
	CHECK(!exists("1/000.p/1", 255));
	CHECK(!exists("0/000.p/1", 0));
	CHECK(!exists("0/x018/x446/x744/x073/x709/551", 70000));
}

CASE(a_subtree_is_found_in_its_tile)
{
	unsigned first;
	struct toc_tile t = toc_tile_of(0, 1000, &first);

	CHECK(t.level == 0 && t.n == 3 && first == 232 && t.width == 233);
	t = toc_tile_of(3, 33, &first); /* leaves 264 to 271 */
	CHECK(t.level == 0 && t.n == 1 && first == 8 && t.width == 16);
	t = toc_tile_of(8, 5, &first);
	CHECK(t.level == 1 && t.n == 0 && first == 5 && t.width == 6);
	t = toc_tile_of(15, 1, &first);
	CHECK(t.level == 1 && t.n == 0 && first == 128 && t.width == 256);
}

CASE(the_root_of_a_full_tile_is_the_root_of_its_leaves)
{
	static struct toc_sha256 hashes[256];
	struct toc_range r = { 0 };

	for (uint32_t i = 0; i < 256; i++) {
		hashes[i] = toc_leaf_hash((struct toc_str){ (const char *)&i, sizeof i });
		toc_range_add(&r, hashes[i]);
	}
	CHECK(toc_sha256_eq(toc_perfect_root(hashes, 8), toc_range_root(&r)));
}

RUN_CASES()
