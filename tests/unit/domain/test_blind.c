/* test_blind.c: of a deconfliction check no platform learns anything (invariant 7 of the house).
 *
 * Histories are played that differ in nothing but the answer to a check, in whether anybody is concerned at all, and
 * in what the authorities therefore enter among themselves: an order that is drafted, held, considered, certified, given up. Between those entries every platform does all that could
 * let it notice: it sends and asks about the very same address, is refused, guesses ids, reads. Its transcript (the
 * bytes of its entries in their order with their times, what it is answered and refused, what it is told on
 * connecting, and how much work that was) is the same in all of them. Numbers of entries are masked, and nothing else:
 * they are global, so that volume is all that leaks. Source: rules (e) 3. */
#include "check.h"
#include "fences.h"
#include "orders.h"
#include "signals.h"

#include "render/render.h"

#define URL SUBJECT("url", PASTE) "," SUBJECT("sha256", HASH)
#define HASH "9c8506abf29ff0bb249797f36c77b97774ca5673d6177462c3dc63b9e5bedbcd"
#define CHECK_ID "01980000-0000-7000-8000-00000000c4ec"
static const char *const platforms[] = { "StreamHarbor", "Chirplet", "GameNest", "LoopReel", "PastePond" };
enum { PLATFORMS = sizeof platforms / sizeof *platforms };

struct transcript {
	struct toc_buf text;
	size_t read; /* of the ledger */
};
struct history {
	struct stage *s;
	struct transcript of[PLATFORMS];
	unsigned ids, moves;
	struct toc_value *form; /* of AIRU's order */
	const char *order;
};

static void note(struct transcript *t, struct toc_str text)
{
	toc_buf_add(&t->text, text.p, text.n);
	toc_buf_add(&t->text, "\n", 1);
}

/* ---- what a platform sees ---- */

static struct toc_opened opened(struct stage *s, const struct stage_entry *e)
{
	struct toc_value *part, *personal, *data = toc_value_map(s->a);

	toc_message_split(s->a, e->whole, &part, &personal);
	toc_set(s->a, data, "message", personal);
	struct toc_opened o = { .entry = e->e, .data = data, .actor = e->actor };
	o.entry.seq = 0; /* masked */
	return o;
}

static void read_on(struct history *h)
{
	struct stage *s = h->s;

	for (unsigned p = 0; p < PLATFORMS; p++)
		for (size_t *i = &h->of[p].read; *i < s->n; (*i)++) {
			enum toc_rendering r;
			if (!toc_render_for(s->a, &s->ledger[*i].e, toc_str_of(platforms[p]), TOC_ROLE_ALL, false, &r))
				continue;
			struct toc_opened o = opened(s, &s->ledger[*i]);
			note(&h->of[p], toc_render_entry(s->a, &o, r, false));
		}
}

static struct toc_principal person_of(struct stage *s, unsigned p)
{
	return stage_principal(s, strcmp(platforms[p], "PastePond") == 0
					  ? "PastePond/owner"
					  : toc_arena_printf(s->a, "%s/night responder", platforms[p]).p);
}

/* What deciding cost, in memory touched; with what came of it. */
static void try(struct history *h, unsigned p, const char *json)
{
	struct stage *s = h->s;
	struct transcript *t = &h->of[p];
	struct toc_principal who = person_of(s, p);
	struct toc_value *m = stage_message(s, json), *again = toc_value_copy(s->a, m);
	struct toc_arena *kept = s->a;
	char id[TOC_UUID_TEXT];

	/* ids of their own: those of the stage tell how many messages the others have sent */
	snprintf(id, sizeof id, "01980000-0000-7000-9000-%012x", ++h->ids);
	toc_set_cstr(s->a, m, "id", id);
	toc_set_cstr(s->a, again, "id", id);
	const struct toc_value *answer = stage_prepare(s, toc_arena_printf(s->a, "%.*s/%s", TOC_STR_ARGS(who.org),
									 toc_str_is(who.org, "PastePond") ? "owner" : "night responder").p,
						       again);
	note(t, answer ? toc_json_str(s->a, answer) : toc_str_of(s->v.refusal.detail));
	size_t before = toc_arena_bytes(kept);
	int r = stage_act_as(s, &who, m);
	note(t, toc_arena_printf(s->a, "%s %s: %d %s %s %s %s %d; %zu drafts, %zu bytes", json, id, r,
				 toc_refusal_wire(s->v.refusal.code), s->v.refusal.field, s->v.refusal.clause,
				 s->v.refusal.detail, s->v.refusal.retry_after_s, s->v.n,
				 toc_arena_bytes(kept) - before));
	read_on(h);
}

/* All that a platform can do to find out whether somebody looks at this address. */
static void pry(struct history *h)
{
	struct stage *s = h->s;
	static const char *const tries[] = {
		"{\"type\":\"M18\",\"body\":{\"step\":\"check\",\"subjects\":[" URL "],\"intended_action\":\"other\","
		"\"planned_at\":\"2031-05-17T20:00:00Z\",\"answer_by\":\"2031-05-17T20:00:00Z\"}}",
		"{\"type\":\"M18\",\"body\":{\"step\":\"answer\",\"check_ref\":\"" CHECK_ID "\",\"answer\":\"clear\"}}",
		"{\"type\":\"M17\",\"body\":{\"step\":\"answer\",\"referral_ref\":\"" CHECK_ID "\",\"answer\":\"removed\","
		"\"at\":\"2031-05-17T14:30:00Z\"}}",
		"{\"type\":\"M7\"," NO_PERSONAL ",\"body\":{\"kind\":\"opinion\",\"item_ref\":\"" CHECK_ID "\",\"opinion\":\"negative\"}}",
		"{\"type\":\"M4\",\"case_ref\":\"" CHECK_ID "\",\"body\":{\"step\":\"supplement\",\"explanation\":\"more\"}}",
	};

	for (unsigned p = 0; p < PLATFORMS; p++) {
		struct toc_principal who = person_of(s, p);
		note(&h->of[p], toc_json_str(s->a, toc_world_welcome(s->w, &who, s->now, s->a)));
		for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
			try(h, p, tries[i]);
		const char *me = toc_uuid_str(s->a, who.person).p;
		try(h, p, toc_arena_printf(s->a,
			"{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"" CHECK_ID "\","
			"\"recipient_org\":\"%s\",\"channel\":\"console\",\"state\":\"seen\","
			"\"at\":\"2031-05-17T14:30:00Z\",\"actor_kind\":\"human\"}}", platforms[p]).p);
		try(h, p, toc_json_str(s->a, crisis_report(s, "\"body.services_seen\":[{\"name\":\"PastePond\",\"url\":\""
								PASTE "\"}]")).p);
		try(h, p, toc_arena_printf(s->a, "{\"type\":\"M17\",\"body\":{\"step\":\"answer\",\"referral_ref\":\"%s\","
			"\"answer\":\"duplicate\",\"at\":\"2031-05-17T14:30:00Z\"}}", stage_id(s, "M17.send", NULL)).p);
		try(h, p, toc_json_str(s->a, signals_message(s, "share", TO_ALL, toc_arena_printf(s->a,
			"{\"item_id\":\"01980000-0000-7000-8000-%012x\",\"bank\":\"match\",\"signal_kind\":\"url\",\"url\":\""
			PASTE "\"}", ++h->ids).p, ABOUT)).p);
		try(h, p, stage_notice(s, "", toc_arena_printf(s->a,
			"\"contact_24x7\":\"%s\",\"content\":[{\"id\":\"p1\",\"type\":\"post\",\"url\":\"" PASTE
			"\",\"hash_refs\":[{\"algorithm\":\"sha256\",\"value\":\"" HASH "\"}]}]", me).p));
		unsigned answers = 0; /* of those entries that take receipts it is told of its own only */
		struct toc_uuid eid;
		for (uint64_t seq = 0; seq < toc_world_size(s->w) + 3; seq++)
			answers += toc_world_receipt_target(s->w, &who, seq, &eid) == 0;
		note(&h->of[p], toc_arena_printf(s->a, "%u receipts", answers));
	}
}

static void to(struct history *h, const char *t)
{
	h->s->ids = ++h->moves << 16; /* exercise control counts for itself, too */
	stage_to(h->s, t);
	read_on(h);
}

/* ---- the histories ---- */

enum answer { NOBODY_ASKS, NO_HIT, SILENCE, CLEAR, OBJECTION, CONTACT, DUPLICATE, HISTORIES };
static const char *const says[] = { [CLEAR] = "clear", [OBJECTION] = "objection_until", [CONTACT] = "contact_me",
				    [DUPLICATE] = "duplicate_order_exists" };
static const char *const more[] = { [CLEAR] = "", [OBJECTION] = ",\"until\":\"2031-05-17T20:00:00Z\"", [CONTACT] = "",
				    [DUPLICATE] = ",\"authority\":\"BFP\"" };

static void ask(struct history *h, enum answer how)
{
	struct stage *s = h->s;

	if (how == NOBODY_ASKS)
		return;
	CHECK_INT(enquire(s, "BFP/deconfliction officer", how == NO_HIT ? SUBJECT("url", "https://x.example/1") : URL), 0);
	h->form = orders_form(s, &orders_pond, "\"locations\":[{\"url\":\"" PASTE "\"}]");
	CHECK_INT(stage_act_value(s, orders_pond.issuer, orders_with_form(s, "draft", NULL, h->form, "")), 0);
	h->order = stage_id(s, "M10.draft", NULL);
	CHECK_INT(stage_act(s, "AIRU/duty officer",
			    "{\"id\":\"" CHECK_ID "\",\"type\":\"M18\",\"ack_required\":false,\"body\":{\"step\":\"check\","
			    "\"order_ref\":\"%s\",\"subjects\":[" URL "],\"intended_action\":\"removal_order\",\"planned_at\":"
			    "\"2031-05-17T14:33:30Z\",\"answer_by\":\"2031-05-17T14:32:00Z\"}}", h->order),
		  0);
}

/* What its authority makes of the order meanwhile, among its own people. */
static void certify(struct history *h)
{
	CHECK_INT(orders_say(h->s, orders_pond.certifier, "M10", h->order,
			     toc_arena_printf(h->s->a, "\"step\":\"certify\",\"certified\":\"%s\"", h->order).p), 0);
}

static void answers_come(struct history *h, enum answer how)
{
	struct stage *s = h->s;

	if (how < NO_HIT)
		return;
	CHECK_INT(check_answer(s, "HUB/deconfliction officer", CHECK_ID, "clear", ""), 0);
	if (how < CLEAR)
		return;
	CHECK_INT(check_answer(s, "BFP/duty officer", CHECK_ID, says[how], more[how]), 0);
	if (how == CLEAR)
		certify(h);
	if (how == DUPLICATE)
		CHECK_INT(orders_say(s, orders_pond.issuer, "M10", h->order, "\"step\":\"withdraw\",\"reason\":\"there is one\""), 0);
	if (how == CLEAR || how == DUPLICATE)
		return;
	CHECK_INT(check_decide(s, "AIRU/duty officer", CHECK_ID, "hold", false), 0);
	CHECK_INT(check_decide(s, "AIRU/duty officer", CHECK_ID, how == CONTACT ? "abandon" : "proceed", true), 0);
	if (how == OBJECTION)
		certify(h);
}

static struct history *play(enum answer how)
{
	struct history *h = calloc(1, sizeof *h);

	h->s = stage_new();
	for (unsigned p = 0; p < PLATFORMS; p++)
		toc_buf_init(&h->of[p].text, 1u << 26);
	CHECK(stage_play(h->s, "lantern.json", "30:00") == 0);
	read_on(h);
	CHECK_INT(refer(h->s, "BFP/duty officer", "\"PastePond\",\"HUB\"", ""), 0); /* of the same address */
	orders_informed(h->s, &orders_pond); /* M9 waits for no answer */
	to(h, "32:00");
	ask(h, how);
	pry(h);
	to(h, "33:00");
	answers_come(h, how);
	pry(h);
	to(h, "34:30"); /* the time for answers is over */
	pry(h);
	to(h, "50:00");
	pry(h);
	for (const char *const *k = (const char *const[]){ "M1.report", "M4.send", "M6.share", "M17.answer", NULL }; *k; k++)
		CHECK_INT(stage_count(h->s, *k, "PastePond"), 4); /* not only refusals are compared */
	CHECK(stage_consistent(h->s));
	return h;
}

static void end(struct history *h)
{
	for (unsigned p = 0; p < PLATFORMS; p++)
		toc_buf_done(&h->of[p].text);
	stage_free(h->s);
	free(h);
}

/* Where they begin to differ. */
static void differ(const char *org, enum answer how, struct toc_str x, struct toc_str y)
{
	size_t i = 0, line = 0;

	while (i < x.n && i < y.n && x.p[i] == y.p[i])
		if (x.p[i++] == '\n')
			line = i;
	check_bad++;
	line = i - line > 200 ? i - 200 : line;
	printf("  %s, history %d:\n    %.*s\n    %.*s\n", org, how, (int)(x.n - line < 400 ? x.n - line : 400), x.p + line,
	       (int)(y.n - line < 400 ? y.n - line : 400), y.p + line);
}

CASE(whatever_is_answered_every_platform_has_the_same_transcript)
{
	struct history *first = play(NOBODY_ASKS);

	for (unsigned p = 0; p < PLATFORMS; p++)
		CHECK(first->of[p].text.n > 100000); /* they have seen and tried a lot */
	for (enum answer how = NO_HIT; how < HISTORIES; how++) {
		struct history *h = play(how);
		for (unsigned p = 0; p < PLATFORMS; p++) {
			struct toc_str x = toc_buf_view(&first->of[p].text), y = toc_buf_view(&h->of[p].text);
			if (!toc_str_eq(x, y))
				differ(platforms[p], how, x, y);
		}
		CHECK(h->s->n > first->s->n); /* volume is what leaks */
		if (how == CLEAR) { /* until an order is issued */
			CHECK_INT(stage_act_value(h->s, orders_pond.issuer, orders_with_form(h->s, "issue", h->order, h->form, "")), 0);
			read_on(h);
			CHECK(h->of[PLATFORMS - 1].text.n > first->of[PLATFORMS - 1].text.n); /* PastePond's */
		}
		end(h);
	}
	end(first);
}

RUN_CASES()
