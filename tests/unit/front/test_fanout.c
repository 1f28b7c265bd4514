/* test_fanout.c: entries reach whom they are for, live and resumed, and readers that do not read harm nobody. */
#include "check.h"
#include "scene.h"

#include <unistd.h>

CASE(entries_reach_whom_they_are_for_in_order_and_nobody_else)
{
	begin(10);
	struct client *north = welcomed("NORTH", NULL), *south = welcomed("SOUTH", NULL);
	for (uint64_t seq = 10; seq < 50; seq++)
		publish(&f, seq, seq % 2 ? "NORTH" : "SOUTH", 1, entry(seq));
	for (uint64_t seq = 10; seq < 50; seq++)
		CHECK(says(socket_next(seq % 2 ? north : south), entry(seq)));
	CHECK(says(socket_beat(north), "\"last\":49"));
	CHECK(says(socket_beat(south), "\"last\":48"));
	client_free(north);
	client_free(south);
	end();
}

CASE(large_entries_and_pings_of_the_client_do_not_mix)
{
	begin(0);
	struct client *c = welcomed("NORTH", NULL);
	char *big = malloc(200001);
	for (uint64_t seq = 0; seq < 20; seq++) {
		size_t n = seq % 3 == 0 ? 200000 : 70 + (size_t)seq * 900;
		memset(big, 'x', n);
		int head = snprintf(big, n, "{\"seq\":%d,\"x\":\"", (int)seq);
		big[head] = 'y';
		strcpy(big + n - 2, "\"}");
		publish(&f, seq, "NORTH", 1, big);
		socket_frame(c, 0x89, "are you there", 13);
	}
	for (uint64_t seq = 0; seq < 20; seq++) {
		char want[32];
		snprintf(want, sizeof want, "{\"seq\":%d,", (int)seq);
		const char *got = socket_next(c);
		CHECK(got && !strncmp(got, want, strlen(want)));
	}
	free(big);
	client_free(c);
	end();
}

CASE(resuming_reads_the_archive_and_goes_on_live_without_gap_or_repetition)
{
	uint64_t conn;

	begin(10);
	struct client *c = socket_open(&f, SUBPROTOCOL BEARER);
	conn = socket_hello(&f, c, "{\"op\":\"hello\",\"from\":3}", "NORTH", 1);
	struct toc_frame r = hear(&f, f.archive, TOC_IPC_READ);
	CHECK_INT(toc_frame_u64(&r), conn);
	CHECK_TEXT(toc_frame_str(&r), "grant");
	CHECK_INT(toc_frame_u64(&r), 4);
	publish(&f, 10, "NORTH", 1, entry(10)); /* meanwhile: not before its turn */
	publish(&f, 11, "NORTH", 1, entry(11));
	history(&f, conn, 5, entry(5));
	history(&f, conn, 7, entry(7));
	history_end(&f, conn, 8, 11, 0);
	r = hear(&f, f.archive, TOC_IPC_READ);
	(void)toc_frame_u64(&r), (void)toc_frame_str(&r);
	CHECK_INT(toc_frame_u64(&r), 8);
	history(&f, conn, 9, entry(9));
	history(&f, conn, 10, entry(10)); /* the archive knows it, too */
	history_end(&f, conn, 11, 12, 0);
	static const uint64_t expected[] = { 5, 7, 9, 10, 11 };
	for (size_t i = 0; i < 5; i++)
		CHECK(says(socket_next(c), entry(expected[i])));
	publish(&f, 12, "NORTH", 1, entry(12));
	CHECK(says(socket_next(c), entry(12)));
	CHECK(heard_nothing(f.archive, 50));
	client_free(c);
	end();
}

CASE(who_is_ahead_of_the_ledger_is_told_and_may_begin_again)
{
	begin(10);
	struct client *c = socket_open(&f, SUBPROTOCOL BEARER);
	socket_send(c, "{\"op\":\"hello\",\"from\":10}");
	(void)admit(&f, "NORTH", 1, false);
	CHECK(says(socket_next(c), "\"code\":\"ahead\""));
	socket_send(c, "{\"op\":\"hello\",\"from\":9}");
	CHECK(says(socket_next(c), "welcome"));
	client_free(c);
	end();
}

CASE(a_gap_in_what_is_published_is_filled_by_the_archive)
{
	uint64_t conn;

	begin(0);
	struct client *c = welcomed("NORTH", &conn);
	publish(&f, 0, "NORTH", 1, entry(0));
	CHECK(says(socket_next(c), entry(0)));
	publish(&f, 5, "NORTH", 1, entry(5));
	struct toc_frame r = hear(&f, f.archive, TOC_IPC_READ);
	(void)toc_frame_u64(&r), (void)toc_frame_str(&r);
	CHECK_INT(toc_frame_u64(&r), 1);
	history(&f, conn, 2, entry(2));
	history_end(&f, conn, 5, 6, 0);
	CHECK(says(socket_next(c), entry(2)));
	CHECK(says(socket_next(c), entry(5)));
	client_free(c);
	end();
}

CASE(an_exercise_only_key_sees_no_real_incident)
{
	begin(0);
	struct client *c = socket_open(&f, SUBPROTOCOL BEARER);
	socket_send(c, HELLO);
	(void)admit(&f, "NORTH", 1, true);
	CHECK(says(socket_next(c), "welcome"));
	toc_ipc_begin(&f.out, TOC_IPC_PUBLISH);
	toc_ipc_u64(&f.out, 0);
	toc_ipc_id(&f.out, (struct toc_uuid){ { 1 } });
	toc_ipc_u8(&f.out, 1);
	toc_ipc_u16(&f.out, 1);
	toc_ipc_str(&f.out, TOC_STR("NORTH"));
	toc_ipc_u32(&f.out, 1);
	toc_ipc_u8(&f.out, 1);
	toc_ipc_str(&f.out, TOC_STR("{\"op\":\"entry\",\"seq\":0}"));
	say(&f, f.keeper);
	publish(&f, 1, "NORTH", 1, entry(1));
	CHECK(says(socket_next(c), entry(1)));
	client_free(c);
	end();
}

CASE(a_reader_that_takes_nothing_is_closed_with_1013_and_disturbs_nobody)
{
	begin_with("{\"stall_s\":2,\"ring_kib\":4096}");
	front_tip(&f, 0);
	struct client *quick = welcomed("NORTH", NULL), *slow = socket_open_small(&f, SUBPROTOCOL BEARER);
	(void)socket_hello(&f, slow, HELLO, "NORTH", 1);
	char *big = malloc(30001);
	memset(big, 'x', 30000);
	big[30000] = 0;
	memcpy(big, "{\"x\":\"", 6);
	strcpy(big + 29998, "\"}");
	for (uint64_t seq = 0; seq < 400; seq++) { /* 12 MB: the ring laps who does not read */
		publish(&f, seq, "NORTH", 1, big);
		CHECK(says(socket_next(quick), "xxx"));
	}
	for (int i = 0; i < PATIENCE_MS / 20 && !front_hits(TOC_LIMIT_stall_s); i++)
		usleep(20000);
	CHECK_INT(front_hits(TOC_LIMIT_stall_s), 1);
	unsigned whole = 0;
	while (socket_next(slow))
		whole++;
	CHECK_INT(socket_close_code, 1013);
	CHECK(whole < 400);
	free(big);
	client_free(slow);
	client_free(quick);
	end();
}

CASE(a_reader_for_whom_too_much_waits_is_closed_with_1013)
{
	char big[30001] = "";
	begin_with("{\"pending_kib\":4,\"ring_kib\":32768}");
	front_tip(&f, 0);
	struct client *slow = client_connect_small(&f), *quick = welcomed("NORTH", NULL);
	client_text(slow, "GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
	                  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" SUBPROTOCOL BEARER
	                  "\r\n");
	CHECK(says(client_head(slow), "101"));
	(void)socket_hello(&f, slow, HELLO, "NORTH", 1);
	memset(big, ' ', sizeof big - 1);
	memcpy(big, "{\"x\":1}", 7);
	for (uint64_t seq = 0; seq < 400; seq++) { /* more than the kernel holds for it */
		publish(&f, seq, "NORTH", 1, big);
		CHECK(says(socket_next(quick), "{\"x\":1}"));
	}
	for (int i = 0; i < 60 && !front_hits(TOC_LIMIT_pending_kib); i++) {
		socket_send(slow, "{\"op\":\"whisper\"}"); /* each has a refusal, which waits */
		socket_send(quick, "{\"op\":\"whisper\"}");
		CHECK(says(socket_next(quick), "unknown_op"));
	}
	CHECK_INT(front_hits(TOC_LIMIT_pending_kib), 1);
	while (socket_next(slow))
		;
	CHECK_INT(socket_close_code, 1013);
	client_free(slow);
	client_free(quick);
	end();
}

CASE(beats_come_every_two_seconds)
{
	begin(3);
	struct client *c = welcomed("NORTH", NULL);
	struct timespec a, b;
	CHECK(says(socket_beat(c), "\"last\":2"));
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < 2; i++)
		CHECK(says(socket_beat(c), "\"now\":\"20"));
	clock_gettime(CLOCK_MONOTONIC, &b);
	double s = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	CHECK(s > 2.5 && s < 20); /* the first one may have been read late, and the last one have come late */
	client_free(c);
	end();
}

RUN_CASES()
