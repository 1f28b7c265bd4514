/* inside.h: what peer.c and client.c share. */
#ifndef TOC_TESTS_FRONT_INSIDE_H
#define TOC_TESTS_FRONT_INSIDE_H

#include "peer.h"

#include <stdio.h>
#include <stdlib.h>

#define DIE(...)                                                 \
	do {                                                     \
		fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);  \
		fprintf(stderr, __VA_ARGS__);                    \
		fputc('\n', stderr);                             \
		abort();                                         \
	} while (0)

void patience(int fd); /* PATIENCE_MS for each read and write */

#endif
