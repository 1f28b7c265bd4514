/* test_metrics.c: cells, pages of other processes, and the text. */
#include "measure/metrics.h"

#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW INT64_C(100000000)
static struct toc_buf text;

static bool says(bool open_metrics, const char *line)
{
	toc_buf_done(&text);
	toc_buf_init(&text, 1u << 20);
	toc_metrics_write(&text, open_metrics, NOW);
	toc_buf_byte(&text, 0);
	bool found = text.p && strstr(text.p, line);
	if (!found)
		printf("  not there: %s", line);
	return found;
}

CASE(what_is_counted_shows_under_its_name_and_labels)
{
	toc_count(TOC_METRIC_FRONT_PINGS);
	toc_count(TOC_METRIC_FRONT_PINGS);
	toc_count_as(TOC_METRIC_FRONT_REFUSED, TOC_REFUSE_RATE);
	toc_count_by(TOC_METRIC_FRONT_BYTES_OUT, 0, 4096);
	toc_gauge(TOC_METRIC_KEEPER_WAITING, TOC_IS_LANE_OTHER, 7);
	toc_limit_hit(TOC_LIMIT_in_flight);
	toc_limit_hit(TOC_LIMIT_waiting_kib);
	toc_limit_hit(TOC_LIMIT_reads_waiting);
	CHECK(says(true, "\n# TYPE tocsin_front_pings counter\n"));
	CHECK(says(true, "\ntocsin_front_pings_total{front=\"0\"} 2\n"));
	CHECK(says(true, "\ntocsin_front_refusals_total{front=\"0\",code=\"rate\"} 1\n"));
	CHECK(says(true, "\n# UNIT tocsin_front_out_bytes bytes\n"));
	CHECK(says(true, "\ntocsin_front_out_bytes_total{front=\"0\"} 4096\n"));
	CHECK(says(true, "\ntocsin_keeper_waiting_commands{lane=\"other\"} 7\n"));
	CHECK(says(true, "\ntocsin_front_limit_hits_total{front=\"0\",limit=\"in_flight\"} 1\n"));
	CHECK(says(true, "\ntocsin_keeper_limit_hits_total{limit=\"waiting_kib\"} 1\n"));
	CHECK(says(true, "\ntocsin_archive_limit_hits_total{limit=\"reads_waiting\"} 1\n"));
	CHECK_INT(toc_metrics_read(TOC_METRIC_FRONT_PINGS, 0), 2);
	CHECK_INT(toc_metrics_read(TOC_METRIC_KEEPER_LIMIT, TOC_LIMIT_waiting_kib), 1);
	/* a limit is counted by its own part alone, and a pace not at all */
	CHECK(!strstr(text.p, "keeper_limit_hits_total{limit=\"in_flight\""));
	CHECK(!strstr(text.p, "ping_s") && !strstr(text.p, "messages_burst"));
}

CASE(the_older_format_has_the_suffix_in_the_name_and_neither_units_nor_an_end)
{
	CHECK(says(false, "\n# TYPE tocsin_front_pings_total counter\n# HELP tocsin_front_pings_total "));
	CHECK(says(false, "# TYPE tocsin_build_info gauge\n"));
	CHECK(!strstr(text.p, "# UNIT") && !strstr(text.p, "# EOF"));
	CHECK(says(true, "# TYPE tocsin_build info\n"));
	CHECK_TEXT(toc_str_of(text.p + strlen(text.p) - 6), "# EOF\n");
}

CASE(a_histogram_is_cumulative_with_its_sum)
{
	const int64_t us[] = { 400, 500, 501, 30000, 60000000 };

	for (size_t i = 0; i < 5; i++)
		toc_observe(TOC_METRIC_KEEPER_ANSWER, TOC_IS_LANE_OTHER, us[i]);
	CHECK(says(true, "\ntocsin_keeper_answer_seconds_bucket{lane=\"other\",le=\"0.0005\"} 2\n"));
	CHECK(says(true, "\ntocsin_keeper_answer_seconds_bucket{lane=\"other\",le=\"0.001\"} 3\n"));
	CHECK(says(true, "\ntocsin_keeper_answer_seconds_bucket{lane=\"other\",le=\"0.02\"} 3\n"));
	CHECK(says(true, "\ntocsin_keeper_answer_seconds_bucket{lane=\"other\",le=\"0.05\"} 4\n"));
	CHECK(says(true, "\ntocsin_keeper_answer_seconds_bucket{lane=\"other\",le=\"10.0\"} 4\n"));
	CHECK(says(true, "\ntocsin_keeper_answer_seconds_bucket{lane=\"other\",le=\"+Inf\"} 5\n"));
	CHECK(says(true, "\ntocsin_keeper_answer_seconds_count{lane=\"other\"} 5\n"));
	CHECK(says(true, "\ntocsin_keeper_answer_seconds_sum{lane=\"other\"} 60.031401\n"));
	CHECK(says(true, "\ntocsin_keeper_answer_seconds_count{lane=\"threat\"} 0\n"));
	toc_observe(TOC_METRIC_KEEPER_BATCH, 0, 256);
	toc_observe(TOC_METRIC_KEEPER_BATCH, 0, 300);
	CHECK(says(true, "\ntocsin_keeper_batch_commands_bucket{le=\"256.0\"} 1\n"));
	CHECK(says(true, "\ntocsin_keeper_batch_commands_bucket{le=\"512.0\"} 2\n"));
	CHECK(says(true, "\ntocsin_keeper_batch_commands_sum 556\n"));
}

CASE(times_and_ages_are_seconds)
{
	toc_gauge(TOC_METRIC_KEEPER_TIP, 0, INT64_C(1900000000250000));
	toc_gauge(TOC_METRIC_KEEPER_TURN, 0, NOW - 1500000);
	CHECK(says(true, "\ntocsin_keeper_tip_timestamp_seconds 1900000000.250000\n"));
	CHECK(says(true, "\ntocsin_keeper_turn_age_seconds 1.500000\n"));
	toc_gauge(TOC_METRIC_KEEPER_TURN, 0, NOW + 5); /* written after the asker took the time */
	CHECK(says(true, "\ntocsin_keeper_turn_age_seconds 0.000000\n"));
}

CASE(a_page_is_written_by_its_owner_and_read_by_others_who_cannot_write_it)
{
	struct toc_error e;
	int write_fd = -1, read_fd = -1, status = 1;

	CHECK_INT(toc_metrics_create(2, &write_fd, &read_fd, &e), 0);
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, read_fd, 0) == MAP_FAILED);
	CHECK_INT(errno, EACCES);
	CHECK(fcntl(read_fd, F_GETFD) & FD_CLOEXEC);
	for (unsigned round = 0; round < 2; round++) { /* the second process takes over from the first */
		pid_t pid = fork();
		if (pid == 0) {
			if (toc_metrics_own(write_fd, 1) < 0)
				_exit(1);
			toc_count_by(TOC_METRIC_FRONT_WRITES, 0, 3);
			toc_gauge(TOC_METRIC_FRONT_RING, 0, round ? 0 : 5);
			_exit(0);
		}
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	}
	CHECK_INT(toc_metrics_watch(TOC_IS_PART_FRONT, read_fd, 2), 0);
	CHECK(says(true, "\ntocsin_front_writes_total{front=\"0\"} 0\ntocsin_front_writes_total{front=\"1\"} 6\n"));
	CHECK(says(true, "\ntocsin_front_ring_entries{front=\"1\"} 0\n"));
	close(write_fd);
	close(read_fd);
	toc_buf_done(&text);
}

RUN_CASES()
