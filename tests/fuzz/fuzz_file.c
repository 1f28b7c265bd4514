/* fuzz_file.c: files that people write: the first byte says whether it is tocsind's configuration or a scenario of an
 * exercise. Each is read as a whole or refused in one line of text. */
#include "cli/scenario.h"
#include "main/config.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok, const char *what)
{
	if (!ok)
		TOC_WRONG(what);
}

static void must_have_words(const struct toc_error *e)
{
	must(*e->text && toc_str_is_utf8(toc_str_of(e->text)), "refused without words");
}

static void configuration(const uint8_t *data, size_t n)
{
	char path[64];
	int fd = memfd_create("tocsind.toml", MFD_CLOEXEC);
	struct toc_config c;
	struct toc_error error = { 0 };

	must(fd >= 0 && write(fd, data, n) == (ssize_t)n, "write");
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	char *argv[] = { (char[]){ "tocsind" }, (char[]){ "check-config" }, (char[]){ "--config" }, path, NULL };
	if (toc_config_read(&c, 4, argv, NULL, &error) == 0) {
		FILE *out = fopen("/dev/null", "w");
		toc_config_print(&c, out);
		fclose(out);
	} else {
		must_have_words(&error);
	}
	toc_config_done(&c);
	close(fd);
}

static void scenario(const uint8_t *data, size_t n)
{
	struct scenario s;
	struct toc_error error = { 0 };
	struct toc_value *v;

	if (scenario_load((struct toc_str){ (const char *)data, n }, &s, &error) < 0) {
		must_have_words(&error);
		return;
	}
	struct scenario_binding before = { .name = "send1", .seq = 7, .at = s.t0 };
	struct scenario_names names = { .t0 = s.t0, .exercise = s.exercise, .bindings = &before, .n = 1 };
	for (size_t i = 0; i < s.n; i++) {
		if (s.steps[i].send && scenario_resolve(s.arena, &names, s.steps[i].send, &v, &error) < 0)
			must_have_words(&error);
		(void)scenario_path(s.steps[i].send, s.steps[i].name);
	}
	scenario_done(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n > 0)
		(*data % 2 ? scenario : configuration)(data + 1, n - 1);
	return 0;
}
