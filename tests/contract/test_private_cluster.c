/* test_private_cluster.c: a PostgreSQL of our own: made, adopted, watched, refused; as root and as a plain
 * user. */
#include "check.h"
#include "contract/throwaway.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char *in_dir(const char *name)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s", throwaway_dir(), name) < 0)
		abort();
	return path;
}

static struct toc_cluster *started(const char *state, struct toc_error *reterr, int *ret_r)
{
	struct toc_cluster_options options = { .state_dir = state };
	struct toc_cluster *c = NULL;

	*ret_r = toc_cluster_start(&options, &c, reterr);
	return c;
}

static bool answers(const struct toc_cluster *c, enum toc_cluster_role role)
{
	PGconn *conn = PQconnectdb(toc_cluster_conninfo(c, role));
	PGresult *r = PQexec(conn, "select size from ledger.tip");
	bool ok = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;

	PQclear(r);
	PQfinish(conn);
	return ok;
}

static char *setting(const struct toc_cluster *c, const char *name)
{
	PGconn *conn = PQconnectdb(toc_cluster_conninfo(c, TOC_CLUSTER_ADMIN));
	const char *const parameter[] = { name };
	PGresult *r = PQexecParams(conn, "select current_setting($1)", 1, NULL, parameter, NULL, NULL, 0);
	char *value = strdup(PQresultStatus(r) == PGRES_TUPLES_OK ? PQgetvalue(r, 0, 0) : "?");

	PQclear(r);
	PQfinish(conn);
	return value;
}

#define CHECK_SETTING(c, name, want)                                                                         \
	do {                                                                                                 \
		char *check_value = setting(c, name);                                                        \
		CHECK_TEXT(toc_str_of(check_value), want);                                                   \
		free(check_value);                                                                           \
	} while (0)

static mode_t mode_of(const char *dir, const char *name)
{
	char path[4096];
	struct stat st = { 0 };

	snprintf(path, sizeof path, "%s/%s", dir, name);
	CHECK_INT(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* What a postmaster does shows in its folder: its number, and whether it is ready. */
static int watch(const struct toc_cluster *c)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	CHECK(fd >= 0 && inotify_add_watch(fd, toc_cluster_data_dir(c), IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVE) >= 0);
	return fd;
}

/* Until something shows, or for the second after which an owner looks anyway. */
static void await_change(int watched)
{
	struct pollfd p = { .fd = watched, .events = POLLIN };
	char events[4096];

	(void)poll(&p, 1, 1000);
	while (read(watched, events, sizeof events) > 0)
		;
}

/* Waits for its end, however long the machine takes; the test's own limit ends it otherwise. */
static bool gone(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (fd < 0)
		return errno == ESRCH;
	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
	close(fd);
	return true;
}

CASE(made_started_used_and_stopped_twice)
{
	char *state = in_dir("twice");
	struct toc_error err = { 0 };
	int r;

	for (int round = 0; round < 2; round++) {
		struct toc_cluster *c = started(state, &err, &r);
		CHECK_INT(r, 0);
		CHECK_TEXT(toc_str_of(err.text), "");
		if (!c)
			break;
		CHECK(answers(c, TOC_CLUSTER_ADMIN) && answers(c, TOC_CLUSTER_APP) &&
		      answers(c, TOC_CLUSTER_READER));
		CHECK_SETTING(c, "listen_addresses", "");
		CHECK_SETTING(c, "data_checksums", "on");
		CHECK_SETTING(c, "fsync", "on");
		CHECK_SETTING(c, "synchronous_commit", "on");
		CHECK_SETTING(c, "full_page_writes", "on");
		CHECK_SETTING(c, "server_encoding", "UTF8");
		CHECK_SETTING(c, "log_error_verbosity", "terse");
		CHECK_SETTING(c, "max_connections", "40"); /* postgresql.conf may be changed */
		CHECK_INT(mode_of(state, "pg"), 0700);
		CHECK_INT(mode_of(state, "keys"), 0700);
		CHECK_INT(mode_of(state, "keys/pg-admin"), 0600);
		CHECK_INT(mode_of(state, "keys/pg-app"), 0600);
		CHECK_INT(mode_of(state, "run"), geteuid() == 0 ? 0750 : 0700);
		CHECK_INT(mode_of(state, "run/postgresql.log"), 0600);
		pid_t pid = toc_cluster_pid(c);
		CHECK(kill(pid, 0) == 0);
		CHECK(getsid(pid) == pid); /* Ctrl-C is not for it */
		toc_cluster_stop(c);
		CHECK(gone(pid));
	}
	free(state);
}

CASE(without_the_password_nobody_gets_in)
{
	struct toc_cluster *c = throwaway_cluster();
	char *conninfo = NULL;

	for (int role = 0; role < 3; role++) {
		static const char *const name[] = { "tocsin_admin", "tocsin_app", "tocsin_owner" };
		if (asprintf(&conninfo, "host=%s dbname=tocsin user=%s password=guess",
			     toc_cluster_socket_dir(c), name[role]) < 0)
			abort();
		PGconn *conn = PQconnectdb(conninfo);
		CHECK(PQstatus(conn) == CONNECTION_BAD);
		CHECK(strstr(PQerrorMessage(conn), "password authentication failed"));
		PQfinish(conn);
		free(conninfo);
	}
}

CASE(opened_to_look_at_it_is_not_started)
{
	char *state = in_dir("none");
	struct toc_cluster_options nothing = { .state_dir = state }, there = { .state_dir = throwaway_dir() };
	struct toc_cluster *c = NULL, *running = throwaway_cluster();
	struct toc_store_status status;

	CHECK_INT(mkdir(state, 0755), 0);
	CHECK_INT(toc_cluster_open(&nothing, &c, NULL), TOC_ENOTFOUND);
	CHECK_INT(toc_cluster_open(&there, &c, NULL), 0);
	if (c) {
		CHECK_INT(toc_cluster_pid(c), toc_cluster_pid(running));
		CHECK_INT(toc_store_status(toc_cluster_conninfo(c, TOC_CLUSTER_ADMIN), &status, NULL), 0);
		CHECK_INT(status.size, 0);
	}
	toc_cluster_free(c);
	CHECK(answers(running, TOC_CLUSTER_APP));
	free(state);
}

CASE(killed_it_is_started_again)
{
	struct toc_cluster *c = throwaway_cluster();
	struct toc_error err = { 0 };
	int64_t now = toc_clock_mono_us();
	pid_t first = toc_cluster_pid(c);
	unsigned restarts = 0;
	int watched = watch(c);

	CHECK_INT(toc_cluster_supervise(c, now, &err), 0);
	kill(first, SIGKILL);
	CHECK(waitpid(first, NULL, 0) == first); /* as a parent that reaps all children does */
	while (!answers(c, TOC_CLUSTER_APP)) {
		int r = toc_cluster_supervise(c, toc_clock_mono_us(), &err);
		CHECK(r == 0 || r == 1 || r == TOC_EIO);
		restarts += r == 1;
		await_change(watched);
	}
	close(watched);
	CHECK(answers(c, TOC_CLUSTER_APP));
	CHECK(restarts >= 1 && restarts <= 4); /* the dead one's sessions may hold the new one up */
	CHECK(toc_cluster_pid(c) != first);
}

/* In a child: start a cluster, say its postmaster's number, and do not clean up. */
static pid_t start_in_child(const char *state, int ret_pipe, bool wait_for_kill)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct toc_error err = { 0 };
		int r;
		struct toc_cluster *c = started(state, &err, &r);
		pid_t postmaster = c ? toc_cluster_pid(c) : 0;
		if (write(ret_pipe, &postmaster, sizeof postmaster) != sizeof postmaster)
			_exit(1);
		if (wait_for_kill)
			pause();
		_exit(0);
	}
	return pid;
}

CASE(when_its_parent_is_killed_it_shuts_down_and_the_next_one_takes_over)
{
	char *state = in_dir("orphan");
	struct toc_error err = { 0 };
	int fds[2], r;
	pid_t postmaster = 0;

	CHECK_INT(pipe(fds), 0);
	pid_t child = start_in_child(state, fds[1], true);
	CHECK(read(fds[0], &postmaster, sizeof postmaster) == sizeof postmaster && postmaster > 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	/* at once: it may still run, be on its way out, or be gone */
	struct toc_cluster *c = started(state, &err, &r);
	CHECK_INT(r, 0);
	CHECK_TEXT(toc_str_of(err.text), "");
	CHECK(c && answers(c, TOC_CLUSTER_APP));
	if (c &&
	    toc_cluster_pid(c) == postmaster) { /* taken over in its last moment: then it is started again */
		int watched = watch(c);
		CHECK(gone(postmaster));
		while (toc_cluster_supervise(c, toc_clock_mono_us(), &err) != 0)
			await_change(watched);
		close(watched);
	}
	toc_cluster_stop(c);
	CHECK(gone(postmaster));
	close(fds[0]);
	close(fds[1]);
	free(state);
}

CASE(one_of_ours_that_still_runs_is_adopted)
{
	struct toc_cluster *first = throwaway_cluster(), *second;
	struct toc_error err = { 0 };
	int r;

	second = started(throwaway_dir(), &err, &r);
	CHECK_INT(r, 0);
	CHECK(second && toc_cluster_pid(second) == toc_cluster_pid(first));
	CHECK(second && answers(second, TOC_CLUSTER_READER));
	CHECK_INT(second ? toc_cluster_supervise(second, toc_clock_mono_us(), &err) : -1, 0);
	toc_cluster_free(second);
	CHECK(answers(first, TOC_CLUSTER_APP));
}

/* ---- what it refuses ---- */

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

CASE(another_major_version_is_refused_with_what_to_do_and_left_alone)
{
	char *state = in_dir("old"), *pg = in_dir("old/pg"), *version = in_dir("old/pg/PG_VERSION"),
	     *data = in_dir("old/pg/precious");
	struct toc_error err = { 0 };
	struct stat st;
	int r;

	CHECK(mkdir(state, 0755) == 0 && mkdir(pg, 0700) == 0);
	write_text(version, "9\n");
	write_text(data, "precious\n");
	struct toc_cluster *c = started(state, &err, &r);
	CHECK(!c);
	CHECK_INT(r, TOC_ECONFLICT);
	CHECK(strstr(err.text, "made by PostgreSQL 9") && strstr(err.text, "nothing was changed") &&
	      strstr(err.text, "postgresql-9"));
	CHECK(stat(data, &st) == 0 && st.st_size == 9);
	free(state);
	free(pg);
	free(version);
	free(data);
}

CASE(a_directory_that_is_no_cluster_is_refused_and_left_alone)
{
	char *state = in_dir("photos"), *pg = in_dir("photos/pg"), *data = in_dir("photos/pg/precious");
	struct toc_error err = { 0 };
	struct stat st;
	int r;

	CHECK(mkdir(state, 0755) == 0 && mkdir(pg, 0700) == 0);
	write_text(data, "precious\n");
	CHECK(!started(state, &err, &r));
	CHECK_INT(r, TOC_EIO);
	CHECK(strstr(err.text, "photos/pg is there"));
	CHECK(stat(data, &st) == 0);
	free(state);
	free(pg);
	free(data);
}

CASE(an_initdb_that_was_interrupted_is_begun_again)
{
	char *state = in_dir("half"), *fresh = in_dir("half/pg.new"),
	     *file = in_dir("half/pg.new/PG_VERSION");
	struct toc_error err = { 0 };
	int r;

	CHECK(mkdir(state, 0755) == 0 && mkdir(fresh, 0700) == 0);
	write_text(file, "1");
	struct toc_cluster *c = started(state, &err, &r);
	CHECK_INT(r, 0);
	CHECK(c && answers(c, TOC_CLUSTER_APP));
	toc_cluster_stop(c);
	free(state);
	free(fresh);
	free(file);
}

CASE(a_lost_admin_password_is_told_and_nothing_is_made_up)
{
	char *state = in_dir("lost"), *password = in_dir("lost/keys/pg-admin"),
	     *app = in_dir("lost/keys/pg-app");
	struct toc_error err = { 0 };
	int r;

	toc_cluster_stop(started(state, &err, &r));
	CHECK_INT(r, 0);
	CHECK_INT(unlink(app), 0);
	struct toc_cluster *c = started(state, &err, &r); /* the roles' are set anew by the admin */
	CHECK_INT(r, 0);
	CHECK(c && answers(c, TOC_CLUSTER_APP));
	toc_cluster_stop(c);
	CHECK_INT(unlink(password), 0);
	CHECK(!started(state, &err, &r));
	CHECK_INT(r, TOC_EIO);
	CHECK(strstr(err.text, "keys/pg-admin is missing"));
	free(state);
	free(password);
	free(app);
}

CASE(a_very_long_path_gets_a_short_socket)
{
	char name[140];
	struct toc_error err = { 0 };
	int r;

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = 0;
	char *state = in_dir(name);
	struct toc_cluster *c = started(state, &err, &r);
	CHECK_INT(r, 0);
	CHECK_TEXT(toc_str_of(err.text), "");
	if (c) {
		char *socket_dir = strdup(toc_cluster_socket_dir(c));
		CHECK(strncmp(socket_dir, "/tmp/tocsin-", 12) == 0 && strlen(socket_dir) == 28);
		CHECK_INT(mode_of(socket_dir, "."), geteuid() == 0 ? 0750 : 0700);
		CHECK(answers(c, TOC_CLUSTER_APP));
		toc_cluster_stop(c);
		CHECK_INT(rmdir(socket_dir), 0);
		free(socket_dir);
	}
	free(state);
}

CASE(no_programs_no_parent_no_user_are_one_sentence_each)
{
	char *state = in_dir("sentence"), *nowhere = in_dir("not/there");
	struct toc_cluster_options no_programs = { .state_dir = state, .bin_dir = "/nonexistent" },
				   no_parent = { .state_dir = nowhere },
				   no_user = { .state_dir = state, .user = "nobody-of-this-name" },
				   as_root = { .state_dir = state, .user = "root" };
	struct toc_cluster *c = NULL;
	struct toc_error err;

	CHECK_INT(toc_cluster_start(&no_programs, &c, &err), TOC_EIO);
	CHECK(strstr(err.text, "/nonexistent") && strstr(err.text, "apt-get install postgresql"));
	CHECK_INT(toc_cluster_start(&no_parent, &c, &err), TOC_EIO);
	CHECK(strstr(err.text, "/not: No such file"));
	if (geteuid() == 0) {
		CHECK_INT(toc_cluster_start(&no_user, &c, &err), TOC_EIO);
		CHECK(strstr(err.text, "nobody-of-this-name") && strstr(err.text, "adduser"));
		CHECK_INT(toc_cluster_start(&as_root, &c, &err), TOC_EIO);
		CHECK(strstr(err.text, "does not run as root"));
	}
	CHECK(c == NULL);
	free(state);
	free(nowhere);
}

CASE(a_closed_parent_directory_is_named)
{
	char *closed = in_dir("closed"), *state = in_dir("closed/inside");
	struct toc_error err = { 0 };
	int r;

	if (geteuid() == 0) {
		CHECK_INT(mkdir(closed, 0700), 0); /* as /root is */
		CHECK(!started(state, &err, &r));
		CHECK_INT(r, TOC_EIO);
		CHECK(strstr(err.text, "cannot enter") && strstr(err.text, "/closed (mode 0700)") &&
		      strstr(err.text, "chmod o+x"));
	}
	free(closed);
	free(state);
}

/* ---- as others ---- */

/* Run a case's body as an unprivileged user, in a directory of his own. @return its exit status */
static int as_nobody(const char *name, int (*body)(const char *state))
{
	const struct passwd *p = getpwnam("nobody");
	char *state = in_dir(name);
	int status = -1;

	if (p && mkdir(state, 0755) == 0 && chown(state, p->pw_uid, p->pw_gid) == 0) {
		pid_t pid = fork();
		if (pid == 0) {
			if (setgroups(0, NULL) < 0 || setgid(p->pw_gid) < 0 || setuid(p->pw_uid) < 0)
				_exit(120);
			check_bad = 0;
			int r = body(state);
			fflush(stdout);
			_exit(r ? r : check_bad != 0);
		}
		waitpid(pid, &status, 0);
	}
	free(state);
	return status;
}

static int life_of_a_plain_user(const char *state)
{
	struct toc_error err = { 0 };
	struct stat st;
	char path[4096];
	int r;
	struct toc_cluster *c = started(state, &err, &r);

	if (!c) {
		printf("  as nobody: %s\n", err.text);
		return 1;
	}
	CHECK(answers(c, TOC_CLUSTER_APP) && answers(c, TOC_CLUSTER_READER));
	snprintf(path, sizeof path, "/proc/%d", (int)toc_cluster_pid(c));
	CHECK(stat(path, &st) == 0 && st.st_uid == geteuid());
	CHECK_INT(mode_of(state, "run"), 0700);
	toc_cluster_stop(c);
	return 0;
}

CASE(a_plain_user_has_one_too)
{
	if (geteuid() == 0)
		CHECK_INT(as_nobody("plain", life_of_a_plain_user), 0);
	else
		CHECK(answers(throwaway_cluster(), TOC_CLUSTER_APP)); /* which all of this was */
}

static int knock(const char *state)
{
	(void)state;
	PGconn *conn = PQconnectdb(toc_cluster_conninfo(throwaway_cluster(), TOC_CLUSTER_APP));
	bool kept_out = PQstatus(conn) == CONNECTION_BAD && strstr(PQerrorMessage(conn), "Permission denied");
	PQfinish(conn);
	return !kept_out;
}

CASE(who_is_not_in_the_sockets_group_does_not_get_to_the_socket_even_with_the_password)
{
	(void)throwaway_cluster();
	if (geteuid() == 0)
		CHECK_INT(as_nobody("knock", knock), 0);
}

static int somebody_elses(const char *state)
{
	char command[4096];

	snprintf(command, sizeof command,
		 "B=$(ls -d /usr/lib/postgresql/*/bin | tail -1); mkdir -p %s/run && $B/initdb -A trust -D "
		 "%s/pg >/dev/null 2>&1 && "
		 "$B/pg_ctl -D %s/pg -s -w -o \"-c listen_addresses='' -k %s/run\" -l %s/run/log start "
		 ">/dev/null 2>&1",
		 state, state, state, state, state);
	return system(command) != 0;
}

CASE(a_foreign_postgresql_in_the_directory_is_refused_and_goes_on)
{
	struct toc_error err = { 0 };
	int r, pid = 0;

	if (geteuid() != 0)
		return;
	char *state = in_dir("foreign"), *pid_file = in_dir("foreign/pg/postmaster.pid");
	CHECK_INT(as_nobody("foreign", somebody_elses), 0);
	FILE *f = fopen(pid_file, "r");
	CHECK(f && fscanf(f, "%d", &pid) == 1 && pid > 1);
	if (f)
		fclose(f);
	char *keys = in_dir("foreign/keys"), *admin = in_dir("foreign/keys/pg-admin");
	CHECK_INT(mkdir(keys, 0700), 0);
	write_text(admin, "x");
	CHECK(!started(state, &err, &r));
	CHECK_INT(r, TOC_ECONFLICT);
	CHECK(strstr(err.text, "that we did not start") && strstr(err.text, "stop it"));
	CHECK(pid > 1 && kill(pid, 0) == 0);
	if (pid > 1)
		kill(pid, SIGINT);
	CHECK(pid > 1 && gone(pid));
	free(keys);
	free(admin);
	free(pid_file);
	free(state);
}

RUN_CASES()
