/* audit_export.h: what `tocsin audit export` is made of: a question, its answer, and the forms in which that is kept. */
#ifndef TOC_CLI_AUDIT_EXPORT_H
#define TOC_CLI_AUDIT_EXPORT_H

#include "cli/audit.h"

struct audit_export {
	const struct cli *cli;
	struct toc_arena *a;
	struct audit_source from;
	const char *bundle;
};

/* ---- a bundle, read ---- */

struct audit_files {
	struct audit_file {
		struct toc_str name, bytes; /* "entries/4711/leaf" */
	} *file; /* by name; free() */
	size_t n, cap;
};
bool audit_is_bundle(const char *path);
/** @return 0; TOC_EINVAL: it cannot be read (without a text: that was said), TOC_EPROOF: cut off, or a file twice */
int audit_unpack(const struct cli *cli, const char *path, struct toc_arena *a, struct audit_files *ret, struct toc_error *reterr);
/** The same of bytes, which are borrowed, in their order. */
int audit_untar(struct toc_arena *a, struct toc_str tar, struct audit_files *ret, struct toc_error *reterr);
const struct toc_str *audit_file(const struct audit_files *f, const char *name);
/** All that can be said about it, into the report. @param from a server that may be asked whether its log goes on from both, or without
 * @return 0, TOC_EPROOF, TOC_EINVAL, TOC_EIO */
int audit_evidence(struct audit_report *report, const struct audit_source *from, const char *path, struct toc_checkpoint *ret,
		   struct toc_error *reterr);

#endif
