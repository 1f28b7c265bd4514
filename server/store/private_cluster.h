/* private_cluster.h: a PostgreSQL of our own, for demonstrations, tests and single nodes without a database
 * URL.
 *
 *   STATE/pg     the cluster: data checksums, SCRAM, UTF-8. Never deleted, never upgraded by us
 *   STATE/run    socket and postgresql.log; a directory under /tmp when the socket's path would be over 107
 * bytes STATE/keys   pg-admin, pg-app, pg-reader, pg-signer, pg-auditor, pg-eraser: generated passwords, 0600, for whoever starts us only
 *
 * It listens on its socket only. PostgreSQL refuses root, so as root all of it runs as an account of its own,
 * which has to be able to search STATE's parents; the socket's directory is 0750 with a group that only those
 * are given who may connect. As a plain user it runs as that user. The postmaster has a session of its own
 * (Ctrl-C is for its parent to hear) and is told to shut down when the process that started it dies. Source:
 * operations manual, "Private PostgreSQL".
 *
 * All calls but supervise may block for seconds; they are for the parent process, which has one thread. */
#ifndef TOC_STORE_PRIVATE_CLUSTER_H
#define TOC_STORE_PRIVATE_CLUSTER_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct toc_cluster_options {
	const char *state_dir; /* made when it is missing (its parent has to be there) */
	const char *user;      /* as root: run PostgreSQL as this account; NULL: tocsin, else postgres */
	const char *bin_dir;   /* of initdb and postgres; NULL: pg_config --bindir, else
				  /usr/lib/postgresql/N/bin */
	/** As root: the group of the socket's directory; 0: the account's own. */
	gid_t socket_group;
};

struct toc_cluster;

/** Make the cluster if there is none, start it or adopt one of ours that still runs, wait until it answers,
 * bring the schema up to date. @return 0; TOC_EIO with one clear sentence; TOC_ECONFLICT: another's
 * PostgreSQL runs there, or the directory is of another major version. Nothing is ever removed. */
int toc_cluster_start(const struct toc_cluster_options *options, struct toc_cluster **ret_cluster,
		      struct toc_error *reterr) __attribute__((warn_unused_result));
/** A cluster that is there, to look at; it is not started. @return 0, TOC_ENOTFOUND when there is none */
int toc_cluster_open(const struct toc_cluster_options *options, struct toc_cluster **ret_cluster,
		     struct toc_error *reterr) __attribute__((warn_unused_result));

enum toc_cluster_role {
	TOC_CLUSTER_ADMIN,  /* superuser: migrations and db status, never at run time */
	TOC_CLUSTER_APP,    /* keeper */
	TOC_CLUSTER_READER, /* archive */
	TOC_CLUSTER_SIGNER,
	TOC_CLUSTER_AUDITOR, /* archive, for what auditors ask */
	TOC_CLUSTER_ERASER,
};
/** For libpq; holds a password. Valid as long as the cluster. */
const char *toc_cluster_conninfo(const struct toc_cluster *c, enum toc_cluster_role role);

pid_t toc_cluster_pid(const struct toc_cluster *c); /* of the postmaster; 0 when it does not run */
/** Supplementary group of processes that connect; as a plain user their own. */
gid_t toc_cluster_socket_group(const struct toc_cluster *c);
const char *toc_cluster_socket_dir(const struct toc_cluster *c);
const char *toc_cluster_data_dir(const struct toc_cluster *c);

/** Is it alive? If it died it is started again, at once and then after 1 s doubling to 30 s. Does not wait
 * until it answers: stores connect by themselves. Call it on SIGCHLD and once a second; whether the caller
 * has reaped the postmaster already does not matter.
 * @return 0 it runs; 1 it was dead and was started again; TOC_EIO it is dead and reterr says why */
int toc_cluster_supervise(struct toc_cluster *c, int64_t mono_now_us, struct toc_error *reterr)
	__attribute__((warn_unused_result));

/** Fast shutdown (sessions are ended, everything is written), after 30 s immediate shutdown; then free. NULL
 * is fine. */
void toc_cluster_stop(struct toc_cluster *c);
void toc_cluster_free(struct toc_cluster *c); /* without stopping it */

#endif
