/* test_signal_replay.c: thousands of random steps on content signals, legal and illegal, by everybody: the
 * state is that of a replay and of a snapshot, what is counted is what is there, and the index finds every
 * item that lives and no other. */
#include "check.h"
#include "signals.h"

#include "hash/hash.h"

static uint64_t state;

static unsigned dice(unsigned n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(state >> 40) % n;
}

static const char *const who[] = { HARBOR,
				   CHIRP,
				   LOOP,
				   GAME,
				   "LoopReel/policy lead",
				   "Chirplet/gateway",
				   "HUB/lead",
				   "AIRU/second officer",
				   "BFP/second officer",
				   "OSF/duty officer" };
#define ANYBODY who[dice(sizeof who / sizeof *who)]
static unsigned made;

/* Mostly one of the newest items; at times one that is not there. */
static struct toc_str some_id(struct stage *s)
{
	return toc_arena_printf(s->a, "01980000-0000-7000-8000-0000000d%04x", made + 1 - dice(made < 12 ? made + 2 : 14));
}

/* One of few pictures, with some of its bits turned over. */
static struct toc_str some_hash(struct stage *s)
{
	struct toc_sha256 h = toc_sha256(toc_arena_printf(s->a, "picture %u", dice(4)));
	for (unsigned n = dice(40); n > 0; n--)
		h.b[dice(32)] ^= (uint8_t)(1u << dice(8));
	return toc_hex(s->a, h.b, sizeof h.b);
}

static const char *some_item(struct stage *s, const char *bank)
{
	struct toc_str variant =
		dice(5) ? TOC_STR("") : toc_arena_printf(s->a, ",\"variant_of\":\"%s\"", some_id(s).p);
	struct toc_str what =
		dice(3) ? toc_arena_printf(s->a,
					   ",\"hash_type\":\"PDQ\",\"hash_value\":\"%s\",\"hash_quality\":90,"
					   "\"match_distance_max\":%u",
					   some_hash(s).p, dice(32))
			: toc_arena_printf(s->a, ",\"hash_type\":\"SHA256\",\"hash_value\":\"%064u\"",
					   1 + dice(5));
	toc_time until = toc_after(toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now),
				   TOC_MINUTES(1 + dice(3000)));
	return toc_arena_printf(s->a,
				"{\"item_id\":\"01980000-0000-7000-8000-0000000d%04x\",\"bank\":\"%s\","
				"\"signal_kind\":\"hash\","
				"\"expires_at\":\"%s\"%s%s}",
				made++, bank, toc_time_str(s->a, until).p, what.p, variant.p)
		.p;
}

static void one_step(struct stage *s)
{
	static const char *const actions[] = { "narrow", "quarantine", "lift", "bank", "release" };
	static const char *const opinions[] = { "positive", "negative", "investigation_seed" };
	static const char *const audiences[] = { TO_ALL, TO_ALL, "\"HUB\",\"LoopReel\"",
						 "\"AIRU\",\"Chirplet\"" };
	struct toc_str items = TOC_STR("");

	switch (dice(8)) {
	case 0:
	case 1: {
		bool negative = dice(8) == 0;
		for (unsigned n = 1 + dice(4); n > 0; n--)
			items = toc_arena_printf(s->a, "%s%s%s", items.p, items.n ? "," : "",
						 some_item(s, negative ? "negative" : "match"));
		(void)stage_act_value(
			s, ANYBODY,
			signals_message(s, negative ? "scope" : "share", audiences[dice(4)], items.p, ABOUT));
		break;
	}
	case 2:
	case 3: {
		const char *action = actions[dice(5)];
		struct toc_str more =
			strcmp(action, "narrow") == 0
				? toc_arena_printf(s->a, ",\"match_distance_max\":%u", dice(32))
			: strcmp(action, "quarantine") == 0 && dice(2)
				? toc_arena_printf(s->a, ",\"beyond\":%u", dice(32))
			: strcmp(action, "bank") == 0
				? toc_arena_printf(s->a, ",\"bank\":\"%s\"", dice(2) ? "match" : "negative")
				: TOC_STR("");
		(void)signals_scope(s, ANYBODY,
				    toc_arena_printf(s->a, "{\"item_ref\":\"%s\",\"action\":\"%s\"%s}",
						     some_id(s).p, action, more.p)
					    .p);
		break;
	}
	case 4:
		(void)signals_report(
			s, ANYBODY, some_id(s).p, "match_count",
			toc_arena_printf(s->a,
					 "\"count\":%u,\"window\":{\"from\":\"2031-05-17T14:10:30Z\","
					 "\"until\":\"2031-05-17T14:18:00Z\"}",
					 dice(9000))
				.p);
		break;
	case 5:
	case 6:
		(void)signals_report(s, ANYBODY, some_id(s).p, "opinion",
				     toc_arena_printf(s->a, "\"opinion\":\"%s\"%s", opinions[dice(3)],
						      dice(2) ? "" : ",\"distance\":25")
					     .p);
		break;
	default:
		s->now = toc_after(s->now, TOC_SECONDS(1));
		(void)stage_act(s, "CELL/controller",
				"{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",\"action\":\"step\","
				"\"by_ms\":%u}}",
				1 + dice(1200000));
	}
}

/* Each item that lives is found by what it is, and is in its haystack once; the others are nowhere. */
static void check_index(struct stage *s)
{
	struct toc_world_cursor cursor = { 0 };
	struct toc_uuid incident = signals_incident(s);
	const struct toc_signals *all = toc_find_signals(s->w, incident);
	const struct toc_item *item;
	const struct toc_haystack *h;
	int64_t live = 0, slots = 0, near = 0;

	while ((item = toc_world_next(s->w, TOC_OBJECT_item, &cursor))) {
		const struct toc_sameness *same =
			toc_world_get(s->w, TOC_OBJECT_sameness, TOC_KEY(item->key));
		unsigned found = 0;
		for (uint32_t i = 0; same && i < same->n_items; i++)
			found += toc_uuid_eq(same->items[i].id, item->id);
		CHECK_INT(found, toc_item_is_live(item));
		CHECK(item->stack < 0 || toc_item_is_live(item));
		CHECK(item->state == TOC_ITEM_QUARANTINED || item->state == TOC_ITEM_EXPIRED || item->beyond == -1);
		live += toc_item_is_live(item);
		near += item->stack >= 0;
	}
	memset(&cursor, 0, sizeof cursor);
	while ((h = toc_world_next(s->w, TOC_OBJECT_haystack, &cursor)))
		slots += h->n_slots;
	CHECK_INT(all ? all->live : 0, live);
	CHECK_INT(slots, near);
}

CASE(random_histories_are_replayed_to_the_same_state)
{
	static const char *const must_happen[] = { "M6.share", "M6.scope", "M7.match_count", "M7.opinion",
						   "M8.retract" };
	size_t happened[5] = { 0 }, by_server = 0, refused = 0;

	for (unsigned history = 0; history < 6; history++) {
		struct stage *s = signals_stage();
		state = 7 + history;
		made = 0;
		for (unsigned i = 0; i < 600; i++) {
			size_t n = s->n;
			bool look = i % 16 == 0;
			struct toc_str before = look ? stage_saved(s->a, s->w) : TOC_STR("");
			one_step(s);
			refused += s->n == n;
			if (look && s->n == n) /* refused: nothing has changed */
				CHECK(toc_str_eq(before, stage_saved(s->a, s->w)));
			if (i % 100 == 99) {
				CHECK(stage_consistent(s));
				check_index(s);
			}
		}
		for (size_t k = 0; k < 5; k++)
			happened[k] += stage_count(s, must_happen[k], NULL);
		by_server += stage_count(s, "M6.scope", "server");
		/* an id is in the ledger once: applied again it changes nothing */
		struct toc_str live = stage_saved(s->a, s->w);
		for (size_t i = 0; i < s->n; i++)
			if (toc_find_message(s->w, s->ledger[i].e.eid))
				toc_apply(s->w, &s->ledger[i].e);
		CHECK(toc_str_eq(live, stage_saved(s->a, s->w)));
		stage_free(s);
	}
	for (size_t k = 0; k < 5; k++)
		CHECK(happened[k] > 20);
	CHECK(by_server > 5 && refused > 200);
	printf("  %zu M6.share, %zu M6.scope (%zu by breakers), %zu counts, %zu opinions, %zu M8; %zu "
	       "refused\n",
	       happened[0], happened[1], by_server, happened[2], happened[3], happened[4], refused);
}

RUN_CASES()
