/* pg.h: the PostgreSQL store's inside, for the pg_*.c files only.
 *
 * pg_connection.c  the connection: made in the background, given up at a deadline, made again
 * pg_pipeline.c    one operation at a time: its statements and one sync go out together, answers come back
 * pg_append.c      the operations that take the tip's lock        pg_load.c  those that only read, and
 * snapshots pg_log.c  what signer and archive need of the log pg_parameter.c   values and arrays in PostgreSQL's binary form  pg_error.c SQLSTATE to result
 */
#ifndef TOC_STORE_PG_H
#define TOC_STORE_PG_H

#include "store/backend.h"

#include <libpq-fe.h>

#define TOC_PG_STATEMENTS_MAX 40

struct toc_pg;
/** Takes one result of a statement: all of its rows, or one row of many (single-row mode). */
typedef void toc_pg_take(struct toc_pg *pg, const PGresult *result);

struct toc_pg {
	struct toc_store s;
	char *conninfo;
	bool listen;

	PGconn *conn;
	enum { TOC_PG_AWAY, TOC_PG_CONNECTING, TOC_PG_PREPARING, TOC_PG_UP } state;
	PostgresPollingStatusType polling; /* while connecting */
	int64_t attempt_ends_us;           /* while connecting or preparing */
	int64_t next_attempt_us;           /* while away */
	int64_t back_off_us;
	char told[400]; /* the reason that DOWN was last told with */

	/* What has been sent and is not answered: the head of the queue, or the statements that prepare. */
	bool under_way;
	bool unflushed; /* libpq still holds bytes of it */
	bool send_failed;
	bool give_up;      /* the connection is of no use any more, say its answers: another may be */
	bool rolling_back; /* the head has failed in a transaction: its answer waits until that is closed */
	toc_pg_take *take[TOC_PG_STATEMENTS_MAX]; /* per statement, in order; NULL: nothing to take */
	unsigned n_statements, at_statement;
	int result;
	uint64_t size;
	struct toc_error error;
};

/* pg_parameter.c: binary parameters of a statement. Built in one go; freed by done. */
#define TOC_PG_PARAMETERS_MAX 8
struct toc_pg_parameters {
	struct toc_buf value[TOC_PG_PARAMETERS_MAX];
	int n;
};
enum toc_pg_type { TOC_PG_BYTEA = 17, TOC_PG_INT8 = 20, TOC_PG_TEXT = 25, TOC_PG_UUID = 2950 }; /* pg_type.dat */
void toc_pg_parameters_done(struct toc_pg_parameters *p);
void toc_pg_int8(struct toc_pg_parameters *p, int64_t v);
void toc_pg_int4(struct toc_pg_parameters *p, int32_t v);
void toc_pg_bytes(struct toc_pg_parameters *p, struct toc_str v);
/** An array of n elements: then n times an element, bytes or null. @return the array's buffer */
struct toc_buf *toc_pg_array(struct toc_pg_parameters *p, enum toc_pg_type of, size_t n);
void toc_pg_element(struct toc_buf *array, struct toc_str v);
void toc_pg_element_int8(struct toc_buf *array, int64_t v);
void toc_pg_element_id(struct toc_buf *array, struct toc_uuid id); /* nil is null */
void toc_pg_element_null(struct toc_buf *array);
/* Columns of a binary result. */
int64_t toc_pg_get_int8(const PGresult *r, int row, int column);
int32_t toc_pg_get_int4(const PGresult *r, int row, int column);
struct toc_str toc_pg_get_bytes(const PGresult *r, int row, int column); /* empty for null */
struct toc_uuid toc_pg_get_id(const PGresult *r, int row, int column);   /* nil for null */

/* pg_connection.c */
/** Give the connection up: the head, if it is under way, ends with `result`, the rest with TOC_EIO; tell
 * DOWN. */
void toc_pg_drop(struct toc_pg *pg, int result, const char *why);

/* pg_pipeline.c */
void toc_pg_send(struct toc_pg *pg, const char *statement, const struct toc_pg_parameters *p,
		 toc_pg_take *take);
void toc_pg_send_text(struct toc_pg *pg, const char *sql, toc_pg_take *take);
/** After this row by row: memory stays small however many rows come. Directly after the first toc_pg_send. */
void toc_pg_row_by_row(struct toc_pg *pg);
void toc_pg_begin(struct toc_pg *pg); /* begin a group of statements */
void toc_pg_sync(struct toc_pg *pg);  /* end it, and let it go */
/** @return true when every answer of what is under way is there */
bool toc_pg_receive(struct toc_pg *pg);
void toc_pg_start_head(struct toc_pg *pg); /* send the head of the queue, if nothing is under way */
/** Every answer of the head is there: end it, or first roll back what it has left open. */
void toc_pg_finish_head(struct toc_pg *pg);
/** Between lock_tip and append (or unlock_tip): a transaction of ours is open. */
bool toc_pg_in_transaction(const struct toc_pg *pg);

/* pg_append.c, pg_load.c, pg_log.c: send the statements of one operation */
void toc_pg_send_append(struct toc_pg *pg, const struct toc_append *what);
void toc_pg_send_lock_tip(struct toc_pg *pg);
void toc_pg_send_load(struct toc_pg *pg, const struct toc_op *op);
void toc_pg_send_log(struct toc_pg *pg, const struct toc_op *op);
void toc_pg_send_witness(struct toc_pg *pg, const struct toc_op *op);

/* pg_error.c */
/** What a failed statement means (store.h). @param ret_size the tip's size, when it is TOC_ECONFLICT */
int toc_pg_result(const PGresult *r, uint64_t *ret_size, struct toc_error *reterr);
/** The first line of a message of libpq's, without the newline. */
void toc_pg_first_line(const char *message, char *ret_line, size_t cap);

#endif
