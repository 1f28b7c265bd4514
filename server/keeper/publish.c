/* publish.c: what is committed goes to the fronts, rendered once per audience. A front only matches an
 * audience to its sessions. Every seq is announced, also one that nobody may read (no renderings), so that a
 * front sees for itself that it missed none.
 *
 * A front that does not read in time has a full queue. It then misses entries, its connections included, and
 * is told the tip once it has caught up: it sends them to the archive. Nobody waits for it meanwhile. What is
 * in the journal has no number and is not in the archive: a front that comes, or missed something, is told all
 * of it (again). */
#include "keeper/away.h"

#include "domain/permission.h"
#include "domain/world.h"

#include <string.h>

#define GAP_OVER (1u << 20) /* bytes: a front with less than this waiting has caught up */

void toc_send(struct toc_keeper *k, unsigned front)
{
	if (!toc_child_has(k->child, front))
		return; /* it is gone, and its clients with it; they come back and ask again */
	int r = toc_child_send(k->child, front, &k->out);
	if (r == TOC_ELIMIT && !k->gap[front]) {
		k->gap[front] = true;
		toc_count(TOC_METRIC_KEEPER_GAPS);
		toc_log(TOC_LOG_WARN, "front_slow", "front %u reads too slowly; it is sent to the archive",
			front);
	}
}

static void put_audience(struct toc_keeper *k, const struct toc_audience *to)
{
	toc_ipc_u16(&k->out, (uint16_t)to->n);
	for (size_t i = 0; i < to->n; i++) {
		toc_ipc_str(&k->out, to->readers[i].org);
		toc_ipc_u32(&k->out, to->readers[i].roles);
	}
}

static void to_all(struct toc_keeper *k)
{
	for (unsigned i = 0; i < toc_child_fronts(k->child); i++)
		if (toc_child_has(k->child, i) && !k->gap[i])
			toc_send(k, i);
}

/* Those who may still read it. @return how many audiences are left */
static size_t narrow(const struct toc_keeper *k, struct toc_arena *a, const struct toc_entry *e, struct toc_audience to[2], size_t n)
{
	size_t left = 0;

	for (size_t g = 0; g < n; g++) {
		struct toc_reader *readers = toc_arena_alloc(a, to[g].n * sizeof *readers);
		size_t m = 0;
		for (size_t i = 0; i < to[g].n; i++)
			if (toc_still_reads(toc_keeper_world(k), e, to[g].readers[i].org))
				readers[m++] = to[g].readers[i];
		if (m)
			to[left++] = (struct toc_audience){ to[g].rendering, readers, m };
	}
	return left;
}

enum how { PUBLISHED, URGENT, KEPT };

static void put_renderings(struct toc_keeper *k, const struct toc_opened *e, enum how how)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_audience to[2];
	size_t n = toc_render_audiences(a, &e->entry, to);

	if (how == KEPT)
		n = narrow(k, a, &e->entry, to, n);

	toc_ipc_id(&k->out, e->entry.eid);
	toc_ipc_u8(&k->out, (uint8_t)n);
	for (size_t i = 0; i < n; i++) {
		put_audience(k, &to[i]);
		toc_ipc_u8(&k->out, toc_render_is_actual(&e->entry));
		toc_ipc_str(&k->out, toc_render_entry(a, e, to[i].rendering, how != PUBLISHED));
	}
	toc_arena_free(a);
}

void toc_publish(struct toc_keeper *k, const struct toc_opened *e)
{
	toc_ipc_begin(&k->out, TOC_IPC_PUBLISH);
	toc_ipc_u64(&k->out, e->entry.seq);
	put_renderings(k, e, PUBLISHED);
	to_all(k);
}

/* 17, or 17-19: of these the last. */
static uint64_t last_of(const struct toc_value *runs)
{
	uint64_t last = 0;

	for (size_t i = 0; i < toc_len(runs); i++) {
		struct toc_str run = toc_text_of(toc_at(runs, i));
		const char *line = memchr(run.p, '-', run.n);
		uint64_t n = 0;
		for (const char *p = line ? line + 1 : run.p; p < run.p + run.n; p++)
			n = 10 * n + (uint64_t)(*p - '0');
		last = n > last ? n : last;
	}
	return last;
}

void toc_publish_forget(struct toc_keeper *k, const struct toc_entry *e)
{
	const struct toc_value *said = toc_get(toc_get(e->body, "message"), "body");
	uint64_t data = last_of(toc_get(said, "data")), actors = last_of(toc_get(said, "actors"));

	toc_ipc_begin(&k->out, TOC_IPC_FORGET);
	toc_ipc_u64(&k->out, (data > actors ? data : actors) + 1);
	to_all(k);
}

static void publish_unrecorded(struct toc_keeper *k, const struct toc_opened *e, enum how how, unsigned front)
{
	const struct toc_action *action = toc_action_find(e->entry.k);
	if (action && (action->flags & TOC_ACTION_LATER))
		return;
	toc_ipc_begin(&k->out, TOC_IPC_URGENT);
	put_renderings(k, e, how);
	if (front < TOC_CHILD_FRONTS_MAX)
		toc_send(k, front);
	else
		to_all(k);
}

void toc_publish_urgent(struct toc_keeper *k, const struct toc_opened *e, unsigned front)
{
	publish_unrecorded(k, e, URGENT, front);
}

void toc_publish_kept(struct toc_keeper *k, const struct toc_opened *e, unsigned front)
{
	publish_unrecorded(k, e, KEPT, front);
}

void toc_publish_tip(struct toc_keeper *k, unsigned front)
{
	toc_ipc_begin(&k->out, TOC_IPC_TIP);
	toc_ipc_u64(&k->out, toc_world_size(k->world));
	toc_ipc_u8(&k->out, k->phase != TOC_AWAY && k->phase != TOC_STARTING);
	if (front < TOC_CHILD_FRONTS_MAX)
		toc_send(k, front);
	else
		to_all(k);
}

void toc_publish_catch_up(struct toc_keeper *k, unsigned front)
{
	toc_publish_tip(k, front);
	toc_away_repeat(k, front);
	toc_refused_repeat(k, front);
}

static void put_revoke(struct toc_keeper *k, const struct toc_narrowed *whose, bool back)
{
	toc_ipc_begin(&k->out, TOC_IPC_REVOKE);
	toc_ipc_id(&k->out, whose->id);
	toc_ipc_str(&k->out, whose->org);
	toc_ipc_id(&k->out, whose->kept);
	toc_ipc_u8(&k->out, back);
}

/* A person of whom something is left, or of an organisation that is a member, comes back and is asked again. */
static bool has_rights(const struct toc_keeper *k, const struct toc_narrowed *whose)
{
	const struct toc_world *w = toc_keeper_world(k);
	const struct toc_organisation *o = whose->org.n ? toc_find_organisation(w, whose->org) : NULL;
	const struct toc_person *p = toc_find_person(w, whose->id);

	return o ? !o->suspended : p && !p->left;
}

void toc_publish_revoke(struct toc_keeper *k, const struct toc_narrowed *whose)
{
	put_revoke(k, whose, has_rights(k, whose));
	for (unsigned i = 0; i < toc_child_fronts(k->child); i++) {
		if (!toc_child_has(k->child, i))
			continue;
		if (!k->gap[i])
			toc_send(k, i);
		k->deaf[i] |= k->gap[i];
	}
}

void toc_publish_turn(struct toc_keeper *k)
{
	for (unsigned i = 0; i < toc_child_fronts(k->child); i++)
		if (k->gap[i] && toc_child_queued(k->child, i) < GAP_OVER) {
			k->gap[i] = false;
			if (k->deaf[i]) { /* whose rights it missed to narrow is not known any more */
				put_revoke(k, &(struct toc_narrowed){ .org = TOC_STR("") }, true);
				toc_send(k, i);
			}
			k->deaf[i] = false;
			toc_publish_catch_up(k, i);
		}
}
