/* wrong_clock.c: a wall clock that can be set, for one server: loaded before the C library (LD_PRELOAD), it adds to what the
 * kernel says as many microseconds as the file WRONG_CLOCK holds (eight bytes, of this machine's order). The monotonic
 * clock stays as it is, as on a machine whose wall clock is stepped. The file is mapped at the start, so that a process
 * which may open nothing any more sees it change. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t which, struct timespec *ret);

static const volatile int64_t *ahead_us;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("WRONG_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *ahead_us, PROT_READ, MAP_SHARED, fd, 0);
	if (p != MAP_FAILED)
		ahead_us = p;
	if (fd >= 0)
		close(fd);
}

int clock_gettime(clockid_t which, struct timespec *ret)
{
	int r = (int)syscall(SYS_clock_gettime, which, ret);
	if (r == 0 && which == CLOCK_REALTIME && ahead_us) {
		int64_t us = (int64_t)ret->tv_sec * 1000000 + ret->tv_nsec / 1000 + *ahead_us;
		ret->tv_nsec = us % 1000000 * 1000 + ret->tv_nsec % 1000;
		ret->tv_sec = us / 1000000;
	}
	return r;
}
