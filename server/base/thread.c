/* thread.c: see thread.h. A key of POSIX threads, whose destructor runs while the thread's own variables are still there. */
#include "base/thread.h"

#include "base/memory.h"

#include <pthread.h>

#define KEPT_MAX 8

static _Thread_local struct {
	void (*forget[KEPT_MAX])(void);
	unsigned n;
} kept;
static pthread_once_t made = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void forget_all(void *any)
{
	(void)any;
	while (kept.n)
		kept.forget[--kept.n]();
}

static void make(void)
{
	if (pthread_key_create(&key, forget_all) != 0)
		TOC_WRONG("no key of a thread is free");
}

void toc_at_thread_end(void (*forget)(void))
{
	pthread_once(&made, make);
	if (kept.n == KEPT_MAX || pthread_setspecific(key, &kept) != 0)
		TOC_WRONG("a thread keeps too much");
	kept.forget[kept.n++] = forget;
}
