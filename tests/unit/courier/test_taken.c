/* test_taken.c: what the other side took is known after a crash, and forgotten when the ledger has it. */
#include "check.h"
#include "courier/taken.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOW ((toc_time){ INT64_C(1800000000000000) })

static struct toc_uuid id(unsigned n)
{
	return (struct toc_uuid){ { 1, 2, 3, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n } };
}

static struct toc_taken *opened(int fd, toc_time now)
{
	struct toc_error e;
	struct toc_taken *t = toc_taken_open(fd, now, &e);
	CHECK(t != NULL);
	return t;
}

CASE(what_was_written_is_read_again)
{
	int fd = memfd_create("taken", 0);
	struct toc_taken *t = opened(fd, NOW);
	struct toc_took what = { 0 };
	toc_taken_put(t, id(1), (struct toc_took){ TOC_OUTCOME_DELIVERED, 250 }, NOW);
	toc_taken_put(t, id(2), (struct toc_took){ TOC_OUTCOME_SENT, 201 }, NOW);
	CHECK_INT(toc_taken_sync(t), 0);
	toc_taken_close(t); /* as a crash: nothing else is written at the end */
	t = opened(fd, NOW);
	CHECK_INT(toc_taken_count(t), 2);
	CHECK(toc_taken_get(t, id(1), &what) && what.state == TOC_OUTCOME_DELIVERED && what.code == 250);
	CHECK(toc_taken_get(t, id(2), &what) && what.state == TOC_OUTCOME_SENT && what.code == 201);
	CHECK(!toc_taken_get(t, id(3), &what));
	toc_taken_close(t);
	close(fd);
}

CASE(what_is_forgotten_stays_so_and_its_place_is_used_again)
{
	int fd = memfd_create("taken", 0);
	struct toc_taken *t = opened(fd, NOW);
	struct toc_took what;
	for (unsigned i = 0; i < 100000; i++) {
		toc_taken_put(t, id(i), (struct toc_took){ TOC_OUTCOME_DELIVERED, 250 }, NOW);
		toc_taken_forget(t, id(i));
	}
	CHECK_INT(toc_taken_count(t), 0);
	CHECK(lseek(fd, 0, SEEK_END) < 8192 * 32 + 1);
	toc_taken_close(t);
	t = opened(fd, NOW);
	CHECK(!toc_taken_get(t, id(5), &what));
	toc_taken_close(t);
	close(fd);
}

CASE(a_record_that_is_full_forgets_the_oldest)
{
	int fd = memfd_create("taken", 0);
	struct toc_taken *t = opened(fd, NOW);
	struct toc_took what;
	for (unsigned i = 0; i < 8193; i++)
		toc_taken_put(t, id(i + 1), (struct toc_took){ TOC_OUTCOME_DELIVERED, 250 }, toc_after(NOW, TOC_SECONDS(i)));
	CHECK_INT(toc_taken_count(t), 8192);
	CHECK(!toc_taken_get(t, id(1), &what));
	CHECK(toc_taken_get(t, id(2), &what) && toc_taken_get(t, id(8193), &what));
	toc_taken_close(t);
	close(fd);
}

CASE(what_nobody_asked_for_in_a_week_and_what_is_damaged_is_left_out)
{
	int fd = memfd_create("taken", 0);
	struct toc_taken *t = opened(fd, NOW);
	struct toc_took what;
	uint8_t state = 77;
	for (unsigned i = 1; i < 4; i++)
		toc_taken_put(t, id(i), (struct toc_took){ TOC_OUTCOME_DELIVERED, 250 }, toc_after(NOW, TOC_HOURS(i == 1 ? 0 : 200)));
	CHECK_INT(toc_taken_sync(t), 0);
	toc_taken_close(t);
	CHECK_INT(pwrite(fd, &state, 1, 32 + 24), 1);
	t = opened(fd, toc_after(NOW, TOC_HOURS(200)));
	CHECK(!toc_taken_get(t, id(1), &what) && !toc_taken_get(t, id(2), &what));
	CHECK(toc_taken_get(t, id(3), &what));
	toc_taken_close(t);
	close(fd);
}

RUN_CASES()
