/* cluster_make.c: what a private cluster is made of: programs, directories, passwords, initdb, database and
 * schema.
 *
 * Nothing here removes a cluster. The one thing that is removed is pg.new, where an initdb was interrupted:
 * no server has ever run in it. */
#include "base/bytes.h"
#include "base/digest.h"
#include "store/cluster.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- programs ---- */

/* "postgres (PostgreSQL) 15.20 (Debian …)" @return 15, or 0 */
static unsigned major_of(const struct toc_cluster *c, const char *bin_dir)
{
	char program[PATH_MAX], initdb[PATH_MAX], output[256];
	const char *const argv[] = { program, "--version", NULL };

	snprintf(program, sizeof program, "%s/postgres", bin_dir);
	snprintf(initdb, sizeof initdb, "%s/initdb", bin_dir);
	if (access(program, X_OK) < 0 || access(initdb, X_OK) < 0 ||
	    toc_account_run(&c->account, argv, output, sizeof output) != 0)
		return 0;
	const char *number = strstr(output, "(PostgreSQL) ");
	return number ? (unsigned)strtoul(number + strlen("(PostgreSQL) "), NULL, 10) : 0;
}

struct choice {
	unsigned wanted; /* 0: the highest */
	unsigned highest;
	char bin_dir[PATH_MAX];
	unsigned major;
};

static void consider(const struct toc_cluster *c, struct choice *choice, const char *bin_dir)
{
	unsigned major = major_of(c, bin_dir);

	if (major > choice->highest)
		choice->highest = major;
	bool better = choice->wanted ? major == choice->wanted && !choice->major : major > choice->major;
	if (major && better) {
		choice->major = major;
		snprintf(choice->bin_dir, sizeof choice->bin_dir, "%s", bin_dir);
	}
}

static void consider_debian(const struct toc_cluster *c, struct choice *choice)
{
	static const char all[] = "/usr/lib/postgresql";
	DIR *d = opendir(all);
	char bin_dir[PATH_MAX];

	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		snprintf(bin_dir, sizeof bin_dir, "%s/%s/bin", all, e->d_name);
		consider(c, choice, bin_dir);
	}
	if (d)
		closedir(d);
}

static void consider_pg_config(const struct toc_cluster *c, struct choice *choice)
{
	static const char *const argv[] = { "/usr/bin/env", "pg_config", "--bindir", NULL };
	char bin_dir[PATH_MAX];

	if (toc_account_run(&c->account, argv, bin_dir, sizeof bin_dir) == 0) {
		bin_dir[strcspn(bin_dir, "\n")] = 0;
		consider(c, choice, bin_dir);
	}
}

int toc_cluster_find_programs(struct toc_cluster *c, const char *bin_dir, unsigned wanted_major,
			      struct toc_error *reterr)
{
	struct choice choice = { .wanted = wanted_major };

	if (bin_dir) {
		consider(c, &choice, bin_dir);
	} else {
		consider_pg_config(c, &choice);
		if (!choice.major)
			consider_debian(c, &choice);
	}
	if (!choice.highest)
		return toc_fail(reterr, TOC_EIO,
				"private PostgreSQL: no postgres and initdb in %s: apt-get install "
				"postgresql, or give a "
				"database URL",
				bin_dir ? bin_dir : "pg_config --bindir and /usr/lib/postgresql/*/bin");
	if (!choice.major)
		return toc_fail(reterr, TOC_ECONFLICT,
				"private PostgreSQL: %s was made by PostgreSQL %u, and the newest here is "
				"%u; nothing was "
				"changed. Install postgresql-%u and start again, or dump with it, move %s "
				"away, and restore",
				c->data_dir, wanted_major, choice.highest, wanted_major, c->data_dir);
	if (choice.major < TOC_PG_OLDEST)
		return toc_fail(reterr, TOC_EUNSUPPORTED,
				"private PostgreSQL: version %u in %s, %d or newer is needed", choice.major,
				choice.bin_dir, TOC_PG_OLDEST);
	c->bin_dir = toc_arena_cstr(c->arena, toc_str_of(choice.bin_dir));
	c->major = choice.major;
	return 0;
}

/* ---- directories ---- */

static int make_directory(const char *path, mode_t mode, uid_t uid, gid_t gid, struct toc_error *reterr)
{
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return toc_fail(reterr, TOC_EIO, "private PostgreSQL: cannot make %s: %s", path,
				strerror(errno));
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		goto failed;
	if (geteuid() != 0 && st.st_uid != geteuid())
		errno = EPERM;
	else if ((geteuid() != 0 || fchown(fd, uid, gid) == 0) && fchmod(fd, mode) == 0)
		return close(fd), 0;
failed:
	toc_fail(reterr, TOC_EIO, "private PostgreSQL: %s is not a directory of ours: %s", path,
		 strerror(errno));
	if (fd >= 0)
		close(fd);
	return TOC_EIO;
}

/* Under /tmp anybody may have been there before us: what is not already PostgreSQL's own is not used. */
static int make_short_directory(struct toc_cluster *c, mode_t mode, struct toc_error *reterr)
{
	struct stat st;

	if (mkdir(c->socket_dir, 0700) == 0 || errno != EEXIST)
		return make_directory(c->socket_dir, mode, c->account.uid, c->socket_group, reterr);
	if (lstat(c->socket_dir, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != c->account.uid ||
	    (st.st_mode & 022))
		return toc_fail(reterr, TOC_EIO, "private PostgreSQL: %s belongs to somebody else: remove it",
				c->socket_dir);
	return make_directory(c->socket_dir, mode, c->account.uid, c->socket_group, reterr);
}

int toc_cluster_make_directories(struct toc_cluster *c, struct toc_error *reterr)
{
	mode_t socket_mode =
		c->account.other ? 0750 : 0700; /* as a plain user a group would be other people */
	mode_t state_mode = c->account.other ? 0755 : 0700;
	int r;

	bool made = mkdir(c->state_dir, 0700) == 0; /* one that is there keeps its mode */
	if ((!made && errno != EEXIST) || (made && chmod(c->state_dir, state_mode) < 0))
		return toc_fail(reterr, TOC_EIO, "private PostgreSQL: cannot make %s: %s", c->state_dir,
				strerror(errno));
	r = toc_account_can_search(&c->account, c->state_dir, reterr);
	if (r == 0)
		r = make_directory(c->keys_dir, 0700, geteuid(), getegid(), reterr);
	if (r == 0)
		r = make_directory(c->run_dir, socket_mode, c->account.uid, c->socket_group, reterr);
	if (r == 0 && strcmp(c->socket_dir, c->run_dir) != 0)
		r = make_short_directory(c, socket_mode, reterr);
	return r;
}

/* ---- passwords ---- */

static const char *const password_file[TOC_CLUSTER_ROLES] = { "pg-admin", "pg-app", "pg-reader",
							       "pg-signer", "pg-auditor", "pg-eraser" };

static int read_password(const char *path, char ret_password[64])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? TOC_ENOTFOUND : TOC_EIO;
	ssize_t n = read(fd, ret_password, 63);
	close(fd);
	if (n <= 0)
		return TOC_EIO;
	ret_password[n] = 0;
	ret_password[strcspn(ret_password, "\n")] = 0;
	return 0;
}

static int make_password(const char *path, char ret_password[64])
{
	struct toc_arena *a = toc_arena_new();
	uint8_t secret[32];
	bool ok = false;

	toc_random(secret, sizeof secret);
	struct toc_str text = toc_base64url(a, secret, sizeof secret);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		ok = write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
		ok = close(fd) == 0 && ok;
	}
	snprintf(ret_password, 64, "%.*s", TOC_STR_ARGS(text));
	toc_wipe((void *)text.p, text.n);
	toc_wipe(secret, sizeof secret);
	toc_arena_free(a);
	return ok ? 0 : TOC_EIO;
}

/* libpq takes quotes around a value, and backslashes inside */
static struct toc_str quoted(struct toc_arena *a, const char *value)
{
	char *out = toc_arena_alloc(a, strlen(value) * 2 + 1), *p = out;

	for (; *value; value++) {
		if (*value == '\'' || *value == '\\')
			*p++ = '\\';
		*p++ = *value;
	}
	return (struct toc_str){ out, (size_t)(p - out) };
}

int toc_cluster_passwords(struct toc_cluster *c, bool make, struct toc_error *reterr)
{
	static const char *const role[] = { "tocsin_admin", "tocsin_app", "tocsin_reader", "tocsin_signer",
					   "tocsin_auditor", "tocsin_eraser" };
	struct toc_str host = quoted(c->arena, c->socket_dir);

	for (int i = 0; i < TOC_CLUSTER_ROLES; i++) {
		char path[PATH_MAX];
		snprintf(path, sizeof path, "%s/%s", c->keys_dir, password_file[i]);
		int r = read_password(path, c->password[i]);
		if (r == TOC_ENOTFOUND &&
		    (make || i != TOC_CLUSTER_ADMIN)) /* the admin sets the others anew */
			r = make_password(path, c->password[i]);
		if (r == TOC_ENOTFOUND)
			return toc_fail(reterr, TOC_EIO,
					"private PostgreSQL: %s is missing, and without it nobody can "
					"administer %s: restore it "
					"from a backup",
					path, c->data_dir);
		if (r < 0)
			return toc_fail(reterr, TOC_EIO, "private PostgreSQL: cannot use %s: %s", path,
					strerror(errno));
		c->conninfo[i] = toc_arena_printf(c->arena,
						  "host='%.*s' port=" TOC_CLUSTER_PORT
						  " dbname=tocsin user=%s password=%s connect_timeout=10",
						  TOC_STR_ARGS(host), role[i], c->password[i])
					 .p;
	}
	return 0;
}

/* ---- initdb ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

/* What two cores and a few sessions need. Durability and who may connect are not here but on the command line
 * (private_cluster.c), where no file can change them. */
static const char settings[] =
	"\n# Tocsin's private cluster: may be changed; what is safety is on the command line\n"
	"max_connections = 40\n"
	"shared_buffers = 128MB\n"
	"effective_cache_size = 1GB\n"
	"max_wal_size = 512MB\n"
	"checkpoint_timeout = 10min\n"
	"max_worker_processes = 4\n"
	"max_parallel_workers_per_gather = 0\n"
	"jit = off\n"
	"timezone = 'UTC'\n"
	"log_timezone = 'UTC'\n"
	"log_min_messages = warning\n";

static int append_settings(void *ctx)
{
	int fd = open(ctx, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 || write(fd, settings, sizeof settings - 1) != (ssize_t)(sizeof settings - 1) ||
	       fsync(fd) < 0 || close(fd) < 0;
}

/* initdb reads the superuser's password from a file of the account's own; it is gone right after. */
static int hand_password(const struct toc_cluster *c, const char *path)
{
	(void)unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return TOC_EIO;
	size_t n = strlen(c->password[TOC_CLUSTER_ADMIN]);
	bool ok = (!c->account.other || fchown(fd, c->account.uid, c->account.gid) == 0) &&
		  write(fd, c->password[TOC_CLUSTER_ADMIN], n) == (ssize_t)n;
	close(fd);
	return ok ? 0 : TOC_EIO;
}

static const char *last_line(char *output)
{
	size_t n = strlen(output);

	while (n > 0 && output[n - 1] == '\n')
		output[--n] = 0;
	const char *line = strrchr(output, '\n');
	return line ? line + 1 : output;
}

int toc_cluster_initdb(struct toc_cluster *c, struct toc_error *reterr)
{
	char fresh[PATH_MAX], program[PATH_MAX], password[PATH_MAX], pwfile[PATH_MAX + 16], output[2048];
	const char *const argv[] = { program,
				     "--pgdata",
				     fresh,
				     "--data-checksums",
				     "--auth=scram-sha-256",
				     "--encoding=UTF8",
				     "--locale=C.UTF-8",
				     "--username=tocsin_admin",
				     pwfile,
				     "--no-instructions",
				     NULL };

	snprintf(fresh, sizeof fresh, "%s.new", c->data_dir);
	snprintf(program, sizeof program, "%s/initdb", c->bin_dir);
	snprintf(password, sizeof password, "%s/initdb-password", c->run_dir);
	snprintf(pwfile, sizeof pwfile, "--pwfile=%s", password);
	(void)nftw(fresh, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* interrupted before; usually not there */
	int r = make_directory(fresh, 0700, c->account.uid, c->account.gid, reterr);
	if (r < 0)
		return r;
	if (hand_password(c, password) < 0)
		return toc_fail(reterr, TOC_EIO, "private PostgreSQL: cannot write %s: %s", password,
				strerror(errno));
	int status = toc_account_run(&c->account, argv, output, sizeof output);
	(void)unlink(password);
	if (status != 0)
		return toc_fail(reterr, TOC_EIO, "private PostgreSQL: initdb failed (%d): %s", status,
				last_line(output));

	char conf[PATH_MAX + 32];
	snprintf(conf, sizeof conf, "%s/postgresql.conf", fresh);
	if (toc_account_call(&c->account, append_settings, conf) != 0)
		return toc_fail(reterr, TOC_EIO, "private PostgreSQL: cannot write %s", conf);
	if (rename(fresh, c->data_dir) < 0)
		return toc_fail(reterr, TOC_EIO, "private PostgreSQL: cannot rename %s: %s", fresh,
				strerror(errno));
	return 0;
}

/* ---- database, schema, roles' passwords ---- */

static int run(PGconn *conn, const char *sql, struct toc_error *reterr)
{
	PGresult *r = PQexec(conn, sql);
	bool ok = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;

	if (!ok) {
		const char *text = PQresultErrorMessage(r);
		(void)toc_fail(reterr, TOC_EIO, "private PostgreSQL: %.*s", (int)strcspn(text, "\n"), text);
	}
	PQclear(r);
	return ok ? 0 : TOC_EIO;
}

static int admin_connect(struct toc_cluster *c, const char *database, PGconn **ret_conn,
			 struct toc_error *reterr)
{
	struct toc_str conninfo =
		toc_arena_printf(c->arena, "%s dbname=%s", c->conninfo[TOC_CLUSTER_ADMIN], database);
	PGconn *conn = PQconnectdb(conninfo.p);

	if (PQstatus(conn) != CONNECTION_OK) {
		const char *text = PQerrorMessage(conn);
		int r = toc_fail(reterr, TOC_EIO, "private PostgreSQL: %.*s", (int)strcspn(text, "\n"), text);
		PQfinish(conn);
		return r;
	}
	*ret_conn = conn;
	return 0;
}

static int make_database(struct toc_cluster *c, struct toc_error *reterr)
{
	PGconn *conn;
	int r = admin_connect(c, "postgres", &conn, reterr);

	if (r < 0)
		return r;
	PGresult *there = PQexec(conn, "select from pg_database where datname = 'tocsin'");
	if (PQresultStatus(there) != PGRES_TUPLES_OK || PQntuples(there) == 0)
		r = run(conn, "create database tocsin template template0 encoding 'UTF8'", reterr);
	PQclear(there);
	PQfinish(conn);
	return r;
}

/* Sent as a SCRAM verifier: the server never sees the password, so it is in no log. */
static int set_password(PGconn *conn, const char *role, const char *password, struct toc_error *reterr)
{
	char sql[512];
	char *verifier = PQencryptPasswordConn(conn, password, role, "scram-sha-256");

	if (!verifier)
		return toc_fail(reterr, TOC_EIO, "private PostgreSQL: cannot encrypt the password of %s",
				role);
	snprintf(sql, sizeof sql, "alter role %s password '%s'", role, verifier);
	PQfreemem(verifier);
	return run(conn, sql, reterr);
}

int toc_cluster_furnish(struct toc_cluster *c, struct toc_error *reterr)
{
	PGconn *conn = NULL;
	int r = make_database(c, reterr);

	if (r == 0)
		r = toc_store_migrate(c->conninfo[TOC_CLUSTER_ADMIN], NULL, reterr);
	if (r == 0)
		r = admin_connect(c, "tocsin", &conn, reterr);
	if (r < 0)
		return r;
	r = set_password(conn, "tocsin_app", c->password[TOC_CLUSTER_APP], reterr);
	if (r == 0)
		r = set_password(conn, "tocsin_reader", c->password[TOC_CLUSTER_READER], reterr);
	if (r == 0)
		r = set_password(conn, "tocsin_signer", c->password[TOC_CLUSTER_SIGNER], reterr);
	if (r == 0)
		r = set_password(conn, "tocsin_auditor", c->password[TOC_CLUSTER_AUDITOR], reterr);
	if (r == 0)
		r = set_password(conn, "tocsin_eraser", c->password[TOC_CLUSTER_ERASER], reterr);
	if (r == 0)
		r = run(conn, "revoke all on database tocsin from public", reterr);
	if (r == 0)
		r = run(conn, "grant connect on database tocsin to tocsin_app, tocsin_reader, tocsin_signer, tocsin_auditor, tocsin_eraser", reterr);
	if (r == 0) /* several times faster than the default; not every build has it, and then that is that */
		(void)run(conn, "alter database tocsin set default_toast_compression = 'lz4'", NULL);
	PQfinish(conn);
	return r;
}
