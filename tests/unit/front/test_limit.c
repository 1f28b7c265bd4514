/* test_limit.c: token buckets, and who meets them. */
#include "check.h"
#include "scene.h"

#include "base/refusal.h"
#include "front/limit.h"

#include <unistd.h>

CASE(a_full_bucket_gives_its_burst_and_then_one_an_interval)
{
	struct toc_bucket b = { 0 };
	int64_t now = 1000000000;

	for (int i = 0; i < 10; i++)
		CHECK_INT(toc_bucket_take(&b, 60, 10, now), 0);
	CHECK_INT(toc_bucket_take(&b, 60, 10, now), 1000000);
	CHECK_INT(toc_bucket_take(&b, 60, 10, now + 400000), 600000);
	CHECK_INT(toc_bucket_take(&b, 60, 10, now + 1000000), 0);
	CHECK(toc_bucket_take(&b, 60, 10, now + 1000000) > 0);
}

CASE(waiting_fills_it_and_no_further_than_full)
{
	struct toc_bucket b = { 0 };
	int64_t now = 1000000000;

	CHECK_INT(toc_bucket_take(&b, 60, 3, now), 0);
	now += INT64_C(3600000000);
	for (int i = 0; i < 3; i++)
		CHECK_INT(toc_bucket_take(&b, 60, 3, now), 0);
	CHECK(toc_bucket_take(&b, 60, 3, now) > 0);
}

CASE(asking_takes_nothing)
{
	struct toc_bucket b = { 0 };

	for (int i = 0; i < 100; i++)
		CHECK_INT(toc_bucket_wait(&b, 60, 1, 5), 0);
	CHECK_INT(toc_bucket_take(&b, 60, 1, 5), 0);
	CHECK(toc_bucket_wait(&b, 60, 1, 5) > 0);
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

CASE(a_wrong_credential_is_counted_for_itself_and_its_address)
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
	client_text(c, "GET /api/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer another\r\n\r\n"); /* of somebody else behind it */
	struct toc_frame a = hear(&f, f.keeper, TOC_IPC_AUTH);
	auth_fail(&f, toc_frame_u64(&a), TOC_REFUSE_NOT_AUTHENTICATED);
	CHECK(says(client_answer(c, &head), "not_authenticated"));
	client_free(c);
	end();
}

CASE(more_connections_than_one_address_may_have_are_closed_before_tls)
{
	begin_with("{\"connections_per_address\":2}");
	struct client *a = client_connect(&f), *b = client_connect(&f);
	CHECK(client_try(&f) == NULL);
	CHECK_INT(front_hits(TOC_LIMIT_connections_per_address), 1);
	client_free(b);
	struct client *next = NULL;
	for (int i = 0; i < 400 && !next; i++) { /* until the front has seen that a place was left */
		usleep(20000);
		next = client_try(&f);
	}
	CHECK(next && says(ask(next, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", NULL), "alive"));
	client_free(next);
	client_free(a);
	end();
}

RUN_CASES()
