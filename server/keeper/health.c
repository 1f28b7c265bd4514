/* health.c: what the keeper shows of itself, for operators: gauges, and whether the journal could be written.
 *
 * The journal is for the worst hour; whether its disk would take a record must be known before. So its folder is tried
 * every few seconds, without a sync, which could take long: a file is made, filled with a block, and removed. */
#include "keeper/away.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PROBE_EVERY_US 2000000
#define PROBE_BYTES 4096

/* ---- the journal's disk ---- */

/* @return NULL, or what does not go */
static const char *try_folder(const char *dir)
{
	static const char block[PROBE_BYTES];
	char path[PATH_MAX];
	const char *why = NULL;

	snprintf(path, sizeof path, "%s/probe", dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return strerror(errno);
	ssize_t n = write(fd, block, sizeof block);
	if (n != (ssize_t)sizeof block)
		why = n < 0 ? strerror(errno) : "no room";
	if (close(fd) < 0 && !why)
		why = strerror(errno);
	(void)unlink(path); /* the next one takes its place */
	return why;
}

static void probe(struct toc_keeper *k)
{
	struct statvfs disk;
	const char *why = try_folder(k->o.journal_dir);

	if (!why && !toc_journal_is_there(k->journal))
		why = "the journal is not in it any more";
	if (why && (k->health.writable || !k->health.tried))
		toc_log(TOC_LOG_ERROR, "journal_not_writable",
			"%s: %s; without the database, threats to life could not be taken", k->o.journal_dir, why);
	else if (!why && k->health.tried && !k->health.writable)
		toc_log(TOC_LOG_INFO, "journal_writable", "the journal can be written again");
	k->health.tried = true;
	k->health.writable = !why;
	toc_gauge(TOC_METRIC_KEEPER_JOURNAL_WRITABLE, 0, !why);
	toc_gauge(TOC_METRIC_KEEPER_JOURNAL_ROOM, 0,
		  statvfs(k->o.journal_dir, &disk) == 0 ? (int64_t)(disk.f_bavail * disk.f_frsize) : 0);
}

/* ---- gauges ---- */

static void lane(const struct toc_keeper *k, unsigned which, unsigned from, unsigned to)
{
	int64_t n = 0, bytes = 0, oldest = 0;

	for (unsigned i = from; i <= to; i++) {
		const struct toc_lane *l = &k->intake.lane[i];
		n += (int64_t)l->n;
		bytes += (int64_t)l->bytes;
		if (l->first && (!oldest || l->first->since_us < oldest))
			oldest = l->first->since_us;
	}
	toc_gauge(TOC_METRIC_KEEPER_WAITING, which, n);
	toc_gauge(TOC_METRIC_KEEPER_WAITING_BYTES, which, bytes);
	toc_gauge(TOC_METRIC_KEEPER_OLDEST, which, oldest);
}

void toc_keeper_gauges(struct toc_keeper *k)
{
	int64_t mono = toc_clock_mono_us();
	toc_time due = toc_world_next_due(toc_keeper_world(k));

	lane(k, TOC_IS_LANE_THREAT, TOC_LANE_THREATS, TOC_LANE_THREATS);
	lane(k, TOC_IS_LANE_OTHER, TOC_LANE_SENT, TOC_LANE_ASKED);
	toc_gauge(TOC_METRIC_KEEPER_RECEIPTS, 0, (int64_t)toc_receipts_waiting(k->receipts));
	toc_gauge(TOC_METRIC_KEEPER_DUE, 0, due.us == TOC_TIME_NEVER.us ? 0 : due.us);
	toc_gauge(TOC_METRIC_KEEPER_DATABASE, 0, k->phase != TOC_AWAY && k->phase != TOC_STARTING);
	toc_gauge(TOC_METRIC_KEEPER_SERVING, 0, k->announced);
	toc_gauge(TOC_METRIC_KEEPER_LEDGER, 0, (int64_t)toc_world_size(k->world));
	toc_gauge(TOC_METRIC_KEEPER_TIP, 0, k->health.tip.us);
	if (k->journal) {
		toc_gauge(TOC_METRIC_KEEPER_JOURNAL, 0, (int64_t)toc_journal_count(k->journal));
		toc_gauge(TOC_METRIC_KEEPER_JOURNAL_REFUSED, 0, (int64_t)toc_refused_count(k));
		toc_gauge(TOC_METRIC_KEEPER_JOURNAL_BYTES, 0, (int64_t)toc_journal_bytes(k->journal));
	}
	if (k->journal && mono >= k->health.probe_us) {
		k->health.probe_us = mono + PROBE_EVERY_US;
		probe(k);
		toc_gauge(TOC_METRIC_KEEPER_WITNESSES, 0, toc_witnesses(k->world));
	}
	toc_gauge(TOC_METRIC_KEEPER_TURN, 0, mono); /* the last one: it says that the others hold */
}
