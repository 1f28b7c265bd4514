/* listen.h: the listening sockets, one for each front, on one port (SO_REUSEPORT); and the word to a service manager. */
#ifndef TOC_MAIN_LISTEN_H
#define TOC_MAIN_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/** @param port 0 takes any free one; @param option names it in an error; @param ret_fds n descriptors; @return 0, TOC_ECONFLICT (in use) or TOC_EIO */
int toc_listen(const char *address, uint16_t port, const char *option, unsigned n, int *ret_fds, uint16_t *ret_port,
               struct toc_error *reterr) TOC_MUSTCHECK;

/** Send `state` ("READY=1") to NOTIFY_SOCKET, if there is one. Source: sd_notify(3), whose protocol is this datagram. */
void toc_notify(const char *state);

#endif
