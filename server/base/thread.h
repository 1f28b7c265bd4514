/* thread.h: what a thread keeps for itself goes with it. */
#ifndef TOC_BASE_THREAD_H
#define TOC_BASE_THREAD_H

/** `forget` is called in this thread when it ends; not when the process does. Say it once for each thing kept. */
void toc_at_thread_end(void (*forget)(void));

#endif
