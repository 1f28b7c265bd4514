/* test_store_memory.c: the stores' contract on the memory store, and its faults. */
#include "store/store.h"

static struct toc_store *brought_up(struct toc_store *s)
{
	if (toc_store_wait_up(s, TOC_SECONDS(1), NULL) < 0)
		TOC_WRONG("a memory store does not come up");
	return s;
}

static struct toc_store *fresh_store(void)
{
	return brought_up(toc_store_memory_new());
}

static struct toc_store *other_store(struct toc_store *s)
{
	return brought_up(toc_store_memory_share(s));
}

static struct toc_store *signer_store(struct toc_store *s)
{
	return other_store(s);
}

static void freeze(struct toc_store *s)
{
	toc_store_memory_fault(s, TOC_MEMORY_FROZEN);
}

static void thaw(struct toc_store *s)
{
	toc_store_memory_fault(s, TOC_MEMORY_WELL);
}

static void lose_next_answer(struct toc_store *s)
{
	toc_store_memory_fault(s, TOC_MEMORY_LOSE_ANSWER);
}

static void mend(struct toc_store *s)
{
	toc_store_memory_fault(s, TOC_MEMORY_WELL);
}

#include "contract/store_suite.h"

CASE(away_means_that_nothing_is_sent)
{
	struct toc_store *s = fresh_store();
	struct events e = { 0 };
	struct made *m = made_new();

	make_rows(m, 1);
	toc_store_watch(s, note_event, &e);
	LIVE(s, toc_store_is_up(s));
	toc_store_memory_fault(s, TOC_MEMORY_AWAY);
	CHECK_INT(append_rows(s, m, 0).result, TOC_EIO);
	CHECK(!toc_store_is_up(s));
	CHECK_INT(e.down, 1);
	toc_store_memory_fault(s, TOC_MEMORY_WELL);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	CHECK_INT(e.up, 1);
	made_free(m);
	toc_store_free(s);
}

RUN_CASES()
