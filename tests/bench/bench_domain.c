/* bench_domain.c: how many messages a second one core decides and applies, and that it does not get slower as
 * the ledger grows.
 *
 *   bench_domain [CASES]     20000 if not given
 * Timed is what the keeper asks of the domain: before each message what is due, then decide and apply, on an
 * overlay that is merged after a batch. Making the messages, the catalogue, hashing, sealing and the database are
 * not in it (bench_entry, bench_keeper). Time is the processor's, of this thread: other work on the machine
 * takes none of it, but its caches; so beside it stands how fast SHA-256 was in the same run, and the goal is
 * said in both.
 * What is said: mix.h. Source: design 3; domain c, d. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mix.h"

#define GOAL 100000 /* messages a second */

struct bench {
	struct mix m;
	struct toc_arena *work; /* of deciding */
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
	struct toc_world *w = toc_world_over(b->m.s->w);
	struct toc_verdict v;

	for (size_t i = 0; i < b->m.n; i++) {
		const struct said *m = &b->m.said[i];
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
	b->messages += b->m.n;
}

/* The yardstick: how long the same processor takes to hash what the messages of the batch are on the wire. */
static void hash_all(struct bench *b)
{
	struct toc_str text[BATCH + 32];

	for (size_t i = 0; i < b->m.n; i++)
		text[i] = toc_json_str(b->m.words, b->m.said[i].message);
	double begun = seconds();
	for (size_t i = 0; i < b->m.n; i++) {
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
	toc_arena_reset(b->m.words);
	b->m.n = 0;
}

/* One case that goes on and on: what one more message costs must not grow with it. */
static void play_long_case(struct bench *b, const struct script *p)
{
	enum { MESSAGES = 8192 };
	struct toc_uuid threat = toc_uuid_named("case", toc_uuid_str(b->m.words, mix_next_id(&b->m)));
	double begun = 0, quarter = 0;

	(void)mix_say(&b->m, &b->m.platform, "M4.send", p->notice, (struct toc_uuid){ { 0 } });
	flush(b);
	begun = b->seconds;
	uint64_t before = b->messages;
	for (unsigned i = 0; i < MESSAGES; i++) {
		(void)mix_say(&b->m, &b->m.platform, "M4.supplement", p->supplement, threat);
		if (b->m.n >= BATCH)
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
	struct toc_saving *saving = toc_saving_begin(b->m.s->w);
	struct toc_world *again;
	struct toc_error error;
	size_t n, bytes = 0;

	while (!toc_saving_step(saving, 10000))
		;
	double written = seconds(), each = (double)toc_world_size(b->m.s->w);
	struct toc_piece *const *pieces = toc_saving_pieces(saving, &n), **read = toc_must_realloc(NULL, (n + 1) * sizeof *read);
	for (size_t i = 0; i < n; i++) {
		bytes += pieces[i]->bytes.n;
		if (!(read[i] = toc_piece_read(pieces[i]->bytes, &error)))
			TOC_WRONG(error.text);
	}
	if (toc_world_load(read, n, toc_world_size(b->m.s->w), &again, &error) < 0)
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
	struct bench b = { .m = { .s = stage_new(), .words = toc_arena_new(), .ids = 1u << 20, .pause = TOC_SECONDS(2) },
			   .work = toc_arena_new() };
	unsigned cases = argc > 1 ? (unsigned)atoi(argv[1]) : 20000, quarter = cases / 4 ? cases / 4 : 1;
	uint64_t before = 0;
	double part = 0;

	stage_in(b.m.s, NULL);
	const struct script p = mix_script(b.m.s);
	b.m.platform = stage_principal(b.m.s, "GameNest/night responder");
	b.m.desk = stage_principal(b.m.s, "CDA/duty officer");
	b.m.hub = stage_principal(b.m.s, "HUB/duty officer");
	for (unsigned i = 1; i <= cases; i++) {
		mix_case(&b.m, &p, i);
		if (b.m.n >= BATCH || i == cases)
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
	toc_arena_free(b.m.words);
	toc_arena_free(b.work);
	stage_free(b.m.s);
	return 0;
}
