/* fuzz_link.c: what a server may say to libtocsin. Lines of the input are frames; a line that begins with '!' is
 * something else that happens: the connection opens, closes or ticks, the program sends or is answered.
 *
 * Whatever comes: entries are delivered in order and none twice, the position only grows, every message is answered at
 * most once, and what is written is JSON of our own. */
#include "client/link.h"
#include "message/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define SENDS_MAX 64

struct seen {
	long long last, position;
	unsigned sent, answered[SENDS_MAX];
};

static void must(bool ok, const char *what)
{
	if (!ok)
		TOC_WRONG(what);
}

static void on_entry(void *user, const struct tocsin_entry *e)
{
	struct seen *s = user;

	must(e->json[e->json_bytes] == 0, "an entry without its end");
	if (e->urgent)
		return;
	must(e->seq > s->last, "an entry twice, or out of order");
	s->last = e->seq;
}

static void on_position(void *user, long long seq)
{
	struct seen *s = user;

	must(seq >= s->position, "the position went back");
	s->position = seq;
}

static void on_welcome(void *user, const char *json, size_t n)
{
	(void)user;
	must(json[n] == 0, "a welcome without its end");
}

static void on_beat(void *user, long long last)
{
	(void)user, (void)last;
}

static void on_state(void *user, enum tocsin_state state, const char *why)
{
	(void)user, (void)state;
	must(why && toc_str_is_utf8(toc_str_of(why)), "a state without words");
}

static void on_answer(void *user, const struct tocsin_answer *a)
{
	must(a->id[0] && ++*(unsigned *)user == 1, "a message is answered twice");
}

static void write_what_waits(struct toc_link *l, int64_t now)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str frame;
	struct toc_value *v;
	struct toc_refusal why;

	for (int i = 0; i < 1000 && toc_link_next(l, now, &frame); i++) {
		must(toc_json_parse(a, frame, TOC_LINK_FRAME_MAX, 32, &v, &why) == 0, "it writes what is no JSON");
		must(toc_get_text(v, "op").n > 0, "it writes a frame without op");
		toc_arena_reset(a);
	}
	toc_arena_free(a);
}

static void happens(struct toc_link *l, struct seen *s, struct toc_str what, int64_t *now)
{
	struct tocsin_error error;
	char id[37];

	switch (what.n ? what.p[0] : 0) {
	case 'o':
		toc_link_opened(l, *now);
		break;
	case 'c':
		toc_link_closed(l, *now, what.n > 4 ? atoi((char[]){ what.p[1], what.p[2], what.p[3], what.p[4], 0 }) : 0, "closed");
		break;
	case 's':
	case 'p':
		if (s->sent < SENDS_MAX &&
		    toc_link_send(l, what.p[0] == 'p', (struct toc_str){ what.p + 1, what.n - 1 }, *now, 1000000 + *now,
				  on_answer, &s->answered[s->sent], id, &error) == 0)
			s->sent++;
		break;
	case 'r':
		(void)toc_link_receipt(l, s->last, "delivered");
		break;
	default:
		*now += what.n * what.n * 100;
		if (toc_link_tick(l, *now) < 0)
			toc_link_closed(l, *now, 0, toc_link_why(l));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct seen s = { .last = -1, .position = -1 };
	int64_t now = 0;
	struct toc_link *l = toc_link_new(&(struct tocsin_connection_settings){
		.from = TOCSIN_FROM_START, .patience_s = n % 2 ? 0 : 30, .user = &s, .on_entry = on_entry, .on_position = on_position,
		.on_welcome = on_welcome, .on_beat = on_beat, .on_state = on_state }, NULL);

	toc_link_opened(l, now);
	for (size_t at = 0, end; at < n && !toc_link_ended(l); at = end + 1) {
		const uint8_t *newline = memchr(data + at, '\n', n - at);
		end = newline ? (size_t)(newline - data) : n;
		struct toc_str line = { (const char *)data + at, end - at };
		if (line.n && line.p[0] == '!') {
			happens(l, &s, (struct toc_str){ line.p + 1, line.n - 1 }, &now);
		} else if (toc_link_receive(l, line, now) < 0) {
			must(*toc_link_why(l), "the connection is dropped without a reason");
			toc_link_closed(l, now, 0, toc_link_why(l));
			toc_link_opened(l, now);
		}
		write_what_waits(l, now);
		must(toc_link_reconnect_delay_ms(l, (uint32_t)at) <= TOC_LINK_RECONNECT_MOST_MS, "it waits too long");
	}
	toc_link_free(l);
	return 0;
}
