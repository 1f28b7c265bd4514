/* sign.c: from entries to a signed checkpoint, step by step. See signer.h.
 *
 *   IDLE -> LEARN (once a connection: the newest checkpoint of this log) -> IDLE
 *   IDLE -> TIP -> WALK … WALK (leaves, in pieces) -> IDLE -> PUBLISH -> IDLE
 *   IDLE -> SCRUB (a piece of what was signed long ago) -> IDLE
 *   any  -> HALTED
 *
 * Several nodes sign the same log with the same key; of one size they make the same bytes. Whoever comes later finds
 * the other's checkpoint, learns it, and has to reach its root when it gets there. */
#include "signer/signer.h"

#include "base/log.h"
#include "child/child.h"
#include "measure/metrics.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEADLINE TOC_SECONDS(10) /* of one operation */
#define PIECE 1000               /* entries of one read */
#define POLL_US 500000           /* also without being told */
#define SCRUB_PAUSE_US 20000     /* between two pieces */
#define SCRUB_AGAIN_US INT64_C(3600000000)
#define TILES_MAX 2048   /* kept before they are published */
#define REPEAT_US INT64_C(600000000) /* why it has halted is said again so often */
#define CONFLICTS_MAX 5

enum phase { IDLE, LEARN, TIP, WALK, SCRUB, PUBLISH, HALTED };

struct head { /* of the log at some size */
	uint64_t size;
	struct toc_sha256 root;
};

struct walk { /* entries in order, from the first */
	struct toc_range range;
	struct head until; /* where the root has to be this */
};

struct toc_signer {
	struct toc_signer_options o;
	char *record;
	struct toc_child *child;
	enum phase phase;
	bool learned, told; /* the newest checkpoint is known; the tip was found */
	int64_t next_us, said_us;
	char why[400];

	struct walk walk, scrub;
	struct walk *at;         /* whose leaves are coming */
	const char *wrong;       /* what is wrong with one of them */
	uint64_t wrong_seq, upto;
	struct head tip, known;  /* known: the newest checkpoint, whoever published it; size 0: none */
	uint64_t published;      /* of our own */
	int64_t scrub_us;
	unsigned conflicts;

	struct toc_tile_root tiles[TILES_MAX + 512];
	size_t n_tiles;
	struct toc_publication publication;
	struct toc_arena *arena; /* of the note under way */
	bool is_note;            /* what is being published has a checkpoint in it */
};

static void halt(struct toc_signer *s, const char *format, ...) TOC_PRINTF(2, 3);

static void halt(struct toc_signer *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(s->why, sizeof s->why, format, args);
	va_end(args);
	s->phase = HALTED;
	s->said_us = toc_clock_mono_us();
	toc_gauge(TOC_METRIC_SIGNER_HALTED, 0, 1);
	toc_log(TOC_LOG_ERROR, "signer_halted", "nothing is signed any more: %s", s->why);
}

/* ---- leaves ---- */

static void on_whole(void *ctx, unsigned level, uint64_t n, struct toc_sha256 root)
{
	struct toc_signer *s = ctx;

	if (level % TOC_TILE_HEIGHT == 0 && s->n_tiles < sizeof s->tiles / sizeof *s->tiles)
		s->tiles[s->n_tiles++] = (struct toc_tile_root){ level / TOC_TILE_HEIGHT - 1, n, root };
}

static const char *check(const struct toc_leaf_row *row, struct toc_sha256 hash)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_leaf leaf;
	const char *wrong = NULL;

	if (!toc_sha256_eq(hash, row->leaf_hash))
		wrong = "its leaf does not hash to what is stored beside it";
	else if (toc_leaf_parse(a, row->leaf, &leaf, NULL) < 0)
		wrong = "its leaf is not one";
	else if (!toc_sha256_eq(leaf.body, toc_commit(TOC_PART_BODY, row->body_salt, row->body)))
		wrong = "its body is not the one that its leaf commits to";
	toc_arena_free(a);
	return wrong;
}

static void on_leaf(void *ctx, const struct toc_leaf_row *row)
{
	struct toc_signer *s = ctx;
	struct walk *w = s->at;
	struct toc_sha256 hash = toc_leaf_hash(row->leaf);

	if (s->wrong)
		return;
	s->wrong_seq = w->range.size;
	s->wrong = row->seq != w->range.size ? "it is not there" : check(row, hash);
	if (s->wrong)
		return;
	toc_range_add_telling(&w->range, hash, w == &s->walk ? on_whole : NULL, s);
	if (w == &s->walk && w->range.size == s->known.size &&
	    !toc_sha256_eq(toc_range_root(&w->range), s->known.root))
		s->wrong = "with it the ledger is not the one that was published at this size";
}

static void ask_for_leaves(struct toc_signer *s, struct walk *w, enum phase phase);
static void reached(struct toc_signer *s);

static void on_leaves(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_signer *s = ctx;
	struct walk *w = s->at;
	bool scrubbing = s->phase == SCRUB;

	(void)size;
	if (s->phase == HALTED)
		return;
	s->phase = IDLE;
	if (result < 0) {
		toc_log(TOC_LOG_WARN, "signer_read", "%s; trying again", error->text);
		s->next_us = toc_clock_mono_us() + POLL_US;
		return;
	}
	if (!s->wrong && w->range.size < s->upto) {
		s->wrong_seq = w->range.size;
		s->wrong = "it is not there";
	}
	if (s->wrong) {
		halt(s, "entry %llu: %s", (unsigned long long)s->wrong_seq, s->wrong);
		return;
	}
	toc_gauge(TOC_METRIC_SIGNER_SCRUBBED, 0, (int64_t)s->scrub.range.size);
	if (w->range.size < w->until.size) {
		if (scrubbing)
			s->scrub_us = toc_clock_mono_us() + SCRUB_PAUSE_US;
		else if (s->n_tiles < TILES_MAX)
			ask_for_leaves(s, w, WALK);
		return; /* else the tiles go out first */
	}
	if (!toc_sha256_eq(toc_range_root(&w->range), w->until.root)) {
		halt(s,
		     scrubbing ? "the first %llu entries are not those that were signed"
			       : "the first %llu entries do not give the root that the tip says",
		     (unsigned long long)w->until.size);
		return;
	}
	if (scrubbing) {
		toc_log(TOC_LOG_INFO, "scrubbed", "%llu entries are as they were signed",
			(unsigned long long)w->until.size);
		s->scrub = (struct walk){ 0 };
		s->scrub_us = toc_clock_mono_us() + SCRUB_AGAIN_US;
	} else {
		reached(s);
	}
}

static void ask_for_leaves(struct toc_signer *s, struct walk *w, enum phase phase)
{
	uint64_t from = w->range.size, to = w->until.size - from > PIECE ? from + PIECE : w->until.size;

	s->at = w;
	s->upto = to;
	s->wrong = NULL;
	s->wrong_seq = from;
	s->phase = phase;
	if (toc_store_leaves(s->o.store, from, to, DEADLINE, on_leaf, on_leaves, s) < 0)
		s->phase = IDLE;
}

/* ---- publishing ---- */

static void on_published(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_signer *s = ctx;

	(void)size;
	if (s->phase == HALTED)
		return;
	s->phase = IDLE;
	if (result == TOC_ECONFLICT && ++s->conflicts > CONFLICTS_MAX) {
		halt(s, "what we signed does not go with what was published: %s", error->text);
		return;
	}
	if (result < 0) {
		/* another node was faster, most likely: what it published is held against ours next */
		toc_log(result == TOC_ECONFLICT ? TOC_LOG_INFO : TOC_LOG_WARN, "not_published", "%s; trying again",
			error->text);
		s->learned = false;
		s->next_us = toc_clock_mono_us() + POLL_US / 5;
		return;
	}
	s->conflicts = 0;
	s->n_tiles = 0;
	if (!s->is_note)
		return;
	s->published = s->publication.size;
	if (s->known.size < s->published)
		s->known = (struct head){ s->publication.size, s->publication.root };
	s->next_us = toc_clock_mono_us() + s->o.pause.us;
	toc_gauge(TOC_METRIC_SIGNER_PUBLISHED, 0, (int64_t)s->published);
	toc_gauge(TOC_METRIC_SIGNER_CHECKPOINT, 0, toc_clock_now().us);
	toc_count(TOC_METRIC_SIGNER_CHECKPOINTS);
}

static void publish(struct toc_signer *s, bool with_note)
{
	toc_arena_reset(s->arena);
	s->is_note = with_note;
	s->publication = (struct toc_publication){
		.origin = toc_str_of(s->o.key.name),
		.tiles = s->tiles,
		.n_tiles = s->n_tiles,
	};
	if (with_note) {
		struct toc_checkpoint c = { .size = s->walk.range.size, .root = toc_range_root(&s->walk.range) };
		snprintf(c.origin, sizeof c.origin, "%s", s->o.key.name);
		s->publication.size = c.size;
		s->publication.root = c.root;
		s->publication.note = toc_checkpoint_sign(s->arena, &c, &s->o.key, s->o.seed);
	}
	s->phase = PUBLISH;
	if (toc_store_publish(s->o.store, &s->publication, DEADLINE, on_published, s) < 0)
		s->phase = IDLE;
}

/* All entries up to the tip have been seen, and give its root. */
static void reached(struct toc_signer *s)
{
	struct toc_error error;

	if (toc_record_write(s->record, s->o.key.name, &s->walk.range, &error) < 0) {
		/* not signed then: after a crash we would not know that we had */
		toc_log(TOC_LOG_ERROR, "record_unwritable", "%s; nothing is published meanwhile", error.text);
		s->next_us = toc_clock_mono_us() + 4 * POLL_US;
		return;
	}
	publish(s, true);
}

/* ---- the tip, and what was published ---- */

static void on_tip_head(void *ctx, uint64_t size, struct toc_sha256 root, struct toc_str note)
{
	struct toc_signer *s = ctx;

	(void)note;
	s->tip = (struct head){ size, root };
	s->told = true;
}

static void on_tip(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_signer *s = ctx;

	(void)size;
	if (s->phase == HALTED)
		return;
	s->phase = IDLE;
	if (result < 0 || !s->told) {
		if (result < 0)
			toc_log(TOC_LOG_WARN, "signer_read", "%s; trying again", error->text);
		s->next_us = toc_clock_mono_us() + POLL_US;
		return;
	}
	uint64_t behind = s->walk.range.size > s->known.size ? s->walk.range.size : s->known.size;
	if (s->tip.size < behind) {
		halt(s,
		     "the database has %llu entries, and %llu were published: it is an older copy, or its end was cut off",
		     (unsigned long long)s->tip.size, (unsigned long long)behind);
		return;
	}
	s->walk.until = s->tip;
	if (s->tip.size > s->walk.range.size) {
		ask_for_leaves(s, &s->walk, WALK);
		return;
	}
	if (!toc_sha256_eq(toc_range_root(&s->walk.range), s->tip.root)) {
		halt(s, "the ledger has the size that was signed, %llu, and another root",
		     (unsigned long long)s->tip.size);
		return;
	}
	if (s->tip.size > s->known.size || (s->tip.size == 0 && !s->published && !s->known.size))
		reached(s); /* signed before a crash, and not published */
	else
		s->next_us = toc_clock_mono_us() + POLL_US;
}

static void on_known_head(void *ctx, uint64_t size, struct toc_sha256 root, struct toc_str note)
{
	struct toc_signer *s = ctx;
	struct toc_checkpoint c;
	struct toc_error error;

	if (toc_checkpoint_open(note, &s->o.key, &c, &error) < 0 || c.size != size || !toc_sha256_eq(c.root, root)) {
		halt(s, "there is a checkpoint of this log, at %llu, that its key has not signed",
		     (unsigned long long)size);
		return;
	}
	s->known = (struct head){ size, root };
	if (size == s->walk.range.size && !toc_sha256_eq(root, toc_range_root(&s->walk.range)))
		halt(s, "two checkpoints of size %llu were signed", (unsigned long long)size);
}

static void on_known(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_signer *s = ctx;

	(void)size;
	if (s->phase == HALTED)
		return;
	s->phase = IDLE;
	s->learned = result == 0;
	if (result < 0) {
		toc_log(TOC_LOG_WARN, "signer_read", "%s; trying again", error->text);
		s->next_us = toc_clock_mono_us() + POLL_US;
	}
	toc_gauge(TOC_METRIC_SIGNER_PUBLISHED, 0, (int64_t)s->known.size);
}

/* ---- the loop ---- */

static void look(struct toc_signer *s)
{
	s->told = false;
	s->phase = s->learned ? TIP : LEARN;
	int r = s->learned ? toc_store_tip(s->o.store, DEADLINE, on_tip_head, on_tip, s)
			   : toc_store_checkpoint(s->o.store, toc_str_of(s->o.key.name), DEADLINE, on_known_head,
						  on_known, s);
	if (r < 0)
		s->phase = IDLE;
}

static void on_turn(void *ctx)
{
	struct toc_signer *s = ctx;
	int64_t now = toc_clock_mono_us();

	toc_gauge(TOC_METRIC_SIGNER_TURN, 0, now);
	toc_gauge(TOC_METRIC_SIGNER_DATABASE, 0, toc_store_is_up(s->o.store));
	if (s->phase == HALTED && now - s->said_us > REPEAT_US) {
		s->said_us = now;
		toc_log(TOC_LOG_ERROR, "signer_halted", "nothing is signed any more: %s", s->why);
	}
	if (s->phase != IDLE || !toc_store_is_up(s->o.store))
		return;
	if (s->scrub.until.size == 0 && now >= s->scrub_us && s->known.size == s->walk.range.size)
		s->scrub.until = s->known;
	if (s->n_tiles >= TILES_MAX)
		publish(s, false);
	else if (s->learned && s->walk.range.size < s->walk.until.size && now >= s->next_us)
		ask_for_leaves(s, &s->walk, WALK); /* a long way, in pieces */
	else if (now >= s->next_us)
		look(s);
	else if (s->scrub.until.size && now >= s->scrub_us)
		ask_for_leaves(s, &s->scrub, SCRUB);
}

static int64_t next_us(void *ctx)
{
	const struct toc_signer *s = ctx;

	if (s->phase != IDLE || !toc_store_is_up(s->o.store))
		return INT64_MAX;
	return s->scrub.until.size && s->scrub_us < s->next_us ? s->scrub_us : s->next_us;
}

static void on_store(void *ctx, enum toc_store_event event, const struct toc_error *why)
{
	struct toc_signer *s = ctx;
	int64_t now = toc_clock_mono_us();

	switch (event) {
	case TOC_STORE_UP:
		s->learned = false;
		s->next_us = now;
		break;
	case TOC_STORE_APPENDED:
		/* at once after a quiet time, else when the pause since the last checkpoint is over */
		if (s->phase == IDLE && s->next_us > now + s->o.pause.us)
			s->next_us = now;
		else if (s->next_us > now + s->o.pause.us)
			s->next_us = now + s->o.pause.us;
		break;
	case TOC_STORE_PUBLISHED: s->learned = false; break; /* by another node */
	case TOC_STORE_DOWN: toc_log(TOC_LOG_WARN, "database_away", "%s", why->text); break;
	}
}

struct toc_signer *toc_signer_new(const struct toc_signer_options *o)
{
	static const struct toc_child_events events = { .turn = on_turn, .next_us = next_us };
	struct toc_signer *s = calloc(1, sizeof *s);
	struct toc_record record;
	struct toc_error error;

	if (!s)
		abort();
	s->o = *o;
	s->record = strdup(o->record);
	if (!s->record)
		abort();
	s->scrub_us = toc_clock_mono_us() + SCRUB_AGAIN_US; /* what is read for the first time is checked by that */
	s->arena = toc_arena_new();
	s->child = toc_child_new(&events, s, o->control);
	toc_child_store(s->child, o->store);
	toc_store_watch(o->store, on_store, s);
	if (toc_record_read(s->record, o->key.name, &record, &error) < 0) {
		halt(s, "%s", error.text);
	} else if (record.any) {
		s->walk.range = record.range;
		s->walk.until.size = record.range.size;
		s->published = record.range.size;
		s->scrub_us = 0;
		s->scrub.until = (struct head){ record.range.size, toc_range_root(&record.range) };
	}
	return s;
}

void toc_signer_free(struct toc_signer *s)
{
	if (!s)
		return;
	s->phase = HALTED; /* what is pending ends now and begins nothing */
	toc_store_free(s->o.store);
	toc_child_free(s->child);
	toc_arena_free(s->arena);
	toc_wipe(&s->o, sizeof s->o);
	free(s->record);
	free(s);
}

int toc_signer_turn(struct toc_signer *s, toc_dur at_most)
{
	return toc_child_turn(s->child, at_most);
}

struct toc_signer_view toc_signer_look(const struct toc_signer *s)
{
	return (struct toc_signer_view){
		.published = s->published,
		.scrubbed = s->scrub.range.size,
		.halted = s->why[0] ? s->why : NULL,
	};
}

struct toc_child *toc_signer_child(const struct toc_signer *s)
{
	return s->child;
}
