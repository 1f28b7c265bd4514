/* link.h: one member's conversation with a server, without sockets and without a clock: frames in, frames
 * out, `now` as an argument. connection.c gives it both; the unit tests give it strings.
 *
 * It keeps three promises: every entry is delivered in order and exactly once (it remembers the position and
 * drops what is not after it); every message is sent until it is answered (it keeps the bytes, and so the
 * id); and a silent or incomplete connection is noticed (a server beats every 2 s and says what the last
 * entry for us is). */
#ifndef TOC_CLIENT_LINK_H
#define TOC_CLIENT_LINK_H

#include "base/memory.h"
#include "tocsin/client.h"

#define TOC_LINK_WAITING_MAX 256      /* messages without an answer */
#define TOC_LINK_FRAME_MAX (4u << 20) /* what a server may send in one frame: a disclosure carries a case */
#define TOC_LINK_SILENCE_MS 10000     /* five beats */
#define TOC_LINK_LAG_MS 300000 /* without an entry that is due: reading a long history may take a while */
#define TOC_LINK_RECONNECT_FIRST_MS 250
#define TOC_LINK_RECONNECT_MOST_MS 15000

struct toc_link;

struct toc_trust;
/** @param settings copied; server and key are not kept here
 * @param trust taken over; NULL: the log is not checked */
struct toc_link *toc_link_new(const struct tocsin_connection_settings *settings, struct toc_trust *trust);
void toc_link_free(struct toc_link *l);
void toc_link_mute(struct toc_link *l); /* no callback runs any more */

void toc_link_opened(struct toc_link *l, int64_t now_ms);
/** @param close_code of RFC 6455, or 0; @param why for people */
void toc_link_closed(struct toc_link *l, int64_t now_ms, int close_code, const char *why);
/** One whole frame. @return 0, or -1: drop the connection (`toc_link_why` says why) */
int toc_link_receive(struct toc_link *l, struct toc_str frame, int64_t now_ms);
/** The next frame to write, valid until the next call; false when there is none. */
void toc_link_vouch(struct toc_link *l, int64_t now_ms, int64_t unix_ms); /* before toc_link_next: our witness signs */
bool toc_link_next(struct toc_link *l, int64_t now_ms, struct toc_str *ret_frame);
/** When toc_link_tick wants to be called, or INT64_MAX. */
int64_t toc_link_due(const struct toc_link *l);
/** @return 0, or -1: drop the connection */
int toc_link_tick(struct toc_link *l, int64_t now_ms);

const char *toc_link_why(const struct toc_link *l);
bool toc_link_ended(const struct toc_link *l); /* do not connect again */
long long toc_link_position(const struct toc_link *l);
/** How long to wait before the next attempt: doubling from 0.25 s to 15 s, a random part of it off, so that
 * ten thousand clients of a restarted server do not come back in one instant. @param random any number */
int64_t toc_link_reconnect_delay_ms(const struct toc_link *l, uint32_t random);

/** Tell the program what went wrong. @return code */
int toc_link_fail(struct tocsin_error *reterr, int code, const char *format, ...) TOC_PRINTF(3, 4);

int toc_link_send(struct toc_link *l, bool prepare, struct toc_str json, int64_t now_ms, int64_t unix_ms,
		  tocsin_answer_fn *done, void *user, char ret_id[37], struct tocsin_error *reterr);
int toc_link_receipt(struct toc_link *l, long long seq, const char *state);

#endif
