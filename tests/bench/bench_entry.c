/* bench_entry.c: what the keeper's own work on one message costs, station by station: from the bytes of a member to
 * the rows for the database and the frames for the fronts.
 *
 *   bench_entry [CASES]      2000 if not given
 * The keeper's code in its order, without sockets and database: the messages of bench_keeper (a notification, its
 * acknowledgement, acceptance and withdrawal). Time is this thread's processor time; beside it SHA-256 of the
 * message's bytes in the same run. */
#include "keeper/dupkeys.h"
#include "message/catalogue.h"
#include "message/json.h"
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum station { PARSE, DECODE, DECIDE, RENDER, ANSWER, HASH, STATIONS };
static const char *const names[STATIONS] = {
	"parse the JSON",
	"decode by the catalogue, digest, keyed hashes of identifiers",
	"decide, apply, split, canonical bytes, commitments, two seals",
	"render for its audiences",
	"answer the sender",
	"(SHA-256 of the message's bytes)",
};

struct bench {
	struct stage s;
	struct toc_principal by[2];
	struct toc_batch *batch;
	double spent[STATIONS];
	size_t messages, bytes, body_bytes;
};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int r, const struct toc_refusal *why)
{
	if (r == 0)
		return;
	fprintf(stderr, "%s %s: %s\n", toc_refusal_wire(why->code), why->field, why->detail);
	exit(1);
}

static void flush(struct bench *b)
{
	struct toc_keeper *k = b->s.keeper[0].k;

	toc_batch_merge(b->batch);
	toc_keyring_settle(k->o.ring, true);
	for (struct toc_work *w = toc_batch_free(b->batch), *next; w; w = next) {
		next = w->next;
		toc_work_free(w);
	}
	b->batch = toc_batch_new(k->world, false, TOC_BATCH_WORKS, toc_clock_now());
}

static void render(struct bench *b, const struct toc_opened *e)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_audience to[2];
	size_t n = toc_render_audiences(a, &e->entry, to);

	for (size_t i = 0; i < n; i++)
		(void)toc_render_entry(a, e, to[i].rendering, false);
	(void)b;
	toc_arena_free(a);
}

static void take(struct bench *b, const struct toc_principal *by, struct toc_str json)
{
	struct toc_keeper *k = b->s.keeper[0].k;
	const struct toc_batch_tools tools = toc_keeper_tools(k);
	struct toc_work *w = toc_work_new(TOC_WORK_SEND);
	struct toc_value *raw = NULL, *message = NULL;
	struct toc_uuid missing;
	double at[STATIONS + 1];

	at[PARSE] = seconds();
	must(toc_json_parse(w->arena, json, TOC_MESSAGE_BYTES_MAX, TOC_JSON_DEPTH_MAX, &raw, &w->refusal), &w->refusal);
	at[DECODE] = seconds();
	must(toc_message_decode(w->arena, raw, &message, &w->refusal), &w->refusal);
	struct toc_sha256 digest = toc_message_digest(w->arena, k->o.dup_key, message);
	memcpy(w->command.digest, digest.b, sizeof w->command.digest);
	w->command.message = message;
	w->command.k = toc_message_k(w->arena, message);
	w->command.dup_keys = toc_dupkeys(w->arena, k->o.dup_key, message);
	w->command.received = b->batch->now;
	w->principal = *by;
	at[DECIDE] = seconds();
	size_t first = b->batch->n;
	if (toc_batch_decide(b->batch, &tools, w, &missing) < 0 || w->outcome != TOC_WORK_ACCEPTED)
		must(-1, &w->refusal);
	at[RENDER] = seconds();
	for (size_t i = first; i < b->batch->n; i++)
		render(b, &b->batch->made[i].opened);
	at[ANSWER] = seconds();
	(void)toc_answer_reply(w->arena, "accepted", 1,
			       toc_answer_entry(w->arena, &b->batch->made[w->entry].opened, true));
	at[HASH] = seconds();
	digest = toc_sha256(json);
	at[STATIONS] = seconds();
	for (size_t i = 0; i < STATIONS; i++)
		b->spent[i] += at[i + 1] - at[i];
	for (size_t i = first; i < b->batch->n; i++)
		b->body_bytes += b->batch->rows[i].body.n;
	b->messages++;
	b->bytes += json.n + (digest.b[0] & 0);
	if (toc_batch_is_full(b->batch))
		flush(b);
}

int main(int argc, char **argv)
{
	static struct bench b;
	unsigned cases = argc > 1 ? (unsigned)atoi(argv[1]) : 2000;
	static const char answer[] = "{\"kind\":\"%s\",\"human_ack_by\":\"f100047a-2149-4fce-ac9a-7bececf88767\","
				     "\"at\":\"2031-03-04T21:12:00Z\"}";

	stage_begin(&b.s);
	struct toc_keeper *k = b.s.keeper[0].k;
	b.by[0] = (struct toc_principal){ .org = TOC_STR("GameNest"), .channel = TOC_STR("api") };
	b.by[1] = (struct toc_principal){ .org = TOC_STR("HUB"), .channel = TOC_STR("console") };
	must(toc_uuid_parse(TOC_STR("2d26513a-bf0e-48cd-9ac0-de86ea91c67d"), &b.by[0].person), &(struct toc_refusal){ 0 });
	must(toc_uuid_parse(TOC_STR("f100047a-2149-4fce-ac9a-7bececf88767"), &b.by[1].person), &(struct toc_refusal){ 0 });
	b.batch = toc_batch_new(k->world, false, TOC_BATCH_WORKS, toc_clock_now());
	struct toc_arena *mine = b.s.a;
	for (unsigned i = 0; i < cases; i++) {
		char handle[32], ack[256], accept[256];
		b.s.a = toc_arena_new(); /* the stage makes its messages in here */
		snprintf(handle, sizeof handle, "handle%u", i);
		snprintf(ack, sizeof ack, answer, "ack");
		snprintf(accept, sizeof accept, answer, "accept");
		struct toc_value *notice = stage_threat(&b.s, handle);
		const char *c = toc_uuid_str(b.s.a, toc_uuid_named("case", toc_get_text(notice, "id"))).p;
		take(&b, &b.by[0], toc_json_str(b.s.a, notice));
		take(&b, &b.by[1], toc_json_str(b.s.a, stage_message(&b.s, "M5", c, ack)));
		take(&b, &b.by[1], toc_json_str(b.s.a, stage_message(&b.s, "M5", c, accept)));
		take(&b, &b.by[0],
		     toc_json_str(b.s.a, stage_message(&b.s, "M4", c, "{\"step\":\"withdraw\",\"reason\":\"A rehearsal.\"}")));
		toc_arena_free(b.s.a);
	}
	b.s.a = mine;
	double n = (double)b.messages, all = 0;
	printf("%zu messages of %.0f bytes, entries with bodies of %.0f; processor time of one:\n", b.messages,
	       (double)b.bytes / n, (double)b.body_bytes / n);
	for (size_t i = 0; i < STATIONS; i++) {
		printf("  %6.2f us  %s\n", b.spent[i] / n * 1e6, names[i]);
		all += i == HASH ? 0 : b.spent[i];
	}
	printf("%.1f us together: %.0f messages/s on one core, %.0f times SHA-256 of the message\n", all / n * 1e6,
	       n / all, all / b.spent[HASH]);
	for (struct toc_work *w = toc_batch_free(b.batch), *next; w; w = next) {
		next = w->next;
		toc_work_free(w);
	}
	stage_end(&b.s);
	return 0;
}
