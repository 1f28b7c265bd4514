/* bench_commit.c: what group commit gains: entries a second, and how long one append takes, for batches of 1
 * to 256.
 *
 *   with_cluster bench_commit [SECONDS]      SECONDS for each batch size; 2 if not given
 * One writer, as a keeper is one: the next batch is sent when the last is answered. Entries are true (leaf,
 * commitments, seals of two parts), a body of about 400 bytes. */
#include "contract/entries.h"

#include <stdlib.h>

static int by_time(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return a < b ? -1 : a > b;
}

static double measure(struct toc_store *s, size_t batch, double seconds, uint64_t *tip,
		      struct toc_seal_key *key)
{
	enum { SAMPLES = 100000 };
	static int64_t took[SAMPLES];
	size_t n = 0;
	int64_t spent = 0;

	while (spent < (int64_t)(seconds * 1e6) && n < SAMPLES) {
		struct made *m = made_new();
		for (size_t i = 0; i < batch; i++)
			make_row(m, (struct wish){ .body_bytes = 350, .actor = key, .data = key });
		int64_t begun = toc_clock_mono_us();
		struct outcome o = append_rows(s, m, *tip);
		took[n] = toc_clock_mono_us() - begun;
		if (o.result < 0) {
			fprintf(stderr, "append: %s\n", o.text);
			exit(1);
		}
		*tip = o.size;
		spent += took[n++];
		made_free(m);
	}
	qsort(took, n, sizeof *took, by_time);
	double rate = (double)(n * batch) / ((double)spent / 1e6);
	printf("%6zu %10.0f entries/s   p50 %6.2f ms   p99 %6.2f ms\n", batch, rate,
	       (double)took[n / 2] / 1e3, (double)took[n * 99 / 100] / 1e3);
	return rate;
}

int main(int argc, char **argv)
{
	static const size_t batch[] = { 1, 4, 16, 64, 256 };
	static const double goals[] = { 1, 0, 6, 12, 18 };
	const char *conninfo = getenv("TOCSIN_APP");
	double seconds = argc > 1 ? atof(argv[1]) : 2, one = 0;
	struct toc_error err;
	uint64_t tip = 1;

	if (!conninfo || seconds <= 0) {
		fprintf(stderr, "usage: with_cluster bench_commit [SECONDS]\n");
		return 2;
	}
	struct toc_store *s = toc_store_pg_new(conninfo, false);
	if (toc_store_wait_up(s, TOC_SECONDS(10), &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	struct made *first = made_new();
	struct toc_seal_key *key = make_key(first, "exercise:bench", "R-AUDIT");
	make_rows(first, 1);
	if (append_rows(s, first, 0).result < 0)
		return 1;
	printf(" batch\n");
	for (size_t i = 0; i < sizeof batch / sizeof *batch; i++) {
		double rate = measure(s, batch[i], seconds, &tip, key);
		if (batch[i] == 1)
			one = rate;
		else if (goals[i] > 0)
			printf("       %10.1f times one at a time (goal %.0f)\n", rate / one, goals[i]);
	}
	made_free(first);
	toc_store_free(s);
	return check_bad != 0;
}
