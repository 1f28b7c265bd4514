/* What a thread keeps for itself goes with it: a process that begins one every few seconds does not grow. */
#include "check.h"

#include "base/digest.h"
#include "base/thread.h"

#include <malloc.h>
#include <pthread.h>
#include <string.h>

#define THREADS 64
#define ONE_KEEPS 4096 /* less than a thread with a seal, a hash and an arena has */

static unsigned forgotten;
static void count(void)
{
	forgotten++;
}
static void count_ten(void)
{
	forgotten += 10;
}

static void *say_what_is_kept(void *unused)
{
	toc_at_thread_end(count);
	toc_at_thread_end(count_ten);
	return unused;
}

CASE(each_thing_kept_is_forgotten_once_in_its_own_thread)
{
	pthread_t thread;

	forgotten = 0;
	for (unsigned i = 1; i <= 3; i++) {
		CHECK_INT(pthread_create(&thread, NULL, say_what_is_kept, NULL), 0);
		CHECK_INT(pthread_join(thread, NULL), 0);
		CHECK_INT(forgotten, 11 * i);
	}
}

static void *work(void *unused)
{
	static const uint8_t key[32] = { 1 };
	struct toc_arena *a = toc_arena_new();
	struct toc_str clear, sealed = toc_seal(a, key, toc_str_of("of a test"), toc_str_of("words"));

	CHECK_INT(toc_unseal(a, key, toc_str_of("of a test"), sealed, &clear), 0);
	toc_sha256(clear);
	toc_hmac_sha256(key, clear);
	toc_arena_free(a);
	return unused;
}

static size_t after(unsigned threads)
{
	pthread_t thread;

	for (unsigned i = 0; i < threads; i++) {
		CHECK_INT(pthread_create(&thread, NULL, work, NULL), 0);
		CHECK_INT(pthread_join(thread, NULL), 0);
	}
	return mallinfo2().uordblks; /* 0 under a sanitizer, which counts for itself */
}

CASE(contexts_and_spare_blocks_go_with_their_thread)
{
	size_t few = after(4), many = after(THREADS);

	CHECK(many < few + THREADS * ONE_KEEPS / 8);
}

RUN_CASES()
