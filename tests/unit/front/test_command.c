/* test_command.c: what a member sends, and the answers to it. */
#include "check.h"
#include "scene.h"

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
		{ "{\"op\":\"cosign\"}", "missing_field" },
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

RUN_CASES()
