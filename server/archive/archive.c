/* archive.c: the archive as a process. */
#include "archive/archive.h"

#include "base/log.h"
#include "confine/confine.h"
#include "ipc/press.h"

#include <linux/close_range.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONTROL_FD 4
#define DEAF_US 10000000 /* a report lies there untaken: whoever should take it, in milliseconds, is stopped, or hangs */
#define PATIENCE_US 30000000 /* in which others may ask, too: a report is not printed meanwhile */

/* The press, as a program of its own, before starting programs is given up. It inherits nothing but its end of the socket.
 * @return ours, or -1: no reports are printed */
static int start_press(const char *program)
{
	char *const argv[] = { (char *)(uintptr_t)program, NULL };
	int pair[2];

	if (!program || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		if (pair[1] != TOC_PRESS_FD ? dup2(pair[1], TOC_PRESS_FD) < 0 : dup3(pair[1], TOC_PRESS_FD, 0) < 0)
			_exit(71);
		close_range(TOC_PRESS_FD + 1, ~0U, 0);
		execv(program, argv);
		_exit(72);
	}
	close(pair[1]);
	if (pid < 0)
		close(pair[0]);
	return pid < 0 ? -1 : pair[0];
}

static bool is_gone(int press)
{
	char byte;

	return press >= 0 && recv(press, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* @param since_us since when something lies there; 0: nothing does */
static bool is_deaf(int press, int64_t *since_us)
{
	int64_t now = toc_clock_mono_us();
	int untaken = 0;

	if (press < 0 || ioctl(press, SIOCOUTQ, &untaken) < 0 || !untaken)
		*since_us = 0;
	else if (!*since_us)
		*since_us = now;
	return *since_us && now - *since_us >= DEAF_US;
}

/* What prints reports is gone, or takes none, and cannot be made again by who may start no programs: the parent makes both anew;
 * it ends with the archive, stopped or not. Who is being answered is answered to the end. @return exit code */
static int serve(struct toc_archive *a, int press)
{
	int64_t until_us = 0, untaken_us = 0;

	while (toc_archive_turn(a, TOC_SECONDS(1)) == 0) {
		bool deaf = is_deaf(press, &untaken_us);
		if (!deaf && !is_gone(press))
			continue;
		if (!until_us) {
			toc_log(TOC_LOG_ERROR, deaf ? "press_deaf" : "press_gone", "tocsin-press %s: the archive begins anew, with another",
				deaf ? "takes no report" : "is gone");
			until_us = toc_clock_mono_us() + PATIENCE_US;
		}
		if (toc_archive_is_idle(a) || toc_clock_mono_us() >= until_us)
			return 1;
	}
	return 0;
}

int toc_archive_main(const struct toc_value *heritage)
{
	struct toc_arena *arena = toc_arena_new();
	struct toc_archive_options o = { .control = CONTROL_FD, .press = -1, .limits = toc_get(heritage, "limits") };
	const char *conninfo = toc_heritage_text(arena, heritage, "conninfo");
	int code = 1;

	o.auditor = toc_heritage_text(arena, heritage, "auditor");
	if (!conninfo || toc_heritage_key(heritage, "grant_key", o.grant_key) < 0 ||
	    toc_vkey_parse(toc_get_text(heritage, "log_vkey"), &o.log, NULL) < 0 ||
	    !(o.ring = toc_heritage_keyring(heritage))) {
		toc_log(TOC_LOG_ERROR, "heritage", "the parent's heritage lacks something");
		toc_arena_free(arena);
		return code;
	}
	o.press = start_press(toc_heritage_text(arena, heritage, "press"));
	o.store = toc_store_pg_new(conninfo, true);
	struct toc_archive *a = toc_archive_new(&o);
	toc_wipe(o.grant_key, sizeof o.grant_key);
	if (toc_heritage_fronts(heritage, toc_archive_child(a)) < 0) {
		toc_log(TOC_LOG_ERROR, "heritage", "front_fds are not descriptors");
	} else {
		(void)toc_confine(toc_get_bool(heritage, "network")); /* logged; best effort */
		/* Serving from the start: without a database every READ is answered BUSY, which the front
		 * understands. */
		toc_child_ready(toc_archive_child(a), "serving");
		code = serve(a, o.press);
	}
	toc_archive_free(a);
	toc_arena_free(arena);
	return code;
}
