/* bench_domain.c: how many messages a second one core decides and applies, and that it does not get slower as
 * the ledger grows: per thousand cases a notification and its answers, on an overlay that is merged every 64
 * messages, as the keeper does it. Without the catalogue, hashing, sealing and the database. Source:
 * design 3.
 *
 *   bench_domain [CASES]     20000 if not given */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "stage.h"

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct bench {
	struct stage *s;
	struct toc_world *overlay;
	struct toc_arena *a;
	unsigned in_batch;
	uint64_t ids, messages, entries;
};

static void act(struct bench *b, const struct toc_principal *p, const char *k, struct toc_value *m)
{
	struct toc_verdict v;
	struct toc_command c = { .k = toc_str_of(k), .message = m, .received = b->s->now };
	char id[TOC_UUID_TEXT];

	snprintf(id, sizeof id, "01980000-0000-7000-8000-%012llx", (unsigned long long)++b->ids);
	toc_set_cstr(b->a, m, "id", id);
	c.digest[0] = 1;
	if (toc_decide(b->overlay, p, &c, b->s->now, b->a, &v) < 0) {
		fprintf(stderr, "%s: %s\n", k, v.refusal.detail);
		exit(1);
	}
	for (size_t i = 0; i < v.n; i++)
		toc_look_ahead(b->overlay, &v.drafts[i], b->s->now); /* apply */
	b->messages++;
	b->entries += v.n;
	if (++b->in_batch == 64) {
		toc_world_merge(b->overlay);
		b->overlay = toc_world_over(b->s->w);
		toc_arena_reset(b->a);
		b->in_batch = 0;
	}
}

static struct toc_value *message(struct bench *b, const struct toc_value *like, struct toc_uuid threat)
{
	struct toc_value *m = toc_value_copy(b->a, like);
	if (!toc_uuid_is_nil(threat))
		toc_set_id(b->a, m, "case_ref", threat);
	return m;
}

int main(int argc, char **argv)
{
	struct bench b = { .s = stage_new(), .a = toc_arena_new(), .ids = 1u << 20 };
	unsigned cases = argc > 1 ? (unsigned)atoi(argv[1]) : 20000;
	struct stage *s = b.s;

	stage_in(s, NULL);
	struct toc_value *notice = stage_message(
		s,
		stage_notice(
			s, "",
			"\"concerned_states\":null,\"state_unknown\":{\"unknown\":true,\"reason\":\"x\"}"));
	struct toc_value *ack = stage_message(s, "{\"type\":\"M5\",\"body\":{\"kind\":\"ack\"}}");
	struct toc_value *accept = stage_message(s, "{\"type\":\"M5\",\"body\":{\"kind\":\"accept\"}}");
	struct toc_value *outcome =
		stage_message(s, "{\"type\":\"M5\",\"body\":{\"kind\":\"outcome\",\"outcome\":\"safe\"}}");
	struct toc_value *all[] = { notice, ack, accept, outcome };
	for (size_t i = 0; i < 4; i++)
		toc_set_cstr(s->a, all[i], "mode", "actual");
	const struct toc_principal game = stage_principal(s, "GameNest/night responder"),
				   cda = stage_principal(s, "CDA/duty officer"),
				   hub = stage_principal(s, "HUB/duty officer");
	b.overlay = toc_world_over(s->w);

	double begun = seconds(), part = begun;
	uint64_t before = 0;
	for (unsigned i = 1; i <= cases; i++) {
		char id[TOC_UUID_TEXT];
		snprintf(id, sizeof id, "01980000-0000-7000-8000-%012llx", (unsigned long long)b.ids + 1);
		struct toc_uuid threat = toc_uuid_named("case", toc_str_of(id));
		act(&b, &game, "M4.send", message(&b, notice, (struct toc_uuid){ { 0 } }));
		act(&b, &hub, "M5.ack", message(&b, ack, threat));
		act(&b, &cda, "M5.accept", message(&b, accept, threat));
		if (i % 2)
			act(&b, &cda, "M5.outcome", message(&b, outcome, threat));
		if (i % (cases / 4 ? cases / 4 : 1) == 0) {
			double now = seconds();
			printf("%8llu messages in the ledger: %9.0f messages/s\n",
			       (unsigned long long)b.messages, (double)(b.messages - before) / (now - part));
			part = now;
			before = b.messages;
		}
	}
	printf("%llu messages, %llu entries in %.2f s: %.0f messages/s on one core\n",
	       (unsigned long long)b.messages, (unsigned long long)b.entries, seconds() - begun,
	       (double)b.messages / (seconds() - begun));
	toc_world_free(b.overlay);
	toc_arena_free(b.a);
	stage_free(s);
	return 0;
}
