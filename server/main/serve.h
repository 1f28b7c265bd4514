/* serve.h: the parent process: everything that has to be there before the first connection, and the order of the end. */
#ifndef TOC_MAIN_SERVE_H
#define TOC_MAIN_SERVE_H

#include "main/config.h"

/** Run `tocsind serve` or `tocsind demo`. @return the exit code: 0 stopped as asked, 1 failed while running, 2 could not
 * start as it was asked to */
int toc_serve(const struct toc_config *c);

#endif
