/* health.c: what an operator asks: is it alive, is it ready (and if not, why), and what has it counted.
 *
 *   /healthz           this process answers
 *   /readyz            200 when this node can do everything, else 503
 *   /readyz/threats    200 when it can take threats to life, with the database or without
 *   /metrics           see measure/metric.def
 *
 * Anybody hears the short word of the first three, for that is what load balancers ask. The reasons and the counts are
 * for the operator: at a door of their own (operator_fd), or with the credential of an administrator of the operator.
 */
#include "front/inside.h"

#include "message/json.h"

#include <stdio.h>
#include <string.h>

#define ERASER_LATE_US INT64_C(120000000) /* it may wait for the database */
#define ERASER_STUCK_US INT64_C(600000000)
#define TURN_LATE_US 5000000 /* keeper and archive turn every second */
#define CERTIFICATE_WARNING_S (14 * 86400)
#define WAITING_LATE_US 5000000
#define CLOCK_STEP_US 600000000 /* a step of the clock is a warning for so long */

static bool is_for_operators(const struct toc_conn *c)
{
	return c->address->operators || c->operators;
}

static int64_t age_us(enum toc_metric m, unsigned label)
{
	int64_t since = toc_metrics_read(m, label), now = toc_now_us();

	return since == 0 || since > now ? 0 : now - since;
}

/* ---- checks: each says how it is, and a reason when it is not well ---- */

enum state { WELL, WARNING, FAILING };
#define REASON 200

static enum state check_drain(const struct toc_front *f, char *why)
{
	snprintf(why, REASON, "the server is being stopped");
	return f->draining ? FAILING : WELL;
}

static enum state check_keeper(const struct toc_front *f, char *why)
{
	int64_t late = age_us(TOC_METRIC_KEEPER_TURN, 0);

	if (!f->keeper.channel) {
		snprintf(why, REASON, "the keeper is not there; another one is being started");
		return FAILING;
	}
	if (late > TURN_LATE_US) {
		snprintf(why, REASON, "the keeper has not turned for %d s", (int)(late / 1000000));
		return FAILING;
	}
	snprintf(why, REASON, "the keeper is starting");
	return f->tip_known ? WELL : FAILING;
}

static enum state check_database(const struct toc_front *f, char *why)
{
	int64_t silent = age_us(TOC_METRIC_KEEPER_HEARD, 0);

	if (!f->database_up) {
		snprintf(why, REASON, "the keeper cannot reach the database; threats to life go to the journal");
		return f->tip_known ? FAILING : WELL; /* else it is starting, which is another reason */
	}
	/* the keeper leaves it when a command is not answered; while there is none, this tells */
	snprintf(why, REASON, "the database has not answered for %d s; threats to life will go to the journal", (int)(silent / 1000000));
	return silent > TURN_LATE_US ? FAILING : WELL;
}

static enum state check_archive(const struct toc_front *f, char *why)
{
	int64_t late = age_us(TOC_METRIC_ARCHIVE_TURN, 0);

	if (!f->archive.channel) {
		snprintf(why, REASON, "the archive is not there; another one is being started");
		return FAILING;
	}
	if (late > TURN_LATE_US) {
		snprintf(why, REASON, "the archive has not turned for %d s", (int)(late / 1000000));
		return FAILING;
	}
	snprintf(why, REASON, "the archive cannot read the database");
	return toc_metrics_read(TOC_METRIC_ARCHIVE_TURN, 0) && !toc_metrics_read(TOC_METRIC_ARCHIVE_DATABASE, 0) ? FAILING :
	                                                                                                            WELL;
}

static enum state check_signer(const struct toc_front *f, char *why)
{
	int64_t turned = toc_metrics_read(TOC_METRIC_SIGNER_TURN, 0), late = age_us(TOC_METRIC_SIGNER_TURN, 0);

	(void)f;
	if (toc_metrics_read(TOC_METRIC_SIGNER_HALTED, 0)) {
		snprintf(why, REASON, "the signer has found that the ledger is not what was published; the log says what, docs/log.md what to do");
		return FAILING;
	}
	if (turned && late > TURN_LATE_US)
		snprintf(why, REASON, "the signer has not turned for %d s: nothing new is signed", (int)(late / 1000000));
	else
		snprintf(why, REASON, "the signer cannot read the database: nothing new is signed");
	return turned && (late > TURN_LATE_US || !toc_metrics_read(TOC_METRIC_SIGNER_DATABASE, 0)) ? WARNING : WELL;
}

/* Somebody outside holds what was signed: as long as members have witnesses. */
static enum state check_witnesses(const struct toc_front *f, char *why)
{
	int64_t since = f->uncosigned_us ? toc_now_us() - f->uncosigned_us : 0;

	if (toc_metrics_read(TOC_METRIC_KEEPER_TURN, 0) && !toc_metrics_read(TOC_METRIC_KEEPER_WITNESSES, 0)) {
		snprintf(why, REASON, "no member has registered a witness: nobody outside vouches for what is signed");
		return WARNING;
	}
	snprintf(why, REASON, "no member's witness has cosigned a checkpoint for %d s, and there is a newer one", (int)(since / 1000000));
	return since > f->limits.witness_silence_s * 1000000 ? WARNING : WELL;
}

static void watch_witnesses(struct toc_front *f)
{
	int64_t cosigned = toc_metrics_read(TOC_METRIC_ARCHIVE_COSIGNED, 0);

	if (cosigned >= toc_metrics_read(TOC_METRIC_SIGNER_PUBLISHED, 0))
		f->uncosigned_us = 0;
	else if (!f->uncosigned_us || cosigned != f->cosigned)
		f->uncosigned_us = toc_now_us();
	f->cosigned = cosigned;
}

static enum state check_stamps(const struct toc_front *f, char *why)
{
	int64_t late = age_us(TOC_METRIC_KEEPER_STAMP_WANTED, 0);

	snprintf(why, REASON, "the time-stamping authority has given no time stamp for %d s; the log says why", (int)(late / 1000000));
	return late > f->limits.timestamp_late_s * 1000000 ? WARNING : WELL;
}

static enum state check_eraser(const struct toc_front *f, char *why)
{
	int64_t turned = toc_metrics_read(TOC_METRIC_ERASER_TURN, 0), late = age_us(TOC_METRIC_ERASER_TURN, 0),
		missing = toc_metrics_read(TOC_METRIC_ERASER_TAMPERED, 0);

	(void)f;
	if (missing) {
		snprintf(why, REASON, "%lld sealed parts are gone although no entry says that they were erased; the log says which, docs/erasure.md what that is",
			 (long long)missing);
		return FAILING;
	}
	if (toc_metrics_read(TOC_METRIC_ERASER_LACKS, 0))
		snprintf(why, REASON, "seal keys are wrapped under a key that this node does not hold: docs/erasure.md, several nodes");
	else if (age_us(TOC_METRIC_ERASER_STUCK, 0) > ERASER_STUCK_US)
		snprintf(why, REASON, "an erasure has waited for %d s; the log says for what", (int)(age_us(TOC_METRIC_ERASER_STUCK, 0) / 1000000));
	else if (turned && late > ERASER_LATE_US)
		snprintf(why, REASON, "the eraser has not turned for %d s: nothing is erased", (int)(late / 1000000));
	else if (turned && !toc_metrics_read(TOC_METRIC_ERASER_DATABASE, 0))
		snprintf(why, REASON, "the eraser cannot read the database: nothing is erased");
	else
		return WELL;
	return WARNING;
}

static enum state check_journal(const struct toc_front *f, char *why)
{
	int64_t waiting = toc_metrics_read(TOC_METRIC_KEEPER_JOURNAL, 0), refused = toc_metrics_read(TOC_METRIC_KEEPER_JOURNAL_REFUSED, 0);

	if (toc_metrics_read(TOC_METRIC_KEEPER_TURN, 0) && !toc_metrics_read(TOC_METRIC_KEEPER_JOURNAL_WRITABLE, 0)) {
		snprintf(why, REASON, "the journal's folder takes no file (gone, read-only or full); the log says more");
		return FAILING;
	}
	if (refused) {
		snprintf(why, REASON, "the ledger does not take %lld records of threats that were journaled; the log and tocsind journal say which",
			 (long long)refused);
		return WARNING;
	}
	snprintf(why, REASON, "%lld records wait to be entered in the ledger", (long long)waiting);
	return waiting && f->database_up ? WARNING : WELL;
}

static enum state check_certificate(const struct toc_front *f, char *why)
{
	int64_t left_s = toc_between(toc_clock_now(), f->certificate_ends).us / 1000000;

	if (left_s <= 0) {
		snprintf(why, REASON, "the TLS certificate has ended");
		return FAILING;
	}
	snprintf(why, REASON, "the TLS certificate ends in %lld h", (long long)(left_s / 3600));
	return left_s < CERTIFICATE_WARNING_S ? WARNING : WELL;
}

static enum state check_clock(const struct toc_front *f, char *why)
{
	int64_t since = age_us(TOC_METRIC_PARENT_CLOCK_STEPPED, 0);

	(void)f;
	if (since && since < CLOCK_STEP_US) {
		snprintf(why, REASON, "the clock was stepped %d s ago", (int)(since / 1000000));
		return WARNING;
	}
	snprintf(why, REASON, "no time service keeps the clock");
	return toc_metrics_read(TOC_METRIC_PARENT_TURN, 0) && !toc_metrics_read(TOC_METRIC_PARENT_CLOCK_SYNCED, 0) ? WARNING :
	                                                                                                             WELL;
}

static enum state check_queue(const struct toc_front *f, char *why)
{
	int64_t threat = age_us(TOC_METRIC_KEEPER_OLDEST, TOC_IS_LANE_THREAT), other = age_us(TOC_METRIC_KEEPER_OLDEST, TOC_IS_LANE_OTHER);
	int64_t oldest = threat > other ? threat : other;

	(void)f;
	snprintf(why, REASON, "a command has waited for %d s", (int)(oldest / 1000000));
	return oldest > WAITING_LATE_US ? WARNING : WELL;
}

static enum state check_connections(const struct toc_front *f, char *why)
{
	if (f->accept_failed) {
		snprintf(why, REASON, "connections cannot be taken in: no descriptors or no memory left");
		return FAILING;
	}
	snprintf(why, REASON, "%u connections are open, and this front takes no more", f->n_open);
	return f->n_open >= (unsigned)f->limits.connections ? FAILING : WELL;
}

static enum state check_sandbox(const struct toc_front *f, char *why)
{
	snprintf(why, REASON, "the front runs without its filter of system calls");
	return f->confined ? WELL : WARNING;
}

static const struct check {
	const char *name;
	enum state (*look)(const struct toc_front *f, char *why);
} checks[] = {
	{ "server", check_drain },     { "keeper", check_keeper },           { "database", check_database },
	{ "archive", check_archive },  { "signer", check_signer },           { "eraser", check_eraser },           { "witnesses", check_witnesses },     { "timestamps", check_stamps },     { "journal", check_journal },         { "certificate", check_certificate },
	{ "clock", check_clock },      { "queue", check_queue },             { "sandbox", check_sandbox },
	{ "connections", check_connections },
};
#define N_CHECKS (sizeof checks / sizeof *checks)

static bool is_ready(const struct toc_front *f)
{
	char why[REASON];

	for (size_t i = 0; i < N_CHECKS; i++)
		if (checks[i].look(f, why) == FAILING)
			return false;
	return true;
}

/* With the database it takes them, and without it when there is a journal. */
static bool takes_threats(const struct toc_front *f)
{
	char why[REASON];

	return check_drain(f, why) != FAILING && check_keeper(f, why) != FAILING && check_certificate(f, why) != FAILING &&
	       (check_database(f, why) != FAILING || check_journal(f, why) != FAILING);
}

/* ---- answers ---- */

static struct toc_value *reasons(const struct toc_front *f, struct toc_arena *a)
{
	static const char *const words[] = { "well", "warning", "failing" };
	struct toc_value *all = toc_value_map(a);

	for (size_t i = 0; i < N_CHECKS; i++) {
		char why[REASON];
		enum state s = checks[i].look(f, why);
		struct toc_value *one = toc_value_map(a);
		toc_set_cstr(a, one, "state", words[s]);
		if (s != WELL)
			toc_set_text(a, one, "reason", toc_arena_str(a, toc_str_of(why)));
		toc_set(a, all, checks[i].name, one);
	}
	return all;
}

static void say(struct toc_conn *c, const char *name, bool good, bool with_reasons)
{
	struct toc_front *f = c->front;
	struct toc_arena *a = c->request->arena;
	struct toc_value *v = toc_value_map(a);

	toc_set_bool(a, v, name, good);
	if (with_reasons && is_for_operators(c)) {
		int64_t tip = toc_metrics_read(TOC_METRIC_KEEPER_TIP, 0);
		toc_set(a, v, "checks", reasons(f, a));
		toc_set_bool(a, v, "takes_threats", takes_threats(f));
		toc_set_bool(a, v, "private_database", toc_metrics_read(TOC_METRIC_PARENT_PRIVATE, 0) != 0);
		toc_set_int(a, v, "ledger_entries", (int64_t)toc_ring_head(f->ring));
		if (tip)
			toc_set_int(a, v, "tip_age_s", (toc_clock_now().us - tip) / 1000000);
	}
	toc_http_answer(c, good ? 200 : 503, toc_json_str(a, v), good ? NULL : "Retry-After: 1\r\n");
}

void toc_health_live(struct toc_conn *c)
{
	say(c, "alive", true, false);
}

void toc_health_ready(struct toc_conn *c)
{
	say(c, "ready", is_ready(c->front), true);
}

void toc_health_threats(struct toc_conn *c)
{
	say(c, "takes_threats", takes_threats(c->front), false);
}

void toc_health_metrics(struct toc_conn *c)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };
	struct toc_buf b;

	if (!is_for_operators(c)) {
		(void)toc_refuse(&r, TOC_REFUSE_NOT_FOUND, "", "", "no such path");
		toc_http_refuse(c, &r);
		return;
	}
	toc_buf_init(&b, 16u << 20);
	toc_metrics_write(&b, c->request->wants_open_metrics, toc_now_us());
	toc_http_answer_as(c, 200,
	                   c->request->wants_open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" :
	                                                    "text/plain; version=0.0.4; charset=utf-8",
	                   toc_buf_view(&b), "Vary: Accept\r\n");
	toc_buf_done(&b);
}

void toc_health_gauges(struct toc_front *f)
{
	watch_witnesses(f);
	toc_gauge(TOC_METRIC_FRONT_SOCKETS, 0, f->n_open);
	toc_gauge(TOC_METRIC_FRONT_BEHIND, 0, f->seen_behind);
	toc_gauge(TOC_METRIC_FRONT_STALLED, 0, f->seen_stalled);
	toc_gauge(TOC_METRIC_FRONT_READS, 0, f->n_reading);
	toc_gauge(TOC_METRIC_FRONT_READS_WAITING, 0, (int64_t)f->queued.n);
	toc_gauge(TOC_METRIC_FRONT_KEEPER_QUEUE, 0, f->keeper.channel ? (int64_t)toc_channel_queued(f->keeper.channel) : 0);
	toc_gauge(TOC_METRIC_FRONT_LEDGER, 0, (int64_t)toc_ring_head(f->ring));
	toc_gauge(TOC_METRIC_FRONT_RING, 0, (int64_t)(toc_ring_head(f->ring) - toc_ring_tail(f->ring)));
	toc_gauge(TOC_METRIC_FRONT_CERTIFICATE, 0, f->certificate_ends.us);
	toc_gauge(TOC_METRIC_FRONT_DRAINING, 0, f->draining);
	toc_gauge(TOC_METRIC_FRONT_CONFINED, 0, f->confined);
}
