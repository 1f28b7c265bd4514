/* path.h: where in a document we are, kept on the stack while walking it and written down only for a refusal:
 * body.content[0].url */
#ifndef TOC_MESSAGE_PATH_H
#define TOC_MESSAGE_PATH_H

#include "base/memory.h"

#define TOC_PATH_TEXT 200

struct toc_path {
	const struct toc_path *up; /* NULL at the top */
	struct toc_str name;       /* of the member; empty for an item of a list */
	size_t index;
};

/** Write the path, cut at the end of a character when it is too long (only unknown names can be). */
void toc_path_format(const struct toc_path *p, char ret_text[TOC_PATH_TEXT]);

#endif
