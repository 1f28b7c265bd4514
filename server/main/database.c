/* database.c: see database.h. */
#include "main/database.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "base/time.h"
#include "store/store.h"

const char *toc_database_as(struct toc_arena *a, const char *conninfo, const char *role)
{
	if (strncmp(conninfo, "postgresql://", 13) != 0 && strncmp(conninfo, "postgres://", 11) != 0)
		return toc_arena_printf(a, "%s options='-c role=%s'", conninfo, role).p;
	return toc_arena_printf(a, "%s%coptions=-c%%20role%%3D%s", conninfo, strchr(conninfo, '?') ? '&' : '?', role).p;
}

static struct toc_cluster_options cluster_options(const struct toc_config *c)
{
	const char *user = toc_config_text(c, TOC_OPT_USER);
	return (struct toc_cluster_options){ .state_dir = toc_config_text(c, TOC_OPT_STATE), .user = *user ? user : NULL };
}

int toc_database_open(struct toc_database *ret, const struct toc_config *c, const struct toc_state *state,
                      struct toc_error *reterr)
{
	struct toc_database d = { .admin = toc_config_text(c, TOC_OPT_DATABASE), .socket_group = (gid_t)-1 };
	unsigned applied = 0;
	int r;
	if (*d.admin) {
		const char *keeper = toc_config_text(c, TOC_OPT_DATABASE_KEEPER), *archive = toc_config_text(c, TOC_OPT_DATABASE_ARCHIVE),
			   *signer = toc_config_text(c, TOC_OPT_DATABASE_SIGNER), *auditor = toc_config_text(c, TOC_OPT_DATABASE_AUDITOR),
			   *eraser = toc_config_text(c, TOC_OPT_DATABASE_ERASER);
		d.keeper = *keeper ? keeper : toc_database_as(c->arena, d.admin, "tocsin_app");
		d.archive = *archive ? archive : toc_database_as(c->arena, d.admin, "tocsin_reader");
		d.auditor = *auditor ? auditor : toc_database_as(c->arena, d.admin, "tocsin_auditor");
		d.signer = *signer ? signer : toc_database_as(c->arena, d.admin, "tocsin_signer");
		d.eraser = *eraser ? eraser : toc_database_as(c->arena, d.admin, "tocsin_eraser");
		r = toc_store_migrate(d.admin, &applied, reterr);
		if (r == 0 && applied)
			toc_log(TOC_LOG_INFO, "migrated", "the database has %u new migrations", applied);
	} else {
		struct toc_cluster_options o = cluster_options(c);
		char *data = toc_state_path(state, "pg");
		struct stat st;
		if (stat(data, &st) < 0)
			fprintf(stderr, "tocsind: making a private PostgreSQL cluster in %s\n", data);
		free(data);
		r = toc_cluster_start(&o, &d.cluster, reterr);
		if (r == 0) {
			d.admin = toc_cluster_conninfo(d.cluster, TOC_CLUSTER_ADMIN);
			d.keeper = toc_cluster_conninfo(d.cluster, TOC_CLUSTER_APP);
			d.archive = toc_cluster_conninfo(d.cluster, TOC_CLUSTER_READER);
			d.auditor = toc_cluster_conninfo(d.cluster, TOC_CLUSTER_AUDITOR);
			d.signer = toc_cluster_conninfo(d.cluster, TOC_CLUSTER_SIGNER);
			d.eraser = toc_cluster_conninfo(d.cluster, TOC_CLUSTER_ERASER);
			d.socket_group = toc_cluster_socket_group(d.cluster);
		}
	}
	if (r == 0)
		*ret = d;
	return r;
}

void toc_database_supervise(struct toc_database *d)
{
	struct toc_error e = { 0 };
	int r = d->cluster ? toc_cluster_supervise(d->cluster, toc_clock_mono_us(), &e) : 0;
	if (r == 1)
		toc_log(TOC_LOG_ERROR, "database_died", "the private PostgreSQL was dead and has been started again");
	else if (r < 0 && !d->troubled)
		toc_log(TOC_LOG_ERROR, "database_dead", "%s", e.text);
	d->troubled = r < 0;
}

void toc_database_close(struct toc_database *d)
{
	toc_cluster_stop(d->cluster);
	*d = (struct toc_database){ .socket_group = (gid_t)-1 };
}

int toc_database_status(const struct toc_config *c)
{
	const char *conninfo = toc_config_text(c, TOC_OPT_DATABASE);
	struct toc_cluster *cluster = NULL;
	struct toc_store_status s;
	struct toc_error e;
	struct toc_arena *a = toc_arena_new();
	int code = 1;
	if (!*conninfo) {
		struct toc_cluster_options o = cluster_options(c);
		if (toc_cluster_open(&o, &cluster, &e) < 0)
			goto out;
		printf("private cluster  %s (%s)\n", toc_cluster_data_dir(cluster), toc_cluster_pid(cluster) ? "running" : "stopped");
		if (!toc_cluster_pid(cluster)) {
			toc_fail(&e, TOC_EIO, "the private PostgreSQL does not run: it is started by tocsind serve");
			goto out;
		}
		conninfo = toc_cluster_conninfo(cluster, TOC_CLUSTER_ADMIN);
	}
	if (toc_store_status(conninfo, &s, &e) < 0)
		goto out;
	printf("PostgreSQL       %s%s\nschema           %u\nledger           %llu entries\nroot             %.*s\nsize             %lld bytes\n",
	       s.server_version, s.read_only ? " (read-only)" : "", s.migration, (unsigned long long)s.size,
	       TOC_STR_ARGS(toc_hex(a, s.root.b, sizeof s.root.b)), (long long)s.bytes);
	code = 0;
out:
	if (code)
		fprintf(stderr, "tocsind: %s\n", e.text);
	toc_cluster_free(cluster);
	toc_arena_free(a);
	return code;
}
