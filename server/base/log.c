/* log.c: one JSON line per event, in one write, so that lines of several processes do not mix. */
#include "base/log.h"
#include "base/memory.h"
#include "base/time.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const char *process_name = "tocsin";
static enum toc_log_level most = TOC_LOG_INFO;

void toc_log_init(const char *process, enum toc_log_level most_verbose)
{
	process_name = process;
	most = most_verbose;
}

static const char *level_name(enum toc_log_level level)
{
	switch (level) {
	case TOC_LOG_ERROR: return "error";
	case TOC_LOG_WARN: return "warn";
	case TOC_LOG_INFO: return "info";
	case TOC_LOG_DEBUG: return "debug";
	}
	return "error";
}

/* Escapes for JSON; text that is not UTF-8 (it may have been cut) loses its bytes above ASCII. */
static size_t quote(char *out, size_t cap, struct toc_str s)
{
	bool utf8 = toc_str_is_utf8(s);
	size_t n = 0;

	for (size_t i = 0; i < s.n && n + 6 < cap; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\') {
			out[n++] = '\\';
			out[n++] = (char)c;
		} else if (c < 0x20 || c == 0x7F) {
			n += (size_t)snprintf(out + n, cap - n, "\\u%04x", c);
		} else {
			out[n++] = c >= 0x80 && !utf8 ? '?' : (char)c;
		}
	}
	return n;
}

void toc_log(enum toc_log_level level, const char *event, const char *format, ...)
{
	char ts[TOC_TIME_TEXT], text[1024], line[8192];
	va_list args;

	if (level > most)
		return;
	va_start(args, format);
	int n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	size_t text_n = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;

	toc_time_format(toc_clock_now(), ts);
	size_t used = (size_t)snprintf(line, sizeof line,
				       "{\"ts\":\"%s\",\"level\":\"%s\",\"process\":\"%.40s\",\"pid\":%ld,"
				       "\"event\":\"%.60s\",\"text\":\"",
				       ts, level_name(level), process_name, (long)getpid(), event);
	used += quote(line + used, sizeof line - used - 4, (struct toc_str){ text, text_n });
	line[used++] = '"';
	line[used++] = '}';
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, used) < 0) {
		/* Nowhere to say it. */
	}
}
