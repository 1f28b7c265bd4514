/* state.h: the state directory: what is where, who may see it, and that one server at a time has it.
 *
 *   DIR/           0711  so that parts of the server can reach their own folder in it
 *     lock               held by the running server; says its process
 *     keys/        0700  key files, certificate
 *     journal/     0700  the keeper's
 *     pg/ run/           the private PostgreSQL cluster (store/private_cluster.h)
 *     demo/        0755  ca.pem for everybody, credentials.json for the owner
 */
#ifndef TOC_MAIN_STATE_H
#define TOC_MAIN_STATE_H

#include "base/error.h"
#include "main/rights.h"

struct toc_state {
	char *dir;
	int lock; /* descriptor that holds the lock, or -1 */
};

/** Make the directory as needed, and lock it. @return 0, TOC_EIO (not writable) or TOC_ECONFLICT (in use) */
int toc_state_open(struct toc_state *ret, const char *dir, struct toc_error *reterr) TOC_MUSTCHECK;
void toc_state_close(struct toc_state *s);

/** DIR/name, as a C string to be freed. */
char *toc_state_path(const struct toc_state *s, const char *name);
/** Make DIR/name with this mode and owner, or correct both. */
int toc_state_folder(const struct toc_state *s, const char *name, unsigned mode, struct toc_rights owner,
                     struct toc_error *reterr) TOC_MUSTCHECK;
/** Every folder above DIR can be searched by this account, else a sentence names the one that cannot. */
int toc_state_reachable(const struct toc_state *s, struct toc_rights account, struct toc_error *reterr) TOC_MUSTCHECK;

/** Whole files: written beside and renamed, so that a reader never sees half of one. */
int toc_file_write(const char *path, unsigned mode, const void *bytes, size_t n, struct toc_error *reterr) TOC_MUSTCHECK;
/** @return a NUL-terminated copy to be freed, or NULL when there is none or it is over `most` bytes */
char *toc_file_read(const char *path, size_t most, size_t *ret_n);

#endif
