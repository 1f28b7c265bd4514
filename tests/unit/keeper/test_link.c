/* The link of an e-mail, from its making to what is read and done by it. */
#include "check.h"
#include "keeper/links.h"
#include "domain/world.h"
#include "ipc/grant.h"
#include "stage.h"

#define DELIVERY ((struct toc_uuid){ { 7 } })

static struct stage s;

static uint64_t put(enum toc_ipc_number number, int kind, struct toc_str text)
{
	struct toc_buf b;
	uint64_t conn = ++s.conn;

	toc_buf_init(&b, 4096);
	toc_ipc_begin(&b, number);
	toc_ipc_u64(&b, conn);
	if (kind)
		toc_ipc_u8(&b, (uint8_t)kind);
	toc_ipc_str(&b, text);
	if (number == TOC_IPC_OPEN_LINK || number == TOC_IPC_AUTH)
		toc_ipc_str(&b, toc_arena_printf(s.a, "192.0.2.%d", (int)(conn % 250))); /* nobody waits for another's mistake */
	if (number == TOC_IPC_AUTH)
		toc_ipc_u8(&b, 1);
	CHECK_INT(toc_channel_send(s.keeper[0].front, &b), 0);
	toc_buf_done(&b);
	return conn;
}

static const struct stage_frame *ask(enum toc_ipc_number number, int kind, struct toc_str text)
{
	return stage_answer(&s, 0, put(number, kind, text));
}

static struct toc_str mine, theirs; /* cases: the letter's, and another */

static struct toc_str case_of(const struct toc_value *answer)
{
	return toc_arena_str(s.a, toc_get_text(answer, "case"));
}

/* The hub's duty officer has a letter about GameNest's notice, and none about Chirplet's. @return the token */
static struct toc_str a_letter(void)
{
	stage_begin(&s);
	stage_archive(&s);
	theirs = case_of(stage_send(&s, stage_login(&s, "Chirplet", "night responder"), stage_threat_of_chirplet(&s, "another")));
	mine = case_of(stage_send(&s, stage_login(&s, "GameNest", "night responder"), stage_threat(&s, "nightcourier7")));
	stage_settle(&s, 0);
	CHECK_INT(stage_published_count(&s, 0, "M4.send"), 2);
	struct toc_uuid about = { { 0 } };
	CHECK(toc_uuid_parse(toc_get_text(stage_published(&s, 0, "M4.send")->value, "id"), &about) == 0);
	struct toc_grant g;
	CHECK(toc_grant_open(s.a, s.keeper[0].k->o.grant_key, stage_login(&s, "HUB", "duty officer"), toc_keeper_now(s.keeper[0].k), &g) == 0);
	toc_keeper_put(s.keeper[0].k, toc_link_work(s.keeper[0].k, DELIVERY, TOC_STR("HUB"), g.person, about));
	stage_settle(&s, 0);
	CHECK(toc_find_credential(toc_keeper_world(s.keeper[0].k), toc_link_id(DELIVERY)) != NULL);
	return toc_link_token(s.a, s.keeper[0].k->o.dup_key, DELIVERY);
}

static const struct toc_value *ack(struct toc_str grant, struct toc_str case_ref)
{
	return stage_send(&s, grant, stage_message(&s, "M5", case_ref.p,
		"{\"kind\":\"ack\",\"human_ack_by\":\"f100047a-2149-4fce-ac9a-7bececf88767\",\"at\":\"2031-03-04T21:12:00Z\"}"));
}

CASE(its_session_does_what_is_in_scope_and_the_rest_does_not_exist)
{
	const struct stage_frame *f = ask(TOC_IPC_OPEN_LINK, 0, a_letter());

	CHECK_INT(f->number, TOC_IPC_SIGNED_IN);
	CHECK_INT(f->grant.n, 43);
	CHECK_TEXT(toc_get_text(toc_get(f->value, "you"), "org"), "HUB");
	CHECK_TEXT(toc_get_text(toc_get(f->value, "link"), "case"), mine.p);
	CHECK(toc_len(toc_get(f->value, "directory")) > 1 && toc_len(toc_get(f->value, "directory")) < 6);
	CHECK_INT(toc_len(toc_get(f->value, "exercises")), 1);
	f = ask(TOC_IPC_AUTH, 4, f->grant);
	CHECK_INT(f->number, TOC_IPC_AUTH_OK);
	CHECK(toc_uuid_eq(f->id, toc_link_id(DELIVERY)));
	struct toc_str grant = toc_arena_str(s.a, f->grant);
	const struct toc_value *outside = ack(grant, theirs);
	CHECK_TEXT(toc_get_text(outside, "code"), "not_found");
	const struct toc_value *never = ack(grant, TOC_STR("01980000-0000-7000-9000-0000000000ff"));
	CHECK(toc_str_eq(toc_get_text(never, "detail"), toc_get_text(outside, "detail")));
	CHECK_TEXT(toc_get_text(ack(grant, mine), "op"), "accepted");
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(it_reads_its_own_matter_and_opens_no_stream)
{
	const struct stage_frame *f = ask(TOC_IPC_OPEN_LINK, 0, a_letter());
	struct toc_str grant = toc_arena_str(s.a, ask(TOC_IPC_AUTH, 4, f->grant)->grant);
	struct toc_buf b;

	CHECK_TEXT(toc_get_text(ack(stage_login(&s, "HUB", "duty officer"), theirs), "op"), "accepted");
	CHECK_TEXT(toc_get_text(ack(grant, mine), "op"), "accepted");
	toc_buf_init(&b, 4096);
	toc_ipc_begin(&b, TOC_IPC_READ);
	toc_ipc_u64(&b, 99);
	toc_ipc_str(&b, grant);
	toc_ipc_u64(&b, 0);
	toc_ipc_u32(&b, 1000);
	toc_ipc_u32(&b, 1 << 20);
	CHECK_INT(toc_channel_send(s.past.front, &b), 0);
	toc_buf_done(&b);
	size_t shown = 0;
	for (int i = 0; i < 2000 && !(s.past.n && s.past.frames[s.past.n - 1].number == TOC_IPC_HISTORY_END); i++)
		stage_run(&s, 1);
	for (size_t i = 0; i < s.past.n; i++) {
		if (s.past.frames[i].number != TOC_IPC_HISTORY)
			continue;
		shown++;
		CHECK_TEXT(toc_get_text(s.past.frames[i].value, "case"), mine.p);
	}
	CHECK(shown >= 2); /* the notice, and the acknowledgement */
	CHECK_INT(ask(TOC_IPC_TICKET, 0, grant)->number, TOC_IPC_AUTH_FAIL);
	stage_end(&s);
}

CASE(its_secrets_are_good_for_nothing_else)
{
	struct toc_str token = a_letter();
	struct toc_str secret = ask(TOC_IPC_OPEN_LINK, 0, token)->grant;

	for (int kind = 1; kind <= 3; kind++) {
		CHECK_INT(ask(TOC_IPC_AUTH, kind, secret)->number, TOC_IPC_AUTH_FAIL);
		CHECK_INT(ask(TOC_IPC_AUTH, kind, token)->number, TOC_IPC_AUTH_FAIL);
	}
	CHECK_INT(ask(TOC_IPC_AUTH, 4, token)->number, TOC_IPC_AUTH_FAIL);
	CHECK_INT(ask(TOC_IPC_OPEN_LINK, 0, secret)->number, TOC_IPC_AUTH_FAIL);
	stage_end(&s);
}

CASE(it_opens_again_and_ends_as_a_whole)
{
	struct toc_str token = a_letter();
	struct toc_str telephone = toc_arena_str(s.a, ask(TOC_IPC_OPEN_LINK, 0, token)->grant);
	struct toc_str tablet = toc_arena_str(s.a, ask(TOC_IPC_OPEN_LINK, 0, token)->grant);

	CHECK_INT(ask(TOC_IPC_AUTH, 4, telephone)->number, TOC_IPC_AUTH_OK);
	CHECK_INT(ask(TOC_IPC_AUTH, 4, tablet)->number, TOC_IPC_AUTH_OK);
	struct toc_work *w = toc_server_work(s.keeper[0].k, "credential", "revoke");
	toc_set_text(w->arena, toc_get(w->command.message, "body"), "credential", toc_uuid_str(w->arena, toc_link_id(DELIVERY)));
	toc_keeper_put(s.keeper[0].k, w);
	stage_settle(&s, 0);
	CHECK(toc_uuid_eq(stage_last(&s, 0, TOC_IPC_REVOKE)->id, toc_link_id(DELIVERY)));
	CHECK_INT(ask(TOC_IPC_AUTH, 4, telephone)->number, TOC_IPC_AUTH_FAIL);
	CHECK_INT(ask(TOC_IPC_AUTH, 4, tablet)->number, TOC_IPC_AUTH_FAIL);
	CHECK_INT(ask(TOC_IPC_OPEN_LINK, 0, token)->number, TOC_IPC_AUTH_FAIL);
	stage_end(&s);
}

CASE(it_ends_with_its_time)
{
	struct toc_str token = a_letter();
	struct toc_str secret = toc_arena_str(s.a, ask(TOC_IPC_OPEN_LINK, 0, token)->grant);

	s.ahead = TOC_HOURS(5);
	CHECK_INT(ask(TOC_IPC_AUTH, 4, secret)->number, TOC_IPC_AUTH_FAIL);
	CHECK_INT(ask(TOC_IPC_OPEN_LINK, 0, token)->number, TOC_IPC_SIGNED_IN);
	s.ahead = TOC_HOURS(73);
	CHECK_INT(ask(TOC_IPC_OPEN_LINK, 0, token)->number, TOC_IPC_AUTH_FAIL);
	stage_end(&s);
}

CASE(the_letter_of_a_delivery_has_one_link_however_often_it_is_made)
{
	struct toc_str token = a_letter();
	uint64_t size = stage_size(&s);
	const struct toc_credential *c = toc_find_credential(toc_keeper_world(s.keeper[0].k), toc_link_id(DELIVERY));

	toc_keeper_put(s.keeper[0].k, toc_link_work(s.keeper[0].k, DELIVERY, TOC_STR("HUB"), c->person, c->about));
	stage_settle(&s, 0);
	CHECK_INT(stage_size(&s), size);
	CHECK(toc_str_eq(token, toc_link_token(s.a, s.keeper[0].k->o.dup_key, DELIVERY)));
	CHECK(!toc_str_eq(token, toc_link_token(s.a, s.keeper[0].k->o.dup_key, (struct toc_uuid){ { 8 } })));
	CHECK(!strstr(stage_state(&s, 0).p, toc_arena_cstr(s.a, token)));
	stage_end(&s);
}

RUN_CASES()
