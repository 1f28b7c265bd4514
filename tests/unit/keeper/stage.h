/* stage.h: a keeper (or two) on a memory ledger with the exercises' directory, and a front that is the test
 * itself.
 *
 *   struct stage s; stage_begin(&s); struct toc_str grant = stage_login(&s, "GameNest", "night responder");
 *   const struct toc_value *answer = stage_send(&s, grant, stage_message(&s, "M4", …));
 */
#ifndef TOC_TESTS_KEEPER_STAGE_H
#define TOC_TESTS_KEEPER_STAGE_H

#include "archive/archive.h"
#include "keeper/core.h"

#define QUIET_BELL "40cff146-451c-405a-bb94-a58703f37f31"

struct stage_frame { /* what the keeper or archive sent */
	enum toc_ipc_number number;
	uint64_t conn, seq;
	unsigned code;        /* http status, refusal code or number of renderings */
	bool up;              /* TIP */
	struct toc_str grant; /* AUTH_OK; the ticket or the session's secret for TICKETED and SIGNED_IN */
	struct toc_uuid id;   /* REVOKE, URGENT, AUTH_OK: session */
	uint32_t roles;
	struct toc_str json;     /* of the first rendering */
	struct toc_value *value; /* json, parsed */
	struct toc_str json2;    /* of the second */
	struct toc_value *value2;
	struct toc_str readers; /* "A B C" of the first, " | D" of the second */
};
struct stage_keeper {
	struct toc_keeper *k;
	struct toc_store *writer, *reader, *slow;
	struct toc_channel *front;
	struct stage_frame frames[8192];
	size_t n;
};
struct stage {
	struct toc_arena *a;
	struct toc_store *base;
	const char *app, *reader; /* PostgreSQL; NULL: memory */
	char dir[2][64];
	struct stage_keeper keeper[2];
	struct toc_archive *archive;
	struct stage_keeper past; /* what the archive says */
	uint8_t key[32];
	struct toc_uuid wrapping;
	struct toc_value *seed;
	toc_dur ahead; /* the stage's clock: the machine's and this */
	uint64_t conn;
	const struct toc_value *channels, *keeper_limits; /* of keepers that are started from now on */
	const struct toc_value *limits; /* of the archive; with them the socket to its front holds little */
};

void stage_begin(struct stage *s); /* with one keeper, serving */
/** The same on PostgreSQL. @param app, reader conninfo of an empty ledger */
void stage_begin_on(struct stage *s, const char *app, const char *reader);
void stage_end(struct stage *s);
void stage_keeper(struct stage *s, unsigned i); /* start keeper i on the shared ledger; does not wait */
void stage_stop(struct stage *s, unsigned i);
void stage_archive(struct stage *s);
void stage_wait_serving(struct stage *s, unsigned i);
/** Let keeper i make a copy of its state, now, and wait for its end. */
void stage_copy(struct stage *s, unsigned i);
void stage_fault(struct stage *s, unsigned i, enum toc_memory_fault fault);
/** The database goes away, and keeper i has seen it; it comes back, and all of the journal is dealt with. */
void stage_go_away(struct stage *s, unsigned i);
void stage_come_back(struct stage *s, unsigned i);
/** Keeper i ends, saving nothing (the same as kill -9), and another one serves in its place. */
void stage_start_anew(struct stage *s, unsigned i);

/** Let everybody run for so long (at least one turn each). */
void stage_run(struct stage *s, int ms);
/** Run until keeper i has decided and entered all that it was given, and its front has heard of it. Five seconds are a failure. */
void stage_settle(struct stage *s, unsigned i);
/** Run until keeper i is in this phase, or five seconds are over. @return whether it is */
bool stage_phase(struct stage *s, unsigned i, enum toc_phase phase);

/** SHA-256 of this is in the directory as the person's API key or sign-in token. */
struct toc_str stage_api_key(struct stage *s, const char *org, const char *title);
struct toc_str stage_sign_in_token(struct stage *s, const char *org, const char *title);
/** AUTH with the API key. @return the grant, empty when it failed */
struct toc_str stage_login(struct stage *s, const char *org, const char *title);
struct toc_str stage_login_at(struct stage *s, unsigned i, const char *org, const char *title);

/** An envelope of the exercise QUIET BELL around the JSON body. */
struct toc_value *stage_message(struct stage *s, const char *type, const char *case_ref, const char *body);
struct toc_value *stage_threat(struct stage *s, const char *handle); /* an M4.send of GameNest */
struct toc_value *stage_threat_of_chirplet(struct stage *s, const char *handle);
/** Send only. @return its conn */
uint64_t stage_post(struct stage *s, unsigned i, struct toc_str grant, unsigned op,
		    const struct toc_value *message);
/** The answer to it, or NULL after five seconds. */
const struct stage_frame *stage_answer(struct stage *s, unsigned i, uint64_t conn);
/** Both, at keeper 0. @return the answer's JSON; NULL: none */
const struct toc_value *stage_send(struct stage *s, struct toc_str grant, const struct toc_value *message);

/** Both at keeper i. @return "accepted", "journaled", the code of a refusal, or "nothing" */
const char *stage_say(struct stage *s, unsigned i, struct toc_str grant, const struct toc_value *message);
struct toc_uuid stage_id(const struct toc_value *message);

/** The frames of one number that keeper i sent, the newest. NULL: none. */
const struct stage_frame *stage_last(const struct stage *s, unsigned i, enum toc_ipc_number number);
size_t stage_count(const struct stage *s, unsigned i, enum toc_ipc_number number);
/** The entry with this k that was published last. */
const struct stage_frame *stage_published(const struct stage *s, unsigned i, const char *k);
size_t stage_published_count(const struct stage *s, unsigned i, const char *k);

/** Canonical bytes of the keeper's state, and of a fresh replay of the whole ledger. */
struct toc_str stage_state(struct stage *s, unsigned i);
struct toc_str stage_replay(struct stage *s);
uint64_t stage_size(struct stage *s);
/** How often this message's id is in the ledger. @param ret_seq where; may be NULL */
unsigned stage_recorded(struct stage *s, const struct toc_value *message, uint64_t *ret_seq);

struct toc_value *stage_directory(struct stage *s); /* directory.c; what an empty ledger is given */

#endif
