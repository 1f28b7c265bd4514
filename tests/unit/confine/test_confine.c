/* What a confined child can and cannot ask of the kernel. Each case confines a process of its own. */
#include "check.h"
#include "confine/confine.h"
#include "confine/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 10, DONE, UNCONFINED };

typedef int confining(void);

static int with_network(void)
{
	return toc_confine(true);
}

static int without_network(void)
{
	return toc_confine(false);
}

/* What came of `act` in a confined process: DONE (it returned 0 or more), REFUSED (EPERM), else errno + 100. */
static int confined(confining *how, long (*act)(void))
{
	pid_t pid = fork();
	if (pid == 0) {
		if (how() < 0)
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
#define CHECK_CONFINED(how, act, want)                                                                 \
	do {                                                                                           \
		int check_r = confined(how, act);                                                      \
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
	CHECK_CONFINED(with_network, program, REFUSED);
	CHECK_CONFINED(with_network, process, REFUSED);
	CHECK_CONFINED(with_network, bare_clone, REFUSED);
}

CASE(a_thread_is_made)
{
	CHECK_CONFINED(with_network, thread, DONE);
}

CASE(others_are_out_of_reach)
{
	CHECK_CONFINED(with_network, parents_memory, REFUSED);
	CHECK_CONFINED(with_network, signal_to_parent, REFUSED);
	CHECK_CONFINED(with_network, namespaces, REFUSED);
}

CASE(what_was_written_is_not_executed_and_a_library_is)
{
	CHECK_CONFINED(with_network, written_and_executed, REFUSED);
	CHECK_CONFINED(with_network, made_executable, REFUSED);
	CHECK_CONFINED(with_network, library, DONE);
}

CASE(there_is_no_network_with_a_private_database)
{
	CHECK_CONFINED(without_network, inet, REFUSED);
	CHECK_CONFINED(without_network, inet6, REFUSED);
	CHECK_CONFINED(without_network, local, DONE);
	CHECK_CONFINED(with_network, inet, DONE);
}

CASE(nobody_is_served)
{
	CHECK_CONFINED(with_network, serving, REFUSED);
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
	CHECK_CONFINED(toc_confine_to_reading, file_read, DONE);
	CHECK_CONFINED(toc_confine_to_reading, thread, DONE);
	CHECK_CONFINED(toc_confine_to_reading, file_written, REFUSED);
	CHECK_CONFINED(toc_confine_to_reading, file_made, REFUSED);
	CHECK_CONFINED(toc_confine_to_reading, file_gone, REFUSED);
	CHECK_CONFINED(toc_confine_to_reading, local_socket, REFUSED);
	CHECK_CONFINED(toc_confine_to_reading, program, REFUSED);
	CHECK_CONFINED(toc_confine_to_reading, process, REFUSED);
}

/* ---- who serves on what is open ---- */

static int listener = -1;

static int serving_on_listener(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (bind(listener, (struct sockaddr *)&any, sizeof any) < 0 || listen(listener, 1) < 0)
		abort();
	return toc_confine_to_serving();
}

static long accepted(void)
{
	return accept4(listener, NULL, NULL, 0) < 0 && errno == EAGAIN ? 0 : -1; /* nobody has called */
}

static long random_number(void)
{
	char byte;
	return getrandom(&byte, 1, 0);
}

CASE(who_serves_accepts_and_gets_memory_and_nothing_else)
{
	CHECK_CONFINED(serving_on_listener, accepted, DONE);
	CHECK_CONFINED(serving_on_listener, random_number, DONE);
	CHECK_CONFINED(serving_on_listener, made_executable, REFUSED);
	CHECK_CONFINED(serving_on_listener, file_read, REFUSED);
	CHECK_CONFINED(serving_on_listener, local_socket, REFUSED);
	CHECK_CONFINED(serving_on_listener, inet, REFUSED);
	CHECK_CONFINED(serving_on_listener, thread, REFUSED);
	CHECK_CONFINED(serving_on_listener, program, REFUSED);
	CHECK_CONFINED(serving_on_listener, parents_memory, REFUSED);
	CHECK_CONFINED(serving_on_listener, signal_to_parent, REFUSED);
}

/* ---- the loading itself ---- */

static int no_uname(scmp_filter_ctx filter, const void *ctx)
{
	static const int calls[] = { SCMP_SYS(uname) };

	return ctx ? -EINVAL : toc_filter_each(filter, TOC_FILTER_REFUSE, calls, 1);
}

static int by_a_list(void)
{
	return toc_filter_load(SCMP_ACT_ALLOW, no_uname, NULL);
}

/* What fills it fails: said so, and nothing is half closed. */
static int by_a_list_that_cannot_be(void)
{
	return toc_filter_load(TOC_FILTER_REFUSE, no_uname, "not possible") == -1 ? 0 : -1;
}

static int without_io_uring(void)
{
	toc_confine_without_io_uring();
	return 0;
}

static long named(void)
{
	struct utsname u;
	return uname(&u);
}

static long io_uring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL);
}

CASE(a_filter_is_loaded_whole_or_not_at_all)
{
	CHECK_CONFINED(by_a_list, named, REFUSED);
	CHECK_CONFINED(by_a_list, file_read, DONE);
	CHECK_CONFINED(by_a_list_that_cannot_be, named, DONE);
	CHECK_CONFINED(by_a_list_that_cannot_be, file_read, DONE);
	CHECK_CONFINED(without_io_uring, io_uring, 100 + ENOSYS);
	CHECK_CONFINED(without_io_uring, named, DONE);
}

RUN_CASES()
