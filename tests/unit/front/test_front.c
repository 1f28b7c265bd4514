/* test_front.c: a real front, seen from outside: clients on one side, keeper and archive on the other. */
#include "check.h"
#include "peer.h"

#include "base/refusal.h"

#include <poll.h>
#include <unistd.h>

#define SUBPROTOCOL "Sec-WebSocket-Protocol: tocsin.v1\r\n"
#define BEARER "Authorization: Bearer toc_secret\r\n"
#define HELLO "{\"op\":\"hello\"}"

static struct front f;

static void begin_with(const char *limits)
{
	f = front_start(limits);
	front_ready(&f);
}

static void begin(uint64_t tip)
{
	begin_with("{}");
	front_tip(&f, tip);
}

static void end(void)
{
	front_stop(&f);
}

static struct client *welcomed(const char *org, uint64_t *ret_conn)
{
	struct client *c = socket_open(&f, SUBPROTOCOL BEARER);
	uint64_t conn = socket_hello(&f, c, HELLO, org, 1);

	if (ret_conn)
		*ret_conn = conn;
	return c;
}

static bool says(const char *text, const char *part)
{
	bool yes = text && strstr(text, part);

	if (!yes)
		printf("  \"%s\" is not in: %.300s\n", part, text ? text : "(nothing)");
	return yes;
}

static const char *entry(uint64_t seq)
{
	static char text[128];

	snprintf(text, sizeof text, "{\"op\":\"entry\",\"seq\":%llu}", (unsigned long long)seq);
	return text;
}

/* ---- opening handshake ---- */

CASE(handshake_and_hello_give_a_welcome)
{
	begin(5);
	struct client *c = socket_open(&f, SUBPROTOCOL BEARER);
	CHECK(c != NULL);
	struct toc_frame a = hear(&f, f.keeper, TOC_IPC_AUTH);
	uint64_t conn = toc_frame_u64(&a);
	CHECK_INT(toc_frame_u8(&a), 1);
	CHECK_TEXT(toc_frame_str(&a), "toc_secret");
	CHECK_TEXT(toc_frame_str(&a), "127.0.0.1");
	CHECK_INT(toc_frame_u8(&a), 0);
	CHECK(toc_frame_end(&a));
	socket_send(c, HELLO);
	auth_ok(&f, conn, "NORTH", 1, false, 1);
	const char *w = socket_next(c);
	CHECK(says(w, "\"op\":\"welcome\""));
	CHECK(says(w, "\"protocol\":\"tocsin.v1\""));
	CHECK(says(w, "\"limits\":{\"depth\":16,\"frame\":65536"));
	CHECK(says(w, "\"catalogue\":\"1.0.0\""));
	client_free(c);
	end();
}

CASE(a_ticket_in_hello_is_the_console)
{
	begin(0);
	struct client *c = socket_open(&f, SUBPROTOCOL "Origin: https://localhost:8443\r\n");
	socket_send(c, "{\"op\":\"hello\",\"ticket\":\"T1\"}");
	struct toc_frame a = hear(&f, f.keeper, TOC_IPC_AUTH);
	uint64_t conn = toc_frame_u64(&a);
	CHECK_INT(toc_frame_u8(&a), 3);
	CHECK_TEXT(toc_frame_str(&a), "T1");
	(void)toc_frame_str(&a);
	CHECK_INT(toc_frame_u8(&a), 1);
	auth_ok(&f, conn, "NORTH", 1, false, 1);
	CHECK(says(socket_next(c), "welcome"));
	client_free(c);
	end();
}

CASE(the_opening_handshake_is_refused_with_a_reason)
{
	static const struct {
		const char *path, *headers, *status, *says;
	} cases[] = {
		{ "/socket", "", "400", "tocsin.v1 is required" },
		{ "/socket", "Sec-WebSocket-Protocol: chat, mqtt\r\n", "400", "tocsin.v1 is required" },
		{ "/socket", SUBPROTOCOL "Origin: https://evil.example\r\n", "403", "Origin" },
		{ "/socket", SUBPROTOCOL "Origin: https://localhost:8443.evil.example\r\n", "403", "Origin" },
		{ "/socket", SUBPROTOCOL "Origin: null\r\n", "403", "Origin" },
		{ "/elsewhere", SUBPROTOCOL, "404", "/socket" },
	};

	begin(0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct client *c = client_connect(&f);
		char request[1024];
		const char *head;
		snprintf(request, sizeof request,
		         "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
		         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
		         cases[i].path, cases[i].headers);
		client_text(c, request);
		const char *body = client_answer(c, &head);
		CHECK(says(head, cases[i].status));
		CHECK(says(head, "Content-Security-Policy: default-src 'none'"));
		CHECK(says(body, cases[i].says));
		CHECK(says(body, "\"op\":\"refused\""));
		CHECK(client_ended(c));
		client_free(c);
	}
	/* ours may stand among others */
	struct client *c = socket_open(&f, "Sec-WebSocket-Protocol: chat, tocsin.v1\r\n");
	CHECK(c != NULL);
	client_free(c);
	end();
}

CASE(an_upgrade_to_something_unknown_on_a_used_connection_hangs_up_and_harms_nobody)
{
	begin(0);
	struct client *c = client_connect(&f);
	client_text(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
	CHECK(says(client_answer(c, NULL), "alive"));
	client_text(c, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: bogus\r\n\r\n");
	while (!client_ended(c))
		(void)client_head(c);
	client_free(c);
	c = welcomed("NORTH", NULL);
	client_free(c);
	end();
}

/* The library would read such a body for ever (wsi.c). A client that gets no answer asks again, on a connection of
 * its own; what it must not do is stop the front for everybody. */
CASE(a_body_sent_before_the_last_answer_hangs_up_and_harms_nobody)
{
	static const char *const second[] = { "POST /api/messages", "GET /api/me", "POST /nowhere" };
	begin(0);
	for (size_t i = 0; i < sizeof second / sizeof *second; i++) {
		char both[400];
		snprintf(both, sizeof both,
		         "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n%s HTTP/1.1\r\nHost: localhost\r\n"
		         "Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"type\":\"M4\"}",
		         second[i]);
		struct client *c = client_connect(&f);
		client_text(c, both);
		CHECK(says(client_answer(c, NULL), "alive"));
		while (!client_ended(c))
			(void)client_head(c);
		client_free(c);
		c = welcomed("NORTH", NULL);
		client_free(c);
	}
	end();
}

CASE(a_wrong_credential_is_closed_with_4401)
{
	begin(0);
	struct client *c = socket_open(&f, SUBPROTOCOL BEARER);
	struct toc_frame a = hear(&f, f.keeper, TOC_IPC_AUTH);
	auth_fail(&f, toc_frame_u64(&a), TOC_REFUSE_NOT_AUTHENTICATED);
	CHECK(socket_next(c) == NULL);
	CHECK_INT(socket_close_code, 4401);
	CHECK(client_ended(c));
	client_free(c);
	c = socket_open(&f, SUBPROTOCOL);
	socket_send(c, HELLO);
	CHECK(socket_next(c) == NULL);
	CHECK_INT(socket_close_code, 4401);
	client_free(c);
	end();
}

CASE(something_else_before_hello_is_refused_and_closed)
{
	begin(0);
	struct client *c = socket_open(&f, SUBPROTOCOL BEARER);
	socket_send(c, "{\"op\":\"send\",\"ref\":1,\"message\":{}}");
	const char *r = socket_next(c);
	CHECK(says(r, "hello_first"));
	CHECK(says(r, "\"ref\":1"));
	CHECK(socket_next(c) == NULL);
	CHECK_INT(socket_close_code, 1008);
	client_free(c);
	end();
}

CASE(no_hello_in_time_is_closed)
{
	begin_with("{\"hello_s\":1}");
	front_tip(&f, 0);
	struct client *c = socket_open(&f, SUBPROTOCOL);
	CHECK(socket_next(c) == NULL);
	CHECK_INT(socket_close_code, 1008);
	client_free(c);
	end();
}

/* ---- commands ---- */

CASE(a_send_goes_to_the_keeper_and_its_answer_comes_back)
{
	uint64_t conn;

	begin(0);
	struct client *c = welcomed("NORTH", &conn);
	socket_send(c, "{\"op\":\"send\", \"ref\":42, \"message\":{\"type\":\"M4\",\"b\":\"\xc3\xa9\",\"a\":1}}");
	struct toc_frame x = hear(&f, f.keeper, TOC_IPC_COMMAND);
	CHECK_INT(toc_frame_u64(&x), conn);
	CHECK_INT(toc_frame_u64(&x), 42);
	CHECK_INT(toc_frame_u8(&x), 1);
	CHECK_TEXT(toc_frame_str(&x), "grant");
	CHECK_TEXT(toc_frame_str(&x), "{\"a\":1,\"b\":\"\xc3\xa9\",\"type\":\"M4\"}");
	CHECK(toc_frame_end(&x));
	answer(&f, conn, 42, 200, "{\"op\":\"accepted\",\"ref\":42,\"seq\":0}");
	CHECK(says(socket_next(c), "accepted"));

	socket_send(c, "{\"op\":\"prepare\",\"message\":{\"type\":\"M4\"}}");
	x = hear(&f, f.keeper, TOC_IPC_COMMAND);
	(void)toc_frame_u64(&x);
	CHECK(toc_frame_u64(&x) == TOC_IPC_NO_REF);
	CHECK_INT(toc_frame_u8(&x), 2);

	socket_send(c, "{\"op\":\"receipt\",\"ref\":7,\"seq\":3,\"state\":\"delivered\"}");
	x = hear(&f, f.keeper, TOC_IPC_COMMAND);
	(void)toc_frame_u64(&x), (void)toc_frame_u64(&x);
	CHECK_INT(toc_frame_u8(&x), 3);
	(void)toc_frame_str(&x);
	CHECK_TEXT(toc_frame_str(&x), "{\"seq\":3,\"state\":\"delivered\"}");
	/* a receipt that was noted has no answer: the next thing said is the next answer */
	answer(&f, conn, 7, 204, "");
	answer(&f, conn, TOC_IPC_NO_REF, 200, "{\"op\":\"prepared\"}");
	CHECK(says(socket_next(c), "prepared"));
	client_free(c);
	end();
}

CASE(messages_between_hello_and_welcome_wait)
{
	begin(0);
	struct client *c = socket_open(&f, SUBPROTOCOL BEARER);
	socket_send(c, HELLO);
	socket_send(c, "{\"op\":\"send\",\"ref\":1,\"message\":{\"type\":\"M4\"}}");
	socket_send(c, "{\"op\":\"dance\",\"ref\":2}");
	struct toc_frame a = hear(&f, f.keeper, TOC_IPC_AUTH);
	uint64_t conn = toc_frame_u64(&a);
	CHECK(heard_nothing(f.keeper, 50));
	auth_ok(&f, conn, "NORTH", 1, false, 1);
	CHECK(says(socket_next(c), "welcome"));
	hear(&f, f.keeper, TOC_IPC_COMMAND);
	CHECK(says(socket_next(c), "unknown_op"));
	client_free(c);
	end();
}

CASE(bad_messages_are_refused_by_name_and_the_connection_goes_on)
{
	static const struct {
		const char *text, *code;
	} cases[] = {
		{ "{\"op\":\"dance\",\"ref\":9}", "\"code\":\"unknown_op\"" },
		{ "{}", "unknown_op" },
		{ "{\"op\":7}", "unknown_op" },
		{ "{\"op\":\"cosign\",\"line\":\"x\"}", "unknown_op" },
		{ "{\"op\":\"send\",\"ref\":9}", "missing_field" },
		{ "{\"op\":\"send\",\"message\":[]}", "wrong_kind" },
		{ "{\"op\":\"send\",\"ref\":\"x\",\"message\":{}}", "wrong_kind" },
		{ "{\"op\":\"receipt\",\"seq\":-1,\"state\":\"delivered\"}", "wrong_kind" },
		{ "{\"op\":\"receipt\",\"seq\":1,\"state\":\"seen\"}", "bad_value" },
		{ "{\"op\":\"hello\"}", "\"code\":\"state\"" },
		{ "not json", "malformed" },
		{ "[]", "\"op\":\"refused\"" },
		{ "{\"op\":\"send\",\"op\":\"send\"}", "malformed" },
		{ "{\"a\":\"\\u0000\"}", "malformed" },
		{ "{\"op\":\"send\",\"message\":{\"a\":1.5}}", "wrong_kind" },
		{ "{\"op\":{\"\":{\"\":{\"\":{\"\":{\"\":{\"\":{\"\":{\"\":{\"\":{\"\":{\"\":{\"\":{\"\":{\"\":{\"\":{\"\":1"
		  "}}}}}}}}}}}}}}}}}", "malformed" },
	};

	begin(0);
	struct client *c = welcomed("NORTH", NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		socket_send(c, cases[i].text);
		CHECK(says(socket_next(c), cases[i].code));
	}
	socket_send(c, "{\"op\":\"send\",\"ref\":1,\"message\":{}}");
	hear(&f, f.keeper, TOC_IPC_COMMAND);
	client_free(c);
	end();
}

CASE(a_message_may_come_in_fragments_with_a_ping_between)
{
	begin(0);
	struct client *c = welcomed("NORTH", NULL);
	socket_frame(c, 0x01, "{\"op\":\"send\",\"ref\":5,", 21);
	socket_frame(c, 0x89, "ping", 4);
	socket_frame(c, 0x00, "\"message\":", 10);
	socket_frame(c, 0x80, "{\"a\":1}}", 8);
	struct toc_frame x = hear(&f, f.keeper, TOC_IPC_COMMAND);
	(void)toc_frame_u64(&x);
	CHECK_INT(toc_frame_u64(&x), 5);
	client_free(c);
	end();
}

static char *long_message(size_t n)
{
	static const char begin_of[] = "{\"op\":\"send\",\"ref\":1,\"message\":{\"a\":\"", end_of[] = "\"}}";
	char *p = malloc(n + 1);

	memset(p, 'x', n);
	p[n] = 0;
	memcpy(p, begin_of, sizeof begin_of - 1);
	memcpy(p + n - (sizeof end_of - 1), end_of, sizeof end_of - 1);
	return p;
}

CASE(a_message_of_64_KiB_is_taken_and_one_byte_more_closes_with_1009)
{
	begin(0);
	for (int fragments = 0; fragments < 2; fragments++) {
		struct client *c = welcomed("NORTH", NULL);
		char *p = long_message(65536);
		socket_frame(c, 0x81, p, 65536);
		free(p);
		struct toc_frame x = hear_among(&f, f.keeper, TOC_IPC_COMMAND);
		CHECK(x.rest.n > 65000);
		p = long_message(65537);
		if (fragments) {
			socket_frame(c, 0x01, p, 40000);
			socket_frame(c, 0x80, p + 40000, 25537);
		} else {
			socket_frame(c, 0x81, p, 65537);
		}
		free(p);
		CHECK(socket_next(c) == NULL);
		CHECK_INT(socket_close_code, 1009);
		client_free(c);
	}
	end();
}

CASE(binary_frames_and_broken_text_close_clearly)
{
	begin(0);
	struct client *c = welcomed("NORTH", NULL);
	socket_frame(c, 0x82, "{}", 2);
	CHECK(socket_next(c) == NULL);
	CHECK_INT(socket_close_code, 1003);
	client_free(c);
	c = welcomed("NORTH", NULL);
	socket_frame(c, 0x81, "{\"op\":\"\xc3\x28\"}", 11);
	CHECK(socket_next(c) == NULL);
	CHECK_INT(socket_close_code, 1007);
	client_free(c);
	end();
}

CASE(too_many_messages_are_refused_and_threats_have_their_own_lane)
{
	begin_with("{\"messages_burst\":3,\"messages_per_minute\":6}");
	front_tip(&f, 0);
	struct client *c = welcomed("NORTH", NULL);
	for (int i = 0; i < 3; i++) {
		socket_send(c, "{\"op\":\"send\",\"ref\":1,\"message\":{\"type\":\"M29\"}}");
		hear(&f, f.keeper, TOC_IPC_COMMAND);
	}
	socket_send(c, "{\"op\":\"send\",\"ref\":4,\"message\":{\"type\":\"M29\"}}");
	const char *r = socket_next(c);
	CHECK(says(r, "\"code\":\"rate\""));
	CHECK(says(r, "\"retry_after\":"));
	CHECK(says(r, "\"ref\":4"));
	socket_send(c, "{\"op\":\"send\",\"ref\":5,\"message\":{\"type\":\"M4\"}}");
	hear(&f, f.keeper, TOC_IPC_COMMAND);
	client_free(c);
	end();
}

/* ---- entries ---- */

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

/* URGENT: the whole for one organisation, and a part of it for NORTH and SOUTH. Its number n is its id. */
static void urgent(unsigned n, const char *org, bool actual)
{
	static const char *const parts[] = { "NORTH", "SOUTH" };

	toc_ipc_begin(&f.out, TOC_IPC_URGENT);
	toc_ipc_id(&f.out, (struct toc_uuid){ { (uint8_t)n, 0xaa } });
	toc_ipc_u8(&f.out, 2);
	for (int whole = 1; whole >= 0; whole--) {
		char json[64];
		int m = whole ? 1 : 2;
		snprintf(json, sizeof json, "{\"op\":\"urgent\",\"%s\":%u}", whole ? "whole" : "part", n);
		toc_ipc_u16(&f.out, (uint16_t)m);
		for (int i = 0; i < m; i++) {
			toc_ipc_str(&f.out, toc_str_of(whole ? org : parts[i]));
			toc_ipc_u32(&f.out, whole ? 1 : 2);
		}
		toc_ipc_u8(&f.out, actual);
		toc_ipc_str(&f.out, toc_str_of(json));
	}
	say(&f, f.keeper);
}

static void database(bool up, uint64_t size)
{
	toc_ipc_begin(&f.out, TOC_IPC_TIP);
	toc_ipc_u64(&f.out, size);
	toc_ipc_u8(&f.out, up);
	say(&f, f.keeper);
}

CASE(an_urgent_message_does_not_wait_for_a_number)
{
	begin(0);
	struct client *north = welcomed("NORTH", NULL), *south = welcomed("SOUTH", NULL);
	urgent(1, "NORTH", true);
	publish(&f, 0, "SOUTH", 1, entry(0));
	CHECK(says(socket_next(north), "urgent"));
	CHECK(says(socket_next(south), entry(0)));
	client_free(north);
	client_free(south);
	end();
}

CASE(who_comes_during_an_outage_is_given_what_is_journaled_once_and_in_order)
{
	begin(0);
	database(false, 0);
	struct client *here = welcomed("NORTH", NULL);
	urgent(1, "NORTH", false);
	urgent(2, "SOUTH", false);
	urgent(3, "NORTH", false);
	CHECK(says(socket_next(here), "\"whole\":1"));
	CHECK(says(socket_next(here), "\"whole\":3"));
	struct client *late = welcomed("NORTH", NULL), *stranger = welcomed("WEST", NULL);
	struct client *part = socket_open(&f, SUBPROTOCOL BEARER);
	(void)socket_hello(&f, part, HELLO, "SOUTH", 3); /* sees both renderings of the second: gets the first */
	CHECK(says(socket_next(late), "\"whole\":1"));
	CHECK(says(socket_next(late), "\"whole\":3"));
	CHECK(says(socket_next(part), "\"part\":1"));
	CHECK(says(socket_next(part), "\"whole\":2"));
	CHECK(says(socket_next(part), "\"part\":3"));
	urgent(4, "NORTH", false);
	/* a keeper that was restarted tells everything again */
	front_peer(&f, 2);
	database(false, 0);
	for (unsigned n = 1; n <= 5; n++)
		urgent(n, "NORTH", false);
	for (uint64_t seq = 0; seq < 4; seq++)
		publish(&f, seq, (const char *[]){ "NORTH", "SOUTH", "WEST", "NORTH" }[seq], 1, entry(seq));
	CHECK(says(socket_next(here), "\"whole\":4"));
	CHECK(says(socket_next(here), "\"whole\":5"));
	CHECK(says(socket_next(here), entry(0)));
	CHECK(says(socket_next(late), "\"whole\":4"));
	CHECK(says(socket_next(late), "\"whole\":5"));
	CHECK(says(socket_next(late), entry(0)));
	CHECK(says(socket_next(part), "\"part\":4"));
	CHECK(says(socket_next(part), "\"part\":5"));
	CHECK(says(socket_next(part), entry(1)));
	CHECK(says(socket_next(stranger), entry(2)));
	client_free(here);
	client_free(late);
	client_free(part);
	client_free(stranger);
	end();
}

CASE(a_stream_that_begins_during_an_outage_has_it_too_and_a_real_incident_is_not_for_exercises)
{
	begin(0);
	database(false, 0);
	urgent(1, "NORTH", true);
	urgent(2, "NORTH", false);
	struct client *c = client_connect(&f);
	client_text(c, "GET /api/entries HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n" BEARER "\r\n");
	(void)admit(&f, "NORTH", 1, true);
	CHECK(says(client_head(c), "Content-Type: text/event-stream"));
	CHECK(says(client_line(c), "event: urgent"));
	CHECK(says(client_line(c), "data: {\"op\":\"urgent\",\"whole\":2}"));
	client_free(c);
	end();
}

CASE(what_is_recorded_is_no_longer_urgent_and_after_the_outage_nothing_is)
{
	begin(0);
	database(false, 0);
	for (unsigned n = 1; n <= 3; n++)
		urgent(n, "NORTH", false);
	toc_ipc_begin(&f.out, TOC_IPC_PUBLISH);
	toc_ipc_u64(&f.out, 0);
	toc_ipc_id(&f.out, (struct toc_uuid){ { 2, 0xaa } });
	toc_ipc_u8(&f.out, 0);
	say(&f, f.keeper);
	struct client *during = welcomed("NORTH", NULL);
	CHECK(says(socket_next(during), "\"whole\":1"));
	CHECK(says(socket_next(during), "\"whole\":3"));
	database(true, 1);
	struct client *after = welcomed("NORTH", NULL);
	publish(&f, 1, "NORTH", 1, entry(1));
	CHECK(says(socket_next(after), entry(1)));
	CHECK(says(socket_next(during), entry(1)));
	/* another outage begins anew for both */
	database(false, 2);
	urgent(4, "NORTH", false);
	CHECK(says(socket_next(during), "\"whole\":4"));
	CHECK(says(socket_next(after), "\"whole\":4"));
	client_free(during);
	client_free(after);
	end();
}

CASE(when_no_more_can_be_kept_the_oldest_are_and_who_is_here_has_everything)
{
	begin_with("{\"urgent_entries\":2}");
	database(false, 0);
	struct client *here = welcomed("NORTH", NULL);
	for (unsigned n = 1; n <= 3; n++)
		urgent(n, "NORTH", false);
	for (unsigned n = 1; n <= 3; n++)
		CHECK(says(socket_next(here), (const char *[]){ "\"whole\":1", "\"whole\":2", "\"whole\":3" }[n - 1]));
	struct client *late = welcomed("NORTH", NULL);
	publish(&f, 0, "NORTH", 1, entry(0));
	CHECK(says(socket_next(late), "\"whole\":1"));
	CHECK(says(socket_next(late), "\"whole\":2"));
	CHECK(says(socket_next(late), entry(0)));
	client_free(here);
	client_free(late);
	end();
}

CASE(more_than_may_wait_for_a_reader_is_still_given_to_who_comes)
{
	begin_with("{\"pending_kib\":4}");
	database(false, 0);
	for (unsigned n = 1; n <= 200; n++) {
		char json[2048];
		memset(json, 'x', sizeof json - 1);
		json[sizeof json - 1] = 0;
		snprintf(json, sizeof json, "{\"op\":\"urgent\",\"n\":%u}", n);
		json[strlen(json)] = ' ';
		toc_ipc_begin(&f.out, TOC_IPC_URGENT);
		toc_ipc_id(&f.out, (struct toc_uuid){ { (uint8_t)n, 0xbb } });
		toc_ipc_u8(&f.out, 1);
		toc_ipc_u16(&f.out, 1);
		toc_ipc_str(&f.out, TOC_STR("NORTH"));
		toc_ipc_u32(&f.out, 1);
		toc_ipc_u8(&f.out, 0);
		toc_ipc_str(&f.out, toc_str_of(json));
		say(&f, f.keeper);
	}
	struct client *late = welcomed("NORTH", NULL);
	for (unsigned n = 1; n <= 200; n++) {
		char want[32];
		snprintf(want, sizeof want, "\"n\":%u}", n);
		CHECK(says(socket_next(late), want));
	}
	client_free(late);
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
	sleep(5);
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
	CHECK(says(socket_beat(c), "\"now\":\"20"));
	clock_gettime(CLOCK_MONOTONIC, &b);
	double s = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	CHECK(s > 1.5 && s < 3);
	client_free(c);
	end();
}

/* ---- rights that end, and siblings that die ---- */

CASE(a_revoked_session_is_closed_with_4403_at_once)
{
	begin(0);
	struct client *c = welcomed("NORTH", NULL), *other = socket_open(&f, SUBPROTOCOL BEARER);
	socket_send(other, HELLO);
	struct toc_frame a = hear(&f, f.keeper, TOC_IPC_AUTH);
	auth_ok(&f, toc_frame_u64(&a), "NORTH", 1, false, 9);
	CHECK(says(socket_next(other), "welcome"));
	struct toc_uuid session = { { 7 } };
	toc_ipc_begin(&f.out, TOC_IPC_REVOKE);
	toc_ipc_id(&f.out, session);
	say(&f, f.keeper);
	CHECK(socket_next(c) == NULL);
	CHECK_INT(socket_close_code, 4403);
	publish(&f, 0, "NORTH", 1, entry(0));
	CHECK(says(socket_next(other), entry(0)));
	client_free(c);
	client_free(other);
	end();
}

CASE(when_the_keeper_dies_commands_are_answered_busy_and_connections_stay)
{
	uint64_t conn;

	begin(0);
	struct client *c = welcomed("NORTH", &conn);
	socket_send(c, "{\"op\":\"send\",\"ref\":3,\"message\":{\"type\":\"M4\"}}");
	hear(&f, f.keeper, TOC_IPC_COMMAND);
	close(f.keeper);
	f.keeper = -1;
	const char *r = socket_next(c);
	CHECK(says(r, "\"code\":\"busy\""));
	CHECK(says(r, "\"ref\":3"));
	CHECK(says(r, "\"retry_after\":1"));
	socket_send(c, "{\"op\":\"send\",\"ref\":4,\"message\":{\"type\":\"M4\"}}");
	CHECK(says(socket_next(c), "busy"));
	/* somebody knocks while there is no keeper: he waits for the next one */
	struct client *late = socket_open(&f, SUBPROTOCOL BEARER);
	socket_send(late, HELLO);
	usleep(100000);
	front_peer(&f, 2);
	front_tip(&f, 0);
	hear_among(&f, f.keeper, TOC_IPC_RENEW);
	uint64_t late_conn = admit(&f, "NORTH", 1, false);
	CHECK(late_conn != conn);
	CHECK(says(socket_next(late), "welcome"));
	auth_ok(&f, conn, "NORTH", 1, false, 7); /* the renewal */
	publish(&f, 0, "NORTH", 1, entry(0));
	CHECK(says(socket_next(c), entry(0)));
	CHECK(says(socket_next(late), entry(0)));
	client_free(c);
	client_free(late);
	end();
}

CASE(a_renewal_that_is_refused_closes_with_4403)
{
	uint64_t conn;

	begin(0);
	struct client *c = welcomed("NORTH", &conn);
	front_peer(&f, 2);
	hear_among(&f, f.keeper, TOC_IPC_RENEW);
	auth_fail(&f, conn, TOC_REFUSE_NOT_AUTHENTICATED);
	CHECK(socket_next(c) == NULL);
	CHECK_INT(socket_close_code, 4403);
	client_free(c);
	end();
}

CASE(when_the_archive_dies_its_successor_is_asked_from_where_it_stopped)
{
	uint64_t conn;

	begin(10);
	struct client *c = socket_open(&f, SUBPROTOCOL BEARER);
	conn = socket_hello(&f, c, "{\"op\":\"hello\",\"from\":-1}", "NORTH", 1);
	hear(&f, f.archive, TOC_IPC_READ);
	history(&f, conn, 4, entry(4));
	CHECK(says(socket_next(c), entry(4)));
	front_peer(&f, 3);
	struct toc_frame r = hear(&f, f.archive, TOC_IPC_READ);
	(void)toc_frame_u64(&r), (void)toc_frame_str(&r);
	CHECK_INT(toc_frame_u64(&r), 5);
	history_end(&f, conn, 10, 10, 0);
	publish(&f, 10, "NORTH", 1, entry(10));
	CHECK(says(socket_next(c), entry(10)));
	client_free(c);
	end();
}

CASE(garbage_from_the_keeper_ends_the_keeper_and_not_the_front)
{
	begin(0);
	struct client *c = welcomed("NORTH", NULL);
	toc_ipc_begin(&f.out, TOC_IPC_PUBLISH);
	toc_ipc_u64(&f.out, 0);
	toc_ipc_id(&f.out, (struct toc_uuid){ { 1 } });
	toc_ipc_u8(&f.out, 200);
	say(&f, f.keeper);
	front_peer(&f, 2);
	front_tip(&f, 0);
	publish(&f, 0, "NORTH", 1, entry(0));
	CHECK(says(socket_next(c), entry(0)));
	client_free(c);
	end();
}

CASE(draining_says_goodbye_with_1001)
{
	begin(0);
	struct client *c = welcomed("NORTH", NULL);
	toc_ipc_begin(&f.out, TOC_IPC_DRAIN);
	CHECK_INT(toc_control_send(f.control, &f.out, -1), 0);
	CHECK(socket_next(c) == NULL);
	CHECK_INT(socket_close_code, 1001);
	client_free(c);
	front_wait(&f);
}

/* ---- plain HTTP ---- */

static const char *ask(struct client *c, const char *request, const char **ret_head)
{
	client_text(c, request);
	return client_answer(c, ret_head);
}

CASE(every_answer_carries_the_security_headers)
{
	static const char *const requests[] = {
		"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /nowhere.js HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /api/nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"DELETE /api/me HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /api/me HTTP/1.1\r\nHost: localhost\r\n\r\n",
	};

	begin(0);
	struct client *c = client_connect(&f);
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		const char *head;
		ask(c, requests[i], &head);
		CHECK(says(head, "Content-Security-Policy: default-src 'none'; script-src 'self'"));
		CHECK(says(head, "X-Content-Type-Options: nosniff"));
		CHECK(says(head, "Referrer-Policy: no-referrer"));
		CHECK(says(head, "Cross-Origin-Opener-Policy: same-origin"));
		CHECK(says(head, "Cross-Origin-Resource-Policy: same-origin"));
		CHECK(says(head, "frame-ancestors 'none'"));
		CHECK(says(head, "Cache-Control: no-store"));
		CHECK(strstr(head, "Strict-Transport-Security") == NULL); /* localhost */
		CHECK(strstr(head, "libwebsockets") == NULL);
	}
	client_free(c);
	end();
}

CASE(paths_and_methods_that_are_not_there_are_told_apart)
{
	const char *head, *body;

	begin(0);
	struct client *c = client_connect(&f);
	body = ask(c, "POST /api/nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", &head);
	CHECK(says(head, "404") && says(body, "not_found"));
	body = ask(c, "POST /api/me HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", &head);
	CHECK(says(head, "405") && says(body, "\"code\":\"method\"") && says(head, "Allow: GET"));
	body = ask(c, "PUT /api/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", &head);
	CHECK(says(head, "405") && says(head, "Allow: POST"));
	body = ask(c, "GET /api/me HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(says(head, "401") && says(body, "not_authenticated") && says(head, "WWW-Authenticate: Bearer"));
	body = ask(c, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(says(head, "200") && says(body, "\"ready\":true"));
	body = ask(c, "GET /api/schema/M4 HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(says(head, "200") && says(body, "json-schema.org"));
	body = ask(c, "GET /api/schema/M4711 HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(says(head, "404"));
	client_free(c);
	end();
}

CASE(a_message_by_post_has_the_keepers_answer_and_status)
{
	const char *head, *body;

	begin(0);
	struct client *c = client_connect(&f);
	for (int i = 0; i < 3; i++) { /* on one connection */
		client_text(c, "POST /api/messages HTTP/1.1\r\nHost: x\r\n" BEARER "Content-Length: 13\r\n\r\n{\"type\":");
		client_text(c, "\"M4\"}");
		uint64_t conn = admit(&f, "NORTH", 1, false);
		struct toc_frame x = hear(&f, f.keeper, TOC_IPC_COMMAND);
		CHECK_INT(toc_frame_u64(&x), conn);
		CHECK(toc_frame_u64(&x) == TOC_IPC_NO_REF);
		CHECK_INT(toc_frame_u8(&x), 1);
		(void)toc_frame_str(&x);
		CHECK_TEXT(toc_frame_str(&x), "{\"type\":\"M4\"}");
		if (i == 0)
			answer(&f, conn, TOC_IPC_NO_REF, 200, "{\"op\":\"accepted\",\"seq\":0}");
		else
			answer(&f, conn, TOC_IPC_NO_REF, 422, "{\"op\":\"refused\",\"code\":\"condition\"}");
		body = client_answer(c, &head);
		CHECK(says(head, i ? "HTTP/1.1 422" : "HTTP/1.1 200"));
		CHECK(says(body, i ? "condition" : "accepted"));
	}
	client_text(c, "POST /api/receipts HTTP/1.1\r\nHost: x\r\n" BEARER
	               "Content-Length: 29\r\n\r\n{\"seq\":1,\"state\":\"delivered\"}");
	uint64_t conn = admit(&f, "NORTH", 1, false);
	hear(&f, f.keeper, TOC_IPC_COMMAND);
	answer(&f, conn, TOC_IPC_NO_REF, 204, "");
	CHECK(says(client_head(c), "HTTP/1.1 204"));
	client_free(c);
	end();
}

CASE(bodies_that_are_too_long_or_of_unknown_length_are_refused)
{
	const char *head, *body;

	begin(0);
	struct client *c = client_connect(&f);
	char *p = long_message(70000);
	client_text(c, "POST /api/messages HTTP/1.1\r\nHost: x\r\n" BEARER "Content-Length: 70000\r\n\r\n");
	client_write(c, p, 70000);
	body = client_answer(c, &head);
	CHECK(says(head, "413") && says(body, "too_big"));
	body = ask(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", &head); /* the connection is still good */
	CHECK(says(body, "alive"));
	free(p);
	body = ask(c, "POST /api/messages HTTP/1.1\r\nHost: x\r\n" BEARER "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	           &head);
	CHECK(says(head, "400") && says(body, "Content-Length"));
	client_free(c);
	c = client_connect(&f);
	body = ask(c, "POST /api/messages HTTP/1.1\r\nHost: x\r\n" BEARER "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
	           &head);
	CHECK(says(head, "400"));
	client_free(c);
	end();
}

CASE(a_body_that_never_ends_is_not_waited_for)
{
	const char *head;
	bool ended = false;

	begin(0);
	struct client *c = client_connect(&f);
	client_text(c, "POST /api/nosuch HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{");
	(void)client_answer(c, &head);
	CHECK(says(head, "404"));
	for (int i = 0; i < 20 && !ended; i++) { /* a byte now and then, for as long as it lasts */
		struct pollfd p = { .fd = c->fd, .events = POLLIN };
		ended = poll(&p, 1, 500) > 0 || SSL_write(c->ssl, "x", 1) <= 0;
	}
	CHECK(ended);
	client_free(c);
	c = client_connect(&f); /* what comes in time is dropped, and the connection stays good */
	client_text(c, "POST /api/nosuch HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n{");
	(void)client_answer(c, &head);
	CHECK(says(head, "404"));
	client_text(c, "  }");
	CHECK(says(ask(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", &head), "alive"));
	client_free(c);
	end();
}

CASE(another_sites_request_changes_nothing)
{
	static const char *const bad[] = {
		"Cookie: __Host-tocsin=S\r\n",
		"Cookie: __Host-tocsin=S\r\nX-Tocsin: 1\r\nOrigin: https://evil.example\r\n",
		"Cookie: __Host-tocsin=S\r\nX-Tocsin: 1\r\nSec-Fetch-Site: cross-site\r\n",
		"Cookie: __Host-tocsin=S\r\nX-Tocsin: 1\r\nSec-Fetch-Site: same-site\r\n",
		BEARER "Origin: https://evil.example\r\n",
	};
	const char *head;
	char request[1024];

	begin(0);
	struct client *c = client_connect(&f);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(request, sizeof request, "POST /api/ticket HTTP/1.1\r\nHost: x\r\n%sContent-Length: 0\r\n\r\n",
		         bad[i]);
		CHECK(says(ask(c, request, &head), "not_permitted"));
		CHECK(says(head, "403"));
	}
	CHECK(heard_nothing(f.keeper, 50));
	client_text(c, "POST /api/ticket HTTP/1.1\r\nHost: x\r\nCookie: a=b; __Host-tocsin=S\r\nX-Tocsin: 1\r\n"
	               "Sec-Fetch-Site: same-origin\r\nOrigin: https://localhost:8443\r\nContent-Length: 0\r\n\r\n");
	struct toc_frame a = hear(&f, f.keeper, TOC_IPC_AUTH);
	uint64_t conn = toc_frame_u64(&a);
	CHECK_INT(toc_frame_u8(&a), 2);
	CHECK_TEXT(toc_frame_str(&a), "S");
	auth_ok(&f, conn, "NORTH", 1, false, 1);
	hear(&f, f.keeper, TOC_IPC_TICKET);
	toc_ipc_begin(&f.out, TOC_IPC_TICKETED);
	toc_ipc_u64(&f.out, conn);
	toc_ipc_str(&f.out, TOC_STR("T"));
	say(&f, f.keeper);
	CHECK(says(client_answer(c, &head), "{\"ticket\":\"T\"}"));
	client_free(c);
	end();
}

CASE(signing_in_sets_the_cookie_and_signing_out_takes_it)
{
	const char *head, *body;

	begin(0);
	struct client *c = client_connect(&f);
	client_text(c, "POST /api/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n{\"token\":\"T\"}");
	struct toc_frame a = hear(&f, f.keeper, TOC_IPC_SIGN_IN);
	uint64_t conn = toc_frame_u64(&a);
	CHECK_TEXT(toc_frame_str(&a), "T");
	toc_ipc_begin(&f.out, TOC_IPC_SIGNED_IN);
	toc_ipc_u64(&f.out, conn);
	toc_ipc_str(&f.out, TOC_STR("SECRET"));
	toc_ipc_u64(&f.out, (uint64_t)4102444800 * 1000000);
	toc_ipc_str(&f.out, TOC_STR("{\"you\":{}}"));
	say(&f, f.keeper);
	body = client_answer(c, &head);
	CHECK(says(head, "HTTP/1.1 200"));
	CHECK(says(head, "Set-Cookie: __Host-tocsin=SECRET; Max-Age="));
	CHECK(says(head, "; Secure; HttpOnly; SameSite=Strict; Path=/"));
	CHECK(says(body, "\"you\":{}"));
	client_text(c, "POST /api/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n{\"token\":\"X\"}");
	a = hear(&f, f.keeper, TOC_IPC_SIGN_IN);
	auth_fail(&f, toc_frame_u64(&a), TOC_REFUSE_NOT_AUTHENTICATED);
	client_answer(c, &head);
	CHECK(says(head, "401"));
	client_text(c, "POST /api/sign-out HTTP/1.1\r\nHost: x\r\nCookie: __Host-tocsin=SECRET\r\nX-Tocsin: 1\r\n"
	               "Content-Length: 0\r\n\r\n");
	(void)admit(&f, "NORTH", 1, false);
	hear(&f, f.keeper, TOC_IPC_SIGN_OUT);
	head = client_head(c);
	CHECK(says(head, "204") && says(head, "__Host-tocsin=; Max-Age=0"));
	client_free(c);
	end();
}

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

	client_text(c, "GET /api/entries?after=9&wait=5 HTTP/1.1\r\nHost: x\r\n" BEARER "\r\n");
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

CASE(requests_that_do_not_wait_for_answers_are_served_but_cannot_wait_themselves)
{
	const char *body;

	begin(0);
	struct client *c = client_connect(&f);
	client_text(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /api/entries?after=-1&wait=50 HTTP/1.1\r\nHost: x\r\n" BEARER
	               "\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
	body = client_answer(c, NULL);
	CHECK(says(body, "alive"));
	(void)admit(&f, "NORTH", 1, false);
	CHECK(client_ended(c)); /* it cannot wait for entries there */
	client_free(c);
	c = client_connect(&f);
	client_text(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /api/schema/M5 HTTP/1.1\r\nHost: x\r\n\r\n"
	               "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
	CHECK(says(client_answer(c, NULL), "alive"));
	CHECK(says(client_answer(c, NULL), "json-schema"));
	CHECK(says(client_answer(c, NULL), "ready"));
	client_free(c);
	end();
}

CASE(wrong_credentials_are_counted_for_their_address)
{
	const char *head;

	begin_with("{\"failures_burst\":3,\"failures_per_minute\":1}");
	front_tip(&f, 0);
	struct client *c = client_connect(&f);
	for (int i = 0; i < 3; i++) {
		client_text(c, "GET /api/me HTTP/1.1\r\nHost: x\r\n" BEARER "\r\n");
		struct toc_frame a = hear(&f, f.keeper, TOC_IPC_AUTH);
		auth_fail(&f, toc_frame_u64(&a), TOC_REFUSE_NOT_AUTHENTICATED);
		client_answer(c, &head);
		CHECK(says(head, "401"));
	}
	client_text(c, "GET /api/me HTTP/1.1\r\nHost: x\r\n" BEARER "\r\n");
	CHECK(says(client_answer(c, &head), "\"code\":\"rate\""));
	CHECK(says(head, "429") && says(head, "Retry-After:"));
	client_free(c);
	end();
}

CASE(more_connections_than_one_address_may_have_are_closed_before_tls)
{
	begin_with("{\"connections_per_address\":2}");
	struct client *a = client_connect(&f), *b = client_connect(&f);
	struct pollfd p = { .fd = -1 };
	client_free(b);
	for (int i = 0; i < 100; i++) { /* a place that was left is free again */
		usleep(20000);
		b = client_connect(&f);
		CHECK(says(ask(b, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", NULL), "alive"));
		client_free(b);
		if (i == 3)
			break;
	}
	(void)p;
	client_free(a);
	end();
}

CASE(the_console_is_served_from_memory)
{
	char root[] = "/tmp/tocsin-front-XXXXXX", path[128];
	static const struct {
		const char *name, *bytes;
	} files[] = {
		{ "index.html", "<!doctype html>" },
		{ "app-AB12CD34.js", "let x" },
		{ "app-AB12CD34.js.br", "BROTLI" },
		{ "app-AB12CD34.js.gz", "GZIP" },
		{ "icon.svg", "<svg/>" },
	};
	const char *head, *body;

	CHECK(mkdtemp(root) != NULL);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", root, files[i].name);
		FILE *file = fopen(path, "w");
		fputs(files[i].bytes, file);
		fclose(file);
	}
	snprintf(path, sizeof path, "%s/large.txt", root);
	FILE *file = fopen(path, "w");
	for (int i = 0; i < 100000; i++)
		fputs("0123456789", file);
	fclose(file);
	setenv("FRONT_WEB_ROOT", root, 1);
	begin(0);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", root, files[i].name);
		unlink(path);
	}
	snprintf(path, sizeof path, "%s/large.txt", root);
	unlink(path);
	rmdir(root);
	unsetenv("FRONT_WEB_ROOT");

	struct client *c = client_connect(&f);
	body = ask(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(says(body, "<!doctype html>"));
	CHECK(says(head, "text/html") && says(head, "Cache-Control: no-store"));
	body = ask(c, "GET /threats/123 HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(says(body, "<!doctype html>"));
	body = ask(c, "GET /app-AB12CD34.js HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip, br;q=0\r\n\r\n", &head);
	CHECK(says(body, "GZIP") && says(head, "Content-Encoding: gzip") && says(head, "immutable"));
	body = ask(c, "GET /app-AB12CD34.js HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip, br\r\n\r\n", &head);
	CHECK(says(body, "BROTLI") && says(head, "text/javascript"));
	body = ask(c, "GET /icon.svg HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(says(body, "<svg/>") && says(head, "Cache-Control: no-cache") && says(head, "ETag: \""));
	char etag[32] = "", request[256];
	sscanf(strstr(head, "ETag: ") + 6, "%30s", etag);
	snprintf(request, sizeof request, "GET /icon.svg HTTP/1.1\r\nHost: x\r\nIf-None-Match: %s\r\n\r\n", etag);
	client_text(c, request);
	CHECK(says(client_head(c), "304"));
	body = ask(c, "GET /nothing.js HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(says(head, "404"));
	body = ask(c, "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", &head);
	CHECK(strstr(body, "root:") == NULL);
	client_free(c);
	c = client_connect(&f);
	client_text(c, "GET /large.txt HTTP/1.1\r\nHost: x\r\n\r\n");
	usleep(100000);
	body = client_answer(c, &head);
	CHECK_INT(strlen(body), 1000000);
	CHECK(!strcmp(body + 999990, "0123456789"));
	client_text(c, "HEAD /large.txt HTTP/1.1\r\nHost: x\r\n\r\n");
	CHECK(says(client_head(c), "Content-Length: 1000000"));
	CHECK(says(ask(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", NULL), "alive"));
	client_free(c);
	end();
}

RUN_CASES()
