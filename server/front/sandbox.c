/* sandbox.c: what the front may still ask of the kernel once it serves: read and write what is open, accept, wait,
 * tell the time, get memory and random numbers. It opens no file, makes no socket, starts no program, looks at no
 * other process. A call that is not in the list fails with EPERM.
 *
 * A list of what is allowed, so that a call of a later kernel is not allowed by forgetting it. `socket` in it would
 * be a way out; `accept4` is not, because the listener is the parent's. Memory may not become executable.
 */
#include "front/inside.h"

#include "base/log.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static const int allowed[] = {
	/* what is open */
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(shutdown), SCMP_SYS(accept4), SCMP_SYS(fcntl),
	SCMP_SYS(ioctl), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
	SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(lseek), SCMP_SYS(dup),
	/* waiting */
	SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_ctl), SCMP_SYS(poll),
	SCMP_SYS(ppoll), SCMP_SYS(futex), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(sched_yield),
	SCMP_SYS(restart_syscall),
	/* time, memory, chance */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(brk),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(getrandom),
	/* about ourselves; ending */
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(getrusage), SCMP_SYS(sysinfo), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(rseq), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

static int fill(scmp_filter_ctx filter)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof allowed / sizeof *allowed; i++) {
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
		if (r == -EDOM || r == -EFAULT)
			r = 0; /* this architecture has no such call */
	}
	const int memory[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };
	for (size_t i = 0; r == 0 && i < 2; i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, memory[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* abort() sends a signal to itself, and to nobody else */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		                     SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	return r;
}

int toc_sandbox_enter(void)
{
	if (SANITIZED)
		return -1; /* the sanitizers need more at the end of the process */
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r = filter ? fill(filter) : -ENOMEM;
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	if (r < 0)
		toc_log(TOC_LOG_WARN, "sandbox", "no system call filter here (%d), going on without", r);
	return r < 0 ? -1 : 0;
}
