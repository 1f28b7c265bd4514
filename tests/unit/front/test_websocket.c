/* test_websocket.c: from the opening handshake and hello to frames that close a connection. */
#include "check.h"
#include "scene.h"

#include "base/refusal.h"

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

/* libwebsockets 4.1.6 would read such a body for ever, and we hang up (wsi.c); 4.3.5 refuses the second request by
 * itself and waits. A client that gets no answer asks again, on a connection of its own; what it must not do is stop
 * the front for everybody. */
CASE(a_body_sent_before_the_last_answer_harms_nobody)
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
		client_free(welcomed("NORTH", NULL)); /* while the other one is still there */
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

RUN_CASES()
