/* test_http.c: plain HTTP: heads, paths, bodies, sign-in, and other sites' requests. */
#include "check.h"
#include "scene.h"

#include "base/refusal.h"

#include <poll.h>

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

RUN_CASES()
