/* front.h: the process that talks to the outside: TLS, HTTP, WebSocket, sessions, fan-out.
 *
 * It has no database and no key but that of its TLS certificate. It passes credentials on to the keeper, which
 * authenticates them, and carries the grants that come back. See docs of the room in inside.h.
 */
#ifndef TOC_FRONT_FRONT_H
#define TOC_FRONT_FRONT_H

#include "base/value.h"

/** Run until the parent says drain or is gone.
 * @param heritage node, index, keeper_fd, archive_fd, listen_fd (bound and listening), operator_fd (the same,
 *                 for the operator; may be absent), cert_fd_pem {cert, key}
 *                 (PEM texts, or numbers of descriptors from which they are read), web_root, origin, limits;
 *                 unconfined: true for tools that need more of the kernel than the sandbox allows (valgrind)
 * @return the exit code */
int toc_front_main(const struct toc_value *heritage);

#endif
