/* Credentials, tickets, grants, sign-in and sign-out. */
#include "check.h"
#include "stage.h"

#include "ipc/grant.h"

#include <errno.h>
#include <unistd.h>

static struct stage s;

static uint64_t auth(unsigned kind, struct toc_str secret, const char *peer)
{
	struct toc_buf b;
	uint64_t conn = ++s.conn;
	toc_buf_init(&b, 4096);
	toc_ipc_begin(&b, TOC_IPC_AUTH);
	toc_ipc_u64(&b, conn);
	toc_ipc_u8(&b, (uint8_t)kind);
	toc_ipc_str(&b, secret);
	toc_ipc_str(&b, toc_str_of(peer));
	toc_ipc_u8(&b, 1);
	CHECK_INT(toc_channel_send(s.keeper[0].front, &b), 0);
	toc_buf_done(&b);
	return conn;
}

static uint64_t with_grant(enum toc_ipc_number number, struct toc_str grant)
{
	struct toc_buf b;
	uint64_t conn = ++s.conn;
	toc_buf_init(&b, 4096);
	toc_ipc_begin(&b, number);
	toc_ipc_u64(&b, conn);
	toc_ipc_str(&b, grant);
	CHECK_INT(toc_channel_send(s.keeper[0].front, &b), 0);
	toc_buf_done(&b);
	return conn;
}

static uint64_t sign_in(struct toc_str token)
{
	struct toc_buf b;
	uint64_t conn = ++s.conn;
	toc_buf_init(&b, 4096);
	toc_ipc_begin(&b, TOC_IPC_SIGN_IN);
	toc_ipc_u64(&b, conn);
	toc_ipc_str(&b, token);
	toc_ipc_str(&b, TOC_STR("192.0.2.7"));
	CHECK_INT(toc_channel_send(s.keeper[0].front, &b), 0);
	toc_buf_done(&b);
	return conn;
}

CASE(an_api_key_gives_a_grant_and_a_welcome)
{
	stage_begin(&s);
	const struct stage_frame *f =
		stage_answer(&s, 0, auth(1, stage_api_key(&s, "HUB", "duty officer"), "192.0.2.1"));
	CHECK_INT(f->number, TOC_IPC_AUTH_OK);
	CHECK(f->roles != 0);
	CHECK_TEXT(toc_get_text(f->value, "protocol"), "tocsin.v1");
	CHECK_TEXT(toc_get_text(f->value, "database"), "up");
	CHECK_TEXT(toc_get_text(toc_get(f->value, "you"), "org"), "HUB");
	CHECK_INT(toc_get_int(f->value, "tip", -1), (long long)stage_size(&s) - 1);
	CHECK(toc_len(toc_get(f->value, "exercises")) == 6);
	stage_end(&s);
}

CASE(a_wrong_key_waits_longer_each_time_and_a_right_one_never)
{
	stage_begin(&s);
	int64_t began = toc_clock_mono_us();
	const struct stage_frame *f = stage_answer(&s, 0, auth(1, TOC_STR("toc_wrong"), "192.0.2.1"));
	int64_t first = toc_clock_mono_us() - began;
	CHECK_INT(f->number, TOC_IPC_AUTH_FAIL);
	CHECK_INT(f->code, TOC_REFUSE_NOT_AUTHENTICATED);
	struct toc_str words = f->grant;
	began = toc_clock_mono_us();
	f = stage_answer(&s, 0, auth(2, TOC_STR("toc_wrong"), "192.0.2.1"));
	int64_t second = toc_clock_mono_us() - began;
	CHECK(toc_str_eq(f->grant, words)); /* whatever is wrong, the words are the same */
	CHECK(first >= 95000);
	CHECK(second >= 195000);
	/* a third wrong one is still held back when the right one behind it has its answer */
	uint64_t wrong = auth(1, TOC_STR("toc_wrong"), "192.0.2.1");
	f = stage_answer(&s, 0, auth(1, stage_api_key(&s, "HUB", "duty officer"), "192.0.2.1"));
	CHECK_INT(f->number, TOC_IPC_AUTH_OK);
	CHECK_INT(stage_count(&s, 0, TOC_IPC_AUTH_FAIL), 2);
	CHECK_INT(stage_answer(&s, 0, wrong)->number, TOC_IPC_AUTH_FAIL);
	stage_end(&s);
}

/* More addresses than are remembered, more refusals than are held back. */
CASE(whoever_fails_from_ever_new_addresses_keeps_nobody_waiting)
{
	enum { MANY = 7000 };
	stage_begin(&s);
	for (unsigned i = 0; i < MANY; i++) {
		(void)auth(1, TOC_STR("toc_wrong"), toc_arena_printf(s.a, "2001:db8::%x", i).p);
		if (i % 64 == 0)
			stage_run(&s, 0);
	}
	const struct stage_frame *f = stage_answer(&s, 0, auth(1, stage_api_key(&s, "HUB", "duty officer"), "2001:db8::1"));
	CHECK_INT(f->number, TOC_IPC_AUTH_OK);
	CHECK(stage_count(&s, 0, TOC_IPC_AUTH_FAIL) < MANY); /* the right one passed those that are held back */
	int64_t until = toc_clock_mono_us() + 20000000;
	while (stage_count(&s, 0, TOC_IPC_AUTH_FAIL) < MANY && toc_clock_mono_us() < until)
		stage_run(&s, 10);
	CHECK_INT(stage_count(&s, 0, TOC_IPC_AUTH_FAIL), MANY);
	stage_end(&s);
}

/* Addresses are kept: a front that makes them up fills no memory with them. */
CASE(an_address_has_the_length_of_one)
{
	static const char long_one[65] = { 1 };
	const enum toc_ipc_number numbers[] = { TOC_IPC_AUTH, TOC_IPC_SIGN_IN };
	stage_begin(&s);
	for (size_t i = 0; i < 4; i++) {
		struct toc_buf b;
		toc_buf_init(&b, 4096);
		toc_ipc_u64(&b, 1);
		if (numbers[i % 2] == TOC_IPC_AUTH)
			toc_ipc_u8(&b, 1);
		toc_ipc_str(&b, TOC_STR("toc_wrong"));
		toc_ipc_str(&b, (struct toc_str){ long_one, i < 2 ? 65 : 64 });
		if (numbers[i % 2] == TOC_IPC_AUTH)
			toc_ipc_u8(&b, 1);
		struct toc_frame f = { .number = numbers[i % 2], .rest = toc_buf_view(&b) };
		toc_keeper_frame(s.keeper[0].k, 0, &f);
		CHECK(f.bad == (i < 2));
		toc_buf_done(&b);
	}
	stage_end(&s);
}

CASE(a_grant_that_has_run_out_is_renewed_and_meanwhile_good_as_long_as_the_key_is)
{
	stage_begin(&s);
	struct toc_str grant = toc_arena_str(s.a, stage_login(&s, "GameNest", "night responder"));
	s.ahead = TOC_SECONDS(121);
	CHECK_TEXT(toc_get_text(stage_send(&s, grant, stage_threat(&s, "x")), "op"), "accepted");
	const struct stage_frame *f = stage_answer(&s, 0, with_grant(TOC_IPC_RENEW, grant));
	CHECK_INT(f->number, TOC_IPC_AUTH_OK);
	struct toc_str renewed = toc_arena_str(s.a, f->grant);
	CHECK_TEXT(toc_get_text(stage_send(&s, renewed, stage_threat(&s, "y")), "op"), "accepted");
	s.ahead = TOC_HOURS(25);
	CHECK_TEXT(toc_get_text(stage_send(&s, renewed, stage_threat(&s, "z")), "code"), "not_authenticated");
	CHECK_INT(stage_answer(&s, 0, with_grant(TOC_IPC_RENEW, renewed))->number, TOC_IPC_AUTH_FAIL);
	stage_end(&s);
}

CASE(an_altered_grant_is_none)
{
	stage_begin(&s);
	struct toc_str grant = toc_arena_str(s.a, stage_login(&s, "GameNest", "night responder"));
	((char *)grant.p)[40] ^= 1;
	CHECK_TEXT(toc_get_text(stage_send(&s, grant, stage_threat(&s, "x")), "code"), "not_authenticated");
	CHECK_INT(stage_answer(&s, 0, with_grant(TOC_IPC_RENEW, grant))->number, TOC_IPC_AUTH_FAIL);
	stage_end(&s);
}

CASE(a_sign_in_link_works_once)
{
	stage_begin(&s);
	struct toc_str token = stage_sign_in_token(&s, "CDA", "duty officer");
	const struct stage_frame *f = stage_answer(&s, 0, sign_in(token));
	CHECK_INT(f->number, TOC_IPC_SIGNED_IN);
	CHECK_INT(f->grant.n, 43);
	CHECK_TEXT(toc_get_text(toc_get(f->value, "you"), "org"), "CDA");
	struct toc_str secret = f->grant;
	CHECK_INT(stage_answer(&s, 0, auth(2, secret, "192.0.2.7"))->number, TOC_IPC_AUTH_OK);
	CHECK_INT(stage_answer(&s, 0, sign_in(token))->number, TOC_IPC_AUTH_FAIL);
	CHECK_INT(stage_answer(&s, 0, sign_in(TOC_STR("no such token")))->number, TOC_IPC_AUTH_FAIL);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(signing_out_ends_the_session_everywhere)
{
	stage_begin(&s);
	struct toc_str secret =
		stage_answer(&s, 0, sign_in(stage_sign_in_token(&s, "CDA", "duty officer")))->grant;
	const struct stage_frame *f = stage_answer(&s, 0, auth(2, secret, "192.0.2.7"));
	CHECK_INT(f->number, TOC_IPC_AUTH_OK);
	struct toc_uuid session = f->id;
	struct toc_str grant = f->grant;
	(void)with_grant(TOC_IPC_SIGN_OUT, grant);
	stage_run(&s, 1); /* the keeper reads it */
	stage_settle(&s, 0);
	const struct stage_frame *r = stage_last(&s, 0, TOC_IPC_REVOKE);
	CHECK(r && toc_uuid_eq(r->id, session));
	CHECK_INT(stage_answer(&s, 0, auth(2, secret, "192.0.2.8"))->number, TOC_IPC_AUTH_FAIL);
	CHECK_INT(stage_answer(&s, 0, with_grant(TOC_IPC_RENEW, grant))->number, TOC_IPC_AUTH_FAIL);
	stage_end(&s);
}

CASE(a_ticket_works_once_and_not_for_long)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "HUB", "duty officer");
	struct toc_str ticket = stage_answer(&s, 0, with_grant(TOC_IPC_TICKET, grant))->grant;
	CHECK_INT(ticket.n, 43);
	CHECK_INT(stage_answer(&s, 0, auth(3, ticket, "192.0.2.1"))->number, TOC_IPC_AUTH_OK);
	CHECK_INT(stage_answer(&s, 0, auth(3, ticket, "192.0.2.1"))->number, TOC_IPC_AUTH_FAIL);
	CHECK_INT(stage_answer(&s, 0, with_grant(TOC_IPC_TICKET, TOC_STR("no grant")))->number,
		  TOC_IPC_AUTH_FAIL);
	stage_end(&s);
}

CASE(an_expired_key_is_none)
{
	stage_begin(&s);
	s.ahead = TOC_HOURS(25);
	CHECK_INT(stage_login(&s, "HUB", "duty officer").n, 0);
	stage_end(&s);
}

CASE(who_comes_before_the_directory_is_read_waits_and_is_not_turned_away)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "HUB", "duty officer");
	stage_stop(&s, 0);
	stage_keeper(&s, 0);
	uint64_t key = auth(1, stage_api_key(&s, "CDA", "duty officer"), "192.0.2.1");
	uint64_t again = with_grant(TOC_IPC_RENEW, grant);
	CHECK_INT(stage_answer(&s, 0, key)->number, TOC_IPC_AUTH_OK);
	CHECK_INT(stage_answer(&s, 0, again)->number, TOC_IPC_AUTH_OK);
	stage_end(&s);
}

CASE(without_database_and_copy_nobody_is_told_that_they_are_no_member)
{
	stage_begin(&s);
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	stage_stop(&s, 0);
	stage_keeper(&s, 0);
	stage_fault(&s, 0, TOC_MEMORY_AWAY);
	char path[96];
	snprintf(path, sizeof path, "%s/state", s.dir[0]);
	CHECK(unlink(path) == 0 || errno == ENOENT); /* a slow machine had no time for a copy */
	s.keeper[0].k->start_us -= 60000000; /* its patience is over, and nothing is on disk */
	const struct stage_frame *f =
		stage_answer(&s, 0, auth(1, stage_api_key(&s, "CDA", "duty officer"), "192.0.2.1"));
	CHECK_INT(f->number, TOC_IPC_AUTH_FAIL);
	CHECK_INT(f->code, TOC_REFUSE_BUSY);
	CHECK_TEXT(toc_get_text(stage_send(&s, grant, stage_threat(&s, "x")), "code"), "busy");
	stage_fault(&s, 0, TOC_MEMORY_WELL);
	stage_wait_serving(&s, 0);
	CHECK(s.keeper[0].k->announced);
	CHECK_TEXT(toc_get_text(stage_send(&s, grant, stage_threat(&s, "x")), "op"), "accepted");
	stage_end(&s);
}

CASE(no_session_is_opened_while_the_database_is_away)
{
	stage_begin(&s);
	stage_fault(&s, 0, TOC_MEMORY_AWAY);
	CHECK(stage_phase(&s, 0, TOC_AWAY));
	const struct stage_frame *f =
		stage_answer(&s, 0, sign_in(stage_sign_in_token(&s, "CDA", "duty officer")));
	CHECK_INT(f->number, TOC_IPC_AUTH_FAIL);
	CHECK_INT(f->code, TOC_REFUSE_DATABASE_AWAY);
	CHECK(stage_login(&s, "HUB", "duty officer").n > 0); /* but who has a key is known */
	stage_end(&s);
}

RUN_CASES()
