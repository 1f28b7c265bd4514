/* A log line is one line of JSON whatever it is given. */
#include "base/log.h"
#include "check.h"

#include <unistd.h>

static char *line_of(enum toc_log_level level, const char *text)
{
	static char line[9000];
	int pipes[2], saved = dup(2);
	if (pipe(pipes) != 0)
		abort();
	dup2(pipes[1], 2);
	toc_log(level, "test_event", "%s", text);
	dup2(saved, 2);
	close(saved);
	close(pipes[1]);
	ssize_t n = read(pipes[0], line, sizeof line - 1);
	close(pipes[0]);
	line[n > 0 ? n : 0] = 0;
	return line;
}

CASE(one_line_with_everything_escaped)
{
	toc_log_init("keeper", TOC_LOG_INFO);
	char *line = line_of(TOC_LOG_WARN, "say \"no\"\n\\ \x01 \xc3\xa9");
	CHECK(strncmp(line, "{\"ts\":\"20", 9) == 0);
	CHECK(strstr(line, "\"level\":\"warn\",\"process\":\"keeper\"") != NULL);
	CHECK(strstr(line,
		     "\"event\":\"test_event\",\"text\":\"say \\\"no\\\"\\u000a\\\\ \\u0001 \xc3\xa9\"}\n") !=
	      NULL);
	CHECK(strchr(line, '\n') == line + strlen(line) - 1);
}

CASE(bytes_that_are_not_text_do_not_break_the_line)
{
	CHECK(strstr(line_of(TOC_LOG_ERROR, "\xff\xfe!"), "\"text\":\"?\?!\"}\n") != NULL);
	static char long_text[5000];
	memset(long_text, 1, sizeof long_text - 1);
	char *line = line_of(TOC_LOG_ERROR, long_text);
	CHECK(strcmp(line + strlen(line) - 3, "\"}\n") == 0);
}

CASE(what_is_too_verbose_is_not_written)
{
	CHECK(*line_of(TOC_LOG_DEBUG, "quiet") == 0);
}

RUN_CASES()
