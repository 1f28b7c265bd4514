/* with_cluster.c: run a program against a throw-away ledger.
 *
 *   with_cluster psql -c 'select * from ledger.tip'
 * The program finds the server as its superuser through libpq's environment (PGHOST, PGDATABASE, …), and the
 * keeper's and the archive's way in TOCSIN_APP and TOCSIN_READER. Its exit status is ours. */
#include "contract/throwaway.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void to_environment(const char *conninfo)
{
	PQconninfoOption *all = PQconninfoParse(conninfo, NULL);

	for (PQconninfoOption *o = all; o && o->keyword; o++)
		if (o->val && o->envvar && setenv(o->envvar, o->val, 1) < 0)
			exit(2);
	PQconninfoFree(all);
}

int main(int argc, char **argv)
{
	int status;

	if (argc < 2) {
		fprintf(stderr, "usage: with_cluster PROGRAM [ARGUMENT…]\n");
		return 2;
	}
	struct toc_cluster *c = throwaway_cluster();
	pid_t pid = fork();
	if (pid == 0) {
		to_environment(toc_cluster_conninfo(c, TOC_CLUSTER_ADMIN));
		setenv("TOCSIN_APP", toc_cluster_conninfo(c, TOC_CLUSTER_APP), 1);
		setenv("TOCSIN_READER", toc_cluster_conninfo(c, TOC_CLUSTER_READER), 1);
		setenv("TOCSIN_AUDITOR", toc_cluster_conninfo(c, TOC_CLUSTER_AUDITOR), 1);
		setenv("TOCSIN_SIGNER", toc_cluster_conninfo(c, TOC_CLUSTER_SIGNER), 1);
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
