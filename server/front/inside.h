/* inside.h: what the files of the front share. Nobody outside the room includes this.
 *
 *   listen.c     accept, limits per address, hand the socket to libwebsockets
 *   tls.c        the one TLS context
 *   wsi.c        callbacks of libwebsockets: from its events to the calls below
 *   http.c       requests; reply.c: their answers; static.c: files in memory; route.c: the table of the API
 *   websocket.c  the ops of the wire protocol
 *   health.c     /healthz, /readyz, /metrics
 *   log.c        /log: checkpoint, tiles, proofs, from the archive; the newest checkpoint to every socket
 *   audit.c      /api/audit: questions to the ledger, and their answers from the archive
 *   entries.c    GET /api/entries: as JSON, long-poll, server-sent events
 *   conn.c       connections: who they are (grants), beat, liveness, closing
 *   fanout.c     from ring and archive to the sockets
 *   link.c       the channels to keeper and archive
 *   front.c      start, control socket, drain
 *
 * One thread, one loop (libuv), nothing blocks. A connection belongs to the front until its socket is destroyed;
 * everything that names a connection over the channels uses its number, which is never used again.
 */
#ifndef TOC_FRONT_INSIDE_H
#define TOC_FRONT_INSIDE_H

#include "base/digest.h"
#include "base/refusal.h"
#include "base/time.h"
#include "front/cursor.h"
#include "front/limit.h"
#include "front/ring.h"
#include "front/static.h"
#include "front/urgent.h"
#include "ipc/ipc.h"
#include "measure/metrics.h"

#include <libwebsockets.h>
#include <uv.h>

struct toc_front;
struct toc_route;

/* ---- where a connection comes from ---- */

/** One address (or IPv6 /64). Lives while it has connections or its buckets are not full. */
struct toc_address {
	uint8_t key[16];
	char text[48];
	unsigned open;
	bool operators; /* not an address: the door of the operator, plain HTTP, with three routes */
	struct toc_bucket accepts;
};

/** A credential that was refused, and where from: who says the same wrong thing over and over waits; whoever is behind the
 * same address with another one (a police desk behind one router) does not. A guess is a new one each time and costs its sender a
 * connection or a request; 256 random bits are not guessed. A newer one takes the place. */
#define TOC_CLAIMS 1024
struct toc_claim {
	uint8_t digest[16];
	struct toc_bucket failures;
};

/** What libwebsockets carries for us with each TCP connection. */
struct toc_arrival {
	struct toc_address *address;
	struct lws *wsi;
	int64_t made_us;
	bool handshaking; /* its first request has not come yet: it is in front->handshakes */
	struct toc_arrival *next, *prev;
};

/* ---- whom it speaks for ---- */

/** One organisation, for the limits that its connections share. Never freed: the directory is small. */
struct toc_org {
	struct toc_bucket messages, threats, lookups;
	size_t bytes; /* of its commands without an answer, threats apart */
};

/** A command without an answer. */
struct toc_asked {
	uint64_t ref;
	size_t bytes; /* that count for its organisation */
};

/** Connections with the same eyes share the work of gathering what is due. */
struct toc_crowd {
	struct toc_eyes eyes;
	unsigned members;
	/* the newest batch: all that these eyes may see of [from, to), as one write */
	uint64_t from, to, head; /* head: of the ring when it was gathered */
	int64_t last;            /* its newest entry, or -1 */
	unsigned n;              /* frames */
	bool full;               /* there was more than one write takes */
	struct toc_buf bytes;
};

/** Numbers of connections to come back to; a connection that is gone by then is skipped. */
struct toc_ids {
	uint64_t *p;
	size_t n, cap;
};

/* ---- connections ---- */

enum toc_conn_kind {
	TOC_CONN_SOCKET,  /* WebSocket */
	TOC_CONN_REQUEST, /* one HTTP request that waits for an answer */
	TOC_CONN_STREAM,  /* server-sent events */
};

enum toc_conn_stage {
	TOC_CONN_NEW,     /* socket: no hello yet; request: body incomplete */
	TOC_CONN_ASKING,  /* the credential is with the keeper */
	TOC_CONN_OPEN,    /* authenticated */
	TOC_CONN_CLOSING, /* nothing more goes out */
};

/* numbers of ipc.def, AUTH */
enum toc_credential_kind { TOC_CREDENTIAL_NONE, TOC_CREDENTIAL_KEY, TOC_CREDENTIAL_COOKIE, TOC_CREDENTIAL_TICKET,
                           TOC_CREDENTIAL_LINK };
enum toc_channel_kind { TOC_CHANNEL_API, TOC_CHANNEL_CONSOLE };

/** A request's own things. */
struct toc_request {
	const struct toc_route *route;
	struct toc_buf body;
	struct toc_str rest;        /* of the path, after the route's; lives in `arena` */
	struct toc_arena *arena;    /* dies with the request */
	bool head_only, close_after;
	bool wants_stream;          /* Accept: text/event-stream */
	bool wants_open_metrics;    /* Accept: application/openmetrics-text */
	bool sent_to_keeper, sent_to_archive; /* and waits for a word of theirs */
	bool responding, written;   /* an answer is on its way; it is all in the kernel's hands */
	bool body_due, lingers;     /* of the body that was announced the end has not come; is waited for after the answer */
	enum { TOC_LOUD, TOC_LISTENING, TOC_PIPELINED, TOC_QUIET } quiet; /* is its socket read? (reply.c) */
	struct toc_str file;        /* rest of a static file to send; borrowed */
	struct toc_str signature[3]; /* a call of a gateway: webhook-id, -timestamp, -signature */
	/* /api/audit */
	enum toc_audit_stage { TOC_AUDIT_NONE, TOC_AUDIT_ENTERING, TOC_AUDIT_ASKED, TOC_AUDIT_COMING,
	       TOC_AUDIT_ENDING } audit;
	uint32_t audit_bytes;       /* of what came, not yet said to be taken */
	const struct toc_audit_form *audit_form; /* Accept, or what the question says: in which form it is taken away */
	struct toc_str audit_name;  /* of the file */
	bool chunked;               /* a request of HTTP/1.1: an answer of unknown length is in chunks, and who has the last has all */
	int64_t audit_us;           /* when its reader last took all that was there */
	/* GET /api/entries */
	bool reading, waiting;
	int64_t after;
	unsigned limit, n_entries;
	int64_t wait_until_us;
	struct toc_buf entries;     /* JSON, comma separated */
};

struct toc_conn {
	uint64_t id; /* generation << 24 | slot */
	enum toc_conn_kind kind; /* set by toc_conn_is */
	bool counted;
	enum toc_conn_stage stage;
	struct toc_front *front;
	struct lws *wsi; /* NULL once it is gone */
	struct toc_address *address;

	/* credential: kept until the keeper has answered, then wiped */
	enum toc_credential_kind credential;
	enum toc_channel_kind channel;
	uint8_t claim[16]; /* of it and the address */
	char *secret;
	size_t n_secret;

	/* grant */
	char *grant;
	size_t n_grant;
	struct toc_uuid session, person;
	toc_time expires;
	int64_t renew_at_us;
	bool renewing;
	bool operators; /* of the operator's administrators: may see health and counts */
	bool by_link;   /* through the link of an e-mail: the archive knows what is for it, the ring does not */
	struct toc_crowd *crowd;
	struct toc_org *org;
	char *welcome; /* of the newest AUTH_OK, until it is sent */
	size_t n_welcome;
	int64_t welcomed_us;

	/* the log: the size up to which it has had a checkpoint and the proof that it goes on from the one before */
	uint64_t checkpoint_size;
	bool checkpoint_known, checkpoint_asked, checkpoint_held; /* held: the size is what hello says, and unconfirmed */

	/* hello */
	bool hello;
	bool from_given;
	int64_t from;
	struct toc_buf rx;    /* a message in fragments */
	struct toc_buf early; /* messages that came while the credential was being checked: u32 length, bytes */

	/* out */
	bool entries_wanted;
	struct toc_cursor cursor;
	uint64_t urgent_at;   /* place in the list of urgent frames */
	struct toc_buf out;   /* whole frames that come before anything of the ring */
	int64_t stalled_us;   /* since when it takes nothing; 0: it takes */
	int64_t read_at_us;   /* not before this is the archive asked again */
	bool dirty, paced, queued; /* on the front's lists of the same names */

	/* commands without an answer */
	struct toc_asked *refs;
	unsigned n_refs, cap_refs;
	struct toc_bucket frames, messages, threats, receipts;

	/* liveness */
	int64_t made_us, heard_us, pinged_us, deadline_us;
	bool close_said; /* our close frame is out */
	unsigned wheel; /* which of the sweep's turns is ours */
	struct toc_conn *wheel_next, *wheel_prev;
	uint32_t live_at; /* place in front->live, or UINT32_MAX */

	struct toc_request *request;
};

/* ---- the front ---- */

#define TOC_WHEEL_TURNS 20
#define TOC_WHEEL_MS 100 /* turns × ms = 2 s: the interval of beats */
#define TOC_BATCH 16384  /* one TLS record */
#define TOC_CLOSING_US (5 * INT64_C(1000000)) /* for the other side to end what we have ended */

struct toc_link {
	struct toc_channel *channel; /* NULL: away */
	uv_poll_t *poll;
	int events; /* what the poll waits for */
	const char *name;
	toc_on_frame *on_frame;
	void (*on_lost)(struct toc_front *f);
};

#define TOC_CHECKPOINTS 4 /* the newest, for those who had the one before */
struct toc_news {
	uint64_t size, old;
	char *json; /* a whole `checkpoint` frame */
	size_t n;
};

struct toc_front {
	uv_loop_t loop;
	struct lws_context *lws;
	struct lws_vhost *vhost;
	void *ssl_ctx; /* of the vhost; the only one */
	struct toc_limits limits;
	struct toc_claim claims[TOC_CLAIMS];
	struct toc_str node, origin;
	bool localhost;
	struct toc_arena *arena;   /* for as long as the process */
	struct toc_arena *scratch; /* for one event; reset by whoever begins one */

	int listen_fd, operator_fd; /* operator_fd: -1 when there is none */
	uv_poll_t listen_poll, operator_poll;
	bool accept_failed, accept_paused; /* the last one, for want of descriptors or memory; until the next sweep */
	struct toc_address operator_door;
	struct toc_map *addresses;
	unsigned n_open, n_kind[TOC_N_CONN], n_handshaking;
	struct toc_arrival *handshakes, *newest_handshake; /* under way, oldest first */
	unsigned wsis_made; /* counts LWS_CALLBACK_WSI_CREATE */

	struct toc_link keeper, archive;
	struct toc_buf frame; /* being built for a channel */
	int control_fd;
	uv_poll_t control_poll;
	bool tip_known, keeper_is_new, database_up, draining, finished, confined;
	toc_time certificate_ends;
	int64_t uncosigned_us, cosigned; /* health.c: since when a newer checkpoint waits for a witness; what was cosigned then */

	struct toc_ring *ring;
	struct toc_urgent *urgent; /* of the current outage */
	struct toc_map *crowds, *orgs;
	struct toc_map *cosigners; /* person → bucket; never freed, like the organisations */

	struct toc_conn **slots;
	uint32_t n_slots, *generations, *free_slots, n_free;
	struct toc_conn *wheel[TOC_WHEEL_TURNS];
	unsigned turn;
	uv_timer_t sweep;
	struct toc_conn **live; /* connections that read entries */
	uint32_t n_live, cap_live;
	uint32_t pass_at;
	bool passing, pass_again;
	uv_idle_t pass;
	uv_timer_t gather; /* a pass is due, and more is on its way */
	unsigned n_commands; /* without an answer, of all connections */
	uv_prepare_t before_poll;
	uv_timer_t pace;
	struct toc_ids dirty;  /* have something to write: before the loop waits again */
	struct toc_ids paced;  /* are looked at again in a few milliseconds */
	struct toc_ids queued; /* wait for their turn with the archive */
	unsigned n_reading;
	unsigned seen_behind, seen_stalled; /* in this round of the sweep */
	int64_t published_us, published_again_us; /* arrival of the oldest entry that this pass, or the next, brings */
	struct toc_buf batch;
	uv_signal_t terminate;
	int64_t drain_until_us;

	struct toc_news checkpoints[TOC_CHECKPOINTS]; /* oldest first */
	unsigned n_checkpoints;
	struct toc_static *web;
	struct toc_str security_headers; /* as they stand in every answer */
	struct toc_str shut_in_headers;  /* and in one that carries a file which is shut in (static.h) */
	struct toc_map *schemas;         /* type, or "" for all → struct toc_str */
};

/* ---- listen.c ---- */
int toc_listen_start(struct toc_front *f);
void toc_listen_stop(struct toc_front *f);
void toc_listen_again(struct toc_front *f); /* after accept had failed */
struct toc_address *toc_address_of(struct lws *wsi);
void toc_arrival_speaks(struct toc_front *f, struct toc_arrival *x); /* the header of its first request has come */
void toc_arrival_left(struct toc_front *f, struct toc_arrival *x);   /* and is freed */
void toc_arrival_sweep(struct toc_front *f); /* end those that do not get on */
void toc_address_sweep(struct toc_front *f);

/* ---- tls.c ---- */
/** Set up the context that libwebsockets made: TLS 1.3 only, no tickets, and our certificate. 0 or -1 (logged) */
int toc_tls_configure(struct toc_front *f, void *ssl_ctx);
/** Certificate chain and key, PEM. On failure the old ones stay. 0 or -1 (logged) */
int toc_tls_certify(struct toc_front *f, struct toc_str chain, struct toc_str key);

/* ---- wsi.c ---- */
extern const struct lws_protocols toc_protocols[];
struct toc_wsi_user {
	struct toc_conn *conn;
	unsigned bodies; /* of its newest request, that the library has said to be whole */
};
/** End a connection from outside of its callbacks: at once, or (plain HTTP) orderly. */
void toc_wsi_kill(struct lws *wsi);
void toc_wsi_end(struct lws *wsi);
/** Plain HTTP: write what fits into the socket's buffer now, at most 16 KiB.
 *
 * While a request waits for its answer its socket is not read (else libwebsockets under libuv spins on what it
 * leaves unread), and then libwebsockets does not look at writability either. So it must never keep bytes back: we
 * ask the kernel how much it holds and come back later (toc_pace).
 * @return bytes written, 0 when there is no room now, -1 when the connection is broken */
long toc_wsi_write(struct lws *wsi, const char *bytes, size_t n);

/* ---- conn.c ---- */
struct toc_conn *toc_conn_new(struct toc_front *f, enum toc_conn_kind kind, struct lws *wsi, struct toc_address *a);
void toc_conn_is(struct toc_conn *c, enum toc_conn_kind kind);
void toc_conn_free(struct toc_conn *c); /* tells keeper and archive, forgets everything */
struct toc_conn *toc_conn_find(struct toc_front *f, uint64_t id);
void toc_conn_sweep(uv_timer_t *timer);
/** Ask the keeper who this is. The secret is copied. */
/** May this be said from there? Refuses with words otherwise, when it has been wrong too often. */
bool toc_conn_may_claim(struct toc_conn *c, struct toc_str credential);
void toc_conn_authenticate(struct toc_conn *c, enum toc_credential_kind kind, struct toc_str secret);
void toc_conn_ask_again(struct toc_conn *c); /* the keeper is back */
void toc_conn_granted(struct toc_conn *c, struct toc_frame *auth_ok);
void toc_conn_refused(struct toc_conn *c, enum toc_refusal_code code, struct toc_str detail);
void toc_conn_renew(struct toc_conn *c);
/** Close: WebSocket with this code, stream and request by ending. Nothing goes out after it. */
void toc_conn_close(struct toc_conn *c, int code, const char *text);
/** Close now: nobody is there any more. */
void toc_conn_drop(struct toc_conn *c);
struct toc_str toc_conn_grant(const struct toc_conn *c);
bool toc_conn_has_ref(struct toc_conn *c, uint64_t ref); /* one less is in flight, if it was */
void toc_conn_add_ref(struct toc_conn *c, uint64_t ref, size_t bytes);
void toc_conn_drop_ref(struct toc_conn *c, unsigned i);

/* ---- fanout.c ---- */
/** Something that goes out before anything of the ring: a text frame (socket) or an event (stream). It leaves
 * before the loop waits again, together with what else is due. @param seq the event's id, or -1 */
void toc_conn_mark(struct toc_conn *c); /* something is due: before the loop waits again */
void toc_conn_say(struct toc_conn *c, const char *event, int64_t seq, struct toc_str json);
/** Write what is due, as much as the socket takes. */
void toc_conn_flush(struct toc_conn *c);
void toc_conn_writable(struct toc_conn *c); /* the socket takes again */
void toc_conn_read_from(struct toc_conn *c, int64_t from); /* begin to hand on entries */
void toc_conn_stop_reading(struct toc_conn *c);
/** Behind and ready for more: ask the archive, now or when it is our turn. */
void toc_conn_ask_archive(struct toc_conn *c);
void toc_reading_ended(struct toc_front *f); /* a READ has its end, or nobody waits for it */
void toc_archive_serve(struct toc_front *f); /* whose turn it is now */
void toc_fanout_begin(struct toc_front *f); /* the ring has moved */
void toc_fanout_reset(struct toc_front *f, uint64_t head); /* the ring begins anew */
void toc_fanout_forget(struct toc_front *f, uint64_t tail); /* it has nothing before it any more */
void toc_fanout_pass(uv_idle_t *idle);
void toc_fanout_before_poll(uv_prepare_t *prepare);
void toc_fanout_urgent(struct toc_front *f, struct toc_uuid eid, const struct toc_rendering *renderings, size_t n);
struct toc_crowd *toc_crowd_join(struct toc_front *f, struct toc_eyes eyes);
void toc_crowd_leave(struct toc_front *f, struct toc_crowd *crowd);
void toc_pace(struct toc_conn *c); /* come back to it in a few milliseconds */
void toc_pace_turn(uv_timer_t *timer);

/* ---- link.c ---- */
void toc_link_open(struct toc_front *f, struct toc_link *l, int fd);
void toc_link_close(struct toc_front *f, struct toc_link *l);
/** Send f->frame. @return 0, TOC_ELIMIT (peer does not keep up) or TOC_ECLOSED (peer is away) */
int toc_link_send(struct toc_front *f, struct toc_link *l);
extern toc_on_frame toc_link_from_keeper, toc_link_from_archive;
void toc_link_keeper_lost(struct toc_front *f);
void toc_link_archive_lost(struct toc_front *f);

/* ---- websocket.c ---- */
void toc_socket_message(struct toc_conn *c, struct toc_str text);
void toc_socket_ready(struct toc_conn *c); /* there is a grant, and perhaps a hello */
void toc_socket_beat(struct toc_conn *c);
struct toc_str toc_welcome(struct toc_conn *c); /* as a frame; lives in the front's scratch */

/* ---- command.c ---- */
/** One JSON text of a member's, within the limits. @return 0 or -1 with the refusal */
int toc_member_json(struct toc_front *f, struct toc_arena *a, struct toc_str text, struct toc_value **ret_value,
                    struct toc_refusal *ret_refusal);

/* ---- refusals on the wire ---- */
struct toc_str toc_refused_json(struct toc_arena *a, uint64_t ref, const struct toc_refusal *r);
void toc_conn_refuse(struct toc_conn *c, uint64_t ref, const struct toc_refusal *r); /* socket */

/* ---- command.c: what sockets and requests have in common ---- */
/** Rate, load and the keeper: send, prepare (message) or receipt. @return 0 or -1 with the refusal */
enum toc_command_op { TOC_OP_SEND = 1, TOC_OP_PREPARE = 2, TOC_OP_RECEIPT = 3, TOC_OP_COSIGN = 4 };
int toc_command(struct toc_conn *c, enum toc_command_op op, uint64_t ref, const struct toc_value *body,
                struct toc_refusal *ret_refusal);
/** {seq, state} of a receipt, checked. */
int toc_receipt_check(const struct toc_value *from, struct toc_arena *a, struct toc_value **ret_body,
                      struct toc_refusal *ret_refusal);

/** {line, size?} of a cosignature, checked. */
int toc_cosignature_read(const struct toc_value *from, struct toc_arena *a, struct toc_value **ret_body,
                         struct toc_refusal *ret_refusal);

/* ---- http.c ---- */
enum toc_method { TOC_GET, TOC_HEAD, TOC_POST, TOC_OTHER_METHOD };
int toc_http_request(struct toc_front *f, struct lws *wsi, struct toc_wsi_user *user, const char *path, size_t n);
int toc_http_body(struct toc_conn *c, const char *bytes, size_t n);
int toc_http_body_end(struct toc_conn *c);
struct toc_str toc_header(struct lws *wsi, enum lws_token_indexes token, struct toc_arena *a);
bool toc_header_custom(struct lws *wsi, const char *name_colon, struct toc_arena *a, struct toc_str *ret);
struct toc_str toc_bearer(struct lws *wsi, struct toc_arena *a);
bool toc_origin_fits(struct toc_front *f, struct lws *wsi); /* absent, or ours */

/* ---- reply.c ---- */
/** Answer a request; from inside or outside of its callbacks. `headers`: more lines, each with CR LF, or NULL. */
void toc_http_answer(struct toc_conn *c, int status, struct toc_str json, const char *headers);
void toc_http_answer_as(struct toc_conn *c, int status, const char *type, struct toc_str text, const char *headers);
void toc_http_refuse(struct toc_conn *c, const struct toc_refusal *r);
void toc_http_file(struct toc_conn *c, const struct toc_file *file);
void toc_http_continue(struct toc_conn *c); /* more of a long answer */
void toc_http_turn(struct toc_conn *c);     /* before the loop waits: outside of all callbacks; may free it */
/** The head of an answer of unknown length; then its pieces, and its end. */
void toc_http_begin(struct toc_conn *c, const char *type, const char *headers);
void toc_http_piece(struct toc_conn *c, struct toc_str bytes);
void toc_http_end(struct toc_conn *c);
void toc_http_stream(struct toc_conn *c);   /* the head of an event stream; the request becomes one */
/** An answer before there is a request (opening handshake refused); the connection is closed after it. */
void toc_http_turn_away(struct toc_front *f, struct lws *wsi, int status, const struct toc_refusal *r,
                        const char *headers);

/* ---- route.c ---- */
struct toc_route {
	enum toc_method method;
	const char *path; /* ends with '*': the rest is the handler's */
	/* LINK: a session of a link, and no other; it is good for nothing else.
	 * EITHER: anybody, and a credential is looked at if there is one. OPERATOR: a credential of theirs, or their door;
	 * and nothing but EITHER and OPERATOR is served there. */
	enum toc_route_auth { TOC_ANYBODY, TOC_MEMBER, TOC_LINK, TOC_EITHER, TOC_OPERATOR } auth;
	void (*handle)(struct toc_conn *c);
};
/** @return the route, or NULL; then ret_allow names the methods that the path has (0: no such path) */
const struct toc_route *toc_route_find(enum toc_method m, struct toc_str path, struct toc_str *ret_rest,
                                       const char **ret_allow);
void toc_route_signed_in(struct toc_conn *c, struct toc_str secret, toc_time expires, struct toc_str json);
void toc_route_ticketed(struct toc_conn *c, struct toc_str ticket);
void toc_route_schemas(struct toc_front *f);
void toc_route_gateway(struct toc_conn *c);

/* ---- health.c ---- */
void toc_health_live(struct toc_conn *c);
void toc_health_ready(struct toc_conn *c);
void toc_health_threats(struct toc_conn *c);
void toc_health_metrics(struct toc_conn *c);
void toc_health_gauges(struct toc_front *f); /* once a round of the sweep */

/* ---- log.c ---- */
void toc_log_get_checkpoint(struct toc_conn *c);
void toc_log_get_vkey(struct toc_conn *c);
void toc_log_get_tile(struct toc_conn *c);
void toc_log_get_proof(struct toc_conn *c);
void toc_log_get_consistency(struct toc_conn *c);
void toc_log_get_cosignatures(struct toc_conn *c);
void toc_log_get_stamps(struct toc_conn *c);
void toc_log_get_stamp(struct toc_conn *c);
void toc_log_data(struct toc_front *f, struct toc_frame *frame);       /* LOG_DATA */
void toc_log_checkpoint(struct toc_front *f, struct toc_frame *frame); /* CHECKPOINT */
void toc_log_lost(struct toc_front *f);                                /* the archive is away: who waits is told */
void toc_log_socket(struct toc_conn *c); /* with each beat: the checkpoints that it has not had */
/** What a hello says that it trusts: a signed checkpoint. 0, or -1 with the refusal. */
int toc_log_trust(struct toc_conn *c, struct toc_str note, struct toc_refusal *r);
void toc_log_done(struct toc_front *f);

/* ---- audit.c ---- */
void toc_audit_get_list(struct toc_conn *c);
void toc_audit_ask(struct toc_conn *c);
int toc_audit_arguments(struct toc_conn *c); /* what the header of a GET says */
void toc_audit_accept(struct toc_conn *c);   /* and Accept, of any */
void toc_audit_entered(struct toc_conn *c, int status, struct toc_str json, const char *headers); /* the keeper's ANSWER */
void toc_audit_data(struct toc_front *f, struct toc_frame *frame); /* AUDIT_DATA */
void toc_audit_end(struct toc_front *f, struct toc_frame *frame);  /* AUDIT_END */
void toc_audit_taken(struct toc_conn *c);
void toc_audit_visit(struct toc_conn *c, int64_t now); /* may drop it */
void toc_audit_stop(struct toc_conn *c);
void toc_audit_lost(struct toc_conn *c);

/* ---- entries.c ---- */
void toc_entries_get(struct toc_conn *c);
void toc_entries_history(struct toc_conn *c, uint64_t seq, struct toc_str json);
void toc_entries_step(struct toc_conn *c); /* the ring moved, the archive answered, or time passed */

static inline int64_t toc_now_us(void)
{
	return toc_clock_mono_us();
}

#endif
