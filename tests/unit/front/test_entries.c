/* test_entries.c: entries for who has no WebSocket: as a document, long-poll, and server-sent events. */
#include "check.h"
#include "scene.h"

#include <unistd.h>

CASE(entries_as_a_document_come_from_archive_and_ring_and_wait)
{
	const char *body;

	begin(10);
	struct client *c = client_connect(&f);
	client_text(c, "GET /api/entries?after=3&limit=5 HTTP/1.1\r\nHost: x\r\n" BEARER "\r\n");
	uint64_t conn = admit(&f, "NORTH", 1, false);
	struct toc_frame r = hear(&f, f.archive, TOC_IPC_READ);
	(void)toc_frame_u64(&r), (void)toc_frame_str(&r);
	CHECK_INT(toc_frame_u64(&r), 4);
	CHECK_INT(toc_frame_u32(&r), 5);
	history(&f, conn, 6, entry(6));
	history_end(&f, conn, 10, 10, 0);
	body = client_answer(c, NULL);
	CHECK(says(body, "{\"entries\":[{\"op\":\"entry\",\"seq\":6}],\"last\":6,\"tip\":10}"));

	client_text(c, "GET /api/entries?after=9&wait=30 HTTP/1.1\r\nHost: x\r\n" BEARER "\r\n");
	(void)admit(&f, "NORTH", 1, false);
	usleep(200000);
	publish(&f, 10, "SOUTH", 1, entry(10));
	usleep(100000);
	publish(&f, 11, "NORTH", 1, entry(11));
	body = client_answer(c, NULL);
	CHECK(says(body, "{\"entries\":[{\"op\":\"entry\",\"seq\":11}],\"last\":11,\"tip\":12}"));

	client_text(c, "GET /api/entries?after=11&wait=1 HTTP/1.1\r\nHost: x\r\n" BEARER "\r\n");
	(void)admit(&f, "NORTH", 1, false);
	body = client_answer(c, NULL);
	CHECK(says(body, "{\"entries\":[],\"last\":11,\"tip\":12}"));

	client_text(c, "GET /api/entries?after=99 HTTP/1.1\r\nHost: x\r\n" BEARER "\r\n");
	(void)admit(&f, "NORTH", 1, false);
	CHECK(says(client_answer(c, NULL), "ahead"));
	client_text(c, "GET /api/entries?after=x HTTP/1.1\r\nHost: x\r\n" BEARER "\r\n");
	CHECK(says(client_answer(c, NULL), "bad_value"));
	client_free(c);
	end();
}

CASE(server_sent_events_resume_by_last_event_id_and_beat)
{
	begin(10);
	struct client *c = client_connect(&f);
	client_text(c, "GET /api/entries HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nLast-Event-ID: 8\r\n" BEARER
	               "\r\n");
	uint64_t conn = admit(&f, "NORTH", 1, false);
	CHECK(says(client_head(c), "Content-Type: text/event-stream"));
	hear(&f, f.archive, TOC_IPC_READ);
	history(&f, conn, 9, entry(9));
	history_end(&f, conn, 10, 10, 0);
	publish(&f, 10, "NORTH", 1, entry(10));
	static const char *const lines[] = { "id: 9", "event: entry", "data: {\"op\":\"entry\",\"seq\":9}", "",
		                             "id: 10", "event: entry", "data: {\"op\":\"entry\",\"seq\":10}", "",
		                             "event: beat", "data: {\"last\":10,\"now\":\"20" };
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		const char *line = client_line(c);
		CHECK(line && !strncmp(line, lines[i], *lines[i] ? strlen(lines[i]) : 1));
	}
	client_free(c);
	/* the front notices that nobody reads any more, and goes on */
	for (uint64_t seq = 11; seq < 15; seq++)
		publish(&f, seq, "NORTH", 1, entry(seq));
	end();
}

CASE(a_client_that_goes_away_while_it_waits_costs_nothing)
{
	begin(0);
	struct client *c = client_connect(&f);
	client_text(c, "GET /api/entries?after=-1&wait=50 HTTP/1.1\r\nHost: x\r\n" BEARER "\r\n");
	(void)admit(&f, "NORTH", 1, false);
	client_free(c);
	c = client_connect(&f);
	CHECK(says(ask(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", NULL), "alive"));
	client_free(c);
	end();
}

RUN_CASES()
