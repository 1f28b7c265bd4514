/* test_link.c: rights that end, siblings that die, and the shutdown. */
#include "check.h"
#include "scene.h"

#include "base/refusal.h"

#include <unistd.h>

static void send_away_but(struct toc_uuid id, const char *org, struct toc_uuid kept, bool back)
{
	toc_ipc_begin(&f.out, TOC_IPC_REVOKE);
	toc_ipc_id(&f.out, id);
	toc_ipc_str(&f.out, toc_str_of(org));
	toc_ipc_id(&f.out, kept);
	toc_ipc_u8(&f.out, back);
	say(&f, f.keeper);
}

static void send_away(struct toc_uuid id, const char *org, bool back)
{
	send_away_but(id, org, (struct toc_uuid){ { 0 } }, back);
}

static struct client *another(const char *org, uint8_t session)
{
	struct client *c = socket_open(&f, SUBPROTOCOL BEARER);

	socket_send(c, HELLO);
	struct toc_frame a = hear(&f, f.keeper, TOC_IPC_AUTH);
	auth_ok(&f, toc_frame_u64(&a), org, 1, false, session);
	CHECK(says(socket_next(c), "welcome"));
	return c;
}

CASE(a_revoked_session_is_closed_with_4403_at_once)
{
	begin(0);
	struct client *c = welcomed("NORTH", NULL), *other = another("NORTH", 9);
	send_away((struct toc_uuid){ { 7 } }, "", false);
	CHECK(socket_next(c) == NULL);
	CHECK_INT(socket_close_code, 4403);
	publish(&f, 0, "NORTH", 1, entry(0));
	CHECK(says(socket_next(other), entry(0)));
	client_free(c);
	client_free(other);
	end();
}

CASE(whose_rights_have_changed_is_sent_away_before_what_comes_next_and_may_come_back)
{
	begin(0);
	struct client *c = another("NORTH", 7), *other = another("NORTH", 9);
	send_away((struct toc_uuid){ { 0, 7 } }, "", true); /* the person of session 7 */
	publish(&f, 0, "NORTH", 1, entry(0));
	CHECK(socket_next(c) == NULL); /* not the entry */
	CHECK_INT(socket_close_code, 1012);
	CHECK(says(socket_next(other), entry(0)));
	client_free(c);
	client_free(other);
	end();
}

CASE(of_a_person_all_are_sent_away_but_the_session_in_which_it_was_said)
{
	begin(0);
	struct client *c = another("NORTH", 7);
	send_away_but((struct toc_uuid){ { 0, 7 } }, "", (struct toc_uuid){ { 7 } }, true);
	publish(&f, 0, "NORTH", 1, entry(0));
	CHECK(says(socket_next(c), entry(0)));
	send_away_but((struct toc_uuid){ { 0, 7 } }, "", (struct toc_uuid){ { 8 } }, true);
	CHECK(socket_next(c) == NULL);
	CHECK_INT(socket_close_code, 1012);
	client_free(c);
	end();
}

CASE(all_of_an_organisation_are_sent_away_and_nobody_else)
{
	begin(0);
	struct client *c = another("NORTH", 7), *second = another("NORTH", 8), *other = another("SOUTH", 9);
	send_away((struct toc_uuid){ { 0 } }, "NORTH", false);
	publish(&f, 0, "SOUTH", 1, entry(0));
	CHECK(socket_next(c) == NULL);
	CHECK_INT(socket_close_code, 4403);
	CHECK(socket_next(second) == NULL);
	CHECK_INT(socket_close_code, 4403);
	CHECK(says(socket_next(other), entry(0)));
	client_free(c);
	client_free(second);
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

RUN_CASES()
