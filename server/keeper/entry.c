/* entry.c: see entry.h. The catalogue says what is personal; nothing here decides that. */
#include "keeper/entry.h"

#include "message/catalogue.h"
#include "message/json.h"

#include <string.h>

/* The rendering at which an M29 discloses an entry: body.entries[].{ref, rendering}; whole when it says
 * nothing. */
static enum toc_rendering disclosed_as(struct toc_arena *a, const struct toc_value *message,
				       struct toc_uuid eid)
{
	const struct toc_value *entries = toc_get(toc_get(message, "body"), "entries");
	struct toc_str id = toc_uuid_str(a, eid);
	for (size_t i = 0; i < toc_len(entries); i++)
		if (toc_str_eq(toc_get_text(toc_at(entries, i), "ref"), id))
			return toc_get_is(toc_at(entries, i), "rendering", "without_personal")
				       ? TOC_WITHOUT_PERSONAL
				       : TOC_WHOLE;
	return TOC_WHOLE;
}

/* What never ends has a key for each year, so that its first ones can be erased. */
static struct toc_str seal_subject(struct toc_arena *a, struct toc_str subject, toc_time ts)
{
	if (!subject.n)
		subject = TOC_STR("system");
	if (!toc_str_is(subject, "system") && strncmp(subject.p, "org:", 4) != 0)
		return subject;
	return toc_arena_printf(a, "%.*s/%.4s", TOC_STR_ARGS(subject), toc_time_str(a, ts).p);
}

int toc_made_from_draft(struct toc_arena *a, const struct toc_draft *d, toc_time ts, bool late, uint64_t seq,
			toc_resolve *resolve, void *ctx, struct toc_made *ret_made,
			struct toc_uuid *ret_missing)
{
	struct toc_value *public_part = NULL, *personal = NULL, *items = NULL, *personal_items = NULL;
	if (d->message)
		toc_message_split(a, d->message, &public_part, &personal);
	for (size_t i = 0; i < d->n_discloses; i++) {
		struct toc_opened old;
		struct toc_value *item, *p;
		bool has_seq;
		if (resolve(ctx, d->discloses[i], a, &old, &has_seq) < 0) {
			*ret_missing = d->discloses[i];
			return TOC_ENOTFOUND;
		}
		toc_render_disclosed(a, &old, has_seq, disclosed_as(a, d->message, d->discloses[i]), &item,
				     &p);
		if (!items) {
			items = toc_value_list(a);
			personal_items = toc_value_list(a);
		}
		toc_push(a, items, item);
		toc_push(a, personal_items, p);
	}
	/* a draft lives as long as what is made of it: only what is added to is copied */
	struct toc_value *decided = d->decided && !items ? (struct toc_value *)(uintptr_t)d->decided
				    : d->decided	 ? toc_value_copy(a, d->decided)
							 : toc_value_map(a);
	toc_set(a, decided, "disclosed", items);
	struct toc_value *body = toc_value_map(a);
	toc_set(a, body, "decided", decided);
	toc_set(a, body, "message", public_part ? public_part : toc_value_map(a));
	struct toc_value *data = NULL;
	if (toc_len(personal) || personal_items) {
		data = toc_value_map(a);
		toc_set(a, data, "message", toc_len(personal) ? personal : NULL);
		toc_set(a, data, "disclosed", personal_items);
	}
	*ret_made = (struct toc_made){
		.opened = {
			.entry = {
				.seq = seq, .ts = ts, .k = d->k, .mode = d->mode, .exercise = d->exercise,
				.incident = d->incident, .case_ref = d->case_ref, .org = d->org,
				.ref = d->ref,
				.eid = d->eid, .late = late, .body = body,
			},
			.data = data,
			.actor = d->actor ? d->actor : toc_value_map(a),
		},
		.subject = seal_subject(a, d->subject, ts),
		.retention = d->retention.n ? d->retention : TOC_STR("R-AUDIT"),
	};
	return 0;
}

static struct toc_str part_bytes(struct toc_arena *a, const struct toc_value *v)
{
	return v ? toc_json_str(a, v) : (struct toc_str){ NULL, 0 };
}

struct parts {
	struct toc_str body, actor, data, leaf;
	uint8_t salts[3][TOC_SALT_BYTES]; /* secret */
};

static int parts_of(struct toc_arena *a, struct toc_str node, const struct toc_made *m, struct parts *ret, struct toc_error *reterr)
{
	const struct toc_entry *e = &m->opened.entry;
	const size_t sealed_max = TOC_SEALED_BYTES_MAX - TOC_SALT_BYTES - TOC_SEAL_OVERHEAD;

	*ret = (struct parts){ .body = part_bytes(a, e->body), .actor = part_bytes(a, m->opened.actor), .data = part_bytes(a, m->opened.data) };
	if (ret->body.n > TOC_BODY_BYTES_MAX || ret->actor.n > sealed_max || ret->data.n > sealed_max)
		return toc_fail(reterr, TOC_ELIMIT, "a part of the entry has %zu bytes, limit %zu",
				ret->body.n > ret->data.n ? ret->body.n : ret->data.n, sealed_max);
	toc_random(ret->salts, sizeof ret->salts);
	const struct toc_leaf leaf = {
		.ts = e->ts,
		.k = e->k,
		.mode = e->mode,
		.org = e->org,
		.node = node,
		.exercise = e->exercise,
		.incident = e->incident,
		.case_ref = e->case_ref,
		.ref = e->ref,
		.eid = e->eid,
		.late = e->late,
		.body = toc_commit(TOC_PART_BODY, ret->salts[TOC_PART_BODY], ret->body),
		.actor = toc_commit(TOC_PART_ACTOR, ret->salts[TOC_PART_ACTOR], ret->actor),
		.data = toc_commit(TOC_PART_DATA, ret->salts[TOC_PART_DATA], ret->data),
	};
	ret->leaf = toc_leaf_write(a, &leaf);
	if (!ret->leaf.n)
		return toc_fail(reterr, TOC_ELIMIT, "the leaf of %.*s does not fit into %d bytes",
				TOC_STR_ARGS(e->k), TOC_LEAF_BYTES_MAX);
	return 0;
}

int toc_made_fits(struct toc_arena *a, struct toc_str node, const struct toc_made *m, size_t *ret_bytes, struct toc_error *reterr)
{
	struct parts p;
	int r = parts_of(a, node, m, &p, reterr);

	*ret_bytes = p.body.n + p.actor.n + p.data.n + TOC_LEAF_BYTES_MAX;
	toc_wipe(p.salts, sizeof p.salts);
	return r;
}

int toc_made_row(struct toc_arena *a, struct toc_keyring *ring, struct toc_str node, const struct toc_made *m,
		 struct toc_row *ret_row, struct toc_error *reterr)
{
	const struct toc_entry *e = &m->opened.entry;
	struct parts p;

	if (parts_of(a, node, m, &p, reterr) < 0)
		return TOC_ELIMIT;
	const struct toc_seal_key *actor_key = toc_keyring_for(ring, m->subject, TOC_STR("R-AUDIT"));
	const struct toc_seal_key *data_key = toc_keyring_for(ring, m->subject, m->retention);
	*ret_row = (struct toc_row){
		.seq = e->seq,
		.leaf = p.leaf,
		.body = p.body,
		.actor_key = actor_key->id,
		.data_key = data_key->id,
		.actor_sealed = toc_part_seal(a, actor_key, e->eid, TOC_PART_ACTOR, p.salts[TOC_PART_ACTOR], p.actor),
		.data_sealed = toc_part_seal(a, data_key, e->eid, TOC_PART_DATA, p.salts[TOC_PART_DATA], p.data),
	};
	memcpy(ret_row->body_salt, p.salts[TOC_PART_BODY], TOC_SALT_BYTES);
	toc_wipe(p.salts, sizeof p.salts);
	return 0;
}

/* ---- as a document ---- */

static void save_id(struct toc_arena *a, struct toc_value *v, const char *name, struct toc_uuid id)
{
	if (!toc_uuid_is_nil(id))
		toc_set_text(a, v, name, toc_uuid_str(a, id));
}

struct toc_value *toc_made_save(struct toc_arena *a, const struct toc_made *m)
{
	const struct toc_entry *e = &m->opened.entry;
	struct toc_value *v = toc_value_map(a);
	toc_set_text(a, v, "k", e->k);
	toc_set_text(a, v, "mode", e->mode);
	toc_set_text(a, v, "org", e->org);
	save_id(a, v, "exercise", e->exercise);
	save_id(a, v, "incident", e->incident);
	save_id(a, v, "case", e->case_ref);
	save_id(a, v, "ref", e->ref);
	save_id(a, v, "eid", e->eid);
	toc_set_text(a, v, "subject", m->subject);
	toc_set_text(a, v, "retention", m->retention);
	toc_set(a, v, "body", (struct toc_value *)e->body);
	toc_set(a, v, "data", (struct toc_value *)m->opened.data);
	toc_set(a, v, "actor", (struct toc_value *)m->opened.actor);
	return v;
}

static bool load_id(const struct toc_value *v, const char *name, struct toc_uuid *ret)
{
	struct toc_str s = toc_get_text(v, name);
	*ret = (struct toc_uuid){ { 0 } };
	return s.n == 0 || toc_uuid_parse(s, ret) == 0;
}

int toc_made_load(const struct toc_value *v, struct toc_made *ret_made)
{
	struct toc_made m = {
		.opened = {
			.entry = {
				.k = toc_get_text(v, "k"), .mode = toc_get_text(v, "mode"),
				.org = toc_get_text(v, "org"),
				.late = true, .body = toc_get(v, "body"),
			},
			.data = toc_get(v, "data"), .actor = toc_get(v, "actor"),
		},
		.subject = toc_get_text(v, "subject"), .retention = toc_get_text(v, "retention"),
	};
	struct toc_entry *e = &m.opened.entry;
	if (!load_id(v, "exercise", &e->exercise) || !load_id(v, "incident", &e->incident) ||
	    !load_id(v, "case", &e->case_ref) || !load_id(v, "ref", &e->ref) || !load_id(v, "eid", &e->eid) ||
	    toc_uuid_is_nil(e->eid) || !e->k.n || !e->org.n || !e->body || !m.subject.n || !m.retention.n)
		return TOC_EINVAL;
	*ret_made = m;
	return 0;
}
