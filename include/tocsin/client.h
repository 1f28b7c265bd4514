/* tocsin/client.h: libtocsin, the member's side of a Tocsin server, for programs in C.
 *
 * A connection is a member's place in the ledger: it delivers every entry that the member may read, in order
 * and exactly once, across lost connections and restarts of the server; and it carries messages the other way
 * until each has been answered. What a message may contain is the server's business (`tocsin schema`):
 * messages and entries are JSON text here, UTF-8, as on the wire.
 *
 * One thread, one loop: every function belongs to the thread that called tocsin_new, but tocsin_wake.
 * Callbacks run inside tocsin_step and may call anything here except tocsin_step and tocsin_free.
 *
 *   struct tocsin *t;
 *   struct tocsin_connection_settings me = { .server = "https://localhost:8443", .key = key,
 *                                            .from = TOCSIN_FROM_START, .on_entry = show };
 *   tocsin_new(&(struct tocsin_settings){ .ca_file = "ca.pem" }, &t, &error);
 *   tocsin_connect(t, &me, &connection, &error);
 *   while (tocsin_step(t, 1000) == 0)
 *           ;
 *
 * A whole program: docs/example.c.
 */
#ifndef TOCSIN_CLIENT_H
#define TOCSIN_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TOCSIN_API __attribute__((visibility("default")))
#else
#define TOCSIN_API
#endif

/* ---- errors ---- */

enum tocsin_code {
	TOCSIN_EINVAL = -1, /* an argument or a setting is wrong */
	TOCSIN_ELIMIT = -2, /* too many messages are waiting for an answer, or one is too long */
	TOCSIN_EIO = -5,    /* a file or the TLS library failed */
	TOCSIN_EBUSY = -12, /* this process has a struct tocsin already */
};
struct tocsin_error {
	int code;
	char text[400]; /* one sentence for a person; never a secret */
};

/* ---- the library in this process ---- */

/** TLS and the loop. One at a time in a process: OpenSSL's indexes that libwebsockets registers are global,
 * and a second context would take them from the first. tocsin_new says TOCSIN_EBUSY instead. */
struct tocsin;

struct tocsin_settings {
	const char *ca_file;    /* PEM file of the only authorities to trust; NULL: those of the system */
	const char *user_agent; /* NULL: "libtocsin/VERSION" */
};

TOCSIN_API int tocsin_new(const struct tocsin_settings *settings, struct tocsin **ret_tocsin,
			  struct tocsin_error *reterr);
/** Closes what is still open, without waiting. NULL is fine. */
TOCSIN_API void tocsin_free(struct tocsin *t);
/** Wait for at most so many milliseconds and do what there is to do. @return 0, or -1: the loop is broken */
TOCSIN_API int tocsin_step(struct tocsin *t, int timeout_ms);
/** End a waiting tocsin_step early. The one function that other threads and signal handlers may call. */
TOCSIN_API void tocsin_wake(struct tocsin *t);

/* ---- a connection ---- */

struct tocsin_connection;

/** Where to begin: a sequence number (everything after it), or one of these. */
#define TOCSIN_FROM_NOW (-2LL)
#define TOCSIN_FROM_START (-1LL)

enum tocsin_state {
	TOCSIN_CONNECTING, /* also while waiting before the next attempt; `why` says what failed last */
	TOCSIN_CONNECTED,  /* the server has said welcome */
	TOCSIN_ENDED, /* the server does not want us (credential unknown or revoked, position ahead): no more
			 attempts */
};

/** What arrived. Everything is borrowed for the call. Texts are NUL-terminated. */
struct tocsin_entry {
	long long seq; /* position in the ledger; -1 for an urgent one */
	bool urgent;   /* delivered from the journal while the database is away: NOT YET RECORDED. The same id
			* comes again with its seq, when it has been recorded */
	const char *k; /* what it is: "M4.send" */
	const char *id;   /* the message's id */
	const char *org;  /* whose it is: "StreamHarbor" */
	const char *json; /* the whole frame */
	size_t json_bytes;
};

/** What the log of signed checkpoints says of the ledger (docs/log.md). Texts are borrowed for the call. */
struct tocsin_log_news {
	bool alarm;          /* it does not add up: the past was changed, cut off, or is shown to others otherwise */
	unsigned long long size; /* entries that are covered by the checkpoint that is believed */
	const char *why;     /* alarm: one sentence for a person; of a cosignature that was refused, why; else "" */
	unsigned long long cosigned; /* the server has taken our cosignature of the checkpoint of this size; 0: it is other news */
};

struct tocsin_connection_settings {
	const char *server; /* "https://HOST[:PORT]" */
	const char *key;    /* API key */
	long long from;     /* TOCSIN_FROM_NOW, TOCSIN_FROM_START, or the last sequence number you have */
	void *user;         /* given to every callback */

	/** Every entry, in order, exactly once. */
	void (*on_entry)(void *user, const struct tocsin_entry *entry);
	/** After on_entry: keep the number, and give it as `from` after a restart. May be NULL. */
	void (*on_position)(void *user, long long seq);
	/** The server's welcome: who you are, exercises, limits. After every reconnect. May be NULL. */
	void (*on_welcome)(void *user, const char *json, size_t json_bytes);
	/** The server's beat, every 2 s. `last`: the last sequence number meant for you. May be NULL. */
	void (*on_beat)(void *user, long long last);
	void (*on_state)(void *user, enum tocsin_state state, const char *why); /* may be NULL */

	/** Give up on a message after so many seconds without a final answer; 0: never. "Wait and try again"
	 * (rate, busy, database_away) is obeyed, and is not a final answer until then. */
	int patience_s;

	/** The log, checked at every step, and an alarm also when the server says that its signer has halted; the connection goes on whatever it says. Its key (NULL: the first that a server
	 * names is believed), a file that keeps what is believed (NULL: only this program does), and who is told. on_log
	 * NULL: nothing is checked. */
	const char *log_key;
	const char *trust_file;
	void (*on_log)(void *user, const struct tocsin_log_news *news);
	/** Vouch for it, as your organisation's registered witness: the secret key as text (PRIVATE+KEY+name+id+…, type 4), or
	 * NULL. Each checkpoint that was checked and is in trust_file is cosigned (C2SP cosignature/v1), and no other: so
	 * trust_file and on_log are needed. */
	const char *witness_key;
};

TOCSIN_API int tocsin_connect(struct tocsin *t, const struct tocsin_connection_settings *settings,
			      struct tocsin_connection **ret_connection, struct tocsin_error *reterr);
/** Say goodbye and forget it: no callback of this connection runs any more, waiting messages are dropped. */
TOCSIN_API void tocsin_disconnect(struct tocsin_connection *c);
/** The last sequence number delivered, or where it began. */
TOCSIN_API long long tocsin_position(const struct tocsin_connection *c);

/* ---- messages ---- */

enum tocsin_outcome {
	TOCSIN_ACCEPTED,  /* committed to the ledger; seq, case_ref, incident_ref */
	TOCSIN_JOURNALED, /* a threat, taken while the database is away: delivered, not yet recorded */
	TOCSIN_PREPARED,  /* answer to tocsin_prepare: json */
	TOCSIN_REFUSED,   /* code, field, clause, detail, advice */
	TOCSIN_UNANSWERED /* patience is over. It may have been accepted: the same id sent again says */
};

/** The answer to a message. Borrowed for the call; absent texts are "". */
struct tocsin_answer {
	enum tocsin_outcome outcome;
	const char *id;       /* of the message */
	long long seq;        /* -1 unless accepted */
	const char *case_ref; /* of the case that the message opened or belongs to */
	const char *incident_ref; /* … and of the incident */
	const char *code, *field, *clause, *detail, *advice;
	const char *json; /* the frame, "" when unanswered */
	size_t json_bytes;
};
typedef void tocsin_answer_fn(void *user, const struct tocsin_answer *answer);

/** Send a message: one JSON object, envelope and body. `id` (UUIDv7), `schema_version` and `sent_at` are
 * filled in when they are missing; nothing else is. It is sent again, with the same id, after every reconnect
 * until it is answered: the server takes it once.
 * @param done called exactly once, unless the connection is dropped before; may be NULL
 * @param ret_id the message's id, 37 bytes; may be NULL
 * @return 0, TOCSIN_EINVAL (not an object), TOCSIN_ELIMIT (256 are waiting, or it is longer than 64 KiB) */
TOCSIN_API int tocsin_send(struct tocsin_connection *c, const char *json, size_t json_bytes,
			   tocsin_answer_fn *done, void *user, char ret_id[37], struct tocsin_error *reterr);
/** Ask what sending it would do: recipients with reasons, warnings, duplicates. Changes nothing. */
TOCSIN_API int tocsin_prepare(struct tocsin_connection *c, const char *json, size_t json_bytes,
			      tocsin_answer_fn *done, void *user, struct tocsin_error *reterr);
/** A machine's receipt for an entry: "delivered". For gateways; what people do is a message. Lost receipts
 * are not sent again. */
TOCSIN_API int tocsin_receipt(struct tocsin_connection *c, long long seq, const char *state);

/* ---- documents: what a server shows beside the socket ---- */

/** A request over HTTPS: the log of checkpoints, history, schemas (docs/wire.md). Connections are kept between requests;
 * of several under way at once to one server, the answers may come in any order. */
struct tocsin_request {
	const char *server;    /* "https://HOST[:PORT]" */
	const char *key;       /* API key; NULL: none */
	const char *path;      /* "/log/checkpoint", with its query */
	const char *post;      /* a JSON text to POST; NULL: GET */
	size_t post_bytes;
	int patience_s;        /* give up when nothing has come for so long; 0: 30 */
	void *user;            /* given to both callbacks */
	/** A piece of the answer's body, also of a refusal's; `status` is HTTP's. @return false: enough, end it. */
	bool (*on_piece)(void *user, int status, const char *bytes, size_t n);
	/** The end, exactly once. @param status of HTTP; 0: there was no answer, or not all of it, and `why` says why */
	void (*on_done)(void *user, int status, const char *why);
};
TOCSIN_API int tocsin_ask(struct tocsin *t, const struct tocsin_request *request, struct tocsin_error *reterr);

/** Version of the library: "0.1.0". */
TOCSIN_API const char *tocsin_version(void);

#ifdef __cplusplus
}
#endif
#endif
