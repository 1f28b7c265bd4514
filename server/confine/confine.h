/* confine.h: giving up, for good, what a process never needs of the kernel. */
#ifndef TOC_CONFINE_CONFINE_H
#define TOC_CONFINE_CONFINE_H

#include <stdbool.h>

/** From here on the kernel refuses programs, processes, other processes' memory and the like. Not undone.
 * @param network somebody is reached over a network; else there is none
 * @return 0, or -1 (logged): then it is not confined */
int toc_confine(bool network);

/** The same for who only reads files, computes, and writes into what is open: no socket, no program, no file written or made, nothing that is
 * not in a list. Threads may be made. @return as above */
int toc_confine_to_reading(void);

/** The same for who only serves on what is open, a listener too: no file is opened, no socket made. No thread either. @return as above */
int toc_confine_to_serving(void);

/** Before a libuv loop is made in a process that will be confined: it makes no io_uring then. Best effort (logged). */
void toc_confine_without_io_uring(void);

#endif
