/* check.h: the smallest test harness that names every case as a sentence and goes on after a failure.
 *
 *   CASE(slept_past_two_deadlines_yields_two_levels) { CHECK(n == 2); CHECK_TEXT(name, "T17"); }
 *   RUN_CASES()
 * Output: one line a case ("ok NAME" / "FAILED NAME"), then "N passed, N failed". Exit code 1 when one failed.
 * With arguments, only the cases whose names contain one of them run.
 */
#ifndef TOC_TESTS_CHECK_H
#define TOC_TESTS_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void check_case(void);
static struct { const char *name; check_case *run; } check_cases[512];
static unsigned check_n, check_bad;

#define CASE(sentence)                                                                                 \
	static void case_##sentence(void);                                                             \
	__attribute__((constructor)) static void register_##sentence(void)                             \
	{                                                                                              \
		check_cases[check_n].name = #sentence;                                                 \
		check_cases[check_n++].run = case_##sentence;                                          \
	}                                                                                              \
	static void case_##sentence(void)

#define CHECK(condition)                                                                               \
	do {                                                                                           \
		if (!(condition)) {                                                                    \
			check_bad++;                                                                   \
			printf("  %s:%d: not true: %s\n", __FILE__, __LINE__, #condition);             \
		}                                                                                      \
	} while (0)
#define CHECK_INT(got, want)                                                                           \
	do {                                                                                           \
		long long check_g = (long long)(got), check_w = (long long)(want);                     \
		if (check_g != check_w) {                                                              \
			check_bad++;                                                                   \
			printf("  %s:%d: %s is %lld, expected %lld\n", __FILE__, __LINE__, #got,       \
			       check_g, check_w);                                                      \
		}                                                                                      \
	} while (0)
/* got: struct toc_str; want: C string */
#define CHECK_TEXT(got, want)                                                                          \
	do {                                                                                           \
		struct toc_str check_s = (got);                                                        \
		const char *check_t = (want);                                                          \
		if (check_s.n != strlen(check_t) || memcmp(check_s.p ? check_s.p : "", check_t, check_s.n)) { \
			check_bad++;                                                                   \
			printf("  %s:%d: %s is \"%.*s\", expected \"%s\"\n", __FILE__, __LINE__, #got, \
			       (int)check_s.n, check_s.p ? check_s.p : "", check_t);                   \
		}                                                                                      \
	} while (0)

#define RUN_CASES()                                                                                    \
	int main(int argc, char **argv)                                                                \
	{                                                                                              \
		unsigned passed = 0, failed = 0;                                                       \
		for (unsigned i = 0; i < check_n; i++) {                                               \
			bool wanted = argc < 2;                                                        \
			for (int k = 1; k < argc; k++)                                                 \
				wanted |= strstr(check_cases[i].name, argv[k]) != NULL;                \
			if (!wanted)                                                                   \
				continue;                                                              \
			unsigned before = check_bad;                                                   \
			check_cases[i].run();                                                          \
			bool ok = check_bad == before;                                                 \
			printf("%s %s\n", ok ? "ok" : "FAILED", check_cases[i].name);                  \
			fflush(stdout);                                                                \
			ok ? passed++ : failed++;                                                      \
		}                                                                                      \
		printf("%u passed, %u failed\n", passed, failed);                                      \
		return failed != 0;                                                                    \
	}

#endif
