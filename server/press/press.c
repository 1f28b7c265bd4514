/* press.c: see press.h. */
#include "press/press.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "confine/confine.h"
#include "ipc/press.h"
#include "message/json.h"
#include "message/members.h"
#include "press/report.h"

#define CPU_S 60
#define MEMORY_BYTES ((rlim_t)1 << 30)
#define DEPTH 8
#define JOBS_MOST 16 /* at a time: more than an archive answers; others wait in the socket */

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true /* its shadow is larger than any limit */
#else
#define SANITIZED false
#endif

/* ---- one answer ---- */

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno != EINTR)
			return -1;
		p += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
	return 0;
}

static int hand_back(int fd, struct toc_str pdf)
{
	unsigned char length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (unsigned char)((uint64_t)pdf.n >> (56 - 8 * i));
	return write_all(fd, (const char *)length, sizeof length) < 0 ? -1 : write_all(fd, pdf.p, pdf.n);
}

/* A row as the table has it: texts as they read, all else as JSON. */
static struct toc_value *row_of(struct toc_arena *a, struct toc_str line)
{
	struct toc_value *row = toc_value_map(a);
	struct toc_members m;
	struct toc_str name, value;
	enum toc_member_kind kind;

	toc_members_begin(&m, a, line);
	while (toc_members_next(&m, &name, &kind, &value))
		if (kind != TOC_MEMBER_ABSENT)
			toc_set_str(a, row, name, toc_value_text(a, value));
		else
			toc_set_str(a, row, name, toc_value_null(a));
	return row;
}

static struct toc_value *rows_of(struct toc_arena *a, struct toc_str lines, size_t *ret_all)
{
	struct toc_value *rows = toc_value_list(a);
	size_t all = 0;

	for (const char *end; lines.n && (end = memchr(lines.p, '\n', lines.n));) {
		size_t n = (size_t)(end - lines.p);
		if (all++ < TOC_REPORT_ROWS_MOST)
			toc_push(a, rows, row_of(a, (struct toc_str){ lines.p, n }));
		lines = (struct toc_str){ end + 1, lines.n - n - 1 };
	}
	*ret_all = all;
	return rows;
}

static struct toc_value *facts_of(struct toc_arena *a, const struct toc_value *said)
{
	struct toc_value *facts = toc_value_map(a);

	for (size_t i = 0; i < toc_len(said); i++)
		toc_set_str(a, facts, toc_get_text(toc_at(said, i), "name"), toc_value_text(a, toc_get_text(toc_at(said, i), "text")));
	return facts;
}

/* The rows, a line each, and the cover as the last line. */
static int print(struct toc_arena *a, struct toc_str answer, struct toc_str *ret_pdf)
{
	struct toc_error e = { .text = "" };
	struct toc_refusal refusal;
	struct toc_value *cover;
	size_t all;

	if (!answer.n || answer.p[answer.n - 1] != '\n')
		return TOC_EINVAL;
	size_t at = answer.n - 1;
	while (at && answer.p[at - 1] != '\n')
		at--;
	if (toc_json_parse(a, (struct toc_str){ answer.p + at, answer.n - 1 - at }, TOC_PRESS_COVER_MAX, DEPTH, &cover, &refusal) < 0)
		return TOC_EINVAL;
	const struct toc_value *rows = rows_of(a, (struct toc_str){ answer.p, at }, &all);
	return toc_report_print(a, toc_get_text(cover, "title"), facts_of(a, toc_get(cover, "facts")), rows, all, ret_pdf, &e);
}

static _Noreturn void work(int answer_fd, int pdf_fd)
{
	const struct rlimit cpu = { CPU_S, CPU_S }, memory = { MEMORY_BYTES, MEMORY_BYTES }, none = { 0, 0 };
	struct stat s;
	struct toc_str pdf;

	signal(SIGPIPE, SIG_DFL); /* nobody waits for it any more */
	(void)setrlimit(RLIMIT_CPU, &cpu);
	(void)setrlimit(RLIMIT_CORE, &none);
	if (!SANITIZED)
		(void)setrlimit(RLIMIT_AS, &memory);
	(void)toc_confine_to_reading(); /* logged; best effort */
	if (fstat(answer_fd, &s) < 0 || s.st_size <= 0)
		_exit(1);
	const char *bytes = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, answer_fd, 0);
	if (bytes == MAP_FAILED)
		_exit(1);
	struct toc_arena *a = toc_arena_new();
	_exit(print(a, (struct toc_str){ bytes, (size_t)s.st_size }, &pdf) == 0 && hand_back(pdf_fd, pdf) == 0 ? 0 : 1);
}

/* ---- beside each other ---- */

/* Whoever prints, and the way back: while we hold it, too, it shows (POLLERR) that nobody waits any more. */
struct job {
	int worker, pdf; /* descriptors; worker -1: free */
};
struct press {
	struct job job[JOBS_MOST];
};

static struct job *free_place(struct press *p)
{
	for (size_t i = 0; i < JOBS_MOST; i++)
		if (p->job[i].worker < 0)
			return &p->job[i];
	return NULL;
}

static void begin(struct press *p, int answer, int pdf)
{
	struct job *j = free_place(p);
	pid_t press = getpid(), pid = fork();

	if (pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != press)
			_exit(1);
		close(TOC_PRESS_FD);
		for (size_t i = 0; i < JOBS_MOST; i++)
			if (p->job[i].worker >= 0) { /* of others: they end when those do */
				close(p->job[i].worker);
				close(p->job[i].pdf);
			}
		work(answer, pdf);
	}
	j->worker = pid < 0 ? -1 : pidfd_open(pid, 0);
	j->pdf = pdf;
	if (j->worker < 0) /* not born, or over: whoever waits sees its end */
		close(pdf);
	close(answer);
}

static void look_after(struct job *j, short worker, short pdf)
{
	if (pdf & POLLERR) /* stopped, it would stay for ever */
		(void)pidfd_send_signal(j->worker, SIGKILL, NULL, 0);
	if (!worker && !(pdf & POLLERR))
		return;
	close(j->worker);
	close(j->pdf);
	j->worker = -1;
}

int toc_press_run(void)
{
	struct pollfd wait[1 + 2 * JOBS_MOST];
	struct press p;
	struct stat s;
	int fd[2], r;

	if (fstat(TOC_PRESS_FD, &s) < 0 || !S_ISSOCK(s.st_mode))
		return 2;
	prctl(PR_SET_NAME, "tocsin-press");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	signal(SIGCHLD, SIG_IGN); /* nobody asks how they ended: they have handed back, or not */
	for (size_t i = 0; i < JOBS_MOST; i++)
		p.job[i].worker = -1;
	for (;;) {
		wait[0] = (struct pollfd){ .fd = free_place(&p) ? TOC_PRESS_FD : -1, .events = POLLIN };
		for (size_t i = 0; i < JOBS_MOST; i++) {
			bool busy = p.job[i].worker >= 0;
			wait[1 + 2 * i] = (struct pollfd){ .fd = p.job[i].worker, .events = POLLIN };
			wait[2 + 2 * i] = (struct pollfd){ .fd = busy ? p.job[i].pdf : -1 };
		}
		if (poll(wait, 1 + 2 * JOBS_MOST, -1) < 0)
			continue; /* EINTR */
		for (size_t i = 0; i < JOBS_MOST; i++)
			if (p.job[i].worker >= 0)
				look_after(&p.job[i], wait[1 + 2 * i].revents, wait[2 + 2 * i].revents);
		if (!wait[0].revents)
			continue;
		if ((r = toc_press_receive(TOC_PRESS_FD, fd)) == 0)
			return 0;
		if (r > 0)
			begin(&p, fd[0], fd[1]);
	}
}
