/* test_record.c: what has been signed, on disk: read back as it was written, or not at all. */
#include "check.h"
#include "signer/signer.h"

#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/tocsin-record-XXXXXX", path[64];

static void fresh(void)
{
	if (!path[0] && mkdtemp(folder))
		snprintf(path, sizeof path, "%s/published", folder);
	(void)unlink(path);
}

static struct toc_range range_of(uint32_t size)
{
	struct toc_range r = { 0 };

	for (uint32_t i = 0; i < size; i++)
		toc_range_add(&r, toc_leaf_hash((struct toc_str){ (const char *)&i, sizeof i }));
	return r;
}

CASE(what_was_written_is_read_back)
{
	static const uint32_t sizes[] = { 0, 1, 2, 3, 255, 256, 257, 1000 };
	struct toc_record record;

	fresh();
	CHECK_INT(toc_record_read(path, "log.example/1", &record, NULL), 0);
	CHECK(!record.any);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct toc_range r = range_of(sizes[i]);
		CHECK_INT(toc_record_write(path, "log.example/1", &r, NULL), 0);
		CHECK_INT(toc_record_read(path, "log.example/1", &record, NULL), 0);
		CHECK(record.any && record.range.size == sizes[i]);
		CHECK(toc_sha256_eq(toc_range_root(&record.range), toc_range_root(&r)));
	}
	struct stat st;
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	(void)unlink(path);
	(void)rmdir(folder);
	path[0] = 0;
	memcpy(folder, "/tmp/tocsin-record-XXXXXX", sizeof folder);
}

static int read_text(const char *text)
{
	struct toc_record record;
	FILE *f = fopen(path, "w");

	if (!f)
		return -1000;
	fputs(text, f);
	fclose(f);
	return toc_record_read(path, "log.example/1", &record, NULL);
}

#define H "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"

CASE(a_damaged_record_is_no_record_of_nothing)
{
	fresh();
	CHECK_INT(read_text("tocsin-published/v1\nlog.example/1\n3\n" H H), 0);
	CHECK_INT(read_text(""), TOC_EINVAL);
	CHECK_INT(read_text("tocsin-published/v1\nlog.example/1\n3\n" H), TOC_EINVAL);
	CHECK_INT(read_text("tocsin-published/v1\nlog.example/1\n3\n" H H H), TOC_EINVAL);
	CHECK_INT(read_text("tocsin-published/v1\nlog.example/2\n3\n" H H), TOC_EINVAL); /* another log's */
	CHECK_INT(read_text("tocsin-published/v2\nlog.example/1\n3\n" H H), TOC_EINVAL);
	CHECK_INT(read_text("tocsin-published/v1\nlog.example/1\n-1\n" H), TOC_EINVAL);
	CHECK_INT(read_text("tocsin-published/v1\nlog.example/1\n3x\n" H H), TOC_EINVAL);
	CHECK_INT(read_text("tocsin-published/v1\nlog.example/1\n99999999999999999999999\n" H H), TOC_EINVAL);
	CHECK_INT(read_text("tocsin-published/v1\nlog.example/1\n3\n" H "zz\n"), TOC_EINVAL);
	(void)unlink(path);
	(void)rmdir(folder);
}

CASE(what_cannot_be_kept_is_said)
{
	struct toc_range r = range_of(3);
	struct toc_error error;

	CHECK_INT(toc_record_write("/nowhere/at/all/published", "log.example/1", &r, &error), TOC_EIO);
}

RUN_CASES()
