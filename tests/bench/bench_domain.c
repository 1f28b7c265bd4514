/* bench_domain.c: how many messages a second one core decides and applies, and that it does not get slower as
 * the ledger grows.
 *
 *   bench_domain [CASES]     20000 if not given
 * Timed is what the keeper asks of the domain: before each message what is due, then decide and apply, on an
 * overlay that is merged after a batch. Making the messages, the catalogue, hashing, sealing and the database are
 * not in it (bench_entry, bench_keeper). Time is the processor's, of this thread: other work on the machine
 * takes none of it, but its caches; so beside it stands how fast SHA-256 was in the same run, and the goal is
 * said in both.
 *
 * The mix of a case, thrice repeated with small differences: a draft (every third case), the notification to two
 * desks, each desk's machine receipt and a person's "seen", an acknowledgement, a question and its answer, a
 * supplement, an acceptance; an outcome in every other case. Every tenth case is about the same thing as another
 * (the server links them), every eighth message comes twice under its id, and a desk that nobody is at (every
 * fifth case) is called by its deadlines. Source: design 3; domain c, d. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "message/json.h"
#include "stage.h"

#define GOAL 100000 /* messages a second */
#define BATCH 64    /* messages; and one case more */

struct said {
	const struct toc_principal *by;
	const char *k;
	struct toc_value *message;
	const struct toc_value *dup_keys;
	toc_time now;
};
struct bench {
	struct stage *s;
	struct toc_arena *words, *work; /* of the messages of a batch; of deciding them */
	struct toc_principal platform, desk, hub;
	struct said said[BATCH + 32];
	size_t n;
	uint64_t ids;
	uint64_t messages, repeated, fired, entries;
	double seconds, hashing;
	size_t hashed;
};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- what is timed ---- */

static void apply(struct bench *b, struct toc_world *w, const struct toc_verdict *v, toc_time now)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct toc_draft *d = &v->drafts[i];
		struct toc_value *body = toc_value_map(b->work);
		toc_set(b->work, body, "message", (struct toc_value *)(uintptr_t)d->message);
		toc_set(b->work, body, "decided", (struct toc_value *)(uintptr_t)d->decided);
		const struct toc_entry e = {
			.seq = toc_world_size(w), .ts = now, .k = d->k, .mode = d->mode,
			.exercise = d->exercise, .incident = d->incident, .case_ref = d->case_ref,
			.org = d->org, .ref = d->ref, .eid = d->eid, .body = body,
		};
		toc_apply(w, &e);
	}
	b->entries += v->n;
}

static void decide_all(struct bench *b)
{
	struct toc_world *w = toc_world_over(b->s->w);
	struct toc_verdict v;

	for (size_t i = 0; i < b->n; i++) {
		const struct said *m = &b->said[i];
		while (!toc_before(m->now, toc_world_next_due(w))) {
			toc_due(w, m->now, 1, b->work, &v);
			apply(b, w, &v, m->now);
			b->fired++;
		}
		struct toc_command c = {
			.k = toc_str_of(m->k), .message = m->message, .dup_keys = m->dup_keys, .received = m->now,
			.digest = { 1 },
		};
		if (toc_decide(w, m->by, &c, m->now, b->work, &v) < 0) {
			fprintf(stderr, "%s: %s: %s\n", m->k, v.refusal.field, v.refusal.detail);
			exit(1);
		}
		b->repeated += v.duplicate;
		apply(b, w, &v, m->now);
	}
	toc_world_merge(w);
	toc_arena_reset(b->work);
	b->messages += b->n;
}

/* The yardstick: how long the same processor takes to hash what the messages of the batch are on the wire. */
static void hash_all(struct bench *b)
{
	struct toc_str text[BATCH + 32];

	for (size_t i = 0; i < b->n; i++)
		text[i] = toc_json_str(b->words, b->said[i].message);
	double begun = seconds();
	for (size_t i = 0; i < b->n; i++) {
		struct toc_sha256 digest = toc_sha256(text[i]);
		b->hashed += text[i].n + (digest.b[0] & 0); /* used: not optimised away */
	}
	b->hashing += seconds() - begun;
}

static void flush(struct bench *b)
{
	double begun = seconds();

	decide_all(b);
	b->seconds += seconds() - begun;
	hash_all(b);
	toc_arena_reset(b->words);
	b->n = 0;
}

/* ---- the messages ---- */

static struct toc_value *say(struct bench *b, const struct toc_principal *by, const char *k,
			     const struct toc_value *like, struct toc_uuid threat)
{
	struct toc_value *m = toc_value_copy(b->words, like);
	char id[TOC_UUID_TEXT];

	snprintf(id, sizeof id, "01980000-0000-7000-8000-%012llx", (unsigned long long)++b->ids);
	toc_set_text(b->words, m, "id", toc_arena_str(b->words, toc_str_of(id)));
	toc_set_id(b->words, m, "case_ref", threat);
	b->said[b->n++] = (struct said){ .by = by, .k = k, .message = m, .now = b->s->now };
	if (b->ids % 8 == 0)
		b->said[b->n] = b->said[b->n - 1], b->n++;
	return m;
}

static struct toc_uuid next_id(const struct bench *b)
{
	char id[TOC_UUID_TEXT];

	snprintf(id, sizeof id, "01980000-0000-7000-8000-%012llx", (unsigned long long)b->ids + 1);
	return toc_id_of(toc_str_of(id));
}

static void about(struct bench *b, struct toc_value *m, struct toc_uuid message, const char *org)
{
	struct toc_value *body = toc_get(m, "body");

	toc_set_id(b->words, body, "message_ref", message);
	toc_set_cstr(b->words, body, "recipient_org", org);
}

struct script {
	struct toc_value *draft, *notice, *machine, *seen, *ack, *question, *answer, *supplement, *accept, *outcome;
};

static struct script script_of(struct stage *s)
{
	static const char concerned[] =
		"\"concerned_states\":null,\"state_unknown\":{\"unknown\":true,\"reason\":\"x\"}";
	struct script p = {
		.draft = stage_message(s, stage_notice(s, "", concerned)),
		.notice = stage_message(s, stage_notice(s, "", concerned)),
		.machine = stage_message(s, "{\"type\":\"M19\",\"body\":{\"step\":\"machine\",\"channel\":\"console\","
					    "\"state\":\"delivered\",\"actor_kind\":\"machine\"}}"),
		.seen = stage_message(s, "{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"state\":\"seen\"}}"),
		.ack = stage_message(s, "{\"type\":\"M5\",\"body\":{\"kind\":\"ack\"}}"),
		.question = stage_message(s, "{\"type\":\"M5\",\"body\":{\"kind\":\"question\",\"questions\":"
					     "[{\"id\":\"q1\",\"text\":\"Since when?\"}]}}"),
		.answer = stage_message(s, "{\"type\":\"M5\",\"body\":{\"kind\":\"answer\",\"answers\":"
					   "[{\"question\":\"q1\",\"text\":\"Since noon.\"}]}}"),
		.supplement = stage_message(s, "{\"type\":\"M4\",\"body\":{\"step\":\"supplement\",\"text\":\"More is "
					       "known by now.\"}}"),
		.accept = stage_message(s, "{\"type\":\"M5\",\"body\":{\"kind\":\"accept\"}}"),
		.outcome = stage_message(s,
					 "{\"type\":\"M5\",\"body\":{\"kind\":\"outcome\",\"outcome\":\"safe\"}}"),
	};
	toc_unset(toc_get(p.draft, "body"), "concerned_states");
	struct toc_value *all[] = { p.draft,	p.notice, p.machine,	p.seen,	  p.ack,
				    p.question, p.answer, p.supplement, p.accept, p.outcome };
	const struct toc_value *envelope = stage_message(
		s, "{\"schema_version\":\"1.0.0\",\"mode\":\"actual\",\"sent_at\":\"2026-11-22T20:50:00Z\",\"tlp\":"
		   "\"AMBER\",\"precedence\":\"flash\",\"ack_required\":true,\"lang\":\"en\",\"personal_data\":"
		   "{\"level\":\"limited\",\"categories\":[\"location\"]},\"legal_basis\":[],"
		   "\"also_reported_to\":[]}");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (uint32_t k = 0; k < envelope->n; k++)
			toc_set_str(s->a, all[i], envelope->members[k].name, envelope->members[k].value);
	return p;
}

static void play_case(struct bench *b, const struct script *p, unsigned i)
{
	static const char *const orgs[] = { "CDA", "HUB" };
	const struct toc_principal *desks[] = { &b->desk, &b->hub };
	struct toc_uuid first = next_id(b), none = { { 0 } };
	struct toc_uuid threat = toc_uuid_named("case", toc_uuid_str(b->words, first));

	b->s->now = toc_after(b->s->now, TOC_SECONDS(2));
	if (i % 3 == 0)
		(void)say(b, &b->platform, "M4.draft", p->draft, none);
	struct toc_uuid notice = next_id(b);
	struct toc_value *keys = toc_value_list(b->words);
	for (unsigned k = 0; k < 2; k++) { /* every tenth is about what the one before it is about */
		struct toc_str what = toc_arena_printf(b->words, "%u of %u", k, i % 10 == 1 ? i - 1 : i);
		toc_push_text(b->words, keys, toc_hex(b->words, toc_sha256(what).b, 16));
	}
	(void)say(b, &b->platform, "M4.send", p->notice, i % 3 == 0 ? threat : none);
	b->said[b->n - 1].dup_keys = keys;
	for (unsigned d = 0; d < 2; d++)
		about(b, say(b, desks[d], "M19.machine", p->machine, none), notice, orgs[d]);
	if (i % 5 == 0)
		return; /* nobody is there: T17 calls, and calls again */
	for (unsigned d = 0; d < 2; d++)
		about(b, say(b, desks[d], "M19.human", p->seen, none), notice, orgs[d]);
	(void)say(b, &b->hub, "M5.ack", p->ack, threat);
	if (i % 10 == 1)
		return; /* taken over by the acceptance of the other */
	if (i % 4 == 0) {
		(void)say(b, &b->desk, "M5.question", p->question, threat);
		(void)say(b, &b->platform, "M5.answer", p->answer, threat);
	}
	(void)say(b, &b->desk, "M5.accept", p->accept, threat);
	if (i % 3)
		(void)say(b, &b->platform, "M4.supplement", p->supplement, threat);
	if (i % 2)
		(void)say(b, &b->desk, "M5.outcome", p->outcome, threat);
}

/* One case that goes on and on: what one more message costs must not grow with it. */
static void play_long_case(struct bench *b, const struct script *p)
{
	enum { MESSAGES = 8192 };
	struct toc_uuid threat = toc_uuid_named("case", toc_uuid_str(b->words, next_id(b)));
	double begun = 0, quarter = 0;

	(void)say(b, &b->platform, "M4.send", p->notice, (struct toc_uuid){ { 0 } });
	flush(b);
	begun = b->seconds;
	uint64_t before = b->messages;
	for (unsigned i = 0; i < MESSAGES; i++) {
		(void)say(b, &b->platform, "M4.supplement", p->supplement, threat);
		if (b->n >= BATCH)
			flush(b);
		if (i == MESSAGES / 4)
			quarter = (double)(b->messages - before) / (b->seconds - begun);
	}
	printf("one case of %d messages: %.0f messages/s, in its first quarter %.0f\n", MESSAGES,
	       (double)(b->messages - before) / (b->seconds - begun), quarter);
	flush(b);
}

/* ---- the snapshot, as the keeper writes and reads it ---- */

static void measure_snapshot(struct bench *b)
{
	double begun = seconds();
	struct toc_saving *saving = toc_saving_begin(b->s->w);
	struct toc_world *again;
	struct toc_error error;
	size_t n, bytes = 0;

	while (!toc_saving_step(saving, 10000))
		;
	double written = seconds(), each = (double)toc_world_size(b->s->w);
	struct toc_piece *const *pieces = toc_saving_pieces(saving, &n), **read = toc_must_realloc(NULL, (n + 1) * sizeof *read);
	for (size_t i = 0; i < n; i++) {
		bytes += pieces[i]->bytes.n;
		if (!(read[i] = toc_piece_read(pieces[i]->bytes, &error)))
			TOC_WRONG(error.text);
	}
	if (toc_world_load(read, n, toc_world_size(b->s->w), &again, &error) < 0)
		TOC_WRONG(error.text);
	double loaded = seconds();
	printf("the state after %.0f entries: %.0f bytes an entry in %zu pieces; %.2f s to write, %.2f s to read (%.2f and "
	       "%.2f us an entry)\n",
	       each, (double)bytes / each, n, written - begun, loaded - written, (written - begun) / each * 1e6,
	       (loaded - written) / each * 1e6);
	for (size_t i = 0; i < n; i++)
		toc_piece_drop(read[i]);
	free(read);
	toc_world_free(again);
	toc_saving_end(saving);
}

int main(int argc, char **argv)
{
	struct bench b = { .s = stage_new(), .words = toc_arena_new(), .work = toc_arena_new(), .ids = 1u << 20 };
	unsigned cases = argc > 1 ? (unsigned)atoi(argv[1]) : 20000, quarter = cases / 4 ? cases / 4 : 1;
	uint64_t before = 0;
	double part = 0;

	stage_in(b.s, NULL);
	const struct script p = script_of(b.s);
	b.platform = stage_principal(b.s, "GameNest/night responder");
	b.desk = stage_principal(b.s, "CDA/duty officer");
	b.hub = stage_principal(b.s, "HUB/duty officer");
	for (unsigned i = 1; i <= cases; i++) {
		play_case(&b, &p, i);
		if (b.n >= BATCH || i == cases)
			flush(&b);
		if (i % quarter == 0) {
			printf("%8llu messages in the ledger: %9.0f messages/s\n", (unsigned long long)b.messages,
			       (double)(b.messages - before) / (b.seconds - part));
			part = b.seconds;
			before = b.messages;
		}
	}
	double rate = (double)b.messages / b.seconds, hash_rate = (double)b.messages / b.hashing;
	printf("%llu messages (%llu repeated), %llu deadlines, %llu entries in %.2f s\n",
	       (unsigned long long)b.messages, (unsigned long long)b.repeated, (unsigned long long)b.fired,
	       (unsigned long long)b.entries, b.seconds);
	printf("decide and apply: %.0f messages/s on one core (goal %d)\n", rate, GOAL);
	printf("  beside SHA-256 of the same messages (%.0f bytes each, %.0f MB/s): %.1f times its time\n",
	       (double)b.hashed / (double)b.messages, (double)b.hashed / b.hashing / 1e6, hash_rate / rate);
	play_long_case(&b, &p);
	measure_snapshot(&b);
	toc_arena_free(b.words);
	toc_arena_free(b.work);
	stage_free(b.s);
	return 0;
}
