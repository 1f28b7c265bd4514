/* cluster.h: the private cluster's inside, for private_cluster.c and cluster_*.c only. */
#ifndef TOC_STORE_CLUSTER_H
#define TOC_STORE_CLUSTER_H

#include "base/memory.h"
#include "store/private_cluster.h"

#include <limits.h>

#define TOC_CLUSTER_ROLES 6
#define TOC_CLUSTER_PORT "5432" /* the socket's name only; nothing listens on a port */
#define TOC_PG_OLDEST 15

struct toc_account {
	char name[64];
	uid_t uid;
	gid_t gid;
	bool other; /* than the one we are: we are root, and have to become it */
};

struct toc_cluster {
	struct toc_arena *arena;
	struct toc_account account;
	const char *state_dir, *data_dir, *run_dir, *keys_dir, *socket_dir, *log;
	const char *bin_dir;
	unsigned major; /* of bin_dir */
	gid_t socket_group;
	const char *conninfo[TOC_CLUSTER_ROLES];
	char password[TOC_CLUSTER_ROLES][64];

	pid_t pid;  /* 0: does not run */
	bool child; /* ours to reap; else adopted */
	int64_t next_start_us, back_off_us;
};

/* ---- cluster_account.c: doing things as the account that PostgreSQL runs as ---- */

int toc_account_find(const char *wanted, struct toc_account *ret_account,
		     struct toc_error *reterr) TOC_MUSTCHECK;
/** In a child: become the account for good. Exits when it cannot. */
void toc_account_become(const struct toc_account *a);
/** Run a function in a child that has become the account. @return its value (0 to 255), or TOC_EIO */
int toc_account_call(const struct toc_account *a, int (*function)(void *ctx), void *ctx) TOC_MUSTCHECK;
/** Run a program as the account; `ret_output` gets the end of what it wrote, NUL-terminated.
 * @return its exit status, 127 when it could not be run, 128 + signal */
int toc_account_run(const struct toc_account *a, const char *const *argv, char *ret_output,
		    size_t cap) TOC_MUSTCHECK;
/** Environment of what we run: no PG* variable of ours reaches it. */
extern char *const toc_account_environment[];
/** Can the account search this directory and all above it? One sentence when not. */
int toc_account_can_search(const struct toc_account *a, const char *dir,
			   struct toc_error *reterr) TOC_MUSTCHECK;

/* ---- cluster_make.c: programs, directories, passwords, initdb ---- */

/** @param wanted_major of the cluster that is there; 0: none, the newest will do */
int toc_cluster_find_programs(struct toc_cluster *c, const char *bin_dir, unsigned wanted_major,
			      struct toc_error *reterr) TOC_MUSTCHECK;
int toc_cluster_make_directories(struct toc_cluster *c, struct toc_error *reterr) TOC_MUSTCHECK;
/** Read the passwords. @param make generate those that are missing */
int toc_cluster_passwords(struct toc_cluster *c, bool make, struct toc_error *reterr) TOC_MUSTCHECK;
/** initdb beside its place, then into its place in one rename: a cluster is whole or is not there. */
int toc_cluster_initdb(struct toc_cluster *c, struct toc_error *reterr) TOC_MUSTCHECK;
/** Once it answers: the database, the schema, the passwords of the roles. */
int toc_cluster_furnish(struct toc_cluster *c, struct toc_error *reterr) TOC_MUSTCHECK;

#endif
