/* confine.c: what keeper, archive and courier may never ask of the kernel once they serve; and the little that the press may.
 *
 * A list of what is forbidden, where the front's is one of what is allowed (front/sandbox.c): libpq, libcurl, the resolver
 * and whatever plug-ins a site's name service loads need more of the kernel than a list could name for every site.
 * Forbidden is what would make a hole in the process into a hole in the machine: starting a program or a process,
 * looking into or signalling others, changing mounts, namespaces or the clock, kernel interfaces past the filter
 * (io_uring, bpf), serving on a socket, memory that is written and then executed. And with a private database,
 * which is reached by a path, there is no network at all.
 *
 * A forbidden call fails with EPERM; clone3 with ENOSYS, so that a thread is made by clone, whose flags can be seen.
 * Source: seccomp(2), clone(2); OpenSMTPD's and OpenBSD's separated daemons (pledge without "exec", "proc"). */
#include "confine/confine.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static const int forbidden[] = {
	/* programs and processes */
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
	/* others */
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise),
	SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd), SCMP_SYS(pidfd_send_signal), SCMP_SYS(kcmp), SCMP_SYS(kill),
	SCMP_SYS(tkill), SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo),
	/* the machine */
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(move_mount),
	SCMP_SYS(open_tree), SCMP_SYS(fsopen), SCMP_SYS(fsmount), SCMP_SYS(mount_setattr), SCMP_SYS(unshare),
	SCMP_SYS(setns), SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(reboot),
	SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime),
	SCMP_SYS(adjtimex), SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(personality),
	/* the kernel itself, and ways past this filter */
	SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register), SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(init_module), SCMP_SYS(finit_module),
	SCMP_SYS(delete_module), SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(keyctl), SCMP_SYS(add_key),
	SCMP_SYS(request_key), SCMP_SYS(fanotify_init), SCMP_SYS(open_by_handle_at),
	/* serving: the channels between the processes are the parent's making */
	SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4),
};

#define FORBID SCMP_ACT_ERRNO(EPERM)

static int ours(int r)
{
	return r == -EDOM || r == -EFAULT ? 0 : r; /* this architecture has no such call */
}

static int fill(scmp_filter_ctx filter, bool network)
{
	static const int families[] = { AF_INET, AF_INET6, AF_PACKET, AF_VSOCK, AF_ALG };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof forbidden / sizeof *forbidden; i++)
		r = ours(seccomp_rule_add(filter, FORBID, forbidden[i], 0));
	if (r == 0)
		r = ours(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0));
	/* a thread shares its process; whatever does not is a new one */
	if (r == 0)
		r = seccomp_rule_add(filter, FORBID, SCMP_SYS(clone), 1,
				     SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	/* abort() sends a signal to itself, and to nobody else */
	if (r == 0)
		r = seccomp_rule_add(filter, FORBID, SCMP_SYS(tgkill), 1,
				     SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)getpid()));
	/* a library is mapped from its file; what we have written ourselves never becomes a program */
	if (r == 0)
		r = seccomp_rule_add(filter, FORBID, SCMP_SYS(mmap), 2,
				     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC),
				     SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
	if (r == 0)
		r = seccomp_rule_add(filter, FORBID, SCMP_SYS(mmap), 1,
				     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC | PROT_WRITE));
	if (r == 0)
		r = seccomp_rule_add(filter, FORBID, SCMP_SYS(mprotect), 1,
				     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
	for (size_t i = network ? 2 : 0; r == 0 && i < sizeof families / sizeof *families; i++)
		r = seccomp_rule_add(filter, FORBID, SCMP_SYS(socket), 1,
				     SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i]));
	return r;
}

/* What laying out a page takes: fonts and their configuration are read, memory is got, glib makes threads. A list of what is
 * allowed, as the front's. */
static const int reading[] = {
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(stat),
	SCMP_SYS(lstat), SCMP_SYS(statx), SCMP_SYS(fstatfs), SCMP_SYS(statfs), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(lseek), SCMP_SYS(fcntl), SCMP_SYS(dup), SCMP_SYS(fadvise64),
	SCMP_SYS(getcwd), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex), SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(eventfd2), SCMP_SYS(getpid),
	SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(uname), SCMP_SYS(sysinfo),
	SCMP_SYS(getrusage), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(rseq),
	SCMP_SYS(set_robust_list), SCMP_SYS(set_tid_address), SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

static int fill_reading(scmp_filter_ctx filter)
{
	const int opening[] = { SCMP_SYS(open), SCMP_SYS(openat) }, memory[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof reading / sizeof *reading; i++)
		r = ours(seccomp_rule_add(filter, SCMP_ACT_ALLOW, reading[i], 0));
	for (unsigned i = 0; r == 0 && i < 2; i++) /* open(path, flags), openat(folder, path, flags) */
		r = ours(seccomp_rule_add(filter, SCMP_ACT_ALLOW, opening[i], 1,
					  SCMP_CMP(1 + i, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)));
	for (size_t i = 0; r == 0 && i < 2; i++)
		r = ours(seccomp_rule_add(filter, SCMP_ACT_ALLOW, memory[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)));
	if (r == 0)
		r = ours(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0));
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				     SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	return r;
}

int toc_confine_to_reading(void)
{
	if (SANITIZED)
		return -1;
	scmp_filter_ctx filter = seccomp_init(FORBID);
	int r = filter ? fill_reading(filter) : -ENOMEM;
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	if (r < 0)
		toc_log(TOC_LOG_WARN, "sandbox", "no system call filter here (%d), going on without", r);
	return r < 0 ? -1 : 0;
}

/* libuv from 1.49 on (Debian 13) makes an io_uring in uv_loop_init, uses it for epoll_ctl, and aborts when a filter
 * refuses it; its variable UV_USE_IO_URING is not asked for that one. A kernel that says "no such call" makes it
 * go the old way. An io_uring would also be a way past the filter: what is asked through it is not filtered. */
void toc_confine_without_io_uring(void)
{
	const int calls[] = { SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register) };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int r = filter ? 0 : -ENOMEM;
	for (size_t i = 0; r == 0 && i < sizeof calls / sizeof *calls; i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), calls[i], 0);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	if (r < 0)
		toc_log(TOC_LOG_WARN, "confined", "io_uring cannot be refused here (%d)", r);
}

int toc_confine(bool network)
{
	if (SANITIZED)
		return -1; /* the leak checker traces its own process */
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int r = filter ? fill(filter, network) : -ENOMEM;
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	if (r < 0)
		toc_log(TOC_LOG_WARN, "sandbox", "no system call filter here (%d), going on without", r);
	return r < 0 ? -1 : 0;
}
