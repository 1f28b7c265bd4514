/* What a confined child can and cannot ask of the kernel. Each case confines a process of its own. */
#include "check.h"
#include "confine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 10, DONE, UNCONFINED };

/* What came of `act` in a confined process: DONE (it returned 0 or more), REFUSED (EPERM), else errno + 100. */
static int confined(bool network, long (*act)(void))
{
	pid_t pid = fork();
	if (pid == 0) {
		if (toc_confine(network) < 0)
			_exit(UNCONFINED);
		long r = act();
		_exit(r >= 0 ? DONE : errno == EPERM ? REFUSED : 100 + errno);
	}
	int status = 0;
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Under the sanitizers there is no filter, and nothing to check. */
#define CHECK_CONFINED(network, act, want)                                                             \
	do {                                                                                           \
		int check_r = confined(network, act);                                                  \
		if (check_r != UNCONFINED)                                                             \
			CHECK_INT(check_r, want);                                                      \
	} while (0)

static long program(void)
{
	char *const argv[] = { (char *)"true", NULL };
	return execv("/bin/true", argv);
}

static long process(void)
{
	return fork();
}

static long bare_clone(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static void *nothing(void *p)
{
	return p;
}

static long thread(void)
{
	pthread_t t;
	errno = pthread_create(&t, NULL, nothing, NULL);
	return errno ? -1 : -pthread_join(t, NULL);
}

static long parents_memory(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static long signal_to_parent(void)
{
	return kill(getppid(), 0);
}

static long written_and_executed(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}

static long made_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? -1 : mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static long library(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	return fd < 0 || mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0;
}

static long inet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long inet6(void)
{
	return socket(AF_INET6, SOCK_STREAM, 0);
}

static long local(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long serving(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return fd < 0 ? -1 : listen(fd, 1);
}

static long namespaces(void)
{
	return syscall(SYS_unshare, 0);
}

CASE(no_program_and_no_process_is_started)
{
	CHECK_CONFINED(true, program, REFUSED);
	CHECK_CONFINED(true, process, REFUSED);
	CHECK_CONFINED(true, bare_clone, REFUSED);
}

CASE(a_thread_is_made)
{
	CHECK_CONFINED(true, thread, DONE);
}

CASE(others_are_out_of_reach)
{
	CHECK_CONFINED(true, parents_memory, REFUSED);
	CHECK_CONFINED(true, signal_to_parent, REFUSED);
	CHECK_CONFINED(true, namespaces, REFUSED);
}

CASE(what_was_written_is_not_executed_and_a_library_is)
{
	CHECK_CONFINED(true, written_and_executed, REFUSED);
	CHECK_CONFINED(true, made_executable, REFUSED);
	CHECK_CONFINED(true, library, DONE);
}

CASE(there_is_no_network_with_a_private_database)
{
	CHECK_CONFINED(false, inet, REFUSED);
	CHECK_CONFINED(false, inet6, REFUSED);
	CHECK_CONFINED(false, local, DONE);
	CHECK_CONFINED(true, inet, DONE);
}

CASE(nobody_is_served)
{
	CHECK_CONFINED(true, serving, REFUSED);
}

CASE(an_abort_still_ends_it)
{
	pid_t pid = fork();
	if (pid == 0) {
		(void)toc_confine(false);
		abort();
	}
	int status = 0;
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* ---- who only reads ---- */

static int reading(long (*act)(void))
{
	pid_t pid = fork();
	if (pid == 0) {
		if (toc_confine_to_reading() < 0)
			_exit(UNCONFINED);
		long r = act();
		_exit(r >= 0 ? DONE : errno == EPERM ? REFUSED : 100 + errno);
	}
	int status = 0;
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define CHECK_READING(act, want)                                                                       \
	do {                                                                                           \
		int check_r = reading(act);                                                            \
		if (check_r != UNCONFINED)                                                             \
			CHECK_INT(check_r, want);                                                      \
	} while (0)

static long file_read(void)
{
	char byte;
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -1 : read(fd, &byte, 1);
}

static long file_written(void)
{
	return open("/tmp", O_WRONLY | O_TMPFILE, 0600);
}

static long file_made(void)
{
	return open("/tmp/tocsin-test-confine", O_RDONLY | O_CREAT, 0600);
}

static long file_gone(void)
{
	return unlink("/tmp/tocsin-test-confine");
}

static long local_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

CASE(who_only_reads_opens_files_and_makes_threads_and_nothing_else)
{
	CHECK_READING(file_read, DONE);
	CHECK_READING(thread, DONE);
	CHECK_READING(file_written, REFUSED);
	CHECK_READING(file_made, REFUSED);
	CHECK_READING(file_gone, REFUSED);
	CHECK_READING(local_socket, REFUSED);
	CHECK_READING(program, REFUSED);
	CHECK_READING(process, REFUSED);
}

RUN_CASES()
