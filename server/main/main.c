/* main.c: tocsind. As an operator starts it: one of the commands. As it starts itself: one part of the server. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/log.h"
#include "courier/courier.h"
#include "eraser/eraser.h"
#include "front/front.h"
#include "keeper/keeper.h"
#include "main/config.h"
#include "main/database.h"
#include "main/heritage.h"
#include "main/journal.h"
#include "main/log_key.h"
#include "main/rights.h"
#include "main/serve.h"
#include "measure/metrics.h"
#include "signer/signer.h"

extern char **environ;

/* The parts of the server: what they are called with, and how many descriptors they may have. */
static const struct part {
	const char *title, *name;
	int (*run)(const struct toc_value *heritage);
	unsigned files;
} parts[] = {
	{ ":front", "tocsin-front", toc_front_main, 1000200 },
	{ ":keeper", "tocsin-keeper", toc_keeper_main, 1024 },
	{ ":archive", "tocsin-archive", toc_archive_main, 1024 },
	{ ":courier", "tocsin-courier", toc_courier_main, 4096 },
	{ ":signer", "tocsin-signer", toc_signer_main, 1024 },
	{ ":eraser", "tocsin-eraser", toc_eraser_main, 1024 },
};

static enum toc_log_level level_of(struct toc_str name)
{
	return toc_str_is(name, "error") ? TOC_LOG_ERROR :
	       toc_str_is(name, "warn")  ? TOC_LOG_WARN :
	       toc_str_is(name, "debug") ? TOC_LOG_DEBUG :
	                                   TOC_LOG_INFO;
}

static int run_part(const struct part *part)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *heritage;
	struct toc_error e;
	prctl(PR_SET_NAME, part->name);
	if (toc_heritage_read(a, TOC_HERITAGE_FD, &heritage, &e) < 0 ||
	    toc_rights_drop(toc_get(heritage, "user"), part->files, &e) < 0) {
		fprintf(stderr, "tocsind %s: %s\n", part->title, e.text);
		return 2;
	}
	if (toc_metrics_inherit(toc_get(heritage, "metrics"), (unsigned)toc_get_int(heritage, "index", 0)) < 0) {
		fprintf(stderr, "tocsind %s: metrics: %s\n", part->title, strerror(errno));
		return 2;
	}
	signal(SIGXFSZ, SIG_IGN); /* a file at its limit is an error of write, as a full disk is */
	toc_log_init(part->title + 1, level_of(toc_get_text(heritage, "log")));
	int code = part->run(heritage);
	toc_arena_free(a);
	return code;
}

/* Descriptors 0 to 2 are what they always are, so that nothing we open is taken for them. */
static void have_standard_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) != fd)
			abort();
}

int main(int argc, char **argv)
{
	struct toc_config c;
	struct toc_error e;
	int code = 0;
	have_standard_streams();
	for (size_t i = 0; argc > 1 && i < sizeof parts / sizeof *parts; i++)
		if (!strcmp(argv[1], parts[i].title))
			return run_part(&parts[i]);
	if (toc_config_read(&c, argc, argv, environ, &e) < 0) {
		fprintf(stderr, "tocsind: %s\n", e.text);
		toc_config_done(&c);
		return 2;
	}
	switch (c.command) {
	case TOC_CMD_SERVE:
	case TOC_CMD_DEMO: code = toc_serve(&c); break;
	case TOC_CMD_CHECK_CONFIG: toc_config_print(&c, stdout); break;
	case TOC_CMD_DB_STATUS: code = toc_database_status(&c); break;
	case TOC_CMD_LOG_NEW: code = toc_log_new_generation(&c); break;
	case TOC_CMD_JOURNAL_LIST: code = toc_journal_list(&c); break;
	case TOC_CMD_JOURNAL_DROP: code = toc_journal_drop(&c); break;
	case TOC_CMD_HELP: toc_config_help(c.help_for, stdout); break;
	case TOC_CMD_MANUAL: toc_config_manual(stdout); break;
	case TOC_CMD_VERSION: puts("tocsind " TOC_VERSION); break;
	case TOC_CMD_NONE: break;
	}
	toc_config_done(&c);
	return code;
}
