/* confine.c: what keeper, archive and courier may never ask of the kernel once they serve.
 *
 * A list of what is forbidden, where the front's and the press's are of what is allowed (allowed.c): libpq, libcurl, the resolver
 * and whatever plug-ins a site's name service loads need more of the kernel than a list could name for every site.
 * Forbidden is what would make a hole in the process into a hole in the machine: starting a program or a process,
 * looking into or signalling others, changing mounts, namespaces or the clock, kernel interfaces past the filter
 * (io_uring, bpf), serving on a socket, memory that is written and then executed. And with a private database,
 * which is reached by a path, there is no network at all.
 *
 * A forbidden call fails with EPERM; clone3 with ENOSYS, so that a thread is made by clone, whose flags can be seen.
 * Source: seccomp(2), clone(2); OpenSMTPD's and OpenBSD's separated daemons (pledge without "exec", "proc"). */
#include "confine/confine.h"
#include "confine/filter.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

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

#define FORBID TOC_FILTER_REFUSE
#define N(list) (sizeof(list) / sizeof *(list))

static int fill(scmp_filter_ctx filter, const void *ctx)
{
	static const int families[] = { AF_INET, AF_INET6, AF_PACKET, AF_VSOCK, AF_ALG }, newest[] = { SCMP_SYS(clone3) };
	const bool *network = ctx;
	int r = toc_filter_each(filter, FORBID, forbidden, N(forbidden));

	if (r == 0)
		r = toc_filter_each(filter, TOC_FILTER_NO_SUCH_CALL, newest, N(newest));
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
	for (size_t i = *network ? 2 : 0; r == 0 && i < N(families); i++)
		r = seccomp_rule_add(filter, FORBID, SCMP_SYS(socket), 1,
				     SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i]));
	return r;
}

/* libuv from 1.49 on (Debian 13) makes an io_uring in uv_loop_init, uses it for epoll_ctl, and aborts when a filter
 * refuses it; its variable UV_USE_IO_URING is not asked for that one. A kernel that says "no such call" makes it
 * go the old way. An io_uring would also be a way past the filter: what is asked through it is not filtered. */
static int fill_io_uring(scmp_filter_ctx filter, const void *ctx)
{
	static const int calls[] = { SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register) };

	(void)ctx;
	return toc_filter_each(filter, TOC_FILTER_NO_SUCH_CALL, calls, N(calls));
}

void toc_confine_without_io_uring(void)
{
	(void)toc_filter_load(SCMP_ACT_ALLOW, fill_io_uring, NULL);
}

int toc_confine(bool network)
{
	return TOC_FILTER_SANITIZED ? -1 : toc_filter_load(SCMP_ACT_ALLOW, fill, &network);
}
