/* peer.h: a front in a child process with everything around it in our hands: we are its parent, its keeper, its
 * archive and its clients, in one thread and in the order that a test wants. */
#ifndef TOC_TESTS_FRONT_PEER_H
#define TOC_TESTS_FRONT_PEER_H

#include "ipc/ipc.h"
#include "measure/metrics.h"

#include <openssl/ssl.h>
#include <sys/types.h>

#define PATIENCE_MS 60000 /* a bound for a busy machine, not an expectation */

struct front {
	pid_t pid;
	int port;
	int control, keeper, archive; /* our ends; keeper and archive blocking with a timeout */
	struct toc_buf out, in;       /* a frame to it; a frame from it */
};
/** @param limits members of heritage.limits as JSON, or "{}" */
struct front front_start(const char *limits);
/** The same in this process, on a thread of its own that never ends: for the fuzzer, which wants to see where it goes.
 * Once, and descriptor 4 is to be free for it: keep the place from the beginning. */
#define FRONT_CONTROL_FD 4
struct front front_start_here(const char *limits);
struct toc_frame hear_any(struct front *f, int fd); /* the next frame, whatever it is */
void front_stop(struct front *f); /* DRAIN, and front_wait */
void front_wait(struct front *f); /* it ends, and with 0 */
void front_ready(struct front *f); /* READY, then TIP as given */
/** How often the front of this test reached that limit. */
int64_t front_hits(enum toc_limit limit);
void front_tip(struct front *f, uint64_t size);
/** A new socket to a keeper (2) or archive (3), as after a restart; closes the old one. */
void front_peer(struct front *f, uint8_t role);

/** The next frame from the front, which must have this number. */
struct toc_frame hear(struct front *f, int fd, enum toc_ipc_number number);
/** As hear, but passing over frames of another number. */
struct toc_frame hear_among(struct front *f, int fd, enum toc_ipc_number number);
bool heard_nothing(int fd, int ms);
void say(struct front *f, int fd); /* f->out */

/** AUTH arrives; it is answered AUTH_OK for this organisation. @return conn */
uint64_t admit(struct front *f, const char *org, uint32_t roles, bool exercise_only);
void auth_ok(struct front *f, uint64_t conn, const char *org, uint32_t roles, bool exercise_only, uint8_t session);
void auth_fail(struct front *f, uint64_t conn, unsigned code);
/** PUBLISH with one rendering for one organisation. */
void publish(struct front *f, uint64_t seq, const char *org, uint32_t roles, const char *json);
void history(struct front *f, uint64_t conn, uint64_t seq, const char *json);
void history_end(struct front *f, uint64_t conn, uint64_t next, uint64_t tip, unsigned code);
void answer(struct front *f, uint64_t conn, uint64_t ref, unsigned status, const char *json);

/* ---- a client ---- */

struct client {
	int fd;
	SSL *ssl;
	char in[1 << 20];
	size_t n, at;
};
struct client *client_connect(struct front *f);
struct client *client_try(struct front *f); /* NULL when it was closed before TLS */
/** A smaller receive buffer, for readers that do not read. */
struct client *client_connect_small(struct front *f);
void client_free(struct client *c);
void client_write(struct client *c, const void *bytes, size_t n);
void client_text(struct client *c, const char *text); /* raw text, as it is */
/** The head of an HTTP answer, or what came until the end. NUL-terminated, valid until the next call. */
const char *client_head(struct client *c);
/** A whole HTTP answer with Content-Length: *ret_head and the body; both valid until the next call. */
const char *client_answer(struct client *c, const char **ret_head);
bool client_ended(struct client *c); /* the other side closed, and nothing more came */
const char *client_line(struct client *c); /* one line of an event stream, without its end */

/* WebSocket */
#define SUBPROTOCOL "Sec-WebSocket-Protocol: tocsin.v1\r\n"
#define BEARER "Authorization: Bearer toc_secret\r\n"
#define HELLO "{\"op\":\"hello\"}"
struct client *socket_open(struct front *f, const char *headers); /* handshake; NULL when it was not 101 */
struct client *socket_open_small(struct front *f, const char *headers); /* with a small receive buffer */
/** The next frame, of whatever kind. @return its first byte, -1: ended. The payload is NUL-terminated, valid until the next call */
int socket_any(struct client *c, const char **ret_payload, size_t *ret_n);
void socket_send(struct client *c, const char *json);
void socket_frame(struct client *c, unsigned first_byte, const void *payload, size_t n);
/** The next text frame; pings are answered, beats are passed over unless asked for. NULL: closed (see code). */
const char *socket_next(struct client *c);
const char *socket_beat(struct client *c);
extern int socket_close_code; /* of the newest close frame; 0: none; -1: ended without */
/** hello and its welcome, for an organisation. @return conn */
uint64_t socket_hello(struct front *f, struct client *c, const char *hello, const char *org, uint32_t roles);

#endif
