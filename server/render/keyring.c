/* keyring.c: see keyring.h. Items are linked in order of arrival, newest last; the fresh ones are the tail.
 */
#include "render/keyring.h"

#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNSAID INT64_MIN /* when it is due */

struct item {
	struct item *next;
	struct toc_seal_key key; /* subject and retention point into `text` */
	struct toc_uuid wrapping_id;
	struct toc_str wrapped; /* as it is in the database; owned. Empty: a new one that was not asked for yet */
	bool fresh, seen, leaving, held;
	toc_time due; /* as it was said last, and held */
	char text[];
};
struct toc_keyring {
	struct toc_map *by_id, *by_subject;
	struct toc_map *shut;   /* ids of those that are in the database and do not open here → the round in which they were seen last */
	uintptr_t round;
	struct item *first, **end, **fresh; /* `fresh`: the link to the first unsettled item */
	struct toc_wrapping *watched; /* or NULL */
	struct toc_token *token;      /* that has the wrapping keys, or NULL */
	uint32_t version, told;
	size_t n_keys;
	struct toc_wrapping_key keys[TOC_WRAP_KEYS_MAX];
};

static void *must(void *p)
{
	if (!p)
		abort(); /* base/memory.h: crash-only */
	return p;
}

/* "subject \n class": neither may contain a line feed (the leaf's texts do not) */
static struct toc_str item_name(const struct item *i)
{
	return (struct toc_str){ i->text, i->key.subject.n + 1 + i->key.retention.n };
}

struct toc_keyring *toc_keyring_new(const struct toc_wrapping_key *keys, size_t n)
{
	struct toc_keyring *r = must(calloc(1, sizeof *r));
	r->by_id = toc_map_new();
	r->by_subject = toc_map_new();
	r->shut = toc_map_new();
	r->round = 1;
	r->end = r->fresh = &r->first;
	toc_keyring_wrapping(r, keys, n);
	return r;
}

void toc_keyring_wrapping(struct toc_keyring *r, const struct toc_wrapping_key *keys, size_t n)
{
	if (n == 0 || n > TOC_WRAP_KEYS_MAX)
		TOC_WRONG("number of wrapping keys");
	toc_wipe(r->keys, sizeof r->keys);
	memcpy(r->keys, keys, n * sizeof *keys);
	r->n_keys = n;
}

/* @return whether it has another version than before */
static bool look(struct toc_keyring *r)
{
	struct toc_wrapping_key keys[TOC_WRAP_KEYS_MAX];
	uint32_t version;
	size_t n;

	if (!r->watched || toc_wrapping_version(r->watched) == r->version ||
	    (n = toc_wrapping_read(r->watched, keys, &version)) == 0)
		return false;
	toc_keyring_wrapping(r, keys, n);
	toc_wipe(keys, sizeof keys);
	r->version = version;
	return true;
}

struct toc_keyring *toc_keyring_watching(struct toc_wrapping *w)
{
	struct toc_wrapping_key keys[TOC_WRAP_KEYS_MAX];
	uint32_t version;
	size_t n = toc_wrapping_read(w, keys, &version);

	if (!n) {
		toc_wrapping_free(w);
		return NULL;
	}
	struct toc_keyring *r = toc_keyring_new(keys, n);
	toc_wipe(keys, sizeof keys);
	r->watched = w;
	r->version = r->told = version;
	return r;
}

struct toc_keyring *toc_keyring_of_token(struct toc_wrapping *w, struct toc_token *t, const struct toc_wrapping_key *keys, size_t n)
{
	struct toc_keyring *r = toc_keyring_new(keys, n);

	r->watched = w;
	r->token = t;
	return r; /* version 0: what the eraser has written by now is looked at */
}

bool toc_keyring_changed(struct toc_keyring *r)
{
	(void)look(r);
	bool changed = r->told != r->version;
	r->told = r->version;
	return changed;
}

/* Wrapped once, so that every copy of the state says the same, and costs no cryptography for keys that do not change. */
static void set_wrapped(struct item *i, struct toc_str bytes)
{
	free((char *)(uintptr_t)i->wrapped.p);
	char *copy = must(malloc(bytes.n ? bytes.n : 1));
	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	i->wrapped = (struct toc_str){ copy, bytes.n };
}

static void item_free(struct item *i)
{
	free((char *)i->wrapped.p);
	toc_wipe(i->key.key, sizeof i->key.key);
	free(i);
}

void toc_keyring_free(struct toc_keyring *r)
{
	if (!r)
		return;
	for (struct item *i = r->first, *next; i; i = next) {
		next = i->next;
		item_free(i);
	}
	toc_map_free(r->by_id);
	toc_map_free(r->by_subject);
	toc_map_free(r->shut);
	toc_wrapping_free(r->watched);
	toc_token_free(r->token);
	toc_wipe(r->keys, sizeof r->keys);
	free(r);
}

static struct item *item_new(struct toc_uuid id, struct toc_str subject, struct toc_str retention)
{
	struct item *i = must(calloc(1, sizeof *i + subject.n + retention.n + 2));
	memcpy(i->text, subject.p, subject.n);
	i->text[subject.n] = '\n';
	if (retention.n)
		memcpy(i->text + subject.n + 1, retention.p, retention.n);
	i->key.id = id;
	i->due.us = UNSAID;
	i->key.subject = (struct toc_str){ i->text, subject.n };
	i->key.retention = (struct toc_str){ i->text + subject.n + 1, retention.n };
	return i;
}

static void link_in(struct toc_keyring *r, struct item *i)
{
	toc_map_put(r->by_id, toc_uuid_key(&i->key.id), i);
	const struct item *known = toc_map_get(r->by_subject, item_name(i));
	if (!known ||
	    (known->fresh && !i->fresh)) /* another node was first: its key is the one in the database */
		toc_map_put(r->by_subject, item_name(i), i);
	*r->end = i;
	r->end = &i->next;
}

static const struct toc_wrapping_key *wrapping(const struct toc_keyring *r, struct toc_uuid id)
{
	for (size_t i = 0; i < r->n_keys; i++)
		if (toc_uuid_eq(r->keys[i].id, id))
			return &r->keys[i];
	return NULL;
}

static int take_in(struct toc_keyring *r, const struct toc_key_row *row)
{
	struct item *known = toc_map_get(r->by_id, toc_uuid_key(&row->id));
	if (known) {
		known->seen = true;
		known->leaving = false; /* it stays until it is gone: something was sealed with it since */
		if (!toc_uuid_eq(known->wrapping_id, row->wrapping_id) || !toc_str_eq(known->wrapped, row->wrapped)) {
			set_wrapped(known, row->wrapped);
			known->wrapping_id = row->wrapping_id;
		}
		return 0;
	}
	const struct toc_wrapping_key *w = wrapping(r, row->wrapping_id);
	if (!w && look(r)) /* made since we last looked */
		w = wrapping(r, row->wrapping_id);
	if (!w)
		return TOC_ENOTFOUND;
	struct item *i = item_new(row->id, row->subject, row->retention);
	int err = toc_unwrap(r->token, row->wrapped, w, &i->key);
	if (err < 0) {
		item_free(i);
		return err;
	}
	i->wrapping_id = w->id;
	i->seen = true;
	set_wrapped(i, row->wrapped);
	bool none_fresh = r->fresh == r->end;
	link_in(r, i);
	if (none_fresh)
		r->fresh = r->end;
	return 0;
}

int toc_keyring_add(struct toc_keyring *r, const struct toc_key_row *row)
{
	if (row->subject.n && memchr(row->subject.p, ' ', row->subject.n)) /* was erased and came back with an older copy: nothing opens it again */
		return 0;
	int err = take_in(r, row);
	if (err < 0)
		toc_map_put(r->shut, toc_uuid_key(&row->id), (void *)r->round);
	else
		toc_map_remove(r->shut, toc_uuid_key(&row->id));
	return err;
}

bool toc_keyring_is_shut(const struct toc_keyring *r, struct toc_uuid id)
{
	return toc_map_get(r->shut, toc_uuid_key(&id)) != NULL;
}

const struct toc_seal_key *toc_keyring_by_id(const struct toc_keyring *r, struct toc_uuid id)
{
	const struct item *i = toc_map_get(r->by_id, toc_uuid_key(&id));
	return i ? &i->key : NULL;
}

const struct toc_seal_key *toc_keyring_for(struct toc_keyring *r, struct toc_str subject,
					   struct toc_str retention)
{
	char name[256];
	int n = snprintf(name, sizeof name, "%.*s\n%.*s", TOC_STR_ARGS(subject), TOC_STR_ARGS(retention));
	if (n < 0 || (size_t)n >= sizeof name)
		TOC_WRONG("seal subject");
	const struct item *known = toc_map_get(r->by_subject, (struct toc_str){ name, (size_t)n });
	if (known)
		return &known->key;
	struct item *i = item_new(toc_uuid_random(), subject, retention);
	toc_random(i->key.key, sizeof i->key.key);
	i->wrapping_id = r->keys[0].id;
	i->fresh = i->seen = true; /* a sweep under way began before it was there, and does not find it */
	link_in(r, i);
	return &i->key;
}

/* @return TOC_EIO when the token does not wrap a new one now: of that one there is no row */
static int collect(const struct toc_keyring *r, struct toc_arena *a, struct item *first, bool only_fresh,
		   struct toc_key_row **ret_rows, size_t *ret_n)
{
	size_t n = 0, k = 0;
	int result = 0;
	for (const struct item *i = first; i; i = i->next)
		n += i->fresh || !only_fresh;
	struct toc_key_row *rows = toc_arena_alloc(a, (n + 1) * sizeof *rows);
	for (struct item *i = first; i; i = i->next) {
		if (only_fresh && !i->fresh)
			continue;
		if (!i->wrapped.n) {
			const struct toc_wrapping_key *w = &r->keys[0]; /* may be newer than the seal key */
			i->wrapping_id = w->id;
			set_wrapped(i, toc_wrap(r->token, a, &i->key, w));
			if (!i->wrapped.n) {
				result = TOC_EIO;
				continue;
			}
		}
		rows[k++] = (struct toc_key_row){
			.id = i->key.id,
			.wrapping_id = i->wrapping_id,
			.subject = i->key.subject,
			.retention = i->key.retention,
			.wrapped = i->wrapped,
		};
	}
	*ret_rows = rows;
	*ret_n = k;
	return result;
}

int toc_keyring_fresh(struct toc_keyring *r, struct toc_arena *a, struct toc_key_row **ret_rows, size_t *ret_n)
{
	(void)look(r); /* a keeper that is away because the newest was destroyed would try that one for ever */
	return collect(r, a, *r->fresh, true, ret_rows, ret_n);
}

size_t toc_keyring_all(const struct toc_keyring *r, struct toc_arena *a, struct toc_key_row **ret_rows)
{
	size_t n;

	(void)collect(r, a, r->first, false, ret_rows, &n);
	return n;
}

/* It is out of the list already. */
static void let_go(struct toc_keyring *r, struct item *i)
{
	toc_map_remove(r->by_id, toc_uuid_key(&i->key.id));
	if (toc_map_get(r->by_subject, item_name(i)) == i)
		toc_map_remove(r->by_subject, item_name(i));
	item_free(i);
}

void toc_keyring_settle(struct toc_keyring *r, bool kept)
{
	for (struct item **link = r->fresh; *link;) {
		struct item *i = *link;
		if (!i->fresh || kept) {
			i->fresh = false;
			link = &i->next;
			continue;
		}
		*link = i->next;
		let_go(r, i);
	}
	for (r->end = r->fresh; *r->end; r->end = &(*r->end)->next)
		;
	r->fresh = r->end;
}

static void miss(const struct toc_keyring *r, struct toc_map *seen, struct toc_str part, const struct toc_uuid *id,
		 struct toc_uuid *ids, size_t *n)
{
	if (!part.n || toc_map_get(r->by_id, toc_uuid_key(id)) || toc_map_get(seen, toc_uuid_key(id)))
		return;
	toc_map_put(seen, toc_uuid_key(id), seen);
	ids[(*n)++] = *id;
}

size_t toc_keyring_missing(const struct toc_keyring *r, struct toc_arena *a, const struct toc_row *rows, size_t n,
			   struct toc_uuid **ret_ids)
{
	struct toc_map *seen = toc_map_new();
	size_t missing = 0;

	*ret_ids = toc_arena_alloc(a, (2 * n + 1) * sizeof **ret_ids);
	for (size_t i = 0; i < n; i++) {
		miss(r, seen, rows[i].actor_sealed, &rows[i].actor_key, *ret_ids, &missing);
		miss(r, seen, rows[i].data_sealed, &rows[i].data_key, *ret_ids, &missing);
	}
	toc_map_free(seen);
	return missing;
}

/* ---- erasure ---- */

void toc_keyring_sweep(struct toc_keyring *r)
{
	r->round++;
	for (struct item *i = r->first; i; i = i->next)
		i->seen = i->fresh;
}

size_t toc_keyring_swept(struct toc_keyring *r)
{
	struct toc_str shut;
	size_t n = 0, at = 0;
	void *round;

	while (toc_map_next(r->shut, &at, &shut, &round))
		if ((uintptr_t)round != r->round)
			toc_map_remove(r->shut, shut);
	for (struct item **link = &r->first; *link;) {
		struct item *i = *link;
		if (i->seen || i->fresh) {
			link = &i->next;
			continue;
		}
		*link = i->next;
		let_go(r, i);
		n++;
	}
	for (r->end = &r->first; *r->end; r->end = &(*r->end)->next)
		;
	for (r->fresh = &r->first; *r->fresh && !(*r->fresh)->fresh; r->fresh = &(*r->fresh)->next)
		;
	return n;
}

const struct toc_seal_key *toc_keyring_next(const struct toc_keyring *r, const struct toc_seal_key *after, bool *ret_leaving)
{
	const struct item *i = after ? toc_map_get(r->by_id, toc_uuid_key(&after->id)) : NULL;

	i = after ? (i ? i->next : NULL) : r->first;
	if (!i)
		return NULL;
	*ret_leaving = i->leaving || i->fresh;
	return &i->key;
}

void toc_keyring_leaves(struct toc_keyring *r, struct toc_uuid id)
{
	struct item *i = toc_map_get(r->by_id, toc_uuid_key(&id));

	if (i)
		i->leaving = true;
}

bool toc_keyring_kept(struct toc_keyring *r, struct toc_uuid id, toc_time due, bool held)
{
	struct item *i = toc_map_get(r->by_id, toc_uuid_key(&id));

	if (!i || i->fresh || (i->due.us == due.us && (i->held == held || due.us == TOC_TIME_NEVER.us)))
		return false;
	i->due = due;
	i->held = held;
	return true;
}

void toc_keyring_unsay(struct toc_keyring *r)
{
	for (struct item *i = r->first; i; i = i->next)
		i->due.us = UNSAID;
}
