/* audit_export.h: what `tocsin audit export` is made of: a question, its answer, and the forms in which that is kept. */
#ifndef TOC_CLI_AUDIT_EXPORT_H
#define TOC_CLI_AUDIT_EXPORT_H

#include "cli/audit.h"

struct audit_export {
	const struct cli *cli;
	struct toc_arena *a;
	struct audit_source from;
	struct audit_report *report; /* for progress */
	const char *bundle;
};

void audit_csv(FILE *out, struct toc_arena *a, const struct toc_value *rows);

/* verify.sh, as it is put into a bundle */
extern const char audit_verify_sh[];
extern const size_t audit_verify_sh_bytes;

/** A folder, or one file when the path ends with .tar. @param answer all lines @param rows of the query `evidence`
 * @return 0, or a TOC_E*; then what is there of it is not whole */
int audit_bundle(const struct audit_export *x, struct toc_str answer, const struct toc_value *rows, struct toc_error *e);

#endif
