/* static.h: the console's files, read once into memory at start. Afterwards the front opens no file.
 *
 * A file with a content hash in its name (name-HASH.ext, as esbuild writes it) never changes: it is immutable.
 * index.html is never stored by anybody. NAME.br and NAME.gz beside NAME are its compressed forms.
 */
#ifndef TOC_FRONT_STATIC_H
#define TOC_FRONT_STATIC_H

#include "base/error.h"
#include "base/memory.h"

struct toc_file {
	struct toc_str path; /* "/app-1A2B3C4D.js" */
	const char *type;    /* "text/javascript; charset=utf-8" */
	struct toc_str plain, gzip, brotli; /* the last two may be empty */
	char etag[24];       /* with its quotes */
	bool immutable, no_store;
	bool shut_in; /* the worker that sees what people drop (assets/hasher-HASH.js): it may load nothing and reach nobody */
};

struct toc_static;
/** Everything under `root` (at most 64 MiB). @return NULL with reterr when it cannot be read */
struct toc_static *toc_static_load(const char *root, struct toc_error *reterr);
void toc_static_free(struct toc_static *s);
/** The file of a path; for a path of the console's own (no dot in its last part) index.html; or NULL. */
const struct toc_file *toc_static_find(const struct toc_static *s, struct toc_str path);

#endif
