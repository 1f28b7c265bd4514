/* fuzz_ipc.c: what a taken-over front can say to keeper and archive. Both run for real, on a ledger in memory, with
 * an honest front beside the evil one.
 *
 * The bytes are frames: numbers and fields of ipc.def, whole, damaged or made up, with true grants, tickets and
 * tokens among them, and grants that were tampered with. Whatever it says, it ends its own channel at most: after
 * each input keeper and archive answer the honest front. A grant that was altered is never one.
 *
 * What was said is in the ledger and stays there, so each of many inputs finds what those before it left; after
 * ROUNDS of them the stage is built anew. A finding that does not come again by itself needs those before it. */
#include "generate.h"
#include "stage.h"

#include "ipc/grant.h"
#include "message/json.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define ROUNDS 400
#define ALTERED (UINT64_C(1) << 40) /* conn of what was said with an altered grant */
#define GRANTS 4

struct evil { /* a front that says what it likes */
	struct toc_channel *channel;
	enum { TO_KEEPER, TO_ARCHIVE } to;
};

static struct stage s;
static struct evil evil[2];
static struct toc_str grants[GRANTS];
static unsigned rounds;
static struct generator g;

static void must(bool ok, const char *what)
{
	if (!ok)
		TOC_WRONG(what);
}

/* ---- the stage ---- */

static void connect_evil(struct evil *e)
{
	int pair[2];

	toc_channel_free(e->channel);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
	toc_child_peer(e->to == TO_KEEPER ? s.keeper[0].k->child : toc_archive_child(s.archive), 1, pair[0]);
	e->channel = toc_channel_new(pair[1]);
}

static void end(void)
{
	if (!s.a)
		return;
	for (size_t i = 0; i < 2; i++) {
		toc_channel_free(evil[i].channel);
		evil[i].channel = NULL;
	}
	stage_end(&s);
	s.a = NULL;
}

static void begin(void)
{
	static const char *const people[GRANTS][2] = { { "GameNest", "night responder" },
		                                       { "HUB", "duty officer" },
		                                       { "AIRU", "gateway" },
		                                       { "CELL", "controller" } };
	static bool before;

	if (!before)
		atexit(end);
	before = true;
	stage_begin(&s);
	stage_archive(&s);
	for (size_t i = 0; i < GRANTS; i++)
		must((grants[i] = stage_login(&s, people[i][0], people[i][1])).n > 0, "nobody is let in");
	const struct toc_value *sent = stage_send(&s, grants[0], stage_threat(&s, "fuzz"));
	must(toc_get_is(sent, "op", "accepted"), "the first threat is not accepted");
	for (size_t i = 0; i < 2; i++) {
		evil[i].to = i ? TO_ARCHIVE : TO_KEEPER;
		connect_evil(&evil[i]);
	}
}

/* ---- what it hears ---- */

static void on_frame(void *ctx, struct toc_frame *f)
{
	(void)ctx;
	if (f->number != TOC_IPC_ANSWER)
		return;
	uint64_t conn = toc_frame_u64(f);
	(void)toc_frame_u64(f);
	unsigned status = toc_frame_u16(f);
	if (conn & ALTERED)
		must(status == 401 || status == 503, "an altered grant was taken for one");
}

static void let_run(void)
{
	for (int turn = 0; turn < 3; turn++) {
		must(toc_keeper_turn(s.keeper[0].k, (toc_dur){ 0 }) == 0, "the keeper wants to go");
		must(toc_archive_turn(s.archive, (toc_dur){ 0 }) == 0, "the archive wants to go");
		for (size_t i = 0; i < 2; i++)
			if (toc_channel_step(evil[i].channel, POLLIN | POLLOUT, on_frame, NULL) < 0)
				connect_evil(&evil[i]);
	}
}

/* ---- what it says ---- */

static uint32_t choose(uint32_t below)
{
	return generate_number(&g, below);
}

static struct toc_str raw(uint32_t most)
{
	size_t n = choose(most);
	n = n < g.n_bytes ? n : g.n_bytes;
	struct toc_str bytes = { (const char *)g.bytes, n };
	g.bytes += n;
	g.n_bytes -= n;
	return bytes;
}

/* @param conn is marked when the grant is altered: nothing may come of it */
static struct toc_str any_grant(uint64_t *conn)
{
	struct toc_str grant = grants[choose(GRANTS)];
	uint32_t how = choose(6);

	if (how == 0) {
		grant = raw(300);
		*conn |= ALTERED;
	} else if (how == 1) {
		char *copy = toc_arena_cstr(g.a, grant);
		copy[choose((uint32_t)grant.n)] ^= (char)(1 << choose(8));
		grant.p = copy;
		*conn |= ALTERED;
	} else if (how == 2) {
		grant.n = choose((uint32_t)grant.n);
		*conn |= ALTERED;
	}
	return grant;
}

static struct toc_str any_secret(void)
{
	switch (choose(4)) {
	case 0:
		return stage_api_key(&s, "HUB", "lead");
	case 1:
		return stage_sign_in_token(&s, "HUB", "lead");
	default:
		return raw(200);
	}
}

static struct toc_str known(struct generator *of, const struct toc_field *f)
{
	(void)of;
	if (f->kind == TOC_F_ORG)
		return TOC_STR("GameNest");
	if (f->kind == TOC_F_LINE || f->kind == TOC_F_PROSE || f->kind == TOC_F_TOKEN)
		return TOC_STR("x");
	return TOC_STR("");
}

static struct toc_str any_json(unsigned op)
{
	uint32_t how = choose(4);

	if (how == 0)
		return raw(2000);
	if (op == 3)
		return toc_arena_printf(g.a, "{\"seq\":%u,\"state\":\"%s\"}", choose(1000),
					choose(4) ? "delivered" : "seen");
	struct toc_value *m = generate_message(&g, generate_type(choose(64)));
	if (how == 1)
		m = generate_damage(&g, m);
	toc_set_cstr(g.a, m, "exercise_ref", QUIET_BELL);
	return toc_json_str(g.a, m);
}

static void fields_of(struct toc_buf *b, enum toc_ipc_number number)
{
	uint64_t conn = choose(256);
	struct toc_str grant;
	unsigned op;

	switch (number) {
	case TOC_IPC_AUTH:
		toc_ipc_u64(b, conn);
		toc_ipc_u8(b, (uint8_t)choose(5));
		toc_ipc_str(b, any_secret());
		toc_ipc_str(b, raw(80));
		toc_ipc_u8(b, (uint8_t)choose(3));
		break;
	case TOC_IPC_SIGN_IN:
		toc_ipc_u64(b, conn);
		toc_ipc_str(b, any_secret());
		toc_ipc_str(b, raw(80));
		break;
	case TOC_IPC_COMMAND:
		grant = any_grant(&conn);
		toc_ipc_u64(b, conn);
		toc_ipc_u64(b, choose(2) ? TOC_IPC_NO_REF : choose(256));
		toc_ipc_u8(b, (uint8_t)(op = choose(5)));
		toc_ipc_str(b, grant);
		toc_ipc_str(b, any_json(op));
		break;
	case TOC_IPC_READ:
		grant = any_grant(&conn);
		toc_ipc_u64(b, conn);
		toc_ipc_str(b, grant);
		toc_ipc_u64(b, choose(4) ? choose(1000) : UINT64_MAX - choose(4));
		toc_ipc_u32(b, choose(4) ? choose(5000) : UINT32_MAX);
		toc_ipc_u32(b, choose(4) ? choose(1u << 24) : UINT32_MAX);
		break;
	case TOC_IPC_CALLED:
		toc_ipc_u64(b, conn);
		toc_ipc_id(b, (struct toc_uuid){ { (uint8_t)choose(256) } });
		toc_ipc_str(b, raw(40));
		toc_ipc_str(b, raw(12));
		toc_ipc_str(b, raw(100));
		toc_ipc_str(b, raw(200));
		break;
	case TOC_IPC_SIGN_OUT: /* not of those who are asked for again */
		toc_ipc_u64(b, conn);
		toc_ipc_str(b, raw(300));
		break;
	case TOC_IPC_CANCEL:
	case TOC_IPC_STOP:
		toc_ipc_u64(b, conn);
		break;
	default: /* TICKET, RENEW; to anything else it does not matter */
		grant = any_grant(&conn);
		toc_ipc_u64(b, conn);
		toc_ipc_str(b, grant);
	}
}

static enum toc_ipc_number any_number(void)
{
	static const uint16_t numbers[] = {
#define TOC_IPC(name, number, from, to, fields) number,
#include "ipc/ipc.def"
#undef TOC_IPC
	};
	return (enum toc_ipc_number)numbers[choose(sizeof numbers / sizeof *numbers)];
}

static void say(void)
{
	struct toc_buf b;
	struct evil *e = &evil[choose(4) == 0];
	/* what is meant for this one, mostly */
	enum toc_ipc_number number = choose(8) == 0 ? any_number()
				     : e->to == TO_KEEPER
					     ? (enum toc_ipc_number)(TOC_IPC_AUTH + choose(7))
					     : (choose(4) ? TOC_IPC_READ : TOC_IPC_STOP);

	toc_buf_init(&b, TOC_IPC_FRAME_MAX + 64);
	toc_ipc_begin(&b, number);
	if (choose(16) == 0)
		toc_buf_str(&b, raw(300));
	else
		fields_of(&b, number);
	if (choose(16) == 1 && b.n > 6)
		b.n = 6 + choose((uint32_t)b.n - 6); /* cut off */
	if (toc_channel_send(e->channel, &b) == TOC_ECLOSED)
		connect_evil(e);
	toc_buf_done(&b);
}

/* ---- and yet ---- */

static void honest_front_is_served(void)
{
	s.keeper[0].n = s.past.n = 0;
	must(stage_login(&s, "HUB", "second lead").n > 0, "the honest front is not let in");
	struct toc_buf b;
	uint64_t conn = ++s.conn;
	toc_buf_init(&b, 4096);
	toc_ipc_begin(&b, TOC_IPC_READ);
	toc_ipc_u64(&b, conn);
	toc_ipc_str(&b, grants[1]);
	toc_ipc_u64(&b, 0);
	toc_ipc_u32(&b, 1);
	toc_ipc_u32(&b, 1000);
	must(toc_channel_send(s.past.front, &b) == 0, "the archive does not listen");
	toc_buf_done(&b);
	for (int turn = 0; turn < 1000; turn++) {
		stage_run(&s, 0);
		for (size_t i = 0; i < s.past.n; i++)
			if (s.past.frames[i].number == TOC_IPC_HISTORY_END && s.past.frames[i].conn == conn)
				return;
	}
	TOC_WRONG("the honest front is not served by the archive");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (rounds++ % ROUNDS == 0) {
		end();
		begin();
	}
	g = (struct generator){ .a = toc_arena_new(), .bytes = data, .n_bytes = n, .known = known };
	while (g.n_bytes) {
		say();
		if (choose(4) == 0)
			let_run();
	}
	let_run();
	toc_arena_free(g.a);
	honest_front_is_served();
	return 0;
}
