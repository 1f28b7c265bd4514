/* family.c: see family.h. */
#include "main/family.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "ipc/ipc.h"
#include "main/heritage.h"
#include "measure/metrics.h"

#define GIVEN_MAX (TOC_FRONTS_MAX + 5 + TOC_GIVE_MAX)
#define ALONE 5 /* keeper, archive, courier, signer, eraser: one of each */
#define CHILDREN_MAX (TOC_FRONTS_MAX + ALONE)
#define PAUSE_FIRST ((toc_dur){ 100 * 1000 })
#define PAUSE_MOST TOC_SECONDS(5)
#define GROWN_UP TOC_SECONDS(10) /* lived so long: the next death starts with the first pause again */
#define STILLBORN_MAX 3

struct child {
	enum toc_part_name part;
	unsigned index;
	pid_t pid; /* 0: not there */
	int control;
	bool ready, was_ready;
	toc_time born, birth; /* birth: when it is to be brought up again */
	toc_dur pause;
	unsigned stillborn;
	int waiting[CHILDREN_MAX]; /* sockets of siblings born before it, by their place in the family; or -1 */
};

struct toc_family {
	const char *program;
	toc_family_heritage *heritage;
	void *ctx;
	struct child child[CHILDREN_MAX]; /* keeper, archive, courier, signer, eraser, fronts */
	unsigned n;
	bool draining[TOC_ERASER + 1];
	struct toc_error fatal;
};

const char *toc_part_word(enum toc_part_name part)
{
	static const char *const words[] = { [TOC_FRONT] = "front", [TOC_KEEPER] = "keeper", [TOC_ARCHIVE] = "archive",
		                             [TOC_COURIER] = "courier",   [TOC_SIGNER] = "signer", [TOC_ERASER] = "eraser" };
	return words[part];
}

static void forget(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

struct toc_family *toc_family_new(const char *program, unsigned n_fronts, toc_family_heritage *heritage, void *ctx)
{
	struct toc_family *f = calloc(1, sizeof *f);
	if (!f || n_fronts < 1 || n_fronts > TOC_FRONTS_MAX)
		abort();
	f->program = program;
	f->heritage = heritage;
	f->ctx = ctx;
	f->child[f->n++] = (struct child){ .part = TOC_KEEPER };
	f->child[f->n++] = (struct child){ .part = TOC_ARCHIVE };
	f->child[f->n++] = (struct child){ .part = TOC_COURIER };
	f->child[f->n++] = (struct child){ .part = TOC_SIGNER };
	f->child[f->n++] = (struct child){ .part = TOC_ERASER };
	for (unsigned i = 0; i < n_fronts; i++)
		f->child[f->n++] = (struct child){ .part = TOC_FRONT, .index = i };
	for (unsigned i = 0; i < f->n; i++) {
		f->child[i].control = -1;
		f->child[i].birth = TOC_TIME_NEVER;
		f->child[i].pause = PAUSE_FIRST;
		for (unsigned k = 0; k < CHILDREN_MAX; k++)
			f->child[i].waiting[k] = -1;
	}
	return f;
}

void toc_family_free(struct toc_family *f)
{
	if (!f)
		return;
	for (unsigned i = 0; i < f->n; i++) {
		if (f->child[i].pid > 0) {
			kill(f->child[i].pid, SIGKILL);
			while (waitpid(f->child[i].pid, NULL, 0) < 0 && errno == EINTR)
				;
		}
		forget(&f->child[i].control);
		for (unsigned k = 0; k < CHILDREN_MAX; k++)
			forget(&f->child[i].waiting[k]);
	}
	free(f);
}

/* ---- birth ---- */

/* In the child, between fork and exec: put the given descriptors at 3, 4, 5 … and close the rest. Async-signal-safe. */
static _Noreturn void become_child(const char *program, char *const argv[], int *fds, int n)
{
	sigset_t nothing;
	int null = open("/dev/null", O_RDWR);
	for (int i = 0; i < n; i++) /* out of the way of the places they go to */
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, TOC_HERITAGE_FD + GIVEN_MAX);
	for (int i = 0; i < n; i++)
		if (fds[i] < 0 || dup2(fds[i], TOC_HERITAGE_FD + i) < 0) /* dup2 clears close-on-exec */
			_exit(71);
	dup2(null, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO); /* what the parent prints is read by programs */
	close_range((unsigned)(TOC_HERITAGE_FD + n), ~0U, 0);
	setpgid(0, 0); /* Ctrl-C is for the parent, which stops us in order */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a journal that may not grow is an error to answer, no reason to die */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&nothing);
	sigprocmask(SIG_SETMASK, &nothing, NULL);
	execv(program, argv);
	_exit(72);
}

static struct child *find(struct toc_family *f, enum toc_part_name part, unsigned index)
{
	for (unsigned i = 0; i < f->n; i++)
		if (f->child[i].part == part && f->child[i].index == index)
			return &f->child[i];
	return NULL;
}

/* A socket between the newborn and a sibling. A sibling that lives gets its end at once (PEER); one that is not there
 * finds it waiting when it is born. @return the newborn's end, or -1 */
static int connect_to(struct toc_family *f, struct child *newborn, struct child *sibling)
{
	int pair[2], mine = newborn->waiting[sibling - f->child];
	newborn->waiting[sibling - f->child] = -1;
	if (mine >= 0)
		return mine;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	if (sibling->pid == 0) {
		forget(&sibling->waiting[newborn - f->child]);
		sibling->waiting[newborn - f->child] = pair[1];
		return pair[0];
	}
	struct toc_buf b;
	toc_buf_init(&b, 256);
	toc_ipc_begin(&b, TOC_IPC_PEER);
	toc_ipc_u8(&b, (uint8_t)newborn->part);
	toc_ipc_u16(&b, (uint16_t)newborn->index);
	if (sibling->control < 0 || toc_control_send(sibling->control, &b, pair[1]) < 0) {
		/* It cannot learn of its new sibling, so it is of no use any more. */
		toc_log(TOC_LOG_WARN, "peer_not_told", "%s %u does not take the socket of %s %u; replacing it",
		        toc_part_word(sibling->part), sibling->index, toc_part_word(newborn->part), newborn->index);
		kill(sibling->pid, SIGKILL);
	}
	toc_buf_done(&b);
	close(pair[1]);
	return pair[0];
}

/* The siblings that it speaks with, each over a socket of its own; where these are, stands in its heritage.
 * @return how many: its descriptors from TOC_FIRST_GIVEN_FD on */
static int connect_to_all(struct toc_family *f, struct child *c, struct toc_arena *a, struct toc_value *heritage, int *fds)
{
	unsigned n_fronts = f->n - ALONE;
	struct toc_value *list;
	int n = 0;
	switch (c->part) {
	case TOC_FRONT:
		toc_set_int(a, heritage, "keeper_fd", TOC_FIRST_GIVEN_FD + n);
		fds[n++] = connect_to(f, c, find(f, TOC_KEEPER, 0));
		toc_set_int(a, heritage, "archive_fd", TOC_FIRST_GIVEN_FD + n);
		fds[n++] = connect_to(f, c, find(f, TOC_ARCHIVE, 0));
		break;
	case TOC_COURIER:
		toc_set_int(a, heritage, "keeper_fd", TOC_FIRST_GIVEN_FD + n);
		fds[n++] = connect_to(f, c, find(f, TOC_KEEPER, 0));
		break;
	case TOC_SIGNER:
	case TOC_ERASER: break; /* they speak with the database alone */
	case TOC_KEEPER:
	case TOC_ARCHIVE:
		list = toc_value_list(a);
		for (unsigned i = 0; i < n_fronts; i++) {
			toc_push(a, list, toc_value_int(a, TOC_FIRST_GIVEN_FD + n));
			fds[n++] = connect_to(f, c, find(f, TOC_FRONT, i));
		}
		toc_set(a, heritage, "front_fds", list);
		if (c->part == TOC_ARCHIVE)
			break;
		toc_set_int(a, heritage, "courier_fd", TOC_FIRST_GIVEN_FD + n);
		fds[n++] = connect_to(f, c, find(f, TOC_COURIER, 0));
		break;
	}
	return n;
}

/* How many that will be. */
static int siblings_of(const struct toc_family *f, enum toc_part_name part)
{
	int n_fronts = (int)(f->n - ALONE);
	return part == TOC_FRONT ? 2 : part == TOC_COURIER ? 1 : part == TOC_SIGNER || part == TOC_ERASER ? 0 : part == TOC_ARCHIVE ? n_fronts : n_fronts + 1;
}

static void bring_up(struct toc_family *f, struct child *c, toc_time now)
{
	struct toc_arena *a = toc_arena_new();
	int fds[GIVEN_MAX], n = 2, control[2] = { -1, -1 }, n_sockets = 0, give[TOC_GIVE_MAX];
	size_t n_give = 0;
	char title[32], index[16];
	int first = TOC_FIRST_GIVEN_FD + siblings_of(f, c->part);
	struct toc_value *heritage = f->heritage(f->ctx, a, c->part, c->index, first, give, &n_give);
	c->birth = TOC_TIME_NEVER;
	n += connect_to_all(f, c, a, heritage, fds + n);
	n_sockets = n;
	for (size_t i = 0; i < n_give; i++)
		fds[n++] = give[i];
	toc_set_int(a, heritage, "index", c->index);
	fds[0] = toc_heritage_write(heritage);
	bool ok = fds[0] >= 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) == 0;
	fds[1] = control[1];
	snprintf(title, sizeof title, ":%s", toc_part_word(c->part));
	snprintf(index, sizeof index, "%u", c->index);
	char *argv[] = { (char *)"tocsind", title, index, NULL };
	for (int i = 0; ok && i < n; i++)
		ok = fds[i] >= 0;
	c->pid = ok ? fork() : -1;
	if (c->pid == 0)
		become_child(f->program, argv, fds, n);
	for (int i = 0; i < n_sockets; i++) /* what was made for it, not what is lent */
		forget(&fds[i]);
	c->control = control[0];
	c->ready = false;
	c->born = now;
	if (c->pid < 0) { /* out of descriptors or processes: as if it had died at birth */
		toc_log(TOC_LOG_ERROR, "birth_failed", "%s %u: %s", toc_part_word(c->part), c->index, strerror(errno));
		forget(&c->control);
		c->pid = 0;
		c->birth = toc_after(now, PAUSE_MOST);
	}
	toc_arena_free(a);
}

void toc_family_start(struct toc_family *f, toc_time mono_now)
{
	for (unsigned i = 0; i < f->n; i++)
		bring_up(f, &f->child[i], mono_now);
}

/* ---- life ---- */

size_t toc_family_fds(const struct toc_family *f, struct pollfd *ret_fds, size_t cap)
{
	size_t n = 0;
	for (unsigned i = 0; i < f->n && n < cap; i++)
		if (f->child[i].control >= 0)
			ret_fds[n++] = (struct pollfd){ .fd = f->child[i].control, .events = POLLIN };
	return n;
}

static void listen_to(struct child *c)
{
	struct toc_buf b;
	struct toc_frame frame;
	int r, fd = -1;
	toc_buf_init(&b, TOC_IPC_CONTROL_MAX);
	while (c->control >= 0 && (r = toc_control_receive(c->control, &b, &frame, &fd)) != 0) {
		if (fd >= 0)
			close(fd); /* children have nothing to give */
		if (r < 0 || frame.number != TOC_IPC_READY) {
			/* The end, or nonsense. Whatever it is now, it cannot be told anything any more: it has to go. */
			if (r > 0)
				kill(c->pid, SIGKILL);
			forget(&c->control);
			break;
		}
		struct toc_str detail = toc_frame_str(&frame);
		toc_log(TOC_LOG_INFO, "child_ready", "%s %u: %.*s", toc_part_word(c->part), c->index, TOC_STR_ARGS(detail));
		c->ready = c->was_ready = true;
		c->stillborn = 0;
	}
	toc_buf_done(&b);
}

int toc_family_step(struct toc_family *f, toc_time mono_now, struct toc_error *reterr)
{
	for (unsigned i = 0; i < f->n; i++) {
		struct child *c = &f->child[i];
		listen_to(c);
		if (c->pid == 0 && !toc_before(mono_now, c->birth) && !f->draining[c->part])
			bring_up(f, c, mono_now);
	}
	return f->fatal.code ? toc_fail(reterr, f->fatal.code, "%s", f->fatal.text) : 0;
}

static unsigned measured_as(enum toc_part_name part)
{
	static const unsigned parts[] = { [TOC_FRONT] = TOC_IS_PART_FRONT, [TOC_KEEPER] = TOC_IS_PART_KEEPER,
		                          [TOC_ARCHIVE] = TOC_IS_PART_ARCHIVE, [TOC_COURIER] = TOC_IS_PART_COURIER,
		                          [TOC_SIGNER] = TOC_IS_PART_SIGNER,
		                          [TOC_ERASER] = TOC_IS_PART_ERASER };
	return parts[part];
}

static void describe(int status, char *ret, size_t n)
{
	if (WIFSIGNALED(status))
		snprintf(ret, n, "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(ret, n, "ended with exit code %d", WEXITSTATUS(status));
}

bool toc_family_reaped(struct toc_family *f, pid_t pid, int status, toc_time mono_now)
{
	struct child *c = NULL;
	char how[80];
	for (unsigned i = 0; i < f->n; i++)
		if (f->child[i].pid == pid)
			c = &f->child[i];
	if (!c)
		return false;
	listen_to(c); /* it may have said READY just before */
	forget(&c->control);
	c->pid = 0;
	c->ready = false;
	for (unsigned i = 0; i < f->n; i++) /* nobody is to be born with a socket to the dead */
		forget(&f->child[i].waiting[c - f->child]);
	if (f->draining[c->part])
		return true;
	toc_count_as(TOC_METRIC_PARENT_RESTARTS, measured_as(c->part));
	describe(status, how, sizeof how);
	if (!c->was_ready && ++c->stillborn >= STILLBORN_MAX)
		toc_fail(&f->fatal, TOC_EIO, "the %s does not start: %s, %u times in a row", toc_part_word(c->part), how,
		         c->stillborn);
	if (toc_between(c->born, mono_now).us > GROWN_UP.us)
		c->pause = PAUSE_FIRST;
	c->birth = toc_after(mono_now, c->pause);
	toc_log(TOC_LOG_ERROR, "child_died", "%s %u (process %d) %s; starting another in %lld ms", toc_part_word(c->part),
	        c->index, (int)pid, how, (long long)(c->pause.us / 1000));
	c->pause.us = c->pause.us * 2 < PAUSE_MOST.us ? c->pause.us * 2 : PAUSE_MOST.us;
	return true;
}

toc_time toc_family_next(const struct toc_family *f)
{
	toc_time next = TOC_TIME_NEVER;
	for (unsigned i = 0; i < f->n; i++)
		if (f->child[i].pid == 0 && !f->draining[f->child[i].part] && toc_before(f->child[i].birth, next))
			next = f->child[i].birth;
	return next;
}

/* Source: proc_pid_statm(5). 0 when it is gone meanwhile. */
static int64_t memory_of(pid_t pid)
{
	char path[64];
	long long size, resident = 0;
	snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
	FILE *f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%lld %lld", &size, &resident) != 2)
		resident = 0;
	fclose(f);
	return resident * sysconf(_SC_PAGESIZE);
}

void toc_family_measure(const struct toc_family *f)
{
	int64_t n[TOC_N_PART] = { [TOC_IS_PART_PARENT] = 1 }, bytes[TOC_N_PART] = { [TOC_IS_PART_PARENT] = memory_of(getpid()) };
	for (unsigned i = 0; i < f->n; i++) {
		if (f->child[i].pid == 0)
			continue;
		n[measured_as(f->child[i].part)]++;
		bytes[measured_as(f->child[i].part)] += memory_of(f->child[i].pid);
	}
	for (unsigned part = 0; part < TOC_N_PART; part++) {
		toc_gauge(TOC_METRIC_PARENT_CHILDREN, part, n[part]);
		toc_gauge(TOC_METRIC_PARENT_MEMORY, part, bytes[part]);
	}
	toc_gauge(TOC_METRIC_PARENT_TURN, 0, toc_clock_mono_us());
}

bool toc_family_is_ready(const struct toc_family *f)
{
	for (unsigned i = 0; i < f->n; i++)
		if (!f->child[i].ready)
			return false;
	return true;
}

/* ---- the end, and news ---- */

void toc_family_drain(struct toc_family *f, enum toc_part_name part)
{
	f->draining[part] = true;
	for (unsigned i = 0; i < f->n; i++) {
		struct toc_buf b;
		if (f->child[i].part != part || f->child[i].control < 0)
			continue;
		toc_buf_init(&b, 64);
		toc_ipc_begin(&b, TOC_IPC_DRAIN);
		if (toc_control_send(f->child[i].control, &b, -1) < 0 && f->child[i].pid > 0)
			kill(f->child[i].pid, SIGTERM);
		toc_buf_done(&b);
	}
}

void toc_family_kill(struct toc_family *f, enum toc_part_name part)
{
	f->draining[part] = true;
	for (unsigned i = 0; i < f->n; i++)
		if (f->child[i].part == part && f->child[i].pid > 0)
			kill(f->child[i].pid, SIGKILL);
}

unsigned toc_family_alive(const struct toc_family *f, enum toc_part_name part)
{
	unsigned n = 0;
	for (unsigned i = 0; i < f->n; i++)
		n += f->child[i].part == part && f->child[i].pid > 0;
	return n;
}

void toc_family_reload(struct toc_family *f, const struct toc_value *certificate)
{
	for (unsigned i = 0; i < f->n; i++) {
		struct toc_buf b;
		int fd = -1;
		if (f->child[i].part != TOC_FRONT || f->child[i].control < 0 || (fd = toc_heritage_write(certificate)) < 0)
			continue;
		toc_buf_init(&b, 64);
		toc_ipc_begin(&b, TOC_IPC_RELOAD);
		if (toc_control_send(f->child[i].control, &b, fd) < 0)
			toc_log(TOC_LOG_WARN, "reload_not_told", "front %u keeps its certificate", f->child[i].index);
		toc_buf_done(&b);
		close(fd);
	}
}
