/* test_stream.c: what leaves a front is a stream of whole frames, whatever happens at the same time.
 *
 * The front writes entries past the framing of libwebsockets (fanout.c), which is documented nowhere, while the library
 * answers pings and closes on the same connection by itself. Here the reader is slow and its buffers small, so that
 * writes end in the middle of a frame all the time, and every byte of the stream is looked at. */
#include "check.h"
#include "peer.h"

#define ENTRY_MOST 45000

static struct front f;

/* An entry whose bytes all follow from its number: lengths of every kind of frame head, and above one TLS record. */
static const char *entry(unsigned seq)
{
	static char text[ENTRY_MOST + 64];
	static const size_t lengths[] = { 30, 124, 125, 126, 127, 700, 16384, 3000, 16380, 45000, 1400, 9000 };
	size_t n = lengths[seq % (sizeof lengths / sizeof *lengths)];
	size_t at = (size_t)snprintf(text, sizeof text, "{\"seq\":%u,\"x\":\"", seq);

	for (uint32_t x = seq + 1; at + 2 < n; at++) {
		x = x * 1664525 + 1013904223;
		text[at] = (char)('a' + (x >> 24) % 26);
	}
	snprintf(text + at, sizeof text - at, "\"}");
	return text;
}

/* An answer; several of them are more than one write takes. */
static const char *reply(unsigned i)
{
	static char text[12100];

	snprintf(text, sizeof text, "{\"answer\":%u,\"x\":\"%0*u\"}", i, 1000 + (int)i % 10 * 1200, i);
	return text;
}

/* ---- the reader's books ---- */

struct seen {
	unsigned entries, answers, pongs, pings, beats;
	int close_code; /* 0: none yet; -1: the stream ended without */
	bool closing;   /* we have said that we close: what the library kept back it drops, within a frame or not */
};

/* One frame, checked against what was due. @return false when it was the last */
static bool take(struct client *c, struct seen *seen)
{
	const char *p;
	size_t n;
	int first = socket_any(c, &p, &n);

	if (first == -1) {
		CHECK(c->n == c->at || seen->close_code || seen->closing); /* not in the middle of a frame */
		seen->close_code = seen->close_code ? seen->close_code : -1;
		return false;
	}
	/* RFC 6455, 5.5.1 and 5.5.2: after a close frame there are no data, but a ping that came before is still answered */
	CHECK(!seen->close_code || first == 0x8a);
	switch (first) {
	case 0x81:
		if (!strncmp(p, "{\"seq\":", 7)) {
			const char *due = entry(seen->entries);
			CHECK(n == strlen(due) && !memcmp(p, due, n));
			seen->entries++;
		} else if (!strncmp(p, "{\"answer\":", 10)) {
			const char *due = reply(seen->answers++);
			CHECK(n == strlen(due) && !memcmp(p, due, n));
		} else {
			CHECK(strstr(p, "\"op\":\"beat\""));
			seen->beats++;
		}
		return true;
	case 0x8a: /* RFC 6455, 5.5.3: of several pings, the newest may be the one that is answered */
		seen->pongs++;
		CHECK(n > 5 && !strncmp(p, "ping ", 5));
		return true;
	case 0x89:
		seen->pings++;
		CHECK_INT(n, 1); /* the answer to an empty one would not be noticed by the library */
		socket_frame(c, 0x8a, p, n);
		return true;
	case 0x88:
		seen->close_code = n >= 2 ? (uint8_t)p[0] << 8 | (uint8_t)p[1] : 1005;
		socket_frame(c, 0x88, p, n); /* the other side of the handshake; a second one harms nobody */
		return true;
	}
	printf("  first byte %02x of %zu bytes\n", (unsigned)first, n);
	CHECK(!"a frame of a known kind");
	return false;
}

static void ping(struct client *c, unsigned i)
{
	char text[125];
	int n = snprintf(text, sizeof text, "ping %u", i);

	socket_frame(c, 0x89, text, (size_t)n);
}

static struct client *begin(uint64_t *ret_conn)
{
	f = front_start("{\"ping_s\":1,\"pending_kib\":65536}");
	front_ready(&f);
	front_tip(&f, 0);
	struct client *c = socket_open_small(&f, SUBPROTOCOL BEARER);
	*ret_conn = socket_hello(&f, c, HELLO, "NORTH", 1);
	return c;
}

static void end(struct client *c)
{
	client_free(c);
	front_stop(&f);
}

/* A command of the reader and its answer, which leaves in one write with entries. */
static void ask(struct client *c, uint64_t conn, unsigned i)
{
	socket_send(c, "{\"op\":\"prepare\",\"ref\":1,\"message\":{\"type\":\"M4\"}}");
	(void)hear_among(&f, f.keeper, TOC_IPC_COMMAND);
	answer(&f, conn, 1, 200, reply(i));
}

/* @return entries that were published; some of it is still on its way to the reader */
static unsigned rush(struct client *c, uint64_t conn, struct seen *seen)
{
	enum { ENTRIES = 240 };

	for (unsigned i = 0; i < ENTRIES; i++) {
		publish(&f, i, "NORTH", 1, entry(i));
		if (i % 3 == 0)
			ping(c, i);
		for (unsigned k = 0; i % 8 == 0 && k < 3; k++)
			ask(c, conn, i / 8 * 3 + k);
		if (i % 4 == 3) /* the reader is slower than what comes */
			for (int k = 0; k < 3; k++)
				CHECK(take(c, seen));
	}
	return ENTRIES;
}

/* ---- cases ---- */

CASE(frames_are_whole_and_in_order_while_pings_cross_and_writes_are_cut)
{
	struct seen seen = { 0 };
	uint64_t conn;
	struct client *c = begin(&conn);
	unsigned n = rush(c, conn, &seen);

	while (seen.entries < n && take(c, &seen))
		;
	while (seen.pings < 1 && take(c, &seen)) /* the front's own, between the beats */
		ping(c, 1000 + seen.beats);
	ping(c, 2000);
	for (unsigned before = seen.pongs; seen.pongs == before && take(c, &seen);)
		;
	CHECK_INT(seen.entries, n);
	CHECK_INT(seen.answers, n / 8 * 3);
	CHECK(seen.pongs >= 2);
	CHECK_INT(seen.close_code, 0);
	end(c);
}

CASE(a_close_of_ours_comes_after_whole_frames_and_no_data_after_it)
{
	struct seen seen = { 0 };
	uint64_t conn;
	struct client *c = begin(&conn);
	unsigned n = rush(c, conn, &seen);

	/* while a write is cut somewhere and the library owes pongs */
	for (unsigned i = 0; i < 8; i++)
		ping(c, 3000 + i);
	toc_ipc_begin(&f.out, TOC_IPC_REVOKE);
	toc_ipc_id(&f.out, (struct toc_uuid){ { 0 } });
	toc_ipc_str(&f.out, TOC_STR(""));
	toc_ipc_id(&f.out, (struct toc_uuid){ { 0 } });
	toc_ipc_u8(&f.out, 0);
	say(&f, f.keeper);
	while (take(c, &seen))
		;
	CHECK_INT(seen.close_code, 4403);
	CHECK(seen.entries <= n);
	end(c);
}

CASE(a_close_of_theirs_ends_it_and_no_data_come_after_the_answer)
{
	struct seen seen = { 0 };
	uint64_t conn;
	struct client *c = begin(&conn);
	unsigned n = rush(c, conn, &seen);

	ping(c, 4000);
	socket_frame(c, 0x88, "\x03\xe8", 2); /* 1000 */
	seen.closing = true;
	while (take(c, &seen))
		;
	/* while it keeps bytes back, the library hangs up without an answer: who has closed takes nothing more anyway */
	CHECK(seen.close_code == 1000 || seen.close_code == -1);
	CHECK(seen.entries <= n);
	end(c);
}

CASE(what_waits_for_a_decision_is_waited_for_but_not_for_long)
{
	struct seen seen = { 0 };
	uint64_t conn;
	struct client *c = begin(&conn);

	socket_send(c, "{\"op\":\"send\",\"ref\":1,\"message\":{\"type\":\"M4\"}}");
	(void)hear_among(&f, f.keeper, TOC_IPC_COMMAND); /* never answered */
	publish(&f, 0, "NORTH", 1, entry(0));
	while (seen.entries < 1 && take(c, &seen))
		;
	CHECK_INT(seen.entries, 1);
	CHECK_INT(seen.answers, 0);
	end(c);
}

RUN_CASES()
