/* test_outgoing.c: what the keeper hands to its courier, and what becomes of the courier's word. The courier is the test. */
#include "check.h"
#include "domain/rule.h"
#include "keeper/links.h"
#include "message/json.h"
#include "stage.h"

#include <poll.h>
#include <sys/socket.h>

#define OWNER "owner@pastepond.example.invalid"

static struct stage s;
static struct courier {
	struct toc_channel *channel;
	struct job {
		struct toc_uuid id;
		uint32_t attempt;
		struct toc_value *told;
	} jobs[1024];
	size_t n, cancelled, kept;
} courier[2];

static void hear(void *ctx, struct toc_frame *f)
{
	struct courier *c = ctx;
	struct toc_refusal why;
	if (f->number == TOC_IPC_JOB && c->n < 1024) {
		struct job *j = &c->jobs[c->n++];
		j->id = toc_frame_id(f);
		CHECK_INT(toc_frame_u8(f), TOC_WAY_MAIL);
		j->attempt = toc_frame_u32(f);
		CHECK(toc_json_parse(s.a, toc_arena_str(s.a, toc_frame_str(f)), 1 << 16, 8, &j->told, &why) == 0);
	} else {
		c->cancelled += f->number == TOC_IPC_CANCEL_JOB;
		c->kept += f->number == TOC_IPC_OUTCOME_KEPT;
		(void)toc_frame_id(f);
	}
	CHECK(toc_frame_end(f));
}

static void run(int ms)
{
	int64_t until = toc_clock_mono_us() + ms * INT64_C(1000);
	do {
		stage_run(&s, 1);
		for (int i = 0; i < 2; i++)
			if (courier[i].channel)
				CHECK(toc_channel_step(courier[i].channel, POLLIN, hear, &courier[i]) == 0);
	} while (toc_clock_mono_us() < until);
}

/* Run until the n-th job has come to this courier, or three seconds are over. */
static struct job *job(int i, size_t n)
{
	for (int ms = 0; courier[i].n <= n && ms < 3000; ms += 5)
		run(5);
	CHECK(courier[i].n > n);
	return &courier[i].jobs[n < 1024 ? n : 0];
}

static void connect_courier(int i)
{
	int pair[2];
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	courier[i] = (struct courier){ .channel = toc_channel_new(pair[1]) };
	toc_child_peer(s.keeper[i].k->child, TOC_CHILD_COURIER, pair[0]);
}

static void leave_courier(int i)
{
	toc_channel_free(courier[i].channel);
	courier[i].channel = NULL;
}

static void begin(int keepers)
{
	struct toc_refusal why;
	struct toc_value *limits, *channels = NULL;
	stage_begin(&s);
	stage_stop(&s, 0);
	CHECK(toc_json_parse(s.a, TOC_STR("{\"c\":[\"e-mail\"],\"l\":{\"courier_silence_s\":1,\"delivery_retry_s\":1}}"), 1000, 4, &limits, &why) == 0);
	channels = toc_get(limits, "c");
	s.channels = channels;
	s.keeper_limits = toc_get(limits, "l");
	for (int i = 0; i < keepers; i++) {
		stage_keeper(&s, (unsigned)i);
		stage_wait_serving(&s, (unsigned)i);
		connect_courier(i);
	}
	run(50); /* what is served is in the ledger */
	CHECK(toc_served(s.keeper[0].k->world) & 1u << TOC_CHANNEL_MAIL);
}

static void end(void)
{
	leave_courier(0);
	leave_courier(1);
	stage_end(&s);
}

/* The hub reports something to PastePond, whose only channel is e-mail. */
static struct toc_str report(int keeper)
{
	struct toc_value *m = stage_message(&s, "M1", NULL,
		"{\"step\":\"report\",\"headline\":\"a secret headline\",\"event_time\":{\"from\":\"2031-03-04T21:12:00Z\",\"precision\":\"minutes\"},"
		"\"ongoing\":\"yes\",\"online_component\":[\"live\"],\"producer\":\"perpetrator\",\"victims_visible\":\"no\",\"minor_involved\":\"no\","
		"\"criteria\":[{\"code\":\"real_world_event\",\"answer\":\"likely\",\"source_grade\":\"B2\"},{\"code\":\"harm_shown\",\"answer\":\"likely\",\"source_grade\":\"B2\"},"
		"{\"code\":\"intimidation\",\"answer\":\"likely\",\"source_grade\":\"B2\"},{\"code\":\"terrorism_link\",\"answer\":\"likely\",\"source_grade\":\"B2\"},"
		"{\"code\":\"virality\",\"answer\":\"likely\",\"source_grade\":\"B2\"}]}");
	struct toc_value *to = toc_value_list(s.a), *nothing = toc_value_map(s.a);
	toc_push_text(s.a, to, TOC_STR("PastePond"));
	toc_set(s.a, m, "audience", to);
	toc_set_cstr(s.a, nothing, "level", "none");
	toc_set(s.a, nothing, "categories", toc_value_list(s.a));
	toc_set(s.a, m, "personal_data", nothing);
	const struct stage_frame *f = stage_answer(&s, (unsigned)keeper, stage_post(&s, (unsigned)keeper, stage_login_at(&s, (unsigned)keeper, "HUB", "lead"), 1, m));
	CHECK(f && toc_get_is(f->value, "op", "accepted"));
	if (f && !toc_get_is(f->value, "op", "accepted"))
		printf("  %.*s\n", TOC_STR_ARGS(f->json));
	return toc_get_text(m, "id");
}

static void say(int i, const struct job *j, enum toc_outcome_state state, unsigned code)
{
	struct toc_buf b;
	toc_buf_init(&b, 1024);
	toc_ipc_begin(&b, TOC_IPC_OUTCOME);
	toc_ipc_id(&b, j->id);
	toc_ipc_u32(&b, j->attempt);
	toc_ipc_u8(&b, (uint8_t)state);
	toc_ipc_u16(&b, (uint16_t)code);
	toc_ipc_u32(&b, 0);
	toc_ipc_str(&b, TOC_STR(""));
	CHECK_INT(toc_channel_send(courier[i].channel, &b), 0);
	toc_buf_done(&b);
	run(50);
}

static bool is_on_its_way(const struct job *j)
{
	return toc_find_delivery(s.keeper[0].k->world, j->id) != NULL;
}

CASE(a_job_has_address_languages_and_a_link_that_works_and_nothing_of_the_message)
{
	begin(1);
	(void)report(0);
	const struct job *j = job(0, 0);
	CHECK_TEXT(toc_get_text(j->told, "to"), OWNER);
	CHECK_TEXT(toc_text_of(toc_at(toc_get(j->told, "languages"), 0)), "en");
	CHECK_TEXT(toc_get_text(j->told, "organisation"), "PastePond");
	CHECK(toc_get_bool(j->told, "exercise"));
	CHECK_INT(j->attempt, 1);
	struct toc_str token = toc_link_token(s.a, s.keeper[0].k->o.dup_key, j->id);
	CHECK_TEXT(toc_get_text(j->told, "link"), toc_arena_printf(s.a, "https://tocsin.example/link#%.*s", TOC_STR_ARGS(token)).p);
	CHECK(toc_find_credential(s.keeper[0].k->world, toc_link_id(j->id)) != NULL);
	struct toc_str all = toc_json_str(s.a, j->told);
	CHECK(!memmem(all.p, all.n, "secret headline", 15));
	struct toc_str state = stage_state(&s, 0); /* neither address nor token is in it */
	CHECK(!memmem(state.p, state.n, OWNER, strlen(OWNER)) && !memmem(state.p, state.n, token.p, token.n));
	end();
}

CASE(an_outcome_is_an_entry_and_then_the_courier_may_forget)
{
	begin(1);
	(void)report(0);
	say(0, job(0, 0), TOC_OUTCOME_DELIVERED, 250);
	CHECK(!is_on_its_way(&courier[0].jobs[0]));
	CHECK_INT(stage_published_count(&s, 0, "M19.delivery"), 1);
	CHECK_INT(courier[0].kept, 1);
	say(0, &courier[0].jobs[0], TOC_OUTCOME_DELIVERED, 250); /* nobody asked */
	CHECK_INT(stage_published_count(&s, 0, "M19.delivery"), 1);
	struct toc_str live = stage_state(&s, 0);
	CHECK_TEXT(stage_replay(&s), toc_arena_cstr(s.a, live));
	end();
}

CASE(what_was_not_taken_is_handed_over_again_after_a_pause_under_the_same_id)
{
	begin(1);
	(void)report(0);
	say(0, job(0, 0), TOC_OUTCOME_RETRYING, 451);
	CHECK_INT(courier[0].n, 1);
	const struct job *again = job(0, 1);
	CHECK(toc_uuid_eq(again->id, courier[0].jobs[0].id));
	CHECK_INT(again->attempt, 2);
	end();
}

CASE(an_organisation_that_is_suspended_meanwhile_is_sent_nothing_more)
{
	begin(1);
	(void)report(0);
	const struct job *j = job(0, 0);
	struct toc_organisation *o = toc_world_edit(s.keeper[0].k->world, TOC_OBJECT_organisation, TOC_STR("PastePond"), NULL);
	o->suspended = true;
	say(0, j, TOC_OUTCOME_RETRYING, 451);
	for (int ms = 0; is_on_its_way(j) && ms < 3000; ms += 5)
		run(5);
	CHECK(!is_on_its_way(j));
	CHECK_INT(courier[0].n, 1);
	end();
}

CASE(a_courier_that_is_replaced_is_handed_everything_again)
{
	begin(1);
	(void)report(0);
	(void)report(0);
	(void)job(0, 1);
	leave_courier(0);
	run(20);
	connect_courier(0);
	(void)job(0, 1);
	CHECK_INT(courier[0].n, 2);
	CHECK_INT(courier[0].jobs[0].attempt, 1);
	end();
}

CASE(a_keeper_that_is_replaced_hands_over_what_the_ledger_says)
{
	begin(1);
	(void)report(0);
	struct toc_uuid id = job(0, 0)->id;
	stage_stop(&s, 0);
	leave_courier(0);
	stage_keeper(&s, 0);
	stage_wait_serving(&s, 0);
	connect_courier(0);
	CHECK(toc_uuid_eq(job(0, 0)->id, id));
	end();
}

CASE(a_bounded_number_is_in_hand_however_many_wait)
{
	begin(1);
	for (int i = 0; i < 200; i++)
		(void)report(0);
	run(200);
	CHECK_INT(courier[0].n, 128);
	say(0, &courier[0].jobs[0], TOC_OUTCOME_DELIVERED, 250);
	(void)job(0, 128);
	CHECK_INT(courier[0].n, 129);
	end();
}

CASE(one_node_carries_a_delivery_and_another_takes_over_when_it_is_silent)
{
	begin(2);
	(void)report(0);
	(void)job(0, 0);
	run(200);
	CHECK_INT(courier[1].n, 0);
	stage_stop(&s, 0); /* for ever */
	leave_courier(0);
	for (int ms = 0; !courier[1].n && ms < 6000; ms += 10)
		run(10);
	CHECK_INT(courier[1].n, 1);
	CHECK(toc_uuid_eq(courier[1].jobs[0].id, courier[0].jobs[0].id));
	CHECK_INT(stage_published_count(&s, 1, "courier.take_over"), 1);
	say(1, &courier[1].jobs[0], TOC_OUTCOME_DELIVERED, 250);
	CHECK_INT(stage_published_count(&s, 1, "M19.delivery"), 1);
	end();
}

CASE(a_node_that_stood_still_while_another_took_over_hands_nothing_over_again)
{
	begin(2);
	(void)report(0);
	say(0, job(0, 0), TOC_OUTCOME_RETRYING, 451);
	struct toc_keeper *still = s.keeper[0].k;
	s.keeper[0].k = NULL; /* it does not turn: its machine is suspended */
	for (int ms = 0; !courier[1].n && ms < 8000; ms += 10)
		run(10);
	CHECK_INT(courier[1].n, 1);
	say(1, &courier[1].jobs[0], TOC_OUTCOME_DELIVERED, 250);
	size_t n = courier[0].n;
	s.keeper[0].k = still;
	run(1500);
	CHECK_INT(courier[0].n, n);
	/* and what comes to it now is its own again */
	(void)report(0);
	(void)job(0, n);
	end();
}

CASE(what_was_acknowledged_is_called_back)
{
	begin(1);
	struct toc_str id = report(0);
	(void)job(0, 0);
	struct toc_value *m = stage_message(&s, "M19", NULL, toc_arena_printf(s.a,
		"{\"step\":\"human\",\"message_ref\":\"%.*s\",\"recipient_org\":\"PastePond\",\"channel\":\"console\",\"state\":\"acked\","
		"\"at\":\"2031-03-04T21:12:00Z\",\"actor_kind\":\"human\"}", TOC_STR_ARGS(id)).p);
	const struct toc_value *answer = stage_send(&s, stage_login(&s, "PastePond", "owner"), m);
	CHECK(toc_get_is(answer, "op", "accepted"));
	run(20);
	CHECK_INT(courier[0].cancelled, 1);
	CHECK(!is_on_its_way(&courier[0].jobs[0]));
	say(0, &courier[0].jobs[0], TOC_OUTCOME_DELIVERED, 250); /* it was out already */
	CHECK_INT(stage_published_count(&s, 0, "M19.delivery"), 0);
	CHECK_INT(courier[0].kept, 1);
	end();
}

CASE(a_courier_that_talks_nonsense_is_hung_up_on_and_harms_nobody)
{
	begin(1);
	struct toc_buf b;
	toc_buf_init(&b, 1024);
	toc_ipc_begin(&b, TOC_IPC_COMMAND);
	toc_ipc_u64(&b, 1);
	CHECK_INT(toc_channel_send(courier[0].channel, &b), 0);
	toc_buf_done(&b);
	stage_run(&s, 20);
	CHECK(!toc_child_has(s.keeper[0].k->child, TOC_CHILD_COURIER));
	leave_courier(0);
	connect_courier(0);
	(void)report(0);
	(void)job(0, 0);
	end();
}

RUN_CASES()
