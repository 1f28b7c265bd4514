/* cosign.c: members' witnesses: their keys, and what they sign.
 *
 * A cosignature is no command: it decides nothing and is no entry. The keeper takes it because it knows who asks and
 * which key their organisation has registered; the signer, who has the log's key, never sees a member's bytes, and the
 * archive cannot write. Which checkpoint is meant the line does not say: the size beside it does, or it is the newest or
 * one of those that were cosigned last. The checkpoint is read from the database, and is one only if the log's key has
 * signed it.
 *
 * What has been checked once is kept, so that forty witnesses of one checkpoint cost one look at the database.
 * Source: C2SP tlog-cosignature, tlog-witness; docs/log.md. */
#include "keeper/core.h"

#include "ledger/log.h"
#include "message/json.h"

#include <stdlib.h>
#include <string.h>

#define CHECKPOINTS 16
#define WAITING_MAX 256
#define EARLY_S 120 /* clocks differ */
#define LATE_S 3600
#define NEWEST UINT64_MAX

struct waiting {
	struct waiting *next;
	struct toc_work *work;
	struct toc_str line;
	struct toc_note_key witness;
	uint64_t size; /* of the checkpoint that is meant; NEWEST: it does not say */
	bool looked;
	struct toc_cosignature cosignature;
};

struct toc_cosigning {
	struct toc_keeper *k;
	bool keyed, busy;
	struct toc_note_key log;
	struct waiting *first, **end;
	unsigned n, at;
	struct toc_checkpoint known[CHECKPOINTS]; /* a ring; size and root of what the log's key has signed */
	unsigned n_known;
};

struct toc_cosigning *toc_cosigning_new(struct toc_keeper *k)
{
	struct toc_cosigning *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->k = k;
	c->end = &c->first;
	c->keyed = k->o.log_vkey && toc_vkey_parse(toc_str_of(k->o.log_vkey), &c->log, NULL) == 0;
	return c;
}

static void waiting_free(struct waiting *w)
{
	toc_work_free(w->work);
	free(w);
}

void toc_cosigning_free(struct toc_cosigning *c)
{
	if (!c)
		return;
	for (struct waiting *w = c->first, *next; w; w = next) {
		next = w->next;
		waiting_free(w);
	}
	free(c);
}

/* ---- keys ---- */

int toc_witness_check(const struct toc_keeper *k, struct toc_work *w)
{
	const struct toc_value *body = toc_get(w->command.message, "body");
	struct toc_str vkey = toc_get_text(body, "vkey");
	struct toc_note_key key;
	struct toc_error error;
	uint8_t signature[64];

	if (!toc_str_is(w->command.k, "witness.register"))
		return 0;
	if (toc_vkey_parse(vkey, &key, &error) < 0)
		return toc_refuse(&w->refusal, TOC_REFUSE_BAD_VALUE, "body.vkey", "C2SP signed-note", "vkey: %s", error.text);
	if (key.type != TOC_NOTE_WITNESS)
		return toc_refuse(&w->refusal, TOC_REFUSE_BAD_VALUE, "body.vkey", "C2SP tlog-cosignature",
				  "vkey: type %d; a witness's is %d", key.type, TOC_NOTE_WITNESS);
	if (k->cosigning->keyed && (strcmp(key.name, k->cosigning->log.name) == 0 ||
				    memcmp(key.public_key, k->cosigning->log.public_key, sizeof key.public_key) == 0))
		return toc_refuse(&w->refusal, TOC_REFUSE_CONDITION, "body.vkey", "C2SP tlog-cosignature",
				  "vkey: that is the log itself, which cannot be its own witness");
	if (toc_get(w->command.message, "supersedes")) /* the second administrator does not have the key */
		return 0;
	if (!toc_get(body, "possession"))
		return toc_refuse(&w->refusal, TOC_REFUSE_MISSING_FIELD, "body.possession", "C2SP tlog-cosignature",
				  "possession: whoever registers a key shows that they have it");
	if (toc_base64url_decode(toc_get_text(body, "possession"), signature, sizeof signature) != sizeof signature ||
	    !toc_witness_possesses(toc_get_text(body, "org"), &key, signature))
		return toc_refuse(&w->refusal, TOC_REFUSE_BAD_VALUE, "body.possession", "C2SP tlog-cosignature",
				  "possession: it is no signature by this key of these three lines: tocsin-witness/v1, org, vkey");
	return 0;
}

/* ---- answers ---- */

static void take_first(struct toc_cosigning *c)
{
	c->first = c->first->next;
	if (!c->first)
		c->end = &c->first;
	c->n--;
	c->busy = false;
}

static void refuse(struct toc_keeper *k, struct toc_work *w)
{
	toc_count(TOC_METRIC_KEEPER_NOT_COSIGNED);
	toc_answer_refused(k, w);
	toc_work_free(w);
}

static void end(struct toc_cosigning *c)
{
	struct waiting *w = c->first;
	struct toc_keeper *k = c->k;

	take_first(c);
	if (w->work->refusal.code != TOC_NOT_REFUSED) {
		toc_count(TOC_METRIC_KEEPER_NOT_COSIGNED);
		toc_answer_refused(k, w->work);
	} else {
		struct toc_arena *a = w->work->arena;
		struct toc_value *reply = toc_value_map(a);
		toc_count(TOC_METRIC_KEEPER_COSIGNED);
		toc_set_int(a, reply, "size", (int64_t)w->size);
		toc_answer(k, w->work, 200, toc_answer_reply(a, "cosigned", w->work->ref, reply));
	}
	waiting_free(w);
}

static void end_away(struct toc_cosigning *c)
{
	struct toc_refusal *r = &c->first->work->refusal;

	(void)toc_refuse(r, TOC_REFUSE_DATABASE_AWAY, "", "", "Cosignatures are not taken now.");
	r->retry_after_s = 1;
	end(c);
}

/* ---- one after the other ---- */

static void keep(struct toc_cosigning *c, const struct toc_checkpoint *checkpoint)
{
	c->known[c->at++ % CHECKPOINTS] = *checkpoint;
	if (c->n_known < CHECKPOINTS)
		c->n_known++;
}

/* Is it under one that we know? Of those the line does not name: any of them. */
static const struct toc_checkpoint *under(const struct toc_cosigning *c, const struct waiting *w, int64_t *ret_unix_s)
{
	struct toc_error error;

	for (unsigned i = 0; i < c->n_known; i++)
		if ((w->size == NEWEST || w->size == c->known[i].size) &&
		    toc_cosignature_check(w->line, &c->known[i], &w->witness, ret_unix_s, &error) == 0)
			return &c->known[i];
	return NULL;
}

static bool knows(const struct toc_cosigning *c, uint64_t size)
{
	for (unsigned i = 0; i < c->n_known; i++)
		if (c->known[i].size == size)
			return true;
	return false;
}

static void on_kept(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_cosigning *c = ctx;
	struct toc_refusal *r = &c->first->work->refusal;

	(void)error;
	if (c->k->leaving)
		return;
	if (result == TOC_ECONFLICT)
		(void)toc_refuse(r, TOC_REFUSE_STATE, "line", "C2SP tlog-witness",
				 "your witness has cosigned the checkpoint of size %llu, and does not go back to %llu",
				 (unsigned long long)size, (unsigned long long)c->first->size);
	if (result < 0 && result != TOC_ECONFLICT)
		end_away(c);
	else
		end(c);
}

/* The line is checked, as far as the checkpoint is known. */
static void check(struct toc_cosigning *c)
{
	struct waiting *w = c->first;
	struct toc_refusal *r = &w->work->refusal;
	int64_t unix_s = 0, now_s = toc_keeper_now(c->k).us / 1000000;
	const struct toc_checkpoint *p = under(c, w, &unix_s);

	if (!p && w->size != NEWEST && !knows(c, w->size))
		(void)toc_refuse(r, TOC_REFUSE_NOT_FOUND, "size", "C2SP tlog-witness",
				 "there is no checkpoint of this size that is the newest or not an hour old");
	else if (!p)
		(void)toc_refuse(r, TOC_REFUSE_BAD_VALUE, "line", "C2SP tlog-cosignature",
				 "it is no cosignature of %s under a checkpoint that was published lately", w->witness.name);
	else if (unix_s > now_s + EARLY_S || unix_s < now_s - LATE_S)
		(void)toc_refuse(r, TOC_REFUSE_TIME, "line", "C2SP tlog-cosignature",
				 "it says that it was signed %lld s from now", (long long)(unix_s - now_s));
	if (r->code != TOC_NOT_REFUSED) {
		end(c);
		return;
	}
	w->size = p->size;
	w->cosignature = (struct toc_cosignature){
		.origin = toc_str_of(c->log.name),
		.org = w->work->principal.org,
		.line = w->line,
		.size = p->size,
		.unix_s = unix_s,
	};
	c->busy = true;
	if (toc_store_cosign(c->k->o.reader, &w->cosignature, TOC_STORE_DEADLINE, on_kept, c) < 0)
		end_away(c);
}

static void on_head(void *ctx, uint64_t size, struct toc_sha256 root, struct toc_str note)
{
	struct toc_cosigning *c = ctx;
	struct toc_checkpoint checkpoint;
	struct toc_error error;

	(void)root;
	if (c->k->leaving || knows(c, size))
		return;
	if (toc_checkpoint_open(note, &c->log, &checkpoint, &error) == 0 && checkpoint.size == size)
		keep(c, &checkpoint);
	else
		toc_log(TOC_LOG_ERROR, "checkpoint_bad", "the checkpoint of size %llu is not one of this log: nobody cosigns it",
			(unsigned long long)size);
}

static void on_looked(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_cosigning *c = ctx;

	(void)size;
	(void)error;
	if (c->k->leaving)
		return;
	if (result < 0)
		end_away(c);
	else
		check(c);
}

static void go_on(struct toc_cosigning *c)
{
	struct waiting *w = c->first;
	struct toc_str origin = toc_str_of(c->log.name);

	if (!w || c->busy)
		return;
	c->busy = true;
	int64_t unix_s;
	if (w->size != NEWEST ? knows(c, w->size) : under(c, w, &unix_s) != NULL) {
		check(c);
		return;
	}
	int r = w->size == NEWEST ? toc_store_checkpoint(c->k->o.reader, origin, TOC_STORE_DEADLINE, on_head, on_looked, c)
				  : toc_store_checkpoint_of(c->k->o.reader, origin, w->size, TOC_STORE_DEADLINE, on_head, on_looked, c);
	if (r < 0)
		end_away(c);
}

static int read_line(struct toc_keeper *k, struct toc_work *w, struct toc_str json, struct waiting *ret)
{
	struct toc_value *v;
	struct toc_str vkey, line;
	struct toc_error error;

	if (toc_json_parse(w->arena, json, 4096, 4, &v, &w->refusal) < 0)
		return -1;
	line = toc_get_text(v, "line");
	if (!line.n || line.n > 500)
		return toc_refuse(&w->refusal, TOC_REFUSE_BAD_VALUE, "line", "C2SP tlog-cosignature", "line: one signature line is wanted");
	if (!k->cosigning->keyed)
		return toc_refuse(&w->refusal, TOC_REFUSE_CONDITION, "", "", "This server signs no checkpoints.");
	if (!toc_witness_of(k->world, w->principal.org, &vkey) || toc_vkey_parse(vkey, &ret->witness, &error) < 0)
		return toc_refuse(&w->refusal, TOC_REFUSE_CONDITION, "line", "C2SP tlog-cosignature",
				  "your organisation has registered no witness");
	ret->line = line.p[line.n - 1] == '\n' ? line : toc_arena_printf(w->arena, "%.*s\n", TOC_STR_ARGS(line));
	int64_t size = toc_get_int(v, "size", -1);
	ret->size = size < 0 ? NEWEST : (uint64_t)size;
	return 0;
}

void toc_cosign_take(struct toc_keeper *k, struct toc_work *w, struct toc_str json)
{
	struct toc_cosigning *c = k->cosigning;
	struct waiting *one = calloc(1, sizeof *one);

	if (!one)
		abort();
	if (read_line(k, w, json, one) < 0) {
		free(one);
		refuse(k, w);
		return;
	}
	if (c->n >= WAITING_MAX || k->phase == TOC_STARTING) {
		(void)toc_refuse(&w->refusal, TOC_REFUSE_BUSY, "", "", "Too many cosignatures wait already.");
		w->refusal.retry_after_s = 1;
		free(one);
		refuse(k, w);
		return;
	}
	one->work = w;
	*c->end = one;
	c->end = &one->next;
	c->n++;
}

/* One a turn: commands that came meanwhile, threats first, do not wait for the others. */
void toc_cosign_turn(struct toc_keeper *k)
{
	go_on(k->cosigning);
}

int64_t toc_cosign_next_us(const struct toc_keeper *k)
{
	return k->cosigning->first && !k->cosigning->busy ? 0 : INT64_MAX;
}
