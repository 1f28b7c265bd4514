/* The file: what is synced is there; what is torn is not; what was altered is noticed. */
#include "check.h"

#include "keeper/journal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t key[32] = { 1, 2, 3 }, other_key[32] = { 3, 2, 1 };
static char path[] = "/tmp/tocsin-journal-XXXXXX", damaged[64];
static char seen[256];

static void fresh_path(void)
{
	static bool made;
	if (!made)
		close(mkstemp(path));
	made = true;
	(void)unlink(path);
	snprintf(damaged, sizeof damaged, "%s.damaged", path);
	(void)unlink(damaged);
}

static void note(void *ctx, size_t index, struct toc_str bytes)
{
	char one[64];
	(void)ctx;
	snprintf(one, sizeof one, "%zu=%.*s ", index, TOC_STR_ARGS(bytes));
	strcat(seen, one);
}

static struct toc_journal *reopen(struct toc_journal *j)
{
	struct toc_error error;
	toc_journal_free(j);
	j = NULL;
	if (toc_journal_open(path, key, &j, &error) < 0)
		printf("  %s\n", error.text);
	return j;
}

static const char *contents(struct toc_journal *j)
{
	struct toc_error error;
	seen[0] = 0;
	CHECK_INT(toc_journal_read(j, note, NULL, &error), 0);
	return seen;
}

static off_t size_of(const char *name)
{
	struct stat st;
	return stat(name, &st) < 0 ? -1 : st.st_size;
}

static struct toc_journal *with_three(void)
{
	fresh_path();
	struct toc_journal *j = reopen(NULL);
	CHECK_INT(toc_journal_add(j, TOC_STR("one"), NULL), 0);
	CHECK_INT(toc_journal_add(j, TOC_STR("two"), NULL), 0);
	CHECK_INT(toc_journal_sync(j, NULL), 0);
	CHECK_INT(toc_journal_add(j, TOC_STR("three"), NULL), 0);
	CHECK_INT(toc_journal_sync(j, NULL), 0);
	return j;
}

CASE(records_come_back_in_order)
{
	struct toc_journal *j = reopen(with_three());
	CHECK_INT(toc_journal_count(j), 3);
	CHECK(!strcmp(contents(j), "0=one 1=two 2=three "));
	CHECK(!toc_journal_damage(j));
	toc_journal_free(j);
}

CASE(what_was_not_synced_can_be_taken_back)
{
	struct toc_journal *j = with_three();
	off_t before = size_of(path);
	CHECK_INT(toc_journal_add(j, TOC_STR("four"), NULL), 0);
	toc_journal_undo(j);
	CHECK_INT(size_of(path), before);
	CHECK_INT(toc_journal_add(j, TOC_STR("five"), NULL), 0);
	CHECK_INT(toc_journal_sync(j, NULL), 0);
	j = reopen(j);
	CHECK(!strcmp(contents(j), "0=one 1=two 2=three 3=five "));
	toc_journal_free(j);
}

CASE(a_cut_journal_is_empty_and_goes_on)
{
	struct toc_journal *j = with_three();
	CHECK_INT(toc_journal_cut(j, NULL), 0);
	CHECK_INT(toc_journal_count(j), 0);
	CHECK_INT(toc_journal_add(j, TOC_STR("again"), NULL), 0);
	CHECK_INT(toc_journal_sync(j, NULL), 0);
	j = reopen(j);
	CHECK(!strcmp(contents(j), "0=again "));
	toc_journal_free(j);
}

/* Records are sealed under a key that stays: what was cut is not left in the blocks of a file without a name. */
CASE(what_was_cut_is_overwritten)
{
	struct toc_journal *j = with_three();
	char before[1000], after[1000];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, before, sizeof before);

	CHECK(n > 0 && toc_journal_cut(j, NULL) == 0);
	CHECK_INT(pread(fd, after, sizeof after, 0), n);
	unsigned same = 0;
	for (ssize_t i = 0; i < n; i++)
		same += before[i] == after[i];
	CHECK(same < (unsigned)n / 8); /* by chance one in 256 */
	CHECK(!strcmp(contents(j), ""));
	close(fd);
	toc_journal_free(j);
}

/* What is written to a file that nobody will find is not on record. */
CASE(a_journal_that_was_removed_is_put_back_or_says_that_it_cannot_be)
{
	static char dir[] = "/tmp/tocsin-journals-XXXXXX";
	char inside[64], away[64];
	struct toc_error error = { 0 };
	struct toc_journal *j = NULL;
	CHECK(mkdtemp(dir) != NULL);
	snprintf(inside, sizeof inside, "%s/urgent", dir);
	snprintf(away, sizeof away, "%s.away", dir);
	CHECK_INT(toc_journal_open(inside, key, &j, &error), 0);
	CHECK_INT(toc_journal_add(j, TOC_STR("one"), &error), 0);
	CHECK_INT(toc_journal_sync(j, &error), 0);
	CHECK_INT(unlink(inside), 0);
	CHECK_INT(toc_journal_add(j, TOC_STR("two"), &error), 0);
	CHECK_INT(toc_journal_sync(j, &error), 0);
	CHECK_INT(rename(dir, away), 0);
	CHECK_INT(toc_journal_add(j, TOC_STR("three"), &error), 0);
	CHECK_INT(toc_journal_sync(j, &error), TOC_EIO);
	CHECK(strstr(error.text, "was removed") != NULL);
	CHECK_INT(rename(away, dir), 0);
	CHECK_INT(toc_journal_add(j, TOC_STR("four"), &error), 0);
	CHECK_INT(toc_journal_sync(j, &error), 0);
	toc_journal_free(j);
	CHECK_INT(toc_journal_open(inside, key, &j, &error), 0);
	*seen = 0;
	CHECK_INT(toc_journal_read(j, note, NULL, &error), 0);
	CHECK_TEXT(toc_str_of(seen), "0=one 1=two 2=four ");
	toc_journal_free(j);
	CHECK(unlink(inside) == 0 && rmdir(dir) == 0);
}

CASE(a_torn_last_record_is_cut_off_at_every_length)
{
	struct toc_journal *j = with_three();
	off_t whole = size_of(path);
	toc_journal_free(j);
	off_t two = whole - 4 - 29 - 5; /* length, seal, "three" */
	for (off_t at = whole - 1; at > two; at--) {
		j = with_three();
		toc_journal_free(j);
		CHECK_INT(truncate(path, at), 0);
		j = reopen(NULL);
		CHECK_INT(toc_journal_count(j), 2);
		CHECK_INT(size_of(path), two);
		CHECK_INT(toc_journal_add(j, TOC_STR("next"), NULL), 0);
		CHECK_INT(toc_journal_sync(j, NULL), 0);
		j = reopen(j);
		CHECK(!strcmp(contents(j), "0=one 1=two 2=next "));
		CHECK(!toc_journal_damage(j));
		toc_journal_free(j);
	}
}

CASE(a_hole_is_noticed_and_the_file_set_aside)
{
	struct toc_journal *j = with_three();
	off_t whole = size_of(path);
	toc_journal_free(j);
	int fd = open(path, O_RDWR);
	char byte;
	off_t in_two = whole - (4 + 29 + 5) - 10;
	CHECK_INT(pread(fd, &byte, 1, in_two), 1);
	byte ^= 1;
	CHECK_INT(pwrite(fd, &byte, 1, in_two), 1);
	close(fd);
	j = reopen(NULL);
	CHECK(!strcmp(contents(j), "0=one 1=three "));
	CHECK_INT(toc_journal_saved(j), 1);
	CHECK(toc_journal_damage(j) && !strcmp(toc_journal_damage(j), damaged));
	CHECK_INT(size_of(damaged), whole);
	CHECK_INT(toc_journal_add(j, TOC_STR("next"), NULL), 0);
	CHECK_INT(toc_journal_sync(j, NULL), 0);
	j = reopen(j);
	CHECK(!strcmp(contents(j), "0=one 1=three 2=next "));
	CHECK(!toc_journal_damage(j));
	toc_journal_free(j);
	(void)unlink(damaged);
}

/* Its length, its nonce, its words, its tag; and what was copied aside before stays. */
CASE(whichever_byte_of_a_record_has_changed_the_others_are_there)
{
	char second[80];
	snprintf(second, sizeof second, "%s-2", damaged);
	for (off_t at = 0; at < 4 + 29 + 3; at++)
		for (int bit = 0; bit < 8; bit += 7) {
			struct toc_journal *j = with_three();
			off_t whole = size_of(path), two = whole - (4 + 29 + 5) - (4 + 29 + 3) + at;
			char byte;
			toc_journal_free(j);
			int fd = open(damaged, O_WRONLY | O_CREAT, 0600);
			CHECK(write(fd, "of an earlier one", 17) == 17);
			close(fd);
			fd = open(path, O_RDWR);
			CHECK_INT(pread(fd, &byte, 1, two), 1);
			byte = (char)(byte ^ 1 << bit);
			CHECK_INT(pwrite(fd, &byte, 1, two), 1);
			close(fd);
			j = reopen(NULL);
			CHECK_TEXT(toc_str_of(contents(j)), "0=one 1=three ");
			CHECK_INT(size_of(damaged), 17);
			CHECK_INT(size_of(second), whole);
			toc_journal_free(j);
			CHECK_INT(unlink(second), 0);
		}
	(void)unlink(damaged);
}

CASE(records_of_another_file_do_not_open_in_this_one)
{
	struct toc_journal *j = with_three();
	char bytes[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, bytes, sizeof bytes);
	close(fd);
	CHECK_INT(toc_journal_cut(j, NULL), 0); /* a new file, a new id */
	toc_journal_free(j);
	fd = open(path, O_WRONLY | O_APPEND);
	CHECK(write(fd, bytes + 18 + 16, (size_t)n - 18 - 16) > 0);
	close(fd);
	j = reopen(NULL);
	CHECK_INT(toc_journal_count(j), 0);
	toc_journal_free(j);
	(void)unlink(damaged);
}

CASE(another_key_opens_nothing_and_another_file_is_refused)
{
	struct toc_journal *j = with_three(), *k = NULL;
	struct toc_error error;
	toc_journal_free(j);
	CHECK_INT(toc_journal_open(path, other_key, &k, &error), 0);
	CHECK_INT(toc_journal_count(k), 0);
	CHECK(toc_journal_damage(k) != NULL); /* nothing is thrown away */
	toc_journal_free(k);
	int fd = open(path, O_WRONLY | O_TRUNC);
	CHECK(write(fd, "something else that is long enough to be one", 44) == 44);
	close(fd);
	CHECK_INT(toc_journal_open(path, key, &k, &error), TOC_EPROOF);
	(void)unlink(path);
	(void)unlink(damaged);
}

CASE(nothing_is_clear_in_the_file)
{
	fresh_path();
	struct toc_journal *j = reopen(NULL);
	char bytes[4096];
	CHECK_INT(toc_journal_add(j, TOC_STR("nightcourier7"), NULL), 0);
	CHECK_INT(toc_journal_sync(j, NULL), 0);
	toc_journal_free(j);
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, bytes, sizeof bytes);
	close(fd);
	CHECK(n > 0 && !memmem(bytes, (size_t)n, "nightcourier7", 13));
	(void)unlink(path);
}

RUN_CASES()
