/* error.c: filling an error, and stopping at our own bugs. Our bug stops the process at once, before it can
 * write something wrong into the ledger; the parent starts it again. */
#include "base/error.h"
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int toc_fail(struct toc_error *reterr, int code, const char *format, ...)
{
	if (reterr) {
		va_list args;
		va_start(args, format);
		vsnprintf(reterr->text, sizeof reterr->text, format, args);
		va_end(args);
		/* what was cut off in the middle of a character: who reads it, or puts it into JSON, gets text all the same */
		if (!toc_str_is_utf8(toc_str_of(reterr->text)))
			for (char *c = reterr->text; *c; c++)
				*c = *c & 0x80 ? '?' : *c;
		reterr->code = code;
	}
	return code;
}

void toc_wrong(const char *file, int line, const char *what)
{
	fprintf(stderr, "{\"level\":\"error\",\"event\":\"bug\",\"text\":\"%s:%d: %s\"}\n", file, line, what);
	abort();
}
