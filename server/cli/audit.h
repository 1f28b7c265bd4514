/* audit.h: what `tocsin audit verify`, `watch` and `export` share: where a log is read, and reading the whole of it. */
#ifndef TOC_CLI_AUDIT_H
#define TOC_CLI_AUDIT_H

#include "cli/cli.h"
#include "ledger/verifier.h"

/** Where documents of a log come from: a server's /log/…, a directory in the same layout (C2SP tlog-tiles), or both: then
 * what the directory has is not asked for again, and what was asked for is kept there once it is found true. */
struct audit_source {
	struct tocsin *t;        /* NULL: a directory alone */
	const char *server, *key;
	const char *dir;         /* NULL: a server alone */
};
/** A document: "checkpoint", "tile/0/000". @return 0; TOC_ENOTFOUND: there is none, for us; TOC_EIO: it cannot be had, or
 * `cli_interrupted` */
int audit_read(const struct audit_source *s, const char *name, struct toc_arena *a, struct toc_str *ret_bytes,
	       struct toc_error *reterr);
/** The same of any path of the server: "/api/…"; posts `post` unless that is NULL. @return as above; TOC_EINVAL: refused,
 * in the server's words */
int audit_ask(const struct audit_source *s, const char *path, const char *post, struct toc_arena *a,
	      struct toc_str *ret_bytes, struct toc_error *reterr);
/** Keep a document in the directory: whole at any time. @return 0 or TOC_EIO */
int audit_keep(const struct audit_source *s, const char *name, struct toc_str bytes, struct toc_error *reterr);

/** Everything that the audit names, many at once. @param progress may be NULL @return 0, TOC_EPROOF, TOC_ENOTFOUND or
 * TOC_EIO */
int audit_walk(const struct audit_source *s, struct toc_verifier *v, void (*progress)(void *ctx, uint64_t entries), void *ctx,
	       struct toc_error *reterr);

/** What is said about the log, line by line, and at the end whether it holds. */
struct audit_report {
	const struct cli *cli;
	struct toc_arena *a;
	struct toc_value *checked, *unchecked, *wrong; /* texts */
	int64_t shown_us;                      /* when progress was shown last */
	uint64_t of;
};
void audit_checked(struct audit_report *r, const char *format, ...) TOC_PRINTF(2, 3);
void audit_unchecked(struct audit_report *r, const char *format, ...) TOC_PRINTF(2, 3);
void audit_wrong(struct audit_report *r, const char *format, ...) TOC_PRINTF(2, 3); /* it goes on all the same */
void audit_progress(void *report, uint64_t entries);
/** @param against a sentence, or NULL: it holds @return exit code */
int audit_verdict(struct audit_report *r, int code, const char *against, const struct toc_checkpoint *c);

/** What somebody kept: a signed checkpoint, or a file of `tocsin watch --trust`, whose first line says who signs: then that is
 * `ret_key`, unless one is pinned. @return 0, or TOC_EINVAL after a complaint */
int audit_kept(const struct cli *cli, struct toc_arena *a, const char *file, struct toc_str *ret_note, struct toc_note_key *ret_key,
	       bool *pinned);
/** Lines of witnesses below a checkpoint that the log has signed. @param keys of those who are believed: a vkey a line, and behind a blank
 * whose it is; NULL: nobody was named @return 0; TOC_EPROOF: a line is bad; TOC_EINVAL: a key is none */
int audit_cosigned(struct audit_report *r, struct toc_str note, const struct toc_checkpoint *c, const struct toc_str *keys,
		   struct toc_error *reterr);

/** "12,345" in the arena. */
struct toc_str audit_count(struct toc_arena *a, uint64_t n);

#endif
