/* test_family.c: children are connected, replaced when they die, and stopped, with this program itself as the child.
 *
 * A test child says READY, then answers each frame on its sockets to siblings: a READY with text T that arrives over
 * a channel is sent on to the parent as "PART saw T". What the parent wants it to do is in its heritage ("act"). */
#include "main/family.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "ipc/ipc.h"
#include "main/heritage.h"
#include "main/rights.h"

/* ---- the child ---- */

static void say(int control, const char *text)
{
	struct toc_buf b;
	toc_buf_init(&b, 1024);
	toc_ipc_begin(&b, TOC_IPC_READY);
	toc_ipc_str(&b, toc_str_of(text));
	if (toc_control_send(control, &b, -1) < 0)
		_exit(9);
	toc_buf_done(&b);
}

__attribute__((constructor(101))) static void child(int argc, char **argv, char **environment)
{
	struct toc_value *heritage;
	struct toc_error error;
	(void)environment;
	if (argc < 2 || argv[1][0] != ':')
		return;
	struct toc_arena *a = toc_arena_new();
	if (toc_heritage_read(a, TOC_HERITAGE_FD, &heritage, &error) < 0 || toc_rights_drop(NULL, 64, &error) < 0)
		_exit(8);
	if (toc_get_is(heritage, "act", "stillborn"))
		_exit(7);
	/* Every descriptor that the document names is open, and the one above is not. */
	int next = TOC_FIRST_GIVEN_FD + (toc_get(heritage, "keeper_fd") != NULL) + (toc_get(heritage, "archive_fd") != NULL) +
	           (toc_get(heritage, "courier_fd") != NULL) + (int)toc_len(toc_get(heritage, "front_fds")) +
	           (toc_get(heritage, "extra") ? 1 : 0);
	for (int fd = TOC_CONTROL_FD; fd < next; fd++)
		if (lseek(fd, 0, SEEK_CUR) < 0 && errno == EBADF)
			_exit(6);
	if (lseek(next, 0, SEEK_CUR) >= 0 || errno != EBADF)
		_exit(5);
	/* Greet the sibling: keeper → front 0 and 1. */
	if (!strcmp(argv[1], ":keeper"))
		for (size_t i = 0; i < toc_len(toc_get(heritage, "front_fds")); i++)
			if (write((int)toc_at(toc_get(heritage, "front_fds"), i)->integer, "k", 1) != 1)
				_exit(4);
	char c;
	if (!strcmp(argv[1], ":front") && read((int)toc_get_int(heritage, "keeper_fd", -1), &c, 1) != 1)
		_exit(3);
	say(TOC_CONTROL_FD, "up");
	for (;;) {
		struct pollfd p = { .fd = TOC_CONTROL_FD, .events = POLLIN };
		struct toc_buf b;
		struct toc_frame f;
		int fd = -1;
		poll(&p, 1, -1);
		toc_buf_init(&b, 4096);
		int r = toc_control_receive(TOC_CONTROL_FD, &b, &f, &fd);
		if (r == TOC_ECLOSED || (r == 1 && f.number == TOC_IPC_DRAIN))
			_exit(0);
		if (r == 1 && f.number == TOC_IPC_PEER && !strcmp(argv[1], ":front") && read(fd, &c, 1) == 1)
			say(TOC_CONTROL_FD, "peer");
		toc_buf_done(&b);
	}
}

/* ---- the parent ---- */

static const char *act;
static int extra = -1;
static struct toc_family *family;

static struct toc_value *heritage(void *ctx, struct toc_arena *a, enum toc_part_name part, unsigned index, int first_fd,
                                  int ret_give[TOC_GIVE_MAX], size_t *ret_n)
{
	struct toc_value *h = toc_value_map(a);
	(void)ctx;
	(void)index;
	if (act)
		toc_set_cstr(a, h, "act", act);
	if (extra >= 0 && part == TOC_FRONT) {
		toc_set_int(a, h, "extra", first_fd);
		ret_give[(*ret_n)++] = extra;
	}
	return h;
}

/* Run the owner's loop until `done` or for 10 s. */
static int live(bool (*done)(void), struct toc_error *error)
{
	int64_t until = toc_clock_mono_us() + 10 * 1000000;
	while (!done() && toc_clock_mono_us() < until) {
		struct pollfd fds[8];
		size_t n = toc_family_fds(family, fds, 8);
		int status, r;
		pid_t pid;
		poll(fds, n, 10);
		toc_time now = { toc_clock_mono_us() };
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			toc_family_reaped(family, pid, status, now);
		r = toc_family_step(family, now, error);
		if (r < 0)
			return r;
	}
	return done() ? 0 : TOC_ETIMEOUT;
}
static bool all_ready(void)
{
	return toc_family_is_ready(family);
}
static bool never(void)
{
	return false;
}
static bool none_alive(void)
{
	return toc_family_alive(family, TOC_FRONT) + toc_family_alive(family, TOC_KEEPER) + toc_family_alive(family, TOC_ARCHIVE) == 0;
}
static pid_t find(const char *title)
{
	char command[128], line[32] = "";
	snprintf(command, sizeof command, "pgrep -P %d -f '[t]ocsind %s'", (int)getpid(), title);
	FILE *p = popen(command, "r");
	if (!fgets(line, sizeof line, p))
		line[0] = '\0';
	pclose(p);
	return (pid_t)atoi(line);
}

static void begin(void)
{
	act = NULL;
	family = toc_family_new("/proc/self/exe", 2, heritage, NULL);
	toc_family_start(family, (toc_time){ toc_clock_mono_us() });
}

CASE(children_are_born_connected_and_say_ready)
{
	struct toc_error error = { 0 };
	extra = dup(0);
	begin();
	CHECK_INT(live(all_ready, &error), 0);
	CHECK_INT(toc_family_alive(family, TOC_FRONT), 2);
	toc_family_free(family);
	close(extra);
	extra = -1;
}

CASE(a_dead_child_is_replaced_and_its_siblings_get_a_fresh_socket)
{
	struct toc_error error = { 0 };
	begin();
	CHECK_INT(live(all_ready, &error), 0);
	pid_t keeper = find(":keeper"), front = find(":front 1");
	CHECK(keeper > 0 && front > 0);
	kill(keeper, SIGKILL); /* the new keeper greets the old fronts, which tell us */
	kill(front, SIGKILL);
	while (waitpid(keeper, NULL, WNOHANG | WNOWAIT) == 0 && !kill(keeper, 0))
		usleep(1000);
	int status;
	pid_t pid = waitpid(keeper, &status, 0);
	CHECK(toc_family_reaped(family, pid, status, (toc_time){ toc_clock_mono_us() }));
	CHECK(!toc_family_is_ready(family));
	CHECK_INT(live(all_ready, &error), 0);
	CHECK(find(":keeper") != keeper && find(":keeper") > 0);
	CHECK(find(":front 1") != front && find(":front 1") > 0);
	toc_family_free(family);
}

CASE(children_that_never_become_ready_end_the_start)
{
	struct toc_error error = { 0 };
	act = "stillborn";
	family = toc_family_new("/proc/self/exe", 1, heritage, NULL);
	toc_family_start(family, (toc_time){ toc_clock_mono_us() });
	CHECK_INT(live(never, &error), TOC_EIO);
	CHECK(strstr(error.text, "does not start: ended with exit code 7") != NULL);
	toc_family_free(family);
}

CASE(drained_children_stop_and_are_not_replaced)
{
	struct toc_error error = { 0 };
	begin();
	CHECK_INT(live(all_ready, &error), 0);
	toc_family_drain(family, TOC_FRONT);
	toc_family_drain(family, TOC_KEEPER);
	toc_family_drain(family, TOC_ARCHIVE);
	CHECK_INT(live(none_alive, &error), 0);
	CHECK_INT(toc_family_next(family).us, TOC_TIME_NEVER.us);
	toc_family_free(family);
}

CASE(a_killed_family_leaves_nobody)
{
	struct toc_error error = { 0 };
	begin();
	CHECK_INT(live(all_ready, &error), 0);
	toc_family_free(family);
	CHECK_INT(find(":"), 0);
}

RUN_CASES()
