/* suite_writers.h: the contract of store/store.h, a part of store_suite.h: several writers, locks and watchers; what is under way when a server stops. */
#ifndef TOC_TESTS_SUITE_WRITERS_H
#define TOC_TESTS_SUITE_WRITERS_H

/* Each decides against what it knows; who is behind reads and decides again. Nothing is lost, nothing is
 * there twice. */
CASE(two_writers_that_race_each_get_everything_in_once)
{
	enum { ROUNDS = 40 };
	struct toc_store *a = fresh_store(), *b = other_store(a);
	struct toc_store *const store[] = { a, b };
	struct made *m[2][ROUNDS];
	uint64_t known[2] = { 0, 0 };
	unsigned at[2] = { 0, 0 }, conflicts = 0;

	for (int w = 0; w < 2; w++)
		for (unsigned i = 0; i < ROUNDS; i++) {
			m[w][i] = made_new();
			make_rows(m[w][i], 1 + i % 3);
		}
	while (at[0] < ROUNDS || at[1] < ROUNDS) {
		struct outcome o[2] = { { 0 }, { 0 } };
		struct toc_append what[2];
		for (int w = 0; w < 2; w++) { /* both are under way at once */
			if (at[w] == ROUNDS)
				continue;
			what[w] = append_of(m[w][at[w]], known[w]);
			CHECK_INT(toc_store_append(store[w], &what[w], TOC_SECONDS(60), note, &o[w]), 0);
		}
		for (int w = 0; w < 2; w++) {
			if (at[w] == ROUNDS)
				continue;
			CHECK_INT(toc_store_wait(store[w], PATIENCE), 0);
			CHECK(o[w].result == 0 || o[w].result == TOC_ECONFLICT);
			CHECK(o[w].size > known[w]);
			conflicts += o[w].result == TOC_ECONFLICT;
			at[w] += o[w].result == 0;
			known[w] = o[w].size;
		}
	}
	CHECK(conflicts > 0);
	struct read *r = read_rows(a, 0, TOC_READ_MAX);
	size_t in_all = 0;
	for (int w = 0; w < 2; w++)
		for (unsigned i = 0; i < ROUNDS; i++) {
			struct finds f = find_eids(b, m[w][i]->eid, m[w][i]->n);
			CHECK_INT(f.n, m[w][i]->n);
			in_all += m[w][i]->n;
			made_free(m[w][i]);
		}
	CHECK_INT(r->n, in_all);
	CHECK_INT(r->o.size, in_all);
	for (size_t i = 0; i < r->n; i++)
		CHECK_INT(r->row[i].seq, i);
	read_free(r);
	toc_store_free(b);
	toc_store_free(a);
}

CASE(who_has_locked_the_tip_goes_first)
{
	struct toc_store *a = fresh_store(), *b = other_store(a);
	struct made *of_a = made_new(), *of_b = made_new();
	struct outcome lock = { 0 }, oa = { 0 }, ob = { 0 };

	make_rows(of_a, 2);
	make_rows(of_b, 1);
	waited(a, &lock, toc_store_lock_tip(a, TOC_SECONDS(60), note, &lock));
	CHECK_INT(lock.result, 0);
	CHECK_INT(lock.size, 0);
	struct toc_append wb = append_of(of_b, 0);
	CHECK_INT(toc_store_append(b, &wb, TOC_SECONDS(60), note, &ob), 0);
	CHECK_INT(toc_store_wait(b, TOC_SECONDS(0)), TOC_ETIMEOUT);
	live_a_little(b);
	CHECK_INT(ob.done, 0);
	CHECK_INT(size_of(a), 0); /* reads go on in between */
	oa = append_rows(a, of_a, 0);
	CHECK_INT(oa.result, 0);
	CHECK_INT(oa.size, 2);
	CHECK_INT(toc_store_wait(b, PATIENCE), 0);
	CHECK_INT(ob.result, TOC_ECONFLICT);
	CHECK_INT(ob.size, 2);
	made_free(of_a);
	made_free(of_b);
	toc_store_free(b);
	toc_store_free(a);
}

CASE(a_lock_is_given_back_by_unlock_or_by_an_append_that_fails)
{
	for (int by = 0; by < 3; by++) {
		struct toc_store *a = fresh_store(), *b = other_store(a);
		struct made *m = made_new(), *bad = made_new();
		struct outcome o = { 0 }, u = { 0 };

		make_rows(m, 1);
		make_rows(bad, 1);
		bad->row[0].body_salt[0] ^= 1;
		waited(a, &o, toc_store_lock_tip(a, TOC_SECONDS(60), note, &o));
		if (by == 0)
			CHECK_INT(waited(a, &u, toc_store_unlock_tip(a, TOC_SECONDS(60), note, &u)).result, 0);
		else
			CHECK_INT(append_rows(a, bad, by == 1 ? 0 : 7).result,
				  by == 1 ? TOC_EINVAL : TOC_ECONFLICT);
		CHECK_INT(append_rows(b, m, 0).result, 0);
		CHECK_INT(size_of(a), 1);
		u.done = 0; /* without a lock: nothing */
		CHECK_INT(waited(a, &u, toc_store_unlock_tip(a, TOC_SECONDS(60), note, &u)).result, 0);
		made_free(m);
		made_free(bad);
		toc_store_free(b);
		toc_store_free(a);
	}
}

CASE(a_lock_that_is_forgotten_lapses)
{
	struct toc_store *a = fresh_store(), *b = other_store(a);
	struct made *m = made_new();
	struct outcome o = { 0 };

	make_rows(m, 1);
	int64_t begun = toc_clock_mono_us();
	waited(a, &o, toc_store_lock_tip(a, TOC_SECONDS(60), note, &o));
	CHECK_INT(append_rows(b, m, 0).result, 0);
	int64_t took = toc_clock_mono_us() - begun;
	CHECK(took > 300000 && took < 30000000); /* a second, and what a busy machine adds; not for ever */
	LIVE(a, toc_store_is_up(a) && toc_store_pending(a) == 0);
	made_free(m);
	toc_store_free(b);
	toc_store_free(a);
}

CASE(sixty_four_operations_wait_and_no_more)
{
	struct toc_store *s = fresh_store();
	struct outcome o[TOC_STORE_QUEUE_MAX + 1] = { { 0 } };

	for (int i = 0; i < TOC_STORE_QUEUE_MAX; i++)
		CHECK_INT(toc_store_unlock_tip(s, TOC_SECONDS(60), note, &o[i]), 0);
	CHECK_INT(toc_store_unlock_tip(s, TOC_SECONDS(60), note, &o[TOC_STORE_QUEUE_MAX]), TOC_ELIMIT);
	CHECK_INT(toc_store_pending(s), TOC_STORE_QUEUE_MAX);
	CHECK_INT(toc_store_wait(s, PATIENCE), 0);
	for (int i = 0; i < TOC_STORE_QUEUE_MAX; i++)
		CHECK(o[i].done == 1 && o[i].result == 0);
	CHECK_INT(o[TOC_STORE_QUEUE_MAX].done, 0);
	toc_store_free(s);
}

struct chain {
	struct toc_store *s;
	const struct made *m;
	struct toc_append what;
	unsigned n;
	bool inside; /* a call that queues is running */
};

static void next_link(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct chain *c = ctx;

	(void)error;
	CHECK(!c->inside);
	CHECK_INT(result, 0);
	CHECK_INT(size, c->n + 1);
	if (++c->n == c->m->n)
		return;
	c->what = (struct toc_append){ .expected_size = size, .rows = &c->m->row[c->n], .n_rows = 1 };
	c->inside = true;
	CHECK_INT(toc_store_append(c->s, &c->what, TOC_SECONDS(60), next_link, c), 0);
	c->inside = false;
}

CASE(a_callback_may_queue_and_never_runs_inside_the_call_that_queued)
{
	struct chain c = { .s = fresh_store(), .m = NULL };
	struct made *m = made_new();

	make_rows(m, 20);
	c.m = m;
	c.what = (struct toc_append){ .expected_size = 0, .rows = m->row, .n_rows = 1 };
	c.inside = true;
	CHECK_INT(toc_store_append(c.s, &c.what, TOC_SECONDS(60), next_link, &c), 0);
	c.inside = false;
	CHECK_INT(toc_store_wait(c.s, PATIENCE), 0);
	CHECK_INT(c.n, 20);
	CHECK_INT(size_of(c.s), 20);
	made_free(m);
	toc_store_free(c.s);
}

CASE(who_watches_hears_of_the_others_appends_and_not_of_his_own)
{
	struct toc_store *a = fresh_store(), *b = other_store(a);
	struct events ea = { 0 }, eb = { 0 };
	struct made *m = made_new();

	make_rows(m, 3);
	toc_store_watch(a, note_event, &ea);
	toc_store_watch(b, note_event, &eb);
	CHECK_INT(append_rows(a, m, 0).result, 0);
	LIVE(b, eb.appended == 1); /* once per batch */
	for (int i = 0; i < 5; i++)
		live_a_little(a);
	CHECK_INT(ea.appended, 0);
	CHECK_INT(ea.down + eb.down, 0);
	made_free(m);
	toc_store_free(b);
	toc_store_free(a);
}

CASE(who_knows_a_writer_hears_of_everybody_else_only)
{
	struct toc_store *a = fresh_store(), *b = other_store(a), *c = other_store(a);
	struct events eb = { 0 }, ec = { 0 };
	struct made *m = made_new(), *n = made_new();

	make_rows(m, 3);
	make_rows(n, 2);
	toc_store_watch(b, note_event, &eb);
	toc_store_watch(c, note_event, &ec);
	toc_store_knows(c, a);
	LIVE(c, toc_store_is_up(c));
	CHECK_INT(append_rows(a, m, 0).result, 0);
	LIVE(b, eb.appended == 1);
	for (int i = 0; i < 5; i++)
		live_a_little(c);
	CHECK_INT(ec.appended, 0);
	CHECK_INT(append_rows(b, n, 3).result, 0);
	LIVE(c, ec.appended == 1);
	made_free(m);
	made_free(n);
	toc_store_free(c);
	toc_store_free(b);
	toc_store_free(a);
}

CASE(what_is_pending_when_the_store_is_freed_ends)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	struct outcome o[3] = { { 0 } };

	make_rows(m, 1);
	struct toc_append what = append_of(m, 0);
	CHECK_INT(toc_store_append(s, &what, TOC_SECONDS(60), note, &o[0]), 0);
	CHECK_INT(toc_store_lock_tip(s, TOC_SECONDS(60), note, &o[1]), 0);
	CHECK_INT(toc_store_snapshot_save(s, &(struct toc_snapshot){ .version = 1, .head = TOC_STR("x") }, TOC_SECONDS(60), note,
					  &o[2]),
		  0);
	toc_store_free(s);
	for (int i = 0; i < 3; i++)
		CHECK(o[i].done == 1 && o[i].result == TOC_ECLOSED);
	made_free(m);
	toc_store_free(NULL);
}

CASE(a_frozen_server_is_left_at_the_deadline_and_found_again)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new(), *behind = made_new(), *later = made_new();
	struct outcome o[2] = { { 0 } };
	struct events e = { 0 };

	make_rows(m, 1);
	make_rows(behind, 1);
	make_rows(later, 1);
	toc_store_watch(s, note_event, &e);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	freeze(s);
	struct toc_append first = append_of(behind, 1), second = append_of(later, 2);
	int64_t begun = toc_clock_mono_us();
	CHECK_INT(toc_store_append(s, &first, (toc_dur){ 300000 }, note, &o[0]), 0);
	CHECK_INT(toc_store_append(s, &second, TOC_SECONDS(60), note, &o[1]), 0);
	CHECK_INT(toc_store_wait(s, PATIENCE), 0);
	int64_t took = toc_clock_mono_us() - begun;
	CHECK(took >= 290000 && took < 1000000);
	CHECK_INT(o[0].result, TOC_ETIMEOUT); /* nobody knows */
	CHECK_INT(o[1].result, TOC_EIO);      /* never sent */
	CHECK_INT(e.down, 1);
	CHECK(!toc_store_is_up(s));
	thaw(s);
	LIVE(s, toc_store_is_up(s));
	CHECK_INT(e.up, 1);
	CHECK_INT(find_eids(s, later->eid, 1).n, 0);
	uint64_t size = size_of(s);
	CHECK(size == 1 || size == 2);
	made_free(m);
	made_free(behind);
	made_free(later);
	toc_store_free(s);
}

CASE(an_outcome_that_is_unknown_is_found_by_id)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	struct outcome o = { 0 };

	make_rows(m, 3);
	lose_next_answer(s);
	struct toc_append what = append_of(m, 0);
	CHECK_INT(toc_store_append(s, &what, (toc_dur){ 300000 }, note, &o), 0);
	CHECK_INT(toc_store_wait(s, PATIENCE), 0);
	CHECK(o.result == TOC_ETIMEOUT || o.result == TOC_ECLOSED);
	mend(s);
	LIVE(s, toc_store_is_up(s));
	struct finds f = { .n = 0 };
	for (int i = 0; f.n != 3 && i < 100; i++) {
		f = find_eids(s, m->eid, 3);
		for (int k = 0; k < 4; k++)
			live_a_little(s);
	}
	CHECK_INT(f.n, 3);
	CHECK_INT(append_rows(s, m, 0).result, TOC_ECONFLICT); /* trying again does no harm */
	CHECK_INT(append_rows(s, m, 3).result, TOC_EINVAL);
	CHECK_INT(size_of(s), 3);
	made_free(m);
	toc_store_free(s);
}

#endif
