/* throwaway.h: a private cluster in a directory of its own under /tmp, for one test program; gone afterwards.
 */
#ifndef TOC_TESTS_THROWAWAY_H
#define TOC_TESTS_THROWAWAY_H

#include "store/private_cluster.h"

/** Start one; a failure is printed and ends the program. Stopped and removed at exit. */
struct toc_cluster *throwaway_cluster(void);
/** A directory that anybody may enter, removed at exit. */
const char *throwaway_dir(void);
/** Stop it, if it runs, and remove the directory now. */
void throwaway_end(void);

/** Signal the postmaster and all of its children: SIGSTOP freezes a server, SIGCONT thaws it. */
void signal_all(pid_t postmaster, int signal);

#endif
