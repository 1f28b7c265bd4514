/* private_cluster.c: starting, adopting, watching and stopping a PostgreSQL of our own. Rules:
 * private_cluster.h. */
#include "store/cluster.h"
#include "base/digest.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SOCKET_PATH_MAX 107 /* sockaddr_un.sun_path is 108 with its NUL */
#define ANSWERS_WITHIN_US 60000000
#define RECOVERS_WITHIN_US 600000000
#define STOPS_WITHIN_US 30000000
#define LOG_BYTES_MAX (16 << 20)
#define BACK_OFF_MIN_US 1000000
#define BACK_OFF_MAX_US 30000000

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* ---- where everything is ---- */

static const char *joined(struct toc_cluster *c, const char *dir, const char *name)
{
	return toc_arena_printf(c->arena, "%s/%s", dir, name).p;
}

static void choose_socket_dir(struct toc_cluster *c)
{
	static const char socket_name[] = "/.s.PGSQL." TOC_CLUSTER_PORT;
	struct toc_sha256 digest = toc_sha256(toc_str_of(c->state_dir));

	c->socket_dir = c->run_dir;
	if (strlen(c->run_dir) + sizeof socket_name - 1 > SOCKET_PATH_MAX)
		c->socket_dir = toc_arena_printf(c->arena, "/tmp/tocsin-%.*s",
						 TOC_STR_ARGS(toc_hex(c->arena, digest.b, 8)))
					.p;
}

static int lay_out(const struct toc_cluster_options *o, struct toc_cluster **ret_cluster,
		   struct toc_error *reterr)
{
	struct toc_arena *arena = toc_arena_new();
	struct toc_cluster *c = toc_arena_alloc(arena, sizeof *c);
	char parent[PATH_MAX], real[PATH_MAX];
	int r;

	c->arena = arena;
	c->back_off_us = BACK_OFF_MIN_US;
	r = toc_account_find(o->user, &c->account, reterr);
	if (r < 0)
		goto out;
	c->socket_group = o->socket_group && c->account.other ? o->socket_group : c->account.gid;

	/* the directory may not be there yet, its parent has to be */
	snprintf(parent, sizeof parent, "%s", o->state_dir);
	for (size_t n = strlen(parent); n > 1 && parent[n - 1] == '/'; n--)
		parent[n - 1] = 0;
	if (!realpath(parent, real)) {
		char *slash = strrchr(parent, '/');
		const char *name = slash ? slash + 1 : parent;
		const char *dir = !slash ? "." : slash == parent ? "/" : parent;
		if (slash)
			*slash = 0;
		if (!realpath(dir, real)) {
			r = toc_fail(reterr, TOC_EIO, "private PostgreSQL: %s: %s", dir, strerror(errno));
			goto out;
		}
		c->state_dir = toc_arena_printf(arena, "%s/%s", strcmp(real, "/") ? real : "", name).p;
	} else {
		c->state_dir = toc_arena_cstr(arena, toc_str_of(real));
	}
	c->data_dir = joined(c, c->state_dir, "pg");
	c->run_dir = joined(c, c->state_dir, "run");
	c->keys_dir = joined(c, c->state_dir, "keys");
	c->log = joined(c, c->run_dir, "postgresql.log");
	choose_socket_dir(c);
	*ret_cluster = c;
	return 0;
out:
	toc_arena_free(arena);
	return r;
}

/* @return the major version that made the data directory; 0: there is none; TOC_EIO */
static int made_by(const struct toc_cluster *c, struct toc_error *reterr)
{
	char path[PATH_MAX], version[16] = "";
	struct stat st;

	snprintf(path, sizeof path, "%s/PG_VERSION", c->data_dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && lstat(c->data_dir, &st) < 0 && errno == ENOENT)
		return 0;
	ssize_t n = fd < 0 ? -1 : read(fd, version, sizeof version - 1);
	if (fd >= 0)
		close(fd);
	int major = n > 0 ? atoi(version) : 0;
	if (major > 0)
		return major;
	return toc_fail(
		reterr, TOC_EIO,
		"private PostgreSQL: %s is there, but is not a cluster that we can read: move it away",
		c->data_dir);
}

/* ---- is one running already? ---- */

struct running {
	pid_t pid;
	bool ours;
};

/* A postmaster works in its data directory: this tells it from another process that has got its number. */
static bool works_in(pid_t pid, const char *dir)
{
	char link[64], at[PATH_MAX];

	snprintf(link, sizeof link, "/proc/%d/cwd", (int)pid);
	ssize_t n = readlink(link, at, sizeof at - 1);
	if (n < 0)
		return errno == EACCES && kill(pid, 0) < 0 && errno == EPERM; /* somebody else's: see ours */
	at[n] = 0;
	return strcmp(at, dir) == 0;
}

/* postmaster.pid: pid, data directory, start time, port, socket directory, listen address, shared memory,
 * status */
static struct running look(const struct toc_cluster *c)
{
	struct running none = { 0 }, found = { 0 };
	char path[PATH_MAX], line[8][PATH_MAX] = { 0 };
	struct stat st;
	int n = 0;

	snprintf(path, sizeof path, "%s/postmaster.pid", c->data_dir);
	FILE *f = fopen(path, "re");
	if (!f)
		return none;
	while (n < 8 && fgets(line[n], PATH_MAX, f)) {
		line[n][strcspn(line[n], "\n")] = 0;
		n++;
	}
	fclose(f);
	found.pid = (pid_t)strtol(line[0], NULL, 10);
	if (found.pid <= 1 || !works_in(found.pid, c->data_dir))
		return none;
	snprintf(path, sizeof path, "/proc/%d", (int)found.pid);
	/* a postmaster that has just begun has not written its last lines yet: that can only be ours */
	found.ours = stat(path, &st) == 0 && st.st_uid == c->account.uid &&
		     (n < 6 || (strcmp(line[4], c->socket_dir) == 0 && line[5][0] == 0));
	return found;
}

static bool alive(struct toc_cluster *c)
{
	if (c->pid == 0)
		return false;
	bool is = c->child ? waitpid(c->pid, NULL, WNOHANG) == 0 : works_in(c->pid, c->data_dir);
	if (!is)
		c->pid = 0;
	return is;
}

/* ---- start ---- */

static void exec_postgres(const struct toc_cluster *c)
{
	static const char *const setting[] = {
		/* who may connect */
		"listen_addresses=",
		("port=" TOC_CLUSTER_PORT),     /* names the socket */
		"unix_socket_permissions=0777", /* the directory is the door */
		"password_encryption=scram-sha-256",
		/* what is answered is kept */
		"fsync=on",
		"full_page_writes=on",
		"synchronous_commit=on",
		/* no content in the log: no DETAIL, no statements, no parameters */
		"log_error_verbosity=terse",
		"log_statement=none",
		"log_min_duration_statement=-1",
		"log_min_error_statement=panic",
		"log_parameter_max_length=0",
		"log_parameter_max_length_on_error=0",
		"logging_collector=off",
	};
	enum { N = sizeof setting / sizeof *setting };
	char program[PATH_MAX], socket_dir[PATH_MAX + 32];
	const char *argv[2 * N + 8];
	int n = 0;

	snprintf(program, sizeof program, "%s/postgres", c->bin_dir);
	snprintf(socket_dir, sizeof socket_dir, "unix_socket_directories=%s", c->socket_dir);
	argv[n++] = program;
	argv[n++] = "-D";
	argv[n++] = c->data_dir;
	argv[n++] = "-c";
	argv[n++] = socket_dir;
	for (int i = 0; i < N; i++) {
		argv[n++] = "-c";
		argv[n++] = setting[i];
	}
	argv[n] = NULL;
	execve(program, (char *const *)argv, toc_account_environment);
}

/* In the child. The log of all starts; one before it is kept. */
static int open_log(const struct toc_cluster *c)
{
	char before[PATH_MAX + 8];
	struct stat st;

	snprintf(before, sizeof before, "%s.1", c->log);
	if (lstat(c->log, &st) == 0 && st.st_size > LOG_BYTES_MAX)
		(void)rename(c->log, before);
	return open(c->log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
}

static int spawn(struct toc_cluster *c, struct toc_error *reterr)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return toc_fail(reterr, TOC_EIO, "private PostgreSQL: fork: %s", strerror(errno));
	if (pid == 0) {
		sigset_t none;
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		toc_account_become(&c->account);
		setsid();
		/* after the change of user, which would clear it; and our parent may be gone already */
		if (prctl(PR_SET_PDEATHSIG, SIGINT) < 0 || getppid() != parent)
			_exit(1);
		umask(077);
		int null = open("/dev/null", O_RDONLY), log = open_log(c);
		if (dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
			_exit(1);
		close_range(3, ~0u, 0);
		exec_postgres(c);
		_exit(127);
	}
	c->pid = pid;
	c->child = true;
	return 0;
}

/* What the log says last: the reason that it did not start. */
static void last_of_log(const struct toc_cluster *c, char *ret_line, size_t cap)
{
	char end[2048];
	int fd = open(c->log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	off_t from = size > (off_t)sizeof end - 1 ? size - (off_t)(sizeof end - 1) : 0;
	ssize_t n = fd < 0 ? 0 : pread(fd, end, sizeof end - 1, from);

	if (fd >= 0)
		close(fd);
	end[n > 0 ? n : 0] = 0;
	const char *line = end, *fatal = NULL;
	for (char *next = end; (next = strstr(next, "FATAL:")) != NULL; next++)
		fatal = next;
	if (fatal)
		line = fatal;
	snprintf(ret_line, cap, "%.*s", (int)strcspn(line, "\n"), line);
}

static int wait_until_it_answers(struct toc_cluster *c, struct toc_error *reterr)
{
	int64_t begun = toc_clock_mono_us();
	char line[200];

	for (;;) {
		PGPing ping = PQping(c->conninfo[TOC_CLUSTER_ADMIN]);
		if (ping == PQPING_OK)
			return 0;
		if (!alive(c)) {
			last_of_log(c, line, sizeof line);
			return toc_fail(reterr, TOC_EIO,
					"private PostgreSQL: it stopped while starting: %s (see %s)",
					line[0] ? line : "no reason given", c->log);
		}
		int64_t limit = ping == PQPING_REJECT ? RECOVERS_WITHIN_US
						      : ANSWERS_WITHIN_US; /* recovery takes its time */
		if (toc_clock_mono_us() - begun > limit)
			return toc_fail(reterr, TOC_EIO,
					"private PostgreSQL: it runs (pid %d) but does not answer in %s",
					(int)c->pid, c->socket_dir);
		pause_ms(30);
	}
}

/* One of ours may still run: its parent was killed. It is told to stop then, and may be on its way out: so
 * take it if it answers, and wait for its end if it does not. */
static int adopt_or_spawn(struct toc_cluster *c, struct toc_error *reterr)
{
	int64_t begun = toc_clock_mono_us();

	for (;;) {
		struct running r = look(c);
		if (r.pid == 0)
			return spawn(c, reterr);
		if (!r.ours)
			return toc_fail(reterr, TOC_ECONFLICT,
					"private PostgreSQL: a PostgreSQL that we did not start (pid %d) "
					"runs in %s: stop it, or choose "
					"another state directory",
					(int)r.pid, c->data_dir);
		if (PQping(c->conninfo[TOC_CLUSTER_ADMIN]) == PQPING_OK) {
			c->pid = r.pid;
			c->child = false;
			return 0;
		}
		if (toc_clock_mono_us() - begun > ANSWERS_WITHIN_US)
			return toc_fail(reterr, TOC_EIO,
					"private PostgreSQL: pid %d neither answers nor ends", (int)r.pid);
		pause_ms(50);
	}
}

int toc_cluster_start(const struct toc_cluster_options *options, struct toc_cluster **ret_cluster,
		      struct toc_error *reterr)
{
	struct toc_cluster *c = NULL;
	int r = lay_out(options, &c, reterr), major;

	if (r < 0)
		return r;
	r = toc_cluster_make_directories(c, reterr);
	if (r < 0)
		goto out;
	r = major = made_by(c, reterr);
	if (r < 0)
		goto out;
	r = toc_cluster_find_programs(c, options->bin_dir, (unsigned)major, reterr);
	if (r == 0)
		r = toc_cluster_passwords(c, major == 0, reterr);
	if (r == 0 && major == 0)
		r = toc_cluster_initdb(c, reterr);
	if (r == 0)
		r = adopt_or_spawn(c, reterr);
	if (r == 0)
		r = wait_until_it_answers(c, reterr);
	if (r == 0)
		r = toc_cluster_furnish(c, reterr);
	if (r == 0) {
		*ret_cluster = c;
		return 0;
	}
out:
	toc_cluster_stop(c);
	return r;
}

int toc_cluster_open(const struct toc_cluster_options *options, struct toc_cluster **ret_cluster,
		     struct toc_error *reterr)
{
	struct toc_cluster *c = NULL;
	int r = lay_out(options, &c, reterr);

	if (r < 0)
		return r;
	int major = made_by(c, reterr);
	if (major == 0)
		r = toc_fail(reterr, TOC_ENOTFOUND, "private PostgreSQL: there is none in %s", c->state_dir);
	else
		r = major < 0 ? major : toc_cluster_passwords(c, false, reterr);
	if (r < 0) {
		toc_cluster_free(c);
		return r;
	}
	c->major = (unsigned)major;
	c->pid = look(c).pid;
	*ret_cluster = c;
	return 0;
}

/* ---- while it runs ---- */

int toc_cluster_supervise(struct toc_cluster *c, int64_t mono_now_us, struct toc_error *reterr)
{
	char line[200];

	if (alive(c)) {
		if (mono_now_us > c->next_start_us + BACK_OFF_MAX_US)
			c->back_off_us = BACK_OFF_MIN_US;
		return 0;
	}
	if (mono_now_us < c->next_start_us) {
		last_of_log(c, line, sizeof line);
		return toc_fail(reterr, TOC_EIO,
				"private PostgreSQL: it has stopped and is started again in %lld s: %s",
				(long long)(c->next_start_us - mono_now_us + 999999) / 1000000, line);
	}
	struct running r = look(c);
	if (r.pid && !r.ours)
		return toc_fail(reterr, TOC_EIO, "private PostgreSQL: somebody else's (pid %d) runs in %s",
				(int)r.pid, c->data_dir);
	c->next_start_us = mono_now_us + c->back_off_us;
	c->back_off_us = c->back_off_us * 2 < BACK_OFF_MAX_US ? c->back_off_us * 2 : BACK_OFF_MAX_US;
	int started = spawn(c, reterr);
	return started < 0 ? started : 1;
}

static bool ends_within(struct toc_cluster *c, int64_t limit_us)
{
	int64_t begun = toc_clock_mono_us();

	while (alive(c)) {
		if (toc_clock_mono_us() - begun > limit_us)
			return false;
		pause_ms(20);
	}
	return true;
}

void toc_cluster_stop(struct toc_cluster *c)
{
	if (c && alive(c)) {
		kill(c->pid, SIGINT); /* fast shutdown */
		if (!ends_within(c, STOPS_WITHIN_US)) {
			kill(c->pid, SIGQUIT); /* immediate: recovery at the next start */
			(void)ends_within(c, STOPS_WITHIN_US / 3);
		}
	}
	toc_cluster_free(c);
}

void toc_cluster_free(struct toc_cluster *c)
{
	if (!c)
		return;
	for (int i = 0; i < TOC_CLUSTER_ROLES; i++) {
		toc_wipe(c->password[i], sizeof c->password[i]);
		if (c->conninfo[i])
			toc_wipe((char *)c->conninfo[i], strlen(c->conninfo[i]));
	}
	toc_arena_free(c->arena);
}

const char *toc_cluster_conninfo(const struct toc_cluster *c, enum toc_cluster_role role)
{
	return c->conninfo[role];
}

pid_t toc_cluster_pid(const struct toc_cluster *c)
{
	return c->pid;
}

gid_t toc_cluster_socket_group(const struct toc_cluster *c)
{
	return c->socket_group;
}

const char *toc_cluster_socket_dir(const struct toc_cluster *c)
{
	return c->socket_dir;
}

const char *toc_cluster_data_dir(const struct toc_cluster *c)
{
	return c->data_dir;
}
