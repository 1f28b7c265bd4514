/* database.h: the PostgreSQL that the server uses: the operator's (a URL is given), or a private cluster. */
#ifndef TOC_MAIN_DATABASE_H
#define TOC_MAIN_DATABASE_H

#include <stdbool.h>
#include <sys/types.h>

#include "main/config.h"
#include "main/state.h"
#include "store/private_cluster.h"

struct toc_database {
	struct toc_cluster *cluster; /* NULL: the operator's */
	const char *admin, *keeper, *archive, *auditor, *signer, *eraser; /* conninfo; live as long as the arena of the configuration */
	gid_t socket_group;                   /* for who connects to the private cluster, or (gid_t)-1 */
	bool troubled;                        /* the last look at the cluster failed, and has been logged */
};

/** Start or reach the database and bring its schema up to date. Blocks for seconds; says on stderr what takes so long. */
int toc_database_open(struct toc_database *ret, const struct toc_config *c, const struct toc_state *state,
                      struct toc_error *reterr) TOC_MUSTCHECK;
/** See that a private cluster lives; call once a second and when a child process has ended. */
void toc_database_supervise(struct toc_database *d);
void toc_database_close(struct toc_database *d); /* stops a private cluster */

/** The same URL (or key=value string), taking a role at connection. In the arena. */
const char *toc_database_as(struct toc_arena *a, const char *conninfo, const char *role);

/** tocsind db status. @return the exit code */
int toc_database_status(const struct toc_config *c);

#endif
