/* serve.c: the parent process. It prepares, starts the others, watches them, and stops them in order.
 *
 * It holds every key only to hand it on (give.c), talks to nobody outside, and waits in one poll. What the children do with
 * what they are given is their business.
 * The end, in order: fronts (they stop accepting and finish answers), keeper, archive, courier, signer and eraser, PostgreSQL. A second signal,
 * or too long a wait, makes it short: the ledger and the journal survive that. */
#include "main/house.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "main/listen.h"

#define FRONT_STOPS_WITHIN TOC_SECONDS(8)
#define REST_STOPS_WITHIN TOC_SECONDS(15)
#define KEEPER_STOPS_WITHIN TOC_SECONDS(70) /* the first copy of a long ledger takes its time; keeper.c has its own patience */
#define READY_WITHIN TOC_SECONDS(3600) /* a start without a copy of the state reads the whole ledger, and ends some time */
#define READY_USUALLY TOC_SECONDS(120)
#define SCENARIO_MOST (4u << 20)
#define ACTORS_SPEED "6" /* times real time: the threat of LANTERN comes after 40 s, its activation after 150 s */

static toc_time mono_now(void)
{
	return (toc_time){ toc_clock_mono_us() };
}

/* ---- before the first connection ---- */

static int open_metrics(struct house *h, struct toc_error *reterr)
{
	int r = 0;
	for (unsigned part = 0; r == 0 && part < TOC_N_PART; part++)
		r = toc_metrics_create(part == TOC_IS_PART_FRONT ? h->n_fronts : 1, &h->metrics_write[part], &h->metrics_read[part],
		                       reterr);
	if (r == 0 && toc_metrics_own(h->metrics_write[TOC_IS_PART_PARENT], 0) < 0)
		r = toc_fail(reterr, TOC_EIO, "memory for metrics: %s", strerror(errno));
	if (r == 0)
		toc_gauge(TOC_METRIC_PARENT_START, 0, toc_clock_now().us);
	return r;
}

static int open_operator_door(struct house *h, uint16_t port, struct toc_error *reterr)
{
	const char *address = toc_config_text(h->config, TOC_OPT_METRICS_LISTEN);
	int64_t wanted = toc_config_number(h->config, TOC_OPT_METRICS_PORT);
	if (!*address)
		return 0;
	if (wanted == 0 && toc_config_number(h->config, TOC_OPT_PORT) != 0)
		wanted = port + 1 <= UINT16_MAX ? port + 1 : 0;
	int r = toc_listen(address, (uint16_t)wanted, "metrics-port", 1, &h->operator_fd, &h->operator_port, reterr);
	if (r < 0)
		h->operator_fd = -1;
	return r;
}

static unsigned count_fronts(const struct toc_config *c)
{
	long n = toc_config_number(c, TOC_OPT_FRONTS);
	if (n == 0)
		n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > 8 && toc_config_number(c, TOC_OPT_FRONTS) == 0 ? 8 : (unsigned)n;
}

static int open_identity(struct house *h, struct toc_identity *ret, struct toc_error *reterr)
{
	const char *cert = toc_config_text(h->config, TOC_OPT_TLS_CERTIFICATE);
	return *cert ? toc_identity_read(ret, cert, toc_config_text(h->config, TOC_OPT_TLS_KEY), reterr) :
	               toc_identity_local(ret, &h->state, reterr);
}

static int open_web(struct house *h, struct toc_error *reterr)
{
	char path[PATH_MAX];
	const char *dir = toc_config_text(h->config, TOC_OPT_WEB);
	if (!*dir && !toc_shared_file("web", path)) {
		toc_log(TOC_LOG_WARN, "no_console", "the console's files are not here; serving the interface only");
		return 0;
	}
	h->web = open(*dir ? dir : path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return h->web >= 0 ? 0 : toc_fail(reterr, TOC_EIO, "web: %s: %s", *dir ? dir : path, strerror(errno));
}

static int open_demo(struct house *h, struct toc_error *reterr)
{
	char cast_path[PATH_MAX], *known_path = toc_state_path(&h->state, "demo/credentials.json");
	size_t n_cast = 0, n_known = 0;
	char *cast = NULL, *known = NULL;
	struct toc_rights self = { geteuid(), getegid(), (gid_t)-1 };
	int r = toc_state_folder(&h->state, "demo", 0755, self, reterr);
	toc_demo_withdraw(&h->state); /* of a run that was cut short */
	if (r < 0)
		goto out;
	if (!toc_shared_file("exercises/cast.json", cast_path) || !(cast = toc_file_read(cast_path, 1 << 22, &n_cast))) {
		r = toc_fail(reterr, TOC_EIO, "demo: the cast (exercises/cast.json) is not installed");
		goto out;
	}
	known = toc_file_read(known_path, 1 << 22, &n_known);
	r = toc_demo_prepare(&h->demo, (struct toc_str){ cast, n_cast }, (struct toc_str){ known, n_known }, h->origin,
	                     toc_clock_now(), reterr);
	if (r == 0 && toc_config_number(h->config, TOC_OPT_ACTORS) &&
	    !strchr(toc_config_text(h->config, TOC_OPT_EXERCISE), '/') &&
	    !toc_demo_scenario(&h->demo, toc_config_text(h->config, TOC_OPT_EXERCISE)))
		r = toc_fail(reterr, TOC_EINVAL, "exercise: there is none with the name \"%.40s\"; there are lantern and quiet-bell",
		             toc_config_text(h->config, TOC_OPT_EXERCISE));
	if (r == 0)
		r = toc_demo_write(&h->demo, &h->state, h->identity.authority, reterr);
out:
	free(known_path);
	free(cast);
	if (known)
		toc_wipe(known, n_known);
	free(known);
	return r;
}

/* Everything but the children. What costs nothing and fails clearly comes first. */
static int prepare(struct house *h, struct toc_error *reterr)
{
	const struct toc_config *c = h->config;
	struct toc_rights self = { geteuid(), getegid(), (gid_t)-1 };
	uint16_t port;
	int r;
	h->n_fronts = count_fronts(c);
	h->front = toc_rights_of_part("front", 0);
	h->keeper = toc_rights_of_part("keeper", 1);
	h->archive = toc_rights_of_part("archive", 2);
	h->courier = toc_rights_of_part("courier", 3);
	h->signer = toc_rights_of_part("signer", 4);
	h->eraser = toc_rights_of_part("eraser", 5);
	if ((r = toc_state_open(&h->state, toc_config_text(c, TOC_OPT_STATE), reterr)) < 0 ||
	    (geteuid() == 0 && (r = toc_state_reachable(&h->state, h->keeper, reterr)) < 0))
		return r;
	r = toc_listen(toc_config_text(c, TOC_OPT_LISTEN), (uint16_t)toc_config_number(c, TOC_OPT_PORT), "port", h->n_fronts,
	               h->listen_fds, &port, reterr);
	if (r < 0) {
		h->listen_fds[0] = -1;
		return r;
	}
	if ((r = open_operator_door(h, port, reterr)) < 0 || (r = open_metrics(h, reterr)) < 0)
		return r;
	if (*toc_config_text(c, TOC_OPT_ORIGIN))
		snprintf(h->origin, sizeof h->origin, "%s", toc_config_text(c, TOC_OPT_ORIGIN));
	else if (port == 443)
		snprintf(h->origin, sizeof h->origin, "https://localhost");
	else
		snprintf(h->origin, sizeof h->origin, "https://localhost:%u", port);
	if ((r = toc_state_folder(&h->state, "keys", 0700, self, reterr)) < 0 ||
	    (r = toc_state_folder(&h->state, "journal", 0700, h->keeper, reterr)) < 0 ||
	    (r = toc_courier_prepare(&h->means, c, &h->state, h->courier, reterr)) < 0 ||
	    (r = toc_keys_open(&h->keys, &h->state, h->eraser, toc_config_text(c, TOC_OPT_WRAPPING),
			       toc_config_text(c, TOC_OPT_WRAPPING_PIN_FILE), reterr)) < 0 ||
	    (r = toc_wrapping_create(h->keys.wrap, h->keys.n_wrap, &h->wrapping_write, &h->wrapping_read, reterr)) < 0 ||
	    (r = toc_log_identity_open(&h->log, c, &h->state, h->origin, h->signer, reterr)) < 0 || (r = open_identity(h, &h->identity, reterr)) < 0 ||
	    (r = open_web(h, reterr)) < 0 || (h->is_demo && (r = open_demo(h, reterr)) < 0) ||
	    (r = toc_database_open(&h->database, c, &h->state, reterr)) < 0)
		return r;
	toc_gauge(TOC_METRIC_PARENT_PRIVATE, 0, h->database.cluster != NULL);
	if (h->database.socket_group != (gid_t)-1) /* the front is not in it: it has no way to the database */
		h->keeper.group = h->archive.group = h->signer.group = h->eraser.group = h->database.socket_group;
	return 0;
}

/* ---- the actors of a demo ---- */

/* Where the exercise is: a scenario of ours by its name, else a path, as it was given. @return false: not here */
static bool find_scenario(struct house *h, char ret[PATH_MAX])
{
	const char *exercise = toc_config_text(h->config, TOC_OPT_EXERCISE), *file = toc_demo_scenario(&h->demo, exercise);
	char name[PATH_MAX];
	snprintf(name, sizeof name, "exercises/%s", file ? file : "");
	if (file)
		return toc_shared_file(name, ret);
	return (size_t)snprintf(ret, PATH_MAX, "%s", exercise) < PATH_MAX;
}

static void start_actors(struct house *h)
{
	char program[PATH_MAX], scenario[PATH_MAX];
	if (!toc_shared_program("cli", "tocsin", program) || !find_scenario(h, scenario)) {
		toc_log(TOC_LOG_WARN, "no_actors", "the tocsin command or the exercise is not here; nobody plays");
		return;
	}
	char *credentials = toc_state_path(&h->state, "demo/credentials.json"), *ca = toc_state_path(&h->state, "demo/ca.pem");
	char *argv[] = { program,      (char *)"exercise",      (char *)"play", scenario,
		         (char *)"--server", h->origin,         (char *)"--ca", ca,
		         (char *)"--credentials", credentials, (char *)"--speed", (char *)ACTORS_SPEED, (char *)"--stay",
		         h->demo.is_first ? NULL : (char *)"--new", /* the one of the first start has been played */
		         NULL };
	pid_t parent = getpid();
	h->actors = fork();
	if (h->actors == 0) {
		sigset_t nothing;
		sigemptyset(&nothing);
		sigprocmask(SIG_SETMASK, &nothing, NULL);
		setpgid(0, 0);
		if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
			_exit(71);
		execv(program, argv);
		_exit(72);
	}
	if (h->actors < 0)
		toc_log(TOC_LOG_ERROR, "no_actors", "fork: %s", strerror(errno));
	free(credentials);
	free(ca);
}

/* ---- the loop ---- */

static void say_ready(struct house *h)
{
	h->said_ready = true;
	printf("tocsind: ready %s\n", h->origin);
	if (h->operator_fd >= 0)
		printf("tocsind: for operators http://%s%s%s:%u\n", strchr(toc_config_text(h->config, TOC_OPT_METRICS_LISTEN), ':') ? "[" : "",
		       toc_config_text(h->config, TOC_OPT_METRICS_LISTEN),
		       strchr(toc_config_text(h->config, TOC_OPT_METRICS_LISTEN), ':') ? "]" : "", h->operator_port);
	if (h->is_demo) {
		char path[PATH_MAX], *bytes;
		size_t n = 0;
		bytes = find_scenario(h, path) ? toc_file_read(path, SCENARIO_MOST, &n) : NULL;
		toc_demo_print(&h->demo, &h->state, h->origin, (struct toc_str){ bytes, n }, stdout);
		free(bytes);
		toc_demo_announce(&h->demo, &h->state);
	}
	fflush(stdout);
	toc_notify("READY=1\nSTATUS=serving");
	if (h->is_demo && toc_config_number(h->config, TOC_OPT_ACTORS))
		start_actors(h);
}

static void reload(struct house *h)
{
	struct toc_identity fresh;
	struct toc_error e;
	struct toc_arena *a = toc_arena_new();
	if (open_identity(h, &fresh, &e) < 0) {
		toc_log(TOC_LOG_ERROR, "reload_failed", "%s; keeping the certificate that is in use", e.text);
	} else {
		toc_identity_done(&h->identity);
		h->identity = fresh;
		toc_family_reload(h->family, toc_give_certificate(h, a));
		toc_log(TOC_LOG_INFO, "reloaded", "the TLS certificate was read again");
	}
	toc_arena_free(a);
}

static void reap(struct house *h)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == h->actors) {
			h->actors = 0;
			if (!h->stopping)
				toc_log(TOC_LOG_INFO, "actors_done", "the exercise's actors have ended (exit code %d); the server goes on",
				        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		} else {
			(void)toc_family_reaped(h->family, pid, status, mono_now()); /* else PostgreSQL: supervised by itself */
		}
	}
}

/* Wait until something happens or `until`. @return the stop signal that came, or 0 */
static int wait_for(struct house *h, toc_time until)
{
	struct pollfd fds[TOC_FRONTS_MAX + 3];
	struct signalfd_siginfo info;
	int stop = 0;
	size_t n = toc_family_fds(h->family, fds, TOC_FRONTS_MAX + 2);
	toc_time next = toc_family_next(h->family), now = mono_now();
	if (toc_before(next, until))
		until = next;
	int64_t left = until.us > now.us ? (until.us - now.us) / 1000 + 1 : 0;
	fds[n++] = (struct pollfd){ .fd = h->signals, .events = POLLIN };
	(void)poll(fds, n, (int)(left > 1000 ? 1000 : left));
	while (read(h->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
			stop = (int)info.ssi_signo;
		else if (info.ssi_signo == SIGHUP)
			reload(h);
	}
	reap(h);
	return stop;
}

/* @return 0 when asked to stop, else an error */
static int live(struct house *h, struct toc_error *reterr)
{
	toc_time patience = toc_after(mono_now(), READY_WITHIN), usual = toc_after(mono_now(), READY_USUALLY), look = mono_now();
	toc_family_start(h->family, mono_now());
	for (;;) {
		int stop = wait_for(h, look);
		if (stop) {
			toc_log(TOC_LOG_INFO, "stopping", "signal %d (%s)", stop, strsignal(stop));
			return 0;
		}
		int r = toc_family_step(h->family, mono_now(), reterr);
		if (r < 0)
			return r;
		if (!h->said_ready && toc_family_is_ready(h->family))
			say_ready(h);
		if (!h->said_ready && toc_before(usual, mono_now())) {
			toc_log(TOC_LOG_WARN, "not_ready", "not ready after %lld s, waiting on; the log says what is missing",
			        (long long)(READY_USUALLY.us / 1000000));
			usual = TOC_TIME_NEVER;
		}
		if (!h->said_ready && toc_before(patience, mono_now()))
			return toc_fail(reterr, TOC_ETIMEOUT, "not ready after %lld s; the log says what is missing",
			                (long long)(READY_WITHIN.us / 1000000));
		if (!toc_before(mono_now(), look)) {
			toc_database_supervise(&h->database);
			toc_family_measure(h->family);
			toc_clock_watch(&h->clock);
			look = toc_after(mono_now(), TOC_SECONDS(1));
		}
	}
}

/* ---- the end ---- */

/* Ask these to stop; those that are too slow, or all at a second signal, are killed. */
static void stop_parts(struct house *h, const enum toc_part_name *parts, size_t n, toc_dur within, bool *hurry)
{
	toc_time until = toc_after(mono_now(), within);
	unsigned alive;
	for (size_t i = 0; i < n; i++)
		toc_family_drain(h->family, parts[i]);
	do {
		alive = 0;
		for (size_t i = 0; i < n; i++) {
			if (*hurry || toc_before(until, mono_now()))
				toc_family_kill(h->family, parts[i]);
			alive += toc_family_alive(h->family, parts[i]);
		}
		if (alive && wait_for(h, toc_after(mono_now(), (toc_dur){ 200 * 1000 })))
			*hurry = true;
	} while (alive);
}

static void stop(struct house *h)
{
	static const enum toc_part_name fronts[] = { TOC_FRONT }, keeper[] = { TOC_KEEPER },
					rest[] = { TOC_ARCHIVE, TOC_COURIER, TOC_SIGNER, TOC_ERASER };
	bool hurry = false;
	h->stopping = true;
	toc_notify("STOPPING=1");
	if (h->is_demo && h->state.dir)
		toc_demo_withdraw(&h->state);
	if (h->actors > 0)
		kill(h->actors, SIGTERM);
	if (h->family) {
		stop_parts(h, fronts, 1, FRONT_STOPS_WITHIN, &hurry);
		toc_family_drain(h->family, TOC_KEEPER); /* it may take longest */
		stop_parts(h, rest, sizeof rest / sizeof *rest, REST_STOPS_WITHIN, &hurry);
		stop_parts(h, keeper, 1, KEEPER_STOPS_WITHIN, &hurry);
	}
	if (h->actors > 0) {
		kill(h->actors, SIGKILL);
		waitpid(h->actors, NULL, 0);
	}
	toc_family_free(h->family);
	toc_database_close(&h->database);
}

static enum toc_log_level level(const char *name)
{
	return *name == 'e' ? TOC_LOG_ERROR : *name == 'w' ? TOC_LOG_WARN : *name == 'd' ? TOC_LOG_DEBUG : TOC_LOG_INFO;
}

int toc_serve(const struct toc_config *c)
{
	static struct house house; /* large, and there is one */
	struct house *h = &house;
	struct toc_error e = { 0 };
	sigset_t ours;
	int code = 2;
	*h = (struct house){ .config = c, .state.lock = -1, .web = -1, .signals = -1, .operator_fd = -1, .means.record = -1, .wrapping_write = -1, .wrapping_read = -1, .is_demo = c->command == TOC_CMD_DEMO };
	h->database.socket_group = (gid_t)-1;
	memset(h->listen_fds, -1, sizeof h->listen_fds);
	memset(h->metrics_write, -1, sizeof h->metrics_write);
	memset(h->metrics_read, -1, sizeof h->metrics_read);
	toc_log_init("tocsind", level(toc_config_text(c, TOC_OPT_LOG)));
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGHUP);
	sigaddset(&ours, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ours, NULL);
	h->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	if (h->signals < 0)
		toc_fail(&e, TOC_EIO, "signalfd: %s", strerror(errno));
	else if (prepare(h, &e) == 0) {
		h->family = toc_family_new("/proc/self/exe", h->n_fronts, toc_give, h);
		code = live(h, &e) < 0 ? 1 : 0;
	}
	if (code)
		fprintf(stderr, "tocsind: %s\n", e.text);
	stop(h);
	for (unsigned i = 0; i < TOC_FRONTS_MAX; i++)
		if (h->listen_fds[i] >= 0)
			close(h->listen_fds[i]);
	for (unsigned i = 0; i < TOC_N_PART; i++) {
		if (h->metrics_write[i] >= 0)
			close(h->metrics_write[i]);
		if (h->metrics_read[i] >= 0)
			close(h->metrics_read[i]);
	}
	if (h->wrapping_write >= 0)
		close(h->wrapping_write);
	if (h->wrapping_read >= 0)
		close(h->wrapping_read);
	if (h->operator_fd >= 0)
		close(h->operator_fd);
	if (h->web >= 0)
		close(h->web);
	if (h->signals >= 0)
		close(h->signals);
	toc_courier_done(&h->means);
	toc_log_identity_done(&h->log);
	toc_demo_done(&h->demo);
	toc_identity_done(&h->identity);
	toc_keys_wipe(&h->keys);
	toc_state_close(&h->state);
	return code;
}
