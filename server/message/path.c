/* path.c: writing down where in a document we are. */
#include "message/path.h"

#include <stdio.h>
#include <string.h>

static size_t format(const struct toc_path *p, char *text, size_t cap)
{
	if (!p)
		return 0;
	size_t n = format(p->up, text, cap);
	int more;
	if (p->name.p)
		more = snprintf(text + n, cap - n, "%s%.*s", n ? "." : "", TOC_STR_ARGS(p->name));
	else
		more = snprintf(text + n, cap - n, "[%zu]", p->index);
	n += more > 0 ? (size_t)more : 0;
	return n < cap ? n : cap - 1;
}

void toc_path_format(const struct toc_path *p, char ret_text[TOC_PATH_TEXT])
{
	ret_text[0] = 0;
	size_t n = format(p, ret_text, TOC_PATH_TEXT);
	while (n > 0 && !toc_str_is_utf8((struct toc_str){ ret_text, n }))
		n--;
	ret_text[n] = 0;
}
