/* allowed.c: the little that a front, and the press, may ask of the kernel once they serve. Both read what others say, and
 * neither has anything to look for. A call that is not in their list fails with EPERM.
 *
 * Lists of what is allowed, so that a call of a later kernel is not allowed by forgetting it. Memory may not become executable.
 * Source: seccomp(2), clone(2). */
#include "confine/confine.h"
#include "confine/filter.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#define N(list) (sizeof(list) / sizeof *(list))

static const int common[] = {
	/* what is open */
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(close), SCMP_SYS(fcntl), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(lseek),
	SCMP_SYS(dup),
	/* waiting */
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(futex), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(sched_yield),
	SCMP_SYS(restart_syscall),
	/* time, memory, chance */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(brk), SCMP_SYS(munmap),
	SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(getrandom),
	/* about ourselves; ending */
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrusage),
	SCMP_SYS(sysinfo), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(rseq),
	SCMP_SYS(exit), SCMP_SYS(exit_group),
};

static int allow_common(scmp_filter_ctx filter)
{
	static const int memory[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };
	int r = toc_filter_each(filter, SCMP_ACT_ALLOW, common, N(common));

	for (size_t i = 0; r == 0 && i < N(memory); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, memory[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* abort() sends a signal to itself, and to nobody else */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	return r;
}

/* ---- who serves: `socket` in the list would be a way out; `accept4` is none, because the listener is the parent's ---- */

static const int serving[] = {
	SCMP_SYS(writev), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(shutdown), SCMP_SYS(accept4),
	SCMP_SYS(ioctl), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_ctl),
};

static int fill_serving(scmp_filter_ctx filter, const void *ctx)
{
	int r = allow_common(filter);

	(void)ctx;
	return r == 0 ? toc_filter_each(filter, SCMP_ACT_ALLOW, serving, N(serving)) : r;
}

int toc_confine_to_serving(void)
{
	return TOC_FILTER_SANITIZED ? -1 : toc_filter_load(TOC_FILTER_REFUSE, fill_serving, NULL);
}

/* ---- who lays out a page: fonts and their configuration are read, glib makes threads ---- */

static const int reading[] = {
	SCMP_SYS(pread64), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(statx), SCMP_SYS(fstatfs), SCMP_SYS(statfs), SCMP_SYS(access),
	SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(fadvise64),
	SCMP_SYS(getcwd), SCMP_SYS(sched_getaffinity), SCMP_SYS(eventfd2), SCMP_SYS(uname), SCMP_SYS(set_robust_list), SCMP_SYS(set_tid_address),
};

static int fill_reading(scmp_filter_ctx filter, const void *ctx)
{
	static const int opening[] = { SCMP_SYS(open), SCMP_SYS(openat) }, newest[] = { SCMP_SYS(clone3) };
	int r = allow_common(filter);

	(void)ctx;
	if (r == 0)
		r = toc_filter_each(filter, SCMP_ACT_ALLOW, reading, N(reading));
	for (unsigned i = 0; r == 0 && i < N(opening); i++) { /* open(path, flags), openat(folder, path, flags) */
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, opening[i], 1, SCMP_CMP(1 + i, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
		if (r == -EDOM || r == -EFAULT)
			r = 0; /* no `open` here */
	}
	/* so that a thread is made by clone, whose flags can be seen */
	if (r == 0)
		r = toc_filter_each(filter, TOC_FILTER_NO_SUCH_CALL, newest, N(newest));
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	return r;
}

int toc_confine_to_reading(void)
{
	return TOC_FILTER_SANITIZED ? -1 : toc_filter_load(TOC_FILTER_REFUSE, fill_reading, NULL);
}
